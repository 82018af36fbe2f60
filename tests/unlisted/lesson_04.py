"""Lesson 4: the chain rule on a graph."""

import math
from collections import Counter
from fractions import Fraction
from functools import reduce

import numpy as np

from bpkit import graph, sigmoid, sigmoid_prime
from bpkit.graph import Node

from . import right, right_number, wrong, wrong_number

# df_dx, df_dy, df_dz -----------------------------------------------------------

right_number("df_dx", Fraction(-4), "minus four as a fraction")
wrong_number("df_dx", 1, "the local slope of the sum, not carried on")
wrong_number("df_dx", 8, "z times x, as if the sum were not there")
right_number("df_dy", np.float64(-4), "minus four as a numpy number")
wrong_number("df_dy", -20, "z times y, as if the sum were a product")
wrong_number("df_dy", -5, "the two local slopes added: z and minus one")
right_number("df_dz", Fraction(3), "three as a fraction")
wrong_number("df_dz", 7, "the sizes of x and y added, without the sign of x")
wrong_number("df_dz", -12.0, "the value of f, not its slope")

# add_backward ------------------------------------------------------------------


@wrong("add_backward", "the local slopes, without what came from the right")
def add_local_only(x, y, upstream):
    """(1.0, 2.0, −3.0): (1, 1), should be (−3, −3)."""
    return 1.0, 1.0


@wrong("add_backward", "shares the slope out, half for each")
def add_shares(x, y, upstream):
    """(1.0, 2.0, 4.0): (2, 2), should be (4, 4)."""
    return upstream / 2, upstream / 2


@right("add_backward", "a tuple twice as long")
def add_by_repetition(x, y, upstream):
    return (upstream,) * 2


# multiply_backward -------------------------------------------------------------


@wrong("multiply_backward", "each input gets itself in place of the other")
def multiply_not_swapped(x, y, upstream):
    """(2.0, 3.0, 1.0): (2, 3), should be (3, 2)."""
    return x * upstream, y * upstream


@wrong("multiply_backward", "the other factor is made by a division, which 0 forbids")
def multiply_by_division(x, y, upstream):
    """(0.0, 3.0, 1.0): ZeroDivisionError, should be (3, 0)."""
    f = x * y
    return upstream * f / x, upstream * f / y


@wrong("multiply_backward", "the first slope is used up when the second is made")
def multiply_one_after_the_other(x, y, upstream):
    """(2.0, 3.0, 5.0): (15, 30), should be (15, 10); right for upstream 1, y 1."""
    upstream = upstream * y
    dx = upstream
    return dx, upstream * x


@right("multiply_backward", "a table that swaps, times the pair")
def multiply_by_table(x, y, upstream):
    dx, dy = np.array([[0, upstream], [upstream, 0]]) @ np.array([x, y])
    return dx, dy


# max_backward ------------------------------------------------------------------


@wrong("max_backward", "in a tie both get all of it")
def max_both(x, y, upstream):
    """(3.0, 3.0, 1.0): (1, 1), together 2; should be together 1."""
    return upstream * (x >= y), upstream * (y >= x)


@wrong("max_backward", "compares the sizes, not the numbers")
def max_of_sizes(x, y, upstream):
    """(−3.0, 2.0, 1.0): (1, 0), should be (0, 1)."""
    return (upstream, 0.0) if abs(x) > abs(y) else (0.0, upstream)


@wrong("max_backward", "in a tie one share is more than all, the other below nothing")
def max_unfair(x, y, upstream):
    """(3.0, 3.0, 1.0): (1.5, −0.5), should be two shares from 0 to 1."""
    if x == y:
        return 1.5 * upstream, -0.5 * upstream
    return (upstream, 0.0) if x > y else (0.0, upstream)


@wrong("max_backward", "multiplies by the winner, as if this were a product")
def max_times_value(x, y, upstream):
    """(5.0, 2.0, 1.0): (5, 0), should be (1, 0)."""
    return (upstream * x, 0.0) if x >= y else (0.0, upstream * y)


@right("max_backward", "half of one plus the sign: a tie is split in half")
def max_by_sign(x, y, upstream):
    share = (1 + np.sign(x - y)) / 2
    return share * upstream, (1 - share) * upstream


@right("max_backward", "a tie is split three to seven, as you like")
def max_three_to_seven(x, y, upstream):
    share = {True: 1.0, False: 0.0}[bool(x > y)] if x != y else 0.3
    return share * upstream, upstream - share * upstream


@wrong("max_backward", "what is nearly a tie is taken for one")
def maximum_with_a_wide_tie(x, y, upstream):
    """(1, 1.0001, 2): (1, 1), should be (0, 2)."""
    if abs(x - y) < 1e-3:
        return upstream / 2, upstream / 2
    return (upstream, 0) if x > y else (0, upstream)


