"""The animate command, from pictures to videos, with tiny random weights of the real classes."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.cli import pictures
from afterglow.cli.main import exit_code
from afterglow.effects.animate.anchor import anchored
from afterglow.effects.animate.chain import chained
from afterglow.effects.animate.model import Here, Setting
from afterglow.effects.animate.model.family import FAMILIES
from afterglow.effects.animate.motion import Motion
from tests.effects.animate.tiny import lock_tiny
from tests.program import PROGRAM
from tests.stopping import code_after_ctrl_c

LINE = ["animate", "still.png", "out.mp4", "--steps=2", "--seed=1", "--size=64x64", "--frames=3"]
ENTRIES: dict[str, tuple[str, ...]] = {"animatediff": ("animatediff", "sparsectrl-rgb", "sd15")}
"""What of models.lock a family needs, where that is more than its own name."""
TEXT = ["animatediff", "i2vgen-xl", "wan", "ltx"]
"""Families that read words and work at any size, so that they are quick here."""


@pytest.fixture
def there(bare: Path, tiny_animators: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes families be here."""

    def put(*families: str) -> None:
        names = [name for family in families for name in ENTRIES.get(family, (family,))]
        monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(lock_tiny(tiny_animators, *names)))

    return put


def run(*more: str, line: Sequence[str] = LINE) -> bytes:
    """The bytes of the video that a line makes."""
    assert exit_code([*line, *more, "--overwrite"]) == 0
    return Path("out.mp4").read_bytes()


def video(name: str = "out.mp4") -> tuple[list[NDArray[Any]], Fraction, Fraction]:
    """Pictures, rate, and seconds of the last picture's end."""
    with av.open(name) as box:
        stream = box.streams.video[0]
        frames = list(box.decode(stream))
        assert stream.average_rate is not None and stream.time_base is not None
        assert stream.duration is not None
        length = Fraction(stream.duration * stream.time_base)
        return [each.to_ndarray(format="rgb24") for each in frames], stream.average_rate, length


def left(folder: Path) -> list[str]:
    """What lies in a folder besides what was put there."""
    beside = {"still.png", "temporary", "models"}
    inside = [f"temporary/{path.name}" for path in (folder / "temporary").iterdir()]
    return sorted({path.name for path in folder.iterdir()} - beside) + inside


def test_a_picture_becomes_a_video(there: Any, capsys: pytest.CaptureFixture[str]) -> None:
    there("svd")
    first = run("--model=svd")
    said = capsys.readouterr().err
    assert "model: svd, StableVideoDiffusionPipeline" in said and "prompt" not in said
    frames, rate, length = video()
    assert len(frames) == 3 and rate == 7 and length == Fraction(3, 7)
    assert frames[0].shape == (64, 64, 3)
    assert run("--model=svd") == first, "the same seed, the same bytes"
    assert run("--model=svd", "--seed=2") != first


def test_every_svd_is_a_model_of_its_own(there: Any, capsys: pytest.CaptureFixture[str]) -> None:
    names = ("svd", "svd-xt", "svd-xt-1.1")
    there(*names)
    short = ["--frames=2", "--steps=1"]
    assert len({run(f"--model={name}", *short) for name in names}) == 3
    said = capsys.readouterr().err
    assert all(f"model: {name}, StableVideoDiffusionPipeline" in said for name in names)
    run(*short)
    assert "model: svd-xt-1.1," in capsys.readouterr().err, "the best one, where nobody says"


@pytest.mark.parametrize("family", TEXT)
def test_families_that_read_words(family: str, there: Any) -> None:
    there(family)
    first = run(f"--model={family}", "--prompt=a cat", "--fps=12")
    frames, rate, length = video()
    assert len(frames) == 3 and rate == 12 and length == Fraction(3, 12)
    assert frames[0].shape == (64, 64, 3)
    assert run(f"--model={family}", "--prompt=a cat", "--fps=12") == first
    assert run(f"--model={family}", "--prompt=zzz burning", "--fps=12") != first


