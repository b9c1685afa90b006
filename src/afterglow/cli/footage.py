"""Clips of a folder of which short parts are looked at, each decoded as it is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from afterglow.errors import MediaError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from afterglow.frames import Frame


class Reel(NamedTuple):
    """A clip of a folder."""

    path: Path
    """Where it is."""
    seconds: Fraction
    """How long it is."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of clips."""

    reels: tuple[Reel, ...]
    """The clips, by name."""

    def shown(
        self, number: int, start: Fraction, count: int, rate: Fraction, size: tuple[int, int]
    ) -> NDArray[np.uint8]:
        """Return (count, H, W, 3) uint8 RGB of a clip, at a rate, cropped to a (width, height).

        start: seconds. Each picture is the one of the clip that is nearest in time.

        Raises:
            MediaError: the clip cannot be read, or shows nothing from there on.
        """
        import numpy as np

        from afterglow.engine.thrift import be_thrifty
        from afterglow.media import ReadOptions, open_source, silent

        be_thrifty()
        reading = ReadOptions(start=start, hdr="tonemap")
        path = self.reels[number].path
        with open_source(str(path), reading, silent) as source:
            base, aspect = source.video.time_base, float(source.video.sample_aspect)
            taken = nearest(source.frames(), base, count, rate)
            pictures = [_pixels(frame, size, aspect) for frame in taken]
        if not pictures:
            raise MediaError(
                f"the clip shows nothing from {float(start):g} s on ({path})",
                hint="take it out of the folder",
            )
        return np.stack(pictures)


@dataclass(frozen=True, slots=True)
class Film:
    """A video of which parts are looked at, at its own size."""

    reel: Reel
    """Where it is, and how long."""

    def shown(self, start: Fraction, count: int, rate: Fraction) -> Iterator[NDArray[np.uint8]]:
        """Yield so many (H, W, 3) uint8 RGB at a rate from a time on; the last one goes on.

        Raises:
            MediaError: it cannot be read.
        """
        import numpy as np

        from afterglow.media import ReadOptions, open_source, silent
        from afterglow.ops.levels import as_depth

        last = max(Fraction(0), self.reel.seconds - _LAST)
        reading = ReadOptions(start=min(start, last), hdr="tonemap")
        with open_source(str(self.reel.path), reading, silent) as source:
            for frame in nearest(source.frames(), source.video.time_base, count, rate):
                yield np.asarray(as_depth(frame.pixels, "uint8"), np.uint8)


_LAST = Fraction(1, 10)
"""Seconds before the end from which the last picture of a film is looked for."""


def film_of(file: str) -> Film:
    """Return a video, of which parts are looked at; MediaError where it cannot be read."""
    from afterglow.media import probe

    return Film(Reel(Path(file), probe(file).video.duration or Fraction(0)))


def reels_in(folder: str, least: Fraction, say: Callable[[str], None]) -> Parts:
    """Return the clips of a folder that last long enough; others are named.

    least: seconds, which a clip must exceed.

    Raises:
        MediaError: there is no such folder, a clip cannot be read, or none lasts long enough.
    """
    from afterglow.batch import VIDEOS
    from afterglow.media import probe

    place = Path(folder)
    if not place.is_dir():
        raise MediaError(f"{folder}: there is no such folder", hint="give a folder of clips")
    found, short = [], []
    for path in sorted(place.iterdir()):
        if path.suffix.lower() not in VIDEOS:
            continue
        seconds = probe(str(path)).video.duration
        if seconds is None or seconds <= least:
            short.append(path.name)
        else:
            found.append(Reel(path, seconds))
    if not found and short:
        raise MediaError(
            f"{folder}: its clips are all shorter than {float(least):.3g} s",
            hint="fewer --frames, or more --fps, need less",
        )
    if not found:
        raise MediaError(f"{folder}: there is no clip in it", hint="give a folder of videos")
    if short:
        say(f"too short, left out: {', '.join(short)}")
    return Parts(tuple(found))


def nearest(
    frames: Iterator[Frame], time_base: Fraction, count: int, rate: Fraction
) -> Iterator[Frame]:
    """Yield the frames nearest to so many times of a rate; the first one is at 0.

    Of no frames there is none.
    """
    given = 0
    before = next(frames, None)
    if before is None:
        return
    zero = before.pts
    for frame in frames:
        middle = ((before.pts + frame.pts) / Fraction(2) - zero) * time_base
        while given < count and given / rate < middle:
            yield before
            given += 1
        if given == count:
            return
        before = frame
    for _ in range(count - given):
        yield before


def _pixels(frame: Frame, size: tuple[int, int], aspect: float) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 RGB of a frame, brought into a size."""
    import numpy as np

    from afterglow.ops.framing import framed
    from afterglow.ops.levels import as_depth

    return np.asarray(framed(as_depth(frame.pixels, "uint8"), *size, aspect=aspect), np.uint8)
