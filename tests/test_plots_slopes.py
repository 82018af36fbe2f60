"""Pictures of slopes: findings follow from the arrays, and the style is kept."""

import numpy as np
import pictures
import pytest
from sentences import numbers

from bpkit import sigmoid, sigmoid_prime
from bpkit.plots import slopes

STEPS = np.logspace(0, -16, 641)


def curves():
    """Return the errors of σ′(1) by three quotients."""
    quotients = {
        "forward": (sigmoid(1 + STEPS) - sigmoid(1.0)) / STEPS,
        "central": (sigmoid(1 + STEPS) - sigmoid(1 - STEPS)) / (2 * STEPS),
        "complex step": sigmoid(1 + 1j * STEPS).imag / STEPS,
    }
    return {name: np.abs(q - sigmoid_prime(1.0)) for name, q in quotients.items()}


Z = np.linspace(-8, 8, 161)
PICTURES = {
    "growing_square": lambda: slopes.growing_square(3, 0.5),
    "growing_rectangle": lambda: slopes.growing_rectangle(
        (4, 3), (0.84, 0.2), ("f", "g")
    ),
    "sigmoid_and_slope": lambda: slopes.sigmoid_and_slope(
        Z, sigmoid(Z), sigmoid_prime(Z)
    ),
    "error_curves": lambda: slopes.error_curves(STEPS, curves()),
}
test_every_picture_keeps_the_style = pictures.style_of(PICTURES)


@pytest.mark.parametrize("name", PICTURES)
def test_all_axes_are_labelled(name):
    assert not pictures.unlabelled(PICTURES[name]())


# --- the growing square ------------------------------------------------------------


def test_the_parts_of_the_square_add_up_to_its_growth():
    finding = slopes.growing_square(3, 0.5).finding
    assert "from 9 to 12.25" in finding
    assert "two strips (striped) add 3, the corner (crossed) adds 0.25" in finding


def test_the_parts_of_the_square_are_drawn_to_scale():
    [ax] = slopes.growing_square(3, 0.5).axes
    areas = [patch.get_width() * patch.get_height() for patch in ax.patches]
    assert areas == [9, 1.5, 1.5, 0.25]
    assert len({patch.get_hatch() for patch in ax.patches}) == 3


@pytest.mark.parametrize("lengths", [(0, 1), (3, -0.5), (float("nan"), 1)])
def test_a_square_without_a_size_is_refused(lengths):
    with pytest.raises(ValueError, match="positive and finite"):
        slopes.growing_square(*lengths)


def test_each_strip_of_a_rectangle_has_its_own_area():
    picture = slopes.growing_rectangle((4, 3), (0.84, 0.2), ("f", "g"))
    [ax] = picture.axes
    areas = [patch.get_width() * patch.get_height() for patch in ax.patches]
    assert np.allclose(areas, [12, 2.52, 0.8, 0.168])
    assert numbers(picture.finding) == [4, 3, 0.84, 0.2, 12, 15.488, 2.52, 0.8, 0.168]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("f", "g")


@pytest.mark.parametrize(
    ("sides", "growth"), [((0, 3), (1, 1)), ((4, 3), (1, -1)), ((4, np.inf), (1, 1))]
)
def test_a_rectangle_without_a_size_is_refused(sides, growth):
    with pytest.raises(ValueError, match="positive and finite"):
        slopes.growing_rectangle(sides, growth, ("f", "g"))


# --- the sigmoid -------------------------------------------------------------------


def test_the_steepest_place_and_the_flats_are_found():
    z = np.linspace(-6, 10, 161)
    picture = slopes.sigmoid_and_slope(z, sigmoid(z - 2), sigmoid_prime(z - 2))
    assert "steepest at z = 2.0, with slope 0.25" in picture.finding
    # σ′(z) = 0.01 at z = ±4.585, between two points of the curve.
    assert "0.01 or more only from z = −2.6 to 6.6" in picture.finding


def test_a_flat_on_one_side_only_begins_where_the_curve_does_on_the_other():
    z = np.linspace(0, 8, 81)
    picture = slopes.sigmoid_and_slope(z, sigmoid(z), sigmoid_prime(z))
    assert "0.01 or more only from z = 0.0 to 4.6" in picture.finding
    picture = slopes.sigmoid_and_slope(-z[::-1], sigmoid(-z), sigmoid_prime(z[::-1]))
    assert "0.01 or more only from z = −4.6 to 0.0" in picture.finding


def test_a_curve_that_is_steep_to_its_ends_is_not_called_flat():
    z = np.linspace(-1, 1, 21)
    picture = slopes.sigmoid_and_slope(z, sigmoid(z), sigmoid_prime(z))
    assert picture.finding.endswith("At both ends the slope is not below 0.01.")


def test_a_curve_that_is_flat_throughout_is_called_flat():
    picture = slopes.sigmoid_and_slope([8.0, 9.0], [0.9, 0.9], [1e-4, 1e-5])
    assert picture.finding.endswith("At both ends the slope is below 0.01.")


def test_curves_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="one shape"):
        slopes.sigmoid_and_slope([0.0, 1.0], [0.5, 0.7], [0.25])


# --- the V of errors ---------------------------------------------------------------


def test_the_best_steps_are_those_of_theory():
    finding = slopes.error_curves(STEPS, curves()).finding
    forward, central, exact = finding.split(". ")
    assert numbers(forward) == [1e-7, 1e-7, 1e-16, 0.1]  # best step, error; last ones
    assert numbers(central) == [1e-5, 1e-10, 1e-16, 0.1]
    assert numbers(exact) == [1e-15, 1e-7]
    assert exact.startswith("Complex step: errors below 1e−15 for every h from 1e−7")


def test_one_lucky_step_does_not_move_the_best_point():
    errors = curves()
    errors["forward"][400] = 0.0
    assert (
        slopes.error_curves(STEPS, errors).finding
        == slopes.error_curves(STEPS, curves()).finding
    )


def test_an_error_of_zero_is_drawn_and_explained():
    picture = slopes.error_curves([1.0, 0.1], {"exact": [0.0, 0.0]})
    [ax] = picture.axes
    assert min(ax.lines[0].get_ydata()) == slopes.EXACT
    assert any("no error at all" in text.get_text() for text in ax.texts)


def test_the_callers_errors_stay_as_they_were():
    errors = {"exact": np.zeros(2)}
    slopes.error_curves([1.0, 0.1], errors)
    assert not errors["exact"].any()


@pytest.mark.parametrize(
    ("steps", "errors"),
    [
        ([1.0], {"a": [1.0]}),
        ([1.0, 0.0], {"a": [1.0, 1.0]}),
        ([1.0, 0.1], {}),
        ([1.0, 0.1], {"a": [1.0]}),
        ([1.0, 0.1], {"a": [1.0, -1.0]}),
        ([1.0, 0.1], {"a": [1.0, np.nan]}),
    ],
)
def test_what_is_no_curve_of_errors_is_refused(steps, errors):
    with pytest.raises(ValueError, match=r"steps|errors"):
        slopes.error_curves(steps, errors)
