"""What you build stays yours: `check` keeps what passes, and `yours` hands it on.

A function that passes in a notebook is kept in `mine.py` beside it; what was tried,
passed and predicted is noted in `progress.json`, which `progress` shows.
"""

from __future__ import annotations

import contextlib
import difflib
import textwrap
import warnings
from collections import namedtuple
from dataclasses import replace
from functools import cache
from typing import Any

from bpkit.activations import sigmoid, sigmoid_prime
from bpkit.backprop import backprop, forward_pass
from bpkit.costs import cost_derivative, quadratic_cost
from bpkit.delivery import is_outdated
from bpkit.exercises import bank, predictions, sandbox, unknown
from bpkit.exercises.attempt import is_stub
from bpkit.exercises.judge import foresee, is_ours, judge
from bpkit.exercises.verdict import Text, Verdict, handed_on, together
from bpkit.gradients import numerical_gradient, relative_error
from bpkit.mine import record, shelf
from bpkit.mine.ledger import counted
from bpkit.mine.source import NotKept

__all__ = ["check", "counted", "progress", "yours"]

LIBRARY = {
    function.__name__: function
    for function in (
        *(sigmoid, sigmoid_prime, quadratic_cost, cost_derivative),
        *(numerical_gradient, relative_error, forward_pass, backprop),
    )
}

_verdicts = {}  # since the kernel was started


def check(*answers: Any, **named: Any) -> Verdict:
    """Judge an answer to an exercise; never raise for a wrong one.

    In a notebook, a function that passes is kept in `mine.py` beside it, with the
    helpers that it calls: see `yours`. Nothing is kept where the environment's variable
    ``BPKIT_KEEP`` is 0.

    Parameters
    ----------
    *answers : callable
        Your function. The exercise is the one of the function's name.
    **named
        A number worked by hand, ``check(nudge_ratio=6)``, a prediction,
        ``check(prediction_3_1="a")``, or a function under the exercise's name.

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
    except BaseException:  # whatever a learner's class raises
        return None


def _check_one(name, answer):
    """Judge one answer, remember the verdict, and keep what has passed."""
    if name in predictions():
        verdict, word = foresee(predictions()[name], answer), "predicted"
    elif name in bank():
        ours = is_ours(answer) and not is_stub(answer)
        verdict = handed_on(bank()[name]) if ours else judge(bank()[name], answer)
        word = "passed" if verdict else "tried"
    else:
        return Verdict(name or "check", False, False, None, unknown(name))
    _verdicts.pop(name, None)  # the last one is of the lesson that is being done
    _verdicts[name] = verdict
    folder = _folder()
    if folder is not None and shelf.IN_A_BROWSER:
        _say_if_outdated(folder, (bank() | predictions())[name].lesson)
    if folder is None or not verdict.attempted:
        return verdict
    kept = _kept(name, answer, word, folder)
    return replace(verdict, message="\n".join([verdict.message, *kept]))


def _folder():
    """Return the notebook's folder, or None; `mine.py` itself is in none."""
    return None if sandbox.in_an_answer() else shelf.folder()


@cache  # once is enough
def _say_if_outdated(folder, lesson):
    """Say that the page keeps a learner's copy of a lesson that has a newer version.

    On a desktop, `bpkit start` puts the newer one beside it.
    """
    for path in sorted(folder.glob(f"{lesson:02}_*.ipynb")):
        if is_outdated(path):
            _say(
                f"There is a newer version of {path.name}. The browser shows the copy "
                "that it keeps for you: rename that in the list of files, and the "
                f"newer one is there. {shelf.FILE} stays as it is."
            )


def _kept(name, answer, word, folder):
    """Note what became of an answer, keep a function that passed, and say so."""
    is_kept = word == "passed" and not bank()[name].is_number
    try:
        with shelf.locked(folder), _quiet():
            # The record is worth less than the function.
            with contextlib.suppress(OSError) if is_kept else contextlib.nullcontext():
                record.note(folder, name, word)
            if not is_kept:
                return []
            shelf.keep(bank()[name], answer, folder)
    except NotKept as reason:
        return [f"Not kept in {shelf.FILE}: {reason}"]
    except OSError as error:
        why = error.strerror or error
        return [f"Nothing is kept: {folder} cannot be written to ({why})."]
    except Exception as error:  # whatever an answer's object raises
        return [f"Not kept in {shelf.FILE} ({type(error).__name__})."]
    return [f"Kept in {shelf.FILE}."]


