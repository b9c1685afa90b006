"""The ``composite`` command: its flags."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from afterglow.cli import options
from afterglow.cli.backdrop import BackdropName, file_backdrop
from afterglow.cli.run import StreamRun

if TYPE_CHECKING:
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
@click.option(
    "--bg-end",
    "ending",
    type=click.Choice(["loop", "hold"]),
    default="loop",
    help="What a shorter background does at its end: begin again, or stay on its last picture.",
)
def composite(
    run: StreamRun, background: Path | tuple[int, int, int], fit: Fit, ending: Ending
) -> None:
    """Lay the subject of SOURCE over another background.

    ALPHA says where the subject is: a matte file, auto for people, or - for the matte that SOURCE
    has itself, which is also taken without ALPHA.

    \b
    Examples:
      afterglow composite in.mp4 matte.mkv out.mp4 --bg beach.png
      afterglow composite in.mp4 auto out.mp4 --bg=#203040
      afterglow matte in.mp4 - | afterglow composite - out.mp4 --bg waves.mp4
    """
    from afterglow.effects.composite.backdrops import Backdrop, Plain
    from afterglow.effects.composite.effect import Composite

    backdrop: Backdrop
    if isinstance(background, tuple):
        backdrop = Plain(background)
    else:
        backdrop = file_backdrop(background, fit, ending)
    run.through(Composite(backdrop))
