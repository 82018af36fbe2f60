import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from bpkit.activations import logistic, sigmoid, sigmoid_prime

BOTH = pytest.mark.parametrize("function", [sigmoid, sigmoid_prime])
ANY_FLOAT = st.floats(allow_nan=False)
SHAPES = npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)


@pytest.fixture(autouse=True)
def _no_warning_and_no_floating_point_error():
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        yield


@given(z=npst.arrays(float, SHAPES, elements=ANY_FLOAT))
def test_any_float_of_any_shape_gives_a_number_from_0_to_1(z):
    a, slope = sigmoid(z), sigmoid_prime(z)
    assert np.shape(a) == np.shape(slope) == z.shape
    assert np.all((a >= 0) & (a <= 1))
    assert np.all((slope >= 0) & (slope <= 0.25 + 2**-53))


@given(z=ANY_FLOAT)
def test_sigmoid_is_symmetric_about_one_half(z):
    assert sigmoid(z) + sigmoid(-z) == pytest.approx(1, abs=1e-15)


@given(z=st.lists(ANY_FLOAT, min_size=2, max_size=20))
def test_sigmoid_never_falls(z):
    a = sigmoid(np.sort(z))
    assert np.all(a[1:] >= a[:-1] - 2**-52)


@given(z=st.floats(-30, 30))
def test_sigmoid_prime_is_a_times_one_minus_a(z):
    a = sigmoid(z)
    assert sigmoid_prime(z) == pytest.approx(a * (1 - a), abs=1e-15)


@given(z=st.floats(0, 300))
def test_sigmoid_prime_keeps_its_digits_in_both_tails(z):
    e = np.exp(-z)
    exact = e / (1 + e) ** 2
    assert sigmoid_prime(z) == pytest.approx(exact, rel=1e-13)
    assert sigmoid_prime(-z) == pytest.approx(exact, rel=1e-13)


@pytest.mark.parametrize("size", [1000, 1e308, np.inf])
def test_far_out_sigmoid_is_0_or_1_and_its_slope_vanishes(size):
    assert sigmoid(np.array([-size, size])).tolist() == [0.0, 1.0]
    assert sigmoid_prime(np.array([-size, size])).tolist() == [0.0, 0.0]


@BOTH
def test_nan_gives_nan(function):
    assert np.isnan(function(np.nan))
    assert np.isnan(function(np.array([0.0, np.nan]))).tolist() == [False, True]
    assert np.isnan(function(complex(np.nan, 0)))


@BOTH
@pytest.mark.parametrize("z", [1, 1.0, np.float64(1), np.array(1.0), 1 + 0j])
def test_scalar_in_gives_scalar_out(function, z):
    assert np.isscalar(function(z))
    assert function(z) == pytest.approx(function(np.array([1.0]))[0], rel=1e-15)


@BOTH
@pytest.mark.parametrize("dtype", ["int8", "uint8", "int64"])
def test_int_input_is_promoted(function, dtype):
    result = function(np.array([0, 2], dtype=dtype))
    assert result.dtype == np.float64
    assert result.tolist() == function(np.array([0.0, 2.0])).tolist()


@BOTH
@pytest.mark.parametrize("dtype", [np.float32, np.complex64, np.complex128])
@pytest.mark.parametrize("shape", [(), (3, 2)])
def test_precision_is_kept(function, dtype, shape):
    assert function(np.ones(shape, dtype)).dtype == dtype


@BOTH
@pytest.mark.parametrize("z", [True, [False], "1", ["a"], None, [object()]])
def test_what_is_no_number_is_refused(function, z):
    with pytest.raises(TypeError, match="z must hold numbers"):
        function(z)


@BOTH
def test_the_argument_is_not_changed(function):
    z = np.array([[-1.0, 2.0]])
    function(z)
    assert z.tolist() == [[-1.0, 2.0]]


@given(z=st.floats(-700, 700), im=st.floats(-3, 3))
def test_complex_sigmoid_is_the_same_formula(z, im):
    z = complex(z, im)
    with np.errstate(all="ignore"):
        assert sigmoid(z) == pytest.approx(1 / (1 + np.exp(-z)), rel=1e-12, abs=1e-300)


@given(z=st.floats(-600, 600))
def test_complex_step_through_sigmoid_gives_its_slope(z):
    assert sigmoid(complex(z, 1e-20)).imag / 1e-20 == pytest.approx(
        sigmoid_prime(z), rel=1e-13
    )


@pytest.mark.parametrize("real", [1e308, -1e308, np.inf, -np.inf])
def test_a_large_real_part_does_not_overflow(real):
    z = np.array([complex(real, 1e-20)])
    assert sigmoid(z).tolist() == [float(real > 0)]
    assert sigmoid_prime(z).tolist() == [0.0]


@pytest.mark.parametrize("numerator", [1.0, -1.0])
def test_logistic_works_in_place(numerator):
    z = np.array([[-2.0, 0.0, 3.0]])
    minus_z = -z
    assert logistic(minus_z, numerator) is minus_z
    assert minus_z.tolist() == (numerator * sigmoid(z)).tolist()


def test_worked_values():
    assert sigmoid(1.0) == pytest.approx(0.7311, abs=5e-5)
    assert sigmoid_prime(1.0) == pytest.approx(0.1966, abs=5e-5)
    assert sigmoid([4, -2]) == pytest.approx([0.9820, 0.1192], abs=5e-5)
