"""Time an epoch of bpkit beside other ways to train the same network.

The contenders take turns, so that whatever else the machine does meanwhile falls on all
of them. A turn is one epoch of a long row, and five of a short one: an epoch of two
milliseconds would time the caches that the contender before it left behind, and in a
training run it follows its like. One BLAS thread, because a second one slows small
networks down. Progress goes to stderr, the tables to stdout.

    python benchmarks/bench.py [--rounds N] [--only 784-30-10]
"""

import argparse
import importlib.util
import os
import platform
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
from contenders import BareProducts, Bpkit, Case, ScikitLearn, TextbookLoop, Torch
from numerical import print_numerical_gradient
from threadpoolctl import threadpool_info, threadpool_limits

import bpkit

MNIST_EXAMPLES = 10_000
MOONS = 1_000
# Epochs in a turn: those of a short row are over before the caches are warm.
LONG, SHORT = 1, 5


def mnist_shaped(rng):
    """Return the first MNIST digits, or random examples of their shape."""
    if os.environ.get("BPKIT_MNIST"):
        (x, y), _ = bpkit.load_mnist()
        return x[:, :MNIST_EXAMPLES], y[:, :MNIST_EXAMPLES], "MNIST"
    # About one MNIST pixel in five is not blank.
    ink = rng.random((784, MNIST_EXAMPLES)) < 0.19
    x = ink * rng.random((784, MNIST_EXAMPLES))
    labels = (rng.standard_normal((10, 784)) @ (x - x.mean())).argmax(axis=0)
    return x, np.eye(10)[:, labels], "random data of MNIST's shape"


def cases():
    """Return the four rows of the benchmark: name, case, data, epochs in a turn."""
    rng = np.random.default_rng(0)
    *mnist, source = mnist_shaped(rng)
    (digits_x, digits_y), _ = bpkit.load_digits()
    moons = bpkit.two_moons(MOONS, 0.1, rng)
    return [
        ("784-30-10", Case([784, 30, 10], 10, 3.0, *mnist), source, LONG),
        ("784-100-10", Case([784, 100, 10], 100, 1.0, *mnist), source, LONG),
        ("64-30-10", Case([64, 30, 10], 10, 3.0, digits_x, digits_y), "digits", SHORT),
        ("2-16-16-1", Case([2, 16, 16, 1], 16, 1.0, *moons), "two moons", SHORT),
    ]


def contenders(case):
    """Return the contenders that this machine can run, the textbook loop first."""
    entries = [TextbookLoop(case), Bpkit(case), Bpkit(case, np.float32)]
    if installed("sklearn"):
        entries += [ScikitLearn(case)]
    if installed("torch"):
        entries += [Torch(case), Torch(case, np.float32)]
    return [*entries, BareProducts(case), BareProducts(case, np.float32)]


def installed(module):
    return importlib.util.find_spec(module) is not None


def seconds(action, times):
    """Return how long an action takes, which is done some times without a break."""
    start = perf_counter()
    for _ in range(times):
        action()
    return (perf_counter() - start) / times


def time_case(case, rounds, epochs):
    """Return the seconds of an epoch by contender and turn, a turn of each a round."""
    entries = contenders(case)
    times = {entry.name: [] for entry in entries}
    for entry in entries:
        entry.epoch()  # the first epoch warms caches up and is not counted
    for _ in range(rounds):
        for entry in entries:
            times[entry.name].append(seconds(entry.epoch, epochs))
        print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return times


def print_table(name, case, source, times):
    """Print the times of one case as a Markdown table."""
    rounds = len(next(iter(times.values())))
    print(
        f"\n## {name}, batch {case.mini_batch_size}\n\n"
        f"{case.x.shape[1]:,} examples an epoch ({source}), {rounds} rounds\n\n"
        "| contender | median, µs a mini-batch | best | times the loop: median | best |"
        "\n|---|---:|---:|---:|---:|"
    )
    loop = times[TextbookLoop.name]
    for entry, epochs in times.items():
        middle, best = (1e6 * t / case.steps for t in (median(epochs), min(epochs)))
        print(
            f"| {entry} | {middle:,.1f} | {best:,.1f} "
            f"| {median(loop) / median(epochs):.1f} | {min(loop) / min(epochs):.1f} |"
        )


def print_summary(results):
    """Print the ratios of all the cases, a row for each contender."""
    print("\n## Times as fast as the textbook loop (medians; best in brackets)\n")
    print("| contender | " + " | ".join(results) + " |")
    print("|---|" + "---:|" * len(results))
    for entry in next(iter(results.values())):
        ratios = []
        for times in results.values():
            loop, own = times[TextbookLoop.name], times[entry]
            middle, best = median(loop) / median(own), min(loop) / min(own)
            ratios.append(f"{middle:.1f} ({best:.1f})")
        print(f"| {entry} | " + " | ".join(ratios) + " |")


def machine():
    """Describe the processor, the versions and the BLAS in one line."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text("utf-8").splitlines() if cpuinfo.exists() else []
    names = [line.split(":")[1].strip() for line in lines if "model name" in line]
    cpu = names[0] if names else platform.processor() or platform.machine()
    blas = ", ".join(
        f"{pool['internal_api']} {pool['version']} ({pool.get('architecture')})"
        for pool in threadpool_info()
        if pool["user_api"] == "blas" and "numpy" in pool["filepath"]
    )
    return (
        f"{cpu}, {os.cpu_count()} processors; Python {platform.python_version()}, "
        f"numpy {np.__version__}, BLAS {blas or 'unknown'}, one thread"
    )


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="rounds of a long row")
    parser.add_argument("--only", metavar="SIZES", help="one row, such as 64-30-10")
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    return options


def main(arguments=None):
    options = parse(arguments)
    chosen = [row for row in cases() if options.only in (None, row[0])]
    if not chosen:
        sys.exit(f"no row is called {options.only}: see the docstring of this script")
    print(
        f"# Benchmark\n\n{machine()}\n\n"
        "An epoch of each contender, shuffling counted; what is done once a training, "
        "such as\nchecking the data, is not. scikit-learn descends a log-loss, the "
        "others the quadratic\ncost. The bare products are a floor: they learn nothing."
    )
    for module, name in {"sklearn": "scikit-learn", "torch": "PyTorch"}.items():
        if not installed(module):
            print(f"{name} is not installed: skipped.")
    results = {}
    for name, case, source, epochs in chosen:
        print(name, end=" ", file=sys.stderr, flush=True)
        results[name] = time_case(case, options.rounds * epochs, epochs)
        print_table(name, case, source, results[name])
    print_summary(results)
    print_numerical_gradient(options.rounds)


if __name__ == "__main__":
    if installed("torch"):
        import torch

        torch.set_num_threads(1)
    with threadpool_limits(1):
        main()
