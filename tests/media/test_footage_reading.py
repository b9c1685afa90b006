"""Every real clip is read as an independent probe sees it."""

import json
import os
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import pytest

from afterglow.errors import MediaError
from afterglow.media import ReadOptions, open_source

FOOTAGE = os.environ.get("AFTERGLOW_FOOTAGE")
FOLDERS = ("static", "moving", "person_matte", "odd")
SUFFIXES = {".jpg", ".mp4", ".mov", ".mkv", ".webm", ".gif", ".ivf"}
UNREADABLE = {"audio_only.mp4"}
PROBE_CANNOT = {"vvc_unsupported.mp4"}
"""The probe's FFmpeg is older than ours."""
MIRRORED = {"rotate_and_reflect.mp4"}

pytestmark = [
    pytest.mark.footage,
    pytest.mark.skipif(FOOTAGE is None, reason="AFTERGLOW_FOOTAGE names no folder of real clips"),
    pytest.mark.skipif(shutil.which("ffprobe") is None, reason="no ffprobe to compare with"),
]


def clips(*folders: str) -> list[Path]:
    root = Path(FOOTAGE or "/nonexistent")
    found = (path for name in folders for path in sorted((root / name).glob("*")))
    return [path for path in found if path.suffix in SUFFIXES]


def probed(path: Path, stream: int) -> tuple[list[int], int, int]:
    """Times of all frames, and the size, of one stream, by ffprobe."""
    answer = subprocess.run(
        [
            "ffprobe", "-v", "error", "-select_streams", str(stream), "-show_frames",
            "-show_streams", "-show_entries",
            "frame=pts,best_effort_timestamp,side_data_list:"
            "stream=width,height:stream_side_data=rotation:frame_side_data=",
            "-of", "json", f"file:{path}",
        ],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    told = json.loads(answer.stdout)
    times = [int(frame["best_effort_timestamp"]) for frame in told["frames"]]
    about = told["streams"][0]
    turned = [s.get("rotation", 0) for s in about.get("side_data_list", [])]
    width, height = about["width"], about["height"]
    if any(round(angle) % 180 for angle in turned):
        width, height = height, width
    return times, width, height


@pytest.mark.parametrize("path", clips(*FOLDERS), ids=lambda path: path.name)
def test_frames_are_those_the_probe_sees(path: Path) -> None:
    if path.name in UNREADABLE:
        with pytest.raises(MediaError, match="no video"):
            open_source(str(path), ReadOptions(), lambda line: None)
        return
    with open_source(str(path), ReadOptions(hdr="keep"), lambda line: None) as source:
        shapes, times = set(), []
        for frame in source.frames():
            shapes.add(frame.pixels.shape)
            times.append(frame.pts)
        stream = source.stream_index
        video = source.video
    assert shapes == {(video.height, video.width, 3)}
    if path.name not in PROBE_CANNOT:
        told, width, height = probed(path, stream)
        assert times == told
        assert (video.width, video.height) == (width, height)
    if video.frames is not None:
        assert video.frames == len(times)
    if video.duration is not None:
        length = (times[-1] - times[0]) * video.time_base
        assert length <= video.duration <= length + 2 / video.rate + Fraction(1, 5)


@pytest.mark.parametrize("path", clips("broken"), ids=lambda path: path.name)
def test_broken_files_are_one_clear_error(path: Path) -> None:
    with (
        pytest.raises(MediaError) as caught,
        open_source(str(path), ReadOptions(), lambda line: None) as source,
    ):
        for _ in source.frames():
            continue
    assert path.name in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_damaged_photo_and_truncated_photo_are_errors() -> None:
    for name in ("damaged_photo_green.jpg", "truncated.jpg"):
        path = Path(FOOTAGE or "") / "broken" / name
        with pytest.raises(MediaError, match="cannot be decoded"):
            open_source(str(path), ReadOptions(), lambda line: None)
