"""Exercises of lesson 4: computation graphs and the chain rule."""

import math
from dataclasses import dataclass

import numpy as np

from bpkit import graph
from bpkit.activations import sigmoid, sigmoid_prime
from bpkit.exercises.exercise import Case, Formula, exercise, number, prediction
from bpkit.graph import Node
from bpkit.words import listed
from bpkit.words import number as said

# --- The worked graph ---


@number(
    lesson=4,
    hints=(
        "Follow the nudge: by how much does the sum x + y change, then what does the "
        "product make of that?",
        "∂f/∂x is the slope of f by the sum, times the slope of the sum by x. The "
        "second is 1.",
    ),
)
def df_dx():
    z = -4
    return z


df_dx.slips("""
size_of_the_slope_by_x: That is the size. If x grows, does f grow or shrink?
    4
slope_of_the_sum_by_x: That is the slope of the sum. What does the product make of it?
    1
value_instead_of_slope_by_x: That is f itself. By how much does f change?
    -12
the_sum_by_x: That is x + y. Which input's change does the sum multiply?
    3
term_instead_of_slope_by_x: That is x·z, a value. If x grows by ε, by how much does x·z
grow?
    8
adds_along_the_path_by_x: Two boxes in a row: are their slopes added, or multiplied?
    -3
the_other_summand_by_x: Which number stands still while x moves, and multiplies the
nudge?
    5
product_of_the_others_by_x: That is y·z. Is y multiplied with x here, or added to it?
    -20
no_slope_by_x: Does f stay the same when x moves?
    0
""")


@df_dx.variant
def by_nudging_x():
    return ((-2 + 1e-6 + 5) * -4 - -12) / 1e-6


@df_dx.variant
def by_arrays_in_x():
    return np.array([-4.0])


@number(
    lesson=4,
    hints=(
        "Does the sum notice whether x or y was nudged?",
        "∂f/∂y is the slope of f by the sum, times the slope of the sum by y. The "
        "second is 1.",
    ),
)
def df_dy():
    z = -4
    return z


df_dy.slips("""
size_of_the_slope_by_y: That is the size. If y grows, does f grow or shrink?
    4
slope_of_the_sum_by_y: That is the slope of the sum. What does the product make of it?
    1
value_instead_of_slope_by_y: That is f itself. By how much does f change?
    -12
the_sum_by_y: That is x + y. Which input's change does the sum multiply?
    3
term_instead_of_slope_by_y: That is y·z, a value. If y grows by ε, by how much does y·z
grow?
    -20
adds_along_the_path_by_y: Two boxes in a row: are their slopes added, or multiplied?
    -3
the_other_summand_by_y: Which number stands still while y moves, and multiplies the
nudge?
    -2
product_of_the_others_by_y: That is x·z. Is x multiplied with y here, or added to it?
    8
no_slope_by_y: Does f stay the same when y moves?
    0
""")


@df_dy.variant
def by_nudging_y():
    return ((-2 + 5 + 1e-6) * -4 - -12) / 1e-6


@df_dy.variant
def by_arrays_in_y():
    return np.float32(-4)


@number(
    lesson=4,
    hints=(
        "x + y stands still while z moves. What does f = (x + y)·z do with a nudge of "
        "z?",
        "In a product the slope by one factor is the other factor. Here that is x + y.",
    ),
)
def df_dz():
    x = -2
    y = 5
    return x + y


df_dz.slips("""
z_itself: That is z. In a product, which factor multiplies a nudge of z?
    -4
opposite_slope_by_z: If z grows, does f grow or shrink? Look at the sign of x + y.
    -3
slope_of_the_input_by_z: That is the slope of z by itself. What multiplies it?
    1
value_instead_of_slope_by_z: That is f itself. By how much does f change?
    -12
loses_the_sign_of_x: Which sign has x?
    7
product_of_the_summands: In a sum, are the two numbers multiplied?
    -10
first_summand_only: That is x. By which number is z multiplied in f?
    -2
second_summand_only: That is y. By which number is z multiplied in f?
    5
adds_z_too: That is x + y + z. Is z added to x + y in f?
    -1
no_slope_by_z: Does f stay the same when z moves?
    0
""")


@df_dz.variant
def by_nudging_z():
    return ((-2 + 5) * (-4 + 1e-6) - -12) / 1e-6


@df_dz.variant
def by_arrays_in_z():
    return np.array(3)


# --- One node, backward ---


def nudged():
    return [
        Case(3.0, 5.0, 2.0),
        Case(-2.0, 5.0, -4.0),
        Case(1.5, -0.5, 0.25),
        Case(-0.75, -2.5, 1.0),
        Case(4, 7, 3),
        Case(0.0, 6.0, -1.5),
        Case(3.0, 3.0, 2.0),
        Case(2.0, -1.0, 0.0),
        Case(3e9, -2e-9, 5e-9),
    ]


@exercise(
    lesson=4,
    cases=nudged,
    hints=(
        "If x grows by ε and y stays, by how much does x + y grow?",
        "Both local slopes are 1. Multiply each by upstream.",
    ),
    returns=("dx", "dy"),
)
def add_backward(x, y, upstream):
    return upstream, upstream  # dx, dy


add_backward.slips("""
splits_the_slope: If x alone grows by ε, does x + y grow by ε, or by half of it?
    return upstream / 2, upstream / 2  # dx, dy
rule_of_the_product: That is the rule of a product. Is this node one?
    return y * upstream, x * upstream  # dx, dy
scales_by_the_inputs: If x grows by ε, does x + y grow by xε?
    return x * upstream, y * upstream  # dx, dy
first_input_only: How does the sum answer when the other input moves?
    return upstream, 0.0  # dx, dy
second_input_only: How does the sum answer when the other input moves?
    return 0.0, upstream  # dx, dy
subtracts_the_second: In which direction does x + y go when y grows?
    return upstream, -upstream  # dx, dy
adds_inputs_to_the_slope: You add x, a value, to a slope. What is the local slope by x?
    return x + upstream, y + upstream  # dx, dy
adds_one_to_the_slope: Along a path, are slopes added or multiplied?
    return 1 + upstream, 1 + upstream  # dx, dy
scales_by_the_sum: Slopes go backward here. Is x + y a slope or a value?
    return (x + y) * upstream, (x + y) * upstream  # dx, dy
one_slope_for_both: How many inputs are waiting for their slope?
    return upstream  # dx, dy
both_signs_flipped: If x grows and upstream is positive, does C shrink?
    return -upstream, -upstream  # dx, dy
doubles_the_slope: If x alone grows by ε, does x + y grow by ε, or by 2ε?
    return 2 * upstream, 2 * upstream  # dx, dy
""")


