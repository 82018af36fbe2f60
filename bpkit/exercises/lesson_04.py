"""Exercises of lesson 4: computation graphs and the chain rule."""

import math

import numpy as np

from bpkit import graph
from bpkit.activations import sigmoid, sigmoid_prime
from bpkit.exercises.engine import Case, Formula, exercise, number
from bpkit.graph import Node, topological_order

# --- The worked graph ---


@number(
    lesson=4,
    task="""
    f = (x + y)·z at x = −2, y = 5, z = −4. Nudge x alone by a small ε: f changes by how
    many times ε? Give ∂f/∂x as a number.
    """,
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


@df_dx.mistake("That is the size. If x grows, does f grow or shrink?")
def size_of_the_slope_by_x():
    return 4


@df_dx.mistake("That is the slope of the sum. What does the product make of it?")
def slope_of_the_sum_by_x():
    return 1


@df_dx.mistake("That is f itself. By how much does f change?")
def value_instead_of_slope_by_x():
    return -12


@df_dx.mistake("That is x + y. Which input's change does the sum multiply?")
def the_sum_by_x():
    return 3


@df_dx.mistake("Slope or share of the value: how much does x·z change per ε?")
def term_instead_of_slope_by_x():
    return 8


@df_dx.mistake("Add along a path, or multiply?")
def adds_along_the_path_by_x():
    return -3


@df_dx.mistake("Which number stands still while x moves, and multiplies the nudge?")
def the_other_summand_by_x():
    return 5


@df_dx.mistake("y stays where it is. What reaches it from the nudge of x?")
def product_of_the_others_by_x():
    return -20


@df_dx.mistake("Does f stay the same when x moves?")
def no_slope_by_x():
    return 0


@df_dx.variant
def by_nudging_x():
    return ((-2 + 1e-6 + 5) * -4 - -12) / 1e-6


@df_dx.variant
def by_arrays_in_x():
    return np.array([-4.0])


@number(
    lesson=4,
    task="""
    f = (x + y)·z at x = −2, y = 5, z = −4. Nudge y alone by a small ε: f changes by how
    many times ε? Give ∂f/∂y as a number.
    """,
    hints=(
        "Does the sum notice whether x or y was nudged?",
        "∂f/∂y is the slope of f by the sum, times the slope of the sum by y. The "
        "second is 1.",
    ),
)
def df_dy():
    z = -4
    return z


@df_dy.mistake("That is the size. If y grows, does f grow or shrink?")
def size_of_the_slope_by_y():
    return 4


@df_dy.mistake("That is the slope of the sum. What does the product make of it?")
def slope_of_the_sum_by_y():
    return 1


@df_dy.mistake("That is f itself. By how much does f change?")
def value_instead_of_slope_by_y():
    return -12


@df_dy.mistake("That is x + y. Which input's change does the sum multiply?")
def the_sum_by_y():
    return 3


@df_dy.mistake("Slope or share of the value: how much does y·z change per ε?")
def term_instead_of_slope_by_y():
    return -20


@df_dy.mistake("Add along a path, or multiply?")
def adds_along_the_path_by_y():
    return -3


@df_dy.mistake("Which number stands still while y moves, and multiplies the nudge?")
def the_other_summand_by_y():
    return -2


@df_dy.mistake("x stays where it is. What reaches it from the nudge of y?")
def product_of_the_others_by_y():
    return 8


@df_dy.mistake("Does f stay the same when y moves?")
def no_slope_by_y():
    return 0


@df_dy.variant
def by_nudging_y():
    return ((-2 + 5 + 1e-6) * -4 - -12) / 1e-6


@df_dy.variant
def by_arrays_in_y():
    return np.float32(-4)


@number(
    lesson=4,
    task="""
    f = (x + y)·z at x = −2, y = 5, z = −4. Nudge z alone by a small ε: f changes by how
    many times ε? Give ∂f/∂z as a number.
    """,
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


@df_dz.mistake("That is z. In a product, which factor multiplies a nudge of z?")
def z_itself():
    return -4


@df_dz.mistake("If z grows, does f grow or shrink? Look at the sign of x + y.")
def opposite_slope_by_z():
    return -3


@df_dz.mistake("That is the slope of z by itself. What multiplies it?")
def slope_of_the_input_by_z():
    return 1


@df_dz.mistake("That is f itself. By how much does f change?")
def value_instead_of_slope_by_z():
    return -12


@df_dz.mistake("Which sign has x?")
def loses_the_sign_of_x():
    return 7


@df_dz.mistake("In a sum, are the two numbers multiplied?")
def product_of_the_summands():
    return -10


@df_dz.mistake("Only one of the two summands came. What is the other factor, whole?")
def first_summand_only():
    return -2


@df_dz.mistake("Only one of the two summands came. What is the other factor, whole?")
def second_summand_only():
    return 5


@df_dz.mistake("z itself is not nudged by its value. What multiplies the small ε?")
def adds_z_too():
    return -1


@df_dz.mistake("Does f stay the same when z moves?")
def no_slope_by_z():
    return 0


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
    ]


@exercise(
    lesson=4,
    task="""
    add_backward(x, y, upstream) goes backward through the node f = x + y. x, y and
    upstream are numbers; upstream is ∂C/∂f, the slope of the final output C by the
    node's value. Return the pair (dx, dy) = (∂C/∂x, ∂C/∂y).
    """,
    cases=nudged,
    hints=(
        "If x grows by ε and y stays, by how much does x + y grow?",
        "Both local slopes are 1. Multiply each by upstream.",
    ),
    returns=("dx", "dy"),
)
def add_backward(x, y, upstream):
    return upstream, upstream


@add_backward.mistake("Those are the local slopes. What arrives from the right?")
def local_slopes_of_the_sum(x, y, upstream):
    return 1.0, 1.0


@add_backward.mistake("Does a sum split the slope, or does each input nudge it whole?")
def splits_the_slope(x, y, upstream):
    return upstream / 2, upstream / 2


@add_backward.mistake("That is the rule of a product. Is this node one?")
def rule_of_the_product(x, y, upstream):
    return y * upstream, x * upstream


@add_backward.mistake("If x grows by ε, does x + y grow by xε?")
def scales_by_the_inputs(x, y, upstream):
    return x * upstream, y * upstream


@add_backward.mistake("How does the sum answer when the other input moves?")
def first_input_only(x, y, upstream):
    return upstream, 0.0


@add_backward.mistake("How does the sum answer when the other input moves?")
def second_input_only(x, y, upstream):
    return 0.0, upstream


@add_backward.mistake("In which direction does x + y go when y grows?")
def subtracts_the_second(x, y, upstream):
    return upstream, -upstream


@add_backward.mistake("Along a path, are slopes added or multiplied?")
def adds_inputs_to_the_slope(x, y, upstream):
    return x + upstream, y + upstream


@add_backward.mistake("Along a path, are slopes added or multiplied?")
def adds_one_to_the_slope(x, y, upstream):
    return 1 + upstream, 1 + upstream


@add_backward.mistake("Slopes go backward here. Is x + y a slope or a value?")
def scales_by_the_sum(x, y, upstream):
    return (x + y) * upstream, (x + y) * upstream


@add_backward.mistake("How many inputs are waiting for their slope?")
def one_slope_for_both(x, y, upstream):
    return upstream


@add_backward.mistake("If x grows and upstream is positive, does C shrink?")
def both_signs_flipped(x, y, upstream):
    return -upstream, -upstream


@add_backward.mistake("Does the slope by x depend on there being another input?")
def doubles_the_slope(x, y, upstream):
    return 2 * upstream, 2 * upstream


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
    task="""
    multiply_backward(x, y, upstream) goes backward through the node f = x·y. x, y and
    upstream are numbers; upstream is ∂C/∂f, the slope of the final output C by the
    node's value. Return the pair (dx, dy) = (∂C/∂x, ∂C/∂y).
    """,
    cases=nudged,
    hints=(
        "If x moves by ε, what multiplies its change on the way to x·y?",
        "(x + ε)·y = x·y + ε·y: the local slope by x is y. And the one by y?",
        "Each is the other input, times upstream.",
    ),
    returns=("dx", "dy"),
)
def multiply_backward(x, y, upstream):
    return y * upstream, x * upstream


