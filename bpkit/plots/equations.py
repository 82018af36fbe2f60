"""Pictures of the four equations: what they multiply, need and cost."""

from itertools import pairwise

import numpy as np

from bpkit.plots.base import (
    DIVERGING,
    TEXT,
    Picture,
    as_counts,
    draw_two_counts,
    power_law,
    write,
)
from bpkit.scene import BLACK, BLUE, GREY, VERMILION
from bpkit.words import count, decimals, multiple


def outer_product(delta, a_prev):
    """Draw how BP4 makes a layer's slopes: each error times each activation.

    Parameters
    ----------
    delta : array_like, shape (n, 1)
        The layer's errors for one example; dimensionless.
    a_prev : array_like, shape (n_in, 1)
        The activations that went in; dimensionless.

    Returns
    -------
    Picture
        A table of n by n_in slopes with its two factors beside it; blue is positive,
        vermilion negative, and each entry is written. Its finding names the largest.

    Raises
    ------
    ValueError
        If one of the two is not a column.
    """
    delta, a_prev = _as_column("delta", delta), _as_column("a_prev", a_prev)
    slopes = np.outer(delta, a_prev)
    picture = Picture(height=0.9 + 0.55 * (len(delta) + 1))
    ax = picture.subplots()
    limit = np.abs(slopes).max() or 1.0
    # Half as deep as the palette goes: black numbers stand on every colour.
    ax.imshow(slopes, cmap=DIVERGING, vmin=-2 * limit, vmax=2 * limit, aspect="auto")
    for (j, k), slope in np.ndenumerate(slopes):
        write(ax, k, j, decimals(slope, 3))
    for k, a in enumerate(a_prev):
        write(ax, k, -1, f"$a_{k + 1}$ = {decimals(a, 3)}")
    for j, d in enumerate(delta):
        write(ax, -1, j, rf"$\delta_{j + 1}$ = {decimals(d, 3)}")
    write(ax, -1, -1, "×")
    ax.set_xlim(-1.5, len(a_prev) - 0.5)
    ax.set_ylim(len(delta) - 0.5, -1.5)
    ax.axhline(-0.5, color=BLACK, linewidth=1)
    ax.axvline(-0.5, color=BLACK, linewidth=1)
    ax.spines[:].set_visible(False)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.set_xlabel("from neuron 1, 2, … of the layer before", fontsize=TEXT)
    ax.set_ylabel("to neuron", fontsize=TEXT)
    j, k = np.unravel_index(np.abs(slopes).argmax(), slopes.shape)
    picture.finding = (
        f"{count(slopes.size, 'slope')} from {count(len(delta), 'error')} and "
        f"{count(len(a_prev), 'activation')}. The largest is entry ({j + 1}, "
        f"{k + 1}): {decimals(delta[j], 3)} × {decimals(a_prev[k], 3)} = "
        f"{decimals(slopes[j, k], 3)}."
    )
    return picture


