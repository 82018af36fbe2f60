import dataclasses
import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from tools import Table

from bpkit.activations import sigmoid, sigmoid_prime
from bpkit.gradients import gradient_check, numerical_gradient, relative_error

METHODS = ["forward", "central", "complex"]
ACCURACY = {"forward": 1e-6, "central": 1e-8, "complex": 1e-14}
EACH_METHOD = pytest.mark.parametrize("method", METHODS)
SHAPES = npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)


def words(report):
    """Return what a report says, however its lines are broken."""
    return " ".join(str(report).split())


@pytest.fixture(autouse=True)
def _no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def cubes(x):
    return np.sum(x**3)


def points(low=-3, high=3):
    return npst.arrays(float, SHAPES, elements=st.floats(low, high))


# The numerical gradient


@EACH_METHOD
@given(x=points())
@settings(max_examples=40)
def test_any_shape_gives_the_slope_in_that_shape(method, x):
    gradient = numerical_gradient(cubes, x, method=method)
    assert isinstance(gradient, np.ndarray)
    assert gradient.shape == x.shape
    assert gradient.dtype == np.float64
    assert gradient == pytest.approx(3 * x**2, abs=30 * ACCURACY[method])


@EACH_METHOD
@given(z=st.floats(-20, 20))
@settings(max_examples=40)
def test_a_number_may_be_the_point(method, z):
    gradient = numerical_gradient(sigmoid, z, method=method)
    assert gradient.shape == ()
    assert float(gradient) == pytest.approx(sigmoid_prime(z), abs=ACCURACY[method])


@EACH_METHOD
@pytest.mark.parametrize("x", [1e-3, 1e3, 1e9, -1e150])
def test_the_step_suits_the_size_of_the_entry(method, x):
    gradient = numerical_gradient(lambda x: x**2, x, method=method)
    assert float(gradient) == pytest.approx(2 * x, rel=3e-5)


@pytest.mark.parametrize(
    ("method", "h", "low", "high"),
    [
        ("forward", 1e-7, 5e-10, 2e-8),
        ("central", 1e-5, 0, 2e-11),
        ("complex", 1e-7, 0, 1e-15),
        ("complex", 1e-16, 0, 1e-16),
        ("complex", 1e-100, 0, 1e-16),
    ],
)
def test_the_best_errors_at_sigmoid_prime_of_1(method, h, low, high):
    slope = numerical_gradient(sigmoid, 1.0, h=h, method=method)
    assert low <= abs(float(slope) - sigmoid_prime(1.0)) <= high


@pytest.mark.parametrize(
    ("method", "high"), [("forward", 5e-8), ("central", 5e-11), ("complex", 1e-16)]
)
def test_without_h_the_step_suits_the_method(method, high):
    slope = numerical_gradient(sigmoid, 1.0, method=method)
    assert abs(float(slope) - sigmoid_prime(1.0)) <= high


def test_a_forward_step_that_vanishes_in_x_gives_zero():
    assert numerical_gradient(sigmoid, 1.0, h=1e-16, method="forward") == 0
    assert numerical_gradient(sigmoid, 1.0, h=1e-17, method="central") == 0


@pytest.mark.parametrize(("method", "order"), [("forward", 1), ("central", 2)])
def test_the_error_falls_like_a_power_of_h(method, order):
    hs = 10.0 ** np.array([-1, -2, -3])
    slopes = [float(numerical_gradient(sigmoid, 1.0, h, method)) for h in hs]
    errors = np.abs(np.array(slopes) - sigmoid_prime(1.0))
    assert np.diff(np.log10(errors)) == pytest.approx([-order, -order], abs=0.1)


@pytest.mark.parametrize("h", [1e-9, 1e-11, 1e-13])
@pytest.mark.parametrize("method", ["forward", "central"])
def test_the_division_is_by_the_step_taken(method, h):
    # Along a straight line through 0 nothing else is rounded.
    assert numerical_gradient(lambda x: 2 * x, 1.0, h, method) == 2


