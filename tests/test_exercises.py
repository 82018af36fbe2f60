"""Toy exercises through the four rooms: what is judged, and no more than is so."""

import builtins
import dis
import re
import types
from html import unescape

import numpy as np
import pytest
from tools import ran

import bpkit.exercises as exercises
from bpkit import check, graph, hint, mine, progress, reveal
from bpkit.exercises import slips
from bpkit.exercises.attempt import attempt
from bpkit.exercises.compare import close_enough, difference
from bpkit.exercises.exercise import Case, Formula, exercise, number
from bpkit.exercises.judge import judge
from bpkit.exercises.observation import Pair, observation
from bpkit.exercises.verdict import Verdict, short, together
from bpkit.exercises.verdict import observed as observed_sentence


def batches():
    rng = np.random.default_rng(1)
    return [Case(rng.normal(size=(n, m))) for n, m in ((3, 5), (4, 4), (2, 7))]


def row_means(x):
    return x.mean(axis=1, keepdims=True)


def make(reference=row_means, cases=batches, **options):
    """Return a fresh exercise, so that a test may register what it likes."""
    return exercise(lesson=1, cases=cases, hints=("A.", "B."), **options)(reference)


def learner(source):
    """Return the function row_means of a notebook's cell."""
    return ran(source)["row_means"]


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


CLASS = """
class Value:
    def __init__(self, data, parents=(), slopes=()):
        self.data, self.parents, self.slopes = data, parents, slopes

    def __add__(self, other):
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        {body}
"""


def test_a_class_is_a_stub_as_long_as_a_method_is():
    for body, attempted in (("...", False), ("return self.data", True)):
        names = {}
        exec(CLASS.format(body=body), names)
        verdict = check(names["Value"])
        assert (verdict.attempted, verdict.passed) == (attempted, False)


def test_something_else_than_a_class_is_told_what_belongs_there():
    assert "must be a class; got 5" in check(Value=5).message


def test_no_verdict_on_a_graph_of_values_shows_where_they_are_in_memory():
    def reverse_sweep(output):
        graph.forward_sweep(output)  # of bpkit, for bpkit's nodes only
        for _ in graph.reverse_steps(output):
            pass

    assert "output=f = Value(" in check(reverse_sweep).message
    assert "0x" not in check(reverse_sweep).message


def test_what_a_library_has_not_implemented_is_no_stub():
    body = "import asyncio\n    asyncio.BaseTransport().close()"
    verdict = judge(make(), learner(f"def row_means(x):\n    {body}\n"))
    assert verdict.status == "Not correct"
    assert "NotImplementedError" in verdict.message


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
    assert message.startswith("Call: row_means(x=[[")  # the smallest case, (2, 7)
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
    assert "Call: row_means(x=[[ 0.5988, 0.0397, -0.2925, -0.7819]," in message
    assert "It raised in 1 of 3 calls" in message


def test_a_wrong_value_is_shown_before_an_error():
    def mixed(x):
        if x.shape[0] == 3:
            raise ValueError
        return 2 * row_means(x)

    message = judge(make(), mixed).message
    assert message.index("Came") < message.index("ValueError")
    assert (
        "It raised in 1 of 3 calls, one of them row_means(x=array of shape (3, 5))"
        in message
    )


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

    assert "It changed what it was given: x." in judge(make(), in_place).message


def test_a_changed_list_inside_an_argument_is_seen():
    toy = make(lambda ws: sum(ws), lambda: [Case([1.0, 2.0]), Case([3.0])])

    def empties(ws):
        total = sum(ws)
        ws.clear()
        return total

    assert "It changed what it was given: ws." in judge(toy, empties).message


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

    assert "A later call changed an earlier result" in judge(make(), reuses).message


def test_state_kept_between_calls_is_noticed():
    calls = []

    def counts(x):
        calls.append(x)
        return row_means(x) * (1 if len(calls) < 4 else 2)

    assert "another result the second time" in judge(make(), counts).message


