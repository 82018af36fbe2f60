"""An explorer that is stored, run, saved and opened again: one of its forms is seen."""

import lab
import pytest

SIZE = {"width": 1200, "height": 900}


# The first lesson, and of the ninth the cells with the tuner.
KEPT = [
    (1, "", "Left: a curve with its tangent"),
    (9, "Tuner", "Four panels: costs on training and validation digits"),
]


@pytest.fixture(params=KEPT, ids=["secant", "tuner"])
def kept(request):
    """Return a lesson, words of its cells, and how their picture's text begins."""
    return request.param


@pytest.fixture
def alt(kept):
    """Return what the text of the stored picture begins with."""
    return kept[-1]


@pytest.fixture
def lesson(kept, browser, tmp_path, folder, address):
    """Open a copy of a lesson, or of cells of it, as it is delivered."""
    number, words, _ = kept
    path = lab.excerpt(number, words, tmp_path)
    copy = folder / f"{tmp_path.name}.ipynb"
    path.rename(copy)
    page = browser.new_page(viewport=SIZE)
    yield lab.Lesson(page, address(copy.name), run=False)
    page.close()


def assert_is_a_picture(lesson, alt):
    """Check that the stored picture is seen, with its words, and nothing else."""
    stored = lesson.page.locator(".bpkit-stored")
    stored.scroll_into_view_if_needed()
    image = stored.locator("img")
    assert image.is_visible()
    assert image.evaluate("image => image.naturalWidth") > 600
    assert image.get_attribute("alt").startswith(alt)
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


def test_a_delivered_lesson_shows_its_explorer_as_a_picture(lesson, alt):
    assert_is_a_picture(lesson, alt)


def test_a_lesson_opened_again_shows_its_explorer_as_a_picture(lesson, alt, browser):
    lesson.run_all_cells()
    explorer = assert_is_alive(lesson)
    explorer.control("input[type=range]")[0].press("ArrowRight")
    explorer.settled()
    lesson.save_and_leave()
    page = browser.new_page(viewport=SIZE)
    again = lab.Lesson(page, lesson.address, run=False)
    assert_is_a_picture(again, alt)
    again.run_all_cells()
    assert_is_alive(again)
    page.close()
