"""Lesson 3 says by numbers why a walk did not come to rest."""

import numpy as np
import pytest

from bpkit import check


def slope(x):
    return 4 * x * (x**2 - 1) + 0.3


def walk(eta, steps, what=lambda path: path[-1]):
    def minimum_from(x0):
        path = [x0]
        for _ in range(steps):
            path.append(path[-1] - eta * slope(path[-1]))
        return what(path)

    return minimum_from


TOO_LONG = "further from the minimum: is η below 2/curvature there?"
TOO_FEW = "Does it end elsewhere when you double the steps?"
UPHILL = "nearer to the top of the hill. Which way is downhill?"
PATH = "From 0.5 came 501 numbers, from 0.5 to 0.9601: that is the path. "
LEAP = "across the hill. Which step of that walk leaps over it?"
REASONS = (LEAP, TOO_LONG, TOO_FEW, UPHILL, PATH)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        *((walk(eta, 500), TOO_LONG) for eta in (0.23, 0.25, 0.26, 0.285, 0.3, 0.4)),
        *((walk(eta, 100), TOO_LONG) for eta in (0.5, 0.6)),
        *((walk(eta, 5), TOO_FEW) for eta in (0.01, 0.05, 0.1, 0.2)),
        *((walk(eta, 1000), LEAP) for eta in (0.185, 0.2, 0.21, 0.22)),
        (walk(0.01, 100), TOO_FEW),
        (walk(0.1, 20), TOO_FEW),
        (walk(-0.05, 5), UPHILL),
        (walk(-0.05, 200), UPHILL),
        (walk(0.05, 500, what=lambda path: path), PATH),
        (walk(0.05, 500, what=np.array), PATH),
    ],
)
def test_a_walk_that_does_not_rest_is_told_why(answer, reason):
    verdict = check(minimum_from=answer)
    assert not verdict.passed
    assert verdict.mistake is None
    assert [said for said in REASONS if said in verdict.message] == [reason]


def test_a_walk_beyond_every_float_is_said_to_be_one():
    for eta in (0.5, 0.6):
        said = check(minimum_from=walk(eta, 100)).message
        assert "From 0.5 the walk leaves every number that a float can hold." in said
    assert "a number grew beyond the largest that a float can hold" in said


@pytest.mark.parametrize(
    "told",
    [
        lambda path: (path[-1] ** 2 - 1) ** 2,
        lambda path: 0.01 - path[-1],
        lambda path: slope(path[-1]),
        lambda path: round(path[-1]),
        lambda path: -1.03558,
        lambda path: 0.96015 if path[0] < 0 else -1.03558,
    ],
)
def test_what_no_walk_shows_is_not_called_too_long_a_step(told):
    verdict = check(minimum_from=walk(0.05, 500, told))
    assert not verdict.passed
    assert TOO_LONG not in verdict.message
    assert UPHILL not in verdict.message
    assert LEAP not in verdict.message
