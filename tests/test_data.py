import hashlib
import socket
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpkit import data
from bpkit.checks import as_labels
from bpkit.data import load_digits, load_mnist, one_hot, spirals, two_moons

point_sets = pytest.mark.parametrize("draw", [two_moons, spirals])


@pytest.fixture
def no_mnist_file(monkeypatch):
    monkeypatch.delenv("BPKIT_MNIST", raising=False)


@pytest.fixture
def tiny_mnist():
    """Six training and three test images of random bytes, in MNIST's form."""
    rng = np.random.default_rng(0)
    return {
        "x_train": rng.integers(0, 256, (6, 28, 28), dtype=np.uint8),
        "y_train": np.array([5, 0, 4, 1, 9, 2], dtype=np.uint8),
        "x_test": rng.integers(0, 256, (3, 28, 28), dtype=np.uint8),
        "y_test": np.array([7, 2, 1], dtype=np.uint8),
    }


@pytest.fixture
def use_file(tmp_path, monkeypatch):
    """Write arrays to an npz file and let BPKIT_MNIST name it."""

    def write(arrays):
        path = tmp_path / "mnist.npz"
        np.savez_compressed(path, **arrays)
        monkeypatch.setenv("BPKIT_MNIST", str(path))
        return path

    return write


# one_hot


def labels_below(k):
    """Draw a number of classes together with labels that it allows."""
    return st.tuples(st.just(k), st.lists(st.integers(0, k - 1), max_size=20))


@given(st.integers(1, 12).flatmap(labels_below))
def test_one_hot_puts_the_single_one_in_the_row_of_the_label(k_and_labels):
    k, labels = k_and_labels
    y = one_hot(np.array(labels, dtype=int), k)
    assert y.shape == (k, len(labels))
    assert y.dtype == np.float64
    for column, label in zip(y.T, labels, strict=True):
        assert column[label] == 1
        assert np.count_nonzero(column) == 1


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int32, np.uint64, np.float32])
def test_one_hot_takes_whole_numbers_of_any_type(dtype):
    y = one_hot(np.array([2, 0], dtype=dtype), 3)
    assert y.tolist() == [[0, 1], [0, 0], [1, 0]]


@pytest.mark.parametrize("label", [-1, 3, 255])
def test_one_hot_names_a_label_out_of_range(label):
    with pytest.raises(ValueError, match=rf"0 to 2; got {label} for example 1"):
        one_hot([0, label], 3)


@pytest.mark.parametrize("labels", [3, [[0, 1]], np.zeros((2, 1), dtype=int)])
def test_one_hot_refuses_labels_that_are_not_a_row_of_numbers(labels):
    with pytest.raises(ValueError, match=r"shape \(m,\); got"):
        one_hot(labels, 4)


@pytest.mark.parametrize(
    "labels", [[0.5, 1.0], [np.nan, 1.0], [True, False], ["1", "2"]]
)
def test_one_hot_refuses_labels_that_are_not_whole_numbers(labels):
    with pytest.raises(TypeError, match="labels must be whole numbers; got"):
        one_hot(labels, 4)


@pytest.mark.parametrize(
    ("k", "error"),
    [(0, ValueError), (-2, ValueError), (2.0, TypeError), (True, TypeError)],
)
def test_one_hot_refuses_a_number_of_classes_that_is_none(k, error):
    with pytest.raises(error, match="k must be"):
        one_hot([0], k)


# The bundled digits


def digits_as_stored():
    """Put the loaded digits back into bytes: all pixels, then all labels."""
    (x, y), (x_test, labels) = load_digits()
    pixels = np.hstack([x, x_test]).T * 16
    return pixels, np.concatenate([y.argmax(axis=0), labels])


def test_digits_have_the_promised_shapes_and_types():
    (x, y), (x_test, labels) = load_digits()
    assert (x.shape, y.shape) == ((64, 1437), (10, 1437))
    assert (x_test.shape, labels.shape) == ((64, 360), (360,))
    assert x.dtype == y.dtype == x_test.dtype == np.float64
    assert labels.dtype == np.intp


