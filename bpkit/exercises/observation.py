"""What holds of all that came: one fact that the numbers of every call prove."""

from dataclasses import dataclass, replace

import numpy as np

from bpkit.exercises.attempt import parts
from bpkit.exercises.compare import RTOL, close, close_enough, real_numbers


@dataclass(frozen=True)
class Pair:
    """What came and what was expected of one call, with its named quantities."""

    came: object
    expected: object
    quantities: dict

    @property
    def leaves(self):
        """The arrays of both, left to right, came beside expected."""
        both = (map(np.asarray, parts(o)) for o in (self.came, self.expected))
        return list(zip(*both, strict=True))

    @property
    def rows(self):
        """All numbers of what came in one row, and all that were expected."""
        return [
            np.hstack([[], *(pair[side].ravel() for pair in self.leaves)], dtype=float)
            for side in (0, 1)  # none at all, where an index of no dimension came
        ]

    @property
    def lists(self):
        """The lists of arrays within, came beside expected."""
        both = [(self.came, self.expected)]
        if isinstance(self.expected, tuple):
            both = zip(self.came, self.expected, strict=True)
        return [(c, e) for c, e in both if isinstance(e, list)]


def observation(pairs):
    """Return a fact that holds of all calls, and the cases that it is about.

    Parameters
    ----------
    pairs : dict of int to Pair
        By the number of the case.

    Returns
    -------
    fact : tuple or None
        Its name, and its numbers.
    about : list of int
        The cases in which it can be seen.
    """
    if any(isinstance(p.expected, dict) for p in pairs.values()):
        return None, []  # facts are named where they differ
    try:
        pairs = {
            i: replace(p, came=_fitted(p.came, p.expected)) for i, p in pairs.items()
        }
    except Exception:  # not of that form, or whatever a learner's class raises
        return None, []
    rows = list(pairs.values())
    leaves = [leaf for p in rows for leaf in p.leaves]
    if not leaves or any(real_numbers(a) is None for leaf in leaves for a in leaf):
        return None, []
    if all(close_enough(p.came, p.expected) for p in rows):
        return None, []
    alike = all(c.shape == e.shape for c, e in leaves)
    looks = (_swapped, *NUMBERS, *PLACES) if alike else (_swapped, _shape)
    with np.errstate(all="ignore"):
        found = next(filter(None, (look(rows) for look in looks)), None)
    if not found:
        return None, []
    found = found if isinstance(found, tuple) else (found,)
    kind = found[1] if found[0] == "nonfinite" else found[0]
    seen = _SEEN_IN.get(kind, _some(lambda c, e: c.shape != e.shape))
    about = [i for i, p in pairs.items() if seen(p)]
    return (found, about) if about else (None, [])


def _fitted(came, expected):
    """Return what came in the form of what was expected, its leaves as arrays."""
    if isinstance(expected, list | tuple):
        if not isinstance(came, list | tuple | np.ndarray):
            raise TypeError("a list, a tuple or an array belongs here")
        both = zip(came, expected, strict=True)
        return type(expected)(_fitted(c, e) for c, e in both)
    array = np.asarray(came)
    return array.reshape(()) if np.ndim(expected) == 0 and array.size == 1 else array


def _swapped(pairs):
    """Recognise two results in the wrong order."""
    for p in pairs:
        two = isinstance(p.expected, tuple) and len(p.expected) == 2
        if not (two and close_enough(p.came[::-1], p.expected)):
            return None
    return "swapped"


def _shape(pairs):
    """Recognise shapes that are related to those expected."""
    leaves = [leaf for p in pairs for leaf in p.leaves]
    return _first_of(SHAPES, [(c, e) for c, e in leaves if c.shape != e.shape])


def _first_of(table, rows):
    """Return the first name of a table whose test holds for every row, or None."""
    named = (name for name, test in table.items() if all(test(c, e) for c, e in rows))
    return next(named, None)


