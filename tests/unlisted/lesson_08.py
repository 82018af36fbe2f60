"""Lesson 8: a network that reads digits."""

from copy import deepcopy
from itertools import pairwise

import numpy as np

from bpkit import backprop, forward_pass, quadratic_cost

from . import right, wrong

# initial_parameters ------------------------------------------------------------


@wrong("initial_parameters", "a column of weights a neuron, not a row")
def start_on_its_side(sizes, rng):
    """[3, 2]: weights of shape (3, 2), should be (2, 3); right if all sizes agree."""
    weights = [rng.standard_normal((m, n)) for m, n in pairwise(sizes)]
    return weights, [rng.standard_normal((n, 1)) for n in sizes[1:]]


@wrong("initial_parameters", "layers of equal shape get the very same numbers")
def start_with_twins(sizes, rng):
    """[3, 3, 3]: weights[0] equals weights[1]; right where all shapes differ."""
    drawn = {}

    def draw(shape):
        if shape not in drawn:
            drawn[shape] = rng.standard_normal(shape)
        return drawn[shape]

    weights = [draw((n, m)) for m, n in pairwise(sizes)]
    return weights, [draw((n, 1)) for n in sizes[1:]]


@wrong("initial_parameters", "unpacks exactly three sizes")
def start_three_layers(sizes, rng):
    """[3, 2]: ValueError; right for [64, 30, 10]."""
    n_in, n_hidden, n_out = sizes
    weights = [
        rng.standard_normal((n_hidden, n_in)),
        rng.standard_normal((n_out, n_hidden)),
    ]
    return weights, [rng.standard_normal((n, 1)) for n in (n_hidden, n_out)]


@wrong("initial_parameters", "a new generator with the same seed at every call")
def start_from_own_dice(sizes, rng):
    """Two calls with one rng: the same numbers twice, should differ."""
    rng = np.random.default_rng(0)
    weights = [rng.standard_normal((n, m)) for m, n in pairwise(sizes)]
    return weights, [rng.standard_normal((n, 1)) for n in sizes[1:]]


@right("initial_parameters", "a table a layer, its last column the biases")
def start_from_tables(sizes, rng):
    tables = [rng.standard_normal((n, m + 1)) for m, n in pairwise(sizes)]
    return [t[:, :-1].copy() for t in tables], [t[:, -1:].copy() for t in tables]


@right("initial_parameters", "from the output to the input, the biases first")
def start_from_the_right(sizes, rng):
    weights, biases = [], []
    for l in range(len(sizes) - 1, 0, -1):
        biases = [rng.standard_normal((sizes[l], 1)), *biases]
        weights = [rng.standard_normal((sizes[l], sizes[l - 1])), *weights]
    return weights, biases


# evaluate ----------------------------------------------------------------------


@wrong("evaluate", "compares every answer with every label")
def count_all_pairs(weights, biases, x, labels):
    """Two images of a 1, both read right: 4, should be 2; right for one image."""
    answers = forward_pass(weights, biases, x)[1][-1].argmax(axis=0)
    return int(np.sum(answers == labels.reshape(-1, 1)))


@wrong("evaluate", "a right 0 counts for nothing")
def count_nonzero_digits(weights, biases, x, labels):
    """One image of a 0, read right: 0, should be 1."""
    answers = forward_pass(weights, biases, x)[1][-1].argmax(axis=0)
    return int(np.count_nonzero(np.where(answers == labels, answers, 0)))


@wrong("evaluate", "rounds the outputs before it compares them")
def count_of_rounded(weights, biases, x, labels):
    """Outputs 0.93 and 0.94, label 1: answers 0, should answer 1."""
    outputs = forward_pass(weights, biases, x)[1][-1].round(1)
    return int((outputs.argmax(axis=0) == labels).sum())


@wrong("evaluate", "an answer counts only if its output is above one half")
def count_of_sure_answers(weights, biases, x, labels):
    """Outputs 0.2 and 0.4, label 1: 0, should be 1."""
    outputs = forward_pass(weights, biases, x)[1][-1]
    at_label = outputs[labels, np.arange(labels.size)]
    return int(np.sum((at_label == outputs.max(axis=0)) & (at_label > 0.5)))


