"""The page of a comparison: a table and pictures in one HTML file that needs nothing else."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template

import cv2

from afterglow.effects.matte.sheets import SOURCE, Moment
from afterglow.ops.sheets import Picture, row

_TEMPLATE = "comparison.html"
_JPEG_QUALITY = 88


@dataclass(frozen=True, slots=True)
class Entry:
    """What a model took, and what is measured of its matte."""

    model: str
    """Its name."""
    fps: float
    """Frames per second, from reading to writing."""
    vram: int | None
    """Bytes of GPU memory at the peak; None on the CPU."""
    flicker: float | None
    """Change of the matte that the picture does not explain, x 1e2; None for a single frame."""
    coverage: float
    """Share of the picture that the matte keeps, 0 to 1."""


def page(source: str, frames: int, entries: Sequence[Entry], moments: Sequence[Moment]) -> str:
    """Return the HTML that compares models on a source of so many frames.

    source: its name, in any characters. moments: pictures of the source and of every entry.
    """
    template = Template(files(__package__).joinpath(_TEMPLATE).read_text(encoding="utf-8"))
    strips = [_section(SOURCE, [row([moment.source for moment in moments])])]
    for index, entry in enumerate(entries):
        made = row([moment.composites[index] for moment in moments])
        mattes = row([moment.mattes[index] for moment in moments])
        strips.append(_section(entry.model, [made, mattes]))
    return template.substitute(
        source=escape(source),
        frames=_counted(frames, "frame"),
        moments=_counted(len(moments), "moment"),
        rows="\n".join(_row(entry, entries) for entry in entries),
        strips="\n".join(strips),
    )


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _row(entry: Entry, entries: Sequence[Entry]) -> str:
    """A line of the table; the fastest and the steadiest are marked where there are several."""
    known = [other.flicker for other in entries if other.flicker is not None]
    fastest = len(entries) > 1 and entry.fps == max(other.fps for other in entries)
    steadiest = len(known) > 1 and entry.flicker == min(known)
    cells = [
        _cell(f"{entry.fps:.1f}", marked=fastest),
        _cell("none, CPU" if entry.vram is None else f"{entry.vram / 1e9:.2f} GB"),
        _cell("–" if entry.flicker is None else f"{entry.flicker:.2f}", marked=steadiest),
        _cell(f"{entry.coverage:.1%}"),
    ]
    return f'<tr><th scope="row">{escape(entry.model)}</th>{"".join(cells)}</tr>'


def _cell(text: str, *, marked: bool = False) -> str:
    return f'<td class="best">{text}</td>' if marked else f"<td>{text}</td>"


def _section(name: str, pictures: Sequence[Picture]) -> str:
    images = "\n".join(_image(picture, name) for picture in pictures)
    return f"<section>\n<h2>{escape(name)}</h2>\n{images}\n</section>"


def _image(picture: Picture, name: str) -> str:
    quality = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    _, coded = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), quality)
    data = b64encode(coded.tobytes()).decode()
    height, width = picture.shape[:2]
    return (
        f'<img src="data:image/jpeg;base64,{data}" alt="{escape(name)}" '
        f'width="{width}" height="{height}">'
    )
