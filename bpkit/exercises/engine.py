"""What an exercise is, and how an answer to it is judged.

An exercise is defined once, as code that runs: the reference is a function, every
typical mistake is a function, and so is every unusual right answer. `judge` runs an
answer on the exercise's cases and compares numbers with numbers. A mistake is named
when the answer equals it on every case, and no other mistake does.
"""

import copy
import dis
import inspect
import re
import textwrap
import types
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from bpkit.exercises import sandbox, slips
from bpkit.exercises.compare import (
    RTOL,
    Pair,
    difference,
    observation,
    same,
    wrong_type,
)
from bpkit.exercises.verdict import Verdict, short

# What a function does that holds only `...`, `pass`, `return None` or `name = ...`.
NOTHING = ("RESUME", "LOAD_CONST", "STORE_FAST", "RETURN_CONST", "RETURN_VALUE", "NOP")
DOTS = (None, ...)
HUGE = 10**6  # numbers: larger results are compared, not copied


class Case:
    """One call of an answer: its arguments, made afresh for every run.

    Parameters
    ----------
    *args, **kwargs
        What the answer is called with.
    """

    def __init__(self, *args, **kwargs):
        self.args, self.kwargs = args, kwargs


class Formula:
    """A function to hand to an answer, shown by its formula.

    Examples
    --------
    >>> square = Formula("x²", lambda x: x**2)
    >>> square, square(3)
    (x², 9)
    """

    def __init__(self, text, function):
        self.text, self.function = text, function

    def __call__(self, *args):
        """Return the function's value."""
        return self.function(*args)

    def __repr__(self):
        return self.text


@dataclass(frozen=True)
class Mistake:
    """A typical wrong answer, and the question that helps whoever gave it."""

    name: str
    function: object
    question: str


@dataclass(frozen=True)
class Outcome:
    """What one call gave: a value or an error, and what it did besides.

    ``value`` is a copy made at once; ``original`` is the object itself, which a later
    call may change; ``returned`` is what the answer gave, where an observer looks on.
    """

    value: object = None
    original: object = None
    returned: object = None
    error: BaseException | None = None
    changed: tuple = ()
    shared: bool = False
    warned: tuple = ()


