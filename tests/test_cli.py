import hashlib
import json
import os
import subprocess
import sys
import time
import types
from importlib import metadata
from pathlib import Path

import pytest

import bpkit
from bpkit import cli, delivery
from bpkit.exercises import bank
from bpkit.words import extra_lab

A, B = "01_a.ipynb", "02_b.ipynb"
A_NEW, A_NEW2 = "01_a.new.ipynb", "01_a.new2.ipynb"


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def outcomes(deliveries):
    return {one.name: (one.outcome, one.beside) for one in deliveries}


def notebook(*sources, **more):
    """Return the bytes of a notebook with these code cells."""
    cells = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": source} | more
        for source in sources
    ]
    content = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content, indent=1).encode()


def change(folder, name, content, seconds=60):
    """Save a file, a while later than anything else was saved."""
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(content)
    later = time.time() + seconds
    os.utime(path, (later, later))


@pytest.fixture
def lessons(tmp_path):
    folder = tmp_path / "course"
    folder.mkdir()
    (folder / A).write_bytes(b"a, first\n")
    (folder / B).write_bytes(b"b, first\r\n")
    (folder / "notes.txt").write_text("not a lesson", encoding="utf-8")
    return folder


@pytest.fixture
def mine(lessons, tmp_path):
    folder = tmp_path / "mine"
    delivery.deliver(lessons, folder)
    return folder


@pytest.fixture
def course(lessons, tmp_path, monkeypatch):
    """The command line over the fake lessons, run in an empty folder."""
    monkeypatch.setattr(cli, "lessons_folder", lambda: lessons)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return lessons


# What happens to a lesson


def test_an_empty_folder_gets_every_lesson_byte_for_byte(lessons, tmp_path):
    folder = tmp_path / "deep" / "new folder"
    assert outcomes(delivery.deliver(lessons, folder)) == {
        A: ("copied", None),
        B: ("copied", None),
    }
    found = files(folder)
    record = json.loads(found.pop(".bpkit.json"))
    assert found == {A: b"a, first\n", B: b"b, first\r\n"}
    assert record["delivered"][A] == hashlib.sha256(b"a, first\n").hexdigest()


def test_a_second_delivery_changes_nothing(lessons, mine):
    before = files(mine)
    again = outcomes(delivery.deliver(lessons, mine))
    assert again == {A: ("current", None), B: ("current", None)}
    assert files(mine) == before


def test_a_lesson_the_learner_left_alone_is_updated(lessons, mine):
    (lessons / A).write_bytes(b"a, second")
    assert outcomes(delivery.deliver(lessons, mine))[A] == ("updated", None)
    (lessons / A).write_bytes(b"a, third")
    assert outcomes(delivery.deliver(lessons, mine))[A] == ("updated", None)
    assert (mine / A).read_bytes() == b"a, third"
    assert set(files(mine)) == {A, B, ".bpkit.json"}


def test_a_changed_lesson_is_kept_while_the_course_stands_still(lessons, mine):
    (mine / A).write_bytes(b"my work")
    assert outcomes(delivery.deliver(lessons, mine))[A] == ("kept", None)
    assert (mine / A).read_bytes() == b"my work"
    assert set(files(mine)) == {A, B, ".bpkit.json"}


def test_a_changed_lesson_is_kept_and_the_new_version_put_beside_it(lessons, mine):
    (mine / A).write_bytes(b"my work")
    (lessons / A).write_bytes(b"a, second")
    assert outcomes(delivery.deliver(lessons, mine))[A] == ("kept", A_NEW)
    assert (mine / A).read_bytes() == b"my work"
    assert (mine / A_NEW).read_bytes() == b"a, second"


def test_a_new_version_is_offered_once(lessons, mine):
    (mine / A).write_bytes(b"my work")
    (lessons / A).write_bytes(b"a, second")
    delivery.deliver(lessons, mine)
    (mine / A_NEW).unlink()
    assert outcomes(delivery.deliver(lessons, mine))[A] == ("kept", None)
    assert not (mine / A_NEW).exists()


