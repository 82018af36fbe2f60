"""Where a learner's functions are kept: `mine.py`, beside the notebook."""

import contextlib
import os
import stat
import sys
import types
from functools import lru_cache
from importlib.machinery import PathFinder
from pathlib import Path

from bpkit.delivery import replace_file
from bpkit.exercises import bank, sandbox, titles
from bpkit.exercises.judge import judge
from bpkit.mine.module import Module, with_functions
from bpkit.mine.source import NAME, NotKept, gather

FILE = f"{NAME}.py"
SECONDS = 5.0  # for all that mine.py does when it is imported
PATIENCE = 10.0  # seconds to wait for another lesson that writes
IN_A_BROWSER = sys.platform == "emscripten"


def folder():
    """Return the folder of the notebook that runs this, or None.

    Nothing is kept outside a notebook, nor where BPKIT_KEEP is 0, as under ``bpkit
    check``, which changes no file.
    """
    shell = "IPython" in sys.modules and sys.modules["IPython"].get_ipython()
    if not getattr(shell, "kernel", None) or os.environ.get("BPKIT_KEEP") == "0":
        return None
    named = shell.user_ns.get("__vsc_ipynb_file__")  # VS Code may start elsewhere
    started_in = Path(shell.starting_dir)  # a cell may change the folder later
    return Path(named).parent if named and Path(named).is_file() else started_in


@contextlib.contextmanager
def locked(folder):
    """Hold the folder's files, so that no other lesson writes them meanwhile.

    In a browser nothing holds them: two tabs have no lock in common that ends with its
    owner, and a lock left behind would be worse than two checks in the same second.
    """
    if not folder.is_dir():
        raise NotKept(f"the folder {folder} is not there.")
    if IN_A_BROWSER:
        yield
        return
    from filelock import FileLock, Timeout

    try:
        held = FileLock(folder / ".bpkit.lock", timeout=PATIENCE).acquire()
    except Timeout as error:
        raise NotKept("another lesson is writing there: check it again.") from error
    with held:
        yield


def keep(exercise, answer, folder):
    """Keep an answer that has passed, if it passes from the file as well.

    Parameters
    ----------
    exercise : Exercise
        The exercise.
    answer : callable
        A function that has passed.
    folder : pathlib.Path
        Where `mine.py` is, or will be; whoever calls this has locked it.

    Raises
    ------
    NotKept
        If it cannot be kept; the file is then as it was.
    OSError
        If the file cannot be read or written.
    """
    path = folder / FILE
    if path.is_symlink():
        raise NotKept(f"{FILE} is a link to another place; it stays as it is.")
    if path.exists() and not path.stat().st_mode & stat.S_IWUSR:
        raise NotKept(f"{FILE} is read-only; it stays as it is.")
    was = Module(_text_of(path))
    before = _run(was.text, path)
    functions, imports = gather(exercise.name, answer, before)
    _refuse_what_is_elsewhere(imports, folder)
    _refuse_another_helper(was, before, functions)
    order = {name: e.lesson for name, e in bank().items()}
    now = with_functions(was, functions, imports, order, titles())
    try:
        after = _run(now.text, path)
    except NotKept as reason:
        raise NotKept(f"as it would stand there, {reason}") from reason
    _refuse_another_import(was, before, after, imports.keys() - now.spans.keys())
    for name in {exercise.name, *functions} & bank().keys():
        if not judge(bank()[name], after.get(name)):
            raise NotKept(_refusal(name, exercise.name))
    _refuse_to_spoil(was, now, before, after)
    if now.text != was.text:
        replace_file(path, now.text.encode())


def held(folder):
    """Return what `mine.py` defines, by its name; run again only if it has changed.

    Parameters
    ----------
    folder : pathlib.Path
        Where `mine.py` is; without one, nothing is held.

    Raises
    ------
    NotKept
        If it cannot be imported.
    OSError
        If it cannot be read.
    """
    path = folder / FILE
    return _run(_text_of(path), path)


def _refusal(name, answer):
    """Return the words for a function that does not pass from the file."""
    if name == answer:
        return f"as it would stand in {FILE}, {name} does not pass."
    return f"{answer} uses your {name}, which does not pass: check({name}) says why."


def _refuse_another_helper(module, held, functions):
    """Raise if a helper would take the place of what is not known to be its elder.

    That is a function which only those use that are written anew with it: one that
    nobody uses may have been written by hand.
    """
    for name in sorted(functions.keys() & held.keys() - bank().keys()):
        there = module.source(name) if name in module.spans else ""
        users = module.users(name)
        is_elder = there and users and users <= functions.keys()
        if not is_elder and there != functions[name].rstrip():
            raise NotKept(_another(module, name))


def _refuse_another_import(module, before, after, names):
    """Raise if a name that is imported meant something else in the file."""
    for name in sorted(names):
        if before.get(name, after[name]) is not after[name]:
            raise NotKept(_another(module, name))


def _refuse_to_spoil(was, now, before, after):
    """Raise if an answer in the file passes as it was, and not as it would be."""
    changed = {
        name
        for name in now.spans
        if name not in was.spans or was.source(name) != now.source(name)
    }
    changed |= after.keys() - before.keys()
    for name in sorted(was.reached_by(changed) & bank().keys()):
        exercise = bank()[name]
        if not judge(exercise, after[name]) and judge(exercise, before[name]):
            raise NotKept(f"with it, your {name} would not pass any more.")


def _refuse_what_is_elsewhere(imports, folder):
    """Raise if a module comes from where the next notebook may not find it."""
    for line in imports.values():
        root = line.split()[1].partition(".")[0]
        file = getattr(sys.modules[root], "__file__", None)
        installed = file is None or file.startswith(sandbox.LIBRARIES)
        if root == "bpkit" or installed or PathFinder.find_spec(root, [str(folder)]):
            continue
        raise NotKept(f"{root} comes from {file}: copy it beside the notebook.")


def _another(module, name):
    """Return the words for a name that means something else in the file already."""
    used = [f", which {user} uses" for user in sorted(module.users(name))][:1]
    return f"{FILE} has another {name}{''.join(used)}: give yours another name."


def _text_of(path):
    """Return the text of a file, or nothing where there is none.

    Raises
    ------
    NotKept
        If it is no text in UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise NotKept(f"{path.name} is not in UTF-8; it stays as it is.") from error


@lru_cache(maxsize=2)  # as it is, and as it would be
@sandbox.one_at_a_time()
def _run(text, path):
    """Return what the text of a module defines when it is run.

    Raises
    ------
    NotKept
        If it is no Python, raises, does not end, or changes what others use.
    """
    tree, module = Module(text).tree, types.ModuleType(NAME)
    module.__file__ = str(path)

    def execute():
        exec(compile(tree, path, "exec"), vars(module))

    with _imported(module, path.parent):
        ending = sandbox.run(execute, SECONDS)
    if ending.timed_out:
        raise NotKept(f"{FILE} does not end within {SECONDS:g} seconds.")
    if ending.interrupted:
        why = ", ".join(ending.patched) or f"{type(ending.error).__name__}"
        raise NotKept(f"{FILE} cannot be imported ({why}).")
    return vars(module)


@contextlib.contextmanager
def _imported(module, folder):
    """Have a module imported for a while, with what stands beside it within reach.

    A dataclass looks its own module up.
    """
    there = sys.modules.get(NAME)
    sys.modules[NAME] = module
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):  # whatever the file did with it
            sys.path.remove(str(folder))
        sys.modules.pop(NAME, None)  # whatever the file did with it
        if there:
            sys.modules[NAME] = there
