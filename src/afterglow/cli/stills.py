"""Single pictures that a flag names: plates and masks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from afterglow.errors import MediaError

if TYPE_CHECKING:
    from afterglow.frames import Frame


def still(path: str) -> Any:
    """(H, W, 3) RGB pixels of an image, uint8 or uint16 as it is stored.

    Raises MediaError where it cannot be read, or is a video.
    """
    return _only_frame(path).pixels


def still_matte(path: str) -> Any:
    """(H, W) matte of an image, uint8 or uint16: its alpha channel, else its grey.

    Raises MediaError where it cannot be read, or is a video.
    """
    from afterglow.media.matte import grey_matte

    return grey_matte(_only_frame(path))


def _only_frame(path: str) -> Frame:
    from afterglow.media import ReadOptions, open_source

    with open_source(path, ReadOptions(hdr="keep"), lambda line: None) as source:
        frames = source.frames()
        first = next(frames, None)
        if first is None or next(frames, None) is not None:
            raise MediaError(f"{path}: one picture is wanted, and this is a video")
        return first
