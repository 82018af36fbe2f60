"""Exercises of lesson 5: the forward pass and the backward pass of a neuron."""

from itertools import pairwise

import numpy as np

from bpkit.activations import sigmoid, sigmoid_prime
from bpkit.backprop import forward_pass
from bpkit.costs import quadratic_cost
from bpkit.exercises.exercise import Case, exercise, number, prediction
from bpkit.words import number as said

M = "m, the number of examples,"

# --- One neuron ---


def neurons():
    return [
        Case(np.array([1.0, -2.0]), np.array([1.0, -1.0]), 1.0),
        Case(np.array([0.5, -1.5, 2.0]), np.array([0.25, 3.0, -0.75]), -0.5),
        Case(np.array([-0.8]), np.array([2.5]), 0.3),
        Case(np.array([2, -1, 3, 1]), np.array([1, 4, -2, 5]), -3),
        Case(np.array([1.2, 0.7, -0.4, 0.9, -2.1]), np.array([1, 0, 1, 1, 0]), 2.25),
        Case(np.array([0.3, -0.6]), np.array([0.0, 0.0]), -1.75),
        Case(np.array([1, 2]), np.array([0.5, 0.5]), 0),
        *(Case(s * np.array([3, -1]), np.array([2, 5]), s) for s in (1e-9, 1e9)),
    ]


@exercise(
    lesson=5,
    cases=neurons,
    hints=(
        "Each weight meets its own input. What becomes of the products?",
        "Multiply entry by entry, sum, then add the bias, once.",
        "w @ a is the sum of the products.",
    ),
    quantities=lambda w, a, b: {"n, the number of inputs,": len(w)},
)
def weighted_input(w, a, b):
    return w @ a + b  # z


weighted_input.slips("""
leaves_out_the_bias: What does z hold besides the products?
    return w @ a  # z
a_bias_for_every_input: How many biases has one neuron, and how often is b added?
    return np.sum(w * a + b)  # z
leaves_the_products_apart: One number is asked for. What happens to the products?
    return w * a + b  # z
subtracts_the_bias: With which sign does the bias enter z?
    return w @ a - b  # z
squashes_the_sum: Is z what goes into σ, or what comes out of it?
    return sigmoid(w @ a + b)  # z
mean_of_the_products: Is z a sum over the inputs, or a mean?
    return np.mean(w * a) + b  # z
product_of_the_sums: Which comes first: multiplying a pair, or adding up?
    return np.sum(w) * np.sum(a) + b  # z
adds_weights_and_inputs: What does a weight do to its input: multiply it, or add?
    return np.sum(w + a) + b  # z
multiplies_by_the_bias: Is the bias a factor of z, or a part of the sum?
    return (w @ a) * b  # z
first_input_only: Which inputs reach this neuron? Did all of them?
    return w[0] * a[0] + b  # z
last_product_only: What becomes of the first product when the next one comes?
    return w[-1] * a[-1] + b  # z
weighs_the_bias_too: Is the bias weighted too?
    return w @ (a + b)  # z
inputs_in_reverse: Does each weight meet its own input?
    return w @ a[::-1] + b  # z
forgets_the_inputs: Where is a? Do the weights alone make z?
    return np.sum(w) + b  # z
forgets_the_weights: Where is w? Do the inputs alone make z?
    return np.sum(a) + b  # z
every_weight_with_every_input: Is each input paired with one weight, or with all of
them?
    return np.outer(w, a) + b  # z
""")


@weighted_input.variant
def by_a_loop(w, a, b):
    z = b
    for weight, activation in zip(w, a, strict=True):
        z = z + weight * activation
    return z


@weighted_input.variant
def by_summing_products(w, a, b):
    return (w * a).sum() + b


@weighted_input.variant
def with_the_bias_as_a_weight(w, a, b):
    return np.dot(np.append(w, b), np.append(a, 1.0))


@weighted_input.variant
def as_a_matrix_of_one_row(w, a, b):
    return w.reshape(1, -1) @ a.reshape(-1, 1) + b


@number(
    lesson=5,
    hints=(
        "Write z out with both products. Which of its terms change when the first "
        "weight moves?",
        "A nudge of the first weight is multiplied by the first input, and by nothing "
        "else.",
    ),
    kind="numbers",
)
def dz_dw():
    a = 1, -1
    return a


