"""Measure the explorers in a real JupyterLab, in headless Chromium.

For every explorer: the milliseconds from a key press on its first slider (or its first
button, where it has no slider) to the new picture, and the memory of kernel and page
before and after many moves. For those that train, also their pictures a second while
they play, and how long Pause takes; the tuner keeps fifty runs by then. It needs
playwright from PyPI and a Chromium on the PATH (or its path in CHROMIUM); the server
and the notebook are temporary. With the folder of a built site, and that of the wheels
that tests/browser/offline.py lays into it, the kernel is the page's own; of its memory
nothing is known.

    python benchmarks/widgets.py [--moves N] [--only Playground] [--live _site WHEELS]
"""

import argparse
import contextlib
import importlib
import importlib.util
import inspect
import os
import pkgutil
import signal
import sys
import tempfile
from math import nan
from pathlib import Path
from statistics import median

import bpkit.widgets
from bpkit.widgets.explorer import Explorer

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "browser"))
import lab
import offline
import web

PRESSES = 15
PLAYING = 3  # seconds, less than the tuner's longest run takes
# How an explorer is made that needs something to explore.
MADE = {
    "DigitPad": """from bpkit import Network, load_digits
training_data, (x, labels) = load_digits()
net = Network([64, 30, 10], seed=0)
net.SGD(training_data, 3, 10, 3.0)
shown = DigitPad(net.weights, net.biases, x, labels)""",
    "Tuner": """from dataclasses import replace
from bpkit.widgets.tuner import KEPT, Run, Settings
shown = Tuner()
for seed in range(KEPT):
    run = Run(seed + 1, replace(Settings(), seed=seed))
    while not run.done:
        run.tick()
    shown.runs[run.settings] = run""",
}
PLAYED = {"Playground", "Tuner"}

# The canvas gets a new aria-label right after it was drawn; the frame after that has
# the picture on the screen.
IN_PAGE = """
window.pictures = [];
window.watchPictures = (canvas) => {
  new MutationObserver((all) => { pictures.push(...all.map(() => performance.now())); })
    .observe(canvas, { attributes: true, attributeFilter: ["aria-label"] });
};
window.nextPicture = (canvas) => new Promise((resolve) => {
  let pressed = null;
  const press = () => { pressed = performance.now(); };
  for (const kind of ["keydown", "click"])
    document.addEventListener(kind, press, { capture: true, once: true });
  const seen = new MutationObserver(() => {
    if (pressed === null) return;
    seen.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - pressed)));
  });
  seen.observe(canvas, { attributes: true, attributeFilter: ["aria-label"] });
  setTimeout(() => resolve(null), 8000);
});
window.lastPicture = (canvas, still) => new Promise((resolve) => {
  const start = performance.now();
  let last = 0;
  new MutationObserver(() => { last = performance.now() - start; })
    .observe(canvas, { attributes: true, attributeFilter: ["aria-label"] });
  setTimeout(() => resolve(last), still);
});
"""


def explorers():
    """Return (module, class) names of every explorer, by module."""
    found = []
    for module in pkgutil.iter_modules(bpkit.widgets.__path__):
        name = f"bpkit.widgets.{module.name}"
        for _, kind in inspect.getmembers(
            importlib.import_module(name), inspect.isclass
        ):
            if kind.__module__ == name and kind in Explorer.__subclasses__():
                found.append((name, kind.__name__))
    return found


def write_notebook(path, module, name):
    """Write a notebook with one cell that shows an explorer."""
    import nbformat

    notebook = nbformat.v4.new_notebook()
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    notebook.metadata.language_info = {"name": "python"}  # a live page asks without it
    made = MADE.get(name, f"shown = {name}()")
    code = (
        "from bpkit.widgets import explore\n"
        f"from {module} import {name}\n\n{made}\nexplore(shown)"
    )
    notebook.cells = [nbformat.v4.new_code_cell(code)]
    nbformat.write(notebook, path)


@contextlib.contextmanager
def addresses(folder, live):
    """Yield what gives the address of a folder's notebook: in JupyterLab, or live."""
    if not live:
        with lab.jupyterlab(folder, folder) as address:
            yield address
        return
    site = folder / "site"
    offline.with_python(*live, site)

    def address(name):
        offline.add(site, folder / name)
        return web.live(at, name)

    with web.served(site) as at:
        yield address


def open_widget(page, address):
    """Open a notebook, run it, and return the widget's locator."""
    lab.Lesson(page, address)
    widget = page.locator(".bpkit").first
    widget.wait_for(timeout=60_000)
    page.add_script_tag(content=IN_PAGE)
    page.wait_for_timeout(1000)
    return widget


def first_control(widget):
    """Return what to press on, and its two keys that undo one another."""
    sliders = widget.locator("input[type=range]")
    if sliders.count():
        slider, keys = sliders.first, ("ArrowRight", "ArrowLeft")
        at_end = slider.input_value() == slider.get_attribute("max")
        return slider, keys[::-1] if at_end else keys
    return widget.locator("button").first, ("Enter", "Enter")


