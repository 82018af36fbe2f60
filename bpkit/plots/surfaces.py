"""Pictures of gradients: uphill on a map, and how far two gradients are apart."""

import numpy as np

from bpkit.plots.base import (
    LINE_STYLES,
    TEXT,
    WIDTH,
    Picture,
    add_legend,
    label_axes,
    write,
)
from bpkit.scene import BLACK, BLUE, GREY, VERMILION, WHITE
from bpkit.words import count, decimals, listed, number

FINE, WRONG = 1e-7, 1e-2
LONGEST = 0.8  # of the way to the next arrow's foot
TINY = 1e-12  # no arrow is longer on level ground
ROUNDING = 1e-13  # a smaller error is drawn here: nobody can tell it from none

# --- uphill --------------------------------------------------------------------


def slopes_by_direction(degrees, slopes, gradient):
    """Draw the slope along every direction from one point, and the gradient's.

    Parameters
    ----------
    degrees : array_like, shape (k,)
        Directions, 0 along the first entry and 90 along the second; rising.
    slopes : array_like, shape (k,)
        The slope measured along each.
    gradient : array_like, shape (2,)
        The gradient at the point.

    Returns
    -------
    Picture
        Its finding names the steepest ways up and down and the level ones, and the
        direction and length of the gradient.

    Raises
    ------
    ValueError
        If the shapes do not fit.
    """
    degrees, slopes = np.asarray(degrees, float), np.asarray(slopes, float)
    gradient = np.asarray(gradient, float)
    if degrees.ndim != 1 or degrees.shape != slopes.shape or degrees.size < 2:
        raise ValueError(
            "degrees and slopes must have one shape (k,); "
            f"got {degrees.shape} and {slopes.shape}"
        )
    if gradient.shape != (2,):
        raise ValueError(f"gradient must have shape (2,); got {gradient.shape}")
    length = np.hypot(*gradient)
    angle = np.degrees(np.arctan2(gradient[1], gradient[0])) % 360
    up, down = degrees[slopes.argmax()], degrees[slopes.argmin()]
    level = _zeros(degrees, slopes)

    picture = Picture(height=3.2)
    ax = label_axes(picture.subplots(), "direction of the step (degrees)", "slope")
    ax.plot(degrees, slopes, color=BLUE, label="measured")
    ax.axhline(0, color=GREY, linewidth=1)
    ax.plot(angle, length, "D", color=VERMILION, markersize=9, label="the gradient")
    ax.plot(level, 0 * level, "o", color=BLACK, markersize=7, label="level")
    ax.set_xlim(degrees[0], degrees[-1])
    ax.set_xticks(np.arange(0, 361, 45))
    add_legend(ax)
    picture.finding = (
        f"Steepest up: {up:.0f}°, with slope {decimals(slopes.max(), 2)}. Steepest "
        f"down: {down:.0f}°, with slope {decimals(slopes.min(), 2)}. Level: "
        f"{listed([f'{d:.0f}°' for d in level] or ['nowhere'])}. The gradient points "
        f"to {angle:.1f}° and is {length:.2f} long."
    )
    return picture


def _zeros(x, y):
    """Return where a curve through points crosses zero, by straight lines."""
    i = np.flatnonzero(np.diff(y >= 0))
    return x[i] + (x[i + 1] - x[i]) * y[i] / (y[i] - y[i + 1])


