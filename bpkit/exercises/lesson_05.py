"""Exercises of lesson 5: the forward pass and the backward pass of a neuron."""

from itertools import pairwise

import numpy as np

from bpkit.activations import sigmoid, sigmoid_prime
from bpkit.exercises.engine import Case, exercise, number

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
    ]


@exercise(
    lesson=5,
    task="""
    weighted_input(w, a, b) gives the weighted input z = Σ w a + b of one neuron. w
    holds its weights and a the activations that come in, both arrays of shape (n,); b,
    its bias, is a number. Return z, a number.
    """,
    cases=neurons,
    hints=(
        "Each weight meets its own input. What becomes of the products?",
        "Multiply entry by entry, sum, then add the bias, once.",
        "w @ a is the sum of the products.",
    ),
    quantities=lambda w, a, b: {"n, the number of inputs,": len(w)},
)
def weighted_input(w, a, b):
    return w @ a + b


@weighted_input.mistake("What does z hold besides the weighted inputs?")
def leaves_out_the_bias(w, a, b):
    return w @ a


@weighted_input.mistake("How many biases has one neuron, and how often is b added?")
def a_bias_for_every_input(w, a, b):
    return np.sum(w * a + b)


@weighted_input.mistake("One number is asked for. What happens to the products?")
def leaves_the_products_apart(w, a, b):
    return w * a + b


@weighted_input.mistake("With which sign does the bias enter z?")
def subtracts_the_bias(w, a, b):
    return w @ a - b


@weighted_input.mistake("Is z what goes into σ, or what comes out of it?")
def squashes_the_sum(w, a, b):
    return sigmoid(w @ a + b)


@weighted_input.mistake("Is z a sum over the inputs, or a mean?")
def mean_of_the_products(w, a, b):
    return np.mean(w * a) + b


@weighted_input.mistake("Which comes first: multiplying a pair, or adding up?")
def product_of_the_sums(w, a, b):
    return np.sum(w) * np.sum(a) + b


@weighted_input.mistake("What does a weight do to its input: multiply it, or add?")
def adds_weights_and_inputs(w, a, b):
    return np.sum(w + a) + b


@weighted_input.mistake("Is the bias a factor of z, or a part of the sum?")
def multiplies_by_the_bias(w, a, b):
    return (w @ a) * b


@weighted_input.mistake("Which inputs reach this neuron? Did all of them?")
def first_input_only(w, a, b):
    return w[0] * a[0] + b


@weighted_input.mistake("Is the bias weighted too?")
def weighs_the_bias_too(w, a, b):
    return w @ (a + b)


@weighted_input.mistake("Does each weight meet its own input?")
def inputs_in_reverse(w, a, b):
    return w @ a[::-1] + b


@weighted_input.mistake("Where is a? Do the weights alone make z?")
def forgets_the_inputs(w, a, b):
    return np.sum(w) + b


@weighted_input.mistake("Where is w? Do the inputs alone make z?")
def forgets_the_weights(w, a, b):
    return np.sum(a) + b


@weighted_input.mistake("Is each input paired with one weight, or with all of them?")
def every_weight_with_every_input(w, a, b):
    return np.outer(w, a) + b


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
    task="""
    The inputs of a neuron are 1 and −1, its weights w = (1, −2), its bias 1. Give the
    slopes of its weighted input z by its two weights, ∂z/∂w, as a pair of numbers:
    first by the weight of the input 1, then by the weight of the input −1.
    """,
    hints=(
        "Write z out with both products. Which of its terms change when the first "
        "weight moves?",
        "z = w₁·a₁ + w₂·a₂ + b: a nudge of w₁ is multiplied by a₁.",
    ),
)
def dz_dw():
    a = 1, -1
    return a


@dz_dw.mistake("Those are the weights. What multiplies a weight when it moves?")
def weights_themselves():
    return 1, -2


@dz_dw.mistake("Compare the order: to which input does the first weight belong?")
def the_other_way_round():
    return -1, 1


