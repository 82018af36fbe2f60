"""Lesson 2: a point on a surface, its two partial slopes and its gradient."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from contourpy import contour_generator

from bpkit.scene import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    NAMES,
    VERMILION,
    Arrow,
    Box,
    Line,
    Panel,
    Points,
    Scene,
)
from bpkit.widgets.explorer import Choice, Explorer, Slider
from bpkit.words import decimals, number

X, Y = (-4.2, 4.2), (-3.2, 3.2)
REACH = 1.5  # how far the cuts go to either side
AROUND = 0.2  # how far to look around level ground
LOOKS = 16
ZERO = 1e-9


@dataclass(frozen=True)
class Surface:
    """A function of two entries, its gradient, and the heights of its lines."""

    formula: str
    height: object
    gradient: object
    levels: tuple
    shrink: int  # an arrow is drawn this many times shorter than its gradient
    crease: object = None


def _hinge_gap(w):
    """Return how far the hinge's place is from its crease."""
    return 1 + w[1] - w[0]


def _hinge_gradient(w):
    """Return the hinge's gradient; on the crease the flat side's."""
    violated = 1.0 if _hinge_gap(w) > ZERO else 0.0
    return np.array([-violated, violated])


def _waves_gradient(w):
    """Return the gradient of the waves."""
    u, v = np.pi * w[0] / 2, np.pi * w[1] / 2
    return np.pi * np.array([np.cos(u) * np.cos(v), -np.sin(u) * np.sin(v)])


SURFACES = {
    "valley": Surface(
        "w₀² + 2w₁²",
        lambda w: w[0] ** 2 + 2 * w[1] ** 2,
        lambda w: np.array([2 * w[0], 4 * w[1]]),
        (1, 3, 6, 10, 15, 21, 28),
        8,
    ),
    "saddle": Surface(
        "w₀² − w₁²",
        lambda w: w[0] ** 2 - w[1] ** 2,
        lambda w: np.array([2 * w[0], -2 * w[1]]),
        (-8, -4, -1, 1, 4, 8, 12),
        5,
    ),
    "waves": Surface(
        "2 sin(πw₀/2) cos(πw₁/2)",
        lambda w: 2 * np.sin(np.pi * w[0] / 2) * np.cos(np.pi * w[1] / 2),
        _waves_gradient,
        (-1.6, -0.8, 0.8, 1.6),
        3,
    ),
    "hinge": Surface(
        "max(0, 1 + w₁ − w₀)",
        lambda w: np.maximum(0, _hinge_gap(w)),
        _hinge_gradient,
        (1e-6, 1, 2, 3, 4, 5, 6, 7),
        1,
        _hinge_gap,
    ),
}


class SurfaceExplorer(Explorer):
    """Stand anywhere on a surface and look in any direction."""

    title = "A point on a surface, its two slopes and its gradient"
    alt = (
        "Left, a map of the surface with lines of equal height, the point, its "
        "gradient as an arrow and the direction of a step. Right, the height along "
        "two cuts through the point, one for each entry, with their tangents."
    )
    controls = (
        Choice("surface", "surface", tuple(SURFACES), "valley"),
        Slider("w0", "w₀", -3.0, 3.0, 0.1, 3.0),
        Slider("w1", "w₁", -2.0, 2.0, 0.1, 1.0),
        Slider("angle", "direction (degrees)", 0, 355, 5, 60),
    )

    def view(self, state):
        """Return the map, the two cuts, and what the slopes say."""
        surface = SURFACES[state["surface"]]
        w = np.array([state["w0"], state["w1"]])
        gradient = surface.gradient(w)
        gradient = np.where(np.abs(gradient) < ZERO, 0.0, gradient)
        turn = np.radians(state["angle"])
        step = np.array([np.cos(turn), np.sin(turn)])
        panels = [
            _map(state["surface"], w, gradient, step),
            _cuts(surface, w, gradient),
        ]
        return Scene(panels, _sentence(surface, w, gradient, step, state["angle"]))


def _map(name, w, gradient, step):
    """Return the surface from above."""
    w0, w1 = w.tolist()
    surface = SURFACES[name]
    across, up = (w + gradient / surface.shrink).tolist()
    marks = [Line(x, y, GREY, width=1) for _, (x, y) in _contours(name)]
    marks += [
        Box(x, y, 0.5, 0.34, text, color="#FFFFFF", border=0)
        for x, y, text in _heights(name)
    ]
    marks += [
        Line([X[0], X[1]], [w1, w1], BLUE, width=1),
        Line([w0, w0], [Y[0], Y[1]], VERMILION, "dashed", 1),
        Arrow(w0, w1, w0 + step[0], w1 + step[1], GREEN, 2, "dotted"),
    ]
    if gradient[0]:
        marks.append(Arrow(w0, w1, across, w1, BLUE, 3))
    if gradient[1]:
        marks.append(Arrow(w0, w1, w0, up, VERMILION, 3, "dashed"))
    if gradient.any():
        marks.append(Arrow(w0, w1, across, up, BLACK, 4))
    marks.append(Points([w0], [w1], BLACK, "o", 10))
    size = f" / {surface.shrink}" if surface.shrink > 1 else ""
    title = f"J = {surface.formula}; {NAMES[BLACK]}: ∇J{size}; dotted: your step"
    return Panel(X, Y, marks, "w₀", "w₁", title, equal=True, height=380, weight=1.2)


