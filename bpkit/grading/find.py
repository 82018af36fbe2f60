"""A class's submissions: folders and zips, as the platforms hand them out.

Files are read; nothing in them is run, and nothing of a zip is unpacked by its name.
"""

import hashlib
import io
import re
import zipfile
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path, PurePosixPath

from bpkit.delivery import FOLDER
from bpkit.exercises import LESSONS
from bpkit.grading.check import NO_EXERCISE, code_of, lesson_of
from bpkit.words import visible

LARGE = 64 * 2**20  # bytes: of one file, and of all that lie beside one's notebooks
MANY = 20_000  # files in one zip
DEEP = 2  # a class's zip may hold learners' zips
UNREADABLE = (OSError, ValueError, zipfile.BadZipFile, NotImplementedError)  # a zip
JUDGED = (".ipynb", ".zip")  # of zips, those that cannot be opened
PASSED_OVER = {".ipynb_checkpoints", "__pycache__", "__MACOSX", ".git", ".venv"}

# How the platforms name a learner's folder, or a learner's file in one folder for all.
MOODLE = re.compile(r"(?P<learner>.+_\d+)_assignsubmission_[a-z]+(?:_(?P<rest>.*))?$")
CANVAS = re.compile(r"(?P<learner>[^_]+)_(?:LATE_)?(?P<id>\d+)_\d+_(?P<rest>.+)$")
LESSON = re.compile(rf"(?P<lesson>{'|'.join(f'{n:02}' for n in LESSONS)})[_.-]")


class FindError(Exception):
    """A reason, in plain words, why there is nothing to grade."""


@dataclass(frozen=True)
class Submission:
    """A learner's notebook of one lesson, and what lies beside it.

    Attributes
    ----------
    learner : str
        Whose it is.
    lesson : int or None
        Of a file that is no notebook, the one that its name begins with, if any.
    path : str
        Where it was found, below the folder of all submissions.
    sources : tuple of str
        Its code cells.
    beside : tuple of tuple
        Name and bytes of each of the learner's other files that are no notebooks.
    saved : float
        When it was saved, in seconds, as its file or its zip says.
    digest : str
        SHA-256 of the notebook and of what lies beside it.
    fault : str
        Why it cannot be judged, or an empty string.
    note : str
        Of which notebooks it is the newest, or an empty string.
    """

    learner: str
    lesson: int | None
    path: str
    sources: tuple = ()
    beside: tuple = ()
    saved: float = 0.0
    digest: str = ""
    fault: str = ""
    note: str = ""


@dataclass(frozen=True)
class File:
    """A file that was handed in: where it lies, when it was saved, how it is read."""

    path: PurePosixPath
    saved: float
    size: int
    read: object


def find(submissions, pattern=None, lesson=None):
    """Find what a class has handed in.

    Parameters
    ----------
    submissions : path-like
        A folder, or a zip.
    pattern : str, optional
        A regular expression that finds the learner in a path below it: its group
        `learner`, its first group, or all of it. Without one, the layouts of nbgrader,
        Moodle and Canvas are known, and else the first folder, or zip, is the learner.
    lesson : int, optional
        Only notebooks of this lesson.

    Returns
    -------
    found : list of Submission
        By learner and lesson; of several notebooks for one lesson, the newest.
    notes : list of str
        What was left out, and why.

    Raises
    ------
    FindError
        If there is no notebook.
    """
    root, notes = Path(submissions), []
    whose = _by_pattern(pattern) if pattern else _by_layout(root)
    files, learners = _below_submitted(list(_files(root, notes))), {}
    for file in sorted(files, key=lambda file: str(file.path)):
        learner, rest = whose(file.path)
        if learner:
            learners.setdefault(learner, []).append((rest, file))
        elif file.path.suffix == ".ipynb":
            notes.append(f"{file.path}: no learner is in its path")
    found = []
    for learner, own in learners.items():
        if not any(rest.suffix in JUDGED for rest, _ in own):
            notes.append(f"{learner}: no notebook is there")
        found += _of_learner(learner, own, notes)
    if lesson is not None:
        found = [s for s in found if s.lesson in (lesson, None)]
    if not found:
        of = f" of lesson {lesson}" if lesson else ""
        why = f" ({'; '.join(notes[:5])})" if notes else ""
        raise FindError(f"there is no notebook (*.ipynb){of} in {root}{why}")
    return sorted(found, key=lambda s: (s.learner, s.lesson or 0, s.path)), notes


