"""Views of one picture by a camera that travels: near moves more than far."""

from afterglow.analysis.parallax.sheets import LAYERS, Sheets, Source

__all__ = ["LAYERS", "Sheets", "Source"]