def _cuts(surface, w, gradient):
    """Return the height along each entry, the other held still."""
    nudge = np.linspace(-REACH, REACH, 61)
    here = float(surface.height(w))
    cuts, tangents = [], []
    for entry, color, dash in ((0, BLUE, "solid"), (1, VERMILION, "dashed")):
        moved = w[:, None] + np.zeros(nudge.size)
        moved[entry] += nudge
        name = f"along w{'₀₁'[entry]}: "
        if _on_crease(surface, w):
            name += "no slope"
        else:
            name += f"slope {decimals(gradient[entry], 2)}"
            ends = here + gradient[entry] * nudge[[0, -1]]
            tangents.append(Line(nudge[[0, -1]], ends, color, "dotted", 1.5))
        cuts.append(Line(nudge, surface.height(moved), color, dash, 3, name))
    heights = np.concatenate([cut.y for cut in cuts])
    low, high = min(heights.min(), here - 1), max(heights.max(), here + 1)
    pad = 0.08 * (high - low)
    marks = [*tangents, *cuts, Points([0.0], [here], BLACK, "o", 10)]
    title = "Two cuts; dotted: tangents"
    limits = (low - pad, high + pad)
    return Panel((-REACH, REACH), limits, marks, "nudge ε", "J", title, height=380)


def _on_crease(surface, w):
    """Return whether the surface bends sharply at this very place."""
    return surface.crease is not None and abs(surface.crease(w)) < ZERO


def _sentence(surface, w, gradient, step, angle):
    """Say how high the point is, which slopes it has, and what they mean."""
    w0, w1, height = (decimals(v, 2) for v in (*w, surface.height(w)))
    said = f"At ({w0}, {w1}) J = {height}. "
    if _on_crease(surface, w):
        return said + (
            "This is the crease: J is level on one side and rises on the other, so no "
            "single slope fits, and there is no gradient. Move off it by one step."
        )
    if not gradient.any():
        return said + "Both slopes are 0: no arrow. " + _surroundings(surface, w)
    length = np.hypot(*gradient)
    uphill = np.degrees(np.arctan2(gradient[1], gradient[0])) % 360
    slope = gradient @ step
    along_0, along_1 = (decimals(v, 2) for v in gradient)
    way = "level" if abs(slope) < 0.005 else "uphill" if slope > 0 else "downhill"
    return said + (
        f"Slope along w₀: {along_0}; along w₁: {along_1}. "
        f"The gradient points to {uphill % 360:.0f}°, with slope {length:.2f}. "
        f"Your step to {angle}° has slope {decimals(slope, 2)}: {way}."
    )


def _surroundings(surface, w):
    """Say what lies around level ground, from looking in many directions."""
    turns = 2 * np.pi * np.arange(LOOKS) / LOOKS
    ring = w[:, None] + AROUND * np.array([np.cos(turns), np.sin(turns)])
    rise = surface.height(ring) - surface.height(w)
    higher, lower = int(np.sum(rise > ZERO)), int(np.sum(rise < -ZERO))
    facts = f"Of {LOOKS} places around it, {higher} are higher and {lower} lower: "
    if higher == LOOKS:
        return facts + "a lowest point."
    if lower == LOOKS:
        return facts + "a highest point."
    if higher and lower:
        return facts + "a saddle, level and yet no lowest point."
    if higher or lower:
        return facts + "the edge of level ground."
    return facts + "level ground, and nothing tells you which way to go."


# --- contours --------------------------------------------------------------------


@cache
def _contours(name):
    """Return (level, (x, y)) for every contour line in the window."""
    surface = SURFACES[name]
    x, y = np.linspace(*X, 43), np.linspace(*Y, 33)
    field = contour_generator(x, y, surface.height(np.array(np.meshgrid(x, y))))
    return [(level, line.T) for level in surface.levels for line in field.lines(level)]


@cache
def _heights(name):
    """Return (x, y, text) that names the height of each line, once a line."""
    labels = []
    for level, (x, y) in _contours(name):
        inside = (np.abs(x) < 3.9) & (np.abs(y) < 2.9)
        if np.ptp(x) > 1 and inside.any():
            # The place that is farthest up and left, yet not at the rim.
            best = np.where(inside, y - x, -np.inf).argmax()
            labels.append((x[best], y[best], number(round(level, 1))))
    return labels
