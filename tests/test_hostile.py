"""Whatever an answer does, it gets a verdict, and the next check still works."""

import builtins
import inspect
import itertools
import math
import os
import signal
import site
import sys
import threading
import types
import warnings
from importlib import import_module

import numpy as np
import pytest

from bpkit import check
from bpkit.exercises import sandbox
from bpkit.exercises.exercise import Case, exercise
from bpkit.exercises.judge import judge


def cases():
    return [Case(np.array([3.0, -1.0])), Case(np.array([0.5, 2.0, 7.0]))]


@exercise(lesson=0, cases=cases, hints=("Twice.",))
def double(x):
    return 2 * x


def raises(x):
    return 1 / 0


def raises_what_cannot_be_shown(x):
    class Bad(Exception):
        def __str__(self):
            raise ValueError

    raise Bad


def exits(x):
    sys.exit(3)


def interrupts(x):
    raise KeyboardInterrupt


def recurses(x):
    return recurses(x)


def raises_the_limit_and_recurses(x):
    sys.setrecursionlimit(20_000)
    return recurses(x)


enough = threading.Event()  # so that what cannot be stopped ends with its test


def runs_on(x):
    while not enough.is_set():
        pass


def runs_on_and_catches_all(x):
    while not enough.is_set():
        try:
            runs_on(x)
        except BaseException:
            continue


def deletes_entries(x):
    x[:] = 0
    return 2 * x


def resizes_its_argument(x):
    x.resize(1, refcheck=False)
    return 2 * x


def deletes_from_numpy(x):
    del np.isclose, np.asarray, np.array
    return 2 * x


def replaces_numpy(x):
    np.isclose = np.array_equal = lambda *a, **k: np.ones(1, bool)
    return x


def replaces_builtins(x):
    builtins.all = builtins.any = lambda _: True
    return x


def deletes_builtins(x):
    for name in ("len", "isinstance", "all", "zip", "setattr", "getattr", "sorted"):
        delattr(builtins, name)


def replaces_a_module(x):
    del sys.modules["numpy"]
    math.pi = 3
    return x


def closes_its_streams(x):
    sys.stdout.close()
    sys.stderr.close()
    sys.stdin = None


def takes_the_streams_away(x):
    sys.stdout = sys.stderr = None


def prints_without_end(x):
    while not enough.is_set():
        print("x" * 10_000)


def asks(x):
    return float(input("how much? "))


def warns(x):
    warnings.simplefilter("error")
    warnings.warn("look out", stacklevel=1)


def changes_the_folder(x):
    os.chdir(os.path.dirname(os.__file__))
    return x


def returns_a_matrix(x):
    return np.ones((1000, 1000))


def returns_more_than_fits(x):
    return np.broadcast_to(1.0, (10**6, 10**6))


def returns_itself(x):
    loop = []
    loop.append(loop)
    return loop


def returns_a_class(x):
    return np.ndarray


class Rude:
    error = RuntimeError

    def refuse(self, *args, **kwargs):
        raise type(self).error("no")

    __repr__ = __array__ = __eq__ = __deepcopy__ = __getattr__ = refuse
    __hash__ = None


class Leaving(Rude):
    error = SystemExit


class Masked(Leaving):
    __class__ = property(Rude.refuse)


class Unspeakable(Exception):
    def __str__(self):
        sys.exit()


class Endless:
    def __array__(self, *args, **kwargs):
        runs_on(self)
        return np.array([6.0, -2.0])


class Fickle:
    """Is the right answer, and then another."""

    def __array__(self, *args, **kwargs):
        self.asked = vars(self).get("asked", 0) + 1
        return np.array([6.0, -2.0])[: self.asked % 2 + 1]


def returns_what_cannot_be_touched(x):
    return Rude()


def returns_a_list_of_it(x):
    return [Rude(), Rude()]


def returns_what_leaves(x):
    return Leaving()


def returns_a_list_of_what_leaves(x):
    return [Leaving(), Leaving()]


def returns_what_has_no_class(x):
    return Masked()


def raises_what_leaves_when_shown(x):
    raise Unspeakable


