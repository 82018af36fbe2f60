"""`bpkit check`: notebooks of learners, run and judged, whatever is in them."""

import json
import os
import subprocess
import sys
import warnings

import nbformat
import pytest

from bpkit import cli, delivery
from bpkit.grading import check
from bpkit.grading.box import Limits, PlainBox
from bpkit.grading.run import Row

pytestmark = pytest.mark.slow

RIGHT = "def forward_difference(f, x, h):\n    return (f(x + h) - f(x)) / h"
WRONG = "def forward_difference(f, x, h):\n    return (f(x + h) - f(x)) * h"
LESSON, BESIDE = "01_derivative.ipynb", "01_derivative.new.ipynb"
CHECK = "from bpkit import check\ncheck(forward_difference)"


def write(path, *sources):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def verdicts(rows):
    return {row.exercise or row.notebook: row.verdict for row in rows}


def test_every_exercise_of_the_lesson_has_its_row(tmp_path):
    rows = check.grade(write(tmp_path / "a.ipynb", RIGHT, "nudge_ratio = -6", CHECK))
    found = verdicts(rows)
    assert found["forward_difference"] == "Correct"
    assert found["nudge_ratio"] == "Not correct"
    assert found["sigmoid"] == "Missing"
    assert {row.lesson for row in rows} == {1}


def test_a_mistake_is_named(tmp_path):
    rows = check.grade(write(tmp_path / "a.ipynb", WRONG))
    (row,) = [row for row in rows if row.exercise == "forward_difference"]
    assert (row.verdict, bool(row.mistake)) == ("Not correct", True)


def test_bpkit_s_own_function_is_no_answer(tmp_path):
    notebook = write(tmp_path / "a.ipynb", "from bpkit import sigmoid", RIGHT)
    assert verdicts(check.grade(notebook))["sigmoid"] == "Missing"


def test_the_notebook_itself_is_not_changed(tmp_path):
    path = write(tmp_path / "a.ipynb", RIGHT, CHECK)
    before = path.read_bytes()
    assert verdicts(check.grade(path))["forward_difference"] == "Correct"
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.ipynb"]


def test_what_no_answer_needs_is_not_run(tmp_path):
    cells = "1 / 0", "while True: pass", RIGHT, "import os; os._exit(1)", "def f(:"
    rows = check.grade(write(tmp_path / "a.ipynb", *cells))
    assert verdicts(rows)["forward_difference"] == "Correct"
    assert not any(row.note for row in rows)


def test_a_cell_that_an_answer_needs_and_that_raises_is_told(tmp_path):
    needs = "def forward_difference(f, x, h):\n    return ONE * f(x + h)"
    rows = check.grade(write(tmp_path / "a.ipynb", "ONE = 1 / 0", needs))
    (row,) = [row for row in rows if row.exercise == "forward_difference"]
    assert row.verdict == "Not correct"
    assert "code cell 1 raised ZeroDivisionError: division by zero" in row.note
    assert f"forward_difference: {row.note}." in check.as_text(rows).splitlines()


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("while True: ONE = 1", "it did not end within 1 seconds"),
        (
            "import os\nONE = os._exit(1)",
            "it ended the process that ran it (exit status 1)",
        ),
    ],
)
def test_cells_that_cannot_end_cost_the_answers_that_need_them(tmp_path, cell, why):
    needs = "def central_difference(f, x, h):\n    return ONE"
    notebook = write(tmp_path / "a.ipynb", cell, RIGHT, needs)
    rows = check.grade(notebook, PlainBox(Limits(seconds=1)))
    assert verdicts(rows)["forward_difference"] == "Correct"
    (row,) = [row for row in rows if row.exercise == "central_difference"]
    assert row.verdict == "Not judged"
    assert row.message == f"The cells that it needs cannot be run: {why}."


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", '{"cells": 3}'])
def test_a_file_that_is_no_notebook_is_one_row(tmp_path, text):
    path = tmp_path / "a.ipynb"
    path.write_text(text, encoding="utf-8")
    (row,) = check.grade(path)
    assert row.verdict == "Not judged"
    assert "not a notebook" in row.message


def test_git_s_conflict_markers_are_named(tmp_path):
    path = write(tmp_path / "a.ipynb", RIGHT)
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[4:4] = ["<<<<<<< HEAD", "=======", "0", ">>>>>>> theirs"]
    path.write_text("\n".join(lines), encoding="utf-8")
    (row,) = check.grade(path)
    assert row.message == "not a notebook: git's conflict markers in line 5"


def test_a_byte_order_mark_is_no_fault(tmp_path):
    path = write(tmp_path / "a.ipynb", RIGHT)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert verdicts(check.grade(path))["forward_difference"] == "Correct"


