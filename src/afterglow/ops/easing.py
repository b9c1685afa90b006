"""Numbers that begin and end softly: ways in time, and gates in place."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

Share = TypeVar("Share")
"""A number, or an array of them; the same comes out."""


def eased(share: Share) -> Share:
    """3 t^2 - 2 t^3 of shares t of the way, 0 to 1: slow at both ends."""
    way: Any = share
    found: Share = way * way * (3 - 2 * way)
    return found


def rise(values: Share, low: float, high: float) -> Share:
    """0 up to ``low``, 1 from ``high``, eased between them; in the type of the values."""
    low, high = float(low), float(high)
    way: Any = values
    found: Share = eased(np.minimum(np.maximum((way - low) / (high - low), 0), 1))
    return found
