"""What ``style cinematic`` makes of its flags: a run, and its effects in order."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
from click.core import ParameterSource

from afterglow.cli import reel
from afterglow.cli.pictures import tell_steps
from afterglow.cli.previews import PREVIEW_LINES, PREVIEW_SECONDS, preview_lines
from afterglow.cli.run import StreamRun, tell_note
from afterglow.cli.stills import blank_picture, require_apart
from afterglow.effects.style.command.finishing import require_one, sheet_of
from afterglow.effects.style.command.treatment import Treatment
from afterglow.effects.style.quality import HELD, QUALITIES, Quality
from afterglow.errors import UsageError

if TYPE_CHECKING:
    from afterglow.cli.reel import Stretch
    from afterglow.effects.style.distance import Depth
    from afterglow.frames import Effect
    from afterglow.ops.framing import Fit


@dataclass(frozen=True, slots=True)
class Film:
    """The flags of the command, typed; ``make`` does it."""

    run: StreamRun
    """The flags of every run."""
    more: tuple[str, ...]
    """Sources after the first."""
    treatment: Treatment
    """What is done to the pictures."""
    depth: Path | Literal["auto"] | None
    """A file that tells what is near."""
    text: str | None
    """What is drawn in place of a source."""
    commercial_only: bool
    """Use no model that is not for commercial use."""
    transition: str
    """How one source becomes the next."""
    overlap: Fraction
    """Seconds that it takes."""
    quality: str | None
    """A name of size, rate and bits."""
    landscape: bool
    """That size lies on its side."""
    fit: Fit
    """How other shapes are brought into the frame."""
    fps: Fraction | None
    """Frames per second that come out."""
    smooth: bool
    """Make pictures between."""
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
            run, drawn = self._drawn(self._with_quality(), stack)
            run, timeline = self._timeline(run, stack)
            before = [*drawn, *self._frame(), *timeline, *self._pace(timeline)]
            still = not self.more and reel.is_picture(run.source)
            treated = self.treatment.effects(self._depth(run), still=still)
            run.through(*before, *treated, *sheet_of(self.sheet, self.run, stack, self._read))

    @property
    def _read(self) -> tuple[str | Path | None, ...]:
        """The files that are read besides the source."""
        return *self.more, self.run.matte, self.depth, self.treatment.lut

    def _require_sense(self) -> None:
        require_apart(self.run.target, *self._read)
        self._require_moving()
        self._require_framing()
        if self.landscape and self.quality is None:
            raise UsageError(
                "--landscape lays a size of --quality on its side, and none is given",
                hint="add --quality balanced, for example",
            )
        if self.smooth and self._rate is None:
            raise UsageError(
                "--smooth makes pictures between where the rate changes, and it does not",
                hint="add --fps 60, for example",
            )
        if not self.more and (_typed("transition") or _typed("overlap")):
            raise UsageError("a transition leads from one SOURCE to the next, and there is one")
        require_one(self.sheet, self.run)
        alone = {"--start": self.run.start, "--alpha": self.run.matte, "--depth": self.depth}
        for flag, given in alone.items() if self.more else ():
            if given is not None:
                raise UsageError(f"{flag} is for one SOURCE, and there are several ({given})")

    def _require_framing(self) -> None:
        framed = self.quality is not None or self.more or isinstance(self.depth, Path)
        if _typed("fit") and not framed:
            raise UsageError(
                "--fit brings pictures into a frame of another shape, and there is none",
                hint="add --quality balanced, for example",
            )

    def _require_moving(self) -> None:
        given = [name for name in ("ease", "amount", "move_seconds") if _typed(name)]
        if given and self.treatment.move == "static":
            raise UsageError(
                "--camera-ease, --camera-amount and --camera-time are of a move, and the camera "
                "is static",
                hint="add --camera slow-zoom-in, for example",
            )

    @property
    def _named(self) -> Quality | None:
        return QUALITIES[self.quality] if self.quality else None

    @property
    def _rate(self) -> Fraction | None:
        return self.fps or (self._named.rate if self._named else None)

    def _with_quality(self) -> StreamRun:
        """The run with the bits of its quality, or small enough for a preview."""
        if self._named is None:
            lines = preview_lines(self.run.resolution)
            return replace(self.run, resolution=lines) if self.preview else self.run
        if self.preview or _typed("qp"):
            return self.run
        return replace(self.run, bitrate=self._named.bitrate)

    def _drawn(self, run: StreamRun, stack: ExitStack) -> tuple[StreamRun, list[Effect]]:
        """A blank picture, and what draws on it as the run begins."""
        if self.text is None:
            return run, []
        if not self.text.strip():
            raise UsageError("--text says nothing", hint="write what shall be seen")
        from afterglow.effects.style.model import Drawing, Drawn, blank_size

        width, height = self._named.size(landscape=self.landscape) if self._named else (1, 1)
        blank = stack.enter_context(blank_picture(*blank_size(width / height)))
        drawing = Drawing(
            self.text,
            aspect=width / height,
            seed=self.treatment.seed,
            commercial_only=self.commercial_only,
        )
        effect = Drawn(drawing, run.device_name(), tell_steps, tell_note)
        return replace(run, source=blank, drawn=f'a picture of "{self.text}"'), [effect]

    def _frame(self) -> list[Effect]:
        """What brings pictures to the size of the quality."""
        if self._named is None:
            return []
        from afterglow.effects.style.timeline import Sized

        lines = PREVIEW_LINES if self.preview else None
        return [Sized(*self._named.size(landscape=self.landscape, lines=lines), self.fit)]

    def _timeline(self, run: StreamRun, stack: ExitStack) -> tuple[StreamRun, list[Effect]]:
        """What holds a picture, or joins several sources; and the run with their sound."""
        end = PREVIEW_SECONDS if self.preview else None
        if not self.more and not reel.is_picture(run.source):
            if end is not None:
                run = replace(run, duration=min(end, run.duration or end))
            return run, self._perhaps_held(run)
        names = run.source, *self.more
        found = reel.stretches(names, run.duration or HELD, run.duration, run.hdr)
        run = replace(run, duration=None)
        reel.require_room(found, self.overlap)
        if self.more and not run.dry_run:
            run = replace(run, soundtrack=stack.enter_context(reel.sound_of(found, self.overlap)))
        return run, [self._joined(found, end)]

    def _perhaps_held(self, run: StreamRun) -> list[Effect]:
        """What holds what comes through a pipe, should it be a picture."""
        if run.source != "-":
            return []
        from afterglow.effects.style.timeline import Timeline

        return [Timeline(run.duration or HELD, rate=self._rate, pictures_only=True)]

    def _joined(self, found: list[Stretch], end: Fraction | None) -> Effect:
        from afterglow.cli.backdrop import file_backdrop
        from afterglow.effects.style.timeline import Take, Timeline

        takes = tuple(
            Take(file_backdrop(Path(each.name), self.fit, "hold"), each.seconds)
            for each in found[1:]
        )
        made_later = self.smooth and not all(each.still for each in found)
        rate = None if made_later else self._rate
        return Timeline(found[0].seconds, takes, self.transition, self.overlap, rate, end)

    def _pace(self, timeline: list[Effect]) -> list[Effect]:
        """What changes the rate, where no timeline has it already."""
        if self._rate is None or (timeline and not self.smooth and self.run.source != "-"):
            return []
        from afterglow.effects.style.retimed import Retimed

        return [Retimed(self._rate, self.smooth)]

    def _depth(self, run: StreamRun) -> Depth | None:
        if self.depth is None:
            return None
        if self.depth == "auto":
            return self._seen_depth(run)
        from afterglow.cli.backdrop import file_backdrop
        from afterglow.effects.style.distance import FileDepth

        shown = file_backdrop(self.depth, self.fit, "hold")
        return FileDepth(shown, shown.video, self.run.start or Fraction(0))

    def _seen_depth(self, run: StreamRun) -> Depth:
        """What a network finds near in the picture that the source is."""
        if self.text is not None or not reel.is_picture(run.source):
            raise UsageError(
                "--depth auto looks at a picture, and SOURCE is none that can be looked at",
                hint="give a picture or a video of its depth: --depth FILE",
            )
        import numpy as np

        from afterglow.cli.stills import still
        from afterglow.effects.style.distance import StillDepth
        from afterglow.effects.style.model import depth_of, require_depth

        require_depth(commercial_only=self.commercial_only)
        picture = still(run.source)
        if picture.dtype != np.uint8:
            picture = np.asarray(np.rint(picture / 257), np.uint8)
        near = depth_of(picture, run.device_name(), commercial_only=self.commercial_only)
        return StillDepth(near, self.fit)


def _typed(name: str) -> bool:
    """True for a flag that somebody gave, and no look or default."""
    source = click.get_current_context().get_parameter_source(name)
    return source not in (ParameterSource.DEFAULT, ParameterSource.DEFAULT_MAP)
