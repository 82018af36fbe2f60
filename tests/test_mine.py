"""What a learner builds is kept in mine.py, handed on by `yours`, and never lost."""

import json
import os
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import nbclient
import nbformat
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from notebooks import said_in
from tools import ran

import bpkit
from bpkit import check, delivery, mine, progress, yours
from bpkit.exercises import SHORT_PATH, bank, predictions
from bpkit.mine import record, shelf
from bpkit.mine.module import BEGINNING, Module, with_functions

SIGMOID = """
def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(np.asarray(z) < 0, e, 1.0) / (1 + e)
"""
PRIME = """
def sigmoid_prime(z):
    a = sigmoid(z)
    return a * (1 - a)
"""


@pytest.fixture
def notebook():
    """Return what runs a cell in one notebook, and gives its names."""
    names = ran("")
    return lambda cell: ran(cell, names)


def text_of(folder):
    return (folder / "mine.py").read_text(encoding="utf-8")


def test_what_passes_is_kept_in_the_order_of_the_lessons(folder, notebook):
    names = notebook(SIGMOID + PRIME)
    assert "Kept in mine.py." in check(names["sigmoid_prime"]).message
    cost = "from math import fsum\n\n\ndef quadratic_cost(a, y):\n"
    cost += "    return fsum(((a - y) ** 2).ravel()) / 2 / a.shape[1]\n"
    check(notebook(cost)["quadratic_cost"])
    check(names["sigmoid"])
    slope = (
        "def central_difference(f, x, h):\n    return (f(x + h) - f(x - h)) / (2 * h)\n"
    )
    check(notebook(slope)["central_difference"])
    there = text_of(folder)
    order = [
        *("My own library", "import numpy as np\n", "from math import fsum\n"),
        *("# Lesson 1: slopes", "def central_difference(", "def sigmoid("),
        *("def sigmoid_prime(", "# Lesson 2: ", "def quadratic_cost("),
    ]
    places = [there.index(part) for part in order]
    assert places == sorted(places)
    assert there.count("def sigmoid(") == there.count("# Lesson 1") == 1
    held = shelf.held(folder)
    assert held["sigmoid"](0.0) == 0.5


def test_a_newer_one_takes_the_place_and_all_else_stays(folder, notebook):
    by_hand = "import numpy as np\r\nx = '''a\r\n\x0c  b'''  # mine\r\n"
    old = "def sigmoid(z):  # old\r\n    return 1 / (1 + np.exp(-z))\r\n"
    after = "\r\nif x:\r\n\tprint('hello')"
    path = folder / "mine.py"
    path.write_bytes((by_hand + old + after).encode())
    verdict = check(notebook(SIGMOID)["sigmoid"])
    assert "Kept in mine.py." in verdict.message
    new = SIGMOID.strip().replace("\n", "\r\n") + "\r\n"
    assert path.read_bytes().decode() == by_hand + new + after


def test_a_helper_and_its_own_helper_come_before_what_uses_them(folder, notebook):
    cell = """
import functools as ft
from numpy import exp as e_to_the

def decay(z: np.ndarray) -> np.ndarray:
    return e_to_the(-abs(z))

def same(f):
    @ft.wraps(f)
    def inner(z):
        return f(z)
    return inner

@same
def sigmoid(z, one=abs(-1)):
    # ½ at 0
    e = decay(z)
    return np.where(np.asarray(z) < 0, e, one) / (one + e)
"""
    verdict = check(notebook(cell)["sigmoid"])
    assert "Kept in mine.py." in verdict.message
    there = text_of(folder)
    assert there.index("def decay") < there.index("@same\ndef sigmoid")
    assert there.index("def same") < there.index("@same\ndef sigmoid")
    assert "from numpy import exp as e_to_the\n" in there
    assert "import functools as ft\n" in there
    assert "# ½ at 0" in there


VALUE = """
class Value:
    # one number
    def __init__(self, data, parents=(), slopes=()):
        self.data, self.parents, self.slopes = data, parents, slopes

    def __add__(self, other):
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        return Value(self.data * other.data, (self, other), swapped(self, other))
"""
SWAPPED = "def swapped(x, y):\n    return y.data, x.data\n"


