"""A target appears whole or not at all, whatever happens to the run."""

from __future__ import annotations

import ctypes
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from afterglow.cli.main import main
from tests.program import PROGRAM, afterglow, pictures, plugged
from tests.scenes import Scene, write_clip


@contextmanager
def under_way(clip: Path, target: Path, plugins: Path) -> Iterator[subprocess.Popen[str]]:
    """A slow run that has begun to write."""
    run = subprocess.Popen(
        [*PROGRAM, "plainly", clip, target, "--pause=0.3", "--json"],
        stderr=subprocess.PIPE, text=True, env=plugged(plugins),
    )  # fmt: skip
    assert run.stderr is not None
    try:
        while '"progress"' not in run.stderr.readline():
            assert run.poll() is None
        yield run
    finally:
        run.kill()
        run.wait()
        run.stderr.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stopped_run_leaves_nothing(
    number: signal.Signals, clip: Path, plugins: Path, tmp_path: Path
) -> None:
    with under_way(clip, tmp_path / "out.mkv", plugins) as run:
        assert list(tmp_path.iterdir()), "it writes beside the target"
        run.send_signal(number)
        assert run.wait(30) == 130
        assert run.stderr is not None
        told = run.stderr.read()
    assert f'"message": "stopped ({number.name})"' in told and "Traceback" not in told
    assert list(tmp_path.iterdir()) == []


