"""The person networks are asked about a picture of one size, and say where people are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from afterglow.errors import ModelError
from afterglow.models.person import LANDSCAPE, SQUARE, person_networks, require_person
from tests.models import tiny
from tests.models.weights import entry, file, write_lock


def lock_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **files: bytes) -> None:
    """Lay a lock over ours in which these files are the person networks."""
    told = {}
    for name, content in files.items():
        path = tmp_path / f"{name}.weights"
        path.write_bytes(content)
        format = "tflite" if content[4:8] == b"TFL3" else "onnx"
        facts: dict[str, Any] = {"folder": ".", "files": [file(path.name, content)]}
        told[f"person-{name}"] = entry("path", **facts) | {"format": format}
    path = write_lock(tmp_path / "own.lock", told)
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(path))


@pytest.fixture
def picture() -> Any:
    """A function that gives noise of a size, (H, W, 3) uint8 RGB."""
    noise = np.random.default_rng(3)
    return lambda size: noise.integers(0, 256, (size[1], size[0], 3), np.uint8)


@pytest.mark.parametrize("channel", [0, 2])
def test_the_picture_arrives_as_rgb_from_0_to_1(
    channel: int, picture: Any, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = [0.0, 0.0, 0.0]
    weights[channel] = 3.0
    network = tiny.onnx_file(weights)
    lock_own(tmp_path, monkeypatch, landscape=network, square=network)
    for opener, size in zip(person_networks(), (LANDSCAPE, SQUARE), strict=True):
        seen = picture(size)
        with opener() as ask:
            found = ask(seen)
        wanted = 1 / (1 + np.exp(seen[..., channel] / -85))
        assert (found.shape, found.dtype) == ((size[1], size[0]), np.float32)
        np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_two_networks_are_open_at_once_and_each_opening_is_its_own(
    picture: Any, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    square = tiny.tflite_file((1, 256, 256, 3))
    lock_own(tmp_path, monkeypatch, landscape=tiny.onnx_file((0, 1, 0)), square=square)
    landscape, _ = person_networks()
    seen = picture(LANDSCAPE)
    with landscape() as one:
        with landscape() as two:
            np.testing.assert_array_equal(one(seen), two(seen))
        before = one(seen)
    with pytest.raises(AssertionError, match="after it was left"):
        one(seen)
    assert before.min() >= 0.5


@pytest.mark.parametrize(
    ("network", "words"),
    [
        (
            tiny.onnx_file(size=(256, 256)),
            r"takes \(1, 3, 256, 256\), and not .*\(1, 3, 144, 256\)",
        ),
        (tiny.tflite_file((1, 144, 256, 3)), r"gives 3 mattes"),
        (tiny.tflite_file((1, 144, 256, 1)), r"takes \(1, 1, 144, 256\)"),
    ],
    ids=["another size", "three planes out", "one plane in"],
)
def test_a_network_that_does_not_fit_is_one_line(
    network: bytes,
    words: str,
    picture: Any,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lock_own(tmp_path, monkeypatch, landscape=network)
    opener, _ = person_networks()
    with pytest.raises(ModelError, match=f"person-landscape {words}"), opener() as ask:
        ask(picture(LANDSCAPE))


def test_a_picture_of_another_size_is_our_own_mistake(
    picture: Any, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock_own(tmp_path, monkeypatch, landscape=tiny.onnx_file())
    opener, _ = person_networks()
    with opener() as ask, pytest.raises(ValueError, match="takes 256x144"):
        ask(picture((144, 256)))


def test_missing_networks_are_told_when_they_are_opened(folder: Path) -> None:
    landscape, _ = person_networks()
    with pytest.raises(ModelError, match="person-landscape is not here") as told, landscape():
        pytest.fail("it was opened")
    assert told.value.hint == "afterglow models pull person", "both are needed"


def test_one_missing_network_is_told_by_its_own_name(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock_own(tmp_path, monkeypatch, square=tiny.onnx_file())
    landscape, _ = person_networks()
    with pytest.raises(ModelError, match="person-landscape is not here") as told, landscape():
        pytest.fail("it was opened")
    assert told.value.hint == "afterglow models pull person-landscape"


def test_commercial_only_goes_through_to_both(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = entry("path", folder=".", files=[file("w")]) | {"commercial": "no"}
    lock = write_lock(tmp_path / "own.lock", {"person-landscape": told, "person-square": told})
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(lock))
    for opener in person_networks(commercial_only=True):
        with pytest.raises(ModelError, match="commercial-only refuses"), opener():
            pytest.fail("it was opened")


@pytest.mark.parametrize("name", ["person-landscape", "person-square"])
def test_both_are_required_before_a_run(
    name: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = tiny.onnx_file()
    lock_own(tmp_path, monkeypatch, landscape=network, square=network)
    require_person()
    (tmp_path / f"{name.removeprefix('person-')}.weights").unlink()
    with pytest.raises(ModelError, match=f"{name} is not here"):
        require_person()
