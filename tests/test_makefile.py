"""What make does with .venv: once, and again where it cannot be used as it is.

The Pythons are scripts that do what make asks of a Python, without installing anything.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PYTHON = """#!/bin/sh
case "$1 $2" in
  "-V "|"-VV ") echo "Python {version}" ;;
  "-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && echo made ;;
  "-m pip") [ ! -e no-network ] || {{ echo "pip: no connection"; exit 1; }} ;;
  "-m ruff"|"-c "*) ;;
  "-m pytest") case "$*" in *doctest*) exit ;; esac
    echo > "half-$$"
    for second in 1 2 3 4 5 6 7 8 9 10; do
      [ "$(ls | grep -c half-)" = 2 ] && exit
      sleep 1
    done
    echo "the other half did not begin"; exit 1 ;;
  *) echo "not expected: $*"; exit 1 ;;
esac
"""
PINS = [
    *("site/requirements.txt", "site/live-requirements.txt", "site/live-wheels.txt"),
    *("site/package.json", "site/package-lock.json"),
]
STAMPS = [f".venv/.{name}" for name in ("lab", "test", "browser", "bench")]

pytestmark = pytest.mark.skipif(
    sys.platform == "win32" or not shutil.which("make"), reason="needs make"
)


def a_python(path, version):
    path.parent.mkdir(exist_ok=True)
    path.write_text(PYTHON.format(version=version), encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def course(tmp_path):
    folder = tmp_path / "my course (1)"
    folder.mkdir()
    (folder / "site").mkdir()
    for name in ("Makefile", "pyproject.toml", *PINS):
        shutil.copy(ROOT / name, folder / name)
    a_python(tmp_path / "bin/python3", "3.11.2")
    a_python(tmp_path / "bin/python3.12", "3.12.0")
    npm = tmp_path / "bin/npm"
    npm.write_text('#!/bin/sh\nmkdir "$3/node_modules"\n', encoding="utf-8")
    npm.chmod(0o755)
    return folder


def make(folder, *words):
    env = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    env.pop("PYTHON", None)
    env["PATH"] = f"{folder.parent / 'bin'}{os.pathsep}{env['PATH']}"
    command = ["make", *words]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_a_venv_is_made_and_filled_once(course):
    code, said = make(course, ".venv/.lab")
    assert (code, said.count("made"), said.count("Installing")) == (0, 1, 1)
    code, said = make(course, ".venv/.lab")
    assert code == 0
    assert "made" not in said
    assert "Installing" not in said


def test_a_venv_that_was_moved_is_made_anew(course):
    make(course, ".venv/.lab")
    moved = course.rename(course.parent / "moved & renamed")
    code, said = make(moved, ".venv/.lab")
    assert code == 0
    assert ".venv was made in another folder" in said
    assert "Installing" in said
    assert "anew" not in make(moved, ".venv/.lab")[1]


def test_a_venv_whose_python_is_gone_is_made_anew(course):
    make(course, ".venv/.lab")
    (course / ".venv/bin/python").unlink()
    code, said = make(course, ".venv/.lab")
    assert (code, "the Python of .venv is gone" in said) == (0, True)
    assert "Installing" in said


def test_a_venv_that_was_not_made_to_its_end_is_made_anew(course):
    (course / ".venv").mkdir()
    code, said = make(course, ".venv/.lab")
    assert (code, "not to its end" in said) == (0, True)


def test_another_python_that_is_named_is_taken(course):
    make(course, ".venv/.lab")
    code, said = make(course, ".venv/.lab", "PYTHON=python3.12")
    assert code == 0
    assert ".venv is of Python 3.11.2, not of python3.12: it is made anew" in said
    assert "Installing" in said
    # And it stays, for whoever names none and for whoever names it again.
    assert "anew" not in make(course, ".venv/.lab")[1]
    assert "anew" not in make(course, ".venv/.lab", "PYTHON=python3.12")[1]


def test_a_python_that_is_not_there_costs_nobody_a_venv(course):
    make(course, ".venv/.lab")
    code, said = make(course, ".venv/.lab", "PYTHON=python9")
    assert code != 0
    assert "python9 was not found" in said
    assert "anew" not in said
    assert (course / ".venv/bin/python").exists()


@pytest.mark.parametrize("jobs", [[], ["-j1"], ["-j4"]])
def test_the_halves_of_quick_run_side_by_side_and_into_a_pipe_too(course, jobs):
    code, said = make(course, *jobs, "quick")
    assert code == 0, said


@pytest.mark.parametrize("stamp", [*STAMPS, ".venv-site/.site"])
def test_without_a_network_the_last_line_but_make_s_says_what_to_do(course, stamp):
    (course / "no-network").touch()
    code, said = make(course, stamp)
    assert code != 0
    assert f"It needs a network:\nwith one, run this again: make {stamp}" in said
    assert not (course / stamp).exists()
    (course / "no-network").unlink()
    assert make(course, stamp)[0] == 0


def test_the_site_s_tools_have_a_venv_of_their_own_made_anew_as_the_other(course):
    assert make(course, ".venv-site/.site")[1].count("Installing") == 1
    assert (course / ".venv-site/node_modules").is_dir()
    assert not (course / ".venv").exists()
    moved = course.rename(course.parent / "moved")
    code, said = make(moved, ".venv-site/.site")
    assert code == 0
    assert ".venv-site was made in another folder, or not to its end" in said
    assert "Installing" not in make(moved, ".venv-site/.site")[1]


def test_the_browser_s_tests_fail_where_there_is_no_chromium(tmp_path):
    rule = make(ROOT, "-n", "test-browser")[1]
    asks = rule[rule.index("PYTHONPATH=tests/browser") : rule.index("-j2")]
    asks = asks.rpartition("\n")[0].replace(".venv/bin/python", f"'{sys.executable}'")
    command = ["/bin/sh", "-c", asks]
    env = {"PATH": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("make test-browser needs a Chromium on the PATH")
