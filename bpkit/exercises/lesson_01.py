"""Exercises of lesson 1: slopes, by nudging."""

import math
from fractions import Fraction

import numpy as np

from bpkit import activations
from bpkit.exercises.exercise import Case, Formula, exercise, number, prediction


@number(
    lesson=1,
    hints=(
        "Compute (3.001² − 3²) / 0.001 on paper.",
        "(3 + ε)² = 9 + 6ε + ε². Take away 9, divide by ε, and let ε go to zero.",
    ),
    rtol=5e-5,
)
def nudge_ratio():
    w = 3
    return 2 * w


nudge_ratio.slips("""
the_value: That is J itself. By how much does J change?
    9
one_side_only: With a nudge of ε: how many strips does the square get, and what area has
each?
    3
the_growth: That is how much J grows for ε = 0.001. How many ε is it?
    0.006
ratio_before_the_limit: That is the ratio for ε = 0.001. Where is it heading as ε
shrinks?
    (3.001**2 - 3**2) / 0.001
upside_down: Which of the two changes stands above the line: J's or w's?
    1 / 6
shrinks: Does J = w² grow or shrink when w = 3 grows?
    -6
slope_of_another_point: How long is each of the two strips: 3, or 9?
    2 * 9
nudge_of_one: Is your ε small? What remains of the ratio when it shrinks?
    4**2 - 3**2
""")


@nudge_ratio.variant
def with_a_small_nudge():
    return (3.0001**2 - 3**2) / 0.0001


@nudge_ratio.variant
def as_an_array():
    return np.array([6])


cube = Formula("x³", lambda x: x**3)
inverse = Formula("1/x", lambda x: 1 / x)


def slopes():
    return [
        Case(cube, 1.5, 0.5),
        Case(inverse, 2.0, 0.25),
        Case(Formula("sin", np.sin), -1.3, 0.7),
        Case(Formula("x² − 5x", lambda x: x**2 - 5 * x), 2, 0.3),
        Case(cube, -2.0, 0.01),
        Case(Formula("2.7x", lambda x: 2.7 * x), 2.5, 2),
        Case(cube, 1.5, -0.5),
        Case(cube, 1.5, 1e-6),
        Case(inverse, 0.01, 1e-4),
        Case(Formula("10⁻⁹x", lambda x: 1e-9 * x), 1.0, 1.0),
        Case(Formula("sin(10⁷x)", lambda x: np.sin(1e7 * x)), 0.0, 1e-7),
    ]


def does_not_use_h(answer):
    """Say that an answer is the same for two steps."""
    wide, narrow = answer(cube, 1.5, 0.5), answer(cube, 1.5, 0.25)
    if np.isscalar(wide) and wide == narrow:
        return "For x³ at 1.5 it gives the same for h = 0.5 and h = 0.25: is h used?"
    return None


@exercise(
    lesson=1,
    cases=slopes,
    hints=(
        "A slope is height over width. At which two places do you need f?",
        "The height is f(x + h) − f(x). How wide is the way from x to x + h?",
        "Brackets around the height, then divide by h.",
    ),
    quantities=lambda f, x, h: {"h": h, "h²": h**2},
    explain=does_not_use_h,
)
def forward_difference(f, x, h):
    return (f(x + h) - f(x)) / h  # slope


forward_difference.slips("""
times_the_width: Is a slope height times width, or height over width?
    return (f(x + h) - f(x)) * h  # slope
brackets_missing: Which runs first here: the subtraction or the division?
    return f(x + h) - f(x) / h  # slope
height_only: That is the height. How wide was the step?
    return f(x + h) - f(x)  # slope
width_over_height: What stands above the line: the height or the width?
    return h / (f(x + h) - f(x))  # slope
heights_swapped: If f grows, is your quotient positive?
    return (f(x) - f(x + h)) / h  # slope
steps_back: Which way does your step go, forward or back?
    return (f(x) - f(x - h)) / h  # slope
central_quotient: At which two points do you call f? One should be x itself.
    return (f(x + h) - f(x - h)) / (2 * h)  # slope
twice_the_width: Are your two points h apart, or 2h?
    return (f(x + h) - f(x)) / (2 * h)  # slope
step_of_its_own: Call it with h = 0.5: how far apart are the two points that you use?
    h = 1e-5
    return (f(x + h) - f(x)) / h  # slope
points_coincide: Print the two points at which you call f. Do they differ?
    h = 1e-16
    return (f(x + h) - f(x)) / h  # slope
nudges_the_value: What is nudged: what goes into f, or what comes out?
    return (f(x) + h - f(x)) / h  # slope
divides_by_x: How far apart are your two points: x, or h?
    return (f(x + h) - f(x)) / x  # slope
step_as_place: At x = 1.5 and h = 0.5: at which two points is f needed?
    return (f(h) - f(x)) / h  # slope
whole_numbers: Where do the decimals get lost?
    return (f(x + h) - f(x)) // h  # slope
size_only: Can a slope be negative? Try a function that falls.
    return abs(f(x + h) - f(x)) / h  # slope
""")


