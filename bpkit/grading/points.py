"""What answers are worth: points, weights, due date and limits, in one TOML file."""

import difflib
import re
import tomllib
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path

from bpkit.exercises import LESSONS, bank, predictions
from bpkit.grading.box import Limits
from bpkit.grading.run import MISSING, NOT_JUDGED

BYTES = {
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
}
VERDICTS = ("Correct", "Not correct", "Not yet", MISSING)


class PointsError(ValueError):
    """What is wrong with a file of points, in plain words."""


@dataclass(frozen=True)
class Points:
    """What answers are worth.

    Attributes
    ----------
    title : str
        Of the course, for the reports.
    due : datetime.datetime or None
        What is saved later is marked as late; nothing is taken off.
    default : float
        Points of an exercise that is not named.
    points : dict of str to float
        Points of exercises.
    weights : dict of int to float
        By which the points of a lesson are multiplied.
    credit : dict of str to float
        Share of the points for a verdict or, before that, for a mistake.
    limits : Limits
        What a submission may use.
    """

    title: str = ""
    due: datetime | None = None
    default: float = 1.0
    points: dict = field(default_factory=dict)
    weights: dict = field(default_factory=dict)
    credit: dict = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)

    def most(self, exercise):
        """Return the points that an exercise can give; None for a prediction."""
        if exercise not in bank():
            return None
        weight = self.weights.get(bank()[exercise].lesson, 1)
        return weight * self.points.get(exercise, self.default)

    def given(self, row):
        """Return the points of a row, a dict; None where nothing was judged."""
        most = self.most(row["exercise"])
        if most is None or row["verdict"] == NOT_JUDGED:
            return None
        share = self.credit.get(row["verdict"], float(row["verdict"] == "Correct"))
        return most * self.credit.get(row["mistake"], share)

    def is_late(self, saved):
        """Return whether what was saved then, in seconds, is late."""
        return self.due is not None and saved > self.due.timestamp()


def read(path):
    """Read a file of points.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    Points

    Raises
    ------
    PointsError
        If it is no TOML, or a name or a value in it is none that is known.
    OSError
        If it cannot be read.
    """
    try:
        return _points(tomllib.loads(Path(path).read_text(encoding="utf-8-sig")))
    except PointsError as error:
        raise PointsError(f"{path}: {error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PointsError(f"{path}: it is not TOML: {error}") from error


def _points(table):
    """Return the Points of a table."""
    _known(table, ("title", "due", "points", "lessons", "credit", "limits"), "entry")
    points = _numbers(table, "points", ("default", *bank()), "exercise")
    mistakes = {m.name for exercise in bank().values() for m in exercise.mistakes}
    return Points(
        title=_a(str, table.get("title", ""), "title"),
        due=_moment(table.get("due")),
        default=points.pop("default", 1.0),
        points=points,
        weights=_weights(table),
        credit=_numbers(table, "credit", (*VERDICTS, *mistakes), "verdict or mistake"),
        limits=_limits(_a(dict, table.get("limits", {}), "[limits]")),
    )


def _known(names, allowed, kind):
    """Raise PointsError for a name that is not allowed."""
    for name in names:
        if name not in allowed:
            near = difflib.get_close_matches(str(name), map(str, allowed), n=1)
            guess = f"; did you mean {near[0]}?" if near else ""
            foretold = "; a prediction has no points" if name in predictions() else ""
            raise PointsError(f"there is no {kind} {name!r}{foretold or guess}")


def _a(kind, value, name):
    """Return a value of a kind."""
    if not isinstance(value, kind) or isinstance(value, bool):
        words = {str: "a text", dict: "a table"}.get(kind, "a number from 0 up")
        raise PointsError(f"{name} is {words}; got {value!r}")
    return value


def _number(value, name):
    """Return a finite number that is not negative."""
    if not 0 <= _a(int | float, value, name) < float("inf"):
        raise PointsError(f"{name} is a number from 0 up; got {value!r}")
    return float(value)


def _numbers(table, section, allowed, kind):
    """Return the numbers of a section by their names."""
    entries = _a(dict, table.get(section, {}), f"[{section}]")
    _known(entries, allowed, kind)
    return {name: _number(value, name) for name, value in entries.items()}


def _weights(table):
    """Return the weights of lessons."""
    lessons = _a(dict, table.get("lessons", {}), "[lessons]")
    _known(lessons, [str(n) for n in LESSONS], "lesson")
    for name, entries in lessons.items():
        _known(_a(dict, entries, f"[lessons.{name}]"), ("weight",), "entry of a lesson")
    return {
        int(name): _number(entries.get("weight", 1), f"the weight of lesson {name}")
        for name, entries in lessons.items()
    }


def _moment(due):
    """Return the moment of a due date: local time where it names no other."""
    if due is not None and not isinstance(due, datetime):
        raise PointsError(
            f"due is a date and a time, 2026-12-01T23:59:00; got {str(due)!r}"
        )
    return due


def _limits(entries):
    """Return the limits."""
    _known(entries, [field.name for field in fields(Limits)], "limit")
    given = {name: _amount(name, value) for name, value in entries.items()}
    return Limits(**given)


def _amount(name, value):
    """Return a limit: seconds, a count, or bytes such as "2 GiB"."""
    if name in ("memory", "disk") and isinstance(value, str):
        found = re.fullmatch(r"\s*(\d+)\s*([kmg]i?b)\s*", value.lower())
        if not found:
            raise PointsError(f'{name} is an amount such as "2 GiB"; got {value!r}')
        value = int(found[1]) * BYTES[found[2]]
    amount = _number(value, name)
    if amount == 0:
        raise PointsError(f"{name} must be above 0")
    if name == "seconds":
        return amount
    if amount != int(amount):
        raise PointsError(f"{name} is a whole number; got {value!r}")
    return int(amount)
