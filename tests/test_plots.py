"""Pictures: what they say is computed, what they show is accessible."""

import io
import logging
import os
import subprocess
import sys

import numpy as np
import pictures
import pytest
from matplotlib.colors import to_hex
from notebooks import images_in
from PIL import Image

from bpkit import plots
from bpkit.plots import base


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def digits(rng, m=6):
    """Return images, outputs and labels where exactly example 3 is misread."""
    labels = np.arange(m) % 10
    outputs = np.full((10, m), 0.1)
    outputs[labels, range(m)] = 0.9
    outputs[:, 3] = 0.1
    outputs[7, 3], outputs[3, 3] = 0.8, 0.6
    return rng.random((64, m)), outputs, labels


X, OUTPUTS, LABELS = digits(np.random.default_rng(0))
PICTURES = {
    "digits_grid": lambda: plots.digits_grid(X, LABELS),
    "readings": lambda: plots.readings(X, OUTPUTS, LABELS),
    "confusion_matrix": lambda: plots.confusion_matrix(LABELS, OUTPUTS.argmax(axis=0)),
    "learning_curves": lambda: plots.learning_curves(
        {"training": [1.0, 0.5, 0.1]},
        {"training": [0.1, 0.8, 0.99], "test": [0.1, 0.7, 0.95]},
    ),
    "hidden_weights": lambda: plots.hidden_weights(
        np.random.default_rng(0).standard_normal((4, 16))
    ),
}


# --- what holds for every picture ----------------------------------------------
test_every_picture_keeps_the_style = pictures.style_of(PICTURES)


@pytest.mark.parametrize("name", PICTURES)
def test_the_png_names_no_software_and_no_time(name):
    assert set(Image.open(io.BytesIO(PICTURES[name]().png())).info) <= {"dpi"}


def test_line_styles_differ_in_marker_and_dash_as_well_as_colour():
    for key in ("color", "linestyle", "marker"):
        values = [str(style[key]) for style in base.LINE_STYLES]
        assert len(set(values)) == len(values)


def test_pyplot_is_never_imported():
    code = "import sys, bpkit.plots; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


# --- the findings follow the arrays --------------------------------------------


def test_digits_grid_counts_images_and_ink():
    x = np.zeros((4, 2))
    x[0] = 0.5
    finding = plots.digits_grid(x, [1, 2]).finding
    assert finding == (
        "2 images of 2 × 2 pixels, intensities from 0.00 to 0.50; 25% of the pixels "
        "carry ink."
    )


def test_readings_count_the_misread_and_name_the_surest_error(rng):
    finding = plots.readings(*digits(rng)).finding
    assert finding.startswith("5 of 6 images read right")
    assert "second choice is right for 1 of the 1 misread" in finding
    assert "3 read as 7, with an output of 0.80" in finding


def test_readings_name_the_least_sure_answer_when_all_are_right(rng):
    x, outputs, labels = digits(rng)
    outputs[4, 4] = 0.55
    keep = labels != 3
    finding = plots.readings(x[:, keep], outputs[:, keep], labels[keep]).finding
    assert "the least sure answer is 4, with an output of 0.55" in finding


def test_misread_images_are_framed_differently_in_dash_and_colour(rng):
    frames = [
        (to_hex(ax.spines["left"].get_edgecolor()), ax.spines["left"].get_linestyle())
        for ax in plots.readings(*digits(rng)).axes[:6]
    ]
    right, wrong = frames[0], frames[3]
    assert frames.count(wrong) == 1
    assert right[0] != wrong[0]
    assert right[1] != wrong[1]


def test_confusion_matrix_names_the_commonest_confusion():
    finding = plots.confusion_matrix([8, 8, 8, 1, 2], [1, 1, 8, 1, 8]).finding
    assert finding == (
        "2 of 5 answers are right, on the diagonal; misread most often: 8 (2 times); "
        "commonest: 8 read as 1 (2 times)."
    )


def test_confusion_matrix_names_every_confusion_that_is_as_common():
    labels, reads = [1, 1, 4, 4, 0, 2], [9, 9, 9, 9, 6, 2]
    finding = plots.confusion_matrix(labels, reads).finding
    assert "commonest: 1 read as 9 and 4 read as 9 (each 2 times)." in finding


def test_confusion_matrix_claims_no_commonest_confusion_when_all_are_single():
    finding = plots.confusion_matrix([1, 2, 3], [2, 1, 3]).finding
    assert "1 and 2 (each 1 time)" in finding
    assert "no two digits are confused twice" in finding


def test_confusion_matrix_without_errors_says_so():
    finding = plots.confusion_matrix([0, 1], [0, 1]).finding
    assert "no digit is taken for another" in finding


