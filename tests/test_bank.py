"""The bank proves itself: generic over every exercise, so that a new one needs no test.

The stub says "not yet", the reference and every variant pass, every mistake fails and
is named as itself.
"""

import ast
import re
import threading
from itertools import takewhile
from pathlib import Path

import nbformat
import numpy as np
import pytest

import bpkit
from bpkit.exercises import bank, hint, predictions, reveal
from bpkit.exercises.compare import close_enough
from bpkit.exercises.judge import judge

LESSONS = sorted((Path(__file__).parents[1] / "lessons").glob("*.ipynb"))


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


def stubs(lesson):
    """Return the calls that a lesson's stubs define, as their tasks show them."""
    cells = nbformat.read(lesson, as_version=4).cells
    code = [c.source for c in cells if "exercise" in c.metadata.get("tags", ())]
    for node in ast.parse("\n".join(code)).body:
        if isinstance(node, ast.FunctionDef):
            yield f"{node.name}({ast.unparse(node.args)})"
        elif isinstance(node, ast.ClassDef):
            start = next(m for m in node.body if getattr(m, "name", "") == "__init__")
            yield f"{node.name}({ast.unparse(start.args).removeprefix('self, ')})"
        elif isinstance(node, ast.Assign):  # a number, or a prediction
            yield node.targets[0].id


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_the_stubs_of_a_lesson_are_its_exercises(lesson):
    number = int(lesson.stem[:2])
    here = [e.signature for e in EXERCISES if e.lesson == number]
    foretold = [name for name, p in predictions().items() if p.lesson == number]
    assert sorted(stubs(lesson)) == sorted(here + foretold) != []


def test_every_exercise_belongs_to_a_lesson_of_the_course():
    assert {e.lesson for e in EXERCISES} == {int(path.stem[:2]) for path in LESSONS}


def test_no_mistake_hides_an_exercise_of_its_name():
    others = {its_name(other) for _, other in MISTAKES + VARIANTS}
    clash = others & {e.name for e in EXERCISES}
    assert clash == set()


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


@pytest.mark.parametrize(
    ("exercise", "mistake"),
    [pair for pair in MISTAKES if "default_rng()" in (pair[1].lines or "")],
    ids=its_name,
)
def test_a_mistake_that_draws_by_chance_is_named_each_time(exercise, mistake):
    # The same rng twice must show each time that another generator was drawn from.
    named = {judge(exercise, mistake.function).mistake for _ in range(10)}
    assert named == {mistake.name}


ZERO, SAME = "Every number that came is zero.", "The same came from every call: "


@pytest.mark.parametrize(
    ("name", "answer", "fact"),
    [
        ("forward_difference", lambda f, x, h: 0.0, ZERO),
        ("central_difference", lambda f, x, h: 0.0 * f(x + h), ZERO),
        ("sigmoid_prime", lambda z: bpkit.sigmoid(z) * 1 - bpkit.sigmoid(z), ZERO),
        ("numerical_gradient", lambda f, x, h=1e-5: np.zeros(np.shape(x)), ZERO),
        ("relative_error", lambda a, n: 0.0, ZERO),
        ("minimum_from", lambda x0: 0.96014956, SAME + "0.96015."),
        ("add_backward", lambda x, y, upstream: (1.0, 1.0), SAME + "(1, 1)."),
        ("sum_over_paths", lambda paths: 0.0, ZERO),
        ("bias_gradient", lambda delta: np.zeros((len(delta), 1)), ZERO),
        ("reverse_sweep", lambda output: setattr(output, "grad", 0.0), "came for the"),
    ],
)
def test_no_mistake_is_named_where_only_zeros_or_one_constant_came(name, answer, fact):
    # Such numbers come from many slips: the answers above do not say from which.
    verdict = judge(bank()[name], answer)
    assert verdict.attempted
    assert not verdict.passed
    assert verdict.mistake is None
    assert fact.lower() in verdict.message.lower()


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


@each_exercise
def test_a_mistakes_question_asks_or_says_where_to_look(exercise):
    for mistake in exercise.mistakes:
        assert re.search(r"\?|\b([Pp]rint|Compare|Count)\b", mistake.question), mistake


@each_exercise
def test_the_revealed_source_is_an_answer(exercise):
    source = str(reveal(exercise.name))
    public = {name: getattr(bpkit, name) for name in bpkit.__all__}
    before = takewhile(lambda e: e is not exercise, EXERCISES)
    written = {e.name: e.reference for e in before}  # what the learner has by then
    namespace = {"np": np, **written, **public}
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
                assert close_enough(x, y)


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
