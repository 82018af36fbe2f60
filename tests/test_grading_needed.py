"""The slice of a notebook means for its answers what a run from top to bottom means."""

import pytest
from submissions import handed_in, right, rows, slipped, untouched

from bpkit.exercises import bank
from bpkit.grading.box import PlainBox
from bpkit.grading.needed import Notebook
from bpkit.grading.run import names_of


def kept(name, *cells):
    """Return the statements that a name needs, one a line."""
    needed = Notebook(list(cells)).needed([name])
    assert needed.doubt == ""
    lines = [line for _, text in needed.cells for line in text.splitlines()]
    return [line for line in lines if line.strip()]


def doubt(name, *cells):
    return Notebook(list(cells)).needed([name]).doubt


def test_what_binds_a_name_is_kept_and_no_more():
    cells = "import numpy as np\nother = 1 / 0", "a = np.ones(2)\nb = 2", "c = a + 1"
    assert kept("c", *cells) == ["import numpy as np", "a = np.ones(2)", "c = a + 1"]


def test_what_a_function_looks_up_is_kept_with_it():
    cell = "def f(x):\n    return [helper(v) for v in x]"
    assert kept("f", "def helper(v): return K * v", cell, "K = 3", "z = 1") == [
        "def helper(v): return K * v",
        *cell.splitlines(),
        "K = 3",
    ]


def test_a_name_inside_a_function_is_another():
    assert kept(
        "f", "x = 1 / 0", "def f(x):\n    y = x\n    return y", "y = 1 / 0"
    ) == [*("def f(x):", "    y = x", "    return y")]


def test_a_decorator_is_kept_with_its_function_and_what_it_is():
    cells = "from functools import cache, wraps", "@cache\ndef f(x):\n    return x"
    assert kept("f", *cells) == [cells[0], "@cache", "def f(x):", "    return x"]


@pytest.mark.parametrize(
    "change",
    [
        "a += 1",
        "a[0] = 1",
        "a.shape = 2, 1",
        "a.sort()",
        "a.T[0].fill(1)",
        "del a[0]",
        "fill(a)",
        "fill(*a)",
        "fill(out=a)",
        "for k in range(3): a.append(k)",
        "for a[0] in range(3): pass",
        "if True: a.append(1)",
        "with open('x') as file: fill(a)",
        "try: fill(a)\nexcept ValueError: pass",
        "last = a.pop()",
        "(a := [1])",
        "a, b = 1, 2",
        "[*a, b] = 1, 2",
        "import numpy as a",
        "import a.b",
        "from numpy import ones as a",
        "class a: pass",
        "global a\na = 1",
        "match [1]:\n    case [a]: pass",
        "for _ in range(2):\n    with open('x') as a: pass",
        "%time a = 1",
        "%%time\na = 1",
        "%%capture out\na = 1",
        "from numpy import *",
    ],
)
def test_what_may_change_a_name_is_kept(change):
    last = change.splitlines()[-1].removeprefix("%time ").strip()
    assert last in [s.strip() for s in kept("f", "a = []", "def f(): return a", change)]


@pytest.mark.parametrize(
    "look",
    [
        "print(a)",
        "check(f)",
        "show(a)",
        "plot = draw(a)",
        "print(len(a), f(a))",
        "np.sum([1])",
        "def g(): a.append(1)",
        "other.append(1)",
        "g = lambda: a.clear()",
        "%%bash\na=1",
        "%%html\n<b>a</b>",
        "!ls a",
        "while True: pass",
    ],
)
def test_what_only_looks_is_not_run(look):
    cells = "import numpy as np", "a = []", "def f(): return a", "other = []"
    expected = ["a = []", "def f(): return a"]
    if "f(a)" in look:  # whatever else f is handed, it may change
        expected.append(look)
    assert kept("f", *cells, look) == expected


def test_a_torn_cell_takes_no_other_along():
    notebook = Notebook(["def f(:", "a = 1", "x = '", "\0"])
    assert notebook.needed(["a"]).cells == [(2, "a = 1\n")]


@pytest.mark.parametrize(
    "trick",
    [
        "exec('b = 1')",
        "globals()['b'] = 1",
        "vars()['b'] = 1",
        "import sys\nsetattr(sys.modules['__main__'], 'b', 1)",
        "%run helpers.py",
    ],
)
def test_a_name_that_may_be_bound_out_of_sight_is_a_doubt(trick):
    cells = "def f(): return b", trick
    assert doubt("f", *cells) == "names are bound by exec, globals or %run"
    assert doubt("f", *cells, "b = 1") == ""


