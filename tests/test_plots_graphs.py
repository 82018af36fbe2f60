"""Pictures of lesson 4: what they say is computed from what they are given."""

from itertools import combinations, permutations

import numpy as np
import pictures
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sentences import numbers

from bpkit import graph
from bpkit.graph import Node, reverse_sweep
from bpkit.plots import base
from bpkit.plots.graphs import (
    BOX,
    HALF,
    arrange,
    computation_graph,
    share,
    steps_of_two_modes,
    stub,
    symbol,
    wires,
)
from bpkit.words import number


def product_of_a_sum():
    x, y, z = Node(-2.0, "x"), Node(5.0, "y"), Node(-4.0, "z")
    return (x + y) * z


def neuron():
    names = ("w0", "x0", "w1", "x1", "w2")
    w0, x0, w1, x1, w2 = map(Node, (2.0, -1.0, -3.0, -2.0, -3.0), names)
    return graph.sigmoid(w0 * x0 + w1 * x1 + w2)


def diamond():
    x = Node(3.0, "x")
    a = x + x
    b = a * a
    f = a + b
    a.name, b.name, f.name = "abf"
    return f


def twins():
    x = Node(1.5, "x")
    return (x * 2) * (x + 1) * x


def an_input():
    return Node(3.0, "x")


GRAPHS = {f.__name__: f for f in (product_of_a_sum, neuron, diamond, twins, an_input)}
STEPS = ([20, 40, 80], [1000, 4000, 16000], [50, 100, 200])


def swept(name):
    output = GRAPHS[name]()
    reverse_sweep(output)
    return output


PICTURES = {name: lambda name=name: computation_graph(swept(name)) for name in GRAPHS}
PICTURES["values"] = lambda: computation_graph(product_of_a_sum(), slopes=False)
PICTURES["steps"] = lambda: steps_of_two_modes(*STEPS)
test_every_picture_keeps_the_style = pictures.style_of(
    PICTURES, pictures.all_numbers_are_written_alike
)


# --- the layout --------------------------------------------------------------------


@st.composite
def expressions(draw):
    """Return the output of a random graph of a few operations, and its sweep."""
    nodes = [
        Node(draw(st.floats(-2, 2)), f"x{k}") for k in range(draw(st.integers(1, 4)))
    ]
    for _ in range(draw(st.integers(0, 6))):
        a, b = draw(st.sampled_from(nodes)), draw(st.sampled_from(nodes))
        made = draw(st.sampled_from(["+", "×", "σ", "max", "2", "³"]))
        nodes.append(
            {
                "+": lambda a, b: a + b,
                "×": lambda a, b: graph.sigmoid(a) * b,
                "σ": lambda a, b: graph.sigmoid(a),
                "max": graph.maximum,
                "2": lambda a, b: 2 * a,
                "³": lambda a, b: graph.sigmoid(b) ** 3,
            }[made](a, b)
        )
    reverse_sweep(nodes[-1])
    return nodes[-1]


@settings(max_examples=80)
@given(expressions())
def test_wires_run_to_the_right_and_no_two_boxes_overlap(output):
    places = arrange(output)
    drawn = {n for n in graph.topological_order(output) if n.operation != "constant"}
    assert set(places) == drawn
    for (x, y), (x_other, y_other) in combinations(places.values(), 2):
        assert abs(x - x_other) >= BOX[0] or abs(y - y_other) >= BOX[1] + 0.3
    for x, _ in places.values():
        assert 0 < x < base.WIDTH
    edges = 0
    for parent, child, slope, x, y in wires(places):
        edges += 1
        assert slope in child.slopes
        assert parent in child.parents
        assert places[parent][0] < places[child][0]
        begin, end, height = stub(parent, places)
        assert begin > places[parent][0]
        assert x[0] == pytest.approx(end)
        assert y[0] == pytest.approx(height)
        assert x[-1] == pytest.approx(places[child][0] - BOX[0] / 2)
        assert y[-1] == pytest.approx(places[child][1], abs=1e-6)
    assert edges == sum(p in drawn for n in drawn for p in n.parents)


def test_no_number_on_a_wire_of_the_diamond_stands_on_another_wire():
    lines = wires(arrange(diamond()))
    for (*_, x, y), (*_, other_x, other_y) in permutations(lines, 2):
        dense = np.linspace(other_x[0], other_x[-1], 2000)
        heights = np.interp(dense, other_x, other_y)
        paper = share(x[HALF], y[HALF], "6")[0]
        across = abs(dense - paper.x) < paper.width / 2
        assert not (abs(heights[across] - paper.y) < paper.height / 2).any()


def test_the_same_node_twice_has_two_wires_apart():
    a = Node(3.0, "a")
    (*_, first), (*_, second) = wires(arrange(a + a))
    assert first[HALF] - second[HALF] > 0.4


