"""A target appears whole or not at all."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from afterglow.errors import MediaError, UsageError
from afterglow.frames import Frame
from afterglow.media.landing import require_free
from afterglow.media.target import WriteOptions, open_target
from tests.media.clips import info, picture, riders_of, times, write

FAR_PID = 4_190_000
"""A process that surely does not live: Linux counts no further than 2^22."""

TARGETS = ["out.mp4", "out.mkv", "out.gif", "out_%04d.png", "out.png"]


@pytest.mark.parametrize("name", TARGETS)
def test_an_exception_leaves_nothing(tmp_path, name):
    video = info()
    with (
        pytest.raises(ZeroDivisionError),
        open_target(str(tmp_path / name), video, WriteOptions(), None, lambda line: None) as out,
    ):
        out.write(Frame(picture(video), 0))
        raise ZeroDivisionError
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", TARGETS)
def test_no_frames_are_an_error_and_leave_nothing(tmp_path, name):
    with pytest.raises(MediaError, match="no picture"):
        write(tmp_path / name, info(), [])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", TARGETS)
def test_an_existing_target_needs_overwrite(tmp_path, name):
    there = tmp_path / name.replace("%04d", "0009")
    there.write_text("precious")
    with pytest.raises(UsageError, match="exists already") as caught:
        write(tmp_path / name, info(), [0])
    assert "--overwrite" in caught.value.hint
    assert there.read_text() == "precious"
    write(tmp_path / name, info(), [0], overwrite=True)
    assert "0009" in there.name or times(there) == [0]
    assert len(list(tmp_path.iterdir())) == 1, "an old picture would lengthen the new sequence"


@pytest.mark.parametrize(
    ("counter", "old", "other"),
    [("%04d", ["0007", "12345"], ["7", "00012", "2024b"]), ("%d", ["7", "2024"], ["0007", "x"])],
)
def test_only_pictures_of_the_sequence_go_with_it(tmp_path, counter, old, other):
    for number in (*old, *other):
        (tmp_path / f"out_{number}.png").write_bytes(b"old")
    write(tmp_path / f"out_{counter}.png", info(), [0], overwrite=True)
    assert {path.name for path in tmp_path.iterdir()} == {
        f"out_{counter % 1}.png", *(f"out_{number}.png" for number in other)
    }  # fmt: skip
    assert all((tmp_path / f"out_{number}.png").read_bytes() == b"old" for number in other)


def test_a_failed_overwrite_keeps_the_old_one(tmp_path):
    target = tmp_path / "out.mp4"
    target.write_text("precious")
    with pytest.raises(MediaError):
        write(target, info(), [], overwrite=True)
    assert target.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [target]


def test_a_target_that_appears_meanwhile_is_not_replaced(tmp_path):
    target, video = tmp_path / "out.mp4", info()
    with (
        pytest.raises(UsageError, match="exists already"),
        open_target(str(target), video, WriteOptions(), None, lambda line: None) as out,
    ):
        out.write(Frame(picture(video), 0))
        target.write_text("somebody else's")
    assert target.read_text() == "somebody else's"
    assert list(tmp_path.iterdir()) == [target]


def test_the_source_itself_is_refused_by_any_name(tmp_path):
    source = tmp_path / "in.mp4"
    write(source, info())
    (tmp_path / "hard.mp4").hardlink_to(source)
    (tmp_path / "soft.mp4").symlink_to(source)
    for name in ("in.mp4", "hard.mp4", "soft.mp4"):
        with pytest.raises(UsageError, match="the source itself"):
            write(tmp_path / name, info(source=str(source)), overwrite=True)
    assert len(times(source)) == 5


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "there").mkdir()
    write(tmp_path / "there/real.mp4", info(), [0])
    link = tmp_path / "link.mp4"
    link.symlink_to(tmp_path / "there/real.mp4")
    write(link, info(), overwrite=True)
    assert link.is_symlink()
    assert len(times(tmp_path / "there/real.mp4")) == 5


def test_stale_temporaries_of_the_dead_go_those_of_the_living_stay(tmp_path):
    dead = tmp_path / f".out.mp4.afterglow-{FAR_PID}.part"
    living = tmp_path / f".out.mp4.afterglow-{os.getppid()}.part"
    other = tmp_path / f".other.mp4.afterglow-{FAR_PID}.part"
    folder = tmp_path / f".out_%04d.png.afterglow-{FAR_PID}.part"
    folder.mkdir()
    for part in (dead, living, other, folder / "out_0001.png"):
        part.write_text("half")
    write(tmp_path / "out.mp4", info(), [0])
    write(tmp_path / "out_%04d.png", info(), [0])
    assert not dead.exists() and not folder.exists()
    assert living.exists() and other.exists()


SCRIPT = """
import sys, time
from pathlib import Path
sys.path.insert(0, {root!r})
from afterglow.errors import AfterglowError
from afterglow.frames import Frame
from afterglow.media.target import WriteOptions, open_target
from tests.media.clips import info, picture
video = info(320, 240)
{before}
try:
    with open_target({target!r}, video, WriteOptions(qp=0), None, lambda line: None) as out:
        for number in range({count}):
            out.write(Frame(picture(video, number), number * 512))
        {during}
