"""A JupyterLab of the tests' own, and a page of Chromium that looks at it."""

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome")
     if (path := shutil.which(name))),
    None,
)  # fmt: skip
QUIET = [
    "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
IDLE = """() => {
  const shown = window.jupyterapp && window.jupyterapp.shell.currentWidget;
  const session = shown && shown.sessionContext && shown.sessionContext.session;
  const prompts = [...document.querySelectorAll('.jp-InputPrompt')];
  return session && session.kernel && session.kernel.status === 'idle'
    && !prompts.some(e => e.textContent.includes('*'));
}"""
PICTURE = """widget => {
  const canvas = widget.querySelector('canvas[role=img]');
  const {width, height} = canvas;
  const pixels = canvas.getContext('2d').getImageData(0, 0, width, height);
  let hash = 0, inked = 0;
  for (let k = 0; k < pixels.data.length; k += 4) {
    const grey = pixels.data[k] + 3 * pixels.data[k + 1] + 7 * pixels.data[k + 2];
    hash = (hash * 31 + grey) | 0;
    inked += grey !== 255 * 11;
  }
  return [hash, inked];
}"""


@contextlib.contextmanager
def jupyterlab(folder, home, command=("jupyterlab",)):
    """Serve a folder on loopback, with no user's settings; yield the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    names = {"CONFIG": "config", "DATA": "data", "RUNTIME": "run"}
    env = os.environ | {f"JUPYTER_{k}_DIR": str(home / v) for k, v in names.items()}
    env |= {"IPYTHONDIR": str(home / "ipython"), "OPENBLAS_NUM_THREADS": "1"}
    env |= {"JUPYTERLAB_SETTINGS_DIR": str(home / "settings")}
    env |= {"JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces")}
    with open(home / "server.log", "wb") as log:
        server = subprocess.Popen(
            [
                sys.executable, "-m", *command, "--no-browser", "--allow-root",
                "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0",
                f"--IdentityProvider.token={token}",
                f"--ServerApp.root_dir={folder}",
                "--LabApp.expose_app_in_browser=True", "--LabApp.news_url=None",
                "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            ],
            stdout=log, stderr=log, env=env,
        )  # fmt: skip
    try:
        _wait_for(f"http://127.0.0.1:{port}/api?token={token}", server, home)
        yield lambda name: f"http://127.0.0.1:{port}/doc/tree/{name}?token={token}"
    finally:
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()


def _wait_for(address, server, home):
    """Return when the server answers."""
    for _ in range(300):
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(address, timeout=2).read()
            return
        if server.poll() is not None:
            break
        time.sleep(0.2)
    raise RuntimeError((home / "server.log").read_text(encoding="utf-8"))


class Lesson:
    """A lesson, open in a page, where all cells are run unless it is only opened."""

    patience = 120_000  # milliseconds until every cell has been run

    def __init__(self, page, address, run=True):
        self.page, self.address, self.complaints = page, address, []
        page.on("console", self._note)
        page.on("pageerror", lambda e: self.complaints.append(f"page error: {e}"))
        page.goto(address)
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
        self.wait_until_idle()
        if run:
            self.run_all_cells()

    def run_all_cells(self):
        """Run every cell and wait for the last."""
        self.command("notebook:run-all-cells")
        self.page.wait_for_timeout(500)
        self.wait_until_idle()

    def save_and_leave(self):
        """Save the lesson, shut its kernel down and close the page."""
        self.command("docmanager:save")
        session = "window.jupyterapp.shell.currentWidget.sessionContext"
        self.page.evaluate(f"{session}.shutdown()")
        self.page.close()

    def command(self, name):
        """Let JupyterLab do something and wait until it is done."""
        self.page.evaluate(f"window.jupyterapp.commands.execute('{name}')")

    def _note(self, message):
        """Keep what the page's console calls an error."""
        if message.type == "error":
            self.complaints.append(f"console: {message.text}")

    def wait_until_idle(self):
        """Wait until every cell has been run."""
        self.page.wait_for_function(IDLE, timeout=self.patience)

    def show_cell(self, place):
        """Scroll to a cell, which JupyterLab builds only then; return its selector."""
        notebook = "window.jupyterapp.shell.currentWidget.content"
        self.page.evaluate(f"{notebook}.scrollToItem({place}, 'center')")
        cell = f'.jp-Cell[data-windowed-list-index="{place}"]'
        self.page.wait_for_selector(f"{cell} .jp-OutputArea-output:visible")
        return cell

    def failed_outputs(self):
        """Return the texts of the errors and warnings under the cells."""
        kinds = ("application/vnd.jupyter.error", "application/vnd.jupyter.stderr")
        where = ", ".join(f'.jp-OutputArea-output[data-mime-type="{k}"]' for k in kinds)
        return self.page.locator(where).all_inner_texts()

    def explorers(self):
        """Return the explorers, scrolling so that the page builds each of them."""
        cells = self.page.locator(".jp-Cell")
        for i in range(cells.count()):
            cells.nth(i).scroll_into_view_if_needed()
        self.page.wait_for_timeout(500)
        found = self.page.locator(".bpkit")
        return [Explorer(self.page, found.nth(i)) for i in range(found.count())]


class Explorer:
    """An explorer in the page."""

    def __init__(self, page, widget):
        self.page, self.widget = page, widget
        widget.scroll_into_view_if_needed()

    def picture(self):
        """Return a number that changes with the picture, and how much ink it has."""
        return self.widget.evaluate(PICTURE)

    def sentence(self):
        """Return the sentence under the picture."""
        return self.widget.locator(".bpkit-sentence").inner_text()

    def error(self):
        """Return the error that the explorer shows, or an empty string."""
        return self.widget.locator(".bpkit-error").inner_text()

    def seen(self):
        """Return all that can change: picture, sentence, and texts in fields."""
        fields = self.widget.locator("textarea, input[type=text]")
        texts = fields.evaluate_all("fields => fields.map(f => f.value)")
        return json.dumps([self.picture(), self.sentence(), texts])

    def settled(self):
        """Return what is seen once nothing has changed for a while."""
        seen = self.seen()
        for _ in range(40):
            self.page.wait_for_timeout(300)
            before, seen = seen, self.seen()
            if seen == before:
                break
        return seen

    def changes_from(self, before, seconds=4):
        """Return whether what is seen differs from `before` within the time."""
        for _ in range(int(seconds * 20)):
            if self.seen() != before:
                return True
            self.page.wait_for_timeout(50)
        return False

    def control(self, kind):
        """Return the controls of a kind, by CSS."""
        found = self.widget.locator(f".bpkit-controls {kind}")
        return [found.nth(i) for i in range(found.count())]

    def press(self, name):
        """Press a button by its name."""
        self.widget.locator(f'button[name="{name}"]').click()


def lessons():
    """Return the lessons of the course."""
    return sorted((Path(__file__).parents[2] / "lessons").glob("*.ipynb"))


def excerpt(number, words, folder):
    """Write the cells of a lesson that hold some words to a folder; return the file."""
    path = lessons()[number - 1]
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cells = [c for c in notebook["cells"] if words in "".join(c["source"])]
    file = folder / f"excerpt_{number}_{words}.ipynb"
    file.write_text(json.dumps(notebook | {"cells": cells}), encoding="utf-8")
    return file
