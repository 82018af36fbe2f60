"""The explorer of lesson 6: every state can be shown, and what it says is so."""

import re

import explorers
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sentences import numbers

from bpkit import (
    backprop,
    forward_pass,
    numerical_gradient,
    quadratic_cost,
    relative_error,
    sigmoid,
    sigmoid_prime,
)
from bpkit.widgets.equations import (
    BIASES,
    BP1,
    BP2,
    BP3_1,
    BP3_2,
    BP4_1,
    BP4_2,
    EQUATIONS,
    FORWARD_1,
    FORWARD_2,
    LAST,
    WEIGHTS,
    EquationsExplorer,
    passes,
)

EXPLORER = EquationsExplorer()
START = EXPLORER.start()
states = explorers.states(EXPLORER)


def example_of(state):
    x = np.array([[state[name]] for name in ("x1", "x2", "x3")]).round(6)
    return x, np.array([[state["y1"]], [state["y2"]]])


def truth_of(state):
    """Return zs, activations, (delta1, delta2) and nabla_w, from the core alone."""
    x, y = example_of(state)
    nabla_b, nabla_w = backprop(WEIGHTS, BIASES, x, y)
    return *forward_pass(WEIGHTS, BIASES, x), nabla_b, nabla_w


def close(said, true):
    """Return whether a number said with three digits is the true one."""
    return said == pytest.approx(true, rel=6e-3, abs=1e-12)


def marks(view, kind, panel):
    return [m for m in view.panels[panel].marks if m.kind == kind]


def texts(view):
    return [m.text for m in marks(view, "label", 1)]


def said(step, **state):
    return EXPLORER.view({**START, "step": step, **state}).sentence


# --- every state ---------------------------------------------------------------------


@settings(max_examples=80)
@given(states)
def test_every_state_gives_a_clean_view(state):
    view = explorers.checked_view(EXPLORER, state)
    assert len(view.panels) == 2
    explorers.check_numbers_are_finite(view.sentence)
    assert view.sentence.startswith(f"Step {state['step']} of {LAST}: ")


@settings(max_examples=25)
@given(states, st.sampled_from(["back", "forward", "reset"]))
def test_a_button_leads_to_a_state_that_the_controls_can_have(state, name):
    after = EXPLORER.act(name, state)
    assert EXPLORER.clean(after) == after
    moved = {"back": -1, "forward": 1}.get(name)
    if moved is None:
        assert after == START
    else:
        assert after == {**state, "step": min(max(state["step"] + moved, 0), LAST)}


def test_an_unknown_button_is_refused():
    with pytest.raises(ValueError, match="no button 'sideways'"):
        EXPLORER.act("sideways", START)


@settings(max_examples=30)
@given(states)
def test_no_box_overlaps_another(state):
    boxes = marks(EXPLORER.view(state), "box", 0)
    assert len(boxes) == 3 + 4 + 2
    for i, a in enumerate(boxes):
        assert 0 <= a.y - a.height / 2 < a.y + a.height / 2 <= 10
        for b in boxes[:i]:
            apart = abs(a.x - b.x) >= a.width or abs(a.y - b.y) * 2 >= (
                a.height + b.height
            )
            assert apart


def test_titles_take_one_line_so_that_the_drawing_does_not_jump():
    for step in range(LAST + 1):
        for panel in EXPLORER.view({**START, "step": step}).panels:
            assert 0 < len(panel.title) <= 44


def test_text_is_at_least_13_pixels():
    for step in range(LAST + 1):
        for panel in EXPLORER.view({**START, "step": step}).panels:
            assert all(getattr(mark, "size", 13) >= 13 for mark in panel.marks)


# --- the numbers ---------------------------------------------------------------------


@settings(max_examples=30)
@given(states)
def test_the_errors_and_slopes_are_the_gradient_of_the_cost(state):
    run = passes(*example_of(state))
    zs, activations, deltas, nabla_w = truth_of(state)
    for mine, true in zip([*run.zs, *run.activations], [*zs, *activations]):
        np.testing.assert_allclose(mine, true)
    for mine, true in zip([*run.deltas, *run.nabla_w], [*deltas, *nabla_w]):
        np.testing.assert_allclose(mine, true, rtol=1e-9, atol=1e-15)


