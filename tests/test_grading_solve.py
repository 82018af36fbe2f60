"""For teachers: a lesson with its answers, and lessons handed out without them."""

import json

import pytest

from bpkit import cli, delivery, hint, reveal
from bpkit.exercises import KEPT_BACK, LESSONS, bank
from bpkit.grading import check
from bpkit.grading.solve import solved


@pytest.mark.slow
@pytest.mark.parametrize("lesson", LESSONS)
def test_a_solved_lesson_is_right_throughout(lesson, tmp_path):
    [path] = delivery.lessons_folder().glob(f"{lesson:02}_*.ipynb")
    copy = tmp_path / path.name
    copy.write_bytes(solved(path.read_bytes()))
    verdicts = {row.verdict for row in check.grade(copy)}
    assert verdicts <= {"Correct", "Predicted"}
    assert "Correct" in verdicts


def test_the_command_writes_the_copy_and_never_over_another(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["solve", "1"]) == 0
    path = tmp_path / "01_derivative.solved.ipynb"
    assert capsys.readouterr().out == f"Lesson 1 with every answer: {path.name}\n"
    cells = json.loads(path.read_bytes())["cells"]
    assert "nudge_ratio = 6" in ["".join(cell["source"]) for cell in cells]
    assert not any(cell.get("outputs") for cell in cells)
    assert cli.main(["solve", "1"]) == 1
    assert "cannot write to 01_derivative.solved.ipynb" in capsys.readouterr().err
    assert cli.main(["solve", "1", "-o", "other.ipynb"]) == 0


def test_a_lesson_that_is_none_is_wrong_usage():
    with pytest.raises(SystemExit) as caught:
        cli.main(["solve", "11"])
    assert caught.value.code == 2


def test_lessons_without_answers_stay_so_when_they_are_updated(
    tmp_path, monkeypatch, capsys
):
    folder = tmp_path / "mine"
    assert cli.main(["start", str(folder)]) == 0
    monkeypatch.chdir(folder)
    assert reveal("sigmoid").startswith("def sigmoid(z):")
    assert cli.main(["start", str(folder), "--without-reveal"]) == 0
    assert "In this folder, reveal gives no answers." in capsys.readouterr().out
    assert reveal("sigmoid") == KEPT_BACK
    assert "There is no exercise" in reveal("sigmoids")
    cli.main(["start", str(folder)])
    assert reveal("sigmoid") == KEPT_BACK
    told = [str(hint("sigmoid")) for _ in bank()["sigmoid"].hints]
    assert "reveal" not in told[-1]
    assert delivery.versions_beside(folder) == set()
    monkeypatch.chdir(tmp_path)
    assert reveal("sigmoid").startswith("def sigmoid(z):")
