"""Read a sentence: the numbers in it, and whether they are written like all others."""

import re


def numbers(text):
    """Return the numbers in a text, as floats."""
    return [number(t) for t in re.findall(r"−?\d+(?:\.\d+)?(?:e−?\d+)?", text)]


def number(text):
    """Return what a text says that is nothing but a number."""
    return float(text.replace("−", "-"))


def check_writing(text):
    """Check that numbers are written as `bpkit.words` writes them."""
    assert not re.search(r"-\d", text), f"a hyphen for a minus: {text}"
    assert not re.search(r"−0(\.0+)?(?![.\d])", text), f"a zero with a sign: {text}"
    assert not re.search(r"\de(\+|−?0)\d", text), f"a long power of ten: {text}"
