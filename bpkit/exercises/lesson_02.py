"""Exercises of lesson 2: one slope for every entry."""

import numpy as np

from bpkit.exercises.engine import Case, Formula, exercise


def outputs_and_targets():
    rng = np.random.default_rng(2)
    sizes = [(2, 3), (3, 5), (4, 1), (1, 4), (3, 3), (5, 2)]
    cases = [Case(rng.normal(size=s).round(2), rng.normal(size=s)) for s in sizes]
    one_hot = np.array([[1, 0], [0, 0], [0, 1]])
    return [
        *cases,
        Case(np.array([[0.8, 0.1], [0.3, 0.4], [0.2, 0.9]]), one_hot),
        Case(np.array([[3, 0, 1], [4, -1, 2]]), np.array([[1, 2, 0], [0, 1, 5]])),
        Case(np.array([[2], [7]]), np.array([[5], [1]])),
    ]


def counts(a, y):
    return {
        "m": a.shape[1],
        "n": a.shape[0],
        "n m": a.size,
    }


@exercise(
    lesson=2,
    task="""
    Write the quadratic cost: half the squared distance ½‖a − y‖² of every column, and
    the mean of that over the columns. Outputs `a` and targets `y` have shape (n, m), an
    example a column. Return a float.
    """,
    cases=outputs_and_targets,
    hints=(
        "For one column the squared distance is the sum of the squares of its entries.",
        "The columns are the examples: by what do you divide, by n or by m?",
        "Square a − y, sum all of it, and divide by 2m.",
    ),
    quantities=counts,
)
def quadratic_cost(a, y):
    m = a.shape[1]
    return np.sum((a - y) ** 2) / (2 * m)


@quadratic_cost.mistake("Which constant stands before ‖a − y‖²?")
def forgets_the_half(a, y):
    return np.sum((a - y) ** 2) / a.shape[1]


@quadratic_cost.mistake("Repeat every example: should the cost double?")
def sum_for_mean(a, y):
    return np.sum((a - y) ** 2) / 2


@quadratic_cost.mistake(
    "Neither halved nor averaged: what does the task ask of the sum?"
)
def bare_sum(a, y):
    return np.sum((a - y) ** 2)


@quadratic_cost.mistake("Mean over what: the columns, or all entries?")
def mean_over_all_entries(a, y):
    return np.mean((a - y) ** 2) / 2


@quadratic_cost.mistake("Mean over what: the columns, or all entries? And the half?")
def mean_squared_error(a, y):
    return np.mean((a - y) ** 2)


@quadratic_cost.mistake("Which axis holds the examples: rows or columns?")
def divides_by_rows(a, y):
    return np.sum((a - y) ** 2) / (2 * a.shape[0])


@quadratic_cost.mistake("How many entries has len(a): rows, or columns? And the half?")
def divides_by_len(a, y):
    return np.sum((a - y) ** 2) / len(a)


@quadratic_cost.mistake("Is this a length or a squared length?")
def length_not_squared(a, y):
    return np.mean(np.linalg.norm(a - y, axis=0)) / 2


@quadratic_cost.mistake(
    "Is this a length or a squared length, and of one column or of all?"
)
def length_of_everything(a, y):
    return np.linalg.norm(a - y) / 2


@quadratic_cost.mistake("Are differences squared before they are summed, or after?")
def squares_the_sum(a, y):
    return np.mean(np.sum(a - y, axis=0) ** 2) / 2


@quadratic_cost.mistake("Is it the distance of a from y, or the difference of lengths?")
def difference_of_squares(a, y):
    return np.sum(a**2 - y**2) / (2 * a.shape[1])


@quadratic_cost.mistake("Can your cost be zero when a is wrong? Where is the square?")
def nothing_squared(a, y):
    return np.sum(a - y) / (2 * a.shape[1])


@quadratic_cost.mistake("|a − y| or its square?")
def absolute_values(a, y):
    return np.sum(np.abs(a - y)) / (2 * a.shape[1])


@quadratic_cost.mistake("One number a column. What is asked of them together?")
def one_cost_a_column(a, y):
    return np.sum((a - y) ** 2, axis=0) / 2


