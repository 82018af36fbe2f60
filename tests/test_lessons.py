"""The notebook contract: what every lesson keeps, and proof that each rule can fail.

A rule is a function from a notebook to the complaints about it. The second half of
this file breaks a good notebook in one place at a time, and the rule must notice.
"""

import ast
import copy
import re
import statistics
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from nbformat.v4 import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
)

from bpkit import backprop, forward_pass

LESSONS = Path(__file__).parents[1] / "lessons"
COURSE = (
    "01_derivative",
    "02_gradient",
    "03_gradient_descent",
    "04_chain_rule",
    "05_neuron",
    "06_backpropagation",
    "07_mini_batches",
    "08_sgd",
    "09_tuning",
    "10_debugging",
)
WIDGET = "application/vnd.jupyter.widget-view+json"
WRITTEN = sorted(LESSONS.glob("*.ipynb"))
RULES = {}


def rule(function):
    """Register a rule of the contract."""
    RULES[function.__name__] = function
    return function


def code_cells(nb):
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def markdown_cells(nb):
    return [cell for cell in nb.cells if cell.cell_type == "markdown"]


def output_texts(cell):
    """Yield every text that a cell's outputs show."""
    for output in cell.outputs:
        if output.output_type == "stream":
            yield output.text
        for mime, data in output.get("data", {}).items():
            if mime.startswith("text/"):
                yield data


def word_count(markdown):
    """Count words as a reader does: no formulas on their own lines, no code blocks."""
    prose = re.sub(r"```.*?```|\$\$.*?\$\$", "", markdown, flags=re.DOTALL)
    return len(re.findall(r"\w[\w’'-]*", prose))


# --- the file -------------------------------------------------------------------


@rule
def is_valid(nb):
    if (nb.nbformat, nb.nbformat_minor) < (4, 5):
        yield "is older than nbformat 4.5"
    try:
        nbformat.validate(nb)
    except nbformat.ValidationError as error:
        yield f"is not a valid notebook: {str(error).splitlines()[0]}"


@rule
def cell_ids_are_unique_and_readable(nb):
    ids = [cell.get("id", "") for cell in nb.cells]
    for name in ids:
        if ids.count(name) > 1:
            yield f"{name}: this cell id is used twice"
        if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
            yield f"{name!r}: this cell id is not made of words"
        if re.fullmatch(r"[0-9a-f]{8}", name):
            yield f"{name}: this cell id is a random one"


@rule
def kernel_is_python3(nb):
    if nb.metadata.get("kernelspec", {}).get("name") != "python3":
        yield "its kernelspec is not python3"


@rule
def file_is_below_400_kb(nb):
    size = len(nbformat.writes(nb).encode("utf-8"))
    if size >= 400_000:
        yield f"takes {size:,} bytes"


@rule
def cells_carry_no_metadata_but_tags(nb):
    for cell in nb.cells:
        for key in set(cell.metadata) - {"tags"}:
            yield f"{cell.id}: has metadata {key!r} (hidden, timed or skipped cells)"
        for tag in set(cell.metadata.get("tags", [])) - {"exercise"}:
            yield f"{cell.id}: has the tag {tag!r}"


@rule
def nothing_is_hidden_from_nbval(nb):
    for cell in code_cells(nb):
        if "nbval" in cell.source.lower():
            yield f"{cell.id}: speaks to nbval"


# --- the outputs ----------------------------------------------------------------


@rule
def cells_were_executed_in_order(nb):
    counts = [cell.execution_count for cell in code_cells(nb)]
    if counts != list(range(1, len(counts) + 1)):
        yield f"execution counts are {counts}"
    for cell in code_cells(nb):
        for output in cell.outputs:
            if output.get("execution_count", cell.execution_count) != (
                cell.execution_count
            ):
                yield f"{cell.id}: a result is from another run"


@rule
def nothing_went_wrong(nb):
    for cell in code_cells(nb):
        for output in cell.outputs:
            if output.output_type == "error":
                yield f"{cell.id}: raised {output.ename}"
            if output.get("name") == "stderr":
                yield f"{cell.id}: wrote to stderr"


