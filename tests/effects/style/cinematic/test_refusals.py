"""What cannot be filmed is told in one line, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from afterglow.cli.main import exit_code
from tests.effects.style.cinematic.shooting import shot


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["clip.mkv", "--style=noirr"], 2, "'noirr' is no style; did you mean noir?"),
        (["clip.mkv", "--style=noir,"], 2, "'' is no style"),
        (["clip.mkv", "--lut={}/broken.cube"], 2, "ends after 1 of 8 colours"),
        (["clip.mkv", "--lut={}/a.png"], 2, "the table of colours cannot be read"),
        (["clip.mkv", "--landscape"], 2, "--landscape lays a size of --quality on its side"),
        (["a.png", "b.png", "--start=1"], 2, "--start is for one SOURCE"),
        (["a.png", "clip.mkv", "--transition-time=2"], 2, "too short for transitions of 2 s"),
        (["a.png", "none.png"], 3, "none.png: no such file"),
        (["clip.mkv", "--camera=dolly", "--camera-amount=9"], 2, "the amount of dolly is 0 to 1"),
        (["clip.mkv", "--contact-sheet=a.mp4"], 2, "one picture is made"),
        (["clip.mkv", "--text=a lighthouse"], 2, "--text stands in place of SOURCE"),
        (["clip.mkv", "--fog=2"], 2, "2.0 is not in the range 0<=x<=1"),
        (["clip.mkv", "--fog=0.2:mud"], 2, "'mud' is no colour"),
        (["clip.mkv", "--camera=static", "--camera-amount=2"], 2, "the camera is static"),
        (["clip.mkv", "--camera-time=2"], 2, "the camera is static"),
        (["clip.mkv", "--fit=contain"], 2, "--fit brings pictures into a frame"),
        (["clip.mkv", "--depth=auto"], 2, "--depth auto looks at a picture"),
        (["clip.mkv", "--depth=none.png"], 2, "'none.png' is no file, and not auto"),
        (["a.png", "--depth=auto"], 4, "not here: depth-anything-v2-small"),
        (["clip.mkv", "--smooth"], 2, "--smooth makes pictures between"),
        (["clip.mkv", "--transition=dip"], 2, "a transition leads from one SOURCE to the next"),
        (["--text= "], 2, "--text says nothing"),
        (["--text=a lighthouse", "--device=cpu"], 4, "not here: sd15"),
        ([], 2, "missing argument 'TARGET'"),
    ],
)
def test_wrong_inputs_are_one_line(
    folder: Path,
    tmp_path: Path,
    arguments: list[str],
    code: int,
    told: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AFTERGLOW_MODELS", str(folder / "no models"))
    monkeypatch.delenv("AFTERGLOW_MODELS_LOCK", raising=False)
    filled = [each.format(folder) for each in arguments]
    names = [str(folder / each) for each in filled if not each.startswith("-")]
    flags = [each for each in filled if each.startswith("-")]
    assert exit_code(shot(*names, tmp_path / "out.mp4", *flags)) == code
    errors = [line for line in capsys.readouterr().err.splitlines() if "error" in line]
    assert len(errors) == 1 and told in errors[0]
    assert list(tmp_path.iterdir()) == []
