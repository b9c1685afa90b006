"""What a named effect may say: keys, kinds and ranges, and how its values meet those typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from afterglow.effects.animate.model.family import FAMILIES, Family
from afterglow.errors import UsageError


@dataclass(frozen=True, slots=True)
class Key:
    """What a key of an effect may be."""

    kind: str
    """text, number, whole or model names."""
    meaning: str
    """For people, in a few words."""
    least: float = 0.0
    """Smallest value of a number."""
    most: float = 0.0
    """Largest value of a number."""
    default: object = None
    """What it is where nobody says; None where that is the family's."""


SCHEMA: Mapping[str, Key] = {
    "prompt": Key("text", "what shall be seen", default=""),
    "negative_prompt": Key("text", "what shall not be seen", default=""),
    "motion_strength": Key("number", "how much moves (SVD)", 0, 1, 0.5),
    "noise": Key("number", "noise on the picture, which frees the motion (SVD)", 0, 1, 0.02),
    "guidance_scale": Key("number", "how closely the model follows what it is given", 1, 50),
    "num_frames": Key("whole", "frames that come out", 1, 100_000),
    "fps": Key("number", "frames per second", 0.1, 240),
    "steps": Key("whole", "steps from noise to a window", 1, 500),
    "decode_chunk": Key("whole", "frames decoded at once", 1, 256, 8),
    "lora": Key("text", "a LoRA file, FILE or FILE:scale", default=""),
    "control": Key("text", "a video that steers it, depth:FILE or pose:FILE", default=""),
    "camera_zoom": Key("number", "how much larger things are in the end", 0.25, 4, 1.0),
    "camera_pan": Key("number", "share of the width that the camera turns right", -0.5, 0.5, 0.0),
    "camera_tilt": Key("number", "share of the height that the camera turns up", -0.5, 0.5, 0.0),
    "camera_roll": Key("number", "degrees that the camera turns clockwise", -90, 90, 0.0),
    "anchor": Key("number", "how much of the picture's own colours is kept", 0, 1),
    "models": Key("model names", "models that suit it, the best one first", default=()),
}
"""Every key that an effect may have, besides its description and tables ``for.MODEL``."""


@dataclass(frozen=True, slots=True)
class Look:
    """A named effect, every value of which can be."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    """Values by key."""
    for_models: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Values by key that hold for one model alone, by its name."""


def look_of(told: Mapping[str, Any], where: str) -> Look:
    """Return an effect as its file says it.

    told: what the file says, without its description. where: its name, for errors.

    Raises:
        UsageError: a key is unknown, or a value cannot be.
    """
    own = {key: checked(key, value, where) for key, value in told.items() if key != "for"}
    tables = told.get("for", {})
    if not isinstance(tables, Mapping):
        raise UsageError(f"for is no table of models ({where})", hint="write [for.svd-xt]")
    return Look(own, {name: _for_model(name, table, where) for name, table in tables.items()})


def _for_model(name: str, table: Any, where: str) -> dict[str, Any]:
    if name not in FAMILIES:
        raise UsageError(f"there is no model {name} ({where})", hint=nearest(name, FAMILIES))
    if not isinstance(table, Mapping):
        raise UsageError(f"for.{name} is no table ({where})", hint=f"write [for.{name}]")
    if "models" in table:
        raise UsageError(f"models cannot be set for one model alone ({where})")
    return {key: checked(key, value, where) for key, value in table.items()}


def checked(key: str, value: Any, where: str) -> Any:
    """Return the value of a key as it is worked with.

    Raises:
        UsageError: there is no such key, or the value cannot be.
    """
    if key not in SCHEMA:
        raise UsageError(f"an effect has no {key} ({where})", hint=nearest(key, SCHEMA))
    rule = SCHEMA[key]
    if rule.kind == "model names":
        return _models(value, where)
    if rule.kind == "text":
        return _text(key, rule, value, where)
    return _number(key, rule, value, where)


def _models(value: Any, where: str) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise UsageError(f"models is no list of names ({where})", hint='models = ["svd-xt"]')
    for name in names:
        if name not in FAMILIES:
            raise UsageError(f"there is no model {name} ({where})", hint=nearest(name, FAMILIES))
    return tuple(names)


def _text(key: str, rule: Key, value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{key} is no text: {value!r} ({where})", hint=_told(key, rule))
    return value.strip()


def _number(key: str, rule: Key, value: Any, where: str) -> float:
    kinds = (int,) if rule.kind == "whole" else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds):
        name = "whole number" if rule.kind == "whole" else "number"
        raise UsageError(f"{key} is no {name}: {value!r} ({where})", hint=_told(key, rule))
    if not rule.least <= value <= rule.most:
        raise UsageError(
            f"{key} cannot be {value}: it lies between {rule.least:g} and {rule.most:g} ({where})",
            hint=_told(key, rule),
        )
    return value


def _told(key: str, rule: Key) -> str:
    return f"{key}: {rule.meaning}"


def typed(assignment: str) -> tuple[str, Any]:
    """Return the key and the value of KEY=VALUE as a person types it.

    Raises:
        UsageError: it is none, there is no such key, or the value cannot be.
    """
    key, equals, text = assignment.partition("=")
    key = key.strip().replace("-", "_")
    if not equals:
        raise UsageError(f"--set {assignment} sets nothing", hint="write --set KEY=VALUE")
    if key not in SCHEMA:
        raise UsageError(f"--set knows no {key}", hint=nearest(key, SCHEMA))
    return key, checked(key, _as_kind(SCHEMA[key].kind, text.strip()), "--set")


def _as_kind(kind: str, text: str) -> Any:
    """A text as a value of a kind; itself where it is none of that."""
    if kind == "model names":
        return text.split(",")
    try:
        return {"whole": int, "number": float}.get(kind, str)(text)
    except ValueError:
        return text


def merged(look: Look, typed: Mapping[str, Any], family: Family) -> dict[str, Any]:
    """Return a value for every key: what was typed, else the effect's for this family, else the
    effect's, else the family's, else ours.
    """
    usual = {key: rule.default for key, rule in SCHEMA.items()} | {
        "guidance_scale": family.guidance,
        "num_frames": family.frames,
        "fps": family.fps,
        "steps": family.steps,
    }
    return usual | {**look.settings, **look.for_models.get(family.name, {}), **typed}


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint: the known name that is most like one that is not known, or all of them."""
    every = list(known)
    near = get_close_matches(name, every, n=1)
    return f"did you mean {near[0]}?" if near else f"there are: {', '.join(every)}"
