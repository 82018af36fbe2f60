"""Mistakes as slips: the right program with a line or two as a learner writes them."""

import re
import sys
import textwrap
from itertools import groupby

MARK = re.compile(r"#\s*(\S.*?)\s*$")
HEAD = re.compile(r"\b[a-z0-9]+_\w+: ")  # a name with its colon, within a question


def parse(text):
    """Yield each slip of a text: its name, its question and its lines."""
    written, head = [line for line in text.splitlines() if line.strip()], ""
    for is_code, lines in groupby(written, lambda line: line.startswith(" ")):
        if not is_code:
            head = " ".join(lines)
            continue
        name, colon, question = head.partition(": ")
        if not (colon and name.isidentifier() and question) or HEAD.search(question):
            raise ValueError(
                f"a slip is 'name: question', then its lines; got {head!r}"
            )
        yield name, question, textwrap.dedent("\n".join(lines))
        head = ""
    if head:
        raise ValueError(f"no line follows the slip {head!r}")


def slipped(name, reference, source, lines):
    """Return the reference with a slip's lines in place of those with their marks."""
    # A copy, or the slip would take the reference's name in the module of the exercise.
    namespace = dict(names_around(reference))
    exec(compile(program(name, source, lines), f"<slip {name}>", "exec"), namespace)
    return namespace[reference.__name__]


def names_around(reference):
    """Return the names that a function or a class finds around it."""
    around = getattr(reference, "__globals__", None)
    return vars(sys.modules[reference.__module__]) if around is None else around


def program(name, source, lines):
    """Return a source with a slip's lines in place of those with their marks."""
    program, pending = source.splitlines(), []
    for line in lines.splitlines():
        pending.append(line)
        mark = MARK.search(line)
        if mark:
            replaced = _line_with(mark[1], program, name)
            indent = re.match(r"\s*", program[replaced])[0]
            program[replaced] = textwrap.indent("\n".join(pending), indent)
            pending = []
    if pending:
        raise ValueError(f"slip {name}: no mark follows {pending[0].strip()!r}")
    return "\n".join(program)


def wrong_number(name, reference, source, lines):
    """Return a function that gives a slip's number."""
    value = eval(lines.strip(), reference.__globals__)
    return lambda: value


def _line_with(mark, program, name):
    """Return the number of the one line of a program that bears a mark."""
    marks = [MARK.search(line) for line in program]
    found = [i for i, match in enumerate(marks) if match and match[1] == mark]
    if len(found) != 1:
        raise ValueError(
            f"slip {name}: {len(found)} lines of the reference are marked # {mark}"
        )
    return found[0]
