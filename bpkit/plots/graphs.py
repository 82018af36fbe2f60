"""Pictures of lesson 4: computation graphs, and what the two modes cost."""

from itertools import pairwise

import numpy as np
from matplotlib.ticker import NullLocator

from bpkit.graph import topological_order
from bpkit.plots.base import WIDTH, as_counts, draw_two_counts, power_law
from bpkit.plots.static import picture_of
from bpkit.scene import (
    BLUE,
    GREY,
    VERMILION,
    WHITE,
    Arrow,
    Box,
    Label,
    Line,
    Panel,
    Scene,
)
from bpkit.words import count, listed, number

SYMBOLS = {
    "add": "+",
    "subtract": "−",
    "multiply": "×",
    "divide": "÷",
    "maximum": "max",
    "negate": "−",
    "exp": "exp",
    "log": "ln",
    "sigmoid": "σ",
    "relu": "relu",
}
RAISED = str.maketrans("0123456789-.", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻·")

# All lengths are inches, so that texts and places fit together.
BOX = (0.46, 0.38)
LEAF = 0.42  # an input has no box, only its name
STUB = 0.7  # the straight first part of a wire, with the value and the slope on it
GAP = 0.18  # at least, from a stub to the next box
ROW = 0.82
EDGE = 0.12
HALF = 10  # points of a wire up to its middle
HEAD = 0.18  # the last part of a wire, drawn as an arrow

SIZE = 16  # of a text; pixels
LETTER, NARROW = 0.102, 0.09  # of a number at this size: at most, and with its point
MARGIN = 0.05  # at least, from a box to a number
TITLE = 24  # above the drawing; pixels


# --- where everything stands ---------------------------------------------------------


def arrange(output, width=WIDTH):
    """Give each node of a graph its place, inputs on the left, the output on the right.

    Parameters
    ----------
    output : bpkit.graph.Node
        The last node of the computation.
    width : float
        The width to fill; inches.

    Returns
    -------
    dict of Node to tuple of float
        The centre (x, y) of every node that is drawn, in inches, y upwards from the
        lowest row at 0; parents come before children. Constants are not drawn: they
        are part of the operation's symbol.
    """
    nodes = [node for node in topological_order(output) if node.operation != "constant"]
    column = _columns(nodes)
    row = _rows(nodes, column)
    left, right = EDGE + LEAF / 2, width - EDGE - STUB - BOX[0] / 2
    spacing = (right - left) / max(1, max(column.values()))
    lowest = max(row.values())
    return {n: (left + spacing * column[n], ROW * (lowest - row[n])) for n in nodes}


def _columns(nodes):
    """Return each node's column: after its parents, and an input before its child."""
    column = {}
    for node in nodes:
        before = [column[parent] for parent in node.parents if parent in column]
        column[node] = 1 + max(before, default=-1)
    for leaf in nodes:
        after = [column[node] for node in nodes if leaf in node.parents]
        if not leaf.parents and after:
            column[leaf] = min(after) - 1
    return column


def _rows(nodes, column):
    """Return each node's row: inputs one below the other, the rest amid its parents."""
    leaves = [node for node in nodes if not any(p in column for p in node.parents)]
    row = {leaf: float(place) for place, leaf in enumerate(leaves)}
    for place in range(max(column.values()) + 1):
        here = [node for node in nodes if column[node] == place]
        for node in here:
            if node not in row:
                above = {p for p in node.parents if p in column}
                row[node] = sum(row[p] for p in above) / len(above)
        here.sort(key=row.get)
        _spread(here, row)
    return row


def _spread(nodes, row):
    """Move nodes of one column apart until no two of them share a row."""
    middle = sum(row[node] for node in nodes) / len(nodes)
    for one, following in pairwise(nodes):
        row[following] = max(row[following], row[one] + 1)
    shift = sum(row[node] for node in nodes) / len(nodes) - middle
    for node in nodes:
        row[node] -= shift


def wires(places):
    """Return the wires of an arranged graph, each from a parent to a child.

    Parameters
    ----------
    places : dict of Node to tuple of float
        What `arrange` gave.

    Returns
    -------
    list of tuple
        (parent, child, slope, x, y) for each edge: the local slope along it, and the
        points of the curve from the end of the parent's stub to the child.
    """
    found = []
    for child in places:
        for k, parent in enumerate(child.parents):
            if parent in places:
                bend = _bend(places, parent, child, k)
                x, y = _curve(stub(parent, places), places[child], bend)
                found.append((parent, child, child.slopes[k], x, y))
    return found


def _bend(places, parent, child, k):
    """Return how far a wire swings out: beside its twin, or round a box."""
    twins = [i for i, p in enumerate(child.parents) if p is parent]
    if len(twins) > 1:
        return 0.6 * ((len(twins) - 1) / 2 - twins.index(k))
    x, y = _curve(stub(parent, places), places[child], 0)
    for node, (x_node, y_node) in places.items():
        near = np.hypot((x - x_node) / 2, y - y_node).min() < 0.3
        if node not in (parent, child) and near:
            return ROW if k == 0 else -ROW
    return 0


def _curve(start, end, bend):
    """Return a smooth curve from a stub to the left of a box."""
    t = np.linspace(0, 1, 2 * HALF + 1)
    x0, x1 = start[1], end[0] - BOX[0] / 2
    y = start[2] + (end[1] - start[2]) * (3 * t**2 - 2 * t**3)
    # A wide swing rises steeply, clear of the twins that may begin at the same place.
    swing = np.sin(np.pi * t) ** (0.4 if abs(bend) >= ROW else 1)
    return x0 + (x1 - x0) * t, y + bend * swing


def stub(node, places):
    """Return (x, x_end, y): the straight first part of the wires that leave a node.

    Parameters
    ----------
    node : bpkit.graph.Node
        Where the wires begin.
    places : dict of Node to tuple of float
        What `arrange` gave.

    Returns
    -------
    tuple of float
        Both ends and the height; inches.
    """
    x, y = places[node]
    begin = x + (BOX[0] if node.parents else LEAF) / 2
    columns = sorted({round(place[0], 6) for place in places.values()})
    spacing = min(np.diff(columns), default=np.inf)
    return begin, begin + min(STUB, spacing - BOX[0] - GAP), y


def symbol(node):
    """Return what stands in a node's box: its operation, with a constant if it has one.

    Parameters
    ----------
    node : bpkit.graph.Node
        The node; an input shows its name.

    Returns
    -------
    str
        "+", "×", "σ", "( )²", "0.5 ×", …
    """
    if not node.parents:
        return node.name or "?"
    if node.operation.startswith("power_"):
        return "( )" + node.operation.removeprefix("power_").translate(RAISED)
    sign = SYMBOLS[node.operation]
    for k, parent in enumerate(node.parents):
        if parent.operation == "constant":
            constant = number(parent.value, 4)
            return f"{constant} {sign}" if k == 0 else f"{sign} {constant}"
    return sign


# --- the drawing ---------------------------------------------------------------------


def wire(x, y, color=GREY, width=1.2, dash="solid"):
    """Return the marks of a wire through points, with an arrow's head at its end."""
    # The head's line must be long enough to hold it.
    long = np.hypot(x[-1] - x, y[-1] - y) >= HEAD
    k = int(np.flatnonzero(long)[-1]) if long.any() else 0
    return [
        Line(x[: k + 1], y[: k + 1], color, dash, width),
        Arrow(x[k], y[k], x[-1], y[-1], color, width, dash),
    ]


def share(x, y, slope):
    """Return the marks of a slope that comes back along a wire, on white paper."""
    paper = Box(x, y, LETTER * len(slope) + 0.08, 0.22, color=WHITE, border=0)
    return [paper, Label(x, y, slope, VERMILION, size=SIZE)]


def letters_beside(node, places):
    """Return how many letters of a number have room between a node and the next box."""
    begin, end, _ = stub(node, places)
    return int((end - begin + GAP - 2 * MARGIN) / NARROW)


def node_marks(node, places, value, slope="", border=1.5):
    """Return the marks of a node: value above the stub, slope below, both in words."""
    x, y = places[node]
    begin, end, _ = stub(node, places)

    def beside(text):
        """Return the middle of the stub, or of a number that is longer."""
        return begin + max(end - begin, LETTER * len(text) + 2 * MARGIN) / 2

    marks = [
        Line([begin, end], [y, y], GREY, width=1.2),
        Label(beside(value), y + 0.15, value, BLUE, size=SIZE),
    ]
    if slope:
        marks.append(Label(beside(slope), y - 0.17, slope, VERMILION, size=SIZE))
    if not node.parents:
        return [*marks, Label(x, y, symbol(node), size=SIZE, bold=True)]
    marks.append(Box(x, y, *BOX, symbol(node), border=border, size=SIZE))
    return [*marks, Label(x, y + 0.34, node.name or "", size=SIZE)]


def computation_graph(output, slopes=True):
    """Draw a graph: each value above its wire and, if wanted, each slope below.

    Parameters
    ----------
    output : bpkit.graph.Node
        The last node of the computation.
    slopes : bool
        Whether to write the slopes, as the last `reverse_sweep` left them in `grad`.

    Returns
    -------
    Picture
        Where several wires leave a node, each also shows the slope that comes back
        along it. Its finding gives the output and the slopes by the inputs.
    """
    places = arrange(output)
    lines = wires(places)
    marks = [mark for *_, x, y in lines for mark in wire(x, y)]
    for node in places:
        slope = number(node.grad, 4) if slopes else ""
        marks += node_marks(node, places, number(node.value, 4), slope)
    for parent, child, slope, x, y in lines:
        if slopes and _leaving(lines, parent) > 1:
            marks += share(x[HALF], y[HALF], number(slope * child.grad, 4))
    panel = graph_panel(places, lines, marks)
    return picture_of(Scene([panel], _finding(output, places, lines, slopes)))


def graph_panel(places, lines, marks, title=""):
    """Return the panel of an arranged graph, as high as it needs to be."""
    heights = [y for _, y in places.values()] + [y for *_, ys in lines for y in ys]
    low, high = min(heights) - 0.5, max(heights) + 0.6
    height = round(100 * (high - low)) + (TITLE if title else 0)
    window = (0, WIDTH), (low, high)
    return Panel(*window, marks, title=title, bare=True, height=height)


def _leaving(lines, node):
    """Count the wires that leave a node."""
    return sum(line[0] is node for line in lines)


def _finding(output, places, lines, slopes):
    """Say what was computed and, with slopes, what the output answers to."""
    inputs = [node for node in places if not node.parents]
    result = f"{output.name or 'output'} = {number(output.value, 4)}"
    if not slopes:
        given = listed([f"{n.name} = {number(n.value, 4)}" for n in inputs])
        operations = count(len(places) - len(inputs), "operation")
        return f"{result}, computed from {given} in {operations}."
    by = listed([f"{number(n.grad, 4)} by {n.name}" for n in inputs])
    said = f"Values above the wires: {result}. Slopes below: {by}."
    for node in places:
        if _leaving(lines, node) > 1:
            parts = [number(s * c.grad, 4) for p, c, s, *_ in lines if p is node]
            total = " + ".join(parts).replace("+ −", "− ")
            said += (
                f" At {node.name or 'an unnamed node'} the wires bring back {total} = "
                f"{number(node.grad, 4)}."
            )
    return said


# --- what it costs -------------------------------------------------------------------


def steps_of_two_modes(parameters, forward, reverse):
    """Draw the steps that forward and reverse mode take, against the parameters.

    Parameters
    ----------
    parameters : array_like of int, shape (k,)
        Parameters p of each graph, growing.
    forward, reverse : array_like of int, shape (k,)
        Multiply-and-add steps counted in each mode.

    Returns
    -------
    Picture
        Two lines on logarithmic axes. Its finding gives their fitted exponents, and
        the ratio for the largest graph.

    Raises
    ------
    ValueError
        If the three are not of one length of two or more, or not positive.
    """
    p, many, one = as_counts(parameters=parameters, forward=forward, reverse=reverse)
    picture, ax = draw_two_counts(
        3.5,
        ("parameters p of the graph", "steps counted"),
        p,
        {
            "forward mode, one walk a parameter": many,
            "reverse mode, one walk for all": one,
        },
    )
    ax.set_xscale("log")
    ax.set_xticks(p, [f"{parameters:,.0f}" for parameters in p])
    ax.xaxis.set_minor_locator(NullLocator())
    powers = power_law(p, many), power_law(p, one)
    picture.finding = (
        f"From {p[0]:,.0f} to {p[-1]:,.0f} parameters the steps of forward mode grow "
        f"like p to the power {powers[0]:.2f}, those of reverse mode like p to the "
        f"power {powers[1]:.2f}. At the largest, forward mode takes "
        f"{many[-1] / one[-1]:,.0f} times as many."
    )
    return picture
