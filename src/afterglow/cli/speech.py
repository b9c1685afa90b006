"""Speech from the command line: a file that is listened to, or a text that is said."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from unicodedata import category

import click

from afterglow.cli.run import tell_note
from afterglow.errors import MediaError, UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from afterglow.models.speech.spoken import Heard, Spoken, Voice

Command = TypeVar("Command", bound=Callable[..., Any])

LONGEST = 5000
"""Characters of a text, at most."""
USUAL = "en-us"
"""The voice where none is asked for."""
_PAUSES = (0.2, 0.3)
"""Seconds of silence before and after a text: a mouth opens from rest."""
_FLITE = "flite:"
_ESPEAK = "espeak:"


@dataclass(frozen=True, slots=True)
class Sounding:
    """Speech that can be heard: a file of it, and what is known of its words."""

    name: str
    """Where it comes from, for people."""
    place: str
    """A Matroska file of the sound, and of the words as subtitles where they are wanted."""
    phonemes: tuple[Heard, ...] = ()
    """What is said, where that is known."""
    lines: tuple[Heard, ...] = ()
    """The words in lines, where they are known."""

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """The sound in blocks (N,) float32 at 16 kHz; MediaError where it is empty."""
        from afterglow.media.listening import sound_blocks

        try:
            yield from sound_blocks(self.place)
        except MediaError as error:
            why = str(error).replace(self.place, self.name)
            raise MediaError(why, hint=error.hint) from error


@dataclass(frozen=True, slots=True)
class Saying:
    """What --audio, --text and --voice ask for."""

    audio: str | None
    """A file with sound."""
    text: str | None
    """Words."""
    voice: str | None
    """Whose."""
    commercial_only: bool = False
    """Refuse voices whose licence does not plainly allow commercial use."""

    @contextmanager
    def opened(
        self,
        start: Fraction | None = None,
        duration: Fraction | None = None,
        *,
        lines: bool = False,
        track: bool = False,
    ) -> Iterator[Sounding]:
        """Hold the speech in a file of its own, which begins at 0.

        Args:
            start: Seconds of the file given to the first wanted.
            duration: Seconds wanted.
            lines: The words are wanted in lines.
            track: They are wanted in the file as well, as subtitles.

        Raises:
            UsageError: there is no text, or too much of it; a text is cut; or captions are
                wanted of sound alone.
            MediaError: the sound cannot be read, or is silent.
            ModelError: the voice is not here.
        """
        if lines and self.text is None:
            raise UsageError("captions are the words of --text, and there is only sound")
        with tempfile.TemporaryDirectory(prefix="afterglow-") as folder:
            place = Path(folder) / "speech.mka"
            if self.text is None:
                yield self._copied(place, start, duration)
            else:
                if start is not None or duration is not None:
                    raise UsageError("--start and --duration are for --audio, and there is --text")
                yield self._said(place, self.text, lines=lines, track=track)

    def _copied(self, place: Path, start: Fraction | None, duration: Fraction | None) -> Sounding:
        from afterglow.media.recording import copy_sound

        assert self.audio is not None
        copy_sound(self.audio, place, start or Fraction(0), duration)
        return Sounding(self.audio, str(place))

    def _said(self, place: Path, text: str, *, lines: bool, track: bool) -> Sounding:
        from afterglow.media.recording import record
        from afterglow.models.speech.phrases import phrases

        voice = self.voice or USUAL
        spoken = speak(_plain(text), voice, commercial_only=self.commercial_only)
        told = phrases(spoken.words)
        if lines and not told:
            tell_note(
                "captions: this voice does not tell when it says which word, so there are none"
            )
        kept = [(each.start, each.end, each.text) for each in told] if track else []
        record(place, [spoken.samples], spoken.rate, lines=kept)
        return Sounding(f"the voice {voice}", str(place), spoken.phonemes, tuple(told))


def speaking(command: Command) -> Command:
    """Add --audio, --text, --voice and --list-voices, and pass ``saying: Saying``.

    One of --audio and --text must be given. Needs ``commercial_only`` below it.
    """
    return _speaking(command, needed=True)


def perhaps_speaking(command: Command) -> Command:
    """Add the same; neither need be given, and ``saying`` is None then."""
    return _speaking(command, needed=False)


def _speaking(command: Command, *, needed: bool) -> Command:

    @functools.wraps(command)
    def with_speech(
        *given: Any, audio: str | None, text: str | None, voice: str | None, **settings: Any
    ) -> Any:
        silent = audio is None and text is None and not needed
        if not silent and (audio is None) == (text is None):
            why = "neither --audio nor --text is given" if audio is None else "both are given"
            raise UsageError(f"speech comes from --audio or from --text: {why}")
        if voice is not None and text is None:
            raise UsageError(f"--voice says a --text, and there is none ({voice})")
        if voice is not None and not voice.strip():
            raise UsageError("--voice is empty", hint="--list-voices shows who can speak")
        if text is not None:
            require_text(text)
        saying = Saying(audio, text, voice, settings["commercial_only"])
        return command(*given, saying=None if silent else saying, **settings)

    for decorate in reversed(_FLAGS):
        with_speech = decorate(with_speech)
    return with_speech  # type: ignore[return-value]


def require_text(text: str) -> None:
    """Raise UsageError for a text that is none, says nothing, or is too long to be said at once."""
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise UsageError(
            "the text is not UTF-8", hint="set the terminal to UTF-8, and type it anew"
        )
    if not any(sign.isalnum() for sign in text):
        raise UsageError("the text says nothing: it has no letter and no digit")
    if len(text) > LONGEST:
        raise UsageError(
            f"the text is too long: {len(text)} characters, and {LONGEST} can be said at once",
            hint="make several clips, or record it and give it as --audio",
        )


def _plain(text: str) -> str:
    """A text with spaces in the place of control characters, which voices take for commands."""
    return "".join(" " if category(sign) == "Cc" and not sign.isspace() else sign for sign in text)


def speak(text: str, voice: str, *, commercial_only: bool = False) -> Spoken:
    """Say a text, with a moment of silence around it.

    Raises:
        ModelError: the voice is not here.
        MediaError: nothing was heard.
    """
    from afterglow.models.speech.spoken import between_pauses

    spoken = between_pauses(_engine(voice, commercial_only)(text), *_PAUSES)
    if float(abs(spoken.samples).max()) < 1e-3:
        raise MediaError(f"the voice {voice} says nothing of this text")
    return spoken


def _engine(voice: str, commercial_only: bool) -> Callable[[str], Spoken]:
    """What says a text with a voice, by its name."""
    from afterglow.models.speech.espeak import Espeak
    from afterglow.models.speech.piper import Piper

    if voice.startswith(_FLITE):
        return functools.partial(_by_flite, voice=voice.removeprefix(_FLITE))
    piper = Piper(commercial_only)
    if voice in {each.name for each in piper.voices()}:
        return functools.partial(piper.speak, voice=voice)
    return functools.partial(Espeak().speak, voice=voice.removeprefix(_ESPEAK))


def _by_flite(text: str, voice: str) -> Spoken:
    from afterglow.media.flite import flite
    from afterglow.models.speech.spoken import Spoken

    return Spoken(*flite(text, voice))


def voices() -> list[Voice]:
    """Every voice that can be asked for."""
    from afterglow.media.flite import VOICES, has_flite
    from afterglow.models.speech.espeak import Espeak
    from afterglow.models.speech.piper import Piper
    from afterglow.models.speech.spoken import Voice

    flites = [Voice(_FLITE + name, "flite", "English") for name in VOICES if has_flite()]
    return [*Espeak().voices(), *Piper().voices(), *flites]


def _list(ctx: click.Context, param: click.Parameter, wanted: bool) -> None:
    """Print every voice, and leave; a callback of --list-voices."""
    if not wanted or ctx.resilient_parsing:
        return
    found = voices()
    if not any(each.engine == "espeak" for each in found):
        from afterglow.models.speech.espeak import INSTALL

        click.echo(f"espeak is not here: {INSTALL}", err=True)
    width = max((len(each.name) for each in found), default=0)
    for each in found:
        click.echo(f"{each.name:<{width}}  {each.engine:<6}  {each.told}")
    ctx.exit()


_FLAGS = (
    click.option(
        "--audio",
        type=click.Path(exists=True, dir_okay=False),
        metavar="FILE",
        help="The speech: any file of sound, or a video whose sound is taken.",
    ),
    click.option("--text", metavar="WORDS", help="The speech as words, which a voice says."),
    click.option(
        "--voice",
        metavar="NAME",
        help=f"Who says them: a language (de, fr-fr; {USUAL} if not given), or a name that "
        "--list-voices shows.",
    ),
    click.option(
        "--list-voices",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_list,
        help="Show the voices, and leave.",
    ),
)
