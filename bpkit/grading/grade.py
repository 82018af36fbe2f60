"""A class is graded: found, judged side by side, resumed where it was broken off."""

import contextlib
import hashlib
import json
import re
import tempfile
import threading
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path

import bpkit
from bpkit.delivery import replace_file
from bpkit.grading.box import Limits, NoBox, boxed
from bpkit.grading.classes import definition
from bpkit.grading.run import NOT_JUDGED, Row, judged

PIECES = "runs"  # the folder of what has been judged: a file a notebook
WAIT = 30  # seconds for a cluster to answer
ONE_AT_A_TIME = threading.Lock()  # a worker of Dask may have several threads


class GradeError(Exception):
    """A reason, in plain words, why nothing can be graded."""


@dataclass(frozen=True)
class Options:
    """What decides a verdict, besides the notebook.

    Attributes
    ----------
    isolation : str
        Name of the box.
    limits : Limits
        What a submission may use.
    seed : int or None
        Of fresh cases, if there are any.
    """

    isolation: str = "auto"
    limits: Limits = field(default_factory=Limits)
    seed: int | None = None


def grade(found, out, options, jobs=-1, scheduler=None, watched=iter):
    """Judge what a class has handed in.

    Parameters
    ----------
    found : list of Submission
        The notebooks.
    out : path-like
        The folder of the results. What was judged there before is not judged again.
    options : Options
        How it is judged.
    jobs : int
        How many are judged at once on this machine; -1 for one a core.
    scheduler : str, optional
        Address of a scheduler of Dask, whose workers do it then.
    watched : callable
        Is given the iterator of what is being judged, and how many there are; shows
        the progress.

    Returns
    -------
    list of dict
        For each submission, in their order, what `asdict` gives of its rows, and where
        its answers stand.

    Raises
    ------
    GradeError
        If there is no cluster, or a worker was lost.
    """
    pieces = [
        _torn(submission) or _kept(submission, out, options) for submission in found
    ]
    left = [k for k, piece in enumerate(pieces) if piece is None]
    tasks = [(k, _asked(found[k]), options) for k in left]
    try:
        for k, piece in watched(_results(tasks, jobs, scheduler), len(tasks)):
            pieces[k] = piece
            if not piece["failed"]:  # what failed for the grader's sake is tried again
                _keep(piece, found[k], out, options)
    except GradeError:
        raise
    except Exception as error:  # such as a worker for which there was no memory
        why = f"{type(error).__name__}: {error}"
        kept = "what was judged is kept: run this again"
        raise GradeError(f"the work was broken off ({why}); {kept}") from error
    return pieces


def _asked(submission):
    """Return what a worker needs of a submission; it may not see this disk."""
    return submission.lesson, submission.sources, submission.beside


def _torn(submission):
    """Return the piece of a submission of which nothing can be judged, or None."""
    if not submission.fault:
        return None
    return _piece([Row("", NOT_JUDGED, message=submission.fault)])


def _piece(rows, cells=None, failed=False):
    """Return what is kept of a judged notebook."""
    kept = ("exercise", "verdict", "mistake", "message", "note")
    rows = [{key: asdict(row)[key] for key in kept} for row in rows]
    return {
        "rows": [row | {"cell": (cells or {}).get(row["exercise"])} for row in rows],
        "failed": failed,
    }


# --- in a worker ----------------------------------------------------------------


def judge_one(k, asked, options):
    """Judge one notebook, in whichever process; return its number and its piece."""
    lesson, sources, beside = asked
    with ONE_AT_A_TIME, tempfile.TemporaryDirectory(prefix="bpkit-") as folder:
        for name, content in beside:
            _write(Path(folder, name), content)
        try:
            box = _box(options.isolation, options.limits)
            rows = judged(list(sources), folder, lesson, box, options.seed)
        except Exception as error:  # one notebook shall not cost the others theirs
            why = f"The grader failed: {type(error).__name__}: {error}"
            return k, _piece([Row("", NOT_JUDGED, message=why)], failed=True)
    cells = {r.exercise: definition(sources, r.exercise)[0] for r in rows if r.exercise}
    return k, _piece(rows, cells)


