"""Whom MatAnyone follows, how it is called, and that nothing grows, on packages like its own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from afterglow.analysis.matting import Cut, Person, cuts
from afterglow.effects.matte.model import backend_of
from afterglow.effects.matte.model.matanyone import MatAnyone
from afterglow.effects.matte.model.matanyone_package import PACKAGES
from afterglow.errors import ModelError, UsageError
from afterglow.frames import Frame, Reach, VideoInfo
from tests.effects.matte.model.standin import write_packages
from tests.effects.matte.model.tiny import lay_lock
from tests.scenes import Scene, frames_of, joined, pan, video_of

WIDE, HIGH = 96, 80
VIDEO = VideoInfo(WIDE, HIGH, Fraction(10), Fraction(1, 10))
MASK = np.zeros((HIGH, WIDE), np.uint8)
MASK[20:60, 30:70] = 255


def flat(t: int = 0, level: int = 51) -> Frame:
    return Frame(np.full((HIGH, WIDE, 3), level, np.uint8), t)


@dataclass(frozen=True)
class Seeker:
    """Finds the mask of frame ``t`` where there is one; remembers what was done with it."""

    masks: list[Any]
    said: list[str] = field(default_factory=list)

    def reach(self, video: VideoInfo) -> Reach:
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        return 0

    @contextmanager
    def start(self, video: VideoInfo) -> Iterator[int]:
        self.said.append("opened")
        yield 0
        self.said.append("closed")

    def step(self, frame: Frame, state: int) -> tuple[Cut, int]:
        self.said.append(f"sought {frame.pts}")
        return Cut(self.masks[frame.pts].astype(np.float32)), state + 1


def _forget(name: str) -> None:
    for each in [*sys.modules]:
        if each.partition(".")[0] in (name, "hydra", "omegaconf"):
            del sys.modules[each]


@pytest.fixture(params=["matanyone", "matanyone2"])
def name(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """An installed package with locked weights under which a matte keeps nine tenths a frame."""
    write_packages(tmp_path / "packages", request.param)
    monkeypatch.syspath_prepend(tmp_path / "packages")
    _forget(request.param)
    lay_checkpoint(tmp_path, request.param, monkeypatch, fade=0.9, step_up=0.0)
    yield request.param
    _forget(request.param)


def lay_checkpoint(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch, **weights: float
) -> None:
    import torch

    path = folder / f"{name}.pth"
    torch.save({key: torch.tensor(value) for key, value in weights.items()}, path)
    told = {"commercial": "no", "licence": "S-Lab License 1.0"}
    monkeypatch.setenv(
        "AFTERGLOW_MODELS_LOCK", str(lay_lock(folder, name, "pickle", [path.name], **told))
    )


def core_of(name: str) -> Any:
    return sys.modules[f"{name}.inference.inference_core"].InferenceCore


def found(name: str, count: int, told: VideoInfo = VIDEO, **options: Any) -> list[Any]:
    backend = backend_of(name, "cpu", **{"mask": MASK, **options})
    frames = (flat(t) for t in range(count))
    return [cut.alpha for _, cut in cuts(backend, frames, told)]


def test_the_subject_of_the_mask_is_followed(name: str) -> None:
    mattes = found(name, 4)
    assert all(each.dtype == np.float32 and each.shape == (HIGH, WIDE) for each in mattes)
    for t, matte in enumerate(mattes):
        assert np.allclose(matte, MASK / 255 * 0.9**t, atol=1e-6)


def test_it_is_called_as_its_authors_call_it(name: str) -> None:
    found(name, 3)
    (calls,) = core_of(name).made
    assert [what for what, _ in calls] == ["mask"] + ["again"] * 11 + ["next"] * 2
    assert calls[0][1] == 255 and calls[1][1] == pytest.approx(0.2)


@pytest.mark.parametrize(
    "mask",
    [MASK > 0, MASK.astype(np.uint16) * 257, MASK / 255, MASK // 255 * 200,
     np.repeat(np.repeat(MASK, 2, 0), 2, 1), np.dstack([MASK] * 3)],
    ids=["bool", "uint16", "float", "grey", "twice the size", "RGB"],
)  # fmt: skip
def test_a_mask_of_any_type_and_size_is_the_same_mask(name: str, mask: Any) -> None:
    assert np.allclose(found(name, 1, mask=mask)[0], MASK / 255, atol=1e-6)


def test_small_holes_of_a_mask_are_filled(name: str) -> None:
    holed = MASK.copy()
    holed[40:44, 50:54] = 0
    assert np.allclose(found(name, 1, mask=holed)[0], MASK / 255, atol=1e-6)


def test_masks_that_cannot_be_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="empty"):
        found(name, 1, mask=np.zeros_like(MASK))
    with pytest.raises(UsageError, match="80 x 96"):
        found(name, 1, mask=MASK.T)
    with pytest.raises(UsageError, match="none"):
        MatAnyone(name, "cpu")
    with pytest.raises(UsageError, match="seconds"):
        found(name, 1, chunk_seconds=0)
    small = VideoInfo(96, 64, Fraction(10), Fraction(1, 10))
    with pytest.raises(UsageError, match="96 x 64"):
        found(name, 1, small)


def test_chunks_go_on_where_the_one_before_was(name: str) -> None:
    """A matte handed over with hard edges, or not at all, would begin again at one."""
    whole, chunks = found(name, 25), found(name, 25, chunk_seconds=0.7)
    assert len(core_of(name).made) == 1 + 4
    for one, other in zip(whole, chunks, strict=True):
        assert np.allclose(one, other, atol=1e-6)
    assert core_of(name).made[2][0] == ("mask", pytest.approx(255 * 0.9**7, rel=1e-5))


def test_one_chunk_fades_into_the_next(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cores of the stand-in differ: the second loses a tenth a frame, the first nothing."""
    lay_checkpoint(tmp_path, name, monkeypatch, fade=1.0, step_up=-0.1)
    mask = np.full_like(MASK, 255)
    levels = [float(each.mean()) for each in found(name, 16, mask=mask, chunk_seconds=0.8)]
    fading = [0.25 * 0.9 + 0.75, 0.5 * 0.8 + 0.5, 0.75 * 0.7 + 0.25]
    assert levels == pytest.approx([1.0] * 9 + fading + [0.6, 0.5, 0.4, 0.3], abs=1e-5)


