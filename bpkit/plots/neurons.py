"""Pictures of lesson 5: a small network run forward, and the same run backward."""

import numpy as np
from matplotlib.ticker import NullFormatter

from bpkit.plots.base import WIDTH, as_counts, draw_two_counts
from bpkit.plots.static import picture_of
from bpkit.scene import BLUE, GREY, VERMILION, WHITE, Arrow, Box, Label, Panel, Scene
from bpkit.words import count, listed, number

# All lengths are inches, so that texts and places fit together.
WIDE, HIGH = 1.0, 0.8  # of a box
WIDER = 1.55  # for longer numbers
ROW = 1.5
EDGE = 0.08
HEAD = 0.45  # for the names of the layers, above

SIZE = 16  # of a text; pixels


# --- where everything stands ---------------------------------------------------------


def places(sizes, wide=WIDE):
    """Give each neuron its place: a column a layer, the inputs on the left.

    Parameters
    ----------
    sizes : sequence of int
        Neurons in each layer, the inputs first; two layers or more.
    wide : float
        The width of a box; inches.

    Returns
    -------
    list of list of tuple of float
        For each layer the centres (x, y) of its neurons from top to bottom, in inches;
        they fill the width of a picture, and every layer has its middle at y = 0.
    """
    across = np.linspace(EDGE + wide / 2, WIDTH - EDGE - wide / 2, len(sizes))
    return [
        [(float(x), ROW * ((n - 1) / 2 - k)) for k in range(n)]
        for x, n in zip(across, sizes, strict=True)
    ]


def wires(centres, wide=WIDE):
    """Return the wires between placed neurons, from the edge of a box to the next.

    Parameters
    ----------
    centres : list of list of tuple of float
        What `places` gave.
    wide : float
        The width of a box; inches.

    Returns
    -------
    dict of tuple to tuple
        (l, j, k): the two ends, left and right, of the wire with `weights[l][j, k]`,
        from neuron k of layer l to neuron j of layer l + 1.
    """
    return {
        (l, j, k): ((x + wide / 2, y), (x_end - wide / 2, y_end))
        for l in range(len(centres) - 1)
        for k, (x, y) in enumerate(centres[l])
        for j, (x_end, y_end) in enumerate(centres[l + 1])
    }


def number_place(start, end):
    """Return where on a wire its number stands: near its start, where wires part.

    Parameters
    ----------
    start, end : tuple of float
        The ends of the wire; inches.

    Returns
    -------
    tuple of float
        The place (x, y); inches.
    """
    share = 0.46 if start[1] == end[1] else 0.36
    return tuple(s + share * (e - s) for s, e in zip(start, end, strict=True))


def arrow(start, end, value, text, size=SIZE):
    """Return an arrow, dashed where its value is negative, and its text."""
    color = BLUE if value > 0 else VERMILION if value < 0 else "#8A8A8A"
    dash = "dashed" if value < 0 else "solid"
    place, wide = number_place(start, end), 0.11 + 0.0065 * size * len(text)
    return [
        Arrow(*start, *end, color, 1.8, dash),
        Box(*place, wide, 0.24, text, color=WHITE, border=0, size=size),
    ]


def network_panel(centres, texts, arrows, first=0, wide=WIDE, size=SIZE, flat=()):
    """Return a panel with the texts of each layer in boxes, and the arrows between.

    One unit is an inch; the size of a text is in pixels. Layer 0 is the input. Neurons
    (l, k) in `flat`, l from 0 for the first layer here, are drawn grey.
    """
    half = (ROW * (max(map(len, centres)) - 1) + HIGH) / 2 + EDGE
    marks = sorted(arrows, key=lambda mark: mark.kind == "box")  # no wire on a number
    for l, (layer, here) in enumerate(zip(centres, texts, strict=True)):
        name = f"layer {first + l}" if first + l else "input"
        marks.append(Label(layer[0][0], half + HEAD / 2, name, GREY, size=size))
        for k, ((x, y), text) in enumerate(zip(layer, here, strict=True)):
            look = {"fill": "#E4E4E4", "border": 3} if (l, k) in flat else {}
            marks.append(Box(x, y, wide, HIGH, text, size=size, **look))
    window = (0, WIDTH), (-half, half + HEAD)
    return Panel(*window, marks, bare=True, height=round(100 * (2 * half + HEAD)))


# --- the two passes ------------------------------------------------------------------


