"""A text is said in a voice, and its words come along as captions."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from afterglow.cli.main import exit_code
from afterglow.cli.speech import _plain
from afterglow.effects.style import captions
from tests.effects.style.talking import lengths, needs_espeak, shown, talk

TEXT = "Good day, my friend."


def subtitles(clip: Path) -> list[tuple[float, str]]:
    with av.open(str(clip)) as box:
        stream = box.streams.subtitles[0]
        return [
            (float((packet.pts or 0) * packet.time_base), bytes(packet).decode(errors="replace"))
            for packet in box.demux(stream)
            if packet.size > 2
        ]


@needs_espeak
@pytest.mark.parametrize("ending", ["mp4", "mkv", "webm"])
def test_a_text_is_said_and_its_words_come_along(tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"out.{ending}"
    assert talk(target, "--text", f"{TEXT} How are you?", "--captions") == 0
    seen, heard = lengths(target)
    assert abs(seen - heard) <= Fraction(1, 25) < seen
    (first, one), (second, two) = subtitles(target)
    assert TEXT in one and "How are you?" in two and first < 0.3 < 0.8 < second < float(seen)


@needs_espeak
def test_without_captions_there_is_no_track_of_them(tmp_path: Path) -> None:
    assert talk(tmp_path / "out.mkv", "--text", TEXT) == 0
    with av.open(str(tmp_path / "out.mkv")) as box:
        assert not box.streams.subtitles


@needs_espeak
def test_words_are_burnt_into_the_picture(tmp_path: Path) -> None:
    films = []
    for name, flags in (("plain", ()), ("burnt", ("--burn-captions",))):
        target = tmp_path / f"{name}.mkv"
        assert talk(target, "--text", TEXT, "--codec=ffv1", "--resolution=180", *flags) == 0
        films.append(shown(target)[8])
    plain, burnt = ((film[140:] > 215).all(2).sum() for film in films)
    assert plain == 0 and burnt > 60


@needs_espeak
def test_characters_that_no_typeface_has_are_told_and_left_out(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    texts: list[str] = []
    plate_of = captions.plate_of

    def noted(text: str, *given: Any) -> Any:
        texts.append(text)
        return plate_of(text, *given)

    monkeypatch.setattr(captions, "plate_of", noted)
    monkeypatch.setattr(captions.lettering, "lacking", lambda text, face: "oy")
    assert talk(tmp_path / "out.mkv", "--text", "Good day.", "--burn-captions") == 0
    assert "no typeface here has o y, so they are left out" in capfd.readouterr().err
    assert texts == ["Gd da."]


def test_no_control_character_reaches_a_voice() -> None:
    """eSpeak takes them for commands: a pitch, a speed."""
    assert _plain("one\x01two\x1b three\nfour\tfive") == "one two  three\nfour\tfive"


@needs_espeak
def test_voices_are_listed(capfd: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["style", "character", "--list-voices"]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert any(line.split()[:2] == ["en-us", "espeak"] for line in lines)
    assert exit_code(["style", "character", "x.mp4", "--text=Hello", "--voice=zz-none"]) == 4


def test_a_voice_that_ffmpeg_lacks_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    from afterglow.media.flite import has_flite

    if has_flite():
        pytest.skip("this FFmpeg has flite")
    assert exit_code(["style", "character", "x.mp4", "--text=Hello", "--voice=flite:slt"]) == 4
    assert "--list-voices" in capfd.readouterr().err


def test_what_a_filter_says_is_heard_whole() -> None:
    from afterglow.media.flite import rendered

    samples, rate = rendered("sine", {"frequency": "441", "duration": "0.5", "sample_rate": "8000"})
    assert rate == 8000 and len(samples) == 4000 and samples.dtype == np.float32
    crossings = np.count_nonzero(np.diff(np.signbit(samples)))
    assert crossings == pytest.approx(441, abs=2)
