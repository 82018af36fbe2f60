"""The network: what it learns, what it refuses, and that it repeats itself."""

import copy
import importlib.util
import io
import pickle
import sys
import tempfile
import threading
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tools import Table
from tqdm import tqdm

from bpkit import (
    Network,
    backprop,
    forward_pass,
    load_digits,
    numerical_gradient,
    quadratic_cost,
    sigmoid,
    two_moons,
)
from bpkit.data import one_hot
from bpkit.network import Record
from bpkit.training import mini_batches


def pairs(x, y):
    """The same data as a list of column pairs."""
    return [(x[:, [i]], y[:, [i]]) for i in range(x.shape[1])]


def some_data(n_in, n_out, m, seed=0):
    rng = np.random.default_rng(seed)
    return rng.random((n_in, m)), rng.random((n_out, m))


def parameters(net):
    return [p.copy() for p in (*net.weights, *net.biases)]


def assert_same_parameters(one, other, **tolerance):
    for p, q in zip(parameters(one), parameters(other), strict=True):
        np.testing.assert_allclose(p, q, **tolerance)


def test_shapes_follow_the_sizes():
    net = Network([3, 4, 2], seed=0)
    assert [w.shape for w in net.weights] == [(4, 3), (2, 4)]
    assert [b.shape for b in net.biases] == [(4, 1), (2, 1)]


def test_starts_have_their_standard_deviations():
    standard = Network([1000, 100], seed=0).weights[0].std()
    scaled = Network([1000, 100], seed=0, start="scaled").weights[0].std()
    assert abs(standard - 1) < 0.01
    assert abs(scaled - 1000**-0.5) < 0.001


def test_feedforward_is_layer_after_layer():
    net = Network([3, 4, 2], seed=0)
    x, _ = some_data(3, 2, 5)
    a = x
    for w, b in zip(net.weights, net.biases):
        a = sigmoid(w @ a + b)
    np.testing.assert_allclose(net.feedforward(x), a, rtol=1e-13)


@given(
    sizes=st.lists(st.integers(1, 6), min_size=2, max_size=4),
    m=st.integers(1, 9),
    cost=st.sampled_from(["quadratic", "cross_entropy"]),
    seed=st.integers(0, 1000),
)
@settings(max_examples=40)
def test_a_step_is_eta_times_the_mean_gradient(sizes, m, cost, seed):
    net = Network(sizes, seed=seed, cost=cost)
    x, y = some_data(sizes[0], sizes[-1], m, seed)
    nabla_b, nabla_w = net.backprop(x, y)
    moved = copy.deepcopy(net)
    moved.update_mini_batch((x, y), 0.7)
    for w, w_new, nw in zip(net.weights, moved.weights, nabla_w):
        np.testing.assert_allclose(w_new, w - 0.7 * nw, rtol=1e-12, atol=1e-12)
    for b, b_new, nb in zip(net.biases, moved.biases, nabla_b):
        np.testing.assert_allclose(b_new, b - 0.7 * nb, rtol=1e-12, atol=1e-12)


def test_backprop_is_that_of_the_cost_the_network_descends():
    x, y = some_data(3, 2, 5)
    for cost in ("quadratic", "cross_entropy"):
        net = Network([3, 4, 2], seed=0, cost=cost)
        expected = backprop(net.weights, net.biases, x, y, cost)
        np.testing.assert_array_equal(net.backprop(x, y)[1][0], expected[1][0])


def test_cost_derivative_times_the_slope_is_the_output_error():
    a, y = np.array([[0.2], [0.9]]), np.array([[0.0], [1.0]])
    slope = a * (1 - a)
    quadratic = Network([1, 2], seed=0).cost_derivative(a, y)
    entropy = Network([1, 2], seed=0, cost="cross_entropy").cost_derivative(a, y)
    np.testing.assert_allclose(quadratic, a - y)
    np.testing.assert_allclose(entropy * slope, a - y)


def test_an_epoch_takes_every_example_once_and_keeps_pairs_together():
    x = np.arange(25.0).reshape(1, 25)
    batches = list(mini_batches(x.T, 10 * x.T, 4, np.random.default_rng(3)))
    assert [bx.shape[1] for bx, _ in batches] == [4, 4, 4, 4, 4, 4, 1]
    seen = []
    for bx, by in mini_batches(x.T, 10 * x.T, 4, np.random.default_rng(3)):
        np.testing.assert_array_equal(by, 10 * bx)
        seen += bx[0].tolist()
    assert sorted(seen) == x[0].tolist()
    assert seen != x[0].tolist()


def test_examples_beyond_one_gathering_are_used_too():
    x = np.arange(2503.0).reshape(1, -1)
    batches = mini_batches(x.T, x.T, 7, np.random.default_rng(0))
    seen = [value for batch, _ in batches for value in batch[0].tolist()]
    assert sorted(seen) == x[0].tolist()


def test_training_is_plain_stochastic_gradient_descent():
    x, y = some_data(3, 2, 11)
    net = Network([3, 4, 2], seed=5)
    by_hand = copy.deepcopy(net)
    list(net.train((x, y), 3, 4, 2.0))
    for _ in range(3):
        order = by_hand.rng.permutation(11)
        for k in range(0, 11, 4):
            chosen = order[k : k + 4]
            by_hand.update_mini_batch((x[:, chosen], y[:, chosen]), 2.0)
    assert_same_parameters(net, by_hand, rtol=1e-12)


