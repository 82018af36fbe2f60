"""Exercises of lesson 9: hyperparameters."""

from functools import cache, partial
from itertools import pairwise

import numpy as np

from bpkit.activations import sigmoid, sigmoid_prime
from bpkit.data import load_digits
from bpkit.exercises.compare import real_numbers
from bpkit.exercises.exercise import Case, exercise, prediction
from bpkit.exercises.lesson_08 import facts_of_a_start, form_of, starts
from bpkit.network import Network

# cross_entropy_cost


def outputs_and_targets(n, m, seed):
    """Return outputs between 0 and 1, and targets of all kinds, for m examples."""
    rng = np.random.default_rng(seed)
    return rng.uniform(0.05, 0.95, (n, m)), rng.uniform(0, 1, (n, m)).round(1)


def one_hot_targets(n, m, seed):
    """Return outputs between 0 and 1, and whole-number one-hot targets."""
    a, _ = outputs_and_targets(n, m, seed)
    y = np.zeros((n, m), dtype=int)
    y[np.random.default_rng(seed).integers(n, size=m), np.arange(m)] = 1
    return a, y


def certain_and_right():
    """Return outputs of exactly 0 and 1, right ones, among ordinary ones."""
    a = np.array([[1.0, 0.0, 0.3], [0.0, 0.6, 1.0]])
    return a, np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]])


def certain_and_wrong():
    """Return outputs of which one is certain and wrong."""
    return np.array([[0.0, 0.2], [0.7, 0.9]]), np.array([[1.0, 0.0], [1.0, 1.0]])


def one_in_four_certain_and_wrong():
    """Return one output for four examples: a surprise that the mean makes a quarter."""
    return np.array([[0.0, 0.9, 0.8, 0.1]]), np.array([[1.0, 1.0, 1.0, 0.0]])


def all_certain_and_wrong():
    """Return two outputs of one example, both certain and wrong."""
    return np.zeros((2, 1)), np.ones((2, 1))


def nearly_certain_and_wrong():
    """Return one output that is 1e-9 away from certain and wrong."""
    return np.array([[1e-9]]), np.array([[1.0]])


def cost_cases():
    return [
        Case(np.array([[0.5]]), np.array([[1.0]])),
        Case(np.array([[0.25]]), np.array([[0.0]])),
        Case(*outputs_and_targets(2, 3, 1)),
        Case(*outputs_and_targets(3, 3, 2)),
        Case(*one_hot_targets(4, 6, 3)),
        Case(*outputs_and_targets(1, 5, 4)),
        Case(*outputs_and_targets(5, 1, 5)),
        Case(*certain_and_right()),
        Case(*certain_and_wrong()),
        Case(*(1 - part for part in certain_and_wrong())),
        Case(*one_in_four_certain_and_wrong()),
        Case(*all_certain_and_wrong()),
        Case(*(1 - part for part in all_certain_and_wrong())),
        Case(*nearly_certain_and_wrong()),
        Case(*(1 - part for part in nearly_certain_and_wrong())),
    ]


ONE = "one number for the whole batch"
NEARLY = "a cost over 20 for an output 1e-9 from certain and wrong"


def cost_or_its_size(answer, a, y):
    """Return the cost; where it should be infinite, that it is large and finite.

    Of a nearly certain output only the size is compared: guards of 1e-9 may differ.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        cost = answer(a, y)
    infinite = np.any((a == 0) & (y > 0)) or np.any((a == 1) & (y < 1))
    nearly = a.size == 1 and 0 < np.abs(a - (1 - y)).item() < 1e-6
    either = infinite or nearly
    if not either or real_numbers(cost) is None:
        return cost
    if np.size(cost) != 1:
        return {ONE: False}
    cost = float(np.reshape(cost, ()))
    facts = {ONE: True, "a finite number": bool(np.isfinite(cost))}
    return facts | ({NEARLY: cost > 20} if nearly else {"a cost above 3": cost > 3})


@exercise(
    lesson=9,
    cases=cost_cases,
    fresh=False,  # a lies between 0 and 1
    observe=cost_or_its_size,
    rtol=1e-5,
    quantities=lambda a, y: {
        "m, the number of examples,": a.shape[1],
        "n, the number of outputs,": a.shape[0],
    },
    hints=(
        "First add up each column, then take the mean of the m sums. Which axis does "
        "the first one take?",
        "0 · ln 0 should count as 0, but the computer says 0 · (−∞) = NaN.",
        "np.clip(a, 1e-12, 1 - 1e-12) keeps a a little away from 0 and 1.",
    ),
)
def cross_entropy_cost(a, y):
    a = np.clip(a, 1e-15, 1 - 1e-15)  # guard
    surprise = -(y * np.log(a) + (1 - y) * np.log(1 - a))  # each output
    return float(surprise.sum(axis=0).mean())  # mean


cross_entropy_cost.slips("""
minus_covers_one_term: Can this cost be negative?
    surprise = -y * np.log(a) + (1 - y) * np.log(1 - a)  # each output
