"""The secant explorer: no state fails, and each sentence holds when computed anew."""

import math
import re
from decimal import Decimal, getcontext

import explorers
import numpy as np
import pytest
from hypothesis import given, settings
from sentences import number

from bpkit.widgets.slopes import ACROSS, CURVES, FINE, KINK, LOST, SecantExplorer

EXPLORER = SecantExplorer()
getcontext().prec = 60


states = explorers.states(EXPLORER)


def state(f="x²", way="forward", x=1.0, h=0.5):
    return {"f": f, "way": way, "x": x, "h": h}


# --- the same slopes, to sixty digits --------------------------------------------


def sine(x, term=None, total=Decimal(0), n=1):
    """Return sin x by its power series."""
    term = x if term is None else term
    while abs(term) > Decimal(10) ** -58:
        total += term
        term = -term * x * x / ((n + 1) * (n + 2))
        n += 2
    return total


PRECISE = {
    "x²": lambda x: x * x,
    "x³ / 3": lambda x: x**3 / 3,
    "sin x": sine,
    "1 / (1 + e^(−x))": lambda x: 1 / (1 + (-x).exp()),
    "|x|": abs,
}


def precise_quotient(f, way, x, h):
    """Return the quotient that exact arithmetic gives."""
    x, h = Decimal(x), Decimal(h)
    left = x - h if way == "central" else x
    width = x + h - left
    return float((PRECISE[f](x + h) - PRECISE[f](left)) / width)


# --- every state -------------------------------------------------------------------


@settings(max_examples=200)
@given(states)
def test_no_state_fails_or_warns(state):
    view = explorers.checked_view(EXPLORER, state)
    assert len(view.panels) == 2
    assert all(math.isfinite(v) for p in view.panels for m in p.marks for v in m.y)
    assert max(len(m.x) for panel in view.panels for m in panel.marks) <= 300
    explorers.check_numbers_are_finite(view.sentence)


@settings(max_examples=200)
@given(states)
def test_the_sentence_holds_when_computed_anew(state):
    sentence = EXPLORER.view(state).sentence
    f, way, h = state["f"], state["way"], state["h"]
    x = round(state["x"], 6)
    left, width = (x - h, 2 * h) if way == "central" else (x, h)
    with np.errstate(all="ignore"):
        quotient = float(CURVES[f].f(x + h) - CURVES[f].f(left)) / width
    said = number(re.search(r"quotient is (\S+?)[,.] ", sentence)[1])
    assert said == pytest.approx(quotient, rel=0.06 if abs(quotient) < 1e-3 else 1e-5)
    if f == "|x|" and x == 0:
        assert sentence.endswith(KINK)
        return

    slope = precise_quotient(f, "central", x, 1e-25)  # right to 50 digits, or nearly
    error = abs(quotient - slope)
    said = number(re.search(r"the error (\S+?)\. ", sentence)[1])
    assert said == pytest.approx(error, rel=0.06, abs=1e-15)
    if sentence.endswith(LOST):
        assert x + h == x
        assert quotient == 0
    elif sentence.endswith(ACROSS):
        assert left < 0 < x + h
    elif sentence.endswith(FINE):
        assert error < 1.1e-14 * max(1, abs(slope))
    else:
        exact = precise_quotient(f, way, x, h)
        bend, rounding = exact - slope, quotient - exact
        for name, part in (("bend", bend), ("rounding", rounding)):
            assert_size(sentence, name, abs(part))
        largest = max(abs(bend), abs(rounding))
        assert ("happen to cancel" in sentence) == (error < largest / 2)
        if "pull against" in sentence:
            assert bend * rounding < 0
            assert largest > error
        elif "Of it" in sentence:
            assert largest <= 1.01 * error + 3e-15


def assert_size(sentence, name, size):
    """Hold what a sentence says about a part of the error to its size."""
    before = rf"(less than \S+|\S+) is (?:the )?{name}"
    inside = rf"{name}(?: of the curve)? \((less than \S+|\S+)\)"
    found = re.search(before, sentence) or re.search(inside, sentence)
    text = found[1]
    if text.startswith("less than"):
        assert size < number(text.removeprefix("less than ")) + 1e-15
    else:
        assert number(text) == pytest.approx(size, rel=0.06, abs=1e-15)


