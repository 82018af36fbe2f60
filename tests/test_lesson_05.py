"""Lesson 5 says where the way back goes wrong, and how many numbers it asks for."""

import numpy as np
import pytest

from bpkit import check, sigmoid_prime

TOLD = (
    "With one neuron a layer, the δ of the last layer, where the way back begins, is "
    "{}; 0.84 was expected."
)


def network(first=lambda d: d, hidden=lambda d: d):
    """Return a backward_network that changes the last δ, or the hidden ones."""

    def backward_network(weights, zs, upstream):
        deltas = [first(upstream * sigmoid_prime(zs[-1]))]
        for l in reversed(range(len(zs) - 1)):
            arriving = weights[l + 1].T @ deltas[0]
            deltas.insert(0, hidden(arriving * sigmoid_prime(zs[l])))
        return deltas

    return backward_network


@pytest.mark.parametrize(
    ("first", "came"),
    [
        (lambda d: 1.5 * d, "1.26"),
        (lambda d: d + 0.1, "0.94"),
        (lambda d: (d + 0.1).tolist(), "0.94"),
        (lambda d: d - 1, "−0.16"),
    ],
)
def test_a_wrong_last_error_is_told_though_the_first_of_the_list_is_shown(first, came):
    verdict = check(backward_network=network(first=first))
    assert "Came at [0][0, 0]" in verdict.message
    assert TOLD.format(came) in verdict.message


@pytest.mark.parametrize("hidden", [lambda d: 1.5 * d, np.abs, lambda d: d + 0.1])
def test_of_a_right_last_error_nothing_is_told(hidden):
    verdict = check(backward_network=network(hidden=hidden))
    assert not verdict.passed
    assert "where the way back begins" not in verdict.message


@pytest.mark.parametrize("answer", [lambda *_: 3, lambda *_: [], lambda *_: [None]])
def test_what_is_no_list_of_errors_gets_its_verdict_all_the_same(answer):
    verdict = check(backward_network=answer)
    assert not verdict.passed
    assert "where the way back begins" not in verdict.message


def test_two_numbers_are_asked_for_in_the_plural():
    assert "Put your numbers in place of the dots" in check(dz_dw=...).message
    assert "Your numbers are not right." in check(dz_dw=(5, 7)).message
    assert "Those are no numbers: the text '1'" in check(dz_dw="1").message
    assert "Your diagnosis is not right." in check(diagnosis_1=("BP1", 1, "x")).message
    assert "Your number is not right." in check(nudge_ratio=5).message
    assert "Put your number in place of the dots" in check(df_dx=...).message
    assert "Your number is not right." in check(df_dx=5).message
