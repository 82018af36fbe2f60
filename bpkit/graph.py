"""A scalar computation graph: every node one number, every edge one local slope.

Build an expression with ordinary operators and it remembers how it was computed::

    x, y, z = Node(-2.0, "x"), Node(5.0, "y"), Node(-4.0, "z")
    f = (x + y) * z                     # f.value is -12.0
    reverse_sweep(f)                    # x.grad, y.grad, z.grad are -4, -4, 3

A node shows all that the chain rule needs: `parents`, the nodes it was computed
from, and `slopes`, its local slope with respect to each of them. The slope of the
output with respect to any node is the sum over all paths between the two of the
product of the local slopes along the path. Two ways of ordering that sum are here:

=============  =========================  ==========================================
sweep          one visit of a node        what one sweep finds
=============  =========================  ==========================================
tangent_sweep  gathers from its parents   slope of *every node* by *one input*
reverse_sweep  hands on to its parents    slope of the *output* by *every node*
=============  =========================  ==========================================

Hence p inputs take p tangent sweeps but a single reverse sweep: `gradient_forward`
and `gradient_reverse` count the steps that this costs.

References
----------
A. Griewank and A. Walther, *Evaluating Derivatives*, 2nd ed. (SIAM, 2008), ch. 3.
The worked example f = (x + y)z is that of Stanford CS231n, *Backpropagation,
Intuitions*; operators that record a graph follow A. Karpathy's *micrograd*.
"""

import copy
import math
import operator
from collections.abc import Callable, Generator, Sequence
from numbers import Real
from typing import NamedTuple

__all__ = [
    "CountedGradient",
    "Node",
    "exp",
    "forward_steps",
    "forward_sweep",
    "gradient_forward",
    "gradient_reverse",
    "log",
    "maximum",
    "relu",
    "reverse_steps",
    "reverse_sweep",
    "sigmoid",
    "tangent_steps",
    "tangent_sweep",
    "topological_order",
    "trace",
]


# --- The table of derivatives --------------------------------------------------------


class Operation(NamedTuple):
    """One line of the table: the value forward, the local slopes backward."""

    name: str
    value: Callable[..., float] | None = None
    slopes: Callable[..., tuple[float, ...]] | None = None
    needs: str = ""


def _sigmoid(a: float) -> float:
    """Return σ(a), taking the exponential only of a number that is not positive."""
    return 1 / (1 + math.exp(-a)) if a >= 0 else math.exp(a) / (1 + math.exp(a))


# In the slopes, y is the operation's own value: e.g. the slope of exp is exp itself.
# fmt: off
INPUT    = Operation("input")
CONSTANT = Operation("constant")
ADD      = Operation("add",      lambda a, b: a + b,    lambda y, a, b: (1.0, 1.0))
SUBTRACT = Operation("subtract", lambda a, b: a - b,    lambda y, a, b: (1.0, -1.0))
MULTIPLY = Operation("multiply", lambda a, b: a * b,    lambda y, a, b: (b, a))
DIVIDE   = Operation("divide",   lambda a, b: a / b,    lambda y, a, b: (1 / b, -y / b),
                     needs="a divisor other than 0")
MAXIMUM  = Operation("maximum",  max,                   lambda y, a, b: _shares(a, b))
NEGATE   = Operation("negate",   lambda a: -a,          lambda y, a: (-1.0,))
EXP      = Operation("exp",      math.exp,              lambda y, a: (y,))
LOG      = Operation("log",      math.log,              lambda y, a: (1 / a,),
                     needs="a positive number")
SIGMOID  = Operation("sigmoid",  _sigmoid,              lambda y, a: (y * (1 - y),))
RELU     = Operation("relu",     lambda a: max(a, 0.0), lambda y, a: (float(a > 0),))
# fmt: on


def _shares(a: float, b: float) -> tuple[float, float]:
    """Give the whole slope to the larger number, and half to each in a tie."""
    return (0.5, 0.5) if a == b else (float(a > b), float(b > a))


def _power(k: float) -> Operation:
    """Return the line of the table for a constant exponent k: y = aᵏ, slope k·aᵏ⁻¹."""
    return Operation(
        f"power_{k:g}",
        lambda a: math.pow(a, k),
        lambda y, a: (k * math.pow(a, k - 1) if k else 0.0,),
        needs="a positive number, or for a whole exponent one other than 0",
    )


