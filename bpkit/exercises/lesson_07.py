"""Exercises of lesson 7: many examples at once."""

import random
from itertools import islice

import numpy as np

from bpkit.activations import sigmoid, sigmoid_prime
from bpkit.exercises import lesson_06
from bpkit.exercises.engine import Case, exercise

# --- The gradient of a batch, as matrix products ---

FEW = 6


class Counted(np.ndarray):
    """An array that counts how many arrays are made from it and its like."""

    made = 0

    def __array_finalize__(self, source):
        Counted.made += 1


def arrays_made(answer, weights, biases, x, y):
    """Return how many arrays an answer makes on its way."""
    weights = [w.view(Counted) for w in weights]
    biases = [b.view(Counted) for b in biases]
    before = Counted.made
    answer(weights, biases, x, y)
    return Counted.made - before


def loops(answer, weights, biases, x, y):
    """Return whether every example more makes the answer make one array more.

    A matrix product makes one array however wide the batch is, so the count proves a
    loop, on any machine; a stopwatch would not.
    """
    try:
        many = arrays_made(answer, weights, biases, x, y)
        few = arrays_made(answer, weights, biases, x[:, :FEW], y[:, :FEW])
    except Exception:  # an answer that cannot work with such arrays proves nothing
        return False
    return many - few >= x.shape[1] - FEW


def gradients_or_loops(answer, weights, biases, x, y):
    """Observe the gradients or, where the batch counts arrays, whether it is looped."""
    if not isinstance(x, Counted):
        return answer(weights, biases, x, y)
    answer(weights, biases, np.array(x), np.array(y))  # whatever it raises counts
    return {"new arrays for every single example": loops(answer, weights, biases, x, y)}


def batch_cases():
    wide = [
        lesson_06.network([3, 4, 2], 40, 20),
        lesson_06.network([3, 3, 3], 35, 21),
        lesson_06.network([2, 2], 30, 22),
    ]
    return lesson_06.backprop_cases() + [
        Case(weights, biases, x.view(Counted), y.view(Counted))
        for weights, biases, x, y in wide
    ]


@exercise(
    lesson=7,
    task="""
    backprop_batch(weights, biases, x, y) gives the gradient of a batch's mean cost
    without a loop over the examples: the only loop runs over the layers. weights[l] has
    shape (n_out, n_in), biases[l] (n_out, 1), x (n_0, m), y (n_L, m), one column an
    example; the cost is the mean over the m columns of ½‖a − y‖², every neuron a
    sigmoid. Return two lists (nabla_b, nabla_w), layer by layer from the input to the
    output, each array of the shape of its biases or weights. Nothing that was passed
    in may change.
    """,
    cases=batch_cases,
    hints=(
        "Let δ be a matrix, one column an example. Which of the four equations have to "
        "be written anew?",
        "BP1 and BP2 stay as they are. BP3 is the mean of δ along its rows; in BP4 the "
        "product δ @ a.T adds up the examples by itself.",
        "nabla_b[l] = delta.mean(axis=1, keepdims=True) and nabla_w[l] = "
        "delta @ activations[l].T / m.",
    ),
    observe=gradients_or_loops,
    returns=("nabla_b", "nabla_w"),
    quantities=lesson_06.batch_quantities,
    explain=lesson_06.explain,
)
def backprop_batch(weights, biases, x, y):
    m = x.shape[1]
    zs, activations = [], [x]
    for w, b in zip(weights, biases, strict=True):
        zs.append(w @ activations[-1] + b)
        activations.append(sigmoid(zs[-1]))
    nabla_b, nabla_w = [], []
    delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
    for l in reversed(range(len(weights))):
        nabla_b.insert(0, delta.mean(axis=1, keepdims=True))
        nabla_w.insert(0, delta @ activations[l].T / m)
        if l > 0:
            delta = (weights[l].T @ delta) * sigmoid_prime(zs[l - 1])
    return nabla_b, nabla_w


@backprop_batch.mistake("How often do you multiply by weights[0] for 40 examples?")
def loops_over_the_examples(*arrays):
    return lesson_06.nielsens_way(*arrays)


@backprop_batch.mistake("Each example adds its gradient: is the sum the mean yet?")
def sums_in_a_loop(weights, biases, x, y):
    nabla_b, nabla_w = lesson_06.nielsens_way(weights, biases, x, y)
    m = x.shape[1]
    return [m * b for b in nabla_b], [m * w for w in nabla_w]


# What can be wrong in one example's gradient can be wrong in a batch's.
backprop_batch.mistakes.extend(lesson_06.backprop.mistakes)
backprop_batch.variants.extend(
    [lesson_06.mean_taken_at_the_output, lesson_06.by_recursion_from_the_left]
)


