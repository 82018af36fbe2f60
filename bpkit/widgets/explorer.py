"""What an explorer is, apart from any browser: controls, a state, a view of it.

An explorer is a plain class. Its state is a dict: the controls' values, and what `act`
adds to them. What is too large to go to the page and back, such as a run, the explorer
keeps itself. `view` turns a state into a scene; `act` answers a button with a new
state. All of it runs, and is tested, without ipywidgets.
"""

import math
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Slider:
    """A number between two ends. With log, the steps multiply by 10**step."""

    name: str
    label: str
    low: float
    high: float
    step: float
    value: float
    log: bool = False
    kind: str = "slider"

    def clean(self, value):
        """Return the value, or the nearer end; a slider that counts rounds.

        Values between the steps stay: the playground's line of settings may hold them.
        """
        value = float(value)
        if not math.isfinite(value):
            return self.value
        value = min(max(value, self.low), self.high)
        return round(value) if isinstance(self.step, int) else value


@dataclass(frozen=True)
class Choice:
    """One of some words."""

    name: str
    label: str
    options: tuple
    value: str
    kind: str = "choice"

    def clean(self, value):
        """Return the value, or the first choice's where there is no such option."""
        return value if value in self.options else self.value


@dataclass(frozen=True)
class Toggle:
    """Yes or no."""

    name: str
    label: str
    value: bool
    kind: str = "toggle"

    def clean(self, value):
        """Return whether the value is true."""
        return bool(value)


@dataclass(frozen=True)
class Entry:
    """A text, such as a line of settings, in a field some rows high."""

    name: str
    label: str
    value: str
    rows: int = 1
    kind: str = "entry"

    def clean(self, value):
        """Return a text of a bounded length."""
        return str(value)[:2000]


@dataclass(frozen=True)
class Pad:
    """A field to draw on: a list of strokes, each a list of (x, y) from 0 to 1."""

    name: str
    label: str
    value: tuple = ()
    kind: str = "pad"

    def clean(self, value):
        """Return strokes as lists of pairs of numbers in the field."""
        return [
            [[_unit(x), _unit(y)] for x, y in stroke] for stroke in value if len(stroke)
        ]


@dataclass(frozen=True)
class Action:
    """A button; `Explorer.act` says what it does."""

    name: str
    label: str
    kind: str = "action"


@dataclass(frozen=True)
class Play:
    """A play and pause button: while it plays, its action is asked for again and again.

    The page asks for the next tick when the last has arrived, so it sets the pace.
    """

    name: str
    label: str = "Play"
    kind: str = "play"


def _unit(value):
    """Return a number from 0 to 1."""
    value = float(value)
    return min(max(value, 0.0), 1.0) if math.isfinite(value) else 0.0


class Explorer:
    """Base of the explorers: a subclass gives `title`, `alt`, `controls` and `view`.

    Attributes
    ----------
    title : str
        What can be explored.
    alt : str
        The kind of picture, for whoever does not see it; the sentence adds the facts.
    controls : tuple
        Slider, Choice, Toggle, Entry, Pad, Action, Play: in the order of the page.
    sentence_first : bool
        Whether the sentence stands above the picture, and typed texts below it: so
        what is moved and what is said are in sight together where a picture is high.
    """

    title = ""
    alt = ""
    controls = ()
    sentence_first = False

    def start(self):
        """Return the first state: each control's own value."""
        return {c.name: c.value for c in self.controls if hasattr(c, "value")}

    def clean(self, state):
        """Return a state in which every control has a value that it can have."""
        return {
            c.name: c.clean(state.get(c.name, c.value))
            for c in self.controls
            if hasattr(c, "value")
        }

    def view(self, state):
        """Return the Scene of a state."""
        raise NotImplementedError

    def idle(self, state):
        """Return the names of the controls that change nothing in this state."""
        return ()

    def preview(self):
        """Return the Scene for pages without a kernel, or None for the first one."""
        return None

    def act(self, name, state):
        """Return the state after a button; "reset" gives the first one."""
        if name != "reset":
            raise ValueError(f"{type(self).__name__} has no button {name!r}")
        return self.start()

    def as_data(self):
        """Return the controls as what JSON can hold, in the order of the page.

        Reset is one of them, and the page puts it beside the title.
        """
        texts = [c for c in self.controls if c.kind == "entry"]
        others = [c for c in self.controls if c.kind != "entry"]
        return [asdict(c) for c in (*others, Action("reset", "Reset"), *texts)]
