"""Lesson 3: gradient descent on three landscapes, and the explorer of its failures.

The explorer names a failure only when the numbers of the descent prove it, and gives
those numbers in the sentence.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bpkit.descent import walk
from bpkit.scene import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    VERMILION,
    Label,
    Line,
    Panel,
    Points,
    Scene,
    whole_ticks,
)
from bpkit.widgets.explorer import Action, Choice, Explorer, Play, Slider, Toggle
from bpkit.words import count, number, numbers

ARRIVED = 1e-3  # a slope below this counts as flat
STALLED = 0.1  # and one below this as nearly flat
CRAWL = 0.02  # of the way that is left, in one step
FAR = 1e6  # where drawing stops; the frames end at 3
MOST_STEPS = 200
AXES = ("x₀", "x₁")


@dataclass(frozen=True)
class Landscape:
    """A cost of one or two numbers, with its slopes and its curvatures.

    Each function takes places as an array whose last axis holds the numbers.
    """

    formula: str
    cost: Callable
    gradient: Callable
    curvatures: Callable
    minima: np.ndarray
    contours: tuple = ()

    def nearest(self, place):
        """Return the minimum that is nearest to a place, and the distance."""
        distances = np.linalg.norm(self.minima - place, axis=1)
        return self.minima[distances.argmin()], float(distances.min())


# --- three landscapes -----------------------------------------------------------------


def _ellipse(level):
    """Return the contour of x₀² + 5x₁² at a level."""
    t = np.linspace(0, 2 * np.pi, 49)
    return np.sqrt(level) * np.cos(t), np.sqrt(level / 5) * np.sin(t)


def _two_hollows(level):
    """Return the contour of x₀² + (x₁² − 1)² at a level."""
    root = np.sqrt(level)
    end = np.arccos(max(-1.0, -1 / root))
    t = np.linspace(-end, end, 33)
    x, y = root * np.sin(t), np.sqrt(np.maximum(1 + root * np.cos(t), 0))
    return np.r_[x, np.nan, x], np.r_[y, np.nan, -y]


def _pair(first, second):
    """Return two arrays as the last axis of one."""
    return np.stack([first, second], axis=-1)


def _well_minima():
    """Return the two minima of the double well, the deepest first."""
    left, _, right = np.sort(np.roots([4, 0, -4, 0.3]).real)
    return np.array([[left], [right]])


LANDSCAPES = {
    "double well": Landscape(
        formula="C = (x² − 1)² + 0.3x",
        cost=lambda p: (p[..., 0] ** 2 - 1) ** 2 + 0.3 * p[..., 0],
        gradient=lambda p: 4 * p * (p**2 - 1) + 0.3,
        curvatures=lambda p: 12 * p**2 - 4,
        minima=_well_minima(),
    ),
    "valley": Landscape(
        formula="C = x₀² + 5x₁²",
        cost=lambda p: p[..., 0] ** 2 + 5 * p[..., 1] ** 2,
        gradient=lambda p: p * (2.0, 10.0),
        curvatures=lambda p: np.broadcast_to((2.0, 10.0), p.shape),
        minima=np.array([[0.0, 0.0]]),
        contours=tuple((c, *_ellipse(c)) for c in (0.25, 1, 4, 9, 16)),
    ),
    "saddle": Landscape(
        formula="C = x₀² + (x₁² − 1)²",
        cost=lambda p: p[..., 0] ** 2 + (p[..., 1] ** 2 - 1) ** 2,
        gradient=lambda p: _pair(2 * p[..., 0], 4 * p[..., 1] * (p[..., 1] ** 2 - 1)),
        curvatures=lambda p: _pair(2 + 0 * p[..., 0], 12 * p[..., 1] ** 2 - 4),
        minima=np.array([[0.0, 1.0], [0.0, -1.0]]),
        contours=tuple((c, *_two_hollows(c)) for c in (0.1, 0.5, 1, 2.25, 4, 9)),
    ),
}


# --- what a walk shows ----------------------------------------------------------------


@dataclass(frozen=True)
class Descent:
    """A run of gradient descent on a landscape, with what a diagnosis needs.

    ``lost`` is the first step whose place or cost is no number any more, or None.
    """

    land: Landscape
    eta: float
    places: np.ndarray
    costs: np.ndarray
    lost: int | None

    @property
    def steps(self):
        """Return the number of steps."""
        return len(self.places) - 1

    @property
    def end(self):
        """Return the last place."""
        return self.places[-1]

    def rises(self, last=None):
        """Return how many of the (last) steps raised the cost, and out of how many."""
        costs = self.costs if self.lost is None else self.costs[: self.lost]
        change = np.diff(costs)[-last if last else None :]
        return int((change > 0).sum()), len(change)

    def turns(self, last=10):
        """Return the axis that turned back most often, how often, out of how many."""
        moves = np.diff(self.places, axis=0)[-last - 1 :]
        turned = (moves[1:] * moves[:-1] < 0).sum(axis=0)
        axis = int(turned.argmax())
        return axis, int(turned[axis]), max(0, len(moves) - 1)


def descent_on(land, start, eta, steps, noise=0.0):
    """Return the Descent from a start; the noise is the same at every call."""
    rng = np.random.default_rng(0)
    places = walk(land.gradient, start, eta, steps, noise, rng)
    with np.errstate(over="ignore", invalid="ignore"):
        costs = land.cost(places)
    bad = ~(np.isfinite(places).all(axis=1) & np.isfinite(costs))
    return Descent(land, eta, places, costs, int(bad.argmax()) if bad.any() else None)


def diagnose(run, noise=0.0):
    """Say what a walk shows, and why it fails if it fails.

    Parameters
    ----------
    run : Descent
        A negative learning rate stands for a step in the wrong direction.
    noise : float
        Standard deviation of the error of each slope; dimensionless.

    Returns
    -------
    str
        It begins with the name of what is seen: "Divergence", "Wrong sign", "Noise",
        "Flat point", "Saddle", "Hump", "Minimum", "Not the deepest minimum",
        "Zig-zag", "Too large a step", "Crawl" or "On its way".
    """
    if run.steps == 0:
        slope = run.land.gradient(run.end)
        return f"Start at {_place(run.end)}, where the slope is {_tuple(slope)}."
    if run.eta < 0:
        return _wrong_sign(run, noise)
    if run.lost is not None:
        return _lost(run)
    if noise:
        return _noisy(run, noise)
    slope = run.land.gradient(run.end)
    steepest = np.abs(slope).max()
    if not run.land.gradient(run.places[0]).any():
        return _flat(run, "Flat point")
    curvatures = run.land.curvatures(run.end)
    if steepest < ARRIVED:
        return _flat(run) if curvatures.min() < 0 else _arrived(run)
    risen, of = run.rises(last=5)
    if risen == of and run.costs[-1] > run.costs[0]:
        return (
            f"Divergence: the cost rose at each of the last {count(of, 'step')}, to "
            f"{number(run.costs[-1])} from {number(run.costs[0])} at the start. "
            f"{_bound(run)}"
        )
    _, turned, turns = run.turns()
    if turns >= 3 and turned >= 0.8 * turns:
        return _zigzag(run)
    risen, of = run.rises(last=10)
    if risen:
        return (
            f"Too large a step: the cost rose at {risen} of the last "
            f"{count(of, 'step')}, though each went against the slope. {_bound(run)}"
        )
    on_a_ridge = ((slope == 0) & (curvatures < 0)).any()
    if on_a_ridge or (steepest < STALLED and curvatures.min() < 0):
        return _flat(run)
    return _under_way(run)


def _wrong_sign(run, noise):
    """Say how far up the wrong sign has led."""
    if not noise and not run.land.gradient(run.places[0]).any():
        return _flat(run, "Flat point")
    risen, of = run.rises()
    reached = "past the largest number a float can hold"
    if run.lost is None:
        reached = f"to {number(run.costs[-1])}"
    return (
        f"Wrong sign: it walks with the slope, uphill. The cost rose at {risen} of "
        f"{count(of, 'step')}, from {number(run.costs[0])} {reached}."
    )


def _lost(run):
    """Say how a walk left the numbers."""
    risen, of = run.rises()
    text = (
        f"Divergence: the cost rose at {risen} of {count(of, 'step')}, from "
        f"{number(run.costs[0])} to {number(run.costs[run.lost - 1])}; at step "
        f"{run.lost} it is past the largest number a float can hold."
    )
    nan = np.isnan(run.places).any(axis=1)
    if nan.any():
        text += (
            f" From step {nan.argmax()} on the place is NaN: inf − inf has no value."
        )
    return (
        f"{text} The last steps went against the slope and still ended higher: "
        "η is too large."
    )


def _noisy(run, noise):
    """Say how far a noisy walk strays in its second half."""
    late = run.places[-max(1, run.steps // 2) :]
    strays = [run.land.nearest(place)[1] for place in late]
    risen, of = run.rises()
    return (
        f"Noise: each slope carries a random error of about {number(noise)}. Over the "
        f"last {count(len(late), 'place')} the distance to the nearest minimum is "
        f"{number(np.mean(strays))} on average and {number(np.max(strays))} at most; "
        f"the cost rose at {risen} of {count(of, 'step')}."
    )


def _flat(run, name=None):
    """Say that the ground is flat, or nearly, where there is no minimum."""
    curvatures = run.land.curvatures(run.end)
    down = int(curvatures.argmin())
    name = name or ("Saddle" if len(curvatures) == 2 else "Hump")
    slope = run.land.gradient(run.end)
    text = f"{name}: at {_place(run.end)} the slope is {_tuple(slope)}"
    if not slope.any():
        text += ", so the step is 0 too: it stays for ever"
    if curvatures[down] >= 0:
        return f"{text}. It is a minimum, as all curvatures are positive."
    axis = _axis(run, down)
    text += (
        f". It is no minimum: along {axis} the curvature is "
        f"{number(curvatures[down])}, so the ground falls away on both sides."
    )
    if slope.any() and not slope[down]:
        return (
            f"{text} But {axis} is exactly {number(run.end[down])}: no slope, no step."
        )
    return text


def _arrived(run):
    """Say which minimum has been reached, and how."""
    minimum, _ = run.land.nearest(run.end)
    cost, least = run.land.cost(minimum), run.land.cost(run.land.minima).min()
    if cost > least + 1e-9:
        text = (
            f"Not the deepest minimum: it rests at {_place(run.end)} with cost "
            f"{number(cost)}; elsewhere the cost falls to {number(least)}."
        )
    else:
        text = (
            f"Minimum: it rests at {_place(run.end)} with cost "
            f"{number(run.costs[-1])}; the lowest cost of all is {number(least)}."
        )
    axis, turned, turns = run.turns(last=run.steps)
    if turned:
        text += (
            f" On the way {_axis(run, axis)} turned back at {turned} of {turns} turns."
        )
    return f"{text} {_bound(run)}"


def _zigzag(run):
    """Say how often a walk changed sides, and whether that brought it nearer."""
    axis, turned, turns = run.turns()
    before, after = (run.land.nearest(place)[1] for place in run.places[-2:])
    return (
        f"Zig-zag: {_axis(run, axis)} turned back at {turned} of the last {turns} "
        f"turns. At the last step the distance to the nearest minimum went from "
        f"{number(before)} to {number(after)}. {_bound(run)}"
    )


def _under_way(run):
    """Say how far there is to go, and whether the pace is a crawl."""
    length = np.linalg.norm(run.places[-1] - run.places[-2])
    _, left = run.land.nearest(run.end)
    share = length / left
    pace = (
        f"after {count(run.steps, 'step')} the minimum is still {number(left)} away, "
        f"and the last step, η × slope = {number(run.eta)} × "
        f"{number(length / run.eta)}, covered {share:.1%} of that"
    )
    if share < CRAWL:
        _, of = run.rises(last=10)
        return (
            f"Crawl: {pace}. None of the last {count(of, 'step')} led uphill: the "
            "walk is right, but time runs out."
        )
    return (
        f"On its way: {pace}. The cost has fallen from {number(run.costs[0])} to "
        f"{number(run.costs[-1])}."
    )


def _bound(run):
    """Say which steps are stable at the minimum nearby, and which is taken."""
    minimum, _ = run.land.nearest(run.end)
    curvature = run.land.curvatures(minimum).max()
    limit = 2 / curvature
    side = "above" if run.eta > limit else "below"
    if abs(run.eta - limit) < 1e-9:
        side = "exactly there"
    return (
        f"At that minimum the largest curvature is {number(curvature)}, so starts "
        f"around it settle only for η below 2/{number(curvature)} = {number(limit)}; "
        f"η = {number(run.eta)} is {side}."
    )


def _axis(run, axis):
    """Return the name of a coordinate."""
    return AXES[axis] if run.places.shape[1] == 2 else "x"


def _tuple(values):
    """Write one number, or two in brackets."""
    return f"({numbers(values)})" if len(values) > 1 else number(values[0])


def _place(place):
    """Write where a place is."""
    return f"x = {_tuple(place)}" if len(place) == 1 else _tuple(place)


# --- the explorer ---------------------------------------------------------------------


class DescentExplorer(Explorer):
    """Gradient descent on three landscapes; each of its failures can be reached."""

    title = "Walking downhill: where does it end, and why?"
    alt = "Left: a landscape with the path of gradient descent. Right: cost by step."
    controls = (
        Choice("land", "landscape", tuple(LANDSCAPES), "double well"),
        Slider("x", "start x, or x₀", -2.0, 2.0, 0.05, 1.5),
        Slider("x1", "start x₁", -2.0, 2.0, 0.05, 1.0),
        Slider("eta", "learning rate η", 0.005, 0.5, 0.005, 0.02),
        Slider("steps", "steps", 0, MOST_STEPS, 1, 60),
        Slider("noise", "noise of the slope", 0.0, 3.0, 0.1, 0.0),
        Toggle("uphill", "wrong sign", False),
        Play("walk", "Walk"),
        Action("step", "One step"),
    )

    def idle(self, state):
        """Return x₁ where the landscape is a curve, and the step after the last."""
        curve = LANDSCAPES[state["land"]].minima.shape[1] == 1
        full = state["steps"] >= MOST_STEPS
        return ("x1",) * curve + ("step",) * full

    def view(self, state):
        """Return the landscape with the path, the cost by step, and the diagnosis."""
        land = LANDSCAPES[state["land"]]
        start = [state["x"], state["x1"]][: land.minima.shape[1]]
        eta = -state["eta"] if state["uphill"] else state["eta"]
        run = descent_on(land, start, eta, state["steps"], state["noise"])
        ground = _curve_panel if len(start) == 1 else _map_panel
        panels = [ground(run), _cost_panel(run)]
        full = state["steps"] >= MOST_STEPS
        return Scene(panels, diagnose(run, state["noise"]), full)

    def act(self, name, state):
        """Answer a button: one step more; playing from the last step starts anew."""
        if name not in ("walk", "step"):
            return super().act(name, state)
        steps = state["steps"]
        if name == "walk" and steps >= MOST_STEPS:
            return state | {"steps": 0}
        return state | {"steps": min(steps + 1, MOST_STEPS)}


def _path(x, y):
    """Return the marks of a path: its line, its points, its start and its end."""
    x, y = (np.clip(v, -FAR, FAR) for v in (x, y))
    last = int(np.flatnonzero(np.isfinite(x) & np.isfinite(y))[-1])
    return [
        Line(x, y, BLUE, "dotted", 1.5, label="path"),
        Points(x[1:-1], y[1:-1], BLUE, "o", 6),
        Points(x[:1], y[:1], GREEN, "s", 10, label="start"),
        Points(x[last : last + 1], y[last : last + 1], VERMILION, "D", 10, label="end"),
    ]


def _curve_panel(run):
    """Return the landscape of one number, as a curve."""
    grid = np.linspace(-2.2, 2.2, 121)
    floor = Line(grid, run.land.cost(grid[:, None]), BLACK)
    return Panel(
        xlim=(-2.2, 2.2),
        ylim=(-1, 11),
        marks=[floor, *_path(run.places[:, 0], run.costs)],
        xlabel="x",
        ylabel="cost C",
        title=run.land.formula,
        height=380,
    )


def _map_panel(run):
    """Return the landscape of two numbers, as a map with contours."""
    marks = []
    for cost, x, y in run.land.contours:
        marks.append(Line(x, y, GREY, width=1))
        if cost in (1, 4, 9, 16):
            top = np.nanargmax(y)
            marks.append(Label(x[top], y[top] + 0.12, f"C = {cost}", GREY))
    minima = run.land.minima
    marks.append(Points(minima[:, 0], minima[:, 1], ORANGE, "x", 10, label="minimum"))
    return Panel(
        xlim=(-2.4, 2.4),
        ylim=(-2.2, 2.4),
        marks=[*marks, *_path(run.places[:, 0], run.places[:, 1])],
        xlabel="x₀",
        ylabel="x₁",
        title=run.land.formula,
        equal=True,
        height=380,
    )


def _cost_panel(run):
    """Return how far the cost is above its least value, by step."""
    above = np.clip(run.costs - run.land.cost(run.land.minima).min(), None, FAR)
    above[~(above > 0)] = np.nan
    k = np.arange(len(above))
    return Panel(
        xlim=(0, max(1, run.steps)),
        ylim=(1e-6, 1e4),
        marks=[Line(k, above, BLUE, width=1.5), Points(k, above, BLUE, "o", 5)],
        xlabel="step",
        ylabel="cost above the least",
        title="cost above the least, step by step",
        xticks=whole_ticks(0, max(1, run.steps), most=6),
        ylog=True,
        height=380,
    )
