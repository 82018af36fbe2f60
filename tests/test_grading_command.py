"""`bpkit grade`: a class judged, resumed and spread out, and what the command says."""

import contextlib
import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from zlib import crc32

import classroom
import pytest

from bpkit import cli
from bpkit.exercises import bank
from bpkit.exercises.judge import judge
from bpkit.grading import grade
from bpkit.grading.box import NoBox, PlainBox
from bpkit.grading.fresh import fresh
from bpkit.grading.run import Row, judged

pytestmark = pytest.mark.slow

ANSWERS = {"ana": "rrrr", "ben": "wrrr", "cleo": "uuuu", "dora": "wwru"}
ENDS = "def backprop(*arguments):\n    import os\n    os._exit(3)"
FUNCTIONS = [e for e in bank().values() if not e.is_number and e.fresh]


def write_class(folder, answers=ANSWERS):
    for who, letters in answers.items():
        cells = classroom.lesson_six(letters)
        classroom.write(folder / who / "06_backpropagation.ipynb", *cells)
    return folder


def run(folder, out, *options):
    return cli.main(
        ["grade", str(folder), "-o", str(out), "--isolation", "process", *options]
    )


def rows_of(out):
    with open(Path(out) / "grades.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def verdicts(out):
    return {(row["learner"], row["exercise"]): row["verdict"] for row in rows_of(out)}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return a class's folder and what came of it, two at once."""
    folder = write_class(tmp_path_factory.mktemp("class"))
    (folder / "eve").mkdir()
    (folder / "eve" / "06.ipynb").write_text("{", encoding="utf-8")
    cells = [*classroom.lesson_six("rrr"), ENDS]
    classroom.write(folder / "fay" / "06.ipynb", *cells)
    out = tmp_path_factory.mktemp("out")
    assert run(folder, out, "--jobs", "2") == 1
    return folder, out


def test_every_answer_has_its_row(whole):
    found = verdicts(whole[1])
    assert [found["ana", name] for name in bank() if ("ana", name) in found] == (
        ["Correct"] * 4
    )
    assert found["ben", "bias_gradient"] == "Not correct"
    assert found["ben", "backprop"] == "Correct"
    assert found["cleo", "backprop"] == "Not yet"
    assert found["eve", ""] == "Not judged"
    assert found["fay", "forward_pass"] == "Correct"
    assert found["fay", "backprop"] == "Not correct"
    row = next(row for row in rows_of(whole[1]) if row["learner"] == "ben")
    assert (row["mistake"], row["points"], row["max"]) == (
        "sums_over_the_batch",
        "0",
        "1",
    )


def test_everything_that_comes_out_is_there(whole):
    _, out = whole
    assert {path.name for path in out.iterdir()} == {
        *("grades.csv", "gradebook.csv", "results.json", "class.html", "learners.html"),
        *("feedback", "runs"),
    }
    assert (
        (out / "gradebook.csv").read_bytes().startswith(b"\xef\xbb\xbflearner,lesson 6")
    )
    known = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert (known["isolation"], known["seed"]) == ("process", None)
    assert {"bpkit", "python", "numpy", "limits"} <= set(known)
    assert len(known["submissions"]) == 6
    assert all(len(s["digest"]) == 64 for s in known["submissions"])
    told = (out / "feedback" / "ben.md").read_text(encoding="utf-8")
    assert "Double the batch by repeating it: should the slope double?" in told
    page = (out / "class.html").read_text(encoding="utf-8")
    assert not re.search(r"\b(ana|ben|cleo|dora|eve|fay)\b", page)


def counting(monkeypatch):
    """Return a list that is given the number of notebooks to judge, run by run."""
    counts, results = [], grade._results
    monkeypatch.setattr(
        grade,
        "_results",
        lambda tasks, *rest: counts.append(len(tasks)) or results(tasks, *rest),
    )
    return counts


def test_what_was_judged_is_not_judged_again(whole, monkeypatch):
    folder, out = whole
    before, counts = (out / "grades.csv").read_bytes(), counting(monkeypatch)
    assert run(folder, out) == 1
    assert counts == [0]
    assert (out / "grades.csv").read_bytes() == before


def test_what_decides_a_verdict_has_it_judged_again(tmp_path, monkeypatch):
    folder, out = (
        write_class(tmp_path / "in", {"ana": "r", "ben": "r"}),
        tmp_path / "out",
    )
    counts = counting(monkeypatch)
    limits = tmp_path / "points.toml"
    limits.write_text("[limits]\nseconds = 50", encoding="utf-8")
    monkeypatch.setattr(
        grade, "judged", lambda *arguments: [Row("backprop", "Correct")]
    )
    one = "--jobs", "1"
    run(folder, out, *one)
    classroom.write(folder / "ana" / "06_backpropagation.ipynb", "backprop = 3")
    run(folder, out, *one)
    (folder / "ben" / "helpers.py").write_text("two = 2", encoding="utf-8")
    run(folder, out, *one)
    run(folder, out, *one, "--seed", "1")
    run(folder, out, *one, "--points", str(limits))
    monkeypatch.setattr(grade, "version", lambda: "another")
    run(folder, out, *one)
    assert counts == [2, 1, 1, 2, 2, 2]


def test_a_bpkit_that_a_teacher_has_changed_is_another(tmp_path, monkeypatch):
    monkeypatch.setattr("bpkit.__file__", str(tmp_path / "__init__.py"))
    (tmp_path / "exercises").mkdir()
    found = set()
    for text in ("a = 1", "a = 2"):
        (tmp_path / "exercises" / "lesson_01.py").write_text(text)
        found.add(grade.version.__wrapped__())
    assert len(found) == 2


def test_no_jobs_are_refused(tmp_path, capsys):
    with pytest.raises(SystemExit):
        run(tmp_path, tmp_path / "out", "--jobs", "0")
    assert "a whole number from 1 up is needed; got 0" in capsys.readouterr().err


def test_two_with_the_same_notebook_have_a_row_each(tmp_path):
    folder = write_class(tmp_path / "in", {"ana": "r", "ben": "r"})
    assert run(folder, tmp_path / "out", "--jobs", "1") == 0
    assert {row["learner"] for row in rows_of(tmp_path / "out")} == {"ana", "ben"}


def test_points_alone_have_nothing_judged_again(whole, tmp_path, monkeypatch):
    folder, out = whole[0], shutil.copytree(whole[1], tmp_path / "out")
    points = tmp_path / "points.toml"
    points.write_text(
        "due = 2001-01-01T00:00:00Z\n[points]\nbackprop = 4\n[lessons.6]\nweight = 2\n"
        "[credit]\nsums_over_the_batch = 0.5",
        encoding="utf-8",
    )
    counts = counting(monkeypatch)
    run(folder, out, "--points", str(points))
    assert counts == [0]
    ben = [row for row in rows_of(out) if row["learner"] == "ben"]
    assert [row["points"] for row in ben] == ["1", "2", "2", "8", "", "", ""]
    assert all(row["note"].startswith("late: saved 20") for row in ben)


def test_a_failure_of_the_grader_costs_one_row_and_is_tried_again(
    tmp_path, monkeypatch
):
    folder, out = (
        write_class(tmp_path / "in", {"ana": "r", "ben": "r"}),
        tmp_path / "out",
    )
    really, calls = grade.judged, []

    def fails_once(*arguments):
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("the disk is full")
        return really(*arguments)

    monkeypatch.setattr(grade, "judged", fails_once)
    assert run(folder, out, "--jobs", "1") == 1
    assert verdicts(out)["ana", ""] == "Not judged"
    assert verdicts(out)["ben", "bias_gradient"] == "Correct"
    assert run(folder, out, "--jobs", "1") == 0
    assert len(calls) == 3


LEAVES_A_TRACE = """
from pathlib import Path
with open({log!r}, "a") as log:
    TRACE = log.write({who!r} + "\\n")
import time
TRACE = time.sleep(0.3)
"""


def test_killed_in_the_middle_it_goes_on_where_it_was(tmp_path):
    folder, log = tmp_path / "in", tmp_path / "log"
    for k in range(6):
        cells = classroom.lesson_six("r")
        trace = LEAVES_A_TRACE.format(log=str(log), who=f"l{k}")
        cells[1] = cells[1].replace(":", ":\n    TRACE", 1)
        classroom.write(folder / f"l{k}" / "06.ipynb", trace, *cells)
    out, undisturbed = tmp_path / "out", tmp_path / "undisturbed"
    command = [sys.executable, "-m", "bpkit", "grade", str(folder), "-o", str(out)]
    command += ["--isolation", "process", "--jobs", "2"]
    process = subprocess.Popen(
        command, start_new_session=True, stdout=subprocess.DEVNULL
    )
    try:
        patience = time.monotonic() + 120
        while len(list(out.glob("runs/*.json"))) < 2 and time.monotonic() < patience:
            time.sleep(0.05)
        process.kill()
        process.wait()
    finally:  # its workers, too
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    kept = {path.name.partition("-")[0] for path in out.glob("runs/l*.json")}
    assert 2 <= len(kept) < 6
    started = log.read_text().split()
    assert run(folder, out, "--jobs", "1") == 0
    again = log.read_text().split()[len(started) :]
    assert not kept & set(again)
    assert kept | set(again) == {f"l{k}" for k in range(6)}
    assert run(folder, undisturbed, "--jobs", "1") == 0
    for name in ("grades.csv", "results.json", "class.html"):
        assert (out / name).read_bytes() == (undisturbed / name).read_bytes()


def test_a_cluster_of_dask_gives_the_same_rows(whole, tmp_path):
    distributed = pytest.importorskip("distributed")
    folder, out = whole
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        address = cluster.scheduler_address
        options = "--backend", "dask", "--scheduler", address
        assert run(folder, tmp_path, *options) == 1
    for name in ("grades.csv", "gradebook.csv", "results.json", "class.html"):
        assert (tmp_path / name).read_bytes() == (out / name).read_bytes()


def test_a_scheduler_that_is_not_there_is_told(whole, tmp_path, monkeypatch, capsys):
    pytest.importorskip("distributed")
    monkeypatch.setattr(grade, "WAIT", 1)
    options = "--backend", "dask", "--scheduler", "tcp://127.0.0.1:9"
    assert run(whole[0], tmp_path, *options) == 2
    assert "no scheduler answers at tcp://127.0.0.1:9" in capsys.readouterr().err


def test_a_lost_worker_is_told_and_what_was_judged_is_kept(
    tmp_path, monkeypatch, capsys
):
    def lost(tasks, *rest):
        yield 0, grade.judge_one(*tasks[0])[1]
        raise RuntimeError("A worker process was killed")

    folder, out = (
        write_class(tmp_path / "in", {"ana": "r", "ben": "r"}),
        tmp_path / "out",
    )
    monkeypatch.setattr(grade, "_results", lost)
    assert run(folder, out) == 2
    told = "broken off (RuntimeError: A worker process was killed); what was judged"
    assert told in capsys.readouterr().err
    assert [path.name[:4] for path in out.glob("runs/*.json")] == ["ana-"]


# --- fresh cases ----------------------------------------------------------------


def test_who_knows_the_fixed_cases_by_heart_is_told_so(tmp_path):
    exercise = bank()["bias_gradient"]
    known = {
        repr(case.args[0].tolist()): exercise.reference(*case.args).tolist()
        for case in exercise.cases()
    }
    by_heart = (
        f"import numpy as np\nKNOWN = {known!r}\n",
        "def bias_gradient(delta):\n"
        "    return np.array(KNOWN.get(repr(delta.tolist()), [[0.0]]))",
    )
    sources = [*by_heart, *classroom.lesson_six("urrr")]
    sources.remove("def bias_gradient(*arguments): ...")
    fixed, beside = (
        judged(sources, tmp_path, 6, PlainBox(), seed) for seed in (None, 1)
    )
    assert [row.verdict for row in fixed[:4]] == ["Correct"] * 4
    assert [row.verdict for row in beside[:4]] == ["Not correct", *["Correct"] * 3]
    assert beside[0].message.startswith("It is right on the fixed cases only.\nCall: ")


@pytest.mark.long
@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda exercise: exercise.name)
def test_fresh_cases_refute_no_right_answer(exercise):
    seed = crc32(exercise.name.encode()) % 20
    variants = exercise.variants if exercise.name != "sgd" else ()
    for answer in (exercise.reference, *variants):
        assert judge(fresh(exercise.name, seed), answer), answer.__name__