def test_a_class_is_kept_with_its_helpers_and_handed_on(folder, notebook, capsys):
    names = notebook("from dataclasses import dataclass\n\n" + SWAPPED + VALUE)
    assert "Kept in mine.py." in check(names["Value"]).message
    there = text_of(folder)
    assert there.index("# Lesson 4") < there.index("def swapped")
    assert there.index("def swapped") < there.index("class Value:\n    # one number")
    theirs = yours("Value")
    assert capsys.readouterr().out == "Yours, from mine.py: Value\n"
    assert (theirs.__module__, (theirs(2.0) * theirs(3.0)).data) == ("mine", 6.0)


def test_a_newer_class_takes_the_place_of_the_older(folder, notebook):
    check(notebook(SWAPPED + VALUE)["Value"])
    newer = """
@dataclass(eq=False)
class Value:
    data: float
    parents: tuple = ()
    slopes: tuple = ()

    def __add__(self, other):
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        return Value(self.data * other.data, (self, other), (other.data, self.data))
"""
    cell = "from dataclasses import dataclass\n" + newer
    assert "Kept in mine.py." in check(notebook(cell)["Value"]).message
    there = text_of(folder)
    assert there.count("class Value") == there.count("@dataclass(eq=False)\n") == 1
    assert "# one number" not in there
    assert "from dataclasses import dataclass\n" in there


def test_a_class_that_is_not_at_home_is_not_kept(folder, notebook):
    assert "bpkit's own Value" in check(yours("Value")).message
    hidden = notebook(f"exec({SWAPPED + VALUE!r}, globals())")["Value"]
    assert "the source of Value is not to be found" in check(hidden).message
    assert not (folder / "mine.py").exists()


NOT_KEPT = {
    "a global": ("ONE = 1\nDEF 0.5 * (ONE + np.tanh(z / 2))", "sigmoid uses ONE"),
    "a list": (
        "calls = []\nDEF calls.append(z) or 0.5 * (1 + np.tanh(z / 2))",
        "sigmoid uses calls",
    ),
    "a class": (
        "class A:\n    b = 1\nDEF 0.5 * (A.b + np.tanh(z / 2))",
        "sigmoid uses A",
    ),
    "a lambda": ("sigmoid = lambda z: 0.5 * (1 + np.tanh(z / 2))", "is a lambda"),
    "its lambda": (
        "half = lambda z: z / 2\nDEF half(1 + np.tanh(half(z)))",
        "half is a lambda",
    ),
    "a closure": (
        "def make(one):\n    DEF 0.5 * (one + np.tanh(z / 2))\n    return sigmoid\n"
        "sigmoid = make(1)",
        "uses one of the function around it",
    ),
    "an object": (
        "class A:\n    def __call__(self, z): return 0.5 * (1 + np.tanh(z / 2))\n"
        "sigmoid = A()",
        "is no plain function",
    ),
    "no source": (f"exec({SIGMOID!r}, globals())", "source of sigmoid is not"),
    "another name": (
        SIGMOID.replace("def sigmoid", "def squash") + "sigmoid = squash",
        "begin it with def sigmoid",
    ),
}


@pytest.mark.parametrize("cell", NOT_KEPT)
def test_what_cannot_be_kept_is_said_with_what_to_do(folder, notebook, cell):
    source, words = NOT_KEPT[cell]
    source = source.replace("DEF", "def sigmoid(z): return")
    verdict = check(sigmoid=notebook(source)["sigmoid"])
    assert verdict.passed
    assert "Not kept in mine.py: " in verdict.message
    assert words in verdict.message
    assert not (folder / "mine.py").exists()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("def half(:\n", "is no Python that can be read (line 1)"),
        ("raise ValueError('no')\n", "cannot be imported (ValueError)"),
        ("import sys\nsys.exit(3)\n", "cannot be imported (SystemExit)"),
        ("while True:\n    pass\n", "does not end within"),
        ("import numpy\nnumpy.exp = abs\n", "cannot be imported (numpy.exp)"),
        ("import not_there_at_all\n", "cannot be imported (ModuleNotFoundError)"),
        (b"x = '\xe4'\n", "is not in UTF-8"),
    ],
)
def test_a_file_that_does_harm_is_left_alone(folder, notebook, monkeypatch, text, why):
    monkeypatch.setattr(shelf, "SECONDS", 0.3)
    path = folder / "mine.py"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    before = path.read_bytes()
    verdict = check(notebook(SIGMOID)["sigmoid"])
    assert verdict.passed
    assert f"mine.py {why}" in verdict.message
    assert path.read_bytes() == before
    assert yours("sigmoid") is bpkit.sigmoid


