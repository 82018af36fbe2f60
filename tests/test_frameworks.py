"""The recorded gradients of PyTorch and JAX are theirs, and they are right."""

import importlib
import re
from pathlib import Path

import numpy as np
import pytest

from bpkit import backprop, gradient_check, quadratic_cost, relative_error, sigmoid
from bpkit.exercises.frameworks import recorded_case, recorded_gradients

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
LESSON = Path(__file__).parents[1] / "lessons" / "10_debugging.ipynb"
MODULES = {"PyTorch": "torch", "JAX": "jax"}


@pytest.fixture
def script(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("record_frameworks")


def worst(ours, theirs):
    """Return the largest relative error over all arrays of two gradients."""
    return max(
        relative_error(g, h)
        for part, other in zip(ours, theirs, strict=True)
        for g, h in zip(part, other, strict=True)
    )


def recorded(name):
    [found] = [g for key, g in recorded_gradients().items() if key.startswith(name)]
    return found


def test_both_frameworks_are_recorded_with_their_versions():
    assert [key.split()[0] for key in recorded_gradients()] == list(MODULES)
    for key in recorded_gradients():
        assert re.fullmatch(r"\w+ \d+\.\d+\.\d+", key)


@pytest.mark.parametrize("name", MODULES)
def test_the_record_is_in_double_precision_and_has_the_shapes_of_the_network(name):
    weights, biases, *_ = recorded_case()
    for arrays, gradients in zip((biases, weights), recorded(name), strict=True):
        assert [a.shape for a in arrays] == [g.shape for g in gradients]
        assert {g.dtype for g in gradients} == {np.dtype(float)}


@pytest.mark.parametrize("name", MODULES)
def test_the_record_agrees_with_backprop(name):
    assert worst(backprop(*recorded_case()), recorded(name)) < 1e-12


@pytest.mark.parametrize("name", MODULES)
def test_the_record_agrees_with_nudging(name):
    weights, biases, x, y = recorded_case()
    hidden = sigmoid(weights[0] @ x + biases[0])
    report = gradient_check(
        lambda b: quadratic_cost(sigmoid(weights[1] @ hidden + b), y),
        recorded(name)[0][1],
        biases[1],
    )
    assert report.passed, report


@pytest.mark.parametrize("name", MODULES)
def test_the_real_framework_gives_what_was_recorded(script, name):
    pytest.importorskip(MODULES[name], reason=f"{name} is not installed")
    _, gradients = script.measured(*script.FRAMEWORKS[name])
    assert worst(gradients, recorded(name)) < 1e-12


def test_recording_anew_keeps_what_is_not_installed(script, monkeypatch, tmp_path):
    copy = tmp_path / "frameworks.npz"
    monkeypatch.setattr(script, "RECORD", copy)
    copy.write_bytes(
        script.Path(script.frameworks.__file__).with_name(copy.name).read_bytes()
    )
    monkeypatch.setattr(
        script,
        "FRAMEWORKS",
        {
            "PyTorch": ("no_such_module", None),
            "JAX": (
                "numpy",
                lambda weights, biases, x, y: backprop(weights, biases, x, y),
            ),
        },
    )
    script.main()
    with np.load(copy) as record:
        names = record["names"].tolist()
        assert names[0] == next(iter(recorded_gradients()))
        assert names[1] == f"JAX {np.__version__}"
        assert np.array_equal(record["nabla_b 0 0"], recorded("PyTorch")[0][0])
        assert np.array_equal(record["nabla_w 1 1"], backprop(*recorded_case())[1][1])


@pytest.mark.parametrize("name", MODULES)
def test_the_lesson_shows_the_code_that_recorded(script, name):
    import inspect

    import nbformat

    cells = nbformat.read(LESSON, as_version=4).cells
    text = "\n".join(c.source for c in cells if c.cell_type == "markdown")
    assert inspect.getsource(script.FRAMEWORKS[name][1]).strip() in text
