"""face.js in a page of its own: no Jupyter and no kernel, but a model that answers."""

import json
from pathlib import Path

import pytest

from bpkit.scene import Panel, Points, Scene
from bpkit.widgets import face
from bpkit.widgets.explorer import Action, Choice, Explorer, Pad, Play, Slider, Toggle
from bpkit.words import number

FOLDER = Path(face.__file__).parent
# A widget's model as anywidget gives it to the page; `answer` answers a message.
HARNESS = """async ([code, data]) => {
  const module = new Blob([code], { type: "text/javascript" });
  window.face = await import(URL.createObjectURL(module));
  const hear = [];
  window.sent = [];
  window.model = {
    get: (name) => (name === "scene" ? JSON.stringify(data.scene) : data[name]),
    on: (name, f) => hear.push(f),
    off() {},
    send: (message) => sent.push(message),
  };
  window.answer = (message, more = {}) => {
    Object.assign(data.state, message.state);
    data.error = more.error ?? "";
    data.sentence = `Answer ${message.number}.`;
    data.scene = { ...data.scene, answers: message.number, stop: more.stop ?? false };
    for (const f of hear) f();
  };
  window.show = () => { face.default.render({ model, el: document.body }); };
  show();
}"""


class Every(Explorer):
    """An explorer with a control of each kind but the text."""

    title, alt = "Every control", "A point."
    controls = (
        Slider("n", "a number", 0, 10, 1, 3),
        Choice("way", "way", ("there", "back"), "there"),
        Toggle("shown", "shown", False),
        Pad("drawing", "Draw here"),
        Play("walk", "Walk"),
        Action("step", "One step"),
    )

    def view(self, state):
        panel = Panel((0, 1), (0, 1), [Points([0.5], [0.5])], "x", "y", "A point")
        return Scene([panel], "A point at 0.5.")


@pytest.fixture
def page(browser):
    context = browser.new_context(
        viewport={"width": 900, "height": 900}, has_touch=True
    )
    page = context.new_page()
    page.clock.install(time="2029-12-31")  # and it goes on, until a test stops it
    widget = face.Face(Every())
    names = ("title", "alt", "controls", "state", "scene", "sentence", "error")
    data = {name: getattr(widget, name) for name in (*names, "sentence_first")}
    page.set_content("<!doctype html><html lang=en><body>")
    page.add_style_tag(path=FOLDER / "face.css")
    code = (FOLDER / "face.js").read_text(encoding="utf-8")
    page.evaluate(HARNESS, [code, json.loads(json.dumps(data))])
    yield page
    context.close()


def sent(page):
    """Return the messages that the page has sent."""
    return page.evaluate("sent")


def answer_all(page, **more):
    """Answer what was sent last until nothing new is sent."""
    answered = None
    while (messages := sent(page)) and messages[-1]["number"] != answered:
        answered = messages[-1]["number"]
        page.evaluate("([m, more]) => answer(m, more)", [messages[-1], more])


def error(page):
    return page.locator(".bpkit-error")


# --- the conversation ----------------------------------------------------------------


def press(page, *keys, on="input[type=range]"):
    for key in keys:
        page.locator(f".bpkit {on}").press(key)


def test_one_message_is_under_way_and_the_rest_goes_together(page):
    press(page, "ArrowRight", "ArrowRight", "ArrowRight")
    page.locator(".bpkit select").select_option("back")
    assert [m["state"] for m in sent(page)] == [{"n": 4}]
    page.evaluate("answer(sent[0])")
    assert [m["state"] for m in sent(page)] == [{"n": 4}, {"n": 6, "way": "back"}]
    answer_all(page)
    assert len(sent(page)) == 2


def test_buttons_are_sent_one_by_one_with_what_was_moved_before(page):
    step = page.locator("button[name=step]")
    step.click()
    step.click()
    press(page, "ArrowRight")
    page.locator("button[name=reset]").click()
    answer_all(page)
    said = [(m["act"], m["state"]) for m in sent(page)]
    assert said == [("step", {}), ("step", {"n": 4}), ("reset", {})]


