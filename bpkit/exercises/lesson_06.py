"""Exercises of lesson 6: the four equations of backpropagation."""

from itertools import pairwise

import numpy as np

from bpkit.activations import sigmoid, sigmoid_prime
from bpkit.costs import quadratic_cost
from bpkit.exercises.compare import close_enough
from bpkit.exercises.exercise import Case, exercise, prediction
from bpkit.gradients import numerical_gradient, relative_error
from bpkit.network import Network

M = "m, the number of examples,"


def explain(answer):
    """Say which of the four equations breaks first."""
    from bpkit.exercises.localiser import explain_backprop

    return explain_backprop(answer)


# --- BP3: the gradient of the biases ---


def error_batches():
    rng = np.random.default_rng(3)
    return [
        Case(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]])),
        Case(np.array([[0.5, -1.0, 2.0, 0.25], [1.5, 0.0, -0.5, 4.0]])),
        Case(rng.normal(size=(3, 3))),
        Case(rng.normal(size=(5, 7))),
        Case(np.array([[1, 2], [4, 7]])),
        Case(np.array([[0.3], [-0.8], [0.1], [0.7]])),
        Case(np.array([[0.5, -2.0, 0.75]])),
        Case(np.array([[1.5, 1.5], [1.5, -0.5]])),
        *(Case(s * np.array([[1.5, -4.0], [2.0, 0.5]])) for s in (1e-9, 1e9)),
    ]


@exercise(
    lesson=6,
    cases=error_batches,
    hints=(
        "For one example BP3 says ∂C/∂b = δ. What does a mean cost make of m of them?",
        "A neuron is a row, so the mean runs along the row: which axis is that?",
        "np.mean takes axis=1, and keepdims=True keeps the column a column.",
    ),
    quantities=lambda delta: {
        M: delta.shape[1],
        "n, the number of neurons,": delta.shape[0],
    },
)
def bias_gradient(delta):
    return delta.mean(axis=1, keepdims=True)  # BP3


bias_gradient.slips("""
sums_over_the_batch: Double the batch by repeating it: should the slope double?
    return delta.sum(axis=1, keepdims=True)  # BP3
loses_the_column: Print the shape: is it the shape of the biases, (n, 1)?
    return delta.mean(axis=1)  # BP3
means_down_the_columns: Does a bias belong to a row of delta, or to a column?
    return delta.mean(axis=0, keepdims=True)  # BP3
flat_means_down_the_columns: Does a bias belong to a row of delta, or to a column?
    return delta.mean(axis=0)  # BP3
leaves_the_examples_apart: Each neuron has one bias. How many numbers came for it?
    return delta  # BP3
first_example_only: What did the other examples say?
    return delta[:, [0]]  # BP3
one_mean_for_the_layer: Do all neurons of a layer share one bias?
    return delta.mean()  # BP3
divides_by_the_neurons: You divide by a length: does it count neurons or examples?
    return delta.sum(axis=1, keepdims=True) / len(delta)  # BP3
divides_by_every_entry: Each sum holds m errors. By which number is it divided in the
end?
    return delta.sum(axis=1, keepdims=True) / delta.size  # BP3
mean_of_the_sizes: What comes out for a neuron whose errors are −1 and 1?
    return np.abs(delta).mean(axis=1, keepdims=True)  # BP3
whole_numbers: Where do the decimals get lost?
    return delta.sum(axis=1, keepdims=True) // delta.shape[1]  # BP3
""")


@bias_gradient.variant
def by_a_product_with_ones(delta):
    m = delta.shape[1]
    return delta @ np.ones((m, 1)) / m


@bias_gradient.variant
def by_a_loop_over_examples(delta):
    total = np.zeros((delta.shape[0], 1))
    for column in delta.T:
        total += column[:, None]
    return total / delta.shape[1]


@bias_gradient.variant
def by_lists(delta):
    return [[sum(row) / len(row)] for row in delta.tolist()]


# --- BP4: the gradient of the weights ---


def errors_and_inputs():
    rng = np.random.default_rng(4)

    def case(n, n_in, m, times=1):
        delta = times * rng.normal(size=(n, m))
        return Case(delta, rng.normal(0.5, 1, size=(n_in, m)))

    return [
        Case(np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([[4.0, -1.0], [0.5, 2.0]])),
        case(2, 4, 5),
        case(3, 3, 4),
        case(2, 2, 3),
        case(4, 2, 7),
        case(3, 3, 3),
        case(2, 3, 1),
        case(4, 4, 1),
        case(1, 3, 6),
        Case(np.array([[1, 2, 4], [3, 0, -2]]), np.array([[1, 0, 2], [5, -1, 1]])),
        *(case(2, 3, 2, times=s) for s in (1e-9, 1e9)),
    ]


