"""Explorer of lesson 1: a secant becomes a tangent, until rounding spoils it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bpkit.activations import sigmoid, sigmoid_prime
from bpkit.scene import BLACK, BLUE, GREEN, VERMILION, Line, Panel, Points, Scene
from bpkit.widgets.explorer import Choice, Explorer, Slider
from bpkit.words import number

EDGE = 3.2
LAST_DIGIT = 1e-14  # errors below it, relative to the slope, are a float's own
UNTOLD = 1e-15  # a part of an error below it is not told


@dataclass(frozen=True)
class Curve:
    """A function, its slope, and its quotient over a width without any cancellation.

    quotient(a, width) is (f(a + width) − f(a)) / width, rearranged so that no two
    numbers that are nearly equal are subtracted.
    """

    f: Callable
    slope: Callable
    quotient: Callable
    ylim: tuple


def _sigmoid_quotient(a, width):
    """Return σ(a + width) σ(−a) (1 − e^(−width)) / width."""
    return sigmoid(a + width) * sigmoid(-a) * -np.expm1(-width) / width


def _modulus_quotient(a, width):
    """Return ±1 where both ends are on one side of 0, else what lies between."""
    if a >= 0 or a + width <= 0:
        return 1.0 if a >= 0 else -1.0
    return (2 * a + width) / width


CURVES = {
    "x²": Curve(np.square, lambda x: 2 * x, lambda a, w: 2 * a + w, (-2, 10)),
    "x³ / 3": Curve(
        lambda x: x**3 / 3,
        lambda x: x**2,
        lambda a, w: a**2 + a * w + w**2 / 3,
        (-9.5, 9.5),
    ),
    "sin x": Curve(
        np.sin,
        np.cos,
        lambda a, w: np.cos(a + w / 2) * np.sin(w / 2) / (w / 2),
        (-1.7, 1.7),
    ),
    "1 / (1 + e^(−x))": Curve(sigmoid, sigmoid_prime, _sigmoid_quotient, (-0.2, 1.2)),
    "|x|": Curve(np.abs, np.sign, _modulus_quotient, (-1.2, 3.5)),
}


class SecantExplorer(Explorer):
    """Move a point and a step; see the secant, the tangent, and how far they are apart.

    Examples
    --------
    >>> view = SecantExplorer().view({"f": "x²", "way": "forward", "x": 1, "h": 0.5})
    >>> print(view.sentence)  # doctest: +NORMALIZE_WHITESPACE
    f(x) = x², x = 1, h = 0.5: the quotient is 2.5, the true slope 2, the error
    0.5. Of it, 0.5 is the bend of the curve, less than 1e−15 is rounding.
    """

    title = "A secant becomes a tangent"
    alt = "Left: a curve with its tangent and a secant. Right: the same, magnified."
    controls = (
        Choice("f", "function f(x)", tuple(CURVES), "x²"),
        Choice("way", "difference quotient", ("forward", "central"), "forward"),
        Slider("x", "place x", -2.0, 2.0, 0.1, 1.0),
        Slider("h", "step h", 1e-16, 1.0, 0.25, 1.0, log=True),
    )

    def view(self, state):
        """Return the curve with its lines, the magnified piece, and the sentence."""
        curve, x, h = CURVES[state["f"]], round(float(state["x"]), 6), float(state["h"])
        left = x - h if state["way"] == "central" else x
        width = 2 * h if state["way"] == "central" else h
        quotient = float(curve.f(x + h) - curve.f(left)) / width
        kink = state["f"] == "|x|" and x == 0
        slope = None if kink else float(curve.slope(x))
        panels = [
            _whole_curve(curve, x, left, x + h, quotient, slope),
            _magnified(curve, x, (left - x) / h, h, quotient, slope),
        ]
        fact = f"f(x) = {state['f']}, x = {number(x, 6)}, h = {number(h, 4)}: the "
        fact += f"quotient is {number(quotient, 6)}"
        if kink:
            return Scene(panels, f"{fact}. {KINK}")
        error = abs(quotient - slope)
        fact += f", the true slope {number(slope, 6)}, the error {number(error, 2)}. "
        if left == x + h:
            return Scene(panels, fact + LOST)
        if state["f"] == "|x|" and left < 0 < x + h:
            return Scene(panels, fact + ACROSS)
        if error <= LAST_DIGIT * max(1.0, abs(slope)):
            return Scene(panels, fact + FINE)
        true_quotient = float(curve.quotient(left, width))
        bend, rounding = true_quotient - slope, quotient - true_quotient
        return Scene(panels, fact + _blame(bend, rounding))


KINK = (
    "At the kink there is no true slope to compare with: it is −1 on the left and +1 "
    "on the right."
)
LOST = "x + h is rounded to x itself, so the height is 0: the step is lost."
ACROSS = "The kink at 0 lies between the two points, and the secant averages over it."
FINE = "That is right to about the last digit that a float holds."


def _blame(bend, rounding):
    """Say how much of an error is the curve's bend, and how much is rounding."""
    error, sizes = abs(bend + rounding), (abs(bend), abs(rounding))
    parts = "The bend of the curve ({}) and rounding ({})".format(*map(_size, sizes))
    if error < max(sizes) / 2:
        return f"{parts} happen to cancel: a lucky step."
    if max(sizes) > 1.01 * error + UNTOLD:  # a part is larger than the whole
        return f"{parts} pull against each other."
    bend, rounding = map(_size, sizes)
    return f"Of it, {bend} is the bend of the curve, {rounding} is rounding."


