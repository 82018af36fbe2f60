"""Lay out the lessons beside a mine.py that holds every function of the course.

``python .ci/beside.py FOLDER`` makes the folder. nbval, called there, compares every
lesson's outputs with the stored ones but for the words on whose functions are at work.
"""

import shutil
import sys
from pathlib import Path

from bpkit.exercises import bank

ROOT = Path(__file__).resolve().parent.parent
WHOSE = r"""
regex: (?:(?:Yours, from mine.py|From bpkit, until yours .*?): .+(?:\n  \w.*)*\n?)+
replace: Whose functions are at work.

regex: (?m)^(\w+) +(?:yours|bpkit) +[\d,]+ calls$|(?<=bpkit's mathematics: )[\d,]+
replace: Who was called.
"""


def lay_out(folder):
    """Make the folder."""
    shutil.copytree(ROOT / "lessons", folder)
    shutil.copy(ROOT / "conftest.py", folder)
    masks = (ROOT / "nbval.cfg").read_text(encoding="utf-8")
    (folder / "nbval.cfg").write_text(masks + WHOSE, encoding="utf-8")
    sources = [e.source for e in bank().values() if not e.is_number]
    text = "\n\n".join(["import numpy as np\n", *sources])
    (folder / "mine.py").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    lay_out(Path(sys.argv[1]))
