"""Which backend stands behind the name of a model, and which settings it takes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from afterglow.errors import UsageError

if TYPE_CHECKING:
    from afterglow.analysis.matting.backend import Backend

LEARNED = (
    "rvm",
    "rvm-torchscript",
    "rvm-resnet50",
    "birefnet",
    "birefnet-lite",
    "rembg",
    "rmbg2",
    "matanyone",
    "matanyone2",
)
"""Models whose weights are loaded by ``model``."""

MODELS = ("person", "chroma", "difference", *LEARNED)
"""Every model, the default first."""

_TAKEN: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("rvm", "rvm-torchscript", "rvm-resnet50"), frozenset({"downsample"})),
    "chroma": frozenset({"key", "tolerance", "softness", "despill"}),
    "difference": frozenset({"plate"}),
    "matanyone": frozenset({"mask", "chunk_seconds"}),
    "matanyone2": frozenset({"mask", "chunk_seconds"}),
}
"""Settings that only some models take, by model."""

Settings: TypeAlias = Mapping[str, Any]


def require_taken(models: Collection[str], given: Settings) -> None:
    """Raise UsageError for a setting that none of the models takes, or one that they lack."""
    taken = frozenset[str]().union(*(_TAKEN.get(model, frozenset()) for model in models))
    if given.get("key") not in (None, "auto"):
        taken |= {"key", "despill"} if given.get("despill") else set()
    for name, value in given.items():
        if value is not None and name not in taken:
            raise _not_taken(name, models)
    if "difference" in models and given.get("plate") is None:
        raise UsageError(
            "difference compares with a picture of the empty scene, and has none",
            hint="give it with --plate FILE; afterglow plate makes one from the video",
        )


def require_colours(
    models: Collection[str], given: Settings, *, gray: bool, decontaminate: bool
) -> None:
    """Raise UsageError where colours are to be cleaned that are clean, or are not written."""
    if decontaminate and set(models) == {"chroma"}:
        raise UsageError("--decontaminate says nothing to chroma: its colours are clean anyway")
    for flag, wanted in (
        ("--decontaminate", decontaminate),
        ("--despill", given.get("despill") is not None),
    ):
        if gray and wanted:
            raise UsageError(
                f"{flag} is about colours, and the target gets the matte alone",
                hint="write .mov (ProRes 4444), .mkv (FFV1), .webm (VP9) or a pipe",
            )


def _not_taken(name: str, models: Collection[str]) -> UsageError:
    takers = [model for model in MODELS if name in _TAKEN.get(model, ())]
    flag = "--" + name.replace("_", "-")
    hint = f"{flag} is for --model {' or '.join(takers)}"
    if name == "key":
        hint += ", or says whose light --despill takes off"
    if name == "despill":
        hint = "say whose light it is with --key green, blue or #rrggbb"
    return UsageError(f"{flag} says nothing to --model {', '.join(models)}", hint=hint)


def backend_for(
    model: str,
    given: Settings,
    *,
    device: str,
    commercial_only: bool,
    colours: bool,
    decontaminate: bool,
    around: int,
    say: Callable[[str], None],
) -> Backend:
    """The backend of a model with those of the settings that it takes; nothing is loaded yet.

    colours: the subject's colours are wanted too. decontaminate: without the background in them.
    around: pixels by which the matte will be widened.
    say: tells the person one line.

    Raises:
        UsageError: the model takes no such value.
        ModelError: its weights are not here, or may not be used.
    """
    mine = {
        name: value
        for name, value in given.items()
        if value is not None and name in _TAKEN.get(model, frozenset())
    }
    if model == "person":
        from afterglow.analysis.matting.person import Person
        from afterglow.models.person import person_networks, require_person

        require_person(commercial_only=commercial_only)
        return Person(*person_networks(commercial_only=commercial_only))
    if model == "chroma":
        from afterglow.effects.matte.chroma import Chroma

        mine["key"] = None if mine.get("key") == "auto" else mine.get("key")
        return Chroma(**mine, colours=colours, around=around, say=say)
    if model == "difference":
        from afterglow.effects.matte.difference import Difference

        return Difference(**mine, colours=colours and decontaminate)
    from afterglow.effects.matte.model import backend_of, require_model

    backend = backend_of(model, device, commercial_only=commercial_only, say=say, **mine)
    require_model(model, commercial_only=commercial_only)
    return backend