@rule
def printed_text_is_in_one_piece(nb):
    for cell in code_cells(nb):
        kinds = [output.get("name") for output in cell.outputs]
        if any(a == b == "stdout" for a, b in pairwise(kinds)):
            yield f"{cell.id}: stdout is stored in pieces; join them"


@rule
def outputs_are_the_same_on_every_machine(nb):
    tells = {
        "an absolute path": r"(?<![\w.])/(home|Users|root|tmp|work|usr|opt)/|[A-Z]:\\",
        "a memory address": r"0x[0-9a-f]{6,}",
        "a number that is not rounded": r"\d\.\d{8,}",
    }
    for cell in code_cells(nb):
        for text in output_texts(cell):
            for what, pattern in tells.items():
                if re.search(pattern, text):
                    yield f"{cell.id}: shows {what}"


@rule
def figures_have_alt_text_and_a_finding(nb):
    for cell in code_cells(nb):
        for output, following in pairwise([*cell.outputs, None]):
            data = output.get("data", {})
            if {"image/svg+xml", "image/jpeg"} & set(data):
                yield f"{cell.id}: shows a figure that is no PNG"
            if "image/png" not in data:
                continue
            alt = output.metadata.get("image/png", {}).get("alt", "")
            if WIDGET in data:
                # The text beside an explorer is its title, then its sentence.
                sentence = data.get("text/plain", "").partition("\n")[2]
                if not re.search(r"\d", sentence) or not alt.endswith(sentence):
                    yield f"{cell.id}: an explorer does not say what it shows"
                continue
            if not alt.strip() or data.get("text/plain") != alt:
                yield f"{cell.id}: a figure has no alt text"
            if following is None or not re.search(r"\d", following.get("text", "")):
                yield f"{cell.id}: a figure is not followed by its finding"


@rule
def explorers_have_a_picture_and_a_lasting_id(nb):
    for cell in code_cells(nb):
        for output in cell.outputs:
            data = output.get("data", {})
            if WIDGET not in data:
                continue
            if "image/png" not in data:
                yield f"{cell.id}: an explorer has no picture for pages without it"
            if data[WIDGET].get("model_id") != cell.id:
                yield f"{cell.id}: a widget's id changes with every run"


@rule
def no_output_widgets(nb):
    banned = r"clear_output|interactive_output|\binteract\b|\bOutput\("
    for cell in code_cells(nb):
        if found := re.search(banned, cell.source):
            yield f"{cell.id}: uses {found.group()}, which nbval cannot follow"
    if "OutputModel" in str(nb.metadata.get("widgets", "")):
        yield "stores an Output widget"


# --- the code -------------------------------------------------------------------


@rule
def code_cells_are_short(nb):
    lengths = []
    for cell in code_cells(nb):
        lines = cell.source.splitlines()
        lengths.append(len(lines))
        if len(lines) > 15:
            yield f"{cell.id}: has {len(lines)} lines"
        if max(map(len, lines), default=0) > 88:
            yield f"{cell.id}: has a line wider than 88"
    if lengths and statistics.median(lengths) > 5:
        yield f"the median code cell has {statistics.median(lengths)} lines"


@rule
def there_are_12_to_30_code_cells(nb):
    if not 12 <= len(code_cells(nb)) <= 30:
        yield f"has {len(code_cells(nb))} code cells"


@rule
def imports_stand_in_the_first_code_cell(nb):
    imports = (ast.Import, ast.ImportFrom)
    for position, cell in enumerate(code_cells(nb)):
        nodes = list(ast.walk(ast.parse(cell.source)))
        if position == 0:
            if not all(isinstance(node, imports) for node in nodes[0].body):
                yield f"{cell.id}: does more than import"
            if any(
                a.name == "*" for n in nodes if isinstance(n, imports) for a in n.names
            ):
                yield f"{cell.id}: imports *"
        elif any(isinstance(node, imports) for node in nodes):
            yield f"{cell.id}: imports"


