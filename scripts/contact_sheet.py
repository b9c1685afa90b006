"""Lay clips over one another, a row each, at the same times: OUT.png CLIP..."""

import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.media import ReadOptions, open_source, probe

COLUMNS, CELL, GAP = 5, 384, 6


def times(clip: str) -> list[Fraction]:
    """Seconds at which a clip is looked at: spread over it, its ends left out."""
    seconds = probe(clip).video.duration or Fraction(1)
    return [seconds * (2 * i + 1) / (2 * COLUMNS) for i in range(COLUMNS)]


def row(clip: str, moments: list[Fraction]) -> NDArray[np.uint8]:
    """The (H, W, 3) uint8 RGB pictures of a clip side by side, the last before each moment."""
    cells: list[NDArray[Any]] = []
    with open_source(clip, ReadOptions(hdr="tonemap"), lambda note: None) as source:
        first, latest = None, None
        for frame in source.frames():
            first = frame.pts if first is None else first
            seconds = (frame.pts - first) * source.video.time_base
            while (
                latest is not None and len(cells) < len(moments) and seconds > moments[len(cells)]
            ):
                cells.append(cell(latest))
            latest = frame.pixels
    while latest is not None and len(cells) < len(moments):
        cells.append(cell(latest))
    return np.hstack([part for each in cells for part in (each, gap(each))])


def cell(pixels: Any) -> NDArray[np.uint8]:
    """A picture at the size of the sheet, (H, W, 3) uint8 RGB."""
    plain = pixels if pixels.dtype == np.uint8 else np.rint(pixels / 257).astype(np.uint8)
    height = max(1, round(CELL * plain.shape[0] / plain.shape[1]))
    return cv2.resize(plain, (CELL, height), interpolation=cv2.INTER_AREA).astype(np.uint8)


def gap(beside: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A dark strip as high as the picture beside it."""
    return np.full((beside.shape[0], GAP, 3), 16, np.uint8)


def main(out: Path, clips: list[str]) -> None:
    """Write the sheet."""
    moments = times(clips[-1])
    rows = [row(clip, moments) for clip in clips]
    strip = np.full((GAP, rows[0].shape[1], 3), 16, np.uint8)
    sheet = np.vstack([part for each in rows for part in (each, strip)])
    cv2.imwrite(str(out), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
