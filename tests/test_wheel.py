import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]


def run(*command, cwd, **environment):
    return subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    command = ("-m", "hatchling", "build", "-t", "wheel", "-d", str(folder))
    built = run(*command, cwd=REPOSITORY)
    assert built.returncode == 0, built.stderr
    [path] = folder.glob("bpkit-*.whl")
    return path


def test_the_wheel_holds_the_whole_package_and_the_lessons(wheel):
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    lessons = {f"bpkit/_lessons/{p.name}" for p in REPOSITORY.glob("lessons/*.ipynb")}
    assert lessons
    assert {name for name in packed if name.endswith(".ipynb")} == lessons
    ours = {
        path.relative_to(REPOSITORY).as_posix()
        for path in (REPOSITORY / "bpkit").rglob("[!.]*.*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert ours <= packed
    tops = {name.split("/")[0] for name in packed}
    assert tops == {"bpkit", f"{'-'.join(wheel.name.split('-')[:2])}.dist-info"}


def test_the_wheel_works_outside_the_repository(wheel, tmp_path):
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    away = {"cwd": tmp_path, "PYTHONPATH": str(installed)}

    where = run("-c", "import bpkit; print(bpkit.__file__)", **away)
    assert Path(where.stdout.strip()).is_relative_to(installed), where.stderr

    start = run("-m", "bpkit", "start", "mine", **away)
    assert start.returncode == 0, start.stderr
    lessons = {p.name: p.read_bytes() for p in REPOSITORY.glob("lessons/*.ipynb")}
    mine = {p.name: p.read_bytes() for p in (tmp_path / "mine").glob("*.ipynb")}
    assert mine == lessons

    version = run("-m", "bpkit", "--version", **away)
    assert version.stdout.strip() == "bpkit " + wheel.name.split("-")[1]

    code = "from bpkit.data import load_digits; print(load_digits()[0][0].shape)"
    digits = run("-c", code, **away)
    assert digits.stdout.strip() == "(64, 1437)", digits.stderr