@EACH_METHOD
@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.float32])
def test_other_precisions_are_promoted(method, dtype):
    x = np.array([[1, 2], [3, 0]], dtype)
    gradient = numerical_gradient(cubes, x, method=method)
    assert gradient.dtype == np.float64
    assert gradient == pytest.approx(3 * x.astype(float) ** 2, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize(("method", "calls"), [*zip(METHODS, [7, 12, 6], strict=True)])
def test_the_number_of_evaluations_is_the_documented_one(method, calls):
    seen = []

    def f(x):
        seen.append(x)
        return cubes(x)

    numerical_gradient(f, np.ones((2, 3)), method=method)
    assert len(seen) == calls


@EACH_METHOD
def test_an_f_that_changes_its_argument_changes_nothing_else(method):
    def f(x):
        cost = cubes(x)
        x += 1
        return cost

    x = np.array([1.0, -2.0])
    gradient = numerical_gradient(f, x, method=method)
    assert gradient == pytest.approx([3.0, 12.0], abs=1e-5)
    assert x.tolist() == [1.0, -2.0]


@EACH_METHOD
def test_x_is_untouched_when_f_raises(method):
    calls = []

    def f(x):
        x += 1
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("the third call")
        return cubes(x)

    x = np.array([1.0, 2.0, 3.0])
    with pytest.raises(RuntimeError, match="the third call"):
        numerical_gradient(f, x, method=method)
    assert x.tolist() == [1.0, 2.0, 3.0]


@EACH_METHOD
def test_the_point_stays_where_it_was_when_f_moves_the_callers_array(method):
    x = np.array([1.0, -2.0])

    def f(point):
        x[...] += 1
        return cubes(point)

    assert numerical_gradient(f, x, method=method) == pytest.approx([3, 12], abs=1e-5)


@EACH_METHOD
def test_a_frozen_x_is_good_enough(method):
    x = np.array([1.0, 2.0])
    x.flags.writeable = False
    assert numerical_gradient(cubes, x, method=method) == pytest.approx([3, 12])


@EACH_METHOD
@pytest.mark.parametrize("shape", [(1,), (1, 1)])
def test_f_may_return_an_array_of_one_number(method, shape):
    gradient = numerical_gradient(
        lambda x: np.sum(x**2).reshape(shape), [1.0, 2.0], method=method
    )
    assert gradient == pytest.approx([2, 4])


@EACH_METHOD
def test_f_must_return_one_number(method):
    with pytest.raises(ValueError, match=r"f must return one number; .* shape \(2,\)"):
        numerical_gradient(lambda x: x**2, [1.0, 2.0], method=method)
    with pytest.raises(TypeError, match="f must return one number; got NoneType"):
        numerical_gradient(lambda x: None, [1.0, 2.0], method=method)


@pytest.mark.parametrize("method", ["forward", "central"])
def test_a_complex_result_is_refused_by_the_real_methods(method):
    with pytest.raises(TypeError, match="f must return a real number"):
        numerical_gradient(lambda x: x + 1j, 1.0, method=method)


def test_the_complex_method_says_when_f_cannot_take_complex_numbers():
    with pytest.raises(TypeError, match="needs an f that takes complex numbers"):
        numerical_gradient(np.cbrt, 1.0, method="complex")


@pytest.mark.parametrize("f", [abs, lambda x: x.real**2, lambda x: 3.0])
def test_the_complex_method_says_when_f_drops_the_imaginary_part(f):
    with pytest.raises(TypeError, match="f returned a real one"):
        numerical_gradient(f, 1.0, method="complex")


def test_an_unknown_method_is_refused_with_the_three_names():
    with pytest.raises(
        ValueError, match="'forward', 'central' or 'complex'; got 'backward'"
    ):
        numerical_gradient(cubes, 1.0, method="backward")


@pytest.mark.parametrize("method", [["central"], {"central"}, None, np.array([1, 2])])
def test_what_is_no_name_of_a_method_is_refused_in_the_same_words(method):
    with pytest.raises(ValueError, match="method must be 'forward', 'central' or"):
        numerical_gradient(cubes, 1.0, method=method)


@EACH_METHOD
@pytest.mark.parametrize("h", [0, 0.0, -1e-5, np.nan, np.inf])
def test_h_must_be_positive_and_finite(method, h):
    with pytest.raises(ValueError, match="h must be positive and finite"):
        numerical_gradient(cubes, 1.0, h=h, method=method)


@pytest.mark.parametrize("h", ["1e-5", True, 1j, [1e-5]])
def test_h_must_be_a_number(h):
    with pytest.raises(TypeError, match="h must be a number"):
        numerical_gradient(cubes, 1.0, h=h)


@pytest.mark.parametrize("x", [True, "1", [1j], None])
def test_x_must_hold_real_numbers(x):
    with pytest.raises(TypeError, match="x must hold real numbers"):
        numerical_gradient(cubes, x)


@pytest.mark.parametrize("x", [np.nan, [1.0, np.inf]])
def test_x_must_be_finite(x):
    with pytest.raises(ValueError, match="x must be finite"):
        numerical_gradient(cubes, x)


# The relative error


@given(
    pair=SHAPES.flatmap(
        lambda shape: st.tuples(
            *[npst.arrays(float, shape, elements=st.floats(-1e308, 1e308))] * 2
        )
    )
)
def test_relative_error_lies_from_0_to_1_and_does_not_mind_the_order(pair):
    a, n = pair
    error = relative_error(a, n)
    assert type(error) is float
    assert 0 <= error <= 1 + 1e-12
    assert error == relative_error(n, a)
    assert relative_error(a, a) == 0


@pytest.mark.parametrize("scale", [5e-324, 1e-300, 1.0, 1e300, 1.7e308])
def test_relative_error_neither_overflows_nor_underflows(scale):
    with np.errstate(all="raise"):
        assert relative_error(scale * np.ones(9), np.zeros(9)) == 1
        assert relative_error([scale, 0.0], [0.0, scale]) == pytest.approx(0.5**0.5)
        assert relative_error([scale], [-scale]) == 1


def test_relative_error_is_the_formula():
    rng = np.random.default_rng(0)
    a, n = rng.normal(size=(2, 3, 4))
    norm = np.linalg.norm
    assert relative_error(a, n) == pytest.approx(norm(a - n) / (norm(a) + norm(n)))


def test_relative_error_of_two_zeros_is_zero():
    assert relative_error(np.zeros((2, 3)), np.zeros((2, 3))) == 0
    assert relative_error(0, 0.0) == 0
    assert relative_error([], []) == 0


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_relative_error_of_what_is_not_finite_is_nan(bad):
    assert math.isnan(relative_error([1.0, bad], [1.0, bad]))


def test_relative_error_refuses_shapes_that_differ():
    with pytest.raises(ValueError, match=r"same shape; got \(3, 1\) and \(3,\)"):
        relative_error(np.ones((3, 1)), np.ones(3))


def test_relative_error_does_not_wrap_small_whole_numbers():
    one, two = np.array([1], np.uint8), np.array([2], np.uint8)
    assert relative_error(one, two) == pytest.approx(1 / 3)


# The check of a gradient


@given(x=points(0.5).filter(lambda x: x.size > 0))
@settings(max_examples=40)
def test_a_right_gradient_passes_as_function_and_as_array(x):
    assert gradient_check(cubes, lambda x: 3 * x**2, x)
    assert gradient_check(cubes, 3 * x**2, x)


@given(data=st.data())
@settings(max_examples=60)
def test_the_one_wrong_entry_is_named(data):
    x = data.draw(points(0.5).filter(lambda x: x.size > 0))
    index = tuple(data.draw(st.integers(0, side - 1)) for side in x.shape)
    factor = data.draw(st.sampled_from([-1.0, 0.0, 0.5, 0.999, 1.001, 2.0, 100.0]))
    gradient = np.asarray(3 * x**2)
    gradient[index] *= factor
    report = gradient_check(cubes, gradient, x)
    assert not report
    assert report.index == index
    assert report.analytic == gradient[index]
    assert report.numerical == pytest.approx(3 * x[index] ** 2, rel=1e-6)


def test_an_entry_that_is_only_rounding_is_not_named():
    x = np.array([1.0, 1.0, 0.0])
    report = gradient_check(
        lambda x: 1e3 * x[0] + x[1] + 1e-30 * x[2], [1e3, 1.01, 1e-12], x
    )
    assert report.index == (1,)


def test_a_flipped_small_entry_is_named_before_an_inexact_large_one():
    report = gradient_check(lambda x: 1e3 * x[0] + 0.1 * x[1], [1001, -0.1], [1, 1])
    assert report.index == (1,)


def test_a_sign_error_is_wrong():
    report = gradient_check(cubes, lambda x: -3 * x**2, [1.0, 2.0])
    assert not report.passed
    assert report.verdict.startswith("wrong")
    assert report.relative_error == pytest.approx(1)


def test_a_kink_is_suspicious():
    # The fifth of a thousand equal slopes is halved by the kink between its nudges.
    x = np.ones(1000)
    x[4] = 0
    hinge = np.sign(x) + (x == 0)
    report = gradient_check(lambda x: np.sum(np.maximum(x, 0) + 50 * x), 50 + hinge, x)
    assert report.verdict.startswith("suspicious")
    assert not report
    assert report.index == (4,)
    assert "kink" in words(report)


def test_two_zero_gradients_are_no_success():
    report = gradient_check(lambda x: 0.0, lambda x: np.zeros_like(x), np.ones((2, 2)))
    assert not report
    assert report.relative_error == 0
    assert "nothing was compared, both gradients are zero" in report.verdict
    assert "try another point" in words(report)


def test_two_gradients_of_mere_rounding_are_no_success():
    def f(x):
        return np.sum((x / 7 - 0.3) ** 2) + 0.1

    report = gradient_check(f, np.full(2, 1e-17), [2.1, 2.1])
    assert not report
    assert "nothing was compared" in report.verdict


def test_a_gradient_of_zeros_is_wrong_where_the_function_has_a_slope():
    report = gradient_check(cubes, lambda x: np.zeros_like(x), [1.0, 2.0])
    assert report.verdict.startswith("wrong")


def test_a_gradient_is_wrong_where_the_function_has_none():
    assert gradient_check(lambda x: 5.0, [0.0, 1.0], [1.0, 2.0]).index == (1,)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_gradient_that_is_not_finite_is_named(bad):
    gradient = np.array([[3.0, 3.0], [bad, 7.0]])
    report = gradient_check(cubes, gradient, np.ones((2, 2)))
    assert not report
    assert report.index == (1, 0)
    assert "the gradient holds NaN or infinity" in words(report)


def test_a_function_that_is_not_finite_is_blamed_itself():
    report = gradient_check(lambda x: np.nan, [1.0], [1.0])
    assert not report
    assert "the function is not finite" in report.verdict


def test_the_report_cannot_be_changed():
    report = gradient_check(cubes, [3.0], [1.0])
    with pytest.raises(dataclasses.FrozenInstanceError):
        report.passed = False


def test_the_text_names_the_worst_entry_and_both_values():
    report = gradient_check(cubes, [[3.0, -12.0]], [[1.0, 2.0]])
    assert str(report) == repr(report)
    assert "wrong" in str(report)
    assert "entry [0, 1]: the gradient says -12, nudging says 12." in words(report)


def test_the_text_of_a_number_names_the_only_entry():
    report = gradient_check(lambda x: x**2, 5.0, 3.0)
    assert report.index == ()
    assert "the only entry: the gradient says 5, nudging says 6" in words(report)


def test_the_text_of_a_passed_check_is_the_same_on_every_machine():
    report = gradient_check(cubes, [3.0], [1.0])
    assert str(report) == (
        "Gradient check passed: right, the relative error is below 1e-07."
    )


def test_the_gradient_function_gets_a_copy():
    def gradient(x):
        x *= x
        return 3 * x

    x = np.array([1.0, 2.0])
    assert gradient_check(cubes, gradient, x)
    assert x.tolist() == [1.0, 2.0]


def test_a_steep_slope_hides_a_flat_one_and_layer_by_layer_it_is_found():
    def f(w):
        return 1e8 * w[0] + w[1]

    assert gradient_check(f, [1e8, 2.0], [1.0, 1.0])
    assert gradient_check(lambda w: f([w, 1.0]), 1e8, 1.0)
    assert not gradient_check(lambda w: f([0.0, w]), 2.0, 1.0)
    assert "layer by layer" in gradient_check.__doc__


@pytest.mark.parametrize("factor", [0.0, -1.0, 0.5])
def test_one_wrong_entry_among_thousands_is_wrong_and_named(factor):
    x = np.random.default_rng(0).uniform(1, 2, (40, 60))
    x[31, 7] = 1
    gradient = 3 * x**2
    gradient[31, 7] *= factor
    report = gradient_check(cubes, gradient, x)
    assert report.relative_error < 0.01
    assert report.verdict == "wrong, one entry's relative error is above 1e-02"
    assert report.index == (31, 7)
    assert report.entry_error == pytest.approx((1 - factor) / (1 + abs(factor)))
    assert f"at its worst {report.entry_error:.1e}; look at entry [31, 7]" in words(
        report
    )


def test_a_small_slip_in_one_entry_is_suspicious():
    x = np.random.default_rng(0).uniform(1, 2, (40, 60))
    gradient = 3 * x**2
    gradient[31, 7] *= 1.01
    report = gradient_check(cubes, gradient, x)
    assert report.verdict.startswith("suspicious")
    assert report.index == (31, 7)
    assert report.entry_error == pytest.approx(0.01 / 2.01, rel=1e-4)


@pytest.mark.parametrize("flat", [0.0, 1e-9, -1e-6])
@pytest.mark.parametrize("height", [0.0, 1e3])
def test_rounding_on_level_ground_does_not_condemn_a_right_gradient(flat, height):
    x = np.array([1.0, flat, 2.0])
    assert gradient_check(lambda x: height + cubes(x), 3 * x**2, x)


@pytest.mark.parametrize("flat", [0.02, 0.03, 0.04, 0.05])
def test_the_rounding_of_a_large_cost_makes_a_right_gradient_suspicious_at_most(flat):
    x = np.array([1.0, flat, 2.0])
    report = gradient_check(lambda x: 1e9 + cubes(x), 3 * x**2, x)
    assert report.verdict.startswith("suspicious")


def test_where_all_entries_are_as_wrong_the_first_is_named():
    x = np.random.default_rng(0).uniform(1, 2, (20, 30))
    assert gradient_check(cubes, 2 * 3 * x**2, x).index == (0, 0)


def test_some_entries_are_drawn_and_only_they_are_nudged():
    x, asked = np.arange(1.0, 61.0).reshape(6, 10), []

    def f(w):
        asked.append(np.flatnonzero(w != x))
        return cubes(w)

    report = gradient_check(f, 3 * x**2, x, entries=7, rng=np.random.default_rng(0))
    assert report
    assert report.verdict.endswith("below 1e-07, in 7 of 60 entries")
    nudged = [index for index in asked if index.size]
    assert [index.size for index in nudged] == [1] * 14
    assert len(set(np.concatenate(nudged).tolist())) == 7
    again = gradient_check(f, -3 * x**2, x, entries=7, rng=np.random.default_rng(0))
    assert again.index == np.unravel_index(np.concatenate(nudged).min(), x.shape)
    assert again.analytic == -3 * x[again.index] ** 2
    assert again.factor == -1


def test_other_draws_find_other_entries():
    x, rng = np.ones((6, 10)), np.random.default_rng(0)
    gradient = 3 * x
    gradient[2, 3] = 0
    reports = [
        gradient_check(cubes, gradient, x, entries=15, rng=rng) for _ in range(40)
    ]
    assert {report.index for report in reports if not report} == {(2, 3)}
    assert 2 < sum(map(bool, reports)) < 38


@pytest.mark.parametrize("x", [3.0, [1.0, 2.0]])
def test_no_more_entries_are_drawn_than_there_are(x):
    def gradient(x):
        return 3 * np.square(x)

    rng = np.random.default_rng(0)
    assert str(gradient_check(cubes, gradient, x, entries=100, rng=rng)) == (
        str(gradient_check(cubes, gradient, x))
    )


def test_entries_are_counted_and_drawn_by_a_generator():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="entries must be at least 1; got 0"):
        gradient_check(cubes, [3.0], [1.0], entries=0, rng=rng)
    for bad in (2.0, True, "all"):
        with pytest.raises(TypeError, match="entries must be a whole number; got"):
            gradient_check(cubes, [3.0], [1.0], entries=bad, rng=rng)
    for nobody in (None, 0):
        with pytest.raises(TypeError, match=r"rng, a numpy.random.Generator; got"):
            gradient_check(cubes, [3.0], [1.0], entries=1, rng=nobody)


