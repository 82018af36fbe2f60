"""Find the first of the four equations that a broken `backprop` does not keep.

With one column, ``nabla_b[l]`` is δ of layer l and ``nabla_w[l]`` is δ aᵀ, so what
comes back tells what went on inside. The search goes the way the code goes: from the
output to the left, and then from one column to a batch. What two bugs would do alike is
told apart by experiment, with another y or x, and left open where that decides nothing.
"""

import copy
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bpkit.activations import sigmoid_prime
from bpkit.backprop import forward_pass
from bpkit.costs import cost_derivative
from bpkit.exercises.attempt import same_bits
from bpkit.exercises.compare import RTOL, close_enough, difference, real_numbers

# Sizes, and the spread of the weights. Uneven, so that a missing transpose cannot hide;
# then more layers; then weighted inputs so large that a limit on them is met.
NETWORKS = (((3, 4, 2, 5), 1), ((3, 4, 2, 5, 3, 4), 1), ((3, 4, 2, 5), 2))
RTOL_OF_SINGLE = 1e-3  # a quotient of float32 has lost digits
COLUMNS = 6  # no layer has six neurons

MEANINGS = {
    "forward": "the forward pass: a = σ(Wa + b)",
    "BP1": "BP1, the error at the output: δ = (a − y) ⊙ σ′(z)",
    "BP2": "BP2, the error carried back: δ = (Wᵀ δ_next) ⊙ σ′(z)",
    "BP3": "BP3, the gradient of the biases: the mean of δ over the columns",
    "BP4": "BP4, the gradient of the weights: the mean of δ aᵀ over the columns",
}

