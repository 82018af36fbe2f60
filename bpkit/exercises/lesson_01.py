"""Exercises of lesson 1: slopes, by nudging."""

import math

import numpy as np

from bpkit import activations
from bpkit.exercises.engine import Case, Formula, exercise, number


@number(
    lesson=1,
    task="""
    J = w² at w = 3. Nudge w by a small ε: J grows by about how many times ε? Give the
    number that this ratio approaches as ε shrinks.
    """,
    hints=(
        "Compute (3.001² − 3²) / 0.001 on paper.",
        "(3 + ε)² = 9 + 6ε + ε². Take away 9, divide by ε, and let ε go to zero.",
    ),
    rtol=5e-5,
)
def nudge_ratio():
    w = 3
    return 2 * w


@nudge_ratio.mistake("That is J itself. By how much does J change?")
def the_value():
    return 9


@nudge_ratio.mistake("That is w. Which side of a square of side w grows, and how many?")
def one_side_only():
    return 3


@nudge_ratio.mistake("That is how much J grows for ε = 0.001. How many ε is it?")
def the_growth():
    return 0.006


@nudge_ratio.mistake(
    "That is the ratio for ε = 0.001. Where is it heading as ε shrinks?"
)
def ratio_before_the_limit():
    return (3.001**2 - 3**2) / 0.001


@nudge_ratio.mistake("Which of the two changes stands above the line: J's or w's?")
def upside_down():
    return 1 / 6


@nudge_ratio.mistake("Does J = w² grow or shrink when w = 3 grows?")
def shrinks():
    return -6


@nudge_ratio.mistake("Where do you stand: is w equal to 3, or is J?")
def slope_of_another_point():
    return 2 * 9


@nudge_ratio.mistake("Is your ε small? What remains of the ratio when it shrinks?")
def nudge_of_one():
    return 4**2 - 3**2


@nudge_ratio.variant
def with_a_small_nudge():
    return (3.0001**2 - 3**2) / 0.0001


@nudge_ratio.variant
def as_an_array():
    return np.array([6])


cube = Formula("x³", lambda x: x**3)


def slopes():
    return [
        Case(cube, 1.5, 0.5),
        Case(Formula("1/x", lambda x: 1 / x), 2.0, 0.25),
        Case(Formula("sin", np.sin), -1.3, 0.7),
        Case(Formula("x² − 5x", lambda x: x**2 - 5 * x), 2, 0.3),
        Case(cube, -2.0, 0.01),
        Case(Formula("2.7x", lambda x: 2.7 * x), 2.5, 2),
    ]


def does_not_use_h(answer):
    """Say that an answer is the same for two steps."""
    wide, narrow = answer(cube, 1.5, 0.5), answer(cube, 1.5, 0.25)
    if np.isscalar(wide) and wide == narrow:
        return "For x³ at 1.5 it gives the same for h = 0.5 and h = 0.25: is h used?"
    return None


