"""Eight drawn characters that talk."""

from afterglow.effects.style.character.puppet.effect import KINDS, Kind, Puppet, character

__all__ = ["KINDS", "Kind", "Puppet", "character"]
