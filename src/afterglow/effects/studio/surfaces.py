"""What the walls of the made room are of: boards, plaster, panels, skirting and glass."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from afterglow.effects.studio.daylight import (
    SKY,
    Floats,
    Hall,
    Side,
    Sun,
    Window,
    glass,
    of_three,
    opening,
    through,
)

_NOISE = 512
_BOARD = 0.16, 2.1
"""Width and length of a floor board, metres."""
_SKIRTING, _RAIL, _CORNICE = 0.16, 0.95, 0.14
"""Heights, metres: the skirting, the rail above the panels, the cornice below the ceiling."""
_PANEL = 1.05
"""Width of a panel and the space to the next one, metres."""
_PALETTES = (
    ((0.46, 0.43, 0.38), (0.36, 0.21, 0.11)),
    ((0.30, 0.36, 0.32), (0.40, 0.25, 0.14)),
    ((0.27, 0.33, 0.40), (0.31, 0.19, 0.11)),
    ((0.52, 0.37, 0.28), (0.27, 0.16, 0.09)),
)
"""Linear colours of wall and floor."""
_WHITE = (0.74, 0.73, 0.70)


@dataclass(frozen=True, slots=True, eq=False)
class Finish:
    """A room with everything that its look depends on."""

    hall: Hall
    windows: list[Window]
    sun: Sun
    wall: tuple[float, float, float]
    floor: tuple[float, float, float]
    lights: dict[Side, Floats]
    exposure: float
    """Factor on the light, so that walls come out as a camera would show them."""
    seed: int


def palette(seed: int) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Linear colours of wall and floor."""
    return _PALETTES[seed % len(_PALETTES)]


def colours_of(seed: int) -> dict[Side, tuple[float, float, float]]:
    """The mean colour of each side, for the light that it throws back."""
    wall, floor = palette(seed)
    sides: tuple[Side, ...] = ("left", "right", "back", "front")
    return {"floor": floor, "ceiling": _WHITE, **dict.fromkeys(sides, wall)}


def seen(finish: Finish, side: Side, u: Floats, v: Floats, z: Floats, pixel: float) -> Floats:
    """(n, 3) linear light that comes from places of a side to the camera.

    u, v: (n,) metres along the side. z: (n,) distance along the view. pixel: metres that a pixel
    is wide at one metre.
    """
    points, normal = finish.hall.points(side, u, v)
    width = z * np.float32(pixel)
    if side == "floor":
        return _floor(finish, points, u, v, z, width)
    light = _light(finish, side, u, v, points, normal)
    if side == "ceiling":
        rough = 1 + np.float32(0.02) * noise(finish.seed + 3, u * 5, v * 5)
        return np.asarray(light * (of_three(_WHITE) * rough[:, None]), np.float32)
    return _wall(finish, side, (u, v, z, width), light)


def _light(
    finish: Finish, side: Side, u: Floats, v: Floats, points: Floats, normal: tuple[int, int, int]
) -> Floats:
    """(n, 3) light that falls on places of a side, with the sun and darker corners."""
    left, right, low, high = finish.hall.extent(side)
    grid = finish.lights[side]
    rows, columns = grid.shape[:2]
    x = (u - np.float32(left)) * np.float32(columns / (right - left)) - np.float32(0.5)
    y = (v - np.float32(low)) * np.float32(rows / (high - low)) - np.float32(0.5)
    light = looked_up(grid, x, y, cv2.BORDER_REPLICATE)
    shade = np.ones_like(u)
    for at in (u - left, right - u, v - low, high - v):
        shade = shade * (1 - np.float32(0.26) * np.exp(-np.maximum(at, 0) / np.float32(0.22)))
    sun = finish.sun
    slant = max(-(normal[0] * sun.x + normal[1] * sun.y + normal[2] * sun.z), 0.0)
    light = light * shade[:, None]
    if slant > 0:
        share = sum(through(w, sun, finish.hall, points) for w in finish.windows)
        light = light + np.asarray(share)[:, None] * (of_three(sun.colour) * np.float32(slant))
    return np.asarray(light, np.float32)


