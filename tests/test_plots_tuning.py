"""Pictures of hyperparameters: each finding is recomputed from the arrays drawn."""

import re

import numpy as np
import pictures
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpkit.plots import tuning

GRID = [(0.1, 10), (0.1, 100), (1.0, 10), (1.0, 100)]
DICE = [(0.2, 7), (0.5, 30), (2.0, 55)]


FALLING = np.linspace(0.9, 0.1, 50)
EPOCHS = np.arange(30)
PICTURES = {
    "slow_start": lambda: tuning.slow_start(
        {"quadratic cost": {"near": FALLING, "far": np.full(50, 0.98)}}
    ),
    "error_by_layer": lambda: tuning.error_by_layer(
        {"standard start": [0.1, 0.2, 0.4], "scaled start": [1e-5, 1e-3, 0.1]}
    ),
    "range_test": lambda: tuning.range_test(
        [0.01, 0.1, 1.0, 10.0], {"batches of 10": [3.0, 1.5, 0.5, np.nan]}
    ),
    "over_fitting": lambda: tuning.over_fitting(
        1 / (1 + EPOCHS), 0.5 + (EPOCHS - 9) ** 2 / 500, np.full(30, 0.8)
    ),
    "search_map": lambda: tuning.search_map(
        {"grid": (GRID, [0.2, 0.1, 0.9, 0.5]), "random": (DICE, [0.4, 0.8, 0.3])}
    ),
}
test_every_picture_keeps_the_style = pictures.style_of(PICTURES)


@pytest.mark.parametrize("name", PICTURES)
def test_all_axes_but_the_colour_scale_are_labelled(name):
    bare = pictures.unlabelled(PICTURES[name]())
    assert all(ax.get_label() == "<colorbar>" for ax in bare)


# --- what the findings claim -----------------------------------------------------


def test_slow_start_counts_the_steps_to_the_goal():
    runs = {"near": [0.5, 0.3, 0.19, 0.1], "far": [0.9, 0.8, 0.7, 0.6]}
    finding = tuning.slow_start({"C": runs}, goal=0.2).finding
    assert "after 2 steps from near" in finding
    assert "not within 3 steps from far" in finding


@given(st.lists(st.floats(1e-8, 1e3), min_size=2, max_size=7))
@settings(max_examples=8)
def test_error_by_layer_compares_last_with_first(sizes):
    finding = tuning.error_by_layer({"start": sizes}).finding
    [said] = re.findall(r"([\d,.]+(?:e−?\d+)?) times", finding)
    ratio = float(said.replace(",", "").replace("−", "-"))
    assert ratio == pytest.approx(sizes[-1] / sizes[0], rel=0.051)


def test_range_test_names_the_lowest_finite_cost_and_counts_the_lost():
    costs = {"a": [2.0, 0.5, np.nan, np.inf], "b": [4.0, 3.0, 1.25, 9.0]}
    finding = tuning.range_test([0.1, 0.2, 0.4, 0.8], costs).finding
    assert "0.50 at η = 0.2 (a), 2 of 4 diverged" in finding
    assert "1.25 at η = 0.4 (b)." in finding


def test_over_fitting_finds_the_turn_of_the_validation_cost():
    finding = tuning.over_fitting(
        [2.0, 1.0, 0.5, 0.1], [2.5, 1.5, 1.75, 2.0], [0.3, 0.6, 0.7, 0.65]
    ).finding
    assert "lowest after 2 epochs: 1.50; after 4 it is 2.00" in finding
    assert "from 1.00 to 0.10" in finding
    assert "60% and 65%" in finding


def test_search_map_names_the_best_and_counts_the_learning_rates():
    finding = PICTURES["search_map"]().finding
    assert "grid: 2 learning rates tried, best 90.0% at η = 1 with" in finding
    assert "random: 3 learning rates tried, best 80.0% at η = 0.5 with" in finding


def test_search_map_marks_the_best_setting():
    drawn = PICTURES["search_map"]()
    crosses = [ax.lines[0].get_xydata()[0] for ax in drawn.axes[:2]]
    assert [tuple(xy) for xy in crosses] == [(1.0, 10.0), (0.5, 30.0)]


def test_arrays_of_the_caller_are_not_changed():
    costs = np.array([1.0, np.inf, 0.5])
    tuning.range_test([1.0, 2.0, 3.0], {"a": costs})
    assert np.isinf(costs[1])


# --- what is refused ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: tuning.slow_start({}), "two points"),
        (lambda: tuning.slow_start({"C": {"a": [0.5]}}), "two points"),
        (lambda: tuning.error_by_layer({"a": [1.0, 0.0]}), "positive"),
        (lambda: tuning.error_by_layer({"a": [1.0, np.nan]}), "positive"),
        (lambda: tuning.range_test([1.0, 2.0], {}), "2 costs"),
        (lambda: tuning.range_test([1.0, 2.0], {"a": [1.0]}), "2 costs"),
        (lambda: tuning.range_test([1.0, 2.0], {"a": [np.nan] * 2}), "every training"),
        (lambda: tuning.over_fitting([1, 2], [1, 2, 3], [0, 1]), "one length"),
        (lambda: tuning.over_fitting([1], [1], [1]), "two points"),
        (lambda: tuning.search_map({}), "empty"),
        (lambda: tuning.search_map({"g": (GRID, [0.5])}), "settings"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(call, complaint):
    with pytest.raises(ValueError, match=complaint):
        call()
