"""Every flag that more than one command has, declared once.

An effect's ``command.py`` looks like this, and imports nothing heavy at its top:

    import click

    from afterglow.cli import options
    from afterglow.cli.run import StreamRun
    from afterglow.cli.values import Number


    @click.command(short_help="Soften every picture.")
    @options.streaming
    @options.looks("soften")
    @click.option("--sigma", type=Number(0, 50), default=2.0, help="Radius in pixels.")
    def soften(run: StreamRun, sigma: float) -> None:
        \"\"\"Soften every picture of SOURCE.

        Example: afterglow soften in.mp4 out.mp4 --sigma=3
        \"\"\"
        from afterglow.effects.soften.effect import Soften

        run.through(Soften(sigma=sigma))

``streaming`` adds SOURCE, TARGET and the flags of every run; ``streaming_with_matte`` takes ALPHA
between the two; ``making_pictures`` does so for what ends in pictures; ``looks`` adds --effect and
--list-effects; ``matte`` adds --alpha; ``seed`` adds --seed and passes ``seed: int``;
``commercial_only`` adds --commercial-only and passes ``commercial_only: bool``; ``beginning_with``
gives shared flags another default.
"""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable
from typing import Any, TypeVar

import click

from afterglow.cli.looks import list_looks, wear_look
from afterglow.cli.pictures import PictureRun
from afterglow.cli.run import NOTES, StreamRun
from afterglow.cli.subject import OWN, Subject
from afterglow.cli.values import DeviceName, Rate, Seconds
from afterglow.errors import UsageError

Command = TypeVar("Command", bound=Callable[..., Any])

_SHARED: tuple[Callable[[Callable[..., Any]], Callable[..., Any]], ...] = (
    click.argument("source", type=click.Path(allow_dash=True)),
    click.argument("target", type=click.Path(allow_dash=True)),
    click.option(
        "--start", type=Seconds(), default=None, help="Begin here: seconds or HH:MM:SS.mmm."
    ),
    click.option(
        "--duration", type=Seconds(above_zero=True), help="Take this much: seconds or HH:MM:SS.mmm."
    ),
    click.option(
        "--resolution",
        type=click.IntRange(16, 8640),
        metavar="LINES",
        help="Height to work at; the aspect is kept.",
    ),
    click.option(
        "--rate", type=Rate(), help="Frames per second of an image sequence (25 if not given)."
    ),
    click.option(
        "--hdr",
        type=click.Choice(["refuse", "keep", "tonemap"]),
        default="refuse",
        help="What becomes of PQ and HLG video: keep its tags, or tone-map it to BT.709.",
    ),
    click.option(
        "--codec",
        type=click.Choice(["h264", "hevc", "av1", "prores", "ffv1", "vp9"]),
        help="Video codec (by the target's name if not given).",
    ),
    click.option(
        "--encoder",
        type=click.Choice(["auto", "nvenc", "software"]),
        default="auto",
        help="Who encodes; auto takes NVENC where it really works.",
    ),
    click.option(
        "--qp",
        type=click.IntRange(0, 51),
        default=10,
        help="Constant quantiser: lower is better and bigger.",
    ),
    click.option("--preset", help="Speed preset of the encoder, in its own words."),
    click.option(
        "--alpha-out",
        type=click.Choice(["auto", "yes", "no"]),
        default="auto",
        help="Write the matte along; auto does where the target can hold one.",
    ),
    click.option("--device", type=DeviceName(), default="auto", help="auto, cpu, cuda or cuda:N."),
    click.option("--overwrite", is_flag=True, help="Replace a target that exists."),
    click.option("--dry-run", is_flag=True, help="Show what would be done, and do nothing."),
    click.option("--quiet", is_flag=True, help="Say nothing but errors."),
    click.option(
        "--json",
        "as_json",
        is_flag=True,
        allow_from_autoenv=False,
        help="Tell events on stderr, one line of JSON each.",
    ),
    click.option(
        "--workers",
        type=click.IntRange(1, 64),
        default=1,
        help="Clips at once, where SOURCE is a folder.",
    ),
    click.option(
        "--cluster",
        metavar="ADDRESS",
        help="Run the clips of a folder on a Ray cluster; local starts one here.",
    ),
)


