"""What goes to a box, and what comes back from it: whatever is sent, it is data."""

import json
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from submissions import box_or_skip

from bpkit.exercises import LESSONS, bank
from bpkit.exercises.attempt import Attempt, Outcome, attempt
from bpkit.exercises.judge import compare, judge
from bpkit.exercises.verdict import Foreign
from bpkit.grading import wire
from bpkit.grading.run import Asking, _stand_ins

NUMBERS = st.one_of(
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.booleans(),
    st.floats().map(np.float64),
    st.floats(width=32).map(np.float32),
    st.integers(-(2**40), 2**40).map(np.int64),
    st.booleans().map(np.bool_),
)
DTYPES = ["<f8", "<f4", "<i8", "|u1", "|b1", "<c16", "<U3", ">f8"]
ARRAYS = st.builds(
    lambda shape, dtype: np.arange(int(np.prod(shape))).reshape(shape).astype(dtype),
    st.lists(st.integers(0, 3), max_size=3),
    st.sampled_from(DTYPES),
)
LEAVES = st.one_of(st.none(), st.text(), st.just(...), NUMBERS, ARRAYS)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(st.text(), inner, max_size=3),
    ),
    max_leaves=12,
)
KEYS = "list tuple length dict array scalar int float foreign again dots outcomes given"
KEYS = KEYS.split()
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=12,
)


def through(value):
    """Return a value as it comes back over the wire."""
    return wire.value_from_json(json.loads(json.dumps(wire.value_as_json(value))))


def same(came, sent):
    """Return whether two values are the same, to the bit and the type."""
    if isinstance(sent, list | tuple):
        pairs = zip(came, sent)
        alike = type(came) is type(sent) and len(came) == len(sent)
        return alike and all(same(c, s) for c, s in pairs)
    if isinstance(sent, dict):
        return list(came) == list(sent) and all(same(came[k], sent[k]) for k in sent)
    if isinstance(sent, np.ndarray | np.generic):
        alike = type(came) is type(sent) and came.dtype == sent.dtype
        return alike and came.shape == sent.shape and came.tobytes() == sent.tobytes()
    return type(came) is type(sent) and (came == sent or came != came)


@settings(max_examples=50)
@given(VALUES)
def test_values_survive_the_wire(value):
    assert same(through(value), value)


@given(JSON)
def test_whatever_comes_is_read_or_refused(data):
    for read in (
        *(wire.value_from_json, wire.answer_from_json),
        *(wire.errors_from_json, wire.words_from_json),
    ):
        try:
            read(data)
        except wire.WireError:
            continue


def an_attempt():
    return attempt(bank()["backprop"], bank()["backprop"].mistakes[0].function)


@settings(max_examples=30)
@given(st.data())
def test_a_line_with_a_part_that_is_another_is_refused_or_has_the_form(data):
    line = wire.as_json(an_attempt())
    place = line
    while isinstance(place, dict | list) and place:
        keys = list(place) if isinstance(place, dict) else range(len(place))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            place[key] = data.draw(JSON)
            break
        place = place[key]
    try:
        came = wire.answer_from_json(json.loads(json.dumps(line)))
    except wire.WireError:
        return
    assert came in ("missing", "ours") or isinstance(came, Attempt)


