"""What is refused, and whether the words lead on."""

import io
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from afterglow.errors import MediaError
from afterglow.media import ReadOptions, open_source
from afterglow.media.matroska import is_cut_off
from tests.media.made import clip, number_of, numbered


def test_a_file_scheme_is_no_download() -> None:
    with pytest.raises(MediaError, match="no such file") as caught:
        open_source("file:nowhere.mp4", ReadOptions(), lambda line: None)
    assert "without file:" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.m3u8", "#EXTM3U\na.ts\n"), ("a.txt", "ffconcat version 1.0\nfile a.mp4\n"), ("a.mpd", "")],
)
def test_playlists_are_not_followed(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(MediaError, match="playlists are not followed"):
        open_source(str(tmp_path / name), ReadOptions(), lambda line: None)


class Pipe(io.RawIOBase):
    """Takes bytes, and has no way back."""

    def __init__(self) -> None:
        super().__init__()
        self.taken = bytearray()

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def write(self, block: bytes) -> int:  # type: ignore[override]
        self.taken += block
        return len(block)


@pytest.mark.parametrize("live", ["0", "1"])
def test_an_open_ended_matroska_file_that_ends_inside_a_block(live: str, tmp_path: Path) -> None:
    pipe, path = Pipe(), tmp_path / "a.mkv"
    with (
        av.open(str(numbered(tmp_path / "a.mp4", 40, options={"g": "10"}))) as box,
        av.open(pipe, "w", "matroska", container_options={"live": live}) as out,
    ):
        stream = out.add_stream_from_template(box.streams.video[0])
        for packet in box.demux(video=0):
            if packet.size:
                packet.stream = stream
                out.mux(packet)
    path.write_bytes(pipe.taken)
    with open_source(str(path), ReadOptions(), lambda line: None) as source:
        assert len(list(source.frames())) == 40
    cut = [count for count in range(600, len(pipe.taken), 7) if _cut(path, pipe.taken[:count])]
    assert len(cut) > 0.9 * len(range(600, len(pipe.taken), 7))
    with pytest.raises(MediaError, match="cut off"):
        open_source(str(path), ReadOptions(), lambda line: None)


def _cut(path: Path, content: bytes) -> bool:
    path.write_bytes(content)
    return is_cut_off(path)


def copied(source: Path, target: Path, change: Callable[[int, av.Packet], bytes | None]) -> Path:
    """A film with other packets: ``change`` gets each one's number, and gives its new content."""
    with av.open(str(source)) as film, av.open(str(target), "w") as out:
        stream = out.add_stream_from_template(film.streams.video[0])
        for number, packet in enumerate(film.demux(video=0)):
            content = change(number, packet) if packet.size else None
            if content is not None:
                new = av.Packet(content)
                new.pts, new.dts, new.time_base = packet.pts, packet.dts, packet.time_base
                new.is_keyframe, new.stream = packet.is_keyframe, stream
                out.mux(new)
    return target


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_film_whose_first_picture_is_damaged_is_refused(tmp_path: Path, suffix: str) -> None:
    noisy = np.random.default_rng(0).integers(0, 255, (40, 48, 64, 3), np.uint8)
    whole = clip(tmp_path / f"whole.{suffix}", list(noisy), options={"g": "10"})

    def damaged(number: int, packet: av.Packet) -> bytes:
        content = bytearray(bytes(packet))
        for place in range(800, len(content) if number < 4 else 0, 1000):
            content[place] ^= 0xFF
        return bytes(content)

    source = copied(whole, tmp_path / f"damaged.{suffix}", damaged)
    with (
        pytest.raises(MediaError, match=r"corrupt|cannot be decoded"),
        open_source(str(source), ReadOptions(), lambda line: None) as film,
    ):
        list(film.frames())


def test_a_film_cut_at_an_open_group_begins_with_its_first_whole_picture(tmp_path: Path) -> None:
    settings = {"g": "12", "bf": "3", "b-adapt": "0", "x264-params": "open-gop=1:scenecut=0"}
    whole = numbered(tmp_path / "whole.mkv", 48, options=settings)
    with av.open(str(whole)) as film:
        packets = [packet for packet in film.demux(video=0) if packet.size]
    second = [n for n, packet in enumerate(packets) if packet.is_keyframe][1]
    leading = [p.pts for p in packets[second:] if p.pts < packets[second].pts]
    assert leading, "pictures that lean on the group before"
    source = copied(whole, tmp_path / "cut.mkv", lambda n, p: bytes(p) if n >= second else None)
    with open_source(str(source), ReadOptions(), lambda line: None) as film:
        numbers = [number_of(frame.pixels) for frame in film.frames()]
    count = len(packets) - second - len(leading)
    assert numbers == list(range(48 - count, 48))
