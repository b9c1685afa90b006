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
from afterglow.effects.matte.fields import Plane, dot, looked_at, stride, strongest
from afterglow.effects.matte.regions import Scene, Whole, mask_of, rim_of, solved, solved_in_full
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
_TELLING = 50_000
"""Pixels that tell of noise and exposure what all would."""
_EVEN = 0.5
"""Odds up to which a shadow has nothing to explain."""
_LEAST_SEEN = 0.02
"""Light of the plate without which a shadow tells nothing."""


Light = NDArray[np.float32]
"""Linear light, white at 1.0."""


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
        scene = scene_of(looked_at(pixels), looked_at(plate), state.transfer)
        rim = rim_of(scene, mask_of(scene))
        if rim.soft.shape == pixels.shape[:2]:
            alpha = solved(scene, rim)
        else:
            noise = whole_noise(pixels, plate, scene.exposure, state.transfer)
            alpha = solved_in_full(scene, rim, Whole(pixels, plate, state.transfer, noise))
        foreground = None
        if self.colours:
            depth = ops.depth_of(pixels)
            behind = exposed(plate, scene.exposure, state.transfer, depth)
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
    camera.step(looked_at(plate))
    move = camera.step(looked_at(pixels))
    far = max(abs(move.dx) / width, abs(move.dy) / height)
    if move.cut or far == 0 or far > _FARTHEST:
        return plate
    return ops.translate(plate, move.dx, move.dy)


def scene_of(pixels: NDArray[Any], plate: NDArray[Any], transfer: str) -> Scene:
    """Frame and plate in one exposure, and how much each pixel differs.

    pixels, plate: (H, W, 3) RGB of one type.
    """
    light, empty = ops.to_linear(pixels, transfer), ops.to_linear(plate, transfer)
    exposure = exposure_between(empty, light)
    lit = _exposed_light(plate, exposure, transfer)
    empty = cv2.LUT(plate, lit)
    shown, behind = ops.to_float(pixels), cv2.LUT(plate, ops.to_display(lit, transfer, "float32"))
    apart = strongest(cv2.absdiff(shown, behind))
    noise = noise_of(apart)
    unsure = np.float32(_SIGMAS * noise) + np.float32(_MISPLACED) * _contrast(behind)
    odds = apart / unsure
    shade, bare = _shade(light, empty)
    at = np.nonzero((odds > _EVEN) & (bare > 0))
    if len(at[0]):
        shaded = np.clip(shade[at][:, None] * empty[at], 0, 1)
        unlike = strongest(np.abs(shown[at] - ops.to_display(shaded, transfer, "float32")))
        odds[at] += bare[at] * np.minimum(unlike / unsure[at] - odds[at], 0)
    return Scene(shown, behind, light, empty, odds, noise, exposure)


def exposed(plate: NDArray[Any], exposure: Light, transfer: str, depth: Depth) -> NDArray[Any]:
    """(H, W, 3) RGB of the plate as it is in another exposure, in its depth."""
    return cv2.LUT(
        plate, ops.to_display(_exposed_light(plate, exposure, transfer), transfer, depth)
    )


def _exposed_light(like: NDArray[Any], exposure: Light, transfer: str) -> Light:
    """(1, 256 or 65536, 3) light, in another exposure, of every number that ``like`` can hold."""
    kind = like.dtype
    numbers = np.arange(np.iinfo(kind).max + 1).astype(kind)
    ramp = np.repeat(numbers[np.newaxis, :, np.newaxis], 3, axis=2)
    return np.minimum(ops.to_linear(ramp, transfer) * exposure, 1)


def whole_noise(pixels: NDArray[Any], plate: NDArray[Any], exposure: Light, transfer: str) -> float:
    """Standard deviation of the noise in full, of white, told from a part of the pixels."""
    step = stride(pixels, 4 * _TELLING)
    part, behind = (np.ascontiguousarray(each[::step, ::step]) for each in (pixels, plate))
    depth = ops.depth_of(pixels)
    apart = cv2.absdiff(part, exposed(behind, exposure, transfer, depth))
    return noise_of(ops.to_float(strongest(apart)))


def exposure_between(empty: Plane, light: Plane) -> NDArray[np.float32]:
    """(3,) factors of light from plate to frame: for each channel the commonest one.

    empty, light: (H, W, 3) linear light. What is black, white, or changed by more than a factor of
    two says nothing; the subject has no common factor.
    """
    step = stride(light, _TELLING)
    empty, light = (np.ascontiguousarray(each[::step, ::step]) for each in (empty, light))
    seen = (-strongest(-empty) > 0.01) & (strongest(empty) < 0.9) & (strongest(light) < 0.97)
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
    step = max(2, stride(apart, _TELLING))
    sample = apart[::step, ::step].ravel()
    middle = float(np.median(sample))
    for _ in range(6):
        middle = float(np.median(sample[sample <= 2.5 * max(middle, 1 / 512)]))
    return max(middle / 1.1, _ROUNDING)


def _contrast(picture: Plane) -> Plane:
    """(H, W) largest change to the next pixel, of any channel."""
    box = np.ones((3, 3), np.uint8)
    return strongest(cv2.subtract(cv2.dilate(picture, box), cv2.erode(picture, box)))


def _shade(light: Plane, empty: Plane) -> tuple[Plane, Plane]:
    """(H, W) light that is left of the plate's, and how surely that can be a shadow, 0 to 1.

    A shadow keeps the plate's hue and its texture, and is neither too deep nor brighter.
    """
    shade = dot(light, empty) / np.maximum(dot(empty, empty), 1e-5)
    even = ops.gaussian_blur(shade, 2)
    low, high = _SHADOWS
    can_be = np.clip((even - low) / (high - low), 0, 1) * np.clip((1.05 - even) / 0.05, 0, 1)
    return shade, can_be * (strongest(empty) > _LEAST_SEEN)