def _quiet():
    """Be silent on what Python warned of when the learner's cell was read."""
    return warnings.catch_warnings(action="ignore")


def yours(*names: str) -> Any:
    """Return your functions where they are kept, bpkit's where not, and say which.

    Parameters
    ----------
    *names : str
        Names of exercises whose answer is a function, or a class.

    Returns
    -------
    callable or namedtuple of callable
        The function of one name, or those of several, by their names. One that
        does not pass any more, since `mine.py` was changed by hand, is bpkit's.

    Raises
    ------
    ValueError
        If there is no such function.

    Examples
    --------
    >>> sigmoid, sigmoid_prime = yours("sigmoid", "sigmoid_prime")
    From bpkit, until yours has passed: sigmoid, sigmoid_prime
    >>> float(sigmoid(0.0))
    0.5
    """
    ours = {name: _ours(name) for name in names}
    kept, trouble = _kept_functions(names)
    for words, some in (
        (f"Yours, from {shelf.FILE}", [name for name in names if name in kept]),
        ("From bpkit, until yours has passed", [n for n in names if n not in kept]),
    ):
        if some:
            _say(f"{words}: {', '.join(some)}")
    if trouble:
        _say(trouble)
    functions = namedtuple("Functions", names)(**ours | kept)
    return functions[0] if len(functions) == 1 else functions


def _say(line):
    """Print a line so that it fits a narrow page."""
    print(textwrap.fill(line, 72, subsequent_indent="  "))


def _ours(name):
    """Return bpkit's function of a name: the public one, or an exercise's answer."""
    exercise = bank().get(name)
    if exercise is None or exercise.is_number:
        functions = [n for n, e in bank().items() if not e.is_number]
        near = difflib.get_close_matches(str(name), functions, n=1)
        guess = f"; did you mean {near[0]}?" if near else ""
        raise ValueError(f"no exercise asks for a function {name!r}{guess}")
    return LIBRARY.get(name, exercise.reference)


def _kept_functions(names):
    """Return those of the learner's functions that pass, and what is wrong else."""
    folder = _folder()
    if folder is None:
        return {}, None
    try:
        with _quiet():
            held = shelf.held(folder)
    except (NotKept, OSError) as reason:
        return {}, f"{reason}"
    theirs = {n: held[n] for n in names if n in held and not is_ours(held[n])}
    there = {name: f for name, f in theirs.items() if callable(f)}
    right = {name: f for name, f in there.items() if judge(bank()[name], f)}
    wrong = ", ".join(name for name in there if name not in right)
    return right, f"In {shelf.FILE}, but wrong now: {wrong}" if wrong else None


def progress() -> Text:
    """Tell how far you are: this lesson in full, each other one in a line.

    Returns
    -------
    Text
        A table; shows itself as text or as a card. In a notebook it knows what was
        checked in every lesson of the folder, also before the kernel was started;
        elsewhere, what was checked since.

    Examples
    --------
    >>> progress()  # doctest: +ELLIPSIS
    Short path (★): ...
    Lesson 1: ...
    """
    folder = _folder()
    entries = record.read(folder) if folder else {}
    asked = bank() | predictions()
    this = asked[next(reversed(_verdicts))].lesson if _verdicts else None
    stands = {name: _stands(name, entries.get(name, {})) for name in asked}
    return record.Progress(this, stands)


def _stands(name, dates):
    """Return how an exercise stands, with the day on which it passed or was tried."""
    verdict = _verdicts.get(name)
    for word, status in (("passed", "Correct"), ("predicted", "Predicted")):
        if word in dates:
            return f"{status} ({dates[word]})"
    if verdict is not None and (verdict.attempted or "tried" not in dates):
        return verdict.status
    return f"Not correct ({dates['tried']})" if "tried" in dates else "Not checked"
