"""Vintage: an old print in sepia, that weaves in its gate and has seen dust."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from afterglow import ops
from afterglow.effects.style.grading import Colours, Cube, Grader, cube_of
from afterglow.effects.style.grain import Grain, grained
from afterglow.effects.style.looks import palette
from afterglow.effects.style.looks.look import Look, Painter
from afterglow.effects.style.looks.vignette import vignetted
from afterglow.effects.style.looks.wear import Wear, worn
from afterglow.frames import Frame, VideoInfo
from afterglow.ops.halves import Array

_SEPIA = np.array([[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]], np.float32)
"""The common sepia matrix, from R'G'B' to R'G'B'."""
_BRIGHTEST = 1.351
"""Red of white under that matrix, which is brought back to white: nothing is cut off."""
_OWN = 0.16
"""Share of its own colours that the print still has."""
_CONTRAST, _BRIGHTNESS = 1.2, 0.9
_OPENED = np.float32(0.84)
"""Power that opens the shadows, as old prints fade."""
_PAPER = np.array([0.055, 0.042, 0.035], np.float32)
"""R'G'B' of faded black."""
_WARMER = np.array([1.03, 0.965, 0.93], np.float32)
"""Beside the matrix, whose brown is greenish on its own."""
_VIGNETTE = 0.36
_GRAIN = 2.3
"""Levels of 255."""
_WEAVE = 0.07
"""Per cent of the height by which the picture strays in the gate, at most to either side."""


@dataclass(frozen=True, slots=True)
class Vintage(Look):
    """A print of long ago: sepia, faded blacks, coarse grain, dust, and a gate that is worn."""

    def span(self) -> float:
        """Return the share of the way from black to white that a shot has at least."""
        return 0.5

    def placed(self, frame: Frame, video: VideoInfo) -> Frame:
        """Return the frame where the gate holds it, enlarged so far that no border is seen."""
        settings = self.settings
        matrix = gate(video, frame.pts, settings.seed, settings.strength)
        pixels = ops.warp(ops.array_of(frame.pixels), matrix, border="replicate")
        if frame.alpha is None:
            return Frame(pixels, frame.pts)
        alpha = ops.warp(ops.array_of(frame.alpha), matrix, border="replicate")
        return Frame(pixels, frame.pts, alpha)

    def painter(self, video: VideoInfo) -> Painter:
        """Return what makes a print of a frame."""
        grade = Grader(_cube(), video.white)
        grain = Grain(_GRAIN, size=0.085, peak=0.5, seed=self.settings.seed)
        wear = Wear(self.settings.seed)

        def paint(frame: Frame) -> Array:
            made = vignetted(grade(ops.array_of(frame.pixels)), _VIGNETTE)
            made = grained(made, grain, frame.pts)
            return worn(made, wear, frame.pts, float(frame.pts * video.time_base))

        return paint


def gate(video: VideoInfo, pts: int, seed: int, strength: float = 1.0) -> Array:
    """Return 2 x 3: where the gate holds the picture at a moment; all of the frame is covered."""
    seconds = float(pts * video.time_base)
    most = _WEAVE / 100 * video.height * strength
    x, y = (most * weave(seconds, seed, axis) for axis in (0, 1))
    # A border pixel is half a pixel wide beyond its middle, and is read half a pixel further.
    scale = 1 + 2 * (most + 0.5 * strength) / max(1, min(video.width, video.height))
    middle_x, middle_y = (video.width - 1) / 2, (video.height - 1) / 2
    return np.array(
        [
            [scale, 0, middle_x - scale * middle_x + x],
            [0, scale, middle_y - scale * middle_y + y],
        ]
    )


def weave(seconds: float, seed: int, axis: int) -> float:
    """Return how far a picture strays along an axis at a time, -1 to 1; it drifts and shivers."""
    rng = np.random.default_rng([seed, 31, axis])
    hertz = rng.uniform([0.25, 0.9, 2.6], [0.5, 1.6, 4.2])
    phase = rng.uniform(0, 2 * np.pi, 3)
    return float(np.sin(2 * np.pi * hertz * seconds + phase) @ np.array([0.5, 0.32, 0.18]))


@lru_cache(maxsize=1)
def _cube() -> Cube:
    return cube_of(graded)


def graded(colours: Colours) -> Colours:
    """Return the colours of the print: (..., 3) R'G'B'."""
    level = palette.sigmoid(palette.luma(colours) ** _OPENED, _CONTRAST, 0.48)[..., None]
    faded = colours * level / np.maximum(palette.luma(colours), 1e-3)[..., None]
    mixed = level + _OWN * (np.clip(faded, 0, 1.5) - level)
    sepia = mixed @ _SEPIA.T / _BRIGHTEST * _WARMER
    return np.asarray(_PAPER + (_BRIGHTNESS + 0.06 - _PAPER) * sepia, np.float32)
