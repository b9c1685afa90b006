"""The animate command: what a line writes, counts, leaves behind and refuses."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import av
import cv2
import pytest
from numpy.typing import NDArray

from afterglow.cli import pictures
from afterglow.cli.main import exit_code
from tests.effects.animate.running import LINE, left, run
from tests.program import PROGRAM
from tests.stopping import code_after_ctrl_c


def test_several_seeds_a_thumbnail_and_a_sidecar(
    there: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    there("svd")
    first = run("--model=svd", "--thumbnail=t.png", "--sidecar")
    assert cv2.imread("t.png") is not None
    told = json.loads(Path("out.mp4.json").read_text())
    assert told["model"] == "svd" and told["seed"] == 1 and told["frames"] == 3
    assert told["values"]["steps"] == 2 and told["size"] == "64x64" and told["profile"] == "full"
    assert all(len(each) == 64 for each in told["weights"]["svd"]["sha256"].values())
    assert told["versions"]["torch"] and told["seconds"] > 0
    assert exit_code([*LINE, "--model=svd", "--count=2"]) == 0
    assert Path("out-1.mp4").read_bytes() == first
    assert Path("out-2.mp4").read_bytes() == run("--model=svd", "--seed=2")
    assert capsys.readouterr().err.count("model: svd,") == 3, "a model is held for all seeds"
    assert exit_code([*LINE, "--model=svd", "--sidecar"]) == 2, "what is there stays"


def test_a_folder_of_pictures(there: Any, bare: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there("svd")
    Path("in").mkdir()
    picture = cv2.imread("still.png")
    assert picture is not None
    for name in ("a.png", "b.jpg"):
        assert cv2.imwrite(f"in/{name}", picture)
    Path("in/broken.png").write_bytes(b"no picture")
    Path("in/notes.txt").write_text("no picture")
    line = ["animate", "in", "out", *LINE[3:], "--model=svd"]
    assert exit_code(line) == 1
    said = capsys.readouterr().err
    assert "1 of 3 were not made: broken.png" in said
    assert sorted(path.name for path in Path("out").iterdir()) == ["a.mp4", "b.mp4"]
    Path("in/broken.png").unlink()
    assert exit_code(line) == 0
    assert capsys.readouterr().err.count("finished before") == 2


def test_through_a_pipe(there: Any, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    there("svd")
    assert exit_code(["animate", "still.png", "-", *LINE[3:], "--model=svd"]) == 0
    made = capfdbinary.readouterr().out
    more = subprocess.run(
        [*PROGRAM, "ghost", "-", "ghost.mkv", "--device=cpu"], input=made, capture_output=True
    )
    assert more.returncode == 0, more.stderr.decode()
    assert len(video_frames("ghost.mkv")) == 3


def video_frames(name: str) -> list[NDArray[Any]]:
    with av.open(name) as box:
        return [each.to_ndarray(format="rgb24") for each in box.decode(video=0)]


def test_steps_are_counted(there: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    there("svd")
    told: list[tuple[str, int, int]] = []

    def work(count: Any, name: str, done: int, total: int) -> None:
        told.append((name, done, total))

    monkeypatch.setattr(pictures._Count, "work", work)
    run("--model=svd", "--steps=3")
    assert told == [("steps", n, 3) for n in (1, 2, 3)] + [("frames", n, 3) for n in (1, 2, 3)]


def test_ctrl_c_between_steps_leaves_nothing(there: Any, bare: Path) -> None:
    there("svd")
    assert code_after_ctrl_c([*LINE, "--model=svd", "--steps=9", "--sidecar"], 4) == 130
    assert left(bare) == []
    run("--model=svd", "--steps=1", "--frames=2")
    assert left(bare) == ["out.mp4"], "the next one works"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--duration=1"], "--duration and the number of frames say the same"),
        (["--size=70x64"], "sides of svd are multiples of 64 pixels"),
        (["--set=stps=3"], "--set knows no stps"),
        (["--lora=none.safetensors"], "there is no LoRA file none.safetensors"),
        (["--vram=lots"], "'lots' is no amount of memory"),
        (["--size=big"], "'big' is no size"),
    ],
)
def test_what_cannot_be(
    more: list[str], words: str, there: Any, bare: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there("svd")
    assert exit_code([*LINE, "--model=svd", *more]) == 2
    assert words in capsys.readouterr().err and left(bare) == []


def test_a_video_is_refused(there: Any, capsys: pytest.CaptureFixture[str]) -> None:
    there("svd")
    run("--model=svd")
    assert exit_code(["animate", "out.mp4", "two.mp4", *LINE[3:], "--model=svd"]) == 2
    assert "IMAGE is a video of 3 frames" in capsys.readouterr().err
