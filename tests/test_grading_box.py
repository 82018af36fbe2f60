"""What the box keeps a submission from, and what is said where there is no box."""

import json
import os
import re
import shutil
import socket
import sys
import time
from pathlib import Path

import pytest
from submissions import box_or_skip

import bpkit
from bpkit.exercises import bank
from bpkit.grading import box as boxes
from bpkit.grading.box import BwrapBox, Ended, Limits, NoBox, boxed
from bpkit.grading.run import Asking, _stand_ins

MEBIBYTE = 2**20
LIMITS = Limits(memory=1024 * MEBIBYTE, disk=16 * MEBIBYTE, processes=40)
USERNS = "ctypes.CDLL(None, use_errno=True).unshare(0x10000000)"

# What a submission tries, and the error that it gets.
REFUSED = {
    "a neighbour's notebook": ("open({neighbour!r})", "FileNotFoundError"),
    "the learner's own notebook": (
        "open('a.ipynb', 'a')",
        "OSError: [Errno 30] Read-only file system",
    ),
    "the root": ("open('/x', 'w')", "Read-only file system"),
    "the devices": ("open('/dev/x', 'w')", "Read-only file system"),
    "Python": ("open(sys.prefix + '/x', 'w')", "Read-only file system"),
    "bpkit": ("open(bpkit.__file__, 'a')", "Read-only file system"),
    "the settings of the kernel": (
        "open('/proc/sys/kernel/core_pattern', 'w')",
        "Error",
    ),
    "who is known here": ("open('/etc/passwd')", "FileNotFoundError"),
    "the home of who grades": (f"open({str(Path.home() / 'x')!r}, 'w')", "Error"),
    "another computer": (
        "socket.create_connection(('192.0.2.1', 80), 2)",
        "Network is unreachable",
    ),
    "a name on the network": (
        "socket.getaddrinfo('example.org', 80)",
        "gaierror",
    ),
    "this computer's services": (
        "socket.create_connection(('127.0.0.1', {port}), 2)",
        "Connection refused",
    ),
    "an abstract socket": (
        "socket.socket(socket.AF_UNIX).connect({abstract!r})",
        "Connection refused",
    ),
    "4 GiB": ("bytearray(4 * 2**30)", "MemoryError"),
    "a large file": ("open('/tmp/x', 'wb').write(bytes(2**25))", "File too large"),
    "many files": (
        "[open(f'/tmp/{{k}}', 'wb').write(bytes(2**20)) for k in range(20)]",
        "No space left on device",
    ),
    "many files in shared memory": (
        "[open(f'/dev/shm/{{k}}', 'wb').write(bytes(2**20)) for k in range(20)]",
        "No space left on device",
    ),
    "the right answers": (
        "import_module('bpkit.exercises.lesson_06')",
        "ModuleNotFoundError",
    ),
}

# What a submission looks at, and what it sees.
PYTHON = boxes._python_folders()  # which are shown, also below /tmp
SEEN = {
    "its folder": (
        "os.listdir('/submission'), os.getcwd()",
        (["a.ipynb"], "/submission"),
    ),
    "nothing in /tmp but Python": (
        "sorted(os.listdir('/tmp'))",
        sorted({Path(p).parts[2] for p in PYTHON if p.startswith("/tmp/")}),
    ),
    "no other process": (
        "len([p for p in os.listdir('/proc') if p.isdigit()])",
        2,
    ),
    "no variable of who grades": (
        "[p for p in '12' if 'SECRET' in open(f'/proc/{p}/environ').read()]"
        " or 'SECRET_OF_THE_GRADER' in os.environ",
        False,
    ),
    "no right": (
        "open('/proc/self/status').read().split('CapEff:')[1].split()[0]",
        "0" * 16,
    ),
    "another user": ("os.getuid()", 1000),
    "no further box": (f"{USERNS} if {USERNS} else 'a box'", -1),
    "no right answer": (
        "[str(f) for p in sys.path for f in pathlib.Path(p).glob('bpkit/**/lesson_*')]",
        [],
    ),
    "a home that can be written to": (
        "open(os.path.expanduser('~/x'), 'w').write('x')",
        1,
    ),
    "its own loopback": (
        "(lambda s: socket.create_connection(s.getsockname()).getpeername()[0])"
        "(socket.create_server(('127.0.0.1', 0)))",
        "127.0.0.1",
    ),
}


