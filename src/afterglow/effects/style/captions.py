"""Captions drawn into the picture: wrapped, in the safe area, on a soft box or outlined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.ops import lettering, levels
from afterglow.ops.levels import Region

if TYPE_CHECKING:
    from afterglow.frames import Pixels

_LETTERS = 0.054
"""Size of the letters, as a share of the picture's shorter side."""
_SMALLEST = 0.6
"""A long text is set smaller, down to this share of the usual size."""
_LINES = 3
"""Lines from which a text is set smaller."""
_WIDE = 0.80
"""Share of the width that a line may take: the title-safe area."""
_LOW, _LOW_UPRIGHT = 0.08, 0.16
"""Share of the height that stays free below, in landscape and portrait."""
_LEADING = 1.22
"""From line to line, in sizes of the letters."""
_ROOM = (0.55, 0.34)
"""Room in the box at the sides and above the letters, in sizes."""
_FADE = 2.5
"""Frames of a fade."""
_DARK = 0.62
"""Opacity of the box."""
_WHITES = {"smpte2084": 0.58, "arib-std-b67": 0.75}
"""Levels of white paper in HDR; it is a little below white in SDR."""

Look = Literal["box", "outline"]


@dataclass(frozen=True, slots=True)
class Caption:
    """Words, and when they are seen."""

    start: Fraction
    """Seconds."""
    end: Fraction
    """Seconds."""
    text: str
    """Lines of it are kept, and broken where they are too long."""


class Plate(NamedTuple):
    """A caption, ready to be laid on."""

    region: Region
    """Where."""
    ink: NDArray[np.float32]
    """(h, w) how much of the letters is in each pixel, 0 to 1."""
    ground: NDArray[np.float32]
    """(h, w) how much of the dark behind them."""


def readable(captions: Sequence[Caption]) -> tuple[tuple[Caption, ...], str]:
    """Return the captions as far as they can be drawn, and the characters that are left out.

    Those are what no typeface at hand has, each once; signs that are not seen go untold.
    """
    words = "".join(caption.text for caption in captions)
    face = lettering.face_for(words)
    missing = lettering.lacking(words, face)
    kept = (replace(each, text=lettering.without(each.text, missing, face)) for each in captions)
    return tuple(kept), missing


