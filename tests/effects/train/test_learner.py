"""What is minimised, what the model is told, and that it learns."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")
from afterglow.effects.train.course import Course  # noqa: E402
from afterglow.effects.train.model import learner  # noqa: E402
from afterglow.effects.train.model.objective import drawn, loss_of, scalings  # noqa: E402
from afterglow.errors import ModelError  # noqa: E402
from tests.scenes import Scene, pan  # noqa: E402

COURSE = Course("svd-xt", 2, 1e-2, 1, (64, 64), 3, Fraction(12), 128, 1)
SEEN = np.stack([view.rgb for view in Scene(64, 64, frames=3, camera=pan(3, 0), seed=4)])[None]


@pytest.fixture
def held(taught: Path) -> Iterator[Any]:
    with learner(COURSE, "cpu", print, False, {"seed": "1"}) as made:
        yield made


def test_the_scalings_are_those_that_the_sampler_undoes() -> None:
    import diffusers

    sampler = diffusers.EulerDiscreteScheduler(
        prediction_type="v_prediction", timestep_type="continuous", use_karras_sigmas=True,
        sigma_min=0.002, sigma_max=700.0,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of its own numbers
        sampler.set_timesteps(5)
    torch.manual_seed(0)
    for step, (sigma, time) in enumerate(zip(sampler.sigmas, sampler.timesteps, strict=False)):
        noisy, output = torch.randn(2, 3, 4, 4) * sigma, torch.randn(2, 3, 4, 4)
        by = scalings(sigma)
        assert torch.allclose(by.noise, time, atol=1e-4)
        sampler._step_index = step
        wanted = sampler.step(output, time, noisy).pred_original_sample
        assert torch.allclose(by.skip * noisy + by.out * output, wanted, rtol=1e-4, atol=1e-4)
        sampler._step_index = step
        assert torch.allclose(by.put_in * noisy, sampler.scale_model_input(noisy, time), rtol=1e-4)


def test_the_loss_is_none_where_the_network_is_right_and_weighs_levels_alike() -> None:
    torch.manual_seed(0)
    clean = torch.randn(3, 2, 4, 4, 4)
    sigma = torch.tensor([0.01, 1.0, 300.0]).reshape(3, 1, 1, 1, 1)
    noise = torch.randn(clean.shape)
    noisy = clean + sigma * noise
    v = (noise - sigma * clean) / (1 + sigma**2) ** 0.5
    assert float(loss_of(v, noisy, clean, sigma)) < 1e-3
    off = torch.randn(clean.shape)
    assert float(loss_of(v + off, noisy, clean, sigma)) == pytest.approx(
        float((off**2).mean()), rel=1e-2
    )


def test_levels_are_drawn_as_the_paper_has_them() -> None:
    levels = drawn(20000, 0.7, 1.6, torch.Generator().manual_seed(0)).log()
    assert float(levels.mean()) == pytest.approx(0.7, abs=0.05)
    assert float(levels.std()) == pytest.approx(1.6, abs=0.05)


def test_the_model_is_told_what_the_pipeline_tells_it(
    held: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without noise on the picture, both give the same latents, embedding and numbers."""
    from afterglow.effects.train.model import lessons as module

    told: dict[str, Any] = {}

    def network(seen: Any, time: Any, **more: Any) -> Any:
        told.update(more, seen=seen)
        raise InterruptedError

    pipeline = held._made
    monkeypatch.setattr(pipeline.unet, "forward", network)
    with pytest.raises(InterruptedError):
        pipeline(
            Image.fromarray(SEEN[0, 0]), height=64, width=64, num_frames=3, fps=12,
            motion_bucket_id=128, noise_aug_strength=0.0, max_guidance_scale=1.0,
        )  # fmt: skip
    monkeypatch.setattr(module, "drawn", lambda count, *more: torch.zeros(count))
    monkeypatch.setattr(module, "DROPPED", 0.0)
    with torch.no_grad():
        latents, beside, embedding, numbers = held._conditions(SEEN, torch.Generator())
    assert torch.allclose(beside, told["seen"][:, :, 4:], atol=1e-5)
    assert torch.allclose(embedding, told["encoder_hidden_states"], atol=1e-5)
    assert torch.equal(numbers, told["added_time_ids"])
    frames = torch.from_numpy(SEEN[0]).permute(0, 3, 1, 2).float() / 127.5 - 1
    own = pipeline.vae.encode(frames).latent_dist.mode() * pipeline.vae.config.scaling_factor
    assert float((latents[0] - own).abs().mean()) < 0.3 * float(own.std()) + 0.2
    monkeypatch.setattr(module, "DROPPED", 1.0)
    _, beside, embedding, _ = held._conditions(SEEN, torch.Generator())
    assert not beside.any() and not embedding.any()


def test_the_loss_of_what_is_seen_again_goes_down_and_nothing_else_changes(held: Any) -> None:
    before = {name: each.clone() for name, each in held._unet().named_parameters()}
    losses = [held.learn(SEEN, 5) for _ in range(12)]
    assert losses[-1] < 0.9 * losses[0]
    changed = {
        name for name, each in held._unet().named_parameters() if (each != before[name]).any()
    }
    assert changed and all("lora_" in name for name in changed)


def test_a_sample_changes_nothing_of_what_is_learnt(held: Any) -> None:
    held.learn(SEEN, 5)
    kept = held.state([0.1])
    frames = list(held.sample(SEEN[0, 0], lambda done, total: None))
    assert len(frames) == 3 and frames[0].shape == (64, 64, 3)
    assert held.state([0.1]) == kept
    one = held.learn(SEEN, 6)
    held.go_on(kept)
    assert held.learn(SEEN, 6) == one


def test_a_loss_that_is_no_number_stops_it(held: Any) -> None:
    next(iter(held._weights.values())).data.fill_(float("nan"))
    with pytest.raises(ModelError, match="the training went astray"):
        held.learn(SEEN, 5)


def test_half_precision_learns_too_with_a_lora_in_single_precision(
    taught: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a GPU does, on the CPU, which computes with bfloat16 as well."""
    from afterglow.effects.train.model import lessons

    monkeypatch.setattr(lessons, "number_format", lambda device: "bf16")
    said: list[str] = []
    with learner(COURSE, "cpu", said.append, False, {}) as made:
        assert said == ["model: svd-xt, numbers: bfloat16"]
        assert made._made.image_encoder.dtype == torch.bfloat16
        assert made._made.vae.dtype == torch.float32
        assert {each.dtype for each in made._weights.values()} == {torch.float32}
        frozen = [each for each in made._unet().parameters() if not each.requires_grad]
        assert {each.dtype for each in frozen} == {torch.bfloat16}
        losses = [made.learn(SEEN, 5) for _ in range(8)]
        assert losses[-1] < 0.95 * losses[0]
        frames = list(made.sample(SEEN[0, 0], lambda done, total: None))
        assert len(frames) == 3 and frames[0].std() > 0
