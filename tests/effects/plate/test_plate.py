"""The plate command, from files and pipes to pictures."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.cli.main import exit_code
from tests.models.weights import entry, file, write_lock
from tests.program import PROGRAM
from tests.scenes import Scene, Subject, View, pan, walk, write_clip

SCENE = Scene(96, 54, frames=10, subject=Subject(area=0.08, path=walk((0.2, 0.5), (0.06, 0.0))))
STUCK = replace(SCENE, subject=Subject(area=0.05, path=walk((0.5, 0.5), (0.0, 0.0))))


def write(of: Scene, **more: Any) -> None:
    """in.mkv and its matte.mkv."""
    views = list(of)
    write_clip(Path("in.mkv"), views, **more)
    write_clip(Path("matte.mkv"), [grey(view) for view in views])


def grey(view: View) -> View:
    alpha = view.alpha if view.alpha.dtype == np.uint8 else (view.alpha >> 8).astype(np.uint8)
    return replace(view, rgb=np.repeat(alpha[..., None], 3, axis=2))


def picture(name: str, kind: str = "rgb24") -> NDArray[Any]:
    with av.open(name) as box:
        return next(box.decode(video=0)).to_ndarray(format=kind)


def format_of(name: str) -> str:
    with av.open(name) as box:
        return str(box.streams.video[0].codec_context.pix_fmt)


def pair(depth: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """clear.png with its alpha and out.png, in the depth in which they must have been written."""
    clear, out = ("rgba", "rgb24") if depth == 8 else ("rgba64le", "rgb48le")
    assert (format_of("out.png") == "rgb24") == (depth == 8)
    return picture("clear.png", clear), picture("out.png", out)


def psnr(found: NDArray[Any], clean: NDArray[Any]) -> float:
    wrong = np.mean(((found.astype(float) - clean) / 255) ** 2)
    return float(-10 * np.log10(max(wrong, 1e-12)))


def test_a_plate_of_a_file(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(SCENE)
    assert exit_code(["plate", "in.mkv", "matte.mkv", "out.png", "--coverage", "seen.png"]) == 0
    assert psnr(picture("out.png"), SCENE.view(0).clean) > 40
    assert format_of("out.png") == "rgb24" and format_of("seen.png") == "gray16be"
    seen = picture("seen.png", "gray16le")
    assert seen.max() == 65535 and 0 < seen[27, 48] < 65535
    assert "plate: 10 frames, 100.00% seen, 0.00% invented (telea)" in capsys.readouterr().err
    assert list((workplace / "temporary").iterdir()) == []


def test_a_deep_source_gives_a_deep_plate(workplace: Path) -> None:
    deep = replace(SCENE, depth=16)
    write(deep, pixel_format="gbrp16le")
    assert exit_code(["plate", "in.mkv", "matte.mkv", "out.png", "--quiet"]) == 0
    assert format_of("out.png") == "rgb48be"
    found = picture("out.png", "rgb48le").astype(float) / 257
    assert psnr(found, deep.view(0).clean.astype(float) / 257) > 45


@pytest.mark.parametrize("way", ["telea", "ns"])
@pytest.mark.parametrize("depth", [8, 16])
def test_holes_are_filled(workplace: Path, way: str, depth: Any) -> None:
    write(replace(STUCK, depth=depth), pixel_format="bgr0" if depth == 8 else "gbrp16le")
    line = ["plate", "in.mkv", "matte.mkv", "--quiet"]
    assert exit_code([*line, "clear.png", "--inpaint", "none"]) == 0
    assert exit_code([*line, "out.png", "--inpaint", way]) == 0
    clear, filled = pair(depth)
    holes = clear[..., 3] == 0
    assert 0.05 < holes.mean() < 0.3 and (clear[~holes, 3] == (1 << depth) - 1).all()
    assert np.array_equal(clear[~holes, :3], filled[~holes]), "what was seen stays"
    assert not clear[holes, :3].any()
    assert filled[holes].min() > filled[~holes].min() // 2, "what was not is made from it"


def test_what_is_invented_is_said(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(STUCK)
    assert exit_code(["plate", "in.mkv", "matte.mkv", "out.png", "--json"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    (told,) = [each["text"] for each in events if each["event"] == "note"]
    assert "seen" in told and "invented (telea)" in told and "100.00%" not in told
    stages = [each["name"] for each in events if each["event"] == "stage"]
    assert stages == ["camera and light", "median", "median"]
    assert events[-1]["event"] == "done" and events[-1]["frames"] == 30


def test_a_pipe_is_read_once(workplace: Path) -> None:
    write(SCENE)
    clip = Path("in.mkv").read_bytes()
    line = [*PROGRAM, "plate", "-", "matte.mkv", "piped.png"]
    made = subprocess.run(line, input=clip, capture_output=True, timeout=60)
    assert made.returncode == 0, made.stderr
    assert exit_code(["plate", "in.mkv", "matte.mkv", "out.png", "--quiet"]) == 0
    assert np.array_equal(picture("piped.png"), picture("out.png"))
    assert list((workplace / "temporary").iterdir()) == []


@pytest.mark.parametrize("alpha", [["-"], []], ids=["dash", "left out"])
def test_a_pipe_brings_its_own_matte(workplace: Path, alpha: list[str]) -> None:
    views = list(SCENE)
    rgba = [replace(v, rgb=np.dstack([v.rgb, v.alpha])) for v in views]
    with av.open("own.mkv", "w") as box:
        stream: Any = box.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 96, 54, "bgra"
        for view in rgba:
            box.mux(stream.encode(av.VideoFrame.from_ndarray(view.rgb, format="rgba")))
        box.mux(stream.encode(None))
    line = [*PROGRAM, "plate", "-", *alpha, "piped.png"]
    made = subprocess.run(line, input=Path("own.mkv").read_bytes(), capture_output=True, timeout=60)
    assert made.returncode == 0, made.stderr
    assert psnr(picture("piped.png"), SCENE.view(0).clean) > 40


def test_auto_takes_what_moves_without_networks(
    workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(replace(SCENE, frames=20))
    assert exit_code(["plate", "in.mkv", "auto", "out.png"]) == 0
    assert "the subject is what moves" in capsys.readouterr().err
    assert psnr(picture("out.png"), SCENE.view(0).clean) > 40


def test_a_panorama_is_clear_where_nothing_was_seen(workplace: Path) -> None:
    write(replace(SCENE, camera=pan(-3.0, 1.5)))
    assert exit_code(["plate", "in.mkv", "matte.mkv", "out.png", "--panorama", "--quiet"]) == 0
    found = picture("out.png", "rgba")
    assert found.shape[1] > 96 + 24 and found.shape[0] > 54 + 10
    assert (found[..., 3] == 0).any() and set(np.unique(found[..., 3])) == {0, 255}


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        (["in.mkv", "out.png"], 2, "no matte of its own"),
        (["in.mkv", "matte.mkv", "out.mkv"], 2, "one picture is made"),
        (["in.mkv", "matte.mkv", "out.png", "--coverage", "seen.mp4"], 2, "one picture is made"),
        (["in.mkv", "matte.mkv", "there.png"], 2, "exists already"),
        (["-", "there.png"], 2, "exists already"),
        (["in.mkv", "matte.mkv", "out.png", "--coverage", "there.png"], 2, "exists already"),
        (["in.mkv", "matte.mkv", "no/out.png"], 3, "there is no folder"),
        ([".", "matte.mkv", "out.png"], 2, "not of a folder"),
        (["none.mkv", "matte.mkv", "out.png"], 3, "none.mkv"),
        (["in.mkv", "matte.mkv", "out.png", "--inpaint", "lama"], 4, "models pull big-lama"),
        (["in.mkv", "matte.mkv", "out.png", "--codec", "h264"], 2, "no such option"),
    ],
)
def test_what_cannot_be_is_said_before_any_work(
    workplace: Path, line: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(replace(SCENE, frames=2))
    Path("there.png").write_bytes(b"mine")
    before = sorted(each.name for each in workplace.iterdir())
    assert exit_code(["plate", *line]) == code
    assert words in capsys.readouterr().err
    assert sorted(each.name for each in workplace.iterdir()) == before
    assert Path("there.png").read_bytes() == b"mine"


def test_a_dry_run_writes_nothing(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(SCENE)
    assert exit_code(["plate", "in.mkv", "matte.mkv", "out.png", "--dry-run"]) == 0
    assert "output   out.png: 96x54" in capsys.readouterr().err
    assert not Path("out.png").exists()


def test_ctrl_c_leaves_nothing(workplace: Path) -> None:
    write(SCENE)
    line = [*PROGRAM, "plate", "-", "auto", "out.png"]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdin is not None
        run.stdin.write(Path("in.mkv").read_bytes()[:-2000])
        run.stdin.flush()
        for _ in range(300):
            if any((workplace / "temporary").iterdir()):
                break
            time.sleep(0.1)
        assert any((workplace / "temporary").iterdir()), "the pipe is being copied"
        run.send_signal(signal.SIGINT)
        assert run.wait(30) == 130
    assert not Path("out.png").exists() and list((workplace / "temporary").iterdir()) == []


def lama_file() -> bytes:
    """A network of LaMa's interface that fills holes with one colour and spoils all the rest."""
    torch = pytest.importorskip("torch")
    from tests.models.tiny import torchscript_file

    class Tiny(torch.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            colour = torch.tensor([1.0, 0.5, 0.0]).view(1, 3, 1, 1)
            self.colour = torch.nn.Parameter(colour)

        def forward(self, image, mask):  # type: ignore[no-untyped-def]
            assert image.shape[2] % 8 == 0 and image.shape[3] % 8 == 0 and mask.shape[1] == 1
            return mask * self.colour + (1 - mask) * (1 - image)

    return torchscript_file(Tiny())


@pytest.mark.parametrize("depth", [8, 16])
def test_lama_fills_the_holes_only(
    workplace: Path, monkeypatch: pytest.MonkeyPatch, depth: Any
) -> None:
    content = lama_file()
    (workplace / "own").mkdir()
    (workplace / "own" / "lama.pt").write_bytes(content)
    locked = entry(
        "path",
        folder=str(workplace / "own"),
        format="torchscript",
        files=[file("lama.pt", content)],
    )
    lock = write_lock(workplace / "own.lock", {"big-lama": locked})
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(lock))
    write(replace(STUCK, depth=depth), pixel_format="bgr0" if depth == 8 else "gbrp16le")
    line = ["plate", "in.mkv", "matte.mkv", "--quiet", "--device", "cpu"]
    assert exit_code([*line, "clear.png", "--inpaint", "none"]) == 0
    assert exit_code([*line, "out.png", "--inpaint", "lama"]) == 0
    clear, filled = pair(depth)
    holes = clear[..., 3] == 0
    assert holes.any() and np.array_equal(clear[~holes, :3], filled[~holes])
    white = (1 << depth) - 1
    assert np.abs(filled[holes].astype(int) - np.array([1, 0.5, 0]) * white).max() <= 1
