"""With the focus in an explorer, plain keys are its own and chords the notebook's."""

import lab
import nbformat
import pytest

CODE = """from bpkit.widgets import explore
from bpkit.widgets.{} import {}
explore({}())"""
CONTROLS = ["input[type=range]", "select", "button", "textarea"]
PLAIN = [
    *("a", "b", "d", "d", "x", "m", "z", "0", "0", "Shift+M", "Delete"),
    *("ArrowDown", "ArrowUp", "ArrowLeft", "Home", "End", "PageUp", "PageDown"),
    *("Space", "Enter", "Escape"),
]
DIRTY = "jupyterapp.shell.currentWidget.context.model.dirty"
CELLS = """() => {
  const notebook = jupyterapp.shell.currentWidget.content;
  const models = notebook.widgets.map((cell) => cell.model);
  const cells = models.map((model) => [model.type, model.sharedModel.source]);
  return JSON.stringify([notebook.activeCellIndex, notebook.mode, cells]);
}"""
EDIT = """() => {
  const notebook = jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = 1;
  notebook.activeCell.editor.replaceSelection("# edited\\n");
  notebook.mode = "command";
}"""
# JupyterLab saves once at a time, and is not done with it when nothing is dirty.
COUNT_SAVES = """() => {
  window.saves = 0;
  jupyterapp.commands.commandExecuted.connect(async (_, { id, result }) => {
    if (id !== "docmanager:save") return;
    await result;
    window.saves += 1;
  });
}"""
RUNS = "jupyterapp.shell.currentWidget.content.widgets[1].model.executionCount"


@pytest.fixture(scope="module", params=["Playground", "Tuner"])
def page(request, browser, tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebooks")
    name = request.param
    code = CODE.format(name.lower(), name, name)
    cells = [nbformat.v4.new_code_cell(source) for source in ("1", code, "3")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, folder / "keys.ipynb")
    with lab.jupyterlab(folder, tmp_path_factory.mktemp("home")) as address:
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        lab.Lesson(page, address("keys.ipynb"))
        page.evaluate(COUNT_SAVES)
        yield page
        page.close()


@pytest.fixture(params=CONTROLS)
def focused(request, page):
    """Return a control of an explorer that has the focus."""
    page.evaluate("jupyterapp.shell.currentWidget.content.activeCellIndex = 1")
    page.evaluate("jupyterapp.shell.currentWidget.content.scrollToItem(1)")
    control = page.locator(f".bpkit-controls {request.param}").first
    control.wait_for()
    control.focus()
    return control


def test_plain_keys_neither_move_nor_edit_the_notebook(page, focused):
    before = page.evaluate(CELLS)
    for key in PLAIN:
        page.keyboard.press(key)
        page.wait_for_timeout(50)
        assert page.evaluate(CELLS) == before, key


def test_an_arrow_moves_the_slider(page):
    slider = page.locator(".bpkit input[type=range]").first
    slider.focus()
    before = slider.input_value()
    page.keyboard.press("ArrowRight")
    assert slider.input_value() != before


def test_a_field_is_typed_in_and_undone_without_the_cell(page):
    page.evaluate(EDIT)
    edited = page.evaluate(CELLS)
    field = page.locator(".bpkit textarea").first
    field.focus()
    for key in ("Control+a", "a", "b", "d", "d", "Control+a", "x"):
        page.keyboard.press(key)
    assert field.input_value() == "x"
    page.keyboard.press("Control+z")
    assert page.evaluate(CELLS) == edited


def test_saving_saves(page, focused):
    saves = page.evaluate("saves")
    page.evaluate(f"{DIRTY} = true")
    page.keyboard.press("Control+S")
    page.wait_for_function(f"saves > {saves}")
    assert not page.evaluate(DIRTY)


def test_shift_enter_runs_the_cell_and_goes_on(page, focused):
    runs = page.evaluate(RUNS)
    page.keyboard.press("Shift+Enter")
    page.wait_for_function(f"{RUNS} > {runs}", timeout=20_000)
    place = "jupyterapp.shell.currentWidget.content.activeCellIndex"
    assert page.evaluate(place) == 2
