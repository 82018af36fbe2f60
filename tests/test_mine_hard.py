"""What you build stays yours, also where it is hard: each test names what should be."""

import ast
import json
import os
import subprocess
import sys
import types

import nbformat
import pytest
from test_mine import PRIME, SIGMOID, notebook_of, run_notebook, text_of
from tools import ran

import bpkit
from bpkit import check, progress, yours
from bpkit.mine import record
from bpkit.mine.source import import_line

CENTRAL = """
def central_difference(f, x, h):
    return (f(x + h) - f(x - h)) / (2 * h)
"""
TWICE = """
def twice(x):
    return 2 * x
"""
BY_TWICE = """
def central_difference(f, x, h):
    return (f(x + h) - f(x - h)) / twice(h)
"""
FORWARD_BY_TWICE = """
def forward_difference(f, x, h):
    return 2 * (f(x + h) - f(x)) / twice(h)
"""


def said_of(name, cell, **names):
    """Check the answer of a cell and return what is said of it."""
    verdict = check(ran(cell, **names)[name])
    assert verdict.passed
    return verdict.message


def is_learners(*names):
    """Return whether `yours` hands on the learner's function of each name."""
    functions = [yours(name) for name in names]
    return [f.__module__ for f in functions] == ["mine"] * len(names)


# A function that was kept goes on passing, whatever is kept after it.

LATER_SPOILS_EARLIER = {
    "an import of the same name": (
        "from numpy import abs, asarray, exp, where\n"
        "def sigmoid(z):\n    e = exp(-abs(z))\n"
        "    return where(asarray(z) < 0, e, 1.0) / (1 + e)\n",
        "sigmoid",
        "from math import exp\n"
        "def central_difference(f, x, h):\n"
        "    return (f(x + h) - f(x - h)) / (2 * h) * exp(0)\n",
        "central_difference",
    ),
    "an import that hides a builtin": (
        "def central_difference(f, x, h):\n"
        "    return (f(x + h) - f(x - h)) / (2 * h) * max(1, 1)\n",
        "central_difference",
        "from numpy import *\n"
        "def sigmoid(z):\n    e = exp(-abs(z)) * max([1])\n"
        "    return where(asarray(z) < 0, e, 1.0) / (1 + e)\n",
        "sigmoid",
    ),
    "a helper that hides a builtin": (
        "def central_difference(f, x, h):\n"
        "    return sum([f(x + h), -f(x - h)]) / (2 * h)\n",
        "central_difference",
        "def sum(a, b):\n    return a + b\n"
        "def forward_difference(f, x, h):\n    return sum(f(x + h), -f(x)) / h\n",
        "forward_difference",
    ),
    "a helper that hides an import": (
        "from math import fabs\n"
        "def central_difference(f, x, h):\n"
        "    return (f(x + h) - f(x - h)) / (2 * h) * fabs(-1)\n",
        "central_difference",
        "def fabs(a, b):\n    return a - b\n"
        "def forward_difference(f, x, h):\n    return fabs(f(x + h), f(x)) / h\n",
        "forward_difference",
    ),
    "a helper of a helper": (
        "def at(f, x):\n    return f(x)\n"
        "def rise(f, x, d):\n    return at(f, x + d)\n"
        "def central_difference(f, x, h):\n"
        "    return (rise(f, x, h) - rise(f, x, -h)) / (2 * h)\n",
        "central_difference",
        "def at(f, x):\n    return 2 * f(x)\n"
        "def rise(f, x, d):\n    return at(f, x + d)\n"
        "def forward_difference(f, x, h):\n"
        "    return (rise(f, x, h) - rise(f, x, 0)) / h / 2\n",
        "forward_difference",
    ),
    "an exercise with fewer arguments": (
        "def sigmoid(z, slope=False):\n    e = np.exp(-np.abs(z))\n"
        "    a = np.where(np.asarray(z) < 0, e, 1.0) / (1 + e)\n"
        "    return a * (1 - a) if slope else a\n"
        "def sigmoid_prime(z):\n    return sigmoid(z, slope=True)\n",
        "sigmoid_prime",
        SIGMOID,
        "sigmoid",
    ),
}


@pytest.mark.parametrize("case", LATER_SPOILS_EARLIER)
def test_what_is_kept_later_spoils_nothing_kept_earlier(folder, case):
    before, earlier, after, later = LATER_SPOILS_EARLIER[case]
    assert "Kept in mine.py." in said_of(earlier, before)
    said_of(later, after)  # kept beside it, or not kept and said why
    assert is_learners(earlier)


