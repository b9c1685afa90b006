"""What is given to a painter, and what becomes of what it paints."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.analysis.plate import PlateSettings
from afterglow.effects.generate.effect import NewBackground, into_hole
from afterglow.errors import UsageError
from afterglow.frames import Colour, Frame, VideoInfo
from tests.scenes import Scene, Subject, View, frames_of, joined, pan, video_of, walk

LEAVING = Subject(area=0.08, path=walk((0.2, 0.5), (0.09, 0.0)))
SCENE = Scene(96, 54, frames=10, subject=LEAVING)
TEAL = (0, 128, 128)


@dataclass
class Painter:
    """Paints all of it teal, and takes down what it was given."""

    pictures: list[NDArray[np.uint8]] = field(default_factory=list)
    masks: list[NDArray[np.uint8] | None] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)
    aspects: list[float] = field(default_factory=list)

    def require(self) -> None:
        """Need nothing."""

    def __call__(
        self,
        picture: NDArray[np.uint8],
        mask: NDArray[np.uint8] | None,
        prompt: str,
        aspect: float,
        say: Callable[[str], None],
    ) -> NDArray[np.uint8]:
        """Return teal."""
        self.pictures.append(picture)
        self.masks.append(mask)
        self.prompts.append(prompt)
        self.aspects.append(aspect)
        return np.full_like(picture, TEAL)


def made_of(
    views: Any, maker: NewBackground, video: VideoInfo | None = None
) -> tuple[Frame, VideoInfo, list[str]]:
    """The picture, what it is, and what was said."""

    def passes(purpose: str) -> Iterator[Frame]:
        return frames_of(views, alpha=True)

    lines: list[str] = []
    known = video or video_of(views, alpha=True)
    ((target, frame, plan),) = maker.pictures(passes, known, lines.append)
    assert target == "out.png"
    return frame, plan, lines


def maker(painter: Painter, **more: Any) -> NewBackground:
    return NewBackground("out.png", "a beach", painter, **more)


def psnr(found: NDArray[Any], clean: NDArray[Any]) -> float:
    wrong = np.mean(((found.astype(float) - clean) / 255) ** 2)
    return float(-10 * np.log10(max(wrong, 1e-12)))


def test_all_of_the_clean_plate_is_painted_over() -> None:
    painter = Painter()
    frame, plan, _ = made_of(SCENE, maker(painter))
    assert painter.masks == [None] and painter.aspects == [1.0]
    assert psnr(painter.pictures[0], SCENE.view(9).clean) > 40, "the subject is gone"
    assert (np.asarray(frame.pixels) == TEAL).all() and frame.alpha is None
    assert (plan.frames, plan.width, plan.height, plan.alpha) == (1, 96, 54, False)


def test_the_reference_is_the_frame_that_shows_most_background() -> None:
    _, _, lines = made_of(SCENE, maker(Painter()))
    assert "reference: frame 9, 100.0% of its background was seen" in lines
    back = replace(SCENE, subject=replace(LEAVING, path=walk((1.1, 0.5), (-0.09, 0.0))))
    _, _, lines = made_of(back, maker(Painter()))
    assert any(line.startswith("reference: frame 0,") for line in lines)


@pytest.mark.parametrize("number", [0, 4, 9])
def test_a_time_chooses_the_reference_under_a_moving_camera(number: int) -> None:
    staying = replace(LEAVING, path=walk((0.2, 0.5), (0.06, 0.0)))
    panned = replace(SCENE, camera=pan(-3.0, 1.0), subject=staying)
    painter = Painter()
    _, _, lines = made_of(panned, maker(painter, time=Fraction(number, 25)))
    assert any(line.startswith(f"reference: frame {number},") for line in lines)
    quality = [psnr(painter.pictures[0], panned.view(t).clean) for t in range(10)]
    assert int(np.argmax(quality)) == number and quality[number] > 32


def test_a_time_between_two_frames_is_the_one_that_is_shown() -> None:
    _, _, lines = made_of(SCENE, maker(Painter(), time=Fraction(119, 1000)))
    assert any(line.startswith("reference: frame 2,") for line in lines)


@pytest.mark.parametrize("depth", [8, 16])
def test_only_the_hole_is_painted(depth: Literal[8, 16]) -> None:
    scene = replace(SCENE, depth=depth)
    painter = Painter()
    frame, plan, _ = made_of(scene, maker(painter, only_hole=True, time=Fraction(4, 25)))
    (mask,) = painter.masks
    assert mask is not None and set(np.unique(mask)) == {0, 255}
    assert plan.depth == depth
    white = (1 << depth) - 1
    view = scene.view(4)
    assert (mask[view.alpha > white // 2] == 255).all(), "where the subject of that frame stood"
    assert (mask == 255).mean() < 0.25
    pixels = np.asarray(frame.pixels)
    body = view.alpha == white
    wanted = np.array(TEAL) * (257 if depth == 16 else 1)
    assert np.abs(pixels[body].astype(int) - wanted).max() <= white // 100
    far = np.hypot(*(np.indices(mask.shape) - np.array([27, 96 * 0.56])[:, None, None])) > 35
    assert psnr(pixels[far] / (white / 255), view.clean[far] / (white / 255)) > 40


def test_all_anew_is_of_8_bits_also_from_a_deep_video() -> None:
    frame, plan, _ = made_of(replace(SCENE, depth=16), maker(Painter()))
    assert (plan.depth, plan.bits) == (8, 8) and np.asarray(frame.pixels).dtype == np.uint8


def test_what_was_never_seen_is_painted_with_the_hole() -> None:
    stuck = replace(SCENE, subject=Subject(area=0.05, path=walk((0.5, 0.5), (0.0, 0.0))))
    painter = Painter()
    _, _, lines = made_of(stuck, maker(painter, only_hole=True))
    assert "100.0%" not in next(line for line in lines if line.startswith("reference"))
    mask = painter.masks[0]
    assert mask is not None and mask[27, 48] == 255


def test_the_prompt_says_where_light_comes_from() -> None:
    painter = Painter()
    views = [replace(view, rgb=lit_from_the_left(view)) for view in SCENE]
    _, _, lines = made_of(views, maker(painter), video_of(SCENE, alpha=True))
    made_of(views, maker(painter, light_words=False), video_of(SCENE, alpha=True))
    assert painter.prompts == ["a beach, strong light from the left", "a beach"]
    assert "prompt: a beach, strong light from the left" in lines


def lit_from_the_left(view: View) -> NDArray[Any]:
    fall = np.linspace(1, 0.2, view.rgb.shape[1])[:, None]
    return (view.rgb * fall).astype(view.rgb.dtype)


def test_pixels_that_are_no_squares_are_told() -> None:
    painter = Painter()
    video = replace(video_of(SCENE, alpha=True), sample_aspect=Fraction(4, 3))
    made_of(SCENE, maker(painter), video)
    assert painter.aspects == [pytest.approx(4 / 3)]


def test_without_a_matte_the_subject_is_what_moves() -> None:
    """The plate is the median of all frames; any of them may be the reference."""
    scene = replace(SCENE, frames=20, subject=replace(LEAVING, path=walk((0.1, 0.5), (0.04, 0.0))))
    painter = Painter()
    made_of(scene, maker(painter, settings=PlateSettings(matte=False)))
    assert psnr(painter.pictures[0], scene.view(0).clean) > 35


def test_a_plate_that_would_be_too_large_is_of_the_first_frame() -> None:
    panned = replace(SCENE, camera=pan(-8.0))
    small = PlateSettings(memory=200_000)
    painter = Painter()
    _, _, lines = made_of(panned, maker(painter, settings=small))
    assert any(line.startswith("the plate is of the first frame of its shot:") for line in lines)
    assert any(line.startswith("reference: frame 0,") for line in lines)
    assert psnr(painter.pictures[0], panned.view(0).clean) > 30
    with pytest.raises(UsageError, match="moves too far for a plate of any other frame"):
        made_of(panned, maker(Painter(), settings=small, time=Fraction(4, 25)))


def test_times_that_cannot_be() -> None:
    with pytest.raises(UsageError, match=r"no frame is shown at --time: it is 0\.4 s"):
        made_of(SCENE, maker(Painter(), time=Fraction(2, 5)))
    cut = list(joined(SCENE, replace(SCENE, seed=7, frames=6)))
    video = replace(video_of(SCENE, alpha=True), frames=16)
    with pytest.raises(UsageError, match="the frame at --time is of another shot"):
        made_of(cut, maker(Painter(), time=Fraction(14, 25)), video)


def test_plans_that_cannot_be() -> None:
    video = video_of(SCENE, alpha=True)
    hdr = replace(video, colour=Colour(matrix="bt2020nc", primaries="bt2020", transfer="smpte2084"))
    with pytest.raises(UsageError, match=r"the video is HDR \(smpte2084\)"):
        maker(Painter()).plan(hdr)
    with pytest.raises(UsageError, match="--only-hole paints where the subject stood"):
        maker(Painter(), only_hole=True).plan(replace(video, alpha=False))
    unmatted = PlateSettings(matte=False)
    with pytest.raises(UsageError, match="--only-hole paints where the subject stood"):
        maker(Painter(), only_hole=True, settings=unmatted).plan(video)


def test_memory_grows_with_the_picture_and_is_stated() -> None:
    video = video_of(SCENE, alpha=True)
    stated = maker(Painter()).memory(video)
    assert stated > 96 * 54 * 256
    assert maker(Painter()).memory(replace(video, width=192)) > 1.5 * stated


def test_a_hole_is_filled_in_linear_light_with_a_soft_edge() -> None:
    real = np.zeros((60, 80, 3), np.uint8)
    mask = np.zeros((60, 80), np.uint8)
    mask[20:40, 30:50] = 255
    made = into_hole(real, np.full_like(real, 255), mask, "bt709")
    assert (made[20:40, 30:50] >= 250).all() and not made[:10].any()
    edge = made[30, 15:31, 0].astype(int)
    assert (np.diff(edge) >= 0).all() and len(set(edge)) > 4
    middle = edge[np.abs(edge - 188).argmin()]
    assert abs(middle - 188) < 40
    unknown = into_hole(real, np.full_like(real, 255), mask, "unknown")
    assert unknown.astype(int).sum() < made.astype(int).sum(), "half of the light is not level 128"
