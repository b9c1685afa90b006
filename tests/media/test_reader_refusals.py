"""What is refused, and whether the words lead on."""

import io
from pathlib import Path

import av
import pytest

from afterglow.errors import MediaError
from afterglow.media import ReadOptions, open_source
from afterglow.media.matroska import is_cut_off
from tests.media.made import numbered


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
