"""Scenes: what JSON holds of them, how matplotlib draws them, how the page is told."""

import importlib
import json
import pkgutil
import re
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from explorers import (
    check_static_layout,
    corners,
    each_look,
    ends,
    kept,
    moved,
    shown,
    with_each_option,
)
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.colors import to_hex
from notebooks import WIDGET, images_in

from bpkit import Network, scene, widgets
from bpkit.plots.static import DRAW, picture_of
from bpkit.scene import (
    BLUE,
    PALE,
    Heat,
    Label,
    Line,
    Panel,
    Points,
    Scene,
    whole_ticks,
)
from bpkit.widgets import explore, explorer, face
from bpkit.widgets.clinic import LocaliserExplorer
from bpkit.widgets.descent import DescentExplorer
from bpkit.widgets.drawing import DigitPad
from bpkit.widgets.explorer import Action, Choice, Explorer, Slider, Toggle
from bpkit.widgets.face import Face
from bpkit.widgets.playground import Playground
from bpkit.widgets.slopes import SecantExplorer
from bpkit.words import number

for module in pkgutil.iter_modules(widgets.__path__):
    importlib.import_module(f"bpkit.widgets.{module.name}")
COUNTED = {  # what an axis along x counts, in explorers
    *("output neuron", "hidden neuron", "layer of weights", "step", "epochs"),
    "array, in the order of the search",
}
NODE = shutil.which("node")
PAGE = (Path(face.__file__).parent / "face.js").read_text(encoding="utf-8")
NET = Network([64, 5, 10], seed=0)
PAD = DigitPad(NET.weights, NET.biases, np.eye(64, 2), np.zeros(2, int))
EXPLORERS = [
    PAD if kind is DigitPad else kind()
    for kind in Explorer.__subclasses__()
    if kind.__module__.startswith("bpkit.")
]


def panel(*marks, **look):
    return Panel((0, 1), (0, 1), list(marks), **look)


# --- panels --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "logarithmic", "message"),
    [
        ((1, 1), False, "two different, finite numbers; got 1, 1"),
        ((0, np.inf), False, "finite numbers; got 0, inf"),
        ((np.nan, 1), False, "finite numbers; got nan, 1"),
        ((0, 1), True, "positive on a logarithmic axis; got 0, 1"),
        ((1, -1), True, "positive on a logarithmic axis; got 1, -1"),
    ],
)
@pytest.mark.parametrize("axis", ["x", "y"])
def test_limits_between_which_nothing_can_be_drawn_are_refused(
    axis, limits, logarithmic, message
):
    look = {"xlim": (0.5, 1), "ylim": (0.5, 1), "marks": []}
    look |= {f"{axis}lim": limits, f"{axis}log": logarithmic}
    with pytest.raises(ValueError, match=f"{axis}lim must be .*{message}"):
        Panel(**look)


def test_an_axis_may_run_down():
    assert Panel((4, 0), (10, 0.1), [], ylog=True).ylim == (10, 0.1)


@pytest.mark.parametrize(
    ("ends", "most", "places"),
    [
        ((0, 9), 10, range(10)),
        ((0, 10), 10, range(0, 11, 2)),
        ((1, 1), 10, [1]),
        ((1, 30), 10, range(5, 31, 5)),
        ((0, 200), 6, range(0, 201, 50)),
        ((-3, 3), 4, [-2, 0, 2]),
    ],
)
def test_ticks_that_count_are_whole_and_not_too_many(ends, most, places):
    ticks = whole_ticks(*ends, most)
    assert ticks == tuple((place, str(place)) for place in places)


# --- as data -------------------------------------------------------------------------


def five_digits(value):
    """Return what a page gets of a number, said in the plainest way."""
    return float(f"{value:.5g}") if np.isfinite(value) else None


