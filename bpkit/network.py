"""A network of sigmoid neurons, trained by stochastic gradient descent."""

import math
import sys
import zipfile
from dataclasses import dataclass
from itertools import islice

import numpy as np

from bpkit import checks
from bpkit.backprop import backprop, forward_pass
from bpkit.costs import COSTS
from bpkit.training import Training, mini_batches, with_ones

STARTS = ("standard", "scaled")


@dataclass(frozen=True)
class Record:
    """What a training run knows of itself at one moment.

    Attributes
    ----------
    epoch : int
        Number of the epoch, from 0.
    step : int
        Mini-batch steps taken since the run began.
    cost : float
        Mean cost of the mini-batches since the record before, each taken before its
        step. Dimensionless for the quadratic cost, nats for cross-entropy.
    correct, total : int or None
        Test examples read right, and how many there are; None without test data.
    """

    epoch: int
    step: int
    cost: float
    correct: int | None = None
    total: int | None = None

    @property
    def accuracy(self):
        """Share of the test examples read right, 0 to 1, or None without test data."""
        return None if self.correct is None else self.correct / self.total

    def __str__(self):
        if self.correct is None:
            return f"Epoch {self.epoch} complete"
        return f"Epoch {self.epoch}: {self.correct} / {self.total}"


class Network:
    r"""Sigmoid neurons in layers; ``weights[l]`` leads from layer l to layer l + 1.

    Parameters
    ----------
    sizes : sequence of int
        Neurons in each layer, the input first, for example ``[784, 30, 10]``.
    seed : int or numpy.random.Generator, optional
        Source of the start and of every shuffle. The same seed gives the same run.
    cost : {"quadratic", "cross_entropy"}
        Cost to descend: the mean over examples of ½‖a − y‖², or of
        −Σ [y ln a + (1 − y) ln(1 − a)].
    start : {"standard", "scaled"}
        Standard deviation of the first weights: 1, or 1/√n_in so that z stays small.
        The biases start with standard deviation 1 either way.
    dtype : {float64, float32}
        Precision of parameters and training.

    Attributes
    ----------
    weights : list of ndarray
        One matrix a layer, shape (n_out, n_in). To edit them or to replace them by
        others of the same shapes is allowed at any time. A run of `train` or `SGD`
        puts arrays of its own here and changes those in place: copy what you want to
        keep. They are views, whose `ravel` is a copy.
    biases : list of ndarray
        One column a layer, shape (n_out, 1); likewise.

    Raises
    ------
    ValueError
        If there are fewer than two sizes, a size is below 1, or cost, start or dtype
        is none of those named.
    TypeError
        If a size is not a whole number.

    Notes
    -----
    One step on a mini-batch of m examples is
    :math:`W \to W - \frac{\eta}{m} \sum_x \delta\, a^T` and
    :math:`b \to b - \frac{\eta}{m} \sum_x \delta`.

    References
    ----------
    Nielsen, *Neural Networks and Deep Learning*, ch. 1, eqs. 20 and 21.

    Examples
    --------
    >>> from bpkit import load_digits
    >>> training_data, test_data = load_digits()
    >>> net = Network([64, 30, 10], seed=0)
    >>> history = net.SGD(training_data, 10, 10, 3.0)[-1:]  # doctest: +ELLIPSIS
    Epoch 0 complete
    ...
    Epoch 9 complete
    >>> net.evaluate(test_data) > 320
    True
    """

    def __init__(
        self, sizes, seed=None, cost="quadratic", start="standard", dtype=np.float64
    ):
        self.sizes = checks.as_sizes(sizes)
        self.cost = checks.one_of("cost", cost, COSTS)
        self.start = checks.one_of("start", start, STARTS)
        self.dtype = np.dtype(dtype)
        if self.dtype not in (np.float64, np.float32):
            raise ValueError(f"dtype must be float64 or float32; got {self.dtype}")
        self.rng = np.random.default_rng(seed)
        shapes = list(zip(self.sizes[1:], self.sizes[:-1], strict=True))
        self.biases = [self._draw((n, 1), 1) for n, _ in shapes]
        self.weights = [
            self._draw(shape, math.sqrt(shape[1]) if start == "scaled" else 1)
            for shape in shapes
        ]

    def __repr__(self):
        return f"Network({self.sizes}, cost={self.cost!r}, start={self.start!r})"

    def feedforward(self, a):
        """Return the network's output.

        Parameters
        ----------
        a : array_like, shape (n_0, m)
            Inputs, one column an example.

        Returns
        -------
        ndarray, shape (n_L, m)
            Outputs, dimensionless, 0 to 1.

        Raises
        ------
        ValueError
            If the shape of `a` does not fit, or it holds NaN or infinity.
        """
        weights, biases = self._parameters()
        a = checks.as_columns("a", a, self.sizes[0], self.dtype)
        return forward_pass(weights, biases, a)[1][-1]

    def backprop(self, x, y):
        """Return the gradient of the batch's mean cost.

        Parameters
        ----------
        x : array_like, shape (n_0, m)
            Inputs, one column an example.
        y : array_like, shape (n_L, m)
            What the outputs should have been.

        Returns
        -------
        nabla_b, nabla_w : list of ndarray
            One gradient a layer, of the shapes of `biases` and `weights`.

        Raises
        ------
        ValueError
            If shapes do not fit, or x or y holds NaN or infinity.
        """
        return backprop(*self._parameters(), x, y, self.cost)

    def cost_derivative(self, output, y):
        """Return ∂C/∂a at the output, for each example by itself.

        Parameters
        ----------
        output, y : ndarray, shape (n_L, m)
            What came out, and what should have.

        Returns
        -------
        ndarray, shape (n_L, m)
            a − y for the quadratic cost; (a − y) / (a (1 − a)) for cross-entropy,
            which is infinite where a neuron is certain and wrong.
        """
        return COSTS[self.cost].derivative(output, y)

    def update_mini_batch(self, mini_batch, eta):
        """Take one step of gradient descent on one mini-batch.

        Parameters
        ----------
        mini_batch : pair of ndarray, or list of pairs of columns
            ``(x, y)`` with examples as columns, or ``[(x, y), …]`` a column each.
        eta : float
            Learning rate η, dimensionless.

        Raises
        ------
        ValueError
            If shapes do not fit, data are not finite, or η is not.
        """
        eta = checks.as_eta(eta)
        x, y = self._rows("mini_batch", mini_batch)
        nabla_b, nabla_w = self.backprop(x.T, y.T)
        steps_w = zip(self.weights, nabla_w, strict=True)
        steps_b = zip(self.biases, nabla_b, strict=True)
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            self.weights = [w - eta * nabla for w, nabla in steps_w]
            self.biases = [b - eta * nabla for b, nabla in steps_b]

    def SGD(self, training_data, epochs, mini_batch_size, eta, test_data=None):
        """Train by stochastic gradient descent and print a line an epoch.

        Parameters
        ----------
        training_data : pair of ndarray, or list of pairs of columns
            ``(x, y)`` of shapes (n_0, N) and (n_L, N), or ``[(x, y), …]`` of shapes
            (n_0, 1) and (n_L, 1). It is neither reordered nor changed.
        epochs : int
            How many times every example is used.
        mini_batch_size : int
            Examples a step; the last step of an epoch may have fewer.
        eta : float
            Learning rate η, dimensionless.
        test_data : pair of ndarray, or list of pairs, optional
            Like the training data, but y may be whole-number labels, shape (N,) or
            one a pair. With it each line tells how many are read right.

        Returns
        -------
        list of Record
            One an epoch.

        Raises
        ------
        ValueError, TypeError
            If shapes do not fit, data are not finite, labels are out of range, or
            numbers make no sense.
        FloatingPointError
            If the weights stop being finite; the message names the epoch.

        References
        ----------
        Nielsen, *Neural Networks and Deep Learning*, ch. 1, "Implementing our network".
        """
        from tqdm import tqdm

        run = self.train(training_data, epochs, mini_batch_size, eta, test_data)
        history = []
        watched = sys.stderr is not None and sys.stderr.isatty()
        for record in tqdm(run, total=epochs, unit="epoch", disable=not watched):
            tqdm.write(str(record))
            history.append(record)
        return history

    def train(
        self,
        training_data,
        epochs,
        mini_batch_size,
        eta,
        test_data=None,
        every=None,
    ):
        """Train as `SGD` does, silently, handing back control at every record.

        Parameters
        ----------
        training_data, epochs, mini_batch_size, eta, test_data
            As for `SGD`.
        every : int, optional
            Steps between records, with one more where an epoch ends; without
            it, one record an epoch.

        Returns
        -------
        iterator of Record
            Training goes on only while it is asked for the next record.

        Raises
        ------
        ValueError, TypeError, FloatingPointError
            As for `SGD`; bad input is refused at the call, before the first step.
        """
        epochs = checks.as_count("epochs", epochs)
        size = checks.as_count("mini_batch_size", mini_batch_size)
        eta = checks.as_eta(eta)
        every = None if every is None else checks.as_count("every", every)
        x, y = self._rows("training_data", training_data)
        test = None if test_data is None else self._test_data(test_data)
        self._parameters()
        return self._run(with_ones(x), y, epochs, size, eta, test, every)

    def evaluate(self, test_data):
        """Return how many test examples the network reads right.

        Parameters
        ----------
        test_data : pair of ndarray, or list of pairs
            ``(x, labels)`` with labels of shape (N,), or ``[(x, label), …]``; one-hot
            columns serve as labels too.

        Returns
        -------
        int
            How many labels equal the largest output (with one output: whether it is
            above ½).

        Raises
        ------
        ValueError, TypeError
            If shapes do not fit or a label is out of range.
        """
        return self._count_right(*self._test_data(test_data))

    def predict(self, x):
        """Return the label the network reads in each column.

        Parameters
        ----------
        x : array_like, shape (n_0, m)
            Inputs, one column an example.

        Returns
        -------
        ndarray of int, shape (m,)
            Index of the largest output; with one output, 1 where it is above ½.
        """
        return checks.labels_of(self.feedforward(x))

    def mean_cost(self, data):
        """Return the mean cost over a data set.

        Parameters
        ----------
        data : pair of ndarray, or list of pairs of columns
            Of the same form as training data.

        Returns
        -------
        float
            Dimensionless for the quadratic cost, nats for cross-entropy.
        """
        x, y = self._rows("data", data)
        return COSTS[self.cost].value(self.feedforward(x.T), y.T)

    def save(self, path):
        """Write the network to an npz file (arrays and names only, no pickle).

        Parameters
        ----------
        path : str or path-like
            File to write, exactly as named.
        """
        arrays = {f"weights_{l}": w for l, w in enumerate(self.weights)}
        arrays |= {f"biases_{l}": b for l, b in enumerate(self.biases)}
        with open(path, "wb") as file:
            np.savez(file, sizes=self.sizes, cost=self.cost, start=self.start, **arrays)

    @classmethod
    def load(cls, path, seed=None):
        """Read a network that `save` wrote.

        Parameters
        ----------
        path : str or path-like
            The file.
        seed : int or numpy.random.Generator, optional
            Source of the shuffles of further training; it is not in the file.

        Returns
        -------
        Network
            With the weights and biases of the saved one.

        Raises
        ------
        ValueError
            If the file is not a saved network.
        """
        try:
            with np.load(path, allow_pickle=False) as saved:
                sizes, cost, start = (saved[k] for k in ("sizes", "cost", "start"))
                layers = range(len(sizes) - 1)
                weights = [saved[f"weights_{l}"] for l in layers]
                biases = [saved[f"biases_{l}"] for l in layers]
            net = cls(sizes.tolist(), 0, str(cost), str(start), weights[0].dtype)
        except (
            EOFError,
            LookupError,
            TypeError,
            ValueError,
            zipfile.BadZipFile,
        ) as error:
            raise ValueError(f"{path} is not a saved network: {error}") from error
        net.rng = np.random.default_rng(seed)
        net.weights, net.biases = weights, biases
        net._parameters()
        return net

    def _draw(self, shape, divisor):
        """Return normal numbers with standard deviation 1/divisor."""
        return (self.rng.standard_normal(shape) / divisor).astype(self.dtype)

    def _parameters(self):
        """Return weights and biases, which the user may have replaced, if they fit."""
        weights, biases = checks.as_parameters(self.weights, self.biases, self.dtype)
        sizes = checks.sizes_of(weights)
        if sizes != self.sizes:
            raise ValueError(
                f"weights must be those of a network of sizes {self.sizes}; "
                f"got sizes {sizes}"
            )
        return weights, biases

    def _rows(self, name, data):
        """Return x and y of training data with an example a row."""
        cost = COSTS[self.cost]
        return checks.as_rows(name, data, self.sizes, self.dtype, cost)

    def _test_data(self, data):
        """Return (x, labels) of shapes (n_0, N) and (N,)."""
        return checks.as_test_data(data, self.sizes, self.dtype)

    def _run(self, x, y, epochs, size, eta, test, every):
        """Yield the records of a training run on rows, x with ones at their ends."""
        size, step = min(size, len(x)), 0
        steps = -(-len(x) // size)
        every = min(every or steps, steps)
        training = Training(*self._parameters(), COSTS[self.cost], eta)
        for epoch in range(epochs):
            batches = mini_batches(x, y, size, self.rng)
            for first in range(0, steps, every):
                cost = self._descend(training, islice(batches, every))
                step += min(every, steps - first)
                yield self._record(epoch, step, cost, test)

    def _descend(self, training, batches):
        """Take one step a mini-batch; return the mean cost of their examples before."""
        own = [*training.weights, *training.biases]
        if [*map(id, self.weights), *map(id, self.biases)] != [*map(id, own)]:
            # It is the first time, or whoever had the last record has set others.
            training.go_on_from(*self._parameters())
            self.weights, self.biases = list(training.weights), list(training.biases)
        # Not around a generator, which would lend it to whoever resumes it.
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            return training.descend(batches)

    def _record(self, epoch, step, cost, test):
        """Return the record of this moment, or stop a run that has diverged."""
        if not all(np.isfinite(p).all() for p in (*self.weights, *self.biases)):
            raise FloatingPointError(
                f"training diverged in epoch {epoch} (step {step}): weights are no "
                f"longer finite numbers. Start again with a smaller eta, for example "
                f"a tenth of it, and check that the inputs are of order 1"
            )
        if test is None:
            return Record(epoch, step, cost)
        return Record(epoch, step, cost, self._count_right(*test), len(test[1]))

    def _count_right(self, x, labels):
        """Return how many columns of x are read as their label."""
        return int(np.count_nonzero(self.predict(x) == labels))
