"""Chroma lies where the codecs say it does, and stays there from one pass to the next."""

from fractions import Fraction

import cv2
import numpy as np
import pytest

from afterglow.frames import Colour, Frame
from afterglow.media import ReadOptions, open_source
from afterglow.media.planes import left_chroma
from afterglow.media.printing import Printer, layout_of
from tests.media.clips import info, samples, write

WEIGHTS = {"bt709": (0.2126, 0.0722), "smpte170m": (0.299, 0.114), "bt2020nc": (0.2627, 0.0593)}


def noise(kind=np.uint8, width=128, height=96):
    """(H, W, 3) RGB that changes from pixel to pixel and is the same in both depths."""
    plain = np.random.default_rng(3).integers(0, 256, (height, width, 3))
    return (plain * (257 if kind == np.uint16 else 1)).astype(kind)


def exact(rgb, colour, bits, rows):
    """Y', Cb and Cr of 4:2:0 (``rows``: weights of the rows around a sample) or 4:2:2 (None)."""
    kr, kb = WEIGHTS[colour.matrix]
    red, green, blue = np.moveaxis(rgb / np.iinfo(rgb.dtype).max, 2, 0)
    luma = kr * red + (1 - kr - kb) * green + kb * blue
    unit, top = 1 << (bits - 8), (1 << bits) - 1
    full = colour.range == "full"
    light = luma * (top if full else 219 * unit) + (0 if full else 16 * unit)
    planes = [light]
    for other, weight in ((blue, kb), (red, kr)):
        chroma = (other - luma) / (2 * (1 - weight)) * (top if full else 224 * unit) + 128 * unit
        wide = np.pad(chroma, ((0, 0), (1, 1)), "edge")
        chroma = ((wide[:, :-2] + 2 * wide[:, 1:-1] + wide[:, 2:]) / 4)[:, ::2]
        if rows is not None:
            tall = np.pad(chroma, ((len(rows) // 2 - 1,) * 2, (0, 0)), "edge")
            chroma = sum(
                weight * tall[start : start + chroma.shape[0]][::2]
                for start, weight in enumerate(rows)
            )
        planes.append(np.clip(chroma, 0, top))
    return planes


TENT, MEAN = (1 / 8, 3 / 8, 3 / 8, 1 / 8), (1 / 2, 1 / 2)


@pytest.mark.parametrize(
    ("pixel_format", "kind", "extent", "rows"),
    [
        ("yuv420p", np.uint8, "limited", TENT),
        ("yuv420p10le", np.uint8, "limited", TENT),
        ("yuv422p10le", np.uint8, "limited", None),
        ("yuva420p", np.uint8, "limited", TENT),
        ("yuv420p10le", np.uint16, "limited", MEAN),
        ("yuv422p10le", np.uint16, "limited", None),
        ("yuv420p10le", np.uint16, "full", MEAN),
        ("yuv420p", np.uint8, "full", MEAN),
    ],
)
@pytest.mark.parametrize("matrix", WEIGHTS)
def test_chroma_planes_are_those_of_exact_arithmetic(pixel_format, kind, extent, rows, matrix):
    """Left-sited in swscale's way and in ours; they differ in how many rows make a sample."""
    colour = Colour(matrix, range=extent)
    rgb = noise(kind)
    picture = Printer(pixel_format, 128, 96, colour).print(Frame(rgb, 0))
    layout = layout_of(pixel_format)
    assert layout is not None
    off = 1.5 if extent == "full" and kind == np.uint8 else 0.6 if layout.bits == 8 else 0.8
    for index, wanted in enumerate(exact(rgb, colour, layout.bits, rows)):
        error = samples(picture, index) - wanted
        inner = error[2:-2, 2:-2]
        assert np.abs(inner).max() <= off, f"plane {index}"
        assert abs(inner.mean()) < 0.05, f"plane {index} leans to one side"
        assert np.abs(error).max() <= 2 * off, f"the edge of plane {index}"


@pytest.mark.parametrize("size", [(2, 2), (4, 2), (6, 4)])
def test_the_smallest_pictures_have_chroma_too(size):
    rgb = noise(np.uint16, *size)
    wide = np.pad(rgb.astype(float), ((0, 0), (1, 1), (0, 0)), "edge")
    wanted = ((wide[:, :-2] + 2 * wide[:, 1:-1] + wide[:, 2:]) / 4)[:, ::2]
    wanted = (wanted[::2] + wanted[1::2]) / 2
    assert np.abs(left_chroma(rgb, 2) - wanted).max() <= 1


def test_the_time_of_a_picture_is_its_frames(tmp_path):
    printer = Printer("yuv420p", 64, 48, Colour())
    for at in (7, 8, 4000):
        picture = printer.print(Frame(noise(width=64, height=48), at))
        assert (picture.pts, picture.time_base) == (at, None)


def edge(video):
    """Red to the left of blue, both of the same luma, with an edge as sharp as a lens makes it."""
    rgb = np.zeros((video.height, video.width, 3), np.float32)
    rgb[:, : video.width // 2] = (200, 40, 40)
    rgb[:, video.width // 2 :] = (60, 60, 220)
    rgb = cv2.GaussianBlur(rgb, (0, 0), 1.0) * (video.white / 255)
    return np.rint(rgb).astype(np.uint16 if video.depth == 16 else np.uint8)


def place(rgb):
    """The column at which red has become blue: the middle of the step, in pixels."""
    difference = rgb[..., 0].astype(float) - rgb[..., 2]
    mean = difference.mean(axis=0)
    share = (mean - mean[-1]) / (mean[0] - mean[-1])
    return float(share.sum())


FILMS = [
    ("mp4", "h264", 8), ("mp4", "hevc", 8), ("mp4", "hevc", 10), ("mp4", "av1", 8),
    ("mkv", "av1", 10), ("webm", "vp9", 8), ("mp4", "vp9", 8), ("mov", "prores", 8),
    ("mov", "prores", 10), ("mkv", "h264", 8),
]  # fmt: skip


@pytest.mark.parametrize(("ending", "codec", "bits"), FILMS)
@pytest.mark.parametrize("extent", ["limited", "full"])
def test_colour_stays_in_its_place_after_five_passes(tmp_path, ending, codec, bits, extent):
    """Centred chroma, read as left, moves half a pixel sideways in every pass."""
    if extent == "full" and codec == "prores":
        pytest.skip("ProRes has limited range only")
    video = info(64, 32, bits=bits, colour=Colour(range=extent))
    first = rgb = edge(video)
    for number in range(5):
        path = tmp_path / f"{number}.{ending}"
        write(path, video, [0, 512], rgb, codec=codec, qp=0)
        with open_source(str(path), ReadOptions(), lambda line: None) as source:
            rgb = np.asarray(next(source.frames()).pixels)
    assert abs(place(rgb) - place(first)) < 0.15
    assert rgb.shape == first.shape


def test_colour_stays_in_its_place_under_a_matte(tmp_path):
    video = info(64, 32, alpha=True, time_base=Fraction(1, 1000), rate=25)
    first = rgb = edge(video)
    for number in range(5):
        path = tmp_path / f"{number}.webm"
        write(path, video, [0, 40], rgb, codec="vp9", qp=0)
        with open_source(str(path), ReadOptions(), lambda line: None) as source:
            rgb = np.asarray(next(source.frames()).pixels)
    assert abs(place(rgb) - place(first)) < 0.15
