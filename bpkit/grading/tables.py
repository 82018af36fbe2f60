"""Grades as tables: for a spreadsheet, and in the columns of a platform's roster."""

import csv
import io
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from bpkit.grading.classes import asked_of
from bpkit.grading.run import NOT_JUDGED

COLUMNS = ("learner", "lesson", "exercise", "verdict", "mistake")
COLUMNS += ("points", "max", "cell", "note")

# What says in a roster who somebody is, its header in small letters without the rest.
IDENTITY = {
    *("identifier", "id", "idnumber", "sisuserid", "sisloginid", "userid", "username"),
    *("studentid", "student", "fullname", "name", "learner", "email", "emailaddress"),
    *("login", "loginid", "user", "mail", "studentnumber", "matriculationnumber"),
}


class RosterError(ValueError):
    """What is wrong with a roster, in plain words."""


def grades(records):
    """Return a row for each exercise of each learner, as CSV."""
    lines = [COLUMNS]
    for record in records:
        for row in record["rows"]:
            why = row["message"] if row["verdict"] == NOT_JUDGED else ""
            notes = "; ".join(filter(None, (why, row["note"], record["note"])))
            line = {**record, **row, "note": " ".join(notes.split())}
            lines.append([_cell(line[column]) for column in COLUMNS])
    return _as_csv(lines)


def gradebook(records):
    """Return a row for each learner and a column for each lesson, as CSV.

    Where anything was not judged, the lesson's cell is empty, and the total too.
    """
    lessons = sorted({r["lesson"] for r in records if r["lesson"] is not None})
    lines = [["learner", *(f"lesson {n}" for n in lessons), "total"]]
    for learner in sorted({record["learner"] for record in records}):
        own = [record for record in records if record["learner"] == learner]
        cells = [_sum(r for r in own if r["lesson"] == lesson) for lesson in lessons]
        lines.append([_cell(cell) for cell in (learner, *cells, _sum(own))])
    return _as_csv(lines)


def _sum(records):
    """Return the points of some records; None if there are none, or not all judged."""
    points = [row["points"] for record in records for row in asked_of(record)]
    return sum(points) if points and None not in points else None


def _cell(value):
    """Return what stands in a cell; a text that a spreadsheet would run is none."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.10g}"
    text = str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _as_csv(lines, delimiter=","):
    """Return lines as CSV."""
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator="\r\n").writerows(lines)
    return written.getvalue()


# --- a platform's roster --------------------------------------------------------


@dataclass(frozen=True)
class Roster:
    """A platform's own table of learners.

    Attributes
    ----------
    name : str
        Of its file.
    header : list of str
        Its columns.
    lines : list of list of str
        What stands below.
    delimiter : str
        What stands between two cells.
    """

    name: str
    header: list
    lines: list
    delimiter: str

    def columns(self, lessons, title=""):
        """Return by its place what each column that takes points is about.

        Parameters
        ----------
        lessons : list of int
            What was graded.
        title : str
            Of the course: a column of this name takes the total.

        Returns
        -------
        dict of int to int or None
            A lesson, or None for the total.

        Raises
        ------
        RosterError
            If no column takes points.
        """
        found = {}
        for place, name in enumerate(self.header):
            lesson = re.search(r"\blesson[ _-]*0*(\d+)\b|^0*(\d+)_[a-z]", name, re.I)
            number = int(lesson[1] or lesson[2]) if lesson else None
            if number in lessons:
                found[place] = number
            elif _plain(name) in ("total", _plain(title) or "total"):
                found[place] = None
            elif _plain(name) in ("grade", "score") and len(lessons) == 1:
                found[place] = lessons[0]
        if not found:
            raise RosterError(
                f"{self.name}: no column takes points: one must be named lesson 6 or "
                f"the like, or total; there are {', '.join(self.header)}"
            )
        return found

    def keys(self, line):
        """Return the names under which somebody may have handed in."""
        cells = dict(zip(map(_plain, self.header), line, strict=False))
        named = [cells[name] for name in cells if name in IDENTITY]
        if "firstname" in cells:
            last = cells.get("lastname") or cells.get("surname", "")
            named.append(f"{cells['firstname']} {last}")
        named += [" ".join(reversed(name.split(","))) for name in named if "," in name]
        named += [name.partition("@")[0] for name in named if "@" in name]
        named += [name.removeprefix("Participant ") for name in named]
        return {_plain(name) for name in named} - {""}


def read_roster(path):
    """Read a roster: CSV, with commas, semicolons or tabs.

    Raises
    ------
    RosterError
        If it is none.
    OSError
        If it cannot be read.
    """
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RosterError(f"{path}: it is not text in UTF-8") from error
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise RosterError(f"{path}: it is not CSV: {error}") from error
    if not lines or not {_plain(n) for n in lines[0]} & (IDENTITY | {"firstname"}):
        raise RosterError(f"{path}: no column says who somebody is")
    return Roster(Path(path).name, lines[0], lines[1:], delimiter)


def _plain(text):
    """Return a name's letters and digits, small."""
    composed = unicodedata.normalize("NFKC", text)  # a Mac writes é as two characters
    return "".join(c for c in composed.casefold() if c.isalnum())


