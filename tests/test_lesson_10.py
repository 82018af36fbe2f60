"""Lesson 10 shows the patients as they are, and says of them what is so."""

import re

import nbformat
import pytest
from notebooks import LESSONS

from bpkit.exercises import patients

LESSON = LESSONS / "10_debugging.ipynb"


@pytest.fixture(scope="module")
def cells():
    return {cell.id: cell for cell in nbformat.read(LESSON, as_version=4).cells}


def printed(cell):
    return "".join(output.get("text", "") for output in cell.outputs)


def test_every_patient_is_shown_as_it_is_and_in_order(cells):
    text = "\n".join(c.source for c in cells.values() if c.cell_type == "markdown")
    blocks = re.findall(r"```python\n(def patient_.*?)\n```", text, flags=re.DOTALL)
    assert blocks == [str(patients.source(n)) for n in range(1, 9)]


def test_the_wrong_versions_read_well(cells):
    said = printed(cells["curves"]).replace("\n", " ")
    ends = {name: int(p) for p, name in re.findall(r"→ (\d+)% \(([^)]+)\)", said)}
    assert set(ends) == {"right", "no σ′", "no transpose", "biases uphill"}
    assert min(ends.values()) >= 85
    assert abs(ends["biases uphill"] - ends["right"]) <= 1
    assert max(ends["no σ′"], ends["no transpose"]) < ends["right"]


def test_the_gradient_check_passes_the_right_version_alone(cells):
    verdicts = re.findall(
        r"^(.*): \d\.\d+, (\w+),", printed(cells["gradient-check"]), re.M
    )
    assert verdicts == [
        ("right", "right"),
        ("no σ′", "wrong"),
        ("no transpose", "wrong"),
        ("biases uphill", "wrong"),
    ]


def test_the_output_does_not_depend_on_what_is_installed(cells):
    code = "\n".join(c.source for c in cells.values() if c.cell_type == "code")
    assert not re.search(r"^\s*(import|from) (torch|jax)|importlib", code, re.M)
    assert printed(cells["frameworks"]).count("to 1e-12: True") == 2