@given(
    arrays(
        st.sampled_from([np.float64, np.float32]),
        st.integers(0, 9),
        elements=st.floats(width=32),
    )
)
def test_arrays_and_their_numbers_are_rounded_alike(values):
    mark = Line(values, [*values.tolist(), None])
    grid = Heat(np.stack([values, values]), (0, 1, 0, 1), np.float64(0), 1)
    [data] = Scene([panel(mark, grid)], "").as_data()
    line, heat = data["marks"]
    expected = [five_digits(value) for value in values.tolist()]
    assert line["x"] == expected
    assert line["y"] == [*expected, None]
    assert heat["values"] == [expected, expected]


def test_whole_numbers_bools_and_colours_go_to_the_page_as_they_are():
    mark = Heat(np.array([[123456, 7]]), (0, 1, 0, 1), 0, np.int64(9), PALE)
    [data] = Scene([panel(mark, equal=np.bool_(True))], "").as_data()
    assert data["equal"] is True
    assert data["marks"][0]["values"] == [[123456, 7]]
    assert data["marks"][0]["high"] == 9
    assert data["marks"][0]["colors"] == list(PALE)


# --- with matplotlib -----------------------------------------------------------------


def test_a_heat_is_drawn_in_the_colours_that_it_carries():
    heat = Heat([[0.0, 0.5, 1.0]], (0, 1, 0, 1), 0, 1, PALE)
    [image] = picture_of(Scene([panel(heat)], "")).axes[0].images
    colours = [to_hex(c).upper() for c in image.cmap(image.norm([0.0, 0.5, 1.0]))]
    assert colours == list(PALE)


def test_marks_keep_their_colour_dash_and_order():
    marks = [Line([0, 1], [0, 1], BLUE, "dotted"), Points([1], [1]), Label(0, 0, "a")]
    picture = picture_of(Scene([panel(*marks)], "Said."))
    [ax] = picture.axes
    line, points = ax.lines
    assert (to_hex(line.get_color()).upper(), line.get_linestyle()) == (BLUE, ":")
    assert line.get_zorder() < points.get_zorder() < ax.texts[0].get_zorder()
    assert picture.finding == "Said."


def test_ticks_stand_where_the_panel_says():
    ticks = ((1, "one"), (3, "three"))
    look = {"xlim": (0, 4), "ylim": (0, 1), "xticks": ticks}
    [ax] = picture_of(Scene([Panel(marks=[], **look)], "")).axes
    assert ax.get_xticks().tolist() == [1, 3]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["one", "three"]
    if NODE is not None:
        code = f"console.log(JSON.stringify(ticksOf({{xticks: {json.dumps(ticks)}}})))"
        assert json.loads(in_page(code)) == [[1, "one"], [3, "three"]]


def ticks_of(panel):
    """Return the places and texts of the ticks along x, as matplotlib has them."""
    picture = picture_of(Scene([panel], ""))
    picture.draw_without_rendering()
    [ax] = picture.axes
    low, high = sorted(panel.xlim)
    pairs = zip(ax.get_xticks(), ax.get_xticklabels(), strict=True)
    return [(x, text.get_text()) for x, text in pairs if low <= x <= high]


def test_axes_that_count_have_whole_ticks_only():
    seen = set()
    for one in EXPLORERS:
        panels = [p for s in corners(one) for p in one.view(s).panels]
        counted = {(p.xlabel, p.xlim): p for p in panels if p.xlabel in COUNTED}
        for panel in counted.values():
            seen.add(panel.xlabel)
            ticks = ticks_of(panel)
            assert ticks
            assert all(place == round(place) for place, _ in ticks)
            bars = [x for mark in panel.marks if mark.kind == "bars" for x in mark.x]
            assert not bars or {place for place, _ in ticks} <= set(bars)
    assert seen == COUNTED


def test_each_digit_is_named_under_its_bar_and_each_array_under_its_mark():
    [outputs] = [p for p in PAD.view(PAD.start()).panels if p.xlabel == "output neuron"]
    assert [text for _, text in ticks_of(outputs)] == [str(d) for d in range(10)]
    clinic = LocaliserExplorer()
    _, search = clinic.view(clinic.start()).panels
    assert [text for _, text in ticks_of(search)] == ["δ", "b", "W"] * 3


