"""The cover of a film goes with it, whole or cut, or it is told that it does not."""

from fractions import Fraction
from pathlib import Path

import av
import pytest
from av.stream import Disposition

from afterglow.media import ReadOptions, WriteOptions, open_source, open_target
from tests.media.made import numbered, picture


@pytest.fixture(scope="module")
def art(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A picture as JPEG."""
    path = tmp_path_factory.mktemp("art") / "art.jpg"
    with av.open(str(path), "w", format="image2") as container:
        stream = container.add_stream("mjpeg", 1)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(picture(5), "rgb24")))
        container.mux(stream.encode())
    return path.read_bytes()


def covered(path: Path, art: bytes) -> Path:
    """A film of four seconds with a cover, as Matroska or MP4 has it."""
    plain = numbered(path.with_name(f"plain{path.suffix}"), 100)
    with av.open(str(plain)) as film, av.open(str(path), "w") as out:
        stream = out.add_stream_from_template(film.streams.video[0])
        if path.suffix == ".mkv":
            out.add_attachment("cover.jpg", "image/jpeg", art)
        else:
            cover = out.add_stream("mjpeg", 1)
            cover.width, cover.height, cover.pix_fmt = 64, 48, "yuvj420p"
            cover.disposition = Disposition.attached_pic
            packet = av.Packet(art)
            packet.pts = packet.dts = 0
            packet.stream = cover
            out.mux(packet)
        for packet in film.demux():
            if packet.size:
                packet.stream = stream
                out.mux(packet)
    return path


def cover_of(path: Path) -> list[bytes]:
    with av.open(str(path)) as film:
        aside = [s for s in film.streams.video if s.disposition & Disposition.attached_pic]
        return [bytes(packet) for s in aside for packet in film.demux(s) if packet.size][:1]


def carried(source: Path, target: Path, start: int) -> list[str]:
    """Write the film from so many seconds on; the lines that were said of what is lost."""
    said: list[str] = []
    with (
        open_source(str(source), ReadOptions(start=Fraction(start)), said.append) as film,
        open_target(str(target), film.video, WriteOptions(), film, said.append) as out,
    ):
        for frame in film.frames():
            out.write(frame)
    return [line for line in said if "not carried" in line]


@pytest.mark.parametrize("start", [0, 1, 3])
@pytest.mark.parametrize("into", ["out.mkv", "out.mp4"])
@pytest.mark.parametrize("of", ["in.mkv", "in.mp4"])
def test_a_cover_goes_with_the_film(
    tmp_path: Path, art: bytes, of: str, into: str, start: int
) -> None:
    source = covered(tmp_path / of, art)
    assert cover_of(source) == [art]
    assert carried(source, tmp_path / into, start) == []
    assert cover_of(tmp_path / into) == [art]


@pytest.mark.parametrize("of", ["in.mkv", "in.mp4"])
def test_quicktime_holds_no_cover_which_is_told(tmp_path: Path, art: bytes, of: str) -> None:
    lost = carried(covered(tmp_path / of, art), tmp_path / "out.mov", 0)
    assert len(lost) == 1 and "a cover picture" in lost[0]
