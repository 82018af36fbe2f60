"""GitHub's workflows: whose repository runs what, and what a learner's push shows.

A scratch clone is laid out as a learner's, and the steps that the workflows hold are
run in it by bash, as GitHub runs them.
"""

import json
import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from notebooks import LESSONS, code_cells, stubbed_names
from tools import workflow

from bpkit import cli
from bpkit.exercises import bank, predictions

ROOT = LESSONS.parent
LESSON = "03_gradient_descent.ipynb"

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="these jobs run on Linux"
)


def jobs(name):
    return workflow(name)["jobs"]


def step(name, job, called):
    [found] = [s for s in jobs(name)[job]["steps"] if s.get("name") == called]
    return found


JUDGE = step("my-answers.yml", "check", "Judge every exercise")
ROLE = step("test.yml", "role", "Course or learner")
REFUSE = step("test.yml", "everything", "Refuse a learner's folder")


@pytest.fixture
def clone(tmp_path):
    """An empty repository, and beside it the command `bpkit` of this one."""
    program = tmp_path / "bin" / "bpkit"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m bpkit "$@"\n')
    program.chmod(0o755)
    folder = tmp_path / "their copy"
    folder.mkdir()
    return folder


def run(step, folder, **variables):
    """Run a step in a clone, as GitHub does; return its process, and what it wrote."""
    outside = folder.parent
    files = {name: outside / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    env = os.environ | {
        "PYTHONPATH": str(ROOT),
        "PATH": f"{outside / 'bin'}{os.pathsep}{os.environ['PATH']}",
        **{name: str(path) for name, path in files.items()},
        **variables,
    }
    bash = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    done = subprocess.run(bash, cwd=folder, env=env, capture_output=True, text=True)
    written = {
        name: path.read_text(encoding="utf-8") if path.exists() else ""
        for name, path in files.items()
    }
    return done, written


def right(name):
    exercise = bank()[name]
    if exercise.is_number:
        return f"{name} = {exercise.reference()!r}"
    return exercise.source


def wrong(name):
    if bank()[name].is_number:
        return f"{name} = -12345"
    return f"def {name}(*args, **kwargs):\n    return -12345"


def answer(folder, *writers):
    """Deliver a lesson, and answer as many exercises as there are writers."""
    assert cli.main(["start", str(folder)]) == 0
    for path in folder.glob("*.ipynb"):
        if path.name != LESSON:
            path.unlink()
    nb = nbformat.read(folder / LESSON, as_version=4)
    tagged = [cell for cell in nb.cells if "exercise" in cell.metadata.get("tags", [])]
    stubs = [cell for cell in tagged if stubbed_names(cell.source)[0] in bank()]
    # Nine lessons more, and what this one draws, would only take longer.
    nb.cells = [*code_cells(nb)[:2], *stubs]
    for cell, write in zip(stubs, writers):
        cell.source = "\n\n".join(write(name) for name in stubbed_names(cell.source))
    nbformat.write(nb, folder / LESSON)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("writers", "code", "says"),
    [
        ([], 0, "4 not yet, 3 no prediction."),
        ([right, right], 0, "2 correct, 2 not yet, 3 no prediction."),
        ([right] * 4, 0, "4 correct, 3 no prediction."),
        ([right, wrong], 1, "1 correct, 1 not correct, 2 not yet, 3 no prediction."),
    ],
    ids=["untouched", "half", "right but never run", "wrong"],
)
def test_a_learner_s_push_is_judged(clone, writers, code, says):
    answer(clone / "my-lessons", *writers)
    done, written = run(JUDGE, clone)
    assert done.returncode == code, done.stdout + done.stderr
    assert says in written["GITHUB_STEP_SUMMARY"]
    assert says in done.stdout
    verdicts = json.loads((clone / "verdicts.json").read_text(encoding="utf-8"))
    assert sum(row["exercise"] in bank() for row in verdicts) == 4
    made = {row["verdict"] for row in verdicts if row["exercise"] in predictions()}
    assert made == {"No prediction"}


def test_a_repository_without_answers_is_told_so(clone):
    done, _ = run(JUDGE, clone)
    assert done.returncode == 1
    assert "my-lessons" in done.stderr