def test_a_pair_of_arrays_and_a_list_of_columns_train_alike(capsys):
    x, y = some_data(3, 2, 11)
    one, other = Network([3, 4, 2], seed=1), Network([3, 4, 2], seed=1)
    named = one_hot(y.argmax(axis=0), 2)
    one.SGD((x, y), 2, 3, 1.0, test_data=(x, named))
    other.SGD(pairs(x, y), 2, 3, 1.0, test_data=pairs(x, named))
    assert_same_parameters(one, other, rtol=0)
    printed = capsys.readouterr().out.splitlines()
    assert printed[:2] == printed[2:]


def test_the_classic_call_runs_unchanged(capsys):
    (x, y), (x_test, labels) = load_digits()
    training_data = pairs(x[:, :300], y[:, :300])
    test_data = [(x_test[:, [i]], int(labels[i])) for i in range(50)]
    net = Network([64, 30, 10])
    net.SGD(training_data, 3, 10, 3.0, test_data=test_data)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    for epoch, line in enumerate(lines):
        assert line.startswith(f"Epoch {epoch}: ")
        assert line.endswith(" / 50")


def test_the_caller_s_data_stay_as_they_were():
    x, y = some_data(3, 2, 11)
    x_before, y_before = x.copy(), y.copy()
    x.setflags(write=False)
    y.setflags(write=False)
    Network([3, 4, 2], seed=0).SGD((x, y), 2, 4, 1.0, test_data=(x, np.zeros(11, int)))
    np.testing.assert_array_equal(x, x_before)
    np.testing.assert_array_equal(y, y_before)


def test_the_same_seed_gives_the_same_run():
    x, y = some_data(3, 2, 11)
    runs = [Network([3, 4, 2], seed=7) for _ in range(2)]
    for net in runs:
        list(net.train((x, y), 2, 4, 1.0))
    assert_same_parameters(*runs, rtol=0)
    other = Network([3, 4, 2], seed=8)
    assert not np.array_equal(other.weights[0], runs[0].weights[0])


def test_seed_may_be_a_generator():
    net = Network([3, 2], seed=np.random.default_rng(7))
    assert_same_parameters(net, Network([3, 2], seed=7), rtol=0)


def test_digits_are_read_after_thirty_epochs():
    training_data, test_data = load_digits()
    net = Network([64, 30, 10], seed=0)
    *_, record = net.train(training_data, 30, 10, 3.0, test_data)
    assert record.total == 360
    assert record.accuracy >= 0.95
    assert net.evaluate(test_data) == record.correct


def test_one_output_is_read_at_one_half():
    rng = np.random.default_rng(0)
    x, y = two_moons(200, 0.1, rng)
    net = Network([2, 8, 1], seed=0, cost="cross_entropy", start="scaled")
    list(net.train((x, y), 100, 10, 3.0))
    assert net.evaluate((x, y[0].astype(int))) >= 190
    assert net.evaluate((x, y)) == net.evaluate((x, y[0].astype(int)))


def test_a_record_tells_the_cost_its_mini_batches_had():
    x, y = some_data(3, 2, 10)
    for cost in ("quadratic", "cross_entropy"):
        net = Network([3, 4, 2], seed=0, cost=cost)
        before = net.mean_cost((x, y))
        (record,) = net.train((x, y), 1, 10, 1.0)
        assert record.cost == pytest.approx(before, rel=1e-12)
        assert net.mean_cost((x, y)) < before


def test_records_come_every_few_steps_and_at_each_end_of_an_epoch():
    x, y = some_data(3, 2, 10)
    records = list(Network([3, 2], seed=0).train((x, y), 2, 2, 1.0, every=2))
    assert [(r.epoch, r.step) for r in records] == [
        (0, 2), (0, 4), (0, 5), (1, 7), (1, 9), (1, 10),
    ]  # fmt: skip


def test_asking_for_more_records_does_not_change_the_training():
    x, y = some_data(3, 2, 10)
    often, seldom = Network([3, 2], seed=0), Network([3, 2], seed=0)
    list(often.train((x, y), 2, 2, 1.0, every=1))
    list(seldom.train((x, y), 2, 2, 1.0))
    assert_same_parameters(often, seldom, rtol=0)


def test_training_waits_until_it_is_asked():
    x, y = some_data(3, 2, 10)
    net = Network([3, 2], seed=0)
    before = parameters(net)
    run = net.train((x, y), 2, 2, 1.0)
    np.testing.assert_array_equal(net.weights[0], before[0])
    next(run)
    assert not np.array_equal(net.weights[0], before[0])


def test_a_waiting_run_leaves_numpy_s_error_state_alone():
    x, y = some_data(3, 2, 10)
    before = np.geterr()
    run = Network([3, 2], seed=0).train((x, y), 2, 2, 1.0, every=1)
    next(run)
    assert np.geterr() == before


def test_training_works_while_warnings_are_errors():
    x, y = some_data(3, 2, 10)
    with np.errstate(all="raise"):
        list(Network([3, 4, 2], seed=0).train((x, y), 3, 2, 1e6))


