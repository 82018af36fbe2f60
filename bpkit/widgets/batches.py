"""Lesson 7: gradients of mini-batches, scattered about the true one."""

import math
from functools import cache

import numpy as np

from bpkit.activations import sigmoid_prime
from bpkit.backprop import forward_pass
from bpkit.data import load_digits
from bpkit.network import Network
from bpkit.plots.batches import finite_population_correction, noise_panel
from bpkit.scene import BLACK, BLUE, SKY, VERMILION, Arrow, Line, Panel, Points, Scene
from bpkit.widgets.explorer import Choice, Explorer, Slider, Toggle
from bpkit.words import count, number

SIZES = [64, 30, 10]
OUTPUTS, HIDDEN = (1, 3), 7  # the two weights lead from one neuron to two outputs
EPOCHS = {"at the start": 0, "after 3 epochs": 3}
LARGEST = 512
REACH, MAGNIFIED = 1.1, 2.8  # half the window, in σ or in σ/√m
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
        size, examples = round(state["m"]), slopes.shape[1]
        true = slopes.mean(axis=1)
        one = _rms(slopes - true[:, None])
        rng = np.random.default_rng(state["seed"])
        clouds = batch_gradients(slopes, size, state["count"], rng)
        spread = _rms(clouds - true[:, None])
        title = f"Distance by size; σ = {number(one, 2)}"
        look = {"title": title, "height": 380, "weight": 0.9}
        panels = [
            _cloud(clouds, true, one, size, state["magnify"]),
            noise_panel(one, examples, [size], [spread], LARGEST, **look),
        ]
        return Scene(panels, _sentence(clouds, true, one, size, examples))


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


def _sentence(clouds, true, one, size, examples):
    """Say how far the batches are from the true gradient, and what a step would do."""
    batches = clouds.shape[1]
    spread, expected = _rms(clouds - true[:, None]), one / math.sqrt(size)
    said = (
        f"{batches} mini-batches of {count(size, 'example')}: distance from the true "
        f"gradient {number(spread, 2)} (root mean square); σ/√m = {number(expected, 2)}"
    )
    if size > examples / 10:
        closer = expected * finite_population_correction(size, examples)
        said += f", and {number(closer, 2)} as no example comes twice in a batch"
    ratio = number(spread / float(np.hypot(*true)), 2)
    return said + (
        f". The noise is {ratio} times as long as the true arrow. Pointing away from "
        f"it, at more than 90°: {int(np.sum(true @ clouds < 0))} of {batches} batches."
    )