@dataclass
class Exercise:
    """A task, its right answers and its wrong ones. Made by `exercise` or `number`.

    Attributes
    ----------
    reference : callable
        The right answer; `reveal` shows its source.
    lesson : int
        The lesson it belongs to.
    task : str
        What is asked, in one paragraph.
    cases : callable
        Returns the cases, made afresh at every call so that nothing is shared.
    hints : tuple of str
        From a nudge to nearly the answer.
    observe : callable
        ``observe(answer, *args)`` gives the facts that are compared; by default what
        the answer returns. Facts as a dict are named in the message.
    accepts : callable or None
        ``accepts(value, *args)`` says in words why a value is not right, or returns
        None; for exercises with many right answers. Replaces the comparison with the
        reference, which must pass it too.
    returns : tuple of str
        Names of the results, for messages.
    quantities : callable or None
        ``quantities(*args)`` names the numbers that may be wrong factors, such as
        ``{"m, the number of examples,": 5}``.
    explain : callable or None
        ``explain(answer)`` says more about a wrong answer, from numbers.
    rtol : float
        Relative difference up to which numbers are the same.
    free_shape : bool
        Whether a vector may be flat, a column or a row.
    quiet : bool
        Whether numpy's warnings count as wrong.
    may_share : bool
        Whether the result may hold an argument's memory.
    is_number : bool
        Whether the answer is a number, not a function.
    seconds : float
        Time limit for all cases together.
    mistakes, variants : list
        Filled by the decorators `mistake` and `variant`.
    """

    reference: object
    lesson: int
    task: str
    cases: object
    hints: tuple
    observe: object = None
    accepts: object = None
    returns: tuple = ()
    quantities: object = None
    explain: object = None
    rtol: float = RTOL
    free_shape: bool = False
    quiet: bool = False
    may_share: bool = False
    is_number: bool = False
    seconds: float = 5.0
    mistakes: list = field(default_factory=list)
    variants: list = field(default_factory=list)

    @property
    def name(self):
        """The name that the learner's function must have."""
        return self.reference.__name__

    @property
    def signature(self):
        """The call, as the task shows it."""
        signature = "" if self.is_number else inspect.signature(self.reference)
        return f"{self.name}{signature}"

    @property
    def source(self):
        """The reference's source, without the exercise around it."""
        source = inspect.getsource(self.reference)
        return source[re.search("^def ", source, re.MULTILINE).start() :]

    def mistake(self, question):
        """Register the decorated function as a typical wrong answer."""

        def register(function):
            self.mistakes.append(Mistake(function.__name__, function, question))
            return function

        return register

    def variant(self, function):
        """Register the decorated function as a right answer written another way."""
        self.variants.append(function)
        return function

    def slips(self, text):
        """Register slips: the lines that a learner writes in place of the right ones.

        Parameters
        ----------
        text : str
            A slip is its name, a colon and its question, which may go on over further
            lines; then, indented, its lines. A line that ends with a mark, ``# BP1``,
            stands for the line of the reference with the same mark, together with the
            slip's lines right before it. ``pass  # BP1`` leaves it out. In an exercise
            whose answer is a number, a slip's line is the wrong number.

        Raises
        ------
        ValueError
            If the reference has no line, or more than one, with a slip's mark.

        Examples
        --------
        >>> @exercise(lesson=0, task="", cases=list, hints=())
        ... def double(x):
        ...     twice = 2 * x  # product
        ...     return twice
        >>> double.slips('''
        ... adds_two: Added to x, or times x?
        ...     twice = 2 + x  # product
        ... ''')
        >>> double.mistakes[0].function(5)
        7
        """
        for name, question, lines in slips.parse(text):
            make = slips.wrong_number if self.is_number else slips.slipped
            function = make(name, self.reference, self.source, lines)
            self.mistakes.append(Mistake(name, function, question))

    @cached_property
    def expected(self):
        """The reference's outcome on every case."""
        return outcomes(self, self.reference)

    @cached_property
    def known(self):
        """Every mistake with its outcomes."""
        return [Known(self, mistake) for mistake in self.mistakes]


class Known:
    """The outcomes of a mistake: found case by case, since the first tells most apart.

    Parameters
    ----------
    exercise : Exercise
        The exercise.
    mistake : Mistake
        One of its mistakes.
    """

    def __init__(self, exercise, mistake):
        self.exercise, self.mistake = exercise, mistake
        self.cases, self.found = exercise.cases(), []

    def __iter__(self):
        for i, case in enumerate(self.cases):
            if i == len(self.found):
                made = outcome(self.exercise, self.mistake.function, case)
                self.found.append(made)
            yield self.found[i]

    def showing(self):
        """Return how many cases show the mistake by a value, not by an error."""
        cases, expected = self.exercise.cases(), self.exercise.expected
        return sum(
            o.error is None and bool(_flaw(self.exercise, case, o, e))
            for case, o, e in zip(cases, self, expected, strict=True)
        )


def exercise(lesson, task, cases, hints, **options):
    """Make an exercise of the decorated reference answer."""

    def make(reference):
        return Exercise(
            reference, lesson, textwrap.dedent(task).strip(), cases, hints, **options
        )

    return make


def number(lesson, task, hints, rtol=1e-3, **options):
    """Make an exercise whose answer is worked by hand: the reference computes it."""
    options |= {"is_number": True, "rtol": rtol}
    return exercise(lesson, task, lambda: [Case()], hints, **options)


def judge(exercise, answer):
    """Return the Verdict on an answer: a function, or for a number its value."""
    if _is_stub(answer):
        return _not_yet(exercise)
    if exercise.is_number:
        value = answer
        answer = lambda: value  # noqa: E731 - a number is an answer to the call f()
    elif not callable(answer):
        return _verdict(
            exercise, f"{exercise.signature} must be a function; got {short(answer)}."
        )
    exercise.expected  # noqa: B018 - the answer may break what the reference needs
    came = []
    run = sandbox.run(lambda: _attempt(exercise, answer, came), exercise.seconds)
    if run.patched:
        names = ", ".join(run.patched[:3])
        return _verdict(exercise, f"The answer replaced {names}; it has been put back.")
    if run.timed_out:
        return _verdict(exercise, _timed_out(exercise, len(came), run.alive))
    error = run.error
    if error is None:
        try:
            if all(map(_placeholder, came)):
                return _not_yet(exercise)
            return _compare(exercise, answer, came, run.value)
        except Exception as raised:  # an object may break whoever looks at it
            error = raised
    message = f"What came cannot be judged: {_name_and_words(error)}"
    return _verdict(exercise, message)


