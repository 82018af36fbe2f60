"""One JupyterLab, one Chromium and one way to build the site for all tests here.

They need Chromium on the PATH and playwright (the extra ``browser``).
"""

import shutil
import subprocess
from pathlib import Path

import lab
import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".venv-site/bin/python"


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


@pytest.fixture(scope="session")
def build(tmp_path_factory):
    """Return what builds a part of the site, "book" or "live", and gives the folder."""

    def build(part):
        if not TOOLS.exists():
            pytest.skip("the site's tools are not installed: make test-site does that")
        out = tmp_path_factory.mktemp("site")
        command = [TOOLS, ROOT / f"site/{part}.py", out]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return out

    return build