def looked(box, folder, *expressions):
    """Return the value of each expression in the box, or the error that it raises."""
    cells = [
        "import ctypes, json, os, pathlib, socket, sys, time\nimport bpkit\n"
        "from importlib import import_module\n"
        f"try: seen = json.dumps(({expression}))\n"
        "except BaseException as e: seen = f'{type(e).__name__}: {e}'\n"
        "raise LookupError(seen)"
        for expression in expressions
    ]
    with box.opened(folder, 1) as talk:
        raised = Asking(talk).cells(
            list(enumerate(cells)), _stand_ins([], 1), False, 20
        )
    return [words.removeprefix("LookupError: ") for _, words in raised]


@pytest.fixture(scope="module")
def box():
    return box_or_skip("bwrap", LIMITS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("learner")
    (folder / "a.ipynb").write_text("{}", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def refused(box, folder, tmp_path_factory):
    """What became of each attempt to reach what is none of a submission's."""
    neighbour = tmp_path_factory.mktemp("neighbour") / "a.ipynb"
    neighbour.write_text("{}", encoding="utf-8")
    abstract = f"\0probe-{os.getpid()}"
    with (
        socket.create_server(("127.0.0.1", 0)) as service,
        socket.socket(socket.AF_UNIX) as nameless,
    ):
        nameless.bind(abstract)
        nameless.listen()
        places = {
            "neighbour": str(neighbour),
            "port": service.getsockname()[1],
            "abstract": abstract,
        }
        tried = [expression.format(**places) for expression, _ in REFUSED.values()]
        return dict(zip(REFUSED, looked(box, folder, *tried)))


@pytest.fixture(scope="module")
def shown(box, folder):
    """What a submission sees."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET_OF_THE_GRADER", "x")
        expressions = [expression for expression, _ in SEEN.values()]
        return dict(zip(SEEN, looked(box, folder, *expressions)))


@pytest.mark.slow
@pytest.mark.parametrize("what", REFUSED)
def test_the_box_refuses(what, refused):
    assert REFUSED[what][1] in refused[what]


@pytest.mark.slow
@pytest.mark.parametrize("what", SEEN)
def test_the_box_shows(what, shown):
    assert json.loads(shown[what]) == json.loads(json.dumps(SEEN[what][1]))


@pytest.mark.slow
def test_what_is_started_in_the_box_ends_with_it(box, folder):
    mark = f"{time.time()}"
    start = f"os.fork() or os.setsid() or os.execlp('sleep', 'sleep', '30', '{mark}')"
    looked(box, folder, start)
    time.sleep(0.3)
    processes = [
        p.read_bytes() for p in Path("/proc").glob("[0-9]*/cmdline") if alive(p)
    ]
    assert not [p for p in processes if mark.encode() in p and b"sleep" in p[:6]]


def alive(path):
    try:
        return bool(path.read_bytes())
    except OSError:
        return False


@pytest.mark.slow
def test_the_kernel_counts_processes_for_all_but_root(box, folder):
    if os.getuid() == 0:
        pytest.skip("root: the kernel does not count its processes; they are watched")
    many = "[os.fork() or time.sleep(5) for _ in range(60)]"
    [raised] = looked(box, folder, many)
    assert raised.startswith("BlockingIOError")


@pytest.mark.slow
def test_too_many_processes_end_the_box(folder):
    many = "[os.posix_spawn('/bin/sleep', ['sleep', '9'], {}) for _ in range(30)]"
    wait = f"({many}, time.sleep(9))"
    box = box_or_skip("bwrap", Limits(processes=20))
    if os.getuid():
        pytest.skip("the kernel refuses them before")
    with pytest.raises(Ended, match="it started more than 20 processes"):
        looked(box, folder, wait)


@pytest.mark.slow
@pytest.mark.parametrize("isolation", ["process", "bwrap"])
def test_the_memory_of_all_processes_together_is_watched(isolation, folder):
    box = box_or_skip(isolation, Limits(memory=400 * MEBIBYTE))
    held = "(bytearray(b'x') * (60 * 2**20), time.sleep(9))"
    each = f"[os.fork() or {held} for _ in range(8)]"
    with pytest.raises(Ended, match="it used more than 400 MiB of memory"):
        looked(box, folder, f"({each}, {held})")


def test_an_isolation_of_no_known_name_is_an_error():
    with pytest.raises(ValueError, match="auto, bwrap or process; got 'docker'"):
        boxed("docker")


def test_a_process_is_had_where_it_is_asked_for():
    box = boxed("process", LIMITS)
    assert (box.name, box.limits) == ("process", LIMITS)


@pytest.mark.parametrize("isolation", ["auto", "bwrap"])
def test_without_bubblewrap_it_is_refused_in_words(isolation, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(NoBox) as refused:
        boxed(isolation)
    assert str(refused.value) == (
        "Isolation: none of this system's sandboxes works (bwrap is not installed). "
        "Submissions would run as you, in their own processes with limits on time and "
        "memory; they could read your files and use your network. Use a machine or "
        "container where that may happen; docs/teaching.md says how. "
        "Continue with --isolation process."
    )


@pytest.mark.skipif(os.name == "nt", reason="a program of the shell stands for bwrap")
@pytest.mark.parametrize(
    ("program", "why"),
    [
        (
            "echo 'bwrap: setting up uid map: Permission denied' >&2; exit 1",
            "bwrap: setting up uid map: Permission denied",
        ),
        (
            "echo 'bwrap: Unknown option --disable-userns' >&2; exit 1",
            "bwrap: Unknown option --disable-userns; it is too old",
        ),
        ("exit 7", "it ended the process that ran it (exit status 7)"),
        ("echo no", "it ended the process that ran it (exit status 0)"),
    ],
)
def test_a_bubblewrap_that_refuses_is_quoted(program, why, tmp_path, monkeypatch):
    fake = tmp_path / "bwrap"
    fake.write_text(f"#!/bin/sh\n{program}\n", encoding="utf-8")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert BwrapBox().probe() == why
    with pytest.raises(NoBox, match="none of this system's sandboxes works"):
        boxed()


@pytest.mark.skipif(os.name == "nt", reason="a program of the shell stands for bwrap")
def test_a_bubblewrap_that_hangs_does_not_hang_us(tmp_path, monkeypatch):
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\nexec sleep 60\n", encoding="utf-8")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(boxes, "START", 0.5)
    assert "it did not start within 0.5 seconds" in BwrapBox().probe()


def test_what_the_box_shows_of_bpkit_is_no_exercise():
    options = boxes._course(1)
    shown = [Path(p).name for p in options if p.startswith("/")]
    assert "attempt.py" in shown
    assert "patients.py" in shown  # which the learners read and repair
    assert not [name for name in shown if "lesson_" in name]
    earlier = {f"lesson_{n:02}.py" for n in range(1, 6)}
    shown = [Path(p).name for p in boxes._course(6)]
    assert {name for name in shown if re.match(r"lesson_.*py$", name)} == earlier
    for path in Path(bpkit.__file__).parent.glob("*/patients.py"):
        text = path.read_text(encoding="utf-8")
        assert not [name for name in bank() if f"def {name}(" in text]


def test_a_bpkit_that_is_installed_with_python_is_covered(tmp_path, monkeypatch):
    installed = tmp_path / "lib" / "bpkit"
    installed.mkdir(parents=True)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path / "lib"))
    options = boxes._course(1)
    place = options.index(str(installed))
    assert options[place - 1 : place + 3][::2] == ["--tmpfs", "--remount-ro"]
