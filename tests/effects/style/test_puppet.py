"""The drawn puppets: they follow every number of a pose, and nothing else of them moves."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.effects.style.character.emotion import NAMES, read_emotions
from afterglow.effects.style.character.pose import Pose
from afterglow.effects.style.character.puppet import KINDS, Kind, Puppet, character
from afterglow.effects.style.character.puppet.effect import Drawing
from afterglow.effects.style.character.puppet.eyes import Eyes
from afterglow.effects.style.character.puppet.mouth import Mouth
from afterglow.effects.style.character.puppet.parts import Character
from afterglow.effects.style.character.puppet.rig import Rig
from afterglow.effects.style.character.puppet.studio import studio
from afterglow.errors import UsageError
from afterglow.frames import Colour, Frame, VideoInfo

RATE = Fraction(25)
STUDIO: Any = "studio"
GREEN = (0, 255, 0)


@dataclass(frozen=True)
class Talk:
    """A performance that opens and closes the mouth and looks about."""

    duration: Fraction = Fraction(2)

    def pose_at(self, seconds: float) -> Pose:
        swing = float(np.sin(9 * seconds))
        return Pose(
            jaw=max(0.0, swing), smile=0.3, gaze=(swing, 0.2), roll=3 * swing, turn=4 * swing,
            breath=swing, lids=1 - max(0.0, -swing),
        )  # fmt: skip


def video(width: int = 320, height: int = 180, **more: Any) -> VideoInfo:
    return VideoInfo(width, height, RATE, 1 / RATE, **more)


def blank(of: VideoInfo, times: range = range(6)) -> list[Frame]:
    kind: Any = np.uint8 if of.depth == 8 else np.uint16
    return [Frame(np.zeros((of.height, of.width, 3), kind), pts) for pts in times]


@lru_cache(maxsize=4)
def drawing(who: Character, of: VideoInfo) -> Drawing:
    return Drawing(who, of, "studio")


def drawn(who: Character, pose: Pose, of: VideoInfo | None = None) -> NDArray[Any]:
    return drawing(who, of or video()).picture(pose)[0]


def apart(one: NDArray[Any], other: NDArray[Any]) -> int:
    """Pixels that are clearly different."""
    return int((np.abs(one.astype(int) - other.astype(int)).max(2) > 12).sum())


def mouth_of(who: Character) -> Mouth:
    (mouth,) = [part for part in who.parts if isinstance(part, Mouth)]
    return mouth


def marked(who: Character) -> Character:
    """The character with a mouth that is green within."""
    green = replace(mouth_of(who), inside=GREEN, tongue=GREEN, teeth=GREEN)
    return replace(who, parts=[green if isinstance(p, Mouth) else p for p in who.parts])


def aperture(who: Character, pose: Pose, of: VideoInfo) -> int:
    """The highest column, in pixels, of what is seen of the inside of the mouth."""
    pixels = drawn(who, pose, of).astype(int)
    green = (pixels[..., 1] > 190) & (pixels[..., 0] < 80) & (pixels[..., 2] < 80)
    return int(green.sum(0).max())


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param  # type: ignore[no-any-return]


def test_all_eight_are_different() -> None:
    pictures = {kind: drawn(character(kind), Pose()) for kind in KINDS}
    assert len(pictures) == 8
    for one, other in combinations(KINDS, 2):
        assert apart(pictures[one], pictures[other]) > 0.25 * 320 * 180, (one, other)
    alone = {k: Drawing(character(k), video(), None).picture(Pose())[0] for k in KINDS}
    for one, other in combinations(KINDS, 2):
        assert apart(alone[one], alone[other]) > 0.06 * 320 * 180, (one, other)


def test_the_mouth_in_the_picture_follows_the_jaw(kind: Kind) -> None:
    who, of = marked(character(kind)), video(480, 480)
    jaws = [0.0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 1.0]
    seen = [aperture(who, Pose(jaw=jaw), of) for jaw in jaws]
    assert seen[0] == 0 and seen[-1] > 15 and np.diff(seen).min() > 0
    assert np.corrcoef(jaws, seen)[0, 1] > 0.98
    told = [mouth_of(who).lips(Pose(jaw=jaw)).aperture for jaw in jaws]
    assert np.corrcoef(told, seen)[0, 1] > 0.98
    assert aperture(who, Pose(jaw=0.6, press=1), of) == 0, "pressed lips are closed"


def test_the_mouth_follows_width_and_smile(kind: Kind) -> None:
    mouth = mouth_of(character(kind))

    def wide(pose: Pose) -> float:
        return float(np.ptp(mouth.lips(pose).x))

    assert wide(Pose(width=-1)) < 0.8 * wide(Pose()) < wide(Pose()) < 0.85 * wide(Pose(width=1))
    corners = [float(mouth.lips(Pose(smile=smile)).upper[0]) for smile in (-1.0, 0.0, 1.0)]
    assert corners[0] > corners[1] > corners[2], "a smile lifts the corners"


def test_every_number_of_a_pose_is_seen(kind: Kind) -> None:
    who = character(kind)
    extremes: dict[str, tuple[Any, ...]] = {
        "jaw": (1.0,), "width": (-1.0, 1.0), "press": (1.0,), "smile": (-1.0, 1.0),
        "lids": (0.0, 1.3), "squint": (1.0,), "brow": (-1.0, 1.0), "frown": (-1.0, 1.0),
        "gaze": ((1.0, 0.0), (0.0, 1.0)), "head": ((0.1, 0.0), (0.0, 0.1)), "roll": (8.0,),
        "nod": (8.0,), "turn": (8.0,), "breath": (-1.0, 1.0),
    }  # fmt: skip
    assert set(extremes) == {field.name for field in fields(Pose)}
    rest = drawn(who, Pose())
    for name, values in extremes.items():
        seen = [drawn(who, Pose(**{name: value})) for value in values]
        for value, picture in zip(values, seen, strict=True):
            assert apart(picture, rest) >= 12, (name, value)
        if len(seen) == 2:
            assert apart(*seen) >= 12, name


def test_ten_emotions_are_ten_faces(kind: Kind) -> None:
    who, table, faces = character(kind), read_emotions(), {}
    for name in NAMES:
        felt = table[name]
        faces[name] = drawn(
            who,
            Pose(
                width=felt.width, smile=felt.smile, brow=felt.brow, frown=felt.frown,
                lids=felt.lids, squint=felt.squint, nod=felt.nod,
            ),
        )  # fmt: skip
    assert len(faces) == 10
    for one, other in combinations(faces, 2):
        assert apart(faces[one], faces[other]) >= 20, (one, other)


def test_shut_lids_hide_the_look(kind: Kind) -> None:
    who = character(kind)
    shut = [drawn(who, Pose(lids=0, gaze=gaze)) for gaze in ((-1.0, 0.0), (1.0, 0.0))]
    open_ = [drawn(who, Pose(gaze=gaze)) for gaze in ((-1.0, 0.0), (1.0, 0.0))]
    assert apart(*open_) > 25 and apart(*shut) < 0.2 * apart(*open_)


def test_motion_has_no_steps(kind: Kind) -> None:
    """The matte's middle moves by tenths of a pixel, as it is told to."""
    who, of = character(kind), video(160, 160)
    unit = min(0.485 * who.build.size, 0.48 / who.build.span) * 160
    middles = []
    who_drawn = Drawing(who, of, None)
    for step in range(8):
        _, alpha = who_drawn.picture(Pose(head=(0.1 * step / unit, 0)))
        assert alpha is not None
        head = alpha[: int(0.60 * 160)].astype(float)
        middles.append(float((head.sum(0) * np.arange(160)).sum() / head.sum()))
    assert np.all(np.abs(np.diff(middles) - 0.1) < 0.04)


