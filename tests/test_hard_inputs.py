"""Every exercise is tried on the kinds of input on which right-looking answers fail.

A kind is recognised in the arguments, so that no case can claim one that it lacks.
"""

from itertools import chain

import numpy as np
import pytest

from bpkit.exercises import bank
from bpkit.exercises.attempt import parts
from bpkit.exercises.exercise import Case


def equal_entries(array):
    """Return whether two entries are equal and not zero."""
    entries = array[array != 0]
    return np.unique(entries).size < entries.size


def some(array, holds):
    """Return whether some finite entry, by its size, is of a kind."""
    sizes = np.abs(array[np.isfinite(array)])
    return bool(holds(sizes).any())


KINDS = {
    "equal entries": equal_entries,
    "whole numbers": lambda a: a.dtype.kind in "iu",
    "no dimension": lambda a: a.ndim == 0,
    "one entry": lambda a: a.ndim > 0 and a.size == 1,
    "one column": lambda a: a.ndim == 2 and a.shape[1] == 1 < a.shape[0],
    "one row": lambda a: a.ndim == 2 and a.shape[0] == 1 < a.shape[1],
    "square": lambda a: a.ndim == 2 and a.shape[0] == a.shape[1] > 1,
    "not contiguous": lambda a: not a.flags.c_contiguous,
    "three dimensions": lambda a: a.ndim == 3,
}
# Kinds of a number, be it by itself or in an array.
SIZES = {
    "zero": lambda a: some(a, lambda size: size == 0),
    "tiny": lambda a: some(a, lambda size: (size > 0) & (size < 1e-5)),
    "huge": lambda a: some(a, lambda size: size > 1e7),
}


def is_deep(args):
    """Return whether there are weights of five layers or more, of uneven sizes."""
    lists = [[np.shape(w) for w in value] for value in args if isinstance(value, list)]
    return any(
        len(shapes) >= 5
        and all(len(shape) == 2 for shape in shapes)
        and len(set(chain(*shapes))) >= 4
        for shapes in lists
    )


def is_a_tie(args):
    """Return whether two arguments are equal numbers."""
    numbers = [value for value in args if isinstance(value, int | float)]
    return len(set(numbers)) < len(numbers)


def is_certain_and_wrong(args):
    """Return whether an output is 0 or 1, and its target the other."""
    if len(args) < 2 or not all(isinstance(v, np.ndarray) for v in args[:2]):
        return False
    a, y = args[:2]
    return a.shape == y.shape and bool((np.isin(a, (0, 1)) & (a + y == 1)).any())


def is_walk(args):
    """Return whether the arguments are those of a walk: slope, start, η and steps."""
    return len(args) == 4 and callable(args[0]) and isinstance(args[3], int)


# Kinds of all the arguments together.
CALLS = {
    "five uneven layers": is_deep,
    "tie": is_a_tie,
    "certain and wrong": is_certain_and_wrong,
    "no step": lambda args: is_walk(args) and args[3] == 0,
    "one step": lambda args: is_walk(args) and args[3] == 1,
    "at rest": lambda args: (
        is_walk(args) and args[3] > 0 and not np.any(args[0](args[1]))
    ),
}
DEEP = "five uneven layers"


def kinds_of(case):
    """Return the names of the kinds that a case is of."""
    given = [*case.args, *case.kwargs.values()]
    arrays = [a for a in parts(given) if isinstance(a, np.ndarray)]
    numbers = [np.asarray(v) for v in parts(given) if isinstance(v, int | float)]
    found = {name for name, is_of in KINDS.items() if any(map(is_of, arrays))}
    found |= {
        name for name, is_of in SIZES.items() if any(map(is_of, arrays + numbers))
    }
    return found | {name for name, is_of in CALLS.items() if is_of(given)}


