"""Pictures of slopes: a square that grows, the sigmoid, and errors against the step."""

import math

import numpy as np
from matplotlib.patches import Rectangle

from bpkit.plots.base import LINE_STYLES, TEXT, Picture, label_axes, write
from bpkit.scene import BLACK, GREY, ORANGE, SKY, VERMILION
from bpkit.words import decimals, number

EXACT = 1e-17  # an error of 0 has no place on a log axis; it is drawn here
ROUNDING = 1e-15  # what is left of an error when only rounding is left
FLAT = 0.01


# --- a nudge -------------------------------------------------------------------


def growing_square(side, nudge):
    """Draw how the area of a square grows when its side grows.

    Parameters
    ----------
    side : float
        Length of the side; dimensionless, above 0.
    nudge : float
        What is added to the side; dimensionless, above 0.

    Returns
    -------
    Picture
        The square, two strips and a corner. Its finding gives the area of each.

    Raises
    ------
    ValueError
        If `side` or `nudge` is not positive and finite.
    """
    picture = _growth((side, side), (nudge, nudge), ("width", "height"))
    picture.finding = (
        f"A side of {side:g} grows by {nudge:g}; the area grows from {side**2:g} to "
        f"{(side + nudge) ** 2:g}. The two strips (striped) add "
        f"{2 * side * nudge:g}, the corner (crossed) adds {nudge**2:g}."
    )
    return picture


def growing_rectangle(sides, growth, names):
    """Draw how the area of a rectangle grows when both of its sides grow.

    Parameters
    ----------
    sides : pair of float
        Width and height; dimensionless, above 0.
    growth : pair of float
        What is added to each; dimensionless, above 0.
    names : pair of str
        What the width and the height are.

    Returns
    -------
    Picture
        The rectangle, two strips and a corner. Its finding gives the area of each.

    Raises
    ------
    ValueError
        If a side or its growth is not positive and finite.
    """
    picture = _growth(sides, growth, names)
    (width, height), (wider, higher) = sides, growth
    picture.finding = (
        f"The sides {width:g} and {height:g} grow by {wider:g} and {higher:g}; the "
        f"area grows from {width * height:g} to "
        f"{(width + wider) * (height + higher):g}. The strips (striped) add "
        f"{wider * height:g} at the right and {width * higher:g} above, the corner "
        f"(crossed) adds {wider * higher:g}."
    )
    return picture


def _growth(sides, growth, names):
    """Draw a rectangle with the strips and the corner by which it grows."""
    for name, length in zip((*names, *names), (*sides, *growth), strict=True):
        if not (np.isfinite(length) and length > 0):
            raise ValueError(
                f"{name} and its growth must be positive and finite; got {length}"
            )
    (width, height), (wider, higher) = sides, growth
    picture = Picture(height=4.2)
    ax = label_axes(picture.subplots(), *names)
    ax.set_aspect("equal")
    ax.set_xlim(0, 1.02 * (width + wider))
    ax.set_ylim(0, 1.02 * (height + higher))
    whole = f"{width:g} × {height:g}\n= {width * height:g}"
    parts = [
        ((0, 0), width, height, SKY, "", whole),
        ((width, 0), wider, height, ORANGE, "//", f"{wider:g} × {height:g}"),
        ((0, height), width, higher, ORANGE, "//", f"{width:g} × {higher:g}"),
        ((width, height), wider, higher, VERMILION, "xx", ""),
    ]
    for corner, across, up, color, hatch, text in parts:
        ax.add_patch(
            Rectangle(corner, across, up, fc=color, ec=BLACK, hatch=hatch, alpha=0.7)
        )
        paper = {"fc": "white", "ec": "none", "pad": 1.5} if hatch and text else None
        middle = corner[0] + across / 2, corner[1] + up / 2
        turned = 90 if up > across else 0
        write(ax, *middle, text, rotation=turned, bbox=paper)
    return picture


# --- the sigmoid ---------------------------------------------------------------


