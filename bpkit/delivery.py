"""Deliver the lessons into a learner's folder without losing the learner's work."""

import contextlib
import hashlib
import itertools
import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from bpkit.notebook import read_cells

FOLDER = "my-lessons"  # where learners work, unless they choose another
RECORD = ".bpkit.json"


class DeliveryError(Exception):
    """A reason, in plain words, why the lessons cannot be delivered."""


@dataclass(frozen=True)
class Delivery:
    """Say what became of one lesson.

    Attributes
    ----------
    name : str
        The lesson's file name.
    outcome : str
        "copied" (it was not there), "updated" (the learner had not changed it),
        "current" (it is the course's version already) or "kept" (the learner's).
    beside : str or None
        The file that now holds the course's version, where a kept lesson has not
        been offered that version before.
    fault : str or None
        Why a kept lesson cannot be opened.
    """

    name: str
    outcome: str
    beside: str | None = None
    fault: str | None = None


def lessons_folder():
    """Find the course's own lessons.

    Returns
    -------
    pathlib.Path
        ``_lessons`` inside the installed package, or, in a source checkout,
        ``lessons`` beside the package.
    """
    package = Path(__file__).parent
    installed = package / "_lessons"
    return installed if installed.is_dir() else package.parent / "lessons"


def deliver(lessons, folder):
    """Copy the lessons into a learner's folder, or bring those there up to date.

    Parameters
    ----------
    lessons : path-like
        The folder that holds the course's ``*.ipynb``.
    folder : path-like
        The learner's folder; made if it does not exist.

    Returns
    -------
    list of Delivery
        What became of each lesson, in the order of their names.

    Raises
    ------
    DeliveryError
        If there are no lessons, if `folder` is a file or part of the course's own
        lessons, or if it cannot be read or written.

    Notes
    -----
    A record in the folder (``.bpkit.json``) keeps the marks of every lesson as it was
    last delivered: the SHA-256 of the file, and that of its cells' types and sources.
    A file with one of these marks is the course's and may be updated: opening a
    lesson, running it or saving it with other line ends changes the file and not the
    cells, and what it loses by an update are outputs that a run gives again. A cell
    that was edited, added, removed or moved makes the lesson the learner's, which is
    never written to: a version that the learner has not been offered yet is put beside
    it. Without a readable record, every file whose cells differ from the course's is
    the learner's. JupyterLab itself asks before it saves over a file that was updated
    while it was open.
    """
    lessons, folder = Path(lessons), Path(folder)
    sources = sorted(lessons.glob("*.ipynb"))
    if not sources:
        raise DeliveryError(
            f"there are no lessons in {lessons}; in a clone, 'git restore lessons' "
            "brings them back; otherwise download the course again"
        )
    try:
        _refuse_unfit(folder, lessons)
        folder.mkdir(parents=True, exist_ok=True)
        record = _read_record(folder)
        deliveries = [
            _deliver_one(source.name, source.read_bytes(), folder, record)
            for source in sources
        ]
        _write_record(folder, record)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise DeliveryError(
            f"the lessons cannot be copied into {folder}: "
            f"{error.strerror or error}{where}; no work of yours was changed"
        ) from error
    return deliveries


def _refuse_unfit(folder, lessons):
    """Raise unless `folder` is, or can become, a folder of the learner's."""
    if folder.exists() and not folder.is_dir():
        raise DeliveryError(f"{folder} is a file; name a folder for your lessons")
    path = folder.resolve()
    if any(p.exists() and p.samefile(lessons) for p in (path, *path.parents)):
        raise DeliveryError(
            f"{folder} belongs to the course's own lessons; name another folder, "
            "so that an update cannot meet your work"
        )


def left_off(lessons, folder):
    """Find the lesson at which the learner left off.

    Parameters
    ----------
    lessons : path-like
        The folder that holds the course's ``*.ipynb``.
    folder : path-like
        The learner's folder, to which they have been delivered.

    Returns
    -------
    str
        The file name of the lesson saved last among those that were run or changed;
        the first one, if none was.
    """
    lessons, folder = Path(lessons), Path(folder)
    names = sorted(path.name for path in lessons.glob("*.ipynb"))
    begun = [name for name in names if _is_begun(lessons / name, folder / name)]
    times = {name: (folder / name).stat().st_mtime for name in begun}
    return max(begun, key=lambda name: (times[name], name), default=names[0])


def versions_beside(folder):
    """Find the course's versions beside a learner's lessons, as they were delivered.

    Parameters
    ----------
    folder : path-like
        The learner's folder; a file has nothing beside it.

    Returns
    -------
    set of str
        The file names of those in which no cell was changed. A version in which the
        learner has worked is not among them, nor is one beside nothing.

    Raises
    ------
    OSError
        If a file in the folder cannot be read.
    """
    folder = Path(folder)
    record = _read_record(folder)
    return {
        path.name
        for path in folder.glob("*.new*.ipynb")
        if (folder / re.sub(r"\.new\d*(?=\.ipynb$)", "", path.name)).exists()
        and _marks(path.read_bytes()) & record.get(path.name, set())
    }


