"""Write what the checker says to the answers in tests/golden, below each of them.

A file holds a learner's cell, a line of dashes and the verdict, so that whoever changes
the checker's words reads in the diff what learners will read. ``python .ci/golden.py``
writes; tests/test_golden.py compares with `judged`.
"""

import sys
from pathlib import Path

import bpkit
from bpkit import check
from bpkit.exercises import bank
from bpkit.exercises.judge import is_ours

TESTS = Path(__file__).resolve().parent.parent / "tests"
sys.path.append(str(TESTS))
from tools import ran  # noqa: E402

GOLDEN = TESTS / "golden"
DASHES = "\n" + 72 * "-" + "\n"


def judged(text):
    """Return a file's text with the verdict that is given now."""
    cell = text.partition(DASHES)[0]
    public = {name: getattr(bpkit, name) for name in bpkit.__all__}
    after = ran(cell, **public)
    [name] = [k for k in bank() if k in after and not is_ours(after[k])]
    return f"{cell}{DASHES}{check(**{name: after[name]})!r}\n"


if __name__ == "__main__":
    for path in sorted(GOLDEN.glob("*.txt")):
        path.write_text(judged(path.read_text("utf-8")), "utf-8")
