"""What several tests use: programs of .ci/, commands, workflows, cells and data."""

import importlib.util
import linecache
import re
from itertools import count
from pathlib import Path

import numpy as np
import yaml

ROOT = Path(__file__).resolve().parents[1]


def tool(name):
    """Return a program of .ci/ as a module."""
    path = ROOT / ".ci" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# The parts in which `make test` runs the tests: together all but the long ones, once.
PARTS = [
    '-m pytest tests --ignore=tests/browser -m "slow and not long"',
    '-m pytest tests --ignore=tests/browser -m "not slow and not long" '
    '--ignore-glob="*/test_plots*" --ignore-glob="*/test_widgets*"',
    '-m pytest tests/test_plots*.py tests/test_widgets*.py -m "not slow and not long"',
]


def commands_of_make_test():
    """Return what `make test` runs, in order, its parts of the tests put together."""
    makefile = (ROOT / "Makefile").read_text("utf-8").replace("\\\n\t  ", "")
    found = re.findall(r"^([\w-]+):.*\n((?:\t.*\n)*)", makefile, re.MULTILINE)
    recipes = dict(found)
    targets = ["style", *recipes["test"].partition("-j2 ")[2].split()]
    commands = re.findall(
        r"\$\(PY\) (-m .*)", "".join(recipes[target] for target in targets)
    )
    commands = [command.replace("pytest -q", "pytest") for command in commands]
    assert [command for command in commands if command in PARTS] == PARTS
    whole = '-m pytest tests --ignore=tests/browser -m "not long"'
    rest = [command for command in commands if command not in PARTS]
    return [*rest[:2], whole, *rest[2:]]


def workflow(name):
    """Return what a file of .github/workflows/ holds."""
    path = ROOT / ".github/workflows" / name
    return yaml.safe_load(path.read_text(encoding="utf-8"))


cells = count()


def ran(cell, namespace=None, **given):
    """Return what a cell leaves that ran as in a notebook: its lines can be quoted.

    The namespace is that of the notebook's cells before, a new one without it.
    """
    if namespace is None:
        namespace = {"np": np, "__name__": "__main__"}
    namespace.update(given)
    filename = f"<cell {next(cells)}>"
    linecache.cache[filename] = (len(cell), None, cell.splitlines(True), filename)
    exec(compile(cell, filename, "exec"), namespace)
    return namespace


class Table:
    """Data of a library that bpkit does not know, of which numpy can make an array."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype)