# sigmoid_neuron_backward -------------------------------------------------------


@wrong("sigmoid_neuron_backward", "the bias is moved by its own value")
def neuron_bias_by_itself(w, x):
    """([1.0, 1.0, 0.0], [0.0, 0.0]): dw[2] = 0, should be 0.25; right if bias is 1."""
    slope = sigmoid_prime(w[:2] @ x + w[2])
    return np.array([x[0], x[1], w[2]]) * slope, w[:2] * slope


@wrong("sigmoid_neuron_backward", "the bias is left out on the way forward")
def neuron_without_bias(w, x):
    """([0.0, 0.0, 2.0], [1.0, 1.0]): slope 0.25, should be 0.105."""
    slope = sigmoid_prime(w[:2] @ x)
    return slope * np.append(x, 1.0), slope * w[:2]


@wrong("sigmoid_neuron_backward", "the slope is taken at the output, not at z")
def neuron_slope_of_output(w, x):
    """([0.0, 0.0, 0.0], [1.0, 1.0]): slope 0.235, should be 0.25."""
    slope = sigmoid_prime(sigmoid(w[:2] @ x + w[2]))
    return slope * np.append(x, 1.0), slope * w[:2]


@wrong("sigmoid_neuron_backward", "the results are tables of the kinds that came in")
def neuron_in_kind_of_arrays(w, x):
    """(np.array([2, -3, -3]), np.array([-1, -2])): all 0, should be −0.2, −0.39, …"""
    slope = sigmoid_prime(w[0] * x[0] + w[1] * x[1] + w[2])
    dw, dx = np.ones_like(w), np.empty_like(x)
    dw[:2], dx[:] = x, w[:2]
    for d in (dw, dx):
        d[:] = d * slope
    return dw, dx


@right("sigmoid_neuron_backward", "builds the graph and lets the lesson sweep it")
def neuron_by_graph(w, x):
    w, x = [Node(float(v)) for v in w], [Node(float(v)) for v in x]
    graph.reverse_sweep(graph.sigmoid(w[0] * x[0] + w[1] * x[1] + w[2]))
    return tuple(np.array([node.grad for node in nodes]) for nodes in (w, x))


@right("sigmoid_neuron_backward", "f(1 − f), and the pair made by a generator")
def neuron_by_output(w, x):
    f = sigmoid(np.dot(w, [*x, 1.0]))
    shrink = f * (1 - f)
    return tuple(shrink * np.asarray(v) for v in ([*x, 1.0], w[:-1]))


# sum_over_paths ----------------------------------------------------------------


@wrong("sum_over_paths", "equal paths are thought to be the same path")
def paths_without_twins(paths):
    """[[1.0], [1.0]]: 1, should be 2."""
    return sum(float(np.prod(path)) for path in {tuple(path) for path in paths})


@wrong("sum_over_paths", "a path that is cut ends the whole sum")
def paths_until_a_cut(paths):
    """[[0.0, 2.0], [3.0]]: 0, should be 3."""
    total = 0.0
    for path in paths:
        product = 1.0
        for slope in path:
            product *= slope
        if product == 0:
            break
        total += product
    return total


@wrong("sum_over_paths", "one table for all, which needs paths of equal length")
def paths_as_table(paths):
    """[[2.0, 3.0], [4.0]]: ValueError, should be 10; right for [[2, 3], [4, 1]]."""
    return float(np.array(paths, dtype=float).prod(axis=-1).sum())


@wrong("sum_over_paths", "multiplies by adding logarithms, which have no minus")
def paths_by_logarithms(paths):
    """[[−2.0]]: NaN and a warning, should be −2."""
    return float(sum(np.exp(np.sum(np.log(path))) for path in paths))


@right("sum_over_paths", "np.multiply.reduce along, a plain sum over")
def paths_by_reduce(paths):
    return sum((np.multiply.reduce(path) for path in paths), 0)


@right("sum_over_paths", "calls itself, a path at a time")
def paths_by_recursion(paths):
    if not paths:
        return 0
    middle = len(paths) // 2
    if middle == 0:
        return reduce(lambda so_far, slope: so_far * slope, paths[0], 1)
    return paths_by_recursion(paths[:middle]) + paths_by_recursion(paths[middle:])


@wrong("sum_over_paths", "the first path alone, and nothing where there is none")
def paths_the_first_if_any(paths):
    """([[2], [3]]): 2, should be 5."""
    if paths:
        return math.prod(paths[0])
    return None


# reverse_sweep -----------------------------------------------------------------


@wrong("reverse_sweep", "clears the inputs only: nodes in the middle remember")
def sweep_clears_inputs(output):
    """F = (x · 3) · 2, swept twice: x.grad = 12, should be 6. Right the first time."""
    nodes = graph.topological_order(output)
    for node in nodes:
        if not node.parents:
            node.grad = 0.0
    output.grad = 1.0
    for node in nodes[::-1]:
        for parent, slope in zip(node.parents, node.slopes):
            parent.grad += slope * node.grad


