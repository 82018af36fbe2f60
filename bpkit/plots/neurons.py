"""Pictures of lesson 5: a small network run forward, and the same run backward."""

import numpy as np
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import NullFormatter

from bpkit.plots.base import (
    BLUE,
    GREY,
    TEXT,
    VERMILION,
    WIDTH,
    Picture,
    as_counts,
    counted,
    draw_two_counts,
    listed,
)
from bpkit.plots.graphs import written

# All lengths are inches, so that texts and places fit together.
WIDE, HIGH = 1.0, 0.8  # of a box
WIDER = 1.4  # for longer numbers
ROW = 1.5
EDGE = 0.08
HEAD = 0.45  # for the names of the layers, above


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
    texts = [[f"x = {written(v)}" for v in activations[0][:, 0]]]
    for b, z, a in zip(biases, zs, activations[1:], strict=True):
        rows = np.column_stack([b, z, a])
        texts.append([_lines(("b", "z", "a"), row) for row in rows])
    picture, ax, centres = _stage(weights, texts)
    for (l, j, k), (start, end) in wires(centres).items():
        _arrow(ax, start, end, weights[l][j, k])
    picture.finding = (
        f"In: {_listed(activations[0])}. Out: {_listed(activations[-1])}. On the way, "
        f"{counted(sum(w.size for w in weights), 'weight')} and "
        f"{counted(sum(b.size for b in biases), 'neuron')}."
    )
    return picture


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
        texts.insert(0, [_lines(("in", "×", "δ"), row) for row in rows])
        arriving = weights[l].T @ delta
    picture, ax, centres = _stage(weights[1:], texts, first=1, wide=WIDER)
    for (l, j, k), (end, start) in wires(centres, WIDER).items():
        _arrow(ax, start, end, weights[l + 1][j, k])
    flat = min(range(len(gains)), key=lambda l: gains[l].min())
    k = int(gains[flat].argmin())
    picture.finding = (
        f"In at the right: {_listed(upstream)}. Out at layer 1: {_listed(delta)}. The "
        f"smallest gain, {written(gains[flat][k, 0], 3)}, has neuron {k + 1} of layer "
        f"{flat + 1}."
    )
    return picture


def _stage(weights, texts, first=0, wide=WIDE):
    """Return a picture of boxes with their texts, its axes, and the boxes' centres."""
    sizes = [weights[0].shape[1], *(len(w) for w in weights)]
    half = (ROW * (max(sizes) - 1) + HIGH) / 2 + EDGE
    picture = Picture(height=2 * half + HEAD)
    picture.set_layout_engine("none")  # everything has its place already
    ax = picture.add_axes((0, 0, 1, 1))
    ax.set_xlim(0, WIDTH)
    ax.set_ylim(-half, half + HEAD)
    ax.set_axis_off()
    centres = places(sizes, wide)
    for l, (layer, here) in enumerate(zip(centres, texts, strict=True), start=first):
        title = f"layer {l}" if l else "input"
        _write(ax, layer[0][0], half + HEAD / 2, title, color=GREY)
        for (x, y), text in zip(layer, here, strict=True):
            corner = (x - wide / 2, y - HIGH / 2)
            look = {"boxstyle": "round,pad=0,rounding_size=0.1", "facecolor": "white"}
            ax.add_patch(FancyBboxPatch(corner, wide, HIGH, zorder=3, **look))
            _write(ax, x, y, text, linespacing=1.35)
    return picture, ax, centres


def _arrow(ax, start, end, weight):
    """Draw an arrow with its weight, dashed for a negative one."""
    look = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0}
    look |= {"color": BLUE if weight >= 0 else VERMILION}
    look |= {"linestyle": "-" if weight >= 0 else "--"}
    ax.annotate("", xy=end, xytext=start, arrowprops=look)
    x, y = number_place(start, end)
    _write(ax, x, y, written(weight), bbox={"color": "white", "pad": 0.6})


def _write(ax, x, y, text, **look):
    """Write a text centred at a point."""
    look = {"ha": "center", "va": "center", "fontsize": TEXT, "zorder": 4, **look}
    ax.text(x, y, text, **look)


def _lines(names, values):
    """Write numbers with their names, one below the other."""
    pairs = zip(names, values, strict=True)
    return "\n".join(
        f"× {written(v, 3)}" if name == "×" else f"{name} = {written(v, 3)}"
        for name, v in pairs
    )


def _listed(column):
    """Write the entries of a column as they are spoken."""
    return listed([written(v, 3) for v in np.ravel(column)])


# --- which end to start from ---------------------------------------------------------


def questions_asked(layers, from_left, from_right):
    """Draw how many questions each order asks, against the depth of the network.

    Parameters
    ----------
    layers : array_like of int, shape (k,)
        Depth of each network, growing.
    from_left, from_right : array_like of int, shape (k,)
        Questions asked when the recursion starts at the left, and answers given when
        one starts at the right.

    Returns
    -------
    Picture
        Two lines on a logarithmic axis. Its finding gives both numbers for the deepest
        network, and the factor that one more layer costs.

    Raises
    ------
    ValueError
        If the three are not of one length of two or more, or not positive.
    """
    depth, left, right = as_counts(
        layers=layers, from_left=from_left, from_right=from_right
    )
    picture, ax = draw_two_counts(
        3.3,
        ("layers", "questions"),
        depth,
        {"starting at the left": left, "starting at the right": right},
    )
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.set_xticks(depth)
    picture.finding = (
        f"With {depth[-1]:.0f} layers: {left[-1]:,.0f} questions from the left, "
        f"{right[-1]:,.0f} from the right. The last layer multiplies the one by "
        f"{left[-1] / left[-2]:.1f} and adds {right[-1] - right[-2]:.0f} to the other."
    )
    return picture
