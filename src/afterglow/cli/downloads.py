"""What is shown while models are fetched."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import TracebackType

from afterglow.cli.progress import write_line


class Watching:
    """Says what comes; silent in between."""

    def __enter__(self) -> Watching:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def see(self, label: str, done: int, total: int | None) -> None:
        """Take note of bytes that came."""

    def say(self, text: str) -> None:
        """Write a line."""
        write_line(text)


class Drawing(Watching):
    """Draws a bar for the file that comes."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn
        from rich.progress import TimeRemainingColumn as Left
        from rich.progress import TransferSpeedColumn as Speed

        look = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), Speed(), Left())
        self._progress = Progress(*look, console=Console(stderr=True), transient=True)
        self._task = self._progress.add_task("", total=None)
        self._label = ""

    def __enter__(self) -> Drawing:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def see(self, label: str, done: int, total: int | None) -> None:
        """Move the bar, or begin it for the next file."""
        if label != self._label:
            self._label = label
            self._progress.reset(self._task, description=label)
        self._progress.update(self._task, completed=done, total=total)

    def say(self, text: str) -> None:
        """Write a line above the bar."""
        self._progress.console.print(text, markup=False, highlight=False, soft_wrap=True)


def watching() -> Watching:
    """A bar where a terminal can show it, else lines alone."""
    choice: Callable[[], Watching] = Drawing if sys.stderr.isatty() else Watching
    return choice()
