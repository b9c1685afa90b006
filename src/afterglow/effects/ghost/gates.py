"""Where each ghost may be seen: only where its picture shows something that is not there now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from afterglow import ops
from afterglow.analysis.align import Matrix
from afterglow.analysis.motion import Span, departure, focus_and_motion, soft_step, span
from afterglow.effects.ghost.window import Moment, Way, Window
from afterglow.ops import levels
from afterglow.ops.levels import Region

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from afterglow.effects.ghost.effect import Ghost
    from afterglow.frames import Pixels

_UNSEEN, _SEEN = 10, 34
"""Levels of change that count as noise, and from which a ghost shows in full."""
_SOFT = 3
"""Side of the block that a gate is blurred by, in pixels of the look."""
_FAINT = 8
"""Levels of a gate, of 255, that nobody would see; without them it shuts around specks."""
_OPEN = soft_step(_UNSEEN, _SEEN)
"""(256,) levels of change to levels of a gate."""
_ASTRAY, _UNSURE, _WIDEST = 0.01, 16, 4
"""A followed camera may be wrong by a pixel of the look, one more for every hundred that it moved
and for every sixteenth of the picture that its motion does not explain, up to four."""
_STEADY = 0.004
"""Change of exposure that is none."""
_MOST = 0.6
"""Share of the picture: what so much of it does together is no motion of a subject."""
_HOLE = 2
"""Pixels of the look: half of the widest hole that is filled, where a ghost happens to look like
what lies behind it."""
_GAP = 3
"""Likewise in the subject, where the trail would shine through."""
_NEARBY = 4
"""Pixels of the look around a change in which a matte is trusted."""
_FOCUS_LINES = 540
"""Lines of the picture for which ``focus_block`` is given."""


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One ghost of the present frame."""

    rank: int
    """1 is the nearest in time."""
    ago: int
    """Frames before the present; negative after it."""
    path: Matrix | None
    """(3, 3) from its place to the present's in pixels of the trail; None where nothing moved."""
    gate: Pixels
    """(h, w) uint8 at look size: its opacity."""
    region: Region
    """The part of the look outside of which the gate is shut."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """The looks of a window, aligned to the present, and what they agree on."""

    window: Window
    looks: dict[int, Pixels]
    """By frames ago: (h, w, 3) uint8, moved to where the camera sees them now."""
    valid: dict[int, Pixels | None]
    """By frames ago: (h, w) uint8, white where the look has content; None: everywhere."""
    ways: dict[int, Way]
    """By frames ago, of those that are in the shot: how the content moved since."""
    here: Span
    """The present look, and what the camera's error makes of it."""
    behind: Span
    """The background likewise."""


def scene(window: Window, agos: list[int], samples: list[int]) -> Scene:
    """Return the aligned looks ``agos`` frames ago, and the background that ``samples`` show."""
    looks: dict[int, Pixels] = {0: window.present.look}
    valid: dict[int, Pixels | None] = {0: None}
    ways: dict[int, Way] = {}
    for ago in {*agos, *samples} - {0}:
        moment = window.moment(ago)
        if moment:
            ways[ago] = window.way(moment)
            looks[ago], valid[ago] = _aligned(window, moment, ways[ago])
    tolerance = _tolerance(window, ways, [ago for ago, mask in valid.items() if mask is not None])
    near_first = sorted((ago for ago in samples if ago in looks), key=abs)
    behind = levels.median(_completed([(looks[ago], valid[ago]) for ago in near_first]))
    return Scene(
        window,
        looks,
        valid,
        ways,
        span(window.present.look, tolerance=tolerance),
        span(behind, tolerance=tolerance),
    )


def _tolerance(window: Window, ways: dict[int, Way], moved: list[int]) -> int:
    """Pixels of the look by which looks of these many frames ago may be out of line."""
    seen = [moment for moment in map(window.moment, moved) if moment]
    if not seen:
        return 0
    drift = max(ways[ago].drift for ago in moved)
    mismatch = max(moment.mismatch for moment in (window.present, *seen))
    return min(_WIDEST, 1 + int(drift * _ASTRAY + mismatch * _UNSURE))