def test_a_version_beside_that_was_not_touched_gives_way_to_the_next(lessons, mine):
    (mine / A).write_bytes(b"my work")
    for version in (b"a, second", b"a, third"):
        (lessons / A).write_bytes(version)
        assert outcomes(delivery.deliver(lessons, mine))[A] == ("kept", A_NEW)
    assert (mine / A_NEW).read_bytes() == b"a, third"


def test_work_in_the_version_beside_is_kept_too(lessons, mine):
    (mine / A).write_bytes(b"my work")
    (lessons / A).write_bytes(b"a, second")
    delivery.deliver(lessons, mine)
    (mine / A_NEW).write_bytes(b"more of my work")
    (lessons / A).write_bytes(b"a, third")
    assert outcomes(delivery.deliver(lessons, mine))[A] == ("kept", A_NEW2)
    assert (mine / A).read_bytes() == b"my work"
    assert (mine / A_NEW).read_bytes() == b"more of my work"
    assert (mine / A_NEW2).read_bytes() == b"a, third"


def test_a_file_of_the_learners_under_the_name_beside_is_not_overwritten(lessons, mine):
    (mine / A_NEW).write_bytes(b"mine by chance")
    (mine / A).write_bytes(b"my work")
    (lessons / A).write_bytes(b"a, second")
    assert outcomes(delivery.deliver(lessons, mine))[A] == ("kept", A_NEW2)
    assert (mine / A_NEW).read_bytes() == b"mine by chance"


def test_the_new_version_moved_over_the_old_one_is_the_courses_again(lessons, mine):
    (mine / A).write_bytes(b"my work")
    (lessons / A).write_bytes(b"a, second")
    delivery.deliver(lessons, mine)
    os.replace(mine / A_NEW, mine / A)
    assert outcomes(delivery.deliver(lessons, mine))[A] == ("current", None)
    (lessons / A).write_bytes(b"a, third")
    assert outcomes(delivery.deliver(lessons, mine))[A] == ("updated", None)


def test_a_missing_lesson_comes_back(lessons, mine):
    (mine / A).rename(mine / "my a.ipynb")
    assert outcomes(delivery.deliver(lessons, mine))[A] == ("copied", None)
    assert (mine / A).read_bytes() == (mine / "my a.ipynb").read_bytes()


def test_a_lesson_added_to_the_course_is_copied(lessons, mine):
    (lessons / "03_c.ipynb").write_bytes(b"c")
    result = outcomes(delivery.deliver(lessons, mine))
    assert result["03_c.ipynb"] == ("copied", None)
    assert result[A] == ("current", None)


def test_a_lesson_dropped_by_the_course_stays_with_the_learner(lessons, mine):
    (lessons / B).unlink()
    delivery.deliver(lessons, mine)
    assert (mine / B).read_bytes() == b"b, first\r\n"


@pytest.mark.parametrize(
    "record",
    [
        None,
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b'{"other": 1}',
        b'{"delivered": [1]}',
        b'{"delivered": {"01_a.ipynb": 5}}',
        b'{"delivered": ' + b"[" * 100_000,
    ],
)
def test_without_a_record_to_trust_what_is_there_is_the_learners(lessons, mine, record):
    (mine / ".bpkit.json").unlink()
    if record is not None:
        (mine / ".bpkit.json").write_bytes(record)
    (lessons / A).write_bytes(b"a, second")
    result = outcomes(delivery.deliver(lessons, mine))
    assert result == {A: ("kept", A_NEW), B: ("current", None)}
    assert (mine / A).read_bytes() == b"a, first\n"
    (lessons / B).write_bytes(b"b, second")
    assert outcomes(delivery.deliver(lessons, mine))[B] == ("updated", None)


def test_other_files_in_the_folder_are_left_alone(lessons, mine):
    (mine / "my notes.md").write_bytes(b"notes")
    (mine / ".ipynb_checkpoints").mkdir()
    (lessons / A).write_bytes(b"a, second")
    delivery.deliver(lessons, mine)
    assert (mine / "my notes.md").read_bytes() == b"notes"
    assert (mine / ".ipynb_checkpoints").is_dir()


