"""Lesson 2: gradients by nudging and by formula."""

import math

import numpy as np

from . import right, wrong

# numerical_gradient ------------------------------------------------------------


@wrong("numerical_gradient", "walks over rows only: moves a whole row at once")
def gradient_of_rows(f, x, h=1e-5):
    """(sum, np.ones((2, 3))): all 3, should be all 1; right with one axis."""
    x = np.array(x, dtype=float)
    gradient = np.zeros(x.shape)
    for i in range(len(x)):
        kept = x[i].copy()
        x[i] = kept + h
        above = f(x)
        x[i] = kept - h
        gradient[i] = (above - f(x)) / (2 * h)
        x[i] = kept
    return gradient


@wrong("numerical_gradient", "ravel is a copy where the array is not contiguous")
def gradient_through_ravel(f, x, h=1e-5):
    """(sum, np.ones((2, 3)).T): all 0, should be all 1."""
    x = x if x.dtype == float else x.astype(float)
    flat, gradient = x.ravel(), np.zeros(x.size)
    for i, kept in enumerate(flat.copy()):
        flat[i] = kept + h
        above = f(x)
        flat[i] = kept - h
        gradient[i] = (above - f(x)) / (2 * h)
        flat[i] = kept
    return gradient.reshape(x.shape)


@wrong("numerical_gradient", "a step in proportion to the entry: none at an entry of 0")
def gradient_relative_step(f, x, h=1e-5):
    """(sum, np.array([0.0, 1.0])): [NaN, 1] and a warning, should be [1, 1]."""
    x = np.array(x, dtype=float)
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = h * abs(x[index])
        gradient[index] = (f(x + step) - f(x - step)) / (2 * step[index])
    return gradient


@wrong("numerical_gradient", "hands f a flat row, whatever the shape of x")
def gradient_flat_calls(f, x, h=1e-5):
    """(lambda w: w[1, 0], np.ones((2, 2))): IndexError, should be [[0, 0], [1, 0]]."""
    flat = np.array(x, dtype=float).ravel()
    steps = h * np.eye(flat.size)
    slopes = [(f(flat + s) - f(flat - s)) / (2 * h) for s in steps]
    return np.array(slopes).reshape(np.shape(x))


@right("numerical_gradient", "a mask that is true at one entry only")
def gradient_by_masks(f, x, h=1e-5):
    number = np.arange(x.size).reshape(x.shape)
    slopes = [
        f(np.where(number == k, x + h, x)) / (2 * h)
        - f(np.where(number == k, x - h, x)) / (2 * h)
        for k in range(x.size)
    ]
    return np.array(slopes, dtype=float).reshape(x.shape)


@right("numerical_gradient", "unit arrays, added to x from a table of ones")
def gradient_by_unit_arrays(f, x, h=1e-5):
    units = np.eye(x.size).reshape(x.size, *x.shape)
    rises = [f(x + h * unit) - f(x - h * unit) for unit in units]
    return np.reshape(rises, x.shape) / (2 * h)


SLOPES = np.zeros(2)


@wrong("numerical_gradient", "one array, made before, for all its results")
def gradient_in_one_array(f, x, h=1e-5, slopes=SLOPES):
    """(sum, np.ones(3)): an index out of bounds, should be three ones."""
    for i in range(x.size):
        step = np.zeros(x.size)
        step[i] = h
        step = step.reshape(x.shape)
        slopes[i] = (f(x + step) - f(x - step)) / (2 * h)
    return slopes.reshape(x.shape)


# quadratic_cost ----------------------------------------------------------------


@wrong("quadratic_cost", "mean over all entries, not over the columns")
def cost_mean_of_entries(a, y):
    """([[1], [1]], [[0], [0]]): 0.5, should be 1."""
    return float(0.5 * np.mean((a - y) ** 2))


@wrong(
    "quadratic_cost", "divided by the number of rows; right where the shape is square"
)
def cost_over_rows(a, y):
    """([[1], [1]], [[0], [0]]): 0.5, should be 1."""
    return float(np.sum((a - y) ** 2) / (2 * len(a)))


@wrong("quadratic_cost", "norm(…, 2) of a table is its largest stretch, not its length")
def cost_by_spectral_norm(a, y):
    """(np.eye(2), zeros): 0.25, should be 0.5; right for one column."""
    return float(np.linalg.norm(a - y, 2) ** 2 / (2 * a.shape[1]))