@multiply_backward.mistake("If x moves, what multiplies its change?")
def own_value_times_upstream(x, y, upstream):
    return x * upstream, y * upstream


@multiply_backward.mistake("Those are the local slopes. What arrives from the right?")
def local_slopes_of_the_product(x, y, upstream):
    return y, x


@multiply_backward.mistake("What multiplies a nudge of x, and what came from upstream?")
def inputs_as_slopes(x, y, upstream):
    return x, y


@multiply_backward.mistake("That is the rule of a sum. Is this node one?")
def rule_of_the_sum(x, y, upstream):
    return upstream, upstream


@multiply_backward.mistake("Slopes go backward here. Is x·y a slope or a value?")
def scales_by_the_product(x, y, upstream):
    return x * y * upstream, x * y * upstream


@multiply_backward.mistake("Along a path, are slopes added or multiplied?")
def adds_the_other_input(x, y, upstream):
    return y + upstream, x + upstream


@multiply_backward.mistake("You divide by upstream. Does twice the upstream halve it?")
def divides_by_upstream(x, y, upstream):
    return y / upstream, x / upstream


@multiply_backward.mistake("If y grows and x·upstream is positive, does C shrink?")
def second_sign_flipped(x, y, upstream):
    return y * upstream, -x * upstream


@multiply_backward.mistake("If x grows and y·upstream is positive, does C shrink?")
def all_signs_flipped(x, y, upstream):
    return -y * upstream, -x * upstream


