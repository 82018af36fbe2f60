"""Exercises of lesson 6: the four equations of backpropagation."""

from itertools import pairwise

import numpy as np

from bpkit.activations import sigmoid, sigmoid_prime
from bpkit.exercises.engine import Case, exercise

M = "m, the number of examples,"


def explain(answer):
    """Say which of the four equations breaks first."""
    from bpkit.exercises.localiser import explain_backprop

    return explain_backprop(answer)


# --- BP3: the gradient of the biases ---


def errors():
    rng = np.random.default_rng(3)
    return [
        Case(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]])),
        Case(np.array([[0.5, -1.0, 2.0, 0.25], [1.5, 0.0, -0.5, 4.0]])),
        Case(rng.normal(size=(3, 3))),
        Case(rng.normal(size=(5, 7))),
        Case(np.array([[1, 2], [4, 7]])),
        Case(np.array([[0.3], [-0.8], [0.1], [0.7]])),
        Case(np.array([[0.5, -2.0, 0.75]])),
    ]


@exercise(
    lesson=6,
    task="""
    bias_gradient(delta) gives ∂C/∂b of one layer for a batch (BP3). delta has shape
    (n, m): one row a neuron, one column an example. C is the mean cost of the batch, so
    each neuron's slope is the mean of its m errors. Return them as a column, shape
    (n, 1), the shape of the biases. delta stays as it is.
    """,
    cases=errors,
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
    return delta.mean(axis=1, keepdims=True)


@bias_gradient.mistake("Double the batch by repeating it: should the slope double?")
def sums_over_the_batch(delta):
    return delta.sum(axis=1, keepdims=True)


@bias_gradient.mistake("Print the shape: is it the shape of the biases, (n, 1)?")
def loses_the_column(delta):
    return delta.mean(axis=1)


@bias_gradient.mistake("How many biases has this layer: one a row, or one a column?")
def means_down_the_columns(delta):
    return delta.mean(axis=0, keepdims=True)


@bias_gradient.mistake("How many biases has this layer: one a row, or one a column?")
def flat_means_down_the_columns(delta):
    return delta.mean(axis=0)


@bias_gradient.mistake("Each neuron has one bias. How many numbers came for it?")
def leaves_the_examples_apart(delta):
    return delta


@bias_gradient.mistake("What did the other examples say?")
def first_example_only(delta):
    return delta[:, [0]]


@bias_gradient.mistake("If b moves, does z move?")
def zero_slopes(delta):
    return np.zeros((len(delta), 1))


@bias_gradient.mistake("Do all neurons of a layer share one bias?")
def one_mean_for_the_layer(delta):
    return delta.mean()


@bias_gradient.mistake("You divide by a length: does it count neurons or examples?")
def divides_by_the_neurons(delta):
    return delta.sum(axis=1, keepdims=True) / len(delta)


@bias_gradient.mistake("You divide by a size: how many examples went into each sum?")
def divides_by_every_entry(delta):
    return delta.sum(axis=1, keepdims=True) / delta.size


@bias_gradient.mistake("Do two opposite errors cancel in a mean, or add up?")
def mean_of_the_sizes(delta):
    return np.abs(delta).mean(axis=1, keepdims=True)


@bias_gradient.mistake("Which operator drops decimals?")
def whole_numbers(delta):
    return delta.sum(axis=1, keepdims=True) // delta.shape[1]


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

    def case(n, n_in, m):
        return Case(rng.normal(size=(n, m)), rng.normal(0.5, 1, size=(n_in, m)))

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
    ]