@pytest.mark.parametrize("k", [5, 0.5, -1, 1 / 3, 1.001, -64, 1e-12, 1e200])
@given(x=points(0.5).filter(lambda x: x.size > 1))
@settings(max_examples=20)
def test_a_common_factor_is_named(k, x):
    report = gradient_check(cubes, lambda x: k * 3 * x**2, x)
    assert not report
    assert report.factor == pytest.approx(k, rel=1e-5)
    said = f" Every entry is {report.factor:g} times what nudging says."
    assert words(report).endswith(said)


def test_the_factor_between_a_sum_and_a_mean_is_named_to_the_digit():
    rng = np.random.default_rng(0)
    a, y = rng.random((2, 10, 7))
    report = gradient_check(lambda a: 0.5 * np.sum((a - y) ** 2) / 7, a - y, a)
    assert report.factor == 7


def test_float32_does_not_hide_a_common_factor():
    x = np.linspace(0.5, 2, 20)
    assert gradient_check(cubes, (2 * 3 * x**2).astype(np.float32), x).factor == 2


def test_the_rounding_of_a_large_cost_does_not_hide_a_common_factor():
    x = np.array([1.0, 2.0, -0.7, 1.3])
    report = gradient_check(lambda x: 1e6 + cubes(x), 2 * 3 * x**2, x)
    assert report.factor == pytest.approx(2, rel=1e-4)


