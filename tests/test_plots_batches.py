"""Pictures of batches: their findings are computed, and can tell a broken law."""

import numpy as np
import pictures
import pytest
from sentences import numbers

from bpkit.plots.batches import (
    finite_population_correction,
    noise_by_size,
    noise_panel,
    stretched_difference,
)

SIZES = 2 ** np.arange(8)
N = 200


def law(exponent=-0.5, examples=N):
    rest = np.sqrt((examples - SIZES) / (examples - 1))
    return 3.0 * SIZES ** float(exponent) * rest


PICTURES = {
    "stretched_difference": lambda: stretched_difference([[0.9], [0.2]], [1, 0]),
    "noise_by_size": lambda: noise_by_size(SIZES, law(), N),
}
test_every_picture_keeps_the_style = pictures.style_of(
    PICTURES, pictures.all_numbers_are_written_alike
)


@pytest.mark.parametrize("name", PICTURES)
def test_all_axes_are_labelled(name):
    assert not pictures.unlabelled(PICTURES[name]())


def test_the_table_holds_every_difference_and_frames_those_that_were_meant():
    picture = stretched_difference([[0.5], [1.0], [0.0]], [1, 0, 1])
    [ax] = picture.axes
    table = {t.get_position(): t for t in ax.texts}
    assert len(table) == 9
    assert table[0, 0].get_text() == "−0.5"
    assert table[2, 0].get_text() == "−0.5"  # row 0, column 2: 0.5 − 1
    assert table[1, 2].get_text() == "0.0"  # row 2, column 1: 0 − 0
    framed = {at for at, t in table.items() if t.get_fontweight() == "bold"}
    assert framed == {(0, 0), (1, 1), (2, 2)}


def test_the_table_gives_both_costs():
    finding = stretched_difference([[0.5], [1.0]], [1, 0]).finding
    n, _, _, count, meant, diagonal, whole = numbers(finding)
    assert (n, count, meant) == (2, 4, 2)
    # The diagonal: ½(0.25 + 1); the rest adds ½(0.25 + 0).
    assert (diagonal, whole) == (0.62, 0.75)


def said(spreads, examples=N):
    """Return what a finding says: the last m of the fit, power, m, share, per cent."""
    return numbers(noise_by_size(SIZES, spreads, examples).finding)


def test_the_fit_finds_the_law_and_tells_another():
    assert said(law(examples=10**6), 10**6)[1] == -0.50
    assert said(law(-1, 10**6), 10**6)[1] == -1.00


def test_the_departure_is_measured_from_the_curve_of_no_example_twice():
    spreads = law()
    assert said(spreads)[-1] == 0
    spreads[-1] *= 1.075
    assert said(spreads)[-1] == 8


def test_the_largest_batch_is_compared_with_the_plain_law():
    share = finite_population_correction(128, N)
    assert share == pytest.approx(np.sqrt((N - 128) / (N - 1)))
    assert said(law())[2:4] == [128, share.round(2)]


def test_the_points_are_what_was_measured_and_lie_on_the_dotted_curve():
    line, dotted, points = noise_panel(3.0, N, SIZES, law(), 128).marks
    np.testing.assert_array_equal(points.y, law())
    on_curve = np.interp(np.log(SIZES), np.log(dotted.x), np.log(dotted.y))
    np.testing.assert_allclose(on_curve, np.log(law()), atol=0.01)
    np.testing.assert_allclose(line.y * np.sqrt(line.x), 3.0)


@pytest.mark.parametrize(
    ("a", "y", "came"),
    [
        ([0.5, 1.0], [1, 0], r"\(2,\) and \(2,\)"),
        ([[0.5], [1.0]], [[1], [0]], r"\(2, 1\) and \(2, 1\)"),
        ([[0.5], [1.0]], [1, 0, 1], r"\(2, 1\) and \(3,\)"),
        (np.zeros((0, 1)), [], r"\(0, 1\) and \(0,\)"),
    ],
)
def test_columns_and_rows_that_do_not_fit_are_refused(a, y, came):
    with pytest.raises(ValueError, match=rf"a must have shape \(n, 1\).*got {came}"):
        stretched_difference(a, y)


@pytest.mark.parametrize(
    ("sizes", "spreads", "message"),
    [
        ([1, 2], [1.0], r"sizes and spreads must be .*got \(2,\) and \(1,\)"),
        ([1], [1.0], r"sizes and spreads must be .*two or more"),
        ([2, 4], [1.0, 0.5], "sizes must grow from 1"),
        ([1, 4, 2], [1.0, 0.5, 0.4], "sizes must grow"),
        ([1, 2, N], [1.0, 0.5, 0.4], "sizes must grow from 1 to below 200"),
        ([1, 2], [1.0, 0.0], "spreads must all be finite and positive"),
        ([1, 2], [1.0, float("nan")], "spreads must all be finite"),
        ([1, 100], [1.0, 0.1], "two sizes or more must be a twentieth"),
    ],
)
def test_noises_that_cannot_be_compared_are_refused(sizes, spreads, message):
    with pytest.raises(ValueError, match=message):
        noise_by_size(sizes, spreads, N)


def test_the_titles_of_the_stretched_table_keep_clear_of_its_numbers():
    picture = stretched_difference([[0.2], [0.9], [0.4]], [0.1, 1.0, 0.5])
    picture.draw_without_rendering()
    [ax] = picture.axes
    above = max(t.get_window_extent().y1 for t in ax.get_xticklabels())
    left = min(t.get_window_extent().x0 for t in ax.get_yticklabels())
    assert ax.xaxis.label.get_window_extent().y0 > above + 5
    assert ax.yaxis.label.get_window_extent().x1 < left - 5
