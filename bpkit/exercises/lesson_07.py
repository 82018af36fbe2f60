"""Exercises of lesson 7: many examples at once."""

import random
from itertools import islice

import numpy as np

from bpkit.backprop import errors, forward_pass
from bpkit.data import load_digits
from bpkit.exercises.exercise import Case, exercise, prediction
from bpkit.network import Network

# --- How far single gradients lie from their mean ---


def gradients_of_examples():
    def case(slopes, examples, seed, size=1.0):
        drawn = np.random.default_rng(seed).standard_normal((slopes, examples))
        return Case(size * (drawn + 0.7 * np.arange(slopes)[:, None]))

    return [
        Case(np.array([[1, 3, 2], [0, 4, 1]])),
        case(3, 5, 30),
        case(6, 4, 31),
        case(3, 3, 32),
        Case(np.array([[0.5, 0.5, -1.0, 0.25], [2.0, 2.0, 0.0, 2.0]])),
        case(1, 7, 33),
        case(5, 1, 34),
        case(4, 6, 35, 1e-7),
        case(2, 5, 36, 1e8),
        Case(np.full((3, 4), 0.25)),
    ]


@exercise(
    lesson=7,
    cases=gradients_of_examples,
    hints=(
        "First the true gradient: one mean for each row, kept as a column. What does "
        "each column of the table lack to it?",
        "The squared length of a column is a sum down the rows, axis 0. Then the mean "
        "over the examples, and the root last.",
        "off = gradients - gradients.mean(axis=1, keepdims=True), and then "
        "np.sqrt((off**2).sum(axis=0).mean()).",
    ),
)
def gradient_noise(gradients):
    true = gradients.mean(axis=1, keepdims=True)  # true gradient
    squares = ((gradients - true) ** 2).sum(axis=0)  # squared distances
    return np.sqrt(squares.mean())  # root mean square


gradient_noise.slips("""
length_of_the_gradients: Is that a distance from the true gradient, or from zero?
    true = 0.0  # true gradient
mean_of_each_example: Whose mean did you take away: a slope's over the examples, or an
example's over its slopes?
    true = gradients.mean(axis=0, keepdims=True)  # true gradient
mean_of_everything: How many numbers has the true gradient: one, or one for each row?
    true = gradients.mean()  # true gradient
distance_from_the_first: From which gradient do you measure: the mean, or one example's?
    true = gradients[:, :1]  # true gradient
root_of_each_square_first: The mean of the distances is another number: in which order
come square, mean and root?
    return np.sqrt(squares).mean()  # root mean square
root_forgotten: Double all gradients: should a distance double, or become four times as
large?
    return squares.mean()  # root mean square
sum_over_the_examples: Repeat every example once: should the typical distance grow?
    return np.sqrt(squares.sum())  # root mean square
mean_over_the_slopes_too: A squared distance is a sum over the slopes. Did you take
their mean?
    squares = ((gradients - true) ** 2).mean(axis=0)  # squared distances
one_example_fewer: Over how many examples is the mean taken: N, or N − 1?
    return np.sqrt(squares.sum() / max(squares.size - 1, 1))  # root mean square
one_example_fewer_so_none: Over how many examples is the mean taken: N, or N − 1?
    return np.sqrt(squares.sum() / (squares.size - 1))  # root mean square
noise_of_all_together: Is it the distance of one example that you give, or of the mean
of all?
    return np.sqrt(squares.mean() / squares.size)  # root mean square
largest_distance: That is the one furthest away. What is the root of the mean square?
    return np.sqrt(squares.max())  # root mean square
distance_of_each_example: One number for each example came. What do you do with them at
the end?
    return np.sqrt(squares)  # root mean square
one_for_each_slope: One number for each slope came. Along which axis do you add the
squares of one example?
    return gradients.std(axis=1)  # root mean square
examples_in_rows: An example is a column. Along which axis do you take the mean
gradient?
    true = gradients.mean(axis=0, keepdims=True)  # true gradient
    squares = ((gradients - true) ** 2).sum(axis=1)  # squared distances
adds_along_the_rows: Whose squares did you add: one example's over its slopes, or one
slope's over the examples?
    squares = ((gradients - true) ** 2).sum(axis=1)  # squared distances
spread_of_the_whole_table: That spread is about one mean of all entries. How many
numbers has the true gradient?
    return gradients.std()  # root mean square
adds_before_squaring: Can a deviation above zero make up for one below? Which comes
first, the square or the sum?
    squares = (gradients - true).sum(axis=0) ** 2  # squared distances
lengths_without_squares: How long is the arrow (3, 4): 7, or 5?
    squares = np.abs(gradients - true).sum(axis=0) ** 2  # squared distances
""")


