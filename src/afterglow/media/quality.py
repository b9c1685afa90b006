"""What --qp and --preset mean to each encoder.

QP is H.264's: the quantiser's step is 2^((QP - 4) / 6), in levels of an 8-bit picture, and six more
double it. Encoders with another scale get the nearest step of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from afterglow.errors import UsageError
from afterglow.media.passengers import Mastering, Point

QP_RANGE = (0, 51)
_LAMBDA = 118
"""FF_QP2LAMBDA: FFmpeg's unit of ``global_quality``."""

_X26X = (
    "ultrafast", "superfast", "veryfast", "faster", "fast",
    "medium", "slow", "slower", "veryslow", "placebo",
)  # fmt: skip
_NVENC = tuple(f"p{n}" for n in range(1, 8))

Options = dict[str, str]


@dataclass(frozen=True, slots=True)
class Presets:
    """The names of an encoder's presets, fastest first."""

    names: tuple[str, ...] = ()
    """Empty where there are none."""
    default: str = ""
    """The one that is taken when none is asked for."""
    option: str = "preset"
    """The encoder's own name for the setting."""


PRESETS: Mapping[str, Presets] = {
    "libx264": Presets(_X26X, "medium"),
    "libx265": Presets(_X26X, "medium"),
    "libsvtav1": Presets(tuple(str(n) for n in range(13, -1, -1)), "8"),
    "libvpx-vp9": Presets(tuple(str(n) for n in range(8, -1, -1)), "4", "cpu-used"),
    "h264_nvenc": Presets(_NVENC, "p4"),
    "hevc_nvenc": Presets(_NVENC, "p4"),
    "av1_nvenc": Presets(_NVENC, "p4"),
}


def require_qp(qp: int) -> None:
    """Raise UsageError where the QP is out of range."""
    low, high = QP_RANGE
    if not low <= qp <= high:
        raise UsageError(f"--qp {qp} is out of range", hint=f"give a number from {low} to {high}")


def step(qp: int) -> float:
    """The quantiser's step of H.264's QP, in levels of an 8-bit picture (H.264, clause 8.5)."""
    return float(2.0 ** ((qp - 4) / 6))


def vp9_quantiser(qp: int) -> int:
    """The quantiser 0 to 63 of VP9 and AV1 whose step is nearest; each is four table indices.

    The table of steps (VP9 bitstream specification, ac_qlookup; eighths of a level) runs straight
    up to 120 and from there grows by 1.9% an index, which is exact enough for whole quantisers.
    """
    eighths = 8 * step(qp)
    index = eighths - 7
    if eighths > 102:
        index = 95 + (eighths - 102) / 2
    if eighths > 152:
        index = 120
        while index < 255 and 152 * 1.0186 ** (index - 120) < eighths:
            index += 1
    return max(0, min(63, round(index / 4)))


def _lavc_quantiser(qp: int, high: int) -> str:
    return str(_LAMBDA * max(1, min(high, round(step(qp)))))


def _nvenc(qp: int) -> Options:
    return {"rc": "constqp", "qp": str(qp)}


def _vp9(qp: int) -> Options:
    level = str(vp9_quantiser(qp))
    return {"crf": level, "qmin": level, "qmax": level, "b": "0", "row-mt": "1"}


_QUALITY: Mapping[str, Callable[[int], Options]] = {
    "libx264": lambda qp: {"qp": str(qp)},
    "libx265": lambda qp: {"x265-params": f"qp={qp}:log-level=error"},
    "libsvtav1": lambda qp: {"qp": str(max(1, vp9_quantiser(qp)))},
    "libvpx-vp9": _vp9,
    "prores_ks": lambda qp: {"flags": "+qscale", "global_quality": _lavc_quantiser(qp, 64)},
    "mjpeg": lambda qp: {
        "flags": "+qscale",
        "global_quality": _lavc_quantiser(qp, 31),
        "qmin": "1",
    },
    "h264_nvenc": _nvenc,
    "hevc_nvenc": _nvenc,
    "av1_nvenc": lambda qp: {"rc": "constqp", "qp": str(4 * vp9_quantiser(qp))},
    "ffv1": lambda qp: {"level": "3", "slices": "4", "slicecrc": "1", "g": "1"},
}

