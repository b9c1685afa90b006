"""Levels compared and mapped one by one: extremes, medians, tables, and where anything is left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

from afterglow.ops.halves import Array, Depth, Picture, half


class Region(NamedTuple):
    """A half-open rectangle of pixels."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.right - self.left, self.bottom - self.top

    def grown(self, margin: int, within: tuple[int, int]) -> Region:
        """The region with a margin, as far as a picture of (width, height) goes."""
        return Region(
            max(0, self.left - margin),
            max(0, self.top - margin),
            min(within[0], self.right + margin),
            min(within[1], self.bottom + margin),
        )

    def joined(self, other: Region) -> Region:
        """The smallest region that holds both."""
        return Region(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def common(self, other: Region) -> Region | None:
        """The part that lies in both; None where there is none."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        return Region(left, top, right, bottom) if left < right and top < bottom else None

    def seen_from(self, corner: Region) -> Region:
        """The same region, counted from another one's top left corner."""
        return Region(
            self.left - corner.left,
            self.top - corner.top,
            self.right - corner.left,
            self.bottom - corner.top,
        )

    def of(self, pixels: Picture) -> Picture:
        """The part of a picture that lies in the region, as a view."""
        return cast(Picture, pixels[self.top : self.bottom, self.left : self.right])


def minimum(one: Picture, other: Picture) -> Picture:
    """The darker of two pictures, level by level."""
    return half(one, "levels.minimum")(one, other)


def maximum(one: Picture, other: Picture) -> Picture:
    """The brighter of two pictures, level by level."""
    return half(one, "levels.maximum")(one, other)


def subtract(one: Picture, other: Picture) -> Picture:
    """one - other, and 0 where that would be negative."""
    return half(one, "levels.subtract")(one, other)


def apart(one: Picture, other: Picture) -> Picture:
    """The absolute difference of two pictures, level by level."""
    return half(one, "levels.apart")(one, other)


def shifted(pixels: Picture, by: Picture) -> Picture:
    """The picture with signed levels added, clamped.

    pixels: uint8 or uint16. by: the same shape, int16 or int32, in levels of the picture.
    """
    return half(pixels, "levels.shifted")(pixels, by)


def invert(pixels: Picture) -> Picture:
    """White minus the picture."""
    return half(pixels, "levels.invert")(pixels)


def median(pictures: Sequence[Picture]) -> Picture:
    """The middle level of several pictures of one shape; of an even number, the lower of the two.

    Of half the pictures and two more, neither the darkest nor the brightest is the median: both are
    forgotten, the next picture is taken in, and so on until one is left (Paeth, Median finding on
    a 3 x 3 grid, Graphics Gems, 1990).

    Raises:
        ValueError: no picture was given.
    """
    if not pictures:
        raise ValueError("the median of no picture is not defined")
    waiting = list(pictures)
    if len(waiting) % 2 == 0:
        waiting.append(filled(waiting[0], 0.0))
    kept = [waiting.pop() for _ in range(min(len(waiting) // 2 + 2, len(waiting)))]
    while len(kept) > 1:
        kept = _without_extremes(kept)
        if waiting:
            kept.append(waiting.pop())
    return kept[0]


def _without_extremes(pictures: list[Picture]) -> list[Picture]:
    """The pictures, three or more, without the darkest and the brightest level of every place."""
    ranked, last = list(pictures), len(pictures) - 1

    def rank(lower: int, upper: int) -> None:
        one, other = ranked[lower], ranked[upper]
        ranked[lower], ranked[upper] = minimum(one, other), maximum(one, other)

    for i in range(len(ranked) // 2):
        rank(i, last - i)
    for i in range(1, (last + 2) // 2):
        rank(0, i)
    for i in range((last + 1) // 2, last):
        rank(i, last)
    return ranked[1:-1]


def brightest_channel(pixels: Picture) -> Picture:
    """(H, W) the largest of the three channels of an (H, W, 3) picture."""
    return half(pixels, "levels.brightest_channel")(pixels)


def lookup(pixels: Picture, table: Array) -> Picture:
    """The picture with every level replaced by its entry in a table.

    pixels: any shape, uint8 or uint16. table: (256,) or (65536,), or with a column for each
    channel; uint8, uint16 or float32, which is the type that comes out.
    """
    return half(pixels, "levels.lookup")(pixels, table)


def as_depth(pixels: Picture, depth: Depth) -> Picture:
    """The picture in another depth, rounded to nearest: 255 and 65535 are the same white."""
    return half(pixels, "levels.as_depth")(pixels, depth)


def repeat_channel(mask: Picture) -> Picture:
    """(H, W, 3) of an (H, W) mask: the same level in each channel."""
    return half(mask, "levels.repeat_channel")(mask)


def quantile(mask: Picture, share: float) -> int:
    """The level that ``share`` of an (H, W) uint8 mask does not exceed, 0-255.

    Counted in every fourth column of every fourth row, which is enough for a large share.
    """
    return cast(int, half(mask, "levels.quantile")(mask[::4, ::4], share))


def extent(mask: Picture) -> Region | None:
    """The smallest region that holds every level above 0 of an (H, W) mask; None where it is black.

    On a tensor the answer is the whole mask: to look would make the GPU wait.
    """
    return cast("Region | None", half(mask, "levels.extent")(mask))


def filled(pixels: Picture, level: float) -> Picture:
    """A picture like this one, of one level everywhere; 1.0 is white."""
    return half(pixels, "levels.filled")(pixels, level)


def add_into(pixels: Picture, region: Region, part: Picture) -> None:
    """Add ``part`` to the region of a picture that is still being made, clamped at white."""
    half(pixels, "levels.add_into")(pixels, region, part)


def subtract_from(pixels: Picture, region: Region, part: Picture) -> None:
    """Take ``part`` from the region of a picture that is still being made, not below 0."""
    half(pixels, "levels.subtract_from")(pixels, region, part)


def copied(pixels: Picture) -> Picture:
    """A copy of the picture, free to be written into."""
    return half(pixels, "levels.copied")(pixels)


def black(like: Picture, shape: tuple[int, ...], depth: Depth) -> Picture:
    """A black picture of a shape and depth, where ``like`` lives; free to be written into."""
    return half(like, "levels.black")(like, shape, depth)


def patched(pixels: Picture, region: Region, part: Picture) -> Picture:
    """A copy of the picture with ``part`` in the region."""
    return half(pixels, "levels.patched")(pixels, region, part)