# What `yours` calls the learner's was written by the learner.


def test_bpkits_that_stands_in_within_the_file_is_not_called_yours(folder, capsys):
    said_of("sigmoid_prime", "from bpkit import sigmoid\n" + PRIME)
    capsys.readouterr()
    assert yours("sigmoid") is bpkit.sigmoid
    assert capsys.readouterr().out.startswith("From bpkit, until yours has passed")


def test_bpkits_own_function_is_not_kept_as_the_learners(folder):
    check(yours("sigmoid"))
    assert not (folder / "mine.py").exists()
    assert yours("sigmoid") is bpkit.sigmoid


def test_bpkits_that_an_answer_uses_is_not_called_the_learners(folder):
    cell = (
        "from bpkit import yours\ncentral_difference = yours('central_difference')\n"
        "def forward_difference(f, x, h):\n"
        "    return central_difference(f, x + h / 2, h / 2)\n"
    )
    words = said_of("forward_difference", cell)
    assert "your central_difference" not in words
    assert "Kept in mine.py." in words or "bpkit" in words.partition("mine.py")[2]
    assert yours("central_difference").__module__ != "mine"


def test_an_answer_does_not_pass_by_a_module_imported_before_it_changed(
    folder, monkeypatch
):
    said_of("central_difference", TWICE + BY_TWICE)
    early = types.ModuleType("mine")
    exec(text_of(folder), vars(early))
    monkeypatch.setitem(sys.modules, "mine", early)
    path = folder / "mine.py"
    path.write_text(text_of(folder).replace("2 * x", "3 * x"), encoding="utf-8")
    forward = FORWARD_BY_TWICE.replace("twice(h)", "mine.twice(h)")
    words = said_of("forward_difference", "import mine\n" + forward)
    assert "Not kept in mine.py" in words


# What is written by hand stays, and may be any Python.


def test_a_function_written_by_hand_is_no_helper_to_be_replaced(folder):
    by_hand = "def twice(x):\n    return [x, x]  # by hand\n\n\nprint(twice(3))\n"
    (folder / "mine.py").write_text(by_hand, encoding="utf-8")
    said_of("central_difference", TWICE + BY_TWICE)
    assert by_hand.strip() in text_of(folder)


def test_a_helper_that_a_class_by_hand_uses_is_not_replaced(folder):
    said_of("central_difference", TWICE + BY_TWICE)
    by_hand = "\n\nclass Four:\n    value = twice(2)\n"
    (folder / "mine.py").write_text(text_of(folder) + by_hand, encoding="utf-8")
    other = "def twice(x):\n    return 3 * x - abs(x) * np.sign(x)\n"
    words = said_of("central_difference", other + BY_TWICE)
    assert "has another twice" in words
    assert "return 2 * x" in text_of(folder)


def test_a_line_in_a_text_by_hand_is_no_import_to_be_taken_away(folder):
    by_hand = '"""Notes.\n\nfrom bpkit import sigmoid\nis what others write.\n"""\n'
    (folder / "mine.py").write_text(by_hand, encoding="utf-8")
    said_of("sigmoid", SIGMOID)
    assert text_of(folder).startswith(by_hand)


@pytest.mark.parametrize(
    "by_hand",
    [
        '"""Notes.\n\n# Lesson 1: slopes\nHeight over width.\n"""\n',
        'import math; text = """one\ntwo"""\n',
        "from __future__ import annotations\nfrom dataclasses import dataclass\n\n\n"
        "@dataclass\nclass Layer:\n    size: int\n",
        "import enum\nimport pickle\n\n\nclass C(enum.Enum):\n    A = 1\n\n\n"
        "assert pickle.loads(pickle.dumps(C.A)) is C.A\n",
        "#!/usr/bin/env python\n# My own.\n",
    ],
    ids=["heading", "text", "dataclass", "pickle", "shebang"],
)
def test_what_python_imports_is_kept_to(folder, by_hand):
    (folder / "mine.py").write_text(by_hand, encoding="utf-8")
    assert "Kept in mine.py." in said_of("sigmoid", SIGMOID)
    there = text_of(folder)
    assert there.startswith(by_hand.splitlines()[0])
    now = [ast.dump(node) for node in ast.parse(there).body]
    assert all(ast.dump(node) in now for node in ast.parse(by_hand).body)
    assert is_learners("sigmoid")