@pytest.mark.slow
# An older matplotlib calls a newer pyparsing by names that it deprecates.
@pytest.mark.filterwarnings("error", "ignore::DeprecationWarning")
@pytest.mark.parametrize("explorer", EXPLORERS, ids=lambda e: type(e).__name__)
def test_a_static_picture_holds_all_its_texts_and_no_axes_collapse(explorer):
    for view in each_look(explorer):
        check_static_layout(picture_of(view))


# --- explorers and the page ----------------------------------------------------------


class Doubled(Explorer):
    """A small explorer: twice a number, with a part that fails and one that ends."""

    title, alt = "Doubled", "A point."
    controls = (
        Slider("n", "a number", 0, 10, 1, 3),
        Toggle("broken", "whether it fails", False),
        Action("last", "To the end"),
    )

    def __init__(self):
        self.begun = self.seen = 0

    def start(self):
        self.begun += 1
        return super().start()

    def act(self, name, state):
        return {**state, "n": 10} if name == "last" else super().act(name, state)

    def view(self, state):
        self.seen += 1
        twice = 2 * state["n"] / (not state["broken"])
        point = Points([twice], [0.5])
        return Scene([panel(point)], f"Twice: {twice}.", state["n"] == 10)


def message(act=None, **state):
    return {"state": state, "act": act, "number": "v-1"}


def seen(page):
    """Return where the point is that the page was told to draw."""
    return page.scene["panels"][0]["marks"][0]["x"]


def test_an_explorer_is_started_and_seen_once_before_it_is_shown(monkeypatch):
    shown = explore(Doubled())
    assert (shown.face.explorer.begun, shown.face.explorer.seen) == (1, 1)
    outputs = []
    monkeypatch.setattr(face, "display", lambda data, raw: outputs.append(data))
    shown._ipython_display_()
    picture, widget = outputs
    assert picture["text/plain"] == "Doubled\nTwice: 6.0."
    assert images_in(picture["text/html"])[0]["alt"] == "A point. Twice: 6.0."
    assert widget[WIDGET]["model_id"] == shown.model_id
    assert shown.face.explorer.seen == 1


def test_a_page_without_a_kernel_shows_a_run_and_the_live_one_has_not_begun(
    monkeypatch,
):
    playground = Playground()
    live = explore(playground)
    outputs = []
    monkeypatch.setattr(face, "display", lambda data, raw: outputs.append(data))
    live._ipython_display_()
    stored = outputs[0]
    assert re.search(r"Epoch [1-9]\d", stored["text/plain"])
    assert "Not trained yet" not in stored["text/plain"]
    (image,) = images_in(stored["text/html"])
    assert image["alt"].endswith(stored["text/plain"].split("\n")[1])
    assert "Not trained yet" in live.face.sentence
    assert playground.run.steps == 0


def test_the_run_that_is_shown_is_the_first_settings_trained():
    playground = Playground()
    playground.start()
    shown = playground.preview()
    state = playground.start()
    while f"Epoch {number(playground.run.now.epoch)}:" not in shown.sentence:
        state = playground.act("play", state)
    assert shown.as_data() == playground.view(state).as_data()
    accuracy, costs, *_ = (panel.title for panel in shown.panels)
    assert float(re.search(r"\d+\.\d", accuracy)[0]) > 90
    assert len(shown.panels[1].marks[0].x) > 10, costs
    again = Playground()
    assert again.preview().as_data() == shown.as_data()


def test_what_the_page_breaks_into_lines_keeps_its_expressions_whole():
    page = Face(SecantExplorer())
    assert "x\xa0=\xa01," in page.sentence
    page.answer({"state": {"x": 0.5}})
    assert "x\xa0=\xa00.5," in page.sentence
    titled = Face(DescentExplorer()).scene["panels"][0]["title"]
    assert titled.startswith("C\xa0=\xa0(x²\xa0−\xa01)²\xa0+\xa0")


