"""Sizes of files and memory as people say them."""

from __future__ import annotations

_UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "bytes"))


def told_size(count: int | None) -> str:
    """Bytes in three figures and the unit that people would use: 950 MB, 1.23 GB."""
    if count is None:
        return "size not known"
    unit, name = next((each for each in _UNITS if count >= 0.9995 * each[0]), _UNITS[-1])
    figures = ".3g" if count < 999.5 * unit else ".0f"
    return f"{count / unit:{figures}} {name}"
