"""Draw a scene with matplotlib: for the pictures, and for pages without widgets."""

import numpy as np
from matplotlib.patches import FancyBboxPatch

from bpkit.plots.base import SHOWN_DPI, Picture, colour_map
from bpkit.scene import Label
from bpkit.words import folded

POINT = 72 / SHOWN_DPI  # points a pixel
SMALL = 11  # points: the smallest text
LETTERS = 12  # an inch, on average, at this size
MARGIN = 0.8  # inches, for the numbers and the label of the axis at the left


def picture_of(scene):
    """Return a Picture of a scene; its finding is the scene's sentence.

    Parameters
    ----------
    scene : bpkit.scene.Scene
        What to draw.

    Returns
    -------
    bpkit.plots.Picture
        Two panels side by side, more below them.
    """
    rows = [scene.panels[i : i + 2] for i in range(0, len(scene.panels), 2)]
    heights = [max(panel.height for panel in row) for row in rows]
    picture = Picture(height=sum(heights) / SHOWN_DPI)
    parts = np.atleast_1d(picture.subfigures(len(rows), 1, height_ratios=heights))
    for part, row in zip(parts, rows, strict=True):
        weights = [panel.weight for panel in row]
        axes = part.subplots(1, len(row), width_ratios=weights, squeeze=False)[0]
        for ax, panel in zip(axes, row, strict=True):
            width = picture.get_figwidth() * panel.weight / sum(weights)
            _draw_panel(ax, panel, width if panel.bare else width - MARGIN)
    picture.finding = scene.sentence
    return picture


def _draw_panel(ax, panel, width):
    """Draw one pair of axes, some inches wide."""
    ax.set_xscale("log" if panel.xlog else "linear")
    ax.set_yscale("log" if panel.ylog else "linear")
    ax.set_xlim(panel.xlim)
    ax.set_ylim(panel.ylim)
    ax.set_aspect("equal" if panel.equal else "auto")
    ax.set_autoscale_on(False)
    for k, mark in enumerate(panel.marks):
        DRAW[mark.kind](ax, mark, 2 + k / 1000)  # in their order, as in the page
    if panel.bare:
        ax.set_axis_off()
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_xlabel(panel.xlabel, fontsize=SMALL)
    ax.set_ylabel(panel.ylabel, fontsize=SMALL)
    ax.tick_params(which="both", labelsize=SMALL)
    if panel.xticks:
        ax.set_xticks(*zip(*panel.xticks, strict=True))
    labels = [m.label for m in panel.marks if getattr(m, "label", "")]
    rows = _legend(ax, labels, width) if labels else 0
    title = folded(panel.title, round(LETTERS * width))
    ax.set_title(title, fontsize=SMALL, loc="left", pad=6 + 16 * rows)


def _legend(ax, labels, width):
    """Put the legend above the axes, where it hides nothing; return its rows."""
    longest = max(map(len, labels)) / LETTERS + 0.5
    columns = max(1, min(len(labels), int(width / longest)))
    ax.legend(
        fontsize=SMALL,
        frameon=False,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        borderaxespad=0,
        ncols=columns,
        columnspacing=1.2,
        handlelength=1.6,
        borderpad=0.1,
    )
    return -(-len(labels) // columns)


def _line(ax, m, z):
    """Draw a Line."""
    _plot(ax, m, z, linestyle=m.dash, linewidth=m.width)


def _points(ax, m, z):
    """Draw Points."""
    _plot(ax, m, z, linestyle="none", marker=m.marker, markersize=m.size * POINT)


def _plot(ax, m, z, **look):
    """Plot x and y, with gaps where there is no number."""
    x, y = (np.asarray(values, dtype=float) for values in (m.x, m.y))
    ax.plot(x, y, color=m.color, label=m.label or None, zorder=z, **look)


def _arrow(ax, m, z):
    """Draw an Arrow."""
    look = {
        "arrowstyle": "-|>",
        "color": m.color,
        "lw": m.width,
        "linestyle": m.dash,
        "shrinkA": 0,
        "shrinkB": 0,
    }
    ax.annotate("", xy=(m.x_end, m.y_end), xytext=(m.x, m.y), arrowprops=look, zorder=z)


def _label(ax, m, z):
    """Draw a Label."""
    look = {"color": m.color, "fontsize": m.size * POINT, "zorder": z}
    weight = "bold" if m.bold else "normal"
    ax.text(m.x, m.y, m.text, ha=m.align, va="center", fontweight=weight, **look)


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
            linestyle=m.dash,
            zorder=z,
        )
    )
    _label(ax, Label(m.x, m.y, m.text, size=m.size), z)


def _bars(ax, m, z):
    """Draw Bars."""
    look = {"color": m.color, "label": m.label or None, "zorder": z}
    ax.bar(m.x, np.asarray(m.height, dtype=float), width=m.width, **look)


def _heat(ax, m, z):
    """Draw a Heat."""
    ax.imshow(
        np.asarray(m.values, dtype=float),
        cmap=colour_map(m.colors),
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
