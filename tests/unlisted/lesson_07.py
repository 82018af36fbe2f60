"""Lesson 7: many examples at once."""

import numpy as np

from bpkit import sigmoid, sigmoid_prime

from . import right, wrong

# one_hot -----------------------------------------------------------------------


@wrong("one_hot", "as many rows as the labels seem to need")
def hot_by_largest_label(labels, k):
    """([0, 1], 3): shape (2, 2), should be (3, 2); right if k − 1 occurs."""
    return np.eye(max(labels) + 1)[:, labels]


@wrong("one_hot", "true and false in place of floats")
def hot_booleans(labels, k):
    """([1], 2): [[False], [True]], should be [[0.0], [1.0]]."""
    return np.arange(k)[:, None] == np.asarray(labels)


@wrong("one_hot", "makes flat positions out of the caller's labels")
def hot_moves_labels(labels, k):
    """(np.array([0, 2]), 3): right columns, but labels is [0, 5] afterwards."""
    m = len(labels)
    labels *= m
    labels += np.arange(m)
    y = np.zeros(k * m)
    y[labels] = 1.0
    return y.reshape(k, m)


@wrong("one_hot", "ranks the labels, so a digit that is missing closes the gap")
def hot_by_rank(labels, k):
    """([0, 2], 3): the 2 stands in row 1, should be in row 2."""
    _, rank = np.unique(labels, return_inverse=True)
    return np.eye(k)[:, rank]


@right("one_hot", "label by label, a list of columns turned over")
def hot_by_loops(labels, k):
    y = np.zeros((k, len(labels)))
    for column, label in zip(y.T, labels):
        column[label] = 1.0
    return y


@right("one_hot", "compares every row number with every label")
def hot_by_comparison(labels, k):
    return np.equal.outer(np.arange(k), labels).astype(float)


# backprop_batch ----------------------------------------------------------------


def _forward(weights, biases, x):
    zs, activations = [], [x]
    for w, b in zip(weights, biases):
        zs.append(w @ activations[-1] + b)
        activations.append(sigmoid(zs[-1]))
    return zs, activations


def _sums(weights, biases, x, y):
    """Return the sums over the examples, which are not yet means."""
    zs, activations = _forward(weights, biases, x)
    delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
    sums_b, sums_w = [], []
    for l in reversed(range(len(weights))):
        sums_b.insert(0, delta.sum(axis=1, keepdims=True))
        sums_w.insert(0, delta @ activations[l].T)
        if l:
            delta = (weights[l].T @ delta) * sigmoid_prime(zs[l - 1])
    return sums_b, sums_w


@wrong("backprop_batch", "the right numbers, by the loop that is not allowed")
def batch_one_by_one(weights, biases, x, y):
    """Any batch: a loop over the examples."""
    m = x.shape[1]
    parts = [_sums(weights, biases, x[:, [i]], y[:, [i]]) for i in range(m)]
    nabla_b = [sum(layer) / m for layer in zip(*(b for b, _ in parts))]
    nabla_w = [sum(layer) / m for layer in zip(*(w for _, w in parts))]
    return nabla_b, nabla_w


