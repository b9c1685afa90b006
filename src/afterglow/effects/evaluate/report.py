"""What was found, as a table for people and as facts for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from afterglow.effects.evaluate.tally import CURVES, Findings


class Measure(NamedTuple):
    """How a measure is told."""

    title: str
    """At the head of its column."""
    unit: str
    """In a few words."""
    digits: int
    """Behind the point."""
    better: str
    """Which end is better: less, more, or none."""


MEASURES: Mapping[str, Measure] = {
    "warp_error": Measure("warp error", "levels of 255", 2, "less"),
    "flicker": Measure("flicker", "levels of 255", 2, "less"),
    "jitter": Measure("jitter", "pixels", 2, "less"),
    "drift": Measure("drift", "Delta E 2000 against frame 0", 2, "less"),
    "drift_most": Measure("most", "the same, where it is most", 2, "less"),
    "motion": Measure("motion", "pixels a frame", 2, ""),
    "psnr": Measure("PSNR", "dB, first frame against the reference", 1, "more"),
    "ssim": Measure("SSIM", "first frame against the reference", 3, "more"),
    "clip_score": Measure("CLIP", "0 to 100, pictures against the prompt", 1, "more"),
}
"""Of a video, in the order of the columns."""
SETS: Mapping[str, Measure] = {
    "fvd": Measure("Frechet video distance", "to the references", 1, "less"),
    "inception_score": Measure("Inception score", "1 to 400", 2, "more"),
}
"""Of all videos together."""


def table(found: Sequence[Findings], together: Mapping[str, float | None]) -> str:
    """Return lines of columns, a video each, and what is known of all together."""
    shown = [each for each in MEASURES if any(one.figures.get(each) is not None for one in found)]
    head = ["video", "frames", "cuts", *(MEASURES[each].title for each in shown)]
    rows = [
        [
            Path(one.name).name or one.name,
            str(one.frames),
            str(one.cuts),
            *(_told(one.figures.get(each), MEASURES[each]) for each in shown),
        ]
        for one in found
    ]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = ["  ".join(_set(row, widths)).rstrip() for row in (head, *rows)]
    for name, value in together.items():
        measure = SETS[name]
        lines.append(f"{measure.title} ({measure.unit}): {_told(value, measure)}")
    return "\n".join(lines)


def _set(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Names to the left, numbers to the right."""
    first, *rest = zip(row, widths, strict=True)
    return [first[0].ljust(first[1]), *(text.rjust(width) for text, width in rest)]


def _told(value: float | None, measure: Measure) -> str:
    return "-" if value is None else f"{value:.{measure.digits}f}"


def facts(found: Sequence[Findings], together: Mapping[str, float | None]) -> dict[str, Any]:
    """Return all that was found, for JSON."""
    return {
        "videos": [_facts(one) for one in found],
        "together": {name: _rounded(value) for name, value in together.items()},
        "units": {name: measure.unit for name, measure in {**MEASURES, **SETS}.items()},
        "better": {
            name: measure.better for name, measure in {**MEASURES, **SETS}.items() if measure.better
        },
    }


def _facts(one: Findings) -> dict[str, Any]:
    return {
        "video": one.name,
        "width": one.video.width,
        "height": one.video.height,
        "rate": str(one.video.rate),
        "frames": one.frames,
        "cuts": one.cuts,
        "figures": {name: _rounded(one.figures.get(name)) for name in MEASURES},
        "over_time": {
            name: [[round(at, 4), _rounded(value)] for at, value in one.curves[name]]
            for name in CURVES
        },
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 5)