def returns_what_changes(x):
    return Fickle()


def returns_a_generator(x):
    yield x


async def returns_a_coroutine(x):
    return x


def returns_text(x):
    return "2x"


def returns_complex_numbers(x):
    return 2j * x


def returns_nan(x):
    return x * np.nan


def returns_half_a_function(x):
    return lambda: 2 * x


def leaves_a_thread(x):
    threading.Thread(target=runs_on, args=[x], daemon=True).start()


def makes_small_stacks(x):
    threading.stack_size(2**18)


def replaces_print(x):
    builtins.print = None
    return x


def traces(x):
    sys.settrace(lambda *event: None)
    sys.setprofile(lambda *event: None)


def traces_every_thread(x):
    threading.settrace(lambda *event: None)
    threading.setprofile(lambda *event: None)
    return x


def replaces_the_start_of_threads(x):
    threading.Thread.start = lambda thread: None
    threading.Thread = None
    return x


def handles_signals(x):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return x


def breaks_numpys_errors(x):
    np.seterr(all="raise")
    np.random.seed(0)  # noqa: NPY002 - an answer may do what it likes


NOT_ANSWERS = {"cases", "check", "exercise", "judge"}
HOSTILE = [
    value
    for name, value in list(globals().items())
    if inspect.isfunction(value) and name not in NOT_ANSWERS
]


ENDLESS = runs_on, runs_on_and_catches_all, prints_without_end


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """Give every answer more time than a test takes, and end what is left behind."""
    monkeypatch.setattr(double, "seconds", 60)
    monkeypatch.setattr(sandbox, "PATIENCE", 60)
    enough.clear()
    yield
    enough.set()


def cannot_start(self):
    raise RuntimeError("can't start new thread")


@pytest.fixture
def no_threads(monkeypatch):
    """Let no thread be started, as in a browser."""
    monkeypatch.setattr(threading.Thread, "start", cannot_start)


watched = pytest.mark.skipif(
    not hasattr(sys, "monitoring"), reason="Python 3.12 is the first that watches"
)


def give_up(answer, monkeypatch, patience=60.0):
    """Return the Verdict on an answer that does not end, soon."""
    with monkeypatch.context() as soon:
        soon.setattr(double, "seconds", 0.05)
        soon.setattr(sandbox, "PATIENCE", patience)
        return judge(double, answer)


def state():
    """Return what no answer may change."""
    stack = threading.stack_size()
    threading.stack_size(stack)
    return [
        *(sys.stdin, sys.stdout, sys.stderr, sys.unraisablehook, math.pi, stack),
        *(sys.getrecursionlimit(), os.getcwd(), np.geterr(), list(warnings.filters)),
        *(sys.gettrace(), sys.getprofile(), threading.gettrace()),
        *(threading.getprofile(), threading.Thread.start),
        signal.getsignal(signal.SIGINT),
    ]


@pytest.mark.filterwarnings("ignore:coroutine")
@pytest.mark.parametrize("answer", HOSTILE, ids=lambda f: f.__name__)
def test_the_answer_gets_a_verdict_and_leaves_no_trace(answer, monkeypatch):
    gets_a_verdict_and_leaves_no_trace(answer, monkeypatch)


@pytest.mark.filterwarnings("ignore:coroutine")
@pytest.mark.parametrize(
    "answer",
    [pytest.param(f, marks=watched if f in ENDLESS else ()) for f in HOSTILE],
    ids=lambda f: f.__name__,
)
@pytest.mark.usefixtures("no_threads")
def test_without_threads_it_gets_one_too(answer, monkeypatch):
    if answer is handles_signals:
        pytest.skip("a browser sends no signals")
    gets_a_verdict_and_leaves_no_trace(answer, monkeypatch)


