"""The ``style character`` command: its flags."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from afterglow.cli import options
from afterglow.cli.run import StreamRun
from afterglow.cli.speech import Saying, speaking
from afterglow.cli.values import Number, Rate
from afterglow.effects.style.command.performing import Role, performing
from afterglow.effects.style.command.values import Styles

DRAWN = "(drawn)"
"""What stands for PORTRAIT where there is none."""
_SAID = {
    "start": "Begin here in --audio: seconds or HH:MM:SS.mmm.",
    "duration": "Take this much of --audio: seconds or HH:MM:SS.mmm.",
}
"""What some flags of every run mean here."""


def _portrait(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command [PORTRAIT] TARGET and the flags of every run; it is called with ``run``."""
    streamed = options.streaming(command)

    @functools.wraps(streamed)
    def with_places(places: tuple[str, ...], **settings: Any) -> Any:
        if len(places) > 2:
            raise click.UsageError(f"there is one PORTRAIT and one TARGET, not {' '.join(places)}")
        source, target = (DRAWN, *places)[-2:]
        return streamed(source=source, target=target, **settings)

    places = click.Argument(
        ["places"],
        nargs=-1,
        required=True,
        type=click.Path(allow_dash=True),
        metavar="[PORTRAIT] TARGET",
    )
    flags = vars(streamed)["__click_params__"]
    kept = [each for each in flags if each.name not in ("source", "target")]
    for each in kept:
        each.help = _SAID.get(each.name, getattr(each, "help", None))
    vars(with_places)["__click_params__"] = [*kept, places]
    return with_places


@click.command(short_help="A face that talks: a photo, a video or a drawn character.")
@_portrait
@speaking
@performing
@options.commercial_only
@click.option(
    "--transparent", is_flag=True, help="Draw it on nothing, with a matte, in place of a backdrop."
)
@click.option("--fps", type=Rate(), help="Frames per second (25 for a picture, else PORTRAIT's).")
@options.seed
@click.option(
    "--style",
    "styles",
    type=Styles(),
    multiple=True,
    metavar="NAME[,NAME...]",
    help="Looks over it, as of style cinematic.",
)
@click.option("--strength", type=Number(0, 1), default=1.0, help="How much of the look is seen.")
@click.option("--captions", is_flag=True, help="The words of --text as a track of subtitles.")
@click.option("--burn-captions", "burnt", is_flag=True, help="The words of --text in the picture.")
@click.option("--preview", is_flag=True, help="The first 5 seconds in 360 lines.")
@click.option(
    "--contact-sheet",
    "sheet",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="A picture of the result from beginning to end, as well.",
)
def character(run: StreamRun, saying: Saying, role: Role, **settings: Any) -> None:
    """Make PORTRAIT say something.

    PORTRAIT is a picture or a video with a face. Without it, a character is drawn.

    \b
    Examples:
      afterglow style character photo.jpg out.mp4 --audio speech.wav
      afterglow style character photo.jpg out.mp4 --text "Good evening." --emotion happy
      afterglow style character out.mp4 --character-type robot --text "I can talk." --captions
    """
    from afterglow.effects.style.command.talk import Talk

    Talk(run, saying, role, **settings).make()
