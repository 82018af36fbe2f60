"""Whose each notebook is: the ways in which platforms hand a class's work out."""

import io
import os
import zipfile

import classroom
import pytest

from bpkit.grading.find import FindError, as_text, find, lessons

SIX = "def backprop(weights, biases, x, y): ..."
ONE = "nudge_ratio = 6"


def zipped(*files):
    """Return a zip of names and contents as bytes."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in files:
            archive.writestr(name, content)
    return written.getvalue()


def laid_out(folder, *names, source=SIX):
    for name in names:
        classroom.write(folder / name, source)
    return folder


def whose(folder, **options):
    found, _ = find(folder, **options)
    return {submission.path: submission.learner for submission in found}


LAYOUTS = {
    "a folder each": {
        "ana/06_backpropagation.ipynb": "ana",
        "ben/my work/06_backpropagation.ipynb": "ben",
    },
    "nbgrader": {
        "submitted/hacker/lesson6/06_backpropagation.ipynb": "hacker",
        "submitted/bitdiddle/lesson6/06_backpropagation.ipynb": "bitdiddle",
    },
    "Moodle": {
        "Ana M. Sol_1234567_assignsubmission_file_/06.ipynb": "Ana M. Sol_1234567",
        "Ana M. Sol_7654321_assignsubmission_file_/06.ipynb": "Ana M. Sol_7654321",
        "Bo_Li_22_assignsubmission_file/x/06.ipynb": "Bo_Li_22",
    },
    "Moodle without folders": {
        "Ana Sol_1234567_assignsubmission_file_06.ipynb": "Ana Sol_1234567",
    },
    "Canvas": {
        "solana_40512_887766_06_backpropagation.ipynb": "solana_40512",
        "libo_LATE_40513_887767_06_backpropagation-1.ipynb": "libo_40513",
    },
    "one folder of named files": {
        "ana.ipynb": "ana",
        "ben's lesson.ipynb": "ben's lesson",
    },
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_is_read(tmp_path, layout):
    folder = laid_out(tmp_path, *LAYOUTS[layout])
    below = "submitted/" if layout == "nbgrader" else ""
    expected = {p.removeprefix(below): who for p, who in LAYOUTS[layout].items()}
    assert whose(folder) == expected


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_zip_of_the_whole_class_is_read_as_its_folder(tmp_path, layout):
    files = [(name, classroom.notebook(SIX)) for name in LAYOUTS[layout]]
    for at, around in (("plain.zip", ""), ("class.zip", "class/")):
        path = tmp_path / at
        path.write_bytes(zipped(*((around + name, data) for name, data in files)))
        assert sorted(whose(path).values()) == sorted(LAYOUTS[layout].values())


def test_what_else_nbgrader_keeps_is_not_graded(tmp_path):
    other = "source/lesson6/06.ipynb", "autograded/ana/lesson6/06.ipynb"
    laid_out(tmp_path, "submitted/ana/lesson6/06.ipynb", *other)
    assert whose(tmp_path) == {"ana/lesson6/06.ipynb": "ana"}


def test_the_folder_of_one_learner_is_that_learner_s(tmp_path):
    folder = laid_out(tmp_path / "ana", "06_backpropagation.ipynb")
    laid_out(folder, "01_derivative.ipynb", source=ONE)
    assert set(whose(folder).values()) == {"ana"}
    assert lessons(find(folder)[0]) == [1, 6]


def test_a_learner_s_zip_is_a_folder(tmp_path):
    inside = zipped(
        ("work/06.ipynb", classroom.notebook(SIX)), ("work/helpers.py", "two = 2")
    )
    (tmp_path / "ana.zip").write_bytes(inside)
    (tmp_path / "libo_40513_887767_my.zip").write_bytes(inside)
    moodle = tmp_path / "Bo Li_22_assignsubmission_file_"
    moodle.mkdir()
    (moodle / "all.zip").write_bytes(inside)
    found, notes = find(tmp_path)
    assert {s.learner for s in found} == {"ana", "libo_40513", "Bo Li_22"}
    assert {s.beside for s in found} == {(("helpers.py", b"two = 2"),)}
    assert notes == []


def test_a_class_s_zip_may_hold_learners_zips_and_no_deeper(tmp_path):
    inside = zipped(("06.ipynb", classroom.notebook(SIX)))
    path = tmp_path / "class.zip"
    path.write_bytes(
        zipped(("ana.zip", inside), ("ben.zip", zipped(("b.zip", inside))))
    )
    assert set(whose(path).values()) == {"ana", "ben"}
    deep = zipped(("b.zip", zipped(("c.zip", zipped(("d.zip", inside))))))
    path.write_bytes(zipped(("ben.zip", deep)))
    ((one,), _) = find(path)
    assert (one.learner, one.fault) == (
        "ben",
        "not a zip that can be read: zips lie in zips",
    )


@pytest.mark.parametrize(
    "name",
    [
        *("../06.ipynb", "/etc/06.ipynb", "a/../../06.ipynb"),
        *("C:\\06.ipynb", "..\\x.ipynb", "a/C:x.ipynb"),
    ],
)
def test_a_name_that_leads_out_of_a_zip_is_refused(tmp_path, name):
    good, bad = classroom.notebook(SIX), classroom.notebook(SIX, "evil = 1")
    (tmp_path / "ana.zip").write_bytes(zipped(("06.ipynb", good), (name, bad)))
    found, notes = find(tmp_path)
    assert [s.path for s in found] == ["ana.zip/06.ipynb"]
    assert found[0].sources == (SIX,)
    assert len(notes) == 1
    assert "its name leads out of the zip" in notes[0]


def test_a_zip_from_windows_is_read(tmp_path):
    name = "work\\06.ipynb"
    (tmp_path / "ana.zip").write_bytes(zipped((name, classroom.notebook(SIX))))
    assert whose(tmp_path) == {"ana.zip/work/06.ipynb": "ana"}


def test_a_zip_that_is_none_is_a_submission_that_cannot_be_judged(tmp_path):
    laid_out(tmp_path, "ana/06.ipynb")
    (tmp_path / "ben.zip").write_bytes(b"PK\x03\x04 torn")
    _, ben = find(tmp_path)[0]
    assert (ben.learner, ben.lesson) == ("ben", None)
    assert ben.fault.startswith("not a zip that can be read: it cannot be opened")


def test_a_link_is_not_followed(tmp_path):
    secret = classroom.write(tmp_path / "secret" / "06.ipynb", SIX)
    folder = laid_out(tmp_path / "class", "ana/06.ipynb")
    (folder / "ben").mkdir()
    try:
        os.symlink(secret, folder / "ben" / "06.ipynb")
    except OSError:
        pytest.skip("this system makes no links")
    found, notes = find(folder)
    assert [s.learner for s in found] == ["ana"]
    assert notes == ["ben/06.ipynb: left out, it is a link to another place"]


def test_of_several_notebooks_the_newest_counts_and_says_so(tmp_path):
    folder = laid_out(tmp_path, "ana/06.ipynb", "ana/b/06.ipynb", "ana/06-Copy1.ipynb")
    for k, name in enumerate(("06.ipynb", "06-Copy1.ipynb", "b/06.ipynb")):
        os.utime(folder / "ana" / name, (10**9 + k, 10**9 + k))
    ((one,), _) = find(folder)
    assert one.path == "ana/b/06.ipynb"
    assert one.note == (
        "the newest of 3 notebooks; not judged: ana/06-Copy1.ipynb, ana/06.ipynb"
    )


def test_what_is_no_answer_is_passed_over(tmp_path):
    laid_out(tmp_path, "ana/06.ipynb", "ana/.ipynb_checkpoints/06-checkpoint.ipynb")
    laid_out(tmp_path, "ana/06.new.ipynb", "ana/06.new2.ipynb")
    laid_out(tmp_path, "ana/scratch.ipynb", source="x = 1")
    found, notes = find(tmp_path)
    assert [s.path for s in found] == ["ana/06.ipynb"]
    assert notes == [
        "ana/06.new.ipynb: the course's version beside a learner's",
        "ana/06.new2.ipynb: the course's version beside a learner's",
        "ana/scratch.ipynb: no exercise of the course is in it",
    ]


def test_in_a_clone_of_the_course_its_own_lessons_are_no_answers(tmp_path):
    laid_out(tmp_path, "ana/my-lessons/06.ipynb", "ana/lessons/06.ipynb")
    laid_out(tmp_path, "ana/lessons/01.ipynb", "ben/lessons/06.ipynb", source=SIX)
    os.utime(tmp_path / "ana/my-lessons/06.ipynb", (10**9, 10**9))
    assert whose(tmp_path) == {
        "ana/my-lessons/06.ipynb": "ana",
        "ben/lessons/06.ipynb": "ben",
    }


def test_who_handed_in_no_notebook_is_told(tmp_path):
    laid_out(tmp_path, "ana/06.ipynb")
    (tmp_path / "ben").mkdir()
    (tmp_path / "ben" / "answers.pdf").write_bytes(b"%PDF")
    assert find(tmp_path)[1] == ["ben: no notebook is there"]


def test_a_class_in_a_zip_that_cannot_be_opened_is_said(tmp_path, monkeypatch):
    root, good = tmp_path / "class.zip", classroom.notebook(SIX)
    whole = zipped(("ana/06.ipynb", good), ("ben/06.ipynb", good))
    root.write_bytes(whole.replace(b"PK\x01\x02", b"PK\x01\x09", 1))
    with pytest.raises(FindError, match=r"class\.zip cannot be opened"):
        find(root)
    root.write_bytes(whole)
    monkeypatch.setattr("bpkit.grading.find.MANY", 1)
    with pytest.raises(FindError, match="it holds 2 files, and may hold 1"):
        find(root)


@pytest.mark.parametrize("where", [".git", "__MACOSX", "a/.ipynb_checkpoints"])
def test_what_is_passed_over_does_not_fill_a_zip(tmp_path, monkeypatch, where):
    members = [(f"ana/{where}/{n}", b"") for n in range(3)]
    members.append(("ana/06.ipynb", classroom.notebook(SIX)))
    (tmp_path / "class.zip").write_bytes(zipped(*members))
    monkeypatch.setattr("bpkit.grading.find.MANY", 1)
    assert whose(tmp_path / "class.zip") == {"ana/06.ipynb": "ana"}


def test_a_file_of_moodles_without_a_name_is_its_learners(tmp_path):
    laid_out(tmp_path, "Ana Lee_17_assignsubmission_file/06.ipynb")
    (tmp_path / "Ben Day_18_assignsubmission_onlinetext").write_text("Dear teacher")
    found, notes = find(tmp_path)
    assert [s.learner for s in found] == ["Ana Lee_17"]
    assert notes == ["Ben Day_18: no notebook is there"]


def test_a_torn_notebook_that_bears_a_date_is_of_no_lesson(tmp_path):
    (tmp_path / "ana").mkdir()
    (tmp_path / "ana" / "24-12-01.ipynb").write_text("{", encoding="utf-8")
    ((one,), _) = find(tmp_path)
    assert (one.learner, one.lesson) == ("ana", None)


def test_code_that_nobody_wrote_is_not_judged(tmp_path):
    laid_out(tmp_path, "ana/06.ipynb", source=SIX + "\n" + "#" * 1_000_000)
    ((one,), _) = find(tmp_path)
    assert "characters, and may have 1000000" in one.fault


def test_a_name_cannot_move_the_cursor_of_who_reads_it(tmp_path):
    found, notes = find(laid_out(tmp_path, "a\x1b[2J\u202e/06.ipynb"))
    assert as_text(found, [*notes, "\r"]).isascii() is False  # the arrow
    assert not set("\x1b\u202e\r") & set(as_text(found, [*notes, "\r"]))


def test_a_torn_notebook_keeps_its_place(tmp_path):
    (tmp_path / "ana").mkdir()
    (tmp_path / "ana" / "06_backpropagation.ipynb").write_text("{", encoding="utf-8")
    ((one,), _) = find(tmp_path)
    assert (one.learner, one.lesson) == ("ana", 6)
    assert one.fault == "not a notebook: it is not JSON (line 1)"


def test_an_expression_says_who_the_learner_is(tmp_path):
    folder = laid_out(
        tmp_path, "group 1/x-ana-6.ipynb", "group 2/x-ben-6.ipynb", "odd.ipynb"
    )
    expected = {"group 1/x-ana-6.ipynb": "ana", "group 2/x-ben-6.ipynb": "ben"}
    for pattern in (r"-(?P<learner>\w+)-", r"-(\w+)-"):
        assert whose(folder, pattern=pattern) == expected
    assert find(folder, r"-(\w+)-")[1] == ["odd.ipynb: no learner is in its path"]
    with pytest.raises(FindError, match=r"--learner '\(' is no regular expression"):
        find(folder, "(")


def test_one_lesson_can_be_chosen(tmp_path):
    laid_out(tmp_path, "ana/06.ipynb")
    laid_out(tmp_path, "ana/01.ipynb", source=ONE)
    assert whose(tmp_path, lesson=1) == {"ana/01.ipynb": "ana"}
    with pytest.raises(FindError, match=r"no notebook .* of lesson 3"):
        find(tmp_path, lesson=3)


def test_the_hash_tells_a_changed_neighbour(tmp_path):
    laid_out(tmp_path, "ana/06.ipynb")
    helper = tmp_path / "ana" / "helpers.py"
    digests = set()
    for text in ("two = 2", "two = 3", None):
        helper.write_text(text) if text else helper.unlink()
        ((one,), _) = find(tmp_path)
        digests.add(one.digest)
    assert len(digests) == 3


def test_a_file_too_large_is_left_out(tmp_path, monkeypatch):
    laid_out(tmp_path, "ana/06.ipynb")
    (tmp_path / "ana" / "data.bin").write_bytes(b"0" * 5000)
    monkeypatch.setattr("bpkit.grading.find.LARGE", 4000)
    ((one,), notes) = find(tmp_path)
    assert one.beside == ()
    assert notes == ["ana/data.bin: left out, there is too much beside a notebook"]


def test_where_there_is_nothing_that_is_said(tmp_path):
    with pytest.raises(FindError, match="there is no notebook"):
        find(tmp_path)
    with pytest.raises(FindError, match="is no folder and no zip"):
        find(tmp_path / "none")


def test_the_table_shows_whose_each_notebook_is(tmp_path):
    laid_out(tmp_path, "ana/06.ipynb", "benedict/06.ipynb", "ana/06.new.ipynb")
    assert as_text(*find(tmp_path)).splitlines() == [
        "ana       ← ana/06.ipynb",
        "benedict  ← benedict/06.ipynb",
        "Left out: ana/06.new.ipynb: the course's version beside a learner's.",
    ]
