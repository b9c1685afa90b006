"""The ``afterglow`` command: finds effects by entry point, loads only the one that runs.

This is the one place where errors become exit codes.
"""

from __future__ import annotations

import sys

try:
    import json
    import os
    import signal
    from collections.abc import Sequence
    from contextlib import suppress
    from importlib.metadata import EntryPoint, entry_points
    from types import FrameType

    import click

    from afterglow.cli.groups import LazyGroup
    from afterglow.cli.progress import one_line, write_line
    from afterglow.errors import AfterglowError, Cancelled, MediaError
except KeyboardInterrupt:  # Ctrl-C before there is anything to stop
    sys.exit(130)

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
"""NumPy's threads spin while they wait, on cores that decoding and encoding need."""

EFFECTS = "afterglow.effects"
"""The entry-point group of effects; anyone's package may add to it."""

BUILT_IN = {
    "doctor": "afterglow.cli.doctor:doctor",
    "models": "afterglow.cli.models:models",
}
"""Commands that are no effects."""


class EffectGroup(LazyGroup):
    """A group whose commands are the installed effects and what is built in."""

    def names(self) -> set[str]:
        """Every name, without importing one."""
        return {*BUILT_IN, *(entry.name for entry in entry_points(group=EFFECTS))}

    def place(self, name: str) -> EntryPoint | None:
        """Where the command of a name lies; None for an unknown one."""
        if name in BUILT_IN:
            return EntryPoint(name, BUILT_IN[name], EFFECTS)
        return next(iter(entry_points(group=EFFECTS, name=name)), None)


@click.group(
    cls=EffectGroup,
    noun="effect",
    context_settings={
        "show_default": True,
        "auto_envvar_prefix": "AFTERGLOW",
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
    },
)
@click.version_option(package_name="afterglow", message="%(package)s %(version)s")
def cli() -> None:
    """Change video, one effect at a time.

    \b
    Example: afterglow ghost in.mp4 out.mp4
    Effects chain through pipes: afterglow ghost in.mp4 - | afterglow ghost - out.mov
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave the program with its exit code."""
    typed = list(sys.argv[1:] if arguments is None else arguments)
    try:
        catch_signals()
        hold_descriptors()
        code = exit_code(typed)
    except (KeyboardInterrupt, Cancelled):
        code = Cancelled.exit_code
    sys.exit(code)


def exit_code(typed: list[str]) -> int:
    """The exit code of a command line, after telling its error if there is one.

    A mistake in the program itself is raised, so that its traceback is seen.
    """
    try:
        code = cli.main(typed, prog_name="afterglow", standalone_mode=False)
    except AfterglowError as error:
        tell(str(error), error.hint, error.exit_code, as_json="--json" in typed)
        return error.exit_code
    except OSError as error:
        if error.filename is None:
            raise
        return _tell_of_file(error, as_json="--json" in typed)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        tell(*_click_words(error), error.exit_code, as_json="--json" in typed)
        return error.exit_code
    return code if isinstance(code, int) else 0


def _tell_of_file(error: OSError, *, as_json: bool) -> int:
    """Tell what the system says of a file or folder; the exit code."""
    words = (error.strerror or "cannot be used").lower()
    tell(f"{error.filename}: {words}", "", MediaError.exit_code, as_json=as_json)
    return MediaError.exit_code


def tell(message: str, hint: str, code: int, *, as_json: bool) -> None:
    """Show an error on stderr: a line, and a line that says what to do about it.

    A line break in a name is shown as ``\\n``, so that there are never more.
    """
    if as_json:
        facts = {"event": "error", "message": message, "hint": hint, "exit_code": code}
        lines = [json.dumps(facts, ensure_ascii=False)]
    else:
        lines = [f"afterglow: error: {message}", *([f"hint: {hint}"] if hint else [])]
        lines = [one_line(line) for line in lines]
    write_line("\n".join(lines))


def _click_words(error: click.ClickException) -> tuple[str, str]:
    """What is wrong with the command line, and what to do about it."""
    context = getattr(error, "ctx", None)
    hint = f"{context.command_path} --help" if context else ""
    if isinstance(error, click.NoSuchOption):
        near = error.possibilities
        return f"no such option ({error.option_name})", f"did you mean {near[0]}?" if near else hint
    message = error.format_message().rstrip(".")
    message = message.replace("a valid integer range", "a whole number")
    message = message.replace("a valid float range", "a number")
    return message[:1].lower() + message[1:], hint


def hold_descriptors() -> None:
    """Put something into the place of a standard stream that is closed: it fails, as that does.

    Else the next file that is opened would get its number, and be taken for the stream.
    """
    for number, mode in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            with suppress(OSError):
                os.open(os.devnull, mode)


def catch_signals() -> None:
    """Make the first Ctrl-C, SIGTERM or SIGHUP raise Cancelled; later ones change nothing."""
    stopping = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    wanted = [number for number in stopping if signal.getsignal(number) is not signal.SIG_IGN]

    def stop(number: int, frame: FrameType | None) -> None:
        for each in wanted:
            signal.signal(each, signal.SIG_IGN)
        raise Cancelled(f"stopped ({signal.Signals(number).name})")

    for number in wanted:
        signal.signal(number, stop)