@gradient_noise.variant
def by_the_variances(gradients):
    return gradients.var(axis=1).sum() ** 0.5


@gradient_noise.variant
def example_by_example(gradients):
    examples = gradients.shape[1]
    true = sum(gradients[:, i] for i in range(examples)) / examples
    total = 0.0
    for i in range(examples):
        total += np.linalg.norm(gradients[:, i] - true) ** 2
    return (total / examples) ** 0.5


@gradient_noise.variant
def by_the_norm_of_the_table(gradients):
    off = gradients - gradients.mean(axis=1)[:, None]
    return np.linalg.norm(off) / np.sqrt(gradients.shape[1])


# --- Mini-batches ---

PAIRS = "what comes out"
MANY = 20  # with so many examples no shuffle gives the old order by chance
EPOCHS = 10  # in so many no example keeps its place by chance


def batches_seen(answer, x, y, size, rng):
    """Observe the facts about one pass through the batches that must hold.

    They hold for every permutation and for lists, generators and views alike.
    """
    x_before, y_before = x.copy(), y.copy()
    result = answer(x, y, size, rng)
    if is_one_pair(result):
        return {PAIRS: "a single pair: each turn of a loop over it gives one array"}
    batches, wrong = collected(result, x.shape[1])
    if wrong:
        return {PAIRS: wrong}
    facts = {
        PAIRS: "pairs of arrays",
        "the shapes of x_batch": " ".join(str(xb.shape) for xb, _ in batches),
        "the shapes of y_batch": " ".join(str(yb.shape) for _, yb in batches),
    }
    if any(len(b) != len(a) for xb, yb in batches for b, a in ((xb, x), (yb, y))):
        return facts
    if any(xb.shape[1:] != yb.shape[1:] or xb.ndim != 2 for xb, yb in batches):
        return facts
    xs = np.hstack([xb for xb, _ in batches])
    ys = np.hstack([yb for _, yb in batches])
    order = positions(xs, x_before)
    facts |= {
        "every example once": sorted(order) == list(range(x.shape[1])),
        "every x beside its own y": -1 not in order
        and np.array_equal(ys, y_before[:, order]),
    }
    again = [
        first_rows(answer, x_before, y_before, size, seed) for seed in (5, 5, 6, 7)
    ]
    facts["the same batches from the same seed"] = again[0] == again[1]
    if x.shape[1] >= MANY:
        facts |= {
            "the old order": order == sorted(order),
            "the same batches whatever the seed": again[1] == again[2] == again[3],
            "neighbours that stay neighbours": keeps_neighbours(order),
            "examples that met before only": keeps_blocks(order, size),
            "an example that never moves": never_moves(answer, x_before, y_before),
        }
    return facts


def is_one_pair(result):
    """Return whether what came is a batch, not several: a pair of matrices."""
    pair = isinstance(result, tuple) and len(result) == 2
    return pair and all(isinstance(a, np.ndarray) and a.ndim == 2 for a in result)


def collected(result, m):
    """Return the batches as pairs of arrays, and what is wrong with them, if it is."""
    if not hasattr(result, "__iter__") and not hasattr(result, "__getitem__"):
        return (
            [],
            "None: does it reach a return with a value?"
            if result is None
            else repr(result)[:80],
        )
    batches = list(copies(islice(iter(result), 2 * m + 2)))
    if not batches:
        return [], "no batch at all"
    for batch in batches:
        if batch is None:
            return [], "something else than a pair (x_batch, y_batch)"
    return batches, ""


