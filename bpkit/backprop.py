"""The forward pass, the backward pass, and the four equations between them.

``weights[l]`` takes ``activations[l]`` to ``activations[l + 1]``. A batch is a matrix
whose columns are examples, so each equation is one matrix product for all of them.
"""

from itertools import pairwise

import numpy as np

from bpkit.activations import _logistic

COSTS = ("quadratic", "cross_entropy")


class Layer:
    """One layer's arrays for m columns: filled by a step, filled again by the next.

    Fresh memory costs a small step more than its arithmetic, so each array is made
    once. Attributes: ``z``, ``a``, ``delta`` of shape (n, m); ``nabla_b`` (n, 1);
    ``nabla_w`` (n, n_in).
    """

    def __init__(self, n_in, n, m, dtype):
        self.z = np.empty((n, m), dtype)
        self.a = np.empty((n, m), dtype)
        self.slope = np.empty((n, m), dtype)
        self.delta = np.empty((n, m), dtype)
        self.nabla_b = np.empty((n, 1), dtype)
        self.nabla_w = np.empty((n, n_in), dtype)
        self.ones = np.ones((m, 1), dtype)

    def forward(self, w, b, a_prev):
        """Fill z = W a + b and a = σ(z); return a."""
        np.dot(w, a_prev, out=self.z)
        self.z += b
        return _logistic(self.z, out=self.a)

    def sigmoid_prime(self):
        """Fill and return σ′(z) = a (1 − a)."""
        np.subtract(1.0, self.a, out=self.slope)
        self.slope *= self.a
        return self.slope

    def output_error(self, y, scale, cost):
        """BP1: δ = (a − y) ⊙ σ′(z), times scale; return Σ (a − y)² over the batch.

        With cross-entropy σ′(z) cancels and δ = a − y.
        """
        np.subtract(self.a, y, out=self.delta)
        squares = np.vdot(self.delta, self.delta)
        if cost == "quadratic":
            self.delta *= self.sigmoid_prime()
        self.delta *= scale
        return squares

    def hidden_error(self, w_next, delta_next):
        """BP2: δ = (Wᵀ δ_next) ⊙ σ′(z)."""
        np.dot(w_next.T, delta_next, out=self.delta)
        self.delta *= self.sigmoid_prime()

    def gradients(self, a_prev):
        """BP3 and BP4, summed over the columns: ∂C/∂b = Σ δ, ∂C/∂W = δ aᵀ."""
        np.dot(self.delta, self.ones, out=self.nabla_b)
        np.dot(self.delta, a_prev.T, out=self.nabla_w)


def layers_for(sizes, m, dtype):
    """Return the layers of a network with these sizes, for batches of m columns."""
    return [Layer(n_in, n, m, dtype) for n_in, n in pairwise(sizes)]


def run_forward(layers, weights, biases, x):
    """Fill every layer from x, left to right; return the output."""
    a = x
    for layer, w, b in zip(layers, weights, biases, strict=True):
        a = layer.forward(w, b, a)
    return a


def run_backward(layers, weights, x, y, scale, cost):
    """Fill every layer's δ and gradients, right to left, after `run_forward`.

    The equations are linear in δ, so scaling δ at the output scales every gradient:
    1/m gives the gradient of the mean cost, η/m the step of gradient descent. Returns
    Σ (a − y)² over the batch.
    """
    squares = layers[-1].output_error(y, scale, cost)
    for l in range(len(layers) - 1, 0, -1):
        layers[l - 1].hidden_error(weights[l], layers[l].delta)
        layers[l].gradients(layers[l - 1].a)
    layers[0].gradients(x)
    return squares


def forward_pass(weights, biases, x):
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
    weights, biases, sizes, dtype = _as_parameters(weights, biases)
    x = as_columns("x", x, sizes[0], dtype)
    layers = _forward(weights, biases, sizes, x)
    return [layer.z for layer in layers], [x.copy(), *(layer.a for layer in layers)]


