"""The ``train`` command: its flags, and what is checked before the first step."""

from __future__ import annotations

import time
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from afterglow.cli import options
from afterglow.cli.pictures import tell_steps
from afterglow.cli.training import Files, TrainRun, training
from afterglow.cli.values import Number, Pixels, Rate
from afterglow.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from afterglow.cli.footage import Parts
    from afterglow.cli.progress import Reporter
    from afterglow.effects.train.course import Clip, Course, Part
    from afterglow.effects.train.effect import Training

_MODELS = ("svd", "svd-xt", "svd-xt-1.1", "animatediff", "i2vgen-xl", "cogvideox", "wan", "ltx")


@click.command(short_help="Teach a model of moving pictures from clips.")
@training
@click.option("--model", type=click.Choice(_MODELS), default="svd-xt", help="What is trained.")
@click.option("--rank", type=click.IntRange(1, 256), default=16, help="Rank of the LoRA.")
@click.option("--steps", type=click.IntRange(1, 1_000_000), default=1000, help="Steps in all.")
@click.option("--lr", type=Number(1e-8, 1), default=1e-4, help="Learning rate.")
@click.option("--batch", type=click.IntRange(1, 64), default=1, help="Parts of clips in a step.")
@click.option(
    "--resolution",
    "--size",
    "size",
    type=Pixels(),
    help="Size at which clips are seen; they are cropped to it.  [default: 1024x576]",
)
@click.option(
    "--frames", type=click.IntRange(1, 100_000), help="Frames of a part.  [default: the model's]"
)
@click.option("--fps", type=Rate(), help="Frames per second at which they are taken.  [default: 7]")
@click.option(
    "--motion-strength",
    "motion",
    type=Number(0, 1),
    help="How much moves in the clips, which the model is told.  [default: 0.5]",
)
@options.seed
@click.option(
    "--save-every",
    type=click.IntRange(1, 1_000_000),
    default=250,
    help="Steps from one checkpoint to the next.",
)
@click.option("--resume", is_flag=True, help="Go on after the last checkpoint.")
@click.option("--samples", is_flag=True, help="Make a short video at each checkpoint.")
@options.commercial_only
def train(
    run: TrainRun,
    model: str,
    steps: int,
    save_every: int,
    resume: bool,
    samples: bool,
    commercial_only: bool,
    **settings: Any,
) -> None:
    """Teach a model from the clips in FOLDER, and keep what it learnt as a LoRA.

    Only Stable Video Diffusion can be taught. Each step sees short parts of the clips. Beside
    OUT.safetensors lie checkpoints, the curve of the loss, and what --resume needs.

    \b
    Examples:
      afterglow train clips/ waves.safetensors --model svd-xt --steps 1000
      afterglow train clips/ waves.safetensors --model svd-xt --steps 2000 --resume --overwrite
      afterglow animate in.png out.mp4 --model svd-xt --lora waves.safetensors:0.8
    """
    from afterglow.effects.train.effect import Training
    from afterglow.effects.train.model import learner, require_trainable

    require_trainable(model)
    shelf, course = run.shelf(), _course(model, **settings)
    with run.reporter() as reporter:
        footage = _footage(run, course, reporter.note, commercial_only=commercial_only)
        before = _before(run, shelf, reporter.note, resume=resume)
        if run.dry_run:
            run.show(_plan(course, footage.clips, steps, shelf))
            return
        device = run.device_name(reporter.note)
        hold = partial(learner, course, device, reporter.note, commercial_only)
        pace = steps, save_every, samples
        lessons = Training(course, footage, shelf, hold, *pace, tell_steps, reporter.note)
        _learn(run, lessons, before, reporter)


def _course(
    model: str,
    size: tuple[int, int] | None,
    frames: int | None,
    fps: Fraction | None,
    motion: float | None,
    **settings: Any,
) -> Course:
    """What is learnt, as it was typed and as it suits the model."""
    from afterglow.effects.train.course import Course
    from afterglow.models import svd

    if size is not None and any(side % svd.MULTIPLE for side in size):
        near = "x".join(str(max(1, round(side / svd.MULTIPLE)) * svd.MULTIPLE) for side in size)
        raise UsageError(
            f"sides of {model} are multiples of {svd.MULTIPLE} pixels", hint=f"--resolution {near}"
        )
    return Course(
        model=model,
        size=size or svd.SIZES[0],
        frames=frames or svd.WINDOWS.get(model, 1),
        fps=fps or Fraction(7),
        bucket=svd.bucket_of(0.5 if motion is None else motion),
        **settings,
    )


def _footage(
    run: TrainRun, course: Course, say: Callable[[str], None], *, commercial_only: bool
) -> _Clips:
    """The clips, once it is known that what shall learn from them is here."""
    from afterglow.cli.footage import reels_in
    from afterglow.effects.train.model import require

    footage = _Clips(reels_in(run.source, course.length, say))
    require(course.model, commercial_only=commercial_only)
    return footage


def _before(
    run: TrainRun, shelf: Files, say: Callable[[str], None], *, resume: bool
) -> tuple[dict[str, str], bytes] | None:
    """What a training that was stopped has kept, if that shall go on; None where there is none.

    Raises:
        UsageError: files are in the way that are not to be replaced.
    """
    from afterglow.effects.train.model.state import facts_in

    shelf.require_free(overwrite=run.overwrite, resume=resume)
    if not resume:
        return None
    if not shelf.state.is_file():
        say(f"--resume: nothing to go on from, so it begins ({shelf.state})")
        return None
    return facts_in(str(shelf.state)), shelf.state.read_bytes()


def _learn(
    run: TrainRun,
    lessons: Training,
    before: tuple[dict[str, str], bytes] | None,
    reporter: Reporter,
) -> None:
    """Learn, and tell how it ended."""
    began = time.monotonic()
    losses = lessons.run(before)
    run.done(reporter, losses, time.monotonic() - began)


def _plan(course: Course, clips: tuple[Clip, ...], steps: int, shelf: Files) -> dict[str, str]:
    """What would be done, for people."""
    length = float(sum(clip.seconds for clip in clips))
    told = {**course.facts(clips), "clips": f"{len(clips)}, {length:.1f} s in all"}
    return {**told, "steps": str(steps), "target": str(shelf.target), "state": str(shelf.state)}


class _Clips:
    """Clips of a folder, as a training takes them."""

    def __init__(self, parts: Parts) -> None:
        from afterglow.effects.train.course import Clip

        self._parts = parts
        self.clips = tuple(Clip(reel.path.name, reel.seconds) for reel in parts.reels)

    def shown(
        self, part: Part, count: int, rate: Fraction, size: tuple[int, int]
    ) -> NDArray[np.uint8]:
        """Return (count, H, W, 3) uint8 RGB of a part, at a rate and a (width, height)."""
        return self._parts.shown(part.clip, part.start, count, rate, size)
