"""What axe-core, the usual checker of web pages, finds under the cells of a lesson."""

import lab
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

PYTHON3 = {"name": "python3", "display_name": "Python 3", "language": "python"}
CARDS = {  # what a cell ends with, and what its output says
    "def sigmoid(z): ...\n\n\ncheck(sigmoid)": "Not yet",
    "check(nudge_ratio=6)": "Correct",
    "check(nudge_ratio=5)": "Not correct",
    "def sigmoid(z):\n    return z\n\n\ncheck(sigmoid)": "Expected: ",
    "def sigmoid(z):\n    return 1 / 0\n\n\ncheck(sigmoid)": "In your code, line 4",
    "progress()": "Lesson 1",
}


@pytest.fixture(scope="module")
def complaints():
    """Return a function that gives what axe has against the outputs of a page."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright",
        reason="axe-playwright-python is not installed (extra: browser)",
    ).Axe()

    def complaints(lesson, cell):
        outputs = f"{lesson.show_cell(cell)} .jp-OutputArea-output"
        found = axe.run(lesson.page, context=outputs).response["violations"]
        return [
            f"{rule['impact']}: {rule['help']}: {node['html'][:200]}"
            for rule in found
            for node in rule["nodes"]
        ]

    return complaints


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    yield page
    page.close()


def cells_with_pictures(path):
    """Return the places of the cells with figures and explorers."""
    cells = nbformat.read(path, as_version=4).cells
    outputs = [cell.get("outputs", []) for cell in cells]
    return [i for i, shown in enumerate(outputs) if "<img" in str(shown)]


@pytest.mark.parametrize(("number", "words"), [(1, ""), (4, ""), (6, ""), (9, "Tuner")])
def test_figures_and_explorers_are_accessible_stored_and_alive(
    number, words, page, folder, address, complaints
):
    path = lab.excerpt(number, words, folder)
    cells = cells_with_pictures(path)
    assert cells
    lesson = lab.Lesson(page, address(path.name), run=False)
    assert [c for cell in cells for c in complaints(lesson, cell)] == []
    lesson.run_all_cells()
    assert [c for cell in cells for c in complaints(lesson, cell)] == []


def test_verdict_cards_and_progress_are_accessible(page, folder, address, complaints):
    imports = "from bpkit import check, progress"
    cells = [new_code_cell(f"{imports}\n\n{source}") for source in CARDS]
    nb = new_notebook(cells=cells, metadata={"kernelspec": PYTHON3})
    nbformat.write(nb, folder / "cards.ipynb")
    lesson = lab.Lesson(page, address("cards.ipynb"))
    assert lesson.failed_outputs() == []
    for cell, words in enumerate(CARDS.values()):
        assert words in page.locator(lesson.show_cell(cell)).inner_text()
        assert complaints(lesson, cell) == []
