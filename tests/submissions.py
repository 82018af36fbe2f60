"""What learners hand in, and what becomes of it."""

import nbformat
import pytest
from notebooks import WRITTEN, code_cells, fill_in, mistake_in, right

from bpkit.exercises import slips
from bpkit.grading.box import NoBox, boxed
from bpkit.grading.run import judged


def slipped(exercise):
    """Return a cell's text with a mistake of the exercise, as a learner writes it."""
    mistakes = [m for m in exercise.mistakes[mistake_in(exercise) :] if m.lines]
    if exercise.is_number:
        return f"{exercise.name} = {exercise.mistakes[0].function()!r}"
    return slips.program(mistakes[0].name, exercise.source, mistakes[0].lines)


def untouched(exercise):
    """Return a cell's text with the dots that stand there in the beginning."""
    return f"{exercise.name} = ..."


def handed_in(lesson, answer=right):
    """Return the code cells of a lesson, filled in."""
    nb = nbformat.read(WRITTEN[lesson - 1], as_version=4)
    fill_in(nb, answer)
    return [cell.source for cell in code_cells(nb)]


def rows(box, folder, lesson, sources):
    """Return the row of each exercise and prediction, by its name."""
    return {row.exercise: row for row in judged(sources, folder, lesson, box)}


def box_or_skip(name, limits=None):
    """Return the box of a name, or skip the test and say why there is none."""
    try:
        return boxed(name, limits)
    except NoBox as error:
        pytest.skip(f"no box of bubblewrap's here: {error}")
