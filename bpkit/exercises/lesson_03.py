"""Exercises of lesson 3: walking downhill."""

import math

import numpy as np

from bpkit.exercises.exercise import Case, Formula, exercise, number, prediction
from bpkit.network import Network

double_well = Formula("(x² − 1)² + 0.3x", lambda x: (x**2 - 1) ** 2 + 0.3 * x)
double_well_slope = Formula("4x(x² − 1) + 0.3", lambda x: 4 * x * (x**2 - 1) + 0.3)
valley_slope = Formula("(2x₀, 10x₁)", lambda x: np.array([2.0, 10.0]) * x)


def places():
    return [
        Case(np.array([1.0, -2.0, 0.5]), np.array([2.0, 3.0, -1.5]), 0.7),
        Case(np.array([[0.4, -1.2], [2.5, 0.3]]), np.array([[1.5, 2], [-0.6, 4]]), 0.1),
        Case(1.0, 2.0, 0.1),
        Case(-3.5, -1.2, 0.3),
        Case(np.array([[2.0], [-1.0], [0.7]]), np.array([[-5.0], [0.2], [3.0]]), 0.05),
        Case(np.array([3, -4]), np.array([2.5, 1.5]), 0.3),
        Case(np.array([5, 1, 2]), np.array([1, -2, 3]), 0.25),
        Case(2, 3, 0.5),
        Case(np.array([2.0]), np.array([-1.5]), 0.4),
        Case(np.array([[[0.0, 1.5]], [[1.5, -2.0]]]), np.full((2, 1, 2), 0.5), 0.2),
        Case(np.arange(6.0).reshape(3, 2).T, np.arange(6.0).reshape(2, 3), 0.6),
        Case(np.array([1.5, -0.5]), np.zeros(2), 0.3),
        *(
            Case(s * np.array([[3, 1]]), s * np.array([[-2, 5]]), 0.4)
            for s in (1e-9, 1e9)
        ),
    ]


@exercise(
    lesson=3,
    cases=places,
    hints=(
        "At a slope of +6: should x become larger, or smaller?",
        "The step is eta times the gradient, and it starts at x.",
        "x − eta · gradient, as a new array.",
    ),
    quantities=lambda x, gradient, eta: {"η": eta},
)
def descent_step(x, gradient, eta):
    return x - eta * gradient  # new point


descent_step.slips("""
uphill: Which way is downhill: with the gradient, or against it?
    return x + eta * gradient  # new point
from_the_origin: Where does the step start?
    return -eta * gradient  # new point
the_step_alone: That is the step. Where do you stand after it?
    return eta * gradient  # new point
stays: That is the old point. Where is the new one kept?
    x - eta * gradient
    return x  # new point
whole_gradient: How long is the step? Is every parameter used?
    return x - gradient  # new point
divides_by_eta: Does a smaller learning rate give you a smaller step?
    return x - gradient / eta  # new point
shortens_x: What is multiplied by eta: the gradient, or where you stand?
    return eta * x - gradient  # new point
both_shrink: Which runs first in (x − gradient) · eta? Only one of them shrinks.
    return (x - gradient) * eta  # new point
slope_times_x: What did you take away: eta times the slope, or that times x?
    return x - eta * gradient * x  # new point
direction_only: On a gentler slope, should the step stay as long as on a steep one?
    return x - eta * np.sign(gradient)  # new point
unit_gradient: How long is the step where the slope is steep, and where gentle?
    return x - eta * gradient / np.linalg.norm(gradient)  # new point
in_the_callers_array: Print x before and after the call: whose array is it?
    x -= eta * gradient
    return x  # new point
stays_whole: When x holds whole numbers: can the array that you give back hold 0.25?
    new = np.array(x)
    new[...] = x - eta * gradient
    return new  # new point
""")


@descent_step.variant
def adds_the_opposite(x, gradient, eta):
    return x + (-eta * gradient)


