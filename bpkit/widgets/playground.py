"""The training playground: every setting under your hand, and what becomes of it.

It trains `bpkit.Network` itself, and says the run as a line of code. The line gives the
same weights, bit for bit, without the widget; pasted back, it sets the controls.
"""

import ast
from dataclasses import asdict, dataclass, fields
from itertools import accumulate

import numpy as np

from bpkit.backprop import forward_pass
from bpkit.costs import COSTS
from bpkit.data import spirals, two_moons
from bpkit.network import Network
from bpkit.scene import (
    BLUE,
    PALE,
    PURPLE,
    VERMILION,
    Bars,
    Heat,
    Label,
    Line,
    Panel,
    Points,
    Scene,
)
from bpkit.widgets.explorer import Action, Choice, Entry, Explorer, Play, Slider
from bpkit.words import number

DATA = {"two_moons": two_moons, "spirals": spirals}
DATA_SEED = 100  # beyond the seeds of the start, so that the two never share numbers
HELD_OUT = 500
GRID = 40  # squares a side of the decision boundary
TICK = 200  # mini-batch steps a tick of Play, rounded to 1 to 4 whole epochs
KEPT = 240  # measurements kept of a run; then every other one is let go
FLAT = 0.01  # σ′ below this counts as saturated; at its best it is 1/4
FLOOR = 1e-8  # bottom of the gradient's axis
LONGEST = 2000  # characters of a pasted line that are read
# What a text that is no such line can make the parser and the controls say.
UNREADABLE = (
    *(SyntaxError, ValueError, TypeError, LookupError, AttributeError),
    *(ArithmeticError, StopIteration, RecursionError, MemoryError),
)


# --- the settings, and the line that says them ---------------------------------------


