"""Measurements on a stream of frames: how the camera moved, where the shots begin."""

from afterglow.analysis.camera import CameraTracker, Model, Motion, track

__all__ = ["CameraTracker", "Model", "Motion", "track"]
