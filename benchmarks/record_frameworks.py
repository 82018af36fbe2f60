"""Record the gradients that PyTorch and JAX give for the digit reader of lesson 8.

``python benchmarks/record_frameworks.py`` asks each framework that is installed and
keeps what was recorded of the other, so that the two can live in environments apart.
Lesson 10 compares the record with backpropagation; tests/test_frameworks.py computes
it again.
"""

import importlib.util
from pathlib import Path

import numpy as np

from bpkit.exercises import frameworks

RECORD = Path(frameworks.__file__).with_name("frameworks.npz")


def gradients_by_pytorch(weights, biases, x, y):
    import torch

    def parameter(array):
        return torch.tensor(array, requires_grad=True)

    weights = [parameter(w) for w in weights]
    biases = [parameter(b) for b in biases]
    a = torch.tensor(x)
    for w, b in zip(weights, biases, strict=True):
        a = torch.sigmoid(w @ a + b)
    error = a - torch.tensor(y)
    cost = (error**2).sum() / (2 * x.shape[1])
    cost.backward()
    nabla_b = [b.grad.numpy() for b in biases]
    nabla_w = [w.grad.numpy() for w in weights]
    return nabla_b, nabla_w


def gradients_by_jax(weights, biases, x, y):
    import jax

    jax.config.update("jax_enable_x64", True)

    def cost(biases, weights):
        a = x
        for w, b in zip(weights, biases, strict=True):
            a = jax.nn.sigmoid(w @ a + b)
        return ((a - y) ** 2).sum() / (2 * x.shape[1])

    return jax.grad(cost, argnums=(0, 1))(biases, weights)


FRAMEWORKS = {
    "PyTorch": ("torch", gradients_by_pytorch),
    "JAX": ("jax", gradients_by_jax),
}


def measured(module, gradients):
    """Return (version, gradients) as an installed framework gives them."""
    nabla_b, nabla_w = gradients(*frameworks.recorded_case())
    version = importlib.import_module(module).__version__.partition("+")[0]
    return version, tuple([np.asarray(g) for g in part] for part in (nabla_b, nabla_w))


def main():
    kept = frameworks.recorded_gradients() if RECORD.exists() else {}
    record = {name.split()[0]: (name, gradients) for name, gradients in kept.items()}
    for name, (module, gradients) in FRAMEWORKS.items():
        if importlib.util.find_spec(module) is None:
            print(f"{name} is not installed; what is recorded of it stays")
            continue
        version, came = measured(module, gradients)
        record[name] = (f"{name} {version}", came)
        print(f"{name} {version} recorded")
    found = [record[name] for name in FRAMEWORKS if name in record]
    arrays = {"names": np.array([name for name, _ in found])}
    for k, (_, gradients) in enumerate(found):
        for part, layers in zip(("nabla_b", "nabla_w"), gradients, strict=True):
            arrays |= {f"{part} {k} {l}": g for l, g in enumerate(layers)}
    np.savez_compressed(RECORD, **arrays)


if __name__ == "__main__":
    main()
