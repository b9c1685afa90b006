"""Flags of what talks, and the performance that they ask for, for all commands that have it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from afterglow.cli.looks import folders
from afterglow.cli.reel import scale_of
from afterglow.cli.run import StreamRun, tell_note
from afterglow.cli.values import Number
from afterglow.errors import MediaError, UsageError

if TYPE_CHECKING:
    from afterglow.cli.speech import Sounding
    from afterglow.effects.style.character.acting import Acting
    from afterglow.frames import Effect

Command = TypeVar("Command", bound=Callable[..., Any])

TYPES = ("person", "monkey", "anime", "cartoon", "robot", "animal", "fantasy", "cyborg")
"""Kinds of characters that can be had without a portrait."""
EMOTIONS = (
    *("neutral", "happy", "sad", "angry", "surprised", "fearful"),
    *("disgusted", "excited", "calm", "confident", "auto"),
)
"""What ``--emotion`` knows."""
_LONGEST = 1 << 20
"""Bytes of a file of landmarks, at most."""
_TABLE = "emotions.toml"
"""The file of emotions, ours or the person's own."""


@dataclass(frozen=True, slots=True)
class Role:
    """Who talks and how, typed."""

    face: int | None
    """Which face, from the left; None: the largest."""
    landmarks: Path | None
    """A file of its points."""
    puppet: bool
    """Draw a character in any case."""
    kind: Any
    """Which character."""
    emotion: str
    """What the face shows."""
    motion: float
    """How much moves besides the mouth."""
    commercial_only: bool
    """Use only weights that may be used commercially."""

    def require_sense(self, *, portrait: bool) -> None:
        """Raise UsageError for flags that cannot be together. portrait: there is one."""
        drawn = self.puppet or not portrait
        for name, given in (("--face", self.face), ("--landmarks", self.landmarks)):
            if given is not None and drawn:
                raise UsageError(f"{name} is about a face in a picture, and a character is drawn")
        if self.face is not None and self.landmarks is not None:
            raise UsageError("--face chooses among faces that are found, and --landmarks gives one")

    def acting(self, sound: Sounding, seed: int) -> Acting:
        """Return what the face does while this is said.

        Raises:
            MediaError: the speech is silent.
            UsageError: the person's own table of emotions is none.
        """
        from afterglow.effects.style.character.acting import perform
        from afterglow.effects.style.character.emotion import read_emotions
        from afterglow.effects.style.speech.speech import listened

        speech = listened(sound.blocks(), sound.phonemes)
        if speech.heard.silent:
            raise MediaError(f"{sound.name}: is silent, so there is nothing to say")
        tell_note(f"speech: {float(speech.duration):.2f} s")
        tables = (folder / _TABLE for folder in folders("style"))
        emotions = read_emotions(next(path for path in tables if path.is_file()))
        return perform(speech, emotions, self.emotion, self.motion, seed)

    def character(self, acting: Acting, *, transparent: bool = False) -> Effect:
        """Return what draws a character that acts so, on a backdrop or on nothing."""
        from afterglow.effects.style.character.puppet import Puppet

        return Puppet(self.kind, acting, None if transparent else "studio")

    def portrait(self, acting: Acting, run: StreamRun) -> Effect:
        """Return what makes the face of the picture or the video that a run reads act so.

        Raises:
            UsageError: the file of landmarks is none, or the size of PORTRAIT is not known.
        """
        import numpy as np

        from afterglow.effects.style.character.portrait import Portrait, read_landmarks
        from afterglow.effects.style.model import face_networks

        if self.landmarks is None:
            networks = face_networks(commercial_only=self.commercial_only)
            return Portrait(acting, networks, self.face)
        try:
            with self.landmarks.open("rb") as file:
                told = file.read(_LONGEST + 1).decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"the landmarks cannot be read: {error} ({self.landmarks})") from error
        if len(told) > _LONGEST:
            raise UsageError(f"a file of landmarks is shorter than 1 MiB ({self.landmarks})")
        scale = np.array([*scale_of(run.source, run.resolution), 1.0])
        return Portrait(acting, landmarks=read_landmarks(told) * scale)


def performing(place: str) -> Callable[[Command], Command]:
    """Add the flags of a role and pass ``role: Role``; needs ``commercial_only`` beside them.

    place: the argument that may show a face, as the command calls it.
    """

    def add(command: Command) -> Command:
        @functools.wraps(command)
        def with_role(*given: Any, **settings: Any) -> Any:
            mine = {field.name: settings.pop(field.name) for field in fields(Role)}
            return command(*given, role=Role(**mine), **settings)

        for decorate in reversed((*_flags_of_who(place), *_FLAGS_OF_HOW)):
            with_role = decorate(with_role)
        return with_role  # type: ignore[return-value]

    return add


def _flags_of_who(place: str) -> tuple[Callable[[Command], Command], ...]:
    """The flags of who talks; place: the argument that may show a face."""
    return (
        click.option(
            "--face",
            type=click.IntRange(1, 99),
            metavar="N",
            help=f"Which face of {place}, the leftmost being 1 (the largest if not given).",
        ),
        click.option(
            "--landmarks",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            metavar="FILE",
            help="The face as JSON, where no network shall look: its 478 points, or a sketch of "
            "a few.",
        ),
        click.option(
            "--puppet", is_flag=True, help=f"Draw a character, in place of the face of {place}."
        ),
        click.option(
            "--character-type",
            "kind",
            type=click.Choice(TYPES),
            default="person",
            help=f"Which character, where there is no {place} or --puppet is given.",
        ),
    )


_FLAGS_OF_HOW = (
    click.option(
        "--emotion",
        type=click.Choice(EMOTIONS),
        default="auto",
        help="What the face shows; auto listens for it in the speech.",
    ),
    click.option(
        "--motion",
        type=Number(0, 1),
        default=1.0,
        help="How much moves besides the mouth: head, eyes, lids, brows.",
    ),
)
