"""Curves of what changes with time: a panel for each measure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from afterglow.effects.evaluate.report import MEASURES
from afterglow.effects.evaluate.tally import CURVES, Findings
from afterglow.ops.chart import Panel, chart

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def plot(found: Sequence[Findings]) -> NDArray[np.uint8]:
    """Return an (H, 1280, 3) uint8 RGB picture: every measure over time, a curve for each video."""
    panels = [
        Panel(
            f"{MEASURES[name].title} ({MEASURES[name].unit})", [one.curves[name] for one in found]
        )
        for name in CURVES
    ]
    return chart([Path(one.name).name or one.name for one in found], panels, "s")
