"""Learned mattes by name: which network, with which settings, stands behind the one interface."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from difflib import get_close_matches
from typing import Any

from afterglow.analysis.matting.backend import Backend
from afterglow.analysis.matting.person import Person
from afterglow.effects.matte.model.matanyone import MatAnyone
from afterglow.effects.matte.model.rvm import Rvm
from afterglow.effects.matte.model.still import BiRefNet, Rmbg
from afterglow.errors import UsageError
from afterglow.models.person import person_networks
from afterglow.models.store import open_store

Maker = Callable[..., Backend]

_MODELS: Mapping[str, tuple[Maker, str]] = {
    "rvm": (Rvm, "rvm-mobilenetv3"),
    "rvm-torchscript": (Rvm, "rvm-mobilenetv3-torchscript"),
    "rvm-resnet50": (Rvm, "rvm-resnet50"),
    "birefnet": (BiRefNet, "birefnet-general"),
    "rembg": (BiRefNet, "birefnet-general"),
    "birefnet-lite": (BiRefNet, "birefnet-general-lite"),
    "rmbg2": (Rmbg, "rmbg2"),
    "matanyone": (MatAnyone, "matanyone"),
    "matanyone2": (MatAnyone, "matanyone2"),
}
"""By the name that people say: who makes the backend, and the entry of the lock that it loads."""

MODELS = tuple(_MODELS)
"""Names of all learned mattes."""


def backend_of(
    name: str,
    device: str,
    *,
    commercial_only: bool = False,
    say: Callable[[str], None] | None = None,
    **options: Any,
) -> Backend:
    """The backend of that name; nothing is loaded before its first frame.

    device: cpu, cuda or cuda:N.
    say: told, in one line each, what a person should know of the licence and of the device.
    options: settings of the backend, by the names of its fields; None leaves one as it is.
        Without a mask, matanyone and matanyone2 follow whom ``person`` finds, unless ``first``
        is given.

    Raises:
        UsageError: there is no such model, or it has no such setting or value.
    """
    if name not in _MODELS:
        near = get_close_matches(name, MODELS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(MODELS)}"
        raise UsageError(f"there is no matte model {name!r}", hint=hint)
    make, entry = _MODELS[name]
    given = {key: value for key, value in options.items() if value is not None}
    _check_options(name, make, given)
    if say is not None:
        _say_licence(name, entry, say)
        if "say" in _settings(make):
            given["say"] = say
    if make is MatAnyone and not given.keys() & {"mask", "first"}:
        given["first"] = Person(*person_networks(commercial_only=commercial_only))
    return make(entry, device, commercial_only=commercial_only, **given)


def require_model(name: str, *, commercial_only: bool = False) -> None:
    """Raise ModelError unless the weights of that name are here and may be used; none is hashed."""
    open_store().find(_MODELS[name][1], commercial_only=commercial_only)


def _say_licence(name: str, entry: str, say: Callable[[str], None]) -> None:
    """Say so where the weights allow no commercial use; raises ModelError for no such entry."""
    model = open_store().lock.model(entry)
    if model.commercial == "no":
        say(f"{name}: its licence, {model.licence}, allows no commercial use")


def _settings(make: Any) -> list[str]:
    """What a backend can be given, besides its weights, its device and the licences."""
    return [field.name for field in fields(make)][3:]


def _check_options(name: str, make: Any, given: Mapping[str, Any]) -> None:
    known = [each for each in _settings(make) if each != "say"]
    for key in given:
        if key not in known:
            raise UsageError(
                f"the model {name} has no setting {key}={given[key]!r}",
                hint=f"it has {', '.join(known) or 'none'}",
            )
