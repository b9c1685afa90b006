"""``style cinematic`` from its flags to a file: sizes, rates, sound, pipes, wrong inputs."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from afterglow.cli.main import exit_code
from afterglow.effects.style.command.values import MOVES, STYLES
from afterglow.media import probe
from tests.program import PROGRAM, afterglow
from tests.program import sound as packets_of_sound
from tests.scenes import Scene, Subject, pan, write_clip

SIZE = (96, 64)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clips with and without sound, pictures, and what is none of these."""
    place = tmp_path_factory.mktemp("sources")
    scene = Scene(*SIZE, frames=20, camera=pan(1.0), subject=Subject(), noise=2.0)
    write_clip(place / "clip.mkv", scene, sound=True)
    write_clip(place / "silent.mkv", Scene(80, 80, frames=20, seed=4))
    for name, seed in (("a.png", 5), ("b.png", 6)):
        (view,) = Scene(120, 80, frames=1, seed=seed)
        assert cv2.imwrite(str(place / name), view.rgb[..., ::-1])
    ramp = np.tile(np.linspace(0, 255, 96), (64, 1)).astype(np.uint8)
    assert cv2.imwrite(str(place / "depth.png"), ramp)
    (place / "broken.cube").write_text("LUT_3D_SIZE 2\n0 0 0\n")
    swap = [f"{b} {g} {r}" for b in (0, 1) for g in (0, 1) for r in (0, 1)]
    (place / "swap.cube").write_text("\n".join(["LUT_3D_SIZE 2", *swap]))
    return place


def shot(*arguments: object) -> list[str]:
    """The command line, without another encoder than the one that is everywhere."""
    return ["style", "cinematic", *map(str, arguments), "--seed=1", "--encoder=software"]


def film(folder: Path, target: Path, *arguments: object) -> Any:
    """What came out of a run."""
    given = [folder / each if str(each)[0] != "-" else each for each in arguments]
    names = [each for each in given if str(each)[0] != "-"]
    flags = [each for each in given if str(each)[0] == "-"]
    assert exit_code(shot(*names, target, *flags)) == 0
    return probe(str(target))


def heard(target: Path) -> Fraction:
    """Seconds of sound."""
    with av.open(str(target)) as box:
        (stream,) = box.streams.audio
        rate = stream.codec_context.sample_rate
        return Fraction(sum(frame.samples for frame in box.decode(stream)), rate)


def pictures(target: Path) -> list[Any]:
    with av.open(str(target)) as box:
        return [frame.to_ndarray(format="rgb24").astype(int) for frame in box.decode(video=0)]


def test_the_styles_are_the_looks_that_there_are() -> None:
    from afterglow.effects.style.looks import LOOKS

    assert set(LOOKS) == set(STYLES)


def test_the_moves_are_those_of_the_camera() -> None:
    from afterglow.effects.style.camera.moves import MOVES as KNOWN

    assert tuple(KNOWN) == MOVES


def test_a_video_keeps_its_size_rate_and_sound(folder: Path, tmp_path: Path) -> None:
    made = film(folder, tmp_path / "out.mkv", "clip.mkv", "--style=noir")
    video = made.video
    assert (video.width, video.height, video.rate) == (*SIZE, 25)
    assert len(pictures(tmp_path / "out.mkv")) == 20
    assert packets_of_sound(tmp_path / "out.mkv") == packets_of_sound(folder / "clip.mkv")
    grey = np.stack(pictures(tmp_path / "out.mkv"))
    assert np.abs(grey[..., 0] - grey[..., 2]).mean() < 2, "noir has no colour"


