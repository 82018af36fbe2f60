"""Build the book: the lessons as they are stored, to be read without Jupyter.

``python site/book.py OUT`` writes it to a folder. No cell is run, and the pages ask
nothing of any other address: MathJax comes from the folder of the site's tools.
"""

import json
import re
import shutil
import sys
import tempfile
from pathlib import Path

from sphinx.cmd.build import main as sphinx

from bpkit.exercises import bank

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
LESSONS = sorted(ROOT.glob("lessons/*.ipynb"))
MATHJAX = Path(sys.prefix) / "node_modules/mathjax"

WIDGET = "application/vnd.jupyter.widget-view+json"
STILL = "This is a picture. Run this cell in Jupyter to bring it to life."
# In the book, the ways to begin are on its first page.
INSTALLED = "../README.md#three-ways-to-begin", "index.md#Three-ways-to-begin"
YOURS = '<p class="yours">Yours to write</p>'
WAYS = """<p class="ways">
<a class="live" href="{live}">Run this lesson live</a>
<a href="{file}" download>Download</a>
<span>{minutes} minutes · {exercises} exercises</span>
<small><a href="../live.html">How live work is kept</a></small>
</p>"""


def anchor(title):
    """Return a heading's anchor as JupyterLab writes it: one link does for both."""
    return title.replace(" ", "-")


def live(lesson):
    """Return the address at which a lesson runs, as seen from its page."""
    return f"../lite/notebooks/index.html?path={lesson.name}"


def ways(lesson, opening):
    """Return what stands under a lesson's title: how to run it, how long it takes."""
    return WAYS.format(
        live=live(lesson),
        file=lesson.name,
        minutes=re.search(r"\*\*Minutes:\*\*\D*(\d+)", opening)[1],
        exercises=sum(e.lesson == int(lesson.name[:2]) for e in bank().values()),
    )


def markdown(name, text):
    """Return a cell of text."""
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": text}


def still(output, lesson):
    """Return an explorer's stored picture with the link to where it moves."""
    link = (
        f'This is a picture. <a href="{live(lesson)}">Move it in the live lesson.</a>'
    )
    html = "".join(output.get("data", {}).get("text/html", ""))
    if STILL in html:
        output["data"]["text/html"] = html.replace(STILL, link)
    return output


def page(lesson):
    """Return a lesson's notebook with what its page in the book says beyond it."""
    notebook = json.loads(lesson.read_text(encoding="utf-8"))
    cells = []
    for cell in notebook["cells"]:
        if "exercise" in cell["metadata"].get("tags", []):
            cells.append(markdown(f"{cell['id']}-yours", YOURS))
        if cell["cell_type"] == "code":
            cell["outputs"] = [
                still(output, lesson)
                for output in cell["outputs"]
                if WIDGET not in output.get("data", {})
            ]
        cells.append(cell)
    opening = "".join(cells[0]["source"])
    title, rest = opening.split("\n", 1)
    cells[0]["source"] = f"{title}\n\n{ways(lesson, opening)}\n{rest}"
    return notebook | {"cells": cells}


def write_sources(folder):
    """Write what Sphinx reads: the first page, with README, and the lessons."""
    (folder / "lessons").mkdir()
    (folder / ".github").mkdir()
    for name in ("README.md", ".github/explorer.png"):
        shutil.copy(ROOT / name, folder / name)
    shutil.copy(HERE / "index.md", folder)
    text = (ROOT / "docs/live.md").read_text(encoding="utf-8")
    (folder / "live.md").write_text(text.replace(*INSTALLED), encoding="utf-8")
    for lesson in LESSONS:
        text = json.dumps(page(lesson))
        (folder / "lessons" / lesson.name).write_text(text, encoding="utf-8")


def copy_mathjax(folder):
    """Copy the part of MathJax that turns TeX into HTML, with its fonts and licence."""
    fonts = "output/chtml/fonts/woff-v2"
    shutil.copytree(MATHJAX / "es5" / fonts, folder / fonts, dirs_exist_ok=True)
    for file in ("es5/tex-chtml-full.js", "LICENSE"):
        shutil.copy(MATHJAX / file, folder)


def build(out):
    """Write the book to a folder; return whether Sphinx had nothing against it."""
    with tempfile.TemporaryDirectory() as scratch:
        # In a folder between, since myst-nb writes beside the pages, too.
        source, pages = Path(scratch, "source"), Path(scratch, "pages")
        source.mkdir()
        write_sources(source)
        strict = ["-W", "--keep-going", "-q", "-j", "auto"]
        failed = sphinx([*strict, "-c", str(HERE), str(source), str(pages)])
        copy_mathjax(pages / "_static/mathjax")
        for lesson in LESSONS:
            shutil.copy(lesson, pages / "lessons")
        left = shutil.ignore_patterns(".doctrees", ".buildinfo", "_sources", "*.map")
        shutil.copytree(pages, out, ignore=left, dirs_exist_ok=True)
    return not failed


if __name__ == "__main__":
    sys.exit(not build(sys.argv[1]))
