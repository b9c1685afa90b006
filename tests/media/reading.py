"""A source, opened or read whole."""

from pathlib import Path

from afterglow.media import ReadOptions, Source, open_source
from tests.media.made import number_of


def opened(path: Path | str, said: list[str] | None = None, **options: object) -> Source:
    lines = [] if said is None else said
    return open_source(str(path), ReadOptions(**options), lines.append)  # type: ignore[arg-type]


def read(path: Path | str, **options: object) -> tuple[list[int], list[int]]:
    """Numbers and times of all frames."""
    with opened(path, **options) as source:
        frames = list(source.frames())
    return [number_of(frame.pixels) for frame in frames], [frame.pts for frame in frames]
