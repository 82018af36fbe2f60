"""Time `bpkit grade` on classes of sixty, with those among them that misbehave.

Each class is graded with loky and on a cluster of Dask, and the rows are compared to
the byte. Then a grading is killed in the middle and started again. What the processor
worked is told beside what the clock said, since the machine may be busy; that of
Dask's workers is not in it. Progress goes to stderr, the table to stdout.

    python benchmarks/grading.py [--learners 60] [--isolation process] [--only one|ten]
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, sleep

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
import classroom  # noqa: E402

from bpkit.exercises import LESSONS, bank  # noqa: E402

NAME = "{:02}_lesson.ipynb"
# What a few of sixty do instead of answering, or besides.
HANGS = "def backprop(*arguments):\n    while True:\n        pass"
EXITS = "def backprop(*arguments):\n    import os\n    os._exit(1)"
BESIDES = [
    "while True:\n    pass",
    "import os\nos._exit(1)",
    "import sys\nsys.stdout.close()",
    "1 / 0",
    "def torn(:",
]


def notebook_of(k, lesson):
    """Return a lesson's cells as learner k hands them in: most is right."""
    order = list(bank())

    def answer(name):
        n = k + order.index(name)
        if n % 7 == 0:
            return f"{name} = ..."
        return classroom.wrong(name, k) if n % 5 == 0 else classroom.right(name)

    cells = classroom.filled(lesson, answer)
    if k % 6 == 0:
        cells.insert(1, BESIDES[k // 6 % len(BESIDES)])
    return cells


def make(folder, learners, lessons):
    """Write a class's notebooks; of lesson 6, two answers misbehave, a file is torn."""
    for k in range(learners):
        for lesson in lessons:
            path = folder / f"learner{k:02}" / NAME.format(lesson)
            classroom.write(path, *notebook_of(k, lesson))
    for k, cell in enumerate((HANGS, EXITS)):
        path = folder / f"learner{k:02}" / NAME.format(6)
        classroom.write(path, *notebook_of(k, 6), cell)
    (folder / "learner02" / NAME.format(6)).write_text("{", encoding="utf-8")


def command(folder, out, *options):
    """Return the command that grades a class."""
    program = [sys.executable, "-m", "bpkit", "grade", str(folder), "-o", str(out)]
    return [*program, *options]


def run(*arguments):
    """Grade a class, and tell the seconds that it took, and the processor's."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    begun, worked = perf_counter(), sum(os.times()[2:4])
    subprocess.run(
        command(*arguments), env=environment, stdout=subprocess.DEVNULL, check=False
    )
    took, worked = perf_counter() - begun, sum(os.times()[2:4]) - worked
    return f"{took:.1f} s | {worked:.1f} s"


def same(one, other):
    """Return whether two gradings came to the same, to the byte."""
    names = "grades.csv", "gradebook.csv", "results.json", "class.html"
    return all((one / n).read_bytes() == (other / n).read_bytes() for n in names)


def killed(folder, out, *options):
    """Grade until half is done, kill it, and return how many had been kept."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        command(folder, out, *options), env=environment, start_new_session=True
    )
    half = len(list(folder.rglob("*.ipynb"))) // 2
    while process.poll() is None and len(list(out.glob("runs/*.json"))) < half:
        sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return {path: path.stat().st_mtime_ns for path in out.glob("runs/*.json")}


def timed(folder, lessons, learners, options):
    """Print the rows of one class."""
    from distributed import LocalCluster

    subs = folder / "class"
    make(subs, learners, lessons)
    title = f"{learners} × {len(lessons)} lesson{'s' if len(lessons) > 1 else ''}"
    loky, dask, broken = (folder / name for name in ("loky", "dask", "broken"))
    print(f"| {title} | loky | {run(subs, loky, *options)} | |", flush=True)
    again = run(subs, loky, *options)
    print(f"| {title} | started again, all kept | {again} | |", flush=True)
    with LocalCluster(
        n_workers=os.cpu_count(), threads_per_worker=1, dashboard_address=None
    ) as cluster:
        address = cluster.scheduler_address
        took = run(subs, dask, *options, "--backend", "dask", "--scheduler", address)
    told = "the same" if same(loky, dask) else "DIFFERENT"
    print(f"| {title} | Dask | {took} | {told} |", flush=True)
    kept = killed(subs, broken, *options)
    took = run(subs, broken, *options)
    once = all(path.stat().st_mtime_ns == at for path, at in kept.items())
    told = "the same" if same(loky, broken) else "DIFFERENT"
    told += "" if once else ", FINISHED ONES RUN AGAIN"
    what = f"the rest, after a kill at {len(kept)}"
    print(f"| {title} | {what} | {took} | {told} |", flush=True)


def main():
    """Time both classes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--learners", type=int, default=60)
    parser.add_argument("--isolation", default="auto")
    parser.add_argument("--only", choices=("one", "ten"))
    arguments = parser.parse_args()
    print("| class | how | time | work | rows |\n|---|---|---|---|---|")
    for which, lessons in (("one", [6]), ("ten", list(LESSONS))):
        if arguments.only in (None, which):
            with tempfile.TemporaryDirectory() as folder:
                options = "--isolation", arguments.isolation
                timed(Path(folder), lessons, arguments.learners, options)


if __name__ == "__main__":
    main()
