"""What ``style hybrid`` makes of its flags: who is in front, what is behind, and the sound."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from afterglow.cli import reel
from afterglow.cli.backdrop import file_backdrop
from afterglow.cli.mixing import Behind, Voice, first_moment, length_of, mixed_sound
from afterglow.cli.previews import preview_lines, preview_seconds
from afterglow.cli.run import StreamRun, tell_note
from afterglow.cli.stills import blank_picture, require_apart
from afterglow.cli.subject import AUTO, Subject
from afterglow.effects.style.command.character import DRAWN
from afterglow.effects.style.command.finishing import looks_over, sheet_of
from afterglow.effects.style.quality import HELD, PICTURE_RATE
from afterglow.errors import UsageError

if TYPE_CHECKING:
    from afterglow.cli.speech import Saying
    from afterglow.effects.style.command.performing import Role
    from afterglow.effects.style.hybrid import Place
    from afterglow.effects.style.standing import Body
    from afterglow.engine.backdrop import Ending, FileBackdrop
    from afterglow.frames import Effect, VideoInfo
    from afterglow.ops.halves import Array

_LINES = 360
"""Lines of the pictures in which the person is looked for beforehand."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who stands in front."""

    run: StreamRun
    """The run that reads it."""
    effects: list[Effect]
    """What makes frames with a matte of it."""
    voice: Voice
    """What it says."""
    seconds: Fraction | None
    """How long it is; None where that is not known before."""
    finder: Callable[[], Effect] | None = None
    """Makes what finds a person in it who has no matte; None where one is drawn."""


