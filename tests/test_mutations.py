"""Mutation: every reference answer is broken in every small way, and must be refused.

A mutant is the reference with one operator, sign, index, axis, constant, term, factor,
argument, call or statement changed. Mutants that give what the reference gives on every
valid input are listed with the reason; every other one must be refused.
`strict=True` of `zip` is left alone: no valid input meets it.
"""

import ast
import copy
from collections import Counter

import pytest

from bpkit.exercises import bank, slips
from bpkit.exercises.attempt import outcome
from bpkit.exercises.judge import flaws, judge

pytestmark = pytest.mark.slow

LOOPS = 200_000  # a mutant that loops more often never ends

OPERATORS = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add, ast.Mult),
    ast.Mult: (ast.Div, ast.Add, ast.MatMult),
    ast.Div: (ast.Mult, ast.FloorDiv, ast.Sub),
    ast.MatMult: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.Mod: (ast.FloorDiv,),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
CALLS = {
    "sum": "mean",
    "mean": "sum",
    "max": "min",
    "min": "max",
    "maximum": "minimum",
    "minimum": "maximum",
    "argmax": "argmin",
    "argmin": "argmax",
    "zeros": "ones",
    "zeros_like": "ones_like",
    "cos": "sin",
    "exp": "cosh",
    "log": "log2",
    "dot": "multiply",
    "outer": "multiply",
    "standard_normal": "random",
    "permutation": "integers",
    "append": "remove",
}

AXIS = "the last axis of a matrix is axis 1"
SQUARE = "a square has no sign"
ZERO_APART = "where both are zero, they are 0 apart, whatever 0 is divided by"
BY_VALUE = "numpy's number of type int or float is accepted as an int or a float"
ANY_STEP = "the central quotient is right for every small step, forwards or backwards"
FILLED = "every entry is overwritten"
VECTORS = "the product of two vectors has no order, and a vector is its transpose"

