"""In the box: run what a submission's answers need, and try the answers.

`main` takes a command a line on its standard input and gives an answer a line on its
standard output, both JSON. It holds no right answer to what it tries: an exercise comes
with its cases, and what the learner's function gave goes back.
"""

import base64
import importlib.abc
import json
import linecache
import os
import pickle
import re
import sys
import threading
import types
from collections import ChainMap, namedtuple

import bpkit
from bpkit import mine
from bpkit.exercises import LESSONS
from bpkit.exercises.attempt import Raised, attempt
from bpkit.exercises.judge import is_ours
from bpkit.exercises.sandbox import run
from bpkit.exercises.verdict import Text
from bpkit.grading import wire

NAMESPACE = "__main__"


class NoBank(importlib.abc.MetaPathFinder):
    """Finds no exercise of a lesson, nor of a later one: their answers are not here."""

    def __init__(self, lesson):
        self.hidden = {f"bpkit.exercises.lesson_{n:02}" for n in LESSONS if n >= lesson}

    def find_spec(self, name, path=None, target=None):
        """Raise ImportError for what is not here."""
        if name in self.hidden:
            raise ModuleNotFoundError("the exercises are judged elsewhere")
        return None


class Session:
    """What is known of one submission: its names, and where it is in its work."""

    def __init__(self):
        self.main = types.ModuleType(NAMESPACE)
        sys.modules[NAMESPACE] = self.main
        self.names = vars(self.main)

    def cells(self, cells, stand_ins, whole):
        """Run cells, and return what they raised by the number of the cell."""
        stand_ins = pickle.loads(base64.b64decode(stand_ins))
        _be_quiet(ChainMap(stand_ins, self.names, mine.LIBRARY))
        runs = self._as_ipython if whole else self._as_python
        return runs(cells)

    def _as_python(self, cells):
        """Run the statements that are needed."""
        errors = []
        for number, source in cells:
            name = f"<code cell {number}>"
            linecache.cache[name] = len(source), None, source.splitlines(True), name
            try:
                exec(compile(source, name, "exec"), self.names)
            except BaseException as error:  # also sys.exit()
                errors.append([number, str(Raised.of(error))])
        return errors

    def _as_ipython(self, cells):
        """Run whole cells, magics and all."""
        from IPython.core.interactiveshell import InteractiveShell

        shell, errors = InteractiveShell.instance(user_module=self.main), []
        for number, source in cells:
            ran = shell.run_cell(source)
            if error := ran.error_before_exec or ran.error_in_exec:
                errors.append([number, str(Raised.of(error))])
        return errors

    def attempt(self, name, asked):
        """Try the answer of a name on an exercise's cases."""
        if name not in self.names:
            return "missing"
        if is_ours(self.names[name]):
            return "ours"
        exercise = pickle.loads(base64.b64decode(asked))
        return wire.as_json(attempt(exercise, self.names[name]))

    def explain(self, name, asked):
        """Say what an exercise says of the answer."""
        exercise = pickle.loads(base64.b64decode(asked))
        ending = run(lambda: exercise.explain(self.names[name]), exercise.seconds)
        return ending.value if isinstance(ending.value, str) else None

    def given(self, name):
        """Return what was foretold."""
        return wire.value_as_json(self.names.get(name))


def _be_quiet(functions):
    """Let `check` and its like say nothing, and `yours` give one of some functions."""

    def later(*args, **kwargs):
        """Stand for `check`, `hint`, `reveal` and `progress`."""
        return Text("This is judged elsewhere.")

    def yours(*names):
        """Return the function of a name, or several."""
        found = namedtuple("Functions", names)(*(functions[name] for name in names))
        return found[0] if len(found) == 1 else found

    said = {"check": later, "hint": later, "reveal": later, "progress": later}
    for name, stand_in in {**said, "yours": yours}.items():
        for module in (bpkit, mine, bpkit.exercises):
            if hasattr(module, name):
                setattr(module, name, stand_in)


def main(lesson, limits=None):
    """Say that all is ready, and take commands until there are no more.

    Parameters
    ----------
    lesson : int
        Whose exercises, and those of later lessons, are not to be had here.
    limits : tuple of int, optional
        Bytes of memory, bytes of a file, and processes: what the kernel is to allow.
    """
    commands = os.fdopen(os.dup(0), "r", encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDWR)
    sys.path.append(os.getcwd())  # last: a module beside a lesson hides no package
    sys.meta_path.insert(0, NoBank(lesson))
    session = Session()
    if limits:
        _limit(*limits)
        threading.Thread(target=int).start()  # fail now where none can be had
    answers.write('"ready"\n')
    answers.flush()
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    for line in commands:
        command = json.loads(line)
        number, do = command.pop("number"), command.pop("do")
        try:
            answer = getattr(session, do)(**command)
        except Exception as error:  # not the submission's: that is caught where it runs
            do, answer = "trouble", str(Raised.of(error))
        answers.write(json.dumps({"number": number, do: answer}) + "\n")
        answers.flush()
    os._exit(0)  # whatever threads a submission has left


def _limit(memory, disk, processes):
    """Let the kernel allow no more than this, to this process and to each it starts."""
    import resource

    limits = {"AS": memory, "FSIZE": disk, "CORE": 0}
    # Before Linux 5.14, all that its user runs would count, also outside of the box.
    if tuple(map(int, re.findall(r"\d+", os.uname().release)[:2])) >= (5, 14):
        limits["NPROC"] = processes
    for name, limit in limits.items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (limit, limit))
