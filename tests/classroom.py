"""A class for the tests of grading: its notebooks, as learners write them."""

import json
import re

from bpkit.delivery import lessons_folder
from bpkit.exercises import bank, slips
from bpkit.grading.run import names_of


def notebook(*sources):
    """Return a notebook of code cells as its file's bytes."""
    cells = [
        {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}
        for source in sources
    ]
    return json.dumps({"cells": cells, "metadata": {}}).encode()


def write(path, *sources):
    """Write a notebook of code cells."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(notebook(*sources))
    return path


def right(name):
    """Return a cell with the right answer."""
    exercise = bank()[name]
    if exercise.is_number:
        return f"{name} = {exercise.reference()!r}"
    return exercise.source


def wrong(name, which=0):
    """Return a cell with a line that is a listed mistake; of several, one."""
    exercise = bank()[name]
    if exercise.is_number:
        mistake = exercise.mistakes[which % len(exercise.mistakes)]
        return f"{name} = {mistake.function()!r}"
    listed = [m for m in exercise.mistakes if m.lines and m.function.__name__ == name]
    if not listed:
        return f"def {name}(*arguments):\n    return 0"
    mistake = listed[which % len(listed)]
    return slips.program(mistake.name, exercise.source, mistake.lines)


def filled(lesson, answer):
    """Return the code cells of a lesson; answer(name) gives what stands for a stub."""
    [path] = lessons_folder().glob(f"{lesson:02}_*.ipynb")
    cells = []
    for cell in json.loads(path.read_bytes())["cells"]:
        source = "".join(cell["source"])
        if "exercise" in cell["metadata"].get("tags", ()):
            names = re.findall(r"^(?:def )?(\w+)(?: =|\()", source, re.MULTILINE)
            known = [name for name in names if name in bank()]
            source = "\n\n".join(map(answer, known)) if known else source
        if cell["cell_type"] == "code":
            cells.append(source)
    return cells


def lesson_six(answers):
    """Return the cells of a notebook of lesson 6: a letter an exercise.

    "r" is right, "w" wrong, "u" untouched.
    """
    names = [name for name in names_of(6) if name in bank()]
    cells = ["import numpy as np\nfrom bpkit import sigmoid, sigmoid_prime, check"]
    for name, letter in zip(names, answers):
        if letter == "u":
            cells.append(f"def {name}(*arguments): ...")
        else:
            cells.append(right(name) if letter == "r" else wrong(name))
        cells.append(f"check({name})")
    return cells
