"""What bpkit's modules import, and what importing bpkit costs."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "bpkit"

# What a module, or a folder of modules, may import: siblings, and packages. What the
# standard library holds is free; IPython comes with ipykernel and PIL with matplotlib.
# A new module gets a row, below all that it imports.
NUMPY = {"numpy"}
CORE = {
    *("activations", "costs", "gradients", "graph", "descent"),
    *("checks", "backprop", "training", "network", "data"),
}
MAY_IMPORT = {
    "words": (set(), NUMPY),
    "graph": (set(), set()),
    "activations": (set(), NUMPY),
    "costs": (set(), NUMPY),
    "checks": (set(), NUMPY),
    "gradients": (set(), NUMPY),
    "descent": (set(), NUMPY),
    "backprop": ({"activations", "costs", "checks"}, NUMPY),
    "training": ({"activations"}, NUMPY),
    "network": (
        {"costs", "checks", "backprop", "training"},
        NUMPY | {"tqdm"},
    ),
    "data": ({"checks"}, NUMPY | {"pooch"}),
    "scene": (set(), NUMPY),
    "plots": ({"graph", "scene", "words"}, NUMPY | {"matplotlib", "IPython", "PIL"}),
    "notebook": (set(), set()),
    "delivery": ({"notebook"}, set()),
    "exercises": (CORE | {"words", "delivery"}, NUMPY),
    "widgets": (
        CORE | {"words", "scene", "plots", "exercises"},
        NUMPY
        | {
            "anywidget",
            "ipywidgets",
            "traitlets",
            "IPython",
            "matplotlib",
            "contourpy",
        },
    ),
    "mine": (CORE | {"exercises", "delivery"}, {"filelock"}),
    "grading": (
        CORE | {"__init__", "delivery", "exercises", "mine", "notebook", "words"},
        NUMPY | {"IPython", "cloudpickle", "psutil", "joblib", "distributed", "jinja2"},
    ),
    "__init__": (CORE | {"exercises", "mine"}, set()),
    "cli": (
        {"__init__", "words", "delivery", "exercises", "mine", "grading"},
        {"jupyterlab", "tqdm"},
    ),
    "__main__": ({"cli"}, set()),
}

# How an answer is judged: what is asked, what happened, what is said, what it means.
ROOMS = {
    "compare": set(),
    "slips": set(),
    "sandbox": set(),
    "exercise": {"compare", "slips"},
    "attempt": {"compare", "sandbox", "exercise"},
    "observation": {"compare", "attempt"},
    "verdict": {"compare", "sandbox", "exercise", "attempt"},
    "judge": {"compare", "sandbox", "attempt", "observation", "verdict"},
}
NOT_LOADED = ["matplotlib", "ipywidgets", "tqdm", "pooch", "IPython", "jupyterlab"]
NOT_LOADED += ["importlib.metadata"]


def imported_names(path):
    """Yield the full dotted name of everything that a file imports."""
    package = ".".join(path.relative_to(PACKAGE.parent).parent.parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            relative = "." * node.level + (node.module or "")
            module = resolve_name(relative, package)
            yield from (f"{module}.{alias.name}" for alias in node.names)


def dotted(path):
    """Return the dotted name of one of the package's files."""
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)


FILES = {dotted(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def file_of(name):
    """Return which file an imported name comes from, None where it is not bpkit's."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        module = ".".join(parts[:end])
        for candidate in (module, f"{module}.__init__"):
            if candidate in FILES:
                return candidate
    return None


def imports_of(path):
    """Return the files and the packages that a file imports."""
    names = set(imported_names(path))
    files = {file_of(name) for name in names} - {None}
    others = {name.split(".")[0] for name in names if not file_of(name)}
    return files, others - set(sys.stdlib_module_names)


IMPORTS = {name: imports_of(path) for name, path in FILES.items()}


def all_imports():
    """Return, for each module or folder, its siblings and its packages."""
    found = {}
    for name, (files, packages) in IMPORTS.items():
        module = name.split(".")[1]
        siblings, others = found.setdefault(module, (set(), set()))
        siblings |= {file.split(".")[1] for file in files} - {module}
        others |= packages
    return found


MODULES = all_imports()


def fresh(code):
    """Run code in a new interpreter and return what it prints."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_one_way(module):
    siblings, packages = MODULES[module]
    may_siblings, may_packages = MAY_IMPORT[module]
    assert siblings <= may_siblings
    assert packages <= may_packages


@pytest.mark.parametrize("room", ROOMS)
def test_the_rooms_in_which_an_answer_is_judged_open_one_way(room):
    folder = "bpkit.exercises."
    files, _ = IMPORTS.get(folder + room, (set(), set()))
    inside = {name.removeprefix(folder) for name in files if name.startswith(folder)}
    assert inside <= ROOMS[room]


def test_there_is_no_import_cycle():
    for graph in (MODULES, IMPORTS):
        imported = {name: siblings for name, (siblings, _) in graph.items()}
        order = list(TopologicalSorter(imported).static_order())
        assert set(order) >= set(graph)


def test_bpkit_never_imports_lessons_or_tests():
    assert not {"lessons", "tests", "benchmarks"} & {
        package for _, packages in MODULES.values() for package in packages
    }


def test_import_loads_numpy_and_no_more():
    code = f"import sys, bpkit; print(sorted(sys.modules.keys() & set({NOT_LOADED})))"
    assert fresh(code).strip() == "[]"
    assert fresh("import sys, bpkit; print('numpy' in sys.modules)").strip() == "True"


def test_import_reads_no_exercise_and_does_little_work():
    # Counted, not timed, so that a busy machine cannot fail it: matplotlib takes two
    # million calls, and a quarter of a second holds about one.
    code = """
import sys, numpy
calls = 0
def count(frame, event, argument):
    global calls
    calls += "call" in event
sys.setprofile(count)
import bpkit
sys.setprofile(None)
print(calls, *(name for name in sys.modules if "lesson" in name))
"""
    calls, *lessons = fresh(code).split()
    assert lessons == []
    assert int(calls) < 100_000
