"""Whether the look at the published site notices a lesson that does not run."""

import nbformat
import published
import pytest
from nbformat.v4 import new_code_cell, new_notebook

PYTHON3 = {"name": "python3", "display_name": "Python 3", "language": "python"}


@pytest.mark.parametrize(
    ("source", "says"),
    [("import bpkit", None), ("import nowhere", "ModuleNotFoundError")],
)
def test_a_first_cell_is_run_again_and_its_errors_are_told(
    source, says, browser, folder, address
):
    nb = new_notebook(
        cells=[new_code_cell(source, execution_count=1), new_code_cell("1 + 1")],
        metadata={"kernelspec": PYTHON3},
    )
    nbformat.write(nb, folder / "first.ipynb")
    page = browser.new_page()
    wrong = published.run_first_cell(page, address("first.ipynb"))
    page.close()
    assert len(wrong) == (says is not None)
    assert says is None or says in wrong[0]
