"""A training run: the same numbers as `backprop`, however it keeps them."""

import copy
import tracemalloc
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpkit import Network, backprop, forward_pass
from bpkit.costs import COSTS
from bpkit.training import Training, as_inputs

networks = st.tuples(
    st.lists(st.integers(1, 7), min_size=2, max_size=6), st.integers(0, 2**32 - 1)
)


def parameters_of(sizes, rng, dtype):
    weights = [rng.standard_normal((n, k)).astype(dtype) for k, n in pairwise(sizes)]
    return weights, [rng.standard_normal((n, 1)).astype(dtype) for n in sizes[1:]]


def some_batch(sizes, m, rng, dtype):
    """Return x (n_0, m) and y (n_L, m), both from 0 to 1."""
    return tuple(rng.random((n, m)).astype(dtype) for n in (sizes[0], sizes[-1]))


@given(
    network=networks,
    m=st.integers(1, 9),
    cost=st.sampled_from(list(COSTS)),
    precision=st.sampled_from([(np.float64, 1e-12), (np.float32, 1e-5)]),
    eta=st.sampled_from([0.1, 3.0, -1.0]),
)
@settings(max_examples=100)
def test_a_step_is_eta_times_what_backprop_says(network, m, cost, precision, eta):
    (sizes, seed), (dtype, exact) = network, precision
    rng = np.random.default_rng(seed)
    weights, biases = parameters_of(sizes, rng, dtype)
    x, y = some_batch(sizes, m, rng, dtype)
    training = Training(weights, biases, COSTS[cost], eta)
    came = training.descend([(as_inputs(x.T).T, y)])
    nabla_b, nabla_w = backprop(weights, biases, x, y, cost)
    for now, was, nabla in zip(
        training.weights + training.biases, weights + biases, nabla_w + nabla_b
    ):
        assert now.dtype == dtype
        np.testing.assert_allclose(now, was - eta * nabla, rtol=exact, atol=exact)
    output = forward_pass(weights, biases, x)[1][-1]
    assert came == pytest.approx(COSTS[cost].value(output, y), exact, exact)


@given(network=networks, cost=st.sampled_from(list(COSTS)))
@settings(max_examples=40)
def test_mini_batches_of_several_sizes_do_not_disturb_each_other(network, cost):
    sizes, seed = network
    rng = np.random.default_rng(seed)
    weights, biases = parameters_of(sizes, rng, float)
    batches = [some_batch(sizes, m, rng, float) for m in (4, 4, 1, 4, 3)]
    training = Training(weights, biases, COSTS[cost], 0.5)
    cost_of_all = training.descend([(as_inputs(x.T).T, y) for x, y in batches])
    costs = []
    for x, y in batches:
        output = forward_pass(weights, biases, x)[1][-1]
        costs.append(x.shape[1] * COSTS[cost].value(output, y))
        nabla_b, nabla_w = backprop(weights, biases, x, y, cost)
        weights = [w - 0.5 * nabla for w, nabla in zip(weights, nabla_w)]
        biases = [b - 0.5 * nabla for b, nabla in zip(biases, nabla_b)]
    for now, expected in zip(training.weights + training.biases, weights + biases):
        np.testing.assert_allclose(now, expected, rtol=1e-11, atol=1e-11)
    assert cost_of_all == pytest.approx(sum(costs) / 16, rel=1e-9)


def test_what_it_was_given_is_copied():
    rng = np.random.default_rng(0)
    weights, biases = parameters_of([3, 4, 2], rng, float)
    before = copy.deepcopy(weights + biases)
    x, y = some_batch([3, 4, 2], 5, rng, float)
    Training(weights, biases, COSTS["quadratic"], 1.0).descend([(as_inputs(x.T).T, y)])
    for was, now in zip(before, weights + biases):
        np.testing.assert_array_equal(was, now)


X, Y = some_batch([3, 4, 2], 10, np.random.default_rng(1), float)