def test_styles_are_worn_one_over_the_other(folder: Path, tmp_path: Path) -> None:
    lut = f"--lut={folder / 'swap.cube'}"
    film(folder, tmp_path / "1.mkv", "clip.mkv", "--style=none", "--codec=ffv1")
    film(folder, tmp_path / "2.mkv", "clip.mkv", "--style=none", lut, "--codec=ffv1")
    film(folder, tmp_path / "3.mkv", "clip.mkv", "--style=none,noir", "--codec=ffv1")
    film(folder, tmp_path / "4.mkv", "clip.mkv", "--style=none", "--style=noir", "--codec=ffv1")
    plain, swapped, grey, too = (pictures(tmp_path / f"{n}.mkv")[0] for n in (1, 2, 3, 4))
    assert np.abs(plain[..., ::-1] - swapped).max() <= 1
    assert (
        np.array_equal(grey, too) and np.ptp(grey, axis=2).max() == 0 < np.ptp(plain, axis=2).max()
    )


def test_strength_is_how_much_is_seen(folder: Path, tmp_path: Path) -> None:
    seen = []
    for strength in (0, 0.5, 1):
        target = tmp_path / f"{strength}.mkv"
        film(folder, target, "clip.mkv", "--style=noir", f"--strength={strength}", "--codec=ffv1")
        seen.append(pictures(target)[0])
    assert np.array_equal(seen[0], pictures(folder / "clip.mkv")[0])
    assert np.abs((seen[0] + seen[2]) / 2 - seen[1]).max() <= 1


def test_a_picture_is_five_seconds_long(folder: Path, tmp_path: Path) -> None:
    made = film(folder, tmp_path / "out.mp4", "a.png", "--style=noir")
    assert (made.video.frames, made.video.rate, made.video.duration) == (125, 25, 5)
    assert (made.video.width, made.video.height, made.streams) == (120, 80, ("video",))


def test_a_picture_is_held_as_long_as_is_asked_for(folder: Path, tmp_path: Path) -> None:
    flags = ("--style=none", "--duration=1.2", "--fps=10")
    made = film(folder, tmp_path / "out.mp4", "a.png", *flags)
    assert (made.video.frames, made.video.rate) == (12, 10)


@pytest.mark.parametrize("name", ["dissolve", "dip", "wipe", "slide", "flow"])
def test_several_become_one_film(folder: Path, tmp_path: Path, name: str) -> None:
    target = tmp_path / "out.mp4"
    flags = (f"--transition={name}", "--transition-time=0.4", "--duration=1", "--style=none")
    made = film(folder, target, "a.png", "silent.mkv", "clip.mkv", *flags)
    assert (made.video.width, made.video.height, made.video.rate) == (120, 80, 25)
    assert made.video.frames == 45  # 25 + 20 + 20, and twice 10 of them are shared
    assert made.streams == ("video", "audio") and abs(heard(target) - Fraction(9, 5)) < 0.05
    shown = pictures(target)
    steps = [float(np.abs(one - two).mean()) for one, two in pairwise(shown)]
    assert max(steps) < 55, "nothing jumps: a cut is a step of 60"
    with av.open(str(target)) as box:
        first = next(box.decode(audio=0)).to_ndarray()
    assert np.abs(first).max() < 1e-3, "a picture is silent"


def test_so_much_is_taken_of_each_clip(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.mkv"
    found = film(
        folder, target, "clip.mkv", "silent.mkv", "--style=none", "--duration=0.4",
        "--transition-time=0.2",
    )  # fmt: skip
    assert found.video.duration == Fraction(15, 25)
    assert abs(heard(target) - Fraction(15, 25)) <= Fraction(1, 25)


@pytest.fixture
def hlg(tmp_path: Path) -> Path:
    """A short grey clip in HLG."""
    hlg = tmp_path / "hlg.mkv"
    with av.open(str(hlg), "w") as box:
        stream = box.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p10le"
        stream.codec_context.color_trc, stream.codec_context.color_primaries = 18, 9
        stream.codec_context.colorspace = 9
        for _ in range(20):
            grey = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 128, np.uint8), format="rgb24")
            box.mux(stream.encode(grey.reformat(format="yuv420p10le", dst_colorspace=9)))
        box.mux(stream.encode(None))
    return hlg


