"""`bpkit check`: notebooks of learners, run and judged, whatever is in them."""

import json

import nbformat
import pytest

from bpkit import cli
from bpkit.exercises import grading
from bpkit.exercises.grading import Row

RIGHT = "def forward_difference(f, x, h):\n    return (f(x + h) - f(x)) / h"
WRONG = "def forward_difference(f, x, h):\n    return (f(x + h) - f(x)) * h"
CHECK = "from bpkit import check\ncheck(forward_difference)"


def write(path, *sources):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def verdicts(rows):
    return {row.exercise or row.notebook: row.verdict for row in rows}


def test_every_exercise_of_the_lesson_has_its_row(tmp_path):
    rows = grading.grade(write(tmp_path / "a.ipynb", RIGHT, "nudge_ratio = -6", CHECK))
    found = verdicts(rows)
    assert found["forward_difference"] == "Correct"
    assert found["nudge_ratio"] == "Not correct"
    assert found["sigmoid"] == "Missing"
    assert {row.lesson for row in rows} == {1}


def test_a_mistake_is_named(tmp_path):
    rows = grading.grade(write(tmp_path / "a.ipynb", WRONG))
    (row,) = [row for row in rows if row.exercise == "forward_difference"]
    assert (row.verdict, bool(row.mistake)) == ("Not correct", True)


def test_bpkit_s_own_function_is_no_answer(tmp_path):
    notebook = write(tmp_path / "a.ipynb", "from bpkit import sigmoid", RIGHT)
    assert verdicts(grading.grade(notebook))["sigmoid"] == "Missing"


def test_the_notebook_itself_is_not_changed(tmp_path):
    path = write(tmp_path / "a.ipynb", RIGHT)
    before = path.read_bytes()
    grading.grade(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.ipynb"]


def test_a_cell_that_raises_is_told_and_the_rest_is_judged(tmp_path):
    rows = grading.grade(write(tmp_path / "a.ipynb", "1 / 0", RIGHT))
    assert rows[0].verdict == "Broken"
    assert "code cell 1 raised ZeroDivisionError" in rows[0].message
    assert verdicts(rows)["forward_difference"] == "Correct"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("while True: pass", "code cell 2 did not end within the time limit"),
        ("import os; os._exit(1)", "code cell 2 ended the kernel"),
    ],
)
def test_a_notebook_that_cannot_end_is_one_row(tmp_path, source, message):
    notebook = write(tmp_path / "a.ipynb", RIGHT, source)
    (row,) = grading.grade(notebook, cell_seconds=3)
    assert (row.verdict, row.message) == ("Broken", message)


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", '{"cells": 3}'])
def test_a_file_that_is_no_notebook_is_one_row(tmp_path, text):
    path = tmp_path / "a.ipynb"
    path.write_text(text, encoding="utf-8")
    (row,) = grading.grade(path)
    assert row.verdict == "Broken"
    assert "not a notebook" in row.message


def test_a_notebook_without_exercises_says_so(tmp_path):
    (row,) = grading.grade(write(tmp_path / "a.ipynb", "x = 1"))
    assert row.message == "no exercise of the course is in it"


def test_the_lesson_is_the_one_most_of_the_names_belong_to():
    assert grading.lesson_of(["def forward_difference(f, x, h): ..."]) == 1
    assert grading.lesson_of(["nudge_ratio = ...", "check(central_difference)"]) == 1
    assert grading.lesson_of(["forward_differences = 1"]) is None


def row(verdict, exercise="sigmoid"):
    return Row("a.ipynb", 1, exercise, verdict, "", "")


@pytest.mark.parametrize(
    ("verdict", "fails", "fails_if_all_required"),
    [
        ("Correct", False, False),
        ("Not correct", True, True),
        ("Not yet", False, True),
        ("Missing", False, True),
        ("Broken", True, True),
    ],
)
def test_what_fails_a_grading(verdict, fails, fails_if_all_required):
    rows = [row("Correct"), row(verdict)]
    assert grading.failed(rows) is fails
    assert grading.failed(rows, require_all=True) is fails_if_all_required


def test_a_bar_in_a_message_does_not_break_the_markdown():
    table = grading.as_markdown([Row("a.ipynb", None, "", "Broken", "", "x | y\nz")])
    line = table.splitlines()[2]
    assert line == "| – | a.ipynb | Broken | x \\| y z |"


def test_the_command_prints_the_table_and_writes_the_files(tmp_path, capsys):
    write(tmp_path / "b.ipynb", WRONG)
    (tmp_path / "a.ipynb").write_text("{", encoding="utf-8")
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    code = cli.main(
        ["check", str(tmp_path), "--json", str(tmp_path / "v.json"),
         "--markdown", str(summary)]
    )  # fmt: skip
    assert code == 1
    printed = capsys.readouterr().out
    assert printed.splitlines()[0].split() == [
        "lesson",
        "exercise",
        "verdict",
        "mistake",
    ]
    assert "a.ipynb" in printed
    assert "1 not correct" in printed
    loaded = json.loads((tmp_path / "v.json").read_text(encoding="utf-8"))
    assert {"notebook", "lesson", "exercise", "verdict", "mistake", "message"} == set(
        loaded[0]
    )
    text = summary.read_text(encoding="utf-8")
    assert text.startswith("before\n| lesson | exercise")


def test_the_command_succeeds_until_all_are_required(tmp_path):
    path = str(write(tmp_path / "a.ipynb", RIGHT))
    assert cli.main(["check", path]) == 0
    assert cli.main(["check", path, "--require-all"]) == 1


def test_a_path_with_nothing_there_is_a_problem(tmp_path, capsys):
    assert cli.main(["check", str(tmp_path / "none")]) == 1
    assert "there is no notebook and no folder" in capsys.readouterr().err
    assert cli.main(["check", str(tmp_path)]) == 1
    assert "there is no notebook (*.ipynb)" in capsys.readouterr().err
