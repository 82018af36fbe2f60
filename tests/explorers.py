"""What holds for every explorer: its states, and checks for the tests of explorers."""

import json
import re
import warnings

import numpy as np
from hypothesis import strategies as st
from sentences import check_writing

from bpkit.plots.static import picture_of

FREE = ("entry", "pad")  # what is typed or drawn, tested where it is used


def values(control, between=False):
    """Draw what the page can send: a slider's stops or, if asked, all between."""
    if control.kind == "choice":
        return st.sampled_from(control.options)
    if control.kind == "toggle":
        return st.booleans()
    if control.kind != "slider":
        raise ValueError(f"values draws no {control.kind!r}")
    if isinstance(control.step, int):
        return st.integers(control.low, control.high)
    low, high = control.low, control.high
    if control.log:
        low, high = np.log10([low, high])
    count = round((high - low) / control.step)
    # A browser adds up tenths, and arrives just beside the decimal.
    stops = st.integers(0, count).map(lambda k: low + k * control.step)
    places = stops | stops.map(lambda place: round(place, 10))
    if between or control.log:
        places |= st.floats(low, high)
    return places.map(lambda p: control.clean(10**p if control.log else p))


def states(explorer, between=False):
    """Draw states of an explorer, without what can be drawn or typed."""
    kept = [c for c in explorer.controls if hasattr(c, "value")]
    drawn = {c.name: values(c, between) for c in kept if c.kind not in FREE}
    return st.fixed_dictionaries(drawn)


def checked_view(explorer, state, gaps=False):
    """Return the view of a state, made without a warning; only lines may have gaps."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        view = explorer.view(explorer.clean(state))
        data = view.as_data()
    assert data
    assert all(panel["marks"] for panel in data)
    text = json.dumps(data, allow_nan=False)
    assert gaps or "null" not in text
    assert "nan" not in text.lower()
    assert re.search(r"\d", view.sentence)
    assert view.sentence.endswith(".")
    for text in (view.sentence, *texts(view)):
        check_writing(text)
    return view


def texts(view):
    """Return every text that is drawn in a view."""
    marks = [mark for panel in view.panels for mark in panel.marks]
    titles = [panel.title for panel in view.panels]
    return [*titles, *(mark.text for mark in marks if hasattr(mark, "text"))]


def check_numbers_are_finite(sentence):
    """Check that a sentence names no number that is none."""
    assert not re.search("nan|inf|none", sentence.lower())


def check_reset(explorer, state):
    """Check that the button leads from a state to the first one."""
    assert explorer.act("reset", state) == explorer.start()
    assert explorer.clean(explorer.start()) == explorer.start()


def check_static_picture(view):
    """Check that a view can be printed with its sentence; return the picture."""
    picture = picture_of(view)
    assert picture.finding == view.sentence
    assert picture.png().startswith(b"\x89PNG")
    return picture