@descent_step.variant
def in_a_copy(x, gradient, eta):
    new = np.array(x, dtype=float)
    new -= eta * np.asarray(gradient)
    return new


@descent_step.variant
def by_numpy(x, gradient, eta):
    return np.subtract(x, np.multiply(eta, gradient))


def walks():
    four = Formula("4x", lambda x: 4 * x)
    third_power = Formula("x³", lambda x: x**3)
    return [
        Case(four, 1.5, 0.1, 3),
        Case(valley_slope, np.array([2.0, -1.0]), 0.07, 4),
        Case(double_well_slope, -0.5, 0.1, 5),
        Case(third_power, np.array([[0.9], [-1.2], [0.4]]), 0.7, 3),
        Case(double_well_slope, np.array([[0.3, -1.1], [1.2, 0.05]]), 0.05, 2),
        Case(valley_slope, np.array([0.5, 1.5]), 0.21, 6),
        Case(four, 2.0, 0.3, 1),
        Case(four, 3, 0.07, 4),
        Case(valley_slope, np.array([4, -3]), 0.05, 3),
        Case(valley_slope, np.array([1.0, 2.0]), 0.1, 0),
        Case(third_power, np.array([0.8]), 0.5, 2),
        Case(third_power, np.array([[[0.9, 0.0]], [[0.9, -0.4]]]), 0.3, 2),
        Case(third_power, np.array([[0.5, -0.3], [0.2, 0.7], [0.1, -0.6]]).T, 0.4, 2),
        Case(four, 1.5, 0.1, 60),
        Case(four, 1.5, 0.6, 30),
        Case(Formula("−4x", lambda x: -4 * x), 1e-9, 0.05, 60),
        Case(four, 0.0, 0.3, 3),
        Case(four, np.array([[2e9, -3e9]]), 0.1, 2),
    ]


@exercise(
    lesson=3,
    cases=walks,
    hints=(
        "Keep a list of points that begins with x0; append one point for each step.",
        "The slope changes as you move: ask for gradient(…) at the newest point.",
        "In the loop: points.append(points[-1] − eta · gradient(points[-1])). "
        "At the end: np.array(points).",
    ),
    may_share=True,
)
def gradient_descent(gradient, x0, eta, steps):
    points = [x0]  # the first
    for _ in range(steps):  # one step a turn
        x = points[-1]
        points.append(x - eta * gradient(x))  # step
    return np.array(points)  # path


gradient_descent.slips("""
climbs: Which way is downhill?
    points.append(x + eta * gradient(x))  # step
slope_of_the_start: Does the slope change as x moves? When do you ask for it?
    points.append(x - eta * gradient(x0))  # step
always_from_the_start: Where does each step start: at the newest point?
    points.append(x0 - eta * gradient(x))  # step
jumps_to_the_origin: Where does the step start?
    points.append(-eta * gradient(x))  # step
never_moves: All your points equal x0. Where do you keep the new one?
    points.append(x)  # step
eta_forgotten: How long is the step? Is every parameter used?
    points.append(x - gradient(x))  # step
start_left_out: Which point is the first of the list?
    return np.array(points[1:])  # path
end_left_out: With 3 steps there are 4 points. Which is missing?
    return np.array(points[:-1])  # path
one_step_too_many: How often does your loop run for steps = 3?
    for _ in range(steps + 1):  # one step a turn
one_step_too_few: How often does your loop run for steps = 3?
    for _ in range(steps - 1):  # one step a turn
the_end_alone: That is where the walk ends. What is the whole path?
    return points[-1]  # path
the_end_at_every_point: Every point that came is the end of the walk. What has
overwritten those before it?
    points = [np.array(x0, dtype=float)]  # the first
    x -= eta * gradient(x)
    points.append(x)  # step
moves_the_callers_start: Print x0 after the call: whose array walks downhill?
    x -= eta * gradient(x)
    points.append(x)  # step
leaves_the_start_moved: The path is right. But what is x0 after the call?
    points = [np.copy(x0)]  # the first
    x0 -= eta * gradient(x0)
    points.append(np.copy(x0))  # step
points_as_columns: Is the first axis the steps? Compare the shapes.
    return np.array(points).T  # path
whole_points: When x0 holds whole numbers: can your points hold 0.25?
    new = np.array(x)
    new[...] = x - eta * gradient(x)
    points.append(new)  # step
slopes_for_points: Those are the slopes along the way. Where are the points?
    return np.array([gradient(x) for x in points])  # path
backwards: Which should be the first point of your array: the start, or the end?
    return np.array(points[::-1])  # path
shrinking_eta: Nearer the minimum the slope shrinks by itself. Must eta shrink too?
    points.append(x - eta / len(points) * gradient(x))  # step
""")


