"""The README shows the program's own help, and names what is there."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import click

from afterglow.cli.main import cli

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_help_texts_are_those_of_the_program() -> None:
    line = [sys.executable, ROOT / "scripts/readme", "--check"]
    result = subprocess.run(line, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_every_effect_has_a_card_with_its_help() -> None:
    for entry in entry_points(group="afterglow.effects"):
        assert f"### {entry.name}:" in README
        for name in parts(entry.name):
            assert f"<!-- help: {name} -->\n```text\nUsage: afterglow {name} " in README
        assert (ROOT / "docs" / f"{entry.name}.md").is_file()


def parts(name: str) -> list[str]:
    """The command of that name, or each one of a group."""
    command = cli.get_command(click.Context(cli), name)
    if not isinstance(command, click.Group):
        return [name]
    return [f"{name} {part}" for part in command.list_commands(click.Context(command))]


def test_links_lead_to_files() -> None:
    links = re.findall(r"\]\(([^)#:]+)[^)]*\)", README)
    assert len(links) > 4
    assert [link for link in links if not (ROOT / link).exists()] == []


PLACES = {"SOURCE", "ALPHA", "PORTRAIT", "CHARACTER", "BACKGROUND", "IMAGE", "FOLDER"}
"""What commands call the files on their line."""
HELP = dict(re.findall(r"<!-- help: ([\w ]+) -->\n```text\nUsage: (.*?)```", README, re.DOTALL))


def test_helps_speak_only_of_what_stands_on_their_own_line() -> None:
    strangers = {}
    for name, text in HELP.items():
        words = set(re.findall(r"[A-Z]+", text.partition("\n\n")[0]))
        named = re.findall(r"(?<![A-Z|-])([A-Z]+)(?![A-Z|])", text.replace("room|IMAGE", ""))
        strangers[name] = (set(named) & PLACES) - words
    assert len(strangers) > 9 and not any(strangers.values()), strangers
