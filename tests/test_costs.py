import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from bpkit.costs import (
    COSTS,
    cost_derivative,
    cross_entropy_cost,
    hinge_gradient,
    hinge_loss,
    quadratic_cost,
)
from bpkit.gradients import gradient_check, numerical_gradient

OF_A_AND_Y = pytest.mark.parametrize(
    "function", [part for c in COSTS.values() for part in (c.value, c.derivative)]
)
A_ROW = pytest.mark.parametrize("cost", COSTS.values(), ids=lambda cost: cost.name)
OF_W_X_Y = pytest.mark.parametrize("function", [hinge_loss, hinge_gradient])
W = np.array([[0.2, -1.0, 0.5], [1.5, 0.3, -0.2], [-0.4, 0.9, 0.1], [3.0, 2.0, 1.0]])
X = np.array([[1.0], [-2.0], [0.5]])


@pytest.fixture(autouse=True)
def _no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def pairs(low, high):
    """Give pairs (a, y) of one shape (n, m), entries from low to high."""
    shapes = npst.array_shapes(min_dims=2, max_dims=2, max_side=4)
    numbers = st.floats(low, high)
    return shapes.flatmap(
        lambda shape: st.tuples(
            npst.arrays(float, shape, elements=numbers),
            npst.arrays(float, shape, elements=numbers),
        )
    )


@A_ROW
@pytest.mark.parametrize("shape", [(1, 1), (3, 1), (1, 4), (2, 3), (5, 2)])
def test_derivative_and_delta_are_what_nudging_says(cost, shape):
    a, y = np.random.default_rng(0).uniform(0.1, 0.9, (2, *shape))
    nudged = shape[1] * numerical_gradient(lambda a: cost.value(a, y), a)
    slope = a * (1 - a)
    delta = cost.delta(a, y, slope)
    assert cost.derivative(a, y) == pytest.approx(nudged, rel=1e-6, abs=1e-8)
    assert delta == pytest.approx(nudged * slope, rel=1e-6, abs=1e-8)
    assert not any(np.shares_memory(delta, given) for given in (a, y, slope))


@A_ROW
def test_a_cost_is_defined_for_targets_at_both_ends_of_its_range(cost):
    a = np.array([[0.1, 0.5, 0.9]])
    low, high = cost.y_range
    assert low < high
    for end in filter(np.isfinite, (low, high)):
        assert np.isfinite(cost.value(a, np.full_like(a, end)))


@given(pair=pairs(-1e3, 1e3))
def test_quadratic_cost_is_the_mean_over_columns_of_half_the_square(pair):
    a, y = pair
    columns = [0.5 * sum((p - q) ** 2) for p, q in zip(a.T, y.T, strict=True)]
    assert quadratic_cost(a, y) == pytest.approx(sum(columns) / len(columns))


@given(pair=pairs(-2, 2))
@settings(max_examples=30)
def test_cost_derivative_is_m_times_the_slope_of_the_mean_cost(pair):
    a, y = pair
    slope = a.shape[1] * numerical_gradient(lambda a: quadratic_cost(a, y), a)
    assert cost_derivative(a, y) == pytest.approx(slope, abs=1e-8)


@given(pair=pairs(0.01, 0.99))
@settings(max_examples=30)
def test_cross_entropy_has_its_well_known_slope(pair):
    a, y = pair
    slope = numerical_gradient(lambda a: cross_entropy_cost(a, y), a, method="complex")
    assert slope == pytest.approx((a - y) / (a * (1 - a)) / a.shape[1], abs=1e-12)


@given(pair=pairs(0, 1))
def test_cross_entropy_is_finite_and_least_where_a_is_y(pair):
    a, y = pair
    cost = cross_entropy_cost(a, y)
    assert np.isfinite(cost)
    assert cost >= cross_entropy_cost(y, y) - 1e-12


def test_cross_entropy_of_a_certain_right_answer_is_plain_zero():
    certain = np.array([[0.0, 1.0], [1.0, 0.0]])
    assert str(cross_entropy_cost(certain, certain)) == "0.0"


@pytest.mark.parametrize(("dtype", "nats"), [(np.float64, 708.4), (np.float32, 87.3)])
@pytest.mark.parametrize("a", [0, 1])
def test_cross_entropy_of_a_certain_wrong_answer_is_large_and_finite(a, dtype, nats):
    a = np.array([[a]], dtype)
    assert cross_entropy_cost(a, 1 - a) == pytest.approx(nats, abs=0.1)


def test_cross_entropy_of_a_hair_above_zero_is_not_clipped():
    assert cross_entropy_cost([[1e-300]], [[1]]) == pytest.approx(300 * np.log(10))


@pytest.mark.parametrize("bad", [-1e-9, 1.5, np.inf])
def test_cross_entropy_refuses_what_is_no_probability(bad):
    good = np.full((2, 3), 0.5)
    worse = good.copy()
    worse[1, 2] = bad
    with pytest.raises(ValueError, match=r"a must lie from 0 to 1; got .* at \[1, 2\]"):
        cross_entropy_cost(worse, good)
    with pytest.raises(ValueError, match="y must lie from 0 to 1"):
        cross_entropy_cost(good, worse)


@OF_A_AND_Y
def test_nan_gives_nan(function):
    assert np.isnan(function([[np.nan]], [[1.0]])).all()


