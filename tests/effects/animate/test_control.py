"""A video steers what is made: what is seen of it, when, and what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.cli.footage import film_of
from afterglow.cli.main import exit_code
from afterglow.effects.animate.control import Control, control_of, steering
from afterglow.effects.animate.model import Here, Setting, seeing
from afterglow.effects.animate.model.animatediff import steered
from afterglow.effects.animate.model.family import FAMILIES
from afterglow.effects.animate.motion import Motion
from afterglow.effects.animate.shot import Shot
from afterglow.effects.animate.skeleton import skeleton
from afterglow.errors import MediaError, UsageError
from tests.effects.animate.tiny import lock_tiny
from tests.scenes import Scene, pan, write_clip

LINE = ["animate", "still.png", "out.mp4", "--steps=1", "--seed=1", "--size=64x64", "--frames=2"]
BASE = ("animatediff", "sparsectrl-rgb", "sd15")
MOTION = Motion("a cat", "", 0.5, 7.5, 3, Fraction(8), 2, 0.0, 8, (64, 64))


@pytest.fixture
def there(bare: Path, tiny_animators: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes models be here, and a clip that may steer."""
    write_clip(bare / "clip.mkv", Scene(96, 64, frames=12, camera=pan(4, 0), seed=3))

    def put(*more: str) -> None:
        lock = lock_tiny(tiny_animators, *BASE, *more)
        monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(lock))

    return put


def run(*more: str) -> bytes:
    assert exit_code([*LINE, *more, "--overwrite"]) == 0
    return Path("out.mp4").read_bytes()


