"""What happened: an answer is run on every case, and what it did is noted.

What `attempt` notes is data, which another process may judge: it uses no right answer.
"""

import copy
import dis
import os
import types
import warnings
from dataclasses import dataclass, field, replace
from functools import cache, partial

import numpy as np

from bpkit.exercises import sandbox
from bpkit.exercises.compare import close_enough
from bpkit.exercises.exercise import Case, Formula

HUGE = 10**6  # numbers: larger results are compared, not copied
ASKED = 1000  # calls of a function handed in that are noted


# What a function does that holds only `...`, `pass`, `return None` or `name = ...`. On
# a Python whose opcodes have other names, such a stub is judged by what it gives, and
# only dots that are given or computed with are known, by `Raised.is_dots`.
NOTHING = ("RESUME", "LOAD_CONST", "STORE_FAST", "RETURN_CONST", "RETURN_VALUE", "NOP")
DOTS = (None, ...)


@dataclass(frozen=True)
class Raised:
    """An error, in words.

    ``line`` is the last line of the learner's own code under it, if any is; ``is_dots``
    says that it comes from dots that were not replaced.
    """

    name: str
    words: str
    line: str | None = None
    is_dots: bool = False

    @classmethod
    def of(cls, error):
        """Put an error into words."""
        try:
            words = " ".join(str(error).split())
        except BaseException:  # whatever a learner's class raises
            words = ""
        is_dots = (
            isinstance(error, NotImplementedError) and sandbox.raised_by_learner(error)
        ) or (isinstance(error, TypeError) and "ellipsis" in words)
        words = words if len(words) <= 300 else words[:300] + "…"
        return cls(type(error).__name__, words, sandbox.learners_line(error), is_dots)

    def __str__(self):
        return f"{self.name}: {self.words}".rstrip(": ")


@dataclass(frozen=True)
class Outcome:
    """What one call gave: a value or an error, and what it did besides.

    ``copy`` is compared: a copy made at once of the value ``observed``, which a later
    call may change. ``returned`` is what the answer itself gave, where an observer
    looks on, and ``finished`` how often it did. ``printed`` is the beginning of what a
    call printed that gave None. ``asked`` holds the arguments of the first calls of the
    functions handed in.
    """

    copy: object = None
    observed: object = None
    returned: object = None
    finished: int = 0
    error: Raised | None = None
    changed: tuple = ()
    shared: bool = False
    warned: tuple = ()
    printed: str = ""
    asked: tuple = ()


@dataclass
class Attempt:
    """What became of an answer to an exercise.

    ``outcomes`` has one for each case that has ended. ``leftover`` is "reused" where a
    later call changed an earlier result, "kept" where the same call gave another result
    the second time, "raises once" where it raised one time only, or empty. ``given`` is
    what came where a function belongs, and is none. ``explain`` returns what the
    exercise says of the answer, or None.
    """

    outcomes: list = field(default_factory=list)
    leftover: str = ""
    ending: sandbox.Ending = field(default_factory=sandbox.Ending)
    is_stub: bool = False
    is_function: bool = True
    given: object = None
    explain: object = lambda: None


def attempt(exercise, answer):
    """Run an answer on every case, and on the first of them again.

    Parameters
    ----------
    exercise : Exercise
        Its reference is not asked.
    answer : object
        A function or, for a number, its value.

    Returns
    -------
    Attempt
        Whatever the answer did; nothing is raised.
    """
    if is_stub(answer):
        return Attempt(is_stub=True)
    if not (exercise.is_number or callable(answer)):
        return Attempt(is_function=False, given=answer)
    tried = Attempt()
    if exercise.explain:
        tried.explain = partial(_explained, exercise, answer)
    function = (lambda: answer) if exercise.is_number else answer
    with sandbox.out_of_reach(exercise.name):
        ending = sandbox.run(
            lambda: _run(exercise, _childless(function), tried), exercise.seconds
        )
    tried.ending = in_words(ending)
    if ending.patched:  # then nobody knows who noted it
        tried.outcomes = []
    return tried


def in_words(ending):
    """Return how a run ended, its error in words."""
    error = ending.error and Raised.of(ending.error)
    return replace(ending, value=None, error=error)


def _explained(exercise, answer):
    """Return what an exercise says of an answer, or None."""
    return sandbox.run(lambda: exercise.explain(answer), exercise.seconds).value


def _run(exercise, answer, tried):
    """Run every case, and the first of them again."""
    for case in exercise.cases():
        tried.outcomes.append(outcome(exercise, answer, case))
    again = outcome(exercise, answer, exercise.cases()[0])
    tried.leftover = _leftover(exercise, tried.outcomes, again)


def _leftover(exercise, outcomes, again):
    """Return what the calls left behind."""
    first, *_ = outcomes
    data = [o for o in outcomes if is_data(o.copy)]
    if not all(same_bits(o.observed, o.copy) for o in data):
        return "reused"
    if (again.error is None) != (first.error is None):
        return "raises once"
    if again.error is not None or not is_data(first.copy):
        return ""
    two = again.copy, first.copy
    return "" if same_bits(*two) or close_enough(*two, exercise.rtol) else "kept"


def is_stub(answer):
    """Return whether an answer is still `...`: a value, or a function of that body.

    A class is one as long as a method that Python calls by itself, `__add__`, is one.
    """
    if answer is None or answer is ...:
        return True
    if type(answer) is type:
        return any(
            is_stub(method)
            for name, method in vars(answer).items()
            if name.startswith("__") and type(method) is types.FunctionType
        )
    return type(answer) is types.FunctionType and all(
        step.opname in NOTHING and ("CONST" not in step.opname or step.argval in DOTS)
        for step in dis.get_instructions(answer)
    )