def test_an_answer_with_tricks_is_a_doubt():
    assert doubt("f", "def f(): return eval('b')") == "its answers use eval"
    assert doubt("g", "def f(): return eval('b')", "g = 1") == ""


def test_the_lines_keep_their_numbers():
    cell = "# a comment\n\nx = 1\n\n@cache\ndef f():\n    return x\n\ny = 2"
    ((number, text),) = Notebook(["", cell]).needed(["f"]).cells
    assert number == 2
    lines = ["", "", "x = 1", "", "@cache", "def f():", "    return x"]
    assert text.splitlines() == lines


def test_two_statements_in_a_line_are_two():
    assert kept("b", "a = 1 / 0; b = 2") == ["b = 2"]
    assert kept("b", "a = 1; b = a; c = 1 / 0") == ["a = 1", "b = a"]
    assert kept("f", "a = '''\n'''; f = 1") == ["f = 1"]


def test_where_a_name_is_bound_is_known():
    cells = "f = 1", "g = 1", "def f(): ...", "def g():\n    f = 1", "del f"
    assert Notebook(list(cells)).bound_in("f") == [1, 3, 5]


@pytest.mark.parametrize("answer", [right, slipped, untouched])
@pytest.mark.parametrize("lesson", range(1, 11))
def test_the_slice_of_a_lesson_is_small_and_without_doubt(lesson, answer):
    notebook = Notebook(handed_in(lesson, answer))
    needed = notebook.needed(names_of(lesson))
    assert needed.doubt == ""
    assert len(needed.cells) < len(notebook.sources) / 2
    assert not [text for _, text in needed.cells if "explore(" in text]


EXPECTED = {right: "Correct", slipped: "Not correct", untouched: "Not yet"}


@pytest.mark.long
@pytest.mark.parametrize("answer", [right, untouched])
@pytest.mark.parametrize("lesson", range(1, 11))
def test_every_exercise_is_judged_by_its_slice(lesson, answer, tmp_path):
    # With right answers, and without any, the lessons are run to their end elsewhere.
    found = rows(PlainBox(), tmp_path, lesson, handed_in(lesson, answer))
    verdicts = {n: row.verdict for n, row in found.items() if n in bank()}
    assert verdicts == dict.fromkeys(verdicts, EXPECTED[answer])
    assert {row.note for row in found.values()} == {""}


@pytest.mark.long
@pytest.mark.parametrize("lesson", range(1, 11))
def test_mistakes_are_found_by_the_slice(lesson, tmp_path):
    found = rows(PlainBox(), tmp_path, lesson, handed_in(lesson, slipped))
    verdicts = {n: row.verdict for n, row in found.items() if n in bank()}
    assert verdicts == dict.fromkeys(verdicts, "Not correct")


def mixed(exercise):
    """Return an answer that is right, wrong or none, by the exercise's place."""
    place = list(bank()).index(exercise.name)
    return (right, slipped, untouched)[place % 3](exercise)


@pytest.mark.long
@pytest.mark.parametrize("lesson", [1])
def test_the_slice_and_the_whole_notebook_agree(lesson, tmp_path):
    sources = handed_in(lesson, mixed)
    by_slice = rows(PlainBox(), tmp_path, lesson, sources)
    # A definition that nobody calls, but that raises a doubt.
    last = names_of(lesson)[-1]
    trick = f"def never(): exec('')\n\n\n{last} = (never, {last})[1]"
    doubtful = [*sources, trick]
    whole = rows(PlainBox(), tmp_path, lesson, doubtful)
    assert {row.note.split(": ")[1].split(";")[0] for row in whole.values()} == {
        "the whole notebook was run"
    }
    said = [
        {n: (r.verdict, r.message) for n, r in f.items()} for f in (by_slice, whole)
    ]
    assert said[0] == said[1]


def test_a_long_chain_of_names_is_followed_to_its_beginning():
    chain = ["a0 = 1", *(f"a{k} = a{k - 1}" for k in range(1, 1000))]
    needed = Notebook(["\n".join(chain), "def f(x):\n    return a999"]).needed(["f"])
    assert needed.cells[0] == (1, "\n".join(chain) + "\n")
