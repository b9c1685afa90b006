"""Clips that a command has made and reads again, and small files that it writes beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from afterglow.frames import Frame, Pixels, VideoInfo
    from afterglow.media.choice import CodecName


@contextmanager
def pixels_of(clip: Path) -> Iterator[Iterator[Pixels]]:
    """The (H, W, 3) RGB pictures of a clip, one after the other, in main memory."""
    from afterglow.media import ReadOptions, open_source, silent

    with open_source(str(clip), ReadOptions(hdr="keep"), silent) as source:
        yield (frame.pixels for frame in source.frames())


@contextmanager
def grey_clip(
    target: Path, codec: CodecName, video: VideoInfo, *, overwrite: bool
) -> Iterator[Callable[[Frame], None]]:
    """What writes frames into a clip of their own, whole or not at all, without any sound."""
    from afterglow.media import WriteOptions, open_target, silent

    options = WriteOptions(codec=codec, overwrite=overwrite)
    with open_target(str(target), video, options, None, silent) as opened:
        yield opened.write


def kept_clip(target: Path, frames: Iterator[NDArray[np.uint8]], rate: Fraction) -> None:
    """Write frames, (H, W, 3) uint8 RGB in sRGB, into a video without sound, whole or not at all.

    It replaces what is there. Raises MediaError where it cannot be written, or there is no frame.
    """
    from afterglow.errors import MediaError
    from afterglow.frames import Colour, Frame, VideoInfo
    from afterglow.media import WriteOptions, open_target, silent

    first = next(frames, None)
    if first is None:
        raise MediaError(f"{target}: no picture came, so nothing was written")
    height, width = first.shape[:2]
    colour = Colour(transfer="iec61966-2-1", range="full")
    video = VideoInfo(width, height, rate, 1 / rate, colour=colour)
    options = WriteOptions(overwrite=True)
    with open_target(str(target), video, options, None, silent) as opened:
        for number, picture in enumerate(chain([first], frames)):
            opened.write(Frame(picture, number))


def put_whole(target: Path, content: bytes, *, overwrite: bool) -> None:
    """Write a small file, whole or not at all; raises what a target in the way raises."""
    from afterglow.media.landing import landing

    with landing(str(target), overwrite) as place:
        place.write_bytes(content)


def require_free(*targets: Path, overwrite: bool) -> None:
    """Raise UsageError where one of the files is there already and is not to be replaced."""
    from afterglow.media import landing

    for target in targets:
        landing.require_free(str(target), overwrite)
