"""Lesson 6: what it says of a backprop made of its parts, and of one without zs."""

import re

import nbformat
import pytest
from notebooks import LESSONS, cell_of
from tools import ran

from bpkit import check
from bpkit.exercises import bank

PARTS = ("sigmoid", "sigmoid_prime", "bias_gradient", "weight_gradient", "forward_pass")
WHOLE = """
def backprop(weights, biases, x, y):
    {forward}
    nabla_b, nabla_w = [], []
    {BP1}
    for l in reversed(range(len(weights))):
        nabla_b.insert(0, {BP3})
        nabla_w.insert(0, {BP4})
        if l > 0:
            {BP2}
    return nabla_b, nabla_w
"""


@pytest.fixture(scope="module")
def lesson():
    return nbformat.read(LESSONS / "06_backpropagation.ipynb", as_version=4)


def its_table(lesson):
    """Return the line of code that stands beside each step."""
    task = cell_of(lesson, "backprop-task").source
    return dict(
        re.findall(r"^\| (forward|BP\d)\b[^|]*\| `(.+)` \|$", task, re.MULTILINE)
    )


def made_of(lines):
    """Return a backprop of these lines, in a notebook that holds its parts."""
    sources = [bank()[name].source for name in PARTS]
    return ran("\n\n".join(sources) + WHOLE.format(**lines))["backprop"]


def test_the_parts_of_the_lesson_make_a_backprop_that_is_kept(lesson, folder):
    verdict = check(made_of(its_table(lesson)))
    assert verdict.passed
    assert "Kept in mine.py." in verdict.message


def test_freed_of_its_zs_it_still_passes(lesson):
    at_the_output, to_the_left = re.findall(
        r"```python\n(.+?)```", cell_of(lesson, "oracle-text").source, re.DOTALL
    )
    lines = its_table(lesson) | {
        "forward": "activations = forward_pass(weights, biases, x)[1]",
        "BP1": at_the_output.strip().replace("\n", "; "),
        "BP2": f"a = activations[l]; {to_the_left.strip()}",
    }
    assert not any("zs" in line for line in lines.values())
    assert check(made_of(lines)).passed
