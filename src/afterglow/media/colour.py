"""What the numbers of a decoded picture mean: tags, and what stands in for missing ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from afterglow.errors import MediaError
from afterglow.frames import Colour

if TYPE_CHECKING:
    from av import VideoFrame
    from av.video.format import VideoFormat

MATRICES = {
    1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "ycgco",
    9: "bt2020nc", 10: "bt2020c", 11: "smpte2085", 12: "chroma-derived-nc",
    13: "chroma-derived-c", 14: "ictcp",
}  # fmt: skip
"""FFmpeg's AVColorSpace numbers; 0 (RGB) and 2 (unspecified) stand apart."""

PRIMARIES = {
    1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "film",
    9: "bt2020", 10: "smpte428", 11: "smpte431", 12: "smpte432", 22: "ebu3213",
}  # fmt: skip
"""FFmpeg's AVColorPrimaries numbers."""

TRANSFERS = {
    1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "linear",
    9: "log100", 10: "log316", 11: "iec61966-2-4", 12: "bt1361e", 13: "iec61966-2-1",
    14: "bt2020-10", 15: "bt2020-12", 16: "smpte2084", 17: "smpte428", 18: "arib-std-b67",
}  # fmt: skip
"""FFmpeg's AVColorTransferCharacteristic numbers."""

SWSCALE_MATRICES = {
    "bt709": 1, "fcc": 4, "bt470bg": 5, "smpte170m": 5, "smpte240m": 7, "bt2020nc": 9,
}  # fmt: skip
"""The matrices that swscale computes, by its own numbers."""

_KIN = {
    "bt709": ("bt709", "bt709"),
    "bt470bg": ("bt470bg", "smpte170m"),
    "smpte170m": ("smpte170m", "smpte170m"),
    "smpte240m": ("smpte240m", "smpte240m"),
    "fcc": ("bt470m", "bt470m"),
    "bt2020nc": ("bt2020", "bt2020-10"),
}
"""Primaries and transfer that go with a matrix when they are not tagged."""

_LIMITED, _FULL = 1, 2


class Tags(NamedTuple):
    """The colour tags of a picture as FFmpeg's numbers, and how it is stored."""

    matrix: int
    primaries: int
    transfer: int
    range: int
    pixel_format: str
    chroma: bool
    """False where the pixel format holds RGB, a palette or grey."""
    height: int
    """Lines, as displayed."""


def tags_of(frame: VideoFrame, height: int) -> Tags:
    """Colour tags of a decoded picture that is shown with ``height`` lines."""
    return Tags(
        int(frame.colorspace),
        int(frame.color_primaries),
        int(frame.color_trc),
        int(frame.color_range),
        frame.format.name,
        has_chroma(frame.format),
        height,
    )


def has_chroma(pixel_format: VideoFormat) -> bool:
    """False for RGB, palettes and grey: a matrix means nothing there, and the range is full."""
    colours = [c for c in pixel_format.components if not c.is_alpha]
    return len(colours) == 3 and not pixel_format.is_rgb and not pixel_format.has_palette


def resolve(tags: Tags) -> tuple[Colour, str]:
    """All four colour facts of a picture, and a line that says what had to be assumed ("").

    An untagged matrix is BT.709 from 720 lines up, else BT.601 (SMPTE 170M), unless the tagged
    primaries are those of BT.2020. RGB and grey have no matrix:
    they will be written as limited BT.709.

    Raises:
        MediaError: the matrix is one that swscale cannot compute.
    """
    if not tags.chroma:
        primaries = PRIMARIES.get(tags.primaries, "bt709")
        return Colour("bt709", primaries, TRANSFERS.get(tags.transfer, "bt709"), "limited"), ""
    matrix = MATRICES.get(tags.matrix)
    note = ""
    if matrix is None:
        matrix = _guess_matrix(tags)
        label = {"bt709": "BT.709", "smpte170m": "BT.601", "bt2020nc": "BT.2020"}[matrix]
        note = f"colour is not tagged: read as {label} ({tags.height} lines)"
    if matrix not in SWSCALE_MATRICES:
        raise MediaError(
            f"the colour matrix {matrix} is not supported",
            hint="convert the video to BT.709 first",
        )
    primaries, transfer = _KIN[matrix]
    colour = Colour(
        matrix,
        PRIMARIES.get(tags.primaries, primaries),
        TRANSFERS.get(tags.transfer, transfer),
        _range(tags),
    )
    return colour, note


def _guess_matrix(tags: Tags) -> str:
    if PRIMARIES.get(tags.primaries) == "bt2020":
        return "bt2020nc"
    return "bt709" if tags.height >= 720 else "smpte170m"


def _range(tags: Tags) -> Literal["limited", "full"]:
    full = tags.range == _FULL or tags.pixel_format.startswith("yuvj")
    return "full" if full else "limited"