@pytest.mark.slow
@pytest.mark.parametrize("last", ["check(sigmoid)", "sigmoid = yours('sigmoid')"])
def test_a_file_that_asks_for_itself_ends_soon_and_leaves_no_threads(folder, last):
    said_of("sigmoid", SIGMOID)
    text = f"from bpkit import check, yours\n{text_of(folder)}\n\n{last}\n"
    (folder / "mine.py").write_text(text, encoding="utf-8")
    code = (
        "import pathlib, threading, bpkit\nfrom bpkit.mine import shelf\n"
        f"shelf.folder = lambda: pathlib.Path({str(folder)!r})\n"
        "f = bpkit.yours('sigmoid')\nprint(threading.active_count())"
    )
    # It is asked in a process of its own, which can be ended.
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=20
    )
    assert "does not end within" not in done.stdout
    assert done.stdout.endswith("\n1\n")


def test_a_file_that_is_read_only_stays_as_it_is(folder):
    said_of("sigmoid", SIGMOID)
    path = folder / "mine.py"
    path.chmod(0o444)
    before = path.read_bytes()
    assert "Not kept" in said_of("sigmoid_prime", SIGMOID + PRIME)
    assert path.read_bytes() == before
    assert path.stat().st_mode & 0o777 == 0o444


@pytest.mark.skipif(os.name == "nt", reason="no such modes")
def test_the_file_keeps_its_mode(folder):
    said_of("sigmoid", SIGMOID)
    path = folder / "mine.py"
    path.chmod(0o600)
    said_of("sigmoid_prime", SIGMOID + PRIME)
    assert path.stat().st_mode & 0o777 == 0o600


# The same again is the same.


def test_a_comment_at_the_end_of_a_function_is_kept_once(folder):
    cell = SIGMOID.rstrip() + "\n    # that is all\n"
    for _ in range(3):
        said_of("sigmoid", cell)
    assert text_of(folder).count("# that is all") == 1


@pytest.mark.parametrize("change", ["none", "comment", "crlf"])
def test_the_same_helper_serves_two_answers(folder, change):
    twice = TWICE + "    # twice\n" * (change == "comment") + "\n\n"
    said_of("central_difference", twice + BY_TWICE)
    path = folder / "mine.py"
    if change == "crlf":
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    words = said_of("forward_difference", twice + FORWARD_BY_TWICE)
    assert "Kept in mine.py." in words


# A newer version may need what the older did not.

SAME = """
import functools
def same(f):
    @functools.wraps(f)
    def inner(*a):
        return f(*a)
    return inner
"""
DECORATED = SAME + "@same" + CENTRAL


def test_a_newer_version_may_have_a_decorator_or_default_of_its_own(folder):
    said_of("central_difference", CENTRAL)
    assert "Kept in mine.py." in said_of("central_difference", DECORATED)
    step = "def step():\n    return 0.5\n"
    default = step + CENTRAL.replace("h)", "h=step())", 1)
    assert "Kept in mine.py." in said_of("central_difference", default)


# What cannot be kept is said in words that are true.


UNWRAPPED = "def plain(f):\n    def inner(z):\n        return f(z)\n    return inner\n"


@pytest.mark.parametrize("decorator", ["@np.vectorize", UNWRAPPED + "@plain"])
def test_of_a_decorated_function_the_decorator_is_blamed(folder, decorator):
    cell = (
        f"{decorator}\ndef sigmoid(z):\n    e = np.exp(-abs(z))\n"
        "    return np.where(z < 0, e, 1.0) / (1 + e)\n"
    )
    verdict = check(sigmoid=ran(cell)["sigmoid"])
    assert verdict.passed
    assert "Kept in mine.py." in verdict.message or "decorator" in verdict.message


def test_a_hint_that_was_never_evaluated_does_no_harm(folder):
    cell = (
        "from __future__ import annotations\n"
        + SIGMOID.replace("(z)", "(z: Array) -> Array", 1).lstrip()
    )
    words = said_of("sigmoid", cell)
    assert "Kept in mine.py." in words or "Array" in words


def test_a_number_imported_from_elsewhere_is_imported(folder):
    cell = "from sys import maxsize\n" + CENTRAL.replace("2 * h", "2 * h + 0 * maxsize")
    words = said_of("central_difference", cell)
    assert "lives in this notebook only" not in words


# The record.


