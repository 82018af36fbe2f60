"""The command ``bpkit``: get the lessons, open them, and have the answers judged.

A subcommand is one function, from the parsed arguments to an exit code (0 fine,
1 a problem), and one block in `_parser`. Wrong usage ends with 2, by argparse.
"""

import argparse
import contextlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

import bpkit
from bpkit.delivery import (
    FOLDER,
    RECORD,
    DeliveryError,
    deliver,
    keep_answers_back,
    left_off,
    lessons_folder,
    versions_beside,
)
from bpkit.exercises import LESSONS, bank
from bpkit.mine import record
from bpkit.words import extra_lab

# Defaults of JupyterLab's page, which the learner's own settings overrule: nobody is
# asked about news, no update is looked for, and the lessons' names have room.
DEFAULTS = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
    "@jupyterlab/filebrowser-extension:browser": {"showLastModifiedColumn": False},
}

UNISOLATED = (
    "Isolation: none. Submissions run as you, with limits on time and memory; they can "
    "read your files and use your network."
)

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
    # Names and messages from outside may hold what the screen's encoding does not.
    with contextlib.suppress(AttributeError):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        status = arguments.run(arguments)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # Nobody reads any more, and at exit Python would complain of that.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
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
        "up to date. A lesson in which you changed a cell is never overwritten: it "
        "stays, and the course's new version is put beside it.",
    )
    _add_folder(start)
    start.add_argument(
        "--without-reveal",
        action="store_true",
        help="for a teacher who hands the folder out: reveal gives no answers in it",
    )
    start.set_defaults(run=_start)

    lab = commands.add_parser(
        "lab",
        usage="bpkit lab [-h] [DIR] [-- JUPYTERLAB-ARGUMENTS]",
        help="do what start does, and open JupyterLab where you left off",
        description="Do what 'bpkit start' does, and open JupyterLab in the folder, at "
        "the lesson that you ran or changed last. "
        "What follows -- is passed on to JupyterLab: bpkit lab -- --port=9999",
    )
    _add_folder(lab)
    lab.set_defaults(run=_lab)

    check = commands.add_parser(
        "check",
        help="judge every exercise in notebooks",
        description="Judge every exercise in notebooks, by what each answer is after a "
        "run from top to bottom. This executes what the answers need, and changes no "
        "file. The exit code is 1 if an attempted exercise is wrong or something could "
        "not be judged. In a folder, notebooks "
        "without an exercise are left out, and so are the course's versions beside "
        "yours in which you changed no cell.",
    )
    check.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        type=_folder,
        default=[Path(_usual_folder())],
        help=f"notebooks, or folders of them (default: {FOLDER}, or where you are if "
        "lessons were copied there)",
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
        help="time limit for the cells that the answers need (default: 60)",
    )
    check.set_defaults(run=_check)

    grade = commands.add_parser(
        "grade",
        help="judge a class's notebooks, and report on the class",
        description="Judge the notebooks of a class, each in a box of its own, and "
        "write grades and reports into a folder. What is in the folder already is not "
        "judged again. The exit code is 1 if something could not be judged, and 2 if "
        "nothing was, for the command's sake or the isolation's.",
    )
    _add_grading(grade)
    grade.set_defaults(run=_grade)

    solve = commands.add_parser(
        "solve",
        help="write a lesson with every answer filled in, for a teacher",
        description="Write a copy of a lesson with every answer filled in. Nothing in "
        "it is executed.",
    )
    solve.add_argument(
        "lesson", metavar="LESSON", type=int, choices=LESSONS, help="from 1 to 10"
    )
    solve.add_argument(
        "-o",
        dest="out",
        type=Path,
        metavar="FILE",
        help="the copy (default: the lesson's name with .solved, in this folder)",
    )
    solve.set_defaults(run=_solve)
    return parser


def _add_grading(grade):
    """Let a subcommand take a class."""
    grade.add_argument(
        "submissions",
        metavar="SUBMISSIONS",
        type=_folder,
        help="a folder or a zip: a folder, or a zip, for each learner; or what "
        "nbgrader collects, or Moodle or Canvas hands out",
    )
    grade.add_argument(
        "-o",
        dest="out",
        metavar="OUT",
        type=_folder,
        help="the folder for what comes out",
    )
    grade.add_argument(
        "--dry-run",
        action="store_true",
        help="only show whose each notebook is; nothing is run or written",
    )
    grade.add_argument(
        "--learner",
        metavar="REGEX",
        help="what finds the learner in a path: its group 'learner', or its first",
    )
    grade.add_argument(
        "--lesson", type=int, choices=LESSONS, help="only this one, from 1 to 10"
    )
    grade.add_argument(
        "--points",
        type=Path,
        metavar="FILE",
        help="points, weights, due date and limits, in TOML",
    )
    grade.add_argument(
        "--roster",
        type=Path,
        metavar="FILE",
        help="your platform's CSV of learners: a copy of it gets the points",
    )
    grade.add_argument(
        "--seed",
        type=_count,
        help="what is right must be so on fresh cases as well, drawn from this number",
    )
    grade.add_argument(
        "--isolation",
        choices=("auto", "bwrap", "process"),
        default="auto",
        help="auto: a sandbox, or nothing is run; process: without one (default: auto)",
    )
    grade.add_argument(
        "--jobs",
        type=_at_least_one,
        default=-1,
        metavar="N",
        help="how many are judged at once (default: one a core)",
    )
    grade.add_argument(
        "--backend", choices=("loky", "dask"), default="loky", help="default: loky"
    )
    grade.add_argument(
        "--scheduler", metavar="ADDRESS", help="of a cluster of Dask: tcp://host:8786"
    )


