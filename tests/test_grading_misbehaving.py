"""Answers that misbehave: each gets its row, and the honest ones beside it keep theirs.

The second of four answers does it, so that one has been judged before and two are to
come.
"""

import os
import re

import pytest
from submissions import box_or_skip, handed_in, rows

from bpkit.exercises import bank
from bpkit.grading import run
from bpkit.grading.box import Limits

pytestmark = pytest.mark.long

HONEST = ["bias_gradient", "forward_pass", "backprop"]
MISBEHAVING = "weight_gradient"
MEBIBYTE = 2**20

ENDED = r"It ended the process that ran it \(exit status {}\)\."
CHANNEL = "It wrote into the channel of its verdicts."
LIMITS = Limits(disk=8 * MEBIBYTE, processes=24)
NARROW = Limits(memory=400 * MEBIBYTE)

# The body of the answer, and what is said of it.
BODIES = {
    "writes into every file": (
        "import os\nfor fd in range(3, 64):\n    try: os.write(fd, b'[1]\\n')\n"
        "    except OSError: pass",
        CHANNEL,
    ),
    "forges a line": (
        "import os, json\nright = {'number': '1', 'attempt': 'missing'}\n"
        "for fd in range(3, 64):\n"
        "    try: os.write(fd, json.dumps(right).encode() + b'\\n')\n"
        "    except OSError: pass",
        CHANNEL,
    ),
    "nests a line without end": (
        "import os\nfor fd in range(3, 64):\n"
        "    try: os.write(fd, b'[' * 10**5 + b'\\n')\n    except OSError: pass",
        CHANNEL,
    ),
    "ends its process": ("import os\nos._exit(3)", ENDED.format(3)),
    "crashes": ("import ctypes\nctypes.string_at(0)", ENDED.format(139)),
    "raises a signal": (
        "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\nwhile True: pass",
        ENDED.format(143),
    ),
    "closes every file": ("import os\nos.closerange(0, 64)", ENDED.format(120)),
    "eats memory": (
        "import numpy as np, time\nheld = []\nwhile True:\n"
        "    held.append(np.ones(2**20))\n    time.sleep(0.005)",
        "It used more than 400 MiB of memory|MemoryError",
    ),
    "starts processes": (
        "import subprocess, sys, time\n"
        "all = [subprocess.Popen(['sleep', '20']) for _ in range(30)]\ntime.sleep(3)",
        "It started more than 24 processes.",
    ),
    "hangs where nothing can stop it": (
        "sum(range(10**12))",
        "It did not end within 1 seconds.",
    ),
    "loops for ever and catches all": (
        "while True:\n    try:\n        while 1: pass\n    except BaseException: pass",
        "the answer did not end",
    ),
    "returns 72 MB": (
        "import numpy as np\nreturn np.zeros((3000, 3000))",
        r"shape \(3000, 3000\)",
    ),
    "returns what has no end": (
        "import numpy as np\nreturn np.broadcast_to(0.0, (10**7, 10**7))",
        "MemoryError",
    ),
    "nests its result": (
        "nested = []\nfor _ in range(10**5): nested = [nested]\nreturn nested",
        "RecursionError",
    ),
    "gives what never ends": (
        "class Endless(list):\n    def __iter__(self):\n        while True: yield 1\n"
        "return Endless()",
        "the answer did not end",
    ),
    "gives an object that lies": (
        "class Odd:\n    def __getattribute__(self, name): raise SystemExit\n"
        "return Odd()",
        "What came cannot be judged",
    ),
    "patches numpy": (
        "import numpy as np\n"
        "np.allclose = np.isclose = np.array_equal = lambda *a, **k: True\nreturn 0",
        "The answer replaced numpy.",
    ),
    "patches what judges": (
        "import sys\nfor name, module in list(sys.modules.items()):\n"
        "    if name.startswith('bpkit'):\n"
        "        for key in ('compare', 'attempt', 'outcome', 'as_json', 'judge'):\n"
        "            if key in module.__dict__: module.__dict__[key] = lambda *a: 0\n"
        "return 0",
        "The answer replaced bpkit.",
    ),
    "deletes what Python has": (
        "import builtins\nfor name in list(vars(builtins)):\n"
        "    if name[0] != '_': delattr(builtins, name)",
        "",
    ),
    "deletes the other answers": (
        "import __main__\nfor name in ('forward_pass', 'backprop'):\n"
        "    __main__.__dict__.pop(name, None)\nreturn 0",
        "Came",
    ),
    "forks": ("import os\nreturn os.fork()", "Came"),
    "leaves a process behind": (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n"
        "    if os.fork() == 0: time.sleep(10)\n    os._exit(0)\nreturn 0",
        "Came",
    ),
    "leaves threads behind": (
        "import threading, time\nfor _ in range(5):\n"
        "    threading.Thread(target=time.sleep, args=(1000,)).start()\nreturn 0",
        "Came|can't start new thread",
    ),
    "is ended later": ("import signal\nsignal.alarm(1)\nreturn 0", "Came"),
    "floods the output": (
        "import os\nfor _ in range(2000):\n    print('x' * 1000)\n"
        "    os.write(1, b'x' * 1000)\n    os.write(2, b'x' * 1000)",
        "Came",
    ),
    "leaves Python": ("raise SystemExit(0)", "Raised SystemExit: 0"),
    "calls itself": ("return weight_gradient(*a)", "Raised RecursionError"),
}

