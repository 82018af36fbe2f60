"""Write into README.md what can be counted: minutes, exercises, mistakes, answers.

``python .ci/counts.py`` writes; tests/test_readme.py compares with `counted`.
"""

import re
import sys
from pathlib import Path

import nbformat

from bpkit.exercises import bank

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests"))
import unlisted  # noqa: E402
from notebooks import short_minutes  # noqa: E402

README = ROOT / "README.md"


def minutes(path):
    """Return how many minutes a lesson says that it takes."""
    opening = nbformat.read(path, as_version=4).cells[0].source
    return int(re.search(r"\*\*Minutes:\*\*\D*(\d+)", opening)[1])


def put(pattern, text, *values):
    """Put values in the place of the numbers that a pattern finds in a text."""
    values = iter(values)
    blank = pattern.replace("N", r"\d+").replace(" ", r"\s+")
    [found] = re.findall(blank, text)
    return text.replace(found, re.sub(r"\d+", lambda _: str(next(values)), found))


def counted(text):
    """Return the README's text with the numbers that are so."""
    exercises = bank().values()
    lessons = {path: minutes(path) for path in sorted(ROOT.glob("lessons/*.ipynb"))}
    for path, takes in lessons.items():
        here = sum(e.lesson == int(path.name[:2]) for e in exercises)
        row = re.search(rf"\| \[.*lessons/{path.name}\).*", text)[0]
        text = text.replace(row, re.sub(r"\d+ \| \d+ \|$", f"{takes} | {here} |", row))
    total = sum(lessons.values())
    text = put(r"All ten \| \| N \| N \|", text, total, len(exercises))
    text = put(
        "about N hours: ten lessons of N to N minutes",
        text,
        round(total / 60),
        min(lessons.values()),
        max(lessons.values()),
    )
    lessons = [nbformat.read(path, as_version=4) for path in lessons]
    text = put("in N minutes from", text, sum(map(short_minutes, lessons)))
    right = sum(answer.right for answer in unlisted.answers())
    wrong = len(unlisted.answers()) - right
    text = put(
        "N of N wrong answers are refused, and N of N right ones pass",
        text,
        wrong - len(unlisted.OPEN),
        wrong,
        right,
        right,
    )
    # Rounded, so that one more mistake seldom changes the text.
    return put(
        "N exercises, about N mistakes that are recognised, and about N right",
        text,
        len(exercises),
        round(sum(len(e.mistakes) for e in exercises), -2),
        round(sum(len(e.variants) for e in exercises), -1),
    )


if __name__ == "__main__":
    README.write_text(counted(README.read_text(encoding="utf-8")), encoding="utf-8")
