"""Toy exercises through the four rooms: what is judged, and no more than is so."""

import builtins
import dis
import linecache
import sys
import threading
import types
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import bpkit.exercises as exercises
from bpkit import forward_pass, sigmoid_prime
from bpkit.exercises import check, hint, progress, reveal, slips
from bpkit.exercises.compare import close_enough, difference
from bpkit.exercises.exercise import Case, Formula, exercise, number
from bpkit.exercises.judge import judge
from bpkit.exercises.localiser import explain_backprop, localise
from bpkit.exercises.observation import Pair, observation
from bpkit.exercises.verdict import Verdict, fact, short, together

BPKIT = str(Path(exercises.__file__).parents[1])


def batches():
    rng = np.random.default_rng(1)
    return [Case(rng.normal(size=(n, m))) for n, m in ((3, 5), (4, 4), (2, 7))]


def row_means(x):
    return x.mean(axis=1, keepdims=True)


def make(reference=row_means, cases=batches, **options):
    """Return a fresh exercise, so that a test may register what it likes."""
    return exercise(lesson=1, task="Task.", cases=cases, hints=("A.", "B."), **options)(
        reference
    )


def learner(source, name="row_means"):
    """Return a function written in a notebook's cell: its source is in linecache."""
    cell = "<ipython-input-7>"
    linecache.cache[cell] = (len(source), None, source.splitlines(True), cell)
    namespace = {"np": np, "__name__": "__main__"}
    exec(compile(source, cell, "exec"), namespace)
    return namespace[name]


@pytest.mark.parametrize(
    "body",
    [
        "...",
        '"""Doc."""',
        '"""Doc."""\n    ...',
        "pass",
        "return",
        "return None",
        "return ...",
        "raise NotImplementedError",
        'raise NotImplementedError("later")',
        "mean = ...",
        "mean = ...\n    return mean",
        "mean = ...\n    return mean * 2",
        "return x.mean(), ...",
        "return [..., x]",
        "# nothing yet\n    ...",
    ],
)
def test_a_stub_is_not_yet_an_answer(body):
    verdict = judge(make(), learner(f"def row_means(x):\n    {body}\n"))
    assert not verdict.attempted
    assert verdict.status == "Not yet"
    assert "hint" in verdict.message


@pytest.mark.parametrize("body", ["x.mean()", "return 0", "x = x * 2", "return x"])
def test_what_is_not_a_stub_is_an_attempt(body):
    assert judge(make(), learner(f"def row_means(x):\n    {body}\n")).attempted


def test_an_answer_may_be_any_callable():
    class Mean:
        def __call__(self, x, *, scale=1.0):
            return scale * x.mean(axis=1, keepdims=True)

    assert judge(make(), Mean())
    assert judge(make(), lambda x: np.float32(row_means(x)))
    assert judge(make(), lambda x: row_means(x).tolist())


def test_something_else_than_a_function_is_said_to_be_none():
    verdict = judge(make(), 3.0)
    assert "row_means(x) must be a function; got 3" in verdict.message


def test_an_error_is_shown_with_its_line_and_its_call_and_no_traceback():
    source = (
        "def row_means(x):\n    y = x + 1\n    return helper(y)\n\n\ndef helper(y):\n"
    )
    source += "    return y.means()\n"
    message = judge(make(), learner(source)).message
    assert message.startswith("Call: row_means(x=array of shape (3, 5))")
    assert "Raised AttributeError: 'numpy.ndarray' object" in message
    assert "In your code, line 7: return y.means()" in message
    assert "Traceback" not in message
    assert "judge" not in message
    assert "attempt" not in message


def test_an_error_inside_a_library_is_shown_at_the_learners_line():
    source = "import random\ndef row_means(x):\n    return random.choice([])\n"
    message = judge(make(), learner(source)).message
    assert "In your code, line 3: return random.choice([])" in message


def test_an_error_in_the_call_itself_shows_the_signature():
    message = judge(make(), lambda: 1).message
    assert "Your function is called as row_means(x)." in message


