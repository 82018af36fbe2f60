"""The bank proves itself: generic over every exercise, so that a new one needs no test.

The stub says "not yet", the reference and every variant pass, every mistake fails and
is named as itself.
"""

import re
import threading

import numpy as np
import pytest

import bpkit
from bpkit.exercises import bank, hint, reveal
from bpkit.exercises.compare import same
from bpkit.exercises.engine import judge

NUMBER = ""
COURSE = {
    1: {
        "nudge_ratio": NUMBER,
        "forward_difference": "(f, x, h)",
        "central_difference": "(f, x, h)",
        "sigmoid": "(z)",
        "sigmoid_prime": "(z)",
    },
    2: {
        "quadratic_cost": "(a, y)",
        "cost_derivative": "(a, y)",
        "numerical_gradient": "(f, x, h=1e-05)",
        "hinge_loss": "(w, x, y, margin=1.0)",
        "hinge_gradient": "(w, x, y, margin=1.0)",
        "relative_error": "(a, n)",
    },
    3: {
        "descent_step": "(x, gradient, eta)",
        "gradient_descent": "(gradient, x0, eta, steps)",
        "largest_stable_eta": NUMBER,
        "minimum_from": "(x0)",
    },
    4: {
        "df_dx": NUMBER,
        "df_dy": NUMBER,
        "df_dz": NUMBER,
        "add_backward": "(x, y, upstream)",
        "multiply_backward": "(x, y, upstream)",
        "max_backward": "(x, y, upstream)",
        "sigmoid_neuron_backward": "(w, x)",
        "sum_over_paths": "(paths)",
        "reverse_sweep": "(output)",
        "forward_mode_steps": "(n, p)",
        "reverse_mode_steps": "(n, p)",
    },
    5: {
        "weighted_input": "(w, a, b)",
        "dz_dw": NUMBER,
        "output_error": "(a, y, z)",
        "hidden_error": "(w_next, delta_next, z)",
        "backward_network": "(weights, zs, upstream)",
    },
    6: {
        "bias_gradient": "(delta)",
        "weight_gradient": "(delta, a_prev)",
        "forward_pass": "(weights, biases, x)",
        "backprop": "(weights, biases, x, y)",
    },
    7: {
        "backprop_batch": "(weights, biases, x, y)",
        "mini_batches": "(x, y, size, rng)",
        "one_hot": "(labels, k)",
    },
    8: {
        "initial_parameters": "(sizes, rng)",
        "update_mini_batch": "(weights, biases, x, y, eta)",
        "evaluate": "(weights, biases, x, labels)",
        "sgd": "(weights, biases, x, y, epochs, size, eta, rng)",
    },
    9: {
        "cross_entropy_cost": "(a, y)",
        "cross_entropy_error": "(a, y)",
        "scaled_parameters": "(sizes, rng)",
        "good_eta": None,
    },
    10: {
        **{f"repaired_{i}": None for i in range(1, 9)},
        "first_broken_equation": "(report)",
    },
}


def its_name(thing):
    """Return the name of an exercise, a mistake or a function."""
    return getattr(thing, "name", None) or thing.__name__


EXERCISES = list(bank().values())
MISTAKES = [(e, m) for e in EXERCISES for m in e.mistakes]
VARIANTS = [(e, v) for e in EXERCISES for v in e.variants]

each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=its_name)


def answer_of(exercise, function):
    """Return what a learner would give: a function, or for a number its value."""
    return function() if exercise.is_number else function


@pytest.mark.parametrize(
    ("lesson", "name"), [(l, name) for l, names in COURSE.items() for name in names]
)
def test_the_course_has_this_exercise(lesson, name):
    exercise = bank()[name]
    assert exercise.lesson == lesson
    signature = COURSE[lesson][name]
    if signature is not None:
        assert exercise.is_number == (signature == NUMBER)
        assert exercise.signature == name + signature


