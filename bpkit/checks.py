"""What users hand in, checked once at the border and made arrays of one form."""

import math
import operator
import sys
import warnings

import numpy as np

REAL = "fiub"  # kinds of dtype


def as_parameters(weights, biases, dtype=None):
    """Return weights and biases as float arrays of one dtype, or say what is wrong."""
    weights = [_array(f"weights[{l}]", w) for l, w in enumerate(weights)]
    biases = [_array(f"biases[{l}]", b) for l, b in enumerate(biases)]
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
    x = _array(name, x)
    if x.ndim != 2 or x.shape[0] != n:
        turned = "; its transpose, .T, would fit" if x.shape[1:] == (n,) else ""
        raise ValueError(
            f"{name} must have shape ({n}, m), one column an example; "
            f"got {x.shape}{turned}"
        )
    if x.shape[1] == 0:
        raise ValueError(f"{name} must hold at least one column; got {x.shape}")
    _require_real(name, x)
    _require(f"{name} must be finite", x, np.isfinite(x))
    return _cast(name, x, dtype)


def as_targets(name, y, output):
    """Return y as columns beside those of the output, one an example."""
    n, m = output.shape
    _require_no_labels(name, y := _array(name, y), n)
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
    _require_no_labels(f"y of {name}", y, sizes[-1], pairs=not _are_x_and_y(data))
    x = as_columns(f"x of {name}", x, sizes[0], dtype)
    y = as_columns(f"y of {name}", y, sizes[-1], dtype)
    _require_pairs(x.shape[1], y.shape[1])
    low, high = cost.y_range
    expected = f"y of {name} must lie from {low} to {high} with the cost {cost.name!r}"
    _require(expected, y, (low <= y) & (y <= high))
    _warn_of_bytes(x)
    _warn_of_targets_out_of_reach(y)
    return np.ascontiguousarray(x.T), np.ascontiguousarray(y.T)


def _require_no_labels(name, y, n, pairs=False):
    """Raise ValueError where labels came in place of columns, and tell the cure."""
    if pairs and (y.ndim == 1 or len(y) == 1 < n):
        label = f"bpkit.data.one_hot([label], {n}) makes one of a label"
        raise ValueError(
            f"each {name} must be a column of shape ({n}, 1); got {y.flat[0]} in "
            f"example 0. {'[[y]] is one' if n == 1 else label}"
        )
    if y.ndim < 2:
        one_output = "y.reshape(1, -1) makes a row of it"
        labels = "bpkit.data.one_hot makes columns of labels"
        raise ValueError(
            f"{name} must have shape ({n}, m), one column an example; "
            f"got {y.shape}. {one_output if n == 1 else labels}"
        )


def as_test_data(data, sizes, dtype):
    """Return x and labels of shapes (n_0, N) and (N,), labels from one-hot columns."""
    x, labels = _columns_and_targets("test_data", data, sizes[0])
    x = as_columns("x of test_data", x, sizes[0], dtype)
    labels = _read_labels(labels, sizes[-1], x.shape[1])
    _warn_of_bytes(x)
    return x, labels


def as_labels(labels, k):
    """Return labels from 0 to k − 1 as ints; those from a file may be whole floats."""
    if labels.dtype.kind not in REAL:
        raise TypeError(f"labels must be whole numbers; got dtype {labels.dtype}")
    broken = labels[labels != np.floor(labels)]  # NaN is not even itself
    if broken.size:
        raise TypeError(f"labels must be whole numbers; got {broken[0]}")
    outside = np.flatnonzero((labels < 0) | (labels >= k))
    if outside.size:
        j = outside[0]
        raise ValueError(
            f"labels must be 0 to {k - 1}; got {labels[j]} for example {j}"
        )
    return labels.astype(np.intp)


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


def as_eta(eta, weight_decay=0.0):
    """Return eta as a finite float that the weights can decay with."""
    eta = as_rate("eta", eta)
    if eta * weight_decay > 1:
        raise ValueError(
            "eta times weight_decay must be at most 1, or each step turns the weights' "
            f"signs; got {eta} times {weight_decay}"
        )
    return eta


def as_rate(name, rate):
    """Return a rate as a float, finite and not negative."""
    try:
        value = float(+rate)  # float alone would read text
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a number; got {rate!r}") from None
    if not 0 <= value < math.inf:
        raise ValueError(f"{name} must be finite and not negative; got {value}")
    return value


def one_of(name, value, choices):
    """Return value if it is one of the choices."""
    if value not in tuple(choices):
        raise ValueError(f"{name} must be one of {tuple(choices)}; got {value!r}")
    return value


def _columns_and_targets(name, data, n):
    """Return x with examples as columns and the targets, as arrays, unchecked."""
    if _are_x_and_y(data):
        return _array(f"x of {name}", data[0]), _array(f"y of {name}", data[1])
    pairs = _pairs(name, data)
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


