"""The training playground: every setting under your hand, and what becomes of it.

It trains `bpkit.Network` itself, and says the run as a line of code. The line gives the
same weights, bit for bit, without the widget; pasted back, it sets the controls.
"""

from copy import deepcopy
from dataclasses import asdict, dataclass, fields
from itertools import accumulate

import numpy as np

from bpkit.backprop import forward_pass
from bpkit.costs import COSTS
from bpkit.data import spirals, two_moons
from bpkit.network import Network
from bpkit.scene import (
    BLUE,
    GREY,
    NAMES,
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
    whole_ticks,
)
from bpkit.widgets.explorer import Action, Choice, Entry, Explorer, Play, Slider
from bpkit.widgets.pasted import as_typed, nearest, read, refusal, require_offered
from bpkit.words import number

DATA = {"two_moons": two_moons, "spirals": spirals}
DATA_SEED = 100  # beyond the seeds of the start, so that the two never share numbers
HELD_OUT = 500
BATCHES = ("1", "2", "5", "10", "20", "50", "100", "500")
DECAYS = ("0", "0.0001", "0.0003", "0.001", "0.003", "0.01")  # with η = 100, λη is 1
GRID = 40  # squares a side of the decision boundary
PACES = ("a step", "an epoch", "up to four epochs")
RUNS = 40  # that are kept beside the one under way
THIN = 30  # measurements that are drawn of a kept run
TICK = 200  # mini-batch steps a tick of Play, rounded to 1 to 4 whole epochs
PLAYED = 15  # ticks of Play in the picture for pages that cannot train
KEPT = 240  # measurements kept of a run; then every other one is let go
RIM = 0.08  # at least, from the outermost point to the map's edge: half a point
FLAT = 0.01  # σ′ below this counts as saturated; at its best it is 1/4
ALIKE = 0.05  # answers that differ by less are nearly the same
LEVEL = 1.1  # largest cost over the smallest, at most, of a curve that is level
FALL = 0.97  # a later half's mean cost over the earlier's, at most, where costs fall
HELPS = 0.9  # cost after a trial of η/10 over that of η, at most, where it helps
STUCK = 1e-5  # share by which a layer moves a step, at most, that is stuck
MEAN = 4  # measurements that make a mean which chance moves little
WINDOW = 8  # measurements, at least, that a trend is read from
TRIED = 40  # steps at least that another η is tried for
TRIED_FROM = 4  # epochs before that is first done; then whenever they have doubled
FLOOR = 1e-8  # bottom of the gradient's axis
LONGEST = 2000  # characters of a pasted line that are read


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
    decay: str = "0"

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
    values = _in_code(settings, steps)
    ended = steps and not steps % settings.steps_an_epoch
    zero, decays = settings.start == "zero", settings.decay != "0"
    return _template(settings.data, zero, decays, ended).format(**values)


def _template(data, zero, decays, ended):
    """Return the line with settings as holes, for one kind of run.

    It starts at zero or at random, with weight decay or without, and has trained whole
    epochs or not.
    """
    start = '"standard"' if zero else "{start}"
    made = f"seed={{seed}}, cost={{cost}}, start={start}"
    made += ", weight_decay={decay}" if decays else ""
    fill = "; [p.fill(0) for p in net.weights + net.biases]" if zero else ""
    training = (
        "net.SGD(training_data, {epochs}, {batch}, {eta}, test_data)"
        if ended
        else "run = net.train(training_data, {epochs}, {batch}, {eta}, every=1); "
        "[next(run) for _ in range({steps})]"
    )
    return (
        f"import numpy as np; from bpkit import Network, {data}; "
        f"rng = np.random.default_rng({DATA_SEED}); "
        f"training_data = {data}({{points}}, {{noise}}, rng); "
        f"test_data = {data}({HELD_OUT}, {{noise}}, rng); "
        f"net = Network({{sizes}}, {made}){fill}; {training}"
    )


