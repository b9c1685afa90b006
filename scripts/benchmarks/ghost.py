"""ghost against a transcode of its own output: the same pictures to encode, the fair floor."""

import tempfile
import time
from fractions import Fraction
from pathlib import Path

import av
from benchmarks.measure import AFTERGLOW, against, clip, memory

from afterglow.effects.ghost.effect import Ghost
from afterglow.frames import Frame, VideoInfo

QP, PRESET = 10, "medium"
SIZES = {"720p": (720, 10.0), "1080p": (1080, 10.0), "2160p": (2160, 4.0)}
"""Lines, and seconds of the clips."""


def run(*, quick: bool) -> dict[str, object]:
    """Ratios of wall time at three sizes, time of the effect alone, and memory against length."""
    with tempfile.TemporaryDirectory(prefix="afterglow-bench-") as name:
        folder = Path(name)
        return {
            "settings": f"ghost defaults, libx264 -qp {QP} -preset {PRESET}",
            "against_transcode": {
                size: _against(folder, lines, seconds if not quick else 2.0, 1 if quick else 3)
                for size, (lines, seconds) in SIZES.items()
            },
            # Before this process grows: a child's peak counts its parent's size at the start.
            "memory_1080p": memory(folder, (2.0, 6.0) if quick else (10.0, 60.0), _ghost),
            "effect_alone_1080p_ms": {
                style: _alone(folder, style, 48 if quick else 160)
                for style in ("glow", "shadow", "normal")
            },
        }


def _ghost(source: Path, target: Path) -> list[str]:
    flags = ["--quiet", "--overwrite", "--device=cpu", "--encoder=software", f"--preset={PRESET}"]
    return [*AFTERGLOW, "ghost", str(source), str(target), f"--qp={QP}", *flags]


def _against(folder: Path, lines: int, seconds: float, turns: int) -> dict[str, float]:
    source = clip(folder, lines, seconds)
    return against(folder, source, round(seconds * 24), turns, _ghost, (QP, PRESET))


def _alone(folder: Path, style: str, count: int) -> float:
    """Milliseconds of a 1080p frame in the effect, once the trail has grown."""
    frames = _decoded(clip(folder, 1080, 10.0), count)
    video = VideoInfo(1920, 1080, Fraction(24), Fraction(1, 24))
    made = Ghost(style=style).stream(iter(frames), video)
    grown = 36
    for _ in range(grown):
        next(made)
    begun = time.perf_counter()
    rest = sum(1 for _ in made)
    return round((time.perf_counter() - begun) / rest * 1000, 2)


def _decoded(path: Path, count: int) -> list[Frame]:
    with av.open(str(path)) as box:
        decoded = zip(range(count), box.decode(video=0), strict=False)
        return [Frame(frame.to_ndarray(format="rgb24"), index) for index, frame in decoded]
