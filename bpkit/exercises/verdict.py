"""What is said: every word of a verdict, as plain text and as an accessible card."""

import inspect
from dataclasses import dataclass
from html import escape

import numpy as np

from bpkit.exercises.attempt import arguments
from bpkit.exercises.compare import real_numbers
from bpkit.exercises.sandbox import learners_line
from bpkit.words import number

STATUSES = {True: ("✓", "Correct", "#00614d"), False: ("✗", "Not correct", "#8f3b00")}
NOT_YET = ("…", "Not yet", "#005a8f")


@dataclass(frozen=True)
class Verdict:
    """The judgement of one answer.

    Attributes
    ----------
    exercise : str
        Name of the exercise.
    passed : bool
        Whether the answer is right.
    attempted : bool
        Whether there was an answer at all.
    mistake : str or None
        Name of the typical mistake that the numbers prove, if they prove one.
    message : str
        What was called, what came, what was expected, and the question that helps.

    Examples
    --------
    >>> verdict = Verdict("nudge_ratio", False, True, None, "Came: 5")
    >>> bool(verdict)
    False
    >>> verdict
    ✗ nudge_ratio: Not correct
      Came: 5
    """

    exercise: str
    passed: bool
    attempted: bool
    mistake: str | None
    message: str

    def __bool__(self):
        return self.passed

    @property
    def status(self):
        """The verdict in words: Correct, Not correct, or Not yet."""
        return self._look[1]

    @property
    def _look(self):
        """Mark, words and colour of the status."""
        return STATUSES[self.passed] if self.attempted else NOT_YET

    def __repr__(self):
        mark, words, _ = self._look
        lines = [f"{mark} {self.exercise}: {words}", *self.message.splitlines()]
        return "\n  ".join(lines)

    def _repr_html_(self):
        """Give a card whose status is said in words, marked, and only then coloured."""
        mark, words, colour = self._look
        lines = "".join(
            f'<div style="white-space:pre-wrap">{escape(line)}</div>'
            for line in self.message.splitlines()
        )
        return (
            f'<div role="status" aria-label="{escape(self.exercise)}: {words}" '
            f'style="border-left:6px solid {colour};padding:6px 12px;margin:4px 0;'
            f"background:#fff;color:#1a1a1a;font-size:14px;line-height:1.45;"
            f'overflow-wrap:anywhere">'
            f'<strong style="color:{colour}"><span aria-hidden="true">{mark}</span> '
            f'{words}</strong> <code style="background:#f1f1f1;color:#1a1a1a">'
            f"{escape(self.exercise)}</code>{lines}</div>"
        )


def together(verdicts):
    """Return one verdict for several answers that were checked in one call."""
    if len(verdicts) == 1:
        return verdicts[0]
    named = [v.mistake for v in verdicts if v.mistake]
    return Verdict(
        ", ".join(v.exercise for v in verdicts),
        all(v.passed for v in verdicts),
        any(v.attempted and not v.passed for v in verdicts)
        or all(v.attempted for v in verdicts),
        named[0] if named else None,
        "\n".join(repr(v) for v in verdicts),
    )


def not_yet(exercise):
    """Return the Verdict on what is not yet an answer."""
    start = "Replace the dots and check again."
    if exercise.is_number:
        start = f"Put your number in place of the dots, then check({exercise.name}=…)."
    message = f"No answer yet. {start}\n{_stuck(exercise)}"
    return Verdict(exercise.name, False, False, None, message)


def right(exercise):
    """Return the Verdict on an answer whose every call gave what it should."""
    return Verdict(exercise.name, True, True, None, "Right on every case.")


def wrong(exercise, lines, mistake=None):
    """Return the Verdict on a wrong answer; a mistake adds its question."""
    if mistake:
        lines = [*lines, f"Question: {mistake.question}"]
    name = mistake and mistake.name
    return Verdict(exercise.name, False, True, name, "\n".join(lines))


