"""Faces: found, measured in 478 points, and followed through a video."""

from afterglow.analysis.face.mesh import Face
from afterglow.analysis.face.networks import Networks, Opener
from afterglow.analysis.face.tracking import Track, chosen, faces, step

__all__ = ["Face", "Networks", "Opener", "Track", "chosen", "faces", "step"]
