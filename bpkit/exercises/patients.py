"""The patients of the bug clinic: eight short programs, one bug each.

Patient 4 makes it in two places. Every one runs, and most of them even learn. `source`
shows a patient to the learner, who repairs it. The strangers are three more, of which
nothing is shown but what they give for one network.
"""

import inspect
import types

import numpy as np

from bpkit.activations import sigmoid, sigmoid_prime
from bpkit.backprop import backprop, forward_pass
from bpkit.exercises.verdict import Text
from bpkit.network import Network


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
        rise = f(x + step) - f(x - step)
        gradient.flat[i] = rise / (2 * h)
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
    """Return (w, b) of a layer after one step downhill."""
    z = w @ x + b
    delta = (y - sigmoid(z)) * sigmoid_prime(z)
    w = w - eta * delta @ x.T / x.shape[1]
    b = b - eta * delta.mean(axis=1, keepdims=True)
    return w, b


def patient_4(weights, biases, x, y):
    """Return (nabla_b, nabla_w) of a batch's mean cost."""
    zs, activations = [], [x]
    for w, b in zip(weights, biases, strict=True):
        zs.append(w @ activations[-1] + b)
        activations.append(sigmoid(zs[-1]))
    m, output = x.shape[1], activations[-1]
    nabla_b, nabla_w = [], []
    delta = (output - y) * sigmoid_prime(output)
    for l in reversed(range(len(weights))):
        nabla_b.insert(0, delta.mean(axis=1, keepdims=True))
        nabla_w.insert(0, delta @ activations[l].T / m)
        if l > 0:
            slope = sigmoid_prime(activations[l])
            delta = (weights[l].T @ delta) * slope
    return nabla_b, nabla_w


def patient_5(weights, biases, x, y, eta):
    """Return (weights, biases) after one step downhill."""
    weights, biases = list(weights), list(biases)
    zs, activations = forward_pass(weights, biases, x)
    m = x.shape[1]
    delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
    for l in reversed(range(len(weights))):
        nabla_w = delta @ activations[l].T / m
        nabla_b = delta.mean(axis=1, keepdims=True)
        weights[l] = weights[l] - eta * nabla_w
        biases[l] = biases[l] - eta * nabla_b
        if l > 0:
            slope = sigmoid_prime(zs[l - 1])
            delta = (weights[l].T @ delta) * slope
    return weights, biases


def patient_6(weights, biases, x, y, eta):
    """Return (weights, biases) after one downhill step."""
    new_weights, new_biases = list(weights), list(biases)
    for j in range(x.shape[1]):
        x_j, y_j = x[:, [j]], y[:, [j]]
        db, dw = backprop(weights, biases, x_j, y_j)
        for l in range(len(weights)):
            new_weights[l] = new_weights[l] - eta * dw[l]
            new_biases[l] = new_biases[l] - eta * db[l]
    return new_weights, new_biases


def patient_7(x, y, size, rng):
    """Return shuffled mini-batches (x_batch, y_batch)."""
    m = x.shape[1]
    x = x[:, rng.permutation(m)]
    y = y[:, rng.permutation(m)]
    starts = range(0, m, size)
    batches = [slice(k, k + size) for k in starts]
    return [(x[:, batch], y[:, batch]) for batch in batches]


def patient_8(weights, biases, x, y, slopes=[]):  # noqa: B006
    """Return (nabla_b, nabla_w) of a batch's mean cost."""
    m = x.shape[1]
    for j in range(m):
        x_j, y_j = x[:, [j]], y[:, [j]]
        slopes.append(backprop(weights, biases, x_j, y_j))
    of_b, of_w = zip(*slopes, strict=True)
    nabla_b = [sum(n) / m for n in zip(*of_b, strict=True)]
    nabla_w = [sum(n) / m for n in zip(*of_w, strict=True)]
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
del patient_8  # it keeps something between its calls, and would from lesson to check


# --- strangers ---

STRANGERS = 3


def strangers_network():
    """Return the network whose gradients the strangers give.

    Returns
    -------
    weights, biases : list of ndarray
        Of the sizes 3, 4, 4 and 2, drawn afresh from one seed.

    Examples
    --------
    >>> [w.shape for w in strangers_network()[0]]
    [(4, 3), (4, 4), (2, 4)]
    """
    net = Network([3, 4, 4, 2], seed=10)
    return net.weights, net.biases


def stranger(number, x, y):
    """Return the gradients that a program with one unknown bug gives for a batch.

    Parameters
    ----------
    number : int
        Which stranger, 1 to 3.
    x : ndarray, shape (3, m)
        Inputs, an example a column.
    y : ndarray, shape (2, m)
        What the outputs should be.

    Returns
    -------
    nabla_b, nabla_w : list of ndarray
        For `strangers_network`, and wrong somewhere.

    Raises
    ------
    ValueError
        If there is no such stranger.
    """
    if number not in range(1, STRANGERS + 1):
        raise ValueError(f"strangers are numbered 1 to {STRANGERS}; got {number!r}")
    weights, biases = strangers_network()
    zs, activations = forward_pass(weights, biases, x)
    m = x.shape[1]
    delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
    nabla_b, nabla_w = [], []
    for l in reversed(range(len(weights))):
        a = activations[l + 1 if (number, l) == (1, 1) else l]
        nabla_w.insert(0, delta @ a.T / m)
        size = 1 if (number, l) == (2, 2) else m
        nabla_b.insert(0, delta.sum(axis=1, keepdims=True) / size)
        if l > 0:
            of_z = sigmoid if (number, l) == (3, 2) else sigmoid_prime
            delta = (weights[l].T @ delta) * of_z(zs[l - 1])
    return nabla_b, nabla_w


def __getattr__(name):
    """Hand out patient 8 as it was when nobody had called it."""
    if name != "patient_8":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    code = PATIENTS[7].__code__
    return types.FunctionType(code, globals(), name, ([],))