dz_dw.slips("""
weights_themselves: Those are the weights. What multiplies a weight when it moves?
    1, -2
the_other_way_round: If the first weight grows by ε, by how much does z grow?
    -1, 1
sizes_without_signs: If the second weight grows, does z grow or shrink?
    1, 1
minus_for_both: If the first weight grows, does z grow or shrink?
    -1, -1
weights_the_other_way_round: Those are weights. Does the slope by a weight hold the
other weight?
    -2, 1
products_of_weight_and_input: Those are the products. Nudge the second weight: what
multiplies it?
    1, 2
the_weighted_input: That is z. By how much does it change, for each weight?
    4
sum_of_the_two: Two slopes are asked for, one for each weight. What did you add up?
    0
slope_by_the_bias_too: Two slopes are asked for, by the weights. By what is the third?
    1, -1, 1
only_the_first_counts: If the second weight moves, does z stay the same?
    1, 0
bias_added: When a weight moves, which terms of z move with it?
    2, 0
bias_added_to_the_first: When the first weight moves, does the bias move with it?
    2, -1
no_slope_at_all: z is 4 now. If the first weight grows by ε, is it still 4?
    0, 0
slopes_of_the_activation: Is it the slope of z or of a = σ(z) that is asked for?
    sigmoid_prime(4.0), -sigmoid_prime(4.0)
slopes_of_the_cost: Those are slopes of the cost C. How far does a nudge run to reach z?
    sigmoid(4.0) * sigmoid_prime(4.0), -sigmoid(4.0) * sigmoid_prime(4.0)
slopes_of_the_cost_rounded: Those are slopes of the cost C. How far does a nudge run to
reach z?
    0.0173, -0.0173
""")


@dz_dw.variant
def as_a_list():
    return [1.0, -1.0]


@dz_dw.variant
def as_an_array():
    return np.array([1, -1])


@dz_dw.variant
def by_nudging():
    def z(w1, w2):
        return w1 * 1 + w2 * -1 + 1

    e = 1e-6
    return (z(1 + e, -2) - z(1, -2)) / e, (z(1, -2 + e) - z(1, -2)) / e


# --- BP1: the error of the output ---


def outputs():
    rng = np.random.default_rng(51)

    def case(n, m):
        z = rng.normal(0, 2, (n, m))
        return Case(sigmoid(z), rng.uniform(0, 1, (n, m)), z)

    z = np.array([[0, 1, -2], [3, -1, 2]])
    certain = np.array([[40.0, -40.0], [0.5, 0.5]])
    return [
        Case(sigmoid(z[:, :1] / 2), np.array([[0.25], [0.75]]), z[:, :1] / 2),
        case(2, 5),
        case(3, 3),
        case(4, 1),
        case(2, 2),
        case(5, 3),
        case(1, 4),
        case(4, 4),
        Case(sigmoid(z), np.array([[0, 1, 1], [1, 0, 0]]), z),
        Case(sigmoid(certain), np.array([[0.0, 1.0], [1.0, 0.0]]), certain),
        Case(*(np.array([[v]]) for v in (0.5, 0.0, 0.0))),
    ]


@exercise(
    lesson=5,
    cases=outputs,
    fresh=False,  # a is the sigmoid of z
    hints=(
        "The cost depends on z through a. How does C change with a, and a with z?",
        "∂C/∂a = a − y, and ∂a/∂z = σ′(z): multiply along the path, neuron by neuron.",
        "* multiplies entry by entry; sigmoid_prime(z) takes z, not a.",
    ),
    quantities=lambda a, y, z: {M: a.shape[1], "n, the number of neurons,": len(a)},
)
def output_error(a, y, z):
    return (a - y) * sigmoid_prime(z)  # BP1


