"""The live lessons as learners meet them: in Chromium, with a Python in the page."""

import json
import os
from pathlib import Path

import classroom
import lab
import nbformat
import offline
import pytest
import web
from nbformat.v4 import new_code_cell, new_notebook

NPM = Path(__file__).resolve().parents[2] / ".venv-site/node_modules/pyodide"
SESSION = "window.jupyterapp.shell.currentWidget.sessionContext"
CELLS = "window.jupyterapp.shell.currentWidget.content.widgets"
OUTPUTS = f"""() => Object.fromEntries({CELLS}
  .filter(cell => cell.model.type === 'code')
  .map(cell => [cell.model.id, cell.model.outputs.toJSON()]))"""
SAVE = """([path, content]) => window.jupyterapp.serviceManager.contents.save(path,
  { type: 'notebook', format: 'json', content })"""
CLEAR = f"""() => {CELLS}.filter(cell => cell.model.type === 'code')
  .forEach(cell => cell.model.outputs.clear())"""


class Live(lab.Lesson):
    """A lesson in a page that holds its kernel."""

    patience = 400_000

    def __init__(self, page, address, name):
        super().__init__(page, web.live(address, name), run=False)

    def said(self):
        """Return what the outputs of each code cell say, by its id."""
        found = self.page.evaluate(OUTPUTS)
        return {cell: texts(outputs) for cell, outputs in found.items()}


@pytest.fixture(scope="module")
def built(build):
    """Build the live lessons as they are published; return the folder."""
    return build("live")


@pytest.fixture(scope="module")
def site(built, tmp_path_factory):
    """Lay a Python into the live lessons; return the folder."""
    if "BPKIT_PYODIDE" not in os.environ:
        pytest.skip("BPKIT_PYODIDE names no folder with the wheels of offline.txt")
    out = tmp_path_factory.mktemp("live") / "site"
    offline.with_python(built, Path(os.environ["BPKIT_PYODIDE"]), out)
    return out


@pytest.fixture(scope="module")
def address(site):
    with web.served(site) as address:
        yield address


@pytest.fixture
def opened(browser, address):
    """Return a function that opens lessons one after the other in a browser of its own.

    Whatever the page complains of fails the test.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    complaints = web.complaints_of(page, address)
    yield lambda name: Live(page, address, name)
    context.close()
    assert complaints == []


def write(site, name, **sources):
    """Write a notebook of code cells, each under its id, and put it into the site."""
    cells = [new_code_cell(source, id=key) for key, source in sources.items()]
    # Without a kernel's name the page asks which one to take.
    metadata = nbformat.read(lab.lessons()[0], as_version=4).metadata
    nbformat.write(new_notebook(cells=cells, metadata=metadata), site.parent / name)
    offline.add(site, site.parent / name)


def texts(outputs):
    """Return what outputs say: what was printed or raised, and values in words."""
    said = {}
    for output in map(dict, outputs):
        kind = output.get("name", output["output_type"])
        text = output.get("text") or output.get("data", {}).get("text/plain", "")
        said[kind] = said.get(kind, "") + "".join(text or output.get("traceback", ""))
    return {kind: text for kind, text in said.items() if text}


@pytest.mark.parametrize("path", lab.lessons(), ids=lambda path: path.stem)
def test_a_lesson_says_there_what_is_stored(opened, path):
    stored = nbformat.read(path, as_version=4)
    lesson = opened(path.name)
    lesson.page.evaluate(CLEAR)
    lesson.run_all_cells()
    assert lesson.said() == {
        cell.id: texts(cell.outputs)
        for cell in stored.cells
        if cell.cell_type == "code"
    }


ANSWERS = {
    "right": f"""import numpy as np

from bpkit import check

{classroom.right("sigmoid")}

check(sigmoid)""",
    "wrong": f"{classroom.wrong('sigmoid_prime')}\n\ncheck(sigmoid_prime)",
    "endless": """def forward_difference(f, x, h):
    while True:
        try:
            f(x)
        except:
            pass

