"""The explorer of lesson 5: every state can be shown, and what it says is so."""

import re

import explorers
import numpy as np
import pytest
from hypothesis import given, settings
from sentences import check_writing, numbers

from bpkit import backprop, forward_pass, quadratic_cost, sigmoid_prime
from bpkit.widgets.neurons import (
    BACKWARD,
    BIASES,
    CARRIED,
    FORWARD,
    PLAIN,
    SLOPES,
    WEIGHTS,
    NeuronsExplorer,
    passes,
)

EXPLORER = NeuronsExplorer()
START = EXPLORER.start()
states = explorers.states(EXPLORER)


def example_of(state):
    x = np.array([[state["x1"]], [state["x2"]]]).round(6)
    return x, np.array([[state["y1"]], [state["y2"]]])


def truth_of(state):
    """Return zs, activations, errors and slopes of the weights, from the core alone."""
    x, y = example_of(state)
    zs, activations = forward_pass(WEIGHTS, BIASES, x)
    return zs, activations, *backprop(WEIGHTS, BIASES, x, y)


def close(said, true, rel=6e-3):
    """Return whether a number said with three digits is the true one."""
    return said == pytest.approx(true, rel=rel, abs=1e-12)


def marks(view, kind):
    return [m for m in view.panels[0].marks if m.kind == kind]


def neurons(view):
    """Return the boxes of inputs and neurons, without those of the numbers."""
    return [box for box in marks(view, "box") if box.border]


def said(**state):
    return EXPLORER.view({**START, **state}).sentence


# --- every state ---------------------------------------------------------------------


@settings(max_examples=150)
@given(states)
def test_every_state_gives_a_clean_view(state):
    view = explorers.checked_view(EXPLORER, state)
    explorers.check_numbers_are_finite(view.sentence)
    check_writing(view.sentence)
    assert re.search(r"\d.*\.$", view.sentence)
    assert 0 < len(view.panels[0].title) <= 44
    for mark in view.panels[0].marks:
        assert getattr(mark, "size", 13) >= 13


@settings(max_examples=20)
@given(states)
def test_reset_leads_back_to_the_start(state):
    explorers.check_reset(EXPLORER, state)


@settings(max_examples=40)
@given(states)
def test_boxes_hold_the_numbers_of_the_chosen_pass(state):
    zs, activations, deltas, _ = truth_of(state)
    boxes = neurons(EXPLORER.view(state))
    assert len(boxes) == 8
    for k, box in enumerate(boxes[:2]):
        assert close(numbers(box.text)[0], example_of(state)[0][k, 0])
    for n, box in enumerate(boxes[2:]):
        l, k = divmod(n, 2)
        z, a, delta = zs[l][k, 0], activations[l + 1][k, 0], deltas[l][k, 0]
        found = numbers(box.text)
        if state["way"] == FORWARD:
            assert close(found[0], z)
            assert close(found[1], a)
        else:
            arriving, gain, error = found
            assert close(gain, sigmoid_prime(z))
            assert close(error, delta, rel=0.06)
            assert arriving * gain == pytest.approx(delta, rel=0.07, abs=1e-12)
            assert (box.fill == "#FFFFFF") == (sigmoid_prime(z) >= 0.05)


@settings(max_examples=40)
@given(states)
def test_wires_show_what_was_chosen_and_its_sign(state):
    _, activations, deltas, nabla_w = truth_of(state)
    view = EXPLORER.view(state)
    way, shown = state["way"], state["numbers"]
    labels = [box.text for box in marks(view, "box") if not box.border]
    arrows = marks(view, "arrow")
    assert all((a.x_end > a.x) == (way == FORWARD) for a in arrows)
    idle = way == BACKWARD and shown != SLOPES  # nothing runs back to the inputs
    assert len(arrows) == len(labels) == (8 if idle else 12)
    assert len(marks(view, "line")) == (4 if idle else 0)
    true = {
        PLAIN: WEIGHTS,
        SLOPES: nabla_w,
        CARRIED: [w * a.T for w, a in zip(WEIGHTS, activations, strict=False)]
        if way == FORWARD
        else [w * d for w, d in zip(WEIGHTS, deltas, strict=True)],
    }[shown]
    if (way, shown) == (FORWARD, SLOPES):
        assert set(labels) == {"?"}
        return
    # Wires are listed from neuron to neuron: k first, then j.
    listed = np.concatenate([v.T.ravel() for v in true[1 if idle else 0 :]])
    for label, arrow, value in zip(labels, arrows, listed, strict=True):
        assert close(numbers(label)[0], value, rel=0.06)
        assert (arrow.dash == "dashed") == (value < 0)


def test_no_wire_is_drawn_over_a_number():
    for shown in (PLAIN, CARRIED, SLOPES):
        view = EXPLORER.view({**START, "way": BACKWARD, "numbers": shown})
        kinds = [mark.kind for mark in view.panels[0].marks]
        assert not {"arrow", "line"} & set(kinds[kinds.index("box") :])


def test_the_start_is_the_worked_network():
    run = passes(*example_of(START))
    rounded = [a.ravel().round(4).tolist() for a in run.activations[1:]]
    assert rounded == [[0.982, 0.1192], [0.8635, 0.1107], [0.6177, 0.8291]]
    assert run.zs[0].ravel().tolist() == [4, -2]
    zero = passes(np.zeros((2, 1)), np.zeros((2, 1)))
    assert zero.activations[-1].ravel().round(4).tolist() == [0.5118, 0.8544]


