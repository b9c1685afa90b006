"""The train command, from clips to a LoRA that animate reads, with tiny random weights."""

from __future__ import annotations

import json
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from afterglow.cli.main import exit_code
from tests.stopping import code_after_ctrl_c

SMALL = [
    "--model=svd-xt", "--rank=2", "--lr=1e-2", "--resolution=64x64", "--frames=3", "--fps=12",
    "--seed=1", "--save-every=4", "--device=cpu",
]  # fmt: skip


def line(school: Path, *more: str, target: str = "a.safetensors") -> list[str]:
    return ["train", str(school / "clips"), target, *SMALL, *more]


def made() -> list[str]:
    return sorted(path.name for path in Path().iterdir())


def weights(name: str) -> dict[str, Any]:
    from safetensors.torch import load_file

    return load_file(name)


@pytest.fixture(scope="module")
def straight(school: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A folder in which eight steps were learnt in one go, and what was told of them."""
    folder = tmp_path_factory.mktemp("straight")
    with pytest.MonkeyPatch.context() as patch, redirect_stderr(StringIO()) as told:
        patch.chdir(folder)
        patch.setenv("AFTERGLOW_MODELS_LOCK", str(school / "own.lock"))
        assert exit_code(line(school, "--steps=8")) == 0
    return folder, told.getvalue().splitlines()


def test_eight_steps_leave_a_lora_checkpoints_and_a_curve(
    straight: tuple[Path, list[str]], school: Path
) -> None:
    folder, told = straight
    names = ["a-000004.safetensors", "a-loss.png", "a-training.safetensors", "a.safetensors"]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert "afterglow: model: svd-xt, numbers: float32: the CPU has no fast bfloat16" in told
    assert sum("kept" in each for each in told) == 2
    curve = cv2.imread(str(folder / "a-loss.png"))
    assert curve is not None and curve.shape[1] == 1280 and (curve != 255).any()
    early, late = (weights(str(folder / name)) for name in (names[0], names[3]))
    assert early.keys() == late.keys() and all(".lora_" in name for name in late)
    assert any((early[name] != late[name]).any() for name in late)


def test_going_on_after_a_stop_gives_the_same_weights(
    straight: tuple[Path, list[str]], school: Path, taught: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(line(school, "--steps=4")) == 0
    assert exit_code(line(school, "--steps=8")) == 2
    assert "a.safetensors exists already" in capsys.readouterr().err
    assert exit_code(line(school, "--steps=8", "--resume", "--overwrite")) == 0
    assert "goes on after step 4" in capsys.readouterr().err
    folder, _ = straight
    for name in ("a.safetensors", "a-training.safetensors"):
        assert Path(name).read_bytes() == (folder / name).read_bytes(), name
    assert exit_code(line(school, "--steps=4", target="b.safetensors")) == 0
    assert exit_code(line(school, "--steps=6", "--seed=2", "--resume", target="b.safetensors")) == 2
    assert (
        exit_code(line(school, "--steps=2", "--overwrite", "--resume", target="b.safetensors")) == 2
    )
    assert "--steps 2, and 4 are done already" in capsys.readouterr().err


def test_the_lora_changes_what_animate_makes_and_scale_0_does_not(
    straight: tuple[Path, list[str]], taught: Path
) -> None:
    folder, _ = straight
    rows, columns = np.indices((64, 64))
    still = np.stack([columns * 4, rows * 4, 255 - columns - rows], axis=2).astype(np.uint8)
    assert cv2.imwrite("still.png", still)
    asked = ["animate", "still.png", "out.mp4", "--model=svd-xt", "--size=64x64", "--frames=2"]
    asked += ["--steps=2", "--seed=1", "--overwrite", "--device=cpu"]

    def video(*more: str) -> bytes:
        assert exit_code([*asked, *more]) == 0
        return Path("out.mp4").read_bytes()

    plain, lora = video(), f"--lora={folder}/a.safetensors"
    full = video(lora)
    assert full != plain and video(f"{lora}:0.5") not in (plain, full)
    assert video(f"{lora}:0") == plain


def test_ctrl_c_at_a_step_leaves_the_last_checkpoint_whole(
    straight: tuple[Path, list[str]], school: Path, taught: Path
) -> None:
    assert code_after_ctrl_c(line(school, "--steps=8"), 6) == 130
    assert made() == ["a-000004.safetensors", "a-loss.png", "a-training.safetensors"]
    assert exit_code(line(school, "--steps=8")) == 2, "it says that one was stopped here"
    assert exit_code(line(school, "--steps=8", "--resume")) == 0
    assert Path("a.safetensors").read_bytes() == (straight[0] / "a.safetensors").read_bytes()


def test_samples_are_short_videos(
    school: Path, taught: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = line(school, "--steps=2", "--samples", "--json", "--save-every=1", "--frames=2")
    assert exit_code(told) == 0
    for name in ("a-000001.mp4", "a-000002.mp4"):
        with av.open(name) as box:
            frames = list(box.decode(video=0))
            assert len(frames) == 2 and box.streams.video[0].average_rate == 12
            assert (frames[0].width, frames[0].height) == (64, 64)
    events = [json.loads(each) for each in capsys.readouterr().err.splitlines()]
    assert events[-1]["event"] == "done" and events[-1]["steps"] == 2
    assert {"event": "stage", "name": "steps", "total": 2} in events


def test_a_dry_run_makes_nothing(
    school: Path, taught: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(line(school, "--dry-run")) == 0
    said = capsys.readouterr().err
    assert "clips          2, 2.4 s in all" in said and "64x64" in said and made() == []


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        (["--model=wan"], 2, "wan cannot be trained here; these can: svd, svd-xt, svd-xt-1.1"),
        (["--resolution=70x64"], 2, "sides of svd-xt are multiples of 64 pixels"),
        (["--frames=25", "--fps=7"], 3, "its clips are all shorter than 3.43 s"),
        (["--model=svd"], 4, "not here: svd (size not known"),
    ],
)
def test_what_cannot_be(
    more: list[str],
    code: int,
    words: str,
    school: Path,
    taught: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert exit_code(line(school, "--dry-run", *more)) == code
    assert words in capsys.readouterr().err and made() == []


def test_targets_and_folders_that_cannot_be(
    school: Path, taught: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(line(school, target="a.bin")) == 2
    assert "a LoRA is a file of safetensors (a.bin)" in capsys.readouterr().err
    Path("none").mkdir()
    assert exit_code(["train", "none", "a.safetensors", *SMALL]) == 3
    assert "none: there is no clip in it" in capsys.readouterr().err
    Path("a-000004.safetensors").write_bytes(b"mine")
    assert exit_code(line(school)) == 2 and Path("a-000004.safetensors").read_bytes() == b"mine"
    Path("a-000004.safetensors").unlink()
    Path("a-training.safetensors").write_bytes(b"no state")
    assert exit_code(line(school, "--resume")) == 4
    assert "no training can go on from a-training.safetensors" in capsys.readouterr().err


def test_going_on_otherwise_is_refused(
    straight: tuple[Path, list[str]],
    school: Path,
    taught: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    state = (straight[0] / "a-training.safetensors").read_bytes()
    Path("a-training.safetensors").write_bytes(state)
    assert exit_code(line(school, "--resume", "--rank=3")) == 2
    assert "--resume: rank was 2, and is 3 now" in capsys.readouterr().err
    Path("clips").mkdir()
    Path("clips/a.mkv").symlink_to(school / "clips/a.mkv")
    assert exit_code(["train", "clips", "a.safetensors", *SMALL, "--resume"]) == 2
    assert "are not those that the training began with" in capsys.readouterr().err
