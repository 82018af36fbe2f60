"""Lesson 8 reads digits, with the learner's own functions once they pass."""

import copy
import re
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from notebooks import LESSONS, cell_of, code_cells, output_texts, stubbed_names

from bpkit import backprop, forward_pass


def answers_to_lesson_8(calls):
    """Return the four functions as a learner may write them, counting their calls."""

    def initial_parameters(sizes, rng):
        calls.append("initial_parameters")
        pairs = list(zip(sizes[1:], sizes[:-1], strict=True))
        weights = [rng.standard_normal(pair) for pair in pairs]
        return weights, [rng.standard_normal((n, 1)) for n in sizes[1:]]

    def evaluate(weights, biases, x, labels):
        calls.append("evaluate")
        output = forward_pass(weights, biases, x)[1][-1]
        return int(np.sum(output.argmax(axis=0) == labels))

    def update_mini_batch(weights, biases, x, y, eta):
        nabla_b, nabla_w = backprop(weights, biases, x, y)
        return (
            [w - eta * g for w, g in zip(weights, nabla_w, strict=True)],
            [b - eta * g for b, g in zip(biases, nabla_b, strict=True)],
        )

    def sgd(weights, biases, x, y, epochs, size, eta, rng):
        calls.append("sgd")
        for _ in range(epochs):
            order = rng.permutation(x.shape[1])
            for k in range(0, order.size, size):
                part = order[k : k + size]
                weights, biases = update_mini_batch(
                    weights, biases, x[:, part], y[:, part], eta
                )
        return weights, biases

    return initial_parameters, evaluate, update_mini_batch, sgd


@pytest.fixture(scope="module")
def lesson_8():
    return nbformat.read(LESSONS / "08_sgd.ipynb", as_version=4)


def last_epoch(text):
    """Return the score that the line of the last epoch gives."""
    return int(re.search(r"Epoch 29: (\d+) / 360", text).group(1))


def test_lesson_8_reads_95_per_cent(lesson_8):
    printed = "".join(output_texts(cell_of(lesson_8, "train")))
    assert last_epoch(printed) >= 0.95 * 360


def train_with(nb, answers, passed):
    """Run the lesson until it has trained, with answers in its stubs; return its names.

    What follows looks at the trained weights, whoever made them: test_lessons_answered
    runs that.
    """
    names = {}
    answers = {function.__name__: function for function in answers}
    for cell in code_cells(copy.deepcopy(nb)):
        exec(compile(cell.source, cell.id, "exec"), names)
        if "exercise" in cell.metadata.get("tags", []):
            [name] = stubbed_names(cell.source)
            names[name] = answers[name]
        if cell.id == "imports":
            names["check"] = lambda answer: SimpleNamespace(
                passed=answer.__name__ in passed
            )
        if cell.id == "train":
            break
    return names


@pytest.mark.runs_a_lesson
def test_lesson_8_is_driven_by_the_learners_functions_once_they_pass(lesson_8, capsys):
    calls = []
    answers = answers_to_lesson_8(calls)
    names = train_with(lesson_8, answers, passed={f.__name__ for f in answers})
    assert {"backprop", "forward_pass"} <= set(names), "the answers need these"
    printed = capsys.readouterr().out
    assert "Driving: your own four functions" in printed
    assert "Not passed yet: none" in printed
    assert last_epoch(printed) >= 0.95 * 360
    assert calls.count("initial_parameters") == 1
    assert calls.count("sgd") == 30
    assert calls.count("evaluate") == 31


def test_lesson_8_says_what_is_missing_while_one_function_fails(lesson_8, capsys):
    calls = []
    answers = answers_to_lesson_8(calls)
    train_with(lesson_8, answers, passed={f.__name__ for f in answers} - {"sgd"})
    printed = capsys.readouterr().out
    assert "Driving: bpkit's Network" in printed
    assert "Not passed yet: sgd" in printed
    assert not calls
