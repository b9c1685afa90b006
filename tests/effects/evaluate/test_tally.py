"""What is measured of clips with planted defects, and of clips without any."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from fractions import Fraction

import cv2
import numpy as np
import pytest

from afterglow.effects.evaluate.showing import Critics, watched
from afterglow.effects.evaluate.tally import Curve, Findings
from afterglow.errors import MediaError
from afterglow.frames import Frame, VideoInfo
from tests.scenes import Scene, Subject, hand_held, pan

COUNT = 14
SCENE = Scene(192, 112, COUNT, camera=pan(0.8, 0.3), subject=Subject(area=0.1))
CLEAN = [view.rgb for view in SCENE]


def video(width: int = 192, height: int = 112, depth: int = 8) -> VideoInfo:
    return VideoInfo(width, height, Fraction(25), Fraction(1, 25), depth=depth, frames=COUNT)  # type: ignore[arg-type]


def seen(frames: list[np.ndarray], reference: np.ndarray | None = None) -> Findings:
    height, width = frames[0].shape[:2]
    depth = 8 if frames[0].dtype == np.uint8 else 16
    moving = (Frame(pixels, number) for number, pixels in enumerate(frames))
    return watched("clip", moving, video(width, height, depth), reference, Critics())


def rounded(frames: list[np.ndarray]) -> list[np.ndarray]:
    return [np.rint(np.clip(frame, 0, 255)).astype(np.uint8) for frame in frames]


def flickering(frames: list[np.ndarray], level: float) -> list[np.ndarray]:
    rng = np.random.default_rng(6)
    return rounded([frame + level * rng.standard_normal() for frame in frames])


def shaken(frames: list[np.ndarray], pixels: float) -> list[np.ndarray]:
    rng = np.random.default_rng(7)
    return [
        cv2.warpAffine(
            frame,
            np.array([[1, 0, dx], [0, 1, dy]]),
            frame.shape[1::-1],
            flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REFLECT,
        )
        for frame, (dx, dy) in zip(frames, rng.normal(0, pixels, (len(frames), 2)), strict=True)
    ]


def drifting(frames: list[np.ndarray], share: float) -> list[np.ndarray]:
    last = len(frames) - 1
    warm = np.array([1, 0, -1]) * share
    return rounded([frame * (1 + warm * t / last) for t, frame in enumerate(frames)])


def grainy(frames: list[np.ndarray], level: float) -> list[np.ndarray]:
    rng = np.random.default_rng(8)
    return rounded([frame + rng.normal(0, level, frame.shape) for frame in frames])


@pytest.fixture(scope="module")
def clean() -> Findings:
    return seen(CLEAN)


@pytest.mark.parametrize(
    ("spoil", "measure", "factor"),
    [
        (lambda frames: flickering(frames, 3.0), "flicker", 4),
        (lambda frames: shaken(frames, 0.8), "jitter", 4),
        (lambda frames: drifting(frames, 0.12), "drift", 2),
        (lambda frames: grainy(frames, 6.0), "warp_error", 2),
    ],
    ids=["flicker", "jitter", "drift", "grain"],
)
def test_every_planted_defect_is_found_by_its_measure(
    spoil: Callable[[list[np.ndarray]], list[np.ndarray]],
    measure: str,
    factor: float,
    clean: Findings,
) -> None:
    bad, good = seen(spoil(CLEAN)).figures, clean.figures
    assert bad[measure] > factor * good[measure]  # type: ignore[operator]
    assert bad["warp_error"] > good["warp_error"]  # type: ignore[operator]


def test_flicker_is_told_in_levels() -> None:
    still = [CLEAN[0]] * 30
    given = flickering(still, 2.5)
    levels = np.array([frame.mean() for frame in given])
    wanted = np.sqrt(np.mean(np.diff(levels, n=2) ** 2) / 6)
    assert seen(given).figures["flicker"] == pytest.approx(wanted, rel=0.03)
    assert wanted == pytest.approx(levels.std(), rel=0.4), "about its deviation"
    assert seen(still[:5]).figures["flicker"] == 0


def test_a_fade_is_no_flicker_but_a_drift() -> None:
    faded = rounded([CLEAN[0] * (1 - 0.02 * t) for t in range(COUNT)])
    found = seen(faded).figures
    assert found["flicker"] < 0.3 and found["drift"] > 3  # type: ignore[operator]
    assert found["drift_most"] > 1.5 * found["drift"]  # type: ignore[operator]


def test_a_flicker_of_a_part_is_found() -> None:
    rng = np.random.default_rng(1)
    frames = [frame.astype(float) for frame in CLEAN]
    for frame in frames:
        frame[:56, :96] += 6 * rng.standard_normal()
    assert seen(rounded(frames)).figures["flicker"] > 1.5  # type: ignore[operator]


def test_jitter_and_motion_are_told_in_pixels_of_the_video() -> None:
    far = Scene(768, 432, 8, camera=hand_held(0.0)).view(0).rgb
    steady = [np.roll(far, 6 * t, axis=1) for t in range(8)]
    found = seen(steady).figures
    assert found["motion"] == pytest.approx(6, rel=0.15)
    assert found["jitter"] < 0.2  # type: ignore[operator]
    rng = np.random.default_rng(3)
    shifts = np.rint(rng.normal(0, 4, 24)).astype(int)
    shaky = seen([np.roll(far, shift, axis=1) for shift in shifts]).figures
    assert shaky["jitter"] == pytest.approx(shifts.std() / 2**0.5, rel=0.35)


def test_a_cut_is_counted_and_not_measured(clean: Findings) -> None:
    other = [view.rgb for view in Scene(192, 112, 7, camera=pan(0.8, 0.3), seed=44)]
    found = seen([*CLEAN[:7], *other])
    assert found.cuts == 1 and clean.cuts == 0
    assert found.figures["warp_error"] < 2 * clean.figures["warp_error"]  # type: ignore[operator]
    assert found.figures["flicker"] < 1  # type: ignore[operator]


def test_the_first_frame_is_compared_with_the_reference() -> None:
    same = seen(CLEAN[:3], CLEAN[0]).figures
    assert same["psnr"] == 100 and same["ssim"] == 1
    other = seen(CLEAN[:3], rounded([CLEAN[0] + 10.0])[0]).figures
    assert 27 < other["psnr"] < 30 and other["ssim"] < 1  # type: ignore[operator]
    assert seen(CLEAN[:3]).figures["psnr"] is None


def test_deep_video_is_measured_alike(clean: Findings) -> None:
    deep = [frame.astype(np.uint16) * 257 for frame in CLEAN]
    found = seen(deep, CLEAN[0])
    assert found.figures["psnr"] == 100
    for name in ("warp_error", "flicker", "drift", "motion"):
        assert found.figures[name] == pytest.approx(clean.figures[name], abs=0.2), name


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (40, 1), (33, 400)])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_small_and_short_videos_work(size: tuple[int, int], count: int) -> None:
    rng = np.random.default_rng(2)
    frames = [rng.integers(0, 256, (*size, 3), np.uint8) for _ in range(count)]
    found = seen(frames, frames[0])
    assert found.frames == count and found.figures["psnr"] == 100
    assert (found.figures["drift"] is None) == (count == 1)


def test_a_video_without_frames_is_an_error() -> None:
    with pytest.raises(MediaError, match="no picture in clip"):
        watched("clip", iter(()), video(), None, Critics())


def test_memory_does_not_grow_with_length() -> None:
    def frames(count: int) -> Iterator[Frame]:
        for number in range(count):
            yield Frame(np.roll(CLEAN[0][:40, :48], number % 9, axis=1).copy(), number)

    def most(count: int) -> int:
        tracemalloc.start()
        watched("clip", frames(count), video(48, 40), CLEAN[0], Critics())
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    most(10)
    assert most(200) - most(40) < 160 * 1024, "less than a fifth of each frame: its figures"


def test_curves_have_a_bounded_number_of_points_and_exact_means() -> None:
    values = np.random.default_rng(0).uniform(0, 5, 7001)
    plain, squared = Curve(), Curve(squared=True)
    for number, value in enumerate(values):
        plain.add(number / 25, float(value))
        squared.add(number / 25, float(value))
    assert plain.mean == pytest.approx(values.mean())
    assert squared.mean == pytest.approx(np.sqrt((values**2).mean()))
    assert plain.largest == values.max() and plain.last == values[-1]
    points = plain.points()
    assert 256 <= len(points) <= 1024
    assert np.mean([point.value for point in points[:-1]]) == pytest.approx(values.mean(), rel=0.02)
    times = [point.seconds for point in points]
    assert times == sorted(times) and times[-1] == pytest.approx(280, abs=1)
    assert Curve().mean is None
