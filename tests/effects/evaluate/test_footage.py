"""On real clips, planted defects are found: the clean clip ranks first."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from afterglow.cli.main import exit_code

pytestmark = pytest.mark.footage

CLIPS = ["static/juggle.mp4", "static/bottle-detection.mp4", "cartoon/bunny_face.mp4"]
COUNT, SIZE = 16, (480, 270)

Frames = list[np.ndarray]


def flicker(frames: Frames) -> Frames:
    rng = np.random.default_rng(1)
    return [frame * (1 + 0.02 * rng.standard_normal()) for frame in frames]


def jitter(frames: Frames) -> Frames:
    rng = np.random.default_rng(2)
    moves = [np.array([[1, 0, x], [0, 1, y]]) for x, y in rng.normal(0, 0.7, (len(frames), 2))]
    more = {"flags": cv2.INTER_CUBIC, "borderMode": cv2.BORDER_REFLECT}
    return [
        cv2.warpAffine(frame, move, SIZE, **more).astype(float)
        for frame, move in zip(frames, moves, strict=True)
    ]


def drift(frames: Frames) -> Frames:
    warm = 0.08 * np.array([1, 0, -1])
    return [frame * (1 + warm * t / (COUNT - 1)) for t, frame in enumerate(frames)]


def grain(frames: Frames) -> Frames:
    rng = np.random.default_rng(3)
    return [frame + rng.normal(0, 4, frame.shape) for frame in frames]


DEFECTS: dict[Callable[[Frames], Frames], list[str]] = {
    flicker: ["warp_error", "flicker"],
    jitter: ["warp_error", "jitter"],
    drift: ["warp_error", "drift"],
    grain: ["warp_error"],
}
"""What is planted, and the measures that must rank it below the clean clip."""
CLEARLY = {"flicker": 3, "jitter": 3, "drift": 1.5}
"""Factors by which a defect's own measure must grow."""


def read(path: Path) -> Frames:
    with av.open(str(path)) as box:
        frames = [
            frame.to_ndarray(format="rgb24")
            for frame, _ in zip(box.decode(video=0), range(COUNT), strict=False)
        ]
    return [cv2.resize(frame, SIZE, interpolation=cv2.INTER_AREA).astype(float) for frame in frames]


def write(path: Path, frames: Frames) -> None:
    with av.open(str(path), "w") as box:
        stream = box.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "bgr0"  # type: ignore[attr-defined]
        for frame in frames:
            levels = np.rint(np.clip(frame, 0, 255)).astype(np.uint8)
            box.mux(stream.encode(av.VideoFrame.from_ndarray(levels, format="rgb24")))  # type: ignore[attr-defined]
        box.mux(stream.encode(None))  # type: ignore[attr-defined]


@pytest.mark.parametrize("clip", CLIPS)
def test_all_planted_defects_are_found(
    clip: str, footage: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clean = read(footage / clip)
    write(tmp_path / "clean.mkv", clean)
    for plant in DEFECTS:
        write(tmp_path / f"{plant.__name__}.mkv", plant(clean))
    names = ["clean", *(plant.__name__ for plant in DEFECTS)]
    assert exit_code(["evaluate", *(str(tmp_path / f"{n}.mkv") for n in names), "--json"]) == 0
    videos = json.loads(capsys.readouterr().out)["videos"]
    found = {name: video["figures"] for name, video in zip(names, videos, strict=True)}
    for plant, measures in DEFECTS.items():
        for measure in measures:
            good, bad = found["clean"][measure], found[plant.__name__][measure]
            assert bad > good * CLEARLY.get(measure, 1), (plant.__name__, measure)
