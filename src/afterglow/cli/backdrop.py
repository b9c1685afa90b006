"""What a person may name as a background: an image, a video or a colour."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from afterglow.cli.run import NOTES
from afterglow.cli.values import Colour

if TYPE_CHECKING:
    from afterglow.engine.backdrop import Ending, FileBackdrop, Still
    from afterglow.ops.framing import Fit


class BackdropName(click.ParamType["Path | tuple[int, int, int]"]):
    """A file as a Path, or a colour as (R, G, B)."""

    name = "file|colour"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path | tuple[int, int, int]:
        """The file if there is one of that name, else the colour; a usage error for neither."""
        if isinstance(value, Path | tuple):
            return value
        text = str(value)
        if Path(text).is_file() or _is_sequence(text):
            return Path(text)
        try:
            return Colour().convert(text, param, ctx)
        except click.BadParameter as error:
            if re.fullmatch(r"[\w#,]*", text):
                raise
            message = f"{text!r} is no file, and {error.message.partition(' is ')[2]}"
            raise click.BadParameter(message, ctx, param) from error


def _is_sequence(text: str) -> bool:
    return "%" in text and Path(text).parent.is_dir()


def file_backdrop(path: Path, fit: Fit, ending: Ending) -> FileBackdrop:
    """The backdrop of a file; what had to be assumed about it is told when the run starts.

    Raises:
        MediaError: it is no video and no image.
    """
    from afterglow.engine.backdrop import FileBackdrop
    from afterglow.media import probe

    found = probe(str(path))
    notes = click.get_current_context().meta.setdefault(NOTES, [])
    notes += [f"{path.name}: {note}" for note in found.notes]
    return FileBackdrop(found.video, fit, ending)


def still_picture(path: str) -> Still:
    """The picture in a file, read when it is wanted.

    Raises:
        MediaError: it cannot be read.
        UsageError: it is a video.
    """
    from afterglow.engine.backdrop import still

    return still(path)
