"""Where the subject is: what the argument ALPHA of a command says about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from afterglow.errors import UsageError
from afterglow.frames import Frame, Reach, VideoInfo

if TYPE_CHECKING:
    from afterglow.frames import Effect

OWN, AUTO = "-", "auto"
"""ALPHA that means the source's own matte, and one that is found by the person networks."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Where the matte of a source comes from."""

    alpha: str = OWN
    """A matte file, auto, or - for the source's own alpha channel."""
    shortest: bool = False
    """End with the shorter of video and matte, where they are not equally long."""
    commercial_only: bool = False
    """Use no model that is not for commercial use."""

    @property
    def file(self) -> str | None:
        """The matte file, if it is one."""
        return None if self.alpha in (OWN, AUTO) else self.alpha

    def in_front(self) -> tuple[Effect, ...]:
        """What stands before a command's own effects, so that their frames have a matte.

        Raises:
            ModelError: the networks are not here, or may not be used.
        """
        if self.alpha == OWN:
            return (OwnMatte(),)
        return (_person(self.commercial_only),) if self.alpha == AUTO else ()


def _person(commercial_only: bool) -> Effect:
    from afterglow.analysis.matting.matted import Matted
    from afterglow.analysis.matting.person import Person
    from afterglow.models.person import person_networks, require_person

    require_person(commercial_only=commercial_only)
    return Matted(Person(*person_networks(commercial_only=commercial_only)))


@dataclass(frozen=True, slots=True)
class OwnMatte:
    """Hands every frame on as it is, of videos that have a matte; others it refuses."""

    def plan(self, video: VideoInfo) -> VideoInfo:
        """Return the video as it is; UsageError where it has no matte."""
        if not video.alpha:
            raise UsageError(
                f"the source has no matte of its own ({video.source})",
                hint="give ALPHA between SOURCE and TARGET: a matte file, or auto for people; "
                "or pipe one in: afterglow matte SOURCE - | afterglow ... - TARGET",
            )
        return video

    def reach(self, video: VideoInfo) -> Reach:
        """Return no neighbours."""
        return Reach()

    def memory(self, video: VideoInfo) -> int:
        """Return nothing: no frame is held."""
        return 0

    def stream(self, frames: Iterator[Frame], video: VideoInfo) -> Iterator[Frame]:
        """Give the frames as they are."""
        yield from frames