@pytest.mark.parametrize("raising", [0, 3])
def test_a_call_that_raises_one_time_only_keeps_something(raising):
    calls = []

    def raises_once(x):
        calls.append(x)
        if len(calls) - 1 == raising:
            raise ValueError
        return row_means(x)

    message = judge(make(), raises_once).message
    assert "The same call raised one time and not the other" in message
    assert "Again?" not in message


def test_an_array_of_objects_is_not_said_to_have_changed():
    message = judge(make(), lambda x: np.array([[None, "a"]])).message
    assert "Came: an array of objects" in message
    assert "later call" not in message


def test_at_most_three_observations_are_made():
    toy = make(explain=lambda answer: "Look at the axis.")

    def wrong(x):
        if x.shape[1] == 4:
            raise ValueError
        return -row_means(x) if x.shape[1] > 6 else row_means(x)

    assert judge(toy, wrong).message.count("Observation:") == 3


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
        (lambda x: [row_means(x)], "shape is wrong, the numbers are right"),
        (lambda x: row_means(x) * np.arange(1, 1 + len(x))[:, None], "first entry"),
    ],
)
def test_an_observation_is_made(answer, sentence):
    toy = make(quantities=lambda x: {"m": x.shape[1], "n": x.shape[0]})
    assert sentence in judge(toy, answer).message


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (lambda x: None if x.size else 0, "None: does it reach a return with a value?"),
        (lambda x: list(x).reverse(), "None: does it reach a return with a value?"),
        (lambda x: (v for v in x), "Came: a generator"),
        (lambda x: "mean", "the text 'mean'"),
        (lambda x: {"mean": x.mean()}, "Came: a dict"),
        (lambda x: row_means, "Came: a function: was it called?"),
        (lambda x: np.array([None]), "Came: an array of objects"),
        (lambda x: [[1], [2, 3]], "Came: lists of uneven lengths"),
        (lambda x: row_means(x) + 0j, "Came: complex numbers"),
        (lambda x: object(), "Came: an object of type object"),
    ],
)
def test_a_result_of_a_wrong_type_is_called_by_its_name(answer, sentence):
    assert sentence in judge(make(), answer).message


def observed(pairs):
    """Return the sentence on what holds for every pair, or an empty string."""
    found, about = observation(dict(enumerate(pairs)))
    assert bool(about) == bool(found)
    return observed_sentence(make(), False, *found) if found else ""


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


def test_a_factor_of_a_number_and_a_quantity_is_named():
    ones = np.ones(2)
    m_ = "m, the number of examples,"
    pairs = [Pair(2 / m * ones, ones, {m_: m}) for m in (3, 4, 5)]
    divided = "2 times what was expected, divided by m, the number of examples."
    assert divided in observed(pairs)
    pairs = [Pair(3 * m * ones, ones, {m_: m}) for m in (3, 4, 5)]
    assert "is 3 · m, the number of examples, times" in observed(pairs)
    pairs[0] = Pair(7 * ones, ones, {m_: 3})
    assert observed(pairs) == ""


def test_lists_right_at_one_end_and_swapped_results_are_recognised():
    a, b, c = np.ones((2, 3)), np.full((3, 2), 2.0), np.full((2, 2), 3.0)
    ends = [Pair([a, c + 1], [a, c], {}), Pair([b, c - 1], [b, c], {})]
    assert "more than one, the first is right" in observed(ends)
    ends = [Pair([0 * a - 7, c], [a, c], {}), Pair([b * b + 1, c], [b, c], {})]
    assert "more than one, the last is right" in observed(ends)
    assert "swapped" in observed([Pair(([b], [a]), ([a], [b]), {})])
    turned = np.arange(4.0).reshape(2, 2)
    assert "transposed" in observed([Pair([a, turned.T], [a, turned], {})])
    assert "transposed" not in observed([Pair([a + 1, turned.T], [a, turned], {})])