# numpy asks by the name of its function where it stands first: np.float64(2) * node.
NUMPY_OPERATORS = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
    "negative": operator.neg,
    "equal": operator.is_,
    "not_equal": operator.is_not,
}


# --- The graph -----------------------------------------------------------------------


class Node:
    """Hold one number of a computation, and how it was computed.

    `Node(value, name)` is an input. All other nodes come from the operators
    ``+ - * / **`` and from `exp`, `log`, `sigmoid`, `relu` and `maximum`, in which
    plain numbers may be mixed with nodes.

    Parameters
    ----------
    value : float
        The input's value, dimensionless, finite.
    name : str, optional
        What to call the node in `repr` and `trace`; any node may be named later.

    Attributes
    ----------
    value : float
        The node's value. Only an input's may be set; `forward_sweep` then brings
        the rest of the graph up to date.
    operation : str
        "add", "multiply", "power_2", …; "input" and "constant" for the leaves.
    parents : tuple of Node
        The nodes this one was computed from, in order; a node that is used twice
        (``a + a``) stands here twice. Empty for a leaf.
    slopes : tuple of float
        The local slopes: how fast this value changes with each parent's.
    grad : float
        The slope of the output with respect to this node, filled by `reverse_sweep`.
    tangent : float
        The slope of this node with respect to one input, filled by `tangent_sweep`.
    name : str or None
        The node's name.

    Raises
    ------
    TypeError
        If `value`, or what an operator is given, is not a real number; if a function
        of numpy is given a node: ``np.exp(node)`` is `exp` of this module.
    ValueError
        If it is NaN or infinite, or an operation has no finite value or slope there:
        division by 0, the log of a number that is not positive, exp of 1000.

    Notes
    -----
    Where the slope has a corner, a slope between the two sides is taken: relu has
    slope 0 at 0, and a tie of `maximum` gives each side one half (which is also what
    a central difference finds).

    Examples
    --------
    >>> x = Node(3.0, "x")
    >>> y = x * x + 1
    >>> y.value, y.operation, y.slopes
    (10.0, 'add', (1.0, 1.0))
    >>> y.parents
    (multiply(3, 3) = 9, constant = 1)
    """

    __slots__ = ("_operation", "_value", "grad", "name", "parents", "slopes", "tangent")

    def __init__(self, value: float, name: str | None = None):
        self._value = _finite(value)
        self._operation = INPUT
        self.name = name
        self.parents: tuple[Node, ...] = ()
        self.slopes: tuple[float, ...] = ()
        self.grad = 0.0
        self.tangent = 0.0

    @property
    def value(self) -> float:
        """The node's value; only an input's may be set."""
        return self._value

    @value.setter
    def value(self, value: float) -> None:
        if self._operation is not INPUT:
            raise ValueError(
                f"only an input's value can be set; got {self!r}, whose operation is "
                f"{self.operation!r} (set the inputs, then call forward_sweep)"
            )
        self._value = _finite(value)

    @property
    def operation(self) -> str:
        """The name of the operation that computed this node."""
        return self._operation.name

    def __add__(self, other):
        return _apply(ADD, self, other)

    def __radd__(self, other):
        return _apply(ADD, other, self)

    def __sub__(self, other):
        return _apply(SUBTRACT, self, other)

    def __rsub__(self, other):
        return _apply(SUBTRACT, other, self)

    def __mul__(self, other):
        return _apply(MULTIPLY, self, other)

    def __rmul__(self, other):
        return _apply(MULTIPLY, other, self)

    def __truediv__(self, other):
        return _apply(DIVIDE, self, other)

    def __rtruediv__(self, other):
        return _apply(DIVIDE, other, self)

    def __neg__(self):
        return _apply(NEGATE, self)

    def __pow__(self, exponent):
        if isinstance(exponent, Node):
            return exp(exponent * log(self))
        return _apply(_power(_finite(exponent)), self)

    def __rpow__(self, base):
        return _as_node(base) ** self

    def __array_ufunc__(self, ufunc, method, *operands, **options):
        name = ufunc.__name__
        if name in NUMPY_OPERATORS and method == "__call__" and not options:
            return NUMPY_OPERATORS[name](*map(_node_or_float, operands))
        ours = name if name in __all__ else "exp, log, sigmoid, relu or maximum"
        raise TypeError(f"np.{name} does not take a Node; use bpkit.graph.{ours}")

    def __repr__(self):
        if not self.parents:
            return f"{self.name or self.operation} = {self.value:.6g}"
        arguments = ", ".join(f"{parent.value:.6g}" for parent in self.parents)
        label = f"{self.name} = " if self.name else ""
        return f"{label}{self.operation}({arguments}) = {self.value:.6g}"

    def __deepcopy__(self, memo):
        # Parents first: the default copy would descend one call deep per node.
        for node in topological_order(self):
            if id(node) not in memo:
                twin = memo[id(node)] = copy.copy(node)
                twin.parents = tuple(memo[id(parent)] for parent in node.parents)
        return memo[id(self)]


