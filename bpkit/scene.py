"""What a picture shows, as plain data: panels of marks, and one sentence.

The page draws a scene on a canvas, `plots.static` draws the same scene with matplotlib.
A mark is given in the coordinates of its panel; colour never speaks alone, so a line
has a dash and a point a marker too.
"""

import math
from dataclasses import dataclass, is_dataclass
from itertools import count

import numpy as np

# The palette of Okabe and Ito (2008), told apart with every kind of colour vision.
BLACK, GREY, WHITE = "#000000", "#595959", "#FFFFFF"
BLUE, ORANGE, GREEN = "#0072B2", "#E69F00", "#009E73"
VERMILION, PURPLE, SKY = "#D55E00", "#CC79A7", "#56B4E9"

# Each colour has one word, in every sentence and lesson.
NAMES = {
    BLACK: "black",
    GREY: "grey",
    WHITE: "white",
    BLUE: "blue",
    ORANGE: "orange",
    GREEN: "green",
    VERMILION: "vermilion",
    PURPLE: "purple",
    SKY: "sky blue",
}

# Ramps of colours, from low to high; the pale one lies under points.
INK = (WHITE, BLACK)
DIVERGING = (VERMILION, WHITE, BLUE)
PALE = ("#F3CFB8", WHITE, "#B8D6E8")


@dataclass(frozen=True)
class Line:
    """A curve through points. dash: "solid", "dashed" or "dotted".

    width: of the stroke, in pixels of the page or in points of a picture.
    """

    x: list
    y: list
    color: str = BLUE
    dash: str = "solid"
    width: float = 2
    label: str = ""
    kind: str = "line"


@dataclass(frozen=True)
class Points:
    """Separate points. marker: "o", "s", "^", "x", "D". size in pixels."""

    x: list
    y: list
    color: str = BLUE
    marker: str = "o"
    size: float = 7
    label: str = ""
    kind: str = "points"


@dataclass(frozen=True)
class Arrow:
    """An arrow from (x, y) to (x_end, y_end)."""

    x: float
    y: float
    x_end: float
    y_end: float
    color: str = BLACK
    width: float = 2
    dash: str = "solid"
    kind: str = "arrow"


@dataclass(frozen=True)
class Label:
    """A text at a point. align: "left", "center", "right"; size in pixels."""

    x: float
    y: float
    text: str
    color: str = BLACK
    align: str = "center"
    size: float = 14
    bold: bool = False
    kind: str = "label"


@dataclass(frozen=True)
class Box:
    """A rounded box with a text, centred at (x, y), in the units of the axes."""

    x: float
    y: float
    width: float
    height: float
    text: str = ""
    fill: str = WHITE
    color: str = BLACK
    border: float = 1.5
    dash: str = "solid"
    size: float = 14
    kind: str = "box"


@dataclass(frozen=True)
class Bars:
    """Upright bars from zero, centred at x."""

    x: list
    height: list
    width: float = 0.8
    color: str = BLUE
    label: str = ""
    kind: str = "bars"


@dataclass(frozen=True)
class Heat:
    """A grid of values, row 0 at the bottom, as colours of a ramp from low to high."""

    values: list
    extent: tuple
    low: float
    high: float
    colors: tuple = DIVERGING
    kind: str = "heat"


@dataclass(frozen=True)
class Panel:
    """One pair of axes with its marks, in drawing order.

    Without axes (``bare``) it is a drawing, such as a graph or a network. Limits that
    are equal, not finite or, on a logarithmic axis, not positive raise a ValueError:
    nothing can be drawn between them. ``xticks`` are pairs (place, text) where the
    axis should not choose for itself. ``height`` is in pixels.
    """

    xlim: tuple
    ylim: tuple
    marks: list
    xlabel: str = ""
    ylabel: str = ""
    title: str = ""
    xticks: tuple = ()
    xlog: bool = False
    ylog: bool = False
    equal: bool = False
    bare: bool = False
    height: int = 320
    weight: float = 1.0

    def __post_init__(self):
        """Refuse such limits here, where the explorer's line is in the traceback."""
        for name, log in (("xlim", self.xlog), ("ylim", self.ylog)):
            low, high = getattr(self, name)
            if not math.isfinite(low) or not math.isfinite(high) or low == high:
                raise ValueError(
                    f"{name} must be two different, finite numbers; got {low}, {high}"
                )
            if log and min(low, high) <= 0:
                raise ValueError(
                    f"{name} must be positive on a logarithmic axis; got {low}, {high}"
                )


def whole_ticks(first, last, most=10):
    """Return ticks, ``most`` of them or fewer, for an axis that counts.

    Parameters
    ----------
    first, last : int
        The ends; no tick stands outside them.
    most : int
        How many there is room for.

    Returns
    -------
    tuple of tuple
        (place, text) pairs at multiples of 1, 2, 5, 10, 20, 50, …
    """
    steps = (k * 10**power for power in count() for k in (1, 2, 5))
    step = next(s for s in steps if last // s - (first - 1) // s <= most)
    places = range(first + -first % step, last + 1, step)
    return tuple((place, str(place)) for place in places)


@dataclass(frozen=True)
class Scene:
    """What is seen at once: panels, side by side, and a sentence; stop ends playing."""

    panels: list
    sentence: str
    stop: bool = False

    def as_data(self):
        """Return the panels as what JSON can hold; numbers keep five digits."""
        return [_plain(panel) for panel in self.panels]


def _plain(value):
    """Return nested data without numpy, and without what JSON cannot say."""
    if isinstance(value, str | int | None):  # a bool is an int too, None a gap
        return value
    if isinstance(value, float | np.floating):
        return _five_digits([value])[0]
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if is_dataclass(value):
        return {key: _plain(part) for key, part in vars(value).items()}
    if value.dtype.kind != "f":
        return value.tolist()
    return _five_digits(value) if value.ndim == 1 else [_plain(row) for row in value]


def _five_digits(values):
    """Return numbers with five digits that count, None where one is not finite."""
    texts = ("%.5g " * len(values) % tuple(values)).split()
    return [v if math.isfinite(v) else None for v in map(float, texts)]
