"""The four equations for a training run: as `backprop`, to rounding, but sooner.

This is the only page of the library that is shaped by speed. It has three ideas.

*The bias is the weight of an input that is always 1.* With a row of ones below every
layer's input a, the weighted input W a + b is one product, [W b] times that, and so is
the gradient: δ times its transpose holds BP4 and, in the last column, BP3.

*All parameters lie in one array and all gradients in another.* So a step is one
subtraction, however many layers there are.

*Large arrays are made once.* Fresh memory costs a small step more than its arithmetic,
so what a mini-batch leaves behind is written over by the next one.
"""

import numpy as np

from bpkit.activations import logistic

CHUNK = 250  # examples gathered at a time: enough to pay, small enough for the cache
KEPT = 1000  # examples whose cost is taken at a time: a call costs as much as a step


class Training:
    """Gradient descent: its `weights` and `biases` are views into one array."""

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
        pairs = zip([*self.weights, *self.biases], [*weights, *biases], strict=True)
        # All are copied first, since one may have been set to the view of another.
        for view, now in [(v, now.copy()) for v, now in pairs if now is not v]:
            view[:] = now

    def descend(self, batches):
        """Take a step on each mini-batch; return their examples' mean cost before it.

        x of a mini-batch has a last row of ones and shape (n_0 + 1, m), y (n_L, m).
        """
        seen, cost, kept = 0, 0, []
        for x, y in batches:
            m = x.shape[1]
            if m not in self.rooms:
                self.rooms[m] = _Room(self, m)
            kept.append((self.rooms[m].step(x, y).copy(), y.copy()))
            self.parameters -= self.gradient
            seen += m
            if len(kept) * m >= KEPT:
                cost += self._summed_cost(kept)
                kept.clear()
        return (cost + self._summed_cost(kept)) / seen

    def _summed_cost(self, kept):
        """Return the cost of all the examples of some outputs and targets."""
        if not kept:
            return 0
        a, y = (np.concatenate(part, axis=1) for part in zip(*kept, strict=True))
        return a.shape[1] * self.cost.value(a, y)


class _Room:
    """What m columns leave between the forward and the backward pass.

    The row of ones is the output of a neuron that never moves: its slope a (1 − a) is
    0, and so is its δ. So it may stay in every array.
    """

    def __init__(self, training, m):
        layers, nablas = training.layers, training.nablas
        shapes, dtype = [(len(layer) + 1, m) for layer in layers], layers[0].dtype
        (self.outputs, outputs), (self.slopes, slopes), (_, deltas) = (
            _in_one_array(shapes, dtype) for _ in range(3)
        )
        self.outputs[:] = 1
        self.cost, self.first, self.nabla = training.cost, layers[0], nablas[0]
        self.activations, self.last_slope = [a[:-1] for a in outputs], slopes[-1][:-1]
        # What each later layer needs on the way to the right, and to the left.
        self.forward = [*zip(layers[1:], outputs, self.activations[1:], strict=False)]
        self.backward = [
            (nablas[l + 1], outputs[l].T, layers[l + 1].T, slopes[l], deltas[l])
            for l in reversed(range(len(layers) - 1))
        ]
        # Arrays, since numpy would make them at every call.
        self.one, self.scale = np.ones((), dtype), np.full((), training.eta / m, dtype)

    def step(self, x, y):
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
    """Yield (x, y) of shuffled mini-batches as columns; a later one is written over."""
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
    ends = np.cumsum([rows * columns for rows, columns in shapes])
    whole = np.zeros(ends[-1], dtype)
    parts = zip(np.split(whole, ends[:-1]), shapes, strict=True)
    return whole, [part.reshape(shape) for part, shape in parts]
