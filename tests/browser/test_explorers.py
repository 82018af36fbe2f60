"""Every lesson in JupyterLab: it runs, and its explorers answer every control."""

import lab
import pytest


@pytest.fixture(scope="module", params=lab.lessons(), ids=lambda path: path.stem)
def lesson(request, address, browser):
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    yield request.param.stem, lab.Lesson(page, address(request.param.name))
    page.close()


def test_all_cells_run_without_an_error(lesson):
    _, opened = lesson
    assert opened.failed_outputs() == []


def test_every_control_changes_what_is_seen(lesson):
    name, opened = lesson
    explorers = opened.explorers()
    assert explorers, f"{name} shows no explorer"
    for explorer in explorers:
        assert explorer.picture()[1] > 500, "the picture is blank"
        for slider in explorer.control("input[type=range]"):
            assert is_answered(explorer, slider), slider.get_attribute("name")
        for toggle in explorer.control("input[type=checkbox]"):
            assert in_some_choice(explorer, flip, toggle), toggle.get_attribute("name")
        for select in explorer.control("select"):
            explorer.press("reset")
            assert choose_another(explorer, select), select.get_attribute("name")
        explorer.press("reset")
        explorer.settled()
        assert explorer.error() == ""


def is_answered(explorer, slider):
    """Return whether a slider is answered: in some choice, or after a run."""
    if in_some_choice(explorer, move, slider):
        return True
    if slider.is_disabled() and explorer.control("button.bpkit-play"):
        play_until_it_can_choose(explorer, slider)
    return move(explorer, slider)


def play_until_it_can_choose(explorer, slider):
    """Let the last Play of an explorer run until there is a choice for a slider."""
    *_, play = explorer.control("button.bpkit-play")
    play.click()
    for _ in range(60):
        if not slider.is_disabled():
            break
        explorer.page.wait_for_timeout(500)
    if "Pause" in play.inner_text():
        play.click()


def in_some_choice(explorer, act, control):
    """Return whether a control is answered: some speak in one choice only."""
    if act(explorer, control):
        return True
    for select in explorer.control("select"):
        for option in select.locator("option").all_inner_texts():
            select.select_option(option)
            if act(explorer, control):
                return True
    return False


def move(explorer, slider):
    """Press an arrow key on a slider, the other one at its end; was it seen?"""
    before = explorer.settled()
    if slider.is_disabled():
        return False
    at_end = slider.input_value() == slider.get_attribute("max")
    slider.focus()
    for _ in range(3):
        explorer.page.keyboard.press("ArrowLeft" if at_end else "ArrowRight")
    if explorer.changes_from(before):
        return True
    explorer.page.keyboard.press("Home")  # it may stand at the last that there is
    return explorer.changes_from(before)


def flip(explorer, toggle):
    """Click a box; was it seen?"""
    before = explorer.settled()
    toggle.click()
    return explorer.changes_from(before)


def choose_another(explorer, select):
    """Choose another option; was it seen?"""
    before = explorer.settled()
    options = select.locator("option").all_inner_texts()
    select.select_option(next(o for o in options if o != select.input_value()))
    return explorer.changes_from(before)


def test_reset_brings_back_the_first_picture(lesson):
    _, opened = lesson
    for explorer in opened.explorers():
        explorer.press("reset")
        first = explorer.settled()
        sliders = explorer.control("input[type=range]")
        if sliders and move(explorer, sliders[0]):
            explorer.press("reset")
            assert explorer.settled() == first


# In one go: between a look at the button and a click a short run may come to its end.
PAUSE = "button => { if (button.textContent.includes('Pause')) button.click(); }"


def test_playing_goes_on_until_it_is_paused(lesson):
    _, opened = lesson
    for explorer in opened.explorers():
        for play in explorer.control("button.bpkit-play"):
            explorer.press("reset")
            before = explorer.settled()
            play.click()
            assert explorer.changes_from(before)
            assert explorer.changes_from(explorer.seen())
            play.evaluate(PAUSE)
            paused = explorer.settled()
            opened.page.wait_for_timeout(500)
            assert explorer.seen() == paused
            assert "Pause" not in play.inner_text()


def test_a_digit_can_be_drawn(lesson):
    _, opened = lesson
    for explorer in opened.explorers():
        for pad in explorer.control("canvas"):
            before = explorer.settled()
            box = pad.bounding_box()
            mouse = opened.page.mouse
            mouse.move(box["x"] + box["width"] / 2, box["y"] + 30)
            mouse.down()
            mouse.move(box["x"] + box["width"] / 2, box["y"] + 160, steps=12)
            mouse.up()
            assert explorer.changes_from(before)


def test_the_page_has_nothing_to_complain_about(lesson):
    _, opened = lesson
    assert opened.complaints == []


TOO_WIDE = """() => [...document.querySelectorAll(
    ".jp-Notebook .bpkit, .jp-Notebook .jp-RenderedHTMLCommon, .jp-Notebook img")]
  .filter((e) => e.scrollWidth > e.clientWidth + 1
    || e.getBoundingClientRect().right > innerWidth)
  .map((e) => e.outerHTML.slice(0, 80))"""
CUT = """() => [...document.querySelectorAll(".bpkit textarea")]
  .filter((e) => e.scrollHeight > e.clientHeight + 1).map((e) => e.name)"""
DARK = """window.jupyterapp.commands.execute(
  "apputils:change-theme", { theme: "JupyterLab Dark" })"""


def test_a_narrow_dark_page_holds_it_all(lesson):
    _, opened = lesson
    opened.page.set_viewport_size({"width": 700, "height": 900})
    opened.page.evaluate(DARK)
    opened.page.wait_for_selector('body[data-jp-theme-light="false"]', state="attached")
    for explorer in opened.explorers():
        explorer.press("reset")
        explorer.settled()
        assert explorer.picture()[1] > 500, "the picture is blank"
        for slider in explorer.control("input[type=range]"):
            assert is_answered(explorer, slider), slider.get_attribute("name")
        assert opened.page.evaluate(TOO_WIDE) == []
        assert opened.page.evaluate(CUT) == []
