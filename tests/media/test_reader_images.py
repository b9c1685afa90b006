"""Images: numbered, single, moving (GIF); and alpha wherever it can lie."""

import struct
import zlib
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.errors import MediaError
from afterglow.media import ReadOptions, open_source
from tests.media.made import clip, number_of, picture


def write_image(path: Path, rgb: NDArray[Any]) -> None:
    order = cv2.COLOR_RGBA2BGRA if rgb.shape[2] == 4 else cv2.COLOR_RGB2BGR
    assert cv2.imwrite(str(path), cv2.cvtColor(rgb, order))


def numbers(source_name: str, **options: Any) -> tuple[list[int], Any]:
    with open_source(source_name, ReadOptions(**options), lambda line: None) as source:
        return [number_of(frame.pixels) for frame in source.frames()], source.video


@pytest.mark.parametrize("suffix", ["png", "jpg", "tiff", "bmp"])
@pytest.mark.parametrize("first", [0, 7, 998])
def test_sequence_starts_at_its_first_number(tmp_path: Path, suffix: str, first: int) -> None:
    for k in range(5):
        write_image(tmp_path / f"shot_{first + k:03d}.{suffix}", picture(k))
    seen, video = numbers(str(tmp_path / f"shot_%03d.{suffix}"))
    assert seen == [0, 1, 2, 3, 4]
    assert (video.rate, video.frames, video.duration) == (25, 5, Fraction(1, 5))
    seen, video = numbers(str(tmp_path / f"shot_%03d.{suffix}"), rate=Fraction(24000, 1001))
    assert video.rate == Fraction(24000, 1001)
    assert video.time_base * 1 == Fraction(1001, 24000)


def test_sequence_in_a_folder_with_a_percent_sign(tmp_path: Path) -> None:
    folder = tmp_path / "100%d done: yes"
    folder.mkdir()
    for k in range(3):
        write_image(folder / f"{k}.png", picture(k))
    assert numbers(str(folder / "%d.png"))[0] == [0, 1, 2]


def test_sequence_is_cut_like_any_video(tmp_path: Path) -> None:
    for k in range(100):
        write_image(tmp_path / f"{k:04d}.png", picture(k))
    name = str(tmp_path / "%04d.png")
    seen, video = numbers(name, start=Fraction(3), duration=Fraction(1, 5))
    assert seen == [75, 76, 77, 78, 79]
    assert video.duration == Fraction(1, 5)


def test_missing_image_is_told(tmp_path: Path) -> None:
    for k in (1, 2, 4):
        write_image(tmp_path / f"{k:04d}.png", picture(k))
    with pytest.raises(MediaError, match="number 3 is missing"):
        numbers(str(tmp_path / "%04d.png"))
    with pytest.raises(MediaError, match="no such files"):
        numbers(str(tmp_path / "other_%04d.png"))


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tiff", "a.webp", "a.bmp", "%03d.png"])
def test_image_is_a_video_of_one_frame(tmp_path: Path, name: str) -> None:
    write_image(tmp_path / name, picture(9))
    seen, video = numbers(str(tmp_path / name))
    assert seen == [9]
    assert (video.frames, video.duration) == (1, Fraction(1, 25))
    assert (video.width, video.height) == (64, 48)


def test_deep_image_stays_deep(tmp_path: Path) -> None:
    deep = np.random.default_rng(0).integers(0, 65536, (20, 30, 3), dtype=np.uint16)
    write_image(tmp_path / "a.png", deep)
    with open_source(str(tmp_path / "a.png"), ReadOptions(), lambda line: None) as source:
        assert np.array_equal(next(source.frames()).pixels, deep)


def rgba(number: int) -> NDArray[np.uint8]:
    alpha = np.tile(np.arange(64, dtype=np.uint8) * 4, (48, 1))
    return np.dstack([picture(number), np.roll(alpha, number, axis=1)])


ALPHA: dict[str, dict[str, Any]] = {
    "vp8.webm": {"codec": "libvpx", "pix_fmt": "yuva420p", "options": {"auto-alt-ref": "0"}},
    "vp9.webm": {
        "codec": "libvpx-vp9",
        "pix_fmt": "yuva420p",
        "options": {"cpu-used": "8", "auto-alt-ref": "0"},
    },
    "prores.mov": {"codec": "prores_ks", "pix_fmt": "yuva444p10le"},
    "ffv1.mkv": {"codec": "ffv1", "pix_fmt": "bgra"},
    "ffv1deep.mkv": {"codec": "ffv1", "pix_fmt": "gbrap16le"},
    "png.mov": {"codec": "png", "pix_fmt": "rgba"},
}


