"""Lesson 8 reads digits."""

import re

import nbformat
from notebooks import LESSONS, cell_of, output_texts


def test_lesson_8_reads_95_per_cent():
    nb = nbformat.read(LESSONS / "08_sgd.ipynb", as_version=4)
    printed = "".join(output_texts(cell_of(nb, "train")))
    correct, total = map(int, re.search(r"Epoch 29: (\d+) / (\d+)", printed).groups())
    assert total == 360
    assert correct >= 0.95 * total


def test_no_part_of_the_machine_lies_idle():
    nb = nbformat.read(LESSONS / "08_sgd.ipynb", as_version=4)
    printed = "".join(output_texts(cell_of(nb, "parts")))
    calls = re.findall(r"^\w+ +\w+ +([\d,]+) calls$", printed, re.MULTILINE)
    assert len(calls) == 9
    assert "0" not in calls