@exercise(
    lesson=6,
    cases=errors_and_inputs,
    hints=(
        "For one example: which two numbers make the slope of weight (j, k)?",
        "A sum over the columns of both is a matrix product. Which of the two must be "
        "transposed?",
        "delta is (n, m), a_prev.T is (m, n_in); then divide by m.",
    ),
    quantities=lambda delta, a_prev: {
        M: delta.shape[1],
        "n, the number of neurons,": delta.shape[0],
        "n_in, the number of inputs,": a_prev.shape[0],
    },
)
def weight_gradient(delta, a_prev):
    m = delta.shape[1]
    return delta @ a_prev.T / m  # BP4


weight_gradient.slips("""
sums_the_products: Double the batch by repeating it: should the slope double?
    return delta @ a_prev.T  # BP4
inputs_times_errors: In the shape of W, which comes first: the neurons or the inputs?
    return a_prev @ delta.T / m  # BP4
entry_by_entry: Which inputs does the error of neuron 0 meet in your product?
    return delta * a_prev  # BP4
entry_by_entry_over_m: Which inputs does the error of neuron 0 meet in your product?
    return delta * a_prev / m  # BP4
forgets_to_transpose: What does a row of delta run over, and what a column of a_prev?
    return delta @ a_prev / m  # BP4
transposes_the_errors: What is summed in this product: examples, or neurons?
    return delta.T @ a_prev / m  # BP4
leaves_out_the_inputs: Differentiate w·a + b with respect to w: what remains?
    return delta.mean(axis=1, keepdims=True) * np.ones(len(a_prev))  # BP4
leaves_out_the_errors: Double every error: does your result change?
    return np.ones((len(delta), 1)) * a_prev.mean(axis=1)  # BP4
averages_before_multiplying: Is the mean of a product the product of the means?
    return np.outer(delta.mean(axis=1), a_prev.mean(axis=1))  # BP4
outer_product_of_the_batch: Should one example's error meet another example's input?
    return np.outer(delta, a_prev) / m  # BP4
one_example_only: What did the other examples say?
    return np.outer(delta[:, 0], a_prev[:, 0])  # BP4
divides_by_neurons: You divide by a length: does it count neurons or examples?
    return delta @ a_prev.T / len(delta)  # BP4
divides_by_inputs: You divide by a length: does it count inputs or examples?
    return delta @ a_prev.T / len(a_prev)  # BP4
mean_over_everything: You take a mean: over which numbers must it run?
    return np.mean(delta @ a_prev.T)  # BP4
mean_over_the_inputs: You take a mean: over which numbers must it run?
    return np.mean(delta @ a_prev.T, axis=1, keepdims=True)  # BP4
averages_both: How many times are you averaging?
    return (delta / m) @ (a_prev / m).T  # BP4
""")


@weight_gradient.variant
def by_einsum(delta, a_prev):
    return np.einsum("jm,km->jk", delta, a_prev) / delta.shape[1]


@weight_gradient.variant
def by_broadcasting(delta, a_prev):
    return (delta[:, None, :] * a_prev[None, :, :]).mean(axis=2)


@weight_gradient.variant
def by_outer_products(delta, a_prev):
    pairs = list(zip(delta.T, a_prev.T, strict=True))
    return sum(np.outer(d, a) for d, a in pairs) / len(pairs)


# --- The forward pass ---


def drawn_arguments(sizes, m, seed):
    """Return weights, biases, a batch x and targets y, with z well across ±2."""
    rng = np.random.default_rng(seed)
    weights = [rng.normal(0, 1.2, (n, n_in)) for n_in, n in pairwise(sizes)]
    biases = [rng.normal(0, 0.8, (n, 1)) for n in sizes[1:]]
    x = rng.normal(0.4, 1.5, (sizes[0], m))
    y = rng.uniform(0, 1, (sizes[-1], m))
    return weights, biases, x, y


def whole_numbered_arguments():
    """Return weights and biases, and a batch of integers: x and one-hot y."""
    weights, biases, _, _ = drawn_arguments([2, 3, 2], 4, 10)
    x = np.array([[0, 1, 2, -1], [1, 1, 0, 3]])
    y = np.array([[1, 0, 0, 1], [0, 1, 1, 0]])
    return weights, biases, x, y