def test_no_mistake_hides_an_exercise_of_its_name():
    names = [e.name for e in EXERCISES]
    assert not {m.name for _, m in MISTAKES} & set(names)
    assert not {v.__name__ for _, v in VARIANTS} & set(names)


@each_exercise
def test_the_stub_is_not_yet_an_answer(exercise):
    if exercise.is_number:
        stub = ...
    else:
        namespace = {}
        exec(f'def {exercise.signature}:\n    """Do it."""\n    ...', namespace)
        stub = namespace[exercise.name]
    verdict = judge(exercise, stub)
    assert not verdict.attempted
    assert not verdict


@each_exercise
def test_the_reference_passes(exercise):
    verdict = judge(exercise, answer_of(exercise, exercise.reference))
    assert verdict, verdict


@pytest.mark.parametrize(("exercise", "variant"), VARIANTS, ids=its_name)
def test_the_variant_passes(exercise, variant):
    verdict = judge(exercise, answer_of(exercise, variant))
    assert verdict, verdict


@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES, ids=its_name)
def test_the_mistake_fails_and_is_named(exercise, mistake):
    verdict = judge(exercise, answer_of(exercise, mistake.function))
    assert verdict.attempted
    assert not verdict
    assert verdict.mistake == mistake.name, verdict
    assert mistake.question in verdict.message


@each_exercise
def test_the_message_on_a_wrong_number_does_not_tell_the_right_one(exercise):
    if exercise.is_number:
        right = np.ravel(exercise.reference())
        for _, mistake in [row for row in MISTAKES if row[0] is exercise]:
            message = judge(exercise, answer_of(exercise, mistake.function)).message
            said = re.findall(r"[−-]?\d+\.?\d*", message.split("Question:")[0])
            given = np.ravel(mistake.function())
            told = [float(s.replace("−", "-")) for s in said]
            assert not [t for t in told if t in right and t not in given], message


@each_exercise
def test_there_are_enough_mistakes_variants_and_hints(exercise):
    assert len(exercise.mistakes) >= 3
    assert len(exercise.variants) >= 2
    assert len(exercise.hints) >= 2
    names = [m.name for m in exercise.mistakes]
    assert len(set(names)) == len(names)
    assert all(
        m.question.endswith("?") or len(m.question) > 10 for m in exercise.mistakes
    )


@each_exercise
def test_the_task_says_what_comes_back(exercise):
    assert len(exercise.task.split()) >= 8
    if not exercise.is_number:
        assert re.search(r"[Rr]eturn|[Gg]ive|[Yy]ield|comes? back", exercise.task)


@each_exercise
def test_the_revealed_source_is_an_answer(exercise):
    source = str(reveal(exercise.name))
    public = {name: getattr(bpkit, name) for name in bpkit.__all__}
    namespace = {"np": np, **public}
    exec(compile(source, "revealed", "exec"), namespace)
    answer = answer_of(exercise, namespace[exercise.name])
    assert judge(exercise, answer), source


@each_exercise
def test_cases_are_made_afresh_and_are_always_the_same(exercise):
    one, two = exercise.cases(), exercise.cases()
    for a, b in zip(one, two):
        for x, y in zip(a.args, b.args):
            if isinstance(x, np.ndarray):
                assert not np.shares_memory(x, y)
                assert same(x, y)


@each_exercise
def test_hints_come_one_by_one(exercise):
    shown = [hint(exercise.name) for _ in exercise.hints]
    assert all(text in said for text, said in zip(exercise.hints, shown))
    assert "reveal" in shown[-1]


@each_exercise
def test_a_check_is_little_work(exercise):
    # Counted, not timed, so that a busy machine cannot fail it: 100 ms hold about
    # 500 000 calls.
    calls = 0

    def count(frame, event, argument):
        nonlocal calls
        calls += 1

    judge(exercise, answer_of(exercise, exercise.reference))
    threading.setprofile(count)
    try:
        judge(exercise, answer_of(exercise, exercise.reference))
    finally:
        threading.setprofile(None)
    assert calls < 250_000
