"""Draw a scene with matplotlib: the picture for pages on which no widget runs."""

import textwrap

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import FancyBboxPatch

from bpkit.plots import Picture
from bpkit.widgets.scene import BLUE, VERMILION

DASHES = {"solid": "-", "dashed": "--", "dotted": ":"}
COLOURS = {
    "ink": ("#FFFFFF", "#000000"),
    "diverging": (VERMILION, "#FFFFFF", BLUE),
    "pale": ("#F3CFB8", "#FFFFFF", "#B8D6E8"),
}
POINT = 0.72  # points a pixel, at 100 pixels an inch


def picture_of(view, width=6.6):
    """Return a Picture of a view; its finding is the view's sentence.

    Parameters
    ----------
    view : bpkit.widgets.scene.View
        What to draw.
    width : float
        In inches; 100 pixels to the inch.

    Returns
    -------
    bpkit.plots.Picture
        The panels below one another if they are too many for one row.
    """
    rows = _rows(view.panels)
    heights = [max(panel.height for panel in row) for row in rows]
    picture = Picture(height=sum(heights) / 100, width=width)
    parts = np.atleast_1d(picture.subfigures(len(rows), 1, height_ratios=heights))
    for part, row in zip(parts, rows, strict=True):
        weights = [panel.weight for panel in row]
        axes = part.subplots(1, len(row), width_ratios=weights, squeeze=False)[0]
        for ax, panel in zip(axes, row, strict=True):
            _draw_panel(ax, panel)
    picture.finding = view.sentence
    return picture


def _rows(panels):
    """Return the panels two by two."""
    return [panels[i : i + 2] for i in range(0, len(panels), 2)]


def _draw_panel(ax, panel):
    """Draw one pair of axes."""
    if panel.xlog:
        ax.set_xscale("log")
    if panel.ylog:
        ax.set_yscale("log")
    ax.set_xlim(panel.xlim)
    ax.set_ylim(panel.ylim)
    ax.set_aspect("equal" if panel.equal else "auto")
    ax.set_autoscale_on(False)
    for k, mark in enumerate(panel.marks):
        DRAW[mark.kind](ax, mark, 2 + k / 1000)  # in their order, as in the page
    if panel.bare:
        ax.set_axis_off()
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_xlabel(panel.xlabel, fontsize=11)
    ax.set_ylabel(panel.ylabel, fontsize=11)
    ax.tick_params(labelsize=11)
    rows = _legend(ax, sum(bool(getattr(m, "label", "")) for m in panel.marks))
    title = "\n".join(textwrap.wrap(panel.title, 44))
    ax.set_title(title, fontsize=11, loc="left", pad=6 + 16 * rows)


def _legend(ax, count):
    """Put the legend above the axes, where it hides nothing; return its rows."""
    if not count:
        return 0
    ax.legend(
        fontsize=11,
        frameon=False,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        borderaxespad=0,
        ncols=2,
        columnspacing=1.2,
        handlelength=1.6,
        borderpad=0.1,
    )
    return (count + 1) // 2


def _line(ax, m, z):
    """Draw a Line."""
    ax.plot(
        _floats(m.x),
        _floats(m.y),
        color=m.color,
        linestyle=DASHES[m.dash],
        linewidth=m.width,
        label=m.label or None,
        zorder=z,
    )


def _points(ax, m, z):
    """Draw Points."""
    ax.plot(
        _floats(m.x),
        _floats(m.y),
        color=m.color,
        marker=m.marker,
        linestyle="none",
        markersize=m.size * POINT,
        label=m.label or None,
        zorder=z,
    )


def _arrow(ax, m, z):
    """Draw an Arrow."""
    look = {
        "arrowstyle": "-|>",
        "color": m.color,
        "lw": m.width,
        "linestyle": DASHES[m.dash],
        "shrinkA": 0,
        "shrinkB": 0,
    }
    ax.annotate("", xy=(m.x_end, m.y_end), xytext=(m.x, m.y), arrowprops=look, zorder=z)


def _label(ax, m, z):
    """Draw a Label."""
    ax.text(
        m.x,
        m.y,
        m.text,
        color=m.color,
        ha=m.align,
        va="center",
        fontsize=m.size * POINT,
        fontweight="bold" if m.bold else "normal",
        zorder=z,
    )


def _box(ax, m, z):
    """Draw a Box with its text."""
    ax.add_patch(
        FancyBboxPatch(
            (m.x - m.width / 2, m.y - m.height / 2),
            m.width,
            m.height,
            boxstyle=f"round,pad=0,rounding_size={min(m.width, m.height) / 5}",
            facecolor=m.fill,
            edgecolor=m.color,
            linewidth=m.border,
            linestyle=DASHES[m.dash],
            zorder=z,
        )
    )
    size = m.size * POINT
    ax.text(m.x, m.y, m.text, ha="center", va="center", fontsize=size, zorder=z)


def _bars(ax, m, z):
    """Draw Bars."""
    ax.bar(
        _floats(m.x),
        _floats(m.height),
        width=m.width,
        color=m.color,
        label=m.label or None,
        zorder=z,
    )


def _heat(ax, m, z):
    """Draw a Heat."""
    colours = LinearSegmentedColormap.from_list(m.colors, COLOURS[m.colors])
    ax.imshow(
        _floats(m.values),
        cmap=colours,
        vmin=m.low,
        vmax=m.high,
        extent=m.extent,
        origin="lower",
        interpolation="nearest",
        aspect=ax.get_aspect(),
        zorder=z,
    )


DRAW = {
    "line": _line,
    "points": _points,
    "arrow": _arrow,
    "label": _label,
    "box": _box,
    "bars": _bars,
    "heat": _heat,
}


def _floats(values):
    """Return numbers as floats, with gaps where there is none."""
    return np.asarray(values, dtype=float)
