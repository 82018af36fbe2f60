"""Lesson 1: one slope, and the sigmoid."""

import math
from fractions import Fraction

import numpy as np

from . import right, right_number, wrong, wrong_number

# nudge_ratio -------------------------------------------------------------------

right_number("nudge_ratio", Fraction(12, 2), "six as a fraction")
wrong_number("nudge_ratio", 6.5, "the ratio of the picture, where the nudge is 0.5")
wrong_number("nudge_ratio", 3, "one of the two strips is forgotten")

# forward_difference ------------------------------------------------------------


@wrong("forward_difference", "only f(x) is divided: brackets forgotten")
def forward_unbracketed(f, x, h):
    """(w², 3, 0.5): 12.25 − 18 = −5.75, should be 6.5."""
    return f(x + h) - f(x) / h


@wrong("forward_difference", "whole-number division")
def forward_floored(f, x, h):
    """(w², 3, 0.5): 6.0, should be 6.5."""
    return (f(x + h) - f(x)) // h


@wrong("forward_difference", "the width loses its sign, so a step to the left is wrong")
def forward_width_without_sign(f, x, h):
    """(w², 3, −0.5): −5.5, should be 5.5."""
    return (f(x + h) - f(x)) / abs(h)


@wrong("forward_difference", "rounded to six places, where slopes may be tiny")
def forward_rounded(f, x, h):
    """(1e-9·w, 0, 1): 0.0, should be 1e-9."""
    return round((f(x + h) - f(x)) / h, 6)


@right("forward_difference", "both heights and the width with the sign turned round")
def forward_turned(f, x, h):
    return (f(x) - f(x + h)) / -h


@right("forward_difference", "np.diff of the two values")
def forward_by_diff(f, x, h):
    (rise,) = np.diff([f(place) for place in (x, x + h)])
    return rise / h


# central_difference ------------------------------------------------------------


@wrong("central_difference", "divided by 2, then multiplied by h")
def central_unbracketed(f, x, h):
    """(w², 3, 0.5): 6/2·0.5 = 1.5, should be 6."""
    return (f(x + h) - f(x - h)) / 2 * h


@wrong("central_difference", "the points lie half a step away, not a whole one")
def central_half_step(f, x, h):
    """(w³, 2, 1): 12.25, should be 13."""
    return (f(x + h / 2) - f(x - h / 2)) / h


@wrong("central_difference", "a better formula than asked: not this secant's slope")
def central_four_points(f, x, h):
    """(w³, 2, 1): 12, should be 13."""
    near = f(x + h) - f(x - h)
    far = f(x + 2 * h) - f(x - 2 * h)
    return (8 * near - far) / (12 * h)


@wrong("central_difference", "both points on one side: from x to x + 2h")
def central_one_side(f, x, h):
    """(w², 3, 0.5): 7, should be 6."""
    return (f(x + 2 * h) - f(x)) / (2 * h)


@right("central_difference", "a sum over the two signs")
def central_by_signs(f, x, h):
    return sum(sign * f(x + sign * h) for sign in (1, -1)) / (2 * h)


@right("central_difference", "a dot product with one half and minus one half")
def central_by_dot(f, x, h):
    return np.dot([0.5, -0.5], [f(x + h), f(x - h)]) / h


@wrong("central_difference", "a step that is thought too small is made larger")
def central_guarded(f, x, h):
    """(sin(10⁷x), 0, 1e-7): −544021, should be 8414710."""
    if abs(h) < 1e-6:
        h = 1e-6
    return (f(x + h) - f(x - h)) / (2 * h)


# slope_of_polynomial -----------------------------------------------------------


@wrong("slope_of_polynomial", "begins at n = 0, where x to the −1 is asked for")
def polynomial_from_zero(coefficients, x):
    """([6, 5, 2], 0): ZeroDivisionError, should be 5."""
    return sum(n * c * x ** (n - 1) for n, c in enumerate(coefficients))


@wrong("slope_of_polynomial", "measured with a step, which is lost beside a large x")
def polynomial_measured(coefficients, x):
    """([0.3, 0.5, −0.2, 0.1], 2e8): 1.20125e16, should be 1.2e16."""

    def f(x):
        return sum(c * x**n for n, c in enumerate(coefficients))

    return (f(x + 1e-5) - f(x - 1e-5)) / 2e-5


@wrong("slope_of_polynomial", "the right slope, but the caller's list is used up")
def polynomial_pops(coefficients, x):
    """The list [7, −2, 3] comes back as []."""
    coefficients = coefficients if isinstance(coefficients, list) else [*coefficients]
    total = 0.0
    while len(coefficients) > 1:
        n = len(coefficients) - 1
        total += n * coefficients.pop() * x ** (n - 1)
    return total


@wrong("slope_of_polynomial", "polyval's order: the highest power first")
def polynomial_highest_first(coefficients, x):
    """([7, −2, 3], 2): 26, should be 10."""
    return np.polyval(np.polyder(coefficients), x)


