"""Pictures of batches: their findings are computed, and can tell a broken law."""

import numpy as np
import pictures
import pytest

from bpkit.plots.batches import noise_by_size, stretched_difference

SIZES = 2 ** np.arange(8)
N = 200


def law(exponent=-0.5, examples=N):
    rest = np.sqrt((examples - SIZES) / (examples - 1))
    return 3.0 * SIZES ** float(exponent) * rest


PICTURES = {
    "stretched_difference": lambda: stretched_difference([[0.9], [0.2]], [1, 0]),
    "noise_by_size": lambda: noise_by_size(SIZES, law(), N),
}


@pytest.mark.parametrize("check", pictures.CHECKS)
@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_keeps_the_style(name, check):
    check(PICTURES[name])


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
    assert "(2, 1) minus (2,) gives 4 numbers" in finding
    # The diagonal: ½(0.25 + 1); the rest adds ½(0.25 + 0).
    assert "is 0.62 on the diagonal and 0.75 in the whole table" in finding


def test_the_fit_finds_the_law_and_tells_another():
    assert "power −0.50" in noise_by_size(SIZES, law(examples=10**6), 10**6).finding
    assert "power −1.00" in noise_by_size(SIZES, law(-1, 10**6), 10**6).finding


def test_the_departure_is_measured_from_the_curve_of_no_example_twice():
    spreads = law()
    assert "within 0% of" in noise_by_size(SIZES, spreads, N).finding
    spreads[-1] *= 1.075
    assert "within 8% of" in noise_by_size(SIZES, spreads, N).finding


def test_the_largest_batch_is_compared_with_the_plain_law():
    finding = noise_by_size(SIZES, law(), N).finding
    share = np.sqrt((N - 128) / (N - 1))
    assert f"m = 128, it is {share:.2f} of σ/√m" in finding


@pytest.mark.parametrize(
    "draw",
    [
        lambda: stretched_difference([0.5, 1.0], [1, 0]),
        lambda: stretched_difference([[0.5], [1.0]], [[1], [0]]),
        lambda: stretched_difference([[0.5], [1.0]], [1, 0, 1]),
        lambda: stretched_difference(np.zeros((0, 1)), []),
        lambda: noise_by_size([1, 2], [1.0], N),
        lambda: noise_by_size([1], [1.0], N),
        lambda: noise_by_size([2, 4], [1.0, 0.5], N),
        lambda: noise_by_size([1, 4, 2], [1.0, 0.5, 0.4], N),
        lambda: noise_by_size([1, 2, N], [1.0, 0.5, 0.4], N),
        lambda: noise_by_size([1, 2], [1.0, 0.0], N),
        lambda: noise_by_size([1, 2], [1.0, float("nan")], N),
        lambda: noise_by_size([1, 100], [1.0, 0.1], N),
    ],
)
def test_arrays_that_do_not_fit_are_refused(draw):
    with pytest.raises(ValueError, match="must"):
        draw()
