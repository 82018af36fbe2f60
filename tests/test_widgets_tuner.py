"""The tuner: runs that a line repeats, and what may be said of their differences."""

import gc
import json
import math
import tracemalloc
from dataclasses import asdict, replace
from types import SimpleNamespace

import explorers
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sentences import numbers

from bpkit import load_digits
from bpkit.plots.tuning import GUESSED, VALIDATION
from bpkit.widgets import tuner as module
from bpkit.widgets.face import Face
from bpkit.widgets.tuner import (
    CONTROLS,
    KEPT,
    KNOBS,
    POINTS,
    Run,
    Settings,
    Tuner,
    code_of,
    compare,
    constant_cost,
    piles,
    plan,
    settings_of,
)

QUICK = Settings(hidden=3, batch="100", epochs=2)
STATES = explorers.states(Tuner)
ALL_SETTINGS = STATES.map(Tuner().settings_in)


def played(tuner, wanted, button="play"):
    """Return the state after a button has been ticked to its end."""
    state = tuner.clean(tuner.start() | asdict(wanted))
    return ended(tuner, state, button)


def ended(tuner, state, button="play"):
    """Return the state after a button has been ticked until it stops."""
    state = tuner.act(button, state)
    while not tuner.view(state).stop:
        state = tuner.act(button, tuner.clean(state))
    return state


def bits(net):
    """Return all parameters of a network, as bytes."""
    return [p.tobytes() for p in net.weights + net.biases]


def net_after(line):
    """Run a line of code by itself and return its network."""
    names = {}
    exec(line, names)
    return names["net"]


def said(tuner, state):
    """Return the sentence of a state."""
    return tuner.view(state).sentence


# --- every state ---------------------------------------------------------------------


@settings(max_examples=25)
@given(STATES, st.lists(st.sampled_from(["play", "sweep", "take", "best", "look"])))
def test_no_position_of_the_controls_raises(state, buttons):
    tuner = Tuner()
    state = tuner.clean(state)
    explorers.checked_view(tuner, state, gaps=True)
    for button in buttons:
        state = tuner.act(button, state)
        view = explorers.checked_view(tuner, state, gaps=True)
        assert len(view.panels) == 4
        assert tuner.clean(state) == state


def test_all_that_goes_to_the_page_is_json_at_the_end_of_a_run_too():
    page = Face(Tuner())
    page.answer({"state": asdict(QUICK), "act": "play"})
    while not page.scene["stop"]:
        page.answer({"state": {}, "act": "play"})
    assert "Run 1: " in page.sentence
    json.dumps([page.scene, page.state], allow_nan=False)


def test_reset_moves_the_controls_and_keeps_the_runs_and_the_look():
    tuner = Tuner()
    state = tuner.act("look", played(tuner, QUICK))
    explorers.check_reset(tuner, state)
    again = tuner.clean(tuner.act("reset", state))
    assert "The one look: run 1" in said(tuner, again)
    assert tuner.view(again).stop
    assert "1 run kept" in said(tuner, again)
    assert "Run 1: " in said(tuner, tuner.clean(again | asdict(QUICK)))


def test_the_picture_without_a_kernel_is_a_sweep_and_has_room():
    tuner = Tuner()
    view = tuner.preview()
    explorers.check_static_layout(explorers.check_static_picture(view))
    assert view is Tuner().preview()
    curves, against, table, _ = view.panels
    assert "fewest misread at η = 1: " in against.title
    assert len(curves.marks[1].x) > 24
    assert [mark.text for mark in table.marks[:4]] == ["run", "η", "seed", "right"]
    assert not tuner.runs


# --- a run is its line ---------------------------------------------------------------


@settings(max_examples=20, deadline=None)
@given(ALL_SETTINGS)
def test_the_line_repeats_the_run_bit_for_bit(drawn):
    drawn = replace(drawn, epochs=min(drawn.epochs, 2))
    run = Run(1, drawn)
    while not run.done:
        run.tick()
    assert bits(run.net) == bits(net_after(code_of(drawn)))


@given(ALL_SETTINGS)
def test_the_line_gives_its_settings_back(drawn):
    assert settings_of(code_of(drawn)) == drawn


LINE = code_of(Settings())


