"""Lesson 7: many examples at once."""

import numpy as np

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


# gradient_noise ----------------------------------------------------------------


@wrong("gradient_noise", "the mean gradient is a row, not a column")
def noise_without_the_axis(gradients):
    """(3, 5): ValueError; (3, 3) and one row: a number, but of other differences."""
    off = gradients - gradients.mean(axis=1)
    return np.sqrt((off**2).sum(axis=0).mean())


@wrong("gradient_noise", "the median of the distances")
def noise_by_the_median(gradients):
    """Distances 1, 1, 4: gives 1, should be √6."""
    off = gradients - gradients.mean(axis=1, keepdims=True)
    return float(np.median(np.linalg.norm(off, axis=0)))


@wrong("gradient_noise", "half the spread from the smallest to the largest length")
def noise_by_the_range(gradients):
    """Two gradients of one length in opposite directions: 0, should be that length."""
    lengths = np.linalg.norm(gradients, axis=0)
    return float(np.ptp(lengths) / 2)


@wrong("gradient_noise", "the mean is taken away in the caller's array")
def noise_in_place(gradients):
    """Right for floats, but the table holds the differences afterwards."""
    gradients -= gradients.mean(axis=1, keepdims=True)
    return np.sqrt((gradients**2).sum(axis=0).mean())


@wrong("gradient_noise", "only the first slope is looked at")
def noise_of_one_slope(gradients):
    """Two slopes: the spread of the first; right where there is one."""
    return gradients[0].std()


@wrong("gradient_noise", "rounded to whole numbers in a table of whole numbers")
def noise_of_whole_numbers(gradients):
    """[[0, 1]]: the mean is stored as 0, so √½ comes in place of ½."""
    true = np.empty((len(gradients), 1), dtype=gradients.dtype)
    true[:, 0] = gradients.mean(axis=1)
    return np.sqrt(((gradients - true) ** 2).sum(axis=0).mean())


@right("gradient_noise", "half the mean squared distance of all pairs of examples")
def noise_by_pairs(gradients):
    between = gradients[:, :, None] - gradients[:, None, :]
    return np.sqrt((between**2).sum(axis=0).mean() / 2)


@right("gradient_noise", "the trace of the covariances")
def noise_by_covariances(gradients):
    return np.sqrt(np.trace(np.atleast_2d(np.cov(gradients, ddof=0))))


@right("gradient_noise", "lists and the standard library")
def noise_by_lists(gradients):
    import statistics

    return sum(statistics.pvariance(row) for row in gradients.tolist()) ** 0.5


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