def test_an_answer_that_raises_on_one_case_only_is_said_to_be_right_on_the_others():
    def row_means_of_small(x):
        if x.shape == (4, 4):
            raise ValueError("four")
        return row_means(x)

    message = judge(make(), row_means_of_small).message
    assert "Raised ValueError: four" in message
    assert "Call: row_means(x=array of shape (4, 4))" in message
    assert "right in 2 of 3 calls" in message


def test_a_wrong_value_is_shown_before_an_error():
    def mixed(x):
        if x.shape[0] == 3:
            raise ValueError
        return 2 * row_means(x)

    message = judge(make(), mixed).message
    assert "Came" in message
    assert "ValueError" not in message


def test_a_mistake_is_named_only_if_every_call_agrees_with_it():
    toy = make()

    @toy.mistake("Mean or sum?")
    def row_sums(x):
        return x.sum(axis=1, keepdims=True)

    verdict = judge(toy, lambda x: x @ np.ones((x.shape[1], 1)))
    assert verdict.mistake == "row_sums"
    assert verdict.message.endswith("Question: Mean or sum?")

    def sums_of_wide(x):
        return row_sums(x) if x.shape[1] > 4 else 0 * row_sums(x)

    assert judge(toy, sums_of_wide).mistake is None


def test_a_mistake_that_shows_in_one_call_only_is_not_named():
    toy = make()

    @toy.mistake("Why (4, 4)?")
    def wrong_on_square(x):
        return row_means(x) * (2 if x.shape == (4, 4) else 1)

    assert judge(toy, wrong_on_square).mistake is None


def test_two_mistakes_that_cannot_be_told_apart_are_not_named():
    toy = make()
    for name in ("one", "two"):
        function = types.FunctionType((lambda x: x.sum()).__code__, globals(), name)
        toy.mistake(f"{name}?")(function)
    assert judge(toy, lambda x: x.sum()).mistake is None


def test_a_mistake_in_a_view_is_the_same_mistake_as_in_a_copy():
    toy = make()

    @toy.mistake("What comes back?")
    def nothing_done(x):
        return x

    assert judge(toy, lambda x: x.copy()).mistake == "nothing_done"


def test_a_changed_argument_is_an_error_even_if_the_result_is_right():
    def in_place(x):
        x *= 1.5
        return row_means(x) / 1.5

    assert "It changed its argument x." in judge(make(), in_place).message


def test_a_changed_list_inside_an_argument_is_seen():
    toy = make(lambda ws: sum(ws), lambda: [Case([1.0, 2.0]), Case([3.0])])

    def empties(ws):
        total = sum(ws)
        ws.clear()
        return total

    assert "changed its argument" in judge(toy, empties).message


def test_a_result_that_is_a_view_of_an_argument_is_refused_unless_allowed():
    def first(x):
        return x[:, :1].copy()

    def view(x):
        return x[:, :1]

    assert "shares its memory" in judge(make(first), view).message
    assert judge(make(first, may_share=True), view)


def test_one_array_used_for_every_result_is_noticed():
    memory = {}

    def reuses(x):
        out = memory.setdefault("out", np.zeros((4, 1)))[: len(x)]
        out[:] = row_means(x)
        return out

    assert "A later call changed the result" in judge(make(), reuses).message


def test_state_kept_between_calls_is_noticed():
    calls = []

    def counts(x):
        calls.append(x)
        return row_means(x) * (1 if len(calls) < 4 else 2)

    assert "another result the second time" in judge(make(), counts).message


def test_an_array_of_objects_is_not_said_to_have_changed():
    message = judge(make(), lambda x: np.array([[None, "a"]])).message
    assert "an array of objects came" in message
    assert "later call" not in message


def test_at_most_two_observations_are_made():
    toy = make(explain=lambda answer: "Look at the axis.")

    def wrong(x):
        return -row_means(x) if x.shape[1] > 4 else row_means(x)

    assert judge(toy, wrong).message.count("Observation:") == 2


