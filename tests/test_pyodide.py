"""How answers are run and stopped in Pyodide, the Python of a browser.

Node runs it, with npm's `pyodide`, wherever Node finds that. It brings no numpy, so
only what needs none but its `errstate` is tried.
"""

import json
import subprocess
from pathlib import Path
from shutil import which

import pytest

ROOT = Path(__file__).parents[1]
RUN = """
const { loadPyodide } = require("pyodide");
const [python, root] = process.argv.slice(1);
loadPyodide().then((pyodide) => {
  pyodide.FS.mkdirTree("/root");
  pyodide.mountNodeFS("/root", root);
  console.log(pyodide.runPython(python));
}).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
"""
BEGIN = """
import contextlib, itertools, json, sys, threading, time, types, warnings
from pathlib import Path

numpy = sys.modules["numpy"] = types.ModuleType("numpy")
numpy.errstate = contextlib.nullcontext
for name in ("bpkit", "bpkit.exercises"):  # without what they import
    package = sys.modules[name] = types.ModuleType(name)
    package.__path__ = ["/root/" + name.replace(".", "/")]

from bpkit.delivery import replace_file
from bpkit.exercises import sandbox
"""
ANSWERS = (
    BEGIN
    + """
def loops():
    while True:
        pass

def counts():
    for _ in itertools.count():
        pass

def adds_up():
    return sum(1 for _ in itertools.count())

def catches_all():
    while True:
        try:
            loops()
        except:
            continue

def prints():
    while True:
        print("x" * 1000)

def recurses():
    sys.setrecursionlimit(20_000)
    return recurses()

def starts_a_thread():
    threading.Thread(target=loops).start()

def asks():
    return input("how much? ")

def warns():
    warnings.warn(1, 2, 3, 4, 5, 6, 7)

def is_right():
    print("here")
    return 6

answers = (
    *(loops, counts, adds_up, catches_all, prints),
    *(recurses, starts_a_thread, asks, warns, is_right),
)
streams, limit, became = (sys.stdout, sys.stderr), sys.getrecursionlimit(), {}
for answer in answers:
    ending = sandbox.run(answer, 0.2)
    became[answer.__name__] = {
        "error": type(ending.error).__name__,
        "value": ending.value,
        "timed_out": ending.timed_out,
        "alive": ending.alive,
        "learners": bool(ending.error) and sandbox.raised_by_learner(ending.error),
        "clean": (sys.stdout, sys.stderr) == streams
        and sys.getrecursionlimit() == limit
        and not any(map(sys.monitoring.get_tool, range(6)))
        and not sandbox.in_an_answer(),
    }
json.dumps(became)
"""
)
LIBRARIES = (
    BEGIN
    + """
known = sandbox.LIBRARIES
json.dumps([path for path in sys.path if path and not path.startswith(known)])
"""
)
FILE = (
    BEGIN
    + """
path = Path("mine.py")
for content in (b"first", b"second"):
    replace_file(path, content)
json.dumps([path.read_text(), [p.name for p in Path().iterdir()]])
"""
)


@pytest.fixture(scope="module")
def pyodide():
    """Return a function that runs a program in Pyodide and returns its last value."""
    node = which("node")

    def ask(*command):
        return subprocess.run(
            [node, *command], cwd=ROOT, capture_output=True, text=True, timeout=120
        )

    if not node or ask("-e", "require.resolve('pyodide')").returncode:
        pytest.skip("Node finds no pyodide of npm's: .ci/run shows how to get it")

    def run(python):
        ran = ask("-e", RUN, python, str(ROOT))
        assert ran.returncode == 0, ran.stderr[-2000:]
        return json.loads(ran.stdout.splitlines()[-1])

    return run


@pytest.fixture(scope="module")
def became(pyodide):
    return pyodide(ANSWERS)


@pytest.mark.parametrize(
    "answer", ["loops", "counts", "adds_up", "catches_all", "prints"]
)
def test_an_endless_answer_is_stopped(became, answer):
    assert became[answer]["timed_out"]
    assert not became[answer]["alive"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("recurses", "RecursionError"),
        ("starts_a_thread", "RuntimeError"),
        ("asks", "EOFError"),
        ("warns", "TypeError"),
    ],
)
def test_an_answer_that_raises_is_told_so(became, answer, error):
    assert became[answer]["error"] == error


def test_an_error_of_the_standard_library_is_not_the_learners(became):
    assert became["recurses"]["learners"]
    assert not became["starts_a_thread"]["learners"]


def test_whatever_an_answer_does_the_next_one_is_run(became):
    assert became["is_right"]["value"] == 6
    assert [name for name, what in became.items() if not what["clean"]] == []


def test_all_that_is_installed_there_is_known_for_a_library(pyodide):
    assert pyodide(LIBRARIES) == []


def test_a_file_is_replaced_at_once_and_nothing_is_left_beside_it(pyodide):
    assert pyodide(FILE) == ["second", ["mine.py"]]
