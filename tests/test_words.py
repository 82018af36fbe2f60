"""One look for every number and list: true minus, no signed zero, short powers."""

import math
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bpkit.words import (
    count,
    decimals,
    folded,
    listed,
    multiple,
    number,
    numbers,
    unbroken,
)

finite = st.floats(-1e300, 1e300)  # rounding up must not end in infinity


def read(text):
    """Return the number that a text says."""
    return float(text.replace("−", "-"))


@given(finite, st.integers(1, 12))
@example(-0.0, 3)
@example(99999.6, 3)
@example(9.9996e-5, 4)
def test_a_number_reads_back_to_its_digits(value, digits):
    assert math.isclose(read(number(value, digits)), value, rel_tol=5 * 10.0**-digits)


@given(st.floats(), st.integers(1, 12))
def test_a_number_has_one_look(value, digits):
    text = number(value, digits)
    assert re.fullmatch(r"−?(\d+(\.\d*[1-9])?(e−?[1-9]\d*)?|∞)|NaN", text)
    assert text not in ("−0", "-0")


@given(finite)
def test_the_sign_is_that_of_the_number(value):
    assert number(value).startswith("−") == (value < 0)


@given(st.floats(1e-4, 99949))
def test_an_ordinary_number_has_no_power_of_ten(value):
    assert "e" not in number(value)


@pytest.mark.parametrize("power", [-300, -12, -5, 5, 9, 12, 300])
def test_a_power_of_ten_is_short(power):
    assert number(10.0**power) == f"1e{power}".replace("-", "−")


@pytest.mark.parametrize(
    "write", [number, lambda v: decimals(v, 2), multiple, lambda v: numbers([v])]
)
def test_what_is_no_number_is_said(write):
    assert [write(v) for v in (math.inf, -math.inf, math.nan)] == ["∞", "−∞", "NaN"]


def test_a_whole_number_may_be_larger_than_any_float():
    assert number(10**400) == "1e400"
    assert number(-123456 * 10**400) == "−1.23e405"
    assert decimals(-(10**400), 1) == f"−1{'0' * 400}.0"


def test_several_numbers_stand_between_commas():
    assert numbers([-0.0, 0.25, -1e-7], 2) == "0, 0.25, −1e−7"


@given(st.floats(-1e9, 1e9), st.integers(0, 6))
@example(-0.0, 2)
@example(-0.004, 2)
def test_decimals_read_back_and_keep_their_places(value, places):
    text = decimals(value, places)
    assert read(text) == pytest.approx(value, abs=0.5000001 * 10.0**-places, rel=1e-12)
    assert len(text.partition(".")[2]) == places
    assert "-" not in text
    assert text.startswith("−") == (read(text) < 0)


@given(st.floats(0.01, 1e9))
def test_a_multiple_reads_back_to_two_digits(ratio):
    text = multiple(ratio)
    assert math.isclose(float(text.replace(",", "")), ratio, rel_tol=0.0501)
    assert "e" not in text


@pytest.mark.parametrize(
    ("n", "said"), [(0, "0 steps"), (1, "1 step"), (1234, "1,234 steps")]
)
def test_a_count_has_its_noun(n, said):
    assert count(n, "step") == said


@pytest.mark.parametrize(
    ("ratio", "said"),
    [(-26.4, "−26"), (-0.0, "0"), (2.5e-7, "2.5e−7"), (1e12, "1e12"), (1e5, "100,000")],
)
def test_a_multiple_has_the_look_of_a_number(ratio, said):
    assert multiple(ratio) == said


def test_a_count_has_a_true_minus():
    assert count(-1234, "step") == "−1,234 steps"


@pytest.mark.parametrize("nothing", [[], (), {}, iter([])])
def test_no_list_is_made_of_nothing(nothing):
    with pytest.raises(ValueError, match="must have at least one; got none"):
        listed(nothing)


def test_a_list_is_spoken():
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed({"a": 1, "b": 2, "c": 3}) == "a, b and c"


EXPRESSIONS = (
    "η = 3",
    "6 + 6 + 1 = 13",
    "C = x₀² + (x₁² − 1)²",
    "(−3.50, 2e−5)",
    "1 / 2",
)


@pytest.mark.parametrize("expression", EXPRESSIONS)
@pytest.mark.parametrize("width", range(24, 40))
def test_no_line_ends_inside_an_expression(expression, width):
    text = f"The slope is steep where {expression}, and level wherever it is not so."
    lines = folded(text, width).split("\n")
    assert " ".join(lines) == text
    assert max(map(len, lines)) <= width
    assert any(expression in line for line in lines)


def test_a_text_for_the_page_may_break_between_its_words_only():
    assert unbroken("At x = 2, (1, −2) and (so, it) is.").split(" ") == [
        *("At", "x\xa0=\xa02,", "(1,\xa0−2)", "and", "(so,", "it)", "is."),
    ]