@add_backward.variant
def as_a_list(x, y, upstream):
    return [upstream, upstream]


@add_backward.variant
def by_a_row_of_ones(x, y, upstream):
    return upstream * np.ones(2)


@add_backward.variant
def by_the_graph(x, y, upstream):
    a, b = Node(x), Node(y)
    graph.reverse_sweep((a + b) * upstream)
    return a.grad, b.grad


@exercise(
    lesson=4,
    cases=nudged,
    hints=(
        "If x moves by ε, what multiplies its change on the way to x·y?",
        "(x + ε)·y = x·y + ε·y: the local slope by x is y. And the one by y?",
        "Each is the other input, times upstream.",
    ),
    returns=("dx", "dy"),
)
def multiply_backward(x, y, upstream):
    return y * upstream, x * upstream  # dx, dy


multiply_backward.slips("""
own_value_times_upstream: If x moves, what multiplies its change?
    return x * upstream, y * upstream  # dx, dy
local_slopes_of_the_product: Those are the local slopes. What arrives from the right?
    return y, x  # dx, dy
inputs_as_slopes: What multiplies a nudge of x, and what came from upstream?
    return x, y  # dx, dy
rule_of_the_sum: That is the rule of a sum. Is this node one?
    return upstream, upstream  # dx, dy
scales_by_the_product: Slopes go backward here. Is x·y a slope or a value?
    return x * y * upstream, x * y * upstream  # dx, dy
adds_the_other_input: Along a path, are slopes added or multiplied?
    return y + upstream, x + upstream  # dx, dy
divides_by_upstream: If upstream doubles, should dx double, or halve?
    return y / upstream, x / upstream  # dx, dy
second_sign_flipped: If y grows and x·upstream is positive, does C shrink?
    return y * upstream, -x * upstream  # dx, dy
all_signs_flipped: If x grows and y·upstream is positive, does C shrink?
    return -y * upstream, -x * upstream  # dx, dy
shares_the_slope: If x alone grows by ε, does x·y grow by yε, or by half of it?
    return y * upstream / 2, x * upstream / 2  # dx, dy
forgets_upstream_once: Double upstream: does your dx double, and does your dy?
    return y * upstream, x  # dx, dy
forgets_upstream_in_dx: Double upstream: does your dx double, and does your dy?
    return y, x * upstream  # dx, dy
both_slopes_in_one: Two slopes belong here, one for each input. What did you add?
    return x * upstream + y * upstream  # dx, dy
""")


@multiply_backward.variant
def as_an_array(x, y, upstream):
    return upstream * np.array([y, x])


@multiply_backward.variant
def by_a_difference_of_products(x, y, upstream):
    dx = ((x + 1) * y - x * y) * upstream
    dy = (x * (y + 1) - x * y) * upstream
    return [dx, dy]


def rivals():
    return [
        Case(5.0, 2.0, 3.0),
        Case(2.0, 5.0, -4.0),
        Case(-1.0, -6.0, 0.5),
        Case(-7.0, 3.0, 2.5),
        Case(0.5, -8.0, -1.5),
        Case(1, 4, 2),
        Case(0.75, 0.5, 2.0),
        Case(-1.25, -1.24, -0.8),
        Case(1.0, 1.0001, 2.0),
        Case(3.0, 3.0, 2.0),
        Case(-2.5, -2.5, -3.0),
        Case(4, 4, 5),
        Case(0.0, -3.0, 2.0),
        Case(2e-9, 3e-9, 4e9),
    ]


def with_any_split(answer, x, y, upstream):
    """Return the slopes; in a tie, what holds for every convex split of them."""
    slopes = answer(x, y, upstream)
    if x != y or np.shape(slopes) != (2,):
        return slopes
    dx, dy = slopes
    return {
        "dx + dy in a tie": dx + dy,
        "each part from 0 to upstream": bool(min(dx / upstream, dy / upstream) >= 0),
    }


@exercise(
    lesson=4,
    cases=rivals,
    hints=(
        "If the smaller input moves a little, does the maximum move?",
        "The larger input has local slope 1, the smaller one 0.",
        "Where x > y return (upstream, 0), otherwise (0, upstream): a tie then gives "
        "all of it to y, which is allowed.",
    ),
    observe=with_any_split,
    returns=("dx", "dy"),
)
def max_backward(x, y, upstream):
    if x > y:  # who wins
        return upstream, 0  # x wins
    return 0, upstream  # y wins


max_backward.slips("""
slope_to_the_smaller: Which of the two is the maximum?
    if x < y:  # who wins
local_slopes_of_the_maximum: Those are the local slopes. What arrives from the right?
    return 1, 0  # x wins
    return 0, 1  # y wins
scales_by_the_winner: Does the winner's slope depend on how large it is?
    return x * upstream, 0  # x wins
    return 0, y * upstream  # y wins
hands_back_the_value: Slopes go backward here. Is max(x, y) a slope or a value?
    return x, 0  # x wins
    return 0, y  # y wins
compares_the_sizes: Which is larger, −7 or 3? Do you compare sizes or numbers?
    if abs(x) > abs(y):  # who wins
always_the_first: Does x win also where y is the larger?
    return upstream, 0  # y wins
always_the_second: Does y win also where x is the larger?
    return 0, upstream  # x wins
whole_slope_to_both_in_a_tie: In a tie, what do your two shares add up to?
    if x == y:
        return upstream, upstream
    if x > y:  # who wins
no_slope_in_a_tie: In a tie, what do your two shares add up to?
    if x == y:
        return 0, 0
    if x > y:  # who wins
clips_the_slope: Can upstream be negative? What do you hand on then?
    upstream = max(upstream, 0)
    if x > y:  # who wins
winner_only: How many inputs are waiting for their slope?
    return upstream  # x wins
    return upstream  # y wins
loser_pays: When y moves and it is the larger, does max fall or rise?
    return upstream, -upstream  # x wins
    return -upstream, upstream  # y wins
""")


@max_backward.mistake("If the smaller input moves, does max?")
def slope_to_both(x, y, upstream):
    return upstream, upstream


@max_backward.mistake("If the smaller input moves, does max?")
def halves_for_both(x, y, upstream):
    return upstream / 2, upstream / 2


@max_backward.mistake("You compare with zero. What does x compete with?")
def compares_with_zero(x, y, upstream):
    return upstream * (x > 0), upstream * (y > 0)


@max_backward.variant
def first_one_wins_a_tie(x, y, upstream):
    return [upstream, 0.0] if x >= y else [0.0, upstream]


@max_backward.variant
def tie_in_halves(x, y, upstream):
    share = 0.5 * (1 + np.sign(x - y))
    return np.array([share, 1 - share]) * upstream


