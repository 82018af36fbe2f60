"""Lesson 6: the four equations, one at a time, on a drawn network."""

from functools import partial

import numpy as np

from bpkit.scene import (
    BLACK,
    BLUE,
    GREY,
    NAMES,
    VERMILION,
    Arrow,
    Box,
    Label,
    Line,
    Panel,
    Scene,
)
from bpkit.widgets.explorer import Action, Explorer, Slider
from bpkit.widgets.passes import Passes
from bpkit.words import number, numbers

WEIGHTS = (
    np.array([[1.0, -2.0, 0.5], [-1.0, 1.0, 1.5], [0.5, 1.0, -1.0], [2.0, -0.5, -1.5]]),
    np.array([[1.5, -1.0, 2.0, -0.5], [-2.0, 1.0, 0.5, 1.0]]),
)
BIASES = (np.array([[0.5], [0.0], [-0.5], [1.0]]), np.array([[0.0], [0.5]]))

# The steps after the first, in their order. Each adds what its equation gives.
FORWARD_1, FORWARD_2, BP1, BP3_2, BP4_2, BP2, BP3_1, BP4_1 = range(1, 9)
EQUATIONS = {
    FORWARD_1: "z¹ = W¹x + b¹,  a¹ = σ(z¹)",
    FORWARD_2: "z² = W²a¹ + b²,  a² = σ(z²)",
    BP1: "BP1   δ² = (a² − y) ⊙ σ′(z²)",
    BP3_2: "BP3   ∂C/∂b² = δ²",
    BP4_2: "BP4   ∂C/∂W² = δ² (a¹)ᵀ",
    BP2: "BP2   δ¹ = ((W²)ᵀ δ²) ⊙ σ′(z¹)",
    BP3_1: "BP3   ∂C/∂b¹ = δ¹",
    BP4_1: "BP4   ∂C/∂W¹ = δ¹ xᵀ",
}
LAST = BP4_1

ACROSS = (0.9, 4.45, 8.55)
UP = ((8.0, 5.0, 2.0), (8.8, 6.27, 3.73, 1.2), (7.0, 3.0))
WIDE, HIGH = (1.8, 2.9, 2.9), (1.2, 1.9, 2.5)
WINDOW = (-0.1, 10.1)
FAINT = "#BDBDBD"
FLAT = 0.05  # a neuron whose σ′ is below a fifth of its largest value, ¼
SUB = "₁₂₃₄"

passes = partial(Passes, WEIGHTS, BIASES)  # of one example (x, y)


class EquationsExplorer(Explorer):
    """Step through a forward and a backward pass, an equation at a time."""

    title = "The errors light up, layer by layer"
    alt = (
        "Left, a network of 3, 4 and 2 neurons, each a box with its activation and, "
        "once known, its error; lines are weights, drawn by their slope once known. "
        "Right, the equations in the order of use, the current one framed, and its "
        "numbers."
    )
    controls = (
        Action("back", "◀ One step back"),
        Action("forward", "One step forward ▶"),
        Slider("step", "step", 0, LAST, 1, BP1),
        Slider("x1", "x₁", -4.0, 4.0, 0.1, 1.0),
        Slider("x2", "x₂", -4.0, 4.0, 0.1, -1.0),
        Slider("x3", "x₃", -4.0, 4.0, 0.1, 0.5),
        Slider("y1", "y₁", 0.0, 1.0, 0.05, 1.0),
        Slider("y2", "y₂", 0.0, 1.0, 0.05, 0.0),
    )

    def idle(self, state):
        """Return the steps beyond the first and the last."""
        return {0: ("back",), LAST: ("forward",)}.get(state["step"], ())

    def act(self, name, state):
        """Go one step back or forward."""
        moves = {"back": -1, "forward": 1}
        if name not in moves:
            return super().act(name, state)
        step = min(max(state["step"] + moves[name], 0), LAST)
        return {**state, "step": step}

    def view(self, state):
        """Return the network, the equations, and what the current step shows."""
        # A slider's steps add up to 1.4e-16 where 0 is meant.
        x = np.array([[state[name]] for name in ("x1", "x2", "x3")]).round(6)
        y = np.array([[state[name]] for name in ("y1", "y2")])
        run = passes(x, y)
        step = state["step"]
        panels = [_network(run, step), _equations(run, step)]
        return Scene(panels, _sentence(run, step))