def exp(a: Node) -> Node:
    """Return the node eᵃ."""
    return _apply(EXP, a)


def log(a: Node) -> Node:
    """Return the node ln a, for a > 0."""
    return _apply(LOG, a)


def sigmoid(a: Node) -> Node:
    """Return the node σ(a) = 1 / (1 + e⁻ᵃ)."""
    return _apply(SIGMOID, a)


def relu(a: Node) -> Node:
    """Return the node max(a, 0), with slope 0 at a = 0."""
    return _apply(RELU, a)


def maximum(a: Node, b: Node) -> Node:
    """Return the node max(a, b); in a tie each side has slope one half."""
    return _apply(MAXIMUM, a, b)


def _finite(value: float) -> float:
    """Return a plain number as a float, or say what else came."""
    if not isinstance(value, Real):
        raise TypeError(
            f"expected a real number; got {type(value).__name__} {value!r:.60}"
        )
    if not math.isfinite(value):
        raise ValueError(f"expected a finite number; got {value}")
    return float(value)


def _node_or_float(operand) -> Node | float:
    """Return a node as it is, and a number that numpy hands on as a plain one."""
    if isinstance(operand, Node):
        return operand
    return _finite(operand.item() if getattr(operand, "ndim", None) == 0 else operand)


def _as_node(operand: Node | float) -> Node:
    """Return a node as it is, and a plain number as a constant."""
    if isinstance(operand, Node):
        return operand
    node = Node(operand)
    node._operation = CONSTANT
    return node


def _apply(operation: Operation, *operands: Node | float) -> Node:
    """Return the new node that an operation computes from its operands."""
    node = Node(0.0)
    node._operation = operation
    node.parents = tuple(_as_node(operand) for operand in operands)
    _compute(node)
    return node


def _compute(node: Node) -> None:
    """Look up a node's value and local slopes at its parents' present values."""
    name, value_at, slopes_at, needs = node._operation
    arguments = [parent.value for parent in node.parents]
    try:
        value = value_at(*arguments)
        slopes = slopes_at(value, *arguments)
        if not all(map(math.isfinite, (value, *slopes))):
            raise OverflowError
    except (OverflowError, ValueError, ZeroDivisionError) as error:
        if isinstance(error, OverflowError):
            needs = "a value and slopes that fit in a float"
        shown = ", ".join(f"{argument:g}" for argument in arguments)
        raise ValueError(f"{name} needs {needs}; got {name}({shown})") from None
    node._value, node.slopes = value, slopes


# --- The sweeps ----------------------------------------------------------------------


def topological_order(output: Node) -> list[Node]:
    """List every node that the output depends on, parents before children.

    Parameters
    ----------
    output : Node
        The last node of the computation, or any object that has its `parents`.

    Returns
    -------
    list of Node
        Each node once, the output last.

    Raises
    ------
    TypeError
        If `output` has no parents to ask for.

    Notes
    -----
    A depth-first walk with a stack of its own, so that a chain of any length is
    listed without recursion. Backwards, the list visits a node only after all that
    it feeds have been visited: on a diamond no other order is right.

    Examples
    --------
    >>> x = Node(2.0, "x")
    >>> topological_order(x * x + x)
    [x = 2, multiply(2, 2) = 4, add(4, 2) = 6]
    """
    if not hasattr(output, "parents"):
        raise TypeError(f"expected a Node; got {type(output).__name__} {output!r:.60}")
    order, seen, stack = [], set(), [(output, False)]
    while stack:
        node, parents_are_listed = stack.pop()
        if parents_are_listed:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((parent, False) for parent in reversed(node.parents))
    return order


def forward_steps(output: Node) -> Generator[Node, None, None]:
    """Recompute values and local slopes, yielding each node when it is done.

    Parameters
    ----------
    output : Node
        The last node of the computation.

    Yields
    ------
    Node
        The node just brought up to date, inputs and constants included.
    """
    for node in topological_order(output):
        if node.parents:
            _compute(node)
        yield node


