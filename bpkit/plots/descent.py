"""Pictures of gradient descent: its paths, distances by step, and what it has found."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from bpkit.plots.base import (
    DIVERGING,
    INK,
    LINE_STYLES,
    TEXT,
    Picture,
    add_legend,
    as_examples,
    draw_image,
    grid_of_axes,
    label_axes,
    side_of,
    write,
)
from bpkit.scene import BLACK, BLUE, GREEN, GREY, VERMILION
from bpkit.words import count, decimals, number

FAR = 1e6  # a path is drawn no further out than this


def walks_on_curve(cost, walks, xlim, ylim=None):
    """Draw paths of gradient descent on the curve of their cost, one panel each.

    Parameters
    ----------
    cost : callable
        Gives the cost at an array of places; dimensionless.
    walks : dict of str to array_like, shape (steps + 1,)
        The places of each walk by its name, the start first.
    xlim, ylim : pair of float
        The part of the plane that is shown; without ylim, the whole curve.

    Returns
    -------
    Picture
        A square marks each start, a diamond each end. Its finding tells for each walk
        where it starts and ends, and how the cost changes.

    Raises
    ------
    ValueError
        If there is no walk, or one is not a row of numbers that begins with a finite
        one.
    """
    walks = {name: _as_places(name, w, 1) for name, w in walks.items()}
    picture, axes = _panels(walks)
    grid = np.linspace(*xlim, 241)
    said = []
    for ax, (name, places) in zip(axes, walks.items(), strict=True):
        with np.errstate(over="ignore", invalid="ignore"):
            costs = np.asarray(cost(places))
        label_axes(ax, "x", "cost C", name)
        ax.plot(grid, cost(grid), color=BLACK, linewidth=1.5)
        ax.set_xlim(xlim)
        ax.set_ylim(ylim or (None, None))
        _draw_path(ax, places, costs)
        ends = f"x from {number(places[0])} to {number(places[-1])}"
        said.append(f"{name}: {ends}, {_cost_change(costs)}.")
    picture.finding = " ".join(said)
    return picture


def walks_on_map(walks, lim, names=("x₀", "x₁")):
    """Draw paths of gradient descent on a map of their cost, one panel each.

    Parameters
    ----------
    walks : dict of str to (callable, array_like of shape (steps + 1, 2))
        For each name a cost and the places of a walk. The cost takes places as an
        array whose last axis holds the two numbers; dimensionless.
    lim : (pair of float, pair of float)
        The part of the plane that is shown, in either direction.
    names : pair of str
        What the two numbers are called.

    Returns
    -------
    Picture
        As of `walks_on_curve`, but on contours of the cost, in grey.

    Raises
    ------
    ValueError
        If there is no walk, or one has not two numbers a place and a finite start.
    """
    walks = {name: (c, _as_places(name, w, 2)) for name, (c, w) in walks.items()}
    picture, axes = _panels(walks)
    grid = np.stack(np.meshgrid(*(np.linspace(*ends, 81) for ends in lim)), axis=-1)
    said = []
    for ax, (name, (cost, places)) in zip(axes, walks.items(), strict=True):
        with np.errstate(over="ignore", invalid="ignore"):
            costs = np.asarray(cost(places))
        label_axes(ax, *names, name)
        heights = cost(grid)
        low, high = heights.min(), heights.max()
        levels = low + (high - low) * np.linspace(0.05, 1, 9) ** 2
        ax.contour(
            *np.moveaxis(grid, -1, 0), heights, levels, colors=GREY, linewidths=1
        )
        ax.set_xlim(lim[0])
        ax.set_ylim(lim[1])
        _draw_path(ax, places[:, 0], places[:, 1])
        said.append(f"{name}: {_cost_change(costs)}.")
    picture.finding = " ".join(said)
    return picture


def distances_by_step(distances):
    """Draw how far walks are from their minimum, step by step, on a log scale.

    Parameters
    ----------
    distances : dict of str to array_like, shape (steps + 1,)
        Distance to the minimum after each step by the walk's name; dimensionless,
        above zero.

    Returns
    -------
    Picture
        Its finding tells the first and the last distance of each walk.

    Raises
    ------
    ValueError
        If there is none, or a distance is not finite and above zero.
    """
    if not distances:
        raise ValueError("distances must hold one walk or more; got none")
    for name, d in distances.items():
        d = np.asarray(d, dtype=float)
        if d.ndim != 1 or not np.isfinite(d).all() or not (d > 0).all():
            raise ValueError(f"{name}: each distance must be finite and above zero")
    picture = Picture(height=3.4)
    ax = label_axes(picture.subplots(), "step", "distance to the minimum")
    ax.set_yscale("log")
    for style, (name, d) in zip(LINE_STYLES, distances.items(), strict=False):
        ax.plot(d, label=name, markevery=max(1, len(d) // 8), **style)
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    add_legend(ax)
    picture.finding = " ".join(
        f"{name}: distance {number(d[0])} at first, {number(d[-1])} after "
        f"{count(len(d) - 1, 'step')}."
        for name, d in distances.items()
    )
    return picture


def lines_through_points(x, y, lines):
    """Draw points, and the straight lines of one walk or more among them.

    Parameters
    ----------
    x, y : array_like, shape (m,) or (1, m)
        The points; dimensionless.
    lines : dict of str to array_like, shape (2,)
        Slope and height at 0 of each line by its name.

    Returns
    -------
    Picture
        Its finding tells the formula of each line.

    Raises
    ------
    ValueError
        If there is no line, one has not two numbers, or `x` and `y` are not one row of
        finite numbers each, equally long.
    """
    x, y = (_as_row(name, v) for name, v in (("x", x), ("y", y)))
    if x.size != y.size:
        raise ValueError(f"x and y must be equally long; got {x.size} and {y.size}")
    lines = {name: np.asarray(line, dtype=float) for name, line in lines.items()}
    if not lines or any(line.shape != (2,) for line in lines.values()):
        raise ValueError("lines must hold one line or more, each of two numbers")
    picture = Picture(height=3.4)
    ax = label_axes(picture.subplots(), "x", "y")
    ax.plot(x, y, color=GREY, linestyle="", marker=".", markersize=7)
    ends = np.array([x.min(), x.max()])
    said = [f"{count(x.size, 'point')}."]
    for style, (name, (w, b)) in zip(LINE_STYLES, lines.items(), strict=False):
        ax.plot(ends, w * ends + b, label=name, linewidth=2, **style)
        sign = "−" if b < 0 else "+"
        said.append(f"{name}: a = {decimals(w, 2)}x {sign} {decimals(abs(b), 2)}.")
    add_legend(ax)
    picture.finding = " ".join(said)
    return picture


def weights_of_two(no, yes, weights):
    """Draw two images, and beside them the weights that tell one from the other.

    Parameters
    ----------
    no, yes : array_like, shape (n,)
        A square image that should give 0, and one that should give 1; pixel
        intensity, 0 to 1.
    weights : array_like, shape (n,)
        One weight a pixel; dimensionless.

    Returns
    -------
    Picture
        Blue with + are weights that pull up, vermilion with − those that pull down;
        the marks sit on weights of at least a quarter of the largest size. Its finding
        adds up the weights where either image has more ink than the other.

    Raises
    ------
    ValueError
        If the images and the weights are not equally long, or not square.
    """
    no, yes, weights = np.atleast_2d(no, yes, weights)
    if not no.shape == yes.shape == weights.shape:
        shapes = f"{no.shape}, {yes.shape} and {weights.shape}"
        raise ValueError(f"images and weights must have one shape; got {shapes}")
    no, yes, weights = as_examples("weights", np.vstack([no, yes, weights]).T).T
    side, limit = side_of(weights.size), np.abs(weights).max() or 1.0
    picture, axes = grid_of_axes(3, 3, cell_height=2.6)
    for ax, image, caption in zip(axes, (no, yes), "01", strict=False):
        draw_image(ax, image, caption, cmap=INK, vmin=0, vmax=1)
    look = {"cmap": DIVERGING, "vmin": -limit, "vmax": limit}
    draw_image(axes[2], weights, "weights", **look)
    for pixel in np.flatnonzero(np.abs(weights) > limit / 4):
        row, column = divmod(int(pixel), side)
        write(axes[2], column, row, "+" if weights[pixel] > 0 else "−", fontsize=TEXT)
    more = [decimals(weights[here].sum(), 2) for here in (no > yes, yes > no)]
    picture.finding = (
        f"{count(weights.size, 'weight')}, from {decimals(weights.min(), 2)} to "
        f"{decimals(weights.max(), 2)}. Where the left image has more ink than the "
        f"middle one they add up to {more[0]}, where it has less to {more[1]}."
    )
    return picture


def _as_row(name, values):
    """Return numbers as one row of floats, or say what is wrong."""
    row = np.asarray(values, dtype=float)
    if row.size != max(row.shape, default=0) or not row.size:
        raise ValueError(f"{name} must be one row of numbers; got shape {row.shape}")
    if not np.isfinite(row).all():
        raise ValueError(f"{name} must be finite")
    return row.ravel()


def _panels(walks):
    """Return a picture with one pair of axes a walk, two or three in a row."""
    if not walks:
        raise ValueError("walks must hold one walk or more; got none")
    columns = 3 if len(walks) % 3 == 0 else min(2, len(walks))
    rows = -(-len(walks) // columns)
    picture = Picture(height=2.9 * rows if columns > 1 else 3.4)
    axes = picture.subplots(rows, columns, squeeze=False).ravel()
    for ax in axes[len(walks) :]:
        ax.set_axis_off()
    return picture, axes[: len(walks)]


def _draw_path(ax, x, y):
    """Draw a path as far as it can be drawn, with its start and its end."""
    seen = np.isfinite(x) & np.isfinite(y)
    x, y = (np.clip(v[seen], -FAR, FAR) for v in (x, y))
    ax.plot(x, y, color=BLUE, linestyle=":", marker="o", markersize=4, linewidth=1.2)
    ax.plot(x[0], y[0], color=GREEN, marker="s", markersize=8)
    ax.plot(x[-1], y[-1], color=VERMILION, marker="D", markersize=7)
    ax.tick_params(labelsize=TEXT)


def _cost_change(costs):
    """Say from where to where the cost goes, and in how many steps."""
    steps = count(len(costs) - 1, "step")
    if np.isfinite(costs[-1]):
        return f"cost {number(costs[0])} to {number(costs[-1])} in {steps}"
    lost = int(np.argmin(np.isfinite(costs)))
    return f"cost {number(costs[0])} to beyond every number at step {lost}"


def _as_places(name, places, dimensions):
    """Return a walk as floats, or say what is wrong."""
    places = np.asarray(places, dtype=float)
    right = places.ndim == dimensions and places.size
    if dimensions == 2:
        right = right and places.shape[1] == 2
    if not right:
        shape = "(steps + 1,)" if dimensions == 1 else "(steps + 1, 2)"
        raise ValueError(f"{name}: a walk must have shape {shape}; got {places.shape}")
    if not np.isfinite(places[0]).all():
        raise ValueError(f"{name}: a walk must start at finite numbers")
    return places
