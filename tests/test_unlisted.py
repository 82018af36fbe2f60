"""Answers that the bank does not list, written from the task texts alone, are judged.

The bank's own answers are proved in `test_bank`; these come from elsewhere, so that the
checker is measured by what it has not seen.
"""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import unlisted

from bpkit import check
from bpkit.exercises import bank


def its_name(answer):
    """Return the name of an answer's test."""
    return f"{answer.exercise}: {answer.note}"


each_answer = pytest.mark.parametrize("answer", unlisted.answers(), ids=its_name)


@each_answer
def test_an_unlisted_answer_is_judged_rightly(answer):
    verdict = check(**{answer.exercise: answer.value})
    is_open = (answer.exercise, answer.note) in unlisted.OPEN
    assert verdict.attempted
    assert verdict.passed == (answer.right or is_open), verdict
    assert not (answer.right and verdict.mistake)


def test_every_open_answer_is_among_the_wrong_ones():
    wrong = {(a.exercise, a.note) for a in unlisted.answers() if not a.right}
    assert unlisted.OPEN.keys() <= wrong


def test_every_exercise_has_unlisted_answers_right_and_wrong():
    seen = {(a.exercise, a.right) for a in unlisted.answers()}
    assert seen == {(name, right) for name in bank() for right in (False, True)}


@pytest.mark.parametrize(
    "six", [6, 6.0, Fraction(12, 2), Decimal(6), np.int8(6), np.float32(6), np.array(6)]
)
def test_a_number_is_right_whatever_its_type(six):
    assert check(nudge_ratio=six)
    assert not check(nudge_ratio=-six)


def test_numbers_of_any_type_are_right_within_a_result():
    assert check(dz_dw=(Fraction(1), Decimal(-1)))
    assert not check(dz_dw=(Fraction(1), Decimal(1)))


@pytest.mark.parametrize("other", ["6", b"6", 6 + 0j, [None], [{}], object()])
def test_what_is_no_real_number_is_refused(other):
    verdict = check(nudge_ratio=other)
    assert verdict.attempted
    assert not verdict