@pytest.mark.parametrize(
    "text",
    [
        LINE.replace('"', "”"),
        f"`{LINE}`",
        f"```python\n{LINE}\n```",
        LINE.replace("; ", "\n"),
        LINE.replace(" ", "\n"),
        LINE.replace(" ", "\N{NO-BREAK SPACE}"),
        LINE.replace("10, 10, 0.5,", "10,10 , 5e-1,").replace('"', "'"),
        LINE + "  # the best of Tuesday",
        "> " + LINE.replace("; ", ";\n> "),
    ],
)
def test_what_a_chat_makes_of_a_line_is_understood(text):
    assert settings_of(text) == Settings()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (LINE[:-1], "Python cannot read it at “.*” \\(character \\d+\\)"),
        (LINE.replace("SGD", "sgd"), "expected “net.SGD” at “net.sgd”"),
        (LINE.replace("[:1137]", "[:1000]"), "expected “1137” at “1000”"),
        (LINE.replace("(100)", "(101)"), "expected “100” at “101”"),
        (LINE.replace("64, 30", "64, 30, 30"), "at “.64, 30, 30, 10.”"),
        (LINE.partition("; net.SGD")[0], "ends before “net.SGD"),
        (LINE + "; print(1)", "nothing is expected at “print"),
        (LINE.replace("0.5,", "1000,"), "eta = 1000 is none.*nearest is 100"),
        (LINE.replace("10, 10,", "10, 7,"), "batch = 7 is none.*1, 4, 10, 25 and 100"),
        (LINE.replace("10, 10,", '10, "10",'), "batch = '10' is none"),
        (LINE.replace("30", "9" * 400), "hidden = 99+ is none"),
        (LINE.replace("30", "-30"), "at “-30”"),
        ("((((" * 200, "Python cannot read it"),
        ("\0", "Python cannot read it"),
        ("x = 1", "at “x = 1”"),
        ("-" * 990 + "1", "at “a deep expression”"),
        (LINE.replace("30", "-" * 900 + "30"), "at “a deep expression”"),
    ],
)
def test_any_other_text_is_told_where_and_stays_to_be_mended(text, place):
    tuner = Tuner()
    with pytest.raises(ValueError, match=place):
        settings_of(text)
    before = played(tuner, QUICK)
    after = tuner.clean(before | {"line": text})
    assert {name: after[name] for name in CONTROLS} == asdict(QUICK)
    view = tuner.view(after)
    assert view.sentence.startswith("Not taken: ")
    assert view.stop
    assert after["line"] == text
    assert tuner.clean(tuner.act("play", after))["line"] == text
    emptied = tuner.clean(after | {"line": " "})
    assert emptied["line"] == code_of(QUICK)
    assert "Not taken" not in said(tuner, emptied)


@given(st.text(max_size=60) | st.text("()[]={};.,0129 netorder'\"", max_size=60))
def test_no_text_at_all_raises_in_the_widget(text):
    tuner = Tuner()
    kept = text if text.strip() else code_of(Settings())
    assert tuner.clean(tuner.start() | {"line": text})["line"] == kept


def test_a_pasted_line_sets_the_controls():
    tuner = Tuner()
    state = tuner.clean(tuner.start() | {"line": code_of(QUICK)})
    assert tuner.settings_in(state) == QUICK
    state = tuner.clean(state | {"eta": 3.0})
    assert state["line"] == code_of(replace(QUICK, eta=3.0))


# --- runs are kept -------------------------------------------------------------------


def test_play_ends_with_the_budget_and_is_idle_then():
    tuner = Tuner()
    state = played(tuner, QUICK)
    (run,) = tuner.runs.values()
    assert (run.epoch, run.done) == (2, True)
    assert "play" in tuner.idle(state)
    assert "play" not in tuner.idle(tuner.clean(state | {"seed": 9}))


def test_a_control_moved_and_put_back_finds_its_run_under_way_too():
    tuner = Tuner()
    state = tuner.act("play", tuner.clean(asdict(QUICK)))
    before = tuner.view(state)
    assert "at epoch 1 of 2" in before.sentence
    away = tuner.clean(state | {"eta": 9.0})
    assert "Not trained yet" in said(tuner, away)
    back = tuner.clean(away | {"eta": QUICK.eta})
    assert tuner.view(back).as_data() == before.as_data()
    ended(tuner, back)
    assert bits(tuner.runs[QUICK].net) == bits(net_after(code_of(QUICK)))


