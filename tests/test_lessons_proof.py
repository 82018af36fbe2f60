"""Every rule of the notebook contract can fail: proof for test_lessons.py.

A good notebook is broken in one place at a time, and the rule must notice.
"""

import base64
import io

import pytest
from nbformat.v4 import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
)
from notebooks import STORED, WIDGET, cell_of, code_cells
from PIL import Image
from test_lessons import RULES, an_exercise_is_task_stub_and_check


def picture(colour):
    """Return a small picture in one colour, as a notebook stores it."""
    drawn = io.BytesIO()
    Image.new("RGB", (9, 9), colour).save(drawn, "png")
    return base64.b64encode(drawn.getvalue()).decode("ascii")


WHITE = picture("white")
PYTHON3 = {"name": "python3", "display_name": "Python 3", "language": "python"}


def image(alt, colour=WHITE):
    return f'<img alt="{alt}" src="data:image/png;base64,{colour}">'


def good_lesson():
    """Build the smallest notebook that keeps the contract."""
    cells = [
        new_markdown_cell(
            "# Lesson 0 · Nothing\n\n**You will be able to** nod.\n\n"
            "**You need** eyes.\n\n**Minutes:** about 25, of which 10 for the three "
            "exercises; the short path, marked ★,\ntakes 15.\n\n" + "word " * 900,
            id="title",
        ),
        new_code_cell("import numpy as np\n\nfrom bpkit import check", id="imports"),
        new_code_cell("rng = np.random.default_rng(0)", id="rng"),
        new_markdown_cell(
            "## 1 · A look\n\n*Minutes: 5.* **Predict.** What will you see?",
            id="predict",
        ),
        new_code_cell(
            "show(picture, alt=alt)",
            id="figure",
            outputs=[
                new_output(
                    "display_data",
                    {"text/html": image("A line."), "text/plain": "A line."},
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
                    "display_data",
                    {
                        "text/html": f"{STORED}{image('A picture. It is 3.')}"
                        "<p>It is 3.</p>Run this cell.</div>",
                        "text/plain": "Something\nIt is 3.",
                    },
                ),
                new_output("display_data", {WIDGET: {"model_id": "explorer"}}),
            ],
        )
    )
    for n in (1, 2, 3):
        foretold = f"prediction_0_{n}"
        cells += [
            new_markdown_cell(
                f"### Prediction 0.{n}\n\nGive `{foretold}` a letter.",
                id=f"foretell-{n}",
            ),
            new_code_cell(
                f"{foretold} = ...",
                id=f"foretold-{n}-stub",
                metadata={"tags": ["exercise"]},
            ),
            new_code_cell(f"check({foretold}={foretold})", id=f"foretold-{n}-check"),
        ]
    cells.append(
        new_markdown_cell(
            "## 2 · A try ★\n\n*Minutes: 20; on the short path 15.* Try.", id="try"
        )
    )
    for name in ("first", "second", "third"):
        stub = f'def {name}(x):\n    """Return x."""\n    ...'
        cells += [
            new_markdown_cell(
                f"### Exercise 0.1 · `{name}(x)` ★\n\nReturn x.", id=f"{name}-task"
            ),
            new_code_cell(stub, id=f"{name}-stub", metadata={"tags": ["exercise"]}),
            new_code_cell(f"check({name})", id=f"{name}-check"),
        ]
    cells += [new_code_cell(f"print({n})", id=f"print-{n}") for n in range(4)]
    folded = (
        f"<details><summary>Why {n}?</summary>\n\n{'word ' * 9}\n\n</details>"
        for n in range(5)
    )
    cells.append(new_markdown_cell("\n\n".join(["## Recall", *folded]), id="recall"))
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


def rewrite(name, old, new):
    """Return a change that replaces a piece of what a cell shows as HTML."""

    def change(nb):
        data = output_of(nb, name).data
        assert old in data["text/html"]
        data["text/html"] = data["text/html"].replace(old, new)

    return change


def other_plain(name, text):
    """Return a change that puts another plain text beside a picture."""
    return lambda nb: output_of(nb, name).data.update({"text/plain": text})


def change_widget(**data):
    """Return a change to what the explorer's widget shows."""
    return lambda nb: cell_of(nb, "explorer").outputs[1].data.update(data)


def orange_for_vermilion(nb):
    shown = image("A line.", picture("#D55E00"))
    output_of(nb, "figure").data["text/html"] = shown
    cell_of(nb, "predict").source += " What does the orange arrow say?"


def long_cells(nb):
    for cell in code_cells(nb)[2:]:
        cell.source = "x = 1\n" * 6


def drop_tag(nb):
    cell_of(nb, "first-stub").metadata.pop("tags")


