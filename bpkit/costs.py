"""Costs: how wrong an output is, as one number, and its slope.

The outputs `a` and the targets `y` hold one example a column, and a cost is the mean
over the columns. `COSTS` has a row for each cost that a network can descend.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "COSTS",
    "Cost",
    "cost_derivative",
    "cross_entropy_cost",
    "hinge_gradient",
    "hinge_loss",
    "quadratic_cost",
]


def quadratic_cost(a: ArrayLike, y: ArrayLike) -> float:
    """Give half the squared distance of output from target, mean over the columns.

    Parameters
    ----------
    a : array_like, shape (n, m)
        Outputs, one column an example, dimensionless.
    y : array_like, shape (n, m)
        Targets, as `a`.

    Returns
    -------
    float
        The cost, dimensionless, 0 or more. (For a complex `a`, as a complex step
        makes it, the same formula's complex value.)

    Raises
    ------
    TypeError
        If `a` or `y` does not hold numbers.
    ValueError
        If the shapes differ, are not (n, m), or hold no entry.

    Notes
    -----
    C = 1/m Σₓ ½ ‖a − y‖²

    References
    ----------
    Nielsen, *Neural Networks and Deep Learning*, ch. 1, eq. 6.

    Examples
    --------
    >>> quadratic_cost([[3.0, 0.0], [4.0, 1.0]], [[0.0, 0.0], [0.0, 1.0]])
    6.25
    """
    a, y = _outputs_and_targets(a, y)
    return np.mean(0.5 * np.sum((a - y) ** 2, axis=0)).item()


def cost_derivative(a: ArrayLike, y: ArrayLike) -> NDArray[np.floating]:
    """Give the slope of one example's quadratic cost with respect to its output.

    Parameters
    ----------
    a, y : array_like, shape (n, m)
        As for `quadratic_cost`.

    Returns
    -------
    numpy.ndarray, shape (n, m)
        ∂C/∂a, column by column, dimensionless; not yet divided by m.

    Raises
    ------
    TypeError, ValueError
        As for `quadratic_cost`.

    Notes
    -----
    ∂C/∂a = a − y

    References
    ----------
    Nielsen, *Neural Networks and Deep Learning*, ch. 2, eq. BP1.

    Examples
    --------
    >>> cost_derivative([[0.75], [0.25]], [[1], [0]]).tolist()
    [[-0.25], [0.25]]
    """
    a, y = _outputs_and_targets(a, y)
    return a - y


def cross_entropy_cost(a: ArrayLike, y: ArrayLike) -> float:
    """Give the cross-entropy of output and target, mean over the columns.

    Parameters
    ----------
    a : array_like, shape (n, m)
        Outputs, one column an example, 0 to 1.
    y : array_like, shape (n, m)
        Targets, as `a`.

    Returns
    -------
    float
        The cost, in nats, 0 or more. (For a complex `a`, as a complex step makes it,
        the same formula's complex value.)

    Raises
    ------
    TypeError
        If `a` or `y` does not hold numbers.
    ValueError
        If the shapes differ, are not (n, m), or hold no entry; if an entry of `a` or
        `y` lies outside 0 to 1.

    Notes
    -----
    C = −1/m Σₓ Σⱼ [ yⱼ ln aⱼ + (1 − yⱼ) ln(1 − aⱼ) ], where 0 ln 0 = 0.

    No logarithm is taken of less than the smallest normal number (2.2e-308 in
    float64), so that an output which is certain and wrong costs much, about 708 nats
    an entry, but not infinity.

    References
    ----------
    Nielsen, *Neural Networks and Deep Learning*, ch. 3, eq. 63.

    Examples
    --------
    >>> round(cross_entropy_cost([[0.5], [0.5]], [[1.0], [0.0]]), 4)
    1.3863
    >>> cross_entropy_cost([[1.0], [0.0]], [[1.0], [0.0]])
    0.0
    """
    a, y = _outputs_and_targets(a, y)
    _check_between_0_and_1(a, "a")
    _check_between_0_and_1(y, "y")
    return np.mean(np.sum(y * _surprise(a) + (1 - y) * _surprise(1 - a), axis=0)).item()


def hinge_loss(w, x, y, margin=1.0):
    """Give the multi-class hinge (SVM) loss of one example.

    Parameters
    ----------
    w : array_like, shape (k, n)
        Weights, one row a class, dimensionless.
    x : array_like, shape (n, 1)
        The example, dimensionless.
    y : int
        Its class, 0 to k − 1.
    margin : float
        By how much the right class's score has to lead, dimensionless, 0 or more.

    Returns
    -------
    float
        The loss, dimensionless, 0 or more.

    Raises
    ------
    TypeError
        If `w` or `x` does not hold real numbers, `y` is not an int, or `margin` is
        not a number.
    ValueError
        If the shapes do not fit, `y` is no class, or `margin` is negative or not
        finite.

    Notes
    -----
    With the scores s = W x:  L = Σ_{j≠y} max(0, sⱼ − s_y + margin)

    References
    ----------
    Weston and Watkins, *Support Vector Machines for Multi-Class Pattern Recognition*,
    ESANN 1999.

    Examples
    --------
    >>> hinge_loss([[2.0, 0.0], [1.0, 1.0], [0.0, -1.0]], [[1.0], [0.5]], 1)
    1.5
    """
    w, x, y = _weights_example_class(w, x, y, margin)
    return np.sum(np.maximum(0, _shortfalls(w, x, y, margin))).item()


def hinge_gradient(w, x, y, margin=1.0):
    """Give the slope of the hinge loss with respect to the weights.

    Parameters
    ----------
    w, x, y, margin
        As for `hinge_loss`.

    Returns
    -------
    numpy.ndarray, shape (k, n)
        ∂L/∂W, dimensionless.

    Raises
    ------
    TypeError, ValueError
        As for `hinge_loss`.

    Notes
    -----
    With 𝟙ⱼ = 1 where sⱼ − s_y + margin > 0, and 0 elsewhere:

    - row j ≠ y:  𝟙ⱼ xᵀ
    - row y:  −(Σ_{j≠y} 𝟙ⱼ) xᵀ

    On the kink itself, where the margin is just met, the slope taken is 0.

    References
    ----------
    Weston and Watkins, *Support Vector Machines for Multi-Class Pattern Recognition*,
    ESANN 1999.

    Examples
    --------
    >>> w = [[2.0, 0.0], [1.0, 1.0], [0.0, -1.0]]
    >>> hinge_gradient(w, [[1.0], [0.5]], 1).tolist()
    [[1.0, 0.5], [-1.0, -0.5], [0.0, 0.0]]
    """
    w, x, y = _weights_example_class(w, x, y, margin)
    violated = (_shortfalls(w, x, y, margin) > 0).astype(w.dtype)
    violated[y] = -np.sum(violated)
    return violated @ x.T


class Cost(NamedTuple):
    """What there is to know of a cost that a network descends.

    Attributes
    ----------
    name : str
        What `Network` and `backprop` call it.
    value : callable
        ``value(a, y)`` is the mean cost over the columns.
    derivative : callable
        ``derivative(a, y)`` is ∂C/∂a of each column.
    delta : callable
        ``delta(a, y, slope)`` is δ = ∂C/∂a ⊙ σ′(z) of each column, a new array, with
        `slope` for σ′(z): written apart, since for some costs σ′(z) cancels.
    y_range : tuple of float
        The least and the largest target for which the cost is defined.
    unit : str
        Unit of the value; empty where it is dimensionless.
    """

    name: str
    value: Callable
    derivative: Callable
    delta: Callable
    y_range: tuple
    unit: str


def _cross_entropy_derivative(a, y):
    """Give (a − y) / (a (1 − a)): infinite where a neuron is certain and wrong."""
    a, y = _outputs_and_targets(a, y)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(a == y, 0, (a - y) / (a * (1 - a)))


QUADRATIC = Cost(
    name="quadratic",
    value=quadratic_cost,
    derivative=cost_derivative,
    delta=lambda a, y, slope: (a - y) * slope,
    y_range=(-np.inf, np.inf),
    unit="",
)
CROSS_ENTROPY = Cost(
    name="cross_entropy",
    value=cross_entropy_cost,
    derivative=_cross_entropy_derivative,
    delta=lambda a, y, slope: a - y,
    y_range=(0, 1),
    unit="nats",
)
COSTS = {cost.name: cost for cost in (QUADRATIC, CROSS_ENTROPY)}
CostName = Literal["quadratic", "cross_entropy"]


def _surprise(p):
    """Give −ln p, and −ln of the smallest normal number where p is below that."""
    return -np.log(np.maximum(p, np.finfo(p.dtype).tiny))


def _shortfalls(w, x, y, margin):
    """Give sⱼ − s_y + margin as a column, with 0 in row y, which does not count."""
    scores = w @ x
    shortfalls = scores - scores[y] + margin
    shortfalls[y] = 0
    return shortfalls


def _outputs_and_targets(a, y):
    """Return `a` and `y` as floats of one precision and one shape (n, m)."""
    a = _numbers(a, "a")
    y = _numbers(y, "y", whole_as=a.dtype)
    if a.shape != y.shape:
        raise ValueError(
            f"a and y must have the same shape; got {a.shape} and {y.shape}"
        )
    if a.ndim != 2 or a.size == 0:
        raise ValueError(
            f"a and y must have shape (n, m), one column an example; got {a.shape}"
        )
    return a, y


def _weights_example_class(w, x, y, margin):
    """Return `w` and `x` as floats and `y` as an int, when they fit together."""
    w = _numbers(w, "w", kinds="iuf")
    x = _numbers(x, "x", kinds="iuf", whole_as=w.dtype)
    if w.ndim != 2 or w.size == 0:
        raise ValueError(f"w must have shape (k, n), one row a class; got {w.shape}")
    if x.shape != (w.shape[1], 1):
        raise ValueError(
            f"x must have shape ({w.shape[1]}, 1) to fit w of shape {w.shape}; "
            f"got {x.shape}"
        )
    if isinstance(y, bool | np.bool_):
        raise TypeError("y must be an int, the class; got a truth value")
    try:
        y = operator.index(y)
    except TypeError:
        raise TypeError(
            f"y must be an int, the class; got {type(y).__name__}"
        ) from None
    if not 0 <= y < len(w):
        raise ValueError(f"y must be a class from 0 to {len(w) - 1}; got {y}")
    if not 0 <= margin < np.inf:
        raise ValueError(f"margin must be finite and 0 or more; got {margin}")
    return w, x, y


def _check_between_0_and_1(p, name):
    """Refuse entries outside 0 to 1 (NaN passes, and makes the cost NaN)."""
    outside = (p.real < 0) | (p.real > 1)
    if outside.any():
        index = tuple(np.argwhere(outside)[0].tolist())
        raise ValueError(
            f"{name} must lie from 0 to 1; got {p[index].item()} at {list(index)}"
        )


def _numbers(values, name, kinds="iufc", whole_as=np.float64):
    """Return `values` as floats; whole numbers and truth values as `whole_as`."""
    values = np.asarray(values)
    if values.dtype.kind not in kinds + "b":
        expected = "numbers" if "c" in kinds else "real numbers"
        raise TypeError(f"{name} must hold {expected}; got dtype {values.dtype}")
    return values.astype(whole_as) if values.dtype.kind in "biu" else values