@pytest.mark.parametrize(
    "answer",
    [
        lambda x: object(),
        lambda x: lambda: x,
        lambda x: (v for v in x),
        lambda x: row_means(x) + 1j,
        lambda x: row_means(x) * np.nan,
        lambda x: {"a": "b"},
        lambda x: np.array(["a"]),
        lambda x: [None, 1.0],
        lambda x: np.array([object()]),
    ],
)
def test_what_is_no_number_is_not_said_to_differ_the_second_time(answer):
    message = judge(make(), answer).message
    assert "second time" not in message
    assert "later call" not in message


def test_warnings_count_where_a_task_forbids_them():
    def one(z):
        return 1.0

    def warns(z):
        np.exp(np.array([z]))
        return 1.0

    cases = lambda: [Case(1000.0), Case(900.0)]  # noqa: E731
    assert judge(make(one, cases), warns)
    message = judge(make(one, cases, quiet=True), warns).message
    assert "numpy warned: overflow" in message


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (lambda x: -row_means(x), "exactly −1 times"),
        (lambda x: 3 * row_means(x), "exactly 3 times"),
        (lambda x: x.sum(axis=1, keepdims=True), "exactly m times"),
        (lambda x: row_means(x) / x.shape[1], "divided by m"),
        (lambda x: row_means(x) + 0.5, "plus 0.5"),
        (lambda x: 0 * row_means(x), "is zero"),
        (lambda x: row_means(x) * np.nan, "NaN came"),
        (lambda x: row_means(x) + np.inf, "infinity came"),
        (lambda x: row_means(x) * (1 + 1e-5), "four digits"),
        (lambda x: row_means(x).T, "the transpose"),
        (lambda x: row_means(x).ravel(), "A flat array"),
        (lambda x: np.abs(row_means(x)), "some signs are not"),
        (lambda x: x.mean(), "One number came"),
        (lambda x: x, "one column was expected"),
        (lambda x: [row_means(x)], "right, their shape is not"),
        (lambda x: row_means(x) * np.arange(1, 1 + len(x))[:, None], "first entry"),
    ],
)
def test_an_observation_is_made(answer, sentence):
    toy = make(quantities=lambda x: {"m": x.shape[1], "n": x.shape[0]})
    assert sentence in judge(toy, answer).message


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (lambda x: None if x.size else 0, "None came: is there a return?"),
        (lambda x: (v for v in x), "a generator came"),
        (lambda x: "mean", "text came: 'mean'"),
        (lambda x: {"mean": x.mean()}, "a dict came"),
        (lambda x: row_means, "a function came: was it called?"),
        (lambda x: np.array([None]), "an array of objects came"),
        (lambda x: [[1], [2, 3]], "lists of uneven lengths came"),
        (lambda x: row_means(x) + 0j, "complex numbers came"),
        (lambda x: object(), "an object of type object came"),
    ],
)
def test_a_result_of_a_wrong_type_is_called_by_its_name(answer, sentence):
    assert sentence in judge(make(), answer).message


def observed(pairs):
    """Return the sentence on what holds for every pair, or an empty string."""
    found = observation(pairs)
    return fact(*found) if found else ""


def test_no_observation_is_made_that_the_numbers_do_not_prove():
    rng = np.random.default_rng(0)
    pairs = [Pair(rng.normal(size=6), rng.normal(size=6), {"m": m}) for m in (2, 5)]
    assert observed(pairs) == ""
    right = [Pair(p.expected, p.expected, {}) for p in pairs]
    assert observed(right) == ""
    one_factor_each = [
        Pair(f * p.expected, p.expected, {}) for f, p in ((2, p) for p in pairs[:1])
    ]
    assert "times" not in observed(one_factor_each)
    two_factors = [Pair(f * p.expected, p.expected, {}) for f, p in zip((2, 3), pairs)]
    assert observed(two_factors) == ""


