"""The command: its table, its JSON, its plot and what it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from afterglow.cli.main import exit_code
from tests.program import afterglow
from tests.scenes import Scene, Subject, pan, write_clip

SCENE = Scene(128, 80, 18, camera=pan(0.6), subject=Subject(area=0.1))


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a clean clip, a noisy one, and the still that both begin with."""
    folder = tmp_path_factory.mktemp("clips")
    write_clip(folder / "clean.mkv", SCENE)
    write_clip(folder / "noisy.mkv", Scene(**{**vars(SCENE), "noise": 6.0}))
    cv2.imwrite(str(folder / "still.png"), SCENE.view(0).rgb[..., ::-1])
    return folder


def told(capsys: pytest.CaptureFixture[str], *line: str | Path) -> Any:
    """What the program says as JSON on stdout."""
    assert exit_code(["evaluate", *map(str, line), "--json", "--device", "cpu"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_table_has_a_line_for_each_video(
    clips: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["evaluate", str(clips / "clean.mkv"), str(clips / "noisy.mkv")]) == 0
    head, first, second = capsys.readouterr().out.splitlines()
    assert head.split() == [
        "video", "frames", "cuts", "warp", "error", "flicker", "jitter", "drift", "most", "motion",
    ]  # fmt: skip
    assert first.split()[:3] == ["clean.mkv", "18", "0"] and second.startswith("noisy.mkv")
    assert len(head) == len(first) == len(second), "columns are aligned"
    assert float(first.split()[3]) < float(second.split()[3])


def test_json_tells_figures_and_curves(clips: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, clips / "clean.mkv", "--reference", clips / "still.png")
    (video,) = found["videos"]
    assert (video["frames"], video["width"], video["rate"]) == (18, 128, "25")
    figures = video["figures"]
    assert figures["psnr"] == 100 and figures["ssim"] == 1, "ffv1 and PNG are exact"
    assert figures["clip_score"] is None and found["together"] == {}
    assert figures["motion"] == pytest.approx(0.6, abs=0.25)
    assert set(figures) <= set(found["units"])
    curve = video["over_time"]["warp_error"]
    assert len(curve) == 17 and curve[0][0] == pytest.approx(0.04)
    mean = np.sqrt(np.mean([value**2 for _, value in curve]))
    assert mean == pytest.approx(figures["warp_error"], rel=1e-3)


def test_every_video_has_its_own_reference_or_all_have_one(
    clips: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = [clips / "clean.mkv", clips / "noisy.mkv"]
    own = told(capsys, *both, "--reference", both[0], "--reference", both[1])
    one = told(capsys, *both, "--reference", both[0])
    assert [video["figures"]["psnr"] for video in own["videos"]] == [100, 100]
    first, second = (video["figures"]["psnr"] for video in one["videos"])
    assert first == 100 and 28 < second < 36


def test_a_cut_is_measured_alone(clips: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cut = told(capsys, clips / "clean.mkv", "--start=0.2", "--duration=0.24")["videos"][0]
    assert cut["frames"] == 6 and cut["over_time"]["drift"][0][0] == pytest.approx(0.04)


def test_a_folder_is_all_its_videos_and_a_pipe_is_one(
    clips: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = told(capsys, clips)
    assert [Path(video["video"]).name for video in found["videos"]] == ["clean.mkv", "noisy.mkv"]
    line = [sys.executable, "-m", "afterglow", "evaluate", "-", "--json"]
    with (clips / "clean.mkv").open("rb") as source:
        piped = subprocess.run(line, stdin=source, capture_output=True, check=True, timeout=120)
    assert json.loads(piped.stdout)["videos"][0]["figures"] == found["videos"][0]["figures"]


def test_the_plot_is_a_png_and_is_not_replaced(
    clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "curves.png"
    line = ["evaluate", str(clips / "clean.mkv"), "--plot", str(target)]
    assert exit_code(line) == 0
    assert cv2.imread(str(target)).shape == (26 * 2 + 190 * 5, 1280, 3)
    before = target.read_bytes()
    assert exit_code(line) == 2 and target.read_bytes() == before
    assert "--overwrite" in capsys.readouterr().err
    assert exit_code([*line, "--overwrite"]) == 0


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        (["--plot=curves.jpg"], 2, "PNG"),
        (["--fvd"], 2, "--fvd is a distance to references"),
        (["--reference=a.mp4", "--reference=b.mp4"], 2, "2 references for 1 videos"),
        (["--reference=-"], 2, "pipe"),
        (["--reference=none.mp4"], 3, "none.mp4"),
        (["--start=9"], 3, "clean.mkv"),
        (["none.mp4"], 3, "none.mp4"),
        (["-", "-"], 2, "stands twice"),
        ([""], 2, "is empty"),
    ],
)
def test_what_cannot_be_is_one_line(
    more: list[str], code: int, words: str, clips: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["evaluate", str(clips / "clean.mkv"), *more]) == code
    said = capsys.readouterr()
    errors = [line for line in said.err.splitlines() if "error" in line]
    assert len(errors) == 1 and words in errors[0] and said.out == ""


@pytest.mark.parametrize("more", [["bad.mkv"], ["none.mkv"], ["--reference", "none.png"]])
def test_nothing_is_measured_before_all_can_be_shown(
    more: list[str], clips: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (clips / "spoilt").mkdir(exist_ok=True)
    (clips / "spoilt/bad.mkv").write_bytes(b"nothing that moves")
    names = [each if each.startswith("--") else str(clips / "spoilt" / each) for each in more]
    assert exit_code(["evaluate", str(clips / "clean.mkv"), *names, "--json"]) == 3
    said = capsys.readouterr()
    events = [json.loads(line)["event"] for line in said.err.splitlines()]
    assert events == ["error"] and Path(names[-1]).name in said.err and not said.out


def test_a_folder_without_videos_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["evaluate", str(tmp_path)]) == 2
    assert "no video in the folder" in capsys.readouterr().err


@pytest.mark.parametrize("flag", ["--prompt=a horse", "--inception", "--fvd"])
def test_models_that_are_not_here_are_told_before_any_work(
    flag: str,
    clips: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("AFTERGLOW_MODELS", str(tmp_path))
    monkeypatch.delenv("AFTERGLOW_MODELS_LOCK", raising=False)
    line = ["evaluate", str(clips / "clean.mkv"), flag, "--reference", str(clips / "clean.mkv")]
    assert exit_code(line) == 4
    said = capsys.readouterr()
    assert "not here" in said.err and "afterglow models pull" in said.err and said.out == ""


def test_with_weights_all_three_scores_are_told(
    clips: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("transformers")
    from tests.effects.evaluate.tiny import lock_critics

    monkeypatch.setenv("AFTERGLOW_MODELS", str(tmp_path))
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(lock_critics(tmp_path)))
    line = [clips, "--reference", clips, "--fvd", "--inception", "--prompt", "a horse"]
    found = told(capsys, *line)
    assert found["together"]["fvd"] == pytest.approx(0, abs=1e-6), "the same clips"
    assert 1 <= found["together"]["inception_score"] <= 6
    scores = [video["figures"]["clip_score"] for video in found["videos"]]
    assert all(0 <= score <= 100 for score in scores) and max(scores) > 0
    assert exit_code(["evaluate", *map(str, line)]) == 0
    said = capsys.readouterr()
    assert "Frechet video distance (to the references): 0.0" in said.out and "CLIP" in said.out
    assert "clips of 16 frames: 2 of the videos, 2 real" in said.err


def test_too_few_clips_for_a_distance_are_told(
    clips: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("transformers")
    from tests.effects.evaluate.tiny import lock_critics

    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(lock_critics(tmp_path)))
    one = str(clips / "clean.mkv")
    assert exit_code(["evaluate", one, "--reference", one, "--fvd", "--device=cpu"]) == 2
    assert "needs 2 clips of 16 frames, and VIDEO has 1" in capsys.readouterr().err


def test_without_weights_no_torch_is_loaded(clips: Path) -> None:
    program = (
        "import sys; from afterglow.cli.main import exit_code\n"
        f"assert exit_code(['evaluate', {str(clips / 'clean.mkv')!r}]) == 0\n"
        "assert not {'torch', 'transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, timeout=120)


def test_the_program_itself_runs(clips: Path) -> None:
    done = afterglow("evaluate", clips / "clean.mkv", "--quiet")
    assert done.returncode == 0 and done.stderr == "" and "clean.mkv" in done.stdout
