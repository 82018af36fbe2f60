"""The tuner: every run on the digits is kept, and digits held back compare them.

It trains `bpkit.Network` itself. A run is its settings, and they are a line of code
that gives the same weights, bit for bit, without the widget; pasted back, it sets the
controls. The test digits are looked at once.
"""

import math
from dataclasses import asdict, dataclass, fields, replace
from functools import cache
from itertools import count

import numpy as np

from bpkit.costs import COSTS
from bpkit.data import load_digits
from bpkit.network import STARTS, Network
from bpkit.plots.tuning import (
    cost_curves,
    result_against,
    table_of_runs,
    tiles_of_weights,
)
from bpkit.scene import Scene
from bpkit.widgets.explorer import Action, Choice, Entry, Explorer, Play, Slider
from bpkit.widgets.pasted import nearest, read, refusal, require_offered
from bpkit.words import count as counted
from bpkit.words import number

SPLIT_SEED = 100  # beyond the seeds of the start, so that the two never share numbers
TRAINING = 1137  # of the 1,437 training digits; the others are for validation
SLICE = 300  # mini-batch steps a tick at most
KEPT = 50  # runs
POINTS = 30  # of a kept run's curves
SEEDS = 3  # of each value in a sweep
ROWS = 5  # of the table


# --- the settings, and the line that says them ---------------------------------------


