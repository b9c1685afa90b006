"""What was worked out once, kept in a folder under the contents that it was worked out from."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from afterglow.engine.plans import Job
from afterglow.errors import MediaError
from afterglow.media.landing import is_sequence, pictures_of

_PIECE = 1 << 20
"""Bytes that are read at a time."""
_SEAL = ".sha256"
"""Ending of the file beside an entry that holds its hash."""


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of results of one source; an entry that is damaged does not count as one."""

    folder: Path
    """Where the entries lie; made if it is not there."""
    content: str
    """Names the source by what is in it, and how it is read."""

    def recall(self, kind: str, facts: Mapping[str, Any], ending: str) -> Path | None:
        """The file that was kept under these facts; None if there is none, or it was changed."""
        place = self._place(kind, facts, ending)
        with suppress(OSError):
            if _sealed(place).read_text(encoding="ascii").strip() == digest([place]):
                return place
        return None

    def keep(self, kind: str, facts: Mapping[str, Any], ending: str, found: Path | bytes) -> Path:
        """Keep a file or bytes under these facts, and return where they lie.

        Raises:
            MediaError: the folder cannot be written.
        """
        place = self._place(kind, facts, ending)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".new-", dir=self.folder) as desk:
                fresh = Path(desk) / place.name
                if isinstance(found, bytes):
                    fresh.write_bytes(found)
                else:
                    shutil.copyfile(found, fresh)
                seal = _sealed(fresh)
                seal.write_text(digest([fresh]) + "\n", encoding="ascii")
                fresh.replace(place)
                seal.replace(_sealed(place))
        except OSError as error:
            raise _unwritten(self.folder, error) from error
        return place

    def _place(self, kind: str, facts: Mapping[str, Any], ending: str) -> Path:
        told = json.dumps(
            [version("afterglow"), self.content, kind, facts], sort_keys=True, default=str
        )
        return self.folder / f"{kind}-{hashlib.sha256(told.encode()).hexdigest()[:32]}{ending}"


def require_folder(folder: Path) -> None:
    """Make the folder of a cache if it is not there, before anything is worked out.

    Raises:
        MediaError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritten(folder, error) from error


def _unwritten(folder: Path, error: OSError) -> MediaError:
    return MediaError(
        f"the cache cannot be written: {error.strerror} ({folder})",
        hint="name another folder with --cache",
    )


def cache_of(folder: Path, job: Job, alpha: str) -> Cache:
    """The cache for a job; its source and matte are read once to know them again.

    alpha: how the matte comes, where it is no file.

    Raises:
        MediaError: they cannot be read, or the source is a pipe.
    """
    reading = job.reading
    facts = [
        digest(_files(job.source)),
        digest(_files(job.matte)) if job.matte else alpha,
        *(str(each) for each in (reading.start, reading.duration, reading.resolution)),
        *(str(each) for each in (reading.rate, reading.hdr, job.shortest)),
    ]
    return Cache(folder, hashlib.sha256("\n".join(facts).encode()).hexdigest())


def digest(files: Iterable[Path]) -> str:
    """The SHA-256 of what is in files, one after the other."""
    total = hashlib.sha256()
    for file in files:
        total.update(f"{file.stat().st_size}:".encode())
        with file.open("rb") as source:
            while piece := source.read(_PIECE):
                total.update(piece)
    return total.hexdigest()


def _files(source: str) -> list[Path]:
    """The files of a source: itself, or all that may belong to a numbered sequence."""
    return sorted(pictures_of(source)) if is_sequence(source) else [Path(source)]


def _sealed(place: Path) -> Path:
    return place.with_name(place.name + _SEAL)