output_error.slips("""
forgets_the_slope_of_the_sigmoid: That is ∂C/∂a. By how much does a move when z does?
    return a - y  # BP1
target_minus_output: If a rises slightly above y, does the cost rise?
    return (y - a) * sigmoid_prime(z)  # BP1
sigmoid_for_its_slope: Is it σ that you need at z, or its slope?
    return (a - y) * sigmoid(z)  # BP1
slope_taken_at_a: Does your σ′ get z, or what σ has already made of it?
    return (a - y) * sigmoid_prime(a)  # BP1
z_times_one_minus_z: In σ′ = a(1 − a), what is a: z itself, or σ(z)?
    return (a - y) * z * (1 - z)  # BP1
one_minus_the_output: You have 1 − a in place of σ′. Which factor is missing?
    return (a - y) * (1 - a)  # BP1
forgets_the_half: Which constant stands before the square in the cost?
    return 2 * (a - y) * sigmoid_prime(z)  # BP1
keeps_the_half: What is the derivative of ½d²: does the half stay?
    return 0.5 * (a - y) * sigmoid_prime(z)  # BP1
cost_for_its_slope: Is that the cost, or how the cost changes with a?
    return 0.5 * (a - y) ** 2 * sigmoid_prime(z)  # BP1
adds_the_two_factors: Along a path, are slopes added or multiplied?
    return (a - y) + sigmoid_prime(z)  # BP1
slope_of_the_sigmoid_only: The path to z has two steps. Which slope is missing here?
    return sigmoid_prime(z)  # BP1
forgets_the_target: The cost compares two numbers: which one is missing here?
    return a * sigmoid_prime(z)  # BP1
compares_z_with_the_target: The cost compares a with y. What does your code compare?
    return (z - y) * sigmoid_prime(z)  # BP1
slope_of_the_sigmoid_twice: How often does σ stand between z and the cost?
    return (a - y) * sigmoid_prime(z) ** 2  # BP1
divides_by_the_examples: Each example has its own δ. Who asked for a mean?
    return (a - y) * sigmoid_prime(z) / a.shape[1]  # BP1
divides_by_the_neurons: Does the cost ½‖a − y‖² divide by the number of neurons?
    return (a - y) * sigmoid_prime(z) / len(a)  # BP1
sums_over_the_examples: Each example has its own δ. What did you sum?
    return np.sum((a - y) * sigmoid_prime(z), axis=1, keepdims=True)  # BP1
averages_over_the_examples: Each example has its own δ. Who asked for a mean?
    return np.mean((a - y) * sigmoid_prime(z), axis=1, keepdims=True)  # BP1
sums_over_everything: How many slopes are asked for: one, or one for each neuron?
    return np.sum((a - y) * sigmoid_prime(z))  # BP1
matrix_product: Should this multiply neuron by neuron, or mix them?
    return (a - y) @ sigmoid_prime(z)  # BP1
matrix_product_of_rows: Should this multiply neuron by neuron, or mix them?
    return (a - y) @ sigmoid_prime(z).T  # BP1
matrix_product_of_columns: Should this multiply neuron by neuron, or mix them?
    return (a - y).T @ sigmoid_prime(z)  # BP1
error_without_its_sign: An output is too small: which sign should its error have?
    return np.abs(a - y) * sigmoid_prime(z)  # BP1
changes_the_outputs: Print a before and after the call. Is it the same?
    a -= y
    return a * sigmoid_prime(z)  # BP1
""")


@output_error.variant
def by_the_outputs(a, y, z):
    return (a - y) * a * (1 - a)


@output_error.variant
def minus_twice(a, y, z):
    return -np.multiply(y - a, sigmoid(z) * sigmoid(-z))


@output_error.variant
def entry_by_entry(a, y, z):
    delta = np.zeros(z.shape)
    for i in np.ndindex(*z.shape):
        e = np.exp(-abs(z[i]))
        delta[i] = (a[i] - y[i]) * e / (1 + e) ** 2
    return delta


@output_error.variant
def by_a_diagonal_matrix(a, y, z):
    columns = [
        np.diag(sigmoid_prime(zi)) @ (ai - yi)
        for ai, yi, zi in zip(a.T, y.T, z.T, strict=True)
    ]
    return np.stack(columns, axis=1)


# --- BP2: the error of a hidden layer ---


def hidden_layers():
    rng = np.random.default_rng(52)

    def case(n_next, n, m, times=1):
        w = rng.normal(0.2, 1.3, (n_next, n))
        delta_next = times * rng.normal(0.1, 0.8, (n_next, m))
        return Case(w, delta_next, rng.normal(0, 2, (n, m)))

    return [
        Case(
            np.array([[1.0, 2.0], [3.0, 4.5]]),
            np.array([[1.0], [-0.5]]),
            np.array([[0.5], [-2.5]]),
        ),
        case(2, 4, 5),
        case(4, 3, 2),
        case(3, 3, 4),
        case(2, 2, 5),
        case(3, 3, 3),
        case(2, 2, 2),
        case(3, 3, 1),
        case(1, 3, 6),
        case(3, 5, 1),
        case(4, 2, 2),
        case(2, 4, 4),
        case(3, 1, 2),
        case(2, 3, 3),
        Case(
            np.array([[2, -1, 1], [0, 3, -2]]),
            np.array([[1, 0, -2, 4], [3, -1, 1, 2]]),
            np.array([[0, 1, -3, 2], [2, -2, 0, 1], [1, 1, 3, -1]]),
        ),
        *(case(2, 3, 2, times=s) for s in (1e-9, 1e9)),
    ]


