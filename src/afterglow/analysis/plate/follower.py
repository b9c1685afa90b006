"""Where each frame stands, found from frame to frame against a draft of what was seen before.

The camera's motion since the frame before says about where a frame lies; aligned to the draft as it
must look from there, it lies there to some hundredths of a pixel of the small picture. What is left
of its light against the draft is its exposure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.align import (
    Grey,
    Matrix,
    Reference,
    frame_weight,
    reference,
    refine,
)
from afterglow.analysis.camera import CameraTracker, Motion
from afterglow.analysis.features import followed_similarity
from afterglow.analysis.follow import Model
from afterglow.analysis.picture import Look, look, measuring_size
from afterglow.analysis.plate.draft import Colours, Draft
from afterglow.analysis.plate.light import gain_between, relit
from afterglow.analysis.plate.planar import refine_plane, unexplained
from afterglow.analysis.plate.settings import PlateSettings, background
from afterglow.analysis.plate.survey import Stand, Survey
from afterglow.frames import Frame, VideoInfo

_LINES = 270
"""Lines of 16:9 whose pixels the small pictures have."""
_STRIDE = 2
"""Pixels of a small picture from one to the next that is compared."""
_ERRORS, _PLANE_ERRORS = (0.8, 0.4, 0.2, 0.12, 0.08), (0.4, 0.2, 0.12, 0.08)
"""Pixels of misplacement forgiven in each round of a refinement."""
_SOFT = 5
"""Pixels around what is not known that are not compared: small pictures are blurred."""
_LIKE, _UNLIKE = 0.15, 0.5
"""Share of the picture (0-1) that a motion may leave unexplained before another one is tried, and
before the frame is left out."""
_LEAST = 0.05
"""Share of a frame that must be background known from before for it to be aligned."""
_STILL = 0.15
"""Pixels of the small picture: a camera that never moves farther stands still."""


@dataclass(frozen=True, slots=True, eq=False)
class _Small:
    """A frame, small."""

    pixels: NDArray[Any]
    """(h, w, 3) RGB, uint8 or uint16."""
    look: Look
    matte: NDArray[np.uint8] | None
    """(h, w) 255 on the subject and near it; None where nobody says."""

    @property
    def free(self) -> Grey:
        """(h, w) float32 1 where it shows background, else 0."""
        if self.matte is None:
            return np.ones(self.pixels.shape[:2], np.float32)
        return np.asarray(self.matte == 0, np.float32)


def survey(frames: Iterator[Frame], video: VideoInfo, settings: PlateSettings) -> Survey:
    """Return where every frame stands; a frame's matte, if it has one, is the subject."""
    found, follower = Survey(), Follower(video, settings)
    for frame in frames:
        found.add(follower.step(frame))
    return found


def stands_still(stands: Iterator[Stand], video: VideoInfo) -> bool:
    """Return whether no frame lies farther from the first than can be measured."""
    width, height = video.width, video.height
    corners = np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]], np.float64)
    farthest = 0.0
    for stand in stands:
        moved = stand.place @ corners
        farthest = max(farthest, float(np.abs(moved[:2] / moved[2] - corners[:2]).max()))
    return farthest <= _STILL * width / measuring_size((height, width), _LINES)[0]


