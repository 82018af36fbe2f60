"""Lesson 7 runs with other right answers than the bank's, and on a coarse clock."""

import time
import timeit
from collections import namedtuple
from functools import partial

import nbformat
import numpy as np
import pytest
from notebooks import LESSONS, code_cells

import bpkit
from bpkit.exercises import bank

TIMES = "loop batch one ten plain quick short long products first second third"


def in_another_form(*names):
    """Return right answers of other forms: lists, lists of pairs, a loop or none."""
    answers = [(bank()[n].variants or [bank()[n].reference])[-1] for n in names]
    functions = namedtuple("Functions", names)(*answers)
    return functions if len(names) > 1 else functions[0]


def tenths_of_milliseconds():
    """Tell the time as a clock does that ticks seldom."""
    return time.perf_counter_ns() // 100_000 / 10_000


@pytest.mark.slow
def test_no_time_is_zero_on_a_coarse_clock_whatever_form_the_answers_have(monkeypatch):
    monkeypatch.setattr(bpkit, "yours", in_another_form)
    coarse = partial(timeit.repeat, timer=tenths_of_milliseconds)
    monkeypatch.setattr(timeit, "repeat", coarse)
    names = {}
    nb = nbformat.read(LESSONS / "07_mini_batches.ipynb", as_version=4)
    for cell in code_cells(nb):
        exec(cell.source, names)
    assert [name for name in TIMES.split() if not np.min(names[name]) > 0] == []
    assert abs(names["exponent"] + 0.5) < 0.05
