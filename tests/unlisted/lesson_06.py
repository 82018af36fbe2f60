"""Lesson 6: the four equations."""

from itertools import accumulate

import numpy as np

from bpkit import sigmoid, sigmoid_prime

from . import right, wrong

# bias_gradient -----------------------------------------------------------------


@wrong("bias_gradient", "the column has lost its second axis")
def bias_flat(delta):
    """(2, 3) errors: shape (2,), should be (2, 1)."""
    return delta.mean(axis=1)


@wrong("bias_gradient", "divided by the number of neurons")
def bias_over_neurons(delta):
    """[[1.0, 3.0]]: [[4]], should be [[2]]; right where delta is square."""
    return delta.sum(axis=1, keepdims=True) / len(delta)


@wrong("bias_gradient", "the median: equal to the mean for one or two examples")
def bias_median(delta):
    """[[0.0, 0.0, 3.0]]: [[0]], should be [[1]]."""
    return np.median(delta, axis=1, keepdims=True)


@wrong("bias_gradient", "divides the caller's errors")
def bias_in_place(delta):
    """[[1.0, 3.0]]: the right [[2]], but delta is [[0.5, 1.5]] afterwards."""
    delta /= delta.shape[1]
    return delta.sum(axis=1, keepdims=True)


@right("bias_gradient", "a product with a column of equal shares")
def bias_by_product(delta):
    m = delta.shape[1]
    return delta @ np.full((m, 1), 1 / m)


@right("bias_gradient", "row by row, each mean in brackets of its own")
def bias_by_rows(delta):
    return np.array([[sum(row) / len(row)] for row in delta.tolist()])


# weight_gradient ---------------------------------------------------------------


@wrong("weight_gradient", "the mean error times the mean activation")
def weight_of_means(delta, a_prev):
    """([[1, −1]], [[1, −1]]): [[0]], should be [[1]]; right for one example."""
    return delta.mean(axis=1, keepdims=True) @ a_prev.mean(axis=1, keepdims=True).T


@wrong("weight_gradient", "the table lies on its side")
def weight_on_its_side(delta, a_prev):
    """([[1], [2]], [[3], [4]]): [[3, 6], [4, 8]], should be [[3, 4], [6, 8]]."""
    return a_prev @ delta.T / delta.shape[1]


@wrong("weight_gradient", "divided by the length of a_prev, its rows")
def weight_over_inputs(delta, a_prev):
    """([[1, 1]], [[1, 1]]): [[2]], should be [[1]]; right if n_in is m."""
    return delta @ a_prev.T / len(a_prev)


@wrong("weight_gradient", "np.outer flattens: every example meets every other")
def weight_by_outer(delta, a_prev):
    """([[1, 2]], [[1, 2]]): shape (2, 2), should be [[2.5]]; right for one column."""
    return np.outer(delta, a_prev) / delta.shape[1]


@right("weight_gradient", "a mean over a table of three axes")
def weight_by_three_axes(delta, a_prev):
    return np.mean(delta[:, None, :] * a_prev[None, :, :], axis=2)


@right("weight_gradient", "outer products, added up one after the other")
def weight_by_examples(delta, a_prev):
    tables = [np.outer(d, a) for d, a in zip(delta.T, a_prev.T)]
    *_, total = accumulate(tables)
    return total / len(tables)


# forward_pass ------------------------------------------------------------------


@wrong("forward_pass", "every layer is fed with x")
def forward_from_x(weights, biases, x):
    """Layers 2, 3, 1: ValueError; 2, 2, 2: runs, and the second layer is wrong."""
    zs = [w @ x + b for w, b in zip(weights, biases)]
    return zs, [x, *map(sigmoid, zs)]


@wrong("forward_pass", "the activation is written over the z that was to be kept")
def forward_overwrites_z(weights, biases, x):
    """One layer, w 0, b 0: zs [[0.5]], should be [[0]]; the activations are right."""
    zs, activations = [], [x]
    for w, b in zip(weights, biases):
        z = w @ activations[-1] + b
        zs.append(z)
        z[...] = sigmoid(z)
        activations.append(z.copy())
    return zs, activations


@wrong("forward_pass", "a bias without its second axis counts as a row")
def forward_bias_as_row(weights, biases, x):
    """3 neurons, m = 1: z has shape (3, 3); m = 3: biases by example."""
    zs, activations = [], [x]
    for w, b in zip(weights, biases):
        zs.append(w @ activations[-1] + b.ravel())
        activations.append(sigmoid(zs[-1]))
    return zs, activations


@wrong("forward_pass", "puts the layers into one array, which needs equal sizes")
def forward_as_arrays(weights, biases, x):
    """Layers 3, 4, 2: ValueError; right where all layers are alike."""
    zs, activations = [], [x]
    for w, b in zip(weights, biases):
        zs.append(w @ activations[-1] + b)
        activations.append(sigmoid(zs[-1]))
    return list(np.array(zs)), list(np.array(activations))


