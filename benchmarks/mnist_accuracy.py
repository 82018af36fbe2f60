"""Train [784, 30, 10] on MNIST from three seeds and print the accuracy reached.

Mini-batches of 10, η = 3.0, 30 epochs, standard normal start, quadratic cost: the
setting of Nielsen, *Neural Networks and Deep Learning*, ch. 1, where the best of the
published run is 95.42 %. The data come from `load_mnist()`.
"""

from statistics import mean
from time import perf_counter

import bpkit

SEEDS = (0, 1, 2)
EPOCHS = 30


def accuracies(seed, training_data, test_data):
    """Yield the accuracy on the test digits after every epoch."""
    net = bpkit.Network([784, 30, 10], seed=seed)
    for record in net.train(training_data, EPOCHS, 10, 3.0, test_data=test_data):
        yield record.accuracy


def main():
    training_data, test_data = bpkit.load_mnist()
    last = []
    for seed in SEEDS:
        start = perf_counter()
        reached = []
        for epoch, accuracy in enumerate(accuracies(seed, training_data, test_data)):
            reached.append(accuracy)
            print(f"seed {seed}, epoch {epoch:2}: {accuracy:.2%}", flush=True)
        last.append(reached[-1])
        print(
            f"seed {seed}: {reached[-1]:.2%} after the last epoch, best "
            f"{max(reached):.2%}, {perf_counter() - start:.0f} s\n"
        )
    print(f"Mean over {len(SEEDS)} seeds after the last epoch: {mean(last):.2%}")


if __name__ == "__main__":
    main()
