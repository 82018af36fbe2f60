"""Exercises of lesson 3: walking downhill."""

import numpy as np

from bpkit.exercises.exercise import Case, Formula, exercise, number

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
    ]


@exercise(
    lesson=3,
    task="""
    Take one step of gradient descent: return the new point. `x` is where you stand, a
    number or an array of any shape; `gradient` is the slope there, of the same shape;
    `eta` is the learning rate. The caller's `x` stays as it is.
    """,
    cases=places,
    hints=(
        "The gradient points uphill. Which way do you walk?",
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
stays: Who holds the new value? That is the old one.
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
slope_times_x: What did you take away: eta times the slope, or times x · slope?
    return x - eta * gradient * x  # new point
direction_only: On a gentler slope, should the step stay as long as on a steep one?
    return x - eta * np.sign(gradient)  # new point
unit_gradient: How long is the step where the slope is steep, and where gentle?
    return x - eta * gradient / np.linalg.norm(gradient)  # new point
in_the_callers_array: Print x before and after the call: whose array is it?
    x -= eta * gradient
    return x  # new point
stays_whole: Print the dtype of your new point when x holds whole numbers.
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
    return [
        Case(four, 1.5, 0.1, 3),
        Case(valley_slope, np.array([2.0, -1.0]), 0.07, 4),
        Case(double_well_slope, -0.5, 0.1, 5),
        Case(Formula("x³", lambda x: x**3), np.array([[0.9], [-1.2], [0.4]]), 0.7, 3),
        Case(double_well_slope, np.array([[0.3, -1.1], [1.2, 0.05]]), 0.05, 2),
        Case(valley_slope, np.array([0.5, 1.5]), 0.21, 6),
        Case(four, 2.0, 0.3, 1),
        Case(four, 3, 0.07, 4),
        Case(valley_slope, np.array([4, -3]), 0.05, 3),
        Case(valley_slope, np.array([1.0, 2.0]), 0.1, 0),
    ]


@exercise(
    lesson=3,
    task="""
    Walk downhill: return the array of the `steps` + 1 points of gradient descent, the
    first of which is `x0`. `gradient` is a function that gives the slope at a point;
    `x0` is a number or an array; `eta` is the learning rate. The result has shape
    (steps + 1,) for a number, (steps + 1, *x0.shape) for an array; the caller's `x0`
    stays as it is.
    """,
    cases=walks,
    hints=(
        "Keep a list of points that begins with x0, and append one point a step.",
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
never_moves: Who holds the new value? All your points are the first.
    points.append(x)  # step
eta_forgotten: How long is the step? Is every parameter used?
    points.append(x - gradient(x))  # step
start_left_out: Which point is the first of the list?
    return np.array(points[1:])  # path
end_left_out: With 3 steps there are 4 points. Which is missing?
    return np.array(points[:-1])  # path
one_step_too_many: How often does your loop run for steps = 3?
    for _ in range(steps + 1):  # one step a turn
the_end_alone: That is where the walk ends. What is the whole path?
    return points[-1]  # path
one_array_many_times: How many times is one and the same array in your list?
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
whole_points: Print the dtype of your array of points when x0 is whole.
    new = np.array(x)
    new[...] = x - eta * gradient(x)
    points.append(new)  # step
slopes_for_points: Those are the slopes along the way. Where are the points?
    return np.array([gradient(x) for x in points])  # path
backwards: In which order do you walk?
    return np.array(points[::-1])  # path
shrinking_eta: Does the step shrink by itself as you go? Who divides it?
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
    task="""
    For C = 2x², gradient descent steps from x to x − η C′(x). Below which η does every
    start come ever nearer to the minimum?
    """,
    hints=(
        "C′(x) = 4x. Write the new point as a factor times x.",
        "The factor is 1 − 4η. It has to lie between −1 and 1.",
    ),
)
def largest_stable_eta():
    slope_per_x = 4  # C′(x) = 4x, so a step multiplies x by 1 − 4η
    return 2 / slope_per_x  # 1 − 4η > −1


largest_stable_eta.slips("""
lands_at_once: There one step lands on the minimum. Is a longer one safe?
    0.25
slope_of_x_squared: What is C′(x) for C = 2x²? You used x²'s.
    1.0
inverted: From 4η < 2: what is divided by what?
    2.0
the_slope_factor: That is the factor in C′(x) = 4x. Which η makes 1 − 4η equal to −1?
    4.0
negative_eta: The step already goes against the slope: which sign is left for η?
    -0.5
never_moves_at_all: Is a step to the other side allowed, if it ends nearer?
    0.0
half_of_landing: Solve 1 − 4η = −1 again: which number stands before η?
    0.125
""")


@largest_stable_eta.variant
def as_a_fraction():
    return 1 / 2


@largest_stable_eta.variant
def as_an_array():
    return np.array(0.5)


def starts():
    return [Case(x0) for x0 in (1.3, -1.4, 0.5, -0.6, 0.02, 0.05, 0.1, 0.2, 1)]


def has_not_arrived(answer):
    """Say where an answer is still on a slope, or on the hump."""
    for x0 in (0.5, -0.6):
        x = float(answer(x0))
        slope = double_well_slope(x)
        if abs(slope) > 1e-2:
            return (
                f"From {x0} it ends at {x:.4g}, where the slope is still {slope:.2g}."
            )
    return None


@exercise(
    lesson=3,
    task="""
    The double well C(x) = (x² − 1)² + 0.3x has two minima. Find out by experiment which
    of them gradient descent reaches: `minimum_from(x0)` walks downhill from the number
    `x0`, with steps that are short enough and enough of them, and returns the place
    where it ends, right to three digits.
    """,
    cases=starts,
    hints=(
        "You need the slope: C′(x) = 4x(x² − 1) + 0.3.",
        "Use your gradient_descent from x0 and return the last point. Does it still "
        "move when you double the steps?",
        "A learning rate of 0.05 with 500 steps is enough; with 0.3 it jumps over.",
    ),
    rtol=1e-3,
    explain=has_not_arrived,
)
def minimum_from(x0):
    x = x0  # start
    for _ in range(500):  # enough steps
        x = x - 0.05 * (4 * x * (x**2 - 1) + 0.3)  # downhill
    return x  # end


minimum_from.slips("""
always_the_same_start: Does it matter with you where you start?
    x = 1.0  # start
always_the_deepest: Can you walk to the deepest place without crossing the hump?
    x = np.linspace(-2, 2, 40_001)
    return x[np.argmin(double_well(x))]  # end
by_the_sign_of_x0: Where is the top of the hump: exactly at 0? Try a start at 0.05.
    x = 1.0 if x0 > 0 else -1.0  # start
without_the_tilt: What does the term 0.3x do to the slope?
    x = x - 0.05 * (4 * x * (x**2 - 1))  # downhill
tilted_the_other_way: Which way does the term + 0.3x tilt the floor?
    x = x - 0.05 * (4 * x * (x**2 - 1) - 0.3)  # downhill
the_depth: That is how deep it is there. Where is it?
    return double_well(x)  # end
one_step_only: After one step: is the slope zero there?
    for _ in range(1):  # enough steps
never_leaves: That is where you started. Who holds the new value?
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