check(forward_difference)""",
}
LATER = "from bpkit import yours\n\nprint(yours('sigmoid')(0.0))"


def test_answers_are_judged_stopped_and_kept_for_another_kernel(opened, site):
    write(site, "answers.ipynb", **ANSWERS)
    write(site, "later.ipynb", later=LATER)
    lesson = opened("answers.ipynb")
    lesson.run_all_cells()
    said = {cell: text["execute_result"] for cell, text in lesson.said().items()}
    assert said["right"].startswith("✓ sigmoid: Correct")
    assert "mine.py" in said["right"]
    assert said["wrong"].startswith("✗ sigmoid_prime: Not correct")
    assert "did not end" in said["endless"]
    later = opened("later.ipynb")
    later.run_all_cells()
    found = {"stdout": "Yours, from mine.py: sigmoid\n0.5\n"}
    assert later.said() == {"later": found}


def test_a_loop_that_nobody_checks_is_ended_by_a_new_kernel(opened, site):
    write(site, "loop.ipynb", loop="while True:\n    pass", after="print('here')")
    lesson = opened("loop.ipynb")
    lesson.page.evaluate("void jupyterapp.commands.execute('notebook:run-all-cells')")
    lesson.page.wait_for_selector(".jp-InputPrompt:has-text('*')")
    lesson.page.wait_for_timeout(2000)
    assert lesson.said()["after"] == {}
    lesson.page.evaluate(f"{SESSION}.session.kernel.restart()")
    lesson.wait_until_idle()
    lesson.page.evaluate(f"{CELLS}[0].model.sharedModel.setSource('1')")
    lesson.run_all_cells()
    assert lesson.said()["after"] == {"stdout": "here\n"}


def test_a_copy_that_is_older_than_the_site_is_said_to_be(opened, site):
    name, stub = lab.lessons()[0].name, "nudge_ratio"
    copy = nbformat.read(site / "lite/files" / name, as_version=4)
    copy.metadata["bpkit"]["version"] = "another"
    cell = new_code_cell(f"from bpkit import check\n\ncheck({stub}=1.0)", id="stub")
    copy.cells = [cell]
    lesson = opened(name)
    lesson.page.evaluate(SAVE, [name, copy])
    lesson = opened(name)
    lesson.run_all_cells()
    assert f"newer version of {name}" in str(lesson.said()["stub"])


def test_explorers_move_and_play(opened, site):
    begin = "from bpkit.widgets import explore"
    write(
        site,
        "moves.ipynb",
        moves=f"{begin}\nfrom bpkit.widgets.slopes import SecantExplorer\n\n"
        "explore(SecantExplorer())",
        plays="from bpkit.widgets.playground import Playground\n\n"
        "explore(Playground())",
    )
    lesson = opened("moves.ipynb")
    lesson.run_all_cells()
    secant, playground = lesson.explorers()
    before = secant.settled()
    secant.control("input[type=range]")[0].press("ArrowRight")
    assert secant.changes_from(before)
    before = playground.settled()
    playground.press("play")
    assert playground.changes_from(before)
    playground.press("play")
    playground.settled()
    assert playground.error() == ""


def test_as_published_the_page_asks_for_what_there_is(browser, built):
    # Of Pyodide npm has the Python and no numpy, so that is how far the kernel comes.
    wheels = built / "lite/static/wheels"
    packages = json.loads((wheels / "pyodide-lock.json").read_text("utf-8"))["packages"]
    elsewhere = packages["numpy"]["file_name"].rpartition("/")[0] + "/"
    there = {package["file_name"] for package in packages.values()}
    asked = {}

    def answer(route):
        file = NPM / route.request.url.removeprefix(elsewhere)
        asked[route.request.url] = file.exists()
        route.fulfill(path=file) if file.exists() else route.abort()

    context = browser.new_context()
    context.route(f"{elsewhere}**", answer)
    page = context.new_page()
    with web.served(built) as address:
        complaints = web.complaints_of(page, address)
        own = set()
        page.on("response", lambda r: own.add(r.url.rpartition("/")[2]))
        page.goto(web.live(address, lab.lessons()[0].name))
        wanted = {wheel.name for wheel in wheels.glob("*.whl")}
        for _ in range(600):
            page.wait_for_timeout(200)
            if wanted <= own and packages["matplotlib"]["file_name"] in asked:
                break
    context.close()
    assert [url for url, found in asked.items() if not found and url not in there] == []
    assert {"pyodide.mjs", "pyodide.asm.wasm"} <= {u.rpartition("/")[2] for u in asked}
    assert wanted - own == set()
    # That packages are lacking is all that the page complains of.
    of_these = elsewhere, "pyodide.loadPackage("
    assert [c for c in complaints if not any(map(c.__contains__, of_these))] == []
