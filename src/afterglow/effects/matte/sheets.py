"""Pictures of a comparison: labelled strips and the contact sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.frames import VideoInfo

Picture: TypeAlias = NDArray[np.uint8]
"""(H, W, 3) uint8 RGB."""

SOURCE = "source"
"""What the picture without a matte is called."""
_WIDEST, _HIGHEST = 3840, 2160
"""Pixels of the whole strip, at most: every decoder plays that."""
_GAP = 4
"""Pixels between pictures."""
_GROUND, _INK = 24, 236
"""Grey levels of gaps and labels, and of the words on them."""


class Moment(NamedTuple):
    """One moment of the video, as every model sees it, small."""

    source: Picture
    """The picture."""
    composites: tuple[Picture, ...]
    """The subject on green, by each model."""
    mattes: tuple[Picture, ...]
    """The matte of each model, grey."""


def fitted(picture: Picture, size: tuple[int, int]) -> Picture:
    """Return the picture at a size (width, height)."""
    if picture.shape[1::-1] == size:
        return picture
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def cell_size(video: VideoInfo, count: int) -> tuple[int, int]:
    """Return (width, height), even, of each of ``count`` pictures side by side."""
    room = (_WIDEST - (count - 1) * _GAP) / count
    scale = min(1.0, room / video.width, _HIGHEST / video.height)
    return max(2, int(video.width * scale / 2) * 2), max(2, int(video.height * scale / 2) * 2)


def strip_size(video: VideoInfo, count: int) -> tuple[int, int]:
    """Return (width, height), even, of ``count`` pictures side by side under their names."""
    width, height = cell_size(video, count)
    return count * (width + _GAP) - _GAP, height + _band(width)


def strip(pictures: Sequence[Picture], names: Sequence[Picture]) -> Picture:
    """Return pictures of one size side by side, each under its label."""
    return row([np.vstack(pair) for pair in zip(names, pictures, strict=True)])


def _band(width: int) -> int:
    """Lines of the band of names above pictures so wide."""
    return min(48, max(18, round(width / 26) * 2))


def labels(names: Sequence[str], width: int) -> list[Picture]:
    """Return a band with each name, ``width`` pixels wide, all in the same size of letters."""
    high = _band(width)
    scale = min(_scale(name, width - 8, high) for name in names)
    return [label(name, (width, high), scale) for name in names]


def _scale(name: str, width: int, height: int) -> float:
    (wide, high), base = cv2.getTextSize(name, cv2.FONT_HERSHEY_DUPLEX, 1.0, 1)
    return min(width / wide, 0.8 * height / (high + base))


def label(name: str, size: tuple[int, int], scale: float) -> Picture:
    """Return a dark band of a size (width, height) with a name in its middle, in light letters."""
    font = cv2.FONT_HERSHEY_DUPLEX
    (wide, high), below = cv2.getTextSize(name, font, scale, 1)
    at = max(0, (size[0] - wide) // 2), (size[1] + high - below // 2) // 2
    band = np.full((size[1], size[0], 3), _GROUND, np.uint8)
    cv2.putText(band, name, at, font, scale, (_INK, _INK, _INK), 1, cv2.LINE_AA)
    return band


def contact_sheet(models: Sequence[str], moments: Sequence[Moment]) -> Picture:
    """Return a column for every moment: the source, and each model's subject and matte under it."""
    width = max(160, moments[0].source.shape[1] // 2)
    rows = [(SOURCE, row([moment.source for moment in moments]))]
    for index, model in enumerate(models):
        rows.append((model, row([moment.composites[index] for moment in moments])))
        rows.append(("matte", row([moment.mattes[index] for moment in moments])))
    scale = min(_scale(name, width - 16, 40) for name, _ in rows)
    lines = [np.hstack([label(n, (width, one.shape[0]), scale), one]) for n, one in rows]
    gap = np.full((_GAP, lines[0].shape[1], 3), _GROUND, np.uint8)
    return np.vstack([part for line in lines for part in (line, gap)][:-1])


def row(pictures: Sequence[Picture]) -> Picture:
    """Return pictures of one height side by side."""
    gap = np.full((pictures[0].shape[0], _GAP, 3), _GROUND, np.uint8)
    return np.hstack([part for picture in pictures for part in (picture, gap)][:-1])
