"""What the new background may be: a made room, a picture; each with its depth."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.shot import Survey
from afterglow.effects.studio.backdrop import fitted
from afterglow.effects.studio.footing import Footing
from afterglow.effects.studio.room import BACK, FOCAL, room
from afterglow.errors import ModelError
from afterglow.frames import Frame, VideoInfo
from afterglow.models.depth import ENTRY, NEEDED, depth_of
from afterglow.models.needed import require_needed
from afterglow.ops.levels import as_depth

Say: TypeAlias = Callable[[str], None]

SRGB = ("bt709", "iec61966-2-1")
"""Primaries and transfer of what is made here."""
_STATURE = 1.72
"""Metres that the subject is taken to be tall."""
_EYE_LEVEL = 0.87
"""Height of the camera, in statures of the subject, where the shot does not tell."""
_EYES = (0.4, 2.6)
"""Metres above the floor between which the camera of a made room is."""
_HORIZON = 0.46
"""Share of the height at which a made room has its horizon where the shot does not tell."""
_TALL = 0.75
"""Focal length over the height of a frame, at least: an upright telephone sees no wider."""
_DROP = 0.12
"""Share of the height by which the feet are below the horizon at least."""
_BEHIND = 1.35
"""How much farther away the wall is than the subject, at least."""
_FARTHEST = 25.0
"""Metres to the wall, at most."""
_SIDE = 3.0
"""Factor on where the light's middle lies: it is never far from the middle of a picture."""


class Takes(Protocol):
    """A video that gives its frames as often as it is called."""

    @property
    def video(self) -> VideoInfo:
        """What the frames are."""

    def __call__(self, purpose: str) -> Iterator[Frame]:
        """Give all frames from the first; it is told what for."""

    def smaller(self, lines: int) -> Takes:
        """Give the same video at so many lines."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What a background is made for."""

    video: VideoInfo
    """The shot."""
    survey: Survey
    """Its camera and its light."""
    footing: Footing | None
    """Where the subject stands; None where its feet are not seen."""
    size: tuple[int, int]
    """(width, height) of the background; the frame is in its middle."""
    seed: int
    """Which of many."""
    light: tuple[float, float] | None
    """Where light comes from, -1 left or top to 1; None: from where it came in the shot."""
    takes: Takes | None
    """The shot itself, where it can be looked at."""
    say: Say
    """Takes lines for the person."""

    @property
    def lit(self) -> tuple[float, float]:
        """Where light comes from, -1 left or top to 1 right or bottom."""
        if self.light is not None:
            return self.light
        x, y = (max(-1.0, min(1.0, _SIDE * each)) for each in self.survey.light)
        return x, y

    def facts(self) -> dict[str, Any]:
        """All of it that a background may depend on."""
        survey = self.survey
        return {
            "size": self.size,
            "frame": (self.video.width, self.video.height, str(self.video.sample_aspect)),
            "seed": self.seed,
            "light": self.lit,
            "camera": (survey.horizon, survey.height, survey.reference),
            "footing": self.footing and (self.footing.feet, self.footing.stature),
        }


@dataclass(frozen=True, slots=True)
class Stand:
    """Where the camera stands in a made room, and how it sees it."""

    horizon: float
    """Share of the background's height at which the horizon is."""
    eye: float
    """Metres of the camera above the floor."""
    focal: float
    """Focal length in pixels."""
    back: float
    """Metres from the camera to the wall that it sees."""