@exercise(
    lesson=5,
    cases=hidden_layers,
    hints=(
        "A hidden neuron feeds every neuron of the next layer. What happens where its "
        "paths meet?",
        "∂C/∂a of neuron k is the sum over j of w_next[j, k] · delta_next[j]. Which "
        "matrix product sums over the rows of w_next?",
        "w_next.T @ delta_next is ∂C/∂a; then through σ: times σ′(z), entry by entry.",
    ),
    quantities=lambda w_next, delta_next, z: {
        M: z.shape[1],
        "n, the number of neurons,": len(z),
        "n_next, the number of neurons that follow,": len(w_next),
    },
)
def hidden_error(w_next, delta_next, z):
    return (w_next.T @ delta_next) * sigmoid_prime(z)  # BP2


hidden_error.slips("""
forgets_to_transpose: Which weights leave neuron k: a row of w_next, or a column?
    return (w_next @ delta_next) * sigmoid_prime(z)  # BP2
forgets_the_sigmoid: Which derivative is missing on the way from a to z?
    return w_next.T @ delta_next  # BP2
value_of_the_sigmoid: Is it σ that you need at z, or its slope?
    return (w_next.T @ delta_next) * sigmoid(z)  # BP2
slope_at_the_activation: Does your σ′ get z, or what σ has already made of it?
    return (w_next.T @ delta_next) * sigmoid_prime(sigmoid(z))  # BP2
sum_for_the_activation: In σ′ = a(1 − a), what is a: z itself, or σ(z)?
    return (w_next.T @ delta_next) * z * (1 - z)  # BP2
signs_flipped: If ∂C/∂a is positive, does C fall when z grows?
    return -(w_next.T @ delta_next) * sigmoid_prime(z)  # BP2
slope_twice: How many sigmoids lie between this z and the next one?
    return (w_next.T @ delta_next) * sigmoid_prime(z) ** 2  # BP2
mixes_with_the_slopes: Should σ′ multiply neuron by neuron, or mix them?
    return (w_next.T @ delta_next) @ sigmoid_prime(z)  # BP2
mixes_with_the_slopes_turned: Should σ′ multiply neuron by neuron, or mix them?
    return (w_next.T @ delta_next) @ sigmoid_prime(z).T  # BP2
weights_entry_by_entry: Which operation sums over the neurons of the next layer?
    return (w_next.T * delta_next) * sigmoid_prime(z)  # BP2
weights_entry_by_entry_unturned: Which operation sums over the neurons of the next
layer?
    return (w_next * delta_next) * sigmoid_prime(z)  # BP2
slope_before_the_weights: σ′(z) belongs to this layer. On which side of W does it act?
    return w_next.T @ (delta_next * sigmoid_prime(z))  # BP2
weights_after_the_error: Which axis of delta_next do you sum: neurons, or examples?
    return (delta_next @ w_next.T) * sigmoid_prime(z)  # BP2
error_times_weights: Which axis of delta_next do you sum: neurons, or examples?
    return (delta_next @ w_next) * sigmoid_prime(z)  # BP2
result_lying_down: Rows and columns: where are the examples in your result?
    return (delta_next.T @ w_next) * sigmoid_prime(z).T  # BP2
only_the_product_lying_down: Print the shapes of your product and of z. Are they the
same?
    return (delta_next.T @ w_next) * sigmoid_prime(z)  # BP2
undoes_the_weights: Do slopes go back by undoing W, or by following its wires?
    return np.linalg.solve(w_next, delta_next) * sigmoid_prime(z)  # BP2
undoes_the_weights_at_best: Do slopes go back by undoing W, or by following its wires?
    return (np.linalg.pinv(w_next) @ delta_next) * sigmoid_prime(z)  # BP2
forgets_the_next_error: What arrives from the right, besides the weights?
    return w_next.sum(axis=0)[:, None] * sigmoid_prime(z)  # BP2
forgets_the_weights: What is a nudge multiplied by on the wire to the next layer?
    return delta_next.sum(axis=0) * sigmoid_prime(z)  # BP2
sums_before_multiplying: Is the next layer's error the same for all its neurons?
    sums = np.outer(w_next.sum(axis=0), delta_next.sum(axis=0))
    return sums * sigmoid_prime(z)  # BP2
mean_over_the_next_layer: Where a neuron's paths meet, is it a sum or a mean?
    return (w_next.T @ delta_next) * sigmoid_prime(z) / len(w_next)  # BP2
divides_by_the_batch: Each example has its own δ. Does it depend on how many there are?
    return (w_next.T @ delta_next) * sigmoid_prime(z) / z.shape[1]  # BP2
averages_the_examples: Each example has its own δ. Who asked for a mean?
    delta = (w_next.T @ delta_next) * sigmoid_prime(z)
    return delta.mean(axis=1, keepdims=True)  # BP2
sums_the_examples: Each example has its own δ. What did you sum?
    delta = (w_next.T @ delta_next) * sigmoid_prime(z)
    return delta.sum(axis=1, keepdims=True)  # BP2
adds_the_slope: Along a path, are slopes added or multiplied?
    return (w_next.T @ delta_next) + sigmoid_prime(z)  # BP2
first_follower_only: Which neurons of the next layer feel this one?
    return np.outer(w_next[0], delta_next[0]) * sigmoid_prime(z)  # BP2
last_follower_only: Many paths lead from neuron k. Does each add to what the others
brought, or replace it?
    return np.outer(w_next[-1], delta_next[-1]) * sigmoid_prime(z)  # BP2
weights_without_their_signs: Can two paths cancel? Which sign has each weight?
    return (np.abs(w_next).T @ delta_next) * sigmoid_prime(z)  # BP2
""")


