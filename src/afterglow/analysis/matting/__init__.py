"""Mattes: which pixels belong to the subject, frame after frame."""

from afterglow.analysis.matting.backend import Backend, Cut, cuts
from afterglow.analysis.matting.eyes import Network
from afterglow.analysis.matting.matted import Matted
from afterglow.analysis.matting.person import Opener, Person

__all__ = ["Backend", "Cut", "Matted", "Network", "Opener", "Person", "cuts"]