def _whole_curve(curve, x, left, right, quotient, slope):
    """Return the panel of the whole curve, with tangent, secant and its two points."""
    xs = np.linspace(-EDGE, EDGE, 161)
    ends = np.array([-EDGE, EDGE])
    secant = curve.f(left) + quotient * (ends - left)
    marks = [Line(xs, curve.f(xs), BLUE, width=2.5, label="f")]
    if slope is not None:
        tangent = curve.f(x) + slope * (ends - x)
        marks.append(Line(ends, tangent, GREEN, "dotted", 2.5, label="tangent"))
    marks += [
        Line(ends, secant, VERMILION, "dashed", label="secant"),
        Points([left, right], curve.f(np.array([left, right])), VERMILION, "s", 9),
        Points([x], [curve.f(x)], BLACK, "o", 8),
    ]
    return Panel((-EDGE, EDGE), curve.ylim, marks, "x", "f(x)", "the curve")


def _magnified(curve, x, left, h, quotient, slope):
    """Return the panel around x in units of h, where a smooth curve becomes a line."""
    ts = np.linspace(-2, 2, 241)
    rise = (curve.f(x + h * ts) - curve.f(x)) / h
    start = (curve.f(x + h * left) - curve.f(x)) / h
    ends = np.array([-2.0, 2.0])
    high = 2.2 * max(0.5, abs(quotient), abs(slope or 0))
    marks = [Line(ts, np.clip(rise, -2 * high, 2 * high), BLUE, width=2.5)]
    if slope is not None:
        marks.append(Line(ends, slope * ends, GREEN, "dotted", 2.5))
    stop = start + quotient * (1 - left)
    marks += [
        Line(ends, start + quotient * (ends - left), VERMILION, "dashed"),
        Points([left, 1.0], [start, stop], VERMILION, "s", 9),
        Points([0.0], [0.0], BLACK, "o", 8),
    ]
    xlabel, ylabel = "way from x, in units of h", "rise of f, in units of h"
    title = f"magnified {number(1 / h, 3)} times"
    return Panel((-2.2, 2.2), (-high, high), marks, xlabel, ylabel, title)


def _size(part):
    """Write a part of an error; what is smaller than a float's rounding is not told."""
    return f"less than {number(UNTOLD)}" if part < UNTOLD else number(part, 2)
