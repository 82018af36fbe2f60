"""Two slips in one answer: it is named as one of them only if the numbers are equal.

A listed mistake gets a second slip on top: the lines of another listed one, or a small
change of its program. Where the answer is then named, or passes, it is held against the
mistake of that name, or the reference, on inputs that the cases do not hold.
"""

import ast
import copy
import inspect
from dataclasses import replace
from functools import cache
from itertools import combinations, islice

import numpy as np
import pytest
from test_mutations import BY_RESULT, compiled, mutations

from bpkit.activations import sigmoid
from bpkit.exercises import bank, slips
from bpkit.exercises.attempt import expected, outcome
from bpkit.exercises.compare import close_enough
from bpkit.exercises.exercise import Case
from bpkit.exercises.judge import judge, same_outcome

pytestmark = pytest.mark.slow

PAIRS = 30  # an exercise: of many, so many are drawn
FEW = 6  # of either, where each call is many runs, or thousands of random numbers
SLOW = ("sgd", "initial_parameters", "scaled_parameters")
MUTATED = 1  # mistakes of an exercise of which mutants are made
MUTANTS = 12  # of each of those
ROUNDS = 2  # other inputs for every case
GROWING = ("n", "p", "k", "sizes", "size", "steps")  # whole numbers that may be larger

# Slips whose mutants bear their name though they can give other numbers elsewhere, by
# exercise, with the reason why no case tells them apart.
OPEN = {
    "minimum_from": {
        "without_the_tilt": "a descent that has arrived does not show its steps; "
        "starts from which larger steps leap over the hill would refuse right answers"
    },
}

EXERCISES = [e for e in bank().values() if not e.is_number and e.name not in BY_RESULT]
each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.name)


def slips_of(exercise):
    """Return the mistakes that are slips of this exercise's own reference."""
    return [
        m for m in exercise.mistakes if m.lines and m.function.__name__ == exercise.name
    ]


def marks(mistake):
    """Return the marks of the lines that a slip replaces."""
    found = map(slips.MARK.search, mistake.lines.splitlines())
    return {match[1] for match in found if match}


def with_slips(exercise, *mistakes):
    """Return the tree of the reference with the lines of all these slips."""
    lines = "\n".join(m.lines for m in mistakes)
    return ast.parse(slips.program("of two", exercise.source, lines))


def number(exercise, most):
    """Return how many answers to an exercise are made."""
    return FEW if exercise.name in SLOW else most


def some(things, count, rng):
    """Return so many of the things, drawn, in their order; all where there are few."""
    if len(things) <= count:
        return things
    return [things[i] for i in sorted(rng.permutation(len(things))[:count])]


def pairs_of_slips(exercise, rng):
    """Yield answers with two slips that replace different lines, by their names."""
    pairs = [
        two
        for two in combinations(slips_of(exercise), 2)
        if not marks(two[0]) & marks(two[1])
    ]
    for two in some(pairs, number(exercise, PAIRS), rng):
        name = " and ".join(m.name for m in two)
        yield name, compiled(exercise, with_slips(exercise, *two))


def mutated_slips(exercise, rng):
    """Yield some mutants of some slips."""
    for mistake in some(slips_of(exercise), MUTATED, rng):
        start = int(rng.integers(MUTANTS))
        end = start + number(exercise, MUTANTS)
        yield from islice(mutants_of(exercise, mistake), start, end)


def mutants_of(exercise, mistake):
    """Yield every mutant of a slip, by the slip's name and the changed statement."""
    for what, tree in mutations(ast.unparse(with_slips(exercise, mistake))):
        yield f"{mistake.name}: {what}", compiled(exercise, tree)


@cache
def own_cases(exercise, answer):
    """Return cases for a listed answer alone, which may change what it is given."""
    return exercise.cases()


@cache
def made(exercise, answer, i):
    """Return the outcome of a listed answer on case i."""
    return outcome(exercise, answer, own_cases(exercise, answer)[i])


def equals_a_listed_answer(exercise, answer):
    """Return whether an answer gives what a mistake or the reference gives.

    No other can be named or pass; most are left after the first case.
    """
    listed = [exercise.reference, *(m.function for m in exercise.mistakes)]
    right = expected(exercise)
    for i, case in enumerate(exercise.cases()):
        came = outcome(exercise, answer, case)
        listed = [
            one
            for one in listed
            if same_outcome(exercise, came, made(exercise, one, i), right[i])
        ]
        if not listed:
            return False
    return True


# --- Inputs that the cases do not hold ---


