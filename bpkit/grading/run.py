"""One submission: its answers are tried in a box, and judged outside of it."""

import base64
import json
import re
from dataclasses import dataclass, replace
from functools import cache, partial

from bpkit.exercises import bank, predictions
from bpkit.exercises.judge import compare, foresee
from bpkit.grading import wire
from bpkit.grading.box import Ended
from bpkit.grading.fresh import fresh
from bpkit.grading.needed import Notebook

MISSING, NOT_JUDGED = "Missing", "Not judged"
PREDICTED, NOT_PREDICTED = "Predicted", "No prediction"
BAD = ("Not correct", "Not yet", MISSING, NOT_JUDGED)
FIXED_ONLY = "It is right on the fixed cases only."
MARGIN = 10.0  # seconds on top of an exercise's own limit, which no C code keeps


@dataclass(frozen=True)
class Row:
    """What became of one exercise, or, without an exercise, of one notebook.

    Attributes
    ----------
    exercise : str
        Its name, or an empty string for the notebook itself.
    verdict : str
        Correct, Not correct, Not yet, Missing, Not judged; Predicted or No prediction,
        which are never counted as wrong.
    mistake : str
        Name of the proved mistake, or an empty string.
    message : str
        What the checker said.
    note : str
        How it came to be judged, where that was out of the ordinary.
    notebook : str
        Name of the file.
    lesson : int or None
        The lesson it belongs to.
    """

    exercise: str
    verdict: str
    mistake: str = ""
    message: str = ""
    note: str = ""
    notebook: str = ""
    lesson: int | None = None


def names_of(lesson):
    """Return the names of a lesson's exercises, and then of its predictions."""
    asked = bank() | predictions()
    return [name for name, thing in asked.items() if thing.lesson == lesson]


def judged(sources, folder, lesson, box, seed=None):
    """Judge a notebook's answers to a lesson.

    Parameters
    ----------
    sources : list of str
        Its code cells.
    folder : path-like
        Where it runs: modules that it imports may lie there.
    lesson : int
        Whose exercises are judged.
    box : PlainBox or another
        Where its code runs.
    seed : int, optional
        With one, what is right must be so on fresh cases as well.

    Returns
    -------
    list of Row
        One for each exercise and each prediction, in their order.
    """
    return _Judging(Notebook(sources), folder, lesson, box, seed).rows()


class _Judging:
    """A notebook on its way to its rows."""

    def __init__(self, notebook, folder, lesson, box, seed):
        self.notebook, self.folder, self.box = notebook, folder, box
        self.seed = seed
        self.names = names_of(lesson)
        self.stand_ins = _stand_ins(notebook.sources, lesson)

    def rows(self):
        """Return the row of each name."""
        found, doubt = {}, self.notebook.needed(self.names).doubt
        if doubt:
            found = self._tried(self.names, f"{doubt}: the whole notebook was run")
        found |= self._tried([name for name in self.names if name not in found])
        lost = [name for name, row in found.items() if "NameError" in row.message]
        if lost and not doubt:
            found |= self._tried(lost, "a name was missing: the whole notebook was run")
        return [found[name] for name in self.names]

    def _tried(self, names, whole=""):
        """Return the rows of names, each by what its slice defines.

        With a reason to run the whole notebook, by what that defines; there may be none
        then. Where an answer ends the process, those that are left get a new one; where
        the cells do that all of them need, each has a process of its own.
        """
        found, left = {}, list(names)
        while left:
            try:
                found |= self._in_one_process(left, whole)
            except Ended as end:
                if whole:
                    return found
                if len(left) == 1:
                    why = f"The cells that it needs cannot be run: {end}."
                    return found | {left[0]: Row(left[0], NOT_JUDGED, message=why)}
                for name in left:
                    found |= self._tried([name])
            left = [name for name in left if name not in found]
        return found

    def _in_one_process(self, names, whole):
        """Return the rows of names, up to the first that ends the process.

        Raises
        ------
        Ended
            If the cells ended it.
        """
        needed = self.notebook.whole() if whole else self.notebook.needed(names)
        found = {}
        with self.box.opened(self.folder) as talk:
            ran = _said(
                talk,
                self.box.limits.seconds,
                do="cells",
                cells=needed.cells,
                stand_ins=self.stand_ins,
                whole=bool(whole),
            )
            raised = [
                f"code cell {number} raised {text}" for number, text in ran["errors"]
            ]
            for name in names:
                try:
                    row = _row(talk, name)
                    if row.verdict == "Correct" and self.seed is not None:
                        row = _refuted(talk, row, self.seed)
                except Ended as end:
                    found[name] = Row(name, "Not correct", message=f"{end}.")
                    return found
                notes = [
                    whole,
                    *(raised if row.verdict in BAD else ()),
                    self._replaced(row),
                ]
                found[name] = replace(row, note="; ".join(filter(None, notes)))
        return found

    def _replaced(self, row):
        """Say where an answer that is not right was replaced, if it was."""
        cells = self.notebook.bound_in(row.exercise)
        if row.verdict not in BAD or len(cells) < 2 or cells[0] == cells[-1]:
            return ""
        return (
            f"what code cell {cells[0]} defines was replaced in code cell {cells[-1]}"
        )


