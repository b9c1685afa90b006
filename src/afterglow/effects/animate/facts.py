"""What is told of models and of a video that was made: a table, and the story of a take."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from afterglow.effects.animate.effect import Animate
from afterglow.effects.animate.model.family import FAMILIES, Family
from afterglow.effects.animate.shot import Shot
from afterglow.models.store import Store, open_store

_TOLD = ("afterglow", "torch", "diffusers", "transformers", "peft")
"""Packages whose versions decide what comes out."""


def table() -> list[str]:
    """Return a line for every family: what it takes and gives, its licence, whether it is here."""
    store = open_store()
    head = ["model", "text", "motion", "size", "frames", "fps", "control", "licence", "here"]
    rows = [head, *(_row(family, store) for family in FAMILIES.values())]
    widths = [max(len(row[place]) for row in rows) for place in range(len(head))]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    return [
        *lines,
        "text: reads a prompt. motion: is told how much moves, and how noisy the picture is.",
        "control: what of a video can steer it.",
    ]


def _row(family: Family, store: Store) -> list[str]:
    models = [store.lock.model(name) for name in family.entries]
    here = all(store.presence(model) == "yes" for model in models)
    size = "x".join(map(str, family.sizes[0]))
    return [
        family.name,
        "yes" if family.takes_text else "no",
        "yes" if family.takes_motion else "no",
        size,
        str(family.frames),
        f"{float(family.fps):g}",
        ",".join(family.control) or "no",
        "; ".join(dict.fromkeys(model.licence for model in models)),
        "yes" if here else "no",
    ]


def story_of(
    source: str, effect: Animate, shot: Shot, facts: Mapping[str, object]
) -> dict[str, object]:
    """Return, in plain values, everything that is needed to make a video again.

    facts: what is known besides, as the time that it took.
    """
    width, height = shot.motion.size
    return {
        "image": source,
        "model": shot.family.name,
        "seed": effect.seed,
        "values": {key: _plain(value) for key, value in shot.values.items() if key != "models"},
        "fit": effect.fit,
        "background": list(effect.ground),
        "size": f"{width}x{height}",
        "window": shot.motion.frames,
        "windows": shot.windows,
        "interpolate": effect.interpolate,
        "frames": shot.frames,
        "width": shot.size[0],
        "height": shot.size[1],
        "fps": str(shot.motion.fps),
        "weights": _weights(shot.family, shot.motion.control),
        "versions": _versions(),
        **facts,
    }


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float) or value is None else str(value)


def _weights(family: Family, control: str) -> dict[str, object]:
    """Where the weights came from, and what they are."""
    store = open_store()
    told: dict[str, object] = {}
    for name in family.entries_with(control):
        model = store.lock.model(name)
        told[name] = {
            "source": model.source,
            "repo": model.repo,
            "revision": model.revision,
            "licence": model.licence,
            "sha256": {file.path: file.sha256 for file in model.files},
        }
    return told


def _versions() -> dict[str, str]:
    found = {}
    for name in _TOLD:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
