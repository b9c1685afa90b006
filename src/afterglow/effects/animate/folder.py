"""Several takes: of a folder of pictures or of seeds in a row; and what is kept beside each."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from afterglow.cli.clips import put_whole, require_free
from afterglow.cli.folder import make_folder
from afterglow.cli.progress import Reporter, reporter_for
from afterglow.cli.run import StreamRun
from afterglow.cli.stills import is_picture, kept_pictures
from afterglow.effects.animate.effect import Animate
from afterglow.effects.animate.facts import story_of
from afterglow.effects.animate.model import Here
from afterglow.effects.animate.shot import Shot
from afterglow.errors import AfterglowError, MediaError, UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CALLED = ".mp4"
"""How the names of what is made of a folder end."""


@dataclass(frozen=True, slots=True)
class Takes:
    """Everything that one command line makes."""

    run: StreamRun
    """Where pictures come from and videos go."""
    effect: Animate
    """What is done with each."""
    models: Here
    """What animates them."""
    count: int = 1
    """Seeds in a row for each picture."""
    thumbnail: str | None = None
    """Where the middle frame goes."""
    sidecar: bool = False
    """Keep, beside each video, all that is needed to make it again."""

    def make(self) -> None:
        """Make every take; raise what a person must know."""
        if not Path(self.run.source).is_dir():
            self._require_places()
            with self.models.kept() as models:
                for run, effect in self._seeds(self.run, models):
                    self._take(run, effect)
            return
        self._folder()

    def _require_places(self) -> None:
        if self.run.target == "-" and (self.count > 1 or self.sidecar):
            raise UsageError("--count and --sidecar need a TARGET with a name, and - has none")
        if self.thumbnail and self.count > 1:
            raise UsageError("--thumbnail is of one video, and --count makes several")

    def _seeds(self, run: StreamRun, models: Here) -> Iterator[tuple[StreamRun, Animate]]:
        """The runs of a picture, each with its effect; targets are numbered where they are more."""
        for number in range(self.count):
            effect = replace(
                self.effect, models=models, seed=(self.effect.seed + number) % (1 << 32)
            )
            numbered = run.target if self.count == 1 else _numbered(run.target, number + 1)
            yield replace(run, target=numbered), effect

    def _folder(self) -> None:
        source, target = Path(self.run.source), Path(self.run.target)
        if self.run.target == "-" or self.thumbnail:
            raise UsageError("a folder becomes a folder: no pipe, and no single --thumbnail")
        if target.is_file():
            raise UsageError(f"a folder becomes a folder, and the target is a file ({target})")
        pictures = [each for each in sorted(source.iterdir()) if is_picture(each)]
        if not pictures:
            raise UsageError(f"there is no picture in the folder ({source})")
        self.effect.family()
        if not self.run.dry_run:
            make_folder(target)
        failed = []
        with self._reporter() as reporter, self.models.kept() as models:
            for path, name in _names(pictures).items():
                run = replace(self.run, source=str(path), target=str(target / name))
                each = self._seeds(run, models)
                failed += [path.name for take in each if self._fails(*take, reporter)]
        if failed:
            raise AfterglowError(
                f"{len(failed)} of {len(pictures) * self.count} were not made: {', '.join(failed)}",
                hint="mend them and run the same command again: finished ones are skipped",
            )

    def _reporter(self) -> Reporter:
        return reporter_for(quiet=self.run.quiet, as_json=self.run.as_json)

    def _fails(self, run: StreamRun, effect: Animate, reporter: Reporter) -> bool:
        """Make a take of a folder, unless it is there; say why where that cannot be."""
        if Path(run.target).exists() and not run.overwrite:
            reporter.note(f"{Path(run.source).name}: finished before ({run.target})")
            return False
        try:
            self._take(run, effect)
        except MediaError as error:
            reporter.failure(Path(run.source).name, str(error))
            return True
        return False

    def _take(self, run: StreamRun, effect: Animate) -> None:
        """Make one video, and what is kept beside it once it is whole."""
        beside = Path(f"{run.target}.json")
        if self.sidecar:
            require_free(beside, overwrite=run.overwrite)
        keep = kept_pictures(self.thumbnail, None, overwrite=run.overwrite)
        shots: list[Shot] = []
        middle: list[NDArray[np.uint8]] = []
        began = time.monotonic()
        plain = replace(run, duration=None, resolution=None)
        plain.through(replace(effect, seen=shots.append, thumb=middle.append))
        if keep is not None and middle:
            keep(middle[0], middle[0][..., 0])
        if self.sidecar and shots:
            facts = {"seconds": round(time.monotonic() - began, 2), **self.models.facts}
            story = story_of(run.source, effect, shots[0], facts)
            told = json.dumps(story, indent=2, ensure_ascii=False) + "\n"
            put_whole(beside, told.encode(), overwrite=run.overwrite)


def _numbered(target: str, number: int) -> str:
    """A name with a number before its ending."""
    path = Path(target)
    return str(path.with_name(f"{path.stem}-{number}{path.suffix}"))


def _names(pictures: list[Path]) -> dict[Path, str]:
    """What each video is called: as its picture; by its whole name where two would be the same."""
    stems = [path.stem.lower() for path in pictures]
    return {
        path: (path.stem if stems.count(path.stem.lower()) == 1 else path.name) + _CALLED
        for path in pictures
    }