@forward_difference.variant
def rise_over_run(f, x, h):
    rise = f(x + h) - f(x)
    run = (x + h) - x
    return rise / run


@forward_difference.variant
def one_quotient_each(f, x, h):
    return f(x + h) / h - f(x) / h


@forward_difference.variant
def from_numpy_differences(f, x, h):
    points = np.array([x, x + h])
    return np.diff([f(p) for p in points]) / np.diff(points)


@exercise(
    lesson=1,
    cases=slopes,
    hints=(
        "At x = 2 and h = 0.5: at which two points is f needed, and how far apart are "
        "they?",
        "The height is f(x + h) − f(x − h), the width 2h.",
        "In Python a / 2 * h is (a / 2) · h. Where do brackets belong?",
    ),
    quantities=lambda f, x, h: {"h": h, "h²": h**2},
    explain=does_not_use_h,
)
def central_difference(f, x, h):
    return (f(x + h) - f(x - h)) / (2 * h)  # slope


central_difference.slips("""
multiplies_by_h: Which runs first in a / 2 * h: / or *?
    return (f(x + h) - f(x - h)) / 2 * h  # slope
half_the_width: How far apart are your two points?
    return (f(x + h) - f(x - h)) / h  # slope
width_without_h: How wide is it from x − h to x + h: 2, or 2h?
    return (f(x + h) - f(x - h)) / 2  # slope
no_width: That is the height. How wide is it from x − h to x + h?
    return f(x + h) - f(x - h)  # slope
forward_quotient: Where do you look: on one side of x, or on both?
    return (f(x + h) - f(x)) / h  # slope
backward_quotient: Where do you look: only to the left of x, or on both sides?
    return (f(x) - f(x - h)) / h  # slope
forward_over_two_h: You divide by 2h. How far apart are the two points that you use?
    return (f(x + h) - f(x)) / (2 * h)  # slope
half_steps: How far from x are your points: h, or half of it?
    return (f(x + h / 2) - f(x - h / 2)) / h  # slope
points_swapped: If f grows, is your quotient positive?
    return (f(x - h) - f(x + h)) / (2 * h)  # slope
adds_the_values: Is the height a sum of two values, or a difference?
    return (f(x + h) + f(x - h)) / (2 * h)  # slope
no_brackets: Which runs first here: the subtraction or the division?
    return f(x + h) - f(x - h) / (2 * h)  # slope
own_step: Call it with h = 0.5: how far apart are the two points that you use?
    h = 1e-5
    return (f(x + h) - f(x - h)) / (2 * h)  # slope
points_fall_together: Print the two points at which you call f. Do they differ?
    h = 1e-16
    return (f(x + h) - f(x - h)) / (2 * h)  # slope
floors: Where do the decimals get lost?
    return (f(x + h) - f(x - h)) // (2 * h)  # slope
width_squared: What is the width: 2h, or h²?
    return (f(x + h) - f(x - h)) / h**2  # slope
left_quotient_reversed: One quotient on each side of x: if f grows, are both positive?
    right, left = f(x + h) - f(x), f(x - h) - f(x)
    return (right / h + left / h) / 2  # slope
second_difference: That is how fast the slope changes. A slope needs f at two points: at
how many do you call it?
    return (f(x + h) - 2 * f(x) + f(x - h)) / h**2  # slope
""")


@central_difference.variant
def mean_of_forward_and_backward(f, x, h):
    forward = (f(x + h) - f(x)) / h
    backward = (f(x) - f(x - h)) / h
    return (forward + backward) / 2