# Uneven sizes, so that no missing transpose can hide; squares, so that one still runs
# and shows its numbers; squares with m = n, where a wrong matrix product runs; single
# neurons, where a call is small enough to be worked on paper.
SHAPES = [
    ([3, 4, 2], 5),
    ([3, 3, 3], 4),
    ([2, 2, 2, 2], 5),
    ([2, 5, 3, 4], 7),
    ([3, 2], 6),
    ([4, 3, 2], 1),
    ([3, 3, 3], 3),
    ([2, 2, 2], 2),
    ([3, 3, 3, 3], 4),
    ([4, 4, 4], 1),
    ([2, 2, 2], 1),
]
SMALL = [([1, 1, 1], 1), ([1, 1], 2), ([1, 1, 1, 1], 1)]


def backprop_arguments():
    return [
        *(drawn_arguments(sizes, m, seed) for seed, (sizes, m) in enumerate(SHAPES)),
        whole_numbered_arguments(),
        drawn_arguments([2, 5, 3, 4, 6, 2], 4, 12),
        *(drawn_arguments(sizes, m, 30 + m) for sizes, m in SMALL),
    ]


@exercise(
    lesson=6,
    cases=lambda: [Case(*arguments[:3]) for arguments in backprop_arguments()],
    hints=(
        "What goes into a layer is what came out of the one before. What does the "
        "first layer get?",
        "Start with activations = [x]; for each w, b compute z from activations[-1].",
        "z = w @ activations[-1] + b; append z to zs and sigmoid(z) to activations.",
    ),
    returns=("zs", "activations"),
    may_share=True,
)
def forward_pass(weights, biases, x):
    zs, activations = [], [x]  # the input
    for w, b in zip(weights, biases, strict=True):
        z = w @ activations[-1] + b  # weighted input
        zs.append(z)  # kept for the way back
        activations.append(sigmoid(z))  # activation
    return zs, activations  # all of both


forward_pass.slips("""
leaves_out_the_bias: What does z hold besides the weights times the inputs?
    z = w @ activations[-1]  # weighted input
subtracts_the_bias: With which sign does the bias enter z?
    z = w @ activations[-1] - b  # weighted input
transposes_the_weights: Which weights lead to neuron j: a row of W, or a column?
    z = w.T @ activations[-1] + b  # weighted input
weights_entry_by_entry: The z of a neuron is a sum over its inputs. Where do you add up?
    z = w * activations[-1] + b  # weighted input
flattens_the_bias: Print the shapes of W @ a, of what you add to it, and of the sum.
    z = w @ activations[-1] + b.ravel()  # weighted input
passes_z_on: What does the next layer get: z, or what σ makes of it?
    activations.append(z)  # activation
feeds_z_to_the_next_layer: What does the next layer get: z, or what σ makes of it?
    activations.append(z)  # activation
    return zs, [x, *map(sigmoid, zs)]  # all of both
leaves_the_output_unsquashed: Is the output an activation too?
    return zs, [*activations[:-1], z]  # all of both
leaves_x_out: How many activations should there be, and which is the first?
    return zs, activations[1:]  # all of both
leaves_the_output_out: How many activations should there be, and which is the last?
    return zs, activations[:-1]  # all of both
keeps_both_ends_only: What went into the layers after the first: is it in your list?
    return zs, [x, activations[-1]]  # all of both
returns_in_the_loop: How often does your loop run before the function returns?
    activations.append(sigmoid(z))
    return zs, activations  # activation
counts_x_as_a_z: How many layers compute a z, and how many zs did you keep?
    zs, activations = [x], [x]  # the input
squashes_x: Has x gone through a neuron before the first layer?
    return zs, [sigmoid(x), *activations[1:]]  # all of both
squashes_x_first: Has x gone through a neuron before the first layer?
    zs, activations = [], [sigmoid(x)]  # the input
activations_first: Which list comes first?
    return activations, zs  # all of both
output_only: The backward pass needs every z and a: where are they?
    return z, activations[-1]  # all of both
keeps_a_for_z: zs must hold what came before σ. What do you append to it?
    zs.append(sigmoid(z))  # kept for the way back
feeds_x_to_every_layer: What goes into the second layer?
    z = w @ x + b  # weighted input
slope_for_sigmoid: What do you apply to z: σ, or its slope?
    activations.append(sigmoid_prime(z))  # activation
sigmoid_mirrored: Which sign does z have inside the exponential of σ?
    activations.append(sigmoid(-z))  # activation
tanh_for_sigmoid: Which function does each neuron of this course use?
    activations.append(np.tanh(z))  # activation
""")