@max_backward.variant
def tie_in_uneven_parts(x, y, upstream):
    if x == y:
        return 0.3 * upstream, 0.7 * upstream
    return np.where(x > y, upstream, 0), np.where(x > y, 0, upstream)


# --- A neuron, backward ---


def neurons():
    return [
        Case(np.array([2.0, -3.0, -3.0]), np.array([-1.0, -2.0])),
        Case(np.array([0.5, 1.5, 0.75]), np.array([1.25, -0.5])),
        Case(np.array([-1.0, 0.25, -2.0]), np.array([0.5, 3.0])),
        Case(np.array([1.75, -0.6, 0.3]), np.array([0.9, -1.4])),
        Case(np.array([2, -1, 1]), np.array([1, 3])),
        Case(np.array([0.2, 0.4, -0.1]), np.array([-0.3, 0.8])),
        Case(np.array([0.5, 0.5, 0.5]), np.array([1.5, 1.5])),
        Case(np.zeros(3), np.array([0.5, -2.0])),
        Case(np.array([2e-9, -3e-9, 1e-9]), np.array([1.5, -0.5])),
    ]


@exercise(
    lesson=4,
    cases=neurons,
    hints=(
        "Go forward first: what is the sum z, and what is σ(z)?",
        "Start on the right: ∂f/∂z = σ′(z) = f(1 − f). Then ask at z what multiplies a "
        "nudge of each weight, of the bias, of each input.",
        "The local slopes of z are (x[0], x[1], 1) by w and (w[0], w[1]) by x. "
        "Multiply each by ∂f/∂z.",
    ),
    returns=("dw", "dx"),
)
def sigmoid_neuron_backward(w, x):
    f = sigmoid(w[0] * x[0] + w[1] * x[1] + w[2])  # forward
    df_dz = f * (1 - f)  # σ′(z)
    dw = df_dz * np.array([x[0], x[1], 1])  # by w
    dx = df_dz * np.array([w[0], w[1]])  # by x
    return dw, dx  # the pair


sigmoid_neuron_backward.slips("""
forgets_the_sigmoid: Which slope does f itself have at the sum z?
    df_dz = 1  # σ′(z)
value_of_the_sigmoid: Is it σ that you need at z, or its slope?
    df_dz = f  # σ′(z)
slope_at_the_output: Is the input of your σ′ the sum z, or σ(z)?
    df_dz = sigmoid_prime(f)  # σ′(z)
sum_in_place_of_the_output: In f(1 − f), is f the sum z or what σ makes of it?
    f = w[0] * x[0] + w[1] * x[1] + w[2]  # forward
signs_flipped: Every sign that came is flipped. If z grows, does σ(z) grow or shrink?
    df_dz = -f * (1 - f)  # σ′(z)
sigmoid_slope_twice: How often does the sigmoid stand on each path?
    df_dz = (f * (1 - f)) ** 2  # σ′(z)
one_minus_the_output: You have 1 − f in place of σ′(z). Which factor is missing?
    df_dz = 1 - f  # σ′(z)
bias_without_slope: If the bias moves, does the sum move?
    dw = df_dz * np.array([x[0], x[1], 0])  # by w
bias_times_itself: What multiplies a nudge of the bias in the sum?
    dw = df_dz * np.array([x[0], x[1], w[2]])  # by w
bias_slope_of_one: Did the slope of σ travel to the bias as well?
    dw = np.array([df_dz * x[0], df_dz * x[1], 1])  # by w
forgets_the_bias_slope: How many weights are there, with the bias?
    dw = df_dz * np.array([x[0], x[1]])  # by w
sum_without_the_bias: At which sum do you take σ′? What does it hold?
    f = sigmoid(w[0] * x[0] + w[1] * x[1])  # forward
bias_comes_first: Which entry of w is the bias?
    f = sigmoid(w[0] + w[1] * x[0] + w[2] * x[1])  # forward
    dw = df_dz * np.array([1, x[0], x[1]])  # by w
    dx = df_dz * np.array([w[1], w[2]])  # by x
weights_and_inputs_swapped: If a weight moves, what multiplies its change?
    dw = df_dz * np.array([w[0], w[1], 1])  # by w
    dx = df_dz * np.array([x[0], x[1]])  # by x
weight_slopes_from_weights: If a weight moves, what multiplies its change?
    dw = df_dz * w  # by w
    dx = df_dz * x  # by x
inputs_come_first: Which comes first in the result?
    return dx, dw  # the pair
slope_for_the_constant_input: How many slopes belong to x? Is the bias an input?
    dx = df_dz * np.array([w[0], w[1], 1])  # by x
""")


@sigmoid_neuron_backward.variant
def by_vectors(w, x):
    inputs = np.append(x, 1.0)
    upstream = sigmoid_prime(w @ inputs)
    return upstream * inputs, upstream * w[:-1]


@sigmoid_neuron_backward.variant
def by_hand_with_lists(w, x):
    e = math.exp(-(w[0] * x[0] + w[1] * x[1] + w[2]))
    slope = e / (1 + e) ** 2
    return [slope * x[0], slope * x[1], slope], [slope * w[0], slope * w[1]]


@sigmoid_neuron_backward.variant
def by_a_graph(w, x):
    ws, xs = [Node(float(v)) for v in w], [Node(float(v)) for v in x]
    graph.reverse_sweep(graph.sigmoid(ws[0] * xs[0] + ws[1] * xs[1] + ws[2]))
    return np.array([node.grad for node in ws]), np.array([node.grad for node in xs])


@sigmoid_neuron_backward.variant
def by_the_hyperbolic_tangent(w, x):
    slope = (1 - np.tanh((x @ w[:2] + w[2]) / 2) ** 2) / 4
    return slope * np.array([*x, 1]), slope * w[:2]


# --- Multiply along, add across ---


def routes():
    return [
        Case([[4.0, 2.0], [3.0]]),
        Case([[2.0, -3.0, 0.5], [1.5, 4.0], [-1.0, 2.0, 2.0, 0.25]]),
        Case([[5.0]]),
        Case([[-2.0, 3.0], [0.5, -4.0]]),
        Case([[3, 2], [7], [1, 1, 4]]),
        Case([[0.1, 0.2, 0.3]]),
        Case([[-1.0], [2.5], [-3.0]]),
        Case([[2.0, 3.0], [6.0], [0.5]]),
        Case([[2.0, 3.0], [2.0, 3.0], [-1.0]]),
        Case([[0.5], [0.5], [0.5]]),
        Case([]),
        Case([[0.0, 2.0], [3.0]]),
        Case([[3.0], [2.0, 0.0]]),
        Case([[0], [3]]),
        Case([[2e-9, 3.0], [-1e-9, 5.0], [4e-9]]),
        Case([[2e9, 3.0], [-1e9, 5.0], [4e9]]),
    ]


