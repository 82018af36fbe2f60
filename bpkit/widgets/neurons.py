"""Lesson 5: the worked network, with the numbers of both passes on it."""

from dataclasses import dataclass

import numpy as np

from bpkit.activations import sigmoid_prime
from bpkit.backprop import forward_pass
from bpkit.costs import quadratic_cost
from bpkit.plots.graphs import written
from bpkit.plots.neurons import HEAD, HIGH, number_place, places, wires
from bpkit.widgets.explorer import Choice, Explorer, Slider
from bpkit.widgets.scene import (
    BLUE,
    GREY,
    VERMILION,
    Arrow,
    Box,
    Label,
    Line,
    Panel,
    View,
)

WEIGHTS = (
    np.array([[1.0, -2.0], [-1.0, 1.0]]),
    np.array([[2.0, -1.0], [-2.0, -1.0]]),
    np.array([[3.0, -1.0], [-1.0, 4.0]]),
)
BIASES = tuple(np.array([b]).T for b in ((1.0, 0.0), (0.0, 0.0), (-2.0, 2.0)))

FORWARD, BACKWARD = "forward", "backward"
PLAIN, CARRIED, SLOPES = "weights", "what they carry", "slopes ∂C/∂w"
WIDTH, HALF, WIDE = 6.6, 1.25, 0.98  # of the drawing and its boxes, in inches
CENTRES = places((2, 2, 2, 2), WIDE)
WIRES = wires(CENTRES, WIDE)
RAISED, LOWERED = "⁰¹²³", "₁₂"
FLAT = 0.05  # σ lets through less than a fifth of its best, ¼
FAINT = "#8A8A8A"


@dataclass(frozen=True)
class Passes:
    """One example taken through both passes; lists run from layer 1 to layer 3."""

    x: np.ndarray
    y: np.ndarray
    zs: list
    activations: list
    gains: list
    arriving: list
    deltas: list

    @property
    def cost(self):
        """½‖a − y‖² of the example."""
        return quadratic_cost(self.activations[-1], self.y)

    def carried(self, wire, way):
        """Return what a wire (l, j, k) delivers: w·a on the way there, w·δ back."""
        l, j, k = wire
        signal = self.activations[l][k, 0] if way == FORWARD else self.deltas[l][j, 0]
        return float(WEIGHTS[l][j, k] * signal)

    def slope(self, wire):
        """Return ∂C/∂w of a wire (l, j, k): what came in, times the error behind it."""
        l, j, k = wire
        return float(self.activations[l][k, 0] * self.deltas[l][j, 0])


def passes(x, y):
    """Return the Passes of one example; x and y are columns of two numbers."""
    zs, activations = forward_pass(WEIGHTS, BIASES, x)
    gains = [sigmoid_prime(z) for z in zs]
    arriving, deltas = [activations[-1] - y], []
    for l in (2, 1, 0):
        deltas.insert(0, gains[l] * arriving[0])
        if l:
            arriving.insert(0, WEIGHTS[l].T @ deltas[0])
    return Passes(x, y, zs, activations, gains, arriving, deltas)


class NeuronsExplorer(Explorer):
    """Watch the numbers of a forward and a backward pass move with the input."""

    title = "One network, two passes"
    alt = (
        "A network of two inputs and three layers of two neurons. In the forward pass "
        "arrows lead right and each box holds z and a; in the backward pass they lead "
        "left and each box holds what arrives, the gain and δ. Blue and solid is "
        "positive, orange and dashed negative."
    )
    controls = (
        Choice("way", "pass", (FORWARD, BACKWARD), FORWARD),
        Choice("numbers", "on the wires", (PLAIN, CARRIED, SLOPES), PLAIN),
        Slider("x1", "input x₁", -4.0, 4.0, 0.1, 1.0),
        Slider("x2", "input x₂", -4.0, 4.0, 0.1, -1.0),
        Slider("y1", "target y₁", 0.0, 1.0, 0.05, 1.0),
        Slider("y2", "target y₂", 0.0, 1.0, 0.05, 0.0),
    )

    def view(self, state):
        """Return the network with the numbers of one pass, and what they say."""
        # A slider's steps add up to 1.4e-16 where 0 is meant.
        x = np.array([[state["x1"]], [state["x2"]]]).round(6)
        y = np.array([[state["y1"]], [state["y2"]]])
        run, way, numbers = passes(x, y), state["way"], state["numbers"]
        marks = [mark for wire in WIRES for mark in _wire(run, way, numbers, wire)]
        marks.sort(key=lambda mark: mark.kind == "box")  # no wire crosses a number
        for l in range(4):
            marks += _layer(run, way, l)
        title = {
            FORWARD: "Forward →   z = Wa + b, then a = σ(z)",
            BACKWARD: "← Backward   δ = what arrives × gain σ′(z)",
        }[way]
        ylim = (-HALF, HALF + HEAD)
        panel = Panel((0, WIDTH), ylim, marks, title=title, bare=True, height=350)
        return View([panel], _sentence(run, way, numbers))


# --- the drawing ---------------------------------------------------------------------