def test_a_factor_is_named_though_some_expected_numbers_are_zero():
    ones = np.ones(2)
    pairs = [Pair(3 * ones, ones, {"m": 3}), Pair(4 * ones, ones, {"m": 4})]
    pairs.append(Pair(0.0, 0.0, {"m": 5}))
    assert "exactly m times" in observed(pairs)


def test_lists_right_at_one_end_and_swapped_results_are_recognised():
    a, b, c = np.ones((2, 3)), np.full((3, 2), 2.0), np.full((2, 2), 3.0)
    ends = [Pair([a, c + 1], [a, c], {}), Pair([b, c - 1], [b, c], {})]
    assert "first of the list is right" in observed(ends)
    ends = [Pair([0 * a - 7, c], [a, c], {}), Pair([b * b + 1, c], [b, c], {})]
    assert "The last of the list is right" in observed(ends)
    assert "swapped" in observed([Pair(([b], [a]), ([a], [b]), {})])
    turned = np.arange(4.0).reshape(2, 2)
    assert "transposed" in observed([Pair([a, turned.T], [a, turned], {})])


@pytest.mark.parametrize(
    ("came", "expected"),
    [
        (1, 1.0),
        (np.array([[2.0]]), 2.0),
        (np.float32(0.1), 0.1),
        (np.array([0.1, 3.0], np.float32), np.array([0.1, 3.0])),
        ([1, 2], np.array([1.0, 2.0])),
        (([1.0], 2.0), [np.array([1.0]), 2.0]),
        (np.nan, np.nan),
        (np.array([np.inf, 1.0, 1e-17]), np.array([np.inf, 1.0, 0.0])),
        (np.bool_(True), True),
        ({"a": 1, "b": 2}, {"a": 1.0}),
    ],
)
def test_these_are_the_same(came, expected):
    assert close_enough(came, expected)


@pytest.mark.parametrize(
    ("came", "expected"),
    [
        (2.7e-12, 0.0),
        (1e-9, 2.7e-12),
        (np.array([1.0]), np.array([[1.0]])),
        ([1.0, 2.0, 3.0], np.array([1.0, 2.0])),
        (1.0, np.nan),
        (np.inf, -np.inf),
        (1, True),
        (None, 0.0),
        (0.1 + 1e-4, 0.1),
        (np.array([1.0, 2.001], np.float32), np.array([1.0, 2.0])),
        ({}, {"a": 1.0}),
    ],
)
def test_these_are_different(came, expected):
    assert difference(came, expected)


def test_the_place_of_the_difference_has_the_name_of_the_result():
    toy = make(
        lambda x: (x.sum(), [x, 2 * x]), may_share=True, returns=("total", "layers")
    )
    message = judge(toy, lambda x: (x.sum(), [x, 3 * x])).message
    assert "Came for layers[1][0, 0]" in message


def test_facts_are_compared_by_name():
    def facts(answer, x):
        return {"the shape of": list(np.shape(answer(x))), "sum": np.sum(answer(x))}

    toy = make(observe=facts)
    assert judge(toy, row_means)
    assert "Came for sum" in judge(toy, lambda x: 2 * row_means(x)).message
    assert not judge(toy, lambda x: ...).attempted


def test_an_observer_that_stumbles_shows_what_came():
    bank = {"__name__": "bpkit.exercises.lesson"}
    toy = make(observe=eval("lambda answer, x: answer(x).shape", bank))
    message = judge(toy, lambda x: "mean").message
    assert "Came: 'mean'" in message
    assert "AttributeError" in message


def test_an_explanation_is_added():
    toy = make(explain=lambda answer: "Look at the axis.")
    assert "Observation: Look at the axis." in judge(toy, lambda x: x.sum()).message


@number(lesson=1, task="Two numbers.", hints=("A.", "B."), returns=("width", "height"))
def sides():
    return 3.0, -4.0


@sides.mistake("Which comes first?")
def swapped():
    return -4.0, 3.0


