"""HDR light brought into BT.709: PQ and HLG in BT.2020 to what an SDR display shows."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from afterglow.frames import Colour
from afterglow.ops.standards import light_of, signal_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from afterglow.media.passengers import Mastering

_PQ, _HLG = "smpte2084", "arib-std-b67"

SDR = Colour("bt709", "bt709", "bt709", "limited")
"""What tone-mapped video is."""

_WHITE = 203.0
"""cd/m2 of SDR white: the reference white of HDR production (ITU-R BT.2408, table 1)."""
_PEAK = 1000.0
"""cd/m2 of the brightest light where nobody says: the nominal HLG display (ITU-R BT.2100)."""
_LUMA_2020 = np.array([[0.2627, 0.6780, 0.0593]], np.float32)
_LUMA_709 = np.array([[0.2126, 0.7152, 0.0722]], np.float32)
_TO_709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]],
    np.float32,
)
"""Linear BT.2020 to linear BT.709 (ITU-R BT.2407, section 2)."""
_HEADROOM = 2.0
"""A BT.709 channel may be this much brighter than the brightest BT.2020 one: at most 1.66."""
_STEPS = 1 << 16
_STRIP = 32
"""Lines computed at once, so that they stay in the processor's cache."""
_WORKERS = min(4, os.cpu_count() or 1)


def pq_to_light(signal: NDArray[Any]) -> NDArray[np.float64]:
    """cd/m2 of PQ values in 0..1 (ITU-R BT.2100, table 4: the EOTF)."""
    light: NDArray[np.float64] = light_of(np.asarray(signal, np.float64), _PQ, np) * 10000
    return light


def light_to_pq(light: NDArray[Any]) -> NDArray[np.float64]:
    """PQ values in 0..1 of cd/m2 (ITU-R BT.2100, table 4: the inverse EOTF)."""
    share = np.clip(np.asarray(light, np.float64), 0, 10000) / 10000
    signal: NDArray[np.float64] = signal_of(share, _PQ, np)
    return signal


def hlg_to_scene(signal: NDArray[Any]) -> NDArray[np.float64]:
    """Scene light in 0..1 of HLG values in 0..1 (ITU-R BT.2100, table 5: the inverse OETF)."""
    scene: NDArray[np.float64] = light_of(np.asarray(signal, np.float64), _HLG, np)
    return scene


def knee(light: NDArray[Any], peak: float, white: float = _WHITE) -> NDArray[np.float64]:
    """cd/m2 on a display of ``white`` for cd/m2 of a master of ``peak``.

    The EETF of ITU-R BT.2390, section 5.4.1, in PQ, without its black lift: values up to the knee
    K stay, from there a Hermite spline P leads to the display's white, which the peak reaches.
    """
    top = float(light_to_pq(np.array(peak)))
    e1 = light_to_pq(light) / top
    max_lum = float(light_to_pq(np.array(min(white, peak)))) / top
    ks = 1.5 * max_lum - 0.5
    t = np.clip((e1 - ks) / max(1 - ks, 1e-9), 0, 1)
    p = (
        (2 * t**3 - 3 * t**2 + 1) * ks
        + (t**3 - 2 * t**2 + t) * (1 - ks)
        + (-2 * t**3 + 3 * t**2) * max_lum
    )
    return pq_to_light(np.where(e1 < ks, e1, p) * top)


class ToneMap(NamedTuple):
    """The tables of one video's tone mapping."""

    light: NDArray[np.float32]
    """(65536,) signal to light: cd/m2 for PQ, scene light in 0..1 for HLG."""
    gain: NDArray[np.float32]
    """(65537,) factor from cd/m2 to SDR light (white is 1), by sqrt(brightest channel / top)."""
    signal: NDArray[np.uint16]
    """(65537,) signal of the SDR display, by the square root of its light in 0..1."""
    peak: float
    """cd/m2 of the brightest light; of the display, for HLG."""
    hlg: bool
    """The source is HLG."""


