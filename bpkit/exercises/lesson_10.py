"""Exercises of lesson 10: the bug clinic."""

import copy
import math
from functools import cache

import numpy as np

from bpkit.activations import sigmoid, sigmoid_prime
from bpkit.backprop import backprop, forward_pass
from bpkit.costs import cross_entropy_cost
from bpkit.data import load_digits
from bpkit.exercises import patients, suspects
from bpkit.exercises.attempt import parts
from bpkit.exercises.compare import close_enough
from bpkit.exercises.exercise import Case, Formula, exercise, number, prediction
from bpkit.exercises.lesson_08 import (
    batches,
    factor_of_the_step,
    form_of,
    network,
    stepped,
)
from bpkit.gradients import relative_error
from bpkit.network import Network

# repaired_1 and repaired_2: numerical gradients


def surfaces():
    cubes = Formula("Σx³ + x₀x₁", lambda x: (x**3).sum() + x.flat[0] * x.flat[1])
    square = Formula("(Σx)²", lambda x: x.sum() ** 2)
    slanted = Formula(
        "Σ(i + 1)xᵢ⁴", lambda x: (np.arange(1, x.size + 1) * x.ravel() ** 4).sum()
    )
    waves = Formula("Σ sin 2x + Πx", lambda x: np.sin(2 * x).sum() + x.prod())
    return [
        Case(cubes, np.array([1.0, -2.0, 0.5]), 0.1),
        Case(square, np.array([[0.5, 1.5], [-3.0, 2.0]]), 0.25),
        Case(slanted, np.array([[1.0, -0.7, 0.4], [0.2, 1.3, -1.1]]), 0.05),
        Case(waves, np.array([0.9, -1.4]), 0.01),
        Case(waves, np.array([[-0.3], [1.2]])),
        Case(square, np.array([0.7]), 0.1),
        Case(slanted, np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]).T, 0.05),
        Case(cubes, np.array([1.0, 1.0]), 0.1),
        Case(square, np.array(0.7), 0.1),
        Case(slanted, np.array([[[0.3, -0.9]], [[1.2, 2.1]]]), 0.1),
        Case(waves, np.array([[0.9, -0.3, 1.2]]), 0.01),
    ]


def gradient_and_x(answer, f, x, *h):
    """Return the gradient, and x after the call: as before, to rounding."""
    own = x.copy("K")  # as it lies in memory
    gradient = answer(f, own, *h)
    return {"the gradient": gradient, "x after the call": own.copy()}


