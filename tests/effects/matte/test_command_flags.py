"""Flags reach the backend and the finish that they are for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from afterglow.analysis.matting.person import Person
from afterglow.cli.main import exit_code
from afterglow.cli.run import StreamRun
from afterglow.effects.matte.chroma import Chroma
from afterglow.effects.matte.difference import Difference
from afterglow.effects.matte.effect import Matte
from afterglow.effects.matte.model.matanyone import MatAnyone
from afterglow.effects.matte.model.rvm import Rvm
from tests.effects.matte.cloth import GREEN

pytestmark = pytest.mark.usefixtures("magenta_people")


def asked(*line: str | Path, source: str | Path = "in.mkv") -> Matte:
    """The effect that a command line asks for; nothing is read but what flags name."""
    effects: list[Any] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StreamRun, "through", lambda run, *given: effects.extend(given))
        assert exit_code(["matte", str(source), *map(str, line), "--device=cpu"]) == 0
    (effect,) = effects
    assert isinstance(effect, Matte)
    return effect


def test_the_default_is_person_and_no_touch(tmp_path: Path) -> None:
    effect = asked("out.mp4")
    assert isinstance(effect.backend, Person)
    assert effect == Matte(effect.backend, gray=True)


def test_flags_reach_the_finish() -> None:
    line = ["--grow=2.5", "--feather=3", "--gamma=1.5", "--decontaminate"]
    effect = asked("out.mov", *line, "--key=#00b140", "--despill=0.4")
    wanted = Matte(effect.backend, 1.5, 2.5, 3.0, 0.4, (0, 177, 64), True, gray=False)
    assert effect == wanted
    assert asked("out.mp4", "--shrink=2").grow == -2


def test_flags_reach_chroma() -> None:
    line = ["--key=blue", "--tolerance=10", "--softness=40", "--despill=0.3", "--grow=1.5"]
    effect = asked("out.mov", "--model=chroma", *line, "--feather=2")
    backend = effect.backend
    assert isinstance(backend, Chroma)
    assert (backend.key, backend.tolerance, backend.softness) == ((0, 0, 255), 10, 40)
    assert (backend.despill, backend.colours, backend.around) == (0.3, True, 4)
    assert effect.despill == 0, "what the backend takes off is not taken off again"


@pytest.mark.parametrize("flags", [[], ["--key=auto"]])
def test_a_key_that_is_not_named_is_found(flags: list[str]) -> None:
    backend = asked("out.mp4", "--model=chroma", *flags).backend
    assert isinstance(backend, Chroma)
    assert (backend.key, backend.despill, backend.colours) == (None, 1.0, False)


def test_flags_reach_difference(plate: Path) -> None:
    line = ["--model=difference", f"--plate={plate}"]
    for flags, colours in (([], False), (["--decontaminate"], True)):
        backend = asked("out.mov", *line, *flags).backend
        assert isinstance(backend, Difference) and backend.colours == colours
        assert backend.plate.shape == (90, 160, 3) and (backend.plate == GREEN).all()


@pytest.mark.parametrize("model", ["rvm", "rvm-torchscript", "rvm-resnet50"])
def test_flags_reach_rvm(model: str) -> None:
    backend = asked("out.mp4", f"--model={model}", "--downsample=0.25").backend
    assert isinstance(backend, Rvm) and backend.downsample == 0.25
    plain = asked("out.mp4", f"--model={model}").backend
    assert isinstance(plain, Rvm) and plain.downsample is None


def test_a_mask_reaches_matanyone(tmp_path: Path) -> None:
    mask = np.zeros((30, 40, 4), np.uint8)
    mask[5:10, 5:20] = 255
    cv2.imwrite(str(tmp_path / "mask.png"), mask)
    flags = ["--model=matanyone", f"--mask={tmp_path / 'mask.png'}", "--chunk-seconds=8"]
    backend = asked("out.mp4", *flags).backend
    assert isinstance(backend, MatAnyone) and backend.chunk_seconds == 8
    assert backend.mask is not None and np.array_equal(backend.mask, mask[..., 3])