def _row(talk, name):
    """Return the row of one name, by what comes back from the box."""
    if name in predictions():
        given = wire.value_from_json(
            _said(talk, MARGIN, do="given", name=name)["given"]
        )
        verdict = foresee(predictions()[name], given)
        made = PREDICTED if verdict.attempted else NOT_PREDICTED
        return Row(name, made, message=verdict.message)
    return _row_of(talk, bank()[name], _asked(name))


def _row_of(talk, exercise, asked):
    """Return the row of an exercise, asked as it is or on fresh cases."""
    name, seconds = exercise.name, exercise.seconds + MARGIN
    came = _said(talk, seconds, do="attempt", name=name, asked=asked)
    if "trouble" in came:
        return Row(name, NOT_JUDGED, message=f"The checker failed: {came['trouble']}.")
    if came["found"] != "there":
        return Row(name, MISSING, message=UNDEFINED[came["found"]])
    tried = wire.from_json(came)
    if exercise.explain:
        tried.explain = partial(_explained, talk, exercise)
    verdict = compare(exercise, tried)
    return Row(name, verdict.status, verdict.mistake or "", verdict.message)


def _refuted(talk, row, seed):
    """Return the row of a right answer as it is, unless fresh cases refute it."""
    exercise = fresh(row.exercise, seed)
    if exercise is None:
        return row
    again = _row_of(talk, exercise, _asked_fresh(row.exercise, seed))
    if again.verdict in ("Correct", NOT_JUDGED):
        return row if again.verdict == "Correct" else again
    message = f"{FIXED_ONLY}\n{again.message}"
    return replace(again, verdict="Not correct", message=message)


UNDEFINED = {
    "missing": "The notebook does not define it.",
    "ours": "What bears its name in the end is bpkit's own function.",
}


def _explained(talk, exercise):
    """Return what an exercise says of the answer in the box, or None."""
    asked = _asked(exercise.name, explain=True)
    seconds = exercise.seconds + MARGIN
    said = _said(talk, seconds, do="explain", name=exercise.name, asked=asked)["said"]
    return said if isinstance(said, str) else None


def _said(talk, seconds, **command):
    """Return the answer of a box to a command.

    Raises
    ------
    Ended
        If none comes, or none that was asked for.
    """
    line = talk.say(json.dumps(command).encode(), seconds)
    try:
        answer = json.loads(line)
        if "trouble" in answer:
            return answer
        if ANSWERS[command["do"]] not in answer:
            raise ValueError("another answer")
        if command["do"] == "attempt" and answer["found"] == "there":
            wire.from_json(answer)
    except (ValueError, TypeError) as error:  # also WireError
        raise Ended("it wrote into the channel of its verdicts") from error
    return answer


ANSWERS = {"cells": "errors", "attempt": "found", "explain": "said", "given": "given"}


@cache
def _asked(name, explain=False):
    """Return an exercise as the box takes it."""
    return base64.b64encode(wire.asked(bank()[name], explain)).decode("ascii")


@cache
def _asked_fresh(name, seed):
    """Return an exercise on fresh cases as the box takes it."""
    return base64.b64encode(wire.asked(fresh(name, seed))).decode("ascii")


def _stand_ins(sources, lesson):
    """Return what stands for functions of other lessons, as the box takes it."""
    calls = re.findall(r"\byours\(([^)]*)\)", "\n".join(sources))
    names = set(re.findall(r"""["'](\w+)["']""", " ".join(calls)))
    others = {
        name: exercise.reference
        for name, exercise in bank().items()
        if name in names and exercise.lesson != lesson and not exercise.is_number
    }
    return base64.b64encode(wire.by_value(others)).decode("ascii")
