"""The localiser names what is broken, and says nothing that is not so."""

import re
from dataclasses import dataclass, field

import numpy as np
import pytest

from bpkit.activations import sigmoid, sigmoid_prime
from bpkit.backprop import backprop, forward_pass
from bpkit.exercises import patients
from bpkit.exercises.localiser import explain_backprop, localise

FIRST, MIDDLE, LAST = "first", "middle", "last"
ALL = (FIRST, MIDDLE, LAST)


@dataclass
class Bug:
    """One bug: the step it is planted in, the layers, and what it does there.

    What is ``open`` is another bug's work as well, and must be left open.
    """

    step: str
    change: object
    where: tuple = ALL
    open: bool = False
    calls: list = field(default_factory=list)

    def at(self, step, l, layers):
        if step == "BP1":
            return l == layers - 1
        place = FIRST if l == 0 else LAST if l == layers - 1 else MIDDLE
        return step == self.step and place in self.where

    def backprop(self, weights, biases, x, y):
        """Return (nabla_b, nabla_w) with this bug, and remember the call."""
        layers, m = len(weights), x.shape[1]
        given = x
        if self.at("x", 0, layers):
            x = self.change(x)
        zs, activations = [], [x]
        for l, (w, b) in enumerate(zip(weights, biases, strict=True)):
            z = w @ activations[-1] + b
            if self.at("z", l, layers):
                z = self.change(w, activations[-1], b)
            zs.append(z)
            a = self.change(z) if self.at("a", l, layers) else sigmoid(z)
            activations.append(a)
        delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
        if self.step == "BP1":
            delta = self.change(activations[-1], y, zs[-1])
        nabla_b, nabla_w = [None] * layers, [None] * layers
        for l in reversed(range(layers)):
            used = self.change(delta, l) if self.at("used", l, layers) else delta
            nabla_b[l] = used.mean(axis=1, keepdims=True)
            nabla_w[l] = used @ activations[l].T / m
            if self.at("BP3", l, layers):
                nabla_b[l] = self.change(delta)
            if self.at("BP4", l, layers):
                z = zs[l - 1] if l else x
                nabla_w[l] = self.change(delta, activations[l], z)
            if self.at("means", l, layers):
                nabla_b[l], nabla_w[l] = self.change(delta, activations[l])
            if l and self.at("BP2", l - 1, layers):
                delta = self.change(weights[l], delta, zs[l - 1])
            elif l:
                delta = (weights[l].T @ delta) * sigmoid_prime(zs[l - 1])
        came = nabla_b, nabla_w, activations
        self.calls.append(((weights, biases, given, y), came))
        return nabla_b, nabla_w

    def layers(self, count):
        """Return the layers of a network in which the bug is."""
        return {l for l in range(count) if self.at(self.step, l, count)} or {0}


def sp(z):
    return sigmoid_prime(z)


def first_column(p):
    return p[:, :1] + 0 * p


def with_bias(w, a, b, shown):
    """Return z where only some columns get the bias."""
    z = w @ a
    z[:, shown] += b
    return z


def mean(d):
    return d.mean(axis=1, keepdims=True)


def half(a):
    return np.clip(a, 0.4, 0.6)


