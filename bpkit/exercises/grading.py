"""Judge whole notebooks: run each in a fresh kernel, then every exercise of its lesson.

Notebooks are read and run, never written. Running one executes the code in it.
"""

import asyncio
import json
import math
import os
import re
import sys
import warnings
from collections import Counter
from dataclasses import asdict, dataclass
from importlib.machinery import PathFinder
from pathlib import Path

from bpkit.exercises import bank, predictions
from bpkit.exercises.judge import foresee, is_ours, judge
from bpkit.notebook import read_cells

MARK = "bpkit-verdicts:"
MISSING = "Missing"
PREDICTED, NOT_PREDICTED = "Predicted", "No prediction"
BROKEN = "Broken"
NO_EXERCISE = "no exercise of the course is in it"


@dataclass(frozen=True)
class Row:
    """What became of one exercise, or, without an exercise, of one notebook.

    Attributes
    ----------
    notebook : str
        Name of the file.
    lesson : int or None
        The lesson it belongs to.
    exercise : str
        Name of the exercise, or an empty string for the notebook itself.
    verdict : str
        Correct, Not correct, Not yet, Missing; Predicted or No prediction, which are
        never counted as wrong; Broken for a notebook.
    mistake : str
        Name of the proved mistake, or an empty string.
    message : str
        What the checker said.
    """

    notebook: str
    lesson: int | None
    exercise: str
    verdict: str
    mistake: str
    message: str


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
        cells = read_cells(path.read_bytes())
    except (OSError, ValueError):
        return None
    sources = [cell.source for cell in cells if cell.kind == "code"]
    return NO_EXERCISE if lesson_of(sources) is None else None


def grade(notebook, cell_seconds=60, seconds=600):
    """Run a notebook and judge the exercises of its lesson.

    Parameters
    ----------
    notebook : path-like
        The file; it is not changed.
    cell_seconds, seconds : float
        Time limits for one cell and for all of the notebook.

    Returns
    -------
    list of Row
        One an exercise, after one for the notebook if something is wrong with it.
    """
    path = Path(notebook)
    try:
        content = _read(path)
        sources = [c.source for c in content.cells if c.cell_type == "code"]
    except ImportError:
        raise  # that is no fault of the notebook
    except Exception as error:
        return [_broken(path, None, f"not a notebook: {_first_line(error)}")]
    lesson = lesson_of(sources)
    if lesson is None:
        return [_broken(path, None, NO_EXERCISE)]
    asked = bank() | predictions()
    names = [name for name, e in asked.items() if e.lesson == lesson]
    return _run(path, content, lesson, names, cell_seconds, seconds)


def packages():
    """Import what runs a notebook, which is no part of bpkit without its extra.

    Returns
    -------
    nbclient, nbformat : module
        Both packages.

    Raises
    ------
    ModuleNotFoundError
        If one is missing.
    """
    import nbclient
    import nbformat

    return nbclient, nbformat


def _read(path):
    """Return a notebook as nbclient takes it, whichever version wrote it."""
    _, nbformat = packages()
    content = path.read_bytes()
    try:
        with warnings.catch_warnings():
            # Ids that are missing or there twice are mended, which changes no answer.
            warnings.simplefilter("ignore")
            return nbformat.reads(content.decode("utf-8-sig"), as_version=4)
    except Exception:
        read_cells(content)  # Says better what is wrong with the file.
        raise


def lesson_of(sources):
    """Return the lesson whose exercises the cells define or check, or None."""
    code = "\n".join(sources)
    words = re.findall(r"\bdef (\w+)\(|\bcheck\((\w+)|^(\w+) *=", code, re.MULTILINE)
    names = {word for group in words for word in group if word in bank()}
    lessons = Counter(bank()[name].lesson for name in names)
    return lessons.most_common(1)[0][0] if lessons else None


def _run(path, content, lesson, names, cell_seconds, seconds):
    """Execute the notebook and a last cell that judges, in one fresh kernel."""
    nbclient, nbformat = packages()
    last = nbformat.v4.new_code_cell(
        f"from bpkit.exercises.grading import judge_names\n"
        f"judge_names(globals(), {names!r})"
    )
    content.cells.append(last)
    try:
        client = nbclient.NotebookClient(
            content,
            timeout=math.ceil(cell_seconds) if math.isfinite(cell_seconds) else None,
            kernel_name="python3",
            allow_errors=True,
            extra_arguments=["--log-level=ERROR"],
            resources={"metadata": {"path": str(path.parent)}},
        )
        nothing_kept = os.environ | {"BPKIT_KEEP": "0"}
        running = client.async_execute(env=nothing_kept)
        asyncio.run(asyncio.wait_for(running, seconds))
    except (TimeoutError, nbclient.exceptions.CellTimeoutError):
        where = _unfinished_cell(content)
        return [_broken(path, lesson, f"{where} did not end within the time limit")]
    except nbclient.exceptions.DeadKernelError:
        where = _unfinished_cell(content)
        return [_broken(path, lesson, f"{where} ended the kernel")]
    except Exception as error:
        return [_broken(path, lesson, f"cannot be run: {_first_line(error)}")]
    rows = _verdicts(path, lesson, last)
    why = _first_error(content.cells[:-1])
    if rows is None:
        why = f"the verdicts did not come back: {why or _error(last) or 'none printed'}"
    if not why:
        return rows
    return [_broken(path, lesson, _hidden_package(path.parent) + why), *(rows or [])]