# --- the network ---------------------------------------------------------------------


def _network(run, step):
    """Return the drawn network with what is known after a step."""
    marks = [*_wires(run, step, 0), *_wires(run, step, 1)]
    for layer in range(3):
        marks += _boxes(run, step, layer)
    if step in (FORWARD_1, FORWARD_2):
        drawn = "Arrows: forward pass"
    elif step == BP2:
        drawn = "Arrows wδ, dashed −"
    elif step >= BP4_2:
        drawn = "Lines ∂C/∂w, dashed −"
    else:
        drawn = "Lines: weights"
    title = f"δ {NAMES[BLUE]} +, {NAMES[VERMILION]} −. {drawn}"
    return Panel(WINDOW, (0, 10), marks, title=title, bare=True, height=470)


def _wires(run, step, layer):
    """Return the weights that lead into a layer: as lines, or as arrows in use."""
    into = [(j, k) for j in range(len(UP[layer + 1])) for k in range(len(UP[layer]))]
    if step == (FORWARD_1, FORWARD_2)[layer]:
        return [Arrow(*_ends(layer, j, k), GREY, 1.5) for j, k in into]
    if step == BP2 and layer == 1:
        carried = WEIGHTS[1] * run.deltas[1]
        return [
            Arrow(*np.roll(_ends(1, j, k), 2).tolist(), *_look(carried, (j, k)))
            for j, k in into
        ]
    known = step >= (BP4_1, BP4_2)[layer]
    slopes = run.nabla_w[layer] if known else 0 * WEIGHTS[layer]
    wires = []
    for j, k in into:
        x, y, x_end, y_end = _ends(layer, j, k)
        color, width, dash = _look(slopes, (j, k))
        wires.append(Line([x, x_end], [y, y_end], color, dash, width))
    return wires


def _ends(layer, j, k):
    """Return where the wire from neuron k to neuron j begins and ends."""
    return (
        ACROSS[layer] + WIDE[layer] / 2,
        UP[layer][k],
        ACROSS[layer + 1] - WIDE[layer + 1] / 2,
        UP[layer + 1][j],
    )


def _look(values, index):
    """Return (color, width, dash) of one of some values: by its sign, and its size."""
    value = values[index]
    if value == 0:
        return FAINT, 1, "solid"
    width = 1 + 3 * abs(value) / np.abs(values).max()
    return (BLUE, width, "solid") if value > 0 else (VERMILION, width, "dashed")


def _boxes(run, step, layer):
    """Return the neurons of a layer, with the numbers known after a step."""
    if layer and step < layer:
        rows = ["?"] * len(UP[layer])
    else:
        name = "a" if layer else "x"
        rows = [f"{name} {number(a, 2)}" for a in run.activations[layer][:, 0]]
    if layer == 2:
        rows = _below(rows, "y", run.y)
    fills = ["#FFFFFF"] * len(rows)
    if layer and step >= (BP2, BP1)[layer - 1]:
        delta = run.deltas[layer - 1]
        rows = _below(rows, "δ", delta)
        brightest = max(np.abs(d).max() for d in run.deltas)
        fills = [_glow(d, brightest) for d in delta[:, 0]]
    # What the current equation has just lit has a thick border.
    now = layer == {0: 0, FORWARD_1: 1, FORWARD_2: 2, BP1: 2, BP2: 1}.get(step)
    look = {"size": 14, "border": 3.5 if now else 1.5}
    return [
        Box(ACROSS[layer], up, WIDE[layer], HIGH[layer], text, fill, **look)
        for up, text, fill in zip(UP[layer], rows, fills, strict=True)
    ]