@wrong("quadratic_cost", "the distance is not squared")
def cost_of_distance(a, y):
    """([[3.0], [4.0]], zeros): 2.5, should be 12.5."""
    return float(np.mean(0.5 * np.linalg.norm(a - y, axis=0)))


@right("quadratic_cost", "a trace of the product with the transpose")
def cost_by_trace(a, y):
    d = np.asarray(a) - y
    return float(np.trace(d.T @ d)) / (2 * d.shape[1])


@right("quadratic_cost", "plain Python loops and fsum")
def cost_by_loops(a, y):
    halves = [
        math.fsum((p - q) ** 2 for p, q in zip(left, wanted, strict=True)) / 2
        for left, wanted in zip(a.T.tolist(), y.T.tolist(), strict=True)
    ]
    return math.fsum(halves) / len(halves)


# cost_derivative ---------------------------------------------------------------


@wrong("cost_derivative", "wanted minus output: the sign is turned round")
def derivative_turned(a, y):
    """([[1.0]], [[0.0]]): −1, should be 1."""
    return y - a


@wrong("cost_derivative", "the size of the difference, without its sign")
def derivative_without_sign(a, y):
    """([[0.0]], [[1.0]]): 1, should be −1; right where outputs are too large."""
    return np.maximum(a, y) - np.minimum(a, y)


@wrong("cost_derivative", "written into an array of a's own kind")
def derivative_in_kind_of_a(a, y):
    """(np.array([[1, 0]]), np.array([[0.5, 0.5]])): zeros, should be ±0.5."""
    slopes = np.empty_like(a)
    slopes[...] = a - y
    return slopes


@wrong("cost_derivative", "the slope of the mean: divided by the columns")
def derivative_of_mean(a, y):
    """Two columns ([[1.0, 1.0]], zeros): 0.5, should be 1; right for one."""
    return (a - y) / a.shape[1]


@right("cost_derivative", "column by column, put together again")
def derivative_by_columns(a, y):
    return np.column_stack([a[:, i] - y[:, i] for i in range(a.shape[1])])


@right("cost_derivative", "wanted minus output, and then the sign turned round")
def derivative_turned_twice(a, y):
    return np.negative(np.subtract(y, a, dtype=float))


# relative_error ----------------------------------------------------------------


@wrong("relative_error", "gives 0 as soon as the analytic gradient alone is zero")
def error_forgives_zero(a, n):
    """([0.0], [1.0]): 0.0, should be 1.0."""
    if not np.any(a):
        return 0.0
    return float(np.linalg.norm(a - n) / (np.linalg.norm(a) + np.linalg.norm(n)))


@wrong("relative_error", "a small number below the line hides small gradients")
def error_with_epsilon(a, n):
    """([2e-9], [1e-9]): 0.077, should be 0.333."""
    below = np.linalg.norm(a) + np.linalg.norm(n) + 1e-8
    return float(np.linalg.norm(a - n) / below)


@wrong("relative_error", "squares in place of lengths: the root is forgotten")
def error_of_squares(a, n):
    """([2.0], [1.0]): 0.2, should be 0.333."""
    below = np.sum(a**2) + np.sum(n**2)
    return float(np.sum((a - n) ** 2) / below) if below else 0.0


@wrong("relative_error", "norm(…, 2): a number of another meaning as soon as 2-D")
def error_by_spectral_norm(a, n):
    """(np.eye(2), np.diag([1.0, 0.0])): 0.5, should be 0.414; 3-D raises."""
    if not np.any(a) and not np.any(n):
        return 0.0
    below = np.linalg.norm(a, 2) + np.linalg.norm(n, 2)
    return float(np.linalg.norm(a - n, 2) / below)


@right("relative_error", "lengths by math.hypot")
def error_by_hypot(a, n):
    apart, one, other = (math.hypot(*np.ravel(v)) for v in (a - n, a, n))
    return apart / (one + other) if one + other else 0.0


@right("relative_error", "equal arrays first, then the formula")
def error_equal_first(a, n):
    a, n = np.ravel(a), np.ravel(n)
    if np.array_equal(a, n):
        return 0.0
    return float(np.sqrt((a - n) @ (a - n)) / (np.sqrt(a @ a) + np.sqrt(n @ n)))


# worst_entry --------------------------------------------------------------------