def about(pairs):
    """Return the numbers of the calls under which the fact on some pairs may stand."""
    return observation(dict(enumerate(pairs)))[1]


def test_a_fact_on_the_ends_of_a_list_stands_under_a_list_that_has_two():
    a, b = np.ones((2, 3)), np.ones((3, 2))
    alone, both = Pair([b + 1], [b], {}), Pair([a, b + 2], [a, b], {})
    assert "the first is right" in observed([alone, both])
    assert about([alone, both]) == [1]


def test_one_number_in_place_of_many_is_seen_where_there_are_many():
    one, many = (Pair(np.array(3.0), np.ones((n, 1)), {}) for n in (1, 4))
    assert "One number came" in observed([one, many])
    assert about([one, many]) == [1]
    assert observed([one, one]) == ""


def test_a_nan_beside_one_that_was_expected_is_seen():
    e = np.array([1.0, np.nan, 3.0])
    came = [Pair(np.array(c), e, {}) for c in ([1, np.nan, np.nan], [1, np.nan, 4])]
    assert "NaN came" in observed(came)
    assert about(came) == [0]
    assert "infinity came" in observed([Pair(np.array([1, np.nan, np.inf]), e, {})])


def test_only_what_can_have_been_broadcast_is_asked_whether_it_was():
    one, two, wide = np.array(1.0), np.ones(2), np.ones((3, 1))
    several = [Pair(came, one, {}) for came in (two, wide @ wide.T)]
    assert observed(several) == "Several numbers came where one was expected."
    longer = [Pair(np.ones(3), two, {})]
    assert observed(longer) == "More numbers came than were expected."
    spread = [Pair(np.ones((4, 3, 3)), np.ones((4, 3)), {})]
    assert "was something broadcast?" in observed(spread)


def test_columns_that_are_nothing_but_zeros_are_not_said_to_be_alike():
    e, right = np.arange(6.0).reshape(2, 3), np.ones((1, 1))
    assert "alike" not in observed([Pair(0 * e, e, {}), Pair(right, right, {})])


def test_what_is_said_of_wrong_results_holds_of_all_of_them():
    rng = np.random.default_rng(0)
    e, flat, same = rng.normal(size=(2, 3)), rng.normal(size=4), np.ones((2, 3))
    one_column = Pair(e[:, [0]] * np.array([[2.0], [3.0]]), e[:, [0]], {})
    alike = Pair(e[:, :1] + 0 * e, e, {})
    assert "columns are alike" in observed([alike, one_column])
    assert "alike" not in observed([alike, Pair(flat**2, flat, {})])
    assert "alike" not in observed([alike, Pair(e, same, {})])
    first = Pair(np.hstack([e[:, :1], e[:, 1:] ** 2]), e, {})
    right = Pair(e, e, {})
    assert "only its first column is right" in observed([first, right])
    assert "first column" not in observed([first, one_column])
    assert about([right, first]) == [1]


def test_what_is_said_of_every_call_is_said_of_those_that_did_not_raise():
    def sevens(f, x):
        return 7 if x != 2 else 1 / 0

    cases = lambda: [*squares(), *squares()]  # noqa: E731
    said = said_of(rising(cases), sevens)
    assert "The same came from every call that did not raise: 7." in said

    def one_right(x):
        return (2 * x, x) if len(x) == 2 else 1 / 0

    assert "right in every call that did not raise; v: not" in said_of(two(), one_right)


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


def test_nan_is_shown_where_it_stands_though_another_number_is_wrong_before_it():
    found = difference(np.array([0.5, np.nan]), np.ones(2))
    assert found.index == (1,)
    assert difference(np.array([0.5, np.nan]), np.array([1, np.nan])).index == (0,)


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


@number(lesson=1, hints=("A.", "B."), returns=("width", "height"))
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
    toy = number(lesson=0, hints=())(ratio)
    toy.slips("upside_down: What over what?\n    1 / 6\n")
    verdict = judge(toy, 0.1667)
    assert verdict.mistake == "upside_down"
    assert "Question: What over what?" in verdict.message


