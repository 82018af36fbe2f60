"""Backprop against the nudged cost, for every weight and bias."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpkit import backprop, forward_pass, numerical_gradient, relative_error
from bpkit.backprop import errors
from bpkit.costs import COSTS

W3 = [[[1, -2], [-1, 1]], [[2, -1], [-2, -1]], [[3, -1], [-1, 4]]]
B3 = [[[1], [0]], [[0], [0]], [[-2], [2]]]

networks = st.tuples(
    st.lists(st.integers(1, 6), min_size=2, max_size=5),
    st.integers(1, 7),
    st.integers(0, 2**32 - 1),
)


def a_network(sizes, m, seed):
    rng = np.random.default_rng(seed)
    weights = [rng.standard_normal((n, k)) for k, n in pairwise(sizes)]
    biases = [rng.standard_normal((n, 1)) for n in sizes[1:]]
    x = rng.standard_normal((sizes[0], m))
    return weights, biases, x, rng.random((sizes[-1], m))


def plain_cost(weights, biases, x, y, cost):
    """The mean cost, written without bpkit so that it can be a witness."""
    a = x
    for w, b in zip(weights, biases):
        a = 1 / (1 + np.exp(-(w @ a + b)))
    if cost == "quadratic":
        return 0.5 * np.sum((a - y) ** 2) / x.shape[1]
    return -np.sum(y * np.log(a) + (1 - y) * np.log(1 - a)) / x.shape[1]


def nudged_gradients(weights, biases, x, y, cost, method):
    """The oracle's gradient for every parameter, in the order of backprop's."""

    def nudged(parameters, l, p):
        return [*parameters[:l], p, *parameters[l + 1 :]]

    nabla_b = [
        numerical_gradient(
            lambda p, l=l: plain_cost(weights, nudged(biases, l, p), x, y, cost),
            biases[l],
            method=method,
        )
        for l in range(len(biases))
    ]
    nabla_w = [
        numerical_gradient(
            lambda p, l=l: plain_cost(nudged(weights, l, p), biases, x, y, cost),
            weights[l],
            method=method,
        )
        for l in range(len(weights))
    ]
    return nabla_b, nabla_w


@given(networks, st.sampled_from(["quadratic", "cross_entropy"]))
@settings(max_examples=60)
def test_every_gradient_equals_the_nudged_one(network, cost):
    weights, biases, x, y = a_network(*network)
    ours = backprop(weights, biases, x, y, cost)
    oracle = nudged_gradients(weights, biases, x, y, cost, "complex")
    for mine, theirs in zip(ours, oracle):
        for a, n in zip(mine, theirs, strict=True):
            assert a.shape == n.shape
            assert relative_error(a, n) < 1e-7


@given(networks, st.sampled_from(["quadratic", "cross_entropy"]))
@settings(max_examples=30)
def test_the_errors_are_the_slopes_of_the_cost_by_each_z(network, cost):
    """δ of layer l is nudged as what is added to its z, example by example."""
    weights, biases, x, y = a_network(*network)
    zs, activations = forward_pass(weights, biases, x)
    deltas = errors(weights, zs, activations[-1], y, COSTS[cost])
    m = x.shape[1]
    for l, delta in enumerate(deltas):

        def shifted(shift, l=l):
            moved = [*biases[:l], biases[l] + shift, *biases[l + 1 :]]
            return m * plain_cost(weights, moved, x, y, cost)

        nudged = numerical_gradient(shifted, np.zeros(zs[l].shape), method="complex")
        assert relative_error(delta, nudged) < 1e-7


def test_an_uneven_network_passes_the_central_difference_too():
    weights, biases, x, y = a_network([3, 4, 2], 5, 0)
    ours = backprop(weights, biases, x, y)
    oracle = nudged_gradients(weights, biases, x, y, "quadratic", "central")
    for mine, theirs in zip(ours, oracle):
        for a, n in zip(mine, theirs, strict=True):
            assert relative_error(a, n) < 1e-7
            assert np.abs(n).max() > 1e-6


@given(networks)
@settings(max_examples=60)
def test_the_batch_equals_the_mean_over_single_examples(network):
    weights, biases, x, y = a_network(*network)
    batch = backprop(weights, biases, x, y)
    m = x.shape[1]
    singles = [backprop(weights, biases, x[:, [i]], y[:, [i]]) for i in range(m)]
    for part in (0, 1):
        for l, gradient in enumerate(batch[part]):
            mean = sum(single[part][l] for single in singles) / m
            np.testing.assert_allclose(gradient, mean, rtol=1e-12, atol=1e-12)


def test_the_worked_network_has_its_worked_numbers():
    zs, activations = forward_pass(W3, B3, [[1, 0], [-1, 0]])
    assert zs[0][:, 0].tolist() == [4, -2]
    np.testing.assert_allclose(activations[1][:, 0], [0.9820, 0.1192], atol=5e-5)
    np.testing.assert_allclose(activations[2][:, 0], [0.8635, 0.1107], atol=5e-5)
    np.testing.assert_allclose(activations[3][:, 0], [0.6177, 0.8291], atol=5e-5)
    np.testing.assert_allclose(activations[3][:, 1], [0.5118, 0.8544], atol=5e-5)


def test_the_arguments_are_left_alone_and_the_results_are_fresh():
    weights, biases, x, y = a_network([3, 4, 2], 5, 1)
    before = [a.copy() for a in (*weights, *biases, x, y)]
    nabla_b, nabla_w = backprop(weights, biases, x, y)
    zs, activations = forward_pass(weights, biases, x)
    for array in (*nabla_b, *nabla_w, *zs, *activations):
        array[:] = np.nan
    for was, now in zip(before, (*weights, *biases, x, y)):
        np.testing.assert_array_equal(was, now)
    for array in (
        *backprop(weights, biases, x, y)[1],
        *forward_pass(weights, biases, x)[0],
    ):
        assert np.isfinite(array).all()


def test_saturated_neurons_give_finite_gradients_without_a_warning(recwarn):
    weights, biases, x, y = a_network([3, 4, 2], 5, 2)
    nabla_b, nabla_w = backprop([1e4 * w for w in weights], biases, x, y)
    assert all(np.isfinite(g).all() for g in (*nabla_b, *nabla_w))
    assert not recwarn.list


def test_float32_stays_float32_and_agrees():
    weights, biases, x, y = a_network([3, 4, 2], 5, 3)
    single = [[p.astype(np.float32) for p in ps] for ps in (weights, biases)]
    for half, full in zip(
        backprop(*single, x, y)[1], backprop(weights, biases, x, y)[1]
    ):
        assert half.dtype == np.float32
        np.testing.assert_allclose(half, full, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dict(x=np.zeros(3)), r"x must have shape \(3, m\).*got \(3,\)"),
        (dict(x=np.zeros((2, 5))), r"x must have shape \(3, m\).*got \(2, 5\)"),
        (dict(x=np.zeros((3, 0))), "at least one column"),
        (dict(y=np.zeros((2, 4))), "got 5 columns in x and 4 in y"),
        (dict(y=np.zeros(2)), r"y must have shape \(2, m\)"),
        (
            dict(x=np.full((3, 5), np.nan)),
            r"x must be finite; got nan at index \(0, 0\)",
        ),
        (
            dict(biases=[np.zeros(4), np.zeros((2, 1))]),
            r"biases\[0\] .*\(4, 1\).*\(4,\)",
        ),
        (dict(biases=[np.zeros((4, 1))]), "got 2 weights and 1 biases"),
        (
            dict(weights=[np.zeros((4, 3)), np.zeros((2, 3))]),
            r"weights\[1\] .*\(n_out, 4\)",
        ),
        (dict(weights=[]), "one array a layer"),
        (dict(cost="hinge"), "cost must be one of"),
    ],
)
def test_a_wrong_argument_is_named(change, message):
    weights, biases, x, y = a_network([3, 4, 2], 5, 4)
    arguments = dict(weights=weights, biases=biases, x=x, y=y) | change
    with pytest.raises(ValueError, match=message):
        backprop(**arguments)


def test_text_is_refused_as_data():
    weights, biases, _, y = a_network([1, 2], 1, 5)
    with pytest.raises(TypeError, match="x must hold real numbers"):
        backprop(weights, biases, np.array([["7"]]), y)