@dataclass(frozen=True)
class Settings:
    """What fixes a run, down to the last bit."""

    hidden: int = 30
    eta: float = 0.5
    batch: str = "10"
    epochs: int = 10
    cost: str = "cross_entropy"
    start: str = "scaled"
    decay: str = "0"
    seed: int = 0

    @property
    def steps_an_epoch(self):
        """Return how many mini-batches hold every training digit once."""
        return -(-TRAINING // int(self.batch))


CONTROLS = {
    control.name: control
    for control in (
        Slider("hidden", "hidden neurons", 1, 100, 1, 30),
        Slider("eta", "learning rate η", 0.001, 100.0, 0.1, 0.5, log=True),
        Slider("epochs", "epochs a run", 1, 60, 1, 10),
        Slider("seed", "seed", 0, 50, 1, 0),
        Choice("batch", "batch size", ("1", "4", "10", "25", "100"), "10"),
        Choice("cost", "cost", tuple(COSTS), "cross_entropy"),
        Choice("start", "start", STARTS, "scaled"),
        Choice("decay", "weight decay λ", ("0", "0.0001", "0.001", "0.01"), "0"),
    )
}
NAMES = tuple(field.name for field in fields(Settings))
LINE = (
    "import numpy as np; from bpkit import Network, load_digits; "
    "(x, y), _ = load_digits(); "
    f"order = np.random.default_rng({SPLIT_SEED}).permutation(1437); "
    "training_data, validation_data = ((x[:, o], y[:, o]) "
    f"for o in (order[:{TRAINING}], order[{TRAINING}:])); "
    "net = Network([64, {hidden}, 10], seed={seed}, cost={cost}, start={start}, "
    "weight_decay={decay}); "
    "net.SGD(training_data, {epochs}, {batch}, {eta}, validation_data)"
)


def code_of(settings):
    """Return the line of code that repeats a run without the widget.

    Parameters
    ----------
    settings : Settings
        Of the run.

    Returns
    -------
    str
        Python statements; afterwards `net` is the run's network, bit for bit.
    """
    return LINE.format(**_in_code(settings))


def _in_code(settings):
    """Return each setting as it is written in the line."""
    said = {name: f"{value}" for name, value in asdict(settings).items()}
    words = {name: f'"{said[name]}"' for name in ("cost", "start")}
    return said | words | {"eta": f"{settings.eta:g}"}


def settings_of(text):
    """Return the settings that a line says; nothing in it is run.

    Parameters
    ----------
    text : str
        As `code_of` writes it, or as a chat shows that.

    Returns
    -------
    Settings

    Raises
    ------
    ValueError
        If the text says anything else; the message tells what, and what was expected.
    """
    said = read(LINE, text)
    meant = Settings(**{name: _nearest(name, value) for name, value in said.items()})
    require_offered(said, _in_code(meant), CONTROLS.values())
    return meant


def _nearest(name, value):
    """Return the value that a control has for any other."""
    value = nearest(CONTROLS[name], value)
    return float(f"{value:.3g}") if name == "eta" else value


# --- a run ---------------------------------------------------------------------------


@cache
def piles():
    """Return the training and the validation digits, cut by one seed for all runs."""
    (x, y), _ = load_digits()
    order = np.random.default_rng(SPLIT_SEED).permutation(x.shape[1])
    training, validation = order[:TRAINING], order[TRAINING:]
    return (x[:, training], y[:, training]), (x[:, validation], y[:, validation])


def network_of(settings):
    """Return the network at the start of a run."""
    s = settings
    return Network(
        *([64, s.hidden, 10], s.seed, s.cost, s.start), weight_decay=float(s.decay)
    )


def constant_cost(name):
    """Return a cost of the best answer that is the same for all of ten digits."""
    return COSTS[name].value(np.full((10, 10), 0.1), np.eye(10))


class Run:
    """A training under way, or what is kept of it: weights, thinned curves, hits.

    Attributes
    ----------
    number : int
        Its name in sentences.
    late : bool
        Whether it began after the test digits were looked at.
    curves : dict of str to list
        ``epoch``, and the mean costs on ``training`` and ``validation`` digits.
    hits : ndarray of bool
        Which validation digits are read right now.
    """

    def __init__(self, number, settings, late=False):
        self.number, self.settings, self.late = number, settings, late
        self.net = network_of(settings)
        every = min(SLICE, settings.steps_an_epoch)
        self._training = self.net.train(
            *(piles()[0], settings.epochs, int(settings.batch), settings.eta),
            every=every,
        )
        self.curves = {"epoch": [], "training": [], "validation": []}
        self._measure(step=0)

    @property
    def epoch(self):
        """Return how many epochs it has trained."""
        return float(self.curves["epoch"][-1])

    @property
    def done(self):
        """Return whether it has trained all of its epochs."""
        return self.epoch >= self.settings.epochs

    @property
    def right(self):
        """Return how many validation digits it reads right."""
        return int(self.hits.sum())

    @property
    def misread(self):
        """Return how many validation digits it misreads."""
        return len(self.hits) - self.right

    def tick(self):
        """Train for an epoch or a slice of one."""
        self._measure(next(self._training).step)
        if self.done:
            self.close()

    def close(self):
        """Let go of all that only a training needs, and thin the curves."""
        self._training = None
        last = len(self.curves["epoch"]) - 1
        kept = np.linspace(0, last, min(POINTS, last + 1)).round().astype(int)
        self.curves = {
            name: np.array(curve)[kept] for name, curve in self.curves.items()
        }

    def _measure(self, step):
        """Note the costs, and which validation digits are read right."""
        training, (x, y) = piles()
        outputs = self.net.feedforward(x)
        costs = (
            self.net.mean_cost(training),
            COSTS[self.settings.cost].value(outputs, y),
        )
        epoch = step / self.settings.steps_an_epoch
        for curve, value in zip(self.curves.values(), (epoch, *costs), strict=True):
            curve.append(value)
        self.hits = outputs.argmax(axis=0) == y.argmax(axis=0)


def compare(one, other):
    """Say whether two runs differ by more than luck, with the digits that prove it.

    Parameters
    ----------
    one, other : Run
        Their hits are on the same validation digits.

    Returns
    -------
    str
        One sentence. Digits that both read, or neither, say nothing of a difference;
        of the others each is, by luck alone, as likely on one side as on the other.
    """
    a = int((one.hits & ~other.hits).sum())
    b = int((other.hits & ~one.hits).sum())
    if not a + b:
        return f"It and {name_of(other)} read the very same digits."
    luck = 2 * math.sqrt(a + b)
    chance = abs(a - b) <= luck
    verdict = (
        "so it can be luck"
        if chance
        else "more than luck of the digits; luck of the seed comes on top"
    )
    return (
        f"Of the {counted(a + b, 'digit')} that only one of it and {name_of(other)} "
        f"reads, it reads {a}, the other {b}: the difference is {abs(a - b)}, "
        f"{'not ' if chance else ''}above 2√{a + b} = {number(luck)}, {verdict}."
    )


def name_of(run):
    """Return how a run is called; a star says that it came after the look."""
    return f"run {run.number}{'*' if run.late else ''}"


# --- the explorer --------------------------------------------------------------------

# The values of a sweep; a choice has all of its options.
VALUES = {
    "eta": (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0),
    "hidden": (1, 2, 4, 8, 16, 32, 64, 100),
    "epochs": (1, 2, 4, 8, 16, 32),
    "seed": tuple(range(12)),
}
KNOBS = {
    "η": "eta",
    "hidden": "hidden",
    "batch": "batch",
    "epochs": "epochs",
    "cost": "cost",
    "start": "start",
    "λ": "decay",
    "seed": "seed",
}
SYMBOLS = {name: symbol for symbol, name in KNOBS.items()}


def plan(settings, knob):
    """Return the settings of a sweep: each value of a knob, with some seeds.

    Parameters
    ----------
    settings : Settings
        All but the knob and the seed stay.
    knob : str
        Name of a setting.

    Returns
    -------
    list of Settings
        One seed after the other, so that a first curve is whole early.
    """
    values = VALUES.get(knob) or CONTROLS[knob].options
    seeds = [(settings.seed + k) % (CONTROLS["seed"].high + 1) for k in range(SEEDS)]
    if knob == "seed":
        seeds = seeds[:1]
    return [
        replace(replace(settings, seed=seed), **{knob: value})
        for seed in seeds
        for value in values
    ]


class Tuner(Explorer):
    """Choose settings for the digits by runs that are all kept.

    The runs are held here, and the state names one by its settings: a control that is
    moved and put back finds its run again. Reset moves the controls and forgets
    neither a run nor the look at the test digits.
    """

    title = "Tuner: choose settings for the digits"
    alt = (
        "Four panels: costs on training and validation digits against epochs, this run "
        "before all earlier ones in grey, on one logarithmic axis; validation digits "
        "misread against one setting; a table of the best runs; the weights of the "
        "hidden neurons as tiles."
    )
    sentence_first = True
    controls = (
        *CONTROLS.values(),
        Play("play", "Run"),
        Choice("knob", "knob", tuple(KNOBS), "η"),
        Play("sweep", "Sweep the knob"),
        Slider("pick", "run", 1, KEPT, 1, 1),
        Action("take", "Back to this run"),
        Action("best", "Back to the best"),
        Action("look", "The one look at the test digits"),
        Entry("line", "This run as code", code_of(Settings()), rows=4),
    )

    def __init__(self):
        self.runs = {}  # by their settings, the oldest first
        self.live = None  # the run whose training goes on
        self.queue = []  # of a sweep
        self.swept = ""  # its knob
        self.looked = None  # the run that the test digits were shown to
        self.test = ""  # what came of it
        self.stop = True

    @property
    def best(self):
        """Return the run that reads most validation digits, or None; of two, the older.

        Like its line, a run is judged by its last epoch.
        """
        return self._best_of(self.runs.values())

    def start(self):
        """Return the first state; the runs stay."""
        return super().start() | {"said": code_of(Settings()), "complaint": ""}

    def settings_in(self, state):
        """Return the settings of a state, each as its control can have it."""
        return Settings(**{name: _nearest(name, state[name]) for name in NAMES})

    def clean(self, state):
        """Return a clean state; a line that was pasted becomes its settings.

        A line that says anything else stays to be mended, and ``complaint`` says why;
        an empty one becomes the run's.
        """
        state = self.start() | state
        known = {c.name: c.clean(state[c.name]) for c in self.controls if _valued(c)}
        line, pasted, complaint = known["line"], None, ""
        if line.strip() and line != state["said"]:
            try:
                pasted = settings_of(line)
            except ValueError as error:
                complaint = str(error)
        settings = pasted or self.settings_in(known)
        return self._told(known | {"complaint": complaint}, settings)

    def idle(self, state):
        """Return what would change nothing: without runs, all that goes back to one."""
        now, best = self.runs.get(self.settings_in(state)), self.best
        nothing = {
            "play": now is not None and now.done,
            "pick": len(self.runs) < 2,
            "take": self._picked(state) in (None, now),
            "best": best in (None, now),
            "look": best is None or self.looked is not None,
        }
        return tuple(name for name, none in nothing.items() if none)

    def act(self, name, state):
        """Return the state after a button, which may have trained a network."""
        buttons = {
            "play": self._play,
            "sweep": self._sweep,
            "take": self._take,
            "best": self._to_best,
            "look": self._look,
        }
        self.stop = True
        if name not in buttons:
            return super().act(name, state)
        settings = buttons[name](self.settings_in(state), state)
        if run := self.runs.get(settings):
            state = state | {"pick": run.number}
        return self._told(state, settings)

    def view(self, state):
        """Return the Scene of the run that has the state's settings."""
        settings = self.settings_in(state)
        now, best, complaint = self.runs.get(settings), self.best, state["complaint"]
        words = [*refusal(complaint), self._about(settings, now), self.test]
        picked = self._picked(state)
        panels = [
            cost_curves(
                *(now, best, picked, self.runs.values(), settings),
                constant_cost(settings.cost),
            ),
            self._against(KNOBS[state["knob"]], settings, now),
            self._table(now, best, picked),
            tiles_of_weights((now.net if now else network_of(settings)).weights[0]),
        ]
        sentence = " ".join(word for word in words if word)
        return Scene(panels, sentence, self.stop or bool(complaint))

    def preview(self):
        """Return the Scene after an example sweep of η."""
        return _example()

    # --- what the buttons do: each returns the settings that follow ---

    def _play(self, settings, _):
        """Train a slice of the run of these settings, up to its end."""
        run = self._begin(settings)
        if not run.done:
            run.tick()
        self.stop = run.done
        return settings

    def _sweep(self, settings, state):
        """Train a slice of a sweep; after it the controls are at the best of it."""
        knob = KNOBS[state["knob"]]
        if not self.queue or (self.queue[0], self.swept) != (settings, knob):
            self.queue, self.swept = plan(settings, knob), knob
        self._play(self.queue[0], state)
        while self.queue and (run := self.runs.get(self.queue[0])) and run.done:
            last = self.queue.pop(0)
        self.stop = not self.queue
        if self.queue:
            return self.queue[0]
        return self._best_of(self._alike(knob, last)).settings

    def _take(self, settings, state):
        """Go back to the run that is picked."""
        run = self._picked(state)
        return run.settings if run else settings

    def _to_best(self, settings, _):
        """Go back to the best run."""
        return self.best.settings if self.best else settings

    def _look(self, settings, _):
        """Show the test digits to the best run, once and never again."""
        if self.looked is None and self.best is not None:
            self.looked = run = self.best
            x, labels = load_digits()[1]
            right = run.net.evaluate((x, labels))
            self.test = (
                f"The one look: run {run.number} reads {right} of {len(labels)} test "
                f"digits ({_percent(right / len(labels))}; validation "
                f"{_percent(run.hits.mean())}); * marks later runs."
            )
        return settings

    # --- the runs ---

    def _begin(self, settings):
        """Return the run of some settings, which may be a new one."""
        run = self.runs.get(settings)
        if run is not None and (run.done or run is self.live):
            return run
        if self.live is not None and not self.live.done:
            self.live.close()
        number = run.number if run else self._free_number()
        self.live = Run(number, settings, late=self.looked is not None)
        self.runs[settings] = self.live
        return self.live

    def _free_number(self):
        """Return the smallest number that no run has; the oldest may have to go."""
        if len(self.runs) == KEPT:
            spared = (self.best, self.looked)
            del self.runs[next(s for s, r in self.runs.items() if r not in spared)]
        taken = {run.number for run in self.runs.values()}
        return next(n for n in count(1) if n not in taken)

    def _picked(self, state):
        """Return the run with the number that is picked, or the next to it."""
        return min(
            self.runs.values(),
            key=lambda run: abs(run.number - state["pick"]),
            default=None,
        )

    def _best_of(self, runs):
        """Return which of some runs reads most validation digits, or None."""
        ended = (run for run in runs if run.done)
        return max(ended, key=lambda run: run.right, default=None)

    def _alike(self, knob, settings):
        """Return the runs that differ from some settings by one knob and the seed."""

        def rest(s):
            return replace(replace(s, seed=0), **{knob: getattr(settings, knob)})

        return [r for s, r in self.runs.items() if rest(s) == rest(settings)]

    def _told(self, state, settings):
        """Return a state with some settings and their line, unless one is mended."""
        said = code_of(settings)
        line = state["line"] if state["complaint"] else said
        return state | asdict(settings) | {"line": line, "said": said}

    # --- what is said, and the panels that need more than one run ---

    def _about(self, settings, now):
        """Say what became of a run, and whether its rank can be luck."""
        if now is None:
            steps = settings.epochs * settings.steps_an_epoch
            return (
                f"Not trained yet: what you see is the start. Run takes "
                f"{counted(steps, 'step')}. {counted(len(self.runs), 'run')} kept."
            )
        words = (
            f"{name_of(now).capitalize()}: {now.right} of {len(now.hits)} validation "
            f"digits right"
        )
        if not now.done:
            left = "" if now is self.live else " It was left; Run begins it anew."
            at = f"at epoch {number(now.epoch)} of {settings.epochs}"
            return f"{words} {at}.{left}"
        others = [run for run in self.runs.values() if run is not now]
        rival = self.best if self.best is not now else self._best_of(others)
        if rival is None:
            return f"{words}. Change one setting, and Run again."
        rank = f"the best is {name_of(rival)}, {rival.right}"
        if self.best is now:
            rank = f"the best so far, before {name_of(rival)}, {rival.right}"
        return f"{words}; {rank}. {compare(now, rival)}"

    def _against(self, knob, settings, now):
        """Return the panel of results against one knob."""

        def places(runs):
            return [
                (_place(knob, getattr(r.settings, knob)), r.misread)
                for r in runs
                if r.done
            ]

        alike = self._alike(knob, settings)
        others = [run for run in self.runs.values() if run not in alike]
        here = [now] if now else []
        return result_against(
            CONTROLS[knob], SYMBOLS[knob], *map(places, (alike, others, here))
        )

    def _table(self, now, best, picked):
        """Return the panel of the best runs, with the settings that differ."""
        ended = [run for run in self.runs.values() if run.done]
        ranked = sorted(ended, key=lambda run: -run.right)[:ROWS]
        differ = [
            name for name in NAMES if len({getattr(s, name) for s in self.runs}) > 1
        ]
        head = ["run", *(SYMBOLS[name] for name in differ), "right"]
        rows = [
            [
                f"{run.number}{'*' if run.late else ''}",
                *(_short(getattr(run.settings, name)) for name in differ),
                str(run.right),
            ]
            for run in ranked
        ]
        title = f"the best {len(rows)} of {counted(len(self.runs), 'run')}"
        if picked is not None:
            title += f"; picked: {picked.number}"
        looks = [(run is now, run is best) for run in ranked]
        return table_of_runs(head, rows, looks, ROWS, title)


def _valued(control):
    """Return whether a control has a value."""
    return hasattr(control, "value")


def _place(knob, value):
    """Return where a value stands on its axis; options stand side by side."""
    control = CONTROLS[knob]
    return control.options.index(value) if control.kind == "choice" else value


def _short(value):
    """Return a setting in a few letters."""
    short = {"cross_entropy": "cross", "quadratic": "quadr.", "standard": "stand."}
    return short.get(value, value) if isinstance(value, str) else number(value)


def _percent(share):
    """Return a share in per cent, its sign in the same line."""
    return f"{100 * share:.1f}\N{NO-BREAK SPACE}%"


@cache
def _example():
    """Return the Scene of an example sweep, for pages that cannot train."""
    tuner = Tuner()
    state = tuner.clean(tuner.start() | {"epochs": 3})
    tuner.stop = False
    while not tuner.stop:
        state = tuner.act("sweep", state)
    scene = tuner.view(state)
    # A legend has more rows in half a printed page than on a screen.
    panels = [p if p.bare else replace(p, height=330) for p in scene.panels]
    return replace(scene, panels=panels)
