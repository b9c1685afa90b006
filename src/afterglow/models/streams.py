"""One file over HTTP: hashed while it comes, and gone on with where an earlier try broke off."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import IO, Protocol
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from afterglow.errors import ModelError
from afterglow.models.lock import WeightFile

Tell = Callable[[int, int | None], None]
"""Told how many bytes are there, and of how many if that is known."""

CHUNK = 1 << 18
"""Bytes read at a time."""

PATIENCE = 60.0
"""Seconds without a byte until a connection counts as broken."""


class _Readable(Protocol):
    def read(self, count: int, /) -> bytes: ...


class Hashing:
    """A file that is written under a temporary name, with the hash of all that is in it."""

    def __init__(self, part: Path, file: WeightFile) -> None:
        self.part = part
        self.file = file
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget what was there."""
        self.bytes = 0
        self.hash = hashlib.sha256()

    def keep_earlier(self) -> None:
        """Go on with what an earlier try left, if it can be told to belong to the same file."""
        if not self.file.sha256 or not self.part.is_file():
            return
        with self.part.open("rb") as left:
            while chunk := left.read(CHUNK):
                self._count(chunk)
        if self.bytes > (self.file.bytes or self.bytes):
            self.begin_anew()

    def take(self, source: _Readable, total: int | None, tell: Tell) -> None:
        """Write all that a source gives; raises ModelError where it is more than was locked."""
        with self.part.open("ab" if self.bytes else "wb") as written:
            while chunk := source.read(CHUNK):
                self._count(chunk)
                self._check_length()
                written.write(chunk)
                tell(self.bytes, total)
            _sync(written)

    def place(self, path: Path) -> str:
        """The hash of the file, now under its own name; raises ModelError for a wrong one."""
        found = self.hash.hexdigest()
        if self.file.sha256 not in (None, found) or self.file.bytes not in (None, self.bytes):
            self.part.unlink()
            raise ModelError(
                f"what came for {self.file.path} is not what was locked: {self.bytes} bytes with"
                f" sha256 {found} instead of {self.file.sha256 or self.file.bytes}",
                hint="it was thrown away; the source may have changed, or someone changed it",
            )
        os.replace(self.part, path)  # noqa: PTH105 - one step
        return found

    def _count(self, chunk: bytes) -> None:
        self.hash.update(chunk)
        self.bytes += len(chunk)

    def _check_length(self) -> None:
        locked = self.file.bytes
        if locked is not None and self.bytes > locked:
            self.part.unlink(missing_ok=True)
            raise ModelError(f"more came for {self.file.path} than the {locked} bytes locked")


def download(url: str, headers: Mapping[str, str], path: Path, file: WeightFile, tell: Tell) -> str:
    """The hash of a file that is now at a path, fetched from a URL or gone on with.

    Raises:
        ModelError: it could not be fetched, broke off, or is not what was locked.
    """
    written = Hashing(path.with_name(path.name + ".part"), file)
    written.keep_earlier()
    whole = file.bytes is not None and written.bytes == file.bytes
    try:
        if not whole:
            _go_on(url, headers, written, tell)
    except (OSError, HTTPException) as error:
        raise _failure(url, file, error) from error
    return written.place(path)


def _go_on(url: str, headers: Mapping[str, str], written: Hashing, tell: Tell) -> None:
    """Fetch what is not there yet; raises ModelError where the connection broke off."""
    with _asked(url, headers, written) as reply:
        if not _goes_on(reply, written.bytes):
            written.begin_anew()
        length = reply.headers.get("Content-Length")
        total = written.file.bytes or (written.bytes + int(length) if length else None)
        written.take(reply, total, tell)
    if total is not None and written.bytes < total:
        raise ModelError(
            f"{written.file.path} broke off after {written.bytes} of {total} bytes",
            hint="run it again: it goes on from there",
        )


def _asked(url: str, headers: Mapping[str, str], written: Hashing) -> HTTPResponse:
    """The reply to a request for the rest of a file, or for all of it where there is no rest."""
    request = Request(url, headers={"User-Agent": "afterglow"})
    for name, value in headers.items():  # a token is not for those we are sent on to
        request.add_unredirected_header(name, value)
    if written.bytes:
        request.add_header("Range", f"bytes={written.bytes}-")
    try:
        return urlopen(request, timeout=PATIENCE)  # type: ignore[no-any-return]
    except HTTPError as error:
        if error.code != 416 or not written.bytes:
            raise
        error.close()
        written.begin_anew()
        return _asked(url, headers, written)


def _goes_on(reply: HTTPResponse, begun: int) -> bool:
    """Whether a reply begins where we are."""
    where = reply.headers.get("Content-Range", "")
    return begun == 0 or (reply.status == 206 and where.startswith(f"bytes {begun}-"))


def _failure(url: str, file: WeightFile, error: Exception) -> ModelError:
    host = urlsplit(url).hostname
    hint = "run it again: what came is kept"
    if isinstance(error, HTTPError):
        error.close()
        if error.code in (401, 403):
            hint = "accept its licence on its page there and log in: hf auth login"
        elif error.code in (404, 410):
            hint = "it is no longer there; models.lock must name another place"
    return ModelError(f"{file.path} could not be fetched from {host}: {error}", hint=hint)


def _sync(written: IO[bytes]) -> None:
    written.flush()
    os.fsync(written.fileno())