SHAPES = {
    "transpose": lambda c, e: c.shape == e.shape[::-1] and close_enough(c.T, e),
    "flat": lambda c, e: c.ndim == 1 and e.shape == (c.size, 1),
    "columns": lambda c, e: c.ndim == 2 and e.shape[1:] == (1,) and len(c) == len(e),
    "reshaped": lambda c, e: c.size == e.size and close_enough(c.ravel(), e.ravel()),
    "several": lambda c, e: c.size > e.size and e.ndim == 0,
    "spread": lambda c, e: c.size > e.size and c.ndim > 1,
    "more": lambda c, e: c.size > e.size,
    "one": lambda c, e: c.size == 1,
}


def _nonfinite(pairs):
    """Recognise NaN and infinity where none was expected."""
    for name, test in (("NaN", np.isnan), ("infinity", np.isinf)):
        if any((test(c) & np.isfinite(e)).any() for c, e in (p.rows for p in pairs)):
            return "nonfinite", name
    return None


def _zeros(pairs):
    """Recognise an outcome that is nothing but zeros."""
    came, expected = map(np.hstack, zip(*(p.rows for p in pairs), strict=True))
    return "zeros" if expected.any() and not came.any() else None


def _constant(pairs):
    """Recognise that every call gave the same, whatever it was given."""
    same = all(close_enough(p.came, pairs[0].came) for p in pairs)
    if len(pairs) < 3 or not same:
        return None
    if all(close_enough(p.expected, pairs[0].expected) for p in pairs):
        return None
    return "constant", pairs[0].came


def _factor(pairs):
    """Recognise one factor in every call: a constant, or a quantity of the call."""
    if any(p.rows[0].any() and not p.rows[1].any() for p in pairs):
        return None
    pairs = [p for p in pairs if p.rows[1].any()]
    factors = [_ratio(*p.rows) for p in pairs]
    if len(factors) < 2 or None in factors:
        return None
    factors = np.array(factors)
    if _is_one(factors):
        one = np.isclose(factors[0], 1, rtol=1e-4, atol=0)
        return None if one else ("factor", factors[0])
    for name in sorted(set.intersection(*(set(p.quantities) for p in pairs))):
        sizes = np.array([p.quantities[name] for p in pairs], dtype=float)
        if len(set(sizes.tolist())) < 2 or not sizes.all():
            continue
        for powers, fact in ((factors / sizes, "factor"), (factors * sizes, "divided")):
            if not _is_one(powers):
                continue
            # A name that explains itself ends in a comma, for a sentence that goes on.
            written = name if fact == "factor" else name.rstrip(",")
            if np.isclose(powers[0], 1, rtol=1e-5, atol=0):
                return fact, written
            return f"{fact} and number", powers[0], written
    return None


def _is_one(numbers):
    """Return whether numbers are all one number."""
    return np.allclose(numbers, numbers[0], rtol=1e-5, atol=0)


def _ratio(came, expected):
    """Return c where came = c · expected with c ≠ 0, or None."""
    factor = (came @ expected) / (expected @ expected)
    return factor if factor != 0 and _agree(came, factor * expected) else None


def _agree(came, expected, rtol=RTOL):
    """Return whether two arrays of one shape agree everywhere."""
    return bool(close(came, expected, rtol).all())


def _few_digits(pairs):
    """Recognise right answers with half their digits lost."""
    return "few digits" if all(_agree(*p.rows, rtol=1e-4) for p in pairs) else None


def _offset(pairs):
    """Recognise one constant added everywhere."""
    gaps = np.concatenate([c - e for c, e in (p.rows for p in pairs)])
    if len(pairs) > 1 and gaps.size > 2 and _agree(gaps, np.full_like(gaps, gaps[0])):
        return "offset", gaps[0]
    return None


def _transposed(pairs):
    """Recognise square matrices that came transposed, where all else is right."""
    leaves = [leaf for p in pairs for leaf in p.leaves]
    turned = all(close_enough(c.T if _is_lopsided(e) else c, e) for c, e in leaves)
    return "transposed" if turned else None


def _is_lopsided(e):
    """Return whether a matrix is square and differs from its transpose."""
    return e.ndim == 2 and e.shape == e.shape[::-1] and not close_enough(e.T, e)