@forward_pass.variant
def by_recursion(weights, biases, x):
    if not weights:
        return [], [x]
    z = weights[0] @ x + biases[0]
    zs, activations = by_recursion(weights[1:], biases[1:], sigmoid(z))
    return [z, *zs], [x, *activations]


@forward_pass.variant
def with_indices_and_tanh(weights, biases, x):
    zs, a = [], x.copy()
    activations = (a,)
    for l in range(len(weights)):
        zs.append(np.dot(weights[l], a) + biases[l])
        a = (1 + np.tanh(zs[-1] / 2)) / 2
        activations += (a,)
    return tuple(zs), activations


@forward_pass.variant
def example_by_example(weights, biases, x):
    activations = [x]
    zs = []
    for w, b in zip(weights, biases, strict=True):
        columns = [w @ column + b[:, 0] for column in activations[-1].T]
        zs.append(np.stack(columns, axis=1))
        activations.append(sigmoid(zs[-1]))
    return zs, activations


# --- The whole algorithm ---


@exercise(
    lesson=6,
    cases=lambda: [Case(*arguments) for arguments in backprop_arguments()],
    hints=(
        "Run forward and keep every z and a. Which equation starts at the output, and "
        "which one goes left?",
        "At each layer: BP3 and BP4 from this δ; then BP2, with these weights "
        "transposed and σ′ of the z before them, gives the δ of the layer before.",
        "With l counting down: nabla_b[l] = mean of δ over the columns, nabla_w[l] = "
        "δ @ activations[l].T / m, then δ = (weights[l].T @ δ) * σ′(zs[l − 1]).",
    ),
    returns=("nabla_b", "nabla_w"),
    quantities=lambda weights, biases, x, y: {
        M: x.shape[1],
        "n_L, the number of outputs,": y.shape[0],
    },
    explain=explain,
)
def backprop(weights, biases, x, y):
    zs, activations = [], [x]  # the input
    for w, b in zip(weights, biases, strict=True):
        zs.append(w @ activations[-1] + b)  # weighted input
        activations.append(sigmoid(zs[-1]))
    nabla_b, nabla_w = [], []  # one array a layer
    delta = (activations[-1] - y) * sigmoid_prime(zs[-1])  # BP1
    for l in reversed(range(len(weights))):  # from the output to the left
        nabla_b.insert(0, delta.mean(axis=1, keepdims=True))  # BP3
        nabla_w.insert(0, delta @ activations[l].T / x.shape[1])  # BP4
        if l > 0:
            delta = (weights[l].T @ delta) * sigmoid_prime(zs[l - 1])  # BP2
    return nabla_b, nabla_w  # the gradient


