"""Numbers and lists in words: how every sentence, finding and picture writes them.

A minus is a true one, "−"; a zero has no sign; a power of ten is short, as in 1e−5.
"""

import numpy as np


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
    text = f"{float(value):z.{digits}g}"
    mantissa, e, power = text.partition("e")
    if e:
        large = 0 < int(power) < 5
        text = f"{float(text):.0f}" if large else f"{mantissa}e{int(power)}"
    return text.replace("-", "−").replace("inf", "∞").replace("nan", "NaN")


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
        Any finite number.
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
    return f"{float(value):z.{places}f}".replace("-", "−")


def multiple(ratio, digits=2):
    """Write how many times as much: rounded, its thousands set apart.

    Examples
    --------
    >>> multiple(1.26), multiple(26.4), multiple(51_300)
    ('1.3', '26', '51,000')
    """
    return f"{float(f'{ratio:.{digits}g}'):,.10g}"


def count(n, noun):
    """Write a whole number with its noun, in the plural where it is due.

    Examples
    --------
    >>> count(1, "step"), count(2260, "slope")
    ('1 step', '2,260 slopes')
    """
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def listed(words):
    """Join words, one or more, as a list is spoken.

    Examples
    --------
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    *head, last = words
    return f"{', '.join(head)} and {last}" if head else last