def _are_x_and_y(data):
    """Tell one x and y, of all examples, from pairs."""
    return isinstance(data, tuple | list) and len(data) == 2 and not _are_pairs(data)


def _are_pairs(two):
    """Tell two pairs (x, y) from one x and y, which have no more than two dimensions.

    Two tuples in a list are pairs whatever is in them: `[([1, 2], [0]), …]` would make
    an x of two rows too.
    """
    if any(not isinstance(part, tuple | list) or len(part) != 2 for part in two):
        return False
    if isinstance(two, list) and all(isinstance(part, tuple) for part in two):
        return True
    try:
        return all(np.ndim(x) == 2 for x, _ in two)
    except ValueError:  # rows of different lengths, in an x that is no column
        return False


def _pairs(name, data):
    """Return a list of pairs of arrays, or say what came instead."""
    expected = (
        f"{name} must be a pair of arrays (x, y) with examples as columns, or a "
        f"list of pairs (x, y) of one column each"
    )
    kind = type(data).__name__
    if not np.iterable(data):
        raise TypeError(f"{expected}; got {kind}")
    pairs = []
    for i, example in enumerate(data):
        try:
            x, y = example
        except (TypeError, ValueError):
            raise TypeError(
                f"{expected}; got {kind}, whose part {i} is no pair"
            ) from None
        pairs.append((_array(f"x of example {i}", x), _array(f"y of example {i}", y)))
    if not pairs:
        used_up = "; if an earlier call used it up, list(…) keeps its pairs"
        raise ValueError(
            f"{name} must hold at least one example; got an empty {kind}"
            f"{used_up if iter(data) is data else ''}"
        )
    return pairs


def _read_labels(labels, n_out, m):
    """Return labels as an int array of shape (m,), from labels or one-hot columns."""
    if labels.ndim == 2 and labels.shape[0] == n_out:
        labels = _read_columns(labels)
    if labels.ndim != 1:
        raveled = "; y.ravel() would fit" if labels.size == m else ""
        raise ValueError(
            f"y of test_data must hold labels of shape (m,), or ({n_out}, m) one-hot; "
            f"got {labels.shape}{raveled}"
        )
    _require_pairs(m, len(labels))
    return as_labels(labels, max(n_out, 2))


def _read_columns(columns):
    """Return the label that each column of targets names."""
    columns = as_columns("y of test_data", columns, len(columns), np.float64)
    alone = len(columns) == 1
    named = np.isin(columns, (0, 1)).all(axis=0)
    if not alone:
        named &= columns.sum(axis=0) == 1
    if not named.all():
        j = int(named.argmin())
        one_hot = (
            "one-hot, a single 1 among 0s (y.argmax(axis=0) makes labels of others)"
        )
        raise ValueError(
            f"each column of y of test_data must be {'0 or 1' if alone else one_hot}; "
            f"got {columns[:, j].tolist()} in column {j}"
        )
    return labels_of(columns)


def _frames_to_the_caller():
    """Return the stacklevel, for whoever calls this, of the code outside bpkit."""
    frame, level = sys._getframe(1), 1
    while frame.f_globals["__name__"].partition(".")[0] == "bpkit":
        frame, level = frame.f_back, level + 1
    return level


def _warn_of_bytes(x):
    """Warn of inputs that look like the bytes of pictures, where every σ is flat."""
    if 128 <= x.max() <= 255 and x.min() >= 0 and (x == np.floor(x)).all():
        warnings.warn(
            f"the inputs are whole numbers up to {x.max():g}, as in the bytes of a "
            f"picture. There sigmoid neurons are saturated and hardly learn: divide "
            f"x by 255, in the training data and in the test data",
            stacklevel=_frames_to_the_caller(),
        )


def _warn_of_targets_out_of_reach(y):
    """Warn of targets that no sigmoid can reach; rounding may leave 1.0000000001."""
    low, high = y.min(), y.max()
    if low < -1e-6 or high > 1 + 1e-6:
        warnings.warn(
            f"the targets go from {low:g} to {high:g}, but an output lies between 0 "
            f"and 1 and can never reach them. bpkit.data.one_hot makes columns of "
            f"labels; other targets can be scaled to 0 to 1",
            stacklevel=_frames_to_the_caller(),
        )


def _require_pairs(in_x, in_y):
    """Raise ValueError unless x and y hold equally many examples."""
    if in_x != in_y:
        raise ValueError(
            f"x and y must hold equally many examples; got {in_x} and {in_y}"
        )


def _array(name, values):
    """Return values as an array, if they form one."""
    try:
        return np.asarray(values)
    except ValueError as error:
        raise ValueError(
            f"{name} must be one array of numbers; its parts have different shapes"
        ) from error


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