@quadratic_cost.mistake("Over which axis do you sum: is a row an example?")
def one_cost_a_row(a, y):
    return np.sum((a - y) ** 2, axis=1) / 2


@quadratic_cost.mistake(
    "How often is the half applied? Does one of them stand inside a square?"
)
def two_halves(a, y):
    return np.sum((a - y) ** 2) / (4 * a.shape[1])


@quadratic_cost.mistake("Which operator drops the decimals?")
def drops_the_decimals(a, y):
    return np.sum((a - y) ** 2) // 2 / a.shape[1]


@quadratic_cost.mistake("Can a cost be negative?")
def negative_cost(a, y):
    return -np.sum((a - y) ** 2) / (2 * a.shape[1])


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
    task="""
    Write the slope of one example's quadratic cost ½‖a − y‖² with respect to every
    entry of its output, for all columns at once. `a` and `y` have shape (n, m), one
    column an example. Return an array of the shape of `a`; do not divide by m.
    """,
    cases=outputs_and_targets,
    hints=(
        "For one entry the cost is ½(a − y)². What is its slope in a?",
        "The 2 that comes down from the square meets the ½ before it.",
        "If a is above y, the cost rises with a: so the slope is positive there.",
    ),
    quantities=counts,
)
def cost_derivative(a, y):
    return a - y


@cost_derivative.mistake("If a rises slightly above y, does the cost rise or fall?")
def target_minus_output(a, y):
    return y - a


@cost_derivative.mistake("Which constant stands before your cost?")
def twice(a, y):
    return 2 * (a - y)


@cost_derivative.mistake("The slope of ½u² is u. Where did the 2 of the square go?")
def half(a, y):
    return (a - y) / 2


@cost_derivative.mistake("How many partial derivatives are asked for?")
def summed_up(a, y):
    return np.sum(a - y)


@cost_derivative.mistake("How many partial derivatives has a column of n entries?")
def summed_down_the_columns(a, y):
    return np.sum(a - y, axis=0)


@cost_derivative.mistake(
    "One number an entry or one an output? Who averaged the columns?"
)
def averaged_over_the_columns(a, y):
    return np.mean(a - y, axis=1, keepdims=True)


@cost_derivative.mistake("One example's cost, or the mean of all? Who divides by m?")
def divided_by_m(a, y):
    return (a - y) / a.shape[1]


@cost_derivative.mistake("Who divides by the number of outputs?")
def divided_by_n(a, y):
    return (a - y) / a.shape[0]


@cost_derivative.mistake("That is the cost of every entry. What is its slope?")
def the_cost_itself(a, y):
    return 0.5 * (a - y) ** 2


@cost_derivative.mistake("A slope has a sign. What does yours say where a is below y?")
def distance_only(a, y):
    return np.abs(a - y)


@cost_derivative.mistake("Does the slope grow with the distance from y?")
def sign_only(a, y):
    return np.sign(a - y)


@cost_derivative.mistake(
    "With respect to what: to the output a, or to what is before it?"
)
def with_the_sigmoid(a, y):
    return (a - y) * a * (1 - a)


@cost_derivative.mistake("Print a after the call: whose array did you change?")
def in_the_callers_array(a, y):
    a -= y
    return a


@cost_derivative.mistake("Compare the shape with that of a.")
def transposed(a, y):
    return (a - y).T


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
    block = Formula("x₀₀²x₁₁ − x₀₁x₁₀³", lambda x: _block(x))
    power = Formula("(Σx)³", lambda x: np.sum(x) ** 3)
    mixed = Formula("Σ sin(x) · Σ x²", lambda x: np.sum(np.sin(x)) * np.sum(x**2))
    return [
        Case(bend, np.array([1.5, -0.5]), 0.5),
        Case(pairs, np.array([[0.7, -1.2, 0.4], [2.0, 0.3, -1.6]]), 0.25),
        Case(power, np.array([[0.5], [-1.1], [1.4]])),
        Case(block, np.array([[0.6, -1.3], [1.7, 0.8]]), 0.1),
        Case(mixed, np.array([[[0.3, -0.9]], [[1.2, 2.1]]])),
        Case(mixed, np.array([0.4, -0.7, 1.9, 0.2]), 0.7),
        Case(power, np.array([1, 2, -1]), 0.3),
        Case(bend, np.array([3, 2]), 0.15),
        Case(mixed, np.array([[1, 4], [2, -3]])),
    ]