def contour_map(w0, w1, heights, slopes):
    """Draw a surface from above: lines of equal height, and gradients as arrows.

    Parameters
    ----------
    w0, w1 : array_like, shape (rows, columns)
        The places, as `np.meshgrid` lays them out; evenly spaced.
    heights : array_like, shape (rows, columns)
        The function there.
    slopes : array_like, shape (2, rows, columns)
        Its gradient there. An arrow is drawn at every tenth place.

    Returns
    -------
    Picture
        Its finding says how well the arrows agree with the way in which the heights
        themselves rise most, and where the longest and the shortest arrow stand.

    Raises
    ------
    ValueError
        If the shapes do not fit, or the grid is too small for an arrow.
    """
    w0, w1, heights, slopes = (
        np.asarray(values, float) for values in (w0, w1, heights, slopes)
    )
    if heights.ndim != 2 or not w0.shape == w1.shape == heights.shape:
        raise ValueError(
            "w0, w1 and heights must have one shape (rows, columns); "
            f"got {w0.shape}, {w1.shape} and {heights.shape}"
        )
    if slopes.shape != (2, *heights.shape):
        raise ValueError(
            f"slopes must have shape {(2, *heights.shape)}; got {slopes.shape}"
        )
    if min(heights.shape) < 11:
        raise ValueError(f"the grid must be at least 11 × 11; got {heights.shape}")
    picture = Picture(height=4.6)
    ax = label_axes(picture.subplots(), "$w_0$", "$w_1$")
    lines = ax.contour(w0, w1, heights, levels=9, colors=GREY, linewidths=1)
    # Never the rim: there the heights are known on one side only.
    some = (slice(5, -5, 10), slice(5, -5, 10))
    at, arrows = (w0[some], w1[some]), (slopes[0][some], slopes[1][some])
    between = 10 * min(w0[0, 1] - w0[0, 0], w1[1, 0] - w1[0, 0])
    shrink = max(np.hypot(*arrows).max(), TINY) / (LONGEST * between)
    look = {"angles": "xy", "scale_units": "xy", "scale": shrink, "width": 0.006}
    ax.quiver(*at, *arrows, color=VERMILION, **look)
    ax.plot(*at, "o", color=VERMILION, markersize=3)
    ax.set_aspect("equal")
    along = np.linspace(0, 1, 9)[:, None]
    taken = [
        a.ravel() + along * s.ravel() / shrink for a, s in zip(at, arrows, strict=True)
    ]
    _write_heights(ax, lines, np.stack([axis.ravel() for axis in taken], axis=1))
    along_1, along_0 = np.gradient(heights, w1[:, 0], w0[0])
    picture.finding = _map_finding(at, arrows, (along_0[some], along_1[some]))
    return picture


def _write_heights(ax, lines, taken):
    """Write on each line its height, as far as can be from the places taken.

    A line on which every place is taken, by arrows, axes or other heights, has none.
    """
    low, high = np.transpose([ax.get_xlim(), ax.get_ylim()])
    inch = (high - low)[0] / WIDTH
    for level, path in zip(lines.levels, lines.get_paths(), strict=True):
        text = f"{level:g}"
        half = inch * np.array([0.06 * len(text) + 0.06, 0.14])
        inside = ((low + half < path.vertices) & (path.vertices < high - half)).all(
            axis=1
        )
        places = path.vertices[inside]
        if not len(places):
            continue
        gaps = (np.abs(places[:, None] - taken) / half).max(axis=2).min(axis=1)
        best = places[gaps.argmax()]
        if gaps.max() > 1:
            paper = {
                "boxstyle": "square,pad=0.1",
                "facecolor": WHITE,
                "edgecolor": WHITE,
            }
            write(ax, *best, text, color=GREY, bbox=paper)
            rim = np.stack(np.meshgrid([-1, 0, 1], [-1, 0, 1]), axis=-1).reshape(-1, 2)
            taken = np.vstack([taken, best + rim * half])


def _map_finding(at, arrows, rises):
    """Compare the arrows with what the heights themselves say."""
    lengths = np.hypot(*arrows).round(9)  # so that rounding settles no tie
    counts = (lengths > 0) & (np.hypot(*rises) > 1e-9)
    turn = np.arctan2(arrows[1], arrows[0]) - np.arctan2(rises[1], rises[0])
    off = np.degrees(np.abs((turn + np.pi) % (2 * np.pi) - np.pi))[counts]
    far = int(np.ceil(off.max())) if off.size else 0
    longest, shortest = (
        np.unravel_index(i, lengths.shape) for i in (lengths.argmax(), lengths.argmin())
    )
    return (
        f"{count(lengths.size, 'arrow')}; each lies within {far}° of the way in "
        "which the heights around it rise most. The longest is "
        f"{lengths[longest]:.2f}, at {_place(at, longest)}; the shortest "
        f"{lengths[shortest]:.2f}, at {_place(at, shortest)}."
    )


def _place(at, index):
    """Write a place as a pair."""
    return f"({decimals(at[0][index], 2)}, {decimals(at[1][index], 2)})"


