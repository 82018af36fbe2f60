"""The numerical gradient, and the check of a gradient against it.

This is the oracle that every formula of the course is held to; so it knows nothing of
them, and imports no other module of the library.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["GradientReport", "gradient_check", "numerical_gradient", "relative_error"]

RIGHT_BELOW = 1e-7
WRONG_ABOVE = 1e-2
ALIKE = 1e-6  # how far a ratio may be from the others, beside what rounding explains
FLAT = 1000  # times what nudging may be off by: an entry is not counted as flatter
LINE = 69  # characters of a report: a narrow page breaks longer lines inside words

# Takes an array or a number, as x is one; returns one number, complex for a complex x.
Function = Callable[[Any], Any]


def numerical_gradient(
    f: Function,
    x: ArrayLike,
    h: float | None = None,
    method: Literal["central", "forward", "complex"] = "central",
) -> NDArray[np.float64]:
    """Measure the slope of `f` along every entry of `x`, by nudging it.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of `x` (a number, where `x` is one), returns one
        number.
    x : array_like or scalar
        The point, any shape. Integers and float32 are promoted to float64: half the
        digits are lost in the difference, and float32 has none to spare.
    h : float, optional
        The nudge, the same for every entry. Without it each entry gets one that suits
        the method: about 1.5e-8 (forward) or 6e-6 (central), times the size of the
        entry where that is above 1; 1e-20 (complex).
    method : {"central", "forward", "complex"}
        Which difference quotient.

    Returns
    -------
    numpy.ndarray
        ∂f/∂x, float64, the shape of `x`.

    Raises
    ------
    TypeError
        If `x` does not hold real numbers, `h` is not a number, or `f` does not return
        a number; for the complex method, if `f` cannot take complex numbers or
        returns a real one.
    ValueError
        If `x` holds NaN or infinity, `h` is not positive and finite, `method` is
        unknown, or `f` returns more than one number.

    Notes
    -----
    - forward: (f(x + h) − f(x)) / h, error of order h, n + 1 evaluations for n entries
    - central: (f(x + h) − f(x − h)) / 2h, error of order h², 2n evaluations
    - complex: Im f(x + ih) / h, error of order h² and no subtraction, so that h can be
      tiny; n evaluations. `f` has to be analytic: no abs, no max, no conjugate.

    The sum x + h is rounded, so that the step taken is not quite h; the division is
    by the step taken. `f` gets a fresh copy of `x` at every call: whatever it does to
    its argument, neither the caller's array nor the next call sees it.

    References
    ----------
    Squire and Trapp, *Using Complex Variables to Estimate Derivatives of Real
    Functions*, SIAM Review 40 (1998), for the complex step.

    Examples
    --------
    >>> slope = numerical_gradient(lambda w: w**2, 3.0)
    >>> round(float(slope), 6)
    6.0
    >>> numerical_gradient(lambda x: x[0] * x[1], [2.0, 5.0]).round(6).tolist()
    [5.0, 2.0]
    """
    x = _real_array(x, "x")
    if not np.isfinite(x).all():
        raise ValueError("x must be finite; it holds NaN or infinity")
    if not isinstance(method, str) or method not in _METHODS:
        raise ValueError(
            f"method must be 'forward', 'central' or 'complex'; got {method!r}"
        )
    quotients, good_steps = _METHODS[method]
    steps = good_steps(x) if h is None else np.full(x.shape, _checked_step(h))
    gradient = np.empty(x.shape)
    for index, slope in quotients(f, x, steps):
        gradient[index] = slope
    return gradient


def relative_error(a: ArrayLike, n: ArrayLike) -> float:
    """Compare two gradients by their distance over the sum of their lengths.

    Parameters
    ----------
    a, n : array_like or scalar
        The two gradients, analytic and numerical say, of one shape.

    Returns
    -------
    float
        From 0.0 (equal, or both all zeros) to 1.0 (opposite, or one of them all
        zeros), dimensionless. NaN if one holds NaN or infinity.

    Raises
    ------
    TypeError
        If `a` or `n` does not hold real numbers.
    ValueError
        If the shapes differ.

    Notes
    -----
    ‖a − n‖ / (‖a‖ + ‖n‖), Euclidean norms over all entries. Below 1e-7 the two agree;
    above 1e-2 one is wrong; in between, look for a kink, or for float32.

    Examples
    --------
    >>> relative_error([3.0, 4.0], [3.0, 4.0])
    0.0
    >>> round(relative_error([1.0], [2.0]), 4)
    0.3333
    """
    a, n = _real_array(a, "a"), _real_array(n, "n")
    if a.shape != n.shape:
        raise ValueError(
            f"a and n must have the same shape; got {a.shape} and {n.shape}"
        )
    largest = np.abs([a, n]).max(initial=0.0)
    if largest == 0:
        return 0.0
    if not np.isfinite(largest):
        return float("nan")
    with np.errstate(under="ignore"):
        a, n = a.ravel() / largest, n.ravel() / largest
        norm = np.linalg.norm
        return float(norm(a - n) / (norm(a) + norm(n)))


@dataclass(frozen=True, repr=False)
class GradientReport:
    """What a gradient check found; true when the check passed.

    Attributes
    ----------
    passed : bool
        Whether the gradient is right.
    verdict : str
        The judgement in words.
    relative_error : float
        Over all entries that were compared, see :func:`relative_error`.
    index : tuple of int
        The worst entry: the one with the largest relative error of its own.
    entry_error : float
        The relative error of the worst entry alone.
    analytic, numerical : float
        The gradient under test, and the numerical gradient, at the worst entry.
    factor : float or None
        Where the check did not pass and every entry is the same multiple of what
        nudging says: by how much. Two entries at least must be steep enough to tell.

    Notes
    -----
    An entry's own relative error is |a − n| / (|a| + |n|). What stands below the line
    counts as a thousandth of the largest entry's, and as a thousand times the rounding
    of `f`, where it is less: an entry that is nothing but rounding is not named.

    The text names it where the two disagree. That of a passed check does not: there
    the worst entry is a matter of rounding, and differs from machine to machine.

    Examples
    --------
    >>> report = gradient_check(lambda x: np.sum(x**3), [-3.0, -12.0], [1.0, -2.0])
    >>> bool(report), report.verdict, report.factor
    (False, 'wrong, the relative error is above 1e-02', -1.0)
    """

    passed: bool
    verdict: str
    relative_error: float
    index: tuple[int, ...]
    entry_error: float
    analytic: float
    numerical: float
    factor: float | None = None

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        return textwrap.fill(self._said(), LINE)

    def _said(self) -> str:
        """Return the report as one line."""
        if self.passed:
            return f"Gradient check passed: {self.verdict}."
        if self.analytic == self.numerical:
            return f"Gradient check not passed: {self.verdict}."
        where = f"entry {list(self.index)}" if self.index else "the only entry"
        common = (
            ""
            if self.factor is None
            else f" Every entry is {self.factor:g} times what nudging says."
        )
        return (
            f"Gradient check not passed: {self.verdict}. "
            f"Relative error {self.relative_error:.1e}, "
            f"at its worst {self.entry_error:.1e}; look at {where}: "
            f"the gradient says {self.analytic:.6g}, "
            f"nudging says {self.numerical:.6g}.{common}"
        )

    __repr__ = __str__


def gradient_check(
    f: Function,
    gradient: Function | ArrayLike,
    x: ArrayLike,
    entries: int | None = None,
    rng: np.random.Generator | None = None,
) -> GradientReport:
    """Hold a gradient against the numerical one, as a whole and entry by entry.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of `x`, returns one number.
    gradient : callable or array_like
        The gradient under test: a function of `x`, or its result at `x`; the shape
        of `x`.
    x : array_like or scalar
        The point, any shape.
    entries : int, optional
        Compare only so many entries, drawn at random, two calls of `f` for each; all
        of them where `x` holds no more.
    rng : numpy.random.Generator, optional
        Draws these entries.

    Returns
    -------
    GradientReport
        The worst entry, both values there, the relative error and a verdict; true
        when the check passed.

    Raises
    ------
    TypeError
        If `x` or the gradient does not hold real numbers, `f` does not return a
        number, `entries` is not a whole number, or comes without a Generator.
    ValueError
        If `x` is empty, NaN or infinite, the gradient's shape is not that of `x`,
        `f` returns more than one number, or `entries` is below 1.

    Notes
    -----
    A relative error below 1e-7 is right and above 1e-2 wrong. In between something is
    suspicious: `f` may have a kink near `x`, compute in float32, or be so flat that
    its rounding shows. Two gradients that are all zeros, or all within the rounding
    of `f`, agree without proving anything: that is no success.

    The error over all entries at once shows a fault in a whole array, and hides one
    wrong entry among thousands. So the check is not passed either where one entry's
    own relative error is above 1e-2. A slope of less than about a hundred-thousandth
    of the steepest can still be wrong unseen: check a network layer by layer, one
    array at a time.

    A random part of a large array is quick to check. What is wrong everywhere is wrong
    there too; one wrong entry is found only if it is among those drawn.

    A common factor is named where it is proved. A sign, the m of a mean or a ½ may be
    missing then, or the two may belong to different costs.

    Examples
    --------
    >>> gradient_check(lambda x: np.sum(x**3), lambda x: 3 * x**2, [1.0, -2.0])
    Gradient check passed: right, the relative error is below 1e-07.
    >>> report = gradient_check(lambda x: np.sum(x**3), [3.0, -12.0], [1.0, -2.0])
    >>> report.passed, report.index, report.analytic, round(report.numerical, 4)
    (False, (1,), -12.0, 12.0)
    >>> gradient_check(lambda x: np.mean(x**2), [2.0, -4.0], [1.0, -2.0]).factor
    2.0
    >>> x, rng = np.ones((40, 50)), np.random.default_rng(0)
    >>> gradient_check(lambda x: np.sum(x**3), 3 * x**2, x, entries=100, rng=rng)
    Gradient check passed: right, the relative error is below 1e-07, in
    100 of 2,000 entries.
    """
    x = _real_array(x, "x")
    if x.size == 0:
        raise ValueError(f"x must hold at least one entry; got shape {x.shape}")
    analytic = gradient(x.copy()[()]) if callable(gradient) else gradient
    analytic = _real_array(analytic, "the gradient")
    if analytic.shape != x.shape:
        raise ValueError(
            f"the gradient must have the shape of x, {x.shape}; got {analytic.shape}"
        )
    chosen = _chosen(x.size, entries, rng)
    analytic = analytic.ravel()[chosen]
    numerical = numerical_gradient(_restricted(f, x, chosen), x.ravel()[chosen])
    rounding = _rounding(f, x).ravel()[chosen]
    error = relative_error(analytic, numerical)
    own = _own_errors(analytic, numerical, rounding)
    passed, verdict = _judge(analytic, numerical, error, own, rounding)
    if chosen.size < x.size:
        verdict += f", in {chosen.size:,} of {x.size:,} entries"
    worst = _first_of_the_largest(own)
    return GradientReport(
        passed=passed,
        verdict=verdict,
        relative_error=error,
        index=tuple(int(i) for i in np.unravel_index(chosen[worst], x.shape)),
        entry_error=float(own[worst]),
        analytic=float(analytic[worst]),
        numerical=float(numerical[worst]),
        factor=None if passed else _common_factor(analytic, numerical, rounding),
    )


def _chosen(size, entries, rng):
    """Return the numbers of the entries to compare, in order."""
    if entries is None:
        return np.arange(size)
    if isinstance(entries, bool) or not isinstance(entries, Integral):
        raise TypeError(f"entries must be a whole number; got {entries!r}")
    if entries < 1:
        raise ValueError(f"entries must be at least 1; got {entries}")
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            "entries are drawn by rng, a numpy.random.Generator; "
            f"got {type(rng).__name__}"
        )
    return np.sort(rng.choice(size, min(entries, size), replace=False))


def _restricted(f, x, chosen):
    """Return `f` as a function of the chosen entries, the others held still."""

    def restricted(values):
        whole = x.copy()
        whole.flat[chosen] = values
        return f(whole[()])

    return restricted


def _judge(analytic, numerical, error, own, rounding):
    """Return (passed, verdict)."""
    if not np.isfinite(analytic).all():
        return False, "the gradient holds NaN or infinity"
    if not np.isfinite(numerical).all():
        return False, "the function is not finite near x, so nudging says nothing"
    size = np.maximum(np.abs(analytic), np.abs(numerical))
    if not size.any():
        return False, (
            "nothing was compared, both gradients are zero everywhere; "
            "try another point"
        )
    if (size <= rounding).all():
        return False, (
            "nothing was compared, both gradients are within the rounding of the "
            "function; try another point"
        )
    if error <= WRONG_ABOVE < own.max():
        return False, f"wrong, one entry's relative error is above {WRONG_ABOVE:.0e}"
    if error < RIGHT_BELOW:
        return True, f"right, the relative error is below {RIGHT_BELOW:.0e}"
    if error > WRONG_ABOVE:
        return False, f"wrong, the relative error is above {WRONG_ABOVE:.0e}"
    return False, (
        f"suspicious, the relative error is between {RIGHT_BELOW:.0e} and "
        f"{WRONG_ABOVE:.0e} (a kink near x, float32, or a slope lost in rounding?)"
    )


def _common_factor(analytic, numerical, rounding):
    """Return k where every entry is k times the slope, None where that is not proved.

    An entry bears witness where the slope is a thousand times what it may be off by.
    """
    if not (np.isfinite(analytic).all() and np.isfinite(numerical).all()):
        return None
    off = ALIKE * np.abs(numerical) + 10 * rounding
    if np.count_nonzero(np.abs(numerical) > 1000 * off) < 2:
        return None
    steepest = np.unravel_index(np.abs(numerical).argmax(), numerical.shape)
    with np.errstate(over="ignore", under="ignore"):
        k = float(analytic[steepest] / numerical[steepest])
        if not 0 < abs(k) < np.inf or abs(k - 1) < 100 * ALIKE:
            return None
        alike = np.abs(analytic / k - numerical) <= off
    # To six digits: those of a numerical gradient differ from machine to machine.
    return float(f"{k:.6g}") if alike.all() else None


def _own_errors(analytic, numerical, rounding):
    """Return the relative error of every entry by itself; infinity where one is NaN.

    What an entry is compared with is never less than `FLAT` times what nudging may be
    off by, which is its rounding, or about a millionth of the steepest slope.
    """
    finite = np.isfinite(analytic) & np.isfinite(numerical)
    if not finite.all():
        return np.where(finite, 0.0, np.inf)
    with np.errstate(over="ignore", under="ignore"):
        apart = np.abs(analytic / 2 - numerical / 2)
        size = np.abs(analytic / 2) + np.abs(numerical / 2)
        size = np.maximum(size, FLAT * np.maximum(rounding, ALIKE * size.max()))
        return apart / np.where(size > 0, size, 1)


def _first_of_the_largest(errors):
    """Return where the first of the largest is: which of them is, rounding decides."""
    return np.argmax(errors >= (1 - ALIKE) * errors.max())


def _rounding(f, x):
    """Give the slope that rounding f(x) alone can feign, for every entry."""
    return np.finfo(float).eps * abs(_real(f(x.copy()[()]))) / _central_steps(x)


def _forward(f, x, steps):
    """Yield (f(x + h) − f(x)) / h with its index, entry by entry."""
    here = _real(f(x.copy()[()]))
    for index, x_i, h in _entries(x, steps):
        right = x_i + h
        rise = _real(f(_replaced(x, index, right))) - here
        yield index, rise / (right - x_i or h)


def _central(f, x, steps):
    """Yield (f(x + h) − f(x − h)) / 2h with its index, entry by entry."""
    for index, x_i, h in _entries(x, steps):
        right, left = x_i + h, x_i - h
        rise = _real(f(_replaced(x, index, right))) - _real(
            f(_replaced(x, index, left))
        )
        yield index, rise / (right - left or 2 * h)


def _complex(f, x, steps):
    """Yield Im f(x + ih) / h with its index, entry by entry."""
    z = x.astype(complex)
    for index, x_i, h in _entries(x, steps):
        try:
            value = f(_replaced(z, index, complex(x_i, h)))
        except TypeError as error:
            raise TypeError(
                "the complex method needs an f that takes complex numbers; "
                f"f raised: {error}"
            ) from error
        yield index, _imaginary(value) / h


def _central_steps(x):
    """Give ∛ε · max(1, |x|), where the central quotient's two errors are alike."""
    return np.cbrt(np.finfo(float).eps) * np.maximum(1, np.abs(x))


