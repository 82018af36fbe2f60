"""What the README says of the course is what the course is."""

import re

import nbformat
import numpy as np
import pytest
from notebooks import LESSONS, WRITTEN

from bpkit.exercises import bank, check

ROOT = LESSONS.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
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


def test_the_counts_are_near_those_of_the_bank():
    exercises = bank().values()
    mistakes = sum(len(e.mistakes) for e in exercises)
    variants = sum(len(e.variants) for e in exercises)
    prose = " ".join(README.split())
    [said] = re.findall(
        r"more than (\d+) exercises, about (\d+) mistakes that are recognised, "
        r"and about (\d+) right answers",
        prose,
    )
    assert len(exercises) > int(said[0])
    # "about" leaves a tenth to either side, so that one more mistake breaks nothing.
    assert int(said[1]) == pytest.approx(mistakes, rel=0.1)
    assert int(said[2]) == pytest.approx(variants, rel=0.1)


def test_every_file_that_the_readme_names_is_there():
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
