"""What it means: outcomes are held against those of the reference and the mistakes.

A mistake is named when the answer did what it does on every case, no other mistake does
the same, and no other cause is likely to. Without a name, the facts are said.
"""

from functools import cache

import numpy as np

from bpkit.exercises import sandbox, verdict
from bpkit.exercises.attempt import (
    Call,
    attempt,
    expected,
    in_words,
    is_stub,
    outcome,
    parts,
    sizes,
)
from bpkit.exercises.compare import close_enough, differences, real_numbers
from bpkit.exercises.observation import SHAPES, Pair, observation

RIGHT_NUMBERS = "transpose", "reshaped"  # facts on a shape that say no more is wrong
LOOKING = 60  # seconds to judge: the first check of an exercise tries its mistakes too


@sandbox.one_at_a_time()
def judge(exercise, answer):
    """Return the Verdict on an answer: a function, or for a number its value."""
    if not is_stub(answer):
        expected(exercise)  # before an answer can break what the reference needs
    return weigh(exercise, attempt(exercise, answer))


@sandbox.one_at_a_time()
def weigh(exercise, tried):
    """Return the Verdict on an Attempt, also where looking at it raises or hangs.

    Whoever looks at an object runs its code, too.
    """
    looked = sandbox.run(lambda: compare(exercise, tried), LOOKING)
    if looked.interrupted:
        return verdict.cannot_be_judged(exercise, in_words(looked))
    return looked.value


def foresee(prediction, answer):
    """Return the Verdict on a prediction: a letter, or a number that may be rounded."""
    said = _a_number(answer) if prediction.is_number else _a_letter(answer)
    if said is None or not (prediction.is_number or said in prediction.choices):
        return verdict.not_foretold(prediction, answer)
    truth = prediction.truth()
    if prediction.is_number and close_enough(said, truth, prediction.rtol):
        said = truth
    return verdict.foretold(prediction, said, truth)


def _a_letter(answer):
    """Return the letter that an answer is, or None."""
    return answer.strip().lower() if isinstance(answer, str) else None


def _a_number(answer):
    """Return the one finite number that an answer is, or None."""
    value = None if isinstance(answer, str) else real_numbers(answer)
    one = value is not None and np.size(value) == 1 and np.isfinite(value).all()
    return float(np.reshape(value, ())) if one else None


def compare(exercise, tried):
    """Return the Verdict on an Attempt: right, a proved mistake, or the facts."""
    came = tried.outcomes
    if not tried.is_function:
        return verdict.no_function(exercise, tried.given)
    if tried.ending.interrupted:
        return verdict.interrupted(exercise, tried.ending, len(came))
    if tried.is_stub or all(map(_is_placeholder, came)):
        return verdict.not_yet(exercise)
    if any(
        outcome.error and outcome.error.name == sandbox.Ours.__name__
        for outcome in came
    ):
        return verdict.handed_on(exercise)
    found = flaws(exercise, came)
    wrong = [i for i, flaw in enumerate(found) if flaw]
    if not wrong and tried.leftover:
        return verdict.wrong(exercise, [verdict.fact(tried.leftover)])
    if not wrong:
        return verdict.right(exercise)
    mistake = proof(exercise, came)
    seen, about = (None, []) if mistake else observation(_pairs(exercise, came))
    with_value = [i for i in wrong if came[i].error is None]
    i = _shown_case(exercise, came, with_value if mistake else wrong, about)
    call = Call.of(exercise, i, came[i].copy)
    shown = verdict.shown(
        exercise, call, came[i], found[i], _repeats(exercise, tried, i, found[i])
    )
    if mistake:
        return verdict.wrong(exercise, shown, mistake, call)
    said = facts(exercise, tried, seen if i in about else None)
    raised = sum(found[k] == ("raised",) for k in wrong)
    if 0 < raised < len(came):
        said.insert(0, verdict.raised(exercise, came, i))
    silent = all(outcome.returned is None for outcome in came)
    if silent and came[i].printed and not exercise.observe:
        said.insert(0, verdict.fact("printed", came[i].printed))
    if raised < len(wrong) < len(came):
        said.append(verdict.fact("partly", len(came) - len(wrong), len(came)))
    cause = came[i].error is not None or tried.leftover or _is_known(found[i])
    return verdict.unproved(exercise, shown, said, cause, call)


def _shown_case(exercise, came, wrong, about):
    """Return the smallest wrong case that a fact is about, or if none is, the smallest.

    It is one that raised only where most of the wrong ones did.
    """
    raised = {i for i in wrong if came[i].error is not None}
    most = 2 * len(raised) > len(wrong)
    size = sizes(exercise)
    return min(wrong, key=lambda i: ((i in raised) != most, i not in about, size[i]))


def _repeats(exercise, tried, i, flaw):
    """Return whether the answer alone, called once more, does what is shown.

    It does not where an observer called it more than once, or found words for it.
    """
    if tried.leftover or not exercise.observe:
        return not tried.leftover
    told = isinstance(flaw, tuple) or not isinstance(flaw.expected, str | bool)
    return told and tried.outcomes[i].finished <= 1


