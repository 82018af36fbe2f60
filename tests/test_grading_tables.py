"""Grades as CSV, and in the columns of Moodle's and Canvas's own tables."""

import csv
import io

import pytest

from bpkit.grading import tables
from bpkit.grading.tables import RosterError, joined, read_roster

MOODLE = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Feedback\r\n"
    "Participant 1234567,Ana Sol,ana@x.edu,Submitted,,8.00,\r\n"
    'Participant 7654321,Ana Sol,sol@x.edu,Submitted,,8.00,"=1+1"\r\n'
    "Participant 22,Bo Li,bo@x.edu,No submission,,8.00,\r\n"
)
MOODLE_GRADEBOOK = (
    "First name;Last name;ID number;Email address;Assignment: Lesson 1 (Real);"
    "Assignment: Lesson 6 (Real);Course total (Real)\n"
    "Ana;Sol;s1;ana@x.edu;-;-;-\nBo;Li;s2;bo@x.edu;-;-;-\n"
)
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Lesson 6 (987654),Final Score\n"
    "    Points Possible,,,,,8,(read only)\n"
    '"Sol, Ana",40512,u1,asol,001,,\n'
    '"Li, Bo",40513,u2,boli,001,,\n'
    '"Student, Test",99,,x,001,,\n'
)


def record(learner, *verdicts, lesson=6, note=""):
    names = {6: ("bias_gradient", "backprop"), 1: ("nudge_ratio", "sigmoid")}[lesson]
    rows = [
        {
            "exercise": name,
            "verdict": verdict,
            "mistake": "",
            "message": "",
            "note": "",
            "cell": 3,
            "points": {"Correct": 4.0, "Not judged": None}.get(verdict, 0.0),
            "max": 4.0,
        }
        for name, verdict in zip(names, verdicts)
    ]
    return {
        "learner": learner,
        "lesson": lesson,
        "path": "p",
        "note": note,
        "rows": rows,
    }


def rows_of(text):
    return list(csv.reader(io.StringIO(text, newline="")))


def roster(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode(encoding))
    return read_roster(path)


def filled(roster, *records, title=""):
    learners = sorted({r["learner"] for r in records})
    whose, absent, strangers = joined(roster, learners)
    lessons = sorted({r["lesson"] for r in records})
    columns = roster.columns(lessons, title)
    return tables.filled(roster, columns, whose, list(records)), absent, strangers


def test_grades_have_a_row_for_each_exercise():
    header, first, second = rows_of(
        tables.grades([record("ana", "Correct", "Not judged", note="late")])
    )
    named = "learner lesson exercise verdict mistake points max cell note"
    assert header == named.split()
    assert first == ["ana", "6", "bias_gradient", "Correct", "", "4", "4", "3", "late"]
    assert second[3:7] == ["Not judged", "", "", "4"]


def test_the_gradebook_has_a_row_for_each_learner():
    records = [
        record("ana", "Correct", "Correct"),
        record("ana", "Correct", "Not correct", lesson=1),
        record("ben", "Not yet", "Not yet"),
    ]
    assert rows_of(tables.gradebook(records)) == [
        ["learner", "lesson 1", "lesson 6", "total"],
        ["ana", "4", "8", "12"],
        ["ben", "", "0", "0"],
    ]


def test_what_was_not_judged_is_an_empty_cell_and_never_a_nought():
    records = [
        record("ana", "Correct", "Not judged"),
        record("ana", "Correct", "Correct", lesson=1),
    ]
    assert rows_of(tables.gradebook(records))[1] == ["ana", "8", "", ""]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless(name):
    made = record(name, "Correct", "Correct", note=name)
    for text in (tables.grades([made]), tables.gradebook([made])):
        assert rows_of(text)[1][0] == f"'{name}"


