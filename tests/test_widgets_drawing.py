"""The drawing pad: from strokes to the 64 numbers that the network reads."""

import json

import explorers
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpkit import Network, load_digits
from bpkit.backprop import forward_pass
from bpkit.widgets.drawing import DigitPad, as_input, bitmap

numbers = st.floats(allow_nan=True, allow_infinity=True) | st.floats(0, 1)
points = st.tuples(numbers, numbers).map(list)
drawings = st.lists(st.lists(points, max_size=6), max_size=4)


def arc(x, y, wide, high, first, last):
    turn = np.radians(np.linspace(first, last, 30))
    return np.stack([x + wide * np.cos(turn), y + high * np.sin(turn)], axis=1).tolist()


DIGITS = {
    0: [arc(0.5, 0.5, 0.22, 0.35, 0, 360)],
    2: [[*arc(0.5, 0.32, 0.2, 0.17, 180, 370), [0.3, 0.85], [0.72, 0.85]]],
    4: [[[0.58, 0.85], [0.58, 0.15], [0.25, 0.6], [0.78, 0.6]]],
    5: [
        [
            *([0.7, 0.15], [0.35, 0.15], [0.32, 0.45]),
            *arc(0.48, 0.63, 0.22, 0.22, -120, 150),
        ]
    ],
    7: [[[0.28, 0.17], [0.72, 0.17], [0.42, 0.85]], [[0.35, 0.5], [0.65, 0.5]]],
}


@pytest.fixture(scope="module")
def pad():
    training_data, (x, labels) = load_digits()
    net = Network([64, 30, 10], seed=0)
    list(net.train(training_data, 15, 10, 3.0))
    return DigitPad(net.weights, net.biases, x, labels)


def moved(strokes, scale, shift):
    return [(np.array(s) * scale + shift).tolist() for s in strokes]


@pytest.mark.parametrize("digit", DIGITS)
def test_a_digit_drawn_with_a_few_strokes_is_read(pad, digit):
    view = pad.view({"strokes": DIGITS[digit], "pick": 0})
    assert f" for {digit}, then" in view.sentence


@pytest.mark.parametrize("digit", DIGITS)
def test_where_and_how_large_it_is_drawn_does_not_matter(digit):
    there = as_input(bitmap(DIGITS[digit]))
    here = as_input(bitmap(moved(DIGITS[digit], 0.4, 0.3)))
    assert np.abs(here - there).mean() < 0.03


def test_the_drawing_fills_the_field_as_the_data_do():
    image = as_input(bitmap(DIGITS[2])).reshape(8, 8)
    assert image[0].any()
    assert image[7].any()
    (x, _), _ = load_digits()
    assert 0.5 < image.mean() / x.mean() < 2


def test_ink_is_counted_in_blocks_of_four_by_four():
    bits = np.zeros((32, 32), dtype=bool)
    bits[4:8, 8:11] = True
    image = as_input(bits).reshape(8, 8)
    assert image[1, 2] == 12 / 16
    assert image.sum() == 12 / 16


def test_a_single_touch_leaves_a_dot():
    assert 10 <= bitmap([[[0.2, 0.9]]]).sum() <= 40


def test_the_field_begins_empty_and_shows_a_test_digit(pad):
    state = pad.start()
    view = pad.view(state)
    outputs = forward_pass(pad.weights, pad.biases, pad.x[:, [0]])[1][-1]
    assert view.sentence.startswith(f"Test digit 0 is a {pad.labels[0]},")
    assert f"{outputs.max():.2f} for {outputs.argmax()}" in view.sentence


def test_clearing_empties_the_field(pad):
    assert pad.act("clear", {"strokes": DIGITS[0], "pick": 3}) == {
        "strokes": [],
        "pick": 3,
    }


@given(drawings, st.integers(-5, 10_000))
@settings(max_examples=60)
def test_no_drawing_raises(pad, strokes, pick):
    state = pad.clean({"strokes": strokes, "pick": pick})
    view = pad.view(state)
    assert "nan" not in json.dumps(view.as_data()).lower()
    assert len(view.panels) == 3


def test_the_first_state_can_be_printed(pad):
    picture = explorers.check_static_picture(pad.view(pad.start()))
    assert picture.finding.startswith("Test digit 0")