@rule
def one_generator_is_made_and_passed_on(nb):
    made = "rng = np.random.default_rng(0)"
    if [cell.source for cell in code_cells(nb)][1:2] != [made]:
        yield f"the second code cell is not {made!r}"
    for cell in code_cells(nb):
        if re.search(r"random\.(seed|rand|randn|normal|shuffle)\b", cell.source):
            yield f"{cell.id}: draws from a global generator"


# --- the exercises --------------------------------------------------------------


def stubbed_names(source):
    """Return the names that a stub leaves open, or None if it is not a stub."""
    names = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            documented = ast.get_docstring(node)
            body = node.body[1:] if documented else node.body
            names.append(node.name)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            body = [node]
            names.append(node.targets[0].id)
        else:
            return None
        value = getattr(body[0], "value", None) if len(body) == 1 else None
        if not (isinstance(value, ast.Constant) and value.value is ...):
            return None
    return names or None


def checked_names(source):
    """Return the names that a check cell judges, or None if it is no check cell."""
    names = []
    for node in ast.parse(source).body:
        call = getattr(node, "value", None)
        if not (isinstance(call, ast.Call) and getattr(call.func, "id", "") == "check"):
            return None
        names += [getattr(argument, "id", None) for argument in call.args]
        names += [keyword.arg for keyword in call.keywords]
    return names or None


@rule
def an_exercise_is_task_stub_and_check(nb):
    cells = [None, *nb.cells, None]
    for task, stub, check in zip(cells, cells[1:], cells[2:], strict=False):
        if stub is None or stub.cell_type != "code":
            continue
        names = stubbed_names(stub.source)
        tagged = "exercise" in stub.metadata.get("tags", [])
        if tagged != bool(names):
            yield f"{stub.id}: tag `exercise` and body `...` must go together"
        if not (tagged and names):
            continue
        if task is None or task.cell_type != "markdown":
            yield f"{stub.id}: no task stands before it"
        elif not all(f"`{name}" in task.source for name in names):
            yield f"{task.id}: the task does not name {names}"
        if check is None or check.cell_type != "code":
            yield f"{stub.id}: no check stands after it"
        elif checked_names(check.source) != names:
            yield f"{check.id}: does not check {names}"
        node = ast.parse(stub.source).body[0]
        if isinstance(node, ast.FunctionDef) and not ast.get_docstring(node):
            yield f"{stub.id}: the stub has no docstring"


@rule
def there_are_three_exercises_or_more(nb):
    stubs = [c for c in nb.cells if "exercise" in c.metadata.get("tags", [])]
    if len(stubs) < 3:
        yield f"has {len(stubs)} exercises"


# --- the text -------------------------------------------------------------------


@rule
def words_keep_pace_with_code(nb):
    words = sum(word_count(cell.source) for cell in markdown_cells(nb))
    each = words / max(1, len(code_cells(nb)))
    if not 40 <= each <= 90:
        yield f"has {each:.0f} words a code cell"


@rule
def opening_says_what_to_expect(nb):
    opening = nb.cells[0].source if nb.cells else ""
    if not opening.startswith("# "):
        yield "does not begin with its title"
    for phrase in ("**You will be able to**", "**You need**", "**Minutes:**"):
        if phrase not in opening:
            yield f"its opening does not say {phrase}"
    if not re.search(r"\*\*Minutes:\*\* .*\d", opening):
        yield "its opening does not say how many minutes"


@rule
def experiments_are_predicted(nb):
    if not any("**Predict.**" in cell.source for cell in markdown_cells(nb)):
        yield "asks for no prediction"


@rule
def ending_sums_up_in_three_lines(nb):
    text = "\n".join(cell.source for cell in markdown_cells(nb))
    sections = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, re.M | re.S))
    for name in ("Summary", "Next", "Notation"):
        if name not in sections:
            yield f"has no section {name}"
    if len(re.findall(r"^\d\. ", sections.get("Summary", ""), re.M)) != 3:
        yield "its summary is not three numbered lines"