def _floor(
    finish: Finish, points: Floats, x: Floats, z: Floats, far: Floats, width: Floats
) -> Floats:
    """(n, 3) light of the boards: wood, gaps, and the windows mirrored in the varnish."""
    deep = width * far / np.float32(finish.hall.eye)
    column = np.floor(x / np.float32(_BOARD[0]))
    start = _chance(column, finish.seed) * np.float32(_BOARD[1])
    row = np.floor((z + start) / np.float32(_BOARD[1]))
    own = _chance(column * 37 + row * 11, finish.seed + 5)
    other = _chance(column * 17 + row * 29, finish.seed + 9)
    grain = noise(finish.seed, x * 55 + own * 300, z * 2.2 + other * 300)
    fibre = noise(finish.seed + 1, x * 260 + own * 90, z * 7)
    fade = 1 / (1 + (width * 160) ** 2)
    tone = 0.80 + 0.34 * own + 0.16 * grain / (1 + (width * 40) ** 2) + 0.07 * fibre * fade
    aside = np.asarray(x - (column + 0.5) * np.float32(_BOARD[0]), np.float32)
    ahead = np.asarray(z + start - (row + 0.5) * np.float32(_BOARD[1]), np.float32)
    gap = _line(np.abs(aside) - np.float32(_BOARD[0] / 2), 0.0016, width)
    gap = np.maximum(gap, _line(np.abs(ahead) - np.float32(_BOARD[1] / 2), 0.0016, deep))
    warm = np.stack((1 + 0.05 * other, np.ones_like(x), 1 - 0.10 * other), axis=-1)
    colour = of_three(finish.floor) * warm * (tone * (1 - 0.75 * gap))[:, None]
    light = _light(finish, "floor", x, z, points, (0, 1, 0))
    tilt = noise(finish.seed + 2, x * 14, z * 3.5) * np.float32(0.004) + (own - 0.5) * 0.006
    mirror = _mirrored(finish, points, far, np.asarray(tilt, np.float32))
    slope = np.float32(finish.hall.eye) / np.sqrt(far**2 + x**2 + np.float32(finish.hall.eye**2))
    gloss = (0.035 + 0.5 * (1 - slope) ** 5) * (1 - 0.8 * gap) * (0.9 + 0.2 * own)
    return np.asarray(light * colour + gloss[:, None] * mirror, np.float32)


def _mirrored(finish: Finish, points: Floats, far: Floats, tilt: Floats) -> Floats:
    """(n, 3) light that the varnish mirrors: walls as their mean, windows softly."""
    hall = finish.hall
    x, z = points[:, 0], points[:, 2]
    rise = np.float32(hall.eye) / far * (1 + tilt * 6)
    slant = x / far + tilt
    back = np.float32(hall.back) - z
    side = np.where(slant > 0, hall.half - x, hall.half + x) / np.maximum(np.abs(slant), 1e-4)
    reach = np.minimum(back, side)
    up, across, ahead = rise * reach, x + slant * reach, z + reach
    mean = finish.lights["back"].mean((0, 1)) * of_three(finish.wall)
    total = np.tile(mean, (len(x), 1))
    soft = np.asarray(0.05 + 0.10 * reach, np.float32)
    for window in finish.windows:
        hits = (side >= back) if window.side == "back" else (side < back)
        if window.side == "left":
            hits = hits & (slant < 0)
        elif window.side == "right":
            hits = hits & (slant > 0)
        along = across if window.side == "back" else ahead
        share = opening(window, along, np.asarray(up, np.float32), soft) * hits
        total += share[:, None] * (np.float32(2.6 / finish.exposure) - mean)
    return np.asarray(total, np.float32)


