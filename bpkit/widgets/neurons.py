"""Lesson 5: the worked network, with the numbers of both passes on it."""

from dataclasses import replace
from functools import partial

import numpy as np

from bpkit.plots.neurons import arrow, network_panel, places, wires
from bpkit.scene import BLUE, NAMES, VERMILION, Line, Scene
from bpkit.widgets.explorer import Choice, Explorer, Slider
from bpkit.widgets.passes import Passes
from bpkit.words import number, numbers

WEIGHTS = (
    np.array([[1.0, -2.0], [-1.0, 1.0]]),
    np.array([[2.0, -1.0], [-2.0, -1.0]]),
    np.array([[3.0, -1.0], [-1.0, 4.0]]),
)
BIASES = tuple(np.array([b]).T for b in ((1.0, 0.0), (0.0, 0.0), (-2.0, 2.0)))

FORWARD, BACKWARD = "forward", "backward"
PLAIN, CARRIED, SLOPES = "weights", "what they carry", "slopes ∂C/∂w"
WIDE = 0.98  # of a box, in inches
SIZE = 14  # of a text, in pixels
CENTRES = places((2, 2, 2, 2), WIDE)
WIRES = wires(CENTRES, WIDE)
RAISED, LOWERED = "⁰¹²³", "₁₂"
FLAT = 0.05  # σ lets through less than a fifth of its best, ¼
passes = partial(Passes, WEIGHTS, BIASES)  # of one example (x, y)


class NeuronsExplorer(Explorer):
    """Watch the numbers of a forward and a backward pass move with the input."""

    title = "One network, two passes"
    alt = (
        "A network of two inputs and three layers of two neurons. In the forward pass "
        "arrows lead right and each box holds z and a; in the backward pass they lead "
        "left and each box holds what arrives, the gain and δ. Positive is solid and "
        f"{NAMES[BLUE]}, negative dashed and {NAMES[VERMILION]}."
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
        run, way, shown = passes(x, y), state["way"], state["numbers"]
        arrows = [mark for wire in WIRES for mark in _wire(run, way, shown, wire)]
        texts = [_texts(run, way, l) for l in range(4)]
        flat = _flat(run) if way == BACKWARD else ()
        panel = network_panel(CENTRES, texts, arrows, wide=WIDE, size=SIZE, flat=flat)
        title = {
            FORWARD: "Forward →   z = Wa + b, then a = σ(z)",
            BACKWARD: "← Backward   δ = what arrives × gain σ′(z)",
        }[way]
        panel = replace(panel, title=title, height=350)
        return Scene([panel], _sentence(run, way, shown))


# --- the drawing ---------------------------------------------------------------------


def _wire(run, way, shown, wire):
    """Return the marks of one wire: an arrow or a line, and its number."""
    l, j, k = wire
    start, end = WIRES[wire]
    if way == BACKWARD:
        start, end = end, start
    if way == BACKWARD and l == 0 and shown != SLOPES:  # no δ of the inputs
        (x, y), (x_end, y_end) = start, end
        return [Line([x, x_end], [y, y_end], "#D0D0D0", width=1)]
    value = float(WEIGHTS[l][j, k])
    text = number(value)
    if shown == CARRIED:
        value = _carried(run, wire, way)
        text = number(value, 2)
    elif shown == SLOPES:
        value = float(run.nabla_w[l][j, k]) if way == BACKWARD else 0.0
        text = number(value, 2) if way == BACKWARD else "?"
    return arrow(start, end, value, text, SIZE)


def _carried(run, wire, way):
    """Return what a wire (l, j, k) delivers: w·a on the way there, w·δ back."""
    l, j, k = wire
    signal = run.activations[l][k, 0] if way == FORWARD else run.deltas[l][j, 0]
    return float(WEIGHTS[l][j, k] * signal)


def _texts(run, way, l):
    """Return what stands in the boxes of one layer, 0 for the inputs."""
    if l == 0:
        return [f"x {number(x)}" for x in run.x.flat]
    if way == BACKWARD:
        rows = np.hstack([run.arriving[l - 1], run.gains[l - 1], run.deltas[l - 1]])
        return [
            f"in {number(arriving, 2)}\n× {number(gain)}\nδ {number(delta, 2)}"
            for arriving, gain, delta in rows
        ]
    rows = np.hstack([run.zs[l - 1], run.activations[l]])
    targets = [f"\ny {number(y)}" for y in run.y.flat] if l == 3 else ["", ""]
    return [
        f"z {number(z)}\na {number(a)}{y}"
        for (z, a), y in zip(rows, targets, strict=True)
    ]


def _flat(run):
    """Return (layer, neuron) wherever the gain is small."""
    return [(l, k) for l in (1, 2, 3) for k in (0, 1) if run.gains[l - 1][k, 0] < FLAT]


# --- the sentence --------------------------------------------------------------------


def _sentence(run, way, shown):
    """Say what the pass has found out."""
    if way == FORWARD:
        return _about_forward(run, shown)
    if not any(delta.any() for delta in run.deltas):
        return "Both outputs are right, so 0 comes in at the right and every δ is 0."
    about = {PLAIN: _about_backward, CARRIED: _about_paths, SLOPES: _about_slopes}
    return about[shown](run)


def _about_forward(run, shown):
    """Say what comes out, what it costs, and what has yet to be known."""
    said = (
        f"Input ({numbers(run.x.flat)}) gives output "
        f"({numbers(run.activations[-1].flat)}); wanted is ({numbers(run.y.flat)}), "
        f"so C = {number(run.cost)}."
    )
    if shown == CARRIED:
        parts = [number(_carried(run, (0, 0, k), FORWARD)) for k in (0, 1)]
        b, z = BIASES[0][0, 0], run.zs[0][0, 0]
        said += (
            f" The first neuron of layer 1 adds up {parts[0]} and {parts[1]} and its "
            f"bias {number(b)}: z = {number(z)}."
        )
    elif shown == SLOPES:
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
        f"∂C/∂a = ({numbers(run.arriving[2].flat)}) goes in at the right; δ = "
        f"({numbers(run.deltas[0].flat)}) is read at layer 1. "
    )
    name = f"z{RAISED[l + 1]}{LOWERED[k]} = {number(run.zs[l][k, 0])}"
    gain = number(gains[l, k])
    if gains[l, k] < FLAT:
        return f"{said}The weakest amplifier sits where σ is flat: {name}, gain {gain}."
    return f"{said}Even the weakest amplifier has gain {gain}, at {name}."


