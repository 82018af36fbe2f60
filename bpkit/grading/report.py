"""What comes out of a grading: tables, two pages, and a word for each learner."""

import json
import platform
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

import bpkit
from bpkit.delivery import replace_file
from bpkit.exercises import bank
from bpkit.grading import tables
from bpkit.grading.classes import asked_of, counted
from bpkit.grading.find import lessons
from bpkit.grading.grade import file_name
from bpkit.grading.run import MISSING, NOT_JUDGED
from bpkit.words import count

TEMPLATES = Path(__file__).with_name("templates")
MARKS = {"Correct": "✓", "Not correct": "✗", NOT_JUDGED: "?"}
KEPT = ("learner", "lesson", "path", "digest", "note", "rows")


@dataclass(frozen=True)
class Grading:
    """A class that has been graded.

    Attributes
    ----------
    found : list of Submission
        What was handed in.
    records : list of dict
        What became of each.
    notes : list of str
        What was left out.
    options : Options
        How it was judged.
    points : Points
        What the answers are worth.
    roster : Roster or None
        The platform's table of learners.
    """

    found: list
    records: list
    notes: list
    options: object
    points: object
    roster: object = None


def records_of(found, pieces, points):
    """Return a record for each submission: whose it is, and its rows with points.

    Parameters
    ----------
    found : list of Submission
        What was handed in.
    pieces : list of dict
        What became of each.
    points : Points
        What the answers are worth.
    """
    return [
        {
            "learner": submission.learner,
            "lesson": submission.lesson,
            "path": submission.path,
            "digest": submission.digest,
            "note": "; ".join(
                filter(None, (submission.note, _late(submission, points)))
            ),
            "rows": [
                row | {"points": points.given(row), "max": points.most(row["exercise"])}
                for row in piece["rows"]
            ],
        }
        for submission, piece in zip(found, pieces, strict=True)
    ]


def _late(submission, points):
    """Say when a notebook was saved, if that was late."""
    if not points.is_late(submission.saved):
        return ""
    saved = datetime.fromtimestamp(submission.saved, points.due.tzinfo)
    return f"late: saved {saved:%Y-%m-%d %H:%M}"


def write(grading, out):
    """Write all that comes out into a folder.

    Parameters
    ----------
    grading : Grading
        A class that has been graded.
    out : path-like
        The folder.

    Returns
    -------
    list of str
        What somebody should know who uses the files.
    """
    out, records, roster = Path(out), grading.records, grading.roster
    out.mkdir(parents=True, exist_ok=True)
    said, absent = [], []
    if roster:
        learners = sorted({record["learner"] for record in records})
        whose, absent, strangers = tables.joined(roster, learners)
        columns = roster.columns(lessons(grading.found), grading.points.title)
        text = tables.filled(roster, columns, whose, records)
        _save(out / f"roster-{roster.name}", text, "utf-8-sig")
        if strangers:
            said.append(f"Not on the roster: {', '.join(strangers)}.")
    _save(out / "grades.csv", tables.grades(records))
    _save(out / "gradebook.csv", tables.gradebook(records), "utf-8-sig")
    _save(out / "results.json", _as_json(grading))
    for learner, text in _feedback(records).items():
        _save(out / "feedback" / f"{file_name(learner)}.md", text)
    for name, text in _pages(grading, absent).items():
        _save(out / name, text)
    return said


def _save(path, text, encoding="utf-8"):
    """Write a file, all of it or nothing; half a character is written as its number."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, text.encode(encoding, errors="backslashreplace"))


def _as_json(grading):
    """Return everything that is known, as JSON."""
    options = asdict(grading.options)
    known = {
        "title": grading.points.title,
        "bpkit": bpkit.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        **options,
        "submissions": [{k: record[k] for k in KEPT} for record in grading.records],
        "left_out": grading.notes,
    }
    return json.dumps(known, indent=1, ensure_ascii=False) + "\n"


def is_incomplete(records):
    """Return whether something could not be judged."""
    return any(row["verdict"] == NOT_JUDGED for r in records for row in r["rows"])


def summary(grading):
    """Count what became of a class, in a line."""
    verdicts = Counter(row["verdict"] for r in grading.records for row in r["rows"])
    order = ("Correct", "Not correct", "Not yet", MISSING, NOT_JUDGED)
    parts = [f"{verdicts[word]} {word.lower()}" for word in order if verdicts[word]]
    learners = len({record["learner"] for record in grading.records})
    handed = f"{count(learners, 'learner')}, {count(len(grading.records), 'notebook')}"
    return f"{handed}: {', '.join(parts)}."


# --- for each learner -----------------------------------------------------------


def _feedback(records):
    """Return what each learner is told: the checker's messages, as Markdown."""
    texts = {}
    for record in records:
        lines = texts.setdefault(record["learner"], [f"# {record['learner']}", ""])
        lesson = f"Lesson {record['lesson']}: " if record["lesson"] else ""
        lines += [f"## {lesson}{record['path']}", ""]
        lines += [f"{record['note']}.", ""] if record["note"] else []
        for row in record["rows"]:
            lines += _told(row)
    return {learner: "\n".join(lines) for learner, lines in texts.items()}


def _told(row):
    """Return the lines on one exercise."""
    mark = MARKS.get(row["verdict"], "…")
    worth = (
        f" ({row['points']:g} of {row['max']:g})" if row["points"] is not None else ""
    )
    lines = [
        f"### {mark} {row['exercise'] or 'The notebook'}: {row['verdict']}{worth}",
        "",
    ]
    words = "\n".join(filter(None, (row["message"], row["note"])))
    fence = "```"
    while fence in words:
        fence += "`"
    return [*lines, fence, words, fence, ""] if words else lines


# --- for the class --------------------------------------------------------------


def _pages(grading, absent):
    """Return the pages by their names: one without names, and one with them."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    sources = {s.path: list(s.sources) for s in grading.found}
    known = {
        "title": grading.points.title or "The class",
        "of": counted(grading.records, lambda r: sources[r["path"]], absent),
        "learners": _by_learner(grading.records, absent),
        "lessons": lessons(grading.found),
        "options": grading.options,
        "version": bpkit.__version__,
        "left_out": grading.notes,
    }
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    names = "class.html", "learners.html"
    return {name: environment.get_template(name).render(known) for name in names}


def _by_learner(records, absent):
    """Return for each learner the file of feedback, and how each lesson went."""
    found = {name: {"file": None, "lessons": {}, "notes": []} for name in absent}
    for record in records:
        learner = record["learner"]
        own = found.setdefault(learner, {"file": None, "lessons": {}, "notes": []})
        own["file"] = f"feedback/{file_name(learner)}.md"
        if record["note"]:
            own["notes"].append(record["note"])
        rows = [row for row in asked_of(record) if row["exercise"] in bank()]
        right = sum(row["verdict"] == "Correct" for row in rows)
        unknown = any(row["verdict"] == NOT_JUDGED for row in rows)
        own["lessons"][record["lesson"]] = right, len(rows), unknown
    return dict(sorted(found.items()))
