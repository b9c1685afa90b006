"""The ``style cinematic`` command: its flags."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from afterglow.cli import options, reel
from afterglow.cli.run import StreamRun
from afterglow.cli.values import Number, Rate, Seconds
from afterglow.effects.style.command import finishing
from afterglow.effects.style.command.values import MOVES, STYLES, DepthName, Fogs
from afterglow.effects.style.quality import QUALITIES


@click.command(short_help="Looks, camera moves, light and air.")
@reel.joining
@options.looks("style")
@finishing.looks(f"Looks, one over the other: {', '.join(STYLES)}.", "cinematic")
@click.option(
    "--lut",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE.cube",
    help="A table of colours, laid over the look.",
)
@click.option(
    "--camera",
    "move",
    type=click.Choice(MOVES),
    default="static",
    help="What the camera does; pan-left shows more of what is left.",
)
@click.option(
    "--camera-amount",
    "amount",
    type=Number(-45, 45),
    help="How much of it: times larger of a zoom, degrees of an orbit, else a share of the side."
    "  [default: 1.3, 15, 0.1 to 0.2]",
)
@click.option(
    "--camera-ease",
    "ease",
    type=click.Choice(["linear", "in-out", "in", "out"]),
    default="in-out",
    help="How its pace changes.",
)
@click.option(
    "--camera-time",
    "move_seconds",
    type=Seconds(above_zero=True),
    help="How long it takes to get there.  [default: the whole length]",
)
@click.option("--lighting", is_flag=True, help="A soft key light that goes around slowly.")
@click.option(
    "--lighting-amount",
    "light_amount",
    type=Number(0, 1),
    help="Share of light by which it does.  [default: 0.05]",
)
@click.option(
    "--fog",
    type=Fogs(),
    metavar="DENSITY[:COLOR]",
    help="Fog that drifts, 0 to 1 thick, deeper where --depth says far; 0.3:#c0d0e0, for example.",
)
@click.option("--bloom", is_flag=True, help="Highlights spread their light.")
@click.option(
    "--bloom-amount",
    type=Number(0, 1),
    help="Share of their light that is spread.  [default: 0.3]",
)
@click.option(
    "--temporal-smoothing",
    "smoothing",
    is_flag=True,
    help="Average pictures along their motion, without ghosts: less noise, less flicker.",
)
@click.option(
    "--smoothing-amount",
    type=Number(0, 0.9),
    help="Share of the picture before in each.  [default: 0.6]",
)
@options.matte
@click.option(
    "--depth",
    type=DepthName(),
    metavar="FILE|auto",
    help="What is near, for parallax, focus and fog: a picture or a video, white near and black "
    "far; auto looks at a SOURCE that is a picture (Depth Anything).",
)
@click.option("--text", metavar="PROMPT", help="Draw a picture of this in place of SOURCE (sd15).")
@options.commercial_only
@options.seed
@click.option(
    "--transition",
    type=click.Choice(["dissolve", "dip", "wipe", "slide", "flow"]),
    default="dissolve",
    help="How one SOURCE becomes the next.",
)
@click.option(
    "--transition-time",
    "overlap",
    type=Seconds(),
    default="1",
    help="How long that takes; 0 cuts.",
)
@click.option(
    "--quality",
    type=click.Choice(list(QUALITIES)),
    help="Size, rate and bits of what comes out: 720x1280 at 15 fps to 2160x3840 at 30."
    "  [default: as SOURCE]",
)
@click.option("--landscape", is_flag=True, help="The sizes of --quality lying on their side.")
@click.option(
    "--fit",
    type=click.Choice(["cover", "contain", "stretch"]),
    default="cover",
    help="Fill the frame with what has another shape, show all of it, or change its shape.",
)
@click.option("--fps", type=Rate(), help="Frames per second that come out.")
@click.option(
    "--smooth",
    is_flag=True,
    help="Make new pictures between by optical flow where the rate changes.",
)
@finishing.showing
def cinematic(run: StreamRun, more: tuple[str, ...], **settings: Any) -> None:
    """Give SOURCE a look.

    SOURCE is a video, or a picture that is held; several are shown one after the other, at the
    size of the first. With --text there is none: a picture is drawn from words.

    \b
    Examples:
      afterglow style cinematic in.mp4 out.mp4
      afterglow style cinematic in.mp4 out.mp4 --style vintage,noir --strength 0.6
      afterglow style cinematic a.jpg b.jpg c.mp4 film.mp4 --quality balanced --transition slide
    """
    from afterglow.effects.style.command.film import Film
    from afterglow.effects.style.command.treatment import Treatment

    mine = {name: settings.pop(name) for name in Treatment.settings()}
    Film(run, more, Treatment(**mine), **settings).make()