def test_learning_curves_report_start_first_epoch_and_end():
    finding = plots.learning_curves(
        {"training": [2.5, 1.0, 0.125]}, {"test": [0.1, 0.7, 0.951]}
    ).finding
    assert (
        "(test): 10.0% before training, 70.0% after 1 epoch, 95.1% after 2" in finding
    )
    assert "Cost (training): 2.50 at first, 0.12 at last" in finding


def test_hidden_weights_name_the_strongest_and_keep_the_limits_symmetric():
    weights = np.zeros((3, 9))
    weights[2, 5], weights[0, 0] = -4.25, 1.0
    picture = plots.hidden_weights(weights)
    assert "4% of the numbers are positive" in picture.finding
    assert "−4.2, from the pixel in row 1, column 2 to neuron 2, counted from 0." in (
        picture.finding
    )
    assert picture.axes[0].images[0].get_clim() == (-4.25, 4.25)


def test_hidden_weights_that_are_all_zero_are_drawn():
    assert plots.hidden_weights(np.zeros((2, 4))).png()


def test_pictures_leave_the_arrays_as_they_were(rng):
    x, outputs, labels = digits(rng)
    before = x.copy(), outputs.copy(), labels.copy()
    plots.readings(x, outputs, labels)
    plots.confusion_matrix(labels, outputs.argmax(axis=0))
    for was, now in zip(before, (x, outputs, labels), strict=True):
        np.testing.assert_array_equal(was, now)


# --- what they refuse ----------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plots.digits_grid(np.ones(64), [1]), r"shape \(n, m\).*\(64,\)"),
        (lambda: plots.digits_grid(np.ones((64, 2)), [1]), "2 integers"),
        (lambda: plots.digits_grid(np.ones((63, 1)), [1]), "square image.*63"),
        (lambda: plots.confusion_matrix([1, 2], [1.0, 2.0]), "integers.*float"),
        (lambda: plots.learning_curves({}, {"test": [0, 1]}), "two points"),
        (lambda: plots.learning_curves({"a": [1]}, {"test": [0, 1]}), "two points"),
        (lambda: plots.hidden_weights(np.ones(64)), "neurons, pixels"),
    ],
)
def test_wrong_shapes_are_refused_with_what_came(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# --- show ----------------------------------------------------------------------


@pytest.fixture
def displayed(monkeypatch):
    """Collect what is handed to IPython's display."""
    calls = []
    monkeypatch.setattr(
        "IPython.display.display", lambda *args, **kwargs: calls.append((args, kwargs))
    )
    return calls


def test_show_displays_picture_and_alt_then_prints_the_finding(displayed, rng, capsys):
    picture = plots.confusion_matrix([0, 1], [0, 1])
    assert plots.show(picture, alt="A table of counts.") is None
    [((data,), kwargs)] = displayed
    assert data["text/plain"] == "A table of counts."
    [image] = images_in(data.pop("text/html"))
    assert image["alt"] == "A table of counts."
    assert int(image["width"]) <= 700
    assert image["src"].startswith("data:image/png;base64,iVBORw0KGgo")
    assert set(data) == {"text/plain"}
    assert kwargs == {"raw": True}
    assert " ".join(capsys.readouterr().out.split()) == picture.finding


def test_show_breaks_long_findings_between_words(displayed, capsys):
    picture = plots.Picture(height=1)
    picture.finding = " ".join(["word", "η = 3"] * 40) + " 1."
    plots.show(picture, alt="Nothing.")
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.count("η = 3") for line in lines) == 40
    assert max(len(line) for line in lines) <= 72
    assert " ".join(lines) == picture.finding


@pytest.mark.parametrize("alt", ["", "  \n"])
def test_show_refuses_an_empty_alt(alt):
    with pytest.raises(ValueError, match="alt"):
        plots.show(plots.confusion_matrix([0], [0]), alt=alt)


def test_show_requires_an_alt_that_is_text():
    picture = plots.confusion_matrix([0], [0])
    with pytest.raises(TypeError):
        plots.show(picture)
    with pytest.raises(TypeError, match="NoneType"):
        plots.show(picture, alt=None)


def test_show_refuses_a_picture_without_a_finding():
    with pytest.raises(ValueError, match="finding"):
        plots.show(plots.Picture(height=1), alt="Nothing.")


def test_show_refuses_what_is_no_picture():
    with pytest.raises(TypeError, match="Picture; got int"):
        plots.show(3, alt="A number.")


def test_matplotlib_says_nothing_of_its_fonts_while_bpkit_imports_it(tmp_path):
    code = """
import logging, threading, types
def at_once(seconds, say):
    return types.SimpleNamespace(start=say, cancel=print)
threading.Timer = at_once  # a browser's matplotlib has no thread to wait in
import bpkit.plots
print(logging.getLogger("matplotlib.font_manager").level)
"""
    environment = os.environ | {"MPLCONFIGDIR": str(tmp_path)}
    found = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True
    )
    assert (found.stdout, found.stderr) == (f"\n{logging.NOTSET}\n", "")
