"""The real MNIST; skipped unless BPKIT_MNIST names its file."""

import os

import numpy as np
import pytest

from bpkit.data import load_mnist

pytestmark = pytest.mark.skipif(
    not os.environ.get("BPKIT_MNIST"), reason="BPKIT_MNIST names no MNIST file"
)

TRAINING_COUNTS = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
TEST_COUNTS = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


@pytest.fixture(scope="module")
def mnist():
    return load_mnist(dtype=np.float32)


def test_mnist_has_its_published_shapes(mnist):
    (x, y), (x_test, labels) = mnist
    assert (x.shape, y.shape) == ((784, 60000), (10, 60000))
    assert (x_test.shape, labels.shape) == ((784, 10000), (10000,))


def test_pixels_run_from_0_to_1(mnist):
    (x, _), (x_test, _) = mnist
    for images in (x, x_test):
        assert (images.min(), images.max()) == (0, 1)


def test_pixels_have_their_published_mean(mnist):
    (x, _), _ = mnist
    assert x.mean(dtype=np.float64) == pytest.approx(0.1307, abs=5e-5)


def test_digits_occur_as_often_as_published(mnist):
    (_, y), (_, labels) = mnist
    assert y.sum(axis=1).tolist() == TRAINING_COUNTS
    assert np.bincount(labels).tolist() == TEST_COUNTS


def test_every_training_column_is_one_hot(mnist):
    (_, y), _ = mnist
    assert np.array_equal(np.unique(y), [0, 1])
    assert np.all(y.sum(axis=0) == 1)


def test_the_first_labels_are_the_known_ones(mnist):
    (_, y), (_, labels) = mnist
    assert y[:, :10].argmax(axis=0).tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]


def test_images_belong_to_their_labels(mnist):
    (x, y), (x_test, labels) = mnist
    means = x @ y.T / y.sum(axis=1)
    distance = (means**2).sum(axis=0)[:, np.newaxis] - 2 * means.T @ x_test
    assert np.mean(distance.argmin(axis=0) == labels) > 0.8
