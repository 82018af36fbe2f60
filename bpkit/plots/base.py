"""The common ground of all pictures: how they look, and how they are shown."""

import base64
import io
from html import escape

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from PIL import Image  # installed with matplotlib, which writes its PNGs with it

from bpkit import scene
from bpkit.scene import BLACK, BLUE, GREEN, PURPLE, VERMILION
from bpkit.words import folded, listed

# One look for each line of a plot: colour, dash and marker always change together.
LINE_STYLES = (
    {"color": BLUE, "linestyle": "-", "marker": "o"},
    {"color": VERMILION, "linestyle": "--", "marker": "s"},
    {"color": GREEN, "linestyle": "-.", "marker": "^"},
    {"color": PURPLE, "linestyle": ":", "marker": "D"},
    {"color": BLACK, "linestyle": (0, (5, 1, 1, 1, 1, 1)), "marker": "v"},
)

TEXT = 12  # points; never below 11 at the size shown
WIDTH = 6.6  # inches
_LINE = 72  # characters; a longer line is broken inside a word by narrow windows
SHOWN_DPI = 100  # screen pixels an inch: the width above is 660 pixels
STORED_DPI = 160  # stored finer than shown, for sharp text on fine screens


def colour_map(ramp):
    """Return matplotlib's map of a ramp, the colours from low to high."""
    return LinearSegmentedColormap.from_list(" to ".join(ramp), ramp)


INK, DIVERGING = colour_map(scene.INK), colour_map(scene.DIVERGING)


class Picture(Figure):
    """Hold a figure together with the sentence that says what it shows.

    Parameters
    ----------
    height, width : float
        Size in inches; 100 screen pixels to the inch when shown.

    Attributes
    ----------
    finding : str
        What the picture shows, in a sentence with its numbers.
    """

    def __init__(self, height, width=WIDTH):
        super().__init__(figsize=(width, height), layout="constrained")
        self.set_facecolor("white")
        self.finding = ""

    def png(self):
        """Return the picture as PNG bytes, the same bytes for the same picture.

        Returns
        -------
        bytes
            A PNG file without a time or the name of the software in it.
        """
        # Arrange once, then hold still: a second arranging starts from the first.
        self.draw_without_rendering()
        self.set_layout_engine("none")
        drawn, small = io.BytesIO(), io.BytesIO()
        self.savefig(drawn, format="png", dpi=STORED_DPI)
        # Full colour would make a lesson three times as large, to no visible gain.
        Image.open(drawn).convert("RGB").quantize(256, dither=0).save(small, "png")
        return small.getvalue()


def as_html(picture, alt):
    """Return a picture as an HTML image that bears its alternative text.

    JupyterLab and nbconvert make an image without a text of an output's image/png,
    whatever its metadata say.
    """
    data = base64.b64encode(picture.png()).decode("ascii")
    width = round(picture.get_figwidth() * SHOWN_DPI)
    source = f"data:image/png;base64,{data}"
    return f'<img alt="{escape(alt)}" width="{width}" src="{source}">'


def show(picture, alt):
    """Display a picture with its alternative text, then print its finding.

    Parameters
    ----------
    picture : Picture
        What a function of this module returned.
    alt : str
        What a person who cannot see the picture should be told is in it: the kind
        of picture and its axes. The finding adds the numbers.

    Raises
    ------
    TypeError
        If `picture` is not a `Picture` or `alt` is not a string.
    ValueError
        If `alt` is empty, or the picture has no finding.
    """
    if not isinstance(picture, Picture):
        raise TypeError(f"picture must be a Picture; got {type(picture).__name__}")
    if not isinstance(alt, str):
        raise TypeError(f"alt must be a string; got {type(alt).__name__}")
    if not alt.strip():
        raise ValueError("alt must say what is in the picture; got an empty string")
    if not picture.finding:
        raise ValueError("picture.finding must say what is seen; got an empty string")
    from IPython.display import display

    display({"text/html": as_html(picture, alt), "text/plain": alt}, raw=True)
    print(folded(picture.finding, _LINE))


