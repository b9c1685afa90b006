"""Mattes against an empty plate: noise, exposure, a moved camera, shadows, holes; and people."""

from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import pytest
import torch

from afterglow import media, ops
from afterglow.analysis.matting.backend import Cut
from afterglow.effects.matte import fields
from afterglow.effects.matte.difference import Difference, exposure_between, fitted_plate, noise_of
from afterglow.errors import UsageError
from afterglow.frames import Colour, Frame, VideoInfo
from tests.scenes import Scene

WIDTH, HEIGHT = 320, 180
ROOM = Scene(WIDTH, HEIGHT, frames=1, seed=2)


class Shot(NamedTuple):
    """A subject before a scene, the empty scene, and the truth."""

    pixels: Any
    plate: Any
    alpha: Any
    subject: Any


def shot(
    *,
    noise: float = 0.0,
    gain: Any = 1.0,
    shift: tuple[float, float] = (0, 0),
    shadow: float = 0.0,
    deep: bool = False,
) -> Shot:
    """A ring of one bright colour in linear light before a room; its hole shows the room."""
    plate = next(iter(ROOM)).clean
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    far = np.hypot(x - 150, y - 80)
    alpha = np.clip((50 - far) / 3 + 0.5, 0, 1) * np.clip((far - 9) / 3 + 0.5, 0, 1)
    own = np.array([0.9, 0.08, 0.45], np.float32) * (0.8 + 0.2 * np.sin(x / 5))[..., None]
    room = ops.to_linear(plate, "bt709")
    room = room * (1 - shadow * np.exp(-(((x - 160) / 60) ** 2) - ((y - 140) / 16) ** 2))[..., None]
    room = ops.translate(room.astype(np.float32), *shift)
    mixed = (alpha[..., None] * own + (1 - alpha[..., None]) * room) * np.asarray(gain, np.float32)
    shown = ops.to_display(np.minimum(mixed, 1).astype(np.float32), "bt709", "float32")
    shown += np.random.default_rng(3).normal(0, noise / 255, shown.shape)
    kind: Any = "uint16" if deep else "uint8"
    subject = ops.to_display(own.astype(np.float32), "bt709", "float32")
    return Shot(ops.from_float(shown.astype(np.float32), kind), plate, alpha, subject)


def info(pixels: Any, **more: Any) -> VideoInfo:
    depth: Any = 16 if str(pixels.dtype).endswith("uint16") else 8
    size = pixels.shape[1], pixels.shape[0]
    return VideoInfo(*size, Fraction(25), Fraction(1, 25), depth=depth, bits=depth, **more)


def cut(pixels: Any, plate: Any, **settings: Any) -> Cut:
    backend = Difference(plate, **settings)
    with backend.start(info(pixels)) as state:
        return backend.step(Frame(pixels, 0), state)[0]


def error(found: Any, truth: Any) -> float:
    """Mean absolute difference, x 1000."""
    return float(np.abs(np.asarray(found) - truth).mean() * 1000)


@pytest.mark.parametrize(
    "what",
    [
        {},
        {"noise": 3},
        {"gain": (1.15, 1.1, 1.2)},
        {"gain": 0.8, "noise": 2},
        {"shift": (1.7, -0.8)},
        {"shadow": 0.45},
        {"shadow": 0.4, "noise": 2.5, "gain": 1.1, "shift": (0.8, 0.5)},
    ],
    ids=lambda what: " ".join(what) or "clean",
)
def test_only_the_subject_differs(what: Any) -> None:
    made = shot(**what)
    found = cut(made.pixels, made.plate).alpha
    assert error(found, made.alpha) < 4
    assert (found[made.alpha == 1] < 0.9).mean() < 0.002, "no part of the subject is lost"
    assert (found[made.alpha == 0] > 0.5).mean() < 0.005, "nothing else is taken"


