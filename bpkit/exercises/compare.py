"""Compare what came with what was expected, and state what the numbers prove.

An outcome is a number, an array, or a (nested) list, tuple or dict of them. Its leaves
are compared one by one, each with a tolerance from the size of what was expected.
"""

import inspect
import numbers
from dataclasses import dataclass, replace

import numpy as np

RTOL = 1e-6  # float64 answers written another way agree far better than this
RTOL_SINGLE = 1e-4  # answers in float32
ATOL = 1e-9  # of the largest entry expected


@dataclass(frozen=True)
class Difference:
    """The first place where an outcome is not what was expected."""

    where: str
    came: object
    expected: object
    why: str
    index: tuple = ()


def same(came, expected, rtol=RTOL, free_shape=False):
    """Return whether an outcome is, to rounding, the one expected."""
    return difference(came, expected, rtol, free_shape) is None


def difference(came, expected, rtol=RTOL, free_shape=False, where=""):
    """Return the first Difference between two outcomes, or None."""
    if isinstance(expected, dict):
        return _dict_difference(came, expected, rtol, free_shape, where)
    if isinstance(expected, list | tuple):
        return _sequence_difference(came, expected, rtol, free_shape, where)
    if isinstance(came, np.bool_):
        came = bool(came)
    if expected is None or isinstance(expected, str | bool):
        equal = type(came) is type(expected) and came == expected
        return None if equal else Difference(where, came, expected, "")
    return _leaf_difference(came, np.asarray(expected), rtol, free_shape, where)


def _dict_difference(came, expected, rtol, free_shape, where):
    """Compare by key; the order of the keys is the order of importance."""
    if not isinstance(came, dict):
        return Difference(where, came, expected, wrong_type(came) or "a dict belongs")
    for key, value in expected.items():
        found = difference(came.get(key), value, rtol, free_shape, f"{where}{key}")
        if found:
            return found
    return None


def _sequence_difference(came, expected, rtol, free_shape, where):
    """Compare entry by entry; any sequence will do."""
    many = isinstance(came, np.ndarray) and came.ndim
    if not (many or isinstance(came, list | tuple)):
        why = wrong_type(came) or f"{len(expected)} results belong here"
        return Difference(where, came, expected, why)
    if len(came) != len(expected):
        why = f"{len(came)} came where {len(expected)} were expected"
        return Difference(where, came, expected, why)
    for i, (c, e) in enumerate(zip(came, expected, strict=True)):
        found = difference(c, e, rtol, free_shape, f"{where}[{i}]")
        if found:
            return found
    return None


def _leaf_difference(came, expected, rtol, free_shape, where):
    """Compare numbers or arrays."""
    why = wrong_type(came)
    if why:
        return Difference(where, came, expected, why)
    array = np.asarray(came)
    if expected.ndim == 0 and array.size == 1:
        array = array.reshape(())
    if free_shape and array.size == expected.size and array.squeeze().ndim <= 1:
        array = array.reshape(expected.shape)
    if array.shape != expected.shape:
        why = f"shape {array.shape} where {expected.shape} was expected"
        return Difference(where, came, expected, why)
    wrong = ~_close(array, expected, rtol)
    if not wrong.any():
        return None
    index = tuple(np.argwhere(wrong)[0].tolist())
    if index:
        where += str(list(index))
    return Difference(where, array[index], expected[index], "", index)


def _close(came, expected, rtol):
    """Return where two arrays of one shape agree."""
    if came.dtype == np.float32:
        rtol = max(rtol, RTOL_SINGLE)
    finite = np.abs(expected[np.isfinite(expected)])
    scale = finite.max() if finite.size else 0.0
    atol = scale * max(ATOL, rtol * 1e-2 if came.dtype == np.float32 else 0)
    with np.errstate(all="ignore"):
        return np.isclose(came, expected, rtol=rtol, atol=atol, equal_nan=True)


def wrong_type(value):
    """Say what is wrong with a value that cannot be numbers at all, or return None."""
    if value is None:
        return "None came: is there a return?"
    if inspect.isgenerator(value):
        return "a generator came: nothing has been computed yet"
    if isinstance(value, str | bytes):
        return f"text came: {value!r:.40}"
    if isinstance(value, dict | set):
        return f"a {type(value).__name__} came"
    if isinstance(value, numbers.Number | np.generic | np.ndarray):
        array = np.asarray(value)
    else:
        try:
            array = np.asarray(value)
        except Exception:  # whatever a learner's class raises
            uneven = isinstance(value, list | tuple)
            return "lists of uneven lengths came" if uneven else _an_object(value)
    if array.dtype == object:
        many = isinstance(value, np.ndarray | list | tuple)
        return "an array of objects came" if many else _an_object(value)
    if array.dtype.kind not in "fiub":
        kind = "complex numbers" if array.dtype.kind == "c" else f"{array.dtype}"
        return f"{kind} came"
    return None


