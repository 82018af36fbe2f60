"""Read the cells of a notebook's file, or say in plain words why they are not there."""

import json
import re
from typing import NamedTuple


class Cell(NamedTuple):
    """A cell as its file holds it.

    Attributes
    ----------
    kind : str
        "code", "markdown" or "raw".
    source : str
        The text in it, whatever the system's line ends.
    outputs : list
        What is stored under it.
    """

    kind: str
    source: str
    outputs: list


def read_cells(content):
    """Return the cells of a notebook.

    Parameters
    ----------
    content : bytes
        The whole file; a byte order mark, as PowerShell writes it, is skipped.

    Returns
    -------
    list of Cell
        In their order.

    Raises
    ------
    ValueError
        If it is not a notebook, with the reason.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError("it is not text in UTF-8") from error
    try:
        return [_cell(cell) for cell in json.loads(text)["cells"]]
    except json.JSONDecodeError as error:
        # As git leaves the file when two people changed the same lines.
        mark = re.search(r"^(<{7}|[|]{7}|={7}|>{7})", text, re.MULTILINE)
        if mark:
            line = text.count("\n", 0, mark.start()) + 1
            raise ValueError(f"git's conflict markers in line {line}") from error
        raise ValueError(f"it is not JSON (line {error.lineno})") from error
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("it holds no list of cells") from error


def _cell(cell):
    """Return a cell of the file's JSON."""
    source = "".join(cell["source"]).replace("\r\n", "\n")
    return Cell(cell["cell_type"], source, cell.get("outputs", []))
