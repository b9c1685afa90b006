"""The ``doctor`` command: what is here, what works, what is missing and how to get it."""

from __future__ import annotations

import json
import os
import platform
import shutil
import tempfile
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import click

from afterglow.errors import DeviceError
from afterglow.models.sizes import told_size

EXTRAS = {
    "gpu": ("torch",),
    "models": (
        "torch",
        "accelerate",
        "diffusers",
        "ftfy",
        "huggingface_hub",
        "onnxruntime",
        "peft",
        "safetensors",
        "sentencepiece",
        "transformers",
    ),
    "speech": ("espeakng_loader",),
    "heic": ("pillow_heif",),
    "cluster": ("ray",),
}
"""What each extra brings, by module name."""

OPENCV = (
    "opencv-python-headless",
    "opencv-python",
    "opencv-contrib-python-headless",
    "opencv-contrib-python",
)
"""The packages that bring OpenCV; there should be one of them."""

Facts = dict[str, str]
"""One line for each thing, by its name."""


@click.command(short_help="What is here, what works, and what is missing.")
@click.option("--json", "as_json", is_flag=True, help="Tell it as one object of JSON.")
def doctor(as_json: bool) -> None:
    """Show versions, encoders that really encode here, CUDA, memory, disk and what is missing.

    Example: afterglow doctor
    """
    findings = {
        "versions": versions(),
        "encoders": encoders(),
        "devices": devices(),
        "disk": disks(),
        "missing": missing(),
    }
    if as_json:
        click.echo(json.dumps(findings, indent=2, ensure_ascii=False))
        return
    for title, facts in findings.items():
        click.echo(title)
        width = max(map(len, facts), default=0)
        for name, fact in (facts or {"nothing": ""}).items():
            click.echo(f"  {name:<{width}}  {fact}".rstrip())


def versions() -> Facts:
    """The versions of what afterglow stands on."""
    from afterglow.media import ffmpeg_version

    packages = ("av", "numpy", *OPENCV, "pillow", "click", "rich", "torch")
    found = {package: _version(package) for package in packages}
    return {
        "afterglow": version("afterglow"),
        "python": platform.python_version(),
        "ffmpeg": f"{ffmpeg_version()} (inside av)",
        **{package: number for package, number in found.items() if number},
    }


def encoders() -> Facts:
    """Every encoder with whether a frame really came through it."""
    from afterglow.media import encoders_here

    return {name: "works" if works else f"no: {why}" for name, works, why in encoders_here()}


def devices() -> Facts:
    """The CPU with free memory, and the GPU or why there is none to use."""
    from afterglow.models.device import choose_device

    cpu = choose_device("cpu")
    memory = f"{told_size(cpu.free)} of {told_size(cpu.total)} free"
    try:
        cuda = choose_device("cuda").description
    except DeviceError as error:
        cuda = f"no: {error}; {error.hint}"
    return {"cpu": f"{os.cpu_count()} cores, {memory}", "cuda": cuda}


def disks() -> Facts:
    """Free space where temporary files go and here."""
    places = {"here": Path.cwd(), "temporary": Path(tempfile.gettempdir())}
    return {
        name: f"{told_size(shutil.disk_usage(place).free)} free ({place})"
        for name, place in places.items()
    }


def missing() -> Facts:
    """What each extra that is not complete lacks, and how to get it."""
    lacks = {
        extra: [name for name in modules if find_spec(name) is None]
        for extra, modules in EXTRAS.items()
    }
    return {
        extra: f'{", ".join(names)}: pip install "afterglow[{extra}]"'
        for extra, names in lacks.items()
        if names
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
