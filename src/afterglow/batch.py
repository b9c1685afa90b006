"""A folder of clips: which to make, each in a run of its own, several at once or on a cluster.

A clip is finished when its target exists: targets appear whole or not at all. So a batch that
was stopped is continued by the same command.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from afterglow.errors import MediaError, UsageError

_VIDEOS = ".3gp .avi .flv .gif .m2ts .m4v .mkv .mov .mp4 .mpeg .mpg .mts .mxf .nut .ogv .ts .vob"
VIDEOS = frozenset([*_VIDEOS.split(), ".webm", ".wmv"])
"""Names that end like this are clips, and one that cannot be read is a failure."""

_IMAGES = ".avif .bmp .dng .exr .heic .heif .jpeg .jpg .jxl .png .tga .tif .tiff .webp"
IMAGES = frozenset(_IMAGES.split())
"""Names that end like this are pictures, which a folder of clips leaves alone."""

KEPT = frozenset({".gif", ".mkv", ".mov", ".mp4", ".webm"})
"""Containers that a clip keeps; every other becomes mp4."""

POLL = 0.2
"""Seconds between two looks at a cluster."""

GRACE = 10.0
"""Seconds that a stopped run has to take its temporary files away."""

Event = Mapping[str, object]
"""One line of JSON from a run, as ``--json`` describes it."""

Hear = Callable[["Clip", Event], None]
"""Is told every event of every clip, from several threads."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One video of a folder."""

    source: Path
    """What is read."""
    target: Path
    """What is written."""
    alpha: str | None = None
    """What stands between them on the command line, of a command that takes ALPHA."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder, sorted."""

    clips: tuple[Clip, ...]
    """What there is to make."""
    finished: tuple[Clip, ...]
    """What exists already."""
    skipped: tuple[Path, ...]
    """What is no video."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the run of a clip ended."""

    clip: Clip
    """What was made, or not."""
    code: int
    """Exit code of its run."""
    message: str = ""
    """What went wrong, in one line."""

    @property
    def failed(self) -> bool:
        """True where the target was not made."""
        return self.code != 0


def sort_folder(source: Path, target: Path, *, overwrite: bool, alpha: str | None = None) -> Folder:
    """The clips of a folder (not of the folders in it) and where they go, by name.

    Raises UsageError where the target is a file, or the same folder.
    """
    if target.exists() and not target.is_dir():
        raise UsageError(f"a folder becomes a folder, and the target is a file ({target})")
    if target.exists() and target.samefile(source):
        raise UsageError(f"source and target are the same folder ({source})")
    files = sorted(path for path in source.iterdir() if path.is_file() and path.name[0] != ".")
    videos = [path for path in files if is_video(path)]
    clips = [Clip(path, target / name, alpha) for path, name in target_names(videos).items()]
    return Folder(
        clips=tuple(clip for clip in clips if overwrite or not clip.target.exists()),
        finished=tuple(clip for clip in clips if not overwrite and clip.target.exists()),
        skipped=tuple(path for path in files if path not in set(videos)),
    )


def is_video(path: Path) -> bool:
    """True where the name says so; where it says nothing, where a look inside does."""
    from afterglow import media

    ending = path.suffix.lower()
    if ending in VIDEOS | IMAGES:
        return ending in VIDEOS
    try:
        return media.probe(str(path)).video.frames != 1
    except MediaError:
        return False


def target_names(videos: Sequence[Path]) -> dict[Path, str]:
    """A name for every clip: its own stem; the whole name where two would be the same."""
    names: dict[Path, str] = {}
    for path in sorted(videos, key=lambda path: (path.suffix not in KEPT, path.name)):
        ending = path.suffix.lower() if path.suffix.lower() in KEPT else ".mp4"
        taken = {name.lower() for name in names.values()}
        short = path.stem + ending
        names[path] = path.name + ending if short.lower() in taken else short
    return dict(sorted(names.items()))


