"""Look at the site where it is published: a page is read, a live lesson's cell is run.

``python tests/browser/published.py ADDRESS``
"""

import sys

import lab
import web

FIRST = "01_derivative"
CELL = ".jp-Notebook .jp-CodeCell >> nth=0"
# A stored cell has a number already, so that it is busy first tells that it was run.
WATCH = """cell => {
  window.prompts = [];
  const note = () => prompts.push(cell.querySelector('.jp-InputPrompt').textContent);
  new MutationObserver(note).observe(cell, { subtree: true, childList: true });
}"""
RUN = "prompts.includes('[*]:') && /[0-9]/.test(prompts.at(-1))"
# The network brings some 40 MB to a live lesson before its first cell has run.
PATIENCE = 240_000


def read(page, address):
    """Open the first page, go on to lesson 1, and return what was complained of."""
    complaints = web.complaints_of(page, address)
    page.goto(address)
    page.locator("article").get_by_role("link", name="lesson 1").first.click()
    page.get_by_role("link", name="Run this lesson live").wait_for()
    page.evaluate("MathJax.startup.promise")
    formulas = page.locator("mjx-container").count()
    return complaints if formulas else [*complaints, "no formula was set"]


def run_first_cell(page, address):
    """Run the first cell of a notebook that is open there; return its errors."""
    page.goto(address)
    cell = page.locator(CELL)
    cell.locator(".cm-content").click(timeout=PATIENCE)
    cell.evaluate(WATCH)
    page.keyboard.press("Shift+Enter")
    page.wait_for_function(RUN, timeout=PATIENCE)
    kinds = ("application/vnd.jupyter.error", "application/vnd.jupyter.stderr")
    where = ", ".join(f'.jp-OutputArea-output[data-mime-type="{k}"]' for k in kinds)
    return cell.locator(where).all_inner_texts()


def main(address):
    """Print what is wrong with the published site; return whether anything is."""
    from playwright.sync_api import sync_playwright

    live = web.live(address.rstrip("/"), f"{FIRST}.ipynb")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=lab.CHROMIUM, args=lab.QUIET)
        wrong = read(browser.new_page(), address)
        wrong += run_first_cell(browser.new_page(), live)
        browser.close()
    print("\n".join(wrong) or f"{address} can be read, and its lesson 1 runs.")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
