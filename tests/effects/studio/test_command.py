"""The studio command, from clips to clips."""

from __future__ import annotations

import errno
import json
import subprocess
import tempfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.cli.looks import looks_of
from afterglow.cli.main import exit_code
from tests.program import PROGRAM, afterglow, pictures, sound
from tests.scenes import Scene, Subject, View, pan, walk, write_clip

SCENE = Scene(
    128, 72, frames=10, subject=Subject(area=0.15, path=walk((0.4, 0.5), (0.01, 0.0))),
    camera=pan(1.5, 0.25),
)  # fmt: skip
ROOM = ["--bg", "room", "--seed", "3", "--resolution", "72"]
LINE = ["studio", "in.mkv", "matte.mkv", "out.mkv", *ROOM]


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with in.mkv, matte.mkv and photo.png; another for what is temporary; no models."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("AFTERGLOW_MODELS", str(tmp_path / "models"))
    monkeypatch.delenv("AFTERGLOW_MODELS_LOCK", raising=False)
    monkeypatch.chdir(tmp_path)
    views = list(SCENE)
    write_clip(Path("in.mkv"), views, sound=True)
    write_clip(Path("matte.mkv"), [grey(view) for view in views])
    photo = np.random.default_rng(4).integers(0, 256, (50, 70, 3), np.uint8)
    cv2.imwrite("photo.png", cv2.resize(photo, (210, 150), interpolation=cv2.INTER_CUBIC))
    return tmp_path


def grey(view: View) -> View:
    """The matte as a picture."""
    alpha = np.clip(np.rint(view.alpha.astype(np.float64)), 0, 255).astype(np.uint8)
    return replace(view, rgb=np.repeat(alpha[..., None], 3, axis=2))


def frames(name: str) -> list[NDArray[Any]]:
    with av.open(name) as box:
        return [frame.to_ndarray(format="rgb24") for frame in box.decode(video=0)]


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err