def test_one_entry_that_cannot_be_read_takes_no_other_with_it(folder):
    check(nudge_ratio=6)
    path = folder / "progress.json"
    text = path.read_text(encoding="utf-8")
    spoilt = text.replace('"nudge_ratio"', '"mine": "a note", "nudge_ratio"')
    path.write_text(spoilt, encoding="utf-8")
    check(ran(SIGMOID)["sigmoid"])
    assert {"nudge_ratio", "sigmoid"} <= set(record.read(folder))


def test_what_passed_is_kept_where_the_record_cannot_be_written(folder):
    (folder / "progress.json").mkdir()
    assert "Kept in mine.py." in said_of("sigmoid", SIGMOID)
    assert is_learners("sigmoid")


class Silly:
    def __str__(self):
        raise RuntimeError


@pytest.mark.parametrize("answer", [Silly(), 10**5000], ids=["object", "number"])
def test_a_prediction_never_raises(answer):
    assert not check(prediction_3_1=answer).attempted
    assert progress()


def test_a_name_is_not_imported_from_within_bpkit():
    from numpy.typing import NDArray

    assert import_line("NDArray", NDArray) == "from numpy.typing import NDArray"


# In kernels: where things are kept, and what the next kernel finds.

BEGIN = "import numpy as np\nfrom bpkit import check, yours"


def kernel(folder, *cells):
    """Run cells in a kernel of their own that starts in a folder; return its text."""
    return run_notebook(folder, cells)


@pytest.mark.slow
def test_the_folder_may_change_before_bpkit_is_imported(tmp_path):
    here, other = tmp_path / "here", tmp_path / "other"
    here.mkdir()
    other.mkdir()
    kernel(
        here, f"import os; os.chdir({str(other)!r})", BEGIN, SIGMOID, "check(sigmoid)"
    )
    assert list(other.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="a folder in use stays there")
def test_bpkit_can_be_imported_where_the_folder_was_deleted():
    code = (
        "import os, sys, tempfile\n"
        "sys.path[:] = [os.path.abspath(p) for p in sys.path]\n"
        "d = tempfile.mkdtemp(); os.chdir(d); os.rmdir(d)\n"
        "import bpkit; print(bpkit.check(nudge_ratio=6).passed)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert done.stdout == "True\n", done.stderr


@pytest.mark.slow
def test_a_deleted_folder_is_not_made_again(tmp_path):
    here = tmp_path / "here"
    here.mkdir()
    delete = f"import shutil; shutil.rmtree({str(here)!r})"
    said = kernel(here, BEGIN, delete, SIGMOID, "check(sigmoid)")
    assert "Not kept" in said
    assert not here.exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "importing", "called", "first"),
    [
        ("h.py", "from h import twice", "twice(h)", "import os; os.chdir('/')"),
        ("src/h.py", "sys.path.append('src'); from h import twice", "twice(h)", ""),
        ("pkg/sub.py", "import pkg.sub", "pkg.sub.twice(h)", ""),
    ],
    ids=["beside", "path", "package"],
)
def test_what_is_kept_is_there_in_the_next_kernel(
    tmp_path, module, importing, called, first
):
    path = tmp_path / module
    path.parent.mkdir(exist_ok=True)
    path.write_text(TWICE, encoding="utf-8")
    central = BY_TWICE.replace("twice(h)", called)
    told = kernel(
        *(tmp_path, f"import sys; {importing}", BEGIN, SIGMOID, central),
        "print(check(sigmoid))\nprint(check(central_difference))",
    )
    kept = ["sigmoid", "central_difference"][: told.count("Kept in mine.py.")]
    assert "sigmoid" in kept
    names = ", ".join(map(repr, kept))
    said = kernel(tmp_path, BEGIN, first, f"yours({names});")
    assert said.strip() == f"Yours, from mine.py: {', '.join(kept)}"


@pytest.mark.slow
def test_bpkit_check_hands_on_what_the_notebook_itself_defines(tmp_path):
    cells = [BEGIN, SIGMOID, "check(sigmoid)", "sigmoid = yours('sigmoid')"]
    nbformat.write(notebook_of(cells), tmp_path / "a.ipynb")
    result = tmp_path / "verdicts.json"
    words = ["-m", "bpkit", "check", str(tmp_path / "a.ipynb"), "--json", str(result)]
    subprocess.run([sys.executable, *words], capture_output=True, check=False)
    [row] = [r for r in json.loads(result.read_text()) if r["exercise"] == "sigmoid"]
    assert (row["verdict"], row["message"]) == ("Correct", "Right on every case.")
