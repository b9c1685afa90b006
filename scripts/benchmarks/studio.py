"""studio against a plain transcode: of its own output, the same pictures, and of the source."""

import re
import tempfile
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from benchmarks.measure import AFTERGLOW, Spent, against, clip, memory, spend

QP, PRESET = 14, "medium"
SECONDS = 10.0
PACE = re.compile(r"(analysis|render): (\d+) frames in [\d.]+ s \(([\d.]+) fps\)")


def run(*, quick: bool) -> dict[str, object]:
    """Paces of both phases, wall time over a transcode's, and peak memory, at 1080 lines."""
    seconds, turns = (2.0, 1) if quick else (SECONDS, 3)
    with tempfile.TemporaryDirectory(prefix="afterglow-bench-") as name:
        folder = Path(name)
        return {
            "settings": f"--bg room, matte from a file; libx264 -qp {QP} -preset {PRESET}",
            "analysis_of_360_lines_fps": _analysis(folder, seconds),
            "still_1080p": _against(folder, clip(folder, 1080, seconds), seconds, turns),
            "pan_1080p": _against(folder, panned(folder, 1080, seconds), seconds, turns),
            "memory_1080p": memory(folder, (2.0, 4.0) if quick else (10.0, 30.0), _studio),
        }


def _studio(source: Path, target: Path) -> list[str]:
    flags = ["--bg=room", "--seed=1", "--overwrite", "--device=cpu", "--encoder=software"]
    more = [f"--preset={PRESET}", f"--qp={QP}"]
    matte = str(matte_of(source))
    return [*AFTERGLOW, "studio", str(source), matte, str(target), *flags, *more]


def _analysis(folder: Path, seconds: float) -> float:
    """Frames a second of the first phase; decoding the clip, which has 360 lines, is in it."""
    source = panned(folder, 360, seconds)
    return paces(spend([*_studio(source, folder / "small.mp4"), "--resolution=360"]))["analysis"]


def _against(folder: Path, source: Path, seconds: float, turns: int) -> dict[str, float]:
    frames = round(seconds * 24)
    paced = paces(spend(_studio(source, folder / "studio.mp4")))
    return {
        **against(folder, source, frames, turns, _studio, (QP, PRESET)),
        "analysis_fps": paced["analysis"],
        "render_fps": paced["render"],
    }


def paces(spent: Spent) -> dict[str, float]:
    """Frames a second of each phase, as the program told."""
    return {phase: float(fps) for phase, _, fps in PACE.findall(spent.said)}


def panned(folder: Path, lines: int, seconds: float) -> Path:
    """The clip seen by a camera that pans to and fro within it, a pixel or two a frame."""
    target = folder / f"pan-{lines}-{seconds:g}.mp4"
    if target.exists():
        return target
    width, scale = lines * 16 // 9, 1.25
    size = round(width * scale), round(lines * scale)
    with av.open(str(clip(folder, lines, seconds))) as given, av.open(str(target), "w") as box:
        stream = box.add_stream("libx264", rate=24, options={"qp": "18", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = width, lines, "yuv420p"
        for index, frame in enumerate(given.decode(video=0)):
            whole = cv2.resize(frame.to_ndarray(format="rgb24"), size)
            x = (size[0] - width) / 2 * (1 + 0.9 * np.sin(index / 60))
            y = (size[1] - lines) / 2
            part = cv2.getRectSubPix(whole, (width, lines), (x + width / 2, y + lines / 2))
            made = av.VideoFrame.from_ndarray(part, format="rgb24")
            made.pts, made.time_base = index, Fraction(1, 24)
            box.mux(stream.encode(made))
        box.mux(stream.encode(None))
    return target


def matte_of(source: Path) -> Path:
    """A matte for a clip, of the person networks: its edges are as wide as people's are."""
    target = source.with_name(f"{source.stem}-matte.mp4")
    if not target.exists():
        flags = ["--model=person", "--quiet", "--device=cpu"]
        spend([*AFTERGLOW, "matte", str(source), str(target), *flags])
    return target