def what_is_kept(depth):
    """Draw which results of the forward pass each of the four equations names.

    Parameters
    ----------
    depth : int
        Layers of weights, 1 to 4.

    Returns
    -------
    Picture
        Above, the forward pass from left to right; below, the backward pass from right
        to left; dashed arrows lead from each kept value to the equation that uses it.
        Its finding counts what is kept and what the equations name.

    Raises
    ------
    ValueError
        If the depth is not from 1 to 4.
    """
    if depth not in range(1, 5):
        raise ValueError(f"depth must be from 1 to 4; got {depth}")
    picture = Picture(height=3.3)
    ax = picture.subplots()
    forward, asked = _forward_row(depth), _asked(depth)
    for (x, name), (x_next, _) in pairwise(forward):
        _arrow(ax, (x + 0.3, 2), (x_next - 0.3, 2), BLUE, "-")
        write(ax, x, 2, f"${name}$")
    write(ax, forward[-1][0], 2, "$C$")
    place = {name: x for x, name in forward}
    for l in range(depth, 0, -1):
        x = place[f"z^{l}"]
        write(ax, x, 0.7, rf"$\delta^{l}$")
        slopes = rf"$\partial C/\partial b^{l}$", rf"$\partial C/\partial W^{l}$"
        write(ax, x, -0.25, "\n".join(slopes))
        _arrow(ax, (x, 0.5), (x, 0.12), BLACK, "-")
        start = place[f"z^{l + 1}"] if l < depth else forward[-1][0] + 0.25
        _arrow(ax, (start - 0.25, 0.7), (x + 0.3, 0.7), VERMILION, "-")
    _arrow(ax, (forward[-1][0], 1.75), (forward[-1][0], 0.75), VERMILION, "-")
    for kept, l, goal in asked:
        down = (
            (place[f"z^{l}"], 0.9)
            if goal == "error"
            else (place[f"z^{l}"] - 0.42, -0.1)
        )
        _arrow(ax, (place[kept], 1.75), down, GREY, "--")
    ax.set_xlim(-0.5, forward[-1][0] + 0.4)
    ax.set_ylim(-0.75, 2.75)
    ax.text(-0.4, 2.55, "forward →", fontsize=TEXT, color=BLUE)
    right = forward[-1][0] + 0.3
    asks = "dashed: named by the equations"
    ax.text(right, 2.55, asks, fontsize=TEXT, color=GREY, ha="right")
    ax.text(right, 0.3, "← backward", fontsize=TEXT, color=VERMILION, ha="right")
    ax.set_axis_off()
    kept = {name for _, name in forward[:-1]}
    used = {name for name, _, _ in asked}
    picture.finding = (
        f"The forward pass computes {count(len(kept) - 1, 'array')} from x. As they "
        f"are written, the equations name {len(used & kept)} of the {len(kept)}, x "
        f"included: all {count(depth, 'z')} and {count(depth + 1, 'activation')}."
    )
    return picture


def _forward_row(depth):
    """Return (place, name) of every value of the forward pass, and of the cost."""
    names = ["a^0"]
    for l in range(1, depth + 1):
        names += [f"z^{l}", f"a^{l}"]
    return list(enumerate([*names, "C"]))


def _asked(depth):
    """Return (value, layer, "error" or "slopes"): what each equation asks for."""
    asked = [(f"a^{depth}", depth, "error")]  # BP1
    for l in range(1, depth + 1):
        asked.append((f"z^{l}", l, "error"))  # BP1 and BP2
        asked.append((f"a^{l - 1}", l, "slopes"))  # BP4
    return asked


def work_of_gradients(parameters, backprop, numerical):
    """Draw the work of two ways to the gradient against the size of the network.

    Parameters
    ----------
    parameters : array_like of int, shape (k,)
        Weights and biases of each network, growing.
    backprop, numerical : array_like, shape (k,)
        Multiplications that each way takes.

    Returns
    -------
    Picture
        Two lines on logarithmic axes. Its finding gives their fitted exponents, and
        the ratio for the largest network.

    Raises
    ------
    ValueError
        If the three are not of one length of two or more, or not positive.
    """
    n, one, other = as_counts(
        parameters=parameters, backprop=backprop, numerical=numerical
    )
    picture, ax = draw_two_counts(
        3.6,
        ("weights and biases", "multiplications"),
        n,
        {"numerical gradient": other, "backpropagation, both passes": one},
    )
    ax.set_xscale("log")
    powers = power_law(n, one), power_law(n, other)
    picture.finding = (
        f"From {n[0]:,.0f} to {n[-1]:,.0f} parameters the work of backpropagation "
        f"grows like their number to the power {powers[0]:.1f}, that of the numerical "
        f"gradient to the power {powers[1]:.1f}. For the largest network it is "
        f"{multiple(other[-1] / one[-1])} times as much."
    )
    return picture


# --- small helpers -----------------------------------------------------------------


def _as_column(name, array):
    """Return the entries of a column as floats, or say what is wrong."""
    array = np.asarray(array, dtype=float)
    if array.ndim != 2 or array.shape[1] != 1 or not len(array):
        raise ValueError(f"{name} must be a column, shape (n, 1); got {array.shape}")
    return array[:, 0]


def _arrow(ax, start, end, color, dash):
    """Draw an arrow between two points."""
    look = {"arrowstyle": "-|>", "color": color, "linestyle": dash, "shrinkA": 0}
    ax.annotate("", xy=end, xytext=start, arrowprops={**look, "shrinkB": 0})
