"""Exercises of lesson 3: walking downhill."""

import numpy as np

from bpkit.exercises.engine import Case, Formula, exercise, number

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
    return x - eta * gradient


@descent_step.mistake("Which way is downhill: with the gradient, or against it?")
def uphill(x, gradient, eta):
    return x + eta * gradient


@descent_step.mistake("Where does the step start?")
def from_the_origin(x, gradient, eta):
    return -eta * gradient


@descent_step.mistake("That is the step. Where do you stand after it?")
def the_step_alone(x, gradient, eta):
    return eta * gradient


@descent_step.mistake("Who holds the new value? That is the old one.")
def stays(x, gradient, eta):
    x - eta * gradient
    return x


@descent_step.mistake("How long is the step? Is every parameter used?")
def whole_gradient(x, gradient, eta):
    return x - gradient


@descent_step.mistake("Does a smaller learning rate give you a smaller step?")
def divides_by_eta(x, gradient, eta):
    return x - gradient / eta


@descent_step.mistake("What is multiplied by eta: the gradient, or where you stand?")
def shortens_x(x, gradient, eta):
    return eta * x - gradient


@descent_step.mistake(
    "Which runs first in (x − gradient) · eta? Only one of them shrinks."
)
def both_shrink(x, gradient, eta):
    return (x - gradient) * eta


@descent_step.mistake(
    "What did you take away: eta times the slope, or times x · slope?"
)
def slope_times_x(x, gradient, eta):
    return x - eta * gradient * x


@descent_step.mistake(
    "On a gentler slope, should the step stay as long as on a steep one?"
)
def direction_only(x, gradient, eta):
    return x - eta * np.sign(gradient)


@descent_step.mistake(
    "How long is the step where the slope is steep, and where gentle?"
)
def unit_gradient(x, gradient, eta):
    return x - eta * gradient / np.linalg.norm(gradient)


@descent_step.mistake("Print x before and after the call: whose array is it?")
def in_the_callers_array(x, gradient, eta):
    x -= eta * gradient
    return x


@descent_step.mistake("Print the dtype of your new point when x holds whole numbers.")
def stays_whole(x, gradient, eta):
    new = np.array(x)
    new[...] = x - eta * gradient
    return new


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
    points = [x0]
    for _ in range(steps):
        x = points[-1]
        points.append(x - eta * gradient(x))
    return np.array(points)


@gradient_descent.mistake("Which way is downhill?")
def climbs(gradient, x0, eta, steps):
    points = [x0]
    for _ in range(steps):
        points.append(points[-1] + eta * gradient(points[-1]))
    return np.array(points)


@gradient_descent.mistake("Does the slope change as x moves? When do you ask for it?")
def slope_of_the_start(gradient, x0, eta, steps):
    g = gradient(x0)
    points = [x0]
    for _ in range(steps):
        points.append(points[-1] - eta * g)
    return np.array(points)


@gradient_descent.mistake("Where does each step start: at the newest point?")
def always_from_the_start(gradient, x0, eta, steps):
    points = [x0]
    for _ in range(steps):
        points.append(x0 - eta * gradient(points[-1]))
    return np.array(points)


@gradient_descent.mistake("Where does the step start?")
def jumps_to_the_origin(gradient, x0, eta, steps):
    points = [x0]
    for _ in range(steps):
        points.append(-eta * gradient(points[-1]))
    return np.array(points)


@gradient_descent.mistake("Who holds the new value? All your points are the first.")
def never_moves(gradient, x0, eta, steps):
    points = [x0]
    for _ in range(steps):
        points.append(x0)
    return np.array(points)


@gradient_descent.mistake("How long is the step? Is every parameter used?")
def eta_forgotten(gradient, x0, eta, steps):
    points = [x0]
    for _ in range(steps):
        points.append(points[-1] - gradient(points[-1]))
    return np.array(points)


@gradient_descent.mistake("Which point is the first of the list?")
def start_left_out(gradient, x0, eta, steps):
    points, x = [], x0
    for _ in range(steps):
        x = x - eta * gradient(x)
        points.append(x)
    return np.array(points)


@gradient_descent.mistake("With 3 steps there are 4 points. Which is missing?")
def end_left_out(gradient, x0, eta, steps):
    points, x = [], x0
    for _ in range(steps):
        points.append(x)
        x = x - eta * gradient(x)
    return np.array(points)


@gradient_descent.mistake("How often does your loop run for steps = 3?")
def one_step_too_many(gradient, x0, eta, steps):
    points = [x0]
    for _ in range(steps + 1):
        points.append(points[-1] - eta * gradient(points[-1]))
    return np.array(points)


@gradient_descent.mistake("That is where the walk ends. What is the whole path?")
def the_end_alone(gradient, x0, eta, steps):
    x = x0
    for _ in range(steps):
        x = x - eta * gradient(x)
    return x


@gradient_descent.mistake("How many times is one and the same array in your list?")
def one_array_many_times(gradient, x0, eta, steps):
    x = np.array(x0, dtype=float)
    points = [x]
    for _ in range(steps):
        x -= eta * gradient(x)
        points.append(x)
    return np.array(points)