@pytest.mark.parametrize("name", ALPHA)
def test_alpha_is_delivered(tmp_path: Path, name: str) -> None:
    count = 60 if name.endswith("webm") else 6
    path = clip(
        tmp_path / name, [rgba(k) for k in range(count)], array_format="rgba", **ALPHA[name]
    )
    with open_source(str(path), ReadOptions(), lambda line: None) as source:
        assert source.video.alpha
        frames = list(source.frames())
        white = source.video.white
    assert [number_of(frame.pixels) for frame in frames] == list(range(count))
    for number, frame in enumerate(frames):
        assert frame.alpha is not None
        alpha = np.asarray(frame.alpha)
        assert alpha.dtype == frame.pixels.dtype
        assert alpha.flags.c_contiguous
        error = np.abs(alpha / white - rgba(number)[..., 3] / 255)
        assert np.median(error) < 0.02
    cut = ReadOptions(start=Fraction(3, 25) if count < 60 else Fraction(55, 25))
    with open_source(str(path), cut, lambda line: None) as source:
        later = list(source.frames())
    assert all(
        np.array_equal(a.alpha, b.alpha)  # type: ignore[arg-type]
        for a, b in zip(later, frames[-len(later) :], strict=True)
    )


def test_opaque_alpha_of_deep_prores_is_white(tmp_path: Path) -> None:
    solid = np.full((48, 64, 4), 65535, np.uint16)
    path = clip(
        tmp_path / "a.mov", [solid] * 2, codec="prores_ks", pix_fmt="yuva444p10le",
        array_format="rgba64le",
    )  # fmt: skip
    with open_source(str(path), ReadOptions(), lambda line: None) as source:
        frame = next(source.frames())
    assert np.all(np.asarray(frame.alpha) == 65535)


def test_image_alpha_and_none_where_a_palette_is_opaque(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png", rgba(3))
    with open_source(str(tmp_path / "a.png"), ReadOptions(), lambda line: None) as source:
        assert np.array_equal(next(source.frames()).alpha, rgba(3)[..., 3])  # type: ignore[arg-type]
    write_image(tmp_path / "b.png", picture(3))
    (tmp_path / "c.png").write_bytes(palette_png(64, 48))
    for name in ("b.png", "c.png"):
        with open_source(str(tmp_path / name), ReadOptions(), lambda line: None) as source:
            assert not source.video.alpha


def palette_png(width: int, height: int) -> bytes:
    """A PNG with a palette of two greys and no transparency."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    lines = (b"\0" + bytes(x % 2 for x in range(width))) * height
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
        + chunk(b"PLTE", b"\x20\x20\x20\xd0\xd0\xd0")
        + chunk(b"IDAT", zlib.compress(lines))
        + chunk(b"IEND", b"")
    )


def gif(path: Path, pictures: list[NDArray[np.uint8]], pts: list[int], pix_fmt: str) -> Path:
    """A GIF through a palette, with times in hundredths of a second."""
    height, width = pictures[0].shape[:2]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("gif", 100)
        stream.width, stream.height, stream.pix_fmt = width, height, "pal8"
        stream.codec_context.time_base = Fraction(1, 100)
        graph = av.filter.Graph()
        source = graph.add_buffer(
            width=width, height=height, format=av.VideoFormat(pix_fmt, width, height),
            time_base=Fraction(1, 100),
        )  # fmt: skip
        split, palette = graph.add("split"), graph.add("palettegen", "stats_mode=full")
        use, sink = graph.add("paletteuse", "dither=none"), graph.add("buffersink")
        source.link_to(split)
        split.link_to(palette, 0, 0)
        split.link_to(use, 1, 0)
        palette.link_to(use, 0, 1)
        use.link_to(sink)
        graph.configure()
        for pixels, time in zip(pictures, pts, strict=True):
            frame = av.VideoFrame.from_ndarray(pixels, pix_fmt)
            frame.pts, frame.time_base = time, Fraction(1, 100)
            graph.vpush(frame)
        graph.vpush(None)
        for _ in pictures:
            container.mux(stream.encode(graph.vpull()))
        container.mux(stream.encode())
    return path


def test_gif_keeps_its_delays(tmp_path: Path) -> None:
    path = gif(tmp_path / "a.gif", [picture(k) for k in range(5)], [0, 5, 20, 22, 60], "rgb24")
    with open_source(str(path), ReadOptions(), lambda line: None) as source:
        frames = list(source.frames())
        base = source.video.time_base
        assert source.video.frames == 5
        assert not source.video.alpha
    assert [number_of(frame.pixels) for frame in frames] == [0, 1, 2, 3, 4]
    assert [frame.pts * base * 100 for frame in frames] == [0, 5, 20, 22, 60]


def test_gif_transparency_is_a_matte(tmp_path: Path) -> None:
    pictures = []
    for k in range(3):
        cut_out = np.dstack([picture(k), np.full((48, 64), 255, np.uint8)])
        cut_out[10:20, 10:30] = 0
        pictures.append(cut_out)
    path = gif(tmp_path / "a.gif", pictures, [0, 4, 8], "rgba")
    with open_source(str(path), ReadOptions(), lambda line: None) as source:
        assert source.video.alpha
        alphas = [np.asarray(frame.alpha) for frame in source.frames()]
    assert all(alpha[15, 20] == 0 and alpha[30, 40] == 255 for alpha in alphas)
