"""Pictures and sound in and out: the only place that knows PyAV.

The names load on first use, so that importing this package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from afterglow.media.encoders import encoders_here, ffmpeg_version, working_encoder
    from afterglow.media.matte import attach_matte
    from afterglow.media.options import ReadOptions, Say, silent
    from afterglow.media.passengers import Passengers
    from afterglow.media.probing import Probe, probe
    from afterglow.media.reader import Source, open_source
    from afterglow.media.soundtracks import soundtrack
    from afterglow.media.target import Target, WriteOptions, open_target, plan_target

_HOME = {
    "Passengers": "passengers",
    "Probe": "probing",
    "ReadOptions": "options",
    "Say": "options",
    "Source": "reader",
    "Target": "target",
    "WriteOptions": "target",
    "attach_matte": "matte",
    "encoders_here": "encoders",
    "ffmpeg_version": "encoders",
    "open_source": "reader",
    "open_target": "target",
    "plan_target": "target",
    "probe": "probing",
    "silent": "options",
    "soundtrack": "soundtracks",
    "working_encoder": "encoders",
}

__all__ = [
    "Passengers",
    "Probe",
    "ReadOptions",
    "Say",
    "Source",
    "Target",
    "WriteOptions",
    "attach_matte",
    "encoders_here",
    "ffmpeg_version",
    "open_source",
    "open_target",
    "plan_target",
    "probe",
    "silent",
    "soundtrack",
    "working_encoder",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"afterglow.media has no {name!r}")
    return getattr(import_module(f"afterglow.media.{_HOME[name]}"), name)
