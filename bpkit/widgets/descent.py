"""Walking downhill: landscapes, the walk itself, and the explorer of its failures.

The explorer names a failure only when the numbers of the walk prove it, and gives those
numbers in the sentence.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

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
)
from bpkit.widgets.explorer import Action, Choice, Explorer, Play, Slider, Toggle

ARRIVED = 1e-3  # a slope below this counts as flat
STALLED = 0.1  # and one below this as nearly flat
CRAWL = 0.02  # of the way that is left, in one step
FAR = 1e6  # where drawing stops; the frames end at 3
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


def walk(gradient, x0, eta, steps, noise=0.0, rng=None):
    """Take steps of gradient descent and return every place on the way.

    Parameters
    ----------
    gradient : callable
        Gives the slope at a place, an array of its shape; dimensionless.
    x0 : array_like
        The start, a number or an array of any shape; dimensionless.
    eta : float
        Learning rate; dimensionless.
    steps : int
        How many steps to take.
    noise : float
        Standard deviation of the random error of each slope; dimensionless.
    rng : numpy.random.Generator, optional
        Draws the errors; needed when there is noise.

    Returns
    -------
    ndarray, shape (steps + 1, *x0.shape)
        The places, the first of which is the start. A walk that diverges ends in inf
        and NaN; it does not raise.

    Notes
    -----
    x → x − η (C′(x) + noise).

    Examples
    --------
    >>> walk(lambda x: 4 * x, 1.0, 0.125, 3).tolist()
    [1.0, 0.5, 0.25, 0.125]
    """
    x = np.array(x0, dtype=float)
    places = [x]
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            slope = gradient(x)
            if noise:
                slope = slope + noise * rng.standard_normal(x.shape)
            x = x - eta * slope
            places.append(x)
    return np.array(places)


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
class Walk:
    """A walk on a landscape, with what a diagnosis needs.

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


def walk_on(land, start, eta, steps, noise=0.0):
    """Return the Walk from a start; the noise is the same at every call."""
    rng = np.random.default_rng(0)
    places = walk(land.gradient, start, eta, steps, noise, rng)
    with np.errstate(over="ignore", invalid="ignore"):
        costs = land.cost(places)
    bad = ~(np.isfinite(places).all(axis=1) & np.isfinite(costs))
    return Walk(land, eta, places, costs, int(bad.argmax()) if bad.any() else None)