def test_what_is_not_read_of_a_prompt_is_told(
    there: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    there("animatediff")
    short = ["--model=animatediff", "--steps=1", "--frames=1"]
    run(*short, "--prompt=a cat", "--negative-prompt=rain")
    assert "cut" not in capsys.readouterr().err
    words = " ".join(["abcd"] * 19)
    first = run(*short, f"--prompt={words} and a dog")
    said = capsys.readouterr().err
    assert "the prompt is cut at 77 tokens, not read: d and a dog" in said, said
    assert run(*short, f"--prompt={words} or none") == first


@pytest.mark.parametrize("family", ["svd", "animatediff", "i2vgen-xl"])
def test_one_frame_is_made(family: str, there: Any) -> None:
    there(family)
    line = [each for each in LINE if not each.startswith("--frames")]
    run(f"--model={family}", "--frames=1", "--interpolate=3", line=line)
    assert len(video()[0]) == 1


def test_no_window_is_longer_than_a_family_knows_places_for(
    there: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    there("animatediff")
    asked = [*LINE, "--model=animatediff", "--frames=40", "--steps=1"]
    assert exit_code([*asked, "--window=33"]) == 2
    said = capsys.readouterr().err
    assert (
        "animatediff makes no window of 33 frames" in said
        and "--window 32 is its longest; it" in said
    )
    assert exit_code([*asked, "--window=32", "--dry-run"]) == 0


def test_a_family_of_fixed_size(
    there: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    there("cogvideox")
    line = [each for each in LINE if not each.startswith("--size")]
    assert exit_code([*line, "--model=cogvideox", "--size=64x64"]) == 2
    said = capsys.readouterr().err
    assert "cogvideox works at its own sizes only" in said and "--size 720x480" in said
    small = replace(FAMILIES["cogvideox"], sizes=((96, 64),))
    monkeypatch.setitem(FAMILIES, "cogvideox", small)  # type: ignore[arg-type]
    run("--model=cogvideox", "--prompt=a cat", "--steps=1", line=line)
    frames, rate, _ = video()
    assert len(frames) == 3 and rate == 8 and frames[0].shape == (64, 96, 3)


def test_words_change_what_cogvideox_makes(there: Any) -> None:
    there("cogvideox")
    cat = Motion("a cat", "", 0.5, 6.0, 9, Fraction(8), 1, 0.0, 8, (32, 32))
    still = np.full((32, 32, 3), 90, np.uint8)
    with Here(Setting()).hold(FAMILIES["cogvideox"], cat, "", print) as held:
        made = [
            np.stack(list(held.window(still, motion, 1, lambda done, total: None)))
            for motion in (cat, cat, replace(cat, prompt="zzz burning"))
        ]
    assert made[0].shape == (9, 32, 32, 3) and np.array_equal(made[0], made[1])
    assert not np.array_equal(made[0], made[2])


def test_a_lora_changes_what_is_made(there: Any, tmp_path: Path) -> None:
    pytest.importorskip("peft")
    from safetensors.torch import load_file, save_file

    there("svd")
    before = run("--model=svd")
    folder = Path(os.environ["AFTERGLOW_MODELS_LOCK"]).parent / "svd/unet"
    weights = load_file(folder / "diffusion_pytorch_model.safetensors")
    tensors = {}
    for name, weight in weights.items():
        if name.endswith(("to_q.weight", "to_v.weight")):
            layer, (out, inner) = name.removesuffix(".weight"), weight.shape
            tensors[f"{layer}.lora_A.weight"] = weight.new_full((2, inner), 0.3)
            tensors[f"{layer}.lora_B.weight"] = weight.new_full((out, 2), 0.3)
    save_file(tensors, "a.safetensors")
    assert run("--model=svd", "--lora=a.safetensors") != before
    assert run("--model=svd", "--lora=a.safetensors:0") == before


def test_svd_says_that_it_reads_no_prompt(there: Any, capsys: pytest.CaptureFixture[str]) -> None:
    there("svd")
    first = run("--model=svd")
    capsys.readouterr()
    assert run("--model=svd", "--prompt=a cat") == first
    said = capsys.readouterr().err
    assert "the prompt is not read: svd takes no text; these do: animatediff, i2vgen-xl," in said
    assert exit_code([*LINE, "--model=svd", "--prompt=a cat", "--require-prompt"]) == 2
    assert "svd takes no text, and --require-prompt" in capsys.readouterr().err
    assert exit_code([*LINE, "--model=svd", "--require-prompt"]) == 2
    assert "there is no prompt" in capsys.readouterr().err


def test_motion_noise_and_rate_reach_svd(there: Any) -> None:
    there("svd")
    made = [
        run("--model=svd", *more)
        for more in ([], ["--motion-strength=1"], ["--noise=0.9"], ["--guidance=9"])
    ]
    assert len(set(made)) == len(made)


def test_svd_is_told_the_rate_that_is_exported(there: Any) -> None:
    there("svd")
    slow = Motion("", "", 0.5, 3.0, 2, Fraction(7), 2, 0.02, 8, (64, 64))
    still = np.full((64, 64, 3), 90, np.uint8)
    with Here(Setting()).hold(FAMILIES["svd"], slow, "", print) as held:
        made = [
            np.stack(list(held.window(still, motion, 1, lambda done, total: None)))
            for motion in (slow, slow, replace(slow, fps=Fraction(14)))
        ]
    assert np.array_equal(made[0], made[1]) and not np.array_equal(made[0], made[2])


def test_the_best_model_that_is_here_is_taken(
    there: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    there("svd", "ltx")
    run()
    assert "model: svd," in capsys.readouterr().err
    run("--effect=waves")
    assert "model: ltx," in capsys.readouterr().err
    run("--effect=waves", "--set=models=svd")
    said = capsys.readouterr().err
    assert "model: svd," in said and "the prompt is not read" in said


def test_no_model_is_here(bare: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(LINE) == 4
    said = capsys.readouterr().err
    assert "svd-xt (4.51 GB, licence Stability AI Community License)" in said
    assert "afterglow models" in said and left(bare) == []
    for words in (["--effect=waves"], ["--prompt=a cat"]):
        assert exit_code([*LINE, *words]) == 4
        assert "not here: wan (size not known, licence Apache-2.0)" in capsys.readouterr().err
    assert exit_code([*LINE, "--effect=waves", "--set=models=ltx"]) == 4
    assert "not here: ltx (" in capsys.readouterr().err
    assert exit_code([*LINE, "--model=wan", "--commercial-only"]) == 4
    assert "wan (size not known, licence Apache-2.0)" in capsys.readouterr().err
    assert exit_code([*LINE, "--model=svd", "--commercial-only"]) == 4
    assert "--commercial-only refuses the model svd" in capsys.readouterr().err
    assert exit_code([*LINE, "--commercial-only"]) == 4
    assert "not here: wan (" in capsys.readouterr().err, "the best one that may be used"
    (bare / "in").mkdir()
    (bare / "in/a.png").write_bytes((bare / "still.png").read_bytes())
    assert exit_code(["animate", "in", "out", *LINE[3:]]) == 4
    assert left(bare) == ["in"]


def test_effects_change_what_is_made(there: Any, capsys: pytest.CaptureFixture[str]) -> None:
    there("svd")
    calm = run("--effect=portrait-breath")
    assert run("--effect=portrait-breath", "--set=motion_strength=0.9") != calm
    assert run("--effect=portrait-breath", "--motion-strength=0.12") == calm
    Path("mine.toml").write_text('description = "mine"\nsteps = 2\nfps = 10\n')
    run("--effect=mine.toml")
    assert video()[1] == 10
    assert exit_code([*LINE, "--effect=wavs"]) == 2
    assert "hint: did you mean waves?" in capsys.readouterr().err
    Path("bad.toml").write_text('description = "bad"\nmotion_strenght = 0.4\n')
    assert exit_code([*LINE, "--effect=bad.toml"]) == 2
    said = capsys.readouterr().err
    assert "an effect has no motion_strenght (bad.toml)" in said
    assert "did you mean motion_strength?" in said


def test_the_own_folder_of_effects_is_searched_first(
    there: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    there("svd")
    Path("mine/animate").mkdir(parents=True)
    Path("mine/animate/waves.toml").write_text('description = "my waves"\nfps = 11\n')
    monkeypatch.setenv("AFTERGLOW_EFFECTS", "mine")
    run("--effect=waves")
    assert video()[1] == 11
    capsys.readouterr()
    assert exit_code(["animate", "--list-effects"]) == 0
    said = capsys.readouterr().out
    assert "my waves" in said and "portrait-breath" in said


def test_models_are_listed(there: Any, capsys: pytest.CaptureFixture[str]) -> None:
    there("svd")
    assert exit_code(["animate", "--list-models"]) == 0
    lines = capsys.readouterr().out.splitlines()
    rows = {line.split()[0]: line.split() for line in lines}
    assert rows["svd"][1:6] == ["no", "yes", "1024x576", "14", "7"] and rows["svd"][-1] == "yes"
    assert rows["wan"][1:6] == ["yes", "no", "832x480", "81", "16"] and rows["wan"][-1] == "no"
    assert [rows[name][6] for name in ("wan", "animatediff")] == ["no", "depth,pose"]


def test_help_and_lists_need_no_torch() -> None:
    for flag in ("--help", "--list-effects", "--list-models"):
        heavy = ["torch", "diffusers", "transformers", *(["cv2"] if flag == "--help" else [])]
        program = (
            "import sys; from afterglow.cli.main import exit_code;"
            f"code = exit_code(['animate', {flag!r}]);"
            f"print(code, [name for name in {heavy} if name in sys.modules])"
        )
        done = subprocess.run([PROGRAM[0], "-c", program], capture_output=True, text=True)
        assert done.stdout.endswith("\n0 []\n"), (flag, done.stdout, done.stderr)


def test_longer_than_a_window_is_a_chain(there: Any, capsys: pytest.CaptureFixture[str]) -> None:
    there("svd")
    line = [each for each in LINE if not each.startswith("--frames")]
    run("--model=svd", "--window=4", "--frames=8", line=line)
    said = capsys.readouterr().err
    assert "colour drift: " in said and "after anchoring" in said
    assert len(video()[0]) == 8
    run("--model=svd", "--window=4", "--duration=1", line=line)
    assert len(video()[0]) == 7


def test_where_windows_meet_the_colours_jump_no_more_than_the_model_lets_them(there: Any) -> None:
    """Random weights flicker within a window, so a seam is what comes on top of that."""
    there("svd")
    asked = Motion("", "", 0.5, 3.0, 4, Fraction(7), 2, 0.02, 8, (64, 64))
    still = np.tile(np.linspace(40, 200, 64, dtype=np.uint8)[None, :, None], (64, 1, 3))
    windows: list[list[NDArray[np.uint8]]] = []
    with Here(Setting()).hold(FAMILIES["svd"], asked, "", print) as held:

        def window(begin: NDArray[np.uint8], number: int) -> Iterator[NDArray[np.uint8]]:
            made = held.window(begin, asked, number, lambda done, total: None)
            windows.append(list(anchored(made, still)))
            return iter(windows[-1])

        take = list(chained(window, still, 3, overlap=2))
    assert len(take) == 8
    change = np.diff([frame.mean(axis=(0, 1)) for frame in take], axis=0)
    own = [np.diff([frame.mean(axis=(0, 1)) for frame in each], axis=0) for each in windows]
    for number in (1, 2):
        assert np.abs(change[2 * number - 1] - own[number - 1][1]).max() <= 1.0, "into it"
        assert np.abs(change[2 * number + 1] - own[number][1]).max() <= 1.0, "out of it"


def test_slow_motion(there: Any) -> None:
    there("svd")
    run("--model=svd", "--interpolate=3")
    assert len(video()[0]) == 7


@pytest.mark.parametrize(
    ("more", "size"),
    [
        ([], (64, 64)),
        (["--fit=pad"], (64, 48)),
        (["--fit=stretch"], (74, 56)),
        (["--fit=pad", "--resolution=90"], (120, 90)),
    ],
)
def test_the_shape_of_the_picture_comes_back(
    more: list[str], size: tuple[int, int], there: Any
) -> None:
    there("svd")
    run("--model=svd", *more)
    frame = video()[0][0]
    assert (frame.shape[1], frame.shape[0]) == size


def test_upright_pictures_stay_upright(there: Any) -> None:
    there("svd")
    picture = cv2.imread("still.png")
    assert picture is not None
    upright = np.ascontiguousarray(np.rot90(picture))
    assert cv2.imwrite("still.png", upright)
    run("--model=svd", "--size=64x128")
    assert video()[0][0].shape == (128, 64, 3)


def test_transparent_parts_are_laid_on_a_colour(there: Any) -> None:
    there("svd")
    clear = np.zeros((72, 96, 4), np.uint8)
    assert cv2.imwrite("still.png", clear)
    black = run("--model=svd")
    white = run("--model=svd", "--background=white")
    assert black != white
    assert cv2.imwrite("still.png", np.full((72, 96, 3), 255, np.uint8))
    assert run("--model=svd") == white


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
