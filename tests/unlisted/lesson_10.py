"""Lesson 10: the bug clinic."""

from itertools import pairwise

import numpy as np

from bpkit import backprop, forward_pass
from bpkit.activations import sigmoid, sigmoid_prime

from . import right, right_number, wrong, wrong_number

# first_broken_equation ---------------------------------------------------------


@wrong("first_broken_equation", "exactly 1e-5 counts as fine")
def broken_forgives_the_line(report):
    """One layer, delta 1e-5: None, should be BP1."""
    for i, row in enumerate(report):
        for name, equation in (("delta", "BP2"), ("bias", "BP3"), ("weights", "BP4")):
            if not row[name] <= 1e-5:
                return "BP1" if i == 0 and name == "delta" else equation
    return None


@wrong("first_broken_equation", "NaN is not at least 1e-5, and passes")
def broken_lets_nan_pass(report):
    """One layer, bias NaN: None, should be BP3."""
    for i, row in enumerate(report):
        if row["delta"] >= 1e-5:
            return "BP2" if i else "BP1"
        if row["bias"] >= 1e-5:
            return "BP3"
        if row["weights"] >= 1e-5:
            return "BP4"
    return None


@wrong("first_broken_equation", "takes the worst error, which may be a victim")
def broken_worst(report):
    """Delta of layer 1 0.1, bias of layer 0 0.9: BP3, should be BP2."""
    found = [
        (row[name], "BP1" if name == "delta" and i == 0 else equation)
        for i, row in enumerate(report)
        for name, equation in (("delta", "BP2"), ("bias", "BP3"), ("weights", "BP4"))
        if not row[name] < 1e-5
    ]
    return max(found)[1] if found else None


@wrong("first_broken_equation", "trusts the order of the keys")
def broken_by_place(report):
    """{"weights": 0, "bias": 0, "delta": 1, "layer": 0}: BP4, should be BP1."""
    for i, row in enumerate(report):
        errors = [value for key, value in row.items() if key != "layer"]
        names = ("BP2" if i else "BP1", "BP3", "BP4")
        for error, equation in zip(errors, names):
            if not error < 1e-5:
                return equation
    return None


@wrong("first_broken_equation", "takes layer 2 for the output, however deep the net")
def broken_layer_two(report):
    """One layer 0, delta broken: BP2, should be BP1; right for three layers."""
    for row in report:
        if not row["delta"] < 1e-5:
            return "BP1" if row["layer"] == 2 else "BP2"
        if not row["bias"] < 1e-5:
            return "BP3"
        if not row["weights"] < 1e-5:
            return "BP4"
    return None


@right("first_broken_equation", "next of a generator, and the first name replaced")
def broken_by_next(report):
    names = [("delta", "BP2"), ("bias", "BP3"), ("weights", "BP4")]
    checks = [(row[key], bp) for row in report for key, bp in names]
    checks[:1] = [(error, "BP1") for error, _ in checks[:1]]
    return next((bp for error, bp in checks if not error < 1e-5), None)


def _first_broken(rows, delta):
    if not rows:
        return None
    row, *rest = rows
    for key, equation in {"delta": delta, "bias": "BP3", "weights": "BP4"}.items():
        if not (row[key] < 1e-5):
            return equation
    return _first_broken(rest, "BP2")


@right("first_broken_equation", "calls itself for the layers that remain")
def broken_by_recursion(report):
    return _first_broken(report, "BP1")


# repaired_1 --------------------------------------------------------------------


@wrong("repaired_1", "the entries that had their turn stay nudged")
def first_piles_up(f, x, h=1e-5):
    """(sum, [1.0, 1.0]): [1, 2], should be [1, 1]."""
    gradient, step = np.zeros(x.shape), np.zeros(x.shape)
    for i in range(x.size):
        step.flat[i] = h
        gradient.flat[i] = (f(x + step) - f(x - step)) / (2 * h)
    return gradient


@wrong("repaired_1", "clears the entry before, which is the same if there is one only")
def first_clears_before(f, x, h=1e-5):
    """(sum, [1.0]): [0], should be [1]; right for two entries and more."""
    gradient, step = np.zeros(x.shape), np.zeros(x.shape)
    for i in range(x.size):
        step.flat[i] = h
        step.flat[i - 1] = 0
        gradient.flat[i] = (f(x + step) - f(x - step)) / (2 * h)
    return gradient