@gradient_descent.variant
def into_an_array(gradient, x0, eta, steps):
    points = np.empty((steps + 1, *np.shape(x0)))
    points[0] = x0
    for i in range(steps):
        points[i + 1] = points[i] - eta * gradient(points[i])
    return points


@gradient_descent.variant
def recursive(gradient, x0, eta, steps):
    if steps == 0:
        return np.array([x0])
    rest = recursive(gradient, x0 - eta * gradient(x0), eta, steps - 1)
    return np.concatenate([[x0], rest])


@gradient_descent.variant
def in_place_with_copies(gradient, x0, eta, steps):
    x = np.array(x0, dtype=float)
    points = [x.copy()]
    for _ in range(steps):
        x -= eta * gradient(x)
        points.append(x.copy())
    return np.stack(points)


@gradient_descent.variant
def as_a_list(gradient, x0, eta, steps):
    points = [x0]
    while len(points) <= steps:
        points.append(points[-1] - eta * gradient(points[-1]))
    return points


@number(
    lesson=3,
    hints=(
        "By which factor does a step at η = 0.4 multiply x? And at η = 0.6?",
        "The factor is 1 − 4η. It has to lie between −1 and 1.",
        "1 − 4η > −1: what does that say about η?",
    ),
)
def largest_stable_eta():
    slope_per_x = 4  # C′(x) = 4x, so a step multiplies x by 1 − 4η
    return 2 / slope_per_x  # 1 − 4η > −1


largest_stable_eta.slips("""
lands_at_once: There one step lands on the minimum. Is a longer one safe?
    0.25
factor_of_minus_three: Try η = 1: by which factor does a step multiply x?
    1.0
factor_of_minus_seven: Try η = 2: by which factor does a step multiply x?
    2.0
factor_of_minus_fifteen: Try η = 4: by which factor does a step multiply x?
    4.0
negative_eta: The step already goes against the slope: which sign is left for η?
    -0.5
never_moves_at_all: Try η = 0.1: does the walk come nearer?
    0.0
half_of_landing: At η = 0.125 the factor is 0.5. How far down may it go?
    0.125
""")


@largest_stable_eta.variant
def as_a_fraction():
    return 1 / 2


@largest_stable_eta.variant
def as_an_array():
    return np.array(0.5)


STARTS = (1.3, -1.4, 0.5, -0.6, 0.02, 0.05, 0.08, 0.1, 0.2, 1, 1.5, -1.5, 0.075)
STARTS += (0.0, 1e-9, 0.9601)  # the last of them nearly at rest
TOP = 0.07543  # of the hill between the hollows
BOTTOMS = {0.5: 0.96015, -0.6: -1.03558, 0.075: -1.03558}  # by the start


def starts():
    return [Case(x0) for x0 in STARTS]


def how_the_walk_ends(answer):
    """Say by numbers that a walk is a path, lost, uphill or not at rest; ask why."""
    with np.errstate(all="ignore"):
        return _not_at_rest(answer) or _uphill(answer) or _over_the_hill(answer)