def outcomes(exercise, answer):
    """Return the outcome of an answer on every case."""
    return [outcome(exercise, answer, case) for case in exercise.cases()]


def outcome(exercise, answer, case):
    """Call an answer once and note what it returned, changed, shared and warned."""
    given = _arguments(exercise, case)
    before = {name: copy.deepcopy(v) for name, v in given.items() if _is_data(v)}
    returned = None

    def noted(*args, **kwargs):
        nonlocal returned
        returned = answer(*args, **kwargs)
        return returned

    try:
        with sandbox.recorded_warnings() as warned:
            if exercise.observe is None:
                value = noted(*case.args, **case.kwargs)
            else:
                value = exercise.observe(noted, *case.args, **case.kwargs)
    except sandbox.TimeLimit:
        raise
    except BaseException as error:  # also sys.exit()
        return Outcome(error=error, returned=returned)
    changed = [n for n, was in before.items() if not _identical(was, given[n])]
    return Outcome(
        value=_copy(value),
        original=value,
        returned=returned,
        changed=tuple(changed),
        shared=not exercise.may_share and _shares_memory(value, given.values()),
        warned=tuple(warned) if exercise.quiet else (),
    )


def _copy(value):
    """Return a copy, or the value itself where it is huge or cannot be copied."""
    if sum(array.size for array in _arrays(value)) > HUGE:
        return value
    try:
        return copy.deepcopy(value)
    except Exception:
        return value


def _attempt(exercise, answer, came):
    """Note every case's outcome, run the first again; return what was left behind."""
    for case in exercise.cases():
        came.append(outcome(exercise, answer, case))
    again = outcome(exercise, answer, exercise.cases()[0])
    if any(not _identical(c.original, c.value) for c in came if _is_data(c.value)):
        return "shared"
    first = came[0]
    if exercise.accepts is not None or not _is_data(first.value) or again.error:
        return ""
    alike = same(again.value, first.value, exercise.rtol, exercise.free_shape)
    return "" if alike or _identical(again.value, first.value) else "kept"


def _compare(exercise, answer, came, leftover):
    """Judge outcomes: right, a proved mistake, an error, or the facts."""
    cases, expected = exercise.cases(), exercise.expected
    flaws = [
        _flaw(exercise, case, c, e)
        for case, c, e in zip(cases, came, expected, strict=True)
    ]
    wrong = [i for i, flaw in enumerate(flaws) if flaw]
    if not wrong and not leftover:
        return _verdict(exercise, "Right on every case.", passed=True)
    if not wrong:
        return _verdict(exercise, LEFTOVERS[leftover])
    i = next((i for i in wrong if came[i].error is None), wrong[0])
    message = [_call_text(exercise, cases[i]), *flaws[i]]
    mistake = _proved(exercise, came)
    if mistake:
        message.append(f"Question: {mistake.question}")
        return _verdict(exercise, "\n".join(message), mistake=mistake.name)
    facts = [LEFTOVERS[leftover]] if leftover else []
    facts += _facts(exercise, answer, came)
    if len(wrong) < len(came):
        facts.append(f"It is right in {len(came) - len(wrong)} of {len(came)} calls.")
    # All that is known at once would bury what helps.
    message += [f"Observation: {fact}" for fact in facts[:2]]
    if came[i].error is None and not leftover:
        message.append(f"Question: {_general_question(exercise)}")
    return _verdict(exercise, "\n".join(message))


LEFTOVERS = {
    "shared": "A later call changed the result of the first: is one array used twice?",
    "kept": "The same call gave another result the second time: was something kept "
    "between the calls, or drawn from another random generator?",
}


