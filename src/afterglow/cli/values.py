"""Kinds of values that a flag takes: times, rates, devices."""

from __future__ import annotations

import re
from fractions import Fraction

import click

_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:\.\d*)?)")
_SECONDS = re.compile(r"\d+(?:\.\d*)?|\.\d+")
_DEVICE = re.compile(r"auto|cpu|cuda(:\d+)?")


class Seconds(click.ParamType[Fraction]):
    """Seconds or HH:MM:SS.mmm, as an exact Fraction."""

    name = "time"

    def __init__(self, *, above_zero: bool = False) -> None:
        self._above_zero = above_zero

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Fraction:
        """The exact number of seconds; a usage error for anything else."""
        if isinstance(value, Fraction):
            return value
        seconds = _seconds(str(value))
        if seconds is None:
            self.fail(f"{value!r} is not a time; write seconds or HH:MM:SS.mmm", param, ctx)
        if self._above_zero and seconds == 0:
            self.fail(f"{value!r} is no time at all", param, ctx)
        return seconds


def _seconds(text: str) -> Fraction | None:
    if _SECONDS.fullmatch(text):
        return Fraction(text if not text.endswith(".") else text[:-1])
    clock = _CLOCK.fullmatch(text)
    if clock is None:
        return None
    hours, minutes, seconds = (Fraction((part or "0").rstrip(".")) for part in clock.groups())
    if seconds >= 60 or (clock[1] and minutes >= 60):
        return None
    return hours * 3600 + minutes * 60 + seconds


class Rate(click.ParamType[Fraction]):
    """Frames per second, exact: 25, 23.976 or 24000/1001."""

    name = "fps"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Fraction:
        """The exact rate; a usage error for anything else."""
        try:
            rate = Fraction(str(value))
        except (ValueError, ZeroDivisionError):
            self.fail(f"{value!r} is not a rate; write 25 or 24000/1001", param, ctx)
        if rate <= 0:
            self.fail(f"{value!r} is not above 0", param, ctx)
        return rate


class DeviceName(click.ParamType[str]):
    """auto, cpu, cuda or cuda:N."""

    name = "device"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """The name as it is; a usage error for anything else."""
        if not _DEVICE.fullmatch(str(value)):
            self.fail(f"{value!r} is not one of auto, cpu, cuda, cuda:N", param, ctx)
        return str(value)
