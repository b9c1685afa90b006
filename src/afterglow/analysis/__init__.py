"""Measurements on a stream of frames: how the camera moved, where the shots begin."""

from afterglow.analysis.camera import CameraTracker, Model, Motion

__all__ = ["CameraTracker", "Model", "Motion"]