def streaming(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command SOURCE, TARGET and the flags of every run; it is called with ``run``.

    SOURCE and TARGET are files, image sequences (shot_%04d.png), - for a pipe, or two folders.
    """
    return _behind(_with_run(command), _SHARED)


def streaming_with_matte(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command SOURCE, ALPHA, TARGET and the flags of every run; it is called with ``run``.

    ALPHA may be left out: the source's own matte is taken then, as with -. A run whose frames
    would have none is refused. Adds --shortest and --commercial-only.
    """
    with_run = _with_run(command)

    @functools.wraps(command)
    def with_subject(alpha: str, shortest: bool, commercial_only: bool, **settings: Any) -> Any:
        return with_run(subject=Subject(alpha, shortest, commercial_only), **settings)

    source, target, *flags = _SHARED
    return _behind(with_subject, (source, _ALPHA, target, *flags, *_OF_MATTES))


def making_pictures(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command SOURCE, ALPHA, TARGET and the flags of a run that ends in pictures.

    It is called with ``run``, a PictureRun, and ``commercial_only``. ALPHA may be left out.
    """

    @functools.wraps(command)
    def with_run(alpha: str, shortest: bool, commercial_only: bool, **settings: Any) -> Any:
        if not settings["source"] or not settings["target"]:
            raise UsageError("SOURCE or TARGET is empty", hint="give a file, or - as SOURCE")
        mine = {name: settings.pop(name) for name in PictureRun.settings() if name in settings}
        run = PictureRun(subject=Subject(alpha, shortest, commercial_only), **mine)
        return command(run, commercial_only=commercial_only, **settings)

    whole = vars(streaming_with_matte(command))["__click_params__"]
    names = PictureRun.settings() | {"alpha", "shortest", "commercial_only"}
    own = getattr(command, "__click_params__", [])
    vars(with_run)["__click_params__"] = [
        each for each in whole if each.name in names or each in own
    ]
    return with_run


def beginning_with(**defaults: object) -> Callable[[Command], Command]:
    """Give flags of a run, by their names, another default; it stands above what adds them."""

    def decorate(command: Command) -> Command:
        for each in vars(command)["__click_params__"]:
            if each.name in defaults:
                each.default = defaults[each.name]
        return command

    return decorate


def _one_alpha(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> str:
    """What stands between SOURCE and TARGET; the source's own matte where nothing does."""
    if len(given) > 1:
        raise UsageError(
            f"there is one ALPHA between SOURCE and TARGET ({' '.join(given)})",
            hint="put quotation marks around names with spaces",
        )
    if "" in given:
        raise UsageError("ALPHA is empty", hint="give a matte file, auto or -")
    return given[0] if given else OWN


def _with_run(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command, called with a ``run`` made of the settings that are a run's."""

    @functools.wraps(command)
    def with_run(**settings: Any) -> Any:
        for name in ("source", "target"):
            if not settings[name]:
                raise UsageError(f"{name.upper()} is empty", hint="give a file, a folder or -")
        mine = {name: settings.pop(name) for name in StreamRun.settings() if name in settings}
        return command(StreamRun(**mine), **settings)

    return with_run


def _behind(command: Callable[..., Any], decorators: Any) -> Callable[..., Any]:
    """The command with these flags listed after its own in the help."""

    def bare() -> None:
        """Hold the flags."""

    for decorate in reversed(decorators):
        bare = decorate(bare)
    own = getattr(command, "__click_params__", [])
    vars(command)["__click_params__"] = [*vars(bare)["__click_params__"], *own]
    return command


def matte(command: Command) -> Command:
    """Add --alpha: a second video that says where the subject is."""
    return click.option(
        "--alpha",
        "matte",
        type=click.Path(exists=True, dir_okay=False),
        metavar="FILE",
        help="A matte for SOURCE: white is subject (else its own alpha channel, if it has one).",
    )(command)


def commercial_only(command: Command) -> Command:
    """Add --commercial-only and pass ``commercial_only: bool``, for commands that load models."""
    return click.option(
        "--commercial-only",
        is_flag=True,
        envvar="AFTERGLOW_COMMERCIAL_ONLY",
        help="Refuse models whose licence does not plainly allow commercial use.",
    )(command)


_ALPHA = click.argument(
    "alpha",
    nargs=-1,
    type=click.Path(allow_dash=True),
    metavar="[ALPHA|auto|-]",
    callback=_one_alpha,
)

_OF_MATTES = (
    click.option(
        "--shortest",
        is_flag=True,
        help="End with the shorter of video and matte; else different lengths are an error.",
    ),
    commercial_only,
)


def seed(command: Callable[..., Any], used_by: str | None = None) -> Callable[..., Any]:
    """Add --seed and pass ``seed: int``; without one a seed is drawn, and the run says which.

    used_by: the setting without which there is nothing random, and no seed to tell.
    """

    @functools.wraps(command)
    def with_seed(*given: Any, seed: int | None, **settings: Any) -> Any:
        if seed is None:
            seed = secrets.randbelow(1 << 31)
            if used_by is None or settings[used_by]:
                click.get_current_context().meta.setdefault(NOTES, []).append(f"seed: {seed}")
        return command(*given, seed=seed, **settings)

    told = "Same seed, same frames; one is drawn and told if not given."
    return click.option("--seed", type=click.IntRange(0, (1 << 32) - 1), help=told)(with_seed)


def looks(effect: str) -> Callable[[Command], Command]:
    """Add --effect and --list-effects, which read effects/<effect>/*.toml."""

    def decorate(command: Command) -> Command:
        command = click.option(
            "--list-effects",
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=functools.partial(list_looks, effect),
            help="Show the named looks of this effect, and leave.",
        )(command)
        return click.option(
            "--effect",
            "look",
            is_eager=True,
            expose_value=False,
            callback=functools.partial(wear_look, effect),
            metavar="NAME|FILE.toml",
            help="Start from a named look; flags given as well win over it.",
        )(command)

    return decorate
