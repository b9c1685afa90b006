"""ALPHA on the command line: files, the source's own, people; and what is told about each."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from afterglow.cli.main import exit_code
from afterglow.cli.subject import OwnMatte, Subject
from afterglow.errors import UsageError
from afterglow.frames import Frame, VideoInfo
from afterglow.models import person
from tests.program import PROGRAM, afterglow, pictures, sound
from tests.scenes import Scene, View, write_clip
from tests.scenes import Subject as Body

AFTERGLOW = shlex.join(PROGRAM)
GREEN = np.array([20, 200, 40])
FRAMES = 8


def before_green() -> Iterator[View]:
    """A subject before a green backing."""
    scene = Scene(width=96, height=64, frames=FRAMES, subject=Body(area=0.2, edge=2))
    for view in scene:
        share = view.alpha[..., None] / 255
        body = np.where(
            share > 0, (view.rgb - (1 - share) * view.clean) / np.maximum(share, 1e-3), 0
        )
        mixed = share * np.clip(body, 0, 255) * [1, 0.5, 0.9] + (1 - share) * GREEN
        yield replace(view, rgb=np.rint(mixed).astype(np.uint8))


def mattes() -> list[View]:
    return [replace(view, rgb=np.repeat(view.alpha[..., None], 3, 2)) for view in before_green()]


@pytest.fixture(scope="module")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a green clip that has sound, its matte, and a beach."""
    folder = tmp_path_factory.mktemp("shots")
    write_clip(folder / "green.mkv", before_green(), sound=True)
    write_clip(folder / "matte.mkv", mattes())
    write_clip(folder / "short.mkv", mattes()[:4])
    write_clip(folder / "long.mkv", mattes() * 4)
    beach = np.zeros((64, 96, 3), np.uint8)
    beach[..., 0], beach[..., 2] = 200, np.arange(96) * 2
    cv2.imwrite(str(folder / "beach.png"), beach)
    return folder


def shown(clip: Path) -> np.ndarray:
    """(n, H, W, 3) the pictures of a clip."""
    with av.open(str(clip)) as box:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in box.decode(video=0)])


def composite(
    shots: Path, alpha: str | None, target: Path, *flags: str
) -> subprocess.CompletedProcess[str]:
    between = [] if alpha is None else [alpha]
    source = str(shots / "green.mkv")
    run = [source, *between, target, f"--bg={shots / 'beach.png'}", "--codec=ffv1", *flags]
    return afterglow("composite", *run)


def test_a_matte_file_tells_where_the_subject_is(shots: Path, tmp_path: Path) -> None:
    run = composite(shots, str(shots / "matte.mkv"), tmp_path / "out.mkv")
    assert run.returncode == 0, run.stderr
    made, source = shown(tmp_path / "out.mkv"), shown(shots / "green.mkv")
    matte = np.stack([view.alpha for view in before_green()])
    assert len(made) == FRAMES
    beach = cv2.imread(str(shots / "beach.png"))[..., ::-1]
    free = made[matte == 0].astype(int) - np.broadcast_to(beach, made.shape)[matte == 0]
    assert np.abs(free).max() <= 3
    assert np.abs(made[matte == 255].astype(int) - source[matte == 255]).max() <= 3
    assert sound(tmp_path / "out.mkv") == sound(shots / "green.mkv")


@pytest.mark.parametrize("alpha", [None, "-"])
def test_a_source_without_a_matte_is_told_what_to_do(
    shots: Path, tmp_path: Path, alpha: str | None
) -> None:
    run = composite(shots, alpha, tmp_path / "out.mkv")
    assert run.returncode == 2 and list(tmp_path.iterdir()) == []
    assert "the source has no matte of its own" in run.stderr
    assert "afterglow matte SOURCE - | afterglow" in run.stderr