def test_only_the_first_signal_stops() -> None:
    code = """
import os, signal
from afterglow.cli.main import catch_signals
from afterglow.errors import Cancelled
catch_signals()
try:
    os.kill(os.getpid(), signal.SIGTERM)
except Cancelled as stopped:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(os.getpid(), number)
    print(stopped, "once")
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (0, "stopped (SIGTERM) once\n"), run.stderr


def test_a_signal_that_was_ignored_stays_ignored() -> None:
    code = "import signal; from afterglow.cli.main import catch_signals; catch_signals(); "
    code += "print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN)"
    nohup = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )  # fmt: skip
    assert nohup.stdout == "True\n", nohup.stderr


def test_pressing_ctrl_c_again_and_again_changes_nothing(
    clip: Path, plugins: Path, tmp_path: Path
) -> None:
    with under_way(clip, tmp_path / "out.mkv", plugins) as run:
        stop = threading.Event()

        def press() -> None:
            while not stop.wait(0.002):
                run.send_signal(signal.SIGINT)

        thread = threading.Thread(target=press)
        thread.start()
        code = run.wait(30)
        stop.set()
        thread.join()
        assert run.stderr is not None
        told = run.stderr.read()
    assert code == 130 and "Traceback" not in told, told
    assert list(tmp_path.iterdir()) == []


def test_a_stopped_run_leaves_what_was_there(clip: Path, plugins: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.mkv"
    target.write_text("precious")
    assert afterglow("ghost", clip, target).returncode == 2
    run = subprocess.Popen(
        [*PROGRAM, "plainly", clip, target, "--pause=0.3", "--json", "--overwrite"],
        stderr=subprocess.PIPE, text=True, env=plugged(plugins),
    )  # fmt: skip
    assert run.stderr is not None
    while '"progress"' not in run.stderr.readline():
        assert run.poll() is None
    run.send_signal(signal.SIGINT)
    assert run.wait(30) == 130
    run.stderr.close()
    assert target.read_text() == "precious" and list(tmp_path.iterdir()) == [target]


def test_a_killed_run_leaves_no_target_and_the_next_one_cleans_up(
    clip: Path, plugins: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out.mkv"
    with under_way(clip, target, plugins) as run:
        run.kill()
        assert run.wait(30) == -signal.SIGKILL
    assert not target.exists()
    assert list(tmp_path.iterdir()), "what it left is not under the target's name"
    assert afterglow("ghost", clip, target, "--codec=ffv1").returncode == 0
    assert list(tmp_path.iterdir()) == [target] and len(pictures(target)) == 12


def limited(size: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("name", ["out.mkv", "out.mp4", "out_%03d.png", "out.gif"])
@pytest.mark.parametrize("size", [100, 20_000])
def test_a_full_disk_is_one_line(name: str, size: int, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mkv", Scene(width=320, height=240, frames=8, noise=20))
    codec = ["--codec=ffv1"] if name == "out.mkv" else []
    (tmp_path / "out").mkdir()
    run = afterglow(
        "ghost", clip, tmp_path / "out" / name, "--layers=1", *codec, preexec_fn=limited(size)
    )
    assert run.returncode == 3, run.stderr
    errors = [line for line in run.stderr.splitlines() if "error" in line]
    assert len(errors) == 1 and "Traceback" not in run.stderr
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("folder", ["file", "none"])
def test_a_folder_that_is_none_is_one_line(folder: str, clip: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    run = afterglow("ghost", clip, tmp_path / folder / "out.mkv")
    assert run.returncode == 3 and "Traceback" not in run.stderr
    assert len([line for line in run.stderr.splitlines() if "error" in line]) == 1


def without_privilege() -> None:
    """Let a process of root's respect permissions, whatever it becomes.

    CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH are dropped.
    """
    for capability in (1, 2):
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)


def test_a_folder_without_permission_is_one_line(clip: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    run = afterglow("ghost", clip, tmp_path / "out.mkv", preexec_fn=without_privilege)
    assert run.returncode == 3, run.stderr
    assert "cannot be written" in run.stderr and "Traceback" not in run.stderr
    assert list(tmp_path.iterdir()) == []


def test_source_and_target_may_not_be_the_same(clip: Path, tmp_path: Path) -> None:
    film = tmp_path / "film.mkv"
    film.write_bytes(clip.read_bytes())
    (tmp_path / "link.mkv").symlink_to(film)
    for target in (film, tmp_path / "link.mkv", tmp_path / ".." / tmp_path.name / "film.mkv"):
        run = afterglow("ghost", film, target, "--overwrite")
        assert run.returncode == 2, run.stderr
    assert film.read_bytes() == clip.read_bytes()


@pytest.mark.parametrize("text", ["", "no video at all\n" * 50])
def test_what_is_no_video_is_one_line(text: str, tmp_path: Path) -> None:
    (tmp_path / "notes.mp4").write_text(text)
    run = afterglow("ghost", tmp_path / "notes.mp4", tmp_path / "out.mp4")
    assert run.returncode == 3 and "Traceback" not in run.stderr
    assert "hint: it is no video, or it is damaged" in run.stderr
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.parametrize("place", ["source", "target"])
def test_a_name_that_no_disk_takes_is_one_line(place: str, clip: Path, tmp_path: Path) -> None:
    long = "x" * 300 + ".mkv"
    names = (long, "out.mkv") if place == "source" else (clip, long)
    run = afterglow("ghost", *names, cwd=tmp_path)
    assert run.returncode == 3 and "Traceback" not in run.stderr
    assert len([line for line in run.stderr.splitlines() if "error: " in line]) == 1
    assert "name too long" in run.stderr and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["ghost", "matte"])
def test_a_source_in_a_closed_folder_is_one_line(command: str, clip: Path, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    (closed / "clip.mkv").write_bytes(clip.read_bytes())
    closed.chmod(0)
    run = afterglow(
        command, closed / "clip.mkv", tmp_path / "out.mp4", preexec_fn=without_privilege
    )
    closed.chmod(0o755)
    assert run.returncode == 3 and "Traceback" not in run.stderr
    assert "permission denied" in run.stderr.lower() and "clip.mkv" in run.stderr
    assert not (tmp_path / "out.mp4").exists()


def test_what_does_not_fit_is_refused(clip: Path, plugins: Path, tmp_path: Path) -> None:
    run = afterglow("plainly", clip, tmp_path / "out.mkv", f"--held={10**15}", plugins=plugins)
    assert run.returncode == 5 and "not enough memory on cpu" in run.stderr
    assert list(tmp_path.iterdir()) == []


def test_cuda_that_is_not_there_is_an_error(clip: Path, tmp_path: Path) -> None:
    run = afterglow("ghost", clip, tmp_path / "out.mkv", "--device=cuda:99")
    assert run.returncode == 5 and "hint: " in run.stderr
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_while_the_program_starts_is_quiet() -> None:
    code = """
import sys
class Press:
    def find_spec(self, name, path=None, target=None):
        if name == "click":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Press())
from afterglow.cli.main import main
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (130, "")


def test_ctrl_c_before_signals_are_caught_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    def pressed() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("afterglow.cli.main.catch_signals", pressed)
    with pytest.raises(SystemExit) as left:
        main([])
    assert left.value.code == 130
