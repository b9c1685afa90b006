"""Edges unmixed and laid over tensors, whole frames at a time: see afterglow.ops.foreground."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate, pad

from afterglow.ops.foreground import COARSE, FAINT, QUARTER, SMOOTH, SWIFT_TURNS, TURNS
from afterglow.ops.halves import depth_of
from afterglow.ops.tensor.colour import from_float, to_display, to_float, to_linear


def estimate_foreground(
    pixels: Tensor, alpha: Tensor, transfer: str | None, swift: bool = False
) -> Tensor:
    """See afterglow.ops.foreground.estimate_foreground."""
    light = _of_light(pixels, transfer).permute(2, 0, 1)
    matte = to_float(alpha).unsqueeze(0)
    found = (_refined if swift else _solved)(light, matte)
    return _where_soft(alpha, _of_signal(found[:3].permute(1, 2, 0), pixels, transfer), pixels)


def _solved(light: Tensor, matte: Tensor, turns: tuple[int, int] = TURNS) -> Tensor:
    """(6, h, w) foreground and background, from coarse to fine."""
    levels = [(light, matte)]
    while min(matte.shape[1:]) > 2:
        light, matte = _halved(light), _halved(matte)
        levels.append((light, matte))
    colours = _first(*levels[-1])
    for light, matte in reversed(levels):
        colours = _relaxed(_enlarged(colours, matte, 2), light, matte, turns)
    return colours


def _enlarged(colours: Tensor, matte: Tensor, step: int) -> Tensor:
    """The colours of a coarser level for a finer one."""
    height, width = matte.shape[1:]
    if colours.shape[1:] == (height, width):
        return colours
    return colours.repeat_interleave(step, 1).repeat_interleave(step, 2)[:, :height, :width]


def true_foreground(pixels: Tensor, alpha: Tensor, plate: Tensor, transfer: str | None) -> Tensor:
    """See afterglow.ops.foreground.true_foreground."""
    share = to_float(alpha).unsqueeze(2)
    mixed, behind = _of_light(pixels, transfer), _of_light(plate, transfer)
    own = (mixed - (1 - share) * behind) / share.clamp(min=1e-6)
    return _where_soft(alpha, _of_signal(own.clamp(0, 1), pixels, transfer), pixels)


def laid_over(below: Tensor, above: Tensor, alpha: Tensor, transfer: str) -> Tensor:
    """See afterglow.ops.foreground.laid_over."""
    share = to_float(alpha).unsqueeze(2)
    ground, subject = _of_light(below, transfer), _of_light(above, transfer)
    mixed = _of_signal(ground + share * (subject - ground), below, transfer)
    return torch.where(share == 1, above, torch.where(share == 0, below, mixed))


def lit_over(
    below: Tensor, above: Tensor, alpha: Tensor, rim: Tensor | None, transfer: str
) -> Tensor:
    """See afterglow.ops.foreground.lit_over."""
    if rim is None:
        return laid_over(below, above, alpha, transfer)
    share = to_float(alpha).unsqueeze(2)
    height, width = alpha.shape
    planes = rim.permute(2, 0, 1).unsqueeze(0)
    more = interpolate(planes, (height, width), mode="bilinear", align_corners=False)
    ground, subject = _of_light(below, transfer), _of_light(above, transfer)
    lit = 1 - (1 - subject) * (1 - more.squeeze(0).permute(1, 2, 0))
    mixed = _of_signal(ground + share * (lit - ground), below, transfer)
    bright = interpolate((planes.amax(1, keepdim=True) > FAINT).float(), (height, width))
    plain = (share == 1) & (bright.reshape(height, width, 1) == 0)
    return torch.where(share == 0, below, torch.where(plain, above, mixed))


def _where_soft(alpha: Tensor, inside: Tensor, outside: Tensor) -> Tensor:
    share = to_float(alpha).unsqueeze(2)
    return torch.where((share > 0) & (share < 1), inside, outside)


def _of_light(pixels: Tensor, transfer: str | None) -> Tensor:
    return to_float(pixels) if transfer is None else to_linear(pixels, transfer, "float32")


def _of_signal(light: Tensor, like: Tensor, transfer: str | None) -> Tensor:
    if transfer is None:
        return from_float(light.clamp(0, 1), depth_of(like))
    return to_display(light, transfer, depth_of(like))


def _halved(planes: Tensor, step: int = 2) -> Tensor:
    """(C, h, w) means of two by two; an odd last row or column counts twice."""
    height, width = planes.shape[1:]
    wide = pad(planes.unsqueeze(0), (0, -width % step, 0, -height % step), mode="replicate")
    return avg_pool2d(wide, step).squeeze(0)


def _soft(matte: Tensor) -> Tensor:
    return (matte > 0) & (matte < 1)


def _first(light: Tensor, matte: Tensor) -> Tensor:
    """(6, h, w) the mean colours of subject and background at the edge and beside it."""
    soft = _soft(matte).to(torch.float32)
    near = soft.clone()
    for neighbour in _neighbours(soft):
        near = torch.maximum(near, neighbour)
    means = []
    for share in (matte * near, (1 - matte) * near):
        means.append((light * share).sum((1, 2)) / share.sum().clamp(min=1e-6))
    return torch.cat(means).reshape(6, 1, 1).expand(-1, *matte.shape[1:])


def _neighbours(planes: Tensor) -> list[Tensor]:
    """The planes as seen from the left, right, above and below; edges are repeated."""
    wide = pad(planes.unsqueeze(0), (1, 1, 1, 1), mode="replicate").squeeze(0)
    middle = wide[:, 1:-1, 1:-1]
    assert middle.shape == planes.shape
    return [wide[:, 1:-1, :-2], wide[:, 1:-1, 2:], wide[:, :-2, 1:-1], wide[:, 2:, 1:-1]]


def _refined(light: Tensor, matte: Tensor) -> Tensor:
    """(6, h, w) the colours at a quarter of the size, made to mix to the picture."""
    small = [_halved(each, QUARTER) for each in (light, matte)]
    colours = _enlarged(_solved(small[0], small[1], SWIFT_TURNS), matte, QUARTER)
    total = 4 * SMOOTH + sum((matte - near).abs() for near in _neighbours(matte))
    missing = light - matte * colours[:3] - (1 - matte) * colours[3:]
    missing = missing / (total + matte**2 + (1 - matte) ** 2)
    better = torch.cat((colours[:3] + matte * missing, colours[3:] + (1 - matte) * missing))
    return better.clamp(0, 1)


def _relaxed(colours: Tensor, light: Tensor, matte: Tensor, turns: tuple[int, int]) -> Tensor:
    """(6, h, w) after some turns: see afterglow.ops.opencv.foreground."""
    subject = torch.where(matte == 1, light, colours[:3])
    colours = torch.cat((subject, torch.where(matte == 0, light, colours[3:])))
    soft = _soft(matte)
    weights = [SMOOTH + (matte - near).abs() for near in _neighbours(matte)]
    total = sum(weights[1:], weights[0])
    norm = 1 / (total + matte**2 + (1 - matte) ** 2)
    for _ in range(turns[min(matte.shape[1:]) > COARSE]):
        near = _neighbours(colours)
        mean = sum((w * n for w, n in zip(weights, near, strict=True)), colours * 0) / total
        missing = (light - matte * mean[:3] - (1 - matte) * mean[3:]) * norm
        better = torch.cat((mean[:3] + matte * missing, mean[3:] + (1 - matte) * missing))
        colours = torch.where(soft, better.clamp(0, 1), colours)
    return colours
