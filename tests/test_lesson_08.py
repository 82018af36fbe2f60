"""Lesson 8 reads digits."""

import re

import nbformat
from notebooks import LESSONS, cell_of, output_texts

from bpkit.exercises import bank
from bpkit.exercises.judge import judge


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


def test_an_sgd_that_yields_is_told_that_a_generator_came():
    def sgd(weights, biases, x, y, epochs, size, eta, rng):
        for _ in range(epochs):
            yield weights, biases

    said = str(judge(bank()["sgd"], sgd))
    assert "Came: a generator: nothing has been computed yet" in said
    assert "pickle" not in said
