"""What users install is named in several files; these tests hold them together."""

import json
import re
from fnmatch import fnmatch
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from tools import commands_of_make_test, tool, workflow

import bpkit

ROOT = Path(__file__).resolve().parent.parent

environment = tool("environment")

PROJECT = environment.pyproject()["project"]
EXTRAS = PROJECT["optional-dependencies"]
BOUNDED = environment.needed(
    [*PROJECT["dependencies"], *(s for extra in EXTRAS.values() for s in extra)]
)

# Written in two halves, so that this file does not name them either.
REGISTRIES = [
    "pypi" + ".org",
    "files.python" + "hosted.org",
    "conda.ana" + "conda.org",
    "registry.npm" + "js.org",
]
FORMS = sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml"))
LOCKS = ["*.lock", "*-lock.*", "pylock*.toml", "requirements*.txt", "*.lock.yml"]


def ours():
    """Yield every file that is not ignored by git, and no learner's."""
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    ignored = [".git", "my-lessons", *(line.rstrip("/") for line in lines)]
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        if path.is_file() and not any(
            fnmatch(part, pattern) for part in parts for pattern in ignored
        ):
            yield path


def python_versions():
    """Return the Pythons that the classifiers claim, like ``["3.11", "3.12"]``."""
    pattern = r"Programming Language :: Python :: (3\.\d+)"
    found = [re.fullmatch(pattern, line) for line in PROJECT["classifiers"]]
    return [match[1] for match in found if match]


def test_environment_and_pyproject_name_the_same_packages_and_bounds():
    assert sorted(environment.named()) == sorted(environment.for_lessons())


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_on_every_desktop_all_is_needed(platform):
    here = environment.for_lessons(sys_platform=platform)
    assert len(here) == len(PROJECT["dependencies"] + EXTRAS["lab"])


def test_in_a_browser_only_that_is_needed_which_runs_there():
    specs = environment.for_lessons(sys_platform="emscripten")
    assert {environment.split(spec)[0] for spec in specs} == {
        *("numpy", "tqdm"),
        *("anywidget", "contourpy", "ipywidgets", "joblib", "matplotlib"),
    }


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
    assert (
        workflow("test.yml")["jobs"]["matrix"]["strategy"]["matrix"]["python"]
        == versions
    )


def test_ci_covers_every_platform_and_the_oldest_numpy():
    matrix = workflow("test.yml")["jobs"]["matrix"]["strategy"]["matrix"]
    assert {os.split("-")[0] for os in matrix["os"]} == {"ubuntu", "macos", "windows"}
    assert matrix["numpy"] == ["oldest", "newest"]
    first = {row["python"]: row["first"] for row in matrix["include"]}
    assert list(first) == matrix["python"]
    assert f"numpy=={first['3.11']}.*" in environment.oldest()


def test_actions_are_pinned_by_major_version():
    paths = (ROOT / ".github/workflows").glob("*.yml")
    jobs = [job for path in paths for job in workflow(path.name)["jobs"].values()]
    used = [step["uses"] for job in jobs for step in job["steps"] if "uses" in step]
    assert used
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", action) for action in used)


def test_ci_runs_the_commands_of_make_test():
    commands = commands_of_make_test()
    steps = workflow("test.yml")["jobs"]["matrix"]["steps"]
    runs = [step["run"].removeprefix("python ") for step in steps if "run" in step]
    assert runs[-len(commands) :] == commands


def test_pre_commit_uses_the_ruff_of_the_test_extra():
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    (repo,) = yaml.safe_load(text)["repos"]
    (ruff,) = [line for line in EXTRAS["test"] if line.startswith("ruff")]
    assert [hook["additional_dependencies"] for hook in repo["hooks"]] == [[ruff]] * 2


def test_the_version_is_the_one_that_is_installed_and_looked_up_only_when_asked():
    assert bpkit.__version__ == metadata.version("bpkit")
    with pytest.raises(AttributeError, match="no attribute 'versoin'"):
        _ = bpkit.versoin


def test_the_version_stands_in_the_citation_and_in_the_changes():
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    citation = yaml.safe_load(text)
    assert citation["version"] == PROJECT["version"]
    assert citation["license"] == PROJECT["license"].split(" AND ")
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## (\S+?),? ", changes, re.MULTILINE)
    assert versions[0] == PROJECT["version"]


def test_the_licence_of_the_digits_is_part_of_the_metadata():
    assert PROJECT["license"] == "MIT AND CC-BY-4.0"
    assert "bpkit/_digits/ATTRIBUTION.md" in PROJECT["license-files"]
    assert [f for f in PROJECT["license-files"] if not (ROOT / f).is_file()] == []


def test_nothing_can_be_uploaded_under_a_name_that_is_another_s():
    assert "Private :: Do Not Upload" in PROJECT["classifiers"]


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_for_readers_asks_in_the_form_that_github_reads(path):
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set(form) == {"name", "description", "body"}
    ids = [field["id"] for field in form["body"]]
    assert len(set(ids)) == len(ids)
    for field in form["body"]:
        assert field["type"] in {"input", "textarea"}
        assert field["attributes"]["label"]
    assert any(field.get("validations") == {"required": True} for field in form["body"])


def test_there_is_no_lock_file_but_for_the_tools_that_make_the_site():
    locks = [p for p in ours() if any(fnmatch(p.name, lock) for lock in LOCKS)]
    assert [p for p in locks if p.parent != ROOT / "site"] == []


def test_the_tools_that_make_the_site_are_pinned_and_name_no_host():
    pins = [
        line.partition("#")[0].strip()
        for path in ROOT.glob("site/*requirements.txt")
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    assert "sphinx==9.0.4" in pins
    assert [p for p in pins if p and not re.fullmatch(r"[\w-]+==\d[\w.]*", p)] == []
    lock = json.loads((ROOT / "site/package-lock.json").read_text(encoding="utf-8"))
    _, *packages = lock["packages"].values()
    assert packages
    assert all(package["integrity"] for package in packages)
    assert not any("resolved" in package for package in packages)


def test_no_file_names_a_package_registry():
    named = [
        (path.relative_to(ROOT).as_posix(), registry)
        for path in ours()
        for registry in REGISTRIES
        if registry.encode() in path.read_bytes()
    ]
    assert named == []
