"""What ``style character`` makes of its flags: speech, a performance, and the effects in order."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from afterglow.cli.pictures import tell_steps
from afterglow.cli.previews import preview_lines, preview_seconds
from afterglow.cli.run import StreamRun, tell_note
from afterglow.cli.speech import Saying, Sounding
from afterglow.cli.stills import blank_picture, require_apart
from afterglow.effects.style.command.character import DRAWN
from afterglow.effects.style.command.finishing import looks_over, require_one, sheet_of
from afterglow.effects.style.command.performing import Role
from afterglow.errors import UsageError

if TYPE_CHECKING:
    from afterglow.frames import Effect

_SIZE = (1280, 720)
"""Width and height of a drawn character's picture."""
_WHO = {
    "person": "a friendly woman of forty",
    "monkey": "a clever monkey with a human expression",
    "anime": "an anime girl, cel shading",
    "cartoon": "a cartoon boy, bold outlines",
    "robot": "a humanoid robot with a human face",
    "animal": "a fox with a human expression",
    "fantasy": "an elf with pointed ears",
    "cyborg": "a cyborg, half of the face of metal",
}
"""What a portrait of each kind shows."""
_HOW = "portrait from the front, looking at the camera, mouth closed, plain background, soft light"
_NOT = "profile, hands, open mouth, text, watermark, several people"


@dataclass(frozen=True, slots=True)
class Talk:
    """The flags of the command, typed; ``make`` does it."""

    run: StreamRun
    """The flags of every run."""
    saying: Saying
    """What is said."""
    role: Role
    """Who says it, and how."""
    transparent: bool
    """Draw it on nothing."""
    fps: Fraction | None
    """Frames per second that come out."""
    seed: int
    """Which blinks and glances."""
    styles: tuple[tuple[str, ...], ...]
    """Names of looks, as they were given."""
    strength: float
    """How much of each is seen."""
    captions: bool
    """A track of subtitles."""
    burnt: bool
    """Words in the picture."""
    preview: bool
    """A small and short version."""
    sheet: str | None
    """Where a contact sheet goes."""

    def make(self) -> None:
        """Do the run.

        Raises:
            UsageError: flags that cannot be together; else what the run raises.
        """
        self._require_sense()
        with ExitStack() as stack:
            cut = self.run.start, self.run.duration
            sound = stack.enter_context(
                self.saying.opened(*cut, lines=self.captions or self.burnt, track=self.captions)
            )
            acting = self.role.acting(sound, self.seed)
            run = replace(self.run, start=None, duration=None, soundtrack=sound.place)
            if self.preview:
                run = replace(run, resolution=preview_lines(run.resolution))
            run, painted = self._sitter(run, stack)
            if self._drawn and not painted:
                face = self.role.character(acting, transparent=self.transparent)
            else:
                face = self.role.portrait(acting, run)
            run.through(
                *painted,
                *self._effects(face, acting.duration),
                *self._words(sound),
                *sheet_of(self.sheet, self.run, stack, self._read),
            )

    @property
    def _drawn(self) -> bool:
        """True where there is no face in a PORTRAIT."""
        return self.role.puppet or self.run.source == DRAWN

    @property
    def _licensed(self) -> bool:
        """True where only weights may be used that may be used commercially."""
        return self.role.commercial_only

    def _sitter(self, run: StreamRun, stack: ExitStack) -> tuple[StreamRun, list[Effect]]:
        """The run with a blank picture where there is no PORTRAIT, and what paints one on it."""
        if run.source != DRAWN:
            return run, []
        from afterglow.effects.style.model import Drawing, Drawn, blank_size, can_paint_faces

        drawn = self.role.puppet or self.transparent
        if drawn or not can_paint_faces(commercial_only=self._licensed):
            blank = stack.enter_context(blank_picture(*_SIZE))
            return replace(run, source=blank, drawn=f"a drawn {self.role.kind}"), []
        blank = stack.enter_context(blank_picture(*blank_size(1.0)))
        prompt = f"{_WHO[self.role.kind]}, {_HOW}"
        drawing = Drawing(prompt, _NOT, seed=self.seed, commercial_only=self._licensed)
        painted = Drawn(drawing, run.device_name(), tell_steps, tell_note)
        return replace(run, source=blank, drawn=f"a painted {self.role.kind}"), [painted]

    @property
    def _read(self) -> tuple[str | Path | None, ...]:
        """The files that are read besides PORTRAIT."""
        return self.saying.audio, self.role.landmarks

    def _require_sense(self) -> None:
        require_apart(self.run.target, *self._read)
        self.role.require_sense(portrait=self.run.source != DRAWN)
        self._require_matte()
        require_one(self.sheet, self.run)

    def _require_matte(self) -> None:
        """Raise UsageError where a matte is asked for that there is not, or has no place."""
        if self.transparent and not self._drawn:
            raise UsageError("--transparent is for a character that is drawn, and PORTRAIT is none")
        if self.transparent and not self.run.holds_alpha():
            raise UsageError(
                f"--transparent makes a matte, and {self.run.target} holds none",
                hint="name it .mov, .mkv or .webm with --codec prores, ffv1 or vp9; or pipe it on",
            )

    def _effects(self, face: Effect, seconds: Fraction) -> list[Effect]:
        from afterglow.effects.style.timeline import Timeline

        if self.preview:
            seconds = preview_seconds(seconds)
        held = Timeline(seconds, rate=self.fps)
        return [held, face, *looks_over(self.styles, self.strength, self.seed)]

    def _words(self, sound: Sounding) -> list[Effect]:
        if not self.burnt:
            return []
        from afterglow.effects.style.captions import Caption, Captioned, readable

        spans = ((Fraction(each.start), Fraction(each.end), each.text) for each in sound.lines)
        told, missing = readable(tuple(Caption(*span) for span in spans))
        if missing:
            tell_note(f"captions: no typeface here has {' '.join(missing)}, so they are left out")
        return [Captioned(told)]