backprop.slips("""
output_error_without_slope: a − y is ∂C/∂a. Which factor leads from a back to z?
    delta = activations[-1] - y  # BP1
minus_the_gradient: Every slope has the wrong sign. Which line of yours turns the sign?
    delta = (y - activations[-1]) * sigmoid_prime(zs[-1])  # BP1
forgets_the_half: Which constant stands before the cost, and what becomes of it?
    delta = 2 * (activations[-1] - y) * sigmoid_prime(zs[-1])  # BP1
matrix_product_at_the_output: In BP1, which product is ⊙: entry by entry, or of
matrices?
    delta = (activations[-1] - y) @ sigmoid_prime(zs[-1])  # BP1
transposes_y: Does y lie as the output does, one column an example?
    delta = (activations[-1] - y.T) * sigmoid_prime(zs[-1])  # BP1
adds_up_the_outputs: If output 0 hits its target, what should its own error be?
    delta = np.sum(activations[-1] - y, axis=0) * sigmoid_prime(zs[-1])  # BP1
averages_the_outputs_too: The cost is a mean over examples.
Over what else do you average?
    delta = (activations[-1] - y) * sigmoid_prime(zs[-1]) / len(y)  # BP1

forgets_to_transpose_the_weights: Which weights lead away from neuron k: a row of W, or
a column?
    delta = (weights[l] @ delta) * sigmoid_prime(zs[l - 1])  # BP2
hidden_error_without_slope: Which derivative is missing on the way back?
    delta = weights[l].T @ delta  # BP2
no_slope_anywhere: A sigmoid stands in every layer. Where is its slope?
    delta = activations[-1] - y  # BP1
    delta = weights[l].T @ delta  # BP2
matrix_product_for_hadamard: BP2 has two products. Which of them goes entry by entry?
    delta = (weights[l].T @ delta) @ sigmoid_prime(zs[l - 1])  # BP2
carries_back_without_weights: On its way back δ crosses a wire. By what is it multiplied
there?
    delta = delta * sigmoid_prime(zs[l - 1])  # BP2
averages_at_every_layer: How many times are you averaging?
    delta = (weights[l].T @ delta) * sigmoid_prime(zs[l - 1]) / x.shape[1]  # BP2
averages_hidden_layers_twice: How many times are you averaging in the hidden layers?
    delta = (weights[l].T @ delta) * sigmoid_prime(zs[l - 1])
    if l == len(weights) - 1:
        delta = delta / x.shape[1]  # BP2
averages_twice: How many times are you averaging?
    delta = (activations[-1] - y) * sigmoid_prime(zs[-1]) / x.shape[1]  # BP1
slope_of_the_layer_after: σ′ of which layer's z: the one δ leaves,
or the one it reaches?
    delta = (weights[l].T @ delta) * sigmoid_prime(zs[l])  # BP2
weights_of_the_layer_before: Which weights lie between this layer and the next?
    delta = (weights[l - 1].T @ delta) * sigmoid_prime(zs[l - 1])  # BP2
carries_the_output_error_to_all: Which δ does BP2 need: the output's,
or the next layer's?
    delta = output_error = (activations[-1] - y) * sigmoid_prime(zs[-1])  # BP1
    delta = (weights[l].T @ output_error) * sigmoid_prime(zs[l - 1])  # BP2
steps_before_carrying_back: Which W made the forward pass, and through which W does your
δ go back?
    delta = ((weights[l] - nabla_w[0]).T @ delta) * sigmoid_prime(zs[l - 1])  # BP2
slope_at_a: Does your σ′ expect z, or σ(z)? Which one did you give it?
    delta = (activations[-1] - y) * sigmoid_prime(activations[-1])  # BP1
    delta = (weights[l].T @ delta) * sigmoid_prime(activations[l])  # BP2
slope_at_a_in_hidden_layers: The output layer is right.
Is σ′ of the others taken at their z?
    delta = (weights[l].T @ delta) * sigmoid_prime(activations[l])  # BP2
z_times_one_minus_z: σ′ = σ(1 − σ): is what you multiply σ, or z?
    delta = (activations[-1] - y) * zs[-1] * (1 - zs[-1])  # BP1
    delta = (weights[l].T @ delta) * zs[l - 1] * (1 - zs[l - 1])  # BP2
brackets_forgotten: In a(1 − a), what do the brackets hold together? Print your σ′.
    delta = (activations[-1] - y) * activations[-1] * 1 - activations[-1]  # BP1
    delta = (weights[l].T @ delta) * activations[l] * 1 - activations[l]  # BP2
one_minus_a: At z = 0, σ′ is ¼. What is yours there, made from a = ½?
    delta = (activations[-1] - y) * (1 - activations[-1])  # BP1
    delta = (weights[l].T @ delta) * (1 - activations[l])  # BP2
slope_of_the_activation_before: a(1 − a): is it the a that this z became, or the one
that went into it?
    delta = (activations[-1] - y) * activations[-2] * (1 - activations[-2])  # BP1
    a = activations[l - 1]
    delta = (weights[l].T @ delta) * a * (1 - a)  # BP2
slope_of_the_activation_before_in_hidden_layers: The output layer is right. Left of it,
is it the a that this z became, or the one that went into it?
    a = activations[l - 1]
    delta = (weights[l].T @ delta) * a * (1 - a)  # BP2
sigmoid_for_its_slope: What do you multiply by: σ, or its slope?
    delta = (activations[-1] - y) * sigmoid(zs[-1])  # BP1
    delta = (weights[l].T @ delta) * sigmoid(zs[l - 1])  # BP2

frozen_biases: Call it again with another y: does your nabla_b change?
    nabla_b.insert(0, np.zeros((len(delta), 1)))  # BP3
examples_left_apart_in_nabla_b: What is the shape of b, and what is that of your
nabla_b?
    nabla_b.insert(0, delta)  # BP3
flat_nabla_b: What is the shape of b, and what is that of your nabla_b?
    nabla_b.insert(0, delta.mean(axis=1))  # BP3
nabla_b_along_the_wrong_axis: What does axis 0 run over: neurons or examples?
    nabla_b.insert(0, delta.mean(axis=0, keepdims=True))  # BP3
one_bias_for_the_layer: Do all neurons of a layer share one bias?
    nabla_b.insert(0, delta.mean())  # BP3
sums_nabla_b_only: nabla_w is a mean over the batch. What is nabla_b?
    nabla_b.insert(0, delta.sum(axis=1, keepdims=True))  # BP3
sums_nabla_w_only: nabla_b is a mean over the batch. What is nabla_w?
    nabla_w.insert(0, delta @ activations[l].T)  # BP4
transposes_nabla_w: Does each nabla_w have as many rows as its weights?
    nabla_w.insert(0, activations[l] @ delta.T / x.shape[1])  # BP4
inputs_left_out_of_nabla_w: Differentiate w·a + b with respect to w: what remains?
    nabla_w.insert(0, nabla_b[0] * np.ones(len(activations[l])))  # BP4
multiplies_entry_by_entry: Is there one number for every weight?
    nabla_w.insert(0, delta * activations[l])  # BP4
forgets_to_transpose_a: What does a row of δ run over, and what a column of a?
    nabla_w.insert(0, delta @ activations[l] / x.shape[1])  # BP4
multiplies_the_means: Is the mean of a product the product of the means?
    nabla_w.insert(0, np.outer(nabla_b[0], activations[l].mean(axis=1)))  # BP4
outgoing_activations: Which activations go into this layer, and which come out of it?
    nabla_w.insert(0, delta @ activations[l + 1].T / x.shape[1])  # BP4
z_for_a: What do the weights multiply: the z of the layer before, or its a?
    nabla_w.insert(0, delta @ [x, *zs][l].T / x.shape[1])  # BP4
x_for_every_layer: What goes into the second layer?
    nabla_w.insert(0, delta @ x.T / x.shape[1])  # BP4

sum_for_mean: Double the batch by repeating it: should the gradient double?
    nabla_b.insert(0, delta.sum(axis=1, keepdims=True))  # BP3
    nabla_w.insert(0, delta @ activations[l].T)  # BP4
divides_by_the_outputs: What you divide by: does it count neurons or examples?
    nabla_b.insert(0, delta.sum(axis=1, keepdims=True) / len(y))  # BP3
    nabla_w.insert(0, delta @ activations[l].T / len(y))  # BP4
divides_by_the_length_of_x: What you divide by: does it count inputs or examples?
    nabla_b.insert(0, delta.sum(axis=1, keepdims=True) / len(x))  # BP3
    nabla_w.insert(0, delta @ activations[l].T / len(x))  # BP4
first_column_only: What did the other examples say?
    x, y = x[:, :1], y[:, :1]
    zs, activations = [], [x]  # the input
last_column_only: Change the first column of x: does your result change?
    x, y = x[:, -1:], y[:, -1:]
    zs, activations = [], [x]  # the input
last_column_over_m: You divide by m: how many examples are in your sum?
    nabla_b.insert(0, delta[:, -1:] / x.shape[1])  # BP3
    nabla_w.insert(0, delta[:, -1:] @ activations[l][:, -1:].T / x.shape[1])  # BP4
nabla_w_first: Which list comes first?
    return nabla_w, nabla_b  # the gradient
lists_from_output_to_input: You go from right to left. In which order are your lists?
    nabla_b.append(delta.mean(axis=1, keepdims=True))  # BP3
    nabla_w.append(delta @ activations[l].T / x.shape[1])  # BP4
one_array_for_all_layers: Fill nabla_b[0]: do the other entries of nabla_b change too?
    nabla_b = [np.zeros(biases[0].shape)] * len(biases)
    nabla_w = [np.zeros(weights[0].shape)] * len(weights)  # one array a layer
    nabla_b[l][:] = delta.mean(axis=1, keepdims=True)  # BP3
    nabla_w[l][:] = delta @ activations[l].T / x.shape[1]  # BP4
starts_at_the_first_layer: At which layer does BP1 put its δ, and where does your loop
begin?
    for l in range(len(weights)):  # from the output to the left
starts_at_the_first_layer_and_appends: At which layer does BP1 put its δ, and where does
your loop begin?
    for l in range(len(weights)):  # from the output to the left
    nabla_b.append(delta.mean(axis=1, keepdims=True))  # BP3
    nabla_w.append(delta @ activations[l].T / x.shape[1])  # BP4
stops_before_the_first_layer: Count your gradients: does the first layer have one?
    for l in reversed(range(1, len(weights))):  # from the output to the left
first_layer_left_at_zero: Which layers still hold zeros, and does your loop reach them?
    if len(weights) > 1:
        nabla_b[0], nabla_w[0] = np.zeros(biases[0].shape), np.zeros(weights[0].shape)
    return nabla_b, nabla_w  # the gradient
first_layer_never_reached: Which layers still hold zeros, and does your loop reach them?
    nabla_b[0], nabla_w[0] = np.zeros(biases[0].shape), np.zeros(weights[0].shape)
    return nabla_b, nabla_w  # the gradient
only_the_output_layer: Which layers still hold zeros, and does your loop reach them?
    nabla_b = [np.zeros(b.shape) for b in biases[:-1]] + nabla_b[-1:]
    nabla_w = [np.zeros(w.shape) for w in weights[:-1]] + nabla_w[-1:]
    return nabla_b, nabla_w  # the gradient
minus_the_gradient_from_the_last_layer_on: The output layer is right. What turns the
sign on the way left?
    delta = -(weights[l].T @ delta) * sigmoid_prime(zs[l - 1])  # BP2

forward_without_bias: What does z hold besides the weights times the inputs?
    zs.append(w @ activations[-1])  # weighted input
forward_with_a_flat_bias: Print the shapes of W @ a, of what you add to it, and of the
sum.
    zs.append(w @ activations[-1] + b.ravel())  # weighted input
forward_with_weights_transposed: Which weights lead to neuron j: a row of W,
or a column?
    zs.append(w.T @ activations[-1] + b)  # weighted input
linear_output: Is the output an activation too?
    activations[-1] = zs[-1]
    delta = (activations[-1] - y) * sigmoid_prime(zs[-1])  # BP1
""")