@central_difference.variant
def between_two_points(f, x, h):
    left, right = x - h, x + h
    return (f(right) - f(left)) / (right - left)


@central_difference.variant
def half_of_the_height(f, x, h):
    return 0.5 * (f(x + h) - f(x - h)) / h


def polynomials():
    return [
        Case([7.0, -2.0, 3.0], 2.0),
        Case([0.5, 1.5, -2.5, 4.0], -1.5),
        Case([1.0, 0.3, -2.0, 0.0, 1.0], 0.7),
        Case([1.0, 0.3, -2.0, 0.0, 1.0], 0.0),
        Case([4.0], 1.3),
        Case([4.0], 0.0),
        Case([2.0, -5.0], 3.0),
        Case([3, 1, 4, 1, 5], 2),
        Case([6, 5, 2], 0),
        Case(np.array([0.0, 0.0, 1.0, -2.0, 0.5, 0.25]), 1.2),
        Case(np.array([3, -1, 2]), -2),
        Case([2.0, 3e9, -1e8, 4.0], 25.0),
        Case([5e-9, -2e-9, 3e-9, 8e-9], 1.7),
        Case([0.3, -0.6, 0.2, 0.7], 1e-7),
        Case([0.3, 0.5, -0.2, 0.1], 2e8),
        Case((1.0, -2.0, 0.5, 3.0), -0.4),
    ]


@exercise(
    lesson=1,
    cases=polynomials,
    hints=(
        "Take 7 − 2x + 3x² at x = 2 on paper. Which slope does each of its three terms "
        "add?",
        "coefficients[n] stands before xⁿ. Its term adds n · coefficients[n] · xⁿ⁻¹; "
        "the constant adds nothing, so begin at n = 1.",
        "In a loop over n from 1 to len(coefficients) − 1: "
        "total += n * coefficients[n] * x ** (n - 1).",
    ),
)
def slope_of_polynomial(coefficients, x):
    total = 0.0  # the constant's slope
    for n, c in enumerate(coefficients[1:], start=1):  # powers
        total += n * c * x ** (n - 1)  # one term
    return total


slope_of_polynomial.slips("""
the_value: That is the polynomial itself. How fast does it change?
    for n, c in enumerate(coefficients):  # powers
        total += c * x**n  # one term
power_kept: Multiply out (x + h)²: is its slope 2x², or 2x?
    total += n * c * x**n  # one term
strips_not_counted: How many strips has x³: one, or three?
    total += c * x ** (n - 1)  # one term
the_constant_counts: Nudge x: by how much does the constant change?
    total = coefficients[0]  # the constant's slope
counts_from_one: Which power of x stands behind coefficients[0]?
    for n, c in enumerate(coefficients, start=1):  # powers
from_the_other_end: Is the constant the first coefficient, or the last?
    for n, c in enumerate(coefficients[-2::-1], start=1):  # powers
times_for_power: What is x³ at x = 2: 3 · 2, or 2 · 2 · 2?
    total += n * c * x * (n - 1)  # one term
last_term_lost: Print n in each turn of your loop. Which n is the last?
    for n, c in enumerate(coefficients[1:-1], start=1):  # powers
only_the_last_term: What is left of your sum when the next term comes?
    total = n * c * x ** (n - 1)  # one term
power_goes_up: When xⁿ is nudged, is the power that remains higher or lower than n?
    total += c * x ** (n + 1) / (n + 1)  # one term
one_strip_too_few: How many strips has x²: one, or two?
    total += (n - 1) * c * x ** (n - 1)  # one term
linear_term_lost: Take 2 − 5x on paper: what is its slope, and what is yours?
    for n, c in enumerate(coefficients[2:], start=2):  # powers
power_less_two: Take n = 2: which power of x should remain?
    total += n * (n - 1) * c * x ** max(n - 2, 0)  # one term
taken_away: Take the polynomial x: does it grow or shrink when x grows?
    total -= n * c * x ** (n - 1)  # one term
coefficient_forgotten: Double all coefficients: should the slope double?
    total += n * x ** (n - 1)  # one term
""")


@slope_of_polynomial.mistake("After which term does your loop return?")
def returns_in_the_first_turn(coefficients, x):
    total = 0.0
    for n, c in enumerate(coefficients[1:], start=1):
        total += n * c * x ** (n - 1)
        return total
    return total


