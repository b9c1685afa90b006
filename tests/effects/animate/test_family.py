"""Facts of the families, and how they are laid out in memory."""

from __future__ import annotations

import pytest

from afterglow.effects.animate.command import _MODELS
from afterglow.effects.animate.model.family import FAMILIES, preferred, with_text
from afterglow.effects.animate.model.profiles import PROFILES, lower, profile_for
from afterglow.models.lock import read_lock
from afterglow.models.svd import bucket_of
from afterglow.shipped import shipped


def test_every_family_has_its_entries_and_its_flag() -> None:
    assert list(FAMILIES) == list(_MODELS)
    lock = read_lock(shipped("models.lock"))
    for family in FAMILIES.values():
        for name in family.entries:
            assert "animate" in lock.model(name).used_by and lock.model(name).revision
        assert all(side % family.multiple == 0 for size in family.sizes for side in size)
        assert family.window_of(family.frames) == family.frames <= family.most
    assert with_text() == ["animatediff", "i2vgen-xl", "cogvideox", "wan", "ltx"]


@pytest.mark.parametrize(
    ("name", "frames", "window"),
    [("svd", 3, 3), ("svd", 1, 1), ("wan", 3, 5), ("wan", 5, 5), ("wan", 6, 9), ("ltx", 10, 17)],
)
def test_windows_are_of_lengths_that_a_family_can_make(name: str, frames: int, window: int) -> None:
    assert FAMILIES[name].window_of(frames) == window


def test_motion_goes_over_all_buckets() -> None:
    assert [bucket_of(each) for each in (0, 0.5, 1)] == [1, 128, 255]


def test_words_prefer_who_reads_them() -> None:
    text = [family.name for family in preferred((), text=True)]
    plain = [family.name for family in preferred((), text=False)]
    assert text[0] == "wan" and text[-1] == "svd" and plain[0] == "svd-xt-1.1"
    assert sorted(text) == sorted(plain) == sorted(FAMILIES)
    wanted = [family.name for family in preferred(("ltx", "svd"), text=True)]
    assert wanted[:3] == ["ltx", "svd", "wan"] and len(wanted) == len(FAMILIES)


def test_the_profile_is_the_fastest_for_which_memory_suffices() -> None:
    networks, work = {"unet": 3_000, "vae": 200, "image_encoder": 1_300}, 1_000
    assert profile_for(6_100, networks, work) == "full"
    assert profile_for(6_000, networks, work) == "offload"
    assert profile_for(4_401, networks, work) == "offload"
    assert profile_for(4_399, networks, work) == profile_for(0, networks, work) == "group"
    assert [lower(each) for each in PROFILES] == ["offload", "group", None]
