"""The data that the lessons learn from: bundled digits, MNIST, and points in the plane.

Every data set comes as the rest of the library wants it: examples are columns.
"""

from __future__ import annotations

import os
import sys
import zipfile
import zlib
from importlib.resources import files
from numbers import Integral, Real
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from bpkit.checks import as_labels

MNIST_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
MNIST_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
MNIST_KEYS = ("x_train", "y_train", "x_test", "y_test")
WITHOUT_DOWNLOAD = (
    "Instead, let the environment variable BPKIT_MNIST name an npz file with the "
    f"arrays {', '.join(MNIST_KEYS)}, as by os.environ['BPKIT_MNIST'] = 'mnist.npz'; "
    "or use load_digits(), which comes with bpkit."
)

Examples = tuple[NDArray[np.floating], NDArray[np.floating]]
Labelled = tuple[NDArray[np.floating], NDArray[np.intp]]


def one_hot(labels: ArrayLike, k: int) -> NDArray[np.float64]:
    """Turn class labels into columns with a single one.

    Parameters
    ----------
    labels : array_like of whole numbers, shape (m,)
        Class of each example, 0 to k − 1; 5.0 is as good as 5.
    k : int
        Number of classes.

    Returns
    -------
    ndarray of float64, shape (k, m)
        Column j is 1 in row ``labels[j]`` and 0 elsewhere; dimensionless.

    Raises
    ------
    TypeError
        If the labels are not whole numbers or `k` is not an integer.
    ValueError
        If `labels` is not one-dimensional, a label is outside 0 to k − 1, or k < 1.

    Notes
    -----
    Column j is the unit vector e_{labels[j]}, a column of the identity matrix.

    Examples
    --------
    >>> one_hot([0, 2], 3).tolist()
    [[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]]
    """
    if not _is_integer(k):
        raise TypeError(f"k must be an integer; got {k!r}")
    if k < 1:
        raise ValueError(f"k must be at least 1; got {k}")
    labels = np.asarray(labels)
    if labels.ndim != 1:
        raise ValueError(f"labels must have shape (m,); got {labels.shape}")
    if labels.dtype.kind == "b":
        raise TypeError("labels must be whole numbers; got truth values")
    return np.eye(k)[as_labels(labels, k)].T


def load_digits() -> tuple[Examples, Labelled]:
    """Load the bundled handwritten digits, 8×8 pixels each.

    Returns
    -------
    training_data : (x, y)
        x : ndarray of float64, shape (64, 1437), pixel intensity, 0 to 1;
        y : ndarray of float64, shape (10, 1437), one-hot.
    test_data : (x, labels)
        x : ndarray of float64, shape (64, 360), pixel intensity, 0 to 1;
        labels : ndarray of int, shape (360,), the digit, 0 to 9.

    Notes
    -----
    The split is fixed and stratified: every digit has its share of the test images.
    Each call returns new arrays, which the caller may change.

    References
    ----------
    E. Alpaydin and C. Kaynak (1998), *Optical Recognition of Handwritten Digits*, UCI
    Machine Learning Repository, DOI 10.24432/C50P49; its test set, as shipped in
    scikit-learn; CC BY 4.0. ``_digits/ATTRIBUTION.md`` beside this module says how the
    file was made.

    Examples
    --------
    >>> (x, y), (x_test, labels) = load_digits()
    >>> x.shape, y.shape, x_test.shape, labels.shape
    ((64, 1437), (10, 1437), (64, 360), (360,))
    >>> float(x.min()), float(x.max())
    (0.0, 1.0)
    """
    bundled = files("bpkit") / "_digits" / "digits.npz"
    with bundled.open("rb") as file, np.load(file, allow_pickle=False) as digits:
        pixels, labels = digits["pixels"], digits["labels"]
    training, test = slice(None, 1437), slice(1437, None)
    return (
        (_columns(pixels[training], 16, np.float64), one_hot(labels[training], 10)),
        (_columns(pixels[test], 16, np.float64), labels[test].astype(np.intp)),
    )