@exercise(
    lesson=10,
    cases=surfaces,
    observe=gradient_and_x,
    hints=(
        "Print step in each turn of the loop. Which entry does it move?",
        "Which lines must be done anew for each entry?",
        "In each turn make a fresh step of zeros, then move entry i alone.",
    ),
)
def repaired_1(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in range(x.size):  # entries
        step = np.zeros(x.shape)  # anew
        step.flat[i] = h  # move
        gradient.flat[i] = (f(x + step) - f(x - step)) / (2 * h)  # quotient
    return gradient  # result


repaired_1.mistake("It is still ill. Which lines of your loop use i?")(
    patients.patient_1
)

repaired_1.slips("""
steps_pile_up: How many entries are displaced in the third turn?
    pass  # anew
    step = np.zeros(x.shape)
    for i in range(x.size):  # entries
all_entries_at_once: How many entries does your step move at once?
    step[...] = h  # move
only_the_last_entry: The last entry is right. What became of the others?
    gradient.flat[-1] = (f(x + step) - f(x - step)) / (2 * h)  # quotient
only_the_first_entry: Which entries of the gradient are ever filled?
    gradient.flat[i] = (f(x + step) - f(x - step)) / (2 * h)
    return gradient  # quotient
half_the_width: How far apart are your two points?
    gradient.flat[i] = (f(x + step) - f(x - step)) / h  # quotient
forward_only: The patient looked to both sides. Does yours?
    gradient.flat[i] = (f(x + step) - f(x)) / h  # quotient
flat_gradient: Which shape was promised?
    return gradient.ravel()  # result
""")


@repaired_1.variant
def step_taken_back(f, x, h=1e-5):
    gradient, step = np.zeros(x.shape), np.zeros(x.shape)
    for i in range(x.size):
        step.flat[i] = h
        gradient.flat[i] = (f(x + step) - f(x - step)) / (2 * h)
        step.flat[i] = 0
    return gradient


@repaired_1.variant
def rows_of_the_identity(f, x, h=1e-5):
    steps = h * np.eye(x.size).reshape(x.size, *x.shape)
    slopes = [(f(x + step) - f(x - step)) / (2 * h) for step in steps]
    return np.reshape(slopes, x.shape)


@exercise(
    lesson=10,
    cases=surfaces,
    observe=gradient_and_x,
    hints=(
        "Print x after each turn of the loop.",
        "At which point are the slopes of the later entries taken?",
        "Keep old = x.flat[i], and set x.flat[i] = old after both calls of f.",
    ),
)
def repaired_2(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in range(x.size):  # entries
        old = x.flat[i]
        x.flat[i] = old + h  # up
        above = f(x)
        x.flat[i] = old - h  # down
        below = f(x)  # below
        x.flat[i] = old  # back
        gradient.flat[i] = (above - below) / (2 * h)  # quotient
    return gradient


repaired_2.mistake("It is still ill. Is x, after each turn, what it was before?")(
    patients.patient_2
)

repaired_2.slips("""
right_in_the_end_only: x is right in the end. Is it also right in the second turn?
    x = x.copy()
    for i in range(x.size):  # entries
    pass  # back
restored_too_far: Up by h, down by 2h, up by 2h: where do you stand?
    x.flat[i] += 2 * h  # back
below_is_the_middle: Between which two points do you measure, and how far is it?
    x.flat[i] = old  # down
forward_only: The patient looked to both sides. Does yours?
    x.flat[i] = old  # down
    gradient.flat[i] = (above - below) / h  # quotient
never_apart: Every entry is 0. Print the two values of f: do they differ?
    above = below = f(x)  # below
half_the_width: How far apart are your two points?
    gradient.flat[i] = (above - below) / h  # quotient
""")


@repaired_2.variant
def added_back(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in range(x.size):
        x.flat[i] += h
        above = f(x)
        x.flat[i] -= 2 * h
        gradient.flat[i] = (above - f(x)) / (2 * h)
        x.flat[i] += h
    return gradient


@repaired_2.variant
def fresh_copies(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[index] += h
        below[index] -= h
        gradient[index] = (f(above) - f(below)) / (2 * h)
    return gradient


# repaired_3: one layer


def layers():
    w, b, x = np.array([[1, 1]]), np.array([[0]]), np.array([[0, 2, 1], [1, 1, 0]])
    return [
        layer(2, 3, 5, 0.7, 1),
        layer(3, 3, 4, 2.0, 2),
        layer(4, 1, 3, 0.3, 3),
        Case(w, b, x, np.array([[0, 1, 1]]), 0.5),
    ]


def layer(n_in, n_out, m, eta, seed):
    """Return one layer and a batch of m columns."""
    rng = np.random.default_rng(seed)
    (w,), (b,) = network([n_in, n_out], seed + 40)
    return Case(w, b, rng.standard_normal((n_in, m)), rng.random((n_out, m)), eta)


@exercise(
    lesson=10,
    cases=layers,
    returns=("w", "b"),
    hints=(
        "Take a tiny eta and compare the cost before and after.",
        "If a is larger than y, should z be pushed up or down?",
        "∂C/∂a = a − y. Which sign has the patient's?",
    ),
)
def repaired_3(w, b, x, y, eta):
    z = w @ x + b
    delta = (sigmoid(z) - y) * sigmoid_prime(z)  # BP1
    w = w - eta * delta @ x.T / x.shape[1]  # BP4
    b = b - eta * delta.mean(axis=1, keepdims=True)  # BP3
    return w, b


repaired_3.mistake("It is still ill. Does the cost fall now?")(patients.patient_3)

repaired_3.slips("""
biases_still_uphill: The weights go downhill. And the biases?
    b = b + eta * delta.mean(axis=1, keepdims=True)  # BP3
weights_still_uphill: The biases go downhill. And the weights?
    w = w + eta * delta @ x.T / x.shape[1]  # BP4
sigmoid_prime_lost: Which factor of BP1 is missing?
    delta = sigmoid(z) - y  # BP1
without_a_sign: Can an error without a sign say which way to go?
    delta = np.abs(sigmoid(z) - y) * sigmoid_prime(z)  # BP1
doubled: The cost has a ½ in front. What is its slope?
    delta = 2 * (sigmoid(z) - y) * sigmoid_prime(z)  # BP1
sum_for_the_mean: Double the batch by repeating it: should the step double?
    w = w - eta * delta @ x.T  # BP4
    b = b - eta * delta.sum(axis=1, keepdims=True)  # BP3
""")


@repaired_3.variant
def plus_the_opposite(w, b, x, y, eta):
    a = sigmoid(w @ x + b)
    delta = (y - a) * a * (1 - a)
    w = w + eta * np.einsum("im,jm->ij", delta, x) / x.shape[1]
    return w, b + eta * delta.mean(axis=1)[:, None]


@repaired_3.variant
def by_backprop(w, b, x, y, eta):
    (w,), (b,) = stepped([w], [b], x, y, eta)
    return w, b


# repaired_4: backpropagation


def networks():
    one_example = larger_case([3, 2, 4], 1, 1.0, 13)
    return [Case(*case.args[:4]) for case in [*steps(), one_example]]


def steps():
    """Return steps for networks; some are square, and none is a single layer."""
    return [case for case in batches() if len(case.args[0]) > 1] + [
        larger_case([4, 4, 4, 4], 3, 1.5, 11),
        larger_case([2, 4, 3, 2], 6, 0.9, 12),
    ]


def larger_case(sizes, m, eta, seed):
    """Return a network of three layers of weights and a batch of m columns."""
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((sizes[0], m)), rng.random((sizes[-1], m))
    return Case(*network(sizes, seed, spread=1.5), x, y, eta)


@exercise(
    lesson=10,
    cases=networks,
    returns=("nabla_b", "nabla_w"),
    hints=(
        "Compare δ at the output first: does BP1 hold?",
        "What does sigmoid_prime take: the weighted input or the activation?",
        "There are two places. zs[l - 1] goes with activations[l].",
    ),
)
def repaired_4(weights, biases, x, y):
    zs, activations = forward_pass(weights, biases, x)
    m = x.shape[1]
    nabla_b, nabla_w = [], []
    delta = (activations[-1] - y) * sigmoid_prime(zs[-1])  # BP1
    for l in reversed(range(len(weights))):
        nabla_b.insert(0, delta.mean(axis=1, keepdims=True))
        nabla_w.insert(0, delta @ activations[l].T / m)  # BP4
        if l > 0:
            delta = (weights[l].T @ delta) * sigmoid_prime(zs[l - 1])  # BP2
    return nabla_b, nabla_w


repaired_4.mistake("It is still ill. What does sigmoid_prime take?")(patients.patient_4)

repaired_4.slips("""
hidden_layers_still_ill: The output is healthy. Is the hidden layer?
    delta = (weights[l].T @ delta) * sigmoid_prime(activations[l])  # BP2
output_still_ill: The hidden layers are healthy. Is the output?
    delta = (activations[-1] - y) * sigmoid_prime(activations[-1])  # BP1
sigmoid_prime_cut_out: Is the sick part healed, or cut out? Which factor has gone?
    delta = activations[-1] - y  # BP1
    delta = weights[l].T @ delta  # BP2
cut_out_at_the_output: Which factor of BP1 is missing?
    delta = activations[-1] - y  # BP1
cut_out_in_hidden_layers: Which factor of BP2 is missing?
    delta = weights[l].T @ delta  # BP2
sigmoid_for_its_slope: What do you multiply by: σ, or its slope?
    delta = (activations[-1] - y) * sigmoid(zs[-1])  # BP1
    delta = (weights[l].T @ delta) * sigmoid(zs[l - 1])  # BP2
z_of_the_next_layer: Which z belongs to the layer that δ is carried to?
    delta = (weights[l].T @ delta) * sigmoid_prime(zs[l])  # BP2
activations_one_layer_early: What goes into layer l: which entry of the list, if x is
activations[0]?
    nabla_w.insert(0, delta @ activations[l - 1].T / m)  # BP4
slope_formula_on_z: σ′ = σ(1 − σ): is what you multiply σ, or z?
    delta = (activations[-1] - y) * zs[-1] * (1 - zs[-1])  # BP1
    delta = (weights[l].T @ delta) * zs[l - 1] * (1 - zs[l - 1])  # BP2
""")


@repaired_4.variant
def slope_from_a(weights, biases, x, y):
    _, a = forward_pass(weights, biases, x)
    delta = (a[-1] - y) * a[-1] * (1 - a[-1])
    nabla_b, nabla_w = [], []
    for l in range(len(weights) - 1, -1, -1):
        nabla_b = [delta.mean(axis=1, keepdims=True), *nabla_b]
        nabla_w = [delta @ a[l].T / x.shape[1], *nabla_w]
        delta = weights[l].T @ delta * a[l] * (1 - a[l])
    return nabla_b, nabla_w


@repaired_4.variant
def example_by_example(weights, biases, x, y):
    m = x.shape[1]
    parts = [backprop(weights, biases, x[:, [j]], y[:, [j]]) for j in range(m)]
    layers = range(len(weights))
    nabla_b = [sum(nb[l] for nb, _ in parts) / m for l in layers]
    return nabla_b, [sum(nw[l] for _, nw in parts) / m for l in layers]


# repaired_5: a step for a whole network


@exercise(
    lesson=10,
    cases=steps,
    returns=("weights", "biases"),
    hints=(
        "In which layer is the step right, and from where on is it not?",
        "At which line does δ meet a W that has already changed?",
        "Carry δ back with the old weights, and only then change them.",
    ),
)
def repaired_5(weights, biases, x, y, eta):
    zs, activations = forward_pass(weights, biases, x)
    m = x.shape[1]
    new_weights, new_biases = list(weights), list(biases)
    delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
    for l in reversed(range(len(weights))):  # layers
        new_weights[l] = weights[l] - eta * delta @ activations[l].T / m  # BP4
        new_biases[l] = biases[l] - eta * delta.mean(axis=1, keepdims=True)  # BP3
        if l > 0:
            delta = (weights[l].T @ delta) * sigmoid_prime(zs[l - 1])  # BP2
    return new_weights, new_biases  # result


repaired_5.mistake(
    "It is still ill. Print weights[l] before BP2: is it that of the forward pass?"
)(patients.patient_5)

repaired_5.slips("""
carried_back_too_early: Which layer's δ makes this layer's step?
    if l > 0:
        delta = (weights[l].T @ delta) * sigmoid_prime(zs[l - 1])
    new_weights[l] = weights[l] - eta * delta @ activations[l].T / m  # BP4
    pass  # BP2
changes_what_came_in: Are the arrays that came in still what they were?
    weights[:], biases[:] = new_weights, new_biases
    return weights, biases  # result
weights_left_out: Do the weights learn?
    pass  # BP4
biases_left_out: Do the biases learn?
    pass  # BP3
last_layer_only: Which layers take a step?
    for l in [len(weights) - 1]:  # layers
walks_uphill: With a tiny eta, does one step make the cost fall or rise?
    new_weights[l] = weights[l] + eta * delta @ activations[l].T / m  # BP4
    new_biases[l] = biases[l] + eta * delta.mean(axis=1, keepdims=True)  # BP3
forgets_eta: Where is the learning rate?
    new_weights[l] = weights[l] - delta @ activations[l].T / m  # BP4
    new_biases[l] = biases[l] - delta.mean(axis=1, keepdims=True)  # BP3
averages_twice: How many times are you averaging?
    new_weights[l] = weights[l] - eta * delta @ activations[l].T / m**2  # BP4
    new_biases[l] = biases[l] - eta * delta.mean(axis=1, keepdims=True) / m  # BP3
undone_the_wrong_way: When you undo the step, which way do you go?
    undone = new_weights[l] - eta * delta @ activations[l].T / m
    delta = (undone.T @ delta) * sigmoid_prime(zs[l - 1])  # BP2
""")


@repaired_5.variant
def gradients_first(weights, biases, x, y, eta):
    return stepped(weights, biases, x, y, eta)


@repaired_5.variant
def old_weights_kept(weights, biases, x, y, eta):
    old, weights = weights, [w.copy() for w in weights]
    biases = [b.copy() for b in biases]
    zs, a = forward_pass(old, biases, x)
    delta = (a[-1] - y) * sigmoid_prime(zs[-1])
    for l in range(len(old) - 1, -1, -1):
        weights[l] -= eta / x.shape[1] * delta @ a[l].T
        biases[l] -= eta / x.shape[1] * delta.sum(axis=1, keepdims=True)
        if l:
            delta = old[l].T @ delta * sigmoid_prime(zs[l - 1])
    return weights, biases


# repaired_6: sum and mean


@exercise(
    lesson=10,
    cases=batches,
    returns=("weights", "biases"),
    explain=factor_of_the_step,
    hints=(
        "How often is eta used for a batch of one, and for a batch of ten?",
        "The cost is a mean over the m columns. Is the patient's step?",
        "Each example may contribute eta / m.",
    ),
)
def repaired_6(weights, biases, x, y, eta):
    m = x.shape[1]
    new_weights, new_biases = list(weights), list(biases)
    for j in range(m):
        nabla_b, nabla_w = backprop(weights, biases, x[:, [j]], y[:, [j]])  # slopes
        for l in range(len(weights)):
            new_weights[l] = new_weights[l] - eta / m * nabla_w[l]  # weights
            new_biases[l] = new_biases[l] - eta / m * nabla_b[l]  # biases
    return new_weights, new_biases


repaired_6.mistake("It is still ill. By what is the sum over the batch divided?")(
    patients.patient_6
)

repaired_6.slips("""
biases_still_summed: The weights take a mean. And the biases?
    new_biases[l] = new_biases[l] - eta * nabla_b[l]  # biases
weights_still_summed: The biases take a mean. And the weights?
    new_weights[l] = new_weights[l] - eta * nabla_w[l]  # weights
divided_by_the_rows: What does len(x) count: rows or columns?
    new_weights[l] = new_weights[l] - eta / len(x) * nabla_w[l]  # weights
    new_biases[l] = new_biases[l] - eta / len(x) * nabla_b[l]  # biases
divided_by_ten: Does every batch hold ten examples?
    new_weights[l] = new_weights[l] - eta / 10 * nabla_w[l]  # weights
    new_biases[l] = new_biases[l] - eta / 10 * nabla_b[l]  # biases
divided_twice: How many times are you averaging?
    new_weights[l] = new_weights[l] - eta / m**2 * nabla_w[l]  # weights
    new_biases[l] = new_biases[l] - eta / m**2 * nabla_b[l]  # biases
divided_by_all_numbers: How many examples are in x, and how many numbers?
    new_weights[l] = new_weights[l] - eta / x.size * nabla_w[l]  # weights
    new_biases[l] = new_biases[l] - eta / x.size * nabla_b[l]  # biases
last_example_only: On how many of the examples does your step depend?
    new_weights[l] = weights[l] - eta * nabla_w[l]  # weights
    new_biases[l] = biases[l] - eta * nabla_b[l]  # biases
one_example_after_the_other: With which weights is the second example's slope taken?
    nabla_b, nabla_w = backprop(new_weights, new_biases, x[:, [j]], y[:, [j]])  # slopes
walks_uphill: With a tiny eta, does one step make the cost fall or rise?
    new_weights[l] = new_weights[l] + eta / m * nabla_w[l]  # weights
    new_biases[l] = new_biases[l] + eta / m * nabla_b[l]  # biases
""")


@repaired_6.variant
def whole_batch(weights, biases, x, y, eta):
    return stepped(weights, biases, x, y, eta)


@repaired_6.variant
def divided_beforehand(weights, biases, x, y, eta):
    eta /= x.shape[1]
    return patients.patient_6(weights, biases, x, y, eta)


# repaired_7: shuffled mini-batches


def decks():
    return [deck(11, 3, 1), deck(10, 2, 2), deck(9, 9, 3), deck(13, 4, 4)]


def deck(m, size, seed):
    """Return m examples whose y tells which x it belongs to."""
    x = np.vstack([np.arange(m), np.arange(m) ** 2]) + 0.5
    return Case(x, 10.0 * np.arange(m)[None, :], size, np.random.default_rng(seed))


def facts_of_batches(answer, x, y, size, rng):
    """Return what can be said of mini-batches whatever their order."""
    seeds = rng.integers(10**6, size=12)
    deals = [answer(x, y, size, np.random.default_rng(s)) for s in (*seeds, seeds[0])]
    if not all(map(np.iterable, deals)):
        return {"the result": form_of(deals[0])}
    deals = [list(deal) for deal in deals]
    if not all(deals):
        return {"the result": "no mini-batch at all"}
    if not all(all(map(is_pair, deal)) for deal in deals):
        return {"the result": "no list of pairs"}
    xs, ys = zip(*map(together, deals), strict=True)
    sizes = [np.shape(b)[-1] for b, _ in deals[0]]
    complete = all(set(a[0]) == set(x[0]) and a.shape == x.shape for a in xs)
    kept = all(
        a.shape[1] == b.shape[1] and np.array_equal(10 * (a[0] - 0.5), b[0])
        for a, b in zip(xs, ys, strict=True)
    )
    return {
        "the result": "a list of pairs",
        "the sizes of the batches": str([int(n) for n in sizes]),
        "every x comes once": complete,
        "every x kept its y": kept,
        "the examples are shuffled": any(not np.array_equal(a, x) for a in xs),
        "neighbours are parted": any(
            (np.diff(a[0]) % x.shape[1] != 1).any() for a in xs
        ),
        "examples change batches": any(
            np.ptp(b) >= size for a in xs for b in cut(a[0], size)
        ),
        "another rng, another order": any(
            not np.array_equal(a, xs[0]) for a in xs[1:-1]
        ),
        "the same rng, the same order": np.array_equal(xs[0], xs[-1]),
        "every example changes its place": all(
            any(a[0, j] != xs[0][0, j] for a in xs) for j in range(xs[0].shape[1])
        )
        if len({a.shape for a in xs}) == 1
        else False,
    }


def is_pair(batch):
    """Return whether something is a batch of x and a batch of y."""
    return isinstance(batch, list | tuple) and len(batch) == 2


def cut(order, size):
    """Return an order cut into batches."""
    return [order[k : k + size] for k in range(0, len(order), size)]


def together(batches):
    """Return all columns of x and of y, one batch after the other."""
    return tuple(np.hstack([np.atleast_2d(b[i]) for b in batches]) for i in range(2))


@exercise(
    lesson=10,
    cases=decks,
    observe=facts_of_batches,
    hints=(
        "Call it with y = 10 * x and print the batches: is each y ten times its x?",
        "Where does column 0 of x go, and where column 0 of y?",
        "order = rng.permutation(m) can index x and y.",
    ),
)
def repaired_7(x, y, size, rng):
    m = x.shape[1]
    order = rng.permutation(m)  # one order for both
    x, y = x[:, order], y[:, order]
    starts = range(0, m, size)  # cut
    return [(x[:, k : k + size], y[:, k : k + size]) for k in starts]  # batches


repaired_7.mistake("It is still ill. Does each x keep its y?")(patients.patient_7)

repaired_7.slips("""
stops_shuffling: The pairs are whole again. What has become of the shuffling?
    order = np.arange(m)  # one order for both
always_the_same_order: Which order do you get from another rng?
    order = np.random.default_rng(0).permutation(m)  # one order for both
generator_of_its_own: Where do your random numbers come from?
    order = np.random.default_rng().permutation(m)  # one order for both
drops_the_short_batch: How many examples are dealt out when size does not divide m?
    starts = range(0, m - size + 1, size)  # cut
draws_with_replacement: Can an example come twice, and another not at all?
    order = rng.integers(m, size=m)  # one order for both
one_large_batch: How many batches are there?
    return [(x, y)]  # batches
first_batch_only: How many batches are there?
    return [(x[:, :size], y[:, :size])]  # batches
size_pieces: Into how many pieces, and of what size, do you cut?
    return list(zip(np.array_split(x, size, 1), np.array_split(y, size, 1)))  # batches
""")


@repaired_7.variant
def shuffled_in_one_piece(x, y, size, rng):
    both = rng.permutation(np.vstack([x, y]), axis=1)
    for start in range(0, both.shape[1], size):
        batch = both[:, start : start + size]
        yield batch[: len(x)], batch[len(x) :]


@repaired_7.variant
def one_seed_twice(x, y, size, rng):
    seed = rng.integers(2**31)
    x = np.random.default_rng(seed).permutation(x, axis=1)
    y = np.random.default_rng(seed).permutation(y, axis=1)
    return [(x[:, b], y[:, b]) for b in cut(range(x.shape[1]), size)]


# repaired_8: what one call leaves to the next


def repeated_calls():
    rng = np.random.default_rng(8)
    cases = []
    for m, seed in ((5, 1), (7, 2), (1, 3)):
        x, y = rng.standard_normal((3, m)), rng.random((2, m))
        # one shape for all: what is kept from one call must fit the next
        cases.append(Case(*network([3, 3, 3, 2], seed), x, y))
    return cases


def facts_of_two_calls(answer, weights, biases, x, y):
    """Return the gradients, if the same call made twice gives the same."""
    first = copy.deepcopy(answer(weights, biases, x, y))
    # What is kept may be found again by the weights, by the batch, or by the shapes.
    others = [([-w for w in weights], biases, x, y), (weights, biases, -x, y)]
    between = [copy.deepcopy(answer(*arguments)) for arguments in others]
    second = copy.deepcopy(answer(weights, biases, x, y))
    if not isinstance(first, list | tuple) or not isinstance(second, list | tuple):
        return first
    alike = close_enough(second, first, 1e-9)
    return {
        "the same call twice gives the same": alike,
        "the second less the first": None if alike else gain(first, second),
        "the gradients": first if alike else None,
        "the gradients of other weights, and of another batch": between
        if alike
        else None,
    }


def gain(first, second):
    """Return by how much each array grew, or None where that cannot be said."""
    try:
        return [
            [np.asarray(now) - was for was, now in zip(old, new, strict=True)]
            for old, new in zip(first, second, strict=True)
        ]
    except (TypeError, ValueError):
        return None


@exercise(
    lesson=10,
    cases=repeated_calls,
    observe=facts_of_two_calls,
    by_hand=False,
    hints=(
        "Call it twice with the same arguments and print both results.",
        "Print len(slopes) at the start of each call.",
        "A list that is made inside the function is new at each call.",
    ),
)
def repaired_8(weights, biases, x, y):
    m = x.shape[1]
    slopes = [backprop(weights, biases, x[:, [j]], y[:, [j]]) for j in range(m)]  # new
    nabla_b = [sum(layer) / m for layer in zip(*(nb for nb, _ in slopes), strict=True)]
    nabla_w = [sum(layer) / m for layer in zip(*(nw for _, nw in slopes), strict=True)]
    return nabla_b, nabla_w  # result


repaired_8.mistake("It is still ill. What did the first call leave behind?")(
    patients.patient_8
)

repaired_8.slips("""
emptied_at_each_example: Which examples are in the sum that you divide by m?
    for j in range(m):
        slopes = [backprop(weights, biases, x[:, [j]], y[:, [j]])]  # new
last_example_only: On how many of the examples does your result depend?
    return backprop(weights, biases, x[:, -1:], y[:, -1:])  # result
first_example_only: On how many of the examples does your result depend?
    slopes = [backprop(weights, biases, x[:, [0]], y[:, [0]])]  # new
sum_for_the_mean: Is the sum asked for, or the mean?
    return [m * nb for nb in nabla_b], [m * nw for nw in nabla_w]  # result
averages_twice: How many times are you averaging?
    return [nb / m for nb in nabla_b], [nw / m for nw in nabla_w]  # result
weights_first: Which comes first in the result?
    return nabla_w, nabla_b  # result
""")


@repaired_8.variant
def made_where_none_is_given(weights, biases, x, y, slopes=None):
    return patients.patient_8(weights, biases, x, y, [] if slopes is None else slopes)


@repaired_8.variant
def added_to_zeros(weights, biases, x, y):
    nabla_b = [np.zeros_like(b) for b in biases]
    nabla_w = [np.zeros_like(w) for w in weights]
    for j in range(x.shape[1]):
        nb, nw = backprop(weights, biases, x[:, [j]], y[:, [j]])
        for l in range(len(weights)):
            nabla_b[l] += nb[l] / x.shape[1]
            nabla_w[l] += nw[l] / x.shape[1]
    return tuple(nabla_b), tuple(nabla_w)


@repaired_8.variant
def one_matrix_product(weights, biases, x, y):
    return backprop(weights, biases, x, y)


# first_broken_equation

FINE, SMALL, WRONG = 3e-11, 8e-6, 0.4
NAN, INF = float("nan"), float("inf")


def reports():
    return [
        Case(report((WRONG, 1.0, 0.9), (0.7, 0.6, 0.8))),
        Case(report((FINE, FINE, SMALL), (0.02, 0.3, 1.0))),
        Case(report((SMALL, WRONG, FINE), (FINE, WRONG, FINE))),
        Case(report((FINE, SMALL, FINE), (FINE, FINE, WRONG))),
        Case(report((SMALL, FINE, FINE), (FINE, SMALL, FINE), (SMALL, FINE, FINE))),
        Case(report((FINE, FINE, 2e-4), (WRONG, 1.0, 1.0))),
        Case(report((FINE, FINE, FINE), (SMALL, FINE, FINE), (NAN, NAN, NAN))),
        Case(report((FINE, NAN, FINE), (1.0, 1.0, FINE))),
        Case(report((FINE, FINE, FINE), (FINE, 0.5, 0.9), (0.9, 1.0, 1.0))),
        Case(report((WRONG, FINE, 0.9), (0.3, FINE, FINE))),
        Case(report((FINE, FINE, FINE), (WRONG, FINE, FINE))),
        Case(report((0.0, 0.0, 0.0))),
        Case(report((FINE, 1e-5, FINE), (FINE, FINE, FINE))),
        Case(report((SMALL, FINE, 1.2e-5))),
        Case(report((NAN, NAN, NAN), (FINE, FINE, FINE))),
        Case(report((1e-3, FINE, FINE), (SMALL, FINE, FINE))),
        Case(report((SMALL, 0.003, 0.9), (WRONG, FINE, FINE), (FINE, FINE, WRONG))),
        Case(report((FINE, FINE, FINE), (0.1, FINE, 0.1), (0.1, 0.2, 0.1))),
        Case(report((WRONG, 0.9, 0.8), (WRONG, 1.0, 0.9), (0.7, 0.6, 0.8))),
        Case(report((FINE, FINE, INF), (WRONG, 1.0, 1.0))),
        Case(report((FINE, 1e9, 0.9), (WRONG, 1.0, 1.0))),
        Case([dict(reversed(row.items())) for row in report((WRONG, FINE, FINE))]),
    ]


def report(*layers):
    """Return what a localiser measured, the output layer first."""
    last = len(layers) - 1
    names = ("delta", "bias", "weights")
    return [
        {"layer": last - i, **dict(zip(names, errors, strict=True))}
        for i, errors in enumerate(layers)
    ]


@exercise(
    lesson=10,
    cases=reports,
    hints=(
        "Which of the layers in the list is the output?",
        "Return at the first broken thing; None only after the last layer.",
        "not (e < 1e-5) is true for NaN too; e > 1e-5 is not.",
    ),
)
def first_broken_equation(report):
    for i, layer in enumerate(report):  # layers
        delta = "BP1" if i == 0 else "BP2"  # δ
        things = ("delta", delta), ("bias", "BP3"), ("weights", "BP4")  # order
        for name, equation in things:
            if not layer[name] < 1e-5:  # broken
                return equation  # first
    return None  # fine


first_broken_equation.slips("""
lets_nan_pass: Is NaN larger than 1e-5? Is it smaller?
    if layer[name] > 1e-5:  # broken
lets_nan_alone_pass: Is NaN at least 1e-5? Is it smaller?
    if layer[name] >= 1e-5:  # broken
from_the_input: From which side does the backward pass begin?
    for i, layer in enumerate(report[::-1]):  # layers
bp1_at_the_input: At which end does BP1 make δ: where x goes in, or where a comes out?
    delta = "BP1" if layer["layer"] == 0 else "BP2"  # δ
every_delta_is_bp1: Which equation makes δ in a hidden layer?
    delta = "BP1"  # δ
every_delta_is_bp2: Which equation makes δ at the output?
    delta = "BP2"  # δ
weights_before_delta: In each layer, which of the three is made first?
    things = ("weights", "BP4"), ("bias", "BP3"), ("delta", delta)  # order
bp3_and_bp4_swapped: Which of BP3 and BP4 is about the weights?
    things = ("delta", delta), ("bias", "BP4"), ("weights", "BP3")  # order
rounding_counts_as_broken: How large an error is rounding?
    if layer[name] != 0:  # broken
lets_small_errors_pass: Is an error of one in a thousand fine?
    if not layer[name] < 1e-2:  # broken
first_layer_only: What do you return after looking at the first layer?
    for i, layer in enumerate(report[:1]):  # layers
last_one_found: Do you stop at the first broken thing?
    found = None
    for i, layer in enumerate(report):  # layers
    found = equation  # first
    return found  # fine
text_for_none: What do you return when everything is fine?
    return "None"  # fine
""")


@first_broken_equation.mistake("Is the largest error the first one?")
def largest_error(report):
    if first_broken_equation.reference(report) is None:
        return None
    errors = [
        (-1 if np.isnan(layer[name]) else layer[name], -i, equation)
        for i, layer in enumerate(report)
        for name, equation in (("delta", "BP2"), ("bias", "BP3"), ("weights", "BP4"))
    ]
    _, i, equation = max(errors)
    return "BP1" if equation == "BP2" and i == 0 else equation


@first_broken_equation.mistake(
    "Which do you look at first: a layer's bias, or the next layer's δ?"
)
def all_deltas_first(report):
    for name, equation in (("delta", "BP2"), ("bias", "BP3"), ("weights", "BP4")):
        for i, layer in enumerate(report):
            if not layer[name] < 1e-5:
                return "BP1" if equation == "BP2" and i == 0 else equation
    return None


@first_broken_equation.variant
def as_a_flat_list(report):
    delta = ["BP1"] + ["BP2"] * (len(report) - 1)
    found = [
        equation
        for bp, layer in zip(delta, report, strict=True)
        for name, equation in (("delta", bp), ("bias", "BP3"), ("weights", "BP4"))
        if np.isnan(layer[name]) or layer[name] >= 1e-5
    ]
    return found[0] if found else None


@first_broken_equation.variant
def by_searching(report):
    names = ("delta", "bias", "weights")
    errors = np.array([[layer[name] for name in names] for layer in report])
    broken = np.argwhere(~(errors < 1e-5)).tolist()
    if not broken:
        return None
    return "BP1" if broken[0] == [0, 0] else ("BP2", "BP3", "BP4")[broken[0][1]]


# diagnosis_1 to diagnosis_3: a bug without a symptom


def diagnosis(**options):
    """Make an exercise of what is wrong with a stranger: equation, layer, array."""
    hints = (
        "`nudged(*patients.strangers_network(), x, y, l)` is the truth about layer l. "
        "Begin with the output, l = 2.",
        "Give it one column, and nabla_b is δ. Is a wrong nabla_w just what a wrong δ "
        "makes, or wrong by itself?",
        "Nothing wrong with one column? Then ask with five.",
    )
    return number(lesson=10, hints=hints, kind="diagnosis", **options)


@diagnosis()
def diagnosis_1():
    # Every δ is right, and of all ∂C/∂W only that of layer 1 is not.
    return "BP4", 1, "nabla_w"


diagnosis_1.slips("""
layers_from_one: What is the index of the first layer's weights in the list?
    "BP4", 2, "nabla_w"
bp3_for_bp4: Which of BP3 and BP4 makes nabla_w?
    "BP3", 1, "nabla_w"
blames_delta: With one column nabla_b is δ. Is it wrong in that layer?
    "BP2", 1, "nabla_w"
""")
diagnosis_1.variant(lambda: ["BP4", 1, "nabla_w"])
diagnosis_1.variant(lambda: (np.str_("BP4"), np.int64(1), "nabla_w"))


@diagnosis()
def diagnosis_2():
    # One column shows nothing. With more, ∂C/∂b of the output is a sum, and ∂C/∂W,
    # which is made of the same δ, is right.
    return "BP3", 2, "nabla_b"


diagnosis_2.slips("""
blames_delta: If δ of that layer were wrong, could its nabla_w be right?
    "BP1", 2, "nabla_b"
layers_from_one: What is the index of the first layer's weights in the list?
    "BP3", 3, "nabla_b"
bp4_for_bp3: Which of BP3 and BP4 makes nabla_b?
    "BP4", 2, "nabla_b"
""")
diagnosis_2.variant(lambda: ["BP3", 2, "nabla_b"])
diagnosis_2.variant(lambda: ("BP3", 2.0, np.str_("nabla_b")))


@diagnosis()
def diagnosis_3():
    # The output is right. In layer 1 nabla_b is wrong, and nabla_w is wrong as δ aᵀ is;
    # what is wrong in layer 0 follows from that.
    return "BP2", 1, "nabla_b"


diagnosis_3.slips("""
names_a_victim: You come from the output. Is that the first layer that is wrong?
    "BP2", 0, "nabla_b"
where_delta_comes_from: Which δ is wrong: the one that leaves, or the one that arrives?
    "BP2", 2, "nabla_b"
blames_the_biases: If BP3 alone were broken, would nabla_w of that layer be right?
    "BP3", 1, "nabla_b"
weights_before_biases: Which of a layer's two arrays does the task look at first?
    "BP2", 1, "nabla_w"
""")
diagnosis_3.variant(lambda: ["BP2", 1, "nabla_b"])
diagnosis_3.variant(lambda: (np.str_("BP2"), np.int8(1), "nabla_b"))


# convicting_example

MOST_NUMBERS = 40


def trial(answer, rng):
    """Return whether an example convicts all suspects, and nobody else."""
    example = answer(rng)
    why = unfit(example)
    if why:
        return {"the example": why}
    count = sum(part.size for part in parts(list(example)))
    few = f"at most {MOST_NUMBERS}"
    facts = {
        "the example": "it fits together",
        "how many numbers it holds": few if count <= MOST_NUMBERS else str(count),
    }
    if count <= MOST_NUMBERS:
        innocent = suspects.passes(backprop, example, suspects.nudged(*example))
        facts["the right backpropagation"] = "passes" if innocent else "is convicted"
        facts["the twenty"] = sentence(suspects.at_large(*example))
    return facts


def unfit(example):
    """Say why something is no network with a batch, or return an empty string."""
    try:
        weights, biases, x, y = example
        backprop(weights, biases, x, y)
    except (TypeError, ValueError, AttributeError, IndexError) as error:
        return str(error)
    are_arrays = (isinstance(a, np.ndarray) for a in (*weights, *biases, x, y))
    return "" if all(are_arrays) else "not all are arrays"


def sentence(free):
    """Say how many suspects are convicted, who gets away, and what one of them does."""
    count = len(suspects.names())
    if not free:
        return "all are convicted"
    return (
        f"{count - len(free)} are convicted. Away: {', '.join(free)}. "
        f"The line of {free[0]}: {suspects.wrong_lines(free[0])}"
    )


@exercise(
    lesson=10,
    cases=lambda: [Case(np.random.default_rng(seed)) for seed in range(3)],
    observe=trial,
    by_hand=False,
    hints=(
        "Take one who got away, and ask: for which sizes, which m, which numbers is "
        "its wrong line right?",
        "No two of n_0, n_L and m equal, no layer of one output, no zeros, no equal "
        "columns. How many layers does it take until BP2 is used twice?",
        "Sizes 1, 2, 1, 2 and three examples; everything drawn from rng.",
    ),
)
def convicting_example(rng):
    sizes, m = [1, 2, 1, 2], 3  # sizes
    layers = range(len(sizes) - 1)
    weights = [rng.standard_normal((sizes[l + 1], sizes[l])) for l in layers]
    biases = [rng.standard_normal((sizes[l + 1], 1)) for l in layers]
    x, y = rng.standard_normal((sizes[0], m)), rng.random((sizes[-1], m))  # batch
    return weights, biases, x, y  # example


convicting_example.slips("""
one_column: Can a sum be told from a mean in your batch, or its last column from all?
    sizes, m = [1, 2, 1, 2], 1  # sizes
one_hidden_layer: How often is BP2 used in your network? Which mistakes need it twice?
    sizes, m = [1, 2, 2], 3  # sizes
one_output: What is a sum over the outputs where there is one output?
    sizes, m = [2, 1, 2, 1], 3  # sizes
as_many_examples_as_outputs: Which numbers of your example are equal though they count
different things?
    sizes, m = [1, 2, 1, 2], 2  # sizes
no_biases: Does a forgotten bias matter in your network?
    biases = [0 * b for b in biases]
    return weights, biases, x, y  # example
equal_targets: Does it matter in your batch whose target is used?
    x, y = rng.standard_normal((sizes[0], m)), rng.random((sizes[-1], 1)) + np.zeros(m)
    pass  # batch
equal_examples: How does one column of your batch differ from another?
    x, y = (rng.random((n, 1)) + np.zeros(m) for n in (sizes[0], sizes[-1]))
    pass  # batch
too_many_examples: Which of your columns could you do without?
    sizes, m = [1, 2, 1, 2], 30  # sizes
""")


@convicting_example.variant
def the_smallest_known(rng):
    weights = [rng.uniform(1, 2, shape) for shape in ((1, 1), (1, 1), (2, 1))]
    biases = [rng.uniform(-2, -1, (len(w), 1)) for w in weights]
    return weights, biases, rng.random((1, 3)), rng.random((2, 3))


@convicting_example.variant
def by_network(rng):
    net = Network([2, 1, 3, 2], seed=rng)
    return net.weights, net.biases, rng.random((2, 4)), rng.random((2, 4))


# predictions

NO_SLOPE, NO_TRANSPOSE, UPHILL = "no σ′", "no transpose", "biases uphill"


def version(bug, weights, biases, x, y):
    """Return δ and the gradients of every layer, with one of the lesson's bugs."""
    zs, activations = forward_pass(weights, biases, x)
    delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
    arrays = []
    for l in reversed(range(len(weights))):
        nabla_b = delta.mean(axis=1, keepdims=True) * (-1 if bug == UPHILL else 1)
        arrays.insert(0, (delta, nabla_b, delta @ activations[l].T / x.shape[1]))
        if l > 0:
            w = weights[l] if bug == NO_TRANSPOSE and l == 1 else weights[l].T
            delta = (w @ delta) * (1 if bug == NO_SLOPE else sigmoid_prime(zs[l - 1]))
    return arrays


@cache
def least_read():
    """Return the least share of test digits that a wrong version reads, trained."""
    (x, y), (x_test, labels) = load_digits()
    shares = []
    for bug in (NO_SLOPE, NO_TRANSPOSE, UPHILL):
        rng = np.random.default_rng(0)
        net = Network([64, 30, 30, 10], seed=rng)
        for _ in range(10):
            for part in np.array_split(rng.permutation(x.shape[1]), 144):
                arrays = version(bug, net.weights, net.biases, x[:, part], y[:, part])
                for l, (_, nabla_b, nabla_w) in enumerate(arrays):
                    net.weights[l] -= 0.8 * nabla_w
                    net.biases[l] -= 0.8 * nabla_b
        shares.append(net.evaluate((x_test, labels)) / labels.size)
    return min(shares)


@prediction(
    lesson=10,
    choices={
        "a": "A wrong slope should lead nowhere, so guessing seems likely. But most "
        "slopes are right, or point roughly downhill, and that is enough to learn.",
        "b": "A wrong slope should cost a lot, so half is a fair guess. But the "
        "weights with true slopes make up for those without.",
        "c": "All three read seven digits in ten or more: a good accuracy proves no "
        "good gradient.",
    },
)
def prediction_10_1():
    worst = least_read()
    return "a" if worst < 0.2 else "b" if worst < 0.7 else "c"


@prediction(
    lesson=10,
    choices={
        10 * math.log(2): "Each of the ten outputs says ½, so each is surprised by "
        "ln 2 = 0.693, whatever the digit is: together 10 ln 2.",
        math.log(
            10
        ): "ln 10 is the surprise of one choice among ten. Here ten sigmoids "
        "answer ten questions of yes or no, and each of them is surprised.",
        math.log(2): "ln 2 is the surprise of one output, and there are ten.",
        1.25: "10 · ½ · ½² is the quadratic cost of the same answer.",
        -math.log(0.1) - 9 * math.log(0.9): "That is the cost where every "
        "output says 0.1: it knows already that a digit is one of ten.",
    },
)
def prediction_10_2():
    a, y = np.full((10, 1), 0.5), np.eye(10)[:, :1]
    return float(cross_entropy_cost(a, y))


@prediction(
    lesson=10,
    choices={
        3: "δ of layer 0 is the first that has gone through weights[1]; both gradients "
        "of layer 0 are made of it. All the rest was there before.",
        1: "δ of layer 0 is all that is made wrongly. But a gradient made of a wrong δ "
        "is wrong too.",
        6: "weights[1] belongs to layer 1, so it is tempting to count its arrays. But "
        "they were made before δ went on through weights[1].",
        9: "An error spreads to the left only: what was made before it is right.",
    },
)
def prediction_10_3():
    rng = np.random.default_rng(0)
    net = Network([3, 4, 4, 2], seed=rng)
    case = net.weights, net.biases, rng.random((3, 5)), rng.random((2, 5))
    wrong, right = (version(bug, *case) for bug in (NO_TRANSPOSE, None))
    pairs = zip(parts(wrong), parts(right), strict=True)
    return sum(relative_error(g, n) > 1e-5 for g, n in pairs)
