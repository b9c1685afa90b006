"""The face networks are asked about pictures of one size, and give numbers of one count."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from afterglow.errors import ModelError
from afterglow.models.face import SIDES, face_networks
from tests.models import tiny
from tests.models.weights import entry, file, write_lock


def lock_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, networks: dict[str, bytes]) -> None:
    """Lay a lock over ours in which these files are the face networks."""
    told = {}
    for name, content in networks.items():
        path = tmp_path / f"{name}.tflite"
        path.write_bytes(content)
        facts: dict[str, Any] = {"folder": ".", "files": [file(path.name, content)]}
        told[name] = entry("path", **facts) | {"format": "tflite"}
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(write_lock(tmp_path / "own.lock", told)))


def sized(**other: int) -> dict[str, bytes]:
    """Networks that take pictures of the right sizes, or of another."""
    sides = SIDES | {name.replace("_", "-"): side for name, side in other.items()}
    return {name: tiny.tflite_file((1, side, side, 3)) for name, side in sides.items()}


def test_missing_networks_are_told_when_they_are_opened(folder: Path) -> None:
    networks = face_networks()
    with pytest.raises(ModelError, match="face-detection is not here") as told, networks():
        pytest.fail("they were opened")
    assert told.value.hint == "afterglow models pull face", "all three are needed"


def test_commercial_only_goes_through(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = entry("path", folder=".", files=[file("w")]) | {"commercial": "no"}
    lock = write_lock(tmp_path / "own.lock", dict.fromkeys(SIDES, told))
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(lock))
    with (
        pytest.raises(ModelError, match="commercial-only refuses"),
        face_networks(commercial_only=True)(),
    ):
        pytest.fail("they were opened")


def test_a_network_of_another_size_is_one_line(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock_own(tmp_path, monkeypatch, sized(face_landmarks=190))
    words = r"face-landmarks takes \(1, 3, 190, 190\), and not .*\(1, 3, 192, 192\)"
    with pytest.raises(ModelError, match=words), face_networks()():
        pytest.fail("they were opened")


@pytest.mark.parametrize("which", range(3))
def test_a_network_that_says_something_else_is_one_line(
    which: int, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock_own(tmp_path, monkeypatch, sized())
    name, side = list(SIDES.items())[which]
    with face_networks()() as networks:
        with pytest.raises(ModelError, match=f"{name} gives .*{3 * side * side}.* numbers, not"):
            networks[which](np.zeros((side, side, 3), np.uint8))
        with pytest.raises(ValueError, match=f"takes {side}x{side}"):
            networks[which](np.zeros((side, side + 1, 3), np.uint8))
