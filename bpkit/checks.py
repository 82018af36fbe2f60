"""What users hand in, checked once at the border and made arrays of one form."""

import math
import operator

import numpy as np

REAL = "fiub"  # kinds of dtype


def as_parameters(weights, biases, dtype=None):
    """Return weights and biases as float arrays of one dtype, or say what is wrong."""
    weights = [np.asarray(w) for w in weights]
    biases = [np.asarray(b) for b in biases]
    _require_layers(weights, biases)
    if dtype is None:
        numbers = [a.dtype for a in (*weights, *biases) if a.dtype.kind in REAL]
        dtype = np.result_type(*numbers, np.float32)
    for name, arrays in (("weights", weights), ("biases", biases)):
        for l, array in enumerate(arrays):
            if array.dtype != dtype:
                _require_real(f"{name}[{l}]", array)
                arrays[l] = _cast(f"{name}[{l}]", array, dtype)
    return weights, biases


def _require_layers(weights, biases):
    """Raise an error that names the weights or biases that do not fit."""
    if len(weights) != len(biases) or not weights:
        raise ValueError(
            f"weights and biases must be lists with one array a layer; "
            f"got {len(weights)} weights and {len(biases)} biases"
        )
    for l, w in enumerate(weights):
        n_in = weights[l - 1].shape[0] if l else None
        if w.ndim != 2 or 0 in w.shape or (l and w.shape[1] != n_in):
            expected = f"(n_out, {n_in})" if l else "(n_out, n_in)"
            raise ValueError(f"weights[{l}] must have shape {expected}; got {w.shape}")
        if biases[l].shape != (w.shape[0], 1):
            raise ValueError(
                f"biases[{l}] must have shape ({w.shape[0]}, 1), a column as high as "
                f"weights[{l}]; got {biases[l].shape}"
            )


def sizes_of(weights):
    """Return the sizes of the layers that weights lead through, the input first."""
    return [weights[0].shape[1], *map(len, weights)]


def as_columns(name, x, n, dtype):
    """Return x as a finite array of `dtype` and shape (n, m), or say what is wrong."""
    x = np.asarray(x)
    if x.ndim != 2 or x.shape[0] != n:
        raise ValueError(
            f"{name} must have shape ({n}, m), one column an example; got {x.shape}"
        )
    if x.shape[1] == 0:
        raise ValueError(f"{name} must hold at least one column; got {x.shape}")
    _require_real(name, x)
    _require(f"{name} must be finite", x, np.isfinite(x))
    return _cast(name, x, dtype)


def as_targets(name, y, output):
    """Return y as columns beside those of the output, one an example."""
    n, m = output.shape
    y = as_columns(name, y, n, output.dtype)
    if y.shape[1] != m:
        raise ValueError(
            f"x and y must have one column an example each; "
            f"got {m} columns in x and {y.shape[1]} in y"
        )
    return y


def as_rows(name, data, sizes, dtype, cost):
    """Return x and y of shapes (N, n_0) and (N, n_L), an example one run of memory."""
    x, y = _columns_and_targets(name, data, sizes[0])
    if y.ndim < 2:
        raise ValueError(
            f"y of {name} must have shape ({sizes[-1]}, m), one column an "
            f"example; got {y.shape}. bpkit.data.one_hot makes columns of labels"
        )
    x = as_columns(f"x of {name}", x, sizes[0], dtype)
    y = as_columns(f"y of {name}", y, sizes[-1], dtype)
    _require_pairs(x.shape[1], y.shape[1])
    low, high = cost.y_range
    expected = f"y of {name} must lie from {low} to {high} with the cost {cost.name!r}"
    _require(expected, y, (low <= y) & (y <= high))
    return np.ascontiguousarray(x.T), np.ascontiguousarray(y.T)


def as_test_data(data, sizes, dtype):
    """Return x and labels of shapes (n_0, N) and (N,), labels from one-hot columns."""
    x, labels = _columns_and_targets("test_data", data, sizes[0])
    x = as_columns("x of test_data", x, sizes[0], dtype)
    return x, _as_labels(labels, sizes[-1], x.shape[1])


def labels_of(a):
    """Return the label in each column: the largest entry, or a lone one above ½."""
    return a.argmax(axis=0) if len(a) > 1 else (a[0] > 0.5).astype(int)


def as_sizes(sizes):
    """Return the sizes as a list of ints of at least 1."""
    if isinstance(sizes, str) or not np.iterable(sizes):
        raise TypeError(f"sizes must be a list like [784, 30, 10]; got {sizes!r}")
    sizes = [as_count("each of sizes", n) for n in sizes]
    if len(sizes) < 2:
        raise ValueError(
            f"sizes must name at least an input and an output layer; got {sizes}"
        )
    return sizes