@right("forward_pass", "the weighted inputs are made by a chain of accumulate")
def forward_by_accumulate(weights, biases, x):
    def onward(pair, layer):
        z = layer[0] @ pair[1] + layer[1]
        return z, sigmoid(z)

    pairs = list(accumulate(zip(weights, biases), onward, initial=(None, x)))
    return [z for z, _ in pairs[1:]], [a for _, a in pairs]


@right("forward_pass", "the bias as a column of the weights, for an input of 1")
def forward_by_longer_rows(weights, biases, x):
    zs, activations = [], [np.array(x)]
    for w, b in zip(weights, biases):
        a = activations[-1]
        zs.append(np.hstack([w, b]) @ np.vstack([a, np.ones(a.shape[1])]))
        activations.append(sigmoid(zs[-1]))
    return zs, activations


# backprop ----------------------------------------------------------------------


def _forward(weights, biases, x):
    zs, activations = [], [x]
    for w, b in zip(weights, biases):
        zs.append(w @ activations[-1] + b)
        activations.append(sigmoid(zs[-1]))
    return zs, activations


@wrong("backprop", "BP2 goes through the last weights each time")
def backprop_last_weights(weights, biases, x, y):
    """Four layers: ValueError or wrong; right for one hidden layer."""
    zs, activations = _forward(weights, biases, x)
    delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
    nabla_b, nabla_w = [], []
    for l in range(len(weights) - 1, -1, -1):
        nabla_b.insert(0, delta.mean(axis=1, keepdims=True))
        nabla_w.insert(0, delta @ activations[l].T / x.shape[1])
        if l:
            delta = (weights[-1].T @ delta) * sigmoid_prime(zs[l - 1])
    return nabla_b, nabla_w


@wrong("backprop", "averages the errors first, and then multiplies")
def backprop_mean_errors(weights, biases, x, y):
    """Two unlike examples: nabla_w wrong; right for one example."""
    zs, activations = _forward(weights, biases, x)
    delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
    nabla_b, nabla_w = [], []
    for l in reversed(range(len(weights))):
        mean = delta.mean(axis=1, keepdims=True)
        nabla_b.insert(0, mean)
        nabla_w.insert(0, mean @ activations[l].mean(axis=1, keepdims=True).T)
        if l:
            delta = (weights[l].T @ delta) * sigmoid_prime(zs[l - 1])
    return nabla_b, nabla_w


@wrong("backprop", "turns the caller's lists round and leaves them so")
def backprop_reverses_lists(weights, biases, x, y):
    """Right gradients, but weights runs from the output to the input afterwards."""
    zs, activations = _forward(weights, biases, x)
    delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
    weights.reverse()
    nabla_b, nabla_w = [], []
    for w, a, z in zip(weights, activations[-2::-1], [*zs[-2::-1], None]):
        nabla_b.append(delta.mean(axis=1, keepdims=True))
        nabla_w.append(delta @ a.T / x.shape[1])
        if z is not None:
            delta = (w.T @ delta) * sigmoid_prime(z)
    return nabla_b[::-1], nabla_w[::-1]


@wrong("backprop", "BP4 multiplies by the activation that comes out of the layer")
def backprop_wrong_activation(weights, biases, x, y):
    """Layers 3, 4, 2: shape (2, 2), should be (2, 4); layers 3, 3: wrong numbers."""
    zs, activations = _forward(weights, biases, x)
    delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
    nabla_b, nabla_w = [], []
    for l in reversed(range(len(weights))):
        nabla_b.insert(0, delta.mean(axis=1, keepdims=True))
        nabla_w.insert(0, delta @ activations[l + 1].T / x.shape[1])
        if l:
            delta = (weights[l].T @ delta) * sigmoid_prime(zs[l - 1])
    return nabla_b, nabla_w


@right("backprop", "calls itself on the way forward, multiplies on the way back")
def backprop_by_recursion(weights, biases, x, y):
    nabla_b, nabla_w = [], []

    def back(l, a):
        """Return the slope of the cost by a, the activation that enters layer l."""
        if l == len(weights):
            return (a - y) / x.shape[1]
        out = sigmoid(weights[l] @ a + biases[l])
        delta = back(l + 1, out) * out * (1 - out)
        nabla_b.append(delta.sum(axis=1, keepdims=True))
        nabla_w.append(delta @ a.T)
        return weights[l].T @ delta

    back(0, x)
    return nabla_b[::-1], nabla_w[::-1]


@right("backprop", "one example after the other, and the mean at the end")
def backprop_by_examples(weights, biases, x, y):
    m = x.shape[1]
    nabla_b = [np.zeros(np.shape(b)) for b in biases]
    nabla_w = [np.zeros(np.shape(w)) for w in weights]
    for i in range(m):
        zs, activations = _forward(weights, biases, x[:, [i]])
        signal = activations[-1] - y[:, [i]]
        for l in reversed(range(len(weights))):
            delta = signal * sigmoid_prime(zs[l])
            nabla_b[l] += delta / m
            nabla_w[l] += delta * activations[l].T / m
            signal = weights[l].T @ delta
    return nabla_b, nabla_w


