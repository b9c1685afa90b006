"""A picture that begins to move: frames from a model, brought back to the picture's shape."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from afterglow import ops
from afterglow.effects.animate.anchor import Drift, anchored
from afterglow.effects.animate.camera_move import moved
from afterglow.effects.animate.chain import chained, length_of
from afterglow.effects.animate.control import Film, control_of, steering
from afterglow.effects.animate.fit import (
    Fit,
    Fitted,
    brought_back,
    final_size,
    fitted,
    flattened,
    nearest_size,
)
from afterglow.effects.animate.interpolate import interpolated
from afterglow.effects.animate.looks import Look, merged
from afterglow.effects.animate.model.family import Family, with_text
from afterglow.effects.animate.motion import Models, Motion, Say
from afterglow.effects.animate.shot import Shot
from afterglow.errors import UsageError
from afterglow.frames import Frame, Reach, VideoInfo

Tell: TypeAlias = Callable[[str, int, int], None]
"""Is told what is done, and how many of how many steps of it are; may raise to stop it."""


_OVERLAP = 4
"""Frames that a window shares with the next one, at most."""


_SETTLE = 24
"""Frames after which a window that is anchored has its own exposure again."""


def _silent(*told: object) -> None:
    """Take what is told."""


@dataclass(frozen=True, slots=True)
class Animate:
    """Settings of a picture that begins to move."""

    models: Models
    """What is here to animate it."""
    look: Look = field(default_factory=Look)
    """The named effect."""
    typed: Mapping[str, Any] = field(default_factory=dict)
    """Values by key that were typed."""
    model: str | None = None
    """The family; None for the best one that is here."""
    seed: int = 0
    """Where the noise begins."""
    require_prompt: bool = False
    """Refuse a family that does not read the prompt."""
    duration: Fraction | None = None
    """Seconds that come out; None for a number of frames."""
    window: int | None = None
    """Frames that are made at once; None for what suits the family."""
    interpolate: int = 1
    """How many times slower it becomes, by frames put between."""
    size_at: tuple[int, int] | None = None
    """Width and height to work at; None for what suits the family and the picture."""
    lines: int | None = None
    """Height of what comes out; None for what the model makes."""
    fit: Fit = "crop"
    """How the picture is brought into the model's frame."""
    ground: tuple[int, int, int] = (0, 0, 0)
    """R'G'B' 0-255 below what is transparent, and of bars."""
    film: Callable[[str], Film] | None = None
    """Opens a video that steers it."""
    tell: Tell = _silent
    """Told of every step."""
    say: Say = _silent
    """Told what is done, in a line."""
    seen: Callable[[Shot], None] = _silent
    """Told what is decided, as the work begins."""
    thumb: Callable[[NDArray[np.uint8]], None] = _silent
    """Given the frame in the middle, (H, W, 3) uint8 RGB."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return what comes out: frames of the picture's shape.

        Raises:
            UsageError: the source is a video, or is HDR, or settings do not go together.
            ModelError: what animates it is not here.
        """
        if video.frames is not None and video.frames != 1:
            raise UsageError(
                f"IMAGE is a video of {video.frames} frames, and one picture is animated",
                hint="take a picture of it: a PNG, a JPEG, ...",
            )
        if video.colour.hdr:
            raise UsageError(
                f"the picture is HDR ({video.colour.transfer}), and models work in SDR",
                hint="--hdr tonemap makes it BT.709",
            )
        shot = self.shot(video)
        self._film(shot)
        width, height = shot.size
        rate = shot.motion.fps
        return replace(
            video,
            width=width,
            height=height,
            rate=rate,
            time_base=1 / rate,
            begin=0,
            depth=8,
            bits=8,
            alpha=False,
            gray=False,
            frames=shot.frames,
            duration=shot.frames / rate,
        )

    def reach(self, video: VideoInfo) -> Reach:
        """Return that no neighbours are needed."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """Return the bytes of pictures that are held; the model needs its own."""
        shot = self.shot(video)
        worked = shot.motion.size[0] * shot.motion.size[1]
        held = shot.motion.decode_chunk if shot.family.streams else shot.motion.frames
        return 8 * video.width * video.height + worked * 3 * (4 * held + 48)

    def shot(self, video: VideoInfo) -> Shot:
        """Return all that is decided before the first step.

        Raises:
            UsageError: settings do not go together.
            ModelError: what animates it is not here.
        """
        family = self.family()
        values = merged(self.look, self.typed, family)
        control = control_of(values["control"])
        rate = Fraction(values["fps"]).limit_denominator(100_000)
        wanted = self._wanted(values["num_frames"], rate)
        window = family.window_of(min(self.window or family.frames, wanted))
        overlap = max(1, min(_OVERLAP, window // 2))
        windows = 1
        while length_of(window, windows, overlap) < wanted:
            windows += 1
        motion = Motion(
            prompt=values["prompt"],
            negative_prompt=values["negative_prompt"],
            motion_strength=values["motion_strength"],
            guidance=values["guidance_scale"],
            frames=window,
            fps=rate,
            steps=values["steps"],
            noise=values["noise"],
            decode_chunk=values["decode_chunk"],
            size=self._size(family, video),
            control=control.kind if control else "",
        )
        empty = np.zeros((video.height, video.width, 3), np.uint8)
        size = final_size(fitted(empty, motion.size, self.fit), self.lines)
        frames = (wanted - 1) * self.interpolate + 1
        return Shot(family, motion, values, windows, overlap, wanted, frames, size)

    def _wanted(self, frames: int, rate: Fraction) -> int:
        """Frames that are made by the model."""
        if self.duration is None:
            return frames
        seen = max(1, round(self.duration * rate))
        return 1 + -(-(seen - 1) // self.interpolate)

    def family(self) -> Family:
        """Return the family that animates.

        Raises:
            UsageError: it shall read a prompt and cannot, or nothing can steer it.
            ModelError: it is not here, or none is.
        """
        wanted = self.typed.get("models", self.look.settings.get("models", ()))
        prompt = self.typed.get("prompt", self.look.settings.get("prompt", ""))
        told = control_of(self.typed.get("control", self.look.settings.get("control", "")))
        if self.require_prompt and not prompt:
            raise UsageError("--require-prompt, and there is no prompt", hint="write --prompt TEXT")
        control = told.kind if told else ""
        family = self.models.choose(self.model, wanted, text=bool(prompt), control=control)
        if self.require_prompt and not family.takes_text:
            raise UsageError(
                f"{family.name} takes no text, and --require-prompt wants the prompt to be read",
                hint=f"these read it: {', '.join(with_text())}",
            )
        return family

    def _size(self, family: Family, video: VideoInfo) -> tuple[int, int]:
        if self.size_at is None:
            turned = not family.fixed_size
            return nearest_size(video.width, video.height, family.sizes, turned=turned)
        known = ", ".join(f"{width}x{height}" for width, height in family.sizes)
        if family.fixed_size and self.size_at not in family.sizes:
            raise UsageError(f"{family.name} works at its own sizes only", hint=f"--size {known}")
        if any(side % family.multiple for side in self.size_at):
            width, height = (max(1, round(side / family.multiple)) for side in self.size_at)
            near = f"{width * family.multiple}x{height * family.multiple}"
            raise UsageError(
                f"sides of {family.name} are multiples of {family.multiple} pixels",
                hint=f"--size {near}, or its own: {known}",
            )
        return self.size_at

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Yield the frames of a picture that begins to move."""
        first = next(frames, None)
        if first is None:
            return
        if next(frames, None) is not None:
            raise UsageError("IMAGE is a video, and one picture is animated")
        shot = self.shot(video)
        self.seen(shot)
        self._say_what_is_not_read(shot)
        still = self._still(first, shot, video)
        for number, picture in enumerate(self._finished(still, shot)):
            if number == shot.frames // 2:
                self.thumb(picture)
            self.tell("frames", number + 1, shot.frames)
            yield Frame(ops.beside(picture, first.pixels), number)

    def _say_what_is_not_read(self, shot: Shot) -> None:
        if shot.motion.prompt and not shot.family.takes_text:
            self.say(
                f"the prompt is not read: {shot.family.name} takes no text;"
                f" these do: {', '.join(with_text())}"
            )

    def _still(self, frame: Frame, shot: Shot, video: VideoInfo) -> Fitted:
        alpha = None if frame.alpha is None else ops.array_of(frame.alpha)
        flat = flattened(ops.array_of(frame.pixels), alpha, self.ground, video.colour.transfer)
        return fitted(flat, shot.motion.size, self.fit, self.ground)

    def _finished(self, still: Fitted, shot: Shot) -> Iterator[NDArray[np.uint8]]:
        """Frames as they come out: of the picture's shape, slowed, the camera moved."""
        made = self._made(still.picture, shot)
        back = (brought_back(picture, still, shot.size) for picture in made)
        return moved(interpolated(back, self.interpolate), shot.move, shot.frames)

    def _made(self, still: NDArray[np.uint8], shot: Shot) -> Iterator[NDArray[np.uint8]]:
        """Frames of one window or of several, each held to the colours of the still.

        So a window begins with colours that have not drifted, also where many came before it.
        """
        drifts = [Drift()]

        def note(drift: Drift) -> None:
            drifts[0] = drifts[0].worse(drift)

        steered = steering(self._film(shot), shot, self.models.see, self.fit)
        held = self.models.hold(shot.family, shot.motion, shot.values["lora"], self.say)
        with held as animator, steered as guided:

            def window(begin: NDArray[np.uint8], number: int) -> Iterator[NDArray[np.uint8]]:
                seed, tell = (self.seed + number) % (1 << 32), self._counted(shot, number)
                made = animator.window(begin, shot.motion, seed, tell, **guided(number))
                if shot.anchor == 0:
                    return made
                return anchored(made, still, strength=shot.anchor, tell=note)

            settle = _SETTLE if shot.anchor > 0 else None
            take = chained(window, still, shot.windows, overlap=shot.overlap, settle=settle)
            yield from islice(take, shot.generated)
        if shot.anchor > 0:
            found, left = drifts[0].found, drifts[0].left
            self.say(f"colour drift: {found:.1f} levels at most, {left:.1f} after anchoring")

    def _film(self, shot: Shot) -> Film | None:
        """The video that steers; MediaError where it cannot be read."""
        control = control_of(shot.values["control"])
        return self.film(control.file) if control and self.film else None

    def _counted(self, shot: Shot, number: int) -> Callable[[int, int], None]:
        def tell(done: int, total: int) -> None:
            self.tell("steps", number * total + done, shot.windows * total)

        return tell
