"""Answers, right and wrong, that were written from the task texts alone.

A module a lesson. Each answer says in its note what is right or wrong about it; the
docstring of a wrong one names a call, what comes, and what should come.
"""

import importlib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

PYTHON_LIMIT = (
    "the text does not say how long a walk or a chain may be; how deep calls may go is "
    "set by Python, and a right answer of the bank calls itself too"
)
# Wrong by the letter of a text that leaves the matter open, so that they pass.
OPEN = {
    (
        "gradient_descent",
        "calls itself, and a long walk is too deep for Python",
    ): PYTHON_LIMIT,
    (
        "reverse_sweep",
        "follows every path to its end: too deep for a long chain",
    ): PYTHON_LIMIT,
    (
        "good_eta",
        "leaves NaN out, but minus infinity wins",
    ): "no cost is below zero, so a training that diverged never leaves −∞",
    (
        "repaired_7",
        "a generator, which can be gone through once; a list is asked for",
    ): "whoever trains with the batches goes through them once, in a loop",
}


class Answer(NamedTuple):
    """One answer to one exercise."""

    exercise: str
    right: bool
    note: str
    value: Any


ANSWERS = []


@cache
def answers():
    """Return all the answers, those of lesson 1 first."""
    for path in sorted(Path(__file__).parent.glob("lesson_*.py")):
        importlib.import_module(f"unlisted.{path.stem}")
    return ANSWERS


def _recorder(right):
    def for_exercise(exercise, note):
        def record(function):
            ANSWERS.append(Answer(exercise, right, note, function))
            return function

        return record

    return for_exercise


wrong, right = _recorder(False), _recorder(True)


def wrong_number(exercise, value, note):
    """Record a wrong number or value."""
    ANSWERS.append(Answer(exercise, False, note, value))


def right_number(exercise, value, note):
    """Record a right number or value."""
    ANSWERS.append(Answer(exercise, True, note, value))