def network_forward(weights, biases, zs, activations):
    """Draw a forward pass: what each neuron adds up, and what it gives.

    Parameters
    ----------
    weights, biases : list of ndarray
        ``weights[l]`` of shape (n_out, n_in), ``biases[l]`` of shape (n_out, 1).
    zs, activations : list of ndarray, each of shape (n, 1)
        What `forward_pass` gave for one input; dimensionless.

    Returns
    -------
    Picture
        Arrows lead to the right, each with its weight; each box holds b, z and a. Its
        finding gives what goes in and what comes out.
    """
    texts = [[f"x = {number(x)}" for x in activations[0][:, 0]]]
    for b, z, a in zip(biases, zs, activations[1:], strict=True):
        rows = np.column_stack([b, z, a])
        texts.append(["b = {}\nz = {}\na = {}".format(*map(number, r)) for r in rows])
    centres = places([len(layer) for layer in texts])
    arrows = []
    for (l, j, k), (start, end) in wires(centres).items():
        arrows += arrow(start, end, weights[l][j, k], number(weights[l][j, k]))
    finding = (
        f"In: {_spoken(activations[0])}. Out: {_spoken(activations[-1])}. On the way, "
        f"{count(sum(w.size for w in weights), 'weight')} and "
        f"{count(sum(b.size for b in biases), 'neuron')}."
    )
    return picture_of(Scene([network_panel(centres, texts, arrows)], finding))


def network_backward(weights, gains, upstream):
    """Draw the same network run backward, each neuron an amplifier.

    Parameters
    ----------
    weights : list of ndarray
        Of the forward network: ``weights[l]`` of shape (n_out, n_in).
    gains : list of ndarray
        ``gains[l]`` of shape (n_out, 1): σ′(z) of the forward pass.
    upstream : ndarray, shape (n, 1)
        ∂C/∂a of the last layer, fed in at the right; dimensionless.

    Returns
    -------
    Picture
        Arrows lead to the left, each with its weight; each box holds what arrives, its
        gain σ′(z) and δ. Its finding gives what goes in and what comes out, and names
        the smallest gain.
    """
    arriving, texts = upstream, []
    for l in reversed(range(len(gains))):
        delta = gains[l] * arriving
        rows = np.column_stack([arriving, gains[l], delta])
        here = ["in = {}\n× {}\nδ = {}".format(*map(number, row)) for row in rows]
        texts.insert(0, here)
        arriving = weights[l].T @ delta
    centres = places([len(layer) for layer in texts], WIDER)
    arrows = []
    for (l, j, k), (end, start) in wires(centres, WIDER).items():
        weight = weights[l + 1][j, k]
        arrows += arrow(start, end, weight, number(weight))
    flat = min(range(len(gains)), key=lambda l: gains[l].min())
    k = int(gains[flat].argmin())
    finding = (
        f"In at the right: {_spoken(upstream)}. Out at layer 1: {_spoken(delta)}. The "
        f"smallest gain, {number(gains[flat][k, 0])}, has neuron {k + 1} of layer "
        f"{flat + 1}."
    )
    panel = network_panel(centres, texts, arrows, first=1, wide=WIDER)
    return picture_of(Scene([panel], finding))


def _spoken(column):
    """Write the entries of a column as they are spoken."""
    return listed(map(number, column.ravel()))


# --- to forget, or to take notes ------------------------------------------------------


def questions_asked(layers, without_notes, with_notes):
    """Draw how many questions are worked out, against the depth of the network.

    Parameters
    ----------
    layers : array_like of int, shape (k,)
        Depth of each network, growing.
    without_notes, with_notes : array_like of int, shape (k,)
        Questions that are worked out when every answer is forgotten, and when it is
        written down.

    Returns
    -------
    Picture
        Two lines on a logarithmic axis. Its finding gives both numbers for the deepest
        network, and what one more layer costs.

    Raises
    ------
    ValueError
        If the three are not of one length of two or more, or not positive.
    """
    depth, forgotten, noted = as_counts(
        layers=layers, without_notes=without_notes, with_notes=with_notes
    )
    picture, ax = draw_two_counts(
        3.3,
        ("layers", "questions worked out"),
        depth,
        {"without notes": forgotten, "with notes": noted},
    )
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.set_xticks(depth)
    picture.finding = (
        f"With {depth[-1]:.0f} layers: {forgotten[-1]:,.0f} questions without notes, "
        f"{noted[-1]:,.0f} with notes. The last layer multiplies the one by "
        f"{forgotten[-1] / forgotten[-2]:.1f} and adds {noted[-1] - noted[-2]:.0f} to "
        "the other."
    )
    return picture
