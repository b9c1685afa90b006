"""Made scenes with known truth: camera path, matte, clean background, subject.

A scene is a textured world without borders, seen by a camera, with a textured subject in front:

    scene = Scene(320, 180, frames=24, camera=pan(1.3, -0.4), subject=Subject(area=0.3))
    for view in scene:
        view.rgb, view.alpha, view.clean, view.motion

Everything follows from the seed. Places between the pixels are exact: the world is band-limited,
kept at twice the frame's resolution, and sampled at the very places that the camera's matrix gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from itertools import chain, product
from pathlib import Path
from typing import Any, Literal

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.frames import Frame, VideoInfo

Matrix = NDArray[np.float64]
Camera = Callable[[int], Matrix]
"""The (3, 3) matrix from places in frame 0 to places in frame t, about the picture's middle."""
Path2D = Callable[[int], tuple[float, float]]
"""The place of the subject's middle in frame t, as fractions of width and height."""

_FINE = 2
"""Samples of the world in a pixel of the frame."""


def still() -> Camera:
    """Return a camera on a tripod."""
    return lambda t: np.eye(3)


def pan(dx: float, dy: float = 0.0) -> Camera:
    """Return a camera whose picture moves by (dx, dy) pixels a frame."""
    return path([(dx, dy)])


def path(steps: Sequence[tuple[float, float]]) -> Camera:
    """Return a camera whose picture makes these moves, the last one again and again."""

    def at(t: int) -> Matrix:
        taken = list(steps[:t]) + [steps[-1]] * (t - len(steps))
        matrix = np.eye(3)
        matrix[:2, 2] = np.sum(np.array(taken).reshape(-1, 2), axis=0)
        return matrix

    return at


def drift(dx: float = 0.0, dy: float = 0.0, degrees: float = 0.0, zoom: float = 1.0) -> Camera:
    """Return a camera that shifts, turns (clockwise as seen) and zooms by so much a frame."""
    turn = np.deg2rad(degrees)
    step = np.array(
        [
            [zoom * np.cos(turn), -zoom * np.sin(turn), dx],
            [zoom * np.sin(turn), zoom * np.cos(turn), dy],
            [0.0, 0.0, 1.0],
        ]
    )
    return lambda t: np.linalg.matrix_power(step, t)


def hand_held(pixels: float, seed: int = 0, length: int = 1000) -> Camera:
    """Return a camera that shakes by about so many pixels a frame."""
    rng = np.random.default_rng(seed)
    return path([(float(x), float(y)) for x, y in rng.normal(0, pixels, (length, 2))])


def walk(
    start: tuple[float, float] = (0.5, 0.5), step: tuple[float, float] = (0.012, 0.004)
) -> Path2D:
    """Return the path of a subject that crosses the picture at an even pace."""
    return lambda t: (start[0] + t * step[0], start[1] + t * step[1])


def _blurred(picture: NDArray[Any], sigma: float) -> NDArray[Any]:
    """Return a periodic picture under a Gaussian blur of ``sigma`` samples."""
    fy = np.fft.fftfreq(picture.shape[0])[:, None]
    fx = np.fft.rfftfreq(picture.shape[1])[None, :]
    gain = np.exp(-2 * (np.pi * sigma) ** 2 * (fx**2 + fy**2))
    return np.fft.irfft2(np.fft.rfft2(picture) * gain, picture.shape)


@lru_cache(maxsize=6)
def _world(side: int, seed: int) -> NDArray[np.float32]:
    """Return a (side, side, 3) float32 periodic picture, 0-1: blocks, discs, bars and grain."""
    rng = np.random.default_rng(seed)
    picture = np.full((side, side, 3), 0.5, np.float32)
    for _ in range(80):
        colour = rng.uniform(0.12, 0.88, 3)
        x, y = (int(i) for i in rng.integers(0, side, 2))
        wide, high = (int(i) for i in rng.uniform(0.02, 0.11, 2) * side)
        for left, top in product((x, x - side), (y, y - side)):
            if wide > high:
                corner = (left + 2 * wide, top + 2 * high)
                cv2.rectangle(picture, (left, top), corner, colour.tolist(), cv2.FILLED)
            else:
                middle = (left + wide, top + high)
                cv2.ellipse(picture, middle, (wide, high), 0, 0, 360, colour.tolist(), cv2.FILLED)
    fine, coarse = (_blurred(rng.standard_normal((side, side), np.float32), s) for s in (2.0, 9.0))
    grain = 0.05 * fine / fine.std() + 0.06 * coarse / coarse.std()
    channels = [_blurred(picture[..., i], 1.2 * _FINE) + grain for i in range(3)]
    return np.clip(np.dstack(channels), 0.02, 0.98).astype(np.float32)