# Mutants that are right answers too, by exercise, with the reason.
EQUIVALENT = {
    "sigmoid": {
        "return np.where(z > 0, 1, e) / (1 + e)": "at z = 0 both branches are 1",
    },
    "quadratic_cost": {
        "m = a.shape[-1]": AXIS,
        "return np.sum((y - a) ** 2) / (2 * m)": SQUARE,
    },
    "numerical_gradient": {
        "def numerical_gradient(f, x, h=-1e-05):": ANY_STEP,
        "def numerical_gradient(f, x, h=2e-05):": ANY_STEP,
        "gradient = np.ones(x.shape)": FILLED,
    },
    "hinge_loss": {
        "losses = np.maximum(scores - scores[y] + margin, 0)": "max is symmetric",
    },
    "hinge_gradient": {
        "violated = np.where(1.0, scores - scores[y] + margin > 0, 0.0)": "comparing "
        "gives 1 and 0 itself",
        "return violated * x.T": "a column times a row is broadcast to their product",
    },
    "relative_error": {
        "return np.linalg.norm(n - a) / size if size > 0 else 0.0": SQUARE,
    },
    "worst_entry": {
        "apart = np.abs(n - a)": "a size has no sign",
        "errors = apart / np.where(size > 0, size, -1)": ZERO_APART,
        "errors = apart / np.where(size > 0, size, 2)": ZERO_APART,
    },
    "gradient_descent": {"return points": "a list of the points is accepted"},
    "minimum_from": {
        "for _ in range(499):": "the descent has arrived long before",
        "for _ in range(501):": "the descent has arrived long before",
        "for _ in range(1000):": "the descent has arrived long before",
        "x = x - 0.1 * (4 * x * (x ** 2 - 1) + 0.3)": "this step is stable too",
    },
    "max_backward": {"if x >= y:": "a tie may be split any way"},
    "sigmoid_neuron_backward": {
        "dw = df_dz * np.array([x[0], x[-1], 1])": "the last of two",
        "f = sigmoid(w[0] * x[0] + w[1] * x[-1] + w[2])": "the last of two",
    },
    "weighted_input": dict.fromkeys(
        ("return a @ w + b", "return w.T @ a + b", "return w @ a.T + b"),
        VECTORS,
    ),
    "bias_gradient": {"return delta.mean(axis=-1, keepdims=True)": AXIS},
    "weight_gradient": {"m = delta.shape[-1]": AXIS},
    "backprop": {
        "nabla_b.insert(0, delta.mean(axis=-1, keepdims=True))": AXIS,
        "nabla_w.insert(0, delta @ activations[l].T / x.shape[-1])": AXIS,
    },
    "gradient_noise": {
        "true = gradients.mean(axis=-1, keepdims=True)": AXIS,
        "squares = ((true - gradients) ** 2).sum(axis=0)": "a square has no sign",
    },
    "mini_batches": {"m = x.shape[-1]": AXIS},
    "evaluate": {
        "return (answers == labels).sum()": BY_VALUE,
        "activations = forward_pass(weights, biases, x)[-1]": "the last of two",
        "activations = forward_pass(weights, biases, x)[0]": "σ grows, so the largest "
        "z belongs to the largest a",
    },
    "cross_entropy_cost": {
        "a = np.clip(1e-15, a, 1 - 1e-15)": "clip is a maximum and a minimum",
        "a = np.clip(a, 2e-15, 1 - 1e-15)": "any tiny distance from 0 will do",
        "a = np.clip(a, 1e-15, 1 - 2e-15)": "any tiny distance from 1 will do",
        "return surprise.sum(axis=0).mean()": BY_VALUE,
    },
    "repaired_1": {
        "def repaired_1(f, x, h=-1e-05):": ANY_STEP,
        "def repaired_1(f, x, h=2e-05):": ANY_STEP,
        "gradient = np.ones(x.shape)": FILLED,
    },
    "repaired_2": {
        "def repaired_2(f, x, h=-1e-05):": ANY_STEP,
        "def repaired_2(f, x, h=2e-05):": ANY_STEP,
        "gradient = np.ones(x.shape)": FILLED,
    },
    "repaired_3": {
        "w = w - eta * delta @ x.T / x.shape[-1]": AXIS,
        "b = b - eta * delta.mean(axis=-1, keepdims=True)": AXIS,
    },
    "repaired_4": {
        "m = x.shape[-1]": AXIS,
        "nabla_b.insert(0, delta.mean(axis=-1, keepdims=True))": AXIS,
    },
    "repaired_5": {
        "m = x.shape[-1]": AXIS,
        "new_biases[l] = biases[l] - eta * delta.mean(axis=-1, keepdims=True)": AXIS,
        "new_weights, new_biases = (list(biases), list(weights))": FILLED,
    },
    "repaired_6": {"m = x.shape[-1]": AXIS},
    "repaired_7": {"m = x.shape[-1]": AXIS},
    "repaired_8": {"m = x.shape[-1]": AXIS},
}

# Judged by what it reaches: any settings, or any example, that do are right.
BY_RESULT = {"challenge", "convicting_example"}


