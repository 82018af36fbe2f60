"""What the README says of the course is what the course is."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from bpkit.exercises import bank, check

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LESSONS = sorted((ROOT / "lessons").glob("*.ipynb"))


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_table_gives_a_lesson_s_minutes_and_exercises(path):
    [row] = re.findall(
        rf"\| \[(\d+)\..*lessons/{path.name}\).*\| (\d+) \| (\d+) \|", README
    )
    cells = nbformat.read(path, as_version=4).cells
    minutes = re.search(r"\*\*Minutes:\*\*\D*(\d+)", cells[0].source).group(1)
    number = int(path.name[:2])
    exercises = sum(e.lesson == number for e in bank().values())
    assert row == (str(number), minutes, str(exercises))


def test_the_checker_says_what_the_readme_shows():
    shown = README.partition(">>> def hidden_error")[2].partition("```")[0]
    source, _, verdict = shown.partition(">>> check(hidden_error)\n")
    names = {"np": np}
    exec("def hidden_error" + source.replace("\n... ", "\n"), names)
    assert repr(check(names["hidden_error"])) == verdict.rstrip()


def test_the_counts_are_those_of_the_bank():
    [counts] = re.findall(
        r"(\d+)\s+exercises,\s+(\d+)\s+mistakes\s+that.*?and\s+(\d+)\s+right\s+answers",
        README,
        re.DOTALL,
    )
    exercises = bank().values()
    mistakes = sum(len(e.mistakes) for e in exercises)
    variants = sum(len(e.variants) for e in exercises)
    assert counts == (str(len(exercises)), str(mistakes), str(variants))


def test_every_file_that_the_readme_names_is_there():
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
