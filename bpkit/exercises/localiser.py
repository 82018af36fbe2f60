"""Find the first of the four equations that a broken `backprop` does not keep.

With one column, ``nabla_b[l]`` is δ of layer l and ``nabla_w[l]`` is δ aᵀ, so what
comes back tells what went on inside. The search goes the way the code goes: from the
output to the left, and then from one column to a batch.
"""

import copy
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bpkit.activations import sigmoid_prime
from bpkit.backprop import forward_pass
from bpkit.costs import cost_derivative
from bpkit.exercises.compare import close_enough, difference

SIZES = (3, 4, 2, 5)  # uneven, so that a missing transpose cannot hide
COLUMNS = 6  # no layer has six neurons

MEANINGS = {
    "forward": "the forward pass: a = σ(Wa + b)",
    "BP1": "BP1, the error at the output: δ = (a − y) ⊙ σ′(z)",
    "BP2": "BP2, the error carried back: δ = (Wᵀ δ_next) ⊙ σ′(z)",
    "BP3": "BP3, the gradient of the biases: the mean of δ over the columns",
    "BP4": "BP4, the gradient of the weights: the mean of δ aᵀ over the columns",
}


@dataclass(frozen=True)
class Report:
    """What `localise` found; true when something is broken.

    Attributes
    ----------
    equation : str
        "forward", "BP1", "BP2", "BP3" or "BP4": the first that does not hold. Empty
        when all hold, and when the numbers do not prove which one it is.
    layer : int or None
        Index l of the layer, as in ``weights[l]``.
    array : str
        Where it was seen: ``nabla_b[l]``, ``nabla_w[l]``, or the output activations.
    index : tuple of int
        The first wrong entry of that array; empty if its shape is wrong.
    came, expected : object
        The entry, or the shape.
    columns : int
        Number of examples in the batch that showed it.

    Examples
    --------
    >>> bool(Report())
    False
    """

    equation: str = ""
    layer: int | None = None
    array: str = ""
    index: tuple = ()
    came: object = None
    expected: object = None
    columns: int = 0

    def __bool__(self):
        return self.layer is not None

    def __str__(self):
        if not self:
            return "All four equations hold in every layer."
        where = f"{self.array}[{', '.join(map(str, self.index))}]"
        where = where if self.index else f"the shape of {self.array}"
        seen = (
            f"{where} is {_text(self.came)}, should be {_text(self.expected)} "
            f"(batch of {self.columns})."
        )
        if not self.equation:
            return (
                f"In layer {self.layer} more than one thing is wrong, and the numbers "
                f"do not prove which came first: {seen}"
            )
        return (
            f"The first that does not hold is {MEANINGS[self.equation]}, in layer "
            f"{self.layer}: {seen}"
        )


def localise(answer):
    """Name the first equation that a backprop does not keep.

    Parameters
    ----------
    answer : callable
        ``answer(weights, biases, x, y) -> (nabla_b, nabla_w)``, like `bpkit.backprop`.

    Returns
    -------
    Report
        Falsy if all equations hold. Its text is one sentence.

    Raises
    ------
    ValueError
        If what comes back is not two lists with one array a layer.

    References
    ----------
    Nielsen, *Neural Networks and Deep Learning*, ch. 2, eqs. BP1 to BP4.

    Examples
    --------
    >>> from bpkit import backprop
    >>> str(localise(backprop))
    'All four equations hold in every layer.'
    >>> def uphill(weights, biases, x, y):
    ...     nabla_b, nabla_w = backprop(weights, biases, x, y)
    ...     return [-b for b in nabla_b], [-w for w in nabla_w]
    >>> localise(uphill).equation
    'BP1'
    """
    network = _Network()
    return _one_column(answer, network) or _batch(answer, network) or Report()


def explain_backprop(answer):
    """Return the sentence of `localise`, or an empty string if all equations hold."""
    report = localise(answer)
    return str(report) if report else ""