def test_a_failure_midway_loses_nothing_and_the_next_delivery_mends_it(
    lessons, mine, monkeypatch
):
    (lessons / A).write_bytes(b"a, second")
    (lessons / B).write_bytes(b"b, second")
    replace = os.replace

    def full_disk(source, target):
        if os.path.basename(target) == B:
            raise OSError(28, "No space left on device", str(target))
        replace(source, target)

    monkeypatch.setattr(delivery.os, "replace", full_disk)
    with pytest.raises(delivery.DeliveryError, match=r"No space left.*02_b\.ipynb"):
        delivery.deliver(lessons, mine)
    monkeypatch.undo()
    assert (mine / B).read_bytes() == b"b, first\r\n"
    assert set(files(mine)) == {A, B, ".bpkit.json"}
    result = outcomes(delivery.deliver(lessons, mine))
    assert result == {A: ("current", None), B: ("updated", None)}


# A lesson is its cells

FIRST, SECOND = notebook("x = 1", "y = 2"), notebook("x = 1", "y = 3")
OPENED = {
    "metadata": FIRST.replace(b'"metadata": {}', b'"metadata": {"kernelspec": 1}'),
    "outputs": notebook("x = 1", "y = 2", outputs=[{"output_type": "stream"}]),
    "line ends of the file": FIRST.replace(b"\n", b"\r\n"),
    "source in lines": FIRST.replace(b'"x = 1"', b'["x ", "= 1"]'),
    "byte order mark": b"\xef\xbb\xbf" + FIRST,
    "a cell without a word": notebook("x = 1", "y = 2", " \n"),
}
WORKED_ON = {
    "edited": notebook("x = 1", "y = 7"),
    "added": notebook("x = 1", "y = 2", "z = 3"),
    "removed": notebook("x = 1"),
    "moved": notebook("y = 2", "x = 1"),
    "made a note": FIRST.replace(b'"code"', b'"markdown"', 1),
    "torn": FIRST[:-5],
}


@pytest.fixture
def begun(lessons, mine):
    """The learner's folder, with a notebook for the first lesson."""
    (lessons / A).write_bytes(FIRST)
    delivery.deliver(lessons, mine)
    return mine


@pytest.mark.parametrize("saved", OPENED.values(), ids=OPENED)
def test_a_lesson_that_was_only_opened_or_run_is_updated(lessons, begun, saved):
    (begun / A).write_bytes(saved)
    assert outcomes(delivery.deliver(lessons, begun))[A] == ("current", None)
    assert (begun / A).read_bytes() == saved
    (lessons / A).write_bytes(SECOND)
    assert outcomes(delivery.deliver(lessons, begun))[A] == ("updated", None)
    assert (begun / A).read_bytes() == SECOND


@pytest.mark.parametrize("saved", WORKED_ON.values(), ids=WORKED_ON)
def test_a_lesson_with_another_cell_is_the_learners(lessons, begun, saved):
    (begun / A).write_bytes(saved)
    assert outcomes(delivery.deliver(lessons, begun))[A] == ("kept", None)
    (lessons / A).write_bytes(SECOND)
    assert outcomes(delivery.deliver(lessons, begun))[A] == ("kept", A_NEW)
    assert (begun / A).read_bytes() == saved


def test_new_outputs_reach_those_who_have_not_run_the_lesson(lessons, begun):
    executed = notebook("x = 1", "y = 2", outputs=["new"])
    (lessons / A).write_bytes(executed)
    assert outcomes(delivery.deliver(lessons, begun))[A] == ("updated", None)
    assert (begun / A).read_bytes() == executed


def test_new_outputs_are_no_new_version_for_those_who_have(lessons, begun):
    (begun / A).write_bytes(WORKED_ON["edited"])
    (lessons / A).write_bytes(notebook("x = 1", "y = 2", outputs=["new"]))
    assert outcomes(delivery.deliver(lessons, begun))[A] == ("kept", None)


def test_a_version_beside_that_was_only_opened_gives_way_to_the_next(lessons, begun):
    (begun / A).write_bytes(WORKED_ON["edited"])
    (lessons / A).write_bytes(SECOND)
    delivery.deliver(lessons, begun)
    (begun / A_NEW).write_bytes(SECOND.replace(b"\n", b"\r\n"))
    (lessons / A).write_bytes(notebook("x = 1", "y = 4"))
    assert outcomes(delivery.deliver(lessons, begun))[A] == ("kept", A_NEW)


