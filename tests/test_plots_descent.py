"""Pictures of descent: what they say is what the walks did."""

import numpy as np
import pictures
import pytest

from bpkit.plots.descent import (
    distances_by_step,
    lines_through_points,
    walks_on_curve,
    walks_on_map,
    weights_of_two,
)


def square(x):
    return 2 * x**2


def bowl(p):
    return p[..., 0] ** 2 + 5 * p[..., 1] ** 2


def on_curve():
    walks = {"near": [1.0, 0.5, -0.25], "lost": [2.0, -1e200, np.inf, np.nan]}
    return walks_on_curve(square, walks, (-2, 2))


def on_map():
    here = np.array([[2.0, 1.0], [1.0, -0.5], [0.5, 0.0]])
    lost = np.array([[1.0, 1.0], [1.0, -1e300], [np.nan, np.nan]])
    return walks_on_map(
        {"good": (bowl, here), "lost": (bowl, lost)}, ((-3, 3), (-2, 2))
    )


def by_step():
    return distances_by_step({"falls": [1.0, 0.1, 0.01], "stays": [1.0, 1.0, 1.0]})


def lines():
    found = {"at first": [-1.0, 1.5], "at last": np.array([1.7, -0.54])}
    return lines_through_points([[-1.0, 0.0, 2.0]], [[-2.0, -0.5, 3.0]], found)


NO, YES = np.array([1.0, 0, 1, 0]), np.array([0, 0.5, 0, 0])


def two():
    return weights_of_two(NO, YES, [-0.25, 0.5, -0.35, 0.1])


PICTURES = {f.__name__: f for f in (on_curve, on_map, by_step, lines, two)}
test_every_picture_keeps_the_style = pictures.style_of(PICTURES)


@pytest.mark.parametrize("name", PICTURES)
def test_all_axes_that_are_shown_are_labelled(name):
    bare = pictures.unlabelled(PICTURES[name]())
    assert not any(ax.axison and ax.get_xticks().size for ax in bare)


def test_a_curve_says_where_each_walk_goes():
    said = on_curve().finding
    assert "near: x from 1 to −0.25, cost 2 to 0.125 in 2 steps." in said


def test_a_walk_that_leaves_the_numbers_is_said_to():
    assert "lost: x from 2 to NaN, cost 8 to beyond every number at step 1" in (
        on_curve().finding
    )
    assert "lost: cost 6 to beyond every number at step 1." in on_map().finding


def test_a_map_says_how_the_cost_changes():
    assert "good: cost 9 to 0.25 in 2 steps." in on_map().finding


def test_a_map_names_its_numbers_as_asked():
    walks = {"line": (bowl, [[1.0, 1.0]])}
    ax = walks_on_map(walks, ((-3, 3), (-2, 2)), names=("w", "b")).axes[0]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("w", "b")


def test_distances_say_first_and_last():
    assert by_step().finding == (
        "falls: distance 1 at first, 0.01 after 2 steps. "
        "stays: distance 1 at first, 1 after 2 steps."
    )


def test_lines_say_their_formulas():
    assert lines().finding == (
        "3 points. at first: a = −1.00x + 1.50. at last: a = 1.70x − 0.54."
    )


def test_weights_say_what_they_add_up_to_where_either_image_has_more_ink():
    assert two().finding == (
        "4 weights, from −0.35 to 0.50. Where the left image has more ink than the "
        "middle one they add up to −0.60, where it has less to 0.50."
    )


def test_large_weights_are_marked_by_their_sign():
    marks = {t.get_position(): t.get_text() for t in two().axes[2].texts}
    assert marks == {(0, 0): "−", (1, 0): "+", (0, 1): "−"}


def test_start_and_end_have_markers_of_their_own():
    ax = on_curve().axes[0]
    marks = {line.get_marker(): line.get_xdata() for line in ax.lines}
    assert float(marks["s"][0]) == 1.0
    assert float(marks["D"][0]) == -0.25


def test_the_callers_walk_is_not_changed():
    walk = np.array([[2.0, 1.0], [1e9, 0.0]])
    before = walk.copy()
    walks_on_map({"far": (bowl, walk)}, ((-3, 3), (-2, 2)))
    np.testing.assert_array_equal(walk, before)


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: walks_on_curve(square, {}, (0, 1)), "one walk or more"),
        (lambda: walks_on_curve(square, {"a": [[1.0]]}, (0, 1)), r"shape \(steps"),
        (lambda: walks_on_curve(square, {"a": [np.nan]}, (0, 1)), "finite"),
        (lambda: walks_on_map({"a": (bowl, [1.0])}, ((0, 1), (0, 1))), r"\+ 1, 2"),
        (lambda: lines_through_points([1], [1], {}), "one line or more"),
        (lambda: lines_through_points([1], [1], {"a": [1, 2, 3]}), "two numbers"),
        (lambda: lines_through_points([1, 2], [1], {"a": [1, 2]}), "got 2 and 1"),
        (lambda: lines_through_points(np.ones((2, 2)), [1], {"a": [1, 2]}), "one row"),
        (lambda: lines_through_points([np.nan], [1], {"a": [1, 2]}), "finite"),
        (lambda: weights_of_two(NO, YES, [1.0, 2.0]), "one shape"),
        (lambda: weights_of_two([1, 0], [0, 1], [1.0, 2.0]), "square image"),
        (lambda: distances_by_step({}), "got none"),
        (lambda: distances_by_step({"a": [1.0, 0.0]}), "above zero"),
    ],
)
def test_bad_input_says_what_is_wrong(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