@wrong("repaired_1", "rows of the identity, which fit arrays with one axis only")
def first_by_identity(f, x, h=1e-5):
    """(sum, np.ones((2, 2))): ValueError, should be all 1."""
    gradient = np.zeros(x.shape)
    for i, step in enumerate(h * np.eye(x.size)):
        gradient.flat[i] = (f(x + step) - f(x - step)) / (2 * h)
    return gradient


@wrong("repaired_1", "a forward quotient, not a central one")
def first_forward(f, x, h=1e-5):
    """(sum of squares, [1.0], h=0.1): [2.1], should be [2]."""
    gradient, start = np.zeros(x.shape), f(x)
    for i in range(x.size):
        step = np.zeros(x.shape)
        step.flat[i] = h
        gradient.flat[i] = (f(x + step) - start) / h
    return gradient


@right("repaired_1", "one step array, rolled on by one place each time")
def first_by_rolling(f, x, h=1e-5):
    step, slopes = np.zeros(x.size), []
    if x.size:
        step[0] = h
    for _ in range(x.size):
        nudge = step.reshape(x.shape)
        slopes.append((f(x + nudge) - f(x - nudge)) / (2 * h))
        step = np.roll(step, 1)
    return np.array(slopes, dtype=float).reshape(x.shape)


# repaired_2 --------------------------------------------------------------------


@wrong("repaired_2", "put back at the very end, too late for the later entries")
def second_back_at_end(f, x, h=1e-5):
    """(np.prod, [1.0, 2.0], h=0.1): [2, 0.9], should be [2, 1]; x is right."""
    kept, gradient = x.copy(), np.zeros(x.shape)
    for i in range(x.size):
        x.flat[i] += h
        above = f(x)
        x.flat[i] -= 2 * h
        gradient.flat[i] = (above - f(x)) / (2 * h)
    x[...] = kept
    return gradient


@wrong("repaired_2", "gives the name x to the copy: the caller's array stays moved")
def second_renames(f, x, h=1e-5):
    """(np.prod, [1.0, 2.0], h=0.1): right, but the caller has [0.9, 2]."""
    gradient = np.zeros(x.shape)
    for i in range(x.size):
        kept = x.copy()
        x.flat[i] += h
        above = f(x)
        x.flat[i] -= 2 * h
        gradient.flat[i] = (above - f(x)) / (2 * h)
        x = kept
    return gradient


@wrong("repaired_2", "goes home by 2h, which is h too far")
def second_too_far(f, x, h=1e-5):
    """(np.prod, [1.0, 2.0], h=0.1): [2, 1.1], should be [2, 1]."""
    gradient = np.zeros(x.shape)
    for i in range(x.size):
        x.flat[i] += h
        above = f(x)
        x.flat[i] -= 2 * h
        gradient.flat[i] = (above - f(x)) / (2 * h)
        x.flat[i] += 2 * h
    return gradient


@wrong("repaired_2", "nudges what flatten made, and f never hears of it")
def second_flatten(f, x, h=1e-5):
    """(sum, [1.0, 2.0]): [0, 0], should be [1, 1]."""
    gradient, flat = np.zeros(x.shape), x.flatten()
    for i, kept in enumerate(flat.tolist()):
        flat[i] = kept + h
        above = f(x)
        flat[i] = kept - h
        gradient.flat[i] = (above - f(x)) / (2 * h)
        flat[i] = kept
    return gradient