@pytest.mark.parametrize("ending", ["mp4", "mkv"])
def test_the_chain_of_matte_and_composite(shots: Path, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"out.{ending}"
    run = shell(
        f"{AFTERGLOW} matte {shots / 'green.mkv'} - --model chroma "
        f"| {AFTERGLOW} composite - {out} --bg {shots / 'beach.png'} --light-wrap=0.3"
    )
    assert codes(run) == [0, 0], run.stderr
    made = shown(out)
    greenness = made[..., 1].astype(int) - np.maximum(made[..., 0], made[..., 2])
    assert len(made) == FRAMES and greenness.max() < 40
    heard, given = ([mark for _, mark in sound(clip)] for clip in (out, shots / "green.mkv"))
    assert heard == given, "MP4 needs the durations that NUT does not have"


def test_the_chain_of_matte_and_ghost(shots: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mkv"
    run = shell(
        f"{AFTERGLOW} matte {shots / 'green.mkv'} - --model chroma "
        f"| {AFTERGLOW} ghost - {out} --layers 2 --spacing 2 --alpha-out no"
    )
    assert codes(run) == [0, 0], run.stderr
    assert len(pictures(out)) == FRAMES
    assert sound(out) == sound(shots / "green.mkv")


def shell(line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", f"{line}; echo ${{PIPESTATUS[@]}} >&2"],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def codes(run: subprocess.CompletedProcess[str]) -> list[int]:
    return [int(code) for code in run.stderr.splitlines()[-1].split()]


@pytest.mark.parametrize("flags", [[], ["--dry-run"]], ids=["run", "dry"])
def test_people_need_their_networks(
    flags: list[str], shots: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFTERGLOW_MODELS", str(tmp_path / "none"))
    run = composite(shots, "auto", tmp_path / "out.mkv", *flags)
    assert run.returncode == 4 and "afterglow models pull" in run.stderr
    assert not (tmp_path / "out.mkv").exists()


def test_auto_stands_in_front_of_the_effects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(person, "require_person", lambda **_: None)
    (effect,) = Subject("auto").in_front()
    video = VideoInfo(64, 36, Fraction(25), Fraction(1, 25))
    assert effect.plan(video).alpha
    assert Subject("m.mkv").in_front() == () and Subject("m.mkv").file == "m.mkv"
    assert Subject("auto").file is None and Subject("-").file is None


def test_own_matte_hands_frames_on() -> None:
    video = VideoInfo(4, 2, Fraction(25), Fraction(1, 25), alpha=True)
    frames = [Frame(np.zeros((2, 4, 3), np.uint8), n) for n in range(3)]
    assert OwnMatte().plan(video) == video
    assert list(OwnMatte().stream(iter(frames), video)) == frames
    with pytest.raises(UsageError, match="no matte of its own"):
        OwnMatte().plan(replace(video, alpha=False))


@pytest.mark.parametrize("matte", ["short.mkv", "long.mkv"])
def test_lengths_that_differ_are_an_error(shots: Path, tmp_path: Path, matte: str) -> None:
    run = composite(shots, str(shots / matte), tmp_path / "out.mkv")
    assert run.returncode == 3 and "--shortest" in run.stderr, run.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("matte", "count"), [("short.mkv", 4), ("long.mkv", FRAMES)])
def test_shortest_ends_with_the_shorter(
    shots: Path, tmp_path: Path, matte: str, count: int
) -> None:
    out = tmp_path / "out.mkv"
    run = composite(shots, str(shots / matte), out, "--shortest")
    assert run.returncode == 0, run.stderr
    assert len(pictures(out)) == count
    ends = sound(out)[-1][0]
    assert ends < Fraction(count, 25)


def test_a_cut_has_a_matte_longer_than_itself(shots: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mkv"
    run = composite(shots, str(shots / "matte.mkv"), out, "--start=0.08", "--duration=0.12")
    assert run.returncode == 0, run.stderr
    assert len(pictures(out)) == 3


def test_a_folder_takes_alpha_for_every_clip(shots: Path, tmp_path: Path) -> None:
    clips = tmp_path / "clips"
    clips.mkdir()
    cut = afterglow("matte", shots / "green.mkv", clips / "a.mov", "--model=chroma")
    assert cut.returncode == 0, cut.stderr
    run = afterglow("composite", clips, "-", tmp_path / "out", "--bg=teal")
    assert run.returncode == 0, run.stderr
    assert len(pictures(tmp_path / "out" / "a.mov")) == FRAMES
    run = afterglow("composite", clips, shots / "matte.mkv", tmp_path / "two", "--bg=teal")
    assert run.returncode == 2 and "for one video" in run.stderr


def test_a_folder_takes_auto_for_every_clip(
    shots: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFTERGLOW_MODELS", str(tmp_path / "none"))
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "a.mkv").write_bytes((shots / "green.mkv").read_bytes())
    run = afterglow("composite", tmp_path / "clips", "auto", tmp_path / "out", "--bg=teal")
    assert run.returncode == 1 and "afterglow models pull" in run.stderr


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("in.mp4 a.mkv b.mkv out.mp4 --bg=red", "one ALPHA"),
        ("in.mp4 '' out.mp4 --bg=red", "ALPHA is empty"),
        ("in.mp4 out.mp4", "--bg"),
        ("in.mp4 out.mp4 --bg=none.png", "--bg"),
        ("in.mp4 out.mp4 --bg=reddish", "no colour"),
        ("in.mp4 out.mp4 --bg=red --shadow-offset=1", "--shadow-offset"),
        ("in.mp4 out.mp4 --bg=red --shadow-offset=1,99", "--shadow-offset"),
    ],
)
def test_what_cannot_be_is_a_usage_error(
    line: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["composite", *shlex.split(line)]) == 2
    assert told in capsys.readouterr().err