@pytest.mark.parametrize("f", CURVES)
def test_the_quotient_without_cancellation_is_the_quotient(f):
    for a in (-2.0, -0.3, 0.0, 1.7):
        for width in (1.0, 0.25, 1e-9):
            exact = precise_quotient(f, "forward", a, width)
            assert CURVES[f].quotient(a, width) == pytest.approx(exact, rel=1e-14)


# --- what there is to see ------------------------------------------------------------


def test_a_parabola_under_the_forward_quotient_bends_by_h():
    sentence = EXPLORER.view(state(h=0.5)).sentence
    assert "quotient is 2.5, the true slope 2, the error 0.5." in sentence
    assert "0.5 is the bend of the curve, less than 1e−15 is rounding" in sentence


def test_a_parabola_under_the_central_quotient_has_no_bend():
    assert EXPLORER.view(state(way="central", h=0.5)).sentence.endswith(FINE)


def test_a_tiny_step_is_told_to_be_rounding():
    sentence = EXPLORER.view(state("sin x", h=1e-13)).sentence
    assert "less than 1e−15 is rounding" not in sentence
    assert re.search(r"e−\d+ is rounding|0\.\d+ is rounding", sentence)


def test_parts_of_opposite_signs_are_not_called_parts_of_the_error():
    sentence = EXPLORER.view(state(h=1e-8)).sentence
    assert "the error 1.2e−8." in sentence
    assert sentence.endswith(
        "The bend of the curve (1e−8) and rounding (2.2e−8) pull against each other."
    )


def test_a_step_below_the_spacing_of_floats_is_lost():
    assert EXPLORER.view(state(h=1e-16)).sentence.endswith(LOST)


def test_at_a_kink_no_slope_and_no_error_is_claimed():
    for way, quotient in (("forward", 1), ("central", 0)):
        sentence = EXPLORER.view(state("|x|", way, x=0.0)).sentence
        assert f"the quotient is {quotient}." in sentence
        assert "error" not in sentence


def test_a_secant_that_ends_at_the_kink_does_not_cross_it():
    assert EXPLORER.view(state("|x|", "central", x=0.5)).sentence.endswith(FINE)
    assert EXPLORER.view(state("|x|", "central", x=0.25)).sentence.endswith(ACROSS)


def test_errors_that_cancel_are_called_luck():
    steps = 10 ** np.linspace(-9, -6, 2000)
    sentences = [EXPLORER.view(state("sin x", h=h)).sentence for h in steps]
    assert any(sentence.endswith("a lucky step.") for sentence in sentences)


def test_tangent_and_secant_pass_through_their_points():
    whole = EXPLORER.view(state("sin x", "central", x=0.4, h=0.3)).panels[0]
    lines = {mark.label: mark for mark in whole.marks if mark.label}
    for label, places in (("tangent", [0.4]), ("secant", [0.1, 0.7])):
        line = lines[label]
        rise = (line.y[1] - line.y[0]) / (line.x[1] - line.x[0])
        for x in places:
            y = line.y[0] + rise * (x - line.x[0])
            assert y == pytest.approx(np.sin(x))


def test_magnified_a_smooth_curve_is_its_tangent():
    magnified = EXPLORER.view(state("sin x", x=0.4, h=1e-6)).panels[1]
    curve, tangent = magnified.marks[:2]
    slope = tangent.y[-1] / tangent.x[-1]
    assert np.allclose(curve.y, slope * np.asarray(curve.x), atol=1e-5)


def test_magnified_too_far_the_curve_is_a_staircase():
    magnified = EXPLORER.view(state("sin x", x=1.0, h=1e-15)).panels[1]
    assert len(np.unique(magnified.marks[0].y)) < 40


def test_colour_is_doubled_by_dash_or_marker():
    for panel in EXPLORER.view(EXPLORER.start()).panels:
        lines = [m for m in panel.marks if m.kind == "line"]
        points = [m for m in panel.marks if m.kind == "points"]
        assert len({m.dash for m in lines}) == len({m.color for m in lines}) == 3
        assert len({m.marker for m in points}) == len({m.color for m in points}) == 2


def test_reset_leads_back_to_the_start():
    explorers.check_reset(EXPLORER, state())


@pytest.mark.parametrize(
    "chosen", [EXPLORER.start(), state("|x|", x=0.0), state("sin x", h=1e-16)]
)
def test_the_static_picture_draws(chosen):
    explorers.check_static_picture(EXPLORER.view(chosen))