def test_float32_trains_in_float32():
    training_data, test_data = load_digits()
    net = Network([64, 30, 10], seed=0, dtype=np.float32)
    *_, record = net.train(training_data, 10, 10, 3.0, test_data)
    assert all(p.dtype == np.float32 for p in parameters(net))
    assert record.accuracy > 0.9


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_saved_network_comes_back_the_same(tmp_path, dtype):
    net = Network([3, 4, 2], 0, "cross_entropy", "scaled", dtype)
    path = tmp_path / "network.of.mine"
    net.save(path)
    again = Network.load(path)
    assert_same_parameters(net, again, rtol=0)
    assert (again.sizes, again.cost, again.start) == (net.sizes, net.cost, net.start)
    assert again.dtype == net.dtype
    assert [p.name for p in tmp_path.iterdir()] == ["network.of.mine"]


def test_a_loaded_network_trains_on(tmp_path):
    x, y = some_data(3, 2, 10)
    net = Network([3, 2], seed=0)
    net.save(tmp_path / "net.npz")
    net.rng = np.random.default_rng(1)
    again = Network.load(tmp_path / "net.npz", seed=1)
    for each in (net, again):
        list(each.train((x, y), 1, 3, 1.0))
    assert_same_parameters(net, again, rtol=0)


@pytest.mark.parametrize("content", [b"", b"not a network", b"PK\x03\x04 torn"])
def test_a_file_that_is_no_network_is_refused(tmp_path, content):
    path = tmp_path / "net.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="is not a saved network"):
        Network.load(path)


def test_a_pickle_is_never_opened(tmp_path):
    class Trap:
        def __reduce__(self):
            return (pytest.fail, ("the pickle ran",))

    buffer = io.BytesIO()
    np.savez(buffer, sizes=np.array([Trap()], dtype=object), cost="quadratic")
    (tmp_path / "net.npz").write_bytes(buffer.getvalue())
    with pytest.raises(ValueError, match="is not a saved network"):
        Network.load(tmp_path / "net.npz")


def test_a_missing_file_is_reported_as_missing(tmp_path):
    with pytest.raises(FileNotFoundError):
        Network.load(tmp_path / "nowhere.npz")


def test_a_network_can_travel_to_another_process():
    net = Network([3, 2], seed=0)
    assert_same_parameters(net, pickle.loads(pickle.dumps(net)), rtol=0)


def test_divergence_stops_and_names_the_epoch():
    x, y = some_data(3, 2, 10)
    net = Network([3, 2], seed=0, cost="cross_entropy")
    net.weights = [0 * w for w in net.weights]
    with pytest.raises(FloatingPointError, match=r"epoch 0 .*smaller eta"):
        list(net.train((1e300 * x, y), 5, 2, 1e300))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([3],), ValueError, "at least an input and an output"),
        (([3, 0],), ValueError, "at least 1; got 0"),
        (([3, -2],), ValueError, "at least 1; got -2"),
        (([3, 2.5],), TypeError, "whole number; got 2.5"),
        ((7,), TypeError, "list like"),
        (("32",), TypeError, "list like"),
        (([3, 2], 0, "hinge"), ValueError, "cost must be one of"),
        (([3, 2], 0, []), ValueError, "cost must be one of"),
        (([3, 2], 0, "quadratic", "zeros"), ValueError, "start must be one of"),
        (([3, 2], 0, "quadratic", "standard", int), ValueError, "dtype must be"),
    ],
)
def test_a_wrong_network_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        Network(*arguments)