def test_an_answer_does_not_take_the_slider_back_from_the_reader(page):
    press(page, "ArrowRight", "ArrowRight")
    page.evaluate("answer(sent[0])")
    assert page.locator("input[type=range]").input_value() == "5"


def test_a_lost_message_is_complained_about_and_the_next_is_sent(page):
    page.clock.pause_at("2030-01-01")
    press(page, "ArrowRight", "ArrowRight")
    page.clock.run_for(7900)
    assert error(page).inner_text() == ""
    assert len(sent(page)) == 1
    page.clock.run_for(200)
    assert "No answer from the kernel for 8 seconds" in error(page).inner_text()
    assert sent(page)[-1]["state"] == {"n": 5}
    answer_all(page)
    assert error(page).inner_text() == ""


def test_a_late_answer_is_shown_and_does_not_count_for_the_next(page):
    page.clock.pause_at("2030-01-01")
    press(page, "ArrowRight")
    page.clock.run_for(8100)
    press(page, "ArrowRight", "ArrowRight")
    page.evaluate("answer(sent[0])")
    assert "-1." in page.locator(".bpkit-sentence").inner_text()
    assert [m["state"] for m in sent(page)] == [{"n": 4}, {"n": 5}]
    answer_all(page)
    assert sent(page)[-1]["state"] == {"n": 6}


def test_two_views_hear_each_other_and_answer_for_themselves(page):
    page.evaluate("show()")
    one, two = page.locator("input[type=range]").all()
    one.press("ArrowRight")
    two.press("ArrowLeft")
    two.press("ArrowLeft")
    first, second = sent(page)
    page.evaluate("answer(sent[0])")
    assert len(sent(page)) == 2, (
        "the second view took the first one's answer for its own"
    )
    assert first["number"] != second["number"]
    page.evaluate("answer(sent[1])")
    assert sent(page)[-1]["state"] == {"n": 1}
    answer_all(page)
    assert [one.input_value(), two.input_value()] == ["1", "1"]


# --- play ----------------------------------------------------------------------------


def test_play_changes_its_name_and_nothing_else(page):
    play = page.get_by_role("button", name="Walk")
    play.click()
    pause = page.get_by_role("button", name="Pause")
    assert pause.get_attribute("aria-pressed") is None
    page.evaluate("answer(sent[0])")
    assert len(sent(page)) == 2
    page.evaluate("answer(sent[1], { stop: true })")
    assert len(sent(page)) == 2
    assert play.is_visible()


def test_of_two_plays_the_last_pressed_goes_on(page):
    page.evaluate("""() => {
      model.get("controls").push({ kind: "play", name: "run", label: "Run" });
      show();
    }""")
    view = page.locator(".bpkit").last
    view.locator("button[name=walk]").click()
    view.locator("button[name=run]").click()
    assert view.locator("button[name=walk]").inner_text() == "▶ Walk"
    for _ in range(4):
        page.evaluate("answer(sent.at(-1))")
    assert [m["act"] for m in sent(page)] == ["walk", *["run"] * 4]
    view.locator("button[name=step]").click()
    assert view.locator("button[name=run]").inner_text() == "⏸ Pause"


PLAYED = """async (ticks) => {
  document.querySelector("button[name=walk]").click();
  const canvas = document.querySelector("canvas[role=img]");
  let pictures = 0;
  const seen = new MutationObserver((all) => { pictures += all.length; });
  seen.observe(canvas, { attributeFilter: ["aria-label"] });
  for (let k = 0; k < ticks; k++) {
    answer(sent.at(-1), { stop: k === ticks - 1 });
    await new Promise((go) => go());
  }
  return [pictures, sent.length];
}"""


