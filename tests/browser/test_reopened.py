"""An explorer that is stored, run, saved and opened again: one of its forms is seen."""

import shutil

import lab
import pytest

SIZE = {"width": 1200, "height": 900}


@pytest.fixture
def lesson(request, browser, folder, address):
    """Open a copy of the first lesson as it is delivered."""
    name = f"{request.node.name}.ipynb"
    shutil.copy(lab.lessons()[0], folder / name)
    page = browser.new_page(viewport=SIZE)
    yield lab.Lesson(page, address(name), run=False)
    page.close()


def assert_is_a_picture(lesson):
    """Check that the stored picture is seen, with its words, and nothing else."""
    stored = lesson.page.locator(".bpkit-stored")
    stored.scroll_into_view_if_needed()
    image = stored.locator("img")
    assert image.is_visible()
    assert image.evaluate("image => image.naturalWidth") > 600
    assert image.get_attribute("alt").startswith("Left: a curve with its tangent")
    assert "Run this cell" in stored.inner_text()
    assert "display: none" not in stored.inner_text()
    cell = lesson.page.locator(".jp-Cell", has=stored)
    assert "Error displaying widget" not in cell.inner_text()
    assert lesson.page.locator(".bpkit").count() == 0


def assert_is_alive(lesson):
    """Check that the explorer is seen, and its stored picture is not."""
    [explorer] = lesson.explorers()
    assert explorer.picture()[1] > 500
    assert not lesson.page.locator(".bpkit-stored").is_visible()
    return explorer


def test_a_delivered_lesson_shows_its_explorer_as_a_picture(lesson):
    assert_is_a_picture(lesson)


def test_a_lesson_opened_again_shows_its_explorer_as_a_picture(lesson, browser):
    lesson.run_all_cells()
    explorer = assert_is_alive(lesson)
    explorer.control("input[type=range]")[0].press("ArrowRight")
    explorer.settled()
    lesson.save_and_leave()
    page = browser.new_page(viewport=SIZE)
    again = lab.Lesson(page, lesson.address, run=False)
    assert_is_a_picture(again)
    again.run_all_cells()
    assert_is_alive(again)
    page.close()
