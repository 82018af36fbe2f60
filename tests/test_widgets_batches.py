"""The batch explorer: no state raises, and every sentence is true."""

import json
import re

import explorers
import numpy as np
import pytest
from hypothesis import example, given, settings
from sentences import check_writing

from bpkit import Network, backprop, load_digits
from bpkit.widgets.batches import (
    EPOCHS,
    HIDDEN,
    OUTPUTS,
    BatchExplorer,
    batch_gradients,
    slopes_of_examples,
)

EXPLORER = BatchExplorer()


states = explorers.states(EXPLORER, between=True)


def at(**changes):
    return EXPLORER.clean({**EXPLORER.start(), **changes})


def marks_of(view, panel, kind):
    return [m for m in view.panels[panel].marks if m.kind == kind]


def cloud_of(view):
    """Return the drawn points of the mini-batches, and the true one's."""
    batches, true = marks_of(view, 0, "points")
    return np.array([batches.x, batches.y]), np.array([true.x, true.y])


@settings(max_examples=60)
@given(states)
@example(at(m=512.0, count=200, network="after 3 epochs", magnify=True))
@example(at(m=1.0, count=10))
def test_every_state_has_a_view_that_json_can_hold(state):
    view = explorers.checked_view(EXPLORER, state)
    assert len(view.panels) == 2
    assert len(json.dumps(view.as_data())) < 20_000
    explorers.check_numbers_are_finite(view.sentence)
    check_writing(view.sentence)


@settings(max_examples=60)
@given(states)
def test_the_sentence_is_true_of_the_drawn_points(state):
    view = EXPLORER.view(state)
    size = round(state["m"])
    points, true = cloud_of(view)
    slopes = slopes_of_examples(state["network"])
    deviations = slopes - slopes.mean(axis=1, keepdims=True)
    sigma = np.sqrt(np.mean(np.sum(deviations**2, axis=0)))
    spread = np.sqrt(np.mean(np.sum((points - true) ** 2, axis=0)))
    noun = "example" if size == 1 else "examples"
    start = rf"(\d+) mini-batches of {size} {noun}: distance from the true gradient "
    found = re.match(
        start + r"([\d.]+) \(root mean square\); σ/√m = ([\d.]+)(?:, and ([\d.]+) as "
        r"no example comes twice in a batch)?\. The noise is ([\d.]+) times as long as "
        r"the true arrow\. Pointing away from it, at more than 90°: (\d+) of (\d+) "
        r"batches\.$",
        view.sentence,
    )
    count, said, expected, rest, ratio, away, of = found.groups()
    assert int(count) == int(of) == state["count"] == points.shape[1]
    assert float(said) == pytest.approx(spread, rel=0.06)
    assert float(expected) == pytest.approx(sigma / np.sqrt(size), rel=0.06)
    examples = slopes.shape[1]
    if rest is not None:
        foretold = sigma / np.sqrt(size) * np.sqrt((examples - size) / (examples - 1))
        assert float(rest) == pytest.approx(foretold, rel=0.06)
    assert (rest is not None) == (size > examples / 10)
    assert float(ratio) == pytest.approx(spread / np.hypot(*true), rel=0.06)
    angles = np.arctan2(*points[::-1]) - np.arctan2(*true[::-1])
    assert int(away) == np.sum(np.cos(angles) < 0)


@settings(max_examples=40)
@given(states)
def test_the_window_and_its_title_agree(state):
    view = EXPLORER.view(state)
    panel = view.panels[0]
    points, _ = cloud_of(view)
    outside = sum(
        not (
            panel.xlim[0] <= x <= panel.xlim[1] and panel.ylim[0] <= y <= panel.ylim[1]
        )
        for x, y in points.T
    )
    assert panel.title.endswith(f"; {outside} outside the window")


@pytest.mark.parametrize("network", EPOCHS)
def test_the_two_slopes_are_backpropagations_own(network):
    training_data, _ = load_digits()
    net = Network([64, 30, 10], seed=0)
    if EPOCHS[network]:
        list(net.train(training_data, EPOCHS[network], 10, 3.0))
    x, y = training_data
    slopes = slopes_of_examples(network)
    for i in (0, 700, 1436):
        _, nabla_w = backprop(net.weights, net.biases, x[:, [i]], y[:, [i]])
        assert slopes[:, i] == pytest.approx(nabla_w[1][list(OUTPUTS), HIDDEN])
    _, nabla_w = backprop(net.weights, net.biases, x, y)
    assert slopes.mean(axis=1) == pytest.approx(nabla_w[1][list(OUTPUTS), HIDDEN])


@pytest.mark.parametrize("size", [1, 3, 5, 10])
def test_batches_are_cut_without_repeats(size):
    numbers = np.arange(10.0)
    slopes = np.array([numbers, numbers**2])
    full = 10 // size
    got = batch_gradients(slopes, size, full, np.random.default_rng(1))
    assert got.shape == (2, full)
    if full * size == 10:  # all examples, each once
        assert got.mean(axis=1) == pytest.approx(slopes.mean(axis=1))
    assert batch_gradients(slopes, size, 7, np.random.default_rng(1)).shape == (2, 7)
    again = batch_gradients(slopes, size, full, np.random.default_rng(1))
    assert np.array_equal(got, again)


@pytest.mark.parametrize("network", EPOCHS)
@pytest.mark.parametrize("size", [1, 8, 64, 512])
def test_the_cloud_follows_the_law(network, size):
    spreads = []
    for seed in range(5):
        view = EXPLORER.view(at(m=float(size), count=200, seed=seed, network=network))
        points, true = cloud_of(view)
        spreads.append(np.mean(np.sum((points - true) ** 2, axis=0)))
    slopes = slopes_of_examples(network)
    one = slopes.var(axis=1).sum()
    n = slopes.shape[1]
    foretold = one / size * (n - size) / (n - 1)
    assert np.mean(spreads) == pytest.approx(foretold, rel=0.15)


def test_magnified_the_window_shrinks_like_one_over_root_m():
    def width(m):
        low, high = EXPLORER.view(at(m=m, magnify=True)).panels[0].xlim
        return high - low

    assert width(4.0) / width(64.0) == pytest.approx(4)
    assert not marks_of(EXPLORER.view(at(magnify=True)), 0, "arrow")


def test_another_seed_gives_another_cloud_with_the_same_true_gradient():
    (first, true), (second, same) = (
        cloud_of(EXPLORER.view(at(seed=seed))) for seed in (1, 2)
    )
    assert not np.array_equal(first, second)
    assert np.array_equal(true, same)


def test_the_sliders_steps_are_powers_of_two():
    slider = EXPLORER.controls[0]
    steps = [round(10 ** (k * slider.step)) for k in range(10)]
    assert steps == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]


def test_reset_leads_to_the_first_state():
    explorers.check_reset(EXPLORER, at(m=64.0, seed=3))


@pytest.mark.parametrize("changes", [{}, {"m": 512.0, "magnify": True}])
def test_the_static_picture_draws(changes):
    explorers.check_static_picture(EXPLORER.view(at(**changes)))