def diagnose(w, noise=0.0):
    """Say what a walk shows, and why it fails if it fails.

    Parameters
    ----------
    w : Walk
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
    if w.steps == 0:
        slope = w.land.gradient(w.end)
        return f"Start at {_place(w.end)}, where the slope is {_numbers(slope)}."
    if w.eta < 0:
        return _wrong_sign(w, noise)
    if w.lost is not None:
        return _lost(w)
    if noise:
        return _noisy(w, noise)
    slope = w.land.gradient(w.end)
    steepest = np.abs(slope).max()
    if not w.land.gradient(w.places[0]).any():
        return _flat(w, "Flat point")
    curvatures = w.land.curvatures(w.end)
    if steepest < ARRIVED:
        return _flat(w) if curvatures.min() < 0 else _arrived(w)
    risen, of = w.rises(last=5)
    if risen == of and w.costs[-1] > w.costs[0]:
        return (
            f"Divergence: the cost rose at each of the last {_count(of, 'step')}, to "
            f"{_number(w.costs[-1])} from {_number(w.costs[0])} at the start. "
            f"{_bound(w)}"
        )
    _, turned, turns = w.turns()
    if turns >= 3 and turned >= 0.8 * turns:
        return _zigzag(w)
    risen, of = w.rises(last=10)
    if risen:
        return (
            f"Too large a step: the cost rose at {risen} of the last "
            f"{_count(of, 'step')}, though each went against the slope. {_bound(w)}"
        )
    on_a_ridge = ((slope == 0) & (curvatures < 0)).any()
    if on_a_ridge or (steepest < STALLED and curvatures.min() < 0):
        return _flat(w)
    return _under_way(w)


def _wrong_sign(w, noise):
    """Say how far up the wrong sign has led."""
    if not noise and not w.land.gradient(w.places[0]).any():
        return _flat(w, "Flat point")
    risen, of = w.rises()
    reached = "past the largest number a float can hold"
    if w.lost is None:
        reached = f"to {_number(w.costs[-1])}"
    return (
        f"Wrong sign: it walks with the slope, uphill. The cost rose at {risen} of "
        f"{_count(of, 'step')}, from {_number(w.costs[0])} {reached}."
    )


def _lost(w):
    """Say how a walk left the numbers."""
    risen, of = w.rises()
    text = (
        f"Divergence: the cost rose at {risen} of {_count(of, 'step')}, from "
        f"{_number(w.costs[0])} to {_number(w.costs[w.lost - 1])}; at step {w.lost} it "
        "is past the largest number a float can hold."
    )
    nan = np.isnan(w.places).any(axis=1)
    if nan.any():
        text += (
            f" From step {nan.argmax()} on the place is NaN: inf − inf has no value."
        )
    return (
        f"{text} The last steps went against the slope and still ended higher: "
        "η is too large."
    )


def _noisy(w, noise):
    """Say how far a noisy walk strays in its second half."""
    late = w.places[-max(1, w.steps // 2) :]
    strays = [w.land.nearest(place)[1] for place in late]
    risen, of = w.rises()
    return (
        f"Noise: each slope carries a random error of about {_number(noise)}. Over the "
        f"last {_count(len(late), 'place')} the distance to the nearest minimum is "
        f"{_number(np.mean(strays))} on average and {_number(np.max(strays))} at most; "
        f"the cost rose at {risen} of {_count(of, 'step')}."
    )


def _flat(w, name=None):
    """Say that the ground is flat, or nearly, where there is no minimum."""
    curvatures = w.land.curvatures(w.end)
    down = int(curvatures.argmin())
    name = name or ("Saddle" if len(curvatures) == 2 else "Hump")
    slope = w.land.gradient(w.end)
    text = f"{name}: at {_place(w.end)} the slope is {_numbers(slope)}"
    if not slope.any():
        text += ", so the step is 0 too: it stays for ever"
    if curvatures[down] >= 0:
        return f"{text}. It is a minimum, as all curvatures are positive."
    axis = _axis(w, down)
    text += (
        f". It is no minimum: along {axis} the curvature is "
        f"{_number(curvatures[down])}, so the ground falls away on both sides."
    )
    if slope.any() and not slope[down]:
        return (
            f"{text} But {axis} is exactly {_number(w.end[down])}: no slope, no step."
        )
    return text


def _arrived(w):
    """Say which minimum has been reached, and how."""
    minimum, _ = w.land.nearest(w.end)
    cost, least = w.land.cost(minimum), w.land.cost(w.land.minima).min()
    if cost > least + 1e-9:
        text = (
            f"Not the deepest minimum: it rests at {_place(w.end)} with cost "
            f"{_number(cost)}; elsewhere the cost falls to {_number(least)}."
        )
    else:
        text = (
            f"Minimum: it rests at {_place(w.end)} with cost {_number(w.costs[-1])}; "
            f"the lowest cost of all is {_number(least)}."
        )
    axis, turned, turns = w.turns(last=w.steps)
    if turned:
        text += (
            f" On the way {_axis(w, axis)} turned back at {turned} of {turns} turns."
        )
    return f"{text} {_bound(w)}"


def _zigzag(w):
    """Say how often a walk changed sides, and whether that brought it nearer."""
    axis, turned, turns = w.turns()
    before, after = (w.land.nearest(place)[1] for place in w.places[-2:])
    return (
        f"Zig-zag: {_axis(w, axis)} turned back at {turned} of the last {turns} turns. "
        f"At the last step the distance to the nearest minimum went from "
        f"{_number(before)} to {_number(after)}. {_bound(w)}"
    )


def _under_way(w):
    """Say how far there is to go, and whether the pace is a crawl."""
    length = np.linalg.norm(w.places[-1] - w.places[-2])
    _, left = w.land.nearest(w.end)
    share = length / left
    pace = (
        f"after {_count(w.steps, 'step')} the minimum is still {_number(left)} away, "
        f"and the last step, η × slope = {_number(w.eta)} × {_number(length / w.eta)}, "
        f"covered {share:.1%} of that"
    )
    if share < CRAWL:
        _, of = w.rises(last=10)
        return (
            f"Crawl: {pace}. None of the last {_count(of, 'step')} led uphill: the "
            "walk is right, but time runs out."
        )
    return (
        f"On its way: {pace}. The cost has fallen from {_number(w.costs[0])} to "
        f"{_number(w.costs[-1])}."
    )


def _bound(w):
    """Say which steps are stable at the minimum nearby, and which is taken."""
    minimum, _ = w.land.nearest(w.end)
    curvature = w.land.curvatures(minimum).max()
    limit = 2 / curvature
    side = "above" if w.eta > limit else "below"
    if abs(w.eta - limit) < 1e-9:
        side = "exactly there"
    return (
        f"At that minimum the largest curvature is {_number(curvature)}, so starts "
        f"around it settle only for η below 2/{_number(curvature)} = {_number(limit)}; "
        f"η = {_number(w.eta)} is {side}."
    )


def _axis(w, axis):
    """Return the name of a coordinate."""
    return AXES[axis] if w.places.shape[1] == 2 else "x"


def _number(value):
    """Write a number with three digits."""
    return f"{value:.3g}".replace("-", "−") if value else "0"


def _numbers(values):
    """Write one number, or two in brackets."""
    text = ", ".join(_number(v) for v in values)
    return f"({text})" if len(values) > 1 else text


def _place(place):
    """Write where a place is."""
    return f"x = {_numbers(place)}" if len(place) == 1 else _numbers(place)


def _count(number, noun):
    """Write a number with its noun."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


