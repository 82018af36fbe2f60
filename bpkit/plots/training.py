"""Pictures of training: digits, readings, learning curves, what neurons look at."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import MaxNLocator

from bpkit.plots.base import (
    DIVERGING,
    INK,
    LINE_STYLES,
    TEXT,
    Picture,
    add_legend,
    as_examples,
    as_labels,
    draw_image,
    grid_of_axes,
    label_axes,
    require_curves,
    side_of,
    write,
)
from bpkit.scene import BLACK, GREY, ORANGE, VERMILION
from bpkit.words import count, decimals, listed

# --- images of digits ----------------------------------------------------------


def digits_grid(x, labels, columns=10):
    """Draw images in a grid, each with its label below.

    Parameters
    ----------
    x : array_like, shape (n, m)
        One square image a column; pixel intensity, 0 to 1.
    labels : array_like of int, shape (m,)
        The digit that each image shows.
    columns : int
        Images in a row.

    Returns
    -------
    Picture
        Its finding tells the size of the images, their range and their ink.

    Raises
    ------
    ValueError
        If the shapes do not fit, or an image is not square.
    """
    x = as_examples("x", x)
    labels = as_labels("labels", labels, x.shape[1])
    side = side_of(x.shape[0])
    picture, axes = grid_of_axes(x.shape[1], columns, cell_height=0.95)
    for ax, pixels, label in zip(axes, x.T, labels, strict=True):
        draw_image(ax, pixels, str(label), cmap=INK, vmin=0, vmax=1)
    picture.finding = (
        f"{count(x.shape[1], 'image')} of {side} × {side} pixels, intensities "
        f"from {x.min():.2f} to {x.max():.2f}; {np.mean(x > 0):.0%} of the pixels "
        "carry ink."
    )
    return picture


def readings(x, outputs, labels, columns=5):
    """Draw images with what a network reads in each, wrong answers framed.

    Parameters
    ----------
    x, labels, columns
        As for `digits_grid`.
    outputs : array_like, shape (k, m)
        The network's output for each image, one row a class; dimensionless.

    Returns
    -------
    Picture
        Its finding counts right and wrong answers, how often the right answer
        was second choice, and names the answer that was surest and wrong.

    Raises
    ------
    ValueError
        As for `digits_grid`.
    """
    x = as_examples("x", x)
    outputs = as_examples("outputs", outputs)
    labels = as_labels("labels", labels, x.shape[1])
    reads = outputs.argmax(axis=0)
    picture, axes = grid_of_axes(x.shape[1], columns, cell_height=1.55)
    for ax, pixels, read, label, sure in zip(
        axes, x.T, reads, labels, outputs.max(axis=0), strict=True
    ):
        right = read == label
        verdict = "right" if right else f"it is {label}"
        caption = f"reads {read} ({sure:.2f})\n{verdict}"
        draw_image(ax, pixels, caption, cmap=INK, vmin=0, vmax=1)
        ax.spines[:].set(
            color=GREY if right else VERMILION,
            linewidth=1 if right else 2.5,
            linestyle="-" if right else "--",
        )
    picture.finding = _readings_finding(outputs, reads, labels)
    return picture


def _readings_finding(outputs, reads, labels):
    """Say how many are right, and what the wrong ones have in common."""
    wrong = np.flatnonzero(reads != labels)
    said = f"{len(labels) - len(wrong)} of {count(len(labels), 'image')} read right"
    if not len(wrong):
        least = outputs.max(axis=0).argmin()
        return (
            f"{said}; the least sure answer is {reads[least]}, "
            f"with an output of {outputs[reads[least], least]:.2f}."
        )
    second = np.argsort(outputs, axis=0, kind="stable")[-2]
    surest = wrong[outputs.max(axis=0)[wrong].argmax()]
    return (
        f"{said}; the second choice is right for {(second == labels)[wrong].sum()} of "
        f"the {len(wrong)} misread. Surest error: {labels[surest]} read as "
        f"{reads[surest]}, with an output of {outputs[reads[surest], surest]:.2f}."
    )


def confusion_matrix(labels, reads):
    """Draw how often each digit was read as each digit.

    Parameters
    ----------
    labels : array_like of int, shape (m,)
        The right answers; 0 and up.
    reads : array_like of int, shape (m,)
        The answers given.

    Returns
    -------
    Picture
        Its finding counts the diagonal, and names the digit that is misread most
        and the commonest confusion; where several lead, all of them.

    Raises
    ------
    ValueError
        If the two are not integers of one length.
    """
    labels = as_labels("labels", labels, np.size(labels))
    reads = as_labels("reads", reads, labels.size)
    classes = int(max(labels.max(), reads.max())) + 1
    table = np.zeros((classes, classes), dtype=int)
    np.add.at(table, (labels, reads), 1)

    picture = Picture(height=5.6)
    ax = label_axes(picture.subplots(), "digit that was read", "digit that it is")
    errors = np.where(np.eye(classes, dtype=bool), 0, table)
    colours = LinearSegmentedColormap.from_list("white_orange", ["#FFFFFF", ORANGE])
    ax.imshow(errors, cmap=colours, vmin=0, vmax=max(1, errors.max()))
    ax.set_xticks(range(classes))
    ax.set_yticks(range(classes))
    for (row, column), times in np.ndenumerate(table):
        look = {"color": BLACK} if times else {"color": GREY}
        look["fontweight"] = "bold" if row == column else "normal"
        write(ax, column, row, str(times) if times else "·", **look)
    picture.finding = _confusion_finding(table, errors)
    return picture


def _confusion_finding(table, errors):
    """Say how much lies on the diagonal and where the rest gathers."""
    said = (
        f"{np.trace(table)} of {count(table.sum(), 'answer')} are right, "
        "on the diagonal"
    )
    if not errors.any():
        return f"{said}; no digit is taken for another."
    missed = errors.sum(axis=1)
    worst = np.flatnonzero(missed == missed.max())
    names = listed([str(digit) for digit in worst])
    each = "each " if len(worst) > 1 else ""
    said += f"; misread most often: {names} ({each}{count(missed.max(), 'time')})"
    if errors.max() == 1:
        return f"{said}; no two digits are confused twice in the same way."
    commonest = np.argwhere(errors == errors.max())
    names = listed([f"{row} read as {column}" for row, column in commonest])
    each = "each " if len(commonest) > 1 else ""
    return f"{said}; commonest: {names} ({each}{errors.max()} times)."


# --- training ------------------------------------------------------------------


def learning_curves(costs, accuracies):
    """Draw cost and accuracy against the number of epochs trained.

    Parameters
    ----------
    costs : dict of str to array_like, shape (epochs + 1,)
        Mean cost for each data set by its name, the first value before training;
        dimensionless.
    accuracies : dict of str to array_like, shape (epochs + 1,)
        Share of right answers for each data set by its name, 0 to 1.

    Returns
    -------
    Picture
        Its finding gives the accuracies at the start, after one epoch and at the
        end, and the cost at both ends.

    Raises
    ------
    ValueError
        If a curve is missing or has fewer than two points.
    """
    for curves in (costs, accuracies):
        require_curves(curves.values())
    picture = Picture(height=3.4)
    left, right = picture.subplots(1, 2)
    label_axes(left, "epochs trained", "mean cost")
    label_axes(right, "epochs trained", "right answers (%)")
    _draw_curves(left, costs)
    _draw_curves(right, {k: 100 * np.asarray(v) for k, v in accuracies.items()})
    left.set_ylim(bottom=0)
    right.set_ylim(0, 102)
    picture.finding = " ".join(
        [f"{_accuracy_sentence(k, v)}." for k, v in accuracies.items()]
        + [
            f"Cost ({k}): {v[0]:.2f} at first, {v[-1]:.2f} at last."
            for k, v in costs.items()
        ]
    )
    return picture


def _draw_curves(ax, curves):
    """Draw each curve in its own colour, dash and marker, with a legend."""
    for style, (name, values) in zip(LINE_STYLES, curves.items(), strict=False):
        every = max(1, len(values) // 6)
        ax.plot(range(len(values)), values, label=name, markevery=every, **style)
    ax.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    add_legend(ax)


def _accuracy_sentence(name, curve):
    """Say where an accuracy starts, where one epoch takes it, where it ends."""
    return (
        f"Right answers ({name}): {curve[0]:.1%} before training, "
        f"{curve[1]:.1%} after 1 epoch, {curve[-1]:.1%} after {len(curve) - 1}"
    )


# --- inside the network --------------------------------------------------------


def hidden_weights(weights, columns=6, quantity="weight"):
    """Draw the incoming weights of each neuron as an image of its own.

    Parameters
    ----------
    weights : array_like, shape (neurons, pixels)
        One neuron a row, one weight a pixel of a square image; dimensionless.
    columns : int
        Images in a row.
    quantity : str
        What the numbers are, in the singular: a weight, or its change.

    Returns
    -------
    Picture
        Blue with + pulls the neuron up, vermilion with − pushes it down; the
        marks sit on each neuron's two strongest weights. Its finding gives the
        share of positive weights and names the strongest, counting from 0.

    Raises
    ------
    ValueError
        If `weights` is not two-dimensional, or a row is not a square image.
    """
    weights = np.asarray(weights, dtype=float)
    if weights.ndim != 2:
        raise ValueError(
            f"weights must have shape (neurons, pixels); got {weights.shape}"
        )
    side = side_of(weights.shape[1])
    limit = np.abs(weights).max() or 1.0
    picture, axes = grid_of_axes(len(weights), columns, cell_height=1.3)
    for neuron, (ax, row) in enumerate(zip(axes, weights, strict=True)):
        image = draw_image(
            ax, row, f"neuron {neuron}", cmap=DIVERGING, vmin=-limit, vmax=limit
        )
        for mark, pixel in (("+", row.argmax()), ("−", row.argmin())):
            y, x = divmod(int(pixel), side)
            write(ax, x, y, mark, fontsize=TEXT + 2)
    bar = picture.colorbar(image, ax=list(axes), location="bottom", aspect=40, pad=0.02)
    bar.set_label(f"{quantity}: − pushes down, + pulls up", fontsize=TEXT)
    bar.ax.tick_params(labelsize=TEXT)
    neuron, pixel = np.unravel_index(np.abs(weights).argmax(), weights.shape)
    y, x = divmod(int(pixel), side)
    strongest = weights[neuron, pixel]
    strongest = ("+" if strongest > 0 else "") + decimals(strongest, 1)
    picture.finding = (
        f"{count(len(weights), 'neuron')}; {np.mean(weights > 0):.0%} of the numbers "
        f"are positive. The strongest {quantity} is {strongest}, from the pixel in "
        f"row {y}, column {x} to neuron {neuron}, counted from 0."
    )
    return picture
