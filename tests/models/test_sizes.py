"""Bytes are told in three figures, in units that people use."""

from __future__ import annotations

import pytest

from afterglow.models.sizes import told_size


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (None, "size not known"),
        (0, "0 bytes"),
        (950, "950 bytes"),
        (249_505, "250 kB"),
        (12_400_000, "12.4 MB"),
        (999_400_000, "999 MB"),
        (999_600_000, "1 GB"),
        (4_509_188_841, "4.51 GB"),
        (1_250_400_000_000, "1250 GB"),
    ],
)
def test_sizes_are_told_in_people_s_units(count: int | None, words: str) -> None:
    assert told_size(count) == words
