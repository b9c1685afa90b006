"""A run as its flags ask for it: one video, or a folder of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from afterglow.cli.flags import Flags
from afterglow.cli.progress import Reporter, reporter_for, show_plan
from afterglow.cli.subject import AUTO, OWN, Subject
from afterglow.errors import UsageError

if TYPE_CHECKING:
    from afterglow.engine import Job, Plan, Summary, Watch
    from afterglow.frames import Effect

NOTES = "afterglow.notes"
"""Where in a click context the lines lie that a run should say first."""

_SPEAKER = "afterglow.speaker"
"""Where in a click context lies what tells the lines of the run under way."""


def tell_note(line: str) -> None:
    """Tell a line of the run, at once where it is under way, else as it begins.

    Without a command that runs, nobody is there to be told.
    """
    context = click.get_current_context(silent=True)
    if context and _SPEAKER in context.meta:
        context.meta[_SPEAKER](line)
    elif context:
        context.meta.setdefault(NOTES, []).append(line)


def is_study(effect: Effect) -> bool:
    """True for an effect that looks at the whole video before its first picture."""
    return hasattr(effect, "studied")


@dataclass(frozen=True, slots=True)
class StreamRun(Flags):
    """The flags of every run, typed and checked; ``through`` does it."""

    source: str
    """A file, an image sequence, - or a folder."""
    target: str
    """A file, an image sequence, - or a folder."""
    start: Fraction | None
    """Seconds from the first picture."""
    duration: Fraction | None
    """Seconds."""
    resolution: int | None
    """Lines to work at."""
    rate: Fraction | None
    """Frames per second of an image sequence."""
    hdr: Literal["refuse", "keep", "tonemap"]
    """What becomes of PQ and HLG."""
    codec: Literal["h264", "hevc", "av1", "prores", "ffv1", "vp9"] | None
    """Video codec of the target."""
    encoder: Literal["auto", "nvenc", "software"]
    """Who encodes."""
    qp: int
    """Constant quantiser."""
    preset: str | None
    """Speed preset of the encoder."""
    alpha_out: Literal["auto", "yes", "no"]
    """Whether the matte is written."""
    overwrite: bool
    """Replace what exists."""
    dry_run: bool
    """Only show the plan."""
    workers: int
    """Clips at once."""
    cluster: str | None
    """Address of a Ray cluster, or local."""
    matte: str | None = None
    """A second video that is the matte."""
    subject: Subject | None = None
    """Where the matte comes from, of a command that cannot do without one."""
    soundtrack: str | None = None
    """A file whose sound and subtitles come in place of the source's."""
    bitrate: int | None = None
    """Bits per second of the target, in place of the constant quantiser."""
    cache: str | None = None
    """A folder that keeps what was worked out, of a command that looks at the video first."""
    drawn: str | None = None
    """What a plan calls the source, where that is a blank picture that is yet to be drawn on."""

    def holds_alpha(self) -> bool:
        """True where the target can hold a matte, and was not told to leave it out."""
        if self.alpha_out == "no" or Path(self.source).is_dir():
            return False
        from afterglow.frames import VideoInfo
        from afterglow.media.choice import WriteOptions, choose

        video = VideoInfo(64, 64, Fraction(25), Fraction(1, 25), alpha=True)
        options = WriteOptions(codec=self.codec, encoder="software", alpha=self.alpha_out)
        return choose(self.target, video, options).alpha

    def through(self, *effects: Effect) -> Summary | None:
        """Send the source through the effects into the target; raise what a person must know.

        What was done comes back; nothing for a folder or a dry run.
        """
        from afterglow.cli.pictures import counting

        with reporter_for(quiet=self.quiet, as_json=self.as_json) as reporter:
            click.get_current_context().meta[_SPEAKER] = reporter.note
            counting(reporter)
            for note in click.get_current_context().meta.pop(NOTES, ()):
                reporter.note(note)
            self._require_images_for_rate()
            if self.source != "-" and Path(self.source).is_dir():
                self._folder(reporter)
                return None
            return self._video((*self._in_front(), *effects), reporter)

    def _in_front(self) -> tuple[Effect, ...]:
        return self.subject.in_front() if self.subject else ()

    def _require_images_for_rate(self) -> None:
        if self.rate is None:
            return
        from afterglow.media.landing import is_sequence

        if not is_sequence(self.source):
            raise UsageError(
                f"--rate is for an image sequence, and the source is none ({self.source})",
                hint="a sequence has a counter in its name, for example shot_%04d.png",
            )

    def _video(self, effects: tuple[Effect, ...], reporter: Reporter) -> Summary | None:
        from afterglow import engine

        if self.workers > 1 or self.cluster:
            raise UsageError(f"--workers and --cluster are for folders ({self.source} is none)")
        watch = engine.Watch(reporter.note, reporter.start, reporter.step)
        job = self._job(watch)
        if effects and is_study(effects[-1]) and not self.dry_run:
            summary = self._studied(job, effects, watch, reporter)
            reporter.done(summary)
            return summary
        if self.dry_run:
            self._show(engine.plan(job, effects, watch))
            return None
        summary = engine.run(job, effects, watch)
        reporter.done(summary)
        return summary

    def _studied(
        self, job: Job, effects: tuple[Effect, ...], watch: Watch, reporter: Reporter
    ) -> Summary:
        """Do a run whose last effect looks at the whole video first."""
        from afterglow.engine.studies import Desk, run_study

        alpha = self.subject.alpha if self.subject else OWN
        folder = None if self.cache is None else Path(self.cache)
        desk = Desk(reporter.stage, folder, finds=alpha == AUTO)
        return run_study(job, effects, watch, desk)

    def _job(self, watch: Watch) -> Job:
        from afterglow.engine import Job
        from afterglow.media import ReadOptions, WriteOptions

        device = self.device_name(watch.say)
        reading = ReadOptions(
            start=self.start or Fraction(0),
            duration=self.duration,
            resolution=self.resolution,
            hdr=self.hdr,
            device=device,
            rate=self.rate,
        )
        writing = WriteOptions(
            codec=self.codec,
            encoder=self.encoder,
            qp=self.qp,
            bitrate=self.bitrate,
            preset=self.preset,
            alpha=self.alpha_out,
            overwrite=self.overwrite,
            device=device,
        )
        matte, shortest = self.matte, False
        if self.subject:
            matte, shortest = self.subject.file, self.subject.shortest
        return Job(
            self.source,
            self.target,
            reading,
            writing,
            matte,
            shortest,
            soundtrack=self.soundtrack,
        )

    def _show(self, plan: Plan) -> None:
        show_plan(replace(plan, source=self.drawn or plan.source), as_json=self.as_json)

    def _folder(self, reporter: Reporter) -> None:
        from afterglow.cli.folder import FolderRun

        matte = self.subject.file if self.subject else self.matte
        if matte is not None:
            raise UsageError(f"a matte file is for one video, not for a folder ({matte})")
        if self.target == "-":
            raise UsageError(f"a folder cannot go into a pipe ({self.source})")
        alpha = self.subject.alpha if self.subject else None
        folder = FolderRun(Path(self.source), Path(self.target), self.workers, self.cluster, alpha)
        folder.make(reporter, overwrite=self.overwrite, dry_run=self.dry_run)