def copies(batches):
    """Copy each batch when it comes: the next may be written over it."""
    for batch in batches:
        try:
            x_batch, y_batch = batch
            x_batch, y_batch = np.array(x_batch), np.array(y_batch)
            good = x_batch.dtype.kind in "fiub" and y_batch.dtype.kind in "fiub"
        except (TypeError, ValueError):
            good = False
        yield (x_batch, y_batch) if good and x_batch.ndim and y_batch.ndim else None


def positions(xs, x):
    """Return which column of x each column of xs is; −1 for none."""
    gaps = np.abs(xs[:, :, None] - x[:, None, :]).max(axis=0)
    return np.where(gaps.min(axis=1) < 1e-5, gaps.argmin(axis=1), -1).tolist()


def first_rows(answer, x, y, size, seed):
    """Return x_batch's and y_batch's first rows, batch after batch, for a seed."""
    rng = np.random.default_rng(seed)
    batches = list(answer(x.copy(), y.copy(), size, rng))
    return [np.array(part)[0].tolist() for batch in batches for part in batch]


def never_moves(answer, x, y):
    """Return whether one example has its old place, or one other, in every epoch."""
    orders = []
    for seed in range(EPOCHS):
        rng = np.random.default_rng(seed)
        batches = answer(x.copy(), y.copy(), x.shape[1], rng)
        xs = np.hstack([np.array(xb) for xb, _ in batches])
        orders.append(positions(xs, x))
    return len(set(map(len, orders))) == 1 and bool((np.ptp(orders, axis=0) == 0).any())


def keeps_neighbours(order):
    """Return whether most examples come next to one they stood next to before."""
    return bool(np.mean(np.abs(np.diff(order)) == 1) > 0.5)


def keeps_blocks(order, size):
    """Return whether every batch is a block of neighbours: only batches were mixed."""
    blocks = [order[i : i + size] for i in range(0, len(order), size)]
    return size > 1 and all(max(b) - min(b) < size for b in blocks)


def pairs_to_batch():
    """Return batches of at least eight examples, or one: no order comes by chance."""

    def case(n, k, m, size):
        data = np.random.default_rng(m)
        x = data.permutation(n * m).reshape(n, m) / 8.0
        y = 10 * x[:1] + np.arange(k)[:, None]
        return Case(x, y, size, np.random.default_rng(m))

    return [
        case(2, 1, 11, 4),
        case(3, 2, 42, 8),
        case(2, 3, 40, 10),
        case(1, 1, 12, 3),
        case(4, 2, 10, 3),
        case(9, 9, 9, 2),
        case(3, 1, 8, 11),
        case(2, 2, 9, 1),
        case(3, 2, 30, 30),
        case(3, 2, 1, 4),
    ]


@exercise(
    lesson=7,
    cases=pairs_to_batch,
    hints=(
        "Do not move the examples: shuffle their numbers, 0 to m − 1, once.",
        "order = rng.permutation(m). One slice of order picks columns of x and of y.",
        "For start in range(0, m, size): columns = order[start : start + size]; the "
        "batch is x[:, columns], y[:, columns].",
    ),
    observe=batches_seen,
    may_share=True,
    by_hand=False,
)
def mini_batches(x, y, size, rng):
    m = x.shape[1]  # examples
    order = rng.permutation(m)  # shuffled
    for start in range(0, m, size):  # batch by batch
        columns = order[start : start + size]  # slice
        yield x[:, columns], y[:, columns]  # pair


mini_batches.slips("""
drops_the_short_batch: Count the examples that come: where are the last ones?
    for start in range(0, m - size + 1, size):  # batch by batch
empty_last_batch: How many batches are there when size divides m?
    for start in range(0, m + 1, size):  # batch by batch
parts_x_from_y: Does each x keep its y?
    x, y = x[:, rng.permutation(m)], y[:, rng.permutation(m)]
    order = np.arange(m)  # shuffled
shuffles_y_only: Does each x keep its y?
    y = y[:, rng.permutation(m)]
    order = np.arange(m)  # shuffled
""")


@mini_batches.mistake(
    "Shuffle a small 2-D array that way and print it: is every row there?"
)
def random_shuffle_of_an_array(x, y, size, rng):
    rows = np.vstack([x, y]).T
    random.shuffle(rows)
    xs, ys = rows[:, : len(x)].T, rows[:, len(x) :].T
    starts = range(0, len(rows), size)
    return [(xs[:, k : k + size], ys[:, k : k + size]) for k in starts]


