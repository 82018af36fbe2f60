"""Lesson 5: the forward pass and the backward pass."""

from fractions import Fraction

import numpy as np

from bpkit import sigmoid_prime

from . import right, right_number, wrong, wrong_number

# weighted_input ----------------------------------------------------------------


@wrong("weighted_input", "the bias is added at every input")
def bias_at_every_input(w, a, b):
    """([1, 1], [2, 3], 10): 25, should be 15; right with one input."""
    return np.sum(w * a + b)


@wrong("weighted_input", "a convolution runs through the second array backwards")
def backwards(w, a, b):
    """([1, 2], [3, 4], 0): 10, should be 11; right where all is alike."""
    return np.convolve(w, a, "valid")[0] + b


@wrong("weighted_input", "unpacks a single product")
def single_product(w, a, b):
    """([1, 2], [3, 4], 0): ValueError, should be 11; right with one input."""
    [z] = w * a + b
    return z


@wrong("weighted_input", "the sum begins in a whole number's place and stays whole")
def whole_sum(w, a, b):
    """([0.5], [1.0], 0.25): 0, should be 0.75."""
    z = np.zeros(1, dtype=int)
    for weight, activation in zip(w, a):
        z[0] += int(weight * activation)
    return z[0] + int(b)


@right("weighted_input", "the bias as the weight of one input more, which is 1")
def bias_as_weight(w, a, b):
    return float(np.inner([*w, b], [*a, 1.0]))


@right("weighted_input", "entry by entry, the bias first")
def bias_first(w, a, b):
    z = b
    for k in range(len(w)):
        z = z + w[k] * a[k]
    return z


# dz_dw -------------------------------------------------------------------------

right_number("dz_dw", (Fraction(1), Fraction(-1)), "the two inputs as fractions")
wrong_number("dz_dw", (1, -2), "the weights, not the inputs")
wrong_number("dz_dw", (1, 2), "what each product adds to z")

# output_error ------------------------------------------------------------------


@wrong("output_error", "the slope of the sigmoid at its own output")
def output_error_at_output(a, y, z):
    """(a ½, y 0, z 0): 0.1175, should be 0.125."""
    return (a - y) * sigmoid_prime(a)


@wrong("output_error", "the difference is made in the caller's own outputs")
def output_error_in_place(a, y, z):
    """Right numbers, but a is a − y afterwards."""
    delta = a
    delta -= y
    return delta * sigmoid_prime(z)


@wrong("output_error", "stored in an array of y's own kind")
def output_error_in_kind_of_y(a, y, z):
    """(a ½, y np.array([[0]]), z 0): 0, should be 0.125; right if y holds floats."""
    delta = np.empty_like(y)
    delta[...] = (a - y) * sigmoid_prime(z)
    return delta


@wrong("output_error", "the first example's gains serve for all")
def output_error_first_gains(a, y, z):
    """z [[0, 4]], a − y [[1, 1]]: 0.25 twice, should be 0.25 and 0.018."""
    return (a - y) * sigmoid_prime(z[:, :1])


@right("output_error", "the slope from the output, a(1 − a), multiplied out")
def output_error_by_output(a, y, z):
    return a * (1 - a) * a - a * (1 - a) * y


@right("output_error", "np.multiply on copies, example by example")
def output_error_by_examples(a, y, z):
    columns = [
        np.multiply(np.subtract(out, wanted), sigmoid_prime(into))
        for out, wanted, into in zip(a.T, y.T, z.T)
    ]
    return np.array(columns).T


# hidden_error ------------------------------------------------------------------


@wrong("hidden_error", "the matrix is not turned over")
def hidden_not_transposed(w_next, delta_next, z):
    """([[0, 1], [0, 0]], [[1], [0]], 0): [[0], [0]], should be [[0], [0.25]]."""
    return (w_next @ delta_next) * sigmoid_prime(z)


@wrong("hidden_error", "adds up weights and errors before they meet")
def hidden_product_of_sums(w_next, delta_next, z):
    """([[1], [−1]], [[1], [1]], 0) fits; ([[1], [0]], [[0], [1]], 0): 0.25, not 0."""
    arriving = w_next.sum(axis=0)[:, None] * delta_next.sum(axis=0)
    return arriving * sigmoid_prime(z)


@wrong("hidden_error", "every example gets what arrives for the first one")
def hidden_first_example(w_next, delta_next, z):
    """([[1]], [[1, 2]], [[0, 0]]): 0.25 twice, should be 0.25 and 0.5."""
    return (w_next.T @ delta_next[:, [0]]) * sigmoid_prime(z)


@wrong("hidden_error", "the gain is passed before the wires instead of after")
def hidden_gain_too_early(w_next, delta_next, z):
    """(3 × 2, 3 errors): ValueError; 2 × 2 with z [[0], [4]]: other numbers."""
    return w_next.T @ (delta_next * sigmoid_prime(z))