forgets_the_minus: What is the sign of ln a when a is below 1?
    surprise = y * np.log(a) + (1 - y) * np.log(1 - a)  # each output
logarithm_of_zero: What is 0 · ∞ on a computer?
    pass  # guard
table_of_products: Do you multiply in pairs, or make a table of all products?
    surprise = -(y.T @ np.log(a) + (1 - y).T @ np.log(1 - a))  # each output
sum_for_the_mean: Double the batch by repeating it: should the cost double?
    return float(surprise.sum())  # mean
mean_over_all_entries: Over which of the two axes do you take the mean?
    return float(surprise.mean())  # mean
mean_over_the_rows: Which axis holds the examples?
    return float(surprise.sum(axis=1).mean())  # mean
one_term_only: What does an output cost whose target is 0?
    surprise = -y * np.log(a)  # each output
other_term_only: What does an output cost whose target is 1?
    surprise = -(1 - y) * np.log(1 - a)  # each output
arguments_swapped: Whose logarithm is it: the output's or the target's?
    y = np.clip(y, 1e-15, 1 - 1e-15)  # guard
    surprise = -(a * np.log(y) + (1 - a) * np.log(1 - y))  # each output
logarithm_to_base_2: In which base is ln?
    surprise = -(y * np.log2(a) + (1 - y) * np.log2(1 - a))  # each output
logarithm_to_base_10: In which base is ln?
    surprise = -(y * np.log10(a) + (1 - y) * np.log10(1 - a))  # each output
quadratic_instead: Where are the logarithms?
    surprise = 0.5 * (a - y) ** 2  # each output
half_of_it: One output, a = 0.5 and y = 1: what is its cost by hand, and what is yours?
    return float(0.5 * surprise.sum(axis=0).mean())  # mean
one_cost_an_example: How many numbers should come back for a whole batch?
    return surprise.sum(axis=0)  # mean
guard_too_large: By how much does your guard against 0 move the other costs?
    a = np.clip(a, 0.01, 0.99)  # guard
guard_a_little_too_large: An output of 1e-9 with y = 1: what should it cost,
and what does yours cost?
    a = np.clip(a, 1e-7, 1 - 1e-7)  # guard
guard_in_the_first_logarithm: At an output of exactly 1: which of the two logarithms
has no guard?
    pass  # guard
    surprise = -(y * np.log(a + 1e-12) + (1 - y) * np.log(1 - a))  # each output
guard_in_the_second_logarithm: At an output of exactly 0: which of the two logarithms
has no guard?
    pass  # guard
    surprise = -(y * np.log(a) + (1 - y) * np.log(1 - a + 1e-12))  # each output
a_in_both_logarithms: With y = 0 and a near 0, how much should the output cost?
    surprise = -(y * np.log(a) + (1 - y) * np.log(a))  # each output
