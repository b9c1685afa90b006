"""The real networks on real people: better than what they say of the whole picture."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.analysis.matting import Opener, Person
from afterglow.errors import ModelError
from afterglow.media import ReadOptions, open_source
from afterglow.models.person import LANDSCAPE, SQUARE, person_networks
from tests.analysis.matting.people import Shot, error, flicker, mattes

pytestmark = pytest.mark.footage


@pytest.fixture(scope="module")
def networks() -> tuple[Opener, Opener]:
    """The two networks, if the store has them."""
    found = person_networks()
    with ExitStack() as opened:
        try:
            for each in found:
                opened.enter_context(each())
        except ModelError as missing:
            pytest.skip(f"the person networks are not here: {missing}")
    return found


def covering(picture: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """The middle of a photo, scaled so that it covers a frame."""
    scale = max(width / picture.shape[1], height / picture.shape[0])
    size = max(width, round(picture.shape[1] * scale)), max(height, round(picture.shape[0] * scale))
    large = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return np.asarray(large[top : top + height, left : left + width], np.uint8)


def laid_over(clip: Path, photo: Path, start: int, end: int) -> Iterator[Shot]:
    """Frames of a clip with a matte, before a city."""
    ground = cv2.cvtColor(cv2.imread(str(photo)), cv2.COLOR_BGR2RGB)
    with open_source(str(clip), ReadOptions(), lambda line: None) as source:
        behind = covering(np.asarray(ground, np.uint8), source.video.width, source.video.height)
        for frame in islice(source.frames(), start, end):
            alpha = np.asarray(frame.alpha, np.float32) / 255
            mixed = behind + alpha[..., None] * (np.asarray(frame.pixels, np.float32) - behind)
            yield Shot(np.rint(mixed).astype(np.uint8), alpha)


def raw(shots: list[Shot], of: Opener, size: tuple[int, int]) -> list[NDArray[Any]]:
    """What a network says of whole pictures."""
    with of() as network:
        small = [cv2.resize(each.rgb, size, interpolation=cv2.INTER_AREA) for each in shots]
        whole = [network(np.asarray(each, np.uint8)) for each in small]
    return [cv2.resize(each, shots[0].rgb.shape[1::-1]) for each in whole]


@pytest.mark.parametrize(
    ("name", "start", "end", "allowed"), [("dancer", 90, 150, 0.020), ("woman", 60, 110, 0.011)]
)
def test_people_before_a_city(
    footage: Path, networks: tuple[Opener, Opener], name: str, start: int, end: int, allowed: float
) -> None:
    clip = footage / "person_matte" / f"{name}_alpha_vp8.webm"
    shots = list(laid_over(clip, footage / "images" / "tokyo_landscape.jpg", start, end))
    assert len(shots) == end - start
    true = [shot.alpha for shot in shots]
    found = mattes(shots, Person(*networks))
    assert error(found, true) <= allowed
    for of, size in zip(networks, (LANDSCAPE, SQUARE), strict=True):
        plain = raw(shots, of, size)
        assert error(found, true) < 0.8 * error(plain, true)
        assert flicker(found, true) < 0.9 * flicker(plain, true)


def played(clip: Path, count: int) -> list[NDArray[np.uint8]]:
    with open_source(str(clip), ReadOptions(), lambda line: None) as source:
        return [np.asarray(frame.pixels) for frame in islice(source.frames(), count)]


def test_a_player_is_followed_through_a_fast_pan(
    footage: Path, networks: tuple[Opener, Opener]
) -> None:
    folder = footage / "person_matte"
    masks = played(folder / "davis_tennis_mask.mp4", 70)
    pictures = played(folder / "davis_tennis.mp4", 70)
    shots = [
        Shot(picture, (mask[..., 1] > 127).astype(np.float32))
        for picture, mask in zip(pictures, masks, strict=True)
    ]
    true = np.stack([shot.alpha for shot in shots]) > 0.5
    found, plain = (
        np.stack(each) > 0.5
        for each in (mattes(shots, Person(*networks)), raw(shots, networks[0], LANDSCAPE))
    )
    assert overlap(found, true) > 0.75
    assert overlap(found, true) > overlap(plain, true) + 0.03


def overlap(found: NDArray[np.bool_], true: NDArray[np.bool_]) -> float:
    """Intersection over union, mean over frames."""
    both = (found & true).sum(axis=(1, 2)) / (found | true).sum(axis=(1, 2))
    return float(both.mean())
