"""The text of `mine.py`: functions are put in, and nothing else in it is touched."""

import ast
import re
from dataclasses import dataclass
from functools import cached_property

from bpkit.mine.source import NAME, NotKept, free_names

BEGINNING = '''"""My own library: what I wrote in the lessons, once it had passed.

bpkit puts a function in here when check finds it right, and a newer one that passes in
the place of the older. Everything else in this file is yours, and stays as you write
it.
"""
'''


@dataclass(frozen=True)
class Module:
    """The text of a module whose functions can be replaced and added to.

    Raises
    ------
    NotKept
        If the text is no Python.
    """

    text: str

    @cached_property
    def tree(self):
        """The module as Python reads it."""
        try:
            return ast.parse(self.text)
        except (SyntaxError, ValueError) as error:
            line = f" (line {error.lineno})" if hasattr(error, "lineno") else ""
            raise NotKept(
                f"{NAME}.py is no Python that can be read{line}; it stays as it is."
            ) from error

    @property
    def body(self):
        """The statements of the module."""
        return self.tree.body

    @cached_property
    def lines(self):
        """The lines as Python counts them, with their ends."""
        return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", self.text)

    @cached_property
    def spans(self):
        """Where functions and classes stand: the first line, the one past the last."""
        return {
            node.name: (
                min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1,
                self._end(node),
            )
            for node in self.body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
        }

    def _end(self, node):
        """Return the number of the last line of a function, comments in it included."""
        end = node.end_lineno
        while end < len(self.lines) and re.match(r"[ \t]+#", self.lines[end]):
            end += 1
        return end

    def source(self, name):
        """Return a function's source, whatever ends its lines."""
        lines = self.lines[slice(*self.spans[name])]
        return "\n".join(line.rstrip("\r\n") for line in lines).rstrip()

    def users(self, name):
        """Return who looks a name up: other functions, and lines outside of them."""
        return {
            getattr(node, "name", f"line {node.lineno}")
            for node in self.body
            if name in free_names(ast.unparse(node))
        } - {name}

    def reached_by(self, names):
        """Return the functions that look up any of some names, or one that does."""
        free = {user: free_names(self.source(user)) for user in self.spans}
        found, new = set(), set(names)
        while new:
            new = {user for user in free if free[user] & new} - found
            found |= new
        return found

    def edited(self, start, stop, text):
        """Return the module with other lines in the place of some of its own."""
        end = re.search(r"\r\n|\r|\n", self.text)
        if end:
            text = text.replace("\n", end[0])
        before = "".join(self.lines[:start])
        if before and not before.endswith(("\r", "\n")):
            before += end[0] if end else "\n"
        return Module(before + text + "".join(self.lines[stop:]))


def with_functions(module, functions, imports, order, titles):
    """Return a module that holds some functions, and imports what they need.

    Parameters
    ----------
    module : Module
        What there is.
    functions, imports : dict of str to str
        As `source.gather` returns them.
    order : dict of str to int
        The lesson of every exercise by its name, in the order of the course.
    titles : dict of int to str
        What each lesson's heading says.

    Returns
    -------
    Module
        Functions that were there stand where they stood. New ones follow what comes
        before them in the course, under their lesson's heading.
    """
    if not module.text.strip():
        module = Module(BEGINNING)
    new, sources = functions.keys() - module.spans.keys(), []
    for name, source in functions.items():
        sources.append(source)
        if name not in new:  # helpers come before what uses them
            module = module.edited(*module.spans[name], "\n\n".join(sources))
            sources = []
    if sources:
        module = _added(module, [*functions][-1], "\n\n".join(sources), order, titles)
    for name in new:
        module = _without_line(module, f"from bpkit import {name}")
    for name, lines in imports.items():
        if name not in module.spans:
            for line in lines.splitlines():
                module = _importing(module, line)
    return module


def _added(module, answer, text, order, titles):
    """Return a module with new functions where they belong for an exercise's answer."""
    course = list(order)
    lesson, place = order[answer], course.index(answer)
    before = [
        module.spans[name][1]
        for name in module.spans
        if name in order and course.index(name) <= place
    ]
    heading = _headings(module).get(lesson)
    if heading is None:
        text = f"# Lesson {lesson}: {titles[lesson]}\n\n\n{text}"
    start = max([*before, 0 if heading is None else heading])
    if not start:
        later = [line for n, line in _headings(module).items() if n > lesson]
        if later:
            return module.edited(min(later) - 1, min(later) - 1, f"{text}\n\n")
        start = len(module.lines)
    return module.edited(start, start, f"\n\n{text}")


def _headings(module):
    """Return the number of lines up to each lesson's heading, by the lesson."""
    found = {}
    within = {n for s in module.body for n in range(s.lineno, s.end_lineno + 1)}
    for number, line in enumerate(module.lines, start=1):
        heading = re.match(r"# Lesson (\d+)\b", line)
        if heading and number not in within:
            found.setdefault(int(heading[1]), number)
    return found


def _without_line(module, line):
    """Return a module without an import that a function of the name has replaced."""
    for node in module.body:
        i = node.lineno - 1
        if isinstance(node, ast.ImportFrom) and module.lines[i].strip() == line:
            return module.edited(i, i + 1, "")
    return module


def _importing(module, line):
    """Return a module that imports what a line imports."""
    imports = [n for n in module.body if isinstance(n, ast.Import | ast.ImportFrom)]
    if any(line in _each_alone(node) for node in imports):
        return module
    first = [n for n in module.body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    end = first[0].lineno if first else len(module.lines) + 1
    above = [node.end_lineno for node in imports if node.lineno < end]
    if above:
        start = max(above)
        for node in module.body:  # a line may hold the beginning of another statement
            if node.lineno <= start < node.end_lineno:
                start = node.end_lineno
        return module.edited(start, start, f"{line}\n")
    if ast.get_docstring(module.tree) is None:
        start = int(module.text.startswith("#!"))
        return module.edited(start, start, f"{line}\n\n")
    start = module.body[0].end_lineno
    return module.edited(start, start, f"\n{line}\n")


def _each_alone(node):
    """Return the lines that import, one each, what a statement imports together."""
    if isinstance(node, ast.Import):
        alone = [ast.Import([alias]) for alias in node.names]
    else:
        alone = [ast.ImportFrom(node.module, [a], node.level) for a in node.names]
    return [ast.unparse(statement) for statement in alone]
