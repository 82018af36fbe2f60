"""Exercises of lesson 2: one slope for every entry."""

import numpy as np

from bpkit.data import load_digits
from bpkit.exercises.exercise import Case, Formula, exercise, prediction
from bpkit.gradients import RIGHT_BELOW, WRONG_ABOVE
from bpkit.network import Network


def outputs_and_targets():
    rng = np.random.default_rng(2)
    sizes = [(2, 3), (3, 5), (4, 1), (1, 4), (3, 3), (5, 2)]
    cases = [Case(rng.normal(size=s).round(2), rng.normal(size=s)) for s in sizes]
    one_hot = np.array([[1, 0], [0, 0], [0, 1]])
    uneven = np.array([[1, 2], [-4, 3]])
    return [
        *cases,
        Case(np.array([[0.8, 0.1], [0.3, 0.4], [0.2, 0.9]]), one_hot),
        Case(np.array([[3, 0, 1], [4, -1, 2]]), np.array([[1, 2, 0], [0, 1, 5]])),
        Case(np.array([[2], [7]]), np.array([[5], [1]])),
        Case(np.array([[1, 0, 2]]), np.array([[0.5, 0.25, 0.5]])),
        Case(np.array([[0.5, 0.5], [0.5, 0.5]]), np.array([[0.5, 0.5], [0.5, 0.5]])),
        *(Case(s * np.array([[3, -1], [2, 5]]), s * uneven) for s in (1e-9, 1e9)),
    ]


def counts(a, y):
    return {"m": a.shape[1], "n": a.shape[0], "n m": a.size}


@exercise(
    lesson=2,
    cases=outputs_and_targets,
    hints=(
        "For one column the squared distance is the sum of the squares of its entries.",
        "The columns are the examples: by what do you divide, by n or by m?",
        "Square a − y, sum all of it, and divide by 2m.",
    ),
    quantities=counts,
)
def quadratic_cost(a, y):
    m = a.shape[1]  # examples
    return np.sum((a - y) ** 2) / (2 * m)  # cost


quadratic_cost.slips("""
forgets_the_half: Which constant stands before ‖a − y‖²?
    return np.sum((a - y) ** 2) / m  # cost
sum_for_mean: Repeat every example: should the cost double?
    return np.sum((a - y) ** 2) / 2  # cost
bare_sum: Work two columns by hand: which steps come after the sum of squares?
    return np.sum((a - y) ** 2)  # cost
mean_over_all_entries: Mean over what: the columns, or all entries?
    return np.mean((a - y) ** 2) / 2  # cost
mean_squared_error: Mean over what: the columns, or all entries? And the half?
    return np.mean((a - y) ** 2)  # cost
divides_by_rows: Which axis holds the examples: rows or columns?
    m = a.shape[0]  # examples
divides_by_len: For shape (3, 5) you divide by 3: is that the number of examples? And
the half?
    return np.sum((a - y) ** 2) / len(a)  # cost
length_not_squared: Does the cost hold ‖a − y‖, or its square?
    return np.mean(np.linalg.norm(a - y, axis=0)) / 2  # cost
length_of_everything: With one column: do you get ½‖a − y‖, or ½‖a − y‖²?
    return np.linalg.norm(a - y) / 2  # cost
squares_the_sum: Are differences squared before they are summed, or after?
    return np.mean(np.sum(a - y, axis=0) ** 2) / 2  # cost
squares_the_mean: What is squared: every difference, or the mean of their sums?
    return np.mean(np.sum(a - y, axis=0)) ** 2 / 2  # cost
difference_of_squares: Do you square the differences, or subtract the squares?
    return np.sum(a**2 - y**2) / (2 * m)  # cost
nothing_squared: Can your cost be zero when a is wrong? Where is the square?
    return np.sum(a - y) / (2 * m)  # cost
absolute_values: What does the cost add up: sizes of differences, or their squares?
    return np.sum(np.abs(a - y)) / (2 * m)  # cost
one_cost_a_column: One number a column. What is asked of them together?
    return np.sum((a - y) ** 2, axis=0) / 2  # cost
one_cost_a_row: Over which axis do you sum: is a row an example?
    return np.sum((a - y) ** 2, axis=1) / 2  # cost
two_halves: How often is the half applied? Does one of them stand inside a square?
    return np.sum((a - y) ** 2) / (4 * m)  # cost
drops_the_decimals: Where do the decimals get lost?
    return np.sum((a - y) ** 2) // 2 / m  # cost
negative_cost: Can a cost be negative?
    return -np.sum((a - y) ** 2) / (2 * m)  # cost
""")


@quadratic_cost.variant
def mean_of_the_columns(a, y):
    return np.mean(0.5 * np.sum((y - a) ** 2, axis=0))


@quadratic_cost.variant
def by_the_norm(a, y):
    return 0.5 * np.linalg.norm(a - y) ** 2 / a.shape[1]


@quadratic_cost.variant
def column_by_column(a, y):
    total = 0.0
    for a_x, y_x in zip(a.T, y.T, strict=True):
        total += 0.5 * sum((p - q) ** 2 for p, q in zip(a_x, y_x, strict=True))
    return total / len(a.T)


@quadratic_cost.variant
def by_einsum(a, y):
    d = a - y
    return np.einsum("ij,ij->", d, d) / d.shape[1] / 2


@exercise(
    lesson=2,
    cases=outputs_and_targets,
    hints=(
        "For one entry the cost is ½(a − y)². What is its slope in a?",
        "If a is above y, the cost rises with a: so the slope is positive there.",
        "The 2 of the square meets the ½: what is left is a − y, for every entry.",
    ),
    quantities=counts,
)
def cost_derivative(a, y):
    return a - y  # ∂C/∂a