@wrong("backprop_batch", "the mean of two halves, which need not be equal in size")
def batch_by_halves(weights, biases, x, y):
    """Three examples: the first counts ½, should be ⅓; right for even batches."""
    m = x.shape[1]
    halves = [slice(0, m // 2), slice(m // 2, m)] if m > 1 else [slice(0, 1)]
    parts = [_sums(weights, biases, x[:, h], y[:, h]) for h in halves]
    sizes = [x[:, h].shape[1] for h in halves]
    return tuple(
        [
            sum(layer[k] / size for layer, size in zip(side, sizes)) / len(halves)
            for k in range(len(weights))
        ]
        for side in zip(*parts)
    )


@wrong("backprop_batch", "the difference is written over the caller's answers")
def batch_writes_over_y(weights, biases, x, y):
    """Right gradients, but y holds a − y afterwards."""
    zs, activations = _forward(weights, biases, x)
    delta = np.subtract(activations[-1], y, out=y) * sigmoid_prime(zs[-1])
    nabla_b, nabla_w = [], []
    for l in reversed(range(len(weights))):
        nabla_b.insert(0, delta.mean(axis=1, keepdims=True))
        nabla_w.insert(0, delta @ activations[l].T / x.shape[1])
        if l:
            delta = (weights[l].T @ delta) * sigmoid_prime(zs[l - 1])
    return nabla_b, nabla_w


@wrong("backprop_batch", "divides by the length of x, which is its rows")
def batch_over_rows(weights, biases, x, y):
    """Three inputs, five examples: 5/3 of what it should be; right if m is n_0."""
    return tuple([g / len(x) for g in part] for part in _sums(weights, biases, x, y))


@right("backprop_batch", "einsum, and the m already in the error")
def batch_by_einsum(weights, biases, x, y):
    zs, activations = _forward(weights, biases, x)
    signal = (activations[-1] - y) / y.shape[1]
    nabla_b, nabla_w = [], []
    for w, z, a in zip(weights[::-1], zs[::-1], activations[-2::-1]):
        delta = np.einsum("ji,ji->ji", signal, sigmoid_prime(z))
        nabla_b.append(np.einsum("ji->j", delta)[:, None])
        nabla_w.append(np.einsum("ji,ki->jk", delta, a))
        signal = np.einsum("jk,ji->ki", w, delta)
    return nabla_b[::-1], nabla_w[::-1]


@right("backprop_batch", "weights and bias of a layer in one table")
def batch_by_longer_tables(weights, biases, x, y):
    ones = np.ones((1, x.shape[1]))
    outputs = [x]
    for w, b in zip(weights, biases):
        outputs.append(sigmoid(np.hstack([w, b]) @ np.vstack([outputs[-1], ones])))
    signal, tables = outputs[-1] - y, []
    for l in range(len(weights), 0, -1):
        delta = signal * outputs[l] * (1 - outputs[l])
        tables.append(delta @ np.vstack([outputs[l - 1], ones]).T / ones.size)
        signal = weights[l - 1].T @ delta
    tables.reverse()
    return [t[:, -1:] for t in tables], [t[:, :-1] for t in tables]


# mini_batches ------------------------------------------------------------------


@wrong("mini_batches", "an empty batch at the end where nothing remains")
def batches_with_empty_end(x, y, size, rng):
    """Four examples, size 2: three batches, the last of shape (n, 0); should be 2."""
    order = rng.permutation(x.shape[1])
    for k in range(order.size // size + 1):
        columns = order[k * size : (k + 1) * size]
        yield x[:, columns], y[:, columns]


@wrong("mini_batches", "cuts batches that are as equal as possible")
def batches_nearly_equal(x, y, size, rng):
    """Five examples, size 4: batches of 3 and 2, should be 4 and 1."""
    order = rng.permutation(x.shape[1])
    parts = np.array_split(order, -(-order.size // size))
    return [(x[:, p], y[:, p]) for p in parts]


@wrong("mini_batches", "mixes the caller's own columns")
def batches_in_place(x, y, size, rng):
    """Right batches, but x and y stand in the new order afterwards."""
    order = rng.permutation(x.shape[1])
    x[...], y[...] = x[:, order], y[:, order]
    return [
        (x[:, k : k + size], y[:, k : k + size]) for k in range(0, len(order), size)
    ]


_ORDERS = {}


@wrong("mini_batches", "draws an order once and keeps it for every epoch")
def batches_same_order(x, y, size, rng):
    """Two calls with one rng: the same order twice, should be a new one."""
    m = x.shape[1]
    if m not in _ORDERS:
        _ORDERS[m] = rng.permutation(m)
    parts = (_ORDERS[m][k : k + size] for k in range(0, m, size))
    return [(x[:, p], y[:, p]) for p in parts]


@right("mini_batches", "sorts by random numbers and cuts with np.split")
def batches_by_sorting(x, y, size, rng):
    order = np.argsort(rng.random(x.shape[1]))
    parts = np.split(order, range(size, order.size, size))
    return ((x[:, part], y[:, part]) for part in parts)


@right("mini_batches", "deals from a list of numbers until it is empty")
def batches_by_dealing(x, y, size, rng):
    deck = rng.permutation(x.shape[1]).tolist()
    while deck:
        hand, deck = deck[:size], deck[size:]
        yield np.take(x, hand, axis=1), np.take(y, hand, axis=1)


@wrong("mini_batches", "the return stands inside the loop: one pair, not many")
def batches_return_early(x, y, size, rng):
    """4 examples, size 2: one pair of shape (n, 2), should be two pairs."""
    order = rng.permutation(x.shape[1])
    for k in range(0, len(order), size):
        columns = order[k : k + size]
        return x[:, columns], y[:, columns]


@wrong("mini_batches", "the first example is never moved")
def batches_keep_the_first(x, y, size, rng):
    """Example 0 is in the first batch of every epoch; not all are shuffled."""
    order = np.r_[0, 1 + rng.permutation(x.shape[1] - 1)]
    for k in range(0, len(order), size):
        yield x[:, order[k : k + size]], y[:, order[k : k + size]]


@wrong("backprop_batch", "only BP4 goes through the examples, one after the other")
def batch_with_a_loop_for_bp4(weights, biases, x, y):
    """The numbers are right; the outer products are made in a loop over the columns."""
    zs, activations = [], [x]
    for w, b in zip(weights, biases):
        zs.append(w @ activations[-1] + b)
        activations.append(sigmoid(zs[-1]))
    delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
    nabla_b, nabla_w = [], []
    for l in reversed(range(len(weights))):
        nabla_b.insert(0, delta.mean(axis=1, keepdims=True))
        total = np.zeros(weights[l].shape)
        for j in range(x.shape[1]):
            total += np.outer(delta[:, j], activations[l][:, j])
        nabla_w.insert(0, total / x.shape[1])
        if l:
            delta = (weights[l].T @ delta) * sigmoid_prime(zs[l - 1])
    return nabla_b, nabla_w