def _write(path, content):
    """Write a file that lies beside a notebook, if its name can be one here."""
    with contextlib.suppress(OSError, ValueError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@cache
def _box(isolation, limits):
    """Return the box; it is tried once in each process."""
    return boxed(isolation, limits)


@cache
def version():
    """Return bpkit's version and a hash of its code, which a teacher may change."""
    package, digest = Path(bpkit.__file__).parent, hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        digest.update(str(path.relative_to(package)).encode() + path.read_bytes())
    return f"{bpkit.__version__} ({digest.hexdigest()[:12]})"


def box_here(isolation, limits):
    """Return the name of the box that this process would use, and what bpkit is here.

    Raises
    ------
    GradeError
        If there is none.
    """
    try:
        return _box(isolation, limits).name, version()
    except NoBox as error:
        raise GradeError(str(error)) from error


# --- side by side ---------------------------------------------------------------


def _results(tasks, jobs, scheduler):
    """Yield numbers and pieces, as they come."""
    if not tasks:
        return
    from joblib import Parallel, delayed

    with _workers(jobs, scheduler):
        side_by_side = Parallel(return_as="generator_unordered", batch_size=1)
        yield from side_by_side(delayed(judge_one)(*task) for task in tasks)


@contextlib.contextmanager
def _workers(jobs, scheduler):
    """Let joblib use processes of this machine, or the workers of a cluster."""
    from joblib import parallel_config

    if scheduler is None:
        with parallel_config(backend="loky", n_jobs=jobs):
            yield
        return
    with cluster(scheduler), parallel_config(backend="dask"):
        yield


@contextlib.contextmanager
def cluster(scheduler):
    """Yield the client of a cluster that Dask has started.

    Raises
    ------
    GradeError
        If there is none at that address, or it has no workers.
    """
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        raise GradeError(
            f"{error}. Install it with: pip install distributed"
        ) from error
    try:
        client = Client(scheduler, timeout=WAIT)
    except (OSError, ValueError) as error:
        raise GradeError(f"no scheduler answers at {scheduler}: {error}") from error
    with client:
        if not client.scheduler_info()["workers"]:
            raise GradeError(f"the scheduler at {scheduler} has no workers")
        yield client


def isolated(options, scheduler=None):
    """Return the options with the box in which submissions will run.

    Parameters
    ----------
    options : Options
        Which box is wanted.
    scheduler : str, optional
        Of the cluster whose workers are asked.

    Raises
    ------
    GradeError
        If a worker has none, another than the others, or another bpkit.
    """
    wanted = options.isolation, options.limits
    if scheduler is None:
        return replace(options, isolation=box_here(*wanted)[0])
    with cluster(scheduler) as client:
        found = set(client.run(box_here, *wanted).values())
    names, versions = {name for name, _ in found}, {version for _, version in found}
    if versions != {version()}:
        there = " and ".join(sorted(versions))
        raise GradeError(f"bpkit is {version()} here, and {there} there")
    if len(names) > 1:
        raise GradeError(
            f"the workers do not isolate alike: {', '.join(sorted(names))}"
        )
    return replace(options, isolation=names.pop())


# --- what has been judged is kept -----------------------------------------------


def _kept(submission, out, options):
    """Return the piece of a submission that was judged before, or None."""
    try:
        kept = json.loads(_path(submission, out, options).read_text(encoding="utf-8"))
        return kept if "rows" in kept else None
    except (OSError, ValueError):
        return None


def _keep(piece, submission, out, options):
    """Keep a piece, all of it or nothing."""
    path = _path(submission, out, options)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, json.dumps(piece, indent=1).encode())


def _path(submission, out, options):
    """Return where the piece of a submission is kept.

    Its name holds whose it is and a hash of all that decides what it says.
    """
    decides = [submission.learner, submission.lesson, submission.digest]
    decides += [version(), asdict(options)]
    key = hashlib.sha256(json.dumps(decides).encode()).hexdigest()[:16]
    name = f"{file_name(submission.learner)}-{submission.lesson}-{key}.json"
    return Path(out, PIECES, name)


def file_name(learner):
    """Return a name for a learner's file that every system takes, and no other has.

    Examples
    --------
    >>> file_name("ana"), file_name("Ana/García")
    ('ana', 'Ana_García-ae393e')
    """
    if re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,60}", learner):
        return learner
    safe = re.sub(r"[^\w-]+", "_", learner).strip("_-")[:60]
    encoded = learner.encode(errors="surrogateescape")
    return f"{safe or 'learner'}-{hashlib.sha256(encoded).hexdigest()[:6]}"