@wrong("slope_of_polynomial", "whole numbers at every step")
def polynomial_of_whole_numbers(coefficients, x):
    """([0.5, 1.5], 1): 1, should be 1.5."""
    return sum(int(n * c * x ** (n - 1)) for n, c in enumerate(coefficients) if n)


@wrong("slope_of_polynomial", "one slope for each coefficient, not their sum")
def polynomial_not_added(coefficients, x):
    """([7, −2, 3], 2): [−2, 12], should be 10."""
    return [n * c * x ** (n - 1) for n, c in enumerate(coefficients) if n]


@right("slope_of_polynomial", "polyval, with the order turned round")
def polynomial_turned(coefficients, x):
    return np.polyval(np.polyder(coefficients[::-1]), x)


@right("slope_of_polynomial", "a power that is carried along")
def polynomial_with_running_power(coefficients, x):
    total, power = 0, 1
    for n in range(1, len(coefficients)):
        total += n * coefficients[n] * power
        power *= x
    return float(total)


# sigmoid -----------------------------------------------------------------------


@wrong("sigmoid", "an if on a whole array")
def sigmoid_with_if(z):
    """np.array([−1.0, 1.0]): ValueError, should be [0.269, 0.731]."""
    if z >= 0:
        return 1 / (1 + np.exp(-z))
    return np.exp(z) / (1 + np.exp(z))


@wrong("sigmoid", "neither > nor < is true at 0")
def sigmoid_hole_at_zero(z):
    """0.0: 0.0, should be 0.5."""
    e = np.exp(-np.abs(z))
    return (np.greater(z, 0) + np.less(z, 0) * e) / (1 + e)


@wrong("sigmoid", "kept from overflowing by a clip at ±10, which flattens the tails")
def sigmoid_clipped(z):
    """−20.0: 4.5e-5, should be 2.1e-9."""
    return 1 / (1 + np.exp(-np.clip(z, -10, 10)))


@wrong("sigmoid", "the result is stored in an array of z's own kind")
def sigmoid_in_whole_numbers(z):
    """np.array([0, 1]): [0, 0], should be [0.5, 0.731]."""
    e = np.exp(-np.abs(z))
    out = np.zeros_like(z)
    out[...] = np.where(np.greater_equal(z, 0), 1, e) / (1 + e)
    return out


@right("sigmoid", "e to the minus log(1 + e to the −z), by logaddexp")
def sigmoid_by_logaddexp(z):
    return np.exp(-np.logaddexp(0, -np.asarray(z, dtype=float)))


def _one_sigmoid(z):
    if z < 0:
        return 1 - _one_sigmoid(-z) if z > -1 else math.exp(z) / (1 + math.exp(z))
    return 1 / (1 + math.exp(-z))


@right("sigmoid", "entry by entry with math.exp, put back into shape")
def sigmoid_entry_by_entry(z):
    entries = [_one_sigmoid(entry) for entry in np.ravel(z).tolist()]
    return np.array(entries, dtype=float).reshape(np.shape(z))


# sigmoid_prime -----------------------------------------------------------------


@wrong("sigmoid_prime", "takes z for the output of the sigmoid")
def prime_of_output(z):
    """2.0: −2.0, should be 0.105."""
    return z * (1 - z)


@wrong("sigmoid_prime", "the slope gets the sign of z")
def prime_with_sign(z):
    """−1.0: −0.197, should be 0.197; 0.0: 0, should be 0.25."""
    e = np.exp(-np.abs(z))
    return np.sign(z) * e / (1 + e) ** 2


@wrong("sigmoid_prime", "a product of rows: adds up the slopes of an array")
def prime_by_dot(z):
    """np.array([0.0, 0.0]): 0.5, should be [0.25, 0.25]; right for a number."""
    a = sigmoid_by_logaddexp(z)
    return np.dot(a, 1 - a)


@wrong("sigmoid_prime", "measured with a step of 0.1, which is too coarse")
def prime_measured(z):
    """0.0: 0.24979, should be 0.25."""
    z = np.asarray(z, dtype=float)
    rise = sigmoid_by_logaddexp(z + 0.1) - sigmoid_by_logaddexp(z - 0.1)
    return rise / 0.2


@wrong("sigmoid_prime", "measured with a good step: too coarse on the flats")
def prime_measured_well(z):
    """14.0: 8.31529e-7, should be 8.31527e-7."""
    z = np.asarray(z, dtype=float)
    rise = sigmoid_by_logaddexp(z + 1e-5) - sigmoid_by_logaddexp(z - 1e-5)
    return rise / 2e-5


@right("sigmoid_prime", "the sigmoid times its mirror image")
def prime_by_mirror(z):
    z = np.asarray(z, dtype=float)
    return sigmoid_by_logaddexp(z) * sigmoid_by_logaddexp(-z)


@right("sigmoid_prime", "by the slope of tanh")
def prime_by_tanh(z):
    return (1 - np.tanh(np.asarray(z) / 2) ** 2) / 4


@right(
    "sigmoid", "the plain formula: it overflows to the right 0, and is told to be quiet"
)
def sigmoid_told_to_be_quiet(z):
    with np.errstate(all="ignore"):
        return 1 / (1 + np.exp(-np.asarray(z, dtype=float)))
