"""What is said: every word of a verdict, as plain text and as an accessible card."""

import inspect
import re
from dataclasses import dataclass, field
from html import escape

import numpy as np

from bpkit.exercises.attempt import Call, arguments, size
from bpkit.exercises.compare import real_numbers
from bpkit.exercises.exercise import Formula
from bpkit.words import number

STATUSES = {True: ("✓", "Correct", "#00614d"), False: ("✗", "Not correct", "#8f3b00")}
NOT_YET = ("…", "Not yet", "#005a8f")
FORETOLD = {
    True: ("✓", "As you predicted", "#00614d"),
    False: ("≠", "Otherwise than predicted", "#005a8f"),
}
BY_HAND = 16  # numbers of a call, given and expected, that can be worked on paper
ROOM, CALL_ROOM = 12, 24  # numbers of an array that are written out
CALL_LENGTH = 240  # characters of a call's arguments, written out


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
    arguments : dict or None
        The arguments of the call that is shown, by name and made afresh:
        ``answer(**verdict.arguments)`` repeats it. None where no call is shown.
    came, expected : object
        What came of that call and what was expected: the value returned or, where
        the message says so, what was observed.

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
    arguments: dict | None = field(default=None, compare=False)
    came: object = field(default=None, compare=False)
    expected: object = field(default=None, compare=False)

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
            f'<div style="white-space:pre-wrap">{_line_as_html(line)}</div>'
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


@dataclass(frozen=True)
class Foreign:
    """What came in another process and is no data, in the words that are said of it."""

    kind: str
    text: str

    def __repr__(self):
        return self.text


class Foretold(Verdict):
    """What is said of a prediction: it is made, whether it comes true or not."""

    @property
    def _look(self):
        """Mark, words and colour of the status."""
        return FORETOLD[self.passed] if self.attempted else NOT_YET


# What a line says first, and then the code or the numbers that are all the rest of it.
_CODE = re.compile(
    r"(\s*(?:Call: |Stuck\? |Again\? |In your code, line \d+: "
    r"|(?:Came|Expected)[^:]*: (?=[-\d[(]|nan|inf)(?!.* where )))(.+)"
)
_ROW = re.compile(r"(\[[^][]*\]+,?)")  # the innermost lists, where an array is broken


