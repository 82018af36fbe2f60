"""What all tests share: how they fail, how they draw examples, how they count moves."""

import sys
import threading
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import bpkit
from bpkit import mine
from bpkit.mine import shelf

# A failed check of the helpers shows its values, as a failed test does.
pytest.register_assert_rewrite("explorers", "pictures", "sentences")

# A machine that is busy with something else draws slowly, and nothing is wrong.
settings.register_profile(
    "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")

BPKIT = str(Path(bpkit.__file__).parent)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return the folder of a notebook that is being run, in a new kernel."""
    monkeypatch.setattr(shelf, "folder", lambda: tmp_path)
    monkeypatch.setattr(mine, "_verdicts", {})
    return tmp_path


@pytest.fixture
def moves_of():
    """Return a function that counts the moves between files of bpkit in a call.

    A visit is a call or a return in a file of bpkit, in any thread; a move is a visit
    to another file than the one before.
    """

    def count(function):
        rooms = []

        def visit(frame, event, argument):
            file = frame.f_code.co_filename
            if event in ("call", "return") and file.startswith(BPKIT):
                rooms.append(file)

        before = threading.getprofile(), sys.getprofile()
        threading.setprofile(visit)
        sys.setprofile(visit)
        try:
            function()
        finally:
            threading.setprofile(before[0])
            sys.setprofile(before[1])
        return sum(here != there for here, there in pairwise(rooms))

    return count