def _add_folder(parser):
    """Let a subcommand take the learner's folder."""
    parser.add_argument(
        "folder",
        metavar="DIR",
        nargs="?",
        type=_folder,
        default=_usual_folder(),
        help=f"your folder (default: {FOLDER} in the current folder, or where you are "
        "if lessons were copied there)",
    )


def _usual_folder():
    """Return the folder that is meant where none is named.

    Within a learner's folder that is the folder itself, and not another one in it.
    """
    return "." if Path(RECORD).is_file() else FOLDER


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


def _count(text):
    """Return a whole number that is not negative."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"a whole number is needed; got {text}")
    return int(text)


def _at_least_one(text):
    """Return a whole number from 1 up."""
    if not _count(text):
        raise argparse.ArgumentTypeError(
            f"a whole number from 1 up is needed; got {text}"
        )
    return _count(text)


def _version(arguments):
    """Show the version."""
    try:
        print("bpkit", bpkit.__version__)
    except AttributeError as error:
        return _problem(error)
    return 0


def _start(arguments):
    """Deliver the lessons, and say how to open them."""
    _deliver(arguments.folder)
    if arguments.without_reveal:
        keep_answers_back(arguments.folder)
        print("In this folder, reveal gives no answers.")
    name = f'"{arguments.folder}"' if " " in str(arguments.folder) else arguments.folder
    print(f"Open them with: bpkit lab {name}")
    return 0


def _lab(arguments):
    """Deliver the lessons, and become JupyterLab, open where the learner left off."""
    _deliver(arguments.folder)
    try:
        from jupyterlab.commands import get_app_dir
        from jupyterlab.labapp import LabApp
        from jupyterlab.labapp import main as jupyterlab
    except ModuleNotFoundError as error:
        return _problem(f"{error}. JupyterLab {extra_lab()}")

    lesson = left_off(lessons_folder(), arguments.folder)
    print("What follows is JupyterLab's own log; Ctrl+C here ends it.", flush=True)
    # A second thread speeds up no product of this size; it takes the page's core.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # So that a notebook named after -- is found.
    os.chdir(arguments.folder)
    with _settings(Path(get_app_dir(), "settings")) as settings:
        options = [
            f"--ServerApp.root_dir={Path.cwd()}",
            f"--LabApp.app_settings_dir={settings}",
            # In a workspace of the course: the tabs of other work stay as they are.
            f"--LabApp.default_url=/lab/workspaces/bpkit/tree/{quote(lesson)}",
            *(["--allow-root"] if _may_be_root(arguments.passed) else []),
        ]
        options = _unless(options, arguments.passed, LabApp.aliases)
        return jupyterlab([*options, *arguments.passed]) or 0


def _unless(options, passed, aliases):
    """Return the options that are not passed too, by whichever of their names.

    JupyterLab takes no option twice.
    """
    given = [argument.partition("=")[0] for argument in passed]
    full = {f"--{alias}": f"--{name}" for alias, name in aliases.items()}
    names = {full.get(name, name) for name in given}
    return [option for option in options if option.partition("=")[0] not in names]


@contextlib.contextmanager
def _settings(installed):
    """Yield a folder of the settings installed with JupyterLab, and of our defaults."""
    with tempfile.TemporaryDirectory(prefix="bpkit-") as folder:
        if installed.is_dir():
            shutil.copytree(installed, folder, dirs_exist_ok=True)
        ours = Path(folder, "overrides.d", "bpkit.json")
        ours.parent.mkdir(exist_ok=True)
        ours.write_text(json.dumps(DEFAULTS), encoding="utf-8")
        yield folder


def _may_be_root(passed):
    """Return whether this is root, as one is in a container without asking for it.

    JupyterLab refuses root so that nobody serves a network as root. Whoever names an
    address to listen on has to say ``--allow-root`` too.
    """
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return is_root and not any(a.startswith(("--ip", "--ServerApp.ip")) for a in passed)


def _check(arguments):
    """Judge notebooks, and say what was found."""
    try:
        from tqdm import tqdm

        from bpkit.grading import check
        from bpkit.grading.box import Limits, PlainBox
    except ModuleNotFoundError as error:
        return _problem(f"{error}. This command {extra_lab()}")
    try:
        found = [
            check.find_notebooks(path, versions_beside(path))
            for path in arguments.paths
        ]
    except OSError as error:
        return _problem(error)
    # Before the work, so that nobody waits an hour for a name that cannot be written.
    if _save(arguments.json, "a", "") or _save(arguments.markdown, "a", ""):
        return 1
    rows, box = [], PlainBox(Limits(seconds=arguments.timeout))
    notebooks = [notebook for some, _ in found for notebook in some]
    # Progress is for a person who watches: nothing of it goes into a log.
    with tqdm(notebooks, unit="notebook", disable=None) as watched:
        for notebook in watched:
            watched.set_postfix_str(notebook.name)
            rows += check.grade(notebook, box)
    unsaved = [
        _save(arguments.json, "w", check.as_json(rows) + "\n"),
        _save(arguments.markdown, "a", check.as_markdown(rows) + "\n"),
    ]
    print(check.as_text(rows))
    for note in (note for _, notes in found for note in notes):
        print(f"Not judged: {note}.")
    return int(any(unsaved) or check.failed(rows, arguments.require_all))


def _grade(arguments):
    """Judge a class, and write what comes out."""
    try:
        from bpkit.grading import find, grade, points, tables
    except ModuleNotFoundError as error:
        return _problem(f"{error}. This command {extra_lab()}", 2)
    wrong = find.FindError, grade.GradeError, points.PointsError, tables.RosterError
    try:
        found, notes = find.find(
            arguments.submissions, arguments.learner, arguments.lesson
        )
        if arguments.dry_run:
            print(find.as_text(found, notes))
            return 0
        if arguments.out is None:
            return _problem("name the folder for what comes out: -o OUT", 2)
        if (arguments.backend == "dask") != (arguments.scheduler is not None):
            return _problem("--backend dask and --scheduler ADDRESS go together", 2)
        return _graded(arguments, found, notes)
    except (*wrong, OSError) as error:
        return _problem(error, 2)


def _graded(arguments, found, notes):
    """Judge what was found, and write what comes out."""
    from tqdm import tqdm

    from bpkit.grading import find, grade, points, report, tables

    out, scheduler = arguments.out, arguments.scheduler
    out.mkdir(parents=True, exist_ok=True)
    worth = points.read(arguments.points) if arguments.points else points.Points()
    roster = arguments.roster and tables.read_roster(arguments.roster)
    if roster:  # before the work, as all that may be wrong
        roster.columns(find.lessons(found), worth.title)
    options = grade.Options(arguments.isolation, worth.limits, arguments.seed)
    options = grade.isolated(options, scheduler)
    if options.isolation == "process":
        print(UNISOLATED, file=sys.stderr)

    def watched(results, count):
        return tqdm(results, total=count, unit="notebook", disable=None)

    pieces = grade.grade(found, out, options, arguments.jobs, scheduler, watched)
    records = report.records_of(found, pieces, worth)
    graded = report.Grading(found, records, notes, options, worth, roster)
    said = report.write(graded, out)
    print("\n".join([*said, report.summary(graded), f"See {out}."]))
    return int(report.is_incomplete(records))


def _solve(arguments):
    """Write a lesson with every answer filled in."""
    from bpkit.grading.solve import solved

    found = sorted(lessons_folder().glob(f"{arguments.lesson:02}_*.ipynb"))
    [lesson] = [path for path in found if not path.stem.endswith(".solved")]
    out = arguments.out or Path(f"{lesson.stem}.solved.ipynb")
    content = solved(lesson.read_bytes())
    try:
        with open(out, "xb") as file:
            file.write(content)
    except OSError as error:
        return _problem(f"cannot write to {out}: {error.strerror}")
    print(f"Lesson {arguments.lesson} with every answer: {out}")
    return 0


def _save(path, mode, text):
    """Write to a file, if one is named, and return the exit code."""
    if path is None:
        return 0
    try:
        # A message may hold half a character, which is no UTF-8.
        with open(path, mode, encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError as error:
        return _problem(f"cannot write to {path}: {error.strerror}")
    return 0


def _deliver(folder):
    """Deliver the lessons, and say what became of each."""
    deliveries = deliver(lessons_folder(), folder)
    print(f"Your lessons are in {folder}:")
    width = max(len(delivery.name) for delivery in deliveries)
    for delivery in deliveries:
        words = WORDS[delivery.outcome]
        if delivery.beside:
            words += f"; the course's version is beside it: {delivery.beside}"
        if delivery.fault:
            words += f"; it cannot be opened: {delivery.fault}"
        print(f"  {delivery.name:{width}}  {words}")
    if any(delivery.outcome == "kept" for delivery in deliveries):
        print("To get a lesson afresh, rename your copy and run this again.")
    entries = record.read(folder)
    if entries:
        passed = sum("passed" in entries.get(name, ()) for name in bank())
        print(f"Exercises passed so far: {passed} of {len(bank())}.")


def _problem(message, code=1):
    """Say on stderr what is wrong, and return the exit code for it."""
    print(f"bpkit: {message}", file=sys.stderr)
    return code