@backprop_batch.variant
def biases_as_weights_of_a_constant(weights, biases, x, y):
    ones = np.ones((1, x.shape[1]))
    augmented = [np.hstack([b, w]) for w, b in zip(weights, biases, strict=True)]
    inputs = [np.vstack([ones, x])]
    for wb in augmented:
        inputs.append(np.vstack([ones, 1 / (1 + np.exp(-(wb @ inputs[-1])))]))
    a = inputs.pop()[1:]
    delta = (a - y) * a * (1 - a) / x.shape[1]
    gradients = []
    for wb, a in zip(augmented[::-1], inputs[::-1], strict=True):
        gradients.insert(0, delta @ a.T)
        delta = ((wb.T @ delta) * a * (1 - a))[1:]
    return [g[:, :1] for g in gradients], [g[:, 1:] for g in gradients]


@backprop_batch.variant
def every_example_at_once_in_three_dimensions(weights, biases, x, y):
    _, activations, deltas = lesson_06.deltas_of(weights, biases, x, y)
    stacks = [
        d.T[:, :, None] * a.T[:, None, :]
        for d, a in zip(deltas, activations[:-1], strict=True)
    ]
    return (
        [np.mean(d, axis=-1).reshape(-1, 1) for d in deltas],
        [np.mean(stack, axis=0) for stack in stacks],
    )


# --- Mini-batches ---

PAIRS = "what comes out"
MANY = 20  # with so many examples no shuffle gives the old order by chance


def batches_seen(answer, x, y, size, rng):
    """Observe the facts about one pass through the batches that must hold.

    They hold for every permutation and for lists, generators and views alike.
    """
    x_before, y_before = x.copy(), y.copy()
    batches, wrong = collected(answer(x, y, size, rng), x.shape[1])
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
        }
    return facts


def collected(result, m):
    """Return the batches as pairs of arrays, and what is wrong with them, if it is."""
    if not hasattr(result, "__iter__") and not hasattr(result, "__getitem__"):
        return [], "None: is there a return?" if result is None else repr(result)[:80]
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
        case(3, 2, 43, 8),
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
    task="""
    mini_batches(x, y, size, rng) gives one epoch's mini-batches: what it returns can be
    looped over, and each turn gives a pair (x_batch, y_batch). x has shape (n_0, m), y
    (n_L, m), column i of both is example i. Shuffle all examples with the generator
    rng, the only source of chance, then slice: x_batch has shape (n_0, size), y_batch
    (n_L, size); what remains makes a last, shorter batch. Every example comes exactly
    once, beside its own y. x and y stay as they are.
    """,
    cases=pairs_to_batch,
    hints=(
        "Do not move the examples: shuffle their numbers, 0 to m − 1, once.",
        "order = rng.permutation(m). One slice of order picks columns of x and of y.",
        "For start in range(0, m, size): columns = order[start : start + size]; the "
        "batch is x[:, columns], y[:, columns].",
    ),
    observe=batches_seen,
    may_share=True,
)
def mini_batches(x, y, size, rng):
    m = x.shape[1]
    order = rng.permutation(m)
    for start in range(0, m, size):
        columns = order[start : start + size]
        yield x[:, columns], y[:, columns]


def cut(x, y, size, order, starts=None):
    """Return the batches of an order, cut at the starts."""
    starts = range(0, len(order), size) if starts is None else starts
    slices = [order[k : k + size] for k in starts]
    return [(x[:, s], y[:, s]) for s in slices]


