"""Tables of colours: the same as FFmpeg's, every depth, every way a file can be broken."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.effects.style import grading
from afterglow.effects.style.grading import Cube, Grader, cube_of
from afterglow.effects.style.lut import Curves, Lut, level_table, read_cube
from afterglow.errors import UsageError
from afterglow.frames import Effect
from tests.contract import (  # noqa: F401
    given,
    scene,
    taken,
    test_an_empty_video_stays_empty,
    test_frames_that_were_given_stay_as_they_are,
    test_frames_that_were_taken_stay_as_they_are,
    test_memory_is_stated_and_kept,
    test_small_and_short_videos_work,
    test_the_plan_is_kept,
    test_the_reach_is_honest,
    test_the_same_twice,
    test_two_videos_at_once_do_not_meet,
)

Picture = NDArray[Any]


def rough(size: int, seed: int = 2) -> Picture:
    """(size, size, size, 3) by blue, green, red: a table that bends in every cell."""
    axis = np.linspace(0, 1, size)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
    plain = np.stack([red, green, blue], axis=-1)
    bent = np.random.default_rng(seed).uniform(-0.3, 0.3, plain.shape)
    return np.round(np.clip(plain + bent, 0, 1), 6)


def written(path: Path, rows: Picture, *header: str) -> Path:
    lines = [*header, *(" ".join(f"{number:.6f}" for number in row) for row in rows.reshape(-1, 3))]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def cube(tmp_path: Path) -> Path:
    return written(tmp_path / "rough.cube", rough(9), 'TITLE "a test"', "# made", "LUT_3D_SIZE 9")


@pytest.fixture(scope="module")
def effect() -> Effect:
    return Lut(cube_of(lambda colours: colours[..., ::-1] ** 1.4))


def colours(count: int = 96) -> Picture:
    """(count, count, 3) uint8: all sorts of colours, the corners among them."""
    found = np.random.default_rng(5).integers(0, 256, (count, count, 3), np.uint8)
    corners = np.stack(np.meshgrid([0, 255], [0, 255], [0, 255]), axis=-1).reshape(-1, 3)
    found[0, :8] = corners
    found[1:3, :, :] = np.arange(2 * count, dtype=np.uint8).reshape(2, count, 1)
    return found


def by_ffmpeg(pixels: Picture, path: Path, name: str, how: str) -> Picture:
    """What FFmpeg makes of an 8-bit picture."""
    graph = av.filter.Graph()
    height, width = pixels.shape[:2]
    source = graph.add_buffer(
        width=width, height=height, format=av.VideoFormat("rgb24"), time_base=Fraction(1, 25)
    )
    table = graph.add(name, f"file={path}:interp={how}")
    sink = graph.add("buffersink")
    source.link_to(table)
    table.link_to(sink)
    graph.configure()
    source.push(av.VideoFrame.from_ndarray(pixels, format="rgb24"))
    return sink.pull().to_ndarray(format="rgb24")


def by_us(pixels: Picture, path: Path) -> Picture:
    from afterglow.frames import Frame, VideoInfo

    height, width = pixels.shape[:2]
    video = VideoInfo(width, height, Fraction(25), Fraction(1, 25))
    (made,) = Lut(read_cube(path)).stream(iter([Frame(pixels, 0)]), video)
    return np.asarray(made.pixels)


@pytest.mark.parametrize("size", [2, 9, 17])
def test_a_cube_is_what_it_is_to_ffmpeg(size: int, tmp_path: Path) -> None:
    path = written(tmp_path / "t.cube", rough(size), f"LUT_3D_SIZE {size}")
    ours, theirs = (
        by_us(colours(), path),
        by_ffmpeg(colours(), path, "lut3d", "tetrahedral"),
    )
    assert np.abs(ours.astype(int) - theirs).max() <= 1
    assert np.abs(ours.astype(int) - colours()).mean() > 10


def test_curves_are_what_they_are_to_ffmpeg(tmp_path: Path) -> None:
    nodes = np.stack([np.linspace(0, 1, 12) ** power for power in (0.6, 1.5, 2.0)], axis=-1)
    path = written(tmp_path / "t.cube", nodes, "LUT_1D_SIZE 12")
    ours, theirs = by_us(colours(), path), by_ffmpeg(colours(), path, "lut1d", "linear")
    assert np.abs(ours.astype(int) - theirs).max() <= 1


def test_trilinear_is_not_what_is_made(cube: Path) -> None:
    apart = by_us(colours(), cube).astype(int) - by_ffmpeg(colours(), cube, "lut3d", "trilinear")
    assert np.abs(apart).max() > 4


@pytest.mark.parametrize("depth", [8, 16])
def test_a_table_that_changes_nothing_changes_nothing(depth: int) -> None:
    white = (1 << depth) - 1
    kind = np.uint8 if depth == 8 else np.uint16
    pixels = np.random.default_rng(1).integers(0, white + 1, (40, 30, 3)).astype(kind)
    made = Grader(cube_of(lambda each: each), white)(pixels)
    assert made.dtype == kind
    assert np.array_equal(made, pixels)


def test_all_depths_agree(cube: Path) -> None:
    table = read_cube(cube)
    assert isinstance(table, Cube)
    eight = Grader(table, 255)(colours())
    sixteen = Grader(table, 65535)(colours().astype(np.uint16) * 257)
    assert np.abs(eight * 257.0 - sixteen).max() <= 129


def test_the_table_of_every_colour_is_the_same(cube: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = read_cube(cube)
    assert isinstance(table, Cube)
    grade = Grader(table, 255)
    first = grade(colours())
    monkeypatch.setattr(grading, "_WORTH", 0)
    assert grade._all is None
    assert np.array_equal(grade(colours()), first)
    assert grade._all is not None


def test_a_domain_is_where_the_table_lies(tmp_path: Path) -> None:
    path = written(
        tmp_path / "t.cube", rough(2) * 0 + [0.25, 0.5, 0.75],
        "LUT_3D_SIZE 2", "DOMAIN_MIN -0.5 0 0", "DOMAIN_MAX 1.5 2 1",
    )  # fmt: skip
    table = read_cube(path)
    assert table.low == (-0.5, 0.0, 0.0)
    assert table.high == (1.5, 2.0, 1.0)
    half = Curves(np.array([[0, 0, 0], [1, 1, 1]], np.float32), (0.25, 0, 0), (0.75, 1, 2))
    made = level_table(half, 255)
    assert made[:, 0].tolist() == [
        round(min(max((level / 255 - 0.25) * 2, 0), 1) * 255) for level in range(256)
    ]
    assert made[255].tolist() == [255, 255, 128]


def test_numbers_beyond_white_bend_before_they_are_cut_off(tmp_path: Path) -> None:
    rows = np.zeros((8, 3))
    rows[1::2] = 2.0
    path = written(tmp_path / "t.cube", rows, "LUT_3D_SIZE 2")
    reds = np.zeros((1, 256, 3), np.uint8)
    reds[0, :, 0] = np.arange(256)
    assert by_us(reds, path)[0, :, 1].tolist() == [min(2 * level, 255) for level in range(256)]


def test_red_runs_fastest_and_what_is_said_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.cube"
    rows = ["0 0 0", "1 0 0", "0 1 0", "1 1 0", "# half", "", "0 0 1", "1 0 1", "0 1 1", "1 1 1"]
    head = ["\ufeff# c", 'TITLE "LUT_3D_SIZE 5"', "LUT_3D_SIZE\t2", "LUT_3D_INPUT_RANGE 0.0 1.0"]
    path.write_text("\r\n".join([*head, *rows]), encoding="utf-8")
    assert np.array_equal(by_us(colours(), path), colours())


GOOD = ["LUT_3D_SIZE 2", *["0.5 0.5 0.5"] * 8]
BROKEN = {
    "empty": ([], r"the file is empty \([^,]*t\.cube\)$"),
    "nothing said": (["# c", ""], "LUT_3D_SIZE.*line"),
    "no size": (GOOD[1:], "line 1"),
    "short": (GOOD[:-1], "after 7 of 8"),
    "long": ([*GOOD, "0 0 0"], r"more than 8 .*line 10"),
    "word": ([*GOOD[:4], "0.5 red 0.5", *GOOD[5:]], r"'0.5 red 0.5'.*line 5"),
    "two numbers": ([*GOOD[:6], "# why", "0.5 0.5", *GOOD[7:]], "line 8"),
    "not a number": ([*GOOD[:4], "0.5 nan 0.5", *GOOD[5:]], "line 5"),
    "endless": ([*GOOD[:4], "0.5 inf 0.5", *GOOD[5:]], "line 5"),
    "too large": (["LUT_3D_SIZE 257"], "2 to 256.*'257'.*line 1"),
    "huge": (["LUT_3D_SIZE 99999999999999999999"], "2 to 256"),
    "too small": (["", "LUT_3D_SIZE 1"], "2 to 256.*line 2"),
    "no whole size": (["LUT_1D_SIZE 2.5"], "2 to 65536"),
    "two sizes": (["LUT_1D_SIZE 2", "LUT_3D_SIZE 2"], "second size.*line 2"),
    "unknown": (["# x", "SIZE 4"], "SIZE is no keyword.*line 2"),
    "domain": (["DOMAIN_MIN 0 0", *GOOD], "3 numbers.*line 1"),
    "upside down": (["DOMAIN_MIN 0 1 0", *GOOD], "not below"),
    "one line": (["0.5 " * 2000], "longer"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_one_clear_line(case: str, tmp_path: Path) -> None:
    lines, says = BROKEN[case]
    path = tmp_path / "t.cube"
    path.write_text("\n".join(lines))
    with pytest.raises(UsageError, match=says) as caught:
        read_cube(path)
    assert "\n" not in str(caught.value)
    assert "t.cube" in str(caught.value)


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.cube"
    path.write_bytes(np.random.default_rng(3).bytes(20000))
    with pytest.raises(UsageError, match="line"):
        read_cube(path)
    with pytest.raises(UsageError, match=r"cannot be read: .*none\.cube"):
        read_cube(tmp_path / "none.cube")
    with pytest.raises(UsageError, match="cannot be read"):
        read_cube(tmp_path)


def test_a_large_file_is_read_whole(tmp_path: Path) -> None:
    path = written(tmp_path / "t.cube", rough(33), "LUT_3D_SIZE 33")
    table = read_cube(path)
    assert np.allclose(table.nodes[..., :3].transpose(2, 1, 0, 3), rough(33), atol=1e-6)
