"""A folder as target of several models: the comparison beside the mattes, by the program itself."""

from __future__ import annotations

import re
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from tests.effects.matte.cloth import GREEN, keyed
from tests.program import afterglow, pictures, sound
from tests.scenes import Scene, Subject, walk, write_clip

MODELS = ["--model=chroma", "--model=difference"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that two models without weights have made, with the clip beside it."""
    home = tmp_path_factory.mktemp("compared")
    scene = Scene(160, 90, frames=8, subject=Subject(0.15, walk((0.4, 0.5), (0.02, 0.0))))
    clip = write_clip(home / "a & b.mkv", keyed(scene), sound=True)
    cv2.imwrite(str(home / "plate.png"), np.full((90, 160, 3), GREEN[::-1], np.uint8))
    done = compared(clip)
    assert done.returncode == 0, done.stderr
    return home / "out"


def compared(clip: Path, *flags: str):
    plate = f"--plate={clip.with_name('plate.png')}"
    return afterglow("matte", clip, clip.with_name("out"), *MODELS, plate, "--device=cpu", *flags)


def test_the_folder_holds_every_matte_and_the_comparison(made: Path) -> None:
    each = [
        f"{m}_{what}" for m in ("chroma", "difference") for what in ("alpha.mkv", "composite.mp4")
    ]
    files = ["comparison.html", "comparison.mp4", "comparison.png"]
    assert sorted(path.name for path in made.iterdir()) == sorted(each + files)


def test_the_strip_has_every_frame_and_the_sound_of_the_source(made: Path) -> None:
    clip = made.with_name("a & b.mkv")
    strip = made / "comparison.mp4"
    assert [seconds for seconds, _ in pictures(strip)] == [seconds for seconds, _ in pictures(clip)]
    assert len(sound(strip)) > 0
    with av.open(str(strip)) as box, av.open(str(clip)) as source:
        shown = next(box.decode(video=0)).to_ndarray(format="rgb24")
        first = next(source.decode(video=0)).to_ndarray(format="rgb24")
    assert shown.shape[1] == 3 * 160 + 2 * 4
    apart = np.abs(shown[-90:, :160].astype(int) - first)
    assert np.median(apart) <= 3, "the source is not at the left"


def test_the_page_tells_of_every_model(made: Path) -> None:
    text = (made / "comparison.html").read_text(encoding="utf-8")
    assert "<h1>Mattes of a &amp; b.mkv</h1>" in text
    assert "8 frames, seen at 6 moments" in text
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', text)
    assert [name for name, _ in rows] == ["chroma", "difference"]
    for _, cells in rows:
        fps, vram, flicker, coverage = re.findall(r"<td[^>]*>(.*?)</td>", cells)
        assert float(fps) > 0
        assert vram == "none, CPU"
        assert 0 <= float(flicker) < 20
        assert float(coverage.rstrip("%")) == pytest.approx(15, abs=2)


def test_the_sheet_has_a_row_for_everything(made: Path) -> None:
    sheet = cv2.imread(str(made / "comparison.png"))
    assert sheet.shape == (5 * 94 - 4, 160 + 6 * 164 - 4, 3)


def test_what_is_there_is_only_replaced_when_asked(made: Path) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in made.iterdir()}
    refused = compared(made.with_name("a & b.mkv"))
    assert refused.returncode == 2
    assert "--overwrite" in refused.stderr
    assert {path.name: path.stat().st_mtime_ns for path in made.iterdir()} == before
    assert compared(made.with_name("a & b.mkv"), "--overwrite").returncode == 0
    after = {path.name: path.stat().st_mtime_ns for path in made.iterdir()}
    assert all(after[name] > before[name] for name in before)


@pytest.mark.parametrize("name", ["comparison.png", "difference_alpha.mkv"])
def test_nothing_is_begun_that_could_not_be_ended(made: Path, name: str, tmp_path: Path) -> None:
    for given in ("a & b.mkv", "plate.png"):
        (tmp_path / given).write_bytes(made.with_name(given).read_bytes())
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).write_bytes(b"mine")
    refused = compared(tmp_path / "a & b.mkv")
    assert refused.returncode == 2
    assert name in refused.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == [name]