def _about_paths(run):
    """Say how two wires meet at the first neuron of layer 2."""
    parts = [_carried(run, (2, j, 0), BACKWARD) for j in (0, 1)]
    said = [number(part) for part in parts]
    against = parts[0] * parts[1] < 0
    return (
        f"At the first neuron of layer 2 two wires meet, bringing {said[0]} and "
        f"{said[1]}{', which pull against each other' if against else ''}: together "
        f"{number(run.arriving[1][0, 0])}, times the gain "
        f"{number(run.gains[1][0, 0])} is δ = {number(run.deltas[1][0, 0])}."
    )


def _about_slopes(run):
    """Say which weight matters most, and which way it should go."""
    slopes = np.stack(run.nabla_w)
    l, j, k = np.unravel_index(np.abs(slopes).argmax(), slopes.shape)
    slope = slopes[l, j, k]
    a, delta = run.activations[l][k, 0], run.deltas[l][j, 0]
    origin = f"neuron {k + 1} of layer {l}" if l else f"input {k + 1}"
    said = (
        f"The steepest weight leads from {origin} to neuron {j + 1} of layer {l + 1}: "
        f"a × δ = {number(a)} × {number(delta)} = {number(slope)}. A "
        f"larger weight would {'raise' if slope > 0 else 'lower'} the cost."
    )
    silent = [f"x{s}" for s, x in zip(LOWERED, run.x[:, 0], strict=True) if x == 0]
    if silent:
        whose = "their" if silent[1:] else "its"
        said += f" {' = '.join(silent)} = 0: {whose} weights have slope 0."
    return said
