"""Flags that several commands have: the same everywhere, and told only where they matter."""

from __future__ import annotations

import re
from typing import Any

import click
import pytest

from afterglow.cli.main import exit_code
from afterglow.cli.run import NOTES, StreamRun
from afterglow.effects.composite.effect import Composite
from tests.program import command_of, effects

COMPOSITE = ["composite", "in.mkv", "-", "out.mkv", "--bg=teal"]


def flags(command: str) -> dict[str, click.Option]:
    options = [each for each in command_of(command).params if isinstance(each, click.Option)]
    return {name: each for each in options for name in each.opts}


OF_RUNS = frozenset({"--resolution", "--qp"})
"""Flags of a run that a command may begin with another value of."""
OWN = frozenset(
    {
        "--mask", "--camera", "--bg", "--fit", "--model", "--strength", "--size",
        "--prompt", "--negative-prompt", "--steps", "--guidance", "--resolution", "--style",
    }
)  # fmt: skip
"""Flags that each command means in its own way."""


def test_a_flag_of_two_commands_is_one_flag() -> None:
    seen: dict[str, tuple[str, dict[str, Any]]] = {}
    for command in ("doctor", *effects()):
        for name, flag in flags(command).items():
            facts = flag.to_info_dict()
            told = {fact: facts[fact] for fact in ("type", "default", "is_flag", "nargs")}
            if name in OF_RUNS:
                told["default"] = None
            first, before = seen.setdefault(name, (command, told))
            assert told == before or name in OWN, f"{name} of {first} and {command}"


def test_what_is_known_of_a_backing_is_not_given() -> None:
    for name in ("--key", "--despill"):
        assert flags("matte")[name].to_info_dict()["default"] is None


def run(line: list[str]) -> tuple[Any, list[str]]:
    """The effect that a line asks for, and the lines that its run would begin with."""
    seen: list[Any] = []

    def through(self: StreamRun, *effects: Any) -> None:
        notes = click.get_current_context().meta.get(NOTES, [])
        seen.extend((effects[-1], list(notes)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StreamRun, "through", through)
        assert exit_code(line) == 0
    effect, notes = seen
    return effect, notes


def test_a_composite_takes_off_no_light_unless_asked() -> None:
    effect, _ = run(COMPOSITE)
    assert isinstance(effect, Composite) and (effect.despill, effect.key) == (0, "auto")
    effect, _ = run([*COMPOSITE, "--despill=0.5", "--key=blue"])
    assert (effect.despill, effect.key) == (0.5, (0, 0, 255))


def test_light_wraps_around_subjects_in_a_studio_only_unless_asked() -> None:
    for line, usual in (
        (COMPOSITE, 0.0),
        (["studio", "in.mkv", "-", "out.mkv", "--bg=room"], 0.25),
    ):
        assert run(line)[0].light_wrap == usual
        assert run([*line, "--light-wrap=0"])[0].light_wrap == 0


def test_a_seed_is_told_where_it_is_used() -> None:
    effect, notes = run(COMPOSITE)
    assert notes == []
    effect, notes = run([*COMPOSITE, "--match-grain"])
    (note,) = notes
    assert re.fullmatch(r"seed: \d+", note) and note == f"seed: {effect.seed}"
    effect, notes = run([*COMPOSITE, "--match-grain", "--seed=7"])
    assert effect.seed == 7 and notes == []
