"""What a class is told of itself: counted, without names where none may be."""

import re
from html.parser import HTMLParser

import pytest

from bpkit.grading.box import Limits
from bpkit.grading.classes import counted, example
from bpkit.grading.find import Submission
from bpkit.grading.grade import Options, file_name
from bpkit.grading.points import Points
from bpkit.grading.report import Grading, records_of, write

NAMES = ("bias_gradient", "weight_gradient", "forward_pass", "backprop")
LETTERS = {"r": "Correct", "w": "Not correct", "u": "Not yet", "m": "Missing"}
LETTERS["n"] = "Not judged"
SUM = '''def bias_gradient(delta):
    """By Ana Sol."""
    # Ana, 7b
    return delta.sum(axis=1, keepdims=True), "ana@x.edu"  # mine
'''


def piece(letters, mistake="sums_over_the_batch", message="Expected: 3", note=""):
    rows = [
        {
            "exercise": name,
            "verdict": LETTERS[letter],
            "mistake": mistake if letter == "w" and name == "bias_gradient" else "",
            "message": message,
            "note": note,
            "cell": 1,
        }
        for name, letter in zip(NAMES, letters)
    ]
    return {"rows": rows, "failed": False}


CLASS = {
    "Ana Sol": piece("rrrr"),
    "Bo Li": piece("wrwr"),
    "Cleo <b>": piece("wwuu"),
    "Dora": piece("uumm"),
    "Eve": piece("rrrn", message="The cells that it needs cannot be run: by Eve."),
    "Gus": {"rows": [], "failed": False},
}
CLASS["Gus"]["rows"] = [
    {
        "exercise": "",
        "verdict": "Not judged",
        "mistake": "",
        "message": "not a notebook: it is not JSON (line 1)",
        "note": "",
        "cell": None,
    }
]


@pytest.fixture
def graded():
    found = [
        Submission(who, 6, f"{who}/06.ipynb", (SUM,), saved=0.0, note="the newest")
        for who in CLASS
    ]
    records = records_of(found, list(CLASS.values()), Points())
    return Grading(
        found, records, ["x: left out"], Options("bwrap", Limits()), Points()
    )


class Page(HTMLParser):
    """What a page holds: its tags, its texts, its addresses."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts, self.addresses = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.addresses += [v for k, v in attributes if k in ("href", "src")]

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


@pytest.fixture
def pages(graded, tmp_path):
    write(graded, tmp_path)
    names = "class.html", "learners.html"
    return {name: Page((tmp_path / name).read_text(encoding="utf-8")) for name in names}


def test_a_class_is_counted(graded):
    of = counted(graded.records, lambda record: [SUM], absent=["Hal"])
    assert of.all_right == ["Ana Sol"]
    assert of.not_started == ["Dora", "Hal"]
    assert of.not_judged == ["Eve", "Gus"]
    assert (of.right, of.asked) == (9, 24)
    assert [(e.name, e.right, e.wrong, e.open, e.not_judged) for e in of.exercises] == [
        ("bias_gradient", 2, 2, 1, 1),
        ("forward_pass", 2, 1, 2, 1),
        ("backprop", 2, 0, 2, 2),
        ("weight_gradient", 3, 1, 1, 1),
    ]
    (talk,) = of.talks
    assert (talk.mistake, talk.count, talk.same) == ("sums over the batch", 2, 2)
    assert talk.question == "Double the batch by repeating it: should the slope double?"
    assert dict(of.unnamed) == {"weight_gradient": 1, "forward_pass": 1}
    assert of.lessons == [(6, "the four equations of backpropagation", 6, 1)]


def test_an_example_holds_nothing_of_its_author():
    assert example([SUM], "bias_gradient") == (
        "def bias_gradient(delta):\n    return (delta.sum(axis=1, keepdims=True), '…')"
    )
    nested = 'def f(x):\n  def g(y):\n    "by me"\n    return f"me {y}"\n  return g'
    assert "me" not in example([nested], "f")


@pytest.mark.parametrize("source", ["f = lambda ana: ana", "def f(x):\n    return ANA"])
def test_an_example_that_names_its_author_is_not_shown(source):
    assert example([source], "f", "Sol, Ana_1234567") == ""
    assert example([source], "f", "Bo Li") != ""


def test_the_last_definition_is_the_example():
    cells = ["def f(x): return 1", "def f(x): return 2\nf(3)", "def f(:", "%matplotlib"]
    assert example(cells, "f") == "def f(x):\n    return 2"
    assert example(cells, "g") == ""


def test_the_class_s_page_bears_no_name(pages):
    page = pages["class.html"]
    for who in (*CLASS, "Ana", "Cleo", "ana@x.edu", "7b"):
        assert who not in page.text
    assert "Of 6 learners, 1 have everything right, 1 have not started" in page.text
    assert "sums over the batch in bias_gradient (lesson 6): 2 learners." in page.text
    assert "2 gave these very lines" in page.text
    assert "1 rows" not in page.text
    assert "1 row: The cells that it needs cannot be run." in page.text
    assert "1 row: not a notebook." in page.text


def test_the_learners_page_bears_them(pages):
    page = pages["learners.html"]
    assert all(who in page.text for who in CLASS)
    assert "Not started Dora" in page.text
    assert "Gus Gus/06.ipynb the notebook Not judged: not a notebook" in page.text
    assert "x: left out" in page.text


def test_the_pages_need_nothing_but_themselves(pages, tmp_path):
    for page in pages.values():
        assert not {"script", "img", "link", "iframe", "object"} & set(page.tags)
        for address in page.addresses:
            assert (tmp_path / address.replace("%3C", "<")).exists()
        assert page.tags.count("h1") == page.tags.count("main") == 1
    assert "b" not in pages["learners.html"].tags  # the name that looks like a tag


def test_each_learner_is_told_what_check_says(graded, tmp_path):
    write(graded, tmp_path)
    text = (tmp_path / "feedback" / f"{file_name('Bo Li')}.md").read_text("utf-8")
    assert text.startswith("# Bo Li\n\n## Lesson 6: Bo Li/06.ipynb\n\nthe newest.\n")
    assert (
        "### ✗ bias_gradient: Not correct (0 of 1)\n\n```\nExpected: 3\n```\n" in text
    )
    assert len(list((tmp_path / "feedback").iterdir())) == len(CLASS)


def test_a_message_cannot_leave_its_fence(graded, tmp_path):
    graded.records[0]["rows"][0]["message"] = "```\n# forged"
    write(graded, tmp_path)
    text = (tmp_path / "feedback" / f"{file_name('Ana Sol')}.md").read_text("utf-8")
    assert "````\n```\n# forged\n````" in text


def test_half_a_character_in_a_name_loses_nothing(tmp_path):
    found = [Submission("a\udcff", 6, "a\udcff/06.ipynb")]
    records = records_of(found, [piece("rrrr")], Points())
    write(Grading(found, records, [], Options(), Points()), tmp_path)
    assert r"a\udcff,6,bias_gradient,Correct" in (tmp_path / "grades.csv").read_text(
        "utf-8"
    )


@pytest.mark.parametrize(
    "names",
    [("Ana", "ana"), ("a/b", "a_b"), ("../x", "x"), ("", "learner"), ("é", "e")],
)
def test_two_learners_never_share_a_file(names):
    files = {file_name(name).casefold() for name in names}
    assert len(files) == 2
    assert all(re.fullmatch(r"[\w-]+", file) for file in files)