def test_a_number_is_judged_to_its_tolerance():
    assert judge(sides, (3, -4.001))
    assert judge(sides, [3, -4])
    assert not judge(sides, (3, -4.1))
    assert not judge(sides, (3, np.nan))
    assert judge(sides, (-4, 3)).mistake == "swapped"


@pytest.mark.parametrize("given", [..., None, (3, ...), (..., ...)])
def test_a_number_that_is_not_given_is_not_yet_an_answer(given):
    assert not judge(sides, given).attempted


@pytest.mark.parametrize("given", [(3, 4), 3, "3", (1, 2, 3), (-3, 4), True, sides])
def test_the_message_on_a_wrong_number_does_not_tell_the_right_one(given):
    verdict = judge(sides, given)
    assert verdict.attempted
    assert not verdict
    assert "-4" not in verdict.message
    assert "Expected" not in verdict.message


def test_a_number_of_wrong_sign_is_recognised():
    assert "the sign is not" in judge(sides, (-3, 4)).message


def height(x, slope):
    rise = slope * x  # rise
    start = 1  # start
    return start + rise


def marked_alike(x):
    x = x + 0  # same
    return x  # same


def ratio():
    return 6.0


def with_slips(text, reference=height):
    """Return an exercise with slips, and its mistakes by their names."""
    toy = make(reference, lambda: [Case(2.0, 3.0), Case(-1.0, 5.0)])
    toy.slips(text)
    return toy, {mistake.name: mistake for mistake in toy.mistakes}


def test_a_slip_is_the_reference_with_another_line():
    _, mistakes = with_slips("""
falls: Does it rise?
    rise = -slope * x  # rise
""")
    slip = mistakes["falls"]
    assert slip.question == "Does it rise?"
    assert slip.function(2.0, 3.0) == -5.0
    right, wrong = (code_by_line(f) for f in (height, slip.function))
    alike = [a == b for a, b in zip(right, wrong, strict=True)]
    assert alike == [True, False, True, True]  # def, rise, start, return


def code_by_line(function):
    """Return what a function does in each of its lines."""
    lines = {}
    for step in dis.get_instructions(function):
        lines.setdefault(step.positions.lineno, []).append((step.opname, step.argrepr))
    return [lines[number] for number in sorted(lines)]


def test_a_slip_may_have_more_lines_and_more_marks_and_leave_lines_out():
    _, mistakes = with_slips("""
twice: Is that
one walk?
    x = 2 * x
    rise = slope * x  # rise
below: Where does it start?
    rise = 0  # rise
    start = -1  # start
nothing: What is start?
    pass  # start
""")
    assert mistakes["twice"].question == "Is that one walk?"
    assert mistakes["twice"].function(2.0, 3.0) == 13.0
    assert mistakes["below"].function(2.0, 3.0) == -1
    with pytest.raises(NameError):
        mistakes["nothing"].function(2.0, 3.0)


def test_a_slip_is_named_like_any_mistake():
    toy, _ = with_slips("falls: Does it rise?\n    rise = -slope * x  # rise\n")
    assert judge(toy, lambda x, slope: 1 - slope * x).mistake == "falls"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("rise = 0  # rices", "slip s: 0 lines of the reference are marked # rices"),
        ("rise = 0", "slip s: no mark follows 'rise = 0'"),
    ],
)
def test_a_slip_without_its_place_is_refused_by_name(lines, message):
    with pytest.raises(ValueError, match=message):
        with_slips(f"s: Why?\n    {lines}\n")


def test_a_mark_that_two_lines_bear_is_refused():
    message = "slip s: 2 lines of the reference are marked # same"
    with pytest.raises(ValueError, match=message):
        with_slips("s: Why?\n    return x  # same\n", marked_alike)


def test_in_an_exercise_on_a_number_a_slip_is_the_wrong_number():
    toy = number(lesson=0, task="", hints=())(ratio)
    toy.slips("upside_down: What over what?\n    1 / 6\n")
    verdict = judge(toy, 0.1667)
    assert verdict.mistake == "upside_down"
    assert "Question: What over what?" in verdict.message