@rule
def links_lead_to_lessons_of_the_course(nb):
    for cell in markdown_cells(nb):
        for target in re.findall(r"\]\(([^)#]+\.ipynb)", cell.source):
            if target.removesuffix(".ipynb") not in COURSE:
                yield f"{cell.id}: links to {target}"


# --- every lesson keeps every rule ----------------------------------------------


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
@pytest.mark.parametrize("name", RULES)
def test_lesson_keeps_the_rule(path, name):
    nb = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    assert not list(RULES[name](nb))


def test_there_are_lessons_and_all_belong_to_the_course():
    assert WRITTEN
    assert {path.stem for path in WRITTEN} <= set(COURSE)


# --- every rule can fail --------------------------------------------------------


def good_lesson():
    """Build the smallest notebook that keeps the contract."""
    cells = [
        new_markdown_cell(
            "# Lesson 0 · Nothing\n\n**You will be able to** nod.\n\n"
            "**You need** eyes.\n\n**Minutes:** 5.\n\n" + "word " * 700,
            id="title",
        ),
        new_code_cell("import numpy as np\n\nfrom bpkit import check", id="imports"),
        new_code_cell("rng = np.random.default_rng(0)", id="rng"),
        new_markdown_cell("**Predict.** What will you see?", id="predict"),
        new_code_cell(
            "show(picture, alt=alt)",
            id="figure",
            outputs=[
                new_output(
                    "display_data",
                    {"image/png": "iVBORw0KGgo=", "text/plain": "A line."},
                    metadata={"image/png": {"alt": "A line.", "width": 660}},
                ),
                new_output("stream", name="stdout", text="It rises by 3.\n"),
            ],
        ),
    ]
    cells.append(
        new_code_cell(
            "explore(Something())",
            id="explorer",
            outputs=[
                new_output(
                    "execute_result",
                    {
                        WIDGET: {"model_id": "explorer"},
                        "image/png": "iVBORw0KGgo=",
                        "text/plain": "Something\nIt is 3.",
                    },
                    metadata={"image/png": {"alt": "A picture. It is 3."}},
                )
            ],
        )
    )
    for name in ("first", "second", "third"):
        stub = f'def {name}(x):\n    """Return x."""\n    ...'
        cells += [
            new_markdown_cell(f"### Exercise · `{name}(x)`", id=f"{name}-task"),
            new_code_cell(stub, id=f"{name}-stub", metadata={"tags": ["exercise"]}),
            new_code_cell(f"check({name})", id=f"{name}-check"),
        ]
    cells += [new_code_cell(f"print({n})", id=f"print-{n}") for n in range(4)]
    cells.append(
        new_markdown_cell(
            "## Summary\n\n1. a\n2. b\n3. c\n\n## Next\n\n[on](09_tuning.ipynb)\n\n"
            "## Notation\n\nNone.",
            id="end",
        )
    )
    nb = new_notebook(cells=cells, metadata={"kernelspec": PYTHON3})
    nb.nbformat_minor = 5
    for count, cell in enumerate(code_cells(nb), 1):
        cell.execution_count = count
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
    return nb


PYTHON3 = {"name": "python3", "display_name": "Python 3", "language": "python"}


def cell_of(nb, name):
    return next(cell for cell in nb.cells if cell.id == name)


def output_of(nb, name):
    return cell_of(nb, name).outputs[0]


def set_source(name, source):
    """Return a change that replaces the source of a cell."""
    return lambda nb: cell_of(nb, name).update(source=source)


def replace(name, old, new):
    """Return a change that replaces a piece of a cell's source."""

    def change(nb):
        cell = cell_of(nb, name)
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return change


def add_output(cell, *args, **kwargs):
    """Return a change that adds an output to a cell."""
    return lambda nb: cell_of(nb, cell).outputs.append(new_output(*args, **kwargs))


def printing(text):
    return add_output("print-1", "stream", name="stdout", text=text)


def set_metadata(name, **metadata):
    """Return a change that adds metadata to a cell."""
    return lambda nb: cell_of(nb, name).metadata.update(metadata)


