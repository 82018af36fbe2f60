"""What a learner finds who types ``bpkit lab``, in a real JupyterLab."""

import contextlib
import shutil
from urllib.parse import urlsplit

import lab
import pytest

from bpkit import delivery

NEWS = "jupyterlabapputilsextensionannouncements"
NAMES = ".jp-DirListing-itemText"
ASKED = ".Toastify__toast"
TAB = "#jp-main-dock-panel .lm-TabBar-tab"
CUT_OFF = "names => names.filter(n => n.scrollWidth > n.clientWidth).length"
EDIT = """() => {
  const cells = window.jupyterapp.shell.currentWidget.content.widgets;
  const code = cells.find(cell => cell.model.type === 'code');
  code.model.sharedModel.setSource('mine = 1');
}"""
# What is said later than a question about news, and is seen later.
LAST = """jupyterapp.commands.execute("apputils:notify", {
  message: "The last word", type: "info", options: { autoClose: false },
})"""


@contextlib.contextmanager
def landing(browser, folder, home):
    """Yield the page to which ``bpkit lab`` leads, when it could ask about news."""
    command = ("bpkit", "lab", str(folder), "--")
    with lab.jupyterlab(folder, home, command) as address:
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        first = urlsplit(address(""))._replace(path="/").geturl()
        with page.expect_response(lambda answer: NEWS in answer.url, timeout=120_000):
            lesson = lab.Lesson(page, first, run=False)
        page.evaluate("window.jupyterapp.restored.then(() => {})")
        yield lesson
        page.close()


def opened(page):
    """Return the names on the tabs, and that of the tab that is in front."""
    front = page.locator(f"{TAB}.jp-mod-current").inner_text()
    return page.locator(TAB).all_inner_texts(), front


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def next_course(tmp_path):
    """The course with another first lesson."""
    course = tmp_path / "course"
    shutil.copytree(lab.lessons()[0].parent, course)
    change(course / lab.lessons()[0].name, "Lesson 1 ·", "Lesson 1 of 10 ·")
    return course


def test_the_first_page(browser, tmp_path):
    names = [path.name for path in lab.lessons()]
    with landing(browser, tmp_path / "my lessons", tmp_path) as lesson:
        page = lesson.page
        assert opened(page) == ([names[0]], names[0])
        assert page.locator(NAMES).all_inner_texts() == names
        assert page.locator(NAMES).evaluate_all(CUT_OFF) == 0
        page.evaluate(LAST)
        page.wait_for_selector(f"{ASKED}:has-text('The last word')")
        assert page.locator(ASKED).count() == 1
    workspaces = [path.name for path in (tmp_path / "workspaces").iterdir()]
    assert not any(name.startswith("default") for name in workspaces)
    assert not (tmp_path / "settings").exists()


def test_what_a_user_has_set_stays(browser, tmp_path):
    mine = tmp_path / "settings" / "@jupyterlab" / "apputils-extension"
    mine.mkdir(parents=True)
    (mine / "notification.jupyterlab-settings").write_text('{"fetchNews": "none"}')
    with landing(browser, tmp_path / "mine", tmp_path) as lesson:
        assert "Jupyter news" in lesson.page.locator(ASKED).inner_text()


def test_a_lesson_that_is_only_looked_at_is_still_the_courses(
    browser, tmp_path, next_course
):
    first, mine = lab.lessons()[0], tmp_path / "mine"
    with landing(browser, mine, tmp_path) as lesson:
        lesson.command("docmanager:save")
    assert (mine / first.name).read_bytes() != first.read_bytes()
    assert delivery.deliver(next_course, mine)[0].outcome == "updated"


def test_the_second_start_leads_to_the_lesson_that_was_left(browser, tmp_path):
    _, second, *_ = lab.lessons()
    mine = tmp_path / "mine"
    delivery.deliver(second.parent, mine)
    change(mine / second.name, "default_rng(0)", "default_rng(1)")
    with landing(browser, mine, tmp_path) as lesson:
        assert opened(lesson.page) == ([second.name], second.name)


def test_nobody_writes_over_an_update_unasked(browser, tmp_path, next_course):
    first, mine = lab.lessons()[0], tmp_path / "mine"
    with landing(browser, mine, tmp_path) as lesson:
        lesson.page.evaluate(EDIT)
        assert delivery.deliver(next_course, mine)[0].outcome == "updated"
        lesson.page.keyboard.press("Control+S")
        assert "changed on disk" in lesson.page.locator(".jp-Dialog").inner_text()
    assert (mine / first.name).read_bytes() == (next_course / first.name).read_bytes()