FORWARD = {
    "no bias, last": Bug("z", lambda w, a, b: w @ a, (LAST,)),
    "no bias, first": Bug("z", lambda w, a, b: w @ a, (FIRST,)),
    "no bias": Bug("z", lambda w, a, b: w @ a),
    "minus b": Bug("z", lambda w, a, b: w @ a - b, (MIDDLE,)),
    "tanh": Bug("a", np.tanh, (FIRST,)),
    "identity": Bug("a", lambda z: z, (MIDDLE,)),
    "z clipped, first": Bug(
        "z", lambda w, a, b: np.clip(w @ a + b, -0.5, 0.5), (FIRST,)
    ),
    "z clipped at 2, last": Bug(
        "z", lambda w, a, b: np.clip(w @ a + b, -2, 2), (LAST,)
    ),
    "x centred": Bug("x", lambda x: x - x.mean()),
    "bias in column 0 only": Bug(
        "z", lambda w, a, b: with_bias(w, a, b, slice(0, 1)), (FIRST,)
    ),
}
BP1 = {
    "y − a": Bug("BP1", lambda a, y, z: (y - a) * sp(z)),
    "no σ′": Bug("BP1", lambda a, y, z: a - y),
    "σ′(a)": Bug("BP1", lambda a, y, z: (a - y) * sp(a)),
    "σ for σ′": Bug("BP1", lambda a, y, z: (a - y) * sigmoid(z)),
    "a + y": Bug("BP1", lambda a, y, z: (a + y) * sp(z), open=True),
    "rows of y reversed": Bug("BP1", lambda a, y, z: (a - y[::-1]) * sp(z)),
    "squared": Bug("BP1", lambda a, y, z: (a - y) ** 2 * sp(z)),
    "size": Bug("BP1", lambda a, y, z: abs(a - y) * sp(z)),
    "threshold": Bug("BP1", lambda a, y, z: ((a > 0.5) - y) * sp(z), open=True),
    "clipped": Bug("BP1", lambda a, y, z: (half(a) - y) * sp(z), open=True),
    "mean over the rows": Bug("BP1", lambda a, y, z: (a - y.mean(0)) * sp(z)),
    "y of column 0": Bug("BP1", lambda a, y, z: (a - y[:, :1]) * sp(z)),
    "columns of y reversed": Bug(
        "BP1", lambda a, y, z: (a - y[:, ::-1]) * sp(z), open=True
    ),
    "mean of y": Bug("BP1", lambda a, y, z: (a - mean(y)) * sp(z)),
    "σ′ of column 0": Bug("BP1", lambda a, y, z: (a - y) * sp(z[:, :1])),
}
BP2 = {
    "no σ′": Bug("BP2", lambda w, d, z: w.T @ d),
    "no σ′, middle": Bug("BP2", lambda w, d, z: w.T @ d, (MIDDLE,)),
    "|W|, first": Bug("BP2", lambda w, d, z: abs(w).T @ d * sp(z), (FIRST,)),
    "σ′(a)": Bug("BP2", lambda w, d, z: w.T @ d * sp(sigmoid(z))),
    "σ for σ′": Bug("BP2", lambda w, d, z: w.T @ d * sigmoid(z), (MIDDLE,)),
    "mean of δ, first": Bug("BP2", lambda w, d, z: w.T @ mean(d) * sp(z), (FIRST,)),
    "mean of δ": Bug("BP2", lambda w, d, z: w.T @ mean(d) * sp(z)),
    "divided by m": Bug("BP2", lambda w, d, z: w.T @ d * sp(z) / z.shape[1]),
    "minus": Bug("BP2", lambda w, d, z: -w.T @ d * sp(z)),
    "divided by m, middle": Bug(
        "BP2", lambda w, d, z: w.T @ d * sp(z) / z.shape[1], (MIDDLE,), open=True
    ),
    "σ′ of column 0": Bug("BP2", lambda w, d, z: w.T @ d * sp(z[:, :1])),
    "twice, first": Bug(
        "BP2", lambda w, d, z: 2 * (w.T @ d * sp(z)), (FIRST,), open=True
    ),
}
BP3 = {
    "sum": Bug("BP3", lambda d: d.sum(1, keepdims=True)),
    "sum, last": Bug("BP3", lambda d: d.sum(1, keepdims=True), (LAST,)),
    "first column, first": Bug("BP3", lambda d: d[:, :1], (FIRST,)),
    "minus, middle": Bug("BP3", lambda d: -mean(d), (MIDDLE,)),
    "one number": Bug("BP3", lambda d: d.mean() + 0 * mean(d)),
    "size": Bug("BP3", lambda d: mean(abs(d))),
}
BP4 = {
    "sum": Bug("BP4", lambda d, a, z: d @ a.T, (LAST,)),
    "σ(a)": Bug("BP4", lambda d, a, z: d @ sigmoid(a).T / a.shape[1], (MIDDLE,)),
    "z for a": Bug("BP4", lambda d, a, z: d @ z.T / a.shape[1], (MIDDLE, LAST)),
    "last input, first": Bug("BP4", lambda d, a, z: mean(d) @ a[:, -1:].T, (FIRST,)),
    "product of the means": Bug("BP4", lambda d, a, z: mean(d) @ mean(a).T),
    "minus": Bug("BP4", lambda d, a, z: -d @ a.T / a.shape[1]),
    "transposed": Bug("BP4", lambda d, a, z: a @ d.T / a.shape[1]),
}


