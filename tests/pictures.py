"""What holds for every picture, whatever it shows: checks for the tests of pictures.

Each check takes a function that draws a picture, as a tests' `PICTURES` names them;
`style_of` makes of them all the one test that a module of pictures needs.
"""

import io
import re
from functools import cache

import pytest
from PIL import Image
from sentences import check_writing

from bpkit.plots import Picture, base


@cache
def drawn(draw):
    """Return what a function draws, arranged; the same picture for each check."""
    picture = draw()
    picture.png()
    return picture


def texts(picture):
    """Return every visible piece of text in a picture, once drawn."""
    picture.draw_without_rendering()
    found = picture.findobj(lambda artist: hasattr(artist, "get_fontsize"))
    return [t for t in found if t.get_visible() and t.get_text().strip()]


def unlabelled(picture):
    """Return the axes that lack a label."""
    return [ax for ax in picture.axes if not (ax.get_xlabel() and ax.get_ylabel())]


def finding_is_a_sentence_with_numbers(draw):
    picture = drawn(draw)
    assert isinstance(picture, Picture)
    assert re.search(r"\d.*\.$", picture.finding)


def text_is_at_least_11_points_at_the_size_shown(draw):
    assert texts(drawn(draw))
    for text in texts(drawn(draw)):
        shown = text.get_fontsize() * min(1, base.SHOWN_DPI / 96)
        assert shown >= 11, text.get_text()


def fits_a_page_of_700_pixels(draw):
    assert drawn(draw).get_figwidth() * base.SHOWN_DPI <= 700


def nothing_leaves_the_picture(draw):
    picture = drawn(draw)
    inked = picture.get_tightbbox()
    width, height = picture.get_size_inches()
    assert min(inked.x0, inked.y0) >= -0.01
    assert inked.x1 <= width + 0.01
    assert inked.y1 <= height + 0.01


def axes_with_ticks_are_labelled(draw):
    for ax in unlabelled(drawn(draw)):
        bare = not ax.axison or not ax.get_xticks().size
        assert bare or ax.get_label() == "<colorbar>"


def same_arrays_give_the_same_bytes(draw):
    again = drawn(draw).png()  # its second time; the other's first
    assert again == draw().png()
    stored = Image.open(io.BytesIO(again))
    assert stored.width <= 700 * base.STORED_DPI / 100


CHECKS = (
    finding_is_a_sentence_with_numbers,
    text_is_at_least_11_points_at_the_size_shown,
    fits_a_page_of_700_pixels,
    nothing_leaves_the_picture,
    axes_with_ticks_are_labelled,
    same_arrays_give_the_same_bytes,
)


def all_numbers_are_written_alike(draw):
    picture = drawn(draw)
    on_axes = [text.get_text() for ax in picture.axes for text in ax.texts]
    for text in (picture.finding, *on_axes):
        check_writing(text)


def style_of(pictures, *more):
    """Return the test that each of some pictures keeps the style, and more checks."""

    @pytest.mark.parametrize("check", [*CHECKS, *more])
    @pytest.mark.parametrize("name", pictures)
    def test_every_picture_keeps_the_style(name, check):
        check(pictures[name])

    return test_every_picture_keeps_the_style