# What would harm whoever runs the tests is done in a box only.
ONLY_IN_A_BOX = {
    "kills all others": (
        "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\n"
        "os.kill(-1, signal.SIGKILL)\nreturn 0",
        "Came|ProcessLookupError",
    ),
    "fills the disk with one file": (
        "open('/tmp/x', 'wb').write(b'x' * 2**24)\nreturn 0",
        "File too large",
    ),
    "fills the disk with many": (
        "for k in range(40): open(f'/tmp/{k}', 'wb').write(b'x' * 2**20)",
        "No space left on device",
    ),
    "takes 4 GiB at once": ("return bytearray(4 * 2**30)", "Raised MemoryError"),
    "looks for the right answer": (
        "from bpkit.exercises.lesson_06 import weight_gradient as e\n"
        "return e.reference(*a)",
        "the exercises are judged elsewhere",
    ),
    "reads the right answer": (
        "import bpkit, pathlib, re\n"
        "folder = pathlib.Path(bpkit.__file__).parent / 'exercises'\n"
        "return max(p for p in folder.rglob('*lesson_06*'))",
        "Raised ValueError",
    ),
}
# What has to do with more than Python is done in both.
IN_BOTH = [
    *("writes into every file", "ends its process", "crashes", "raises a signal"),
    *("closes every file", "eats memory", "starts processes", "is ended later"),
    *("hangs where nothing can stop it", "forks", "leaves a process behind"),
]
# There the kernel itself counts processes, but not root's.
COUNTED = set() if getattr(os, "getuid", int)() == 0 else {"starts processes"}
CASES = [
    *(("process", kind, *BODIES[kind]) for kind in BODIES),
    *(("bwrap", kind, *BODIES[kind]) for kind in IN_BOTH if kind not in COUNTED),
    *(("bwrap", kind, BODIES[kind][0], "BlockingIOError") for kind in COUNTED),
    *(("bwrap", kind, *ONLY_IN_A_BOX[kind]) for kind in ONLY_IN_A_BOX),
]
ENDLESS = "hangs where nothing can stop it", "gives what never ends"
ENDLESS += ("loops for ever and catches all",)


@pytest.fixture(autouse=True)
def in_a_hurry(request, monkeypatch):
    """Give half a second to what does not end, and to all else a minute."""
    is_endless = request.node.name.partition("-")[2].rstrip("]") in ENDLESS
    monkeypatch.setattr(bank()[MISBEHAVING], "seconds", 0.5 if is_endless else 60.0)
    monkeypatch.setattr(run, "MARGIN", 0.5 if is_endless else 10.0)
    run._asked.cache_clear()
    yield
    run._asked.cache_clear()


def answer(body):
    lines = "".join(f"\n    {line}" for line in body.splitlines())
    return f"def {MISBEHAVING}(*a, **k):{lines}\n"


@pytest.mark.parametrize(
    ("isolation", "body", "words"),
    [pytest.param(i, *rest, id=f"{i}-{kind}") for i, kind, *rest in CASES],
)
def test_what_misbehaves_is_not_correct_and_costs_nobody_else(
    isolation, body, words, tmp_path
):
    box = box_or_skip(isolation, NARROW if "MiB" in words else LIMITS)
    found = rows(box, tmp_path, 6, [*handed_in(6), answer(body)])
    row = found[MISBEHAVING]
    assert (row.verdict, row.mistake) == ("Not correct", "")
    assert re.search(words, row.message), row.message
    assert [found[name].verdict for name in HONEST] == ["Correct"] * 3


def test_twenty_kinds_are_tried():
    assert len(BODIES) > 20