def test_a_slope_of_zero_goes_with_every_factor():
    x = np.array([1.0, 2.0, 0.0])
    assert gradient_check(cubes, [-3.0, -12.0, 0.0], x).factor == -1
    assert gradient_check(cubes, [-3.0, -12.0, 1e-3], x).factor is None


@given(data=st.data())
@settings(max_examples=40)
def test_no_factor_is_named_where_one_entry_is_off_by_another(data):
    x = data.draw(points(0.5).filter(lambda x: x.size > 1))
    index = tuple(data.draw(st.integers(0, side - 1)) for side in x.shape)
    gradient = np.asarray(5 * 3 * x**2)
    gradient[index] *= data.draw(st.sampled_from([-1.0, 0.0, 0.2, 0.999, 1.0001, 9.0]))
    report = gradient_check(cubes, gradient, x)
    assert report.factor is None
    assert "Every entry" not in words(report)


@pytest.mark.parametrize(
    ("f", "gradient", "x"),
    [
        (cubes, [3.0, 12.0], [1.0, 2.0]),  # right
        (cubes, [3.000001, 12.000004], [1.0, 2.0]),  # inexact
        (cubes, [0.0, 0.0], [1.0, 2.0]),  # zeros
        (cubes, [6.0], [1.0]),  # one entry has always a factor
        (cubes, [6.0, 0.0], [1.0, 0.0]),  # and so has one slope
        (lambda x: 5.0, [1.0, 2.0], [1.0, 2.0]),
        (lambda x: 0.0 * cubes(x), [0.0, 0.0], [1.0, 2.0]),
        (lambda x: np.sum((x / 7 - 0.3) ** 2) + 0.1, [1e-17, 1e-17], [2.1, 2.1]),
        (lambda x: 1e9 + 1e-3 * cubes(x), [6e-3, 24e-3], [1.0, 2.0]),
        (cubes, [np.nan, 24.0], [1.0, 2.0]),
        (cubes, [np.inf, np.inf], [1.0, 2.0]),
        (lambda x: np.nan, [6.0, 24.0], [1.0, 2.0]),
        (lambda x: 1e-200 * cubes(x), [3e200, 12e200], [1.0, 2.0]),
    ],
)
def test_no_factor_is_named_where_none_is_proved(f, gradient, x):
    report = gradient_check(f, gradient, x)
    assert report.factor is None
    assert "Every entry" not in words(report)


