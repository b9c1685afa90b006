"""What differs from an empty plate: difference as a backend of mattes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.camera import CameraTracker
from afterglow.analysis.matting.backend import Cut
from afterglow.effects.matte.fields import Plane
from afterglow.effects.matte.regions import Scene, mask_of, solved
from afterglow.errors import UsageError
from afterglow.frames import Frame, Reach, VideoInfo
from afterglow.ops import levels
from afterglow.ops.foreground import true_foreground
from afterglow.ops.halves import Depth
from afterglow.ops.standards import is_known

_ASPECT = 0.01
"""Share by which the plate's shape may differ from the video's."""
_FARTHEST = 0.05
"""Shares of the sides by which the camera may stand off the plate's place."""
_EXPOSURES = 0.7
"""Logarithm of the largest change of exposure that is found: a factor of 2."""
_BINS = 140
"""Steps of that range in which the commonest change is looked for."""
_ROUNDING = 0.6 / 255
"""Noise, of white, that 8-bit pictures have at least."""
_SIGMAS = 2.5
"""Standard deviations of the noise that are no difference."""
_MISPLACED = 0.15
"""Share of the local contrast that pictures differ by when they are a little out of place."""
_SHADOWS = (0.4, 0.5)
"""Light left in a shadow: from the second on it is taken for one, below the first never."""
_LEAST_SEEN = 0.02
"""Light of the plate without which a shadow tells nothing."""


class State(NamedTuple):
    """What is known of a video."""

    plate: NDArray[Any]
    """(H, W, 3) RGB at the video's size and depth."""
    transfer: str
    """Of the video's light."""


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """What differs from a picture of the empty scene."""

    plate: NDArray[Any]
    """(H, W, 3) uint8 or uint16 RGB: the scene without the subject, by the same camera."""
    colours: bool = False
    """Find the subject's own colours as well as its matte."""

    def reach(self, video: VideoInfo) -> Reach:
        """No neighbours: every frame is compared with the plate."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes of the plate, both pictures' light and display values, and planes."""
        return (160 + 6) * video.width * video.height

    @contextmanager
    def start(self, video: VideoInfo) -> Iterator[State]:
        """Give the plate at the video's size and depth; raise UsageError where it cannot be."""
        transfer = video.colour.transfer
        if not is_known(transfer):
            raise UsageError(f"the video's transfer has no linear light that is known ({transfer})")
        yield State(fitted_plate(self.plate, video), transfer)

    def step(self, frame: Frame, state: Any) -> tuple[Cut, State]:
        """Return the matte of a frame, and what is known of the video."""
        pixels = ops.array_of(frame.pixels)
        plate = registered(state.plate, pixels)
        scene = scene_of(pixels, plate, state.transfer)
        alpha = solved(scene, mask_of(scene))
        foreground = None
        if self.colours:
            depth: Depth = "uint8" if pixels.dtype == np.uint8 else "uint16"
            behind = ops.from_float(scene.plate, depth)
            own = true_foreground(pixels, ops.from_float(alpha, depth), behind, state.transfer)
            foreground = ops.beside(own, frame.pixels)
        return Cut(alpha, foreground), state


def fitted_plate(plate: NDArray[Any], video: VideoInfo) -> NDArray[Any]:
    """The plate at the size and depth of a video; raises UsageError where their shapes differ."""
    height, width = plate.shape[:2]
    if abs(width * video.height / (height * video.width) - 1) > _ASPECT:
        raise UsageError(
            f"the plate is {width}x{height}, and the video {video.width}x{video.height}",
            hint="give a plate of the same framing and shape",
        )
    return levels.as_depth(
        ops.resize(plate, video.width, video.height), "uint8" if video.depth == 8 else "uint16"
    )


def registered(plate: NDArray[Any], pixels: NDArray[Any]) -> NDArray[Any]:
    """The plate moved to where the camera of the frame sees it; as it is where that is not clear.

    plate, pixels: (H, W, 3) RGB of one type.
    """
    height, width = pixels.shape[:2]
    camera = CameraTracker(width, height)
    camera.step(plate)
    move = camera.step(pixels)
    far = max(abs(move.dx) / width, abs(move.dy) / height)
    if move.cut or far == 0 or far > _FARTHEST:
        return plate
    return ops.translate(plate, move.dx, move.dy)


