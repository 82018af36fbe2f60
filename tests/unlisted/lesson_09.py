"""Lesson 9: costs, starts and settings."""

import math
from itertools import pairwise

import numpy as np

from . import right, wrong

# cross_entropy_cost ------------------------------------------------------------


@wrong("cross_entropy_cost", "bounds so near to 0 and 1 that 1 minus them is 1")
def entropy_bounds_too_near(a, y):
    """([[1.0]], [[1.0]]): NaN and a warning, should be 0."""
    a = np.clip(a, 1e-17, 1 - 1e-17)
    return float(-np.sum(y * np.log(a) + (1 - y) * np.log(1 - a)) / a.shape[1])


@wrong("cross_entropy_cost", "infinity becomes the largest float: two make infinity")
def entropy_largest_float(a, y):
    """([[0.0], [0.0]], [[1.0], [1.0]]): infinite, should be finite; one is finite."""
    with np.errstate(all="ignore"):
        terms = np.nan_to_num(-y * np.log(a) - (1 - y) * np.log(1 - a))
        return float(np.mean(np.sum(terms, axis=0)))


@wrong("cross_entropy_cost", "certain outputs are left out, the wrong ones too")
def entropy_skips_certain(a, y):
    """([[0.0]], [[1.0]]): 0, should be much."""
    inside = (a > 0) & (a < 1)
    p = np.where(inside, a, 0.5)
    terms = np.where(inside, -y * np.log(p) - (1 - y) * np.log(1 - p), 0)
    return float(terms.sum(axis=0).mean())


@wrong("cross_entropy_cost", "each target counts as yes or no")
def entropy_hard_targets(a, y):
    """([[0.5]], [[0.3]]) is right, ([[0.9]], [[0.3]]): 2.303, should be 1.643."""
    chosen = np.where(np.equal(y, 1), a, 1 - a)
    return float(-np.log(np.clip(chosen, 1e-100, 1)).sum() / a.shape[1])


@right("cross_entropy_cost", "bounds below only, for a and for 1 − a")
def entropy_bounds_below(a, y):
    yes, no = np.maximum(a, 1e-100), np.maximum(np.subtract(1, a), 1e-100)
    terms = np.multiply(y, np.log(yes)) + np.subtract(1, y) * np.log(no)
    return abs(float(terms.sum())) / np.shape(a)[1]


@right("cross_entropy_cost", "plain Python, with 0 times anything taken as 0")
def entropy_by_loops(a, y):
    def share(target, output):
        return -target * math.log(max(output, 1e-200)) if target else 0.0

    a, y = np.asarray(a, dtype=float), np.asarray(y, dtype=float)
    pairs = list(zip(a.ravel().tolist(), y.ravel().tolist()))
    return math.fsum(share(q, p) + share(1 - q, 1 - p) for p, q in pairs) / a.shape[1]


# cross_entropy_error -----------------------------------------------------------


@wrong("cross_entropy_error", "multiplies out only in the code: 0/0 at certain outputs")
def entropy_error_not_cancelled(a, y):
    """([[1.0]], [[0.0]]): NaN and a warning, should be 1."""
    return (a - y) / (a * (1 - a)) * (a * (1 - a))


@wrong("cross_entropy_error", "takes the largest target for 1, the others for 0")
def entropy_error_one_hot(a, y):
    """([[0.5]], [[0.0]]): −0.5, should be 0.5; right for one-hot columns."""
    delta = np.array(a, dtype=float)
    delta[np.argmax(y, axis=0), np.arange(delta.shape[1])] -= 1
    return delta


@wrong("cross_entropy_error", "shares the error out among the examples")
def entropy_error_of_mean(a, y):
    """([[0.5, 0.5]], zeros): 0.25, should be 0.5; right for one example."""
    return (a - y) / a.shape[1]


@wrong("cross_entropy_error", "never quite certain: outputs are cut off at 1 %")
def entropy_error_cut_off(a, y):
    """([[1.0]], [[1.0]]): −0.01, should be 0."""
    return np.clip(a, 0.01, 0.99) - y


@right("cross_entropy_error", "the two cases, weighted by y and 1 − y")
def entropy_error_weighted(a, y):
    return np.multiply(y, np.subtract(a, 1)) + np.subtract(1, y) * np.asarray(a)


@right("cross_entropy_error", "number by number, in lists")
def entropy_error_by_lists(a, y):
    return np.array([[p - q for p, q in zip(*rows)] for rows in zip(a, y)], dtype=float)


# scaled_parameters -------------------------------------------------------------


@wrong("scaled_parameters", "every layer is scaled by the number of inputs")
def scaled_by_first_size(sizes, rng):
    """[64, 30, 10]: spreads of 0.125, 0.125; the second should be 0.18."""
    weights = [rng.normal(0, sizes[0] ** -0.5, (n, m)) for m, n in pairwise(sizes)]
    return weights, [rng.standard_normal((n, 1)) for n in sizes[1:]]