@exercise(
    lesson=4,
    cases=routes,
    hints=(
        "Along a path with the slopes 2 and 3, by what is a nudge multiplied?",
        "A nudge takes all paths at once, and its effects meet at the output.",
        "np.prod(path) is the product along one path; sum these over the paths.",
    ),
)
def sum_over_paths(paths):
    return sum(np.prod(path) for path in paths)  # slope


sum_over_paths.slips("""
multiplies_the_paths: Multiply along a path. And what happens where paths meet?
    return np.prod([np.prod(path) for path in paths])  # slope
adds_everything: Two nodes in a row, each tripling: by what is a nudge multiplied?
    return sum(sum(path) for path in paths)  # slope
sums_along_and_multiplies_across: Where do you multiply: along a path, or across the
paths?
    return np.prod([sum(path) for path in paths])  # slope
counts_equal_paths_once: Two paths with the same slopes: is that one path, or two?
    return sum(np.prod(path) for path in {tuple(path) for path in paths})  # slope
first_path_only: Does the output feel only the first path?
    return np.prod(paths[0]) if paths else 0  # slope
first_path_or_nothing: You give the product of the first path, and None without a path.
What of the other paths?
    for path in paths:
        return np.prod(path)  # slope
leaves_out_the_first_path: Does your loop begin at the first path?
    return sum(np.prod(path) for path in paths[1:])  # slope
leaves_out_the_last_path: Does your loop end at the last path?
    return sum(np.prod(path) for path in paths[:-1])  # slope
leaves_out_the_first_slope: How many slopes lie on each path? Do all of them count?
    return sum(np.prod(path[1:]) for path in paths)  # slope
last_path_only: Does the output feel only the last path?
    return np.prod(paths[-1]) if paths else 0  # slope
mean_over_paths: Do more paths dilute the nudge, or does each bring its own?
    return np.mean([np.prod(path) for path in paths]) if paths else 0  # slope
largest_path_only: Does only the strongest path count?
    return max((np.prod(path) for path in paths), default=0)  # slope
leaves_the_paths_apart: You give one number for each path. What do they do at the
output?
    return [np.prod(path) for path in paths]  # slope
product_runs_on: Where does the running product start for the next path?
    total, product = 0, 1
    for path in paths:
        for slope in path:
            product *= slope
        total += product
    return total  # slope
adds_at_every_node: When do you add: at each node, or at the end of the path?
    return sum(float(np.sum(np.cumprod(path))) for path in paths)  # slope
total_starts_at_one: What does the sum over paths start from?
    return 1 + sum(np.prod(path) for path in paths)  # slope
adds_the_sizes: Can two paths cancel? Which sign has each?
    return sum(abs(np.prod(path)) for path in paths)  # slope
ends_of_the_path_only: How many slopes lie on each path? Do all of them count?
    ends = (path[0] * path[-1] if len(path) > 1 else path[0] for path in paths)
    return sum(ends)  # slope
leaves_out_the_last_slope: How many slopes lie on each path? Do all of them count?
    return sum(np.prod(path[:-1]) for path in paths)  # slope
first_slopes_only: How many slopes lie on each path? Do all of them count?
    return sum(path[0] for path in paths)  # slope
""")


@sum_over_paths.variant
def by_two_loops(paths):
    total = 0.0
    for path in paths:
        product = 1.0
        for slope in path:
            product *= slope
        total += product
    return total


@sum_over_paths.variant
def by_the_math_module(paths):
    return math.fsum(math.prod(path) for path in paths)


@sum_over_paths.variant
def by_recursion(paths):
    if not paths:
        return 0
    first, *rest = paths
    return np.multiply.reduce(first) + by_recursion(rest)


# --- A value that remembers ---


def remembered(answer, formula, *numbers):
    """Compute a formula with an answer's values; return what each of them remembers.

    The parents are told by their names, so that it counts which objects they are.
    """
    inputs = [answer(number) for number in numbers]
    nodes = dict(zip("xyz", inputs, strict=False)) | formula(*inputs)
    names = {id(node): name for name, node in nodes.items()}
    start = listed([f"{n} = {said(v)}" for n, v in zip("xyz", numbers, strict=False)])
    where, facts = f"({formula}, at {start})", {}
    for name, node in reversed(nodes.items()):
        parents, slopes = getattr(node, "parents", None), getattr(node, "slopes", None)
        facts[f"{name}.data {where}"] = getattr(node, "data", None)
        facts[f"{name}.parents {where}"] = (
            ", ".join(names.get(id(p), "another thing") for p in parents) or "none"
            if is_a_row(parents)
            else f"{type(parents).__name__}, where {ROW} is asked for"
        )
        facts[f"the kind of {name}.slopes {where}"] = (
            ROW if is_a_row(slopes) else type(slopes).__name__
        )
        facts[f"{name}.slopes {where}"] = list(slopes) if is_a_row(slopes) else None
    two = inputs[0], answer(numbers[0])
    facts["two values of one number are two, and a set holds both"] = are_two(*two)
    return facts


ROW = "a tuple or a list"


def is_a_row(several):
    """Return whether something is a tuple or a list."""
    return isinstance(several, list | tuple)


def are_two(one, other):
    """Return whether two objects are told apart."""
    try:
        return len({one, other}) == 2
    except TypeError:  # what says when it equals another has no place in a set
        return False


def formulas():
    plus = Formula("s = x + y", lambda x, y: {"s": x + y})
    times = Formula("p = x·y", lambda x, y: {"p": x * y})
    return [
        Case(plus, 2.0, 5.0),
        Case(times, 3.0, -4.0),
        Case(plus, -1.5, 0.25),
        Case(times, 0.5, 2.5),
        Case(times, 0, 6),
        Case(Formula("s = x + x", lambda x: {"s": x + x}), 3.0),
        Case(Formula("p = x·x", lambda x: {"p": x * x}), -3.0),
        Case(Formula("x alone", lambda x: {}), 7.0),
        Case(
            Formula(
                "s = x + y, f = s·z", lambda x, y, z: {"s": (s := x + y), "f": s * z}
            ),
            *(-2.0, 5.0, -4.0),
        ),
        Case(
            Formula(
                "a = x + x, b = a·a, f = a + b",
                lambda x: {"a": (a := x + x), "b": (b := a * a), "f": a + b},
            ),
            3.0,
        ),
        Case(
            Formula(
                "p = x·y, q = p·x, f = q + p",
                lambda x, y: {"p": (p := x * y), "q": (q := p * x), "f": q + p},
            ),
            *(0.5, -2.0),
        ),
    ]


