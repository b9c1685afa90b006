"""Runs of effects that must look at the whole video before they make the first picture."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np

from afterglow import ops
from afterglow.engine.cache import Cache, cache_of, require_folder
from afterglow.engine.loop import Summary, Watch, plan, run
from afterglow.engine.plans import Job
from afterglow.engine.takes import Stage, Takes, several_takes
from afterglow.errors import MediaError
from afterglow.frames import Effect, Frame, Reach, VideoInfo
from afterglow.media.landing import is_sequence, landing, require_free
from afterglow.media.options import silent


class Study(Effect, Protocol):
    """An effect that looks at the whole video first."""

    def facts(self) -> Mapping[str, Any] | None:
        """Tell all settings that decide what comes out; None where it must be made anew."""

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
    watch = replace(watch, say=_once(watch.say))
    study, piped = cast(Study, last), job.source == "-"
    if not piped:
        plan(job, effects, Watch(silent))
    elif job.target != "-":
        require_free(job.target, job.writing.overwrite)
    copied = piped or desk.finds
    looking = replace(job, reading=replace(job.reading, device="cpu"))
    total = hashlib.sha256()
    cache = None
    if desk.cache:
        require_folder(desk.cache)
    if desk.cache and not piped:
        cache = cache_of(desk.cache, job, "auto" if desk.finds else "own")
    in_front = [*before, Weighed(total.update)] if piped and desk.cache else before
    with several_takes(looking, in_front if copied else (), watch, desk.stage, cache) as takes:
        if desk.cache and piped:
            cache = Cache(desk.cache, total.hexdigest())
        last_job = replace(
            takes.job,
            target=job.target,
            reading=replace(takes.job.reading, device=job.reading.device),
        )
        return _made(last_job, study, () if copied else before, takes, watch, cache)


def _made(
    job: Job,
    study: Study,
    before: Sequence[Effect],
    takes: Takes,
    watch: Watch,
    cache: Cache | None,
) -> Summary:
    """Make the video, or take it from the cache."""
    key = _key(job, study) if cache else None
    if cache and key and (found := _recalled(cache, key, job)):
        watch.say("render: from the cache")
        return found
    seen = study.studied(takes, watch.say, cache)
    summary = run(job, (*before, *takes.exact, seen), watch)
    watch.say(f"render: {summary.frames} frames in {summary.seconds:.1f} s ({summary.fps:.1f} fps)")
    if cache and key:
        _keep_result(cache, key, job, summary, watch)
    return summary


def _keep_result(
    cache: Cache, key: Mapping[str, Any], job: Job, summary: Summary, watch: Watch
) -> None:
    """Keep the video that was made; where there is no room for it, it is made all the same."""
    target = Path(job.target)
    told = {"frames": summary.frames, "encoder": summary.encoder}
    try:
        cache.keep("render", key, target.suffix, target)
        cache.keep("render", key, ".json", json.dumps(told).encode())
    except MediaError as error:
        watch.say(f"{error}; {job.target} itself is whole")


def _key(job: Job, study: Study) -> Mapping[str, Any] | None:
    """What decides every byte of the target; None where it is no file of its own."""
    facts = study.facts()
    if facts is None or job.target == "-" or is_sequence(job.target):
        return None
    writing = replace(job.writing, overwrite=False)
    return {"study": facts, "writing": repr(writing), "source": job.source}


def _recalled(cache: Cache, key: Mapping[str, Any], job: Job) -> Summary | None:
    """Put the target there as it was made before; None where that was never done."""
    begun = time.monotonic()
    told = cache.recall("render", key, ".json")
    kept = cache.recall("render", key, Path(job.target).suffix)
    if told is None or kept is None:
        return None
    with landing(job.target, job.writing.overwrite) as place:
        shutil.copyfile(kept, place)
    facts = json.loads(told.read_text(encoding="utf-8"))
    return Summary(
        int(facts["frames"]), time.monotonic() - begun, str(facts["encoder"]), job.target
    )


@dataclass(frozen=True, slots=True)
class Weighed:
    """Hands every frame on, and its bytes to something that knows them again."""

    take: Callable[[bytes], None]
    """Is given all that is in the frames."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return the video as it is."""
        facts = (video.width, video.height, video.rate, video.time_base, video.colour, video.depth)
        self.take(repr(facts).encode())
        return video

    def reach(self, video: VideoInfo) -> Reach:
        """Return no neighbours."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """Return nothing: no frame is held."""
        return 0

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give the frames as they are."""
        for frame in frames:
            self.take(str(frame.pts).encode())
            for part in (frame.pixels, frame.alpha):
                if part is not None:
                    self.take(np.ascontiguousarray(ops.array_of(part)).tobytes())
            yield frame


def _once(say: Callable[[str], None]) -> Callable[[str], None]:
    """What tells each line once, however often the video is read."""
    told = set[str]()

    def tell(line: str) -> None:
        if line not in told:
            told.add(line)
            say(line)

    return tell
