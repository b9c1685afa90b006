"""The built wheel works in a bare environment, from any folder."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.scenes import Scene, write_clip

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built with what is installed here."""
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT],
        check=True, capture_output=True,
    )  # fmt: skip
    (made,) = out.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """afterglow in an environment with the wheel and what it needs, but not our checkout."""
    home = tmp_path_factory.mktemp("bare")
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)}))
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index",
         "--quiet", wheel],
        check=True,
    )  # fmt: skip
    needs = packages / "needs"
    needs.mkdir()
    for theirs in Path(sysconfig.get_path("purelib")).iterdir():
        if "afterglow" not in theirs.name and theirs.suffix != ".pth":
            (needs / theirs.name).symlink_to(theirs)
    (packages / "needs.pth").write_text(str(needs))
    return home / "bin" / "afterglow"


def run(program: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.run(
        [program, *arguments], capture_output=True, text=True, cwd="/", env=environment
    )


def test_the_wheel_carries_what_is_data(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    looks = {f"afterglow/_shipped/{path.relative_to(ROOT)}" for path in ROOT.glob("effects/*/*")}
    assert looks | {"afterglow/_shipped/models.lock"} <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests", "scripts"))]


def test_it_is_the_wheel_that_runs(program: Path) -> None:
    python = program.with_name("python")
    code = "import afterglow.shipped as s; print(s.__file__); print(s.shipped('models.lock'))"
    shown = subprocess.run([python, "-P", "-c", code], capture_output=True, text=True, check=True)
    for line in shown.stdout.splitlines():
        assert line.startswith(str(program.parents[1])) and Path(line).is_file()


def test_help_works_from_any_folder(program: Path) -> None:
    shown = run(program, "--help")
    assert shown.returncode == 0 and "ghost" in shown.stdout and "loaded" not in shown.stdout


def test_the_looks_are_found(program: Path) -> None:
    shown = run(program, "ghost", "--list-effects")
    names = {line.split()[0] for line in shown.stdout.splitlines()}
    assert shown.returncode == 0
    assert names == {path.stem for path in ROOT.glob("effects/ghost/*.toml")} != set()


def test_it_makes_a_video(program: Path, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mkv", Scene(width=32, height=24, frames=4))
    made = run(program, "ghost", clip, tmp_path / "out.mp4", "--effect=dreamy")
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "out.mp4").stat().st_size > 0
