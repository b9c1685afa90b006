"""What a folder gets: the matte aside of the frames, and the subject on green."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import pytest
import torch

from afterglow import ops
from afterglow.effects.matte.takes import GREEN, Aside, OnGreen
from afterglow.errors import UsageError
from afterglow.frames import Colour, Frame, VideoInfo

VIDEO = VideoInfo(12, 8, Fraction(25), Fraction(1, 25), alpha=True)


class Clip:
    """Remembers what was opened and written, and whether that was finished."""

    def __init__(self) -> None:
        self.video: VideoInfo | None = None
        self.frames: list[Frame] = []
        self.open = False

    @contextmanager
    def opened(self, video: VideoInfo) -> Iterator[Callable[[Frame], None]]:
        self.video, self.open = video, True
        yield self.frames.append
        self.open = False


def frames(count: int = 6, first: int = 0, depth: Literal[8, 16] = 8) -> list[Frame]:
    kind: Any = f"uint{depth}"
    pictures = np.random.default_rng(1).integers(0, 1 << depth, (count, 8, 12, 4), kind)
    return [Frame(each[..., :3], first + n, each[..., 3]) for n, each in enumerate(pictures)]


def test_frames_pass_as_they_are_once_their_matte_is_written() -> None:
    clip, given = Clip(), frames()
    for number, frame in enumerate(Aside(clip.opened).stream(iter(given), VIDEO)):
        assert frame is given[number] and len(clip.frames) == number + 1 and clip.open
    assert not clip.open
    assert clip.video is not None and clip.video.gray and not clip.video.alpha
    assert clip.video.colour.range == "full"
    for grey, frame in zip(clip.frames, given, strict=True):
        assert grey.alpha is None and grey.pts == frame.pts
        assert np.array_equal(grey.pixels, np.repeat(np.asarray(frame.alpha)[..., None], 3, 2))


@pytest.mark.parametrize(
    ("duration", "wanted"),
    [(None, [0, 1, 2, 3]), (Fraction(2, 25), [0, 1]), (Fraction(1, 30), [0])],
)
def test_of_a_cut_only_its_own_frames_are_written(
    duration: Fraction | None, wanted: list[int]
) -> None:
    clip = Clip()
    passed = list(Aside(clip.opened, True, duration).stream(iter(frames(6, -2)), VIDEO))
    assert [frame.pts for frame in clip.frames] == wanted
    assert len(passed) == 6, "the rest passes: later effects look at it"


def test_without_a_cut_a_video_that_begins_before_zero_is_written_whole() -> None:
    clip = Clip()
    list(Aside(clip.opened).stream(iter(frames(6, -2)), VIDEO))
    assert [frame.pts for frame in clip.frames] == [-2, -1, 0, 1, 2, 3]


def test_a_run_that_fails_does_not_finish_the_clip() -> None:
    clip = Clip()

    def failing() -> Iterator[Frame]:
        yield frames()[0]
        raise UsageError("enough")

    with pytest.raises(UsageError):
        list(Aside(clip.opened).stream(failing(), VIDEO))
    assert clip.open and len(clip.frames) == 1


@pytest.mark.parametrize("depth", [8, 16])
def test_the_subject_lies_on_green_in_linear_light(depth: Literal[8, 16]) -> None:
    given, video = frames(2, depth=depth), replace(VIDEO, depth=depth, bits=depth)
    white = (1 << depth) - 1
    np.asarray(given[0].alpha)[0, :3] = 0, white, white // 2
    laid = list(OnGreen().stream(iter(given), video))
    assert not OnGreen().plan(video).alpha and all(frame.alpha is None for frame in laid)
    green = np.array(GREEN) * (white // 255)
    found, pixels = np.asarray(laid[0].pixels).astype(float), np.asarray(given[0].pixels)
    assert np.array_equal(found[0, 0], green)
    assert np.array_equal(found[0, 1], pixels[0, 1])
    kind: Any = f"uint{depth}"
    both = np.stack([pixels[0, 2], green]).astype(kind)[None]
    mixed = ops.to_linear(both, "bt709")[0].mean(0)[None, None]
    wanted = ops.to_display(mixed.astype(np.float32), "bt709", kind)[0, 0]
    assert np.abs(found[0, 2] - wanted).max() <= 2 * white / 255


def test_tensors_lie_on_green_as_arrays_do(device: str) -> None:
    given = frames(2)
    tensors = [
        replace(
            frame,
            pixels=torch.from_numpy(np.array(frame.pixels)).to(device),
            alpha=torch.from_numpy(np.array(frame.alpha)).to(device),
        )
        for frame in given
    ]
    one, two = (list(OnGreen().stream(iter(each), VIDEO)) for each in (given, tensors))
    for array, tensor in zip(one, two, strict=True):
        assert isinstance(tensor.pixels, torch.Tensor)
        assert np.abs(np.asarray(array.pixels, int) - tensor.pixels.cpu().numpy()).max() <= 1


def test_light_that_is_not_known_is_refused() -> None:
    with pytest.raises(UsageError, match="log100"):
        OnGreen().plan(replace(VIDEO, colour=Colour(transfer="log100")))
