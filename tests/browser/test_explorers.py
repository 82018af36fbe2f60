"""Every lesson in a real JupyterLab: it runs, and its explorers answer every control.

Needs Chromium on the PATH and playwright (the extra ``browser``).
"""

import shutil

import lab
import pytest

playwright = pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed (extra: browser)"
)
pytestmark = pytest.mark.skipif(
    lab.CHROMIUM is None, reason="no Chromium on this machine's PATH"
)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lessons")
    for lesson in lab.lessons():
        shutil.copy(lesson, folder)
    with lab.jupyterlab(folder, tmp_path_factory.mktemp("home")) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=lab.CHROMIUM, args=lab.QUIET)
        yield browser
        browser.close()


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
            assert in_some_choice(explorer, move, slider), slider.get_attribute("name")
        for toggle in explorer.control("input[type=checkbox]"):
            assert in_some_choice(explorer, flip, toggle), toggle.get_attribute("name")
        for select in explorer.control("select"):
            explorer.press("reset")
            assert choose_another(explorer, select), select.get_attribute("name")
        explorer.press("reset")
        explorer.settled()
        assert explorer.error() == ""


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
    at_end = slider.input_value() == slider.get_attribute("max")
    slider.focus()
    for _ in range(3):
        explorer.page.keyboard.press("ArrowLeft" if at_end else "ArrowRight")
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


def test_playing_goes_on_until_it_is_paused(lesson):
    _, opened = lesson
    for explorer in opened.explorers():
        for play in explorer.control("button[aria-pressed]"):
            explorer.press("reset")
            before = explorer.settled()
            play.click()
            assert explorer.changes_from(before)
            assert explorer.changes_from(explorer.seen())
            if play.get_attribute("aria-pressed") == "true":
                play.click()
            paused = explorer.settled()
            opened.page.wait_for_timeout(500)
            assert explorer.seen() == paused
            assert play.get_attribute("aria-pressed") == "false"


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