def test_a_check_moves_between_few_rooms(moves_of):
    def sigmoid(z):
        return 1 / (1 + np.exp(z))

    check(sigmoid)  # the mistakes' outcomes are kept from the first check on
    assert 0 < moves_of(lambda: check(sigmoid)) <= 120


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


def code_of(line):
    """Return what a card shows as code in a line of its message, None without it."""
    [*_, shown] = Verdict("f", False, True, None, line)._repr_html_().split("<div")
    found = re.search(r"<code[^>]*>(.*)</code>", shown)
    return found and unescape(re.sub("<[^>]*>", "", found[1]))


@pytest.mark.parametrize(
    ("lead", "code"),
    [
        ("Call: ", "f(w=[[ 0.2, -0.5], [ 1. ,  0.5]], x=array of shape (4, 5), y=1)"),
        ("Came: ", "[[ 0.2, -0.5]]"),
        ("  Came for nabla_b[0][1, 0]: ", "-6.75"),
        ("Expected at [0, 1]: ", "(3, [1, 2])"),
        ("Expected: ", "nan"),
        ("In your code, line 2: ", "return a < b"),
        ("Stuck? ", 'from bpkit import hint; hint("sigmoid")'),
    ],
)
def test_code_and_numbers_look_like_code_in_a_card(lead, code):
    assert code_of(lead + code) == code


@pytest.mark.parametrize(
    "line",
    [
        "Came: None: does it reach a return with a value?",
        "Came: 3 where 2 were expected",
        "Came: shape (2,) where (3,) was expected",
        "Observation: It is right in 2 of 3 calls.",
        "Question: What does [0] hold?",
    ],
)
def test_words_look_like_words_in_a_card(line):
    assert code_of(line) is None


def test_a_row_of_numbers_is_not_broken_in_a_card():
    card = Verdict("f", False, True, None, "Call: f(x=[[ 1.], [ 0.5]])")._repr_html_()
    rows = re.findall('<span style="display:inline-block">(.*?)</span>', card)
    assert rows == ["[ 1.],", "[ 0.5]]"]


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


def test_an_argument_that_is_an_array_of_no_dimension_is_not_written_as_a_number():
    def halved_in_place(z):
        z /= 2
        return z.copy()

    verdict = judge(
        make(lambda z: z / 2, lambda: [Case(np.array(3.0))]), halved_in_place
    )
    assert "Call: <lambda>(z=array(3.))" in verdict.message


def test_dicts_in_a_list_are_kept_apart():
    layers = [{"layer": 1, "bias": 3e-11}, {"layer": 0, "bias": 1.0}]
    assert short(layers) == "[{layer: 1, bias: 3e-11}, {layer: 0, bias: 1}]"


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
    monkeypatch.setattr(mine, "_verdicts", {})
    assert "Lesson 1: 0 of" in progress()
    check(nudge_ratio=6)
    assert "Lesson 1: 1 of" in progress()
    check(nudge_ratio=5)
    assert "Lesson 1: 0 of" in progress()
    assert re.search(r"nudge_ratio ★ +Not correct$", progress(), re.MULTILINE)
    check(nudge_ratio=...)
    assert re.search(r"nudge_ratio ★ +Not yet$", progress(), re.MULTILINE)


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


def said_of(toy, answer):
    """Return the observations on a wrong answer, joined."""
    lines = judge(toy, answer).message.splitlines()
    return " ".join(line for line in lines if line.startswith("Observation: "))


def squares():
    return [Case(Formula("x²", lambda x: x**2), x) for x in (1.0, 2.0, 3.0)]


def rise(f, x):
    return f(x + 1) - f(x)