def _forward_steps(x):
    """Give √ε · max(1, |x|), where the forward quotient's two errors are alike."""
    return np.sqrt(np.finfo(float).eps) * np.maximum(1, np.abs(x))


def _complex_steps(x):
    """Give a step so small that its square is lost in rounding."""
    return np.full(x.shape, 1e-20)


_METHODS = {
    "forward": (_forward, _forward_steps),
    "central": (_central, _central_steps),
    "complex": (_complex, _complex_steps),
}


def _entries(x, steps):
    """Yield index, entry and step as plain Python numbers, which never warn."""
    for index in np.ndindex(x.shape):
        yield index, float(x[index]), float(steps[index])


def _replaced(x, index, value):
    """Return a copy of `x` with one entry replaced (a number, where `x` is one)."""
    x = x.copy()
    x[index] = value
    return x[()]


def _single(value):
    """Return what `f` returned as one Python number."""
    array = np.asarray(value)
    if array.size != 1:
        raise ValueError(
            f"f must return one number; got an array of shape {array.shape}"
        )
    if array.dtype.kind not in "biufc":
        raise TypeError(f"f must return one number; got {type(value).__name__}")
    return array.item()


def _real(value):
    """Return what `f` returned as a float."""
    number = _single(value)
    if isinstance(number, complex):
        raise TypeError(f"f must return a real number; got {number}")
    return float(number)


def _imaginary(value):
    """Return the imaginary part of what `f` returned, which has to have one."""
    number = _single(value)
    if not isinstance(number, complex):
        raise TypeError(
            "the complex method needs an f that returns a complex number for complex "
            "x; f returned a real one (abs, float() and .real lose the imaginary part)"
        )
    return number.imag


def _checked_step(h):
    """Return the step, when it is a positive finite number."""
    if isinstance(h, bool) or not isinstance(h, Real):
        raise TypeError(f"h must be a number; got {type(h).__name__}")
    if not 0 < h < np.inf:
        raise ValueError(f"h must be positive and finite; got {h}")
    return float(h)


def _real_array(values, name):
    """Return `values` as a new float64 array."""
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError(
            f"{name} must be one array of numbers; its parts have different shapes "
            f"(check a network layer by layer)"
        ) from error
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must hold real numbers; got dtype {array.dtype}")
    return array.astype(np.float64)