@right("evaluate", "image by image, with Python's max")
def count_by_images(weights, biases, x, labels):
    right_ones = 0
    for i, label in enumerate(labels):
        out = forward_pass(weights, biases, x[:, [i]])[1][-1][:, 0].tolist()
        right_ones += max(range(len(out)), key=out.__getitem__) == int(label)
    return right_ones


@right("evaluate", "all of them, less those that were misread")
def count_less_misread(weights, biases, x, labels):
    answers = np.argmax(forward_pass(weights, biases, x)[-1][-1], axis=0)
    return len(labels) - len(np.flatnonzero(answers - labels))


# update_mini_batch -------------------------------------------------------------


@wrong("update_mini_batch", "takes the mean a second time")
def update_mean_twice(weights, biases, x, y, eta):
    """Two examples: half the step that is due; right for one."""
    rate = eta / x.shape[1]
    nabla_b, nabla_w = backprop(weights, biases, x, y)
    weights = [w - rate * g for w, g in zip(weights, nabla_w)]
    return weights, [b - rate * g for b, g in zip(biases, nabla_b)]


@wrong("update_mini_batch", "new lists, but the caller's arrays in them")
def update_in_new_lists(weights, biases, x, y, eta):
    """Right result, but weights[0] of the caller has moved too."""
    weights, biases = list(weights), list(biases)
    nabla_b, nabla_w = backprop(weights, biases, x, y)
    for array, g in zip(weights + biases, nabla_w + nabla_b):
        array -= eta * g
    return weights, biases


@wrong("update_mini_batch", "the biases follow a gradient at the moved weights")
def update_one_after_the_other(weights, biases, x, y, eta):
    """Eta 1: weights right, biases off by a little; the same as eta goes to 0."""
    weights = [w - eta * g for w, g in zip(weights, backprop(weights, biases, x, y)[1])]
    biases = [b - eta * g for b, g in zip(biases, backprop(weights, biases, x, y)[0])]
    return weights, biases


@wrong("update_mini_batch", "hands them back in the order of the gradients")
def update_biases_first(weights, biases, x, y, eta):
    """Any net: (biases, weights), should be (weights, biases)."""
    nabla = backprop(weights, biases, x, y)
    return tuple(
        [p - eta * g for p, g in zip(part, slopes)]
        for part, slopes in zip((biases, weights), nabla)
    )


@right("update_mini_batch", "deep copies, moved in place")
def update_deep_copies(weights, biases, x, y, eta):
    weights, biases = deepcopy((list(weights), list(biases)))
    for parts, slopes in zip((biases, weights), backprop(weights, biases, x, y)):
        for part, slope in zip(parts, slopes):
            part -= eta * slope
    return weights, biases


@right("update_mini_batch", "all numbers in one row, and cut apart again")
def update_in_one_row(weights, biases, x, y, eta):
    nabla_b, nabla_w = backprop(weights, biases, x, y)
    arrays = [*weights, *biases]
    row = np.concatenate([np.ravel(p) for p in arrays])
    row = row - eta * np.concatenate([np.ravel(g) for g in [*nabla_w, *nabla_b]])
    parts = np.split(row, np.cumsum([p.size for p in arrays])[:-1])
    new = [part.reshape(p.shape) for part, p in zip(parts, arrays)]
    return new[: len(weights)], new[len(weights) :]


# sgd ---------------------------------------------------------------------------


@wrong("sgd", "the order is drawn once, for all epochs")
def train_one_order(weights, biases, x, y, epochs, size, eta, rng):
    """Two epochs: the second goes through the batches of the first."""
    order = rng.permutation(x.shape[1])
    for _ in range(epochs):
        for k in range(0, order.size, size):
            some = order[k : k + size]
            weights, biases = update_deep_copies(
                weights, biases, x[:, some], y[:, some], eta
            )
    return weights, biases