@dz_dw.mistake("If the second weight grows, does z grow or shrink?")
def sizes_without_signs():
    return 1, 1


@dz_dw.mistake("If the first weight grows, does z grow or shrink?")
def minus_for_both():
    return -1, -1


@dz_dw.mistake("Those are the products. Nudge the second weight: what multiplies it?")
def products_of_weight_and_input():
    return 1, 2


@dz_dw.mistake("That is z. By how much does it change, for each weight?")
def the_weighted_input():
    return 4


@dz_dw.mistake("Two slopes are asked for, one a weight. What did you add up?")
def sum_of_the_two():
    return 0


@dz_dw.mistake("If the second weight moves, does z stay the same?")
def only_the_first_counts():
    return 1, 0


@dz_dw.mistake("Does the bias share in it? Which terms hold the weight?")
def bias_added():
    return 2, 0


@dz_dw.mistake("Is it the slope of z or of a = σ(z) that is asked for?")
def slopes_of_the_activation():
    slope = sigmoid_prime(4.0)
    return slope, -slope


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
        Case(*(np.array([[v]]) for v in (0.5, 0.0, 0.0))),
    ]


@exercise(
    lesson=5,
    task="""
    output_error(a, y, z) gives δ = ∂C/∂z of the output layer (BP1) for the cost
    ½‖a − y‖² of each example. a = σ(z) holds the outputs, y what they should be, z the
    weighted inputs; all have shape (n, m), one row a neuron, one column an example.
    Return δ, shape (n, m): nothing is averaged or summed. The arrays stay as they are.
    """,
    cases=outputs,
    hints=(
        "The cost depends on z through a. How does C change with a, and a with z?",
        "∂C/∂a = a − y, and ∂a/∂z = σ′(z): multiply along the path, neuron by neuron.",
        "* multiplies entry by entry; sigmoid_prime(z) takes z, not a.",
    ),
    quantities=lambda a, y, z: {M: a.shape[1], "n, the number of neurons,": len(a)},
)
def output_error(a, y, z):
    return (a - y) * sigmoid_prime(z)


@output_error.mistake("How does a change with z? Which cost is meant here?")
def forgets_the_slope_of_the_sigmoid(a, y, z):
    return a - y


@output_error.mistake("If a rises slightly above y, does the cost rise?")
def target_minus_output(a, y, z):
    return (y - a) * sigmoid_prime(z)


@output_error.mistake("Is it σ that you need at z, or its slope?")
def sigmoid_for_its_slope(a, y, z):
    return (a - y) * sigmoid(z)


@output_error.mistake("Does your σ′ get z, or what σ has already made of it?")
def slope_taken_at_a(a, y, z):
    return (a - y) * sigmoid_prime(a)


@output_error.mistake("In a(1 − a), is the letter z or a?")
def z_times_one_minus_z(a, y, z):
    return (a - y) * z * (1 - z)


@output_error.mistake("Where does f(1 − f) end: is there a second factor?")
def one_minus_the_output(a, y, z):
    return (a - y) * (1 - a)


@output_error.mistake("Which constant stands before the square in the cost?")
def forgets_the_half(a, y, z):
    return 2 * (a - y) * sigmoid_prime(z)


@output_error.mistake("What is the derivative of ½d²: does the half stay?")
def keeps_the_half(a, y, z):
    return 0.5 * (a - y) * sigmoid_prime(z)


@output_error.mistake("Is that the cost, or how the cost changes with a?")
def cost_for_its_slope(a, y, z):
    return 0.5 * (a - y) ** 2 * sigmoid_prime(z)


@output_error.mistake("Along a path, are slopes added or multiplied?")
def adds_the_two_factors(a, y, z):
    return (a - y) + sigmoid_prime(z)


@output_error.mistake("The path to z has two steps. Which slope is missing here?")
def slope_of_the_sigmoid_only(a, y, z):
    return sigmoid_prime(z)