@multiply_backward.mistake("Does y hold still while x moves? Then who shares?")
def shares_the_slope(x, y, upstream):
    return y * upstream / 2, x * upstream / 2


@multiply_backward.mistake("What arrives at the second input?")
def forgets_upstream_once(x, y, upstream):
    return y * upstream, x


@multiply_backward.mistake("What arrives at the first input?")
def forgets_upstream_in_dx(x, y, upstream):
    return y, x * upstream


@multiply_backward.mistake("Two slopes belong here, one an input. What did you add?")
def both_slopes_in_one(x, y, upstream):
    return x * upstream + y * upstream


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
        Case(3.0, 3.0, 2.0),
        Case(-2.5, -2.5, -3.0),
        Case(4, 4, 5),
    ]


def with_any_split(answer, x, y, upstream):
    """Return the slopes; in a tie, what holds for every convex split of them."""
    slopes = answer(x, y, upstream)
    if x != y or np.shape(slopes) != (2,):
        return slopes
    dx, dy = slopes
    return {
        "dx + dy in a tie": dx + dy,
        "neither share below nothing": bool(min(dx / upstream, dy / upstream) >= 0),
    }


@exercise(
    lesson=4,
    task="""
    max_backward(x, y, upstream) goes backward through the node f = max(x, y). x, y and
    upstream are numbers; upstream is ∂C/∂f, the slope of the final output C by the
    node's value. Return the pair (dx, dy) = (∂C/∂x, ∂C/∂y). Where x = y, f has a
    corner: divide upstream between the two as you like, neither share below nothing,
    both together all of it.
    """,
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
    if x > y:
        return upstream, 0
    return 0, upstream


@max_backward.mistake("If the smaller input moves, does max?")
def slope_to_both(x, y, upstream):
    return upstream, upstream


@max_backward.mistake("Which of the two is the maximum?")
def slope_to_the_smaller(x, y, upstream):
    return (upstream, 0) if x < y else (0, upstream)


@max_backward.mistake("Those are the local slopes. What arrives from the right?")
def local_slopes_of_the_maximum(x, y, upstream):
    return (1, 0) if x > y else (0, 1)


@max_backward.mistake("Does the winner's slope depend on how large it is?")
def scales_by_the_winner(x, y, upstream):
    return (x * upstream, 0) if x > y else (0, y * upstream)


@max_backward.mistake("Slopes go backward here. Is max(x, y) a slope or a value?")
def hands_back_the_value(x, y, upstream):
    return (x, 0) if x > y else (0, y)


@max_backward.mistake("Which is larger, −7 or 3? Do you compare sizes or numbers?")
def compares_the_sizes(x, y, upstream):
    return (upstream, 0) if abs(x) > abs(y) else (0, upstream)


@max_backward.mistake("If the smaller input moves, does max?")
def halves_for_both(x, y, upstream):
    return upstream / 2, upstream / 2


@max_backward.mistake("Does x win also where y is the larger?")
def always_the_first(x, y, upstream):
    return upstream, 0


@max_backward.mistake("Does y win also where x is the larger?")
def always_the_second(x, y, upstream):
    return 0, upstream


@max_backward.mistake("In a tie, what do your two shares add up to?")
def whole_slope_to_both_in_a_tie(x, y, upstream):
    return upstream * (x >= y), upstream * (y >= x)


@max_backward.mistake("In a tie, what do your two shares add up to?")
def no_slope_in_a_tie(x, y, upstream):
    return upstream * (x > y), upstream * (y > x)


@max_backward.mistake("You compare with zero. What does x compete with?")
def compares_with_zero(x, y, upstream):
    return upstream * (x > 0), upstream * (y > 0)


@max_backward.mistake("Is a negative upstream a slope to be thrown away?")
def clips_the_slope(x, y, upstream):
    return (max(upstream, 0), 0) if x > y else (0, max(upstream, 0))


@max_backward.mistake("How many inputs are waiting for their slope?")
def winner_only(x, y, upstream):
    return upstream


@max_backward.mistake("When y moves and it is the larger, does max fall or rise?")
def loser_pays(x, y, upstream):
    return (upstream, -upstream) if x > y else (-upstream, upstream)


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
    ]


