"""The programs that the benchmark puts side by side.

Every contender is built from a `Case`, starts from the same weights, and runs one
epoch of mini-batch gradient descent a call. What a training does once, such as putting
the data in order, is done before. `parameters()` shows where a contender stands, so
that the tests can hold its step against `bpkit.backprop`.
"""

import sys
from dataclasses import dataclass, field

import numpy as np

from bpkit import Network


@dataclass(frozen=True)
class Case:
    """A network, its examples as columns, and how it is to be trained."""

    sizes: list
    mini_batch_size: int
    eta: float
    x: np.ndarray = field(repr=False)
    y: np.ndarray = field(repr=False)

    @property
    def steps(self):
        """Mini-batches in an epoch."""
        return -(-self.x.shape[1] // self.mini_batch_size)

    def network(self, dtype=float):
        """Return the network that every contender starts from."""
        return Network(self.sizes, seed=0, dtype=dtype)

    def examples(self, dtype):
        """Return x and y as transposed views of rows, one row an example."""
        x_rows = np.ascontiguousarray(self.x.T, dtype=dtype)
        y_rows = np.ascontiguousarray(self.y.T, dtype=dtype)
        return x_rows.T, y_rows.T


class Bpkit:
    """`Network.train`: matrix products over a mini-batch of columns."""

    def __init__(self, case, dtype=np.float64):
        self.name = f"bpkit, {np.dtype(dtype).name}"
        self.net = case.network(dtype)
        # One long run: a record an epoch, the data checked once at its start.
        self.records = self.net.train(
            case.examples(dtype), sys.maxsize, case.mini_batch_size, case.eta
        )

    def epoch(self):
        """Run one epoch."""
        next(self.records)

    def parameters(self):
        """Return the biases and the weights as they stand."""
        return self.net.biases, self.net.weights


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))


class TextbookLoop:
    """Stochastic gradient descent as the books print it: one example at a time.

    References
    ----------
    Nielsen, *Neural Networks and Deep Learning*, ch. 1 and 2: the algorithm.
    """

    name = "textbook loop, float64"

    def __init__(self, case):
        self.case = case
        net = case.network()
        self.weights = [w.copy() for w in net.weights]
        self.biases = [b.copy() for b in net.biases]
        x, y = case.examples(np.float64)
        self.pairs = [(x[:, [i]], y[:, [i]]) for i in range(x.shape[1])]
        self.rng = np.random.default_rng(0)

    def epoch(self):
        """Run one epoch."""
        self.rng.shuffle(self.pairs)
        size = self.case.mini_batch_size
        for start in range(0, len(self.pairs), size):
            self.step(self.pairs[start : start + size])

    def step(self, mini_batch):
        """Take one step down the mean gradient of a mini-batch."""
        sum_b = [np.zeros(b.shape) for b in self.biases]
        sum_w = [np.zeros(w.shape) for w in self.weights]
        for x, y in mini_batch:
            nabla_b, nabla_w = self.backprop(x, y)
            sum_b = [total + nabla for total, nabla in zip(sum_b, nabla_b, strict=True)]
            sum_w = [total + nabla for total, nabla in zip(sum_w, nabla_w, strict=True)]
        rate = self.case.eta / len(mini_batch)
        self.biases = [b - rate * s for b, s in zip(self.biases, sum_b, strict=True)]
        self.weights = [w - rate * s for w, s in zip(self.weights, sum_w, strict=True)]

    def backprop(self, x, y):
        """Return the gradient of one example's cost."""
        zs, activations = [], [x]
        for b, w in zip(self.biases, self.weights, strict=True):
            zs.append(np.dot(w, activations[-1]) + b)
            activations.append(sigmoid(zs[-1]))
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
        for layer in reversed(range(len(zs))):
            nabla_b[layer] = delta
            nabla_w[layer] = np.dot(delta, activations[layer].T)
            if layer > 0:
                back = np.dot(self.weights[layer].T, delta)
                delta = back * sigmoid_prime(zs[layer - 1])
        return nabla_b, nabla_w

    def parameters(self):
        """Return the biases and the weights as they stand."""
        return self.biases, self.weights


