"""The four equations for a training run: as `backprop`, to rounding, but sooner.

This is the only page of the library that is shaped by speed. It has five ideas.

*The bias is the weight of an input that is always 1.* With a row of ones below every
layer's input a, the weighted input W a + b is one product, [W b] times that, and so is
the gradient: δ times its transpose holds BP4 and, in the last column, BP3.

*All parameters lie in one array and all gradients in another.* So a step is one
subtraction, however many layers there are.

*Inputs and hidden outputs are held as −a*, ones and all. So a product is −z, which
1 / (1 + exp(−z)) asks for, and a gradient comes with the sign of the step downhill.

*Weight decay is one product.* Its factor is 1 − ηλ for a weight and 1 for a bias.

*Large arrays are made once.* Fresh memory costs a small step more than its arithmetic,
so what a mini-batch leaves behind is written over by the next one.
"""

import numpy as np

from bpkit.activations import logistic

CHUNK = 250  # examples gathered at a time: enough to pay, small enough for the cache
KEPT = 1000  # examples whose cost is taken at a time: a call costs as much as a step


class Training:
    """Gradient descent: its `weights` and `biases` are views into one array."""

    def __init__(self, weights, biases, cost, eta, weight_decay=0.0):
        shapes = [(n, n_in + 1) for n, n_in in (w.shape for w in weights)]
        self.parameters, self.layers = _in_one_array(shapes, weights[0].dtype)
        self.downhill, self.steps = _in_one_array(shapes, weights[0].dtype)
        self.weights = [layer[:, :-1] for layer in self.layers]
        self.biases = [layer[:, -1:] for layer in self.layers]
        self.cost, self.eta, self.rooms = cost, eta, {}
        self.decay, factors = _in_one_array(shapes, weights[0].dtype)
        for factor in factors:
            factor[:, :-1], factor[:, -1:] = 1 - eta * weight_decay, 1
        self.decays = weight_decay > 0
        self.go_on_from(weights, biases)

    def go_on_from(self, weights, biases):
        """Copy weights and biases that are not its own views: somebody set them."""
        pairs = zip([*self.weights, *self.biases], [*weights, *biases], strict=True)
        # All are copied first, since one may have been set to the view of another.
        for view, now in [(v, now.copy()) for v, now in pairs if now is not v]:
            view[:] = now

    def descend(self, batches):
        """Take a step on each mini-batch; return their examples' mean cost before it.

        x of a mini-batch holds what `as_inputs` gave, shape (n_0 + 1, m), y (n_L, m).
        """
        seen, cost, kept = 0, 0, []
        for x, y in batches:
            m = x.shape[1]
            if m not in self.rooms:
                self.rooms[m] = _Room(self, m)
            kept.append((self.rooms[m].step(x, y).copy(), y))
            if self.decays:
                self.parameters *= self.decay
            self.parameters += self.downhill
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

    What is held is s a, with the sign s = −1 for a hidden layer and 1 for the output.
    The row of ones is a neuron that never moves: its slope a (1 − a) is 0, and so is
    its δ. So it may stay in every array.
    """

    def __init__(self, training, m):
        layers, steps = training.layers, training.steps
        shapes, dtype = [(len(layer) + 1, m) for layer in layers], layers[0].dtype
        self.signs, signs = _in_one_array(shapes, dtype)
        self.outputs, outputs = _in_one_array(shapes, dtype)
        self.slopes, slopes = _in_one_array(shapes, dtype)
        deltas = _in_one_array(shapes, dtype)[1]
        self.signs[:] = -1
        signs[-1][:] = 1
        self.outputs[:] = self.signs
        self.cost, self.last_slope = training.cost, slopes[-1][:-1]
        # Arrays, since numpy would make them at every call.
        self.one, self.scale = np.ones((), dtype), np.full((), training.eta / m, dtype)
        ends = [np.array(sign[0, 0]) for sign in signs]
        rows, turned = [a[:-1] for a in outputs], [a.T for a in outputs]
        weights = (layer.T for layer in layers[1:])
        # What each layer needs on the way to the right and, but for the first, back.
        right = zip(layers, rows, ends, outputs, strict=True)
        left = zip(steps[1:], turned, weights, slopes, deltas, strict=False)
        self.forward, self.backward, self.first = [*right], [*left][::-1], steps[0]

    def step(self, x, y):
        """Fill the step downhill: minus η times the gradient; return the output."""
        a_prev = x
        for layer, a, sign, output in self.forward:
            logistic(layer.dot(a_prev, a), sign, self.one)
            a_prev = output
        # σ′(z) = a (1 − a) = s a (s − s a), for all layers at once.
        np.subtract(self.signs, self.outputs, self.slopes)
        np.multiply(self.slopes, self.outputs, self.slopes)
        delta = self.cost.delta(a, y, self.last_slope)  # BP1
        # The equations are linear in δ: this scales every gradient.
        np.multiply(delta, self.scale, delta)
        for step, a_prev_t, layer_t, slope, back in self.backward:
            delta.dot(a_prev_t, step)  # BP3, BP4
            layer_t.dot(delta, back)  # BP2
            delta = np.multiply(back, slope, back)[:-1]
        delta.dot(x.T, self.first)
        return a


def as_inputs(rows):
    """Return −x of rows of examples, with a last column of −1, the biases' input."""
    inputs = np.full((len(rows), rows.shape[1] + 1), -1, rows.dtype)
    np.negative(rows, inputs[:, :-1])
    return inputs


def mini_batches(x, y, size, rng):
    """Yield (x, y) of shuffled mini-batches as columns; a later x is written over."""
    order = rng.permutation(len(x))
    chunk = min(size * max(1, CHUNK // size), len(order))
    gathered = np.empty((chunk, x.shape[1]), x.dtype)
    for first in range(0, len(order), chunk):
        chosen = order[first : first + chunk]
        xs, ys = gathered[: len(chosen)], y[chosen]
        # mode="clip" lets take write straight into out.
        np.take(x, chosen, axis=0, out=xs, mode="clip")
        for start in range(0, len(chosen), size):
            batch = slice(start, start + size)
            yield xs[batch].T, ys[batch].T


def _in_one_array(shapes, dtype):
    """Return an array of zeros and, one after the other, views into it of `shapes`."""
    ends = np.cumsum([rows * columns for rows, columns in shapes])
    whole = np.zeros(ends[-1], dtype)
    parts = zip(np.split(whole, ends[:-1]), shapes, strict=True)
    return whole, [part.reshape(shape) for part, shape in parts]