@exercise(
    lesson=4,
    task="""
    sigmoid_neuron_backward(w, x) goes backward through f = σ(w[0]·x[0] + w[1]·x[1] +
    w[2]). w is an array of shape (3,), its last entry the bias; x has shape (2,).
    Return the pair (dw, dx): dw of shape (3,) holds ∂f/∂w[0], ∂f/∂w[1], ∂f/∂w[2], and
    dx of shape (2,) holds ∂f/∂x[0], ∂f/∂x[1].
    """,
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
    f = sigmoid(w[0] * x[0] + w[1] * x[1] + w[2])
    df_dz = f * (1 - f)
    dw = df_dz * np.array([x[0], x[1], 1])
    dx = df_dz * np.array([w[0], w[1]])
    return dw, dx


def neuron_backward(w, x, slope=sigmoid_prime, bias_input=1):
    """Go backward through the neuron with, in a mistake, one step of it changed."""
    upstream = slope(w[:2] @ x + w[2])
    return upstream * np.append(x, bias_input), upstream * w[:2]


@sigmoid_neuron_backward.mistake("Which slope does f itself have at the sum z?")
def forgets_the_sigmoid(w, x):
    return neuron_backward(w, x, slope=lambda z: 1)


@sigmoid_neuron_backward.mistake("Is it σ that you need at z, or its slope?")
def value_of_the_sigmoid(w, x):
    return neuron_backward(w, x, slope=sigmoid)


@sigmoid_neuron_backward.mistake("Is the input of your σ′ the sum z, or σ(z)?")
def slope_at_the_output(w, x):
    return neuron_backward(w, x, slope=lambda z: sigmoid_prime(sigmoid(z)))


@sigmoid_neuron_backward.mistake("In f(1 − f), is f the sum z or what σ makes of it?")
def sum_in_place_of_the_output(w, x):
    return neuron_backward(w, x, slope=lambda z: z * (1 - z))


@sigmoid_neuron_backward.mistake("Is σ increasing? Which sign has its slope?")
def falling_sigmoid(w, x):
    return neuron_backward(w, x, slope=lambda z: -sigmoid_prime(z))


@sigmoid_neuron_backward.mistake("How often does the sigmoid stand on each path?")
def sigmoid_slope_twice(w, x):
    return neuron_backward(w, x, slope=lambda z: sigmoid_prime(z) ** 2)


@sigmoid_neuron_backward.mistake("Where does f come from: one factor f, or f(1 − f)?")
def one_minus_the_output(w, x):
    return neuron_backward(w, x, slope=lambda z: 1 - sigmoid(z))


@sigmoid_neuron_backward.mistake("If the bias moves, does the sum move?")
def bias_without_slope(w, x):
    return neuron_backward(w, x, bias_input=0)


@sigmoid_neuron_backward.mistake("What multiplies a nudge of the bias in the sum?")
def bias_times_itself(w, x):
    return neuron_backward(w, x, bias_input=w[2])


@sigmoid_neuron_backward.mistake("Did the slope of σ travel to the bias as well?")
def bias_slope_of_one(w, x):
    dw, dx = neuron_backward(w, x)
    return np.append(dw[:2], 1.0), dx


@sigmoid_neuron_backward.mistake("How many weights are there, with the bias?")
def forgets_the_bias_slope(w, x):
    dw, dx = neuron_backward(w, x)
    return dw[:2], dx


@sigmoid_neuron_backward.mistake("At which sum do you take σ′? What does it hold?")
def sum_without_the_bias(w, x):
    upstream = sigmoid_prime(w[:2] @ x)
    return upstream * np.append(x, 1), upstream * w[:2]


@sigmoid_neuron_backward.mistake("Which entry of w is the bias?")
def bias_comes_first(w, x):
    upstream = sigmoid_prime(w[0] + w[1:] @ x)
    return upstream * np.append(1, x), upstream * w[1:]


@sigmoid_neuron_backward.mistake("If a weight moves, what multiplies its change?")
def weights_and_inputs_swapped(w, x):
    dw, dx = neuron_backward(w, x)
    return np.append(dx, dw[2]), dw[:2]


@sigmoid_neuron_backward.mistake("If a weight moves, what multiplies its change?")
def weight_slopes_from_weights(w, x):
    upstream = sigmoid_prime(w[:2] @ x + w[2])
    return upstream * w, upstream * x


@sigmoid_neuron_backward.mistake("Which comes first in the result?")
def inputs_come_first(w, x):
    dw, dx = neuron_backward(w, x)
    return dx, dw


@sigmoid_neuron_backward.mistake("How many slopes belong to x? Is the bias an input?")
def slope_for_the_constant_input(w, x):
    dw, dx = neuron_backward(w, x)
    return dw, np.append(dx, dw[2])


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
    ]