cost_derivative.slips("""
target_minus_output: If a rises slightly above y, does the cost rise or fall?
    return y - a  # ∂C/∂a
twice: Which constant stands before your cost?
    return 2 * (a - y)  # ∂C/∂a
half: What is the slope of u², and what is half of it?
    return (a - y) / 2  # ∂C/∂a
summed_up: How many partial derivatives are asked for?
    return np.sum(a - y)  # ∂C/∂a
summed_down_the_columns: How many partial derivatives has a column of n entries?
    return np.sum(a - y, axis=0)  # ∂C/∂a
averaged_over_the_columns: How many columns has a, and how many has your result?
    return np.mean(a - y, axis=1, keepdims=True)  # ∂C/∂a
averaged_over_each_row: How many columns has a, and how many has your result?
    return np.mean(a - y, axis=1)  # ∂C/∂a
divided_by_m: Is this the slope of one example's cost, or of the mean over all?
    return (a - y) / a.shape[1]  # ∂C/∂a
divided_by_n: One column, n entries: does ½‖a − y‖² divide by n?
    return (a - y) / a.shape[0]  # ∂C/∂a
the_cost_itself: That is the cost of every entry. What is its slope?
    return 0.5 * (a - y) ** 2  # ∂C/∂a
distance_only: A slope has a sign. What does yours say where a is below y?
    return np.abs(a - y)  # ∂C/∂a
sign_only: Does the slope grow with the distance from y?
    return np.sign(a - y)  # ∂C/∂a
with_the_sigmoid: The cost is ½‖a − y‖². Where in it is there a sigmoid?
    return (a - y) * a * (1 - a)  # ∂C/∂a
in_the_callers_array: Print a after the call: whose array did you change?
    a -= y
    return a  # ∂C/∂a
transposed: Which shape has a, and which has your result?
    return (a - y).T  # ∂C/∂a
""")


@cost_derivative.variant
def with_a_compensating_minus(a, y):
    return -(y - a)


@cost_derivative.variant
def entry_by_entry(a, y):
    slopes = np.zeros(a.shape)
    for i, j in np.ndindex(a.shape):
        slopes[i, j] = a[i, j] - y[i, j]
    return slopes


@cost_derivative.variant
def row_lists(a, y):
    return [[p - q for p, q in zip(*rows, strict=True)] for rows in zip(a, y)]  # noqa: B905


def landscapes():
    bend = Formula("x₀²x₁ + x₁³", lambda x: x[0] ** 2 * x[1] + x[1] ** 3)
    pairs = Formula("Σ x₀ⱼ³ x₁ⱼ", lambda x: np.sum(x[0] ** 3 * x[1]))
    block = Formula("x₀₀²x₁₁ − x₀₁x₁₀³", _block)
    power = Formula("(Σx)³", lambda x: np.sum(x) ** 3)
    mixed = Formula("Σ sin(x) · Σ x²", lambda x: np.sum(np.sin(x)) * np.sum(x**2))
    return [
        Case(bend, np.array([1.5, -0.5]), 0.5),
        Case(pairs, np.array([[0.7, -1.2, 0.4], [2.0, 0.3, -1.6]]), 0.25),
        Case(power, np.array([[0.5], [-1.1], [1.4]])),
        Case(block, np.array([[0.6, -1.3], [1.7, 0.8]]), 0.1),
        Case(mixed, np.array([[[0.3, -0.9]], [[1.2, 2.1]]]), 0.2),
        Case(mixed, np.array([0.4, -0.7, 1.9, 0.2]), 0.7),
        Case(power, np.array([1, 2, -1]), 0.3),
        Case(bend, np.array([3, 2]), 0.15),
        Case(mixed, np.array([[1, 4, 0], [2, -3, 5]])),
        Case(mixed, np.array([1.0, 1.0]), 0.25),
        Case(pairs, np.array([[0.7, 2.0], [-1.2, 0.3], [0.4, -1.6]]).T, 0.25),
        Case(power, np.array(3.0), 0.5),
        Case(power, np.array([0.0]), 0.5),
        Case(mixed, np.array([[2e-9, -1e-300, 0.5, -1.5, 0.25]]), 0.25),
    ]


def _block(x):
    """Return a value that no entry of a 2-by-2 array has for itself."""
    return x[0, 0] ** 2 * x[1, 1] - x[0, 1] * x[1, 0] ** 3


def gradient_without_h(answer):
    """Say that an answer is the same for two steps."""
    x = np.array([0.5, 1.5])
    sine = Formula("sin Σx", lambda x: np.sin(np.sum(x)))
    # Copies, for an answer may give back one array, filled anew.
    wide, narrow = (np.copy(answer(sine, x.copy(), h)) for h in (0.5, 0.25))
    if wide.any() and np.array_equal(wide, narrow):
        return "It gives the same for h = 0.5 and h = 0.25: is h used?"
    return None


@exercise(
    lesson=2,
    cases=landscapes,
    hints=(
        "One entry at a time: the others stay where they are. "
        "np.ndindex(x.shape) visits every index, whatever the shape.",
        "Work on a copy that holds floats: np.array(x, dtype=float). In an array of "
        "whole numbers a nudge is cut off.",
        "Keep the old entry; set it to old + h and call f; to old − h and call f; put "
        "it back; divide the difference by 2h.",
    ),
    quantities=lambda f, x, h=1e-5: {"h": h, "the number of entries": x.size},
    explain=gradient_without_h,
)
def numerical_gradient(f, x, h=1e-5):
    x = np.array(x, dtype=float)  # a copy, in floats
    gradient = np.zeros(x.shape)  # one slope an entry
    for index in np.ndindex(x.shape):  # every entry
        kept = x[index]  # the old entry
        x[index] = kept + h  # nudge up
        right = f(x)
        x[index] = kept - h  # nudge down
        left = f(x)
        x[index] = kept  # put back
        gradient[index] = (right - left) / (2 * h)  # slope
    return gradient  # all slopes


