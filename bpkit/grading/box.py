"""The box in which a submission's code runs: a process of its own, with limits."""

import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import bpkit

LINE = 16 * 2**20  # bytes: no honest answer is longer
POLL = 0.2  # seconds between two looks at the memory of a box
ROOT = str(Path(bpkit.__file__).parents[1])
# Isolated from the folder and from Python's variables, but with the very bpkit of
# whoever asks.
INSIDE = (
    f"import sys; sys.path.insert(0, {ROOT!r}); "
    "from bpkit.grading.inside import main; main()"
)
CALM = {"BPKIT_KEEP": "0", "MPLBACKEND": "agg", "PYTHONUTF8": "1"} | dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"
)


@dataclass(frozen=True)
class Limits:
    """What a submission may use.

    Attributes
    ----------
    seconds : float
        For the cells that its answers need; each answer has its exercise's own limit.
    memory, disk : int
        Bytes, of all its processes together.
    processes : int
        How many there may be.
    """

    seconds: float = 60.0
    memory: int = 2 * 2**30
    disk: int = 64 * 2**20
    processes: int = 64


class Ended(Exception):
    """Why a box gives no answer any more, in words."""


class PlainBox:
    """A plain process: it runs as whoever grades, and may read and write as they may.

    Parameters
    ----------
    limits : Limits
        Of these, the time and the memory are watched.
    """

    name = "process"

    def __init__(self, limits=None):
        self.limits = limits or Limits()

    def command(self, folder):
        """Return the command that runs in the folder, and its environment."""
        return [sys.executable, "-I", "-c", INSIDE], os.environ | CALM

    @contextlib.contextmanager
    def opened(self, folder):
        """Start a box in a learner's folder; yield what speaks with it."""
        command, environment = self.command(folder)
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )
        talk = Talk(process, self.limits)
        try:
            yield talk
        finally:
            talk.end()


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
            answer = self.lines.get(timeout=min(seconds, threading.TIMEOUT_MAX))
        except queue.Empty:
            raise Ended(f"it did not end within {seconds:g} seconds") from None
        except OSError:
            answer = b""
        if not answer.endswith(b"\n"):
            raise Ended(self.reason or self._how_it_ended())
        return answer

    def _read(self):
        """Put lines that come into the queue, until there are no more."""
        with self.process.stdout as stream:
            line = b"\n"
            while line.endswith(b"\n") and not self.over:
                line = stream.readline(LINE)
                self.lines.put(line)

    def _how_it_ended(self):
        """Say with what status the process ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = self.process.wait(timeout=1)
            return f"it ended the process that ran it (exit status {status})"
        return "it wrote into the channel of its verdicts"

    def _watch(self):
        """Stop the box where it takes more memory than it may."""
        while not self.over and self.process.poll() is None:
            if sum(map(_memory, self._family())) > self.limits.memory:
                mebibytes = self.limits.memory // 2**20
                self.reason = f"it used more than {mebibytes} MiB of memory"
                self.end()
            time.sleep(POLL)

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
        self.process.kill()
        self.process.wait()
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        with contextlib.suppress(queue.Empty):
            while True:  # who still puts a line there shall not wait
                self.lines.get_nowait()


def _memory(process):
    """Return the bytes that a process holds, 0 if it has ended."""
    import psutil

    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0
