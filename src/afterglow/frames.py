"""The vocabulary: what a video is, what a frame is, what an effect is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

    Pixels: TypeAlias = NDArray[np.uint8] | NDArray[np.uint16] | torch.Tensor
    """(H, W, 3) or (H, W), uint8 or uint16: a NumPy array on the CPU, a tensor on CUDA."""


@dataclass(frozen=True, slots=True)
class Colour:
    """How the numbers of a video become light, in FFmpeg's names."""

    matrix: str = "bt709"
    """YCbCr matrix: bt709, smpte170m, bt470bg, bt2020nc, ... ; "rgb" where there is none."""
    primaries: str = "bt709"
    """bt709, smpte170m, bt470bg, bt2020, smpte432, ..."""
    transfer: str = "bt709"
    """bt709, smpte170m, iec61966-2-1, bt2020-10, smpte2084 (PQ), arib-std-b67 (HLG), ..."""
    range: Literal["limited", "full"] = "limited"
    """limited: 16-235 at 8 bits; full: 0-255."""

    @property
    def hdr(self) -> bool:
        """True where the transfer is PQ or HLG."""
        return self.transfer in ("smpte2084", "arib-std-b67")


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """What is known of a video before its first pixel."""

    width: int
    """Pixels, as displayed: rotation is applied."""
    height: int
    """Lines, as displayed."""
    rate: Fraction
    """Frames per second; the average where the rate varies."""
    time_base: Fraction
    """Seconds per unit of pts."""
    begin: int = 0
    """pts of the first frame; pre-roll comes before it."""
    sample_aspect: Fraction = Fraction(1)
    """Width of a pixel over its height."""
    depth: Literal[8, 16] = 8
    """Bits of a channel in memory: 8 is uint8, 16 is uint16 over its whole range."""
    bits: int = 8
    """Bits of a channel in the source: 8, 10, 12 or 16."""
    alpha: bool = False
    """Frames carry a matte."""
    gray: bool = False
    """The three channels are equal: one is written, full range and without loss."""
    colour: Colour = field(default_factory=Colour)
    """What the RGB numbers mean, and how they are written as YCbCr."""
    frames: int | None = None
    """Number of frames, if it is known."""
    duration: Fraction | None = None
    """Seconds, if known."""
    source: str | None = None
    """The file or pipe whose sound, subtitles, chapters and metadata belong to the video."""

    @property
    def white(self) -> int:
        """The largest value of a channel: 255 or 65535."""
        return (1 << self.depth) - 1

    def seconds_at(self, pts: int) -> Fraction:
        """Return the seconds from the first frame to a pts."""
        return (pts - self.begin) * self.time_base


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture. Nobody changes the arrays of a frame that was handed on."""

    pixels: Pixels
    """(H, W, 3) RGB, uint8 or uint16."""
    pts: int
    """Time of presentation, in units of the video's time base."""
    alpha: Pixels | None = None
    """(H, W) matte of the same type, straight: the pixels are not multiplied by it."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far an effect looks around the frame that it makes."""

    past: int = 0
    """Frames before."""
    future: int = 0
    """Frames after; the effect gives a frame out only when it has seen these."""


class Effect(Protocol):
    """A frozen dataclass of settings that turns frames into frames."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Say what comes out for such a video, before any pixel; UsageError if nothing can."""

    def reach(self, video: VideoInfo) -> Reach:
        """Say how many neighbours a frame needs, so that a cut can pull pre-roll."""

    def memory(self, video: VideoInfo) -> int:
        """Bytes of frames and buffers that ``stream`` holds at most, whatever the length."""

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give frames out while frames come in; all state is local to the call."""