def _an_object(value):
    """Say what came that is no number."""
    if callable(value):
        return "a function came: was it called?"
    return f"an object of type {type(value).__name__} came"


def leaves(outcome):
    """Return the arrays of an outcome, left to right."""
    if isinstance(outcome, dict):
        return [leaf for part in outcome.values() for leaf in leaves(part)]
    if isinstance(outcome, list | tuple):
        return [leaf for part in outcome for leaf in leaves(part)]
    return [np.asarray(outcome)]


@dataclass(frozen=True)
class Pair:
    """What came and what was expected of one call, with its named quantities."""

    came: object
    expected: object
    quantities: dict


def observation(pairs):
    """Return one sentence that holds for every pair, or an empty string."""
    if any(isinstance(p.expected, dict) for p in pairs):
        return ""  # facts are named where they differ
    try:
        pairs = [replace(p, came=_fitted(p.came, p.expected)) for p in pairs]
    except Exception:  # not of that form, or whatever a learner's class raises
        return ""
    rows = [row for p in pairs for row in _rows(p)]
    if not rows or any(a.dtype.kind not in "fiub" for row in rows for a in row):
        return ""
    if all(same(p.came, p.expected) for p in pairs):
        return ""
    if _swapped(pairs):
        return "The two results are swapped."
    if any(c.shape != e.shape for c, e in rows):
        return _shape_observation(rows)
    with np.errstate(all="ignore"):
        rows = [(_vector(p.came), _vector(p.expected), p.quantities) for p in pairs]
        for look in (_nonfinite, _zero, _factor, _named_factor, _few_digits, _offset):
            sentence = look(rows)
            if sentence:
                return sentence
        for look in (_transposed, _one_end, _columns, _signs, _entries):
            sentence = look(pairs)
            if sentence:
                return sentence
    return ""


def _fitted(came, expected):
    """Return what came in the form of what was expected, its leaves as arrays."""
    if isinstance(expected, list | tuple):
        if not isinstance(came, list | tuple | np.ndarray):
            raise TypeError("a list, a tuple or an array belongs here")
        parts = zip(came, expected, strict=True)
        return type(expected)(_fitted(c, e) for c, e in parts)
    array = np.asarray(came)
    return array.reshape(()) if np.ndim(expected) == 0 and array.size == 1 else array


def _rows(pair):
    """Return the leaves, came beside expected."""
    return list(zip(leaves(pair.came), leaves(pair.expected), strict=True))


def _vector(outcome):
    """Return all numbers of an outcome in one row."""
    return np.concatenate([leaf.astype(float).ravel() for leaf in leaves(outcome)])


def _agree(came, expected, rtol=RTOL):
    """Return whether two rows of numbers agree."""
    return bool(_close(np.asarray(came), np.asarray(expected), rtol).all())


def _nonfinite(rows):
    """Recognise NaN and infinity where none was expected."""
    for name, test in (("NaN", np.isnan), ("infinity", np.isinf)):
        if any(test(c).any() and not test(e).any() for c, e, _ in rows):
            return f"{name} came where a finite number was expected."
    return ""


def _zero(rows):
    """Recognise an outcome that is nothing but zeros."""
    if all(not c.any() for c, _, _ in rows) and any(e.any() for _, e, _ in rows):
        return "Every number that came is zero."
    return ""


def _factor(rows):
    """Recognise one constant factor in every call."""
    factors = [_ratio(c, e) for c, e, _ in rows if e.any()]
    if len(factors) < 2 or any(f is None for f in factors):
        return ""
    if not np.allclose(factors, factors[0], rtol=1e-5, atol=0):
        return ""
    if np.isclose(factors[0], 1, rtol=1e-4, atol=0):
        return ""
    return f"What came is exactly {_number(factors[0])} times what was expected."


def _ratio(came, expected):
    """Return c where came = c · expected with c ≠ 0, or None."""
    factor = (came @ expected) / (expected @ expected)
    return factor if factor != 0 and _agree(came, factor * expected) else None


def _named_factor(rows):
    """Recognise a factor that is a quantity of the call, such as m, or one over it."""
    rows = [row for row in rows if row[1].any()]
    factors = [_ratio(c, e) for c, e, _ in rows]
    if len(rows) < 2 or any(f is None for f in factors):
        return ""
    for name in sorted(set.intersection(*(set(q) for _, _, q in rows))):
        sizes = np.array([q[name] for _, _, q in rows], dtype=float)
        if len(set(sizes.tolist())) < 2 or not sizes.all():
            continue
        if np.allclose(factors, sizes, rtol=1e-5):
            return f"What came is exactly {name} times what was expected."
        if np.allclose(factors, 1 / sizes, rtol=1e-5):
            return f"What came is what was expected divided by {name.rstrip(',')}."
    return ""