def test_fresh_cases_come_from_their_seed():
    def drawn(seed):
        return [c.args[0].tolist() for c in fresh("bias_gradient", seed).cases()]

    first = drawn(1)
    fixed = [case.args[0].tolist() for case in bank()["bias_gradient"].cases()]
    assert first == drawn(1) != drawn(2)
    assert all(a != b for a, b in zip(first, fixed) if b != [[1, 2], [4, 7]])
    assert fresh("output_error", 1) is None
    assert fresh("nudge_ratio", 1) is None


def test_the_seed_is_recorded(tmp_path):
    folder = write_class(tmp_path / "in", {"ana": "r"})
    assert run(folder, tmp_path / "out", "--seed", "7", "--jobs", "1") == 0
    known = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    assert known["seed"] == 7
    page = (tmp_path / "out" / "class.html").read_text(encoding="utf-8")
    assert "fresh cases from seed 7" in page


# --- what the command says ------------------------------------------------------


def test_a_dry_run_shows_whose_each_is_and_runs_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(grade, "grade", pytest.fail)
    folder = write_class(tmp_path / "in", {"ana": "r"})
    assert cli.main(["grade", str(folder), "--dry-run"]) == 0
    assert capsys.readouterr().out == "ana  ← ana/06_backpropagation.ipynb\n"
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_without_isolation_that_is_told(tmp_path, monkeypatch, capsys):
    folder = write_class(tmp_path / "in", {"ana": "r"})
    monkeypatch.setattr(
        grade, "judged", lambda *arguments: [Row("backprop", "Correct")]
    )
    run(folder, tmp_path / "out", "--jobs", "1")
    out, err = capsys.readouterr()
    assert "Isolation: none. Submissions run as you" in err
    assert out.endswith(f"See {tmp_path / 'out'}.\n")
    page = (tmp_path / "out" / "class.html").read_text(encoding="utf-8")
    assert "isolation: none, submissions ran as whoever graded" in page


