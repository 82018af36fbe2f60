"""Lesson 7: gradients of mini-batches, scattered about the true one."""

import math
from functools import cache

import numpy as np

from bpkit.activations import sigmoid_prime
from bpkit.backprop import forward_pass
from bpkit.data import load_digits
from bpkit.network import Network
from bpkit.widgets.explorer import Choice, Explorer, Slider, Toggle
from bpkit.widgets.scene import (
    BLACK,
    BLUE,
    GREY,
    SKY,
    VERMILION,
    Arrow,
    Label,
    Line,
    Panel,
    Points,
    View,
)

SIZES = [64, 30, 10]
OUTPUTS, HIDDEN = (1, 3), 7  # the two weights lead from one neuron to two outputs
EPOCHS = {"at the start": 0, "after 3 epochs": 3}
LARGEST = 512
REACH, MAGNIFIED = 1.7, 2.8  # half the window, in σ or in σ/√m
ARROWS = 40
ROUND = 60  # corners of a drawn circle


@cache
def slopes_of_examples(network):
    """Return the slopes of the two weights for every single example, (2, examples)."""
    training_data, _ = load_digits()
    x, y = training_data
    net = Network(SIZES, seed=0)
    if EPOCHS[network]:
        net = trained(net, training_data, EPOCHS[network])
    zs, activations = forward_pass(net.weights, net.biases, x)
    delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
    return delta[list(OUTPUTS)] * activations[-2][HIDDEN]


def trained(net, training_data, epochs):
    """Train as lesson 8 does, and return the network."""
    for _ in net.train(training_data, epochs, 10, 3.0):
        pass
    return net


def batch_gradients(slopes, size, count, rng):
    """Return the mean slopes of mini-batches, shape (2, count).

    They are cut as in training: each epoch shuffles all examples anew. A last, short
    batch is left out, so that all have the same size.
    """
    examples = slopes.shape[1]
    full = examples // size
    epochs = -(-count // full)
    orders = rng.permuted(np.tile(np.arange(examples), (epochs, 1)), axis=1)
    batches = slopes[:, orders[:, : full * size]].reshape(2, epochs * full, size)
    return batches[:, :count].mean(axis=2)


class BatchExplorer(Explorer):
    """See how far the gradients of mini-batches lie from the true one."""

    title = "Mini-batch gradients about the true one"
    alt = (
        "Left, a plane of two of the network's 2260 slopes: a point for the gradient "
        "of each mini-batch, some with their arrows, the true gradient as a thick "
        "arrow, and a dashed circle of radius σ/√m about it. Right, the distance of "
        "the points from the true gradient against the batch's size m, both axes "
        "logarithmic, with the line σ/√m dashed."
    )
    controls = (
        Slider("m", "examples in a batch, m", 1.0, LARGEST, math.log10(2), 8.0, True),
        Slider("count", "number of batches", 10, 200, 10, 100),
        Slider("seed", "seed of the shuffles", 0, 20, 1, 0),
        Choice("network", "network", tuple(EPOCHS), "at the start"),
        Toggle("magnify", "magnify √m times", False),
    )

    def view(self, state):
        """Return the cloud, its spread, and what both say."""
        slopes = slopes_of_examples(state["network"])
        size, count = round(state["m"]), state["count"]
        true = slopes.mean(axis=1)
        one = _rms(slopes - true[:, None])
        rng = np.random.default_rng(state["seed"])
        clouds = batch_gradients(slopes, size, count, rng)
        spread = _rms(clouds - true[:, None])
        panels = [
            _cloud(clouds, true, one, size, state["magnify"]),
            _law(one, size, spread, slopes.shape[1]),
        ]
        return View(panels, _sentence(clouds, true, one, size, slopes.shape[1]))


def _rms(distances):
    """Return the root mean square length of columns."""
    return float(np.sqrt((distances**2).sum(axis=0).mean()))


def _cloud(clouds, true, one, size, magnify):
    """Return the plane of the two slopes, with a point for every batch."""
    x, y = true.tolist()
    expected = one / math.sqrt(size)
    half = MAGNIFIED * expected if magnify else REACH * one
    middle = true if magnify else true / 2
    turn = np.linspace(0, 2 * np.pi, ROUND)
    marks = []
    if not magnify:
        marks += [
            Arrow(0.0, 0.0, *tip, SKY, 1.5) for tip in clouds[:, :ARROWS].T.tolist()
        ]
    marks += [
        Points(*clouds, BLUE, "o", 5, "mini-batches"),
        Line(
            x + expected * np.cos(turn),
            y + expected * np.sin(turn),
            VERMILION,
            "dashed",
            2,
            "radius σ/√m",
        ),
    ]
    if not magnify:
        marks.append(Arrow(0.0, 0.0, x, y, BLACK, 4))
    marks.append(Points([x], [y], BLACK, "D", 9, "the true gradient"))
    limits = [(float(c - half), float(c + half)) for c in middle]
    first, second = (f"slope of the weight {HIDDEN} → {k}" for k in OUTPUTS)
    outside = int(np.sum((np.abs(clouds - middle[:, None]) > half).any(axis=0)))
    title = f"{clouds.shape[1]} mini-batches of {size}; {outside} outside the window"
    return Panel(*limits, marks, first, second, title, equal=True, height=380)


def _law(one, size, spread, examples):
    """Return the distance from the true gradient against the batch's size."""
    m = np.geomspace(1, LARGEST, 19)
    law = one / np.sqrt(m)
    marks = [
        Line(m, law, VERMILION, "dashed", 2, "σ/√m"),
        Line(m, law * _rest(m, examples), GREY, "dotted", 2, "no example twice"),
        Points([size], [spread], BLUE, "o", 10, "measured"),
        Label(1.3, one * 0.022, f"σ = {_number(one)}", align="left"),
    ]
    return Panel(
        (0.8, LARGEST * 1.5),
        (one * 0.015, one * 2.5),
        marks,
        "examples in a batch, m",
        "distance (root mean square)",
        "How far from the true gradient",
        xlog=True,
        ylog=True,
        height=380,
        weight=0.9,
    )


def _rest(m, examples):
    """Return by how much a batch is closer because no example comes twice in it."""
    return np.sqrt((examples - m) / (examples - 1))


def _sentence(clouds, true, one, size, examples):
    """Say how far the batches are from the true gradient, and what a step would do."""
    count = clouds.shape[1]
    spread, length = _rms(clouds - true[:, None]), float(np.hypot(*true))
    away = int(np.sum(true @ clouds < 0))
    expected = one / math.sqrt(size)
    said = (
        f"{count} mini-batches of {_examples(size)}: distance from the true "
        f"gradient {_number(spread)} (root mean square); σ/√m = {_number(expected)}"
    )
    if size > examples / 10:
        said += (
            f", and {_number(expected * _rest(size, examples))} as no example comes "
            "twice in a batch"
        )
    ratio = _number(spread / length)
    return said + (
        f". The noise is {ratio} times as long as the true arrow. Pointing away from "
        f"it, at more than 90°: {away} of {count} batches."
    )


def _examples(size):
    """Write a number of examples, in the singular where it is one."""
    return "1 example" if size == 1 else f"{size} examples"


def _number(value):
    """Write a number with two digits that count, without an exponent."""
    digits = max(0, 1 - math.floor(math.log10(value))) if value > 0 else 1
    return f"{value:.{digits}f}"
