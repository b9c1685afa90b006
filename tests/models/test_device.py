"""Which device is taken, what is said when it cannot be, and how much memory counts as free."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from afterglow.errors import DeviceError, UsageError
from afterglow.models import device as devices
from afterglow.models.device import choose_device, memory_available


@pytest.fixture(autouse=True)
def _ask_anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(devices, "_driver_is_there", lambda: True)
    devices._why_not_cuda.cache_clear()
    yield
    devices._why_not_cuda.cache_clear()


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """torch sees two GPUs, and both compute."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda index: f"GPU number {index}")
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda index: (3 << 30, 8 << 30))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda index: 3 << 20)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda index: 1 << 20)
    monkeypatch.setattr(devices, "_trial", lambda index: None)


def test_cpu() -> None:
    device = choose_device("cpu")
    assert (device.name, device.kind, device.description) == ("cpu", "cpu", "CPU")
    assert 0 < device.free <= device.total
    assert memory_available(device) > 0


def test_auto_says_why_it_is_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    device = choose_device("auto")
    assert device.name == "cpu"
    assert "torch" in device.description


def test_without_a_driver_torch_is_not_even_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_driver_is_there", lambda: False)
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setattr(devices, "find_spec", lambda name: name)
    assert choose_device("auto").description == "CPU (there is no NVIDIA driver)"


@pytest.mark.usefixtures("two_gpus")
def test_auto_takes_a_gpu() -> None:
    device = choose_device("auto")
    assert (device.name, device.kind, device.index) == ("cuda:0", "cuda", 0)
    assert device.description == "GPU number 0, 3074 of 8192 MiB free"
    assert memory_available(device) == (3 << 30) + (2 << 20)


@pytest.mark.usefixtures("two_gpus")
def test_numbers() -> None:
    assert choose_device("cuda").name == "cuda:0"
    assert choose_device("cuda:1").index == 1
    with pytest.raises(DeviceError, match="no cuda:2") as raised:
        choose_device("cuda:2")
    assert "cuda:1" in raised.value.hint


def test_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    with pytest.raises(DeviceError, match="no GPU") as raised:
        choose_device("cuda")
    assert raised.value.exit_code == 5
    assert "nvidia-smi" in raised.value.hint


def test_torch_without_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.version, "cuda", None)
    with pytest.raises(DeviceError, match="without CUDA"):
        choose_device("cuda:0")


def test_no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "find_spec", lambda name: None)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(DeviceError, match="not installed") as raised:
        choose_device("cuda")
    assert 'pip install "afterglow[gpu]"' in raised.value.hint
    assert choose_device("auto").name == "cpu"


def test_a_gpu_that_does_not_compute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)

    def broken(*_args: object, **_named: object) -> None:
        raise RuntimeError("no kernel image is available\nmore of it")

    monkeypatch.setattr(torch, "ones", broken)
    with pytest.raises(DeviceError, match=r"does not compute: no kernel image is available$"):
        choose_device("cuda")
    assert choose_device("auto").kind == "cpu"


@pytest.mark.parametrize("wish", ["", "gpu", "cuda:", "cuda:-1", "cuda:x"])
def test_wishes_that_mean_nothing(wish: str) -> None:
    with pytest.raises(UsageError):
        choose_device(wish)


@pytest.mark.parametrize(
    ("line", "folder", "names"),
    [
        ("0::/a/b", "a", ("memory.max", "memory.current", "inactive_file")),
        (
            "4:memory:/a/b",
            "memory/a",
            ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
        ),
    ],
)
def test_memory_of_a_container(
    line: str,
    folder: str,
    names: tuple[str, str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gib = 1 << 30
    (tmp_path / "own").write_text(f"{line}\n")
    (tmp_path / "meminfo").write_text("MemTotal: 33554432 kB\nMemAvailable: 16777216 kB\n")
    group = tmp_path / folder
    group.mkdir(parents=True)
    (group / names[0]).write_text(f"{4 * gib}\n")
    (group / names[1]).write_text(f"{3 * gib}\n")
    (group / "memory.stat").write_text(f"anon 1\n{names[2]} {2 * gib}\n")
    monkeypatch.setattr(devices, "_CGROUP", tmp_path)
    monkeypatch.setattr(devices, "_OWN_GROUPS", tmp_path / "own")
    monkeypatch.setattr(devices, "_MEMINFO", tmp_path / "meminfo")
    device = choose_device("cpu")
    assert (device.free, device.total) == (3 * gib, 4 * gib)
    (group / names[0]).write_text("max\n" if "max" in names[0] else f"{1 << 62}\n")
    device = choose_device("cpu")
    assert (device.free, device.total) == (16 * gib, 32 * gib)


@pytest.mark.gpu
def test_a_real_gpu() -> None:
    device = choose_device("cuda")
    assert device.kind == "cuda"
    assert 0 < memory_available(device) <= device.total
