"""What a run tells the person on stderr: plain lines, a bar on a terminal, or lines of JSON."""

from __future__ import annotations

import json
import sys
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING

from afterglow.cli.words import plan_facts, plan_lines, summary_line

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from afterglow.engine import Plan, Summary

JSON_INTERVAL = 0.5
"""Seconds between two progress events, at least."""


_VISIBLE = {number: repr(chr(number))[1:-1] for number in (*range(32), 127) if number != 9}
"""How a control character is shown, by its number; tabs stay."""


class Reporter:
    """Tells about one run, from before anything is opened until all is over; silent."""

    def __enter__(self) -> Reporter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def note(self, text: str) -> None:
        """Tell one clear line; called from any thread."""

    def start(self, plan: Plan) -> None:
        """Tell that everything is open."""

    def stage(self, name: str, frames: int | None) -> None:
        """Tell that the video is read once more, what for, and how many frames will come."""

    def step(self, frames: int) -> None:
        """Tell how many frames were made so far."""

    def clips(self, done: int, total: int) -> None:
        """Tell how much of a folder is made."""

    def done(self, summary: Summary) -> None:
        """Tell how it ended."""

    def failure(self, clip: str, message: str) -> None:
        """Tell that a clip of a folder was not made; never silent."""
        write_line(one_line(f"afterglow: error: {clip}: {message}"))


class Plain(Reporter):
    """Says the notes, each on a line of its own."""

    def note(self, text: str) -> None:
        """Write the line."""
        write_line(one_line(f"afterglow: {text}"))


class Json(Reporter):
    """Says every event as one line of JSON."""

    def __init__(self) -> None:
        self._last = 0.0
        self._total: int | None = None
        self._began = 0.0

    def note(self, text: str) -> None:
        """Write a note event."""
        write_event("note", text=text)

    def start(self, plan: Plan) -> None:
        """Write a start event with the plan."""
        self._total = plan.frames
        self._began = self._last = time.monotonic()
        write_event("start", **plan_facts(plan))

    def stage(self, name: str, frames: int | None) -> None:
        """Write a stage event."""
        self._total = frames
        self._began = self._last = time.monotonic()
        write_event("stage", name=name, total=frames)

    def step(self, frames: int) -> None:
        """Write a progress event, not too often."""
        now = time.monotonic()
        if now - self._last >= JSON_INTERVAL:
            self._last = now
            fps = round(frames / (now - self._began), 2)
            write_event("progress", frames=frames, total=self._total, fps=fps)

    def clips(self, done: int, total: int) -> None:
        """Write a clips event."""
        write_event("clips", done=done, total=total)

    def failure(self, clip: str, message: str) -> None:
        """Write an error event of a clip."""
        write_event("error", clip=clip, message=message)

    def done(self, summary: Summary) -> None:
        """Write a done event."""
        write_event(
            "done",
            frames=summary.frames,
            seconds=round(summary.seconds, 3),
            fps=round(summary.fps, 2),
            encoder=summary.encoder,
            target=summary.target,
            complete=summary.complete,
        )


class Bar(Reporter):
    """Draws a bar with frames, speed and time left, and says the notes above it."""

    def __init__(self) -> None:
        self._progress = _drawn()
        self._task: TaskID | None = None
        self._began = 0.0

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def note(self, text: str) -> None:
        """Write the line above the bar."""
        self._progress.console.print(one_line(f"afterglow: {text}"), markup=False, highlight=False)

    def start(self, plan: Plan) -> None:
        """Begin to draw."""
        if self._task is not None:
            self._progress.remove_task(self._task)
        where = f"{plan.device}, {plan.encoder}"
        self._task = self._progress.add_task(where, total=plan.frames, fps=0.0)
        self._began = time.monotonic()
        self._progress.start()

    def stage(self, name: str, frames: int | None) -> None:
        """Begin to draw anew."""
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._task = self._progress.add_task(name, total=frames, fps=0.0)
        self._began = time.monotonic()
        self._progress.start()

    def step(self, frames: int) -> None:
        """Move the bar."""
        if self._task is not None:
            fps = frames / max(time.monotonic() - self._began, 1e-3)
            self._progress.update(self._task, completed=frames, fps=fps)

    def clips(self, done: int, total: int) -> None:
        """Draw a bar of clips."""
        if self._task is None:
            self._task = self._progress.add_task("clips", total=total, fps=0.0)
            self._progress.start()
        self._progress.update(self._task, completed=done)

    def done(self, summary: Summary) -> None:
        """Replace the bar by one line."""
        self._progress.stop()
        self.note(summary_line(summary))


def _drawn() -> Progress:
    """The bar on stderr: frames of total, frames per second, time left, device and encoder."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    return Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[fps]:.1f} fps"),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
        console=Console(stderr=True),
        transient=True,
    )


def reporter_for(*, quiet: bool, as_json: bool) -> Reporter:
    """Whoever suits the flags and the terminal."""
    if as_json:
        return Json()
    if quiet:
        return Reporter()
    return Bar() if sys.stderr is not None and sys.stderr.isatty() else Plain()


def show_plan(plan: Plan, *, as_json: bool) -> None:
    """Put what a run would do on stderr, as lines or as one event."""
    if as_json:
        write_event("plan", **plan_facts(plan))
    else:
        for line in plan_lines(plan):
            write_line(line)


_writing = threading.Lock()


def one_line(text: str) -> str:
    """The text with line breaks and the terminal's commands, which names may hold, made visible."""
    return text.translate(_VISIBLE)


def write_line(text: str) -> None:
    """Put one whole line on stderr, also when several threads speak at once.

    Where it cannot be told, the video goes on: nobody reads it, the disk is full, or there is no
    stderr at all. Nothing is tried again then, also not when the program ends.
    """
    with _writing:
        try:
            if sys.stderr is not None:
                sys.stderr.write(text + "\n")
                sys.stderr.flush()
        except (OSError, ValueError):
            sys.stderr = None


def write_event(event: str, **facts: object) -> None:
    """Put one event on stderr as one line of JSON."""
    write_line(json.dumps({"event": event} | facts, ensure_ascii=False))