X, Y = some_data(3, 2, 10)
LABELS = np.zeros(10, int)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (dict(training_data=(X[:2], Y)), ValueError, r"\(3, m\).*got \(2, 10\)"),
        (dict(training_data=(X[:, 0], Y)), ValueError, r"\(3, m\).*got \(3,\)"),
        (dict(training_data=(X, Y[:, :9])), ValueError, "got 10 and 9"),
        (dict(training_data=(X, LABELS)), ValueError, "one_hot makes columns"),
        (dict(training_data=(X, Y[0:1])), ValueError, r"\(2, m\).*got \(1, 10\)"),
        (dict(training_data=(X[:, :0], Y[:, :0])), ValueError, "at least one column"),
        (dict(training_data=[]), ValueError, "at least one example"),
        (dict(training_data=7), TypeError, "pair of arrays .*; got int$"),
        (dict(training_data={"x": X, "y": Y}), TypeError, "got dict, whose part 0"),
        (
            dict(training_data=[*pairs(X, Y)[:3], X]),
            TypeError,
            "got list, whose part 3",
        ),
        (dict(training_data=(X.T, Y)), ValueError, r"\(10, 3\); its transpose, \.T"),
        (
            dict(training_data=([[1], [1, 2], [1]], Y)),
            ValueError,
            "^x of training_data",
        ),
        (
            dict(training_data=(X, [[1], [1, 2]])),
            ValueError,
            "^y of training_data must",
        ),
        (
            dict(test_data=(X, [0, [1]])),
            ValueError,
            "^y of test_data must be one array",
        ),
        (dict(training_data=[(X[:, 0], Y[:, [0]])]), ValueError, r"example 0 .*\(3,\)"),
        (dict(training_data=(np.where(X < 2, np.nan, X), Y)), ValueError, "got nan"),
        (dict(training_data=(X, Y + np.inf)), ValueError, "y of training_data .*inf"),
        (dict(training_data=(X.astype(str), Y)), TypeError, "real numbers"),
        (dict(epochs=0), ValueError, "epochs must be at least 1"),
        (dict(epochs=1.5), TypeError, "epochs must be a whole number"),
        (dict(epochs=True), TypeError, "epochs must be a whole number"),
        (dict(mini_batch_size=0), ValueError, "mini_batch_size must be at least 1"),
        (dict(eta=np.nan), ValueError, "eta must be finite"),
        (dict(eta=np.inf), ValueError, "eta must be finite"),
        (dict(eta="fast"), TypeError, "eta must be a number"),
        (dict(eta="3.0"), TypeError, "eta must be a number; got '3.0'"),
        (dict(eta=-3), ValueError, "eta must be finite and not negative; got -3"),
        (dict(test_data=(X, LABELS + 2)), ValueError, "labels must be 0 to 1; got 2"),
        (dict(test_data=(X, LABELS - 1)), ValueError, "labels must be 0 to 1; got -1"),
        (dict(test_data=(X, LABELS[:9])), ValueError, "got 10 and 9"),
        (dict(test_data=(X, LABELS + 0.5)), TypeError, "whole numbers; got 0.5"),
        (dict(test_data=(X, LABELS * np.nan)), TypeError, "whole numbers; got nan"),
        (dict(test_data=(X, LABELS + np.inf)), ValueError, "0 to 1; got inf"),
        (dict(test_data=(X, LABELS.astype(str))), TypeError, "got dtype <U"),
        (dict(test_data=(X, LABELS[:, None])), ValueError, r"\(10, 1\); y.ravel\(\)"),
        (dict(test_data=[(X[:, [0]], 5)]), ValueError, "got 5"),
        (dict(test_data=(X, Y[:, :, None])), ValueError, r"got \(2, 10, 1\)"),
    ],
)
def test_bad_training_input_is_refused_before_the_first_step(change, error, message):
    net = Network([3, 4, 2], seed=0)
    before = parameters(net)
    good = dict(training_data=(X, Y), epochs=1, mini_batch_size=5, eta=1.0)
    with pytest.raises(error, match=message):
        net.train(**(good | change))
    for was, now in zip(before, parameters(net)):
        np.testing.assert_array_equal(was, now)


def test_replaced_weights_are_used_or_refused():
    net = Network([3, 4, 2], seed=0)
    net.weights = [0 * w for w in net.weights]
    net.biases = [0 * b for b in net.biases]
    assert (net.feedforward(X) == 0.5).all()
    net.weights[0] = np.zeros((5, 3))
    with pytest.raises(ValueError, match=r"weights\[1\]|biases\[0\]"):
        net.feedforward(X)


def test_a_record_reads_like_a_line():
    assert str(Record(0, 1, 0.5, 312, 360)) == "Epoch 0: 312 / 360"
    assert str(Record(4, 1, 0.5)) == "Epoch 4 complete"
    assert Record(0, 1, 0.5, 90, 360).accuracy == 0.25
    assert Record(0, 1, 0.5).accuracy is None


@pytest.mark.parametrize("y", [2.0, -0.5])
def test_targets_that_the_cost_does_not_know_are_refused_before_a_step(y):
    net = Network([3, 4, 2], seed=0, cost="cross_entropy")
    before, targets = parameters(net), np.where(Y[1, 3] == Y, y, Y)
    message = rf"y of {{}} must lie from 0 to 1 .* got {y} at index \(1, 3\)"
    with pytest.raises(ValueError, match=message.format("training_data")):
        net.train((X, targets), 1, 5, 1.0)
    with pytest.raises(ValueError, match=message.format("mini_batch")):
        net.update_mini_batch((X, targets), 1.0)
    for was, now in zip(before, parameters(net)):
        np.testing.assert_array_equal(was, now)
    with pytest.warns(UserWarning, match="the targets go from"):
        Network([3, 4, 2], seed=0).update_mini_batch((X, targets), 1.0)


def test_a_message_names_what_was_passed():
    net = Network([3, 4, 2], seed=0)
    with pytest.raises(ValueError, match=r"^mini_batch must hold"):
        net.update_mini_batch([], 1.0)
    with pytest.raises(ValueError, match=r"^data must hold"):
        net.mean_cost([])


def test_weights_may_be_replaced_by_lists_and_whole_numbers():
    net = Network([2, 1], seed=0)
    net.weights[0], net.biases[0] = [[0, 0]], np.array([[0]])
    assert net.feedforward([[1.0], [2.0]]).tolist() == [[0.5]]
    assert net.backprop([[1.0], [2.0]], [[0.5]])[0][0].tolist() == [[0.0]]
    net.update_mini_batch(([[1.0], [2.0]], [[0.0]]), 8.0)
    assert net.biases[0].tolist() == [[-1.0]]
    net.biases[0] = np.array([["0"]])
    with pytest.raises(TypeError, match=r"biases\[0\] must hold real numbers"):
        net.feedforward([[1.0], [2.0]])


