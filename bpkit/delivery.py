"""Deliver the lessons into a learner's folder without losing the learner's work."""

import hashlib
import itertools
import json
import os
from dataclasses import dataclass
from pathlib import Path

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
    """

    name: str
    outcome: str
    beside: str | None = None


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
    A record in the folder (``.bpkit.json``) keeps the SHA-256 of every lesson as it
    was last delivered. A file that still has that hash is the course's and may be
    updated. Any other file is the learner's and is never written to: a version that
    the learner has not been offered yet is put beside it. Running a lesson changes
    its stored outputs, so that a lesson once run counts as the learner's. Without a
    readable record, every file that differs from the course's does.
    """
    lessons, folder = Path(lessons), Path(folder)
    sources = sorted(lessons.glob("*.ipynb"))
    if not sources:
        raise DeliveryError(f"there are no lessons in {lessons}; reinstall bpkit")
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


def _deliver_one(name, content, folder, record):
    """Deliver one lesson as `content`, and note in `record` what was delivered."""
    path, digest = folder / name, _digest(content)
    last, record[name] = record.get(name), digest
    if not path.exists():
        _write(path, content)
        return Delivery(name, "copied")
    found = _digest(path.read_bytes())
    if found == digest:
        return Delivery(name, "current")
    if found == last:
        _write(path, content)
        return Delivery(name, "updated")
    if last == digest:
        return Delivery(name, "kept")
    beside = _name_beside(name, digest, folder, record)
    _write(folder / beside, content)
    record[beside] = digest
    return Delivery(name, "kept", beside)


def _name_beside(name, digest, folder, record):
    """Return the first name beside `name` that holds nothing of the learner's."""
    stem = name.removesuffix(".ipynb")
    for number in itertools.count(1):
        beside = f"{stem}.new{number if number > 1 else ''}.ipynb"
        path = folder / beside
        if not path.exists():
            return beside
        if _digest(path.read_bytes()) in (digest, record.get(beside)):
            return beside


def _read_record(folder):
    """Return {file name: SHA-256 as delivered}; empty where there is none to trust."""
    try:
        delivered = json.loads((folder / RECORD).read_bytes())["delivered"]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return {}
    return delivered if isinstance(delivered, dict) else {}


def _write_record(folder, record):
    """Write the record of what was delivered."""
    about = "What bpkit delivered here. Without it, every lesson counts as changed."
    text = json.dumps({"about": about, "delivered": record}, indent=1)
    _write(folder / RECORD, text.encode())


def _write(path, content):
    """Replace the whole file at once: a failure midway leaves what was there."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _digest(content):
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
