"""The command as it is typed: what each target gets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.cli.main import exit_code
from tests.effects.matte.cloth import GREEN, SCENE, green_clip
from tests.effects.matte.running import QUIET
from tests.program import pictures, sound

pytestmark = pytest.mark.usefixtures("magenta_people")


def stored(path: Path, layout: str) -> NDArray[Any]:
    """(frames, H, W, ...) pictures as that layout."""
    with av.open(str(path)) as box:
        return np.stack([frame.to_ndarray(format=layout) for frame in box.decode(video=0)])


def truth() -> NDArray[Any]:
    return np.stack([view.alpha for view in SCENE]).astype(float)


def error(found: NDArray[Any]) -> float:
    """Mean absolute difference from the true matte, x 1000."""
    return float(np.abs(found.astype(float) - truth()).mean() / 255 * 1000)


@pytest.mark.parametrize(
    ("name", "flags", "codec", "layout"),
    [
        ("out.mp4", [], "h264", "yuvj420p"),
        ("out.mkv", ["--alpha-codec=ffv1"], "ffv1", "gray"),
        ("out.mkv", ["--alpha-out=no"], "ffv1", "gray"),
    ],
)
def test_a_matte_alone_is_grey_without_loss_and_of_full_range(
    clip: Path, tmp_path: Path, name: str, flags: list[str], codec: str, layout: str
) -> None:
    target = tmp_path / name
    assert exit_code(["matte", str(clip), str(target), "--model=chroma", *flags, *QUIET]) == 0
    with av.open(str(target)) as box:
        video = box.streams.video[0]
        assert (video.codec_context.name, video.codec_context.format.name) == (codec, layout)
    with av.open(str(target)) as box:
        found = np.stack([frame.to_ndarray()[:90, :160] for frame in box.decode(video=0)])
    assert error(found) < 4 and found.min() == 0 and found.max() == 255
    times = [seconds for seconds, _ in pictures(clip)]
    assert [seconds for seconds, _ in pictures(target)] == times
    assert len(sound(target)) > 0


@pytest.mark.parametrize("name", ["out.mkv", "out.mov", "shot_%03d.png"])
def test_a_target_that_holds_a_matte_gets_the_subject_too(
    clip: Path, tmp_path: Path, name: str
) -> None:
    target = tmp_path / name
    assert exit_code(["matte", str(clip), str(target), "--model=chroma", *QUIET]) == 0
    if name.endswith(".png"):
        files = sorted(tmp_path.iterdir())
        found = np.stack([cv2.imread(str(path), cv2.IMREAD_UNCHANGED) for path in files])
        found = found[..., [2, 1, 0, 3]]
    else:
        found = stored(target, "rgba")
    assert error(found[..., 3]) < 4
    inside = truth() == 255
    shown = np.stack([view.rgb for view in SCENE]).astype(float)
    assert np.abs(found[..., :3] - shown)[inside].mean() < 4


def test_sixteen_bits_stay(tmp_path: Path) -> None:
    deep = green_clip(tmp_path, replace(SCENE, depth=16, frames=2))
    target = tmp_path / "out.mkv"
    assert exit_code(["matte", str(deep), str(target), "--model=chroma", *QUIET]) == 0
    found = stored(target, "gbrap16le")
    assert found.dtype == np.uint16 and found[..., 3].max() == 65535
    assert np.abs(found[..., 3] / 257 - truth()[:2]).mean() < 1


def test_start_and_duration_choose_the_pictures(clip: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.mkv"
    part = ["--start=0.08", "--duration=0.12", "--alpha-codec=ffv1"]
    assert exit_code(["matte", str(clip), str(target), "--model=chroma", *part, *QUIET]) == 0
    whole = tmp_path / "whole.mkv"
    line = ["matte", str(clip), str(whole), "--model=chroma", "--alpha-codec=ffv1", *QUIET]
    assert exit_code(line) == 0
    assert np.array_equal(stored(target, "gray"), stored(whole, "gray")[2:5])


def test_a_folder_gets_the_matte_and_the_subject_on_green(clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert exit_code(["matte", str(clip), str(out), "--model=chroma", *QUIET]) == 0
    names = sorted(path.name for path in out.iterdir())
    assert names == ["chroma_alpha.mkv", "chroma_composite.mp4"]
    assert error(stored(out / "chroma_alpha.mkv", "gray")) < 4
    laid = stored(out / "chroma_composite.mp4", "rgb24")
    assert np.abs(laid[:, 2, 2].astype(int) - GREEN).max() <= 4
    assert len(sound(out / "chroma_composite.mp4")) > 0


def test_several_models_are_compared_and_each_gets_what_it_takes(
    clip: Path, plate: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    models = ["--model=person", "--model=chroma", "--model=difference", "--model=chroma"]
    flags = [f"--plate={plate}", "--key=green", "--alpha-codec=h264"]
    assert exit_code(["matte", str(clip), str(out), *models, *flags, *QUIET]) == 0
    each = [f"{m}_{what}.mp4" for m in ("person", "chroma", "difference")
            for what in ("alpha", "composite")]  # fmt: skip
    more = [f"comparison.{ending}" for ending in ("html", "mp4", "png")]
    assert sorted(path.name for path in out.iterdir()) == sorted([*each, *more])


def test_a_matte_without_anybody_is_told_of(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = []
    for model in ("person", "chroma"):
        line = ["matte", str(clip), str(tmp_path / f"{model}.mp4"), f"--model={model}"]
        assert exit_code([*line, "--device=cpu"]) == 0
        told.append(capsys.readouterr().err.count("no subject was found in any frame"))
    assert told == [1, 0]


def test_a_dry_run_writes_nothing(clip: Path, tmp_path: Path) -> None:
    for target in (tmp_path / "out.mp4", tmp_path / "new" / "out"):
        line = ["matte", str(clip), str(target), "--model=chroma", "--dry-run", *QUIET]
        assert exit_code(line) == 0
    assert list(tmp_path.iterdir()) == []
