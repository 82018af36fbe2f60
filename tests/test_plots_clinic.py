"""The pictures of the bug clinic: their findings are facts of the arrays."""

import numpy as np
import pictures
import pytest

from bpkit.plots.clinic import FINE_BELOW, error_ladder, versions_learning


def row(layer, delta, bias, weights):
    return {"layer": layer, "delta": delta, "bias": bias, "weights": weights}


def texts(picture):
    return [t.get_text() for ax in picture.axes for t in ax.texts]


PICTURES = {
    "versions_learning": lambda: versions_learning({"a": [0.1, 0.9]}),
    "error_ladder": lambda: error_ladder([row(0, 0.0, 0.5, float("nan"))]),
}
test_every_picture_keeps_the_style = pictures.style_of(PICTURES)


def test_each_version_is_named_with_its_first_and_its_last_share():
    finding = versions_learning({"right": [0.5, 0.97], "odd": [0.25, 0.5, 0.9]}).finding
    assert "after 1 epoch and after 3" in finding
    assert "50% → 97% (right) and 25% → 90% (odd)" in finding


def test_versions_differ_in_colour_dash_and_marker():
    [ax] = versions_learning({str(k): [0.1, 0.2] for k in range(5)}).axes
    for look in ("get_color", "get_linestyle", "get_marker"):
        assert len({str(getattr(line, look)()) for line in ax.lines}) >= 4
    assert len({line.get_marker() for line in ax.lines}) == 5


@pytest.mark.parametrize(
    "shares",
    [{}, {"a": [0.5]}, {"a": [[0.5, 0.6]]}, {str(k): [0, 1] for k in range(6)}],
)
def test_curves_that_cannot_be_drawn_are_refused(shares):
    with pytest.raises(ValueError, match=r"versions|curve"):
        versions_learning(shares)


def test_the_first_broken_array_is_named_in_the_order_of_the_backward_pass():
    picture = error_ladder([row(1, 1e-9, 1e-9, 0.25), row(0, 0.9, 1e-9, 0.9)])
    assert picture.finding == (
        "3 of 6 arrays are broken. The first, from the output to the left: ∂C/∂W of "
        "layer 1, with a relative error of 0.25."
    )
    assert "first" in texts(picture)


def test_nothing_broken_is_said_as_such():
    picture = error_ladder([row(0, 0.0, 1e-16, 9e-6)])
    assert picture.finding == "All 3 arrays agree with nudging to 1e−5."
    assert "first" not in texts(picture)


@pytest.mark.parametrize("error", [FINE_BELOW, float("nan"), float("inf")])
def test_what_is_not_below_the_line_is_broken(error):
    picture = error_ladder([row(0, 0.0, error, 0.0)])
    assert picture.finding.startswith("1 of 3")
    assert "∂C/∂b of layer 0" in picture.finding


def test_broken_arrays_have_a_marker_of_their_own():
    [ax] = error_ladder([row(0, 1e-9, 0.5, float("nan"))]).axes
    fine, broken = (line for line in ax.lines if line.get_marker() in "oX")
    assert fine.get_xdata().tolist() == [0]
    assert broken.get_xdata().tolist() == [1, 2]
    assert np.all(broken.get_ydata() > FINE_BELOW)


def test_an_empty_report_is_refused():
    with pytest.raises(ValueError, match="at least one layer"):
        error_ladder([])
