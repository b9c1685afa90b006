"""The two phases before pictures are made: what the shot shows, and what stands behind."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.analysis.composing.edges import are_mixed
from afterglow.analysis.composing.matching import Grain, grain_between, grain_of
from afterglow.analysis.composing.sharpness import blur_between, softness_of
from afterglow.analysis.shot import Survey, Surveyor
from afterglow.effects.studio.backdrop import Backdrop
from afterglow.effects.studio.footing import Footing, Measure
from afterglow.effects.studio.grounds import Made, Scene, Takes
from afterglow.effects.studio.poses import Way, way_of
from afterglow.frames import Frame, VideoInfo
from afterglow.ops.gamut import shown_within
from afterglow.ops.levels import as_depth

if TYPE_CHECKING:
    from afterglow.effects.studio.effect import Studio
    from afterglow.ops.halves import Depth

Say = Callable[[str], None]

LINES = 360
"""Lines at which the shot is looked at."""
_LOOKS, _APART = 2, 8
"""Frames at full size that are looked at for grain and sharpness, and frames between them."""


_FROZEN = 3.0
"""How much more grain a picture may show than changes from it to the next one."""
MOST_GRAIN = 0.03
"""Noise, of white, beyond which nothing is added."""


class Shelf(Protocol):
    """Keeps what was worked out before."""

    def recall(self, kind: str, facts: Mapping[str, Any], ending: str) -> Path | None:
        """Return the file that was kept under these facts, if there is one."""

    def keep(self, kind: str, facts: Mapping[str, Any], ending: str, found: bytes) -> Path:
        """Keep bytes under these facts."""


@dataclass(frozen=True, slots=True)
class Texture:
    """What a picture of the shot is like, closely looked at."""

    grain: Grain | None = None
    """Its noise; None where it cannot be told."""
    softness: float | None = None
    """Sigma of its blur, in pixels; None where it cannot be told."""
    mixed: bool = True
    """The subject's edge is mixed with what was behind it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the first phase has seen of a shot."""

    survey: Survey
    """Camera and light."""
    texture: Texture = Texture()
    """What its pictures are like."""
    footing: Footing | None = None
    """Where the subject stands; None where its feet are not seen."""

    def as_dict(self) -> dict[str, Any]:
        """It as numbers, lists and names that JSON knows."""
        grain, footing = self.texture.grain, self.footing
        return {
            "survey": self.survey.as_dict(),
            "grain": None if grain is None else [grain.fine, grain.coarse],
            "softness": self.texture.softness,
            "mixed": self.texture.mixed,
            "footing": None if footing is None else [footing.feet, footing.stature],
        }

    @classmethod
    def from_dict(cls, told: dict[str, Any]) -> Seen:
        """What ``as_dict`` told."""
        grain = None if told["grain"] is None else Grain(*told["grain"])
        footing = None if told["footing"] is None else Footing(*told["footing"])
        texture = Texture(grain, told["softness"], told["mixed"])
        return cls(Survey.from_dict(told["survey"]), texture, footing)


@dataclass(frozen=True, slots=True, eq=False)
class Staged:
    """What is known before the first picture is made."""

    survey: Survey
    """Camera and light of the shot."""
    way: Way
    """The camera's way in the new room."""
    backdrop: Backdrop
    """The new room, in the light and depth of the video."""
    texture: Texture
    """What the shot is like."""
    grain: Grain | None
    """The noise of the backdrop itself."""


def staged(studio: Studio, takes: Takes, say: Say, shelf: Shelf | None) -> Staged:
    """Everything about a shot and its new background; each phase is told with its time."""
    video = takes.video
    seen = _analysis(studio, takes, say, shelf)
    size = video.width, video.height
    way = way_of(seen.survey.views, size, studio.depth_scale, studio.margin, say)
    scene = Scene(video, seen.survey, seen.footing, way.size, studio.seed, studio.light, takes, say)
    return _set(studio, scene, way, seen.texture, shelf)


def at_rest(studio: Studio, video: VideoInfo) -> Staged:
    """The same for a camera at rest, without looking at the shot."""
    way = Way((), (video.width, video.height))
    scene = Scene(
        video, Survey(()), None, way.size, studio.seed, studio.light, None, lambda line: None
    )
    return _set(studio, scene, way, Texture(), None)


def _analysis(studio: Studio, takes: Takes, say: Say, shelf: Shelf | None) -> Seen:
    facts = {"smooth": studio.exposure_smooth, "lines": LINES, "form": 1}
    known = shelf.recall("analysis", facts, ".json") if shelf else None
    if known is not None:
        say("analysis: from the cache")
        return Seen.from_dict(json.loads(known.read_text(encoding="utf-8")))
    begun = time.perf_counter()
    surveyor, measure = Surveyor(takes.video, smooth=studio.exposure_smooth), Measure()
    with closing(_frames(takes.smaller(LINES), "analysis")) as frames:
        for frame in frames:
            surveyor.step(frame)
            measure.step(None if frame.alpha is None else ops.array_of(frame.alpha))
    survey = surveyor.finish()
    spent, count = time.perf_counter() - begun, len(survey.views)
    say(f"analysis: {count} frames in {spent:.1f} s ({count / max(spent, 1e-6):.0f} fps)")
    seen = Seen(survey, _texture(takes), measure.footing(survey.views, takes.video.height))
    if shelf:
        shelf.keep("analysis", facts, ".json", json.dumps(seen.as_dict()).encode())
    return seen


