"""The few things we want to know of a picture that are not pixels."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from av.filter import Graph

if TYPE_CHECKING:
    from av import VideoFrame

_WANTED = {6, 11, 14, 24}
"""Display matrix, mastering display, content light level, Dolby Vision (libavutil/frame.h)."""
_KINDS = 40
"""FFmpeg 8 knows 35 kinds of side data."""


def side_data(frame: VideoFrame) -> dict[str, bytes]:
    """Display matrix, mastering, light level and Dolby Vision of a picture, by FFmpeg's names.

    Everything else is taken off a copy of the frame first: PyAV 18.1 raises on kinds that it does
    not know (EXIF), and frees the metadata of those that have some (ICC profiles) twice.
    """
    graph = Graph()
    chain = [
        graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 25)
        )
    ]
    for kind in range(_KINDS):
        if kind not in _WANTED:
            chain.append(graph.add("sidedata", f"mode=delete:type={kind}"))
    chain.append(graph.add("buffersink"))
    graph.link_nodes(*chain)
    graph.configure()
    graph.vpush(frame)
    bare: Any = graph.vpull()
    return {entry.type.name: bytes(entry) for entry in bare.side_data}
