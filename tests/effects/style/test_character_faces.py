"""Faces of real people that talk: found again in what comes out, and measured."""

from __future__ import annotations

import os
from collections.abc import Callable
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from afterglow.analysis.face import faces
from afterglow.cli.main import exit_code
from afterglow.effects.style.character.acting import perform
from afterglow.effects.style.character.emotion import NAMES, read_emotions
from afterglow.effects.style.character.portrait import Portrait
from afterglow.effects.style.character.puppet import Puppet
from afterglow.effects.style.command.performing import TYPES
from afterglow.effects.style.speech.speech import listened
from afterglow.errors import ModelError
from afterglow.frames import Frame, VideoInfo
from afterglow.media.listening import sound_blocks
from afterglow.models.face import face_networks
from tests.effects.style.talking import lengths, needs_espeak, shown, talk
from tests.effects.style.voices import envelope, lag_of


@pytest.fixture(scope="module")
def portrait() -> Path:
    """The photo of an astronaut, where there are networks that find her face."""
    folder = os.environ.get("AFTERGLOW_FOOTAGE")
    if not folder:
        pytest.skip("AFTERGLOW_FOOTAGE names no folder of clips")
    try:
        with face_networks()():
            return Path(folder) / "images" / "portrait_astronaut.png"
    except ModelError as error:
        pytest.skip(str(error))


def apertures(pictures: list[Any]) -> np.ndarray:
    """How far the lips of the face in every picture are apart, in heights of the face."""
    found = []
    with face_networks()() as networks:
        for picture in pictures:
            (face,) = faces(picture.astype(np.uint8), networks)
            points = face.points[:, :2]
            tall = np.hypot(*(points[10] - points[152]))
            found.append(np.hypot(*(points[13] - points[14])) / tall)
    return np.array(found)


Line = Callable[[Path], list[object]]


def recorded(folder: Path) -> list[object]:
    return ["--audio", folder / "audio" / "speech_jfk.flac", "--duration=3"]


def spoken(folder: Path) -> list[object]:
    return ["--text", "Ask not what your country can do for you."]


@needs_espeak
@pytest.mark.footage
@pytest.mark.parametrize("line", [recorded, spoken])
def test_a_portraits_mouth_follows_the_speech(portrait: Path, tmp_path: Path, line: Line) -> None:
    target = tmp_path / "out.mp4"
    arguments = [portrait, target, *line(portrait.parents[1]), "--encoder=software", "--seed=3"]
    assert exit_code(["style", "character", *map(str, arguments)]) == 0
    seen = shown(target)
    opened = apertures(seen)
    heard = envelope(np.concatenate(list(sound_blocks(str(target)))), 25, len(seen))
    assert np.corrcoef(opened, heard)[0, 1] > 0.6
    assert abs(lag_of(opened, heard)) <= 1
    seconds, sound = lengths(target)
    assert abs(seconds - sound) <= Fraction(1, 25)


@pytest.mark.footage
@pytest.mark.parametrize("kind", TYPES)
def test_the_mouth_of_every_character_follows_the_speech(footage: Path, kind: Any) -> None:
    name = str(footage / "audio" / "speech_jfk.flac")
    blocks = list(sound_blocks(name, duration=Fraction(3)))
    acting = perform(listened(iter(blocks)), read_emotions(), "neutral", 0.0, 1)
    video = VideoInfo(128, 72, Fraction(25), Fraction(1, 25), frames=75)
    blank = np.zeros((72, 128, 3), np.uint8)
    frames = Puppet(kind, acting).stream((Frame(blank, at) for at in range(75)), video)
    seen = np.stack([np.asarray(frame.pixels).astype(int) for frame in frames])
    moved = np.abs(seen - seen[0]).sum((1, 2, 3)).astype(float)
    heard = envelope(np.concatenate(blocks), 25, 75)
    assert np.corrcoef(moved, heard)[0, 1] > 0.6
    assert abs(lag_of(moved, heard)) <= 1


