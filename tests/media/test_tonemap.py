"""HDR: refused, kept or brought into BT.709, by the formulas of the standards."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from afterglow.errors import MediaError
from afterglow.frames import Colour
from afterglow.media import ReadOptions, open_source
from afterglow.media.passengers import Mastering
from afterglow.media.tonemap import (
    hlg_to_scene,
    knee,
    light_to_pq,
    pq_to_light,
    sdr,
    tone_map,
)
from tests.media.made import clip

GREYS = np.linspace(0, 65535, 64).astype(np.uint16)[None, :, None].repeat(3, axis=2)


def hdr_clip(path: Path, transfer: int, pixels: Any = None) -> Path:
    def tagged(stream: Any) -> None:
        context = stream.codec_context
        context.colorspace, context.color_primaries = 9, 9
        context.color_trc, context.color_range = transfer, 1

    picture = np.full((48, 64, 3), 30000, np.uint16) if pixels is None else pixels
    options = {"x265-params": "log-level=none"}
    return clip(
        path, [picture] * 3, codec="libx265", pix_fmt="yuv420p10le", array_format="rgb48le",
        options=options, setup=tagged,
    )  # fmt: skip


@pytest.mark.parametrize(("transfer", "kind"), [(16, "PQ"), (18, "HLG")])
def test_hdr_is_refused_with_the_remedy(tmp_path: Path, transfer: int, kind: str) -> None:
    path = hdr_clip(tmp_path / "a.mp4", transfer)
    with pytest.raises(MediaError, match=kind) as caught:
        open_source(str(path), ReadOptions(), lambda line: None)
    assert caught.value.exit_code == 3
    assert "--hdr keep" in caught.value.hint and "--hdr tonemap" in caught.value.hint


@pytest.mark.parametrize(("transfer", "name"), [(16, "smpte2084"), (18, "arib-std-b67")])
def test_hdr_kept_keeps_its_tags(tmp_path: Path, transfer: int, name: str) -> None:
    path = hdr_clip(tmp_path / "a.mp4", transfer)
    with open_source(str(path), ReadOptions(hdr="keep"), lambda line: None) as source:
        assert source.video.colour == Colour("bt2020nc", "bt2020", name, "limited")
        assert next(source.frames()).pixels.dtype == np.uint16


@pytest.mark.parametrize("transfer", [16, 18])
def test_hdr_tone_mapped_is_bt709(tmp_path: Path, transfer: int) -> None:
    path = hdr_clip(tmp_path / "a.mp4", transfer)
    said: list[str] = []
    with open_source(str(path), ReadOptions(hdr="tonemap"), said.append) as source:
        assert source.video.colour == Colour("bt709", "bt709", "bt709", "limited")
        assert (source.video.depth, source.video.bits) == (16, 10)
        assert source.passengers.mastering is None
        frame = next(source.frames())
    assert any("tone-mapped" in line for line in said)
    pixels = np.asarray(frame.pixels).astype(int)
    assert np.ptp(pixels.reshape(-1, 3).mean(axis=0)) < 300
    assert frame.pixels.dtype == np.uint16


def test_standard_curves_have_their_published_values() -> None:
    """Signal levels from ITU-R BT.2408, table 1, and BT.2100."""
    assert pq_to_light(np.array([0.0, 1.0])) == pytest.approx([0, 10000])
    assert light_to_pq(np.array([203.0])) == pytest.approx([0.58], abs=0.002)
    assert light_to_pq(np.array([1000.0])) == pytest.approx([0.7518], abs=0.0002)
    assert light_to_pq(np.array([100.0])) == pytest.approx([0.5081], abs=0.0002)
    assert hlg_to_scene(np.array([0.0, 0.5, 1.0])) == pytest.approx([0, 1 / 12, 1], abs=1e-6)
    display = 1000 * hlg_to_scene(np.array([0.75])) ** 1.2
    assert display == pytest.approx([203], abs=1)


def test_knee_leaves_the_dark_and_ends_at_white() -> None:
    light = np.linspace(0, 1000, 2001)
    mapped = knee(light, 1000.0)
    assert np.all(np.diff(mapped) >= -1e-9)
    assert mapped[-1] == pytest.approx(203, rel=1e-3)
    assert mapped[light <= 50] == pytest.approx(light[light <= 50], rel=1e-6)
    assert np.all(mapped <= light + 1e-6)
    assert knee(light[:400], 203.0) == pytest.approx(light[:400], rel=1e-6)


@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_greys_stay_grey_and_in_order(transfer: str, kind: type) -> None:
    greys = GREYS if kind == np.uint16 else (GREYS >> 8).astype(np.uint8)
    mapped = sdr(greys, tone_map(transfer, None)).astype(int)
    unit = 257 if kind == np.uint16 else 1
    assert np.ptp(mapped, axis=2).max() <= unit
    assert np.all(np.diff(mapped[0, :, 1]) >= 0)
    assert mapped[0, 0].max() == 0
    assert mapped[0, -1].min() >= 254 * unit


def exact_sdr(pixels: Any, transfer: str, peak: float) -> Any:
    """The whole way in 64-bit numbers, pixel by pixel, without tables."""
    signal = pixels.astype(np.float64) / 65535
    if transfer == "smpte2084":
        light = np.minimum(pq_to_light(signal), peak)
    else:
        scene = hlg_to_scene(signal)
        luma = scene @ np.array([0.2627, 0.6780, 0.0593])
        light = 1000 * scene * (luma**0.2)[..., None]
    to_709 = np.array(
        [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]]
    )
    light = light @ to_709.T
    luma = np.maximum(light @ np.array([0.2126, 0.7152, 0.0722]), 0)[..., None]
    low = np.minimum(light.min(axis=-1), 0)[..., None]
    light = np.maximum(luma + (light - luma) * luma / np.maximum(luma - low, 1e-9), 0)
    brightest = np.maximum(light.max(axis=-1), 1e-6)
    gain = knee(brightest, peak) / brightest / 203
    return (light * gain[..., None]) ** (1 / 2.4) * 65535


@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
@pytest.mark.parametrize("peak", [1000, 4000])
def test_tables_agree_with_exact_arithmetic(transfer: str, peak: int) -> None:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 65536, (70, 50, 3), dtype=np.uint16)
    mastering = Mastering(max_content=peak)
    level = 1000.0 if transfer == "arib-std-b67" else float(peak)
    mapped = sdr(pixels, tone_map(transfer, mastering)).astype(float)
    error = np.abs(mapped - exact_sdr(pixels, transfer, level))
    assert error.max() / 257 <= 1
    assert error.mean() / 64 <= 0.5
