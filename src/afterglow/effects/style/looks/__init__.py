"""Looks by name. A look's module is imported when the look is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import partial
from importlib import import_module
from types import MappingProxyType

from afterglow.effects.style.distance import Distances
from afterglow.effects.style.looks.look import Look, LookSettings, Painter, Plain
from afterglow.errors import UsageError
from afterglow.frames import Effect

__all__ = ["LOOKS", "Look", "LookSettings", "Painter", "Plain", "look_named"]

_PLACES = {
    "abstract": "abstract.Abstract",
    "anime": "anime.Anime",
    "cinematic": "filmic.Cinematic",
    "neon": "neon.Neon",
    "noir": "noir.Noir",
    "realistic": "realistic.Realistic",
    "vintage": "vintage.Vintage",
    "watercolor": "watercolor.Watercolor",
}
"""Module and class of every look, in this package."""


def _made(place: str, settings: LookSettings) -> Effect:
    module, _, name = place.partition(".")
    made: Effect = getattr(import_module(f"{__name__}.{module}"), name)(settings)
    return made


def _plain(settings: LookSettings) -> Effect:
    return Plain()


LOOKS: Mapping[str, Callable[[LookSettings], Effect]] = MappingProxyType(
    {"none": _plain, **{name: partial(_made, place) for name, place in sorted(_PLACES.items())}}
)
"""What makes each look of its settings."""


def look_named(
    name: str, strength: float = 1.0, seed: int = 0, distances: Distances | None = None
) -> Effect:
    """Return a look as an effect of frames.

    Raises:
        UsageError: there is no look of that name, or its strength is not within 0 and 1.
    """
    if name not in LOOKS:
        near = get_close_matches(name, LOOKS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(LOOKS)}"
        raise UsageError(f"there is no style of that name ({name})", hint=hint)
    if not 0 <= strength <= 1:
        raise UsageError(f"the strength of a style is 0 to 1 ({strength:g})")
    return LOOKS[name](LookSettings(strength, seed, distances))