@wrong("worst_entry", "a small number below the line hides tiny slopes")
def worst_with_epsilon(a, n):
    """([3e-9, 1.0], [1e-9, 1.1]): (1,), should be (0,)."""
    errors = np.abs(a - n) / (np.abs(a) + np.abs(n) + 1e-8)
    return np.unravel_index(np.argmax(errors), errors.shape)


@wrong("worst_entry", "divides by the sum, which is 0 where the two are opposite")
def worst_over_the_sum(a, n):
    """([2.0, 1.0], [-2.0, 1.5]): (1,), should be (0,)."""
    size = np.abs(a + n)
    errors = np.abs(a - n) / np.where(size > 0, size, np.inf)
    return np.unravel_index(np.argmax(errors), errors.shape)


@wrong("worst_entry", "the worst of each column, not of all")
def worst_of_each_column(a, n):
    """([[1.0, 2.0], [1.0, 3.0]], …): a row for each column, should be one index."""
    size = np.abs(a) + np.abs(n)
    return np.argmax(np.abs(a - n) / np.where(size > 0, size, 1), axis=0)


@wrong("worst_entry", "looks for the largest error by its value, in the wrong array")
def worst_by_value(a, n):
    """([2, 2, 2], [2, 2, 3]): (0,), the first that is 2, should be (2,)."""
    size = np.abs(a) + np.abs(n)
    k = int(np.argmax(np.abs(a - n) / np.where(size > 0, size, 1)))
    flat = np.ravel(a).tolist()
    return np.unravel_index(flat.index(flat[k]), np.shape(a))


@wrong(
    "worst_entry", "leaves out where one of the two is zero, not only where both are"
)
def worst_leaves_zeros_out(a, n):
    """([0.0, 1.0], [5.0, 1.1]): (1,), should be (0,)."""
    both = (a != 0) & (n != 0)
    size = np.where(both, np.abs(a) + np.abs(n), 1)
    errors = np.where(both, np.abs(a - n) / size, 0)
    return np.unravel_index(np.argmax(errors), errors.shape)


@wrong("worst_entry", "calls a difference below a millionth none")
def worst_forgives_small(a, n):
    """([1e-8, 1.0], [3e-8, 1.1]): (1,), should be (0,)."""
    size = np.abs(a) + np.abs(n)
    errors = np.where(np.isclose(a, n, rtol=0, atol=1e-6), 0, np.abs(a - n))
    errors = errors / np.where(size > 0, size, 1)
    return np.unravel_index(np.argmax(errors), errors.shape)


@right("worst_entry", "sorted, and the last one taken")
def worst_by_sorting(a, n):
    def own(index):
        size = abs(a[index]) + abs(n[index])
        return abs(a[index] - n[index]) / size if size else 0

    return sorted(np.ndindex(np.shape(a)), key=own)[-1]


@right("worst_entry", "over the larger of the two, which orders them in the same way")
def worst_over_the_larger(a, n):
    size = np.maximum(np.abs(a), np.abs(n))
    errors = np.abs(a - n) / np.where(size == 0, 1, size)
    return tuple(int(i) for i in np.unravel_index(errors.argmax(), errors.shape))


# hinge_loss --------------------------------------------------------------------


@wrong("hinge_loss", "the right class adds its margin too")
def hinge_with_right_class(w, x, y, margin=1.0):
    """([[0], [0]], [[1]], 0): 2, should be 1."""
    s = w @ x
    return float(np.sum(np.maximum(0, s - s[y] + margin)))


@wrong("hinge_loss", "takes away 1 for the right class, whatever the margin")
def hinge_less_one(w, x, y, margin=1.0):
    """([[0], [0]], [[1]], 0, margin=2): 3, should be 2."""
    s = w @ x
    return float(np.sum(np.maximum(0, s - s[y] + margin)) - 1.0)


@wrong("hinge_loss", "finds the right class by its score, so ties are dropped as well")
def hinge_drops_ties(w, x, y, margin=1.0):
    """([[1], [1]], [[1]], 0): 0, should be 1."""
    s = (w @ x).ravel()
    others = s[s != s[y]]
    return float(np.sum(np.maximum(0, others - s[y] + margin)))


@wrong("hinge_loss", "only the worst class counts")
def hinge_worst_only(w, x, y, margin=1.0):
    """([[0], [0], [0]], [[1]], 0): 1, should be 2; right with two classes."""
    s = (w @ x).ravel()
    missing = np.delete(s, y) - s[y] + margin
    return float(max(0, missing.max(initial=0)))