@hidden_error.variant
def by_einsum(w_next, delta_next, z):
    a = sigmoid(z)
    return np.einsum("jk,jm->km", w_next, delta_next) * a * (1 - a)


@hidden_error.variant
def turned_twice(w_next, delta_next, z):
    return (delta_next.T @ w_next).T * sigmoid_prime(z)


@hidden_error.variant
def by_three_loops(w_next, delta_next, z):
    delta = np.zeros(z.shape)
    for k in range(z.shape[0]):
        for i in range(z.shape[1]):
            for j in range(w_next.shape[0]):
                delta[k, i] += w_next[j, k] * delta_next[j, i]
            delta[k, i] *= sigmoid_prime(z[k, i])
    return delta


@hidden_error.variant
def slopes_in_the_weights(w_next, delta_next, z):
    columns = [
        (w_next * sigmoid_prime(zi)).T @ di
        for di, zi in zip(delta_next.T, z.T, strict=True)
    ]
    return np.column_stack(columns)


@hidden_error.variant
def by_tensordot(w_next, delta_next, z):
    slope = (1 - np.tanh(z / 2) ** 2) / 4
    return np.tensordot(w_next, delta_next, axes=(0, 0)) * slope


# --- The backward network ---


def backward_cases():
    rng = np.random.default_rng(53)

    def case(sizes, m):
        weights = [rng.normal(0.1, 1.2, (n, n_in)) for n_in, n in pairwise(sizes)]
        zs = [rng.normal(0, 1.8, (n, m)) for n in sizes[1:]]
        return Case(weights, zs, rng.normal(0.2, 1.5, (sizes[-1], m)))

    weights = [[[1, -2], [-1, 1]], [[2, -1], [-2, -1]], [[3, -1], [-1, 4]]]
    zs = [[[4], [-2]], [[1.85], [-2.08]], [[0.48], [1.58]]]
    chain = [np.array([[w]]) for w in (0.5, -1.0, 3.0)]
    return [
        Case(chain, [np.array([[z]]) for z in (0.0, 1.0, -2.0)], np.array([[8.0]])),
        Case(
            [np.array(w) for w in weights],
            [np.array(z) for z in zs],
            np.array([[1.0], [-0.5]]),
        ),
        case([3, 4, 2], 5),
        case([3, 3, 3], 4),
        case([2, 5, 3, 4], 3),
        case([2, 2, 2, 2], 5),
        case([4, 2], 3),
        case([3, 3, 3, 3], 1),
        case([3, 3, 3], 3),
        case([2, 2, 2, 2], 2),
        case([4, 3, 2], 1),
        case([1, 4, 3, 2, 2], 6),
        case([3, 3, 3, 3, 3], 4),
        case([2, 3, 5, 4, 6, 2], 3),
        case([2, 3, 1], 4),
    ]