""")


@cross_entropy_cost.mistake(
    "Two outputs, both certain and wrong: what is the sum of two largest numbers?"
)
def zeros_where_nothing_is_asked(a, y):
    with np.errstate(divide="ignore", invalid="ignore"):
        return (
            np.nan_to_num(-y * np.log(a) - (1 - y) * np.log(1 - a)).sum() / y.shape[1]
        )


@cross_entropy_cost.variant
def small_number_added(a, y):
    tiny = 1e-9
    each = y * np.log(a + tiny) + (1 - y) * np.log(1 - a + tiny)
    return -np.mean(np.sum(each, axis=0))


@cross_entropy_cost.variant
def entry_by_entry(a, y):
    total = 0.0
    for p, t in zip(np.ravel(a).tolist(), np.ravel(y).tolist(), strict=True):
        total -= t * np.log(max(p, 1e-300)) if t > 0 else 0.0
        total -= (1 - t) * np.log(max(1 - p, 1e-300)) if t < 1 else 0.0
    return total / a.shape[1]


# cross_entropy_error


def error_cases():
    return [
        Case(np.array([[0.25, 0.5]]), np.array([[1.0, 0.0]])),
        Case(*outputs_and_targets(3, 4, 6)),
        Case(*outputs_and_targets(3, 3, 7)),
        Case(*one_hot_targets(4, 2, 8)),
        Case(*outputs_and_targets(5, 1, 9)),
        Case(*certain_and_right()),
        Case(*certain_and_wrong()),
        Case(*(1 - part for part in certain_and_wrong())),
        Case(np.array([[1e-5, 1e-9]]), np.array([[1.0, 1.0]])),
        Case(
            np.array([[2e-6, 0.5], [1 - 3e-6, 0.25]]), np.array([[0, 0.5], [1, 0.25]])
        ),
    ]


@exercise(
    lesson=9,
    cases=error_cases,
    quantities=lambda a, y: {"m, the number of examples,": a.shape[1]},
    hints=(
        "Write the product as one fraction. What stands above and below its line?",
        "∂C/∂a = (a − y) / (a (1 − a)), and σ′(z) = a (1 − a). What is their product?",
    ),
)
def cross_entropy_error(a, y):
    return a - y  # δ


cross_entropy_error.slips("""
sign_flipped: If a rises a little above y, does the cost rise?
    return y - a  # δ
keeps_sigmoid_prime: That is the quadratic cost's error. What cancels here?
    return (a - y) * a * (1 - a)  # δ
slope_in_a: That is ∂C/∂a. Which factor leads from a to z?
    a = np.clip(a, 1e-15, 1 - 1e-15)
    return (a - y) / (a * (1 - a))  # δ
slope_in_a_without_a_guard: That is ∂C/∂a. Which factor leads from a to z?
    return (a - y) / (a * (1 - a))  # δ
divided_by_m: Is a mean over the examples asked for?
    return (a - y) / a.shape[1]  # δ
divided_by_n: Is a mean over the outputs asked for?
    return (a - y) / a.shape[0]  # δ
twice_too_much: Multiply ∂C/∂a by σ′(z) on paper: which number stands in front?
    return 2 * (a - y)  # δ
without_a_sign: Can an error say which way the output is wrong?
    return np.abs(a - y)  # δ
mean_over_the_columns: Do all examples share one error, or does each have its own?
    return (a - y).mean(axis=1, keepdims=True)  # δ
one_term_only: What does an output whose target is 0 contribute?
    return -y * (1 - a)  # δ
sigmoid_of_a: What has been done to z before you are given a?
    return 1 / (1 + np.exp(-a)) - y  # δ
""")


@cross_entropy_error.variant
def term_by_term(a, y):
    return -y * (1 - a) + (1 - y) * a


@cross_entropy_error.variant
def minus_the_other_way(a, y):
    return -np.subtract(y, a)


@cross_entropy_error.variant
def rows_as_lists(a, y):
    return [
        [p - t for p, t in zip(*rows, strict=True)] for rows in zip(a, y, strict=True)
    ]


# scaled_parameters


def root(n):
    """Return the spread of the weights into a neuron with n inputs."""
    return 1 / np.sqrt(n)


@exercise(
    lesson=9,
    cases=starts,
    observe=partial(facts_of_a_start, spread=root),
    rtol=0.08,
    by_hand=False,
    hints=(
        "Compared with lesson 8, only the weights change.",
        "How many inputs feed a neuron of layer l + 1? That is n_in of weights[l].",
        "rng.standard_normal(shape) / np.sqrt(n_in) has standard deviation 1/√n_in.",
    ),
)
def scaled_parameters(sizes, rng):
    weights, biases = [], []
    for n_in, n_out in zip(sizes[:-1], sizes[1:], strict=True):  # noqa: RUF007
        weights.append(rng.standard_normal((n_out, n_in)) / np.sqrt(n_in))  # weights
        biases.append(rng.standard_normal((n_out, 1)))  # biases
    return weights, biases  # result


scaled_parameters.slips("""
not_scaled: Does the spread depend on the number of inputs?
    weights.append(rng.standard_normal((n_out, n_in)))  # weights
