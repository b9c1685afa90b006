"""Runs of effects that must look at the whole video before they make the first picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, cast

from afterglow.engine.cache import Cache, cache_of
from afterglow.engine.loop import Summary, Watch, plan, run
from afterglow.engine.plans import Job
from afterglow.engine.takes import Stage, Takes, several_takes
from afterglow.frames import Effect
from afterglow.media.landing import require_free


class Study(Effect, Protocol):
    """An effect that looks at the whole video first."""

    def studied(self, takes: Takes, say: Callable[[str], None], shelf: Cache | None) -> Effect:
        """Return the effect that knows what was seen."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a study is done."""

    stage: Stage
    """Is told of each time that the video is read."""
    cache: Path | None
    """The folder that keeps what was worked out."""
    finds: bool
    """The effects before the study find the matte, which is worth being kept."""


def run_study(job: Job, effects: Sequence[Effect], watch: Watch, desk: Desk) -> Summary:
    """Look at a video as often as the last effect wants, then make it; return what was done.

    A pipe is copied to disk first, and the matte of one that is found is kept there.

    Raises: what ``run`` and ``several_takes`` raise.
    """
    *before, last = effects
    study = cast(Study, last)
    if job.source != "-":
        plan(job, effects, Watch(_silent))
    elif job.target != "-":
        require_free(job.target, job.writing.overwrite)
    copied = job.source == "-" or desk.finds
    looking = replace(job, reading=replace(job.reading, device="cpu"))
    cache = _cache(job, desk)
    with several_takes(looking, before if copied else (), watch, desk.stage, cache) as takes:
        seen = study.studied(takes, watch.say, cache)
        reading = replace(takes.job.reading, device=job.reading.device)
        last_job = replace(takes.job, target=job.target, reading=reading)
        return run(last_job, (*(() if copied else before), seen), watch)


def _cache(job: Job, desk: Desk) -> Cache | None:
    if desk.cache is None or job.source == "-":
        return None
    return cache_of(desk.cache, job, "auto" if desk.finds else "own")


def _silent(line: str) -> None:
    """Take a line that will be told when the work begins."""
