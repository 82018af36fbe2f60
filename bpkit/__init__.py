"""Backpropagation from the derivative up: the library behind the ten lessons.

Conventions: an example is a column, so a batch x has shape (n_0, m); ``weights[l]`` has
shape (n_out, n_in) and takes ``activations[l]`` to ``activations[l + 1]``; gradients
come as ``(nabla_b, nabla_w)``; the cost of a batch is the mean over its columns.
"""

from bpkit.activations import sigmoid, sigmoid_prime
from bpkit.backprop import backprop, forward_pass
from bpkit.costs import cost_derivative, quadratic_cost
from bpkit.data import load_digits, load_mnist, spirals, two_moons
from bpkit.exercises import hint, reveal
from bpkit.gradients import gradient_check, numerical_gradient, relative_error
from bpkit.mine import check, progress, yours
from bpkit.network import Network

__all__ = [
    "Network",
    "backprop",
    "check",
    "cost_derivative",
    "forward_pass",
    "gradient_check",
    "hint",
    "load_digits",
    "load_mnist",
    "numerical_gradient",
    "progress",
    "quadratic_cost",
    "relative_error",
    "reveal",
    "sigmoid",
    "sigmoid_prime",
    "spirals",
    "two_moons",
    "yours",
]


def __getattr__(name):
    """Return the installed version, looked up when somebody asks for it."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("bpkit")
    except PackageNotFoundError as error:
        raise AttributeError(
            "bpkit runs from its source and is not installed: no version"
        ) from error