def _sampled(world: NDArray[np.float32], x: NDArray[Any], y: NDArray[Any]) -> NDArray[np.float32]:
    """Return the (H, W, 3) world at these places, in pixels of the frame."""
    side = world.shape[0]
    x0, y0 = np.floor(x * _FINE).astype(int), np.floor(y * _FINE).astype(int)
    fx = (x * _FINE - x0).astype(np.float32)[..., None]
    fy = (y * _FINE - y0).astype(np.float32)[..., None]
    left, right, top, bottom = x0 % side, (x0 + 1) % side, y0 % side, (y0 + 1) % side
    upper = world[top, left] * (1 - fx) + world[top, right] * fx
    lower = world[bottom, left] * (1 - fx) + world[bottom, right] * fx
    return upper * (1 - fy) + lower * fy


@dataclass(frozen=True)
class Subject:
    """A textured ellipse with a soft edge that moves by itself."""

    area: float = 0.1
    """Share of the picture that it covers."""
    path: Path2D = field(default_factory=walk)
    """Where its middle is in the picture; the camera does not carry it along."""
    tall: float = 1.6
    """Height over width, both in shares of the picture."""
    edge: float = 3.0
    """Pixels over which the matte falls from 1 to 0."""


@dataclass(frozen=True, eq=False)
class View:
    """One picture of a scene, and the truth about it."""

    rgb: NDArray[Any]
    """(H, W, 3) uint8 or uint16: what the camera saw, with noise."""
    alpha: NDArray[Any]
    """(H, W) of the same type: rgb = alpha x subject + (1 - alpha) x clean, in display values."""
    clean: NDArray[Any]
    """(H, W, 3): the background of this very picture, without subject and noise."""
    motion: Matrix
    """(3, 3) from the frame before to this one."""
    pose: Matrix
    """(3, 3) from the scene's first frame to this one."""


@dataclass(frozen=True)
class Scene:
    """A world, a camera and perhaps a subject."""

    width: int = 320
    height: int = 180
    frames: int = 24
    camera: Camera = field(default_factory=still)
    subject: Subject | None = None
    noise: float = 0.0
    """Standard deviation, in levels of 255."""
    exposure: Callable[[int], float] = lambda t: 1.0
    """Factor on the display values of frame t."""
    depth: Literal[8, 16] = 8
    seed: int = 1

    def __iter__(self) -> Iterator[View]:
        return (self.view(t) for t in range(self.frames))

    def pose(self, t: int) -> Matrix:
        """Return the matrix from frame 0 to frame t, in display pixels."""
        middle = np.eye(3)
        middle[:2, 2] = (self.width - 1) / 2, (self.height - 1) / 2
        return middle @ self.camera(t) @ np.linalg.inv(middle)

    def view(self, t: int) -> View:
        """Return frame t."""
        clean = self._clean(t)
        alpha = self._matte(t)
        rgb = clean
        if self.subject is not None:
            rgb = alpha[..., None] * self._body(t) + (1 - alpha[..., None]) * clean
        grain = np.random.default_rng([self.seed, t]).normal(0, 1, rgb.shape) * self.noise / 255
        bright = self.exposure(t)
        before = self.pose(t - 1) if t else self.pose(0)
        return View(
            self._stored(rgb * bright + grain),
            self._stored(alpha),
            self._stored(clean * bright),
            self.pose(t) @ np.linalg.inv(before),
            self.pose(t),
        )

    def _side(self) -> int:
        return int(np.ceil(1.6 * max(self.width, self.height) * _FINE / 64)) * 64

    def _grid(self) -> tuple[NDArray[Any], NDArray[Any]]:
        y, x = np.mgrid[0 : self.height, 0 : self.width].astype(np.float64)
        return x, y

    def _clean(self, t: int) -> NDArray[np.float32]:
        x, y = self._grid()
        back = np.linalg.inv(self.pose(t))
        seen_x, seen_y = (row[0] * x + row[1] * y + row[2] for row in back[:2])
        return _sampled(_world(self._side(), self.seed), seen_x, seen_y)

    def _middle(self, t: int) -> tuple[float, float]:
        assert self.subject is not None
        x, y = self.subject.path(t)
        return x * self.width, y * self.height

    def _body(self, t: int) -> NDArray[np.float32]:
        x, y = self._grid()
        at_x, at_y = self._middle(t)
        return _sampled(_world(self._side(), self.seed + 1000), x - at_x, y - at_y)

    def _matte(self, t: int) -> NDArray[np.float64]:
        if self.subject is None:
            return np.zeros((self.height, self.width))
        x, y = self._grid()
        at_x, at_y = self._middle(t)
        across = np.sqrt(self.subject.area / np.pi / self.subject.tall) * self.width
        down = np.sqrt(self.subject.area / np.pi * self.subject.tall) * self.height
        reach = np.hypot((x - at_x) / across, (y - at_y) / down)
        steep = np.hypot((x - at_x) / across**2, (y - at_y) / down**2) / np.maximum(reach, 1e-9)
        distance = (reach - 1) / np.maximum(steep, 1e-9)
        return np.clip(0.5 - distance / self.subject.edge, 0, 1)

    def _stored(self, values: NDArray[Any]) -> NDArray[Any]:
        white = (1 << self.depth) - 1
        kind = np.uint8 if self.depth == 8 else np.uint16
        return np.clip(np.rint(values * white), 0, white).astype(kind)