def test_digits_are_sixteenths_from_0_to_1():
    for x in (load_digits()[0][0], load_digits()[1][0]):
        assert (x.min(), x.max()) == (0, 1)
        assert np.array_equal(x * 16, np.round(x * 16))


def test_digits_and_their_split_never_change():
    pixels, labels = digits_as_stored()
    stored = pixels.astype(np.uint8).tobytes() + labels.astype(np.uint8).tobytes()
    assert hashlib.sha256(stored).hexdigest() == (
        "bcbbfdf638cd44b6566ac4dee4570efa6bbb8ce64bac3ff9fdb0a0e88998e10e"
    )


def test_digits_split_keeps_the_proportion_of_every_class():
    (_, y), (_, labels) = load_digits()
    test = np.bincount(labels, minlength=10)
    both = y.sum(axis=1) + test
    assert both.tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert np.all(np.abs(test - both * 360 / 1797) < 1)


def test_digits_are_not_sorted_by_class():
    (_, y), (_, labels) = load_digits()
    for part in (y.argmax(axis=0), labels):
        for piece in np.array_split(part, 5):
            assert set(piece.tolist()) == set(range(10))


def test_no_test_digit_is_also_a_training_digit():
    (x, _), (x_test, _) = load_digits()
    training = {column.tobytes() for column in np.ascontiguousarray(x.T)}
    assert not any(c.tobytes() in training for c in np.ascontiguousarray(x_test.T))


def test_digits_pair_each_image_with_its_own_label():
    (x, y), (x_test, labels) = load_digits()
    distance = (x**2).sum(axis=0)[:, np.newaxis] - 2 * x.T @ x_test
    nearest = y.argmax(axis=0)[distance.argmin(axis=0)]
    assert np.mean(nearest == labels) > 0.97


def test_digits_are_new_arrays_at_each_call():
    (x, y), (x_test, labels) = load_digits()
    for array in (x, y, x_test, labels):
        array[:] = 7
    (x, y), (x_test, labels) = load_digits()
    assert max(x.max(), y.max(), x_test.max()) == 1
    assert not np.all(labels == 7)


def test_digits_are_those_of_scikit_learn():
    datasets = pytest.importorskip("sklearn.datasets")
    theirs = datasets.load_digits()
    pixels, labels = digits_as_stored()
    ours = sorted(zip(pixels.tolist(), labels.tolist(), strict=True))
    assert ours == sorted(
        zip(theirs.data.tolist(), theirs.target.tolist(), strict=True)
    )


def test_digits_come_with_their_attribution():
    text = (data.files("bpkit") / "_digits" / "ATTRIBUTION.md").read_text("utf-8")
    for needed in ("Alpaydin", "Kaynak", "10.24432/C50P49", "CC BY 4.0"):
        assert needed in text


# Points in the plane


@point_sets
@settings(max_examples=30)
@given(m=st.integers(2, 99), noise=st.floats(0, 3), seed=st.integers(0, 2**32))
def test_points_come_in_columns_with_balanced_classes(draw, m, noise, seed):
    x, y = draw(m, noise, np.random.default_rng(seed))
    assert (x.shape, y.shape) == ((2, m), (1, m))
    assert x.dtype == y.dtype == np.float64
    assert np.isfinite(x).all()
    assert set(y[0].tolist()) == {0.0, 1.0}
    assert y.sum() == m // 2


@point_sets
def test_points_depend_on_the_generator_alone(draw):
    x, y = draw(40, 0.1, np.random.default_rng(3))
    x_again, y_again = draw(40, 0.1, np.random.default_rng(3))
    x_other, _ = draw(40, 0.1, np.random.default_rng(4))
    assert np.array_equal(x, x_again)
    assert np.array_equal(y, y_again)
    assert not np.array_equal(x, x_other)


@point_sets
def test_a_source_of_points_must_be_passed(draw):
    with pytest.raises(TypeError, match=r"missing 1 required .*'rng'"):
        draw(500, 0.1)


