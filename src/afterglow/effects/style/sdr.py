"""What is made for SDR: colours and light that would be others in HDR."""

from __future__ import annotations

from afterglow.errors import UsageError
from afterglow.frames import VideoInfo


def require_sdr(video: VideoInfo, what: str) -> None:
    """Raise UsageError for PQ and HLG. what: begins the sentence, "looks are made" for example."""
    if video.colour.hdr:
        raise UsageError(
            f"{what} for SDR, and the video is HDR ({video.colour.transfer})",
            hint="--hdr tonemap makes it BT.709",
        )
