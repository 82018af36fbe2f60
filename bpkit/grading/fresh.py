"""Fresh cases: the fixed ones with their numbers moved a little, from a seed."""

from dataclasses import replace
from functools import cache
from zlib import crc32

import numpy as np

from bpkit.exercises import bank
from bpkit.exercises.exercise import Case

SHARE = 0.1  # up to which a number is moved, either way


@cache
def fresh(name, seed):
    """Return an exercise on fresh cases, or None where it has none.

    Its mistakes are left out: these cases name none.

    Parameters
    ----------
    name : str
        The exercise.
    seed : int
        From which the cases are drawn; each exercise has its own.
    """
    exercise = bank()[name]
    if exercise.is_number or not exercise.fresh:
        return None

    def cases():
        rng = np.random.default_rng([seed, crc32(name.encode())])
        return [
            Case(*moved(list(case.args), rng), **moved(case.kwargs, rng))
            for case in exercise.cases()
        ]

    return replace(exercise, cases=cases, explain=None, mistakes=[])


def moved(value, rng):
    """Return a value whose floats, other than 0 and 1, are a little larger or smaller.

    Examples
    --------
    >>> moved([1.0, 3, "a"], np.random.default_rng(0))
    [1.0, 3, 'a']
    """
    if isinstance(value, dict):
        return {key: moved(item, rng) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(moved(item, rng) for item in value)
    is_array = isinstance(value, np.ndarray) and value.dtype.kind == "f"
    if not (is_array or type(value) is float):
        return value
    factors = 1 + SHARE * rng.uniform(-1, 1, np.shape(value))
    made = np.where(np.isin(value, (0, 1)), value, value * factors)
    return made.astype(value.dtype) if is_array else float(made)