@wrong("sgd", "every epoch begins again with the first weights")
def train_forgets(weights, biases, x, y, epochs, size, eta, rng):
    """Two epochs: only the last one counts."""
    trained = weights, biases
    for _ in range(epochs):
        order, trained = rng.permutation(x.shape[1]), (weights, biases)
        for k in range(0, order.size, size):
            some = order[k : k + size]
            trained = update_deep_copies(*trained, x[:, some], y[:, some], eta)
    return trained


@wrong("sgd", "the caller's own arrays are trained")
def train_in_place(weights, biases, x, y, epochs, size, eta, rng):
    """Right result, but the weights that came in have moved."""
    for _ in range(epochs):
        order = rng.permutation(x.shape[1])
        for k in range(0, order.size, size):
            some = order[k : k + size]
            update_in_new_lists(weights, biases, x[:, some], y[:, some], eta)
    return weights, biases


@wrong("sgd", "a return inside the loop: one epoch, whatever was asked")
def train_returns_early(weights, biases, x, y, epochs, size, eta, rng):
    """Two epochs: stops after the first; no epoch: None. Right for one."""
    for _ in range(epochs):
        order = rng.permutation(x.shape[1])
        for k in range(0, order.size, size):
            some = order[k : k + size]
            weights, biases = update_deep_copies(
                weights, biases, x[:, some], y[:, some], eta
            )
        return weights, biases


@right("sgd", "shuffles one list again and again")
def train_shuffled_list(weights, biases, x, y, epochs, size, eta, rng):
    weights, biases = deepcopy((list(weights), list(biases)))
    columns = np.arange(x.shape[1])
    for _ in range(epochs):
        rng.shuffle(columns)
        for some in np.split(columns, range(size, columns.size, size)):
            weights, biases = update_in_one_row(
                weights, biases, x[:, some], y[:, some], eta
            )
    return weights, biases


@right("sgd", "calls itself for the epochs that remain")
def train_by_recursion(weights, biases, x, y, epochs, size, eta, rng):
    if epochs == 0:
        return [w.copy() for w in weights], [b.copy() for b in biases]
    deck = rng.permutation(x.shape[1])
    while deck.size:
        hand, deck = deck[:size], deck[size:]
        weights, biases = update_deep_copies(
            weights, biases, x[:, hand], y[:, hand], eta
        )
    return train_by_recursion(weights, biases, x, y, epochs - 1, size, eta, rng)


def one_step(weights, biases, x, y, eta):
    """Return the weights and biases after one right step."""
    nabla_b, nabla_w = backprop(weights, biases, x, y)
    stepped = [w - eta * nw for w, nw in zip(weights, nabla_w)]
    return stepped, [b - eta * nb for b, nb in zip(biases, nabla_b)]


def cost_of(weights, biases, x, y):
    """Return the cost of a batch."""
    return quadratic_cost(forward_pass(weights, biases, x)[1][-1], y)


@wrong("update_mini_batch", "steps only where the cost falls")
def step_if_it_helps(weights, biases, x, y, eta):
    """A long step that makes the cost grow: nothing changes, but a step was asked."""
    new = one_step(weights, biases, x, y, eta)
    better = cost_of(*new, x, y) < cost_of(weights, biases, x, y)
    return new if better else (weights, biases)


@wrong("sgd", "keeps the best epoch, not the last")
def sgd_keeps_the_best(weights, biases, x, y, epochs, size, eta, rng):
    """Where the cost grows in the last epoch, the epoch before it comes back."""
    best, lowest = (weights, biases), np.inf
    for _ in range(epochs):
        order = rng.permutation(x.shape[1])
        for k in range(0, len(order), size):
            batch = order[k : k + size]
            weights, biases = one_step(weights, biases, x[:, batch], y[:, batch], eta)
        if cost_of(weights, biases, x, y) < lowest:
            best, lowest = (weights, biases), cost_of(weights, biases, x, y)
    return best


@wrong("sgd", "the first example is never moved")
def sgd_keeps_the_first(weights, biases, x, y, epochs, size, eta, rng):
    """Example 0 is in the first batch of every epoch, and never in the short one."""
    for _ in range(epochs):
        order = np.r_[0, 1 + rng.permutation(x.shape[1] - 1)]
        for k in range(0, len(order), size):
            batch = order[k : k + size]
            weights, biases = one_step(weights, biases, x[:, batch], y[:, batch], eta)
    return weights, biases


