"""The ``matte`` command: its flags."""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from afterglow.cli import compositing, options
from afterglow.cli.run import StreamRun, tell_note
from afterglow.cli.values import Number
from afterglow.effects.matte.backends import MODELS, backend_for, require_colours, require_taken
from afterglow.errors import UsageError

if TYPE_CHECKING:
    from afterglow.analysis.matting.backend import Backend
    from afterglow.effects.matte.effect import Matte
    from afterglow.media.choice import CodecName

_CODECS = ("ffv1", "h264", "hevc", "av1", "vp9", "prores")


@click.command(short_help="Cut the subject out, as a matte.")
@options.streaming
@options.commercial_only
@click.option(
    "--model",
    "models",
    type=click.Choice(MODELS),
    multiple=True,
    default=MODELS[:1],
    help="What finds the subject; several, where TARGET is a folder.",
)
@compositing.backing
@click.option(
    "--tolerance",
    type=Number(0, 90),
    help="Per cent of the way from backing to subject that are backing still (by its noise).",
)
@click.option(
    "--softness",
    type=Number(1, 100),
    help="Per cent of that way over which the matte rises (all that is left of it).",
)
@click.option(
    "--plate",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="Picture of the empty scene, for difference.",
)
@click.option(
    "--mask",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="Matte of the first picture, for matanyone.",
)
@click.option(
    "--chunk-seconds",
    type=Number(1, 3600),
    help="Let matanyone begin anew this often, from its own matte: for takes in which it drifts.",
)
@click.option(
    "--downsample",
    type=Number(0.01, 1),
    metavar="RATIO",
    help="Share of its size at which rvm first looks at a picture (by the table of its authors, "
    "for the picture's size, if not given).",
)
@click.option("--grow", type=Number(0, 200), help="Pixels by which the edge moves outwards.")
@click.option("--shrink", type=Number(0, 200), help="Pixels by which the edge moves inwards.")
@click.option("--feather", type=Number(0, 200), default=0, help="Pixels of softness at the edge.")
@click.option(
    "--gamma",
    type=Number(0.1, 10),
    default=1,
    help="Above 1 makes soft parts denser, below thinner.",
)
@click.option(
    "--decontaminate", is_flag=True, help="Take the background out of the colours of soft parts."
)
@click.option(
    "--alpha-codec",
    type=click.Choice(_CODECS),
    help="Write the matte alone, as a grey video in this codec.",
)
def matte(
    run: StreamRun, models: tuple[str, ...], alpha_codec: CodecName | None, **settings: Any
) -> None:
    """Find the subject of SOURCE and write where it is.

    A TARGET that can hold a matte (.mov, .mkv, .webm, numbered .png, or - for a pipe) gets the
    subject with its matte; any other gets the matte alone as a grey video without loss, as do all
    with --alpha-codec or --alpha-out no. A folder gets MODEL_alpha.mkv and MODEL_composite.mp4 of
    every --model, and of several models a comparison.

    \b
    Examples:
      afterglow matte in.mp4 matte.mp4
      afterglow matte green.mp4 cut.mov --model chroma
      afterglow matte in.mp4 matte.mkv --model difference --plate empty.png --alpha-codec ffv1
      afterglow matte in.mp4 compared/ --model person --model rvm
      afterglow matte in.mp4 - | afterglow composite - out.mp4 --bg beach.png
    """
    if _is_folder(run):
        _into_folder(run, tuple(dict.fromkeys(models)), alpha_codec, settings)
        return
    if len(models) > 1:
        raise UsageError(
            f"one file holds one matte, and there are {len(models)} models",
            hint="name a folder as TARGET: it gets one of each, and a comparison",
        )
    run = _toward(run, alpha_codec)
    run.through(_effect(run, models, models[0], gray=not run.holds_alpha(), **settings))


def _is_folder(run: StreamRun) -> bool:
    """True where a video goes into a folder, be it there or not yet."""
    target = Path(run.target)
    if run.target == "-" or (run.source != "-" and Path(run.source).is_dir()):
        return False
    return target.is_dir() or not target.suffix


def _toward(run: StreamRun, alpha_codec: CodecName | None) -> StreamRun:
    """The run, told to write the matte alone where a codec is given for it."""
    if alpha_codec is None:
        return run
    if run.alpha_out == "yes" or run.codec is not None:
        other = f"--codec {run.codec}" if run.codec is not None else "--alpha-out yes"
        raise UsageError(
            f"--alpha-codec {alpha_codec} writes the matte alone, and {other} the subject too"
        )
    return replace(run, alpha_out="no", codec=alpha_codec)


def _into_folder(
    run: StreamRun, models: tuple[str, ...], alpha_codec: CodecName | None, settings: Any
) -> None:
    """Write the matte and a composite of every model, and compare them."""
    from afterglow.effects.matte.folder import compare, make

    if run.alpha_out != "auto":
        raise UsageError(f"--alpha-out {run.alpha_out} is for a file: a folder gets mattes anyway")
    if run.source == "-" and len(models) > 1:
        raise UsageError("a pipe can be read once only, and every model reads the video")
    effects = {model: _effect(run, models, model, gray=False, **settings) for model in models}
    made = make(run, effects, alpha_codec or "ffv1")
    if len(made) > 1:
        compare(run, Path(run.target), made)


def _effect(
    run: StreamRun,
    models: tuple[str, ...],
    model: str,
    *,
    gray: bool,
    grow: float | None,
    shrink: float | None,
    feather: float,
    gamma: float,
    decontaminate: bool,
    **given: Any,
) -> Matte:
    """The matte that the flags ask for, by one of the models."""
    from afterglow.effects.matte.effect import Matte

    if grow is not None and shrink is not None:
        raise UsageError("--grow and --shrink pull the same edge: give one of them")
    around = ceil((grow or 0) + feather)
    told: Any = {"gray": gray, "decontaminate": decontaminate}
    backend = _backend(run, models, model, around=around, **told, **given)
    despill = 0.0 if model == "chroma" else given["despill"] or 0.0
    return Matte(
        backend,
        gamma=gamma,
        grow=(grow or 0.0) - (shrink or 0.0),
        feather=feather,
        despill=despill if given["key"] else 0.0,
        spill=given["key"] if despill else None,
        say=tell_note,
        **told,
    )


def _backend(
    run: StreamRun,
    models: tuple[str, ...],
    model: str,
    *,
    gray: bool,
    decontaminate: bool,
    around: int,
    commercial_only: bool,
    **given: Any,
) -> Backend:
    """What finds the subject; UsageError for settings that none of the models takes."""
    require_taken(models, given)
    require_colours(models, given, gray=gray, decontaminate=decontaminate)
    return backend_for(
        model,
        _with_pictures(given),
        device=run.device_name(),
        commercial_only=commercial_only,
        colours=not gray,
        decontaminate=decontaminate,
        around=around,
        say=tell_note,
    )


def _with_pictures(given: dict[str, Any]) -> dict[str, Any]:
    """The settings with pictures in place of the names of their files."""
    from afterglow.cli.stills import still, still_matte

    readers = {"plate": still, "mask": still_matte}
    return {
        name: readers[name](value) if name in readers and value is not None else value
        for name, value in given.items()
    }
