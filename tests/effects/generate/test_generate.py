"""The generate command, from clips to pictures, with tiny random weights of the real classes."""

from __future__ import annotations

import json
import signal
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.cli.main import exit_code
from tests.program import PROGRAM
from tests.scenes import Scene, Subject, View, walk, write_clip

SCENE = Scene(96, 54, frames=8, subject=Subject(area=0.08, path=walk((0.2, 0.5), (0.08, 0.0))))
LINE = ["generate", "in.mkv", "matte.mkv", "out.png", "--prompt", "a beach", "--steps", "2"]
SMALL = ["--resolution", "54"]
CLASSES = {
    ("sd15", False): "sd15-inpaint, StableDiffusionInpaintPipeline",
    ("sd15", True): "sd15-inpaint, StableDiffusionControlNetInpaintPipeline",
    ("sdxl", False): "sdxl-inpaint, StableDiffusionXLInpaintPipeline",
    ("sdxl", True): "sdxl-inpaint, StableDiffusionXLControlNetInpaintPipeline",
}


@pytest.fixture
def bare(workplace: Path) -> Path:
    """A folder with in.mkv and its matte.mkv, and another for what is temporary; no models."""
    views = list(SCENE)
    write_clip(Path("in.mkv"), views)
    write_clip(Path("matte.mkv"), [grey(view) for view in views])
    return workplace