@pytest.mark.parametrize("size", [(320, 180), (180, 320), (200, 200)])
def test_the_head_is_in_the_picture(kind: Kind, size: tuple[int, int]) -> None:
    _, alpha = Drawing(character(kind), video(*size), None).picture(Pose(brow=1, roll=6))
    assert alpha is not None
    rows, columns = (np.flatnonzero((alpha > 0).any(axis)) for axis in (1, 0))
    assert rows[0] > 0.01 * size[1] and rows[-1] == size[1] - 1, "from the crown to the lower edge"
    head = np.flatnonzero((alpha[: int(0.62 * size[1])] > 0).any(0))
    assert head[0] > 0 and head[-1] < size[0] - 1
    assert columns[-1] - columns[0] > 0.45 * min(size)


def test_the_background_stays(kind: Kind) -> None:
    who, of = character(kind), video()
    cut, alpha = Drawing(who, of, None).picture(Pose(jaw=0.5))
    whole = drawn(who, Pose(jaw=0.5))
    assert alpha is not None
    behind = studio(*who.studio, 320, 180, 8)
    glow, free = 24, alpha == 0
    far = np.ones_like(free)
    inside = np.argwhere(~free)
    top, left, right = inside[:, 0].min(), inside[:, 1].min(), inside[:, 1].max()
    far[max(0, top - glow) :, max(0, left - glow) : right + glow] = False
    assert far.sum() > 1000 and np.array_equal(whole[far], behind[far])
    solid = alpha == 255
    assert np.abs(cut[solid].astype(int) - whole[solid]).max() <= 1
    plain = Drawing(who, of, (12, 200, 90)).picture(Pose(jaw=0.5))[0]
    assert (plain[far] == (12, 200, 90)).all()


def test_the_edges_of_the_matte_have_the_colour_of_the_puppet(kind: Kind) -> None:
    """Laid over its studio by its matte, a puppet is what is drawn there at once."""
    who, of = character(kind), video()
    cut, alpha = Drawing(who, of, None).picture(Pose())
    assert alpha is not None
    share = alpha[..., None] / 255
    laid = cut * share + studio(*who.studio, 320, 180, 8) * (1 - share)
    off = np.abs(laid - drawn(who, Pose())).max(2)
    edge = (alpha > 0) & (alpha < 255)
    assert off[alpha == 255].max() <= 1 and np.median(off[edge]) <= 1.5 and off[edge].mean() < 4