@output_error.mistake("The cost compares two numbers: which one is missing here?")
def forgets_the_target(a, y, z):
    return a * sigmoid_prime(z)


@output_error.mistake("The cost compares a with y. What does your code compare?")
def compares_z_with_the_target(a, y, z):
    return (z - y) * sigmoid_prime(z)


@output_error.mistake("How often does σ stand between z and the cost?")
def slope_of_the_sigmoid_twice(a, y, z):
    return (a - y) * sigmoid_prime(z) ** 2


@output_error.mistake("Each example has its own δ. Who asked for a mean?")
def divides_by_the_examples(a, y, z):
    return (a - y) * sigmoid_prime(z) / a.shape[1]


@output_error.mistake("Do the neurons of the output share one error?")
def divides_by_the_neurons(a, y, z):
    return (a - y) * sigmoid_prime(z) / len(a)


@output_error.mistake("Each example has its own δ. What did you sum?")
def sums_over_the_examples(a, y, z):
    return np.sum((a - y) * sigmoid_prime(z), axis=1, keepdims=True)


@output_error.mistake("Each example has its own δ. Who asked for a mean?")
def averages_over_the_examples(a, y, z):
    return np.mean((a - y) * sigmoid_prime(z), axis=1, keepdims=True)


@output_error.mistake("How many slopes are asked for: one, or one a neuron?")
def sums_over_everything(a, y, z):
    return np.sum((a - y) * sigmoid_prime(z))


@output_error.mistake("Should this multiply neuron by neuron, or mix them?")
def matrix_product(a, y, z):
    return (a - y) @ sigmoid_prime(z)


@output_error.mistake("Should this multiply neuron by neuron, or mix them?")
def matrix_product_of_rows(a, y, z):
    return (a - y) @ sigmoid_prime(z).T


@output_error.mistake("Should this multiply neuron by neuron, or mix them?")
def matrix_product_of_columns(a, y, z):
    return (a - y).T @ sigmoid_prime(z)


@output_error.mistake("Can the error of a neuron be negative? What says its sign?")
def error_without_its_sign(a, y, z):
    return np.abs(a - y) * sigmoid_prime(z)


@output_error.mistake("Are a and y still what they were when you were called?")
def changes_the_outputs(a, y, z):
    a -= y
    return a * sigmoid_prime(z)


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

    def case(n_next, n, m):
        w = rng.normal(0.2, 1.3, (n_next, n))
        return Case(w, rng.normal(0.1, 0.8, (n_next, m)), rng.normal(0, 2, (n, m)))

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
    ]


