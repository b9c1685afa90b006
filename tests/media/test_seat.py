"""The way to a device, walked without one: a second decoder, and tensors in main memory."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import torch

from afterglow.frames import Frame, Reach
from afterglow.media import ReadOptions, cuda, open_source
from tests.media.made import number_of, numbered


def decoder_of_its_own(stream: Any, device: str, say: Any) -> Any:
    assert device == "cuda:0"
    decoder = av.CodecContext.create(stream.codec_context.name, "r")
    decoder.extradata = stream.codec_context.extradata
    return decoder


@pytest.fixture
def near(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuda, "hardware_decoder", decoder_of_its_own)
    monkeypatch.setattr(cuda, "_sent", lambda pixels, device: torch.from_numpy(pixels))


def frames_of(path: Path, **options: Any) -> list[Frame]:
    with open_source(str(path), ReadOptions(**options), lambda line: None) as source:
        return list(source.frames())


@pytest.mark.usefixtures("near")
@pytest.mark.parametrize("start", [0, 1, 77, 150])
def test_tensors_are_those_of_the_arrays(tmp_path: Path, start: int) -> None:
    path = numbered(tmp_path / "a.mp4", 200, options={"g": "40", "bf": "2"})
    wanted = {"start": Fraction(start, 25), "reach": Reach(3, 0)}
    arrays = frames_of(path, **wanted)
    tensors = frames_of(path, device="cuda:0", **wanted)
    assert [frame.pts for frame in tensors] == [frame.pts for frame in arrays]
    for one, other in zip(tensors, arrays, strict=True):
        assert isinstance(one.pixels, torch.Tensor)
        assert np.array_equal(one.pixels.numpy(), other.pixels)
    assert number_of(np.asarray(arrays[min(3, start)].pixels)) == start


@pytest.mark.usefixtures("near")
def test_alpha_keeps_its_decoder(tmp_path: Path) -> None:
    from tests.media.made import clip
    from tests.media.test_reader_images import ALPHA, rgba

    path = clip(
        tmp_path / "a.webm", [rgba(k) for k in range(5)], array_format="rgba", **ALPHA["vp9.webm"]
    )
    frames = frames_of(path, device="cuda:0")
    assert len(frames) == 5
    assert all(isinstance(frame.alpha, torch.Tensor) for frame in frames)
