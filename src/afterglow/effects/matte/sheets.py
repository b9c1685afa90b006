"""Pictures of a comparison: labelled strips and the contact sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from afterglow.frames import VideoInfo
from afterglow.ops import sheets
from afterglow.ops.sheets import GAP, Picture, column, label, letters_for, row

SOURCE = "source"
"""What the picture without a matte is called."""
_WIDEST, _HIGHEST = 3840, 2160
"""Pixels of the whole strip, at most: every decoder plays that."""


class Moment(NamedTuple):
    """One moment of the video, as every model sees it, small."""

    source: Picture
    """The picture."""
    composites: tuple[Picture, ...]
    """The subject on green, by each model."""
    mattes: tuple[Picture, ...]
    """The matte of each model, grey."""


def cell_size(video: VideoInfo, count: int) -> tuple[int, int]:
    """Return (width, height), even, of each of ``count`` pictures side by side."""
    room = (_WIDEST - (count - 1) * GAP) / count
    scale = min(1.0, room / video.width, _HIGHEST / video.height)
    return max(2, int(video.width * scale / 2) * 2), max(2, int(video.height * scale / 2) * 2)


def strip_size(video: VideoInfo, count: int) -> tuple[int, int]:
    """Return (width, height), even, of ``count`` pictures side by side under their names."""
    width, height = cell_size(video, count)
    return count * (width + GAP) - GAP, height + _band(width)


def strip(pictures: Sequence[Picture], names: Sequence[Picture]) -> Picture:
    """Return pictures of one size side by side, each under its label."""
    return row([np.vstack(pair) for pair in zip(names, pictures, strict=True)])


def _band(width: int) -> int:
    """Lines of the band of names above pictures so wide."""
    return min(48, max(18, round(width / 26) * 2))


def labels(names: Sequence[str], width: int) -> list[Picture]:
    """Return a band with each name, ``width`` pixels wide, all in the same size of letters."""
    return sheets.labels(names, (width, _band(width)))


def contact_sheet(models: Sequence[str], moments: Sequence[Moment]) -> Picture:
    """Return a column for every moment: the source, and each model's subject and matte under it."""
    width = max(160, moments[0].source.shape[1] // 2)
    rows = [(SOURCE, row([moment.source for moment in moments]))]
    for index, model in enumerate(models):
        rows.append((model, row([moment.composites[index] for moment in moments])))
        rows.append(("matte", row([moment.mattes[index] for moment in moments])))
    letters = letters_for([name for name, _ in rows], (width - 16, 40))
    names = [label(name, (width, one.shape[0]), letters) for name, one in rows]
    lines = zip(names, rows, strict=True)
    return column([np.hstack([name, pictures]) for name, (_, pictures) in lines])