def test_moodle_s_worksheet_is_filled_and_else_stays(tmp_path):
    records = (
        record("Ana Sol_1234567", "Correct", "Not correct"),
        record("Ana Sol_7654321", "Correct", "Correct"),
    )
    text, absent, strangers = filled(roster(tmp_path, MOODLE, "utf-8-sig"), *records)
    expected = MOODLE.replace("ana@x.edu,Submitted,", "ana@x.edu,Submitted,4")
    expected = expected.replace("sol@x.edu,Submitted,", "sol@x.edu,Submitted,8")
    assert rows_of(text) == rows_of(expected)
    assert (absent, strangers) == (["Bo Li"], [])


def test_moodle_s_gradebook_is_filled_lesson_by_lesson(tmp_path):
    records = (
        record("Ana Sol", "Correct", "Not correct"),
        record("Ana Sol", "Correct", "Correct", lesson=1),
        record("bo", "Not judged", "Correct"),
    )
    text, absent, strangers = filled(
        roster(tmp_path, MOODLE_GRADEBOOK), *records, title="Course total (Real)"
    )
    lines = text.splitlines()
    assert lines[0] == MOODLE_GRADEBOOK.splitlines()[0]
    assert lines[1:] == ["Ana;Sol;s1;ana@x.edu;8;4;12", "Bo;Li;s2;bo@x.edu;-;-;-"]
    assert (absent, strangers) == ([], [])


def test_canvas_s_export_is_filled_by_its_numbers(tmp_path):
    records = record("solana_40512", "Correct", "Correct"), record("eve_1", "Correct")
    text, absent, strangers = filled(roster(tmp_path, CANVAS), *records)
    assert rows_of(text) == rows_of(CANVAS.replace("asol,001,,", "asol,001,8,"))
    assert (absent, strangers) == (["Li, Bo"], ["eve_1"])


@pytest.mark.parametrize("learner", ["Ana Sol", "sol ana", "asol", "u1", "40512"])
def test_a_learner_is_found_by_any_name_of_theirs(tmp_path, learner):
    whose, _, _ = joined(roster(tmp_path, CANVAS), [learner])
    assert whose == {1: learner}


@pytest.mark.parametrize(
    "header", ["Login", "Login ID", "User", "Student number", "E-Mail", "Mail"]
)
def test_a_column_that_says_who_somebody_is_may_bear_many_names(tmp_path, header):
    whose, _, _ = joined(roster(tmp_path, f"{header},Grade\nasol,\n"), ["asol"])
    assert whose == {0: "asol"}


def test_a_name_is_the_same_however_its_letters_are_composed(tmp_path):
    whose, _, _ = joined(
        roster(tmp_path, "Name,Grade\nZoe\u0301 Li,\n"), ["Zo\u00e9 Li"]
    )
    assert whose == {0: "Zo\u00e9 Li"}


def test_a_number_says_more_than_a_name(tmp_path):
    whose, _, _ = joined(roster(tmp_path, CANVAS), ["Ana Sol_40513"])
    assert whose == {2: "Ana Sol_40513"}


def test_a_name_that_two_share_is_nobody_s(tmp_path):
    whose, _, strangers = joined(roster(tmp_path, MOODLE), ["Ana Sol"])
    assert (whose, strangers) == ({}, ["Ana Sol"])


def test_two_that_claim_one_line_are_both_told(tmp_path):
    whose, _, strangers = joined(roster(tmp_path, CANVAS), ["asol", "Ana Sol"])
    assert (whose, strangers) == ({}, ["asol", "Ana Sol"])


def test_a_roster_without_a_column_for_points_is_refused(tmp_path):
    found = roster(tmp_path, "Student,ID,Lesson 7\nAna,1,\n")
    with pytest.raises(RosterError, match=r"no column takes points: .* Lesson 7"):
        found.columns([6])


@pytest.mark.parametrize("text", ["", "Points,Sum\n1,2\n", "\xff\xfe"])
def test_what_is_no_roster_is_refused(tmp_path, text):
    with pytest.raises(RosterError):
        roster(tmp_path, text, "latin-1")