def stamped(content):
    """Return a lesson with its version in it, for a page that keeps learners' copies.

    Parameters
    ----------
    content : bytes
        The lesson's file.

    Returns
    -------
    bytes
        The notebook; what a learner changes in its cells leaves the version as it is.
        What a cell prints is one text: of a list of lines, JupyterLite 0.8 shows each
        but the first with a comma before it.
    """
    notebook = json.loads(content)
    notebook["metadata"]["bpkit"] = {"version": _version(content)}
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            if output["output_type"] == "stream":
                output["text"] = "".join(output["text"])
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def is_outdated(path):
    """Return whether a learner's copy of a stamped lesson is of another version.

    Parameters
    ----------
    path : pathlib.Path
        The copy, under its lesson's name.

    Returns
    -------
    bool
        False where there is no such lesson, and for a copy without a stamp.
    """
    try:
        now = _version((lessons_folder() / path.name).read_bytes())
        return json.loads(path.read_bytes())["metadata"]["bpkit"]["version"] != now
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False


def _is_begun(source, path):
    """Return whether a lesson can be opened and was run or changed."""
    try:
        return read_cells(path.read_bytes()) != read_cells(source.read_bytes())
    except ValueError:
        return False


def _deliver_one(name, content, folder, record):
    """Deliver one lesson as `content`, and note in `record` what was delivered."""
    path, ours = folder / name, _marks(content)
    last, record[name] = record.get(name, set()), ours
    if not path.exists():
        replace_file(path, content)
        return Delivery(name, "copied")
    found = path.read_bytes()
    theirs = _marks(found)
    if (theirs - ours) & last:
        replace_file(path, content)
        return Delivery(name, "updated")
    if theirs & ours:
        return Delivery(name, "current")
    if ours & last:
        return Delivery(name, "kept", fault=_fault(found))
    beside = _name_beside(name, ours, folder, record)
    replace_file(folder / beside, content)
    record[beside] = ours
    return Delivery(name, "kept", beside, _fault(found))


def _name_beside(name, ours, folder, record):
    """Return the first name beside `name` that holds nothing of the learner's."""
    stem = name.removesuffix(".ipynb")
    for number in itertools.count(1):
        beside = f"{stem}.new{number if number > 1 else ''}.ipynb"
        path = folder / beside
        if not path.exists():
            return beside
        if _marks(path.read_bytes()) & (ours | record.get(beside, set())):
            return beside


def _marks(content):
    """Return what a lesson is known by: the file's digest, and its cells'.

    Cells without a word are left out: JupyterLab adds one below the last cell that is
    run.
    """
    marks = {_digest(content)}
    with contextlib.suppress(ValueError):
        marks.add(_version(content))
    return marks


def _version(content):
    """Return the digest of a notebook's cells."""
    cells = read_cells(content)
    told = [(cell.kind, cell.source) for cell in cells if cell.source.strip()]
    return _digest(json.dumps(told).encode())


def _fault(content):
    """Return why a notebook cannot be opened, or None."""
    try:
        read_cells(content)
    except ValueError as error:
        return str(error)
    return None


def _read_record(folder):
    """Return {file name: marks as delivered}; empty where there is none to trust."""
    try:
        delivered = json.loads((folder / RECORD).read_bytes())["delivered"]
        return {name: set(marks.split()) for name, marks in delivered.items()}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def may_reveal(folder):
    """Return whether `reveal` gives answers in a folder.

    Parameters
    ----------
    folder : pathlib.Path
        A learner's, or any.

    Returns
    -------
    bool
        False where the lessons were delivered so.
    """
    try:
        return not json.loads((folder / RECORD).read_bytes())["without_reveal"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return True


def keep_answers_back(folder):
    """Let `reveal` give no answers in a folder to which the lessons were delivered.

    Whoever knows bpkit finds them in it all the same.
    """
    path = Path(folder, RECORD)
    told = json.loads(path.read_bytes()) | {"without_reveal": True}
    replace_file(path, json.dumps(told, indent=1).encode())


def _write_record(folder, record):
    """Write the record of what was delivered."""
    about = "What bpkit delivered here. Without it, every lesson counts as changed."
    delivered = {name: " ".join(sorted(marks)) for name, marks in record.items()}
    told = {"about": about, "delivered": delivered}
    told |= {} if may_reveal(folder) else {"without_reveal": True}
    text = json.dumps(told, indent=1)
    replace_file(folder / RECORD, text.encode())


def replace_file(path, content):
    """Replace the whole file at once: a failure midway leaves what was there.

    Parameters
    ----------
    path : pathlib.Path
        The file; made if it does not exist.
    content : bytes
        All that it is to hold.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        if path.exists():
            shutil.copymode(path, part)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _digest(content):
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
