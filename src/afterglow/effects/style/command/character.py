"""The ``style character`` command: its flags."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from afterglow.cli import options
from afterglow.cli.run import StreamRun
from afterglow.cli.speech import Saying, speaking
from afterglow.cli.values import Number, Rate
from afterglow.effects.style.command.values import Styles

TYPES = ("person", "monkey", "anime", "cartoon", "robot", "animal", "fantasy", "cyborg")
"""Kinds of characters that can be had without a portrait."""
EMOTIONS = (
    *("neutral", "happy", "sad", "angry", "surprised", "fearful"),
    *("disgusted", "excited", "calm", "confident", "auto"),
)
"""What ``--emotion`` knows."""
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
@options.commercial_only
@click.option(
    "--face",
    type=click.IntRange(1, 99),
    metavar="N",
    help="Which face of PORTRAIT, the leftmost being 1 (the largest if not given).",
)
@click.option(
    "--landmarks",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The 478 points of the face as JSON, where no network shall look for it.",
)
@click.option("--puppet", is_flag=True, help="Draw a character, in place of the face of PORTRAIT.")
@click.option(
    "--character-type",
    "kind",
    type=click.Choice(TYPES),
    default="person",
    help="Which character, where there is no PORTRAIT.",
)
@click.option(
    "--transparent", is_flag=True, help="Draw it on nothing, with a matte, in place of a backdrop."
)
@click.option(
    "--emotion",
    type=click.Choice(EMOTIONS),
    default="auto",
    help="What the face shows; auto listens for it in the speech.",
)
@click.option(
    "--motion",
    type=Number(0, 1),
    default=1.0,
    help="How much moves besides the mouth: head, eyes, lids, brows.",
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
@click.option("--preview", is_flag=True, help="The first 5 seconds in 360 lines.")
@click.option(
    "--contact-sheet",
    "sheet",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="A picture of the result from beginning to end, as well.",
)
def character(run: StreamRun, saying: Saying, **settings: Any) -> None:
    """Make PORTRAIT say something.

    PORTRAIT is a picture or a video with a face. Without it, a character is drawn.

    \b
    Examples:
      afterglow style character photo.jpg out.mp4 --audio speech.wav
      afterglow style character photo.jpg out.mp4 --text "Good evening." --emotion happy
      afterglow style character out.mp4 --character-type robot --text "I can talk." --captions
    """
    from afterglow.effects.style.command.talk import Talk

    Talk(run, saying, **settings).make()
