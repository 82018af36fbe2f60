"""The surface explorer: no state raises, and every sentence is true."""

import json
import re

import explorers
import numpy as np
import pytest
from hypothesis import example, given, settings

from bpkit import gradient_check
from bpkit.widgets.surfaces import SURFACES, SurfaceExplorer

EXPLORER = SurfaceExplorer()


states = explorers.states(EXPLORER, between=True)


def at(surface, w0, w1, angle=0):
    return {"surface": surface, "w0": w0, "w1": w1, "angle": angle}


def seen(state):
    """Return the sentence of a state, and its numbers by name."""
    sentence = EXPLORER.view(state).sentence.replace("−", "-")
    patterns = {
        "height": r"J = (-?[\d.]+)\. ",
        "along_0": r"along w₀: (-?[\d.]+);",
        "along_1": r"along w₁: (-?[\d.]+)\. ",
        "uphill": r"points to (\d+)°",
        "length": r"with slope ([\d.]+)\. Your",
        "slope": r"has slope (-?[\d.]+):",
    }
    found = {name: re.search(p, sentence) for name, p in patterns.items()}
    return sentence, {name: float(m.group(1)) for name, m in found.items() if m}


@settings(max_examples=60)
@given(states)
@example(at("hinge", 1.0, 0.0))
@example(at("hinge", 1.3, 0.3))
@example(at("valley", 0.0, 0.0))
def test_every_state_has_a_view_that_json_can_hold(state):
    view = explorers.checked_view(EXPLORER, state)
    assert len(view.panels) == 2
    assert len(json.dumps(view.as_data())) < 40_000
    explorers.check_numbers_are_finite(view.sentence)
    assert "-0.00" not in view.sentence


@settings(max_examples=200)
@given(states)
def test_the_sentence_is_true(state):
    surface = SURFACES[state["surface"]]
    w = np.array([state["w0"], state["w1"]])
    sentence, numbers = seen(state)
    assert numbers["height"] == pytest.approx(surface.height(w), abs=0.006)
    if "crease" in sentence:
        # A nudge to each side shows a slope of 0 and a slope of 1.
        rises = [surface.height([w[0], w[1] + s]) for s in (-1e-3, 0, 1e-3)]
        assert np.diff(rises) == pytest.approx([0, 1e-3], abs=1e-8)
        return
    h = 1e-7
    measured = [
        (surface.height(w + e) - surface.height(w - e)) / (2 * h)
        for e in (np.array([h, 0]), np.array([0, h]))
    ]
    if state["surface"] == "hinge" and abs(1 + w[1] - w[0]) <= 2 * h:
        return  # nudging straddles the crease
    if "Both slopes are 0" in sentence:
        assert measured == pytest.approx([0, 0], abs=1e-6)
        return
    turn = np.radians(state["angle"])
    slope = measured[0] * np.cos(turn) + measured[1] * np.sin(turn)
    assert numbers["along_0"] == pytest.approx(measured[0], abs=0.006)
    assert numbers["along_1"] == pytest.approx(measured[1], abs=0.006)
    assert numbers["length"] == pytest.approx(np.hypot(*measured), abs=0.006)
    assert numbers["slope"] == pytest.approx(slope, abs=0.006)
    word = sentence.rstrip(".").rpartition(" ")[2]
    assert word in {"uphill", "downhill", "level"}
    if abs(slope) > 0.006:
        assert word == ("uphill" if slope > 0 else "downhill")
    if np.hypot(*measured) > 0.01:
        uphill = np.degrees(np.arctan2(measured[1], measured[0]))
        assert abs((numbers["uphill"] - uphill + 180) % 360 - 180) <= 0.6


@pytest.mark.parametrize("name", SURFACES)
def test_each_surface_has_the_gradient_that_nudging_finds(name):
    surface = SURFACES[name]
    for place in ([-1.2, 0.7], [0.4, 1.3], [-2.3, -1.1]):
        report = gradient_check(surface.height, surface.gradient, place)
        assert report, report


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (at("valley", 0.0, 0.0), "16 are higher and 0 lower: a lowest point"),
        (at("saddle", 0.0, 0.0), "a saddle, level and yet no lowest point"),
        (at("waves", 1.0, 0.0), "0 are higher and 16 lower: a highest point"),
        (at("waves", -1.0, 0.0), "a lowest point"),
        (at("waves", 0.0, 1.0), "a saddle"),
        (at("hinge", 3.0, -1.0), "0 are higher and 0 lower: level ground"),
        (at("hinge", 1.2, 0.1), "the edge of level ground"),
        (at("hinge", 1.0, 0.0), "there is no gradient"),
        (at("valley", 3.0, 1.0), "points to 34°, with slope 7.21"),
        (at("valley", 3.0, 1.0, 0), "has slope 6.00: uphill"),
        (at("valley", 3.0, 1.0, 90), "has slope 4.00: uphill"),
        (at("valley", 3.0, 1.0, 215), "has slope −7.21: downhill"),
        (at("hinge", -1.0, 0.5, 45), "has slope 0.00: level"),
    ],
)
def test_what_is_special_is_said(state, words):
    assert words in EXPLORER.view(state).sentence


@pytest.mark.parametrize("name", SURFACES)
def test_a_line_of_the_map_keeps_its_height(name):
    view = EXPLORER.view(at(name, 0.5, 0.5))
    grey = [m for m in view.panels[0].marks if m.kind == "line" and m.width == 1]
    curves = [np.array([line.x, line.y]) for line in grey if len(line.x) > 2]
    assert curves
    for curve in curves:
        assert np.ptp(SURFACES[name].height(curve)) < 0.15


@pytest.mark.parametrize("name", SURFACES)
def test_a_line_of_the_map_is_in_one_piece(name):
    view = EXPLORER.view(at(name, 0.5, 0.5))
    for mark in view.panels[0].marks:
        if mark.kind == "line" and len(mark.x) > 2:
            assert np.hypot(np.diff(mark.x), np.diff(mark.y)).max() < 0.8


def test_an_arrow_is_drawn_only_where_there_is_a_gradient():
    def black_arrows(state):
        marks = EXPLORER.view(state).panels[0].marks
        return [m for m in marks if m.kind == "arrow" and m.width == 4]

    assert len(black_arrows(at("valley", 3.0, 1.0))) == 1
    assert not black_arrows(at("valley", 0.0, 0.0))
    [arrow] = black_arrows(at("valley", 3.0, 1.0))
    drawn = np.array([arrow.x_end - arrow.x, arrow.y_end - arrow.y])
    assert drawn * SURFACES["valley"].shrink == pytest.approx([6, 4])


def test_reset_leads_to_the_first_state():
    explorers.check_reset(EXPLORER, at("waves", 1.0, 1.0, 90))


@pytest.mark.parametrize("name", SURFACES)
def test_the_static_picture_draws(name):
    explorers.check_static_picture(EXPLORER.view(at(name, 1.0, 0.0, 30)))
