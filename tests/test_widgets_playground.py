"""The playground: runs that a line of code repeats, and diagnoses that hold."""

import re
import textwrap
from copy import deepcopy
from dataclasses import asdict, replace

import explorers
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpkit.backprop import forward_pass
from bpkit.costs import COSTS
from bpkit.scene import BLUE, GREY, VERMILION
from bpkit.widgets.playground import (
    KEPT,
    PACES,
    RUNS,
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
BUTTONS = ["play", "step", "epoch", "restart", "back", "best", "reset"]
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


@settings(max_examples=40)
@given(STATES, st.sampled_from(BUTTONS))
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


@pytest.mark.parametrize("pace", PACES)
def test_play_ends_at_the_epoch_that_was_set_whatever_its_pace(pace):
    explorer = Playground()
    state = explorer.clean({"until": 5, "pace": pace, "points": 60})
    assert "Play trains to epoch 5." in explorer.view(state).sentence
    pictures = 0
    while not explorer.view(state).stop:
        state = explorer.act("play", explorer.clean(state))
        pictures += 1
    assert (explorer.run.now.epoch, state["until"]) == (5, 5)
    assert pictures == {"a step": 30, "an epoch": 5}.get(pace, 2)
    state = explorer.act("play", explorer.clean(state))
    assert explorer.run.now.epoch > 5
    assert not explorer.view(state).stop
    assert "Play trains to" not in explorer.view(state).sentence


def test_the_pace_and_the_stop_leave_the_run_what_it_is():
    steps, epochs = Run(DEFAULT), Run(DEFAULT)
    while steps.now.epoch < 3:
        steps.tick("a step")
    while epochs.now.epoch < 3:
        epochs.tick("up to four epochs", until=3)
    assert steps.now == epochs.now
    assert_same_bits(steps, epochs.line)


def test_weight_decay_shrinks_the_weights_and_cures_over_fitting():
    cause = {"points": 20, "noise": 0.4}
    free, shrunk = trained(100, **cause), trained(100, **cause, decay="0.01")
    assert shrunk.net.weight_decay == 0.01
    assert shrunk.now.held < 0.8 * free.now.held
    assert diagnose(free)[0] == "over-fitting"
    assert diagnose(shrunk)[0] != "over-fitting"
    assert_same_bits(shrunk, shrunk.line)


# --- the runs that are kept ----------------------------------------------------------


def bits(run):
    return [p.tobytes() for p in run.net.weights + run.net.biases]


def played(explorer, state, ticks=1, **changes):
    """Return the state after some settings changed and Play ticked."""
    state = explorer.clean(state | changes)
    for _ in range(ticks):
        state = explorer.act("play", explorer.clean(state))
    return state


def test_a_slider_moved_and_put_back_finds_its_run_again():
    explorer = Playground()
    state = played(explorer, explorer.start(), 3)
    run, before = explorer.run, bits(explorer.run)
    for eta in (1.26, 1.58, 1.26, 1.0):
        state = explorer.clean(state | {"eta": eta})
    assert explorer.run is run
    assert bits(run) == before
    assert state["line"] == run.line
    assert explorer.runs == []  # those between were never trained
    state = played(explorer, state)
    assert_same_bits(explorer.run, state["line"])


@pytest.mark.parametrize("lost_by", ["restart", "reset"])
def test_back_brings_every_run_back_bit_for_bit(lost_by):
    explorer = Playground()
    state, seen = explorer.start(), []
    for eta in (1.0, 3.0, 0.5):
        state = played(explorer, state, 2, eta=eta)
        seen.append((eta, explorer.run.line, bits(explorer.run)))
    state = explorer.act(lost_by, state)
    assert explorer.run.steps == 0
    for eta, line, weights in seen[::-1] + seen[:0:-1]:
        state = explorer.act("back", explorer.clean(state))
        assert (state["eta"], state["line"]) == (eta, line)
        assert bits(explorer.run) == weights
        assert explorer.view(state).stop
        assert explorer.clean(state)["line"] == line


def test_best_brings_the_run_back_that_reads_most_held_out_points():
    explorer = Playground()
    state = played(explorer, explorer.start(), 1, eta=100.0)
    assert "best" in explorer.idle(state)
    state = played(explorer, state, 12, eta=5.0)
    best, before = explorer.run, bits(explorer.run)
    assert "best" in explorer.idle(state)
    state = played(explorer, state, 1, eta=0.01)
    assert "best" not in explorer.idle(state)
    state = explorer.act("best", explorer.clean(state))
    assert explorer.run is best
    assert (state["eta"], state["line"], bits(best)) == (5.0, best.line, before)
    state = played(explorer, state, 1, noise=0.6)  # other points, another task
    assert "best" in explorer.idle(state)


def test_forty_runs_are_kept_and_the_best_of_them():
    explorer = Playground()
    state = played(explorer, explorer.start(), 20)
    best, state = explorer.run, state | {"points": 20}
    for seed in range(4, 50):
        state = explorer.clean(state | {"seed": seed, "eta": 0.001})
        state = explorer.act("step", state)
    assert len(explorer.runs) == RUNS
    assert best in explorer.runs
    grey = [m for m in explorer.view(state).panels[1].marks if m.color == GREY]
    assert len(grey) == RUNS
    assert sum(bool(line.label) for line in grey) == 1


def test_other_runs_are_drawn_in_grey_with_few_points():
    explorer = Playground()
    state = played(explorer, explorer.start(), 50, eta=3.0)
    first = explorer.run
    state = played(explorer, state, 1, eta=1.0)
    curves = explorer.view(state).panels[1]
    behind, *front = curves.marks
    assert (behind.color, [line.color for line in front]) == (GREY, [BLUE, VERMILION])
    assert len(behind.x) <= 30
    known = {(m.epoch, m.cost) for m in [*first.history, first.now]}
    assert set(zip(behind.x, behind.y, strict=True)) <= known
    assert behind.x[-1] == first.now.epoch <= curves.xlim[1]
    assert curves.ylim[0] <= min(behind.y)
    other = explorer.view(played(explorer, state, 1, cost="quadratic"))
    assert len(other.panels[1].marks) == 2  # nats are no squares


# --- the line ------------------------------------------------------------------------


@settings(max_examples=25)
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
ZERO = code_of(replace(DEFAULT, start="zero"), 100)
UNENDED = code_of(DEFAULT, 3)


@pytest.mark.parametrize(
    "text",
    [
        LINE.replace('"', "“", 1).replace('"', "”"),
        LINE.replace('"', "’"),
        f"`{LINE}`",
        f"```python\n{LINE}\n```",
        f"```\n{LINE}\n```",
        "\n".join(textwrap.wrap(LINE, 30)),
        "> " + "\n> ".join(textwrap.wrap(LINE, 60)),
        LINE.replace(" ", "\N{NO-BREAK SPACE}"),
    ],
)
def test_a_line_is_understood_as_chats_and_letters_show_it(text):
    assert settings_of(text) == (DEFAULT, 100)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("eta = 3", "^expected “import numpy as np” at “eta = 3”$"),
        (
            LINE[LINE.index("rng =") : LINE.index("net =")],
            "^expected “import numpy as np” at “rng = ",
        ),
        (LINE[: LINE.index("net.SGD")], r"^the line ends before “net.SGD\("),
        ("((((" * 200, "^Python cannot read it at"),
        ("\0", "^Python cannot read it$"),
        (LINE.replace("(500", "(" + "9" * 400, 1), "^points = 9{20} is none.*is 500$"),
        (LINE.replace("500", "9" * 400), "^expected “500” at “9"),
        (LINE + "; x = " + "-" * 900 + "1", "^nothing is expected at “"),
        (LINE.replace("2, 10", "True, 10"), "^epochs = True is none.*nearest is 1$"),
        (LINE.replace("10, 1,", "0, 1,"), "^batch = 0 is none.* it has 1, 2, 5, 10,"),
        (LINE.replace("10, 1,", "10, 1000,"), "^eta = 1000 is none.*nearest is 100$"),
        (LINE.replace("10, 1,", "7, 1,"), "^batch = 7 is none"),
        (
            LINE.replace("16, 16", "16, 8"),
            r"^sizes = \[2, 16, 8, 1\] is none.*nearest is \[2, 16, 16, 1\]$",
        ),
        (LINE.replace("[2, 16, 16, 1]", "[2, 1]"), r"^\[2, 1\] is no list of layers$"),
        (LINE.replace("[2, 16, 16, 1]", "30"), "^30 is no list of layers$"),
        (
            ZERO.replace("standard", "scaled"),
            "^expected “'standard'” at “'scaled'”$",
        ),
        (LINE.replace("(100)", "(101)"), "^expected “100” at “101”$"),
        (LINE.replace("two_moons(500", "spirals(500"), "^expected “spirals” at “two_m"),
        (UNENDED.replace("(3)", "(2.5)"), "^2.5 is no count of steps$"),
        (UNENDED.replace("(3)", "(-3)"), "^expected “steps” at “-3”$"),
        (UNENDED.replace("(3)", "(60)"), "^epochs = 1 is none.*the nearest is 2$"),
        (LINE + "; __import__('os').getcwd()", "^nothing is expected at “__import__"),
        (LINE + "; " + LINE, "^nothing is expected at “import numpy as np”$"),
        (
            LINE.replace("rng);", "print(rng));", 1),
            r"^expected “rng” at “print\(rng\)”",
        ),
    ],
)
def test_any_other_text_leaves_the_state_and_says_what_was_expected(text, expected):
    explorer = Playground()
    before = explorer.act("play", explorer.start())
    with pytest.raises(ValueError, match=expected):
        settings_of(text)
    after = explorer.clean(before | {"line": text})
    settings = CONTROLS.keys() & before.keys() - {"line"}
    assert after.items() >= {k: before[k] for k in settings}.items()
    assert explorer.run.steps == 200
    view = explorer.view(after)
    assert view.sentence.startswith("Not taken: ")
    assert view.stop
    assert after["line"] == text
    trained = explorer.act("step", explorer.clean(after))
    assert (trained["line"], explorer.run.steps) == (text, 201)
    assert explorer.view(trained).sentence.startswith("Not taken: ")
    with pytest.raises(ValueError, match=r"^the line ends before “import numpy"):
        settings_of("")
    emptied = explorer.clean(trained | {"line": ""})
    assert emptied["line"] == explorer.run.line
    assert "Not taken" not in explorer.view(emptied).sentence


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (LINE.replace("); test", ") test", 1), "at “test_data = "),
        (LINE[:-1], r"at “.*” \(character \d+\)"),
    ],
)
def test_a_line_that_python_cannot_read_is_told_where(text, place):
    with pytest.raises(ValueError, match=f"Python cannot read it {place}"):
        settings_of(text)


