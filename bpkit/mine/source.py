"""What an answer needs to live elsewhere: its source, its helpers and its imports.

An answer is a function, or a class that a notebook defines.
"""

import ast
import builtins
import contextlib
import inspect
import re
import symtable
import sys
import textwrap
import types

from bpkit.exercises.judge import is_ours

NAME = "mine"  # the module in which a learner's functions are kept


class NotKept(Exception):
    """Why a function cannot be kept, and what to do, in words for the learner."""


def gather(name, answer, kept=()):
    """Return what an answer needs to live in a module of its own.

    Parameters
    ----------
    name : str
        The name that it must have.
    answer : object
        The function or class, as a notebook defines it.
    kept : collection of str
        What the learner's module defines. A value that came from there is not gathered
        again: what stands there now may be newer.

    Returns
    -------
    functions : dict of str to str
        The source of each function by its name: helpers first, the answer last.
    imports : dict of str to str
        The line that imports each name from elsewhere.

    Raises
    ------
    NotKept
        If it needs something that lives in the notebook only.
    """
    functions, imports, begun = {}, {}, set()

    def add(name, answer):
        begun.add(name)
        is_class = isinstance(answer, type)
        around, source = (_class if is_class else _function)(name, answer)
        for needed in sorted(_named_at_once(source) - around.keys()):
            if not hasattr(builtins, needed):
                raise NotKept(f"{name} names {needed}, which is defined nowhere.")
        # The rest are builtins, or names that no run has needed.
        for needed in sorted(free_names(source) & around.keys()):
            value = around[needed]
            if needed in begun or (needed in kept and _is_from_there(needed, value)):
                continue
            line = import_line(needed, value, source)
            if line:
                imports[needed] = line
            elif isinstance(inspect.unwrap(value), types.FunctionType):
                add(needed, value)
            else:
                raise NotKept(
                    f"{name} uses {needed}, which lives in this notebook only: hand it "
                    f"over as an argument, or define it inside {name}."
                )
        functions[name] = source

    if not (name in kept and _is_from_there(name, answer)):
        add(name, answer)
    return functions, imports


def _function(name, answer):
    """Return the names around the function behind an answer, and its source."""
    function = inspect.unwrap(answer) if callable(answer) else answer
    if not isinstance(function, types.FunctionType):
        raise NotKept(
            f"{name} is no plain function: begin it with def {name}, without a "
            "decorator that makes another thing of it."
        )
    _refuse_ours(name, function)
    if function.__name__ == "<lambda>":
        raise NotKept(f"{name} is a lambda: begin it with def {name}.")
    if function.__name__ != name:
        raise NotKept(
            f"{name} is defined as {function.__name__}: begin it with def {name}, and "
            "let a decorator keep that name by functools.wraps."
        )
    if function.__closure__:
        inner = ", ".join(function.__code__.co_freevars)
        raise NotKept(
            f"{name} uses {inner} of the function around it: hand it over as an "
            "argument, or define both side by side."
        )
    try:
        source = textwrap.dedent(inspect.getsource(function))
        (definition,) = ast.parse(source).body
    except (OSError, TypeError, SyntaxError, ValueError) as error:
        raise NotKept(_no_source(name)) from error
    if not isinstance(definition, ast.FunctionDef) or definition.name != name:
        raise NotKept(f"{name} must begin with def on a line of its own.")
    return function.__globals__, source.rstrip() + "\n"


def _class(name, answer):
    """Return the names around a class, and its source.

    Python looks for a class in the file of its module, and a notebook is none: the cell
    is found by the code of a method.
    """
    _refuse_ours(name, answer)
    for method in vars(answer).values():
        if isinstance(method, types.FunctionType):
            with contextlib.suppress(OSError, TypeError, SyntaxError, ValueError):
                lines, line = inspect.findsource(method)
                source = _class_around("".join(lines), name, line + 1)
                if source:
                    return method.__globals__, source
    raise NotKept(_no_source(name))


def _class_around(text, name, line):
    """Return the source of the class of this name that holds a line, or None."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            start = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            if start <= line <= node.end_lineno:
                lines = text.splitlines()[start - 1 : node.end_lineno]
                return "\n".join(lines) + "\n"
    return None


def _no_source(name):
    """Return the words for an answer whose source is not there."""
    return f"the source of {name} is not to be found: define it in a cell of its own."


def _refuse_ours(name, value):
    """Raise if an answer is bpkit's own."""
    if is_ours(value):
        raise NotKept(f"this {name} is bpkit's: write your own.")


def _is_from_there(name, value):
    """Return whether a value is what the learner's module defined under a name."""
    home = getattr(value, "__module__", None), getattr(value, "__name__", None)
    return home == (NAME, name)


def free_names(source):
    """Return the names that an answer looks up around it when it is defined or called.

    Its decorators, defaults and annotations are among them.

    Examples
    --------
    >>> sorted(free_names("def step(x, eta=ETA): return x - eta * slope(x)"))
    ['ETA', 'slope']
    """
    module = symtable.symtable(source, NAME, "exec")
    return _named_at_once(source) | {
        symbol.get_name()
        for table in _within(module)
        for symbol in table.get_symbols()
        if symbol.is_global()
    }


def _named_at_once(source):
    """Return the names that are looked up when an answer is defined."""
    module = symtable.symtable(source, NAME, "exec")
    return {s.get_name() for s in module.get_symbols() if s.is_referenced()}


def _within(table):
    """Yield the scopes inside a scope, however deep."""
    for child in table.get_children():
        yield child
        yield from _within(child)


def import_line(name, value, source=""):
    """Return the line that imports a value under a name, or None.

    Of a package, the modules inside it that the source names are imported too.

    Examples
    --------
    >>> import math
    >>> import_line("m", math), import_line("exp", math.exp)
    ('import math as m', 'from math import exp')
    """
    if isinstance(value, types.ModuleType):
        return _module_line(name, value.__name__, source)
    attribute = getattr(value, "__name__", name)
    for module in _homes(value):
        for there in (attribute, name):
            if vars(module).get(there, _homes) is value:
                renamed = f" as {name}" if there != name else ""
                return f"from {module.__name__} import {there}{renamed}"
    return None


def _module_line(name, module, source):
    """Return the lines that import a module under a name, or None."""
    if module == NAME:
        raise NotKept(f'the answer imports {NAME}: call yours("…") for what is in it.')
    if module == "__main__":
        return None
    if module != name:
        return f"import {module} as {name}"
    inside = re.findall(rf"\b{re.escape(name)}\.(\w+)", source)
    below = sorted({f"{module}.{each}" for each in inside} & sys.modules.keys())
    return "\n".join(f"import {each}" for each in below or [module])


def _homes(value):
    """Yield the modules from which a value may have been imported, the likeliest first.

    The rest are public, since a name that begins with _ may be gone in the next
    version. What may be one thing in many places, such as 1 or "", is in none of them.
    """
    names = ["bpkit", getattr(value, "__module__", None), "math", "numpy"]
    small = isinstance(value, int) and abs(value) < 1000
    if not (small or value is None or isinstance(value, str | bytes | tuple)):
        public = (n for n in list(sys.modules) if not re.search(r"(^|\.)_|^bpkit", n))
        names += sorted(public, key=lambda name: (name.count("."), name))
    for name in names:
        module = sys.modules.get(name)
        if name not in ("__main__", NAME) and isinstance(module, types.ModuleType):
            yield module
