"""Pictures of gradients: their findings are computed, and can tell a wrong gradient."""

import re
from itertools import combinations

import numpy as np
import pictures
import pytest
from explorers import meet
from sentences import numbers

from bpkit.plots.surfaces import (
    contour_map,
    error_bands,
    errors_by_step,
    slopes_by_direction,
)

DEGREES = np.arange(361)


def valley(w):
    return w[0] ** 2 + 2 * w[1] ** 2


def valley_gradient(w):
    return np.array([2 * w[0], 4 * w[1]])


def grid():
    return np.meshgrid(np.linspace(-4, 4, 81), np.linspace(-2.5, 2.5, 51))


def slopes_of(gradient):
    turns = np.radians(DEGREES)
    return gradient[0] * np.cos(turns) + gradient[1] * np.sin(turns)


W = np.array(grid())
H = 10.0 ** np.arange(-8, 0)
PICTURES = {
    "slopes_by_direction": lambda: slopes_by_direction(
        DEGREES, slopes_of([6, 4]), [6, 4]
    ),
    "contour_map": lambda: contour_map(*W, valley(W), valley_gradient(W)),
    "error_bands": lambda: error_bands({"right": 2e-11, "slip": 1e-3, "half": 1 / 3}),
    "errors_by_step": lambda: errors_by_step(H, {"a": H, "b": H[::-1] / 9}),
}
test_every_picture_keeps_the_style = pictures.style_of(PICTURES)


@pytest.mark.parametrize("name", PICTURES)
def test_all_axes_are_labelled(name):
    assert not pictures.unlabelled(PICTURES[name]())


def test_directions_name_up_down_level_and_the_gradient():
    finding = slopes_by_direction(DEGREES, slopes_of([3, -4]), [3, -4]).finding
    assert "Steepest up: 307°, with slope 5.00" in finding
    assert "Steepest down: 127°, with slope −5.00" in finding
    assert "Level: 37° and 217°" in finding
    assert "points to 306.9° and is 5.00 long" in finding


def test_directions_on_level_ground_have_no_level_crossing():
    finding = slopes_by_direction([0, 90, 180], [0, 0, 0], [0, 0]).finding
    assert "Level: nowhere" in finding


def test_the_map_says_how_far_arrows_are_off():
    w = np.array(grid())
    right = contour_map(*w, valley(w), valley_gradient(w)).finding
    assert right.startswith("40 arrows; each lies within 1°")
    assert "The longest is 10.63, at (−3.50, −2.00)" in right
    assert "the shortest 1.00, at (−0.50, 0.00)" in right
    flipped = contour_map(*w, valley(w), -valley_gradient(w)).finding
    assert "within 180°" in flipped
    swapped = contour_map(*w, valley(w), valley_gradient(w)[::-1]).finding
    assert "within 1°" not in swapped


def test_the_heights_on_the_map_are_free_of_arrows_axes_and_each_other():
    w = np.array(grid())
    for surface, slopes in (
        (valley(w), valley_gradient(w)),
        (w[0] * w[1], w[::-1]),
        (np.sin(w[0]) + w[1], np.array([np.cos(w[0]), np.ones_like(w[0])])),
    ):
        picture = contour_map(*w, surface, slopes)
        picture.draw_without_rendering()
        [ax] = picture.axes
        assert len(ax.texts) >= 5
        window = ax.get_window_extent()
        arrows = ax.collections[-1]
        feet = arrows.XY
        tips = feet + np.column_stack([arrows.U, arrows.V]) / arrows.scale
        for text in ax.texts:
            box = text.get_window_extent().padded(-1)
            assert window.x0 < box.x0 < box.x1 < window.x1
            assert window.y0 < box.y0 < box.y1 < window.y1
            for part in np.linspace(0, 1, 30):
                there = ax.transData.transform(feet + part * (tips - feet))
                assert not any(box.contains(*place) for place in there)
        boxes = [text.get_window_extent() for text in ax.texts]
        for box, other in combinations(boxes, 2):
            assert not meet(box, other)


def test_the_map_of_level_ground_draws():
    w = np.array(grid())
    level = contour_map(*w, np.minimum(valley(w), 1.0), 0 * w)
    assert "each lies within 0°" in level.finding


def test_bands_hold_their_limits():
    errors = {"a": 0.0, "b": 9.9e-8, "c": 1e-7, "d": 1e-2, "e": 1.01e-2, "f": 1.0}
    finding = error_bands(errors).finding
    assert re.findall(r"\): (.*?)\.(?: |$)", finding) == [
        "a and b",
        "c and d",
        "e and f",
    ]
    assert numbers(finding) == [1e-7, 1e-2]


def test_a_band_without_errors_says_none():
    assert "Wrong (above 0.01): none." in error_bands({"a": 1e-9}).finding


def test_steps_tell_the_best_and_whether_it_will_do():
    steps = [1e-6, 1e-4, 1e-2]
    finding = errors_by_step(
        steps, {"fine": [1e-5, 1e-9, 1e-4], "coarse": [1.0, 1e-2, 1e-3]}
    ).finding
    fine, coarse = finding.split(". ")
    assert fine == "fine: best near h = 0.0001, below 1e−7"
    assert coarse == "coarse: best near h = 0.01, never below 1e−7."


@pytest.mark.parametrize(
    ("draw", "complaint"),
    [
        (lambda: slopes_by_direction([0, 1], [1], [1, 2]), "degrees and slopes must"),
        (lambda: slopes_by_direction([0], [1], [1, 2]), "degrees and slopes must"),
        (lambda: slopes_by_direction([0, 1], [1, 2], [1, 2, 3]), "gradient must.*3"),
        (lambda: contour_map([0], [0], [[0]], [[0]]), "w0, w1 and heights must"),
        (lambda: contour_map(*W, valley(W), W[:, 1:]), r"slopes must.*\(2, 50, 81\)"),
        (lambda: contour_map(*W[:, :4, :20], W[0, :4, :20], W[:, :4, :20]), "11 × 11"),
        (lambda: error_bands({}), "errors must be one or more"),
        (lambda: error_bands({"a": 1.5}), "errors must be.*0 to 1; got.*1.5"),
        (lambda: error_bands({"a": float("nan")}), "errors must be.*0 to 1; got.*nan"),
        (lambda: errors_by_step([1, 2], {}), "each curve must"),
        (lambda: errors_by_step([1, 2], {"a": [1]}), "each curve must"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(draw, complaint):
    with pytest.raises(ValueError, match=complaint):
        draw()
