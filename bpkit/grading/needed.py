"""The slice: the statements of a notebook that its answers need, and no others.

What a name means is what it means at the end of a run from top to bottom. Of the
statements, those are kept that bind a needed name, or change what it is bound to, and
those that these need in turn.
"""

import ast
import builtins
import re
import symtable
from collections import defaultdict
from dataclasses import dataclass

NO_PYTHON = (SyntaxError, ValueError, RuntimeError, MemoryError)  # what is none raises
FIXED = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef)
# Who names one of these may bind names that cannot be read off.
TRICKS = {"exec", "eval", "globals", "locals", "vars", "setattr", "__import__"}
# These change nothing of what they are handed.
LOOKS = {"print", "display", "show", "explore", "check", "hint", "reveal", "progress"}
LOOKS |= {"len", "sum", "min", "max", "abs", "round", "sorted", "str", "repr", "type"}


@dataclass(frozen=True)
class Statement:
    """A statement at the top of a cell.

    Attributes
    ----------
    cell, line : int
        Number of the code cell, from 1, and of its first line there.
    source : str
        Its text.
    binds, touches, uses : frozenset of str
        Names that it binds; names whose objects it hands to a call, or a method of
        which it calls, so that they may change; names that it or a function in it
        looks up.
    is_fixed : bool
        Whether what it binds are modules or functions, which no call changes.
    """

    cell: int
    line: int
    source: str
    binds: frozenset
    touches: frozenset
    uses: frozenset
    is_fixed: bool


@dataclass(frozen=True)
class Slice:
    """What is to be run for some names.

    Attributes
    ----------
    cells : list of tuple
        The number of a code cell, and what of it is needed.
    doubt : str
        Why the whole notebook should be run instead, or an empty string.
    """

    cells: list
    doubt: str


class Notebook:
    """The statements of a notebook's code cells.

    Parameters
    ----------
    sources : list of str
        The code cells, as they stand in the file.
    """

    def __init__(self, sources):
        self.sources, self.statements = sources, []
        self.torn = {}  # by the cell's number, why it is no Python
        for number, source in enumerate(sources, start=1):
            try:
                self.statements += _statements(number, as_python(source))
            except NO_PYTHON as error:
                self.torn[number] = f"{type(error).__name__}: {error}"
        loose = {n for s in self.statements if not s.is_fixed for n in s.binds}
        self.makers = defaultdict(list)  # by name, what binds it or may change it
        for k, statement in enumerate(self.statements):
            for name in statement.binds | (statement.touches & loose):
                self.makers[name].append(k)

    def bound_in(self, name):
        """Return the numbers of the cells that bind a name, in their order."""
        return [s.cell for s in self.statements if name in s.binds]

    def whole(self):
        """Return the Slice that is everything, as the cells stand in the file."""
        return Slice(list(enumerate(self.sources, start=1)), "")

    def needed(self, names):
        """Return the Slice that some names need."""
        wanted, kept, waiting = set(names), set(), ["*", *names]
        while waiting:
            for k in self.makers.get(waiting.pop(), ()):
                if k not in kept:
                    kept.add(k)
                    waiting += self.statements[k].uses - wanted
                    wanted |= self.statements[k].uses
        statements = [self.statements[k] for k in sorted(kept)]
        used = {name for statement in statements for name in statement.uses}
        return Slice(_cells(statements), self._doubt(used, wanted))

    def _doubt(self, used, wanted):
        """Return why what a name means cannot be read off, or an empty string."""
        if tricks := sorted(used & TRICKS):
            return f"its answers use {tricks[0]}"
        bound = {name for s in self.statements for name in s.binds}
        if "*" in bound:
            return ""
        hidden = {name for name in wanted - bound if not hasattr(builtins, name)}
        code = "\n".join(self.sources)
        hidden = {n for n in hidden if re.search(rf"\b{re.escape(n)}\b", code)}
        tricky = any(s.uses & TRICKS for s in self.statements) or "%run" in code
        return "names are bound by exec, globals or %run" if hidden and tricky else ""


def _cells(statements):
    """Return the cells that hold some statements, each at the line where it stood."""
    cells = {}
    for statement in statements:
        text = cells.get(statement.cell, "")
        gap = statement.line - 1 - text.count("\n")
        cells[statement.cell] = text + "\n" * gap + statement.source + "\n"
    return list(cells.items())


def as_python(source):
    """Return a cell's source without what is IPython's: magics and shell commands.

    What is only timed, or whose output is only kept, is Python.
    """
    source = re.sub(r"^%%(time|capture)\b.*", "", source.lstrip(" "))
    source = re.sub(r"^%time +", "", source, flags=re.MULTILINE)
    if source.lstrip().startswith("%%"):
        return ""
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager().transform_cell(source)


def _statements(number, source):
    """Yield the statements of a cell."""
    lines = source.splitlines(keepends=True)
    for node in ast.parse(source).body:
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(d.lineno for d in decorators)])
        text = "".join(lines[first - 1 : node.end_lineno])
        if len(_parsed(text)) != 1:  # it shares its line with another
            text = ast.unparse(node)
        binds, touches = _names_bound(node)
        yield Statement(
            *(number, first, text.rstrip("\n"), binds, touches, _uses(node)),
            is_fixed=_is_fixed(node),
        )


def _is_fixed(node):
    """Return whether a statement binds what no call changes: modules and functions."""
    value = getattr(node, "value", None)
    gives = isinstance(value, ast.Call) and getattr(value.func, "id", "") == "yours"
    return isinstance(node, FIXED) or isinstance(value, ast.Lambda) or gives


def _parsed(text):
    """Return the statements of a text, none where it is no Python."""
    try:
        return ast.parse(text).body
    except SyntaxError:
        return []


def _names_bound(statement):
    """Return the names that a statement binds, and those that it may change."""
    binds, touches = set(), set()
    # What a function gives is mostly all that it does.
    with_arguments = not isinstance(statement, ast.Assign | ast.AnnAssign)

    def visit(node):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            binds.add(node.name)
            return
        if isinstance(node, ast.Lambda):
            return
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                binds.add((alias.asname or alias.name).partition(".")[0])
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
            binds.add(node.id)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
            binds.update({node.name} - {None})
        elif isinstance(node, ast.Attribute | ast.Subscript):
            if isinstance(node.ctx, ast.Store | ast.Del) and (root := _root(node)):
                binds.add(root)
        elif isinstance(node, ast.Call):
            touches.update(_touched(node, with_arguments))
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(statement)
    return frozenset(binds), frozenset(touches)


def _touched(call, with_arguments):
    """Return the names whose objects a call may change: its own, and its arguments."""
    handed = [call.func] if isinstance(call.func, ast.Attribute) else []
    looks = isinstance(call.func, ast.Name) and call.func.id in LOOKS
    if with_arguments and not looks:
        handed += [*call.args, *(keyword.value for keyword in call.keywords)]
    handed = [a.value if isinstance(a, ast.Starred) else a for a in handed]
    return set(map(_root, handed)) - {None}


def _root(node):
    """Return the name at which an attribute or an index begins, or None."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _uses(node):
    """Return the names of the module that a statement looks up, at once or later."""
    used = set()

    def visit(table):
        at_top = table.get_type() == "module"
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (at_top or symbol.is_global()):
                used.add(symbol.get_name())
        for child in table.get_children():
            visit(child)

    visit(symtable.symtable(ast.unparse(node), "cell", "exec"))
    return frozenset(used)
