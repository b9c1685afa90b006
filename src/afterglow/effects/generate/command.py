"""The ``generate`` command: its flags."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from afterglow.cli import options, painting
from afterglow.cli.pictures import PictureRun, tell_steps
from afterglow.cli.run import tell_note
from afterglow.cli.subject import AUTO
from afterglow.cli.values import Seconds
from afterglow.errors import UsageError

if TYPE_CHECKING:
    from afterglow.effects.generate.model import Diffusion
    from afterglow.models.painting import ModelName, Refine


@click.command(short_help="A new background for a shot, from words.")
@options.beginning_with(resolution=1080)
@options.making_pictures
@click.option("--prompt", required=True, metavar="TEXT", help="What the background shall show.")
@painting.painting
@options.seed
@click.option(
    "--time",
    type=Seconds(),
    help="The reference frame, from the beginning of SOURCE: seconds or HH:MM:SS.mmm."
    "  [default: the frame that shows most background]",
)
@click.option(
    "--keep-geometry",
    "geometry",
    is_flag=True,
    help="Keep the depth of the real room (ControlNet).",
)
@click.option("--only-hole", is_flag=True, help="Paint only where the subject stood.")
@click.option(
    "--refine",
    type=click.Choice(["tiles", "resample"]),
    default="tiles",
    help="How the picture grows to its size: painted over again in tiles, or resampled (faster).",
)
@click.option(
    "--light-words/--no-light-words",
    default=True,
    help="Say in the prompt where the light of the shot comes from.",
)
def generate(
    run: PictureRun,
    commercial_only: bool,
    prompt: str,
    time: Fraction | None,
    only_hole: bool,
    light_words: bool,
    **painting: Any,
) -> None:
    """Make a picture of a new background for SOURCE, from a prompt.

    It is painted over the clean plate of a reference frame, all of it anew. ALPHA says where the
    subject is: a matte file, auto, or - for the matte that SOURCE has itself, which is also taken
    without ALPHA. auto finds people if the networks are here, else what moves. TARGET is a picture.

    \b
    Examples:
      afterglow generate in.mp4 matte.mkv bg.png --prompt "a library at dusk"
      afterglow generate in.mp4 auto bg.png --prompt "a beach" --keep-geometry --seed 7
      afterglow generate in.mp4 auto clean.png --prompt "wooden floor" --only-hole
    """
    from afterglow.analysis.plate import PlateSettings
    from afterglow.effects.generate.effect import NewBackground

    if not prompt.strip():
        raise UsageError("--prompt says nothing", hint="write what the background shall show")
    matted = _is_matted(run)
    painter = _painter(run, commercial_only=commercial_only, **painting)
    if run.source == "-" and not run.dry_run:
        painter.require()  # else the pipe would be copied first
    maker = NewBackground(
        run.target,
        prompt,
        painter,
        _after_start(time, run.start),
        only_hole=only_hole,
        light_words=light_words,
        settings=PlateSettings(matte=matted),
    )
    run.make(maker, matted=matted)


def _is_matted(run: PictureRun) -> bool:
    """True where a matte says where the subject is; else what moves does, which is told."""
    matted = run.subject.alpha != AUTO or run.finds_people()
    if not matted:
        tell_note("auto: the networks that find people are not here; the subject is what moves")
    return matted


def _after_start(time: Fraction | None, start: Fraction | None) -> Fraction | None:
    """Seconds from the first frame that is read."""
    if time is None or start is None:
        return time
    if time < start:
        raise UsageError(
            f"--time {float(time):g} is before --start {float(start):g}",
            hint="both count from the beginning of SOURCE",
        )
    return time - start


def _painter(
    run: PictureRun,
    *,
    commercial_only: bool,
    model: ModelName,
    refine: Refine,
    geometry: bool,
    **numbers: Any,
) -> Diffusion:
    from afterglow.effects.generate.model import Diffusion

    return Diffusion(
        model,
        refine=refine,
        geometry=geometry,
        device=run.device_name(),
        commercial_only=commercial_only,
        tell=tell_steps,
        **numbers,
    )
