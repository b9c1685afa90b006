"""Where memory is not enough, a window is made once more with less; without a GPU."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.effects.animate import model
from afterglow.effects.animate.model import Setting, _Steady
from afterglow.effects.animate.model.family import FAMILIES
from afterglow.effects.animate.model.profiles import Profile, lay_out
from afterglow.effects.animate.motion import Motion
from afterglow.models.denoising import Tell

MOTION = Motion("", "", 0.5, 3.0, 4, Fraction(7), 2, 0.02, 8, (64, 64))
STILL = np.zeros((64, 64, 3), np.uint8)


class _Small:
    """Gives frames of a level; on some profiles memory ends after the first."""

    def __init__(self, profile: Profile, fails: tuple[Profile, ...]) -> None:
        self._profile, self._fails = profile, fails
        self.chunks: list[int] = []

    def window(
        self, still: NDArray[np.uint8], motion: Motion, seed: int, tell: Tell
    ) -> Iterator[NDArray[np.uint8]]:
        self.chunks.append(motion.decode_chunk)
        for number in range(motion.frames):
            if number and self._profile in self._fails:
                raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")
            yield still + number


def steady(
    patch: pytest.MonkeyPatch, held: ExitStack, *fails: Profile, device: str = "cuda:0"
) -> tuple[_Steady, list[str], list[str]]:
    """What tries again, what was opened and closed, and what was said."""
    events: list[str] = []
    said: list[str] = []

    @contextmanager
    def opened(*asked: object) -> Iterator[tuple[_Small, Profile]]:
        profile = asked[-1] or "full"
        events.append(f"open {profile}")
        yield _Small(profile, fails), profile  # type: ignore[arg-type]
        events.append(f"close {profile}")

    patch.setattr(model, "_opened", opened)
    setting = Setting(device)
    return _Steady(FAMILIES["svd"], setting, MOTION, "", said.append, held), events, said


def test_a_window_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as held:
        tried, events, said = steady(monkeypatch, held, "full")
        frames = list(tried.window(STILL, MOTION, 1, lambda done, total: None))
    assert [int(frame[0, 0, 0]) for frame in frames] == [0, 1, 2, 3]
    assert events == ["open full", "close full", "open offload", "close offload"]
    assert said[0].endswith("memory profile full")
    assert said[1] == "memory was not enough, trying once more with the profile offload"


def test_it_is_tried_once_more_only(monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as held:
        tried, events, _ = steady(monkeypatch, held, "full", "offload")
        with pytest.raises(RuntimeError, match="out of memory"):
            list(tried.window(STILL, MOTION, 1, lambda done, total: None))
        assert events == ["open full", "close full", "open offload"]
        with pytest.raises(RuntimeError, match="out of memory"):
            list(tried.window(STILL, MOTION, 1, lambda done, total: None))
    assert events[-1] == "close offload" and len(events) == 4


def test_main_memory_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as held:
        tried, events, said = steady(monkeypatch, held, "full", device="cpu")
        with pytest.raises(RuntimeError, match="out of memory"):
            list(tried.window(STILL, MOTION, 1, lambda done, total: None))
    assert events == ["open full", "close full"] and "profile" not in said[0]


def test_other_errors_are_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as held:
        tried, events, _ = steady(monkeypatch, held)

        def stop(*asked: object) -> Iterator[NDArray[np.uint8]]:
            raise RuntimeError("shapes do not match")
            yield STILL

        monkeypatch.setattr(_Small, "window", stop)
        with pytest.raises(RuntimeError, match="shapes"):
            list(tried.window(STILL, MOTION, 1, lambda done, total: None))
    assert events == ["open full", "close full"]


class _Laid:
    """Stands for a pipeline, and notes how it is laid out."""

    def __init__(self) -> None:
        self.told: dict[str, Any] = {}

    def set_progress_bar_config(self, **told: Any) -> None:
        self.told["bar"] = told

    def enable_group_offload(self, **told: Any) -> None:
        self.told["group"] = told


def test_the_decoder_stays_out_of_groups() -> None:
    pytest.importorskip("torch")
    laid = _Laid()
    lay_out(laid, "cuda:0", "group")
    told = laid.told["group"]
    assert told["use_stream"] and told["exclude_modules"] == ["vae"], (
        "a stream brings back the weights of before a change of their number format"
    )
    assert str(told["onload_device"]) == "cuda:0"
