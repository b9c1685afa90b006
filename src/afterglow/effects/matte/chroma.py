"""A coloured backing keyed out: chroma as a backend of mattes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import cv2
import numpy as np

from afterglow import ops
from afterglow.analysis.matting.backend import Cut
from afterglow.effects.matte.backing import (
    Backing,
    Key,
    Light,
    Plane,
    axes,
    backing_of,
    disc,
    found_key,
    inside_sector,
    reduced,
)
from afterglow.effects.matte.fields import spread
from afterglow.errors import MediaError, UsageError
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.ops.halves import Depth
from afterglow.ops.keying import despill
from afterglow.ops.standards import is_known

Say: TypeAlias = Callable[[str], None]
"""Takes one clear line for the person."""

_NOISE = 3.5
"""Standard deviations of the backing's noise that still are backing."""
_CALM = 0.02
"""Share of the way to the subject that is backing however little noise there is."""
_WIDEST_EDGE = 1 / 45
"""Pixels of a soft edge, as a share of the lines: what lies further from the backing is solid."""
_TINGED = 0.3
"""Share of the way to the subject from which such a pixel counts as the subject's, tinged."""
_NEAREST = 0.6
"""How near to the backing, as a share of its own, the subject's colour is taken to come."""


def quiet(line: str) -> None:
    """Tell nobody."""


class State(NamedTuple):
    """What is known from one frame to the next."""

    transfer: str
    """Of the video's light."""
    key: Key | None
    """(3,) light of the backing; None until it has been found."""


@dataclass(frozen=True, slots=True)
class Chroma:
    """A backing of one colour, keyed out; how it is lit is found in every frame."""

    key: tuple[int, int, int] | None = None
    """R'G'B' 0-255 of the backing, about; None finds it on the border of the first frame."""
    tolerance: float | None = None
    """Per cent of the way from backing to subject that still are backing; None: by the noise."""
    softness: float | None = None
    """Per cent of that way over which the matte rises; None: all that is left of it."""
    despill: float = 1.0
    """How much of the backing's light is taken off the subject, 0 to 1."""
    colours: bool = True
    """Find the subject's own colours as well as its matte."""
    say: Say = quiet
    """Tells which key was found."""

    def reach(self, video: VideoInfo) -> Reach:
        """No neighbours: every frame stands for itself."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes of a frame's light, the backing's, and their planes."""
        return (96 if self.colours else 60) * video.width * video.height

    @contextmanager
    def start(self, video: VideoInfo) -> Iterator[State]:
        """Give the key where it is set; raise UsageError where the light cannot be computed."""
        transfer = video.colour.transfer
        if not is_known(transfer):
            raise UsageError(f"the video's transfer has no linear light that is known ({transfer})")
        key = None
        if self.key is not None:
            levels = np.array([[self.key]], np.uint8)
            key = ops.to_linear(levels, transfer)[0, 0]
        yield State(transfer, key)

    def step(self, frame: Frame, state: Any) -> tuple[Cut, State]:
        """Return the matte of a frame, and the key."""
        pixels = ops.array_of(frame.pixels)
        light = ops.to_linear(pixels, state.transfer)
        small = reduced(light)
        key = self._found(small, state.transfer) if state.key is None else state.key
        backing = backing_of(small, key)
        alpha = keyed(light, backing, self.tolerance, self.softness)
        foreground = None
        if self.colours:
            own = unspilled(light, alpha, backing, self.despill)
            depth: Depth = "uint8" if pixels.dtype == np.uint8 else "uint16"
            foreground = ops.beside(ops.to_display(own, state.transfer, depth), frame.pixels)
        return Cut(alpha, foreground), State(state.transfer, key)

    def _found(self, light: Light, transfer: str) -> Key:
        key = found_key(light)
        if key is None:
            raise MediaError(
                "no backing of one colour lies along the border of the first picture",
                hint="name its colour with --key green, blue or #rrggbb",
            )
        red, green, blue = ops.to_display(key[None, None], transfer, "uint8")[0, 0]
        self.say(f"key: #{red:02x}{green:02x}{blue:02x}, from the border of the first picture")
        return key