@slope_of_polynomial.mistake("One slope a term. What is asked of them together?")
def terms_not_added(coefficients, x):
    return [n * coefficients[n] * x ** (n - 1) for n in range(1, len(coefficients))]


@slope_of_polynomial.variant
def in_one_sum(coefficients, x):
    return sum(n * coefficients[n] * x ** (n - 1) for n in range(1, len(coefficients)))


@slope_of_polynomial.variant
def by_nested_brackets(coefficients, x):
    slope = 0.0
    for n in reversed(range(1, len(coefficients))):
        slope = slope * x + n * coefficients[n]
    return slope


@slope_of_polynomial.variant
def by_numpy_polynomial(coefficients, x):
    return np.polynomial.Polynomial(coefficients).deriv()(x)


@slope_of_polynomial.variant
def by_a_sum_of_products(coefficients, x):
    n = np.arange(1, len(coefficients))
    return np.sum(n * np.asarray(coefficients)[1:] * np.power(float(x), n - 1))


@slope_of_polynomial.variant
def by_the_product_rule(coefficients, x):
    value, slope = 0.0, 0.0
    for c in coefficients[::-1]:
        value, slope = c + x * value, value + x * slope
    return slope


def weighted_inputs():
    return [
        Case(0.7),
        Case(np.array([-2.5, -0.3, 0.0, 1.2, 3.0])),
        Case(np.array([[0.4, -1.5, 2.2], [-0.8, 3.1, -4.0]])),
        Case(2),
        Case(np.array([-3, 0, 2])),
        Case(np.array([[1, -1], [4, -2], [0, 3]])),
        Case(np.array(-1.4)),
        Case(np.array([[[0.1], [-0.6]], [[2.4], [-3.3]]])),
        Case(np.array([-1000.0, 0.5, -2.0])),
        Case(np.array([[-900.0], [1.1]])),
        Case(np.array([1000.0, -0.5, 2.0])),
        Case(np.array([[0.9, 800.0]])),
        Case(np.array([-1000, 1000, 1])),
        Case(np.array([10_000.0, 0.3, -10_000.0])),
        Case(np.array([6.5, -7.0, 12.0, -15.0, 30.0, 3e-9, 5e-324])),
        Case(np.array([14.0, -15.5])),
        Case(np.array([[0.5]])),
        Case(np.array([[0.6, -1.1], [-2.3, 1.7]])),
        Case(np.array([1.5, 1.5, 0.0, 0.0])),
        Case(np.array([[0.2, 1.4], [-0.9, 2.6], [-3.2, 0.8]]).T),
    ]


@exercise(
    lesson=1,
    cases=weighted_inputs,
    hints=(
        "Write 1 / (1 + np.exp(-z)) first. For which calls does check complain?",
        "For z < 0 multiply top and bottom by e^z. Which power of e is left, and can "
        "it overflow?",
        "With e = np.exp(-np.abs(z)) nothing overflows: σ(z) is 1 / (1 + e) for "
        "z ≥ 0 and e / (1 + e) for z < 0.",
    ),
    quiet=True,
)
def sigmoid(z):
    e = np.exp(-np.abs(z))  # at most 1
    return np.where(z >= 0, 1, e) / (1 + e)  # σ


