"""The ``studio`` command: its flags."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from afterglow.cli import compositing, options, painting, previews
from afterglow.cli.backdrop import still_picture
from afterglow.cli.pictures import tell_steps
from afterglow.cli.run import StreamRun
from afterglow.cli.stills import kept_pictures
from afterglow.cli.values import Number, Offset
from afterglow.errors import UsageError

if TYPE_CHECKING:
    from afterglow.effects.studio.grounds import Ground

ROOM = "room"
"""--bg that means the made room."""
LINES, QP = 1080, 14
"""Height of the result and its quality where no flag says another."""
LOSSLESS = 10
"""--qp of which a pipe does not say that it changes nothing."""


@click.command(short_help="The subject in a new room that moves with the camera.")
@options.beginning_with(resolution=LINES, qp=QP)
@options.streaming_with_matte
@options.looks("studio")
@click.option("--prompt", metavar="TEXT", help="Paint the new room from words.")
@click.option(
    "--bg",
    "background",
    type=click.Path(),
    metavar="room|IMAGE",
    help="Take a made room, which needs no weights, or a picture.",
)
@painting.painting
@click.option(
    "--depth-scale",
    type=Number(0, 2),
    default=0.3,
    help="Parallax of the new room, over that of the old one.",
)
@click.option(
    "--bg-margin",
    type=Number(0, 50),
    default=0.0,
    help="How much larger the background is on every side, in per cent of the frame; "
    "0 is what the camera needs.",
)
@click.option(
    "--light",
    type=Offset(1),
    metavar="X,Y",
    help="Where light comes from: -1 left or top to 1 right or bottom.  [default: as in the shot]",
)
@click.option(
    "--exposure-smooth",
    type=click.IntRange(1, 1000),
    default=15,
    help="Frames over which exposure and white balance of the old background are smoothed.",
)
@click.option(
    "--stray",
    type=Number(0, 1),
    default=0.4,
    help="Remove parts of the matte that are smaller than this share of the largest; 0: none.",
)
@compositing.light_wrap(usual=0.25)
@compositing.shadow
@click.option(
    "--match/--no-match",
    default=True,
    help="Give the background the grain and the sharpness of the shot.",
)
@previews.preview
@click.option(
    "--save-bg", type=click.Path(dir_okay=False), metavar="FILE", help="Write the new background."
)
@click.option(
    "--save-depth", type=click.Path(dir_okay=False), metavar="FILE", help="Write its depth."
)
@click.option(
    "--cache",
    type=click.Path(file_okay=False),
    metavar="DIR",
    help="Keep what is worked out in this folder, and take it from there the next time.",
)
@options.seed
def studio(
    run: StreamRun,
    prompt: str | None,
    background: str | None,
    bg_margin: float,
    darkness: float,
    preview: bool,
    save_bg: str | None,
    save_depth: str | None,
    **settings: Any,
) -> None:
    """Put the subject of SOURCE into a new room that moves, shines and darkens with the camera.

    ALPHA says where the subject is: a matte file, auto for people, or - for the matte that SOURCE
    has itself, which is also taken without ALPHA.

    \b
    Examples:
      afterglow studio in.mp4 auto out.mp4 --bg room
      afterglow studio in.mp4 matte.mkv out.mp4 --bg beach.jpg --shadow 0.5
      afterglow matte in.mp4 - | afterglow studio - out.mp4 --bg room
    """
    from afterglow.analysis.composing.light import Shadow
    from afterglow.effects.studio.effect import Studio

    if preview:
        run = _preview(run)
    if run.target == "-" and run.qp == QP:
        run = replace(run, qp=LOSSLESS)
    words = {name: settings.pop(name) for name in painting.SETTINGS}
    ground = _ground(run, background, prompt, words)
    if run.source == "-" and not run.dry_run:
        ground.require()  # else the pipe would be copied first
    shadow = Shadow(darkness) if darkness else None
    if (save_bg or save_depth) and Path(run.source).is_dir():
        raise UsageError("--save-bg and --save-depth are for one video, not for a folder")
    kept = kept_pictures(save_bg, save_depth, overwrite=run.overwrite)
    run.through(Studio(ground, margin=bg_margin / 100, shadow=shadow, keep=kept, **settings))


def _preview(run: StreamRun) -> StreamRun:
    """The run of a few lines and seconds."""
    return replace(
        run,
        resolution=previews.preview_lines(run.resolution),
        duration=previews.preview_seconds(run.duration),
    )


def _ground(
    run: StreamRun, background: str | None, prompt: str | None, words: dict[str, Any]
) -> Ground:
    """What makes the background; a picture or the made room goes before words."""
    from afterglow.effects.studio.grounds import MadeRoom, Photo

    device, free = run.device_name(), run.subject is not None and run.subject.commercial_only
    if background == ROOM:
        return MadeRoom()
    if background is not None:
        picture = still_picture(background)
        return Photo(picture, picture.digest, device, free)
    if prompt is None or not prompt.strip():
        raise UsageError(
            "nothing says what the new room is",
            hint="--bg room is a made one, --bg takes a picture, --prompt paints one from words",
        )
    from afterglow.effects.studio.model import Painted

    return Painted(prompt, device=device, commercial_only=free, tell=tell_steps, **words)