def _is_known(flaw):
    """Return whether a flaw is its own cause, so that no work by hand would help."""
    if isinstance(flaw, tuple) or flaw.why == "kind":
        return True
    return flaw.why == "shape" and any(
        SHAPES[name](flaw.came, flaw.expected) for name in RIGHT_NUMBERS
    )


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
        for mistake in _suspects(exercise, came[0])
        if all(
            same_outcome(exercise, one, _made(exercise, mistake, i), right)
            for i, (one, right) in enumerate(zip(came, expected(exercise), strict=True))
        )
        and _proofs(exercise, mistake) >= needed
        and (exercise.is_number or _is_telling(exercise, mistake, came))
    ]
    return matching[0] if len(matching) == 1 else None


def _suspects(exercise, came):
    """Return the mistakes whose value on the first case is the one that came."""
    made = [_made(exercise, mistake, 0).copy for mistake in exercise.mistakes]
    found = differences([came.copy] * len(made), made, exercise.rtol)
    pairs = zip(exercise.mistakes, found, strict=True)
    return [mistake for mistake, difference in pairs if not difference]


def _is_telling(exercise, mistake, came):
    """Return whether no other cause is likely to give a mistake's outcomes.

    Zeros, or one constant, come from many slips. Then an answer must also have asked
    the functions that it was handed at the mistake's points.
    """
    if not _is_constant(exercise, mistake):
        return True
    asked = [(c.asked, _made(exercise, mistake, i).asked) for i, c in enumerate(came)]
    return any(m for _, m in asked) and all(
        _within(c, m) and _within(m, c) for c, m in asked
    )


@cache
def _is_constant(exercise, mistake):
    """Return whether all numbers that a mistake gives are one number."""
    made = [_made(exercise, mistake, i) for i in range(len(expected(exercise)))]
    numbers = [
        number
        for outcome in made
        if outcome.error is None
        for part in parts(outcome.copy)
        if not isinstance(part, bool) and real_numbers(part) is not None
        for number in np.ravel(part)
    ]
    return len(numbers) > 1 and close_enough(numbers, numbers[:1] * len(numbers))


def _within(points, others):
    """Return whether all points are, to rounding, among the others.

    Most come in the same order: the search begins where the others are as far along.
    """
    return all(
        any(close_enough(p, o) for o in (*others[k:], *others[:k]))
        for k, p in enumerate(points)
    )


@cache
def _made(exercise, mistake, i):
    """Return a mistake's outcome on case i."""
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


def facts(exercise, tried, seen):
    """Return sentences on what the calls prove; `seen` is a fact on their values."""
    right = expected(exercise)
    if exercise.is_number:
        size = real_numbers(right[0].copy)
        flipped = size is not None and close_enough(
            tried.outcomes[0].copy, -size, exercise.rtol
        )
        return [verdict.fact("flipped")] if flipped else []
    raised = [outcome.error is not None for outcome in tried.outcomes]
    said = [verdict.fact(tried.leftover)] if tried.leftover else []
    said += _of_the_calls(exercise, tried.outcomes, right)
    if seen:
        said.append(verdict.observed(exercise, any(raised), *seen))
    if not all(raised):
        said.append(tried.explain())
    return [sentence for sentence in said if sentence]


def _pairs(exercise, came):
    """Return what came and what was expected of each call that did not raise."""
    if exercise.is_number:
        return {}
    quantities = exercise.quantities or (lambda *args, **kwargs: {})
    calls = zip(exercise.cases(), came, expected(exercise), strict=True)
    return {
        i: Pair(one.copy, e.copy, quantities(*case.args, **case.kwargs))
        for i, (case, one, e) in enumerate(calls)
        if one.error is None
    }


def _of_the_calls(exercise, came, right):
    """Return the facts on how the calls went, whatever numbers they gave."""
    said = []
    if all(outcome.error is not None for outcome in came):
        return said
    if any(r.asked for r in right) and not any(c.asked for c in came):
        said.append(verdict.fact("unasked", verdict.functions_in(exercise)))
    pairs = zip(came, right, strict=True)
    if any(_holds_twice(c.copy) and not _holds_twice(r.copy) for c, r in pairs):
        said.append(verdict.fact("twice"))
    return said


def _holds_twice(value):
    """Return whether one array stands in a result at two places."""
    arrays = [id(part) for part in parts(value) if isinstance(part, np.ndarray)]
    return len(set(arrays)) < len(arrays)


def is_ours(answer):
    """Return whether an answer is bpkit's own function, and nobody's work."""
    return str(getattr(answer, "__module__", "")).partition(".")[0] == "bpkit"


def _is_placeholder(outcome):
    """Return whether an outcome comes from dots that were not replaced."""
    dots = outcome.error is not None and outcome.error.is_dots
    return dots or any(part is ... for part in parts(outcome.returned))
