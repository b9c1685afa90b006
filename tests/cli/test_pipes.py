"""Runs joined by the shell: the same as through files; a dead end is told from a good one."""

from __future__ import annotations

import array
import fcntl
import os
import shlex
import signal
import subprocess
import termios
import time
from pathlib import Path

import pytest

from tests.program import PROGRAM, afterglow, pictures, plugged, sound
from tests.scenes import Scene, Subject, write_clip

AFTERGLOW = shlex.join(PROGRAM)


def shell(line: str, plugins: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = plugged(plugins) if plugins else None
    return subprocess.run(
        ["bash", "-c", f"{line}; echo ${{PIPESTATUS[@]}} >&2"],
        capture_output=True, text=True, env=environment, timeout=120,
    )  # fmt: skip


def codes(run: subprocess.CompletedProcess[str]) -> list[int]:
    return [int(code) for code in run.stderr.splitlines()[-1].split()]


@pytest.mark.parametrize("depth", [8, 16])
def test_three_commands_in_a_chain_equal_the_same_through_files(depth: int, tmp_path: Path) -> None:
    scene = Scene(width=64, height=48, frames=12, subject=Subject(), noise=2, depth=depth)  # type: ignore[arg-type]
    more = {"pixel_format": "gbrp16le"} if depth == 16 else {}
    clip = write_clip(tmp_path / "clip.mkv", scene, sound=True, **more)  # type: ignore[arg-type]
    one, two, three = "--ghost=glow", "--ghost=shadow --layers=3", "--ghost=normal --spacing=2"
    piped, last = tmp_path / "piped.mkv", tmp_path / "last.mkv"
    run = shell(
        f"{AFTERGLOW} ghost {clip} - {one} | {AFTERGLOW} ghost - - {two} "
        f"| {AFTERGLOW} ghost - {piped} {three} --codec=ffv1"
    )
    assert codes(run) == [0, 0, 0], run.stderr
    steps = [clip, tmp_path / "a.mkv", tmp_path / "b.mkv", last]
    for source, target, flags in zip(steps, steps[1:], (one, two, three), strict=False):
        made = afterglow("ghost", source, target, *flags.split(), "--codec=ffv1")
        assert made.returncode == 0, made.stderr
    assert pictures(piped) == pictures(last) and len(pictures(last)) == 12
    assert pictures(last) != pictures(clip)
    assert sound(piped) == sound(last) == sound(clip)


def test_a_killed_upstream_is_an_error_and_leaves_nothing(plugins: Path, tmp_path: Path) -> None:
    # Large pictures: FFmpeg looks at the first 5 MB of a pipe before it gives one out.
    clip = write_clip(tmp_path / "clip.mkv", [Scene(width=960, height=540).view(0)] * 16)
    environment = plugged(plugins)
    (tmp_path / "out").mkdir()
    with subprocess.Popen(
        [*PROGRAM, "plainly", clip, "-", "--pause=0.5"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
    ) as upstream, subprocess.Popen(
        [*PROGRAM, "plainly", "-", tmp_path / "out" / "out.mp4", "--json"],
        stdin=upstream.stdout, stderr=subprocess.PIPE, text=True, env=environment,
    ) as downstream:  # fmt: skip
        assert upstream.stdout is not None and downstream.stderr is not None
        upstream.stdout.close()
        while '"start"' not in downstream.stderr.readline():
            assert downstream.poll() is None
        upstream.kill()
        told = downstream.stderr.read()
        assert downstream.wait(30) == 3 and '"error"' in told
        assert upstream.wait(30) == -signal.SIGKILL
    assert list((tmp_path / "out").iterdir()) == []


def test_a_stream_cut_short_is_an_error(clip: Path, tmp_path: Path) -> None:
    whole = subprocess.run([*PROGRAM, "ghost", clip, "-"], capture_output=True, check=True).stdout
    for lost in (1, 40, len(whole) // 2, len(whole) - 100):
        run = subprocess.run(
            [*PROGRAM, "ghost", "-", tmp_path / "out.mp4"], input=whole[:-lost], capture_output=True
        )
        assert run.returncode == 3, (lost, run.stderr)
        assert b"Traceback" not in run.stderr and list(tmp_path.iterdir()) == []


def test_an_empty_pipe_is_an_error(tmp_path: Path) -> None:
    run = shell(f"true | {AFTERGLOW} ghost - {tmp_path}/out.mp4")
    assert codes(run) == [0, 3] and "Traceback" not in run.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("taker", ["head -c 1000", "head -c 100000", "true"])
def test_a_reader_that_has_enough_ends_the_upstream_quietly(taker: str, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mkv", [Scene().view(0)] * 60, sound=True)
    run = shell(f"{AFTERGLOW} ghost {clip} - --layers=1 --quiet | {taker} > /dev/null")
    assert codes(run) == [0, 0], run.stderr
    assert len(run.stderr.splitlines()) == 1, run.stderr


def test_the_video_goes_on_when_nobody_reads_what_is_told(clip: Path, tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    run = subprocess.run([*PROGRAM, "ghost", clip, tmp_path / "out.mkv", "--json"], stderr=write)
    os.close(write)
    assert run.returncode == 0 and len(pictures(tmp_path / "out.mkv")) == 12


@pytest.mark.parametrize("to", ["2>&-", "2>/dev/full"])
@pytest.mark.parametrize("flags", ["", "--json", "--quiet"])
def test_the_video_goes_on_when_nothing_can_be_told(
    to: str, flags: str, clip: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out.mp4"
    line = f"{AFTERGLOW} ghost {clip} {target} {flags} {to}"
    run = subprocess.run(["bash", "-c", line], stdout=subprocess.PIPE, timeout=120)
    assert run.returncode == 0 and run.stdout == b"" and len(pictures(target)) == 12
    run = subprocess.run(["bash", "-c", line], stdout=subprocess.PIPE, timeout=120)
    assert run.returncode == 2, "an error is still one: the target exists"


@pytest.mark.parametrize(
    ("line", "code"), [("ghost - out.mp4 <&-", 3), ("ghost {clip} - >&-", 3), ("--help >&-", 0)]
)
def test_what_is_closed_is_an_error_without_a_traceback(
    line: str, code: int, clip: Path, tmp_path: Path
) -> None:
    run = subprocess.run(
        ["bash", "-c", f"{AFTERGLOW} {line.format(clip=clip)}"],
        stderr=subprocess.PIPE, text=True, timeout=120, cwd=tmp_path,
    )  # fmt: skip
    assert run.returncode == code and "Traceback" not in run.stderr, run.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_pipe_that_nobody_reads_does_not_hold_up_the_end(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mkv", [Scene().view(0)] * 60)
    with subprocess.Popen(
        [*PROGRAM, "ghost", clip, "-", "--json", "--layers=1"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as run:  # fmt: skip
        assert run.stderr is not None
        while '"start"' not in run.stderr.readline():
            assert run.poll() is None
        time.sleep(0.5)
        run.send_signal(signal.SIGTERM)
        assert run.wait(30) == 130
        assert "Traceback" not in run.stderr.read()


def test_a_silent_upstream_does_not_hold_up_the_end(tmp_path: Path) -> None:
    read, write = os.pipe()
    with subprocess.Popen(
        [*PROGRAM, "ghost", "-", tmp_path / "out.mp4", "--json"],
        stdin=read, stderr=subprocess.PIPE, text=True,
    ) as run:  # fmt: skip
        os.write(write, b"nut/multimedia container\0")
        while waiting_bytes(read):
            assert run.poll() is None
            time.sleep(0.01)
        run.send_signal(signal.SIGINT)
        assert run.wait(30) == 130
        assert run.stderr is not None
        assert "Traceback" not in run.stderr.read() and list(tmp_path.iterdir()) == []
    os.close(read)
    os.close(write)


def waiting_bytes(descriptor: int) -> int:
    """Bytes in a pipe that nobody has read yet."""
    count = array.array("i", [0])
    fcntl.ioctl(descriptor, termios.FIONREAD, count)
    return count[0]