def _line_as_html(line):
    """Write a line of a card: code looks like code, and no row of numbers is broken."""
    found = _CODE.fullmatch(line)
    if not found:
        return escape(line)
    pieces = [escape(piece) for piece in _ROW.split(found[2])]
    pieces[1::2] = (
        f'<span style="display:inline-block">{row}</span>' for row in pieces[1::2]
    )
    return (
        f'{escape(found[1])}<code style="background:#fff;color:#1a1a1a;padding:0;'
        f'white-space:pre-wrap">{"".join(pieces)}</code>'
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
        start = (
            f"Put your {exercise.kind} in place of the dots, then "
            f"check({exercise.name}=…)."
        )
    message = f"No answer yet. {start}\n{_stuck(exercise)}"
    return Verdict(exercise.name, False, False, None, message)


def not_foretold(prediction, answer):
    """Return the Verdict on what is no prediction."""
    name = prediction.name
    kinds = "a number" if prediction.is_number else _letters(prediction)
    lines = [f"No prediction yet. Write {kinds} in place of the dots and run the cell."]
    if answer is not None and answer is not ...:
        lines.insert(0, f"{name} should be {kinds}; got {short(answer)}.")
    return Foretold(name, False, False, None, "\n".join(lines))


def _letters(prediction):
    """Write the letters among which to choose, as they are typed."""
    return " or ".join(f'"{letter}"' for letter in prediction.choices)


def _choice(choice):
    """Write a choice: a letter, or a number."""
    return choice if isinstance(choice, str) else number(choice, digits=6)


def foretold(prediction, answer, truth):
    """Return the Verdict on a prediction; it explains every choice."""
    passed = answer == truth
    came = "as you predicted" if passed else f"you predicted {_choice(answer)}"
    said = [f"It is {_choice(truth)}, {came}."]
    said += [f"{_choice(choice)}: {why}" for choice, why in prediction.choices.items()]
    return Foretold(prediction.name, passed, True, None, "\n".join(said))


def right(exercise):
    """Return the Verdict on an answer whose every call gave what it should."""
    return Verdict(exercise.name, True, True, None, "Right on every case.")


def wrong(exercise, lines, mistake=None, call=None):
    """Return the Verdict on a wrong answer; a mistake adds its question."""
    if mistake:
        lines = [*lines, f"Question: {mistake.question}"]
    repeated = vars(call) if call and not exercise.is_number else {}
    name = mistake and mistake.name
    return Verdict(exercise.name, False, True, name, "\n".join(lines), **repeated)


def unproved(exercise, shown, facts, cause_is_known, call):
    """Return the Verdict that says what is so, and asks for the rest."""
    # All that is known at once would bury what helps.
    lines = [*shown, *(f"Observation: {sentence}" for sentence in facts[:3])]
    if not cause_is_known:
        if exercise.kind == "diagnosis":
            lines.append("Question: Which measurement says so?")
        elif exercise.is_number:
            lines.append("Question: Which step led to it?")
        elif _by_hand(exercise, call):
            lines.append("Question: Work this call by hand: where do you part?")
        lines.append(_stuck(exercise))
    return wrong(exercise, lines, call=call)


def _by_hand(exercise, call):
    """Return whether a call can be worked on paper: few numbers, and in few steps."""
    return exercise.by_hand and size(call.arguments, call.expected) <= BY_HAND


def _again(exercise):
    """Return the line that repeats the call, ready to be pasted into a cell."""
    name = exercise.name
    once_more = f"Again? v = check({name}); {name}(**v.arguments)"
    return [] if exercise.is_number else [once_more]


def no_function(exercise, given):
    """Return the Verdict on something else where a function or a class belongs."""
    kind = "class" if isinstance(exercise.reference, type) else "function"
    line = f"{exercise.signature} must be a {kind}; got {short(given)}."
    return wrong(exercise, [line])


def handed_on(exercise):
    """Return the Verdict on an answer that leaves the work to bpkit's own function."""
    return wrong(exercise, [fact("ours", exercise.name)])


def interrupted(exercise, ending, finished):
    """Return the Verdict on an answer that left nothing to compare."""
    if not ending.timed_out:
        return cannot_be_judged(exercise, ending)
    i = finished % len(exercise.cases())
    call = Call.of(exercise, i, None)
    lines = [
        _call(exercise, call),
        f"Stopped after {exercise.seconds:g} seconds: the answer did not end.",
    ]
    if ending.alive:
        lines.append("It cannot be stopped and runs on: restart the kernel.")
    lines.append("Question: What would have to happen for it to end?")
    return wrong(exercise, lines, call=call)


def cannot_be_judged(exercise, ending):
    """Return the Verdict on an answer that breaks whoever looks at it."""
    if ending.patched:
        names = ", ".join(ending.patched[:3])
        return wrong(exercise, [f"The answer replaced {names}; it has been put back."])
    endless = "looking at it did not end."
    why = endless if ending.timed_out else ending.error
    return wrong(exercise, [f"What came cannot be judged: {why}"])


def shown(exercise, call, came, flaw, repeats):
    """Return the lines that show a call, what is wrong with it, and how it repeats."""
    kind = getattr(flaw, "why", "") == "kind"
    if exercise.is_number and kind and real_numbers(flaw.came) is None:
        advice = _without_quotation_marks(flaw.came)
        that = "Those are" if exercise.kind == "numbers" else "That is"
        return [f"{that} no {exercise.kind}: {_what_came(flaw)}{advice}"]
    raised = came.error is not None
    how = _error(exercise, came) if raised else _difference(exercise, flaw)
    again = _again(exercise) if repeats else []
    return [_call(exercise, call), *how, *again]


def _difference(exercise, flaw):
    """Return the lines on what is wrong with what came."""
    if isinstance(flaw, tuple):
        return [fact(*flaw)]
    if flaw.where and flaw.expected is True:
        return [f"It should hold, and does not: {flaw.where}."]
    where = _place(exercise, flaw.where)
    observed = exercise.observe and isinstance(flaw.expected, str)
    write = str if observed and isinstance(flaw.came, str) else short
    came = f"Came{where}: {write(flaw.came) if observed else _what_came(flaw)}"
    # The right number itself would be the answer.
    right = f"Expected{where}: {write(flaw.expected)}"
    return [came] if exercise.is_number else [came, right]


def _call(exercise, call):
    """Write the call, in full where its arrays are small."""
    if exercise.is_number:
        verb = "are" if exercise.kind == "numbers" else "is"
        return f"Your {exercise.kind} {verb} not right."
    full = _written(exercise, call, CALL_ROOM)
    return f"Call: {full if len(full) <= CALL_LENGTH else _written(exercise, call)}"


def _written(exercise, call, room=ROOM):
    """Write a call whose arrays are written out up to so many numbers."""
    given = (f"{name}={_given(v, room)}" for name, v in call.arguments.items())
    return f"{exercise.name}({', '.join(given)})"


def _given(value, room):
    """Write an argument; an array of no dimension is not written as a number.

    A number cannot be changed in place, and has no shape.
    """
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return f"array({np.array2string(value, precision=6)})"
    return short(value, room)


def raised(exercise, came, shown):
    """Return the sentence on calls of which some raised; one of them may be shown."""
    errors = {i: o.error for i, o in enumerate(came) if o.error is not None}
    counts = len(errors), len(came)
    if shown in errors:
        return fact("raises", *counts)
    first = min(errors)
    call = _written(exercise, Call.of(exercise, first, None), room=2)
    return fact("raised", *counts, call, str(errors[first]))


def functions_in(exercise):
    """Return the names of the functions that an exercise hands in."""
    given = arguments(exercise, exercise.cases()[0]).items()
    return " and ".join(name for name, value in given if isinstance(value, Formula))


def _error(exercise, came):
    """Return the error and the line of the learner's code that raised it."""
    lines = [f"Raised {came.error}"]
    line = came.error.line
    if line:
        found = (said for words, said in PLAIN_WORDS if re.search(words, lines[0]))
        plain = next(found, None)
        return [
            *lines,
            f"In your code, {line}",
            *([f"Python: {plain}"] if plain else []),
        ]
    if came.returned is not None:
        return [f"Came: {short(came.returned)}", *lines]
    return [*lines, f"Your function is called as {exercise.signature}."]


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
        return f"{len(came)} where {len(expected)} were expected"
    if found.why == "shape":
        return f"shape {came.shape} where {expected.shape} was expected"
    if found.why == "kind" and real_numbers(came) is None:
        return kind_of(came, found.where)
    if found.why == "kind":
        many = "1 result belongs", f"{len(expected)} results belong"
        some = "a dict belongs", many[len(expected) != 1]
        return f"{short(came)} where {some[isinstance(expected, list | tuple)]}"
    return short(came)


def kind_of(value, within=""):
    """Say what came that is no real numbers; `within` is its place in a result."""
    if isinstance(value, Foreign):
        return value.kind
    kind = type(value).__name__
    if value is None and within:
        return "None: was it ever filled?"
    if value is None:
        return "None: does it reach a return with a value?"
    if inspect.isgenerator(value):
        return "a generator: nothing has been computed yet"
    if isinstance(value, str | bytes):
        return f"the text {value!r:.40}"
    if isinstance(value, dict | set):
        return f"a {kind}"
    if callable(value):
        return "a function: was it called?"
    if not isinstance(value, list | tuple | complex | np.ndarray | np.generic):
        return f"an object of type {kind}"
    try:
        dtype = np.asarray(value).dtype
    except BaseException:  # whatever a learner's class raises
        return "lists of uneven lengths"
    if dtype.hasobject:
        return "an array of objects"
    names = {"c": "complex numbers", "U": "texts", "S": "texts"}
    return names.get(dtype.kind, f"values of type {dtype}")


def _without_quotation_marks(given):
    """Return the advice for a number that was written as a text, or nothing."""
    try:
        float(given if isinstance(given, str) else "")
    except ValueError:
        return ""
    return "; without the quotation marks it would be a number"


def _stuck(exercise):
    """Return the line that helps, ready to be pasted into a cell."""
    return f'Stuck? from bpkit import hint; hint("{exercise.name}")'


_NUMBER = r"'(?:numpy\.|np\.)?(?:int|float|bool)\d*'"  # its type, as an error writes it
# Errors that numpy or Python words for those who know the cause already. A sentence is
# true whatever the cause was; the first whose pattern is found is said.
PLAIN_WORDS = [
    (
        "Numerical result out of range",
        "a number grew beyond the largest that a float can hold, about 1.8e308.",
    ),
    (
        "truth value of an array",
        "`if` and `and` ask one question; an array holds an answer for every entry.",
    ),
    (
        "can be converted to (a )?Python scalar|only (size|length)-1 arrays",
        "a function for one number, such as those of math, was given an array.",
    ),
    (
        r"unsupported operand type\(s\).*\b(function|method|Formula)\b|_or_method'",
        "one of the two is a function that was not called: it needs brackets.",
    ),
    (
        r"unsupported operand type\(s\).*NoneType",
        "one of the two is None, as from a function that returns nothing.",
    ),
    (
        r"'NoneType' object|non-iterable NoneType|type 'NoneType' has no len",
        "what stands there is None, as from a function that returns nothing.",
    ),
    (
        r"unsupported operand type\(s\).*'(list|tuple)'|can't multiply sequence",
        "a list does not compute entry by entry; an array does.",
    ),
    (
        "values to unpack",
        "there is another number of names than of values that they are to take.",
    ),
    (
        "is not callable",
        "what stands before the brackets is no function: is a * missing there?",
    ),
    (
        "NameError",
        "that name does not exist here: is it spelt as above, and was its cell run?",
    ),
    (
        "UnboundLocalError",
        "a name that is set anywhere in a function is the function's own everywhere.",
    ),
    (
        rf"not have enough dimensions \(has 0|for @: {_NUMBER} and {_NUMBER}",
        "@ is for arrays, and here stands a single number; * multiplies numbers.",
    ),
    (
        "matmul|not aligned",
        "A @ B needs as many columns in A as rows in B.",
    ),
    (
        "could not be broadcast",
        "entry by entry, two sizes must be equal, or one of them 1.",
    ),
    (
        "inhomogeneous shape",
        "the parts of one array must be of one shape.",
    ),
    (
        "setting an array element with a sequence",
        "one place of an array holds one number.",
    ),
    (
        "could not broadcast input array",
        "what is put into an array must fit the shape of its place there.",
    ),
    (
        r"return arrays must be of ArrayType|\bout(put)?\b'? must be an array",
        "numpy takes an argument for the array in which the result is to be written.",
    ),
    (
        r"index out of range|is out of bounds for axis",
        "there is no entry at that index: n entries have the indices 0 to n − 1.",
    ),
    (
        "too many indices for array",
        "an array takes no more indices than it has dimensions.",
    ),
    (
        "only integer scalar arrays can be converted to a scalar index",
        "an array stands where one whole number belongs.",
    ),
    (
        rf"{_NUMBER} object is not iterable|iteration over a 0-d array",
        "a single number cannot be looped over.",
    ),
    (
        rf"{_NUMBER} has no len|len\(\) of unsized object",
        "a single number has no length.",
    ),
    (
        r"Cannot cast ufunc.*from dtype\('float\d+'\) to dtype\('u?int",
        "an array of whole numbers cannot take decimals in place.",
    ),
]
FACTS = {
    "ours": "It hands the work on to bpkit's own {}: write it yourself.",
    "unasked": "{} was never called.",
    "raises": "It raised in {} of {} calls.",
    "raised": "It raised in {} of {} calls, one of them {}: {}",
    "printed": "It printed {}, and returned None.",
    "constant": "The same came from every call{}: {}.",
    "twice": "The result holds the same array twice.",
    "alike": "Where a result is wrong, all its columns are alike.",
    "one result": "In the result, {1}: right in every call{0}; {2}: not.",
    "changed": "It changed what it was given: {}.",
    "view": "The result shares its memory with an argument: it is not a new array.",
    "warned": "The numbers are right, but numpy warned: {}.",
    "reused": "A later call changed an earlier result: is one array or list used "
    "twice?",
    "kept": "The same call gave another result the second time: was something kept "
    "between the calls, or drawn from another random generator?",
    "raises once": "The same call raised one time and not the other: was something "
    "kept between the calls?",
    "partly": "It is right in {} of {} calls.",
    "flipped": "The size is right, the sign is not.",
    "swapped": "The two results are swapped.",
    "transpose": "Where the shape is wrong, what came is the transpose of what was "
    "expected.",
    "flat": "A flat array came where a column was expected.",
    "columns": "Where the shape is wrong, columns came and one column was expected.",
    "reshaped": "Where the shape is wrong, the numbers are right.",
    "several": "Several numbers came where one was expected.",
    "spread": "More numbers came than were expected: was something broadcast?",
    "more": "More numbers came than were expected.",
    "one": "One number came where there should be one for every entry.",
    "nonfinite": "{} came where a finite number was expected.",
    "zeros": "Every number that came is zero.",
    "factor": "What came is exactly {} times what was expected.",
    "divided": "What came is what was expected divided by {}.",
    "factor and number": "What came is {} · {} times what was expected.",
    "divided and number": "What came is {} times what was expected, divided by {}.",
    "few digits": "It is right to about four digits, then differs: float32, or a "
    "difference quotient?",
    "offset": "What came is what was expected plus {}.",
    "transposed": "Every square matrix came transposed.",
    "last right": "In a list of more than one, the last is right, the one before it is "
    "not.",
    "first right": "In a list of more than one, the first is right, the last is not.",
    "first column": "Where a result is wrong, only its first column is right.",
    "signs": "Every size is right; some signs are not.",
    "first entry": "Where a result is wrong, only its first entry is right.",
    "all but one": "Where a result is wrong, all its entries but one are right.",
}


def fact(name, *values):
    """Return the sentence on a fact, with its numbers."""
    written = [v if isinstance(v, str) else number(v, digits=6) for v in values]
    return FACTS[name].format(*written)


def observed(exercise, some_raised, name, *values):
    """Return the sentence on an observation, with the names of the results."""
    which = " that did not raise" if some_raised else ""
    if name == "one result":
        names = [exercise.returns[k] if exercise.returns else ORDER[k] for k in values]
        return fact(name, which, *names)
    if name == "constant":
        return fact(name, which, short(values[0]))
    return fact(name, *values)


ORDER = "the first result", "the second"


class Text(str):
    """A text that a notebook shows as it is, without quotation marks."""

    def __repr__(self):
        return str(self)


def short(value, room=ROOM):
    """Write a value so that it fits a line; arrays of more numbers by their shape."""
    try:
        text = _text(value, room)
    except BaseException:  # a learner's class may not even be shown
        text = f"an object of type {type(value).__name__}"
    return text if len(text) <= 240 else text[:160] + "…"


def _text(value, room):
    """Write a value: numbers with six digits, what is inside it in the same way."""
    if isinstance(value, np.ndarray) and value.ndim:
        if value.size > room:
            return f"array of shape {value.shape}"
        value = np.where(value == 0, 0, value) if value.dtype.kind == "f" else value
        return " ".join(np.array2string(value, precision=4, separator=", ").split())
    if isinstance(value, np.ndarray | np.generic):
        value = value.item()
    if isinstance(value, float):
        return f"{value + 0.0:.6g}"  # 0 for −0
    if isinstance(value, list | tuple):
        inside_room = room - ROOM if room > ROOM else min(room, 4)
        count = 4 if room <= ROOM else room
        inside = ", ".join(
            f"{{{short(v, inside_room)}}}"
            if isinstance(v, dict)
            else short(v, inside_room)
            for v in value[:count]
        )
        inside += ", …" if len(value) > count else ""
        inside += "," if isinstance(value, tuple) and len(value) == 1 else ""
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    if isinstance(value, dict):
        return ", ".join(f"{k}: {short(v, room=4)}" for k, v in value.items())
    if isinstance(value, np.random.Generator):
        return "rng"
    if inspect.isroutine(value):  # its repr holds an address
        return "a function" if value.__name__ == "<lambda>" else value.__name__
    return repr(value)
