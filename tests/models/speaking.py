"""Whether eSpeak NG is here."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

needs_espeak = pytest.mark.skipif(
    find_spec("espeakng_loader") is None, reason="the package espeakng-loader is not installed"
)
