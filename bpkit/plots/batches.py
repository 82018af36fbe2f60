"""Pictures of batches: arrays that numpy stretches, and the noise of a gradient."""

import numpy as np
from matplotlib.ticker import NullLocator

from bpkit.plots.base import TEXT, Picture, label_axes, power_law
from bpkit.plots.static import picture_of
from bpkit.scene import BLACK, BLUE, GREY, VERMILION, WHITE, Line, Panel, Points, Scene
from bpkit.words import decimals

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
    picture = Picture(height=1.3 + 0.42 * n, width=5.6)
    ax = label_axes(picture.subplots(), "y, stretched down", "a, stretched across")
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    ax.xaxis.set_label_position("top")
    ax.xaxis.tick_top()
    ax.xaxis.labelpad = ax.yaxis.labelpad = 12
    ax.set_xticks(range(n), [decimals(v, 1) for v in y])
    ax.set_yticks(range(n), [decimals(v, 1) for v in a[:, 0]])
    ax.set_xlim(-0.5, n - 0.5)
    ax.set_ylim(n - 0.5, -0.5)
    for (j, i), value in np.ndenumerate(table):
        meant = i == j
        ax.text(
            i,
            j,
            decimals(value, 1),
            ha="center",
            va="center",
            fontsize=TEXT,
            fontweight="bold" if meant else "normal",
            color=BLACK if meant else GREY,
            bbox={
                "boxstyle": "square,pad=0.35",
                "facecolor": PALE if meant else WHITE,
                "edgecolor": BLUE if meant else WHITE,
            },
        )
    meant = 0.5 * float((np.diag(table) ** 2).sum())
    picture.finding = (
        f"({n}, 1) minus ({n},) gives {n * n} numbers. The {n} that were meant stand "
        f"on the diagonal, in frames. Half the sum of squares is {meant:.2f} on the "
        f"diagonal and {0.5 * float((table**2).sum()):.2f} in the whole table."
    )
    return picture


def finite_population_correction(m, examples):
    """Return √((N − m) / (N − 1)): how much closer m of N come as none comes twice."""
    return np.sqrt((examples - m) / (examples - 1))


def noise_panel(sigma, examples, sizes, spreads, largest, **look):
    """Return the panel of `noise_by_size`, its curves drawn up to the largest size.

    sigma is the distance of a single example's gradient from the true one.
    """
    m = np.geomspace(1, largest, 60)
    law = sigma / np.sqrt(m)
    without = law * finite_population_correction(m, examples)
    marks = [
        Line(m, law, VERMILION, "dashed", label="σ/√m"),
        Line(m, without, GREY, "dotted", label="no example twice"),
        Points(sizes, spreads, BLUE, size=10, label="measured"),
    ]
    low = min(without[-1] / 2, np.min(spreads) / 1.2)
    high = max(2 * sigma, np.max(spreads) * 1.2)
    window = (0.8, 1.5 * largest), (low, high)
    labels = "examples in a batch, m", "distance to the true gradient"
    return Panel(*window, marks, *labels, xlog=True, ylog=True, **look)


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
    rest = finite_population_correction(m, examples)
    law = spreads[0] / np.sqrt(m)
    power = power_law(m[small], spreads[small])
    off = np.abs(spreads / (law * rest) - 1).max()
    finding = (
        f"Up to m = {m[small][-1]:.0f} the distance falls like m to the power "
        f"{decimals(power, 2)}. For the largest batch, m = {m[-1]:.0f}, it is "
        f"{spreads[-1] / law[-1]:.2f} of σ/√m. Every point lies within "
        f"{np.ceil(round(100 * off, 6)):.0f}% of the dotted curve."
    )
    panel = noise_panel(spreads[0], examples, m, spreads, m[-1], height=380)
    picture = picture_of(Scene([panel], finding))
    [ax] = picture.axes
    ax.set_xticks(m, [f"{v:.0f}" for v in m])
    ax.xaxis.set_minor_locator(NullLocator())
    return picture
