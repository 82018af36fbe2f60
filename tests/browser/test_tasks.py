"""Ten tasks of whoever tunes a network, each done by hand in few actions.

An action is a slider moved, an option chosen, a button pressed, a text copied or
pasted, or Enter. What the explorer says in the end is compared with networks that the
test trains itself from lines of code, and with what the kernel holds.
"""

import ast
import hashlib
import json
import re

import lab
import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from sentences import numbers

from bpkit import load_digits
from bpkit.backprop import forward_pass
from bpkit.costs import COSTS
from bpkit.widgets import tuner as module

MOST = 8  # actions
CELLS = [
    f"""import hashlib, json
from bpkit.widgets import explore
from bpkit.widgets.{name} import *
{name} = {name.title()}()
shown_{name} = explore({name})
shown_{name}"""
    for name in ("playground", "tuner")
]
MARK_OLD = (
    """document.querySelectorAll(".bpkit").forEach(e => e.classList.add("old"))"""
)
EVALUATE = """async (expression) => {
  const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const asked = { code: "", user_expressions: { answer: `json.dumps(${expression})` } };
  const { content } = await kernel.requestExecute(asked).done;
  return content.user_expressions.answer.data["text/plain"];
}"""
BITS = """hashlib.sha256(b"".join(
  p.tobytes() for p in [*{net}.weights, *{net}.biases])).hexdigest()"""
TRAINED = """([widget, start, epochs]) => {
  const { value } = widget.querySelector("textarea");
  const found = value.match(/SGD\\(training_data, (\\d+), (.*)/);
  return found && found[2].startsWith(start) && Number(found[1]) >= epochs;
}"""
EPOCHS = "SGD(training_data, 20"
LEARNT = 0.12  # a cost that needs more than a straight line


class Hand(lab.Explorer):
    """A hand on an explorer, which counts what it does."""

    actions = 0

    def _control(self, name):
        """Return a control to act on: that is one more action."""
        self.actions += 1
        assert self.actions <= MOST
        return self.widget.locator(f'[name="{name}"]')

    def slide(self, name, key, times=1):
        """Move a slider with some presses of a key."""
        slider = self._control(name)
        for _ in range(times):
            slider.press(key)

    def choose(self, name, option):
        """Choose an option of a menu."""
        self._control(name).select_option(option)

    def press(self, name):
        """Press a button."""
        self._control(name).click()

    def play(self, name="play"):
        """Press a button that plays, and wait for its end; return the sentence."""
        self.press(name)
        self.widget.locator("button", has_text="Pause").wait_for(state="detached")
        return self.sentence()

    def copy(self):
        """Return the line of code of the run."""
        return self._control("line").input_value()

    def paste(self, text):
        """Put a text into the field for the line, in place of what is there."""
        self._control("line").press("Control+a")
        self.page.keyboard.insert_text(text)

    def enter(self):
        """Press Enter in the field."""
        self._control("line").press("Enter")

    def line(self):
        """Return what stands in the field for the line: a look is no action."""
        return self.widget.locator("textarea").input_value()

    def says(self, words):
        """Wait until the sentence has some words; return it."""
        said = self.widget.locator(".bpkit-sentence", has_text=words)
        said.wait_for()
        return said.inner_text()

    def has_trained(self, start, epochs):
        """Wait until the line says so many epochs, with a batch size and an η."""
        widget = self.widget.element_handle()
        self.page.wait_for_function(TRAINED, arg=[widget, start, epochs])


@pytest.fixture(scope="module")
def lesson(browser, folder, address):
    """Open a notebook that shows both explorers."""
    notebook = new_notebook(cells=[new_code_cell(code) for code in CELLS])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, folder / "tasks.ipynb")
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    yield lab.Lesson(page, address("tasks.ipynb"), run=False)
    page.close()


@pytest.fixture
def anew(lesson):
    """Return a function that makes an explorer anew and gives a hand on it."""

    def anew(name):
        lesson.page.evaluate(MARK_OLD)
        lesson.run_all_cells()
        cell = lesson.show_cell(["playground", "tuner"].index(name))
        widget = lesson.page.locator(f"{cell} .bpkit:not(.old)")
        widget.wait_for()
        return Hand(lesson.page, widget)

    return anew


