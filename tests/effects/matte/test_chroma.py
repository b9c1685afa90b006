"""Keyed mattes against the truth: made screens, unevenly lit and noisy, and real people."""

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
from afterglow.effects.matte.backing import backing_of, found_key, reduced
from afterglow.effects.matte.chroma import Chroma
from afterglow.errors import MediaError, UsageError
from afterglow.frames import Colour, Frame, VideoInfo

WIDTH, HEIGHT = 320, 180
GREEN, BLUE, PINK = (0, 177, 64), (0, 71, 187), (220, 60, 150)
SKIN, SHIRT, HAIR = (205, 150, 120), (225, 228, 222), (45, 36, 30)


class Shot(NamedTuple):
    """A subject before a backing, and the truth about it."""

    pixels: Any
    alpha: Any
    subject: Any


def lit(levels: Any) -> Any:
    return ops.to_linear(np.asarray(levels, np.uint8).reshape(1, 1, 3), "bt709")


def shot(
    key: Any = GREEN,
    *,
    noise: float = 0.0,
    uneven: float = 0.0,
    tinge: float = 0.0,
    edge: float = 3,
    deep: bool = False,
) -> Shot:
    """Head, hair and shirt in linear light before a backing; a hole shows it through the arm."""
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)

    def ellipse(cx: float, cy: float, wide: float, high: float) -> Any:
        reach = np.hypot((x - cx) / wide, (y - cy) / high)
        return np.clip(0.5 - (reach - 1) * min(wide, high) / edge, 0, 1)

    hair, head = ellipse(160, 50, 30, 34), ellipse(160, 58, 22, 27)
    body = ellipse(160, 150, 70, 65) * (1 - ellipse(205, 140, 8, 14))
    alpha = np.maximum(np.maximum(hair, head), body)[..., None]
    subject = np.where((head > 0.5)[..., None], lit(SKIN), lit(HAIR))
    subject = np.where((y > 88)[..., None], lit(SHIRT), subject) + tinge * lit(key)
    light = 1 - uneven * np.hypot((x - 90) / WIDTH, (y - 40) / HEIGHT)
    mixed = alpha * subject + (1 - alpha) * lit(key) * light[..., None]
    shown = ops.to_display(mixed.astype(np.float32), "bt709", "float32")
    shown += np.random.default_rng(5).normal(0, noise / 255, shown.shape)
    kind: Any = "uint16" if deep else "uint8"
    return Shot(
        ops.from_float(shown.astype(np.float32), kind),
        alpha[..., 0],
        ops.to_display(subject.astype(np.float32), "bt709", "float32"),
    )


def cut(pixels: Any, **settings: Any) -> Cut:
    height, width = pixels.shape[:2]
    depth: Any = 16 if str(pixels.dtype).endswith("uint16") else 8
    video = VideoInfo(width, height, Fraction(25), Fraction(1, 25), depth=depth, bits=depth)
    backend = Chroma(**settings)
    with backend.start(video) as state:
        return backend.step(Frame(pixels, 0), state)[0]


def error(found: Any, truth: Any) -> float:
    """Mean absolute difference, x 1000."""
    return float(np.abs(np.asarray(found) - truth).mean() * 1000)


@pytest.mark.parametrize("key", [GREEN, BLUE, PINK, (20, 220, 10)])
@pytest.mark.parametrize("asked", ["found", "named"])
def test_a_clean_screen_gives_the_matte(key: Any, asked: str) -> None:
    made = shot(key)
    assert error(cut(made.pixels, key=None if asked == "found" else key).alpha, made.alpha) < 1.5


@pytest.mark.parametrize("key", [GREEN, BLUE])
def test_noise_and_uneven_light_are_backing(key: Any) -> None:
    made = shot(key, noise=3, uneven=0.5)
    found = cut(made.pixels).alpha
    assert error(found, made.alpha) < 4
    assert (found[made.alpha == 0] > 0).mean() < 0.01, "the screen is empty"
    assert (found[made.alpha == 1] < 0.98).mean() < 0.01, "the subject is whole"


