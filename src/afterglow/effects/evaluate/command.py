"""The ``evaluate`` command: its flags, and who looks at what."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from afterglow.cli import options
from afterglow.cli.screening import Screening, screening, videos_of
from afterglow.errors import UsageError

if TYPE_CHECKING:
    from afterglow.cli.progress import Reporter
    from afterglow.effects.evaluate.critics import Knower, Scorer
    from afterglow.effects.evaluate.showing import Critics
    from afterglow.effects.evaluate.tally import Findings


@dataclass(frozen=True, slots=True)
class Wanted:
    """What shall be found beside the measures that need no weights."""

    references: tuple[str, ...]
    """Files that the videos are compared with."""
    prompt: str | None
    """Words that the pictures should fit."""
    fvd: bool
    """The Frechet video distance to the references."""
    inception: bool
    """The Inception score."""
    commercial_only: bool
    """Only with models whose licence plainly allows commercial use."""


@click.command(short_help="Measure how steady and faithful videos are.")
@screening
@options.commercial_only
@click.option(
    "--reference",
    "references",
    multiple=True,
    type=click.Path(),
    metavar="FILE|DIR",
    help="What the first frame is compared with, and videos that --fvd knows as real: again for"
    " each VIDEO, or one for all.",
)
@click.option("--prompt", help="Tell how well the pictures fit these words (CLIP score).")
@click.option(
    "--fvd", is_flag=True, help="Tell the Frechet video distance to the references (I3D)."
)
@click.option("--inception", is_flag=True, help="Tell the Inception score of all clips (I3D).")
@click.option(
    "--plot",
    type=click.Path(dir_okay=False),
    metavar="FILE.png",
    help="Draw what changes with time.",
)
@click.option("--overwrite", is_flag=True, help="Replace a plot that exists.")
def evaluate(
    run: Screening,
    references: tuple[str, ...],
    prompt: str | None,
    fvd: bool,
    inception: bool,
    commercial_only: bool,
    plot: str | None,
    overwrite: bool,
) -> None:
    """Measure how steady and faithful each VIDEO is, and print a table.

    Warp error, flicker, jitter and motion are measured along the optical flow from frame to frame;
    drift is how far the colours are from those of frame 0. None of that needs weights. A VIDEO is a
    file, an image sequence, a folder or - for a pipe.

    \b
    Examples:
      afterglow evaluate made.mp4 --plot curves.png
      afterglow evaluate one.mp4 two.mp4 --reference still.png --json
      afterglow evaluate made/ --reference real/ --fvd --prompt "a horse in the snow"
    """
    wanted = Wanted(videos_of(references), prompt, fvd, inception, commercial_only)
    _check(run, wanted, plot, overwrite=overwrite)
    with run.reporter() as reporter:
        found, together = _found(run, wanted, reporter)
    _tell(run, found, together)
    if plot is not None:
        _draw(plot, found, overwrite=overwrite)


def _check(run: Screening, wanted: Wanted, plot: str | None, *, overwrite: bool) -> None:
    """Raise what can be known before the first frame."""
    from afterglow.cli.clips import require_free

    count = len(wanted.references)
    if "-" in wanted.references:
        raise UsageError("a reference cannot come through a pipe", hint="give a file")
    if wanted.fvd and not count:
        raise UsageError("--fvd is a distance to references", hint="name them: --reference DIR")
    if count > 1 and count != len(run.videos) and not wanted.fvd:
        raise UsageError(
            f"there are {count} references for {len(run.videos)} videos",
            hint="give one for all, or one for each",
        )
    if plot is not None:
        if not plot.lower().endswith(".png"):
            raise UsageError(f"the plot is a PNG picture ({plot})", hint="name it curves.png")
        require_free(Path(plot), overwrite=overwrite)
    _require_models(wanted)
    run.require_shown(wanted.references)


def _require_models(wanted: Wanted) -> None:
    """Raise ModelError where a model that is wanted is not here, with the lines that get it."""
    from afterglow.effects.evaluate.critics import CLIP, I3D, NEEDED
    from afterglow.models.needed import require_needed

    names = [CLIP] if wanted.prompt is not None else []
    names += [I3D] if wanted.fvd or wanted.inception else []
    if names:
        packages = ("torch", "transformers") if CLIP in names else ("torch",)
        require_needed(
            {name: NEEDED[name] for name in names},
            commercial_only=wanted.commercial_only,
            packages=packages,
        )


def _found(
    run: Screening, wanted: Wanted, reporter: Reporter
) -> tuple[list[Findings], dict[str, float | None]]:
    """What is found of every video, and of all together."""
    from afterglow.effects.evaluate.critics import Windows
    from afterglow.effects.evaluate.showing import Critics, first_picture, watched

    with _held(run, wanted) as (scorer, knower):
        critics = Critics(scorer, Windows(knower) if knower else None)
        found = []
        for number, name in enumerate(run.videos):
            still = None
            if wanted.references and (len(wanted.references) in (1, len(run.videos))):
                which = wanted.references[number if len(wanted.references) > 1 else 0]
                with run.shown(which, reporter, whole=True) as (frames, _):
                    still = first_picture(frames)
            with run.shown(name, reporter) as (frames, video):
                found.append(watched(name, frames, video, still, critics))
        return found, _together(run, wanted, critics, knower, reporter)


@contextmanager
def _held(run: Screening, wanted: Wanted) -> Iterator[tuple[Scorer | None, Knower | None]]:
    """The networks that are wanted."""
    with ExitStack() as held:
        scorer, knower = None, None
        if wanted.prompt is not None or wanted.fvd or wanted.inception:
            from afterglow.effects.evaluate import model

            where: Any = {"commercial_only": wanted.commercial_only, "device": run.device_name()}
            if wanted.prompt is not None:
                scorer = held.enter_context(model.clip_scorer(wanted.prompt, **where))
            if wanted.fvd or wanted.inception:
                knower = held.enter_context(model.clip_knower(**where))
        yield scorer, knower


def _together(
    run: Screening,
    wanted: Wanted,
    critics: Critics,
    knower: Knower | None,
    reporter: Reporter,
) -> dict[str, float | None]:
    """What is known of all videos together."""
    from afterglow.effects.evaluate.critics import Windows, distance_between, score_of

    if knower is None or critics.windows is None:
        return {}
    told: dict[str, float | None] = {}
    made = critics.windows
    if wanted.fvd:
        real = Windows(knower)
        for name in wanted.references:
            with run.shown(name, reporter, whole=True) as (frames, _):
                real.take_all(frames)
        reporter.note(f"clips of 16 frames: {made.count} of the videos, {real.count} real")
        told["fvd"] = distance_between(made, real)
    if wanted.inception:
        told["inception_score"] = score_of(made)
    return told


def _tell(run: Screening, found: list[Findings], together: dict[str, float | None]) -> None:
    from afterglow.effects.evaluate.report import facts, table

    if run.as_json:
        click.echo(json.dumps(facts(found, together), ensure_ascii=False))
    else:
        click.echo(table(found, together))


def _draw(target: str, found: list[Findings], *, overwrite: bool) -> None:
    import cv2

    from afterglow.cli.clips import put_whole
    from afterglow.effects.evaluate.plot import plot

    _, coded = cv2.imencode(".png", cv2.cvtColor(plot(found), cv2.COLOR_RGB2BGR))
    put_whole(Path(target), coded.tobytes(), overwrite=overwrite)