@exercise(
    lesson=4,
    task="""
    sum_over_paths(paths) gives the slope of an output by one input of a graph. paths is
    a list with one entry for each path between the two; a path is a list of the local
    slopes along it (numbers, one or more; the paths may differ in length). Return the
    slope as a number: 0 if there is no path at all.
    """,
    cases=routes,
    hints=(
        "Along one path a nudge is scaled at every node. What does that make of the "
        "slopes on it?",
        "A nudge goes all paths at once, and its effects meet at the output.",
        "np.prod(path) is the product along one path; sum these over the paths.",
    ),
)
def sum_over_paths(paths):
    return sum(np.prod(path) for path in paths)


@sum_over_paths.mistake("Multiply along a path. And what happens where paths meet?")
def multiplies_the_paths(paths):
    return np.prod([np.prod(path) for path in paths])


@sum_over_paths.mistake("Two nodes in a row, each doubling: by what is a nudge scaled?")
def adds_everything(paths):
    return sum(sum(path) for path in paths)


@sum_over_paths.mistake("Where do you multiply: along a path, or across the paths?")
def sums_along_and_multiplies_across(paths):
    return np.prod([sum(path) for path in paths])


@sum_over_paths.mistake("Two paths with the same slopes: is that one path, or two?")
def counts_equal_paths_once(paths):
    return sum(np.prod(path) for path in {tuple(path) for path in paths})


@sum_over_paths.mistake("Does the output feel only the first path?")
def first_path_only(paths):
    return np.prod(paths[0]) if paths else 0


@sum_over_paths.mistake("When does your loop return: after the first path?")
def returns_inside_the_loop(paths):
    for path in paths:
        return np.prod(path)


@sum_over_paths.mistake("Does your loop begin at the first path?")
def leaves_out_the_first_path(paths):
    return sum(np.prod(path) for path in paths[1:])


@sum_over_paths.mistake("Does your loop end at the last path?")
def leaves_out_the_last_path(paths):
    return sum(np.prod(path) for path in paths[:-1])


@sum_over_paths.mistake("How many slopes lie on each path? Do all of them count?")
def leaves_out_the_first_slope(paths):
    return sum(np.prod(path[1:]) for path in paths)


@sum_over_paths.mistake("Does the output feel only the last path?")
def last_path_only(paths):
    return np.prod(paths[-1]) if paths else 0


@sum_over_paths.mistake("Do more paths dilute the nudge, or does each bring its own?")
def mean_over_paths(paths):
    return np.mean([np.prod(path) for path in paths]) if paths else 0


@sum_over_paths.mistake("Does only the strongest path count?")
def largest_path_only(paths):
    return max((np.prod(path) for path in paths), default=0)


@sum_over_paths.mistake("One number per path came. What do they do at the output?")
def leaves_the_paths_apart(paths):
    return [np.prod(path) for path in paths]


@sum_over_paths.mistake("Where does the running product start for the next path?")
def product_runs_on(paths):
    total, product = 0, 1
    for path in paths:
        for slope in path:
            product *= slope
        total += product
    return total


@sum_over_paths.mistake("When do you add: at each node, or at the end of the path?")
def adds_at_every_node(paths):
    return sum(float(np.sum(np.cumprod(path))) for path in paths)


@sum_over_paths.mistake("What does the product of a path start from?")
def product_starts_at_zero(paths):
    total = 0
    for path in paths:
        product = 0
        for slope in path:
            product *= slope
        total += product
    return total