@pytest.mark.parametrize("what", [{}, {"noise": 2.5, "gain": 1.15, "shadow": 0.4}])
def test_large_pictures_are_compared_at_half_their_size_and_their_edges_in_full(
    what: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = shot(**what)
    pixels, plate, truth = (
        cv2.resize(each, (641, 359)) for each in (made.pixels, made.plate, made.alpha)
    )
    whole = cut(pixels, plate, colours=True)
    monkeypatch.setattr(fields, "_WHOLE", HEIGHT)
    large = cut(pixels, plate, colours=True)
    assert error(large.alpha, truth) < 1.1 * error(whole.alpha, truth) + 0.1
    assert error(large.alpha, whole.alpha) < 2
    inside = truth > 0.2
    one, other = (np.asarray(each.foreground, float)[inside] for each in (large, whole))
    assert np.abs(one - other).mean() < 2


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (7, 1), (33, 51)])
def test_odd_sizes_are_compared(size: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields, "_WHOLE", 0)
    plate = np.full((*size, 3), 90, np.uint8)
    pixels = plate.copy()
    pixels[size[0] // 3 : size[0] // 2, size[1] // 3 : size[1] // 2] = 240
    assert cut(pixels, plate, colours=True).alpha.shape == size


def test_the_room_is_seen_through_the_hole() -> None:
    made = shot(noise=2)
    assert cut(made.pixels, made.plate).alpha[77:83, 147:153].max() < 0.05


def test_a_hole_that_the_plate_does_not_explain_is_filled() -> None:
    made = shot(noise=1.5)
    pixels = made.pixels.copy()
    patch = made.plate[100:103, 120:123].astype(int) + 5
    pixels[100:103, 120:123] = np.clip(patch, 0, 255)
    assert cut(pixels, made.plate).alpha[100:103, 120:123].min() > 0.9


def test_an_empty_scene_gives_an_empty_matte() -> None:
    plate = next(iter(ROOM)).clean
    noisy = plate + np.random.default_rng(0).normal(0, 3, plate.shape)
    pixels = np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
    assert cut(pixels, plate).alpha.max() == 0


def test_a_subject_in_parts_stays_in_parts() -> None:
    made = shot(noise=2)
    pixels, truth = made.pixels.copy(), made.alpha.copy()
    pixels[60:90, 260:280], truth[60:90, 260:280] = (250, 240, 20), 1
    found = cut(pixels, made.plate).alpha
    assert found[65:85, 265:275].min() > 0.95
    assert (found[made.alpha == 1] < 0.9).mean() < 0.002


def test_sixteen_bits_and_a_plate_of_eight() -> None:
    made, deep = shot(), shot(deep=True)
    assert error(cut(deep.pixels, deep.plate).alpha, made.alpha) < 4


def test_the_edge_has_the_subjects_colour() -> None:
    made = shot()
    foreground = cut(made.pixels, made.plate, colours=True).foreground
    edge = (made.alpha > 0.3) & (made.alpha < 0.9)
    mixed, own = (
        np.median(np.abs(ops.to_float(np.asarray(each))[edge] - made.subject[edge]))
        for each in (made.pixels, foreground)
    )
    assert own < 0.4 * mixed
    assert cut(made.pixels, made.plate).foreground is None


def test_tensors_give_what_arrays_give(device: str) -> None:
    made = shot(noise=1)
    one = cut(made.pixels, made.plate, colours=True)
    other = cut(torch.from_numpy(made.pixels).to(device), made.plate, colours=True)
    assert np.array_equal(one.alpha, other.alpha)
    assert isinstance(other.foreground, torch.Tensor)
    assert np.array_equal(np.asarray(one.foreground), other.foreground.cpu().numpy())


def test_a_plate_of_another_size_is_resampled_and_one_of_another_shape_refused() -> None:
    made = shot(noise=1)
    larger = cv2.resize(made.plate, (2 * WIDTH, 2 * HEIGHT), interpolation=cv2.INTER_LINEAR)
    assert error(cut(made.pixels, larger).alpha, made.alpha) < 6
    with pytest.raises(UsageError, match="the plate is 320x120, and the video 320x180"):
        fitted_plate(made.plate[:120], info(made.pixels))


def test_unknown_light_is_refused() -> None:
    made = shot()
    strange = info(made.pixels, colour=Colour(transfer="log100"))
    with pytest.raises(UsageError, match="log100"), Difference(made.plate).start(strange):
        pass  # pragma: no cover - it does not get here


def test_the_commonest_change_of_light_is_the_exposure() -> None:
    made = shot(gain=(1.2, 1.1, 0.9), noise=1)
    light = ops.to_linear(made.pixels, "bt709")
    found = exposure_between(ops.to_linear(made.plate, "bt709"), light)
    assert found == pytest.approx([1.2, 1.1, 0.9], rel=0.01)


@pytest.mark.parametrize("sigma", [2.0, 5.0])
def test_noise_is_measured_beside_a_subject(sigma: float) -> None:
    noise = np.random.default_rng(1).normal(0, sigma / 255, (120, 160, 3))
    noise[:, :64] += 0.5
    found = noise_of(np.abs(noise).max(2).astype(np.float32))
    assert found * 255 == pytest.approx(sigma, rel=0.15)


@pytest.mark.footage
@pytest.mark.parametrize("name", ["dancer", "woman"])
def test_people_before_a_known_photo(footage: Path, name: str) -> None:
    person = str(footage / f"person_matte/{name}_alpha_vp8.webm")
    photo = cv2.imread(str(footage / "images/tokyo_landscape.jpg"))[..., ::-1]
    errors = []
    with media.open_source(person, media.ReadOptions(), lambda line: None) as source:
        size = source.video.width, source.video.height
        plate = np.ascontiguousarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA))
        for number, frame in enumerate(source.frames()):
            if number % 40 != 20:
                continue
            alpha = np.asarray(frame.alpha, np.float32)[..., None] / 255
            laid = np.rint(alpha * frame.pixels + (1 - alpha) * plate).astype(np.uint8)
            errors.append(error(cut(laid, plate).alpha, alpha[..., 0]))
    assert np.mean(errors) <= 10
