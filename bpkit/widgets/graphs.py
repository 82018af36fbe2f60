"""Lesson 4: step forward and backward through a computation graph."""

from dataclasses import dataclass

from bpkit.graph import Node, reverse_sweep, sigmoid
from bpkit.plots.graphs import (
    HALF,
    WIDTH,
    arrange,
    graph_panel,
    letters_beside,
    node_marks,
    share,
    symbol,
    wire,
    wires,
)
from bpkit.scene import BLUE, GREY, NAMES, VERMILION, Label, Scene
from bpkit.widgets.explorer import Action, Choice, Explorer, Slider
from bpkit.words import listed, number

FLAT = 0.05  # σ lets through less than a fifth of its best, ¼
TAGS = "①②③④⑤"
LAST = 11  # the most steps that a graph here takes
ROOM = 7  # letters of a number


# --- the graphs ----------------------------------------------------------------------


def product_of_a_sum(*values):
    """Return f = (x + y)·z and its inputs."""
    x, y, z = inputs = _inputs("x y z", values)
    s = _named("s", x + y)
    return _named("f", s * z), inputs


def linear_neuron(*values):
    """Return the cost J = ½(wx + b − y)² and its inputs."""
    w, x, b, y = inputs = _inputs("w x b y", values)
    c = _named("c", w * x)
    a = _named("a", c + b)
    d = _named("d", a - y)
    return _named("J", _named("q", d**2) / 2), inputs


def sigmoid_neuron(*values):
    """Return f = σ(w₀x₀ + w₁x₁ + w₂) and its inputs."""
    w0, x0, w1, x1, w2 = inputs = _inputs("w₀ x₀ w₁ x₁ w₂", values)
    p, q = _named("p", w0 * x0), _named("q", w1 * x1)
    z = _named("z", _named("r", p + q) + w2)
    return _named("f", sigmoid(z)), inputs


def diamond(*values):
    """Return f = a + a² with a = x + x, and its input."""
    [x] = inputs = _inputs("x", values)
    a = _named("a", x + x)
    b = _named("b", a * a)
    return _named("f", a + b), inputs


def _inputs(names, values):
    """Return an input for each name, with its value."""
    return [Node(v, name) for name, v in zip(names.split(), values, strict=True)]


def _named(name, node):
    """Name a node and return it."""
    node.name = name
    return node


GRAPHS = {
    "f = (x + y)·z": (product_of_a_sum, (-2.0, 5.0, -4.0)),
    "linear neuron and its cost": (linear_neuron, (2.0, -2.0, 8.0, 2.0)),
    "sigmoid neuron": (sigmoid_neuron, (2.0, -1.0, -3.0, -2.0, -3.0)),
    "diamond: a = x + x, f = a + a·a": (diamond, (3.0,)),
}


# --- one state of the two sweeps -----------------------------------------------------


@dataclass(frozen=True)
class Sweep:
    """A graph, and how far the two sweeps have come.

    ``order`` holds the operations, parents first. Step 0 knows the inputs, then comes
    one step an operation; then the output receives slope 1; then each operation, from
    the last to the first, hands its slope on.
    """

    output: Node
    inputs: list
    places: dict
    order: list
    step: int

    @property
    def steps(self):
        """The number of the last step."""
        return 2 * len(self.order) + 1

    @property
    def backward(self):
        """How many operations have handed their slope on; -1 before the seed."""
        return self.step - len(self.order) - 1

    @property
    def now(self):
        """The operation that this step is about, or None."""
        if self.step == 0 or self.backward == 0:
            return None
        if self.backward < 0:
            return self.order[self.step - 1]
        return self.order[-self.backward]

    def valued(self, node):
        """Return whether a node's value is known."""
        return not node.parents or self.order.index(node) < self.step

    def spoken(self, child):
        """Return whether a node has handed its slope on."""
        return self.order.index(child) >= len(self.order) - self.backward

    def partial(self, node):
        """Return the slopes that have come back to a node, one a wire."""
        if node is self.output:
            return [1.0] if self.backward >= 0 else []
        return [
            slope * child.grad
            for child in reversed(self.order)
            if self.spoken(child)
            for parent, slope in zip(child.parents, child.slopes, strict=True)
            if parent is node
        ]

    def wanted(self, node):
        """Return how many slopes come back to a node in all."""
        if node is self.output:
            return 1
        return sum(parent is node for child in self.order for parent in child.parents)


