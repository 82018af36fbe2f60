"""The book as readers meet it: in Chromium, over a server of files, offline."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import lab
import nbformat
import published
import pytest
import web

from bpkit.exercises import bank

ROOT = Path(__file__).resolve().parents[2]
LESSONS = [path.name for path in lab.lessons()]
# A window of 1280 pixels with its scroll bar; a phone.
WIDE, PHONE = {"width": 1265, "height": 900}, {"width": 390, "height": 844}
TYPESET = "window.MathJax && MathJax.startup && MathJax.startup.promise"

# What may not be found on a page: for each fault, what of it is shown.
FAULTS = {
    # A command that MathJax does not know it writes in red.
    "a formula in error": """() =>
      [...document.querySelectorAll('mjx-merror, mjx-mtext[style*="red"]')]
        .map(e => e.closest('mjx-container').textContent)""",
    "raw TeX": r"""() => {
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const found = [];
      while (texts.nextNode()) {
        const { parentElement, data } = texts.currentNode;
        if (parentElement.closest('pre, code, script, style, mjx-container')) continue;
        if (/\$\$|\$[^$\n]+\$|\\\(|\\\[/.test(data)) found.push(data.trim());
      }
      return found;
    }""",
    "a picture without words": """() =>
      [...document.images].filter(e => !e.alt || /\\.(png|svg)$/.test(e.alt))
        .map(e => e.src.slice(0, 80))""",
    "what cannot be read to its end": """() =>
      [...document.querySelectorAll('article :is(pre, .math, mjx-container)')]
        .filter(e => e.scrollWidth > e.clientWidth + 1
          && getComputedStyle(e).overflowX === 'hidden')
        .map(e => e.textContent)""",
}
WIDE_CODE = """() => [...document.querySelectorAll('pre')]
  .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"""
TOO_WIDE = "document.documentElement.scrollWidth - window.innerWidth"
HREFS = "[...document.querySelectorAll('a[href]')].map(e => e.href)"


@pytest.fixture(scope="module")
def folder(build):
    """Build the book; return its folder."""
    return build("book")


@pytest.fixture(scope="module")
def address(folder):
    with web.served(folder) as address:
        yield address


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport=WIDE)
    yield page
    page.close()


def faults(page, address, folder):
    """Return what is wrong with a page that is open at 1280 pixels."""
    page.evaluate(TYPESET)
    found = [(name, text) for name in FAULTS for text in page.evaluate(FAULTS[name])]
    found += [("code that scrolls", text) for text in page.evaluate(WIDE_CODE)]
    found += [("a dead link", href) for href in dead(page, address, folder)]
    page.set_viewport_size(PHONE)
    page.wait_for_timeout(100)
    if wide := page.evaluate(TOO_WIDE):
        found.append(("wider than a phone", wide))
    name = "what cannot be read to its end"
    return found + [(name, text) for text in page.evaluate(FAULTS[name])]


def dead(page, address, folder):
    """Return the links of a page into the site that lead nowhere."""
    inside = {href for href in page.evaluate(HREFS) if href.startswith(address)}
    return sorted(href for href in inside if not leads_somewhere(href, folder))


def leads_somewhere(href, folder):
    """Return whether an address is a file of the book, or a lesson that runs live."""
    link = urlsplit(href)
    path = unquote(link.path).removeprefix("/") or "index.html"
    if path == "lite/notebooks/index.html":
        return link.query.removeprefix("path=") in LESSONS
    file = folder / path
    if not file.is_file() or not link.fragment:
        return file.is_file()
    text = file.read_text(encoding="utf-8")
    return f'id="{unquote(link.fragment)}"' in text


@pytest.mark.parametrize("name", ["index", "search"])
def test_a_page_is_whole_and_asks_nothing_of_other_addresses(
    name, page, address, folder
):
    complaints = web.complaints_of(page, address)
    page.goto(f"{address}/{name}.html")
    assert faults(page, address, folder) == []
    assert complaints == []


@pytest.mark.parametrize("lesson", lab.lessons(), ids=lambda lesson: lesson.stem)
def test_a_lesson_is_whole_and_offers_what_it_leaves_open(
    lesson, page, address, folder
):
    complaints = web.complaints_of(page, address)
    page.goto(f"{address}/lessons/{lesson.stem}.html")
    its_live_lesson = f"{address}/lite/notebooks/index.html?path={lesson.name}"
    ways = page.locator(".ways")
    assert ways.locator(".live").evaluate("e => e.href") == its_live_lesson
    minutes, exercises = figures(lesson)
    assert ways.locator("span").inner_text() == (
        f"{minutes} minutes · {exercises} exercises"
    )
    cells = nbformat.read(lesson, as_version=4).cells
    stubs = ["exercise" in cell.metadata.get("tags", []) for cell in cells]
    assert page.locator("p.yours + div.cell.tag_exercise").count() == sum(stubs)
    explorers = [cell.source.startswith("explore(") for cell in cells]
    moved = page.locator(".bpkit-stored a").evaluate_all(
        "links => links.map(e => e.href)"
    )
    assert moved == [its_live_lesson] * sum(explorers)
    assert page.get_by_text("Run this cell in Jupyter").count() == 0
    assert faults(page, address, folder) == []
    assert complaints == []


def test_a_lesson_is_downloaded_as_it_is_stored(page, address):
    lesson = lab.lessons()[2]
    page.goto(f"{address}/lessons/{lesson.stem}.html")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == lesson.name
    assert download.value.path().read_bytes() == lesson.read_bytes()


BROKEN = {
    "raw TeX": "<p>Its slope is $2x$.</p>",
    "a picture without words": '<img alt="plot.png" src="data:image/png;base64,">',
    "code that scrolls": f"<pre style='overflow: auto'>{'x' * 400}</pre>",
    "a dead link": '<p id="here"><a href="#there">there</a></p>',
    "wider than a phone": '<div style="width: 500px">wide</div>',
    "what cannot be read to its end": (
        f'<article><pre style="overflow: hidden">{"x" * 400}</pre></article>'
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_what_is_wrong_with_a_page_is_noticed(fault, page, tmp_path):
    head = '<!doctype html><link rel="icon" href="data:,"><title>broken</title>'
    (tmp_path / "index.html").write_text(head + BROKEN[fault], encoding="utf-8")
    with web.served(tmp_path) as address:
        page.goto(f"{address}/index.html")
        assert fault in {name for name, _ in faults(page, address, tmp_path)}


def test_formulas_that_cannot_be_set_are_noticed(page, address):
    page.goto(f"{address}/lessons/03_gradient_descent.html")
    page.evaluate(TYPESET)
    page.locator("article p").first.evaluate(
        r"""(node, wrong) => {
          const formula = tex => `<span class="math">\\(${tex}\\)</span>`;
          node.innerHTML = wrong.map(formula).join(' and ');
          return MathJax.typesetPromise([node]);
        }""",
        [r"\fraq12", r"\frac{1}", "x^2^3", "{x"],
    )
    assert len(page.evaluate(FAULTS["a formula in error"])) == 3
    assert page.evaluate(FAULTS["raw TeX"]) == [r"\({x\)"]


def test_a_request_to_elsewhere_and_one_in_vain_are_noticed(page, tmp_path):
    html = '<img src="http://elsewhere.invalid/a.png"><img src="gone.png">'
    (tmp_path / "index.html").write_text(html, encoding="utf-8")
    with web.served(tmp_path) as address:
        complaints = web.complaints_of(page, address)
        page.goto(f"{address}/index.html")
        page.wait_for_load_state("load")
    assert "asks for http://elsewhere.invalid/a.png" in complaints
    assert f"404: {address}/gone.png" in complaints


def test_the_first_page_says_what_the_course_is(page, address):
    page.goto(f"{address}/")
    for said in ("For whom:", "How long:", "Afterwards"):
        assert page.get_by_text(said).is_visible()
    assert page.locator("article img").evaluate("e => e.naturalWidth") > 600
    rows = page.locator("article table tbody tr")
    shown = [rows.nth(k).locator("td").all_inner_texts() for k in range(rows.count())]
    assert [cells[2:] for cells in shown[:-1]] == [
        figures(path) for path in lab.lessons()
    ]


def test_the_look_at_the_published_site_reads_it(page, address):
    assert published.read(page, f"{address}/") == []


def figures(lesson):
    """Return a lesson's minutes and its number of exercises, as texts."""
    opening = nbformat.read(lesson, as_version=4).cells[0].source
    [minutes] = re.findall(r"\*\*Minutes:\*\* about (\d+)", opening)
    exercises = sum(e.lesson == int(lesson.name[:2]) for e in bank().values())
    return [minutes, str(exercises)]


def test_the_search_finds_pages_offline(page, address):
    complaints = web.complaints_of(page, address)
    page.goto(f"{address}/search.html?q=learning+rate")
    found = page.locator("#search-results li a")
    found.first.wait_for()
    pages = found.evaluate_all("links => links.map(e => e.pathname)")
    assert "/lessons/03_gradient_descent.html" in pages
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index", "lessons/03_gradient_descent"])
def test_a_page_is_accessible(name, scheme, page, address):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright",
        reason="axe-playwright-python is not installed (extra: browser)",
    ).Axe()
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{address}/{name}.html")
    page.evaluate(TYPESET)
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    # Formulas and code are MathJax's and the theme's, and take axe long.
    known = {"exclude": [["mjx-container"], [".highlight"]]}
    found = axe.run(page, context=known).response
    assert [
        (rule["id"], node["html"][:200])
        for rule in found["violations"]
        for node in rule["nodes"]
    ] == []
