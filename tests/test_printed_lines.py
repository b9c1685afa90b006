"""Every command line that README, the pages of docs and the help texts print can be typed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from afterglow.cli.main import cli

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
INDENTED = re.compile(r"^ {4,}(?:\w+=\S+ )?(afterglow .+)$", re.MULTILINE)
INLINE = re.compile(r"`(afterglow [^`]+)`")
A_FORM = re.compile(r"[\[<]|\.\.\.|SOURCE|VIDEO\b")
"""What stands in a line that shows the form of others, and cannot be typed itself."""


def printed() -> Iterator[tuple[str, str, bool]]:
    """Page, command line, and whether it is whole; a line of a pipe is several."""
    for page in PAGES:
        text = page.read_text()
        found = [(line, True) for line in INDENTED.findall(text)]
        found += [(line, False) for line in INLINE.findall(text)]
        for line, whole in found:
            plain = re.split(r"\s+#\s|\s>\s", line)[0]
            for part in re.split(r"\s(?:\||&&)\s", plain):
                if part.startswith("afterglow ") and not A_FORM.search(part):
                    yield page.name, part.strip(), whole


LINES = sorted(set(printed()))


def test_there_are_lines_of_every_page_that_has_any() -> None:
    pages = {page for page, _, _ in LINES}
    assert len(LINES) > 100 and {"README.md", "models.md", "style.md", "train.md"} <= pages


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of all names that the lines read, in the working folder."""
    monkeypatch.chdir(tmp_path)
    for _, line, _ in LINES:
        for word in shlex.split(line):
            name = word.partition("=")[2] or word
            if re.fullmatch(r"[\w.-]+\.\w+", name):
                Path(name).write_bytes(b"")
            elif re.fullmatch(r"\w+/", name):
                Path(name).mkdir(exist_ok=True)
    Path("mine.toml").write_text((ROOT / "effects/ghost/dreamy.toml").read_text())


@pytest.mark.parametrize(
    ("line", "whole"), [(line, whole) for _, line, whole in LINES], ids=lambda each: str(each)
)
def test_a_printed_line_can_be_typed(line: str, whole: bool, files: None) -> None:
    words, context = shlex.split(line)[1:], click.Context(cli, info_name="afterglow")
    command: click.Command = cli
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(context, words[0])
        assert found is not None, f"there is no {words[0]}"
        command, context = found, click.Context(found, context, info_name=words.pop(0))
    try:
        command.make_context(command.name, words, parent=context.parent)
    except click.exceptions.Exit as left:
        assert left.exit_code == 0
    except click.exceptions.NoArgsIsHelpError:
        assert not whole
    except click.MissingParameter:
        assert not whole, "something is missing"