LOSSLESS = frozenset({"ffv1", "png", "tiff", "gif", "rawvideo"})
"""Encoders that have no quality to set."""


_WITHOUT_LOSS: Mapping[str, Options] = {
    "libx265": {"x265-params": "lossless=1:log-level=error"},
    "libvpx-vp9": {"lossless": "1", "row-mt": "1"},
}
"""Settings of encoders that need more than QP 0 for it."""


def matte_options(encoder: str, qp: int | None, preset: str | None) -> Options:
    """FFmpeg's options for a matte: without loss where the encoder can, unless a QP is given.

    Raises what ``encoder_options`` raises.
    """
    options = encoder_options(encoder, qp or 0, preset)
    if qp is None and encoder in _WITHOUT_LOSS:
        return _WITHOUT_LOSS[encoder] | _preset(encoder, preset)
    return options


RATED: Mapping[str, Options] = {
    "libx264": {},
    "libx265": {"x265-params": "log-level=error"},
    "libsvtav1": {},
    "libvpx-vp9": {"row-mt": "1"},
    "h264_nvenc": {"rc": "vbr"},
    "hevc_nvenc": {"rc": "vbr"},
    "av1_nvenc": {"rc": "vbr"},
}
"""Encoders that keep to a number of bits per second, and what else they need for it."""


def _rated(encoder: str, bitrate: int) -> Options:
    """Options for so many bits per second on average; seldom twice as many within a second."""
    most = {} if encoder == "libsvtav1" else {"maxrate": str(2 * bitrate)}
    return RATED[encoder] | {"b": str(bitrate), "bufsize": str(2 * bitrate)} | most


def encoder_options(
    encoder: str, qp: int, preset: str | None, bitrate: int | None = None
) -> Options:
    """FFmpeg's options for constant quality, or so many bits per second, with this encoder.

    Raises UsageError for a QP out of range or a preset that the encoder does not have.
    """
    require_qp(qp)
    if bitrate is not None and encoder in RATED:
        return _rated(encoder, bitrate) | _preset(encoder, preset)
    options = _QUALITY[encoder](qp) if encoder in _QUALITY else {}
    return options | _preset(encoder, preset)


def _preset(encoder: str, preset: str | None) -> Options:
    presets = PRESETS.get(encoder, Presets())
    if preset is None:
        return {presets.option: presets.default} if presets.names else {}
    if preset not in presets.names:
        known = ", ".join(presets.names)
        raise UsageError(
            f"{encoder} has no preset {preset!r}",
            hint=f"it knows {known}" if known else "leave --preset out: it has none",
        )
    return {presets.option: preset}


def mastering_options(encoder: str, mastering: Mastering | None) -> Options:
    """Options that write the HDR mastering facts into the bitstream; none where it cannot."""
    if mastering is None or encoder not in ("libx265", "libsvtav1"):
        return {}
    if encoder == "libsvtav1":
        parts = _mastering(mastering, 1, 1, "mastering-display", "content-light")
        return {"svtav1-params": ":".join(parts)} if parts else {}
    parts = _mastering(mastering, 50000, 10000, "master-display", "max-cll")
    return {"x265-params": ":".join(["hdr10=1", *parts])} if parts else {}


def _mastering(facts: Mastering, unit: int, light: int, display: str, content: str) -> list[str]:
    """The facts in x265's words; chromaticity in 1/unit, luminance in 1/light cd/m2."""
    parts = []
    if facts.display:
        corners = (("G", facts.green), ("B", facts.blue), ("R", facts.red), ("WP", facts.white))
        places = "".join(f"{name}({_pair(point, unit)})" for name, point in corners)
        levels = _pair((facts.brightest or 0, facts.darkest or 0), light)  # type: ignore[arg-type]
        parts.append(f"{display}={places}L({levels})")
    if facts.max_content is not None:
        parts.append(f"{content}={facts.max_content},{facts.max_average or 0}")
    return parts


def _pair(point: Point | None, unit: int) -> str:
    values = [value * unit for value in point or ()]
    return ",".join(str(round(value)) if unit > 1 else f"{float(value):.5g}" for value in values)
