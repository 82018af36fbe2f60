"""Gradients that PyTorch and JAX gave for one network, kept for comparison.

Automatic differentiation knows nothing of the four equations, so it is a second opinion
on them. ``benchmarks/record_frameworks.py`` made the record; here neither framework is
needed.
"""

from importlib.resources import files

import numpy as np

from bpkit.data import load_digits
from bpkit.network import Network

SIZES = (64, 30, 10)  # the digit reader of lesson 8
COLUMNS = 10


def recorded_case():
    """Return the network and the batch whose gradients were recorded.

    Returns
    -------
    weights, biases : list of ndarray
        Those of ``Network([64, 30, 10], seed=0)``, before any training.
    x : ndarray, shape (64, 10)
        The first ten training digits, pixel intensity, 0 to 1.
    y : ndarray, shape (10, 10)
        Their answers, one-hot columns.

    Examples
    --------
    >>> weights, biases, x, y = recorded_case()
    >>> [w.shape for w in weights], x.shape, y.shape
    ([(30, 64), (10, 30)], (64, 10), (10, 10))
    """
    net = Network(SIZES, seed=0)
    (x, y), _ = load_digits()
    return net.weights, net.biases, x[:, :COLUMNS], y[:, :COLUMNS]


def recorded_gradients():
    """Return the gradients of the mean quadratic cost that each framework gave.

    Returns
    -------
    dict of str to (nabla_b, nabla_w)
        One entry a framework, under its name and version; lists of float64 arrays of
        the shapes of the biases and the weights.

    Examples
    --------
    >>> [name.split()[0] for name in recorded_gradients()]
    ['PyTorch', 'JAX']
    """
    bundled = files("bpkit.exercises") / "frameworks.npz"
    with bundled.open("rb") as file, np.load(file, allow_pickle=False) as record:
        return {
            name: tuple(
                [record[f"{part} {k} {l}"] for l in range(len(SIZES) - 1)]
                for part in ("nabla_b", "nabla_w")
            )
            for k, name in enumerate(record["names"].tolist())
        }