@exercise(
    lesson=1,
    task="""
    Write the forward difference quotient: the slope of f from x to x + h. `f` is a
    function of one number, `x` a number, `h` the step. Return a number.
    """,
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
    return (f(x + h) - f(x)) / h


@forward_difference.mistake("Is a slope height times width, or height over width?")
def times_the_width(f, x, h):
    return (f(x + h) - f(x)) * h


@forward_difference.mistake("Which runs first here: the subtraction or the division?")
def brackets_missing(f, x, h):
    return f(x + h) - f(x) / h


@forward_difference.mistake("That is the height. How wide was the step?")
def height_only(f, x, h):
    return f(x + h) - f(x)


@forward_difference.mistake("What stands above the line: the height or the width?")
def width_over_height(f, x, h):
    return h / (f(x + h) - f(x))


@forward_difference.mistake("Does a growing f have a positive slope with you?")
def heights_swapped(f, x, h):
    return (f(x) - f(x + h)) / h


@forward_difference.mistake("Which way does your step go, forward or back?")
def steps_back(f, x, h):
    return (f(x) - f(x - h)) / h


@forward_difference.mistake(
    "At which two points do you call f? One should be x itself."
)
def central_quotient(f, x, h):
    return (f(x + h) - f(x - h)) / (2 * h)


@forward_difference.mistake("Are your two points h apart, or 2h?")
def twice_the_width(f, x, h):
    return (f(x + h) - f(x)) / (2 * h)


@forward_difference.mistake("Is every parameter actually used?")
def step_of_its_own(f, x, h):
    h = 1e-5
    return (f(x + h) - f(x)) / h


@forward_difference.mistake("Print the two points at which you call f. Do they differ?")
def points_coincide(f, x, h):
    h = 1e-16
    return (f(x + h) - f(x)) / h


@forward_difference.mistake("What is nudged: what goes into f, or what comes out?")
def nudges_the_value(f, x, h):
    return (f(x) + h - f(x)) / h


@forward_difference.mistake("How far apart are your two points: x, or h?")
def divides_by_x(f, x, h):
    return (f(x + h) - f(x)) / x


@forward_difference.mistake("At x = 1.5 and h = 0.5: at which two points is f needed?")
def step_as_place(f, x, h):
    return (f(h) - f(x)) / h


@forward_difference.mistake("Which operator drops the decimals?")
def whole_numbers(f, x, h):
    return (f(x + h) - f(x)) // h


@forward_difference.mistake("Can a slope be negative? Try a function that falls.")
def size_only(f, x, h):
    return abs(f(x + h) - f(x)) / h


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
    task="""
    Write the central difference quotient: the slope of f from x − h to x + h. `f` is a
    function of one number, `x` a number, `h` the step to either side. Return a number.
    """,
    cases=slopes,
    hints=(
        "Height over width again. How far is it from x − h to x + h?",
        "The height is f(x + h) − f(x − h), the width 2h.",
        "In Python a / 2 * h is (a / 2) · h. Where do brackets belong?",
    ),
    quantities=lambda f, x, h: {"h": h, "h²": h**2},
    explain=does_not_use_h,
)
def central_difference(f, x, h):
    return (f(x + h) - f(x - h)) / (2 * h)


@central_difference.mistake("Which runs first in a / 2 * h: / or *?")
def multiplies_by_h(f, x, h):
    return (f(x + h) - f(x - h)) / 2 * h


@central_difference.mistake("How far apart are your two points?")
def half_the_width(f, x, h):
    return (f(x + h) - f(x - h)) / h


@central_difference.mistake("How wide is it from x − h to x + h: 2, or 2h?")
def width_without_h(f, x, h):
    return (f(x + h) - f(x - h)) / 2


@central_difference.mistake("That is the height. How wide is it from x − h to x + h?")
def no_width(f, x, h):
    return f(x + h) - f(x - h)


@central_difference.mistake("Where do you look: on one side of x, or on both?")
def forward_quotient(f, x, h):
    return (f(x + h) - f(x)) / h


@central_difference.mistake(
    "Where do you look: only to the left of x, or on both sides?"
)
def backward_quotient(f, x, h):
    return (f(x) - f(x - h)) / h


@central_difference.mistake("Both points, and both of them counted: from x, or x − h?")
def forward_over_two_h(f, x, h):
    return (f(x + h) - f(x)) / (2 * h)


@central_difference.mistake("How far from x are your points: h, or half of it?")
def half_steps(f, x, h):
    return (f(x + h / 2) - f(x - h / 2)) / h


@central_difference.mistake("Does a growing f have a positive slope with you?")
def points_swapped(f, x, h):
    return (f(x - h) - f(x + h)) / (2 * h)


@central_difference.mistake("Is the height a sum of two values, or a difference?")
def adds_the_values(f, x, h):
    return (f(x + h) + f(x - h)) / (2 * h)