def _block(x):
    """Return a value that no entry of a 2-by-2 array has for itself."""
    return x[0, 0] ** 2 * x[1, 1] - x[0, 1] * x[1, 0] ** 3


def gradient_without_h(answer):
    """Say that an answer is the same for two steps."""
    x = np.array([0.5, 1.5])
    sine = Formula("sin Σx", lambda x: np.sin(np.sum(x)))
    wide, narrow = answer(sine, x.copy(), 0.5), answer(sine, x.copy(), 0.25)
    if isinstance(wide, np.ndarray) and wide.any() and np.array_equal(wide, narrow):
        return "It gives the same for h = 0.5 and h = 0.25: is h used?"
    return None


@exercise(
    lesson=2,
    task="""
    Measure the gradient by nudging: for every entry of `x`, the central difference
    quotient of `f` with step `h` along that entry alone. `f` takes an array of the
    shape of `x` and returns a number; `x` may have any shape and may hold whole
    numbers. Return a float array of the shape of `x`. The caller's `x` comes back as it
    was.
    """,
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
    x = np.array(x, dtype=float)  # a copy: the caller's x is not touched
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + h
        right = f(x)
        x[index] = kept - h
        left = f(x)
        x[index] = kept
        gradient[index] = (right - left) / (2 * h)
    return gradient


def nudged(x, index, step):
    """Return a copy of x, as floats, with one entry moved."""
    x = np.array(x, dtype=float)
    x[index] += step
    return x


def every_entry(x, slope):
    """Return the array of the slopes of all entries."""
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        gradient[index] = slope(index)
    return gradient


def rise(f, x, i, h):
    """Return how much f grows over two steps along entry i."""
    return f(nudged(x, i, h)) - f(nudged(x, i, -h))


@numerical_gradient.mistake("Which runs first in a / 2 * h: / or *?")
def multiplies_by_h(f, x, h=1e-5):
    return every_entry(x, lambda i: rise(f, x, i, h) / 2 * h)


@numerical_gradient.mistake("How far apart are your two points?")
def divides_by_one_h(f, x, h=1e-5):
    return every_entry(x, lambda i: rise(f, x, i, h) / h)


@numerical_gradient.mistake("What spacing does your quotient assume: 1, or h?")
def spacing_missing(f, x, h=1e-5):
    return every_entry(x, lambda i: rise(f, x, i, h) / 2)


@numerical_gradient.mistake(
    "Compare your errors at h and h/10. On how many sides do you look?"
)
def forward_only(f, x, h=1e-5):
    return every_entry(x, lambda i: (f(nudged(x, i, h)) - f(x)) / h)


@numerical_gradient.mistake("On how many sides of x do you look?")
def backward_only(f, x, h=1e-5):
    return every_entry(x, lambda i: (f(x) - f(nudged(x, i, -h))) / h)


@numerical_gradient.mistake("How far from x are your points: h, or half of it?")
def half_steps(f, x, h=1e-5):
    return every_entry(x, lambda i: rise(f, x, i, h / 2) / h)


@numerical_gradient.mistake("If f grows along an entry, which sign has its slope?")
def downhill(f, x, h=1e-5):
    return every_entry(x, lambda i: -rise(f, x, i, h) / (2 * h))


@numerical_gradient.mistake("Is every parameter actually used?")
def step_of_its_own(f, x, h=1e-5):
    h = 1e-5
    return every_entry(x, lambda i: rise(f, x, i, h) / (2 * h))


@numerical_gradient.mistake("Which operator drops the decimals?")
def floors(f, x, h=1e-5):
    return every_entry(x, lambda i: rise(f, x, i, h) // (2 * h))


@numerical_gradient.mistake("Print x after perturbing, when it holds whole numbers.")
def nudge_cut_off(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept + h
        right = f(x)
        x[i] = kept - h
        left = f(x)
        x[i] = kept
        gradient[i] = (right - left) / (2 * h)
    return gradient


@numerical_gradient.mistake("Which dtype holds your results when x is whole?")
def slopes_cut_off(f, x, h=1e-5):
    gradient = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        gradient[i] = rise(f, x, i, h) / (2 * h)
    return gradient


@numerical_gradient.mistake(
    "When x is whole: print x after perturbing, and your dtypes."
)
def nudge_and_slopes_cut_off(f, x, h=1e-5):
    gradient = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept + h
        right = f(x)
        x[i] = kept - h
        left = f(x)
        x[i] = kept
        gradient[i] = (right - left) / (2 * h)
    return gradient


@numerical_gradient.mistake("When you come to the second entry, where is the first?")
def never_puts_back(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += h
        right = f(x)
        x[i] -= 2 * h
        gradient[i] = (right - f(x)) / (2 * h)
    return gradient


@numerical_gradient.mistake(
    "After the call, is x what it was? And at the second entry?"
)
def leaves_x_nudged(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += h
        right = f(x)
        x[i] -= 2 * h
        gradient[i] = (right - f(x)) / (2 * h)
    return gradient


@numerical_gradient.mistake(
    "At which two points do you call f, and how far apart are they?"
)
def steps_back_once(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += h
        right = f(x)
        x[i] -= h
        gradient[i] = (right - f(x)) / (2 * h)
    return gradient


@numerical_gradient.mistake(
    "Is x + h − 2h + h exactly x? Who still knows the old value?"
)
def puts_back_by_adding(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += h
        right = f(x)
        x[i] -= 2 * h
        gradient[i] = (right - f(x)) / (2 * h)
        x[i] += h
    return gradient


@numerical_gradient.mistake(
    "What kind of argument does f expect: one entry, or all of x?"
)
def one_entry_to_f(f, x, h=1e-5):
    return every_entry(x, lambda i: (f(x[i] + h) - f(x[i] - h)) / (2 * h))


@numerical_gradient.mistake("Print the two arrays that you hand to f. Do they differ?")
def both_points_the_same(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        right, left = x, x
        right[i] += h
        left[i] -= h
        gradient[i] = (f(right) - f(left)) / (2 * h)
    return gradient


@numerical_gradient.mistake("Two names, but how many arrays? Print x after the call.")
def two_names_for_x(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        right, left = x, x
        right[i] += h
        left[i] -= h
        gradient[i] = (f(right) - f(left)) / (2 * h)
    return gradient


@numerical_gradient.mistake("How many entries move at once in x + h?")
def moves_all_entries(f, x, h=1e-5):
    return np.full(x.shape, (f(x + h) - f(x - h)) / (2 * h))


@numerical_gradient.mistake(
    "How many entries move at once, and how many slopes are asked for?"
)
def one_slope_for_all(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / (2 * h)


@numerical_gradient.mistake("In two dimensions, what is x[i]: an entry, or a row?")
def moves_whole_rows(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in range(len(x)):
        gradient[i] = rise(f, x, i, h) / (2 * h)
    return gradient


@numerical_gradient.mistake("Compare the shape of your result with that of x.")
def loses_the_shape(f, x, h=1e-5):
    return np.array([rise(f, x, i, h) / (2 * h) for i in np.ndindex(x.shape)])


@numerical_gradient.mistake("How many slopes have you filled in when you return?")
def returns_in_the_loop(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        gradient[i] = rise(f, x, i, h) / (2 * h)
        return gradient


@numerical_gradient.mistake("Are the slopes of all entries to be added, or kept apart?")
def adds_the_slopes(f, x, h=1e-5):
    return np.sum(every_entry(x, lambda i: rise(f, x, i, h) / (2 * h)))


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
    def slope(i):
        right, left = nudged(x, i, h), nudged(x, i, -h)
        return (f(right) - f(left)) / (right[i] - left[i])

    return every_entry(x, slope)


@numerical_gradient.variant
def mean_of_both_sides(f, x, h=1e-5):
    here = f(x.astype(float))

    def slope(i):
        forward = (f(nudged(x, i, h)) - here) / h
        backward = (here - f(nudged(x, i, -h))) / h
        return (forward + backward) / 2

    return every_entry(x, slope)


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
        Case(np.array([[1, -2], [3, 1], [0, 2]]), np.array([[3], [1]]), 1, 0.5),
    ]


def classes(w, x, y, margin=1.0):
    return {
        "k": len(w),
        "k − 1": len(w) - 1,
    }


@exercise(
    lesson=2,
    task="""
    Write the hinge loss of one example: with the scores s = W x, the sum over all wrong
    classes j ≠ y of max(0, s_j − s_y + margin). `w` has shape (k, n), one row a class;
    `x` has shape (n, 1); `y` is the right class, an int from 0 to k − 1. Return a
    float.
    """,
    cases=classified,
    hints=(
        "First the scores: one number a class, shape (k, 1). Which one is the right's?",
        "np.maximum(0, …) works class by class; then sum. What does the right class "
        "itself contribute if you do not leave it out?",
        "Compute np.maximum(0, s − s[y] + margin), set its entry y to 0, and sum.",
    ),
    quantities=classes,
)
def hinge_loss(w, x, y, margin=1.0):
    scores = w @ x
    losses = np.maximum(0, scores - scores[y] + margin)
    losses[y] = 0  # the right class does not count
    return np.sum(losses)


def shortfalls(w, x, y, margin):
    """Return s_j − s_y + margin as a flat array of floats, 0 for the right class."""
    s = (w @ x)[:, 0]
    short = s - s[y] + float(margin)
    short[y] = 0
    return short


@hinge_loss.mistake("What does the right class itself contribute? Is j = y in the sum?")
def counts_the_right_class(w, x, y, margin=1.0):
    s = w @ x
    return np.sum(np.maximum(0, s - s[y] + margin))


@hinge_loss.mistake("Is max taken before or after summing?")
def max_after_the_sum(w, x, y, margin=1.0):
    return max(0.0, np.sum(shortfalls(w, x, y, margin)))


@hinge_loss.mistake("Which score should be the larger, s_y or s_j? Who is subtracted?")
def scores_swapped(w, x, y, margin=1.0):
    s = w @ x
    losses = np.maximum(0, s[y] - s + margin)
    losses[y] = 0
    return np.sum(losses)


@hinge_loss.mistake("Should a larger margin make the loss larger or smaller?")
def margin_subtracted(w, x, y, margin=1.0):
    return np.sum(np.maximum(0, shortfalls(w, x, y, -margin)))


@hinge_loss.mistake("Where the right class leads by far, is there a loss below zero?")
def without_max(w, x, y, margin=1.0):
    return np.sum(shortfalls(w, x, y, margin))


@hinge_loss.mistake("Is every parameter actually used?")
def margin_always_one(w, x, y, margin=1.0):
    return np.sum(np.maximum(0, shortfalls(w, x, y, 1.0)))


@hinge_loss.mistake("By how much does the right class have to lead?")
def margin_left_out(w, x, y, margin=1.0):
    return np.sum(np.maximum(0, shortfalls(w, x, y, 0.0)))


@hinge_loss.mistake("Is the margin inside the max, or added after it?")
def margin_outside(w, x, y, margin=1.0):
    losses = np.maximum(0, shortfalls(w, x, y, 0.0)) + margin
    losses[y] = 0
    return np.sum(losses)


@hinge_loss.mistake("Only the worst wrong class, or every one that comes too near?")
def worst_class_only(w, x, y, margin=1.0):
    return np.max(np.maximum(0, shortfalls(w, x, y, margin)))


@hinge_loss.mistake("Sum over the wrong classes, or mean?")
def mean_over_classes(w, x, y, margin=1.0):
    return np.mean(np.maximum(0, shortfalls(w, x, y, margin)))


@hinge_loss.mistake("Sum over the wrong classes, or mean?")
def mean_over_wrong_classes(w, x, y, margin=1.0):
    return np.sum(np.maximum(0, shortfalls(w, x, y, margin))) / (len(w) - 1)


@hinge_loss.mistake("Is there a square in the task?")
def squared(w, x, y, margin=1.0):
    return np.sum(np.maximum(0, shortfalls(w, x, y, margin)) ** 2)


@hinge_loss.mistake(
    "Do you count the classes that come too near, or by how much they do?"
)
def counts_violations(w, x, y, margin=1.0):
    return np.sum(shortfalls(w, x, y, margin) > 0)


@hinge_loss.mistake("One loss a class. What is asked of them together?")
def one_loss_a_class(w, x, y, margin=1.0):
    return np.maximum(0, shortfalls(w, x, y, margin))


@hinge_loss.mistake("Is a wrong class's own score enough? With whose is it compared?")
def own_scores_only(w, x, y, margin=1.0):
    losses = np.maximum(0, w @ x + margin)
    losses[y] = 0
    return np.sum(losses)


@hinge_loss.mistake("Does a lead far beyond the margin still cost anything?")
def absolute_shortfalls(w, x, y, margin=1.0):
    return np.sum(np.abs(shortfalls(w, x, y, margin)))


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
    task="""
    Write the gradient of the hinge loss with respect to the weights. A wrong class j
    whose margin is violated, s_j − s_y + margin > 0, adds xᵀ to row j and takes xᵀ from
    row y; every other class adds nothing. `w` has shape (k, n), `x` (n, 1), `y` is the
    right class, an int. Return an array of the shape of `w`.
    """,
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
    violated = np.where(scores - scores[y] + margin > 0, 1.0, 0.0)
    violated[y] = 0
    violated[y] = -np.sum(violated)  # every violation pulls on the right class too
    return violated @ x.T


def indicator(w, x, y, margin):
    """Return 1.0 for the wrong classes whose margin is violated, 0.0 for the rest."""
    return (shortfalls(w, x, y, margin) > 0).astype(float)


def rows(factors, y, own, x):
    """Return the gradient from one factor a class, and that of the right class."""
    factors = np.array(factors, dtype=float)
    factors[y] = own
    return np.outer(factors, x)


@hinge_gradient.mistake(
    "Where is the loss flat? What does a class that keeps away add?"
)
def no_indicator(w, x, y, margin=1.0):
    return rows(np.ones(len(w)), y, 1 - len(w), x)


@hinge_gradient.mistake("If the right class's score moves, does the loss?")
def right_row_missing(w, x, y, margin=1.0):
    return rows(indicator(w, x, y, margin), y, 0, x)


@hinge_gradient.mistake("In how many terms of the sum does s_y stand?")
def right_row_once(w, x, y, margin=1.0):
    violated = indicator(w, x, y, margin)
    return rows(violated, y, -violated.max(), x)


@hinge_gradient.mistake(
    "In how many terms of the sum does s_y stand, when none is violated?"
)
def right_row_always(w, x, y, margin=1.0):
    return rows(indicator(w, x, y, margin), y, -1, x)


@hinge_gradient.mistake("With which sign does s_y stand in the loss?")
def right_row_added(w, x, y, margin=1.0):
    violated = indicator(w, x, y, margin)
    return rows(violated, y, violated.sum(), x)


@hinge_gradient.mistake(
    "Is the right class among those counted? s_y − s_y + margin > 0."
)
def counts_itself(w, x, y, margin=1.0):
    violated = indicator(w, x, y, margin)
    return rows(violated, y, -violated.sum() - 1, x)


@hinge_gradient.mistake("What does row y get: what a wrong class gets?")
def right_class_like_the_others(w, x, y, margin=1.0):
    return rows(indicator(w, x, y, margin), y, 1, x)


@hinge_gradient.mistake(
    "You take xᵀ away once for each. Was row y's own 1 set to 0 before?"
)
def one_too_few(w, x, y, margin=1.0):
    violated = indicator(w, x, y, margin)
    return rows(violated, y, 1 - violated.sum(), x)


@hinge_gradient.mistake("If a violating score rises, does the loss rise or fall?")
def sign_flipped(w, x, y, margin=1.0):
    return -hinge_gradient.reference(w, x, y, margin)


@hinge_gradient.mistake("Which classes violate the margin: those above 0, or below?")
def indicator_reversed(w, x, y, margin=1.0):
    within = (shortfalls(w, x, y, margin) < 0).astype(float)
    return rows(within, y, -within.sum(), x)


@hinge_gradient.mistake(
    "What does the indicator test: the loss, or the gradient's entries?"
)
def clipped(w, x, y, margin=1.0):
    return np.maximum(0, hinge_gradient.reference(w, x, y, margin))


@hinge_gradient.mistake("Is every parameter actually used?")
def margin_always_one(w, x, y, margin=1.0):
    return hinge_gradient.reference(w, x, y, 1.0)


@hinge_gradient.mistake("When is the margin violated: only when s_j exceeds s_y?")
def margin_left_out(w, x, y, margin=1.0):
    return hinge_gradient.reference(w, x, y, 0.0)


@hinge_gradient.mistake("Does a larger margin mean more violations or fewer?")
def margin_subtracted(w, x, y, margin=1.0):
    return hinge_gradient.reference(w, x, y, -margin)


@hinge_gradient.mistake("Which score has to lead, s_y or s_j? Who is subtracted?")
def scores_swapped(w, x, y, margin=1.0):
    s = (w @ x)[:, 0]
    violated = (s[y] - s + margin > 0).astype(float)
    violated[y] = 0
    return rows(violated, y, -violated.sum(), x)


@hinge_gradient.mistake(
    "Who decides about row j: the whole loss, or class j's own term?"
)
def all_or_none(w, x, y, margin=1.0):
    violated = indicator(w, x, y, margin)
    return violated.max() * no_indicator(w, x, y, margin)


@hinge_gradient.mistake("Only the worst wrong class, or every one that comes too near?")
def worst_class_only(w, x, y, margin=1.0):
    short = shortfalls(w, x, y, margin)
    worst = (np.arange(len(w)) == np.argmax(short)) & (short > 0)
    return rows(worst, y, -np.sum(worst), x)


@hinge_gradient.mistake("Is the slope of max(0, u) equal to u, or to 1, where u > 0?")
def shortfall_for_indicator(w, x, y, margin=1.0):
    losses = np.maximum(0, shortfalls(w, x, y, margin))
    return rows(losses, y, -losses.sum(), x)


@hinge_gradient.mistake(
    "Those are the indicators. If w moves, what multiplies its change?"
)
def without_x(w, x, y, margin=1.0):
    violated = indicator(w, x, y, margin)
    return rows(violated, y, -violated.sum(), np.ones(1))


@hinge_gradient.mistake("Compare the shape with that of w: what is a row?")
def transposed(w, x, y, margin=1.0):
    return hinge_gradient.reference(w, x, y, margin).T


@hinge_gradient.mistake("Sum over the wrong classes, or mean?")
def divided_by_the_classes(w, x, y, margin=1.0):
    return hinge_gradient.reference(w, x, y, margin) / len(w)


@hinge_gradient.mistake("With respect to what: the weights, or x?")
def with_respect_to_x(w, x, y, margin=1.0):
    violated = indicator(w, x, y, margin)
    violated[y] = -violated.sum()
    return w.T @ violated[:, None]


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
        Case(np.array([[1.5, -2.0]]), np.zeros((1, 2))),
        Case(rng.normal(size=(2, 1, 2)), rng.normal(size=(2, 1, 2))),
        Case(np.array([1, -2, 2]), np.array([4, 0, -3])),
        Case(np.array([0.7, -1.1, 2.0]), np.array([0.7, -1.1, 2.0])),
        Case(np.array([-2.5]), np.array([1.5])),
        Case(np.zeros((2, 2)), np.zeros((2, 2))),
        Case(np.zeros(3), np.zeros(3)),
    ]


@exercise(
    lesson=2,
    task="""
    Compare two gradients: ‖a − n‖ / (‖a‖ + ‖n‖), with ‖ ‖ the Euclidean length over all
    entries. `a` and `n` are arrays of one shape, any shape. Return a float; 0.0 when
    both are all zeros.
    """,
    cases=two_gradients,
    hints=(
        "np.linalg.norm(a) is the Euclidean length over all entries.",
        "What does your formula give when both lengths are zero? Test for that first.",
    ),
)
def relative_error(a, n):
    size = np.linalg.norm(a) + np.linalg.norm(n)
    return np.linalg.norm(a - n) / size if size > 0 else 0.0


def length(v):
    """Return the Euclidean length over all entries."""
    return np.sqrt(np.sum(np.square(v, dtype=float)))


def guarded(top, bottom):
    """Return the quotient, or 0.0 for nothing over nothing."""
    if bottom == 0:
        return 0.0 if top == 0 else np.inf
    return top / bottom


@relative_error.mistake("Can this denominator cancel to zero? Try n = −a.")
def length_of_the_sum(a, n):
    return guarded(length(a - n), length(a + n))


@relative_error.mistake("What if both vanish?")
def zero_over_zero(a, n):
    with np.errstate(invalid="ignore"):
        return length(a - n) / (length(a) + length(n))


@relative_error.mistake("Is an error of 1 large? Relative to what?")
def not_relative(a, n):
    return length(a - n)


@relative_error.mistake("Whose length is below the line? Swap a and n: the same?")
def relative_to_a(a, n):
    return guarded(length(a - n), length(a))


@relative_error.mistake("Whose length is below the line? Swap a and n: the same?")
def relative_to_n(a, n):
    return guarded(length(a - n), length(n))


@relative_error.mistake("Below the line: the larger of the two, or both together?")
def relative_to_the_larger(a, n):
    return guarded(length(a - n), max(length(a), length(n)))


@relative_error.mistake(
    "Can your check fail? Feed it a gradient that is twice too large."
)
def compares_nothing(a, n):
    return 0.0


@relative_error.mistake("Two gradients of equal length: must they be equal?")
def difference_of_lengths(a, n):
    return guarded(abs(length(a) - length(n)), length(a) + length(n))


@relative_error.mistake("Length, or squared length?")
def squared_lengths(a, n):
    return guarded(length(a - n) ** 2, length(a) ** 2 + length(n) ** 2)


@relative_error.mistake("Is the Euclidean length the sum of the absolute values?")
def sums_of_sizes(a, n):
    return guarded(np.sum(np.abs(a - n)), np.sum(np.abs(a)) + np.sum(np.abs(n)))


@relative_error.mistake("Is the Euclidean length the largest entry?")
def largest_entries(a, n):
    return guarded(np.max(np.abs(a - n)), np.max(np.abs(a)) + np.max(np.abs(n)))


@relative_error.mistake("One of them zero, the other not: do they agree?")
def zero_if_either_is(a, n):
    if not a.any() or not n.any():
        return 0.0
    return length(a - n) / (length(a) + length(n))


@relative_error.mistake("Should two zero gradients count as all wrong, or as equal?")
def one_for_two_zeros(a, n):
    return guarded(length(a - n), length(a) + length(n)) if a.any() or n.any() else 1.0


@relative_error.mistake("Which runs first: the division, or the sum below the line?")
def brackets_missing(a, n):
    with np.errstate(divide="ignore", invalid="ignore"):
        return (
            0.0
            if not a.any() and not n.any()
            else length(a - n) / length(a) + length(n)
        )


@relative_error.mistake("One error for the whole array, or one an entry?")
def one_error_an_entry(a, n):
    size = np.abs(a) + np.abs(n)
    return np.divide(np.abs(a - n), size, out=np.zeros(a.shape), where=size > 0)


@relative_error.mistake("One error for the whole array, or the worst entry's?")
def worst_entry(a, n):
    return np.max(one_error_an_entry(a, n))


@relative_error.mistake("One error for the whole array, or the mean over its entries?")
def mean_over_entries(a, n):
    return np.mean(one_error_an_entry(a, n))


@relative_error.mistake("What is above the line: the difference, or the sum?")
def sum_above(a, n):
    return guarded(length(a + n), length(a) + length(n))


@relative_error.variant
def by_hand(a, n):
    if np.all(a == 0) and np.all(n == 0):
        return 0.0
    difference = sum(d**2 for d in (n - a).flat) ** 0.5
    return difference / (sum(p**2 for p in a.flat) ** 0.5 + length(n))


@relative_error.variant
def with_an_epsilon(a, n):
    norm = np.linalg.norm
    return norm(a - n) / (norm(a) + norm(n) + 1e-12)


@relative_error.variant
def guarded_by_max(a, n):
    a, n = np.ravel(a), np.ravel(n)
    d = a - n
    return np.sqrt(d @ d) / max(np.sqrt(a @ a) + np.sqrt(n @ n), 1e-8)