@backprop.variant
def nielsens_way(weights, biases, x, y):
    nabla_b = [np.zeros(b.shape) for b in biases]
    nabla_w = [np.zeros(w.shape) for w in weights]
    for i in range(x.shape[1]):
        zs, activations = forward_pass.reference(weights, biases, x[:, i : i + 1])
        delta = (activations[-1] - y[:, i : i + 1]) * sigmoid_prime(zs[-1])
        nabla_b[-1] = nabla_b[-1] + delta
        nabla_w[-1] = nabla_w[-1] + np.dot(delta, activations[-2].transpose())
        for l in range(2, len(weights) + 1):
            delta = np.dot(weights[-l + 1].transpose(), delta) * sigmoid_prime(zs[-l])
            nabla_b[-l] = nabla_b[-l] + delta
            nabla_w[-l] = nabla_w[-l] + np.dot(delta, activations[-l - 1].transpose())
    return [b / x.shape[1] for b in nabla_b], [w / x.shape[1] for w in nabla_w]


@backprop.variant
def mean_taken_at_the_output(weights, biases, x, y):
    _, activations = forward_pass.reference(weights, biases, x)
    delta = (activations[-1] - y) / x.shape[1]
    nabla_b, nabla_w = (), ()
    for l in range(len(weights) - 1, -1, -1):
        delta = delta * activations[l + 1] * (1 - activations[l + 1])
        nabla_b = (delta.sum(axis=1, keepdims=True), *nabla_b)
        nabla_w = (np.einsum("jm,km->jk", delta, activations[l]), *nabla_w)
        delta = weights[l].T @ delta
    return nabla_b, nabla_w