@sum_over_paths.mistake("What does the sum over paths start from?")
def total_starts_at_one(paths):
    return 1 + sum(np.prod(path) for path in paths)


@sum_over_paths.mistake("Can two paths cancel? Which sign has each?")
def adds_the_sizes(paths):
    return sum(abs(np.prod(path)) for path in paths)


@sum_over_paths.mistake("How many slopes lie on each path? Do all of them count?")
def ends_of_the_path_only(paths):
    return sum(path[0] * path[-1] if len(path) > 1 else path[0] for path in paths)


@sum_over_paths.mistake("How many slopes lie on each path? Do all of them count?")
def leaves_out_the_last_slope(paths):
    return sum(np.prod(path[:-1]) for path in paths)


@sum_over_paths.mistake("How many slopes lie on each path? Do all of them count?")
def first_slopes_only(paths):
    return sum(path[0] for path in paths)


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
]


def slopes_filled(answer, expression):
    """Sweep back from the outputs in turn; return every slope by the last of them."""
    outputs = expression()
    for output in outputs:
        answer(output)
    nodes = reversed(topological_order(outputs[-1]))
    return {f"the grad of {node.name or node}": node.grad for node in nodes}


@exercise(
    lesson=4,
    task="""
    reverse_sweep(output) goes backward through a graph of bpkit.graph. output is the
    last Node. Set .grad of every node that output depends on, inputs, constants and
    output itself too, to the slope of output with respect to that node. A node knows
    node.parents and node.slopes, its local slope by each of them, both in the same
    order; a node that is used twice stands there twice. topological_order(output) of
    bpkit.graph lists the nodes, parents before children. What an earlier sweep left in
    .grad must not count. Nothing need come back.
    """,
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
)
def reverse_sweep(output):
    from bpkit.graph import topological_order

    order = topological_order(output)
    for node in order:
        node.grad = 0.0
    output.grad = 1.0
    for node in reversed(order):
        for parent, slope in zip(node.parents, node.slopes, strict=True):
            parent.grad += slope * node.grad


def cleared(output, seed=1.0):
    """Clear all grads and seed the output; return the nodes from last to first."""
    order = topological_order(output)
    for node in order:
        node.grad = 0.0
    output.grad = seed
    return order[::-1]


def edges(node):
    """Return the parents of a node, each with the local slope."""
    return list(zip(node.parents, node.slopes, strict=True))


@reverse_sweep.mistake("How many routes lead from a to f = a + a?")
def assigns_instead_of_adding(output):
    for node in cleared(output):
        for parent, slope in edges(node):
            parent.grad = slope * node.grad


@reverse_sweep.mistake("What did the first sweep leave behind?")
def keeps_the_old_grads(output):
    output.grad = 1.0
    for node in reversed(topological_order(output)):
        for parent, slope in edges(node):
            parent.grad += slope * node.grad


@reverse_sweep.mistake("Sweep twice: what is output.grad the second time?")
def adds_to_the_old_grads(output):
    output.grad += 1.0
    for node in reversed(topological_order(output)):
        for parent, slope in edges(node):
            parent.grad += slope * node.grad


@reverse_sweep.mistake("What did the first sweep leave in the nodes between?")
def clears_the_inputs_only(output):
    order = topological_order(output)
    for node in order:
        if not node.parents:
            node.grad = 0.0
    output.grad = 1.0
    for node in reversed(order):
        for parent, slope in edges(node):
            parent.grad += slope * node.grad


@reverse_sweep.mistake("What did the first sweep leave in the inputs?")
def clears_all_but_the_inputs(output):
    order = topological_order(output)
    for node in order:
        if node.parents:
            node.grad = 0.0
    output.grad = 1.0
    for node in reversed(order):
        for parent, slope in edges(node):
            parent.grad += slope * node.grad


@reverse_sweep.mistake("What is output.grad at the moment when the sweep starts?")
def forgets_the_seed(output):
    for node in cleared(output, seed=0.0):
        for parent, slope in edges(node):
            parent.grad += slope * node.grad


@reverse_sweep.mistake("The slope of the output by itself: is it the output's value?")
def starts_from_the_value(output):
    for node in cleared(output, seed=output.value):
        for parent, slope in edges(node):
            parent.grad += slope * node.grad


@reverse_sweep.mistake("The output knows its slope first. Who hands on after it?")
def starts_at_the_inputs(output):
    for node in reversed(cleared(output)):
        for parent, slope in edges(node):
            parent.grad += slope * node.grad