@pytest.fixture
def kernel(lesson):
    """Return a function that evaluates an expression in the kernel."""

    def kernel(expression):
        text = lesson.page.evaluate(EVALUATE, expression)
        return json.loads(ast.literal_eval(text))

    return kernel


# --- what the tests compute themselves -----------------------------------------------


def after(line):
    """Return the names that a line of code leaves."""
    names = {}
    exec(line, names)
    return names


def cost(net, data):
    """Return the mean cross-entropy of one output, in nats."""
    x, y = data
    return COSTS["cross_entropy"].value(net.feedforward(x), y)


def accuracy(net, data):
    """Return the share of points on the right side of 1/2, in per cent."""
    x, y = data
    return 100 * float(np.mean((net.feedforward(x) > 0.5) == (y > 0.5)))


def near(values):
    """Return what the numbers of a sentence are near that rounds these values."""
    return pytest.approx(values, rel=6e-3)


def check_end(sentence, line):
    """Check the last sentence of a playground; return the cost held out."""
    run, (epochs, *_) = after(line), numbers(line.rpartition("SGD(training_data")[2])
    piles = run["training_data"], run["test_data"]
    right = [f(run["net"], pile) for f in (cost, accuracy) for pile in piles]
    said = numbers(sentence.rpartition("Epoch ")[2])
    assert said == near([epochs, *right])
    return right[1]


