"""A class in numbers: what to talk about, what was hard, who has not begun.

Everything here is counted from records, plain dicts; nothing is read or run.
"""

import ast
import re
from collections import Counter, defaultdict
from dataclasses import dataclass

from bpkit.exercises import bank, titles
from bpkit.grading.needed import NO_PYTHON, as_python
from bpkit.grading.run import MISSING, NOT_JUDGED, names_of

OPEN = ("Not yet", MISSING)
MOST = 6  # mistakes to talk about
# Notes after which somebody should look at a row, and what they are counted as.
ODD = {
    "whole notebook": "judged after the whole notebook was run",
    "is no Python": "an answer's cell is no Python",
}


@dataclass(frozen=True)
class Hard:
    """How an exercise went: how many were right, wrong, open and not judged."""

    name: str
    lesson: int
    right: int
    wrong: int
    open: int
    not_judged: int

    @property
    def count(self):
        """How many handed the lesson in."""
        return self.right + self.wrong + self.open + self.not_judged


@dataclass(frozen=True)
class Topic:
    """A mistake to talk about.

    ``example`` is an answer that makes it, without its author; `same` gave these very
    lines.
    """

    exercise: str
    lesson: int
    mistake: str
    count: int
    question: str
    example: str
    same: int


@dataclass(frozen=True)
class Class:
    """How a class stands. The lists of learners bear names, all else bears none."""

    learners: list
    all_right: list
    not_started: list
    not_judged: list
    right: int
    asked: int
    talks: list
    unnamed: list
    exercises: list
    lessons: list
    reasons: list
    eye: list


def counted(records, source_of, absent=()):
    """Count what a class has done.

    Parameters
    ----------
    records : list of dict
        One for each notebook: `learner`, `lesson`, `path`, `note`, and its `rows`.
    source_of : callable
        Returns the code cells of a record.
    absent : list of str
        Who is on the roster and has handed nothing in.

    Returns
    -------
    Class
    """
    rows = [(record, row) for record in records for row in asked_of(record)]
    by_learner = defaultdict(list)
    for record, row in rows:
        by_learner[record["learner"]].append(row["verdict"])
    eye = [(record, row) for record in records for row in record["rows"] if _odd(row)]
    return Class(
        learners=sorted({*by_learner, *absent}),
        all_right=_who(by_learner, lambda verdicts: set(verdicts) == {"Correct"}),
        not_started=sorted(
            [*_who(by_learner, lambda verdicts: set(verdicts) <= {*OPEN}), *absent]
        ),
        not_judged=_who(by_learner, lambda verdicts: NOT_JUDGED in verdicts),
        right=sum(row["verdict"] == "Correct" for _, row in rows),
        asked=len(rows),
        talks=_talks(rows, source_of),
        unnamed=Counter(
            row["exercise"]
            for _, row in rows
            if row["verdict"] == "Not correct" and not row["mistake"]
        ).most_common(),
        exercises=_exercises(rows),
        lessons=_lessons(records),
        reasons=Counter(map(_reason, (row for _, row in eye))).most_common(),
        eye=eye,
    )


def asked_of(record):
    """Return a record's rows of exercises; each is not judged if its file was not."""
    rows = [row for row in record["rows"] if row["exercise"] in bank()]
    if rows or record["lesson"] is None:
        return rows or record["rows"]
    (row,) = record["rows"]
    names = [name for name in names_of(record["lesson"]) if name in bank()]
    return [row | {"exercise": name} for name in names]


def _who(by_learner, test):
    """Return the learners whose verdicts pass a test."""
    return sorted(learner for learner, verdicts in by_learner.items() if test(verdicts))


def _odd(row):
    """Return whether somebody should look at a row."""
    return row["verdict"] == NOT_JUDGED or any(odd in row["note"] for odd in ODD)


def _reason(row):
    """Say why somebody should look, in words that are not the learner's."""
    if row["verdict"] != NOT_JUDGED:
        return next(why for odd, why in ODD.items() if odd in row["note"])
    return row["message"].partition(":")[0].removesuffix(".")


