"""The twenty suspects of lesson 10: who is convicted on which example, and by what."""

import numpy as np
import pytest

from bpkit import Network, backprop
from bpkit.exercises import suspects
from bpkit.exercises.lesson_10 import convicting_example


def an_example(sizes, m, seed=0):
    rng = np.random.default_rng(seed)
    net = Network(sizes, seed=rng)
    return (
        net.weights,
        net.biases,
        rng.random((sizes[0], m)),
        rng.random((sizes[-1], m)),
    )


def test_there_are_twenty_and_each_is_known_by_its_wrong_line():
    assert len(set(suspects.names())) == 20
    lines = {suspects.wrong_lines(name) for name in suspects.names()}
    assert len(lines) == 20
    assert all(line.strip() for line in lines)


def test_nudging_measures_what_backprop_computes():
    example = an_example([3, 4, 4, 2], 5)
    for came, right in zip(suspects.nudged(*example), backprop(*example), strict=True):
        assert all(map(np.allclose, came, right))


@pytest.mark.parametrize("seed", range(20))
def test_the_references_example_convicts_all_and_not_the_right_one(seed):
    example = convicting_example.reference(np.random.default_rng(seed))
    assert suspects.at_large(*example) == []
    assert suspects.passes(backprop, example, suspects.nudged(*example))


def test_who_gets_away_depends_on_the_example():
    free = {m: set(suspects.at_large(*an_example([3, 4, 4, 2], m))) for m in (1, 2, 5)}
    assert free[5] == set()
    assert free[2] == {"divides_by_the_outputs"}
    assert {"sums_nabla_b_only", "last_column_only"} < free[1]
    weights, biases, x, y = an_example([3, 4, 4, 2], 5)
    assert suspects.at_large(weights, [0 * b for b in biases], x, y) == [
        "forward_without_bias"
    ]
    y = np.repeat(y[:, :1], 5, axis=1)
    assert suspects.at_large(weights, biases, x, y) == ["targets_of_the_first_column"]


@pytest.mark.parametrize(
    "answer",
    [
        lambda *case: None,
        lambda *case: ([], []),
        lambda *case: [
            [np.array(np.nan) * g for g in part] for part in backprop(*case)
        ],
        lambda *case: [[g.T for g in part] for part in backprop(*case)],
        lambda *case: [part[:1] for part in backprop(*case)],
    ],
)
def test_who_returns_something_else_is_convicted(answer):
    example = an_example([3, 4, 2], 5)
    assert not suspects.passes(answer, example, suspects.nudged(*example))


def test_the_example_stays_as_it_is():
    example = an_example([2, 1, 3], 2)
    before = [part.copy() for part in example[0] + example[1]]
    suspects.at_large(*example)
    assert all(map(np.array_equal, before, example[0] + example[1]))


def test_nobody_else_is_a_suspect():
    with pytest.raises(ValueError, match="no suspect is named 'me'"):
        suspects.program("me")
    with pytest.raises(ValueError, match="no suspect is named 'me'"):
        suspects.wrong_lines("me")
