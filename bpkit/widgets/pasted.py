"""A run's line of code, pasted: read against a template with settings as holes.

Nothing of it is run. Line breaks, spaces and ways to write a number are free, and so is
what chats and letters make of a line: curly quotes, backticks, marks of citation.
"""

import ast
import re
from itertools import zip_longest
from string import Formatter

from bpkit.words import listed

# Chats and letters put these for quotes, spaces and a minus, or round code.
PRETTY = str.maketrans(
    {"`": ""}
    | dict.fromkeys("“”„‟″", '"')
    | dict.fromkeys("‘’‚‛′", "'")
    | dict.fromkeys("\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}", " ")
    | {"−": "-"}
)


def as_typed(text):
    """Return a text as its author typed it, before chats and letters made it pretty."""
    text = re.sub(r"(?m)^\s*>[> ]*", "", text.translate(PRETTY))
    return re.sub(r"^\s*(python|py)\s*\n", "", text).strip()


def read(template, text):
    """Return what a text has in the place of each hole of a template.

    Parameters
    ----------
    template : str
        Python statements with holes such as ``{eta}``, each for a number, a word or a
        list of them.
    text : str
        As it was pasted.

    Returns
    -------
    dict of str to object
        The values by the names of the holes.

    Raises
    ------
    ValueError
        If the text says anything else; the message tells where, in few words.
    """
    said = {hole: None for _, hole, *_ in Formatter().parse(template) if hole}
    form = ast.parse(template.format(**{hole: hole for hole in said}))
    for expected, found in zip_longest(form.body, _parsed(as_typed(text)).body):
        if found is None:
            raise ValueError(f"the line ends before “{_begin(expected)}”")
        if expected is None:
            raise ValueError(f"nothing is expected at “{_begin(found)}”")
        _match(expected, found, said)
    return said


def nearest(control, value):
    """Return the value that a control has for one that was typed."""
    try:
        if control.kind == "choice" and not isinstance(value, str):
            value = f"{value:g}"
        return control.clean(value)
    except (TypeError, ValueError, OverflowError):
        return control.value


def require_offered(said, meant, controls):
    """Check that a line says what controls can have.

    Parameters
    ----------
    said : dict of str to object
        What the line says.
    meant : dict of str to str
        The same values as the nearest settings of the controls are written in code.
    controls : iterable of Slider or Choice
        Those of the same names offer the values; others are ignored.

    Raises
    ------
    ValueError
        If a value is another; the message tells what there is instead.
    """
    options = {c.name: c.options for c in controls if c.kind == "choice"}
    for name, value in said.items():
        there = ast.literal_eval(str(meant[name]))
        if value != there or isinstance(value, bool):
            offer = f"the nearest is {there}"
            if name in options:
                offer = f"it has {listed(options[name])}"
            raise ValueError(
                f"{name} = {value!r:.20} is none that its control has; {offer}"
            )


def refusal(complaint):
    """Return what a sentence begins with where a line was not taken: a list of words.

    Parameters
    ----------
    complaint : str
        What is wrong with it, or an empty text.
    """
    mend = "Mend the line, or empty the field to get this run's."
    return [f"Not taken: {complaint}. {mend}"] if complaint else []


def _parsed(text):
    """Return the tree of a text, whether its lines end statements or merely wrap."""
    for attempt in (text, " ".join(text.split())):
        try:
            return ast.parse(attempt)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            complaint = "Python cannot read it" + _place(error)
    raise ValueError(complaint)


def _place(error):
    """Say where in a text an error is, if it tells."""
    if not getattr(error, "offset", None):
        return ""
    here = (error.text or "")[error.offset - 1 :].strip()[:20]
    return f" at {f'“{here}”' if here else 'the end'} (character {error.offset})"


def _match(expected, found, said):
    """Compare two trees; what stands in the place of a hole is put in `said`."""
    if isinstance(expected, ast.Name) and expected.id in said and _literal(found):
        said[expected.id] = ast.literal_eval(found)
        return
    parts, others = _parts(expected), _parts(found)
    if _outline(expected, parts) != _outline(found, others):
        raise ValueError(f"expected “{_begin(expected)}” at “{_begin(found)}”")
    for part, other in zip(parts, others, strict=True):
        if isinstance(part, ast.AST):
            _match(part, other, said)


def _literal(tree):
    """Return whether a tree is a number, a word or a list of them."""
    parts = tree.elts if isinstance(tree, ast.List) else [tree]
    return all(isinstance(part, ast.Constant) for part in parts)


def _parts(tree):
    """Return the parts of a tree in their order, in one list."""
    fields = (part for _, part in ast.iter_fields(tree))
    lists = (part if isinstance(part, list) else [part] for part in fields)
    return [p for some in lists for p in some if not isinstance(p, ast.expr_context)]


def _outline(tree, parts):
    """Return all that two trees must share but for what their subtrees are."""
    return type(tree), [None if isinstance(p, ast.AST) else p for p in parts]


def _begin(tree):
    """Return the first words of a piece of code."""
    try:
        code = ast.unparse(tree)
    except RecursionError:  # Python reads deeper than it writes
        return "a deep expression"
    return code if len(code) <= 40 else f"{code[:39]}…"