def test_every_phase_is_told_with_its_time(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(LINE) == 0
    lines = said(capsys).splitlines()
    for phase in ("analysis: 10 frames in", "background: ", "render: 10 frames in"):
        assert sum(phase in line and " s" in line for line in lines) == 1, phase
    made = frames("out.mkv")
    assert len(made) == 10 and made[0].shape == (72, 128, 3)
    assert sound(there / "out.mkv") == sound(there / "in.mkv")
    assert list((there / "temporary").iterdir()) == []


def test_the_subject_stays_and_the_background_is_new(there: Path) -> None:
    assert exit_code([*LINE, "--codec", "ffv1", "--light-wrap", "0"]) == 0
    before, after, matte = (frames(name) for name in ("in.mkv", "out.mkv", "matte.mkv"))
    for t in (0, 5, 9):
        whole, empty = matte[t][..., 0] == 255, matte[t][..., 0] == 0
        assert np.array_equal(before[t][whole], after[t][whole])
        assert np.abs(before[t].astype(int) - after[t])[empty].mean() > 15


def test_a_photo_stands_behind_and_its_depth_is_said_to_be_assumed(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["studio", "in.mkv", "matte.mkv", "out.mkv", "--bg", "photo.png", "--resolution", "72"]
    assert exit_code(line) == 0
    assert "is assumed" in said(capsys)
    assert exit_code([*line, "--overwrite", "--bg=in.mkv"]) == 2
    assert "a picture is wanted" in said(capsys)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(there: Path) -> None:
    assert exit_code(LINE) == 0
    first = pictures(there / "out.mkv")
    assert exit_code([*LINE, "--overwrite"]) == 0
    assert pictures(there / "out.mkv") == first
    assert exit_code([*LINE, "--overwrite", "--seed", "4"]) == 0
    assert pictures(there / "out.mkv") != first


def test_what_was_worked_out_is_not_worked_out_again(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cached = [*LINE, "--overwrite", "--cache", "kept"]
    assert exit_code(cached) == 0
    first = Path("out.mkv").read_bytes()
    assert "from the cache" not in said(capsys)
    assert exit_code(cached) == 0
    told = said(capsys)
    assert "render: from the cache" in told and "analysis: " not in told
    assert Path("out.mkv").read_bytes() == first
    assert exit_code([*cached, "--shadow", "0.5"]) == 0
    told = said(capsys)
    assert "analysis: from the cache" in told and "background: from the cache" in told
    assert "render: 10 frames" in told
    assert exit_code([*cached, "--seed", "9"]) == 0
    told = said(capsys)
    assert "analysis: from the cache" in told and "background: from the cache" not in told


def test_a_cached_run_is_the_run_without_a_cache(there: Path) -> None:
    assert exit_code(LINE) == 0
    plain = pictures(there / "out.mkv")
    for _ in range(2):
        for shadow in ("0.5", "0"):
            line = [*LINE, "--overwrite", "--cache", "kept", "--shadow", shadow]
            assert exit_code(line) == 0
    assert pictures(there / "out.mkv") == plain


def test_a_cache_that_cannot_be_made_ends_the_run_before_it_begins(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("taken").touch()
    assert exit_code([*LINE, "--cache", "taken/kept"]) == 3
    lines = said(capsys)
    assert "the cache cannot be written" in lines and "analysis" not in lines
    assert not Path("out.mkv").exists()


def test_a_result_that_finds_no_room_in_the_cache_is_made_all_the_same(
    there: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("afterglow.engine.cache.shutil.copyfile", full)
    assert exit_code([*LINE, "--cache", "kept"]) == 0
    assert "No space left on device (kept); out.mkv itself is whole" in said(capsys)
    assert len(frames("out.mkv")) == 10
    kinds = {each.name.partition("-")[0] for each in Path("kept").iterdir()}
    assert kinds == {"analysis", "background"}


def test_a_changed_source_is_worked_out_anew(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code([*LINE, "--cache", "kept"]) == 0
    write_clip(Path("in.mkv"), list(replace(SCENE, seed=8)))
    capsys.readouterr()
    assert exit_code([*LINE, "--cache", "kept", "--overwrite"]) == 0
    assert "from the cache" not in said(capsys)


def test_background_and_depth_are_written(there: Path) -> None:
    assert exit_code([*LINE, "--save-bg", "bg.png", "--save-depth", "depth.png"]) == 0
    seen = cv2.imread("bg.png", cv2.IMREAD_UNCHANGED)
    near = cv2.imread("depth.png", cv2.IMREAD_UNCHANGED)
    assert seen is not None and near is not None
    assert seen.shape[:2] == near.shape and near.dtype == np.uint16
    assert near.min() == 0 and near.max() == 65535
    assert seen.shape[0] > 72 and seen.shape[1] > 128, "room for the pan"
    assert near[-1].mean() > near[near.shape[0] // 2].mean(), "the floor before us is near"
    assert exit_code([*LINE, "--overwrite", "--save-bg", "bg.png"]) == 0
    Path("out.mkv").unlink()
    assert exit_code([*LINE, "--save-bg", "bg.png"]) == 2, "it exists"
    assert exit_code([*LINE, "--save-bg", "bg.mp4"]) == 2, "it is no picture"
    assert not Path("out.mkv").exists()


def test_a_dry_run_does_nothing(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(there.iterdir())
    assert exit_code([*LINE, "--dry-run", "--cache", "kept"]) == 0
    assert "output   out.mkv: 128x72" in said(capsys)
    assert sorted(there.iterdir()) == before


def test_a_preview_is_small_and_short(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = ["studio", "in.mkv", "matte.mkv", "out.mkv", "--bg", "room", "--dry-run"]
    assert exit_code([*line, "--preview"]) == 0
    assert "output   out.mkv: 640x360" in said(capsys)
    assert exit_code(line) == 0
    assert "output   out.mkv: 1920x1080" in said(capsys)


def test_nothing_said_of_the_room_is_a_usage_error(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(LINE[:4]) == 2
    assert "--bg room" in said(capsys)
    assert exit_code([*LINE[:4], "--prompt", "  "]) == 2


@pytest.mark.parametrize("model", ["sd15", "sdxl"])
def test_missing_weights_end_the_run_before_it_begins(
    there: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code([*LINE[:4], "--prompt", "a library", "--sd-model", model]) == 4
    told = said(capsys)
    assert f"{model}-inpaint" in told and "models pull" in told and "--bg room" in told
    assert not Path("out.mkv").exists()


@pytest.mark.parametrize("look", looks_of("studio"))
def test_a_look_names_what_it_needs_and_works_on_a_made_room(
    there: Path, look: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code([*LINE[:4], "--effect", look]) == 4
    assert "--bg room" in said(capsys)
    assert exit_code([*LINE, "--effect", look, "--duration", "0.1"]) == 0


def test_there_are_six_looks() -> None:
    names = "deep-space-room library neon-dance-studio photo-studio-grey stage sunny-beach"
    assert list(looks_of("studio")) == names.split()


def test_an_existing_target_stops_a_run_before_it_begins(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("out.mkv").write_bytes(b"mine")
    assert exit_code(LINE) == 2
    assert "analysis" not in said(capsys)
    assert Path("out.mkv").read_bytes() == b"mine"


def test_a_source_without_a_matte_is_refused(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["studio", "in.mkv", "out.mkv", *ROOM]) == 2
    assert "no matte of its own" in said(capsys)


def test_auto_without_its_networks_is_told(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["studio", "in.mkv", "auto", "out.mkv", *ROOM]) == 4
    assert "afterglow models pull" in said(capsys)


def test_events_are_lines_of_json(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code([*LINE, "--json"]) == 0
    events = [json.loads(line) for line in said(capsys).splitlines()]
    names = [event["event"] for event in events]
    assert names[-1] == "done" and "start" in names and names.count("stage") >= 2
    assert next(e["name"] for e in events if e["event"] == "stage") == "analysis"


def with_own_matte(name: str, rate: int = 25) -> None:
    """Join in.mkv and matte.mkv in one file."""
    with av.open(name, "w") as box:
        stream: Any = box.add_stream("ffv1", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 128, 72, "bgra"
        for rgb, matte in zip(frames("in.mkv"), frames("matte.mkv"), strict=True):
            whole = np.dstack((rgb, matte[..., 0]))
            picture = av.VideoFrame.from_ndarray(whole, format="rgba").reformat(format="bgra")
            box.mux(stream.encode(picture))
        box.mux(stream.encode(None))


def test_a_pipe_gives_what_the_file_gives(there: Path) -> None:
    with_own_matte("own.mkv")
    assert exit_code(["studio", "own.mkv", "-", "file.mkv", *ROOM, "--codec", "ffv1"]) == 0
    command = [*PROGRAM, "studio", "-", "-", *ROOM, "--cache", "kept"]
    with Path("own.mkv").open("rb") as given, Path("pipe.nut").open("wb") as taken:
        done = subprocess.run(command, stdin=given, stdout=taken, stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr
    one, two = frames("file.mkv"), frames("pipe.nut")
    assert len(one) == len(two) == 10
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
    assert list((there / "temporary").iterdir()) == [], "the copy is gone"
    kinds = {each.name.partition("-")[0] for each in Path("kept").iterdir()}
    assert kinds == {"analysis", "background"}


@pytest.fixture
def piped(there: Path) -> Path:
    """A pipe of a subject with its matte at a rate of which no frame lasts whole milliseconds."""
    with_own_matte("given.nut", rate=24)
    return there / "given.nut"


def times(name: str) -> list[Fraction]:
    with av.open(name) as box:
        shown = [frame.pts * frame.time_base for frame in box.decode(video=0)]
    return [Fraction(each) - shown[0] for each in shown]


@pytest.mark.parametrize(("cut", "count"), [([], 10), (["--start", "0.1", "--duration", "0.2"], 5)])
def test_a_pipe_keeps_its_exact_times(piped: Path, cut: list[str], count: int) -> None:
    command = [*PROGRAM, "studio", "-", "out.mp4", *ROOM, *cut]
    with piped.open("rb") as given:
        done = subprocess.run(command, stdin=given, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 0, done.stderr
    assert "milliseconds" not in done.stderr
    assert times("out.mp4") == [Fraction(n, 24) for n in range(count)]


def test_what_is_told_of_a_video_is_told_once(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_clip(Path("film.mp4"), SCENE, codec="libx264", pixel_format="yuv420p")
    assert exit_code(["studio", "film.mp4", "matte.mkv", "out.mp4", *ROOM]) == 0
    assert said(capsys).count("colour is not tagged") == 1


def test_a_cut_begins_its_own_camera(there: Path) -> None:
    assert exit_code([*LINE, "--start", "0.16", "--duration", "0.16"]) == 0
    assert len(frames("out.mkv")) == 4


@pytest.mark.slow
@pytest.mark.footage
@pytest.mark.parametrize(
    ("clip", "matte"),
    [
        ("person_matte/davis_tennis.mp4", "person_matte/davis_tennis_mask.mp4"),
        ("person_matte/dancer_alpha_vp8.webm", "-"),
    ],
)
def test_real_footage_stands_in_a_room(
    footage: Path, tmp_path: Path, clip: str, matte: str
) -> None:
    alpha = matte if matte == "-" else str(footage / matte)
    flags = ["--bg=room", "--seed=1", "--resolution=240", "--duration=0.6"]
    done = afterglow("studio", footage / clip, alpha, tmp_path / "out.mp4", *flags)
    assert done.returncode == 0, done.stderr
    made = frames(str(tmp_path / "out.mp4"))
    assert len(made) >= 8
    feet = made[-1][-20:].astype(float)
    assert feet.std() > 3, "there is a floor"
