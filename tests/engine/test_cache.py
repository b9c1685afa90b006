"""What is kept is found again by its contents, and nothing else is."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from afterglow.engine.cache import Cache, cache_of, digest
from afterglow.engine.plans import Job
from afterglow.errors import MediaError
from afterglow.media import ReadOptions, WriteOptions

FACTS = {"size": (1920, 1080), "seed": 3}


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache", "content")


def test_what_was_kept_is_recalled(cache: Cache, tmp_path: Path) -> None:
    assert cache.recall("background", FACTS, ".npz") is None
    place = cache.keep("background", FACTS, ".npz", b"a picture")
    assert cache.recall("background", FACTS, ".npz") == place
    assert place.read_bytes() == b"a picture"
    film = tmp_path / "film.mkv"
    film.write_bytes(b"a film")
    kept = cache.keep("matte", FACTS, ".mkv", film)
    film.unlink()
    assert kept.read_bytes() == b"a film" and kept != place


@pytest.mark.parametrize(
    ("kind", "facts", "ending", "content"),
    [
        ("analysis", FACTS, ".npz", "content"),
        ("background", {**FACTS, "seed": 4}, ".npz", "content"),
        ("background", FACTS, ".json", "content"),
        ("background", FACTS, ".npz", "other"),
    ],
)
def test_anything_that_differs_is_another_entry(
    cache: Cache, kind: str, facts: dict[str, object], ending: str, content: str
) -> None:
    cache.keep("background", FACTS, ".npz", b"a picture")
    assert Cache(cache.folder, content).recall(kind, facts, ending) is None


@pytest.mark.parametrize("damage", ["changed", "cut", "gone", "unsealed"])
def test_a_damaged_entry_does_not_count(cache: Cache, damage: str) -> None:
    place = cache.keep("background", FACTS, ".npz", b"a picture")
    seal = place.with_name(place.name + ".sha256")
    {
        "changed": lambda: place.write_bytes(b"A picture"),
        "cut": lambda: place.write_bytes(b"a pic"),
        "gone": place.unlink,
        "unsealed": seal.unlink,
    }[damage]()
    assert cache.recall("background", FACTS, ".npz") is None
    cache.keep("background", FACTS, ".npz", b"a picture")
    assert cache.recall("background", FACTS, ".npz") == place


def test_nothing_half_written_lies_about(cache: Cache) -> None:
    cache.keep("background", FACTS, ".npz", b"a picture")
    names = sorted(each.suffix for each in cache.folder.iterdir())
    assert names == [".npz", ".sha256"]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(MediaError, match="the cache cannot be written"):
        Cache(tmp_path / "file", "content").keep("matte", FACTS, ".mkv", b"a film")


def job(source: Path, **reading: object) -> Job:
    return Job(str(source), "out.mp4", ReadOptions(**reading), WriteOptions())  # type: ignore[arg-type]


def test_a_source_is_known_by_its_contents_its_cut_and_its_matte(tmp_path: Path) -> None:
    one, same, other = (tmp_path / name for name in ("one.mp4", "same.mp4", "other.mp4"))
    one.write_bytes(b"1" * 3_000_000)
    same.write_bytes(b"1" * 3_000_000)
    other.write_bytes(b"1" * 2_999_999 + b"2")
    content = cache_of(tmp_path, job(one), "auto").content
    assert cache_of(tmp_path, job(same), "auto").content == content
    different = [
        cache_of(tmp_path, job(other), "auto"),
        cache_of(tmp_path, job(one), "own"),
        cache_of(tmp_path, job(one, start=Fraction(1)), "auto"),
        cache_of(tmp_path, job(one, duration=Fraction(1)), "auto"),
        cache_of(tmp_path, job(one, resolution=360), "auto"),
    ]
    assert len({content, *(each.content for each in different)}) == 6


def test_numbered_pictures_are_known_by_all_of_them(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"shot_{number:02d}.png").write_bytes(bytes([number]))
    pattern = tmp_path / "shot_%02d.png"
    before = cache_of(tmp_path / "c", job(pattern), "own").content
    (tmp_path / "shot_01.png").write_bytes(b"new")
    assert cache_of(tmp_path / "c", job(pattern), "own").content != before


def test_a_digest_tells_where_one_file_ends(tmp_path: Path) -> None:
    for name, text in {"a": b"xy", "b": b"z", "c": b"x", "d": b"yz"}.items():
        (tmp_path / name).write_bytes(text)
    a, b, c, d = (tmp_path / name for name in "abcd")
    assert digest([a, b]) != digest([c, d])
