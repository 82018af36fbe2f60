"""The command ``bpkit``: get the lessons, open them, and have the answers judged.

A subcommand is one function, from the parsed arguments to an exit code (0 fine,
1 a problem), and one block in `_parser`. Wrong usage ends with 2, by argparse.
"""

import argparse
import os
import sys
from importlib import metadata
from pathlib import Path

from bpkit.delivery import DeliveryError, deliver, lessons_folder

FOLDER = "my-lessons"

# JupyterLab asks nobody about news, and looks for no update of itself.
QUIET = [
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
]

WORDS = {
    "copied": "copied",
    "updated": "updated to the course's new version",
    "current": "up to date",
    "kept": "yours, kept",
}


def main(argv=None):
    """Run one command.

    Parameters
    ----------
    argv : list of str, optional
        The words after ``bpkit``; those of this process if not given.

    Returns
    -------
    int
        The exit code: 0 fine, 1 a problem, or that of JupyterLab.

    Raises
    ------
    SystemExit
        With 2 if the words are not a command, and with 0 after ``--help``.
    """
    own, passed = _split(sys.argv[1:] if argv is None else argv)
    parser = _parser()
    arguments = parser.parse_args(own, argparse.Namespace(passed=passed))
    if passed and arguments.run is not _lab:
        parser.error("only 'bpkit lab' takes arguments after --")
    try:
        return arguments.run(arguments)
    except DeliveryError as error:
        return _problem(error)
    except KeyboardInterrupt:
        return _problem("stopped")


def _split(argv):
    """Return the words before the first ``--``, and those after it."""
    if "--" not in argv:
        return argv, []
    end = argv.index("--")
    return argv[:end], argv[end + 1 :]


def _parser():
    """Build the parser; the parsed `run` is the function to call."""
    parser = argparse.ArgumentParser(
        prog="bpkit",
        description="Get the lessons, open them, and have your answers judged.",
    )
    parser.set_defaults(run=lambda arguments: parser.print_help() or 0)
    parser.add_argument(
        "--version",
        dest="run",
        action="store_const",
        const=_version,
        help="show the version and exit",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    start = commands.add_parser(
        "start",
        help="copy the lessons into a folder of yours, or bring them up to date",
        description="Copy the lessons into a folder of yours, or bring those there "
        "up to date. A lesson that you have run or changed is never overwritten: it "
        "stays, and the course's new version is put beside it.",
    )
    _add_folder(start)
    start.set_defaults(run=_start)

    lab = commands.add_parser(
        "lab",
        usage="bpkit lab [-h] [DIR] [-- JUPYTERLAB-ARGUMENTS]",
        help="do what start does, and open the folder in JupyterLab",
        description="Do what 'bpkit start' does, and open the folder in JupyterLab. "
        "What follows -- is passed on to JupyterLab: bpkit lab -- --port=9999",
    )
    _add_folder(lab)
    lab.set_defaults(run=_lab)

    check = commands.add_parser(
        "check",
        help="run notebooks and judge every exercise in them",
        description="Run notebooks in fresh kernels and judge every exercise in them. "
        "This executes their code and changes no file. The exit code is 1 if an "
        "attempted exercise is wrong or a notebook is broken.",
    )
    check.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        type=_folder,
        default=[Path(FOLDER)],
        help=f"notebooks, or folders of them (default: {FOLDER})",
    )
    check.add_argument(
        "--require-all",
        action="store_true",
        help="fail also when an exercise has no answer yet",
    )
    check.add_argument(
        "--json", type=Path, metavar="FILE", help="write every verdict as JSON"
    )
    check.add_argument(
        "--markdown",
        type=Path,
        metavar="FILE",
        help="append the table as Markdown, for a summary page",
    )
    check.add_argument(
        "--timeout",
        type=_seconds,
        default=60,
        metavar="SECONDS",
        help="time limit for one cell (default: 60); a notebook has ten times that",
    )
    check.set_defaults(run=_check)
    return parser