def test_a_record_of_files_alone_is_still_understood(lessons, begun):
    record = json.loads((begun / ".bpkit.json").read_bytes())
    record["delivered"][A] = hashlib.sha256(FIRST).hexdigest()
    (begun / ".bpkit.json").write_text(json.dumps(record), encoding="utf-8")
    (lessons / A).write_bytes(SECOND)
    assert outcomes(delivery.deliver(lessons, begun))[A] == ("updated", None)


# Where the learner left off


def test_a_learner_begins_with_the_first_lesson(lessons, begun):
    (lessons / B).write_bytes(FIRST)
    delivery.deliver(lessons, begun)
    change(begun, B, OPENED["metadata"])
    assert delivery.left_off(lessons, begun) == A


@pytest.mark.parametrize("last", [A, B])
def test_the_lesson_that_was_saved_last_is_where_the_learner_left(lessons, begun, last):
    (lessons / B).write_bytes(FIRST)
    delivery.deliver(lessons, begun)
    change(begun, A, WORKED_ON["edited"], seconds=60)
    change(begun, B, OPENED["outputs"], seconds=70 if last == B else 50)
    assert delivery.left_off(lessons, begun) == last


def test_a_lesson_that_cannot_be_opened_is_not_where_to_go(lessons, begun):
    change(begun, A, WORKED_ON["edited"])
    change(begun, B, WORKED_ON["torn"], seconds=120)
    (lessons / B).write_bytes(FIRST)
    assert delivery.left_off(lessons, begun) == A


# Folders that cannot be used


def test_a_file_in_place_of_the_folder_is_an_error(lessons, tmp_path):
    (tmp_path / "taken").write_bytes(b"a file")
    with pytest.raises(delivery.DeliveryError, match="taken is a file"):
        delivery.deliver(lessons, tmp_path / "taken")
    with pytest.raises(delivery.DeliveryError, match="cannot be copied"):
        delivery.deliver(lessons, tmp_path / "taken" / "below")
    assert (tmp_path / "taken").read_bytes() == b"a file"