def sigmoid_and_slope(z, a, slope):
    """Draw the sigmoid beside its slope.

    Parameters
    ----------
    z : array_like, shape (k,)
        Weighted inputs, rising; dimensionless.
    a : array_like, shape (k,)
        σ(z); dimensionless, 0 to 1.
    slope : array_like, shape (k,)
        σ′(z); dimensionless.

    Returns
    -------
    Picture
        Its finding gives the ends of σ, the place and size of its largest slope, and
        beyond which z the slope is below 0.01.

    Raises
    ------
    ValueError
        If the three are not curves of one length.
    """
    z, a, slope = (np.asarray(values, dtype=float) for values in (z, a, slope))
    if z.ndim != 1 or z.size < 2 or not z.shape == a.shape == slope.shape:
        raise ValueError(
            "z, a and slope must have one shape (k,), two points or more; "
            f"got {z.shape}, {a.shape} and {slope.shape}"
        )
    picture = Picture(height=3.2)
    left, right = picture.subplots(1, 2)
    label_axes(left, "z", "σ(z)", "the sigmoid")
    label_axes(right, "z", "σ′(z)", "its slope")
    for ax, curve, style in zip((left, right), (a, slope), LINE_STYLES, strict=False):
        ax.plot(z, curve, markevery=max(1, z.size // 10), **style)
        ax.set_ylim(bottom=0)
        ax.grid(color="#DDDDDD")
    steepest = slope.argmax()
    first, last, middle = (decimals(z[k], 1) for k in (0, -1, steepest))
    picture.finding = (
        f"σ rises from {a[0]:.3f} at z = {first} to {a[-1]:.3f} at z = {last}; it is "
        f"steepest at z = {middle}, with slope {slope[steepest]:.2f}. "
        f"{_flat_sentence(z, slope)}"
    )
    return picture


def _flat_sentence(z, slope):
    """Say outside which z the slope is hardly there."""
    steep = np.flatnonzero(slope >= FLAT)
    if not steep.size or (steep[0] == 0 and steep[-1] == z.size - 1):
        side = "below" if not steep.size else "not below"
        return f"At both ends the slope is {side} {FLAT}."
    left, right = _crossing(z, slope, steep[0] - 1), _crossing(z, slope, steep[-1])
    return (
        f"The slope is {FLAT} or more only from z = {decimals(left, 1)} to "
        f"{decimals(right, 1)}."
    )


def _crossing(z, slope, k):
    """Return where, after point k of a curve, the slope passes FLAT."""
    if not 0 <= k < z.size - 1:
        return z[max(k, 0)]
    part = (FLAT - slope[k]) / (slope[k + 1] - slope[k])
    return z[k] + part * (z[k + 1] - z[k])


# --- the V of errors -----------------------------------------------------------


def error_curves(steps, errors):
    """Draw the errors of difference quotients against the step, on log-log axes.

    Parameters
    ----------
    steps : array_like, shape (k,)
        The steps h, large to small; dimensionless, above 0.
    errors : dict of str to array_like, shape (k,)
        For each quotient by its name: distance from the true slope, 0 and up.

    Returns
    -------
    Picture
        Its finding tells for each quotient near which power of ten the errors are
        least, and their bounds there and at the smallest steps. Single steps can be
        lucky, so it judges by the worst error within half a decade.

    Raises
    ------
    ValueError
        If a curve is missing or has not one error for each step, a step is not
        positive, or an error is negative or not finite.
    """
    steps = np.asarray(steps, dtype=float)
    errors = {name: np.asarray(curve, dtype=float) for name, curve in errors.items()}
    if steps.ndim != 1 or steps.size < 2 or not (steps > 0).all():
        raise ValueError("steps must be two positive numbers or more, in one row")
    if not errors or any(curve.shape != steps.shape for curve in errors.values()):
        raise ValueError(
            f"errors must hold one error for each of the {steps.size} steps; got "
            f"{ {name: curve.shape for name, curve in errors.items()} }"
        )
    if not all(np.isfinite(c).all() and (c >= 0).all() for c in errors.values()):
        raise ValueError("errors must be finite and not negative")

    picture = Picture(height=4.8)
    ax = label_axes(picture.subplots(), "step h (smaller to the right)", "error")
    for style, (name, curve) in zip(LINE_STYLES, errors.items(), strict=False):
        shown = np.maximum(curve, EXACT)
        every = max(1, steps.size // 16)
        ax.loglog(steps, shown, label=name, markevery=every, linewidth=1.3, **style)
    ax.invert_xaxis()
    if any((curve < EXACT).any() for curve in errors.values()):
        ax.axhline(EXACT, color=GREY, linewidth=1, linestyle=":")
        note = "no error at all is drawn on this line"
        ax.text(steps.max(), EXACT / 2, note, fontsize=TEXT, color=GREY, va="top")
        ax.set_ylim(bottom=EXACT / 50)
    ax.set_xticks(10.0 ** np.arange(*_powers(steps), 4))
    ax.grid(color="#DDDDDD")
    picture.legend(
        *ax.get_legend_handles_labels(),
        loc="outside upper center",
        ncols=len(errors),
        fontsize=TEXT,
        frameon=False,
    )
    picture.finding = " ".join(_curve_sentence(n, steps, c) for n, c in errors.items())
    return picture


def _powers(steps):
    """Return the whole powers of ten that the steps span, as a range's ends."""
    low, high = np.log10([steps.min(), steps.max()])
    return math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1


def _curve_sentence(name, steps, curve):
    """Say where a curve is lowest and where it ends, by powers of ten."""
    powers = np.round(np.log10(steps)).astype(int)
    worst = {int(p): curve[powers == p].max() for p in np.unique(powers)}
    said, last = name[0].upper() + name[1:], min(worst)
    if worst[last] < ROUNDING:
        coarse = [p for p in worst if worst[p] >= ROUNDING]
        first = max(p for p in worst if all(p < c for c in coarse))
        bound = number(ROUNDING)
        return f"{said}: errors below {bound} for every h from {_ten_to(first)} down."
    best = min(worst, key=worst.get)
    bound = math.ceil(math.log10(max(worst[best], EXACT)))
    least = math.floor(math.log10(worst[last]))
    return (
        f"{said}: best near h = {_ten_to(best)}, where errors stay below "
        f"{_ten_to(bound)}; near h = {_ten_to(last)} they reach above {_ten_to(least)}."
    )


def _ten_to(power):
    """Write a power of ten."""
    return number(10.0**power)
