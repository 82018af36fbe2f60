"""What users install is named in several files; these tests hold them together."""

import importlib.util
import re
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent

spec = importlib.util.spec_from_file_location(
    "environment", ROOT / ".ci/environment.py"
)
environment = importlib.util.module_from_spec(spec)
spec.loader.exec_module(environment)

PROJECT = environment.pyproject()["project"]
EXTRAS = PROJECT["optional-dependencies"]
BOUNDED = [*PROJECT["dependencies"], *(s for extra in EXTRAS.values() for s in extra)]

# Written in two halves, so that this file does not name them either.
REGISTRIES = [
    "pypi" + ".org",
    "files.python" + "hosted.org",
    "conda.ana" + "conda.org",
    "registry.npm" + "js.org",
]
LOCKS = ["*.lock", "*-lock.*", "pylock*.toml", "requirements*.txt", "*.lock.yml"]


def ours():
    """Yield every file that is not ignored by git."""
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    ignored = [".git", *(line.rstrip("/") for line in lines)]
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        if path.is_file() and not any(
            fnmatch(part, pattern) for part in parts for pattern in ignored
        ):
            yield path


def workflow():
    path = ROOT / ".github/workflows/test.yml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def python_versions():
    """Return the Pythons that the classifiers claim, like ``["3.11", "3.12"]``."""
    pattern = r"Programming Language :: Python :: (3\.\d+)"
    found = [re.fullmatch(pattern, line) for line in PROJECT["classifiers"]]
    return [match[1] for match in found if match]


def test_environment_and_pyproject_name_the_same_packages_and_bounds():
    assert sorted(environment.named()) == sorted(PROJECT["dependencies"])


def test_environment_has_a_python_that_the_project_supports():
    pairs = dict(environment.split(line) for line in environment.conda_specs())
    assert pairs["python"].lstrip("=") in python_versions()
    assert "pip" in pairs


def test_environment_installs_the_checkout_by_pip_and_nothing_else():
    sections = [
        part["pip"]
        for part in environment.environment()["dependencies"]
        if isinstance(part, dict)
    ]
    assert sections == [["-e ."]]


def test_environment_takes_packages_from_one_channel():
    assert environment.environment()["channels"] == ["conda-forge", "nodefaults"]


@pytest.mark.parametrize(
    "line", BOUNDED + environment.pyproject()["build-system"]["requires"]
)
def test_every_version_is_bounded_below_and_above(line):
    _, bounds = environment.split(line)
    assert re.fullmatch(r">=\d[\d.]*,<\d[\d.]*", bounds)


def test_classifiers_ci_and_requires_python_agree():
    versions = python_versions()
    assert PROJECT["requires-python"] == f">={versions[0]}"
    assert workflow()["jobs"]["matrix"]["strategy"]["matrix"]["python"] == versions


def test_ci_covers_every_platform_and_the_oldest_numpy():
    matrix = workflow()["jobs"]["matrix"]["strategy"]["matrix"]
    assert {os.split("-")[0] for os in matrix["os"]} == {"ubuntu", "macos", "windows"}
    assert matrix["numpy"] == ["oldest", "newest"]
    first = {row["python"]: row["first"] for row in matrix["include"]}
    assert list(first) == matrix["python"]
    assert f"numpy=={first['3.11']}.*" in environment.oldest()


def test_actions_are_pinned_by_major_version():
    jobs = workflow()["jobs"].values()
    used = [step["uses"] for job in jobs for step in job["steps"] if "uses" in step]
    assert used
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", action) for action in used)


def test_ci_runs_the_commands_of_make_test():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(r"^test:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)[1]
    commands = re.findall(r"\$\(PY\) (-m .*)", recipe)
    steps = workflow()["jobs"]["matrix"]["steps"]
    runs = [step["run"].removeprefix("python ") for step in steps if "run" in step]
    assert commands
    assert runs[-len(commands) :] == commands


def test_pre_commit_uses_the_ruff_of_the_test_extra():
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    (repo,) = yaml.safe_load(text)["repos"]
    (ruff,) = [line for line in EXTRAS["test"] if line.startswith("ruff")]
    assert [hook["additional_dependencies"] for hook in repo["hooks"]] == [[ruff]] * 2


def test_there_is_no_lock_file():
    locks = [p for p in ours() if any(fnmatch(p.name, lock) for lock in LOCKS)]
    assert locks == []


def test_no_file_names_a_package_registry():
    named = [
        (path.relative_to(ROOT).as_posix(), registry)
        for path in ours()
        for registry in REGISTRIES
        if registry.encode() in path.read_bytes()
    ]
    assert named == []
