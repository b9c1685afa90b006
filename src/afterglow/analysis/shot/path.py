"""The camera's path through a video: every frame against the first of its shot.

Points are followed from an anchor, an earlier frame of the shot that is still largely in view, so
that errors do not add up from frame to frame. Where too few are found again, the picture as a whole
is asked, as ``CameraTracker`` does it; that also tells cuts.
"""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass

import numpy as np

from afterglow.analysis.camera import CameraTracker, Motion
from afterglow.analysis.shot.glance import Glance, Grey
from afterglow.analysis.shot.layers import Motions, lowness, motions
from afterglow.analysis.shot.points import Anchor, Flags, Places, anchor, detail
from afterglow.analysis.shot.solving import Reals, fitted

_LINES = 135
"""Lines of 16:9 at which the picture as a whole is asked."""
_ENOUGH = 12
"""Points, fewer of which tell no motion."""
_FOUND = 0.25
"""Share of the points that must be found again."""
_STILL, _RESTING = 0.3, 0.3
"""Pixels within which a point stays where it was, and share of such points from which the camera
may be at rest, whatever passes before it."""
_AGREE = 0.35
"""Share of the points followed that must go with the camera."""
_IN_VIEW = 0.6
"""Share of the anchor's points that must be found again for the next frame to be held to it."""
_OFF, _OWN = 2.5, 1.5
"""Pixels by which a point may miss the camera's motion more than in the frame before, to agree;
and from which it has a motion of its own where no matte tells."""
_TURNED, _GROWN = 8.0, 0.15
"""Degrees and logarithm of the zoom, against the anchor, from which a new one is taken."""
_LONGEST = 240
"""Frames that are kept to be solved together."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Where the camera stands in one frame, against the first frame of the shot; small pixels."""

    shot: int
    turn: complex
    """Turn and zoom."""
    shift: complex
    """Of the farthest."""
    travel: complex
    """Of the nearest against the farthest, before turn and zoom."""
    chain: int = 0
    """Frames of a chain measure nearness alike."""


@dataclass(slots=True)
class _Segment:
    """Frames that are held to one anchor."""

    anchor: Anchor
    start: Stand
    """Of the anchor."""
    prior: Reals | None
    """Nearness of its points, as far as it is known."""
    seen: list[Places]
    found: list[Flags]

    def solved(self, width: int) -> Motions:
        return motions(
            self.anchor.points, np.stack(self.seen), np.stack(self.found), width, self.prior
        )