sigmoid.slips("""
overflows: For which z is e^(−z) too large to hold?
    return 1 / (1 + np.exp(-z))  # σ
where_computes_both: np.where picks one of two arrays. Which of the two is computed?
    right, left = 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z))
    return np.where(z >= 0, right, left)  # σ
infinity_over_infinity: What is ∞ / ∞? Print np.exp(z) at z = 1000.
    return np.exp(z) / (1 + np.exp(z))  # σ
falls: Should σ rise or fall as z grows? Print yours at z = −2 and at z = 2.
    return 1 / (1 + np.exp(z))  # σ
the_rest_to_one: For large z, does yours come near 0, or near 1? And σ?
    return np.exp(-z) / (1 + np.exp(-z))  # σ
brackets_forgotten: Which runs first in 1 / 1 + e: / or +?
    return 1 / 1 + np.exp(-z)  # σ
minus_below: What is σ(0)? Is there a plus or a minus below the line?
    with np.errstate(divide="ignore"):
        return 1 / (1 - np.exp(-z))  # σ
hyperbolic_tangent: Which values can it take? σ lies between 0 and 1.
    return np.tanh(z)  # σ
tanh_of_the_whole: Your value at z = 1 is the right one for z = 2. What happens to z on
the way?
    return (1 + np.tanh(z)) / 2  # σ
tanh_not_moved: Between which two values does yours lie, and between which two does σ?
    return np.tanh(z / 2)  # σ
its_slope: That is the slope of the sigmoid. What is asked for?
    return e / (1 + e) ** 2  # σ
keeps_whole_numbers: When z holds whole numbers: can the array that you give back hold
0.88?
    a = np.zeros_like(z)
    a[...] = np.where(z >= 0, 1, e) / (1 + e)
    return a  # σ
even: Is that right for negative z? Compare σ(−2) and σ(2).
    return 1 / (1 + e)  # σ
nothing_below_on_the_left: For z < 0: what stands below the line? Print yours at z = −1.
    return np.where(z >= 0, 1 / (1 + e), e)  # σ
a_step: Does that step function have a slope anywhere? Where is the e?
    return np.where(z >= 0, 1.0, 0.0)  # σ
""")


@sigmoid.variant
def by_tanh(z):
    return 0.5 * (1 + np.tanh(z / 2))


@sigmoid.variant
def overflow_is_meant(z):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))


@sigmoid.variant
def masked_parts(z):
    z = np.asarray(z, dtype=float)
    a = np.empty(z.shape)
    right = z >= 0
    a[right] = 1 / (1 + np.exp(-z[right]))
    a[~right] = np.exp(z[~right]) / (1 + np.exp(z[~right]))
    return a


@sigmoid.variant
def where_on_safe_parts(z):
    right, left = np.maximum(z, 0), np.minimum(z, 0)
    return np.where(z >= 0, 1 / (1 + np.exp(-right)), np.exp(left) / (1 + np.exp(left)))


@sigmoid.variant
def piecewise(z):
    z = np.asarray(z, dtype=float)
    left = lambda z: np.exp(z) / (1 + np.exp(z))  # noqa: E731
    right = lambda z: 1 / (1 + np.exp(-z))  # noqa: E731
    return np.piecewise(z, [z < 0, z >= 0], [left, right])


@sigmoid.variant
def clipped(z):
    return 1 / (1 + np.exp(-np.clip(z, -500, 500)))


@sigmoid.variant
def by_logaddexp(z):
    return np.exp(-np.logaddexp(0, -z))


@sigmoid.variant
def number_by_number(z):
    def one(z):
        return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))

    return np.vectorize(one)(z)


@exercise(
    lesson=1,
    cases=weighted_inputs,
    hints=(
        "Which of your functions gives σ(z) without overflow?",
        "If it overflows at z = −1000, use σ(|z|): the slope at −z is the slope at z.",
        "a = sigmoid(z); then a * (1 − a).",
    ),
    quiet=True,
)
def sigmoid_prime(z):
    # The slope is the same at z and −z, so |z| will do, and nothing overflows.
    a = 1 / (1 + np.exp(-np.abs(z)))  # σ
    return a * (1 - a)  # σ′