def load_mnist(dtype: DTypeLike = np.float64) -> tuple[Examples, Labelled]:
    """Load MNIST: 70,000 handwritten digits, 28×28 pixels each.

    The file is the one that the environment variable ``BPKIT_MNIST`` names; without
    it, a download of 11 MB that is kept in a cache, so that it happens once.

    Parameters
    ----------
    dtype : float64 or float32, optional
        Type of the intensities and of `y`. In float64 the images take 439 MB of
        memory, in float32 half of that.

    Returns
    -------
    training_data : (x, y)
        x : ndarray, shape (784, 60000), pixel intensity, 0 to 1;
        y : ndarray, shape (10, 60000), one-hot.
    test_data : (x, labels)
        x : ndarray, shape (784, 10000), pixel intensity, 0 to 1;
        labels : ndarray of int, shape (10000,), the digit, 0 to 9.

    Raises
    ------
    OSError
        If the file that ``BPKIT_MNIST`` names is not there, or the download failed,
        as in a browser; the message says what to do instead.
    ValueError
        If the file is not an npz file with ``x_train``, ``y_train``, ``x_test`` and
        ``y_test`` of the right shapes and types, or `dtype` is another type.

    Notes
    -----
    Each x is a transposed view: an image is a column of x and contiguous in memory.

    References
    ----------
    Y. LeCun, C. Cortes and C. J. C. Burges, *The MNIST database of handwritten
    digits*; M. Nielsen, *Neural Networks and Deep Learning*, ch. 1.

    Examples
    --------
    >>> training_data, test_data = load_mnist()  # doctest: +SKIP
    >>> net = Network([784, 30, 10])  # doctest: +SKIP
    >>> net.SGD(training_data, 30, 10, 3.0, test_data=test_data)  # doctest: +SKIP
    """
    dtype = np.dtype(dtype)
    if dtype not in (np.float32, np.float64):
        raise ValueError(f"dtype must be float64 or float32; got {dtype}")
    named = os.environ.get("BPKIT_MNIST")
    path = Path(named).expanduser() if named else _download_mnist()
    x_train, y_train, x_test, y_test = _read_mnist(path)
    y = one_hot(y_train, 10).astype(dtype, copy=False)
    return (
        (_columns(x_train, 255, dtype), y),
        (_columns(x_test, 255, dtype), y_test.astype(np.intp)),
    )


def two_moons(m: int, noise: float, rng: np.random.Generator) -> Examples:
    """Draw points from two half circles that reach into each other.

    Parameters
    ----------
    m : int
        Number of points, at least 2. When odd, class 0 has one more than class 1.
    noise : float
        Standard deviation of each coordinate's noise, dimensionless.
    rng : numpy.random.Generator
        Source of the points.

    Returns
    -------
    x : ndarray of float64, shape (2, m)
        Coordinates, dimensionless, centred on 0; without noise within ±1.5.
    y : ndarray of float64, shape (1, m)
        Class, 0.0 (upper moon) or 1.0 (lower moon), in random order.

    Raises
    ------
    TypeError
        If `m` is not an integer, `noise` not a number or `rng` not a Generator.
    ValueError
        If m < 2, or `noise` is negative or not finite.

    Notes
    -----
    The upper moon is (cos t − 1/2, sin t − 1/4) for t in 0 to π; the lower one is the
    upper one times −1.

    Examples
    --------
    >>> x, y = two_moons(5, 0.1, np.random.default_rng(0))
    >>> x.shape, y.shape, float(y.sum())
    ((2, 5), (1, 5), 2.0)
    """
    _check_sample(m, noise, rng)
    t = rng.uniform(0, np.pi, m)
    upper = np.stack([np.cos(t) - 1 / 2, np.sin(t) - 1 / 4])
    return _with_its_mirror_image(upper, noise, rng)


def spirals(m: int, noise: float, rng: np.random.Generator) -> Examples:
    """Draw points from two spiral arms wound into each other.

    Parameters
    ----------
    m, noise, rng
        As for `two_moons`.

    Returns
    -------
    x : ndarray of float64, shape (2, m)
        Coordinates, dimensionless, centred on 0; without noise within ±2.
    y : ndarray of float64, shape (1, m)
        Class, 0.0 or 1.0, in random order.

    Raises
    ------
    TypeError, ValueError
        As for `two_moons`.

    Notes
    -----
    An arm is r (cos θ, sin θ) with θ = 3π r / 2 for r in 0.2 to 2, three quarters of a
    turn for each unit of r; the other arm is this one times −1. Along a ray from the
    centre the arms are 2/3 apart.

    Examples
    --------
    >>> x, y = spirals(5, 0.1, np.random.default_rng(0))
    >>> x.shape, y.shape, float(y.sum())
    ((2, 5), (1, 5), 2.0)
    """
    _check_sample(m, noise, rng)
    # The arm's length grows as r²: the root spreads the points evenly along it.
    r = np.sqrt(rng.uniform(0.2**2, 2**2, m))
    theta = 3 * np.pi / 2 * r
    arm = np.stack([r * np.cos(theta), r * np.sin(theta)])
    return _with_its_mirror_image(arm, noise, rng)


