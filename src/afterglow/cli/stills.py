"""Single pictures that a flag names: plates and masks."""

from __future__ import annotations

from typing import Any

from afterglow.errors import MediaError


def still(path: str) -> tuple[Any, Any]:
    """Pixels (H, W, 3) RGB and matte (H, W) or None of an image; uint8 or uint16, as it is stored.

    Raises MediaError where it cannot be read, or is a video.
    """
    from afterglow.media import ReadOptions, open_source

    with open_source(path, ReadOptions(hdr="keep"), lambda line: None) as source:
        frames = source.frames()
        first = next(frames, None)
        if first is None or next(frames, None) is not None:
            raise MediaError(f"{path}: one picture is wanted, and this is a video")
        return first.pixels, first.alpha
