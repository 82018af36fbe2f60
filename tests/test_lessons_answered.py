"""Every lesson, run to its end: with all answers right, and with a mistake in each.

The third way, with nothing filled in, is what nbval runs.
"""

import re

import nbformat
import pytest
from nbclient import NotebookClient
from notebooks import (
    WRITTEN,
    cell_of,
    code_cells,
    fill_in,
    mistake_in,
    output_texts,
    right,
    said_in,
    stubs_of,
)

from bpkit.exercises import bank, predictions

SECONDS_A_CELL = 120

# A mistake that is a function of the bank, under the name that the learner gives it.
MISTAKEN = """
def {name}(*args, **kwargs):
    from bpkit.exercises import bank
    return bank()["{name}"].mistakes[{which}].function(*args, **kwargs)
"""


def wrong(exercise):
    """Return a cell's text with one of the exercise's mistakes."""
    which = mistake_in(exercise)
    if exercise.is_number:
        return f"{exercise.name} = {exercise.mistakes[which].function()!r}"
    return MISTAKEN.format(name=exercise.name, which=which)


def run(nb, folder):
    """Run a notebook in a folder; return what its cells show, print and raise."""
    client = NotebookClient(
        nb,
        timeout=SECONDS_A_CELL,
        kernel_name="python3",
        allow_errors=True,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    outputs = [o for c in nb.cells if c.cell_type == "code" for o in c.outputs]
    errors = [f"{o.ename}: {o.evalue}" for o in outputs if o.output_type == "error"]
    return said_in(nb), errors


@pytest.mark.long
@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_right_answers_pass_and_the_lesson_runs_to_its_end(path, tmp_path):
    nb = nbformat.read(path, as_version=4)
    exercises = fill_in(nb, right)
    said, errors = run(nb, tmp_path)
    assert errors == []
    assert exercises
    missing = [e.name for e in exercises if f"✓ {e.name}: Correct" not in said]
    assert missing == []


@pytest.mark.long
@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_mistakes_are_named_and_the_lesson_runs_to_its_end(path, tmp_path):
    nb = nbformat.read(path, as_version=4)
    exercises = fill_in(nb, wrong)
    said, errors = run(nb, tmp_path)
    assert errors == []
    asked = {e.name: e.mistakes[mistake_in(e)].question for e in exercises}
    assert [name for name, question in asked.items() if question not in said] == []


@pytest.mark.slow
def test_the_digit_reader_is_made_of_what_the_learner_wrote_and_of_nothing_else(
    tmp_path,
):
    *before, last = WRITTEN[:8]
    for path in before:
        nb = nbformat.read(path, as_version=4)
        nb.cells = what_is_written(nb)
        exercises = fill_in(nb, right)
        said, errors = run(nb, tmp_path)
        assert errors == []
        functions = [e for e in exercises if not e.is_number]
        assert said.count("Kept in mine.py.") == len(functions), said
    nb = nbformat.read(last, as_version=4)
    stored = "".join(output_texts(cell_of(nb, "train")))
    fill_in(nb, right)
    said, errors = run(nb, tmp_path)
    assert errors == []
    assert "From bpkit" not in said
    parts = re.findall(r"^(\w+) +(yours|bpkit) +[\d,]+ calls$", said, re.MULTILINE)
    assert [whose for _, whose in parts] == ["yours"] * 9
    assert "calls of bpkit's mathematics: 0\n" in said
    epochs = re.compile(r"^(Start|Epoch \d+): (\d+) / 360$", re.MULTILINE)
    assert len(epochs.findall(stored)) == 31
    assert epochs.findall(said) == epochs.findall(stored)  # bpkit's run, to the digit


def what_is_written(nb):
    """Return a lesson's cells that import, and those of its exercises."""
    cells = code_cells(nb)
    stubs = [k for k, c in enumerate(cells) if "exercise" in c.metadata.get("tags", [])]
    exercises = [cell for k in stubs for cell in cells[k : k + 2]]
    return [c for c in cells if c.id in ("imports", "rng", "yours")] + exercises


def test_the_lessons_hold_every_exercise_of_the_bank():
    found = {
        name
        for path in WRITTEN
        for _, names in stubs_of(nbformat.read(path, as_version=4))
        for name in names
    }
    assert found == bank().keys() | predictions().keys()
