"""Runs the program as a person would, also with commands that only tests have."""

from __future__ import annotations

import os
import subprocess
import sys
from fractions import Fraction
from hashlib import sha256
from importlib.metadata import entry_points
from pathlib import Path

import av
import click

from afterglow.cli.main import cli

ROOT = Path(__file__).parents[1]
PROGRAM = [sys.executable, "-W", "error", "-m", "afterglow"]


def command_of(path: str) -> click.Command:
    """The command of a name; of names with spaces between for one in a group."""
    command: click.Command = cli
    for name in path.split():
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command, info_name=command.name), name)
        assert found is not None, path
        command = found
    return command


def leaves(*names: str) -> list[str]:
    """These commands and, in place of groups, the commands in them."""
    found = []
    for name in names:
        command = command_of(name)
        if isinstance(command, click.Group):
            inside = command.list_commands(click.Context(command))
            found += leaves(*(f"{name} {each}" for each in inside))
        else:
            found.append(name)
    return found


def effects() -> list[str]:
    """The installed commands that change video, also those in groups."""
    return leaves(*sorted({entry.name for entry in entry_points(group="afterglow.effects")}))


def afterglow(
    *arguments: str | Path, plugins: Path | None = None, **more: object
) -> subprocess.CompletedProcess[str]:
    """What a run gave; ``plugins`` is a folder made by ``install_plugins``."""
    line = [*PROGRAM, *map(str, arguments)]
    environment = plugged(plugins) if plugins else None
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        line, **{"capture_output": True, "text": True, "env": environment, "timeout": 120, **more}
    )


def install_plugins(folder: Path, **commands: str) -> Path:
    """Make a package's metadata with these commands, ``name="module:attribute"``."""
    metadata = folder / "trial-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: trial\nVersion: 1.0\n")
    lines = [f"{name} = {where}" for name, where in commands.items()]
    (metadata / "entry_points.txt").write_text("\n".join(["[afterglow.effects]", *lines]) + "\n")
    return folder


def plugged(plugins: Path) -> dict[str, str]:
    """An environment in which the plugins are found."""
    path = [str(plugins), str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path)}


def pictures(clip: Path) -> list[tuple[Fraction, str]]:
    """Seconds and fingerprint of every picture."""
    with av.open(str(clip)) as box:
        stream = box.streams.video[0]
        assert stream.time_base is not None
        return [
            (
                (frame.pts or 0) * stream.time_base,
                sha256(frame.to_ndarray(format="rgb24").tobytes()).hexdigest(),
            )
            for frame in box.decode(stream)
        ]


def sound(clip: Path) -> list[tuple[Fraction, str]]:
    """Seconds and fingerprint of every packet of sound."""
    with av.open(str(clip)) as box:
        return [
            ((packet.pts or 0) * packet.time_base, sha256(bytes(packet)).hexdigest())
            for packet in box.demux(box.streams.audio[0])
            if packet.size
        ]
