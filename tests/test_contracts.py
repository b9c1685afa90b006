"""The import contracts hold, and each is broken by what it forbids."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]
SECOND_EFFECT = "effects/second/effect.py"

PLANTED = [
    ("layers", "ops/__init__.py", "from afterglow import media"),
    ("layers", "media/__init__.py", "from afterglow import engine"),
    ("layers", "errors.py", "from afterglow import frames"),
    ("layers", "utils.py", "x = 1"),
    ("entry-points", "cli/main.py", "from afterglow.effects.ghost import command"),
    ("entry-points", "engine/loop.py", "def f():\n    import afterglow.effects.ghost.effect"),
    ("independence", SECOND_EFFECT, "from afterglow.effects.ghost.effect import Ghost"),
    ("pixels", "effects/ghost/effect.py", "from afterglow import media"),
    ("pixels", "effects/ghost/effect.py", "from afterglow.cli import options"),
    ("pixels", "effects/ghost/command.py", "import subprocess"),
    ("pixels", SECOND_EFFECT, "import click"),
    ("pixels", "ops/__init__.py", "import subprocess"),
    ("pixels", "analysis/__init__.py", "from afterglow.media import probe"),
    ("pyav", "engine/loop.py", "import av"),
    ("pyav", "effects/ghost/effect.py", "def f():\n    from av import open"),
    ("torch", "engine/loop.py", "import torch.nn"),
    ("torch", "ops/__init__.py", "import torch"),
    ("torch", "media/__init__.py", "import onnxruntime"),
    ("torch", "effects/ghost/effect.py", "import diffusers"),
    ("flags", "engine/loop.py", "import click"),
    ("flags", "media/__init__.py", "from rich.console import Console"),
    ("processes", "media/__init__.py", "import subprocess"),
    ("processes", "cli/main.py", "import multiprocessing.pool"),
    ("processes", "engine/loop.py", "import ray"),
    ("processes", "models/store.py", "import subprocess"),
    ("processes", "models/wheel.py", "import multiprocessing"),
]

ALLOWED = [
    ("flags", "effects/second/command.py", "import click"),
    ("pixels", "effects/second/command.py", "from afterglow.cli.options import streaming"),
    ("torch", "effects/second/model.py", "import torch"),
    ("torch", "models/loaders.py", "import transformers"),
    ("torch", "media/cuda.py", "import torch"),
    ("torch", "ops/tensor/__init__.py", "import torch.nn.functional"),
    ("pyav", "media/codec.py", "import av.video"),
    ("layers", "effects/second/effect.py", "from afterglow.analysis import camera"),
]


def lint(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as l; l()"]
    return subprocess.run(
        [*line, "--config", ROOT / "pyproject.toml", "--no-cache", "--no-logo", *arguments],
        capture_output=True, text=True, cwd=folder,
    )  # fmt: skip


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of the package, to plant in."""
    skip = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src" / "afterglow", tmp_path / "afterglow", ignore=skip)
    return tmp_path


def plant(source: Path, path: str, line: str) -> None:
    file = source / "afterglow" / path
    file.parent.mkdir(exist_ok=True)
    (file.parent / "__init__.py").touch()
    before = file.read_text() if file.exists() else ""
    file.write_text(f"{before}\n{line}\n")


def test_every_contract_has_a_planted_violation() -> None:
    assert {each["id"] for each in CONTRACTS} == {contract for contract, _, _ in PLANTED}


def test_the_contracts_hold(source: Path) -> None:
    run = lint(source)
    assert run.returncode == 0, run.stdout
    assert f"{len(CONTRACTS)} kept, 0 broken" in run.stdout


@pytest.mark.parametrize(("contract", "path", "line"), PLANTED)
def test_a_planted_violation_breaks_its_contract(
    contract: str, path: str, line: str, source: Path
) -> None:
    plant(source, path, line)
    run = lint(source, "--contract", contract)
    assert run.returncode == 1 and "0 kept, 1 broken" in run.stdout, run.stdout + run.stderr
    module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    assert f"afterglow.{module}" in run.stdout


@pytest.mark.parametrize(("contract", "path", "line"), ALLOWED)
def test_what_is_allowed_breaks_nothing(contract: str, path: str, line: str, source: Path) -> None:
    plant(source, path, line)
    run = lint(source, "--contract", contract)
    assert run.returncode == 0, run.stdout + run.stderr
