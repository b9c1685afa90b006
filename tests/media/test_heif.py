"""HEIC photos: put together, turned, and tagged as they are; without pillow-heif, a remedy."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.errors import MediaError
from afterglow.frames import VideoInfo
from afterglow.media import ReadOptions, heif, open_source

FOOTAGE = os.environ.get("AFTERGLOW_FOOTAGE")


@pytest.fixture
def library() -> Any:
    return pytest.importorskip("pillow_heif")


def picture() -> NDArray[np.uint8]:
    made = np.zeros((64, 96, 3), np.uint8)
    made[:32] = (250, 20, 20)
    made[:, :48] //= 2
    return made


def saved(library: Any, path: Path, pixels: NDArray[np.uint8], **more: Any) -> str:
    height, width = pixels.shape[:2]
    mode = "RGBA" if pixels.shape[2] == 4 else "RGB"
    photo = library.from_bytes(mode, (width, height), pixels.tobytes())
    photo.save(str(path), **{"quality": 95, **more})
    return str(path)


def read(path: str, **more: Any) -> tuple[Any, VideoInfo]:
    with open_source(path, ReadOptions(**more), lambda line: None) as source:
        (frame,) = source.frames()
        return frame, source.video


def test_a_photo_is_read(library: Any, tmp_path: Path) -> None:
    frame, video = read(saved(library, tmp_path / "a.heic", picture()))
    assert np.abs(frame.pixels.astype(int) - picture()).mean() < 1
    assert (video.width, video.height, video.frames) == (96, 64, 1)
    assert video.colour.transfer == "iec61966-2-1"


def test_a_photo_of_tiles_is_put_together(library: Any, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    large = rng.integers(0, 255, (8, 12, 3), np.uint8).repeat(64, 0).repeat(64, 1)
    path = saved(library, tmp_path / "tiles.heic", large, tile_size=256)
    frame, _ = read(path)
    assert frame.pixels.shape == large.shape
    assert np.abs(frame.pixels.astype(int) - large).mean() < 1


@pytest.mark.parametrize("orientation", [1, 2, 3, 4, 5, 6, 7, 8])
def test_a_photo_is_turned_as_it_was_taken(orientation: int, library: Any, tmp_path: Path) -> None:
    from PIL import Image, ImageOps

    library.register_heif_opener()
    still = Image.fromarray(picture())
    exif = still.getexif()
    exif[0x112] = orientation
    still.save(tmp_path / "a.heic", exif=exif.tobytes(), quality=95)
    still.save(tmp_path / "a.png", exif=exif)
    frame, video = read(str(tmp_path / "a.heic"))
    with Image.open(tmp_path / "a.png") as opened:
        wanted = np.asarray(ImageOps.exif_transpose(opened))
    assert frame.pixels.shape == wanted.shape == (video.height, video.width, 3)
    assert np.abs(frame.pixels.astype(int) - wanted).mean() < 1.5


def test_what_is_transparent_stays_so(library: Any, tmp_path: Path) -> None:
    alpha = np.full((64, 96, 1), 255, np.uint8)
    alpha[:, :48] = 0
    whole = np.concatenate([picture(), alpha], axis=2)
    frame, video = read(saved(library, tmp_path / "a.heic", whole))
    assert video.alpha and np.abs(frame.alpha.astype(int) - alpha[..., 0]).mean() < 2


def test_many_bits_and_colour_tags_are_kept(library: Any, tmp_path: Path) -> None:
    ramp = np.broadcast_to(np.linspace(0, 65535, 96)[None, :, None], (64, 96, 3)).astype(np.uint16)
    photo = library.from_bytes("RGB;16", (96, 64), ramp.tobytes())
    tags = {"color_primaries": 9, "transfer_characteristics": 16, "matrix_coefficients": 9}
    path = str(tmp_path / "a.heic")
    photo.save(path, quality=-1, chroma=444, full_range_flag=1, **tags)
    with pytest.raises(MediaError, match=r"is HDR \(PQ\)"):
        read(path)
    frame, video = read(path, hdr="keep")
    assert (video.colour.primaries, video.colour.transfer) == ("bt2020", "smpte2084")
    assert frame.pixels.dtype == np.uint16 and frame.pixels[..., 0].max() == 65535
    assert np.abs(frame.pixels.astype(int) - ramp).max() < 200


def test_without_the_library_the_remedy_is_told(
    library: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = np.zeros((512, 768, 3), np.uint8)
    tiles = saved(library, tmp_path / "tiles.heic", large, tile_size=256)
    broken = tmp_path / "broken.heic"
    broken.write_bytes(Path(tiles).read_bytes()[:200])
    monkeypatch.setattr(heif, "find_spec", lambda name: None)
    with pytest.raises(MediaError, match="made of tiles, and pillow-heif is not") as told:
        read(tiles)
    assert told.value.hint == 'pip install "afterglow[heic]", or save it as JPEG or PNG first'
    with pytest.raises(MediaError) as told:
        read(str(broken))
    assert told.value.hint == heif.REMEDY


def test_a_photo_that_is_damaged_is_one_error(library: Any, tmp_path: Path) -> None:
    path = Path(saved(library, tmp_path / "a.heic", picture()))
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(MediaError, match=r"a\.heic: cannot be read"):
        read(str(path))


@pytest.mark.footage
@pytest.mark.skipif(not FOOTAGE, reason="AFTERGLOW_FOOTAGE names no folder of clips")
def test_a_real_photo_is_read_as_the_library_reads_it(library: Any) -> None:
    path = f"{FOOTAGE}/images/photo.heic"
    frame, video = read(path)
    assert (video.width, video.height) == (1080, 1920)
    assert np.array_equal(frame.pixels, np.asarray(library.open_heif(path)))
