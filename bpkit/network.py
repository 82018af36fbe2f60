"""A network of sigmoid neurons, trained by stochastic gradient descent."""

from __future__ import annotations

import math
import sys
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from os import PathLike
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from bpkit import checks
from bpkit.backprop import Layers, backprop, forward_pass
from bpkit.costs import COSTS, CostName
from bpkit.training import Training, as_inputs, mini_batches

STARTS = ("standard", "scaled")

Floats = NDArray[np.floating]
Pair = tuple[ArrayLike, ArrayLike]  # (x, y)
Data = Pair | Iterable[Pair]
Seed = int | np.random.Generator | None


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

    Examples
    --------
    >>> record = Record(epoch=2, step=300, cost=0.25, correct=90, total=100)
    >>> print(record)
    Epoch 2: 90 / 100
    >>> record.accuracy
    0.9
    """

    epoch: int
    step: int
    cost: float
    correct: int | None = None
    total: int | None = None

    @property
    def accuracy(self) -> float | None:
        """Share of the test examples read right, 0 to 1, or None without test data."""
        return None if self.correct is None else self.correct / self.total

    def __str__(self) -> str:
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
    weight_decay : float
        λ, by which each step shrinks the weights, and not the biases, towards 0:
        dimensionless, not negative. Without it, weights may grow without end where
        examples are learnt by heart.

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
    :math:`b \to b - \frac{\eta}{m} \sum_x \delta`; with weight decay,
    :math:`W \to (1 - \eta\lambda) W - \frac{\eta}{m} \sum_x \delta\, a^T`, a step
    down the cost with ½ λ Σ w² added. `backprop`, `mean_cost` and the records know the
    cost alone.

    References
    ----------
    Nielsen, *Neural Networks and Deep Learning*, ch. 1, eqs. 20 and 21; ch. 3,
    "Regularization" (his λ is n times this one).

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
        self,
        sizes: Iterable[int],
        seed: Seed = None,
        cost: CostName = "quadratic",
        start: Literal["standard", "scaled"] = "standard",
        dtype: DTypeLike = np.float64,
        weight_decay: float = 0.0,
    ):
        self.sizes = checks.as_sizes(sizes)
        self.cost = cost
        self.start = checks.one_of("start", start, STARTS)
        self.dtype = np.dtype(dtype)
        if self.dtype not in (np.float64, np.float32):
            raise ValueError(f"dtype must be float64 or float32; got {self.dtype}")
        self.weight_decay = checks.as_rate("weight_decay", weight_decay)
        self.rng = np.random.default_rng(seed)
        shapes = list(zip(self.sizes[1:], self.sizes[:-1], strict=True))
        self.biases: Layers = [self._draw((n, 1), 1) for n, _ in shapes]
        self.weights: Layers = [
            self._draw(shape, math.sqrt(shape[1]) if start == "scaled" else 1)
            for shape in shapes
        ]

    @property
    def cost(self) -> CostName:
        """Name of the cost that is descended; another may be set between runs."""
        return self._cost

    @cost.setter
    def cost(self, name: CostName):
        self._cost = checks.one_of("cost", name, COSTS)

    @property
    def num_layers(self) -> int:
        """Number of layers, the input among them."""
        return len(self.sizes)

    def __repr__(self):
        return f"Network({self.sizes}, cost={self.cost!r}, start={self.start!r})"

    def feedforward(self, a: ArrayLike) -> Floats:
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

        Examples
        --------
        >>> net = Network([2, 3, 1], seed=0)
        >>> net.feedforward([[0, 0, 1, 1], [0, 1, 0, 1]]).shape
        (1, 4)
        """
        weights, biases = self._parameters()
        a = checks.as_columns("a", a, self.sizes[0], self.dtype)
        return forward_pass(weights, biases, a)[1][-1]

    def backprop(self, x: ArrayLike, y: ArrayLike) -> tuple[Layers, Layers]:
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

        Examples
        --------
        >>> net = Network([2, 3, 1], seed=0)
        >>> nabla_b, nabla_w = net.backprop([[0, 1], [1, 0]], [[1, 1]])
        >>> [nabla.shape for nabla in nabla_b], [nabla.shape for nabla in nabla_w]
        ([(3, 1), (1, 1)], [(3, 2), (1, 3)])
        """
        return backprop(*self._parameters(), x, y, self.cost)

    def cost_derivative(self, output: ArrayLike, y: ArrayLike) -> Floats:
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

        Examples
        --------
        >>> Network([2, 1]).cost_derivative([[0.75]], [[1.0]]).tolist()
        [[-0.25]]
        """
        return COSTS[self.cost].derivative(output, y)

    def update_mini_batch(self, mini_batch: Data, eta: float) -> None:
        """Take one step of gradient descent on one mini-batch.

        Parameters
        ----------
        mini_batch : pair of array_like, or iterable of pairs of columns
            ``(x, y)`` with examples as columns, or ``[(x, y), …]`` a column each.
        eta : float
            Learning rate η, dimensionless.

        Raises
        ------
        ValueError
            If shapes do not fit, data are not finite, or η is not, or is negative.

        Examples
        --------
        >>> net, exclusive_or = Network([2, 3, 1], seed=0), ([[0, 1], [1, 1]], [[1, 0]])
        >>> before = net.mean_cost(exclusive_or)
        >>> net.update_mini_batch(exclusive_or, 1.0)
        >>> net.mean_cost(exclusive_or) < before
        True
        """
        eta = checks.as_eta(eta, self.weight_decay)
        x, y = self._rows("mini_batch", mini_batch)
        nabla_b, nabla_w = self.backprop(x.T, y.T)
        weights, biases = self._parameters()
        steps_w = zip(weights, nabla_w, strict=True)
        steps_b = zip(biases, nabla_b, strict=True)
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            kept = 1 - eta * self.weight_decay
            self.weights = [kept * w - eta * nabla for w, nabla in steps_w]
            self.biases = [b - eta * nabla for b, nabla in steps_b]

    def SGD(
        self,
        training_data: Data,
        epochs: int,
        mini_batch_size: int,
        eta: float,
        test_data: Data | None = None,
    ) -> list[Record]:
        """Train by stochastic gradient descent and print a line an epoch.

        Parameters
        ----------
        training_data : pair of array_like, or iterable of pairs of columns
            ``(x, y)`` of shapes (n_0, N) and (n_L, N), or ``[(x, y), …]`` of shapes
            (n_0, 1) and (n_L, 1): arrays, lists, data frames, a zip. It is neither
            reordered nor changed.
        epochs : int
            How many times every example is used.
        mini_batch_size : int
            Examples a step; the last step of an epoch may have fewer.
        eta : float
            Learning rate η, dimensionless.
        test_data : pair of array_like, or iterable of pairs, optional
            Like the training data, but y may be whole-number labels, shape (N,) or
            one a pair, and must be one-hot otherwise (0 or 1, with one output). With
            it each line tells how many are read right.

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

        Warns
        -----
        UserWarning
            If the inputs look like the bytes of pictures, which have to be divided by
            255, or a target lies outside 0 to 1, where no output can reach it.

        References
        ----------
        Nielsen, *Neural Networks and Deep Learning*, ch. 1, "Implementing our network".

        Examples
        --------
        >>> net = Network([2, 3, 1], seed=0)
        >>> history = net.SGD(([[0, 0, 1, 1], [0, 1, 0, 1]], [[0, 1, 1, 0]]), 2, 4, 3.0)
        Epoch 0 complete
        Epoch 1 complete
        >>> [record.step for record in history]
        [1, 2]
        """
        from tqdm import tqdm

        run = self.train(training_data, epochs, mini_batch_size, eta, test_data)
        history = []
        # Even a bar that is not shown would start a thread, and a browser has none.
        if sys.stderr is not None and sys.stderr.isatty():
            run = tqdm(run, total=epochs, unit="epoch")
        for record in run:
            tqdm.write(str(record))
            history.append(record)
        return history

    def train(
        self,
        training_data: Data,
        epochs: int,
        mini_batch_size: int,
        eta: float,
        test_data: Data | None = None,
        every: int | None = None,
    ) -> Iterator[Record]:
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

        Examples
        --------
        Stop when the cost is low enough:

        >>> net = Network([2, 3, 1], seed=0)
        >>> x, y = [[0, 0, 1, 1], [0, 1, 0, 1]], [[0, 1, 1, 1]]
        >>> for record in net.train((x, y), epochs=1000, mini_batch_size=4, eta=3.0):
        ...     if record.cost < 0.01:
        ...         break
        >>> record.epoch < 999, net.predict(x).tolist()
        (True, [0, 1, 1, 1])
        """
        epochs = checks.as_count("epochs", epochs)
        size = checks.as_count("mini_batch_size", mini_batch_size)
        eta = checks.as_eta(eta, self.weight_decay)
        every = None if every is None else checks.as_count("every", every)
        x, y = self._rows("training_data", training_data)
        test = None if test_data is None else self._test_data(test_data)
        self._parameters()
        return self._run(as_inputs(x), y, epochs, size, eta, test, every)

    def evaluate(self, test_data: Data) -> int:
        """Return how many test examples the network reads right.

        Parameters
        ----------
        test_data : pair of array_like, or iterable of pairs
            ``(x, labels)`` with labels of shape (N,), or ``[(x, label), …]``; one-hot
            columns serve as labels too (0 or 1, with one output).

        Returns
        -------
        int
            How many labels equal the largest output (with one output: whether it is
            above ½).

        Raises
        ------
        ValueError, TypeError
            If shapes do not fit, a label is out of range, or a column is not one-hot.

        Examples
        --------
        >>> net = Network([2, 1])
        >>> net.weights, net.biases = [np.array([[20, 20]])], [np.array([[-10]])]
        >>> net.evaluate(([[0, 0, 1, 1], [0, 1, 0, 1]], [0, 1, 1, 0]))
        3
        """
        return self._count_right(*self._test_data(test_data))

    def predict(self, x: ArrayLike) -> NDArray[np.intp]:
        """Return the label the network reads in each column.

        Parameters
        ----------
        x : array_like, shape (n_0, m)
            Inputs, one column an example.

        Returns
        -------
        ndarray of int, shape (m,)
            Index of the largest output; with one output, 1 where it is above ½.

        Examples
        --------
        >>> net = Network([2, 1])
        >>> net.weights, net.biases = [np.array([[20, 20]])], [np.array([[-10]])]
        >>> net.predict([[0, 0, 1, 1], [0, 1, 0, 1]]).tolist()  # x₁ or x₂
        [0, 1, 1, 1]
        """
        return checks.labels_of(self.feedforward(x))

    def mean_cost(self, data: Data) -> float:
        """Return the mean cost over a data set.

        Parameters
        ----------
        data : pair of array_like, or iterable of pairs of columns
            Of the same form as training data.

        Returns
        -------
        float
            Dimensionless for the quadratic cost, nats for cross-entropy.

        Examples
        --------
        >>> net = Network([2, 1])
        >>> net.weights, net.biases = [np.zeros((1, 2))], [np.zeros((1, 1))]
        >>> net.mean_cost(([[0, 1], [1, 1]], [[1, 0]]))  # ½ (½ − y)²
        0.125
        """
        x, y = self._rows("data", data)
        return COSTS[self.cost].value(self.feedforward(x.T), y.T)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the network to an npz file (arrays and names only, no pickle).

        Parameters
        ----------
        path : str or path-like
            File to write, exactly as named.

        Examples
        --------
        >>> import os
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     Network([2, 3, 1]).save(f"{folder}/small.npz")
        ...     os.listdir(folder)
        ['small.npz']
        """
        arrays = {f"weights_{l}": w for l, w in enumerate(self.weights)}
        arrays |= {f"biases_{l}": b for l, b in enumerate(self.biases)}
        arrays |= {"sizes": self.sizes, "cost": self.cost, "start": self.start}
        with open(path, "wb") as file:
            np.savez(file, weight_decay=self.weight_decay, **arrays)

    @classmethod
    def load(cls, path: str | PathLike[str], seed: Seed = None) -> Self:
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

        Examples
        --------
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     Network([2, 3, 1]).save(f"{folder}/small.npz")
        ...     Network.load(f"{folder}/small.npz")
        Network([2, 3, 1], cost='quadratic', start='standard')
        """
        try:
            with np.load(path, allow_pickle=False) as saved:
                sizes, cost, start = (saved[k] for k in ("sizes", "cost", "start"))
                layers = range(len(sizes) - 1)
                weights = [saved[f"weights_{l}"] for l in layers]
                biases = [saved[f"biases_{l}"] for l in layers]
                # Before there was any, it was not saved.
                decay = float(saved["weight_decay"]) if "weight_decay" in saved else 0.0
            dtype = weights[0].dtype
            net = cls(sizes.tolist(), 0, str(cost), str(start), dtype, decay)
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
        """Yield the records of a training run on rows, x as `as_inputs` gave it."""
        size, step = min(size, len(x)), 0
        steps = -(-len(x) // size)
        every = min(every or steps, steps)
        cost, decay = COSTS[self.cost], self.weight_decay
        training = Training(*self._parameters(), cost, eta, decay)
        for epoch in range(epochs):
            batches = mini_batches(x, y, size, self.rng)
            for first in range(0, steps, every):
                cost = self._descend(training, islice(batches, every))
                step += min(every, steps - first)
                if not np.isfinite(training.parameters).all():
                    raise FloatingPointError(_diverged(epoch, step))
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
        """Return the record of this moment."""
        if test is None:
            return Record(epoch, step, cost)
        return Record(epoch, step, cost, self._count_right(*test), len(test[1]))

    def _count_right(self, x, labels):
        """Return how many columns of x are read as their label."""
        return int(np.count_nonzero(self.predict(x) == labels))


def _diverged(epoch, step):
    """Say that a run left the finite numbers, and what to do about it."""
    return (
        f"training diverged in epoch {epoch} (step {step}): weights are no longer "
        f"finite numbers. Start again with a smaller eta, for example a tenth of it, "
        f"and check that the inputs are of order 1"
    )
