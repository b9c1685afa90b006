"""The scenes that other tests trust: places, mattes and clips are what they say."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from tests.scenes import Scene, Subject, drift, frames_of, joined, pan, video_of, walk, write_clip


def test_the_same_seed_gives_the_same_pictures() -> None:
    pictures = [Scene(96, 64, noise=3, seed=seed).view(2).rgb for seed in (5, 5, 6)]
    assert np.array_equal(pictures[0], pictures[1])
    assert not np.array_equal(pictures[0], pictures[2])


def test_a_whole_pixel_pan_moves_the_background_by_whole_pixels() -> None:
    first, second = Scene(160, 90, 2, pan(7.0, 3.0))
    assert np.array_equal(second.clean[3:, 7:], first.clean[:-3, :-7])


def test_a_pose_takes_places_of_the_first_frame_to_those_of_a_later_one() -> None:
    first, *_, last = Scene(320, 180, 4, drift(2.0, 1.0, 2.0, 1.02))
    warped = cv2.warpAffine(first.clean, last.pose[:2], (320, 180), flags=cv2.INTER_CUBIC)
    middle = np.s_[60:120, 100:220]
    difference = warped[middle].astype(float) - last.clean[middle]
    assert np.abs(difference).mean() < 1.5
    assert np.abs(first.clean[middle].astype(float) - last.clean[middle]).mean() > 8


def test_a_picture_is_its_subject_over_its_background() -> None:
    view = Scene(320, 180, 1, subject=Subject(0.25, walk((0.4, 0.5)))).view(0)
    assert view.alpha.mean() / 255 == pytest.approx(0.25, abs=0.01)
    assert np.array_equal(view.rgb[view.alpha == 0], view.clean[view.alpha == 0])
    assert (
        np.abs(view.rgb[view.alpha == 255].astype(int) - view.clean[view.alpha == 255]).mean() > 9
    )
    soft = (view.alpha > 0) & (view.alpha < 255)
    assert 0.005 < soft.mean() < 0.03


def test_deep_scenes_are_the_same_in_more_steps() -> None:
    light, deep = (Scene(96, 64, 1, subject=Subject(), depth=depth).view(0) for depth in (8, 16))
    assert deep.rgb.dtype == np.uint16
    assert np.abs(deep.rgb / 257 - light.rgb).max() <= 0.51


def test_scenes_become_frames() -> None:
    scene = Scene(96, 64, 3, subject=Subject())
    frames = list(frames_of(joined(scene, scene), alpha=True))
    assert [frame.pts for frame in frames] == [0, 1, 2, 3, 4, 5]
    assert frames[0].alpha is not None
    assert video_of(scene, alpha=True).alpha


def test_clips_are_lossless_and_have_their_sound(tmp_path: Path) -> None:
    views = list(Scene(96, 64, 30, pan(1.0)))
    clip = write_clip(tmp_path / "clip.mkv", views, rate=30, sound=True)
    with av.open(str(clip)) as box:
        pictures = [frame.to_ndarray(format="rgb24") for frame in box.decode(video=0)]
    with av.open(str(clip)) as box:
        samples = sum(frame.samples for frame in box.decode(audio=0))
    assert all(np.array_equal(p, view.rgb) for p, view in zip(pictures, views, strict=True))
    assert samples == 48000