def rising(cases=squares):
    return exercise(lesson=0, cases=cases, hints=("A.", "B."))(rise)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (lambda f, x: x, "f was never called."),
        (lambda f, x: 5 * f(1), "The same came from every call: 5."),
        (lambda f, x: print(rise(f, x)), "It printed 3.0, and returned None."),
        (lambda f, x: 3 * rise(f, x), "What came is exactly 3 times"),
        (lambda f, x: rise(f, x) if x < 3 else 1 / 0, "It raised in 1 of 3 calls"),
    ],
)
def test_what_all_calls_prove_is_said(answer, sentence):
    assert sentence in said_of(rising(), answer)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (lambda f, x: f(x), "f was never called."),
        (lambda f, x: 5 * min(f(x), 4), "The same came from every call"),
        (lambda f, x: print(x) or f(x), "It printed"),
        (lambda f, x: 1 / 0, "It raised"),
    ],
)
def test_what_not_all_calls_prove_is_not_said(answer, sentence):
    assert sentence not in said_of(rising(), answer)


def test_what_another_call_printed_is_not_said():
    def prints(f, x):
        print("first" if x == 1 else x)
        return None if x > 1 else 1 / 0

    assert "It printed 2.0, and returned None." in said_of(rising(), prints)


def test_a_function_handed_in_gives_the_error_that_it_would_give():
    raised = "Raised TypeError: unsupported operand type(s) for ** or pow(): 'generator"
    assert raised in judge(rising(), lambda f, x: f(v for v in [x])).message


def test_few_of_many_calls_of_a_function_handed_in_are_kept():
    def asks(f, x):
        for _ in range(5000):
            f(x)

    tried = attempt(rising(), asks)
    assert {len(o.asked) for o in tried.outcomes} == {1000}


def test_points_are_the_same_in_any_order_and_however_often():
    toy = rising()

    @toy.mistake("Do the two differ?")
    def nothing(f, x):
        return 0 * (f(x) - f(x + 1))

    assert judge(toy, lambda f, x: 0 * (f(x + 1) + f(x) - f(x))).mistake == "nothing"
    assert judge(toy, lambda f, x: 0 * (f(x + 1) + f(x) - f(3 * x))).mistake is None


def test_an_array_that_the_right_result_holds_twice_may_stand_there_twice():
    def twice(x):
        return (x.sum(axis=1),) * 2

    assert "the same array twice" not in said_of(make(twice), lambda x: twice(x + 1))


def pairs_of_columns():
    rng = np.random.default_rng(3)
    return [Case(rng.normal(size=(n, m))) for n, m in ((2, 3), (3, 4), (2, 1), (3, 5))]


def two_results(x):
    return 2 * x, x + 1


def two():
    options = {"cases": pairs_of_columns, "hints": ("A.", "B."), "returns": ("u", "v")}
    return exercise(lesson=0, **options)(two_results)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (lambda x: (2 * x, x), "u: right in every call; v: not."),
        (lambda x: (x, x + 1), "v: right in every call; u: not."),
        (
            lambda x: (2 * x[:, :1] + 0 * x,) * 2,
            "The result holds the same array twice.",
        ),
        (
            lambda x: (x[:, :1] + 0 * x, x[:, :1] - 0 * x),
            "all its columns are alike",
        ),
    ],
)
def test_what_the_results_prove_is_said(answer, sentence):
    assert sentence in said_of(two(), answer)


def test_a_fact_stands_under_a_call_that_it_is_about():
    def right_where_alone(x):
        return two_results(x) if x.shape[1] == 1 else (2 * x[:, :1] + 0 * x, 7 + 0 * x)

    verdict = judge(two(), right_where_alone)
    assert "all its columns are alike" in verdict.message
    assert verdict.arguments["x"].shape[1] > 1
    assert verdict.arguments["x"].size == min(
        c.args[0].size for c in pairs_of_columns() if c.args[0].shape[1] > 1
    )


