"""Whatever an answer does, it gets a verdict, and the next check still works."""

import builtins
import inspect
import math
import os
import site
import sys
import threading
import time
import types
import warnings

import numpy as np
import pytest

from bpkit.exercises import check, sandbox
from bpkit.exercises.exercise import Case, exercise
from bpkit.exercises.judge import judge


def cases():
    return [Case(np.array([3.0, -1.0])), Case(np.array([0.5, 2.0, 7.0]))]


@exercise(lesson=0, task="Return the doubled x.", cases=cases, hints=("Twice.",))
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
    while True:
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
    def __repr__(self):
        raise RuntimeError("no")

    def __array__(self, *args, **kwargs):
        raise RuntimeError("no")

    def __eq__(self, other):
        raise RuntimeError("no")

    def __deepcopy__(self, memo):
        raise RuntimeError("no")

    def __getattr__(self, name):
        raise RuntimeError("no")

    __hash__ = None


def returns_what_cannot_be_touched(x):
    return Rude()


def returns_a_list_of_it(x):
    return [Rude(), Rude()]


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
    threading.Thread(target=time.sleep, args=(0.5,), daemon=True).start()


def breaks_numpys_errors(x):
    np.seterr(all="raise")
    np.random.seed(0)  # noqa: NPY002 - an answer may do what it likes


NOT_ANSWERS = {"cases", "check", "exercise", "judge"}
HOSTILE = [
    value
    for name, value in list(globals().items())
    if inspect.isfunction(value) and name not in NOT_ANSWERS
]


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """Give every answer a short time."""
    monkeypatch.setattr(double, "seconds", 0.3)
    monkeypatch.setattr(sandbox, "PATIENCE", 0.3)
    enough.clear()
    yield
    enough.set()


@pytest.mark.filterwarnings("ignore:coroutine")
@pytest.mark.parametrize("answer", HOSTILE, ids=lambda f: f.__name__)
def test_the_answer_gets_a_verdict_and_leaves_no_trace(answer):
    before = sys.getrecursionlimit(), os.getcwd(), sys.stdout, math.pi, np.geterr()
    names = [{**vars(module)} for module in (np, builtins, warnings)]
    filters = list(warnings.filters)

    verdict = judge(double, answer)

    assert verdict.attempted
    assert not verdict
    assert verdict.message
    assert "bpkit" not in verdict.message.partition("Stuck?")[0]
    assert verdict._repr_html_()
    after = sys.getrecursionlimit(), os.getcwd(), sys.stdout, math.pi, np.geterr()
    assert after == before
    assert sys.modules["numpy"] is np
    for module, contents in zip((np, builtins, warnings), names):
        changed = [k for k, v in contents.items() if getattr(module, k) is not v]
        assert changed == []
    assert warnings.filters == filters
    assert judge(double, lambda x: x + x)


def test_an_object_that_cannot_be_touched_is_no_answer():
    assert not check(Rude())
    assert "must be a function" in check(sigmoid=Rude()).message
    assert "an object of type Rude came" in check(nudge_ratio=Rude()).message


def test_an_answer_that_sleeps_is_given_up(monkeypatch):
    def sleeps(x):
        time.sleep(1)

    verdict = judge(double, sleeps)
    assert "did not end" in verdict.message
    assert "restart the kernel" in verdict.message
    assert judge(double, lambda x: x + x)


def test_the_message_on_an_endless_answer_names_the_call():
    def only_small(x):
        while len(x) > 2:
            pass
        return 2 * x

    message = judge(double, only_small).message
    assert "double(x=[0.5, 2. , 7. ])" in message
    assert "restart" not in message  # it was stopped


def test_an_error_in_a_package_of_the_user_is_shown_at_the_learners_line():
    namespace = {"__name__": "package"}
    file = f"{site.getusersitepackages()}/package.py"
    exec(compile("def fail(x):\n    raise ValueError\n", file, "exec"), namespace)

    def asks_it(x):
        return namespace["fail"](x)

    assert "return namespace" in judge(double, asks_it).message


def test_two_checks_at_once_give_the_streams_back():
    begun, verdicts = threading.Event(), []

    def slow(x):
        begun.set()
        time.sleep(0.01)
        return 2 * x

    def slower(x):
        time.sleep(0.05)
        return 2 * x

    def check_it(answer):
        verdicts.append(judge(double, answer))

    before = sys.stdout, sys.stderr, builtins.input
    checks = [threading.Thread(target=check_it, args=[f]) for f in (slow, slower)]
    checks[0].start()
    begun.wait()
    checks[1].start()
    for thread in checks:
        thread.join()
    assert (sys.stdout, sys.stderr, builtins.input) == before
    assert all(verdicts)


def test_an_answer_may_check_another():
    def both(x):
        assert judge(double, lambda x: x + x)
        return 2 * x

    assert judge(double, both)


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
        return 2 * x

    assert judge(double, talks)
    assert capsys.readouterr().out == ""


def test_without_threads_an_answer_is_judged_without_a_limit(monkeypatch):
    def start(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    assert judge(double, lambda x: 2 * x)
    assert not judge(double, lambda x: x)
