"""Single pictures that a flag names: plates and masks that are read, others that are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from afterglow.errors import MediaError, UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from afterglow.frames import Frame


def is_picture(path: Path) -> bool:
    """Whether a name ends like that of a picture."""
    from afterglow.batch import IMAGES

    return path.suffix.lower() in IMAGES


def still(path: str) -> Any:
    """(H, W, 3) RGB pixels of an image, uint8 or uint16 as it is stored.

    Raises MediaError where it cannot be read, or is a video.
    """
    return _only_frame(path).pixels


def still_matte(path: str) -> Any:
    """(H, W) matte of an image, uint8 or uint16: its alpha channel, else its grey.

    Raises MediaError where it cannot be read, or is a video.
    """
    from afterglow.media.matte import grey_matte

    return grey_matte(_only_frame(path))


def _only_frame(path: str) -> Frame:
    from afterglow.media import ReadOptions, open_source, silent

    with open_source(path, ReadOptions(hdr="keep"), silent) as source:
        frames = source.frames()
        first = next(frames, None)
        if first is None or next(frames, None) is not None:
            raise MediaError(f"{path}: one picture is wanted, and this is a video")
        return first


@contextmanager
def blank_picture(width: int, height: int) -> Iterator[str]:
    """Hold the file of a grey picture, for a run whose picture is yet to be made."""
    import numpy as np

    with TemporaryDirectory(prefix="afterglow-") as folder:
        name = str(Path(folder) / "blank.png")
        _write(name, np.full((height, width, 3), 128, np.uint8), overwrite=False)
        yield name


def kept_pictures(
    picture: str | None, depth: str | None, *, overwrite: bool
) -> Callable[[NDArray[Any], NDArray[Any]], None] | None:
    """What writes a background and its depth to files; None where neither has a name.

    It is called with (H, W, 3) RGB, uint8 or uint16, and (H, W) float32, 0 far to 1 near.

    Raises:
        UsageError: a name is none of a picture, or is taken.
    """
    from afterglow.cli.pictures import require_picture
    from afterglow.media.landing import require_free

    for name in filter(None, (picture, depth)):
        require_picture(name)
        require_free(name, overwrite)
    if picture is None and depth is None:
        return None

    def keep(seen: NDArray[Any], near: NDArray[Any]) -> None:
        if picture is not None:
            _write(picture, seen, overwrite)
        if depth is not None:
            _write(depth, near, overwrite)

    return keep


@contextmanager
def kept_picture(
    picture: str, *, overwrite: bool, others: Iterable[str | Path | None] = ()
) -> Iterator[Callable[[NDArray[Any]], None]]:
    """Hold what takes one picture, (H, W, 3) RGB uint8 or uint16: a contact sheet.

    It is written in the end, if all went well. others: files that it must not replace.

    Raises:
        UsageError: the name is none of a picture, is taken, or that of another file of the run.
    """
    from afterglow.cli.pictures import require_picture
    from afterglow.media.landing import require_free

    require_picture(picture)
    require_free(picture, overwrite)
    require_apart(picture, *others)
    taken: list[NDArray[Any]] = []
    yield taken.append
    for pixels in taken:
        _write(picture, pixels, overwrite)


def require_apart(written: str, *others: str | Path | None) -> None:
    """Raise UsageError where a file that is to be written is one of others of the same run."""
    if written == "-":
        return
    for other in others:
        if other and Path(written).resolve() == Path(other).resolve():
            raise UsageError(
                f"{written}: this run reads or writes it already", hint="write to another name"
            )


def _write(target: str, pixels: NDArray[Any], overwrite: bool) -> None:
    """Write one picture; one of floats, 0 to 1, in 16 bits of grey."""
    from fractions import Fraction

    import numpy as np

    from afterglow import media
    from afterglow.frames import Colour, Frame, VideoInfo

    grey = pixels.ndim == 2
    if grey:
        pixels = np.repeat(np.rint(pixels * 65535).astype(np.uint16)[..., None], 3, axis=2)
    depth: Any = 8 if pixels.dtype == np.uint8 else 16
    height, width = pixels.shape[:2]
    video = VideoInfo(
        width, height, Fraction(1), Fraction(1), depth=depth, bits=depth, gray=grey, frames=1,
        colour=Colour(transfer="iec61966-2-1", range="full"),
    )  # fmt: skip
    writing = media.WriteOptions(overwrite=overwrite)
    with media.open_target(target, video, writing, None, media.silent) as opened:
        opened.write(Frame(pixels, 0))