def _not_at_rest(answer):
    """Say that a walk is a path, lost, or still on its way, or return None."""
    for x0, bottom in BOTTOMS.items():
        came = _came(answer, x0)
        if came.size > 1 and came[0] == x0:
            return (
                f"From {x0} came {came.size:,} numbers, from {came[0]:.4g} to "
                f"{came[-1]:.4g}: that is the path. Where does it end?"
            )
        slope = double_well_slope(came[-1])
        if came.size == 1 and not abs(slope) <= 1e-2:
            lost = f"From {x0} the walk leaves every number that a float can hold."
            still = f"From {x0} it ends at {came[-1]:.4g}"
            still += f", where the slope is still {slope:.2g}."
            first = still if np.isfinite(came[-1]) else lost
            return f"{first} {_why_it_does_not_rest(answer, bottom)}"
    return None


def _came(answer, x0):
    """Return what an answer gives, in a row; infinity where Python's floats give up."""
    try:
        return np.atleast_1d(np.asarray(answer(x0), dtype=float)).ravel()
    except OverflowError:
        return np.array([math.inf])


def _ends_beside(answer, place, distance):
    """Return two starts beside a place, and where their walks end."""
    beside = np.array([place - distance, place + distance])
    return beside, np.array([_came(answer, float(x0))[-1] for x0 in beside])


def _uphill(answer):
    """Say that walks end nearer to the top of the hill, or give None."""
    beside, ends = _ends_beside(answer, TOP, 0.05)
    if (np.abs(ends - TOP) < 0.05).all():
        return (
            f"From {beside[1]:.2f} it ends at {ends[1]:.4g}, nearer to the top of the "
            "hill. Which way is downhill?"
        )
    return None


def _over_the_hill(answer):
    """Say that a walk ends across the hill while one from nearer does not, or None."""
    for far, near in ((1.5, 0.5), (-1.5, -0.6)):
        end, bottom = _came(answer, far)[-1], BOTTOMS[near]
        settles = abs(_came(answer, near)[-1] - bottom) < 1e-2
        if settles and end * bottom < 0 and abs(double_well_slope(end)) < 1e-2:
            return (
                f"From {far} it ends at {end:.4g}, across the hill. Which step of "
                "that walk leaps over it?"
            )
    return None


def _why_it_does_not_rest(answer, bottom):
    """Say that walks lead uphill, or away from a bottom, or ask for more steps."""
    beside, ends = _ends_beside(answer, bottom, 0.01)
    further = not (np.abs(ends - bottom) <= 0.01).any()
    # Numbers that are no ends of walks may be far from it too, but then they are alike.
    if further and not abs(ends[1] - ends[0]) <= 0.01:
        flat, end = double_well_slope(beside[0]), ends[0]
        return _uphill(answer) or (
            f"From {beside[0]:.2f}, where the slope is only {flat:.2g}, it ends at "
            f"{end:.4g}, further from the minimum: is η below 2/curvature there?"
        )
    return _uphill(answer) or "Does it end elsewhere when you double the steps?"


@exercise(
    lesson=3,
    cases=starts,
    hints=(
        "Walk from x0 with well_slope. Is the slope 0 where you stop?",
        "Use your gradient_descent from x0 and return the last point. Does it still "
        "move when you double the steps?",
        "A learning rate of 0.05 with 500 steps is enough; with 0.3 it jumps over.",
    ),
    rtol=1e-3,
    explain=how_the_walk_ends,
    by_hand=False,
)
def minimum_from(x0):
    x = x0  # start
    for _ in range(500):  # enough steps
        x = x - 0.05 * (4 * x * (x**2 - 1) + 0.3)  # downhill
    return x  # end


