"""The localiser explorer: no state fails, each sentence holds when computed anew."""

import itertools
import re

import explorers
import numpy as np
import pytest
from hypothesis import given, settings
from sentences import number

from bpkit import backprop, numerical_gradient, quadratic_cost, relative_error, sigmoid
from bpkit.exercises import bank
from bpkit.widgets import clinic
from bpkit.widgets.clinic import BUGS, OUTPUT, PARTS, LocaliserExplorer

EXPLORER = LocaliserExplorer()
states = explorers.states(EXPLORER)


def state(bug="none", layer=0, examples=5, network=0):
    return {"bug": bug, "layer": layer, "examples": examples, "network": network}


def sentence(**parts):
    return EXPLORER.view(state(**parts)).sentence


def report_of(state):
    """Return the relative errors of a state against `bpkit.backprop` and the book."""
    problem = clinic.make_problem(state["network"], state["examples"])
    came = clinic.broken_backprop(problem, state["bug"], state["layer"])
    nabla_b, nabla_w = backprop(problem.weights, problem.biases, problem.x, problem.y)
    m = problem.y.shape[1]
    columns = [
        backprop(problem.weights, problem.biases, problem.x[:, [j]], problem.y[:, [j]])[
            0
        ]
        for j in range(m)
    ]
    right = {
        "delta": [np.hstack(layer) for layer in zip(*columns)],
        "bias": nabla_b,
        "weights": nabla_w,
    }
    report = [
        {"layer": l, **{p: relative_error(came[p][l], right[p][l]) for p in PARTS}}
        for l in range(OUTPUT, -1, -1)
        if l in came["delta"]
    ]
    return came, right, report


# --- the oracle -------------------------------------------------------------------


@pytest.mark.parametrize("part", PARTS)
def test_the_slopes_are_those_of_plain_nudging(part):
    problem = clinic.make_problem(3, 4)
    (w, *ws), (b, *bs) = problem.weights, problem.biases

    def cost(z):
        for w_next, b_next in zip(ws, bs):
            z = w_next @ sigmoid(z) + b_next
        return quadratic_cost(sigmoid(z), problem.y)

    f, x, factor = {
        "delta": (cost, w @ problem.x + b, 4),
        "bias": (lambda b: cost(w @ problem.x + b), b, 1),
        "weights": (lambda w: cost(w @ problem.x + b), w, 1),
    }[part]
    measured = factor * numerical_gradient(f, x)
    assert relative_error(problem.slopes[part][0], measured) < 1e-8


def test_without_a_bug_everything_agrees_in_every_network():
    for n, m in itertools.product(range(10), range(1, 7)):
        _, _, report = report_of(state(network=n, examples=m))
        assert max(row[part] for row in report for part in PARTS) < 1e-12
        said = sentence(network=n, examples=m)
        assert said.startswith("All 9 arrays agree")
        assert number(re.search(r"error is (\S+)\.", said)[1]) < 1e-6


# --- every state ------------------------------------------------------------------


@settings(max_examples=200)
@given(states)
def test_no_state_fails_or_warns(state):
    view = explorers.checked_view(EXPLORER, state)
    assert len(view.panels) == 2
    explorers.check_numbers_are_finite(view.sentence)


@settings(max_examples=200)
@given(states)
def test_the_sentence_names_the_first_broken_equation(state):
    said = EXPLORER.view(state).sentence
    came, right, report = report_of(state)
    first = bank()["first_broken_equation"].reference(report)
    if first is None:
        assert said.startswith(("All 9 arrays agree", "Python stops"))
        return
    found = re.search(
        r"hold is (BP\d), .* in layer (\d)\. (\w+)\[(\d)\]\[(\d), (\d)\] is (\S+), "
        r"should be (\S+?)[.;](?: |$)",
        said,
    )
    equation, layer, name, _, i, j, is_, should = found.groups()
    part = {"delta": "delta", "nabla_b": "bias", "nabla_w": "weights"}[name]
    layer, entry = int(layer), (int(i), int(j))
    assert equation == first
    assert next(row[part] for row in report if row["layer"] == layer) >= 1e-5
    assert number(is_) == pytest.approx(came[part][layer][entry], rel=6e-3)
    assert number(should) == pytest.approx(right[part][layer][entry], rel=6e-3)