def _add_folder(parser):
    """Let a subcommand take the learner's folder."""
    parser.add_argument(
        "folder",
        metavar="DIR",
        nargs="?",
        type=_folder,
        default=FOLDER,
        help=f"your folder (default: {FOLDER}, in the current folder)",
    )


def _folder(text):
    """Return the folder that was named; an empty name is not the current folder."""
    if not text.strip():
        raise argparse.ArgumentTypeError("the folder's name is empty")
    return Path(text).expanduser()


def _seconds(text):
    """Return a time limit."""
    seconds = float(text)
    if not seconds > 0:
        raise argparse.ArgumentTypeError(f"a time limit above 0 is needed; got {text}")
    return seconds


def _version(arguments):
    """Show the version."""
    try:
        print("bpkit", metadata.version("bpkit"))
    except metadata.PackageNotFoundError:
        return _problem("bpkit runs from its source and is not installed: no version")
    return 0


def _start(arguments):
    """Deliver the lessons, and say how to open them."""
    _deliver(arguments.folder)
    name = f'"{arguments.folder}"' if " " in str(arguments.folder) else arguments.folder
    print(f"Open them with: bpkit lab {name}")
    return 0


def _lab(arguments):
    """Deliver the lessons, and become JupyterLab."""
    _deliver(arguments.folder)
    try:
        from jupyterlab.labapp import main as jupyterlab
    except ImportError as error:
        return _problem(
            f"JupyterLab cannot be started ({error}). "
            f"Install it with: {sys.executable} -m pip install jupyterlab"
        )
    # So that a notebook named after -- is found.
    os.chdir(arguments.folder)
    status = jupyterlab(
        [
            f"--ServerApp.root_dir={Path.cwd()}",
            *QUIET,
            *(["--allow-root"] if _may_be_root(arguments.passed) else []),
            *arguments.passed,
        ]
    )
    return status or 0


def _may_be_root(passed):
    """Return whether this is root, as one is in a container without asking for it.

    JupyterLab refuses root so that nobody serves a network as root. Whoever names an
    address to listen on has to say ``--allow-root`` too.
    """
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return is_root and not any(a.startswith(("--ip", "--ServerApp.ip")) for a in passed)


def _check(arguments):
    """Judge notebooks, and say what was found."""
    from tqdm import tqdm

    from bpkit.exercises import grading

    try:
        notebooks = [n for p in arguments.paths for n in grading.find_notebooks(p)]
    except FileNotFoundError as error:
        return _problem(error)
    rows = []
    # Progress is for a person who watches: nothing of it goes into a log.
    with tqdm(notebooks, unit="notebook", disable=None) as watched:
        for notebook in watched:
            watched.set_postfix_str(notebook.name)
            rows += grading.grade(notebook, arguments.timeout, 10 * arguments.timeout)
    print(grading.as_text(rows))
    if arguments.json:
        arguments.json.write_text(grading.as_json(rows) + "\n", encoding="utf-8")
    if arguments.markdown:
        with open(arguments.markdown, "a", encoding="utf-8") as file:
            file.write(grading.as_markdown(rows) + "\n")
    return int(grading.failed(rows, arguments.require_all))


def _deliver(folder):
    """Deliver the lessons, and say what became of each."""
    deliveries = deliver(lessons_folder(), folder)
    print(f"Your lessons are in {folder}:")
    width = max(len(delivery.name) for delivery in deliveries)
    for delivery in deliveries:
        words = WORDS[delivery.outcome]
        if delivery.beside:
            words += f"; the course's version is beside it: {delivery.beside}"
        print(f"  {delivery.name:{width}}  {words}")
    if any(delivery.outcome == "kept" for delivery in deliveries):
        print("To get a lesson afresh, rename your copy and run this again.")


def _problem(message):
    """Say on stderr what is wrong, and return the exit code for it."""
    print(f"bpkit: {message}", file=sys.stderr)
    return 1
