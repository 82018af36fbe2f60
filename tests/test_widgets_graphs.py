"""The explorer of lesson 4: every state can be shown, and what it says is so."""

import math
import re

import explorers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sentences import check_writing, numbers

from bpkit.plots.static import picture_of
from bpkit.widgets.graphs import GRAPHS, LAST, WIDTH, GraphExplorer, sweep_of

EXPLORER = GraphExplorer()
START = EXPLORER.start()
NAMES = tuple(GRAPHS)
SUM, LINEAR, SIGMOID, DIAMOND = NAMES

# The same functions in plain Python, and how many operations each graph has.
PLAIN = {
    SUM: lambda x, y, z: (x + y) * z,
    LINEAR: lambda w, x, b, y: (w * x + b - y) ** 2 / 2,
    SIGMOID: lambda w0, x0, w1, x1, w2: 1 / (1 + math.exp(-(w0 * x0 + w1 * x1 + w2))),
    DIAMOND: lambda x: 2 * x + 4 * x * x,
}
OPERATIONS = {SUM: 2, LINEAR: 5, SIGMOID: 5, DIAMOND: 3}

states = explorers.states(EXPLORER)


def inputs_of(state):
    worked = GRAPHS[state["graph"]][1]
    return [v + state[f"nudge{k}"] for k, v in enumerate(worked, start=1)]


def slopes_by_nudging(state):
    f, at, h = PLAIN[state["graph"]], inputs_of(state), 1e-5
    found = []
    for k in range(len(at)):
        up, down = list(at), list(at)
        up[k] += h
        down[k] -= h
        found.append((f(*up) - f(*down)) / (2 * h))
    return found


def close(said, true):
    return said == pytest.approx(true, rel=2e-3, abs=1e-7)


def view_of(graph=SUM, step=0, **state):
    return EXPLORER.view({**START, "graph": graph, "step": step, **state})


def said(*args, **state):
    return view_of(*args, **state).sentence


def marks(view, kind):
    return [m for m in view.panels[0].marks if m.kind == kind]


def labels(view):
    return [m.text for m in marks(view, "label")]


# --- every state -------------------------------------------------------------------


@settings(max_examples=150)
@given(states)
def test_every_state_gives_a_clean_view(state):
    view = explorers.checked_view(EXPLORER, state)
    explorers.check_numbers_are_finite(view.sentence)
    check_writing(view.sentence)
    last = 2 * OPERATIONS[state["graph"]] + 1
    assert view.sentence.startswith(f"Step {min(state['step'], last)} of {last}")


@settings(max_examples=60)
@given(states, st.sampled_from(["back", "forward", "all", "reset"]))
def test_a_button_leads_to_a_state_that_the_controls_can_have(state, name):
    after = EXPLORER.act(name, state)
    assert EXPLORER.clean(after) == after
    last = 2 * OPERATIONS[state["graph"]] + 1
    here = min(state["step"], last)
    if name == "reset":
        assert after == START
    else:
        step = {"back": max(here - 1, 0), "forward": min(here + 1, last), "all": last}
        assert after == {**state, "step": step[name]}


def test_the_longest_walk_fits_the_slider():
    assert max(sweep_of({**START, "graph": g}).steps for g in NAMES) == LAST


@pytest.mark.parametrize("graph", NAMES)
def test_everything_lies_in_the_window_and_can_be_read(graph):
    for step in range(LAST + 1):
        panel = view_of(graph, step).panels[0]
        for mark in panel.marks:
            assert getattr(mark, "size", 13) >= 13
            if mark.kind in ("box", "label"):
                assert 0 <= mark.x <= WIDTH
                assert panel.ylim[0] + 0.1 <= mark.y <= panel.ylim[1] - 0.1


@settings(max_examples=40)
@given(states)
def test_numbers_keep_clear_of_the_boxes(state):
    explorers.check_static_layout(picture_of(EXPLORER.view(state)))


# --- the numbers -------------------------------------------------------------------


@settings(max_examples=80)
@given(states)
def test_the_walk_finds_the_value_and_the_slopes_that_nudging_finds(state):
    here = sweep_of(state)
    assert here.output.value == pytest.approx(PLAIN[state["graph"]](*inputs_of(state)))
    for node, slope in zip(here.inputs, slopes_by_nudging(state), strict=True):
        assert node.grad == pytest.approx(slope, rel=1e-6, abs=1e-6)


@settings(max_examples=60)
@given(states)
def test_the_last_sentence_gives_the_slopes_that_nudging_finds(state):
    sentence = EXPLORER.view({**state, "step": LAST}).sentence
    found = re.search(
        rf" of {'J' if state['graph'] == LINEAR else 'f'}: (.*?)\.(?: |$)", sentence
    )
    given_slopes = [numbers(part)[0] for part in found[1].split(", ")]
    for one, other in zip(given_slopes, slopes_by_nudging(state), strict=True):
        assert one == pytest.approx(other, rel=2e-3, abs=1e-6)


