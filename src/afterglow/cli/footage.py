"""Clips of a folder of which short parts are looked at, each decoded as it is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from afterglow.errors import MediaError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from afterglow.frames import Frame
    from afterglow.media import Source

_BACK = (Fraction(0), Fraction(1), Fraction(10))
"""Seconds before a time from which the picture is looked for that is shown then: it can last."""


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

        be_thrifty()
        path = self.reels[number].path
        with _read_from(path, start) as (source, late):
            base, aspect = source.video.time_base, float(source.video.sample_aspect)
            taken = nearest(source.frames(), base, count, rate, late)
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

        from afterglow.ops.levels import as_depth

        with _read_from(self.reel.path, min(start, self.reel.seconds)) as (source, late):
            for frame in nearest(source.frames(), source.video.time_base, count, rate, late):
                yield np.asarray(as_depth(frame.pixels, "uint8"), np.uint8)


@contextmanager
def _read_from(path: Path, start: Fraction) -> Iterator[tuple[Source, Fraction]]:
    """Give a video from a time on, or from before where its last picture lasts until then, and the
    seconds from its first picture to that time.
    """
    from afterglow.media import ReadOptions, open_source, silent

    begins = dict.fromkeys((*(max(Fraction(0), start - back) for back in _BACK), Fraction(0)))
    for begin in begins:
        try:
            opened = open_source(str(path), ReadOptions(start=begin, hdr="tonemap"), silent)
        except MediaError:
            if begin == 0:
                raise
            continue
        with opened as source:
            yield source, start - begin
        return


def film_of(file: str) -> Film:
    """Return a video, of which parts are looked at; MediaError where it cannot be read."""
    from afterglow.media import probe

    return Film(Reel(Path(file), probe(file).video.duration or Fraction(0)))


def reels_in(folder: str, least: Fraction, say: Callable[[str], None]) -> Parts:
    """Return the clips of a folder that last long enough; others are named.

    least: seconds, which a clip must exceed.

    Raises:
        MediaError: there is no such folder, no clip of it can be read, or none lasts long enough.
    """
    from afterglow.batch import VIDEOS

    place = Path(folder)
    if not place.is_dir():
        raise MediaError(f"{folder}: there is no such folder", hint="give a folder of clips")
    paths = [path for path in sorted(place.iterdir()) if path.suffix.lower() in VIDEOS]
    if not paths:
        raise MediaError(f"{folder}: there is no clip in it", hint="give a folder of videos")
    reels, spoilt = _read_reels(paths)
    found = tuple(reel for reel in reels if reel.seconds > least)
    short = [reel.path.name for reel in reels if reel.seconds <= least]
    if not found and short:
        raise MediaError(
            f"{folder}: its clips are all shorter than {float(least):.3g} s",
            hint="fewer --frames, or more --fps, need less",
        )
    if not found:
        raise spoilt[0]
    for error in spoilt:
        say(f"left out: {error}")
    if short:
        say(f"too short, left out: {', '.join(short)}")
    return Parts(found)


def _read_reels(paths: list[Path]) -> tuple[list[Reel], list[MediaError]]:
    """The clips that can be read, and why others cannot."""
    from afterglow.media import probe

    reels, spoilt = [], []
    for path in paths:
        try:
            reels.append(Reel(path, probe(str(path)).video.duration or Fraction(0)))
        except MediaError as error:
            spoilt.append(error)
    return reels, spoilt


def nearest(
    frames: Iterator[Frame],
    time_base: Fraction,
    count: int,
    rate: Fraction,
    late: Fraction = Fraction(0),
) -> Iterator[Frame]:
    """Yield the frames nearest to so many times of a rate; the first frame is at 0.

    late: seconds, the first of these times. Of no frames there is none.
    """
    given = 0
    before = next(frames, None)
    if before is None:
        return
    zero = before.pts
    for frame in frames:
        middle = ((before.pts + frame.pts) / Fraction(2) - zero) * time_base
        while given < count and late + given / rate < middle:
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