def without(name):
    """Return a change that takes a cell away."""
    return lambda nb: nb.cells.remove(cell_of(nb, name))


def drop_alt(nb):
    cell_of(nb, "figure").outputs[0].metadata = {}


def other_alt(nb):
    cell_of(nb, "figure").outputs[0].data["text/plain"] = "<Figure>"


def long_cells(nb):
    for cell in code_cells(nb)[2:]:
        cell.source = "x = 1\n" * 6


def drop_tag(nb):
    cell_of(nb, "first-stub").metadata.pop("tags")


BROKEN = [
    ("is_valid", lambda nb: nb.update(nbformat_minor=4)),
    ("is_valid", lambda nb: cell_of(nb, "title").update(outputs=[])),
    ("cell_ids_are_unique_and_readable", lambda nb: nb.cells[3].update(id="rng")),
    ("cell_ids_are_unique_and_readable", lambda nb: nb.cells[3].update(id="a1b2c3d4")),
    ("cell_ids_are_unique_and_readable", lambda nb: nb.cells[3].update(id="7_X")),
    ("kernel_is_python3", lambda nb: nb.metadata.kernelspec.update(name="conda-env")),
    ("kernel_is_python3", lambda nb: nb.metadata.pop("kernelspec")),
    ("file_is_below_400_kb", set_source("predict", "x" * 400_000)),
    (
        "cells_carry_no_metadata_but_tags",
        set_metadata("rng", execution={"iopub.execute_input": "2026-11-21T04:00:00Z"}),
    ),
    ("cells_carry_no_metadata_but_tags", set_metadata("rng", collapsed=True)),
    (
        "cells_carry_no_metadata_but_tags",
        set_metadata("rng", jupyter={"source_hidden": True}),
    ),
    ("cells_carry_no_metadata_but_tags", set_metadata("rng", tags=["nbval-skip"])),
    ("cells_carry_no_metadata_but_tags", set_metadata("rng", tags=["hide-input"])),
    (
        "nothing_is_hidden_from_nbval",
        set_source("print-1", "# NBVAL_IGNORE_OUTPUT\nprint(1)"),
    ),
    (
        "cells_were_executed_in_order",
        lambda nb: cell_of(nb, "rng").update(execution_count=None),
    ),
    (
        "cells_were_executed_in_order",
        lambda nb: cell_of(nb, "rng").update(execution_count=7),
    ),
    (
        "cells_were_executed_in_order",
        add_output("print-1", "execute_result", {"text/plain": "1"}, execution_count=3),
    ),
    (
        "nothing_went_wrong",
        add_output("print-1", "error", ename="NameError", evalue="", traceback=[]),
    ),
    (
        "nothing_went_wrong",
        add_output("print-1", "stream", name="stderr", text="Warning"),
    ),
    (
        "printed_text_is_in_one_piece",
        add_output("figure", "stream", name="stdout", text="more\n"),
    ),
    ("outputs_are_the_same_on_every_machine", printing("in /home/ada/lessons")),
    ("outputs_are_the_same_on_every_machine", printing(r"in C:\Users")),
    ("outputs_are_the_same_on_every_machine", printing("<object at 0x7f3a12bc>")),
    ("outputs_are_the_same_on_every_machine", printing("0.30000000000000004")),
    ("figures_have_alt_text_and_a_finding", drop_alt),
    ("figures_have_alt_text_and_a_finding", other_alt),
    (
        "figures_have_alt_text_and_a_finding",
        lambda nb: cell_of(nb, "figure").outputs.pop(),
    ),
    (
        "figures_have_alt_text_and_a_finding",
        lambda nb: cell_of(nb, "figure").outputs[1].update(text="It rises.\n"),
    ),
    (
        "figures_have_alt_text_and_a_finding",
        add_output("print-1", "display_data", {"image/svg+xml": "<svg/>"}),
    ),
    (
        "figures_have_alt_text_and_a_finding",
        lambda nb: output_of(nb, "explorer").data.update({"text/plain": "Something"}),
    ),
    (
        "explorers_have_a_picture_and_a_lasting_id",
        lambda nb: output_of(nb, "explorer").data.pop("image/png"),
    ),
    (
        "explorers_have_a_picture_and_a_lasting_id",
        lambda nb: output_of(nb, "explorer").data.update({WIDGET: {"model_id": "7d"}}),
    ),
    ("no_output_widgets", set_source("print-1", "with widgets.Output():\n    pass")),
    ("no_output_widgets", set_source("print-1", "clear_output()")),
    ("no_output_widgets", set_source("print-1", "interact(f, x=3)")),
    (
        "no_output_widgets",
        lambda nb: nb.metadata.update(widgets={"state": {"model_name": "OutputModel"}}),
    ),
    ("code_cells_are_short", set_source("print-1", "x = 1\n" * 16)),
    ("code_cells_are_short", set_source("print-1", "x = 1 + " + "1 + " * 30 + "1")),
    ("code_cells_are_short", long_cells),
    ("there_are_12_to_30_code_cells", lambda nb: nb.cells.__delitem__(slice(4, 12))),
    (
        "there_are_12_to_30_code_cells",
        lambda nb: nb.cells.extend([new_code_cell("1")] * 20),
    ),
    ("imports_stand_in_the_first_code_cell", set_source("print-1", "import os")),
    (
        "imports_stand_in_the_first_code_cell",
        replace("imports", "import check", "import *"),
    ),
    (
        "imports_stand_in_the_first_code_cell",
        replace("imports", "import numpy as np", "import numpy as np\nx = 1"),
    ),
    ("one_generator_is_made_and_passed_on", replace("rng", "0", "")),
    ("one_generator_is_made_and_passed_on", without("rng")),
    (
        "one_generator_is_made_and_passed_on",
        set_source("print-1", "np.random.seed(0)"),
    ),
    (
        "an_exercise_is_task_stub_and_check",
        set_source("first-stub", 'def first(x):\n    """Return x."""\n    return x'),
    ),
    (
        "an_exercise_is_task_stub_and_check",
        set_source("first-stub", "def first(x):\n    ..."),
    ),
    (
        "an_exercise_is_task_stub_and_check",
        drop_tag,
    ),
    ("an_exercise_is_task_stub_and_check", set_source("first-check", "check(second)")),
    ("an_exercise_is_task_stub_and_check", set_source("first-check", "first(1)")),
    ("an_exercise_is_task_stub_and_check", without("first-check")),
    ("an_exercise_is_task_stub_and_check", without("first-task")),
    ("an_exercise_is_task_stub_and_check", set_source("first-task", "Do something.")),
    (
        "an_exercise_is_task_stub_and_check",
        set_source("first-stub", "first = ... + 1"),
    ),
    ("there_are_three_exercises_or_more", drop_tag),
    ("words_keep_pace_with_code", replace("title", "word " * 700, "")),
    ("words_keep_pace_with_code", replace("title", "word " * 700, "word " * 1600)),
    ("opening_says_what_to_expect", replace("title", "# Lesson", "Lesson")),
    ("opening_says_what_to_expect", replace("title", "**You will be able to**", "")),
    ("opening_says_what_to_expect", replace("title", "**You need**", "")),
    (
        "opening_says_what_to_expect",
        replace("title", "**Minutes:** 5", "**Minutes:** ?"),
    ),
    ("experiments_are_predicted", set_source("predict", "What will you see?")),
    ("ending_sums_up_in_three_lines", replace("end", "3. c", "")),
    ("ending_sums_up_in_three_lines", replace("end", "## Next", "")),
    ("ending_sums_up_in_three_lines", replace("end", "## Notation", "")),
    ("links_lead_to_lessons_of_the_course", replace("end", "09_tuning", "09_turning")),
]


