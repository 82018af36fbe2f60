"""A lesson with every answer filled in, for those who teach it."""

import ast
import json

from bpkit.exercises import bank, predictions


def solved(content):
    """Return a lesson whose stubs are replaced by the right answers.

    Parameters
    ----------
    content : bytes
        The lesson's file.

    Returns
    -------
    bytes
        The notebook. Nothing of it was executed, so that it holds no outputs.
    """
    notebook = json.loads(content)
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        cell |= {"outputs": [], "execution_count": None}
        if "exercise" in cell["metadata"].get("tags", ()):
            cell["source"] = _answers("".join(cell["source"]))
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def _answers(stub):
    """Return the right answers to the names that a stub defines."""
    answers = []
    for node in ast.parse(stub).body:
        names = [getattr(t, "id", None) for t in getattr(node, "targets", [node])]
        name = getattr(node, "name", names[0])
        known = name in bank() or name in predictions()
        answers.append(_answer(name) if known else ast.get_source_segment(stub, node))
    return "\n\n\n".join(answers)


def _answer(name):
    """Return the source of the right answer."""
    if name in predictions():
        return f"{name} = {_plain(predictions()[name].truth())!r}"
    exercise = bank()[name]
    if exercise.is_number:
        return f"{name} = {_plain(exercise.reference())!r}"
    return exercise.source.rstrip()


def _plain(value):
    """Return a number of numpy's as Python's own."""
    return value.item() if hasattr(value, "item") else value
