"""Flags of commands that cut a subject out, or lay it over something, declared once."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import click

from afterglow.cli.values import Key, Number

Command = TypeVar("Command", bound=Callable[..., Any])


def backing(command: Command) -> Command:
    """Add --key and --despill and pass ``key`` and ``despill``, None where they are not given.

    key: (R, G, B) of the backing, each 0-255, or "auto"; despill: 0 to 1.
    """
    spill = "Share of the backing's light taken off the subject; "
    spill += "if not given, all by matte --model chroma, else none."
    key = "Colour of the backing; auto, as if not given, takes it from the first picture."
    command = click.option("--despill", type=Number(0, 1), help=spill)(command)
    return click.option("--key", type=Key(), help=key)(command)


def light_wrap(
    usual: float, without: str = "0.25 by studio, else none"
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add --light-wrap and --wrap-width, and pass ``light_wrap`` and ``wrap_width``.

    light_wrap: 0 to 1, ``usual`` where it is not given; wrap_width: per cent of the height.
    without: the words of the help for what is usual.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def with_wrap(*given: Any, light_wrap: float | None, **settings: Any) -> Any:
            share = usual if light_wrap is None else light_wrap
            return command(*given, light_wrap=share, **settings)

        width = "How far it bleeds, in per cent of the height."
        share = "Share of the background's light that bleeds over the subject's edge; "
        share += f"if not given, {without}."
        wide = click.option("--wrap-width", type=Number(0.1, 10), default=1.0, help=width)
        return click.option("--light-wrap", type=Number(0, 1), help=share)(wide(with_wrap))

    return decorate


def background_end(command: Command) -> Command:
    """Add --bg-end and pass ``ending``, loop or hold."""
    told = "What a shorter background does at its end: begin again, or stay on its last picture."
    ends = click.Choice(["loop", "hold"])
    return click.option("--bg-end", "ending", type=ends, default="loop", help=told)(command)


def shadow(command: Command) -> Command:
    """Add --shadow and pass ``darkness``, 0 to 1."""
    told = "Darkness of a soft shadow of the subject; 0 is none."
    return click.option("--shadow", "darkness", type=Number(0, 1), default=0.0, help=told)(command)