@settings(max_examples=40)
@given(states)
def test_both_passes_are_those_of_the_core(state):
    _, activations, deltas, nabla_w = truth_of(state)
    run = passes(*example_of(state))
    np.testing.assert_allclose(run.deltas, deltas, rtol=1e-9, atol=1e-15)
    for l, slopes in enumerate(nabla_w):
        mine = run.nabla_w[l]
        np.testing.assert_allclose(mine, slopes, rtol=1e-9, atol=1e-15)
    assert run.cost == quadratic_cost(activations[-1], example_of(state)[1])


# --- the sentence --------------------------------------------------------------------


@settings(max_examples=40)
@given(states)
def test_the_forward_sentence_gives_output_and_cost(state):
    zs, activations, _, _ = truth_of(state)
    x, y = example_of(state)
    sentence = said(**{**state, "way": FORWARD})
    expected = [*x.ravel(), *activations[-1].ravel(), *y.ravel()]
    expected.append(quadratic_cost(activations[-1], y))
    found = numbers(sentence)
    assert all(close(a, b) for a, b in zip(found, expected, strict=False))
    assert ("No slope is known yet" in sentence) == (state["numbers"] == SLOPES)
    if state["numbers"] == CARRIED:
        one, other, bias = [
            numbers(part)[0]
            for part in re.search(
                r"adds up (\S+) and (\S+) and its bias (\S+): z", sentence
            ).groups()
        ]
        assert one + other + bias == pytest.approx(zs[0][0, 0], rel=0.01, abs=0.01)
        assert close(found[-1], zs[0][0, 0])


@settings(max_examples=40)
@given(states)
def test_the_backward_sentence_names_the_weakest_amplifier(state):
    zs, activations, deltas, _ = truth_of(state)
    sentence = said(**{**state, "way": BACKWARD, "numbers": PLAIN})
    upstream = (activations[-1] - example_of(state)[1]).ravel()
    entering, leaving = re.findall(r"= \((.*?)\)", sentence)
    assert all(close(a, b) for a, b in zip(numbers(entering), upstream, strict=True))
    delta = deltas[0].ravel()
    assert all(close(a, b) for a, b in zip(numbers(leaving), delta, strict=True))
    weakest = min(sigmoid_prime(z).min() for z in zs)
    assert close(numbers(sentence.partition("gain ")[2])[0], weakest)
    assert ("where σ is flat" in sentence) == (weakest < 0.05)
    layer, neuron = re.search(r"z([¹²³])([₁₂])", sentence).groups()
    z = zs["¹²³".index(layer)]["₁₂".index(neuron), 0]
    assert sigmoid_prime(z) == pytest.approx(weakest)


@settings(max_examples=40)
@given(states)
def test_the_sentence_about_two_wires_adds_up(state):
    _, _, deltas, _ = truth_of(state)
    sentence = said(**{**state, "way": BACKWARD, "numbers": CARRIED})
    brought = WEIGHTS[2][:, 0] * deltas[2][:, 0]
    found = numbers(sentence.partition("bringing")[2])
    expected = [*brought, brought.sum()]
    assert all(close(a, b, rel=0.02) for a, b in zip(found, expected, strict=False))
    assert close(found[-1], deltas[1][0, 0])
    assert ("pull against" in sentence) == (brought[0] * brought[1] < 0)


@settings(max_examples=40)
@given(states)
def test_the_sentence_about_slopes_names_the_steepest_weight(state):
    nabla_w = truth_of(state)[3]
    sentence = said(**{**state, "way": BACKWARD, "numbers": SLOPES})
    steepest = max(np.abs(slopes).max() for slopes in nabla_w)
    slope = numbers(sentence.partition("a × δ = ")[2])[2]
    assert close(abs(slope), steepest)
    assert ("would raise" in sentence) == (slope > 0)
    x = example_of(state)[0].ravel()
    assert ("slope 0" in sentence) == (x == 0).any()
    assert "layer 0" not in sentence


def test_silent_inputs_are_named():
    slopes = {"way": BACKWARD, "numbers": SLOPES}
    assert "x₂ = 0: its weights have slope 0." in said(**slopes, x2=0.0)
    assert "x₁ = x₂ = 0: their weights" in said(**slopes, x1=0.0, x2=0.0)
    # A browser's slider adds up tenths, and arrives just beside zero.
    assert "x₁ = 0: its" in said(**slopes, x1=-4.0 + 40 * 0.1 + 1e-16)


def test_right_outputs_send_nothing_back():
    run = passes(*example_of(START))
    exact = passes(run.x, run.activations[-1])
    assert exact.cost == 0
    assert not any(delta.any() for delta in exact.deltas)


@pytest.mark.parametrize("way", [FORWARD, BACKWARD])
@pytest.mark.parametrize("shown", [PLAIN, CARRIED, SLOPES])
def test_the_static_picture_is_drawn(way, shown):
    view = EXPLORER.view({**START, "way": way, "numbers": shown})
    explorers.check_static_picture(view)