multiplied_by_the_root: With more inputs, should each weight be larger or smaller?
    weights.append(rng.standard_normal((n_out, n_in)) * np.sqrt(n_in))  # weights
divided_by_n_in: Is 1/n_in the variance or the standard deviation?
    weights.append(rng.standard_normal((n_out, n_in)) / n_in)  # weights
root_of_the_outputs: How many products are added up in the z of one neuron?
    weights.append(rng.standard_normal((n_out, n_in)) / np.sqrt(n_out))  # weights
root_of_the_first_layer: Which layer's inputs does each array of weights take?
    weights.append(rng.standard_normal((n_out, n_in)) / np.sqrt(sizes[0]))  # weights
biases_scaled_too: How spread out should the biases be?
    biases.append(rng.standard_normal((n_out, 1)) / np.sqrt(n_in))  # biases
biases_of_zero: From which distribution should the biases come?
    biases.append(np.zeros((n_out, 1)))  # biases
root_of_two_over_n: What is n_in times the variance of your weights, and what should it
be?
    weights.append(rng.standard_normal((n_out, n_in)) * np.sqrt(2 / n_in))  # weights
both_sizes: Which sizes enter the formula: one or two?
    spread = np.sqrt(2 / (n_in + n_out))
    weights.append(rng.standard_normal((n_out, n_in)) * spread)  # weights
sets_the_spread_of_its_sample: Print the spread of each array. Is chance so exact?
    q = rng.standard_normal((n_out, n_in))
    weights.append(q / q.std() / np.sqrt(n_in))  # weights
fixed_hundredth: Is a fixed number right for layers of every size?
    weights.append(rng.standard_normal((n_out, n_in)) * 0.01)  # weights
uniform_between_roots: Can a normal weight lie further out than 1/√n_in?
    end = 1 / np.sqrt(n_in)
    weights.append(rng.uniform(-end, end, (n_out, n_in)))  # weights
biases_first: Which comes first in the result?
    return biases, weights  # result
weights_lying_down: W multiplies the activations: how many columns must it have?
    weights.append(rng.standard_normal((n_in, n_out)) / np.sqrt(n_in))  # weights
flat_biases: For one example, what is the shape of z = W @ a + b?
    biases.append(rng.standard_normal(n_out))  # biases
generator_of_its_own: Where do your random numbers come from?
    rng = np.random.default_rng()
    weights.append(rng.standard_normal((n_out, n_in)) / np.sqrt(n_in))  # weights
""")


@scaled_parameters.variant
def scale_of_normal(sizes, rng):
    biases = [rng.normal(size=(n, 1)) for n in sizes[1:]]
    return [rng.normal(0, k**-0.5, (n, k)) for k, n in pairwise(sizes)], biases


@scaled_parameters.variant
def standard_then_scaled(sizes, rng):
    weights = [rng.standard_normal((n, k)) for k, n in pairwise(sizes)]
    biases = tuple(rng.standard_normal((n, 1)) for n in sizes[1:])
    return tuple(w / w.shape[1] ** 0.5 for w in weights), biases


# good_eta

NAN, INF = float("nan"), float("inf")


def range_tests():
    return [
        Case([0.001, 0.01, 0.1, 1.0, 10.0, 100.0], [2.3, 2.1, 1.2, 0.4, 0.9, NAN]),
        Case([30.0, 10.0, 3.0, 1.0, 0.3], [NAN, INF, 0.7, 0.25, 0.5]),
        Case([0.05, 0.5, 5.0], [0.9, 0.3, 0.6]),
        Case(np.array([4.0, 0.25, 1.0, 0.5, 2.0]), np.array([INF, 1.1, 0.2, 0.8, 0.9])),
        Case([100.0, 0.1, 1.0, 50.0, 2.0, 8.0], [NAN, 1.7, 0.6, NAN, 0.35, 0.8]),
        Case([0.2, 0.4], [0.31, 0.3]),
        Case([7.0, 0.7, 0.07], [INF, NAN, 2.2]),
        Case([0.3, 3.0, 0.03, 30.0], [0.4, 0.2, 1.5, NAN]),
        Case([2.0, 0.2, 20.0], [0.3, 0.1, 1.4]),
        Case([0.1, 1.0, 10.0, 30.0], [3.0, 2.0, 4.0, 1.0]),
        Case([0.1, 1.0, 10.0], [1.0, 0.0, 2.0]),
        Case([3.0, 1.0], [NAN, 0.25]),
        Case([0.3, 0.1], [4e8, 2e8]),
        Case([3e-9, 1e-9, 2e-9], [7e-9, 8e-9, 5e-9]),
    ]


@exercise(
    lesson=9,
    cases=range_tests,
    hints=(
        "Which of the trainings may you compare at all?",
        "np.argmin stops at the first NaN: it takes NaN for the lowest.",
        "np.nanargmin skips NaN and returns an index. What stands there in etas?",
    ),
)
def good_eta(etas, costs):
    return etas[np.nanargmin(costs)]  # eta


good_eta.slips("""
nan_is_the_lowest: Which of these costs counts as the lowest in your code?
    return etas[np.argmin(costs)]  # eta
