"""Kinds of values: exact times and rates, and what is refused."""

from __future__ import annotations

from fractions import Fraction

import click
import pytest

from afterglow.cli.values import Colour, DeviceName, Number, Odd, Rate, Seconds, Spacing


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", Fraction(0)),
        ("30", Fraction(30)),
        ("0.1", Fraction(1, 10)),
        (".5", Fraction(1, 2)),
        ("2.", Fraction(2)),
        ("1:30", Fraction(90)),
        ("90:00", Fraction(5400)),
        ("01:02:03.004", Fraction(3723004, 1000)),
        ("100:00:00", Fraction(360000)),
    ],
)
def test_times_are_exact(text: str, seconds: Fraction) -> None:
    assert Seconds().convert(text, None, None) == seconds


@pytest.mark.parametrize(
    "text",
    ["-1", "1e3", "1:60", "1:75:00", "1:2:3:4", "abc", "", "1/3", "inf", "nan", "1:-2", "9" * 400],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="not a time"):
        Seconds().convert(text, None, None)


def test_no_time_at_all_is_no_duration() -> None:
    with pytest.raises(click.BadParameter, match="no time at all"):
        Seconds(above_zero=True).convert("0.0", None, None)


def test_rates_are_exact() -> None:
    assert Rate().convert("24000/1001", None, None) == Fraction(24000, 1001)
    assert Rate().convert("23.976", None, None) == Fraction(23976, 1000)


@pytest.mark.parametrize(
    "text", ["0", "-5", "1/0", "fast", "1e400", "10001", "1/10001", "1" * 5000]
)
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter):
        Rate().convert(text, None, None)


@pytest.mark.parametrize("name", ["auto", "cpu", "cuda", "cuda:0", "cuda:12"])
def test_devices(name: str) -> None:
    assert DeviceName().convert(name, None, None) == name


@pytest.mark.parametrize("name", ["gpu", "cuda:", "cuda:x", "CPU", ""])
def test_what_is_no_device_is_refused(name: str) -> None:
    with pytest.raises(click.BadParameter):
        DeviceName().convert(name, None, None)


def test_spacing_is_frames_or_seconds() -> None:
    assert Spacing().convert("5", None, None) == 5
    assert Spacing().convert("0.2s", None, None) == Fraction(1, 5)


@pytest.mark.parametrize("text", ["0", "0s", "-1", "1.5", "s", "x", "61s", "1001"])
def test_what_is_no_spacing_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter):
        Spacing().convert(text, None, None)


def test_odd_numbers() -> None:
    assert Odd(3, 31).convert("31", None, None) == 31
    for text in ("30", "1", "33", "x"):
        with pytest.raises(click.BadParameter):
            Odd(3, 31).convert(text, None, None)


def test_colours() -> None:
    assert Colour().convert("#ff8000", None, None) == (255, 128, 0)
    assert Colour().convert("1,2,255", None, None) == (1, 2, 255)
    assert Colour().convert("White", None, None) == (255, 255, 255)
    for text in ("#ff80", "1,2", "1,2,256", "no colour"):
        with pytest.raises(click.BadParameter):
            Colour().convert(text, None, None)


def test_colours_do_without_the_hash() -> None:
    assert Colour().convert("FF8000", None, None) == (255, 128, 0)


def test_numbers_are_finite_and_in_their_range() -> None:
    assert Number(0.05, 4).convert("0.05", None, None) == 0.05
    for value in ("nan", "-nan", "inf", "-inf", float("nan"), "4.1", "x"):
        with pytest.raises(click.BadParameter):
            Number(0.05, 4).convert(value, None, None)
    with pytest.raises(click.BadParameter):
        Number().convert("inf", None, None)
