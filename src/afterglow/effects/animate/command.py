"""The ``animate`` command: its flags."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from afterglow.cli import options
from afterglow.cli.looks import list_looks
from afterglow.cli.pictures import tell_steps
from afterglow.cli.run import StreamRun, tell_note
from afterglow.cli.values import Colour, Number, Pixels, Rate
from afterglow.errors import UsageError

if TYPE_CHECKING:
    from afterglow.effects.animate.effect import Animate
    from afterglow.effects.animate.model import Here

_MODELS = ("svd", "svd-xt", "svd-xt-1.1", "animatediff", "i2vgen-xl", "cogvideox", "wan", "ltx")
_KEYS = {"negative": "negative_prompt", "guidance": "guidance_scale", "frames": "num_frames"}
"""What an effect calls the values of some flags."""
_TYPED = (
    *("prompt", "negative", "motion_strength", "guidance", "frames", "fps", "steps", "noise"),
    *("decode_chunk", "lora"),
)
"""Flags that are values of an effect as well."""
_WITHOUT: Mapping[str, object] = {
    "start": None,
    "rate": None,
    "alpha_out": "no",
    "workers": 1,
    "cluster": None,
}
"""Flags of other runs that mean nothing for a picture, and what they are instead."""
_SAID = {
    "duration": "Seconds that come out.",
    "resolution": "Height of what comes out; the aspect is kept.",
    "device": "Where the model runs: auto, cpu, cuda or cuda:N.",
}
"""What some flags of every run mean here."""


class Memory(click.ParamType[int]):
    """Bytes as 8G or 8000M."""

    name = "SIZE"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Bytes; a usage error for anything else."""
        if isinstance(value, int):
            return value
        found = re.fullmatch(r"(\d{1,6}(?:\.\d{1,3})?)([GM])B?", str(value), re.IGNORECASE)
        if not found or not float(found[1]):
            self.fail(f"{value!r} is no amount of memory; write 8G or 8000M", param, ctx)
        return round(float(found[1]) * (1 << 30 if found[2] in "gG" else 1 << 20))


