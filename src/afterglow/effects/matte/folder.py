"""What a folder gets: mattes of one model or several, and their comparison."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import cv2

from afterglow.cli.clips import grey_clip, pixels_of, put_whole, require_free
from afterglow.cli.folder import make_folder
from afterglow.effects.matte.comparison import Comparison, Findings, Take
from afterglow.effects.matte.page import Entry, page
from afterglow.effects.matte.sheets import contact_sheet
from afterglow.effects.matte.takes import Aside, OnGreen
from afterglow.models.device import watched

if TYPE_CHECKING:
    from afterglow.cli.run import StreamRun
    from afterglow.effects.matte.effect import Matte
    from afterglow.media.choice import CodecName

CLIP, SHEET, PAGE = "comparison.mp4", "comparison.png", "comparison.html"
"""Names of the files."""
_ENDINGS: Mapping[CodecName, str] = {
    "ffv1": ".mkv", "h264": ".mp4", "hevc": ".mp4", "av1": ".mp4", "vp9": ".webm", "prores": ".mov",
}  # fmt: skip
"""Of the mattes, by their codec."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a model made of the source, and what that took."""

    model: str
    """Its name."""
    alpha: Path
    """The matte: a grey video."""
    composite: Path
    """The subject on green."""
    fps: float
    """Frames per second, from reading to writing."""
    vram: int | None = None
    """Bytes of GPU memory at the peak; None on the CPU."""


def make(run: StreamRun, effects: Mapping[str, Matte], codec: CodecName) -> list[Made]:
    """What every model makes of the source: its matte and, in the same pass, the composite.

    codec: of the mattes. After a dry run there is nothing. Raises UsageError for what is there
    already before the first model works, also for the files of the comparison.
    """
    folder = Path(run.target)
    with _folder(folder, kept=not run.dry_run):
        of_all = (CLIP, SHEET, PAGE) if len(effects) > 1 else ()
        each = [path for model in effects for path in _paths(folder, model, codec)]
        require_free(*each, *(folder / name for name in of_all), overwrite=run.overwrite)
        made = [_made(run, model, effect, folder, codec) for model, effect in effects.items()]
    return [one for one in made if one is not None]


@contextmanager
def _folder(folder: Path, *, kept: bool) -> Iterator[None]:
    """Have the folder there; one that is not kept is there no longer than it takes."""
    new = [path for path in (folder, *folder.parents) if not path.exists()]
    make_folder(folder)
    try:
        yield
    finally:
        for path in () if kept else new:
            path.rmdir()


def _paths(folder: Path, model: str, codec: CodecName) -> tuple[Path, Path]:
    """Where a model's matte goes, and its composite."""
    return folder / f"{model}_alpha{_ENDINGS[codec]}", folder / f"{model}_composite.mp4"


def _made(run: StreamRun, model: str, effect: Matte, folder: Path, codec: CodecName) -> Made | None:
    alpha, composite = _paths(folder, model, codec)
    aside = Aside(
        lambda video: grey_clip(alpha, codec, video, overwrite=run.overwrite),
        cut=run.start is not None or run.duration is not None,
        duration=run.duration,
    )
    with watched(run.device) as peak:
        summary = replace(run, target=str(composite)).through(effect, aside, OnGreen())
        if summary is None:
            return None
        return Made(model, alpha, composite, summary.fps, peak())


def compare(run: StreamRun, folder: Path, made: Sequence[Made]) -> None:
    """Write the side-by-side video, the contact sheet and the page of several models' mattes.

    run: the flags of the command, whose source and cut are those that the mattes were made of.
    """
    takes = tuple(
        Take(one.model, partial(pixels_of, one.alpha), partial(pixels_of, one.composite))
        for one in made
    )
    told: list[Findings] = []
    strip = replace(run, target=str(folder / CLIP), codec=None, alpha_out="no", device="cpu")
    strip.through(Comparison(takes, told.append))
    for found in told:
        _write_sheet(folder / SHEET, made, found, overwrite=run.overwrite)
        text = page(Path(run.source).name, found.frames, _entries(made, found), found.moments)
        put_whole(folder / PAGE, text.encode(), overwrite=run.overwrite)


def _write_sheet(target: Path, made: Sequence[Made], found: Findings, *, overwrite: bool) -> None:
    sheet = contact_sheet([one.model for one in made], found.moments)
    _, coded = cv2.imencode(".png", cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))
    put_whole(target, coded.tobytes(), overwrite=overwrite)


def _entries(made: Sequence[Made], found: Findings) -> list[Entry]:
    return [
        Entry(one.model, one.fps, one.vram, flicker, coverage)
        for one, flicker, coverage in zip(made, found.flicker, found.coverage, strict=True)
    ]