def edit_in_place(net):
    net.weights[0][:] = 0.25
    net.biases[1][0] = 2.0


def replace_one(net):
    net.weights[0] = np.full((4, 3), 0.25)
    net.biases[1] = np.array([[2.0], net.biases[1][1]])


def replace_all(net):
    replace_one(net)
    net.weights, net.biases = tuple(net.weights), copy.deepcopy(net.biases)


def replace_by_lists(net):
    net.weights[0] = [[0.25] * 3] * 4
    net.biases[1] = [[2.0], [net.biases[1][1, 0]]]


@pytest.mark.parametrize(
    "change", [edit_in_place, replace_one, replace_all, replace_by_lists]
)
def test_weights_set_between_records_are_the_ones_that_go_on(change):
    """Held against a network that begins a new run with the changed weights."""
    net = Network([3, 4, 2], seed=3)
    run = net.train((X, Y), 2, 10, 1.0)
    next(run)
    expected = Network([3, 4, 2], seed=0)
    expected.weights = [w.copy() for w in net.weights]
    expected.biases = [b.copy() for b in net.biases]
    edit_in_place(expected)
    change(net)
    next(run)
    expected.update_mini_batch((X, Y), 1.0)
    for now, then in zip(
        [*net.weights, *net.biases], [*expected.weights, *expected.biases]
    ):
        np.testing.assert_allclose(now, then, rtol=1e-12, atol=1e-12)


def test_weights_of_another_shape_stop_a_run_at_the_next_record():
    net = Network([3, 4, 2], seed=3)
    run = net.train((X, Y), 2, 5, 1.0)
    next(run)
    net.weights[0] = np.zeros((5, 3))
    with pytest.raises(ValueError, match=r"weights\[1\]|biases\[0\]"):
        next(run)


def test_layers_that_change_places_between_records_are_both_kept():
    net = Network([3, 3, 3], seed=3)
    run = net.train((np.ones((3, 4)), np.ones((3, 4))), 2, 4, 1e-12)
    next(run)
    first, second = (w.copy() for w in net.weights)
    net.weights.reverse()
    next(run)
    np.testing.assert_allclose(net.weights[0], second, atol=1e-9)
    np.testing.assert_allclose(net.weights[1], first, atol=1e-9)


def test_an_epoch_keeps_no_output_longer_than_it_must():
    rng = np.random.default_rng(0)
    x, y = some_batch([2, 500], 12_000, rng, float)
    run = Network([2, 500], seed=0).train((x, y), 2, 10, 0.1)
    next(run)
    tracemalloc.start()
    next(run)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < y.nbytes


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_run_holds_its_examples_once(order):
    rng = np.random.default_rng(0)
    x, y = some_batch([200, 2], 5000, rng, float)
    x = np.asarray(x, order=order)
    tracemalloc.start()
    run = Network([200, 2], seed=0).train((x, y), 2, 10, 0.1)
    next(run)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 1.2 * x.nbytes


def test_the_cost_of_an_epoch_is_the_mean_over_all_its_examples():
    """Without a step to speak of, it is the cost of the network as it stands."""
    rng = np.random.default_rng(0)
    x, y = some_batch([2, 3], 2345, rng, float)
    net = Network([2, 3], seed=0)
    expected = net.mean_cost((x, y))
    (record,) = net.train((x, y), 1, 7, 1e-15)
    assert record.cost == pytest.approx(expected, rel=1e-9)


def test_a_mini_batch_moves_between_few_rooms(moves_of):
    x, y = some_batch((3, 2), 200, np.random.default_rng(0), float)
    net = Network([3, 5, 2], seed=0)

    def moves(batches):
        examples = x[:, : 10 * batches], y[:, : 10 * batches]
        return moves_of(lambda: net.SGD(examples, 1, 10, 0.1))

    assert 0 < moves(20) - moves(10) <= 6 * 10
