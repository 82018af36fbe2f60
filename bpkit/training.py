"""The four equations for a training run: the numbers of `backprop`, sooner.

This is the only page of the library that is shaped by speed. It has three ideas.

*The bias is the weight of an input that is always 1.* With a row of ones below every
layer's input a, the weighted input W a + b is one product, [W b] times that, and so is
the gradient: δ times its transpose holds BP4 and, in the last column, BP3.

*All parameters lie in one array and all gradients in another.* So a step is one
subtraction, however many layers there are.

*Nothing is made twice.* Fresh memory costs a small step more than its arithmetic, so
what a mini-batch leaves behind is written over by the next one.
"""

import math
from itertools import pairwise

import numpy as np

from bpkit.activations import logistic

CHUNK = 250  # examples gathered at a time: enough to pay, small enough for the cache


class Training:
    """Gradient descent on a `cost` with learning rate `eta`, from `weights`, `biases`.

    The attributes `weights` and `biases` tell where it stands: views into one array.
    """

    def __init__(self, weights, biases, cost, eta):
        shapes = [(n, n_in + 1) for n, n_in in (w.shape for w in weights)]
        self.parameters, self.layers = _in_one_array(shapes, weights[0].dtype)
        self.gradient, self.nablas = _in_one_array(shapes, weights[0].dtype)
        self.weights = [layer[:, :-1] for layer in self.layers]
        self.biases = [layer[:, -1:] for layer in self.layers]
        self.cost, self.eta, self.rooms = cost, eta, {}
        self.go_on_from(weights, biases)

    def go_on_from(self, weights, biases):
        """Copy weights and biases that are not its own views: somebody set them."""
        views = [*self.weights, *self.biases]
        for view, now in zip(views, [*weights, *biases], strict=True):
            if now is not view:
                view[:] = now

    def descend(self, batches):
        """Take a step on each mini-batch; return all outputs, from before, and targets.

        x of a mini-batch has a last row of ones and shape (n_0 + 1, m), y (n_L, m).
        """
        outputs, targets = [], []
        for x, y in batches:
            m = x.shape[1]
            if m not in self.rooms:
                self.rooms[m] = _Room(self, m)
            outputs.append(self.rooms[m].backprop(x, y).copy())
            targets.append(y.copy())
            self.parameters -= self.gradient
        return np.concatenate(outputs, axis=1), np.concatenate(targets, axis=1)


class _Room:
    """Room for what m columns leave between the forward and the backward pass.

    The row of ones stays in every array. It is the output of a neuron that never moves:
    its slope a (1 − a) is 0, and so is its δ.
    """

    def __init__(self, training, m):
        layers, nablas = training.layers, training.nablas
        shapes, dtype = [(len(layer) + 1, m) for layer in layers], layers[0].dtype
        self.outputs, outputs = _in_one_array(shapes, dtype)
        self.slopes, slopes = _in_one_array(shapes, dtype)
        deltas = _in_one_array(shapes, dtype)[1]
        self.outputs[:] = 1
        self.cost, self.first, self.nabla = training.cost, layers[0], nablas[0]
        self.activations, self.last_slope = [a[:-1] for a in outputs], slopes[-1][:-1]
        # What each later layer needs on the way to the right, and to the left.
        self.forward = list(
            zip(layers[1:], outputs[:-1], self.activations[1:], strict=True)
        )
        self.backward = [
            (nablas[l + 1], outputs[l].T, layers[l + 1].T, slopes[l], deltas[l])
            for l in reversed(range(len(layers) - 1))
        ]
        # Arrays, since numpy would make them at every call.
        self.one, self.scale = np.ones((), dtype), np.full((), training.eta / m, dtype)

    def backprop(self, x, y):
        """Fill the gradient of the mean cost, times η; return the output."""
        a = self.activations[0]
        logistic(np.dot(self.first, x, a), a, self.one)
        for layer, a_prev, a in self.forward:
            logistic(np.dot(layer, a_prev, a), a, self.one)
        # σ′(z) = a (1 − a), for all layers at once.
        np.subtract(self.one, self.outputs, self.slopes)
        np.multiply(self.slopes, self.outputs, self.slopes)
        delta = self.cost.delta(a, y, self.last_slope)  # BP1
        # The equations are linear in δ: this scales every gradient.
        np.multiply(delta, self.scale, delta)
        for nabla, a_prev_t, layer_t, slope, back in self.backward:
            np.dot(delta, a_prev_t, nabla)  # BP3, BP4
            np.dot(layer_t, delta, back)  # BP2
            delta = np.multiply(back, slope, back)[:-1]
        np.dot(delta, x.T, self.nabla)
        return a


def with_ones(rows):
    """Return rows of examples with a last column of ones, the input of the biases."""
    return np.concatenate([rows, np.ones((len(rows), 1), rows.dtype)], axis=1)


def mini_batches(x, y, size, rng):
    """Yield (x, y) of shuffled mini-batches, one column an example, from rows.

    Later ones may be written over them. The last may have fewer than `size` columns.
    """
    order = rng.permutation(len(x))
    chunk = min(size * max(1, CHUNK // size), len(order))
    gathered_x = np.empty((chunk, x.shape[1]), x.dtype)
    gathered_y = np.empty((chunk, y.shape[1]), y.dtype)
    for first in range(0, len(order), chunk):
        chosen = order[first : first + chunk]
        xs, ys = gathered_x[: len(chosen)], gathered_y[: len(chosen)]
        # mode="clip" lets take write straight into out.
        np.take(x, chosen, axis=0, out=xs, mode="clip")
        np.take(y, chosen, axis=0, out=ys, mode="clip")
        whole = len(chosen) // size * size
        stacks = _stacked(xs[:whole], size), _stacked(ys[:whole], size)
        yield from zip(*stacks, strict=True)
        if whole < len(chosen):
            yield xs[whole:].T, ys[whole:].T


def _stacked(rows, size):
    """Return rows as a stack of mini-batches (n, size), without a copy."""
    return rows.reshape(-1, size, rows.shape[1]).transpose(0, 2, 1)


def _in_one_array(shapes, dtype):
    """Return an array of zeros and, one after the other, views into it of `shapes`."""
    ends = np.cumsum([0, *map(math.prod, shapes)]).tolist()
    whole = np.zeros(ends[-1], dtype)
    parts = zip(pairwise(ends), shapes, strict=True)
    return whole, [whole[i:j].reshape(shape) for (i, j), shape in parts]
