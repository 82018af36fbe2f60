"""The notebook contract: what every lesson keeps.

A rule is a function from a notebook to the complaints about it. That each of them can
fail is shown in test_lessons_proof.py.
"""

import ast
import base64
import io
import re
import statistics
from html import escape
from itertools import pairwise

import nbformat
import numpy as np
import pytest
from notebooks import (
    EXERCISE,
    LESSONS,
    SECTION,
    STORED,
    WIDGET,
    WRITTEN,
    code_cells,
    images_in,
    markdown_cells,
    output_texts,
    short_minutes,
    starred,
    stubbed_names,
    text_of,
)
from PIL import Image, ImageColor

from bpkit.exercises import SHORT_PATH
from bpkit.scene import NAMES
from bpkit.words import unbroken

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
PARTS = (  # of the digit reader in lesson 8
    *("sigmoid", "forward_pass", "backprop", "quadratic_cost", "mini_batches"),
    *("initial_parameters", "update_mini_batch", "sgd", "evaluate"),
)
RULES = {}


def rule(function):
    """Register a rule of the contract."""
    RULES[function.__name__] = function
    return function


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
def pictures_reach_those_who_cannot_see_them(nb):
    for cell in code_cells(nb):
        for output in cell.outputs:
            data = output.get("data", {})
            if any(mime.startswith("image/") for mime in data):
                yield f"{cell.id}: a picture is shown without its alt text"
            for image in images_in(data.get("text/html", "")):
                if not image.get("src", "").startswith("data:image/png;base64,"):
                    yield f"{cell.id}: a picture is no PNG or not in the notebook"
                if not image.get("alt", "").strip():
                    yield f"{cell.id}: a picture has no alt text"


@rule
def figures_are_followed_by_their_findings(nb):
    for cell in code_cells(nb):
        for output, following in pairwise([*cell.outputs, None]):
            data = output.get("data", {})
            html = data.get("text/html", "")
            if STORED in html or not images_in(html):
                continue
            if data.get("text/plain") != images_in(html)[0].get("alt"):
                yield f"{cell.id}: a figure is not said in plain text"
            if following is None or not re.search(r"\d", following.get("text", "")):
                yield f"{cell.id}: a figure is not followed by its finding"


@rule
def explorers_have_a_picture_and_a_lasting_id(nb):
    for cell in code_cells(nb):
        for before, output in pairwise([{}, *cell.outputs]):
            data = output.get("data", {})
            if WIDGET not in data:
                continue
            if any(data[mime] for mime in set(data) - {WIDGET}):
                yield f"{cell.id}: what stands beside a widget is never seen"
            if data[WIDGET].get("model_id") != cell.id:
                yield f"{cell.id}: a widget's id changes with every run"
            stored = before.get("data", {})
            html = stored.get("text/html", "")
            if STORED not in html or not images_in(html):
                yield f"{cell.id}: an explorer has no picture for pages without it"
                continue
            # The plain text is the explorer's title, then its sentence.
            sentence = stored.get("text/plain", "").partition("\n")[2]
            seen = f"<p>{escape(unbroken(sentence))}</p>"
            said = re.search(r"\d", sentence) and seen in html
            if not said or not images_in(html)[0].get("alt", "").endswith(sentence):
                yield f"{cell.id}: an explorer does not say what it shows"
            if "Run this cell" not in html:
                yield f"{cell.id}: an explorer does not say how it comes to life"


@rule
def no_output_widgets(nb):
    banned = r"clear_output|interactive_output|\binteract\b|\bOutput\("
    for cell in code_cells(nb):
        if found := re.search(banned, cell.source):
            yield f"{cell.id}: uses {found.group()}, which nbval cannot follow"
    if "OutputModel" in str(nb.metadata.get("widgets", "")):
        yield "stores an Output widget"


# JupyterLab at 700 pixels: a longer line goes on at the left edge, or breaks in a word.
PRINTED, FENCED = 72, 60


@rule
def printed_lines_fit_a_narrow_page(nb):
    for cell in code_cells(nb):
        for output in cell.outputs:
            data = output.get("data", {})
            seen = output.get("text", data.get("text/plain", ""))
            if {"text/html", "image/png"} & set(data):
                continue  # the text is not what is seen
            for line in seen.splitlines():
                if len(line) > PRINTED:
                    yield f"{cell.id}: prints {len(line)} characters in a line"


@rule
def programs_in_the_text_fit_a_narrow_page(nb):
    for cell in markdown_cells(nb):
        for program in re.findall(r"```.*?```", cell.source, flags=re.DOTALL):
            for line in program.splitlines():
                if len(line) > FENCED:
                    yield f"{cell.id}: shows a program {len(line)} characters wide"


def colours_of(png):
    """Return the names of the palette's colours that a stored picture shows."""
    image = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    found = [
        colour for n, colour in image.getcolors(image.width * image.height) if n > 20
    ]
    return {
        name
        for colour, name in NAMES.items()
        if (np.abs(np.array(found) - ImageColor.getrgb(colour)).max(axis=1) < 8).any()
    }


COLOURS = re.compile(
    r"\b(sky blue|black|gr[ea]y|white|blue|orange|green|vermilion|purple|red|yellow"
    r"|pink|magenta|violet|brown|cyan|turquoise)\b"
)


