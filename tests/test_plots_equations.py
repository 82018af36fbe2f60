"""Pictures of lesson 6: what they say is computed from what they are given."""

import numpy as np
import pictures
import pytest

from bpkit.plots.equations import outer_product, what_is_kept, work_of_gradients

DELTA = np.array([[-0.04], [0.11]])
A_PREV = np.array([[0.98], [0.22], [0.18], [0.94]])
WORK = ([10, 100, 1000], [30, 300, 3000], [200, 20_000, 2_000_000])

PICTURES = {
    "outer_product": lambda: outer_product(DELTA, A_PREV),
    "what_is_kept": lambda: what_is_kept(2),
    "deepest": lambda: what_is_kept(4),
    "work_of_gradients": lambda: work_of_gradients(*WORK),
}
test_every_picture_keeps_the_style = pictures.style_of(PICTURES)


def test_the_table_holds_every_product_and_names_the_largest():
    picture = outer_product(DELTA, A_PREV)
    written = [t.get_text() for t in pictures.texts(picture)]
    for d in DELTA[:, 0]:
        for a in A_PREV[:, 0]:
            assert f"{d * a:.3f}".replace("-", "−") in written
    assert picture.finding == (
        "8 slopes from 2 errors and 4 activations. The largest is entry (2, 1): "
        "0.110 × 0.980 = 0.108."
    )


def test_a_negative_slope_can_be_the_largest():
    finding = outer_product([[-3.0], [1.0]], [[0.1], [0.5]]).finding
    assert "entry (1, 2): −3.000 × 0.500 = −1.500." in finding


def test_slopes_that_are_all_zero_are_drawn():
    assert "0.000" in outer_product([[0.0]], [[0.5]]).finding


@pytest.mark.parametrize("shape", [(2,), (2, 3), (0, 1)])
def test_only_columns_make_a_table(shape):
    with pytest.raises(ValueError, match=r"delta must be a column.*got"):
        outer_product(np.zeros(shape), A_PREV)
    with pytest.raises(ValueError, match=r"a_prev must be a column.*got"):
        outer_product(DELTA, np.zeros(shape))


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_all_that_is_computed_is_named_by_the_equations_as_written(depth):
    picture = what_is_kept(depth)
    kept = 2 * depth + 1
    named = f"As they are written, the equations name {kept} of the {kept}"
    assert named in picture.finding
    written = {t.get_text() for t in pictures.texts(picture)}
    for l in range(1, depth + 1):
        assert {f"$z^{l}$", f"$a^{l}$", rf"$\delta^{l}$"} <= written


@pytest.mark.parametrize("depth", [0, 5, 1.5])
def test_depths_that_do_not_fit_are_refused(depth):
    with pytest.raises(ValueError, match=f"from 1 to 4; got {depth}"):
        what_is_kept(depth)


def test_the_exponents_of_the_work_are_fitted():
    finding = work_of_gradients(*WORK).finding
    assert "From 10 to 1,000 parameters" in finding
    assert "backpropagation grows like their number to the power 1.0" in finding
    assert "numerical gradient to the power 2.0" in finding
    assert finding.endswith("it is 670 times as much.")
    steeper = work_of_gradients(WORK[0], WORK[1], [10, 10**4, 10**7]).finding
    assert "numerical gradient to the power 3.0" in steeper


def test_a_small_ratio_keeps_a_decimal():
    assert "it is 1.5 times" in work_of_gradients([1, 2], [2, 4], [3, 6]).finding


@pytest.mark.parametrize(
    ("work", "complaint"),
    [
        (([1, 2], [1, 2], [1]), "of one length"),
        (([1], [1], [1]), "two or more"),
        (([[1, 2]], [[1, 2]], [[1, 2]]), "one-dimensional"),
        (([1, 2], [0, 2], [1, 2]), "positive"),
    ],
)
def test_work_that_cannot_be_drawn_is_refused(work, complaint):
    with pytest.raises(ValueError, match=complaint):
        work_of_gradients(*work)