def test_a_file_that_prints_is_silent(folder, notebook, capsys):
    (folder / "mine.py").write_text("print('hello')\n", encoding="utf-8")
    check(notebook(SIGMOID)["sigmoid"])
    yours("sigmoid")
    assert capsys.readouterr().out == "Yours, from mine.py: sigmoid\n"


@pytest.mark.parametrize(
    "text",
    [
        "from __future__ import annotations\nfrom dataclasses import dataclass\n\n"
        "@dataclass\nclass Point:\n    x: float = 0\n",
        "import pickle\ndef inner(): pass\npickle.dumps(inner)\n",
    ],
)
def test_a_file_finds_itself_while_it_is_imported(folder, notebook, text):
    there = sys.modules.get("mine")
    (folder / "mine.py").write_text(text, encoding="utf-8")
    assert "Kept in mine.py." in check(notebook(SIGMOID)["sigmoid"]).message
    assert sys.modules.get("mine") is there


BY_HAND = {
    "a comment that looks like a heading, in a function": (
        "def foo(q):\n    a = q\n# Lesson 1 is hard\n    return a\n"
    ),
    "a text that looks like an import": 'TEXT = """\nfrom bpkit import sigmoid\n"""\n',
    "an import of several": "import os, numpy as np\n",
    "a text that looks like a heading": 'TEXT = """\n# Lesson 1: x\n"""\n',
}


@pytest.mark.parametrize("text", BY_HAND.values(), ids=BY_HAND)
def test_what_is_written_by_hand_is_left_whole(folder, notebook, text):
    path = folder / "mine.py"
    path.write_text(text, encoding="utf-8")
    assert "Kept in mine.py." in check(notebook(SIGMOID)["sigmoid"]).message
    assert text in text_of(folder)
    assert text_of(folder).count("numpy as np") == 1


def test_a_first_line_for_the_shell_stays_the_first(folder, notebook):
    (folder / "mine.py").write_text("#!/usr/bin/python\nx = 1\n", encoding="utf-8")
    check(notebook(SIGMOID)["sigmoid"])
    assert text_of(folder).startswith("#!/usr/bin/python\nimport numpy as np\n\nx = 1")


BY_HAND_TOO = {
    "a function that nobody uses": "def twice(x):\n    return 'by hand'\n",
    "a function that a line uses": "def twice(x):\n    return 3 * x\n\nx = twice(2)\n",
    "a variable": "twice = 2\n",
    "an import": "from math import exp as twice\n",
}


@pytest.mark.parametrize("text", BY_HAND_TOO.values(), ids=BY_HAND_TOO)
def test_a_helper_takes_the_place_of_nothing_written_by_hand(folder, notebook, text):
    (folder / "mine.py").write_text(text, encoding="utf-8")
    cell = "def twice(x):\n    return 2 * x\n\n\ndef central_difference(f, x, h):\n"
    cell += "    return (f(x + h) - f(x - h)) / twice(h)\n"
    verdict = check(notebook(cell)["central_difference"])
    assert "mine.py has another twice" in verdict.message
    assert text_of(folder) == text


def test_a_helper_of_the_older_version_is_replaced_with_it(folder, notebook):
    for k in (2, 4):
        cell = f"def some(x):\n    return {k} * x\n\n\n"
        cell += "def central_difference(f, x, h):\n"
        cell += f"    return (f(x + h) - f(x - h)) / some(h) * {k // 2}\n"
        verdict = check(notebook(cell)["central_difference"])
        assert "Kept in mine.py." in verdict.message
        assert f"return {k} * x" in text_of(folder)


def test_an_import_changes_no_name_that_another_function_uses(folder, notebook):
    squash = SIGMOID.replace("np.exp", "exp")
    check(notebook("from numpy import exp\n" + squash)["sigmoid"])
    before = text_of(folder)
    cell = "from math import exp\n\ndef forward_difference(f, x, h):\n"
    cell += "    return (f(x + h) - f(x)) / h * exp(0)\n"
    verdict = check(notebook(cell)["forward_difference"])
    assert "mine.py has another exp, which sigmoid uses" in verdict.message
    assert text_of(folder) == before