def judge_names(namespace, names):
    """Print, as one line of JSON, the verdicts on what the namespace holds.

    Parameters
    ----------
    namespace : dict
        The globals of a notebook that has been run.
    names : list of str
        Names of the exercises to judge.
    """
    rows = []
    for name in names:
        answer = namespace.get(name)
        if name in predictions():
            verdict = foresee(predictions()[name], answer)
            made = PREDICTED if verdict.attempted else NOT_PREDICTED
            rows.append((name, made, "", verdict.message))
            continue
        if name not in namespace or is_ours(answer):
            why = "What bears its name in the end is bpkit's own function."
            undefined = "The notebook does not define it."
            rows.append((name, MISSING, "", why if name in namespace else undefined))
            continue
        verdict = judge(bank()[name], answer)
        rows.append((name, verdict.status, verdict.mistake or "", verdict.message))
    print(MARK + json.dumps(rows))


def _verdicts(path, lesson, cell):
    """Return the rows that the last cell printed, or None."""
    printed = "".join(o.get("text", "") for o in cell.get("outputs", []))
    _, found, line = printed.rpartition(MARK)
    if not found:
        return None
    return [Row(path.name, lesson, *entries) for entries in json.loads(line)]


def _first_error(cells):
    """Return the words for the first cell that raised, or None."""
    for number, cell in enumerate(_code(cells), start=1):
        if error := _error(cell):
            return f"code cell {number} raised {error}"
    return None


def _error(cell):
    """Return what a cell raised, short, or None."""
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            return f"{output.ename}: {output.evalue}"[:200]
    return None


def _hidden_package(folder):
    """Return a sentence on a module in the folder that hides a package, or nothing."""
    folder = folder.resolve()
    elsewhere = [entry for entry in sys.path if Path(entry).resolve() != folder]
    packages = [init.parent for init in folder.glob("*/__init__.py")]
    for path in sorted([*folder.glob("*.py"), *packages]):
        name = path.stem
        if name in sys.stdlib_module_names or not name.isidentifier():
            continue
        if PathFinder.find_spec(name, elsewhere):
            return f"{path.name} hides the package {name}, rename it; "
    return ""


def _unfinished_cell(content):
    """Return the words for the cell at which a run stopped."""
    cells = _code(content.cells)
    done = sum("shell.execute_reply" in c.metadata.get("execution", {}) for c in cells)
    return f"code cell {min(done + 1, len(cells))}"


def _code(cells):
    """Return the code cells that have something to run."""
    return [c for c in cells if c.cell_type == "code" and c.source.strip()]


def _broken(path, lesson, why):
    """Return the row of a notebook that is not as it should be."""
    return Row(path.name, lesson, "", BROKEN, "", why)


def _first_line(error):
    """Return an error's first line, short."""
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0][:200]


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
        True if an attempted exercise is wrong or a notebook is broken.
    """
    bad = {"Not correct", BROKEN} | ({MISSING, "Not yet"} if require_all else set())
    return any(row.verdict in bad for row in rows)


def as_text(rows):
    """Return the rows as a table of plain text."""
    table = [("lesson", "exercise", "verdict", "mistake"), *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = [
        "  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip()
        for line in table
    ]
    return "\n".join([*lines, "", _summary(rows)])


def as_markdown(rows):
    """Return the rows as a Markdown table."""
    lines = ["| lesson | exercise | verdict | mistake |", "|---|---|---|---|"]
    lines += ["| " + " | ".join(map(_escaped, _cells(row))) + " |" for row in rows]
    return "\n".join([*lines, "", _summary(rows), ""])


def as_json(rows):
    """Return the rows, with the checker's messages, as JSON."""
    return json.dumps([asdict(row) for row in rows], indent=2, ensure_ascii=False)


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
    order = ("Correct", "Not correct", "Not yet", MISSING, PREDICTED, BROKEN)
    parts = [f"{counts[name]} {name.lower()}" for name in order if counts[name]]
    return ", ".join(parts) + "." if parts else "Nothing to judge."