@point_sets
def test_points_are_centred_and_of_order_one(draw):
    x, _ = draw(4000, 0.1, np.random.default_rng(0))
    assert np.all(np.abs(x.mean(axis=1)) < 0.08)
    assert np.all((x.std(axis=1) > 0.3) & (x.std(axis=1) < 1.5))


@point_sets
def test_noise_is_the_standard_deviation_that_is_added(draw):
    clean, y = draw(4000, 0, np.random.default_rng(5))
    noisy, y_noisy = draw(4000, 0.3, np.random.default_rng(5))
    assert np.array_equal(y, y_noisy)
    assert np.allclose((noisy - clean).std(axis=1), 0.3, atol=0.02)


@point_sets
def test_classes_are_in_random_order(draw):
    _, y = draw(400, 0.1, np.random.default_rng(0))
    changes = np.count_nonzero(np.diff(y[0]))
    assert 150 < changes < 250


def test_moons_without_noise_lie_on_their_half_circles():
    x, y = two_moons(200, 0, np.random.default_rng(1))
    upper, lower = x[:, y[0] == 0], x[:, y[0] == 1]
    upper_centre, lower_centre = np.array([[-1 / 2], [-1 / 4]]), [[1 / 2], [1 / 4]]
    assert np.allclose(((upper - upper_centre) ** 2).sum(axis=0), 1)
    assert np.allclose(((lower - lower_centre) ** 2).sum(axis=0), 1)
    assert np.all(upper[1] >= -1 / 4)
    assert np.all(lower[1] <= 1 / 4)


def test_spirals_without_noise_lie_on_their_arms():
    x, y = spirals(200, 0, np.random.default_rng(1))
    r = np.hypot(*x)
    direction = np.where(y[0] == 0, 1, -1) * np.exp(1.5j * np.pi * r)
    assert np.allclose(x[0] + 1j * x[1], r * direction)
    assert 0.2 <= r.min() < 0.6
    assert 1.9 < r.max() <= 2


def correct_with_a_straight_line(x, y):
    """Fraction that the least-squares line through the plane puts on its side."""
    design = np.vstack([x, np.ones(x.shape[1])]).T
    plane, *_ = np.linalg.lstsq(design, 2 * y[0] - 1, rcond=None)
    return np.mean((design @ plane > 0) == (y[0] == 1))


def test_no_straight_line_parts_the_points():
    rng = np.random.default_rng(2)
    assert 0.75 < correct_with_a_straight_line(*two_moons(1000, 0.1, rng)) < 0.95
    assert correct_with_a_straight_line(*spirals(1000, 0.1, rng)) < 0.75


@point_sets
def test_the_nearest_neighbour_parts_the_points(draw):
    rng = np.random.default_rng(2)
    (x, y), (x_new, y_new) = draw(1000, 0.1, rng), draw(500, 0.1, rng)
    square = ((x[:, :, np.newaxis] - x_new[:, np.newaxis, :]) ** 2).sum(axis=0)
    assert np.mean(y[0, square.argmin(axis=0)] == y_new[0]) > 0.98


@point_sets
@pytest.mark.parametrize(
    ("m", "noise", "error", "message"),
    [
        (1, 0.1, ValueError, "m must be at least 2, one point a class; got 1"),
        (0, 0.1, ValueError, "m must be at least 2"),
        (10.0, 0.1, TypeError, "m must be an integer; got 10.0"),
        (True, 0.1, TypeError, "m must be an integer"),
        (10, -0.1, ValueError, "noise must be finite and not negative; got -0.1"),
        (10, np.nan, ValueError, "noise must be finite"),
        (10, np.inf, ValueError, "noise must be finite"),
        (10, "much", TypeError, "noise must be a number; got 'much'"),
    ],
)
def test_points_refuse_a_bad_number_or_noise(draw, m, noise, error, message):
    with pytest.raises(error, match=message):
        draw(m, noise, np.random.default_rng(0))


@point_sets
@pytest.mark.parametrize("rng", [None, 0, np.random, np.random.RandomState(0)])
def test_points_ask_for_a_generator(draw, rng):
    with pytest.raises(TypeError, match=r"pass np\.random\.default_rng\(0\); got"):
        draw(10, 0.1, rng)


