"""Gradient descent on any function whose slopes are known."""

import numpy as np


def walk(gradient, x0, eta, steps, noise=0.0, rng=None):
    """Take steps of gradient descent and return every place on the way.

    Parameters
    ----------
    gradient : callable
        Gives the slope at a place, an array of its shape; dimensionless.
    x0 : array_like
        The start, a number or an array of any shape; dimensionless.
    eta : float
        Learning rate; dimensionless.
    steps : int
        How many steps to take.
    noise : float
        Standard deviation of the random error of each slope; dimensionless.
    rng : numpy.random.Generator, optional
        Draws the errors; needed when there is noise.

    Returns
    -------
    ndarray, shape (steps + 1, *x0.shape)
        The places, the first of which is the start. A walk that diverges ends in inf
        and NaN; it does not raise.

    Notes
    -----
    x → x − η (C′(x) + noise).

    References
    ----------
    Nielsen, *Neural Networks and Deep Learning*, ch. 1, eq. 15.

    Examples
    --------
    >>> walk(lambda x: 4 * x, 1.0, 0.125, 3).tolist()
    [1.0, 0.5, 0.25, 0.125]
    """
    x = np.array(x0, dtype=float)
    places = [x]
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            slope = gradient(x)
            if noise:
                slope = slope + noise * rng.standard_normal(x.shape)
            x = x - eta * slope
            places.append(x)
    return np.array(places)