@right("backprop", "keeps no z: the slopes come from the activations")
def backprop_without_zs(weights, biases, x, y):
    activations = [x]
    for w, b in zip(weights, biases):
        activations.append(sigmoid(w @ activations[-1] + b))
    delta, nabla_b, nabla_w = activations[-1] - y, [], []
    for w, a_in in zip(weights[::-1], activations[-2::-1]):
        out = activations.pop()
        delta = delta * out * (1 - out)
        nabla_b.insert(0, delta.mean(axis=1, keepdims=True))
        nabla_w.insert(0, delta @ a_in.T / x.shape[1])
        delta = w.T @ delta
    return nabla_b, nabla_w


@right("backprop", "keeps x and the zs: each activation is made again")
def backprop_without_activations(weights, biases, x, y):
    zs = []
    for w, b in zip(weights, biases):
        zs.append(w @ (sigmoid(zs[-1]) if zs else x) + b)
    delta, nabla_b, nabla_w = sigmoid(zs[-1]) - y, [], []
    for l in reversed(range(len(weights))):
        delta = delta * sigmoid_prime(zs[l])
        a_in = sigmoid(zs[l - 1]) if l else x
        nabla_b.insert(0, delta.mean(axis=1, keepdims=True))
        nabla_w.insert(0, delta @ a_in.T / x.shape[1])
        delta = weights[l].T @ delta
    return nabla_b, nabla_w


@right("backprop", "is put together from the two gradients of one layer")
def backprop_of_parts(weights, biases, x, y):
    zs, activations = _forward(weights, biases, x)
    delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
    nabla_b, nabla_w = [bias_by_rows(delta)], []
    for l in range(len(weights) - 1, 0, -1):
        nabla_w.insert(0, weight_by_examples(delta, activations[l]))
        delta = (weights[l].T @ delta) * sigmoid_prime(zs[l - 1])
        nabla_b.insert(0, bias_by_rows(delta))
    return nabla_b, [weight_by_examples(delta, x), *nabla_w]


@wrong("backprop", "free of its zs, with a(1 − a) of the layer before")
def backprop_slope_of_neighbour(weights, biases, x, y):
    """Layers 3, 4, 2: ValueError; 2, 2: σ′ is made from x, and the slopes are wrong."""
    _, activations = _forward(weights, biases, x)
    delta, nabla_b, nabla_w = activations[-1] - y, [], []
    for l in reversed(range(len(weights))):
        a = activations[l]
        delta = delta * a * (1 - a)
        nabla_b.insert(0, delta.mean(axis=1, keepdims=True))
        nabla_w.insert(0, delta @ a.T / x.shape[1])
        delta = weights[l].T @ delta
    return nabla_b, nabla_w


@wrong("backprop", "free of its zs, with 1 − a for a(1 − a)")
def backprop_half_a_slope(weights, biases, x, y):
    """One layer, w 0, b 0: nabla_b twice too large."""
    _, activations = _forward(weights, biases, x)
    delta, nabla_b, nabla_w = activations[-1] - y, [], []
    for l in reversed(range(len(weights))):
        delta = delta * (1 - activations[l + 1])
        nabla_b.insert(0, delta.mean(axis=1, keepdims=True))
        nabla_w.insert(0, delta @ activations[l].T / x.shape[1])
        delta = weights[l].T @ delta
    return nabla_b, nabla_w


# backprop: several slips, or one in a place of its own ---------------------------


def gradients(weights, biases, x, y):
    """Yield the right gradients, from the last layer to the first."""
    activations = [x]
    for w, b in zip(weights, biases):
        activations.append(sigmoid(w @ activations[-1] + b))
    delta = activations[-1] - y
    for w, b, a_in in zip(weights[::-1], biases[::-1], activations[-2::-1]):
        delta = delta * sigmoid_prime(w @ a_in + b)
        yield delta.mean(axis=1, keepdims=True), delta @ a_in.T / x.shape[1]
        delta = w.T @ delta


@wrong("backprop", "all is right, but the gradients are never put into the lists")
def backprop_leaves_zeros(weights, biases, x, y):
    """Every number that comes is 0."""
    nabla_b = [np.zeros(b.shape) for b in biases]
    nabla_w = [np.zeros(w.shape) for w in weights]
    for nb, nw in gradients(weights, biases, x, y):
        _, _ = nb, nw
    return nabla_b, nabla_w


@wrong("backprop", "BP1 turns the sign, and each BP2 turns it once more")
def backprop_turns_twice(weights, biases, x, y):
    """The last layer has the wrong sign, the one before it the right one, and so on."""
    slopes = list(gradients(weights, biases, x, y))
    signed = [((-1) ** (k + 1), *both) for k, both in enumerate(slopes)][::-1]
    return [s * nb for s, nb, _ in signed], [s * nw for s, _, nw in signed]


@wrong("backprop", "gives the gradients of the weights alone")
def backprop_of_weights(weights, biases, x, y):
    """Two layers: the two arrays of the weights come in place of two lists."""
    return [nw for _, nw in gradients(weights, biases, x, y)][::-1]