@right("hidden_error", "einsum over the next layer's neurons")
def hidden_by_einsum(w_next, delta_next, z):
    return np.einsum("jk,ji,ki->ki", w_next, delta_next, sigmoid_prime(z))


@right("hidden_error", "adds up path after path")
def hidden_by_paths(w_next, delta_next, z):
    arriving = np.zeros(np.shape(z))
    for row, error in zip(w_next, delta_next):
        arriving += np.outer(row, error)
    return arriving * sigmoid_prime(z)


# backward_network --------------------------------------------------------------


@wrong("backward_network", "goes through the weights that lead in, not the next ones")
def network_one_layer_off(weights, zs, upstream):
    """Layers 2, 3, 1: ValueError; layers 2, 2, 2: runs, with the wrong numbers."""
    deltas = [upstream * sigmoid_prime(zs[-1])]
    for l in range(len(zs) - 2, -1, -1):
        deltas.insert(0, (weights[l].T @ deltas[0]) * sigmoid_prime(zs[l]))
    return deltas


@wrong("backward_network", "the last layer's neurons do not amplify")
def network_raw_upstream(weights, zs, upstream):
    """One layer, z 0, upstream 1: 1, should be 0.25."""
    deltas = [1.0 * upstream]
    for w, z in zip(weights[:0:-1], zs[-2::-1]):
        deltas.append((w.T @ deltas[-1]) * sigmoid_prime(z))
    return deltas[::-1]


@wrong("backward_network", "amplifies the caller's own signal")
def network_in_place(weights, zs, upstream):
    """Right list, but upstream has become the last delta."""
    signal = upstream
    signal *= sigmoid_prime(zs[-1])
    deltas = [signal]
    for w, z in zip(weights[:0:-1], zs[-2::-1]):
        deltas.append((w.T @ deltas[-1]) * sigmoid_prime(z))
    return deltas[::-1]


@wrong("backward_network", "always the last two layers' errors: fails from three on")
def network_two_layers_deep(weights, zs, upstream):
    """Four uneven layers: ValueError, or wrong where it fits; right for two."""
    last = upstream * sigmoid_prime(zs[-1])
    hidden = [(weights[-1].T @ last) * sigmoid_prime(z) for z in zs[:-1]]
    return [*hidden, last]


@right("backward_network", "calls itself from the left, and each layer asks once")
def network_by_recursion(weights, zs, upstream):
    if len(zs) == 1:
        return [upstream * sigmoid_prime(zs[0])]
    rest = network_by_recursion(weights[1:], zs[1:], upstream)
    return [weights[1].T @ rest[0] * sigmoid_prime(zs[0]), *rest]


@right("backward_network", "the matrices of all gains and wires, example by example")
def network_by_examples(weights, zs, upstream):
    deltas = [np.zeros(np.shape(z)) for z in zs]
    for i in range(upstream.shape[1]):
        signal = upstream[:, i]
        for l in reversed(range(len(zs))):
            signal = np.diag(sigmoid_prime(zs[l][:, i])) @ signal
            deltas[l][:, i] = signal
            signal = np.transpose(weights[l]) @ signal
    return deltas


@wrong("backward_network", "the gains are those of the layer that sends, not receives")
def backward_with_the_next_gains(weights, zs, upstream):
    """Weights and upstream 1, zs 0 and 2: 0.011 first, should be 0.026."""
    deltas = [upstream * sigmoid_prime(zs[-1])]
    for layer in range(len(zs) - 2, -1, -1):
        sent = deltas[0] * sigmoid_prime(zs[layer + 1])
        deltas.insert(0, weights[layer + 1].T @ sent)
    return deltas


@wrong("backward_network", "the places of a list, of which the first is never filled")
def backward_stops_too_soon(weights, zs, upstream):
    """Two layers of one neuron: None first, should be a number; right for one layer."""
    deltas = [None] * len(zs)
    deltas[-1] = upstream * sigmoid_prime(zs[-1])
    for l in range(len(zs) - 2, 0, -1):
        deltas[l] = (weights[l + 1].T @ deltas[l + 1]) * sigmoid_prime(zs[l])
    return deltas


@right("backward_network", "asks every neuron for its error, and takes notes")
def backward_with_notes(weights, zs, upstream):
    notes = {}

    def ask(l, k):
        if (l, k) not in notes:
            if l == len(zs) - 1:
                arriving = upstream[k]
            else:
                column = weights[l + 1][:, k]
                arriving = sum(w * ask(l + 1, j) for j, w in enumerate(column))
            notes[l, k] = sigmoid_prime(zs[l][k]) * arriving
        return notes[l, k]

    return [np.array([ask(l, k) for k in range(len(z))]) for l, z in enumerate(zs)]