def as_count(name, value):
    """Return value as an int of at least 1."""
    if isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be a whole number; got {value!r}")
    try:
        count = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be a whole number; got {value!r}") from None
    if count < 1:
        raise ValueError(f"{name} must be at least 1; got {count}")
    return count


def as_eta(eta):
    """Return eta as a finite float."""
    try:
        value = float(+eta)  # float alone would read text
    except (TypeError, ValueError):
        raise TypeError(f"eta must be a number; got {eta!r}") from None
    if not math.isfinite(value):
        raise ValueError(f"eta must be finite; got {value}")
    return value


def one_of(name, value, choices):
    """Return value if it is one of the choices."""
    if value not in tuple(choices):
        raise ValueError(f"{name} must be one of {tuple(choices)}; got {value!r}")
    return value


def _columns_and_targets(name, data, n):
    """Return x with examples as columns and the targets, as arrays, unchecked."""
    if isinstance(data, tuple | list) and len(data) == 2 and _is_x_and_y(*data):
        return np.asarray(data[0]), np.asarray(data[1])
    try:
        pairs = [(np.asarray(x), np.asarray(y)) for x, y in data]
    except (TypeError, ValueError):
        raise TypeError(
            f"{name} must be a pair of arrays (x, y) with examples as columns, or a "
            f"list of pairs (x, y) of one column each; got {type(data).__name__}"
        ) from None
    if not pairs:
        raise ValueError(f"{name} must hold at least one example; got an empty list")
    for i, (x, y) in enumerate(pairs):
        if x.shape != (n, 1):
            raise ValueError(
                f"x of example {i} must be a column of shape ({n}, 1); got {x.shape}"
            )
        if y.shape != pairs[0][1].shape:
            raise ValueError(
                f"y of example {i} must have the shape of the first, "
                f"{pairs[0][1].shape}; got {y.shape}"
            )
    # Rows first, columns after: so each example is one run of memory.
    x = np.stack([x[:, 0] for x, _ in pairs]).T
    y = np.stack([y.reshape(-1) for _, y in pairs]).T
    return x, (y[0] if pairs[0][1].ndim == 0 else y)


def _is_x_and_y(first, second):
    """Return whether two things are x and y, rather than two pairs (x, y)."""
    if any(isinstance(part, np.ndarray) for part in (first, second)):
        return True
    try:
        if any(isinstance(part, np.ndarray) for part in (*first, *second)):
            return False
        return np.ndim(first) == 2 and np.ndim(second) in (1, 2)
    except (TypeError, ValueError):  # no pairs, or pairs of columns of uneven heights
        return False


def _as_labels(labels, n_out, m):
    """Return labels as an int array of shape (m,), from labels or one-hot columns."""
    if labels.ndim == 2 and labels.shape[0] == n_out:
        labels = _read_columns(labels)
    if labels.ndim != 1:
        raise ValueError(
            f"labels must have shape (m,), or ({n_out}, m) one-hot; got {labels.shape}"
        )
    _require_pairs(m, len(labels))
    if labels.dtype.kind not in "iub":
        raise TypeError(f"labels must be whole numbers; got dtype {labels.dtype}")
    classes = max(n_out, 2)
    wrong = labels[(labels < 0) | (labels >= classes)]
    if wrong.size:
        raise ValueError(f"labels must be 0 to {classes - 1}; got {wrong[0]}")
    return labels


def _read_columns(columns):
    """Return the label that each column of targets names."""
    columns = as_columns("y of test_data", columns, len(columns), np.float64)
    tied = np.sum(columns == columns.max(axis=0), axis=0) > 1
    if tied.any():
        j = int(tied.argmax())
        raise ValueError(
            f"each column of y of test_data must have one largest entry, its label; "
            f"got {columns[:, j].tolist()} in column {j}"
        )
    return labels_of(columns)


def _require_pairs(in_x, in_y):
    """Raise ValueError unless x and y hold equally many examples."""
    if in_x != in_y:
        raise ValueError(
            f"x and y must hold equally many examples; got {in_x} and {in_y}"
        )


def _require_real(name, x):
    """Raise TypeError unless an array holds real numbers."""
    if x.dtype.kind not in REAL:
        raise TypeError(f"{name} must hold real numbers; got dtype {x.dtype}")


def _cast(name, x, dtype):
    """Return x in a dtype that can hold its numbers."""
    with np.errstate(over="ignore"):
        cast = x.astype(dtype, copy=False)
    if cast is not x:
        fits = np.isfinite(cast) | ~np.isfinite(x)
        _require(f"{name} must fit {cast.dtype}", x, fits)
    return cast


def _require(expected, x, right):
    """Raise ValueError at the first entry of x that is not as expected."""
    if not right.all():
        index = tuple(np.argwhere(~right)[0].tolist())
        raise ValueError(f"{expected}; got {x[index]} at index {index}")