@mini_batches.mistake("Count the examples that come: where are the last ones?")
def drops_the_short_batch(x, y, size, rng):
    order = rng.permutation(x.shape[1])
    return cut(x, y, size, order, range(0, len(order) // size * size, size))


@mini_batches.mistake("How many batches are there when size divides m?")
def empty_last_batch(x, y, size, rng):
    order = rng.permutation(x.shape[1])
    return cut(x, y, size, order, range(0, len(order) + 1, size))


@mini_batches.mistake("Does each x keep its y?")
def parts_x_from_y(x, y, size, rng):
    m = x.shape[1]
    xs, ys = x[:, rng.permutation(m)], y[:, rng.permutation(m)]
    return cut(xs, ys, size, np.arange(m))


@mini_batches.mistake("Does each x keep its y?")
def shuffles_y_only(x, y, size, rng):
    m = x.shape[1]
    return cut(x, y[:, rng.permutation(m)], size, np.arange(m))


@mini_batches.mistake("Is every example there? Swapping rows of a 2-D array in place…")
def random_shuffle_of_an_array(x, y, size, rng):
    rows = np.vstack([x, y]).T
    random.shuffle(rows)
    xs, ys = rows[:, : len(x)].T, rows[:, len(x) :].T
    return cut(xs, ys, size, np.arange(len(rows)))


@mini_batches.mistake("a, b = b, a with two views: what does a hold when b gets it?")
def swaps_views(x, y, size, rng):
    for i in reversed(range(1, x.shape[1])):
        j = rng.integers(i + 1)
        x[:, i], x[:, j] = x[:, j], x[:, i]
        y[:, i], y[:, j] = y[:, j], y[:, i]
    return cut(x, y, size, np.arange(x.shape[1]))


@mini_batches.mistake("What does rng.shuffle return? Print it.")
def keeps_what_shuffle_returns(x, y, size, rng):
    order = np.arange(x.shape[1])
    order = rng.shuffle(order)
    xs, ys = x[:, order], y[:, order]
    starts = range(0, x.shape[1], size)
    return [(xs[:, k : k + size], ys[:, k : k + size]) for k in starts]


@mini_batches.mistake("Print two epochs' first batches: do they differ?")
def does_not_shuffle(x, y, size, rng):
    return cut(x, y, size, np.arange(x.shape[1]))


@mini_batches.mistake("Do neighbours stay neighbours all through your epoch?")
def starts_somewhere_else(x, y, size, rng):
    m = x.shape[1]
    return cut(x, y, size, np.roll(np.arange(m), rng.integers(m)))


@mini_batches.mistake("Where does the chance come from: is rng used?")
def draws_without_rng(x, y, size, rng):
    return cut(x, y, size, np.random.default_rng().permutation(x.shape[1]))


@mini_batches.mistake("Does the order depend on the rng that was passed in?")
def seeds_a_generator_of_its_own(x, y, size, rng):
    return cut(x, y, size, np.random.default_rng(0).permutation(x.shape[1]))


@mini_batches.mistake("You mix the batches. Can any two examples meet in one?")
def shuffles_whole_batches_only(x, y, size, rng):
    batches = cut(x, y, size, np.arange(x.shape[1]))
    full = [b for b in batches if b[0].shape[1] == size]
    return [full[i] for i in rng.permutation(len(full))] + batches[len(full) :]


@mini_batches.mistake("You mix within each batch. Can any two examples meet in one?")
def shuffles_within_batches_only(x, y, size, rng):
    batches = cut(x, y, size, np.arange(x.shape[1]))
    mixed = [(rng.permutation(xb.shape[1]), xb, yb) for xb, yb in batches]
    return [(xb[:, order], yb[:, order]) for order, xb, yb in mixed]


@mini_batches.mistake("Is the caller's x still in its old order afterwards?")
def shuffles_in_place(x, y, size, rng):
    order = rng.permutation(x.shape[1])
    x[:], y[:] = x[:, order], y[:, order]
    return cut(x, y, size, np.arange(x.shape[1]))


@mini_batches.mistake("Is the caller's x still in its old order? Does each x keep y?")
def shuffles_in_place_and_apart(x, y, size, rng):
    rng.shuffle(x, axis=1)
    rng.shuffle(y, axis=1)
    return cut(x, y, size, np.arange(x.shape[1]))


@mini_batches.mistake("len(x) counts rows. What are the rows of x, and the columns?")
def counts_the_rows(x, y, size, rng):
    return cut(x, y, size, rng.permutation(len(x)))


@mini_batches.mistake("len(x) counts rows. What are the rows of x, and the columns?")
def stops_after_as_many_as_rows(x, y, size, rng):
    order = rng.permutation(x.shape[1])
    return cut(x, y, size, order, range(0, len(x), size))


@mini_batches.mistake("An example is a column. What does x[a:b] take?")
def slices_rows(x, y, size, rng):
    order = rng.permutation(x.shape[1])
    xs, ys = x[:, order], y[:, order]
    return [(xs[k : k + size], ys[k : k + size]) for k in range(0, len(order), size)]


@mini_batches.mistake("What did permutation permute: the examples, or the pixels?")
def permutes_the_rows(x, y, size, rng):
    return cut(rng.permutation(x), y, size, np.arange(x.shape[1]))


@mini_batches.mistake("Can an example come twice in your epoch?")
def draws_with_replacement(x, y, size, rng):
    return cut(x, y, size, rng.integers(x.shape[1], size=x.shape[1]))


@mini_batches.mistake("Each batch is drawn anew: can an example come twice?")
def draws_each_batch_anew(x, y, size, rng):
    m = x.shape[1]
    sizes = [min(size, m - k) for k in range(0, m, size)]
    columns = [rng.choice(m, s, replace=False) for s in sizes]
    return [(x[:, s], y[:, s]) for s in columns]


@mini_batches.mistake("Is size the number of batches, or of examples in one?")
def size_as_the_number_of_batches(x, y, size, rng):
    parts = np.array_split(rng.permutation(x.shape[1]), size)
    return [(x[:, s], y[:, s]) for s in parts]


@mini_batches.mistake("Which batches may be short, and by how much?")
def evens_out_the_sizes(x, y, size, rng):
    m = x.shape[1]
    parts = np.array_split(rng.permutation(m), -(-m // size))
    return [(x[:, s], y[:, s]) for s in parts]


@mini_batches.mistake("The last batch was filled up: which examples came twice?")
def fills_the_last_batch(x, y, size, rng):
    order = rng.permutation(x.shape[1])
    missing = -len(order) % size
    return cut(x, y, size, np.resize(order, len(order) + missing))


@mini_batches.mistake("Where does the next batch start?")
def starts_one_further_each_time(x, y, size, rng):
    order = rng.permutation(x.shape[1])
    return cut(x, y, size, order, range(len(order)))


@mini_batches.mistake("What does a slice do with its end: take it or leave it?")
def leaves_out_each_batchs_last(x, y, size, rng):
    order = rng.permutation(x.shape[1])
    slices = [order[k : k + size - 1] for k in range(0, len(order), size)]
    return [(x[:, s], y[:, s]) for s in slices]


@mini_batches.mistake("Does the function go on after its first batch?")
def first_batch_only(x, y, size, rng):
    return cut(x, y, size, rng.permutation(x.shape[1]))[:1]


@mini_batches.mistake("Which of the pair comes first?")
def y_first(x, y, size, rng):
    return [(yb, xb) for xb, yb in cut(x, y, size, rng.permutation(x.shape[1]))]


@mini_batches.mistake("An example is a column. How does it lie in your batch?")
def examples_as_rows(x, y, size, rng):
    return [(xb.T, yb.T) for xb, yb in cut(x, y, size, rng.permutation(x.shape[1]))]


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
    task="""
    one_hot(labels, k) turns labels into targets. labels has shape (m,): whole numbers
    from 0 to k − 1. Return floats of shape (k, m): column i holds 1.0 in row labels[i]
    and 0.0 elsewhere. labels stays as it is.
    """,
    cases=labels_to_encode,
    hints=(
        "Start from zeros of shape (k, m). Which entry of column i becomes 1?",
        "Row labels[i], column i, for i from 0 to m − 1: a loop will do.",
        "np.eye(k) holds all possible columns: pick column labels[i] for each i.",
    ),
    observe=columns_and_kind,
)
def one_hot(labels, k):
    return np.eye(k)[:, labels]


@one_hot.mistake("An example is a column: what does the shape say?")
def examples_in_rows(labels, k):
    return np.eye(k)[labels]


@one_hot.mistake("reshape keeps the order of the numbers: what turns rows to columns?")
def reshapes_instead_of_transposing(labels, k):
    return np.eye(k)[labels].reshape(k, -1)


@one_hot.mistake("Is the smallest label 0 or 1?")
def counts_from_one(labels, k):
    return np.eye(k)[:, labels - 1]


@one_hot.mistake("Does k follow from these labels, or was it given?")
def as_many_rows_as_labels_seen(labels, k):
    return np.eye(labels.max() + 1)[:, labels]


@one_hot.mistake("What type do the entries have? Gradients need decimals.")
def whole_number_entries(labels, k):
    return np.eye(k, dtype=int)[:, labels]


@one_hot.mistake("What type do the entries have? Gradients need decimals.")
def true_and_false(labels, k):
    return np.arange(k)[:, None] == labels


@one_hot.mistake("How many entries does this set: one a column, or whole rows?")
def sets_whole_rows(labels, k):
    columns = np.zeros((k, len(labels)))
    columns[labels] = 1.0
    return columns


@one_hot.mistake("What stands in a column: the label, or a 1 in its place?")
def writes_the_label(labels, k):
    columns = np.zeros((k, len(labels)))
    columns[labels, np.arange(len(labels))] = labels
    return columns


@one_hot.mistake("How many columns belong here?")
def first_label_only(labels, k):
    return np.eye(k)[:, labels[:1]]


@one_hot.mistake("Where is the 1, and where are the 0s?")
def zeros_and_ones_exchanged(labels, k):
    return 1.0 - np.eye(k)[:, labels]


@one_hot.mistake("Is there a 1 in row labels[i], or in every row up to it?")
def ones_up_to_the_label(labels, k):
    return (np.arange(k)[:, None] <= labels).astype(float)


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
