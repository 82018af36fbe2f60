"""Lesson 10 shows the patients as they are, and says of them what is so."""

import re

import nbformat
import numpy as np
import pytest
from notebooks import LESSONS

from bpkit import check, relative_error
from bpkit.exercises import bank, patients, suspects

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


def test_five_starts_end_as_the_text_says(cells):
    said = re.findall(
        r"^(.*?) +after 10 epochs: (.*)$", printed(cells["curves"]), re.MULTILINE
    )
    ends = {name: [int(e.rstrip("%")) for e in row.split()] for name, row in said}
    right = ends["right"]
    assert (min(right), max(right)) == (90, 96)
    assert [a > r for a, r in zip(ends["no σ′"], right)] == [0, 0, 1, 0, 0]
    assert all(a < r for a, r in zip(ends["no transpose"], right))
    assert all(abs(a - r) <= 1 for a, r in zip(ends["biases uphill"], right))


def test_noise_does_not_part_equal_neurons(cells):
    apart = re.findall(r"at most ([\d.]+);", printed(cells["noise"]))
    assert apart[0] == "0"
    assert min(map(float, apart[1:])) > 1


def test_patient_8_shows_its_symptom(cells):
    said = printed(cells["ward-two"])
    assert "patient 8: second call over first, 2.0" in said


def first_wrong(number, m):
    """Search a stranger from the output, as the lesson does; return where, or None."""
    rng = np.random.default_rng(m)
    network, x, y = patients.strangers_network(), rng.random((3, m)), rng.random((2, m))
    came = patients.stranger(number, x, y)
    truth = suspects.nudged(*network, x, y)
    for l in (2, 1, 0):
        fine = [relative_error(came[k][l], truth[k][l]) < 1e-5 for k in (0, 1)]
        if fine == [False, False]:
            return "BP1" if l == 2 else "BP2", l, "nabla_b"
        if not all(fine):
            return ("BP4", l, "nabla_w") if fine[0] else ("BP3", l, "nabla_b")
    return None


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_honest_search_finds_what_is_wrong_with_a_stranger(number):
    right = bank()[f"diagnosis_{number}"].reference()
    assert {first_wrong(number, m) for m in range(2, 8)} == {right}
    assert first_wrong(number, 1) == (None if number == 2 else right)


def test_there_are_three_strangers():
    with pytest.raises(ValueError, match="numbered 1 to 3; got 4"):
        patients.stranger(4, np.ones((3, 1)), np.ones((2, 1)))


def test_a_diagnosis_is_not_called_a_number():
    for answer in (..., "BP4", ("BP4", 2, "nabla_w")):
        said = str(check(diagnosis_1=answer))
        assert "diagnosis" in said.replace("diagnosis_1", "")
        assert "number" not in said
    assert not check(diagnosis_1=("BP4", 2, "nabla_w")).passed
    assert "Which measurement says so?" in str(check(diagnosis_1=("BP1", 0, "nabla_b")))
    assert "Put your number in place" in str(check(nudge_ratio=...))
