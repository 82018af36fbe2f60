"""What was tried, passed and predicted, and when: `progress.json`."""

import datetime
import errno
import json
from html import escape

from bpkit.delivery import replace_file
from bpkit.exercises import SHORT_PATH, bank, predictions, titles
from bpkit.exercises.verdict import Text

FILE = "progress.json"
ABOUT = (
    "What you tried, passed and predicted, and when. It is safe to delete this file."
)


def read(folder):
    """Return what is recorded: by the exercise, when it was last tried, and passed.

    Parameters
    ----------
    folder : pathlib.Path
        Where `progress.json` is.

    Returns
    -------
    dict of str to dict
        Dates such as ``{"sigmoid": {"tried": "2025-01-31", "passed": "2025-02-01"}}``;
        empty where there is no record, or none that can be read.
    """
    try:
        return _entries(folder)
    except OSError:
        return {}


def _entries(folder):
    """Return what is recorded; raise an OSError where it is there and not to be had."""
    try:
        found = json.loads((folder / FILE).read_bytes())
        if isinstance(found, dict) and "exercises" not in found:
            raise FileExistsError(errno.EEXIST, f"{FILE} is not bpkit's: rename it")
        return {
            str(name): {word: str(date) for word, date in dates.items()}
            for name, dates in found["exercises"].items()
            if isinstance(dates, dict)
        }
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def note(folder, name, word):
    """Record the day on which an exercise first passed, or was last tried.

    Whoever calls this has locked the folder.

    Parameters
    ----------
    folder : pathlib.Path
        Where `progress.json` is, or will be.
    name, word : str
        The exercise, and what became of it: "tried", "passed" or "predicted".

    Raises
    ------
    OSError
        If it cannot be read or written; it is then as it was.
    """
    entries = _entries(folder)
    dates = entries.setdefault(name, {})
    today = datetime.date.today().isoformat()
    if word not in dates or (word == "tried" and dates[word] != today):
        dates[word] = today
        text = json.dumps({"about": ABOUT, "exercises": entries}, indent=1)
        replace_file(folder / FILE, text.encode())


class Progress(Text):
    """How far a learner is, as text and as a card.

    Parameters
    ----------
    this : int or None
        The lesson that is shown in full.
    stands : dict of str to str
        How each exercise stands; one that has passed begins with "Correct".
    """

    def __new__(cls, this, stands):
        """Write the text: a line a lesson, and below this one its exercises."""
        lines = [_short_path(stands)]
        for lesson, (passed, count, title) in _lessons(stands).items():
            lines.append(f"Lesson {lesson}: {passed} of {count}  ({title})")
            if lesson == this:
                lines += [
                    f"  {_starred(name):<24} {stands[name]}"
                    for name in _in_full(lesson)
                ]
        text = super().__new__(cls, "\n".join(lines))
        text.this, text.stands = this, stands
        return text

    def _repr_html_(self):
        """Give a table of the lessons, and one of this lesson's exercises."""
        lessons = [
            (f"Lesson {lesson}", f"{passed} of {count}", title)
            for lesson, (passed, count, title) in _lessons(self.stands).items()
        ]
        html = _table(f"Exercises passed. {_short_path(self.stands)}", lessons)
        if self.this:
            rows = [(_starred(n), self.stands[n]) for n in _in_full(self.this)]
            html += _table(f"Lesson {self.this}", rows)
        style = "display:flex;flex-wrap:wrap;gap:24px;align-items:start"
        return f'<div style="{style}">{html}</div>'


def _short_path(stands):
    """Say how much of the short path has been passed, and what comes next on it."""
    left = [n for n in SHORT_PATH if not stands[n].startswith("Correct")]
    passed = len(SHORT_PATH) - len(left)
    told = f"Short path (★): {passed} of {len(SHORT_PATH)}"
    return (
        f"{told}, next {left[0]} in lesson {bank()[left[0]].lesson}" if left else told
    )


def _starred(name):
    """Return a name, with the star of the short path."""
    return f"{name} ★" if name in SHORT_PATH else name


def _lessons(stands):
    """Return, for each lesson, how many of its exercises have passed, and its title."""
    return {
        lesson: (
            sum(stands[name].startswith("Correct") for name in _names(lesson)),
            len(_names(lesson)),
            title,
        )
        for lesson, title in titles().items()
    }


def _names(lesson):
    """Return the names of a lesson's exercises."""
    return [name for name, exercise in bank().items() if exercise.lesson == lesson]


def _in_full(lesson):
    """Return the names of a lesson's exercises and predictions."""
    foretold = [name for name, p in predictions().items() if p.lesson == lesson]
    return _names(lesson) + foretold


def _table(caption, rows):
    """Write a table whose first column names what its rows are about."""
    lines = (
        f'<tr><th scope="row" style="text-align:left">{escape(first)}</th>'
        + "".join(f'<td style="text-align:left">{escape(cell)}</td>' for cell in rest)
        + "</tr>"
        for first, *rest in rows
    )
    return f"<table><caption>{escape(caption)}</caption>{''.join(lines)}</table>"