def _wall(
    finish: Finish, side: Side, at: tuple[Floats, Floats, Floats, Floats], light: Floats
) -> Floats:
    """(n, 3) light of a wall: plaster, panels and rail, skirting, cornice and windows."""
    u, v, z, width = at
    seed = finish.seed + 11
    rough = noise(seed, u * 9, v * 9) * 0.022 + noise(seed + 1, u * 60, v * 60) * 0.03 / (
        1 + (width * 60) ** 2
    )
    smear = noise(seed + 2, u * 1.3, v * 1.6) * 0.045
    colour = of_three(finish.wall) * (1 + rough + smear)[:, None]
    low = np.clip((np.float32(_RAIL) - v) / width + 0.5, 0, 1)
    panel = of_three(_WHITE) * (1 + 0.25 * rough)[:, None] * np.float32(0.92)
    colour = colour + low[:, None] * (panel - colour)
    top = np.clip((v - np.float32(finish.hall.tall - _CORNICE)) / width + 0.5, 0, 1)
    colour = colour + top[:, None] * (of_three(_WHITE) - colour)
    shade = _profiles(u, v, width, finish.hall.tall)
    picture = light * colour * shade[:, None]
    for window in finish.windows:
        if window.side == side:
            picture = _glazed(finish, window, (u, v, z, width), light, picture)
    return np.asarray(picture, np.float32)


def _profiles(u: Floats, v: Floats, width: Floats, tall: float) -> Floats:
    """(n,) factor for mouldings: edges that catch light from above or lie in their own shade."""
    shade = np.ones_like(u)
    for height, size, factor in (
        (_SKIRTING, 0.010, 0.62), (_SKIRTING - 0.022, 0.010, 1.16), (_SKIRTING - 0.05, 0.006, 0.85),
        (0.006, 0.010, 0.45), (_RAIL + 0.004, 0.010, 1.15), (_RAIL - 0.045, 0.014, 0.66),
        (_RAIL - 0.075, 0.008, 0.86), (tall - _CORNICE, 0.016, 0.62),
        (tall - _CORNICE + 0.05, 0.014, 1.12), (tall - 0.04, 0.014, 0.8),
    ):  # fmt: skip
        shade = shade * (1 + np.float32(factor - 1) * _line(v - height, size / 2, width))
    middle = np.abs(u - (np.floor(u / _PANEL) + 0.5) * np.float32(_PANEL))
    low, high = _SKIRTING + 0.10, _RAIL - 0.16
    for inset, lower, upper in ((0.0, 1.14, 0.70), (0.022, 0.72, 1.12)):
        half = np.float32(_PANEL / 2 - 0.10 - inset)
        bottom, top = low + inset, high - inset
        inside_v = np.clip((v - bottom) / width + 0.5, 0, 1) * np.clip(
            (top - v) / width + 0.5, 0, 1
        )
        inside_u = np.clip((half - middle) / width + 0.5, 0, 1)
        for at, factor in ((bottom, lower), (top, upper)):
            shade = shade * (1 + np.float32(factor - 1) * _line(v - at, 0.006, width) * inside_u)
        edge = _line(middle - half, 0.006, width) * inside_v
        shade = shade * (1 + np.float32((upper + lower) / 2 - 1.06) * edge)
    return np.asarray(shade, np.float32)


def _glazed(
    finish: Finish, window: Window, at: tuple[Floats, Floats, Floats, Floats], light: Floats,
    picture: Floats,
) -> Floats:  # fmt: skip
    """The picture of a wall with a window in it: reveal, frame, bars and the sky."""
    u, v, _, width = at
    hall = finish.hall
    # The glass lies behind the wall: where the line of sight goes on to.
    beyond = np.float32(window.reveal)
    grow = 1 + beyond / np.float32(hall.back if window.side == "back" else hall.half)
    deep_u, deep_v = u * grow, (v - np.float32(hall.eye)) * grow + np.float32(hall.eye)
    hole = opening(window, u, v, width)
    framed = opening(window, deep_u, deep_v, width)
    pane = glass(window, deep_u, deep_v, width)
    inner = of_three(_WHITE) * (light * np.float32(0.7) + of_three(SKY) * np.float32(0.14))
    frame = of_three(_WHITE) * (light * np.float32(0.8) + of_three(SKY) * np.float32(0.03))
    inside = inner + framed[:, None] * (frame - inner)
    inside = inside + pane[:, None] * (_outside(finish, deep_u, deep_v) - inside)
    trim = opening(_grown(window, 0.09), u, v, width)
    rim = _line(_outer(window, u, v) - 0.045, 0.045, width) * trim
    board = of_three(_WHITE) * light * np.float32(0.97)
    edge = _line(_outer(window, u, v) - 0.09, 0.008, width)
    around = picture + rim[:, None] * (board - picture)
    around = around * (1 - np.float32(0.35) * edge)[:, None]
    return np.asarray(around + hole[:, None] * (inside - around), np.float32)


