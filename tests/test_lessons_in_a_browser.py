"""What a browser has not, no lesson needs: a fine clock, and processes."""

import re

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell
from notebooks import WRITTEN, code_cells

# The clock ticks every tenth of a millisecond, and joblib finds no processes.
BROWSER = """
import os, time, timeit
os.environ["JOBLIB_MULTIPROCESSING"] = "0"
fine = time.perf_counter
time.perf_counter = lambda: fine() // 1e-4 * 1e-4
timeit.repeat.__defaults__ = tuple(
    time.perf_counter if value is fine else value
    for value in timeit.repeat.__defaults__
)
"""
NEEDS_A_MACHINE = re.compile(r"^from (joblib|time|timeit) import", re.MULTILINE)


def sources(nb):
    return "\n".join(cell.source for cell in code_cells(nb))


LESSONS = [
    path
    for path in WRITTEN
    if NEEDS_A_MACHINE.search(sources(nbformat.read(path, as_version=4)))
]


def printed(nb):
    """Return what each cell prints, and the errors that it raises."""
    return {
        cell.id: "".join(
            output.get("text", "") + output.get("evalue", "") for output in cell.outputs
        )
        for cell in code_cells(nb)
    }


@pytest.mark.long
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_prints_there_what_is_stored(path, tmp_path):
    nb = nbformat.read(path, as_version=4)
    stored = printed(nb)
    nb.cells.insert(0, new_code_cell(BROWSER))
    NotebookClient(
        nb,
        timeout=120,
        kernel_name="python3",
        allow_errors=True,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(tmp_path)}},
    ).execute()
    _, *nb.cells = nb.cells
    assert printed(nb) == stored
