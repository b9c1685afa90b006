"""The pose network: what it takes and gives, and real bodies by the real weights."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import cv2
import numpy as np
import pytest

from afterglow.analysis.pose import followed
from afterglow.errors import ModelError
from afterglow.models import pose
from afterglow.models.networks import Network
from afterglow.models.store import open_store

FOOTAGE = os.environ.get("AFTERGLOW_FOOTAGE")
BLACK = np.zeros((256, 256, 3), np.uint8)


def use(monkeypatch: pytest.MonkeyPatch, network: Network) -> None:
    @contextmanager
    def loaded(name: str, **more: Any) -> Iterator[Network]:
        assert name == "pose"
        yield network

    monkeypatch.setattr(pose, "loaded", loaded)


def test_numbers_become_points(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.zeros((39, 5), np.float32)
    rows[:, 0], rows[:, 1], rows[:, 3] = np.arange(39), 7, [0.0] * 20 + [50.0] * 19
    outputs = ["world", "points", "body"]

    def run(arrays: Any) -> list[Any]:
        (seen,) = arrays.values()
        assert seen.shape == (1, 3, 256, 256) and seen.dtype == np.float32 and seen.max() <= 1
        return [np.zeros((1, 117)), rows.reshape(1, 195), np.array([[0.75]])]

    use(monkeypatch, Network({"in": (1, 3, 256, 256)}, outputs, run))
    with pose.pose_network() as ask:
        points, sure = ask(BLACK + 255)
        assert points.shape == (35, 3) and sure == 0.75
        assert points[3].tolist() == [3, 7, 0.5] and points[30, 2] == pytest.approx(1)
        with pytest.raises(ValueError, match="256x256"):
            ask(BLACK[:100])


def test_another_network_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Network({"in": (1, 3, 64, 64)}, ["out"], lambda arrays: [np.zeros(3)]))
    with pytest.raises(ModelError, match="not a picture of shape"), pose.pose_network():
        raise AssertionError("it was opened")
    use(monkeypatch, Network({"in": (1, 3, 256, 256)}, ["out"], lambda arrays: [np.zeros(3)]))
    with pose.pose_network() as ask, pytest.raises(ModelError, match="gives no 39 points"):
        ask(BLACK)


@pytest.mark.footage
@pytest.mark.skipif(not FOOTAGE, reason="AFTERGLOW_FOOTAGE names no folder of clips")
def test_a_real_player_is_followed() -> None:
    store = open_store()
    if store.presence(store.lock.model("pose")) != "yes":
        pytest.skip("the weights are not here: afterglow models pull pose")
    clip = cv2.VideoCapture(f"{FOOTAGE}/person_matte/davis_tennis.mp4")
    truth = cv2.VideoCapture(f"{FOOTAGE}/person_matte/davis_tennis_mask.mp4")
    frames, masks = [], []
    for number in range(32):
        frame, mask = clip.read()[1], truth.read()[1]
        if number % 8 == 0:
            frames.append(np.ascontiguousarray(frame[..., ::-1]))
            masks.append(cv2.dilate(mask[..., 0], np.ones((9, 9), np.uint8)) > 127)
    with pose.pose_network() as ask:
        for points, mask in zip(followed(frames, ask), masks, strict=True):
            assert points is not None
            sure = points[points[:, 2] > 0.8][:, :2].round().astype(int)
            inside = [mask[y, x] for x, y in sure if 0 <= y < mask.shape[0] and x < mask.shape[1]]
            assert len(inside) > 15 and np.mean(inside) > 0.7