def test_depths_of_a_video_steer_animatediff(
    there: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    there("controlnet-depth-sd15", "depth-anything-v2-small")
    plain = run("--model=animatediff")
    one = run("--control", "depth", "clip.mkv")
    assert "model: animatediff," in capsys.readouterr().err, "a family that takes control"
    assert one != plain
    write_clip(Path("other.mkv"), Scene(96, 64, frames=4, seed=9))
    assert run("--control", "depth", "other.mkv") not in (one, plain)
    Path("mine.toml").write_text('description = "mine"\ncontrol = "depth:clip.mkv"\n')
    assert run("--effect=mine.toml") == one


def test_weights_of_motion_are_held_once(there: Any) -> None:
    """They have gone into the network; those that it was made of would take memory for nothing."""
    from afterglow.models import parts

    there()
    with Here(Setting()).hold(FAMILIES["animatediff"], MOTION, "", print) as held:
        made: Any = held._now.made  # type: ignore[attr-defined]
        names = set(parts.sizes_of(made))
        assert names == {"unet", "vae", "text_encoder", "controlnet"}
        assert any("motion_modules" in name for name, _ in made.unet.named_parameters())
        assert len(list(held.window(np.zeros((64, 64, 3), np.uint8), MOTION, 1, print))) == 3


def test_a_pose_steers_it_too(there: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    there("controlnet-openpose-sd15")

    @contextmanager
    def network(**more: object) -> Iterator[Callable[..., Any]]:
        def ask(seen: NDArray[np.uint8]) -> tuple[NDArray[np.float32], float]:
            points = np.random.default_rng(int(seen.mean())).uniform(40, 216, (35, 3))
            points[:, 2], points[33:, :2] = 1, ((128, 128), (128, 20))
            return points.astype(np.float32), 1.0

        yield ask

    monkeypatch.setattr(seeing.pose, "pose_network", network)
    monkeypatch.setattr(seeing, "NEEDED", {})
    assert run("--control", "pose", "clip.mkv") != run("--model=animatediff")


def test_what_cannot_steer_is_told(
    there: Any, bare: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there("controlnet-depth-sd15")
    assert exit_code([*LINE, "--model=wan", "--control", "depth", "clip.mkv"]) == 2
    assert "no video can steer wan; these take --control: animatediff" in capsys.readouterr().err
    assert exit_code([*LINE, "--control", "depth", "none.mkv"]) == 4
    assert "not here: depth-anything-v2-small" in capsys.readouterr().err
    there("controlnet-depth-sd15", "depth-anything-v2-small")
    assert exit_code([*LINE, "--control", "depth", "none.mkv"]) == 3
    assert "none.mkv: no such file" in capsys.readouterr().err
    assert exit_code([*LINE, "--control", "edges", "clip.mkv"]) == 2
    assert exit_code([*LINE, "--set=control=edges:clip.mkv"]) == 2
    assert "nothing can be steered by 'edges:clip.mkv'" in capsys.readouterr().err


def test_what_is_told_is_a_kind_and_a_file() -> None:
    assert control_of("") is None
    assert control_of("pose:a:b.mp4") == Control("pose", "a:b.mp4")
    for wrong in ("pose", "pose:", "clip.mp4"):
        with pytest.raises(UsageError, match="nothing can be steered"):
            control_of(wrong)


def test_it_is_what_the_pipeline_of_diffusers_for_it_makes(there: Any) -> None:
    """Where nothing holds the first frame, AnimateDiffControlNetPipeline makes the very same."""
    import diffusers
    import torch
    from PIL import Image

    there("controlnet-depth-sd15")
    guide = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), np.uint8)
    motion = replace(MOTION, control="depth")
    told: list[Any] = []
    with Here(Setting()).hold(FAMILIES["animatediff"], motion, "", print) as held:
        made = held._now.made  # type: ignore[attr-defined]
        for name, weight in made.controlnet.named_parameters():
            if name.startswith(("controlnet_down_blocks", "controlnet_mid_block")):
                weight.data.zero_()
        own = diffusers.AnimateDiffControlNetPipeline(
            vae=made.vae, text_encoder=made.text_encoder, tokenizer=made.tokenizer,
            unet=made.unet, motion_adapter=made.motion_adapter,
            controlnet=made.controlnet.steering, scheduler=made.scheduler,
        )  # fmt: skip
        asked: dict[str, Any] = {
            "prompt": "a cat", "width": 64, "height": 64, "num_frames": 3, "guidance_scale": 7.5,
            "num_inference_steps": 2, "output_type": "latent",
        }  # fmt: skip
        still = Image.new("RGB", (64, 64))
        for each in (own, made):
            each.set_progress_bar_config(disable=True)
            asked["generator"] = torch.Generator().manual_seed(1)
            if each is own:
                asked["conditioning_frames"] = [Image.fromarray(frame) for frame in guide]
            else:
                asked |= {"conditioning_frames": [still], "controlnet_frame_indices": [0]}
            with steered(made.controlnet, None if each is own else guide), torch.no_grad():
                told.append(each(**asked).frames)
        with torch.no_grad():
            asked["generator"] = torch.Generator().manual_seed(1)
            alone = made(**asked).frames
    assert torch.allclose(told[0], told[1], atol=1e-4)
    assert not torch.allclose(told[0], alone, atol=1e-2), "and it does something"


class _Film:
    """Gives pictures that tell their time."""

    def shown(self, start: Fraction, count: int, rate: Fraction) -> Iterator[NDArray[np.uint8]]:
        for number in range(count):
            yield np.full((40, 90, 3), int((start + number / rate) * 100), np.uint8)


def test_windows_are_steered_at_their_time() -> None:
    @contextmanager
    def see(kind: str) -> Iterator[Callable[[Sequence[NDArray[np.uint8]]], NDArray[np.uint8]]]:
        assert kind == "depth"
        yield lambda frames: np.stack(list(frames))

    motion = replace(MOTION, control="depth", frames=4, fps=Fraction(10), size=(32, 16))
    shot = Shot(FAMILIES["animatediff"], motion, {}, 3, 1, 10, 10, (32, 16))
    with steering(_Film(), shot, see, "crop") as guided:
        guides = [guided(number)["guide"] for number in range(3)]
    assert guides[0].shape == (4, 16, 32, 3)
    assert [int(each[0, 0, 0]) for guide in guides for each in guide] == [
        0, 10, 20, 30, 30, 40, 50, 60, 60, 70, 80, 90,
    ]  # fmt: skip
    with steering(None, shot, see, "crop") as guided:
        assert guided(0) == {}


def test_a_film_that_is_too_short_ends_with_its_last_picture(tmp_path: Path) -> None:
    scene = Scene(96, 64, frames=12, camera=pan(4, 0), seed=3)
    film = film_of(str(write_clip(tmp_path / "a.mkv", scene)))
    shown = list(film.shown(Fraction(8, 25), 6, Fraction(25)))
    assert [np.abs(one.astype(int) - scene.view(at).rgb).max() for one, at in
            zip(shown, (8, 9, 10, 11, 11, 11), strict=True)] == [0] * 6  # fmt: skip
    (late,) = film.shown(Fraction(99), 1, Fraction(25))
    assert late.shape == (64, 96, 3)
    with pytest.raises(MediaError, match="no such file"):
        film_of(str(tmp_path / "none.mkv"))


def test_a_skeleton_is_drawn_where_the_body_is() -> None:
    points = np.zeros((33, 3), np.float32)
    assert not skeleton(None, 64, 48).any() and not skeleton(points, 64, 48).any()
    points[11] = (80, 40, 0.9)
    points[12] = (40, 40, 0.9)
    points[14] = (40, 90, 0.9)
    points[16] = (40, 120, 0.2)
    drawn = skeleton(points, 128, 128)
    assert drawn[40, 60].tolist() == [255, 85, 0], "the neck, between the shoulders"
    assert drawn[65, 40].tolist() == [153, 102, 0], "the right upper arm"
    assert not drawn[100:].any(), "what is not seen is not drawn"
    assert drawn.dtype == np.uint8 and drawn.shape == (128, 128, 3)


def test_a_window_of_depths_shares_one_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def network(device: str, **more: object) -> Iterator[Callable[[Any], Any]]:
        yield lambda frame: frame[..., 0].astype(np.float32)

    monkeypatch.setattr(seeing.depth, "depth_network", network)
    frames = [np.full((4, 6, 3), level, np.uint8) for level in (10, 30, 50)]
    with seeing.seer("depth", "cpu") as see:
        seen = see(frames)
    assert [int(each[0, 0, 0]) for each in seen] == [0, 128, 255] and seen.shape == (3, 4, 6, 3)