def test_ids_that_are_there_twice_are_no_fault(tmp_path, capfd):
    path = write(tmp_path / "a.ipynb", RIGHT, CHECK)
    content = json.loads(path.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        cell["id"] = "same"
    path.write_text(json.dumps(content), encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rows = check.grade(path)
    assert verdicts(rows)["forward_difference"] == "Correct"
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("seconds", [600.5, float("inf")])
def test_a_time_limit_need_not_be_whole_nor_an_end(tmp_path, seconds):
    notebook = write(tmp_path / "a.ipynb", RIGHT)
    rows = check.grade(notebook, PlainBox(Limits(seconds=seconds)))
    assert verdicts(rows)["forward_difference"] == "Correct"


@pytest.mark.parametrize("module", ["bpkit.py", "numpy.py", "tqdm/__init__.py"])
def test_a_module_beside_a_notebook_hides_no_package(tmp_path, module):
    path = tmp_path / module
    path.parent.mkdir(exist_ok=True)
    path.touch()
    (tmp_path / "random.py").touch()
    (tmp_path / "helpers.py").write_text("import numpy as np\ntwo = np.array(2)")
    cells = (
        "import numpy as np, tqdm\nfrom bpkit import Network\nimport helpers",
        (
            "def forward_difference(f, x, h):\n    d = np.array(helpers.two) / 2\n"
            "    return float(d) * (f(x + h) - f(x)) / h"
        ),
    )
    rows = check.grade(write(tmp_path / "a.ipynb", *cells))
    assert verdicts(rows)["forward_difference"] == "Correct"


def test_a_notebook_without_exercises_says_so(tmp_path):
    (row,) = check.grade(write(tmp_path / "a.ipynb", "x = 1"))
    assert row.message == "no exercise of the course is in it"


def test_the_lesson_is_the_one_most_of_the_names_belong_to():
    assert check.lesson_of(["def forward_difference(f, x, h): ..."]) == 1
    assert check.lesson_of(["nudge_ratio = ...", "check(central_difference)"]) == 1
    assert check.lesson_of(["forward_differences = 1"]) is None


def row(verdict, exercise="sigmoid"):
    return Row(exercise, verdict, notebook="a.ipynb", lesson=1)


@pytest.mark.parametrize(
    ("verdict", "fails", "fails_if_all_required"),
    [
        ("Correct", False, False),
        ("Not correct", True, True),
        ("Not yet", False, True),
        ("Missing", False, True),
        ("Not judged", True, True),
    ],
)
def test_what_fails_a_grading(verdict, fails, fails_if_all_required):
    rows = [row("Correct"), row(verdict)]
    assert check.failed(rows) is fails
    assert check.failed(rows, require_all=True) is fails_if_all_required


def test_a_bar_in_a_message_does_not_break_the_markdown():
    table = check.as_markdown(
        [Row("", "Not judged", message="x | y\nz", notebook="a.ipynb")]
    )
    line = table.splitlines()[2]
    assert line == "| – | a.ipynb | Not judged | x \\| y z |"


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
    keys = "notebook lesson exercise verdict mistake message note"
    assert set(loaded[0]) == set(keys.split())
    text = summary.read_text(encoding="utf-8")
    assert text.startswith("before\n| lesson | exercise")


@pytest.fixture
def mine(tmp_path):
    """A learner's folder: an answered lesson, and the course's next version beside."""
    course, folder = tmp_path / "course", tmp_path / "mine"
    course.mkdir()
    for stub in ("def forward_difference(f, x, h): ...", "forward_difference = ..."):
        write(course / LESSON, stub)
        delivery.deliver(course, folder)
        write(folder / LESSON, RIGHT)
    return folder


def test_what_was_not_handed_in_is_a_note(tmp_path, mine, capsys):
    write(mine / "Untitled.ipynb", "1 / 0")
    saved = tmp_path / "v.json"
    assert cli.main(["check", str(mine), "--json", str(saved)]) == 0
    printed = capsys.readouterr().out
    assert f"\nNot judged: {BESIDE}: the course's version beside yours" in printed
    assert (
        "\nNot judged: Untitled.ipynb: no exercise of the course is in it." in printed
    )
    rows = json.loads(saved.read_text(encoding="utf-8"))
    assert {row["notebook"] for row in rows} == {LESSON}


def test_what_was_done_in_the_version_beside_is_judged(mine, capsys):
    write(mine / BESIDE, WRONG)
    assert cli.main(["check", str(mine)]) == 1
    printed = capsys.readouterr().out
    assert "1 correct, 1 not correct" in printed
    assert "Not judged" not in printed


def test_a_version_beside_that_was_only_run_is_not_judged(mine):
    path = mine / BESIDE
    content = nbformat.read(path, as_version=4)
    content.cells[0].execution_count = 7
    nbformat.write(content, path)
    assert delivery.versions_beside(mine) == {BESIDE}


def test_without_a_record_nothing_is_taken_for_the_course_s(mine):
    (mine / delivery.RECORD).unlink()
    assert delivery.versions_beside(mine) == set()
    assert delivery.versions_beside(mine / LESSON) == set()


@pytest.mark.parametrize("name", ["01_derivative.new.ipynb", "Untitled.ipynb"])
def test_a_notebook_that_is_named_is_judged(tmp_path, name):
    write(tmp_path / "01_derivative.ipynb", RIGHT)
    path = write(tmp_path / name, WRONG if "new" in name else "x = 1")
    assert cli.main(["check", str(path)]) == 1


def test_a_version_beside_nothing_is_a_notebook_like_any(mine):
    (mine / LESSON).unlink()
    assert delivery.versions_beside(mine) == set()
    assert check.find_notebooks(mine) == ([mine / BESIDE], [])


@pytest.mark.parametrize("option", ["--json", "--markdown"])
@pytest.mark.parametrize("name", ["none/x", "."])
def test_a_file_that_cannot_be_written_is_told_before_the_work(
    tmp_path, monkeypatch, capsys, option, name
):
    monkeypatch.setattr(check, "grade", pytest.fail)
    notebook = write(tmp_path / "a.ipynb", RIGHT)
    assert cli.main(["check", str(notebook), option, str(tmp_path / name)]) == 1
    err = capsys.readouterr().err
    assert err.startswith(f"bpkit: cannot write to {tmp_path / name}: ")
    assert err.count("\n") == 1


def test_a_disk_that_is_full_does_not_take_the_table_along(
    tmp_path, monkeypatch, capsys
):
    grade = check.grade

    def lose_the_folder(*arguments):
        (tmp_path / "out" / "v.json").unlink()
        (tmp_path / "out").rmdir()
        return grade(*arguments)

    (tmp_path / "out").mkdir()
    monkeypatch.setattr(check, "grade", lose_the_folder)
    notebook = write(tmp_path / "a.ipynb", RIGHT)
    saved = str(tmp_path / "out" / "v.json")
    assert cli.main(["check", str(notebook), "--json", saved]) == 1
    out, err = capsys.readouterr()
    assert "1 correct" in out
    assert f"cannot write to {saved}" in err


def test_half_a_character_in_a_name_loses_no_verdict(tmp_path, monkeypatch):
    name = "\udcff.ipynb"  # How Python reads a name that is no UTF-8.
    found = [Row("", "Not judged", message="x", notebook=name)]
    monkeypatch.setattr(check, "grade", lambda *arguments: found)
    notebook = write(tmp_path / "a.ipynb", RIGHT)
    saved, summary = tmp_path / "v.json", tmp_path / "s.md"
    argv = ["check", str(notebook), "--json", str(saved), "--markdown", str(summary)]
    assert cli.main(argv) == 1
    assert json.loads(saved.read_text(encoding="utf-8"))[0]["notebook"] == name
    assert r"\udcff.ipynb" in summary.read_text(encoding="utf-8")


def test_earlier_verdicts_stay_until_there_are_new_ones(tmp_path, monkeypatch):
    def stopped(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(check, "grade", stopped)
    saved = tmp_path / "v.json"
    saved.write_text("[]", encoding="utf-8")
    notebook = write(tmp_path / "a.ipynb", RIGHT)
    assert cli.main(["check", str(notebook), "--json", str(saved)]) == 1
    assert saved.read_text(encoding="utf-8") == "[]"


def test_a_screen_that_cannot_show_a_message_loses_nothing(tmp_path):
    wrong = "def forward_difference(f, x, h):\n    raise ValueError('Δ of σ′')"
    write(tmp_path / "学.ipynb", wrong)
    saved, summary = tmp_path / "v.json", tmp_path / "s.md"
    environment = {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "bpkit", "check", str(tmp_path),
         "--json", str(saved), "--markdown", str(summary)],
        env=os.environ | environment, capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, b"")
    found = json.loads(saved.read_text(encoding="utf-8"))
    assert {row["notebook"] for row in found} == {"学.ipynb"}
    assert any("Δ of σ′" in row["message"] for row in found)


def test_the_command_succeeds_until_all_are_required(tmp_path):
    path = str(write(tmp_path / "a.ipynb", RIGHT))
    assert cli.main(["check", path]) == 0
    assert cli.main(["check", path, "--require-all"]) == 1


def test_a_path_with_nothing_there_is_a_problem(tmp_path, capsys):
    assert cli.main(["check", str(tmp_path / "none")]) == 1
    assert "there is no notebook and no folder" in capsys.readouterr().err
    assert cli.main(["check", str(tmp_path)]) == 1
    assert "there is no notebook (*.ipynb)" in capsys.readouterr().err
