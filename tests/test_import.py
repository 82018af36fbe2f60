"""What bpkit's modules import, and what importing bpkit costs."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "bpkit"

# What a module may import: siblings, and packages beside numpy. The standard library
# is free; IPython comes with ipykernel and PIL with matplotlib. A new module gets a
# row.
CORE = {
    *("activations", "costs", "gradients", "graph", "descent"),
    *("backprop", "network", "data", "words"),
}
MAY_IMPORT = {
    "words": (set(), set()),
    "activations": (set(), set()),
    "costs": (set(), set()),
    "gradients": (set(), set()),
    "graph": (set(), set()),
    "descent": (set(), set()),
    "backprop": ({"activations", "costs"}, set()),
    "network": ({"activations", "costs", "backprop"}, {"tqdm"}),
    "data": (set(), {"pooch"}),
    "scene": (set(), set()),
    "plots": ({"graph", "scene", "words"}, {"matplotlib", "IPython", "PIL"}),
    "delivery": (set(), set()),
    "exercises": (CORE | {"words"}, {"nbclient", "nbformat"}),
    "widgets": (
        CORE | {"scene", "plots", "exercises"},
        {"anywidget", "ipywidgets", "traitlets", "contourpy"},
    ),
    "cli": (CORE | {"plots", "delivery", "exercises"}, {"jupyterlab", "tqdm"}),
    "__main__": ({"cli"}, set()),
    "__init__": (CORE | {"exercises"}, set()),
}
NOT_LOADED = ["matplotlib", "ipywidgets", "tqdm", "pooch", "IPython", "jupyterlab"]


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


def all_imports():
    """Return, for each module, its siblings and its packages."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        module = path.relative_to(PACKAGE).with_suffix("").parts[0]
        siblings, packages = found.setdefault(module, (set(), set()))
        for name in imported_names(path):
            first, _, rest = name.partition(".")
            if first == "bpkit":
                siblings.add(rest.partition(".")[0])
            elif first not in sys.stdlib_module_names:
                packages.add(first)
        siblings.discard(module)
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
    assert packages <= may_packages | {"numpy"}


def test_there_is_no_import_cycle():
    graph = {module: siblings for module, (siblings, _) in MODULES.items()}
    order = list(TopologicalSorter(graph).static_order())
    assert set(order) >= set(MODULES)


def test_bpkit_never_imports_lessons_or_tests():
    assert not {"lessons", "tests", "benchmarks"} & {
        package for _, packages in MODULES.values() for package in packages
    }


def test_import_loads_numpy_and_no_more():
    code = f"import sys, bpkit; print(sorted(sys.modules.keys() & set({NOT_LOADED})))"
    assert fresh(code).strip() == "[]"
    assert fresh("import sys, bpkit; print('numpy' in sys.modules)").strip() == "True"


def test_import_takes_under_a_quarter_second_more_than_numpy():
    code = (
        "from time import perf_counter; start = perf_counter(); import {}; "
        "print(perf_counter() - start)"
    )
    rounds = [
        (float(fresh(code.format("numpy"))), float(fresh(code.format("bpkit"))))
        for _ in range(5)
    ]
    numpy, bpkit = (min(times) for times in zip(*rounds, strict=True))
    assert bpkit - numpy < 0.25
