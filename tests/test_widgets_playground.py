"""The playground: runs that a line of code repeats, and diagnoses that hold."""

from dataclasses import asdict, replace

import explorers
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpkit.backprop import forward_pass
from bpkit.widgets.playground import (
    KEPT,
    Playground,
    Run,
    Settings,
    code_of,
    diagnose,
    settings_of,
    status_of,
)

DEFAULT = Settings()
CONTROLS = {c.name: c for c in Playground.controls}
STATES = explorers.states(Playground, between=True)
ALL_SETTINGS = STATES.map(lambda s: Settings(**Playground.clean_settings(s)))


def trained(epochs, **changes):
    """Return a run with some settings changed, trained tick by tick."""
    run = Run(replace(DEFAULT, **changes))
    while run.now.epoch < epochs:
        run.train(min(4, epochs - int(run.now.epoch)))
    return run


def parameters_after(line):
    """Run a line of code by itself and return its network's parameters."""
    names = {}
    exec(line, names)
    return names["net"].weights + names["net"].biases


def assert_same_bits(run, line):
    for ours, theirs in zip(run.net.weights + run.net.biases, parameters_after(line)):
        assert ours.tobytes() == theirs.tobytes()


# --- every state ---------------------------------------------------------------------


@settings(deadline=None, max_examples=40)
@given(STATES, st.sampled_from(["play", "step", "epoch", "restart", "reset"]))
def test_no_position_of_the_controls_raises(state, button):
    explorer = Playground()
    state = explorer.clean(state | {"points": min(state["points"], 100)})
    explorer.view(state)
    state = explorer.act(button, state)
    view = explorers.checked_view(explorer, state, gaps=True)
    assert len(view.panels) == 4
    explorers.check_numbers_are_finite(view.sentence)
    assert explorer.clean(state) | {"stop": state["stop"]} == state | {"complaint": ""}


@pytest.mark.parametrize("layers", [1, 5])
@pytest.mark.parametrize("start", ["scaled", "zero"])
def test_the_static_picture_draws(layers, start):
    explorer = Playground()
    state = explorer.start() | {"layers": layers, "start": start}
    explorers.check_static_picture(explorer.view(state))


def test_a_changed_setting_starts_the_run_anew():
    explorer = Playground()
    state = explorer.act("play", explorer.start())
    assert explorer.run.steps == 200
    state = explorer.clean(state | {"eta": 0.5})
    assert explorer.run.steps == 0
    assert explorer.run.settings == replace(DEFAULT, eta=0.5)
    assert state["line"] == code_of(replace(DEFAULT, eta=0.5), 0)


def test_buttons_take_a_step_an_epoch_and_start_again():
    explorer = Playground()
    state = explorer.clean({"eta": 3.0})
    state = explorer.act("step", state)
    assert explorer.run.steps == 1
    state = explorer.act("epoch", state)
    assert explorer.run.steps == 50
    state = explorer.act("epoch", state)
    assert explorer.run.steps == 100
    state = explorer.act("restart", state)
    assert (explorer.run.steps, state["eta"]) == (0, 3.0)
    assert explorer.view(state).stop
    state = explorer.act("reset", explorer.act("play", state))
    assert (explorer.run.steps, state["eta"]) == (0, 1.0)
    with pytest.raises(ValueError, match="no button 'explode'"):
        explorer.act("explode", state)


@pytest.mark.parametrize("batch", CONTROLS["batch"].options)
def test_a_tick_is_a_bounded_slice_of_whole_epochs(batch):
    run = Run(replace(DEFAULT, batch=batch))
    run.tick()
    assert 1 <= run.now.epoch <= 4
    assert run.steps <= max(200, run.settings.steps_an_epoch)


def test_the_history_stays_short_and_spans_the_run():
    run = Run(replace(DEFAULT, points=20, batch="500", neurons=1))
    for _ in range(1000):
        run.step()
    epochs = [m.epoch for m in run.history]
    assert len(epochs) <= KEPT
    assert epochs == sorted(epochs)
    assert epochs[0] == 0
    assert epochs[-1] > 980
    assert max(np.diff(epochs)) <= 16


