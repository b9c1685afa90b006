"""Where a shot begins, told cheaply: looked at closely only where the grey levels have changed."""

from __future__ import annotations

from afterglow.analysis import cuts
from afterglow.analysis.follow import begin, follow
from afterglow.analysis.picture import Look

_CHANGED = 0.2
"""Share of the pixels that must have changed their grey level for a closer look."""
_LEAST_SIDE = 12
"""Pixels: in a smaller picture no shots are told apart."""


def is_cut(before: Look, now: Look) -> bool:
    """Return whether a new shot begins between two pictures."""
    if before.blank or now.blank:
        return before.blank != now.blank
    if min(now.grey.shape) < _LEAST_SIDE:
        return False
    change = cuts.histogram_change(cuts.histogram(before.grey), cuts.histogram(now.grey))
    return change > _CHANGED and follow(begin(before, "translation"), now, "translation").cut
