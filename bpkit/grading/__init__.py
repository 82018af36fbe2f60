"""Notebooks are judged: a learner's own by `check`, a class's by `bpkit grade`.

A notebook's answers are tried in a `box`, a process that holds no right answer (what
runs there is `inside`), by the statements that are `needed`. What they gave comes back
over the `wire`, as data, and is judged in `run`.
"""