def _flaw(exercise, case, came, expected):
    """Return the lines that say what is wrong with one outcome, or an empty list."""
    if came.error is not None:
        return _error_lines(exercise, came)
    if came.changed:
        return [f"It changed its argument {', '.join(came.changed)}."]
    if exercise.accepts is not None:
        why = _refused(exercise, case, came.value)
        return [f"Came: {short(came.value)}", why] if why else []
    found = difference(came.value, expected.value, exercise.rtol, exercise.free_shape)
    if found and found.where and found.expected is True:
        return [f"Not so: {found.where}."]
    if found:
        where = _place(exercise, found.where)
        lines = [f"Came{where}: {found.why or short(found.came)}"]
        if not exercise.is_number:  # that would be the answer
            lines.append(f"Expected{where}: {short(found.expected)}")
        return lines
    if came.shared:
        return ["The result shares its memory with an argument: it is not a new array."]
    if came.warned and not expected.warned:
        return [f"The numbers are right, but numpy warned: {came.warned[0]}."]
    return []


def _refused(exercise, case, value):
    """Return why an exercise with many right answers refuses a value, or None."""
    try:
        return exercise.accepts(value, *case.args, **case.kwargs)
    except Exception as error:
        return wrong_type(value) or f"It cannot be used: {_name_and_words(error)}"


def _proved(exercise, came):
    """Return the one mistake whose outcomes these are, if the cases prove it."""
    needed = 1 if exercise.is_number else 2
    matching = [
        known.mistake
        for known in exercise.known
        if all(
            _alike(exercise, *three)
            for three in zip(came, known, exercise.expected, strict=True)
        )
        and known.showing() >= needed
    ]
    return matching[0] if len(matching) == 1 else None


def _alike(exercise, came, known, expected):
    """Return whether a call had the outcome that it has with a known mistake."""
    if came.error is not None or known.error is not None:
        return came.error is not None and known.error is not None
    how = {"rtol": exercise.rtol, "free_shape": exercise.free_shape}
    if came.changed != known.changed or not same(came.value, known.value, **how):
        return False
    # Where the numbers are right, what else it did is what is wrong with it.
    right = exercise.accepts is None and same(known.value, expected.value, **how)
    quirks = (came.shared, bool(came.warned)) == (known.shared, bool(known.warned))
    return quirks or not right


def _facts(exercise, answer, came):
    """Return what the numbers prove beyond the first difference."""
    expected = exercise.expected
    if exercise.is_number:
        flipped = same(came[0].value, -np.asarray(expected[0].value), exercise.rtol)
        return ["The size is right, the sign is not."] if flipped else []
    facts = []
    finished = [i for i, c in enumerate(came) if c.error is None]
    if exercise.accepts is None and finished:
        cases = exercise.cases()
        pairs = [
            Pair(came[i].value, expected[i].value, _quantities(exercise, cases[i]))
            for i in finished
        ]
        facts.append(observation(pairs))
    if exercise.explain and finished:
        run = sandbox.run(lambda: exercise.explain(answer), exercise.seconds)
        facts.append(run.value)
    return [fact for fact in facts if fact]


def _quantities(exercise, case):
    """Return the named quantities of a case."""
    if exercise.quantities is None:
        return {}
    return exercise.quantities(*case.args, **case.kwargs)


def _verdict(exercise, message, attempted=True, passed=False, mistake=None):
    """Return a Verdict on this exercise."""
    return Verdict(exercise.name, passed, attempted, mistake, message)


def _not_yet(exercise):
    """Return the Verdict on what is not yet an answer."""
    message = f"No answer yet. {_first_step(exercise)}"
    return _verdict(exercise, message, attempted=False)


def _is_stub(answer):
    """Return whether an answer is still `...`: a value, or a function of that body."""
    if answer is None or answer is ...:
        return True
    return isinstance(answer, types.FunctionType) and all(
        step.opname in NOTHING and ("CONST" not in step.opname or step.argval in DOTS)
        for step in dis.get_instructions(answer)
    )


def _placeholder(outcome):
    """Return whether an outcome comes from dots that were not replaced."""
    return (
        isinstance(outcome.error, NotImplementedError)
        or (isinstance(outcome.error, TypeError) and "ellipsis" in str(outcome.error))
        or _holds_ellipsis(outcome.returned)
    )