@backprop.variant
def by_recursion_from_the_left(weights, biases, x, y):
    def slopes(l, a):
        """Return ∂C/∂a and the gradients from layer l on, for input a."""
        if l == len(weights):
            return a - y, [], []
        out = 1 / (1 + np.exp(-(weights[l] @ a + biases[l])))
        upstream, nabla_b, nabla_w = slopes(l + 1, out)
        delta = upstream * out * (1 - out)
        nabla_b, nabla_w = [delta, *nabla_b], [np.tensordot(delta, a, (1, 1)), *nabla_w]
        return weights[l].T @ delta, nabla_b, nabla_w

    _, deltas, nabla_w = slopes(0, x)
    m = x.shape[1]
    return [d @ np.ones((m, 1)) / m for d in deltas], [w / m for w in nabla_w]


@backprop.variant
def with_a_compensating_minus(weights, biases, x, y):
    zs, activations = forward_pass.reference(weights, biases, x)
    deltas = [-(y - activations[-1]) * sigmoid(zs[-1]) * sigmoid(-zs[-1])]
    for w, z in zip(weights[:0:-1], zs[-2::-1], strict=True):
        deltas.insert(0, w.T @ deltas[0] / np.cosh(z / 2) ** 2 / 4)
    nabla_w = [
        np.mean([np.outer(d, a) for d, a in zip(ds.T, as_.T, strict=True)], axis=0)
        for ds, as_ in zip(deltas, activations[:-1], strict=True)
    ]
    return [np.mean(d, axis=1)[:, None] for d in deltas], nabla_w


