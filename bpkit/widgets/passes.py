"""One example on its way through a network and back, with every number to be shown."""

from bpkit.activations import sigmoid_prime
from bpkit.backprop import errors, forward_pass
from bpkit.costs import quadratic_cost


class Passes:
    """The forward and the backward pass of one example; x and y are columns.

    Lists run from the first layer to the last, ``activations`` from the input on. The
    δ of a layer is what is ``arriving`` from the right, times its ``gains`` σ′(z).
    """

    def __init__(self, weights, biases, x, y):
        self.x, self.y = x, y
        self.zs, self.activations = forward_pass(weights, biases, x)
        self.cost = quadratic_cost(self.activations[-1], y)
        self.gains = [sigmoid_prime(z) for z in self.zs]
        self.deltas = errors(weights, self.zs, self.activations[-1], y)
        back = zip(weights[1:], self.deltas[1:], strict=True)
        self.arriving = [*(w.T @ d for w, d in back), self.activations[-1] - y]
        self.nabla_w = [
            d @ a.T for d, a in zip(self.deltas, self.activations, strict=False)
        ]