class Value:
    def __init__(self, data, parents=(), slopes=()):
        self.data = data
        self.parents = parents  # parents
        self.slopes = slopes  # slopes

    def __add__(self, other):
        slopes = 1.0, 1.0  # slopes of a sum
        return Value(self.data + other.data, (self, other), slopes)  # sum

    def __mul__(self, other):
        slopes = other.data, self.data  # slopes of a product
        return Value(self.data * other.data, (self, other), slopes)  # product


# Not as a decorator: the class must find itself under its own name.
value = exercise(
    lesson=4,
    cases=formulas,
    hints=(
        "__init__ only stores what it is handed. Python calls x.__add__(y) for x + y: "
        "it returns a new Value.",
        "The parents of x + y are the objects self and other. Its local slopes are 1 "
        "and 1.",
        "A product: Value(self.data * other.data, (self, other), (other.data, "
        "self.data)).",
    ),
    observe=remembered,
    by_hand=False,  # the call does not show the formula
)(Value)


value.slips("""
slopes_of_the_product_swapped: If x alone moves, what multiplies its change in x·y?
    slopes = self.data, other.data  # slopes of a product
product_with_the_slopes_of_a_sum: If x alone moves by ε, does x·y move by ε?
    slopes = 1.0, 1.0  # slopes of a product
sum_with_the_slopes_of_a_product: If x alone moves by ε, does x + y move by yε?
    slopes = other.data, self.data  # slopes of a sum
values_as_slopes_of_a_sum: If x alone moves by ε, does x + y move by xε?
    slopes = self.data, other.data  # slopes of a sum
product_holds_the_sum: Which number does x·y hold?
    return Value(self.data + other.data, (self, other), slopes)  # product
remembers_numbers: A slope is to be handed on to a parent. Can a number receive it?
    return Value(self.data + other.data, (self.data, other.data), slopes)  # sum
    return Value(self.data * other.data, (self.data, other.data), slopes)  # product
forgets_the_parents: What does __init__ do with the parents that it is handed?
    self.parents = ()  # parents
forgets_the_slopes: What does __init__ do with the slopes that it is handed?
    self.slopes = ()  # slopes
remembers_nothing: Which inputs and slopes do you hand to the new Value?
    return Value(self.data + other.data)  # sum
    return Value(self.data * other.data)  # product
first_parent_only: How many wires lead into a box with two inputs?
    return Value(self.data + other.data, (self,), slopes[:1])  # sum
    return Value(self.data * other.data, (self,), slopes[:1])  # product
parents_in_a_set: A set holds each thing once. How many parents has x + x?
    self.parents = set(parents)  # parents
changes_itself: After s = x + y, does x still hold its own number?
    self.data += other.data
    self.parents, self.slopes = (self, other), slopes
    return self  # sum
    self.data *= other.data
    self.parents, self.slopes = (self, other), slopes
    return self  # product
adds_into_itself: After s = x + y, does x still hold its own number?
    self.data += other.data
    return self  # sum
    self.data *= other.data
    return self  # product
gives_a_bare_number: Is what x + y gives a Value? Can a bare number remember anything?
    return self.data + other.data  # sum
    return self.data * other.data  # product
""")


@value.mistake("Two inputs may hold the same number. Are they then one input?")
@dataclass
class EqualByTheirNumbers:
    data: float
    parents: tuple = ()
    slopes: tuple = ()

    def __add__(self, other):
        both = self, other
        return EqualByTheirNumbers(self.data + other.data, both, (1.0, 1.0))

    def __mul__(self, other):
        slopes = other.data, self.data
        return EqualByTheirNumbers(self.data * other.data, (self, other), slopes)


@value.variant
class FilledAfterwards:
    def __init__(self, data):
        self.data = data
        self.parents, self.slopes = [], []
        self.grad = 0.0

    def __add__(self, other):
        result = FilledAfterwards(self.data + other.data)
        result.parents = [self, other]
        result.slopes = [1, 1]
        return result

    def __mul__(self, other):
        result = FilledAfterwards(self.data * other.data)
        for parent, slope in ((self, other.data), (other, self.data)):
            result.parents.append(parent)
            result.slopes.append(slope)
        return result