# What is proved where no single equation is: each ends in a colon, or stands alone.
UNSTEADY = {
    "changed": "It changed its argument {}: no equation can be named before that is "
    "mended.",
    "kept": "The same call gave another result the second time: no equation can be "
    "named before that is mended.",
}
OPEN = {
    "x": "The input x was changed before weights[0] used it",
    "used": "The δ that goes back through weights[{l}] is right; what nabla_b[{l}] and "
    "nabla_w[{l}] are made of is not",
    "output": "At the output, BP1 or the forward pass does not hold, and the numbers "
    "do not prove which",
    "BP1 or used": "BP1 does not hold, or BP3 with BP4 for nabla_b[{l}] and "
    "nabla_w[{l}], and the numbers do not prove which",
    "BP2 or used": "BP2 does not hold, or BP3 with BP4 for nabla_b[{l}] and "
    "nabla_w[{l}], and the numbers do not prove which",
    "batch": "At weights[{l}] and biases[{l}], a batch goes wrong where one column "
    "does not: in δ, or in the means of BP3 and BP4, and the numbers do not prove "
    "which",
    "pairs": "In a batch, y of one column meets x of another: mixed up in BP1 or in "
    "the forward pass, and the numbers do not prove where",
    "zeros": "Every entry of nabla_b[{l}] and nabla_w[{l}] is zero",
    "both": "nabla_b[{l}] and nabla_w[{l}] are both wrong, and the numbers do not "
    "prove which equation comes first",
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
        Where it was seen: ``nabla_b[l]``, ``nabla_w[l]`` or ``activations[l]``; the
        name of an argument that was changed.
    index : tuple of int
        The first wrong entry of that array; empty if its shape is wrong.
    came, expected : object
        The entry, or the shape.
    columns : int
        Number of examples in the batch that showed it.
    finding : str
        What is proved where no equation is: "changed" or "kept" for an answer that
        changes an argument or gives another result the second time, or a key of OPEN.

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
    finding: str = ""

    def __bool__(self):
        return bool(self.equation or self.finding)

    def __str__(self):
        if not self:
            return "All four equations hold in every layer."
        if self.finding in UNSTEADY:
            return UNSTEADY[self.finding].format(self.array)
        where = f"{self.array}[{', '.join(map(str, self.index))}]"
        where = where if self.index else f"the shape of {self.array}"
        if self.finding:
            opening = f"{OPEN[self.finding].format(l=self.layer)}:"
        else:
            opening = f"The first that does not hold is {MEANINGS[self.equation]};"
        return (
            f"{opening} {where} is {_text(self.came)}, should be "
            f"{_text(self.expected)} (batch of {self.columns})."
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
    for sizes, spread in NETWORKS:
        network = _Network(sizes, spread)
        report = _unsteady(answer, network)
        if report:
            return report
        for columns in [*([j] for j in range(COLUMNS)), list(range(COLUMNS))]:
            x, y = network.x[:, columns], network.y[:, columns]
            trial = _Trial(answer, network, x, y)
            if trial.broken:
                return _diagnosis(trial, trial.broken[-1])
    return Report()


def explain_backprop(answer):
    """Return the sentence of `localise`, or an empty string if all equations hold.

    What `check` says itself, of calls that leave something behind, is not said again.
    """
    report = localise(answer)
    if not report or report.finding in UNSTEADY:
        return ""
    return f"Tried in a larger network too: {report}"


class _Network:
    """Weights, biases and a batch; what is right for them, and what an answer gives."""

    def __init__(self, sizes, spread):
        rng = np.random.default_rng(4)
        pairs = list(pairwise(sizes))
        self.weights = [spread * rng.standard_normal((n, n_in)) for n_in, n in pairs]
        self.biases = [rng.standard_normal((n, 1)) for _, n in pairs]
        self.x = rng.standard_normal((sizes[0], COLUMNS))
        self.y = rng.random((sizes[-1], COLUMNS))

    def truth(self, x, y):
        """Return the slopes, the activations and every δ."""
        zs, activations = forward_pass(self.weights, self.biases, x)
        slopes = [sigmoid_prime(z) for z in zs]
        deltas = [cost_derivative(activations[-1], y) * slopes[-1]]
        for w, slope in zip(self.weights[:0:-1], slopes[-2::-1], strict=True):
            deltas.insert(0, (w.T @ deltas[0]) * slope)
        return slopes, activations, deltas

    def ask(self, answer, x, y):
        """Return an answer's gradients, and what its arguments are after the call."""
        given = copy.deepcopy((self.weights, self.biases, x, y))
        came = answer(*given)
        try:
            nabla_b, nabla_w = ([real_numbers(a).copy() for a in part] for part in came)
        except (TypeError, ValueError, AttributeError):
            nabla_b = nabla_w = []
        layers = len(self.weights)
        if not len(nabla_b) == len(nabla_w) == layers:
            raise ValueError(
                f"backprop must return (nabla_b, nabla_w), two lists of {layers} "
                f"arrays; got {came!r:.60}"
            )
        return (nabla_b, nabla_w), given


class _Trial:
    """One call of an answer, beside what is right for the same x and y."""

    def __init__(self, answer, network, x, y):
        self.answer, self.network, self.x, self.y = answer, network, x, y
        (self.b, self.w), _ = network.ask(answer, x, y)
        self.slopes, self.activations, self.deltas = network.truth(x, y)
        self.m, self.last = x.shape[1], len(self.b) - 1
        inputs = zip(self.deltas, self.activations[:-1], strict=True)
        self.right_b = [d.mean(axis=1, keepdims=True) for d in self.deltas]
        self.right_w = [d @ a.T / self.m for d, a in inputs]
        pairs = zip(self.b + self.w, self.right_b + self.right_w, strict=True)
        self.usable = all(
            came.shape == right.shape and np.isfinite(came).all()
            for came, right in pairs
        )
        self.broken = [l for l in range(self.last + 1) if not all(self.fine(l))]

    def fine(self, l):
        """Return whether nabla_b and nabla_w of a layer are right."""
        return (
            close_enough(self.b[l], self.right_b[l]),
            close_enough(self.w[l], self.right_w[l]),
        )

    def at(self, x=0.0, y=0.0):
        """Return the trial with something added to x and to y."""
        return _Trial(self.answer, self.network, self.x + x, self.y + y)

    def factor(self, l):
        """Return the one factor of all numbers of a layer, or None."""
        c = self.b[l].flat[0] / self.right_b[l].flat[0]
        came, right = (self.b[l], self.w[l]), (self.right_b[l], self.right_w[l])
        return c if self.alike(came, tuple(c * r for r in right)) else None

    def is_minus(self, l):
        """Return whether all numbers of a layer have the wrong sign and no more."""
        c = self.factor(l)
        return c is not None and self.alike(c, -1.0)

    def alike(self, one, other):
        """Return whether what was computed from gradients is the same, to rounding."""
        single = any(a.dtype.itemsize < 8 for a in self.b + self.w)
        return close_enough(one, other, RTOL_OF_SINGLE if single else RTOL)

    def says(self, name, l, array="nabla_b"):
        """Return the Report on the first wrong entry of an array of layer l."""
        b = array == "nabla_b"
        came, right = (self.b, self.right_b) if b else (self.w, self.right_w)
        return _report(name, l, f"{array}[{l}]", came[l], right[l], self.m)


def _unsteady(answer, network):
    """Report an answer that changes its arguments, or does not repeat itself."""
    first, after = network.ask(answer, network.x, network.y)
    before = (network.weights, network.biases, network.x, network.y)
    names = ("weights", "biases", "x", "y")
    for name, was, now in zip(names, before, after, strict=True):
        if not same_bits(now, was):
            return Report(array=name, finding="changed")
    second, _ = network.ask(answer, network.x, network.y)
    return None if close_enough(second, first) else Report(finding="kept")


def _diagnosis(trial, l):
    """Return what is proved of the first broken layer, the rightmost."""
    b, w = trial.fine(l)
    if b:
        # BP4 spoils no nabla_b; what does, in a batch, may have left this one right.
        spoilt = trial.m > 1 and not close_enough(trial.b[:l], trial.right_b[:l])
        return trial.says("batch" if spoilt else "BP4", l, "nabla_w")
    if w:
        return trial.says("BP3", l)
    if not trial.usable:
        return trial.says("both", l)
    if not (trial.b[l].any() or trial.w[l].any()):
        return trial.says("zeros", l)
    with np.errstate(all="ignore"):
        if trial.m > 1:
            return _of_the_batch(trial, l)
        return _at_the_output(trial) if l == trial.last else _carried_back(trial, l)


# --- one column: nabla_b is δ ---


def _at_the_output(trial):
    """Tell the forward pass, BP1, and BP3 with BP4 apart in the last layer."""
    l = trial.last
    if l - 1 not in trial.broken:
        # A minus in BP1 is gone, one layer to the left, if BP2 has one too.
        minus = trial.is_minus(l) and l - 2 in trial.broken
        return trial.says("BP1 or used" if minus else "used", l)
    a, slope = _law(trial)
    right = trial.activations[-1]
    k, came = _wrong_input(trial, trial.b, trial.w, trial.activations)
    if came is not None and a is not None and not trial.alike(a, right):
        return _forward(trial, k, came)
    if not _agree(trial, l):
        return trial.says("both", l)
    source = _source(trial, l)
    if source == "right":
        return trial.says("used", l)
    if source != "came" and not _follows(trial, l):
        return trial.says("BP1 or used", l)
    if a is None or trial.alike(a, right):
        return trial.says("BP1", l)
    if trial.alike(slope, a * (1 - a)):
        return _report("forward", l, "activations[-1]", a, right, 1)
    return trial.says("output", l)


def _carried_back(trial, l):
    """Tell BP2 from BP3 with BP4 in a hidden layer; to its right all is right."""
    if not _agree(trial, l):
        return trial.says("both", l)
    if l == 0:
        one_factor = trial.factor(l) is not None
        return trial.says("BP2 or used" if one_factor else "BP2", l)
    if _grows(trial, l):
        return trial.says("BP2", l)
    if l - 1 not in trial.broken:
        # Carried back twice, a minus is gone.
        return trial.says("BP2 or used" if trial.is_minus(l) else "used", l)
    source = _source(trial, l)
    if source == "right":
        return trial.says("used", l)
    return trial.says("BP2" if source == "came" else "BP2 or used", l)


def _law(trial):
    """Return a and s where δ at the output is (a − y) ⊙ s, or None and None.

    That is so if δ is a straight line in y, each row in its own.
    """
    other = np.random.default_rng(5).standard_normal(trial.y.shape)
    first, up, elsewhere = (t.b[-1] for t in (trial, trial.at(y=1), trial.at(y=other)))
    slope = first - up
    if not slope.any() or not trial.alike(elsewhere, first - slope * other):
        return None, None
    return trial.y + first / slope, slope


def _wrong_input(trial, bs, ws, activations):
    """Return the first layer whose input, nabla_w over nabla_b, is wrong, and that.

    The input is None where no one input explains nabla_w.
    """
    for k, (b, w, a) in enumerate(zip(bs, ws, activations, strict=False)):
        u = (w / b).mean(axis=0)[:, None]
        if not trial.alike(w, b @ u.T):
            return k, None
        if not trial.alike(u, a):
            return k, u
    return None, None


def _forward(trial, k, came, column=0):
    """Report the input of layer k as the answer saw it: layer k − 1 made it."""
    right = trial.activations[k]
    if trial.m > 1:
        came = np.where(np.arange(trial.m) == column, came, right)
    name, layer = ("forward", k - 1) if k else ("x", 0)
    return _report(name, layer, f"activations[{k}]", came, right, trial.m)


def _agree(trial, l):
    """Return whether both gradients of a layer come from one δ."""
    return trial.alike(trial.w[l], trial.b[l] @ trial.activations[l].T)


def _source(trial, l):
    """Return which δ of layer l went to its left: "came", "right", or "" if unproved.

    Whatever σ′ may have become, it does not depend on y: nabla_b to the left over Wᵀ δ
    is the same for another y. Whatever W may have become, nabla_b is linear in δ.
    """
    rng = np.random.default_rng(6)
    trials = [trial.at(y=rng.standard_normal(trial.y.shape)) for _ in range(8)]
    left = np.hstack([t.b[l - 1] for t in trials])
    came = np.hstack([t.b[l] for t in trials])
    right = np.hstack([t.deltas[l] for t in trials])
    w = trial.network.weights[l].T

    def in_proportion(delta):
        ratio = left / (w @ delta)
        return trial.alike(ratio, ratio[:, :1] + 0 * ratio)

    def linear(delta):
        matrix = np.linalg.lstsq(delta.T, left.T, rcond=None)[0]
        return trial.alike(delta.T @ matrix, left.T)

    for made_from in (in_proportion, linear):
        fits = made_from(came), made_from(right)
        if any(fits):
            return {(True, False): "came", (False, True): "right"}.get(fits, "")
    return ""


def _follows(trial, l):
    """Return whether, from what came as δ of layer l, BP2 makes all to its left."""
    weights, slopes = trial.network.weights, trial.slopes
    left = [(weights[k].T @ trial.b[k]) * slopes[k - 1] for k in range(1, l + 1)]
    return trial.alike(trial.b[:l], left)


def _grows(trial, l):
    """Return whether a factor comes once more with every step to the left.

    It is looked for where there are more steps: 1/n can do the same in two.
    """
    if l != trial.last - 1 or trial.factor(l) is None:
        return False
    network = _Network(*NETWORKS[1])
    x, y = network.x[:, : trial.m], network.y[:, : trial.m]
    deep = _Trial(trial.answer, network, x, y)
    factors = [deep.usable and deep.factor(k) for k in range(deep.last)][::-1]
    powers = np.arange(deep.last) + 1
    return all(factors) and trial.alike(factors, factors[0] ** powers)


# --- a batch: with one column all was right ---


def _of_the_batch(trial, l):
    """Tell apart what makes both gradients of a layer wrong in a batch only."""
    c = trial.factor(l)
    if _grows(trial, l):
        return trial.says("BP2", l)
    if c is not None and trial.alike(c, float(trial.m)):
        return trial.says("BP3", l)
    if l and l - 1 not in trial.broken:
        return trial.says("used", l)
    if c is not None:
        return trial.says("batch", l)
    moved = [trial.at(y=np.arange(trial.m) == j) for j in range(trial.m)]
    if _weighted(trial, moved, l):
        return trial.says("batch", l)
    return trial.says("BP2", l) if l < trial.last else _mixed_up(trial, moved)


def _mixed_up(trial, moved):
    """Tell BP1 and the forward pass apart in a batch, from y of one column moved."""
    l = trial.last
    silent = [j for j in range(trial.m) if trial.alike(moved[j].b, trial.b)]
    if silent:
        shift = np.isin(np.arange(trial.m), silent)
        heard = not trial.alike(trial.at(x=shift).b[l], trial.b[l])
        return trial.says("BP1" if heard else "batch", l)
    for j, other in enumerate(moved):
        change_b = [now - was for was, now in zip(trial.b, other.b, strict=True)]
        change_w = [now - was for was, now in zip(trial.w, other.w, strict=True)]
        columns = [a[:, [j]] for a in trial.activations]
        k, came = _wrong_input(trial, change_b, change_w, columns)
        if k is not None and came is None:  # other columns answered too
            return trial.says("BP1", l)
        if k == 0 and any(trial.alike(came, x[:, None]) for x in trial.x.T):
            return trial.says("pairs", l)
        if k is not None:
            return _forward(trial, k, came, j)
    slopes = np.hstack([trial.b[l] - other.b[l] for other in moved])
    a_right = trial.alike(
        trial.b[l], (slopes * (trial.activations[-1] - trial.y)).sum(1, keepdims=True)
    )
    return trial.says("BP1" if a_right else "output", l)


def _weighted(trial, moved, l):
    """Return whether nabla_b is a sum of the right δ, each column with a weight.

    Then δ may be right, and the means be wrong.
    """
    came = np.hstack([t.b[l] - trial.b[l] for t in moved])
    right = np.hstack([t.right_b[l] - trial.right_b[l] for t in moved])
    shares = (came / right).mean(axis=0)
    total = (shares * trial.deltas[l]).sum(axis=1, keepdims=True) / trial.m
    return trial.alike(came, shares * right) and trial.alike(trial.b[l], total)


def _report(name, layer, array, came, right, columns):
    """Return the Report on the first entry of an array that is wrong."""
    if came.shape == right.shape:
        index = difference(came, right).index
        seen = index, came[index], right[index]
    else:
        seen = (), came.shape, right.shape
    equation = {"x": "forward"}.get(name, name if name in MEANINGS else "")
    finding = "" if name in MEANINGS else name
    return Report(equation, layer, array, *seen, columns, finding)


def _text(value):
    """Write a shape as it is and a number with four digits."""
    if isinstance(value, tuple):
        return str(value)
    return f"{float(value):.4g}"
