"""A folder of clips: what is made, what is skipped, what happens when something fails."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from afterglow import batch
from afterglow.batch import Clip, Outcome, sort_folder, target_names
from afterglow.errors import UsageError
from tests.program import PROGRAM, afterglow, install_plugins, pictures, plugged
from tests.scenes import Scene, write_clip


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    scene = Scene(width=32, height=24, frames=4)
    return write_clip(tmp_path_factory.mktemp("clips") / "clip.mkv", scene)


@pytest.fixture
def clips(clip: Path, tmp_path: Path) -> Path:
    """A folder with two good clips, a broken one, a picture, a text and a folder."""
    folder = tmp_path / "clips"
    (folder / "more").mkdir(parents=True)
    for name in ("b.mkv", "a.mkv", "more/deep.mkv"):
        shutil.copy(clip, folder / name)
    (folder / "broken.mp4").write_text("no video")
    (folder / "still.png").write_bytes(b"")
    (folder / "notes.txt").write_text("a text\n" * 20)
    (folder / ".hidden.mp4").write_text("a temporary")
    return folder


def names(paths: Any) -> list[str]:
    return [path.name for path in paths]


def test_a_folder_is_sorted(clips: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.mkv").write_text("made before")
    folder = sort_folder(clips, tmp_path / "out", overwrite=False)
    assert names(clip.source for clip in folder.clips) == ["b.mkv", "broken.mp4"]
    assert names(clip.target for clip in folder.finished) == ["a.mkv"]
    assert names(folder.skipped) == ["notes.txt", "still.png"]
    again = sort_folder(clips, tmp_path / "out", overwrite=True)
    assert names(clip.source for clip in again.clips) == ["a.mkv", "b.mkv", "broken.mp4"]
    assert again.finished == ()


def test_a_look_inside_tells_what_the_name_does_not(clip: Path, tmp_path: Path) -> None:
    shutil.copy(clip, tmp_path / "film.dat")
    (tmp_path / "other.dat").write_bytes(b"\0" * 100)
    folder = sort_folder(tmp_path, tmp_path / "out", overwrite=False)
    assert names(each.target for each in folder.clips) == ["film.mp4"]
    assert names(folder.skipped) == ["other.dat"]


@pytest.mark.parametrize(
    ("sources", "targets"),
    [
        (["a.mp4", "b.MOV"], ["a.mp4", "b.mov"]),
        (["a.avi", "b.mts"], ["a.mp4", "b.mp4"]),
        (["a.avi", "a.mp4"], ["a.avi.mp4", "a.mp4"]),
        (["a.avi", "a.mpg"], ["a.mp4", "a.mpg.mp4"]),
        (["A.mp4", "a.MP4"], ["A.mp4", "a.MP4.mp4"]),
    ],
)
def test_no_two_clips_have_the_same_target(sources: list[str], targets: list[str]) -> None:
    made = target_names([Path(name) for name in sources])
    assert list(made.items()) == [
        (Path(source), target) for source, target in zip(sources, targets, strict=True)
    ]


def test_a_folder_goes_into_another_folder(clips: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="target is a file"):
        sort_folder(clips, tmp_path / "file", overwrite=False)
    with pytest.raises(UsageError, match="same folder"):
        sort_folder(clips, clips / ".." / "clips", overwrite=True)


@pytest.mark.parametrize("workers", [1, 3])
def test_a_failure_does_not_stop_the_rest(workers: int, clips: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    line = ["ghost", clips, out, "--codec=ffv1", "--layers=2", f"--workers={workers}"]
    run = afterglow(*line)
    assert run.returncode == 1 and "Traceback" not in run.stderr
    assert "error: broken.mp4: " in run.stderr and "1 of 3 clips failed" in run.stderr
    assert run.stderr.count("device: ") == 1 and ".mkv: device" not in run.stderr
    assert "notes.txt: skipped" in run.stderr and "still.png: skipped" in run.stderr
    assert sorted(names(out.iterdir())) == ["a.mkv", "b.mkv"]
    assert len(pictures(out / "a.mkv")) == 4
    stamp = (out / "a.mkv").stat().st_mtime_ns
    (clips / "broken.mp4").unlink()
    again = afterglow(*line)
    assert again.returncode == 0 and again.stderr.count("finished before") == 2
    assert (out / "a.mkv").stat().st_mtime_ns == stamp
    assert afterglow(*line, "--overwrite").returncode == 0
    assert (out / "a.mkv").stat().st_mtime_ns > stamp


def test_clips_get_the_flags_as_they_were_typed(clip: Path, tmp_path: Path) -> None:
    plugins = install_plugins(tmp_path / "plugins", plainly="tests.cli.plugins:plainly")
    (tmp_path / "in").mkdir()
    shutil.copy(clip, tmp_path / "in" / "a b.mkv")
    (tmp_path / "look.toml").write_text('description = "x"\nheld = 1\n')
    run = afterglow(
        "plainly", "--words", "--quiet", tmp_path / "in", "--words=b c", "--loud",
        f"--effect={tmp_path}/look.toml", tmp_path / "out", "--duration=00:00:00.08", "--json",
        "--qp", "30", plugins=plugins,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert len(pictures(tmp_path / "out" / "a b.mkv")) == 2


def test_events_of_a_folder_name_their_clip(clips: Path, tmp_path: Path) -> None:
    run = afterglow("ghost", clips, tmp_path / "out", "--json", "--codec=ffv1")
    events = [json.loads(line) for line in run.stderr.splitlines()]
    done = [event["clip"] for event in events if event["event"] == "done"]
    failed = [event.get("clip") for event in events if event["event"] == "error"]
    assert sorted(done) == ["a.mkv", "b.mkv"] and failed == ["broken.mp4", None]
    assert events[-1]["exit_code"] == run.returncode == 1
    assert {"event": "clips", "done": 3, "total": 3} in events


def test_a_dry_run_makes_nothing(clips: Path, tmp_path: Path) -> None:
    run = afterglow("ghost", clips, tmp_path / "out", "--dry-run")
    assert run.returncode == 0 and run.stderr.count("would make") == 3
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("flags", [["--workers=2"], ["--cluster=local"]])
def test_one_video_has_no_workers(flags: list[str], clip: Path, tmp_path: Path) -> None:
    assert afterglow("ghost", clip, tmp_path / "out.mkv", *flags).returncode == 2


def test_a_folder_goes_into_no_pipe(clips: Path) -> None:
    assert afterglow("ghost", clips, "-").returncode == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_stops_every_clip(number: signal.Signals, clip: Path, tmp_path: Path) -> None:
    plugins = install_plugins(tmp_path / "plugins", plainly="tests.cli.plugins:plainly")
    (tmp_path / "in").mkdir()
    for name in "abcd":
        shutil.copy(clip, tmp_path / "in" / f"{name}.mkv")
    with subprocess.Popen(
        [*PROGRAM, "plainly", "in", "out", "--pause=5", "--workers=2", "--json"], cwd=tmp_path,
        stderr=subprocess.PIPE, text=True, env=plugged(plugins),
    ) as run:  # fmt: skip
        assert run.stderr is not None
        started = 0
        while started < 2:
            started += '"start"' in run.stderr.readline()
        run.send_signal(number)
        told = run.stderr.read()
        assert run.wait(30) == 130
    assert "Traceback" not in told and '"exit_code": 130' in told
    assert list((tmp_path / "out").iterdir()) == [], "every clip took its temporary away"


def test_what_a_crash_leaves_behind_is_told(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Clip(clip, tmp_path / "out.mkv")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "afterglow").mkdir()
    for code, message in {
        "import os; os.abort()": "ended by signal 6",
        "raise ZeroDivisionError('a bug')": "ZeroDivisionError: a bug",
        "import sys; sys.exit(7)": "exit code 7",
    }.items():
        (tmp_path / "afterglow" / "__init__.py").write_text("")
        (tmp_path / "afterglow" / "__main__.py").write_text(code)
        outcome = batch.Crew().make(here, ["ghost"], lambda clip, event: None)
        assert outcome.failed and outcome.message == message


class FakeRay(types.ModuleType):
    """A cluster of one machine, this one: what of Ray we use, as Ray has it."""

    def __init__(self) -> None:
        super().__init__("ray")
        self.joined: dict[str, Any] = {}
        self.left = False
        self.cancelled: list[Any] = []

    def init(self, **how: Any) -> None:
        if how.get("address") == "nowhere:1":
            raise ConnectionError("no answer")
        self.joined = how

    def remote(self, **wants: Any) -> Callable[[Any], Any]:
        return lambda work: types.SimpleNamespace(remote=lambda *given: (work, given))

    def wait(self, tasks: list[Any], **how: Any) -> tuple[list[Any], list[Any]]:
        return tasks[: how.get("num_returns", 1)], tasks[how.get("num_returns", 1) :]

    def cancel(self, task: Any) -> None:
        self.cancelled.append(task)

    def get(self, tasks: list[Any]) -> list[Any]:
        return [work(*given) for work, given in tasks]

    def shutdown(self) -> None:
        self.left = True


def on_cluster(address: str, clips: Path, out: Path) -> tuple[list[Outcome], list[str]]:
    told: list[str] = []
    folder = sort_folder(clips, out, overwrite=False)
    out.mkdir()

    def hear(clip: Clip, event: batch.Event) -> None:
        told.append(clip.source.name)

    return list(batch.make_on_cluster(folder.clips, ["ghost"], address, hear)), told


def test_a_cluster_makes_the_same(
    clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ray = FakeRay()
    monkeypatch.setitem(sys.modules, "ray", ray)
    outcomes, told = on_cluster("head:6379", clips, tmp_path / "out")
    assert [(each.clip.source.name, each.code) for each in outcomes] == [
        ("a.mkv", 0), ("b.mkv", 0), ("broken.mp4", 3),
    ]  # fmt: skip
    assert set(told) == {"a.mkv", "b.mkv", "broken.mp4"}
    assert ray.joined["address"] == "head:6379" and ray.left
    assert sorted(names((tmp_path / "out").iterdir())) == ["a.mkv", "b.mkv"]


def test_what_is_under_way_on_a_cluster_is_stopped(
    clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ray = FakeRay()
    monkeypatch.setitem(sys.modules, "ray", ray)
    folder = sort_folder(clips, tmp_path / "out", overwrite=False)
    (tmp_path / "out").mkdir()
    made = batch.make_on_cluster(folder.clips, ["ghost"], "local", lambda clip, event: None)
    assert next(made).clip.source.name == "a.mkv"
    made.close()
    assert len(ray.cancelled) == 2 and ray.left


def test_a_cluster_that_is_not_there_is_an_error(
    clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", FakeRay())
    with pytest.raises(UsageError, match="nowhere:1"):
        on_cluster("nowhere:1", clips, tmp_path / "out")


def test_without_ray_it_is_said_how_to_get_it(
    clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError) as caught:
        on_cluster("local", clips, tmp_path / "out")
    assert 'pip install "afterglow[cluster]"' in caught.value.hint


def test_a_folder_does_not_become_a_folder_with_the_name_of_a_video(
    clips: Path, tmp_path: Path
) -> None:
    for name in ("out.MP4", "out.avi", "out.png", "out_%04d.png", "out_%d"):
        run = afterglow("ghost", clips, tmp_path / name, "--dry-run")
        assert run.returncode == 2 and "called like a video" in run.stderr
    (tmp_path / "real.mp4").mkdir()
    assert afterglow("ghost", clips, tmp_path / "real.mp4", "--dry-run").returncode == 0


def test_variables_of_the_folder_do_not_reach_the_clips(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    shutil.copy(clip, tmp_path / "in" / "a.mkv")
    own = {"WORKERS": "2", "QUIET": "1", "LAYERS": "1"}
    environment = {**os.environ, **{f"AFTERGLOW_GHOST_{key}": own[key] for key in own}}
    run = afterglow("ghost", tmp_path / "in", tmp_path / "out", env=environment)
    assert run.returncode == 0, run.stderr
    assert names((tmp_path / "out").iterdir()) == ["a.mkv"]
