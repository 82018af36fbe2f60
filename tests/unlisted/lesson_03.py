"""Lesson 3: walking downhill."""

from fractions import Fraction
from itertools import accumulate

import numpy as np

from . import right, right_number, wrong, wrong_number

# descent_step ------------------------------------------------------------------


@wrong("descent_step", "walks uphill")
def step_uphill(x, gradient, eta):
    """(1.5, 6.0, 0.1): 2.1, should be 0.9."""
    return x + eta * gradient


@wrong("descent_step", "moves the caller's own array")
def step_in_place(x, gradient, eta):
    """(np.array([1.5]), np.array([6.0]), 0.1): 0.9, but x is now 0.9 as well."""
    x -= eta * gradient
    return x


@wrong("descent_step", "the new point is stored in an array of x's own kind")
def step_in_kind_of_x(x, gradient, eta):
    """(np.array([3]), np.array([1.0]), 0.5): [2], should be [2.5]."""
    new = np.array(x)
    new[...] = x - eta * gradient
    return new


@wrong("descent_step", "a step of length eta, however steep it is")
def step_of_fixed_length(x, gradient, eta):
    """(1.5, 6.0, 0.1): 1.4, should be 0.9; right where the slope is 1."""
    length = np.linalg.norm(gradient)
    return x - eta * gradient / length if length > 0 else x + 0.0


@right("descent_step", "np.dot of a number and an array only scales the array")
def step_by_dot(x, gradient, eta):
    return np.subtract(x, np.dot(eta, gradient))


@right("descent_step", "entry by entry, put back into shape")
def step_by_entries(x, gradient, eta):
    pairs = zip(np.ravel(x), np.ravel(gradient), strict=True)
    return np.reshape([place - eta * slope for place, slope in pairs], np.shape(x))


@wrong("descent_step", "nothing comes back where the ground is flat")
def step_unless_flat(x, gradient, eta):
    """(np.array([1.5]), np.array([0.0]), 0.1): None, should be [1.5]."""
    if np.all(gradient == 0):
        return None
    return x - eta * gradient


@wrong("descent_step", "the caller's own array comes back where the ground is flat")
def step_shared_if_flat(x, gradient, eta):
    """(np.array([1.5]), np.array([0.0]), 0.1): x itself, should be a new array."""
    if not np.any(gradient):
        return x
    return x - eta * gradient


# gradient_descent --------------------------------------------------------------


@wrong("gradient_descent", "keeps the same array again and again")
def walk_same_array(gradient, x0, eta, steps):
    """(4x, np.array([1.5]), 0.1, 1): 0.9, 0.9; should be 1.5, 0.9."""
    x = np.array(x0, dtype=float)
    points = [x]
    for _ in range(steps):
        x -= eta * gradient(x)
        points.append(x)
    return np.array(points)


@wrong("gradient_descent", "steps points, the start among them")
def walk_one_step_short(gradient, x0, eta, steps):
    """(4x, 1.5, 0.1, 1): [1.5], should be [1.5, 0.9]."""
    points = [x0]
    while len(points) < steps:
        points.append(points[-1] - eta * gradient(points[-1]))
    return np.array(points)


@wrong("gradient_descent", "rests for ever once the ground is nearly flat")
def walk_rests_early(gradient, x0, eta, steps):
    """(−4x, 1e-9, 0.05, 1): stays at 1e-9, should go on to 1.2e-9."""
    points = [np.array(x0, dtype=float)]
    for _ in range(steps):
        slope = np.asarray(gradient(points[-1]))
        flat = np.abs(slope).max() < 1e-6
        points.append(points[-1] - (0 if flat else eta * slope))
    return np.array(points)


@wrong("gradient_descent", "calls itself, and a long walk is too deep for Python")
def walk_by_recursion(gradient, x0, eta, steps):
    """(4x, 1.5, 0.1, 5000): RecursionError; right for short walks."""
    if steps == 0:
        return np.array([x0], dtype=float)
    rest = walk_by_recursion(gradient, x0 - eta * gradient(x0), eta, steps - 1)
    return np.concatenate([[x0], rest])


@wrong("gradient_descent", "the first step is taken before any step is asked for")
def walk_first_step_free(gradient, x0, eta, steps):
    """(4x, 1.5, 0.1, 0): two points, should be one."""
    points = [x0, x0 - eta * gradient(x0)]
    while len(points) < steps + 1:
        points.append(points[-1] - eta * gradient(points[-1]))
    return np.array(points)


@right("gradient_descent", "itertools.accumulate makes the points")
def walk_by_accumulate(gradient, x0, eta, steps):
    def onward(x, _):
        return x - eta * gradient(x)

    return np.array(list(accumulate(range(steps), onward, initial=x0)))


