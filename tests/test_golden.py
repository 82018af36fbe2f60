"""What the checker says to typical wrong answers, word for word."""

import pytest
from tools import tool

golden = tool("golden")
FILES = sorted(golden.GOLDEN.glob("*.txt"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_verdict_is_the_one_that_was_read(path):
    text = path.read_text("utf-8")
    assert golden.judged(text) == text, "read the difference, then: make golden"


def test_each_lesson_has_two_or_more_and_none_is_right():
    lessons = [path.stem[:2] for path in FILES]
    assert {lesson: lessons.count(lesson) >= 2 for lesson in lessons} == {
        f"{n:02}": True for n in range(1, 11)
    }
    for path in FILES:
        assert ": Not correct" in path.read_text("utf-8"), path