def test_a_new_decorator_comes_before_what_is_there_already(folder, notebook):
    check(notebook(SIGMOID)["sigmoid"])
    same = "import functools\n\ndef same(f):\n    @functools.wraps(f)\n"
    same += "    def inner(z):\n        return f(z)\n    return inner\n\n@same"
    assert "Kept in mine.py." in check(notebook(same + SIGMOID)["sigmoid"]).message
    assert "    return inner\n\n\n@same\ndef sigmoid(" in text_of(folder)


def test_what_would_spoil_the_file_is_said_of_the_function(folder, notebook):
    names = notebook("one = 1" + SIGMOID.replace("(z)", "(z, k=one)", 1))
    del names["one"]
    verdict = check(names["sigmoid"])
    assert "sigmoid names one, which is defined nowhere" in verdict.message
    assert not (folder / "mine.py").exists()


def test_a_newer_version_spoils_no_answer_that_uses_it(folder, notebook):
    older = SIGMOID.replace("(z)", "(z, one=1)", 1)
    prime = PRIME.replace("sigmoid(z)\n", "sigmoid(z, one=1)\n")
    check(notebook(older + prime)["sigmoid_prime"])
    before = text_of(folder)
    names = notebook(SIGMOID)
    verdict = check(names["sigmoid"])
    assert "with it, your sigmoid_prime would not pass any more" in verdict.message
    assert text_of(folder) == before
    assert "Kept in mine.py." in check(notebook(PRIME)["sigmoid_prime"]).message
    assert text_of(folder).count("one=") == 0


def test_what_python_warned_of_is_not_said_again(folder, notebook):
    with warnings.catch_warnings(action="ignore"):
        names = notebook(SIGMOID.replace("    e =", '    "\\sigma"\n    e ='))
    with warnings.catch_warnings(record=True, action="always") as warned:
        check(names["sigmoid"])
        assert yours("sigmoid").__module__ == "mine"
    assert warned == []


def test_an_import_by_hand_stays_when_a_newer_version_passes(folder, notebook):
    text = "import numpy as np\nfrom bpkit import sigmoid\n" + SIGMOID
    (folder / "mine.py").write_text(text, encoding="utf-8")
    newer = SIGMOID.replace("e)\n", "e)  # newer\n")
    check(notebook(newer)["sigmoid"])
    assert text_of(folder) == text.replace(SIGMOID, newer)


def test_another_helper_of_the_same_name_is_not_replaced(folder, notebook):
    twice = "def twice(x):\n    return 2 * x\n\n\n"
    slope = "def {}(f, x, h):\n    return (f(x + h) - f({})) / {}\n"
    first = twice + slope.format("central_difference", "x - h", "twice(h)")
    assert "Kept" in check(notebook(first)["central_difference"]).message
    before = text_of(folder)
    other = twice.replace("2 * x", "x") + slope.format(
        "forward_difference", "x", "twice(h)"
    )
    verdict = check(notebook(other)["forward_difference"])
    assert "has another twice, which central_difference uses" in verdict.message
    assert text_of(folder) == before


def test_a_helper_that_is_an_exercise_must_pass_too(folder, notebook):
    wrong = SIGMOID.replace("1.0) / (1 + e)", "1.0) / (1 + e) + 0.25")
    right = "def sigmoid_prime(z):\n    a = sigmoid(z) - 0.25\n    return a * (1 - a)\n"
    verdict = check(notebook(wrong + right)["sigmoid_prime"])
    assert verdict.passed
    assert "uses your sigmoid, which does not pass" in verdict.message
    assert not (folder / "mine.py").exists()


def test_yours_are_handed_on_and_said(folder, notebook, capsys):
    names = notebook(SIGMOID + PRIME)
    check(names["sigmoid"])
    sigmoid, prime = yours("sigmoid", "sigmoid_prime")
    assert sigmoid.__module__ == "mine"
    assert prime is bpkit.sigmoid_prime
    assert capsys.readouterr().out == (
        "Yours, from mine.py: sigmoid\n"
        "From bpkit, until yours has passed: sigmoid_prime\n"
    )
    check(names["sigmoid_prime"])
    prime = yours("sigmoid_prime")
    assert prime.__module__ == "mine"
    assert prime.__globals__["sigmoid"].__module__ == "mine"