def test_a_run_left_for_another_keeps_its_curve_and_number_and_begins_anew():
    tuner = Tuner()
    tuner.act("play", tuner.clean(asdict(QUICK)))
    state = tuner.act("play", tuner.clean(asdict(replace(QUICK, seed=1))))
    assert len(tuner.runs[QUICK].curves["epoch"]) == 2
    state = tuner.clean(state | asdict(QUICK))
    assert "Run begins it anew" in said(tuner, state)
    state = ended(tuner, state)
    assert said(tuner, state).startswith("Run 1: ")
    assert bits(tuner.runs[QUICK].net) == bits(net_after(code_of(QUICK)))


def test_back_to_a_run_and_to_the_best_restores_settings_and_weights():
    tuner = Tuner()
    wanted = [replace(QUICK, eta=eta) for eta in (0.001, 1.0, 0.003)]
    for one in wanted:
        state = played(tuner, one)
    state = tuner.act("best", state)
    assert tuner.settings_in(state) == tuner.best.settings == wanted[1]
    assert tuner.best.right == max(run.right for run in tuner.runs.values())
    assert "best" in tuner.idle(state)
    state = tuner.act("take", tuner.clean(state | {"pick": 1}))
    assert tuner.settings_in(state) == wanted[0]
    for one in wanted:
        assert bits(tuner.runs[one].net) == bits(net_after(code_of(one)))


def test_every_earlier_run_is_drawn_in_grey_behind_this_one():
    tuner = Tuner()
    for seed in range(4):
        state = played(tuner, replace(QUICK, seed=seed))
    other_cost = replace(QUICK, cost="quadratic")
    played(tuner, other_cost)
    curves = tuner.view(state).panels[0]
    faint = {mark.label: mark for mark in curves.marks if mark.color == "#B0B0B0"}
    assert np.isnan(faint["earlier"].y).sum() == 4
    assert np.isnan(faint["other cost"].y).sum() == 1
    assert faint["other cost"].dash == "dotted"
    now = next(mark for mark in curves.marks if mark.label == "validation")
    assert (
        list(now.y) == tuner.runs[replace(QUICK, seed=3)].curves["validation"].tolist()
    )
    limits = {tuner.view(tuner.clean(asdict(s))).panels[0].ylim for s in tuner.runs}
    assert limits == {(0.01, 10.0)}


def test_the_best_is_drawn_before_the_grey_where_its_cost_can_be_compared():
    tuner = Tuner()
    played(tuner, replace(QUICK, hidden=10, eta=1.0))
    for cost, drawn in (("cross_entropy", True), ("quadratic", False)):
        state = played(tuner, replace(QUICK, cost=cost))
        labels = {mark.label for mark in tuner.view(state).panels[0].marks}
        assert tuner.best.number == 1
        assert ("best: 1" in labels) is drawn


def test_a_kept_curve_is_the_whole_one_thinned():
    long = replace(QUICK, epochs=50)
    run = Run(1, long)
    whole = [run.curves["validation"][0]]
    while not run.done:
        run.tick()
        if not run.done:
            whole.append(run.curves["validation"][-1])
    epochs = run.curves["epoch"]
    assert len(epochs) == POINTS
    assert (epochs[0], epochs[-1]) == (0, 50)
    kept = run.curves["validation"]
    assert kept[:-1].tolist() == [whole[int(epoch)] for epoch in epochs[:-1]]
    assert kept[-1] == pytest.approx(run.net.mean_cost(piles()[1]))


@pytest.mark.parametrize("batch", CONTROLS["batch"].options)
def test_a_tick_is_a_bounded_slice(batch):
    run = Run(1, replace(QUICK, batch=batch))
    run.tick()
    steps = run.epoch * run.settings.steps_an_epoch
    assert round(steps) == min(300, run.settings.steps_an_epoch)


def test_the_table_shows_the_settings_that_differ_and_the_best_first():
    tuner = Tuner()
    for changes in ({}, {"eta": 2.0}, {"eta": 2.0, "decay": "0.01"}):
        state = played(tuner, replace(QUICK, **changes))
    texts = [mark.text for mark in tuner.view(state).panels[2].marks]
    assert texts[:4] == ["run", "η", "λ", "right"]
    rows = [texts[k : k + 4] for k in range(4, 16, 4)]
    assert {tuple(row[:3]) for row in rows} == {
        ("1", "0.5", "0"), ("2", "2", "0"), ("3", "2", "0.01"),
    }  # fmt: skip
    rights = [int(row[3]) for row in rows]
    assert rights == sorted(rights, reverse=True)