@given(st.text(max_size=60) | st.text("()[]={};.,0129 netrange'\"", max_size=60))
def test_no_text_at_all_raises_in_the_widget(text):
    explorer = Playground()
    kept = text if text.strip() else explorer.run.line
    assert explorer.clean({"line": text})["line"] == kept


# --- the diagnoses -------------------------------------------------------------------

# Each is provoked by one run, and another, alike but for the cause, does not have it.
PROVOKED = [
    ("untrained", 0, {}, 1, {}),
    ("symmetric", 8, {"start": "zero"}, 8, {"start": "scaled"}),
    ("saturated", 4, {"cost": "quadratic", "eta": 30.0}, 4, {"eta": 30.0}),
    ("diverging", 24, {"eta": 100.0}, 24, {"eta": 1.0}),
    ("guessing", 8, {"layers": 5}, 8, {"layers": 1}),
    ("little so far", 4, {"layers": 1, "eta": 31.6}, 4, {}),
    ("too large to settle", 80, {"noise": 0.4, "batch": "1"}, 80, {"noise": 0.4}),
    ("too small a step", 12, {"eta": 0.003}, 12, {"eta": 1.0}),
    (
        *("over-fitting", 80, {"points": 40, "noise": 0.4, "batch": "5"}),
        *(80, {"points": 1000, "noise": 0.4, "batch": "50"}),
    ),
    ("level", 60, {"layers": 1, "neurons": 1, "batch": "500", "eta": 10.0}, 60, {}),
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
    assert f"{share:.1f}\u00a0% of the hidden neurons" in diagnose(run)[1]
    assert "hidden neurons" not in diagnose(trained(4, eta=1.0))[1]


@pytest.mark.parametrize("cost", ["quadratic", "cross_entropy"])
@pytest.mark.parametrize("points", [20, 500])
def test_no_answer_that_is_the_same_everywhere_costs_less(cost, points):
    run = Run(replace(DEFAULT, points=points, cost=cost))
    y = run.training_data[1]
    everywhere = np.linspace(0.001, 0.999, 999)
    costs = [COSTS[cost].value(np.full_like(y, a), y) for a in everywhere]
    assert run.constant == pytest.approx(min(costs), abs=1e-6)
    assert run.majority == max(np.mean(y == 0), np.mean(y == 1))


# Each was said to learn, to have converged, or to do all that it can.
FALSELY_PRAISED = [
    {"layers": 5, "eta": 10.0},
    {"layers": 5, "neurons": 2, "start": "standard"},
    {"points": 1000, "noise": 0.6, "neurons": 32, "eta": 30.0, "batch": "50"},
    {"layers": 5, "start": "standard"},
    {"neurons": 1, "start": "zero"},
    {"layers": 5},
    {},
]


@pytest.mark.parametrize("changes", FALSELY_PRAISED, ids=str)
def test_praise_is_proved_at_every_tick(changes):
    run = Run(replace(DEFAULT, **changes))
    while run.now.epoch < 120:
        run.tick()
        name, sentence = diagnose(run)
        assert not re.search("converged|all that", sentence)
        if name in ("learning", "learnt"):
            assert run.now.cost < 0.95 * run.constant
            assert run.now.accuracy > run.majority
            assert np.ptp(run.now.answers) > 0.05
        late = [m.cost for m in run.history if m.epoch >= run.now.epoch / 2]
        assert name != "level" or max(late) <= 1.1 * min(late)


# Such runs are chaotic: rounding, which differs between processors, decides which of
# them overshoots.


def test_overshooting_is_provoked_by_a_large_eta():
    seen = {
        eta: {diagnose(trained(12, eta=eta, seed=seed))[0] for seed in range(6)}
        for eta in (1.0, 30.0)
    }
    assert "overshooting" in seen[30.0] - seen[1.0]


def test_a_level_cost_is_told_with_the_neurons_that_are_saturated():
    run = trained(60, layers=1, neurons=1, batch="500", eta=10.0)
    name, sentence = diagnose(run)
    assert (name, "saturated" in sentence) == ("level", False)
    run.now = replace(run.now, flat_hidden=0.8)
    name, sentence = diagnose(run)
    assert name == "level"
    assert "80.0" in sentence
    assert "of the hidden neurons' outputs are so close to 0 or 1" in sentence


def test_a_vanishing_gradient_is_named_from_the_start():
    assert "The gradient vanishes" in diagnose(Run(replace(DEFAULT, layers=5)))[1]
    assert "vanishes" not in diagnose(Run(DEFAULT))[1]
    run = trained(8, layers=5)
    assert "The gradient vanishes" in diagnose(run)[1]


def test_a_trial_is_what_the_copies_do_and_leaves_the_run_alone():
    run, other = trained(4), Run(DEFAULT)
    assert run.trial.epoch == 4
    other.train(4)
    for eta, said in ((0.1, run.trial.tenth), (1, run.trial.same)):
        net = deepcopy(other.net)
        costs = [r.cost for r in net.train(other.training_data, 2, 10, eta)]
        assert said == costs[-1]
    assert_same_bits(run, run.line)
    assert Run(replace(DEFAULT, eta=100.0, decay="0.01"))._tried().tenfold == np.inf
    assert trained(12).trial.epoch == 8


@pytest.mark.slow
def test_diverging_is_not_said_of_a_run_that_comes_back():
    # Which of these runs come back, rounding decides: on each processor some do.
    runs = [trained(4, layers=1, eta=31.6, seed=seed) for seed in range(40)]
    high = [run for run in runs if run.now.cost > 2 * run.constant]
    said = [diagnose(run)[0] for run in high]
    for run in high:
        run.train(40)
    back = [s for s, run in zip(said, high, strict=True) if run.now.accuracy > 0.95]
    assert back
    assert "diverging" not in back


def drawn_settings(rng):
    """Return settings that learners may come to, quick to train."""
    pick = lambda *options: rng.choice(options).item()  # noqa: E731
    return Settings(
        *(pick("two_moons", "spirals"), pick(20, 60, 200), pick(0.0, 0.2, 0.4)),
        *(pick(1, 2, 3, 5), pick(2, 8, 16), float(f"{10 ** rng.uniform(-3, 2):.3g}")),
        *(pick("5", "10", "20", "500"), pick("quadratic", "cross_entropy")),
        *(pick("scaled", "scaled", "standard"), pick(*range(51))),
    )


def refuted(run, name):
    """Return whether more training shows that a diagnosis was false."""
    s, epochs = run.settings, int(max(60, run.now.epoch))
    if name == "diverging":
        after = deepcopy(run)
        after._take_epochs(100)
        return after.measure().accuracy >= 0.9
    if name == "too small a step":
        this, longer = Run(s), Run(replace(s, eta=10 * s.eta))
        this._take_epochs(epochs)
        longer._take_epochs(epochs)
        return longer.measure().cost > this.measure().cost
    if name == "too large to settle":
        same, shorter = deepcopy(run.net), deepcopy(run.net)
        for net, eta in ((same, s.eta), (shorter, s.eta / 10)):
            for _ in net.train(run.training_data, 30, int(s.batch), eta):
                pass
        return shorter.mean_cost(run.training_data) > same.mean_cost(run.training_data)
    return name in ("learning", "learnt") and run.now.accuracy <= 0.55


def test_few_diagnoses_are_refuted_by_training_on():
    rng = np.random.default_rng(7)
    judged = []
    for _ in range(25):
        run = Run(drawn_settings(rng))
        for until in (4, 16, 48):
            while run.now.epoch < until:
                run.tick()
            name, _ = diagnose(run)
            judged.append((name, refuted(run, name)))
    assert len({name for name, _ in judged}) > 6
    assert sum(false for _, false in judged) <= 0.02 * len(judged)


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


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("decay", ["0", "0.01"])
def test_the_costs_after_a_step_are_those_of_a_step(which, decay):
    run = trained(2, decay=decay)
    eta = run.settings.eta * (0.1, 1)[which]
    promised = run.now.after[which]
    run.net.update_mini_batch(run.training_data, eta)
    assert run.net.mean_cost(run.training_data) == pytest.approx(promised, rel=1e-9)


def test_neurons_that_are_equal_at_the_start_stay_equal():
    run = trained(20, start="zero")
    for w in run.net.weights[:-1]:
        assert np.ptp(w, axis=0).max() <= 1e-9 * run.now.largest


def test_one_neuron_a_layer_is_not_called_symmetric():
    assert diagnose(Run(replace(DEFAULT, neurons=1, start="zero")))[0] == "untrained"