def test_a_long_wire_goes_round_the_box_between():
    f = diamond()
    places = arrange(f)
    b = next(n for n in places if n.name == "b")
    direct = [w for w in wires(places) if w[0].name == "a" and w[1] is f]
    [(*_, x, y)] = direct
    assert np.hypot(x - places[b][0], y - places[b][1]).min() > 0.35


# --- the trace ---------------------------------------------------------------------


def test_the_trace_shows_every_value_and_slope():
    picture = computation_graph(swept("product_of_a_sum"))
    shown = [t.get_text() for t in pictures.texts(picture)]
    for value, times in (
        ("−2", 1),
        ("5", 1),
        ("−4", 4),
        ("3", 2),
        ("−12", 1),
        ("1", 1),
    ):
        assert shown.count(value) == times


def test_a_value_stands_above_its_wire_and_a_slope_below():
    output = swept("neuron")
    places = arrange(output)
    drawn = pictures.texts(computation_graph(output))
    for node in places:
        _, _, height = stub(node, places)
        above = [t for t in drawn if t.get_text() == number(node.value, 4)]
        below = [t for t in drawn if t.get_text() == number(node.grad, 4)]
        assert any(0 < t.get_position()[1] - height < 0.2 for t in above)
        assert any(0 < height - t.get_position()[1] < 0.2 for t in below)


def test_without_slopes_the_finding_tells_the_computation():
    assert PICTURES["values"]().finding == (
        "output = −12, computed from x = −2, y = 5 and z = −4 in 2 operations."
    )
    one = computation_graph(Node(2.0, "a") * 3, slopes=False)
    assert one.finding == "output = 6, computed from a = 2 in 1 operation."


def test_the_finding_gives_slopes_and_what_meets_where():
    found = PICTURES["product_of_a_sum"]().finding
    assert numbers(found) == [-12, -4, -4, 3]
    assert found.endswith("−4 by x, −4 by y and 3 by z.")
    found = PICTURES["diamond"]().finding
    assert "f = 42. Slopes below: 26 by x." in found
    assert "At x the wires bring back 13 + 13 = 26." in found
    assert "At a the wires bring back 6 + 6 + 1 = 13." in found


def test_a_negative_share_is_subtracted():
    x = Node(2.0, "x")
    f = x - x * x
    reverse_sweep(f)
    assert "At x the wires bring back −2 − 2 + 1 = −3." in computation_graph(f).finding


def test_shares_on_the_wires_are_drawn():
    shown = [t.get_text() for t in pictures.texts(PICTURES["diamond"]())]
    assert shown.count("13") == 3  # the slope at a, and both wires from x
    assert shown.count("6") == 3  # the value of a, and both wires from a to b


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (Node(1.0) / 2, "÷ 2"),
        (3 * Node(1.0), "3 ×"),
        (Node(2.0) ** -2, "( )⁻²"),
        (Node(2.0) ** 0.5, "( )⁰·⁵"),
        (graph.relu(Node(1.0)), "relu"),
        (-Node(1.0), "−"),
        (graph.exp(Node(1.0)), "exp"),
        (graph.log(Node(1.0)), "ln"),
        (Node(1.0), "?"),
        (Node(1.0, "w"), "w"),
    ],
)
def test_a_box_shows_its_operation_and_its_constant(node, text):
    assert symbol(node) == text


# --- the steps ---------------------------------------------------------------------


def test_the_exponents_of_the_steps_are_fitted():
    assert numbers(steps_of_two_modes(*STEPS).finding) == [20, 80, 2.00, 1.00, 80]
    steeper = steps_of_two_modes(STEPS[0], [1, 8, 64], STEPS[2]).finding
    assert numbers(steeper)[2] == 3.00


@pytest.mark.parametrize(
    ("steps", "complaint"),
    [
        (([1, 2], [1, 2], [1]), "of one length"),
        (([1], [1], [1]), "two or more"),
        (([[1, 2]], [[1, 2]], [[1, 2]]), "one-dimensional"),
        (([1, 2], [0, 2], [1, 2]), "positive"),
    ],
)
def test_steps_that_cannot_be_drawn_are_refused(steps, complaint):
    with pytest.raises(ValueError, match=complaint):
        steps_of_two_modes(*steps)


@pytest.mark.parametrize("name", ["w0", "w₀", "x", "b"])
def test_names_of_inputs_stand_beside_their_wires(name):
    w, x = Node(2.0, name), Node(3.0, "x1")
    picture = computation_graph(w * x)
    picture.draw_without_rendering()
    [ax] = picture.axes
    for text in [t for t in ax.texts if t.get_text() in (name, "x1")]:
        box = text.get_window_extent()
        for line in ax.lines:
            assert not any(
                box.contains(*p) for p in ax.transData.transform(line.get_xydata())
            )