@pytest.fixture
def there(
    bare: Path, no_network: None, tiny_painters: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The same with tiny models; every try to reach another machine fails."""
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(tiny_painters))
    return bare


def grey(view: View) -> View:
    return replace(view, rgb=np.repeat(view.alpha[..., None], 3, axis=2))


def picture(name: str = "out.png") -> NDArray[Any]:
    with av.open(name) as box:
        return next(box.decode(video=0)).to_ndarray(format="rgb24")


def run(*more: str) -> bytes:
    """The bytes of the picture that a line makes."""
    assert exit_code([*LINE, *more, "--overwrite"]) == 0
    return Path("out.png").read_bytes()


@pytest.mark.parametrize(("model", "geometry"), CLASSES)
def test_both_models_really_paint(
    model: str, geometry: bool, there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = [*SMALL, "--sd-model", model, "--seed", "5", *(["--keep-geometry"] * geometry)]
    made = run(*flags)
    told = capsys.readouterr().err
    assert f"painting at 112x64 ({CLASSES[model, geometry]})" in told
    assert ("depth of the real room (depth-anything-v2-small)" in told) == geometry
    assert picture().shape == (54, 96, 3) and picture().std() > 5
    assert run(*flags) == made, "the same seed gives the same bytes"
    assert sorted(each.name for each in there.iterdir()) == [
        "in.mkv", "matte.mkv", "out.png", "temporary"
    ]  # fmt: skip
    assert list((there / "temporary").iterdir()) == []


def test_the_seed_is_drawn_and_told(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = run(*SMALL)
    (line,) = [each for each in capsys.readouterr().err.splitlines() if "seed: " in each]
    seed = line.rpartition(" ")[2]
    assert run(*SMALL, "--seed", seed) == made
    assert run(*SMALL, "--seed", str(int(seed) + 1)) != made


@pytest.mark.parametrize(
    "more",
    [
        ["--strength", "1"],
        ["--steps", "3"],
        ["--guidance", "3"],
        ["--negative-prompt", "people"],
        ["--prompt", "a forest"],
        ["--no-light-words"],
        ["--only-hole"],
        ["--keep-geometry"],
    ],
    ids=lambda more: str(more[0]),
)
def test_every_flag_is_heeded(there: Path, more: list[str]) -> None:
    seeded = [*SMALL, "--seed", "1", "--time", "0.24"]
    assert run(*seeded) != run(*seeded, *more)


def test_the_picture_has_the_lines_asked_for(there: Path, capsys: Any) -> None:
    resampled = run("--resolution", "90", "--seed", "1", "--refine", "resample")
    assert "refining" not in capsys.readouterr().err
    assert run("--resolution", "90", "--seed", "1") != resampled
    assert picture().shape == (90, 160, 3)
    assert "refining 6 tiles of 64 pixels at 160x96" in capsys.readouterr().err


def test_1080_lines_are_made_unless_others_are_asked_for(there: Path, capsys: Any) -> None:
    assert exit_code([*LINE, "--dry-run"]) == 0
    assert "out.png: 1920x1080" in capsys.readouterr().err
    assert not Path("out.png").exists()


def test_only_the_hole_is_painted(there: Path) -> None:
    run(*SMALL, "--only-hole", "--time", "0.12", "--seed", "1")
    view, found = SCENE.view(3), picture().astype(int)
    far = np.hypot(*(np.indices((54, 96)) - np.array([27, 96 * 0.44])[:, None, None])) > 35
    apart = np.abs(found - view.clean).max(axis=2)
    assert np.mean(apart[far]) < 3 and np.mean(apart[view.alpha == 255]) > 15


def test_time_counts_from_the_beginning_of_the_source(there: Path, capsys: Any) -> None:
    run(*SMALL, "--time", "0.2", "--start", "0.12")
    assert "reference: frame 2," in capsys.readouterr().err
    run(*SMALL, "--time", "0.2")
    assert "reference: frame 5," in capsys.readouterr().err


def test_a_pipe_is_read_once(there: Path, capsys: Any) -> None:
    made = run(*SMALL, "--seed", "3")
    line = [*PROGRAM, "generate", "-", *LINE[2:], *SMALL, "--seed", "3", "--overwrite"]
    piped = subprocess.run(
        line, input=Path("in.mkv").read_bytes(), capture_output=True, timeout=300
    )
    assert piped.returncode == 0, piped.stderr
    assert piped.stdout == b"" and Path("out.png").read_bytes() == made
    assert list((there / "temporary").iterdir()) == []


def test_auto_takes_what_moves_without_networks(there: Path, capsys: Any) -> None:
    line = [each if each != "matte.mkv" else "auto" for each in LINE]
    assert exit_code([*line, *SMALL]) == 0
    assert "the subject is what moves" in capsys.readouterr().err
    assert exit_code([*line, *SMALL, "--only-hole", "--overwrite"]) == 2
    assert "no matte says where that is" in capsys.readouterr().err


def test_steps_are_told(there: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr("afterglow.cli.progress.JSON_INTERVAL", 0.0)
    run("--resolution", "90", "--sd-model", "sdxl", "--strength", "1", "--steps", "4", "--json")
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    stages = [(each["name"], each["total"]) for each in events if each["event"] == "stage"]
    assert [name for name, _ in stages][-2:] == ["painting", "refining"]
    assert dict(stages)["painting"] == 4 and dict(stages)["refining"] == 6
    began = [each.get("name") for each in events].index("painting")
    steps = [each["frames"] for each in events[began:] if each["event"] == "progress"]
    assert steps == [1, 2, 3, 4, 1, 2, 3, 4, 5, 6]
    assert events[-1]["event"] == "done" and events[-1]["target"] == "out.png"


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        (["--prompt", " "], 2, "--prompt says nothing"),
        (["--time", "9"], 2, "no frame is shown at --time"),
        (["--time", "0.1", "--start", "0.2"], 2, "--time 0.1 is before --start 0.2"),
        (["--strength", "0"], 2, "--strength"),
        (["--sd-model", "sd3"], 2, "--sd-model"),
    ],
)
def test_what_cannot_be_is_one_line(
    there: Path, more: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code([*LINE, *SMALL, *more]) == code
    assert words in capsys.readouterr().err
    assert not Path("out.png").exists()


def test_what_is_made_is_one_picture(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = [each if each != "out.png" else "out.mkv" for each in LINE]
    assert exit_code(line) == 2
    assert "one picture is made, and out.mkv is none" in capsys.readouterr().err


@pytest.mark.parametrize("source", ["in.mkv", "-"])
def test_models_that_are_not_here_are_told_before_any_work(
    bare: Path, source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    line = [each if each != "in.mkv" else source for each in LINE]
    assert exit_code([*line, "--sd-model", "sdxl", "--keep-geometry"]) == 4
    told = capsys.readouterr().err
    assert "error: not here: sdxl-inpaint (size not known, licence CreativeML OpenRAIL++-M)" in told
    assert "controlnet-depth-sdxl (2.5 GB, licence OpenRAIL++)" in told
    assert "depth-anything-v2-small (99.2 MB, licence Apache-2.0)" in told
    assert "&& afterglow models lock sdxl-inpaint" in told
    assert "&& afterglow models pull sdxl-inpaint --trust-on-first-use" in told
    assert told.rstrip().endswith("&& afterglow models pull depth-anything-v2-small")
    assert not Path("out.png").exists()


@pytest.mark.parametrize("purpose", ["copying", "painting"])
def test_ctrl_c_leaves_nothing(there: Path, purpose: str) -> None:
    """A run that is stopped, while a pipe is copied or between two steps of a model."""
    source = "-" if purpose == "copying" else "in.mkv"
    line = [*PROGRAM, "generate", source, *LINE[2:6], *SMALL, "--steps", "500", "--json"]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        assert program.stdin is not None and program.stderr is not None
        if purpose == "copying":
            program.stdin.write(Path("in.mkv").read_bytes()[:-2000])
            program.stdin.flush()
        for told in program.stderr:
            event = json.loads(told)
            if event["event"] == "stage" and event["name"].startswith(purpose):
                break
        else:
            pytest.fail("it ended by itself")
        program.send_signal(signal.SIGINT)
        rest = program.stderr.read().decode()
        assert program.wait(60) == 130, rest
    assert "Traceback" not in rest and not Path("out.png").exists()
    assert list((there / "temporary").iterdir()) == []
