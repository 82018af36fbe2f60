"""What holds for every explorer: its states, and checks for the tests of explorers."""

import json
import re
import warnings
from itertools import combinations

import numpy as np
import pytest
from hypothesis import strategies as st
from sentences import check_writing

from bpkit.plots.static import picture_of

MARGIN = 2  # pixels at least, at the sides of a text, to a box
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


def kept(explorer):
    """Return the controls that have a value."""
    return [control for control in explorer.controls if hasattr(control, "value")]


def ends(control):
    """Return values of a control as far apart as can be, or all that it has."""
    if control.kind == "slider":
        return [control.clean(control.low), control.clean(control.high)]
    if control.kind == "pad":
        return [[], [[[0.3, 0.1], [0.4, 0.9]], [[0.6, 0.5]]]]
    return {"choice": getattr(control, "options", ()), "toggle": (False, True)}.get(
        control.kind, ()
    )


def with_each_option(explorer):
    """Return the first state, and it with each option of each menu."""
    menus = [c for c in kept(explorer) if c.kind in ("choice", "toggle", "pad")]
    changes = [{menu.name: option} for menu in menus for option in ends(menu)]
    return [explorer.clean(explorer.start() | change) for change in ({}, *changes)]


def corners(explorer):
    """Return states with all sliders at one end, until every option has been had."""
    menus = {c.name: ends(c) for c in kept(explorer) if ends(c)}
    sliders = [c.name for c in kept(explorer) if c.kind == "slider"]
    states = []
    for k in range(max(map(len, menus.values()))):
        options = {name: those[k % len(those)] for name, those in menus.items()}
        for end in (0, 1):
            placed = {name: menus[name][end] for name in sliders}
            states.append(explorer.clean(explorer.start() | options | placed))
    return states


def each_look(explorer):
    """Return views of the first state and of half the corners, each view once.

    Every option is had, and those of two with all sliders at either end.
    """
    there = corners(explorer)
    count = max(4, len(there) // 2)
    some = [there[(2 * k + (0, 1, 1, 0)[k % 4]) % len(there)] for k in range(count)]
    views = [explorer.view(s) for s in (explorer.clean(explorer.start()), *some)]
    return {json.dumps([v.as_data(), v.sentence]): v for v in views}.values()


def shown(explorer, state):
    """Return all that the page shows of a state."""
    view = explorer.view(state)
    typed = [state[c.name] for c in kept(explorer) if c.kind == "entry"]
    return json.dumps([view.as_data(), view.sentence, typed])


def moved(explorer, state, control):
    """Return whether the page shows another thing where a control is moved."""
    before = shown(explorer, state)
    places = [explorer.clean(state | {control.name: end}) for end in ends(control)]
    return any(shown(explorer, place) != before for place in places)


def check_static_layout(picture):
    """Check that axes have room, and that no text leaves its place or meets another."""
    picture.get_layout_engine().execute(picture)  # a drawing would take longer
    dots = picture.dpi
    width, height = picture.get_size_inches() * dots
    for row in picture.subfigs:
        edges = [0]
        for ax in row.axes:
            box = ax.get_tightbbox()
            edges += [box.x0, box.x1]
            inside = ax.get_window_extent()
            assert min(inside.width, inside.height) > 1.2 * dots, "axes collapse"
            assert box.y0 >= -1, ax.get_title(loc="left")
            assert box.y1 <= height + 1, ax.get_title(loc="left")
        assert sorted(edges) == pytest.approx(edges, abs=1)
        assert edges[-1] <= width + 1
    for ax in picture.axes:
        written = [text for text in ax.texts if text.get_text().strip()]
        said = [(text, text.get_window_extent()) for text in written]
        for text in written:
            check_text(ax, text)
        for (text, one), (other, two) in combinations(said, 2):
            assert not meet(one, two), (text.get_text(), other.get_text())


def meet(one, two):
    """Return whether two boxes of text lie over each other by more than a margin."""
    return one.padded(-1).overlaps(two.padded(-1))


def check_text(ax, text):
    """Check that what is written among the marks can be read, and stays in its box."""
    assert text.get_fontsize() >= 10, text.get_text()
    said = text.get_window_extent()
    bars = {bar for bars in ax.containers for bar in bars}
    boxes = [b for b in ax.patches if b.get_linewidth() and b not in bars]
    holders = [box for box in boxes if box.get_zorder() == text.get_zorder()]
    room = holders[0].get_window_extent() if holders else ax.get_window_extent()
    slack = 1 if holders else 0.02 * ax.figure.dpi
    margin = MARGIN if holders else -slack
    assert said.x0 >= room.x0 + margin, text.get_text()
    assert said.x1 <= room.x1 - margin, text.get_text()
    assert said.y0 >= room.y0 - slack, text.get_text()
    assert said.y1 <= room.y1 + slack, text.get_text()
    if not text.get_text():
        return  # an arrow, which leads from box to box
    for box in boxes:
        there = box.get_window_extent()
        around = there.contains(*(said.min + said.max) / 2)
        assert around or not said.overlaps(there.padded(MARGIN)), text.get_text()
