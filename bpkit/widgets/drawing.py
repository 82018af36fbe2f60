"""Draw a digit and watch a network read it, neuron by neuron (lesson 8)."""

import numpy as np

from bpkit.backprop import forward_pass
from bpkit.scene import (
    BLUE,
    GREY,
    INK,
    VERMILION,
    Bars,
    Heat,
    Label,
    Line,
    Panel,
    Scene,
    whole_ticks,
)
from bpkit.widgets.explorer import Action, Explorer, Pad, Slider

SIDE = 32  # pixels of the bitmap that is counted in blocks
BLOCK = 4  # pixels of a block's side, so that 8 x 8 values of 0 to 16 remain
PEN = 2.2  # pixels: half the width of a stroke, as in the data
SMALLEST = 0.05  # of the field: a dot stays a dot


def bitmap(strokes):
    """Return a drawing as the data's makers had theirs: centred, scaled, 32 x 32 bits.

    Parameters
    ----------
    strokes : list of list of (float, float)
        Each stroke's points (x, y), from 0 to 1, y downwards.

    Returns
    -------
    ndarray of bool, shape (32, 32)
        True where there is ink; the larger side of the digit fills the field.
    """
    bits = np.zeros((SIDE, SIDE), dtype=bool)
    if not strokes:
        return bits
    lines = [np.array(stroke, dtype=float) for stroke in strokes]
    ends = np.concatenate(lines)
    low, high = ends.min(axis=0), ends.max(axis=0)
    scale = (SIDE - 2 * PEN) / max(*(high - low), SMALLEST)
    dots = np.concatenate([_dots((p - (low + high) / 2) * scale) for p in lines])
    reach = np.arange(-3, 4)
    dots = dots[:, None, None] + SIDE / 2
    column = np.floor(dots[..., 0]).astype(int) + reach[:, None]
    row = np.floor(dots[..., 1]).astype(int) + reach
    gap = np.hypot(column + 0.5 - dots[..., 0], row + 0.5 - dots[..., 1])
    near = (gap <= PEN) & (column >= 0) & (column < SIDE) & (row >= 0) & (row < SIDE)
    column, row = np.broadcast_arrays(column, row)
    bits[row[near], column[near]] = True
    return bits


def _dots(points):
    """Return dots along a stroke, half a pixel apart at the most."""
    steps = np.hypot(*np.diff(points, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    places = np.linspace(0, along[-1], 2 * int(along[-1]) + 2)
    return np.stack([np.interp(places, along, axis) for axis in points.T], axis=1)


def as_input(bits):
    """Return a bitmap as an input of the network: ink counted in 4 x 4 blocks.

    Parameters
    ----------
    bits : ndarray of bool, shape (32, 32)
        The bitmap.

    Returns
    -------
    ndarray, shape (64, 1)
        Pixel intensity, 0 to 1: sixteenths of a block.
    """
    n = SIDE // BLOCK
    counts = bits.reshape(n, BLOCK, n, BLOCK).sum(axis=(1, 3))
    return counts.reshape(-1, 1) / BLOCK**2


class DigitPad(Explorer):
    """A field to draw on, and the network's activations for what is drawn.

    Parameters
    ----------
    weights, biases : list of ndarray
        A trained network with 64 inputs and 10 outputs.
    x : ndarray, shape (64, m)
        Test digits to look at instead; pixel intensity, 0 to 1.
    labels : ndarray of int, shape (m,)
        What they are.
    """

    title = "Draw a digit and watch it being read"
    alt = "The image that the network sees, its hidden activations and its outputs."

    def __init__(self, weights, biases, x, labels):
        self.weights, self.biases, self.x, self.labels = weights, biases, x, labels
        self.controls = (
            Pad("strokes", "Draw here"),
            Action("clear", "Clear the field"),
            Slider("pick", "or, field empty: test digit", 0, len(labels) - 1, 1, 0),
        )

    def act(self, name, state):
        """Clear the field, or begin again."""
        if name == "clear":
            return state | {"strokes": []}
        return super().act(name, state)

    def idle(self, state):
        """Return the test digit where a drawing is read, else what clears the field."""
        return ("pick",) if state["strokes"] else ("clear",)

    def view(self, state):
        """Return what the network sees, does and says."""
        drawn, pick = bool(state["strokes"]), state["pick"]
        x = as_input(bitmap(state["strokes"])) if drawn else self.x[:, [pick]]
        activations = forward_pass(self.weights, self.biases, x)[1]
        first = "Your drawing."
        if not drawn:
            label = self.labels[pick]
            first = _verdict(pick, label, activations[-1].argmax() == label)
        panels = [_image(x), _hidden(activations[1]), _outputs(activations[-1])]
        return Scene(panels, f"{first} {_said(activations)}")


def _verdict(pick, label, right):
    """Return how a test digit is read."""
    return f"Test digit {pick} is a {label}, {'read right' if right else 'misread'}."


def _said(activations):
    """Return what the network answers, and how sure the hidden neurons are."""
    hidden, output = activations[1][:, 0], activations[-1][:, 0]
    second, first = np.argsort(output, kind="stable")[-2:]
    doubt = " No output is above ½." if output[first] <= 0.5 else ""
    return (
        f"Largest output: {output[first]:.2f} for {first}, then {output[second]:.2f} "
        f"for {second}.{doubt} Of {len(hidden)} hidden neurons, "
        f"{np.sum(hidden > 0.9)} are above 0.9 and {np.sum(hidden < 0.1)} below 0.1."
    )


def _image(x):
    """Return the panel with the 8 x 8 image."""
    pixels = x.reshape(8, 8)[::-1]
    frame = Line([0, 8, 8, 0, 0], [0, 0, 8, 8, 0], color=GREY, width=1)
    marks = [Heat(pixels, (0, 8, 0, 8), 0, 1, INK), frame]
    title = "what the network sees"
    return Panel((0, 8), (0, 8), marks, title=title, equal=True, bare=True, height=260)


def _hidden(a):
    """Return the panel with the hidden activations."""
    bars = Bars(list(range(len(a))), a[:, 0])
    look = {"xticks": whole_ticks(0, len(a) - 1), "height": 260}
    return Panel((-1, len(a)), (0, 1), [bars], "hidden neuron", "activation", **look)


def _outputs(a):
    """Return the panel with the outputs, the largest in another colour and named."""
    a = a[:, 0]
    best = int(a.argmax())
    rest = [i for i in range(len(a)) if i != best]
    marks = [
        Bars(rest, a[rest], color=BLUE),
        Bars([best], [a[best]], color=VERMILION),
        Label(best, a[best] + 0.06, f"reads {best}", bold=True),
    ]
    look = {"xticks": whole_ticks(0, len(a) - 1), "height": 260}
    return Panel((-1, len(a)), (0, 1.15), marks, "output neuron", "output", **look)
