"""The exercises of the course: ask for a `hint`, or `reveal` the answer.

An answer goes through four rooms: `exercise` (what is asked), `attempt` (what
happened), `judge` (what it means) and `verdict` (what is said). They know no exercise;
the bank (`lesson_01` to `lesson_10`) is loaded at the first check.
"""

from __future__ import annotations

import difflib
from functools import cache
from importlib import import_module
from pathlib import Path

from bpkit.delivery import may_reveal
from bpkit.exercises.exercise import Exercise, Prediction
from bpkit.exercises.verdict import Text

LESSONS = range(1, 11)

# The exercises from the first nudge to a digit reader, starred in the lessons.
SHORT_PATH = (
    *("nudge_ratio", "sigmoid", "sigmoid_prime"),
    *("quadratic_cost", "cost_derivative"),
    *("descent_step",),
    *("df_dx", "df_dy", "df_dz"),
    *("output_error", "hidden_error"),
    *("bias_gradient", "weight_gradient", "forward_pass", "backprop"),
    *("one_hot", "mini_batches"),
    *("initial_parameters", "evaluate", "update_mini_batch", "sgd"),
)

KEPT_BACK = "Your teacher handed these lessons out without answers: hint helps."

_hints_given = {}


@cache
def bank():
    """Return every exercise of the course by its name, in the order of the lessons."""
    return _all_of(Exercise)


@cache
def predictions():
    """Return every prediction of the course by its name."""
    return _all_of(Prediction)


def _all_of(kind):
    """Return all that the lessons' modules hold of one kind, by its name."""
    modules = [import_module(f"bpkit.exercises.lesson_{n:02}") for n in LESSONS]
    found = [e for m in modules for e in vars(m).values() if isinstance(e, kind)]
    return {thing.name: thing for thing in found}


@cache
def titles():
    """Return what each lesson is about, by its number."""
    modules = [import_module(f"bpkit.exercises.lesson_{n:02}") for n in LESSONS]
    words = [m.__doc__.partition(": ")[2].rstrip(".") for m in modules]
    return dict(zip(LESSONS, words, strict=True))


def unknown(name):
    """Say that no exercise has this name, and which one is near."""
    if name is None or name == "<lambda>":
        return "An answer needs the exercise's name: check(sigmoid=my_function)."
    near = difflib.get_close_matches(str(name), bank() | predictions(), n=1)
    guess = f" Did you mean {near[0]}?" if near else ""
    return f"There is no exercise named {name}.{guess}"


def hint(name: str) -> Text:
    """Give a hint for an exercise: one more at each call.

    Parameters
    ----------
    name : str
        Name of the exercise.

    Returns
    -------
    Text
        The hint, and how many there are.

    Examples
    --------
    >>> hint("nudge_ratios")
    There is no exercise named nudge_ratios. Did you mean nudge_ratio?
    """
    exercise = bank().get(name)
    if exercise is None:
        return Text(unknown(name))
    given = _hints_given[name] = min(_hints_given.get(name, 0) + 1, len(exercise.hints))
    lines = [f"Hint {given} of {len(exercise.hints)}: {exercise.hints[given - 1]}"]
    if given == len(exercise.hints) and may_reveal(Path()):
        lines.append(f'That was the last one. reveal("{name}") shows the answer.')
    return Text("\n".join(lines))


def reveal(name: str) -> Text:
    """Show an exercise's reference answer.

    Parameters
    ----------
    name : str
        Name of the exercise.

    Returns
    -------
    Text
        Its source code; in a folder that was handed out without answers, that.

    Examples
    --------
    >>> print(reveal("sigmoid"))  # doctest: +ELLIPSIS
    def sigmoid(z):
    ...
    """
    exercise = bank().get(name)
    if exercise is None:
        return Text(unknown(name))
    return Text(exercise.source.rstrip() if may_reveal(Path()) else KEPT_BACK)