@reverse_sweep.mistake("A node comes by on each of its routes. What has it handed on?")
def hands_on_again_at_each_visit(output):
    cleared(output)

    def visit(node):
        for parent, slope in edges(node):
            parent.grad += slope * node.grad
            visit(parent)

    visit(output)


@reverse_sweep.mistake("A node comes by on each of its routes. What has it handed on?")
def fills_parents_then_visits_each(output):
    cleared(output)

    def visit(node):
        for parent, slope in edges(node):
            parent.grad += slope * node.grad
        for parent in node.parents:
            visit(parent)

    visit(output)


@reverse_sweep.mistake("A node stands in the queue once a route. Is that once enough?")
def queues_a_node_again(output):
    cleared(output)
    queue = [output]
    for node in queue:
        for parent, slope in edges(node):
            parent.grad += slope * node.grad
            queue.append(parent)


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


@reverse_sweep.mistake("Is a node that lies near the output always done early?")
def goes_level_by_level(output):
    cleared(output)
    queue, seen = [output], {output}
    for node in queue:
        for parent, slope in edges(node):
            parent.grad += slope * node.grad
            if parent not in seen:
                seen.add(parent)
                queue.append(parent)


@reverse_sweep.mistake("A node holds a value and slopes. Which of them goes backward?")
def values_for_slopes(output):
    for node in cleared(output):
        for parent in node.parents:
            parent.grad += parent.value * node.grad


@reverse_sweep.mistake("A local slope is one step. What arrived at the node before?")
def local_slopes_only(output):
    for node in cleared(output):
        for parent, slope in edges(node):
            parent.grad += slope


@reverse_sweep.mistake("Multiply along a path. And what happens where paths meet?")
def multiplies_where_paths_meet(output):
    for node in cleared(output)[1:]:
        node.grad = 1.0
    for node in reversed(topological_order(output)):
        for parent, slope in edges(node):
            parent.grad *= slope * node.grad


@reverse_sweep.mistake("Along a path, are slopes added or multiplied?")
def adds_along_the_path(output):
    for node in cleared(output):
        for parent, slope in edges(node):
            parent.grad += slope + node.grad


@reverse_sweep.mistake("In a + a, how often does a stand among the parents?")
def each_parent_once(output):
    for node in cleared(output):
        for parent, slope in dict(edges(node)).items():
            parent.grad += slope * node.grad


@reverse_sweep.mistake("Which local slope belongs to which parent?")
def slopes_of_the_other_parent(output):
    for node in cleared(output):
        for parent, slope in zip(node.parents, node.slopes[::-1], strict=True):
            parent.grad += slope * node.grad


@reverse_sweep.mistake("How many parents can a node have?")
def first_parent_only(output):
    for node in cleared(output):
        for parent, slope in edges(node)[:1]:
            parent.grad += slope * node.grad


@reverse_sweep.mistake("How many parents can a node have?")
def last_parent_only(output):
    for node in cleared(output):
        for parent, slope in edges(node)[-1:]:
            parent.grad += slope * node.grad


@reverse_sweep.mistake("A constant has a slope too, though nobody asks. Is it filled?")
def leaves_out_the_constants(output):
    for node in cleared(output):
        for parent, slope in edges(node):
            if parent.operation != "constant":
                parent.grad += slope * node.grad


@reverse_sweep.mistake("Is .grad also filled in the nodes between?")
def fills_the_inputs_only(output):
    for node in cleared(output):
        for parent, slope in edges(node):
            parent.grad += slope * node.grad
        if node.parents:
            node.grad = 0.0


@reverse_sweep.mistake("Is the slope of the output by itself still there at the end?")
def clears_the_output_at_last(output):
    for node in cleared(output):
        for parent, slope in edges(node):
            parent.grad += slope * node.grad
    output.grad = 0.0


@reverse_sweep.mistake("If the output grows with a node, which sign has the slope?")
def goes_downhill(output):
    for node in cleared(output, seed=-1.0):
        for parent, slope in edges(node):
            parent.grad += slope * node.grad


@reverse_sweep.variant
def as_soon_as_all_children_have_spoken(output):
    order = topological_order(output)
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
    order = topological_order(output)
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
def by_forward_mode(output):
    for node in topological_order(output):
        node.grad = graph.tangent_sweep(output, node)


# --- What the two modes cost ---


def sizes():
    return [
        Case(7, 11),
        Case(10, 3),
        Case(5, 1),
        Case(1, 6),
        Case(20, 20),
        Case(1000, 250),
        Case(3, 40_000),
    ]