def sweep_of(state):
    """Return the Sweep of a state: the graph at its nudged inputs, up to its step."""
    build, worked = GRAPHS[state["graph"]]
    # A slider's steps add up to 1e-16 where 0 is meant.
    values = [round(v + state[f"nudge{k}"], 6) for k, v in enumerate(worked, start=1)]
    output, inputs = build(*values)
    reverse_sweep(output)
    places = arrange(output, WIDTH)
    order = [node for node in places if node.parents]
    step = min(state["step"], 2 * len(order) + 1)
    return Sweep(output, inputs, places, order, step)


class GraphExplorer(Explorer):
    """Step through the two passes of a small graph, with inputs that can be nudged."""

    title = "Forward with the values, backward with the slopes"
    alt = (
        "A computation graph from its inputs on the left to its output on the right. "
        f"Values stand above the wires in {NAMES[BLUE]}, slopes below in "
        f"{NAMES[VERMILION]}, each once it is known; the operation at work has a "
        "thick border."
    )
    controls = (
        Choice("graph", "graph", tuple(GRAPHS), next(iter(GRAPHS))),
        Action("back", "◀ One step back"),
        Action("forward", "One step ▶"),
        Action("all", "All steps"),
        Slider("step", "step", 0, LAST, 1, 4),
        *(
            Slider(f"nudge{k}", f"nudge input {tag}", -5.0, 5.0, 0.5, 0.0)
            for k, tag in enumerate(TAGS, start=1)
        ),
    )

    def clean(self, state):
        """Return a clean state, its step no later than this graph's last."""
        state = super().clean(state)
        return state | {"step": sweep_of(state).step}

    def idle(self, state):
        """Return the nudges of inputs that are not there, and steps beyond the ends."""
        _, worked = GRAPHS[state["graph"]]
        here = sweep_of(state)
        missing = [f"nudge{k}" for k in range(len(worked) + 1, len(TAGS) + 1)]
        at_start = ["back"] if here.step == 0 else []
        at_end = ["forward", "all"] if here.step == here.steps else []
        return (*missing, *at_start, *at_end)

    def act(self, name, state):
        """Go one step back or forward, or to the end."""
        if name not in ("back", "forward", "all"):
            return super().act(name, state)
        here = sweep_of(state)
        step = {"back": here.step - 1, "forward": here.step + 1, "all": here.steps}
        return {**state, "step": min(max(step[name], 0), here.steps)}

    def view(self, state):
        """Return the graph with what is known, and what the current step does."""
        here = sweep_of(state)
        said = f"Step {here.step} of {here.steps}{_sentence(here)}"
        return Scene([_drawing(here)], said)


# --- the drawing ---------------------------------------------------------------------


def _drawing(here):
    """Return the panel with the graph."""
    lines = wires(here.places)
    marks = [mark for _, child, _, x, y in lines for mark in _wire(here, child, x, y)]
    for parent, child, slope, x, y in lines:
        if here.spoken(child) and here.wanted(parent) > 1:
            marks += share(x[HALF], y[HALF], _short(slope * child.grad))
    for node in here.places:
        marks += _node(here, node)
    return graph_panel(
        here.places, lines, marks, "Values above the wires, slopes below"
    )


def _wire(here, child, x, y):
    """Return a wire: an arrow the way that something moves along it now."""
    if child is not here.now:
        return wire(x, y)
    if here.backward > 0:
        return wire(x[::-1], y[::-1], VERMILION, 2.5, "dashed")
    return wire(x, y, BLUE, 2.5)