def _in_code(settings, steps):
    """Return each value of a line as it is written there."""
    s = settings
    whole, rest = divmod(steps, s.steps_an_epoch)
    words = {"cost": f'"{s.cost}"', "start": f'"{s.start}"'}
    numbers = {"noise": f"{s.noise:g}", "eta": f"{s.eta:g}", "sizes": s.sizes}
    epochs = whole if steps and not rest else whole + 1
    return asdict(s) | words | numbers | {"epochs": epochs, "steps": steps}


def settings_of(line):
    """Return the settings and the steps that a line says; nothing in it is run.

    Parameters
    ----------
    line : str
        As `code_of` writes it; spaces and ways to write a number are free, and so are
        what chats and letters make of it: curly quotes, backticks, broken lines.

    Returns
    -------
    settings : Settings
    steps : int

    Raises
    ------
    ValueError
        If the text says anything else; the message tells where, in few words.
    """
    text = as_typed(line)
    data = next((name for name in DATA if f"{name}(" in text), "two_moons")
    zero, ended = "fill(" in text, "train(" not in text
    said = read(_template(data, zero, "weight_decay" in text, ended), text)
    layers, neurons = _shape(said["sizes"])
    rest = {"data": data, "layers": layers, "neurons": neurons}
    rest |= {"start": "zero", "decay": "0"}
    meant = Settings(**Playground.clean_settings(rest | said))
    steps = said["epochs"] * meant.steps_an_epoch if ended else said["steps"]
    if type(steps) is not int or steps < 0:
        raise ValueError(f"{steps!r:.20} is no count of steps")
    require_offered(said, _in_code(meant, steps), Playground.controls)
    return meant, steps


def _shape(sizes):
    """Return hidden layers, and neurons in each, as the sizes of a network say them."""
    if not isinstance(sizes, list) or len(sizes) < 3:
        raise ValueError(f"{sizes!r:.20} is no list of layers")
    return len(sizes) - 2, sizes[1]


# --- a run, and what is measured of it -----------------------------------------------


@dataclass(frozen=True)
class Measures:
    """A network on its training and held-out data, at one moment.

    ``answers`` has the least and the largest output on the training data; ``after`` the
    cost there that one step on all its points would leave, for steps of η/10 and η.
    """

    epoch: float
    cost: float
    held: float
    accuracy: float
    held_accuracy: float
    answers: tuple
    gradient: tuple
    flat_hidden: float
    sure_and_wrong: float
    spread: float
    largest: float
    after: tuple


@dataclass(frozen=True)
class Trial:
    """What the mini-batches cost a copy of a network, trained on with another η.

    Each is a mean over the second half of some epochs from ``epoch`` on, infinite where
    such an η cannot train; ``cost`` is what it was on all points before.
    """

    epoch: float
    cost: float
    epochs: int
    tenth: float
    same: float
    tenfold: float


