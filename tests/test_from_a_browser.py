"""A notebook that comes back from a browser names a kernel that no desktop has."""

import csv
import json
import shutil
import subprocess
import sys

import classroom
import nbformat
import pytest
from notebooks import WRITTEN
from tools import ROOT, tool

from bpkit import cli, delivery

# As JupyterLite writes it.
METADATA = {
    "kernelspec": {
        "display_name": "Python (Pyodide)",
        "language": "python",
        "name": "python",
    },
    "language_info": {
        "codemirror_mode": {"name": "python", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
        "version": "3.8",
    },
}


def saved_there(path):
    """Let a notebook come back from a browser; return its path."""
    content = json.loads(path.read_bytes()) | {"metadata": METADATA}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.fixture
def answered(tmp_path):
    path = tmp_path / "ana" / "06_backpropagation.ipynb"
    return saved_there(classroom.write(path, *classroom.lesson_six("rw")))


@pytest.mark.slow
def test_its_answers_are_checked(answered, capsys):
    assert cli.main(["check", str(answered)]) == 1
    told = capsys.readouterr().out
    assert "1 correct, 1 not correct" in told


@pytest.mark.slow
def test_it_is_graded(answered, tmp_path):
    out = tmp_path / "out"
    command = ["grade", str(tmp_path), "-o", str(out), "--isolation", "process"]
    assert cli.main(command) == 0
    with open(out / "grades.csv", encoding="utf-8", newline="") as file:
        found = [row["verdict"] for row in csv.DictReader(file)]
    assert found[:2] == ["Correct", "Not correct"]


def test_one_that_was_only_run_there_is_brought_up_to_date(tmp_path):
    lessons, mine = tmp_path / "lessons", tmp_path / "mine"
    lessons.mkdir()
    shutil.copy(WRITTEN[0], lessons)
    delivery.deliver(lessons, mine)
    saved_there(mine / WRITTEN[0].name)
    newer = json.loads(WRITTEN[0].read_bytes())
    newer["cells"].pop()
    (lessons / WRITTEN[0].name).write_text(json.dumps(newer), encoding="utf-8")
    (delivered,) = delivery.deliver(lessons, mine)
    assert delivered.outcome == "updated"


@pytest.fixture
def executed(tmp_path):
    cells = [nbformat.v4.new_code_cell("print(6 * 7)")]
    path = tmp_path / "a.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    tool("lessons").refresh(saved_there(path))
    return path


@pytest.mark.slow
def test_the_project_s_tool_runs_it(executed):
    (cell,) = nbformat.read(executed, as_version=4).cells
    assert cell.outputs[0].text == "42\n"


@pytest.mark.slow
def test_nbval_runs_it_as_the_guides_say(executed):
    command = ["--nbval", "--nbval-current-env", "-p", "no:cacheprovider", "-q"]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *command, str(executed)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout
    assert "1 passed" in ran.stdout


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_what_goes_there_is_the_same_lesson_its_texts_in_one_piece(path):
    there = delivery.stamped(path.read_bytes())
    printed = [
        output["text"]
        for cell in json.loads(there)["cells"]
        for output in cell.get("outputs", ())
        if output["output_type"] == "stream"
    ]
    assert printed
    assert all(isinstance(text, str) for text in printed)
    sent, ours = (
        nbformat.reads(text.decode(), 4) for text in (there, path.read_bytes())
    )
    assert sent.metadata.pop("bpkit")
    assert sent == ours