@pytest.mark.parametrize("function", [quadratic_cost, cross_entropy_cost])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int8])
def test_a_cost_is_a_plain_float(function, dtype):
    ones = np.ones((2, 3), dtype)
    assert type(function(ones, ones)) is float


@pytest.mark.parametrize("y_dtype", [np.float32, int, bool])
def test_float32_outputs_keep_their_precision(y_dtype):
    a = np.ones((2, 3), np.float32)
    assert cost_derivative(a, np.ones((2, 3), y_dtype)).dtype == np.float32


def test_small_whole_numbers_do_not_wrap_around():
    a, y = np.array([[3]], np.uint8), np.array([[200]], np.uint8)
    assert cost_derivative(a, y).tolist() == [[-197.0]]
    assert quadratic_cost(a, y) == 197**2 / 2


@OF_A_AND_Y
@pytest.mark.parametrize("y_shape", [(3,), (1, 3), (3, 2), (1, 1)])
def test_shapes_that_numpy_would_broadcast_are_refused(function, y_shape):
    with pytest.raises(ValueError, match=r"same shape; got \(3, 1\) and \("):
        function(np.ones((3, 1)), np.ones(y_shape))


@OF_A_AND_Y
@pytest.mark.parametrize("shape", [(), (3,), (3, 0), (0, 3), (2, 2, 2)])
def test_what_is_not_columns_is_refused(function, shape):
    with pytest.raises(ValueError, match=r"must have shape \(n, m\), one column"):
        function(np.ones(shape), np.ones(shape))


@OF_A_AND_Y
def test_text_is_refused_by_name(function):
    with pytest.raises(TypeError, match="y must hold numbers"):
        function([[1.0]], [["1"]])
    with pytest.raises(TypeError, match="a must hold numbers"):
        function([[None]], [[1.0]])


@OF_A_AND_Y
def test_a_and_y_are_not_changed(function):
    a, y = np.array([[0.25, 0.5]]), np.array([[1.0, 0.0]])
    function(a, y)
    assert (a.tolist(), y.tolist()) == ([[0.25, 0.5]], [[1.0, 0.0]])


@pytest.mark.parametrize("margin", [0.0, 0.5, 1.0, 7.0])
@pytest.mark.parametrize("y", range(4))
def test_hinge_loss_is_the_sum_over_the_other_classes(y, margin):
    scores = (W @ X).ravel()
    terms = [max(0, scores[j] - scores[y] + margin) for j in range(4) if j != y]
    loss = hinge_loss(W, X, y, margin)
    assert type(loss) is float
    assert loss == pytest.approx(sum(terms))


@pytest.mark.parametrize("margin", [0.5, 1.0, 9.0])
@pytest.mark.parametrize("y", [1, 2, np.int64(3)])
def test_hinge_gradient_is_what_nudging_says(y, margin):
    assert gradient_check(
        lambda w: hinge_loss(w, X, y, margin), hinge_gradient(W, X, y, margin), W
    )


def test_a_hinge_that_is_satisfied_costs_nothing_and_has_no_slope():
    w, x = [[5.0], [0.0]], [[1.0]]
    assert hinge_loss(w, x, 0) == 0
    assert hinge_gradient(w, x, 0).tolist() == [[0.0], [0.0]]


def test_on_its_kink_the_hinge_has_slope_zero():
    assert hinge_gradient([[1.0], [0.0]], [[1.0]], 0, margin=1.0).tolist() == [
        [0.0],
        [0.0],
    ]


def test_hinge_gradient_keeps_float32_and_promotes_ints():
    w32, x32 = W.astype(np.float32), X.astype(np.float32)
    assert hinge_gradient(w32, x32, 1, np.float64(1)).dtype == np.float32
    assert hinge_gradient([[1, 2]], [[1], [2]], 0).dtype == np.float64


@OF_W_X_Y
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"x": np.ones(3)}, ValueError, r"x must have shape \(3, 1\).*got \(3,\)"),
        ({"x": np.ones((4, 1))}, ValueError, r"x must have shape \(3, 1\)"),
        ({"w": np.ones(3)}, ValueError, r"w must have shape \(k, n\)"),
        ({"w": np.ones((0, 3))}, ValueError, r"w must have shape \(k, n\)"),
        ({"w": W + 0j}, TypeError, "w must hold real numbers"),
        ({"y": 4}, ValueError, "y must be a class from 0 to 3; got 4"),
        ({"y": -1}, ValueError, "y must be a class from 0 to 3; got -1"),
        ({"y": 1.0}, TypeError, "y must be an int"),
        ({"y": True}, TypeError, "y must be an int"),
        ({"y": [[0.0], [1.0]]}, TypeError, "y must be an int"),
        ({"margin": -1.0}, ValueError, "margin must be finite and 0 or more"),
        ({"margin": np.nan}, ValueError, "margin must be finite and 0 or more"),
        ({"margin": np.inf}, ValueError, "margin must be finite and 0 or more"),
    ],
)
def test_hinge_refuses_what_does_not_fit(function, change, error, message):
    arguments = {"w": W, "x": X, "y": 1, "margin": 1.0} | change
    with pytest.raises(error, match=message):
        function(**arguments)


@OF_W_X_Y
def test_w_and_x_are_not_changed(function):
    w, x = W.copy(), X.copy()
    function(w, x, 2)
    assert np.array_equal(w, W)
    assert np.array_equal(x, X)