minimum_from.slips("""
by_the_sign_of_x0: Where is the top of the hill: exactly at 0? Try a start at 0.05.
    x = 1.0 if x0 > 0 else -1.0  # start
by_the_sign_with_zero: Where is the top of the hill: exactly at 0? Try a start at 0.05.
    x = -1.0 if x0 < 0 else 1.0  # start
without_the_tilt: What does the term 0.3x do to the slope?
    x = x - 0.05 * (4 * x * (x**2 - 1))  # downhill
tilted_the_other_way: Which way does the term + 0.3x tilt the floor?
    x = x - 0.05 * (4 * x * (x**2 - 1) - 0.3)  # downhill
the_depth: That is how deep it is there. Where is it?
    return double_well(x)  # end
one_step_only: After one step: is the slope zero there?
    for _ in range(1):  # enough steps
never_leaves: That is x0. Where do you keep the new x of each step?
    return x0  # end
mirrored: Which side of the number line is that? Compare the sign of x.
    return -x  # end
the_slope_there: That is the slope where the walk ends. Where does it end?
    for _ in range(100):  # enough steps
    return double_well_slope(x)  # end
""")


@minimum_from.variant
def by_the_roots_of_the_slope(x0):
    left, top, right = np.sort(np.roots([4, 0, -4, 0.3]).real)
    return left if x0 < top else right


@minimum_from.variant
def with_short_steps(x0):
    x = x0
    while abs(4 * x**3 - 4 * x + 0.3) > 1e-5:
        x -= 0.01 * (4 * x**3 - 4 * x + 0.3)
    return x


@minimum_from.variant
def with_a_measured_slope(x0, h=1e-5):
    x = np.array([x0], dtype=float)
    for _ in range(1000):
        x = x - 0.02 * (double_well(x + h) - double_well(x - h)) / (2 * h)
    return x


@prediction(
    lesson=3,
    choices={
        "a": "A fall of 21.6 is what the slope at the start promises. It is right as "
        "long as the slope stays what it was, and over a step of 3.6 it does not.",
        "b": "On the way the ground flattens, so a smaller fall is a good guess: it is "
        "what happens at η = 0.1. This step is so long that it passes the bottom.",
        "c": "The step leads from 1.5 to −2.1, past the bottom and up the other side: "
        "the cost goes from 4.5 to 8.82.",
    },
)
def prediction_3_1():
    x, eta = 1.5, 0.6
    promised = eta * (4 * x) ** 2
    fall = 2 * x**2 - 2 * (x - eta * 4 * x) ** 2
    return "c" if fall < 0 else "a" if math.isclose(fall, promised) else "b"


@prediction(
    lesson=3,
    choices={
        -1.08: "1 − 4 · 0.52 = −1.08: below −1, so each step changes sides and ends "
        "further out.",
        1.08: "The size is right, the sign is not: the walk changes sides at a step.",
        3.08: "1 + 4η is the factor of a walk uphill: the step is against the slope.",
        2.08: "4η is what is taken away from x; what is left of x is 1 − 4η.",
        0.48: "1 − η leaves out the 4 of the slope 4x.",
    },
)
def prediction_3_2():
    x, eta = 1.5, 0.52
    return (x - eta * 4 * x) / x


@prediction(
    lesson=3,
    choices={
        "a": "Random examples come in a random order, and it is tempting to trust that "
        "to part the neurons. But every one of them sees the same examples.",
        "b": "Rounding does part what is nearly equal, if it is given time. What is "
        "exactly equal is also rounded in exactly the same way.",
        "c": "The same numbers, the same input and the same share in the output give "
        "the same slopes, so all four take the same steps for ever.",
    },
)
def prediction_3_3():
    net = Network([1, 4, 1], seed=0)
    for array in net.weights + net.biases:
        array[:] = 0.5
    x = np.linspace(-4, 4, 50)[None, :]
    for _ in net.train((x, (np.abs(x) < 2).astype(float)), 10, 10, 3.0):
        pass
    rows = np.hstack([net.weights[0], net.biases[0], net.weights[1].T])
    apart = np.ptp(rows, axis=0).max()
    return "c" if apart == 0 else "b" if apart < 1e-6 else "a"