@central_difference.mistake("Which runs first here: the subtraction or the division?")
def no_brackets(f, x, h):
    return f(x + h) - f(x - h) / (2 * h)


@central_difference.mistake("Is every parameter actually used?")
def own_step(f, x, h):
    h = 1e-5
    return (f(x + h) - f(x - h)) / (2 * h)


@central_difference.mistake("Print the two points at which you call f. Do they differ?")
def points_fall_together(f, x, h):
    h = 1e-16
    return (f(x + h) - f(x - h)) / (2 * h)


@central_difference.mistake("Which operator drops the decimals?")
def floors(f, x, h):
    return (f(x + h) - f(x - h)) // (2 * h)


@central_difference.mistake("What is the width: 2h, or h²?")
def width_squared(f, x, h):
    return (f(x + h) - f(x - h)) / h**2


@central_difference.mistake("That is how the slope changes. What does the slope need?")
def second_difference(f, x, h):
    return (f(x + h) - 2 * f(x) + f(x - h)) / h**2


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
    ]


@exercise(
    lesson=1,
    task="""
    Write the sigmoid, σ(z) = 1 / (1 + e^(−z)). `z` is a number or an array of any
    shape; what comes back has the same shape. It must hold for |z| = 1000 too, without
    an overflow warning.
    """,
    cases=weighted_inputs,
    hints=(
        "np.exp works entry by entry, so the formula holds for every shape.",
        "e^1000 is too large for a float, e^(−1000) is a harmless 0. For which z does "
        "the formula need e^1000?",
        "With e = np.exp(-np.abs(z)) nothing overflows: σ(z) is 1 / (1 + e) for "
        "z ≥ 0 and e / (1 + e) for z < 0.",
    ),
    quiet=True,
)
def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


@sigmoid.mistake("For which z is e^(−z) too large to hold?")
def overflows(z):
    return 1 / (1 + np.exp(-z))


@sigmoid.mistake("np.where picks one of two arrays. Which of the two is computed?")
def where_computes_both(z):
    return np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))


@sigmoid.mistake("What is ∞ / ∞? Print np.exp(z) at z = 1000.")
def infinity_over_infinity(z):
    return np.exp(z) / (1 + np.exp(z))


@sigmoid.mistake("Should σ rise or fall as z grows? Look at the sign in the exponent.")
def falls(z):
    return 1 / (1 + np.exp(z))


@sigmoid.mistake("It falls as z grows. What is missing from it to 1?")
def the_rest_to_one(z):
    return np.exp(-z) / (1 + np.exp(-z))


@sigmoid.mistake("Which runs first in 1 / 1 + e: / or +?")
def brackets_forgotten(z):
    return 1 / 1 + np.exp(-z)


@sigmoid.mistake("What is σ(0)? Is there a plus or a minus below the line?")
def minus_below(z):
    with np.errstate(divide="ignore"):
        return 1 / (1 - np.exp(-z))


@sigmoid.mistake("Which values can it take? σ lies between 0 and 1.")
def hyperbolic_tangent(z):
    return np.tanh(z)


@sigmoid.mistake("Compare with σ at z = 1: does tanh want z, or half of it?")
def tanh_of_the_whole(z):
    return (1 + np.tanh(z)) / 2


@sigmoid.mistake(
    "Which values can it take? tanh(z/2) still has to be moved into 0 to 1."
)
def tanh_not_moved(z):
    return np.tanh(z / 2)


@sigmoid.mistake("That is the slope of the sigmoid. What is asked for?")
def its_slope(z):
    e = np.exp(-np.abs(z))
    return e / (1 + e) ** 2


@sigmoid.mistake("Print the dtype of your result when z holds whole numbers.")
def keeps_whole_numbers(z):
    a = np.zeros_like(z)
    e = np.exp(-np.abs(z))
    a[...] = np.where(z >= 0, 1, e) / (1 + e)
    return a


@sigmoid.mistake("Is that right for negative z? Compare σ(−2) and σ(2).")
def even(z):
    return 1 / (1 + np.exp(-np.abs(z)))


