"""The command ``studio``, run small, and what came out of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.scenes import Scene, Subject, View, pan, walk

SCENE = Scene(
    128, 72, frames=10, subject=Subject(area=0.15, path=walk((0.4, 0.5), (0.01, 0.0))),
    camera=pan(1.5, 0.25),
)  # fmt: skip
ROOM = ["--bg", "room", "--seed", "3", "--resolution", "72"]
LINE = ["studio", "in.mkv", "matte.mkv", "out.mkv", *ROOM]


def grey(view: View) -> View:
    """The matte as a picture."""
    alpha = np.clip(np.rint(view.alpha.astype(np.float64)), 0, 255).astype(np.uint8)
    return replace(view, rgb=np.repeat(alpha[..., None], 3, axis=2))


def frames(name: str) -> list[NDArray[Any]]:
    with av.open(name) as box:
        return [frame.to_ndarray(format="rgb24") for frame in box.decode(video=0)]


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err