# What an exercise takes, and the kinds that it therefore must be tried on; one may take
# things of two forms.
FORMS = {
    "arrays of any shape": (
        "sigmoid sigmoid_prime numerical_gradient relative_error worst_entry "
        "descent_step gradient_descent repaired_1 repaired_2",
        {*KINDS, *SIZES},
    ),
    "matrices": (
        "quadratic_cost cost_derivative hinge_loss hinge_gradient output_error "
        "hidden_error bias_gradient weight_gradient cross_entropy_cost "
        "cross_entropy_error gradient_noise repaired_3",
        {"equal entries", "whole numbers", "one column", "one row", "square", *SIZES},
    ),
    "outputs with their targets": (
        "output_error cross_entropy_cost cross_entropy_error",
        {"certain and wrong"},
    ),
    "networks": (
        "backward_network forward_pass backprop update_mini_batch evaluate "
        "sgd repaired_4 repaired_5 repaired_6 repaired_8",
        {"one column", "one row", "square", DEEP},
    ),
    "vectors": (
        "sigmoid_neuron_backward weighted_input one_hot",
        {"equal entries", "whole numbers", "one entry", *SIZES},
    ),
    "numbers": (
        "forward_difference central_difference minimum_from add_backward "
        "multiply_backward max_backward",
        {"tie", *SIZES},
    ),
    "lists of numbers": (
        "slope_of_polynomial sum_over_paths good_eta early_stopping "
        "first_broken_equation",
        {*SIZES},
    ),
    "walks": ("gradient_descent", {"no step", "one step", "at rest"}),
    "no arrays of numbers to compute with": (
        "Value topological_order reverse_sweep mini_batches initial_parameters "
        "scaled_parameters challenge repaired_7 convicting_example",
        set(),
    ),
}
NUMBER = "its task says a number or an array, and a number is tried"
FLOATS = "patients 1 and 2 share their cases, and the second is asked for floats only"
LAYERS = "its cases try every order of the examples; update_mini_batch tries the layers"
ONE_SHAPE = "what one call keeps must fit the next, so all its cases have one shape"
IN_RANGE = "its task names a range, and the ends of it are tried"
LOST = "a nudge of h beside a huge number is lost in rounding"
FLAT = "out there σ is flat, and the last digits of its slope depend on the form"
LABELS = "a label is a whole number below k"
FIXED = "its task gives the lengths: three weights, two inputs"
ALONE = "it is handed one number only"
PATIENT = "its bug and its cure are the same for numbers of any size"
LEFT_OUT = {
    ("descent_step", "no dimension"): NUMBER,
    ("gradient_descent", "no dimension"): NUMBER,
    ("repaired_1", "whole numbers"): FLOATS,
    ("repaired_2", "whole numbers"): FLOATS,
    ("sgd", DEEP): LAYERS,
    ("repaired_8", DEEP): ONE_SHAPE,
    ("repaired_8", "one row"): ONE_SHAPE,
    ("sigmoid", "huge"): IN_RANGE,
    ("sigmoid_prime", "huge"): IN_RANGE,
    ("minimum_from", "huge"): IN_RANGE,
    ("cross_entropy_cost", "huge"): IN_RANGE,
    ("cross_entropy_error", "huge"): IN_RANGE,
    ("numerical_gradient", "huge"): LOST,
    ("forward_difference", "huge"): LOST,
    ("central_difference", "huge"): LOST,
    ("output_error", "huge"): FLAT,
    ("sigmoid_neuron_backward", "huge"): FLAT,
    ("one_hot", "tiny"): LABELS,
    ("one_hot", "huge"): LABELS,
    ("sigmoid_neuron_backward", "one entry"): FIXED,
    ("minimum_from", "tie"): ALONE,
    ("repaired_1", "tiny"): PATIENT,
    ("repaired_1", "huge"): LOST,
    ("repaired_2", "tiny"): PATIENT,
    ("repaired_2", "huge"): LOST,
    ("repaired_3", "tiny"): PATIENT,
    ("repaired_3", "huge"): PATIENT,
}
OWED = {}
for names, kinds in FORMS.values():
    for name in names.split():
        OWED[name] = OWED.get(name, set()) | kinds


def test_every_exercise_is_tried_on_the_kinds_of_its_form_or_says_why_not():
    missing = {
        (name, kind)
        for name, owed in OWED.items()
        for kind in owed - set().union(*map(kinds_of, bank()[name].cases()))
    }
    assert missing == LEFT_OUT.keys()


def test_every_exercise_with_cases_has_a_form():
    functions = {name for name, e in bank().items() if not e.is_number}
    assert OWED.keys() == functions


def slope(x):
    """Return the slope of a bowl whose floor is at 1."""
    return x - 1


ORDINARY = np.array([[0.5, -1.5, 2.0], [0.1, 0.3, -0.7]])
HARD = {
    "zero": [ORDINARY * [[1, 1, 0]]],
    "tiny": [1e-9],
    "huge": [[[2.0], [1e9]]],
    "equal entries": [np.array([[0.5, 0.5, 2.0]])],
    "whole numbers": [np.array([[1, 2, 3]])],
    "no dimension": [np.array(0.5)],
    "one entry": [np.array([0.5])],
    "one column": [ORDINARY[:, :1].copy()],
    "one row": [ORDINARY[:1]],
    "square": [ORDINARY[:, :2].copy()],
    "not contiguous": [ORDINARY.T],
    "three dimensions": [ORDINARY[None]],
    DEEP: [[np.ones((n + 1, n)) * 0.5 for n in range(1, 6)]],
    "tie": [0.5, 0.5],
    "certain and wrong": [np.array([[1.0, 0.4]]), np.array([[0.0, 0.4]])],
    "no step": [slope, 0.5, 0.1, 0],
    "one step": [slope, 0.5, 0.1, 1],
    "at rest": [slope, 1.0, 0.1, 3],
}


@pytest.mark.parametrize("ordinary", [[ORDINARY, 0.5], [slope, 0.5, 0.1, 3]])
def test_an_ordinary_call_is_of_no_hard_kind(ordinary):
    assert not kinds_of(Case(*ordinary))


@pytest.mark.parametrize("kind", [*KINDS, *SIZES, *CALLS])
def test_a_hard_call_is_of_its_kind(kind):
    assert kind in kinds_of(Case(*HARD[kind]))
