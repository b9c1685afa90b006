"""Every kind of puppet in turn."""

from __future__ import annotations

import pytest

from afterglow.effects.style.character.puppet import KINDS, Kind


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param  # type: ignore[no-any-return]