class ScikitLearn:
    """`MLPClassifier` with plain SGD: log-loss instead of the quadratic cost.

    Its output is a softmax (a sigmoid for one output). An epoch costs the same at any
    learning rate, so it has a small one of its own: at η = 3 the log-loss diverges.
    """

    name = "scikit-learn, float64"

    def __init__(self, case):
        from sklearn.neural_network import MLPClassifier

        self.model = MLPClassifier(
            hidden_layer_sizes=case.sizes[1:-1],
            activation="logistic",
            solver="sgd",
            alpha=0.0,
            batch_size=case.mini_batch_size,
            learning_rate_init=0.01,
            momentum=0.0,
            nesterovs_momentum=False,
            random_state=0,
        )
        x, y = case.examples(np.float64)
        self.x_rows = x.T
        one_output = len(y) == 1
        self.labels = y[0].astype(int) if one_output else y.argmax(axis=0)
        self.classes = np.arange(2 if one_output else len(y))

    def epoch(self):
        """Run one epoch."""
        self.model.partial_fit(self.x_rows, self.labels, classes=self.classes)

    def parameters(self):
        """Return the biases and the weights as they stand."""
        columns = [b[:, np.newaxis] for b in self.model.intercepts_]
        return columns, [w.T for w in self.model.coefs_]


class Torch:
    """PyTorch in eager mode: autograd, `torch.optim.SGD`, the quadratic cost."""

    def __init__(self, case, dtype=np.float64):
        import torch

        self.torch = torch
        self.name = f"PyTorch eager, {np.dtype(dtype).name}"
        self.case = case
        net = case.network(dtype)
        pairs = zip(net.weights, net.biases, strict=True)
        self.layers = [self.linear(w, b) for w, b in pairs]
        parts = [part for layer in self.layers for part in (layer, torch.nn.Sigmoid())]
        self.model = torch.nn.Sequential(*parts)
        self.sgd = torch.optim.SGD(self.model.parameters(), lr=case.eta)
        x, y = case.examples(dtype)
        self.x_rows = torch.from_numpy(x.T.copy())
        self.y_rows = torch.from_numpy(y.T.copy())

    def linear(self, w, b):
        """Return a linear layer that starts from w and b."""
        layer = self.torch.nn.Linear(w.shape[1], w.shape[0])
        layer.weight = self.torch.nn.Parameter(self.torch.from_numpy(w.copy()))
        layer.bias = self.torch.nn.Parameter(self.torch.from_numpy(b[:, 0].copy()))
        return layer

    def epoch(self):
        """Run one epoch."""
        order = self.torch.randperm(len(self.x_rows))
        for chosen in order.split(self.case.mini_batch_size):
            output = self.model(self.x_rows[chosen])
            difference = output - self.y_rows[chosen]
            cost = 0.5 * (difference * difference).sum() / len(chosen)
            self.sgd.zero_grad()
            cost.backward()
            self.sgd.step()

    def parameters(self):
        """Return the biases and the weights as they stand."""
        biases = [layer.bias.detach().numpy()[:, np.newaxis] for layer in self.layers]
        return biases, [layer.weight.detach().numpy() for layer in self.layers]


class BareProducts:
    """The matrix products of a step and nothing else: the floor.

    Forward `w @ a`, backward `w.T @ delta`, gradient `delta @ a.T`, always on the same
    mini-batch. It learns nothing.
    """

    def __init__(self, case, dtype=np.float64):
        self.name = f"bare products, {np.dtype(dtype).name}"
        self.steps = case.steps
        weights = case.network(dtype).weights
        x = case.examples(dtype)[0][:, : case.mini_batch_size]
        rng = np.random.default_rng(0)
        shapes = [(n, x.shape[1]) for n in case.sizes[1:]]
        activations = [x, *(rng.random(shape).astype(dtype) for shape in shapes)]
        deltas = [rng.random(shape).astype(dtype) for shape in shapes]
        pairs = [
            *zip(weights, activations[:-1], strict=True),
            *((w.T, delta) for w, delta in zip(weights[1:], deltas[1:], strict=True)),
            *((d, a.T) for d, a in zip(deltas, activations[:-1], strict=True)),
        ]
        self.products = [(left, right, left @ right) for left, right in pairs]

    def epoch(self):
        """Form the products of every mini-batch."""
        for _ in range(self.steps):
            for left, right, out in self.products:
                np.dot(left, right, out=out)
