"""Judge whole notebooks: run each in a fresh kernel, then every exercise of its lesson.

Notebooks are read and run, never written. Running one executes the code in it.
"""

import asyncio
import json
import re
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from bpkit.exercises import bank
from bpkit.exercises.judge import judge

MARK = "bpkit-verdicts:"
MISSING = "Missing"
BROKEN = "Broken"


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
        Correct, Not correct, Not yet, Missing; Broken for a notebook.
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


def find_notebooks(path):
    """Return the notebooks at a path: the file itself, or those in the folder.

    Parameters
    ----------
    path : path-like
        A notebook or a folder; folders within it are not searched.

    Returns
    -------
    list of pathlib.Path
        In the order of their names.

    Raises
    ------
    FileNotFoundError
        If there is nothing at the path, or no notebook in the folder.
    """
    path = Path(path)
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise FileNotFoundError(f"there is no notebook and no folder at {path}")
    notebooks = sorted(path.glob("*.ipynb"))
    if not notebooks:
        raise FileNotFoundError(f"there is no notebook (*.ipynb) in {path}")
    return notebooks


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
    import nbformat

    path = Path(notebook)
    try:
        with open(path, encoding="utf-8") as file:
            content = nbformat.read(file, as_version=4)
        sources = [c.source for c in content.cells if c.cell_type == "code"]
    except Exception as error:
        return [_broken(path, None, f"not a notebook: {_first_line(error)}")]
    lesson = lesson_of(sources)
    if lesson is None:
        return [_broken(path, None, "no exercise of the course is in it")]
    names = [name for name, e in bank().items() if e.lesson == lesson]
    return _run(path, content, lesson, names, cell_seconds, seconds)


def lesson_of(sources):
    """Return the lesson whose exercises the cells define or check, or None."""
    code = "\n".join(sources)
    words = re.findall(r"\bdef (\w+)\(|\bcheck\((\w+)|^(\w+) *=", code, re.MULTILINE)
    names = {word for group in words for word in group if word in bank()}
    lessons = Counter(bank()[name].lesson for name in names)
    return lessons.most_common(1)[0][0] if lessons else None


def _run(path, content, lesson, names, cell_seconds, seconds):
    """Execute the notebook and a last cell that judges, in one fresh kernel."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    last = nbformat.v4.new_code_cell(
        f"from bpkit.exercises.grading import judge_names\n"
        f"judge_names(globals(), {names!r})"
    )
    content.cells.append(last)
    client = NotebookClient(
        content,
        timeout=cell_seconds,
        kernel_name="python3",
        allow_errors=True,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        asyncio.run(asyncio.wait_for(client.async_execute(), seconds))
    except (TimeoutError, CellTimeoutError):
        where = _unfinished_cell(content)
        return [_broken(path, lesson, f"{where} did not end within the time limit")]
    except DeadKernelError:
        where = _unfinished_cell(content)
        return [_broken(path, lesson, f"{where} ended the kernel")]
    except Exception as error:
        return [_broken(path, lesson, f"cannot be run: {_first_line(error)}")]
    rows = _verdicts(path, lesson, last)
    if rows is None:
        return [_broken(path, lesson, "the verdicts did not come back")]
    return [*_errors(path, lesson, content.cells[:-1]), *rows]


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
        if name not in namespace or _is_ours(answer):
            rows.append((name, MISSING, "", "The notebook does not define it."))
            continue
        verdict = judge(bank()[name], answer)
        rows.append((name, verdict.status, verdict.mistake or "", verdict.message))
    print(MARK + json.dumps(rows))


def _is_ours(answer):
    """Return whether an answer is bpkit's own function, imported under its name."""
    return str(getattr(answer, "__module__", "")).partition(".")[0] == "bpkit"


def _verdicts(path, lesson, cell):
    """Return the rows that the last cell printed, or None."""
    printed = "".join(o.get("text", "") for o in cell.get("outputs", []))
    _, found, line = printed.rpartition(MARK)
    if not found:
        return None
    return [Row(path.name, lesson, *entries) for entries in json.loads(line)]


def _errors(path, lesson, cells):
    """Return a row for the first cell that raised, if one did."""
    for number, cell in enumerate(_code(cells), start=1):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                why = f"code cell {number} raised {output.ename}: {output.evalue}"
                return [_broken(path, lesson, why[:200])]
    return []


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
    order = ("Correct", "Not correct", "Not yet", MISSING, BROKEN)
    parts = [f"{counts[name]} {name.lower()}" for name in order if counts[name]]
    return ", ".join(parts) + "." if parts else "Nothing to judge."
