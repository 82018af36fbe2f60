"""What an explorer shows, as plain data: panels of marks, and one sentence.

The page draws a scene on a canvas, `static` draws the same scene with matplotlib. A
mark is given in the coordinates of its panel; colour never speaks alone, so a line has
a dash and a point a marker too.
"""

import math
from dataclasses import dataclass, field, is_dataclass

import numpy as np

BLACK, GREY = "#000000", "#595959"
BLUE, ORANGE, GREEN = "#0072B2", "#E69F00", "#009E73"
VERMILION, PURPLE, SKY = "#D55E00", "#CC79A7", "#56B4E9"


@dataclass(frozen=True)
class Line:
    """A curve through points. dash: "solid", "dashed", "dotted"."""

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
    fill: str = "#FFFFFF"
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
    """A grid of values as colours, row 0 at the bottom; low to high.

    colors: "ink" (white to black), "diverging" (vermilion, white, blue), or
    "pale" (the same, washed out, to lie under points).
    """

    values: list
    extent: tuple
    low: float
    high: float
    colors: str = "diverging"
    kind: str = "heat"


@dataclass(frozen=True)
class Panel:
    """One pair of axes with its marks, in drawing order.

    Without axes (``bare``) it is a drawing, such as a graph or a network.
    """

    xlim: tuple
    ylim: tuple
    marks: list
    xlabel: str = ""
    ylabel: str = ""
    title: str = ""
    xlog: bool = False
    ylog: bool = False
    equal: bool = False
    bare: bool = False
    height: int = 320
    weight: float = 1.0


@dataclass(frozen=True)
class View:
    """What is seen of one state: panels, side by side, and a sentence.

    ``extra`` goes to the page with the scene; ``{"stop": True}`` ends playing.
    """

    panels: list
    sentence: str
    extra: dict = field(default_factory=dict)

    def as_data(self):
        """Return the panels as what JSON can hold; numbers keep five digits."""
        return [_plain(panel) for panel in self.panels]


def _plain(value):
    """Return nested data without numpy, and without what JSON cannot say."""
    if isinstance(value, str | int):  # a bool is an int too
        return value
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, np.ndarray):
        return value.tolist() if value.dtype.kind in "biu" else _plain(value.tolist())
    if is_dataclass(value):
        return _plain(vars(value))
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, float | np.floating):
        return float(f"{value:.5g}") if math.isfinite(value) else None
    if isinstance(value, np.integer):
        return int(value)
    return value