def test_a_function_from_mine_is_used_by_the_next(folder, notebook):
    check(notebook(SIGMOID)["sigmoid"])
    names = notebook("from bpkit import yours\nsigmoid = yours('sigmoid')\n" + PRIME)
    assert "Kept" in check(names["sigmoid_prime"]).message
    assert "import" not in text_of(folder).replace("import numpy as np", "")


def test_bpkits_stands_in_within_the_file_until_yours_has_passed(folder, notebook):
    names = notebook("from bpkit import sigmoid\n" + PRIME)
    check(names["sigmoid_prime"])
    assert "from bpkit import sigmoid\n" in text_of(folder)
    check(notebook(SIGMOID)["sigmoid"])
    assert "from bpkit" not in text_of(folder)
    assert yours("sigmoid_prime").__globals__["sigmoid"].__module__ == "mine"


def test_bpkits_in_the_file_is_not_yours(folder, notebook, capsys):
    check(notebook("from bpkit import sigmoid\n" + PRIME)["sigmoid_prime"])
    assert yours("sigmoid") is bpkit.sigmoid
    assert capsys.readouterr().out.startswith("From bpkit, until yours has passed")


@pytest.mark.parametrize("name", ["sigmoid", "central_difference"])
def test_bpkits_own_is_never_yours(folder, notebook, name):
    verdict = check(**{name: yours(name)})
    assert not verdict.passed
    assert f"bpkit's own {name}: write it yourself" in verdict.message
    assert not (folder / "mine.py").exists()


def test_a_function_of_bpkits_that_cannot_be_imported_is_not_copied(folder, notebook):
    cell = "from bpkit import yours\nforward_difference = yours('forward_difference')\n"
    cell += "def central_difference(f, x, h):\n"
    cell += "    return forward_difference(f, x - h, 2 * h)\n"
    verdict = check(notebook(cell)["central_difference"])
    assert verdict.passed
    assert "this forward_difference is bpkit's: write your own" in verdict.message


def test_yours_is_kept_already_though_the_file_has_grown_since(folder, notebook):
    check(notebook(SIGMOID)["sigmoid"])
    sigmoid = yours("sigmoid")
    slope = (
        "def central_difference(f, x, h):\n    return (f(x + h) - f(x - h)) / 2 / h\n"
    )
    check(notebook(slope)["central_difference"])  # above it
    before = text_of(folder)
    assert "Kept in mine.py." in check(sigmoid=sigmoid).message
    assert text_of(folder) == before


def test_yours_from_a_file_that_is_gone_is_to_be_written_again(folder, notebook):
    check(notebook(SIGMOID)["sigmoid"])
    names = notebook("from bpkit import yours\nsigmoid = yours('sigmoid')\n" + PRIME)
    (folder / "mine.py").unlink()
    verdict = check(names["sigmoid_prime"])
    assert "source of sigmoid is not to be found: define it" in verdict.message


def test_what_was_spoilt_by_hand_is_not_used(folder, notebook, capsys):
    names = notebook(SIGMOID + PRIME)
    check(names["sigmoid"], names["sigmoid_prime"])
    capsys.readouterr()
    path = folder / "mine.py"
    path.write_text(text_of(folder).replace("1 + e", "2 + e"), encoding="utf-8")
    some = "sigmoid_prime", "sigmoid"
    assert yours(*some) == (bpkit.sigmoid_prime, bpkit.sigmoid)
    said = capsys.readouterr().out
    assert "From bpkit, until yours has passed: sigmoid_prime, sigmoid\n" in said
    assert "In mine.py, but wrong now: sigmoid_prime, sigmoid\n" in said


def test_a_name_that_no_exercise_has_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match="did you mean sigmoid"):
        yours("sigmiod")
    with pytest.raises(ValueError, match="no exercise asks for a function"):
        yours("nudge_ratio")


