"""LoRA files over networks of a few weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from afterglow.errors import ModelError, UsageError
from afterglow.models.lora import lay_over, place_of, read_lora

pytest.importorskip("peft")
torch = pytest.importorskip("torch")
saved = pytest.importorskip("safetensors.torch")


def network() -> Any:
    torch.manual_seed(0)
    made = torch.nn.Sequential()
    made.add_module("to_q", torch.nn.Linear(8, 8))
    made.add_module("to_k", torch.nn.Linear(8, 8))
    return made


def lora(path: Path, rank: int = 2, prefix: str = "", **facts: str) -> str:
    torch.manual_seed(1)
    tensors = {
        f"{prefix}to_q.lora_A.weight": torch.randn(rank, 8),
        f"{prefix}to_q.lora_B.weight": torch.randn(8, rank),
    }
    saved.save_file(tensors, path, metadata=facts or None)
    return str(path)


@pytest.mark.parametrize("prefix", ["", "unet."])
def test_changes_are_added_as_the_paper_has_it(tmp_path: Path, prefix: str) -> None:
    path = lora(tmp_path / "a.safetensors", prefix=prefix, alpha="4")
    before, made = network(), network()
    lay_over(made, read_lora(f"{path}:0.5"))
    parts = saved.load_file(path)
    change = parts[f"{prefix}to_q.lora_B.weight"] @ parts[f"{prefix}to_q.lora_A.weight"]
    seen = torch.randn(3, 8)
    wanted = before(seen + 0)
    moved = network()
    moved.to_q.weight.data += 0.5 * (4 / 2) * change
    assert torch.allclose(made(seen), moved(seen), atol=1e-5)
    assert not torch.allclose(made(seen), wanted, atol=1e-2)


def test_a_scale_of_nothing_changes_nothing(tmp_path: Path) -> None:
    path = lora(tmp_path / "a.safetensors")
    made, seen = network(), torch.randn(3, 8)
    before = made(seen)
    lay_over(made, read_lora(f"{path}:0"))
    assert torch.equal(made(seen), before)


def test_what_is_no_lora_for_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no LoRA file"):
        place_of(str(tmp_path / "none.safetensors:0.5"))
    path = tmp_path / "a.safetensors"
    assert place_of(lora(path)) == (str(path), 1.0)
    path.write_bytes(b"nothing")
    with pytest.raises(ModelError, match="the LoRA cannot be read"):
        read_lora(str(path))
    saved.save_file({"other.lora_A.weight": torch.zeros(2, 8)}, path)
    with pytest.raises(ModelError, match="it has no layer other"):
        lay_over(network(), read_lora(str(path)))
    saved.save_file({"to_q.weight": torch.zeros(2, 8)}, path)
    with pytest.raises(ModelError, match="for another model"):
        lay_over(network(), read_lora(str(path)))
