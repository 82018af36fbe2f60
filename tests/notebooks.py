"""Where the lessons are, what the tests read in a notebook, and how it is answered."""

import ast
import re
from html.parser import HTMLParser
from pathlib import Path

from nbconvert.preprocessors import CoalesceStreamsPreprocessor

from bpkit.exercises import bank, predictions

LESSONS = Path(__file__).parents[1] / "lessons"
WRITTEN = sorted(LESSONS.glob("*.ipynb"))
WIDGET = "application/vnd.jupyter.widget-view+json"
STORED = '<div class="bpkit-stored">'  # an explorer's picture, where it has no kernel

# The first mistake of each exercise is put in, but for the patient that keeps state:
# the lesson runs it before, so that it begins with what is left there.
SECOND = {"repaired_8"}


# A section's heading, with a star on the short path, and its minutes.
SECTION = re.compile(
    r"^## \d+ · .+?( ★)?\n\n\*Minutes: (\d+)(?:; on the short path (\d+))?\.\*", re.M
)
EXERCISE = re.compile(r"^### Exercise [\d.]+ · (`.+?)( ★)?$", re.M)


def cell_of(nb, name):
    """Return the cell of this id."""
    return next(cell for cell in nb.cells if cell.id == name)


def code_cells(nb):
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def markdown_cells(nb):
    return [cell for cell in nb.cells if cell.cell_type == "markdown"]


def output_texts(cell):
    """Yield every text that a cell's outputs show, without the bytes of pictures."""
    for output in cell.outputs:
        if output.output_type == "stream":
            yield output.text
        for mime, data in output.get("data", {}).items():
            if mime.startswith("text/"):
                yield re.sub(r"base64,[^\"]*", "", data)


def said_in(nb):
    """Return what a notebook's outputs say in plain text."""
    # How the kernel cuts what a cell prints into pieces depends on the moment.
    nb, _ = CoalesceStreamsPreprocessor(enabled=True).preprocess(nb, {})
    outputs = [output for cell in code_cells(nb) for output in cell.outputs]
    said = (o.get("text") or o.get("data", {}).get("text/plain", "") for o in outputs)
    return "\n".join(said)


def images_in(html):
    """Return the attributes of the images in a page or a part of one."""
    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: (
        found.append(dict(attributes)) if tag == "img" else None
    )
    parser.feed(html)
    return found


def stubbed_names(source):
    """Return the names that a stub leaves open, or None if it is not a stub."""
    names = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef):
            # One open method is enough: the others may be given.
            bodies = [m.body for m in node.body if isinstance(m, ast.FunctionDef)]
            body = next(filter(is_open, bodies), node.body)
            names.append(node.name)
        elif isinstance(node, ast.FunctionDef):
            documented = ast.get_docstring(node)
            body = node.body[1:] if documented else node.body
            names.append(node.name)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            body = [node]
            names.append(node.targets[0].id)
        else:
            return None
        if not is_open(body):
            return None
    return names or None


def is_open(body):
    """Return whether a body is the dots alone."""
    value = getattr(body[0], "value", None) if len(body) == 1 else None
    return isinstance(value, ast.Constant) and value.value is ...


def text_of(nb):
    """Return all that a lesson says."""
    return "\n\n".join(cell.source for cell in markdown_cells(nb))


def short_minutes(nb):
    """Return how many minutes of a lesson the short path takes."""
    sections = SECTION.findall(text_of(nb))
    return sum(int(part or whole) for star, whole, part in sections if star)


def starred(nb):
    """Return the names of the exercises of a lesson that are on the short path."""
    return [
        name
        for names, star in EXERCISE.findall(text_of(nb))
        if star
        for name in re.findall(r"`(\w+)", names)
    ]


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


def fill_in(nb, answer):
    """Put answers into a lesson's stubs and return its exercises.

    Of a prediction the first choice is made.
    """
    exercises = []
    for cell, names in stubs_of(nb):
        here = [bank()[name] for name in names if name in bank()]
        cell.source = "\n\n".join(answer(exercise) for exercise in here)
        exercises += here
        for name in names:
            if name in predictions():
                cell.source = f"{name} = {next(iter(predictions()[name].choices))!r}"
    return exercises