def moved(value, rng, name=""):
    """Return another value of the same form; functions, labels and flags stay."""
    if isinstance(value, dict):
        return {key: moved(v, rng, key) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(moved(v, rng, name) for v in value)
    if isinstance(value, np.ndarray):
        return moved_array(value, rng).view(type(value))
    if isinstance(value, float):
        return float(moved_array(np.array(value), rng))
    if name in GROWING and isinstance(value, int):
        return value + int(rng.integers(3))
    return value


def moved_array(array, rng):
    """Return other numbers of the same signs, in other places half of the time.

    What lies between 0 and 1 stays there, for it may be an output of sigmoids; equal
    entries stay equal, for the examples of a case may be alike on purpose; whole
    numbers, which may be labels, only change places within their columns.
    """
    if array.dtype.kind != "f":
        return rng.permuted(array, axis=0) if array.ndim else array
    values, places = np.unique(array, return_inverse=True)
    if (values >= 0).all() and (values <= 1).all():
        new = values ** rng.uniform(0.6, 1.6, values.shape)
    else:
        new = values * rng.uniform(0.5, 1.8, values.shape)
    new = new[places].reshape(array.shape)
    some_places = array.ndim and values.size == array.size and rng.random() < 0.5
    return rng.permuted(new) if some_places else new


def moved_case(exercise, case, rng):
    """Return a case with other arguments of the same form."""
    names = inspect.signature(exercise.observe or exercise.reference).parameters
    names = [*names][1:] if exercise.observe else [*names]
    names += [""] * len(case.args)  # an observer may take the rest as a tuple
    args = [moved(v, rng, name) for v, name in zip(case.args, names, strict=False)]
    if exercise.name == "output_error":  # a is σ(z)
        args[0] = sigmoid(args[2])
    return Case(*args, **{name: moved(v, rng, name) for name, v in case.kwargs.items()})


def fresh(case):
    """Return a copy of a case, which an answer may change."""
    return Case(*copy.deepcopy(case.args), **copy.deepcopy(case.kwargs))


@cache
def elsewhere(exercise):
    """Return other cases, on all of which the right answers agree."""
    rng = np.random.default_rng(0)
    cases = [
        moved_case(exercise, case, rng)
        for _ in range(ROUNDS)
        for case in exercise.cases()
    ]
    return [case for case in cases if right_answers_agree(exercise, case)]


def right_answers_agree(exercise, case):
    """Return whether every variant gives on a case what the reference gives."""
    right = outcome(exercise, exercise.reference, fresh(case))
    others = [outcome(exercise, v, fresh(case)) for v in exercise.variants]
    return right.error is None and all(
        o.error is None and close_enough(o.copy, right.copy, exercise.rtol)
        for o in others
    )


@cache
def made_elsewhere(exercise, answer):
    """Return the outcomes of a listed answer on the other cases."""
    return [outcome(exercise, answer, fresh(case)) for case in elsewhere(exercise)]


def equal_elsewhere(exercise, answer, listed):
    """Return whether an answer equals a listed one on all other cases."""
    both = (
        made_elsewhere(exercise, listed),
        made_elsewhere(exercise, exercise.reference),
    )
    return all(
        same_outcome(exercise, outcome(exercise, answer, fresh(case)), one, right)
        for case, one, right in zip(elsewhere(exercise), *both, strict=True)
    )


# --- The judgements ---


def false_judgements(exercise, answers):
    """Yield each answer that is named, or passes, and gives other numbers elsewhere."""
    functions = {m.name: m.function for m in exercise.mistakes}
    for what, answer in answers:
        if not equals_a_listed_answer(exercise, answer):
            continue
        verdict = judge(exercise, answer)
        listed = exercise.reference if verdict.passed else None
        listed = functions.get(verdict.mistake, listed)
        if listed and not equal_elsewhere(exercise, answer, listed):
            yield what, verdict.mistake or "passed"


def unexplained(exercise, answers):
    """Return the false judgements that OPEN does not explain."""
    found = dict(false_judgements(exercise, answers))
    return {w: v for w, v in found.items() if v not in OPEN.get(exercise.name, {})}


@each_exercise
def test_an_answer_with_two_slips_is_named_only_if_its_numbers_are_equal(exercise):
    rng = np.random.default_rng(exercise.lesson)
    assert unexplained(exercise, pairs_of_slips(exercise, rng)) == {}


@each_exercise
def test_a_mutant_of_a_slip_is_named_only_if_its_numbers_are_equal(exercise):
    rng = np.random.default_rng(exercise.lesson)
    assert unexplained(exercise, mutated_slips(exercise, rng)) == {}


@each_exercise
def test_there_are_other_inputs_on_which_all_right_answers_agree(exercise):
    assert len(elsewhere(exercise)) >= ROUNDS * len(exercise.cases()) * 0.9


@pytest.mark.parametrize("name", OPEN)
def test_what_is_open_is_so_for_mutants_of_the_slip_itself(name):
    exercise = bank()[name]
    for mistake in exercise.mistakes:
        if mistake.name in OPEN[name]:
            found = dict(false_judgements(exercise, mutants_of(exercise, mistake)))
            assert set(found.values()) == {mistake.name}


def test_cases_that_do_not_tell_two_slips_from_one_are_found_out():
    exercise = bank()["hinge_gradient"]
    names = "right_row_added", "clipped", "margin_left_out"
    few = [m for m in exercise.mistakes if m.name in names]
    weak = replace(exercise, cases=lambda: exercise.cases()[:4], mistakes=few)
    found = unexplained(weak, pairs_of_slips(weak, np.random.default_rng(0)))
    assert found == {
        "right_row_added and margin_left_out": "right_row_added",
        "clipped and margin_left_out": "clipped",
    }


@pytest.mark.parametrize(
    ("name", "pair"),
    [
        ("gradient_descent", ("end_left_out", "one_step_too_many")),
        (
            "sigmoid_neuron_backward",
            ("slope_at_the_output", "sum_in_place_of_the_output"),
        ),
        ("backprop", ("averages_twice", "sum_for_mean")),
    ],
)
def test_two_slips_that_make_up_for_each_other_are_right(name, pair):
    exercise = bank()[name]
    two = [m for m in exercise.mistakes if m.name in pair]
    answer = compiled(exercise, with_slips(exercise, *two))
    assert equal_elsewhere(exercise, answer, exercise.reference)
    assert judge(exercise, answer).passed
