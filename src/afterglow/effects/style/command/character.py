"""The ``style character`` command: its flags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from afterglow.cli import options
from afterglow.cli.places import places
from afterglow.cli.run import StreamRun
from afterglow.cli.speech import Saying, speaking
from afterglow.cli.values import Rate
from afterglow.effects.style.command import finishing
from afterglow.effects.style.command.performing import Role, performing

DRAWN = "(drawn)"
"""What stands for PORTRAIT where there is none."""
_SAID = {
    "start": "Begin here in --audio: seconds or HH:MM:SS.mmm.",
    "duration": "Take this much of --audio: seconds or HH:MM:SS.mmm.",
    "workers": "Clips at once, where PORTRAIT is a folder.",
}
"""What some flags of every run mean here."""


def _meant(names: tuple[str, ...], flags: Mapping[str, Any]) -> Mapping[str, Any]:
    if len(names) > 2:
        raise click.UsageError(f"there is one PORTRAIT and one TARGET, not {' '.join(names)}")
    source, target = (DRAWN, *names)[-2:]
    return {"source": source, "target": target}


@click.command(short_help="A face that talks: a photo, a video or a drawn character.")
@places("[PORTRAIT] TARGET", _meant, _SAID)
@speaking
@performing("PORTRAIT")
@options.commercial_only
@click.option(
    "--transparent", is_flag=True, help="Draw it on nothing, with a matte, in place of a backdrop."
)
@click.option("--fps", type=Rate(), help="Frames per second (25 for a picture, else PORTRAIT's).")
@options.seed
@finishing.looks("Looks over it, as of style cinematic.")
@click.option("--captions", is_flag=True, help="The words of --text as a track of subtitles.")
@click.option("--burn-captions", "burnt", is_flag=True, help="The words of --text in the picture.")
@finishing.showing
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
