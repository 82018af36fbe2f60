"""Run a learner's code so that whatever it does, the next cell still works.

Not a security boundary: it protects a learner from accidents, not from malice.
"""

import builtins
import contextlib
import ctypes
import io
import linecache
import os
import sys
import sysconfig
import threading
import time
import traceback
from dataclasses import dataclass

GUARDED = ("numpy", "bpkit", "math", "random", "warnings", "builtins")
PATIENCE = 0.5  # seconds to stop an answer that catches the TimeLimit
STACK = 64 * 2**20  # bytes: deep recursion must meet Python's limit, not the stack's
LIBRARIES = (
    *(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")),
    sysconfig.get_path("purelib", sysconfig.get_preferred_scheme("user")),
)
WORKER = "answer"  # the name of the thread in which an answer runs

_turn = threading.RLock()


class TimeLimit(BaseException):
    """Raised inside an answer that runs too long."""


@dataclass(frozen=True)
class Ending:
    """How a run ended: with a value, with an error, or not in time.

    ``alive`` says that it could not be stopped; ``patched`` names what it replaced in
    the guarded modules.
    """

    value: object = None
    error: BaseException | None = None
    timed_out: bool = False
    alive: bool = False
    patched: tuple = ()

    @property
    def interrupted(self):
        """Whether there is nothing to look at but the way it ended."""
        return bool(self.patched) or self.timed_out or self.error is not None


class _Silence(io.StringIO):
    """A stream that forgets what it is given, however much that is."""

    def write(self, text):
        return len(text)


@contextlib.contextmanager
def one_at_a_time():
    """Wait until no other thread judges: what a run guards, all threads share."""
    if threading.current_thread().name == WORKER:  # an answer that checks another
        yield
    else:
        with _turn:
            yield


def run(function, seconds):
    """Call `function` in a thread of its own, for so many seconds, and clean up.

    A thread, not a signal: signals reach the main thread only, do not exist on
    Windows, and cannot leave behind an answer that catches everything.
    """
    value, error, finished = None, None, False

    def work():
        nonlocal value, error, finished
        try:
            value = function()
        except TimeLimit:
            return
        except BaseException as raised:  # an answer may raise anything
            error = raised
        finished = True

    restore = _snapshot()
    try:
        sys.stdin, sys.stdout, sys.stderr = _Silence(), _Silence(), _Silence()
        alive = _in_thread(work, seconds)
    finally:
        patched = restore()
    if not finished:
        return Ending(timed_out=True, alive=alive)
    return Ending(value, error, patched=tuple(patched))


def _in_thread(work, seconds):
    """Run `work` in a thread, stop it after so many seconds; return if it resisted."""
    usual = threading.stack_size(STACK)
    worker = threading.Thread(target=work, daemon=True, name=WORKER)
    try:
        worker.start()
    except RuntimeError:  # in a browser there are no threads, so there is no limit
        work()
        return False
    finally:
        threading.stack_size(usual)
    try:
        worker.join(seconds)
    finally:  # a learner may also press the stop button
        _stop(worker)
    return worker.is_alive()


def _stop(worker):
    """Raise TimeLimit in the worker until it ends; one that resists is left behind."""
    deadline = time.monotonic() + PATIENCE
    while worker.is_alive() and time.monotonic() < deadline:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(worker.ident), ctypes.py_object(TimeLimit)
        )
        worker.join(0.01)


def _snapshot():
    """Take a snapshot of the interpreter; return the function that restores it.

    That returns the names that it had to put back in the guarded modules. It calls no
    builtin by its name, since an answer may have deleted it.
    """
    guarded = {
        name: (module, vars(module).copy())
        for name, module in list(sys.modules.items())  # other threads may import
        if name.partition(".")[0] in GUARDED and hasattr(module, "__dict__")
    }
    streams = sys.stdin, sys.stdout, sys.stderr
    recursion, modules = sys.getrecursionlimit(), sys.modules
    try:
        folder = os.getcwd()
    except OSError:  # it was deleted under the kernel
        folder = os.curdir
    settle = contextlib.suppress(OSError)
    namespace_of = vars
    # In a notebook, input() would ask the page, which waits for the cell to end.
    ask, builtins.input = builtins.input, _no_input
    guarded["builtins"][1].update(input=_no_input)

    def restore():
        patched = []
        for name, (module, contents) in guarded.items():
            modules[name] = module
            now = namespace_of(module)
            for key, value in contents.items():
                if now.get(key, patched) is not value and not key.startswith("__"):
                    now[key] = value
                    if name != "warnings":  # a filter is nobody's harm
                        patched.append(f"{name}.{key}")
        builtins.input = ask
        sys.stdin, sys.stdout, sys.stderr = streams
        sys.setrecursionlimit(recursion)
        with settle:
            os.chdir(folder)
        return patched

    return restore


def _no_input(prompt=""):
    """Stand in for input() while an answer runs."""
    raise EOFError("an answer cannot ask for input")


def learners_line(error):
    """Return the last line of the learner's own code under an error, or None."""
    last = None
    for frame, number in traceback.walk_tb(error.__traceback__):
        filename = frame.f_code.co_filename
        library = filename.startswith((*LIBRARIES, "<frozen", "<__array"))
        package = str(frame.f_globals.get("__name__")).partition(".")[0]
        if not library and package not in ("bpkit", "numpy"):
            last = filename, number
    if last is None:
        return None
    filename, number = last
    text = linecache.getline(filename, number).strip()
    return f"line {number}: {text}" if text else f"line {number}"
