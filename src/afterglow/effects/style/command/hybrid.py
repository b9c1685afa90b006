"""The ``style hybrid`` command: its flags."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from afterglow.cli import compositing, options
from afterglow.cli.places import places
from afterglow.cli.run import StreamRun
from afterglow.cli.speech import Saying, perhaps_speaking
from afterglow.cli.values import Number, Rate
from afterglow.effects.style.command import finishing
from afterglow.effects.style.command.character import DRAWN
from afterglow.effects.style.command.performing import Role, performing

_SAID = {
    "start": "Begin here in CHARACTER, or in --audio: seconds or HH:MM:SS.mmm.",
    "duration": "Take this much of it; show a picture so long: seconds or HH:MM:SS.mmm.",
    "resolution": "Height of what comes out (BACKGROUND's if not given); the aspect is kept.",
    "workers": "For folders, which this command does not take.",
    "cluster": "For folders, which this command does not take.",
}
"""What some flags of every run mean here."""


def _meant(names: tuple[str, ...], flags: Mapping[str, Any]) -> Mapping[str, Any]:
    if not 2 <= len(names) <= 3:
        given = " ".join(names) or "nothing"
        raise click.UsageError(f"give [CHARACTER] BACKGROUND TARGET, and not {given}")
    source, background, target = (DRAWN, *names)[-3:]
    return {"source": source, "background": background, "target": target}


@click.command(short_help="A character in front of a moving background.")
@places("[CHARACTER] BACKGROUND TARGET", _meant, _SAID)
@perhaps_speaking
@performing("CHARACTER")
@options.commercial_only
@click.option(
    "--place",
    type=click.Choice(["left", "center", "right"]),
    default="center",
    help="Where the character stands.",
)
@click.option(
    "--size",
    type=Number(0.1, 2),
    default=0.9,
    help="Height of the person who is cut out (of all the picture where it has a matte), as a "
    "share of the height that comes out.",
)
@compositing.light_wrap(usual=0.25, without="0.25")
@compositing.shadow
@compositing.background_end
@click.option(
    "--background-volume",
    "volume",
    type=Number(0, 1),
    default=0.5,
    help="How loud BACKGROUND is; it steps back by another 10 dB while somebody speaks.",
)
@finishing.looks("Looks over both, as of style cinematic.")
@click.option(
    "--fps",
    type=Rate(),
    help="Frames per second (CHARACTER's if it is a video, else BACKGROUND's).",
)
@options.seed
@finishing.showing
def hybrid(
    run: StreamRun, background: str, saying: Saying | None, role: Role, **settings: Any
) -> None:
    """Put CHARACTER in front of BACKGROUND, for as long as CHARACTER lasts.

    CHARACTER is a video or a picture of a person, who is cut out, or has a matte of its own; it
    says --audio or --text if given. Without it, a character is drawn that does. BACKGROUND is a
    video or a picture.

    \b
    Examples:
      afterglow style hybrid presenter.mp4 city.mp4 out.mp4 --place right --style cinematic
      afterglow style hybrid photo.jpg waves.mp4 out.mp4 --audio speech.wav
      afterglow style hybrid city.mp4 out.mp4 --character-type robot --text "Welcome."
    """
    from afterglow.effects.style.command.staging import Staging

    Staging(run, Path(background), saying, role, **settings).make()