def test_the_errors_are_what_nudging_says():
    x, y = example_of(START)
    run = passes(x, y)

    def cost_of_z1(z):
        return quadratic_cost(sigmoid(WEIGHTS[1] @ sigmoid(z) + BIASES[1]), y)

    nudged = numerical_gradient(cost_of_z1, run.zs[0])
    assert relative_error(run.deltas[0], nudged) < 1e-7


@settings(max_examples=30)
@given(states)
def test_the_boxes_hold_the_activations_and_the_errors(state):
    _, activations, deltas, _ = truth_of(state)
    boxes = marks(EXPLORER.view(state), "box", 0)
    layers = boxes[:3], boxes[3:7], boxes[7:]
    for layer, known in ((1, FORWARD_1), (2, FORWARD_2)):
        for j, box in enumerate(layers[layer]):
            first, *rest = box.text.split("\n")
            if state["step"] < known:
                assert first == "?"
            else:
                true = activations[layer][j, 0]
                assert numbers(first) == [pytest.approx(true, rel=0.06)]
            lit = state["step"] >= (BP2, BP1)[layer - 1]
            assert ("δ" in box.text) == lit
            if lit:
                delta = deltas[layer - 1][j, 0]
                assert numbers(rest[-1]) == [pytest.approx(delta, rel=0.06)]
                # Blue is more blue than red, the other way round for orange.
                red, blue = int(box.fill[1:3], 16), int(box.fill[5:7], 16)
                assert (blue > red) == (delta > 0) or red == blue == 255
            else:
                assert box.fill == "#FFFFFF"


@settings(max_examples=30)
@given(states)
def test_the_lines_of_the_last_step_have_the_sign_and_order_of_the_slopes(state):
    nabla_w = truth_of(state)[3]
    lines = marks(EXPLORER.view({**state, "step": LAST}), "line", 0)
    for slopes, drawn in ((nabla_w[0], lines[:12]), (nabla_w[1], lines[12:])):
        for slope, line in zip(slopes.ravel(), drawn):
            assert (line.dash == "dashed") == (slope < 0)
            if slope == 0:
                assert line.width == 1
        if slopes.any():
            thickest = np.argmax([line.width for line in drawn])
            assert abs(slopes.flat[thickest]) == pytest.approx(np.abs(slopes).max())


def test_arrows_run_forward_and_then_back():
    for step, right in ((FORWARD_1, True), (FORWARD_2, True), (BP2, False)):
        arrows = marks(EXPLORER.view({**START, "step": step}), "arrow", 0)
        assert len(arrows) == (12 if step == FORWARD_1 else 8)
        assert all((a.x_end > a.x) == right for a in arrows)


def test_the_current_equation_is_framed_and_those_before_it_ticked():
    for step in range(LAST + 1):
        view = EXPLORER.view({**START, "step": step})
        bold = [m.text for m in marks(view, "label", 1) if m.bold]
        assert bold == ([EQUATIONS[step]] if step else [])
        assert len(marks(view, "box", 1)) == bool(step)
        assert texts(view).count("✓") == max(0, step - 1)
        assert [t for t in texts(view) if t in EQUATIONS.values()] == list(
            EQUATIONS.values()
        )


def test_the_numbers_below_the_equations_are_its_own():
    zs, activations, deltas, nabla_w = truth_of(START)
    y = example_of(START)[1]

    def rows(step):
        labels = texts(EXPLORER.view({**START, "step": step}))
        return labels[labels.index(EQUATIONS[LAST]) + 1 :]

    for j, row in enumerate(rows(BP1)):
        found = numbers(row.partition("=")[2])
        slope = sigmoid_prime(zs[1])[j, 0]
        expected = [activations[2][j, 0], y[j, 0], slope, deltas[1][j, 0]]
        assert all(close(a, b) for a, b in zip(found, expected, strict=True))
    for j, row in enumerate(rows(BP2)):
        carried, slope, delta = numbers(row.partition("=")[2])
        assert carried * slope == pytest.approx(delta, rel=0.02)
        assert close(delta, deltas[0][j, 0])
    for step, layer in ((BP4_1, 0), (BP4_2, 1)):
        found = [numbers(text)[0] for text in rows(step)]
        np.testing.assert_allclose(found, nabla_w[layer].ravel(), rtol=0.06)