def _below(rows, name, column):
    """Return texts, each with a named number on a line below."""
    pairs = zip(rows, column[:, 0], strict=True)
    return [f"{row}\n{name} {number(value, 2)}" for row, value in pairs]


def _glow(delta, brightest):
    """Return a colour for an error: its hue the sign, its depth the size."""
    if delta == 0 or brightest == 0:
        return "#FFFFFF"
    full = (0x8C, 0xC1, 0xE3) if delta > 0 else (0xF2, 0xA9, 0x7A)
    share = 0.15 + 0.85 * abs(delta) / brightest
    return "#" + "".join(f"{round(255 + (c - 255) * share):02X}" for c in full)


# --- the equations -------------------------------------------------------------------


def _equations(run, step):
    """Return the list of equations, the current one framed, and its numbers."""
    marks = [Label(0.2, 9.6, "Forward", GREY, "left", 14)]
    marks.append(Label(0.2, 7.5, "Backward", GREY, "left", 14))
    up = {FORWARD_1: 9.0, FORWARD_2: 8.3}
    up |= {when: 6.9 - 0.7 * (when - BP1) for when in range(BP1, LAST + 1)}
    for when, equation in EQUATIONS.items():
        color, now = BLACK if when <= step else GREY, when == step
        if now:
            marks.append(Box(5, up[when], 9.9, 0.66, fill="#FFF4D6", border=2))
        marks.append(Label(1.0, up[when], equation, color, "left", 14, now))
        if when < step:
            marks.append(Label(0.6, up[when], "✓", color))
    for i, row in enumerate(_in_numbers(run, step)):
        for k, text in enumerate(row):
            marks.append(Label(0.4 + 2.4 * k, 2.3 - 0.58 * i, text, BLACK, "left", 14))
    title = "The equations, in the order of use"
    return Panel(WINDOW, (0, 10), marks, title=title, bare=True, height=470)


def _in_numbers(run, step):
    """Return the current equation in numbers, four rows of texts at most."""
    if step == 0:
        return [["Nothing is known but x and y."]]
    if step in (BP4_2, BP4_1):
        slopes = run.nabla_w[(BP4_1, BP4_2).index(step)]
        return [[number(slope, 2) for slope in row] for row in slopes]
    layer = 0 if step in (FORWARD_1, BP2, BP3_1) else 1
    z, a = run.zs[layer][:, 0], run.activations[layer + 1][:, 0]
    slope, delta = run.gains[layer][:, 0], run.deltas[layer][:, 0]
    if step == BP1:
        gaps = zip(a, run.y[:, 0], strict=True)
        before = [f"({number(a_j)} − {number(y_j)})" for a_j, y_j in gaps]
    else:
        before = [number(v) for v in run.arriving[0][:, 0]]
    rows = []
    for j in range(len(z)):
        name = f"{'¹²'[layer]}{SUB[j]}"
        if step in (FORWARD_1, FORWARD_2):
            row = f"z{name} = {number(z[j])},  a{name} = {number(a[j])}"
        elif step in (BP3_2, BP3_1):
            row = f"∂C/∂b{name} = {number(delta[j])}"
        else:
            row = f"δ{name} = {before[j]} × {number(slope[j])} = {number(delta[j])}"
        rows.append([row])
    return rows


# --- the sentence --------------------------------------------------------------------


def _sentence(run, step):
    """Say what the current step has found out."""
    said = {
        0: _about_the_start,
        FORWARD_1: _about_the_hidden_layer,
        FORWARD_2: _about_the_output,
        BP1: _about_the_output_error,
        BP3_2: lambda run: _about_biases(run, 1),
        BP4_2: _about_the_last_weights,
        BP2: _about_the_hidden_error,
        BP3_1: lambda run: _about_biases(run, 0),
        BP4_1: _about_all,
    }[step]
    return f"Step {step} of {LAST}: {said(run)}"


