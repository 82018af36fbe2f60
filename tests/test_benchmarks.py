"""The benchmark compares programs that do the same work, and runs to its end."""

import importlib
import importlib.util
from functools import partial
from pathlib import Path

import nbformat
import numpy as np
import pytest

import bpkit
from bpkit.widgets.explorer import Explorer

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
SIZES = [5, 4, 3]

needs_sklearn = pytest.mark.skipif(
    importlib.util.find_spec("sklearn") is None, reason="scikit-learn is not installed"
)
needs_torch = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="PyTorch is not installed"
)


@pytest.fixture
def contenders(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("contenders")


@pytest.fixture
def bench(monkeypatch):
    pytest.importorskip("threadpoolctl")
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("bench")


@pytest.fixture
def make_case(contenders):
    def make(mini_batch_size, eta, sizes=SIZES):
        rng = np.random.default_rng(7)
        x = rng.random((sizes[0], 12))
        labels = rng.permutation(12) % max(2, sizes[-1])
        y = np.eye(sizes[-1])[:, labels] if sizes[-1] > 1 else labels[np.newaxis] * 1.0
        return contenders.Case(sizes, mini_batch_size, eta, x, y)

    return make


def moved(before, after):
    """Return how far the parameters went, as one list of arrays."""
    return [
        old - new
        for olds, news in zip(before, after, strict=True)
        for old, new in zip(olds, news, strict=True)
    ]


def start_of(case):
    net = case.network()
    return net.biases, net.weights


def gradient_of(case):
    """Return the mean gradient over all the examples, at the start, as one list."""
    biases, weights = start_of(case)
    nabla_b, nabla_w = bpkit.backprop(weights, biases, case.x, case.y)
    return [*nabla_b, *nabla_w]


every_trainer = pytest.mark.parametrize(
    "name",
    ["TextbookLoop", "Bpkit", pytest.param("Torch", marks=needs_torch)],
)


@every_trainer
def test_one_batch_is_a_step_of_eta_times_the_gradient(name, contenders, make_case):
    case = make_case(mini_batch_size=12, eta=0.7)
    trainer = getattr(contenders, name)(case)
    trainer.epoch()
    steps = moved(start_of(case), trainer.parameters())
    for step, nabla in zip(steps, gradient_of(case), strict=True):
        np.testing.assert_allclose(step, 0.7 * nabla, rtol=1e-12, atol=1e-14)


@every_trainer
def test_an_epoch_uses_every_example_once(name, contenders, make_case):
    # At a tiny eta three steps of four examples add up to three of the mean gradient.
    case = make_case(mini_batch_size=4, eta=1e-7)
    trainer = getattr(contenders, name)(case)
    trainer.epoch()
    steps = moved(start_of(case), trainer.parameters())
    for step, nabla in zip(steps, gradient_of(case), strict=True):
        np.testing.assert_allclose(step / 1e-7, 3 * nabla, rtol=1e-4, atol=1e-7)


@needs_torch
def test_torch_in_float32_takes_the_same_step(contenders, make_case):
    case = make_case(mini_batch_size=12, eta=0.7)
    trainer = contenders.Torch(case, np.float32)
    trainer.epoch()
    assert all(p.dtype == np.float32 for ps in trainer.parameters() for p in ps)
    steps = moved(start_of(case), trainer.parameters())
    for step, nabla in zip(steps, gradient_of(case), strict=True):
        np.testing.assert_allclose(step, 0.7 * nabla, rtol=1e-3, atol=1e-6)


@needs_sklearn
@pytest.mark.parametrize("sizes", [SIZES, [2, 4, 4, 1]])
def test_scikit_learn_trains_the_same_network_on_every_example(
    sizes, contenders, make_case
):
    case = make_case(mini_batch_size=4, eta=0.7, sizes=sizes)
    trainer = contenders.ScikitLearn(case)
    trainer.epoch()
    biases, weights = (list(map(np.array, ps)) for ps in trainer.parameters())
    trainer.epoch()
    assert [w.shape for w in weights] == [w.shape for w in case.network().weights]
    assert [b.shape for b in biases] == [b.shape for b in case.network().biases]
    assert trainer.model.t_ == 2 * case.x.shape[1]
    assert all(step.any() for step in moved((biases, weights), trainer.parameters()))


def test_the_bare_products_are_those_of_a_step(contenders, make_case):
    case = make_case(mini_batch_size=4, eta=0.7, sizes=[5, 4, 3, 2])
    floor = contenders.BareProducts(case)
    for *_, out in floor.products:
        out[:] = np.nan
    floor.epoch()
    shapes = [out.shape for *_, out in floor.products]
    forward, backward = [(4, 4), (3, 4), (2, 4)], [(4, 4), (3, 4)]
    gradients = [(4, 5), (3, 4), (2, 3)]
    assert shapes == forward + backward + gradients
    assert all(np.array_equal(out, w @ a) for w, a, out in floor.products)


def test_the_last_short_mini_batch_counts_as_a_step(make_case):
    assert make_case(mini_batch_size=5, eta=0.7).steps == 3


@pytest.mark.parametrize("name", ["plain_backprop", "numerical_nabla"])
def test_plain_gradients_agree_with_bpkit(name, contenders, make_case):
    case = make_case(mini_batch_size=12, eta=0.7)
    biases, weights = start_of(case)
    plain = getattr(importlib.import_module("numerical"), name)
    nablas = [n for ns in plain(weights, biases, case.x, case.y) for n in ns]
    rtol, atol = (1e-12, 1e-15) if name == "plain_backprop" else (1e-6, 1e-9)
    for nabla, expected in zip(nablas, gradient_of(case), strict=True):
        np.testing.assert_allclose(nabla, expected, rtol=rtol, atol=atol)


def test_the_benchmark_prints_a_table_of_every_contender(
    bench, make_case, monkeypatch, capsys
):
    case = make_case(mini_batch_size=5, eta=0.7)
    rows = [("tiny", case, "random data", 1), ("other", case, "random data", 2)]
    monkeypatch.setattr(bench, "cases", lambda: rows)
    monkeypatch.setattr(bench, "print_numerical_gradient", lambda rounds: None)
    monkeypatch.setattr(bench, "contenders", partial(_quick_contenders, bench))
    bench.main(["--rounds", "1", "--only", "tiny"])
    printed = capsys.readouterr()
    assert "## tiny, batch 5" in printed.out
    assert "12 examples an epoch (random data), 1 rounds" in printed.out
    assert "## other" not in printed.out
    for name in ("textbook loop", "bpkit", "bare products"):
        rows = [
            l for l in printed.out.splitlines() if l.startswith(f"| {name}, float64")
        ]
        assert len(rows) == 2, name
    assert printed.err == "tiny .\n"


def _quick_contenders(bench, case):
    return [bench.TextbookLoop(case), bench.Bpkit(case), bench.BareProducts(case)]


def test_ratios_are_those_of_the_medians_and_of_the_best(bench, make_case, capsys):
    case = make_case(mini_batch_size=12, eta=0.7)
    times = {bench.TextbookLoop.name: [8.0, 6.0, 9.0], "twice": [4.0, 5.0, 2.0]}
    bench.print_table("tiny", case, "random data", times)
    bench.print_summary({"tiny": times})
    printed = capsys.readouterr().out
    assert "| twice | 4,000,000.0 | 2,000,000.0 | 2.0 | 3.0 |" in printed
    assert "| twice | 2.0 (3.0) |" in printed


@pytest.fixture
def widgets(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("widgets")


def test_every_explorer_is_timed(widgets):
    timed = widgets.explorers()
    kinds = [k for k in Explorer.__subclasses__() if k.__module__.startswith("bpkit.")]
    assert sorted(timed) == sorted((k.__module__, k.__name__) for k in kinds)
    assert ("bpkit.widgets.drawing", "DigitPad") in timed


def test_the_cell_of_each_explorer_runs(widgets, tmp_path):
    for module, name in widgets.explorers():
        widgets.write_notebook(tmp_path / "cell.ipynb", module, name)
        [cell] = nbformat.read(tmp_path / "cell.ipynb", as_version=4).cells
        code, _, shown = cell.source.rpartition("\n")
        names = {}
        exec(code, names)
        face = eval(shown, names).face
        assert type(face.explorer).__name__ == name
        [first, *_] = [c for c in face.controls if c["kind"] == "slider"] or [None]
        assert first is None or first["low"] < first["high"]


@pytest.mark.parametrize("arguments", [["--rounds", "0"], ["--only", "3-3-3"]])
def test_wrong_options_are_refused(bench, arguments, make_case, monkeypatch):
    rows = [("tiny", make_case(mini_batch_size=5, eta=0.7), "random data", 1)]
    monkeypatch.setattr(bench, "cases", lambda: rows)
    with pytest.raises(SystemExit) as refusal:
        bench.main(arguments)
    assert refusal.value.code


def test_random_data_has_the_shape_of_mnist(bench, monkeypatch):
    monkeypatch.delenv("BPKIT_MNIST", raising=False)
    x, y, source = bench.mnist_shaped(np.random.default_rng(0))
    assert (x.shape, y.shape) == ((784, 10_000), (10, 10_000))
    assert set(y.sum(axis=0).tolist()) == {1.0}
    assert "random" in source
