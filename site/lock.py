"""Pyodide's lock with the course in it, so that ``import bpkit`` in a cell brings it.

The kernel hands each cell to Pyodide, which loads what its lock knows by the names that
are imported, with all that it depends on. No cell has to install anything.
"""

import hashlib
import json
import zipfile
from email.parser import Parser

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# In a page their JavaScript is part of the site, and in Python they hold nothing.
PAGE_HAS = {"jupyterlab-widgets", "widgetsnbextension"}
EXTRAS = {"bpkit": ["lab"]}  # what the lessons need of it


class LockError(Exception):
    """What is missing in the lock, or of the wrong version, a line each."""


def environment(lock):
    """Return what the markers of requirements are judged by: the lock's own Python."""
    full = lock["info"]["python"]
    return {
        "implementation_name": "cpython",
        "os_name": "posix",
        "platform_machine": "wasm32",
        "platform_python_implementation": "CPython",
        "platform_system": "Emscripten",
        "python_full_version": full,
        "python_version": ".".join(full.split(".")[:2]),
        "sys_platform": "emscripten",
    }


def read(wheel):
    """Return a wheel's metadata, and the names by which it is imported."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        [where] = [name for name in names if name.endswith(".dist-info/METADATA")]
        metadata = Parser().parsestr(archive.read(where).decode())
    tops = {name.split("/")[0].removesuffix(".py") for name in names}
    return metadata, sorted(top for top in tops if top.isidentifier())


def needs(metadata, platform):
    """Return the requirements of a wheel on a platform."""
    name = canonicalize_name(metadata["Name"])
    extras = ["", *EXTRAS.get(name, [])]
    found = map(Requirement, metadata.get_all("Requires-Dist") or [])
    return [
        need
        for need in found
        if canonicalize_name(need.name) not in PAGE_HAS
        and (
            need.marker is None
            or any(need.marker.evaluate(platform | {"extra": e}) for e in extras)
        )
    ]


def entry(wheel, metadata, imports, required):
    """Return what the lock says of a wheel that lies beside it."""
    return {
        "name": metadata["Name"],
        "version": metadata["Version"],
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": imports,
        "depends": [canonicalize_name(need.name) for need in required],
        "unvendored_tests": False,
    }


def with_wheels(lock, base, wheels):
    """Return Pyodide's lock with some wheels.

    Parameters
    ----------
    lock : dict
        As Pyodide publishes it.
    base : str
        The address of the folder that its own files lie in.
    wheels : list of pathlib.Path
        They will lie beside the lock.

    Raises
    ------
    LockError
        If what a wheel requires is not there, or not in a version that it allows.
    """
    packages = {
        canonicalize_name(name): package
        | {
            "file_name": base + package["file_name"],
            "depends": [canonicalize_name(other) for other in package["depends"]],
        }
        for name, package in lock["packages"].items()
    }
    required = {}
    for wheel in wheels:
        metadata, imports = read(wheel)
        wanted = required[wheel.name] = needs(metadata, environment(lock))
        name = canonicalize_name(metadata["Name"])
        packages[name] = entry(wheel, metadata, imports, wanted)
    problems = [
        f"{name} requires {need}; the lock has {_version(packages, need)}"
        for name, wanted in required.items()
        for need in wanted
        if not _allows(need, _version(packages, need))
    ]
    if problems:
        raise LockError("\n".join(problems))
    return lock | {"packages": packages}


def _version(packages, need):
    """Return the version that the lock has of what is needed, or None."""
    return packages.get(canonicalize_name(need.name), {}).get("version")


def _allows(need, version):
    """Return whether a requirement allows a version."""
    return version is not None and need.specifier.contains(version, prereleases=True)


def write(path, lock, base, wheels):
    """Write the lock; see `with_wheels`."""
    made = with_wheels(json.loads(lock.read_text(encoding="utf-8")), base, wheels)
    path.write_text(json.dumps(made), encoding="utf-8")
