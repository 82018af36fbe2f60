"""The forward pass, the backward pass, and the four equations between them.

``weights[l]`` takes ``activations[l]`` to ``activations[l + 1]``. A batch is a matrix
whose columns are examples, so each equation is one matrix product for all of them.
"""

import math

import numpy as np

from bpkit.activations import _logistic

COSTS = ("quadratic", "cross_entropy")


def aligned(shape, dtype):
    """Return an empty array that starts on a cache line (64 bytes)."""
    # numpy starts large arrays 16 bytes past one, and each vector load then takes two.
    size = math.prod(shape) * np.dtype(dtype).itemsize
    memory = np.empty(size + 64, np.uint8)
    first = -memory.ctypes.data % 64
    return memory[first : first + size].view(dtype).reshape(shape)


class Layer:
    """One layer's arrays for m columns: filled by a step, filled again by the next.

    Fresh memory costs a small step more than its arithmetic, so each array is made
    once. Attributes: ``z``, ``a``, ``delta`` of shape (n, m); ``nabla_b`` (n, 1);
    ``nabla_w`` (n, n_in).
    """

    def __init__(self, w, b, m):
        (n, n_in), dtype = w.shape, w.dtype
        self.w, self.b = w, b
        self.z = np.empty((n, m), dtype)
        self.a = np.empty((n, m), dtype)
        self.slope = np.empty((n, m), dtype)
        self.delta = np.empty((n, m), dtype)
        self.nabla_b = np.empty((n, 1), dtype)
        self.nabla_w = aligned((n, n_in), dtype)
        self.ones = np.ones((m, 1), dtype)
        self.one = np.ones((), dtype)

    def forward(self, a_prev):
        """Fill z = W a + b and a = σ(z); return a."""
        z = np.dot(self.w, a_prev, out=self.z)
        z += self.b
        return _logistic(z, self.a, self.one)

    def sigmoid_prime(self):
        """Fill and return σ′(z) = a (1 − a)."""
        slope = np.subtract(self.one, self.a, out=self.slope)
        slope *= self.a
        return slope

    def output_error(self, y, scale, cost):
        """BP1: δ = (a − y) ⊙ σ′(z), times scale; return Σ (a − y)² over the batch.

        With cross-entropy σ′(z) cancels and δ = a − y.
        """
        delta = np.subtract(self.a, y, out=self.delta)
        squares = np.vdot(delta, delta)
        if cost == "quadratic":
            delta *= self.sigmoid_prime()
        delta *= scale
        return squares

    def hidden_error(self, after):
        """BP2: δ = (Wᵀ δ) ⊙ σ′(z), W and δ those of the layer after."""
        delta = np.dot(after.w.T, after.delta, out=self.delta)
        delta *= self.sigmoid_prime()

    def gradients(self, a_prev):
        """BP3 and BP4, summed over the columns: ∂C/∂b = Σ δ, ∂C/∂W = δ aᵀ."""
        np.dot(self.delta, self.ones, out=self.nabla_b)
        np.dot(self.delta, a_prev.T, out=self.nabla_w)

    def descend(self):
        """Take the step: W and b less their gradients."""
        self.w -= self.nabla_w
        self.b -= self.nabla_b


def layers_for(weights, biases, m):
    """Return the layers of a network with these parameters, for m columns."""
    return [Layer(w, b, m) for w, b in zip(weights, biases, strict=True)]


def run_forward(layers, x):
    """Fill every layer from x, left to right; return the output."""
    a = x
    for layer in layers:
        a = layer.forward(a)
    return a


def run_backward(layers, x, y, scale, cost):
    """Fill every layer's δ and gradients, right to left, after `run_forward`.

    The equations are linear in δ, so scaling δ at the output scales every gradient:
    1/m gives the gradient of the mean cost, η/m the step of gradient descent. Returns
    Σ (a − y)² over the batch.
    """
    squares = layers[-1].output_error(y, scale, cost)
    after = layers[-1]
    for layer in layers[-2::-1]:
        layer.hidden_error(after)
        after.gradients(layer.a)
        after = layer
    after.gradients(x)
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
    layers = _forward(weights, biases, x)
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
    layers = _forward(weights, biases, x)
    with np.errstate(under="ignore"):
        run_backward(layers, x, y, 1 / x.shape[1], cost)
    return [layer.nabla_b for layer in layers], [layer.nabla_w for layer in layers]


def _forward(weights, biases, x):
    """Return new layers filled from x."""
    layers = layers_for(weights, biases, x.shape[1])
    with np.errstate(over="ignore", under="ignore"):
        run_forward(layers, x)
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