def test_a_named_mistake_is_shown_by_a_value_though_most_calls_raise():
    toy = make(cases=lambda: [*batches(), *batches()])

    @toy.mistake("Rows or columns?")
    def of_wide(x):
        return 3 * row_means(x) if x.shape == (2, 7) else x.no_such_thing

    verdict = judge(toy, lambda x: of_wide(x))
    assert verdict.mistake == "of_wide"
    assert verdict.came is not None


def test_a_call_that_expects_nothing_is_not_the_one_that_is_shown():
    verdict = check(worst_entry=lambda a, n: np.argmax(abs(a - n) / (abs(a) + abs(n))))
    assert "Came: 0 where 1 result belongs\n  Expected: (0,)" in repr(verdict)
    assert verdict.expected == (0,)


def test_where_most_calls_raise_one_of_these_is_shown():
    def raises(x):
        return None if x.shape == (2, 7) else x.no_such_thing

    message = judge(make(), raises).message
    assert "Raised AttributeError" in message
    assert "It raised in 2 of 3 calls." in message

    def three_times(x):
        return 3 * row_means(x) if x.shape == (2, 7) else x.no_such_thing

    assert "exactly" not in judge(make(), three_times).message


def test_the_call_is_repeated_only_where_it_shows_what_was_observed():
    def plain(answer, x):
        return answer(x)

    def second(answer, x):
        answer(x)
        return {"the second sum": answer(x).sum()}

    def words(answer, x):
        return {"the sum": "small" if answer(x).sum() < 1 else "large"}

    wrong = lambda x: row_means(x) + 1  # noqa: E731
    assert "Again?" in judge(make(), wrong).message
    assert "Again?" in judge(make(observe=plain), wrong).message
    assert "Again?" not in judge(make(observe=second), wrong).message
    assert "Again?" not in judge(make(observe=words), lambda x: 9 - x).message
    assert "Again?" in judge(make(observe=second), lambda x: 1 / 0).message


def test_the_call_that_is_shown_can_be_repeated():
    def answer(x):
        return 1 * x, x + 1

    verdict = judge(two(), answer)
    again = answer(**verdict.arguments)
    assert close_enough(again, verdict.came)
    assert close_enough(two_results(**verdict.arguments), verdict.expected)
    assert not close_enough(again, verdict.expected)
    verdict.arguments["x"][:] = 0  # the next check has arrays of its own
    assert close_enough(judge(two(), answer).came, again)


def test_no_work_by_hand_is_asked_for_where_the_cause_is_known_or_the_call_is_large():
    def in_place(x):
        x += 1
        return 2 * x - 2, x

    assert "changed what it was given: x" in judge(two(), in_place).message
    assert "by hand" not in judge(two(), in_place).message
    assert "by hand" in judge(rising(), lambda f, x: x).message
    assert "by hand" in judge(make(), lambda x: row_means(x.T)).message
    assert "by hand" not in judge(make(), lambda x: row_means(x).T).message
    assert "by hand" not in judge(make(), lambda x: row_means(x).ravel()).message
    large = make(cases=lambda: [Case(np.arange(40.0).reshape(4, 10))] * 2)
    assert "by hand" not in judge(large, lambda x: x).message


def test_zeros_and_constants_prove_no_mistake_unless_the_functions_were_asked_alike():
    toy = rising()

    @toy.mistake("Do the two points differ?")
    def points_coincide(f, x):
        return f(x) - f(x)

    @toy.mistake("What is the rise?")
    def always_nine(f, x):
        return 9

    assert judge(toy, lambda f, x: 0 * f(x)).mistake == "points_coincide"
    assert judge(toy, lambda f, x: 0 * f(x + 1)).mistake is None
    assert judge(toy, lambda f, x: 0).mistake is None
    assert judge(toy, lambda f, x: 9.0).mistake is None