# MNIST, from files made here


def test_mnist_comes_from_the_file_that_is_named(tiny_mnist, use_file):
    use_file(tiny_mnist)
    (x, y), (x_test, labels) = load_mnist()
    assert (x.shape, y.shape) == ((784, 6), (10, 6))
    assert (x_test.shape, labels.shape) == ((784, 3), (3,))
    assert np.array_equal(x[:, 4], tiny_mnist["x_train"][4].ravel() / 255)
    assert np.array_equal(x_test[:, 1], tiny_mnist["x_test"][1].ravel() / 255)
    assert y.argmax(axis=0).tolist() == [5, 0, 4, 1, 9, 2]
    assert np.array_equal(y.sum(axis=0), np.ones(6))
    assert labels.tolist() == [7, 2, 1]
    assert labels.dtype == np.intp


@pytest.mark.parametrize("dtype", [np.float64, np.float32, "float32", float])
def test_mnist_comes_in_the_type_asked_for(tiny_mnist, use_file, dtype):
    use_file(tiny_mnist)
    (x, y), (x_test, _) = load_mnist(dtype=dtype)
    assert x.dtype == y.dtype == x_test.dtype == np.dtype(dtype)
    assert np.allclose(x, tiny_mnist["x_train"].reshape(6, 784).T / 255, rtol=1e-6)


def test_mnist_images_are_contiguous_in_memory(tiny_mnist, use_file):
    use_file(tiny_mnist)
    (x, _), (x_test, _) = load_mnist()
    assert x.T.flags.c_contiguous
    assert x_test.T.flags.c_contiguous


def test_mnist_file_is_closed_after_reading(tiny_mnist, use_file):
    path = use_file(tiny_mnist)
    load_mnist()
    path.rename(path.with_name("moved.npz"))  # Windows refuses when it is open.


@pytest.mark.parametrize("dtype", [int, np.float16, complex, ">f8"])
def test_mnist_refuses_another_type(tiny_mnist, use_file, dtype):
    use_file(tiny_mnist)
    with pytest.raises(ValueError, match="dtype must be float64 or float32; got"):
        load_mnist(dtype=dtype)


def test_mnist_says_that_the_named_file_is_not_there(tmp_path, monkeypatch):
    for absent in (tmp_path / "nowhere.npz", tmp_path):
        monkeypatch.setenv("BPKIT_MNIST", str(absent))
        with pytest.raises(FileNotFoundError, match="BPKIT_MNIST must name an npz"):
            load_mnist()


@pytest.mark.parametrize("key", ["x_train", "y_train", "x_test", "y_test"])
def test_mnist_says_which_array_is_missing(tiny_mnist, use_file, key):
    del tiny_mnist[key]
    use_file(tiny_mnist)
    with pytest.raises(ValueError, match=f"has no {key}$"):
        load_mnist()


@pytest.mark.parametrize(
    ("key", "change", "message"),
    [
        ("x_train", lambda x: x.reshape(6, 784), r"\(m, 28, 28\); got \(6, 784\)"),
        ("x_train", lambda x: x[:0], r"x_train must have shape \(m, 28, 28\)"),
        ("x_test", lambda x: x[:, :27], r"x_test must have shape \(m, 28, 28\)"),
        ("x_train", lambda x: x / 255, "x_train must be uint8, 0 to 255; got float64"),
        ("y_train", lambda y: y[:5], r"y_train must have shape \(6,\), one label an"),
        ("y_test", lambda y: y[:, np.newaxis], r"shape \(3,\).*got \(3, 1\)"),
        ("y_test", lambda y: y.astype(float), "y_test must be integers; got float64"),
        ("y_train", lambda y: y + 1, "y_train must be digits, 0 to 9; got .* 1 to 10"),
        ("y_test", lambda y: y.astype(int) - 2, "got labels from -1 to 5"),
    ],
)
def test_mnist_refuses_arrays_of_another_form(
    tiny_mnist, use_file, key, change, message
):
    tiny_mnist[key] = change(tiny_mnist[key])
    use_file(tiny_mnist)
    with pytest.raises(ValueError, match=message):
        load_mnist()