# --- What is foretold ---


@prediction(
    lesson=6,
    choices={
        "a": "Python stops where the shapes do not fit, as it did for four neurons and "
        "two. A table of three by three fits whichever way it lies.",
        "b": "That it runs, and that all shapes come out right, makes it look right. "
        "But W lying the wrong way sends each error along the wires of other neurons.",
        "c": "It runs without a word, and the errors are far off: from each of five "
        "random starts by more than a quarter, where right ones agree to 10⁻⁷.",
    },
)
def prediction_6_1():
    try:
        errors = [error_without_transpose(seed) for seed in range(5)]
    except ValueError:
        return "a"
    return "c" if min(errors) > 0.25 else "b"


def error_without_transpose(seed):
    """Return the relative error of δ¹ by BP2 without the transpose, in [3, 3, 3]."""
    rng = np.random.default_rng(seed)
    net = Network([3, 3, 3], seed=rng)
    (w1, w2), (b1, b2) = net.weights, net.biases
    x, y = rng.standard_normal((3, 1)), rng.random((3, 1))
    z1 = w1 @ x + b1
    z2 = w2 @ sigmoid(z1) + b2
    delta = (sigmoid(z2) - y) * sigmoid_prime(z2)
    answer = (w2 @ delta) * sigmoid_prime(z1)

    def cost(z):
        return quadratic_cost(sigmoid(w2 @ sigmoid(z) + b2), y)

    return relative_error(answer, numerical_gradient(cost, z1))


@prediction(
    lesson=6,
    choices={
        "a": "The equations name every z and every a, so each seems to be needed. But "
        "what stands in an equation can be had from something else.",
        "b": "From a alone comes σ′(z) = a(1 − a), and from z alone comes a = σ(z). So "
        "of each pair one is enough, whichever it is. Only x must stay.",
        "c": "True of the zs: σ′(z) = a(1 − a) makes up for them. But each a can be "
        "made again as σ(z), so one may throw away the as and keep the zs instead.",
    },
)
def prediction_6_2():
    weights, biases, x, y = drawn_arguments([3, 4, 2], 5, 0)
    zs, activations = forward_pass.reference(weights, biases, x)
    slopes = [a * (1 - a) for a in activations[1:]]
    by_activations = gradient_from(weights, activations, slopes, y)
    again, slopes = [x, *map(sigmoid, zs)], [sigmoid_prime(z) for z in zs]
    by_zs = gradient_from(weights, again, slopes, y)
    right = backprop.reference(weights, biases, x, y)
    enough = close_enough(by_activations, right), close_enough(by_zs, right)
    return {(True, True): "b", (True, False): "c"}.get(enough, "a")


def gradient_from(weights, activations, slopes, y):
    """Return (nabla_b, nabla_w) from every a and every σ′(z)."""
    deltas = [(activations[-1] - y) * slopes[-1]]
    for w, slope in zip(weights[:0:-1], slopes[-2::-1], strict=True):
        deltas.insert(0, (w.T @ deltas[0]) * slope)
    pairs = zip(deltas, activations[:-1], strict=True)
    nabla_w = [weight_gradient.reference(delta, a) for delta, a in pairs]
    return [bias_gradient.reference(delta) for delta in deltas], nabla_w


@prediction(
    lesson=6,
    rtol=0.005,
    choices={
        4520: "2,260 weights and biases, and each is nudged up once and down once.",
        2260: "The network has 2,260 weights and biases. But a central difference "
        "needs two passes for each: one nudged up, one nudged down.",
        4440: "That counts the weights only: 64 · 30 + 30 · 10 = 2,220, twice. The 40 "
        "biases are nudged too.",
        452000: "One pass carries all 100 columns through the network together.",
        2: "One pass up and one down would be enough if all entries could be nudged at "
        "once. But then nobody could tell whose nudge the cost answered.",
    },
)
def prediction_6_3():
    net, passes = Network([64, 30, 10], seed=0), 0

    def cost(array):
        nonlocal passes
        passes += 1
        return 0.0

    for array in net.weights + net.biases:
        numerical_gradient(cost, array)
    return passes
