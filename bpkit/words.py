"""Numbers and lists in words: how every sentence, finding and picture writes them.

A minus is a true one, "−"; a zero has no sign; a power of ten is short, as in 1e−5.
"""

import re
import sys
import textwrap
from decimal import Decimal

import numpy as np

_SPACE = "\N{NO-BREAK SPACE}"
_EXPRESSION = re.compile(r" [=≈≠<>≤≥+−·×/⊙→] |\([−\d.e, ]+\)")


def number(value, digits=3):
    """Write a number to some significant digits.

    Parameters
    ----------
    value : float
        Any number; infinity is written ∞, and NaN as it is.
    digits : int
        Significant digits, 1 or more; zeros at the end are left out.

    Returns
    -------
    str
        A power of ten stands only where the size is below 1e−4 or from 1e5 on.

    Examples
    --------
    >>> [number(v) for v in (2.0, -0.5, -0.0, 2 / 3, 12345, 1e-5, -6.02e23)]
    ['2', '−0.5', '0', '0.667', '12300', '1e−5', '−6.02e23']
    """
    text = f"{_float(value):z.{digits}g}"
    _, e, power = text.partition("e")
    if e and 0 < int(power) < 5:
        text = f"{float(text):.0f}"
    return _look(text)


def numbers(values, digits=3):
    """Write the numbers of an array, row by row, with commas between.

    Examples
    --------
    >>> numbers([[1.0], [-0.25]])
    '1, −0.25'
    """
    return ", ".join(number(value, digits) for value in np.ravel(values))


def decimals(value, places):
    """Write a number with a fixed count of places after the point.

    Parameters
    ----------
    value : float
        Any number; infinity is written ∞, and NaN as it is.
    places : int
        Digits after the point, 0 or more.

    Returns
    -------
    str
        What rounds to zero has no sign.

    Examples
    --------
    >>> decimals(-1.5, 2), decimals(-0.001, 2)
    ('−1.50', '0.00')
    """
    return _look(f"{_float(value):z.{places}f}")


def multiple(ratio, digits=2):
    """Write how many times as much: rounded, its thousands set apart.

    Examples
    --------
    >>> multiple(1.26), multiple(26.4), multiple(51_300)
    ('1.3', '26', '51,000')
    """
    return _look(f"{float(f'{ratio:.{digits}g}'):z,.10g}")


def count(n, noun):
    """Write a whole number with its noun, in the plural where it is due.

    Examples
    --------
    >>> count(1, "step"), count(2260, "slope")
    ('1 step', '2,260 slopes')
    """
    return _look(f"{n:,}") + f" {noun}{'' if n == 1 else 's'}"


def listed(words):
    """Join words, one or more, as a list is spoken.

    Examples
    --------
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    words = list(words)
    if not words:
        raise ValueError("a list in words must have at least one; got none")
    *head, last = words
    return f"{', '.join(head)} and {last}" if head else last


def unbroken(text):
    """Put no-break spaces into the expressions of a text, so that no line ends there.

    Parameters
    ----------
    text : str
        A sentence, in which an operator has a space on either side.

    Returns
    -------
    str
        The same words; a point, such as (1, −2), stays together too.
    """
    return _EXPRESSION.sub(lambda found: found[0].replace(" ", _SPACE), text)


def folded(text, width):
    """Break a text into lines at spaces outside its expressions.

    Parameters
    ----------
    text : str
        A sentence.
    width : int
        Characters of the longest line.

    Returns
    -------
    str
        Its lines. Every space is a plain one, since Python refuses pasted others.

    Examples
    --------
    >>> print(folded("The best step is near h = 1, not (2, −2).", 25))
    The best step is near
    h = 1, not (2, −2).
    """
    return textwrap.fill(unbroken(text), width).replace(_SPACE, " ")


def visible(line):
    r"""Return a line of somebody else's with its control characters written out.

    Such a character may move a terminal's cursor or turn the direction of reading.

    Parameters
    ----------
    line : str

    Returns
    -------
    str

    Examples
    --------
    >>> print(visible("Zoë\x1b[2J"))
    Zoë\x1b[2J
    """
    shown = (c if c.isprintable() else repr(c)[1:-1] for c in line)
    return "".join(shown)


def _float(value):
    """Return a number as a float, or as a Decimal where it is too large for one."""
    try:
        return float(value)
    except OverflowError:
        return Decimal(value)


def _look(text):
    """Give a number that Python has written the look of all the others."""
    mantissa, e, power = text.partition("e")
    if e:
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        text = f"{mantissa}e{int(power)}"
    return text.replace("-", "−").replace("inf", "∞").replace("nan", "NaN")


def extra_lab():
    """Say how to get the packages that whatever shows or runs something needs.

    Returns
    -------
    str
        The end of a sentence, with a command for the Python that runs this.
    """
    return (
        "needs the extra lab of bpkit; in the course's folder: "
        f'"{sys.executable}" -m pip install -e ".[lab]"'
    )
