"""Explorers: `explore` shows one; each lesson's explorer is a module of its own."""

from bpkit.words import extra_lab

try:
    from bpkit.widgets.face import explore
except ModuleNotFoundError as error:
    error.add_note(f"An explorer {extra_lab()}")
    raise

__all__ = ["explore"]
