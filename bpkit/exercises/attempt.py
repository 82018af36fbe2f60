"""What happened: an answer is run on every case, and what it did is noted."""

import copy
import inspect
import warnings
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from bpkit.exercises import sandbox
from bpkit.exercises.compare import close_enough

HUGE = 10**6  # numbers: larger results are compared, not copied


@dataclass(frozen=True)
class Outcome:
    """What one call gave: a value or an error, and what it did besides.

    ``copy`` is compared: a copy made at once of the value ``observed``, which a later
    call may change. ``returned`` is what the answer itself gave, where an observer
    looks on.
    """

    copy: object = None
    observed: object = None
    returned: object = None
    error: BaseException | None = None
    changed: tuple = ()
    shared: bool = False
    warned: tuple = ()


class Attempt:
    """An answer on its way through the cases of an exercise.

    ``outcomes`` has one for each case that has ended. ``leftover`` is "reused" where a
    later call changed an earlier result, "kept" where the same call gave another result
    the second time, or empty.
    """

    def __init__(self, exercise, answer):
        self.exercise = exercise
        self.answer = (lambda: answer) if exercise.is_number else answer
        self.outcomes, self.leftover = [], ""

    def run(self):
        """Run every case, and the first of them again."""
        for case in self.exercise.cases():
            self.outcomes.append(outcome(self.exercise, self.answer, case))
        again = outcome(self.exercise, self.answer, self.exercise.cases()[0])
        self.leftover = self._leftover(self.outcomes[0].copy, again)

    def _leftover(self, first, again):
        """Return what the calls left behind."""
        data = [o for o in self.outcomes if is_data(o.copy)]
        if not all(same_bits(o.observed, o.copy) for o in data):
            return "reused"
        if again.error is not None or not is_data(first):
            return ""
        second, rtol = again.copy, self.exercise.rtol
        alike = same_bits(second, first) or close_enough(second, first, rtol)
        return "" if alike else "kept"


@cache
def expected(exercise):
    """Return the outcome of an exercise's reference on every case."""
    return [outcome(exercise, exercise.reference, case) for case in exercise.cases()]


def arguments(exercise, case):
    """Return the arguments of a call by their names."""
    names = inspect.signature(exercise.reference).parameters
    return dict(zip(names, case.args, strict=False)) | case.kwargs


def outcome(exercise, answer, case):
    """Call an answer once and note what it returned, changed, shared and warned."""
    given = arguments(exercise, case)
    before = {name: copy.deepcopy(v) for name, v in given.items() if is_data(v)}
    returned = None

    def noted(*args, **kwargs):
        nonlocal returned
        returned = answer(*args, **kwargs)
        return returned

    observed = partial(exercise.observe, noted) if exercise.observe else noted
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            value = observed(*case.args, **case.kwargs)
    except sandbox.TimeLimit:
        raise
    except BaseException as error:  # also sys.exit()
        return Outcome(error=error, returned=returned)
    numerical = [w for w in caught if issubclass(w.category, RuntimeWarning)]
    changed = [n for n, was in before.items() if not same_bits(was, given[n])]
    return Outcome(
        copy=_copy(value),
        observed=value,
        returned=returned,
        changed=tuple(changed),
        shared=not exercise.may_share and _shares_memory(value, given),
        warned=tuple(str(w.message) for w in numerical) if exercise.quiet else (),
    )


def _copy(value):
    """Return a copy, or the value itself where it is huge or cannot be copied."""
    if sum(array.size for array in _arrays(value)) > HUGE:
        return value
    try:
        return copy.deepcopy(value)
    except Exception:
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
    return was == now or was != was
