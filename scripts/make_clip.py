"""Make a clip with sound: a lantern swings through a night street. ``make_clip.py TARGET.mp4``."""

import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT, RATE, SECONDS = 1280, 720, 25, 5
SOUND_RATE = 48000
LANTERN, JACKET = (255, 214, 140), (66, 118, 160)


def street() -> NDArray[np.uint8]:
    """A (720, 1280, 3) uint8 RGB background: dusk, lit windows, a floor with texture."""
    rng = np.random.default_rng(7)
    fall = np.linspace(1, 0.25, HEIGHT)[:, None, None]
    picture = (np.array([30, 42, 78]) * fall + np.array([38, 24, 18]) * (1 - fall)).repeat(
        WIDTH, axis=1
    )
    for x in range(40, WIDTH, 150):
        for y in range(60, 420, 110):
            light = np.array([120, 96, 52]) * rng.uniform(0.2, 0.9)
            picture[y : y + 62, x : x + 74] = light
    picture[520:] = np.array([44, 40, 46])
    grain = cv2.GaussianBlur(rng.normal(0, 14, (HEIGHT, WIDTH, 1)), (0, 0), 1.2)[..., None]
    return np.clip(np.rint(picture + 2 * grain), 0, 255).astype(np.uint8)


def picture(background: NDArray[np.uint8], seconds: float) -> NDArray[np.uint8]:
    """The (720, 1280, 3) uint8 RGB picture at a time: a walker who swings a lantern."""
    canvas = background.copy()
    x = 160 + 190 * seconds
    y = 470 - 16 * abs(np.sin(5 * seconds))
    hand = (x + 130 * np.sin(2.6 * seconds), y - 60 + 70 * np.cos(2.6 * seconds))
    dot(canvas, (x, y - 95), 34, (222, 178, 150))
    cv2.ellipse(canvas, (round(x), round(y)), (42, 88), 0, 0, 360, JACKET, -1, cv2.LINE_AA)
    arm = [(round(each[0]), round(each[1])) for each in ((x, y - 50), hand)]
    cv2.line(canvas, arm[0], arm[1], (48, 84, 118), 16, cv2.LINE_AA)
    dot(canvas, hand, 30, LANTERN)
    dot(canvas, hand, 17, (255, 250, 225))
    return canvas


def dot(
    canvas: NDArray[np.uint8], at: tuple[float, float], radius: float, rgb: tuple[int, int, int]
) -> None:
    """Draw a disc into the canvas, placed to a sixteenth of a pixel."""
    middle = (round(at[0] * 16), round(at[1] * 16))
    cv2.circle(canvas, middle, round(radius * 16), rgb, -1, cv2.LINE_AA, shift=4)


def tone() -> NDArray[np.int16]:
    """A (1, samples) int16 hum that swings with the lantern."""
    t = np.arange(SECONDS * SOUND_RATE) / SOUND_RATE
    swell = 0.5 + 0.5 * np.cos(2.6 * t)
    return np.rint(6000 * swell * np.sin(2 * np.pi * 220 * t)).astype(np.int16)[None]


def sound_packets(stream: Any) -> Iterator[Any]:
    """The hum, encoded."""
    wave = tone()
    for start in range(0, wave.shape[1], 1024):
        block = av.AudioFrame.from_ndarray(wave[:, start : start + 1024], "s16", "mono")
        block.sample_rate, block.pts = SOUND_RATE, start
        block.time_base = Fraction(1, SOUND_RATE)
        yield from stream.encode(block)
    yield from stream.encode(None)


def main(target: Path) -> None:
    """Write the clip."""
    background = street()
    with av.open(str(target), "w") as box:
        video: Any = box.add_stream("libx264", rate=RATE, options={"crf": "16"})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        video.codec_context.colorspace = video.codec_context.color_primaries = 1
        video.codec_context.color_trc = video.codec_context.color_range = 1
        audio: Any = box.add_stream("aac", rate=SOUND_RATE, layout="mono")
        for number in range(RATE * SECONDS):
            frame = av.VideoFrame.from_ndarray(picture(background, number / RATE), "rgb24")
            box.mux(video.encode(frame.reformat(format="yuv420p", dst_colorspace="ITU709")))
        box.mux(video.encode(None))
        for packet in sound_packets(audio):
            box.mux(packet)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
