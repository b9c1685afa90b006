"""What a shot tells about its camera and its light, so that another room can follow both."""

from afterglow.analysis.shot.surveyor import Surveyor, survey
from afterglow.analysis.shot.views import Survey, View

__all__ = ["Survey", "Surveyor", "View", "survey"]