# --- how far apart ---------------------------------------------------------------


def error_bands(errors):
    """Draw relative errors on a log axis, with the three bands that judge them.

    Parameters
    ----------
    errors : dict of str to float
        Relative error of each gradient by its name, 0 to 1; dimensionless.

    Returns
    -------
    Picture
        Its finding tells what falls into each band.

    Raises
    ------
    ValueError
        If there is none, or one lies outside 0 to 1.
    """
    names, values = list(errors), np.array(list(errors.values()), float)
    if not names or not ((values >= 0) & (values <= 1)).all():
        raise ValueError(f"errors must be one or more numbers, 0 to 1; got {errors}")
    picture = Picture(height=1.5 + 0.34 * len(names))
    ax = label_axes(picture.subplots(), "relative error", "gradient under test")
    rows = np.arange(len(names))
    _draw_bands(ax.axvline, lambda x, word: write(ax, x, -0.85, word))
    drawn = np.maximum(values, ROUNDING)
    ax.hlines(rows, ROUNDING, drawn, color=GREY, linewidth=1, linestyle=":")
    for marker, color, inside in zip("os^", _BAND_COLOURS, _bands(values), strict=True):
        ax.plot(drawn[inside], rows[inside], marker, color=color, markersize=9)
    ax.set_xscale("log")
    ax.set_xlim(ROUNDING, 3)
    ax.set_yticks(rows, names)
    ax.set_ylim(len(names) - 0.5, -1.3)
    picture.finding = " ".join(
        f"{word.capitalize()} ({where}): {listed(inside or ['none'])}."
        for word, where, inside in (
            (word, where, [names[i] for i in np.flatnonzero(chosen)])
            for word, where, chosen in zip(_WORDS, _WHERE, _bands(values), strict=True)
        )
    )
    return picture


def errors_by_step(steps, curves):
    """Draw the relative error of gradients measured with different steps.

    Parameters
    ----------
    steps : array_like, shape (k,)
        The steps h.
    curves : dict of str to array_like, shape (k,)
        Relative error for each step, by the name of the way of measuring.

    Returns
    -------
    Picture
        Its finding gives the step at which each way does best, and whether it comes
        below 1e-7 there.

    Raises
    ------
    ValueError
        If the shapes do not fit.
    """
    steps = np.asarray(steps, float)
    curves = {name: np.asarray(values, float) for name, values in curves.items()}
    if not curves or any(c.shape != steps.shape for c in curves.values()):
        raise ValueError("each curve must have one error for each step")
    picture = Picture(height=3.6)
    ax = label_axes(picture.subplots(), "step $h$", "relative error")
    ax.set_xscale("log")
    ax.set_yscale("log")
    for style, (name, values) in zip(LINE_STYLES, curves.items(), strict=False):
        ax.plot(steps, np.maximum(values, ROUNDING), label=name, **style)
    beside = {"transform": ax.get_yaxis_transform(), "va": "center", "fontsize": TEXT}
    _draw_bands(ax.axhline, lambda y, word: ax.text(1.01, y, word, **beside))
    ax.set_ylim(ROUNDING, 3)
    add_legend(ax)
    picture.finding = " ".join(
        f"{name}: best near h = {number(steps[values.argmin()], 1)}, "
        f"{'below' if values.min() < FINE else 'never below'} {number(FINE)}."
        for name, values in curves.items()
    )
    return picture


_WORDS = ("fine", "suspicious", "wrong")
_WHERE = (f"below {number(FINE)}", "in between", f"above {number(WRONG)}")
_BAND_COLOURS = (BLUE, BLACK, VERMILION)


def _bands(values):
    """Return for each band which values fall into it."""
    return values < FINE, (values >= FINE) & (values <= WRONG), values > WRONG


def _draw_bands(line, write):
    """Draw the two limits between the bands, and the bands' names."""
    for limit in (FINE, WRONG):
        line(limit, color=BLACK, linestyle="--", linewidth=1)
    edges = (ROUNDING, FINE, WRONG, 3)
    for word, low, high in zip(_WORDS, edges, edges[1:], strict=False):
        write(np.sqrt(low * high), word)
