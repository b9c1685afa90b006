"""The ``style hybrid`` command: its flags."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from afterglow.cli import compositing, options
from afterglow.cli.run import StreamRun
from afterglow.cli.speech import Saying, perhaps_speaking
from afterglow.cli.values import Number, Rate
from afterglow.effects.style.command.character import DRAWN
from afterglow.effects.style.command.performing import Role, performing
from afterglow.effects.style.command.values import Styles

_SAID = {
    "start": "Begin here in CHARACTER, or in --audio: seconds or HH:MM:SS.mmm.",
    "duration": "Take this much of it; show a picture so long: seconds or HH:MM:SS.mmm.",
    "resolution": "Height of what comes out (BACKGROUND's if not given); the aspect is kept.",
}
"""What some flags of every run mean here."""


def _places(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command [CHARACTER] BACKGROUND TARGET and the flags of every run."""
    streamed = options.streaming(command)

    @functools.wraps(streamed)
    def with_places(places: tuple[str, ...], **settings: Any) -> Any:
        if not 2 <= len(places) <= 3:
            given = " ".join(places) or "nothing"
            raise click.UsageError(f"give [CHARACTER] BACKGROUND TARGET, and not {given}")
        source, background, target = (DRAWN, *places)[-3:]
        return streamed(source=source, background=background, target=target, **settings)

    places = click.Argument(
        ["places"],
        nargs=-1,
        required=True,
        type=click.Path(allow_dash=True),
        metavar="[CHARACTER] BACKGROUND TARGET",
    )
    flags = vars(streamed)["__click_params__"]
    kept = [each for each in flags if each.name not in ("source", "target")]
    for each in kept:
        each.help = _SAID.get(each.name, getattr(each, "help", None))
    vars(with_places)["__click_params__"] = [*kept, places]
    return with_places


@click.command(short_help="A character in front of a moving background.")
@_places
@perhaps_speaking
@performing
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
    help="Height of CHARACTER's picture, as a share of the height that comes out.",
)
@compositing.light_wrap(usual=0.25, without="0.25")
@compositing.shadow
@click.option(
    "--bg-end",
    "ending",
    type=click.Choice(["loop", "hold"]),
    default="loop",
    help="What a shorter background does at its end: begin again, or stay on its last picture.",
)
@click.option(
    "--background-volume",
    "volume",
    type=Number(0, 1),
    default=0.5,
    help="How loud BACKGROUND is; it steps back by another 10 dB while somebody speaks.",
)
@click.option(
    "--style",
    "styles",
    type=Styles(),
    multiple=True,
    metavar="NAME[,NAME...]",
    help="Looks over both, as of style cinematic.",
)
@click.option("--strength", type=Number(0, 1), default=1.0, help="How much of the look is seen.")
@click.option(
    "--fps",
    type=Rate(),
    help="Frames per second (CHARACTER's if it is a video, else BACKGROUND's).",
)
@options.seed
@click.option("--preview", is_flag=True, help="The first 5 seconds in 360 lines.")
@click.option(
    "--contact-sheet",
    "sheet",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="A picture of the result from beginning to end, as well.",
)
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