def test_mnist_never_unpickles(tiny_mnist, use_file):
    tiny_mnist["y_test"] = np.array([7, 2, None], dtype=object)
    use_file(tiny_mnist)
    with pytest.raises(ValueError, match="plain arrays"):
        load_mnist()


def test_mnist_refuses_a_file_that_is_not_npz(tmp_path, monkeypatch, tiny_mnist):
    path = tmp_path / "mnist.npz"
    monkeypatch.setenv("BPKIT_MNIST", str(path))
    np.save(tmp_path / "one.npy", tiny_mnist["x_train"])
    for content in (b"", b"not an archive", (tmp_path / "one.npy").read_bytes()):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"MNIST must be an npz file"):
            load_mnist()


def test_mnist_refuses_a_damaged_file(tiny_mnist, use_file):
    path = use_file(tiny_mnist)
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], whole[:300] + b"?" * 99 + whole[399:]):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match="MNIST must be an npz file"):
            load_mnist()


# MNIST, downloaded from a server on this machine


class QuietHandler(SimpleHTTPRequestHandler):
    """A file server that does not print its requests."""

    def log_message(self, *args):
        pass


@pytest.fixture
def served(tmp_path, monkeypatch, tiny_mnist, no_mnist_file):
    """Serve a tiny MNIST in place of the real one, with an empty cache."""
    pooch = pytest.importorskip("pooch")
    folder = tmp_path / "served"
    folder.mkdir()
    path = folder / "mnist.npz"
    np.savez_compressed(path, **tiny_mnist)
    handler = partial(QuietHandler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/mnist.npz"
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(data, "MNIST_URL", url)
    monkeypatch.setattr(
        data, "MNIST_SHA256", hashlib.sha256(path.read_bytes()).hexdigest()
    )
    monkeypatch.setattr(pooch, "os_cache", lambda name: tmp_path / "cache" / name)
    yield path
    server.shutdown()
    server.server_close()


def test_mnist_is_downloaded_once_and_then_kept(served):
    (x, _), _ = load_mnist()
    served.unlink()
    (x_again, _), _ = load_mnist()
    assert x.shape == (784, 6)
    assert np.array_equal(x, x_again)


def test_mnist_refuses_a_download_with_another_checksum(served, tiny_mnist):
    tiny_mnist["y_test"][0] = 8
    np.savez_compressed(served, **tiny_mnist)
    with pytest.raises(OSError, match="hash"):
        load_mnist()


def test_mnist_says_what_to_do_without_a_network(served, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as closed_at_once:
        port = closed_at_once.getsockname()[1]
    monkeypatch.setattr(data, "MNIST_URL", f"http://127.0.0.1:{port}/mnist.npz")
    with pytest.raises(OSError, match="could not be downloaded") as caught:
        load_mnist()
    for advice in ("BPKIT_MNIST", "x_train, y_train, x_test, y_test", "load_digits()"):
        assert advice in str(caught.value)


def test_an_empty_variable_names_no_file(served, monkeypatch):
    monkeypatch.setenv("BPKIT_MNIST", "")
    (x, _), _ = load_mnist()
    assert x.shape == (784, 6)


def test_mnist_is_pinned_by_a_checksum():
    assert data.MNIST_URL.startswith("https://")
    assert len(bytes.fromhex(data.MNIST_SHA256)) == 32


def test_mnist_says_what_to_do_without_pooch(no_mnist_file, monkeypatch):
    monkeypatch.setitem(sys.modules, "pooch", None)  # as in a browser
    with pytest.raises(OSError, match="pooch, which is not installed here") as caught:
        load_mnist()
    for advice in ("os.environ['BPKIT_MNIST'] = ", "load_digits()"):
        assert advice in str(caught.value)


def test_labels_are_of_the_kind_that_numpy_counts_with(monkeypatch):
    monkeypatch.setattr(np, "intp", np.int32)  # as in a browser, of 32 bits
    _, (_, labels) = load_digits()
    assert labels.dtype == np.int32
    assert as_labels(np.array([0, 1, 2]), 3).dtype == np.int32
