"""The forward pass, the backward pass, and the four equations between them.

``weights[l]`` takes ``activations[l]`` to ``activations[l + 1]``. A batch is a matrix
whose columns are examples, so each equation is one matrix product for all of them.

Nothing here is there for speed: `bpkit.training` says the same for a training run.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bpkit.activations import sigmoid, sigmoid_prime
from bpkit.checks import as_columns, as_parameters, as_targets, one_of
from bpkit.costs import COSTS, QUADRATIC, CostName

Layers = list[NDArray[np.floating]]


def forward_pass(
    weights: Sequence[ArrayLike], biases: Sequence[ArrayLike], x: ArrayLike
) -> tuple[Layers, Layers]:
    r"""Carry a batch through the network and keep every z and a on the way.

    Parameters
    ----------
    weights : list of array_like
        One matrix a layer, shape (n_out, n_in).
    biases : list of array_like
        One column a layer, shape (n_out, 1).
    x : array_like, shape (n_0, m)
        The batch, one column an example.

    Returns
    -------
    zs : list of ndarray
        Weighted inputs of each layer after the input, shape (n, m), dimensionless.
    activations : list of ndarray
        Outputs of each layer, shape (n, m), 0 to 1; ``activations[0]`` is x.

    Raises
    ------
    ValueError
        If shapes do not fit together, or x holds NaN or infinity.

    Notes
    -----
    :math:`z^l = W^l a^{l-1} + b^l` and :math:`a^l = \sigma(z^l)`.

    References
    ----------
    Nielsen, *Neural Networks and Deep Learning*, ch. 2, eq. 25.

    Examples
    --------
    >>> zs, activations = forward_pass([[[1, -2], [-1, 1]]], [[[1], [0]]], [[1], [-1]])
    >>> zs[0].tolist()
    [[4.0], [-2.0]]
    >>> activations[1].round(4).tolist()
    [[0.982], [0.1192]]
    """
    weights, biases = as_parameters(weights, biases)
    x = as_columns("x", x, weights[0].shape[1], weights[0].dtype)
    zs, activations = [], [x.copy()]
    with np.errstate(over="ignore", under="ignore"):
        for w, b in zip(weights, biases, strict=True):
            zs.append(w @ activations[-1] + b)
            activations.append(sigmoid(zs[-1]))
    return zs, activations


def errors(weights, zs, a, y, cost=QUADRATIC):
    r"""Give δ = ∂C/∂z of every layer: BP1 at the output, BP2 from there to the left.

    Parameters
    ----------
    weights : list of ndarray
        One matrix a layer, shape (n_out, n_in).
    zs : list of ndarray
        Weighted inputs as `forward_pass` returns them, shape (n, m).
    a : ndarray, shape (n_L, m)
        The output, 0 to 1.
    y : ndarray, shape (n_L, m)
        What the output should have been.
    cost : Cost
        The cost of one example, one of `bpkit.costs.COSTS`.

    Returns
    -------
    list of ndarray
        δ of each layer after the input, of the shapes of `zs`, each column that of one
        example; not yet divided by m.

    Notes
    -----
    .. math::

       \delta^L &= \nabla_a C \odot \sigma'(z^L)                     & (BP1) \\
       \delta^l &= ((W^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l)   & (BP2)

    References
    ----------
    Nielsen, *Neural Networks and Deep Learning*, ch. 2, eqs. BP1 and BP2.

    Examples
    --------
    >>> weights, zs = [np.array([[2.0]]), np.array([[4.0]])], [np.zeros((1, 1))] * 2
    >>> [delta.item() for delta in errors(weights, zs, np.array([[0.5]]), 0.0)]
    [0.125, 0.125]
    """
    deltas = [cost.delta(a, y, sigmoid_prime(zs[-1]))]  # BP1
    for w, z in zip(weights[:0:-1], zs[-2::-1], strict=True):
        deltas.insert(0, (w.T @ deltas[0]) * sigmoid_prime(z))  # BP2
    return deltas


def backprop(
    weights: Sequence[ArrayLike],
    biases: Sequence[ArrayLike],
    x: ArrayLike,
    y: ArrayLike,
    cost: CostName = "quadratic",
) -> tuple[Layers, Layers]:
    r"""Give the gradient of a batch's mean cost by one forward and one backward pass.

    Parameters
    ----------
    weights : list of array_like
        One matrix a layer, shape (n_out, n_in).
    biases : list of array_like
        One column a layer, shape (n_out, 1).
    x : array_like, shape (n_0, m)
        The batch, one column an example.
    y : array_like, shape (n_L, m)
        What the output should have been.
    cost : {"quadratic", "cross_entropy"}
        Cost whose mean over the columns is differentiated.

    Returns
    -------
    nabla_b, nabla_w : list of ndarray
        :math:`\partial C / \partial b` and :math:`\partial C / \partial W`, of the
        shapes of the biases and the weights.

    Raises
    ------
    ValueError
        If shapes do not fit together, x or y holds NaN or infinity, or the cost is
        none of `bpkit.costs.COSTS`.

    Notes
    -----
    .. math::

       \delta^L &= (a^L - y) \odot \sigma'(z^L)                  & (BP1) \\
       \delta^l &= ((W^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l) & (BP2) \\
       \partial C / \partial b^l &= \delta^l                     & (BP3) \\
       \partial C / \partial W^l &= \delta^l (a^{l-1})^T         & (BP4)

    For m columns BP3 and BP4 are means over them. With cross-entropy,
    :math:`\delta^L = a^L - y`.

    References
    ----------
    Nielsen, *Neural Networks and Deep Learning*, ch. 2, eqs. BP1 to BP4; ch. 3, eq. 66.

    Examples
    --------
    >>> nabla_b, nabla_w = backprop([[[0.0, 0.0]]], [[[0.0]]], [[1], [-1]], [[0.0]])
    >>> nabla_b[0].tolist(), nabla_w[0].tolist()
    ([[0.125]], [[0.125, -0.125]])
    """
    one_of("cost", cost, COSTS)
    zs, (*inputs, output) = forward_pass(weights, biases, x)
    weights, m = [np.asarray(w) for w in weights], output.shape[1]
    y = as_targets("y", y, output)
    with np.errstate(under="ignore"):
        deltas = errors(weights, zs, output, y, COSTS[cost])
        nabla_b = [d.mean(axis=1, keepdims=True) for d in deltas]  # BP3
        nabla_w = [d @ a.T / m for d, a in zip(deltas, inputs, strict=True)]  # BP4
    return nabla_b, nabla_w