@value.variant
@dataclass(eq=False)
class AsADataclass:
    data: float
    parents: tuple = ()
    slopes: tuple = ()

    def __add__(self, other):
        return AsADataclass(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        slopes = (other.data, self.data)
        return AsADataclass(self.data * other.data, (self, other), slopes)


@value.variant
class NamedValue:
    def __init__(self, data, made_from=None, name=""):
        self.data, self.name = float(data), name
        self.parents = tuple(parent for parent, _ in made_from or [])
        self.slopes = tuple(slope for _, slope in made_from or [])

    def __add__(self, other):
        return type(self)(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        made_from = [(self, other.data), (other, self.data)]
        return type(self)(self.data * other.data, made_from)

    def __repr__(self):
        return f"{self.name} = Value({self.data:g})"


# --- The reverse sweep ---


def named(**nodes):
    """Name nodes, and return the last."""
    for name, node in nodes.items():
        node.name = name
    return node


def product_of_a_sum():
    x, y, z = Node(-2.0, "x"), Node(5.0, "y"), Node(-4.0, "z")
    s = x + y
    return [named(s=s, f=s * z)]


def twice_the_same():
    a = Node(3.0, "a")
    return [named(f=a + a)]


def taken_from_itself():
    a = Node(3.0, "a")
    return [named(f=a - a)]


def divided_by_itself():
    a = Node(2.0, "a")
    return [named(f=a / a)]


def twice_the_same_sum():
    x, y = Node(0.5, "x"), Node(2.0, "y")
    s = x * y
    t = s + s
    return [named(s=s, t=t, f=t * t)]


def a_diamond():
    x = Node(1.5, "x")
    a = x * -2
    b, c = a * a, a * 3
    return [named(a=a, b=b, c=c, f=b * c)]


def uneven_diamond(short_side_first):
    x, y = Node(0.8, "x"), Node(-1.2, "y")
    u = x * y
    v = u + x
    w = v * u
    t = graph.sigmoid(w)
    s = t * v
    f = u * s if short_side_first else s * u
    return [named(u=u, v=v, w=w, t=t, s=s, f=f)]


def long_and_short_way():
    x = Node(2.0, "x")
    a = x**2
    b = a / 4
    c = b - 3
    d = graph.exp(c)
    return [named(a=a, b=b, c=c, d=d, f=a * d)]


def line_with_constants():
    x = Node(-0.5, "x")
    p = 3 * x
    f = p - 4
    f.parents[1].name, p.parents[0].name = "the constant 4", "the constant 3"
    return [named(p=p, f=f)]


def neuron_with_its_cost():
    w, x, b, y = Node(2.0, "w"), Node(-2.0, "x"), Node(8.0, "b"), Node(2.0, "y")
    c = w * x
    a = c + b
    d = a - y
    q = d * d
    cost = 0.5 * q
    cost.parents[0].name = "the constant 0.5"
    return [named(c=c, a=a, d=d, q=q, C=cost)]


def winners_and_losers():
    x, y = Node(1.5, "x"), Node(0.25, "y")
    m = graph.maximum(x, y)
    r = graph.relu(y - x)
    q = m / y
    f = q * m + r * x
    return [named(m=m, r=r, q=q, f=f)]


def a_chain():
    node = Node(0.7, "x")
    for i in range(40):
        node = named(**{f"s{i}": node + 0.1 if i % 2 else node * 1.1})
    return [node]


def a_ladder():
    node = Node(1.25, "x")
    for i in range(6):
        node = named(**{f"d{i}": node + node})
    return [node]


def an_input_alone():
    x = Node(3.0, "x")
    return [x * x, x]


def the_same_graph_twice():
    return 2 * uneven_diamond(short_side_first=True)


def a_shorter_graph_thrice():
    return 3 * product_of_a_sum()


def two_outputs():
    x, y = Node(3.0, "x"), Node(-1.5, "y")
    p = x * y
    return [named(p=p, g=p + x), named(f=p * y)]


def there_and_back():
    g, f = two_outputs()
    return [f, g, f]


def sum_and_product_of_values():
    x, y, z = NamedValue(-2.0), NamedValue(5.0), NamedValue(-4.0)
    s = x + y
    return [named(x=x, y=y, z=z, s=s, f=s * z)]


def diamond_of_values():
    x = NamedValue(3.0)
    a = x + x
    b = a * a
    return [named(x=x, a=a, b=b, f=a + b)]


def uneven_values():
    x, y = NamedValue(0.5), NamedValue(-2.0)
    u = x * y
    v = u + x
    w = v * u
    return [named(x=x, y=y, u=u, v=v, w=w, f=w * v)]


def values_alike():
    x, y = NamedValue(2.0), NamedValue(2.0)
    p = x * y
    return [named(x=x, y=y, p=p, f=p * x)]


GRAPHS = [
    Formula("f = (x + y)·z", product_of_a_sum),
    Formula("f = a + a", twice_the_same),
    Formula("s = x·y, t = s + s, f = t·t", twice_the_same_sum),
    Formula("a = −2·x, b = a·a, c = 3·a, f = b·c", a_diamond),
    Formula(
        "u = x·y, v = u + x, w = v·u, t = σ(w), s = t·v, f = u·s",
        lambda: uneven_diamond(short_side_first=True),
    ),
    Formula(
        "u = x·y, v = u + x, w = v·u, t = σ(w), s = t·v, f = s·u",
        lambda: uneven_diamond(short_side_first=False),
    ),
    Formula("a = x², b = a/4, c = b − 3, d = exp(c), f = a·d", long_and_short_way),
    Formula("f = 3·x − 4", line_with_constants),
    Formula("c = w·x, a = c + b, d = a − y, C = 0.5·d·d", neuron_with_its_cost),
    Formula("m = max(x, y), q = m/y, f = q·m + relu(y − x)·x", winners_and_losers),
    Formula("a chain of 40 nodes", a_chain),
    Formula("d0 = x + x, d1 = d0 + d0, … d5 = d4 + d4", a_ladder),
    Formula("x, an input alone, after a sweep from x·x", an_input_alone),
    Formula("u = x·y, v = u + x, …, f = u·s, swept twice", the_same_graph_twice),
    Formula("f = (x + y)·z, swept three times", a_shorter_graph_thrice),
    Formula("p = x·y, f = p·y, after a sweep from g = p + x", two_outputs),
    Formula("f = p·y, after sweeps from f and from g = p + x", there_and_back),
    Formula("f = a − a", taken_from_itself),
    Formula("f = a / a", divided_by_itself),
    Formula("s = x + y, f = s·z, of Values", sum_and_product_of_values),
    Formula("a = x + x, b = a·a, f = a + b, of Values", diamond_of_values),
    Formula("u = x·y, v = u + x, w = v·u, f = w·v, of Values", uneven_values),
    Formula("p = x·y, f = p·x, of Values, at x = y = 2", values_alike),
    Formula("f = a + b, of Values, swept twice", lambda: 2 * diamond_of_values()),
]


# --- The order of the walk ---


def order_of_the_walk(answer, expression):
    """Return which nodes of a graph an order leaves out, repeats or lists too early.

    The call that is shown holds one node only: the graph is told beside each fact.
    """
    output = expression()[-1]
    nodes = graph.topological_order(output)
    order = answer(output)
    if not isinstance(order, list | tuple):
        return {f"the order ({expression})": order}
    place = {node: i for i, node in reversed([*enumerate(order)])}
    early = [n for n in order if any(place.get(p, -1) > place[n] for p in n.parents)]
    found = {
        "is left out": [n for n in nodes if n not in place],
        "is listed more than once": [n for n in nodes if order.count(n) > 1],
        "is listed before one of its parents": [n for n in nodes if n in early],
        "is listed, but not in the graph": [n for n in place if n not in nodes],
    }
    return {
        f"what {what} ({expression})": ", ".join(map(called, some)) or "none"
        for what, some in found.items()
    }


def called(node):
    """Return a node's name, or what else to call it."""
    return getattr(node, "name", None) or str(node)


@exercise(
    lesson=4,
    cases=lambda: [Case(expression) for expression in GRAPHS],
    hints=(
        "Before a node is listed, what has to be listed? And before those?",
        "Write a function visit(node) inside yours: it visits the node's parents, each "
        "of which visits its own, and then appends the node.",
        "A node that has been visited is not visited again: keep a set, seen.",
    ),
    observe=order_of_the_walk,
    by_hand=False,  # the call does not show the graph
)
def topological_order(output):
    order, seen = [], set()

    def visit(node):
        if node not in seen:  # once
            seen.add(node)
            for parent in node.parents:  # parents
                visit(parent)  # before
            order.append(node)  # listed

    visit(output)
    return order  # all


topological_order.slips("""
listed_before_its_parents: When you list a node, are its parents in the list already?
    order.append(node)
    for parent in node.parents:  # parents
    pass  # listed
once_for_each_path: Two wires lead to one node. How often does it stand in your list?
    if True:  # once
output_first: Which end of your list is an input?
    return order[::-1]  # all
leaves_out_the_output: Is output itself in your list?
    return order[:-1]  # all
leaves_out_the_inputs: Inputs have slopes too. Are they in your list?
    if node.parents:
        order.append(node)  # listed
inputs_only: Which nodes lie between the inputs and the output?
    if not node.parents:
        order.append(node)  # listed
first_parent_only: How many parents does your walk follow from each node?
    for parent in node.parents[:1]:  # parents
one_wire_deep: Who visits the parents of the parents?
    order.append(parent)  # before
parents_come_twice: Who appends a node: the node itself, or also its child?
    visit(parent)
    order.append(parent)  # before
""")


@topological_order.mistake("In the diamond, a feeds f and b. Does it come before both?")
def level_by_level_from_the_output(output):
    order = [output]
    for node in order:
        order += [p for p in dict.fromkeys(node.parents) if p not in order]
    return order[::-1]


@topological_order.mistake("In the diamond, a feeds f and b. Does it come before both?")
def along_the_first_way_and_turned_round(output):
    order = []

    def visit(node):
        if node not in order:
            order.append(node)
            for parent in node.parents:
                visit(parent)

    visit(output)
    return order[::-1]


@topological_order.variant
def as_soon_as_its_parents_are_there(output):
    waiting, order = [output], []
    for node in waiting:
        waiting += [p for p in set(node.parents) if p not in waiting]
    while waiting:
        ready = [n for n in waiting if all(p in order for p in n.parents)]
        order += ready
        waiting = [n for n in waiting if n not in ready]
    return order


@topological_order.variant
def by_a_stack_of_its_own(output):
    order, seen, stack = [], set(), [(output, False)]
    while stack:
        node, parents_are_listed = stack.pop()
        if parents_are_listed:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack += [(parent, False) for parent in node.parents]
    return tuple(order)


@topological_order.variant
def by_the_longest_way_to_an_input(output):
    depth = {}

    def visit(node):
        if node not in depth:
            depth[node] = 1 + max(map(visit, node.parents), default=0)
        return depth[node]

    visit(output)
    return sorted(depth, key=depth.get)


# --- The sweep itself ---


def slopes_filled(answer, expression):
    """Sweep back from the outputs in turn; return every slope by the last of them.

    The call that is shown holds one node only: the graph, and what was swept before,
    are told beside the slope.
    """
    outputs = expression()
    for output in outputs:
        answer(output)
    nodes = reversed(graph.topological_order(outputs[-1]))
    return {
        f"the grad of {node.name or node} ({expression})": getattr(node, "grad", None)
        for node in nodes
    }


@exercise(
    lesson=4,
    cases=lambda: [Case(expression) for expression in GRAPHS],
    hints=(
        "What is the slope of the output by itself? And when has a node heard from "
        "everyone it feeds?",
        "Clear every .grad, set output.grad to 1, then visit the nodes from the last "
        "to the first: each hands on to its parents.",
        "Handing on is parent.grad += slope * node.grad, for every parent and slope in "
        "zip(node.parents, node.slopes).",
    ),
    observe=slopes_filled,
    by_hand=False,  # the call does not show the graph
)
def reverse_sweep(output):
    from bpkit.graph import topological_order

    order = topological_order(output)
    for node in order:
        node.grad = 0.0  # clear
    output.grad = 1.0  # seed
    for node in reversed(order):  # backward
        for parent, slope in zip(node.parents, node.slopes, strict=True):  # edges
            parent.grad += slope * node.grad  # hand on


reverse_sweep.slips("""
assigns_instead_of_adding: How many paths lead from a to f = a + a?
    parent.grad = slope * node.grad  # hand on
keeps_the_old_grads: What did the first sweep leave behind?
    pass  # clear
adds_to_the_old_grads: Sweep twice: what is output.grad the second time?
    pass  # clear
    output.grad += 1.0  # seed
keeps_a_grad_that_is_there: What did the first sweep leave behind?
    node.grad = getattr(node, "grad", 0.0)  # clear
clears_the_inputs_only: What did the first sweep leave in the nodes between?
    if not node.parents:
        node.grad = 0.0  # clear
clears_all_but_the_inputs: What did the first sweep leave in the inputs?
    if node.parents:
        node.grad = 0.0  # clear
starts_from_the_value: The slope of the output by itself: is it the output's value?
    output.grad = output.value  # seed
only_the_output_hands_on: The output knows its slope first. Who hands on after it?
    for node in order:  # backward
queues_a_node_again: How often does one node stand in your queue? How often may it hand
on?
    queue = [output]
    for node in queue:  # backward
    parent.grad += slope * node.grad
    queue.append(parent)  # hand on
goes_level_by_level: In the diamond, a feeds f directly. Whom must it wait for all the
same?
    queue, seen = [output], {output}
    for node in queue:  # backward
    parent.grad += slope * node.grad
    if parent not in seen:
        seen.add(parent)
        queue.append(parent)  # hand on
values_for_slopes: A node holds a value and slopes. Which of them goes backward?
    parent.grad += parent.value * node.grad  # hand on
clears_at_each_child: A node feeds two. When the second one speaks, what is left of the
first one's part?
    pass  # clear
    for parent in node.parents:
        parent.grad = 0.0
    for parent, slope in zip(node.parents, node.slopes, strict=True):  # edges
without_the_local_slopes: What does a box do to a slope on its way back through it?
    parent.grad += node.grad  # hand on
local_slopes_only: A local slope is one step. What arrived at the node before?
    parent.grad += slope  # hand on
multiplies_where_paths_meet: Multiply along a path. And what happens where paths meet?
    node.grad = 1.0  # clear
    parent.grad *= slope * node.grad  # hand on
adds_along_the_path: Along a path, are slopes added or multiplied?
    parent.grad += slope + node.grad  # hand on
each_parent_once: In a + a, how often does a stand among the parents?
    for parent, slope in dict(zip(node.parents, node.slopes)).items():  # edges
slopes_of_the_other_parent: Which local slope belongs to which parent?
    for parent, slope in zip(node.parents, node.slopes[::-1]):  # edges
first_parent_only: How many parents can a node have?
    for parent, slope in zip(node.parents[:1], node.slopes[:1]):  # edges
last_parent_only: How many parents can a node have?
    for parent, slope in zip(node.parents[-1:], node.slopes[-1:]):  # edges
leaves_out_the_constants: A constant has a slope too, though nobody asks. Is it filled?
    if parent.operation != "constant":
        parent.grad += slope * node.grad  # hand on
goes_downhill: If the output grows with a node, which sign has the slope?
    output.grad = -1.0  # seed
""")


def cleared(output):
    """Clear all grads and seed the output, with slope 1."""
    for node in graph.topological_order(output):
        node.grad = 0.0
    output.grad = 1.0


def edges(node):
    """Return the parents of a node, each with the local slope."""
    return list(zip(node.parents, node.slopes, strict=True))


@reverse_sweep.mistake("Count how often each node hands on. How often should it?")
def hands_on_again_at_each_visit(output):
    cleared(output)

    def visit(node):
        for parent, slope in edges(node):
            parent.grad += slope * node.grad
            visit(parent)

    visit(output)


@reverse_sweep.mistake("Count how often each node hands on. How often should it?")
def fills_parents_then_visits_each(output):
    cleared(output)

    def visit(node):
        for parent, slope in edges(node):
            parent.grad += slope * node.grad
        for parent in node.parents:
            visit(parent)

    visit(output)


@reverse_sweep.mistake("Has every child of a node spoken before the node hands on?")
def goes_deep_at_once(output):
    cleared(output)
    seen = set()

    def visit(node):
        seen.add(node)
        for parent, slope in edges(node):
            parent.grad += slope * node.grad
            if parent not in seen:
                visit(parent)

    visit(output)


@reverse_sweep.mistake("Has every child of a node spoken before the node hands on?")
def fills_parents_then_goes_deep(output):
    cleared(output)
    seen = set()

    def visit(node):
        if node in seen:
            return
        seen.add(node)
        for parent, slope in edges(node):
            parent.grad += slope * node.grad
        for parent in node.parents:
            visit(parent)

    visit(output)


@reverse_sweep.mistake("Is .grad also filled in the nodes between?")
def fills_the_inputs_only(output):
    reverse_sweep.reference(output)
    for node in graph.topological_order(output):
        if node.parents:
            node.grad = 0.0


@reverse_sweep.mistake("Is the slope of the output by itself still there at the end?")
def clears_the_output_at_last(output):
    reverse_sweep.reference(output)
    output.grad = 0.0


@reverse_sweep.variant
def as_soon_as_all_children_have_spoken(output):
    order = graph.topological_order(output)
    waiting = {node: 0 for node in order}
    for node in order:
        node.grad = 0.0
        for parent in node.parents:
            waiting[parent] += 1
    output.grad = 1.0
    ready = [output]
    while ready:
        node = ready.pop()
        for parent, slope in edges(node):
            parent.grad += slope * node.grad
            waiting[parent] -= 1
            if waiting[parent] == 0:
                ready.append(parent)


@reverse_sweep.variant
def with_an_order_of_its_own(output):
    order = []

    def visit(node):
        if node not in order:
            for parent in node.parents:
                visit(parent)
            order.append(node)

    visit(output)
    for node in order:
        node.grad = 0
    output.grad = 1
    while order:
        node = order.pop()
        for i, parent in enumerate(node.parents):
            parent.grad = parent.grad + node.slopes[i] * node.grad
    return output


@reverse_sweep.variant
def along_every_path(output):
    def clear(node):
        node.grad = 0.0
        for parent in node.parents:
            clear(parent)

    def walk(node, product):
        node.grad += product
        for parent, slope in edges(node):
            walk(parent, product * slope)

    clear(output)
    walk(output, 1.0)


@reverse_sweep.variant
def each_node_asks_its_children(output):
    order = graph.topological_order(output)
    grads = {output: 1.0}
    for node in reversed(order[:-1]):
        grads[node] = sum(
            slope * grads[child]
            for child in order[order.index(node) + 1 :]
            for parent, slope in edges(child)
            if parent is node
        )
    for node, grad in grads.items():
        node.grad = np.float64(grad)


@reverse_sweep.variant
def by_one_walk_forward_for_each_node(output):
    order = graph.topological_order(output)
    for start in order:
        tangents = dict.fromkeys(order, 0.0) | {start: 1.0}
        for node in order[order.index(start) + 1 :]:
            tangents[node] = sum(slope * tangents[p] for p, slope in edges(node))
        start.grad = tangents[output]


# --- Foretold ---


@prediction(
    lesson=4,
    choices={
        6: "The error 2, times w₂ = 3 and x = 1: the path leads through the second "
        "layer's weight.",
        2: "That is the error a₂ − y = 2, on which w₂ = 3 still has to act: a nudge of "
        "a₁ comes out of the second layer three times as large.",
        3: "That is the slope of a₂ by w₁. The cost multiplies once more, by a₂ − y.",
        4: "That is the slope by w₂, whose input is a₁ = 2.",
        12: "A nudge of w₁ is multiplied by its input x = 1, not by w₁ = 2 itself.",
        -6: "The size is right. With the target minus the output the sign turns round.",
    },
)
def prediction_4_1():
    w1, x = Node(2.0), Node(1.0)
    a1 = graph.relu(w1 * x + 0.0)
    a2 = graph.relu(3.0 * a1 + 1.0)
    graph.reverse_sweep((a2 - 5.0) ** 2 / 2)
    return w1.grad


@prediction(
    lesson=4,
    choices={
        "a": "A sum may be added up in any order, and that tempts. But what a hands on "
        "is a product with the slope it has by then: 1, where 13 was to come.",
        "b": "a has heard from f alone, so it hands on 1 along each of its two wires. "
        "What b brings later stays with a: x gets 2.",
        "c": "Nothing in the program knows who ought to wait, so nothing complains. "
        "The only sign is a wrong number.",
    },
)
def prediction_4_2():
    x = Node(3.0)
    a = x + x
    b = a * a
    f = a + b
    f.grad = 1.0
    try:
        for node in (f, a, b):
            for parent, slope in edges(node):
                parent.grad += slope * node.grad
    except Exception:
        return "c"
    return "a" if x.grad == 26 else "b"


@prediction(
    lesson=4,
    choices={
        4: "Each walk is twice as long, and there are twice as many walks.",
        2: "That is the factor of reverse mode, whose one walk is twice as long. "
        "Forward mode makes twice as many of them besides.",
        8: "Boxes, wires and parameters all double. But boxes and wires are one walk, "
        "so only two of the doublings multiply.",
        1: "The steps for one parameter do not stay the same: its nudge is carried "
        "through all of a chain that is twice as long.",
    },
)
def prediction_4_3():
    steps = []
    for depth in (10, 20):
        a, parameters = Node(0.5), []
        for _ in range(depth):
            parameters += [Node(1.0), Node(0.1)]
            a = graph.sigmoid(parameters[-2] * a + parameters[-1])
        steps.append(graph.gradient_forward(a, parameters).steps)
    return steps[1] / steps[0]
