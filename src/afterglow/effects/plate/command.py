"""The ``plate`` command: its flags."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING

import click

from afterglow.cli import options
from afterglow.cli.pictures import PictureRun
from afterglow.cli.run import tell_note
from afterglow.cli.subject import AUTO

if TYPE_CHECKING:
    from afterglow.analysis.plate import Camera
    from afterglow.effects.plate.effect import Filler, Inpaint


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
    default="homography",
    help="What the camera does: shift; turn and zoom as well; swing round as well; nothing.",
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

    matted = run.subject.alpha != AUTO or run.finds_people()
    if not matted:
        tell_note("auto: the networks that find people are not here; the subject is what moves")
    settings = PlateSettings(camera, panorama=panorama, margin=margin, matte=matted)
    network = _network(run, commercial_only) if inpaint == "lama" else None
    maker = CleanPlate(run.target, inpaint, coverage, settings, network)
    run.make(maker, matted=matted, beside=coverage)


def _network(
    run: PictureRun, commercial_only: bool
) -> Callable[[], AbstractContextManager[Filler]]:
    """What loads the network that fills holes; raises ModelError now where it is not here."""
    from afterglow.effects.plate.model import NAME, lama
    from afterglow.models.store import open_store

    open_store().find(NAME, commercial_only=commercial_only)
    return partial(lama, run.device_name(), commercial_only=commercial_only)
