"""Flags that several commands have: the same everywhere, and told only where they matter."""

from __future__ import annotations

import re
from typing import Any

import click
import pytest

from afterglow.cli.main import cli, exit_code
from afterglow.cli.run import NOTES, StreamRun
from afterglow.effects.composite.effect import Composite

COMPOSITE = ["composite", "in.mkv", "-", "out.mkv", "--bg=teal"]


def flags(command: str) -> dict[str, click.Parameter]:
    found = cli.get_command(click.Context(cli), command)
    assert found is not None
    return {name: each for each in found.params for name in each.opts}


@pytest.mark.parametrize("name", ["--key", "--despill"])
def test_what_is_known_of_a_backing_is_asked_alike(name: str) -> None:
    one, other = (flags(command)[name].to_info_dict() for command in ("matte", "composite"))
    assert one == other and one["default"] is None


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


def test_a_seed_is_told_where_it_is_used() -> None:
    effect, notes = run(COMPOSITE)
    assert notes == []
    effect, notes = run([*COMPOSITE, "--match-grain"])
    (note,) = notes
    assert re.fullmatch(r"seed: \d+", note) and note == f"seed: {effect.seed}"
    effect, notes = run([*COMPOSITE, "--match-grain", "--seed=7"])
    assert effect.seed == 7 and notes == []
