"""Mattes against the truth: people cut out with their own alpha, laid over a known background."""

import os
import tempfile
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import av
import cv2
import numpy as np
from benchmarks.measure import AFTERGLOW, clip, in_turn, spend, transcode
from benchmarks.metrics import score
from numpy.typing import NDArray

from afterglow import media

PEOPLE = {name: f"person_matte/{name}_alpha_vp8.webm" for name in ("dancer", "woman")}
PHOTO = "images/tokyo_landscape.jpg"
GREEN = (0, 177, 64)
"""RGB of the cloth of a green screen."""
GROUNDS = {"person": "photo", "difference": "photo", "chroma": "green"}
"""What the people stand before, for each backend."""
QP, PRESET = 10, "medium"
"""How the yardstick of the long run encodes."""


class Take(NamedTuple):
    """A person laid over a background by us."""

    clip: Path
    """The lossless result."""
    plate: Path
    """The background alone."""
    person: Path
    """The person with the true alpha."""
    frames: int
    """Frames of it."""


def run(*, quick: bool, long: bool = False) -> dict[str, object]:
    """Errors of every backend and of the bare network, or what ten minutes cost."""
    with tempfile.TemporaryDirectory(prefix="afterglow-bench-") as name:
        if long:
            return {"long_360p": _long(Path(name), (10, 30) if quick else (60, 600))}
        return {
            "scales": "MAD, MSE x 1e3; Grad, Conn x 1e-3 summed over a frame; dtSSD x 1e2",
            "grounds": {backend: GROUNDS[backend] for backend in GROUNDS},
            "errors": _errors(Path(name), _footage(), 45 if quick else 10_000),
        }


def _footage() -> Path:
    named = os.environ.get("AFTERGLOW_FOOTAGE")
    if not named:
        raise SystemExit("the people are in the folder that AFTERGLOW_FOOTAGE should name")
    return Path(named)


def _errors(folder: Path, footage: Path, most: int) -> dict[str, dict[str, object]]:
    """Every measure by clip and backend; beside person the bare network, resized."""
    found: dict[str, dict[str, object]] = {}
    for name, place in PEOPLE.items():
        takes = {
            ground: _lay(folder / f"{name}-{ground}", footage / place, paint, most)
            for ground, paint in (("photo", _photo(footage / PHOTO)), ("green", _green))
        }
        found[name] = {b: _matted(takes[ground], b) for b, ground in GROUNDS.items()}
        found[name]["network_resized"] = score(_against(takes["photo"], _bare(takes["photo"])))
    return found


def _green(width: int, height: int) -> NDArray[np.uint8]:
    return np.full((height, width, 3), GREEN, np.uint8)


def _photo(path: Path) -> Callable[[int, int], NDArray[np.uint8]]:
    """The middle of a photo, as large as it covers the frame."""
    photo = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)

    def covering(width: int, height: int) -> NDArray[np.uint8]:
        scale = max(width / photo.shape[1], height / photo.shape[0])
        size = (
            max(width, round(photo.shape[1] * scale)),
            max(height, round(photo.shape[0] * scale)),
        )
        whole = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
        left, top = (size[0] - width) // 2, (size[1] - height) // 2
        return np.ascontiguousarray(whole[top : top + height, left : left + width])

    return covering


def _lay(
    stem: Path, person: Path, paint: Callable[[int, int], NDArray[np.uint8]], most: int
) -> Take:
    """Lay a person over a background, in display values as a browser does, without loss."""
    made, plate = stem.with_suffix(".mkv"), stem.with_suffix(".png")
    with _opened(person) as source, av.open(str(made), "w") as box:
        video = source.video
        ground = paint(video.width, video.height)
        cv2.imwrite(str(plate), cv2.cvtColor(ground, cv2.COLOR_RGB2BGR))
        coded = box.add_stream("ffv1", rate=video.rate)
        coded.width, coded.height, coded.pix_fmt = video.width, video.height, "bgr0"
        count = 0
        for count, frame in enumerate(islice(source.frames(), most), 1):
            alpha = np.asarray(frame.alpha, np.float32)[..., None] / 255
            laid = np.rint(alpha * frame.pixels + (1 - alpha) * ground).astype(np.uint8)
            picture = av.VideoFrame.from_ndarray(laid, format="rgb24").reformat(format="bgr0")
            picture.pts, picture.time_base = count - 1, 1 / Fraction(video.rate)
            box.mux(coded.encode(picture))
        box.mux(coded.encode(None))
    return Take(made, plate, person, count)