def scene_of(pixels: NDArray[Any], plate: NDArray[Any], transfer: str) -> Scene:
    """Frame and plate in one exposure, and how much each pixel differs.

    pixels, plate: (H, W, 3) RGB of one type.
    """
    light, empty = ops.to_linear(pixels, transfer), ops.to_linear(plate, transfer)
    empty = np.minimum(empty * exposure_between(empty, light), 1)
    shown, behind = ops.to_float(pixels), ops.to_display(empty, transfer, "float32")
    apart = cv2.absdiff(shown, behind).max(2)
    noise = noise_of(apart)
    unsure = np.float32(_SIGMAS * noise) + np.float32(_MISPLACED) * _contrast(behind)
    odds = apart / unsure
    shade, bare = _shade(light, empty)
    if bare.any():
        shaded = ops.to_display(np.clip(shade[..., None] * empty, 0, 1), transfer, "float32")
        unlike = cv2.absdiff(shown, shaded).max(2) / unsure
        odds = odds + bare * (np.minimum(odds, unlike) - odds)
    return Scene(shown, behind, light, empty, odds, noise)


def exposure_between(empty: Plane, light: Plane) -> NDArray[np.float32]:
    """(3,) factors of light from plate to frame: for each channel the commonest one.

    empty, light: (H, W, 3) linear light. What is black, white, or changed by more than a factor of
    two says nothing; the subject has no common factor.
    """
    seen = (empty.min(2) > 0.01) & (empty.max(2) < 0.9) & (light.max(2) < 0.97)
    return np.array(
        [_commonest(light[..., each][seen], empty[..., each][seen]) for each in range(3)],
        np.float32,
    )


def _commonest(light: Plane, empty: Plane) -> float:
    ratio = np.log(np.maximum(light, 1e-4) / empty)
    ratio = ratio[np.abs(ratio) < _EXPOSURES]
    if ratio.size < 50:
        return 1.0
    counts, edges = np.histogram(ratio, _BINS, (-_EXPOSURES, _EXPOSURES))
    best = edges[np.convolve(counts, (1, 2, 3, 2, 1), "same").argmax()] + _EXPOSURES / _BINS
    near = ratio[np.abs(ratio - best) < 10 * _EXPOSURES / _BINS]
    return float(np.exp(np.median(near)))


def noise_of(apart: Plane) -> float:
    """Standard deviation, of white, of what differs by noise alone: the smaller differences.

    apart: (H, W) largest absolute difference of the channels, whose median is 1.1 deviations.
    """
    sample = apart[::2, ::2].ravel()
    middle = float(np.median(sample))
    for _ in range(6):
        middle = float(np.median(sample[sample <= 2.5 * max(middle, 1 / 512)]))
    return max(middle / 1.1, _ROUNDING)


def _contrast(picture: Plane) -> Plane:
    """(H, W) largest change to the next pixel, of any channel."""
    box = np.ones((3, 3), np.uint8)
    change: Plane = cv2.subtract(cv2.dilate(picture, box), cv2.erode(picture, box)).max(2)
    return change


def _shade(light: Plane, empty: Plane) -> tuple[Plane, Plane]:
    """(H, W) light that is left of the plate's, and how surely that can be a shadow, 0 to 1.

    A shadow keeps the plate's hue and its texture, and is neither too deep nor brighter.
    """
    power = np.maximum((empty * empty).sum(2), 1e-5)
    shade = (light * empty).sum(2) / power
    even = ops.gaussian_blur(shade, 2)
    low, high = _SHADOWS
    can_be = np.clip((even - low) / (high - low), 0, 1) * np.clip((1.05 - even) / 0.05, 0, 1)
    return shade, can_be * (empty.max(2) > _LEAST_SEEN)
