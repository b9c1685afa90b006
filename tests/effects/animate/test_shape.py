"""A video has the shape of its picture, and what is transparent has a colour."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from tests.effects.animate.running import run, video


@pytest.mark.parametrize(
    ("more", "size"),
    [
        ([], (64, 64)),
        (["--fit=pad"], (64, 48)),
        (["--fit=stretch"], (74, 56)),
        (["--fit=pad", "--resolution=90"], (120, 90)),
    ],
)
def test_the_shape_of_the_picture_comes_back(
    more: list[str], size: tuple[int, int], there: Any
) -> None:
    there("svd")
    run("--model=svd", *more)
    frame = video()[0][0]
    assert (frame.shape[1], frame.shape[0]) == size


def test_upright_pictures_stay_upright(there: Any) -> None:
    there("svd")
    picture = cv2.imread("still.png")
    assert picture is not None
    upright = np.ascontiguousarray(np.rot90(picture))
    assert cv2.imwrite("still.png", upright)
    run("--model=svd", "--size=64x128")
    assert video()[0][0].shape == (128, 64, 3)


def test_transparent_parts_are_laid_on_a_colour(there: Any) -> None:
    there("svd")
    clear = np.zeros((72, 96, 4), np.uint8)
    assert cv2.imwrite("still.png", clear)
    black = run("--model=svd")
    white = run("--model=svd", "--background=white")
    assert black != white
    assert cv2.imwrite("still.png", np.full((72, 96, 3), 255, np.uint8))
    assert run("--model=svd") == white