def begins_wrong(answer):
    """Say that the δ where the way back begins, that of the last layer, is wrong."""
    chain = backward_cases()[0]
    functions = (answer, backward_network)
    came, right = (np.asarray(f(*chain.args)[-1]).item() for f in functions)
    if np.isclose(came, right):
        return None
    return (
        "With one neuron a layer, the δ of the last layer, where the way back begins, "
        f"is {said(came)}; {said(right)} was expected."
    )


@exercise(
    lesson=5,
    cases=backward_cases,
    hints=(
        "Start on the right: upstream arrives at the last layer. What does the "
        "amplifier σ′(z) make of it?",
        "The wires from layer l to layer l + 1 are weights[l + 1]. Backward they are "
        "its transpose.",
        "delta = upstream * sigmoid_prime(zs[-1]); then for l from len(zs) − 2 down to "
        "0, delta = (weights[l + 1].T @ delta) * sigmoid_prime(zs[l]), each put at the "
        "front of the list.",
    ),
    explain=begins_wrong,
)
def backward_network(weights, zs, upstream):
    deltas = [upstream * sigmoid_prime(zs[-1])]  # BP1
    for l in range(len(zs) - 2, -1, -1):  # right to left
        arriving = weights[l + 1].T @ deltas[0]  # wires
        deltas.insert(0, arriving * sigmoid_prime(zs[l]))  # gain
    return deltas  # every δ


