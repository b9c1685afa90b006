"""Kinds of values that a flag takes: times, rates, sizes, numbers, colours, devices."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Any, cast

import click

_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:\.\d*)?)")
_SECONDS = re.compile(r"\d+(?:\.\d*)?|\.\d+")
_FASTEST = 10_000
"""Frames per second, at most."""
_LONGEST = 40
"""Characters of a time or a rate, at most: no number beyond floats comes from that."""
_NUMBER = re.compile(r"[+-]?(\d{1,9}(\.\d*)?|\.\d+)")
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
        text = str(value)
        seconds = _seconds(text) if len(text) <= _LONGEST else None
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
        text = str(value)
        rate = _rate(text) if len(text) <= _LONGEST else None
        if rate is None:
            self.fail(f"{value!r} is not a rate; write 25 or 24000/1001", param, ctx)
        if rate <= 0:
            self.fail(f"{value!r} is not above 0", param, ctx)
        if not Fraction(1, _FASTEST) <= rate <= _FASTEST:
            self.fail(f"{value!r} is not between 1/{_FASTEST} and {_FASTEST}", param, ctx)
        return rate


def _rate(text: str) -> Fraction | None:
    """The number; None for what is none, and for powers of ten, which can be of any size."""
    try:
        return None if "e" in text.lower() else Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None


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


class Pixels(click.ParamType[tuple[int, int]]):
    """A width and a height as WxH."""

    name = "WxH"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """(width, height) in pixels; a usage error for anything else."""
        if isinstance(value, tuple):
            return value
        found = re.fullmatch(r"(\d{1,4})x(\d{1,4})", str(value))
        if not found or min(int(found[1]), int(found[2])) < 8:
            self.fail(f"{value!r} is no size; write WxH, as 1024x576", param, ctx)
        return int(found[1]), int(found[2])


class Spacing(click.ParamType["int | Fraction"]):
    """A distance in time: a whole number of frames, or seconds as ``0.2s``."""

    name = "frames|seconds"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | Fraction:
        """An int of frames or a Fraction of seconds, above 0; a usage error for anything else."""
        if isinstance(value, int | Fraction):
            return value
        text = str(value)
        if text.isdecimal() and 1 <= int(text) <= 1000:
            return int(text)
        seconds = _seconds(text[:-1]) if text.endswith("s") else None
        if seconds is None or not 0 < seconds <= 60:
            self.fail(f"{value!r} is neither frames (1 to 1000) nor seconds like 0.2s", param, ctx)
        return seconds


class Number(click.FloatRange):
    """A finite number in a range, both ends in it."""

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number; a usage error for anything else, also for nan and the infinities."""
        number: float = super().convert(cast(float, value), param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a finite number", param, ctx)
        return number


class Odd(click.ParamType[int]):
    """An odd whole number in a range."""

    name = "odd"

    def __init__(self, low: int, high: int) -> None:
        self._low, self._high = low, high

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """The number; a usage error for anything else."""
        text = str(value)
        number = int(text) if text.isdecimal() else 0
        if number % 2 == 0 or not self._low <= number <= self._high:
            self.fail(
                f"{value!r} is not an odd number from {self._low} to {self._high}", param, ctx
            )
        return number


class Colour(click.ParamType[tuple[int, int, int]]):
    """A colour as ``#rrggbb`` (the # may be left out), ``r,g,b`` or one of a few plain names."""

    name = "colour"
    _NAMES = {  # noqa: RUF012 - read only
        "black": (0, 0, 0),
        "blue": (0, 0, 255),
        "cyan": (0, 255, 255),
        "gold": (255, 200, 80),
        "green": (0, 255, 0),
        "grey": (128, 128, 128),
        "magenta": (255, 0, 255),
        "orange": (255, 140, 0),
        "pink": (255, 120, 180),
        "purple": (140, 60, 220),
        "red": (255, 0, 0),
        "teal": (0, 150, 150),
        "white": (255, 255, 255),
        "yellow": (255, 255, 0),
    }

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int, int]:
        """(R, G, B), each 0-255; a usage error for anything else."""
        if isinstance(value, tuple):
            return value
        text = str(value).lower()
        if text in self._NAMES:
            return self._NAMES[text]
        if re.fullmatch(r"#?[0-9a-f]{6}", text):
            digits = text[-6:]
            return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
        parts = text.split(",")
        if len(parts) == 3 and all(part.isdecimal() and int(part) < 256 for part in parts):
            return int(parts[0]), int(parts[1]), int(parts[2])
        names = ", ".join(self._NAMES)
        message = f"{value!r} is no colour; write #rrggbb, r,g,b or one of {names}"
        raise click.BadParameter(message, ctx, param)


class Key(Colour):
    """A colour, or auto."""

    name = "auto|colour"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        """(R, G, B), each 0-255, or "auto"; a usage error for anything else."""
        return value if value == "auto" else super().convert(value, param, ctx)


class Offset(click.ParamType[tuple[float, float]]):
    """Two numbers ``x,y``, to the right and down, neither beyond a limit."""

    name = "x,y"

    def __init__(self, limit: float) -> None:
        self._limit = limit

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, float]:
        """(x, y); a usage error for anything else."""
        if isinstance(value, tuple):
            return value
        found = _pair(str(value))
        if found is None or max(map(abs, found)) > self._limit:
            limits = f"{-self._limit:g} to {self._limit:g}"
            self.fail(f"{value!r} is not x,y with numbers from {limits}", param, ctx)
        return found


def _pair(text: str) -> tuple[float, float] | None:
    first, _, second = text.partition(",")
    if not (_NUMBER.fullmatch(first.strip()) and _NUMBER.fullmatch(second.strip())):
        return None
    return float(first), float(second)
