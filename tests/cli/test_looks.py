"""Named looks: where they are found, what they may set, and what wins over them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from afterglow.cli import looks, options
from afterglow.cli.values import Number
from afterglow.errors import UsageError
from afterglow.shipped import shipped
from tests.program import afterglow

Wear = Callable[..., dict[str, Any]]

GOOD = 'description = "A good one."\nlayers = 3\nsoft-edge = 0.5\nungated = true\n'


@click.command()
@options.looks("trial")
@click.option("--layers", type=click.IntRange(1, 9), default=1, help="Number.")
@click.option("--soft-edge", type=Number(0), default=0.0, help="Pixels.")
@click.option("--ungated", is_flag=True, help="A switch.")
@click.option("--words", multiple=True, help="Anything.")
@click.option("--overwrite", is_flag=True, help="Not for looks.")
@click.pass_context
def trial(ctx: click.Context, **settings: Any) -> None:
    """Show the settings."""
    ctx.obj.update(settings)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The person's own folder of looks for ``trial``."""
    monkeypatch.setenv("AFTERGLOW_EFFECTS", str(tmp_path))
    (tmp_path / "trial").mkdir()
    return tmp_path / "trial"


def wear(*arguments: str, **more: Any) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    trial.main(list(arguments), standalone_mode=False, obj=settings, **more)
    return settings


def test_a_look_sets_what_was_not_said(own: Path) -> None:
    (own / "good.toml").write_text(GOOD)
    assert wear("--effect=good") == {
        "layers": 3, "soft_edge": 0.5, "ungated": True, "words": (), "overwrite": False,
    }  # fmt: skip
    assert wear()["layers"] == 1


def test_flags_win_over_the_look_and_it_over_the_defaults(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own / "good.toml").write_text(GOOD)
    monkeypatch.setenv("TRIAL_LAYERS", "5")
    seen = wear("--soft-edge=0.25", "--effect", "good", auto_envvar_prefix="TRIAL")
    assert (seen["soft_edge"], seen["layers"], seen["ungated"]) == (0.25, 5, True)
    assert wear("--layers=1", "--effect", "good")["layers"] == 1, "also when it is the default"


def test_a_look_may_lie_anywhere(own: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(GOOD)
    assert wear("--effect", str(tmp_path / "mine.toml"))["layers"] == 3
    with pytest.raises(UsageError, match="no such look file"):
        wear("--effect", str(tmp_path / "none.toml"))


def test_underscores_do_as_well(own: Path) -> None:
    (own / "good.toml").write_text('description = "x"\nsoft_edge = 2.0\nwords = ["a", "b"]\n')
    seen = wear("--effect=good")
    assert (seen["soft_edge"], seen["words"]) == (2.0, ("a", "b"))


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ('description = "x"\nlayer = 3', "layer in", "did you mean layers?"),
        ('description = "x"\nzzz = 3', "zzz in", "there are: layers, soft-edge"),
        ('description = "x"\noverwrite = true', "overwrite in", "there are:"),
        ('description = "x"\nlayers = 10', "10 is not in the range", ""),
        ('description = "x"\nlayers = "many"', "not a valid integer", ""),
        ('description = "x"\nlayers = true', "wrong kind", ""),
        ('description = "x"\nungated = 1', "wrong kind", ""),
        ('description = "x"\nlayers = 2.7', "'2.7' is not a valid integer", ""),
        ('description = "x"\nlayers = [1, 2]', "wrong kind", ""),
        ('description = "x"\nwords = "a"', "wrong kind", ""),
        ('description = "x"\nsoft-edge = nan', "not a finite number", ""),
        ('description = "x"\n[layers]\na = 1', "wrong kind", ""),
        ("layers = 3", "no description", "description"),
        ('description = " "', "no description", "description"),
        ("layers =", "cannot be read", ""),
    ],
)
def test_a_wrong_look_is_refused(text: str, message: str, hint: str, own: Path) -> None:
    (own / "bad.toml").write_text(text)
    with pytest.raises(UsageError, match=message) as caught:
        wear("--effect=bad")
    assert hint in caught.value.hint and "bad.toml" in str(caught.value)


def test_an_unknown_name_suggests_the_nearest(own: Path) -> None:
    (own / "good.toml").write_text(GOOD)
    with pytest.raises(UsageError, match=r"\(god\)") as caught:
        wear("--effect=god")
    assert caught.value.hint == "did you mean good?"


def test_the_list_has_names_and_descriptions(own: Path) -> None:
    (own / "good.toml").write_text(GOOD)
    (own / "a-longer-name.toml").write_text('description = "Another."\n')
    shown = CliRunner().invoke(trial, ["--list-effects"])
    assert shown.exit_code == 0
    assert shown.stdout == "a-longer-name  Another.\ngood           A good one.\n"


def test_a_broken_look_does_not_break_the_list(own: Path) -> None:
    (own / "good.toml").write_text(GOOD)
    (own / "bad.toml").write_text("description =")
    shown = CliRunner().invoke(trial, ["--list-effects"])
    assert shown.exit_code == 0 and shown.stdout == "good  A good one.\n"
    assert "bad is left out" in shown.stderr and "bad.toml" in shown.stderr


def test_the_persons_own_looks_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERGLOW_EFFECTS", str(tmp_path))
    (tmp_path / "ghost").mkdir()
    mine = tmp_path / "ghost" / "dreamy.toml"
    mine.write_text('description = "Mine."\nlayers = 2\n')
    assert looks.find_look("ghost", "dreamy") == mine
    assert set(looks.looks_of("ghost")) > {"dreamy", "silhouette"}


NEEDED = {"composite": ["--bg", "grey"]}
"""By command, the flags without which it does not run."""


WORN_BY = {"style": ["style", "cinematic"]}
"""The command that wears the looks of a folder, where it is not called like that."""
SHIPPED = sorted(
    path for path in shipped("effects").glob("*/*.toml") if path.stem not in looks.TABLES
)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_shipped_look_is_good(path: Path, tmp_path: Path) -> None:
    assert "\n" not in looks.read_look(path).description
    needed = NEEDED.get(path.parent.name, [])
    command = WORN_BY.get(path.parent.name, [path.parent.name])
    line = [*command, "no.mp4", tmp_path / "out.mp4", "--effect", path.stem, *needed]
    run = afterglow(*line)
    assert run.returncode == 3, run.stderr


def test_tables_beside_the_looks_are_none() -> None:
    assert (shipped("effects") / "style" / "emotions.toml").is_file()
    found = set(looks.looks_of("style"))
    assert {"cinematic", "noir"} <= found and "emotions" not in found