@settings(max_examples=100)
@given(states)
def test_the_sentence_counts_the_later_victims(state):
    said = EXPLORER.view(state).sentence
    _, _, report = report_of(state)
    broken = sum(row[part] >= 1e-5 for row in report for part in PARTS)
    if found := re.search(r"(\d+) later arrays", said):
        assert int(found[1]) == broken - 1
        assert "they only inherit" in said
    elif broken:
        assert broken == 1
        assert "No other array is broken." in said


@settings(max_examples=100)
@given(states)
def test_a_common_factor_is_named_only_where_it_is_one(state):
    said = EXPLORER.view(state).sentence
    came, right, _ = report_of(state)
    if found := re.search(r"(\w+)\[(\d)\]\[.*every entry is (\S+) times", said):
        name, layer, factor = found.groups()
        part = {"delta": "delta", "nabla_b": "bias", "nabla_w": "weights"}[name]
        scaled = number(factor) * right[part][int(layer)]
        assert relative_error(came[part][int(layer)], scaled) < 5e-3


def test_a_victim_that_is_ill_itself_is_not_called_a_victim(monkeypatch):
    problem = clinic.make_problem(0, 5)
    came = clinic.broken_backprop(problem, clinic.SIGN, OUTPUT)
    came["weights"][0] = 2 * came["weights"][0]
    monkeypatch.setattr(clinic, "broken_backprop", lambda *args: came)
    assert EXPLORER.view(state()).sentence.endswith("8 later arrays differ too.")


# --- what is said where nothing is found --------------------------------------------


@pytest.mark.parametrize("bug", [clinic.SUM_B, clinic.SUM_W])
def test_one_example_hides_a_sum(bug):
    assert "of one example, the sum is the mean" in sentence(bug=bug, examples=1)
    assert "times what it should be" in sentence(bug=bug, examples=3)
    assert "every entry is 3 times" in sentence(bug=bug, examples=3)


def test_a_sign_at_the_output_is_a_common_factor():
    assert "every entry is −1 times" in sentence(bug=clinic.SIGN, layer=OUTPUT)
    assert "put the bug into layer 2" in sentence(bug=clinic.SIGN, layer=0)


def test_a_transpose_can_only_hide_where_the_matrix_is_square():
    assert "BP2" in sentence(bug=clinic.NO_TRANSPOSE, layer=0)
    said = sentence(bug=clinic.NO_TRANSPOSE, layer=1)
    assert "weights[2] is (2, 4), δ of the output is (2, 5)" in said
    with pytest.raises(ValueError, match="aligned"):
        np.dot(np.ones((2, 4)), np.ones((2, 5)))
    assert "carried back to the output" in sentence(bug=clinic.NO_TRANSPOSE, layer=2)


@pytest.mark.parametrize(("bug", "layer"), [*itertools.product(BUGS[1:], range(3))])
def test_a_bug_that_is_not_seen_is_explained(bug, layer):
    said = sentence(bug=bug, layer=layer)
    if said.startswith("All 9"):
        assert re.search("put the bug into|choose another layer", said)


def test_reset_leads_to_the_first_state():
    explorers.check_reset(EXPLORER, state(bug="none"))


@pytest.mark.parametrize(
    "shown",
    [EXPLORER.start(), state(), state(bug=clinic.NO_TRANSPOSE, layer=1)],
    ids=["broken", "healthy", "stopped"],
)
def test_the_static_picture_is_drawn(shown):
    explorers.check_static_picture(EXPLORER.view(shown))
