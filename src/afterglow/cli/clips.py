"""Clips that a command has made and reads again, and small files that it writes beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from afterglow.frames import Frame, Pixels, VideoInfo
    from afterglow.media.choice import CodecName


@contextmanager
def pixels_of(clip: Path) -> Iterator[Iterator[Pixels]]:
    """The (H, W, 3) RGB pictures of a clip, one after the other, in main memory."""
    from afterglow.media import ReadOptions, open_source

    with open_source(str(clip), ReadOptions(hdr="keep"), lambda line: None) as source:
        yield (frame.pixels for frame in source.frames())


@contextmanager
def grey_clip(
    target: Path, codec: CodecName, video: VideoInfo, *, overwrite: bool
) -> Iterator[Callable[[Frame], None]]:
    """What writes frames into a clip of their own, whole or not at all, without any sound."""
    from afterglow.media import WriteOptions, open_target

    options = WriteOptions(codec=codec, overwrite=overwrite)
    with open_target(str(target), video, options, None, lambda line: None) as opened:
        yield opened.write


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
