"""Pictures of batches: arrays that numpy stretches, and the noise of a gradient."""

import numpy as np

from bpkit.plots.base import (
    BLUE,
    GREY,
    LINE_STYLES,
    TEXT,
    VERMILION,
    Picture,
    add_legend,
    label_axes,
    power_law,
)

PALE = "#DCEBF5"
SMALL_PART = 0.05  # a batch with no more than this share of the examples fits the law


def stretched_difference(a, y):
    """Draw what numpy makes of a column minus a row of as many numbers.

    Parameters
    ----------
    a : array_like, shape (n, 1)
        The column.
    y : array_like, shape (n,)
        The numbers that should have been a column too.

    Returns
    -------
    Picture
        The table of all n² differences; the n that were meant lie on its diagonal, in
        frames. Its finding counts both and gives the two costs, ½ the sum of squares.

    Raises
    ------
    ValueError
        If a is not a column, or y is not one-dimensional and as long.
    """
    a, y = np.asarray(a, dtype=float), np.asarray(y, dtype=float)
    if a.ndim != 2 or a.shape[1] != 1 or y.shape != a.shape[:1] or not a.size:
        raise ValueError(
            f"a must have shape (n, 1) and y (n,); got {a.shape} and {y.shape}"
        )
    n, table = y.size, a - y
    picture = Picture(height=1.2 + 0.42 * n, width=5.6)
    ax = label_axes(picture.subplots(), "y, stretched down", "a, stretched across")
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    ax.xaxis.set_label_position("top")
    ax.xaxis.tick_top()
    ax.set_xticks(range(n), [_number(v) for v in y])
    ax.set_yticks(range(n), [_number(v) for v in a[:, 0]])
    ax.set_xlim(-0.5, n - 0.5)
    ax.set_ylim(n - 0.5, -0.5)
    for (j, i), value in np.ndenumerate(table):
        meant = i == j
        ax.text(
            i,
            j,
            _number(value),
            ha="center",
            va="center",
            fontsize=TEXT,
            fontweight="bold" if meant else "normal",
            color="black" if meant else GREY,
            bbox={
                "boxstyle": "square,pad=0.35",
                "facecolor": PALE if meant else "white",
                "edgecolor": BLUE if meant else "white",
            },
        )
    meant = 0.5 * float((np.diag(table) ** 2).sum())
    picture.finding = (
        f"({n}, 1) minus ({n},) gives {n * n} numbers. The {n} that were meant stand "
        f"on the diagonal, in frames. Half the sum of squares is {meant:.2f} on the "
        f"diagonal and {0.5 * float((table**2).sum()):.2f} in the whole table."
    )
    return picture


def noise_by_size(sizes, spreads, examples):
    """Draw how far the gradients of mini-batches lie from the true one, by size.

    Parameters
    ----------
    sizes : array_like of int, shape (k,)
        Examples in a batch, m, growing from 1; no example comes twice in a batch.
    spreads : array_like, shape (k,)
        Root mean square distance of the batches' gradients from the true one.
    examples : int
        Number of all the examples, N.

    Returns
    -------
    Picture
        The measured distances on logarithmic axes, with the line σ/√m, where σ is the
        first distance, and the curve of batches in which no example comes twice. Its
        finding gives the exponent, fitted to batches of at most a twentieth of the
        examples, and the largest departure from that curve.

    Raises
    ------
    ValueError
        If the two are not of one length, not positive, the sizes do not grow from 1 to
        below `examples`, or fewer than two of them are small enough for the fit.
    """
    m, spreads = np.asarray(sizes, dtype=float), np.asarray(spreads, dtype=float)
    if m.shape != spreads.shape or m.ndim != 1 or m.size < 2:
        raise ValueError(
            "sizes and spreads must be one-dimensional and of one length, two or more; "
            f"got {m.shape} and {spreads.shape}"
        )
    if m[0] != 1 or (np.diff(m) <= 0).any() or m[-1] >= examples:
        raise ValueError(f"sizes must grow from 1 to below {examples}; got {sizes}")
    if not (np.isfinite(spreads) & (spreads > 0)).all():
        raise ValueError("spreads must all be finite and positive")
    small = m <= SMALL_PART * examples
    if small.sum() < 2:
        raise ValueError("two sizes or more must be a twentieth of all or less")
    picture = Picture(height=3.8)
    ax = label_axes(
        picture.subplots(), "examples in a batch, m", "distance to the true gradient"
    )
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    law = spreads[0] / np.sqrt(m)
    rest = np.sqrt((examples - m) / (examples - 1))
    ax.plot(m, law, color=VERMILION, linestyle="--", label="σ/√m")
    fine = np.geomspace(1, m[-1], 120)
    without = spreads[0] / np.sqrt(fine) * np.sqrt((examples - fine) / (examples - 1))
    ax.plot(fine, without, color=GREY, linestyle=":", label="no example twice")
    look = {**LINE_STYLES[0], "linestyle": "none"}
    ax.plot(m, spreads, label="measured", **look)
    ax.set_xticks(m, [f"{v:.0f}" for v in m])
    ax.tick_params(which="both", labelsize=TEXT)
    add_legend(ax)
    power = power_law(m[small], spreads[small])
    off = np.abs(spreads / (law * rest) - 1).max()
    picture.finding = (
        f"Up to m = {m[small][-1]:.0f} the distance falls like m to the power "
        f"{_number(power, 2)}. For the largest batch, m = {m[-1]:.0f}, it is "
        f"{spreads[-1] / law[-1]:.2f} of σ/√m. Every point lies within "
        f"{np.ceil(round(100 * off, 6)):.0f}% of the dotted curve."
    )
    return picture


def _number(value, digits=1):
    """Write a number with a proper minus."""
    return f"{value:.{digits}f}".replace("-", "−")