# --- the line ------------------------------------------------------------------------


@settings(deadline=None, max_examples=25)
@given(ALL_SETTINGS, st.lists(st.sampled_from(["step", "train"]), max_size=3))
def test_the_line_repeats_the_run_bit_for_bit(drawn, moves):
    run = Run(replace(drawn, points=min(drawn.points, 60)))
    for move in moves:
        run.step() if move == "step" else run.train(1)
    assert_same_bits(run, run.line)


def test_the_line_repeats_a_long_run_of_ticks_and_steps(capsys):
    run = Run(DEFAULT)
    for _ in range(10):
        run.tick()
    assert_same_bits(run, run.line)
    assert "Epoch 39: 4" in capsys.readouterr().out
    for _ in range(7):
        run.step()
    assert_same_bits(run, run.line)
    run.tick()
    assert run.now.epoch == 44
    assert_same_bits(run, run.line)


@settings(deadline=None)
@given(ALL_SETTINGS, st.integers(0, 10**6))
def test_the_line_gives_its_settings_back(drawn, steps):
    assert settings_of(code_of(drawn, steps)) == (drawn, steps)


def test_a_pasted_line_sets_the_controls_and_play_ends_where_it_ends():
    there, here = trained(6, eta=3.0, data="spirals", start="zero"), Playground()
    there.step()
    state = here.clean(here.act("play", here.start()) | {"line": there.line})
    assert asdict(there.settings).items() <= state.items()
    assert here.run.steps == 0
    assert "Play trains to step 301" in here.view(state).sentence
    for _ in range(3):
        assert not here.view(state).stop
        state = here.clean(here.act("play", state))
    assert here.view(state).stop
    assert state["line"] == there.line
    assert_same_bits(here.run, there.line)
    here.act("play", state)
    assert here.run.steps > there.steps


def test_spaces_and_ways_to_write_a_number_are_free():
    line = (
        code_of(DEFAULT, 100).replace(", 1, test", ",1.0 ,  test").replace("; ", "\n")
    )
    assert settings_of(line) == (DEFAULT, 100)


LINE = code_of(DEFAULT, 100)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "expected a line such as"),
        ("eta = 3", "expected a line such as"),
        ("((((" * 200, "expected a line such as"),
        ("\0", "expected a line such as"),
        (LINE.replace("500", "9" * 400), "expected a line such as"),
        (LINE.replace("2, 10", "True, 10"), "to be written as"),
        (LINE.replace("10, 1,", "0, 1,"), "expected a line such as"),
        (LINE.replace("10, 1,", "10, 1000,"), "eta = 1000 is none.*nearest is 100.0"),
        (LINE.replace("10, 1,", "7, 1,"), "batch = 7 is none"),
        (LINE.replace("16, 16", "16, 8"), "to be written as"),
        (LINE.replace("(100)", "(101)"), "to be written as"),
        (LINE + "; __import__('os').getcwd()", "to be written as"),
        (LINE.replace("rng);", "print(rng));", 1), "to be written as"),
    ],
)
def test_any_other_text_leaves_the_state_and_says_what_was_expected(text, expected):
    explorer = Playground()
    before = explorer.act("play", explorer.start())
    with pytest.raises(ValueError, match=expected):
        settings_of(text)
    after = explorer.clean(before | {"line": text})
    assert after.items() >= {k: before[k] for k in CONTROLS if k in before}.items()
    assert explorer.run.steps == 200
    view = explorer.view(after)
    assert view.sentence.startswith("Not taken: ")
    assert view.stop
    assert "Not taken" not in explorer.view(explorer.clean(after)).sentence


@settings(deadline=None)
@given(st.text(max_size=60) | st.text("()[]={};.,0129 netrange'\"", max_size=60))
def test_no_text_at_all_raises_in_the_widget(text):
    explorer = Playground()
    assert explorer.clean({"line": text})["line"] == explorer.run.line