class Path:
    """The path of one video's camera so far."""

    def __init__(self) -> None:
        self._stands: list[Stand] = []
        self._segment: _Segment | None = None
        self._latest: list[tuple[complex, complex]] = []
        """Turn and shift of the last two frames against the anchor."""
        self._left: Places = np.zeros(0, np.complex128)
        self._alive: Flags = np.zeros(0, np.bool_)
        """By how much each point missed them last."""
        self._before: Glance | None = None
        self._tracker: CameraTracker | None = None
        self._width = 0
        self.cues: list[tuple[int, float]] = []
        """Chain, and how much lower in the picture its nearest seem to be, in pixels of travel."""

    def step(self, now: Glance, gain: float) -> tuple[int, complex, complex]:
        """Shot, turn and shift of the next frame, as far as they are known yet.

        gain: contrast of the anchor over that of this frame, about.
        """
        picture = detail(now.grey, gain)
        self._width = picture.shape[1]
        if self._segment is None:
            self._begin(picture, now, Stand(0, 1, 0, 0), new=True)
        elif not self._followed(picture, now):
            self._asked(picture, now)
        else:
            self._tracker = None
            self._renew(picture, now)
        self._before = now
        return self._here()

    def finish(self) -> list[Stand]:
        """Where the camera stands in every frame."""
        self._close()
        return self._stands

    def _here(self) -> tuple[int, complex, complex]:
        assert self._segment is not None
        start, (turn, shift) = self._segment.start, self._latest[-1]
        return start.shot, turn * start.turn, turn * start.shift + shift

    def _begin(self, picture: Grey, now: Glance, start: Stand, *, new: bool) -> None:
        """Hold what comes to this frame; new: it is not in any segment yet."""
        nothing = np.zeros(0, np.complex128)
        self._segment = _Segment(anchor(picture, now.matte, nothing), start, None, [], [])
        self._latest = [(1, 0)]
        self._afresh(len(self._segment.anchor.points))
        if new:
            points = self._segment.anchor.points
            self._take(points, np.ones(len(points), np.bool_))

    def _afresh(self, count: int) -> None:
        """Forget by how much the points of another anchor missed."""
        self._left, self._alive = np.zeros(count, np.complex128), np.ones(count, np.bool_)

    def _take(self, seen: Places, found: Flags) -> None:
        assert self._segment is not None
        self._segment.seen.append(seen)
        self._segment.found.append(found)

    def _followed(self, picture: Grey, now: Glance) -> bool:
        """Follow the points into a frame; False where too few go together."""
        assert self._segment is not None
        held = self._segment.anchor
        points = held.points
        if len(points) < _ENOUGH:
            return False
        turn, shift = self._expected()
        guess = turn * points + shift + self._left
        seen, found = held.followed(picture, guess)
        found &= now.shows(seen) & self._alive
        count = np.count_nonzero(found)
        if count < max(_ENOUGH, _FOUND * len(points)):
            return False
        turn, shift = self._fitted(points, seen, found)
        left = seen - turn * points - shift
        apart = np.abs(left - self._left)
        if np.count_nonzero(found & (apart < _OFF)) < _AGREE * count:
            return False
        if now.matte is None:
            self._alive &= ~(found & (apart > _OWN))
            found &= self._alive
        self._latest = [self._latest[-1], (turn, shift)]
        self._left = np.where(found, left, self._left)
        self._take(seen, found)
        return True

    def _fitted(self, points: Places, seen: Places, found: Flags) -> tuple[complex, complex]:
        """Turn and shift of a frame; rest is asked first where many points rest."""
        turn, shift = self._latest[-1]
        still = found & (np.abs(seen - self._left - turn * points - shift) < _STILL)
        rests = np.count_nonzero(still) > _RESTING * np.count_nonzero(found)
        return fitted(points, seen - self._left, found, still if rests else found)

    def _expected(self) -> tuple[complex, complex]:
        """Turn and shift if the camera goes on as before."""
        if len(self._latest) < 2:
            return self._latest[-1]
        (turn, shift), (turn_now, shift_now) = self._latest
        return turn_now * turn_now / turn, 2 * shift_now - shift

    def _renew(self, picture: Grey, now: Glance) -> None:
        """Take this frame for the anchor where the old one is hardly in view any more."""
        segment = self._segment
        assert segment is not None
        turn = self._latest[-1][0]
        found = segment.found[-1]
        worn = np.count_nonzero(found) < _IN_VIEW * len(found)
        worn |= abs(np.degrees(np.angle(turn))) > _TURNED or abs(np.log(abs(turn))) > _GROWN
        if not worn and len(segment.seen) < _LONGEST:
            return
        seen = segment.seen[-1]
        start, nearness = self._close()
        if not worn:
            self._segment = _Segment(segment.anchor, segment.start, nearness, [], [])
            return
        held = anchor(picture, now.matte, seen[found])
        prior = np.full(len(held.points), np.nan)
        if nearness is not None:
            prior[: np.count_nonzero(found)] = nearness[found]
        self._segment = _Segment(held, start, None if nearness is None else prior, [], [])
        step = self._latest[-1][1] - self._latest[0][1]
        self._latest = [(1, -step), (1, 0)]
        self._afresh(len(held.points))

    def _close(self) -> tuple[Stand, Reals | None]:
        """Solve the segment; where its last frame stands, and what is known of the points."""
        segment = self._segment
        assert segment is not None
        if not segment.seen:
            return segment.start, segment.prior
        found, start = segment.solved(self._width), segment.start
        fresh = found.nearness is not None and segment.prior is None
        chain = (self._stands[-1].chain if self._stands else 0) + fresh
        if found.nearness is not None:
            low = lowness(segment.anchor.points, found.nearness)
            self.cues.append((chain, low * float(np.abs(found.travel).max())))
        for turn, shift, travel in zip(found.turn, found.shift, found.travel, strict=True):
            self._stands.append(
                Stand(
                    start.shot,
                    complex(turn * start.turn),
                    complex(turn * start.shift + shift),
                    complex(start.travel + travel / start.turn),
                    chain,
                )
            )
        return self._stands[-1], found.nearness

    def _asked(self, picture: Grey, now: Glance) -> None:
        """Ask the picture as a whole where the points tell nothing, and begin anew from there."""
        motion = self._motion(now)
        start, _ = self._close()
        if motion.cut:
            shot = start.shot + 1
            self._begin(picture, now, Stand(shot, 1, 0, 0), new=True)
            return
        turn = cmath.rect(motion.zoom, math.radians(motion.rotation))
        shift = complex(motion.dx, motion.dy)
        there = Stand(start.shot, turn * start.turn, turn * start.shift + shift, start.travel)
        self._begin(picture, now, there, new=True)

    def _motion(self, now: Glance) -> Motion:
        """The motion of the whole picture since the frame before."""
        height, width = now.grey.shape
        if self._tracker is None:
            self._tracker = CameraTracker(width, height, "similarity", lines=_LINES)
            if self._before is not None:
                self._tracker.step(self._before.grey, self._before.matte)
        return self._tracker.step(now.grey, now.matte)