def gets_a_verdict_and_leaves_no_trace(answer, monkeypatch):
    guarded = np, builtins, warnings, threading
    before = state()
    names = [{**vars(module)} for module in guarded]

    if answer is runs_on_and_catches_all:
        verdict = give_up(answer, monkeypatch, patience=0.05)
    elif answer in ENDLESS:
        verdict = give_up(answer, monkeypatch)
    else:
        verdict = judge(double, answer)

    assert verdict.attempted
    assert not verdict
    assert verdict.message
    assert "bpkit" not in verdict.message.partition("Stuck?")[0]
    assert verdict._repr_html_()
    assert state() == before
    assert sys.modules["numpy"] is np
    for module, contents in zip(guarded, names):
        changed = [k for k, v in contents.items() if getattr(module, k) is not v]
        assert changed == []
    assert judge(double, lambda x: x + x)


@pytest.mark.parametrize("kind", [Rude, Leaving])
def test_an_object_that_cannot_be_touched_is_no_answer(kind):
    assert not check(kind())
    assert "must be a function" in check(sigmoid=kind()).message
    came = f"an object of type {kind.__name__}"
    assert came in check(nudge_ratio=kind()).message


def test_an_object_that_has_no_class_is_no_answer():
    for verdict in (check(Masked()), check(sigmoid=Masked())):
        assert not verdict
    assert "cannot be judged: SystemExit: no" in check(nudge_ratio=Masked()).message


def test_looking_at_what_came_is_given_up(monkeypatch):
    judging = import_module("bpkit.exercises.judge")
    monkeypatch.setattr(judging, "LOOKING", 0.05)
    before = state()
    message = judge(double, lambda x: Endless()).message
    assert "cannot be judged: looking at it did not end" in message
    assert state() == before


def test_an_answer_that_cannot_be_stopped_is_given_up(monkeypatch):
    def waits(x):
        enough.wait()  # in C, where no exception can reach it

    message = give_up(waits, monkeypatch, patience=0.05).message
    assert "did not end" in message
    assert "restart the kernel" in message
    assert judge(double, lambda x: x + x)


def test_the_message_on_an_endless_answer_names_the_call(monkeypatch):
    def only_small(x):
        if len(x) > 2:
            runs_on(x)
        return 2 * x

    message = give_up(only_small, monkeypatch).message
    assert "double(x=[0.5, 2. , 7. ])" in message
    assert "restart" not in message  # it was stopped


def test_an_error_in_a_package_of_the_user_is_shown_at_the_learners_line():
    namespace = {"__name__": "package"}
    file = f"{site.getusersitepackages()}/package.py"
    exec(compile("def fail(x):\n    raise ValueError\n", file, "exec"), namespace)

    def asks_it(x):
        return namespace["fail"](x)

    assert "return namespace" in judge(double, asks_it).message


