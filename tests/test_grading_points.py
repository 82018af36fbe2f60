"""Points, weights, the due date and limits in a file, and what answers get by it."""

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from bpkit.grading.box import Limits
from bpkit.grading.points import Points, PointsError, read

ALL = """
title = "Backpropagation, autumn"
due = 2026-12-01T23:59:00+01:00
[points]
default = 2
backprop = 4
[lessons.6]
weight = 3
[credit]
"Not correct" = 0.25
"sums_over_the_batch" = 0.5
[limits]
seconds = 90
memory = "1 GiB"
processes = 32
disk = "10 MB"
"""


def written(tmp_path, text):
    path = tmp_path / "points.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_file_that_teachers_are_shown_is_read(tmp_path):
    page = Path(__file__).parents[1] / "docs" / "teaching.md"
    [text] = re.findall(r"```toml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    points = read(written(tmp_path, text))
    assert points.most("backprop") == 8
    assert points.limits == Limits()


def row(exercise, verdict, mistake=""):
    return {"exercise": exercise, "verdict": verdict, "mistake": mistake}


def test_everything_in_the_file_is_read(tmp_path):
    points = read(written(tmp_path, ALL))
    due = datetime(2026, 12, 1, 23, 59, tzinfo=timezone(timedelta(hours=1)))
    assert (points.title, points.due) == ("Backpropagation, autumn", due)
    assert points.limits == Limits(90.0, 2**30, 10**7, 32)


def test_an_answer_gets_its_points_times_the_weight_of_its_lesson(tmp_path):
    points = read(written(tmp_path, ALL))
    assert points.most("backprop") == 12
    assert points.most("bias_gradient") == 6
    assert points.most("sigmoid") == 2
    assert points.given(row("backprop", "Correct")) == 12
    assert points.given(row("backprop", "Not yet")) == 0
    assert points.given(row("backprop", "Missing")) == 0


def test_a_mistake_has_its_share_before_its_verdict(tmp_path):
    points = read(written(tmp_path, ALL))
    wrong = "bias_gradient", "Not correct"
    assert points.given(row(*wrong)) == 1.5
    assert points.given(row(*wrong, "sums_over_the_batch")) == 3
    assert points.given(row(*wrong, "loses_the_column")) == 1.5


def test_without_a_file_right_is_one_point():
    points = Points()
    assert points.given(row("backprop", "Correct")) == 1
    assert points.given(row("backprop", "Not correct", "sums_up")) == 0
    assert not points.is_late(1e12)


@pytest.mark.parametrize(
    ("exercise", "verdict"),
    [("backprop", "Not judged"), ("", "Not judged"), ("prediction_3_1", "Predicted")],
)
def test_what_was_not_judged_has_no_points_not_even_none(exercise, verdict):
    assert Points().given(row(exercise, verdict)) is None


def test_late_is_what_was_saved_after_the_due_moment(tmp_path):
    points = read(written(tmp_path, ALL))
    due = points.due.timestamp()
    assert not points.is_late(due)
    assert points.is_late(due + 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[points]\nbackporp = 1", "no exercise 'backporp'; did you mean backprop?"),
        ("[point]\nbackprop = 1", "no entry 'point'; did you mean points?"),
        ("[credit]\nsums_over_batch = 1", "did you mean sums_over_the_batch?"),
        ('[credit]\n"Not judged" = 0', "no verdict or mistake 'Not judged'"),
        ("[lessons.11]\nweight = 1", "no lesson '11'"),
        (
            "[lessons.6]\nwieght = 1",
            "no entry of a lesson 'wieght'; did you mean weight",
        ),
        ("[limits]\nsecond = 1", "no limit 'second'; did you mean seconds?"),
        (
            "[points]\nprediction_3_1 = 1",
            "'prediction_3_1'; a prediction has no points",
        ),
        ("[points]\nbackprop = -1", "backprop is a number from 0 up; got -1"),
        ("[points]\nbackprop = nan", "backprop is a number from 0 up; got nan"),
        ("[points]\nbackprop = true", "backprop is a number from 0 up; got True"),
        ("points = 3", "[points] is a table; got 3"),
        ("due = 2026-12-01", "due is a date and a time"),
        ('[limits]\nmemory = "much"', 'memory is an amount such as "2 GiB"'),
        ("[limits]\nseconds = 0", "seconds must be above 0"),
        ("[limits]\nprocesses = 0.5", "processes is a whole number; got 0.5"),
        ("[limits]\nmemory = 1.5", "memory is a whole number; got 1.5"),
        ("title = 3", "title is a text; got 3"),
        ("[points", "it is not TOML"),
    ],
)
def test_what_is_not_known_is_refused_with_the_nearest_name(tmp_path, text, words):
    with pytest.raises(PointsError) as caught:
        read(written(tmp_path, text))
    assert words in str(caught.value)