def tone_map(transfer: str, mastering: Mastering | None) -> ToneMap:
    """Tables for a video of ``transfer`` (smpte2084 or arib-std-b67)."""
    hlg = transfer == _HLG
    peak = _PEAK if hlg else _peak(mastering)
    signals = np.linspace(0.0, 1.0, _STEPS)
    light = hlg_to_scene(signals) if hlg else np.minimum(pq_to_light(signals), peak)
    roots = np.linspace(0.0, 1.0, _STEPS + 1)
    brightest = np.maximum(roots**2 * peak * _HEADROOM, 1e-3)
    gain = knee(brightest, peak) / brightest / _WHITE
    display = np.rint(roots ** (2 / 2.4) * 65535)
    return ToneMap(
        light.astype(np.float32), gain.astype(np.float32), display.astype(np.uint16), peak, hlg
    )


def sdr(pixels: NDArray[Any], tables: ToneMap) -> NDArray[Any]:
    """(H, W, 3) uint8 or uint16 BT.709 RGB of the same in BT.2020 and PQ or HLG.

    BT.2020 light becomes BT.709 light, colours outside it drawn towards their own grey. Then one
    factor for all three channels of a pixel brings its brightest channel under the knee, so that
    hues stay. The signal is that of a BT.1886 display (gamma 2.4).
    """
    if pixels.dtype == np.uint8:
        wide = sdr(pixels.astype(np.uint16) * 257, tables)
        return np.rint(wide / 257).astype(np.uint8)
    mapped = np.empty_like(pixels)
    strips = range(0, pixels.shape[0], _STRIP)
    with ThreadPoolExecutor(_WORKERS) as pool:
        list(pool.map(lambda top: _strip(pixels, mapped, top, tables), strips))
    return mapped


def _strip(
    pixels: NDArray[np.uint16], mapped: NDArray[np.uint16], top: int, tables: ToneMap
) -> None:
    rows = slice(top, top + _STRIP)
    light = tables.light.take(pixels[rows])
    if tables.hlg:
        light *= _hlg_system(light, tables.peak)
    light = _into_gamut(cv2.transform(light, _TO_709))
    share = cv2.sqrt(light.max(axis=2) * np.float32(1 / (tables.peak * _HEADROOM)))
    light *= tables.gain.take(_index(share))[..., None]
    mapped[rows] = tables.signal.take(_index(cv2.sqrt(light)))


def _index(share: NDArray[Any]) -> NDArray[np.int32]:
    """Index into a table of 65537 steps of a number in 0..1."""
    scaled: NDArray[np.int32] = (np.minimum(share, 1) * np.float32(_STEPS) + 0.5).astype(np.int32)
    return scaled


def _peak(mastering: Mastering | None) -> float:
    """cd/m2: the brightest pixel if told (MaxCLL), else the mastering display's peak."""
    if mastering is None:
        return _PEAK
    told = mastering.max_content or mastering.brightest or _PEAK
    return float(min(max(float(told), _WHITE), 10000.0))


def _hlg_system(scene: NDArray[np.float32], peak: float) -> NDArray[np.float32]:
    """(H, W, 1) factor from scene light in 0..1 to cd/m2 of a display of ``peak`` = 1000 cd/m2.

    The OOTF of ITU-R BT.2100, table 5, whose system gamma is 1.2 for such a display.
    """
    luminance = cv2.transform(scene, _LUMA_2020)
    factor: NDArray[np.float32] = peak * cv2.pow(luminance, 0.2)
    return factor[..., None]


def _into_gamut(light: NDArray[Any]) -> NDArray[Any]:
    """The light without negative channels: they and the others are drawn towards the luminance."""
    low = np.minimum(light.min(axis=2), 0)
    if not low.any():
        return light
    luma = np.maximum(cv2.transform(light, _LUMA_709), 0)
    keep = (luma / np.maximum(luma - low, 1e-9))[..., None]
    grey = luma[..., None]
    drawn: NDArray[Any] = np.maximum(grey + (light - grey) * keep, 0)
    return drawn