def test_a_number_in_quotation_marks_is_told_so():
    assert "without the quotation marks" in check(nudge_ratio="6").message
    assert "without the quotation marks" not in check(nudge_ratio="six").message
    message = judge(make(), lambda x: "6").message
    assert "Came: the text '6'" in message
    assert "quotation" not in message
    assert "not right" not in check(nudge_ratio="6").message


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return x if x > 0 else -x", "an array holds an answer for every entry"),
        ("return math.exp(x)", "was given an array"),
        ("return math.exp - x", "it needs brackets"),
        ("return print() + x", "None"),
        ("return [1, 2] * x.tolist()", "an array does"),
        ("[a] = 1, 2", "another number of names"),
        ("c = 2; return c(x)", "is a * missing"),
        ("return y * x", "is it spelt as above"),
        ("x = x + q; q = 1", "the function's own everywhere"),
        ("return x @ x.T @ x.T[:1] @ x", "as many columns in A as rows in B"),
        ("return x + np.ones(17)", "two sizes must be equal"),
        ("return np.multiply(x, x, 1 - 3)", "in which the result is to be written"),
        ("return np.exp(x, 2)", "in which the result is to be written"),
        ("return np.dot(x, x.T, 2)", "in which the result is to be written"),
        ("return np.sum(x, 0, None, 2)", "in which the result is to be written"),
        ("x = np.ones(3, int); x += 0.5", "cannot take decimals"),
        ("x[:, 0] = np.ones(17)", "must fit the shape of its place"),
        ("return print().T", "None, as from a function that returns nothing"),
        ("return [v for v in print()]", "None, as from a function that returns"),
        ("a, b = print()", "None, as from a function that returns nothing"),
        ("return print()[0]", "None, as from a function that returns nothing"),
        ("return len(print())", "None, as from a function that returns nothing"),
        ("return [1, 2][2]", "n entries have the indices 0 to n − 1"),
        ("return x[:, 17]", "n entries have the indices 0 to n − 1"),
        ("return x @ 2.0", "* multiplies numbers"),
        ("return x[0, 0] @ x[0, 0]", "* multiplies numbers"),
        ("return 2.0 @ 3.0", "* multiplies numbers"),
        ("return len(2.0)", "a single number has no length"),
        ("return len(x[0, 0])", "a single number has no length"),
        ("return len(np.array(1.0))", "a single number has no length"),
        (
            "return np.array([[1], [2, 3]])",
            "the parts of one array must be of one shape",
        ),
        ("x[0, 0] = [1, 2]", "one place of an array holds one number"),
        ("return [v for v in 2.0]", "a single number cannot be looped over"),
        ("return [v for v in x[0, 0]]", "a single number cannot be looped over"),
        ("return [v for v in np.array(1.0)]", "a single number cannot be looped over"),
        ("return [1, 2][x > 0]", "an array stands where one whole number belongs"),
        ("return x[0, 0, 0]", "no more indices than it has dimensions"),
    ],
)
def test_an_error_that_python_words_for_the_initiated_is_put_plainly(body, words):
    source = f"import math\ndef row_means(x):\n    {body}\n"
    assert words in judge(make(), learner(source)).message


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("raise ValueError('without b, a must be positive')", "Python:"),
        ("x = np.ones(3); x += 1j", "whole numbers"),
    ],
)
def test_an_error_of_another_cause_is_not_put_in_those_words(body, words):
    source = f"def row_means(x):\n    {body}\n"
    assert words not in judge(make(), learner(source)).message


def test_a_nan_that_was_written_over_is_a_change():
    toy = make(
        cases=lambda: [Case(np.array([[1.0, np.nan, 3.0]])), Case(np.ones((2, 3)))]
    )

    def fills(x):
        means = row_means(x)
        x[np.isnan(x)] = 0
        return means

    assert judge(toy, row_means)
    assert "It changed what it was given: x." in judge(toy, fills).message
    costs = [Case([np.nan, 2.0])] * 2
    listed = make(lambda costs: 2.0, cases=lambda: [Case([np.nan, 2.0]) for _ in costs])

    def sets(costs):
        costs[0] = np.inf
        return 2.0

    assert "It changed what it was given: costs." in judge(listed, sets).message