def _childless(answer):
    """Return an answer whose forked children end with the call, and judge nothing."""
    parent = os.getpid()

    def called(*args, **kwargs):
        try:
            return answer(*args, **kwargs)
        finally:
            if os.getpid() != parent:
                os._exit(0)

    return called


@cache
def expected(exercise):
    """Return the outcome of an exercise's reference on every case."""
    return [outcome(exercise, exercise.reference, case) for case in exercise.cases()]


@cache
def sizes(exercise):
    """Return how many numbers each case hands in and expects back.

    A case that hands in none, or expects none back, shows the least, so that it counts
    as the largest.
    """
    pairs = zip(exercise.cases(), expected(exercise), strict=True)
    given = [(arguments(exercise, case), right.copy) for case, right in pairs]
    return [
        size(*call) if size(call[0], []) and size({}, call[1]) else np.inf
        for call in given
    ]


def size(given, expected):
    """Return how many numbers a call hands in and expects back."""
    return sum(map(np.size, parts([*given.values(), expected])))


def arguments(exercise, case):
    """Return the arguments of a call by their names."""
    return dict(zip(exercise.parameters, case.args, strict=False)) | case.kwargs


def outcome(exercise, answer, case):
    """Call an answer once and note what it returned, changed, shared and warned."""
    asked = []
    if not exercise.observe and any(isinstance(v, Formula) for v in case.args):
        case = Case(*(_heard(v, asked) for v in case.args), **case.kwargs)
    given = arguments(exercise, case)
    before = {name: copy.deepcopy(v) for name, v in given.items() if is_data(v)}
    returned, finished = None, 0

    def noted(*args, **kwargs):
        nonlocal returned, finished
        returned = answer(*args, **kwargs)
        finished += 1
        return returned

    observed = partial(exercise.observe, noted) if exercise.observe else noted
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            value = observed(*case.args, **case.kwargs)
    except sandbox.TimeLimit:
        raise
    except BaseException as error:  # also sys.exit()
        # What was printed is taken away, or the next call would have printed it.
        sandbox.printed()
        return Outcome(
            error=Raised.of(error),
            returned=returned,
            finished=finished,
            asked=tuple(asked),
        )
    numerical = [w for w in caught if issubclass(w.category, RuntimeWarning)]
    changed = [n for n, was in before.items() if not same_bits(was, given[n])]
    return Outcome(
        copy=_copy(value),
        observed=value,
        returned=returned,
        finished=finished,
        changed=tuple(changed),
        shared=not exercise.may_share and _shares_memory(value, given),
        warned=tuple(str(w.message) for w in numerical) if exercise.quiet else (),
        printed=" ".join(sandbox.printed().split()) if returned is None else "",
        asked=tuple(asked),
    )


def _heard(value, asked):
    """Return a value; a function notes in `asked` what it is called with."""
    if not isinstance(value, Formula):
        return value

    def noting(*args):
        if len(asked) < ASKED:
            asked.append(_copy(args))
        return value(*args)

    return Formula(value.text, noting)


@dataclass(frozen=True)
class Call:
    """A call to show: ``name(**arguments)`` repeats it.

    ``came`` and ``expected`` are what is compared: what the answer returned, or what
    was observed of it.
    """

    arguments: dict
    came: object
    expected: object

    @classmethod
    def of(cls, exercise, i, came):
        """Make the last call of case i, of arguments made afresh."""
        case, calls = exercise.cases()[i], []

        def noted(*args, **kwargs):
            calls.append(copy.deepcopy((args, kwargs)))
            return exercise.reference(*args, **kwargs)

        if exercise.observe:
            exercise.observe(noted, *case.args, **case.kwargs)
            args, kwargs = calls[-1]
            case = Case(*args, **kwargs)
        return cls(arguments(exercise, case), came, expected(exercise)[i].copy)


def _copy(value):
    """Return a copy, or the value itself where it is huge or cannot be copied."""
    if sum(array.size for array in _arrays(value)) > HUGE:
        return value
    try:
        return copy.deepcopy(value)
    except sandbox.TimeLimit:
        raise
    except BaseException:  # whatever a learner's class raises
        return value


def _shares_memory(value, given):
    """Return whether a result is, in part, an argument."""
    arrays = _arrays(given)
    return any(np.may_share_memory(v, a) for v in _arrays(value) for a in arrays)


def _arrays(value):
    """Return the arrays in a value."""
    return [part for part in parts(value) if isinstance(part, np.ndarray)]


def parts(value):
    """Yield what a nested value holds, left to right."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            yield from parts(part)
    else:
        yield value


def is_data(value):
    """Return whether a value is numbers: arrays, or lists and dicts of them."""
    return all(
        not part.dtype.hasobject
        if isinstance(part, np.ndarray)
        else isinstance(part, int | float | str | np.generic | None)
        for part in parts(value)
    )


def same_bits(was, now):
    """Return whether data are as they were, to the bit."""
    if type(was) is not type(now):
        return False
    if isinstance(was, dict):
        was, now = list(was.items()), list(now.items())
    if isinstance(was, list | tuple):
        return len(was) == len(now) and all(map(same_bits, was, now))
    if isinstance(was, np.ndarray):
        kept = was.shape == now.shape and was.dtype == now.dtype
        return kept and was.tobytes() == now.tobytes()
    return was == now or (was != was and now != now)