@wrong("scaled_parameters", "the right spread, but evenly distributed, not normal")
def scaled_evenly(sizes, rng):
    """[64, 30, 10]: no weight beyond √3 spreads, should be 8 in 100."""
    weights = [rng.uniform(-1, 1, (n, m)) * np.sqrt(3 / m) for m, n in pairwise(sizes)]
    return weights, [rng.standard_normal((n, 1)) for n in sizes[1:]]


@wrong("scaled_parameters", "the biases are scaled as well")
def scaled_biases_too(sizes, rng):
    """[64, 30, 10]: biases spread by 0.125, should be 1."""
    weights, biases = [], []
    for m, n in pairwise(sizes):
        both = rng.standard_normal((n, m + 1)) / np.sqrt(m)
        weights.append(both[:, :m])
        biases.append(both[:, m:])
    return weights, biases


@wrong("scaled_parameters", "scaled by the mean of inputs and outputs")
def scaled_by_both_sides(sizes, rng):
    """[64, 30, 10]: first spread 0.146, should be 0.125; right if sizes agree."""
    weights = [
        rng.standard_normal((n, m)) * np.sqrt(2 / (m + n)) for m, n in pairwise(sizes)
    ]
    return weights, [rng.standard_normal((n, 1)) for n in sizes[1:]]


@right("scaled_parameters", "rng.normal with the spread as its scale")
def scaled_by_normal(sizes, rng):
    weights, biases = [], []
    for m, n in pairwise(sizes):
        biases.append(rng.normal(size=(n, 1)))
        weights.append(rng.normal(scale=m**-0.5, size=(n, m)))
    return weights, biases


@right("scaled_parameters", "shrinks the table of weights in place, not the biases")
def scaled_in_place(sizes, rng):
    biases = [rng.standard_normal((n, 1)) for n in sizes[1:]]
    weights = [rng.standard_normal((n, m)) for m, n in pairwise(sizes)]
    for w in weights:
        w /= math.sqrt(w.shape[1])
    return weights, biases


# good_eta ----------------------------------------------------------------------


@wrong("good_eta", "leaves NaN out, but minus infinity wins")
def eta_by_nanargmin(etas, costs):
    """([1, 2], [2.0, −inf]): 2, should be 1."""
    return etas[int(np.nanargmin(costs))]


@wrong("good_eta", "finds the place among the finite ones, and looks it up among all")
def eta_shifted(etas, costs):
    """([1, 2, 3], [NaN, 2.0, 1.0]): 2, should be 3."""
    finite = [cost for cost in costs if np.isfinite(cost)]
    return etas[finite.index(min(finite))]


@wrong("good_eta", "Python's min is led astray by a NaN in front")
def eta_by_min_of_pairs(etas, costs):
    """([1, 2], [NaN, 0.5]): 1, should be 2; right if NaN comes later."""
    return min(zip(costs, etas), key=lambda pair: pair[0])[1]


@wrong("good_eta", "the list of costs is treated as an array")
def eta_from_arrays_only(etas, costs):
    """(np.array([1.0, 2.0]), [0.5, 0.2]): TypeError, should be 2.0."""
    finite = np.isfinite(costs)
    return etas[finite][costs[finite].argmin()]


@right("good_eta", "sorts the finite pairs")
def eta_by_sorting(etas, costs):
    finite = [i for i in range(len(costs)) if math.isfinite(costs[i])]
    return etas[sorted(finite, key=lambda i: costs[i])[0]]


@right("good_eta", "infinity for all that is not finite, then argmin")
def eta_with_infinity(etas, costs):
    costs = np.asarray(costs, dtype=float)
    return etas[int(np.where(np.isfinite(costs), costs, np.inf).argmin())]


# challenge ---------------------------------------------------------------------


def settings(hidden, eta, size, cost="cross_entropy", start="scaled"):
    """Return the dict that the challenge asks for."""
    return {
        "hidden": hidden,
        "eta": eta,
        "mini_batch_size": size,
        "cost": cost,
        "start": start,
    }


@wrong("challenge", "a learning rate that runs out of time")
def challenge_crawls():
    """With eta 0.001, three epochs read far too few."""
    return settings(60, 0.001, 10)


@wrong("challenge", "good settings without a start: four keys")
def challenge_without_start():
    """There should be five keys."""
    found = settings(60, 0.3, 1)
    del found["start"]
    return found


@wrong("challenge", "the settings of lesson 8")
def challenge_as_in_lesson_8():
    """On average 297 of 360, should be 339."""
    return settings(30, 3.0, 10, "quadratic", "standard")


@wrong("challenge", "both cures, and the eta of the range test for batches of ten")
def challenge_with_both_cures():
    """On average 333 of 360, should be 339."""
    return settings(30, 1.78, 10)


@wrong("challenge", "the best of the lesson's grid")
def challenge_from_the_grid():
    """On average 329 of 360, should be 339."""
    return settings(30, 0.03 * 1000**0.5, 4)


@wrong("challenge", "a hundred neurons, as in the lesson's training by heart")
def challenge_with_a_hundred_neurons():
    """On average 331 of 360, should be 339."""
    return settings(100, 0.5, 5)


@right("challenge", "sixty neurons, a step for each digit")
def challenge_digit_by_digit():
    return settings(60, 0.3, 1)


