"""Which family animates a picture: the one that was named, or the best one that is here."""

from __future__ import annotations

from typing import Any

from afterglow.effects.animate.model.family import FAMILIES, Family, preferred, with_control
from afterglow.errors import UsageError

_MORE = {"wan": ("ftfy",)}
"""Packages that a family needs besides."""


def present(family: Family, *, control: str = "", commercial_only: bool = False) -> bool:
    """Return True where all that a family needs is on this machine and may be used."""
    from afterglow.errors import ModelError

    try:
        require(family, control=control, commercial_only=commercial_only)
    except ModelError:
        return False
    return True


def require(family: Family, *, control: str = "", commercial_only: bool = False) -> None:
    """Raise ModelError unless all that a family needs is here; it tells how to get that.

    control: what of a video steers it, if anything; that must be seen in the video first.
    """
    from afterglow.effects.animate.model.seeing import NEEDED
    from afterglow.models.needed import require_needed
    from afterglow.models.pipelines import PACKAGES

    packages = (*PACKAGES, *_MORE.get(family.name, ()))
    needed = {**family.entries_with(control), **NEEDED.get(control, {})}
    require_needed(needed, commercial_only=commercial_only, packages=packages)


def chosen(
    name: str | None,
    wanted: tuple[str, ...],
    *,
    text: bool,
    control: str = "",
    commercial_only: bool = False,
) -> Family:
    """Return the family of that name, or the best one that is here.

    wanted: families that go before others. text: whether a prompt is to be read. control: what of
    a video shall steer it, if anything.

    Raises:
        UsageError: no video can steer it.
        ModelError: it is not here, or none is; it tells how to get the best one.
    """
    asked: Any = {"control": control, "commercial_only": commercial_only}
    if name is not None:
        _require_steered(FAMILIES[name], control)
        require(FAMILIES[name], **asked)
        return FAMILIES[name]
    order = [
        each for each in preferred(wanted, text=text) if not control or control in each.control
    ]
    for family in order:
        if present(family, **asked):
            return family
    usual = [] if text or wanted or control else [FAMILIES["svd-xt"]]
    require(_allowed([*usual, *order], control, commercial_only=commercial_only), **asked)
    raise AssertionError("a family was not here, and then it was")


def _allowed(families: list[Family], control: str, *, commercial_only: bool) -> Family:
    """The first of families that may be used; the first of all where none may."""
    from afterglow.models.lock import Model
    from afterglow.models.store import open_store

    def free(model: Model) -> bool:
        return model.commercial == "yes" or not commercial_only

    known = open_store().lock.model
    for family in families:
        if all(free(known(name)) for name in family.entries_with(control)):
            return family
    return families[0]


def _require_steered(family: Family, control: str) -> None:
    """Raise UsageError where something of a video shall steer a family, and cannot."""
    if control and control not in family.control:
        raise UsageError(
            f"no video can steer {family.name}; these take --control: {', '.join(with_control())}"
        )
