"""A result has the rate of its character, the length of its voice, and the sound of both."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.effects.style.hybrid.figure import character
from tests.effects.style.hybrid.running import hybrid, seen


def heard(clip: Path) -> tuple[NDArray[np.float64], int]:
    """(N,) the left channel, -1 to 1, and its rate."""
    with av.open(str(clip)) as box:
        stream = box.streams.audio[0]
        resampler = av.AudioResampler("fltp", "stereo", stream.codec_context.sample_rate)
        blocks = [
            block.to_ndarray()[0]
            for frame in box.decode(stream)
            for block in resampler.resample(frame)
        ]
        return np.concatenate(blocks).astype(float), stream.codec_context.sample_rate


def strength(sound: NDArray[np.float64], rate: int, hertz: float) -> float:
    t = np.arange(len(sound)) / rate
    return float(2 * abs(np.mean(sound * np.exp(-2j * np.pi * hertz * t))))


@pytest.mark.parametrize("ending", ["mp4", "mkv"])
def test_a_drawn_character_speaks_over_a_background_that_loops(
    room: Path, speech: Path, tmp_path: Path, ending: str
) -> None:
    target = tmp_path / f"out.{ending}"
    assert hybrid(room, target, "--audio", speech, "--character-type=robot") == 0
    pictures, rate = seen(target)
    sound, samples = heard(target)
    assert rate == 25 and len(pictures) == 30 and pictures[0].shape == (72, 128, 3)
    assert abs(len(sound) / samples - 30 / 25) <= 1 / 25, "durations are equal within a frame"
    parts = {at: sound[round(at * samples) :][: samples // 10] for at in (0.05, 0.6)}
    quiet, spoken = (strength(part, samples, 440) for part in parts.values())
    assert spoken < 0.5 * quiet and quiet > 0.1, "the background steps back"
    assert np.abs(parts[0.6]).max() > 0.3 > np.abs(parts[0.05]).max(), "the voice is heard"
    corner = [each[:10, :20].astype(int) for each in pictures]
    assert np.abs(corner[1] - corner[21]).mean() < 3 < np.abs(corner[1] - corner[11]).mean()
    assert np.abs(pictures[0][40:, 44:84].astype(int) - pictures[20][40:, 44:84]).mean() > 1


def test_a_video_with_a_matte_keeps_its_rate_and_its_voice(
    person: Path, room: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out.mkv"
    assert hybrid(person, room, target, "--place=right", "--bg-end=hold") == 0
    pictures, rate = seen(target)
    sound, samples = heard(target)
    assert rate == 20 and len(pictures) == 32
    assert abs(len(sound) / samples - 1.6) <= 1 / 20
    begin, end = sound[: samples // 2], sound[-samples // 2 :]
    assert strength(begin, samples, 150) == pytest.approx(6000 / 32768, rel=0.05)
    assert strength(end, samples, 150) == pytest.approx(6000 / 32768, rel=0.05)
    assert strength(begin, samples, 440) > 0.01 and strength(end, samples, 440) < 0.002
    figure = pictures[5][60, :, :].astype(int)
    assert (np.abs(figure[82:98] - 200) < 12).all() and not (np.abs(figure[:60] - 200) < 12).all()
    assert np.abs(pictures[25].astype(int) - pictures[31]).max() <= 12, "it holds its last picture"


def test_a_video_whose_face_talks_keeps_its_rate(
    person: Path, room: Path, speech: Path, tmp_path: Path
) -> None:
    sketch, target = tmp_path / "face.json", tmp_path / "out.mkv"
    boxes = {"face": 20, "left_eye": 3, "right_eye": 3, "mouth": 5}
    middles = {"face": (32, 40), "left_eye": (25, 36), "right_eye": (39, 36), "mouth": (32, 50)}
    told = {
        name: [[x - r, y], [x, y - r], [x + r, y], [x, y + r]]
        for (name, r), (x, y) in zip(boxes.items(), middles.values(), strict=True)
    }
    sketch.write_text(json.dumps(told))
    assert hybrid(person, room, target, "--audio", speech, "--landmarks", sketch) == 0
    pictures, rate = seen(target)
    assert rate == 20 and len(pictures) == 24


def test_part_of_a_video_is_taken_with_its_sound(person: Path, room: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.mp4"
    assert hybrid(person, room, target, "--start=0.5", "--duration=0.5") == 0
    pictures, rate = seen(target)
    sound, samples = heard(target)
    assert len(pictures) == 10 and abs(len(sound) / samples - len(pictures) / rate) <= 1 / rate
    assert strength(sound[samples // 10 : -samples // 10], samples, 150) > 0.15


def test_a_picture_stands_before_a_video_as_long_as_that_is(room: Path, tmp_path: Path) -> None:
    frame, _ = character(64, 64)
    portrait = tmp_path / "portrait.png"
    bgra = np.dstack((np.asarray(frame.pixels), np.asarray(frame.alpha)))
    cv2.imwrite(str(portrait), bgra)
    target = tmp_path / "out.mkv"
    flags = ("--background-volume=1", "--resolution=36", "--style=noir")
    assert hybrid(portrait, room, target, *flags) == 0
    pictures, rate = seen(target)
    sound, samples = heard(target)
    assert pictures[0].shape == (36, 64, 3) and len(pictures) / rate == Fraction(4, 5)
    assert abs(len(sound) / samples - 0.8) <= 1 / 25
    assert strength(sound, samples, 440) == pytest.approx(9000 / 32768, rel=0.05)
    assert max(float(np.ptp(each, axis=2).mean()) for each in pictures) < 6, "noir lies over both"


def test_a_background_that_shall_not_be_heard_leaves_the_voice_untouched(
    person: Path, room: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out.mkv"
    assert hybrid(person, room, target, "--background-volume=0") == 0
    with av.open(str(target)) as box, av.open(str(person)) as own:
        assert box.streams.audio[0].codec_context.name == "pcm_s16le"
        copied, packets = (
            b"".join(bytes(packet) for packet in each.demux(audio=0)) for each in (box, own)
        )
        assert copied == packets


def test_frames_come_as_often_as_is_asked(person: Path, room: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.mkv"
    assert hybrid(person, room, target, "--fps=10") == 0
    pictures, rate = seen(target)
    assert rate == 10 and len(pictures) == 16
