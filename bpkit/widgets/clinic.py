"""Lesson 10: break one equation in one layer, and watch the search for it.

The search is the lesson's own, through a table with δ. `bpkit.localise` is another: it
looks at a program from outside, where only nabla_b and nabla_w can be seen.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from bpkit.activations import sigmoid, sigmoid_prime
from bpkit.backprop import forward_pass
from bpkit.exercises.localiser import MEANINGS
from bpkit.gradients import relative_error
from bpkit.scene import (
    BLACK,
    BLUE,
    GREY,
    VERMILION,
    Arrow,
    Box,
    Label,
    Line,
    Panel,
    Points,
    Scene,
)
from bpkit.widgets.explorer import Choice, Explorer, Slider
from bpkit.words import number

SIZES = (3, 4, 4, 2)  # weights[1] is square, so that its transpose can be forgotten
LAYERS = len(SIZES) - 1
OUTPUT = LAYERS - 1
H = 1e-5
FINE_BELOW = 1e-5
FLOOR = 1e-12  # smaller errors are drawn here
PARTS = {"delta": "δ", "bias": "∂C/∂b", "weights": "∂C/∂W"}
SHORT = {"delta": "δ", "bias": "b", "weights": "W"}  # on the axis of the search
ARRAYS = {"delta": "delta", "bias": "nabla_b", "weights": "nabla_w"}

NONE = "none"
SIGN = "y − a for a − y"
SLOPE_OF_A = "σ′(a) for σ′(z)"
NO_SLOPE = "σ′ forgotten"
NO_TRANSPOSE = "transpose forgotten"
SUM_B = "sum for mean in BP3"
SUM_W = "sum for mean in BP4"
Z_FOR_A = "z for a in BP4"
BUGS = (NONE, SIGN, SLOPE_OF_A, NO_SLOPE, NO_TRANSPOSE, SUM_B, SUM_W, Z_FOR_A)


class LocaliserExplorer(Explorer):
    """Look for a bug in backpropagation, from the output to the left."""

    title = "The localiser at work on a broken backpropagation"
    alt = (
        "A table of nine relative errors, three arrays for each of three layers, with "
        "a mark on what is broken; beside it the same errors in the order of search."
    )
    controls = (
        Choice("bug", "Bug", BUGS, NO_TRANSPOSE),
        Slider("layer", "Layer of the bug", 0, OUTPUT, 1, 0),
        Slider("examples", "Examples m", 1, 6, 1, 5),
        Slider("network", "Network number", 0, 9, 1, 0),
    )

    def idle(self, state):
        """Return the layer of the bug where there is no bug."""
        return ("layer",) if state["bug"] == NONE else ()

    def view(self, state):
        """Return the table of errors, the search, and what was found."""
        problem = make_problem(state["network"], state["examples"])
        came = broken_backprop(problem, state["bug"], state["layer"])
        finds = [_find(came, problem, l, part) for l, part in search_order()]
        first = next((k for k, find in enumerate(finds) if find.broken), None)
        return Scene(
            [_table(finds, first), _search(finds, first)],
            _sentence(state, problem, came, finds, first),
        )


# --- the network, the oracle and the patient ------------------------------------


@dataclass(frozen=True)
class Problem:
    """A network, a batch, and every slope as nudging measures it."""

    weights: list
    biases: list
    x: np.ndarray
    y: np.ndarray
    zs: list
    activations: list
    slopes: dict


@lru_cache(maxsize=64)
def make_problem(seed, m):
    """Return the network of a seed with m examples, and its slopes by nudging."""
    rng = np.random.default_rng(seed)
    pairs = list(pairwise(SIZES))
    weights = [rng.standard_normal((n, n_in)) for n_in, n in pairs]
    biases = [rng.standard_normal((n, 1)) for _, n in pairs]
    x, y = rng.standard_normal((SIZES[0], 6))[:, :m], rng.random((SIZES[-1], 6))[:, :m]
    zs, activations = forward_pass(weights, biases, x)
    slopes = {part: [] for part in PARTS}
    for l in range(LAYERS):
        rest = weights[l + 1 :], biases[l + 1 :], y
        for part, slope in _nudged(weights[l], biases[l], activations[l], rest).items():
            slopes[part].append(slope)
    return Problem(weights, biases, x, y, zs, activations, slopes)


def _nudged(w, b, a, rest):
    """Return δ of every example and the slopes of b and W of one layer, by nudging."""
    return {
        "delta": a.shape[1] * _slopes(lambda z: z, w @ a + b, rest),
        "bias": _slopes(lambda b: w @ a + b, b, rest),
        "weights": _slopes(lambda w: w @ a + b, w, rest),
    }


def _slopes(z_of, p, rest):
    """Return the central quotients of the cost, all entries of p nudged at once."""
    steps = H * np.eye(p.size).reshape(p.size, *p.shape)
    rise = _costs(z_of(p + steps), *rest) - _costs(z_of(p - steps), *rest)
    return (rise / (2 * H)).reshape(p.shape)


def _costs(z, weights, biases, y):
    """Return the cost for each of a stack of z, where those layers follow."""
    a = sigmoid(z)
    for w, b in zip(weights, biases, strict=True):
        a = sigmoid(w @ a + b)
    return ((a - y) ** 2).sum(axis=(1, 2)) / (2 * y.shape[1])


def broken_backprop(problem, bug=NONE, layer=0):
    """Return {part: {layer: array}}, with one bug in one layer.

    A product of matrices that do not fit ends it; what was found until then is kept.
    """
    came = {part: {} for part in PARTS}
    m, delta = problem.y.shape[1], None
    for l in range(OUTPUT, -1, -1):
        here = bug if l == layer else NONE
        z, a, a_in = problem.zs[l], problem.activations[l + 1], problem.activations[l]
        if l == OUTPUT:
            upstream = problem.y - a if here == SIGN else a - problem.y
        else:
            w = problem.weights[l + 1]
            carried = w if here == NO_TRANSPOSE else w.T
            if carried.shape[1] != len(delta):
                return came
            upstream = carried @ delta
        slope = sigmoid_prime(a if here == SLOPE_OF_A else z)
        delta = upstream * (1 if here == NO_SLOPE else slope)
        if here == Z_FOR_A and l > 0:
            a_in = problem.zs[l - 1]
        came["delta"][l] = delta
        came["bias"][l] = delta.sum(axis=1, keepdims=True) / (1 if here == SUM_B else m)
        came["weights"][l] = delta @ a_in.T / (1 if here == SUM_W else m)
    return came


# --- the search ---------------------------------------------------------------------


@dataclass(frozen=True)
class Find:
    """What the search saw of one array; error is None where it never came."""

    layer: int
    part: str
    error: float | None

    @property
    def broken(self):
        """Return whether the array is there and wrong."""
        return self.error is not None and not self.error < FINE_BELOW

    @property
    def equation(self):
        """Return the equation that makes this array."""
        if self.part == "delta":
            return "BP1" if self.layer == OUTPUT else "BP2"
        return "BP3" if self.part == "bias" else "BP4"


def search_order():
    """Return (layer, part) in the order of the backward pass."""
    return [(l, part) for l in range(OUTPUT, -1, -1) for part in PARTS]


def _find(came, problem, l, part):
    """Return the Find of one array."""
    if l not in came[part]:
        return Find(l, part, None)
    return Find(l, part, relative_error(came[part][l], problem.slopes[part][l]))


def follows(came, problem, find):
    """Return whether an array follows, by the right equation, from what came."""
    l, m = find.layer, problem.y.shape[1]
    delta = came["delta"][l]
    if find.part == "bias":
        right = delta.mean(axis=1, keepdims=True)
    elif find.part == "weights":
        right = delta @ problem.activations[l].T / m
    elif l == OUTPUT:
        right = (problem.activations[-1] - problem.y) * sigmoid_prime(problem.zs[l])
    else:
        arriving = problem.weights[l + 1].T @ came["delta"][l + 1]
        right = arriving * sigmoid_prime(problem.zs[l])
    return relative_error(came[find.part][l], right) < FINE_BELOW


# --- the picture --------------------------------------------------------------------


def _table(finds, first):
    """Draw one box for each array: layers side by side, the output at the right."""
    marks = [Arrow(5.9, 0.25, 1.4, 0.25, GREY)]
    marks.append(Label(3.65, 0.55, "search: from the output to the left", GREY))
    for l in range(LAYERS):
        marks.append(Label(1.6 + 2.05 * l, 4.3, f"layer {l}"))
    for row, name in enumerate(PARTS.values()):
        marks.append(Label(0.45, 3.6 - 1.05 * row, name, align="right", bold=True))
    for k, find in enumerate(finds):
        x = 1.6 + 2.05 * find.layer
        y = 3.6 - 1.05 * list(PARTS).index(find.part)
        marks.append(_box(find, x, y, first=k == first))
    return Panel(
        (-0.75, 6.85),
        (0, 4.7),
        marks,
        title=f"Relative errors; layer {OUTPUT} is the output",
        bare=True,
        weight=1.25,
    )


def _box(find, x, y, first):
    """Draw the error of one array, with a mark in words."""
    if find.error is None:
        return Box(x, y, 1.9, 0.85, "–", "#EEEEEE", GREY, 1, "dotted")
    if not find.broken:
        return Box(x, y, 1.9, 0.85, f"✓ {number(find.error, 1)}", "#DCEBF5", BLUE, 1)
    word = "1st ✗" if first else "✗"
    look = ("#F8DFCC", VERMILION, 4 if first else 1.5, "solid" if first else "dashed")
    return Box(x, y, 1.9, 0.85, f"{word} {number(find.error, 2)}", *look)


def _search(finds, first):
    """Draw the errors in the order in which the search meets them."""
    came = [(k, f) for k, f in enumerate(finds, 1) if f.error is not None]
    marks = [
        Line([0.2, 9.8], [FINE_BELOW] * 2, GREY, "dashed", 1.5),
        Label(0.4, FINE_BELOW * 8, f"broken above {number(FINE_BELOW)}", GREY, "left"),
    ]
    for broken, *look in (
        (False, BLUE, "o", 10, "agrees"),
        (True, VERMILION, "x", 10, "broken"),
    ):
        places = [(k, max(f.error, FLOOR)) for k, f in came if f.broken == broken]
        if places:
            marks.append(Points(*zip(*places, strict=True), *look))
    for step, l in enumerate(range(OUTPUT, -1, -1)):
        marks.append(Label(3 * step + 2, FLOOR / 12, f"layer {l}", GREY))
    for x in (3.5, 6.5):
        marks.append(Line([x, x], [FLOOR / 100, 1e3], GREY, "dotted", 1))
    if first is not None:
        height = finds[first].error
        marks.append(Label(first + 1, height * 40, "first", BLACK, bold=True))
    return Panel(
        (0.2, 9.8),
        (FLOOR / 100, 1e6),
        marks,
        xlabel="array, in the order of the search",
        ylabel="relative error",
        xticks=tuple((k, SHORT[find.part]) for k, find in enumerate(finds, 1)),
        ylog=True,
    )


# --- the sentence -------------------------------------------------------------------


def _sentence(state, problem, came, finds, first):
    """Say what was found first, and what that proves about the rest."""
    if first is not None:
        return _about_the_first(problem, came, finds, first)
    if any(find.error is None for find in finds):
        fits, fails = (problem.weights[l].shape for l in (1, OUTPUT))
        return (
            f"Python stops before the search can: weights[{OUTPUT}] is {fails}, δ of "
            f"the output is {came['delta'][OUTPUT].shape}, and without the transpose "
            f"they do not fit. Put the bug into layer 0: weights[1] is {fits}, and "
            "fits anyway."
        )
    largest = number(max(find.error for find in finds), 1)
    said = (
        f"All {len(finds)} arrays agree with nudging; the largest relative error is "
        f"{largest}."
    )
    return f"{said} {_why_nothing_is_seen(state)}".strip()


def _about_the_first(problem, came, finds, first):
    """Name the first broken array, its entry, and what the later ones have of it."""
    find = finds[first]
    array, right = came[find.part][find.layer], problem.slopes[find.part][find.layer]
    i, j = np.unravel_index(np.abs(array - right).argmax(), right.shape)
    said = (
        f"The first that does not hold is {MEANINGS[find.equation]}, in layer "
        f"{find.layer}. {ARRAYS[find.part]}[{find.layer}][{i}, {j}] is "
        f"{number(array[i, j])}, should be {number(right[i, j])}"
        f"{_common_factor(array, right)}."
    )
    later = [other for other in finds[first + 1 :] if other.broken]
    if not later:
        return f"{said} No other array is broken."
    heirs = [other for other in later if follows(came, problem, other)]
    if len(heirs) < len(later):
        return f"{said} {len(later)} later arrays differ too."
    return (
        f"{said} {len(later)} later arrays differ too, but each follows from that by "
        "its own equation: they only inherit the error."
    )


def _common_factor(array, right):
    """Say by which factor all entries are off, if it is one and the same."""
    factor = float((array * right).sum() / (right * right).sum())
    if not relative_error(array, factor * right) < FINE_BELOW:
        return ""
    return f"; every entry is {number(factor)} times what it should be"


def _why_nothing_is_seen(state):
    """Say why a bug that was chosen does no harm here."""
    bug, layer = state["bug"], state["layer"]
    if bug in (SUM_B, SUM_W) and state["examples"] == 1:
        return (
            "The bug is there all the same: of one example, the sum is the mean. "
            "Check with more examples."
        )
    if bug == SIGN and layer != OUTPUT:
        return f"Only the output has an a − y: put the bug into layer {OUTPUT}."
    if bug == NO_TRANSPOSE and layer == OUTPUT:
        return "Nothing is carried back to the output: put the bug into layer 0."
    if bug == Z_FOR_A and layer == 0:
        return "What goes into layer 0 is x, which has no z: choose another layer."
    return ""
