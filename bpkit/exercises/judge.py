"""What it means: outcomes are held against those of the reference and the mistakes.

A mistake is named when the answer equals it on every case, and no other mistake does.
"""

import dis
import types
from functools import cache

import numpy as np

from bpkit.exercises import sandbox, verdict
from bpkit.exercises.attempt import Attempt, expected, outcome, parts
from bpkit.exercises.compare import close_enough, differences
from bpkit.exercises.observation import Pair, observation

# What a function does that holds only `...`, `pass`, `return None` or `name = ...`. On
# a Python whose opcodes have other names, such a stub is judged by what it gives, and
# only dots that are given or computed with are known, by `_is_placeholder`.
NOTHING = ("RESUME", "LOAD_CONST", "STORE_FAST", "RETURN_CONST", "RETURN_VALUE", "NOP")
DOTS = (None, ...)


@sandbox.one_at_a_time()
def judge(exercise, answer):
    """Return the Verdict on an answer: a function, or for a number its value."""
    if _is_stub(answer):
        return verdict.not_yet(exercise)
    if not (exercise.is_number or callable(answer)):
        return verdict.no_function(exercise, answer)
    expected(exercise)  # before an answer can break what the reference needs
    tried = Attempt(exercise, answer)
    ending = sandbox.run(tried.run, exercise.seconds)
    if ending.interrupted:
        return verdict.interrupted(exercise, ending, len(tried.outcomes))
    try:
        return _verdict_on(tried)
    except Exception as error:  # an object may break whoever looks at it
        return verdict.cannot_be_judged(exercise, error)


def _verdict_on(tried):
    """Return the Verdict on outcomes: right, a proved mistake, or the facts."""
    exercise, came = tried.exercise, tried.outcomes
    if all(map(_is_placeholder, came)):
        return verdict.not_yet(exercise)
    found = flaws(exercise, came)
    wrong = [i for i, flaw in enumerate(found) if flaw]
    if not wrong and tried.leftover:
        return verdict.wrong(exercise, [verdict.fact(tried.leftover)])
    if not wrong:
        return verdict.right(exercise)
    i = next((i for i in wrong if came[i].error is None), wrong[0])
    shown = verdict.shown(exercise, exercise.cases()[i], came[i], found[i])
    mistake = proof(exercise, came)
    if mistake:
        return verdict.wrong(exercise, shown, mistake)
    said = facts(tried)
    if len(wrong) < len(came):
        said.append(verdict.fact("partly", len(came) - len(wrong), len(came)))
    return verdict.unproved(exercise, shown, said, came[i].error or tried.leftover)


def flaws(exercise, came):
    """Return what is wrong with each outcome: a Difference, a fact, or None."""
    right = expected(exercise)[: len(came)]
    values = ([outcome.copy for outcome in side] for side in (came, right))
    found = differences(*values, exercise.rtol)
    return [_flaw(*three) for three in zip(came, right, found, strict=True)]


def _flaw(came, right, difference):
    """Return what is wrong with one outcome."""
    if came.error is not None:
        return ("raised",)
    if came.changed:
        return "changed", ", ".join(came.changed)
    if difference:
        return difference
    if came.shared:
        return ("view",)
    return ("warned", came.warned[0]) if came.warned and not right.warned else None


def proof(exercise, came):
    """Return the one mistake whose outcomes these are, if the cases prove it."""
    needed = 1 if exercise.is_number else 2
    matching = [
        mistake
        for mistake in exercise.mistakes
        if all(
            same_outcome(exercise, one, _made(exercise, mistake, i), right)
            for i, (one, right) in enumerate(zip(came, expected(exercise), strict=True))
        )
        and _proofs(exercise, mistake) >= needed
    ]
    return matching[0] if len(matching) == 1 else None


@cache
def _made(exercise, mistake, i):
    """Return a mistake's outcome on case i; the first case tells most apart."""
    return outcome(exercise, mistake.function, _cases(exercise, mistake)[i])


@cache
def _cases(exercise, mistake):
    """Return cases for a mistake alone, which may change what it is given."""
    return exercise.cases()


@cache
def _proofs(exercise, mistake):
    """Return how many cases show a mistake by a value, not by an error."""
    cases = range(len(expected(exercise)))
    found = flaws(exercise, [_made(exercise, mistake, i) for i in cases])
    return sum(flaw not in (None, ("raised",)) for flaw in found)


def same_outcome(exercise, came, made, right):
    """Return whether a call had the outcome that it has with a mistake."""
    if came.error is not None or made.error is not None:
        return came.error is not None and made.error is not None
    if came.changed != made.changed:
        return False
    if not close_enough(came.copy, made.copy, exercise.rtol):
        return False
    # Where the numbers are right, what else it did is what is wrong with it.
    quirks = (came.shared, bool(came.warned)) == (made.shared, bool(made.warned))
    return quirks or not close_enough(made.copy, right.copy, exercise.rtol)


def facts(tried):
    """Return the sentences on what the numbers prove beyond the first difference."""
    exercise, right = tried.exercise, expected(tried.exercise)
    if exercise.is_number:
        opposite = -np.asarray(right[0].copy)
        flipped = close_enough(tried.outcomes[0].copy, opposite, exercise.rtol)
        return [verdict.fact("flipped")] if flipped else []
    quantities = exercise.quantities or (lambda *args, **kwargs: {})
    pairs = [
        Pair(came.copy, e.copy, quantities(*case.args, **case.kwargs))
        for case, came, e in zip(exercise.cases(), tried.outcomes, right, strict=True)
        if came.error is None
    ]
    said = [verdict.fact(tried.leftover)] if tried.leftover else []
    found = observation(pairs)
    if found:
        said.append(verdict.fact(*found))
    if exercise.explain and pairs:
        explain = sandbox.run(lambda: exercise.explain(tried.answer), exercise.seconds)
        said.append(explain.value)
    return [sentence for sentence in said if sentence]


def _is_stub(answer):
    """Return whether an answer is still `...`: a value, or a function of that body."""
    if answer is None or answer is ...:
        return True
    return isinstance(answer, types.FunctionType) and all(
        step.opname in NOTHING and ("CONST" not in step.opname or step.argval in DOTS)
        for step in dis.get_instructions(answer)
    )


def _is_placeholder(outcome):
    """Return whether an outcome comes from dots that were not replaced."""
    return (
        isinstance(outcome.error, NotImplementedError)
        or (isinstance(outcome.error, TypeError) and "ellipsis" in str(outcome.error))
        or any(part is ... for part in parts(outcome.returned))
    )