BROKEN = [
    ("printed_lines_fit_a_narrow_page", printing("x" * 73)),
    (
        "printed_lines_fit_a_narrow_page",
        add_output("print-1", "display_data", {"text/plain": "short\n" + "x" * 73}),
    ),
    (
        "programs_in_the_text_fit_a_narrow_page",
        set_source("predict", "```python\n" + "x" * 61 + "\n```"),
    ),
    ("colours_bear_the_palettes_names", rewrite("figure", "A line", "A red line")),
    ("colours_bear_the_palettes_names", orange_for_vermilion),
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
    (
        "pictures_reach_those_who_cannot_see_them",
        add_output("print-1", "display_data", {"image/png": "iVBORw0KGgo="}),
    ),
    (
        "pictures_reach_those_who_cannot_see_them",
        add_output("print-1", "display_data", {"image/svg+xml": "<svg/>"}),
    ),
    (
        "pictures_reach_those_who_cannot_see_them",
        rewrite("figure", 'alt="A line."', ""),
    ),
    (
        "pictures_reach_those_who_cannot_see_them",
        rewrite("explorer", "A picture. It is 3.", " "),
    ),
    (
        "pictures_reach_those_who_cannot_see_them",
        rewrite("figure", "data:image/png;base64,", "pictures/1.png?"),
    ),
    ("figures_are_followed_by_their_findings", other_plain("figure", "<Figure>")),
    (
        "figures_are_followed_by_their_findings",
        lambda nb: cell_of(nb, "figure").outputs.pop(),
    ),
    (
        "figures_are_followed_by_their_findings",
        lambda nb: cell_of(nb, "figure").outputs[1].update(text="It rises.\n"),
    ),
    (
        "explorers_have_a_picture_and_a_lasting_id",
        lambda nb: cell_of(nb, "explorer").outputs.pop(0),
    ),
    (
        "explorers_have_a_picture_and_a_lasting_id",
        rewrite("explorer", image("A picture. It is 3."), ""),
    ),
    (
        "explorers_have_a_picture_and_a_lasting_id",
        rewrite("explorer", "A picture. It is 3.", "A picture."),
    ),
    ("explorers_have_a_picture_and_a_lasting_id", other_plain("explorer", "Something")),
    (
        "explorers_have_a_picture_and_a_lasting_id",
        rewrite("explorer", "<p>It is 3.</p>", ""),
    ),
    (
        "explorers_have_a_picture_and_a_lasting_id",
        rewrite("explorer", "Run this cell.", ""),
    ),
    (
        "explorers_have_a_picture_and_a_lasting_id",
        change_widget(**{"text/plain": "VBox()"}),
    ),
    (
        "explorers_have_a_picture_and_a_lasting_id",
        change_widget(**{WIDGET: {"model_id": "7d"}}),
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
    ("there_are_12_to_40_code_cells", lambda nb: nb.cells.__delitem__(slice(4, 20))),
    (
        "there_are_12_to_40_code_cells",
        lambda nb: nb.cells.extend([new_code_cell("1")] * 30),
    ),
    (
        "ties_fall_alike_on_every_processor",
        set_source("print-1", "print(np.argsort(scores)[::-1])"),
    ),
    (
        "ties_fall_alike_on_every_processor",
        set_source("print-1", "print(scores.argsort(axis=0))"),
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
    ("an_exercise_is_task_stub_and_check", replace("first-task", "Return x.", "")),
    (
        "an_exercise_is_task_stub_and_check",
        set_source("first-stub", "first = ... + 1"),
    ),
    ("there_are_three_exercises_or_more", drop_tag),
    ("words_keep_pace_with_code", replace("title", "word " * 900, "")),
    ("words_keep_pace_with_code", replace("title", "word " * 900, "word " * 2200)),
    ("opening_says_what_to_expect", replace("title", "# Lesson", "Lesson")),
    ("opening_says_what_to_expect", replace("title", "**You will be able to**", "")),
    ("opening_says_what_to_expect", replace("title", "**You need**", "")),
    (
        "opening_says_what_to_expect",
        replace("title", "about 25", "about ?"),
    ),
    ("minutes_add_up", replace("title", "about 25", "about ?")),
    ("minutes_add_up", replace("title", "about 25", "about 30")),
    ("minutes_add_up", replace("title", "which 10", "which 25")),
    ("minutes_add_up", replace("title", "the three", "the four")),
    ("minutes_add_up", replace("title", "takes 15", "takes 20")),
    ("minutes_add_up", replace("title", "; the short path, marked ★,\ntakes 15", "")),
    ("minutes_add_up", replace("try", "*Minutes: 20; on", "*On")),
    ("the_short_path_leads_to_its_exercises", replace("try", " ★", "")),
    ("three_experiments_are_predicted_and_judged", without("foretold-2-check")),
    (
        "no_more_than_five_experiments_are_predicted",
        replace("predict", "**Predict.**", "**Predict.** " * 3),
    ),
    ("five_questions_are_recalled", without("recall")),
    ("five_questions_are_recalled", replace("recall", "## Recall", "Recall")),
    ("five_questions_are_recalled", replace("recall", "Why 4?", "Why 4.")),
    ("five_questions_are_recalled", replace("recall", "word ", "")),
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
