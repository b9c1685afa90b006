"""Clips, clocks and yardsticks that the benchmarks share."""

import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

ROOT = Path(__file__).resolve().parents[2]
AFTERGLOW = [sys.executable, "-m", "afterglow"]
Command = Callable[[Path, Path], list[str]]
"""The command line that makes a second file of a first."""
Coding = tuple[int, str]
"""Quantiser and preset of libx264."""


@dataclass(frozen=True)
class Spent:
    """What a command took."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds of all cores."""
    peak_mb: float
    """Largest resident memory, in 10^6 bytes."""
    said: str = ""
    """What it said on stderr."""


def spend(command: Sequence[str]) -> Spent:
    """Run a command and return what it took; fail loudly with what it said.

    Python may keep its bytecode, as it does where a program was installed.
    """
    begun = time.perf_counter()
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=kept)
    assert child.stderr is not None
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{said.decode(errors='replace')}")
    wall = time.perf_counter() - begun
    cpu, peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6
    return Spent(wall, cpu, peak, said.decode(errors="replace"))


def in_turn(turns: int, *runs: Callable[[], Spent]) -> list[Spent]:
    """Run several things one after the other, again and again; return each one's median."""
    spent = [[run() for run in runs] for _ in range(turns)]
    return [_median([turn[i] for turn in spent]) for i in range(len(runs))]


def _median(spent: list[Spent]) -> Spent:
    return Spent(
        statistics.median(s.wall for s in spent),
        statistics.median(s.cpu for s in spent),
        max(s.peak_mb for s in spent),
    )


def against(
    folder: Path, source: Path, frames: int, turns: int, command: Command, coding: Coding
) -> dict[str, float]:
    """Wall time of a command over transcoding what it makes, and over transcoding the source."""
    made = folder / "made.mp4"
    spend(command(source, made))
    mine, floor, plain = in_turn(
        turns,
        lambda: spend(command(source, folder / "again.mp4")),
        lambda: spend(transcode(made, folder / "floor.mp4", *coding)),
        lambda: spend(transcode(source, folder / "plain.mp4", *coding)),
    )
    return {
        "ratio_to_transcode_of_output": round(mine.wall / floor.wall, 3),
        "ratio_to_transcode_of_source": round(mine.wall / plain.wall, 3),
        "fps": round(frames / mine.wall, 1),
        "transcode_fps": round(frames / floor.wall, 1),
        "cpu_ms_per_frame": round(mine.cpu / frames * 1000, 1),
        "transcode_cpu_ms_per_frame": round(floor.cpu / frames * 1000, 1),
        "peak_mb": round(mine.peak_mb),
        "transcode_peak_mb": round(floor.peak_mb),
    }


def memory(folder: Path, lengths: tuple[float, float], command: Command) -> dict[str, float]:
    """Peak memory of a short and a long run at 1080 lines, in 10^6 bytes, and their ratio."""
    short, long = (
        spend(command(clip(folder, 1080, each), folder / "memory.mp4")).peak_mb for each in lengths
    )
    return {
        f"peak_mb_{lengths[0]:g}s": round(short),
        f"peak_mb_{lengths[1]:g}s": round(long),
        "ratio": round(long / short, 3),
    }


def transcode(source: Path, target: Path, qp: int, preset: str) -> list[str]:
    """The command of a plain transcode: FFmpeg's own program, or the same through PyAV."""
    program = shutil.which("ffmpeg")
    if program:
        said = [program, "-v", "error", "-nostdin", "-y", "-i", str(source)]
        return [
            *said,
            "-c:v",
            "libx264",
            "-qp",
            str(qp),
            "-preset",
            preset,
            "-c:a",
            "copy",
            str(target),
        ]
    return [sys.executable, str(Path(__file__)), str(source), str(target), str(qp), preset]


def yardstick() -> str:
    """The name and version of what ``transcode`` runs."""
    program = shutil.which("ffmpeg")
    if not program:
        return f"PyAV {av.__version__} (FFmpeg {av.ffmpeg_version_info})"
    return subprocess.run(
        [program, "-version"], capture_output=True, text=True, check=True
    ).stdout.splitlines()[0]


def _transcode_with_pyav(source: str, target: str, qp: str, preset: str) -> None:
    with av.open(source) as given, av.open(target, "w") as taken:
        pictures = given.streams.video[0]
        pictures.thread_type = "AUTO"
        coded = taken.add_stream("libx264", rate=pictures.average_rate)
        coded.width, coded.height = pictures.width, pictures.height
        coded.pix_fmt = "yuv420p"
        coded.options = {"qp": qp, "preset": preset}
        for frame in given.decode(pictures):
            frame.pict_type = 0
            taken.mux(coded.encode(frame))
        taken.mux(coded.encode(None))


def clip(folder: Path, lines: int, seconds: float) -> Path:
    """A 16:9 clip of so many lines: the juggler where footage is at hand, else a made scene.

    Real footage is scaled by Lanczos and looped to the length; it is encoded once at QP 18.
    """
    target = folder / f"clip-{lines}-{seconds:g}.mp4"
    if target.exists():
        return target
    footage = os.environ.get("AFTERGLOW_FOOTAGE")
    frames = _looped(Path(footage) / "static/juggle.mp4") if footage else _made()
    width = lines * 16 // 9
    with av.open(str(target), "w") as box:
        stream = box.add_stream("libx264", rate=24, options={"qp": "18", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = width, lines, "yuv420p"
        for index, frame in zip(range(round(seconds * 24)), frames, strict=False):
            scaled = frame.reformat(width, lines, "yuv420p", interpolation="LANCZOS")
            scaled.pts, scaled.time_base, scaled.pict_type = index, Fraction(1, 24), 0
            box.mux(stream.encode(scaled))
        box.mux(stream.encode(None))
    return target


def _looped(path: Path):
    while True:
        with av.open(str(path)) as box:
            yield from box.decode(video=0)


def _made():
    sys.path.insert(0, str(ROOT))
    from tests.scenes import Scene, Subject, walk

    scene = Scene(
        640, 360, frames=60, subject=Subject(path=walk((0.1, 0.5), (0.013, 0.001))), noise=1
    )
    views = list(scene)
    while True:
        for view in views:
            yield av.VideoFrame.from_ndarray(view.rgb, format="rgb24")


def circumstances() -> dict[str, object]:
    """Commit, hardware and versions."""
    commit = subprocess.run(
        ["git", "-C", str(ROOT), "describe", "--always", "--dirty"], capture_output=True, text=True
    ).stdout.strip()
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    return {
        "commit": commit,
        "cpu": model,
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "yardstick": yardstick(),
    }


if __name__ == "__main__":
    _transcode_with_pyav(*sys.argv[1:5])