numerical_gradient.slips("""
multiplies_by_h: Which runs first in a / 2 * h: / or *?
    gradient[index] = (right - left) / 2 * h  # slope
divides_by_one_h: How far apart are your two points?
    gradient[index] = (right - left) / h  # slope
spacing_missing: How wide is it from x − h to x + h: 2, or 2h?
    gradient[index] = (right - left) / 2  # slope
forward_only: Compare your errors at h and h/10. On how many sides do you look?
    x[index] = kept  # nudge down
    gradient[index] = (right - left) / h  # slope
backward_only: On how many sides of x do you look?
    x[index] = kept  # nudge up
    gradient[index] = (right - left) / h  # slope
half_steps: How far from x are your points: h, or half of it?
    x[index] = kept + h / 2  # nudge up
    x[index] = kept - h / 2  # nudge down
    gradient[index] = (right - left) / h  # slope
downhill: If f grows along an entry, which sign has its slope?
    gradient[index] = (left - right) / (2 * h)  # slope
step_of_its_own: Call it with h = 0.1: how far do you move the entry?
    h = 1e-5
    x = np.array(x, dtype=float)  # a copy, in floats
floors: Where do the decimals get lost?
    gradient[index] = (right - left) // (2 * h)  # slope
nudge_cut_off: When x holds whole numbers: print an entry before and after its nudge.
How far did it move?
    pass  # a copy, in floats
slopes_cut_off: When x holds whole numbers: can the array of your slopes hold 0.5?
    gradient = np.zeros_like(x)
    x = np.array(x, dtype=float)  # a copy, in floats
    pass  # one slope an entry
nudge_and_slopes_cut_off: When x holds whole numbers: which of your arrays cannot hold
0.00001?
    pass  # a copy, in floats
    gradient = np.zeros_like(x)  # one slope an entry
never_puts_back: When you come to the second entry, where is the first?
    pass  # put back
leaves_x_nudged: After the call, is x what it was? And at the second entry?
    pass  # a copy, in floats
    x[index] += h  # nudge up
    x[index] -= 2 * h  # nudge down
    pass  # put back
steps_back_once: At which two points do you call f, and how far apart are they?
    x[index] -= h  # nudge down
puts_back_by_adding: Is x + h − 2h + h exactly x? Where have you kept the old value?
    pass  # a copy, in floats
    x[index] += h  # nudge up
    x[index] -= 2 * h  # nudge down
    x[index] += h  # put back
one_entry_to_f: What kind of argument does f expect: one entry, or all of x?
    gradient[index] = (f(kept + h) - f(kept - h)) / (2 * h)  # slope
moves_all_entries: How many entries move at once in x + h?
    return np.full(x.shape, (f(x + h) - f(x - h)) / (2 * h))  # all slopes
one_slope_for_all: How many entries move at once, and how many slopes are asked for?
    return (f(x + h) - f(x - h)) / (2 * h)  # all slopes
moves_whole_rows: In two dimensions, what is x[i]: an entry, or a row?
    for index in range(len(x)):  # every entry
    kept = x[index].copy()  # the old entry
loses_the_shape: Compare the shape of your result with that of x.
    return gradient.ravel()  # all slopes
returns_in_the_loop: How many slopes have you filled in when you return?
    gradient[index] = (right - left) / (2 * h)
    return gradient  # slope
adds_the_slopes: Are the slopes of all entries to be added, or kept apart?
    return np.sum(gradient)  # all slopes
""")