largest_that_survived: Does the largest eta that survived also have the lowest cost?
    return max(e for e, c in zip(etas, costs) if np.isfinite(c))  # eta
smallest_eta: Is the most careful step the one that got furthest?
    return min(etas)  # eta
largest_eta: Is the longest step the one that got furthest?
    return max(etas)  # eta
highest_cost: Is a high cost good or bad?
    return max((c, e) for e, c in zip(etas, costs) if np.isfinite(c))[1]  # eta
place_of_the_eta: Is that the eta, or the place where it stands?
    return int(np.nanargmin(costs))  # eta
cost_instead: Is the cost asked for, or the eta that led to it?
    return float(np.nanmin(costs))  # eta
place_among_the_finite: Does your index count the same list that you look it up in?
    return etas[np.argmin([c for c in costs if np.isfinite(c)])]  # eta
sorts_the_etas_only: After sorting, does each eta keep its cost?
    return np.sort(etas)[np.nanargmin(costs)]  # eta
first_that_survived: Have you looked at the costs that come later?
    return next(e for e, c in zip(etas, costs) if np.isfinite(c))  # eta
min_of_python: Is 1.0 < NaN true or false?
    return etas[list(costs).index(min(costs))]  # eta
third_of_it: Which cost stands beside the eta that you return?
    return etas[np.nanargmin(costs)] / 3  # eta
tenth_of_it: Which cost stands beside the eta that you return?
    return etas[np.nanargmin(costs)] / 10  # eta
""")


@good_eta.variant
def by_hand(etas, costs):
    best, lowest = None, INF
    for eta, cost in zip(etas, costs, strict=True):
        if cost < lowest:
            best, lowest = eta, cost
    return best


@good_eta.variant
def sorted_by_cost(etas, costs):
    pairs = [(c, e) for e, c in zip(etas, costs, strict=True) if np.isfinite(c)]
    return sorted(pairs)[0][1]


@good_eta.variant
def infinite_where_nan(etas, costs):
    return np.asarray(etas)[np.where(np.isnan(costs), np.inf, costs).argmin()]


# early_stopping


def trainings_to_stop():
    return [
        Case([3.0, 2.0, 1.0, 1.5, 1.2, 1.1, 0.5], 3),
        Case([3.0, 2.0, 1.0, 1.5, 1.2, 1.1, 0.5], 4),
        Case([0.9, 0.7, 0.8, 0.6, 0.65, 0.5, 0.55, 0.52, 0.4], 2),
        Case([0.9, 0.7, 0.8, 0.6, 0.65, 0.5, 0.55, 0.52, 0.4], 1),
        Case(np.array([2.0, 1.4, 1.4, 1.4, 1.3, 1.0]), 2),
        Case(np.array([2.0, 1.4, 1.6, 1.4, 1.5, 1.2]), 5),
        Case([0.5, 0.4, 0.3, 0.2], 1),
        Case([0.5, 0.4, 0.6, 0.7], 10),
        Case([0.2, 0.3, 0.4, 0.1], 2),
        Case([0.7], 3),
        Case([5e-9, 3e-9, 4e-9, 2e-9, 6e-9, 7e-9, 1e-9], 2),
        Case(np.array([8e8, 6e8, 7e8, 0.0, 0.0]), 1),
        Case([4, 3, 5, 6, 2, 2, 7, 1], 3),
        Case(np.linspace(2, 1, 12), 3),
        Case([1.0, 0.9, 0.95, 0.94, 0.93, 0.92, 0.91, 0.8], 3),
        Case([1.0, 0.5, 0.5, 0.6], 5),
        Case([1.0, 2.0, 1.5, 1.6, 3.0, 3.0, 0.5], 2),
    ]


@exercise(
    lesson=9,
    cases=trainings_to_stop,
    hints=(
        "Which two things must be remembered from one epoch to the next?",
        "Remember the epoch of the lowest cost so far. How many epochs ago was it?",
        "if epoch - best == patience: break, and after the loop return best.",
    ),
)
def early_stopping(costs, patience):
    best = 0  # first
    for epoch, cost in enumerate(costs):  # in their order
        if cost < costs[best]:  # lower
            best = epoch  # kept
        if epoch - best == patience:  # enough
            break  # leave
    return best  # result


early_stopping.slips("""
lowest_of_all: Which of these costs are known when the training stops?
    return int(np.argmin(costs))  # result