def test_answers_are_judged_when_they_are_pushed_and_never_in_the_course():
    triggers = workflow("my-answers.yml")[True]  # YAML reads `on` as a truth
    assert triggers["push"] == {"paths": [f"{cli.FOLDER}/**"]}
    assert jobs("my-answers.yml")["check"]["if"] == "vars.COURSE_ROLE != 'course'"


def test_git_takes_a_learner_s_folder_with_the_record_of_what_was_delivered(tmp_path):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    shutil.copy(ROOT / ".gitignore", tmp_path)
    answer(tmp_path / cli.FOLDER)
    command = ["git", "-C", tmp_path, "ls-files", "--others", "--exclude-standard"]
    new = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert {f"my-lessons/{LESSON}", "my-lessons/.bpkit.json"} <= set(new.split())


@pytest.mark.parametrize("variable", ["", "course", "learner"])
@pytest.mark.parametrize("answers", [False, True])
def test_the_variable_decides_the_role_and_without_it_the_folder(
    clone, variable, answers
):
    if answers:
        (clone / "my-lessons").mkdir()
    done, written = run(ROLE, clone, COURSE_ROLE=variable)
    assert done.returncode == 0, done.stderr
    role = variable or ("learner" if answers else "course")
    assert written["GITHUB_OUTPUT"] == f"role={role}\n"


def test_a_role_that_there_is_not_is_an_error(clone):
    done, written = run(ROLE, clone, COURSE_ROLE="teacher")
    assert done.returncode == 1
    assert "'teacher'; it must be course or learner" in done.stdout
    assert written["GITHUB_OUTPUT"] == ""


def test_no_workflow_asks_whether_the_repository_is_a_fork():
    for path in (ROOT / ".github/workflows").glob("*.yml"):
        assert "github.event.repository.fork" not in path.read_text(encoding="utf-8")


def test_a_pull_request_does_not_decide_the_role():
    [checkout] = [s for s in jobs("test.yml")["role"]["steps"] if "uses" in s]
    assert checkout["with"]["ref"].startswith("${{ github.base_ref }}")
    for job in ("everything", "matrix"):
        assert jobs("test.yml")[job]["needs"] == "role"
        assert "needs.role.outputs.role == 'course'" in jobs("test.yml")[job]["if"]


def test_the_course_refuses_a_learner_s_folder(clone):
    assert run(REFUSE, clone)[0].returncode == 0
    (clone / "my-lessons").mkdir()
    done, _ = run(REFUSE, clone)
    assert done.returncode == 1
    assert "not part of the course" in done.stdout


def test_the_site_is_published_only_where_that_is_asked_for():
    site = jobs("site.yml")
    assert site["build"]["if"] == "vars.SITE == 'publish'"
    assert site["deploy"]["needs"] == "build"
    assert site["published"]["needs"] == "deploy"


def test_the_site_is_tested_before_it_is_published_and_looked_at_where_it_is():
    site = jobs("site.yml")
    [_, _, fetch, test, make, upload] = site["build"]["steps"]
    assert (test["run"], make["run"]) == ("make test-site", "make site")
    # What brings the tests' Python is nothing of the site's.
    folder = test["env"]["BPKIT_PYODIDE"]
    assert fetch["run"].endswith(f" -d {folder}")
    assert not folder.startswith("_site")
    [pins] = re.findall(r"-r (\S+)", fetch["run"])
    assert (ROOT / pins).is_file()
    assert "pages" in upload["uses"]
    assert upload["with"]["path"] == "_site"
    look = step("site.yml", "published", "Read a page and run a cell")
    assert look["env"]["ADDRESS"] == "${{ needs.deploy.outputs.address }}"
    assert (ROOT / look["run"].split()[1]).is_file()


def test_a_job_may_write_only_the_pages_and_only_where_they_are_published():
    for path in (ROOT / ".github/workflows").glob("*.yml"):
        assert workflow(path.name)["permissions"] == {"contents": "read"}
        for name, job in jobs(path.name).items():
            granted = job.get("permissions", {})
            assert (path.name, name) == ("site.yml", "deploy") or not granted
    assert set(jobs("site.yml")["deploy"]["permissions"]) == {"pages", "id-token"}
