"""Every real clip through the program, compared with its source as another program sees both."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from tests.program import afterglow

FOOTAGE = Path(os.environ.get("AFTERGLOW_FOOTAGE", "/nonexistent"))
CLIPS = {".mp4", ".mov", ".mkv", ".webm", ".gif", ".ivf"}
REFUSED = {
    "audio_only.mp4": "no video",
    "av1_10bit_pq_mdcv.mp4": "--hdr",
    "dolbyvision_hlg_rot90.mov": "--hdr",
    "hevc10_hlg.mp4": "--hdr",
}
"""Clips that are refused, and what the line must speak of."""

pytestmark = [
    pytest.mark.footage,
    pytest.mark.skipif(not FOOTAGE.is_dir(), reason="AFTERGLOW_FOOTAGE names no folder of clips"),
]


def clips(*folders: str) -> list[Path]:
    return [p for name in folders for p in sorted((FOOTAGE / name).glob("*")) if p.suffix in CLIPS]


@dataclass(frozen=True)
class Facts:
    """What a probe says of a clip."""

    times: list[float]
    """Seconds of every picture."""
    size: tuple[int, int]
    """As displayed, in samples."""
    aspect: str
    """Sample aspect ratio."""
    sounds: list[tuple[float, int]]
    """Of every sound track: seconds of its first packet, and its packets."""


def facts(path: Path) -> Facts:
    """By ffprobe where it is installed and decodes the clip, else by PyAV alone."""
    found = by_ffprobe(path) if shutil.which("ffprobe") else None
    return found if found and found.times else by_pyav(path)


def by_ffprobe(path: Path) -> Facts:
    asked = ["ffprobe", "-v", "error", "-show_streams", "-of", "json", f"file:{path}"]
    streams = json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)["streams"]
    pictures = [s for s in streams if s["codec_type"] == "video"]
    chosen = next(s for s in pictures if not s["disposition"]["attached_pic"])
    frames = listed(path, chosen["index"], "frame=best_effort_timestamp_time", "-show_frames")
    times = [float(f["best_effort_timestamp_time"]) for f in frames["frames"]]
    width, height = chosen["width"], chosen["height"]
    turned = [s.get("rotation", 0) for s in chosen.get("side_data_list", [])]
    aspect = chosen.get("sample_aspect_ratio", "1:1").replace("0:1", "1:1")
    if any(round(angle) % 180 for angle in turned):
        width, height = height, width
        aspect = ":".join(reversed(aspect.split(":")))
    sounds = [s["index"] for s in streams if s["codec_type"] == "audio"]
    return Facts(times, (width, height), aspect, [heard(path, index) for index in sounds])


def listed(path: Path, stream: int, entries: str, what: str) -> Any:
    asked = ["ffprobe", "-v", "error", "-select_streams", str(stream), what]
    asked += ["-show_entries", entries, "-of", "json", f"file:{path}"]
    return json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)


def heard(path: Path, stream: int) -> tuple[float, int]:
    packets = listed(path, stream, "packet=pts_time", "-show_packets")["packets"]
    return float(packets[0]["pts_time"]), len(packets)


def by_pyav(path: Path) -> Facts:
    with av.open(f"file:{path}") as box:
        pictures = box.streams.best("video")
        assert pictures is not None
        sounds: dict[int, list[float]] = {s.index: [] for s in box.streams.audio}
        times, turned = [], 0
        for packet in box.demux():
            if packet.stream is pictures:
                for frame in packet.decode():
                    turned = frame.rotation
                    times.append(float(frame.pts * frame.time_base))
            elif packet.stream.index in sounds and packet.pts is not None:
                sounds[packet.stream.index].append(float(packet.pts * packet.time_base))
        size = (pictures.width, pictures.height)
        aspect = Fraction(pictures.sample_aspect_ratio or 1)
    if turned % 180:
        size, aspect = size[::-1], 1 / aspect
    told = f"{aspect.numerator}:{aspect.denominator}"
    return Facts(times, size, told, [(min(t), len(t)) for t in sounds.values()])


@pytest.mark.parametrize(
    "path", clips("static", "moving", "person_matte", "odd"), ids=lambda path: path.name
)
def test_a_clip_comes_out_with_its_time_size_and_sound(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    flags = ["--preset", "ultrafast", "--qp", "30", "--layers", "2", "--", path, out]
    result = afterglow("ghost", *flags, timeout=600)
    if path.name in REFUSED:
        assert result.returncode == 3
        assert REFUSED[path.name] in result.stderr
        assert "Traceback" not in result.stderr
        assert list(tmp_path.iterdir()) == []
        return
    assert result.returncode == 0, result.stderr
    compare(facts(path), facts(out))


def compare(given: Facts, made: Facts) -> None:
    """Times from the first picture on to a millisecond, the size, the aspect, and every sound."""
    assert len(made.times) == len(given.times)
    begun, starts = given.times[0], made.times[0]
    apart = [abs((m - starts) - (g - begun)) for m, g in zip(made.times, given.times, strict=True)]
    assert max(apart) <= 0.001
    even = tuple(side + side % 2 for side in given.size)
    assert made.size in (given.size, even)
    assert made.aspect == given.aspect
    assert len(made.sounds) == len(given.sounds)
    for (given_at, given_count), (made_at, made_count) in zip(
        given.sounds, made.sounds, strict=True
    ):
        assert made_count == given_count
        assert abs((made_at - starts) - (given_at - begun)) <= 0.001


@pytest.mark.parametrize("path", clips("broken"), ids=lambda path: path.name)
def test_a_broken_clip_is_one_line_and_no_file(path: Path, tmp_path: Path) -> None:
    result = afterglow("ghost", path, tmp_path / "out.mp4", timeout=300)
    assert result.returncode == 3
    errors = [line for line in result.stderr.splitlines() if "error:" in line]
    assert len(errors) == 1 and path.name in errors[0]
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []
