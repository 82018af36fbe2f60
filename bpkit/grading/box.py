"""The box in which a submission's code runs: a process of its own, with limits."""

import contextlib
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import bpkit

LINE = 16 * 2**20  # bytes: no honest answer is longer
START = 60.0  # seconds until a box must have said that it is ready
POLL = 0.2  # seconds between two looks at what a box uses
READY = b'"ready"\n'
PACKAGE = Path(bpkit.__file__).parent
NUMPY = str(Path(np.__file__).parents[1])  # where it and what it needs is installed
CALM = {"BPKIT_KEEP": "0", "MPLBACKEND": "agg", "PYTHONUTF8": "1"} | dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"
)
CLEAN = {"PATH": "/usr/bin:/bin"}  # bwrap's own, which the box can read
COURSE, SUBMISSION = "/course", "/submission"  # where bpkit and a learner's folder are
WORDS = (
    "Isolation: none of this system's sandboxes works ({why}). Submissions would run as"
    " you, in their own processes with limits on time and memory; they could read your"
    " files and use your network. Use a machine or container where that may happen;"
    " docs/teaching.md says how. Continue with --isolation process."
)


@dataclass(frozen=True)
class Limits:
    """What a submission may use.

    Attributes
    ----------
    seconds : float
        For the cells that its answers need; each answer has its exercise's own limit.
    memory : int
        Bytes, of all its processes together.
    disk : int
        Bytes that it may write, where it may write at all: to /tmp and, once more, to
        /dev/shm.
    processes : int
        How many there may be.
    """

    seconds: float = 60.0
    memory: int = 2 * 2**30
    disk: int = 64 * 2**20
    processes: int = 64


class Ended(Exception):
    """Why a box gives no answer any more, in words."""


class NoBox(Exception):
    """Why there is no box: the fault of no submission."""


def boxed(isolation="auto", limits=None):
    """Return the box of a name.

    Parameters
    ----------
    isolation : {"auto", "bwrap", "process"}
        With "auto", the best box of this system. A process is none, and is returned
        where it is asked for.
    limits : Limits, optional
        What a submission may use.

    Raises
    ------
    NoBox
        If none works here, in words for the one who grades.
    ValueError
        If there is no box of that name.
    """
    if isolation == "process":
        return PlainBox(limits)
    if isolation not in ("auto", "bwrap"):
        raise ValueError(f"isolation is auto, bwrap or process; got {isolation!r}")
    box = BwrapBox(limits)
    if why := box.probe():
        raise NoBox(WORDS.format(why=why))
    return box


class PlainBox:
    """A plain process: it runs as whoever grades, and may read and write as they may.

    Time, memory and the number of processes are watched. A process that it leaves
    behind in a session of its own is not found again, and runs on.

    Parameters
    ----------
    limits : Limits, optional
        What a submission may use.
    """

    name = "process"

    def __init__(self, limits=None):
        self.limits = limits or Limits()

    def command(self, folder, lesson):
        """Return the command that runs in the folder, and its environment."""
        return _python(str(PACKAGE.parent), lesson), os.environ | CALM

    @contextlib.contextmanager
    def opened(self, folder, lesson):
        """Start a box in a learner's folder for a lesson; yield what speaks with it.

        Raises
        ------
        NoBox
            If it does not start.
        """
        command, environment = self.command(folder, lesson)
        with tempfile.TemporaryFile() as complaints:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                cwd=folder,
                env=environment,
                start_new_session=True,
            )
            talk = Talk(process, self.limits)
            try:
                _wait_until_ready(talk, complaints)
                yield talk
            finally:
                talk.end()


class BwrapBox(PlainBox):
    """A box of Linux's: no network, no files but Python's and the learner's.

    It is bubblewrap's. What it sees of the system is what Python needs, and bpkit
    without the right answers, all of it read-only. Under the user root the kernel
    counts no processes; then they are only watched.

    Parameters
    ----------
    limits : Limits, optional
        What a submission may use.
    """

    name = "bwrap"

    def probe(self):
        """Return why no such box can be started here, or an empty string."""
        try:
            with tempfile.TemporaryDirectory() as folder, self.opened(folder, 1):
                return ""
        except NoBox as error:
            return str(error)

    def command(self, folder, lesson):
        """Return the command that runs in the folder, and its environment."""
        program = shutil.which("bwrap")
        if program is None:
            raise NoBox("bwrap is not installed")
        disk = str(self.limits.disk)
        options = [
            *("--unshare-all", "--unshare-user", "--disable-userns"),
            *("--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"),
            *("--uid", "1000", "--gid", "1000", "--hostname", "box"),
            *("--proc", "/proc", "--dev", "/dev"),
            *("--size", disk, "--tmpfs", "/dev/shm", "--size", disk, "--tmpfs", "/tmp"),
            *_system(),  # which may lie below /tmp
            *_course(lesson),
            *("--ro-bind", str(Path(folder).resolve()), SUBMISSION),
            *("--chdir", SUBMISSION, "--remount-ro", "/dev", "--remount-ro", "/"),
        ]
        environment = CALM | {"HOME": "/tmp", "PATH": "/usr/bin:/bin"}
        for name, value in environment.items():
            options += ["--setenv", name, value]
        return [program, *options, *_python(COURSE, lesson, self.limits)], CLEAN


def _python(course, lesson, limits=None):
    """Return the command for Python to run what is inside, with the bpkit of a folder.

    It is isolated from the learner's folder and from Python's variables. With limits,
    the kernel is told of them as well.
    """
    paths = f"sys.path.insert(0, {course!r}); sys.path.append({NUMPY!r})"
    kernel = limits and (limits.memory, limits.disk, limits.processes)
    main = f"from bpkit.grading.inside import main; main({lesson}, {kernel})"
    return [sys.executable, "-I", "-c", f"import sys; {paths}; {main}"]


def _system():
    """Return the options that show what Python needs of the system."""
    options = []
    for path in ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64"):
        if os.path.islink(path):
            options += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            options += ["--ro-bind", path, path]
    for path in ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts"):
        options += ["--ro-bind-try", path, path]
    for path in _python_folders():
        options += ["--ro-bind", path, path]
    return options


def _python_folders():
    """Return the folders that Python and its packages lie in, outermost first."""
    executable = os.path.realpath(sys.executable)
    paths = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix, NUMPY}
    paths |= {os.path.realpath(path) for path in paths}
    paths.add(str(Path(executable).parent))
    return sorted(path for path in paths if not _within(path, ["/usr"]))


def _course(lesson):
    """Return the options that show bpkit, without what a lesson and later ones ask for.

    A second bpkit, or this one at its own place, is covered.
    """
    exercises = f"{COURSE}/bpkit/exercises"
    options = ["--ro-bind", str(PACKAGE), f"{COURSE}/bpkit", "--tmpfs", exercises]
    for path in sorted((PACKAGE / "exercises").rglob("*.*")):
        number = re.search(r"lesson_(\d+)", path.name)
        if number is None or int(number[1]) < lesson:
            inside = path.relative_to(PACKAGE / "exercises")
            options += ["--ro-bind-try", str(path), f"{exercises}/{inside}"]
    options += ["--remount-ro", exercises]
    for path in _other_places_of_bpkit():
        options += ["--tmpfs", path, "--remount-ro", path]
    return options


def _other_places_of_bpkit():
    """Return where the box would show a bpkit with its right answers."""
    shown = ["/usr", *_python_folders()]
    named = (sysconfig.get_path(name) for name in ("purelib", "platlib"))
    base = {"base": sys.base_prefix, "platbase": sys.base_exec_prefix}
    bases = (sysconfig.get_path(name, vars=base) for name in ("purelib", "platlib"))
    places = {os.path.join(path, "bpkit") for path in (NUMPY, *named, *bases)}
    places |= {str(PACKAGE), *(os.path.join(path, "bpkit") for path in sys.path)}
    return sorted(p for p in places if os.path.isdir(p) and _within(p, shown))


def _within(path, folders):
    """Return whether a path is one of some folders, or in one."""
    return any(Path(path).is_relative_to(folder) for folder in folders)


def _wait_until_ready(talk, complaints):
    """Wait for the first line of a box; raise NoBox if it is none."""
    try:
        if talk.heard(START) == READY:
            return
        how = talk.how_it_ended()
    except Ended as end:
        how = str(end).replace("it did not end", "it did not start")
    talk.end()
    complaints.seek(0)
    lines = complaints.read(10_000).decode("utf-8", "replace").strip().splitlines()
    why = lines[-1] if lines else how
    old = "; it is too old" if "Unknown option" in why else ""
    raise NoBox(f"{why}{old}")


class Talk:
    """A conversation with a box: a line out, a line back."""

    def __init__(self, process, limits):
        self.process, self.limits = process, limits
        self.lines, self.over, self.reason = queue.Queue(maxsize=4), False, None
        for work in (self._read, self._watch):
            threading.Thread(target=work, daemon=True).start()

    def say(self, line, seconds):
        """Send a line and return the next that comes back.

        Raises
        ------
        Ended
            If none comes in time, or none at all.
        """
        try:
            self.process.stdin.write(line + b"\n")
            self.process.stdin.flush()
        except (OSError, ValueError):  # it is gone: there may be its last words
            seconds = POLL
        return self.heard(seconds)

    def heard(self, seconds):
        """Return the next line; raise Ended if none comes."""
        try:
            line = self.lines.get(timeout=min(seconds, threading.TIMEOUT_MAX))
        except queue.Empty:
            raise Ended(
                self.reason or f"it did not end within {seconds:g} seconds"
            ) from None
        if not line.endswith(b"\n"):
            raise Ended(self.reason or self.how_it_ended())
        return line

    def _read(self):
        """Put lines that come into the queue, until there are no more."""
        with self.process.stdout as stream:
            line = b"\n"
            while line.endswith(b"\n") and not self.over:
                line = stream.readline(LINE)
                self.lines.put(line)

    def how_it_ended(self):
        """Say with what status the process ended, a signal as a shell counts it."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = self.process.wait(timeout=1)
            status = status if status >= 0 else 128 - status
            return f"it ended the process that ran it (exit status {status})"
        return "it wrote into the channel of its verdicts"

    def _watch(self):
        """Stop the box where it uses more than it may."""
        while not self.over and self.process.poll() is None:
            if reason := self._too_much():
                self.reason = reason
                self.end()
            time.sleep(POLL)
        if not self.over:
            time.sleep(POLL)  # what it has said comes first
            self.lines.put(b"")  # also where a process that it left holds the channel

    def _too_much(self):
        """Say of what the box uses more than it may, if it does."""
        family = self._family()
        if len(family) > self.limits.processes:
            return f"it started more than {self.limits.processes} processes"
        if sum(map(_memory, family)) > self.limits.memory:
            return f"it used more than {self.limits.memory // 2**20} MiB of memory"
        return ""

    def _family(self):
        """Return the processes in the box."""
        import psutil

        with contextlib.suppress(psutil.Error):
            first = psutil.Process(self.process.pid)
            return [first, *first.children(recursive=True)]
        return []

    def end(self):
        """End every process in the box."""
        self.over = True
        for process in self._family():
            with contextlib.suppress(Exception):  # it may have ended meanwhile
                process.kill()
        if hasattr(os, "killpg"):
            with contextlib.suppress(OSError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        with contextlib.suppress(queue.Empty):
            while True:  # who still puts a line there shall not wait
                self.lines.get_nowait()
        with contextlib.suppress(queue.Full):
            self.lines.put_nowait(b"")  # and who waits for one shall know


def _memory(process):
    """Return the bytes that a process holds, 0 if it has ended."""
    import psutil

    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0