@pytest.mark.parametrize(("motion", "pictures"), [("no-preference", 50), ("reduce", 2)])
def test_where_motion_is_not_wanted_a_run_shows_few_pictures_and_its_last(
    page, motion, pictures
):
    page.emulate_media(reduced_motion=motion)
    page.clock.pause_at("2030-01-01")
    assert page.evaluate(PLAYED, 50) == [pictures, 50]
    assert "-50." in page.locator(".bpkit-sentence").inner_text()


def test_a_picture_a_second_is_shown_where_motion_is_not_wanted(page):
    page.emulate_media(reduced_motion="reduce")
    page.clock.pause_at("2030-01-01")
    page.locator("button[name=walk]").click()
    said = []
    for _ in range(25):
        page.clock.run_for(100)
        page.evaluate("answer(sent.at(-1))")
        said.append(page.locator(".bpkit-sentence").inner_text())
    assert len(set(said)) == 3  # the first, and one after each of two seconds
    page.locator("button[name=walk]").click()
    page.evaluate("answer(sent.at(-1))")
    assert page.locator(".bpkit-sentence").inner_text() not in said


# --- where things stand --------------------------------------------------------------


def test_an_error_stands_above_the_picture_and_stays_an_alert(page):
    press(page, "ArrowRight")
    page.evaluate("answer(sent[0], { error: 'ValueError: no' })")
    assert error(page).get_attribute("role") == "alert"
    box, picture = (
        page.locator(f".bpkit {kind}").bounding_box()
        for kind in (".bpkit-error", "canvas[role=img]")
    )
    assert box["height"] > 0
    assert box["y"] + box["height"] <= picture["y"]


def test_a_sentence_that_comes_first_stands_between_controls_and_picture(page):
    page.evaluate("""() => {
      model.get("controls").push({ kind: "entry", name: "line", label: "A line" });
      const get = model.get;
      model.get = (name) => name === "sentence_first" || get(name);
      show();
    }""")
    parts = ("button[name=walk]", ".bpkit-sentence", "canvas[role=img]", "textarea")
    view = page.locator(".bpkit").last
    boxes = [view.locator(part).bounding_box() for part in parts]
    ends = [y for box in boxes for y in (box["y"], box["y"] + box["height"])]
    assert ends == sorted(ends)


@pytest.mark.parametrize("inside", [True, False])
def test_an_error_comes_into_view_for_whoever_uses_the_explorer(page, inside):
    press(page, "ArrowRight")
    page.evaluate("""() => {
      const far = document.body.appendChild(document.createElement("div"));
      far.style.height = "3000px";
      far.tabIndex = 0;
    }""")
    if not inside:
        page.evaluate("document.body.lastElementChild.focus({ preventScroll: true })")
    page.evaluate("scrollTo(0, 2000)")
    read = "document.body.lastElementChild.getBoundingClientRect().y"
    before = page.evaluate(read)
    page.evaluate("answer(sent[0], { error: 'ValueError: no' })")
    jumped = abs(page.evaluate(read) - before) > 2
    assert jumped is inside
    assert (error(page).bounding_box()["y"] > -2) is inside


def test_native_controls_keep_to_the_light_sheet_in_a_dark_theme(page):
    page.evaluate("document.documentElement.style.colorScheme = 'dark'")
    schemes = page.locator(".bpkit :is(input, select, button, canvas)").evaluate_all(
        "all => all.map(e => getComputedStyle(e).colorScheme)"
    )
    assert len(schemes) > 5
    assert set(schemes) == {"light"}
    box = page.locator("input[type=checkbox]")
    seen = box.screenshot()
    page.evaluate("document.documentElement.style.colorScheme = 'light'")
    assert box.screenshot() == seen


def test_reset_stands_beside_the_title_and_never_alone(page):
    for width in range(300, 960, 60):
        page.set_viewport_size({"width": width, "height": 900})
        title = page.locator(".bpkit-title").bounding_box()
        reset = page.locator("button[name=reset]").bounding_box()
        assert reset["y"] < title["y"] + title["height"]
        assert reset["x"] >= title["x"] + title["width"]
        assert reset["x"] + reset["width"] <= width


