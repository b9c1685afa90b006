"""Clips that a command has made and reads again, and small files that it writes beside them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from afterglow.frames import Pixels


@contextmanager
def pixels_of(clip: Path) -> Iterator[Iterator[Pixels]]:
    """The (H, W, 3) RGB pictures of a clip, one after the other, in main memory."""
    from afterglow.media import ReadOptions, open_source

    with open_source(str(clip), ReadOptions(hdr="keep"), lambda line: None) as source:
        yield (frame.pixels for frame in source.frames())


def put_whole(target: Path, content: bytes, *, overwrite: bool) -> None:
    """Write a small file, whole or not at all; raises what a target in the way raises."""
    from afterglow.media.landing import landing

    with landing(str(target), overwrite) as place:
        place.write_bytes(content)
