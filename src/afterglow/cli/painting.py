"""Flags of commands that paint a background from words, declared once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from afterglow.cli.values import Number

Command = TypeVar("Command", bound=Callable[..., Any])

SETTINGS = ("negative", "model", "strength", "steps", "guidance")
"""What ``painting`` passes."""
_FLAGS = (
    click.option(
        "--negative-prompt",
        "negative",
        default="",
        show_default=False,
        metavar="TEXT",
        help="What the background shall not show.",
    ),
    click.option(
        "--sd-model",
        "model",
        type=click.Choice(["sd15", "sdxl"]),
        default="sd15",
        help="Stable Diffusion 1.5 (512 pixels) or XL (1024 pixels).",
    ),
    click.option(
        "--strength",
        type=Number(0, 1, min_open=True),
        default=0.95,
        help="How much is painted anew; with less, more of the real room's layout survives.",
    ),
    click.option("--steps", type=click.IntRange(1, 500), default=30, help="Steps of the painting."),
    click.option(
        "--guidance", type=Number(1, 50), default=7.5, help="How closely the prompt is followed."
    ),
)


def painting(command: Command) -> Command:
    """Add the flags of what paints, and pass the ``SETTINGS``."""
    for decorate in reversed(_FLAGS):
        command = decorate(command)
    return command
