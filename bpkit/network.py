"""A network of sigmoid neurons, trained by stochastic gradient descent."""

import math
import operator
import sys
import zipfile
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import numpy as np

from bpkit.backprop import (
    COSTS,
    aligned,
    as_columns,
    backprop,
    forward_pass,
    layers_for,
    require_parameters,
    run_backward,
    run_forward,
)
from bpkit.costs import cost_derivative, cross_entropy_cost, quadratic_cost

STARTS = ("standard", "scaled")
CHUNK = 250  # examples gathered at a time: enough to pay, small enough for the cache


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


class _Steps(NamedTuple):
    """Some steps of a run: how many, on how many examples, at what summed cost."""

    taken: int
    examples: int
    cost: float


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
        One matrix a layer, shape (n_out, n_in).
    biases : list of ndarray
        One column a layer, shape (n_out, 1).

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
        self.sizes = _as_sizes(sizes)
        self.cost = _one_of("cost", cost, COSTS)
        self.start = _one_of("start", start, STARTS)
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
        self._require_parameters()
        a = as_columns("a", a, self.sizes[0], self.dtype)
        return forward_pass(self.weights, self.biases, a)[1][-1]

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
        self._require_parameters()
        return backprop(self.weights, self.biases, x, y, self.cost)

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
        error = cost_derivative(output, y)
        if self.cost == "quadratic":
            return error
        a = np.asarray(output)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(error == 0, 0, error / (a * (1 - a)))

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
        eta = _as_eta(eta)
        self._require_parameters()
        x, y = _training_rows(mini_batch, self.sizes, self.dtype)
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            layers = layers_for(self.weights, self.biases, len(x))
            self._step(layers, x.T, y.T, eta / len(x))

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
        watched = sys.stderr.isatty()
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
        self._require_parameters()
        epochs = _as_count("epochs", epochs)
        size = _as_count("mini_batch_size", mini_batch_size)
        eta = _as_eta(eta)
        every = None if every is None else _as_count("every", every)
        rows = _training_rows(training_data, self.sizes, self.dtype)
        test = None if test_data is None else self._as_test_data(test_data)
        return self._run(rows, epochs, size, eta, test, every)

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
        return self._count_right(*self._as_test_data(test_data))

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
        return _labels_of(self.feedforward(x))

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
        x, y = _training_rows(data, self.sizes, self.dtype)
        return self._cost_of(self.feedforward(x.T), y.T)

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
        except (KeyError, ValueError, EOFError, TypeError, zipfile.BadZipFile) as error:
            raise ValueError(f"{path} is not a saved network: {error}") from error
        net = cls(sizes.tolist(), 0, str(cost), str(start), weights[0].dtype)
        net.rng = np.random.default_rng(seed)
        net.weights, net.biases = weights, biases
        net._require_parameters()
        return net

    def _draw(self, shape, divisor):
        """Return normal numbers with standard deviation 1/divisor."""
        drawn = aligned(shape, self.dtype)
        drawn[:] = self.rng.standard_normal(shape) / divisor
        return drawn

    def _run(self, rows, epochs, size, eta, test, every):
        """Yield the records of a training run."""
        step = 0
        size = min(size, len(rows[0]))
        for epoch in range(epochs):
            batches = self._mini_batches(*rows, size)
            while (steps := self._advance(islice(batches, every), size, eta)).taken:
                step += steps.taken
                yield self._record(epoch, step, steps.cost / steps.examples, test)

    def _advance(self, batches, size, eta):
        """Take one step a mini-batch; return how many, and their summed cost."""
        # A generator would lend its errstate to whoever resumes it, so it is set here.
        taken = examples = cost = 0
        layers = layers_for(self.weights, self.biases, size)
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            for x, y in batches:
                m = x.shape[1]
                if m != size:
                    layers = layers_for(self.weights, self.biases, m)
                cost += self._step(layers, x, y, eta / m)
                examples += m
                taken += 1
        return _Steps(taken, examples, cost)

    def _mini_batches(self, rows_x, rows_y, size):
        """Yield shuffled mini-batches as columns, every example once."""
        order = self.rng.permutation(len(rows_x))
        chunk = size * max(1, CHUNK // size)
        shape = min(chunk, len(order))
        gathered_x = np.empty((shape, rows_x.shape[1]), self.dtype)
        gathered_y = np.empty((shape, rows_y.shape[1]), self.dtype)
        for first in range(0, len(order), chunk):
            chosen = order[first : first + chunk]
            x, y = gathered_x[: len(chosen)], gathered_y[: len(chosen)]
            # mode="clip" lets take write straight into out.
            np.take(rows_x, chosen, axis=0, out=x, mode="clip")
            np.take(rows_y, chosen, axis=0, out=y, mode="clip")
            whole = len(chosen) // size * size
            stacks = _stacked(x[:whole], size), _stacked(y[:whole], size)
            yield from zip(*stacks, strict=True)
            if whole < len(chosen):
                yield x[whole:].T, y[whole:].T

    def _step(self, layers, x, y, scale):
        """Move the parameters by one mini-batch; return its summed cost before that."""
        a = run_forward(layers, x)
        squares = run_backward(layers, x, y, scale, self.cost)
        for layer in layers:
            layer.descend()
        if self.cost == "quadratic":
            return squares / 2
        return x.shape[1] * self._cost_of(a, y)

    def _cost_of(self, a, y):
        """Return the mean cost over the columns."""
        cost = quadratic_cost if self.cost == "quadratic" else cross_entropy_cost
        return cost(a, y)

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

    def _as_test_data(self, data):
        """Return (x, labels) of shapes (n_0, N) and (N,)."""
        x, labels = _columns_and_targets("test_data", data, self.sizes[0])
        x = as_columns("x of test_data", x, self.sizes[0], self.dtype)
        labels = _as_labels(labels, self.sizes[-1], x.shape[1])
        return x, labels

    def _require_parameters(self):
        """Check parameters that the user may have replaced."""
        sizes = require_parameters(self.weights, self.biases)
        if sizes != self.sizes:
            raise ValueError(
                f"weights must be those of a network of sizes {self.sizes}; "
                f"got sizes {sizes}"
            )
        for p in (*self.weights, *self.biases):
            if p.dtype != self.dtype:
                raise TypeError(f"weights must be {self.dtype}; got {p.dtype}")


def _stacked(rows, size):
    """Return rows as a stack of mini-batches (n, size), without a copy."""
    return rows.reshape(-1, size, rows.shape[1]).transpose(0, 2, 1)


def _as_sizes(sizes):
    """Return the sizes as a list of ints of at least 1."""
    if isinstance(sizes, str) or not np.iterable(sizes):
        raise TypeError(f"sizes must be a list like [784, 30, 10]; got {sizes!r}")
    sizes = [_as_count("each of sizes", n) for n in sizes]
    if len(sizes) < 2:
        raise ValueError(
            f"sizes must name at least an input and an output layer; got {sizes}"
        )
    return sizes


def _as_count(name, value):
    """Return value as an int of at least 1."""
    if isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be a whole number; got {value!r}")
    try:
        count = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be a whole number; got {value!r}") from None
    if count < 1:
        raise ValueError(f"{name} must be at least 1; got {count}")
    return count


def _as_eta(eta):
    """Return eta as a finite float."""
    try:
        value = float(eta)
    except (TypeError, ValueError):
        raise TypeError(f"eta must be a number; got {eta!r}") from None
    if not math.isfinite(value):
        raise ValueError(f"eta must be finite; got {value}")
    return value


def _one_of(name, value, choices):
    """Return value if it is one of the choices."""
    if value not in choices:
        raise ValueError(f"{name} must be one of {choices}; got {value!r}")
    return value


def _columns_and_targets(name, data, n):
    """Return x with examples as columns and the targets, as arrays, unchecked."""
    if isinstance(data, tuple | list) and len(data) == 2:
        x, y = data
        if isinstance(x, np.ndarray) and isinstance(y, np.ndarray):
            return x, y
    try:
        pairs = [(np.asarray(x), np.asarray(y)) for x, y in data]
    except (TypeError, ValueError):
        raise TypeError(
            f"{name} must be a pair of arrays (x, y) with examples as columns, or a "
            f"list of pairs (x, y) of one column each; got {type(data).__name__}"
        ) from None
    if not pairs:
        raise ValueError(f"{name} must hold at least one example; got an empty list")
    for i, (x, y) in enumerate(pairs):
        if x.shape != (n, 1):
            raise ValueError(
                f"x of example {i} must be a column of shape ({n}, 1); got {x.shape}"
            )
        if y.shape != pairs[0][1].shape:
            raise ValueError(
                f"y of example {i} must have the shape of the first, "
                f"{pairs[0][1].shape}; got {y.shape}"
            )
    # Rows first, columns after: so each example is one run of memory.
    x = np.stack([x[:, 0] for x, _ in pairs]).T
    y = np.stack([y.reshape(-1) for _, y in pairs]).T
    return x, (y[0] if pairs[0][1].ndim == 0 else y)


def _training_rows(data, sizes, dtype):
    """Return x and y of shapes (N, n_0) and (N, n_L), an example one run of memory."""
    x, y = _columns_and_targets("training_data", data, sizes[0])
    if y.ndim < 2:
        raise ValueError(
            f"y of training_data must have shape ({sizes[-1]}, m), one column an "
            f"example; got {y.shape}. bpkit.data.one_hot makes columns of labels"
        )
    x = as_columns("x of training_data", x, sizes[0], dtype)
    y = as_columns("y of training_data", y, sizes[-1], dtype)
    _require_pairs(x.shape[1], y.shape[1])
    return np.ascontiguousarray(x.T), np.ascontiguousarray(y.T)


def _require_pairs(in_x, in_y):
    """Raise ValueError unless x and y hold equally many examples."""
    if in_x != in_y:
        raise ValueError(
            f"x and y must hold equally many examples; got {in_x} and {in_y}"
        )


def _as_labels(labels, n_out, m):
    """Return labels as an int array of shape (m,), from labels or one-hot columns."""
    if labels.ndim == 2 and labels.shape[0] == n_out:
        labels = _labels_of(labels)
    if labels.ndim != 1:
        raise ValueError(
            f"labels must have shape (m,), or ({n_out}, m) one-hot; got {labels.shape}"
        )
    _require_pairs(m, len(labels))
    if labels.dtype.kind not in "iub":
        raise TypeError(f"labels must be whole numbers; got dtype {labels.dtype}")
    classes = max(n_out, 2)
    wrong = labels[(labels < 0) | (labels >= classes)]
    if wrong.size:
        raise ValueError(f"labels must be 0 to {classes - 1}; got {wrong[0]}")
    return labels


def _labels_of(a):
    """Return the label in each column: the largest entry, or a lone one above ½."""
    return a.argmax(axis=0) if len(a) > 1 else (a[0] > 0.5).astype(int)
