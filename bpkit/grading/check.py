"""Judge whole notebooks: every exercise of the lesson that each belongs to.

Notebooks are read, never written. What their answers need of them is executed.
"""

import json
import re
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path

from bpkit.exercises import bank
from bpkit.grading.box import PlainBox
from bpkit.grading.run import MISSING, NOT_JUDGED, NOT_PREDICTED, PREDICTED, Row, judged
from bpkit.notebook import read_cells
from bpkit.words import visible

LARGEST = 1_000_000  # characters of a notebook's code
NO_EXERCISE = "no exercise of the course is in it"


def find_notebooks(path, beside=()):
    """Return the notebooks at a path: the file itself, or those in the folder.

    Parameters
    ----------
    path : path-like
        A notebook or a folder; folders within it are not searched.
    beside : collection of str
        Names of the files in the folder that are the course's versions, as they were
        delivered beside a learner's.

    Returns
    -------
    notebooks : list of pathlib.Path
        In the order of their names.
    notes : list of str
        Which notebooks of the folder are left out, and why: those without an exercise,
        and those `beside`.

    Raises
    ------
    FileNotFoundError
        If there is nothing at the path, or no notebook with exercises in the folder.
    """
    path = Path(path)
    if path.is_file():
        return [path], []
    if not path.is_dir():
        raise FileNotFoundError(f"there is no notebook and no folder at {path}")
    there = sorted(path.glob("*.ipynb"))
    reasons = {found: _left_out(found, beside) for found in there}
    notebooks = [found for found, reason in reasons.items() if not reason]
    notes = [f"{found.name}: {reason}" for found, reason in reasons.items() if reason]
    if not notebooks:
        why = f" with an exercise ({'; '.join(notes)})" if notes else ""
        raise FileNotFoundError(f"there is no notebook (*.ipynb) in {path}{why}")
    return notebooks, notes


def _left_out(path, beside):
    """Return why a notebook found in a folder is not judged, or None."""
    if path.name in beside:
        return "the course's version beside yours; to have it judged, name the file"
    try:
        sources = code_of(path.read_bytes())
    except (OSError, ValueError):
        return None
    return NO_EXERCISE if lesson_of(sources) is None else None


def grade(notebook, box=None):
    """Judge the exercises of a notebook's lesson.

    Parameters
    ----------
    notebook : path-like
        The file; it is not changed.
    box : PlainBox or another, optional
        Where its code runs; a plain process if none is given.

    Returns
    -------
    list of Row
        One for each exercise and prediction, or one for the notebook if it is none, or
        no exercise is in it.
    """
    path = Path(notebook)
    try:
        sources = code_of(path.read_bytes())
    except (OSError, ValueError) as error:
        return [_not_judged(path, f"not a notebook: {error}")]
    lesson = lesson_of(sources)
    if lesson is None:
        return [_not_judged(path, NO_EXERCISE)]
    rows = judged(sources, path.parent, lesson, box or PlainBox())
    return [replace(row, notebook=path.name, lesson=lesson) for row in rows]


def code_of(content):
    """Return a notebook's code cells; raise a ValueError if it is none."""
    sources = [cell.source for cell in read_cells(content) if cell.kind == "code"]
    if (size := sum(map(len, sources))) > LARGEST:
        raise ValueError(f"its code has {size} characters, and may have {LARGEST}")
    return sources


def _not_judged(path, why):
    """Return the row of a notebook of which nothing can be judged."""
    return Row("", NOT_JUDGED, message=why, notebook=path.name)


def lesson_of(sources):
    """Return the lesson whose exercises the cells define or check, or None."""
    code = "\n".join(sources)
    words = re.findall(r"\bdef (\w+)\(|\bcheck\((\w+)|^(\w+) *=", code, re.MULTILINE)
    names = {word for group in words for word in group if word in bank()}
    lessons = Counter(bank()[name].lesson for name in names)
    return lessons.most_common(1)[0][0] if lessons else None


def failed(rows, require_all=False):
    """Return whether a grading should fail.

    Parameters
    ----------
    rows : list of Row
        What was found.
    require_all : bool
        Whether an exercise without an answer counts as a failure too.

    Returns
    -------
    bool
        True if an attempted exercise is wrong, or something could not be judged.
    """
    bad = {"Not correct", NOT_JUDGED} | ({MISSING, "Not yet"} if require_all else set())
    return any(row.verdict in bad for row in rows)


def as_text(rows):
    """Return the rows as a table of plain text."""
    table = [("lesson", "exercise", "verdict", "mistake"), *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = [
        "  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip()
        for line in table
    ]
    return "\n".join(map(visible, [*lines, "", *_notes(rows), _summary(rows)]))


def as_markdown(rows):
    """Return the rows as a Markdown table."""
    lines = ["| lesson | exercise | verdict | mistake |", "|---|---|---|---|"]
    lines += ["| " + " | ".join(map(_escaped, _cells(row))) + " |" for row in rows]
    return "\n".join([*lines, "", *_notes(rows), _summary(rows), ""])


def as_json(rows):
    """Return the rows, with the checker's messages, as JSON."""
    return json.dumps([asdict(row) for row in rows], indent=2, ensure_ascii=False)


def _notes(rows):
    """Return what is out of the ordinary, a line each."""
    return [f"{row.exercise}: {row.note}." for row in rows if row.note]


def _cells(row):
    """Return what the table shows of a row."""
    lesson = str(row.lesson or "–")
    if row.exercise:
        return lesson, row.exercise, row.verdict, row.mistake
    return lesson, row.notebook, row.verdict, row.message


def _escaped(text):
    """Return a text that does not break a Markdown table."""
    return text.replace("|", "\\|").replace("\n", " ")


def _summary(rows):
    """Count the verdicts in a sentence."""
    counts = Counter(row.verdict for row in rows)
    made = (PREDICTED, NOT_PREDICTED)
    order = ("Correct", "Not correct", "Not yet", MISSING, *made, NOT_JUDGED)
    parts = [f"{counts[name]} {name.lower()}" for name in order if counts[name]]
    return ", ".join(parts) + "." if parts else "Nothing to judge."