def test_progress_outlives_the_kernel(folder, notebook, monkeypatch):
    names = notebook(SIGMOID + "def sigmoid_prime(z):\n    return z\n")
    check(names["sigmoid"], names["sigmoid_prime"])
    check(nudge_ratio=6)
    monkeypatch.setattr(mine, "_verdicts", {})
    told = progress()
    assert "Lesson 1: 2 of 6" in told
    assert "  sigmoid_prime" not in told
    check(quadratic_cost=lambda a, y: 0.0)
    told = progress()
    assert "Lesson 1: 2 of 6" in told
    assert "Lesson 2: 0 of" in told
    assert "quadratic_cost" in told
    entries = record.read(folder)
    assert set(entries["sigmoid_prime"]) == {"tried"}
    assert set(entries["sigmoid"]) == set(entries["nudge_ratio"]) == {"passed"}


def test_progress_knows_the_short_path(folder):
    everything = len(SHORT_PATH)
    assert f"Short path (★): 0 of {everything}, next nudge_ratio in" in progress()
    check(nudge_ratio=6)
    told = progress()
    assert f"Short path (★): 1 of {everything}, next {SHORT_PATH[1]} in" in told
    assert "nudge_ratio ★ " in told
    assert "forward_difference " in told
    assert f"(★): 1 of {everything}, next" in told._repr_html_()


def test_the_short_path_has_an_end():
    stands = dict.fromkeys([*bank(), *predictions()], "Not checked")
    stands |= dict.fromkeys(SHORT_PATH, "Correct (2025-01-31)")
    walked = f"Short path (★): {len(SHORT_PATH)} of {len(SHORT_PATH)}\n"
    assert str(record.Progress(None, stands)).startswith(walked)


def test_progress_shows_the_lesson_of_the_last_check_in_full(folder):
    for answer in ({"nudge_ratio": 6}, {"quadratic_cost": abs}, {"nudge_ratio": 6}):
        check(**answer)
    assert "nudge_ratio" in progress()
    assert "quadratic_cost" not in progress()


def test_a_record_that_cannot_be_read_is_not_begun_anew(folder, monkeypatch):
    check(nudge_ratio=6)
    read_bytes = Path.read_bytes

    def in_use(path):
        if path.name == record.FILE:
            raise PermissionError(13, "in use")
        return read_bytes(path)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", in_use)
        assert "Lesson 1: 0 of 6" in record.Progress(None, dict.fromkeys(bank(), ""))
        assert record.read(folder) == {}
        verdict = check(sigmoid=abs)
    assert "Nothing is kept" in verdict.message
    assert set(record.read(folder)) == {"nudge_ratio"}


def test_a_record_of_somebody_else_s_stays_as_it_is(folder):
    path = folder / "progress.json"
    path.write_text('{"weeks": [1, 2]}', encoding="utf-8")
    assert "progress.json is not bpkit's: rename it" in check(nudge_ratio=6).message
    assert "Lesson 1: 1 of 6" in progress()
    assert path.read_text(encoding="utf-8") == '{"weeks": [1, 2]}'


@pytest.mark.parametrize("text", ["", "[]", "{", '{"exercises": {"sigmoid": 3}}'])
def test_a_spoilt_record_is_begun_anew(folder, text):
    (folder / "progress.json").write_text(text, encoding="utf-8")
    assert "Lesson 1: 0 of 6" in progress()
    check(nudge_ratio=6)
    assert set(record.read(folder)) == {"nudge_ratio"}


def test_nothing_is_written_without_an_answer_or_a_notebook(tmp_path, monkeypatch):
    terminal = Shell(kernel=None, starting_dir=str(tmp_path))
    monkeypatch.setitem(sys.modules, "IPython", terminal)
    check(nudge_ratio=6)  # no notebook runs this
    monkeypatch.setattr(shelf, "folder", lambda: tmp_path)
    check(nudge_ratio=...)
    check(sigmoid=lambda z: ...)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path, monkeypatch, notebook):
    (tmp_path / ".bpkit.lock").mkdir()
    monkeypatch.setattr(shelf, "folder", lambda: tmp_path)
    verdict = check(notebook(SIGMOID)["sigmoid"])
    assert verdict.passed
    assert "cannot be written to" in verdict.message