# --- the diagnoses -------------------------------------------------------------------

# Each is provoked by one run, and another, alike but for the cause, does not have it.
PROVOKED = [
    ("untrained", 0, {}, 1, {}),
    ("symmetric", 8, {"start": "zero"}, 8, {"start": "scaled"}),
    ("saturated", 4, {"cost": "quadratic", "eta": 30.0}, 4, {"eta": 30.0}),
    ("diverging", 4, {"eta": 30.0}, 4, {"eta": 1.0}),
    ("too small a step", 12, {"eta": 0.003}, 12, {"eta": 1.0}),
    (
        *("over-fitting", 80, {"points": 40, "noise": 0.4, "batch": "5"}),
        *(80, {"points": 1000, "noise": 0.4, "batch": "50"}),
    ),
    ("level", 36, {}, 1, {}),
    ("learning", 1, {}, 4, {"eta": 30.0}),
]


@pytest.mark.parametrize(
    ("name", "epochs", "cause", "other_epochs", "other"), PROVOKED, ids=lambda v: str(v)
)
def test_a_diagnosis_is_provoked_by_its_cause(name, epochs, cause, other_epochs, other):
    run = trained(epochs, **cause)
    assert diagnose(run)[0] == name
    assert diagnose(run)[1] in status_of(run)
    assert diagnose(trained(other_epochs, **other))[0] != name


def test_saturated_hidden_neurons_are_told_by_their_share():
    run = trained(4, eta=100.0, layers=1)
    share = 100 * run.now.flat_hidden
    assert share > 90
    assert diagnose(run)[0] == "diverging"
    assert f"{share:.1f} % of the hidden neurons" in diagnose(run)[1]
    assert "hidden neurons" not in diagnose(trained(4, eta=30.0))[1]


def test_a_cost_above_the_starts_is_not_called_learning():
    run = trained(1)
    run.now = replace(run.now, cost=1.05 * run.first.cost, after=(0.0, 0.0, 0.0))
    assert diagnose(run)[0] == "no progress"


def test_the_measures_are_what_the_network_says():
    run = trained(3, cost="quadratic", eta=3.0)
    net, now = run.net, run.now
    x, y = run.training_data
    assert now.cost == pytest.approx(net.mean_cost((x, y)), rel=1e-12)
    assert now.held == pytest.approx(net.mean_cost(run.test_data), rel=1e-12)
    assert now.accuracy == pytest.approx(net.evaluate((x, y)) / 500)
    assert now.held_accuracy == pytest.approx(net.evaluate(run.test_data) / 500)
    nabla_w = net.backprop(x, y)[1]
    assert now.gradient == pytest.approx([np.sqrt((n**2).sum()) for n in nabla_w])
    hidden = [
        a for layer in forward_pass(net.weights, net.biases, x)[1][1:-1] for a in layer
    ]
    flat = np.mean([a * (1 - a) < 0.01 for a in np.concatenate(hidden)])
    assert now.flat_hidden == pytest.approx(flat)


@pytest.mark.parametrize("which", [0, 1, 2])
def test_the_costs_after_a_step_are_those_of_a_step(which):
    run = trained(2)
    eta = run.settings.eta * (0.1, 1, 10)[which]
    promised = run.now.after[which]
    run.net.update_mini_batch(run.training_data, eta)
    assert run.net.mean_cost(run.training_data) == pytest.approx(promised, rel=1e-9)


def test_neurons_that_are_equal_at_the_start_stay_equal():
    run = trained(20, start="zero")
    for w in run.net.weights[:-1]:
        assert np.ptp(w, axis=0).max() <= 1e-9 * run.now.largest


def test_one_neuron_a_layer_is_not_called_symmetric():
    assert diagnose(Run(replace(DEFAULT, neurons=1, start="zero")))[0] == "untrained"