def summed(d, a):
    return d.sum(1, keepdims=True), d @ a.T


def last_only(d, a):
    return d[:, -1:] / d.shape[1], d[:, -1:] @ a[:, -1:].T / d.shape[1]


def first_only(d, a):
    return d[:, :1], d[:, :1] @ a[:, :1].T


# BP3 and BP4 with the same bug, or with another δ than the one that is carried back.
MEANS = {
    "sum for the mean": Bug("means", summed),
    "sum for the mean, hidden": Bug("means", summed, (FIRST, MIDDLE)),
    "= for +=": Bug("means", last_only, open=True),
    "first column": Bug("means", first_only, open=True),
    "first column, last": Bug("means", first_only, (LAST,), open=True),
    "half, middle": Bug("used", lambda d, l: d / 2, (MIDDLE,), open=True),
    "half, last": Bug("used", lambda d, l: d / 2, (LAST,), open=True),
    "minus, first": Bug("used", lambda d, l: -d, (FIRST,), open=True),
    "minus, hidden": Bug("used", lambda d, l: -d, (FIRST, MIDDLE), open=True),
    "divided by n": Bug("used", lambda d, l: d / len(d), open=True),
    "divided by n, hidden": Bug(
        "used", lambda d, l: d / len(d), (FIRST, MIDDLE), open=True
    ),
    "squared, hidden": Bug("used", lambda d, l: d * d, (FIRST, MIDDLE), open=True),
    "rows reversed": Bug("used", lambda d, l: d[::-1], open=True),
    "rows reversed, hidden": Bug(
        "used", lambda d, l: d[::-1], (FIRST, MIDDLE), open=True
    ),
    "running sum": Bug("used", lambda d, l: np.cumsum(d, axis=1), open=True),
    "sum times sum": Bug(
        "means",
        lambda d, a: (len(a.T) * mean(d), summed(d, a)[0] @ mean(a).T),
        open=True,
    ),
    "minus, middle": Bug("used", lambda d, l: -d, (MIDDLE,), open=True),
    "squared, middle": Bug("used", lambda d, l: d * d, (MIDDLE,), open=True),
    "squared": Bug("used", lambda d, l: d * d, open=True),
    "root": Bug("used", lambda d, l: d * np.arange(1, len(d) + 1)[:, None], open=True),
}
# What the rows above leave out.
BORDER = {
    "forward": {
        "no bias on the way, x kept": Bug(
            "z", lambda w, a, b: w @ a + 2 * b, (MIDDLE,)
        ),
        "a linear output": Bug("a", lambda z: z, (LAST,), open=True),
        "columns of x reversed": Bug("x", lambda x: x[:, ::-1], open=True),
        "x doubled": Bug("x", lambda x: 2 * x),
    },
    "BP1": {
        "nothing": Bug("BP1", lambda a, y, z: 0 * a, open=True),
        "y forgotten": Bug("BP1", lambda a, y, z: a * sp(z)),
        "no y, no a": Bug("BP1", lambda a, y, z: sp(z)),
        "twice": Bug("BP1", lambda a, y, z: 2 * (a - y) * sp(z)),
        "σ′ of the mean": Bug("BP1", lambda a, y, z: (a - y) * sp(mean(z))),
        "mean of δ": Bug(
            "BP1", lambda a, y, z: mean((a - y) * sp(z)) + 0 * y, open=True
        ),
        "divided by m": Bug(
            "BP1", lambda a, y, z: (a - y) * sp(z) / y.shape[1], open=True
        ),
    },
    "BP2": {
        "twice": Bug("BP2", lambda w, d, z: 2 * (w.T @ d * sp(z))),
        "|W|": Bug("BP2", lambda w, d, z: abs(w).T @ d * sp(z)),
        "size of δ, first": Bug("BP2", lambda w, d, z: w.T @ abs(d) * sp(z), (FIRST,)),
    },
    "BP3": {
        "nothing": Bug("BP3", lambda d: 0 * mean(d)),
        "flat": Bug("BP3", lambda d: d.mean(axis=1)),
        "not summed": Bug("BP3", lambda d: d),
    },
}
FAMILIES = {"forward": FORWARD, "BP1": BP1, "BP2": BP2, "BP3": BP3, "BP4": BP4}
BUGS = [
    pytest.param(family, bug, id=f"{family}: {name}")
    for family, bugs in (*FAMILIES.items(), *BORDER.items(), ("means", MEANS))
    for name, bug in bugs.items()
]
# What may be true when the localiser says so.
MAY_BE = {
    "x": {"forward"},
    "used": {"means"},
    "output": {"forward", "BP1"},
    "BP1 or used": {"BP1", "means"},
    "BP2 or used": {"BP2", "means"},
    "batch": {"BP1", "BP2", "forward", "means"},
    "pairs": {"BP1", "forward"},
    "zeros": {"BP1", "means"},
    "both": set(),
}