@exercise(
    lesson=5,
    task="""
    hidden_error(w_next, delta_next, z) carries δ one layer back (BP2). w_next, shape
    (n_next, n), are the weights of the next layer, from this one's n neurons to its
    n_next; delta_next, shape (n_next, m), is its δ; z, shape (n, m), are this layer's
    weighted inputs; one column an example. Return this layer's δ = ∂C/∂z, shape (n, m).
    """,
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
    return (w_next.T @ delta_next) * sigmoid_prime(z)


@hidden_error.mistake("Which weights leave neuron k: a row of w_next, or a column?")
def forgets_to_transpose(w_next, delta_next, z):
    return (w_next @ delta_next) * sigmoid_prime(z)


@hidden_error.mistake("Which derivative is missing on the way from a to z?")
def forgets_the_sigmoid(w_next, delta_next, z):
    return w_next.T @ delta_next


@hidden_error.mistake("Is it σ that you need at z, or its slope?")
def value_of_the_sigmoid(w_next, delta_next, z):
    return (w_next.T @ delta_next) * sigmoid(z)


@hidden_error.mistake("Does your σ′ get z, or what σ has already made of it?")
def slope_at_the_activation(w_next, delta_next, z):
    return (w_next.T @ delta_next) * sigmoid_prime(sigmoid(z))


@hidden_error.mistake("In a(1 − a), is the letter z or a?")
def sum_for_the_activation(w_next, delta_next, z):
    return (w_next.T @ delta_next) * z * (1 - z)


@hidden_error.mistake("Which sign has the slope of σ?")
def falling_sigmoid(w_next, delta_next, z):
    return -(w_next.T @ delta_next) * sigmoid_prime(z)


@hidden_error.mistake("How many sigmoids lie between this z and the next one?")
def slope_twice(w_next, delta_next, z):
    return (w_next.T @ delta_next) * sigmoid_prime(z) ** 2


@hidden_error.mistake("Should σ′ multiply neuron by neuron, or mix them?")
def mixes_with_the_slopes(w_next, delta_next, z):
    return (w_next.T @ delta_next) @ sigmoid_prime(z)


@hidden_error.mistake("Should σ′ multiply neuron by neuron, or mix them?")
def mixes_with_the_slopes_turned(w_next, delta_next, z):
    return (w_next.T @ delta_next) @ sigmoid_prime(z).T


@hidden_error.mistake("Which operation sums over the neurons of the next layer?")
def weights_entry_by_entry(w_next, delta_next, z):
    return (w_next.T * delta_next) * sigmoid_prime(z)


@hidden_error.mistake("Which operation sums over the neurons of the next layer?")
def weights_entry_by_entry_unturned(w_next, delta_next, z):
    return (w_next * delta_next) * sigmoid_prime(z)


@hidden_error.mistake("σ′(z) belongs to this layer. On which side of W does it act?")
def slope_before_the_weights(w_next, delta_next, z):
    return w_next.T @ (delta_next * sigmoid_prime(z))


@hidden_error.mistake("Which axis of delta_next do you sum: neurons, or examples?")
def weights_after_the_error(w_next, delta_next, z):
    return (delta_next @ w_next.T) * sigmoid_prime(z)


@hidden_error.mistake("Which axis of delta_next do you sum: neurons, or examples?")
def error_times_weights(w_next, delta_next, z):
    return (delta_next @ w_next) * sigmoid_prime(z)


@hidden_error.mistake("Rows and columns: where are the examples in your result?")
def result_lying_down(w_next, delta_next, z):
    return (delta_next.T @ w_next) * sigmoid_prime(z).T


@hidden_error.mistake("Print the shape of Wᵀδ: does it stand like z?")
def only_the_product_lying_down(w_next, delta_next, z):
    return (delta_next.T @ w_next) * sigmoid_prime(z)


@hidden_error.mistake("Do slopes go back by undoing W, or by following its wires?")
def undoes_the_weights(w_next, delta_next, z):
    return np.linalg.solve(w_next, delta_next) * sigmoid_prime(z)


@hidden_error.mistake("Do slopes go back by undoing W, or by following its wires?")
def undoes_the_weights_at_best(w_next, delta_next, z):
    return (np.linalg.pinv(w_next) @ delta_next) * sigmoid_prime(z)


@hidden_error.mistake("What arrives from the right, besides the weights?")
def forgets_the_next_error(w_next, delta_next, z):
    return w_next.sum(axis=0)[:, None] * sigmoid_prime(z)


@hidden_error.mistake("What is a nudge multiplied by on the wire to the next layer?")
def forgets_the_weights(w_next, delta_next, z):
    return delta_next.sum(axis=0) * sigmoid_prime(z)


@hidden_error.mistake("Is the next layer's error the same for all its neurons?")
def sums_before_multiplying(w_next, delta_next, z):
    return np.outer(w_next.sum(axis=0), delta_next.sum(axis=0)) * sigmoid_prime(z)


@hidden_error.mistake("Where a neuron's paths meet, is it a sum or a mean?")
def mean_over_the_next_layer(w_next, delta_next, z):
    return (w_next.T @ delta_next) * sigmoid_prime(z) / len(w_next)


@hidden_error.mistake("How many times are you averaging?")
def divides_by_the_batch(w_next, delta_next, z):
    return (w_next.T @ delta_next) * sigmoid_prime(z) / z.shape[1]


@hidden_error.mistake("Each example has its own δ. Who asked for a mean?")
def averages_the_examples(w_next, delta_next, z):
    delta = (w_next.T @ delta_next) * sigmoid_prime(z)
    return delta.mean(axis=1, keepdims=True)


@hidden_error.mistake("Each example has its own δ. What did you sum?")
def sums_the_examples(w_next, delta_next, z):
    delta = (w_next.T @ delta_next) * sigmoid_prime(z)
    return delta.sum(axis=1, keepdims=True)


@hidden_error.mistake("Along a path, are slopes added or multiplied?")
def adds_the_slope(w_next, delta_next, z):
    return (w_next.T @ delta_next) + sigmoid_prime(z)


@hidden_error.mistake("Which neurons of the next layer feel this one?")
def first_follower_only(w_next, delta_next, z):
    return np.outer(w_next[0], delta_next[0]) * sigmoid_prime(z)


@hidden_error.mistake("Can two paths cancel? Which sign has each weight?")
def weights_without_their_signs(w_next, delta_next, z):
    return (np.abs(w_next).T @ delta_next) * sigmoid_prime(z)


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
    return [
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
    ]


@exercise(
    lesson=5,
    task="""
    backward_network(weights, zs, upstream) runs a network backward: the same wires with
    their arrows reversed, each neuron an amplifier of constant gain σ′(z). weights are
    those of the forward network: weights[l], shape (n_out, n_in), leads into layer l.
    zs[l], shape (n_out, m), holds the weighted inputs of layer l. upstream = ∂C/∂a of
    the last layer, in the shape of zs[-1]. Return a list as long as zs: entry l is δ of
    layer l, in the shape of zs[l]. What arrives at a neuron is multiplied by its gain
    and then leaves along all its wires.
    """,
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
)
def backward_network(weights, zs, upstream):
    deltas = [upstream * sigmoid_prime(zs[-1])]
    for l in range(len(zs) - 2, -1, -1):
        arriving = weights[l + 1].T @ deltas[0]
        deltas.insert(0, arriving * sigmoid_prime(zs[l]))
    return deltas


def run_backward(
    weights,
    zs,
    upstream,
    start=lambda upstream, z: upstream * sigmoid_prime(z),
    wires=lambda w, delta: w.T @ delta,
    gain=lambda arriving, z: arriving * sigmoid_prime(z),
):
    """Run the backward network with, in a mistake, one step of it changed."""
    deltas = [start(upstream, zs[-1])]
    for w, z in zip(weights[:0:-1], zs[-2::-1], strict=True):
        deltas.insert(0, gain(wires(w, deltas[0]), z))
    return deltas


def with_gain(gain):
    """Return the keywords that put one gain on every neuron."""
    return {"start": lambda u, z: u * gain(z), "gain": lambda a, z: a * gain(z)}


@backward_network.mistake("Which wires leave a neuron backward: a row or a column?")
def wires_not_turned(weights, zs, upstream):
    return run_backward(weights, zs, upstream, wires=lambda w, delta: w @ delta)


@backward_network.mistake("What does the last layer's amplifier make of upstream?")
def no_gain_at_the_output(weights, zs, upstream):
    return run_backward(weights, zs, upstream, start=lambda u, z: u)


@backward_network.mistake("Are the hidden neurons amplifiers too?")
def no_gain_in_the_hidden_layers(weights, zs, upstream):
    return run_backward(weights, zs, upstream, gain=lambda arriving, z: arriving)


@backward_network.mistake("What does an amplifier do to what arrives?")
def no_gain_at_all(weights, zs, upstream):
    return run_backward(weights, zs, upstream, **with_gain(lambda z: 1.0))


@backward_network.mistake("Is the gain σ, or its slope?")
def gain_of_the_sigmoid(weights, zs, upstream):
    return run_backward(weights, zs, upstream, **with_gain(sigmoid))


@backward_network.mistake("Is the gain σ, or its slope, in the hidden layers?")
def hidden_gain_of_the_sigmoid(weights, zs, upstream):
    gain = with_gain(sigmoid)["gain"]
    return run_backward(weights, zs, upstream, gain=gain)


@backward_network.mistake("Does your σ′ get z, or what σ has already made of it?")
def gain_at_the_activation(weights, zs, upstream):
    gain = with_gain(lambda z: sigmoid_prime(sigmoid(z)))
    return run_backward(weights, zs, upstream, **gain)


@backward_network.mistake("In a(1 − a), is the letter z or a?")
def gain_from_z_itself(weights, zs, upstream):
    return run_backward(weights, zs, upstream, **with_gain(lambda z: z * (1 - z)))


@backward_network.mistake("Does the gain multiply what arrives, or add to it?")
def adds_the_gain(weights, zs, upstream):
    start = {"start": lambda u, z: u + sigmoid_prime(z)}
    gain = {"gain": lambda arriving, z: arriving + sigmoid_prime(z)}
    return run_backward(weights, zs, upstream, **start, **gain)


@backward_network.mistake("Is the gain constant, or does σ act on the way back too?")
def squashes_on_the_way_back(weights, zs, upstream):
    return run_backward(
        weights,
        zs,
        upstream,
        start=lambda u, z: sigmoid(u),
        gain=lambda arriving, z: sigmoid(arriving),
    )


@backward_network.mistake("In which order do you hand back the layers?")
def last_layer_first(weights, zs, upstream):
    return run_backward(weights, zs, upstream)[::-1]


@backward_network.mistake("Which weights lie between layer l and layer l + 1?")
def weights_of_the_wrong_layer(weights, zs, upstream):
    return run_backward([weights[0], *weights[:-1]], zs, upstream)


@backward_network.mistake("Which layer's z sets the gain of layer l?")
def gain_of_the_layer_after(weights, zs, upstream):
    deltas = [upstream * sigmoid_prime(zs[-1])]
    for l in range(len(zs) - 2, -1, -1):
        arriving = weights[l + 1].T @ deltas[0]
        deltas.insert(0, arriving * sigmoid_prime(zs[l + 1]))
    return deltas


@backward_network.mistake("Which layer's z sets the gain of layer l?")
def gains_from_the_left(weights, zs, upstream):
    return run_backward(weights, zs[::-1], upstream)


@backward_network.mistake("What leaves a neuron: what arrived, or what it made of it?")
def hands_on_without_the_gain(weights, zs, upstream):
    arriving, deltas = upstream, []
    for w, z in zip(weights[::-1], zs[::-1], strict=True):
        deltas.insert(0, arriving * sigmoid_prime(z))
        arriving = w.T @ arriving
    return deltas


@backward_network.mistake("What runs back from layer l: what arrived, or its δ?")
def hidden_gains_not_carried_on(weights, zs, upstream):
    signal = upstream * sigmoid_prime(zs[-1])
    deltas = [signal]
    for w, z in zip(weights[:0:-1], zs[-2::-1], strict=True):
        signal = w.T @ signal
        deltas.insert(0, signal * sigmoid_prime(z))
    return deltas


@backward_network.mistake("How often does each neuron amplify what passes through it?")
def amplifies_twice(weights, zs, upstream):
    return run_backward(
        weights, zs, upstream, **with_gain(lambda z: sigmoid_prime(z) ** 2)
    )


@backward_network.mistake("δ already holds a gain. How often does it act on the way?")
def gains_of_both_layers(weights, zs, upstream):
    deltas = [upstream * sigmoid_prime(zs[-1])]
    for l in range(len(zs) - 2, -1, -1):
        amplified = deltas[0] * sigmoid_prime(zs[l + 1])
        deltas.insert(0, (weights[l + 1].T @ amplified) * sigmoid_prime(zs[l]))
    return deltas


@backward_network.mistake("Is δ what arrives at a neuron, or what it makes of it?")
def what_arrives_at_the_neurons(weights, zs, upstream):
    arriving = []
    for w, z in zip(weights[::-1], zs[::-1], strict=True):
        arriving.insert(0, upstream)
        upstream = w.T @ (upstream * sigmoid_prime(z))
    return arriving


@backward_network.mistake("How many δ are asked for? Has the input one?")
def carries_on_to_the_input(weights, zs, upstream):
    deltas = run_backward(weights, zs, upstream)
    return [weights[0].T @ deltas[0], *deltas]


@backward_network.mistake("How many δ are asked for? Is upstream one of them?")
def upstream_in_the_list(weights, zs, upstream):
    return [*run_backward(weights, zs, upstream), upstream]


@backward_network.mistake("Which layers are still waiting for their δ?")
def output_layer_only(weights, zs, upstream):
    return [upstream * sigmoid_prime(zs[-1])]


@backward_network.mistake("How many layers have a z? Is the first one of them?")
def stops_before_the_first_layer(weights, zs, upstream):
    deltas = run_backward(weights, zs, upstream)
    return deltas[1:] if len(deltas) > 1 else deltas


@backward_network.mistake("What runs along the wires backward? Where are the wires?")
def upstream_at_every_layer(weights, zs, upstream):
    return [upstream * sigmoid_prime(z) for z in zs]


@backward_network.mistake("What runs back into layer l: the δ of which layer?")
def always_from_the_output(weights, zs, upstream):
    last = upstream * sigmoid_prime(zs[-1])
    deltas = [
        (w.T @ last) * sigmoid_prime(z)
        for w, z in zip(weights[1:], zs[:-1], strict=True)
    ]
    return [*deltas, last]


@backward_network.mistake("Does a neuron mix the examples, or amplify each number?")
def gain_as_a_matrix(weights, zs, upstream):
    return run_backward(
        weights,
        zs,
        upstream,
        start=lambda u, z: u @ sigmoid_prime(z),
        gain=lambda arriving, z: arriving @ sigmoid_prime(z),
    )


@backward_network.mistake("Where wires meet, what happens to what they carry?")
def wires_entry_by_entry(weights, zs, upstream):
    return run_backward(weights, zs, upstream, wires=lambda w, delta: w.T * delta)


@backward_network.mistake("What does a wire multiply by?")
def wires_without_weights(weights, zs, upstream):
    return run_backward(
        weights,
        zs,
        upstream,
        wires=lambda w, delta: np.ones_like(w.T) @ delta,
    )


@backward_network.mistake("Does the signal run back by undoing W, or along its wires?")
def undoes_the_weights_backward(weights, zs, upstream):
    return run_backward(
        weights,
        zs,
        upstream,
        wires=lambda w, delta: np.linalg.pinv(w) @ delta,
    )


@backward_network.mistake("If ∂C/∂a is positive, does C fall when z grows?")
def signs_flipped(weights, zs, upstream):
    return run_backward(weights, zs, -upstream)


@backward_network.mistake("Each example has its own δ. Who asked for a mean?")
def divides_by_the_number_of_examples(weights, zs, upstream):
    return run_backward(weights, zs, upstream / upstream.shape[1])


@backward_network.mistake("Each example has its own δ. Who asked for a mean?")
def averages_over_examples(weights, zs, upstream):
    deltas = run_backward(weights, zs, upstream)
    return [delta.mean(axis=1, keepdims=True) for delta in deltas]


@backward_network.mistake("Each example has its own δ. What did you sum?")
def sums_over_examples(weights, zs, upstream):
    deltas = run_backward(weights, zs, upstream)
    return [delta.sum(axis=1, keepdims=True) for delta in deltas]


@backward_network.mistake("Is upstream still what it was when you were called?")
def changes_upstream(weights, zs, upstream):
    upstream *= sigmoid_prime(zs[-1])
    return run_backward(weights, zs, upstream, start=lambda u, z: u.copy())


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
