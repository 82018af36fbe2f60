"""The patients of the bug clinic: eight short programs, one bug each.

Every one runs, and most of them even learn. `source` shows a patient to the learner,
who repairs it.
"""

import inspect

import numpy as np

from bpkit.activations import sigmoid, sigmoid_prime
from bpkit.backprop import backprop, forward_pass
from bpkit.exercises.verdict import Text


def source(number):
    """Return the program of a patient, to read and to repair.

    Parameters
    ----------
    number : int
        Which patient, 1 to 8.

    Returns
    -------
    Text
        Its source code.

    Raises
    ------
    ValueError
        If there is no such patient.

    Examples
    --------
    >>> print(source(2).splitlines()[0])
    def patient_2(f, x, h=1e-5):
    """
    if number not in range(1, len(PATIENTS) + 1):
        raise ValueError(f"patients are numbered 1 to {len(PATIENTS)}; got {number!r}")
    text = inspect.getsource(PATIENTS[number - 1])
    return Text(text.replace("  # noqa: B006", "").rstrip())


def patient_1(f, x, h=1e-5):
    """Return the numerical gradient of f at x."""
    gradient = np.zeros(x.shape)
    step = np.zeros(x.shape)
    step.flat[0] = h
    for i in range(x.size):
        gradient.flat[i] = (f(x + step) - f(x - step)) / (2 * h)
    return gradient


def patient_2(f, x, h=1e-5):
    """Return the numerical gradient of f at x."""
    gradient = np.zeros(x.shape)
    for i in range(x.size):
        x.flat[i] += h
        above = f(x)
        x.flat[i] -= 2 * h
        below = f(x)
        gradient.flat[i] = (above - below) / (2 * h)
    return gradient


def patient_3(w, b, x, y, eta):
    """Return the weights and biases of one layer after one step downhill."""
    z = w @ x + b
    delta = (y - sigmoid(z)) * sigmoid_prime(z)
    w = w - eta * delta @ x.T / x.shape[1]
    b = b - eta * delta.mean(axis=1, keepdims=True)
    return w, b


def patient_4(weights, biases, x, y):
    """Return the gradients (nabla_b, nabla_w) of a batch's mean cost."""
    zs, activations = [], [x]
    for w, b in zip(weights, biases, strict=True):
        zs.append(w @ activations[-1] + b)
        activations.append(sigmoid(zs[-1]))
    m = x.shape[1]
    nabla_b, nabla_w = [], []
    delta = (activations[-1] - y) * sigmoid_prime(activations[-1])
    for l in reversed(range(len(weights))):
        nabla_b.insert(0, delta.mean(axis=1, keepdims=True))
        nabla_w.insert(0, delta @ activations[l].T / m)
        if l > 0:
            delta = (weights[l].T @ delta) * sigmoid_prime(activations[l])
    return nabla_b, nabla_w


def patient_5(weights, biases, x, y, eta):
    """Return all weights and biases after one step downhill on a batch."""
    weights, biases = list(weights), list(biases)
    zs, activations = forward_pass(weights, biases, x)
    m = x.shape[1]
    delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
    for l in reversed(range(len(weights))):
        weights[l] = weights[l] - eta * delta @ activations[l].T / m
        biases[l] = biases[l] - eta * delta.mean(axis=1, keepdims=True)
        if l > 0:
            delta = (weights[l].T @ delta) * sigmoid_prime(zs[l - 1])
    return weights, biases


def patient_6(weights, biases, x, y, eta):
    """Return all weights and biases after one step on the batch's mean cost."""
    new_weights, new_biases = list(weights), list(biases)
    for j in range(x.shape[1]):
        nabla_b, nabla_w = backprop(weights, biases, x[:, [j]], y[:, [j]])
        for l in range(len(weights)):
            new_weights[l] = new_weights[l] - eta * nabla_w[l]
            new_biases[l] = new_biases[l] - eta * nabla_b[l]
    return new_weights, new_biases


def patient_7(x, y, size, rng):
    """Return shuffled mini-batches, a list of (x_batch, y_batch)."""
    m = x.shape[1]
    x = x[:, rng.permutation(m)]
    y = y[:, rng.permutation(m)]
    starts = range(0, m, size)
    return [(x[:, k : k + size], y[:, k : k + size]) for k in starts]


def patient_8(weights, biases, x, y, slopes=[]):  # noqa: B006
    """Return the gradients (nabla_b, nabla_w) of a batch's mean cost."""
    m = x.shape[1]
    for j in range(m):
        slopes.append(backprop(weights, biases, x[:, [j]], y[:, [j]]))
    nabla_b = [sum(layer) / m for layer in zip(*(nb for nb, _ in slopes), strict=True)]
    nabla_w = [sum(layer) / m for layer in zip(*(nw for _, nw in slopes), strict=True)]
    return nabla_b, nabla_w


PATIENTS = (
    patient_1,
    patient_2,
    patient_3,
    patient_4,
    patient_5,
    patient_6,
    patient_7,
    patient_8,
)