@numerical_gradient.mistake("Print the two arrays that you hand to f. Do they differ?")
def both_points_the_same(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        right, left = x, x
        right[index] += h
        left[index] -= h
        gradient[index] = (f(right) - f(left)) / (2 * h)
    return gradient


@numerical_gradient.mistake("Two names, but how many arrays? Print x after the call.")
def two_names_for_x(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        right, left = x, x
        right[index] += h
        left[index] -= h
        gradient[index] = (f(right) - f(left)) / (2 * h)
    return gradient


@numerical_gradient.variant
def by_unit_arrays(f, x, h=1e-5):
    units = np.eye(x.size).reshape(x.size, *x.shape)
    slopes = [(f(x + h * e) - f(x - h * e)) / (2 * h) for e in units]
    return np.reshape(slopes, x.shape)


@numerical_gradient.variant
def by_nditer(f, x, h=1e-5):
    x = x.astype(float)
    gradient = np.empty_like(x)
    it = np.nditer(x, flags=["multi_index"], op_flags=["readwrite"])
    for entry in it:
        kept = entry.copy()
        entry[...] = kept + h
        right = f(x)
        entry[...] = kept - h
        left = f(x)
        entry[...] = kept
        gradient[it.multi_index] = (right - left) / (2 * h)
    return gradient


@numerical_gradient.variant
def by_the_step_taken(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        right, left = x.astype(float), x.astype(float)
        right[i] += h
        left[i] -= h
        gradient[i] = (f(right) - f(left)) / (right[i] - left[i])
    return gradient


@numerical_gradient.variant
def mean_of_both_sides(f, x, h=1e-5):
    here, gradient = f(x.astype(float)), np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[i] = h
        gradient[i] = ((f(x + step) - here) / h + (here - f(x - step)) / h) / 2
    return gradient


@numerical_gradient.variant
def through_a_flat_view(f, x, h=1e-5):
    flat = np.ravel(x) * 1.0
    gradient = []
    for i in range(flat.size):
        values = []
        for step in (h, -h):
            moved = flat.copy()
            moved[i] += step
            values.append(f(moved.reshape(x.shape)))
        gradient.append((values[0] - values[1]) / h / 2)
    return np.array(gradient).reshape(x.shape)


def classified():
    x = np.array([[1.0], [-2.0], [0.5]])
    four = np.array([[2, -5, 3], [9, 1, -7], [-4, 6, 8], [3, -9, 20]]) / 10
    two = np.array([[0.4, 0.3, -0.2], [-0.5, -0.6, 0.4]])
    square = np.array([[-1.1, -0.7, -0.8], [0.3, -0.2, 0.1], [0.8, 0.9, 0.5]])
    square_2 = np.array([[0.0, 0.3, -0.3], [-0.9, -0.5, -1.0], [0.1, 1.3, -0.5]])
    five = np.array([[0, -13], [26, 5], [6, -2], [1, 3], [2, -6]]) / 10
    five_2 = np.array([[-14, -9], [4, -5], [5, 8], [-14, 10], [-6, 21]]) / 10
    narrow = np.array([[0.1, -0.1], [0.6, 0.1], [-0.5, 0.4], [1.3, 0.9]])
    tiny = 2.0**-20  # by which a margin is missed: sums with it are exact
    return [
        Case(four, x, 1),
        Case(four, x, 0, 0.5),
        Case(four, x, 3),
        Case(two, x, 0, 2.0),
        Case(square, np.array([[-0.5], [-0.8], [-0.7]]), 1, 0.6),
        Case(square_2, np.array([[-0.6], [0.5], [0.4]]), 2, 1.5),
        Case(five, np.array([[0.6], [0.5]]), 4, 0.3),
        Case(five_2, np.array([[0.7], [-0.5]]), 2),
        Case(narrow, np.array([[-0.7], [-1.3]]), 0, 2.5),
        Case(np.array([[2, 0], [1, 1], [0, -1]]), np.array([[1.0], [0.7]]), 1),
        Case(np.array([[1, -2], [3, 1], [2, 2]]), np.array([[3], [1]]), 1, 6),
        Case(np.array([[3, 1], [1, -2], [2, 2]]), np.array([[1], [3]]), 1, 6),
        Case(np.array([[3, 0], [2, 0], [3, 1]]), np.array([[-1.0], [-0.5]]), 0),
        Case(np.array([[1, -2], [3, 1], [0, 2]]), np.array([[3], [1]]), 1, 0.5),
        Case(np.zeros((3, 2)), np.ones((2, 1)), 0),
        Case(np.array([[1.0], [0.0]]), np.array([[1.0]]), 0),
        Case(np.array([[0, 2], [3, 0], [1, 1]]), np.array([[1], [1]]), 1),
        # Hard calls are no smaller than easy ones, so that an easy one is shown first.
        Case(np.array([[1.0, 0.0], [0.0, tiny], [-2.0, 0.0]]), np.ones((2, 1)), 0),
        Case(np.array([[2.0, tiny], [3.0, 1.0], [3.5, -2.0]]), np.ones((2, 1)), 1, 2.0),
        Case(np.array([[2e9, 1.0], [3e9, 0.0], [1e9, 1.0]]), np.ones((2, 1)), 0, 5.0),
        # No class is wrong.
        Case(np.arange(1.0, 9.0)[None], np.ones((8, 1)), 0),
    ]


def classes(w, x, y, margin=1.0):
    return {"k": len(w), "k − 1": len(w) - 1}


@exercise(
    lesson=2,
    cases=classified,
    hints=(
        "First the scores: one number for each class, shape (k, 1). Which one belongs "
        "to class y?",
        "np.maximum(0, …) works class by class; then sum. What does the right class "
        "itself contribute if you do not leave it out?",
        "Compute np.maximum(0, s − s[y] + margin), set its entry y to 0, and sum.",
    ),
    quantities=classes,
)
def hinge_loss(w, x, y, margin=1.0):
    scores = w @ x
    losses = np.maximum(0, scores - scores[y] + margin)  # loss of a class
    losses[y] = 0  # the right class does not count
    return np.sum(losses)  # all classes


hinge_loss.slips("""
counts_the_right_class: What does the right class itself contribute? Is j = y in the
sum?
    pass  # the right class does not count
max_after_the_sum: Is max taken before or after summing?
    losses = scores - scores[y] + margin  # loss of a class
    return max(0.0, np.sum(losses))  # all classes
scores_swapped: If a wrong class's score rises, should the loss rise or fall?
    losses = np.maximum(0, scores[y] - scores + margin)  # loss of a class
margin_subtracted: Should a larger margin make the loss larger or smaller?
    losses = np.maximum(0, scores - scores[y] - margin)  # loss of a class
without_max: Can a class that keeps far away make the loss smaller?
    losses = scores - scores[y] + margin  # loss of a class
margin_always_one: Is every parameter actually used?
    losses = np.maximum(0, scores - scores[y] + 1)  # loss of a class
margin_left_out: By how much does the right class have to lead?
    losses = np.maximum(0, scores - scores[y])  # loss of a class
margin_outside: Is the margin inside the max, or added after it?
    losses = np.maximum(0, scores - scores[y]) + margin  # loss of a class
worst_class_only: Only the worst wrong class, or every one that comes too near?
    return np.max(losses)  # all classes
mean_over_classes: Sum over the wrong classes, or mean?
    return np.mean(losses)  # all classes
mean_over_wrong_classes: Sum over the wrong classes, or mean?
    return np.sum(losses) / (len(w) - 1)  # all classes
takes_one_away: At margin 6, how much does the right class add to the sum?
    pass  # the right class does not count
    return np.sum(losses) - 1  # all classes
squared: Is there a square in the task?
    return np.sum(losses**2)  # all classes
counts_violations: Do you count the classes that come too near, or by how much they do?
    return np.sum(losses > 0)  # all classes
one_loss_a_class: One loss a class. What is asked of them together?
    return losses.ravel()  # all classes
one_column_of_losses: One loss a class. What is asked of them together?
    return losses  # all classes
own_scores_only: Is a wrong class's own score enough? With whose is it compared?
    losses = np.maximum(0, scores + margin)  # loss of a class
absolute_shortfalls: Does a lead far beyond the margin still cost anything?
    losses = np.abs(scores - scores[y] + margin)  # loss of a class
""")


@hinge_loss.variant
def loop_over_the_classes(w, x, y, margin=1.0):
    s = np.dot(w, x).ravel()
    loss = 0.0
    for j in range(len(s)):
        if j == y:
            continue
        loss += max(0, s[j] - s[y] + margin)
    return loss


@hinge_loss.variant
def without_the_right_row(w, x, y, margin=1.0):
    s = w @ x
    return np.clip(np.delete(s, y) - s[y] + margin, 0, None).sum()


@hinge_loss.variant
def takes_the_margin_away(w, x, y, margin=1.0):
    s = w @ x
    return float(np.sum(np.maximum(0, s - s[y] + margin)) - margin)


@exercise(
    lesson=2,
    cases=classified,
    hints=(
        "Make a column of k numbers: 1 where the margin is violated, 0 elsewhere. "
        "Is row y itself among them?",
        "Row y gets minus the number of violations: each of them pulls on s_y once.",
        "The column, (k, 1), times xᵀ, (1, n), is the gradient, (k, n).",
    ),
    quantities=classes,
)
def hinge_gradient(w, x, y, margin=1.0):
    scores = w @ x
    violated = np.where(scores - scores[y] + margin > 0, 1.0, 0.0)  # 1 or 0 a class
    violated[y] = 0  # not the right class
    violated[y] = -np.sum(violated)  # each pulls on s_y
    return violated @ x.T  # gradient


hinge_gradient.slips("""
no_indicator: Where is the loss flat? What does a class that keeps away add?
    violated = np.ones((len(w), 1))  # 1 or 0 a class
right_row_missing: If the right class's score moves, does the loss?
    pass  # each pulls on s_y
right_row_once: Two classes violate their margins: how many terms pull on s_y?
    violated[y] = -np.max(violated)  # each pulls on s_y
right_row_always: Is s_y pulled as hard when no margin is violated as when two are?
    violated[y] = -1  # each pulls on s_y
right_row_added: With which sign does s_y stand in the loss?
    violated[y] = np.sum(violated)  # each pulls on s_y
counts_itself: Is the right class among those counted? s_y − s_y + margin > 0.
    pass  # not the right class
right_class_like_the_others: Your row y holds + xᵀ. If s_y rises, does the loss rise?
    pass  # not the right class
    pass  # each pulls on s_y
one_too_few: How many margins are violated, and how often does row y lose xᵀ? Print
both.
    pass  # not the right class
    violated[y] -= np.sum(np.delete(violated, y))  # each pulls on s_y
sign_flipped: If a violating score rises, does the loss rise or fall?
    return -violated @ x.T  # gradient
indicator_reversed: Which classes violate the margin: those above 0, or below?
    violated = np.where(scores - scores[y] + margin < 0, 1.0, 0.0)  # 1 or 0 a class
clipped: Can a slope of this loss be negative? Print yours: is one of them below zero?
    return np.maximum(0, violated @ x.T)  # gradient
margin_always_one: Is every parameter actually used?
    violated = np.where(scores - scores[y] + 1 > 0, 1.0, 0.0)  # 1 or 0 a class
margin_left_out: When is the margin violated: only when s_j exceeds s_y?
    violated = np.where(scores - scores[y] > 0, 1.0, 0.0)  # 1 or 0 a class
margin_subtracted: Does a larger margin mean more violations or fewer?
    violated = np.where(scores - scores[y] - margin > 0, 1.0, 0.0)  # 1 or 0 a class
scores_swapped: A wrong class scores high: is its margin violated, or met?
    violated = np.where(scores[y] - scores + margin > 0, 1.0, 0.0)  # 1 or 0 a class
just_kept_counts_too: Is a margin violated that is just kept, with nothing to spare?
    violated = np.where(scores - scores[y] + margin >= 0, 1.0, 0.0)  # 1 or 0 a class
all_or_none: Class 1 comes too near, class 2 does not: which of their rows get xᵀ?
    violated[y] = 0
    violated[:] = np.max(violated)
    violated[y] = 0  # not the right class
worst_class_only: Only the worst wrong class, or every one that comes too near?
    violated *= scores == np.max(np.delete(scores, y))
    violated[y] = 0  # not the right class
shortfall_for_indicator: Is the slope of max(0, u) equal to u, or to 1, where u > 0?
    violated = np.maximum(0, scores - scores[y] + margin)  # 1 or 0 a class
without_x: Those are the indicators. If w moves, what multiplies its change?
    return violated  # gradient
times_the_weights: If a weight moves, by what is its nudge multiplied in the score?
    return violated * w  # gradient
transposed: Compare the shape with that of w: what is a row?
    return (violated @ x.T).T  # gradient
divided_by_the_classes: Sum over the wrong classes, or mean?
    return violated @ x.T / len(w)  # gradient
near_misses_overlooked: A margin missed by a millionth: is it kept, or violated?
    violated = np.where(scores - scores[y] + margin > 1e-3, 1.0, 0.0)  # 1 or 0 a class
with_respect_to_x: With respect to what: the weights, or x?
    return w.T @ violated  # gradient
""")


@hinge_gradient.variant
def loop_over_the_classes(w, x, y, margin=1.0):
    s = (w @ x).ravel()
    gradient = np.zeros(w.shape)
    for j in range(len(s)):
        if j != y and s[j] - s[y] + margin > 0:
            gradient[j] += x.ravel()
            gradient[y] -= x.ravel()
    return gradient


@hinge_gradient.variant
def indicator_as_integers(w, x, y, margin=1.0):
    s = w @ x
    mask = (s - s[y] + margin > 0).astype(int)
    mask[y] -= mask.sum()
    return np.einsum("ij,kj->ik", mask, x)


@hinge_gradient.variant
def by_stacking_rows(w, x, y, margin=1.0):
    s = w @ x
    hit = [float(j != y and s[j, 0] - s[y, 0] + margin > 0) for j in range(len(w))]
    return [(-sum(hit) if j == y else hit[j]) * x[:, 0] for j in range(len(w))]


def two_gradients():
    rng = np.random.default_rng(4)
    near = rng.normal(size=(2, 3))
    return [
        Case(np.array([3.0, 0.0]), np.array([0.0, 4.0])),
        Case(near, near + 1e-3 * rng.normal(size=(2, 3))),
        Case(rng.normal(size=(3, 3)), rng.normal(size=(3, 3))),
        Case(rng.normal(size=5), rng.normal(size=5)),
        Case(np.array([[2.0], [-1.0], [0.5]]), np.array([[-2.0], [1.0], [-0.5]])),
        Case(np.zeros(2), np.array([0.6, -0.8])),
        Case(np.zeros((3, 1)), np.array([[1.2], [0.0], [-0.5]])),
        Case(np.array([[1.5, -2.0]]), np.zeros((1, 2))),
        Case(rng.normal(size=(2, 1, 2)), rng.normal(size=(2, 1, 2))),
        Case(np.array([1, -2, 2]), np.array([4, 0, -3])),
        Case(np.array([0.7, -1.1, 2.0]), np.array([0.7, -1.1, 2.0])),
        Case(np.array([-2.5]), np.array([1.5])),
        Case(np.zeros((2, 2)), np.zeros((2, 2))),
        Case(np.zeros(3), np.zeros(3)),
        Case(np.array([2e-6, -1e-6]), np.array([-1e-6, 3e-6])),
        Case(np.array([2e9, -1e9]), np.array([-1e9, 3e9])),
        Case(near, near * (1 + 1e-7)),
        Case(np.array(2.0), np.array(3.0)),
        Case(np.array([[1.0, 1.0], [1.0, 3.0]]), np.array([[1.0, 2.0], [1.0, 0.5]]).T),
    ]


@exercise(
    lesson=2,
    cases=two_gradients,
    hints=(
        "First the part below the line: two lengths. When is their sum 0?",
        "size = np.linalg.norm(a) + np.linalg.norm(n). Return 0.0 if size is 0, else "
        "np.linalg.norm(a − n) / size.",
    ),
)
def relative_error(a, n):
    size = np.linalg.norm(a) + np.linalg.norm(n)  # below the line
    return np.linalg.norm(a - n) / size if size > 0 else 0.0  # quotient


relative_error.slips("""
length_of_the_sum: Can this denominator cancel to zero? Try n = −a.
    size = np.linalg.norm(a + n)  # below the line
    return np.linalg.norm(a - n) / size if np.any(a != n) else 0.0  # quotient
zero_over_zero: What do you get for two gradients that are all zeros?
    return np.linalg.norm(a - n) / size  # quotient
not_relative: Is an error of 1 large? Relative to what?
    return np.linalg.norm(a - n)  # quotient
relative_to_a: Whose length is below the line? Swap a and n: the same?
    size = np.linalg.norm(a)  # below the line
    return np.linalg.norm(a - n) / size if np.any(a != n) else 0.0  # quotient
relative_to_n: Whose length is below the line? Swap a and n: the same?
    size = np.linalg.norm(n)  # below the line
    return np.linalg.norm(a - n) / size if np.any(a != n) else 0.0  # quotient
length_of_the_sum_guarded: Can this denominator cancel to zero? Try n = −a.
    size = np.linalg.norm(a + n)  # below the line
relative_to_a_guarded: Whose length is below the line? Swap a and n: the same?
    size = np.linalg.norm(a)  # below the line
relative_to_n_guarded: Whose length is below the line? Swap a and n: the same?
    size = np.linalg.norm(n)  # below the line
relative_to_n_alone: Whose length is below the line? And what if it is 0?
    return np.linalg.norm(a - n) / np.linalg.norm(n)  # quotient
relative_to_the_larger: Below the line: the larger of the two, or both together?
    size = max(np.linalg.norm(a), np.linalg.norm(n))  # below the line
difference_of_lengths: Two gradients of equal length: must they be equal?
    difference = abs(np.linalg.norm(a) - np.linalg.norm(n))
    return difference / size if size > 0 else 0.0  # quotient
signed_difference_of_lengths: Two gradients of equal length: must they be equal?
    difference = np.linalg.norm(a) - np.linalg.norm(n)
    return difference / size if size > 0 else 0.0  # quotient
squared_lengths: Is the length of (3, 4) equal to 25, or to 5?
    size = np.linalg.norm(a) ** 2 + np.linalg.norm(n) ** 2  # below the line
    return np.linalg.norm(a - n) ** 2 / size if size > 0 else 0.0  # quotient
sums_of_sizes: Is the length of (3, 4) equal to 7, or to 5?
    size = np.sum(np.abs(a)) + np.sum(np.abs(n))  # below the line
    return np.sum(np.abs(a - n)) / size if size > 0 else 0.0  # quotient
largest_entries: Is the length of (3, 4) equal to 4, or to 5?
    size = np.max(np.abs(a)) + np.max(np.abs(n))  # below the line
    return np.max(np.abs(a - n)) / size if size > 0 else 0.0  # quotient
zero_if_a_is: One of them zero, the other not: do they agree?
    return np.linalg.norm(a - n) / size if a.any() else 0.0  # quotient
zero_if_either_is: One of them zero, the other not: do they agree?
    return np.linalg.norm(a - n) / size if a.any() and n.any() else 0.0  # quotient
one_for_two_zeros: Should two zero gradients count as all wrong, or as equal?
    return np.linalg.norm(a - n) / size if size > 0 else 1.0  # quotient
brackets_missing: Which runs first: the division, or the sum below the line?
    norm = np.linalg.norm
    return norm(a - n) / norm(a) + norm(n) if size > 0 else 0.0  # quotient
one_error_an_entry: One error for the whole array, or one an entry?
    size = np.abs(a) + np.abs(n)  # below the line
    return np.abs(a - n) / np.where(size > 0, size, 1)  # quotient
worst_entry_alone: One error for the whole array, or the worst entry's?
    size = np.abs(a) + np.abs(n)  # below the line
    return np.max(np.abs(a - n) / np.where(size > 0, size, 1))  # quotient
mean_over_entries: One error for the whole array, or the mean over its entries?
    size = np.abs(a) + np.abs(n)  # below the line
    return np.mean(np.abs(a - n) / np.where(size > 0, size, 1))  # quotient
sum_above: What is above the line: the difference, or the sum?
    return np.linalg.norm(a + n) / size if size > 0 else 0.0  # quotient
""")


@relative_error.variant
def by_hand(a, n):
    if np.all(a == 0) and np.all(n == 0):
        return 0.0
    difference = sum(d**2 for d in (n - a).flat) ** 0.5
    lengths = [sum(p**2 for p in v.flat) ** 0.5 for v in (a, n)]
    return difference / sum(lengths)


@relative_error.variant
def with_an_epsilon(a, n):
    norm = np.linalg.norm
    return norm(a - n) / (norm(a) + norm(n) + 1e-12)


@relative_error.variant
def guarded_by_max(a, n):
    a, n = np.ravel(a), np.ravel(n)
    d = a - n
    return np.sqrt(d @ d) / max(np.sqrt(a @ a) + np.sqrt(n @ n), 1e-8)


def gradients_with_one_worst_entry():
    rng = np.random.default_rng(6)
    steep = np.array([[200.0, -3.0, 0.5], [40.0, 0.02, 7.0]])
    slipped = np.array([[210.0, -3.01, 0.5], [40.0, 0.01, 7.1]])
    deep = rng.normal(size=(2, 3, 2))
    off = 1 + 0.01 * rng.random((2, 3, 2))
    off[1, 0, 1] = 1.5
    square = rng.normal(size=(3, 3))
    turned = np.where(np.arange(9).reshape(3, 3) == 5, -1, 1.2) * square
    mixed = np.array([0.0, 3.0, -2.0, 0.0, 5.0])
    return [
        Case(np.array([10.0, 0.2]), np.array([11.0, 0.1])),
        Case(np.array([2.0, 1.0, -4.0]), np.array([1.0, 1.9, -4.0])),
        Case(np.array([1.9, 1.0, -4.0]), np.array([1.0, 2.0, -4.0])),
        Case(np.array([-1.0, 1.8]), np.array([-2.0, 1.0])),
        Case(np.array([[1.8, 3.0], [-1.0, 5.0]]), np.array([[1.0, 3.1], [-2.0, 5.0]])),
        Case(np.array([1.3, 0.75, 6.0]), np.array([1.0, 1.0, 1.0])),
        Case(np.array([0.1, 100.0]), np.array([0.11, 200.0])),
        Case(np.array([[-2.0, 0.0], [1.5, 3.0]]), np.array([[2.0, 0.0], [1.0, 3.0]])),
        Case(np.array([2.0, 0.0, 0.0]), np.array([-2.0, 0.0, 0.0])),
        Case(np.full((2, 2), 2.0), np.array([[2.0, 2.1], [2.5, 2.0]])),
        Case(np.array([[0.5, 0.4], [6.0, 7.0]]), np.array([[0.5, 0.1], [5.0, 7.0]])),
        Case(steep, slipped),
        Case(steep.T, slipped.T),
        Case(slipped, steep),
        Case(deep, deep * off),
        Case(square, turned),
        Case(np.array([0.0, 5.0, 4.0]), np.array([0.0, 5.0, 4.5])),
        Case(mixed, mixed * np.array([1, 1.1, 0.8, 1, 1])),
        Case(np.array([[0, 2, 3], [4, 0, 6]]), np.array([[0, 2, 4], [7, 0, 6]])),
        Case(np.array([[3.0], [0.5], [2.0]]), np.array([[3.5], [0.4], [-2.0]])),
        Case(np.array([[1.0, 2.0, 0.0, -1.0]]), np.array([[1.0, 2.0, 0.1, -1.1]])),
        Case(np.array([[9.0, 0.0], [1.0, 2.0]]), np.array([[9.5, 0.0], [1.0, 2.0]])),
        *(Case(s * slipped[:, 1:], s * steep[:, 1:]) for s in (1e-9, 1e9)),
        Case(np.array([2.5]), np.array([2.0])),
        Case(np.array(2.5), np.array(2.0)),
    ]


@exercise(
    lesson=2,
    cases=gradients_with_one_worst_entry,
    hints=(
        "First an array of errors, one an entry: np.abs(a − n), and what is it divided "
        "by? Where is that 0?",
        "errors = np.abs(a − n) / np.where(size > 0, size, 1), with size = |a| + |n|.",
        "np.unravel_index(np.argmax(errors), errors.shape) is where the largest is.",
    ),
)
def worst_entry(a, n):
    apart = np.abs(a - n)  # above the line
    size = np.abs(a) + np.abs(n)  # below the line
    errors = apart / np.where(size > 0, size, 1)  # own errors
    return np.unravel_index(np.argmax(errors), errors.shape)  # where


worst_entry.slips("""
largest_difference: Slopes 200 and 210, or 0.02 and 0.01: which pair is further apart
for its size?
    errors = apart  # own errors
relative_to_a: Swap a and n: do you name the same entry?
    size = np.abs(a)  # below the line
relative_to_n: Swap a and n: do you name the same entry?
    size = np.abs(n)  # below the line
with_its_sign: n is far above a in one entry: is your error there large, or negative?
    apart = a - n  # above the line
difference_of_sizes: 2 and −2: are they equal, or opposite?
    apart = np.abs(np.abs(a) - np.abs(n))  # above the line
zeros_divided: What is 0 / 0, where both entries are zero? Print your errors.
    errors = np.divide(apart, size)  # own errors
zeros_count_as_wrong: Both entries are zero. Are they as different as can be, or equal?
    errors = np.where(size > 0, apart / np.where(size > 0, size, 1), 1)  # own errors
best_entry: Which entry do you look for: the one that agrees best?
    return np.unravel_index(np.argmin(errors), errors.shape)  # where
largest_slope: Is the steepest entry always the most wrong one?
    return np.unravel_index(np.argmax(size), size.shape)  # where
number_in_reading_order: In a table: which row and which column is it in? Print a[...]
with what you return.
    return np.argmax(errors)  # where
error_itself: Is its error asked for, or its place?
    return np.max(errors)  # where
backwards: In a[i, j], which comes first: the row, or the column?
    return np.unravel_index(np.argmax(errors), errors.shape)[::-1]  # where
counted_down_the_columns: Does argmax count along the rows, or down the columns?
    return np.unravel_index(np.argmax(errors.T), errors.shape)  # where
""")


@worst_entry.variant
def entry_by_entry(a, n):
    worst, place = -1.0, None
    for index in np.ndindex(a.shape):
        size = abs(a[index]) + abs(n[index])
        error = abs(a[index] - n[index]) / size if size else 0.0
        if error > worst:
            worst, place = error, index
    return place


@worst_entry.variant
def where_it_equals_the_largest(a, n):
    a, n = np.asarray(a, float), np.asarray(n, float)
    size = abs(a) + abs(n)
    errors = np.divide(abs(a - n), size, out=np.zeros_like(a), where=size > 0)
    return tuple(np.argwhere(errors == errors.max())[0])


@worst_entry.variant
def nan_left_out(a, n):
    with np.errstate(invalid="ignore"):
        errors = np.nan_to_num(np.abs(n - a) / (np.abs(a) + np.abs(n)))
    return np.unravel_index(errors.argmax(), a.shape)


@prediction(
    lesson=2,
    choices={
        0.007002: "Two strips, 1 · 0.001 and 3 · 0.002, make 0.007. What is left, the "
        "corner of 0.001 · 0.002, is 3,500 times smaller.",
        0.005: "3 · 0.001 + 1 · 0.002: each nudge times its own side. But while w₁ is "
        "held at 1, w₀w₁ grows just as fast as w₀: by 1 · 0.001.",
        0.003: "0.001 + 0.002 is how much the two sides grow together. Each counts as "
        "often as its slope says.",
        0.000002: "0.001 · 0.002 is the product of the nudges: the corner, without the "
        "two strips.",
    },
)
def prediction_2_1():
    w0, w1 = 3, 1
    return (w0 + 0.001) * (w1 + 0.002) - w0 * w1


@prediction(
    lesson=2,
    choices={
        "a": "Along w₀ the slope is 6, the larger of the two. But a step that turns a "
        "little towards w₁ keeps nearly all of it and gains from the other slope.",
        "b": "Straight away from the lowest place the slope is 6.96. It would be the "
        "steepest way if the contour lines were circles.",
        "c": "At 34° it is 7.21, more than either slope by itself: the step has its "
        "share along each entry in the ratio of the slopes, 6 to 4.",
        "d": "Halfway, both slopes count alike: (6 + 4)/√2 = 7.07. The steeper one "
        "deserves more.",
    },
)
def prediction_2_2():
    step = 1e-5 * np.exp(1j * np.radians(np.arange(360)))

    def height(w0, w1):
        return w0**2 + 2 * w1**2

    rise = height(3 + step.real, 1 + step.imag) - height(3 - step.real, 1 - step.imag)
    offered = {"a": 0, "b": 18, "c": 34, "d": 45}
    return min(offered, key=lambda letter: abs(offered[letter] - rise.argmax()))


@prediction(
    lesson=2,
    choices={
        "a": "That one entry is as wrong as can be: its own relative error is 1. But "
        "the formula divides by the length of the whole gradient.",
        "b": "One of twelve entries had such a share in the length. One of thousands "
        "has a far smaller one: for about one in seven the gradient is called wrong.",
        "c": "For most entries the error is of the order of 0.002. It looks like a "
        "right gradient that was badly measured, and is a bug.",
        "d": "An entry has so small a share only where the cost is nearly level along "
        "it, and that is so for few.",
    },
)
def prediction_2_3():
    (x, y), _ = load_digits()
    parts = Network([64, 30, 10], seed=0).backprop(x[:, :10], y[:, :10])
    g = np.concatenate([array.ravel() for part in parts for array in part])
    errors = []
    for index in np.flatnonzero(g):  # to leave 0 where the slope is 0 is no mistake
        gap = g.copy()
        gap[index] = 0
        errors.append(relative_error.reference(gap, g))
    error = np.median(errors)
    bands = {"a": 0.5, "b": WRONG_ABOVE, "c": RIGHT_BELOW, "d": 0.0}
    return next(letter for letter, least in bands.items() if error >= least)