class _Network:
    """Weights, biases and a batch, with every array that the equations mention."""

    def __init__(self):
        rng = np.random.default_rng(4)
        pairs = list(pairwise(SIZES))
        self.weights = [rng.standard_normal((n, n_in)) for n_in, n in pairs]
        self.biases = [rng.standard_normal((n, 1)) for _, n in pairs]
        self.x = rng.standard_normal((SIZES[0], COLUMNS))
        self.y = rng.random((SIZES[-1], COLUMNS))
        zs, self.activations = forward_pass(self.weights, self.biases, self.x)
        delta = cost_derivative(self.activations[-1], self.y) * sigmoid_prime(zs[-1])
        self.deltas = [delta]
        for w, z in zip(self.weights[:0:-1], zs[-2::-1], strict=True):
            self.deltas.insert(0, (w.T @ self.deltas[0]) * sigmoid_prime(z))

    def gradients(self, m):
        """Return the right gradients for the first m columns."""
        deltas = [delta[:, :m] for delta in self.deltas]
        inputs = [a[:, :m] for a in self.activations[:-1]]
        nabla_b = [delta.mean(axis=1, keepdims=True) for delta in deltas]
        nabla_w = [delta @ a.T / m for delta, a in zip(deltas, inputs, strict=True)]
        return nabla_b, nabla_w

    def ask(self, answer, m, y=None):
        """Return an answer's gradients for the first m columns."""
        y = self.y if y is None else y
        x, y = self.x[:, :m].copy(), y[:, :m].copy()
        came = answer(*copy.deepcopy((self.weights, self.biases)), x, y)
        layers = len(self.weights)
        try:
            nabla_b, nabla_w = (list(part) for part in came)
        except (TypeError, ValueError):
            nabla_b = nabla_w = []
        if not len(nabla_b) == len(nabla_w) == layers:
            raise ValueError(
                f"backprop must return (nabla_b, nabla_w), two lists of {layers} "
                f"arrays; got {came!r:.60}"
            )
        return nabla_b, nabla_w


def _one_column(answer, network):
    """Look at δ itself, layer by layer from the output: one column has no mean."""
    came_b, came_w = network.ask(answer, 1)
    right_b, right_w = network.gradients(1)
    last = len(right_b) - 1
    for l in range(last, -1, -1):
        b, w = close_enough(came_b[l], right_b[l]), close_enough(came_w[l], right_w[l])
        if b and w:
            continue
        if b:
            return _report("BP4", l, f"nabla_w[{l}]", came_w[l], right_w[l], 1)
        if w:
            return _report("BP3", l, f"nabla_b[{l}]", came_b[l], right_b[l], 1)
        if l == last:
            other = _other_output(answer, network)
            if other:
                return other
        # Both wrong. If they agree on one δ, that δ is what is wrong.
        agree = np.shape(came_b[l]) == right_b[l].shape and close_enough(
            came_w[l], came_b[l] @ network.activations[l][:, :1].T
        )
        equation = ("BP1" if l == last else "BP2") if agree else ""
        return _report(equation, l, f"nabla_b[{l}]", came_b[l], right_b[l], 1)
    return None


def _other_output(answer, network):
    """Report an answer whose δ has its zero elsewhere than at y = a.

    δ = (a − y) s for two values of y gives s and a. If a is not the network's output
    and s = a (1 − a), the answer keeps BP1 and its forward pass is what is broken; if
    s is something else, the numbers do not prove which of the two it is.
    """
    right = network.activations[-1][:, :1]
    y = network.y[:, :1]
    first = np.asarray(network.ask(answer, 1)[0][-1])
    second = np.asarray(network.ask(answer, 1, network.y + 1)[0][-1])
    if first.shape != right.shape or second.shape != right.shape:
        return None
    slope = first - second
    if not slope.all():
        return None
    a = y + first / slope
    if close_enough(a, right):
        return None
    equation = "forward" if close_enough(slope, a * (1 - a)) else ""
    return _report(equation, len(SIZES) - 2, "activations[-1]", a, right, 1)


def _batch(answer, network):
    """Look at the means, after δ of one column was found right in every layer."""
    came_b, came_w = network.ask(answer, COLUMNS)
    right_b, right_w = network.gradients(COLUMNS)
    last = len(right_b) - 1
    for l in range(last, -1, -1):
        b, w = close_enough(came_b[l], right_b[l]), close_enough(came_w[l], right_w[l])
        if not b:
            carried = l < last and not w and not _same_factor(came_b[:last], right_b)
            equation = "BP2" if carried else "BP3"
            return _report(equation, l, f"nabla_b[{l}]", came_b[l], right_b[l], COLUMNS)
        if not w:
            return _report("BP4", l, f"nabla_w[{l}]", came_w[l], right_w[l], COLUMNS)
    return None


def _same_factor(came, right):
    """Return whether hidden layers have one factor; carried back, it would grow."""
    factors = [
        np.mean(np.asarray(c) / r) if np.shape(c) == r.shape else np.nan
        for c, r in zip(came, right, strict=False)
    ]
    return np.allclose(factors, factors[0])


def _report(equation, layer, array, came, right, columns):
    """Return the Report on the first entry of an array that is wrong."""
    came = np.asarray(came)
    if came.shape != right.shape:
        return Report(equation, layer, array, (), came.shape, right.shape, columns)
    index = difference(came, right).index
    return Report(equation, layer, array, index, came[index], right[index], columns)


def _text(value):
    """Write a shape as it is and a number with four digits."""
    if isinstance(value, tuple):
        return str(value)
    return f"{float(value):.4g}"
