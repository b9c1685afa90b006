"""The ``plate`` command: its flags."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from afterglow.cli import options
from afterglow.cli.pictures import PictureRun

if TYPE_CHECKING:
    from afterglow.analysis.plate import Camera
    from afterglow.effects.plate.effect import Inpaint


@click.command(short_help="The background without what moves before it.")
@options.making_pictures
@click.option(
    "--inpaint",
    type=click.Choice(["telea", "ns", "lama", "none"]),
    default="telea",
    help="How what was never seen is filled; none leaves it transparent.",
)
@click.option(
    "--coverage",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write a picture of how often each pixel was seen; white is always.",
)
@click.option("--panorama", is_flag=True, help="Keep all that the camera swept.")
@click.option(
    "--camera",
    type=click.Choice(["translation", "similarity", "homography", "none"]),
    default="similarity",
    help="What the camera does: shift; turn and zoom as well; swing round; nothing.",
)
@click.option(
    "--margin",
    type=click.IntRange(0, 200),
    default=4,
    help="Pixels around the subject that do not count as background.",
)
def plate(
    run: PictureRun,
    commercial_only: bool,
    inpaint: Inpaint,
    coverage: str | None,
    panorama: bool,
    camera: Camera,
    margin: int,
) -> None:
    """Make a picture of the background of SOURCE, without the subject.

    Every pixel is the exact median of all frames that show background there. ALPHA says where the
    subject is: a matte file, auto, or - for the matte that SOURCE has itself, which is also taken
    without ALPHA. auto finds people if the networks are here, else what moves. TARGET is a picture.

    \b
    Examples:
      afterglow plate in.mp4 matte.mkv plate.png
      afterglow plate in.mp4 auto plate.png --coverage seen.png
      afterglow matte in.mp4 - | afterglow plate - plate.png --inpaint none
    """
    from afterglow.analysis.plate import PlateSettings
    from afterglow.effects.plate.effect import CleanPlate

    settings = PlateSettings(camera, panorama=panorama, margin=margin)
    maker = CleanPlate(run.target, inpaint, coverage, settings)
    run.make(maker)