def test_where_there_is_no_isolation_nothing_is_run(tmp_path, monkeypatch, capsys):
    def none(*arguments):
        raise NoBox("Isolation: none of this system's sandboxes works.")

    monkeypatch.setattr(grade, "boxed", none)
    monkeypatch.setattr(grade, "grade", pytest.fail)
    grade._box.cache_clear()
    folder = write_class(tmp_path / "in", {"ana": "r"})
    assert cli.main(["grade", str(folder), "-o", str(tmp_path / "out")]) == 2
    assert "none of this system's sandboxes works" in capsys.readouterr().err


ROSTER = "Student,ID,Section,Lesson 6\nana,1,a,\nzoe,2,a,\n"


def test_the_roster_gets_its_points(whole, tmp_path, capsys):
    folder, out = whole[0], shutil.copytree(whole[1], tmp_path / "out")
    path = tmp_path / "canvas.csv"
    path.write_text(ROSTER, encoding="utf-8")
    run(folder, out, "--roster", str(path))
    lines = (out / "roster-canvas.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines == ["Student,ID,Section,Lesson 6", "ana,1,a,4", "zoe,2,a,"]
    assert "Not on the roster: ben, cleo, dora, eve, fay.\n" in capsys.readouterr().out
    page = (out / "class.html").read_text(encoding="utf-8")
    assert "Of 7 learners" in page
    assert "<strong>2</strong> have not started" in page


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "name the folder for what comes out: -o OUT"),
        (["-o", "OUT", "--backend", "dask"], "--scheduler ADDRESS go together"),
        (["-o", "OUT", "--scheduler", "tcp://x:1"], "--scheduler ADDRESS go together"),
        (["-o", "OUT", "--points", "none.toml"], "none.toml"),
        (
            ["-o", "OUT", "--points", "bad.toml"],
            "bad.toml: there is no exercise 'bakprop'",
        ),
        (
            ["-o", "OUT", "--roster", "bad.toml"],
            "bad.toml: no column says who somebody is",
        ),
        (["-o", "OUT", "--learner", "("], "is no regular expression"),
        (["-o", "OUT", "--lesson", "3"], "there is no notebook (*.ipynb) of lesson 3"),
        (["-o", "bad.toml"], "bad.toml"),
    ],
)
def test_what_is_wrong_is_told_before_the_work(
    tmp_path, monkeypatch, capsys, options, words
):
    monkeypatch.setattr(grade, "grade", pytest.fail)
    monkeypatch.chdir(tmp_path)
    Path("bad.toml").write_text("[points]\nbakprop = 1", encoding="utf-8")
    write_class(tmp_path / "in", {"ana": "r"})
    options = [*options, "--isolation", "process"]
    assert cli.main(["grade", "in", *options]) == 2
    err = capsys.readouterr().err
    assert err.startswith("bpkit: ")
    assert words in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("option", ["--jobs=-1", "--seed=x", "--lesson=11"])
def test_an_option_that_is_none_is_wrong_usage(option, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["grade", "in", "-o", "out", option])
    assert caught.value.code == 2