where_it_leaves: The training is left there. After which epoch were the weights best?
    return epoch  # result
so_many_before_the_end: If the costs end before patience does, where is the lowest?
    return epoch - patience  # result
lowest_cost: Is the cost asked for, or the epoch that led to it?
    return costs[best]  # result
counted_from_one: Which index has the first epoch?
    return best + 1  # result
lower_than_the_one_before: Which cost must a new one beat to be worth keeping?
    if cost < costs[epoch - 1]:  # lower
equal_is_lower: Is a cost that only equals the best one lower?
    if cost <= costs[best]:  # lower
one_too_late: Count the epochs without a lower cost: at which of them do you leave?
    if epoch - best > patience:  # enough
one_too_early: Count the epochs without a lower cost: at which of them do you leave?
    if epoch - best == max(1, patience - 1):  # enough
no_patience: How many epochs without a lower cost does the task allow?
    if epoch - best == 1:  # enough
highest_cost_is_best: Is a high cost good or bad?
    if cost > costs[best]:  # lower
""")


@early_stopping.mistake("After a new lowest cost, how many bad epochs are counted?")
def counts_all_bad_epochs(costs, patience):
    best, bad = 0, 0
    for epoch in range(1, len(costs)):
        if costs[epoch] < costs[best]:
            best = epoch
        else:
            bad += 1
        if bad == patience:
            break
    return best


@early_stopping.mistake("Which costs do you look at: those of epochs, or so many?")
def only_the_first_ones(costs, patience):
    return int(np.argmin(costs[: patience + 1]))


@early_stopping.variant
def with_a_counter(costs, patience):
    lowest, kept, waited = float("inf"), 0, 0
    for epoch in range(len(costs)):
        waited += 1
        if costs[epoch] < lowest:
            lowest, kept, waited = costs[epoch], epoch, 0
        if waited >= patience:
            return kept
    return kept


@early_stopping.variant
def by_looking_ahead(costs, patience):
    costs, best = np.asarray(costs), 0
    while (costs[best + 1 : best + 1 + patience] < costs[best]).any():
        best += 1 + int((costs[best + 1 :] < costs[best]).argmax())
    return best


# challenge

SEEDS = 24  # of one, the luck is larger than what is to be told apart
EPOCHS = 3
SEALED = 360  # digits that nobody has chosen by
GOAL = 0.94  # of them
SPLIT_SEED = 100  # of the lesson's cut, and the tuner's
NONE = "none of those tried"
LUCK = 10  # so many validation digits more or fewer, of 300, may come by chance
TRIED = 3  # seeds of each change
SETTINGS = ("hidden", "eta", "mini_batch_size", "cost", "start")
CHOICES = {
    "cost": ("quadratic", "cross_entropy"),
    "start": ("standard", "scaled"),
}
LARGEST = {"hidden": 100, "mini_batch_size": 1077}


def out_of_order(settings):
    """Say which setting cannot be trained with, or return an empty string."""
    missing = [name for name in SETTINGS if name not in settings]
    unknown = [str(name) for name in settings if name not in SETTINGS]
    if missing or unknown:
        return f"missing: {', '.join(missing) or 'none'}; unknown: {unknown or 'none'}"
    for name, largest in LARGEST.items():
        value = settings[name]
        whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
        if not whole or not 1 <= value <= largest:
            return f"{name} is not a whole number from 1 to {largest}"
    for name, choices in CHOICES.items():
        if settings[name] not in choices:
            return f"{name} is not one of {choices}"
    eta = settings["eta"]
    if not isinstance(eta, int | float | np.number) or not 0 < eta < INF:
        return "eta is not a positive, finite number"
    return ""


@cache
def piles():
    """Return three piles of the training digits: sealed, validation, and all others.

    The lesson and its tuner choose by the validation digits, and by no others.
    """
    x, y = load_digits()[0]
    order = np.random.default_rng(SPLIT_SEED).permutation(x.shape[1])
    fitted, validation = order[:1137], order[1137:]
    parts = fitted[:SEALED], validation, fitted[SEALED:]
    return [(x[:, part], y[:, part]) for part in parts]


def read_right(settings, seed, training, fresh):
    """Return how many fresh digits are read right after three epochs of training."""
    s = settings
    net = Network([64, s["hidden"], 10], seed, s["cost"], s["start"])
    try:
        for _ in net.train(training, EPOCHS, s["mini_batch_size"], s["eta"]):
            pass
    except FloatingPointError:
        return 0  # it diverged
    return net.evaluate(fresh)


@cache
def passes(*settings):
    """Return whether networks with these settings read enough of the sealed digits."""
    sealed, validation, others = piles()
    training = [np.hstack(both) for both in zip(validation, others, strict=True)]
    settings = dict(zip(SETTINGS, settings, strict=True))
    read = (read_right(settings, seed, training, sealed) for seed in range(SEEDS))
    return sum(read) >= GOAL * SEEDS * SEALED


@cache
def on_validation(*settings):
    """Return how many validation digits are read right, the mean of some seeds."""
    _, validation, others = piles()
    settings = dict(zip(SETTINGS, settings, strict=True))
    read = [read_right(settings, seed, others, validation) for seed in range(TRIED)]
    return sum(read) / TRIED


def result_of(answer):
    """Train with the settings; if they fall short, try which change would help."""
    settings = answer()
    if not isinstance(settings, dict):
        return {"the settings": f"no dict, but {form_of(settings)}"}
    fault = out_of_order(settings)
    if fault:
        return {"the settings": fault}
    passed = passes(*in_order(settings))
    facts = {"the settings": "in order", "enough of the fresh digits read": passed}
    return facts | ({} if passed else {"what helps": remedy(settings)})


def in_order(settings):
    """Return the values of settings, in the order of their names."""
    return tuple(settings[name] for name in SETTINGS)


def remedy(settings):
    """Return the single change by which most validation digits are gained."""
    eta, size, hidden = (settings[k] for k in ("eta", "mini_batch_size", "hidden"))
    changes = {
        "a tenth of this eta": {"eta": eta / 10},
        "ten times this eta": {"eta": eta * 10},
        "60 hidden neurons": {"hidden": max(60, hidden)},
        "mini-batches of 4": {"mini_batch_size": min(4, size)},
        "the other cost": {"cost": other("cost", settings)},
        "the other start": {"start": other("start", settings)},
    }
    before = on_validation(*in_order(settings))
    after = {w: on_validation(*in_order(settings | c)) for w, c in changes.items()}
    best = max(after, key=after.get)
    return best if after[best] > before + LUCK else NONE


def other(name, settings):
    """Return the other one of two choices."""
    return next(choice for choice in CHOICES[name] if choice != settings[name])


def what_would_help(answer):
    """Say which single change lets the settings read more validation digits."""
    settings = answer()
    if not isinstance(settings, dict) or out_of_order(settings):
        return ""
    helps = remedy(settings)
    if helps == NONE:
        return ""
    return f"On the validation digits, of the changes tried, this helps most: {helps}."


def two_calls():
    """Return the call twice: settings drawn by chance would have to pass each time."""
    return [Case(), Case()]


@exercise(
    lesson=9,
    cases=two_calls,
    observe=result_of,
    explain=what_would_help,
    by_hand=False,
    seconds=60.0,
    hints=(
        "Set the Tuner to three epochs. Which knob moves the validation score most?",
        "In three epochs, how many steps do mini-batches of 10 take, and how many "
        "those of 2? Which eta suits the shorter ones?",
        "Sweep eta with mini-batches of 1 or 2, 60 hidden neurons and cross-entropy. "
        "Compare the means of several seeds.",
    ),
)
def challenge():
    return {
        "hidden": 60,  # neurons
        "eta": 0.3,  # step
        "mini_batch_size": 2,  # examples a step
        "cost": "cross_entropy",  # δ = a − y
        "start": "scaled",  # 1/√n_in
    }


challenge.slips("""
eta_too_small: How far does the cost fall in an epoch? What limits the step?
    "eta": 0.001,  # step