class Run:
    """A network in training, with a history of bounded length."""

    def __init__(self, settings):
        self.settings = settings
        rng = np.random.default_rng(DATA_SEED)
        draw = DATA[settings.data]
        self.training_data = draw(settings.points, settings.noise, rng)
        self.test_data = draw(HELD_OUT, settings.noise, rng)
        start = "standard" if settings.start == "zero" else settings.start
        self.net = Network(
            *(settings.sizes, settings.seed, settings.cost, start),
            weight_decay=float(settings.decay),
        )
        if settings.start == "zero":
            for p in self.net.weights + self.net.biases:
                p.fill(0)
        self.steps = 0
        self.goal = None  # steps at which a pasted line ends
        self._single = None  # the training of an epoch that is under way
        self._stride = self._measured = 1
        self.trial = None
        _, y = self.training_data
        self.majority = float(max(y.mean(), 1 - y.mean()))
        self.constant = COSTS[settings.cost].value(np.full_like(y, y.mean()), y)
        self.now = self.first = self.measure()
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

    def tick(self, pace=PACES[-1], until=0):
        """Train for a slice of a step, an epoch or up to four.

        It ends early where a pasted line does, or else at the epoch ``until``.
        """
        an_epoch = self.settings.steps_an_epoch
        epochs = {PACES[0]: 0, PACES[1]: 1}.get(pace, min(4, max(1, TICK // an_epoch)))
        end = self.end(until)
        if end is None:
            self.goal = None
        else:
            epochs = min(epochs, (end - self.steps) // an_epoch)
        self.train(epochs) if epochs else self.step()

    def end(self, until=0):
        """Return the steps at which Play will end, or None where nothing ends it."""
        end = until * self.settings.steps_an_epoch if self.goal is None else self.goal
        return end if self.steps < end else None

    def _note(self):
        """Measure, and keep what was measured in a history that stays short."""
        self.now = self.measure()
        self._measured += 1
        if self._measured % self._stride == 0:
            self.history.append(self.now)
        if len(self.history) > KEPT:
            self.history = self.history[::2]
            self._stride *= 2
        # Seldom, for it takes as long as some ticks.
        if self.now.epoch >= (2 * self.trial.epoch if self.trial else TRIED_FROM):
            self.trial = self._tried()

    def _tried(self):
        """Return what becomes of copies of the network with η/10, η and 10 η."""
        s = self.settings
        epochs = max(2, -(-TRIED // s.steps_an_epoch))

        def cost(eta):
            try:
                net = deepcopy(self.net)
                run = net.train(self.training_data, epochs, int(s.batch), eta)
                costs = [record.cost for record in run]
            except (ValueError, FloatingPointError):
                return np.inf
            return float(np.mean(costs[epochs // 2 :]))

        costs = map(cost, (s.eta / 10, s.eta, 10 * s.eta))
        return Trial(self.now.epoch, self.now.cost, epochs, *costs)

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
            kept = 1 - eta * net.weight_decay
            weights = [
                kept * w - eta * n for w, n in zip(net.weights, nabla_w, strict=True)
            ]
            biases = [b - eta * n for b, n in zip(net.biases, nabla_b, strict=True)]
            return cost(forward_pass(weights, biases, x)[1][-1], y)

        eta = self.settings.eta
        return Measures(
            epoch=self.steps / self.settings.steps_an_epoch,
            cost=cost(out, y),
            held=cost(held_out, held_y),
            accuracy=float(1 - wrong.mean()),
            held_accuracy=float(((held_out > 0.5) == (held_y > 0.5)).mean()),
            answers=(float(out.min()), float(out.max())),
            gradient=tuple(float(np.linalg.norm(n)) for n in nabla_w),
            flat_hidden=float((hidden * (1 - hidden) < FLAT).mean()),
            sure_and_wrong=float((wrong & (out * (1 - out) < FLAT)).mean()),
            spread=_spread(net),
            largest=float(max(np.abs(w).max() for w in net.weights)),
            after=(after(eta / 10), after(eta)),
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
        A key of DIAGNOSES, or "learnt".
    sentence : str
        The diagnosis with the numbers that prove it.
    """
    for name, test in DIAGNOSES.items():
        if sentence := test(run):
            return name, sentence
    return "learnt", f"Learnt so far: {_progress(run)}."


def _progress(run):
    """Tell how the cost came down, and what knowing nothing of the inputs costs."""
    return (
        f"the cost has come from {number(run.first.cost)} to {number(run.now.cost)}, "
        f"and {_constant(run)}"
    )


def _constant(run):
    """Tell the yardstick: the cost of the best output that is the same everywhere."""
    return f"the same answer for every point costs {number(run.constant)} at best"


def _symmetric(run):
    """Tell of neurons of a layer that are copies of one another."""
    now, s = run.now, run.settings
    if s.neurons == 1 or now.spread > 1e-9 * now.largest:
        return ""
    words = (
        f"Symmetric start: the {s.neurons} neurons of each hidden layer have equal "
        f"weights (largest difference {number(now.spread)}). Equal weights get equal "
        f"gradients, so they stay equal, and each layer does the work of one neuron. "
        f"Random starts break the tie."
    )
    return " ".join(filter(None, [words, _overshooting(run)]))


def _untrained(run):
    """Tell that no step was taken yet."""
    if run.steps:
        return ""
    words = "Not trained yet: what you see is the start. Press Play, or take one step."
    return words + _vanishing(run.now)


def _saturated(run):
    """Tell of outputs certain and wrong, where the cost lets σ′ shrink the error."""
    now, first = run.now, run.first
    if run.settings.cost != "quadratic" or now.sure_and_wrong < 0.25:
        return ""
    words = (
        f"Saturated: {_percent(now.sure_and_wrong)} of the points are read wrong by an "
        f"output neuron so close to 0 or 1 that σ′ is below {FLAT}, at the start "
        f"{_percent(first.sure_and_wrong)}. The quadratic cost multiplies the error by "
        f"σ′, so the largest gradient of a layer is {number(max(now.gradient))}."
    )
    if first.sure_and_wrong > 0.05:
        return words
    return f"{words} Restart with a smaller η, whichever the cost."


def _diverging(run):
    """Tell of a first layer so saturated that no step moves it back."""
    now, s = run.now, run.settings
    # Weight decay would lead back, if slowly.
    if now.cost < 2 * run.constant or now.flat_hidden < 0.5 or s.decay != "0":
        return ""
    size = np.linalg.norm(run.net.weights[0])
    if not run.steps or (moved := s.eta * now.gradient[0]) > STUCK * size:
        return ""
    return (
        f"Diverging: the cost was {number(run.first.cost)} at the start, now "
        f"{number(now.cost)}, and {_constant(run)}. The steps went too far: "
        f"{_flat(now)}, at the start {_percent(run.first.flat_hidden)}. A step on all "
        f"points now moves the first layer by {number(moved / size)} of its size: too "
        "little to lead back."
    )


def _overshooting(run):
    """Tell of steps that raise the cost, on a network worse than a constant."""
    now = run.now
    shorter, same = now.after
    if not run.steps or now.cost < run.constant or not shorter < now.cost < same:
        return ""
    return (
        f"Overshooting: the cost is {number(now.cost)}, and {_constant(run)}. One step "
        f"on all points would raise it to {number(same)}, a tenth of η would lower it "
        f"to {number(shorter)}.{_saturation(now)}"
    )


def _small_step(run):
    """Tell of little progress, where ten times η was tried and made more of it."""
    now, trial = run.now, run.trial
    if trial is None or not 0.7 * run.constant < now.cost < run.first.cost:
        return ""
    fall, longer = trial.cost - trial.same, trial.cost - trial.tenfold
    if fall <= 0 or longer < 3 * fall:
        return ""
    return (
        f"Too small a step: after {number(now.epoch, 6)} epochs the cost has come from "
        f"{number(run.first.cost)} only to {number(now.cost)}. Tried on copies, for "
        f"{trial.epochs} epochs from epoch {number(trial.epoch, 6)} on: ten times η "
        f"came to {number(trial.tenfold)}, this one to {number(trial.same)}."
        f"{_vanishing(now)}"
    )


def _vanishing(now):
    """Tell of a first layer that gets next to nothing of the gradient."""
    first, last = now.gradient[0], now.gradient[-1]
    if first >= 0.01 * last:
        return ""
    return (
        f" The gradient vanishes on its way back: {number(last)} in the last layer, "
        f"{number(first)} in the first."
    )


def _saturation(now):
    """Tell of hidden neurons that let almost no gradient through."""
    if now.flat_hidden < 0.5:
        return ""
    return (
        f" By now {_flat(now)}: saturated, they pass on a gradient of "
        f"{number(now.gradient[0])} to the first layer."
    )


def _flat(now):
    """Say how many of the hidden neurons' outputs let almost no gradient through."""
    return (
        f"{_percent(now.flat_hidden)} of the hidden neurons' outputs are so close to 0 "
        f"or 1 that σ′ is below {FLAT}"
    )


def _guessing(run):
    """Tell of a network that answers nearly the same for every point."""
    now = run.now
    low, high = now.answers
    if high - low > ALIKE:
        return ""
    return (
        f"Guessing: every answer lies between {number(low)} and {number(high)}, nearly "
        f"the same for all points. The cost is {number(now.cost)}, and "
        f"{_constant(run)}.{_vanishing(now) or _saturation(now)}"
    )


def _little(run):
    """Tell of a network hardly better than one that knows nothing of the inputs."""
    now = run.now
    if now.cost < 0.95 * run.constant and now.accuracy > run.majority + 0.02:
        return ""
    return (
        f"Little so far: the cost is {number(now.cost)}, at the start "
        f"{number(run.first.cost)}, and {_constant(run)}. It reads "
        f"{_percent(now.accuracy)} right; one class for all would be right for "
        f"{_percent(run.majority)}."
        f"{_vanishing(now) or _saturation(now)}"
    )


def _over_fitting(run):
    """Tell of a held-out cost that rose while the training cost fell."""
    measured = _measured(run)
    if len(measured) < WINDOW:
        return ""
    held = _means([m.held for m in measured])
    cost = _means([m.cost for m in measured])
    best = int(np.argmin(held))
    if held[-1] < 1.3 * held[best] or cost[-1] > 0.9 * cost[best]:
        return ""
    since = measured[best + MEAN // 2].epoch
    return (
        f"Over-fitting: since about epoch {number(since, 6)} the held-out cost has "
        f"risen from {number(held[best])} to {number(held[-1])}, while the training "
        f"cost fell from {number(cost[best])} to {number(cost[-1])} (means of {MEAN} "
        f"measurements): what is learnt now serves these {run.settings.points} points, "
        "not new ones. More points, weight decay, or an earlier stop!"
    )


def _means(values):
    """Return the mean of each so many values in a row, which chance moves less."""
    return np.convolve(values, np.full(MEAN, 1 / MEAN), "valid")


def _measured(run):
    """Return the measurements kept of a run, with those of this moment."""
    return run.history if run.history[-1] is run.now else [*run.history, run.now]


def _late(run):
    """Return the later half of the measurements of a run, by epochs."""
    return [m for m in _measured(run) if m.epoch >= run.now.epoch / 2]


def _falls(run):
    """Return whether the cost falls over the later half of a run, if that is told."""
    costs = [m.cost for m in _late(run)]
    if len(costs) < WINDOW:
        return None
    middle = len(costs) // 2
    earlier, later = np.log(costs[:middle]), np.log(costs[middle:])
    return bool(later.mean() < earlier.mean() + np.log(FALL))


def _level(run):
    """Tell of a cost that hardly changed over the last half of a run."""
    late, now = _late(run), run.now
    costs = [m.cost for m in late]
    if now.epoch < 10 or len(costs) < WINDOW or max(costs) > LEVEL * min(costs):
        return ""
    words = (
        f"Level: since epoch {number(late[0].epoch, 6)} the cost has stayed between "
        f"{number(min(costs))} and {number(max(costs))}"
    )
    if now.accuracy >= 0.95:
        return f"{words}."
    words += ". A plateau may end: only more epochs can tell."
    return words + (_vanishing(now) or _saturation(now))


def _bouncing(run):
    """Tell of a cost that goes up and down, where a tenth of η was tried and helps."""
    late, trial = _late(run), run.trial
    costs = [m.cost for m in late]
    if trial is None or _falls(run) is not False or trial.tenth > HELPS * trial.same:
        return ""
    return (
        f"Too large to settle: since epoch {number(late[0].epoch, 6)} the cost has "
        f"bounced between {number(min(costs))} and {number(max(costs))} without a "
        f"trend. Tried on copies, for {trial.epochs} epochs from epoch "
        f"{number(trial.epoch, 6)} on: a tenth of η came to {number(trial.tenth)}, "
        f"this one to {number(trial.same)}.{_saturation(run.now)}"
    )


def _learning(run):
    """Tell of a cost that falls."""
    falls = _falls(run)
    if falls is None:
        falls = run.now.cost < _measured(run)[-2].cost
    return f"Learning: {_progress(run)}." if falls else ""


DIAGNOSES = {
    "symmetric": _symmetric,
    "untrained": _untrained,
    "saturated": _saturated,
    "diverging": _diverging,
    "overshooting": _overshooting,
    "too small a step": _small_step,
    "guessing": _guessing,
    "little so far": _little,
    "over-fitting": _over_fitting,
    "level": _level,
    "too large to settle": _bouncing,
    "learning": _learning,
}


def _percent(share):
    """Return a share in per cent, its sign in the same line."""
    return f"{100 * share:.1f}\N{NO-BREAK SPACE}%"


# --- the explorer --------------------------------------------------------------------


class Playground(Explorer):
    """Train a network under any settings; the run is held here, the state names it.

    Another setting is another run, so that the line always tells all of it; runs that
    were left are kept, and found again.
    """

    title = "Playground: train a network"
    alt = (
        "Four panels: the points of two classes over the network's decision boundary; "
        "cost on training and held-out points against epochs, on a logarithmic axis; "
        "the size of the gradient in each layer; the weight matrices as coloured "
        "squares."
    )
    sentence_first = True
    controls = (
        Choice("data", "data set", tuple(DATA), "two_moons"),
        Slider("points", "points", 20, 1000, 20, 500),
        Slider("noise", "noise", 0.0, 0.6, 0.02, 0.2),
        Slider("layers", "hidden layers", 1, 5, 1, 2),
        Slider("neurons", "neurons a layer", 1, 32, 1, 16),
        Slider("eta", "learning rate η", 0.001, 100.0, 0.1, 1.0, log=True),
        Choice("batch", "batch size", BATCHES, "10"),
        Choice("cost", "cost", tuple(COSTS), "cross_entropy"),
        Choice("start", "start", ("scaled", "standard", "zero"), "scaled"),
        Choice("decay", "weight decay λ", DECAYS, "0"),
        Slider("seed", "seed of the start", 0, 50, 1, 3),
        Choice("pace", "a picture after", PACES, PACES[-1]),
        Slider("until", "stop at epoch (0: never)", 0, 400, 5, 0),
        Play("play"),
        Action("step", "One step"),
        Action("epoch", "One epoch"),
        Action("restart", "Restart"),
        Action("back", "Back"),
        Action("best", "Best"),
        Entry("line", "This run as code", code_of(Settings(), 0), rows=6),
    )

    def __init__(self):
        self.run, self.runs = Run(Settings()), []

    @classmethod
    def clean_settings(cls, state):
        """Return the settings of a state, each as its control can have it."""
        names = {field.name for field in fields(Settings)}
        controls = [c for c in cls.controls if c.name in names]
        clean = {c.name: nearest(c, state[c.name]) for c in controls}
        clean["eta"] = float(f"{clean['eta']:.3g}")
        clean["noise"] = round(clean["noise"], 2)
        return clean

    def start(self):
        """Return the first state, with a run that has not begun."""
        self._turn_to(Run(Settings()))
        return super().start()

    def idle(self, state):
        """Return the buttons that lead to the run which is there anyway."""
        leads = {"restart": self.run.steps, "back": self.runs, "best": self.best}
        return tuple(name for name, elsewhere in leads.items() if not elsewhere)

    @property
    def best(self):
        """Return the kept run that reads most held-out points, or None if this does.

        Only runs on points of the same kind can be compared.
        """
        kind = (self.run.settings.data, self.run.settings.noise)
        alike = [r for r in self.runs if (r.settings.data, r.settings.noise) == kind]
        best = max([self.run, *alike], key=lambda r: r.now.held_accuracy)
        return None if best is self.run else best

    def preview(self):
        """Return the Scene of the first settings after some ticks of Play."""
        played = Playground()
        state = played.start()
        for _ in range(PLAYED):
            state = played.act("play", state)
        return played.view(state)

    def clean(self, state):
        """Return a clean state; a line that was pasted becomes its settings.

        A line that says anything else stays to be mended, and ``complaint`` says why;
        an empty one becomes the run's.
        """
        state = asdict(self.run.settings) | {"line": self.run.line} | state
        settings, complaint = self.clean_settings(state), ""
        playing = {
            c.name: c.clean(state.get(c.name, c.value))
            for c in self.controls
            if c.name in ("pace", "until")
        }
        line = str(state["line"])[:LONGEST]
        if line.strip() and line != self.run.line:
            try:
                pasted, goal = settings_of(line)
            except ValueError as error:
                complaint = str(error)
            else:
                self._turn_to(Run(pasted))
                self.run.goal = goal
                settings = asdict(pasted)
        self._settle(settings)
        line = line if complaint else self.run.line
        return {**settings, **playing, "line": line, "complaint": complaint}

    def act(self, name, state):
        """Return the state after a button, which may have trained the network."""
        moves = {
            "play": lambda: self.run.tick(state["pace"], state["until"]),
            "step": lambda: self.run.step(),
            "epoch": lambda: self.run.train(1),
            "restart": lambda: self._turn_to(Run(self.run.settings)),
            # Behind all others, so that Back again comes to each of them.
            "back": lambda: self._turn_to([self.run, *self.runs][-1], place=0),
            "best": lambda: self._turn_to(self.best or self.run),
        }
        if name not in moves:
            return super().act(name, state) | {"stop": True}
        self._settle(self.clean_settings(state))
        moves[name]()
        line = state["line"] if state.get("complaint") else self.run.line
        stop = name in ("restart", "back", "best")
        return state | asdict(self.run.settings) | {"line": line, "stop": stop}

    def view(self, state):
        """Return the Scene of the run that has the state's settings."""
        self._settle(self.clean_settings(state))
        run, complaint = self.run, state.get("complaint", "")
        words = refusal(complaint)
        words += _plan(run, state["pace"], state["until"])
        panels = [
            _boundary(run),
            _curves(run, self.runs),
            _gradients(run),
            _weights(run.net),
        ]
        # A run that went on would not be the one that was meant.
        ends = (run.goal, state["until"] * run.settings.steps_an_epoch)
        ended = run.steps > 0 and run.steps in ends
        stop = state.get("stop", False) or bool(complaint) or ended
        return Scene(panels, " ".join([*words, status_of(run)]), stop)

    def _settle(self, settings):
        """Go on with the run of these settings, if one is kept, or start one."""
        if (settings := Settings(**settings)) != self.run.settings:
            kept = [run for run in self.runs if run.settings == settings]
            self._turn_to(kept[-1] if kept else Run(settings))

    def _turn_to(self, run, place=None):
        """Put a run under the hand, and the one before it among those kept, if trained.

        It comes last of them, where Back finds it, or at another place.
        """
        others = [other for other in self.runs if other is not run]
        if self.run.steps and self.run is not run:
            others.insert(len(others) if place is None else place, self.run)
        self.run, self.runs = run, others
        if len(others) > RUNS:
            others.remove(next(r for r in others if r is not self.best))


def _plan(run, pace, until):
    """Return sentences on what Play will do, where that is not the usual."""
    words = [] if pace == PACES[-1] else [f"Each picture of Play is {pace} further."]
    if end := run.end(until):
        pasted = f"step {end}, where the pasted line ends"
        words.append(f"Play trains to {pasted if run.goal else f'epoch {until}'}.")
    return words


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
    reach = np.ceil(2 * (np.abs(x).max(axis=1) + RIM)) / 2
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


def _curves(run, others):
    """Return the cost against epochs, on training and on held-out points.

    Behind it are other runs of the same cost, with few points each.
    """
    measured = _measured(run)
    epochs = [m.epoch for m in measured]
    training, held = [m.cost for m in measured], [m.held for m in measured]
    kept = [_thinned(r) for r in others if r.settings.cost == run.settings.cost]
    costs = training + held + [m.cost for curve in kept for m in curve]
    low = 10.0 ** np.floor(np.log10(max(min(costs), 1e-6)))
    high = 10.0 ** np.ceil(np.log10(max(*costs, 10 * low)))
    unit = COSTS[run.settings.cost].unit or "dimensionless"
    last = _round_up(max(20, epochs[-1], *(curve[-1].epoch for curve in kept)))
    return Panel(
        (0, last),
        (low, high),
        [
            *(_grey(curve, k == 0) for k, curve in enumerate(kept)),
            Line(epochs, training, BLUE, "solid", 2, "training"),
            Line(epochs, held, VERMILION, "dashed", 2, "held out"),
        ],
        "epochs",
        f"cost ({unit})",
        f"cost {number(run.now.cost)}, held out {number(run.now.held)}",
        xticks=whole_ticks(0, last, most=6),
        ylog=True,
    )


def _thinned(run):
    """Return measurements of a run, few of them, the last one among them."""
    measured = _measured(run)
    stride = -(-len(measured) // THIN)
    return measured[::-stride][::-1]


def _grey(curve, named):
    """Return the training cost of another run; one label is enough for all."""
    epochs, costs = [m.epoch for m in curve], [m.cost for m in curve]
    return Line(
        epochs, costs, GREY, "solid", 1, "other runs, training" if named else ""
    )


def _round_up(value):
    """Return a round number not below 10 or more, so that the axis seldom changes."""
    power = 10 ** int(np.log10(value))
    return next(
        k * power // 2 for k in (2, 3, 4, 6, 8, 12, 20) if k * power // 2 >= value
    )


def _gradients(run):
    """Return the size of the gradient in each layer, as bars."""
    sizes = run.now.gradient
    layers = list(range(1, len(sizes) + 1))
    shown = [size if size > FLOOR else np.nan for size in sizes]
    # There is room for the numbers of three; of more, the ends tell what vanishes.
    named = layers if len(layers) <= 3 else (layers[0], layers[-1])
    places = [(layer, sizes[layer - 1]) for layer in named]
    return Panel(
        (0, len(sizes) + 1),
        (FLOOR, 10.0),
        [
            Bars(layers, shown, 0.7, PURPLE),
            *(Label(l, 3 * max(size, FLOOR), number(size)) for l, size in places),
        ],
        "layer of weights",
        "‖∂C/∂W‖",
        "size of the gradient in each layer",
        xticks=whole_ticks(1, len(sizes)),
        height=280,
        ylog=True,
    )


def _weights(net):
    """Return the weight matrices as coloured squares, side by side."""
    largest = max(np.abs(w).max() for w in net.weights)
    rows = max(len(w) for w in net.weights)
    gap = max(1, rows / 4)
    widths = [max(w.shape[1], gap) + gap for w in net.weights]
    marks = []
    for l, right in enumerate(accumulate(widths)):
        w = net.weights[l]
        left = right - (widths[l] + w.shape[1]) / 2
        shares = np.rint(100 * w / (largest or 1)).astype(int)
        middle = rows / 2
        extent = (left, left + w.shape[1], middle - len(w) / 2, middle + len(w) / 2)
        marks.append(Heat(shares[::-1], extent, -100, 100))
        marks.append(Label(left + w.shape[1] / 2, -gap / 2, f"W{l + 1}"))
    signs = f"{NAMES[BLUE]} +, {NAMES[VERMILION]} −"
    return Panel(
        (0, sum(widths)),
        (-gap, rows),
        marks,
        title=f"W: {signs}, largest {number(largest)}",
        bare=True,
        height=280,
    )
