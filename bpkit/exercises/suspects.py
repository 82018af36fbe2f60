"""Twenty wrong backpropagations of the bank, and a gradient check that tries them all.

Every one is a slip of the `backprop` of lesson 6: one or two lines are wrong. Some of
them give the right gradients for an unlucky choice of the network or of the batch.
"""

import warnings
from functools import cache

import numpy as np

from bpkit.backprop import forward_pass
from bpkit.costs import quadratic_cost
from bpkit.exercises import slips
from bpkit.exercises.exercise import Mistake
from bpkit.exercises.lesson_06 import backprop as exercise
from bpkit.gradients import numerical_gradient, relative_error

FINE_BELOW = 1e-5  # the line of lesson 10
NAMES = (
    "output_error_without_slope",
    "forgets_the_half",
    "adds_up_the_outputs",
    "averages_the_outputs_too",
    "hidden_error_without_slope",
    "forgets_to_transpose_the_weights",
    "averages_at_every_layer",
    "carries_the_output_error_to_all",
    "weights_of_the_layer_before",
    "slope_at_a_in_hidden_layers",
    "steps_before_carrying_back",
    "sums_nabla_b_only",
    "sums_nabla_w_only",
    "multiplies_the_means",
    "outgoing_activations",
    "divides_by_the_outputs",
    "divides_by_the_length_of_x",
    "last_column_only",
    "forward_without_bias",
)
FIRST_TARGET = "targets_of_the_first_column"
WRONG_TARGET = "delta = (activations[-1] - y[:, :1]) * sigmoid_prime(zs[-1])  # BP1"


@cache
def _suspects():
    """Return the twenty mistakes by their names."""
    listed = {mistake.name: mistake for mistake in exercise.mistakes}
    program = slips.slipped(
        FIRST_TARGET, exercise.reference, exercise.source, WRONG_TARGET
    )
    own = Mistake(FIRST_TARGET, program, "", WRONG_TARGET)
    return {name: listed[name] for name in NAMES} | {FIRST_TARGET: own}


def names():
    """Return the names of the twenty.

    Returns
    -------
    list of str
        What each of them gets wrong, in few words.

    Examples
    --------
    >>> len(names()), names()[1]
    (20, 'forgets_the_half')
    """
    return [*_suspects()]


def program(name):
    """Return a wrong backpropagation.

    Parameters
    ----------
    name : str
        One of `names`.

    Returns
    -------
    callable
        ``program(weights, biases, x, y) -> (nabla_b, nabla_w)``, like `bpkit.backprop`.

    Raises
    ------
    ValueError
        If nobody has this name.
    """
    return _suspect(name).function


def wrong_lines(name):
    """Return the lines that are wrong in a wrong backpropagation.

    Parameters
    ----------
    name : str
        One of `names`.

    Returns
    -------
    str
        What stands there in place of the lines with the same marks.

    Raises
    ------
    ValueError
        If nobody has this name.

    Examples
    --------
    >>> print(wrong_lines("sums_nabla_b_only"))
    nabla_b.insert(0, delta.sum(axis=1, keepdims=True))  # BP3
    """
    return _suspect(name).lines


def _suspect(name):
    """Return the mistake of a name."""
    if name not in _suspects():
        raise ValueError(f"no suspect is named {name!r}; names() lists them")
    return _suspects()[name]


def nudged(weights, biases, x, y):
    """Return the gradients of the mean quadratic cost, measured by nudging.

    Parameters
    ----------
    weights, biases : list of ndarray, shapes (n_out, n_in) and (n_out, 1)
        A network, from its first layer to the output.
    x : ndarray, shape (n_0, m)
        Inputs, an example a column.
    y : ndarray, shape (n_L, m)
        What the outputs should be.

    Returns
    -------
    nabla_b, nabla_w : list of ndarray
        In the shapes of the biases and of the weights.
    """

    def slopes(parts, l):
        def cost(part):
            parts[l], own = part, parts[l]
            try:
                return quadratic_cost(forward_pass(weights, biases, x)[1][-1], y)
            finally:
                parts[l] = own

        return numerical_gradient(cost, parts[l])

    weights, biases = list(weights), list(biases)
    layers = range(len(weights))
    nabla_b = [slopes(biases, l) for l in layers]
    return nabla_b, [slopes(weights, l) for l in layers]


def passes(answer, example, truth):
    """Return whether a backpropagation passes the gradient check on an example.

    One that raises an error does not, nor does one that returns other shapes.

    Parameters
    ----------
    answer : callable
        ``answer(weights, biases, x, y) -> (nabla_b, nabla_w)``.
    example : tuple
        ``(weights, biases, x, y)``.
    truth : tuple of list of ndarray
        What `nudged` gives for the example.

    Returns
    -------
    bool
        Whether the relative error of every array is below 1e-5.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            came = answer(*example)
        sides = zip(came, truth, strict=True)
        pairs = [pair for side in sides for pair in zip(*side, strict=True)]
        return all(
            np.shape(g) == n.shape and relative_error(g, n) < FINE_BELOW
            for g, n in pairs
        )
    except (ValueError, IndexError, TypeError):
        return False


def at_large(weights, biases, x, y):
    """Return who of the twenty gets away with this network and this batch.

    Parameters
    ----------
    weights, biases : list of ndarray, shapes (n_out, n_in) and (n_out, 1)
        A network, from its first layer to the output.
    x : ndarray, shape (n_0, m)
        Inputs, an example a column.
    y : ndarray, shape (n_L, m)
        What the outputs should be.

    Returns
    -------
    list of str
        The names of those whose gradients nudging does not refute.

    Examples
    --------
    >>> w, b, x, y = (np.array([row]) for row in ([2.0], [-1.0], [1, 3], [0, 1]))
    >>> "hidden_error_without_slope" in at_large([w], [b], x, y)  # no hidden layer
    True
    """
    example = weights, biases, x, y
    truth = nudged(*example)
    return [name for name in names() if passes(program(name), example, truth)]
