"""One JupyterLab and one Chromium for all tests in this folder.

They need Chromium on the PATH and playwright (the extra ``browser``).
"""

import shutil

import lab
import pytest


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Return a folder with a copy of every lesson."""
    folder = tmp_path_factory.mktemp("lessons")
    for lesson in lab.lessons():
        shutil.copy(lesson, folder)
    return folder


@pytest.fixture(scope="session")
def address(folder, tmp_path_factory):
    """Serve that folder; return what gives a notebook's address."""
    with lab.jupyterlab(folder, tmp_path_factory.mktemp("home")) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    """Start Chromium."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed (extra: browser)"
    )
    if lab.CHROMIUM is None:
        pytest.skip("no Chromium on this machine's PATH")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=lab.CHROMIUM, args=lab.QUIET)
        yield browser
        browser.close()
