"""A target appears whole or not at all: written beside its place, synced, renamed."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import av.error

from afterglow.errors import MediaError, UsageError

_NAME_BYTES = 255
_COUNTER = re.compile(r"%0?\d*d")


def is_sequence(target: str) -> bool:
    """True where the name has a counter like ``%04d`` for the number of the picture."""
    return _COUNTER.search(Path(target).name) is not None


def numbered(target: str, number: int) -> str:
    """The name of one picture of a sequence."""
    path = Path(target)
    return str(path.with_name(_COUNTER.sub(lambda found: found.group() % number, path.name, 1)))


def pictures_of(target: str) -> list[Path]:
    """The pictures of a sequence that are there already, in no order."""
    path = Path(target)
    counter = _COUNTER.search(path.name)
    if counter is None or not path.parent.is_dir():
        return []
    start, end = (re.escape(part) for part in _COUNTER.split(path.name, maxsplit=1))
    name = re.compile(rf"{start}(\d+){end}")
    found = ((there, name.fullmatch(there.name)) for there in path.parent.iterdir())
    return [there for there, match in found if match and counter[0] % int(match[1]) == match[1]]


def require_free(target: str, overwrite: bool) -> None:
    """Raise where the target cannot be put there: it exists, or its folder does not take it.

    Raises UsageError for an existing target without ``overwrite``, MediaError otherwise.
    """
    path = Path(target)
    taken = pictures_of(target) if is_sequence(target) else [path] if os.path.lexists(path) else []
    if path.is_dir():
        raise MediaError(f"{target}: this is a folder")
    if taken and not overwrite:
        raise UsageError(f"{target} exists already", hint="replace it with --overwrite")
    folder = path.resolve().parent
    if not folder.is_dir():
        raise MediaError(f"{target}: there is no folder {folder}", hint="make it first")
    if not os.access(folder, os.W_OK):
        raise MediaError(f"{target}: the folder cannot be written", hint="write to another folder")


def require_other(target: str, source: str | None) -> None:
    """Raise UsageError where the target is the very file that is being read, by whatever name."""
    if source is None or "-" in (source, target):
        return
    same = Path(source).resolve() == Path(target).resolve()
    with suppress(OSError):
        same = same or Path(source).samefile(target)
    if same:
        raise UsageError(f"{target}: this is the source itself", hint="write to another name")


@contextmanager
def landing(target: str, overwrite: bool) -> Iterator[Path]:
    """A temporary file beside the target (a folder for a sequence), put in its place at the end.

    After an exception the temporary is gone and the target as it was. What a killed run left
    behind is removed first. Raises what ``require_free`` does, and MediaError where the disk
    is full or the folder cannot be written.
    """
    require_free(target, overwrite)
    final = Path(target).resolve()
    temporary = _beside(final, os.getpid())
    with told(target):
        _sweep(final)
        if is_sequence(target):
            temporary.mkdir()
        else:
            temporary.touch(exist_ok=False)
    try:
        yield temporary
        with told(target):
            require_free(target, overwrite)
            _put_in_place(temporary, final, is_sequence(target))
    finally:
        _remove(temporary)


@contextmanager
def told(target: str) -> Iterator[None]:
    """Turn the system's and FFmpeg's failures to write into one MediaError naming the target."""
    try:
        yield
    except BrokenPipeError:
        raise
    except (OSError, av.error.FFmpegError) as error:
        raise MediaError(f"{target}: {_cause(error)}", hint=_remedy(error)) from error


def _cause(error: OSError | av.error.FFmpegError) -> str:
    causes = {
        errno.ENOSPC: "the disk is full",
        errno.EDQUOT: "the quota of the disk is used up",
        errno.EFBIG: "the file became larger than the system allows",
        errno.EACCES: "the folder cannot be written",
        errno.EROFS: "the disk is read-only",
        errno.ENOSYS: "the encoder cannot do this",
        errno.EINVAL: "the encoder or the container does not take this",
    }
    return causes.get(error.errno or 0, error.strerror or str(error))


def _remedy(error: OSError | av.error.FFmpegError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "nothing was kept; make room, or write elsewhere"
    if error.errno in (errno.ENOSYS, errno.EINVAL):
        return "another --codec may, or another size (--resolution)"
    return "write to another folder" if error.errno in (errno.EACCES, errno.EROFS) else ""


def _beside(final: Path, pid: int) -> Path:
    tail = f".afterglow-{pid}.part"
    stem = os.fsencode(final.name)[: _NAME_BYTES - len(tail) - 1]
    return final.with_name(f".{stem.decode(errors='ignore')}{tail}")


def _sweep(final: Path) -> None:
    """Remove this target's temporaries of dead processes; one with our pid is a dead one's."""
    start = _beside(final, 0).name.removesuffix("0.part")
    for there in final.parent.iterdir():
        pid = there.name.removeprefix(start).removesuffix(".part")
        if there.name == f"{start}{pid}.part" and pid.isdigit() and not _alive(int(pid)):
            _remove(there)


def _alive(pid: int) -> bool:
    if pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _put_in_place(temporary: Path, final: Path, sequence: bool) -> None:
    if not sequence:
        _sync(temporary)
        temporary.replace(final)
    else:
        made = sorted(temporary.iterdir())
        for picture in made:
            _sync(picture)
        stale = {path.name for path in pictures_of(str(final))} - {path.name for path in made}
        for picture in made:
            picture.replace(final.with_name(picture.name))
        for name in stale:
            final.with_name(name).unlink()
    _sync(final.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
