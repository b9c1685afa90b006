"""Pictures side by side under their names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.ops import lettering

Picture: TypeAlias = NDArray[np.uint8]
"""(H, W, 3) uint8 RGB."""

GAP = 4
"""Pixels between pictures."""
_GROUND, _INK = 24, 236
"""Grey levels of gaps and labels, and of the words on them."""
_LETTERS = 0.8
"""Size of the letters of a label, as a share of its height, at most."""


def fitted(picture: Picture, size: tuple[int, int]) -> Picture:
    """The picture at a size (width, height)."""
    if picture.shape[1::-1] == size:
        return picture
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def row(pictures: Sequence[Picture]) -> Picture:
    """Pictures of one height side by side."""
    gap = np.full((pictures[0].shape[0], GAP, 3), _GROUND, np.uint8)
    return np.hstack([part for picture in pictures for part in (picture, gap)][:-1])


def column(pictures: Sequence[Picture]) -> Picture:
    """Pictures below one another; a narrower one has dark ground at its right."""
    width = max(picture.shape[1] for picture in pictures)
    rows = [_widened(picture, width) for picture in pictures]
    gap = np.full((GAP, width, 3), _GROUND, np.uint8)
    return np.vstack([part for each in rows for part in (each, gap)][:-1])


def _widened(picture: Picture, width: int) -> Picture:
    spare = width - picture.shape[1]
    return np.pad(picture, ((0, 0), (0, spare), (0, 0)), constant_values=_GROUND)


def letters_for(names: Sequence[str], size: tuple[int, int]) -> float:
    """The largest letters, in pixels, with which each name fits a band of (width, height)."""
    width, height = size
    widest = max(lettering.measure(name, 100).width for name in names)
    return max(1.0, min(_LETTERS * height, 100 * width / max(1, widest)))


def label(name: str, size: tuple[int, int], letters: float) -> Picture:
    """A dark band of a size (width, height) with a name in its middle, in light letters."""
    band = np.full((size[1], size[0], 3), _GROUND, np.float32)
    tall = np.flatnonzero(lettering.ink("bdp", letters).any(1))
    words = lettering.ink(name, letters)[tall[0] : tall[-1] + 1][: size[1], : size[0]]
    top, left = (size[1] - words.shape[0]) // 2, (size[0] - words.shape[1]) // 2
    place = band[top : top + words.shape[0], left : left + words.shape[1]]
    place += (words / np.float32(255))[..., None] * (_INK - _GROUND)
    return np.rint(band).astype(np.uint8)


def labels(names: Sequence[str], size: tuple[int, int]) -> list[Picture]:
    """A band of (width, height) with each name, all in the same size of letters."""
    letters = letters_for(names, (size[0] - 8, size[1]))
    return [label(name, size, letters) for name in names]


def sheet(pictures: Sequence[Picture], names: Sequence[str], columns: int) -> Picture:
    """Pictures of one size in rows of ``columns``, each under its name."""
    width = pictures[0].shape[1]
    bands = labels(names, (width, min(48, max(18, round(width / 26) * 2))))
    cells = [np.vstack(pair) for pair in zip(bands, pictures, strict=True)]
    return column([row(cells[at : at + columns]) for at in range(0, len(cells), columns)])
