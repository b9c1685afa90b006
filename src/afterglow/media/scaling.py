"""RGB to YCbCr by swscale, with chroma where the codecs have it: on the even columns."""

from __future__ import annotations

from fractions import Fraction

import av
from av.filter import Graph

from afterglow.frames import Colour

_MATRICES = {
    "bt709": "bt709", "fcc": "fcc", "bt470bg": "bt470", "smpte170m": "smpte170m",
    "smpte240m": "smpte240m", "bt2020nc": "bt2020",
}  # fmt: skip
"""The matrices that swscale computes, by the names of FFmpeg's scale filter."""
_ACCURATE = "flags=bilinear+accurate_rnd+full_chroma_inp"
_ANY_CLOCK = Fraction(1, 1000)


class Scaler:
    """Turns 8-bit RGB pictures of one size into limited-range YCbCr ones.

    FFmpeg's scale filter, because PyAV's reformatter makes centred chroma only. Chroma lies left:
    on even columns and, for 4:2:0, between two rows. What comes out is FFmpeg's own memory, so
    that an encoder with threads may take it.
    """

    def __init__(self, pixel_format: str, colour: Colour) -> None:
        self._format = pixel_format
        self._matrix = _MATRICES[colour.matrix]
        self._graph: Graph | None = None

    def __call__(self, picture: av.VideoFrame) -> av.VideoFrame:
        """The picture in the target's format, without pts and tags."""
        if self._graph is None:
            self._graph = self._built(picture)
        self._graph.vpush(picture)
        found = self._graph.vpull()
        found.time_base = Fraction(0)  # the graph's clock means nothing to the encoder
        return found

    def _built(self, picture: av.VideoFrame) -> Graph:
        graph = Graph()
        graph.threads = 1
        colours = f"in_range=pc:out_range=tv:out_color_matrix={self._matrix}"
        graph.link_nodes(
            graph.add_buffer(
                width=picture.width,
                height=picture.height,
                format=picture.format,
                time_base=_ANY_CLOCK,
            ),
            graph.add("scale", f"{_ACCURATE}:{colours}:out_chroma_loc=left"),
            graph.add("format", f"pix_fmts={self._format}"),
            graph.add("buffersink"),
        )
        graph.configure()
        return graph
