"""One submission: its answers are tried in a box, and judged outside of it."""

import base64
import builtins
import contextlib
import json
import re
import secrets
from dataclasses import dataclass, replace
from functools import cache, partial

from bpkit.exercises import bank, predictions
from bpkit.exercises.attempt import expected
from bpkit.exercises.judge import foresee, weigh
from bpkit.grading import wire
from bpkit.grading.box import Ended
from bpkit.grading.fresh import fresh
from bpkit.grading.needed import Notebook

MISSING, NOT_JUDGED = "Missing", "Not judged"
PREDICTED, NOT_PREDICTED = "Predicted", "No prediction"
BAD = ("Not correct", "Not yet", MISSING, NOT_JUDGED)
FIXED_ONLY = "It is right on the fixed cases only."
HARMLESS = ("Correct", "Not yet", MISSING, PREDICTED, NOT_PREDICTED)
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
        self.lesson, self.names = lesson, names_of(lesson)
        self.stand_ins = _stand_ins(notebook.sources, lesson)

    def rows(self):
        """Return the row of each name."""
        # Predictions first: no answer can change them then.
        names = sorted(self.names, key=lambda name: name in bank())
        found, doubt = {}, self.notebook.needed(names).doubt
        if doubt:
            found = self._tried(names, f"{doubt}: the whole notebook was run")
        found |= self._tried([name for name in names if name not in found])
        lost = [name for name in names if self._lacks_something(found[name])]
        if lost and not doubt:
            found |= self._tried(
                lost, "something was missing: the whole notebook was run"
            )
        return [found[name] for name in self.names]

    def _lacks_something(self, row):
        """Return whether an answer lacks a name that is also outside of its slice.

        Or a module, for which the whole notebook may have made a way.
        """
        if row.verdict in BAD and "ModuleNotFoundError" in row.message + row.note:
            return True
        lacks = re.search(r"NameError: name '(\w+)' is not defined", row.message)
        if not lacks or hasattr(builtins, lacks[1]):
            return False
        word = re.compile(rf"\b{lacks[1]}\b")
        within = [text for _, text in self.notebook.needed([row.exercise]).cells]
        places = [
            len(word.findall("\n".join(s))) for s in (self.notebook.sources, within)
        ]
        return places[0] > places[1]

    def _tried(self, names, whole=""):
        """Return the rows of names, each by what its slice defines.

        With a reason to run the whole notebook, by what that defines; there may be none
        then. After an answer that is wrong, those that are left get a new process;
        where the cells end it that all of them need, each has a process of its own.
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
        """Return the rows of names, up to the first answer that is wrong.

        What that may have done to the process, or was told there of what is right, is
        to be of no use to another. For the same reason the process ends only for the
        answer that was the first to run in it.

        Raises
        ------
        Ended
            If the cells ended it.
        """
        needed = self.notebook.whole() if whole else self.notebook.needed(names)
        found = {}
        with self.box.opened(self.folder, self.lesson) as talk:
            asking = Asking(talk)
            raised = asking.cells(
                needed.cells, self.stand_ins, bool(whole), self.box.limits.seconds
            )
            for name in names:
                try:
                    row = asking.row(name, self.seed)
                except Ended as end:
                    if found.keys() & bank().keys():
                        return found
                    row = _row_of_the_end(name, end)
                found[name] = replace(row, note=self._note(row, whole, raised))
                if not (row.verdict in HARMLESS or _is_number(name)):
                    return found
        return found

    def _note(self, row, whole, raised):
        """Say how a row came about, where that was out of the ordinary."""
        notes = [whole]
        if row.verdict in BAD:
            notes += [f"code cell {number} raised {text}" for number, text in raised]
            notes.append(self._replaced(row))
        if row.verdict == MISSING:
            # Of the whole notebook, they are among the cells that raised.
            notes += [] if whole else self._torn(row.exercise)
        return "; ".join(filter(None, notes))

    def _torn(self, name):
        """Yield which cells that speak of an answer are no Python, and why."""
        for number, why in self.notebook.torn.items():
            if re.search(rf"\b{name}\b", self.notebook.sources[number - 1]):
                yield f"code cell {number} is no Python: {why}"

    def _replaced(self, row):
        """Say where an answer that is not right was replaced, if it was."""
        cells = self.notebook.bound_in(row.exercise)
        if row.verdict == MISSING:
            cells += self.notebook.bound_in("*")
        if len(cells) < 2 or cells[0] >= cells[-1]:
            return ""
        return (
            f"what code cell {cells[0]} defines is replaced or deleted "
            f"in code cell {cells[-1]}"
        )


def _is_whole(exercise, tried):
    """Return whether an attempt is one on every case, where nothing ended it."""
    ended = tried.is_stub or not tried.is_function or tried.ending.interrupted
    return ended or len(tried.outcomes) == len(expected(exercise))


def _is_number(name):
    """Return whether an answer is a number, by which nothing is run."""
    return name in bank() and bank()[name].is_number


def _row_of_the_end(name, end):
    """Return the row of an answer by which a process came to its end."""
    verdict = NOT_JUDGED if isinstance(end, Trouble) else "Not correct"
    words = str(end)
    return Row(name, verdict, message=f"{words[0].upper()}{words[1:]}.")


class Trouble(Ended):
    """The checker itself failed in the box."""


class Asking:
    """What a box is asked, and what of it can be believed: only what has the form.

    Parameters
    ----------
    talk : Talk
        What speaks with the box.
    """

    def __init__(self, talk):
        self.talk = talk

    def cells(self, cells, stand_ins, whole, seconds):
        """Have cells run, and return what they raised: numbers of cells, and words."""
        what = {"cells": cells, "stand_ins": stand_ins, "whole": whole}
        return self._said("cells", wire.errors_from_json, seconds, **what)

    def row(self, name, seed=None):
        """Return the row of one name; with a seed, fresh cases may refute it."""
        if name in predictions():
            return self._prediction(predictions()[name], name)
        row = self._answer(bank()[name])
        if row.verdict != "Correct" or seed is None or not fresh(name, seed):
            return row
        again = self._answer(fresh(name, seed))
        if again.verdict == "Correct":
            return row
        message = f"{FIXED_ONLY}\n{again.message}"
        return replace(again, verdict="Not correct", message=message)

    def _answer(self, exercise):
        """Return the row of an answer to an exercise, on the cases that it has."""
        name = exercise.name
        tried = self._of_the_answer("attempt", wire.answer_from_json, exercise)
        if isinstance(tried, str):
            return Row(name, MISSING, message=UNDEFINED[tried])
        if exercise.explain:
            tried.explain = partial(self._explained, exercise)
        if not _is_whole(exercise, tried):
            raise Ended("it wrote into the channel of its verdicts")
        verdict = weigh(exercise, tried)
        return Row(name, verdict.status, verdict.mistake or "", verdict.message)

    def _prediction(self, prediction, name):
        """Return the row of a prediction."""
        given = self._said("given", wire.value_from_json, MARGIN, name=name)
        verdict = foresee(prediction, given)
        made = PREDICTED if verdict.attempted else NOT_PREDICTED
        return Row(name, made, message=verdict.message)

    def _explained(self, exercise):
        """Return what an exercise says of the answer in the box, or None."""
        with contextlib.suppress(Ended):
            return self._of_the_answer("explain", wire.words_from_json, exercise)

    def _of_the_answer(self, do, read, exercise):
        """Return what is read of what the box does with an answer."""
        asked = _asked(exercise, explain=do == "explain")
        seconds = exercise.seconds + MARGIN
        return self._said(do, read, seconds, name=exercise.name, asked=asked)

    def _said(self, do, read, seconds, **what):
        """Return what is read of the answer to a command.

        Raises
        ------
        Ended
            If none comes, or none that was asked for.
        """
        number = secrets.token_hex(8)  # to be known by, and not to be guessed
        command = {"number": number, "do": do, **what}
        line = self.talk.say(json.dumps(command).encode(), seconds)
        try:
            answer = json.loads(line)
            if answer["number"] != number:
                raise ValueError("an answer that nobody asked for")
            if "trouble" in answer:
                raise Trouble(f"the checker failed: {answer['trouble']:.300}")
            return read(answer[do])
        except (ValueError, TypeError, LookupError, RecursionError) as error:
            raise Ended("it wrote into the channel of its verdicts") from error


UNDEFINED = {
    "missing": "The notebook does not define it.",
    "ours": "What bears its name in the end is bpkit's own function.",
}


@cache
def _asked(exercise, explain=False):
    """Return an exercise as the box takes it."""
    return base64.b64encode(wire.asked(exercise, explain)).decode("ascii")


def _stand_ins(sources, lesson):
    """Return what stands for functions of other lessons, as the box takes it."""
    code = "\n".join(sources)
    names = set(re.findall(r"""["'](\w+)["']""", code)) if "yours" in code else ()
    others = {
        name: exercise.reference
        for name, exercise in bank().items()
        if name in names and exercise.lesson < lesson and not exercise.is_number
    }
    return base64.b64encode(wire.by_value(others)).decode("ascii")
