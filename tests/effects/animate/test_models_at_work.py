"""Every model makes a video, heeds what it reads, and tells what it does not read."""

from __future__ import annotations

import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from afterglow.cli.main import exit_code
from afterglow.effects.animate.model import Here, Setting
from afterglow.effects.animate.model.family import FAMILIES
from afterglow.effects.animate.motion import Motion
from tests.effects.animate.running import LINE, run, video

TEXT = ["animatediff", "i2vgen-xl", "wan", "ltx"]
"""Families that read words and work at any size, so that they are quick here."""


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
