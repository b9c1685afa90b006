"""Camera moves over any footage, named by what the camera does."""

from afterglow.effects.style.camera.effect import USUAL_SECONDS, Moved
from afterglow.effects.style.camera.moves import EASES, MOVES, PARALLAX

__all__ = ["EASES", "MOVES", "PARALLAX", "USUAL_SECONDS", "Moved"]