ARRAY = ["<f8", [1], "AAAAAAAA8D8="]
NO_VALUES = {
    "no kind": {},
    "two kinds": {"int": "1", "float": "0x1p+0"},
    "an unknown kind": {"pickle": "gASVAAAAAAAAAC4="},
    "a number as such": 1,
    "a list as such": [1],
    "digits that are none": {"int": "1e3"},
    "too many digits": {"int": "1" * 6000},
    "a float that is none": {"float": "one"},
    "a float out of range": {"float": "0x1p+99999"},
    "a list without a length": {"list": []},
    "a length of another kind": {"list": [], "length": True},
    "a length where none belongs": {"int": "1", "length": 1},
    "an array of objects": {"array": ["|O", [1], "AAAAAAAAAAA="]},
    "an array of records": {"array": ["f8,f8", [1], None]},
    "an array of dates": {"array": ["<M8[s]", [1], None]},
    "an array of endless texts": {"array": ["<U100000000", [1], None]},
    "an array of no such type": {"array": ["<f9", [1], None]},
    "another number of numbers": {"array": ["<f8", [2], ARRAY[2]]},
    "a negative length": {"array": ["<f8", [-1], None]},
    "an endless shape": {"array": ["<f8", [10**6, 10**6], None]},
    "too many dimensions": {"array": ["<f8", [1] * 100, None]},
    "no base64": {"array": ["<f8", [1], "%%%"]},
    "an array that was not": {"again": 0},
    "a place before the first": {
        "list": [{"array": ARRAY}, {"again": -2}],
        "length": 2,
    },
    "one word for what is foreign": {"foreign": ["x"]},
    "a novel for what is foreign": {"foreign": ["x", "x" * 10**4]},
    "a dict of lists": {"dict": [[{"list": [], "length": 0}, None]]},
    "a dict of one": {"dict": [[None]]},
    "a list in a list in a list": json.loads(
        '{"length": 1, "list": [' * 60 + "null" + "]}" * 60
    ),
    "one array in ten thousand places": {
        "list": [{"array": ["<f8", [10**5], "A" * (8 * 10**5 // 3 * 4 // 4 * 4)]}]
        + [{"again": 0}] * 10**4,
        "length": 10**4 + 1,
    },
    "ten thousand shapes": {
        "list": [{"array": ["<f8", [10**6], None]}] * 10**4,
        "length": 10**4,
    },
    "a million items": {"list": [None] * 10**6, "length": 10**6},
}


@pytest.mark.parametrize("kind", NO_VALUES)
def test_what_is_no_value_is_refused(kind):
    with pytest.raises(wire.WireError):
        wire.value_from_json(NO_VALUES[kind])


def changed(**changes):
    """Return an attempt on the wire with another outcome, ending or part."""
    line = wire.as_json(an_attempt())
    for name, value in changes.items():
        part = {"outcome": line["outcomes"][0], "ending": line["ending"]}.get(
            name, line
        )
        part |= value if part is not line else {name: value}
    return line


RAISED = {"name": "E", "words": "", "line": None, "is_dots": False}


@pytest.mark.parametrize(
    "line",
    [
        None,
        [],
        "there",
        {},
        changed(leftover="spoilt"),
        changed(is_stub=0),
        changed(is_function=None),
        changed(outcomes=None),
        changed(outcomes=[{}]),
        changed(outcome={"shared": 1}),
        changed(outcome={"finished": 1.0}),
        changed(outcome={"changed": "x"}),
        changed(outcome={"warned": [1]}),
        changed(outcome={"printed": None}),
        changed(outcome={"printed": "x" * 10**4}),
        changed(outcome={"asked": {"tuple": [{"int": "1"}], "length": 1}}),
        changed(outcome={"error": "E"}),
        changed(outcome={"error": {"name": "E"}}),
        changed(outcome={"error": RAISED | {"line": 3}}),
        changed(outcome={"error": RAISED | {"more": 3}}),
        changed(ending={"timed_out": "no"}),
        changed(ending={"alive": None}),
        changed(ending={"patched": [None]}),
    ],
)
def test_a_line_of_another_form_is_refused(line):
    with pytest.raises(wire.WireError):
        wire.answer_from_json(line)


def test_a_line_of_the_form_is_read():
    error = changed(outcome={"error": RAISED})
    assert wire.answer_from_json(error).outcomes[0].error.name == "E"
    assert wire.answer_from_json("missing") == "missing"
    assert wire.errors_from_json([[3, "NameError: x"]]) == [(3, "NameError: x")]
    assert wire.words_from_json("x") == "x"
    assert wire.words_from_json(None) is None


@pytest.mark.parametrize(
    "data", [[["1", "x"]], [[1, "x", 2]], {"1": "x"}, None, [[1, 1]]]
)
def test_errors_of_another_form_are_refused(data):
    with pytest.raises(wire.WireError):
        wire.errors_from_json(data)


def test_an_array_at_two_places_is_one():
    array = np.ones(3)
    first, other, second = through([array, np.ones(3), array])
    assert first is second
    assert first is not other


def test_of_what_is_large_the_shape_comes_and_of_more_the_words():
    large, rest = through([np.zeros((1000, 101)), 1])
    assert (large.shape, large.strides, rest) == ((1000, 101), (0, 0), 1)
    endless = through(np.broadcast_to(0.0, (10**6, 10**6)))
    assert endless.kind == "an array of shape (1000000, 1000000)"
    assert sum(isinstance(v, Foreign) for v in through([np.zeros(10**6)] * 15)) == 5


@pytest.mark.parametrize(
    "value",
    [
        [np.zeros(10**5)] * 1000,
        [[float(k) for k in range(1000)] for _ in range(1000)],
        ["x" * 10**5] * 1000,
        [10**3999] * 1000,
        [[object()] * 1000] * 1000,
        [np.full(1000, "x" * 100)] * 1000,
        {k: {j: 1.5 for j in range(1000)} for k in range(1000)},
    ],
    ids=["arrays", "floats", "texts", "integers", "objects", "words", "dicts"],
)
def test_no_line_is_longer_than_a_box_may_write(value):
    outcomes = [Outcome(copy=value, returned=value, asked=((value,),))] * 5
    line = json.dumps(wire.as_json(Attempt(outcomes=outcomes)))
    assert len(line) < 15 * 2**20
    wire.answer_from_json(json.loads(line))


def test_what_is_no_data_comes_as_its_words():
    class Rude:
        def __repr__(self):
            raise SystemExit

    came = through([print, Rude(), {1, 2}, [1, [2, 3]]])
    kinds = [v.kind for v in came if isinstance(v, Foreign)]
    assert kinds == ["a function: was it called?", "an object of type Rude", "a set"]


def test_dates_are_no_numbers():
    assert isinstance(through(np.array(["2020-01-01"], "M8[D]")), Foreign)


def answers_of(exercise):
    """Return every answer of the bank to an exercise."""
    mistakes = [mistake.function for mistake in exercise.mistakes]
    answers = [exercise.reference, *mistakes, *exercise.variants]
    return [answer() for answer in answers] if exercise.is_number else answers


@pytest.mark.long
@pytest.mark.parametrize("lesson", LESSONS)
def test_the_verdict_is_the_same_over_the_wire(lesson):
    for name, exercise in bank().items():
        if exercise.lesson != lesson:
            continue
        asked = pickle.loads(wire.asked(exercise))
        answers = answers_of(exercise)
        # The first ones are the right one and mistakes, the last ones variants.
        for answer in answers if len(answers) < 6 else [*answers[:4], *answers[-2:]]:
            line = json.dumps(wire.as_json(attempt(asked, answer)))
            tried = wire.answer_from_json(json.loads(line))
            if exercise.explain:
                tried.explain = lambda e=exercise, a=answer: e.explain(a)
            assert compare(exercise, tried) == judge(exercise, answer), name


def code_in(function):
    """Return the bytecode of a function, where it is long enough to be known by."""
    code = getattr(function, "__mul__", function).__code__.co_code  # or of a class
    return code if len(code) > 60 else None


def test_no_right_answer_travels_to_the_box():
    sent = {name: wire.asked(exercise) for name, exercise in bank().items()}
    right = {
        n: (code_in(e.reference), e.source.strip().splitlines()[-1].strip().encode())
        for n, e in bank().items()
        if not e.is_number
    }
    found = [
        (name, where)
        for name, (code, _) in right.items()
        for where, content in sent.items()
        if code and code in content
    ]
    # An observer of sgd takes such steps itself. It comes when the other is judged.
    assert found == [("update_mini_batch", "sgd")]
    names = list(bank())
    assert names.index("update_mini_batch") < names.index("sgd")
    sources = [
        (name, where)
        for name, (_, line) in right.items()
        for where, content in sent.items()
        if len(line) > 20 and line in content
    ]
    assert sources == []


def test_what_is_sent_is_known_to_hold_code():
    # Or the test above would find nothing, whatever travels.
    exercise = bank()["backprop"]
    content = wire.by_value(exercise.reference)
    assert code_in(exercise.reference) in content


EXPLAINED = [name for name, e in bank().items() if e.explain]
TRAINS = 1  # mistakes that are tried where each trains networks


@pytest.mark.long
@pytest.mark.parametrize(
    ("isolation", "name"),
    [*(("process", name) for name in EXPLAINED), ("bwrap", "forward_difference")],
)
def test_what_is_explained_in_the_box_is_what_check_explains(isolation, name, tmp_path):
    exercise = bank()[name]
    mistakes = [m.function for m in exercise.mistakes]
    mistakes = mistakes[:TRAINS] if name == "challenge" else mistakes
    (tmp_path / "mistakes").write_bytes(wire.by_value(mistakes))
    read = "import pickle\nmistakes = pickle.load(open('mistakes', 'rb'))"
    said, explained = {}, {}
    with box_or_skip(isolation).opened(tmp_path, 1) as talk:
        asking = Asking(talk)
        for k in range(len(mistakes)):
            take = f"{name} = mistakes[{k}]\n{name}.__module__ = '__main__'"
            cells = [[1, read if k == 0 else ""], [2, take]]
            assert asking.cells(cells, _stand_ins([], 1), False, 20) == []
            said[k] = asking.row(name).message
            explained[k] = asking._explained(exercise)
    assert said == {k: judge(exercise, m).message for k, m in enumerate(mistakes)}
    tried = {k: attempt(exercise, m).explain() for k, m in enumerate(mistakes)}
    assert explained == tried
    assert any(explained.values()) or name == "challenge"