def _with_its_mirror_image(x, noise, rng):
    """Reflect a random half of the points through 0 as class 1; add noise."""
    m = x.shape[1]
    y = rng.permutation(np.arange(m) % 2)[np.newaxis].astype(float)
    return (1 - 2 * y) * x + noise * rng.standard_normal((2, m)), y


def _check_sample(m, noise, rng):
    """Refuse a number of points, a noise or an rng that cannot be drawn from."""
    if not _is_integer(m):
        raise TypeError(f"m must be an integer; got {m!r}")
    if m < 2:
        raise ValueError(f"m must be at least 2, one point a class; got {m}")
    if not isinstance(noise, Real) or isinstance(noise, bool):
        raise TypeError(f"noise must be a number; got {noise!r}")
    if not (np.isfinite(noise) and noise >= 0):
        raise ValueError(f"noise must be finite and not negative; got {noise}")
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            "rng must be a numpy Generator: pass np.random.default_rng(0); "
            f"got {type(rng).__name__}"
        )


def _is_integer(value):
    """Tell whether a value is a whole number and not a bool."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def _columns(images, ink, dtype):
    """Scale pixels from 0..ink to 0..1, one column an image."""
    return np.divide(images.reshape(len(images), -1), ink, dtype=dtype).T


def _download_mnist():
    """Return the path of MNIST in the cache, downloaded on first use."""
    try:
        import pooch
    except ModuleNotFoundError as error:
        raise OSError(
            "MNIST is downloaded by pooch, which is not installed here, as in a "
            f"browser.\n{WITHOUT_DOWNLOAD}"
        ) from error
    try:
        path = pooch.retrieve(
            MNIST_URL,
            known_hash=f"sha256:{MNIST_SHA256}",
            fname="mnist.npz",
            path=pooch.os_cache("bpkit"),
            progressbar=sys.stderr is not None and sys.stderr.isatty(),
        )
    # pooch reports a wrong checksum as a ValueError.
    except (OSError, ValueError) as error:
        raise OSError(
            f"MNIST could not be downloaded from {MNIST_URL}: {error}\n"
            f"{WITHOUT_DOWNLOAD}"
        ) from error
    return Path(path)


def _read_mnist(path):
    """Read and check MNIST's four arrays from an npz file."""
    if not path.is_file():
        raise FileNotFoundError(
            f"BPKIT_MNIST must name an npz file; there is no file {path}"
        )
    if not zipfile.is_zipfile(path):
        raise ValueError(f"MNIST must be an npz file; {path} is not one")
    try:
        # Opened here, because numpy leaves a damaged file of its own opening open.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {key: archive[key] for key in MNIST_KEYS if key in archive}
    except (ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(
            f"MNIST must be an npz file of plain arrays; cannot read {path}: {error}"
        ) from error
    missing = [key for key in MNIST_KEYS if key not in arrays]
    if missing:
        raise ValueError(
            f"MNIST must have the arrays {', '.join(MNIST_KEYS)}; "
            f"{path} has no {', '.join(missing)}"
        )
    for part in ("train", "test"):
        _check_images(part, arrays[f"x_{part}"], arrays[f"y_{part}"])
    return tuple(arrays[key] for key in MNIST_KEYS)


def _check_images(part, images, labels):
    """Refuse images that are not 28×28 bytes, or labels that are not their digits."""
    if images.ndim != 3 or images.shape[1:] != (28, 28) or len(images) == 0:
        raise ValueError(f"x_{part} must have shape (m, 28, 28); got {images.shape}")
    if images.dtype != np.uint8:
        raise ValueError(f"x_{part} must be uint8, 0 to 255; got {images.dtype}")
    if labels.shape != (len(images),):
        raise ValueError(
            f"y_{part} must have shape ({len(images)},), one label an image; "
            f"got {labels.shape}"
        )
    if not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"y_{part} must be integers; got {labels.dtype}")
    if labels.min() < 0 or labels.max() > 9:
        raise ValueError(
            f"y_{part} must be digits, 0 to 9; "
            f"got labels from {labels.min()} to {labels.max()}"
        )
