"""Each puppet looks its own way, fills its picture, and leaves the background as it is."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from afterglow.effects.style.character.pose import Pose
from afterglow.effects.style.character.puppet import KINDS, Kind, character
from afterglow.effects.style.character.puppet.effect import Drawing
from afterglow.effects.style.character.puppet.studio import studio
from tests.effects.style.puppet.drawings import apart, drawn, video


def test_all_eight_are_different() -> None:
    pictures = {kind: drawn(character(kind), Pose()) for kind in KINDS}
    assert len(pictures) == 8
    for one, other in combinations(KINDS, 2):
        assert apart(pictures[one], pictures[other]) > 0.25 * 320 * 180, (one, other)
    alone = {k: Drawing(character(k), video(), None).picture(Pose())[0] for k in KINDS}
    for one, other in combinations(KINDS, 2):
        assert apart(alone[one], alone[other]) > 0.06 * 320 * 180, (one, other)


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
