"""The command as it is typed: what each target gets, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.analysis.matting.person import Person
from afterglow.cli.main import exit_code
from afterglow.cli.run import StreamRun
from afterglow.effects.matte import model as learned
from afterglow.effects.matte.chroma import Chroma
from afterglow.effects.matte.difference import Difference
from afterglow.effects.matte.effect import Matte
from afterglow.effects.matte.model.matanyone import MatAnyone
from afterglow.effects.matte.model.rvm import Rvm
from afterglow.models import person
from tests.analysis.matting.people import magenta, opener
from tests.effects.matte.cloth import GREEN, SCENE, green_clip
from tests.program import pictures, sound

QUIET = ["--device=cpu", "--quiet"]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return green_clip(tmp_path_factory.mktemp("cloth"))


@pytest.fixture(scope="module")
def plate(clip: Path) -> Path:
    path = clip.with_name("plate.png")
    cv2.imwrite(str(path), np.full((90, 160, 3), GREEN[::-1], np.uint8))
    return path


@pytest.fixture(autouse=True)
def networks(monkeypatch: pytest.MonkeyPatch) -> None:
    """People are magenta, to networks that need no weights; others are taken to be here."""
    found = opener(magenta)
    monkeypatch.setattr(person, "person_networks", lambda **_: (found, found))
    monkeypatch.setattr(person, "require_person", lambda **_: None)
    monkeypatch.setattr(learned, "require_model", lambda name, **_: None)


def test_weights_that_are_not_here_end_even_a_dry_run(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("AFTERGLOW_MODELS", str(tmp_path / "none"))
    for name, pull in (("rvm", "rvm-mobilenetv3"), ("person", "person")):
        line = clip, tmp_path / "out.mkv", f"--model={name}", "--dry-run"
        code, told = refused(capsys, *line)
        assert code == 4 and f"afterglow models pull {pull}" in told


def asked(*line: str | Path, source: str | Path = "in.mkv") -> Matte:
    """The effect that a command line asks for; nothing is read but what flags name."""
    effects: list[Any] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StreamRun, "through", lambda run, *given: effects.extend(given))
        assert exit_code(["matte", str(source), *map(str, line), "--device=cpu"]) == 0
    (effect,) = effects
    assert isinstance(effect, Matte)
    return effect


def refused(capsys: pytest.CaptureFixture[str], *line: str | Path) -> tuple[int, str]:
    """The exit code of a command line, and what it told."""
    code = exit_code(["matte", *map(str, line), *QUIET])
    return code, capsys.readouterr().err


def stored(path: Path, layout: str) -> NDArray[Any]:
    """(frames, H, W, ...) pictures as that layout."""
    with av.open(str(path)) as box:
        return np.stack([frame.to_ndarray(format=layout) for frame in box.decode(video=0)])


def truth() -> NDArray[Any]:
    return np.stack([view.alpha for view in SCENE]).astype(float)


def error(found: NDArray[Any]) -> float:
    """Mean absolute difference from the true matte, x 1000."""
    return float(np.abs(found.astype(float) - truth()).mean() / 255 * 1000)


@pytest.mark.parametrize(
    ("name", "flags", "codec", "layout"),
    [
        ("out.mp4", [], "h264", "yuvj420p"),
        ("out.mkv", ["--alpha-codec=ffv1"], "ffv1", "gray"),
        ("out.mkv", ["--alpha-out=no"], "ffv1", "gray"),
    ],
)
def test_a_matte_alone_is_grey_without_loss_and_of_full_range(
    clip: Path, tmp_path: Path, name: str, flags: list[str], codec: str, layout: str
) -> None:
    target = tmp_path / name
    assert exit_code(["matte", str(clip), str(target), "--model=chroma", *flags, *QUIET]) == 0
    with av.open(str(target)) as box:
        video = box.streams.video[0]
        assert (video.codec_context.name, video.codec_context.format.name) == (codec, layout)
    with av.open(str(target)) as box:
        found = np.stack([frame.to_ndarray()[:90, :160] for frame in box.decode(video=0)])
    assert error(found) < 4 and found.min() == 0 and found.max() == 255
    times = [seconds for seconds, _ in pictures(clip)]
    assert [seconds for seconds, _ in pictures(target)] == times
    assert len(sound(target)) > 0


@pytest.mark.parametrize("name", ["out.mkv", "out.mov", "shot_%03d.png"])
def test_a_target_that_holds_a_matte_gets_the_subject_too(
    clip: Path, tmp_path: Path, name: str
) -> None:
    target = tmp_path / name
    assert exit_code(["matte", str(clip), str(target), "--model=chroma", *QUIET]) == 0
    if name.endswith(".png"):
        files = sorted(tmp_path.iterdir())
        found = np.stack([cv2.imread(str(path), cv2.IMREAD_UNCHANGED) for path in files])
        found = found[..., [2, 1, 0, 3]]
    else:
        found = stored(target, "rgba")
    assert error(found[..., 3]) < 4
    inside = truth() == 255
    shown = np.stack([view.rgb for view in SCENE]).astype(float)
    assert np.abs(found[..., :3] - shown)[inside].mean() < 4


def test_sixteen_bits_stay(tmp_path: Path) -> None:
    deep = green_clip(tmp_path, replace(SCENE, depth=16, frames=2))
    target = tmp_path / "out.mkv"
    assert exit_code(["matte", str(deep), str(target), "--model=chroma", *QUIET]) == 0
    found = stored(target, "gbrap16le")
    assert found.dtype == np.uint16 and found[..., 3].max() == 65535
    assert np.abs(found[..., 3] / 257 - truth()[:2]).mean() < 1


def test_start_and_duration_choose_the_pictures(clip: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.mkv"
    part = ["--start=0.08", "--duration=0.12", "--alpha-codec=ffv1"]
    assert exit_code(["matte", str(clip), str(target), "--model=chroma", *part, *QUIET]) == 0
    whole = tmp_path / "whole.mkv"
    line = ["matte", str(clip), str(whole), "--model=chroma", "--alpha-codec=ffv1", *QUIET]
    assert exit_code(line) == 0
    assert np.array_equal(stored(target, "gray"), stored(whole, "gray")[2:5])


def test_a_folder_gets_the_matte_and_the_subject_on_green(clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert exit_code(["matte", str(clip), str(out), "--model=chroma", *QUIET]) == 0
    names = sorted(path.name for path in out.iterdir())
    assert names == ["chroma_alpha.mkv", "chroma_composite.mp4"]
    assert error(stored(out / "chroma_alpha.mkv", "gray")) < 4
    laid = stored(out / "chroma_composite.mp4", "rgb24")
    assert np.abs(laid[:, 2, 2].astype(int) - GREEN).max() <= 4
    assert len(sound(out / "chroma_composite.mp4")) > 0


def test_several_models_are_compared_and_each_gets_what_it_takes(
    clip: Path, plate: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    models = ["--model=person", "--model=chroma", "--model=difference", "--model=chroma"]
    flags = [f"--plate={plate}", "--key=green", "--alpha-codec=h264"]
    assert exit_code(["matte", str(clip), str(out), *models, *flags, *QUIET]) == 0
    each = [f"{m}_{what}.mp4" for m in ("person", "chroma", "difference")
            for what in ("alpha", "composite")]  # fmt: skip
    more = [f"comparison.{ending}" for ending in ("html", "mp4", "png")]
    assert sorted(path.name for path in out.iterdir()) == sorted([*each, *more])


def test_a_matte_without_anybody_is_told_of(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = []
    for model in ("person", "chroma"):
        line = ["matte", str(clip), str(tmp_path / f"{model}.mp4"), f"--model={model}"]
        assert exit_code([*line, "--device=cpu"]) == 0
        told.append(capsys.readouterr().err.count("no subject was found in any frame"))
    assert told == [1, 0]


def test_a_dry_run_writes_nothing(clip: Path, tmp_path: Path) -> None:
    for target in (tmp_path / "out.mp4", tmp_path / "new" / "out"):
        line = ["matte", str(clip), str(target), "--model=chroma", "--dry-run", *QUIET]
        assert exit_code(line) == 0
    assert list(tmp_path.iterdir()) == []


def test_the_default_is_person_and_no_touch(tmp_path: Path) -> None:
    effect = asked("out.mp4")
    assert isinstance(effect.backend, Person)
    assert effect == Matte(effect.backend, gray=True)


def test_flags_reach_the_finish() -> None:
    line = ["--grow=2.5", "--feather=3", "--gamma=1.5", "--decontaminate"]
    effect = asked("out.mov", *line, "--key=#00b140", "--despill=0.4")
    wanted = Matte(effect.backend, 1.5, 2.5, 3.0, 0.4, (0, 177, 64), True, gray=False)
    assert effect == wanted
    assert asked("out.mp4", "--shrink=2").grow == -2


def test_flags_reach_chroma() -> None:
    line = ["--key=blue", "--tolerance=10", "--softness=40", "--despill=0.3", "--grow=1.5"]
    effect = asked("out.mov", "--model=chroma", *line, "--feather=2")
    backend = effect.backend
    assert isinstance(backend, Chroma)
    assert (backend.key, backend.tolerance, backend.softness) == ((0, 0, 255), 10, 40)
    assert (backend.despill, backend.colours, backend.around) == (0.3, True, 4)
    assert effect.despill == 0, "what the backend takes off is not taken off again"


@pytest.mark.parametrize("flags", [[], ["--key=auto"]])
def test_a_key_that_is_not_named_is_found(flags: list[str]) -> None:
    backend = asked("out.mp4", "--model=chroma", *flags).backend
    assert isinstance(backend, Chroma)
    assert (backend.key, backend.despill, backend.colours) == (None, 1.0, False)


def test_flags_reach_difference(plate: Path) -> None:
    line = ["--model=difference", f"--plate={plate}"]
    for flags, colours in (([], False), (["--decontaminate"], True)):
        backend = asked("out.mov", *line, *flags).backend
        assert isinstance(backend, Difference) and backend.colours == colours
        assert backend.plate.shape == (90, 160, 3) and (backend.plate == GREEN).all()


@pytest.mark.parametrize("model", ["rvm", "rvm-torchscript", "rvm-resnet50"])
def test_flags_reach_rvm(model: str) -> None:
    backend = asked("out.mp4", f"--model={model}", "--downsample=0.25").backend
    assert isinstance(backend, Rvm) and backend.downsample == 0.25
    plain = asked("out.mp4", f"--model={model}").backend
    assert isinstance(plain, Rvm) and plain.downsample is None


def test_a_mask_reaches_matanyone(tmp_path: Path) -> None:
    mask = np.zeros((30, 40, 4), np.uint8)
    mask[5:10, 5:20] = 255
    cv2.imwrite(str(tmp_path / "mask.png"), mask)
    flags = ["--model=matanyone", f"--mask={tmp_path / 'mask.png'}", "--chunk-seconds=8"]
    backend = asked("out.mp4", *flags).backend
    assert isinstance(backend, MatAnyone) and backend.chunk_seconds == 8
    assert backend.mask is not None and np.array_equal(backend.mask, mask[..., 3])


def test_a_licence_without_commercial_use_is_said(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFTERGLOW_MODELS", str(tmp_path / "none"))
    line = ["matte", str(clip), str(tmp_path / "out.mp4"), "--device=cpu"]
    assert exit_code([*line, "--model=rmbg2"]) == 4
    told = capsys.readouterr().err
    assert told.count("rmbg2: its licence") == 1 and "no commercial use" in told
    assert "afterglow models pull rmbg2" in told
    assert exit_code([*line, "--model=rmbg2", "--commercial-only"]) == 4
    assert "--commercial-only refuses the model rmbg2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("{clip} out.mp4 --model=chrome", 2, "'chrome' is not one of"),
        ("{clip} out.mp4 --model=chroma --model=person", 2, "name a folder as TARGET"),
        ("{clip} out.mp4 --model=difference", 2, "afterglow plate makes one"),
        ("{clip} out.mp4 --model=chroma --plate={plate}", 2, "--plate is for --model difference"),
        ("{clip} out.mp4 --model=difference --plate={clip}", 3, "one picture is wanted"),
        ("{clip} out.mp4 --model=difference --plate=none.png", 2, "does not exist"),
        ("{clip} out.mp4 --mask={plate}", 2, "--mask is for --model matanyone or matanyone2"),
        ("{clip} out.mp4 --chunk-seconds=5", 2, "--chunk-seconds is for --model matanyone"),
        ("{clip} out.mp4 --downsample=0.4", 2, "--downsample is for --model rvm"),
        ("{clip} out.mp4 --model=rvm --downsample=0", 2, "0.01<=x<=1"),
        ("{clip} out.mov --key=green", 2, "or says whose light --despill takes off"),
        ("{clip} out.mov --despill=1", 2, "say whose light it is with --key"),
        ("{clip} out.mov --key=greenish", 2, "is no colour"),
        ("{clip} out.mp4 --model=chroma --despill=1", 2, "the target gets the matte alone"),
        ("{clip} out.mp4 --decontaminate", 2, "the target gets the matte alone"),
        ("{clip} out.mov --model=chroma --decontaminate", 2, "colours are clean anyway"),
        ("{clip} out.mp4 --grow=1 --shrink=1", 2, "pull the same edge"),
        ("{clip} out.mp4 --grow=nan", 2, "nan"),
        ("{clip} out.mp4 --feather=-1", 2, "0<=x<=200"),
        ("{clip} out.mov --alpha-codec=ffv1 --codec=prores", 2, "--codec prores the subject too"),
        ("{clip} out.mov --alpha-codec=ffv1 --alpha-out=yes", 2, "--alpha-out yes the subject"),
        ("{clip} out --alpha-out=no", 2, "is for a file"),
        ("- out --model=chroma --model=person", 2, "a pipe can be read once"),
        ("none.mkv out.mp4 --model=chroma", 3, "no such file"),
        ("{plate} out.mp4 --model=chroma --key=auto --resolution=4", 2, "--resolution"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    line: str, code: int, words: str, clip: Path, plate: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    typed = [part.format(clip=clip, plate=plate) for part in line.split()]
    found, told = refused(capsys, *typed)
    assert found == code, told
    assert words in told and told.count("error:") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_picture_without_a_backing_is_an_error_of_media(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cv2.imwrite(str(tmp_path / "grey.png"), np.full((40, 60, 3), 128, np.uint8))
    code, told = refused(capsys, tmp_path / "grey.png", tmp_path / "out.png", "--model=chroma")
    assert code == 3 and "no backing of one colour" in told and "--key green" in told
    assert [path.name for path in tmp_path.iterdir()] == ["grey.png"]
