"""What happened: an answer is run on every case, and what it did is noted."""

import copy
import inspect
import os
import warnings
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from bpkit.exercises import sandbox
from bpkit.exercises.compare import close_enough
from bpkit.exercises.exercise import Case, Formula

HUGE = 10**6  # numbers: larger results are compared, not copied
ASKED = 1000  # calls of a function handed in that are noted


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
    error: BaseException | None = None
    changed: tuple = ()
    shared: bool = False
    warned: tuple = ()
    printed: str = ""
    asked: tuple = ()


class Attempt:
    """An answer on its way through the cases of an exercise.

    ``outcomes`` has one for each case that has ended. ``leftover`` is "reused" where a
    later call changed an earlier result, "kept" where the same call gave another result
    the second time, "raises once" where it raised one time only, or empty.
    """

    def __init__(self, exercise, answer):
        self.exercise = exercise
        self.answer = (lambda: answer) if exercise.is_number else answer
        self.outcomes, self.leftover = [], ""

    def run(self):
        """Run every case, and the first of them again."""
        answer = _childless(self.answer)
        for case in self.exercise.cases():
            self.outcomes.append(outcome(self.exercise, answer, case))
        again = outcome(self.exercise, answer, self.exercise.cases()[0])
        self.leftover = self._leftover(self.outcomes[0], again)

    def _leftover(self, first, again):
        """Return what the calls left behind."""
        data = [o for o in self.outcomes if is_data(o.copy)]
        if not all(same_bits(o.observed, o.copy) for o in data):
            return "reused"
        if (again.error is None) != (first.error is None):
            return "raises once"
        if again.error is not None or not is_data(first.copy):
            return ""
        two, rtol = (again.copy, first.copy), self.exercise.rtol
        return "" if same_bits(*two) or close_enough(*two, rtol) else "kept"


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

    A case that hands in none shows the least, so that it counts as the largest.
    """
    pairs = zip(exercise.cases(), expected(exercise), strict=True)
    given = [(arguments(exercise, case), right.copy) for case, right in pairs]
    return [size(*call) if size(call[0], []) else np.inf for call in given]


def size(given, expected):
    """Return how many numbers a call hands in and expects back."""
    return sum(map(np.size, parts([*given.values(), expected])))


def arguments(exercise, case):
    """Return the arguments of a call by their names."""
    names = inspect.signature(exercise.reference).parameters
    return dict(zip(names, case.args, strict=False)) | case.kwargs


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
            error=error, returned=returned, finished=finished, asked=tuple(asked)
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