@gradient_descent.mistake("Print x0 after the call: whose array walks downhill?")
def moves_the_callers_start(gradient, x0, eta, steps):
    x = x0
    points = [x]
    for _ in range(steps):
        x -= eta * gradient(x)
        points.append(x)
    return np.array(points)


@gradient_descent.mistake("The path is right. But what is x0 after the call?")
def leaves_the_start_moved(gradient, x0, eta, steps):
    x = x0
    points = [np.copy(x)]
    for _ in range(steps):
        x -= eta * gradient(x)
        points.append(np.copy(x))
    return np.array(points)


@gradient_descent.mistake("Is the first axis the steps? Compare the shapes.")
def points_as_columns(gradient, x0, eta, steps):
    points = [x0]
    for _ in range(steps):
        points.append(points[-1] - eta * gradient(points[-1]))
    return np.array(points).T


@gradient_descent.mistake("Print the dtype of your array of points when x0 is whole.")
def whole_points(gradient, x0, eta, steps):
    points = np.zeros((steps + 1, *np.shape(x0)), dtype=np.asarray(x0).dtype)
    points[0] = x0
    for i in range(steps):
        points[i + 1] = points[i] - eta * gradient(points[i])
    return points


@gradient_descent.mistake("Those are the slopes along the way. Where are the points?")
def slopes_for_points(gradient, x0, eta, steps):
    points = [x0]
    for _ in range(steps):
        points.append(points[-1] - eta * gradient(points[-1]))
    return np.array([gradient(x) for x in points])


@gradient_descent.mistake("In which order do you walk?")
def backwards(gradient, x0, eta, steps):
    points = [x0]
    for _ in range(steps):
        points.append(points[-1] - eta * gradient(points[-1]))
    return np.array(points[::-1])


@gradient_descent.mistake("Does the step shrink by itself as you go? Who divides it?")
def shrinking_eta(gradient, x0, eta, steps):
    points = [x0]
    for i in range(steps):
        points.append(points[-1] - eta / (i + 1) * gradient(points[-1]))
    return np.array(points)


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


@largest_stable_eta.mistake(
    "There one step lands on the minimum. Is a longer one safe?"
)
def lands_at_once():
    return 0.25


@largest_stable_eta.mistake("What is C′(x) for C = 2x²? You used x²'s.")
def slope_of_x_squared():
    return 1.0


@largest_stable_eta.mistake("From 4η < 2: what is divided by what?")
def inverted():
    return 2.0


@largest_stable_eta.mistake(
    "That is the factor in C′(x) = 4x. Which η makes 1 − 4η equal to −1?"
)
def the_slope_factor():
    return 4.0


@largest_stable_eta.mistake(
    "The step already goes against the slope: which sign is left for η?"
)
def negative_eta():
    return -0.5


@largest_stable_eta.mistake("Is a step to the other side allowed, if it ends nearer?")
def never_moves_at_all():
    return 0.0


@largest_stable_eta.mistake("Solve 1 − 4η = −1 again: which number stands before η?")
def half_of_landing():
    return 0.125


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
    x = x0
    for _ in range(500):
        x = x - 0.05 * (4 * x * (x**2 - 1) + 0.3)
    return x


def descend(slope, x, eta=0.05, steps=500):
    """Return where gradient descent ends."""
    for _ in range(steps):
        x = x - eta * slope(x)
    return x


@minimum_from.mistake("Does it matter with you where you start?")
def always_the_same_start(x0):
    return descend(double_well_slope, 1.0)


@minimum_from.mistake("Can you walk to the deepest place without crossing the hump?")
def always_the_deepest(x0):
    x = np.linspace(-2, 2, 40_001)
    return x[np.argmin(double_well(x))]


@minimum_from.mistake(
    "Where is the top of the hump: exactly at 0? Try a start at 0.05."
)
def by_the_sign_of_x0(x0):
    return descend(double_well_slope, 1.0 if x0 > 0 else -1.0)


@minimum_from.mistake("What does the term 0.3x do to the slope?")
def without_the_tilt(x0):
    return descend(lambda x: 4 * x * (x**2 - 1), x0)


@minimum_from.mistake("Which way does the term + 0.3x tilt the floor?")
def tilted_the_other_way(x0):
    return descend(lambda x: 4 * x * (x**2 - 1) - 0.3, x0)


@minimum_from.mistake("That is how deep it is there. Where is it?")
def the_depth(x0):
    return double_well(descend(double_well_slope, x0))


@minimum_from.mistake("After one step: is the slope zero there?")
def one_step_only(x0):
    return descend(double_well_slope, x0, steps=1)


@minimum_from.mistake("That is where you started. Who holds the new value?")
def never_leaves(x0):
    return x0


@minimum_from.mistake("Which side of the number line is that? Compare the sign of x.")
def mirrored(x0):
    return -descend(double_well_slope, x0)


@minimum_from.mistake("That is the slope where the walk ends. Where does it end?")
def the_slope_there(x0):
    return double_well_slope(descend(double_well_slope, x0, steps=100))


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
