"""The descent explorer: no state raises, and each sentence is true."""

import re

import explorers
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sentences import number

from bpkit import numerical_gradient
from bpkit.widgets.descent import LANDSCAPES, DescentExplorer, descent_on, diagnose

EXPLORER = DescentExplorer()
FLOAT = r"[−\d.e+]+"


STATES = explorers.states(EXPLORER, between=True)


def sentence(**changes):
    """Return the sentence of the first state with some changes."""
    return EXPLORER.view(EXPLORER.start() | changes).sentence


def walked(state):
    """Return the landscape, the places and the costs of a state, walked anew."""
    land = LANDSCAPES[state["land"]]
    x = np.array([state["x"], state["x1"]][: land.minima.shape[1]])
    rng = np.random.default_rng(0)
    places = [x]
    with np.errstate(all="ignore"):
        for _ in range(state["steps"]):
            slope = land.gradient(x)
            if state["noise"]:
                slope = slope + state["noise"] * rng.standard_normal(x.shape)
            step = state["eta"] * slope
            x = x + step if state["uphill"] else x - step
            places.append(x)
        places = np.array(places)
        return land, places, land.cost(places)


# --- every state ----------------------------------------------------------------


@settings(max_examples=300)
@given(STATES)
def test_every_state_has_a_clean_view(state):
    view = explorers.checked_view(EXPLORER, state, gaps=True)
    assert len(view.panels) == 2


@settings(max_examples=300)
@given(STATES)
def test_every_claim_is_true_of_the_walk(state):
    said = EXPLORER.view(state).sentence
    land, places, costs = walked(state)
    finite = np.isfinite(places).all(axis=1) & np.isfinite(costs)
    rises = int((np.diff(costs[finite]) > 0).sum())
    name = re.match(r"[\w \-]+?(?=:| at )", said).group()
    # No walk leaves the numbers unsaid, and none is said to that does not.
    assert ("largest number a float can hold" in said) == (not finite.all())
    assert ("NaN" in said) <= bool(np.isnan(places).any())
    if match := re.search(r"The cost rose at (\d+) of (\d+) steps?,", said):
        assert int(match[1]) == rises
        assert int(match[2]) == finite.sum() - 1
    if match := re.search(rf"= ({FLOAT}); η = ({FLOAT}) is (above|below)", said):
        assert (state["eta"] > number(match[1])) == (match[3] == "above") or (
            state["eta"] == pytest.approx(number(match[1]), rel=5e-3)
        )
    end = places[-1]
    if name in ("Minimum", "Not the deepest minimum"):
        away = np.linalg.norm(land.minima - end, axis=1)
        assert away.min() < 2e-3
        assert land.curvatures(end).min() > 0
        deepest = (
            land.cost(land.minima[away.argmin()]) < land.cost(land.minima).min() + 1e-6
        )
        assert deepest == (name == "Minimum")
    elif name in ("Saddle", "Hump"):
        slope = land.gradient(end)
        curvatures = land.curvatures(end)
        assert curvatures.min() < 0
        assert np.abs(slope).max() < 0.1 or slope[curvatures.argmin()] == 0
    elif name == "Flat point":
        assert (places == places[0]).all()
    elif name == "Crawl":
        step = np.linalg.norm(places[-1] - places[-2])
        assert step < 0.02 * np.linalg.norm(land.minima - end, axis=1).min()
        assert not (np.diff(costs[-11:]) > 0).any()
    elif name == "Divergence" and finite.all():
        assert (np.diff(costs[-6:]) > 0).all()
        assert costs[-1] > costs[0]
    elif name == "Zig-zag":
        moves = np.diff(places, axis=0)[-11:]
        turned = (moves[1:] * moves[:-1] < 0).mean(axis=0)
        assert turned.max() >= 0.8
    elif name == "Too large a step":
        assert (np.diff(costs[-11:]) > 0).any()
    elif name == "On its way":
        assert not (np.diff(costs[-11:]) > 0).any()
        assert costs[-1] < costs[0]
    else:
        assert name in ("Divergence", "Wrong sign", "Noise", "Start")


@settings(max_examples=100)
@given(STATES, st.sampled_from(["walk", "step", "reset"]))
def test_every_button_leads_to_a_clean_state(state, button):
    after = EXPLORER.act(button, state)
    assert after == EXPLORER.clean(after)
    EXPLORER.view(after)


