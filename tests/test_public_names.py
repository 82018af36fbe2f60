"""What a type checker and a reader learn of the public names."""

import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

import bpkit
from bpkit import Network
from bpkit.gradients import GradientReport
from bpkit.network import Record

ROOT = Path(__file__).resolve().parent.parent
PUBLIC = [getattr(bpkit, name) for name in bpkit.__all__]
METHODS = [
    method
    for name, method in inspect.getmembers(Network, callable)
    if not name.startswith("_")
]

PROGRAM = """
import numpy as np
import bpkit

training_data, test_data = bpkit.load_digits()
net = bpkit.Network([64, 30, 10], seed=0, cost="cross_entropy")
accuracies = [r.accuracy for r in net.train(training_data, 2, 10, 3.0, test_data)]
right: int = net.evaluate([([[0.5]] * 64, 3)])
nabla_b, nabla_w = net.backprop(*training_data)
net.weights = [w - 0.1 * nabla for w, nabla in zip(net.weights, nabla_w)]
report = bpkit.gradient_check(lambda w: np.sum(w**2), [2.0, 4.0], np.array([1, 2]))
print(report.factor, bpkit.sigmoid([0.0, 1.0]).max(), bpkit.progress())
"""
WRONG = """
net.evaluat(test_data)
net.cost = "mse"
net.SGD(training_data, "30", 10, 3.0)
bpkit.Network([64, 10], start="zero")
bpkit.two_moons(500, 0.1)
accuracies[0] + 1
report.verdict / 2
"""


def errors(program, folder):
    """Return the lines of a program in which mypy finds an error, and what it says."""
    pytest.importorskip("mypy")
    (folder / "program.py").write_text(program, encoding="utf-8")
    # As for an installed package, no error inside bpkit is reported.
    options = ["--follow-imports=silent", "--cache-dir", str(folder / "cache")]
    run = subprocess.run(
        [sys.executable, "-m", "mypy", *options, "program.py"],
        cwd=folder,
        env=os.environ | {"MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    found = [line for line in run.stdout.splitlines() if ": error: " in line]
    assert bool(found) == bool(run.returncode), run.stdout + run.stderr
    return found


def test_a_type_checker_finds_a_user_s_slips_and_nothing_else(tmp_path):
    first = PROGRAM.count("\n") + 2
    found = errors(PROGRAM + WRONG, tmp_path)
    lines = [int(line.split(":")[1]) for line in found]
    assert lines == [*range(first, first + WRONG.count("\n") - 1)], "\n".join(found)


@pytest.mark.parametrize("function", [*PUBLIC, *METHODS])
def test_every_argument_of_a_public_function_has_a_type(function):
    signature = inspect.signature(function)
    assert all(
        parameter.annotation is not inspect.Parameter.empty
        for parameter in signature.parameters.values()
        if parameter.name != "self"
    )
    assert function is Network or signature.return_annotation is not signature.empty


@pytest.mark.parametrize("function", [*PUBLIC, *METHODS])
def test_a_signature_is_short_enough_to_be_read(function):
    assert len(str(inspect.signature(function))) < 240


@pytest.mark.parametrize("thing", [*PUBLIC, *METHODS, Record, GradientReport])
def test_everything_public_has_an_example(thing):
    _, _, examples = inspect.getdoc(thing).partition("\nExamples\n--------\n")
    assert ">>> " in examples


def test_the_package_says_that_it_has_types():
    assert (Path(bpkit.__file__).parent / "py.typed").read_bytes() == b""