@pytest.mark.parametrize("cut", [[], ["--duration=0.4"]])
def test_hdr_is_toned_before_it_is_looked_at(
    hlg: Path, tmp_path: Path, cut: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    given = [hlg, tmp_path / "out.mkv", "--style=vintage", *cut]
    assert exit_code(shot(*given)) == 3
    assert "hlg.mkv: is HDR (HLG)" in capfd.readouterr().err
    assert exit_code(shot(*given, "--hdr=tonemap")) == 0
    assert probe(str(tmp_path / "out.mkv")).video.colour.transfer == "bt709"


def test_hdr_is_refused_in_every_source(
    hlg: Path, folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    given = [folder / "clip.mkv", hlg, tmp_path / "out.mkv", "--transition-time=0.2", "--dry-run"]
    assert exit_code(shot(*given)) == 3
    assert "hlg.mkv: is HDR (HLG)" in capfd.readouterr().err
    assert exit_code(shot(*given, "--hdr=tonemap")) == 0


def test_clips_without_sound_give_none(folder: Path, tmp_path: Path) -> None:
    flags = ("--transition-time=0", "--style=none")
    made = film(folder, tmp_path / "out.mp4", "silent.mkv", "silent.mkv", *flags)
    assert made.streams == ("video",) and made.video.frames == 40


def test_sound_of_every_clip_is_heard_in_its_place(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.mkv"
    film(
        folder, target, "clip.mkv", "silent.mkv", "clip.mkv", "--transition-time=0", "--style=none"
    )
    with av.open(str(target)) as box:
        blocks = [block.to_ndarray().reshape(-1) for block in box.decode(audio=0)]
    wave = np.abs(np.concatenate(blocks).astype(float))
    thirds = [part.mean() for part in np.array_split(wave, 3)]
    assert thirds[1] < 0.02 * thirds[0] and thirds[2] == pytest.approx(thirds[0], rel=0.05)


@pytest.mark.parametrize(
    ("flags", "size", "rate"),
    [
        (("--quality=speed",), (720, 1280), 15),
        (("--quality=speed", "--landscape"), (1280, 720), 15),
        (("--quality=speed", "--preview"), (202, 360), 15),
        (("--preview",), (540, 360), 25),
        (("--quality=speed", "--fps=10", "--smooth"), (720, 1280), 10),
    ],
)
def test_sizes_and_rates(
    folder: Path, tmp_path: Path, flags: tuple[str, ...], size: tuple[int, int], rate: int
) -> None:
    target = tmp_path / "out.mp4"
    video = film(folder, target, "clip.mkv", "--style=none", *flags).video
    assert (video.width, video.height, video.rate) == (*size, rate)
    assert video.frames == round(20 * rate / 25)
    assert abs(heard(target) - Fraction(4, 5)) < 0.05


def test_a_preview_has_five_seconds(folder: Path, tmp_path: Path) -> None:
    flags = ("--preview", "--duration=4", "--style=none", "--transition-time=0")
    made = film(folder, tmp_path / "out.mp4", "a.png", "b.png", *flags)
    assert (made.video.frames, made.video.height) == (125, 360)


def test_a_quality_has_its_bits_unless_a_quantiser_is_typed(folder: Path, tmp_path: Path) -> None:
    noisy = write_clip(tmp_path / "noisy.mkv", Scene(320, 180, frames=50, noise=9.0))
    bits = []
    for flags in ((), ("--qp=10",)):
        target = tmp_path / "out.mkv"
        line = shot(noisy, target, "--style=none", "--quality=speed", "--overwrite", *flags)
        assert exit_code(line) == 0
        bits.append(target.stat().st_size * 8 / 2)
    assert 0.5 * 2_000_000 < bits[0] < 1.8 * 2_000_000 and bits[1] > 1.5 * bits[0]


def test_the_camera_moves_and_the_depth_goes_along(folder: Path, tmp_path: Path) -> None:
    depth = f"--depth={folder / 'depth.png'}"
    moved = ("--camera=orbit", "--duration=0.4", "--style=none", "--codec=ffv1")
    seen = []
    for number, flags in enumerate([(), (depth,)]):
        target = tmp_path / f"{number}.mkv"
        film(folder, target, "a.png", *moved, *flags)
        seen.append(pictures(target))
    flat, deep = seen
    assert np.abs(flat[0] - flat[-1]).mean() > 3
    assert np.abs(flat[-1] - deep[-1]).mean() > 2, "the near moves otherwise than the far"


def test_the_camera_rests_where_it_came_to(folder: Path, tmp_path: Path) -> None:
    flags = ("--camera=pan-left", "--camera-time=0.2", "--style=none", "--codec=ffv1")
    film(folder, tmp_path / "out.mkv", "a.png", *flags, "--duration=0.4")
    shown = pictures(tmp_path / "out.mkv")
    assert np.array_equal(shown[5], shown[9]) and not np.array_equal(shown[0], shown[4])


@pytest.mark.parametrize(
    ("flags", "least"),
    [
        (("--lighting",), 0.3),
        (("--lighting-amount=0.5",), 3),
        (("--fog=0.4:#8090ff",), 5),
        (("--bloom",), 1),
        (("--bloom-amount=1",), 3),
        (("--temporal-smoothing",), 0.3),
    ],
)
def test_light_and_air_are_seen(
    folder: Path, tmp_path: Path, flags: tuple[str, ...], least: float
) -> None:
    seen = []
    for number, more in enumerate([(), flags]):
        target = tmp_path / f"{number}.mkv"
        film(folder, target, "clip.mkv", "--style=none", "--codec=ffv1", *more)
        seen.append(np.stack(pictures(target)))
    assert np.abs(seen[0] - seen[1])[4:].mean() > least


def test_fog_is_deeper_where_it_is_far(folder: Path, tmp_path: Path) -> None:
    depth = f"--depth={folder / 'depth.png'}"
    flags = ("--style=none", "--codec=ffv1", "--fog=0.6:blue", "--duration=0.2")
    film(folder, tmp_path / "0.mkv", "a.png", *flags)
    film(folder, tmp_path / "1.mkv", "a.png", *flags, depth)
    flat, deep = (pictures(tmp_path / f"{n}.mkv")[0] for n in (0, 1))
    blue = [(each[:, at, 2] - each[:, at, 0]).mean() for each in (flat, deep) for at in (6, -6)]
    assert blue[2] > blue[0] + 10 and blue[3] < blue[1] - 10, "white is near, on the right"


def test_a_contact_sheet_is_kept(folder: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.png"
    film(folder, tmp_path / "out.mp4", "clip.mkv", "--style=none", f"--contact-sheet={sheet}")
    assert cv2.imread(str(sheet)).shape[1] > 2 * SIZE[0]


def test_a_contact_sheet_comes_with_its_film_or_not_at_all(folder: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.png"
    code = (
        "import resource, sys; from afterglow.cli.main import main;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000)); main(sys.argv[1:])"
    )
    flags = ["--style=none", "--qp=0", f"--contact-sheet={sheet}"]
    run = [sys.executable, "-c", code, *shot(folder / "clip.mkv", tmp_path / "out.mp4", *flags)]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.returncode == 3 and "larger than the system allows" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_no_file_of_a_run_replaces_another(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    place = {name: tmp_path / name for name in ("clip.mkv", "b.png", "depth.png")}
    for name, path in place.items():
        path.write_bytes((folder / name).read_bytes())
    clip, picture, depth = place.values()
    for arguments in (
        [picture, tmp_path / "out.mp4", f"--contact-sheet={picture}"],
        [clip, tmp_path / "out.mp4", f"--depth={depth}", f"--contact-sheet={depth}"],
        [picture, depth, tmp_path / "out.mp4", f"--contact-sheet={depth}"],
        [picture, tmp_path / "out.png", f"--contact-sheet={tmp_path / 'out.png'}"],
        [picture, clip, clip],
    ):
        assert exit_code(shot(*arguments, "--overwrite")) == 2, arguments
        assert "this run reads or writes it already" in capfd.readouterr().err
    for name, path in place.items():
        assert path.read_bytes() == (folder / name).read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == set(place)


def test_pipes_in_and_out(folder: Path, tmp_path: Path) -> None:
    line = [*PROGRAM, *shot(folder / "a.png", folder / "clip.mkv", "-", "--duration=1")]
    made = subprocess.run([*line, "--transition-time=0.2"], capture_output=True, timeout=120)
    assert made.returncode == 0, made.stderr
    target = tmp_path / "out.mp4"
    again = [*PROGRAM, *shot("-", target, "--style=noir", "--preview")]
    taken = subprocess.run(again, input=made.stdout, capture_output=True, timeout=120)
    assert taken.returncode == 0, taken.stderr
    video = probe(str(target)).video
    assert (video.frames, video.height) == (40, 360) and abs(heard(target) - Fraction(8, 5)) < 0.05


def test_a_picture_in_a_pipe_is_held(folder: Path, tmp_path: Path) -> None:
    given = (folder / "a.png").read_bytes()
    for flags, frames in (((), 125), (("--duration=2", "--fps=10"), 20)):
        line = [*PROGRAM, *shot("-", tmp_path / f"{frames}.mp4", "--style=none", *flags)]
        taken = subprocess.run(line, input=given, capture_output=True, timeout=120)
        assert taken.returncode == 0, taken.stderr
        assert probe(str(tmp_path / f"{frames}.mp4")).video.frames == frames


def test_a_folder_is_made_clip_by_clip(folder: Path, tmp_path: Path) -> None:
    clips = tmp_path / "clips"
    clips.mkdir()
    for name in ("1.mkv", "2.mkv"):
        (clips / name).write_bytes((folder / "silent.mkv").read_bytes())
    run = afterglow(*shot(clips, tmp_path / "made", "--style=noir", "--quality=speed"))
    assert run.returncode == 0, run.stderr
    sizes = [probe(str(tmp_path / "made" / name)).video.width for name in ("1.mkv", "2.mkv")]
    assert sizes == [720, 720]


def test_depth_is_found_in_a_picture(
    folder: Path, tmp_path: Path, tiny_painters: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(tiny_painters))
    seen = []
    for number, flags in enumerate([(), ("--depth=auto", "--device=cpu")]):
        target = tmp_path / f"{number}.mkv"
        moved = ("--camera=dolly", "--duration=0.4", "--style=none", "--codec=ffv1")
        film(folder, target, "a.png", *moved, *flags)
        seen.append(pictures(target)[-1])
    assert np.abs(seen[0] - seen[1]).mean() > 1


def test_words_are_drawn_and_held(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("diffusers", "transformers", "accelerate"):
        pytest.importorskip(name)
    from afterglow.models.lock import LOCK_VARIABLE
    from tests.effects.animate.tiny import lock_tiny

    lock = lock_tiny(tmp_path_factory.mktemp("drawers"), "sd15")
    monkeypatch.setenv(LOCK_VARIABLE, str(lock))
    seen = []
    for prompt in ("a lighthouse", "a lighthouse", "a harbour"):
        line = [tmp_path / "out.mkv", f"--text={prompt}", "--duration=0.2", "--device=cpu"]
        flags = ["--codec=ffv1", "--style=none", "--overwrite", "--quality=speed", "--preview"]
        assert exit_code(shot(*line, *flags)) == 0
        seen.append(pictures(tmp_path / "out.mkv"))
    assert len(seen[0]) == 3 and seen[0][0].shape == (360, 202, 3) and seen[0][0].std() > 3
    assert np.array_equal(seen[0][0], seen[1][0]) and not np.array_equal(seen[0][0], seen[2][0])


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