def test_a_named_colour_need_not_be_the_screens_own() -> None:
    made = shot((40, 150, 70), noise=2, uneven=0.3)
    exact, rough = (cut(made.pixels, key=key).alpha for key in ((40, 150, 70), (0, 255, 0)))
    assert error(rough, exact) < 1


@pytest.mark.parametrize("noise", [0, 3])
def test_large_pictures_are_keyed_at_half_their_size_and_their_edges_in_full(
    noise: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = shot(noise=noise, uneven=0.4)
    pixels, truth = (cv2.resize(each, (641, 359)) for each in (made.pixels, made.alpha))
    whole = cut(pixels)
    monkeypatch.setattr(fields, "_WHOLE", HEIGHT)
    large = cut(pixels)
    assert error(large.alpha, truth) < 1.1 * error(whole.alpha, truth) + 0.1
    assert error(large.alpha, whole.alpha) < 0.7
    inside = truth > 0.2
    one, other = (np.asarray(each.foreground, float)[inside] for each in (large, whole))
    assert np.abs(one - other).mean() < 0.7


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (7, 1), (33, 51)])
def test_odd_sizes_are_keyed(size: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields, "_WHOLE", 0)
    pixels = np.full((*size, 3), GREEN, np.uint8)
    pixels[size[0] // 3 : size[0] // 2, size[1] // 3 : size[1] // 2] = SKIN
    found = cut(pixels, key=GREEN)
    assert found.alpha.shape == size and np.asarray(found.foreground).shape == (*size, 3)
    assert found.alpha[0, 0] == 0


def test_colours_are_cleaned_around_a_matte_that_will_be_wider() -> None:
    made = shot(edge=1)
    found, wider = (np.asarray(cut(made.pixels, around=n).foreground, int) for n in (0, 6))
    assert np.array_equal(found[140, 80], GREEN), "far from the subject all stays"
    beyond = (made.alpha == 0) & (cv2.dilate(made.alpha, np.ones((7, 7))) > 0.5)
    assert (found[beyond] == GREEN).all(1).mean() > 0.9
    assert (wider[beyond][:, 1] <= wider[beyond][:, ::2].max(1) + 3).mean() > 0.95


def test_the_screen_is_seen_through_a_hole() -> None:
    made = shot(noise=2, uneven=0.3)
    assert cut(made.pixels).alpha[138:143, 203:208].max() < 0.05


def test_what_the_screen_tinges_stays_solid() -> None:
    made = shot(tinge=0.12)
    found = cut(made.pixels).alpha
    inside = made.alpha == 1
    assert found[inside].mean() > 0.995
    assert error(found, made.alpha) < 4


def test_sixteen_bits_are_keyed_alike() -> None:
    made, deep = shot(), shot(deep=True)
    assert error(cut(deep.pixels).alpha, cut(made.pixels).alpha) < 1
    foreground = cut(deep.pixels).foreground
    assert foreground is not None and np.asarray(foreground).dtype == np.uint16


def test_the_edge_has_the_subjects_colour() -> None:
    made = shot(edge=6)
    found = cut(made.pixels)
    edge = (made.alpha > 0.2) & (made.alpha < 0.9)
    mixed, own = (
        np.abs(ops.to_float(np.asarray(each))[edge] - made.subject[edge]).mean()
        for each in (made.pixels, found.foreground)
    )
    assert own < 0.3 * mixed


def test_despill_takes_the_tinge_off() -> None:
    made = shot(tinge=0.15)

    def green_over_red(strength: float) -> float:
        own = np.asarray(cut(made.pixels, despill=strength).foreground, int)
        shirt = own[160:170, 140:180]
        return float((shirt[..., 1] - shirt[..., 0]).mean())

    assert green_over_red(0) > 10 > green_over_red(0.5) > green_over_red(1)
    assert abs(green_over_red(1)) < 4


def test_tolerance_and_softness_are_shares_of_the_way() -> None:
    made = shot(edge=6)
    loose = cut(made.pixels, tolerance=20).alpha
    hard = cut(made.pixels, tolerance=45, softness=10).alpha
    assert (loose[made.alpha < 0.15] == 0).mean() > 0.99
    assert (loose[made.alpha > 0.3] > 0).mean() > 0.99
    assert (hard[made.alpha < 0.4] < 0.1).mean() > 0.99
    assert (hard[made.alpha > 0.65] > 0.9).mean() > 0.99


def test_the_key_is_told_once() -> None:
    said: list[str] = []
    backend, video = (
        Chroma(say=said.append),
        VideoInfo(WIDTH, HEIGHT, Fraction(25), Fraction(1, 25)),
    )
    with backend.start(video) as state:
        for pts in range(3):
            _, state = backend.step(Frame(shot().pixels, pts), state)
    assert said == ["key: #00b140, from the border of the first picture"]


def test_a_subject_on_the_border_does_not_hide_the_screen() -> None:
    pixels = shot(GREEN, noise=2).pixels.copy()
    pixels[:, :70] = (150, 20, 30)
    key = found_key(ops.to_linear(pixels, "bt709"))
    assert key is not None and key[1] == max(key) and key[0] < 0.1


@pytest.mark.parametrize("ground", [(128, 128, 128), (3, 6, 3), (140, 160, 150)])
def test_a_picture_without_a_screen_is_refused(ground: Any) -> None:
    pixels = np.full((60, 80, 3), ground, np.uint8)
    with pytest.raises(MediaError, match="no backing of one colour") as caught:
        cut(pixels)
    assert "--key" in caught.value.hint


def test_unknown_light_is_refused() -> None:
    strange = VideoInfo(8, 8, Fraction(25), Fraction(1, 25), colour=Colour(transfer="log100"))
    with pytest.raises(UsageError, match="log100"), Chroma().start(strange):
        pass  # pragma: no cover - it does not get here


def test_tensors_give_what_arrays_give(device: str) -> None:
    made = shot(noise=1)
    one, other = cut(made.pixels), cut(torch.from_numpy(made.pixels).to(device))
    assert np.array_equal(one.alpha, other.alpha)
    assert isinstance(other.foreground, torch.Tensor)
    assert np.array_equal(np.asarray(one.foreground), other.foreground.cpu().numpy())


def test_the_light_goes_on_behind_the_subject() -> None:
    made = shot(uneven=0.5)
    field = backing_of(reduced(ops.to_linear(made.pixels, "bt709")), lit(GREEN)[0, 0]).field
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    truth = lit(GREEN) * (1 - 0.5 * np.hypot((x - 90) / WIDTH, (y - 40) / HEIGHT))[..., None]
    apart = np.abs(field - truth) / truth.max()
    assert apart.max() < 0.15 and apart.mean() < 0.01


@pytest.mark.footage
@pytest.mark.parametrize("name", ["dancer", "woman"])
@pytest.mark.parametrize("key", [GREEN, BLUE])
def test_people_keyed_off_a_screen(footage: Path, name: str, key: Any) -> None:
    person = str(footage / f"person_matte/{name}_alpha_vp8.webm")
    errors = []
    with media.open_source(person, media.ReadOptions(), lambda line: None) as source:
        for number, frame in enumerate(source.frames()):
            if number % 40:
                continue
            alpha = np.asarray(frame.alpha, np.float32)[..., None] / 255
            laid = np.rint(alpha * frame.pixels + (1 - alpha) * np.array(key)).astype(np.uint8)
            errors.append(error(cut(laid, colours=False).alpha, alpha[..., 0]))
    assert np.mean(errors) <= 10


def test_frames_share_nothing() -> None:
    """The light is found anew in every frame: a flicker of the lamps is not the subject."""
    backend, video = Chroma(), VideoInfo(WIDTH, HEIGHT, Fraction(25), Fraction(1, 25))
    bright, dim = shot(), replace_light(0.7)
    with backend.start(video) as state:
        _, state = backend.step(Frame(bright.pixels, 0), state)
        found, _ = backend.step(Frame(dim.pixels, 1), state)
    assert error(found.alpha, dim.alpha) < 2


def replace_light(share: float) -> Shot:
    made = shot()
    light = ops.to_linear(made.pixels, "bt709") * np.float32(share)
    return made._replace(pixels=ops.to_display(light, "bt709", "uint8"))