def _few_digits(rows):
    """Recognise right answers with half their digits lost."""
    if all(_agree(c, e, rtol=1e-4) for c, e, _ in rows):
        return (
            "It is right to about four digits, then differs: float32, or a large step?"
        )
    return ""


def _offset(rows):
    """Recognise one constant added everywhere."""
    gaps = np.concatenate([c - e for c, e, _ in rows])
    if len(rows) > 1 and gaps.size > 2 and _agree(gaps, np.full_like(gaps, gaps[0])):
        return f"What came is what was expected plus {_number(gaps[0])}."
    return ""


def _swapped(pairs):
    """Return whether two results came in the wrong order."""
    return all(
        isinstance(p.expected, tuple)
        and len(p.expected) == 2
        and same(p.came[::-1], p.expected)
        for p in pairs
    )


def _transposed(pairs):
    """Recognise square matrices that came transposed."""
    rows = [row for p in pairs for row in _rows(p)]
    square = [(c, e) for c, e in rows if e.ndim == 2 and _lopsided(e)]
    if square and all(same(c.T, e) for c, e in square):
        return "Every square matrix came transposed."
    return ""


def _lopsided(e):
    """Return whether a matrix is square and differs from its transpose."""
    return e.shape[0] == e.shape[1] and not same(e.T, e)


def _one_end(pairs):
    """Recognise lists of arrays that are right at one end only."""
    lists = [pair for p in pairs for pair in _lists(p) if len(pair[1]) > 1]
    right = [[same(c, e) for c, e in zip(*pair, strict=True)] for pair in lists]
    if right and all(r[-1] and not r[-2] for r in right):
        return "The last of the list is right, the one before it is not."
    if right and all(r[0] and not r[-1] for r in right):
        return "The first of the list is right, the last is not."
    return ""


def _lists(pair):
    """Return the lists within an outcome, came beside expected."""
    if isinstance(pair.expected, list):
        return [(pair.came, pair.expected)]
    if isinstance(pair.expected, tuple):
        parts = zip(pair.came, pair.expected, strict=True)
        return [(c, e) for c, e in parts if isinstance(e, list)]
    return []


def _columns(pairs):
    """Recognise outcomes that are right in their first column only."""
    rows = [row for p in pairs for row in _rows(p)]
    wide = [(c, e) for c, e in rows if e.ndim == 2 and e.shape[1] > 1]
    if wide and all(
        _agree(c[:, 0], e[:, 0]) and not any(_agree(a, b) for a, b in _later(c, e))
        for c, e in wide
    ):
        return "Only the first column is right."
    return ""


def _later(c, e):
    """Return the columns after the first, came beside expected."""
    return list(zip(c.T[1:], e.T[1:], strict=True))


def _signs(pairs):
    """Recognise right sizes with some wrong signs."""
    if all(_agree(np.abs(_vector(p.came)), np.abs(_vector(p.expected))) for p in pairs):
        return "Every size is right; some signs are not."
    return ""


def _entries(pairs):
    """Count the right entries, where some are right in every call."""
    right = [
        _close(_vector(p.came), _vector(p.expected), RTOL)
        for p in pairs
        if not same(p.came, p.expected)
    ]
    if all(r.size > 1 and r.sum() == 1 and r[0] for r in right):
        return "Only the first entry is right."
    if all(r.size > 2 and r.sum() == r.size - 1 for r in right):
        return "All entries but one are right."
    return ""


def _shape_observation(rows):
    """Recognise shapes that are related to those expected."""
    shapes = [(c, e) for c, e in rows if c.shape != e.shape]
    if all(c.shape == e.shape[::-1] and same(c.T, e) for c, e in shapes):
        return "What came is the transpose of what was expected."
    if all(c.ndim == 1 and e.shape == (c.size, 1) for c, e in shapes):
        return "A flat array came where a column was expected."
    if all(c.ndim == 2 and e.shape[1:] == (1,) and len(c) == len(e) for c, e in shapes):
        return "The numbers came column by column; one column was expected."
    if all(c.size == e.size and same(c.ravel(), e.ravel()) for c, e in shapes):
        return "The numbers are right, their shape is not."
    if all(c.size > e.size for c, e in shapes):
        return "More numbers came than were expected: was something broadcast?"
    if all(c.size == 1 < e.size for c, e in shapes):
        return "One number came where there should be one for every entry."
    return ""


def _number(value):
    """Write a number shortly."""
    return f"{float(value):.6g}".replace("-", "−")