def test_a_folder_under_a_lessons_name_is_an_error(lessons, tmp_path):
    (tmp_path / "mine" / A).mkdir(parents=True)
    with pytest.raises(delivery.DeliveryError, match=r"01_a\.ipynb"):
        delivery.deliver(lessons, tmp_path / "mine")


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_folder_that_cannot_be_written_is_an_error(lessons, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(delivery.DeliveryError, match="Permission denied"):
        delivery.deliver(lessons, tmp_path / "locked")


@pytest.mark.parametrize("below", ["", "mine", "a/b"])
def test_the_courses_own_lessons_are_not_a_learners_folder(lessons, below):
    before = sorted(lessons.rglob("*"))
    with pytest.raises(delivery.DeliveryError, match="course's own lessons"):
        delivery.deliver(lessons, lessons / below)
    assert sorted(lessons.rglob("*")) == before


def test_a_course_without_lessons_is_an_error(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(delivery.DeliveryError, match="git restore lessons"):
        delivery.deliver(tmp_path / "empty", tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


# The command


def test_start_uses_my_lessons_and_says_so(course, tmp_path, capsys):
    assert cli.main(["start"]) == 0
    assert (tmp_path / "here" / "my-lessons" / A).read_bytes() == b"a, first\n"
    out, err = capsys.readouterr()
    assert "Your lessons are in my-lessons:" in out
    assert f"{A}  copied" in out
    assert "bpkit lab my-lessons" in out
    assert err == ""


def test_within_the_learner_s_folder_none_is_made_in_it(course, capsys, monkeypatch):
    cli.main(["start"])
    monkeypatch.chdir("my-lessons")
    assert cli.main(["start"]) == 0
    assert not Path("my-lessons").exists()
    assert "bpkit lab ." in capsys.readouterr().out
    cli.main(["check"])
    said = "".join(capsys.readouterr())
    assert A in said
    assert "my-lessons" not in said


def test_start_says_how_many_exercises_have_passed(course, capsys):
    cli.main(["start"])
    assert "Exercises passed" not in capsys.readouterr().out
    entries = {
        "sigmoid": {"passed": "2025-01-31"},
        "sigmoid_prime": {"tried": "2025-01-31"},
        "no_exercise_any_more": {"passed": "2025-01-31"},
    }
    text = json.dumps({"exercises": entries})
    Path("my-lessons/progress.json").write_text(text, encoding="utf-8")
    cli.main(["start"])
    assert f"Exercises passed so far: 1 of {len(bank())}." in capsys.readouterr().out


def test_start_says_what_is_kept_and_where_the_new_version_is(course, capsys):
    cli.main(["start", "my work"])
    with open(f"my work/{A}", "ab") as file:
        file.write(b"an answer")
    (course / A).write_bytes(b"a, second")
    capsys.readouterr()
    assert cli.main(["start", "my work"]) == 0
    out = capsys.readouterr().out
    beside = f"yours, kept; the course's version is beside it: {A_NEW}"
    assert f"{A}  {beside}" in out
    assert f"{B}  up to date" in out
    assert "rename your copy" in out
    assert 'bpkit lab "my work"' in out


CONFLICT = b'{\n "cells": [\n<<<<<<< HEAD\n 1\n=======\n 2\n>>>>>>> theirs\n ]\n}\n'


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (CONFLICT, "git's conflict markers in line 3"),
        (CONFLICT.replace(b"<<<<<<< HEAD\n", b""), "git's conflict markers in line 4"),
        (b"{", "it is not JSON (line 1)"),
        (b"[]", "it holds no list of cells"),
        (b"[" * 100_000, "it holds no list of cells"),
        (b'{"cells": [{"cell_type": "code"}]}', "it holds no list of cells"),
        (b'{"cells": "\xff"}', "it is not text in UTF-8"),
    ],
)
def test_start_says_why_a_lesson_cannot_be_opened(course, capsys, content, why):
    (course / A).write_bytes(FIRST)
    cli.main(["start", "mine"])
    change("mine", A, content)
    capsys.readouterr()
    assert cli.main(["start", "mine"]) == 0
    out = capsys.readouterr().out
    assert f"{A}  yours, kept; it cannot be opened: {why}\n" in out


# What the screen can show


def run_bpkit(*argv, encoding="utf-8", **more):
    """Run the command as its own process, with a screen of some encoding."""
    environment = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "bpkit", *argv]
    return subprocess.run(
        command, env=environment | {"LC_ALL": "C.UTF-8"}, check=False, **more
    )


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_folder_with_a_name_that_the_screen_cannot_show(tmp_path, encoding):
    name = str(tmp_path / "学习 1")
    done = run_bpkit("start", name, encoding=encoding, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert rb"\u5b66\u4e60 1:" in done.stdout
    assert os.path.isfile(os.path.join(name, ".bpkit.json"))


@pytest.mark.skipif(os.name == "nt", reason="Windows tells a broken pipe otherwise")
def test_nobody_who_stops_reading_is_shown_a_traceback(tmp_path):
    read, write = os.pipe()
    os.close(read)
    done = run_bpkit("start", str(tmp_path / "a"), stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert done.stderr == b""
    assert (tmp_path / "a" / ".bpkit.json").is_file()


def test_a_problem_is_one_line_on_stderr_and_exit_code_1(course, capsys):
    with open("taken", "w", encoding="utf-8"):
        pass
    for command in ("start", "lab"):
        assert cli.main([command, "taken"]) == 1
        out, err = capsys.readouterr()
        assert out == ""
        assert err == "bpkit: taken is a file; name a folder for your lessons\n"


@pytest.mark.parametrize(
    "argv",
    [["nothing"], ["start", "a", "b"], ["start", ""], ["start", "a", "--", "--port=1"]],
)
def test_wrong_usage_is_exit_code_2_and_copies_nothing(course, tmp_path, argv, capsys):
    with pytest.raises(SystemExit) as exit_:
        cli.main(argv)
    assert exit_.value.code == 2
    assert "usage: bpkit" in capsys.readouterr().err
    assert list((tmp_path / "here").iterdir()) == []


def test_without_arguments_it_shows_its_help(capsys):
    assert cli.main([]) == 0
    out = capsys.readouterr().out
    assert "usage: bpkit" in out
    assert "start" in out
    assert "lab" in out


def test_version_is_the_installed_one(capsys):
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"bpkit {metadata.version('bpkit')}\n"


def test_without_an_installation_there_is_no_version(monkeypatch, capsys):
    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    assert not hasattr(bpkit, "__version__")
    assert cli.main(["--version"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("bpkit: bpkit runs from its source and is not installed")


def test_it_runs_as_a_module_and_loads_little():
    code = (
        "import sys, bpkit.cli; heavy = {'matplotlib', 'jupyterlab', 'ipywidgets'};"
        "sys.exit(len(heavy & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    run = subprocess.run(
        [sys.executable, "-m", "bpkit", "nothing"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert run.stderr.startswith("usage: bpkit")


# JupyterLab


@pytest.fixture
def jupyterlab(monkeypatch):
    """A JupyterLab that notes how it was started and ends with 7."""
    calls = []

    def main(argv):
        calls.append((os.getcwd(), argv))
        return 7

    from jupyterlab.labapp import LabApp

    fake = types.ModuleType("jupyterlab.labapp")
    fake.main, fake.LabApp = main, LabApp
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", fake)
    return calls


def test_lab_delivers_and_opens_jupyterlab_in_the_folder(course, tmp_path, jupyterlab):
    assert cli.main(["lab", "my work", "--", "--port=9999", B]) == 7
    folder = tmp_path / "here" / "my work"
    assert (folder / B).is_file()
    [(cwd, argv)] = jupyterlab
    assert os.path.samefile(cwd, folder)
    assert argv[0] == f"--ServerApp.root_dir={cwd}"
    assert argv[-2:] == ["--port=9999", B]


def test_lab_without_a_folder_passes_arguments_on(course, tmp_path, jupyterlab):
    assert cli.main(["lab", "--", "--no-browser"]) == 7
    [(cwd, argv)] = jupyterlab
    assert os.path.samefile(cwd, tmp_path / "here" / "my-lessons")
    assert argv[-1] == "--no-browser"


@pytest.mark.parametrize("chosen", [None, "4"])
def test_kernels_leave_the_page_a_core_unless_asked_not_to(
    course, jupyterlab, monkeypatch, chosen
):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", chosen or "")
    if chosen is None:
        monkeypatch.delenv("OPENBLAS_NUM_THREADS")
    cli.main(["lab"])
    assert os.environ["OPENBLAS_NUM_THREADS"] == (chosen or "1")


@pytest.mark.parametrize("user", [0, 1000])
def test_root_is_let_in_and_nobody_else_is_said_to_be_root(
    course, jupyterlab, monkeypatch, user
):
    monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
    cli.main(["lab"])
    [(_, argv)] = jupyterlab
    assert ("--allow-root" in argv) == (user == 0)


@pytest.mark.parametrize("address", ["--ip=0.0.0.0", "--ServerApp.ip=*"])
def test_root_who_names_an_address_has_to_ask_for_it(
    course, jupyterlab, monkeypatch, address
):
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    cli.main(["lab", "--", address])
    cli.main(["lab", "--", address, "--allow-root"])
    assert [argv.count("--allow-root") for _, argv in jupyterlab] == [0, 1]


def test_lab_does_not_open_what_it_could_not_deliver(course, jupyterlab):
    assert cli.main(["lab", str(course)]) == 1
    assert jupyterlab == []


def test_lab_without_jupyterlab_says_how_to_get_it(course, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "jupyterlab", None)
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", None)
    assert cli.main(["lab"]) == 1
    err = capsys.readouterr().err
    assert "jupyterlab" in err
    assert err.endswith(f" {extra_lab()}\n")


def test_check_without_its_packages_says_how_to_get_them(tmp_path):
    (tmp_path / A).write_text("{}", encoding="utf-8")
    program = (
        "import sys; sys.modules['cloudpickle'] = None; from bpkit import cli; "
        f"sys.exit(cli.main(['check', {str(tmp_path)!r}]))"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.endswith(f" {extra_lab()}\n")


def test_lab_stopped_by_the_keyboard_shows_no_traceback(course, monkeypatch, capsys):
    def interrupted(lessons, folder):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "deliver", interrupted)
    assert cli.main(["lab"]) == 1
    assert capsys.readouterr().err == "bpkit: stopped\n"


def options_of(argv):
    """Return the values of the options that JupyterLab is given, by name."""
    return dict(argument.split("=", 1) for argument in argv if "=" in argument)


def test_the_first_lesson_is_opened_and_then_the_one_that_was_left(
    course, tmp_path, jupyterlab
):
    for name in (A, B):
        (course / name).write_bytes(notebook("x = 1"))
    mine = str(tmp_path / "mine")
    cli.main(["lab", mine])
    change(mine, B, notebook("x = 2"))
    cli.main(["lab", mine])
    opened = [options_of(argv)["--LabApp.default_url"] for _, argv in jupyterlab]
    assert opened == [f"/lab/workspaces/bpkit/tree/{name}" for name in (A, B)]


def test_an_option_that_is_passed_wins(course, jupyterlab):
    cli.main(["lab", "--", "--LabApp.default_url=/tree"])
    [(_, argv)] = jupyterlab
    given = [one for one in argv if one.startswith("--LabApp.default_url")]
    assert given == ["--LabApp.default_url=/tree"]


@pytest.mark.parametrize(
    "passed",
    [["--notebook-dir=/"], ["--notebook-dir", "/"], ["--ServerApp.root_dir=/"]],
)
def test_an_option_that_is_passed_wins_by_each_of_its_names(course, jupyterlab, passed):
    from jupyterlab.labapp import LabApp

    cli.main(["lab", "--", *passed])
    [(_, argv)] = jupyterlab
    app = LabApp()
    app.parse_command_line(argv)
    assert app.config.ServerApp.root_dir == "/"


def test_an_import_that_fails_in_an_extension_keeps_its_traceback(
    course, jupyterlab, monkeypatch
):
    def main(argv):
        raise ImportError("cannot import name 'x' from 'their_extension'")

    monkeypatch.setattr(sys.modules["jupyterlab.labapp"], "main", main)
    with pytest.raises(ImportError, match="their_extension"):
        cli.main(["lab"])


def test_the_defaults_are_beside_those_that_were_installed(
    course, tmp_path, jupyterlab, monkeypatch
):
    from jupyterlab import commands
    from jupyterlab_server.settings_utils import _get_overrides

    installed = tmp_path / "app" / "settings"
    installed.mkdir(parents=True)
    installed_file = installed / "overrides.json"
    installed_file.write_text('{"theirs:a": {"b": 1}}', encoding="utf-8")
    monkeypatch.setattr(commands, "get_app_dir", lambda: str(installed.parent))
    seen = []

    def main(argv):
        folder = options_of(argv)["--LabApp.app_settings_dir"]
        seen.append((folder, _get_overrides(folder)))

    monkeypatch.setattr(sys.modules["jupyterlab.labapp"], "main", main)
    assert cli.main(["lab"]) == 0
    [(folder, (overrides, error))] = seen
    assert overrides == {"theirs:a": {"b": 1}} | cli.DEFAULTS
    assert not error
    assert not os.path.exists(folder)
    assert files(installed) == {"overrides.json": installed_file.read_bytes()}


def test_the_installed_jupyterlab_knows_the_options_and_the_defaults():
    from jupyterlab.commands import get_app_dir
    from jupyterlab.labapp import LabApp

    assert {"app_settings_dir", "default_url"} <= set(LabApp.class_trait_names())
    for plugin, defaults in cli.DEFAULTS.items():
        folder, name = plugin.split(":")
        schema = os.path.join(get_app_dir(), "schemas", folder, f"{name}.json")
        with open(schema, encoding="utf-8") as file:
            assert defaults.keys() <= json.load(file)["properties"].keys()


# The real lessons


def test_the_real_lessons_are_found_and_delivered(tmp_path):
    lessons = delivery.lessons_folder()
    names = {path.name for path in lessons.glob("*.ipynb")}
    assert names
    delivery.deliver(lessons, tmp_path / "mine")
    for name in names:
        assert (tmp_path / "mine" / name).read_bytes() == (lessons / name).read_bytes()