@dataclass(frozen=True)
class Settings:
    """What fixes a run, down to the last bit."""

    data: str = "two_moons"
    points: int = 500
    noise: float = 0.2
    layers: int = 2
    neurons: int = 16
    eta: float = 1.0
    batch: str = "10"
    cost: str = "cross_entropy"
    start: str = "scaled"
    seed: int = 3

    @property
    def sizes(self):
        """Return the neurons of each layer, input and output included."""
        return [2] + [self.neurons] * self.layers + [1]

    @property
    def steps_an_epoch(self):
        """Return how many mini-batches hold every point once."""
        return -(-self.points // int(self.batch))


def code_of(settings, steps):
    """Return the line of code that repeats a run without the widget.

    Parameters
    ----------
    settings : Settings
        Of the run.
    steps : int
        Mini-batch steps that it took.

    Returns
    -------
    str
        Python statements; afterwards `net` is the run's network, bit for bit.
    """
    s = settings
    start = "standard" if s.start == "zero" else s.start
    zero = "; [p.fill(0) for p in net.weights + net.biases]"
    whole, rest = divmod(steps, s.steps_an_epoch)
    how = f"{s.batch}, {s.eta:g}"
    if steps and not rest:
        training = f"net.SGD(training_data, {whole}, {how}, test_data)"
    else:
        training = (
            f"run = net.train(training_data, {whole + 1}, {how}, every=1); "
            f"[next(run) for _ in range({steps})]"
        )
    return (
        f"import numpy as np; from bpkit import Network, {s.data}; "
        f"rng = np.random.default_rng({DATA_SEED}); "
        f"training_data = {s.data}({s.points}, {s.noise:g}, rng); "
        f"test_data = {s.data}({HELD_OUT}, {s.noise:g}, rng); "
        f'net = Network({s.sizes}, seed={s.seed}, cost="{s.cost}", start="{start}")'
        f"{zero if s.start == 'zero' else ''}; {training}"
    )


def settings_of(line):
    """Return the settings and the steps that a line says; nothing in it is run.

    Parameters
    ----------
    line : str
        As `code_of` writes it; spaces and ways to write a number are free.

    Returns
    -------
    settings : Settings
    steps : int

    Raises
    ------
    ValueError
        If the text says anything else; the message tells what was expected.
    """
    try:
        tree = ast.parse(line.strip())
        said, steps = _read(tree)
        meant = Settings(**Playground.clean_settings(asdict(said)))
        same = _shape(ast.parse(code_of(meant, steps))) == _shape(tree)
    except UNREADABLE:
        example = code_of(Settings(), 100)
        raise ValueError(f"expected a line such as: {example}") from None
    for field in fields(Settings):
        value, nearest = getattr(said, field.name), getattr(meant, field.name)
        if value != nearest:
            raise ValueError(
                f"{field.name} = {value} is none that its control has; "
                f"the nearest is {nearest}"
            )
    if not same:
        raise ValueError(
            f"expected these settings to be written as: {code_of(meant, steps)}"
        )
    return meant, steps


def _read(tree):
    """Return the settings and steps of a parsed line, unchecked."""
    calls = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", None) or node.func.attr
            calls.setdefault(name, node)
    data = next(name for name in DATA if name in calls)
    points, noise = map(ast.literal_eval, calls[data].args[:2])
    network = {k.arg: ast.literal_eval(k.value) for k in calls["Network"].keywords}
    sizes = ast.literal_eval(calls["Network"].args[0])
    training = calls.get("SGD") or calls["train"]
    epochs, batch, eta = map(ast.literal_eval, training.args[1:4])
    start = "zero" if "fill" in calls else network["start"]
    said = Settings(
        *(data, points, noise, len(sizes) - 2, sizes[1], eta, str(batch)),
        *(network["cost"], start, network["seed"]),
    )
    if "SGD" in calls:
        steps = epochs * said.steps_an_epoch
    else:
        steps = ast.literal_eval(calls["range"].args[0])
    if type(steps) is not int or steps < 0:
        raise ValueError(f"steps must be a count; got {steps!r}")
    return said, steps


def _shape(tree):
    """Return what a line says, however its numbers are written."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and type(node.value) is int:
            node.value = float(node.value)
    return ast.dump(tree)


# --- a run, and what is measured of it -----------------------------------------------


@dataclass(frozen=True)
class Measures:
    """A network on its training and held-out data, at one moment.

    ``after`` has the cost on the training data that one step on all its points would
    leave, for steps of η/10, η and 10 η.
    """

    epoch: float
    cost: float
    held: float
    accuracy: float
    held_accuracy: float
    gradient: tuple
    flat_hidden: float
    sure_and_wrong: float
    spread: float
    largest: float
    after: tuple


class Run:
    """A network in training, with a history of bounded length."""

    def __init__(self, settings):
        self.settings = settings
        rng = np.random.default_rng(DATA_SEED)
        draw = DATA[settings.data]
        self.training_data = draw(settings.points, settings.noise, rng)
        self.test_data = draw(HELD_OUT, settings.noise, rng)
        start = "standard" if settings.start == "zero" else settings.start
        self.net = Network(settings.sizes, settings.seed, settings.cost, start)
        if settings.start == "zero":
            for p in self.net.weights + self.net.biases:
                p.fill(0)
        self.steps = 0
        self.goal = None  # steps at which a pasted line ends
        self._single = None  # the training of an epoch that is under way
        self._stride = self._measured = 1
        self.now = self.first = self.best = self.measure()
        self.history = [self.now]

    @property
    def line(self):
        """Return the line of code that repeats the run."""
        return code_of(self.settings, self.steps)

    def step(self):
        """Take one mini-batch step."""
        self._take_step()
        self._note()

    def train(self, epochs):
        """Train for some epochs; one that is under way counts as the first."""
        self._take_epochs(epochs)
        self._note()

    def tick(self):
        """Train for a slice of 1 to 4 epochs, or up to the end of a pasted line."""
        an_epoch = self.settings.steps_an_epoch
        epochs = min(4, max(1, TICK // an_epoch))
        if self.goal is None or self.steps >= self.goal:
            self.goal = None
        else:
            epochs = min(epochs, (self.goal - self.steps) // an_epoch)
        self.train(epochs) if epochs else self.step()

    def _note(self):
        """Measure, and keep what was measured in a history that stays short."""
        self.now = self.measure()
        self.best = min(self.best, self.now, key=lambda m: m.held)
        self._measured += 1
        if self._measured % self._stride == 0:
            self.history.append(self.now)
        if len(self.history) > KEPT:
            self.history = self.history[::2]
            self._stride *= 2

    def _take_step(self):
        """Take one step of an epoch, which may be a new one."""
        # Between two epochs a run is nothing but its network, so another `train` may
        # take over there: the shuffles come from the network's own generator.
        if self._single is None:
            self._single = self._training(1, every=1)
        next(self._single)
        self.steps += 1
        if self.steps % self.settings.steps_an_epoch == 0:
            self._single = None

    def _take_epochs(self, epochs):
        """Take whole epochs, or the rest of one first."""
        if self._single is not None:
            while self._single is not None:
                self._take_step()
            epochs -= 1
        if epochs:
            for _ in self._training(epochs):
                self.steps += self.settings.steps_an_epoch

    def _training(self, epochs, every=None):
        """Return the network's own training, as a generator."""
        s = self.settings
        return self.net.train(
            self.training_data, epochs, int(s.batch), s.eta, every=every
        )

    def measure(self):
        """Return the Measures of this moment."""
        net = self.net
        x, y = self.training_data
        held_x, held_y = self.test_data
        cost = COSTS[self.settings.cost].value
        activations = forward_pass(net.weights, net.biases, x)[1]
        out, held_out = activations[-1], net.feedforward(held_x)
        hidden = np.vstack(activations[1:-1])
        nabla_b, nabla_w = net.backprop(x, y)
        wrong = (out > 0.5) != (y > 0.5)

        def after(eta):
            weights = [w - eta * n for w, n in zip(net.weights, nabla_w, strict=True)]
            biases = [b - eta * n for b, n in zip(net.biases, nabla_b, strict=True)]
            return cost(forward_pass(weights, biases, x)[1][-1], y)

        eta = self.settings.eta
        return Measures(
            epoch=self.steps / self.settings.steps_an_epoch,
            cost=cost(out, y),
            held=cost(held_out, held_y),
            accuracy=float(1 - wrong.mean()),
            held_accuracy=float(((held_out > 0.5) == (held_y > 0.5)).mean()),
            gradient=tuple(float(np.linalg.norm(n)) for n in nabla_w),
            flat_hidden=float((hidden * (1 - hidden) < FLAT).mean()),
            sure_and_wrong=float((wrong & (out * (1 - out) < FLAT)).mean()),
            spread=_spread(net),
            largest=float(max(np.abs(w).max() for w in net.weights)),
            after=(after(eta / 10), after(eta), after(10 * eta)),
        )


def _spread(net):
    """Return by how much the neurons of a hidden layer differ at most."""
    layers = zip(net.biases[:-1], net.weights[:-1], strict=True)
    return float(max(np.ptp(np.hstack(layer), axis=0).max() for layer in layers))


# --- what is going on ----------------------------------------------------------------


def diagnose(run):
    """Say what a run is doing, and why where it fails.

    Parameters
    ----------
    run : Run
        At any moment.

    Returns
    -------
    name : str
        One of symmetric, untrained, saturated, diverging, too small a step,
        over-fitting, level, no progress, learning.
    sentence : str
        The diagnosis with the numbers that prove it.
    """
    for name, test in DIAGNOSES.items():
        if sentence := test(run):
            return name, sentence
    now, first = number(run.now.cost), number(run.first.cost)
    if run.now.cost >= run.first.cost:
        return (
            "no progress",
            f"No progress yet: the cost is {now}, at the start {first}.",
        )
    return "learning", f"Learning: the cost has come from {first} to {now}."


def _symmetric(run):
    """Tell of neurons of a layer that are copies of one another."""
    now, s = run.now, run.settings
    if s.neurons == 1 or now.spread > 1e-9 * now.largest:
        return ""
    return (
        f"Symmetric start: the {s.neurons} neurons of each hidden layer have equal "
        f"weights (largest difference {number(now.spread)}). Equal weights get equal "
        f"gradients, so they stay equal, and each layer does the work of one neuron. "
        f"Random starts break the tie."
    )


def _untrained(run):
    """Tell that no step was taken yet."""
    if run.steps:
        return ""
    return "Not trained yet: what you see is the start. Press Play, or take one step."


def _saturated(run):
    """Tell of outputs certain and wrong, where the cost lets σ′ shrink the error."""
    now = run.now
    if run.settings.cost != "quadratic" or now.sure_and_wrong < 0.25:
        return ""
    return (
        f"Saturated: {_percent(now.sure_and_wrong)} of the points are read wrong by an "
        f"output neuron so close to 0 or 1 that σ′ is below {FLAT}. The quadratic cost "
        f"multiplies the error by σ′, so the largest gradient of a layer is "
        f"{number(max(now.gradient))}. Restart with a smaller η, or take cross-entropy."
    )


def _diverging(run):
    """Tell of a cost no lower than the start's, and of steps that raise it."""
    now, first = run.now, run.first
    shorter, same, _ = now.after
    uphill = same > 1.1 * now.cost and shorter < same and now.cost > 0.9 * first.cost
    if now.cost < 1.2 * first.cost and not uphill:
        return ""
    was, is_now = number(first.cost), number(now.cost)
    words = f"Diverging: the cost was {was} at the start, now {is_now}"
    if same > now.cost > shorter:
        return (
            f"{words}. The steps overshoot: one on all points would raise it to "
            f"{number(same)}, a tenth of η would lower it to {number(shorter)}."
            f"{_saturation(now)}"
        )
    eta = number(run.settings.eta)
    return f"{words}, after steps with η = {eta}. Try a tenth of it.{_saturation(now)}"


def _saturation(now):
    """Tell of hidden neurons that let almost no gradient through."""
    if now.flat_hidden < 0.8:
        return ""
    return (
        f" By now {_percent(now.flat_hidden)} of the hidden neurons' outputs are so "
        f"close to 0 or 1 that σ′ is below {FLAT}: saturated, they pass on a gradient "
        f"of {number(now.gradient[0])} to the first layer."
    )


def _small_step(run):
    """Tell of little progress, where a longer step would make as much more."""
    now, first = run.now, run.first
    _, same, longer = now.after
    fall = now.cost - same
    if now.epoch < 5 or not 0.7 * first.cost < now.cost < first.cost:
        return ""
    if fall <= 0 or now.cost - longer < 5 * fall:
        return ""
    words = (
        f"Too small a step: after {number(now.epoch, 6)} epochs the cost has come from "
        f"{number(first.cost)} only to {number(now.cost)}. One step on all points "
        f"lowers it by {number(fall)}, ten times η would by {number(now.cost - longer)}"
    )
    return f"{words}.{_vanishing(now)}"


def _vanishing(now):
    """Tell of a first layer that gets next to nothing of the gradient."""
    first, last = now.gradient[0], now.gradient[-1]
    if first > 0.01 * last:
        return ""
    return (
        f" The gradient vanishes on its way back: {number(last)} in the last layer, "
        f"{number(first)} in the first."
    )


def _over_fitting(run):
    """Tell of a held-out cost that rose while the training cost fell."""
    now, best = run.now, run.best
    recent = [m.held for m in run.history[-3:]] + [now.held]
    if min(recent) < 1.3 * best.held or now.cost > 0.9 * best.cost:
        return ""
    return (
        f"Over-fitting: since epoch {number(best.epoch, 6)} the held-out cost has "
        f"risen from {number(best.held)} to {number(now.held)}, while the training "
        f"cost fell from {number(best.cost)} to {number(now.cost)}: what is learnt now "
        f"serves these {run.settings.points} points, not new ones. More points, or an "
        "earlier stop!"
    )


def _level(run):
    """Tell of a cost that hardly changed over the last half of a long run."""
    now = run.now
    late = [m for m in [*run.history, now] if m.epoch >= now.epoch / 2]
    costs = [m.cost for m in late]
    if now.epoch < 10 or max(costs) - min(costs) > 0.05 * run.first.cost:
        return ""
    words = (
        f"Level: since epoch {number(late[0].epoch, 6)} the cost has stayed between "
        f"{number(min(costs))} and {number(max(costs))}"
    )
    if now.accuracy >= 0.95:
        return f"{words}: converged."
    return f"{words}: a plateau, or all that this network can do here.{_vanishing(now)}"


DIAGNOSES = {
    "symmetric": _symmetric,
    "untrained": _untrained,
    "saturated": _saturated,
    "diverging": _diverging,
    "too small a step": _small_step,
    "over-fitting": _over_fitting,
    "level": _level,
}


def _percent(share):
    """Return a share in per cent."""
    return f"{100 * share:.1f} %"


# --- the explorer --------------------------------------------------------------------


class Playground(Explorer):
    """Train a network under any settings; the run is held here, the state names it.

    A changed setting starts the run anew, so that the line always tells all of it.
    """

    title = "Playground: train a network"
    alt = (
        "Four panels: the points of two classes over the network's decision boundary; "
        "cost on training and held-out points against epochs, on a logarithmic axis; "
        "the size of the gradient in each layer; the weight matrices as coloured "
        "squares."
    )
    controls = (
        Choice("data", "data set", tuple(DATA), "two_moons"),
        Slider("points", "points", 20, 1000, 20, 500),
        Slider("noise", "noise", 0.0, 0.6, 0.02, 0.2),
        Slider("layers", "hidden layers", 1, 5, 1, 2),
        Slider("neurons", "neurons a layer", 1, 32, 1, 16),
        Slider("eta", "learning rate η", 0.001, 100.0, 0.1, 1.0, log=True),
        Choice("batch", "batch size", ("1", "2", "5", "10", "20", "50", "500"), "10"),
        Choice("cost", "cost", tuple(COSTS), "cross_entropy"),
        Choice("start", "start", ("scaled", "standard", "zero"), "scaled"),
        Slider("seed", "seed of the start", 0, 50, 1, 3),
        Play("play"),
        Action("step", "One step"),
        Action("epoch", "One epoch"),
        Action("restart", "Restart"),
        Entry("line", "This run as code", code_of(Settings(), 0), rows=4),
    )

    def __init__(self):
        self.run = Run(Settings())

    @classmethod
    def clean_settings(cls, state):
        """Return the settings of a state, each as its control can have it."""
        names = {field.name for field in fields(Settings)}
        controls = [c for c in cls.controls if c.name in names]
        clean = {c.name: c.clean(state[c.name]) for c in controls}
        clean["eta"] = float(f"{clean['eta']:.3g}")
        clean["noise"] = round(clean["noise"], 2)
        return clean

    def start(self):
        """Return the first state, with a run that has not begun."""
        self.run = Run(Settings())
        return super().start()

    def clean(self, state):
        """Return a clean state; a line that was pasted becomes its settings.

        A line that says anything else is put back, and ``complaint`` says why.
        """
        state = asdict(self.run.settings) | {"line": self.run.line} | state
        settings, complaint = self.clean_settings(state), ""
        if state["line"] != self.run.line:
            try:
                pasted, goal = settings_of(str(state["line"])[:LONGEST])
            except ValueError as error:
                complaint = str(error)
            else:
                self.run = Run(pasted)
                self.run.goal = goal
                settings = asdict(pasted)
        self._settle(settings)
        return {**settings, "line": self.run.line, "complaint": complaint}

    def act(self, name, state):
        """Return the state after a button, which may have trained the network."""
        if name not in ("play", "step", "epoch", "restart"):
            return super().act(name, state) | {"stop": True}
        self._settle(self.clean_settings(state))
        if name == "play":
            self.run.tick()
        elif name == "step":
            self.run.step()
        elif name == "epoch":
            self.run.train(1)
        else:
            self.run = Run(self.run.settings)
        return state | {"line": self.run.line, "stop": name == "restart"}

    def view(self, state):
        """Return the Scene of the run that has the state's settings."""
        self._settle(self.clean_settings(state))
        run, complaint = self.run, state.get("complaint", "")
        words = [f"Not taken: {complaint}."] if complaint else []
        if run.goal is not None and run.steps < run.goal:
            words.append(f"Play trains to step {run.goal}, where the pasted line ends.")
        panels = [_boundary(run), _curves(run), _gradients(run), _weights(run.net)]
        # What was not taken stays to be read: the next tick would wipe it away.
        stop = state.get("stop", False) or bool(complaint) or run.steps == run.goal
        return Scene(panels, " ".join([*words, status_of(run)]), stop)

    def _settle(self, settings):
        """Start anew where the settings are not those of the run."""
        if (settings := Settings(**settings)) != self.run.settings:
            self.run = Run(settings)


def status_of(run):
    """Return the sentence of a run: the diagnosis, then the numbers of the moment."""
    now = run.now
    cost = f"{number(now.cost)} {COSTS[run.settings.cost].unit}".rstrip()
    return (
        f"{diagnose(run)[1]} Epoch {number(now.epoch, 6)}: cost {cost}, held out "
        f"{number(now.held)}; accuracy "
        f"{_percent(now.accuracy)}, held out {_percent(now.held_accuracy)}."
    )


# --- the panels ----------------------------------------------------------------------


def _boundary(run):
    """Return the points over what the network reads everywhere."""
    x, y = run.training_data
    reach = np.ceil(2 * np.abs(x).max(axis=1)) / 2
    at = [r * (2 * np.arange(GRID) + 1 - GRID) / GRID for r in reach]
    grid = np.stack(np.meshgrid(*at)).reshape(2, -1)
    read = np.rint(100 * run.net.feedforward(grid)).astype(int).reshape(GRID, GRID)
    marks = [Heat(read, (-reach[0], reach[0], -reach[1], reach[1]), 0, 100, PALE)]
    for label, color, marker in ((0, VERMILION, "o"), (1, BLUE, "^")):
        of_class = x[:, y[0] == label]
        marks.append(Points(*of_class, color, marker, 6, f"class {label}"))
    now = run.now
    return Panel(
        (-reach[0], reach[0]),
        (-reach[1], reach[1]),
        marks,
        "x₁",
        "x₂",
        f"accuracy {_percent(now.accuracy)}, held out {_percent(now.held_accuracy)}",
    )


def _curves(run):
    """Return the cost against epochs, on training and on held-out points."""
    measured = [*run.history, run.now]
    epochs = [m.epoch for m in measured]
    training, held = [m.cost for m in measured], [m.held for m in measured]
    low = 10.0 ** np.floor(np.log10(max(min(training + held), 1e-6)))
    high = 10.0 ** np.ceil(np.log10(max(*training, *held, 10 * low)))
    unit = COSTS[run.settings.cost].unit or "dimensionless"
    return Panel(
        (0, _round_up(max(epochs[-1], 20))),
        (low, high),
        [
            Line(epochs, training, BLUE, "solid", 2, "training"),
            Line(epochs, held, VERMILION, "dashed", 2, "held out"),
        ],
        "epochs",
        f"cost ({unit})",
        f"cost {number(run.now.cost)}, held out {number(run.now.held)}",
        ylog=True,
    )


def _round_up(value):
    """Return a round number not below, so that the axis seldom changes."""
    power = 10 ** np.floor(np.log10(value))
    return float(
        next(k * power for k in (1, 1.5, 2, 3, 4, 6, 10) if k * power >= value)
    )


def _gradients(run):
    """Return the size of the gradient in each layer, as bars."""
    sizes = run.now.gradient
    layers = list(range(1, len(sizes) + 1))
    shown = [size if size > FLOOR else np.nan for size in sizes]
    return Panel(
        (0.4, len(sizes) + 0.6),
        (FLOOR, 10.0),
        [
            Bars(layers, shown, 0.7, PURPLE),
            *(
                Label(layer, 3 * max(size, FLOOR), number(size), size=13)
                for layer, size in zip(layers, sizes, strict=True)
            ),
        ],
        "layer of weights",
        "‖∂C/∂W‖",
        "size of the gradient in each layer",
        height=280,
        ylog=True,
    )


def _weights(net):
    """Return the weight matrices as coloured squares, side by side."""
    largest = max(np.abs(w).max() for w in net.weights)
    rows = max(len(w) for w in net.weights)
    gap = max(1, rows / 6)
    widths = [max(w.shape[1], gap) + gap for w in net.weights]
    marks = []
    for l, right in enumerate(accumulate(widths)):
        w, left = net.weights[l], right - widths[l] + gap / 2
        shares = np.rint(100 * w / (largest or 1)).astype(int)
        middle = rows / 2
        extent = (left, left + w.shape[1], middle - len(w) / 2, middle + len(w) / 2)
        marks.append(Heat(shares[::-1], extent, -100, 100))
        marks.append(Label(left + w.shape[1] / 2, -gap / 2, f"W{l + 1}", size=13))
    return Panel(
        (0, sum(widths)),
        (-gap, rows),
        marks,
        title=f"weights (blue +, red −), largest {number(largest)}",
        bare=True,
        height=280,
    )