@right("repaired_2", "puts the kept number back, even if f fails")
def second_finally(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        kept, values = x[index], []
        try:
            for nudge in (h, -h):
                x[index] = kept + nudge
                values.append(f(x))
        finally:
            x[index] = kept
        gradient[index] = (values[0] - values[1]) / (2 * h)
    return gradient


# repaired_3 --------------------------------------------------------------------


@wrong("repaired_3", "the weights go downhill now, the biases still uphill")
def third_biases_uphill(w, b, x, y, eta):
    """w 0, b 0, x 0, y 1, eta 8: b = −1, should be 1."""
    a = sigmoid(w @ x + b)
    delta = (y - a) * sigmoid_prime(w @ x + b)
    w = w + eta * delta @ x.T / x.shape[1]
    return w, b - eta * delta.mean(axis=1, keepdims=True)


@wrong("repaired_3", "both signs turned round, so it goes uphill as before")
def third_turned_twice(w, b, x, y, eta):
    """w 0, b 0, x 1, y 1, eta 8: w = −1, should be 1."""
    z = w @ x + b
    delta = (sigmoid(z) - y) * sigmoid_prime(z)
    w = w + eta * delta @ x.T / x.shape[1]
    b = b + eta * delta.mean(axis=1, keepdims=True)
    return w, b


@wrong("repaired_3", "the biases follow the error at the new weights")
def third_late_error(w, b, x, y, eta):
    """w 0, b 0, x 1, y 1, eta 8: b = 0.42, should be 1; w is right."""
    z = w @ x + b
    delta = (sigmoid(z) - y) * sigmoid_prime(z)
    w = w - eta * delta @ x.T / x.shape[1]
    z = w @ x + b
    delta = (sigmoid(z) - y) * sigmoid_prime(z)
    return w, b - eta * delta.mean(axis=1, keepdims=True)


@wrong("repaired_3", "a step on another cost: without the slope of the sigmoid")
def third_cross_entropy(w, b, x, y, eta):
    """w 0, b 0, x 1, y 1, eta 8: w = 4, should be 1."""
    delta = sigmoid(w @ x + b) - y
    w = w - eta * delta @ x.T / x.shape[1]
    return w, b - eta * delta.mean(axis=1, keepdims=True)


@right("repaired_3", "the sign stays in the error, and the step turns round")
def third_plus(w, b, x, y, eta):
    z = w @ x + b
    pull = (y - sigmoid(z)) * sigmoid_prime(z) * (eta / x.shape[1])
    return w + pull @ x.T, b + pull.sum(axis=1)[:, None]


@right("repaired_3", "a network of one layer, by backprop")
def third_by_backprop(w, b, x, y, eta):
    (nabla_b,), (nabla_w,) = backprop([w], [b], x, y)
    return np.subtract(w, eta * nabla_w), np.subtract(b, eta * nabla_b)


# repaired_4 --------------------------------------------------------------------


def _walk_back(weights, biases, x, y, last_slope, hidden_slope):
    """Return the gradients, with the slopes made by two functions of (z, a)."""
    zs, activations = forward_pass(weights, biases, x)
    delta = (activations[-1] - y) * last_slope(zs[-1], activations[-1])
    nabla_b, nabla_w = [], []
    for l in reversed(range(len(weights))):
        nabla_b.insert(0, delta.mean(axis=1, keepdims=True))
        nabla_w.insert(0, delta @ activations[l].T / x.shape[1])
        if l > 0:
            slope = hidden_slope(zs[l - 1], activations[l])
            delta = (weights[l].T @ delta) * slope
    return nabla_b, nabla_w


def _at_z(z, a):
    return sigmoid_prime(z)


def _at_a(z, a):
    return sigmoid_prime(a)


@wrong("repaired_4", "mended at the output, but the twin lives on")
def fourth_output_only(weights, biases, x, y):
    """Two layers: nabla_w[0] wrong; right for one layer."""
    return _walk_back(weights, biases, x, y, _at_z, _at_a)


@wrong("repaired_4", "mended in the hidden layers, not at the output")
def fourth_hidden_only(weights, biases, x, y):
    """Any net: wrong from the output on."""
    return _walk_back(weights, biases, x, y, _at_a, _at_z)


@wrong("repaired_4", "the z of the layer to the right")
def fourth_next_z(weights, biases, x, y):
    """Layers 3, 4, 2: ValueError; where all sizes agree: wrong numbers."""
    zs, activations = forward_pass(weights, biases, x)
    delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
    nabla_b, nabla_w = [], []
    for l in reversed(range(len(weights))):
        nabla_b.insert(0, delta.mean(axis=1, keepdims=True))
        nabla_w.insert(0, delta @ activations[l].T / x.shape[1])
        if l > 0:
            delta = (weights[l].T @ delta) * sigmoid_prime(zs[l])
    return nabla_b, nabla_w


@right("repaired_4", "the slope from the activation: a(1 − a)")
def fourth_by_activation(weights, biases, x, y):
    def slope(z, a):
        return a - a * a

    return _walk_back(weights, biases, x, y, slope, slope)


@right("repaired_4", "the mean of the patient's single examples, with slopes at z")
def fourth_by_examples(weights, biases, x, y):
    m = x.shape[1]
    parts = [
        _walk_back(weights, biases, x[:, [j]], y[:, [j]], _at_z, _at_z)
        for j in range(m)
    ]
    return tuple([sum(g) / m for g in zip(*side)] for side in zip(*parts))


# repaired_5 --------------------------------------------------------------------


@wrong("repaired_5", "a second name for the list, not a copy of it")
def fifth_second_name(weights, biases, x, y, eta):
    """Two layers, eta 1: the step of layer 0 is as wrong as before."""
    weights, biases = list(weights), list(biases)
    old = weights
    zs, activations = forward_pass(weights, biases, x)
    delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
    for l in reversed(range(len(weights))):
        weights[l] = weights[l] - eta * delta @ activations[l].T / x.shape[1]
        biases[l] = biases[l] - eta * delta.mean(axis=1, keepdims=True)
        if l > 0:
            delta = (old[l].T @ delta) * sigmoid_prime(zs[l - 1])
    return weights, biases


@wrong("repaired_5", "keeps the output layer's weights only")
def fifth_output_kept(weights, biases, x, y, eta):
    """Three layers: layer 0 wrong; right for two."""
    weights, biases = list(weights), list(biases)
    last = weights[-1]
    zs, activations = forward_pass(weights, biases, x)
    delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
    for l in reversed(range(len(weights))):
        weights[l] = weights[l] - eta * delta @ activations[l].T / x.shape[1]
        biases[l] = biases[l] - eta * delta.mean(axis=1, keepdims=True)
        if l > 0:
            w = last if l == len(weights) - 1 else weights[l]
            delta = (w.T @ delta) * sigmoid_prime(zs[l - 1])
    return weights, biases


@wrong("repaired_5", "the right step, taken in the caller's own arrays")
def fifth_in_place(weights, biases, x, y, eta):
    """Right result, but weights[0] of the caller has moved too."""
    nabla_b, nabla_w = backprop(weights, biases, x, y)
    for parts, slopes in ((weights, nabla_w), (biases, nabla_b)):
        for part, slope in zip(parts, slopes):
            part -= eta * slope
    return list(weights), list(biases)


@wrong("repaired_5", "forgets that this is a mean")
def fifth_sum(weights, biases, x, y, eta):
    """Two equal examples: the step of the weights is twice what is due."""
    zs, activations = forward_pass(weights, biases, x)
    delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
    new_weights, new_biases = [], []
    for l in reversed(range(len(weights))):
        new_weights.insert(0, weights[l] - eta * delta @ activations[l].T)
        new_biases.insert(0, biases[l] - eta * delta.mean(axis=1, keepdims=True))
        if l > 0:
            delta = (weights[l].T @ delta) * sigmoid_prime(zs[l - 1])
    return new_weights, new_biases


@right("repaired_5", "carries the error on before the layer moves")
def fifth_carries_first(weights, biases, x, y, eta):
    weights, biases = list(weights), list(biases)
    zs, activations = forward_pass(weights, biases, x)
    delta = (activations[-1] - y) * sigmoid_prime(zs[-1]) / x.shape[1]
    for l in reversed(range(len(weights))):
        here = delta
        if l > 0:
            delta = (weights[l].T @ here) * sigmoid_prime(zs[l - 1])
        weights[l] = weights[l] - eta * here @ activations[l].T
        biases[l] = biases[l] - eta * here.sum(axis=1, keepdims=True)
    return weights, biases


# repaired_6 --------------------------------------------------------------------


@wrong("repaired_6", "each example's gradient is taken where the last one led")
def sixth_walks_on(weights, biases, x, y, eta):
    """Two examples, eta 1: a little off; right for one."""
    rate = eta / x.shape[1]
    for j in range(x.shape[1]):
        nabla_b, nabla_w = backprop(weights, biases, x[:, [j]], y[:, [j]])
        weights = [w - rate * g for w, g in zip(weights, nabla_w)]
        biases = [b - rate * g for b, g in zip(biases, nabla_b)]
    return weights, biases


@wrong("repaired_6", "divides by the number of inputs: len(x) counts rows")
def sixth_over_rows(weights, biases, x, y, eta):
    """Three inputs, five examples: 5/3 of the step; right if m is n_0."""
    new_weights, new_biases = list(weights), list(biases)
    for j in range(x.shape[1]):
        nabla_b, nabla_w = backprop(weights, biases, x[:, [j]], y[:, [j]])
        for l in range(len(weights)):
            new_weights[l] = new_weights[l] - eta * nabla_w[l] / len(x)
            new_biases[l] = new_biases[l] - eta * nabla_b[l] / len(x)
    return new_weights, new_biases


@wrong("repaired_6", "only the weights take the mean, the biases still the sum")
def sixth_weights_only(weights, biases, x, y, eta):
    """Two equal examples: the biases move twice as far as is due."""
    m, new_weights, new_biases = x.shape[1], list(weights), list(biases)
    for j in range(m):
        nabla_b, nabla_w = backprop(weights, biases, x[:, [j]], y[:, [j]])
        for l in range(len(weights)):
            new_weights[l] = new_weights[l] - eta / m * nabla_w[l]
            new_biases[l] = new_biases[l] - eta * nabla_b[l]
    return new_weights, new_biases


@wrong("repaired_6", "divides by the examples so far, so the first one counts most")
def sixth_so_far(weights, biases, x, y, eta):
    """Two equal examples: 1 + ½ steps, should be one."""
    new_weights, new_biases = list(weights), list(biases)
    for j in range(x.shape[1]):
        nabla_b, nabla_w = backprop(weights, biases, x[:, [j]], y[:, [j]])
        for l in range(len(weights)):
            new_weights[l] = new_weights[l] - eta * nabla_w[l] / (j + 1)
            new_biases[l] = new_biases[l] - eta * nabla_b[l] / (j + 1)
    return new_weights, new_biases


@right("repaired_6", "the mean of the points that single examples lead to")
def sixth_mean_of_points(weights, biases, x, y, eta):
    columns = [[j] for j in range(x.shape[1])]
    slopes = [backprop(weights, biases, x[:, j], y[:, j]) for j in columns]
    new_weights = [
        np.mean([w - eta * nabla_w[l] for _, nabla_w in slopes], axis=0)
        for l, w in enumerate(weights)
    ]
    new_biases = [
        np.mean([b - eta * nabla_b[l] for nabla_b, _ in slopes], axis=0)
        for l, b in enumerate(biases)
    ]
    return new_weights, new_biases


# repaired_7 --------------------------------------------------------------------


@wrong("repaired_7", "one order, but for the answers only")
def seventh_answers_only(x, y, size, rng):
    """Ten examples: x in its old order beside a shuffled y."""
    y = y[:, rng.permutation(x.shape[1])]
    starts = range(0, x.shape[1], size)
    return [(x[:, k : k + size], y[:, k : k + size]) for k in starts]


@wrong("repaired_7", "pairs kept, but nothing is shuffled any more")
def seventh_in_old_order(x, y, size, rng):
    """Ten examples: always in the order in which they came."""
    starts = range(0, x.shape[1], size)
    return [(x[:, k : k + size], y[:, k : k + size]) for k in starts]


@wrong("repaired_7", "a generator, which can be gone through once; a list is asked for")
def seventh_yields(x, y, size, rng):
    """len(…): TypeError, should be the number of batches."""
    order = rng.permutation(x.shape[1])
    for k in range(0, order.size, size):
        yield x[:, order[k : k + size]], y[:, order[k : k + size]]


@wrong("repaired_7", "shuffled pairs, but an example is a row of its batch")
def seventh_rows(x, y, size, rng):
    """Three inputs, size 2: x_batch of shape (2, 3), should be (3, 2)."""
    pairs = list(zip(x.T, y.T))
    pairs = [pairs[i] for i in rng.permutation(len(pairs))]
    parts = [pairs[k : k + size] for k in range(0, len(pairs), size)]
    return [tuple(np.array(side) for side in zip(*part)) for part in parts]


@right("repaired_7", "two generators from one seed that rng has drawn: the same order")
def seventh_same_seed(x, y, size, rng):
    seed, m = rng.integers(2**63), x.shape[1]
    x, y = (v[:, np.random.default_rng(seed).permutation(m)] for v in (x, y))
    starts = range(0, m, size)
    return [(x[:, k : k + size], y[:, k : k + size]) for k in starts]


@right("repaired_7", "x and y shuffled as one table, and cut apart again")
def seventh_one_table(x, y, size, rng):
    table = rng.permutation(np.vstack([x, y]), axis=1)
    cuts = range(size, x.shape[1], size)
    return [tuple(np.split(t, [len(x)])) for t in np.split(table, cuts, axis=1)]


# repaired_8 --------------------------------------------------------------------

_SLOPES, _KNOWN = [], {}


@wrong("repaired_8", "the mean over all calls so far, not over this batch")
def eighth_mean_of_all_calls(weights, biases, x, y):
    """A second batch: mixed with the first; the same batch again: right."""
    for j in range(x.shape[1]):
        _SLOPES.append(backprop(weights, biases, x[:, [j]], y[:, [j]]))
    nabla_b = [sum(layer) / len(_SLOPES) for layer in zip(*(b for b, _ in _SLOPES))]
    nabla_w = [sum(layer) / len(_SLOPES) for layer in zip(*(w for _, w in _SLOPES))]
    return nabla_b, nabla_w


@wrong("repaired_8", "remembers the answer by the shapes")
def eighth_remembers_shapes(weights, biases, x, y):
    """Another batch of the same size: the first batch's gradients."""
    shapes = tuple(v.shape for v in (*weights, x, y))
    if shapes not in _KNOWN:
        _KNOWN[shapes] = backprop(weights, biases, x, y)
    return _KNOWN[shapes]


@wrong("repaired_8", "the list is made anew for every example: only the last is kept")
def eighth_last_example(weights, biases, x, y):
    """Two equal examples: half of what it should be; right for one."""
    m = x.shape[1]
    for j in range(m):
        slopes = []
        slopes.append(backprop(weights, biases, x[:, [j]], y[:, [j]]))
    nabla_b = [sum(layer) / m for layer in zip(*(b for b, _ in slopes))]
    nabla_w = [sum(layer) / m for layer in zip(*(w for _, w in slopes))]
    return nabla_b, nabla_w


@wrong("repaired_8", "a fresh list, but the sum where the mean is meant")
def eighth_sum(weights, biases, x, y):
    """Two equal examples: twice what it should be; right for one."""
    columns = [[j] for j in range(x.shape[1])]
    slopes = [backprop(weights, biases, x[:, j], y[:, j]) for j in columns]
    return tuple([sum(layer) for layer in zip(*side)] for side in zip(*slopes))


@right("repaired_8", "running totals in place of a list")
def eighth_running_totals(weights, biases, x, y):
    m = x.shape[1]
    nabla_b = [np.zeros(np.shape(b)) for b in biases]
    nabla_w = [np.zeros(np.shape(w)) for w in weights]
    for j in range(m):
        slopes_b, slopes_w = backprop(weights, biases, x[:, j : j + 1], y[:, j : j + 1])
        for total, slope in zip(nabla_b + nabla_w, slopes_b + slopes_w):
            total += slope / m
    return nabla_b, nabla_w


@right("first_broken_equation", "looks the name up in an array of texts")
def broken_in_a_table(report):
    names = np.array([["BP1", "BP3", "BP4"], ["BP2", "BP3", "BP4"]])
    for i, layer in enumerate(report):
        for k, thing in enumerate(("delta", "bias", "weights")):
            if not layer[thing] < 1e-5:
                return names[min(i, 1), k]
    return None


@wrong("repaired_7", "the first example is never moved")
def seventh_keeps_the_first(x, y, size, rng):
    """Example 0 is in the first batch of every epoch; not all are shuffled."""
    order = np.r_[0, 1 + rng.permutation(x.shape[1] - 1)]
    starts = range(0, len(order), size)
    return [(x[:, order[k : k + size]], y[:, order[k : k + size]]) for k in starts]


# diagnosis_1 to diagnosis_3 ----------------------------------------------------

wrong_number("diagnosis_1", "BP4", "the equation alone")
wrong_number("diagnosis_1", ("BP4", 1), "no array")
wrong_number("diagnosis_1", ("BP4", 0, "nabla_w"), "another layer")
wrong_number("diagnosis_1", (1, "BP4", "nabla_w"), "in another order")
wrong_number("diagnosis_1", 4, "a number")
right_number("diagnosis_1", ["BP4", 1.0, "nabla_w"], "a list, and 1.0 for 1")
right_number("diagnosis_1", np.array(["BP4", 1, "nabla_w"], object), "an array")
wrong_number("diagnosis_2", ("BP3", 2, "nabla_w"), "the array of BP4")
wrong_number("diagnosis_2", ("BP3", -1, "nabla_b"), "counted from the end")
wrong_number("diagnosis_2", {"BP3", 2, "nabla_b"}, "a set has no order")
right_number("diagnosis_2", ("BP3", np.array(2), "nabla_b"), "an array of no dimension")
wrong_number("diagnosis_3", ("BP2", 0, "nabla_w"), "a victim, and its second array")
wrong_number("diagnosis_3", [("BP2", 1, "nabla_b")], "a list of one diagnosis")
right_number("diagnosis_3", ("BP2", np.uint8(1), "nabla_b"), "another type of integer")

# convicting_example ------------------------------------------------------------


def _random(sizes, m, rng):
    """Return a network and a batch, all numbers normal."""
    pairs = list(pairwise(sizes))
    weights = [rng.standard_normal((n, n_in)) for n_in, n in pairs]
    biases = [rng.standard_normal((n, 1)) for _, n in pairs]
    batch = [rng.standard_normal((n, m)) for n in (sizes[0], sizes[-1])]
    return weights, biases, *batch


@wrong("convicting_example", "an ordinary one: one hidden layer")
def convict_one_hidden(rng):
    """The output's error carried to all layers gets away."""
    return _random([3, 4, 2], 4, rng)


@wrong("convicting_example", "as many examples as inputs")
def convict_as_many_inputs(rng):
    """Who divides by the length of x gets away."""
    return _random([3, 1, 2, 2], 3, rng)


@wrong("convicting_example", "weights so large that all is flat")
def convict_flat(rng):
    """No slope left: the right backpropagation is convicted, too."""
    weights, biases, x, y = _random([1, 2, 1, 2], 3, rng)
    return [1000 * w for w in weights], biases, x, y


@wrong("convicting_example", "more numbers than asked for")
def convict_large(rng):
    """Far more than 40 numbers."""
    return _random([3, 4, 4, 2], 5, rng)


@wrong("convicting_example", "y of another number of columns")
def convict_unfit(rng):
    """x of three columns, y of two: no batch."""
    weights, biases, x, y = _random([1, 2, 1, 2], 3, rng)
    return weights, biases, x, y[:, :2]


@wrong("convicting_example", "x and y left out")
def convict_half(rng):
    """Two lists; four things should come back."""
    return _random([1, 2, 1, 2], 3, rng)[:2]


@wrong("convicting_example", "examples that differ in y only")
def convict_equal_inputs(rng):
    """The product of the means is the mean of the products."""
    weights, biases, x, y = _random([1, 2, 1, 2], 3, rng)
    return weights, biases, np.repeat(x[:, :1], 3, axis=1), y


@right("convicting_example", "the same numbers whatever the rng, and no list of them")
def convict_fixed(rng):
    return tuple(_random([2, 1, 1, 3], 4, np.random.default_rng(7)))


@right("convicting_example", "five layers of one neuron, and two outputs")
def convict_deep(rng):
    return _random([1, 1, 1, 1, 1, 2], 3, rng)
