"""Gradient descent itself, on functions whose paths are known."""

import numpy as np
import pytest

from bpkit.descent import walk


def test_walk_multiplies_by_its_factor_on_a_parabola():
    path = walk(lambda x: 4 * x, 1.5, 0.45, 12)
    np.testing.assert_allclose(path, 1.5 * (1 - 4 * 0.45) ** np.arange(13))


def test_walk_leaves_its_start_and_takes_whole_numbers():
    start = np.array([3, -4])
    path = walk(lambda x: x, start, 0.5, 2)
    assert start.tolist() == [3, -4]
    assert path.tolist() == [[3, -4], [1.5, -2], [0.75, -1]]


def test_noise_has_the_size_that_was_asked_for():
    rng = np.random.default_rng(0)
    path = walk(lambda x: 0 * x, np.zeros(2000), 1.0, 1, 0.5, rng)
    assert np.std(path[1]) == pytest.approx(0.5, rel=0.05)