def _exercises(rows):
    """Return how each exercise went, the hardest first."""
    verdicts = defaultdict(Counter)
    for _, row in rows:
        if row["exercise"]:
            verdicts[row["exercise"]][row["verdict"]] += 1
    found = [
        Hard(
            *(name, bank()[name].lesson, count["Correct"], count["Not correct"]),
            *(sum(count[word] for word in OPEN), count[NOT_JUDGED]),
        )
        for name, count in verdicts.items()
    ]
    order = list(bank())
    return sorted(found, key=lambda e: (e.right / e.count, order.index(e.name)))


def _lessons(records):
    """Return for each lesson its title, how many handed it in, how many are done."""
    handed = defaultdict(list)
    for record in records:
        if record["lesson"] in titles():
            rows = asked_of(record)
            done = all(row["verdict"] == "Correct" for row in rows)
            handed[record["lesson"]].append(done)
    return [(n, titles()[n], len(handed[n]), sum(handed[n])) for n in sorted(handed)]


# --- what to talk about ---------------------------------------------------------


def _talks(rows, source_of):
    """Return the mistakes that most learners made."""
    made = defaultdict(list)
    for record, row in rows:
        if row["mistake"]:
            made[row["exercise"], row["mistake"]].append(record)
    most = sorted(made.items(), key=lambda item: (-len(item[1]), item[0]))[:MOST]
    return [_talk(name, mistake, who, source_of) for (name, mistake), who in most]


def _talk(name, mistake, records, source_of):
    """Return one mistake to talk about."""
    exercise = bank()[name]
    question = next(m.question for m in exercise.mistakes if m.name == mistake)
    shown = [example(source_of(record), name, record["learner"]) for record in records]
    likely = Counter(filter(None, shown)).most_common(1) or [("", 0)]
    words = mistake.replace("_", " ")
    return Topic(name, exercise.lesson, words, len(records), question, *likely[0])


def example(sources, name, author=""):
    r"""Return an answer without its author: no comment, no text, its layout gone.

    Parameters
    ----------
    sources : list of str
        The code cells of the notebook.
    name : str
        The exercise; its last definition is meant.
    author : str
        Whose name it must not hold.

    Returns
    -------
    str
        Empty, if there is none to show.

    Examples
    --------
    >>> print(example(["def f(x):\n    'By me.'\n    return x  # me"], "f"))
    def f(x):
        return x
    """
    _, found = definition(sources, name)
    try:
        text = ast.unparse(_Anonymous().visit(found)) if found else ""
    except RecursionError:  # too deep to be read by anybody
        return ""
    parts = re.findall(r"[^\W\d_]{3,}", author.casefold())
    return "" if any(part in text.casefold() for part in parts) else text


def definition(sources, name):
    """Return the number of the code cell that defines a name last, and the statement.

    None and None, where none does.
    """
    for number, source in reversed(list(enumerate(sources, start=1))):
        if name in source and (found := _statement(source, name)) is not None:
            return number, found
    return None, None


def _statement(source, name):
    """Return the last statement of a cell that defines a name, or None."""
    try:
        body = ast.parse(as_python(source)).body
    except NO_PYTHON:
        return None
    for node in reversed(body):
        targets = getattr(node, "targets", [getattr(node, "target", node)])
        if name in [getattr(t, "id", getattr(t, "name", None)) for t in targets]:
            return node
    return None


class _Anonymous(ast.NodeTransformer):
    """Takes away what its author wrote in words."""

    def visit_FunctionDef(self, node):
        """Take away the docstring."""
        if ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        return self.generic_visit(node)

    visit_AsyncFunctionDef = visit_ClassDef = visit_FunctionDef

    def visit_Constant(self, node):
        """Put dots for a text."""
        return ast.Constant("…") if isinstance(node.value, str | bytes) else node