def test_a_static_title_keeps_its_expressions_whole():
    title = (
        "a title that is as long as two lines, and b = 0.125 × 0.959 = 0.120 at its end"
    )
    for words in range(8):
        longer = "so " * words + title
        [ax] = picture_of(Scene([panel(title=longer)], "")).axes
        assert "b = 0.125 × 0.959 = 0.120" in ax.get_title(loc="left")


def test_a_moved_slider_moves_the_picture():
    page = Face(Doubled())
    page.answer(message(n=4))
    assert (seen(page), page.sentence, page.state["n"]) == ([8], "Twice: 8.0.", 4)
    assert page.scene["answers"] == "v-1"
    assert not page.error


def test_a_button_acts_on_the_newest_values_and_the_end_stops_playing():
    page = Face(Doubled())
    assert not page.scene["stop"]
    page.answer(message("last", n=4))
    assert seen(page) == [20]
    assert page.scene["stop"]
    page.answer(message("reset"))
    assert (seen(page), page.scene["stop"]) == ([6], False)


def test_an_error_is_shown_with_its_place_and_the_last_picture_stays():
    page = Face(Doubled())
    page.answer(message(broken=True))
    line = Doubled.view.__code__.co_firstlineno + 2
    place = f"(test_scene.py, line {line})"
    assert page.error.startswith("ZeroDivisionError: ")
    assert page.error.endswith(place)
    assert (seen(page), page.sentence) == ([6], "Twice: 6.0.")
    assert (page.scene["answers"], page.scene["stop"]) == ("v-1", True)
    page.answer(message(broken=False))
    assert not page.error


@pytest.mark.slow
@pytest.mark.parametrize("explorer", EXPLORERS, ids=lambda e: type(e).__name__)
def test_a_control_changes_what_is_seen_unless_it_is_idle(explorer):
    for state in with_each_option(explorer):
        idle = explorer.idle(state)
        assert set(idle) < {control.name for control in explorer.controls}
        for control in kept(explorer):
            if ends(control):
                is_idle = control.name in idle
                assert moved(explorer, state, control) != is_idle, (control.name, state)


@pytest.mark.parametrize("explorer", EXPLORERS, ids=lambda e: type(e).__name__)
def test_a_control_that_is_idle_never_changes_what_is_seen(explorer):
    for state in corners(explorer):
        for control in kept(explorer):
            if control.name in explorer.idle(state):
                assert not moved(explorer, state, control), (control.name, state)


@pytest.mark.parametrize("explorer", EXPLORERS, ids=lambda e: type(e).__name__)
def test_a_button_changes_what_is_seen_unless_it_is_idle(explorer):
    names = [c.name for c in explorer.controls if isinstance(c, Action)]
    paths = [[], *([name] * times for name in names for times in (1, 300))]
    if isinstance(explorer, Playground):  # what it trains has no last step
        paths = [[], ["step"]]
    for path in paths:
        for name in names:
            state = explorer.clean(explorer.start())
            for earlier in path:
                state = explorer.clean(explorer.act(earlier, state))
            before, idle = shown(explorer, state), explorer.idle(state)
            after = shown(explorer, explorer.clean(explorer.act(name, state)))
            assert (after != before) != (name in idle), (path, name)


def test_the_page_is_told_which_controls_are_idle():
    page = Face(DescentExplorer())
    assert page.scene["idle"] == ["x1"]
    page.answer(message(land="valley"))
    assert page.scene["idle"] == []
    page.answer(message(land="double well"))
    assert page.scene["idle"] == ["x1"]


@pytest.mark.parametrize("explorer", EXPLORERS, ids=lambda e: type(e).__name__)
def test_an_unknown_button_is_refused(explorer):
    with pytest.raises(ValueError, match=r"\w has no button 'sideways'"):
        explorer.act("sideways", explorer.start())


