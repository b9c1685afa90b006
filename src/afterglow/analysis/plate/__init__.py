"""Plates: the background of a video, by the exact median of all that was seen of it."""

from afterglow.analysis.plate.canvas import Canvas
from afterglow.analysis.plate.fill import inpainted
from afterglow.analysis.plate.make import Plate, make_plate, memory_of
from afterglow.analysis.plate.median import exact_median
from afterglow.analysis.plate.settings import Camera, Passes, PlateSettings, background
from afterglow.analysis.plate.survey import Stand, Survey

__all__ = [
    "Camera",
    "Canvas",
    "Passes",
    "Plate",
    "PlateSettings",
    "Stand",
    "Survey",
    "background",
    "exact_median",
    "inpainted",
    "make_plate",
    "memory_of",
]