# --- every failure of the gallery can be reached, by its name ----------------------


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("Crawl", {"land": "valley", "eta": 0.005, "steps": 20}),
        ("Zig-zag", {"land": "valley", "eta": 0.19, "steps": 20}),
        ("Divergence", {"x": 2.0, "eta": 0.5}),
        ("Divergence", {"land": "valley", "eta": 0.205}),
        ("Saddle", {"land": "saddle", "x1": 0.0}),
        ("Hump", {"x": 0.1, "eta": 0.005, "steps": 2}),
        ("Flat point", {"land": "saddle", "x": 0.0, "x1": 0.0}),
        ("Wrong sign", {"uphill": True, "steps": 3}),
        ("Noise", {"noise": 1.0}),
        ("Not the deepest minimum", {}),
        ("Minimum", {"x": -1.5}),
        ("On its way", {"land": "valley", "steps": 20}),
        ("Start", {"steps": 0}),
    ],
)
def test_every_sight_is_reached_and_named(name, state):
    assert sentence(**state).startswith(name)


def test_divergence_to_nan_says_when_and_why():
    said = sentence(x=2.0, eta=0.5)
    assert "the cost rose at 4 of 4 steps" in said
    assert "at step 5 it is past the largest number" in said
    assert "From step 8 on the place is NaN" in said
    assert said.endswith("η is too large.")


@pytest.mark.parametrize(
    ("eta", "side"), [(0.195, "below"), (0.2, "exactly there"), (0.205, "above")]
)
def test_the_valleys_bound_is_met_exactly(eta, side):
    said = sentence(land="valley", eta=eta, steps=40)
    assert f"η below 2/10 = 0.2; η = {eta} is {side}." in said


def test_the_start_decides_which_minimum():
    assert "rests at x = 0.96" in sentence(x=0.5, eta=0.05)
    assert "rests at x = −1.04" in sentence(x=-0.5, eta=0.05)


def test_a_walk_on_the_ridge_says_why_it_cannot_leave():
    assert "x₁ is exactly 0: no slope, no step" in sentence(land="saddle", x1=0.0)
    assert sentence(land="saddle", x1=0.05, eta=0.1).startswith("Minimum")


# --- the parts ------------------------------------------------------------------


@pytest.mark.parametrize("name", LANDSCAPES)
def test_slopes_and_curvatures_agree_with_nudging(name):
    land = LANDSCAPES[name]
    for place in np.random.default_rng(0).uniform(-2, 2, (5, land.minima.shape[1])):
        nudged = numerical_gradient(land.cost, place)
        np.testing.assert_allclose(land.gradient(place), nudged, rtol=1e-7, atol=1e-8)
        for axis, curvature in enumerate(land.curvatures(place)):
            second = numerical_gradient(lambda p, k=axis: land.gradient(p)[k], place)
            np.testing.assert_allclose(second[axis], curvature, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("name", LANDSCAPES)
def test_minima_are_flat_and_contours_are_level(name):
    land = LANDSCAPES[name]
    np.testing.assert_allclose(land.gradient(land.minima), 0, atol=1e-12)
    assert (land.curvatures(land.minima) > 0).all()
    for level, x, y in land.contours:
        heights = land.cost(np.stack([x, y], axis=-1))
        np.testing.assert_allclose(heights[~np.isnan(heights)], level, rtol=1e-9)


def test_a_leap_that_is_not_monotone_is_called_too_large():
    land = LANDSCAPES["double well"]
    names = {
        diagnose(descent_on(land, [1.5], eta, 60)).partition(":")[0]
        for eta in np.arange(0.285, 0.4, 0.005)
    }
    assert "Too large a step" in names


def test_playing_stops_at_the_last_step_and_starts_anew():
    state = EXPLORER.start() | {"steps": 199}
    state = EXPLORER.act("walk", state)
    assert state["steps"] == 200
    assert EXPLORER.view(state).stop is True
    assert EXPLORER.act("walk", state)["steps"] == 0
    assert EXPLORER.act("step", state)["steps"] == 200


@pytest.mark.parametrize(
    "state",
    [{}, {"land": "valley", "eta": 0.5}, {"land": "saddle"}, {"x": 2.0, "eta": 0.5}],
)
def test_the_static_picture_draws(state):
    explorers.check_static_picture(EXPLORER.view(EXPLORER.start() | state))