def _wire(run, way, numbers, wire):
    """Return the marks of one wire: an arrow or a line, and its number."""
    l, j, k = wire
    start, end = WIRES[wire]
    if way == BACKWARD:
        start, end = end, start
    value, text = float(WEIGHTS[l][j, k]), written(WEIGHTS[l][j, k])
    if numbers == CARRIED:
        value = run.carried(wire, way)
        text = written(value, 2)
    elif numbers == SLOPES:
        value = run.slope(wire) if way == BACKWARD else 0.0
        text = written(value, 2) if way == BACKWARD else "?"
    idle = way == BACKWARD and l == 0 and numbers != SLOPES  # no δ of the inputs
    color = BLUE if value > 0 else VERMILION if value < 0 else FAINT
    dash = "dashed" if value < 0 else "solid"
    if idle:
        (x, y), (x_end, y_end) = start, end
        return [Line([x, x_end], [y, y_end], "#D0D0D0", "solid", 1)]
    x, y = number_place(start, end)
    wide = 0.11 + 0.085 * len(text)
    return [
        Arrow(*start, *end, color, 1.8, dash),
        Box(x, y, wide, 0.24, text, color="#FFFFFF", border=0, size=13),
    ]


def _layer(run, way, l):
    """Return the boxes of one layer, 0 for the inputs, and the layer's name."""
    above = HALF + HEAD / 2
    marks = [Label(CENTRES[l][0][0], above, f"layer {l}" if l else "input", GREY)]
    for k, (x, y) in enumerate(CENTRES[l]):
        fill, border = "#FFFFFF", 1.5
        if l == 0:
            text = f"x {written(run.x[k, 0])}"
        elif way == FORWARD:
            z, a = run.zs[l - 1][k, 0], run.activations[l][k, 0]
            text = f"z {written(z, 3)}\na {written(a, 3)}"
            if l == 3:
                text += f"\ny {written(run.y[k, 0], 3)}"
        else:
            arriving, gain, delta = (
                values[l - 1][k, 0] for values in (run.arriving, run.gains, run.deltas)
            )
            text = f"in {written(arriving, 2)}\n× {written(gain, 3)}"
            text += f"\nδ {written(delta, 2)}"
            if gain < FLAT:
                fill, border = "#E4E4E4", 3
        marks.append(Box(x, y, WIDE, HIGH, text, fill, border=border, size=13))
    return marks


# --- the sentence --------------------------------------------------------------------


def _sentence(run, way, numbers):
    """Say what the pass has found out."""
    if way == FORWARD:
        return _about_forward(run, numbers)
    if not any(delta.any() for delta in run.deltas):
        return "Both outputs are right, so 0 comes in at the right and every δ is 0."
    about = {PLAIN: _about_backward, CARRIED: _about_paths, SLOPES: _about_slopes}
    return about[numbers](run)


def _about_forward(run, numbers):
    """Say what comes out, what it costs, and what has yet to be known."""
    said = (
        f"Input ({_listed(run.x)}) gives output ({_listed(run.activations[-1])}); "
        f"wanted is ({_listed(run.y)}), so C = {written(run.cost, 3)}."
    )
    if numbers == CARRIED:
        parts = [written(run.carried((0, 0, k), FORWARD), 3) for k in (0, 1)]
        b, z = BIASES[0][0, 0], run.zs[0][0, 0]
        said += (
            f" The first neuron of layer 1 adds up {parts[0]} and {parts[1]} and its "
            f"bias {written(b)}: z = {written(z, 3)}."
        )
    elif numbers == SLOPES:
        said += (
            " No slope is known yet: the first factor, a, stands in the boxes, but "
            "the second, δ, comes with the backward pass."
        )
    return said


def _about_backward(run):
    """Say what goes in and comes out, and where most is lost."""
    gains = np.hstack(run.gains).T
    l, k = np.unravel_index(gains.argmin(), gains.shape)
    said = (
        f"∂C/∂a = ({_listed(run.arriving[2])}) goes in at the right; δ = "
        f"({_listed(run.deltas[0])}) is read at layer 1. "
    )
    name = f"z{RAISED[l + 1]}{LOWERED[k]} = {written(run.zs[l][k, 0], 3)}"
    gain = written(gains[l, k], 3)
    if gains[l, k] < FLAT:
        return f"{said}The weakest amplifier sits where σ is flat: {name}, gain {gain}."
    return f"{said}Even the weakest amplifier has gain {gain}, at {name}."


def _about_paths(run):
    """Say how two wires meet at the first neuron of layer 2."""
    parts = [run.carried((2, j, 0), BACKWARD) for j in (0, 1)]
    said = [written(part, 3) for part in parts]
    against = parts[0] * parts[1] < 0
    return (
        f"At the first neuron of layer 2 two wires meet, bringing {said[0]} and "
        f"{said[1]}{', which pull against each other' if against else ''}: together "
        f"{written(run.arriving[1][0, 0], 3)}, times the gain "
        f"{written(run.gains[1][0, 0], 3)} is δ = {written(run.deltas[1][0, 0], 3)}."
    )


def _about_slopes(run):
    """Say which weight matters most, and which way it should go."""
    l, j, k = max(WIRES, key=lambda wire: abs(run.slope(wire)))
    slope = run.slope((l, j, k))
    a, delta = run.activations[l][k, 0], run.deltas[l][j, 0]
    origin = f"neuron {k + 1} of layer {l}" if l else f"input {k + 1}"
    said = (
        f"The steepest weight leads from {origin} to neuron {j + 1} of layer {l + 1}: "
        f"a × δ = {written(a, 3)} × {written(delta, 3)} = {written(slope, 3)}. A "
        f"larger weight would {'raise' if slope > 0 else 'lower'} the cost."
    )
    silent = [f"x{s}" for s, x in zip(LOWERED, run.x[:, 0], strict=True) if x == 0]
    if silent:
        whose = "their" if silent[1:] else "its"
        said += f" {' = '.join(silent)} = 0: {whose} weights have slope 0."
    return said


def _listed(column):
    """Write a column of numbers in one line."""
    return ", ".join(written(v, 3) for v in column[:, 0])
