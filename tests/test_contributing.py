"""What CONTRIBUTING says can be done as it says: its files are there, its code runs."""

import importlib.util
import re

import explorers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from notebooks import LESSONS
from test_lessons import RULES

from bpkit.exercises.exercise import Exercise
from bpkit.exercises.judge import judge
from bpkit.plots.static import picture_of
from bpkit.widgets import explore
from bpkit.widgets.explorer import Explorer

ROOT = LESSONS.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")

# What stands for the lesson's number, and for a name that the reader chooses.
CHOSEN = {"NN": "[0-9][0-9]", "name": "*", "NAME": "*"}


def files_named():
    """Return what CONTRIBUTING names as paths from the repository's root."""
    prose = re.sub(r"```.*?```", "", TEXT, flags=re.DOTALL)
    words = {word for code in re.findall(r"`([^`]+)`", prose) for word in code.split()}
    endings = r"\.(py|js|css|md|yml|toml|ipynb)$|^\.?[\w-]+/"
    return sorted(w for w in words if re.search(endings, w) and "venv" not in w)


def code_of(section):
    """Return the Python that a section shows."""
    text = TEXT.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    [code] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    return code


def test_every_file_that_is_named_is_there():
    named = files_named()
    assert {"bpkit/scene.py", "lessons/NN_name.ipynb", "tests/explorers.py"} <= {*named}
    patterns = {
        path: re.sub("NN|name|NAME", lambda word: CHOSEN[word[0]], path)
        for path in named
        if path != "my-lessons/"  # a learner's, made by `make lab`
    }
    assert [p for p, pattern in patterns.items() if not any(ROOT.glob(pattern))] == []


def test_every_target_of_make_that_is_named_is_there():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"`make ([\w-]+)`", TEXT))
    assert "quick" in named
    assert [t for t in named if not re.search(rf"^{t}:", makefile, re.MULTILINE)] == []


@pytest.fixture(scope="module")
def block(tmp_path_factory):
    """The exercises that are shown, in a module of their own, as in the bank."""
    path = tmp_path_factory.mktemp("contributing") / "lesson_00.py"
    path.write_text(code_of("Add an exercise"), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("lesson_00", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return [e for e in vars(module).values() if isinstance(e, Exercise)]


def answer(exercise, function):
    return function() if exercise.is_number else function


def test_the_exercises_that_are_shown_hold(block):
    assert [exercise.name for exercise in block] == ["mean_distance", "slope_at_five"]
    for exercise in block:
        for right in (exercise.reference, *exercise.variants):
            assert judge(exercise, answer(exercise, right))
        for mistake in exercise.mistakes:
            verdict = judge(exercise, answer(exercise, mistake.function))
            assert (bool(verdict), verdict.mistake) == (False, mistake.name), verdict
        assert min(len(exercise.mistakes), len(exercise.variants) + 1) >= 3
        assert len(exercise.hints) >= 2


def test_the_limits_that_are_named_are_those_that_are_held():
    prose = " ".join(TEXT.split())
    [(low, high)] = re.findall(r"(\d+) to (\d+) code cells", prose)
    assert f"there_are_{low}_to_{high}_code_cells" in RULES
    assert f"a lesson has at most {high}." in prose


def shown_explorer():
    """Return the explorer that is shown, and the number of lines that it takes."""
    code, names = code_of("Add an explorer"), {}
    exec(code, names)
    [shown] = [
        thing
        for thing in names.values()
        if isinstance(thing, type) and issubclass(thing, Explorer) and thing != Explorer
    ]
    return shown(), len(code.splitlines())


def test_the_explorer_that_is_shown_is_short_and_is_drawn():
    explorer, lines = shown_explorer()
    assert lines <= 25
    assert picture_of(explorer.view(explorer.start())).png()
    assert explore(explorer).face.sentence == "At 1 the slope is 2."
    explorers.check_reset(explorer, explorer.start())


@settings(max_examples=30)
@given(st.data())
def test_the_explorer_that_is_shown_has_a_view_of_every_state(data):
    explorer, _ = shown_explorer()
    explorers.checked_view(explorer, data.draw(explorers.states(explorer)))