@settings(max_examples=80)
@given(states)
def test_every_product_in_a_sentence_is_right(state):
    sentence = EXPLORER.view(state).sentence
    number = r"\(?(−?[\d.]+(?:e[−+]\d+)?)\)?"
    for a, b, c in re.findall(rf"{number} × {number} = {number}", sentence):
        a, b, c = (float(n.rstrip(".").replace("−", "-")) for n in (a, b, c))
        assert c == pytest.approx(a * b, rel=2e-3, abs=1e-300)


@settings(max_examples=60)
@given(states)
def test_the_graph_shows_what_is_known_and_no_more(state):
    here = sweep_of(state)
    shown = labels(EXPLORER.view(state))
    count = OPERATIONS[state["graph"]]
    assert shown.count("?") == max(0, count - state["step"])
    colours = [m for m in marks(EXPLORER.view(state), "label") if m.color == "#D55E00"]
    assert bool(colours) == (here.step > count)


def test_the_worked_numbers_of_the_lesson():
    assert "all 3 slopes of f: −4 by x, −4 by y, 3 by z" in said(SUM, LAST)
    assert "−4 by w, 4 by x, 2 by b, −2 by y" in said(LINEAR, LAST)
    assert "−0.1966 by w₀, 0.3932 by x₀, −0.3932 by w₁, −0.5898 by x₁, 0.1966" in said(
        SIGMOID, LAST
    )
    assert "found the slope of f: 26 by x" in said(DIAMOND, LAST)


def test_each_kind_of_step_has_its_sentence():
    assert said(SUM, 0).endswith("only the inputs are known, x = −2, y = 5, z = −4.")
    assert "f = 3 × (−4) = −12; local slopes −4 by s and 3 by z." in said(SUM, 2)
    assert "the turn: f = −12 is known" in said(SUM, 3)
    assert "hands on (−4) × 1 = −4 to s and 3 × 1 = 3 to z." in said(SUM, 4)
    assert "q = 2² = 4; local slope 4 by d." in said(LINEAR, 4)
    assert "J = 4 ÷ 2 = 2; local slope 0.5 by q." in said(LINEAR, 5)
    assert "f = σ(1) = 0.7311; local slope 0.1966 by z." in said(SIGMOID, 5)


def test_a_node_waits_until_all_its_wires_have_spoken():
    assert "a has heard 1 of its 3 wires, so it must wait." in said(DIAMOND, 5)
    assert "1 …" in labels(view_of(DIAMOND, 5))
    assert "All wires of a have spoken: 1 + 6 + 6 = 13." in said(DIAMOND, 6)
    assert "13" in labels(view_of(DIAMOND, 6))


def test_a_wire_shows_what_came_back_along_it():
    shown = labels(view_of(DIAMOND, LAST))
    assert shown.count("13") == 3  # the slope at a, and both wires from x
    assert shown.count("6") == 3  # the value of a, and both wires from a to b
    assert shown.count("26") == 1


@settings(max_examples=60)
@given(states)
def test_flat_ground_is_named_just_where_it_is(state):
    state = {**state, "graph": SIGMOID, "step": 7}
    f = PLAIN[SIGMOID](*inputs_of(state))
    assert ("σ is flat" in EXPLORER.view(state).sentence) == (f * (1 - f) < 0.05)


@settings(max_examples=40)
@given(states)
def test_a_nudge_without_an_input_is_idle(state):
    count = len(GRAPHS[state["graph"]][1])
    idle = {name for name in EXPLORER.idle(state) if name.startswith("nudge")}
    assert idle == {f"nudge{k}" for k in range(count + 1, 6)}


@pytest.mark.parametrize("graph", NAMES)
def test_the_step_goes_no_further_than_the_graph(graph):
    state = EXPLORER.clean({**START, "graph": graph, "step": LAST})
    assert state["step"] == sweep_of(state).steps
    assert f"Step {state['step']} of {state['step']}" in EXPLORER.view(state).sentence


def test_the_graph_fills_its_panel():
    for graph in NAMES:
        [panel] = EXPLORER.view(EXPLORER.clean({**START, "graph": graph})).panels
        low, high = panel.ylim
        ys = [y for m in panel.marks if m.kind == "line" for y in m.y]
        assert high - max(ys) < 0.7
        assert min(ys) - low < 0.7
        assert panel.height == pytest.approx(100 * (high - low), abs=30)


def test_arrows_run_with_the_values_and_then_with_the_slopes():
    for step, right in ((1, True), (2, True), (4, False), (5, False)):
        colour = "#0072B2" if right else "#D55E00"
        active = [a for a in marks(view_of(SUM, step), "arrow") if a.color == colour]
        assert len(active) == 2
        assert all((a.x_end > a.x) == right for a in active)
        thick = [b.text for b in marks(view_of(SUM, step), "box") if b.border == 4]
        assert thick == [{1: "+", 2: "×", 4: "×", 5: "+"}[step]]


# --- the static picture ------------------------------------------------------------


@pytest.mark.parametrize("graph", NAMES)
def test_the_static_picture_is_drawn(graph):
    explorers.check_static_picture(view_of(graph, 6))