def test_another_lesson_that_writes_for_long_is_said(folder, notebook, monkeypatch):
    monkeypatch.setattr(shelf, "PATIENCE", 0.1)
    with shelf.locked(folder):
        verdict = check(notebook(SIGMOID)["sigmoid"])
    assert verdict.passed
    assert "another lesson is writing there: check it again" in verdict.message


def test_in_a_browser_it_is_kept_without_a_lock(folder, notebook, monkeypatch):
    monkeypatch.setattr(shelf, "IN_A_BROWSER", True)
    monkeypatch.setitem(sys.modules, "filelock", None)  # it is not required there
    verdict = check(notebook(SIGMOID)["sigmoid"])
    assert "Kept in mine.py." in verdict.message
    names = {path.name for path in folder.iterdir()}
    assert names == {"mine.py", "progress.json"}


@pytest.fixture
def lesson(folder, monkeypatch):
    """Return lesson 1 in a browser's folder, of an older version and worked in."""
    monkeypatch.setattr(shelf, "IN_A_BROWSER", True)
    mine._say_if_outdated.cache_clear()
    (course,) = delivery.lessons_folder().glob("01_*.ipynb")
    older = json.loads(course.read_bytes())
    older["cells"][3]["source"] = "As it was said before."
    copy = folder / course.name
    copy.write_bytes(delivery.stamped(json.dumps(older).encode()))
    work_in(copy)
    return copy


def work_in(copy):
    nb = nbformat.read(copy, as_version=4)
    nb.cells[-1].source += "\nMy own words."
    nbformat.write(nb, copy)


def test_in_a_browser_an_older_copy_of_a_lesson_is_told_once(lesson, capsys):
    check(quadratic_cost=...)  # of another lesson
    assert capsys.readouterr().out == ""
    check(nudge_ratio=...)
    told = " ".join(capsys.readouterr().out.split())
    assert f"There is a newer version of {lesson.name}." in told
    check(nudge_ratio=6)
    assert capsys.readouterr().out == ""


def test_what_a_learner_changed_makes_no_older_copy(lesson, capsys):
    course = delivery.lessons_folder() / lesson.name
    lesson.write_bytes(delivery.stamped(course.read_bytes()))
    work_in(lesson)
    check(nudge_ratio=6)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("content", [b"", b"{}", b'{"metadata": {"bpkit": 3}}'])
def test_a_copy_that_does_not_know_its_version_is_let_be(lesson, content, capsys):
    lesson.write_bytes(content)
    check(nudge_ratio=6)
    assert capsys.readouterr().out == ""


def test_on_a_desktop_nothing_is_said_of_versions(lesson, monkeypatch, capsys):
    monkeypatch.setattr(shelf, "IN_A_BROWSER", False)
    check(nudge_ratio=6)
    assert capsys.readouterr().out == ""


class Shell:
    """An IPython shell, with or without a kernel."""

    def __init__(self, starting_dir, kernel="a kernel", **user_ns):
        self.starting_dir = starting_dir
        self.kernel, self.user_ns = kernel, user_ns

    def get_ipython(self):
        return self


def test_the_folder_is_that_of_the_notebook(tmp_path, monkeypatch):
    here, start = tmp_path / "Übung mit Leerzeichen", tmp_path / "start"
    here.mkdir()
    path = here / "01.ipynb"
    path.touch()
    monkeypatch.setitem(sys.modules, "IPython", Shell(str(start)))
    assert shelf.folder() == start
    in_vs_code = Shell(str(start), __vsc_ipynb_file__=str(path))
    monkeypatch.setitem(sys.modules, "IPython", in_vs_code)
    assert shelf.folder() == here
    monkeypatch.setenv("BPKIT_KEEP", "0")
    assert shelf.folder() is None
    monkeypatch.delenv("BPKIT_KEEP")
    monkeypatch.setitem(sys.modules, "IPython", Shell(str(start), kernel=None))
    assert shelf.folder() is None


