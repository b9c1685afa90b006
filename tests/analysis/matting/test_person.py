"""People are followed, never deleted and steady; strays never show; videos do not meet."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from afterglow.analysis.matting import Person, steady
from afterglow.frames import Frame, VideoInfo
from tests.analysis.matting.people import (
    Look,
    Shot,
    error,
    flicker,
    magenta,
    mattes,
    opener,
    painted,
    person,
    shots_of,
)
from tests.scenes import Scene, Subject, hand_held, still, video_of, walk

SIZE = (160, 90)


def scene(path: Any, area: float = 0.06, frames: int = 20, **more: Any) -> Scene:
    return Scene(*SIZE, frames=frames, subject=Subject(area, path), **more)


def crossing(frames: int = 30, **more: Any) -> Scene:
    return scene(walk((0.1, 0.5), (0.028, 0.0)), frames=frames, **more)


class Watched:
    """A network that tells how much of what it was shown was a person."""

    def __init__(self) -> None:
        self.shares: list[float] = []

    def __call__(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        found = magenta(picture)
        self.shares.append(float(found.mean()))
        return found


@pytest.mark.parametrize("depth", [8, 16])
def test_the_crop_follows_who_crosses_the_picture(depth: Literal[8, 16]) -> None:
    shots = shots_of(crossing(depth=depth))
    network = Watched()
    found = mattes(shots, Person(opener(magenta), opener(network)))
    for matte, shot in zip(found, shots, strict=True):
        assert error(matte, shot.alpha) < 0.012
        assert matte[shot.alpha > 0.9].min() > 0.5, "the crop holds all of the subject"
    assert max(shot.alpha.mean() for shot in shots) < 0.07
    assert np.median(network.shares) > 0.35, "and little else"


def test_a_second_dancer_is_never_deleted() -> None:
    """A large and a small one meet, become one part, and part again."""
    shots = shots_of(
        scene(walk((0.2, 0.5), (0.015, 0.0)), 0.1, 40),
        scene(walk((0.8, 0.5), (-0.015, 0.0)), 0.012, 40),
    )
    small = scene(walk((0.8, 0.5), (-0.015, 0.0)), 0.012, 40)
    for t, (matte, shot) in enumerate(zip(mattes(shots), shots, strict=True)):
        assert error(matte, shot.alpha) < 0.012
        assert matte[small.view(t).alpha > 230].mean() > 0.9


def test_four_people_far_apart_share_few_crops() -> None:
    places = [(0.1, 0.25), (0.9, 0.25), (0.1, 0.75), (0.9, 0.75)]
    shots = shots_of(*(scene(walk(place, (0, 0)), 0.02, 9) for place in places))
    calls = []
    for count in (1, 9):
        network = Watched()
        found = mattes(shots[:count], Person(opener(magenta), opener(network)))
        calls.append(len(network.shares))
        for matte, shot in zip(found, shots, strict=False):
            assert matte[shot.alpha > 0.9].min() > 0.5
    assert 8 * 2 <= calls[1] - calls[0] <= 8 * 4, "three crops, and now and then a search"


def blob() -> NDArray[np.float32]:
    """The matte of a stray at the left."""
    stray = np.zeros(SIZE[::-1], np.float32)
    stray[30:60, 8:28] = 1
    return stray


def with_blob(times: set[int], frames: int = 30) -> list[Shot]:
    lone = scene(walk((0.7, 0.5), (0.0, 0.0)), frames=frames)
    nothing = np.zeros_like(blob())
    return [painted([lone.view(t)], blob() if t in times else nothing) for t in range(frames)]


def test_a_stray_that_flickers_never_shows() -> None:
    shots = with_blob({t for t in range(30) if t % 4 == 2})
    for matte, shot in zip(mattes(shots), shots, strict=True):
        assert matte[blob() > 0].max() < 0.02
        assert matte[(shot.alpha > 0.9) & (blob() == 0)].min() > 0.5


def test_who_comes_in_fades_in_and_stays() -> None:
    levels = [float(matte[blob() > 0].mean()) for matte in mattes(with_blob(set(range(8, 30))))]
    steps = np.diff(levels)
    assert max(levels[:10]) < 0.02, "not shown before it has been there for a while"
    assert min(steps) > -0.02 and max(steps) < 0.75, "no hard cut"
    assert min(levels[18:]) > 0.9


def test_a_part_that_shrinks_to_a_speck_fades_out() -> None:
    lone = scene(walk((0.7, 0.5), (0.0, 0.0)), 0.2, frames=20)
    speck = np.zeros_like(blob())
    speck[44:47, 16:19] = 1
    shots = [painted([lone.view(t)], blob() if t < 10 else speck) for t in range(20)]
    levels = [float(matte[44:47, 16:19].mean()) for matte in mattes(shots)]
    assert min(levels[:10]) > 0.9 and levels[-1] < 0.05
    assert min(np.diff(levels)) > -0.75, "no hard cut"


class Noisy:
    """A network that is wrong somewhere else each time."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(4)

    def __call__(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        coarse = self.rng.normal(0, 0.35, (16, 16))
        noise = np.kron(coarse, np.ones((picture.shape[0] // 16, picture.shape[1] // 16)))
        return np.clip(magenta(picture) + noise, 0, 1).astype(np.float32)


def noisy() -> Person:
    return Person(opener(Noisy()), opener(Noisy()))


def test_steadying_calms_a_noisy_network_and_smears_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shots = shots_of(crossing(noise=1.0))
    true = [shot.alpha for shot in shots]
    steadied = mattes(shots, noisy())
    monkeypatch.setattr(steady, "_MEMORY", 0.0)
    plain = mattes(shots, noisy())
    assert flicker(steadied, true) < 0.8 * flicker(plain, true)
    assert error(steadied, true) <= error(plain, true)
    monkeypatch.undo()
    moving = mattes(shots)
    monkeypatch.setattr(steady, "_MEMORY", 0.0)
    assert error(moving, true) <= 1.05 * error(mattes(shots), true)


def test_a_cut_does_not_bleed() -> None:
    before = shots_of(scene(walk((0.25, 0.5), (0, 0)), 0.1, 6))
    after = shots_of(scene(walk((0.75, 0.5), (0.004, 0)), 0.1, 6, seed=3))
    joined = mattes([*before, *after])
    for found, alone in zip(joined[6:], mattes(after), strict=True):
        assert np.array_equal(found, alone)
    assert joined[5][:, :70].max() > 0.9 > 0.01 > joined[6][:, :70].max()


def test_two_videos_do_not_meet() -> None:
    one, two = shots_of(crossing(12)), shots_of(scene(walk((0.6, 0.5)), 0.2, 12, seed=3))
    of, video = person(), video_of(Scene(*SIZE))
    found: list[list[NDArray[np.float32]]] = [[], []]
    with of.start(video) as first, of.start(video) as second:
        states: list[Any] = [first, second]
        for t in range(12):
            for n, shots in enumerate((one, two)):
                cut, states[n] = of.step(Frame(shots[t].rgb, t), states[n])
                found[n].append(cut.alpha)
    assert np.array_equal(found[0], mattes(one)) and np.array_equal(found[1], mattes(two))


def test_a_state_can_be_stepped_from_twice() -> None:
    shots, of = shots_of(crossing(6)), person()
    with of.start(video_of(Scene(*SIZE))) as state:
        for t in range(5):
            _, state = of.step(Frame(shots[t].rgb, t), state)
        once, _ = of.step(Frame(shots[5].rgb, 5), state)
        again, _ = of.step(Frame(shots[5].rgb, 5), state)
    assert np.array_equal(once.alpha, again.alpha)


def test_the_reach_is_honest() -> None:
    """A run that begins ``reach`` frames earlier ends up with the same mattes."""
    shots = shots_of(crossing(40, camera=hand_held(0.7)))
    past = person().reach(video_of(Scene(*SIZE))).past
    assert 0 < past < 30
    whole, part = mattes(shots), mattes(shots[36 - past :])
    assert error(whole[36:], part[past:]) < 0.002
    early = mattes(with_blob(set(range(4, 40)), 40))
    late = mattes(with_blob(set(range(4, 40)), 40)[36 - past :])
    assert error(early[36:], late[past:]) < 0.002


@pytest.mark.parametrize(
    "size", [(1, 1), (2, 3), (3, 2), (1, 40), (17, 1), (50, 90), (400, 30), (96, 31)]
)
@pytest.mark.parametrize("depth", [8, 16])
def test_every_size_and_depth_has_a_matte(size: tuple[int, int], depth: Literal[8, 16]) -> None:
    small = Scene(*size, frames=3, depth=depth, subject=Subject(0.2), camera=still())
    for matte, shot in zip(mattes(shots_of(small)), shots_of(small), strict=True):
        assert matte.shape == size[::-1] and matte.dtype == np.float32
        assert matte.min() >= 0 and matte.max() <= 1
        if min(size) >= 30:
            assert error(matte, shot.alpha) < 0.03


def test_a_picture_that_is_all_person_is_all_matte() -> None:
    full = Shot(np.full((40, 60, 3), (255, 0, 255), np.uint8), np.ones((40, 60), np.float32))
    assert min(matte.min() for matte in mattes([full] * 3)) > 0.95


def test_tensors_give_the_same_matte() -> None:
    torch = pytest.importorskip("torch")
    shots = shots_of(crossing(4))
    tensors = [Shot(torch.from_numpy(shot.rgb), shot.alpha) for shot in shots]
    assert np.array_equal(mattes(tensors), mattes(shots))


def test_nobody_is_no_matte() -> None:
    empty = [Shot(view.rgb // 2, view.alpha) for view in Scene(*SIZE, frames=4)]
    grey = [replace(shot, rgb=np.repeat(shot.rgb[..., :1], 3, axis=2)) for shot in empty]
    assert max(matte.max() for matte in mattes(grey)) == 0


def held(count: int, video: VideoInfo) -> int:
    """Most bytes held between two frames."""
    shots, of, most = shots_of(crossing(10)), person(), 0
    mattes(shots, of, video)
    tracemalloc.start()
    start = tracemalloc.get_traced_memory()[0]
    with of.start(video) as state:
        for t in range(count):
            state = of.step(Frame(shots[t % 10].rgb, t), state)[1]
            most = max(most, tracemalloc.get_traced_memory()[0] - start)
    tracemalloc.stop()
    return most


def test_memory_is_flat_and_stated() -> None:
    video = video_of(Scene(*SIZE))
    stated = person().memory(video)
    few, many = held(20, video), held(60, video)
    assert many <= few + 20_000
    assert many <= stated + 50_000
    assert stated > person().memory(replace(video, width=80, height=45)) * 2


def test_networks_are_opened_once_and_closed() -> None:
    log: list[str] = []

    def tracked(name: str, network: Look = magenta) -> Any:
        from contextlib import contextmanager

        @contextmanager
        def opened() -> Any:
            log.append(f"open {name}")
            yield network
            log.append(f"close {name}")

        return opened

    mattes(shots_of(crossing(3)), Person(tracked("wide"), tracked("square")))
    assert log == ["open wide", "open square", "close square", "close wide"]


def test_tall_pictures_are_searched_by_the_square_network() -> None:
    wide, square = Watched(), Watched()
    tall = Scene(60, 100, frames=2, subject=Subject(0.1, walk((0.5, 0.5), (0, 0))))
    mattes(shots_of(tall), Person(opener(wide), opener(square)))
    assert not wide.shares and square.shares
    mattes(shots_of(crossing(2)), Person(opener(wide), opener(square)))
    assert wide.shares


def test_what_only_one_network_sees_is_nobody() -> None:
    def blind(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        return np.zeros(picture.shape[:2], np.float32)

    shots = shots_of(crossing(3))
    assert np.max(mattes(shots, Person(opener(magenta), opener(blind)))) == 0