except AfterglowError as error:
    print(error)
    sys.exit(error.exit_code)
"""


def script(target, count=60, before="", during=""):
    root = str(Path(__file__).parents[2])
    text = SCRIPT.format(root=root, target=str(target), count=count, before=before, during=during)
    return [sys.executable, "-c", text]


@pytest.mark.parametrize("name", ["out.mp4", "out_%04d.png"])
def test_kill_leaves_nothing_under_the_name_and_the_next_run_sweeps(tmp_path, name):
    line = script(tmp_path / name, during="print('ready', flush=True); time.sleep(60)")
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout.readline() == "ready\n"
        run.send_signal(signal.SIGKILL)
    left = [path.name for path in tmp_path.iterdir()]
    assert left == [f".{name}.afterglow-{run.pid}.part"]
    write(tmp_path / name, info(), [0])
    assert [path.name for path in tmp_path.iterdir()] == [name.replace("%04d", "0001")]


LIMIT = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))"


@pytest.mark.parametrize("name", ["out.mp4", "out.mkv", "out.gif"])
def test_a_file_that_may_not_grow_is_one_line(tmp_path, name):
    run = subprocess.run(script(tmp_path / name, before=LIMIT), capture_output=True, text=True)
    assert run.returncode == 3, run.stderr
    assert run.stdout == f"{tmp_path / name}: the file became larger than the system allows\n"
    assert run.stderr == ""
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["out.mp4", "out.mkv"])
def test_a_failing_trailer_is_a_failure(tmp_path, name):
    """All pictures fit, the end does not: what comes last must not get lost in silence."""
    during = "out._writer.film._mux(out._writer.film._stream.encode(None)); " + LIMIT.replace(
        "20000", "1000"
    )
    run = subprocess.run(script(tmp_path / name, 3, during=during), capture_output=True, text=True)
    assert run.returncode == 3, run.stderr
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_one_line(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no right to mount a small disk")
    try:
        run = subprocess.run(script(disk / "out.mkv"), capture_output=True, text=True)
        assert (run.returncode, run.stderr) == (3, "")
        assert run.stdout == f"{disk / 'out.mkv'}: the disk is full\n"
        assert not list(disk.iterdir())
        run = subprocess.run(script(disk / "out_%04d.png"), capture_output=True, text=True)
        assert (run.returncode, run.stderr) == (3, "")
        assert not list(disk.iterdir())
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(MediaError, match="there is no folder"):
        write(tmp_path / "nowhere" / "out.mp4", info())


def test_a_folder_instead_of_a_file(tmp_path):
    (tmp_path / "out.mp4").mkdir()
    with pytest.raises(MediaError, match="this is a folder"):
        write(tmp_path / "out.mp4", info(), overwrite=True)


def test_a_folder_that_cannot_be_written(tmp_path):
    if os.geteuid():
        tmp_path.chmod(0o500)
        folder = tmp_path
    else:
        folder = Path("/sys/kernel")
    with pytest.raises(MediaError, match=r"the folder cannot be written|read-only") as caught:
        write(folder / "out.mp4", info())
    assert caught.value.hint == "write to another folder"


def test_a_folder_that_cannot_be_written_is_told_before_the_work(tmp_path, monkeypatch):
    require_free(str(tmp_path / "out.png"), overwrite=False)
    monkeypatch.setattr(os, "access", lambda path, mode: (path, mode) != (tmp_path, os.W_OK))
    with pytest.raises(MediaError, match="the folder cannot be written") as caught:
        require_free(str(tmp_path / "out.png"), overwrite=False)
    assert caught.value.hint == "write to another folder"


def test_a_long_name_still_has_room_for_its_temporary(tmp_path):
    target = tmp_path / ("ä" * 125 + ".mp4")
    write(target, info(), [0])
    assert times(target) == [0]


def test_it_can_be_written_from_another_thread(tmp_path):
    from threading import Thread

    video = info()
    source = tmp_path / "in.mp4"
    write(source, video)
    target = tmp_path / "out.mp4"
    with open_target(
        str(target), video, WriteOptions(), riders_of(source), lambda line: None
    ) as out:
        thread = Thread(target=lambda: [out.write(Frame(picture(video), n)) for n in range(5)])
        thread.start()
        thread.join()
    assert len(times(target)) == 5