@pytest.mark.parametrize("form", [np.asarray, np.ndarray.tolist, Table, list])
def test_point_and_gradient_may_be_anything_that_numpy_makes_an_array_of(form):
    x = np.array([[1.0, 2.0, 3.0], [0.5, -1.0, 4.0]])
    assert gradient_check(cubes, form(3 * x**2), form(x))
    assert gradient_check(cubes, lambda x: form(3 * x**2), form(x))
    assert numerical_gradient(cubes, form(x)).shape == x.shape


def test_the_layers_of_a_network_are_checked_one_by_one():
    layers = [np.ones((2, 3)), np.ones((1, 2))]
    with pytest.raises(ValueError, match=r"^x must be one array .*layer by layer"):
        gradient_check(cubes, layers, layers)
    with pytest.raises(ValueError, match=r"^the gradient must be one array"):
        gradient_check(cubes, layers, layers[0])


def test_a_transposed_gradient_is_refused_with_both_shapes():
    with pytest.raises(ValueError, match=r"shape of x, \(2, 3\); got \(3, 2\)"):
        gradient_check(cubes, np.ones((3, 2)), np.ones((2, 3)))


def test_an_empty_point_is_refused():
    with pytest.raises(ValueError, match="at least one entry"):
        gradient_check(cubes, np.ones((0, 3)), np.ones((0, 3)))


def test_a_gradient_of_text_is_refused():
    with pytest.raises(TypeError, match="the gradient must hold real numbers"):
        gradient_check(cubes, lambda x: None, [1.0])
