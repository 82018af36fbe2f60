"""What the README says of the course is what the course is."""

import os
import re
import shlex
import subprocess
import sys

import numpy as np
import pytest
from notebooks import LESSONS
from tools import commands_of_make_test, tool

from bpkit import check, cli
from bpkit.words import extra_lab

ROOT = LESSONS.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted(ROOT.glob("*.md"))
DOCS = sorted(ROOT.glob("docs/*.md"))

counts = tool("counts")
environment = tool("environment")
PROJECT = environment.pyproject()["project"]


def headings(page):
    """Return the names by which GitHub links to a page's headings."""
    found = re.findall(r"^#+ (.*)", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in found}


def test_what_is_counted_is_so():
    assert counts.counted(README) == README, "README.md is not up to date: make counts"


def test_numbers_that_are_not_so_are_written_anew():
    wrong = re.sub(r"\d+ \| \d+ \|$", "1 | 2 |", README, flags=re.MULTILINE)
    wrong = re.sub(r"about \d+ hours", "about 1 hours", wrong)
    wrong = re.sub(r"\d+ exercises, about \d+", "3 exercises, about 4", wrong)
    assert wrong.count("1 | 2 |") == 11
    assert "about 1 hours" in wrong
    assert "3 exercises, about 4 mistakes" in wrong
    assert counts.counted(wrong) == README


def test_the_checker_says_what_the_readme_shows():
    shown = README.partition(">>> def hidden_error")[2].partition("```")[0]
    source, _, verdict = shown.partition(">>> check(hidden_error)\n")
    names = {"np": np}
    exec("def hidden_error" + source.replace("\n... ", "\n"), names)
    assert repr(check(names["hidden_error"])) == verdict.rstrip()


@pytest.fixture
def alone(tmp_path):
    """Run code where only the packages of the library are there, not of its lessons."""
    lab = {environment.split(s)[0] for s in PROJECT["optional-dependencies"]["lab"]}
    blocked = sorted(lab | {"IPython", "nbformat", "traitlets"})
    block = f"import sys; sys.modules |= dict.fromkeys({blocked})\n"

    def run(code):
        command = [sys.executable, "-c", block + code]
        env = os.environ | {"PYTHONPATH": str(ROOT)}
        return subprocess.run(
            command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )

    return run


def test_the_library_s_example_runs_without_the_lessons_packages(alone):
    [example] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    done = alone(example)
    assert done.returncode == 0, done.stderr
    [last] = re.findall(r"`(Epoch 29: \d+ / 360)`", README)
    assert done.stdout.splitlines()[-1] == last


@pytest.mark.parametrize("module", ["widgets", "plots"])
def test_what_shows_needs_the_lessons_packages_and_says_so(alone, module):
    done = alone(f"import bpkit.{module}")
    assert "ModuleNotFoundError" in done.stderr
    assert done.stderr.splitlines()[-1].endswith(extra_lab())


@pytest.mark.parametrize("page", PAGES + DOCS, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)", text)
    for file, heading in links:
        there = page.parent / file if file else page
        assert there.exists(), file
        assert not heading or heading in headings(there), heading


def test_the_readme_links_to_every_page():
    assert PAGES
    linked = {page.name for page in PAGES if f"({page.name})" in README}
    assert linked == {page.name for page in PAGES} - {"README.md"}


def test_the_first_screen_says_for_whom_how_long_and_what_it_looks_like():
    first = "\n".join(README.splitlines()[:20])
    for said in ("**For whom:**", "**How long:**", "**Afterwards**", "explorer.png"):
        assert said in first


def test_commands_that_pages_name_are_targets_of_make():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for page in PAGES + DOCS:
        text = page.read_text(encoding="utf-8")
        named = re.findall(r"(?:`|^)make ([a-z][\w-]*)", text, re.MULTILINE)
        missing = [t for t in named if not re.search(rf"^{t}:", makefile, re.MULTILINE)]
        assert missing == [], page.name


def test_commands_of_bpkit_that_teachers_are_shown_are_known():
    text = (ROOT / "docs/teaching.md").read_text(encoding="utf-8")
    shown = re.findall(r"^bpkit (.*)$", text, re.MULTILINE)
    assert len(shown) >= 5
    for line in shown:
        assert cli._parser().parse_args(shlex.split(line)).run is not None


def test_without_make_the_checks_are_those_of_make_test():
    install = (ROOT / "INSTALL.md").read_text(encoding="utf-8")
    shown = re.findall(r"^\S+/python (-m (?:ruff|pytest).*)", install, re.MULTILINE)
    assert shown == commands_of_make_test()
