"""Mattes: which pixels belong to the subject, frame after frame."""

from afterglow.analysis.matting.backend import Backend, Cut, cuts

__all__ = ["Backend", "Cut", "cuts"]
