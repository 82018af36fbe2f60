"""What axe-core finds on the pages of a graded class, and how they print."""

import pytest

from bpkit.grading.find import Submission
from bpkit.grading.grade import Options
from bpkit.grading.points import Points
from bpkit.grading.report import Grading, records_of, write

VERDICTS = "Correct", "Not correct", "Not yet", "Not judged"
NAMES = "bias_gradient", "weight_gradient", "forward_pass", "backprop"
LONG = "def bias_gradient(delta):\n    return " + " + ".join(["delta.sum(axis=1)"] * 20)


def piece(k):
    rows = [
        {
            "exercise": name,
            "verdict": VERDICTS[(k + n) % 4],
            "mistake": "sums_over_the_batch" if (k + n) % 4 == 1 and not n else "",
            "message": "it did not end within 5 seconds" * (n % 2),
            "note": "names are bound by exec: the whole notebook was run" * (k % 2),
            "cell": 1,
        }
        for n, name in enumerate(NAMES)
    ]
    return {"rows": rows, "failed": False}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Return the folder of a graded class of eight."""
    out = tmp_path_factory.mktemp("graded")
    found = [
        Submission(f"learner {k}", 6, f"{k}/06.ipynb", (LONG,), note="late" * (k % 2))
        for k in range(8)
    ]
    records = records_of(found, [piece(k) for k in range(8)], Points(title="Autumn"))
    write(Grading(found, records, ["x: left out"], Options(), Points()), out)
    return out


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport={"width": 800, "height": 900})
    yield page
    page.close()


@pytest.mark.parametrize("name", ["class.html", "learners.html"])
def test_a_report_is_accessible(name, page, pages):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright",
        reason="axe-playwright-python is not installed (extra: browser)",
    ).Axe()
    page.goto((pages / name).as_uri())
    found = axe.run(page).response["violations"]
    assert [
        (rule["id"], node["html"]) for rule in found for node in rule["nodes"]
    ] == []


@pytest.mark.parametrize("name", ["class.html", "learners.html"])
def test_a_report_asks_for_nothing_and_fits_its_page(name, page, pages):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((pages / name).as_uri())
    assert asked == [(pages / name).as_uri()]
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) == 0
    page.emulate_media(media="print")
    assert page.evaluate(wide) == 0


def test_the_bars_are_as_long_as_their_numbers(page, pages):
    page.goto((pages / "class.html").as_uri())
    lengths = page.evaluate(
        "[...document.querySelectorAll('.bar')].map(bar => [...bar.children]"
        ".map(part => part.getBoundingClientRect().width / bar.clientWidth))"
    )
    assert len(lengths) == 4
    assert all(
        length == pytest.approx(1 / 4, abs=0.01) for bar in lengths for length in bar
    )