def forward_sweep(output: Node) -> float:
    """Recompute the output after its inputs have been changed.

    Parameters
    ----------
    output : Node
        The last node of the computation.

    Returns
    -------
    float
        The output's value, dimensionless.

    Raises
    ------
    ValueError
        If an operation has no finite value or slope at the new inputs. The graph then
        is as it was before the sweep.

    Examples
    --------
    >>> x = Node(3.0)
    >>> f = x**2
    >>> x.value = 5
    >>> forward_sweep(f)
    25.0
    """
    before = [(node, node._value, node.slopes) for node in topological_order(output)]
    try:
        _run(forward_steps(output))
    except ValueError:
        for node, value, slopes in before:
            node._value, node.slopes = value, slopes
        raise
    return output.value


def reverse_steps(output: Node) -> Generator[Node, None, int]:
    """Carry slopes from the output back, yielding each node when its `grad` is final.

    Parameters
    ----------
    output : Node
        The last node of the computation.

    Yields
    ------
    Node
        The node that has just handed its `grad` on to its parents, output first.

    Returns
    -------
    int
        The number of multiply-and-add steps made (the generator's return value).

    Notes
    -----
    Along each edge: parent.grad += slope · node.grad, starting from output.grad = 1.
    What an earlier sweep left in the `grad` of these nodes is cleared before the
    first step. The slopes are those of the last `forward_sweep`.
    """
    order = topological_order(output)
    for node in order:
        node.grad = 0.0
    output.grad = 1.0
    steps = 0
    for node in reversed(order):
        for parent, slope in zip(node.parents, node.slopes, strict=True):
            parent.grad += slope * node.grad
            steps += 1
        yield node
    return steps


def reverse_sweep(output: Node) -> None:
    """Fill `grad` of every node: the slope of the output with respect to it.

    The values are recomputed first, so that an input that was changed counts. Calls
    do not accumulate: each clears the `grad` of all nodes that the output depends on,
    and touches no other node.

    Parameters
    ----------
    output : Node
        The last node of the computation.

    Examples
    --------
    >>> x = Node(3.0)
    >>> reverse_sweep(x * x + x)
    >>> x.grad
    7.0
    """
    forward_sweep(output)
    _run(reverse_steps(output))


def tangent_steps(output: Node, wrt: Node) -> Generator[Node, None, int]:
    """Carry slopes from one input forward, yielding each node when it is done.

    Parameters
    ----------
    output : Node
        The last node of the computation.
    wrt : Node
        The node with respect to which the slopes are taken.

    Yields
    ------
    Node
        The node whose `tangent` has just been gathered, parents first.

    Returns
    -------
    int
        The number of multiply-and-add steps made (the generator's return value).

    Raises
    ------
    ValueError
        If the output does not depend on `wrt`.

    Notes
    -----
    Along each edge: node.tangent += slope · parent.tangent, starting from
    wrt.tangent = 1. The slopes are those of the last `forward_sweep`.
    """
    order = topological_order(output)
    _require_members([wrt], order)
    steps = 0
    for node in order:
        node.tangent = 1.0 if node is wrt else 0.0
        for parent, slope in zip(node.parents, node.slopes, strict=True):
            node.tangent += slope * parent.tangent
            steps += 1
        yield node
    return steps


def tangent_sweep(output: Node, wrt: Node) -> float:
    """Fill `tangent` of every node: its slope with respect to one input.

    The values are recomputed first, so that an input that was changed counts.

    Parameters
    ----------
    output : Node
        The last node of the computation.
    wrt : Node
        The node with respect to which the slopes are taken.

    Returns
    -------
    float
        The output's tangent: its slope with respect to `wrt`.

    Raises
    ------
    ValueError
        If the output does not depend on `wrt`.

    Examples
    --------
    >>> x = Node(3.0)
    >>> tangent_sweep(x * x + x, wrt=x)
    7.0
    """
    forward_sweep(output)
    _run(tangent_steps(output, wrt))
    return output.tangent