# --- touch ---------------------------------------------------------------------------


@pytest.fixture
def finger(page):
    """Return a function that dispatches a touch event, with a place of each finger."""
    session = page.context.new_cdp_session(page)

    def touch(kind, **places):
        points = [
            {"id": int(name[1:]), "x": x, "y": y} for name, (x, y) in places.items()
        ]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    return touch


def on_slider(page, x):
    """Return where a place of the slider, from 0 to 1, is in the page."""
    box = page.locator("input[type=range]").bounding_box()
    return box["x"] + x * box["width"], box["y"] + box["height"] / 2


def slid(page):
    """Return where the slider is, what it says, and what was sent of it."""
    slider = page.locator("input[type=range]")
    label = page.locator("label", has=slider).inner_text()
    values = [m["state"]["n"] for m in sent(page) if "n" in m["state"]]
    return slider.input_value(), label.strip(), values


@pytest.mark.parametrize("high", [True, False])
@pytest.mark.parametrize("sideways", [0, 0.6])
@pytest.mark.parametrize("place", [0.3, 0.9])
def test_a_swipe_up_from_a_slider_moves_the_page_alone(
    page, finger, place, sideways, high
):
    page.evaluate(f"document.body.style.height = '{3000 if high else 100}px'")
    before = slid(page)
    x, y = on_slider(page, place)
    finger("touchStart", f1=(x, y))
    for up in range(2, 60, 3):
        finger("touchMove", f1=(x + sideways * up, y - up))
    finger("touchEnd")
    if high:
        page.wait_for_function("scrollY > 20")
    assert slid(page) == before


def test_a_swipe_that_began_sideways_moves_the_slider(page, finger):
    x, y = on_slider(page, 0.3)
    finger("touchStart", f1=(x, y))
    for share in (0.35, 0.5, 0.8):
        finger("touchMove", f1=on_slider(page, share))
    finger("touchEnd")
    answer_all(page)
    value, label, values = slid(page)
    assert (value, label, values[-1]) == ("8", "a number = 8", 8)


def test_a_tap_moves_the_slider(page):
    page.touchscreen.tap(*on_slider(page, 0.9))
    answer_all(page)
    assert slid(page) == ("9", "a number = 9", [9])


# --- the pad -------------------------------------------------------------------------


def on_pad(page, x, y):
    """Return where a place of the field, from 0 to 1, is in the page."""
    box = page.locator(".bpkit-pad").bounding_box()
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def strokes(page):
    """Return the strokes that the page has drawn, rounded."""
    answer_all(page)
    drawn = {}
    for message in sent(page):
        drawn |= message["state"]
    return [
        [(round(x, 1), round(y, 1)) for x, y in stroke]
        for stroke in drawn.get("drawing", [])
    ]


def test_two_fingers_draw_a_stroke_each(page, finger):
    def at(**places):
        return {name: on_pad(page, *place) for name, place in places.items()}

    finger("touchStart", **at(f1=(0.2, 0.2)))
    finger("touchStart", **at(f1=(0.2, 0.2), f2=(0.8, 0.2)))
    finger("touchMove", **at(f1=(0.2, 0.6), f2=(0.8, 0.4)))
    finger("touchMove", **at(f1=(0.2, 0.8), f2=(0.8, 0.9)))
    finger("touchEnd")
    one, two = strokes(page)
    assert {x for x, _ in one} == {0.2}
    assert {x for x, _ in two} == {0.8}
    assert (one[-1], two[-1]) == ((0.2, 0.8), (0.8, 0.9))


@pytest.mark.parametrize("button", ["right", "middle"])
def test_other_buttons_do_not_draw_and_the_menu_comes(page, button):
    page.evaluate("""window.menus = [];
      addEventListener("contextmenu", (e) => menus.push(e.defaultPrevented))""")
    page.mouse.move(*on_pad(page, 0.5, 0.5))
    page.mouse.down(button=button)
    page.mouse.move(*on_pad(page, 0.7, 0.7))
    page.mouse.up(button=button)
    assert strokes(page) == []
    assert page.evaluate("menus") == ([False] if button == "right" else [])