# --- what all pictures have in common ------------------------------------------


def label_axes(ax, xlabel, ylabel, title=None):
    """Label a pair of axes and give them the common look; return them."""
    ax.set_xlabel(xlabel, fontsize=TEXT)
    ax.set_ylabel(ylabel, fontsize=TEXT)
    if title:
        ax.set_title(title, fontsize=TEXT, loc="left")
    ax.tick_params(labelsize=TEXT)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def write(ax, x, y, text, **look):
    """Write a text centred at a point."""
    ax.text(x, y, text, **{"ha": "center", "va": "center", "fontsize": TEXT, **look})


def add_legend(ax):
    """Add a legend in the common text size."""
    ax.legend(fontsize=TEXT, frameon=False)


def draw_two_counts(height, labels, x, curves):
    """Draw two counts against a size, on a logarithmic axis; return picture and axes.

    The first of the `curves`, {label: values}, is the one that grows faster.
    """
    picture = Picture(height=height)
    ax = label_axes(picture.subplots(), *labels)
    ax.set_yscale("log")
    for (label, values), look in zip(curves.items(), LINE_STYLES[1::-1], strict=True):
        ax.plot(x, values, label=label, **look)
    add_legend(ax)
    return picture, ax


def grid_of_axes(count, columns, cell_height):
    """Return a picture and the `count` axes of its grid, row by row."""
    columns = min(columns, count)
    rows = -(-count // columns)
    picture = Picture(height=rows * cell_height)
    axes = picture.subplots(rows, columns, squeeze=False).ravel()
    for ax in axes:
        ax.set_axis_off()
    return picture, axes[:count]


def draw_image(ax, pixels, caption, **look):
    """Draw a column of pixels as a square image, its caption below; return it."""
    side = side_of(pixels.size)
    drawn = ax.imshow(pixels.reshape(side, side), interpolation="nearest", **look)
    ax.set_axis_on()
    ax.set_xticks([])
    ax.set_yticks([])
    ax.set_xlabel(caption, fontsize=TEXT)
    return drawn


def side_of(count):
    """Return the side of the square image that has `count` pixels."""
    side = round(count**0.5)
    if side * side != count:
        raise ValueError(f"a square image was expected; got {count} pixels")
    return side


def as_examples(name, array):
    """Return `array` as floats, one column an example, or say what is wrong."""
    array = np.asarray(array, dtype=float)
    if array.ndim != 2 or array.size == 0:
        raise ValueError(
            f"{name} must have shape (n, m), one column an example; got {array.shape}"
        )
    return array


def as_counts(**arrays):
    """Return arrays, positive and of one length, as floats, or say what is wrong."""
    names = listed(arrays)
    counts = [np.asarray(v, dtype=float) for v in arrays.values()]
    if len({v.shape for v in counts}) > 1 or counts[0].ndim != 1 or len(counts[0]) < 2:
        raise ValueError(
            f"{names} must be one-dimensional and of one length, two or more; "
            f"got shapes {[v.shape for v in counts]}"
        )
    if min(v.min() for v in counts) <= 0:
        raise ValueError(f"{names} must all be positive")
    return counts


def power_law(x, y):
    """Return the power of x that y grows like, fitted on logarithmic axes."""
    return np.polyfit(np.log(x), np.log(y), 1)[0]


def require_curves(curves):
    """Refuse a picture without curves, or a curve that is no curve."""
    curves = list(curves)
    if not curves or any(np.ndim(c) != 1 or len(c) < 2 for c in curves):
        raise ValueError("each curve must be one-dimensional, two points or more")


def as_labels(name, labels, count):
    """Return `labels` as `count` integers, or say what is wrong."""
    labels = np.asarray(labels)
    if labels.shape != (count,) or labels.dtype.kind not in "iu":
        raise ValueError(
            f"{name} must be {count} integers, one an example; "
            f"got {labels.dtype} of shape {labels.shape}"
        )
    return labels