@wrong("reverse_sweep", "a dict of parents has room for each parent once")
def sweep_by_dict(output):
    """F = a + a: a.grad = 1, should be 2. Right where nothing is used twice by one."""
    nodes = graph.topological_order(output)
    for node in nodes:
        node.grad = 0.0
    output.grad = 1.0
    for node in reversed(nodes):
        for parent, slope in dict(zip(node.parents, node.slopes)).items():
            parent.grad += slope * node.grad


@wrong("reverse_sweep", "hands on at once what it has so far, and again later")
def sweep_speaks_too_early(output):
    """The diamond at x = 3: 54 and not 26, as a speaks three times."""
    for node in graph.topological_order(output):
        node.grad = 0.0
    output.grad = 1.0
    waiting = [output]
    while waiting:
        node = waiting.pop(0)
        for parent, slope in zip(node.parents, node.slopes):
            parent.grad += slope * node.grad
            waiting.append(parent)


@wrong("reverse_sweep", "follows every path to its end: too deep for a long chain")
def sweep_by_recursion(output):
    """A chain of 3000 sums: RecursionError, should be 1 for all; small graphs right."""

    def receive(node, share):
        node.grad += share
        for parent, slope in zip(node.parents, node.slopes):
            receive(parent, slope * share)

    for node in graph.topological_order(output):
        node.grad = 0.0
    receive(output, 1.0)


@right("reverse_sweep", "collects the slopes in a dict of its own, then hands them out")
def sweep_by_own_dict(output):
    order = graph.topological_order(output)
    slopes = Counter({id(output): 1.0})
    for node in reversed(order):
        for parent, local in zip(node.parents, node.slopes):
            slopes[id(parent)] += local * slopes[id(node)]
    for node in order:
        node.grad = slopes[id(node)]


@right("reverse_sweep", "counts the wires that a node still waits for")
def sweep_by_counting(output):
    waits, found, seen = Counter(), [output], {id(output)}
    for node in found:
        for parent in node.parents:
            waits[id(parent)] += 1
            if id(parent) not in seen:
                seen.add(id(parent))
                found.append(parent)
    for node in found:
        node.grad = 0.0
    output.grad, ready = 1.0, [output]
    while ready:
        node = ready.pop()
        for parent, slope in zip(node.parents, node.slopes):
            parent.grad += node.grad * slope
            waits[id(parent)] -= 1
            if waits[id(parent)] == 0:
                ready.append(parent)


@wrong("reverse_sweep", "comes back from the loop after the output itself")
def sweep_one_node(output):
    """f = (x + y)·z: x gets 0, should get z."""
    order = graph.topological_order(output)
    for node in order:
        node.grad = 0.0
    output.grad = 1.0
    for node in reversed(order):
        for parent, slope in zip(node.parents, node.slopes, strict=True):
            parent.grad += slope * node.grad
        return


# Value -------------------------------------------------------------------------


@wrong("Value", "the slopes of a product are right, the order of the parents is not")
class ValueTurnedRound:
    """x·y at (3, −4): parents y, x beside the slopes −4, 3, should be x, y."""

    def __init__(self, data, parents=(), slopes=()):
        self.data, self.parents, self.slopes = data, parents, slopes

    def __add__(self, other):
        return ValueTurnedRound(self.data + other.data, (self, other), (1, 1))

    def __mul__(self, other):
        slopes = other.data, self.data
        return ValueTurnedRound(self.data * other.data, (other, self), slopes)


@wrong("Value", "one list of parents for all, since a default is made only once")
class ValueWithOneList:
    """x + y: the parents of x are x, y too, should be none."""

    def __init__(self, data, parents=[], slopes=[]):  # noqa: B006
        self.data, self.parents, self.slopes = data, parents, slopes

    def __add__(self, other):
        result = ValueWithOneList(self.data + other.data)
        result.parents.extend([self, other])
        result.slopes.extend([1.0, 1.0])
        return result

    def __mul__(self, other):
        result = ValueWithOneList(self.data * other.data)
        result.parents.extend([self, other])
        result.slopes.extend([other.data, self.data])
        return result


