"""The ``composite`` command: its flags."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from afterglow.cli import compositing, options
from afterglow.cli.backdrop import BackdropName, file_backdrop
from afterglow.cli.run import StreamRun
from afterglow.cli.values import Number, Offset

if TYPE_CHECKING:
    from afterglow.analysis.composing.light import Ground
    from afterglow.engine.backdrop import Ending
    from afterglow.ops.framing import Fit


@click.command(short_help="The subject over another background.")
@options.streaming_with_matte
@options.looks("composite")
@click.option(
    "--bg",
    "background",
    type=BackdropName(),
    required=True,
    help="What lies behind: an image, a video, a name of a colour or #rrggbb.",
)
@click.option(
    "--fit",
    type=click.Choice(["cover", "contain", "stretch"]),
    default="cover",
    help="Fill the frame with the background, show all of it, or change its shape.",
)
@compositing.background_end
@click.option(
    "--old-plate",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The empty scene of SOURCE, taken by a camera that stood still: cleans edges exactly.",
)
@click.option(
    "--edges",
    type=click.Choice(["auto", "mixed", "own"]),
    default="auto",
    help="Colours at the subject's edge: mixed with what was behind, as cameras give them, or its "
    "own, as some keyers do; auto looks.",
)
@compositing.backing
@compositing.light_wrap(usual=0.0)
@click.option(
    "--match-grain",
    is_flag=True,
    help="Give the cleaner of subject and background the grain of the other.",
)
@click.option(
    "--match-exposure",
    is_flag=True,
    help="Bring the subject some of the way to the background's exposure and balance.",
)
@compositing.shadow
@click.option(
    "--shadow-on",
    "fallen",
    type=click.Choice(["floor", "wall"]),
    default="floor",
    help="Where it falls: flat at the subject's feet, or upright behind all of it.",
)
@click.option(
    "--shadow-offset",
    type=Offset(50),
    default="2,1",
    help="Its way to the right and down, in per cent of the height.",
)
@click.option(
    "--shadow-blur",
    type=Number(0.1, 20),
    default=1.5,
    help="Its softness (sigma), in per cent of the height.",
)
@functools.partial(options.seed, used_by="match_grain")
def composite(
    run: StreamRun,
    background: Path | tuple[int, int, int],
    fit: Fit,
    ending: Ending,
    old_plate: Path | None,
    darkness: float,
    fallen: Ground,
    shadow_offset: tuple[float, float],
    shadow_blur: float,
    key: tuple[int, int, int] | Literal["auto"] | None,
    despill: float | None,
    **settings: Any,
) -> None:
    """Lay the subject of SOURCE over another background.

    ALPHA says where the subject is: a matte file, auto for people, or - for the matte that SOURCE
    has itself, which is also taken without ALPHA.

    \b
    Examples:
      afterglow composite in.mp4 matte.mkv out.mp4 --bg beach.png
      afterglow composite in.mp4 auto out.mp4 --bg=#203040 --light-wrap=0.4
      afterglow matte in.mp4 - | afterglow composite - out.mp4 --bg waves.mp4
    """
    from afterglow.analysis.composing.light import Shadow
    from afterglow.effects.composite.backdrops import Backdrop, Plain
    from afterglow.effects.composite.effect import Composite

    backdrop: Backdrop
    if isinstance(background, tuple):
        backdrop = Plain(background)
    else:
        backdrop = file_backdrop(background, fit, ending)
    plate = file_backdrop(old_plate, "stretch", "hold") if old_plate else None
    shadow = Shadow(darkness, fallen, shadow_offset, shadow_blur) if darkness else None
    settings |= {"key": key or "auto", "despill": despill or 0.0}
    run.through(Composite(backdrop, plate, shadow=shadow, **settings))