def _node(here, node):
    """Return a node with its value once known and its slope so far."""
    room = letters_beside(node, here.places)
    value = _short(node.value, room) if here.valued(node) else "?"
    parts = here.partial(node)
    slope = _short(sum(parts), room) if parts else ""
    if 0 < len(parts) < here.wanted(node):
        slope += " …"
    border = 4 if node is here.now else 1.5
    marks = node_marks(node, here.places, value, slope, border)
    if not node.parents:
        x, y = here.places[node]
        marks.append(Label(x, y + 0.26, TAGS[here.inputs.index(node)], GREY))
    return marks


def _short(value, room=ROOM):
    """Write a number with as many of three digits as have room between two boxes."""
    texts = [number(value, digits) for digits in (3, 2, 1)]
    return next((text for text in texts if len(text) <= min(room, ROOM)), texts[-1])


# --- the sentence --------------------------------------------------------------------


def _sentence(here):
    """Say what the current step does, in numbers."""
    if here.step == 0:
        known = ", ".join(f"{n.name} = {number(n.value, 4)}" for n in here.inputs)
        return f": only the inputs are known, {known}."
    if here.backward < 0:
        return _about_a_value(here.now)
    if here.backward == 0:
        name, value = here.output.name, number(here.output.value, 4)
        return (
            f", the turn: {name} = {value} is known. {name} moves one for one with "
            "itself, so its slope is 1."
        )
    return _about_slopes(here)


def _about_a_value(node):
    """Say how a value comes from the values before it, and with what local slopes."""
    slopes = [f"{number(slope, 4)} by {name}" for name, slope in _by_parent(node)]
    return (
        f", forward: {node.name} = {_arguments(node)} = {number(node.value, 4)}; "
        f"local slope{'s' if slopes[1:] else ''} {listed(slopes)}."
    )


def _arguments(node):
    """Write a node's operation with the numbers in it."""
    factors = [_factor(parent.value) for parent in node.parents]
    if node.operation == "power_2":
        return f"{factors[0]}²"
    if node.operation == "sigmoid":
        return f"σ({number(node.parents[0].value, 4)})"
    sign = symbol(node).split(" ")[0]
    return f" {sign} ".join(factors)


def _by_parent(node):
    """Return (name, local slope) for each wire from a parent that is drawn."""
    wired = zip(node.parents, node.slopes, strict=True)
    return [(p.name, slope) for p, slope in wired if p.operation != "constant"]


def _about_slopes(here):
    """Say what the operation hands on, and what has arrived where."""
    node = here.now
    handed = [
        f"{_factor(slope)} × {_factor(node.grad)} = {number(slope * node.grad, 4)} to "
        f"{name}"
        for name, slope in _by_parent(node)
    ]
    said = (
        f", backward: {node.name} has slope {number(node.grad, 4)} and hands on "
        f"{listed(handed)}."
    )
    if node.operation == "sigmoid" and node.slopes[0] < FLAT:
        said += (
            f" σ is flat at {number(node.parents[0].value, 4)}: its local slope "
            f"{number(node.slopes[0], 2)} lets little through."
        )
    for parent in dict.fromkeys(p for p in node.parents if here.wanted(p) > 1):
        said += _about_meeting(here, parent)
    if here.step == here.steps:
        said += _about_the_end(here)
    return said


def _about_meeting(here, node):
    """Say what has come back to a node that several wires leave."""
    parts = here.partial(node)
    total = " + ".join(_factor(part) for part in parts)
    if len(parts) == here.wanted(node):
        whole = number(node.grad, 4)
        return f" All wires of {node.name} have spoken: {total} = {whole}."
    return (
        f" {node.name} has heard {len(parts)} of its {here.wanted(node)} wires, so it "
        "must wait."
    )


def _about_the_end(here):
    """Say what the one walk back has found."""
    found = ", ".join(f"{number(n.grad, 4)} by {n.name}" for n in here.inputs)
    count = len(here.inputs)
    whole = f"all {count} slopes" if count > 1 else "the slope"
    return f" One walk back found {whole} of {here.output.name}: {found}."


def _factor(value):
    """Write a number, in brackets if it is negative."""
    text = number(value, 4)
    return f"({text})" if text.startswith("−") else text