def test_no_chunk_begins_while_the_subject_is_away(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_checkpoint(tmp_path, name, monkeypatch, fade=0.5, step_up=0.0)
    found(name, 20, chunk_seconds=0.5)
    assert len(core_of(name).made) == 2
    lay_checkpoint(tmp_path, name, monkeypatch, fade=0.9, step_up=0.0)
    found(name, 20, chunk_seconds=0.5)
    assert len(core_of(name).made) == 2 + 4


def test_no_more_than_two_cores_live(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = backend_of(name, "cpu", mask=MASK, chunk_seconds=1.0)
    alive = []
    for _ in cuts(backend, (flat(t) for t in range(45)), VIDEO):
        alive.append(len(core_of(name).alive))
    assert len(core_of(name).made) == 5
    assert alive[:11] == [1] * 10 + [2] and max(alive) == 2
    assert alive[14:20] == [1] * 6


def test_what_seeks_the_subject_is_let_go_before_the_network_comes(name: str) -> None:
    none, seeker = np.zeros((HIGH, WIDE)), Seeker([])
    faint = np.full((HIGH, WIDE), 0.2)
    seeker.masks.extend([none, faint, MASK / 255])
    mattes = found(name, 5, mask=None, first=seeker)
    assert seeker.said == ["opened", "sought 0", "sought 1", "sought 2", "closed"]
    assert not mattes[0].any() and np.allclose(mattes[1], 0.2)
    for t, matte in enumerate(mattes[2:]):
        assert np.allclose(matte, MASK / 255 * 0.9**t, atol=1e-6)


def test_the_seeker_is_gone_when_the_network_is_made(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from afterglow.effects.matte.model import matanyone

    seeker = Seeker([MASK / 255])
    read = matanyone.read_network

    def noted(*given: Any) -> Any:
        seeker.said.append("read")
        return read(*given)

    monkeypatch.setattr(matanyone, "read_network", noted)
    found(name, 1, mask=None, first=seeker)
    assert seeker.said == ["opened", "sought 0", "closed", "read"]


def test_a_new_shot_is_sought_again_unless_there_is_a_mask(name: str) -> None:
    one, other = (Scene(160, 90, frames=3, camera=pan(1), seed=seed) for seed in (1, 7))
    frames = list(frames_of(joined(one, other)))
    masks = [np.ones((90, 160)) for _ in frames]
    seeker = Seeker(masks)
    backend = backend_of(name, "cpu", first=seeker)
    mattes = [float(cut.alpha.mean()) for _, cut in cuts(backend, iter(frames), video_of(one))]
    assert mattes == pytest.approx([1, 0.9, 0.81] * 2)
    assert [each for each in seeker.said if "sought" in each] == ["sought 0", "sought 3"]
    backend = backend_of(name, "cpu", mask=np.full((90, 160), 255, np.uint8))
    mattes = [float(cut.alpha.mean()) for _, cut in cuts(backend, iter(frames), video_of(one))]
    assert mattes == pytest.approx([0.9**t for t in range(6)])


def test_without_a_mask_people_are_followed(name: str) -> None:
    backend = backend_of(name, "cpu")
    assert isinstance(backend, MatAnyone) and isinstance(backend.first, Person)


def test_tensors_and_deep_frames_give_what_arrays_give(name: str) -> None:
    torch = pytest.importorskip("torch")
    deep = VideoInfo(WIDE, HIGH, Fraction(10), Fraction(1, 10), depth=16, bits=16)
    levels = []
    for pixels in (flat().pixels, torch.from_numpy(flat().pixels), flat().pixels * np.uint16(257)):  # type: ignore[operator]
        backend = backend_of(name, "cpu", mask=MASK)
        ((_, cut),) = cuts(backend, iter([Frame(pixels, 0)]), deep)
        assert isinstance(cut.alpha, np.ndarray) and cut.foreground is None
        levels.append(core_of(name).made[-1][1][1])
    assert levels == pytest.approx([0.2] * 3)


def test_a_checkpoint_of_another_network_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_checkpoint(tmp_path, name, monkeypatch, fade=0.9)
    with pytest.raises(ModelError, match="step_up"):
        found(name, 1)
    (tmp_path / f"{name}.pth").write_bytes(b"no checkpoint")
    with pytest.raises(ModelError, match="instead of"):
        found(name, 1)
    lock = lay_lock(tmp_path, name, "pickle", [f"{name}.pth"])
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(lock))
    with pytest.raises(ModelError, match="not of its network"):
        found(name, 1)


def test_its_licence_is_no_commercial_one(name: str) -> None:
    with pytest.raises(ModelError, match="S-Lab"):
        found(name, 1, commercial_only=True)


@pytest.mark.parametrize("missing", ["matanyone", "matanyone2"])
def test_a_missing_package_is_told_with_the_line_that_installs_it(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AFTERGLOW_MODELS_LOCK", raising=False)
    monkeypatch.setattr(sys, "path", [each for each in sys.path if missing not in each])
    with pytest.raises(ModelError, match="S-Lab") as caught:
        found(missing, 1)
    package = PACKAGES[missing]
    assert f"git+{package.repository}@{package.commit}" in caught.value.hint
    assert len(package.commit) == 40


def test_a_package_that_lacks_another_is_told_so(name: str, tmp_path: Path) -> None:
    core = tmp_path / "packages" / name / "inference" / "inference_core.py"
    core.write_text("import not_installed_anywhere\n" + core.read_text())
    with pytest.raises(ModelError, match="not_installed_anywhere"):
        found(name, 1)
