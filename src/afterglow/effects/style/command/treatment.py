"""What is done to the pictures of a film: camera, light, air, looks, in this order."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from afterglow.cli.run import tell_note
from afterglow.effects.style.command.finishing import names_of

if TYPE_CHECKING:
    from afterglow.effects.style.camera.moves import Ease, Move
    from afterglow.effects.style.command.values import Veil
    from afterglow.effects.style.distance import Depth, Distances
    from afterglow.frames import Effect

_LIGHTING, _BLOOM, _SMOOTHING = 0.05, 0.3, 0.6
"""Amounts that are usual."""


@dataclass(frozen=True, slots=True)
class Treatment:
    """The flags of it, typed."""

    styles: tuple[tuple[str, ...], ...]
    """Names of looks, as they were given."""
    strength: float
    """How much of each is seen."""
    lut: Path | None
    """A table of colours."""
    move: Move
    """What the camera does."""
    amount: float | None
    """How much of it."""
    ease: Ease
    """How its pace changes."""
    move_seconds: Fraction | None
    """How long it takes; None: as long as the video."""
    lighting: bool
    """A key light goes around."""
    light_amount: float | None
    """Share of light by which it does."""
    fog: Veil | None
    """How thick, and of which colour."""
    bloom: bool
    """Highlights spread their light."""
    bloom_amount: float | None
    """Share of their light that they spread."""
    smoothing: bool
    """Pictures are averaged along their motion."""
    smoothing_amount: float | None
    """Share of the one before in each."""
    seed: int
    """Which grain and clouds."""

    @classmethod
    def settings(cls) -> frozenset[str]:
        """The names of its flags."""
        return frozenset(field.name for field in fields(cls))

    def effects(self, depth: Depth | None, *, still: bool) -> list[Effect]:
        """Return what does it. still: nothing moves in the source, so nothing flickers there."""
        steadied = [] if still else self._steadied()
        camera, depth = self._camera(depth)
        return [*steadied, *camera, *self._air(depth), *self._looks(depth)]

    def _steadied(self) -> list[Effect]:
        amount = _asked(self.smoothing, self.smoothing_amount, _SMOOTHING)
        if amount is None:
            return []
        from afterglow.effects.style.air import Steadied

        return [Steadied(amount)]

    def _camera(self, depth: Depth | None) -> tuple[list[Effect], Depth | None]:
        """The camera's move, and what is near in the pictures that it takes."""
        if self.move == "static" and not self.amount:
            return [], depth
        from afterglow.effects.style.camera import PARALLAX, Moved
        from afterglow.effects.style.distance import Behind, InDepth

        moved = Moved(self.move, self.amount, self.ease, self.move_seconds, say=tell_note)
        if depth is None:
            return [moved], None
        quiet = replace(moved, say=None)

        def in_depth(distances: Distances) -> Effect:
            return replace(quiet, distances=distances)

        seen: Effect = InDepth(in_depth, depth) if self.move in PARALLAX else quiet
        return [seen], Behind(depth, seen)

    def _air(self, depth: Depth | None) -> list[Effect]:
        from afterglow.effects.style.air import Bloom, Lighting
        from afterglow.effects.style.glow import Glow

        made: list[Effect] = []
        lighting = _asked(self.lighting, self.light_amount, _LIGHTING)
        if lighting is not None:
            made.append(Lighting(lighting))
        if self.fog is not None:
            made.append(self._fog(*self.fog, depth))
        bloom = _asked(self.bloom, self.bloom_amount, _BLOOM)
        if bloom is not None:
            made.append(Bloom(Glow(bloom, radius=2.5)))
        return made

    def _fog(self, density: float, colour: tuple[int, int, int], depth: Depth | None) -> Effect:
        from afterglow.effects.style.air import Fog
        from afterglow.effects.style.distance import InDepth

        fog = Fog(density, colour, seed=self.seed)
        if depth is None:
            return fog
        return InDepth(lambda distances: replace(fog, distances=distances), depth)

    def _looks(self, depth: Depth | None) -> list[Effect]:
        looks = [self._look(name, depth) for name in names_of(self.styles)]
        if self.lut is None:
            return looks
        from afterglow.effects.style.lut import Lut, read_cube

        return [*looks, Lut(read_cube(self.lut))]

    def _look(self, name: str, depth: Depth | None) -> Effect:
        from afterglow.effects.style.distance import InDepth
        from afterglow.effects.style.looks import look_named

        if depth is None:
            return look_named(name, self.strength, self.seed)
        return InDepth(partial(look_named, name, self.strength, self.seed), depth)


def _asked(flag: bool, amount: float | None, usual: float) -> float | None:
    """How much is asked for; None for nothing at all."""
    return amount if amount is not None else usual if flag else None