def backprop(weights, biases, x, y, cost="quadratic"):
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
        not one of the two.

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
    if cost not in COSTS:
        raise ValueError(f"cost must be one of {COSTS}; got {cost!r}")
    weights, biases, sizes, dtype = _as_parameters(weights, biases)
    x = as_columns("x", x, sizes[0], dtype)
    y = as_columns("y", y, sizes[-1], dtype)
    if x.shape[1] != y.shape[1]:
        raise ValueError(
            f"x and y must have one column an example each; "
            f"got {x.shape[1]} columns in x and {y.shape[1]} in y"
        )
    layers = _forward(weights, biases, sizes, x)
    with np.errstate(under="ignore"):
        run_backward(layers, weights, x, y, 1 / x.shape[1], cost)
    return [layer.nabla_b for layer in layers], [layer.nabla_w for layer in layers]


def _forward(weights, biases, sizes, x):
    """Return new layers filled from x."""
    layers = layers_for(sizes, x.shape[1], x.dtype)
    with np.errstate(over="ignore", under="ignore"):
        run_forward(layers, weights, biases, x)
    return layers


def as_columns(name, x, n, dtype):
    """Return x as a finite array of `dtype` and shape (n, m), or say what is wrong."""
    x = np.asarray(x)
    if x.ndim != 2 or x.shape[0] != n:
        raise ValueError(
            f"{name} must have shape ({n}, m), one column an example; got {x.shape}"
        )
    if x.shape[1] == 0:
        raise ValueError(f"{name} must hold at least one column; got {x.shape}")
    if x.dtype.kind not in "fiub":
        raise TypeError(f"{name} must hold real numbers; got dtype {x.dtype}")
    require_finite(name, x)
    return x.astype(dtype, copy=False)


def require_finite(name, x):
    """Raise ValueError naming the first entry of x that is NaN or infinite."""
    with np.errstate(over="ignore", invalid="ignore"):
        # A sum is one pass without a temporary; only a suspect array is searched.
        if np.isfinite(x.sum()):
            return
    bad = np.argwhere(~np.isfinite(x))
    if len(bad):
        index = tuple(bad[0].tolist())
        raise ValueError(f"{name} must be finite; got {x[index]} at index {index}")


def _as_parameters(weights, biases):
    """Return weights and biases as float arrays, the layer sizes and the dtype."""
    weights = [np.asarray(w) for w in weights]
    biases = [np.asarray(b) for b in biases]
    sizes = require_parameters(weights, biases)
    dtype = np.result_type(*weights, *biases, np.float32)
    return (
        [w.astype(dtype, copy=False) for w in weights],
        [b.astype(dtype, copy=False) for b in biases],
        sizes,
        dtype,
    )


def require_parameters(weights, biases):
    """Return the sizes of the layers, or say which weights or biases do not fit."""
    if len(weights) != len(biases) or not weights:
        raise ValueError(
            f"weights and biases must be lists with one array a layer; "
            f"got {len(weights)} weights and {len(biases)} biases"
        )
    for l, w in enumerate(weights):
        n_in = weights[l - 1].shape[0] if l else None
        if w.ndim != 2 or 0 in w.shape or (l and w.shape[1] != n_in):
            expected = f"(n_out, {n_in})" if l else "(n_out, n_in)"
            raise ValueError(f"weights[{l}] must have shape {expected}; got {w.shape}")
        if biases[l].shape != (w.shape[0], 1):
            raise ValueError(
                f"biases[{l}] must have shape ({w.shape[0]}, 1), a column as high as "
                f"weights[{l}]; got {biases[l].shape}"
            )
    for name, arrays in (("weights", weights), ("biases", biases)):
        for l, array in enumerate(arrays):
            if array.dtype.kind not in "fiub":
                raise TypeError(
                    f"{name}[{l}] must hold real numbers; got dtype {array.dtype}"
                )
    return [weights[0].shape[1], *(w.shape[0] for w in weights)]