@pytest.mark.parametrize(
    ("value", "cleaned"),
    [(0.3, 0.3), (7, 2.0), (-7.0, -2.0), (np.nan, 1.0), ("0.5", 0.5)],
)
def test_a_slider_keeps_a_number_between_its_ends(value, cleaned):
    assert Slider("x", "x", -2.0, 2.0, 0.25, 1.0).clean(value) == cleaned


def test_a_slider_that_counts_gives_whole_numbers():
    counted = Slider("m", "m", 0, 9, 1, 3).clean(4.6)
    assert (counted, type(counted)) == (5, int)


def test_a_choice_that_is_not_offered_becomes_the_first():
    choice = Choice("way", "way", ("there", "back"), "there")
    assert [choice.clean(word) for word in ("back", "up")] == ["back", "there"]


def test_scenes_are_plain_data_without_matplotlib_or_widgets():
    code = "import sys, bpkit.scene; sys.exit(any(map(sys.modules.get, {})))"
    heavy = ["matplotlib", "ipywidgets", "anywidget"]
    assert subprocess.run([sys.executable, "-c", code.format(heavy)]).returncode == 0


def kinds(module):
    """Return the kinds of a module's classes."""
    classes = [thing for thing in vars(module).values() if isinstance(thing, type)]
    return {c.kind for c in classes if hasattr(c, "kind")}


def test_every_kind_of_mark_is_drawn_by_matplotlib_and_by_the_page():
    [marks] = re.findall(r"^const MARKS = {$(.*?)^};$", PAGE, re.M | re.S)
    assert {"line", "heat"} <= kinds(scene)
    assert set(DRAW) == kinds(scene)
    assert set(re.findall(r"^  (\w+)\(", marks, re.M)) == kinds(scene)


def test_every_kind_of_control_is_made_by_the_page():
    [named] = re.findall(r"return { ([\w, ]+) }\[c\.kind\]", PAGE)
    made = re.findall(r"^function (\w+)\(c, line\)", PAGE, re.M)
    assert {"slider", "play"} <= kinds(explorer)
    assert set(named.split(", ")) == kinds(explorer)
    assert set(made) - {"makeControl"} == kinds(explorer)


def in_page(code):
    """Run JavaScript with the parts of face.js, and return what it prints."""
    command = [NODE, "--input-type=module", "-e", f"{PAGE}\n{code}"]
    return subprocess.run(command, check=True, capture_output=True, timeout=20).stdout


# --- what the page and the kernel say to one another ---------------------------------

KERNEL = Path(face.__file__).read_text(encoding="utf-8")


def told(page):
    """Return a list that gets the names of the values of each message to the page."""
    messages = []
    page.send_state = lambda names: messages.append(set(names))
    return messages


def test_the_page_and_the_kernel_use_the_same_names():
    asked = set(re.findall(r'model\.get\("(\w+)"\)', PAGE))
    synced = Face.class_trait_names(sync=True)
    own = {name for name in synced if name in vars(Face)}
    assert asked == {n for n in own if not n.startswith("_")}
    [said] = re.findall(r"model\.send\({ (.*?) }\)", PAGE)
    said = {part.partition(":")[0] for part in said.split(", ")}
    assert said == set(re.findall(r'content(?:\.get\(|\[)"(\w+)"', KERNEL))
    asked = re.findall(r"scene\(\)\.(\w+)|{ (\w+) } = scene\(\)", PAGE)
    assert {one or other for one, other in asked} == set(Face(Doubled()).scene)
    assert set(message()) == said