sigmoid_prime.slips("""
of_the_activation: Is the input z, or is it σ(z) already?
    return z * (1 - z)  # σ′
negative: The sigmoid rises everywhere. Can its slope be negative?
    return -a * (1 - a)  # σ′
overflow_to_nan: At z = −1000: which part of your formula overflows, and what is ∞ / ∞?
    return np.exp(-z) / (1 + np.exp(-z)) ** 2  # σ′
overflow_below: For which z is e^(−z) too large to hold?
    a = 1 / (1 + np.exp(-z))  # σ
overflow_to_nan_above: At z = 1000: which part of your formula overflows, and what is ∞
/ ∞?
    return np.exp(z) / (1 + np.exp(z)) ** 2  # σ′
overflow_on_both_sides: On which sides of zero does an exp overflow?
    return 1 / (2 + np.exp(z) + np.exp(-z))  # σ′
the_sigmoid: That is σ(z). How steep is it there?
    return activations.sigmoid(z)  # σ′
one_factor_missing: That is 1 − σ(z). Which factor is missing?
    return 1 - activations.sigmoid(z)  # σ′
plus_for_minus: How large is the slope at z = 1000, where σ is flat?
    a = activations.sigmoid(z)  # σ
    return a * (1 + a)  # σ′
half_replaced: Which z in your code should be σ(z)?
    return activations.sigmoid(z) * (1 - z)  # σ′
sigmoid_twice: How often is the sigmoid applied before the slope is taken?
    a = activations.sigmoid(activations.sigmoid(z))  # σ
one_minus_the_square: What is a (1 − a) when multiplied out? Which a is squared?
    a = activations.sigmoid(z)  # σ
    return 1 - a**2  # σ′
both_squared: What is a (1 − a) at z = 0? Count the factors.
    return (a * (1 - a)) ** 2  # σ′
slope_of_tanh: Of which function is 1 − tanh² the slope?
    return 1 - np.tanh(z) ** 2  # σ′
whole_slopes: When z holds whole numbers: can the array that you give back hold 0.1?
    slope = np.zeros_like(z)
    slope[...] = a * (1 - a)
    return slope  # σ′
""")


@sigmoid_prime.variant
def from_both_sides(z):
    return activations.sigmoid(z) * activations.sigmoid(-z)


@sigmoid_prime.variant
def from_the_sigmoid(z):
    return activations.sigmoid(z) * (1 - activations.sigmoid(z))


@sigmoid_prime.variant
def by_the_exponential(z):
    e = np.exp(-np.abs(z))
    return e / (1 + e) ** 2


@sigmoid_prime.variant
def by_tanh_squared(z):
    return (1 - np.tanh(z / 2) ** 2) / 4


@sigmoid_prime.variant
def by_cosh(z):
    with np.errstate(over="ignore"):
        return 0.25 / np.cosh(z / 2) ** 2


@sigmoid_prime.variant
def overflow_allowed(z):
    with np.errstate(over="ignore"):
        a = 1 / (1 + np.exp(-z))
    return a - a**2


@prediction(
    lesson=1,
    choices={
        -4.0: "From −2, up leads towards 0: J falls from 4, four times as fast as w "
        "rises.",
        4.0: "The size is right, and strips of length 2 suggest it. But w goes from −2 "
        "towards 0, and its square falls: up in w is down in J.",
        -2.0: "One strip is −2 ε. The square has two of them.",
        2.0: "That is one strip, with its sign lost. There are two, and J falls.",
        6.0: "That is the slope at w = 3. Every w has its own.",
    },
)
def prediction_1_1():
    w, nudge = -2, 2**-20  # a power of two, so that nothing is rounded
    return ((w + nudge) ** 2 - (w - nudge) ** 2) / (2 * nudge)


@prediction(
    lesson=1,
    choices={
        100.0: "The central error is h² here, and a tenth squared is a hundredth.",
        10.0: "That is the forward quotient. Its 6h, which shrinks tenfold, has "
        "cancelled; what is left is h².",
        20.0: "Two sides do not double the gain: the part that goes with h cancels; "
        "what is left goes with h².",
        1000.0: "f is a cube, so h³ is tempting. In the height it is there, but the "
        "quotient divides by h: h² is left.",
    },
)
def prediction_1_2():
    def error(h):
        return ((2 + h) ** 3 - (2 - h) ** 3) / (2 * h) - 12

    h = Fraction(1, 10)  # so that nothing is rounded
    return float(error(h) / error(h / 10))


@prediction(
    lesson=1,
    choices={
        "a": "By the bend of the curve alone it would be right to sixteen digits. But "
        "the height is a difference of two floats, and floats have gaps.",
        "b": "Floats above 1 lie 2e−16 apart, so 1 + 1e−16 is rounded to 1. Both "
        "values are σ(1), their difference is 0, and so is the slope.",
        "c": "Rounding does spoil a few digits while some are left, as at 1e−12. At "
        "1e−16 there is nothing left to spoil: 1 + h is 1.",
    },
)
def prediction_1_3():
    h = 1e-16
    slope = (activations.sigmoid(1 + h) - activations.sigmoid(1.0)) / h
    if slope == 0:
        return "b"
    true_slope = activations.sigmoid_prime(1.0)
    return "a" if math.isclose(slope, true_slope, rel_tol=1e-15) else "c"