@pytest.mark.parametrize("name", RULES)
def test_a_good_notebook_keeps_the_rule(name):
    assert not list(RULES[name](good_lesson()))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        pytest.param(*case, id=f"{case[0]}-{number}")
        for number, case in enumerate(BROKEN)
    ],
)
def test_a_broken_notebook_is_noticed(name, change):
    nb = good_lesson()
    change(nb)
    assert list(RULES[name](nb))


def test_every_rule_is_shown_to_fail():
    assert set(RULES) == {name for name, change in BROKEN}


def test_a_number_worked_by_hand_is_an_exercise_too():
    nb = good_lesson()
    cell_of(nb, "first-stub").source = "first = ..."
    cell_of(nb, "first-check").source = "check(first=first)"
    assert not list(an_exercise_is_task_stub_and_check(nb))


# --- lesson 8, with the learner's own functions ---------------------------------


def answers_to_lesson_8(calls):
    """Return the four functions as a learner may write them, counting their calls."""

    def initial_parameters(sizes, rng):
        calls.append("initial_parameters")
        pairs = list(zip(sizes[1:], sizes[:-1], strict=True))
        weights = [rng.standard_normal(pair) for pair in pairs]
        return weights, [rng.standard_normal((n, 1)) for n in sizes[1:]]

    def evaluate(weights, biases, x, labels):
        calls.append("evaluate")
        output = forward_pass(weights, biases, x)[1][-1]
        return int(np.sum(output.argmax(axis=0) == labels))

    def update_mini_batch(weights, biases, x, y, eta):
        nabla_b, nabla_w = backprop(weights, biases, x, y)
        return (
            [w - eta * g for w, g in zip(weights, nabla_w, strict=True)],
            [b - eta * g for b, g in zip(biases, nabla_b, strict=True)],
        )

    def sgd(weights, biases, x, y, epochs, size, eta, rng):
        calls.append("sgd")
        for _ in range(epochs):
            order = rng.permutation(x.shape[1])
            for k in range(0, order.size, size):
                part = order[k : k + size]
                weights, biases = update_mini_batch(
                    weights, biases, x[:, part], y[:, part], eta
                )
        return weights, biases

    return initial_parameters, evaluate, update_mini_batch, sgd