# --- the explorer ---------------------------------------------------------------------


class DescentExplorer(Explorer):
    """Gradient descent on three landscapes; each of its failures can be reached."""

    title = "Walking downhill: where does it end, and why?"
    alt = "Left: a landscape with the path of gradient descent. Right: cost by step."
    controls = (
        Choice("land", "landscape", tuple(LANDSCAPES), "double well"),
        Slider("x", "start x, or x₀", -2.0, 2.0, 0.05, 1.5),
        Slider("x1", "start x₁ (on a map)", -2.0, 2.0, 0.05, 1.0),
        Slider("eta", "learning rate η", 0.005, 0.5, 0.005, 0.02),
        Slider("steps", "steps", 0, 200, 1, 60),
        Slider("noise", "noise of the slope", 0.0, 3.0, 0.1, 0.0),
        Toggle("uphill", "wrong sign", False),
        Play("walk", "Walk"),
        Action("step", "One step"),
    )

    def view(self, state):
        """Return the landscape with the path, the cost by step, and the diagnosis."""
        land = LANDSCAPES[state["land"]]
        start = [state["x"], state["x1"]][: land.minima.shape[1]]
        eta = -state["eta"] if state["uphill"] else state["eta"]
        w = walk_on(land, start, eta, state["steps"], state["noise"])
        ground = _curve_panel if len(start) == 1 else _map_panel
        panels = [ground(w), _cost_panel(w)]
        full = state["steps"] >= self._most_steps()
        return Scene(panels, diagnose(w, state["noise"]), full)

    def act(self, name, state):
        """Answer a button: one step more; playing from the last step starts anew."""
        if name not in ("walk", "step"):
            return super().act(name, state)
        steps, most = state["steps"], self._most_steps()
        if name == "walk" and steps >= most:
            return state | {"steps": 0}
        return state | {"steps": min(steps + 1, most)}

    def _most_steps(self):
        """Return the end of the slider of steps."""
        return next(c.high for c in self.controls if c.name == "steps")


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


def _curve_panel(w):
    """Return the landscape of one number, as a curve."""
    grid = np.linspace(-2.2, 2.2, 121)
    floor = Line(grid, w.land.cost(grid[:, None]), BLACK)
    return Panel(
        xlim=(-2.2, 2.2),
        ylim=(-1, 11),
        marks=[floor, *_path(w.places[:, 0], w.costs)],
        xlabel="x",
        ylabel="cost C",
        title=w.land.formula,
        height=380,
    )


def _map_panel(w):
    """Return the landscape of two numbers, as a map with contours."""
    marks = []
    for cost, x, y in w.land.contours:
        marks.append(Line(x, y, GREY, width=1))
        if cost in (1, 4, 9, 16):
            top = np.nanargmax(y)
            marks.append(Label(x[top], y[top] + 0.12, f"C = {cost}", GREY, size=13))
    minima = w.land.minima
    marks.append(Points(minima[:, 0], minima[:, 1], ORANGE, "x", 10, label="minimum"))
    return Panel(
        xlim=(-2.4, 2.4),
        ylim=(-2.2, 2.2),
        marks=[*marks, *_path(w.places[:, 0], w.places[:, 1])],
        xlabel="x₀",
        ylabel="x₁",
        title=w.land.formula,
        equal=True,
        height=380,
    )


def _cost_panel(w):
    """Return how far the cost is above its least value, by step."""
    above = np.clip(w.costs - w.land.cost(w.land.minima).min(), None, FAR)
    above[~(above > 0)] = np.nan
    k = np.arange(len(above))
    return Panel(
        xlim=(0, max(1, w.steps)),
        ylim=(1e-6, 1e4),
        marks=[Line(k, above, BLUE, width=1.5), Points(k, above, BLUE, "o", 5)],
        xlabel="step",
        ylabel="cost above the least",
        title="cost above the least, step by step",
        ylog=True,
        height=380,
    )
