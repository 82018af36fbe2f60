"""What happens to notebooks: four right answers, and an accident beside them."""

import re

import pytest
from submissions import box_or_skip, handed_in, rows

from bpkit.exercises import bank
from bpkit.grading.box import PlainBox

pytestmark = pytest.mark.long

FOUR = ["bias_gradient", "weight_gradient", "forward_pass", "backprop"]
WRONG = "def backprop(weights, biases, x, y):\n    return 0"
FORGED = 'bpkit-verdicts:[["backprop","Correct","","Right on every case."]]'

# A cell that comes before all others, or after them, and costs no answer anything.
HARMLESS = {
    "bpkit and check are other things": (-1, "bpkit = 3\ncheck = lambda *a: True"),
    "print prints nothing": (-1, "print = lambda *a, **k: None"),
    "Python's own print prints nothing": (
        -1,
        "import builtins\nbuiltins.print = lambda *a, **k: None",
    ),
    "another stream is the output": (-1, "import sys, io\nsys.stdout = io.StringIO()"),
    "the output is closed": (-1, "import sys\nsys.stdout.close()"),
    "errors are hidden": (
        -1,
        "def hide(self, kind, error, tb, tb_offset=None): pass\n"
        "get_ipython().set_custom_exc((Exception,), hide)",
    ),
    "a window for pictures": (0, "%matplotlib qt"),
    "an endless loop": (-1, "while True: pass"),
    "the process ends itself": (-1, "import os\nos._exit(1)"),
    "a question": (-1, "name = input('Who are you? ')"),
    "the program ends": (-1, "import sys\nsys.exit(0)"),
    "quit": (-1, "quit()"),
    "an error": (-1, "1 / 0"),
    "a torn cell": (-1, "for i in range(3)\n  print(i)"),
    "a forged verdict is printed": (-1, f"print('{FORGED}')"),
    "numpy's tools are replaced": (
        0,
        "import numpy as np\nnp.testing.assert_allclose = None\nmean = np.mean\n"
        "np.mean = lambda *a, **k: 2 * mean(*a, **k)",
    ),
    "numpy is strict and brief": (
        -1,
        "import numpy as np\nnp.seterr(all='raise')\nnp.set_printoptions(precision=2)",
    ),
    "warnings are errors": (0, "import warnings\nwarnings.simplefilter('error')"),
    "another folder": (-1, "import os\nos.chdir('/')"),
    "a cell that awaits": (-1, "import asyncio\nawait asyncio.sleep(0.1)"),
    "a great deal is printed": (-1, "for i in range(20_000): print('x' * 100)"),
    "a thread lives on": (
        -1,
        "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(1000,)).start()",
    ),
    "an extension is missing": (0, "%load_ext line_profiler"),
    "a command of the shell": (0, "!pip --version"),
}

# A cell after all others that changes what `backprop` is; the three others are right.
CHANGING = {
    "its name is taken": (
        "for backprop in range(3): pass",
        "Not correct",
        "must be a function; got 2",
    ),
    "a hook prints a forged verdict": (
        "get_ipython().events.register('post_run_cell', lambda r: print("
        f"'{FORGED}'))\n{WRONG}",
        "Not correct",
        "Came: 0",
    ),
    "the judge is replaced": (
        "import bpkit.exercises.judge as j\nfrom bpkit.exercises.verdict import *\n"
        f"j.compare = lambda e, a: Verdict(e.name, True, True, None, '')\n{WRONG}",
        "Not correct",
        "Came: 0",
    ),
    "it hands on": (
        "import bpkit\ndef backprop(weights, biases, x, y):\n"
        "    return bpkit.backprop(weights, biases, x, y)",
        "Not correct",
        "bpkit's own backprop: write it yourself",
    ),
    "a stub is pasted again": (
        "def backprop(weights, biases, x, y):\n    ...",
        "Not yet",
        "No answer yet.",
    ),
    "it is deleted": ("del backprop", "Missing", "The notebook does not define it."),
    "bpkit's own is imported over it": (
        "from bpkit import backprop",
        "Missing",
        "bpkit's own function",
    ),
}