def unproved(exercise, shown, facts, cause_is_known):
    """Return the Verdict that says what is so, and asks for the rest."""
    # All that is known at once would bury what helps.
    lines = [*shown, *(f"Observation: {sentence}" for sentence in facts[:2])]
    if not cause_is_known:
        question = "Work this call by hand: where do you part?"
        if exercise.is_number:
            question = "Which step led to it?"
        lines += [f"Question: {question}", _stuck(exercise)]
    return wrong(exercise, lines)


def no_function(exercise, answer):
    """Return the Verdict on something else where a function belongs."""
    line = f"{exercise.signature} must be a function; got {short(answer)}."
    return wrong(exercise, [line])


def interrupted(exercise, ending, finished):
    """Return the Verdict on an answer that left nothing to compare."""
    if ending.patched:
        names = ", ".join(ending.patched[:3])
        return wrong(exercise, [f"The answer replaced {names}; it has been put back."])
    if not ending.timed_out:
        return cannot_be_judged(exercise, ending.error)
    cases = exercise.cases()
    lines = [
        _call(exercise, cases[finished % len(cases)]),
        f"Stopped after {exercise.seconds:g} seconds: the answer did not end.",
    ]
    if ending.alive:
        lines.append("It cannot be stopped and runs on: restart the kernel.")
    lines.append("Question: What would have to happen for it to end?")
    return wrong(exercise, lines)


def cannot_be_judged(exercise, error):
    """Return the Verdict on an answer that breaks whoever looks at it."""
    return wrong(exercise, [f"What came cannot be judged: {_name_and_words(error)}"])


def shown(exercise, case, came, flaw):
    """Return the lines that show one call and what is wrong with it."""
    lines = [_call(exercise, case)]
    if came.error is not None:
        return lines + _error(exercise, came)
    if isinstance(flaw, tuple):
        return [*lines, fact(*flaw)]
    if flaw.where and flaw.expected is True:
        return [*lines, f"Not so: {flaw.where}."]
    where = _place(exercise, flaw.where)
    lines.append(f"Came{where}: {_what_came(flaw)}")
    if not exercise.is_number:  # that would be the answer
        lines.append(f"Expected{where}: {short(flaw.expected)}")
    return lines


def _call(exercise, case):
    """Write the call, short."""
    if exercise.is_number:
        return "Your number is not right."
    given = arguments(exercise, case).items()
    written = ", ".join(f"{name}={short(value)}" for name, value in given)
    return f"Call: {exercise.name}({written})"


def _error(exercise, came):
    """Return the error and the line of the learner's code that raised it."""
    lines = [f"Raised {_name_and_words(came.error)}"]
    line = learners_line(came.error)
    if line:
        return [*lines, f"In your code, {line}"]
    if came.returned is not None:
        return [f"Came: {short(came.returned)}", *lines]
    return [*lines, f"Your function is called as {exercise.signature}."]


def _name_and_words(error):
    """Write an error on one line."""
    try:
        words = " ".join(str(error).split())
    except Exception:
        words = ""
    return f"{type(error).__name__}: {words[:300]}".rstrip(": ")


def _place(exercise, where):
    """Write a place in the result with the names of the results."""
    for i, name in enumerate(exercise.returns):
        if where.startswith(f"[{i}]"):
            where = where.replace(f"[{i}]", name, 1)
    return where and (f" at {where}" if where.startswith("[") else f" for {where}")


def _what_came(found):
    """Say what came, or why it cannot be compared with what was expected."""
    came, expected = found.came, found.expected
    if found.why == "count":
        return f"{len(came)} came where {len(expected)} were expected"
    if found.why == "shape":
        return f"shape {came.shape} where {expected.shape} was expected"
    if found.why == "kind" and real_numbers(came) is None:
        return _kind(came)
    if found.why == "kind":
        some = "a dict belongs", f"{len(expected)} results belong here"
        return some[isinstance(expected, list | tuple)]
    return short(came)


