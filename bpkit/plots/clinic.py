"""Pictures of the bug clinic: wrong versions that learn, and where one is wrong."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from bpkit.plots.base import (
    LINE_STYLES,
    TEXT,
    Picture,
    add_legend,
    label_axes,
    require_curves,
)
from bpkit.scene import BLUE, GREY, VERMILION
from bpkit.words import count, listed, number

FINE_BELOW = 1e-5
FLOOR = 1e-13  # smaller errors are drawn here
PARTS = {"delta": "δ", "bias": "∂C/∂b", "weights": "∂C/∂W"}


def versions_learning(shares):
    """Draw how well several versions of a program learn, epoch by epoch.

    Parameters
    ----------
    shares : dict of str to array_like, shape (epochs,)
        Share of right answers after each epoch for each version by its name, 0 to 1;
        five versions at most.

    Returns
    -------
    Picture
        Its finding gives each version's share after one epoch and at the end.

    Raises
    ------
    ValueError
        If there is no version, more than five, or a curve of fewer than two epochs.
    """
    if not 1 <= len(shares) <= len(LINE_STYLES):
        raise ValueError(f"one to five versions can be drawn; got {len(shares)}")
    require_curves(shares.values())
    picture = Picture(height=3.6)
    ax = label_axes(picture.subplots(), "epochs trained", "right answers (%)")
    for look, (name, share) in zip(LINE_STYLES, shares.items(), strict=False):
        epochs = np.arange(1, len(share) + 1)
        ax.plot(epochs, 100 * np.asarray(share), label=name, **look)
    ax.set_ylim(0, 102)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    add_legend(ax)
    ends = [f"{s[0]:.0%} → {s[-1]:.0%} ({name})" for name, s in shares.items()]
    longest = max(len(s) for s in shares.values())
    picture.finding = (
        f"Right answers after 1 epoch and after {longest}: {listed(ends)}."
    )
    return picture


def error_ladder(report):
    """Draw the relative error of every gradient in the order of the backward pass.

    Parameters
    ----------
    report : list of dict
        One a layer, the output layer first: {"layer": l, "delta": e, "bias": e,
        "weights": e}, where each e is a relative error, dimensionless; NaN counts as
        broken.

    Returns
    -------
    Picture
        A dot for what agrees to 1e-5, a cross for what does not. Its finding counts
        both and names the first that is broken.

    Raises
    ------
    ValueError
        If the report is empty.
    """
    if not report:
        raise ValueError("the report must hold at least one layer; got an empty list")
    rungs = [(row["layer"], name, row[name]) for row in report for name in PARTS]
    errors = np.array([error for _, _, error in rungs], dtype=float)
    broken = ~(errors < FINE_BELOW)
    picture = Picture(height=3.6)
    ax = label_axes(
        picture.subplots(),
        "array and its layer, in the order of the backward pass",
        "relative error",
    )
    drawn = np.clip(np.where(np.isnan(errors), 1, errors), FLOOR, 1)
    places = np.arange(len(rungs))
    for mask, marker, colour, name in (
        (~broken, "o", BLUE, "agrees with nudging"),
        (broken, "X", VERMILION, "broken"),
    ):
        ax.vlines(places[mask], FLOOR / 10, drawn[mask], color=colour, linewidth=1)
        ax.plot(
            places[mask], drawn[mask], marker, color=colour, markersize=10, label=name
        )
    ax.axhline(FINE_BELOW, color=GREY, linestyle="--")
    ax.text(
        -0.4,
        FINE_BELOW * 2,
        f"broken above {number(FINE_BELOW)}",
        color=GREY,
        fontsize=TEXT,
    )
    ax.set_yscale("log")
    ax.set_ylim(FLOOR / 10, 200)
    ax.set_xlim(-0.5, len(rungs) - 0.5)
    ax.set_xticks(places, [f"{PARTS[name]}\n{l}" for l, name, _ in rungs])
    if broken.any():
        first = int(broken.argmax())
        ax.annotate(
            "first",
            (first, drawn[first]),
            (first, drawn[first] * 6),
            ha="center",
            fontsize=TEXT,
            fontweight="bold",
        )
    picture.legend(loc="outside upper right", ncols=2, fontsize=TEXT, frameon=False)
    picture.finding = _ladder_finding(rungs, broken)
    return picture


def _ladder_finding(rungs, broken):
    """Count what is broken, and name what is broken first."""
    arrays = count(len(rungs), "array")
    if not broken.any():
        return f"All {arrays} agree with nudging to {number(FINE_BELOW)}."
    layer, name, error = rungs[int(broken.argmax())]
    return (
        f"{broken.sum()} of {arrays} are broken. The first, from "
        f"the output to the left: {PARTS[name]} of layer {layer}, with a relative "
        f"error of {number(error, 2)}."
    )
