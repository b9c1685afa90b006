"""Previews: few lines of the first seconds, the same for every command that has them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

PREVIEW_LINES = 360
"""Lines of a preview, at most."""
PREVIEW_SECONDS = Fraction(5)
"""Length of a preview, at most."""


def preview(command: Command) -> Command:
    """Add --preview and pass ``preview: bool``."""
    told = "The first 5 seconds in 360 lines."
    return click.option("--preview", is_flag=True, help=told)(command)


def preview_lines(asked: int | None) -> int:
    """Lines of a preview where so many were asked for."""
    return PREVIEW_LINES if asked is None else min(asked, PREVIEW_LINES)


def preview_seconds(asked: Fraction | None) -> Fraction:
    """Length of a preview where so much was asked for."""
    return PREVIEW_SECONDS if asked is None else min(asked, PREVIEW_SECONDS)
