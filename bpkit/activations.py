"""Activation functions: what a neuron makes of its weighted input."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["sigmoid", "sigmoid_prime"]


def sigmoid(z: ArrayLike) -> Any:
    """Squash any number into the interval from 0 to 1.

    Parameters
    ----------
    z : array_like or scalar
        Weighted input, any shape, dimensionless. Integers are promoted to float64,
        float32 stays float32. Complex numbers are allowed, so that a complex step
        can pass through.

    Returns
    -------
    numpy.ndarray or numpy scalar
        The shape of `z`, dimensionless, 0 to 1. A scalar in gives a scalar out.

    Raises
    ------
    TypeError
        If `z` does not hold numbers (truth values, text, objects).

    Notes
    -----
    σ(z) = 1 / (1 + exp(−z)).

    For z below about −709 the exponential overflows to infinity, and 1/∞ = 0 is the
    right answer; so the overflow is meant, and passes without a warning. NaN in
    gives NaN out.

    References
    ----------
    Nielsen, *Neural Networks and Deep Learning*, ch. 1, eq. 3.

    Examples
    --------
    >>> float(sigmoid(0))
    0.5
    >>> sigmoid([-1000.0, 0.0, 1000.0]).tolist()
    [0.0, 0.5, 1.0]
    """
    z = _as_floats(z)
    with np.errstate(over="ignore", under="ignore"):
        return _sigma(z)[()]


def sigmoid_prime(z: ArrayLike) -> Any:
    """Give the slope of the sigmoid.

    Parameters
    ----------
    z : array_like or scalar
        Weighted input, any shape, dimensionless: z itself, not σ(z).

    Returns
    -------
    numpy.ndarray or numpy scalar
        The shape of `z`, dimensionless, 0 to ¼. A scalar in gives a scalar out.

    Raises
    ------
    TypeError
        If `z` does not hold numbers (truth values, text, objects).

    Notes
    -----
    σ′(z) = σ(z) (1 − σ(z)) = σ(z) σ(−z).

    The second form is the one computed: for large z, 1 − σ(z) loses its digits and
    σ(−z) keeps them.

    References
    ----------
    Nielsen, *Neural Networks and Deep Learning*, ch. 3, the exercise that follows
    the derivation of the cross-entropy's slope.

    Examples
    --------
    >>> float(sigmoid_prime(0))
    0.25
    >>> f"{sigmoid_prime(40):.4e}", f"{sigmoid_prime(-40):.4e}"
    ('4.2484e-18', '4.2484e-18')
    """
    z = _as_floats(z)
    with np.errstate(over="ignore", under="ignore"):
        return (_sigma(z) * _sigma(-z))[()]


def _sigma(z):
    """Give σ(z) for an array; the caller sets errstate, as for `logistic`."""
    if z.dtype.kind == "c":
        return _complex_logistic(z)
    return logistic(np.negative(z, np.empty_like(z)))


def logistic(minus_z, numerator=1.0, one=1.0):
    """Write numerator / (1 + exp(−z)) over −z; the caller sets errstate(over="ignore").

    Arrays of the right type for the numbers save converting them at every call.
    """
    np.exp(minus_z, minus_z)
    np.add(minus_z, one, minus_z)
    return np.divide(numerator, minus_z, minus_z)


def _complex_logistic(z):
    """Give σ(z) for complex z, where exp must not overflow: ∞ + i∞ has no inverse."""
    left = z.real < 0
    one = np.ones_like(z)
    with np.errstate(invalid="ignore", under="ignore"):
        e = np.exp(np.where(left, z, -z))
        return np.where(left, e, one) / (one + e)


def _as_floats(z):
    """Return `z` as an array of floating-point or complex numbers."""
    z = np.asarray(z)
    if z.dtype.kind in "iu":
        return z.astype(np.float64)
    if z.dtype.kind not in "fc":
        raise TypeError(
            f"z must hold numbers (int, float or complex); got dtype {z.dtype}"
        )
    return z
