"""What the tests of matte share: a clip before green, its plate, and people who are magenta."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from afterglow.effects.matte import model as learned
from afterglow.models import person
from tests.analysis.matting.people import magenta, opener
from tests.effects.matte.cloth import GREEN, green_clip


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return green_clip(tmp_path_factory.mktemp("cloth"))


@pytest.fixture(scope="session")
def plate(clip: Path) -> Path:
    path = clip.with_name("plate.png")
    cv2.imwrite(str(path), np.full((90, 160, 3), GREEN[::-1], np.uint8))
    return path


@pytest.fixture
def magenta_people(monkeypatch: pytest.MonkeyPatch) -> None:
    """People are magenta, to networks that need no weights; others are taken to be here."""
    found = opener(magenta)
    monkeypatch.setattr(person, "person_networks", lambda **_: (found, found))
    monkeypatch.setattr(person, "require_person", lambda **_: None)
    monkeypatch.setattr(learned, "require_model", lambda name, **_: None)