def lessons(found):
    """Return the lessons of some submissions, in order."""
    return sorted({s.lesson for s in found if s.lesson is not None})


def as_text(found, notes):
    """Return whose each notebook is, as a table of plain text."""
    width = max(len(submission.learner) for submission in found)
    lines = []
    for submission in found:
        lines.append(f"{submission.learner:{width}}  ← {submission.path}")
        remarks = filter(None, (submission.fault, submission.note))
        lines += [f"{'':{width}}    ({remark})" for remark in remarks]
    lines += [f"Left out: {note}." for note in notes]
    return "\n".join(map(visible, lines))


# --- whose a file is ------------------------------------------------------------


def _by_pattern(pattern):
    """Return what finds the learner, and the rest of the path, by an expression."""
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise FindError(
            f"--learner {pattern!r} is no regular expression: {error}"
        ) from (error)

    def whose(path):
        found = compiled.search(str(path))
        if not found:
            return None, path
        named = "learner" in compiled.groupindex
        group = "learner" if named else min(compiled.groups, 1)
        return (found[group] or "").strip("/ "), path

    return whose


def _by_layout(root):
    """Return what finds the learner, and the rest of the path, by the platforms' ways.

    A notebook that lies in no folder is the learner's of its name; if it bears the name
    of a lesson, the folder of all is one learner's.
    """

    def whose(path):
        first, rest = path.parts[0], PurePosixPath(*path.parts[1:])
        is_file = len(path.parts) == 1
        if moodle := MOODLE.match(first):
            alone = PurePosixPath(moodle["rest"] or first)
            return moodle["learner"], alone if is_file else rest
        if (is_file or first.endswith(".zip")) and (canvas := CANVAS.match(first)):
            learner = f"{canvas['learner']}_{canvas['id']}"
            return learner, PurePosixPath(canvas["rest"]) if is_file else rest
        if is_file:
            is_alone = LESSON.match(first) or path.suffix not in JUDGED
            return _name(root.resolve().name) if is_alone else path.stem, path
        return _name(first), rest

    return whose


def _name(folder):
    """Return the name of a folder, or of a zip that stands for one."""
    return folder.removesuffix(".zip")


def _below_submitted(files):
    """Return the files of nbgrader's folder `submitted`, if there is one; else all."""
    submitted = [f for f in files if f.path.parts[0] == "submitted"]
    return [
        replace(f, path=f.path.relative_to("submitted"))
        for f in submitted
        if len(f.path.parts) > 1
    ] or files


# --- what a learner has handed in -----------------------------------------------


def _of_learner(learner, own, notes):
    """Return a learner's submissions: of each lesson the newest notebook."""
    beside, by_lesson = cache(lambda folder: _beside(folder, own, notes)), {}
    working = {rest.parent for rest, _ in own if rest.parent.name == FOLDER}
    of_the_course = {folder.with_name("lessons") for folder in working}
    for rest, file in own:
        if rest.suffix in JUDGED and rest.parent not in of_the_course:
            submission = _read(learner, rest, file, beside, notes)
            if submission is not None:
                by_lesson.setdefault(submission.lesson, []).append(submission)
    apart = by_lesson.pop(None, [])
    return [*map(_newest, by_lesson.values()), *apart]


def _read(learner, rest, file, beside, notes):
    """Return one notebook as a Submission, or None, with a note, if it is no answer."""
    if re.search(r"\.new\d*$", rest.stem):
        notes.append(f"{file.path}: the course's version beside a learner's")
        return None
    guess = LESSON.match(rest.name)
    lesson, sources, fault = guess and int(guess["lesson"]), (), ""
    try:
        content = file.read()
        sources = tuple(code_of(content))
        lesson = lesson_of(sources)
    except (OSError, ValueError) as error:
        kind = "notebook" if rest.suffix == ".ipynb" else "zip that can be read"
        content, fault = b"", f"not a {kind}: {error}"
    if not fault and lesson is None:
        notes.append(f"{file.path}: {NO_EXERCISE}")
        return None
    digest = hashlib.sha256(hashlib.sha256(content).digest())
    others = beside(rest.parent)
    for name, data in others:
        digest.update(f"{name}\0{len(data)}\0".encode(errors="surrogateescape") + data)
    return Submission(
        *(learner, lesson, str(file.path), sources, others, file.saved),
        digest=digest.hexdigest(),
        fault=fault,
    )