@pytest.mark.parametrize("background", [STUDIO, (10, 20, 30), None])
@pytest.mark.parametrize("depth", [8, 16])
def test_the_plan_is_kept(kind: Kind, background: Any, depth: Any) -> None:
    of = video(96, 72, depth=depth, frames=3)
    effect = Puppet(kind, Talk(), background)
    plan = effect.plan(of)
    frames = blank(of, range(3))
    made = list(effect.stream(iter(frames), of))
    assert [frame.pts for frame in made] == list(range(3))
    for frame in made:
        assert frame.pixels.shape == (72, 96, 3)
        assert frame.pixels.dtype == (np.uint8 if depth == 8 else np.uint16)
        assert (frame.alpha is not None) == plan.alpha == (background is None)
    assert all(np.asarray(frame.pixels).max() == 0 for frame in frames), "inputs stay"
    assert all(not np.array_equal(one.pixels, other.pixels) for one, other in pairwise(made))


def test_both_depths_are_the_same_picture(kind: Kind) -> None:
    low, high = (drawn(character(kind), Pose(jaw=0.4), video(depth=d)) for d in (8, 16))
    assert np.abs(low.astype(float) - high / 257).max() <= 2.5
    assert len(np.unique(high)) > 4 * len(np.unique(low)), "16 bits are used"


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (1, 40), (17, 1), (48, 36)])
def test_the_smallest_pictures_work(kind: Kind, size: tuple[int, int]) -> None:
    of = video(*size)
    for background in (STUDIO, None):
        made = list(Puppet(kind, Talk(), background).stream(iter(blank(of, range(2))), of))
        assert [frame.pixels.shape for frame in made] == [(size[1], size[0], 3)] * 2
    assert list(Puppet(kind, Talk()).stream(iter(()), of)) == []


def test_a_cut_and_a_second_stream_give_the_same_frames(kind: Kind) -> None:
    effect, of = Puppet(kind, Talk()), video(160, 90)
    assert effect.reach(of).past == effect.reach(of).future == 0
    whole = list(effect.stream(iter(blank(of, range(12))), of))
    part = effect.stream(iter(blank(of, range(7, 12))), of)
    for one, other in zip(whole[7:], part, strict=True):
        assert one.pts == other.pts and np.array_equal(one.pixels, other.pixels)


@pytest.mark.parametrize("kind", ["fantasy", "robot"])
def test_memory_is_stated(kind: Kind) -> None:
    """Of the puppet with most textures, and of one with few."""
    import tracemalloc

    effect, of = Puppet(kind, Talk()), video(96, 72)
    list(effect.stream(iter(blank(of)), of))
    held = []
    for count in (8, 24):
        tracemalloc.start()
        most = 0
        for _ in effect.stream(iter(blank(of, range(count))), of):
            most = max(most, tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
        held.append(most - count * 72 * 96 * 3)
    assert held[1] <= held[0] * 1.1 + 65536 and held[1] <= effect.memory(of)
    assert effect.memory(replace(of, width=192, height=144)) > 2 * effect.memory(of)


def test_hdr_is_refused() -> None:
    with pytest.raises(UsageError, match="SDR"):
        Puppet("animal", Talk()).plan(video(colour=Colour(transfer="smpte2084")))


def test_tensors_come_back_as_tensors() -> None:
    torch = pytest.importorskip("torch")
    of = video(64, 36)
    frame = Frame(torch.zeros((36, 64, 3), dtype=torch.uint8), 0)
    (given,) = Puppet("robot", Talk(), None).stream(iter([frame]), of)
    (expected,) = Puppet("robot", Talk(), None).stream(iter(blank(of, range(1))), of)
    assert isinstance(given.pixels, torch.Tensor) and isinstance(given.alpha, torch.Tensor)
    np.testing.assert_array_equal(given.pixels.numpy(), expected.pixels)


def test_the_line_of_a_shut_eye_has_no_other_line_in_it() -> None:
    """The cartoon's: down through the middle of an eye, its dark is of one piece."""
    who, of = character("cartoon"), video(640, 640)
    pixels, _ = Drawing(who, of, "studio").picture(Pose(lids=0, press=1))
    (eyes,) = (part for part in who.parts if isinstance(part, Eyes))
    rig = Rig(who.build, Pose(), 640, 640)
    place = rig.placed(np.array([[eyes.x, eyes.y + eyes.low]], np.float32), "head", None)[0]
    x, y = (round(float(each)) for each in place)
    dark = pixels[y - 10 : y + 11, x].astype(int).sum(axis=1) < 240
    rows = np.flatnonzero(dark)
    assert len(rows) >= 4 and rows[-1] - rows[0] + 1 == len(rows)