@right("gradient_descent", "a table of floats, filled row by row")
def walk_by_table(gradient, x0, eta, steps):
    path = np.full((steps + 1, *np.shape(x0)), x0, dtype=float)
    for i in range(steps):
        path[i + 1] = path[i] - eta * gradient(path[i].copy())
    return path


@wrong("gradient_descent", "leaves off as soon as a step leads nowhere")
def walk_until_at_rest(gradient, x0, eta, steps):
    """(4x, 0.0, 0.1, 2): one point, should be three."""
    points = [x0]
    for _ in range(steps):
        new = points[-1] - eta * gradient(points[-1])
        if np.all(new == points[-1]):
            break
        points.append(new)
    return np.array(points)


@wrong("gradient_descent", "the last point is written over all the others")
def walk_overwritten(gradient, x0, eta, steps):
    """(4x, 1.5, 0.1, 1): 0.9, 0.9; should be 1.5, 0.9."""
    points = np.zeros((steps + 1, *np.shape(x0)))
    x = x0
    for _ in range(steps):
        x = x - eta * gradient(x)
    points[:] = x
    return points


# largest_stable_eta ------------------------------------------------------------

right_number("largest_stable_eta", Fraction(2, 4), "one half as a fraction")
wrong_number("largest_stable_eta", 0.25, "the rate that goes straight home")
wrong_number("largest_stable_eta", 1.0, "two over 2, the factor of x², not over C''")

# minimum_from ------------------------------------------------------------------


def _well_slope(x):
    return 4 * x * (x**2 - 1) + 0.3


@wrong("minimum_from", "looks for the deepest place, and does not walk")
def deepest_place(x0):
    """0.6: −1.0356, should be 0.9601."""
    grid = np.linspace(-1.5, 1.5, 300001)
    return grid[np.argmin((grid**2 - 1) ** 2 + 0.3 * grid)]


@wrong("minimum_from", "Newton's method finds any place with slope 0, hilltops too")
def by_newton(x0):
    """0.0: 0.0754 (the top of the hill), should be −1.0356."""
    x = x0
    for _ in range(100):
        x = x - _well_slope(x) / (12 * x**2 - 4)
    return x


@wrong("minimum_from", "a learning rate that leaps over the hill from far out")
def with_bold_steps(x0):
    """1.5: −1.0356, should be 0.9601; right from most starts."""
    x = x0
    for _ in range(3000):
        x = x - 0.2 * _well_slope(x)
    return x


@wrong("minimum_from", "stops where the ground is nearly flat, as it is on the hilltop")
def stops_on_flat_ground(x0):
    """0.075: 0.075, should be −1.0356; right from starts away from the top."""
    x = x0
    while abs(_well_slope(x)) > 2e-3:
        x = x - 0.02 * _well_slope(x)
    return x


@right("minimum_from", "a long walk with short steps")
def by_a_long_walk(x0):
    x = float(x0)
    for _ in range(10000):
        x -= 0.02 * _well_slope(x)
    return x


@right("minimum_from", "the roots of the slope: the outer one on the start's side")
def by_roots(x0):
    left, top, beyond = np.sort(np.roots([4, 0, -4, 0.3]).real)
    return float(left if x0 < top else beyond)


@wrong("minimum_from", "too few steps from beside the top of the hill")
def with_twenty_steps(x0):
    """0.08: 0.9543, should be 0.9601; right from starts away from the top."""
    x = x0
    for _ in range(20):
        x = x - 0.1 * _well_slope(x)
    return x


@wrong("minimum_from", "a learning rate above 2/8.87, the left hollow's bound")
def with_a_rate_for_one_hollow(x0):
    """−0.6: −0.8272, should be −1.0356; right in the wider hollow."""
    x = x0
    for _ in range(500):
        x = x - 0.25 * _well_slope(x)
    return x


@wrong("minimum_from", "the whole path")
def the_whole_path(x0):
    """0.6: 501 numbers, should be the last of them, 0.9601."""
    path = [x0]
    for _ in range(500):
        path.append(path[-1] - 0.05 * _well_slope(path[-1]))
    return path


@wrong(
    "minimum_from", "each step goes down, but the first from 1.5 leaps over the hill"
)
def goes_down_and_leaps(x0):
    """1.5: −1.036, should be 0.960, though no step of the walk ends higher."""
    x = x0
    for _ in range(1000):
        x -= 0.185 * _well_slope(x)
    return x


@wrong("minimum_from", "what was seen at −0.6 and 0.6, by the sign, and 0 to the right")
def by_the_sign_from_the_picture(x0):
    """0.02: 0.960, should be −1.036."""
    return -1.036 if x0 < 0 else 0.96
