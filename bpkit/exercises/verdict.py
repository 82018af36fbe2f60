"""What a learner is told: a verdict as plain text and as an accessible HTML card."""

import inspect
from dataclasses import dataclass
from html import escape

import numpy as np

STATUSES = {True: ("✓", "Correct", "#00614d"), False: ("✗", "Not correct", "#8f3b00")}
NOT_YET = ("…", "Not yet", "#005a8f")


@dataclass(frozen=True)
class Verdict:
    """The judgement of one answer.

    Attributes
    ----------
    exercise : str
        Name of the exercise.
    passed : bool
        Whether the answer is right.
    attempted : bool
        Whether there was an answer at all.
    mistake : str or None
        Name of the typical mistake that the numbers prove, if they prove one.
    message : str
        What was called, what came, what was expected, and the question that helps.

    Examples
    --------
    >>> verdict = Verdict("nudge_ratio", False, True, None, "Came: 5")
    >>> bool(verdict)
    False
    >>> verdict
    ✗ nudge_ratio: Not correct
      Came: 5
    """

    exercise: str
    passed: bool
    attempted: bool
    mistake: str | None
    message: str

    def __bool__(self):
        return self.passed

    @property
    def status(self):
        """The verdict in words: Correct, Not correct, or Not yet."""
        return self._look[1]

    @property
    def _look(self):
        """Mark, words and colour of the status."""
        return STATUSES[self.passed] if self.attempted else NOT_YET

    def __repr__(self):
        mark, words, _ = self._look
        lines = [f"{mark} {self.exercise}: {words}", *self.message.splitlines()]
        return "\n  ".join(lines)

    def _repr_html_(self):
        """Give a card whose status is said in words, marked, and only then coloured."""
        mark, words, colour = self._look
        lines = "".join(
            f'<div style="white-space:pre-wrap">{escape(line)}</div>'
            for line in self.message.splitlines()
        )
        return (
            f'<div role="status" aria-label="{escape(self.exercise)}: {words}" '
            f'style="border-left:6px solid {colour};padding:6px 12px;margin:4px 0;'
            f"background:#fff;color:#1a1a1a;font-size:14px;line-height:1.45;"
            f'overflow-wrap:anywhere">'
            f'<strong style="color:{colour}"><span aria-hidden="true">{mark}</span> '
            f'{words}</strong> <code style="background:#f1f1f1;color:#1a1a1a">'
            f"{escape(self.exercise)}</code>{lines}</div>"
        )


def together(verdicts):
    """Return one verdict for several answers that were checked in one call."""
    if len(verdicts) == 1:
        return verdicts[0]
    named = [v.mistake for v in verdicts if v.mistake]
    return Verdict(
        ", ".join(v.exercise for v in verdicts),
        all(v.passed for v in verdicts),
        any(v.attempted and not v.passed for v in verdicts)
        or all(v.attempted for v in verdicts),
        named[0] if named else None,
        "\n".join(repr(v) for v in verdicts),
    )


class Text(str):
    """A text that a notebook shows as it is, without quotation marks."""

    def __repr__(self):
        return str(self)


def short(value, room=12):
    """Write a value so that it fits a line; arrays of more numbers by their shape."""
    try:
        text = _text(value, room)
    except Exception:  # a learner's class may not even be shown
        text = f"an object of type {type(value).__name__}"
    return text if len(text) <= 160 else text[:157] + "…"


def _text(value, room):
    """Write a value: numbers with six digits, what is inside it in the same way."""
    if isinstance(value, np.ndarray) and value.ndim:
        if value.size > room:
            return f"array of shape {value.shape}"
        return " ".join(np.array2string(value, precision=4, separator=", ").split())
    if isinstance(value, np.ndarray | np.generic):
        value = value.item()
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | tuple):
        inside = ", ".join(short(v, room=4) for v in value[:4])
        inside += ", …" if len(value) > 4 else ""
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    if isinstance(value, dict):
        return ", ".join(f"{k}: {short(v, room=4)}" for k, v in value.items())
    if isinstance(value, np.random.Generator):
        return "rng"
    if inspect.isroutine(value):  # its repr holds an address
        return "a function" if value.__name__ == "<lambda>" else value.__name__
    return repr(value)