def test_a_check_moves_between_few_rooms():
    # A visit is a call or a return in a file of bpkit, in any thread; a move is a visit
    # to another file than the one before.
    rooms = []

    def visit(frame, event, argument):
        file = frame.f_code.co_filename
        if event in ("call", "return") and file.startswith(BPKIT):
            rooms.append(file)

    def sigmoid(z):
        return 1 / (1 + np.exp(z))

    check(sigmoid)  # the mistakes' outcomes are kept from the first check on
    before = threading.getprofile(), sys.getprofile()
    threading.setprofile(visit)
    sys.setprofile(visit)
    try:
        check(sigmoid)
    finally:
        threading.setprofile(before[0])
        sys.setprofile(before[1])
    assert sum(here != there for here, there in pairwise(rooms)) <= 120


def test_a_verdict_says_its_status_in_words_in_text_and_card():
    passed = Verdict("f", True, True, None, "Right.")
    wrong = Verdict("f", False, True, None, "a < b\nsecond")
    assert repr(passed).startswith("✓ f: Correct")
    assert repr(wrong) == "✗ f: Not correct\n  a < b\n  second"
    card = wrong._repr_html_()
    assert "Not correct" in card
    assert "a &lt; b" in card
    assert 'role="status"' in card
    assert 'aria-hidden="true">✗' in card


def test_verdicts_together_are_right_only_if_all_are():
    right = Verdict("f", True, True, None, "")
    wrong = Verdict("g", False, True, "slip", "")
    none = Verdict("h", False, False, None, "")
    assert together([right, right])
    assert together([right, wrong]).mistake == "slip"
    assert together([right, none]).status == "Not yet"
    assert together([wrong, none]).status == "Not correct"


def test_values_are_written_short():
    assert short(np.arange(3)) == "[0, 1, 2]"
    assert short(np.zeros((4, 5))) == "array of shape (4, 5)"
    assert short([np.float64(0.1), (1, None)]) == "[0.1, (1, None)]"
    assert short(Formula("x²", abs)) == "x²"
    assert short(lambda x: x) == "a function"
    assert short(np.random.default_rng(0)) == "rng"
    assert len(short("x" * 1000)) < 200


def test_an_answer_is_found_by_its_name():
    assert check(nudge_ratio=6).passed
    assert "Did you mean sigmoid?" in check(sigmoyd=3).message
    assert "needs the exercise's name" in check(lambda x: x).message
    assert "Give it your function" in check().message
    assert not check(builtins.len).attempted


def test_hints_come_one_by_one_and_stay_at_the_last(monkeypatch):
    monkeypatch.setattr(exercises, "_hints_given", {})
    texts = [hint("sigmoid") for _ in range(5)]
    assert repr(texts[0]).startswith("Hint 1 of")
    assert texts[0] != texts[1]
    assert texts[-1] == texts[-2]
    assert 'reveal("sigmoid")' in texts[-1]
    assert "no exercise named x" in hint("x")


def test_the_revealed_answer_has_no_decorator():
    assert repr(reveal("sigmoid")).startswith("def sigmoid(z):")


def test_progress_tells_what_was_checked(monkeypatch):
    monkeypatch.setattr(exercises, "_verdicts", {})
    assert "Lesson 1: 0 of" in progress()
    check(nudge_ratio=6)
    assert "Lesson 1: 1 of" in progress()
    check(nudge_ratio=5)
    assert "Lesson 1: 0 of" in progress()


PATIENTS = {
    "": "",
    "no bias": "forward",
    "twice the input": "forward",
    "a linear output": "unproved",
    "no slope at the output": "BP1",
    "the slope of a": "BP1",
    "uphill": "BP1",
    "nothing at the output": "BP1",
    "no slope": "BP2",
    "m twice": "BP2",
    "slope of the first column": "BP2",
    "twice in the first layer": "BP2",
    "no bias gradient": "BP3",
    "flat": "BP3",
    "not summed": "BP3",
    "sum for mean": "BP3",
    "sum for mean in hidden layers": "BP3",
    "z for a": "BP4",
    "transposed": "BP4",
    "sum in the weights": "BP4",
}