def latencies(page, widget):
    """Return the milliseconds from each of some key presses to the new picture."""
    canvas = widget.locator("canvas:not(.bpkit-pad)").element_handle()
    control, keys = first_control(widget)
    control.focus()
    times = []
    for k in range(PRESSES):
        page.evaluate("(c) => { window.answer = nextPicture(c); }", canvas)
        page.keyboard.press(keys[k % 2])
        times.append(page.evaluate("() => window.answer"))
        page.wait_for_timeout(150)
    return times


def move(page, widget, moves):
    """Make many moves, each as soon as the one before has been answered."""
    canvas = widget.locator("canvas:not(.bpkit-pad)").element_handle()
    control, keys = first_control(widget)
    control.focus()
    for k in range(moves):
        page.evaluate("(c) => { window.answer = nextPicture(c); }", canvas)
        page.keyboard.press(keys[k % 2])
        page.evaluate("() => window.answer")


def memory(page):
    """Return the MB of the kernel (resident) and of the page (JavaScript)."""
    import psutil  # ipykernel needs it, so it is there

    processes = psutil.Process().children(recursive=True)
    kernels = [p for p in processes if "ipykernel_launcher" in " ".join(p.cmdline())]
    in_the_page = "/lite/" in page.url
    kernel = nan if in_the_page else max(p.memory_info().rss for p in kernels)
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    heap = session.send("Runtime.getHeapUsage")["usedSize"]
    session.detach()
    return kernel / 1e6, heap / 1e6


def play(page, widget):
    """Return the pictures a second, and the milliseconds that the last one is late."""
    canvas = widget.locator("canvas").first.element_handle()
    button = widget.locator("button[name=play]")
    page.evaluate("(c) => watchPictures(c)", canvas)
    for epochs in widget.locator("input[name=epochs]").all():  # as many as it goes
        epochs.press("End")
    page.evaluate("() => pictures.splice(0)")
    button.click()
    page.wait_for_timeout(1000 * PLAYING)
    drawn = page.evaluate("() => window.pictures")[
        1:
    ]  # the first is that of Play itself
    late = page.evaluate(
        "([c, b]) => { const last = lastPicture(c, 1000); b.click(); return last; }",
        [canvas, button.element_handle()],
    )
    return 1000 * (len(drawn) - 1) / (drawn[-1] - drawn[0]), late


def measure(browser, address, folder, module, name, moves):
    """Measure one explorer and print its line."""
    notebook = folder / f"{name}.ipynb"
    write_notebook(notebook, module, name)
    page = browser.new_page(viewport={"width": 1200, "height": 1400})
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    widget = open_widget(page, address(notebook.name))
    times = latencies(page, widget)
    lost = times.count(None)
    kept = [t for t in times if t is not None] or [float("nan")]
    played = play(page, widget) if name in PLAYED else None
    move(page, widget, 50)  # until caches are warm
    kernel, heap = memory(page)
    move(page, widget, moves)
    more_kernel, more_heap = memory(page)
    print(
        f"{name:<22}{median(kept):>7.0f}{min(kept):>6.0f}{max(kept):>6.0f}{lost:>6}"
        f"{kernel:>10.0f}{more_kernel - kernel:>+8.1f}{heap:>8.0f}"
        f"{more_heap - heap:>+8.1f}",
        flush=True,
    )
    if played:
        print(
            "{:<22}{:.0f} pictures a second, Pause takes {:.0f} ms".format(
                "  playing:", *played
            )
        )
    for problem in errors:
        print("  error in the page:", problem)
    page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.close()


def main():
    """Measure the explorers that were asked for."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so the server ends too
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--moves", type=int, default=1000)
    parser.add_argument("--only", help="name of one explorer")
    parser.add_argument("--live", nargs=2, type=Path, metavar=("SITE", "WHEELS"))
    args = parser.parse_args()
    chromium = os.environ.get("CHROMIUM") or lab.CHROMIUM
    if not chromium or not importlib.util.find_spec("playwright"):
        missing = "Chromium" if not chromium else "playwright"
        sys.exit(
            f"{missing} is missing. This benchmark needs playwright (pip install "
            "playwright) and a Chromium on the PATH, or its path in CHROMIUM."
        )
    from playwright.sync_api import sync_playwright

    chosen = [e for e in explorers() if args.only in (None, e[1])]
    print("milliseconds from key press to new picture, and megabytes")
    print(
        f"{'explorer':<22}{'median':>7}{'min':>6}{'max':>6}{'lost':>6}"
        f"{'kernel':>10}{'more':>8}{'page':>8}{'more':>8}"
    )
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        folder = Path(folder)
        with addresses(folder, args.live) as address, sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium, args=lab.QUIET)
            for module, name in chosen:
                measure(browser, address, folder, module, name, args.moves)
            browser.close()
    print(f"more: after {args.moves} moves")


if __name__ == "__main__":
    main()