def keys_of(learner):
    """Return the names of a learner: all of it, and a platform's name and number.

    Examples
    --------
    >>> sorted(keys_of("Ana Sol_1234567"))
    ['1234567', 'anasol', 'anasol1234567']
    """
    name, _, number = learner.rpartition("_")
    parts = [learner, name, number] if name and number.isdigit() else [learner]
    return {_plain(part) for part in parts}


def joined(roster, learners):
    """Join a roster's lines with who has handed in.

    Returns
    -------
    whose : dict of int to str
        By the line, the learner, where both are sure.
    absent : list of str
        Who has handed nothing in, as the roster names them.
    strangers : list of str
        Learners whom the roster does not name, or not surely.
    """
    lines = {k: roster.keys(line) for k, line in enumerate(roster.lines)}
    whose = {}
    for learner in learners:
        found = (
            [k for k in lines if key in lines[k]] for key in _surest_first(learner)
        )
        if line := next((some for some in found if len(some) == 1), None):
            whose.setdefault(line[0], []).append(learner)
    sure = {k: names[0] for k, names in whose.items() if len(names) == 1}
    strangers = [learner for learner in learners if learner not in sure.values()]
    absent = [_shown(roster, k) for k in lines if k not in whose and lines[k]]
    return sure, [name for name in absent if name], strangers


def _surest_first(learner):
    """Return a learner's keys, a number before a name, which two may share."""
    return sorted(keys_of(learner), key=lambda key: (not key.isdigit(), -len(key)))


def _shown(roster, k):
    """Return how a roster names somebody; empty for a line that is nobody's."""
    cells = dict(zip(map(_plain, roster.header), roster.lines[k], strict=False))
    named = next(
        (cells[n] for n in ("student", "fullname", "name") if cells.get(n)), ""
    )
    named = named or f"{cells.get('firstname', '')} {cells.get('lastname', '')}".strip()
    named = named or next(
        (cell for name, cell in cells.items() if name in IDENTITY and cell), ""
    )
    return "" if _plain(named) in ("pointspossible", "studenttest") else named


def filled(roster, columns, whose, records):
    """Return the roster as CSV, its cells as they were, with points put in.

    What was not judged, or not handed in, stays as it was.
    """
    lines = [list(line) for line in roster.lines]
    for k, learner in whose.items():
        own = [record for record in records if record["learner"] == learner]
        for place, lesson in columns.items():
            points = _sum(r for r in own if lesson in (None, r["lesson"]))
            if points is not None:
                lines[k] += [""] * (place + 1 - len(lines[k]))
                lines[k][place] = _cell(points)
    return _as_csv([roster.header, *lines], roster.delimiter)