@exercise(
    lesson=4,
    task="""
    forward_mode_steps(n, p): a graph has n nodes, and the slopes of its output by p
    parameters are wanted. n and p are whole numbers. Forward mode walks through all n
    nodes, one step a node, and finds the slopes by one parameter only. Return how many
    steps all p slopes take.
    """,
    cases=sizes,
    hints=(
        "How many slopes does one walk through the graph give?",
        "One walk a parameter, n steps a walk.",
    ),
)
def forward_mode_steps(n, p):
    return n * p


@forward_mode_steps.mistake("Forward mode: what must be repeated for each parameter?")
def as_in_reverse_mode(n, p):
    return n + p


@forward_mode_steps.mistake("How many parameters are served by one walk?")
def one_walk_only(n, p):
    return n


@forward_mode_steps.mistake("How many nodes does each walk pass?")
def one_step_a_parameter(n, p):
    return p


@forward_mode_steps.mistake("Must the walk be repeated for every node?")
def walks_for_every_node(n, p):
    return n * n


@forward_mode_steps.mistake("A walk gives a slope directly. What would you subtract?")
def two_walks_a_parameter(n, p):
    return 2 * n * p


@forward_mode_steps.mistake("What costs an extra walk, if each gives one slope?")
def one_walk_too_many(n, p):
    return n * (p + 1)


@forward_mode_steps.mistake("What is added to the p walks of n steps each?")
def walks_and_parameters(n, p):
    return n * p + p


@forward_mode_steps.mistake("Does one more parameter multiply the work by n?")
def grows_like_a_power(n, p):
    return float(n) ** min(p, 50)


@forward_mode_steps.mistake(
    "Does the task count the parameters among the n nodes of a walk?"
)
def counts_the_edges_of_a_tree(n, p):
    return p * (n + p - 1)


@forward_mode_steps.mistake(
    "Does the task count the parameters among the n nodes of a walk?"
)
def walks_through_the_parameters_too(n, p):
    return p * (n + p)


@forward_mode_steps.variant
def by_counting_walks(n, p):
    return sum(n for _ in range(p))


@forward_mode_steps.variant
def as_a_float(n, p):
    return np.float64(p) * n


@exercise(
    lesson=4,
    task="""
    reverse_mode_steps(n, p): a graph has n nodes, and the slopes of its output by p
    parameters are wanted. n and p are whole numbers. Reverse mode walks once through
    all n nodes, one step a node, and one step more for each parameter that receives its
    slope. Return how many steps all p slopes take.
    """,
    cases=sizes,
    hints=(
        "How often does reverse mode walk through the graph?",
        "One walk of n steps serves all; then p slopes are received.",
    ),
)
def reverse_mode_steps(n, p):
    return n + p


@reverse_mode_steps.mistake("Reverse mode: is the walk repeated for each parameter?")
def as_in_forward_mode(n, p):
    return n * p


@reverse_mode_steps.mistake("Who receives the slopes at the end of the walk?")
def forgets_the_parameters(n, p):
    return n


@reverse_mode_steps.mistake("What does the walk through the graph cost?")
def forgets_the_nodes(n, p):
    return p


@reverse_mode_steps.mistake("The task counts the walk backward. Is there another?")
def forward_walk_too(n, p):
    return 2 * n + p


@reverse_mode_steps.mistake("The task counts the walk backward. Is there another?")
def both_ways_for_all(n, p):
    return 2 * (n + p)


@reverse_mode_steps.mistake("One walk of n steps: which of them do you leave out?")
def edges_of_a_tree(n, p):
    return n + p - 1


@reverse_mode_steps.mistake("After n and p steps, what is left to do?")
def one_step_too_many(n, p):
    return n + p + 1


@reverse_mode_steps.mistake("Do the parameters save steps, or cost them?")
def takes_the_parameters_away(n, p):
    return n - p


@reverse_mode_steps.mistake("Walk and receive: do they happen at once, or in turn?")
def larger_of_the_two(n, p):
    return max(n, p)


@reverse_mode_steps.mistake("One walk serves all: what must be repeated, if anything?")
def walk_for_each_and_all(n, p):
    return n * p + n


@reverse_mode_steps.variant
def by_adding_up(n, p):
    return sum([n, p])


@reverse_mode_steps.variant
def by_counting_steps(n, p):
    return np.array(len(range(n)) + len(range(p)))
