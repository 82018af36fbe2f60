"""Pictures of what the lessons compute, each with the sentence that says what is seen.

A picture function takes arrays and returns a `Picture`: a figure whose
``finding`` is computed from those same arrays. `show` displays the picture with
its alternative text and prints the finding, so that a screen reader, a diff and
a person all get the same fact.

Figures are built without pyplot: nothing is registered globally, so nothing
leaks and nothing is drawn twice.
"""

import logging

from bpkit.words import extra_lab

# In a browser, matplotlib would say in each first cell that it lists the fonts.
fonts = logging.getLogger("matplotlib.font_manager")
level = fonts.level
fonts.setLevel(logging.ERROR)
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
finally:
    fonts.setLevel(level)

__all__ = [
    "Picture",
    "confusion_matrix",
    "digits_grid",
    "hidden_weights",
    "learning_curves",
    "readings",
    "show",
]