@wrong("Value", "a product is remembered as a sum is, by a line that was copied")
class ValueCopied:
    """x·y at (3, −4): slopes 1, 1, should be −4, 3."""

    def __init__(self, data, parents=(), slopes=()):
        self.data, self.parents, self.slopes = data, parents, slopes

    def __add__(self, other):
        return ValueCopied(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        return ValueCopied(self.data * other.data, (self, other), (1.0, 1.0))


@wrong("Value", "a product of a value with itself is one parent, with twice the slope")
class ValueSquared:
    """x·x at 3: parents x and slopes 6, should be x, x and 3, 3."""

    def __init__(self, data, parents=(), slopes=()):
        self.data, self.parents, self.slopes = data, parents, slopes

    def __add__(self, other):
        return ValueSquared(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        if other is self:
            return ValueSquared(self.data**2, (self,), (2 * self.data,))
        slopes = other.data, self.data
        return ValueSquared(self.data * other.data, (self, other), slopes)


@right("Value", "keeps pairs of a parent and its slope, taken apart when asked")
class ValueOfPairs:
    def __init__(self, data, wires=()):
        self.data, self.wires = data, wires

    @property
    def parents(self):
        return [parent for parent, _ in self.wires]

    @property
    def slopes(self):
        return [slope for _, slope in self.wires]

    def __add__(self, other):
        return ValueOfPairs(self.data + other.data, [(self, 1), (other, 1)])

    def __mul__(self, other):
        wires = [(self, other.data), (other, self.data)]
        return ValueOfPairs(self.data * other.data, wires)


@right("Value", "takes bare numbers too, and says what it is")
class ValueForAll:
    def __init__(self, data, parents=(), slopes=()):
        self.data, self.parents, self.slopes = data, parents, slopes
        self.grad = 0

    def __repr__(self):
        return f"Value({self.data})"

    def _make(self, other, data, slopes):
        return ValueForAll(data, (self, other), slopes)

    def __add__(self, other):
        other = other if hasattr(other, "data") else ValueForAll(other)
        return self._make(other, self.data + other.data, np.array([1.0, 1.0]).tolist())

    def __mul__(self, other):
        other = other if hasattr(other, "data") else ValueForAll(other)
        return self._make(other, self.data * other.data, (other.data, self.data))


# topological_order -------------------------------------------------------------


@wrong("topological_order", "a queue from the output, turned round")
def order_by_queue(output):
    """v = u + x, w = v·u, f = w·v: v is listed after w."""
    order, queue = [], [output]
    while queue:
        node = queue.pop(0)
        if node not in order:
            order.append(node)
            queue.extend(node.parents)
    return order[::-1]


@wrong("topological_order", "a list that is not emptied between two calls")
def order_that_grows(output, order=[]):  # noqa: B006
    """Called twice: the second list begins with the nodes of the first."""

    def visit(node):
        if node not in order:
            for parent in node.parents:
                visit(parent)
            order.append(node)

    visit(output)
    return order


@wrong("topological_order", "numbers in place of nodes")
def order_of_values(output):
    """f = a + a: [3, 6], should be [a, f]."""
    return [getattr(n, "value", 0.0) for n in graph.topological_order(output)]


@wrong("topological_order", "prints the order")
def order_printed(output):
    """Any graph: None, should be the list."""
    print(graph.topological_order(output))


@right("topological_order", "sorted by the number of nodes that each depends on")
def order_by_what_is_below(output):
    def below(node):
        found = {node}
        for parent in node.parents:
            found |= below(parent)
        return found

    return sorted(below(output), key=lambda node: len(below(node)))


@right("topological_order", "removes a node from the end when it is met again")
def order_of_last_visits(output):
    order = [output]
    for node in order:
        for parent in node.parents:
            order.append(parent)
    return list(dict.fromkeys(reversed(order)))


# Values swept ------------------------------------------------------------------


@wrong("reverse_sweep", "starts from what is there, which a new Value does not have")
def sweep_subtracts_the_old(output):
    """A Value without .grad: AttributeError, should be filled."""
    order = graph.topological_order(output)
    for node in order:
        node.grad -= node.grad
    output.grad = 1.0
    for node in reversed(order):
        for parent, slope in zip(node.parents, node.slopes):
            parent.grad += slope * node.grad


@wrong("reverse_sweep", "what an earlier sweep left is kept where there is any")
def sweep_keeps_what_is_there(output):
    """F = (x · 3) · 2, swept twice: x.grad = 18, should be 6. Right the first time."""
    order = graph.topological_order(output)
    for node in order:
        if not hasattr(node, "grad"):
            node.grad = 0.0
    output.grad = 1.0
    for node in reversed(order):
        for parent, slope in zip(node.parents, node.slopes):
            parent.grad += slope * node.grad


@wrong("Value", "one slope for both parents, as a number")
class OneSlopeForBoth:
    """x + y: slopes 1, should be (1, 1)."""

    def __init__(self, data, parents=(), slopes=()):
        self.data, self.parents, self.slopes = data, parents, slopes

    def __add__(self, other):
        return OneSlopeForBoth(self.data + other.data, (self, other), 1)

    def __mul__(self, other):
        slopes = other.data, self.data
        return OneSlopeForBoth(self.data * other.data, (self, other), slopes)