def variations(node):
    """Yield the nodes that may stand in this node's place."""
    if isinstance(node, ast.BinOp):
        yield from (changed(node, op=new()) for new in OPERATORS.get(type(node.op), ()))
        yield node.left
        yield node.right
        if not isinstance(node.op, ast.Add | ast.Mult):
            yield changed(node, left=node.right, right=node.left)
        if isinstance(node.op, ast.MatMult):
            yield changed(node, left=ast.Attribute(node.left, "T", ast.Load()))
            yield changed(node, right=ast.Attribute(node.right, "T", ast.Load()))
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.Compare):
        for i, op in enumerate(node.ops):
            for new in OPERATORS.get(type(op), ()):
                yield changed(node, ops=[*node.ops[:i], new(), *node.ops[i + 1 :]])
    elif isinstance(node, ast.BoolOp):
        yield from (changed(node, op=new()) for new in OPERATORS.get(type(node.op), ()))
        yield from node.values
    elif isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse
    elif isinstance(node, ast.Constant):
        yield from map(ast.Constant, constants(node.value))
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield from (changed(node, slice=new) for new in shifted(node.slice))
    elif isinstance(node, ast.Slice):
        for end in ("lower", "upper", "step"):
            bound = getattr(node, end)
            if bound is not None:
                yield changed(node, **{end: None})
                yield from (changed(node, **{end: new}) for new in shifted(bound))
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value
    elif isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load):
        if len(node.elts) == 2:
            yield changed(node, elts=node.elts[::-1])
    elif isinstance(node, ast.Call):
        yield from calls(node)
    elif isinstance(node, ast.Return) and node.value:
        yield changed(node, value=ast.UnaryOp(ast.USub(), node.value))
    elif isinstance(node, ast.AugAssign):
        yield from (changed(node, op=new()) for new in OPERATORS.get(type(node.op), ()))
        yield ast.Assign([node.target], node.value, lineno=0)
        yield ast.Pass()
    elif isinstance(node, ast.Assign | ast.Expr | ast.If | ast.For | ast.While):
        if not isinstance(getattr(node, "value", None), ast.Constant):
            yield ast.Pass()
        if isinstance(node, ast.If):
            yield changed(node, test=ast.Constant(True))
            yield changed(node, test=ast.Constant(False))


def calls(node):
    """Yield variations of a call: its name, its arguments, and what it is called on."""
    function, arguments = node.func, node.args
    if isinstance(function, ast.Attribute) and function.attr in CALLS:
        yield changed(node, func=changed(function, attr=CALLS[function.attr]))
    if isinstance(function, ast.Name) and function.id in CALLS:
        yield changed(node, func=ast.Name(CALLS[function.id], ast.Load()))
    if len(arguments) >= 2:
        yield changed(node, args=[arguments[1], arguments[0], *arguments[2:]])
    yield from (a for a in arguments if not isinstance(a, ast.Starred))
    if isinstance(function, ast.Attribute) and not is_module(function.value):
        yield function.value
    for i, keyword in enumerate(node.keywords):
        if keyword.arg != "strict":
            yield changed(node, keywords=node.keywords[:i] + node.keywords[i + 1 :])
    if isinstance(function, ast.Name) and function.id in ("range", "reversed"):
        for i, argument in enumerate(arguments):
            for new in shifted(argument):
                yield changed(node, args=[*arguments[:i], new, *arguments[i + 1 :]])


def is_module(node):
    """Return whether a name is that of a module."""
    return isinstance(node, ast.Name) and node.id in ("np", "math")


