"""Pictures of what the lessons compute, each with the sentence that says what is seen.

A picture function takes arrays and returns a `Picture`: a figure whose
``finding`` is computed from those same arrays. `show` displays the picture with
its alternative text and prints the finding, so that a screen reader, a diff and
a person all get the same fact.

Figures are built without pyplot: nothing is registered globally, so nothing
leaks and nothing is drawn twice.
"""

from bpkit.words import extra_lab

try:
    from bpkit.plots.base import Picture, show
    from bpkit.plots.training import (
        confusion_matrix,
        digits_grid,
        hidden_weights,
        learning_curves,
        readings,
    )
except ModuleNotFoundError as error:
    error.add_note(f"A picture {extra_lab()}")
    raise

__all__ = [
    "Picture",
    "confusion_matrix",
    "digits_grid",
    "hidden_weights",
    "learning_curves",
    "readings",
    "show",
]