def _about_the_start(run):
    """Say what is given."""
    return (
        f"x = ({numbers(run.x)}) comes in, y = ({numbers(run.y)}) is wanted. "
        "Everything else has yet to be computed."
    )


def _about_the_hidden_layer(run):
    """Say what the hidden layer gives, and for whom it is kept."""
    return (
        f"a¹ = ({numbers(run.activations[1])}). Both z¹ and a¹ are kept: BP2 will ask "
        "for z¹, BP4 for a¹."
    )


def _about_the_output(run):
    """Say what comes out, and what it costs."""
    return (
        f"the output is ({numbers(run.activations[2])}), wanted is ({numbers(run.y)}): "
        f"C = {number(run.cost)}. No slope is known yet."
    )


def _about_the_output_error(run):
    """Say which way each output should go."""
    ways = [
        f"raising z²{s} a little would {'raise' if d > 0 else 'lower'} the cost "
        f"(δ²{s} = {number(d)})"
        for s, d in zip(SUB, run.deltas[1][:, 0], strict=False)
        if d != 0
    ]
    said = ", ".join(ways) or "both outputs are right, so no error enters"
    return f"{said}. {_flat(run.gains[1], 'output')}".strip()


def _about_biases(run, layer):
    """Say that the slopes of a layer's biases are there already."""
    return (
        f"∂C/∂b{'¹²'[layer]} = ({numbers(run.deltas[layer])}). Nothing to "
        "compute: a nudge of b moves z by as much, so these are the errors."
    )


def _about_the_last_weights(run):
    """Say where the largest of the slopes comes from."""
    slopes = run.nabla_w[1]
    if not slopes.any():
        return "all 8 slopes are 0, because no error has entered."
    j, k = _largest(slopes)
    return (
        "8 slopes from 2 errors and 4 activations. The largest belongs to the weight "
        f"from hidden neuron {k + 1} to output {j + 1}: δ × a = "
        f"{number(run.deltas[1][j, 0])} × {number(run.activations[1][k, 0])} = "
        f"{number(slopes[j, k])}."
    )


def _about_the_hidden_error(run):
    """Say which hidden neuron matters most, and which let nothing through."""
    delta = run.deltas[0]
    if not delta.any():
        return "no error came in from the right, so none arrives here."
    brightest = int(np.abs(delta).argmax())
    share = np.abs(delta).max() / np.abs(run.deltas[1]).max()
    return (
        f"the brightest is hidden neuron {brightest + 1}, δ = "
        f"{number(delta[brightest, 0])}: {number(share)} times as large as the "
        f"largest error at the output. {_flat(run.gains[0], 'hidden neuron')}"
    ).strip()


def _about_all(run):
    """Say how many slopes one sweep has given, and which of them are zero."""
    count = sum(w.size for w in WEIGHTS) + sum(b.size for b in BIASES)
    said = (
        f"all {count} slopes from one pass forward and one back; nudging would take "
        f"{2 * count} passes forward."
    )
    slopes = run.nabla_w[0]
    if not slopes.any():
        return said
    j, k = _largest(slopes)
    said += (
        f" The largest of the first layer’s: δ × x = {number(run.deltas[0][j, 0])} × "
        f"{number(run.x[k, 0])} = {number(slopes[j, k])}."
    )
    zero = [f"x{s}" for s, x in zip(SUB, run.x[:, 0], strict=False) if x == 0]
    if zero:
        said += (
            f" {' = '.join(zero)} = 0, so the weights that carry "
            f"{'it' if len(zero) == 1 else 'them'} have slope 0."
        )
    return said


def _flat(gains, name):
    """Say which neurons sit where σ is flat, if any do."""
    flattest = int(gains.argmin())
    if gains.min() >= FLAT:
        return ""
    return (
        f"{name.capitalize()} {flattest + 1} sits where σ is flat: σ′ = "
        f"{number(gains.min())} lets little of its error through."
    )


def _largest(values):
    """Return the index of the entry of largest size."""
    return np.unravel_index(np.abs(values).argmax(), values.shape)