def with_cell(place, cell):
    """Return the four right answers with a cell before them or after."""
    sources = handed_in(6)
    return [cell, *sources] if place == 0 else [*sources, cell]


def verdicts(found):
    return {name: row.verdict for name, row in found.items() if name in FOUR}


@pytest.mark.parametrize("accident", HARMLESS)
def test_an_accident_costs_no_answer(accident, tmp_path):
    found = rows(PlainBox(), tmp_path, 6, with_cell(*HARMLESS[accident]))
    assert verdicts(found) == dict.fromkeys(FOUR, "Correct")
    assert {row.note for row in found.values()} == {""}


@pytest.mark.parametrize("accident", CHANGING)
def test_what_an_accident_does_to_one_answer_is_told(accident, tmp_path):
    cell, verdict, words = CHANGING[accident]
    sources = with_cell(-1, cell)
    found = rows(PlainBox(), tmp_path, 6, sources)
    assert verdicts(found) == dict.fromkeys(FOUR, "Correct") | {"backprop": verdict}
    assert words in found["backprop"].message
    last = f"is replaced or deleted in code cell {len(sources)}"
    assert found["backprop"].note.endswith(last)


def test_a_missing_answer_whose_cell_is_no_python_says_which_cell(tmp_path):
    sources = [s for s in handed_in(6) if "def backprop(" not in s]
    sources.append("forward_pass.help = missing")  # another cell that is needed raises
    torn = ["def backprop(w, b, x, y)\n    return 0", "other = ("]
    found = rows(PlainBox(), tmp_path, 6, [*sources, *torn])
    assert found["backprop"].verdict == "Missing"
    [where] = re.findall(r"code cell (\d+) is no Python: Sy", found["backprop"].note)
    assert int(where) == len(sources) + 1
    assert found["forward_pass"].note == ""


def test_all_of_bpkit_imported_over_the_answers_is_told(tmp_path):
    sources = with_cell(-1, "from bpkit import *")
    found = rows(PlainBox(), tmp_path, 6, sources)
    lost = {"forward_pass": "Missing", "backprop": "Missing"}
    assert verdicts(found) == dict.fromkeys(FOUR, "Correct") | lost
    last = f"is replaced or deleted in code cell {len(sources)}"
    assert found["backprop"].note.endswith(last)


@pytest.mark.parametrize("isolation", ["process", "bwrap"])
@pytest.mark.parametrize("file", ["bpkit.py", "numpy.py", "random.py"])
def test_a_file_of_a_package_s_name_costs_no_answer(isolation, file, tmp_path):
    (tmp_path / file).write_text("x = 1\n", encoding="utf-8")
    found = rows(box_or_skip(isolation), tmp_path, 6, handed_in(6))
    assert verdicts(found) == dict.fromkeys(FOUR, "Correct")


@pytest.mark.parametrize("isolation", ["process", "bwrap"])
def test_a_module_of_the_learner_s_is_there(isolation, tmp_path):
    imports = "import numpy as np\nfrom bpkit import sigmoid, sigmoid_prime\n\n"
    helpers = imports + bank()["backprop"].source
    (tmp_path / "helpers.py").write_text(helpers, encoding="utf-8")
    sources = with_cell(-1, "from helpers import backprop")
    found = rows(box_or_skip(isolation), tmp_path, 6, sources)
    assert verdicts(found) == dict.fromkeys(FOUR, "Correct")


@pytest.mark.parametrize(
    "way", ["sys.path.append('lib')", "sys.path.insert(0, 'lib')", "os.chdir('lib')"]
)
def test_a_module_is_found_on_the_way_that_the_notebook_makes(way, tmp_path):
    lib = tmp_path / "lib"
    lib.mkdir()
    (lib / "halves.py").write_text("half = 0.5", encoding="utf-8")
    begin = f"import os, sys\nsys.path.append('')\n{way}"
    use = "def backprop(*given):\n    assert half == 0.5\n    return right(*given)"
    right = bank()["backprop"].source.replace("def backprop", "def right")
    begun = [begin, f"from halves import half\n{right}", use]
    found = rows(PlainBox(), tmp_path, 6, [*handed_in(6), *begun])
    assert found["backprop"].verdict == "Correct"