def test_fifty_runs_are_kept_and_they_are_small():
    tuner = Tuner()
    piles()
    gc.collect()
    tracemalloc.start()
    try:
        largest = Settings(hidden=100, batch="1", epochs=60)
        for seed in range(KEPT):
            run = Run(seed + 1, replace(largest, seed=seed))
            run.curves = {name: [1.0] * 240 for name in run.curves}
            next(run._training)
            run.close()
            tuner.runs[run.settings] = run
        del run
        gc.collect()
        size = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert size < 5e6
    assert all(len(r.curves["epoch"]) == POINTS for r in tuner.runs.values())


def test_beyond_fifty_the_oldest_goes_but_not_the_best_nor_the_one_looked_at():
    tuner = Tuner()
    good = replace(QUICK, hidden=10, eta=1.0)
    state = tuner.act("look", played(tuner, good))
    better = replace(good, epochs=20)
    played(tuner, better)
    weak = replace(QUICK, epochs=1, eta=0.001)
    for seed in range(KEPT):
        state = played(tuner, replace(weak, seed=seed))
    assert len(tuner.runs) == KEPT
    assert {good, better} <= tuner.runs.keys()
    assert replace(weak, seed=0) not in tuner.runs
    assert sorted(run.number for run in tuner.runs.values()) == list(range(1, KEPT + 1))
    assert "The one look: run 1 " in said(tuner, state)
    assert len(tuner.view(state).as_data()) == 4


# --- luck ----------------------------------------------------------------------------


def run_with(hits, number=1):
    """Return what `compare` needs of a run."""
    return SimpleNamespace(number=number, late=False, hits=np.array(hits, dtype=bool))


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 9))
def test_luck_is_judged_by_the_digits_that_only_one_of_two_reads(a, b, both):
    one = run_with([1] * a + [0] * b + [1] * both)
    other = run_with([0] * a + [1] * b + [1] * both, 2)
    sentence = compare(one, other)
    if not a + b:
        assert "very same digits" in sentence
        return
    assert numbers(sentence)[:2] == [a + b, 2]
    assert f"it reads {a}, the other {b}: the difference is {abs(a - b)}," in sentence
    above = abs(a - b) > 2 * math.sqrt(a + b)
    assert ("more than luck" in sentence) is above
    assert ("not above" in sentence) is not above


def test_the_sentence_compares_with_the_best_on_the_same_digits():
    tuner = Tuner()
    poor, good = (replace(QUICK, eta=eta) for eta in (0.001, 1.0))
    played(tuner, good)
    state = played(tuner, poor)
    weak, best = tuner.runs[poor], tuner.runs[good]
    sentence = said(tuner, state)
    assert sentence == (
        f"Run 2: {weak.right} of 300 validation digits right; the best is run 1, "
        f"{best.right}. {compare(weak, best)}"
    )
    assert "more than luck" in sentence
    rival = said(tuner, tuner.act("best", state))
    assert (
        f"the best so far, before run 2, {weak.right}. {compare(best, weak)}" in rival
    )


def test_runs_that_differ_by_their_seed_alone_are_seldom_told_apart():
    tuner = Tuner()
    equal = replace(Settings(), epochs=20)
    for seed in range(8):
        played(tuner, replace(equal, seed=seed))
    runs = list(tuner.runs.values())
    pairs = [(r, s) for k, r in enumerate(runs) for s in runs[:k]]
    told = sum("more than luck" in compare(*pair) for pair in pairs)
    assert told <= 1, f"{told} of {len(pairs)}"


# --- the piles, and the one look -----------------------------------------------------


def test_no_digit_is_in_two_piles():
    (x, _), (held, _) = piles()
    test = load_digits()[1][0]
    assert (x.shape[1], held.shape[1]) == (1137, VALIDATION)
    counts = [len({c.tobytes() for c in pile.T}) for pile in (x, held, test)]
    together = {c.tobytes() for pile in (x, held, test) for c in pile.T}
    assert len(together) == sum(counts)