def _of_a_picture(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command with SOURCE, TARGET and those flags of every run that a picture needs."""
    streamed = options.streaming(command)

    @functools.wraps(streamed)
    def with_run(**settings: Any) -> Any:
        return streamed(**_WITHOUT, **settings)

    kept = [each for each in vars(streamed)["__click_params__"] if each.name not in _WITHOUT]
    for each in kept:
        if each.name == "source":
            each.metavar = "IMAGE"
        each.help = _SAID.get(each.name, getattr(each, "help", None))
    vars(with_run)["__click_params__"] = kept
    return with_run


def _list_models(ctx: click.Context, param: click.Parameter, wanted: bool) -> None:
    """Print what each model takes and gives, and leave."""
    if not wanted or ctx.resilient_parsing:
        return
    from afterglow.effects.animate.facts import table

    for line in table():
        click.echo(line)
    ctx.exit()


@click.command(short_help="A still image into video, by named effects.")
@_of_a_picture
@click.option(
    "--list-effects",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=functools.partial(list_looks, "animate"),
    help="Show the named effects, and leave.",
)
@click.option(
    "--list-models",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_models,
    help="Show what each model takes and gives, its licence, and whether it is here.",
)
@click.option("--effect", "look", metavar="NAME|FILE.toml", help="A named effect, or your own.")
@click.option(
    "--set", "sets", multiple=True, metavar="KEY=VALUE", help="Change a value of the effect."
)
@click.option(
    "--model",
    type=click.Choice(_MODELS),
    help="What animates it.  [default: the best for the effect that is here]",
)
@click.option("--prompt", metavar="TEXT", help="What shall be seen; SVD does not read it.")
@click.option("--negative-prompt", "negative", metavar="TEXT", help="What shall not be seen.")
@click.option(
    "--require-prompt", is_flag=True, help="Refuse a model that would not read the prompt."
)
@click.option("--motion-strength", type=Number(0, 1), help="How much moves (SVD).  [default: 0.5]")
@click.option(
    "--noise", type=Number(0, 1), help="Noise that frees the motion (SVD).  [default: 0.02]"
)
@click.option("--guidance", type=Number(1, 50), help="How closely it follows what it is given.")
@click.option("--frames", type=click.IntRange(1, 100_000), help="Frames that the model makes.")
@click.option("--fps", type=Rate(), help="Frames per second, which some models are told.")
@click.option("--steps", type=click.IntRange(1, 500), help="Steps from noise to frames.")
@options.seed
@click.option(
    "--decode-chunk", type=click.IntRange(1, 256), help="Frames decoded at once.  [default: 8]"
)
@click.option("--window", type=click.IntRange(2, 1000), help="Frames made at once.")
@click.option("--size", "size_at", type=Pixels(), help="Size to work at.")
@click.option(
    "--fit",
    type=click.Choice(["crop", "pad", "stretch"]),
    default="crop",
    help="How the image is brought into the model's frame.",
)
@click.option(
    "--background",
    "ground",
    type=Colour(),
    default="black",
    help="Colour below transparent parts, and of bars while it works.",
)
@click.option(
    "--interpolate",
    type=click.IntRange(1, 16),
    default=1,
    help="So many times slower, with frames put between by optical flow.",
)
@click.option("--lora", metavar="FILE[:SCALE]", help="Small changes to the model's weights.")
@click.option(
    "--control",
    type=(click.Choice(["pose", "depth"]), click.Path()),
    metavar="pose|depth VIDEO",
    help="Let poses or depths of a video steer it (animatediff).",
)
@click.option("--vram", type=Memory(), help="Use no more memory of the GPU than this, as 8G.")
@click.option(
    "--count", type=click.IntRange(1, 1000), default=1, help="Make several, of seeds in a row."
)
@click.option(
    "--thumbnail", type=click.Path(dir_okay=False), metavar="FILE", help="Keep the middle frame."
)
@click.option(
    "--sidecar", is_flag=True, help="Write TARGET.json: all that is needed to make it again."
)
@options.commercial_only
def animate(run: StreamRun, **settings: Any) -> None:
    """Turn the still picture IMAGE into a video that begins with it.

    An effect says what shall happen; a model makes it. Models that read text follow the effect's
    words; SVD takes no text, and acts through how much moves. IMAGE may be a folder of pictures.

    \b
    Examples:
      afterglow animate in.png out.mp4 --effect waves
      afterglow animate in.jpg out.mp4 --model svd-xt --motion-strength 0.7 --seed 1
      afterglow animate in.png out.mp4 --effect fire --set motion_strength=0.4
    """
    from afterglow.effects.animate.folder import Takes
    from afterglow.effects.animate.model import Here, Setting

    extras = {name: settings.pop(name) for name in ("count", "thumbnail", "sidecar")}
    models = Here(Setting(run.device_name(), settings.pop("vram"), settings.pop("commercial_only")))
    Takes(run, _effect(run, models, **settings), models, **extras).make()


def _effect(
    run: StreamRun,
    models: Here,
    look: str | None,
    sets: tuple[str, ...],
    **settings: Any,
) -> Animate:
    from afterglow.cli.footage import film_of
    from afterglow.effects.animate.effect import Animate
    from afterglow.effects.animate.looks import Look, typed

    values = dict(typed(each) for each in sets)
    control = settings.pop("control")
    if control is not None:
        values["control"] = ":".join(control)
    for name in _TYPED:
        given = settings.pop(name)
        if given is not None:
            values[_KEYS.get(name, name)] = given
    if run.duration is not None and "num_frames" in values:
        raise UsageError("--duration and the number of frames say the same", hint="give one")
    worn = Look() if look is None else _look(look)
    return Animate(
        models,
        look=worn,
        typed=values,
        tell=tell_steps,
        say=tell_note,
        duration=run.duration,
        lines=run.resolution,
        film=film_of,
        **settings,
    )


def _look(name: str) -> Any:
    from afterglow.cli.looks import find_look, read_look
    from afterglow.effects.animate.looks import look_of

    found = read_look(find_look("animate", name))
    return look_of(found.settings, str(found.path))