def seen_in(bug, report):
    """Return whether some call showed the entry that a report prints, and its right."""
    name, k = report.array.rstrip("]").split("[")
    for case, came in bug.calls:
        if case[2].shape[1] != report.columns:
            continue
        right = (*backprop(*case), forward_pass(*case[:3])[1])
        which = ("nabla_b", "nabla_w", "activations").index(name)
        a, b = came[which][int(k)], right[which][int(k)]
        if not report.index:
            if (a.shape, b.shape) == (report.came, report.expected):
                return True
            continue
        if not all(i < n for i, n in zip(report.index, b.shape, strict=True)):
            continue  # of a smaller network
        pair = a[report.index], b[report.index]
        if np.allclose(pair, (report.came, report.expected), rtol=1e-6, atol=0):
            return True
    return False


@pytest.mark.parametrize(("family", "bug"), BUGS)
def test_what_the_localiser_says_of_a_bug_is_so(family, bug):
    report = localise(bug.backprop)
    assert report
    assert seen_in(bug, report), str(report)
    layers = bug.layers(len(bug.calls[-1][0][0]))
    assert report.layer in layers
    if report.equation:
        assert report.equation in {family, "BP3" if family == "means" else family}
    if report.finding:
        assert family in MAY_BE[report.finding], str(report)
    assert bool(report.equation) != bug.open, str(report)


@pytest.mark.parametrize(("family", "bug"), BUGS)
def test_an_array_is_named_and_no_layer_is_numbered(family, bug):
    said = str(localise(bug.backprop))
    assert re.search(r"(nabla_[bw]|activations)\[-?\d\]", said)
    assert "layer" not in said


def test_most_bugs_are_named():
    bugs = [bug for family in FAMILIES.values() for bug in family.values()]
    assert len(bugs) == 50
    assert sum(not bug.open for bug in bugs) >= 43


def test_the_localiser_gives_the_layer_the_array_and_the_entry():
    report = localise(BP2["twice, first"].backprop)
    assert (report.layer, report.array, report.index) == (0, "nabla_b[0]", (0, 0))
    assert report.came == pytest.approx(2 * report.expected)
    assert report.columns == 1
    assert localise(MEANS["sum for the mean"].backprop).columns > 1
    shapes = localise(BORDER["BP3"]["not summed"].backprop)
    assert (shapes.came, shapes.expected) == ((5, 6), (5, 1))
    assert "the shape of nabla_b[2] is (5, 6)" in str(shapes)


def test_the_localiser_is_silent_on_a_right_answer_and_tells_what_it_needs():
    assert not localise(backprop)
    assert explain_backprop(backprop) == ""
    assert "BP2" in explain_backprop(BP2["no σ′"].backprop)
    with pytest.raises(ValueError, match="two lists of 3"):
        localise(lambda weights, biases, x, y: weights)