class Follower:
    """What is known of a video's present shot."""

    def __init__(self, video: VideoInfo, settings: PlateSettings) -> None:
        self._settings, self._transfer = settings, video.colour.transfer
        self._size = measuring_size((video.height, video.width), _LINES)
        model: Model = "similarity" if settings.camera == "homography" else settings.camera
        self._tracker = CameraTracker(*self._size, model, lines=_LINES)
        ratio = np.array(self._size) / (video.width, video.height)
        self._shrink = np.diag([*ratio, 1.0])
        self._shrink[:2, 2] = (ratio - 1) / 2
        self._draft: Draft | None = None
        self._place, self._gain, self._shot = np.eye(3), np.ones(3), 0

    def step(self, frame: Frame) -> Stand:
        """Return where the next frame stands."""
        small = self._small(frame)
        motion = self._tracker.step(small.pixels, small.matte)
        if self._draft is None:
            return self._begin(small)
        if motion.cut:
            self._shot += 1
            return self._begin(small)
        return self._follow(small, motion, self._draft)

    def _small(self, frame: Frame) -> _Small:
        pixels = np.asarray(ops.reduce(np.asarray(ops.array_of(frame.pixels)), *self._size))
        mask = background(frame, self._settings)
        matte = None
        if mask is not None:
            subject = cv2.resize(255 - mask, self._size, interpolation=cv2.INTER_AREA)
            matte = np.where(subject > 0, 255, 0).astype(np.uint8)
        return _Small(pixels, look(pixels, matte, self._size), matte)

    def _begin(self, small: _Small) -> Stand:
        """The first frame of a shot, which the others are measured against."""
        self._draft = Draft(*self._size)
        self._place, self._gain = np.eye(3), np.ones(3)
        self._draft.add(_levels(small.pixels), small.free, self._place)
        return Stand(np.eye(3), np.ones(3), self._shot, True)

    def _follow(self, small: _Small, motion: Motion, draft: Draft) -> Stand:
        """A later frame of the shot."""
        colours = _levels(small.pixels)
        guess = motion.step @ self._place
        view, known = draft.view(guess)
        before = look(np.where(known[..., None] > 0, view, colours), None, self._size)
        weight = self._weight(known * small.free)
        ref = reference(
            before.fine, weight, similarity=self._settings.camera != "translation", stride=_STRIDE
        )
        rests = np.array_equal(motion.step, np.eye(3))
        fit = np.eye(3) if rests else self._fit(ref, before, small, weight)
        fits = self._fits(ref, small.look.fine, fit) if weight.any() else rests
        self._place = fit @ guess if fits else guess
        if fits and self._settings.even_light:
            self._gain = gain_between(view, _moved(colours, fit), weight > 0, self._transfer)
        if fits:
            even = _levels(relit(small.pixels, self._gain, self._transfer))
            draft.add(even, small.free, self._place)
        return Stand(self._in_full(self._place), self._gain, self._shot, fits)

    def _fits(self, ref: Reference, now: Grey, fit: Matrix) -> bool:
        """Whether a frame lines up; where no camera is to be followed, each one does."""
        return self._settings.camera == "none" or (
            float(ref.weight.mean()) > _LEAST and unexplained(ref, now, fit) <= _UNLIKE
        )

    def _weight(self, known: Grey) -> Grey:
        """(h, w) 1 where two pictures are compared, 0 at borders of what is known."""
        around = np.ones((_SOFT, _SOFT), np.uint8)
        inner = np.asarray(cv2.erode(known, around), np.float32)
        return np.asarray(frame_weight(*known.shape) * inner, np.float32)

    def _fit(self, ref: Reference, before: Look, small: _Small, weight: Grey) -> Matrix:
        """The motion from the draft's view to the frame."""
        now = small.look.fine
        tried = [refine(ref, now, np.eye(3), _ERRORS)]
        if self._settings.camera != "translation" and unexplained(ref, now, tried[0]) > _LIKE:
            followed = followed_similarity(before.fine, now, weight)
            if followed is not None:
                tried.append(refine(ref, now, followed, _ERRORS))
        fit = min(tried, key=lambda motion: unexplained(ref, now, motion))
        if self._settings.camera != "homography":
            return fit
        plane = refine_plane(ref, now, fit, _PLANE_ERRORS)
        return min(fit, plane, key=lambda motion: unexplained(ref, now, motion))

    def _in_full(self, place: Matrix) -> Matrix:
        """A matrix between small pictures as one between frames."""
        if np.array_equal(place, np.eye(3)):
            return place
        full = np.linalg.inv(self._shrink) @ place @ self._shrink
        return np.asarray(full / full[2, 2])


def _levels(pixels: NDArray[Any]) -> Colours:
    """(h, w, 3) float32 display levels 0-255."""
    return np.asarray(pixels * np.float32(1 if pixels.dtype == np.uint8 else 1 / 257), np.float32)


def _moved(colours: Colours, fit: Matrix) -> Colours:
    """A frame's colours where the draft's view has them."""
    size = (colours.shape[1], colours.shape[0])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpPerspective(colours, fit, size, flags=flags), np.float32)