mini_batches.slips("""
swaps_views: Swap two columns of a small x your way: are both still there?
    for i in reversed(range(1, m)):
        j = rng.integers(i + 1)
        x[:, i], x[:, j] = x[:, j], x[:, i]
        y[:, i], y[:, j] = y[:, j], y[:, i]
    order = np.arange(m)  # shuffled
keeps_what_shuffle_returns: What does rng.shuffle return? Print it.
    order = rng.shuffle(np.arange(m))
    x, y = x[:, order], y[:, order]  # shuffled
    columns = slice(start, start + size)  # slice
does_not_shuffle: Print two epochs' first batches: do they differ?
    order = np.arange(m)  # shuffled
starts_somewhere_else: Do neighbours stay neighbours all through your epoch?
    order = np.roll(np.arange(m), rng.integers(m))  # shuffled
draws_without_rng: Where does the chance come from: is rng used?
    order = np.random.default_rng().permutation(m)  # shuffled
seeds_a_generator_of_its_own: Does the order depend on the rng that was passed in?
    order = np.random.default_rng(0).permutation(m)  # shuffled
shuffles_whole_batches_only: You mix the batches. Can any two examples meet in one?
    order = np.arange(m)  # shuffled
    end = m // size * size
    starts = [*rng.permutation(range(0, end, size)), *range(end, m, size)]
    for start in starts:  # batch by batch
shuffles_within_batches_only: You mix within each batch.
Can any two examples meet in one?
    order = np.arange(m)  # shuffled
    columns = rng.permutation(order[start : start + size])  # slice
shuffles_in_place: Is the caller's x still in its old order afterwards?
    order = rng.permutation(m)
    x[:], y[:] = x[:, order], y[:, order]
    order = np.arange(m)  # shuffled
shuffles_in_place_and_apart: Does each x keep its y, and the caller's x its old order?
    rng.shuffle(x, axis=1)
    rng.shuffle(y, axis=1)
    order = np.arange(m)  # shuffled
counts_the_rows: len(x) counts rows. What are the rows of x, and the columns?
    m = len(x)  # examples
stops_after_as_many_as_rows: len(x) counts rows. What are the rows of x,
and the columns?
    for start in range(0, len(x), size):  # batch by batch
slices_rows: An example is a column. What does x[a:b] take?
    order = rng.permutation(m)
    x, y = x[:, order], y[:, order]  # shuffled
    yield x[start : start + size], y[start : start + size]  # pair
picks_rows: An example is a column. What does x[[0, 2]] take?
    yield x[columns], y[columns]  # pair
permutes_the_rows: What did permutation permute: the examples, or the pixels?
    x, order = rng.permutation(x), np.arange(m)  # shuffled
permutes_the_rows_of_both: What did permutation permute: the examples, or the rows?
    x, y, order = rng.permutation(x), rng.permutation(y), np.arange(m)  # shuffled
draws_with_replacement: Can an example come twice in your epoch?
    order = rng.integers(m, size=m)  # shuffled
draws_each_batch_anew: Each batch is drawn anew: can an example come twice?
    columns = rng.choice(m, min(size, m - start), replace=False)  # slice
draws_each_batch_anew_and_full: Each batch is drawn anew: can an example come twice?
    columns = rng.permutation(m)[:size]  # slice
size_as_the_number_of_batches: Is size the number of batches, or of examples in one?
    for columns in np.array_split(order, size):  # batch by batch
    pass  # slice
evens_out_the_sizes: How many of the batches may hold fewer than size examples?
    for columns in np.array_split(order, -(-m // size)):  # batch by batch
    pass  # slice
fills_the_last_batch: The last batch was filled up: which examples came twice?
    order = np.resize(rng.permutation(m), m + -m % size)  # shuffled
starts_one_further_each_time: Where does the next batch start?
    for start in range(m):  # batch by batch
leaves_out_each_batchs_last: How many numbers are in the slice 0:3?
    columns = order[start : start + size - 1]  # slice
ends_every_slice_at_size: Where does the second slice begin, and where does it end?
    columns = order[start:size]  # slice
always_ten: Who says how many examples a batch holds?
    for start in range(0, m, 10):  # batch by batch
    columns = order[start : start + 10]  # slice
first_batch_only: Does the function go on after its first batch?
    return [(x[:, columns], y[:, columns])]  # pair
two_long_lists: What does the first turn of a loop over your result give: a pair?
    parts = [order[i : i + size] for i in range(0, m, size)]
    return [x[:, p] for p in parts], [y[:, p] for p in parts]  # pair
y_first: Which of the pair comes first?
    yield y[:, columns], x[:, columns]  # pair
examples_as_rows: An example is a column. How does it lie in your batch?
    yield x[:, columns].T, y[:, columns].T  # pair
""")


