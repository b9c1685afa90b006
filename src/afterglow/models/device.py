"""Where frames are computed: which device a run takes, and how much memory it has left."""

from __future__ import annotations

import ctypes
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from afterglow.errors import DeviceError, UsageError

_CGROUP = Path("/sys/fs/cgroup")
_OWN_GROUPS = Path("/proc/self/cgroup")
_GROUP_FILES = (
    ("memory.max", "memory.current", "inactive_file"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)
"""Names in a control group of version 2 and 1: its limit, its use, and cached files in that."""
_MEMINFO = Path("/proc/meminfo")
_MIB = 1 << 20
_UNLIMITED = 1 << 60


@dataclass(frozen=True, slots=True)
class Device:
    """A device that works."""

    name: str
    """As torch names it: cpu, or cuda:0."""
    kind: Literal["cpu", "cuda"]
    """What it is."""
    index: int
    """Number of the GPU; 0 for the CPU."""
    description: str
    """For people: what it is, and why it was taken where auto took it."""
    free: int
    """Bytes of memory that were free when it was chosen."""
    total: int
    """Bytes of memory that it has; of main memory, what this program may use."""


def choose_device(wish: str = "auto") -> Device:
    """The device that a person asked for: auto, cpu, cuda or cuda:N.

    auto takes the first GPU on which a small computation really runs, else the CPU.

    Raises:
        DeviceError: CUDA was asked for, and torch, the GPU or that number is not there.
        UsageError: the wish is none of those.
    """
    if wish == "cpu":
        return _cpu()
    asked = re.fullmatch(r"cuda(?::(\d+))?", wish)
    if asked:
        return _cuda(int(asked[1] or 0))
    if wish != "auto":
        raise UsageError(f"no device {wish!r}", hint="take auto, cpu, cuda or cuda:N")
    try:
        return _cuda(0)
    except DeviceError as error:
        return _cpu(f" ({error})")


def memory_available(device: Device) -> int:
    """Bytes that are free now: VRAM, or main memory within the limit of a container."""
    if device.kind == "cuda":
        return _vram(device.index)[0]
    return _ram()[0]


@contextmanager
def watched(wish: str) -> Iterator[Callable[[], int | None]]:
    """Give what tells the bytes of VRAM held at most since the beginning; None of them on the CPU.

    wish: as ``choose_device`` takes it.
    """
    device = choose_device(wish)
    if device.kind == "cpu":
        yield lambda: None
        return
    import torch

    torch.cuda.reset_peak_memory_stats(device.index)
    yield lambda: int(torch.cuda.max_memory_allocated(device.index))


def _cpu(reason: str = "") -> Device:
    free, total = _ram()
    return Device("cpu", "cpu", 0, f"CPU{reason}", free, total)


def _cuda(index: int) -> Device:
    why = _why_not_cuda(index)
    if why:
        raise DeviceError(why[0], hint=why[1])
    import torch

    free, total = _vram(index)
    name = f"{torch.cuda.get_device_name(index)}, {free // _MIB} of {total // _MIB} MiB free"
    return Device(f"cuda:{index}", "cuda", index, name, free, total)


@cache
def _why_not_cuda(index: int) -> tuple[str, str] | None:
    """What is in the way of this GPU, and what to do; None where it computes. Asked once."""
    if find_spec("torch") is None:
        return "torch is not installed", 'install it: pip install "afterglow[gpu]"'
    if not _driver_is_there():  # asked first, because loading torch takes a second
        return "there is no NVIDIA driver", "install one, or take --device cpu"
    import torch

    if not torch.cuda.is_available():
        built = f"torch {torch.__version__}"
        if torch.version.cuda is None:
            return f"{built} is built without CUDA", "install a build of torch for your CUDA driver"
        return f"{built} finds no GPU", "check the driver with nvidia-smi, or take --device cpu"
    count = torch.cuda.device_count()
    if index >= count:
        last = f"the last one is cuda:{count - 1}"
        return f"there is no cuda:{index}", f"{last}; CUDA_VISIBLE_DEVICES may hide others"
    return _trial(index)


def _driver_is_there() -> bool:
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    return True


def _trial(index: int) -> tuple[str, str] | None:
    """What goes wrong when the GPU adds two numbers; None where nothing does."""
    import torch

    try:
        total = float(torch.ones(2, device=f"cuda:{index}").sum().item())
    except RuntimeError as error:
        first = str(error).partition("\n")[0]
        return f"cuda:{index} does not compute: {first}", "check the driver, or take --device cpu"
    return None if total == 2.0 else (f"cuda:{index} computes wrongly", "take --device cpu")


def _vram(index: int) -> tuple[int, int]:
    """Free and total bytes of a GPU; what torch holds without using it counts as free."""
    import torch

    free, total = torch.cuda.mem_get_info(index)
    idle = torch.cuda.memory_reserved(index) - torch.cuda.memory_allocated(index)
    return free + idle, total


def _ram() -> tuple[int, int]:
    """Free and total bytes of main memory, as far as the control groups that we run in allow."""
    free, total = _machine()
    for folder in _groups():
        limit, taken = _group_use(folder)
        free, total = min(free, max(limit - taken, 0)), min(total, limit)
    return free, total


def _machine() -> tuple[int, int]:
    if not _MEMINFO.exists():
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        return total, total
    facts = dict(re.findall(r"^(\w+):\s+(\d+) kB", _MEMINFO.read_text(), re.MULTILINE))
    return int(facts["MemAvailable"]) * 1024, int(facts["MemTotal"]) * 1024


def _groups() -> Iterator[Path]:
    """Folders of our memory control group and of those it lies in, of version 2 and 1."""
    lines = _OWN_GROUPS.read_text().splitlines() if _OWN_GROUPS.exists() else []
    for line in lines:
        _, kinds, path = line.split(":", 2)
        root = _CGROUP if not kinds else _CGROUP / "memory"
        if kinds in ("", "memory"):
            own = root / path.lstrip("/")
            yield from (folder for folder in (own, *own.parents) if folder.is_relative_to(root))


def _group_use(folder: Path) -> tuple[int, int]:
    """Limit of a control group in bytes, and what it holds that cannot be reclaimed."""
    for limit, used, reclaimable in _GROUP_FILES:
        if (folder / limit).exists() and (folder / used).exists():
            allowed = (folder / limit).read_text().strip()
            if allowed == "max":
                break
            kept = re.search(rf"^{reclaimable} (\d+)$", _text(folder / "memory.stat"), re.MULTILINE)
            taken = int((folder / used).read_text())
            return int(allowed), taken - (int(kept[1]) if kept else 0)
    return _UNLIMITED, 0


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""
