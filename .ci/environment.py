"""Turn the bounds that users get into environments that CI can build.

``python .ci/environment.py named`` prints what environment.yml names, as pip
requirements, one a line; ``python .ci/environment.py oldest`` prints the lowest
versions that pyproject.toml allows, as pip constraints. The module-level functions
are also what tests/test_packaging.py compares the two files with.
"""

import re
import sys
import tomllib
from pathlib import Path

import yaml
from packaging.markers import Marker

ROOT = Path(__file__).resolve().parent.parent

# Every conda package that environment.yml may name, and what PyPI calls it. Python and
# pip are not installed by pip: they come with the interpreter.
CONDA_TO_PYPI = {
    "anywidget": "anywidget",
    "cloudpickle": "cloudpickle",
    "contourpy": "contourpy",
    "filelock": "filelock",
    "ipykernel": "ipykernel",
    "ipywidgets": "ipywidgets",
    "jinja2": "jinja2",
    "joblib": "joblib",
    "jupyterlab": "jupyterlab",
    "matplotlib": "matplotlib",
    "numpy": "numpy",
    "pooch": "pooch",
    "psutil": "psutil",
    "tqdm": "tqdm",
}
COME_WITH_PYTHON = {"python", "pip"}


def split(spec):
    """Split ``"numpy>=1.26,<3"`` into ``("numpy", ">=1.26,<3")``."""
    name, bounds = re.fullmatch(r"([A-Za-z0-9_.-]+?)\s*((?:[<>=!~].*)?)", spec).groups()
    return name, bounds


def pyproject():
    """Return pyproject.toml as a dict."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def needed(lines, **platform):
    """Return the requirements of a platform, without the markers that chose them.

    Without one it is this one; ``sys_platform="emscripten"`` is the browser.
    """
    parts = [line.partition(";") for line in lines]
    return [
        spec.strip()
        for spec, _, marker in parts
        if not marker or Marker(marker).evaluate(platform)
    ]


def for_lessons(**platform):
    """Return what the lessons need: the library's dependencies and the extra `lab`."""
    project = pyproject()["project"]
    lab = project["optional-dependencies"]["lab"]
    return needed(project["dependencies"] + lab, **platform)


def environment():
    """Return environment.yml as a dict."""
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def conda_specs():
    """Return the conda lines of environment.yml, without its pip section."""
    return [line for line in environment()["dependencies"] if isinstance(line, str)]


def named():
    """Return what environment.yml names as pip requirements."""
    pairs = [split(spec) for spec in conda_specs()]
    return [
        CONDA_TO_PYPI[name] + bounds
        for name, bounds in pairs
        if name not in COME_WITH_PYTHON
    ]


def oldest():
    """Return the lowest versions that pyproject.toml allows as pip constraints."""
    extras = pyproject()["project"]["optional-dependencies"]
    pairs = [split(spec) for spec in for_lessons() + needed(extras["test"])]
    lowest = [(name, re.search(r">=([\d.]+)", bounds)[1]) for name, bounds in pairs]
    return [f"{name}=={version}.*" for name, version in lowest]


def main(wanted):
    """Print the requirements; conda's own parser has to accept environment.yml."""
    if wanted == "named":
        from rattler import MatchSpec

        for spec in conda_specs():
            MatchSpec(spec)
    print("\n".join({"named": named, "oldest": oldest}[wanted]()))


if __name__ == "__main__":
    main(sys.argv[1])