def constants(value):
    """Return the wrong constants for a constant."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        wrong = {value + 1, value - 1, value * 2, 0, -value}
        return sorted(wrong - {value})
    return []


def shifted(index):
    """Return an index plus and minus one; a constant one is changed as a constant."""
    if isinstance(index, ast.Constant | ast.Slice | ast.Tuple):
        return []
    return [ast.BinOp(index, op(), ast.Constant(1)) for op in (ast.Add, ast.Sub)]


def changed(node, **fields):
    """Return a copy of a node with other fields."""
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


class Put(ast.NodeTransformer):
    """Put a new node in the place of another."""

    def __init__(self, old, new):
        self.old, self.new = old, new

    def visit(self, node):
        return self.new if node is self.old else self.generic_visit(node)


class Tick(ast.NodeTransformer):
    """Count every turn of every loop."""

    def visit(self, node):
        self.generic_visit(node)
        if isinstance(node, ast.For | ast.While):
            node.body.insert(0, ast.parse("_tick()").body[0])
        return node


def mutations(source):
    """Yield every small change of a source: the changed statement, and the new tree."""
    original = ast.unparse(ast.parse(source))
    nodes = list(ast.walk(ast.parse(source)))
    strict = {id(k.value) for k in nodes if getattr(k, "arg", "") == "strict"}
    for position, node in enumerate(nodes):
        if id(node) in strict:
            continue
        for choice in range(len(list(variations(node)))):
            tree = ast.parse(source)
            old = list(ast.walk(tree))[position]
            new = copy.deepcopy(list(variations(old))[choice])
            statement = statement_of(old, tree)
            before = one_line(statement)
            tree = ast.fix_missing_locations(Put(old, new).visit(tree))
            after = one_line(new if statement is old else statement)
            if ast.unparse(tree) != original:
                yield (f"without {before}" if after == "pass" else after), tree


def statement_of(node, tree):
    """Return the innermost statement that a node belongs to."""
    parents = {child: n for n in ast.walk(tree) for child in ast.iter_child_nodes(n)}
    while not isinstance(node, ast.stmt):
        node = parents.get(node, tree.body[0])
    return node


def mutants(exercise):
    """Yield every mutant of the reference: what was changed, and the function."""
    seen = Counter()
    for what, tree in mutations(exercise.source):
        seen[what] += 1
        number = f" #{seen[what]}" if seen[what] > 1 else ""
        yield what + number, compiled(exercise, tree)


def one_line(node):
    """Write a node on one line, short: the head of a block stands for it."""
    return ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).split("\n")[0]


def compiled(exercise, tree):
    """Return the function of a tree, in the namespace of the reference."""
    turns = 0

    def tick():
        nonlocal turns
        turns += 1
        if turns > LOOPS:
            raise RuntimeError("endless")

    namespace = {**slips.names_around(exercise.reference), "_tick": tick}
    tree = ast.fix_missing_locations(Tick().visit(tree))
    exec(compile(tree, "mutant", "exec"), namespace)
    return namespace[exercise.name]


def survives(exercise, mutant):
    """Return whether a mutant passes the check."""
    if exercise.is_number:
        try:
            return judge(exercise, mutant()).passed
        except Exception:
            return False
    # The first flaw is enough: most mutants are spared the other calls.
    came = []
    for case in exercise.cases():
        came.append(outcome(exercise, mutant, case))
        if flaws(exercise, came)[-1]:
            return False
    return judge(exercise, mutant).passed


@pytest.fixture(scope="module")
def results():
    """Judge every mutant once: (exercise, changed statement) to whether it survived."""
    return {
        (exercise.name, what): survives(exercise, mutant)
        for exercise in bank().values()
        if exercise.name not in BY_RESULT
        for what, mutant in mutants(exercise)
    }


@pytest.fixture(scope="module")
def equivalent():
    """Return the mutants that are right answers too."""
    return {(name, what) for name, reasons in EQUIVALENT.items() for what in reasons}


def test_mutants_are_refused(results, equivalent, capsys):
    different = {
        key: passed for key, passed in results.items() if key not in equivalent
    }
    survivors = sorted(key for key, passed in different.items() if passed)
    refused = len(different) - len(survivors)
    with capsys.disabled():
        print(
            f"\n{len(results)} mutants, {len(results) - len(different)} equivalent; "
            f"{refused} of {len(different)} refused ({refused / len(different):.2%})"
        )
        for name, what in survivors:
            print(f"  survived: {name}: {what}")
    assert survivors == []


def test_every_mutant_called_equivalent_passes(results, equivalent):
    assert sorted(key for key in equivalent if not results.get(key)) == []


@pytest.mark.parametrize(
    "what",
    [
        "a - y → a + y",
        "a - y → y - a",
        "a - y → a",
        "2 → 0",
        "2 → 3",
        "w.T → w",
        "w.T @ a → w.T * a",
        "axis=0 → axis=1",
        "keepdims=True → keepdims=False",
        "range(1, n) → range(1, n - 1)",
        "a[l] → a[l - 1]",
        "np.sum(a) → np.mean(a)",
    ],
)
def test_the_mutants_include_the_small_slips(what):
    before, after = what.split(" → ")
    code = f"def f(a, y, w, n, l):\n    return g({before})"
    found = [ast.unparse(tree) for _, tree in mutations(code)]
    assert code.replace(before, after) in found