def _aligned(window: Window, moment: Moment, way: Way) -> tuple[Pixels, Pixels | None]:
    """A look where the camera sees it now, at the exposure of now, and where it has content."""
    look, gain = moment.look, window.gain(moment)
    if abs(gain - 1) > _STEADY:
        look = ops.gain(look, gain)
    path = way.at(window.sizes.look)
    if path is None:
        return look, None
    # A frame of three pixels is left out: the border of the look is soft from two sides.
    inner = ops.coverage(look, path[:2])
    return ops.warp(look, path[:2], border="replicate"), ops.erode(inner, 3, "box")


def _completed(seen: list[tuple[Pixels, Pixels | None]]) -> list[Pixels]:
    """Looks without gaps: what one had not in view is taken from the one before in the list.

    So a place that came into view a moment ago shows what it showed first, and a subject that
    walks onto it stands before it.
    """
    whole: list[Pixels] = []
    for look, valid in seen:
        whole.append(look if valid is None else ops.lerp(whole[-1], look, valid))
    return whole


def presence(scene: Scene) -> Pixels:
    """Return (h, w) uint8: what stands before the background now."""
    change = _own(departure(scene.window.present.look, scene.behind))
    return ops.box_blur(levels.lookup(ops.closing(change, _GAP, "box"), _OPEN), _SOFT)


def _own(change: Pixels) -> Pixels:
    """(h, w) uint8 change less what most of the picture does: flashes, fades, a lost camera."""
    common = levels.quantile(change, _MOST)
    return levels.lookup(change, _less(common)) if common else change


def _less(common: int) -> NDArray[np.uint8]:
    """(256,) a table that takes a level off."""
    return np.maximum(np.arange(256) - common, 0).astype(np.uint8)


def layers(scene: Scene, ghost: Ghost, agos: list[int], spacing: int) -> list[Layer]:
    """Return the ghosts that show in the present frame, the farthest in time first."""
    found = []
    for ago in agos:
        if ago not in scene.ways:
            continue
        rank = abs(ago) // spacing
        height = ghost.opacity(rank) * _grown(scene.window, ago, spacing)
        gate = _gate(scene, ghost, ago, height)
        region = levels.extent(gate)
        if region is None:
            continue
        path = scene.ways[ago].at(scene.window.sizes.trail)
        found.append(Layer(rank, ago, path, gate, region.grown(1, scene.window.sizes.look)))
    return sorted(found, key=lambda layer: -layer.rank)


def _grown(window: Window, ago: int, spacing: int) -> float:
    """0 to 1: a layer grows in over one spacing after its shot gave the first picture for it."""
    if ago > 0:
        return min(1.0, (window.present.age - ago + 1) / spacing)
    following = next((n for n in range(spacing) if window.moment(ago - n) is None), spacing)
    return following / spacing


def _gate(scene: Scene, ghost: Ghost, ago: int, height: float) -> Pixels:
    """(h, w) uint8 opacity of one layer."""
    if ghost.ungated:
        gate = levels.filled(levels.brightest_channel(scene.looks[ago]), height)
    else:
        gate = levels.lookup(_change(scene, ago), _OPEN)
        gate = levels.lookup(ops.box_blur(gate, _SOFT), _scaled(height))
    if ghost.mask:
        gate = ops.multiply(gate, _in_focus(scene, ghost, ago))
    mask = scene.valid[ago]
    return gate if mask is None else ops.multiply(gate, mask)


def _scaled(height: float) -> NDArray[np.uint8]:
    """(256,) a table that shuts what is faint, and scales the rest."""
    level = np.arange(256)
    return np.where(level < _FAINT, 0, np.rint(level * height)).astype(np.uint8)


def _change(scene: Scene, ago: int) -> Pixels:
    """(h, w) uint8: how much a layer differs from the present, and from the empty background.

    Without the second, a ghost of bare background would lie where the subject now stands. With a
    matte the subject is known: any change near it is enough, and its own outline is kept.
    """
    look = scene.looks[ago]
    if scene.window.frame.alpha is not None:
        return ops.dilate(_own(departure(look, scene.here)), _NEARBY, "box")
    return ops.closing(_own(departure(look, scene.here, scene.behind)), _HOLE, "box")


def _in_focus(scene: Scene, ghost: Ghost, ago: int) -> Pixels:
    """(h, w) uint8: the part of a layer that is sharp and moves."""
    height = scene.window.sizes.look[1]
    block = max(3, round(ghost.focus_block * height / _FOCUS_LINES) | 1)
    return focus_and_motion(
        scene.looks[ago], scene.behind, focus_block=block, motion_thresh=ghost.motion_thresh
    )