@pytest.fixture(scope="module")
def lesson_8():
    return nbformat.read(LESSONS / "08_sgd.ipynb", as_version=4)


def last_epoch(text):
    """Return the score that the line of the last epoch gives."""
    return int(re.search(r"Epoch 29: (\d+) / 360", text).group(1))


def test_lesson_8_reads_95_per_cent(lesson_8):
    printed = "".join(output_texts(cell_of(lesson_8, "train")))
    assert last_epoch(printed) >= 0.95 * 360


def run_with(nb, answers, passed):
    """Run a lesson's code with answers in place of its stubs; return its names."""
    names = {}
    answers = {function.__name__: function for function in answers}
    for cell in code_cells(copy.deepcopy(nb)):
        exec(compile(cell.source, cell.id, "exec"), names)
        if "exercise" in cell.metadata.get("tags", []):
            [name] = stubbed_names(cell.source)
            names[name] = answers[name]
        if cell.id == "imports":
            names["check"] = lambda answer: SimpleNamespace(
                passed=answer.__name__ in passed
            )
    return names


def test_lesson_8_is_driven_by_the_learners_functions_once_they_pass(lesson_8, capsys):
    calls = []
    answers = answers_to_lesson_8(calls)
    names = run_with(lesson_8, answers, passed={f.__name__ for f in answers})
    assert {"backprop", "forward_pass"} <= set(names), "the answers need these"
    printed = capsys.readouterr().out
    assert "Driving: your own four functions" in printed
    assert "Not passed yet: none" in printed
    assert last_epoch(printed) >= 0.95 * 360
    assert calls.count("initial_parameters") == 1
    assert calls.count("sgd") == 30
    assert calls.count("evaluate") == 31


def test_lesson_8_says_what_is_missing_while_one_function_fails(lesson_8, capsys):
    calls = []
    answers = answers_to_lesson_8(calls)
    run_with(lesson_8, answers, passed={f.__name__ for f in answers} - {"sgd"})
    printed = capsys.readouterr().out
    assert "Driving: bpkit's Network" in printed
    assert "Not passed yet: sgd" in printed
    assert not calls