@mini_batches.variant
def views_of_shuffled_copies(x, y, size, rng):
    order = np.arange(x.shape[1])
    rng.shuffle(order)
    xs, ys = x[:, order], y[:, order]
    starts = range(0, len(order), size)
    return [(xs[:, k : k + size], ys[:, k : k + size]) for k in starts]


@mini_batches.variant
def a_list_of_pairs_shuffled(x, y, size, rng):
    pairs = list(zip(x.T, y.T, strict=True))
    mixed = [pairs[i] for i in np.argsort(rng.random(len(pairs)))]
    while mixed:
        xs, ys = zip(*mixed[:size], strict=True)
        yield np.stack(xs, axis=1), np.stack(ys, axis=1)
        mixed = mixed[size:]


@mini_batches.variant
def one_array_permuted(x, y, size, rng):
    both = rng.permutation(np.vstack([x, y]), axis=1)
    cuts = range(size, x.shape[1], size)
    batches = np.split(both, cuts, axis=1)
    return tuple((b[: len(x)], b[len(x) :]) for b in batches)


# --- One-hot columns ---


def labels_to_encode():
    return [
        Case(np.array([2, 0, 1, 2, 2]), 4),
        Case(np.array([1, 0, 2]), 3),
        Case(np.array([9, 3, 3, 0, 7, 1, 8]), 10),
        Case(np.array([1, 1, 0, 1]), 2),
        Case(np.array([0, 3, 2, 0]), 5),
        Case(np.array([1]), 3),
        Case(np.array([3, 1, 1, 0]), 4),
    ]


KINDS = {"f": "floats", "i": "integers", "u": "integers", "b": "booleans"}


def columns_and_kind(answer, labels, k):
    """Observe the columns, and what kind of numbers they hold."""
    columns = answer(labels, k)
    try:
        kind = np.asarray(columns).dtype.kind
    except ValueError:  # rows of different lengths
        return columns
    if kind not in KINDS:
        return columns
    return {"the columns": columns, "the kind of its numbers": KINDS[kind]}


@exercise(
    lesson=7,
    cases=labels_to_encode,
    hints=(
        "Start from zeros of shape (k, m). Which entry of column i becomes 1?",
        "Row labels[i], column i, for i from 0 to m − 1: a loop will do.",
        "np.eye(k) holds all possible columns: pick column labels[i] for each i.",
    ),
    observe=columns_and_kind,
)
def one_hot(labels, k):
    return np.eye(k)[:, labels]  # columns picked


one_hot.slips("""
examples_in_rows: An example is a column: what does the shape say?
    return np.eye(k)[labels]  # columns picked
reshapes_instead_of_transposing: reshape keeps the order of the numbers. What turns rows
into columns?
    return np.eye(k)[labels].reshape(k, -1)  # columns picked
counts_from_one: Is the smallest label 0 or 1?
    return np.eye(k)[:, labels - 1]  # columns picked
as_many_rows_as_labels_seen: Does k follow from these labels, or was it given?
    return np.eye(labels.max() + 1)[:, labels]  # columns picked
whole_number_entries: The task asks for floats: what is the dtype of your array?
    return np.eye(k, dtype=int)[:, labels]  # columns picked
true_and_false: The task asks for floats: what is the dtype of your array?
    return np.arange(k)[:, None] == labels  # columns picked
sets_whole_rows: Print your result for labels [2, 0] and k = 3. How many 1s are in each
column?
    columns = np.zeros((k, len(labels)))
    columns[labels] = 1.0
    return columns  # columns picked
writes_the_label: What stands in row labels[i] of column i: the label, or a 1?
    columns = np.zeros((k, len(labels)))
    columns[labels, np.arange(len(labels))] = labels
    return columns  # columns picked
first_label_only: How many columns belong here?
    return np.eye(k)[:, labels[:1]]  # columns picked
zeros_and_ones_exchanged: Where is the 1, and where are the 0s?
    return 1.0 - np.eye(k)[:, labels]  # columns picked
always_ten_rows: Ten rows suit the digits. What is k in this call?
    return np.eye(10)[:, labels]  # columns picked
ones_up_to_the_label: Is there a 1 in row labels[i], or in every row up to it?
    return (np.arange(k)[:, None] <= labels).astype(float)  # columns picked
""")


