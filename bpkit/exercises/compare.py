"""Hold numbers against numbers: is what came what was expected, and if not, where.

An outcome is a number, an array, or a (nested) list, tuple or dict of them. Its leaves
are compared one by one, each with a tolerance from the size of what was expected.
"""

from dataclasses import dataclass
from decimal import Decimal
from numbers import Real

import numpy as np

RTOL = 1e-6  # float64 answers written another way agree far better than this
RTOL_SINGLE = 1e-4  # answers in float32
ATOL = 1e-9  # of the largest entry expected


@dataclass(frozen=True)
class Difference:
    """The first place where an outcome is not what was expected.

    In an array it is the first NaN or infinity that was not expected, if one came.
    ``why`` is "kind", "count" or "shape" where no numbers could be compared.
    """

    where: str
    came: object
    expected: object
    why: str = ""
    index: tuple = ()


def close_enough(came, expected, rtol=RTOL):
    """Return whether an outcome is, to rounding, the one expected."""
    return difference(came, expected, rtol) is None


def differences(came, expected, rtol=RTOL):
    """Return the Difference, or None, of each pair of outcomes."""
    return [difference(*two, rtol) for two in zip(came, expected, strict=True)]


def difference(came, expected, rtol=RTOL, where=""):
    """Return the first Difference between two outcomes, or None."""
    if isinstance(expected, dict):
        if not isinstance(came, dict):
            return Difference(where, came, expected, "kind")
        # The order of the keys is the order of importance.
        rows = [(where + key, came.get(key), e) for key, e in expected.items()]
    elif isinstance(expected, list | tuple):
        many = isinstance(came, np.ndarray) and came.ndim
        if not (many or isinstance(came, list | tuple)):
            return Difference(where, came, expected, "kind")
        if len(came) != len(expected):
            return Difference(where, came, expected, "count")
        numbered = enumerate(zip(came, expected, strict=True))
        rows = [(f"{where}[{i}]", c, e) for i, (c, e) in numbered]
    else:
        return _leaf_difference(came, expected, rtol, where)
    found = (difference(c, e, rtol, place) for place, c, e in rows)
    return next(filter(None, found), None)


def _leaf_difference(came, expected, rtol, where):
    """Compare numbers or arrays, or what must be the very same."""
    if isinstance(came, np.bool_):
        came = bool(came)
    if expected is None or isinstance(expected, str | bool):
        # A text out of an array of texts is one too.
        texts = isinstance(came, str) and isinstance(expected, str)
        equal = (texts or type(came) is type(expected)) and came == expected
        return None if equal else Difference(where, came, expected)
    array, expected = real_numbers(came), np.asarray(expected)
    if array is None:
        return Difference(where, came, expected, "kind")
    if expected.ndim == 0 and array.size == 1:
        array = array.reshape(())
    if array.shape != expected.shape:
        return Difference(where, array, expected, "shape")
    wrong = ~close(array, expected, rtol)
    if not wrong.any():
        return None
    broken = wrong & np.isfinite(expected) & ~np.isfinite(array)
    # NaN is noticed, whatever else is wrong: then it should be seen.
    index = tuple(np.argwhere(broken if broken.any() else wrong)[0].tolist())
    where += str(list(index)) if index else ""
    return Difference(where, array[index], expected[index], index=index)


def real_numbers(value):
    """Return a value as an array of real numbers, or None if it is none."""
    try:
        array = np.asarray(value)
        if array.dtype == object and all(
            isinstance(v, Real | Decimal) for v in array.flat
        ):
            array = array.astype(float)  # fractions, decimals, very long integers
    except BaseException:  # uneven lists, or whatever a learner's class raises
        return None
    return array if array.dtype.kind in "fiub" else None


def close(came, expected, rtol=RTOL):
    """Return where two arrays of one shape agree."""
    if came.dtype == np.float32:
        rtol = max(rtol, RTOL_SINGLE)
    finite = np.abs(expected[np.isfinite(expected)])
    scale = finite.max() if finite.size else 0.0
    atol = scale * max(ATOL, rtol * 1e-2 if came.dtype == np.float32 else 0)
    with np.errstate(all="ignore"):
        return np.isclose(came, expected, rtol=rtol, atol=atol, equal_nan=True)