def _kind(value):
    """Say what came that is no real numbers."""
    kind = type(value).__name__
    if value is None:
        return "None came: is there a return?"
    if inspect.isgenerator(value):
        return "a generator came: nothing has been computed yet"
    if isinstance(value, str | bytes):
        return f"text came: {value!r:.40}"
    if isinstance(value, dict | set):
        return f"a {kind} came"
    if callable(value):
        return "a function came: was it called?"
    if not isinstance(value, list | tuple | complex | np.ndarray | np.generic):
        return f"an object of type {kind} came"
    try:
        dtype = np.asarray(value).dtype
    except Exception:  # whatever a learner's class raises
        return "lists of uneven lengths came"
    if dtype.hasobject:
        return "an array of objects came"
    return f"{'complex numbers' if dtype.kind == 'c' else dtype} came"


def _stuck(exercise):
    """Return the line that helps, ready to be pasted into a cell."""
    return f'Stuck? from bpkit import hint; hint("{exercise.name}")'


FACTS = {
    "changed": "It changed its argument {}.",
    "view": "The result shares its memory with an argument: it is not a new array.",
    "warned": "The numbers are right, but numpy warned: {}.",
    "reused": "A later call changed the result of the first: is one array used twice?",
    "kept": "The same call gave another result the second time: was something kept "
    "between the calls, or drawn from another random generator?",
    "partly": "It is right in {} of {} calls.",
    "flipped": "The size is right, the sign is not.",
    "swapped": "The two results are swapped.",
    "transpose": "What came is the transpose of what was expected.",
    "flat": "A flat array came where a column was expected.",
    "columns": "The numbers came column by column; one column was expected.",
    "reshaped": "The numbers are right, their shape is not.",
    "more": "More numbers came than were expected: was something broadcast?",
    "one": "One number came where there should be one for every entry.",
    "nonfinite": "{} came where a finite number was expected.",
    "zeros": "Every number that came is zero.",
    "factor": "What came is exactly {} times what was expected.",
    "divided": "What came is what was expected divided by {}.",
    "few digits": "It is right to about four digits, then differs: float32, or a large "
    "step?",
    "offset": "What came is what was expected plus {}.",
    "transposed": "Every square matrix came transposed.",
    "last right": "The last of the list is right, the one before it is not.",
    "first right": "The first of the list is right, the last is not.",
    "first column": "Only the first column is right.",
    "signs": "Every size is right; some signs are not.",
    "first entry": "Only the first entry is right.",
    "all but one": "All entries but one are right.",
}


def fact(name, *values):
    """Return the sentence on a fact, with its numbers."""
    written = [v if isinstance(v, str) else number(v, digits=6) for v in values]
    return FACTS[name].format(*written)


class Text(str):
    """A text that a notebook shows as it is, without quotation marks."""

    def __repr__(self):
        return str(self)


def short(value, room=12):
    """Write a value so that it fits a line; arrays of more numbers by their shape."""
    try:
        text = _text(value, room)
    except Exception:  # a learner's class may not even be shown
        text = f"an object of type {type(value).__name__}"
    return text if len(text) <= 160 else text[:157] + "…"


def _text(value, room):
    """Write a value: numbers with six digits, what is inside it in the same way."""
    if isinstance(value, np.ndarray) and value.ndim:
        if value.size > room:
            return f"array of shape {value.shape}"
        return " ".join(np.array2string(value, precision=4, separator=", ").split())
    if isinstance(value, np.ndarray | np.generic):
        value = value.item()
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | tuple):
        inside = ", ".join(short(v, room=4) for v in value[:4])
        inside += ", …" if len(value) > 4 else ""
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    if isinstance(value, dict):
        return ", ".join(f"{k}: {short(v, room=4)}" for k, v in value.items())
    if isinstance(value, np.random.Generator):
        return "rng"
    if inspect.isroutine(value):  # its repr holds an address
        return "a function" if value.__name__ == "<lambda>" else value.__name__
    return repr(value)