@sigmoid.mistake("Does that step function have a slope anywhere? Where is the e?")
def a_step(z):
    return np.where(z >= 0, 1.0, 0.0)


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
    task="""
    Write the slope of the sigmoid, σ′(z) = σ(z)(1 − σ(z)). `z` is the weighted input
    itself, a number or an array of any shape; what comes back has the same shape. It
    must hold for |z| = 1000 too, without an overflow warning.
    """,
    cases=weighted_inputs,
    hints=(
        "σ′(z) = σ(z)(1 − σ(z)): compute σ(z) once and use it twice.",
        "No warning comes if your sigmoid gives none. Or: σ′ is the same at z and at "
        "−z, so that |z| will do.",
    ),
    quiet=True,
)
def sigmoid_prime(z):
    a = 1 / (1 + np.exp(-np.abs(z)))  # σ(|z|): the slope is the same at z and −z
    return a * (1 - a)


@sigmoid_prime.mistake("Is the input z, or is it σ(z) already?")
def of_the_activation(z):
    return z * (1 - z)


@sigmoid_prime.mistake("The sigmoid rises everywhere. Can its slope be negative?")
def negative(z):
    a = activations.sigmoid(z)
    return -a * (1 - a)


@sigmoid_prime.mistake("At z = −1000: which intermediate overflows, and what is ∞ / ∞?")
def overflow_to_nan(z):
    return np.exp(-z) / (1 + np.exp(-z)) ** 2


@sigmoid_prime.mistake("For which z is e^(−z) too large to hold?")
def overflow_below(z):
    a = 1 / (1 + np.exp(-z))
    return a * (1 - a)


@sigmoid_prime.mistake("At z = 1000: which intermediate overflows, and what is ∞ / ∞?")
def overflow_to_nan_above(z):
    return np.exp(z) / (1 + np.exp(z)) ** 2


@sigmoid_prime.mistake("On which sides of zero does an exp overflow?")
def overflow_on_both_sides(z):
    return 1 / (2 + np.exp(z) + np.exp(-z))


@sigmoid_prime.mistake("That is σ(z). How steep is it there?")
def the_sigmoid(z):
    return activations.sigmoid(z)


@sigmoid_prime.mistake("That is 1 − σ(z). Which factor is missing?")
def one_factor_missing(z):
    return 1 - activations.sigmoid(z)


@sigmoid_prime.mistake("How large is the slope at z = 1000, where σ is flat?")
def plus_for_minus(z):
    a = activations.sigmoid(z)
    return a * (1 + a)


@sigmoid_prime.mistake("Where does z still stand, and where should σ(z)?")
def half_replaced(z):
    return activations.sigmoid(z) * (1 - z)


@sigmoid_prime.mistake("How often is the sigmoid applied before the slope is taken?")
def sigmoid_twice(z):
    a = activations.sigmoid(activations.sigmoid(z))
    return a * (1 - a)


@sigmoid_prime.mistake("Which runs first in a * 1 − a: * or −?")
def no_brackets_around(z):
    a = activations.sigmoid(z)
    return a * 1 - a


@sigmoid_prime.mistake("What is a (1 − a) when multiplied out? Which a is squared?")
def one_minus_the_square(z):
    a = activations.sigmoid(z)
    return 1 - a**2


@sigmoid_prime.mistake("What is a (1 − a) at z = 0? Count the factors.")
def both_squared(z):
    a = activations.sigmoid(z)
    return (a * (1 - a)) ** 2


@sigmoid_prime.mistake("Of which function is 1 − tanh² the slope?")
def slope_of_tanh(z):
    return 1 - np.tanh(z) ** 2


@sigmoid_prime.mistake("Print the dtype of your result when z holds whole numbers.")
def whole_slopes(z):
    slope = np.zeros_like(z)
    a = activations.sigmoid(z)
    slope[...] = a * (1 - a)
    return slope


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
