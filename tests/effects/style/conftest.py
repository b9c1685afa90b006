"""What the tests of style share."""

from __future__ import annotations

from pathlib import Path

import pytest

from afterglow.media.recording import record
from tests.effects.style.voices import sentence, silence, vowel


@pytest.fixture(scope="session")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1.6 seconds: silence, a vowel, silence, another."""
    place = tmp_path_factory.mktemp("speech") / "speech.mka"
    sound = [silence(0.3), vowel("a", 0.5), silence(0.4), vowel("i", 0.4)]
    record(place, [sentence(sound)], 16000)
    return place