@wrong("initial_parameters", "takes the sizes out of the caller's list")
def start_pops_sizes(sizes, rng):
    """[2, 1]: the right shapes, but the list that was given is empty afterwards."""
    n_in, weights, biases = sizes.pop(0), [], []
    while sizes:
        n = sizes.pop(0)
        weights.append(rng.standard_normal((n, n_in)))
        biases.append(rng.standard_normal((n, 1)))
        n_in = n
    return weights, biases


@right("initial_parameters", "draws every number by itself, the last layer first")
def start_number_by_number(sizes, rng):
    weights, biases = [], []
    for n, n_in in zip(sizes[:0:-1], sizes[-2::-1]):
        rows = [[rng.standard_normal() for _ in range(n_in)] for _ in range(n)]
        weights.insert(0, np.array(rows))
        biases.insert(0, np.array([[rng.standard_normal()] for _ in range(n)]))
    return weights, biases


@wrong("initial_parameters", "shifts each table so that its own mean is 0")
def start_shifted(sizes, rng):
    """[2, 1]: two weights of opposite signs each time; drawn numbers have a mean."""
    weights = [rng.standard_normal((n, m)) for m, n in pairwise(sizes)]
    biases = [rng.standard_normal((n, 1)) for n in sizes[1:]]
    return [w - w.mean() for w in weights], biases


@wrong("initial_parameters", "stretches each table until its own spread is 1")
def start_stretched(sizes, rng):
    """[3, 3]: a spread of exactly 1; that of nine drawn numbers is 1 by chance only."""
    weights = [rng.standard_normal((n, m)) for m, n in pairwise(sizes)]
    biases = [rng.standard_normal((n, 1)) for n in sizes[1:]]
    return [w / w.std() for w in weights], biases


@wrong("evaluate", "a true digit within 1 % of the largest output counts as read")
def count_of_nearly_largest(weights, biases, x, labels):
    """Outputs 0.501 and 0.503 with label 0: 1, should be 0."""
    output = forward_pass(weights, biases, x)[1][-1]
    own = output[labels, np.arange(len(labels))]
    return int(np.sum(own >= 0.99 * output.max(axis=0)))


def whole_epoch(x, y, size, rng):
    """Return the batches of one shuffled epoch, in a list."""
    order = rng.permutation(x.shape[1])
    cuts = [order[k : k + size] for k in range(0, len(order), size)]
    return [(x[:, some], y[:, some]) for some in cuts]


@wrong("sgd", "one long epoch over as many copies of the examples as epochs were asked")
def sgd_of_copies(weights, biases, x, y, epochs, size, eta, rng):
    """Three examples, two epochs, batches of two: one may come twice in a batch."""
    copies = np.tile(x, (1, epochs)), np.tile(y, (1, epochs))
    for batch in whole_epoch(*copies, size, rng):
        weights, biases = one_step(weights, biases, *batch, eta)
    return weights, biases


@wrong("sgd", "the batches of the first epoch again, in another order")
def sgd_mixes_batches(weights, biases, x, y, epochs, size, eta, rng):
    """Two epochs: who is alone in the first epoch's last batch is alone in both."""
    batches = whole_epoch(x, y, size, rng)
    for _ in range(epochs):
        for i in rng.permutation(len(batches)):
            weights, biases = one_step(weights, biases, *batches[i], eta)
    return weights, biases


@right("sgd", "all batches of all epochs first, then the steps")
def sgd_batches_first(weights, biases, x, y, epochs, size, eta, rng):
    batches = [b for _ in range(epochs) for b in whole_epoch(x, y, size, rng)]
    for batch in batches:
        weights, biases = one_step(weights, biases, *batch, eta)
    return weights, biases


@right("sgd", "shuffles once more than it needs")
def sgd_shuffles_twice(weights, biases, x, y, epochs, size, eta, rng):
    for _ in range(epochs):
        order = rng.permutation(x.shape[1])
        for batch in whole_epoch(x[:, order], y[:, order], size, rng):
            weights, biases = one_step(weights, biases, *batch, eta)
    return weights, biases
