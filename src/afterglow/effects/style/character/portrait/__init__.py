"""A face in a photo or a video that talks, blinks and looks about."""

from afterglow.effects.style.character.portrait.effect import Portrait
from afterglow.effects.style.character.portrait.landmarks import read_landmarks

__all__ = ["Portrait", "read_landmarks"]