def _holds_ellipsis(value):
    """Return whether a value is `...` or holds it."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return any(_holds_ellipsis(part) for part in value)
    return value is ...


def _first_step(exercise):
    """Return how to begin."""
    if exercise.is_number:
        start = f"Put your number in place of the dots, then check({exercise.name}=…)."
        return f"{start}\n{_stuck(exercise)}"
    return f"Replace the dots and check again.\n{_stuck(exercise)}"


def _stuck(exercise):
    """Return the line that helps, ready to be pasted into a cell."""
    return f'Stuck? from bpkit import hint; hint("{exercise.name}")'


def _timed_out(exercise, finished, alive):
    """Return the message for an answer that does not end."""
    cases = exercise.cases()
    lines = [
        _call_text(exercise, cases[finished % len(cases)]),
        f"Stopped after {exercise.seconds:g} seconds: the answer did not end.",
    ]
    if alive:
        lines.append("It cannot be stopped and runs on: restart the kernel.")
    return "\n".join([*lines, "Question: What would have to happen for it to end?"])


def _error_lines(exercise, came):
    """Return the error and the line of the learner's code that raised it."""
    line = sandbox.line_of(came.error)
    lines = [f"Raised {_name_and_words(came.error)}"]
    if line:
        return [*lines, f"In your code, {line}"]
    if exercise.observe and came.returned is not None:
        return [f"Came: {short(came.returned)}", *lines]
    return [*lines, f"Your function is called as {exercise.signature}."]


def _name_and_words(error):
    """Write an error on one line."""
    try:
        words = " ".join(str(error).split())
    except Exception:
        words = ""
    return f"{type(error).__name__}: {words[:300]}".rstrip(": ")


def _general_question(exercise):
    """Return the question for a wrong answer that no mistake explains."""
    if exercise.is_number:
        return f"Which step led to it?\n{_stuck(exercise)}"
    return f"Work this call by hand: where do you part?\n{_stuck(exercise)}"


def _arguments(exercise, case):
    """Return the arguments of a call by their names."""
    names = list(inspect.signature(exercise.reference).parameters)
    return dict(zip(names, case.args, strict=False)) | case.kwargs


def _call_text(exercise, case):
    """Write the call, short."""
    if exercise.is_number:
        return "Your number is not right."
    arguments = _arguments(exercise, case).items()
    parts = ", ".join(f"{name}={short(value)}" for name, value in arguments)
    return f"Call: {exercise.name}({parts})"


def _place(exercise, where):
    """Write a place in the result with the names of the results."""
    if not where:
        return ""
    for i, name in enumerate(exercise.returns):
        if where.startswith(f"[{i}]"):
            where = name + where[len(f"[{i}]") :]
    return f" at {where}" if where.startswith("[") else f" for {where}"


def _is_data(value):
    """Return whether a value is numbers: arrays, or lists and dicts of them."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return all(_is_data(part) for part in value)
    if isinstance(value, np.ndarray):
        return not value.dtype.hasobject
    return isinstance(value, int | float | str | np.generic | None)


def _identical(was, now):
    """Return whether data are as they were, to the bit."""
    if type(was) is not type(now):
        return False
    if isinstance(was, dict):
        was, now = list(was.items()), list(now.items())
    if isinstance(was, list | tuple):
        return len(was) == len(now) and all(map(_identical, was, now))
    if isinstance(was, np.ndarray):
        kept = was.shape == now.shape and was.dtype == now.dtype
        return kept and was.tobytes() == now.tobytes()
    return was == now or was != was


def _shares_memory(value, args):
    """Return whether a result is, in part, an argument."""
    arrays = [a for arg in args for a in _arrays(arg)]
    return any(np.may_share_memory(v, a) for v in _arrays(value) for a in arrays)


def _arrays(value):
    """Return the arrays in a value."""
    if isinstance(value, np.ndarray):
        return [value] if value.size else []
    if isinstance(value, list | tuple):
        return [a for part in value for a in _arrays(part)]
    if isinstance(value, dict):
        return [a for part in value.values() for a in _arrays(part)]
    return []