# --- the sentence --------------------------------------------------------------------


@settings(max_examples=30)
@given(states)
def test_the_sentence_about_the_output_tells_which_way_the_cost_goes(state):
    deltas = truth_of(state)[2][1][:, 0]
    sentence = said(BP1, **{k: v for k, v in state.items() if k != "step"})
    found = re.findall(r"would (\w+) the cost \(δ²[₁₂] = (\S+)\)", sentence)
    assert [way for way, _ in found] == ["raise" if d > 0 else "lower" for d in deltas]
    assert all(close(numbers(n)[0], d) for (_, n), d in zip(found, deltas))


@settings(max_examples=30)
@given(states)
def test_the_sentence_about_hidden_errors_names_the_brightest_and_the_flattest(state):
    zs, _, deltas, _ = truth_of(state)
    sentence = said(BP2, **{k: v for k, v in state.items() if k != "step"})
    neuron, delta, share = re.search(
        r"brightest is hidden neuron (\d), δ = (\S+): (\S+) times", sentence
    ).groups()
    sizes = np.abs(deltas[0][:, 0])
    assert sizes[int(neuron) - 1] == pytest.approx(sizes.max())
    assert close(numbers(delta)[0], deltas[0][int(neuron) - 1, 0])
    assert close(numbers(share)[0], sizes.max() / np.abs(deltas[1]).max())
    slopes = sigmoid_prime(zs[0])[:, 0]
    flat = re.search(r"Hidden neuron (\d) sits where σ is flat: σ′ = (\S+) ", sentence)
    assert bool(flat) == (slopes.min() < 0.05)
    if flat:
        assert slopes[int(flat[1]) - 1] == pytest.approx(slopes.min())
        assert close(numbers(flat[2])[0], slopes.min())


@settings(max_examples=30)
@given(states)
def test_the_sentences_about_weights_name_the_largest_slope(state):
    nabla_w = truth_of(state)[3]
    values = {k: v for k, v in state.items() if k != "step"}
    found = re.search(
        r"neuron (\d) to output (\d): δ × a = .* = (\S+)\.$", said(BP4_2, **values)
    )
    k, j = int(found[1]) - 1, int(found[2]) - 1
    assert abs(nabla_w[1][j, k]) == pytest.approx(np.abs(nabla_w[1]).max())
    assert close(numbers(found[3])[0], nabla_w[1][j, k])
    last = said(BP4_1, **values)
    assert "all 26 slopes" in last
    assert "52 passes forward" in last
    x = example_of(state)[0][:, 0]
    assert ("have slope 0" in last) == bool((x == 0).any() and x.any())


def test_a_zero_input_is_named_with_its_weights():
    assert "x₂ = 0, so the weights that carry it have slope 0" in said(BP4_1, x2=0.0)
    assert "x₁ = x₃ = 0, so the weights that carry them" in said(BP4_1, x1=0.0, x3=0.0)
    # A browser's slider adds up tenths, and arrives just beside zero.
    assert "x₁ = 0, so" in said(BP4_1, x1=-4.0 + 40 * 0.1 + 1e-16)


def test_the_forward_steps_tell_what_they_have_computed():
    _, activations, deltas, _ = truth_of(START)
    cost = quadratic_cost(activations[2], example_of(START)[1])
    assert close(numbers(said(FORWARD_2).partition("C =")[2])[0], cost)
    hidden = numbers(said(FORWARD_1).partition("(")[2].partition(")")[0])
    assert all(close(a, b) for a, b in zip(hidden, activations[1][:, 0], strict=True))
    for step, layer in ((BP3_1, 0), (BP3_2, 1)):
        found = numbers(said(step).partition("(")[2].partition(")")[0])
        assert all(close(a, b) for a, b in zip(found, deltas[layer][:, 0], strict=True))


def test_right_outputs_send_no_error_back():
    run = passes(*example_of(START))
    exact = passes(run.x, run.activations[2])
    assert exact.cost == 0
    assert not exact.deltas[0].any()


# --- the static picture --------------------------------------------------------------


@pytest.mark.parametrize("step", [0, BP1, BP2, LAST])
def test_the_static_picture_is_drawn(step):
    explorers.check_static_picture(EXPLORER.view({**START, "step": step}))