@one_hot.variant
def by_a_loop(labels, k):
    columns = np.zeros((k, len(labels)))
    for i, label in enumerate(labels):
        columns[label, i] = 1
    return columns


@one_hot.variant
def by_comparison(labels, k):
    return (np.arange(k)[:, None] == labels).astype(float)


@one_hot.variant
def by_lists(labels, k):
    return [[float(label == j) for label in labels] for j in range(k)]


# --- Predictions ---


@prediction(
    lesson=7,
    choices={
        "a": "Four outputs, four answers: it is what was meant, and what you get when "
        "both are columns. But the answers have no second axis.",
        "b": "Tempting if you think of both as lists of four. But the outputs are a "
        "column, and numpy keeps both directions.",
        "c": "It would be a kindness. But numpy refuses only where two lengths differ "
        "and neither is 1; here each 1 is stretched without a word.",
        "d": "A missing axis is added in front: (4,) counts as a row, (1, 4). Then "
        "each 1 is stretched to 4, and every output meets every answer.",
    },
)
def prediction_7_1():
    a, y_row = np.zeros((4, 1)), np.zeros(4)
    try:
        return {(4, 1): "a", (4,): "b", (4, 4): "d"}[(a - y_row).shape]
    except ValueError:
        return "c"


@prediction(
    lesson=7,
    choices={
        "a": "There is no way to tell from an image which answer was dealt to it. But "
        "one thing can be learnt without looking: how often each answer comes.",
        "b": "The cost does fall, which looks like learning. But with its answer in "
        "another place, an image says nothing about it.",
        "c": "About 0.1 at every output is right about no digit, and far cheaper than "
        "what the untrained network says. So the cost falls, and nothing is read.",
    },
)
def prediction_7_2():
    rng = np.random.default_rng(0)
    (x, y), test_data = load_digits()
    net, parted = Network([64, 30, 10], seed=0), (x, y[:, rng.permutation(y.shape[1])])
    before = net.mean_cost(parted)
    for _ in net.train(parted, 5, 10, 3.0):
        pass
    falls = net.mean_cost(parted) < before / 2
    reads = net.evaluate(test_data) > test_data[1].size / 2
    return "b" if falls and reads else "c" if falls else "a"


@prediction(
    lesson=7,
    choices={
        16: "Twice the examples would halve it if the noise fell like 1/m. But their "
        "deviations only cancel in part: twice the examples divide it by √2.",
        4: "That is the right factor. But fewer examples make a wider cloud: it takes "
        "four times as many.",
        32: "Four times the examples: their deviations add up to twice the length, and "
        "the mean divides by four.",
        64: "8² is 64, but it is the factor that is squared: to halve takes 2² times "
        "the examples, wherever you start.",
        11: "That is 8√2. But it is the noise that changes with the root: twice the "
        "examples divide it by √2, and four times by 2.",
    },
)
def prediction_7_3():
    rng = np.random.default_rng(0)
    (x, y), _ = load_digits()
    net = Network([64, 30, 10], seed=0)
    zs, activations = forward_pass(net.weights, net.biases, x)
    slopes = errors(net.weights, zs, activations[-1], y)[-1]  # of the last biases
    true = slopes.mean(axis=1, keepdims=True)

    def noise(m):
        batches = slopes[:, rng.integers(slopes.shape[1], size=(4000, m))].mean(axis=2)
        return np.linalg.norm(batches - true)

    half = noise(8) / 2
    return min((11, 16, 32, 64), key=lambda m: abs(np.log(noise(m) / half)))
