"""Pyodide's lock with the course in it: what a page must find is there, or is named."""

import json
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "site"))
lock = pytest.importorskip("lock")

PYODIDE = {
    "info": {"python": "3.14.2", "platform": "emscripten"},
    "packages": {
        "numpy": {"version": "2.4.6", "file_name": "numpy.whl", "depends": []},
        "Traitlets_x": {"version": "5.1", "file_name": "t.whl", "depends": ["numpy"]},
    },
}
BASE = "https://somewhere/full/"


def wheel(folder, name, *requires, files=()):
    """Write a wheel of a name, with requirements."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    lines = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0"]
    lines += [f"Requires-Dist: {need}" for need in requires]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}-1.0.dist-info/METADATA", "\n".join(lines) + "\n")
        for file in (f"{name}/__init__.py", *files):
            archive.writestr(file, "")
    return path


def test_a_wheel_is_found_by_what_it_is_imported_as_and_brings_what_it_needs(tmp_path):
    bpkit = wheel(
        tmp_path,
        "bpkit",
        "numpy>=1.26,<3",
        "widgets>=1 ; extra == 'lab'",
        "pooch ; sys_platform != 'emscripten'",
        "pytest ; extra == 'test'",
        "newer ; python_version >= '3.15'",
        files=["extra.py"],
    )
    widgets = wheel(tmp_path, "widgets", "widgetsnbextension>=4")
    made = lock.with_wheels(PYODIDE, BASE, [bpkit, widgets])["packages"]
    assert made["bpkit"]["imports"] == ["bpkit", "extra"]
    assert made["bpkit"]["depends"] == ["numpy", "widgets"]
    assert made["bpkit"]["file_name"] == bpkit.name
    assert len(made["bpkit"]["sha256"]) == 64
    assert made["widgets"]["depends"] == []
    assert made["numpy"]["file_name"] == f"{BASE}numpy.whl"
    assert made["traitlets-x"]["depends"] == ["numpy"]


@pytest.mark.parametrize(
    ("need", "has"), [("pooch>=1.8", None), ("numpy<2", "2.4.6"), ("numpy>=3", "2.4.6")]
)
def test_what_is_missing_or_of_another_version_is_named(tmp_path, need, has):
    bpkit = wheel(tmp_path, "bpkit", need)
    with pytest.raises(lock.LockError, match=f"requires .*; the lock has {has}"):
        lock.with_wheels(PYODIDE, BASE, [bpkit])


def test_the_lock_is_written_beside_the_wheels(tmp_path):
    (tmp_path / "old.json").write_text(json.dumps(PYODIDE), encoding="utf-8")
    wheels = [wheel(tmp_path, "bpkit", "numpy>=1.26,<3")]
    lock.write(tmp_path / "new.json", tmp_path / "old.json", BASE, wheels)
    made = json.loads((tmp_path / "new.json").read_text(encoding="utf-8"))
    assert made["info"] == PYODIDE["info"]
    assert set(made["packages"]) == {"bpkit", "numpy", "traitlets-x"}