@dataclass(frozen=True, slots=True)
class Captioned:
    """Settings of captions in the picture."""

    captions: Sequence[Caption]
    """In the order of their beginnings; where two overlap, the later one is seen."""
    look: Look = "box"
    """Light letters on a soft dark box, or with a dark outline."""
    size: float = 1.0
    """Factor on the size of the letters."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return the same video; a grey one stays grey."""
        return video

    def reach(self, video: VideoInfo) -> Reach:
        """Return that every frame stands for itself."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes of a plate and of the region that it changes."""
        return video.width * video.height * 16

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give every frame, with its caption if it has one."""
        face = lettering.face_for("".join(caption.text for caption in self.captions))
        level = _WHITES.get(video.colour.transfer, 0.965)
        shown: Caption | None = None
        plate: Plate | None = None
        for frame in frames:
            seconds = frame.pts * video.time_base
            caption = self.at(seconds)
            if caption is None:
                yield frame
                continue
            if caption is not shown:
                shown, plate = caption, plate_of(caption.text, video, face, self.look, self.size)
            share = _strength(caption, seconds, _FADE / video.rate)
            yield frame if plate is None else laid(frame, plate, level, share)

    def at(self, seconds: Fraction) -> Caption | None:
        """Return the caption that is seen at a time."""
        seen = [each for each in self.captions if each.start <= seconds < each.end]
        return seen[-1] if seen else None


def _strength(caption: Caption, seconds: Fraction, fade: Fraction | float) -> float:
    """How far a caption has come, or has not yet gone."""
    inwards, outwards = seconds - caption.start, caption.end - seconds
    return min(1.0, float((inwards + fade / 3) / fade), float(outwards / fade))


def plate_of(text: str, video: VideoInfo, face: str, look: Look, size: float = 1.0) -> Plate | None:
    """Return a caption set for a video; None where it has no words or no room."""
    width, height = video.width, video.height
    letters = max(1.0, _LETTERS * min(width, height) * size)
    lines = lettering.wrapped(text, letters, max(1, round(_WIDE * width)), face)
    smallest = _SMALLEST * letters
    while len(lines) > _LINES and letters * 0.9 >= smallest:
        letters *= 0.9
        lines = lettering.wrapped(text, letters, max(1, round(_WIDE * width)), face)
    if not lines:
        return None
    drawn = _box(lines, letters, face) if look == "box" else _outlined(lines, letters, face)
    return _placed(*drawn, width, height)


def _placed(
    ink: NDArray[np.float32], ground: NDArray[np.float32], width: int, height: int
) -> Plate:
    """A plate in the middle of the safe area's lower edge, cut where the picture ends."""
    high, wide = ink.shape
    free = round((_LOW if width >= height else _LOW_UPRIGHT) * height)
    top, left = max(0, height - free - high), max(0, (width - wide) // 2)
    region = Region(left, top, min(width, left + wide), min(height, top + high))
    across, down = region.size
    return Plate(region, ink[:down, :across], ground[:down, :across])


def _set(lines: Sequence[str], letters: float, face: str, edge: int) -> NDArray[np.float32]:
    """(h, w) coverage of centred lines."""
    rows = [lettering.ink(line, letters, edge, face).astype(np.float32) / 255 for line in lines]
    step = round(_LEADING * letters)
    wide = max(row.shape[1] for row in rows)
    page = np.zeros((step * (len(rows) - 1) + rows[0].shape[0], wide), np.float32)
    for number, row in enumerate(rows):
        left = (wide - row.shape[1]) // 2
        part = page[number * step : number * step + row.shape[0], left : left + row.shape[1]]
        np.maximum(part, row, out=part)
    return page


def _box(
    lines: Sequence[str], letters: float, face: str
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Letters, and a box with round, slightly soft corners behind them."""
    page = _set(lines, letters, face, 0)
    side, above = (max(1, round(room * letters)) for room in _ROOM)
    soft = max(1, round(0.08 * letters))
    margins = ((above + soft, above + soft), (side + soft, side + soft))
    ink = np.pad(page, margins)
    box = np.zeros(ink.shape, np.uint8)
    _round(box, soft, round(0.28 * letters))
    ground = cv2.GaussianBlur(box.astype(np.float32) / 255, (0, 0), 0.45 * soft)
    return ink, np.asarray(_DARK * ground, np.float32)


def _round(box: NDArray[np.uint8], inset: int, radius: int) -> None:
    """Fill a rectangle with round corners."""
    high, wide = box.shape
    radius = max(0, min(radius, (min(high, wide) - 2 * inset) // 2))
    right, low = wide - inset - 1, high - inset - 1
    cv2.rectangle(box, (inset + radius, inset), (right - radius, low), 255, cv2.FILLED)
    cv2.rectangle(box, (inset, inset + radius), (right, low - radius), 255, cv2.FILLED)
    for x in (inset + radius, right - radius):
        for y in (inset + radius, low - radius):
            cv2.circle(box, (x, y), radius, 255, cv2.FILLED, cv2.LINE_AA)


def _outlined(
    lines: Sequence[str], letters: float, face: str
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Letters, and a dark line around them with a soft shadow."""
    edge = max(1, round(0.07 * letters))
    room = 3 * edge
    ink = np.pad(_set(lines, letters, face, 0), edge + room)
    line = np.pad(_set(lines, letters, face, edge), room)
    ink = _fitted(ink, (line.shape[0], line.shape[1]))
    shadow = cv2.GaussianBlur(line, (0, 0), float(edge))
    return ink, np.maximum(0.92 * line, 0.55 * np.asarray(shadow, np.float32))


def _fitted(page: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.float32]:
    """The page at a shape that is a pixel or two off, from its top left corner."""
    fitted = np.zeros(shape, np.float32)
    high, wide = min(shape[0], page.shape[0]), min(shape[1], page.shape[1])
    fitted[:high, :wide] = page[:high, :wide]
    return fitted


def laid(frame: Frame, plate: Plate, level: float, share: float) -> Frame:
    """Return the frame with a caption: changed in its region alone.

    Letters are mixed in display light, as titles are: so they are as heavy as they were drawn.

    level: of the letters, 0 to 1. share: how far the caption has faded in.
    """
    ink, ground = plate.ink * share, plate.ground * share
    cover = 1 - (1 - ink) * (1 - ground)
    light = level * ink
    pixels = plate.region.of(frame.pixels)
    below = ops.to_float(ops.array_of(pixels))
    if frame.alpha is None:
        mixed = below * (1 - cover)[..., None] + light[..., None]
        return replace(frame, pixels=_put(frame.pixels, plate.region, mixed))
    matte = ops.to_float(ops.array_of(plate.region.of(frame.alpha)))
    held = matte * (1 - cover)
    whole = held + cover
    mixed = (below * held[..., None] + light[..., None]) / np.maximum(whole, 1e-6)[..., None]
    mixed = np.where(cover[..., None] > 0, mixed, below)
    return replace(
        frame,
        pixels=_put(frame.pixels, plate.region, mixed),
        alpha=_put(frame.alpha, plate.region, whole),
    )


def _put(picture: Pixels, region: Region, part: NDArray[Any]) -> Pixels:
    """A copy of a picture with floats in a region."""
    levels_of = ops.from_float(np.clip(part, 0, 1).astype(np.float32), ops.depth_of(picture))
    put: Pixels = levels.patched(picture, region, ops.beside(levels_of, picture))
    return put