def _beside(folder, own, notes):
    """Return name and bytes of a learner's files below a folder, without notebooks."""
    found, size = [], 0
    for rest, file in own:
        if rest.suffix in JUDGED or not rest.is_relative_to(folder):
            continue
        size += file.size
        if size > LARGE:
            notes.append(f"{file.path}: left out, there is too much beside a notebook")
            break
        try:
            found.append((str(rest.relative_to(folder)), file.read()))
        except (OSError, ValueError) as error:
            notes.append(f"{file.path}: left out: {error}")
    return tuple(found)


def _newest(some):
    """Return the newest of some notebooks, with a note of the others."""
    newest = max(some, key=lambda s: (s.saved, s.path))
    others = sorted(s.path for s in some if s is not newest)
    if not others:
        return newest
    note = f"the newest of {len(some)} notebooks; not judged: {', '.join(others)}"
    return replace(newest, note=note)


# --- folders and zips -----------------------------------------------------------


def _files(root, notes):
    """Yield the files in a folder or a zip, and in the zips that lie in it."""
    if root.is_dir():
        found = _in_folder(root, notes)
    elif root.is_file() and zipfile.is_zipfile(root):
        try:
            inside = list(_in_zip(root, PurePosixPath(), notes))
        except UNREADABLE as error:
            raise FindError(f"{root} cannot be opened: {error}") from error
        found = _without_its_own_name(root, inside)
    else:
        raise FindError(f"{root} is no folder and no zip")
    yield from _with_zips(found, notes, DEEP)


def _with_zips(files, notes, deep):
    """Yield files, and instead of a zip the files that are in it."""
    for file in files:
        if PASSED_OVER & set(file.path.parts):
            continue
        if file.path.suffix != ".zip":
            yield file
            continue
        if not deep:
            yield replace(file, read=_raises("zips lie in zips"))
            continue
        try:
            inside = list(_in_zip(io.BytesIO(file.read()), file.path, notes))
        except UNREADABLE as error:
            yield replace(file, read=_raises(f"it cannot be opened: {error}"))
            continue
        yield from _with_zips(inside, notes, deep - 1)


def _in_folder(root, notes):
    """Yield the files below a folder, without links, which may lead elsewhere."""
    for path in sorted(root.rglob("*")):
        inside = PurePosixPath(path.relative_to(root).as_posix())
        if PASSED_OVER & set(inside.parts):
            continue
        if path.is_symlink():
            notes.append(f"{inside}: left out, it is a link to another place")
        elif path.is_file():
            status = path.stat()
            read = _reader(path.read_bytes, status.st_size)
            yield File(inside, status.st_mtime, status.st_size, read)


def _in_zip(zipped, folder, notes):
    """Yield the files of a zip, as if it were a folder."""
    archive = zipfile.ZipFile(zipped)
    members = [
        (PurePosixPath(member.filename.replace("\\", "/")), member)
        for member in archive.infolist()
        if not member.is_dir()
    ]
    members = [m for m in members if not PASSED_OVER & set(m[0].parts)]
    if len(members) > MANY:
        raise ValueError(f"it holds {len(members)} files, and may hold {MANY}")
    for name, member in members:
        unsafe = name.is_absolute() or ".." in name.parts or not name.parts
        if unsafe or any(re.match(r"\w:", part) for part in name.parts):
            notes.append(
                f"{folder / '(zip)'}: {member.filename!r} is left out, since its name "
                "leads out of the zip"
            )
            continue
        read = _reader(lambda m=member: archive.read(m), member.file_size)
        yield File(folder / name, _saved(member), member.file_size, read)


def _without_its_own_name(root, files):
    """Return a zip's files without the one folder around them of the zip's name."""
    if {file.path.parts[0] for file in files} != {root.stem}:
        return files
    if any(len(file.path.parts) == 1 for file in files):
        return files
    return [replace(f, path=f.path.relative_to(root.stem)) for f in files]


def _reader(read, size):
    """Return a function that reads a file, or refuses to if it is too large."""

    def bounded():
        if size > LARGE:
            raise ValueError(f"it is larger than {LARGE // 2**20} MiB")
        try:
            return read()
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            raise ValueError(f"its zip cannot be read: {error}") from error

    return bounded


def _raises(words):
    """Return a function that raises a ValueError."""

    def read():
        raise ValueError(words)

    return read


def _saved(member):
    """Return when a zip's file was saved, in seconds."""
    try:
        return datetime(*member.date_time).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0