@pytest.mark.footage
def test_what_is_not_the_face_stays_as_it_was(portrait: Path, speech: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.mkv"
    arguments = [portrait, target, "--audio", speech, "--codec=ffv1", "--fps=5", "--seed=1"]
    assert exit_code(["style", "character", *map(str, arguments)]) == 0
    photo = cv2.imread(str(portrait))[..., ::-1].astype(int)
    changed = np.max([np.abs(each - photo).max(2) for each in shown(target)], axis=0)
    with face_networks()() as networks:
        (face,) = faces(photo.astype(np.uint8), networks)
    (left, top), (right, bottom) = face.points[:, :2].min(0), face.points[:, :2].max(0)
    wide, tall = right - left, bottom - top
    outside = np.ones(changed.shape, np.bool_)
    rows = slice(max(0, int(top - 0.8 * tall)), int(bottom + 0.6 * tall))
    outside[rows, max(0, int(left - 0.8 * wide)) : int(right + 0.8 * wide)] = False
    assert outside.mean() > 0.5 and changed[outside].max() == 0 and changed.max() > 50


@pytest.mark.footage
def test_ten_emotions_are_seen_as_ten(portrait: Path, speech: Path) -> None:
    photo = cv2.imread(str(portrait))[..., ::-1].copy()
    video = VideoInfo(photo.shape[1], photo.shape[0], Fraction(25), Fraction(1, 25), frames=1)
    heard, table = listened(sound_blocks(str(speech))), read_emotions()
    seen = {}
    with face_networks()() as networks:
        (face,) = faces(photo, networks)
        for name in NAMES:
            acting = perform(heard, table, name, 1.0, 3)
            effect = Portrait(acting, landmarks=face.points)
            (frame,) = effect.stream(iter([Frame(photo, 0)]), video)
            (found,) = faces(np.asarray(frame.pixels), networks)
            points = found.points[:, :2]
            tall = np.hypot(*(points[10] - points[152]))
            seen[name] = (points - points.mean(0)) / tall
    for one, two in combinations(NAMES, 2):
        assert np.hypot(*(seen[one] - seen[two]).T).max() > 0.012, f"{one} and {two}"


@pytest.mark.footage
def test_a_picture_without_a_face_says_what_else_to_do(
    portrait: Path, speech: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    blank = tmp_path / "blank.png"
    cv2.imwrite(str(blank), np.full((120, 160, 3), 90, np.uint8))
    assert talk(blank, tmp_path / "out.mp4", "--audio", speech) == 3
    said = capfd.readouterr().err
    assert "--landmarks" in said and "--puppet" in said
    assert not (tmp_path / "out.mp4").exists()
    assert talk(blank, tmp_path / "out.mp4", "--audio", speech, "--puppet", "--fps=5") == 0
    assert shown(tmp_path / "out.mp4")[0].shape == (72, 96, 3)


@pytest.mark.footage
def test_a_face_in_a_video_is_followed(portrait: Path, speech: Path, tmp_path: Path) -> None:
    photo = cv2.imread(str(portrait))[:256, 100:356]
    clip = tmp_path / "clip.mkv"
    with av.open(str(clip), "w") as box:
        stream = box.add_stream("ffv1", 10)
        stream.width, stream.height, stream.pix_fmt = 240, 240, "bgr0"
        for step in range(12):
            view = np.ascontiguousarray(photo[8:248, step : step + 240])
            box.mux(stream.encode(av.VideoFrame.from_ndarray(view, "bgr24")))
        box.mux(stream.encode(None))
    target = tmp_path / "out.mkv"
    arguments = [clip, target, "--audio", speech, "--codec=ffv1", "--seed=1"]
    assert exit_code(["style", "character", *map(str, arguments)]) == 0
    seen = shown(target)
    assert len(seen) == 16, "the last picture stays until all is said"
    opened = apertures(seen)
    assert opened[5:7].min() > opened[10] + 0.04