def _outside(finish: Finish, u: Floats, v: Floats) -> Floats:
    """(n, 3) what is seen through the glass, far out of focus: sky over trees."""
    bright = np.float32(1 / finish.exposure)
    height = np.clip((v - np.float32(0.8)) / np.float32(2.0), 0, 1)[:, None]
    sky = of_three((2.7, 2.75, 2.75)) + height * of_three((-0.9, -0.35, 0.35))
    line = 1.5 + 0.22 * noise(finish.seed + 21, u * 0.7, np.full_like(u, 3.0))
    fine = noise(finish.seed + 22, u * 3, v * 3)
    leaves = np.clip((line - v + 0.06 * fine) / 0.4 + 0.5, 0, 1) * (0.86 + 0.06 * fine)
    green = of_three((0.62, 0.85, 0.45))
    return np.asarray((sky + leaves[:, None] * (green - sky)) * bright, np.float32)


def _grown(window: Window, by: float) -> Window:
    return Window(
        window.side, window.left - by, window.right + by, window.sill - by, window.head + by
    )


def _outer(window: Window, u: Floats, v: Floats) -> Floats:
    """(n,) metres outside of the opening."""
    across = np.maximum(window.left - u, u - window.right)
    return np.asarray(np.maximum(across, np.maximum(window.sill - v, v - window.head)), np.float32)


def _line(distance: Floats, half: float, width: Floats) -> Floats:
    """(n,) share of a pixel that a line covers, whose middle lies at a signed distance."""
    reach = (np.float32(half) + width / 2 - np.abs(distance)) / width
    return np.asarray(np.clip(reach, 0, np.minimum(1, 2 * np.float32(half) / width)), np.float32)


def _chance(number: Floats, seed: int) -> Floats:
    """(n,) 0-1, at random by a whole number."""
    table = np.random.default_rng([seed, 77]).random(1024).astype(np.float32)
    return np.asarray(table[(number.astype(np.int32) * 7919) & 1023], np.float32)


def noise(seed: int, x: Floats, y: Floats) -> Floats:
    """(n,) soft noise of mean 0 and deviation 1 at places; its grain is about one unit wide."""
    return looked_up(_texture(seed), x * np.float32(4), y * np.float32(4), cv2.BORDER_WRAP)


@lru_cache(maxsize=32)
def _texture(seed: int) -> Floats:
    """(512, 512) noise that repeats without a seam: coarse, with finer parts in it."""
    chance = np.random.default_rng([seed, 5])
    y, x = np.meshgrid(np.fft.fftfreq(_NOISE), np.fft.rfftfreq(_NOISE), indexing="ij")
    spectrum = 1 / (1 + (np.hypot(x, y) * 12) ** 2) ** 0.9 * (np.hypot(x, y) < 0.25)
    spectrum[0, 0] = 0
    waves = np.fft.rfft2(chance.normal(size=(_NOISE, _NOISE))) * spectrum
    field = np.fft.irfft2(waves, (_NOISE, _NOISE))
    return np.asarray(field / field.std(), np.float32)


def looked_up(texture: Floats, x: Floats, y: Floats, border: int) -> Floats:
    """(n[, 3]) the texture between its pixels at a list of places."""
    count = len(x)
    rows = -(-count // 256)
    places = [np.zeros((rows, 256), np.float32) for _ in range(2)]
    for place, values in zip(places, (x, y), strict=True):
        place.reshape(-1)[:count] = values
        if border == cv2.BORDER_WRAP:
            place -= np.floor(place / np.float32(texture.shape[0])) * np.float32(texture.shape[0])
    found = cv2.remap(texture, places[0], places[1], cv2.INTER_LINEAR, borderMode=border)
    return np.asarray(found.reshape(rows * 256, *texture.shape[2:])[:count], np.float32)
