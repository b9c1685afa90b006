"""Small made clips whose every frame can be told from its pixels."""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 64, 48
LOSSLESS = {"libx264": {"qp": "0"}, "libx265": {"x265-params": "lossless=1:log-level=none"}}


def picture(number: int, width: int = WIDTH, height: int = HEIGHT) -> NDArray[np.uint8]:
    """A (H, W, 3) RGB picture of grey bars that is like no other of the first 256."""
    bits = [(number >> k) & 1 for k in range(8)]
    columns = np.repeat(np.array(bits) * 160 + 48, -(-width // 8))[:width]
    return np.broadcast_to(columns[None, :, None], (height, width, 3)).astype(np.uint8).copy()


def number_of(pixels: NDArray[Any]) -> int:
    """The number of a ``picture``, after any codec."""
    white = 65535 if pixels.dtype == np.uint16 else 255
    width = pixels.shape[1]
    middles = [int((k + 0.5) * width / 8) for k in range(8)]
    row = pixels[pixels.shape[0] // 2, middles, 1].astype(float) / white
    return sum(int(value > 0.5) << k for k, value in enumerate(row))


def clip(
    path: Path,
    pictures: Sequence[NDArray[Any]],
    *,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    pts: Sequence[int] | None = None,
    time_base: Fraction = Fraction(1, 25),
    rate: Fraction = Fraction(25),
    options: dict[str, str] | None = None,
    array_format: str = "rgb24",
    setup: Any = None,
    sound: int = 0,
) -> Path:
    """A clip of these pictures. ``setup(stream)`` is called before the first of them."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate, options=options or {})
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = pix_fmt
        stream.codec_context.time_base = time_base
        if setup:
            setup(stream)
        speech = container.add_stream("aac", 48000, layout="mono") if sound else None
        for index, pixels in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(pixels, array_format)
            frame.pts = index if pts is None else pts[index]
            frame.time_base = time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if speech is not None:
            _hum(container, speech, sound)
    return path


def _hum(container: Any, stream: Any, seconds: int) -> None:
    for start in range(0, seconds * 48000, 1024):
        wave = np.sin(np.arange(start, start + 1024) / 20).astype(np.float32)[None]
        frame = av.AudioFrame.from_ndarray(wave, "fltp", "mono")
        frame.sample_rate, frame.pts = 48000, start
        container.mux(stream.encode(frame))
    container.mux(stream.encode())


def numbered(path: Path, count: int = 10, **settings: Any) -> Path:
    """A clip of ``count`` numbered pictures."""
    size = settings.pop("size", (WIDTH, HEIGHT))
    return clip(path, [picture(k, *size) for k in range(count)], **settings)


@contextmanager
def standard_input(data: bytes) -> Iterator[None]:
    """Standard input that gives these bytes, and then ends."""
    out, into = os.pipe()
    kept = os.dup(0)
    os.dup2(out, 0)
    os.close(out)

    def feed() -> None:
        with open(into, "wb", buffering=0) as pipe:  # noqa: PTH123 - a descriptor
            try:
                pipe.write(data)
            except BrokenPipeError:
                return

    feeder = threading.Thread(target=feed)
    feeder.start()
    try:
        yield
    finally:
        os.dup2(kept, 0)
        os.close(kept)
        feeder.join()