eta_too_large: Where do the weights land after one such step?
    "eta": 30.0,  # step
too_few_hidden: Through how many numbers must the picture of a digit pass?
    "hidden": 3,  # neurons
batches_too_large: How many steps does an epoch take with such batches?
    "mini_batch_size": 100,  # examples a step
cost_spelt_otherwise: How is the cost spelt in the task?
    "cost": "cross-entropy",  # δ = a − y
""")


@challenge.mistake("Which keys does the task list?")
def without_the_start():
    settings = challenge.reference()
    del settings["start"]
    return settings


@challenge.mistake("How many epochs does the task grant, and is there a key for them?")
def with_epochs_of_its_own():
    return challenge.reference() | {"epochs": 30}


@challenge.variant
def many_neurons():
    return dict(zip(SETTINGS, (100, 0.2, 1, "cross_entropy", "scaled"), strict=True))


@challenge.variant
def digit_by_digit():
    return dict(zip(SETTINGS, (60, 0.2, 1, "cross_entropy", "standard"), strict=True))


# predictions


@prediction(
    lesson=9,
    choices={
        "a": "A larger error should make a larger step, and a − y is larger here. But "
        "it is multiplied by σ′(z), which is 0.018 at z = 4 and 0.149 at z = 1.5.",
        "b": "The two errors a − y are much alike, 0.98 and 0.82. The slopes σ′(z) "
        "that they are multiplied by are not.",
        "c": "The slightly wrong one: its σ′(z) is eight times as large, and it grows "
        "as z falls. The badly wrong one has hardly moved after 100 steps.",
    },
)
def prediction_9_1():
    slightly, badly = (_way(z) for z in (1.5, 4.0))
    if abs(badly - slightly) < 0.1 * slightly:
        return "b"
    return "c" if slightly > badly else "a"


def _way(z, eta=0.15, steps=100):
    """Return how far z = w + b falls: one neuron, x = 1, y = 0, the quadratic cost."""
    start = z
    for _ in range(steps):
        z -= 2 * eta * sigmoid(z) * sigmoid_prime(z)  # w and b move by as much
    return start - z


@prediction(
    lesson=9,
    choices={
        "a": "With one hidden layer the scaled start was a cure. It keeps z small, so "
        "that each σ′ is near ¼: but five factors of ¼ are a thousandth.",
        "b": "Both begin with numbers of the same kind, and training could make up for "
        "the rest. With five layers it does not: from the scaled start it guesses.",
        "c": "Standard: its larger weights make up for σ′. From the scaled start next "
        "to nothing gets through five layers, neither the error nor the picture.",
    },
)
def prediction_9_2():
    training_data, test_data = load_digits()
    right = []
    for start in ("scaled", "standard"):
        net = Network([64, *[30] * 5, 10], 0, "cross_entropy", start)
        *_, last = net.train(training_data, 10, 10, 0.5, test_data)
        right.append(last.accuracy)
    scaled, standard = right
    if abs(scaled - standard) < 0.1:
        return "b"
    return "c" if standard > scaled else "a"


@prediction(
    lesson=9,
    choices={
        2.4: "The slope of the penalty is λw = 2.4, and a step takes η times that "
        "away: 3 − 0.25 · 2.4, which is (1 − ηλ) · 3.",
        0.6: "3 − λ · 3 leaves out the learning rate.",
        1.8: "The slope of λw² is 2λw. The penalty has a ½ in front, as the quadratic "
        "cost has, so that the 2 is gone.",
        2.8: "3 − ηλ takes the same from every weight. The slope of a square grows "
        "with the weight.",
        2.1: "½λw² = 3.6 is the penalty. A step goes along its slope.",
        3.6: "A step goes against the slope, so it makes the weight smaller.",
        3.0: "No slope of the cost does not mean no step: the penalty has a slope.",
    },
)
def prediction_9_3():
    net = Network([1, 1], weight_decay=0.8)
    net.weights, nothing = [np.array([[3.0]])], np.zeros((1, 1))
    net.update_mini_batch((nothing, nothing), 0.25)  # x = 0, so that δ x = 0
    return net.weights[0].item()
