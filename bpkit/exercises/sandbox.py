"""Run a learner's code so that whatever it does, the next cell still works.

Not a security boundary: it protects a learner from accidents, not from malice.
"""

import builtins
import contextlib
import contextvars
import ctypes
import io
import linecache
import os
import site
import sys
import sysconfig
import threading
import time
import traceback
import types
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

GUARDED = ("numpy", "bpkit", "math", "random", "warnings", "builtins", "threading")
PATIENCE = 0.5  # seconds to stop an answer that catches the TimeLimit
MOMENT = 0.01  # seconds between two TimeLimits: so long an answer may clear up
KEPT = 200  # bytes of what an answer prints in one call
STACK = 64 * 2**20  # bytes: deep recursion must meet Python's limit, not the stack's
LIBRARIES = (
    os.path.dirname(linecache.__file__),  # in a browser a zip file, which is no path
    *(  # there the prefix is "/", so that they begin with two
        sysconfig.get_path(name).replace("//", "/")
        for name in ("stdlib", "purelib", "platlib")
    ),
    *filter(None, [site.getusersitepackages()]),  # and there is none
)

_turn = threading.RLock()
_family = set()  # the thread in which an answer runs, and those that it has started


class TimeLimit(BaseException):
    """Raised inside an answer that runs too long."""


class Ours(Exception):
    """Raised inside an answer that calls the function which it should be."""


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


class _Void(io.RawIOBase):
    """Bytes of which only the first are kept; it cannot be closed."""

    kept = b""

    def writable(self):
        return True

    def write(self, data):
        self.kept += bytes(data[: KEPT - len(self.kept)])
        return len(data)

    def close(self):
        pass


class _Silence:
    """A stream that holds back what an answer prints.

    To other threads it is the real stream: at once, and also later if one of them, such
    as a logger, has kept it.
    """

    def __init__(self, stream):
        self._stream = stream
        self._bytes = _Void()
        self._void = io.TextIOWrapper(
            self._bytes, "utf-8", "backslashreplace", write_through=True
        )

    def __getattr__(self, name):
        return getattr(self._void if in_an_answer() else self._stream, name)

    def take(self):
        """Return the beginning of what was printed since the last call."""
        text, self._bytes.kept = self._bytes.kept.decode("utf-8", "ignore"), b""
        return text


class _Worker(threading.Thread):
    """A thread that can be stopped as long as it runs its function, and no longer.

    A TimeLimit that came later would be raised in the thread's own clearing up.
    """

    def __init__(self, function):
        super().__init__(daemon=True)
        self.function, self.ending = function, Ending(timed_out=True)
        self.over, self.way_out = False, threading.RLock()

    def run(self):
        try:
            try:
                self._call()
                self.over = True
            except TimeLimit:
                self.over = True
            self.way_out.acquire()  # a last TimeLimit may have been on its way
        except TimeLimit:
            pass

    def _call(self):
        try:
            self.ending = Ending(self.function())
        except TimeLimit:
            raise
        except BaseException as raised:  # an answer may raise anything
            self.ending = Ending(error=raised)

    def stop(self):
        """Raise TimeLimit in it until it ends; one that resists is left behind."""
        deadline = time.monotonic() + PATIENCE
        if not self.way_out.acquire(blocking=False):
            return
        try:
            while not self.over and time.monotonic() < deadline:
                if self.ident:  # it has been started
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(
                        ctypes.c_ulong(self.ident), ctypes.py_object(TimeLimit)
                    )
                time.sleep(MOMENT)
        finally:
            self.way_out.release()


def in_an_answer():
    """Return whether this is a thread of the answer that is being run."""
    return threading.current_thread() in _family


@contextlib.contextmanager
def one_at_a_time():
    """Wait until no other thread judges: what a run guards, all threads share."""
    if in_an_answer():  # it checks another, and would wait for itself
        yield
    else:
        with _turn:
            yield


def run(function, seconds):
    """Call `function` in a thread of its own, for so many seconds, and clean up.

    A thread, not a signal: signals reach the main thread only, do not exist on
    Windows, and cannot leave behind an answer that catches everything. Inside an
    answer it leaves the clearing up to the run around it, which may end sooner.
    """
    worker = _Worker(function)
    restore = tuple if in_an_answer() else _snapshot()
    try:
        _family.add(worker)
        alive = _run_for(worker, seconds)
    finally:
        patched = tuple(restore())
    if worker.ending.timed_out:
        return replace(worker.ending, alive=alive)
    return replace(worker.ending, patched=patched)


@contextlib.contextmanager
def out_of_reach(name):
    """Let bpkit's own functions of a name raise Ours where an answer calls them.

    Whoever holds such a function holds it still, so it is its code that is exchanged.
    To all others it does what it did.
    """
    modules = [
        m for n, m in list(sys.modules.items()) if n.partition(".")[0] == "bpkit"
    ]
    named = [vars(module).get(name) for module in modules]
    functions = {f for f in named if isinstance(f, types.FunctionType)}
    ours = {f for f in functions if f.__module__.partition(".")[0] == "bpkit"}
    were = [(f, f.__code__, f.__kwdefaults__) for f in ours]
    try:
        for function in ours:
            function.__kwdefaults__ = {"stand_in": _standing_in(function)}
            function.__code__ = _stood_in.__code__
        yield
    finally:
        for function, code, defaults in were:
            function.__code__, function.__kwdefaults__ = code, defaults


