"""Pictures of lesson 5: what they say is computed from what they are given."""

from itertools import pairwise

import numpy as np
import pictures
import pytest
from explorers import check_text
from sentences import numbers

from bpkit import backprop, forward_pass, sigmoid_prime
from bpkit.plots import base
from bpkit.plots.neurons import (
    HIGH,
    WIDE,
    network_backward,
    network_forward,
    number_place,
    places,
    questions_asked,
    wires,
)

WEIGHTS = [np.array([[1.0, -2.0], [-1.0, 1.0]]), np.array([[2.0, -1.0], [-2.0, -1.0]])]
BIASES = [np.array([[1.0], [0.0]]), np.array([[0.0], [0.0]])]
X, Y = np.array([[1.0], [-1.0]]), np.array([[1.0], [0.0]])
ZS, ACTIVATIONS = forward_pass(WEIGHTS, BIASES, X)
GAINS = [sigmoid_prime(z) for z in ZS]
ONE = [WEIGHTS[0][:1]], [BIASES[0][:1]]
UPSTREAM = ACTIVATIONS[-1] - Y
COUNTS = ([1, 2, 3], [2, 6, 14], [2, 4, 6])

PICTURES = {
    "forward": lambda: network_forward(WEIGHTS, BIASES, ZS, ACTIVATIONS),
    "one neuron": lambda: network_forward(*ONE, *forward_pass(*ONE, X)),
    "backward": lambda: network_backward(WEIGHTS, GAINS, UPSTREAM),
    "questions": lambda: questions_asked(*COUNTS),
}


def written(picture):
    return [t.get_text() for t in pictures.texts(picture)]


def arrows(picture):
    """Return ((x, y) from, (x, y) to, dash) of every arrow."""
    found = [t for t in picture.axes[0].texts if getattr(t, "arrow_patch", None)]
    return [(t.xyann, t.xy, t.arrow_patch.get_linestyle()) for t in found]


test_every_picture_keeps_the_style = pictures.style_of(
    PICTURES, pictures.all_numbers_are_written_alike
)


@pytest.mark.parametrize("sizes", [(2, 1), (2, 2, 2, 2), (3, 4, 2), (1, 1)])
def test_boxes_stand_apart_and_wires_join_their_edges(sizes):
    centres = places(sizes)
    assert [len(layer) for layer in centres] == list(sizes)
    flat = [place for layer in centres for place in layer]
    for i, (x, y) in enumerate(flat):
        assert WIDE / 2 <= x <= base.WIDTH - WIDE / 2
        for x_other, y_other in flat[:i]:
            assert abs(x - x_other) > WIDE or abs(y - y_other) > HIGH
    joined = wires(centres)
    assert len(joined) == sum(a * b for a, b in pairwise(sizes))
    for (l, j, k), (start, end) in joined.items():
        assert start == (centres[l][k][0] + WIDE / 2, centres[l][k][1])
        assert end == (centres[l + 1][j][0] - WIDE / 2, centres[l + 1][j][1])


def test_no_two_numbers_on_wires_stand_on_each_other():
    ends = wires(places((2, 2, 2, 2))).values()
    spots = [number_place(*pair) for pair in ends]
    back = [number_place(*pair[::-1]) for pair in ends]
    for here in (spots, back):
        for i, (x, y) in enumerate(here):
            assert all(abs(x - u) > 0.3 or abs(y - v) > 0.25 for u, v in here[:i])


def test_the_forward_picture_holds_every_number_of_the_pass():
    picture = network_forward(WEIGHTS, BIASES, ZS, ACTIVATIONS)
    said = written(picture)
    assert "b = 1\nz = 4\na = 0.982" in said
    assert f"b = 0\nz = {ZS[1][0, 0]:.3g}\na = {ACTIVATIONS[2][0, 0]:.3g}" in said
    for w in np.ravel(WEIGHTS):
        assert f"{w:g}".replace("-", "−") in said
    assert {"x = 1", "x = −1", "input", "layer 1", "layer 2"} <= set(said)
    going_in, coming_out, on_the_way = picture.finding.split(". ")
    assert numbers(going_in) == [1, -1]
    assert numbers(coming_out) == pytest.approx(ACTIVATIONS[2].ravel(), rel=5e-3)
    assert numbers(on_the_way) == [8, 4]


def test_one_of_a_thing_is_not_a_plural():
    assert "2 weights and 1 neuron." in PICTURES["one neuron"]().finding


def test_arrows_run_forward_then_back_dashed_where_the_weight_is_negative():
    forward, backward = PICTURES["forward"](), PICTURES["backward"]()
    assert all(start[0] < end[0] for start, end, _ in arrows(forward))
    assert all(start[0] > end[0] for start, end, _ in arrows(backward))
    assert (len(arrows(forward)), len(arrows(backward))) == (8, 4)
    dashed = [dash == "dashed" for _, _, dash in arrows(forward)]
    assert dashed == [w < 0 for layer in WEIGHTS for w in layer.ravel()]


def test_the_backward_picture_reads_the_errors_at_the_left():
    picture = network_backward(WEIGHTS, GAINS, UPSTREAM)
    delta = backprop(WEIGHTS, BIASES, X, Y)[0][0].ravel()
    said = [f"{d:.3g}".replace("-", "−") for d in delta]
    going_in, coming_out, smallest = picture.finding.split(". ")
    assert numbers(going_in) == pytest.approx(UPSTREAM.ravel(), rel=5e-3)
    assert numbers(coming_out) == pytest.approx([1, *delta], rel=5e-3)
    assert numbers(smallest) == [0.0177, 1, 1]  # the gain of neuron 1 of layer 1
    for value in said:
        assert any(t.endswith(f"× 0.0177\nδ = {value}") for t in written(picture)) or (
            any(t.endswith(f"× 0.105\nδ = {value}") for t in written(picture))
        )


def test_the_drawn_arrays_stay_as_they_are():
    before = [w.copy() for w in WEIGHTS], UPSTREAM.copy()
    network_backward(WEIGHTS, GAINS, UPSTREAM)
    network_forward(WEIGHTS, BIASES, ZS, ACTIVATIONS)
    np.testing.assert_array_equal(WEIGHTS, before[0])
    np.testing.assert_array_equal(UPSTREAM, before[1])


def test_the_questions_are_those_that_were_counted():
    picture = questions_asked(*COUNTS)
    assert numbers(picture.finding) == [3, 14, 6, 2.3, 2]
    assert "14 questions without notes, 6 with notes" in picture.finding
    lines = {line.get_label(): [*line.get_ydata()] for line in picture.axes[0].lines}
    assert lines == {"without notes": [2, 6, 14], "with notes": [2, 4, 6]}


@pytest.mark.parametrize(
    "counts",
    [([1], [2], [2]), ([1, 2], [2, 6], [2]), (np.ones((2, 2)),) * 3],
)
def test_counts_of_unlike_or_little_length_are_refused(counts):
    with pytest.raises(ValueError, match=r"one length.*got shapes"):
        questions_asked(*counts)


def test_no_questions_at_all_cannot_be_drawn():
    with pytest.raises(ValueError, match="must all be positive"):
        questions_asked([1, 2], [0, 6], [2, 4])


def test_long_numbers_stay_in_their_boxes():
    gains = [np.full((2, 1), 0.0123), np.full((2, 1), 0.0989)]
    weights = [np.full((2, 2), -1.5)] * 2
    for size in (-0.382, -0.0999, -0.00998, -0.000987):
        picture = network_backward(weights, gains, np.full((2, 1), size))
        picture.draw_without_rendering()
        [ax] = picture.axes
        for text in ax.texts:
            check_text(ax, text)