def patient(bug):
    """Return a backprop with one bug."""

    def backprop(weights, biases, x, y):
        m, given = x.shape[1], biases
        if bug == "no bias":
            given = [0 * b for b in biases]
        zs, activations = forward_pass(
            weights, given, 2 * x if bug == "twice the input" else x
        )
        activations[0] = x
        if bug == "a linear output":
            activations[-1] = zs[-1]
        delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
        if bug == "no slope at the output":
            delta = activations[-1] - y
        if bug == "the slope of a":
            delta = (activations[-1] - y) * sigmoid_prime(activations[-1])
        delta = {"uphill": -1, "nothing at the output": 0}.get(bug, 1) * delta
        nabla_b, nabla_w = [], []
        for l in reversed(range(len(weights))):
            a = zs[l - 1] if l and bug == "z for a" else activations[l]
            b, w = delta.mean(axis=1, keepdims=True), delta @ a.T / m
            if bug == "no bias gradient":
                b = 0 * b
            if bug == "flat":
                b = b.ravel()
            if bug == "not summed":
                b = delta
            if bug == "sum for mean":
                b, w = b * m, w * m
            if bug == "sum for mean in hidden layers" and l < len(weights) - 1:
                b, w = b * m, w * m
            if bug == "sum in the weights":
                w = w * m
            nabla_b.insert(0, b)
            nabla_w.insert(0, w.T if bug == "transposed" else w)
            slope = sigmoid_prime(zs[l - 1])
            if bug == "no slope":
                slope = 1
            if bug == "slope of the first column":
                slope = slope[:, :1]
            if bug == "m twice":
                slope = slope / m
            if bug == "twice in the first layer" and l == 1:
                slope = 2 * slope
            delta = weights[l].T @ delta * slope if l else None
        return nabla_b, nabla_w

    return backprop


@pytest.mark.parametrize(("bug", "equation"), PATIENTS.items())
def test_the_localiser_names_the_first_broken_equation(bug, equation):
    report = localise(patient(bug))
    assert bool(report) == bool(bug)
    assert report.equation == equation.replace("unproved", "")
    if equation == "unproved":
        assert "do not prove" in str(report)


def test_the_localiser_gives_the_layer_the_array_and_the_entry():
    report = localise(patient("twice in the first layer"))
    assert (report.layer, report.array, report.index) == (0, "nabla_b[0]", (0, 0))
    assert report.came == pytest.approx(2 * report.expected)
    assert report.columns == 1
    assert localise(patient("sum for mean")).columns > 1
    shapes = localise(patient("not summed"))
    assert (shapes.came, shapes.expected) == ((5, 6), (5, 1))
    assert "the shape of nabla_b[2] is (5, 6)" in str(shapes)


def test_the_localiser_is_silent_on_a_right_answer_and_tells_what_it_needs():
    assert explain_backprop(patient("")) == ""
    assert "BP2" in explain_backprop(patient("no slope"))
    with pytest.raises(ValueError, match="two lists of 3"):
        localise(lambda weights, biases, x, y: weights)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("one_slip: A question?\n", "no line follows the slip 'one_slip: A question"),
        ("one_slip: A?\nother_slip: B?\n    return 1\n", "a slip is 'name: question'"),
        ("one_slip A question?\n    return 1\n", "a slip is 'name: question'"),
        ("    return 1\n", "a slip is 'name: question'"),
    ],
)
def test_a_text_that_is_no_slip_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        list(slips.parse(text))


def test_blank_lines_do_not_cut_a_slip_short():
    text = "\none_slip: A\nlong question?\n\n    a = 1  # A\n\n    b = 2  # B\n\n"
    assert list(slips.parse(text)) == [
        ("one_slip", "A long question?", "a = 1  # A\nb = 2  # B")
    ]