def joined(*scenes: Iterable[View]) -> Iterator[View]:
    """Return the views of several scenes, a hard cut between them."""
    return chain.from_iterable(scenes)


def video_of(scene: Scene, rate: Fraction = Fraction(25), *, alpha: bool = False) -> VideoInfo:
    """Return what a reader would know of the scene as a video."""
    return VideoInfo(
        scene.width, scene.height, rate, 1 / rate, depth=scene.depth, bits=scene.depth,
        alpha=alpha, frames=scene.frames, duration=scene.frames / rate,
    )  # fmt: skip


def frames_of(views: Iterable[View], *, alpha: bool = False) -> Iterator[Frame]:
    """Return the views as frames, one unit of pts apart."""
    for t, view in enumerate(views):
        yield Frame(view.rgb, t, view.alpha if alpha else None)


def tone(seconds: float, hertz: float = 440.0, rate: int = 48000) -> NDArray[np.int16]:
    """Return a (1, samples) int16 sine."""
    t = np.arange(round(seconds * rate)) / rate
    return np.rint(9000 * np.sin(2 * np.pi * hertz * t)).astype(np.int16)[None]


def _sound(stream: Any, seconds: float) -> Iterator[Any]:
    """Yield the packets of a tone."""
    wave = tone(seconds)
    for start in range(0, wave.shape[1], 1024):
        block = av.AudioFrame.from_ndarray(wave[:, start : start + 1024], "s16", "mono")
        block.sample_rate, block.pts, block.time_base = 48000, start, Fraction(1, 48000)
        yield from stream.encode(block)
    yield from stream.encode(None)


def write_clip(
    target: Path, views: Iterable[View], *, rate: int = 25, codec: str = "ffv1",
    pixel_format: str = "bgr0", options: dict[str, str] | None = None, sound: bool = False,
) -> Path:  # fmt: skip
    """Write the views with PyAV alone, losslessly unless told otherwise, and return the path."""
    with av.open(str(target), "w") as box:
        stream: Any = None
        audio: Any = box.add_stream("flac", rate=48000, layout="mono") if sound else None
        count = 0
        for view in views:
            if stream is None:
                stream = box.add_stream(codec, rate=rate, options=options or {})
                stream.height, stream.width = view.rgb.shape[:2]
                stream.pix_fmt = pixel_format
            kind = "rgb24" if view.rgb.dtype == np.uint8 else "rgb48le"
            box.mux(stream.encode(av.VideoFrame.from_ndarray(view.rgb, format=kind)))
            count += 1
        for packet in _sound(audio, count / rate) if sound else ():
            box.mux(packet)
        box.mux(stream.encode(None))
    return target