def test_a_pen_that_leaves_the_field_lifts(page):
    page.mouse.move(*on_pad(page, 0.5, 0.5))
    page.mouse.down()
    for place in [(0.8, 0.5), (1.3, 0.5), (1.3, 0.9), (0.8, 0.9), (0.5, 0.9)]:
        page.mouse.move(*on_pad(page, *place))
    page.mouse.up()
    page.mouse.move(*on_pad(page, 0.1, 0.1))
    assert strokes(page) == [[(0.5, 0.5), (0.8, 0.5)], [(0.8, 0.9), (0.5, 0.9)]]


def test_the_pen_of_the_keys_does_not_go_on_with_a_pointers_stroke(page):
    press(page, "Space", on=".bpkit-pad")
    page.mouse.move(*on_pad(page, 0.1, 0.1))
    page.mouse.down()
    page.mouse.up()
    press(page, "ArrowRight", on=".bpkit-pad")
    assert strokes(page) == [[(0.5, 0.5)], [(0.1, 0.1)]]


# --- the pure parts ------------------------------------------------------------------


def test_ticks_are_round_numbers_between_the_ends_and_never_endless(page):
    cases = [
        ([0, 10], False, 5),
        ([10, 0], False, 2),
        ([-0.3, 0.31], False, 4),
        ([0.001, 1000], True, 3),
        ([1, 1], False, 5),
        ([1, 1], True, 5),
        ([0, float("nan")], False, 5),
    ]
    got = page.evaluate("cases => cases.map(c => face.ticks(...c))", cases)
    assert got[:2] == [[0, 2, 4, 6, 8, 10], [0, 5, 10]]
    assert got[2] == pytest.approx([-0.2, 0, 0.2])
    assert got[3] == pytest.approx([0.001, 0.1, 10, 1000])
    assert got[4:] == [[], [1], []]


def test_numbers_are_written_as_in_sentences(page):
    values = [0, 0.1 + 0.2, -2.5, 1e-5, -4e-4, 123456, 99999.7, 9.99999e-5, 1e-4 / 3]
    values += [sign * 10.0**k for k in range(-8, 8) for sign in (-1, 1.234567)]
    got = page.evaluate("all => all.map(face.shortNumber)", values)
    assert got == [number(value, 4) for value in values]
    assert page.evaluate("[null, NaN, Infinity].map(face.shortNumber)") == 3 * [
        "not finite"
    ]
    powers = [1e-8, 1e-3, 0.01, 1, 100, 1000, 1e6]
    ticks = page.evaluate("all => all.map(v => face.tickText(v, true))", powers)
    assert ticks == ["1e−8", "1e−3", "0.01", "1", "100", "1e3", "1e6"]


def test_panels_stand_side_by_side_where_there_is_room(page):
    panels = [{"weight": 1, "height": 300}, {"weight": 2, "height": 200}]
    wide, narrow = (
        page.evaluate("([p, w]) => face.layOut(p, w)", [panels, width])
        for width in (960, 500)
    )
    assert [[c["wide"] for c in row["cells"]] for row in wide] == [[320, 640]]
    assert [row["height"] for row in wide] == [300]
    assert [[c["wide"] for c in row["cells"]] for row in narrow] == [[500], [500]]
    assert [row["height"] for row in narrow] == [300, 200]


def test_a_legend_wraps_like_text(page):
    rows = page.evaluate("""() => {
      const g = document.createElement("canvas").getContext("2d");
      const named = ["a", "b", "c"].map((label) => ({ label: label.repeat(9) }));
      const rows = (room) => face.legendRows(g, named, room).map((row) => row.length);
      return [1000, 250, 10].map(rows);
    }""")
    assert rows == [[3], [2, 1], [1, 1, 1]]