class Crew:
    """Runs under way, so that all can be stopped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: set[subprocess.Popen[str]] = set()
        self._stopped = False

    def make(self, clip: Clip, command: Sequence[str], hear: Hear) -> Outcome:
        """Run one clip in a process of its own, and wait for it."""
        run = self._start(clip, command)
        if run is None:
            return Outcome(clip, 130, "stopped")
        try:
            return _followed(clip, run, hear)
        finally:
            _end(run)
            with self._lock:
                self._runs.discard(run)

    def stop(self) -> None:
        """End every run, and start no other."""
        with self._lock:
            self._stopped = True
            for run in self._runs:
                run.terminate()

    def _start(self, clip: Clip, command: Sequence[str]) -> subprocess.Popen[str] | None:
        line = [sys.executable, "-P", "-m", "afterglow", *command, "--json", "--"]
        between = [] if clip.alpha is None else [clip.alpha]
        with self._lock:
            if self._stopped:
                return None
            run = subprocess.Popen(
                [*line, str(clip.source.absolute()), *between, str(clip.target.absolute())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
            )
            self._runs.add(run)
            return run


def _followed(clip: Clip, run: subprocess.Popen[str], hear: Hear) -> Outcome:
    """Pass the events of a run on until it ends."""
    last, message = "", ""
    assert run.stderr is not None
    for line in run.stderr:
        event = _event(line)
        if event is None:
            last = line.strip() or last
        elif event["event"] == "error":
            message = _told(event)
        else:
            hear(clip, event)
    code = run.wait()
    ended = f"ended by signal {-code}" if code < 0 else f"exit code {code}"
    return Outcome(clip, code, "" if code == 0 else message or last or ended)


def _event(line: str) -> Event | None:
    """The event in a line; None where the line is something else, as a traceback is."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "event" in event else None


def _told(event: Event) -> str:
    hint = event.get("hint")
    return f"{event.get('message')}; {hint}" if hint else str(event.get("message"))


def _end(run: subprocess.Popen[str]) -> None:
    """Make sure that a run is over."""
    if run.poll() is None:
        run.terminate()
        try:
            run.wait(GRACE)
        except subprocess.TimeoutExpired:
            run.kill()
            run.wait()
    if run.stderr is not None:
        run.stderr.close()


def make_here(
    clips: Sequence[Clip], command: Sequence[str], workers: int, hear: Hear
) -> Generator[Outcome, None, None]:
    """Outcomes as they come, ``workers`` clips at once; leaving early stops every run.

    ``command`` is the name of the effect and its flags.
    """
    crew = Crew()
    with ThreadPoolExecutor(workers, thread_name_prefix="clip") as pool:
        try:
            runs = [pool.submit(crew.make, clip, command, hear) for clip in clips]
            for run in as_completed(runs):
                yield run.result()
        finally:
            crew.stop()


def make_on_cluster(
    clips: Sequence[Clip], command: Sequence[str], address: str, hear: Hear
) -> Generator[Outcome, None, None]:
    """Outcomes as they come, each clip a task of a Ray cluster that sees the same folders.

    Raises UsageError where Ray is not installed or the cluster is not there.
    """
    ray = _ray(address)
    waiting: list[Any] = []
    try:
        task = ray.remote(num_cpus=1, max_retries=2)(make_alone)
        waiting += [task.remote(clip, tuple(command)) for clip in clips]
        while waiting:
            ready, waiting[:] = ray.wait(waiting, timeout=0)
            for outcome, events in ray.get(ready):
                for event in events:
                    hear(outcome.clip, event)
                yield outcome
            time.sleep(0 if ready else POLL)  # not inside Ray, which does not stop for Ctrl-C
    finally:
        _leave(ray, waiting)


def _leave(ray: Any, waiting: list[Any]) -> None:
    """Stop what is under way, wait until its temporary files are gone, and leave the cluster."""
    for each in waiting:
        ray.cancel(each)
    if waiting:
        ray.wait(waiting, num_returns=len(waiting), timeout=GRACE)
    ray.shutdown()


def make_alone(clip: Clip, command: Sequence[str]) -> tuple[Outcome, list[Event]]:
    """How one clip ended and what it told: the work of one task on a cluster."""
    events: list[Event] = []

    def keep(_: Clip, event: Event) -> None:
        if event["event"] != "progress":
            events.append(event)

    return Crew().make(clip, command, keep), events


def _ray(address: str) -> Any:
    """Ray, connected."""
    try:
        ray = import_module("ray")
    except ImportError as error:
        raise UsageError(
            "--cluster needs Ray, which is not installed", hint='pip install "afterglow[cluster]"'
        ) from error
    where = {"include_dashboard": False} if address == "local" else {"address": address}
    on_sigterm = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(log_to_driver=False, logging_level="error", **where)
    except (ConnectionError, ValueError) as error:
        raise UsageError(
            f"no Ray cluster answers ({address})", hint="--cluster=local starts one here"
        ) from error
    finally:
        signal.signal(signal.SIGTERM, on_sigterm)  # Ray puts its own there
    return ray