@rule
def colours_bear_the_palettes_names(nb):
    shown = set()
    for cell in code_cells(nb):
        for output in cell.outputs:
            for image in images_in(output.get("data", {}).get("text/html", "")):
                here = colours_of(image["src"].partition("base64,")[2])
                shown |= here
                for word in set(COLOURS.findall(image.get("alt", ""))) - here:
                    yield f"{cell.id}: {word} is in the alt text, not in the picture"
    for cell in markdown_cells(nb):
        for word in set(COLOURS.findall(cell.source)) - shown:
            yield f"{cell.id}: speaks of {word}, which no picture shows"


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
def there_are_12_to_40_code_cells(nb):
    if not 12 <= len(code_cells(nb)) <= 40:
        yield f"has {len(code_cells(nb))} code cells"


def unstable_orders(source):
    """Yield sorts whose ties fall as the processor likes; random numbers have none."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            call = ast.unparse(node)
            is_sort = re.match(r"[^(]*argsort$", ast.unparse(node.func))
            if is_sort and "stable" not in call and "rng." not in call:
                yield call


@rule
def ties_fall_alike_on_every_processor(nb):
    for cell in code_cells(nb):
        for call in unstable_orders(cell.source):
            yield f'{cell.id}: {call} wants kind="stable"'


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


COMES_BACK = re.compile(r"\b(return|giv|yield|fill|number|result|comes? back)", re.I)


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
        elif not COMES_BACK.search(task.source):
            yield f"{task.id}: the task does not say what comes back"
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
    names = [name for c in stubs for name in stubbed_names(c.source) or []]
    asked = [name for name in names if not name.startswith("prediction_")]
    if len(asked) < 3:
        yield f"has {len(asked)} exercises"


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
    if not MINUTES.search(opening):
        yield "its opening does not say how many minutes"


MINUTES = re.compile(
    r"\*\*Minutes:\*\* about (\d+), of which (\d+) for the (\w+) exercises"
    r"(?:; the short path, marked ★,\s+takes (\d+))?\."
)


@rule
def minutes_add_up(nb):
    opening = MINUTES.search(" ".join(nb.cells[0].source.split()))
    if opening is None:
        yield "its opening does not say how many minutes, for how many exercises"
        return
    total, exercises, count, short = opening.groups()
    text = text_of(nb)
    sections = re.findall(r"^## (\d+ · .+)", text, re.M)
    found = [int(whole) for _, whole, _ in SECTION.findall(text)]
    if len(found) != len(sections):
        yield f"of {len(sections)} sections, {len(found)} say their minutes"
    if sum(found) != int(total):
        yield f"its sections take {sum(found)} minutes, not {total}"
    if not 0 < int(exercises) < int(total) <= 120:
        yield f"takes {total} minutes, of which {exercises} for exercises"
    if NUMERALS[len(EXERCISE.findall(text))] != count:
        yield f"has {len(EXERCISE.findall(text))} exercises, not {count}"
    if short_minutes(nb) != int(short or 0):
        yield f"the short path takes {short_minutes(nb)} minutes, not {short}"


NUMERALS = (
    *("zero", "one", "two", "three", "four", "five"),
    *("six", "seven", "eight", "nine", "ten"),
)


@rule
def the_short_path_leads_to_its_exercises(nb):
    on_path = False
    for line in text_of(nb).splitlines():
        if line.startswith("## "):
            on_path = line.endswith(" ★")
        elif line.startswith("### Exercise") and line.endswith(" ★") and not on_path:
            yield f"{line}: is starred, and its section is not"


@rule
def three_experiments_are_predicted_and_judged(nb):
    foretold = [
        name
        for cell in code_cells(nb)
        for name in checked_names(cell.source) or []
        if name and name.startswith("prediction_")
    ]
    if len(foretold) != 3:
        yield f"judges {len(foretold)} predictions: {foretold}"


@rule
def no_more_than_five_experiments_are_predicted(nb):
    text = text_of(nb)
    asked = text.count("**Predict.**") + text.count("### Prediction ")
    if asked > 5:
        yield f"asks for {asked} predictions"


@rule
def five_questions_are_recalled(nb):
    cells = [cell for cell in nb.cells if cell.id == "recall"]
    if not cells or not cells[0].source.startswith("## Recall\n"):
        yield "has no cell `recall` with the heading Recall"
        return
    asked = re.findall(
        r"^<details><summary>(.+?\?)</summary>\n\n(.+?)\n\n</details>",
        cells[0].source,
        re.M | re.S,
    )
    if len(asked) != 5:
        yield f"asks {len(asked)} questions with an answer folded away"
    for question, answer in asked:
        if word_count(answer) < 8:
            yield f"{question} has no answer"


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


def read(path):
    return nbformat.read(path, as_version=nbformat.NO_CONVERT)


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
@pytest.mark.parametrize("name", RULES)
def test_lesson_keeps_the_rule(path, name):
    complaints = list(RULES[name](read(path)))
    assert complaints == []


def test_bpkit_sorts_alike_on_every_processor():
    pages = sorted((LESSONS.parent / "bpkit").rglob("*.py"))
    sources = [page.read_text(encoding="utf-8") for page in pages]
    assert [call for source in sources for call in unstable_orders(source)] == []


def test_the_short_path_is_that_of_progress_and_takes_at_most_five_hours():
    lessons = [read(path) for path in WRITTEN]
    assert [name for nb in lessons for name in starred(nb)] == list(SHORT_PATH)
    total = sum(map(short_minutes, lessons))
    assert 0 < total <= 300
    assert "in at most five hours" in " ".join(lessons[0].cells[0].source.split())


def test_the_short_path_holds_every_part_of_the_digit_reader():
    assert set(PARTS) <= set(SHORT_PATH)


def test_there_are_lessons_and_all_belong_to_the_course():
    assert WRITTEN
    assert {path.stem for path in WRITTEN} <= set(COURSE)
