"""CLIP and I3D through the real loader, with tiny random weights."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

from afterglow.errors import ModelError

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from afterglow.effects.evaluate.critics import Prompted, Windows, distance_between  # noqa: E402
from afterglow.effects.evaluate.model import clip_knower, clip_scorer  # noqa: E402
from afterglow.models.tensors import read_torchscript  # noqa: E402
from tests.effects.evaluate.tiny import lock_critics, save_clip  # noqa: E402
from tests.models.tiny_diffusion import locked  # noqa: E402
from tests.models.weights import write_lock  # noqa: E402

PICTURES = list(np.random.default_rng(1).integers(0, 256, (5, 40, 64, 3), np.uint8))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lock_critics(tmp_path_factory.mktemp("critics"))


@pytest.fixture
def critics(made: Path, no_network: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AFTERGLOW_MODELS", str(tmp_path))
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(made))
    return made.parent


def test_the_clip_score_is_that_of_transformers_itself(critics: Path) -> None:
    """Their model says 'logits per image': the cosine times the exponential of a number."""
    prompt = "a horse in the snow"
    with clip_scorer(prompt, "cpu") as scorer:
        found = scorer(PICTURES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from transformers import CLIPModel, CLIPProcessor

        model = CLIPModel.from_pretrained(critics / "clip").eval()
        prepare = CLIPProcessor.from_pretrained(critics / "clip")
        given = prepare(text=[prompt], images=PICTURES, return_tensors="pt", padding=True)
    with torch.inference_mode():
        said = model(**given)
        cosine = said.logits_per_image[:, 0] / model.logit_scale.exp()
    np.testing.assert_allclose(found, 100 * cosine.clamp(min=0).numpy(), rtol=1e-4, atol=1e-4)
    assert found.shape == (5,) and found.max() > 0 and found.std() > 0


def test_pictures_that_are_the_opposite_of_the_words_score_0(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the weights of this seed the cosines are about -0.2."""
    folder = save_clip(tmp_path / "clip", seed=5)
    lock = write_lock(tmp_path / "own.lock", {"clip-vit-b32": locked(folder)})
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(lock))
    with clip_scorer("a horse in the snow", "cpu") as scorer:
        assert (scorer(PICTURES) == 0).all()


def test_another_prompt_gives_another_score_and_a_long_one_is_cut(critics: Path) -> None:
    scores = []
    for prompt in ("a horse", "a house by the sea", "words " * 200):
        with clip_scorer(prompt, "cpu") as scorer:
            scores.append(scorer(PICTURES))
    assert not np.allclose(scores[0], scores[1])
    assert np.isfinite(scores[2]).all()


def test_pictures_are_scored_by_the_batch_and_a_few_a_second(critics: Path) -> None:
    with clip_scorer("a horse", "cpu") as scorer:
        prompted = Prompted(scorer, rate=8.0)
        for number in range(41):
            prompted.take(PICTURES[number % 5])
            assert len(prompted.waiting) < 8
        wanted = float(np.mean(scorer([PICTURES[n % 5] for n in range(0, 41, 2)])))
        assert prompted.score() == pytest.approx(wanted, rel=1e-5) and prompted.count == 21
    assert Prompted(scorer, 8.0).score() is None


def test_i3d_is_called_as_its_file_wants_it(critics: Path) -> None:
    clip = np.random.default_rng(2).integers(0, 256, (16, 30, 40, 3), np.uint8)
    with clip_knower("cpu") as knower:
        said = knower(clip)
        assert not np.allclose(said, knower(clip[::-1].copy())), "the order of frames counts"
    network = read_torchscript((critics / "i3d" / "i3d.pt").read_bytes())
    planes = torch.from_numpy(clip).permute(3, 0, 1, 2)[None].float()
    with torch.inference_mode():
        small = torch.nn.functional.interpolate(planes / 127.5 - 1, [16, 2, 2])
        wanted = network.layer(small.flatten(1))[0]
    np.testing.assert_allclose(said, wanted.numpy(), rtol=1e-4, atol=1e-5)
    assert not np.allclose(said.sum(), 1), "from before the softmax"


def test_clips_are_16_frames_and_never_of_two_videos(critics: Path) -> None:
    with clip_knower("cpu") as knower:
        windows = Windows(knower)
        for length in (40, 15, 16):
            windows.begin()
            for number in range(length):
                windows.take(PICTURES[number % 5])
                assert len(windows.waiting) < 16
    assert windows.count == 2 + 0 + 1 and windows.classes.count == 3


def test_the_distance_of_videos_to_themselves_is_none(critics: Path) -> None:
    rng = np.random.default_rng(3)
    clips = rng.integers(0, 256, (4, 16, 24, 24, 3), np.uint8)
    with clip_knower("cpu") as knower:
        sets = [Windows(knower) for _ in range(3)]
        for windows, gain in zip(sets, (1.0, 1.0, 0.4), strict=True):
            for clip in clips:
                for picture in clip:
                    windows.take(np.rint(picture * gain).astype(np.uint8))
    assert distance_between(sets[0], sets[1]) < 1e-6
    assert distance_between(sets[0], sets[2]) > 0.01


@pytest.mark.parametrize("name", ["preprocessor_config.json", "config.json", "vocab.json"])
def test_files_that_were_changed_are_refused(
    name: str, critics: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    lock = lock_critics(folder)
    (folder / "clip" / name).write_text("{}")
    monkeypatch.setenv("AFTERGLOW_MODELS_LOCK", str(lock))
    with pytest.raises(ModelError, match="not what was locked"), clip_scorer("a", "cpu"):
        pass


def test_what_is_not_here_names_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERGLOW_MODELS", str(tmp_path))
    monkeypatch.delenv("AFTERGLOW_MODELS_LOCK", raising=False)
    with pytest.raises(ModelError, match="i3d-torchscript is not here") as caught:
        clip_knower("cpu").__enter__()
    assert caught.value.hint == (
        "afterglow models pull i3d-torchscript --accept-licence i3d-torchscript"
    )