def measured(line, every):
    """Return the costs on both piles each so many epochs of a playground's line."""
    made, _, rest = line.rpartition("; net.SGD(")
    epochs, batch, eta = numbers(rest)
    run = after(made)
    piles, net = (run["training_data"], run["test_data"]), run["net"]
    costs = [[cost(net, pile) for pile in piles]]
    for _ in range(int(epochs) // every):
        net.SGD(piles[0], every, int(batch), eta)
        costs.append([cost(net, pile) for pile in piles])
    return np.array(costs).T


def epochs_to_learn(line):
    """Return after how many epochs, of 20, the training cost of a line is low."""
    training, _ = measured(re.sub(r"SGD\(training_data, \d+", EPOCHS, line), 1)
    low = training < LEARNT
    return int(low.argmax()) if low.any() else np.inf


def bits(net):
    """Return a name of all parameters of a network."""
    parts = [p.tobytes() for p in [*net.weights, *net.biases]]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def hits(line):
    """Return which validation digits the line of a tuner's run reads right."""
    run = after(line)
    x, y = run["validation_data"]
    return run["net"].feedforward(x).argmax(axis=0) == y.argmax(axis=0)


def tuner_runs(kernel):
    """Return settings, line and right digits of each run that the kernel keeps."""
    kept = kernel("""[[r.number, [asdict(s), code_of(s), r.right]]
        for s, r in tuner.runs.items()]""")
    assert all(right == hits(line).sum() for _, (_, line, right) in kept)
    return dict(kept)


def check_comparison(sentence, runs):
    """Check what a tuner says of a run and its rival; return the run's number."""
    found, *more = re.findall(
        r"Run (\d+): (\d+) of 300 .* run (\d+), (\d+)\. Of the (\d+) digits? .*"
        r" reads (\d+), the other (\d+): the difference is (\d+), (.*)above 2√(\d+)",
        re.sub(r"\s", " ", sentence),
    )
    assert not more
    ours, right, rival, its, alone, mine, its_own, difference, negated, root = found
    one, other = (hits(runs[int(n)][1]) for n in (ours, rival))
    assert (int(right), int(its)) == (one.sum(), other.sum())
    a, b = (one & ~other).sum(), (other & ~one).sum()
    assert [int(n) for n in (alone, mine, its_own, difference, root)] == [
        *(a + b, a, b, abs(a - b), a + b)
    ]
    assert (negated == "") == (abs(a - b) > 2 * (a + b) ** 0.5)
    return int(ours)


def marks(kernel, name, panel):
    """Return the marks with a label in a panel, as the page has them."""
    found = kernel(f"shown_{name}.face.scene['panels'][{panel}]['marks']")
    return {mark["label"]: mark for mark in found if mark.get("label")}


def title(kernel, name, panel):
    """Return the title of a panel, as the page has it."""
    return kernel(f"shown_{name}.face.scene['panels'][{panel}]['title']")


def as_a_chat_shows(line):
    """Return a line as it is after a chat: curly quotes, backticks, short lines."""
    return "```python\n" + line.replace('"', "”").replace("; ", ";\n") + "\n```"


# --- the tasks -----------------------------------------------------------------------


def test_1_the_fastest_learning_rate_that_converges(anew, kernel):
    hand = anew("playground")
    hand.press("play")
    hand.has_trained("10, 1,", 20)
    for eta in ("3.16", "10", "31.6", "100"):  # a key each, while it plays
        hand.slide("eta", "PageUp")
        hand.has_trained(f"10, {eta},", 20)
    hand.press("best")
    hand.says("accuracy 9")
    check_end(hand.sentence(), hand.line())
    lines = kernel("[r.line for r in [playground.run, *playground.runs]]")
    learnt = {numbers(line)[-1]: epochs_to_learn(line) for line in lines}
    assert sorted(learnt) == [1, 3.16, 10, 31.6, 100]
    assert min(learnt, key=learnt.get) == 10
    # How far each came before the next key depends on the machine, so does the best.
    ends = {numbers(line)[-1]: after(line) for line in lines}
    held = {eta: accuracy(end["net"], end["test_data"]) for eta, end in ends.items()}
    assert held[numbers(hand.line())[-1]] == max(held.values())


def test_2_batch_sizes_at_equal_work(anew):
    hand = anew("playground")
    hand.slide("until", "ArrowRight", 4)
    said = {"10": (hand.play(), hand.line())}
    for batch in ("1", "100"):
        hand.choose("batch", batch)
        said[batch] = hand.play(), hand.line()
    for batch, (sentence, line) in said.items():
        assert f"SGD(training_data, 20, {batch}, 1, " in line
        check_end(sentence, line)


def test_3_two_costs_each_at_its_best_learning_rate(anew, kernel):
    hand = anew("tuner")
    hand.slide("epochs", "Home")
    hand.play("sweep")
    hand.choose("cost", "quadratic")
    sentence = hand.play("sweep")
    runs = tuner_runs(kernel)
    assert len(runs) == 48
    best = {
        kind: max(right for s, _, right in runs.values() if s["cost"] == kind)
        for kind in ("quadratic", "cross_entropy")
    }
    ours = check_comparison(sentence, runs)
    settings, _, right = runs[ours]
    assert (settings["cost"], right) == ("quadratic", best["quadratic"])
    assert f", {best['cross_entropy']}. Of the " in sentence


def test_4_over_fitting_and_its_cure(anew):
    hand = anew("playground")
    hand.slide("points", "Home")
    hand.slide("noise", "ArrowRight", 10)
    hand.slide("eta", "PageUp", 2)
    hand.slide("until", "ArrowRight", 20)
    sentence, line = hand.play(), hand.line()
    assert sentence.startswith("Over-fitting: ")
    at, *said = numbers(sentence)[:5]
    training, held = (
        np.convolve(costs, np.full(4, 1 / 4), "valid") for costs in measured(line, 4)
    )
    best = held.argmin()
    assert at == 4 * (best + 2)
    assert said == near([held[best], held[-1], training[best], training[-1]])
    rose = check_end(sentence, line)
    hand.choose("decay", "0.003")
    cured = hand.play()
    assert "Over-fitting" not in cured
    assert check_end(cured, hand.line()) < rose / 2


def test_5_why_five_layers_do_not_learn_and_what_helps(anew):
    hand = anew("playground")
    hand.slide("layers", "End")
    why = hand.says("The gradient vanishes")
    run = after(hand.line())
    _, nabla_w = run["net"].backprop(*run["training_data"])
    sizes = [np.linalg.norm(n) for n in nabla_w]
    assert numbers(why)[:2] == near([sizes[-1], sizes[0]])
    hand.slide("until", "ArrowRight", 4)
    guessing, line = hand.play(), hand.line()
    assert guessing.startswith("Guessing: ")
    run = after(line)
    a = forward_pass(run["net"].weights, run["net"].biases, run["training_data"][0])
    ends = a[1][-1].min(), a[1][-1].max()
    assert numbers(guessing)[:2] == near(ends)
    check_end(guessing, line)
    hand.choose("start", "standard")
    fixed = hand.play()
    assert fixed.startswith("Learning: ")
    assert check_end(fixed, hand.line()) < 0.2


def test_6_back_to_the_best_run(anew, kernel):
    hand = anew("playground")
    hand.slide("until", "ArrowRight", 4)
    hand.slide("eta", "PageUp", 2)
    good, line = hand.play(), hand.line()
    hand.slide("eta", "Home")
    assert hand.play() != good
    hand.slide("seed", "ArrowRight")
    hand.press("best")
    assert hand.says(good[:40]) == good
    assert hand.line() == line
    assert kernel(BITS.format(net="playground.run.net")) == bits(after(line)["net"])


def test_7_two_runs_in_one_picture(anew, kernel):
    hand = anew("playground")
    hand.slide("until", "ArrowRight", 4)
    hand.play()
    before = hand.line()
    hand.slide("eta", "PageUp")
    sentence, line = hand.play(), hand.line()
    curves = marks(kernel, "playground", 1)
    lines = {"other runs, training": before, "training": line}
    for label, of in lines.items():
        run = after(of)
        last = cost(run["net"], run["training_data"])
        assert curves[label]["y"][-1] == near(last)
        assert curves[label]["x"][-1] == 20
    check_end(sentence, line)


@pytest.mark.parametrize("name", ["playground", "tuner"])
def test_8_a_run_is_handed_over(name, anew, kernel):
    hand = anew(name)
    hand.slide("seed", "ArrowRight")
    if name == "tuner":
        hand.slide("epochs", "Home")
        mine = hand.play()
    else:
        hand.press("epoch")
        mine = hand.says("Epoch 1:")
    line = hand.copy()
    other = anew(name)
    other.actions = hand.actions
    other.paste(as_a_chat_shows(line))
    other.enter()
    theirs = other.play()
    assert (theirs, other.line()) == (mine, line)
    net = {"playground": "playground.run.net", "tuner": "tuner.best.net"}[name]
    assert kernel(BITS.format(net=net)) == bits(after(line)["net"])


def test_9_hidden_neurons_for_the_digits_by_honest_validation(anew, kernel):
    hand = anew("tuner")
    hand.slide("epochs", "Home")
    hand.choose("knob", "hidden")
    swept = hand.play("sweep")
    hand.press("look")
    sentence = hand.says("The one look")
    assert sentence.startswith(swept)
    runs = tuner_runs(kernel)
    best = check_comparison(swept, runs)
    assert runs[best][2] == max(right for _, _, right in runs.values())
    x, labels = load_digits()[1]
    net = after(runs[best][1])["net"]
    right = (net.feedforward(x).argmax(axis=0) == labels).sum()
    assert f"run {best} reads {right} of 360 test" in sentence


def test_10_a_sweep_of_one_knob_and_its_curve(anew, kernel):
    hand = anew("tuner")
    hand.slide("epochs", "Home")
    sentence = hand.play("sweep")
    runs = tuner_runs(kernel)
    check_comparison(sentence, runs)
    misread = [(s["eta"], 300 - right) for s, _, right in runs.values()]
    points = marks(kernel, "tuner", 1)["same otherwise"]
    assert sorted(zip(points["x"], points["y"], strict=True)) == sorted(misread)
    means = {
        eta: np.mean([m for e, m in misread if e == eta])
        for eta in module.VALUES["eta"]
    }
    best = min(means, key=means.get)
    said = title(kernel, "tuner", 1)
    assert numbers(said) == near([best, means[best]])
