"""Every lesson, run to its end: with all answers right, and with a mistake in each.

The third way, with nothing filled in, is what nbval runs.
"""

import nbformat
import pytest
from nbclient import NotebookClient
from notebooks import WRITTEN, stubbed_names

from bpkit.exercises import bank

SECONDS_A_CELL = 120

# The first mistake of each exercise is put in, but for the patient that keeps state:
# the lesson runs it before, so that it begins with what is left there.
SECOND = {"repaired_8"}

# A mistake that is a function of the bank, under the name that the learner gives it.
MISTAKEN = """
def {name}(*args, **kwargs):
    from bpkit.exercises import bank
    return bank()["{name}"].mistakes[{which}].function(*args, **kwargs)
"""


def stubs_of(nb):
    """Return the stub cells of a lesson, each with the names that it leaves open."""
    return [
        (cell, stubbed_names(cell.source))
        for cell in nb.cells
        if "exercise" in cell.metadata.get("tags", [])
    ]


def right(exercise):
    """Return a cell's text with the answer that `reveal` shows."""
    if exercise.is_number:
        return f"{exercise.name} = {exercise.reference()!r}"
    return exercise.source


def mistake_in(exercise):
    """Return the number of the mistake that is put into the lesson."""
    return int(exercise.name in SECOND)


def wrong(exercise):
    """Return a cell's text with one of the exercise's mistakes."""
    which = mistake_in(exercise)
    if exercise.is_number:
        return f"{exercise.name} = {exercise.mistakes[which].function()!r}"
    return MISTAKEN.format(name=exercise.name, which=which)


def run(path, answer):
    """Run a lesson with its stubs filled in; return what its checks and errors say."""
    nb = nbformat.read(path, as_version=4)
    exercises = []
    for cell, names in stubs_of(nb):
        here = [bank()[name] for name in names if name in bank()]
        cell.source = "\n\n".join(answer(exercise) for exercise in here)
        exercises += here
    client = NotebookClient(
        nb,
        timeout=SECONDS_A_CELL,
        kernel_name="python3",
        allow_errors=True,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute()
    outputs = [o for c in nb.cells if c.cell_type == "code" for o in c.outputs]
    errors = [f"{o.ename}: {o.evalue}" for o in outputs if o.output_type == "error"]
    said = "\n".join(o.data.get("text/plain", "") for o in outputs if "data" in o)
    return exercises, said, errors


@pytest.mark.runs_a_lesson
@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_right_answers_pass_and_the_lesson_runs_to_its_end(path):
    exercises, said, errors = run(path, right)
    assert errors == []
    assert exercises
    missing = [e.name for e in exercises if f"✓ {e.name}: Correct" not in said]
    assert missing == []


@pytest.mark.runs_a_lesson
@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_mistakes_are_named_and_the_lesson_runs_to_its_end(path):
    exercises, said, errors = run(path, wrong)
    assert errors == []
    asked = {e.name: e.mistakes[mistake_in(e)].question for e in exercises}
    assert [name for name, question in asked.items() if question not in said] == []


def test_the_lessons_hold_every_exercise_of_the_bank():
    found = {
        name
        for path in WRITTEN
        for _, names in stubs_of(nbformat.read(path, as_version=4))
        for name in names
    }
    assert found == set(bank())