backward_network.slips("""
wires_not_turned: Which weights of the next W lead on from neuron k: row k, or column k?
    arriving = weights[l + 1] @ deltas[0]  # wires
no_gain_at_the_output: What does the last layer's amplifier make of upstream?
    deltas = [upstream]  # BP1
no_gain_in_the_hidden_layers: Are the hidden neurons amplifiers too?
    deltas.insert(0, arriving)  # gain
no_gain_at_all: What does an amplifier do to what arrives?
    deltas = [upstream]  # BP1
    deltas.insert(0, arriving)  # gain
gain_of_the_sigmoid: Is the gain σ, or its slope?
    deltas = [upstream * sigmoid(zs[-1])]  # BP1
    deltas.insert(0, arriving * sigmoid(zs[l]))  # gain
hidden_gain_of_the_sigmoid: Is the gain σ, or its slope, in the hidden layers?
    deltas.insert(0, arriving * sigmoid(zs[l]))  # gain
gain_at_the_activation: Does your σ′ get z, or what σ has already made of it?
    deltas = [upstream * sigmoid_prime(sigmoid(zs[-1]))]  # BP1
    deltas.insert(0, arriving * sigmoid_prime(sigmoid(zs[l])))  # gain
hidden_gain_at_the_activation: Does the σ′ of a hidden layer get z, or σ(z)?
    deltas.insert(0, arriving * sigmoid_prime(sigmoid(zs[l])))  # gain
gain_from_z_itself: In σ′ = a(1 − a), what is a: z itself, or σ(z)?
    deltas = [upstream * zs[-1] * (1 - zs[-1])]  # BP1
    deltas.insert(0, arriving * zs[l] * (1 - zs[l]))  # gain
adds_the_gain: Does the gain multiply what arrives, or add to it?
    deltas = [upstream + sigmoid_prime(zs[-1])]  # BP1
    deltas.insert(0, arriving + sigmoid_prime(zs[l]))  # gain
squashes_on_the_way_back: Is the gain constant, or does σ act on the way back too?
    deltas = [sigmoid(upstream)]  # BP1
    deltas.insert(0, sigmoid(arriving))  # gain
last_layer_first: In which order do you hand back the layers?
    return deltas[::-1]  # every δ
weights_of_the_wrong_layer: Which weights lie between layer l and layer l + 1?
    arriving = weights[l].T @ deltas[0]  # wires
wires_from_the_left: The signal comes in at the right. Whose wires does it meet first?
    for l in range(len(zs) - 1):  # right to left
gain_of_the_layer_after: Which layer's z sets the gain of layer l?
    deltas.insert(0, arriving * sigmoid_prime(zs[l + 1]))  # gain
gains_from_the_left: Which layer's z sets the gain of layer l?
    zs = zs[::-1]
    deltas = [upstream * sigmoid_prime(zs[-1])]  # BP1
hands_on_without_the_gain: What leaves a neuron: what arrived, or what it made of it?
    arriving = upstream
    deltas = [arriving * sigmoid_prime(zs[-1])]  # BP1
    arriving = weights[l + 1].T @ arriving  # wires
hidden_gains_not_carried_on: What runs back from layer l: what arrived, or its δ?
    arriving = upstream * sigmoid_prime(zs[-1])
    deltas = [arriving]  # BP1
    arriving = weights[l + 1].T @ arriving  # wires
amplifies_twice: How often does each neuron amplify what passes through it?
    deltas = [upstream * sigmoid_prime(zs[-1]) ** 2]  # BP1
    deltas.insert(0, arriving * sigmoid_prime(zs[l]) ** 2)  # gain
gains_of_both_layers: δ already holds a gain. How often does it act on the way?
    arriving = weights[l + 1].T @ (deltas[0] * sigmoid_prime(zs[l + 1]))  # wires
what_arrives_at_the_neurons: Is δ what arrives at a neuron, or what it makes of it?
    deltas = [upstream]  # BP1
    arriving = weights[l + 1].T @ (deltas[0] * sigmoid_prime(zs[l + 1]))  # wires
    deltas.insert(0, arriving)  # gain
carries_on_to_the_input: How many δ are asked for? Has the input one?
    return [weights[0].T @ deltas[0], *deltas]  # every δ
upstream_in_the_list: How many δ are asked for? Is upstream one of them?
    return [*deltas, upstream]  # every δ
first_layer_alone: How many δ are asked for: one, or one for each layer?
    return deltas[0]  # every δ
output_layer_only: Which layers are still waiting for their δ?
    return [upstream * sigmoid_prime(zs[-1])]  # every δ
stops_before_the_first_layer: How many layers have a z? Is the first one of them?
    for l in range(len(zs) - 2, 0, -1):  # right to left
upstream_at_every_layer: What runs along the wires backward? Where are the wires?
    deltas.insert(0, upstream * sigmoid_prime(zs[l]))  # gain
upstream_along_the_wires: What runs along the wires: upstream, or a δ?
    arriving = weights[l + 1].T @ upstream  # wires
always_from_the_output: What runs back into layer l: the δ of which layer?
    arriving = weights[l + 1].T @ deltas[-1]  # wires
gain_as_a_matrix: Does a neuron mix the examples, or amplify each number?
    deltas = [upstream @ sigmoid_prime(zs[-1])]  # BP1
    deltas.insert(0, arriving @ sigmoid_prime(zs[l]))  # gain
wires_entry_by_entry: Where wires meet, what happens to what they carry?
    arriving = weights[l + 1].T * deltas[0]  # wires
wires_without_weights: What does a wire multiply by?
    arriving = np.ones_like(weights[l + 1].T) @ deltas[0]  # wires
undoes_the_weights_backward: Does the signal run back by undoing W, or along its wires?
    arriving = np.linalg.pinv(weights[l + 1]) @ deltas[0]  # wires
signs_flipped: If ∂C/∂a is positive, does C fall when z grows?
    deltas = [-upstream * sigmoid_prime(zs[-1])]  # BP1
divides_by_the_number_of_examples: Each example has its own δ. Who asked for a mean?
    deltas = [upstream * sigmoid_prime(zs[-1]) / upstream.shape[1]]  # BP1
averages_over_examples: Each example has its own δ. Who asked for a mean?
    return [delta.mean(axis=1, keepdims=True) for delta in deltas]  # every δ
sums_over_examples: Each example has its own δ. What did you sum?
    return [delta.sum(axis=1, keepdims=True) for delta in deltas]  # every δ
changes_upstream: Print upstream before and after the call. Is it the same?
    upstream *= sigmoid_prime(zs[-1])
    deltas = [upstream.copy()]  # BP1
""")


@backward_network.variant
def from_the_output_then_reversed(weights, zs, upstream):
    delta = upstream * sigmoid_prime(zs[-1])
    deltas = [delta]
    for l in range(2, len(zs) + 1):
        delta = np.dot(weights[-l + 1].T, delta) * sigmoid_prime(zs[-l])
        deltas.append(delta)
    return deltas[::-1]