def _standing_in(function):
    """Return what raises inside an answer, and elsewhere does what a function did."""
    twin = types.FunctionType(
        function.__code__, function.__globals__, argdefs=function.__defaults__
    )
    twin.__kwdefaults__ = function.__kwdefaults__

    def stand_in(*args, **kwargs):
        caller = sys._getframe(2).f_globals.get("__name__", "")
        # Who looks on at an answer may need it.
        if in_an_answer() and not caller.startswith("bpkit.exercises.lesson_"):
            raise Ours
        return twin(*args, **kwargs)

    return stand_in


def _stood_in(*args, stand_in, **kwargs):
    """Hand a call on: the code of a function that is out of reach."""
    return stand_in(*args, **kwargs)


def _run_for(worker, seconds):
    """Run a worker, stop it after so many seconds; return whether it resisted."""
    try:
        worker.start()
        worker.join(seconds)
    except RuntimeError:  # in a browser there are no threads
        _run_here(worker, seconds)
        return False
    finally:  # a learner may also press the stop button
        worker.stop()
    if worker.over:
        worker.join(PATIENCE)
    return worker.is_alive()


def _run_here(worker, seconds):
    """Run a worker in this thread, and leave here what it would leave in its own."""
    _family.add(threading.current_thread())
    worker.function = partial(_watched, worker.function, seconds)
    trace, profile = sys.gettrace(), sys.getprofile()
    try:
        with np.errstate():  # before numpy 2 they are the thread's
            contextvars.copy_context().run(worker.run)  # numpy's settings live there
    finally:
        sys.settrace(trace)
        sys.setprofile(profile)


def _watched(function, seconds):
    """Call a function, and raise TimeLimit in it where it jumps or calls too late.

    A loop jumps and a recursion calls. An answer that catches everything meets the next
    TimeLimit outside of its ``try``, at a line of its handler. What nothing can stop is
    one call into compiled code.
    """
    monitoring = getattr(sys, "monitoring", None)  # from Python 3.12 on
    free = monitoring and [n for n in range(6) if monitoring.get_tool(n) is None]
    if not free:
        return function()
    events, us, now = monitoring.events, free[-1], time.monotonic
    deadline = now() + seconds
    last = deadline + PATIENCE

    def look(*_):
        nonlocal deadline
        if now() > deadline:
            deadline = now() + MOMENT
            monitoring.set_events(us, events.JUMP | events.PY_START | events.LINE)
            raise TimeLimit

    def insist(*_):
        if now() > last and _is_learners(sys._getframe(1)):
            raise TimeLimit

    callbacks = {events.JUMP: look, events.PY_START: look, events.LINE: insist}
    monitoring.use_tool_id(us, "bpkit")
    try:
        for event, callback in callbacks.items():
            monitoring.register_callback(us, event, callback)
        monitoring.set_events(us, events.JUMP | events.PY_START)
        return function()
    finally:
        monitoring.set_events(us, 0)
        for event in callbacks:
            monitoring.register_callback(us, event, None)
        monitoring.free_tool_id(us)


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
    stack, thread = threading.stack_size(STACK), threading.Thread
    ask, start, report = builtins.input, thread.start, sys.unraisablehook

    def no_input(prompt=""):
        # In a notebook, input() would ask the page, which waits for the cell to end.
        if in_an_answer():
            raise EOFError("an answer cannot ask for input")
        return ask(prompt)

    def start_and_know(child):
        if in_an_answer():
            _family.add(child)
        start(child)

    def report_others(lost):
        # A TimeLimit that met a finalizer is lost; the next one is on its way.
        if lost.exc_type is not TimeLimit:
            report(lost)

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
        builtins.input, thread.start = ask, start
        sys.stdin, sys.stdout, sys.stderr = streams
        sys.unraisablehook = report
        threading.stack_size(stack)
        _family.clear()
        sys.setrecursionlimit(recursion)
        with settle:
            os.chdir(folder)
        return patched

    # What stands in lets other threads do as ever.
    builtins.input = guarded["builtins"][1]["input"] = no_input
    thread.start, sys.unraisablehook = start_and_know, report_others
    sys.stdin = io.StringIO()
    sys.stdout, sys.stderr = (s and _Silence(s) for s in streams[1:])
    return restore


def printed():
    """Return the beginning of what the answer printed since this was last asked."""
    return sys.stdout.take() if isinstance(sys.stdout, _Silence) else ""


def raised_by_learner(error):
    """Return whether it is the learner's own code that raised an error."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    return bool(frames) and _is_learners(frames[-1])


def learners_line(error):
    """Return the last line of the learner's own code under an error, or None."""
    last = None
    for frame, number in traceback.walk_tb(error.__traceback__):
        if _is_learners(frame):
            last = frame.f_code.co_filename, number
    if last is None:
        return None
    filename, number = last
    text = linecache.getline(filename, number).strip()
    return f"line {number}: {text}" if text else f"line {number}"


def _is_learners(frame):
    """Return whether a frame runs the learner's own code."""
    library = frame.f_code.co_filename.startswith((*LIBRARIES, "<frozen", "<__array"))
    package = str(frame.f_globals.get("__name__")).partition(".")[0]
    return not library and package not in ("bpkit", "numpy")
