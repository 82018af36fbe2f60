"""Scenes: what JSON holds of them, how matplotlib draws them, how the page is told."""

import importlib
import json
import pkgutil
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.colors import to_hex

from bpkit import Network, scene, widgets
from bpkit.plots.static import DRAW, picture_of
from bpkit.scene import BLUE, PALE, Heat, Label, Line, Panel, Points, Scene
from bpkit.widgets import explore, explorer, face
from bpkit.widgets.drawing import DigitPad
from bpkit.widgets.explorer import Action, Choice, Explorer, Slider, Toggle
from bpkit.widgets.face import Face

for module in pkgutil.iter_modules(widgets.__path__):
    importlib.import_module(f"bpkit.widgets.{module.name}")
NODE = shutil.which("node")
PAGE = (Path(face.__file__).parent / "face.js").read_text(encoding="utf-8")
NET = Network([64, 5, 10], seed=0)
PAD = DigitPad(NET.weights, NET.biases, np.zeros((64, 1)), np.zeros(1, int))
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


@pytest.mark.parametrize("explorer", EXPLORERS, ids=lambda e: type(e).__name__)
def test_no_text_leaves_its_panel(explorer):
    picture = picture_of(explorer.view(explorer.start()))
    picture.draw_without_rendering()
    dots = picture.get_figwidth() * picture.dpi
    for row in picture.subfigs:
        edges = [0]
        for ax in row.axes:
            box = ax.get_tightbbox()
            edges += [box.x0, box.x1]
        assert sorted(edges) == pytest.approx(edges)
        assert edges[-1] <= dots + 1


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


def test_an_explorer_is_started_and_seen_once_before_it_is_shown():
    shown = explore(Doubled())
    assert (shown.face.explorer.begun, shown.face.explorer.seen) == (1, 1)
    data, metadata = shown._repr_mimebundle_()
    assert data["text/plain"] == "Doubled\nTwice: 6.0."
    assert metadata["image/png"]["alt"] == "A point. Twice: 6.0."
    assert shown.face.explorer.seen == 1


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
    made = re.findall(r"^function (\w+)\(c, model, line\)", PAGE, re.M)
    assert {"slider", "play"} <= kinds(explorer)
    assert set(named.split(", ")) == kinds(explorer)
    assert set(made) - {"makeControl"} == kinds(explorer)


def in_page(code):
    """Run JavaScript with the parts of face.js, and return what it prints."""
    command = [NODE, "--input-type=module", "-e", f"{PAGE}\n{code}"]
    return subprocess.run(command, check=True, capture_output=True, timeout=20).stdout


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_an_axis_without_length_has_no_ticks_instead_of_endlessly_many():
    code = """
        const limits = [[1, 1], [0, NaN], [0, 1]];
        console.log(JSON.stringify(limits.map((pair) => ticks(pair, false, 2))));
    """
    assert json.loads(in_page(code)) == [[], [], [0, 0.5, 1]]


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_one_message_is_under_way_and_the_rest_goes_together():
    code = """
        const sent = [];
        const line = conversation({ send: (message) => sent.push(message) }, () => {});
        for (const n of [1, 2, 3]) line.change("n", n);
        line.change("m", 4);
        line.arrived(sent[0].number);
        line.goOn();
        line.close();
        console.log(JSON.stringify(sent.map((message) => message.state)));
    """
    assert json.loads(in_page(code)) == [{"n": 1}, {"n": 3, "m": 4}]