@exercise(
    lesson=6,
    task="""
    weight_gradient(delta, a_prev) gives ∂C/∂W of one layer for a batch (BP4). delta has
    shape (n, m), the layer's errors; a_prev has shape (n_in, m), the activations that
    went in; column i of both belongs to example i. C is the mean cost of the batch.
    Return shape (n, n_in), the shape of the weights: entry (j, k) is the mean over the
    examples of delta[j] times a_prev[k].
    """,
    cases=errors_and_inputs,
    hints=(
        "For one example, entry (j, k) is the error of neuron j times its input k.",
        "A sum over the columns of both is a matrix product. Which one must be turned?",
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
    return delta @ a_prev.T / m


@weight_gradient.mistake("Double the batch by repeating it: should the slope double?")
def sums_the_products(delta, a_prev):
    return delta @ a_prev.T


@weight_gradient.mistake("Compare the shape with the weights': which comes first?")
def inputs_times_errors(delta, a_prev):
    return a_prev @ delta.T / delta.shape[1]


@weight_gradient.mistake("Is there one number for every weight?")
def entry_by_entry(delta, a_prev):
    return delta * a_prev


@weight_gradient.mistake("Is there one number for every weight?")
def entry_by_entry_over_m(delta, a_prev):
    return delta * a_prev / delta.shape[1]


@weight_gradient.mistake("Which columns does this product bring together?")
def forgets_to_transpose(delta, a_prev):
    return delta @ a_prev / delta.shape[1]


@weight_gradient.mistake("What is summed in this product: examples, or neurons?")
def transposes_the_errors(delta, a_prev):
    return delta.T @ a_prev / delta.shape[1]


@weight_gradient.mistake("Differentiate w·a + b with respect to w: what remains?")
def leaves_out_the_inputs(delta, a_prev):
    return delta.mean(axis=1, keepdims=True) * np.ones(len(a_prev))


@weight_gradient.mistake("Whose error belongs in row j: the input's or the neuron's?")
def leaves_out_the_errors(delta, a_prev):
    return np.ones((len(delta), 1)) * a_prev.mean(axis=1)


@weight_gradient.mistake("Is the mean of a product the product of the means?")
def averages_before_multiplying(delta, a_prev):
    return np.outer(delta.mean(axis=1), a_prev.mean(axis=1))


@weight_gradient.mistake("Should one example's error meet another example's input?")
def outer_product_of_the_batch(delta, a_prev):
    return np.outer(delta, a_prev) / delta.shape[1]


@weight_gradient.mistake("What did the other examples say?")
def one_example_only(delta, a_prev):
    return np.outer(delta[:, 0], a_prev[:, 0])


@weight_gradient.mistake("You divide by a length: does it count neurons or examples?")
def divides_by_neurons(delta, a_prev):
    return delta @ a_prev.T / len(delta)


@weight_gradient.mistake("You divide by a length: does it count inputs or examples?")
def divides_by_inputs(delta, a_prev):
    return delta @ a_prev.T / len(a_prev)


@weight_gradient.mistake("You take a mean: over which numbers must it run?")
def mean_over_everything(delta, a_prev):
    return np.mean(delta @ a_prev.T)


@weight_gradient.mistake("How many times are you averaging?")
def averages_both(delta, a_prev):
    m = delta.shape[1]
    return (delta / m) @ (a_prev / m).T


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


def network(sizes, m, seed):
    """Return weights, biases, a batch x and targets y, with z well across ±2."""
    rng = np.random.default_rng(seed)
    weights = [rng.normal(0, 1.2, (n, n_in)) for n_in, n in pairwise(sizes)]
    biases = [rng.normal(0, 0.8, (n, 1)) for n in sizes[1:]]
    x = rng.normal(0.4, 1.5, (sizes[0], m))
    y = rng.uniform(0, 1, (sizes[-1], m))
    return weights, biases, x, y


def whole_numbered_network():
    """Return a network whose batch is of integers: x and one-hot y."""
    weights, biases, _, _ = network([2, 3, 2], 4, 10)
    x = np.array([[0, 1, 2, -1], [1, 1, 0, 3]])
    y = np.array([[1, 0, 0, 1], [0, 1, 1, 0]])
    return weights, biases, x, y


# Uneven sizes, so that no missing transpose can hide; squares, so that one still runs
# and shows its numbers; squares with m = n, where a wrong matrix product runs.
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


def networks():
    return [
        *(network(sizes, m, seed) for seed, (sizes, m) in enumerate(SHAPES)),
        whole_numbered_network(),
    ]


def forward_cases():
    return [Case(weights, biases, x) for weights, biases, x, _ in networks()]


@exercise(
    lesson=6,
    task="""
    forward_pass(weights, biases, x) carries a batch through the network and keeps what
    it sees. weights[l] has shape (n_out, n_in), biases[l] (n_out, 1), x (n_0, m), one
    column an example. Every layer computes z = W a + b and a = σ(z). Return two lists
    (zs, activations): zs has one (n, m) array a layer; activations has one more,
    because activations[0] is x.
    """,
    cases=forward_cases,
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
    zs, activations = [], [x]
    for w, b in zip(weights, biases, strict=True):
        z = w @ activations[-1] + b
        zs.append(z)
        activations.append(sigmoid(z))
    return zs, activations


def forward(weights, biases, x, weigh=lambda w, a, b: w @ a + b, squash=sigmoid):
    """Run the forward pass with, in a mistake, one step of it changed."""
    zs, activations = [], [x]
    for w, b in zip(weights, biases, strict=True):
        zs.append(weigh(w, activations[-1], b))
        activations.append(squash(zs[-1]))
    return zs, activations


@forward_pass.mistake("What does z hold besides the weighted inputs?")
def leaves_out_the_bias(weights, biases, x):
    return forward(weights, biases, x, weigh=lambda w, a, b: w @ a)


@forward_pass.mistake("With which sign does the bias enter z?")
def subtracts_the_bias(weights, biases, x):
    return forward(weights, biases, x, weigh=lambda w, a, b: w @ a - b)


@forward_pass.mistake("Which weights lead to neuron j: a row of W, or a column?")
def transposes_the_weights(weights, biases, x):
    return forward(weights, biases, x, weigh=lambda w, a, b: w.T @ a + b)


@forward_pass.mistake("Is W a a product of matrices, or entry by entry?")
def weights_entry_by_entry(weights, biases, x):
    return forward(weights, biases, x, weigh=lambda w, a, b: w * a + b)


@forward_pass.mistake("Print the shapes of W a and of b: what does the sum become?")
def flattens_the_bias(weights, biases, x):
    return forward(weights, biases, x, weigh=lambda w, a, b: w @ a + b.ravel())


@forward_pass.mistake("What does the next layer get: z, or what σ makes of it?")
def passes_z_on(weights, biases, x):
    return forward(weights, biases, x, squash=lambda z: z)


@forward_pass.mistake("What does the next layer get: z, or what σ makes of it?")
def feeds_z_to_the_next_layer(weights, biases, x):
    zs, _ = forward(weights, biases, x, squash=lambda z: z)
    return zs, [x, *map(sigmoid, zs)]


@forward_pass.mistake("Is the output an activation too?")
def leaves_the_output_unsquashed(weights, biases, x):
    zs, activations = forward(weights, biases, x)
    return zs, [*activations[:-1], zs[-1]]


@forward_pass.mistake("How many activations should there be, and which is the first?")
def leaves_x_out(weights, biases, x):
    zs, activations = forward(weights, biases, x)
    return zs, activations[1:]


@forward_pass.mistake("How many layers compute something? x is not a z.")
def counts_x_as_a_z(weights, biases, x):
    zs, activations = forward(weights, biases, x)
    return [x, *zs], activations


@forward_pass.mistake("Has x gone through a neuron before the first layer?")
def squashes_x(weights, biases, x):
    zs, activations = forward(weights, biases, x)
    return zs, [sigmoid(x), *activations[1:]]


@forward_pass.mistake("Has x gone through a neuron before the first layer?")
def squashes_x_first(weights, biases, x):
    return forward(weights, biases, sigmoid(x))


@forward_pass.mistake("Which list comes first?")
def activations_first(weights, biases, x):
    return forward(weights, biases, x)[::-1]


@forward_pass.mistake("The backward pass needs every z and a: where are they?")
def output_only(weights, biases, x):
    zs, activations = forward(weights, biases, x)
    return zs[-1], activations[-1]


@forward_pass.mistake("zs must hold what came before σ. What do you append to it?")
def keeps_a_for_z(weights, biases, x):
    _, activations = forward(weights, biases, x)
    return activations[1:], activations


@forward_pass.mistake("What goes into the second layer?")
def feeds_x_to_every_layer(weights, biases, x):
    zs = [w @ x + b for w, b in zip(weights, biases, strict=True)]
    return zs, [x, *map(sigmoid, zs)]


@forward_pass.mistake("Is this σ, or its slope?")
def slope_for_sigmoid(weights, biases, x):
    return forward(weights, biases, x, squash=sigmoid_prime)


@forward_pass.mistake("Which sign does z have inside the exponential of σ?")
def sigmoid_mirrored(weights, biases, x):
    return forward(weights, biases, x, squash=lambda z: sigmoid(-z))


@forward_pass.mistake("Which function does each neuron of this course use?")
def tanh_for_sigmoid(weights, biases, x):
    return forward(weights, biases, x, squash=np.tanh)


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


def backprop_cases():
    return [Case(*arrays) for arrays in networks()]


def batch_quantities(weights, biases, x, y):
    return {M: x.shape[1], "n_L, the number of outputs,": y.shape[0]}


@exercise(
    lesson=6,
    task="""
    backprop(weights, biases, x, y) gives the gradient of a batch's cost. weights[l] has
    shape (n_out, n_in), biases[l] (n_out, 1), x (n_0, m), y (n_L, m), one column an
    example, any m. The cost is the mean over the m columns of ½‖a − y‖², every neuron a
    sigmoid. Return two lists (nabla_b, nabla_w), layer by layer from the input to the
    output, each array of the shape of its biases or weights. Nothing that was passed
    in may change.
    """,
    cases=backprop_cases,
    hints=(
        "Run forward and keep every z and a. Then BP1 at the output, and from there to "
        "the left.",
        "At each layer: BP3 and BP4 from this δ; then BP2, with these weights "
        "transposed and σ′ of the z before them, gives the δ of the layer before.",
        "With l counting down: nabla_b[l] = mean of δ over the columns, nabla_w[l] = "
        "δ @ activations[l].T / m, then δ = (weights[l].T @ δ) * σ′(zs[l − 1]).",
    ),
    returns=("nabla_b", "nabla_w"),
    quantities=batch_quantities,
    explain=explain,
)
def backprop(weights, biases, x, y):
    zs, activations = [], [x]
    for w, b in zip(weights, biases, strict=True):
        zs.append(w @ activations[-1] + b)
        activations.append(sigmoid(zs[-1]))
    nabla_b, nabla_w = [], []
    delta = (activations[-1] - y) * sigmoid_prime(zs[-1])  # BP1
    for l in reversed(range(len(weights))):
        nabla_b.insert(0, delta.mean(axis=1, keepdims=True))  # BP3
        nabla_w.insert(0, delta @ activations[l].T / x.shape[1])  # BP4
        if l > 0:
            delta = (weights[l].T @ delta) * sigmoid_prime(zs[l - 1])  # BP2
    return nabla_b, nabla_w


def bp1(a, y, z):
    return (a - y) * sigmoid_prime(z)


def bp2(w, delta, z):
    return (w.T @ delta) * sigmoid_prime(z)


def bp3(delta):
    return delta.mean(axis=1, keepdims=True)


def bp4(delta, a_prev):
    return delta @ a_prev.T / delta.shape[1]


def sweep(arrays, bp1=bp1, bp2=bp2, bp3=bp3, bp4=bp4, forward=forward):
    """Run backpropagation with, in a mistake, one equation changed."""
    weights, biases, x, y = arrays
    zs, activations = forward(weights, biases, x)
    delta = bp1(activations[-1], y, zs[-1])
    nabla_b, nabla_w = [], []
    for l in reversed(range(len(weights))):
        nabla_b.insert(0, bp3(delta))
        nabla_w.insert(0, bp4(delta, activations[l]))
        if l > 0:
            delta = bp2(weights[l], delta, zs[l - 1])
    return nabla_b, nabla_w


def deltas_of(weights, biases, x, y):
    """Return the right zs, activations and δ of every layer."""
    zs, activations = forward(weights, biases, x)
    deltas = [bp1(activations[-1], y, zs[-1])]
    for l in reversed(range(1, len(weights))):
        deltas.insert(0, bp2(weights[l], deltas[0], zs[l - 1]))
    return zs, activations, deltas


# Mistakes at the output: BP1


@backprop.mistake("Which cost and which output unit have δ = a − y? Not these.")
def output_error_without_slope(*arrays):
    return sweep(arrays, bp1=lambda a, y, z: a - y)


@backprop.mistake("If an output rises slightly above y, does the cost rise or fall?")
def y_minus_a(*arrays):
    return sweep(arrays, bp1=lambda a, y, z: (y - a) * sigmoid_prime(z))


@backprop.mistake("Which constant stands before the cost, and what becomes of it?")
def forgets_the_half(*arrays):
    return sweep(arrays, bp1=lambda a, y, z: 2 * bp1(a, y, z))


@backprop.mistake("Should this multiply neuron by neuron?")
def matrix_product_at_the_output(*arrays):
    return sweep(arrays, bp1=lambda a, y, z: (a - y) @ sigmoid_prime(z))


@backprop.mistake("Does y lie as the output does, one column an example?")
def transposes_y(*arrays):
    return sweep(arrays, bp1=lambda a, y, z: (a - y.T) * sigmoid_prime(z))


@backprop.mistake("How many outputs has an example, and how many slopes of the cost?")
def adds_up_the_outputs(*arrays):
    return sweep(
        arrays,
        bp1=lambda a, y, z: np.sum(a - y, axis=0, keepdims=True) * sigmoid_prime(z),
    )


@backprop.mistake("The cost is a mean over examples. Over what else do you average?")
def averages_the_outputs_too(*arrays):
    return sweep(arrays, bp1=lambda a, y, z: bp1(a, y, z) / len(y))


# Mistakes on the way back: BP2


@backprop.mistake("Which weights leave neuron j: a row of W, or a column?")
def forgets_to_transpose_the_weights(*arrays):
    return sweep(arrays, bp2=lambda w, d, z: (w @ d) * sigmoid_prime(z))


@backprop.mistake("Which derivative is missing on the way back?")
def hidden_error_without_slope(*arrays):
    return sweep(arrays, bp2=lambda w, d, z: w.T @ d)


@backprop.mistake("A sigmoid stands in every layer. Where is its slope?")
def no_slope_anywhere(*arrays):
    return sweep(arrays, bp1=lambda a, y, z: a - y, bp2=lambda w, d, z: w.T @ d)


@backprop.mistake("Should σ′ multiply neuron by neuron?")
def matrix_product_for_hadamard(*arrays):
    return sweep(arrays, bp2=lambda w, d, z: (w.T @ d) @ sigmoid_prime(z))


@backprop.mistake("An error that goes back through W: what does it pass there?")
def carries_back_without_weights(*arrays):
    return sweep(arrays, bp2=lambda w, d, z: d * sigmoid_prime(z))


@backprop.mistake("How many times are you averaging?")
def averages_at_every_layer(*arrays):
    return sweep(arrays, bp2=lambda w, d, z: bp2(w, d, z) / d.shape[1])


@backprop.mistake("How many times are you averaging in the hidden layers?")
def averages_hidden_layers_twice(*arrays):
    nabla_b, nabla_w = sweep(arrays)
    m = arrays[2].shape[1]
    return (
        [b / m for b in nabla_b[:-1]] + nabla_b[-1:],
        [w / m for w in nabla_w[:-1]] + nabla_w[-1:],
    )


@backprop.mistake("How many times are you averaging?")
def averages_twice(*arrays):
    return sweep(arrays, bp1=lambda a, y, z: bp1(a, y, z) / y.shape[1])


def swept_with_index(arrays, carry):
    """Run backpropagation with δ carried back by carry(l, weights, zs, δ)."""
    weights = arrays[0]
    zs, activations, deltas = deltas_of(*arrays)
    deltas = deltas[-1:]
    for l in reversed(range(1, len(weights))):
        deltas.insert(0, carry(l, weights, zs, deltas))
    return (
        [bp3(d) for d in deltas],
        [bp4(d, a) for d, a in zip(deltas, activations[:-1], strict=True)],
    )


@backprop.mistake("σ′ of which layer's z: the one δ leaves, or the one it reaches?")
def slope_of_the_layer_after(*arrays):
    return swept_with_index(
        arrays,
        lambda l, weights, zs, deltas: bp2(weights[l], deltas[0], zs[l]),
    )


@backprop.mistake("Which weights lie between this layer and the next?")
def weights_of_the_layer_before(*arrays):
    return swept_with_index(
        arrays,
        lambda l, weights, zs, deltas: bp2(weights[l - 1], deltas[0], zs[l - 1]),
    )


@backprop.mistake("Which δ does BP2 need: the output's, or the next layer's?")
def carries_the_output_error_to_all(*arrays):
    return swept_with_index(
        arrays,
        lambda l, weights, zs, deltas: bp2(weights[l], deltas[-1], zs[l - 1]),
    )


@backprop.mistake("Which W produced this forward pass? And who asked for a step?")
def steps_before_carrying_back(*arrays):
    weights, biases, x, y = arrays
    zs, activations = forward(weights, biases, x)
    delta = bp1(activations[-1], y, zs[-1])
    nabla_b, nabla_w = [], []
    for l in reversed(range(len(weights))):
        nabla_b.insert(0, bp3(delta))
        nabla_w.insert(0, bp4(delta, activations[l]))
        if l > 0:
            delta = bp2(weights[l] - nabla_w[0], delta, zs[l - 1])
    return nabla_b, nabla_w


# Mistakes in σ′


@backprop.mistake("Does your σ′ expect z, or σ(z)? Which one did you give it?")
def slope_at_a(*arrays):
    return sweep(
        arrays,
        bp1=lambda a, y, z: (a - y) * sigmoid_prime(a),
        bp2=lambda w, d, z: (w.T @ d) * sigmoid_prime(sigmoid(z)),
    )


@backprop.mistake("The output layer is right. Is σ′ of the others taken at their z?")
def slope_at_a_in_hidden_layers(*arrays):
    return sweep(arrays, bp2=lambda w, d, z: (w.T @ d) * sigmoid_prime(sigmoid(z)))


@backprop.mistake("σ′ = σ(1 − σ): is what you multiply σ, or z?")
def z_times_one_minus_z(*arrays):
    return sweep(
        arrays,
        bp1=lambda a, y, z: (a - y) * z * (1 - z),
        bp2=lambda w, d, z: (w.T @ d) * z * (1 - z),
    )


@backprop.mistake("Is this the slope of σ, or σ itself?")
def sigmoid_for_its_slope(*arrays):
    return sweep(
        arrays,
        bp1=lambda a, y, z: (a - y) * sigmoid(z),
        bp2=lambda w, d, z: (w.T @ d) * sigmoid(z),
    )


# Mistakes in the gradients of the biases: BP3


@backprop.mistake("If b moves, does z move?")
def frozen_biases(*arrays):
    return sweep(arrays, bp3=lambda d: np.zeros((len(d), 1)))


@backprop.mistake("Which shape has b, and which has your nabla_b?")
def examples_left_apart_in_nabla_b(*arrays):
    return sweep(arrays, bp3=lambda d: d)


@backprop.mistake("Which shape has b, and which has your nabla_b?")
def flat_nabla_b(*arrays):
    return sweep(arrays, bp3=lambda d: d.mean(axis=1))


@backprop.mistake("What does axis 0 run over: neurons or examples?")
def nabla_b_along_the_wrong_axis(*arrays):
    return sweep(arrays, bp3=lambda d: d.mean(axis=0, keepdims=True))


@backprop.mistake("Do all neurons of a layer share one bias?")
def one_bias_for_the_layer(*arrays):
    return sweep(arrays, bp3=np.mean)


@backprop.mistake("nabla_w is a mean over the batch. What is nabla_b?")
def sums_nabla_b_only(*arrays):
    return sweep(arrays, bp3=lambda d: d.sum(axis=1, keepdims=True))


# Mistakes in the gradients of the weights: BP4


@backprop.mistake("nabla_b is a mean over the batch. What is nabla_w?")
def sums_nabla_w_only(*arrays):
    return sweep(arrays, bp4=lambda d, a: d @ a.T)


@backprop.mistake("Compare each nabla_w with the shape of its weights.")
def transposes_nabla_w(*arrays):
    return sweep(arrays, bp4=lambda d, a: bp4(d, a).T)


@backprop.mistake("Differentiate w·a + b with respect to w: what remains?")
def inputs_left_out_of_nabla_w(*arrays):
    return sweep(arrays, bp4=lambda d, a: bp3(d) * np.ones(len(a)))


@backprop.mistake("Is there one number for every weight?")
def multiplies_entry_by_entry(*arrays):
    return sweep(arrays, bp4=lambda d, a: d * a)


@backprop.mistake("Which columns does this product bring together?")
def forgets_to_transpose_a(*arrays):
    return sweep(arrays, bp4=lambda d, a: d @ a / d.shape[1])


@backprop.mistake("Is the mean of a product the product of the means?")
def multiplies_the_means(*arrays):
    return sweep(arrays, bp4=lambda d, a: bp3(d) @ bp3(a).T)


def with_nabla_w(arrays, into):
    """Return right nabla_b, and nabla_w from what into(l, x, zs, activations) gives."""
    zs, activations, deltas = deltas_of(*arrays)
    return [bp3(d) for d in deltas], [
        bp4(d, into(l, arrays[2], zs, activations)) for l, d in enumerate(deltas)
    ]


@backprop.mistake("Which activations go into this layer, and which come out of it?")
def outgoing_activations(*arrays):
    return with_nabla_w(arrays, lambda l, x, zs, activations: activations[l + 1])


@backprop.mistake("What do the weights multiply: the z of the layer before, or its a?")
def z_for_a(*arrays):
    return with_nabla_w(arrays, lambda l, x, zs, activations: zs[l - 1] if l > 0 else x)


@backprop.mistake("What goes into the second layer?")
def x_for_every_layer(*arrays):
    return with_nabla_w(arrays, lambda l, x, zs, activations: x)


# Mistakes of the batch and of the lists


@backprop.mistake("Double the batch by repeating it: should the gradient double?")
def sum_for_mean(*arrays):
    nabla_b, nabla_w = sweep(arrays)
    m = arrays[2].shape[1]
    return [m * b for b in nabla_b], [m * w for w in nabla_w]


@backprop.mistake("What you divide by: does it count neurons or examples?")
def divides_by_the_outputs(*arrays):
    nabla_b, nabla_w = sweep(arrays)
    factor = arrays[2].shape[1] / len(arrays[3])
    return [factor * b for b in nabla_b], [factor * w for w in nabla_w]


@backprop.mistake("What you divide by: does it count inputs or examples?")
def divides_by_the_length_of_x(*arrays):
    nabla_b, nabla_w = sweep(arrays)
    factor = arrays[2].shape[1] / len(arrays[2])
    return [factor * b for b in nabla_b], [factor * w for w in nabla_w]


@backprop.mistake("What did the other examples say?")
def first_column_only(weights, biases, x, y):
    return sweep((weights, biases, x[:, :1], y[:, :1]))


@backprop.mistake("Is each example's gradient added, or does it replace the last one?")
def last_column_only(weights, biases, x, y):
    return sweep((weights, biases, x[:, -1:], y[:, -1:]))


@backprop.mistake("Is each example's gradient divided by m, and the others lost?")
def last_column_over_m(weights, biases, x, y):
    nabla_b, nabla_w = sweep((weights, biases, x[:, -1:], y[:, -1:]))
    m = x.shape[1]
    return [b / m for b in nabla_b], [w / m for w in nabla_w]


@backprop.mistake("Which list comes first?")
def nabla_w_first(*arrays):
    return sweep(arrays)[::-1]


@backprop.mistake("You go from right to left. In which order are your lists?")
def lists_from_output_to_input(*arrays):
    nabla_b, nabla_w = sweep(arrays)
    return nabla_b[::-1], nabla_w[::-1]


@backprop.mistake("Are these separate arrays, or one array under many names?")
def one_array_for_all_layers(*arrays):
    weights, biases, _, _ = arrays
    nabla_b = [np.zeros(biases[0].shape)] * len(biases)
    nabla_w = [np.zeros(weights[0].shape)] * len(weights)
    for l, (b, w) in reversed(list(enumerate(zip(*sweep(arrays), strict=True)))):
        nabla_b[l][:], nabla_w[l][:] = b, w
    return nabla_b, nabla_w


@backprop.mistake("Count your gradients: does the first layer have one?")
def stops_before_the_first_layer(*arrays):
    nabla_b, nabla_w = sweep(arrays)
    return nabla_b[1:], nabla_w[1:]


@backprop.mistake("Which gradients did the loop never reach, and still hold zeros?")
def first_layer_left_at_zero(*arrays):
    nabla_b, nabla_w = sweep(arrays)
    if len(nabla_b) > 1:
        nabla_b[0], nabla_w[0] = 0 * nabla_b[0], 0 * nabla_w[0]
    return nabla_b, nabla_w


@backprop.mistake("Which gradients did the loop never reach, and still hold zeros?")
def only_the_output_layer(*arrays):
    nabla_b, nabla_w = sweep(arrays)
    return (
        [0 * b for b in nabla_b[:-1]] + nabla_b[-1:],
        [0 * w for w in nabla_w[:-1]] + nabla_w[-1:],
    )


@backprop.mistake("Who takes the step: backpropagation, or gradient descent?")
def minus_the_gradient_from_the_last_layer_on(*arrays):
    return sweep(arrays, bp2=lambda w, d, z: -bp2(w, d, z))


# Mistakes of the forward pass


@backprop.mistake("What does z hold besides the weighted inputs?")
def forward_without_bias(*arrays):
    return sweep(
        arrays,
        forward=lambda weights, biases, x: forward(
            weights, biases, x, weigh=lambda w, a, b: w @ a
        ),
    )


@backprop.mistake("Print the shapes of W a and of b: what does the sum become?")
def forward_with_a_flat_bias(*arrays):
    return sweep(
        arrays,
        forward=lambda weights, biases, x: forward(
            weights, biases, x, weigh=lambda w, a, b: w @ a + b.ravel()
        ),
    )


@backprop.mistake("Which weights lead to neuron j: a row of W, or a column?")
def forward_with_weights_transposed(*arrays):
    return sweep(
        arrays,
        forward=lambda weights, biases, x: forward(
            weights, biases, x, weigh=lambda w, a, b: w.T @ a + b
        ),
    )


@backprop.mistake("Does the last layer's sigmoid act in your forward pass?")
def linear_output(*arrays):
    def linear_at_the_end(weights, biases, x):
        zs, activations = forward(weights, biases, x)
        return zs, [*activations[:-1], zs[-1]]

    return sweep(arrays, forward=linear_at_the_end)


# Right answers written another way


@backprop.variant
def nielsens_way(weights, biases, x, y):
    nabla_b = [np.zeros(b.shape) for b in biases]
    nabla_w = [np.zeros(w.shape) for w in weights]
    for i in range(x.shape[1]):
        zs, activations = forward(weights, biases, x[:, i : i + 1])
        delta = (activations[-1] - y[:, i : i + 1]) * sigmoid_prime(zs[-1])
        nabla_b[-1] = nabla_b[-1] + delta
        nabla_w[-1] = nabla_w[-1] + np.dot(delta, activations[-2].transpose())
        for l in range(2, len(weights) + 1):
            delta = np.dot(weights[-l + 1].transpose(), delta) * sigmoid_prime(zs[-l])
            nabla_b[-l] = nabla_b[-l] + delta
            nabla_w[-l] = nabla_w[-l] + np.dot(delta, activations[-l - 1].transpose())
    m = x.shape[1]
    return [b / m for b in nabla_b], [w / m for w in nabla_w]


@backprop.variant
def mean_taken_at_the_output(weights, biases, x, y):
    _, activations = forward(weights, biases, x)
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
    m = x.shape[1]

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
    return [d @ np.ones((m, 1)) / m for d in deltas], [w / m for w in nabla_w]


@backprop.variant
def with_a_compensating_minus(weights, biases, x, y):
    zs, activations = forward(weights, biases, x)
    delta = -(y - activations[-1]) * sigmoid(zs[-1]) * sigmoid(-zs[-1])
    deltas = [delta]
    for w, z in zip(weights[:0:-1], zs[-2::-1], strict=True):
        deltas.append(w.T @ deltas[-1] / np.cosh(z / 2) ** 2 / 4)
    deltas.reverse()
    nabla_w = [
        np.mean([np.outer(d, a) for d, a in zip(ds.T, as_.T, strict=True)], axis=0)
        for ds, as_ in zip(deltas, activations[:-1], strict=True)
    ]
    return [np.mean(d, axis=1)[:, None] for d in deltas], nabla_w