def _frames(takes: Takes, purpose: str) -> Any:
    """The frames, as a generator that can be closed."""
    yield from takes(purpose)


def _texture(takes: Takes) -> Texture:
    """What the first pictures are like."""
    grains: list[Grain | None] = []
    changes, softnesses, answers = list[Grain | None](), list[float | None](), list[bool | None]()
    before: Frame | None = None
    with closing(_frames(takes, "grain and sharpness")) as frames:
        for number, frame in enumerate(islice(frames, (_LOOKS - 1) * _APART + 2)):
            if number % _APART == 0:
                grains += [grain_of(frame.pixels), grain_of(frame.pixels, frame.alpha)]
                softnesses.append(softness_of(frame.pixels, frame.alpha))
                answers.append(_mixed(frame, takes.video))
            elif number % _APART == 1 and before is not None:
                changes.append(grain_between(before.pixels, frame.pixels))
            before = frame
    soft = [each for each in softnesses if each is not None]
    said = [each for each in answers if each is not None]
    return Texture(_noise(grains, changes), min(soft, default=None), said[0] if said else True)


def _mixed(frame: Frame, video: VideoInfo) -> bool | None:
    if frame.alpha is None:
        return None
    return are_mixed(frame.pixels, frame.alpha, video.colour.transfer)


def _noise(still: list[Grain | None], moving: list[Grain | None]) -> Grain | None:
    """The grain of a shot: the least that was found in pictures, less what does not change.

    What is textured everywhere seems to be noise, and codecs freeze some of the noise.
    """
    pictures, changes = (
        np.array([(each.fine, each.coarse) for each in found if each is not None])
        for found in (still, moving)
    )
    if not len(pictures):
        return None
    least = np.minimum(pictures.min(axis=0), MOST_GRAIN)
    if len(changes):
        least = np.minimum(least, np.maximum(changes.min(axis=0), least / _FROZEN))
    return Grain(*least.tolist())


def _set(studio: Studio, scene: Scene, way: Way, texture: Texture, shelf: Shelf | None) -> Staged:
    """The stage with its background."""
    with _timed("background", scene.say, silent=scene.takes is None) as note:
        made = _made(studio, scene, shelf, note)
        if studio.keep is not None:
            studio.keep(made.picture, made.depth)
        video = scene.video
        depth: Depth = "uint8" if video.depth == 8 else "uint16"
        picture = np.asarray(as_depth(made.picture, depth))
        becomes = video.colour.primaries, video.colour.transfer
        picture = np.asarray(shown_within(picture, made.light, becomes, depth))
        grain = None
        if studio.match and scene.takes is not None:
            blur = blur_between(texture.softness, softness_of(_middle(picture, video)))
            if blur > 0:
                picture = np.asarray(ops.gaussian_blur(picture, blur))
            grain = grain_of(_middle(picture, video))
        note.append("{}x{}".format(*way.size))
    return Staged(scene.survey, way, Backdrop(picture, made.depth), texture, grain)


def _middle(picture: NDArray[Any], video: VideoInfo) -> NDArray[Any]:
    """What a camera at rest sees of a background."""
    rows, columns = picture.shape[:2]
    top, left = (rows - video.height) // 2, (columns - video.width) // 2
    return picture[top : top + video.height, left : left + video.width]


def _made(studio: Studio, scene: Scene, shelf: Shelf | None, note: list[str]) -> Made:
    """The background, new or from the shelf."""
    facts = {**studio.ground.facts(), **scene.facts()}
    known = shelf.recall("background", facts, ".npz") if shelf else None
    if known is not None:
        note.append("from the cache")
        with np.load(known, allow_pickle=False) as kept:
            depth = kept["depth"].astype(np.float32) / np.float32(65535)
            light = str(kept["primaries"]), str(kept["transfer"])
            return Made(kept["picture"], depth, light)
    made = studio.ground.made(scene)
    if shelf:
        store = io.BytesIO()
        rounded = np.rint(made.depth * np.float32(65535)).astype(np.uint16)
        np.savez(
            store, picture=made.picture, depth=rounded,
            primaries=np.array(made.light[0]), transfer=np.array(made.light[1]),
        )  # fmt: skip
        shelf.keep("background", facts, ".npz", store.getvalue())
    return made


@contextmanager
def _timed(name: str, say: Say, *, silent: bool) -> Iterator[list[str]]:
    """Tell how long a phase took, and what is written into the list."""
    begun, notes = time.perf_counter(), list[str]()
    yield notes
    if not silent:
        told = ", ".join(notes)
        say(f"{name}: {told} in {time.perf_counter() - begun:.1f} s")
