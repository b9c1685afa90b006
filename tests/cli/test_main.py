"""The command line as a whole: help, errors, exit codes, other people's commands."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from afterglow.cli.main import cli, exit_code
from afterglow.errors import AfterglowError
from afterglow.models.device import choose_device
from tests.program import afterglow, pictures, plugged

HEAVY = {"av", "cv2", "diffusers", "numpy", "ray", "rich", "torch", "transformers"}


def loaded_by(*arguments: str) -> set[str]:
    """The heavy packages that a command line loads."""
    code = (
        "import sys; from afterglow.cli.main import exit_code; "
        f"code = exit_code({list(arguments)!r}); "
        "print('LOADED', *{name.partition('.')[0] for name in sys.modules}); sys.exit(code)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return HEAVY & set(run.stdout.rpartition("LOADED")[2].split())


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["ghost", "--help"],
        ["--version"],
        ["ghost", "--list-effects"],
        ["models", "list"],
        ["style", "--help"],
        ["style", "cinematic", "--help"],
        ["style", "cinematic", "--list-effects"],
    ],
)
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    assert loaded_by(*arguments) == set()


def test_a_run_without_a_gpu_does_not_load_torch(clip: Path, tmp_path: Path) -> None:
    if choose_device("auto").kind == "cuda":
        pytest.skip("there is a GPU, and it needs torch")
    assert "torch" not in loaded_by("ghost", str(clip), str(tmp_path / "out.mkv"))


def test_the_list_of_heavy_packages_can_be_seen() -> None:
    assert {"av", "numpy"} <= loaded_by("doctor")


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["--help"]) == 0
    shown = capsys.readouterr().out
    assert "ghost" in shown and "doctor" in shown and "Motion trails" in shown


def test_a_broken_package_does_not_break_help(plugins: Path) -> None:
    run = afterglow("--help", plugins=plugins)
    assert run.returncode == 0 and run.stderr == ""
    shown = " ".join(run.stdout.split())
    assert "cannot be loaded: ModuleNotFoundError" in shown
    assert "cannot be loaded: TypeError" in shown
    assert "Give every frame on." in shown and "Motion trails" in shown


def test_a_broken_package_is_seen_when_it_is_asked_for(plugins: Path) -> None:
    run = afterglow("broken", plugins=plugins)
    assert run.returncode == 1 and "ModuleNotFoundError" in run.stderr


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("AfterglowError", 1),
        ("UsageError", 2),
        ("MediaError", 3),
        ("ModelError", 4),
        ("DeviceError", 5),
        ("Cancelled", 130),
    ],
)
def test_an_error_is_a_line_and_a_hint(kind: str, code: int, plugins: Path) -> None:
    run = afterglow("failing", kind, plugins=plugins)
    assert run.returncode == code
    assert run.stderr == "afterglow: error: it went wrong (value)\nhint: do this\n"


def test_a_bug_keeps_its_traceback(plugins: Path) -> None:
    run = afterglow("failing", "bug", plugins=plugins)
    assert run.returncode == 1
    assert "Traceback" in run.stderr and "ZeroDivisionError: a bug" in run.stderr


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str]]:
    code = exit_code(list(arguments))
    return code, capsys.readouterr().err.splitlines()


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["gost"], "no effect of that name (gost)", "did you mean ghost?"),
        (["zzz"], "no effect of that name (zzz)", "afterglow --help lists them"),
        (
            ["style", "cinematc"],
            "no kind of style of that name (cinematc)",
            "did you mean cinematic?",
        ),
        (["style", "zzz"], "kind of style of that name (zzz)", "afterglow style --help lists them"),
        (
            ["style", "cinematic", "a"],
            "missing argument 'TARGET'",
            "afterglow style cinematic --help",
        ),
        (["style", "cinematic"], "missing argument 'SOURCE'", "afterglow style cinematic --help"),
        (["style", "cinematic", "a", "", "b"], "SOURCE is empty", "give a file, a folder or -"),
        (["--versoin"], "no such option (--versoin)", "did you mean --version?"),
        (["ghost", "--layer=3"], "no such option (--layer)", "did you mean --layers?"),
        (["ghost", "--zzzzzz"], "no such option (--zzzzzz)", "afterglow ghost --help"),
        (["ghost", "a", "b", "--layers=0"], "'--layers'", "afterglow ghost --help"),
        (
            ["ghost", "a", "b", "--layers=6.5"],
            "'6.5' is not a whole number",
            "afterglow ghost --help",
        ),
        (["ghost", "a", "b", "--decay=x"], "'x' is not a number", "afterglow ghost --help"),
        (["ghost", "a"], "missing argument 'TARGET'", "afterglow ghost --help"),
        (["ghost", "", "b"], "SOURCE is empty", "give a file, a folder or -"),
        (["ghost", "a", ""], "TARGET is empty", "give a file, a folder or -"),
        (["ghost", "a", "b", "c"], "unexpected extra argument", "afterglow ghost --help"),
    ],
)
def test_a_wrong_line_is_a_usage_error(
    arguments: list[str], message: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, lines = told(capsys, *arguments)
    assert code == 2 and len(lines) == 2
    assert lines[0].startswith("afterglow: error: ") and message in lines[0]
    assert lines[1] == f"hint: {hint}"


def test_a_line_break_in_a_name_does_not_break_the_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, lines = told(capsys, "ghost", "no\nsuch.mp4", "out.mp4", "--device=cpu")
    assert code == 3 and lines == ["afterglow: error: no\\nsuch.mp4: no such file"]


def test_a_rate_is_for_images_only(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = told(capsys, "ghost", str(clip), "out.mp4", "--rate=30")
    assert code == 2 and "image sequence" in lines[0]


def test_a_folder_as_the_target_of_a_file_is_told(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, lines = told(capsys, "ghost", str(clip), str(tmp_path), "--device=cpu")
    assert code == 3 and "this is a folder" in lines[-2] and lines[-1].startswith("hint: ")


def test_a_cut_without_a_picture_is_told(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut = ["--start=0.05", "--duration=0.01", "--device=cpu"]
    code, lines = told(capsys, "ghost", str(clip), str(tmp_path / "out.mkv"), *cut)
    assert code == 3 and "no picture" in lines[-2] and "between two" in lines[-1]


def test_no_codec_is_named_that_nobody_asked_for(
    clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, lines = told(capsys, "ghost", str(clip), "out.mp4", "--alpha-out=yes")
    assert code == 2 and lines[0] == "afterglow: error: .mp4 carries no alpha"


def test_no_arguments_show_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = told(capsys)
    assert code == 2 and lines[0].startswith("Usage: afterglow")


@pytest.mark.parametrize("arguments", [["ghost", "--layer", "3"], ["ghost", "no.mp4", "out.mp4"]])
def test_errors_are_json_where_json_was_asked_for(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, lines = told(capsys, *arguments, "--json", "--device=cpu")
    event = json.loads(lines[-1])
    assert (event["event"], event["exit_code"]) == ("error", code) and code in (2, 3)
    assert event["message"]


def test_every_error_has_an_exit_code_of_its_own() -> None:
    codes = [
        AfterglowError.exit_code,
        *(each.exit_code for each in AfterglowError.__subclasses__()),
    ]
    assert len(codes) == len(set(codes))


def test_variables_of_the_environment_set_options(
    plugins: Path, clip: Path, tmp_path: Path
) -> None:
    environment = {**plugged(plugins), "AFTERGLOW_PLAINLY_HELD": "-1"}
    run = afterglow("plainly", clip, tmp_path / "out.mkv", env=environment)
    assert run.returncode == 2 and "'--held'" in run.stderr


def test_no_option_takes_a_variable_that_means_something_else() -> None:
    context = click.Context(cli, info_name="afterglow", auto_envvar_prefix="AFTERGLOW")
    taken = {
        f"AFTERGLOW_{name}_{option.name}".upper()
        for name in cli.list_commands(context)
        for option in getattr(cli.get_command(context, name), "params", [])
    }
    assert not taken & {"AFTERGLOW_EFFECTS", "AFTERGLOW_FOOTAGE", "AFTERGLOW_REQUIRE_GPU"}


def test_a_name_that_begins_with_a_dash_follows_two(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "-odd.mkv").write_bytes(clip.read_bytes())
    run = afterglow("ghost", "--device=cpu", "--", "-odd.mkv", "-out.mkv", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "-out.mkv").exists()


def test_both_ways_to_give_a_value_work(clip: Path, tmp_path: Path) -> None:
    for number, flags in enumerate([["--ghost=shadow"], ["--ghost", "shadow"], []]):
        run = afterglow("ghost", clip, tmp_path / f"{number}.mkv", *flags, "--codec=ffv1")
        assert run.returncode == 0, run.stderr
    one, two, other = (pictures(tmp_path / f"{number}.mkv") for number in range(3))
    assert one == two != other
