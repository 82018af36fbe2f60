"""What a notebook stores of figures and explorers, and what a page makes of it."""

import copy
import re
from pathlib import Path

import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook
from nbval.plugin import get_sanitize_patterns
from notebooks import STORED, WIDGET, images_in

from bpkit import plots
from bpkit.plots.base import as_html
from bpkit.words import unbroken

FIGURE = """\
from bpkit.plots import confusion_matrix, show

show(confusion_matrix([0, 1], [0, 1]), alt="Counts & labels.")"""
EXPLORER = """\
from bpkit.widgets import explore
from bpkit.widgets.slopes import SecantExplorer

explore(SecantExplorer())"""


@pytest.fixture(scope="module")
def notebook():
    """Return a notebook with a figure and an explorer, run as lessons are."""
    nb = new_notebook(cells=[new_code_cell(FIGURE), new_code_cell(EXPLORER)])
    client = NotebookClient(nb, kernel_name="python3", store_widget_state=False)
    return client.execute()


def test_an_explorer_keeps_its_picture_apart_from_its_widget(notebook):
    stored, widget = (output.data for output in notebook.cells[1].outputs)
    assert widget == {WIDGET: widget[WIDGET], "text/html": ""}
    assert set(stored) == {"text/html", "text/plain"}
    title, sentence = stored["text/plain"].split("\n")
    assert stored["text/html"].startswith(STORED)
    assert f"<strong>{title}</strong>" in stored["text/html"]
    assert f"<p>{unbroken(sentence)}</p>" in stored["text/html"]
    assert "Run this cell" in stored["text/html"]
    [image] = images_in(stored["text/html"])
    assert image["alt"].endswith(f" {sentence}")


@pytest.mark.parametrize("template", ["lab", "classic"])
@pytest.mark.filterwarnings("error")
def test_an_exported_page_shows_pictures_with_their_texts(notebook, template):
    page, _ = HTMLExporter(template_name=template).from_notebook_node(
        copy.deepcopy(notebook)
    )
    [stored] = images_in(notebook.cells[1].outputs[0].data["text/html"])
    assert [image["alt"] for image in images_in(page)] == [
        "Counts & labels.",
        stored["alt"],
    ]
    assert "No description" not in page


def test_nbval_compares_all_of_a_picture_but_its_bytes(pytestconfig):
    config = Path(pytestconfig.option.nbval_sanitize_with).read_text(encoding="utf-8")
    patterns = get_sanitize_patterns(config)

    def compared(labels, alt):
        html = as_html(plots.confusion_matrix(labels, labels), alt)
        for pattern, masked in patterns:
            html = re.sub(pattern, masked, html)
        return html

    assert compared([0, 1], "Counts.") == compared([0, 1, 2], "Counts.")
    assert compared([0, 1], "Counts.") != compared([0, 1], "Other counts.")
    assert images_in(compared([0, 1], "Counts."))[0]["width"] == "660"
