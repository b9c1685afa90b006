"""The looks of ``style cinematic`` against a plain transcode of what each makes."""

import tempfile
from functools import partial
from pathlib import Path

from benchmarks.measure import AFTERGLOW, against, clip, memory, spend

QP, PRESET = 18, "veryfast"
"""So that the looks are measured, and not how hard their grain is to encode."""
LOOKS = (
    *("cinematic", "anime", "realistic", "abstract", "vintage", "neon", "noir", "watercolor"),
    "none",
)
SECONDS = 5.0


def run(*, quick: bool) -> dict[str, object]:
    """Pace of every look at 1080 lines, of a clip of balanced quality, and peak memory."""
    seconds, turns = (1.0, 1) if quick else (SECONDS, 1)
    with tempfile.TemporaryDirectory(prefix="afterglow-bench-") as name:
        folder = Path(name)
        source, frames = clip(folder, 1080, seconds), round(seconds * 24)
        return {
            "settings": f"each look at full strength; libx264 -qp {QP} -preset {PRESET}",
            "looks_1080p": {
                look: against(folder, source, frames, turns, partial(_styled, look), (QP, PRESET))
                for look in LOOKS
            },
            "balanced_5s_seconds": _balanced(folder, source),
            "memory_1080p": memory(
                folder, (1.0, 3.0) if quick else (5.0, 30.0), partial(_styled, "cinematic")
            ),
        }


def _styled(look: str, source: Path, target: Path) -> list[str]:
    flags = ["--seed=1", "--quiet", "--overwrite", "--device=cpu", "--encoder=software"]
    coding = [f"--qp={QP}", f"--preset={PRESET}"]
    made = ["style", "cinematic", str(source), str(target), f"--style={look}"]
    return [*AFTERGLOW, *made, *flags, *coding]


def _balanced(folder: Path, source: Path) -> float:
    """Seconds for the clip with look, camera move and light in the balanced quality."""
    made = ["style", "cinematic", str(source), str(folder / "balanced.mp4"), "--quality=balanced"]
    more = ["--landscape", "--camera=slow-zoom-in", "--lighting", "--seed=1", "--overwrite"]
    return round(spend([*AFTERGLOW, *made, *more, "--quiet", "--device=cpu"]).wall, 1)
