"""An answer that hands on to bpkit's own function of its name is not the learner's."""

import importlib
import pkgutil
import threading
import types

import numpy as np
import pytest

import bpkit
from bpkit import check
from bpkit.exercises import bank, sandbox
from bpkit.exercises.judge import judge

HANDED_ON = "It hands the work on to bpkit's own {}: write it yourself."


def namesakes():
    """Return bpkit's functions that bear an exercise's name, with their modules."""
    packages = pkgutil.walk_packages(bpkit.__path__, "bpkit.")
    names = [m.name for m in packages if ".exercises" not in m.name]
    names = [n for n in names if n.count(".") == 1 and "__main__" not in n]
    modules = [bpkit, *map(importlib.import_module, names)]
    found = {
        (name, id(function)): function
        for module in modules
        for name in bank()
        if isinstance(function := vars(module).get(name), types.FunctionType)
    }
    return [pytest.param(name, f, id=name) for (name, _), f in found.items()]


def test_there_are_such_functions():
    names = {case.values[0] for case in namesakes()}
    assert {"sigmoid", "backprop", "hinge_loss", "one_hot", "relative_error"} <= names


@pytest.mark.parametrize(("name", "function"), namesakes())
def test_it_is_refused_whoever_holds_it(name, function):
    def hands_on(*args, **kwargs):
        return function(*args, **kwargs)

    for answer in (hands_on, function):
        verdict = judge(bank()[name], answer)
        assert not verdict
        assert verdict.message == HANDED_ON.format(name)


def test_what_helps_an_answer_may_be_bpkits():
    def sigmoid_prime(z):
        a = bpkit.sigmoid(z)
        return a * (1 - a)

    assert check(sigmoid_prime)


def test_a_network_that_does_it_hands_on_too():
    def backprop(weights, biases, x, y):
        network = bpkit.Network([w.shape[1] for w in weights] + [len(biases[-1])])
        network.weights, network.biases = weights, biases
        return network.backprop(x, y)

    assert check(backprop).message == HANDED_ON.format("backprop")


def test_an_answer_that_goes_on_by_itself_is_judged_by_what_it_gives():
    def sigmoid(z):
        try:
            return bpkit.sigmoid(z)
        except Exception:
            return np.ones_like(z)

    assert "hands the work on" not in check(sigmoid).message


def test_the_function_is_there_for_all_others_and_afterwards():
    code, defaults = bpkit.sigmoid.__code__, bpkit.sigmoid.__kwdefaults__
    seen, go, done = [], threading.Event(), threading.Event()

    def another():
        go.wait()
        seen.append(float(bpkit.sigmoid(0.0)))
        done.set()

    other = threading.Thread(target=another)
    other.start()

    def sigmoid(z):
        go.set()
        done.wait()
        return bpkit.sigmoid(z)

    assert not check(sigmoid)
    other.join()
    assert seen == [0.5]
    assert bpkit.sigmoid.__code__ is code
    assert bpkit.sigmoid.__kwdefaults__ is defaults


def test_what_has_defaults_and_keywords_keeps_them():
    gradient = bpkit.numerical_gradient
    with sandbox.out_of_reach("numerical_gradient"):
        found = gradient(np.sum, np.ones(2), method="forward")
    assert np.allclose(found, 1)