def _run(steps: Generator[Node, None, int | None]) -> int | None:
    """Take all the steps of a sweep, and return what it returns at its end."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def _require_members(nodes: Sequence[Node], order: list[Node]) -> None:
    """Refuse a node that the output, last of the order, does not depend on."""
    members = set(order)
    for node in nodes:
        if node not in members:
            raise ValueError(
                f"expected a node that the output ({order[-1]!r}) depends on; "
                f"got {node!r}"
            )


# --- Gradients, and what they cost ---------------------------------------------------


class CountedGradient(NamedTuple):
    """A gradient and the number of multiply-and-add steps that finding it took."""

    gradient: list[float]
    steps: int


def gradient_forward(output: Node, inputs: Sequence[Node]) -> CountedGradient:
    """Find the gradient by forward mode: one tangent sweep an input.

    Parameters
    ----------
    output : Node
        The last node of the computation.
    inputs : sequence of Node
        The p inputs that the gradient is taken with respect to.

    Returns
    -------
    CountedGradient
        `gradient`, p slopes in the order of `inputs`, and `steps`, counted one by one
        as they are made: a step multiplies a local slope by what arrives along an
        edge, and adds.

    Raises
    ------
    ValueError
        If the output does not depend on one of the inputs.

    Notes
    -----
    Each of the p sweeps crosses every edge. With n operations that is about n·p
    steps: in a tree, where each input and each operation but the last feeds exactly
    one other, there are n + p - 1 edges, so p·(n + p - 1) steps.

    Examples
    --------
    >>> x, y, z = Node(-2.0), Node(5.0), Node(-4.0)
    >>> gradient_forward((x + y) * z, [x, y, z])
    CountedGradient(gradient=[-4.0, -4.0, 3.0], steps=12)
    """
    forward_sweep(output)
    gradient, steps = [], 0
    for x in inputs:
        steps += _run(tangent_steps(output, x))
        gradient.append(output.tangent)
    return CountedGradient(gradient, steps)


def gradient_reverse(output: Node, inputs: Sequence[Node]) -> CountedGradient:
    """Find the gradient by reverse mode: one sweep for all inputs together.

    Parameters
    ----------
    output : Node
        The last node of the computation.
    inputs : sequence of Node
        The p inputs that the gradient is taken with respect to.

    Returns
    -------
    CountedGradient
        `gradient`, p slopes in the order of `inputs`, and `steps`, counted as in
        `gradient_forward`.

    Raises
    ------
    ValueError
        If the output does not depend on one of the inputs.

    Notes
    -----
    The only sweep crosses every edge once. With n operations that is about n + p
    steps: exactly n + p - 1 in a tree.

    Examples
    --------
    >>> x, y, z = Node(-2.0), Node(5.0), Node(-4.0)
    >>> gradient_reverse((x + y) * z, [x, y, z])
    CountedGradient(gradient=[-4.0, -4.0, 3.0], steps=4)
    """
    _require_members(inputs, topological_order(output))
    forward_sweep(output)
    steps = _run(reverse_steps(output))
    return CountedGradient([x.grad for x in inputs], steps)


# --- Looking at a graph --------------------------------------------------------------


def trace(output: Node) -> str:
    """Tabulate a graph, one line a node: how it was made, its value and its slope.

    Parameters
    ----------
    output : Node
        The last node of the computation.

    Returns
    -------
    str
        Name, operation, value and slope (`grad`, as the last `reverse_sweep` left
        it) of every node, parents first. A node without a name goes by its
        number in the list, a constant by its value.

    Examples
    --------
    >>> x, y, z = Node(-2.0, "x"), Node(5.0, "y"), Node(-4.0, "z")
    >>> f = (x + y) * z
    >>> reverse_sweep(f)
    >>> print(trace(f))
    node  operation         value   slope
    x     input                -2      -4
    y     input                 5      -4
    #3    add(x, y)             3      -4
    z     input                -4       3
    #5    multiply(#3, z)     -12       1
    """
    order = topological_order(output)
    labels = {node: _label(node, place) for place, node in enumerate(order, start=1)}
    rows = [("node", "operation", "value", "slope")]
    for node in order:
        arguments = ", ".join(labels[parent] for parent in node.parents)
        made = f"{node.operation}({arguments})" if node.parents else node.operation
        rows.append((labels[node], made, f"{node.value:.4g}", f"{node.grad:.4g}"))
    first, second = (max(len(row[i]) for row in rows) for i in (0, 1))
    return "\n".join(
        f"{label:<{first}}  {made:<{second}}  {value:>6}  {slope:>6}"
        for label, made, value, slope in rows
    )


def _label(node: Node, place: int) -> str:
    """Return what to call a node: its name, a constant's value, or its place."""
    if node.name:
        return node.name
    return f"{node.value:.4g}" if node.operation == "constant" else f"#{place}"