@pytest.mark.parametrize("cost", ["quadratic", "cross_entropy"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_cost_of_a_record_is_a_plain_float(cost, dtype):
    net = Network([3, 4, 2], seed=0, cost=cost, dtype=dtype)
    assert all(type(r.cost) is float for r in net.train((X, Y), 2, 3, 1.0, every=1))


def test_loading_draws_nothing_from_the_caller_s_generator(tmp_path):
    Network([3, 2], seed=0).save(tmp_path / "net.npz")
    rng = np.random.default_rng(5)
    Network.load(tmp_path / "net.npz", rng)
    assert rng.random() == np.random.default_rng(5).random()


def test_weights_that_float32_cannot_hold_are_refused(recwarn):
    net = Network([2, 2], seed=0, dtype=np.float32)
    net.weights[0] = np.full((2, 2), 1e300)
    with pytest.raises(ValueError, match=r"weights\[0\] must fit float32; got 1e\+300"):
        net.feedforward([[1.0], [1.0]])
    assert not recwarn.list


def test_two_pairs_of_flat_arrays_are_not_taken_for_x_and_y():
    flat = (np.array([0.0, 1.0]), np.array([1.0, 0.0]))
    net = Network([2, 2], seed=0)
    with pytest.raises(
        ValueError, match=r"example 0 must be a column of shape \(2, 1\)"
    ):
        net.update_mini_batch([flat, flat], 1.0)


def test_a_file_with_one_size_is_no_network(tmp_path):
    with open(tmp_path / "net.npz", "wb") as file:
        np.savez(file, sizes=[3], cost="quadratic", start="standard")
    with pytest.raises(ValueError, match="is not a saved network"):
        Network.load(tmp_path / "net.npz")


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ([np.nan, 0.0], "must be finite"),
        ([0.0, 0.0], r"got \[0.0, 0.0\] in column 9"),
        ([1.0, 1.0], r"got \[1.0, 1.0\] in column 9"),
        ([0.1, 0.9], r"one-hot.*y.argmax\(axis=0\).*; got \[0.1, 0.9\] in"),
        ([2.0, -1.0], r"must be one-hot"),
    ],
)
def test_columns_that_name_no_label_are_refused(column, message):
    targets = np.eye(2)[:, LABELS].copy()
    targets[:, 9] = column
    with pytest.raises(ValueError, match=f"y of test_data .*{message}"):
        Network([3, 4, 2], seed=0).evaluate((X, targets))


def test_a_number_that_float32_cannot_hold_is_named_as_it_came(recwarn):
    net = Network([3, 4, 2], seed=0, dtype=np.float32)
    x = X.copy()
    x[2, 1] = 1e300
    with pytest.raises(ValueError, match=r"float32; got 1e\+300 at index \(2, 1\)"):
        net.feedforward(x)
    assert not recwarn.list


