"""The network: what it learns, what it refuses, and that it repeats itself."""

import copy
import io
import pickle
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpkit import Network, backprop, load_digits, sigmoid, two_moons
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
@settings(deadline=None, max_examples=40)
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
    one.SGD((x, y), 2, 3, 1.0, test_data=(x, y))
    other.SGD(pairs(x, y), 2, 3, 1.0, test_data=pairs(x, y))
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
        (dict(training_data=7), TypeError, "pair of arrays"),
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
        (dict(test_data=(X, LABELS + 2)), ValueError, "labels must be 0 to 1; got 2"),
        (dict(test_data=(X, LABELS - 1)), ValueError, "labels must be 0 to 1; got -1"),
        (dict(test_data=(X, LABELS[:9])), ValueError, "got 10 and 9"),
        (dict(test_data=(X, LABELS + 0.5)), TypeError, "whole numbers"),
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
    [([np.nan, 0.0], "must be finite"), ([0.0, 0.0], r"got \[0.0, 0.0\] in column 9")],
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
