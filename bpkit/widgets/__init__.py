"""Explorers: `explore` shows one; each lesson's explorer is a module of its own."""

from bpkit.widgets.face import explore

__all__ = ["explore"]
