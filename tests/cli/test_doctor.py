"""doctor tells what is here, and that is true."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from afterglow.cli import doctor


def test_it_tells_in_json_what_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "encoders", lambda: {"libx264": "works", "h264_nvenc": "no: x"})
    run = CliRunner().invoke(doctor.doctor, ["--json"])
    told = json.loads(run.stdout)
    assert run.exit_code == 0
    assert {"afterglow", "python", "av", "ffmpeg", "numpy"} <= told["versions"].keys()
    assert told["encoders"]["libx264"] == "works" and "free" in told["devices"]["cpu"]
    assert set(told["disk"]) == {"here", "temporary"}


def test_encoders_are_tried() -> None:
    told = doctor.encoders()
    assert told["libx264"] == told["ffv1"] == "works"
    assert all(fact == "works" or fact.startswith("no: ") for fact in told.values())


def test_what_is_missing_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    there = {
        "torch",
        "ray",
        "accelerate",
        "diffusers",
        "ftfy",
        "peft",
        "sentencepiece",
        "transformers",
        "pillow_heif",
    }
    monkeypatch.setattr(doctor, "find_spec", lambda name: name if name in there else None)
    assert doctor.missing() == {
        "models": 'huggingface_hub, onnxruntime, safetensors: pip install "afterglow[models]"',
        "speech": 'espeakng_loader: pip install "afterglow[speech]"',
    }


def test_extras_are_those_of_the_package() -> None:
    from importlib.metadata import metadata

    offered = set(metadata("afterglow").get_all("Provides-Extra") or [])
    assert set(doctor.EXTRAS) == offered - {"all", "test"}


def test_people_get_a_line_for_each_thing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "encoders", lambda: {"libx264": "works"})
    monkeypatch.setattr(doctor, "missing", dict)
    run = CliRunner().invoke(doctor.doctor)
    assert run.exit_code == 0
    assert "encoders\n  libx264  works\n" in run.stdout and "missing\n  nothing\n" in run.stdout
