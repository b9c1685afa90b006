"""Frames leave the decoder in chunks, and what is no picture is told."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from afterglow.errors import ModelError
from afterglow.models.denoising import decoded, denoised, levels

torch = pytest.importorskip("torch")


class _Decoder:
    """Makes pictures of latents: the first channel three times."""

    dtype = torch.float32
    config = SimpleNamespace(scaling_factor=0.5)

    def __init__(self) -> None:
        self.told: list[tuple[int, int | None]] = []

    def decode(self, latents: Any, num_frames: int | None = None) -> Any:
        self.told.append((len(latents), num_frames))
        return SimpleNamespace(sample=latents[:, :1].repeat(1, 3, 1, 1))


@pytest.mark.parametrize("more", [{}, {"num_frames": 0}])
def test_frames_are_given_before_all_are_decoded(more: dict[str, int]) -> None:
    vae = _Decoder()
    latents = torch.linspace(-0.5, 0.5, 5).reshape(5, 1, 1, 1).repeat(1, 4, 8, 8)
    frames = decoded(vae, latents, 2, **more)
    first = next(frames)
    assert len(vae.told) == 1, "the rest is not decoded yet"
    every = [first, *frames]
    assert [int(frame[0, 0, 0]) for frame in every] == [0, 64, 128, 191, 255]
    assert vae.told == [(count, count if more else None) for count in (2, 2, 1)]


def test_numbers_that_are_none() -> None:
    pictures = np.zeros((2, 4, 4, 3), np.float32)
    pictures[1, 0, 0, 0] = np.nan
    frames = levels(pictures)
    assert not next(frames).any()
    with pytest.raises(ModelError, match="not finite"):
        next(frames)


def test_all_noise_begins_at_the_seed_and_no_other_is_touched() -> None:
    """A pipeline that draws from the program's own noise as well gives the same each time."""
    steps: list[tuple[int, int]] = []

    class Pipeline:
        progress_bar: Any = None

        def __call__(self, generator: Any) -> Any:
            with self.progress_bar(total=2) as bar:
                bar.update()
                bar.update()
            drawn = torch.rand(2, generator=generator), torch.rand(2)
            return SimpleNamespace(frames=torch.cat(drawn))

    def tell(done: int, total: int) -> None:
        steps.append((done, total))

    torch.manual_seed(5)
    wanted = torch.rand(3)
    torch.manual_seed(5)
    one = denoised(Pipeline(), 7, tell)
    assert torch.equal(torch.rand(3), wanted)
    assert torch.equal(one, denoised(Pipeline(), 7, tell)), "though other noise was drawn between"
    assert not torch.equal(one, denoised(Pipeline(), 8, tell))
    assert steps[:2] == [(1, 2), (2, 2)]