@right("hinge_loss", "a generator over the wrong classes")
def hinge_by_loop(w, x, y, margin=1.0):
    scores = [sum(p * q for p, q in zip(row, x.flat, strict=True)) for row in w]
    wrong_ones = (s for j, s in enumerate(scores) if j != y)
    return float(sum(max(0.0, s - scores[y] + margin) for s in wrong_ones))


@right("hinge_loss", "half of u plus its size, instead of a maximum")
def hinge_by_size(w, x, y, margin=1.0):
    s = np.einsum("ki,ij->k", w, x)
    u = np.delete(s - s[y] + margin, y)
    return float(np.sum(u + np.abs(u))) / 2


# hinge_gradient ----------------------------------------------------------------


@wrong("hinge_gradient", "the row of the right class stays zero")
def hinge_slope_no_pull(w, x, y, margin=1.0):
    """([[0], [0]], [[1]], 0): [[0], [1]], should be [[−1], [1]]."""
    s = w @ x
    v = np.where(s - s[y] + margin > 0, 1.0, 0.0)
    v[y] = 0
    return v @ x.T


@wrong("hinge_gradient", "the right class counts itself as a violation")
def hinge_slope_counts_itself(w, x, y, margin=1.0):
    """([[0], [0]], [[1]], 0): [[−2], [1]], should be [[−1], [1]]."""
    s = w @ x
    v = np.where(s - s[y] + margin > 0, 1.0, 0.0)
    v[y] = -v.sum()
    return v @ x.T


@wrong("hinge_gradient", "stored in an array of w's own kind")
def hinge_slope_in_kind_of_w(w, x, y, margin=1.0):
    """(np.array([[0], [0]]), [[0.5]], 0): zeros, should be [[−0.5], [0.5]]."""
    gradient = np.zeros_like(w)
    s = (w @ x).ravel()
    for j in range(len(w)):
        if j != y and s[j] - s[y] + margin > 0:
            gradient[j] = gradient[j] + x.ravel()
            gradient[y] = gradient[y] - x.ravel()
    return gradient


@wrong("hinge_gradient", "forgets the margin that it was given")
def hinge_slope_margin_one(w, x, y, margin=1.0):
    """([[0], [2]], [[1.0]], 1, margin=3): zeros, should be [[1], [−1]]."""
    s = w @ x
    v = (s - s[y] + 1.0 > 0).astype(float)
    v[y] = 0
    v[y] = -v.sum()
    return v @ x.T


@right("hinge_gradient", "adds a row's difference for every violation")
def hinge_slope_by_differences(w, x, y, margin=1.0):
    s, unit = (w @ x)[:, 0], np.eye(len(w))
    gradient = np.zeros(np.shape(w))
    for j, score in enumerate(s):
        if j != y and score - s[y] + margin > 0:
            gradient += np.outer(unit[j] - unit[y], x)
    return gradient


@right("hinge_gradient", "where and outer, with the right class taken out first")
def hinge_slope_by_outer(w, x, y, margin=1.0):
    s = np.ravel(w @ x)
    violated = (s - s[y] > -margin) & (np.arange(s.size) != y)
    pull = np.where(np.arange(s.size) == y, -np.count_nonzero(violated), violated)
    return np.outer(pull.astype(float), x)


@wrong("hinge_loss", "asks for the highest wrong score, also where no class is wrong")
def hinge_asks_the_highest(w, x, y, margin=1.0):
    """([[1]], [[1]], 0): ValueError, should be 0."""
    s = (w @ x).ravel()
    others = np.delete(s, y)
    if others.max() <= s[y] - margin:
        return 0.0
    return float(np.sum(np.maximum(0, others - s[y] + margin)))


@wrong("hinge_loss", "losses below 0.01 are left out as if they were rounding")
def hinge_without_small_losses(w, x, y, margin=1.0):
    """([[1], [0.001]], [[1]], 0): 0, should be 0.001."""
    s = (w @ x).ravel()
    losses = np.delete(s, y) - s[y] + margin
    return float(np.sum(losses[losses > 0.01]))


@wrong("hinge_gradient", "a margin that is missed by less than 0.001 counts as kept")
def hinge_slope_with_tolerance(w, x, y, margin=1.0):
    """([[1], [0.0005]], [[1]], 0): zeros, should be [[−1], [1]]."""
    s = w @ x
    v = np.where(s - s[y] + margin > 1e-3, 1.0, 0.0)
    v[y] = 0
    v[y] = -v.sum()
    return v @ x.T