@backward_network.variant
def by_recursion(weights, zs, upstream):
    delta = np.multiply(upstream, sigmoid_prime(zs[-1]))
    if len(zs) == 1:
        return (delta,)
    return (*by_recursion(weights[:-1], zs[:-1], weights[-1].T @ delta), delta)


@backward_network.variant
def as_arrows_reversed(weights, zs, upstream):
    reversed_wires = [w.T for w in reversed(weights)]
    gains = [sigmoid(z) * (1 - sigmoid(z)) for z in reversed(zs)]
    signal, deltas = upstream, []
    for wires, gain in zip(reversed_wires, gains, strict=True):
        signal = signal * gain
        deltas = [signal, *deltas]
        signal = wires @ signal
    return deltas


@backward_network.variant
def into_a_list_of_places(weights, zs, upstream):
    deltas = [None] * len(zs)
    deltas[-1] = np.einsum("jm,jm->jm", upstream, sigmoid_prime(zs[-1]))
    for l in reversed(range(len(zs) - 1)):
        back = np.einsum("jk,jm->km", weights[l + 1], deltas[l + 1])
        deltas[l] = back * sigmoid_prime(zs[l])
    return deltas


# --- Predictions ---


@prediction(
    lesson=5,
    choices={
        "a": "The output is wrong by almost as much as can be, and that tempts. But "
        "a − y = 0.98 is ∂C/∂a; a nudge of z has to get through σ first.",
        "b": "¼ is the slope of σ at z = 0, its largest. Here z is 4, far out.",
        "c": "σ is nearly flat at z = 4: its slope there is 0.018. The neuron is "
        "wrong, and hardly feels it.",
    },
)
def prediction_5_1():
    z, y = 4.0, 0.0
    delta = (sigmoid(z) - y) * sigmoid_prime(z)
    return "a" if delta > 0.5 else "b" if delta > 0.05 else "c"


@prediction(
    lesson=5,
    choices={
        20: "One for each neuron: whoever is asked again looks into the notes.",
        2046: "The questions still begin at the left, and that tempts. But what made "
        "them so many was forgetting, and nothing is forgotten now.",
        38: "So many times a question is put: 2 from outside, and 2 by each of the 18 "
        "neurons of layers 1 to 9. The other 18 are answered from the notes.",
        10: "That is one for each layer, and each has two neurons.",
    },
)
def prediction_5_2():
    notes, worked_out = set(), 0

    def ask(l, k):
        nonlocal worked_out
        if (l, k) not in notes:
            worked_out += 1
            for j in range(2 if l < 10 else 0):
                ask(l + 1, j)
            notes.add((l, k))

    ask(1, 0)
    ask(1, 1)
    return worked_out


@prediction(
    lesson=5,
    choices={
        0.368: "0.417 less the squares of all 18 slopes, 0.049. The step is short "
        "enough for the promise to hold to the third digit.",
        0.466: "The size is right. A step against the slopes leads down.",
        0.395: "That is what the 12 weights do. The 6 biases move as well.",
        0.39: "That is what the 6 biases do. The 12 weights move as well.",
        0.196: "That takes the length of the gradient, 0.221, for its square, 0.049.",
        0.049: "That is the fall. C is what is left of 0.417.",
        0: "A step of 1 does not take away all of the cost: each number moves by its "
        "own slope, and the largest slope is 0.12.",
    },
    rtol=0.005,
)
def prediction_5_3():
    weights = [[[1, -2], [-1, 1]], [[2, -1], [-2, -1]], [[3, -1], [-1, 4]]]
    weights = [np.array(w, dtype=float) for w in weights]
    biases = [np.array([b], dtype=float).T for b in ([1, 0], [0, 0], [-2, 2])]
    x, y = np.array([[1.0], [-1.0]]), np.array([[1.0], [0.0]])
    zs, activations = forward_pass(weights, biases, x)
    deltas = backward_network(weights, zs, activations[-1] - y)
    for w, b, delta, a in zip(weights, biases, deltas, activations[:-1], strict=True):
        w -= delta * a.T
        b -= delta
    return round(quadratic_cost(forward_pass(weights, biases, x)[1][-1], y), 3)