def _one_end(pairs):
    """Recognise lists of arrays that are right at one end only."""
    lists = [both for p in pairs for both in p.lists if len(both[1]) > 1]
    right = [[close_enough(*two) for two in zip(*b, strict=True)] for b in lists]
    if right and all(r[-1] and not r[-2] for r in right):
        return "last right"
    if right and all(r[0] and not r[-1] for r in right):
        return "first right"
    return None


def _one_result(pairs):
    """Recognise results of which one is right in every call and the other is not."""
    if not all(isinstance(p.expected, tuple) and len(p.expected) == 2 for p in pairs):
        return None
    right = [
        all(close_enough(p.came[k], p.expected[k]) for p in pairs) for k in range(2)
    ]
    return ("one result", right.index(True), right.index(False)) if any(right) else None


def _alike(pairs):
    """Recognise columns that are all alike where they should differ."""
    leaves = [leaf for p in pairs for leaf in p.leaves if not close_enough(*leaf)]
    wide = [e for _, e in leaves if _is_wide(e) and not _columns_alike(e)]
    alike = all(c.ndim == 2 and _columns_alike(c) for c, _ in leaves)
    more_than_zeros = any(c.any() for c, _ in leaves)
    return "alike" if wide and alike and more_than_zeros else None


def _is_wide(array):
    """Return whether an array is a matrix of several columns."""
    return array.ndim == 2 and array.shape[1] > 1


def _columns_alike(matrix):
    """Return whether all columns of a matrix are its first."""
    return _agree(matrix, np.broadcast_to(matrix[:, :1], matrix.shape))


def _columns(pairs):
    """Recognise outcomes that are right in their first column only."""
    leaves = [leaf for p in pairs for leaf in p.leaves if not close_enough(*leaf)]
    if not all(_is_wide(e) for _, e in leaves):
        return None
    right = [[_agree(*two) for two in zip(c.T, e.T, strict=True)] for c, e in leaves]
    return "first column" if all(r[0] and not any(r[1:]) for r in right) else None


def _entries(pairs):
    """Recognise how many entries are right, where some are in every wrong call."""
    wrong = [p for p in pairs if not close_enough(p.came, p.expected)]
    return _first_of(ENTRIES, [p.rows for p in wrong])


ENTRIES = {
    "signs": lambda c, e: _agree(np.abs(c), np.abs(e)),
    "first entry": lambda c, e: close(c, e)[0] and close(c, e).sum() == 1 < c.size,
    "all but one": lambda c, e: close(c, e).sum() == c.size - 1 > 1,
}
NUMBERS = (_nonfinite, _zeros, _constant, _factor, _few_digits, _offset)
PLACES = (_one_result, _transposed, _one_end, _alike, _columns, _entries)


def _some(test):
    """Return whether a test holds of an array that came and the one expected."""
    return lambda pair: any(test(c, e) for c, e in pair.leaves)


def _has_several(pair):
    """Return whether a list of more than one was expected."""
    return any(len(e) > 1 for _, e in pair.lists)


# By a pair: whether the fact can be seen in its call.
_SEEN_WHERE_WRONG = (
    *("swapped", "zeros", "constant", "factor", "divided", "few digits", "offset"),
    *("factor and number", "divided and number"),
    *("one result", "first column", *ENTRIES),
)
_wrong = _some(lambda c, e: not close_enough(c, e))
_SEEN_IN = dict.fromkeys(_SEEN_WHERE_WRONG, _wrong) | {
    "NaN": _some(lambda c, e: (np.isnan(c) & np.isfinite(e)).any()),
    "infinity": _some(lambda c, e: (np.isinf(c) & np.isfinite(e)).any()),
    "one": _some(lambda c, e: c.size == 1 < e.size),
    "transposed": _some(lambda c, e: _is_lopsided(e)),
    "alike": _some(
        lambda c, e: _is_wide(e) and not (_columns_alike(e) or close_enough(c, e))
    ),
    "first right": _has_several,
    "last right": _has_several,
}