@dataclass(frozen=True, slots=True)
class Staging:
    """The flags of the command, typed; ``make`` does it."""

    run: StreamRun
    """The flags of every run."""
    background: Path
    """What is behind."""
    saying: Saying | None
    """What is said, if anything is."""
    role: Role
    """Who says it, and how."""
    place: Place
    """Where the character stands."""
    size: float
    """How high its picture is."""
    light_wrap: float
    """How much light of the background bleeds over its edge."""
    wrap_width: float
    """How far, in per cent of the height."""
    darkness: float
    """Of its shadow."""
    ending: Ending
    """What a shorter background does."""
    volume: float
    """How loud the background is."""
    styles: tuple[tuple[str, ...], ...]
    """Names of looks, as they were given."""
    strength: float
    """How much of each is seen."""
    fps: Fraction | None
    """Frames per second that come out."""
    seed: int
    """Which grain, blinks and glances."""
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
        shown = file_backdrop(self.background, "cover", self.ending)
        width, height = self._canvas(shown.video)
        with ExitStack() as stack:
            cast = self._cast(shown.video, (width, height), stack)
            run = replace(cast.run, soundtrack=self._sound(cast, shown.video, stack))
            front = self._in_front(shown, (width, height), self._body(cast))
            looks = looks_over(self.styles, self.strength, self.seed)
            sheet = sheet_of(self.sheet, self.run, stack, self._read)
            run.through(*cast.effects, front, *looks, *sheet)

    @property
    def _read(self) -> tuple[str | Path | None, ...]:
        """The files that are read besides CHARACTER."""
        return self.background, self.saying.audio if self.saying else None, self.role.landmarks

    def _require_sense(self) -> None:
        require_apart(self.run.target, *self._read)
        self.role.require_sense(portrait=self.run.source != DRAWN)
        if self.saying is None and (self.role.puppet or self.run.source == DRAWN):
            raise UsageError(
                "a character that is drawn says something, and there is nothing to say",
                hint="give --text or --audio, or a CHARACTER in front of BACKGROUND",
            )
        for name in (self.run.source, str(self.background)):
            if Path(name).is_dir():
                raise UsageError(f"style hybrid makes one video, and this is a folder ({name})")
        if str(self.background) == "-":
            raise UsageError("BACKGROUND is a file, and not a pipe")

    def _canvas(self, video: VideoInfo) -> tuple[int, int]:
        """(width, height), even, of what comes out: the background's, or as many lines as asked."""
        high = self.run.resolution or video.height
        if self.preview:
            high = preview_lines(self.run.resolution)
        wide = video.width * video.sample_aspect * high / video.height
        return max(2, 2 * round(wide / 2)), max(2, 2 * round(Fraction(high, 2)))

    def _rate(self, video: VideoInfo) -> Fraction:
        """Frames per second of a character that has none."""
        return self.fps or (PICTURE_RATE if video.frames == 1 else video.rate)

    def _cast(self, behind: VideoInfo, canvas: tuple[int, int], stack: ExitStack) -> Cast:
        run = replace(self.run, resolution=None)
        if self.saying is not None:
            return self._speaker(run, self.saying, behind, canvas, stack)
        if reel.is_picture(run.source):
            seconds = self._short(run.duration or _length(behind) or HELD)
            held, finder = self._held(seconds, self._rate(behind)), self._finder(run)
            run = replace(run, duration=None)
            return Cast(run, [held, _cut_out(finder)], Voice(None), seconds, finder)
        return self._player(run)

    def _speaker(
        self,
        run: StreamRun,
        saying: Saying,
        behind: VideoInfo,
        canvas: tuple[int, int],
        stack: ExitStack,
    ) -> Cast:
        """A character that is drawn, or whose face is made to talk."""
        sound = stack.enter_context(saying.opened(run.start, run.duration))
        acting = self.role.acting(sound, self.seed)
        seconds = self._short(acting.duration)
        drawn = self.role.puppet or run.source == DRAWN
        still = drawn or reel.is_picture(run.source)
        held = self._held(seconds, self._rate(behind) if still else self.fps)
        run = replace(run, start=None, duration=None)
        if drawn:
            high = max(2, 2 * round(self.size * canvas[1] / 2))
            blank = stack.enter_context(blank_picture(max(high, canvas[0]), high))
            puppet = self.role.character(acting, transparent=True)
            run = replace(run, source=blank, drawn=f"a drawn {self.role.kind}")
            return Cast(run, [held, puppet], Voice(sound.place), seconds)
        finder = self._finder(run)
        effects = [held, self.role.portrait(acting, run), _cut_out(finder)]
        return Cast(run, effects, Voice(sound.place), seconds, finder)

    def _player(self, run: StreamRun) -> Cast:
        """A video as it is."""
        if self.preview:
            run = replace(run, duration=preview_seconds(run.duration))
        finder = self._finder(run)
        effects = [_cut_out(finder), *self._pace()]
        if run.source == "-":
            return Cast(run, effects, Voice(None), None, finder)
        cut = run.start is not None or run.duration is not None
        seconds = length_of(run.source)
        if seconds is not None:
            left = seconds - (run.start or 0)
            seconds = min(left, run.duration or left)
        start = first_moment(run.source) + (run.start or 0) if cut else Fraction(0)
        return Cast(run, effects, Voice(run.source, start), seconds, finder)

    def _held(self, seconds: Fraction, rate: Fraction | None) -> Effect:
        from afterglow.effects.style.timeline import Timeline

        return Timeline(seconds, rate=rate)

    def _short(self, seconds: Fraction) -> Fraction:
        return preview_seconds(seconds) if self.preview else seconds

    def _finder(self, run: StreamRun) -> Callable[[], Effect]:
        """What makes the effect that finds a person, and opens the networks once."""
        subject = Subject(AUTO, commercial_only=self.role.commercial_only)

        @functools.cache
        def finder() -> Effect:
            if run.source == "-":
                tell_note("place: CHARACTER comes through a pipe, so all of its picture is placed")
            (found,) = subject.in_front()
            return found

        return finder

    def _body(self, cast: Cast) -> Body:
        """Where in its pictures the person is who is cut out; else all of them.

        It is looked for in the whole of CHARACTER, so that a part of it stands where all of it
        would.
        """
        from afterglow.effects.style.standing import WHOLE, body_of

        if cast.finder is None or cast.run.source == "-" or cast.run.dry_run:
            return WHOLE
        return body_of(_mattes(cast.run, cast.finder)) or WHOLE

    def _pace(self) -> list[Effect]:
        if self.fps is None:
            return []
        from afterglow.effects.style.retimed import Retimed

        return [Retimed(self.fps, smooth=False)]

    def _sound(self, cast: Cast, behind: VideoInfo, stack: ExitStack) -> str | None:
        """The file with the sound of both; None where the character's own travels as it is."""
        own = cast.voice.file if self.saying is not None else None
        if self.run.dry_run or (cast.seconds is not None and cast.seconds <= 0):
            return own
        if cast.seconds is None:
            tell_note("sound: how long CHARACTER is cannot be told, so BACKGROUND is not heard")
            return own
        heard = Behind(behind, self.ending, self.volume)
        return stack.enter_context(mixed_sound(cast.voice, heard, cast.seconds)) or own

    def _in_front(self, shown: FileBackdrop, canvas: tuple[int, int], body: Body) -> Effect:
        from afterglow.analysis.composing.light import Shadow
        from afterglow.effects.style.hybrid import Hybrid

        wrap = self.light_wrap, self.wrap_width
        shadow = Shadow(self.darkness) if self.darkness else None
        return Hybrid(shown, *canvas, self.place, self.size, *wrap, shadow=shadow, body=body)


def _length(video: VideoInfo) -> Fraction | None:
    """Seconds of a background that is a video."""
    return None if video.frames == 1 else video.duration


def _cut_out(finder: Callable[[], Effect]) -> Effect:
    from afterglow.effects.style.hybrid import CutOut

    return CutOut(finder)


def _mattes(run: StreamRun, finder: Callable[[], Effect]) -> Iterator[Array]:
    """Mattes that are found in some pictures; none where they bring their own."""
    from afterglow import ops
    from afterglow.cli.samples import sampled

    for frame, video in sampled(run.source, _LINES, run.hdr, run.rate):
        if video.alpha:
            return
        (found,) = finder().stream(iter([frame]), video)
        if found.alpha is not None:
            yield ops.array_of(found.alpha)