def stand_of(scene: Scene) -> Stand:
    """Where the camera stands, so that the floor of a room lies under the subject's feet.

    Of a floor, a place at a distance z is seen focal * eye / z below the horizon: the wall stands
    behind the feet.
    """
    width, height = scene.video.width, scene.video.height
    focal = max(FOCAL * width * float(scene.video.sample_aspect), _TALL * height)
    tall = scene.survey.height or _EYE_LEVEL
    eye = min(max(tall * _STATURE, _EYES[0]), _EYES[1])
    horizon, back = scene.survey.horizon, BACK
    if scene.footing is None:
        horizon = min(max(_HORIZON if horizon is None else horizon, 0.2), 0.75)
    else:
        feet, stature = scene.footing.feet, scene.footing.stature
        horizon = min(feet - tall * stature if horizon is None else horizon, feet - _DROP)
        away = focal * eye / ((feet - horizon) * height)
        eye *= min(1, _FARTHEST / (_BEHIND * away))
        back = min(max(BACK, _BEHIND * away), _FARTHEST)
    whole = scene.size[1]
    return Stand((horizon * height + (whole - height) / 2) / whole, eye, focal, back)


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A new background, as it was made."""

    picture: NDArray[Any]
    """(H, W, 3) uint8 or uint16 RGB."""
    depth: NDArray[np.float32]
    """(H, W) 0 farthest to 1 nearest."""
    light: tuple[str, str] = SRGB
    """Primaries and transfer of the picture."""


class Ground(Protocol):
    """Makes backgrounds."""

    def facts(self) -> Mapping[str, Any]:
        """Tell all that decides what comes out, for the cache."""

    def require(self) -> None:
        """Raise ModelError unless all that it needs is here."""

    def made(self, scene: Scene) -> Made:
        """Return a background for a scene."""


@dataclass(frozen=True, slots=True)
class MadeRoom:
    """An empty room with daylight; it needs nothing."""

    def facts(self) -> Mapping[str, Any]:
        """Tell that it is a room."""
        return {"ground": "room", "form": 1}

    def require(self) -> None:
        """Do nothing: all is here."""

    def made(self, scene: Scene) -> Made:
        """Return the room, seen from where the shot's camera was."""
        stand = stand_of(scene)
        aspect = float(scene.video.sample_aspect)
        size = max(1, round(scene.size[0] * aspect)), scene.size[1]
        made = room(*size, scene.seed, scene.lit, stand.horizon, stand.eye, stand.focal, stand.back)
        if size == scene.size:
            return Made(made.picture, made.depth)
        depth = np.asarray(ops.resize(made.depth, *scene.size), np.float32)
        return Made(np.asarray(ops.resize(made.picture, *scene.size)), depth)


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture that somebody took or painted."""

    read: Callable[[], tuple[NDArray[Any], tuple[str, str]]]
    """Gives (H, W, 3) RGB, uint8 or uint16, its primaries and its transfer."""
    digest: str
    """Names its contents."""
    device: str = "cpu"
    """Where the network that sees depth runs."""
    commercial_only: bool = False
    """Use only weights that may be used commercially."""

    def facts(self) -> Mapping[str, Any]:
        """Tell which picture, and whether its depth is seen."""
        return {"ground": "photo", "picture": self.digest, "depth": _sees(self.commercial_only)}

    def require(self) -> None:
        """Do nothing: without weights the depth is assumed."""

    def made(self, scene: Scene) -> Made:
        """Return the picture, cut and scaled, with its depth."""
        picture, light = self.read()
        depth = None
        if _sees(self.commercial_only):
            scene.say(f"depth of the new background ({ENTRY})")
            small = np.asarray(as_depth(picture, "uint8"))
            depth = depth_of(small, self.device, commercial_only=self.commercial_only)
        else:
            scene.say(
                "depth of the new background: a floor up to a wall is assumed, for the network "
                f"that would see it is not here (afterglow models pull {ENTRY})"
            )
        aspect = float(scene.video.sample_aspect)
        if aspect != 1:
            narrow = max(1, round(picture.shape[1] / aspect)), picture.shape[0]
            picture = np.asarray(ops.resize(picture, *narrow))
            depth = None if depth is None else np.asarray(ops.resize(depth, *narrow))
        made = fitted(picture, depth, *scene.size)
        return Made(np.asarray(made.picture), made.depth, light)


def _sees(commercial_only: bool) -> bool:
    """True where the network that sees depth can be used."""
    try:
        require_needed(NEEDED, commercial_only=commercial_only, packages=("transformers",))
    except ModelError:
        return False
    return True