@pytest.mark.parametrize("step", [3, 4])
def test_a_bug_that_needs_more_layers_is_found(step):
    def stops(weights, biases, x, y):
        nabla_b, nabla_w = backprop(weights, biases, x, y)
        nabla_b[:-step] = [0 * b for b in nabla_b[:-step]]
        return nabla_b, nabla_w

    report = localise(stops)
    assert (report.equation, report.layer) == ("BP3", 4 - step)


def noisy(weights, biases, x, y, rng=np.random.default_rng(0)):  # noqa: B008
    nabla_b, nabla_w = backprop(weights, biases, x, y)
    return [b + 0.01 * rng.standard_normal(b.shape) for b in nabla_b], nabla_w


def buffered(weights, biases, x, y, kept={}):  # noqa: B006
    """Add to what the call before returned, in the same arrays."""
    gradients = backprop(weights, biases, x, y)
    old = kept.setdefault(x.shape + y.shape, gradients)
    for array, new in zip(old[0] + old[1], gradients[0] + gradients[1], strict=True):
        array += new
    return old


@pytest.mark.parametrize("answer", [noisy, buffered, patients.patient_8])
def test_an_answer_that_does_not_repeat_itself_has_no_broken_equation(answer):
    for _ in range(2):
        report = localise(answer)
        assert (report.equation, report.finding) == ("", "kept")
        assert "another result the second time" in str(report)
    assert explain_backprop(answer) == ""


@pytest.mark.parametrize("place", ["weights", "biases", "x", "y"])
def test_an_answer_that_changes_its_argument_is_told_so(place):
    def changes(weights, biases, x, y):
        gradients = backprop(weights, biases, x, y)
        given = {"weights": weights[1], "biases": biases[0], "x": x, "y": y}
        given[place] *= 1 + 1e-12
        return gradients

    report = localise(changes)
    assert (report.equation, report.finding, report.array) == ("", "changed", place)
    assert f"changed its argument {place}" in str(report)
    assert explain_backprop(changes) == ""


def test_what_a_patient_keeps_it_keeps_for_one_visit():
    localise(patients.patient_8)
    case = backprop_case()
    assert all(map(np.allclose, patients.patient_8(*case)[0], backprop(*case)[0]))


def backprop_case():
    rng = np.random.default_rng(0)
    shapes = (3, 2), (3, 1), (2, 4), (3, 4)
    w, b, x, y = (rng.standard_normal(shape) for shape in shapes)
    return [w], [b], x, y


def in_single(weights, biases, x, y):
    """Return the gradients, computed in float32 from beginning to end."""
    weights = [w.astype(np.float32) for w in weights]
    biases = [b.astype(np.float32) for b in biases]
    return backprop(weights, biases, x.astype(np.float32), y.astype(np.float32))


def test_float32_is_not_taken_for_a_bug_nor_for_another_bug():
    assert not localise(in_single)

    def with_minus(*case):
        return tuple([-g for g in part] for part in in_single(*case))

    assert localise(with_minus).equation == "BP1"


@pytest.mark.parametrize("put", [np.ndarray.tolist, lambda g: g * np.nan])
def test_lists_and_nan_are_no_reason_to_fail(put):
    report = localise(lambda *c: tuple([put(-g) for g in p] for p in backprop(*c)))
    assert report.layer == 2
    assert report.equation == ("BP1" if put is np.ndarray.tolist else "")


def test_a_minus_twice_and_gradients_that_were_never_stored_blame_no_equation():
    def minus_twice(weights, biases, x, y):
        zs, activations = forward_pass(weights, biases, x)
        delta = (y - activations[-1]) * sp(zs[-1])
        nabla_b, nabla_w = [], []
        for l in reversed(range(len(weights))):
            nabla_b.insert(0, mean(delta))
            nabla_w.insert(0, delta @ activations[l].T / x.shape[1])
            if l:
                delta = -(weights[l].T @ delta) * sp(zs[l - 1])
        return nabla_b, nabla_w

    def never_stored(weights, biases, x, y):
        return [0 * b for b in biases], [0 * w for w in weights]

    assert localise(minus_twice).finding == "BP1 or used"
    assert localise(never_stored).finding == "zeros"
    said = str(localise(never_stored))
    assert "Every entry of nabla_b[2] and nabla_w[2] is zero" in said