def test_the_levels_are_those_of_answers_that_are_the_same_for_every_digit():
    y = piles()[1][1]
    same = np.full_like(y, 0.1)
    for name, cost in module.COSTS.items():
        assert cost.value(same, y) == pytest.approx(constant_cost(name))
    assert GUESSED == VALIDATION * 9 / 10


def test_the_test_digits_are_not_read_before_the_look_and_once_only(monkeypatch):
    piles()
    asked = []

    def loaded():
        asked.append(1)
        return load_digits()

    monkeypatch.setattr(module, "load_digits", loaded)
    tuner = Tuner()
    first = tuner.clean(tuner.start())
    assert "look" in tuner.idle(first)
    assert tuner.act("look", first) == first
    state = played(tuner, QUICK)
    state = tuner.act("best", played(tuner, replace(QUICK, eta=1.0)))
    assert not asked
    assert "test digits" not in said(tuner, state)
    state = tuner.act("look", state)
    x, labels = load_digits()[1]
    best = tuner.best
    right = int((best.net.feedforward(x).argmax(axis=0) == labels).sum())
    look = f"The one look: run {best.number} reads {right} of 360 test digits"
    assert look in said(tuner, state)
    assert "look" in tuner.idle(state)
    played(tuner, replace(QUICK, eta=1.0, epochs=8))
    state = tuner.act("look", tuner.act("best", tuner.clean(state)))
    assert tuner.best is not best
    assert look in said(tuner, state)
    assert len(asked) == 1


def test_runs_begun_after_the_look_are_marked():
    tuner = Tuner()
    played(tuner, QUICK)
    state = tuner.act("look", played(tuner, replace(QUICK, seed=1)))
    state = played(tuner, replace(QUICK, seed=2))
    assert said(tuner, state).startswith("Run 3*: ")
    names = {mark.text for mark in tuner.view(state).panels[2].marks}
    assert {"1", "2", "3*"} <= names


# --- the sweep -----------------------------------------------------------------------


@pytest.mark.parametrize("knob", KNOBS.values())
def test_a_sweep_varies_its_knob_and_the_seed_alone(knob):
    base = replace(QUICK, seed=50)
    swept = plan(base, knob)
    assert len(set(swept)) == len(swept)
    assert {replace(s, **{knob: getattr(base, knob), "seed": 50}) for s in swept} == {
        base
    }
    assert len({getattr(s, knob) for s in swept}) >= 2
    assert all(s == settings_of(code_of(s)) for s in swept)


def test_a_sweep_draws_each_result_with_mean_and_spread():
    tuner = Tuner()
    base = replace(QUICK, epochs=1)
    state = tuner.clean(asdict(base) | {"knob": "batch"})
    state = ended(tuner, state, "sweep")
    runs = [tuner.runs[s] for s in plan(base, "batch")]
    assert all(run.done for run in runs)
    assert tuner.runs[tuner.settings_in(state)].right == max(r.right for r in runs)
    _, against, *_ = tuner.view(state).panels
    points = next(m for m in against.marks if m.label == "same otherwise")
    places = CONTROLS["batch"].options
    drawn = {(places.index(r.settings.batch), max(1, r.misread)) for r in runs}
    assert set(zip(points.x, points.y, strict=True)) == drawn
    means = [
        np.mean([r.misread for r in runs if r.settings.batch == b]) for b in places
    ]
    line = next(
        m
        for m in against.marks
        if m.kind == "line" and m.width == 1.5 and m.color == points.color
    )
    assert line.y == pytest.approx(means)
    best = places[int(np.argmin(means))]
    assert against.title.startswith(f"fewest misread at batch = {best}: ")


def test_a_sweep_that_is_paused_goes_on_and_one_of_other_settings_begins():
    tuner = Tuner()
    base = replace(QUICK, epochs=1)
    state = tuner.clean(asdict(base) | {"knob": "start"})
    state = tuner.act("sweep", state)
    assert len(tuner.queue) == 5
    state = tuner.clean(tuner.act("sweep", tuner.act("play", state)))
    assert len(tuner.queue) == 4
    state = tuner.act("sweep", tuner.clean(state | {"knob": "cost"}))
    assert {s.start for s in tuner.queue} == {state["start"]}
    ended(tuner, state, "sweep")
    made = len(tuner.runs)
    ended(tuner, tuner.clean(asdict(base) | {"knob": "start"}), "sweep")
    assert len(tuner.runs) <= made + 3