@pytest.mark.skipif(os.name == "nt", reason="there, the folder in use cannot be gone")
def test_a_folder_that_is_gone_is_no_hindrance(tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    code = (
        "import os; os.rmdir(os.getcwd()); import bpkit; print(bpkit.yours('sigmoid'))"
    )
    package = Path(bpkit.__file__).parent.parent
    told = subprocess.run(
        [sys.executable, "-c", code],
        cwd=gone,
        env=os.environ | {"PYTHONPATH": str(package)},
        capture_output=True,
        text=True,
    )
    assert "From bpkit" in told.stdout, told.stderr


def test_two_lessons_at_once_do_not_lose_each_others_functions(folder, notebook):
    slope = "def {}(f, x, h):\n    return {}\n"
    names = notebook(
        SIGMOID
        + slope.format("forward_difference", "(f(x + h) - f(x)) / h")
        + slope.format("central_difference", "(f(x + h) - f(x - h)) / (2 * h)")
    )
    some = ("sigmoid", "forward_difference", "central_difference")
    threads = [threading.Thread(target=check, args=(names[n],)) for n in some]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(Module(text_of(folder)).spans) == set(some)
    assert set(record.read(folder)) == set(some)


NAMES = st.sampled_from(["half", "größe", "_part", "n2"])
LINES = st.sampled_from(
    [
        "# a comment",
        "u: float = 1.0",
        '"""Text\n    over lines"""',
        "v = [k for k in range(3)]",
        "w = (lambda q: q)(2)",
        "def inner(a): return a + h",
        "x = x + 0 * helper(x)",
        "assert np.isfinite(h)",
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(helper=NAMES, lines=st.lists(LINES, max_size=4), typed=st.booleans())
def test_what_is_kept_passes_from_the_file(folder, notebook, helper, lines, typed):
    (folder / "mine.py").unlink(missing_ok=True)
    hints = (": float", " -> float") if typed else ("", "")
    body = "\n    ".join(line.replace("helper", helper) for line in lines)
    cell = (
        f"def {helper}(t=0.0, *, k=1):\n    return t * k\n\n\n"
        f"def central_difference(f, x{hints[0]}, h=1e-5){hints[1]}:\n    {body}\n"
        "    return (f(x + h) - f(x - h)) / (2 * h)\n"
    )
    verdict = check(notebook(cell)["central_difference"])
    assert verdict.passed
    assert "Kept in mine.py." in verdict.message
    kept = yours("central_difference")
    assert kept.__module__ == "mine"
    assert (helper in shelf.held(folder)) == any("helper" in line for line in lines)


def test_the_course_s_answers_stand_in_its_order_whatever_the_order_they_pass_in():
    functions = [n for n, e in bank().items() if not e.is_number]
    lessons = {name: e.lesson for name, e in bank().items()}
    titles = dict.fromkeys(lessons.values(), "x")
    for seed in range(5):
        module = Module("")
        for name in np.random.default_rng(seed).permutation(functions):
            source = {str(name): f"def {name}():\n    ...\n"}
            module = with_functions(module, source, {}, lessons, titles)
        assert list(module.spans) == functions
        assert module.text.startswith(BEGINNING)
        headings = [n for n in module.text.splitlines() if n.startswith("# Lesson")]
        assert len(headings) == len(set(headings)) == 10


@pytest.mark.slow
def test_a_notebook_keeps_its_answers_beside_it_and_the_next_one_uses_them(tmp_path):
    here = tmp_path / "Übung mit Leerzeichen"
    here.mkdir()
    first = [
        "import numpy as np\nfrom bpkit import check, progress, yours",
        SIGMOID,
        "import os; os.chdir('/')\ncheck(sigmoid)",
    ]
    second = ["from bpkit import progress, yours", "yours('sigmoid')\nprogress()"]
    outputs = [run_notebook(here, cells) for cells in (first, second)]
    assert "Kept in mine.py." in outputs[0]
    assert "Yours, from mine.py: sigmoid" in outputs[1]
    assert "Lesson 1: 1 of 6" in outputs[1]
    names = {path.name for path in here.iterdir()}
    assert names == {"mine.py", "progress.json", ".bpkit.lock"}


def notebook_of(cells):
    """Return a notebook of code cells."""
    code = [nbformat.v4.new_code_cell(cell) for cell in cells]
    return nbformat.v4.new_notebook(cells=code)


def run_notebook(folder, cells):
    """Run a notebook in a kernel of its own and return what its cells show as text."""
    notebook = notebook_of(cells)
    resources = {"metadata": {"path": str(folder)}}
    nbclient.NotebookClient(
        notebook, kernel_name="python3", resources=resources
    ).execute()
    return said_in(notebook)