def in_threads(*functions, name=None):
    """Call every function in a thread, and wait for all of them."""
    threads = [threading.Thread(target=f, name=name) for f in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# No name of a thread makes it an answer's.
@pytest.mark.parametrize("name", [None, "answer"])
def test_two_checks_at_once_wait_for_each_other(name):
    begun, other, events, verdicts = threading.Event(), threading.Event(), [], []

    def slow(x):
        begun.set()
        other.wait(0.05)
        events.append("slow")
        return 2 * x

    def quick(x):
        other.set()
        events.append("quick")
        return 2 * x

    def check_first():
        verdicts.append(judge(double, slow))

    def check_second():
        begun.wait()
        verdicts.append(judge(double, quick))

    before = state()
    in_threads(check_first, check_second, name=name)
    assert state() == before
    assert all(verdicts)
    assert events == ["slow"] * 3 + ["quick"] * 3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="here no process can fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_child_that_an_answer_forked_ends_with_the_call():
    def forks(x):
        child = os.fork()
        if child:
            os.waitpid(child, 0)
        return 2 * x

    assert judge(double, forks)


def test_an_answer_may_check_another():
    def both(x):
        assert judge(double, lambda x: x + x)
        return 2 * x

    before = state()
    assert judge(double, both)
    assert state() == before


def test_an_answer_may_check_another_in_a_thread_of_its_own():
    verdicts = []

    def both(x):
        in_threads(lambda: verdicts.append(judge(double, lambda x: x + x)))
        assert verdicts[-1]
        return 2 * x

    before = state()
    assert judge(double, both)
    assert state() == before


def test_a_check_inside_an_answer_may_outlive_it(monkeypatch):
    threads = []

    def waits(x):
        threads.append(threading.current_thread())
        enough.wait()
        return 2 * x

    def asks(x):
        threads.append(threading.current_thread())
        monkeypatch.setattr(double, "seconds", 60)
        return judge(double, waits)

    before = state()
    assert not give_up(asks, monkeypatch, patience=0.05)
    assert state() == before
    enough.set()
    for thread in threads:
        thread.join()
    assert state() == before
    assert judge(double, lambda x: x + x)


def test_what_an_answer_replaces_in_a_check_inside_it_is_put_back():
    def both(x):
        judge(double, replaces_numpy)
        return 2 * x

    before = np.isclose
    message = judge(double, both).message
    assert np.isclose is before
    assert "replaced numpy." in message


@pytest.mark.skipif(os.name == "nt", reason="there a wait cannot be interrupted")
def test_an_interrupted_check_leaves_no_trace():
    ended = threading.Event()

    def interrupts_the_kernel(x):
        try:
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
            runs_on(x)
        finally:
            ended.set()

    before = state()
    with pytest.raises(KeyboardInterrupt):
        judge(double, interrupts_the_kernel)
    assert ended.wait(10)  # it was stopped
    assert state() == before
    assert judge(double, lambda x: x + x)


@pytest.fixture
def lost(monkeypatch):
    """Return the list of the errors that Python could raise nowhere."""
    lost = []
    monkeypatch.setattr(sys, "unraisablehook", lost.append)
    monkeypatch.setattr(threading, "excepthook", lost.append)
    return lost


class Slow:
    """Takes its time when it is given up."""

    def __del__(self):
        for _ in range(30):
            enough.wait(0.002)


def test_a_time_limit_that_meets_a_finalizer_is_not_reported(monkeypatch, lost):
    def lets_go(x):
        while not enough.is_set():
            Slow()

    assert not give_up(lets_go, monkeypatch, patience=0.2)
    assert lost == []


def test_a_thread_that_clears_up_is_not_stopped(monkeypatch, lost):
    cleared, own = threading.Event(), threading.local()

    class Last(Slow):
        def __del__(self):
            super().__del__()
            cleared.set()

    def keeps_to_the_end(x):
        own.last = Last()
        runs_on(x)

    assert not give_up(keeps_to_the_end, monkeypatch)
    assert cleared.wait(60)
    assert lost == []


def test_a_module_that_is_imported_meanwhile_does_no_harm(monkeypatch):
    class Lazy(types.ModuleType):
        def __getattribute__(self, name):
            sys.modules.setdefault("imported_meanwhile", math)
            return super().__getattribute__(name)

    monkeypatch.setitem(sys.modules, "numpy.lazy", Lazy("numpy.lazy"))
    assert judge(double, lambda x: 2 * x)
    assert sys.modules.pop("imported_meanwhile") is math


def test_the_folder_may_have_been_deleted(tmp_path, monkeypatch):
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    try:
        folder.rmdir()
    except OSError:
        pytest.skip("this system keeps the folder that one works in")
    assert judge(double, lambda x: 2 * x)


def test_what_is_printed_is_not_shown(capsys):
    def talks(x):
        print("here")
        in_threads(lambda: print("there", file=sys.stderr))
        sys.stdout.buffer.write(b"bytes")
        print("half a character: \ud800", file=sys.stderr)
        sys.stdout.flush()
        return 2 * x

    assert judge(double, talks)
    assert capsys.readouterr() == ("", "")


def test_what_others_print_meanwhile_is_shown(capsys):
    begun, done = threading.Event(), threading.Event()

    def talks(x):
        begun.set()
        done.wait()
        print("here")
        return 2 * x

    def prints():
        begun.wait()
        print("mine")
        sys.stderr.write("mine too")
        done.set()

    in_threads(lambda: judge(double, talks), prints)
    assert capsys.readouterr() == ("mine\n", "mine too")


def test_a_stream_is_to_others_what_it_was(monkeypatch):
    begun, done, came = threading.Event(), threading.Event(), []

    def tells(stream):
        return stream.encoding, stream.isatty(), stream.fileno(), stream.name

    def looks(x):
        came.append((sys.stdout.encoding, sys.stdout.isatty()))
        begun.set()
        done.wait()
        return 2 * x

    def looks_too():
        begun.wait()
        try:
            came.append(tells(sys.stdout))
        finally:
            done.set()

    screen = types.SimpleNamespace(
        encoding="ascii", isatty=lambda: True, fileno=lambda: 7, name="screen"
    )
    monkeypatch.setattr(sys, "stdout", screen)
    in_threads(lambda: judge(double, looks), looks_too)
    assert came[:2] == [("utf-8", False), tells(screen)]


def test_a_stream_that_was_kept_prints_after_the_check(capsys):
    kept = []

    def keeps(x):
        kept.append(sys.stdout)
        return 2 * x

    assert judge(double, keeps)
    print("later", file=kept[0], flush=True)
    assert capsys.readouterr().out == "later\n"


def test_others_may_ask_meanwhile(monkeypatch):
    begun, done, came = threading.Event(), threading.Event(), []
    monkeypatch.setattr(builtins, "input", "heard: {}".format)

    def waits(x):
        begun.set()
        done.wait()
        return 2 * x

    def asks_too():
        begun.wait()
        try:
            came.append(input("{}?"))
        finally:
            done.set()

    in_threads(lambda: judge(double, waits), asks_too)
    assert came == ["heard: {}?"]


def test_a_kernel_without_streams_may_check(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert judge(double, lambda x: 2 * x)
    assert sys.stdout is None


@pytest.mark.usefixtures("no_threads")
def test_without_threads_an_answer_is_judged_all_the_same():
    assert judge(double, lambda x: 2 * x)
    assert not judge(double, lambda x: x)


def loops_for(x):
    for _ in itertools.count():
        pass


def adds_up_without_end(x):
    return sum(1 for _ in itertools.count())


def calls_without_end(x):
    return all(iter(lambda: True, False))


def catches_all_at_two_depths(x):
    while not enough.is_set():
        try:
            runs_on_and_catches_all(x)
        except:  # noqa: E722 - as a learner writes it
            pass
        finally:
            x = x + 1


@watched
@pytest.mark.parametrize(
    "answer",
    [runs_on, prints_without_end, loops_for, adds_up_without_end, calls_without_end],
)
def test_without_threads_an_endless_answer_gets_the_same_card(answer, monkeypatch):
    with_threads = give_up(answer, monkeypatch)
    monkeypatch.setattr(threading.Thread, "start", cannot_start)
    without = give_up(answer, monkeypatch)
    assert "Stopped after 0.05 seconds" in without.message
    assert without._repr_html_() == with_threads._repr_html_()


@watched
@pytest.mark.usefixtures("no_threads")
@pytest.mark.parametrize("answer", [runs_on_and_catches_all, catches_all_at_two_depths])
def test_without_threads_no_handler_keeps_an_answer_going(answer, monkeypatch):
    message = give_up(answer, monkeypatch, patience=0.05).message
    assert "Stopped after 0.05 seconds" in message
    assert "restart the kernel" not in message


@watched
@pytest.mark.usefixtures("no_threads")
def test_without_threads_a_check_inside_an_answer_is_stopped_with_it(monkeypatch):
    def both(x):
        judge(double, runs_on)
        runs_on(x)

    tools = [sys.monitoring.get_tool(n) for n in range(6)]
    before = state()
    assert "did not end" in give_up(both, monkeypatch).message
    assert state() == before
    assert [sys.monitoring.get_tool(n) for n in range(6)] == tools
    assert judge(double, lambda x: x + x)


@watched
@pytest.mark.usefixtures("no_threads")
def test_what_others_watch_is_left_to_them():
    monitoring = sys.monitoring
    monitoring.use_tool_id(monitoring.OPTIMIZER_ID, "another")
    try:
        assert judge(double, lambda x: 2 * x)
        assert monitoring.get_tool(monitoring.OPTIMIZER_ID) == "another"
    finally:
        monitoring.free_tool_id(monitoring.OPTIMIZER_ID)
