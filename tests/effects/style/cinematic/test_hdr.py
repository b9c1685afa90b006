"""A source in HDR is refused unless it is toned."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from afterglow.cli.main import exit_code
from afterglow.media import probe
from tests.effects.style.cinematic.shooting import shot


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