def test_training_prints_where_there_is_no_stderr(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stderr", None)
    Network([3, 4, 2], seed=0).SGD((X, Y), 1, 5, 1.0)
    assert capsys.readouterr().out == "Epoch 0 complete\n"


def test_training_prints_as_ever_where_no_thread_can_be_started(monkeypatch, capsys):
    def start(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    monkeypatch.setattr(tqdm, "monitor", None)  # it is started once
    with warnings.catch_warnings(action="error"):
        Network([3, 4, 2], seed=0).SGD((X, Y), 1, 5, 1.0)
    assert capsys.readouterr() == ("Epoch 0 complete\n", "")


TWO_OUTPUTS = ([[0.0], [1.0]], [[1.0], [0.0]])


@pytest.mark.parametrize(
    "data",
    [
        ([[0, 0, 1, 1], [0, 1, 0, 1]], [[0, 1, 1, 0], [1, 0, 0, 1]]),
        [[[0, 0, 1, 1], [0, 1, 0, 1]], [[0, 1, 1, 0], [1, 0, 0, 1]]],
        (np.array([[0, 0, 1, 1], [0, 1, 0, 1]]), [[0, 1, 1, 0], [1, 0, 0, 1]]),
        (TWO_OUTPUTS, TWO_OUTPUTS),
        [TWO_OUTPUTS, TWO_OUTPUTS],
        (TWO_OUTPUTS,) * 3,
        tuple((np.array(x), np.array(y)) for x, y in (TWO_OUTPUTS, TWO_OUTPUTS)),
        pairs(*some_data(2, 2, 2)),
    ],
)
def test_data_may_be_lists_of_numbers_or_pairs_of_columns(data):
    net = Network([2, 3, 2], seed=0)
    (record,) = net.train(data, 1, 4, 1.0)
    assert np.isfinite(record.cost)


@pytest.mark.parametrize("value", [0.3, -1.0, 2.0])
def test_targets_of_one_output_that_are_no_class_are_refused(value):
    targets = np.array([[0, 1, 1, value]])
    with pytest.raises(
        ValueError, match=rf"must be 0 or 1; got \[{value}\] in column 3"
    ):
        Network([2, 1], seed=0).evaluate((X[:2, :4], targets))


@pytest.mark.parametrize(
    ("sizes", "advice"),
    [
        ([3, 2], "one_hot makes columns"),
        ([3, 1], r"\(10,\)\. y\.reshape\(1, -1\) makes"),
    ],
)
def test_a_row_of_targets_is_told_what_would_fit(sizes, advice):
    net = Network(sizes, seed=0)
    with pytest.raises(ValueError, match=advice):
        net.mean_cost((X, LABELS))
    fits = LABELS.reshape(1, -1) if sizes[-1] == 1 else one_hot(LABELS, 2)
    assert net.mean_cost((X, fits)) > 0


@pytest.mark.parametrize("data", [[(X[:, [0]], 1)], [(X[:, [j]], [1]) for j in (0, 1)]])
def test_pairs_with_a_label_are_told_of_the_column_that_would_fit(data):
    expected = (
        r"each y of data .* \(2, 1\); got 1 in example 0\. .*one_hot\(\[label\], 2\)"
    )
    with pytest.raises(ValueError, match=expected):
        Network([3, 2], seed=0).mean_cost(data)
    fit = [(x, one_hot([1], 2)) for x, _ in data]
    assert Network([3, 2], seed=0).mean_cost(fit) > 0


def test_pairs_with_a_number_for_one_output_are_told_of_the_column_that_would_fit():
    net, x = Network([3, 1], seed=0), X[:, [0]]
    with pytest.raises(
        ValueError, match=r"\(1, 1\); got 1 in example 0\. \[\[y\]\] is"
    ):
        net.mean_cost([(x, 1)])
    assert net.mean_cost([(x, [[1]])]) > 0


@pytest.mark.parametrize("y", [1, [1, 0]])
def test_backprop_tells_what_labels_must_become(y):
    with pytest.raises(ValueError, match=r"one_hot makes columns of labels"):
        Network([3, 2], seed=0).backprop(X[:, : np.size(y)], y)


def rows(array):
    """The same numbers as a list of arrays."""
    return list(np.asarray(array))


def memory_map(array):
    """The same numbers in a file."""
    with tempfile.TemporaryFile() as file:
        mapped = np.memmap(file, array.dtype, "w+", shape=array.shape)
    mapped[:] = array
    return mapped


def frame(array):
    """The same numbers in pandas: a DataFrame, or a Series of labels."""
    pandas = importlib.import_module("pandas")
    return (pandas.DataFrame if array.ndim == 2 else pandas.Series)(array)


PANDAS = [frame] if importlib.util.find_spec("pandas") else []
FORMS = [np.asarray, np.ndarray.tolist, Table, rows, memory_map, *PANDAS]


@pytest.mark.parametrize("outer", [tuple, list])
@pytest.mark.parametrize("form_y", FORMS)
@pytest.mark.parametrize("form_x", FORMS)
def test_x_and_y_may_be_anything_that_numpy_makes_an_array_of(form_x, form_y, outer):
    net, targets = Network([3, 4, 2], seed=0), one_hot(LABELS, 2)
    data = outer([form_x(X), form_y(targets)])
    assert net.mean_cost(data) == net.mean_cost((X, targets))
    assert net.evaluate(data) == net.evaluate((X, LABELS))


@pytest.mark.parametrize(
    "labels",
    [
        LABELS.tolist(),
        LABELS.astype(float),
        LABELS.astype(float).tolist(),
        LABELS.astype(np.uint8),
        Table(LABELS),
        [*map(np.int64, LABELS)],
    ],
)
@pytest.mark.parametrize("sizes", [[3, 2], [3, 1]])
def test_labels_may_be_whole_numbers_of_any_form(labels, sizes):
    net = Network(sizes, seed=0)
    assert net.evaluate((X, labels)) == net.evaluate((X, LABELS))


@pytest.mark.skipif(not PANDAS, reason="pandas is not installed")
def test_labels_may_come_from_pandas():
    net = Network([3, 2], seed=0)
    assert net.evaluate((frame(X.T).T, frame(LABELS))) == net.evaluate((X, LABELS))


@pytest.mark.parametrize(
    "form",
    [
        list,
        tuple,
        iter,
        lambda pairs: zip(*zip(*pairs)),
        lambda pairs: (pair for pair in pairs),
        lambda pairs: map(tuple, pairs),
        lambda pairs: [list(pair) for pair in pairs],
        lambda pairs: [tuple(map(np.ndarray.tolist, pair)) for pair in pairs],
        lambda pairs: tuple(tuple(map(Table, pair)) for pair in pairs),
    ],
)
@pytest.mark.parametrize("sizes", [[2, 2], [3, 2], [2, 1]])
@pytest.mark.parametrize("m", [1, 2, 3])
def test_pairs_may_come_in_anything_that_can_be_gone_through(form, sizes, m):
    x, y = some_data(*sizes, m)
    net = Network(sizes, seed=0)
    assert net.mean_cost(form(pairs(x, y))) == net.mean_cost((x, y))


@pytest.mark.parametrize("label", [int, float, np.int64, np.array])
@pytest.mark.parametrize("outer", [list, tuple, iter])
def test_pairs_may_hold_a_column_and_a_label(label, outer):
    net = Network([3, 2], seed=0)
    both = [(X[:, [j]], label(LABELS[j])) for j in range(2)]
    assert net.evaluate(outer(both)) == net.evaluate((X[:, :2], LABELS[:2]))


@pytest.mark.parametrize("flat", [list, np.array, tuple])
def test_two_tuples_in_a_list_are_two_pairs(flat):
    """Read as x and y, the numbers would have been trained on in the wrong places."""
    data = [(flat([1, 2]), flat([0, 1])), (flat([3, 4]), flat([1, 0]))]
    with pytest.raises(ValueError, match=r"example 0 .* shape \(2, 1\); got \(2,\)"):
        Network([2, 2], seed=0).mean_cost(data)


@pytest.mark.parametrize("iterator", [zip, map, iter])
def test_an_iterator_that_is_used_up_is_told_of(iterator):
    held = pairs(X, Y)
    data = {
        zip: lambda: zip(*zip(*held)),
        map: lambda: map(tuple, held),
        iter: held.__iter__,
    }
    data = data[iterator]()
    net = Network([3, 2], seed=0)
    net.mean_cost(data)
    kind = type(data).__name__
    with pytest.raises(
        ValueError, match=rf"got an empty {kind}; .* list\(…\) keeps its"
    ):
        net.mean_cost(data)
    with pytest.raises(ValueError, match=r"got an empty list$"):
        net.mean_cost([])


def test_an_error_in_a_generator_of_pairs_is_not_hidden():
    def broken():
        yield X[:, [0]], Y[:, [0]]
        raise ValueError("the file ends here")

    with pytest.raises(ValueError, match="the file ends here"):
        Network([3, 2], seed=0).mean_cost(broken())


def test_an_uneven_x_is_not_taken_for_two_pairs():
    with pytest.raises(ValueError, match=r"x of data.*different (shapes|lengths)"):
        Network([2, 2], seed=0).mean_cost(([[1, 2], [3]], [[0, 1], [1, 0]]))


def said(call):
    """Return the warnings of a call as text, each place of the code warning once."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        call()
    assert {w.filename for w in caught} <= {__file__}
    return [str(w.message) for w in caught]


PIXELS = np.array([[0, 17, 255], [3, 0, 128], [90, 200, 0]])


@pytest.mark.parametrize("x", [PIXELS, PIXELS.astype(float), PIXELS.astype(np.uint8)])
def test_bytes_of_pictures_are_told_of_once(x):
    net, y = Network([3, 2], seed=0), one_hot([0, 1, 0], 2)
    (warning,) = said(lambda: list(net.train((x, y), 3, 1, 1.0, test_data=(x, y))))
    assert "whole numbers up to 255" in warning
    assert "divide x by 255" in warning
    assert len(said(lambda: net.evaluate((x, y)))) == 1
    assert said(lambda: list(net.train((x / 255, y), 3, 1, 1.0, (x / 255, y)))) == []
    assert len(said(lambda: net.SGD((x, y), 1, 1, 1.0))) == 1


@pytest.mark.parametrize(
    "x",
    [
        PIXELS // 16,  # the digits of scikit-learn
        PIXELS // 2.01,  # years, counts
        PIXELS - 128,
        PIXELS / 2,
        100 * PIXELS,
        PIXELS + 0.5,
        np.zeros((3, 3)),
    ],
)
def test_other_inputs_are_not_taken_for_bytes(x):
    net, y = Network([3, 2], seed=0), one_hot([0, 1, 0], 2)
    assert said(lambda: net.update_mini_batch((x, y), 1.0)) == []


@pytest.mark.parametrize(
    ("y", "telling"),
    [
        (9 * Y, True),
        (2 * one_hot(LABELS, 2) - 1, True),
        (Y, False),
        (one_hot(LABELS, 2), False),
        (one_hot(LABELS, 2) * (1 + 1e-12) - 1e-15, False),
        (0.1 + 0.8 * Y, False),
    ],
)
def test_targets_that_no_output_reaches_are_told_of_once(y, telling):
    net = Network([3, 2], seed=0)
    came = said(lambda: [net.update_mini_batch((X, y), 0.1) for _ in range(3)])
    assert len(came) == telling
    assert all("can never reach" in text for text in came)


def test_only_a_cost_that_is_known_may_be_set():
    net = Network([3, 2], seed=0)
    with pytest.raises(ValueError, match=r"cost must be one of .*quadratic.*got 'mse'"):
        net.cost = "mse"
    assert net.cost == "quadratic"
    net.cost = "cross_entropy"
    expected = Network([3, 2], seed=0, cost="cross_entropy").mean_cost((X, Y))
    assert net.mean_cost((X, Y)) == expected


def test_what_the_book_s_first_chapter_calls_is_there(capsys):
    """Its calls, with its data: zipped pairs, test labels as plain numbers."""
    (x, y), (x_test, labels) = load_digits()
    images = [np.reshape(column, (64, 1)) for column in x.T.astype(np.float32)]
    vectors = [np.reshape(column, (10, 1)) for column in y.T]
    training_data = list(zip(images[:200], vectors))
    validation_data = list(zip(images[200:240], y.argmax(axis=0)[200:240]))
    test_data = zip([np.reshape(column, (64, 1)) for column in x_test.T], labels)

    net = Network([64, 30, 10])
    assert (net.num_layers, net.sizes) == (3, [64, 30, 10])
    assert [b.shape for b in net.biases] == [(30, 1), (10, 1)]
    assert [w.shape for w in net.weights] == [(30, 64), (10, 30)]
    net.SGD(training_data, 2, 10, 3.0, test_data=test_data)
    net.SGD(zip(images, vectors), 1, 10, 3.0)
    first, second, third = capsys.readouterr().out.splitlines()
    assert first.startswith("Epoch 0: ")
    assert second.endswith(" / 360")
    assert third == "Epoch 0 complete"

    assert 0 <= net.evaluate(validation_data) <= 40
    assert net.feedforward(images[0]).shape == (10, 1)
    nabla_b, nabla_w = net.backprop(images[0], vectors[0])
    assert [b.shape for b in nabla_b] == [b.shape for b in net.biases]
    assert [w.shape for w in nabla_w] == [w.shape for w in net.weights]
    output = net.feedforward(images[0])
    np.testing.assert_array_equal(
        net.cost_derivative(output, vectors[0]), output - vectors[0]
    )
    before = parameters(net)
    net.update_mini_batch(training_data[:10], 3.0)
    assert not np.array_equal(before[0], net.weights[0])


def test_weight_decay_steps_down_the_cost_with_half_lambda_times_the_squares_added():
    rng = np.random.default_rng(0)
    x, y, lam, eta = rng.random((3, 5)), rng.random((2, 5)), 0.3, 0.7
    net = Network([3, 4, 2], seed=rng, weight_decay=lam)
    before = [*net.weights, *net.biases]

    def penalised(parameter, k):
        arrays = [*before[:k], parameter, *before[k + 1 :]]
        a = forward_pass(arrays[:2], arrays[2:], x)[1][-1]
        squares = sum(np.sum(w**2) for w in arrays[:2])
        return quadratic_cost(a, y) + lam / 2 * squares

    slopes = [
        numerical_gradient(lambda p, k=k: penalised(p, k), before[k]) for k in range(4)
    ]
    net.update_mini_batch((x, y), eta)
    for was, slope, now in zip(
        before, slopes, [*net.weights, *net.biases], strict=True
    ):
        np.testing.assert_allclose(now, was - eta * slope, atol=1e-9)


@pytest.mark.parametrize("precision", [np.float64, np.float32])
def test_a_run_decays_as_its_steps_do(precision):
    data = np.random.default_rng(1).random((3, 10)), np.full((2, 10), 0.3)
    one, other = (
        Network([3, 4, 2], seed=5, dtype=precision, weight_decay=0.2) for _ in range(2)
    )
    for _ in one.train(data, 3, 10, 0.5):
        other.update_mini_batch(data, 0.5)
    for a, b in zip(
        one.weights + one.biases, other.weights + other.biases, strict=True
    ):
        assert a.dtype == precision
        np.testing.assert_allclose(
            a, b, rtol=1e-5 if precision == np.float32 else 1e-12
        )


def test_without_decay_nothing_changes_and_with_it_weights_are_smaller():
    data, _ = load_digits()
    norms = []
    for lam in (0.0, 0.01):
        net = Network([64, 10, 10], seed=0, weight_decay=lam)
        for _ in net.train(data, 3, 10, 3.0):
            pass
        norms.append(sum(np.sum(w**2) for w in net.weights))
    assert norms[1] < norms[0] / 2
    plain = Network([64, 10, 10], seed=0)
    for _ in plain.train(data, 3, 10, 3.0):
        pass
    assert sum(np.sum(w**2) for w in plain.weights) == norms[0]


@pytest.mark.parametrize(
    ("decay", "error", "message"),
    [
        (-0.1, ValueError, "weight_decay must be finite and not negative; got -0.1"),
        (np.nan, ValueError, "weight_decay must be finite"),
        ("1", TypeError, "weight_decay must be a number; got '1'"),
    ],
)
def test_a_weight_decay_that_makes_no_sense_is_refused(decay, error, message):
    with pytest.raises(error, match=message):
        Network([2, 1], weight_decay=decay)


def test_a_decay_that_would_turn_the_signs_is_refused_before_a_step():
    net, data = Network([2, 1], seed=0, weight_decay=0.5), ([[0, 1], [1, 1]], [[1, 0]])
    before = net.weights[0].copy()
    for step in (
        lambda: net.update_mini_batch(data, 3.0),
        lambda: net.SGD(data, 1, 2, 3.0),
    ):
        with pytest.raises(
            ValueError, match=r"eta times weight_decay must be at most 1"
        ):
            step()
    assert np.array_equal(net.weights[0], before)
    net.update_mini_batch(data, 2.0)  # ηλ = 1: the weights start anew at each step


def test_weight_decay_is_saved_and_an_older_file_has_none(tmp_path):
    path = tmp_path / "net.npz"
    Network([2, 3, 1], seed=0, weight_decay=0.25).save(path)
    assert Network.load(path).weight_decay == 0.25
    with np.load(path) as saved:
        arrays = {name: saved[name] for name in saved if name != "weight_decay"}
    np.savez(path, **arrays)
    assert Network.load(path).weight_decay == 0.0