def _opened(path: Path) -> media.Source:
    return media.open_source(str(path), media.ReadOptions(), lambda note: None)


def _matted(take: Take, backend: str) -> dict[str, float]:
    """The errors of the real command, and its pace, from start to end of the program."""
    made = take.clip.with_name(f"{take.clip.stem}-{backend}.mkv")
    more = [f"--plate={take.plate}"] if backend == "difference" else []
    spent = spend([*_matte(take.clip, made), f"--model={backend}", *more])
    errors = score(_against(take, _grays(made)))
    return {**errors, "fps": round(take.frames / spent.wall, 1)}


def _matte(source: Path, target: Path) -> list[str]:
    flags = ["--quiet", "--overwrite", "--device=cpu", "--alpha-codec=ffv1"]
    return [*AFTERGLOW, "matte", str(source), str(target), *flags]


def _grays(path: Path) -> Iterator[NDArray[np.float32]]:
    """(H, W) mattes as stored."""
    with av.open(str(path)) as box:
        for frame in box.decode(video=0):
            if frame.format.name != "gray":
                raise SystemExit(f"{path.name} is {frame.format.name}, and not gray")
            yield frame.to_ndarray().astype(np.float32) / 255


def _against(
    take: Take, mattes: Iterator[NDArray[np.float32]]
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Every matte with the truth; they must be equally many."""
    with _opened(take.person) as source:
        truths = (np.asarray(f.alpha, np.float32) / 255 for f in source.frames())
        yield from zip(mattes, islice(truths, take.frames), strict=True)


def _bare(take: Take) -> Iterator[NDArray[np.float32]]:
    """The landscape network on whole pictures, its output resized: nothing else."""
    from afterglow.models.person import person_networks

    landscape, _ = person_networks()
    with landscape() as network, _opened(take.clip) as source:
        for frame in source.frames():
            picture = cv2.resize(np.asarray(frame.pixels), (256, 144), interpolation=cv2.INTER_AREA)
            sure = network(np.ascontiguousarray(picture))
            size = (source.video.width, source.video.height)
            yield cv2.resize(sure, size, interpolation=cv2.INTER_LINEAR)


def _long(folder: Path, lengths: tuple[int, int]) -> dict[str, object]:
    """Peak memory of a short and a long run of person, and its pace beside a transcode's."""
    short, long = (clip(folder, 360, seconds) for seconds in lengths)
    brief = spend([*_matte(short, folder / "short.mkv"), "--model=person"])
    mine, floor = in_turn(
        1,
        lambda: spend([*_matte(long, folder / "long.mkv"), "--model=person"]),
        lambda: spend(transcode(long, folder / "floor.mp4", QP, PRESET)),
    )
    frames = lengths[1] * 24
    return {
        "settings": f"person defaults; transcode: libx264 -qp {QP} -preset {PRESET}",
        f"peak_mb_{lengths[0]}s": round(brief.peak_mb),
        f"peak_mb_{lengths[1]}s": round(mine.peak_mb),
        "peak_ratio": round(mine.peak_mb / brief.peak_mb, 3),
        "fps": round(frames / mine.wall, 1),
        "transcode_fps": round(frames / floor.wall, 1),
        "ratio_of_wall_time": round(mine.wall / floor.wall, 2),
        "cpu_ms_per_frame": round(mine.cpu / frames * 1000, 1),
    }
