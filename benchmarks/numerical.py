"""What a numerical gradient costs, in plain numpy without checks or work arrays."""

from functools import partial
from statistics import median
from time import perf_counter

import numpy as np
from contenders import sigmoid

import bpkit

BACKPROPS = 500


def plain_activations(weights, biases, x):
    """Return the activations of every layer, the input first."""
    activations = [x]
    for w, b in zip(weights, biases, strict=True):
        activations.append(sigmoid(w @ activations[-1] + b))
    return activations


def plain_cost(weights, biases, x, y):
    """Return the mean quadratic cost over the columns."""
    a = plain_activations(weights, biases, x)[-1]
    return 0.5 * np.sum((a - y) ** 2) / x.shape[1]


def plain_backprop(weights, biases, x, y):
    """Return nabla_b and nabla_w of the mean quadratic cost over the columns."""
    activations = plain_activations(weights, biases, x)
    a = activations[-1]
    delta = (a - y) * a * (1 - a) / x.shape[1]
    nabla_b, nabla_w = [], []
    for w, a in zip(reversed(weights), reversed(activations[:-1]), strict=True):
        nabla_b.insert(0, delta.sum(axis=1, keepdims=True))
        nabla_w.insert(0, delta @ a.T)
        delta = (w.T @ delta) * a * (1 - a)
    return nabla_b, nabla_w


def replaced(arrays, index, array):
    """Return a copy of the list with one array replaced."""
    return [*arrays[:index], array, *arrays[index + 1 :]]


def numerical_nabla(weights, biases, x, y):
    """Return nabla_b and nabla_w by central differences, parameter by parameter."""

    def cost_of_biases(layer, b):
        return plain_cost(weights, replaced(biases, layer, b), x, y)

    def cost_of_weights(layer, w):
        return plain_cost(replaced(weights, layer, w), biases, x, y)

    def gradients(cost_of, parameters):
        return [
            bpkit.numerical_gradient(partial(cost_of, layer), parameter)
            for layer, parameter in enumerate(parameters)
        ]

    return gradients(cost_of_biases, biases), gradients(cost_of_weights, weights)


def seconds_a_call(function, arguments, calls):
    """Return the mean time of a call."""
    start = perf_counter()
    for _ in range(calls):
        function(*arguments)
    return (perf_counter() - start) / calls


def print_numerical_gradient(rounds):
    """Print the time of a numerical gradient, counted in backpropagations."""
    (x, y), _ = bpkit.load_digits()
    net = bpkit.Network([64, 30, 10], seed=0)
    arguments = net.weights, net.biases, x[:, :10].copy(), y[:, :10].copy()
    numerical, exact = [], []
    for _ in range(rounds):
        numerical.append(seconds_a_call(numerical_nabla, arguments, 1))
        exact.append(seconds_a_call(plain_backprop, arguments, BACKPROPS))
    parameters = sum(p.size for p in [*net.weights, *net.biases])
    print(
        "\n## Numerical gradient\n\n"
        f"64-30-10 on 10 examples, {parameters:,} parameters, central differences, "
        f"plain numpy: {1e3 * median(numerical):,.0f} ms.\n"
        f"One backpropagation: {1e6 * median(exact):,.1f} µs. The numerical gradient "
        f"costs {median(numerical) / median(exact):,.0f} of them."
    )
