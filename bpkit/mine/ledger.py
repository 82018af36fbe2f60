"""Who does the work: calls of a learner's functions and of bpkit's mathematics."""

import contextlib
import sys
from collections import Counter

from bpkit.mine.source import NAME

MATHEMATICS = (
    *("activations", "costs", "gradients", "graph", "descent", "backprop"),
    *("training", "network", "exercises.lesson_"),
)


@contextlib.contextmanager
def counted():
    """Count who is called while the block of a `with` runs.

    Yields
    ------
    collections.Counter
        The number of calls by owner and name: ``calls["yours", "sigmoid"]`` for a
        function of `mine.py`, ``calls["bpkit", "sigmoid"]`` for one of bpkit's
        mathematics.

    Examples
    --------
    >>> from bpkit import sigmoid
    >>> with counted() as calls:
    ...     _ = sigmoid(0.0), sigmoid(1.0)
    >>> calls["bpkit", "sigmoid"], calls["yours", "sigmoid"]
    (2, 0)
    """
    calls, before = Counter(), sys.getprofile()

    def note(frame, event, argument):
        name = frame.f_code.co_name
        # What begins with "<" is a part of another, such as a comprehension.
        if event == "call" and not name.startswith("<"):
            owner = _owner(frame.f_globals.get("__name__", ""))
            if owner:
                calls[owner, name] += 1

    sys.setprofile(note)
    try:
        yield calls
    finally:
        sys.setprofile(before)


def _owner(module):
    """Return whose a module is, or None where it does no mathematics of the course."""
    if module == NAME:
        return "yours"
    inside = module.removeprefix("bpkit.")
    return "bpkit" if inside != module and inside.startswith(MATHEMATICS) else None