@right("challenge", "a hundred neurons, batches of three, the standard start")
def challenge_standard_start():
    return settings(100, 0.5, 3, start="standard")


# early_stopping ----------------------------------------------------------------


@wrong("early_stopping", "patience counts from the start, not from the lowest")
def stops_after_so_many_epochs(costs, patience):
    """([3, 2, 1], 1): 1, should be 2."""
    seen = list(costs)[: patience + 1]
    return seen.index(min(seen))


@wrong("early_stopping", "waits for a rise against the epoch before")
def stops_after_rises(costs, patience):
    """([1, 3, 2, 2.5, 0.5], 2): 4, should be 0."""
    rises, best = 0, 0
    for k in range(1, len(costs)):
        rises = rises + 1 if costs[k] > costs[k - 1] else 0
        best = k if costs[k] < costs[best] else best
        if rises == patience:
            break
    return best


@wrong("early_stopping", "of equal costs the last")
def stops_at_the_last_of_equals(costs, patience):
    """([1, 1], 5): 1, should be 0."""
    best = 0
    for k, cost in enumerate(costs):
        best = k if cost <= costs[best] else best
        if k - best >= patience:
            break
    return best


@wrong("early_stopping", "a hair lower does not count")
def stops_without_small_gains(costs, patience):
    """([1e-9, 5e-10], 1): 0, should be 1."""
    best = 0
    for k, cost in enumerate(costs):
        best = k if cost < costs[best] - 1e-6 else best
        if k - best >= patience:
            break
    return best


@right("early_stopping", "the first lowest of each beginning, until it is too old")
def stops_by_argmin(costs, patience):
    for k in range(len(costs)):
        best = int(np.argmin(costs[: k + 1]))
        if k - best == patience:
            return best
    return best


@right("early_stopping", "goes on from lowest to lowest")
def stops_by_recursion(costs, patience, best=0):
    costs = list(costs)
    for k in range(best + 1, min(best + 1 + patience, len(costs))):
        if costs[k] < costs[best]:
            return stops_by_recursion(costs, patience, k)
    return best


@wrong("cross_entropy_cost", "no output may cost more than 20")
def cost_with_a_cap(a, y):
    """(1e-9, 1): 20, should be over 20."""
    a = np.clip(a, 1e-12, 1 - 1e-12)
    each = -(y * np.log(a) + (1 - y) * np.log(1 - a))
    return np.minimum(each, 20).sum() / a.shape[1]


@wrong("cross_entropy_cost", "one cost an example, with a guard of its own")
def cost_by_example(a, y):
    """Two examples: two numbers, should be one."""
    a = np.clip(a, 1e-12, 1 - 1e-12)
    return -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum(axis=0)


@wrong("scaled_parameters", "the biases are the weights' first column, not scaled")
def scaled_with_borrowed_biases(sizes, rng):
    """Every number of a bias is one that was drawn for a weight."""
    draws = [rng.standard_normal((n, k)) for k, n in pairwise(sizes)]
    biases = [w[:, :1].copy() for w in draws]
    return [w / np.sqrt(w.shape[1]) for w in draws], biases


@wrong("good_eta", "costs of a hundred or more are left out")
def eta_below_a_hundred(etas, costs):
    """([1, 2], [500, 400]): ValueError or None, should be 2."""
    return min(((c, e) for e, c in zip(etas, costs) if c < 100), default=(0, None))[1]


@wrong("challenge", "a step far too long")
def challenge_with_a_long_step():
    """Every neuron is saturated after the first step."""
    return settings(30, 1e6, 100)


@wrong("scaled_parameters", "stretches each table until its own spread is 1/√n_in")
def scaled_by_own_spread(sizes, rng):
    """[3, 3]: a spread of exactly 0.577; drawn numbers have that by chance only."""
    draws = [rng.standard_normal((n, k)) for k, n in pairwise(sizes)]
    biases = [rng.standard_normal((n, 1)) for n in sizes[1:]]
    return [q / q.std() / np.sqrt(q.shape[1]) for q in draws], biases


@wrong("scaled_parameters", "every row of weights is stretched to length 1")
def scaled_to_rows_of_length_one(sizes, rng):
    """[2, 1]: the weights lie on a circle; only the mean of their squares is ½."""
    draws = [rng.standard_normal((n, k)) for k, n in pairwise(sizes)]
    biases = [rng.standard_normal((n, 1)) for n in sizes[1:]]
    return [q / np.linalg.norm(q, axis=1, keepdims=True) for q in draws], biases


@wrong("cross_entropy_error", "an error below 0.001 counts as none")
def entropy_error_without_small_ones(a, y):
    """([[0.3005]], [[0.3]]): 0, should be 0.0005."""
    return np.where(np.abs(a - y) < 1e-3, 0, a - y)


@wrong("cross_entropy_cost", "only the first logarithm is guarded")
def entropy_guarded_once(a, y):
    """([[1.0]], [[1.0]]): NaN and a warning, should be 0."""
    terms = y * np.log(a + 1e-12) + (1 - y) * np.log(1 - a)
    return float(-terms.sum() / a.shape[1])
