"""Build the live lessons: JupyterLite, with Python and the lessons in the page.

``python site/live.py OUT`` writes them to ``OUT/lite``. The wheels that lie beside the
site's tools and bpkit's own become part of the site; Python, numpy and matplotlib come
from the address that the kernel itself names.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import lock

from bpkit.delivery import stamped

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
TOOLS = Path(sys.prefix)
WHEELS = TOOLS / "wheels"
KERNEL = TOOLS / "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension"
LOCK = TOOLS / "node_modules/pyodide/pyodide-lock.json"
OF_THE_KERNEL = ("piplite", "pyodide_kernel", "ipykernel")


def pyodide():
    """Return the address of the folder that the kernel takes Pyodide from."""
    scripts = (KERNEL / "static").glob("*.js")
    text = "\n".join(script.read_text(encoding="utf-8") for script in scripts)
    [base] = set(re.findall(r"https://[\w./-]+/(?=pyodide\.mjs)", text))
    return base


def pip(*arguments):
    """Run pip."""
    quiet = ("--quiet", "--disable-pip-version-check")
    subprocess.run([sys.executable, "-m", "pip", *arguments, *quiet], check=True)


def gather_wheels(folder):
    """Copy the wheels that the site brings, bpkit's among them; write their lock."""
    shutil.copytree(WHEELS, folder)
    for name in OF_THE_KERNEL:
        [wheel] = (KERNEL / "static/pypi").glob(f"{name}-*.whl")
        shutil.copy(wheel, folder)
    pip("wheel", "--no-deps", "--no-build-isolation", "-w", str(folder), str(ROOT))
    wheels = sorted(folder.glob("*.whl"))
    lock.write(folder / "pyodide-lock.json", LOCK, pyodide(), wheels)


def write_lessons(folder):
    """Write the lessons as the page hands them out, each with its version."""
    folder.mkdir()
    for lesson in sorted((ROOT / "lessons").glob("*.ipynb")):
        (folder / lesson.name).write_bytes(stamped(lesson.read_bytes()))


def build(out):
    """Write the live lessons to a folder."""
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        write_lessons(scratch / "lessons")
        gather_wheels(scratch / "wheels")
        shutil.copy(HERE / "jupyter-lite.json", scratch)
        build = ["build", "--lite-dir", scratch, "--contents", scratch / "lessons"]
        apps = ["--apps", "notebooks", "--apps", "tree"]
        small = ["--no-sourcemaps", "--no-unused-shared-packages"]
        command = [sys.executable, "-m", "jupyterlite_core", *build, *apps, *small]
        subprocess.run(
            [*command, "--output-dir", scratch / "lite"],
            check=True,
            cwd=scratch,
            stdout=subprocess.DEVNULL,
        )
        # After the build, which would leave them out.
        shutil.copytree(scratch / "wheels", scratch / "lite/static/wheels")
        shutil.copytree(scratch / "lite", Path(out, "lite"), dirs_exist_ok=True)


if __name__ == "__main__":
    build(sys.argv[1])
