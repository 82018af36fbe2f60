"""Exercises: `check` an answer, ask for a `hint`, `reveal` the answer, see `progress`.

An answer goes through four rooms: `exercise` (what is asked), `attempt` (what
happened), `judge` (what it means) and `verdict` (what is said). They know no exercise;
the bank (`lesson_01` to `lesson_10`) is loaded at the first check.
"""

import difflib
from functools import cache
from importlib import import_module

from bpkit.exercises.exercise import Exercise
from bpkit.exercises.judge import judge
from bpkit.exercises.verdict import Text, Verdict, together

LESSONS = range(1, 11)

_verdicts = {}
_hints_given = {}


@cache
def bank():
    """Return every exercise of the course by its name, in the order of the lessons."""
    modules = [import_module(f"bpkit.exercises.lesson_{n:02}") for n in LESSONS]
    exercises = [
        e for m in modules for e in vars(m).values() if isinstance(e, Exercise)
    ]
    return {exercise.name: exercise for exercise in exercises}


def check(*answers, **named):
    """Judge an answer to an exercise; never raise for a wrong one.

    Parameters
    ----------
    *answers : callable
        Your function. The exercise is the one of the function's name.
    **named
        A number worked by hand, ``check(nudge_ratio=6)``, or a function under the
        exercise's name.

    Returns
    -------
    Verdict
        True where the answer passed; shows itself as text or as a card.

    Examples
    --------
    >>> def sigmoid(z): ...
    >>> check(sigmoid).attempted
    False
    """
    given = [(_name_of(answer), answer) for answer in answers]
    verdicts = [_check_one(name, answer) for name, answer in (*given, *named.items())]
    if not verdicts:
        return Verdict("check", False, False, None, "Give it your function or number.")
    return together(verdicts)


def _name_of(answer):
    """Return a function's name, or None for what has none."""
    try:
        return str(answer.__name__)
    except Exception:  # whatever a learner's class raises
        return None


def _check_one(name, answer):
    """Judge one answer and remember the verdict."""
    exercise = bank().get(name)
    if exercise is None:
        return Verdict(name or "check", False, False, None, _unknown(name))
    verdict = _verdicts[name] = judge(exercise, answer)
    return verdict


def _unknown(name):
    """Say that no exercise has this name, and which one is near."""
    if name is None or name == "<lambda>":
        return "An answer needs the exercise's name: check(sigmoid=my_function)."
    near = difflib.get_close_matches(str(name), bank(), n=1)
    guess = f" Did you mean {near[0]}?" if near else ""
    return f"There is no exercise named {name}.{guess}"


def hint(name):
    """Give a hint for an exercise: one more at each call.

    Parameters
    ----------
    name : str
        Name of the exercise.

    Returns
    -------
    Text
        The hint, and how many there are.
    """
    exercise = bank().get(name)
    if exercise is None:
        return Text(_unknown(name))
    given = _hints_given[name] = min(_hints_given.get(name, 0) + 1, len(exercise.hints))
    lines = [f"Hint {given} of {len(exercise.hints)}: {exercise.hints[given - 1]}"]
    if given == len(exercise.hints):
        lines.append(f'That was the last one. reveal("{name}") shows the answer.')
    return Text("\n".join(lines))


def reveal(name):
    """Show an exercise's reference answer.

    Parameters
    ----------
    name : str
        Name of the exercise.

    Returns
    -------
    Text
        Its source code.
    """
    exercise = bank().get(name)
    return Text(_unknown(name) if exercise is None else exercise.source.rstrip())


def progress():
    """Tell how far you are: every lesson with its exercises and their last verdicts.

    Returns
    -------
    Text
        A table. It knows what was checked since the kernel was started.
    """
    lines = []
    for lesson in LESSONS:
        exercises = [e for e in bank().values() if e.lesson == lesson]
        passed = sum(bool(_verdicts.get(e.name)) for e in exercises)
        lines.append(f"Lesson {lesson}: {passed} of {len(exercises)}")
        for e in exercises:
            verdict = _verdicts.get(e.name)
            lines.append(
                f"  {e.name:<24} {verdict.status if verdict else 'Not checked'}"
            )
    return Text("\n".join(lines))
