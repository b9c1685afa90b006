"""A run that learns from a folder of clips: where its files are, and how it is told."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from afterglow.cli import options
from afterglow.cli.flags import Flags
from afterglow.cli.pictures import counting
from afterglow.cli.progress import Json, Reporter, reporter_for, write_event, write_line
from afterglow.cli.run import NOTES
from afterglow.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ENDING = ".safetensors"


@dataclass(frozen=True, slots=True)
class TrainRun(Flags):
    """The flags of a run that learns, typed and checked."""

    source: str
    """A folder of clips."""
    target: str
    """A file of safetensors."""
    overwrite: bool
    """Replace what exists."""
    dry_run: bool
    """Only show the plan."""

    def reporter(self) -> Reporter:
        """Whoever tells what is going on, told already what was said before the run."""
        reporter = reporter_for(quiet=self.quiet, as_json=self.as_json)
        counting(reporter)
        for note in click.get_current_context().meta.get(NOTES, ()):
            reporter.note(note)
        return reporter

    def shelf(self) -> Files:
        """Where the files go.

        Raises:
            UsageError: the target is no file of safetensors.
        """
        path = Path(self.target)
        if path.suffix.lower() != _ENDING:
            raise UsageError(
                f"a LoRA is a file of safetensors ({self.target})", hint=f"name it lora{_ENDING}"
            )
        return Files(path)

    def show(self, facts: dict[str, str]) -> None:
        """Tell what would be done."""
        if self.as_json:
            write_event("plan", **facts)
            return
        width = max(map(len, facts))
        for name, value in facts.items():
            write_line(f"{name.ljust(width)}  {value}")

    def done(self, reporter: Reporter, losses: list[float], seconds: float) -> None:
        """Tell how it ended."""
        loss = losses[-1] if losses else None
        if isinstance(reporter, Json):
            facts = {"steps": len(losses), "loss": loss, "seconds": round(seconds, 3)}
            write_event("done", **facts, target=self.target)
        else:
            reporter.note(f"{len(losses)} steps, {seconds:.1f} s: {self.target}")


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one training, beside one another; each appears whole or not at all."""

    target: Path
    """The LoRA in the end."""

    @property
    def state(self) -> Path:
        """All that is needed to go on."""
        return self.target.with_name(f"{self.target.stem}-training{_ENDING}")

    @property
    def curve(self) -> Path:
        """The curve of the loss."""
        return self.target.with_name(f"{self.target.stem}-loss.png")

    def of_step(self, step: int, ending: str) -> Path:
        """A file of a checkpoint."""
        return self.target.with_name(f"{self.target.stem}-{step:06d}{ending}")

    def require_free(self, *, overwrite: bool, resume: bool) -> None:
        """Raise UsageError where a file is in the way that is not to be replaced."""
        from afterglow.cli.clips import require_free

        require_free(self.target, overwrite=overwrite)
        if resume or overwrite:
            return
        if self.state.exists():
            raise UsageError(
                f"a training to {self.target.name} was stopped here ({self.state})",
                hint="go on with --resume, or begin anew with --overwrite",
            )
        numbers = "[0-9]" * 6
        made = sorted(self.target.parent.glob(f"{glob_of(self.target.stem)}-{numbers}{_ENDING}"))
        require_free(self.curve, *made, overwrite=False)

    def put_lora(self, content: bytes, step: int | None = None) -> None:
        """Keep what was learnt until a step; None at the end."""
        self._put(self.target if step is None else self.of_step(step, _ENDING), content)

    def put_state(self, content: bytes) -> None:
        """Keep all that is needed to go on."""
        self._put(self.state, content)

    def put_curve(self, picture: NDArray[np.uint8]) -> None:
        """Keep the curve of the loss, (H, W, 3) uint8 RGB."""
        import cv2

        _, coded = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        self._put(self.curve, coded.tobytes())

    def put_sample(self, frames: Iterator[NDArray[np.uint8]], fps: Fraction, step: int) -> None:
        """Keep a video of (H, W, 3) uint8 RGB frames."""
        from afterglow.cli.clips import kept_clip

        kept_clip(self.of_step(step, ".mp4"), frames, fps)

    def _put(self, target: Path, content: bytes) -> None:
        from afterglow.cli.clips import put_whole

        put_whole(target, content, overwrite=True)


def glob_of(name: str) -> str:
    """Return a pattern that matches nothing but a name."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def training(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command FOLDER, TARGET and the flags of learning; it is called with ``run``."""

    @functools.wraps(command)
    def with_run(**settings: Any) -> Any:
        for name, shown in (("source", "FOLDER"), ("target", "TARGET")):
            if not settings[name]:
                raise UsageError(f"{shown} is empty", hint="give a folder of clips, and a file")
        mine = {name: settings.pop(name) for name in TrainRun.settings()}
        return command(TrainRun(**mine), **settings)

    whole = vars(options.streaming(command))["__click_params__"]
    own = getattr(command, "__click_params__", [])
    names = TrainRun.settings()
    kept = [each for each in whole if each in own or each.name in names]
    for each in kept:
        if each.name == "source":
            each.metavar, each.type = "FOLDER", click.Path()
        elif each.name == "target":
            each.metavar, each.type = "OUT.safetensors", click.Path()
    vars(with_run)["__click_params__"] = kept
    return with_run
