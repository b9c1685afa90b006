"""What every test may ask for: a device, real footage; and what a skip of it means."""

from __future__ import annotations

import os
import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

if TYPE_CHECKING:
    from afterglow.analysis.face import Networks


def pytest_configure() -> None:
    """Runs that tests start must hear Ctrl-C, also where the tests' own parent ignores it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """GPU tests are skipped where there is none, unless AFTERGLOW_REQUIRE_GPU=1 says there is."""
    marked = [item for item in items if item.get_closest_marker("gpu")]
    if not marked or os.environ.get("AFTERGLOW_REQUIRE_GPU") == "1" or _gpu():
        return
    for item in marked:
        item.add_marker(pytest.mark.skip(reason="no CUDA device (AFTERGLOW_REQUIRE_GPU=1 fails)"))


def _gpu() -> bool:
    try:
        import torch
    except ImportError:
        return False
    return torch.cuda.is_available()


@pytest.fixture(params=["cpu", pytest.param("cuda:0", marks=pytest.mark.gpu)])
def device(request: pytest.FixtureRequest) -> str:
    """Devices on which the torch half is tested."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def footage() -> Path:
    """The folder of real clips, from AFTERGLOW_FOOTAGE; skips without it."""
    named = os.environ.get("AFTERGLOW_FOOTAGE")
    if not named:
        pytest.skip("AFTERGLOW_FOOTAGE names no folder of real clips")
    return Path(named)


@pytest.fixture(scope="session")
def astronaut(footage: Path) -> NDArray[np.uint8]:
    """(512, 512, 3) uint8 RGB: the portrait of an astronaut."""
    picture = cv2.imread(str(footage / "images/portrait_astronaut.png"))
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)


@pytest.fixture(scope="module")
def networks() -> Iterator[Networks]:
    """The face networks, if the store has them."""
    from afterglow.errors import ModelError
    from afterglow.models.face import face_networks

    opened = face_networks()()
    try:
        found = opened.__enter__()
    except ModelError as missing:
        pytest.skip(f"the face networks are not here: {missing}")
    yield found
    opened.__exit__(None, None, None)


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder to work in, with another for what is temporary, and nothing else; no models."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("AFTERGLOW_MODELS", str(tmp_path / "models"))
    monkeypatch.delenv("AFTERGLOW_MODELS_LOCK", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every try to reach another machine fails."""

    def refuse(*arguments: object, **more: object) -> None:
        raise AssertionError(f"the network was asked: {arguments}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture(scope="session")
def tiny_painters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lock over tiny stand-ins of all models that paint and see depth, made by real classes."""
    for name in ("diffusers", "transformers", "accelerate"):
        pytest.importorskip(name)
    from tests.models.tiny_diffusion import SAVED, lock_tiny

    return lock_tiny(tmp_path_factory.mktemp("painters"), *SAVED)