def keyed(light: Light, backing: Backing, tolerance: float | None, softness: float | None) -> Plane:
    """(H, W) float32 matte of a picture before a backing, 0 to 1.

    light: (H, W, 3) float32. tolerance, softness: per cent; None finds them.

    A pixel is a mix of the subject's colour and the backing's, so what it shows of the backing's
    hue, seen along that hue's axis, says how much of each (Smith and Blinn, Blue Screen Matting,
    1996). How much of that hue the subject has by itself is carried to its edge from its inside.
    """
    height, width = light.shape[:2]
    field = ops.resize(backing.field, width, height)
    along, _ = axes(backing.key)
    least = 0.1 * float(backing.key @ along)
    own = np.maximum(field @ along, least)
    rough: Plane = 1 - inside_sector(light, backing.key) / np.maximum(
        inside_sector(field, backing.key), least
    )
    low = _floor(rough, own, backing.seen) if tolerance is None else tolerance / 100
    solid, inside = _solid(rough, low)
    shown = (light @ along) / own
    tinge = np.minimum(_carried(shown, inside), _NEAREST)
    share = (1 - shown) / (1 - tinge)
    rise = np.maximum(1 - 2 * low, 0.01) if softness is None else softness / 100
    alpha: Plane = np.clip((share - low) / rise, 0, 1, dtype=np.float32)
    alpha += solid * (1 - alpha)
    return alpha


def _floor(rough: Plane, own: Plane, seen: Plane) -> Any:
    """(H, W) share of the way to the subject that the backing's noise reaches.

    Of the same noise in display values, less light lets more be seen: by about its square root.
    """
    height, width = rough.shape
    where = cv2.resize(seen, (width, height), interpolation=cv2.INTER_NEAREST)[::2, ::2] > 0
    if not where.any():
        return _CALM
    noise = 1.4826 * np.median(np.abs(rough[::2, ::2][where]))
    usual = np.median(own[::2, ::2][where])
    return np.clip(_NOISE * noise * np.sqrt(usual / own), _CALM, 0.3).astype(np.float32)


def _solid(rough: Plane, low: Any) -> tuple[Plane, Plane]:
    """(H, W) how surely a pixel is solid though tinged, and how surely it shows the subject alone.

    Pale and shiny parts show the backing's hue; but so far from the backing no edge is soft.
    """
    clear = cv2.morphologyEx(
        (rough < np.maximum(low, 0.1)).astype(np.uint8), cv2.MORPH_OPEN, disc(1)
    )
    far = cv2.distanceTransform(1 - clear, cv2.DIST_L2, 3)
    edge = max(3.0, _WIDEST_EDGE * rough.shape[0])
    solid = ops.smoothstep(far / np.float32(edge), 1, 2)
    solid *= np.clip((rough - _TINGED) / 0.2, 0, 1)
    pure = cv2.erode((rough > 0.97).astype(np.uint8), disc(1))
    return solid, np.maximum(solid, pure)


def _carried(shown: Plane, inside: Plane) -> Plane:
    """(H, W) what the subject shows of the backing's hue by itself, carried from its inside."""
    height, width = shown.shape
    small = reduced(np.dstack([shown * inside, inside]))
    known = np.ascontiguousarray(small[..., 1])
    values = small[..., 0] / np.maximum(known, 1e-6)
    return ops.resize(spread(values, np.minimum(known, 1)), width, height)


def unspilled(light: Light, alpha: Plane, backing: Backing, strength: float) -> Light:
    """(H, W, 3) linear light of the subject alone, where there is some of it.

    F = (I - (1 - a) B) / a (Smith and Blinn, equation 1), and the backing's light on it taken off.
    """
    height, width = alpha.shape
    rows, columns = np.nonzero((alpha > 0) & (alpha < 1))
    behind = ops.resize(backing.field, width, height)[rows, columns]
    share = alpha[rows, columns, None]
    own = light.copy()
    own[rows, columns] = np.maximum(light[rows, columns] - (1 - share) * behind, 0) / share
    return despill(own, backing.key.tolist(), strength)