def test_a_message_of_the_page_is_answered_by_one_message():
    page = Face(Doubled())
    messages = told(page)
    page._handle_custom_msg(message(n=4), [])
    assert messages == [{"state", "scene", "sentence"}]
    assert (seen(page), page.scene["answers"]) == ([8], "v-1")


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (message(n="four"), "ValueError: could not convert"),
        (message("sideways"), "ValueError: Doubled has no button 'sideways'"),
        (message(broken=True), "ZeroDivisionError: "),
    ],
    ids=["clean", "act", "view"],
)
def test_an_error_anywhere_is_shown_and_the_next_message_is_answered(wrong, problem):
    page = Face(Doubled())
    page.answer(wrong)
    assert page.error.startswith(problem)
    assert re.search(r"\(\w+\.py, line \d+\)$", page.error)
    assert (seen(page), page.scene["answers"]) == ([6], "v-1")
    page.answer({"state": {"n": 5, "broken": False}, "act": None, "number": "v-2"})
    assert (seen(page), page.scene["answers"], page.error) == ([10], "v-2", "")


def test_a_value_that_cannot_be_changes_nothing_that_the_page_holds():
    page = Face(Doubled())
    page.answer(message(n="four"))
    assert page.state == {"n": 3, "broken": False}


def test_the_same_again_is_answered_too():
    page = Face(Doubled())
    page.answer(message(n=3))
    messages = told(page)
    page.answer({**message(n=3), "number": "v-2"})
    assert messages == [{"scene"}]


def test_two_views_are_answered_in_order_each_by_its_own_name():
    page = Face(Doubled())
    answered = []
    page.observe(lambda change: answered.append(change["new"]["answers"]), "scene")
    page.answer({"state": {"n": 4}, "act": None, "number": "one-1"})
    page.answer({"state": {"broken": True}, "act": None, "number": "two-1"})
    page.answer({"state": {"broken": False}, "act": None, "number": "two-2"})
    assert answered == ["one-1", "two-1", "two-2"]
    assert (seen(page), page.state) == ([8], {"n": 4, "broken": False})


# Just enough of a browser for the controls: what is made is kept, to be acted upon.
PRESSED = """
class Node extends EventTarget {
  classList = { toggle() {}, add() {} };
  dataset = {};
  value = "4";
  checked = true;
  append() {}
  setAttribute() {}
  setPointerCapture() {}
  getBoundingClientRect() { return { x: 0, y: 0, width: 1, height: 1 }; }
  getContext() { return new Proxy({}, { get: () => () => {}, set: () => true }); }
}
let made = [];
globalThis.document = { createElement: () => made[made.push(new Node()) - 1] };
let said = [];
const line = {
  change: (name, value) => said.push([name, value]),
  act: (name) => said.push([name]),
  addPlay() {},
};
const finger = { button: 0, pointerId: 1, clientX: 0.5, clientY: 0.25 };
const saidBy = (control) => {
  [made, said] = [[], []];
  makeControl(control, line);
  const events = ["input", "change", "click", "pointerdown"];
  for (const kind of events)
    for (const node of made) node.dispatchEvent(Object.assign(new Event(kind), finger));
  return JSON.parse(JSON.stringify(said));
};
"""


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_every_control_says_what_was_done_with_it():
    made = {
        Slider("n", "a number", 0, 9, 1, 3): [["n", 4]],
        Slider("eta", "η", 1, 1e6, 0.1, 1.0, log=True): [["eta", 10_000]],
        Choice("way", "way", ("4", "back"), "back"): [["way", "4"]],
        Toggle("on", "on", False): [["on", True]],
        explorer.Entry("text", "text", ""): [["text", "4"]],
        explorer.Pad("drawn", "drawn"): [["drawn", [[[0.5, 0.25]]]]],
        Action("step", "One step"): [["step"]],
        explorer.Play("walk", "Walk"): [["walk"]],
    }
    assert {control.kind for control in made} == kinds(explorer)
    controls = json.dumps([asdict(control) for control in made])
    code = f"{PRESSED} console.log(JSON.stringify({controls}.map(saidBy)))"
    assert json.loads(in_page(code)) == list(made.values())
