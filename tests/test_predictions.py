"""A prediction is explained whatever it is, and is never a mistake."""

import nbformat
import numpy as np
import pytest

from bpkit import check, mine, progress
from bpkit.exercises import bank, predictions
from bpkit.exercises.verdict import Foretold
from bpkit.grading import check as grading
from bpkit.mine import record, shelf

each_prediction = pytest.mark.parametrize(
    "prediction", predictions().values(), ids=lambda p: p.name
)


@each_prediction
def test_the_experiment_gives_one_of_the_choices(prediction):
    truth, choices = prediction.truth(), [*prediction.choices]
    if prediction.is_number:
        assert np.isclose(choices, truth, rtol=1e-9).sum() == 1
    else:
        assert truth in choices
        assert choices == list("abcd"[: len(choices)])


@each_prediction
def test_every_choice_is_explained_and_the_truth_is_told(prediction):
    truth = prediction.truth()
    for choice in prediction.choices:
        verdict = check(**{prediction.name: choice})
        assert isinstance(verdict, Foretold)
        assert verdict.attempted
        right = choice == truth if isinstance(truth, str) else np.isclose(choice, truth)
        assert verdict.passed == right
        assert (
            verdict.status == ("As you" if right else "Otherwise than") + " predicted"
        )
        assert all(why in verdict.message for why in prediction.choices.values())
        assert ("as you predicted." in verdict.message) == right


@each_prediction
@pytest.mark.parametrize("answer", [..., None, "z", [], "1e", np.nan, len])
def test_what_is_no_prediction_gives_nothing_away(prediction, answer):
    verdict = check(**{prediction.name: answer})
    assert (verdict.attempted, verdict.passed) == (False, False)
    assert verdict.status == "Not yet"
    assert not any(why in verdict.message for why in prediction.choices.values())
    assert "No prediction yet" in verdict.message


@each_prediction
def test_an_object_that_cannot_be_shown_is_no_prediction(prediction):
    class Broken:
        def __str__(self):
            raise ValueError

        __repr__ = __array__ = __float__ = __str__

    assert not check(**{prediction.name: Broken()}).attempted


def test_a_letter_may_be_large_and_a_number_rounded():
    assert check(prediction_3_3=" C ").passed
    assert check(prediction_3_2=-1.1).passed
    assert check(prediction_3_2=np.float32(-1.08)).passed
    other = check(prediction_3_2=7)
    assert other.attempted
    assert "It is −1.08, you predicted 7." in other.message


def test_a_prediction_has_no_name_of_an_exercise_and_the_number_of_its_lesson():
    assert not predictions().keys() & bank().keys()
    for name, prediction in predictions().items():
        assert name.startswith(f"prediction_{prediction.lesson}_")


def test_a_grading_counts_it_as_made_and_never_as_wrong(tmp_path):
    cells = [
        nbformat.v4.new_code_cell(source)
        for source in (
            'prediction_3_1 = "a"',
            "prediction_3_2 = ...",
            "descent_step = 1",
        )
    ]
    path = tmp_path / "n.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    rows = [r for r in grading.grade(path) if r.exercise.startswith("prediction")]
    found = [row.verdict for row in rows]
    assert found == ["Predicted", "No prediction", "No prediction"]
    assert not grading.failed(rows, require_all=True)
    assert grading.as_text(rows).endswith("1 predicted, 2 no prediction.")


def test_it_is_recorded_with_its_day_and_shown_in_its_lesson(tmp_path, monkeypatch):
    monkeypatch.setattr(shelf, "folder", lambda: tmp_path)
    monkeypatch.setattr(mine, "_verdicts", {})
    check(prediction_3_1="a")
    assert set(record.read(tmp_path)["prediction_3_1"]) == {"predicted"}
    told = progress()
    assert "prediction_3_1           Predicted (" in told
    assert "Lesson 3: 0 of 4" in told
    assert not (tmp_path / "mine.py").exists()
    card = told._repr_html_()
    assert "prediction_3_1" in card
    assert "<caption>" in card
