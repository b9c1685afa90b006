"""What a named effect may say, and who wins where several say something."""

from __future__ import annotations

from typing import Any

import pytest

from afterglow.cli.looks import looks_of, read_look
from afterglow.effects.animate.looks import SCHEMA, look_of, merged, typed
from afterglow.effects.animate.model.family import FAMILIES
from afterglow.errors import UsageError

SHIPPED = [
    *("angel-wings", "earth-zoom", "fire", "hair-wind", "ice-freeze", "liquid-metal", "mermaid"),
    *("muscle-surge", "portrait-breath", "product-orbit", "rotate-360", "waves"),
]


def test_twelve_effects_are_shipped_and_every_one_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERGLOW_EFFECTS", "/nowhere")
    assert list(looks_of("animate")) == SHIPPED
    for path in looks_of("animate").values():
        found = read_look(path)
        look = look_of(found.settings, path.name)
        assert look.settings["prompt"] and look.settings["negative_prompt"]
        assert 0 < look.settings["motion_strength"] <= 1


MOVES = "motion_strength: how much moves (SVD)"
STEPS = "steps: steps from noise to a window"


@pytest.mark.parametrize(
    ("told", "words", "hint"),
    [
        ({"promt": "x"}, "an effect has no promt (a.toml)", "did you mean prompt?"),
        ({"motion_strength": 1.5}, "motion_strength cannot be 1.5: it lies between 0 and 1", MOVES),
        ({"motion_strength": "much"}, "motion_strength is no number: 'much'", MOVES),
        (
            {"num_frames": 2.5},
            "num_frames is no whole number: 2.5",
            "num_frames: frames that come out",
        ),
        ({"steps": True}, "steps is no whole number: True", STEPS),
        ({"prompt": 3}, "prompt is no text: 3", "prompt: what shall be seen"),
        ({"models": ["svdx"]}, "there is no model svdx", "did you mean svd?"),
        ({"models": 3}, "models is no list of names", 'models = ["svd-xt"]'),
        ({"for": {"svd-xd": {}}}, "there is no model svd-xd", "did you mean svd-xt?"),
        ({"for": {"svd": {"stops": 3}}}, "an effect has no stops", "did you mean steps?"),
        ({"for": {"svd": {"models": ["wan"]}}}, "models cannot be set for one model", ""),
        ({"for": 3}, "for is no table of models", "write [for.svd-xt]"),
        ({"for": {"svd": 3}}, "for.svd is no table", "write [for.svd]"),
    ],
)
def test_what_cannot_be_is_refused_with_the_nearest(
    told: dict[str, Any], words: str, hint: str
) -> None:
    with pytest.raises(UsageError) as caught:
        look_of(told, "a.toml")
    assert words in str(caught.value) and caught.value.hint == hint


def test_what_is_typed_is_of_the_right_kind() -> None:
    assert typed("motion_strength=0.4") == ("motion_strength", 0.4)
    assert typed("motion-strength = 0.4") == ("motion_strength", 0.4)
    assert typed("steps=12") == ("steps", 12)
    assert typed("prompt=a = b") == ("prompt", "a = b")
    assert typed("models=wan,svd") == ("models", ("wan", "svd"))


@pytest.mark.parametrize(
    ("line", "words", "hint"),
    [
        ("motion_strenght=0.4", "--set knows no motion_strenght", "did you mean motion_strength?"),
        ("motion_strength", "--set motion_strength sets nothing", "write --set KEY=VALUE"),
        ("steps=many", "steps is no whole number: 'many'", STEPS),
        (
            "noise=nan",
            "noise cannot be nan",
            "noise: noise on the picture, which frees the motion (SVD)",
        ),
    ],
)
def test_what_is_typed_wrongly_is_refused(line: str, words: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        typed(line)
    assert words in str(caught.value) and caught.value.hint == hint


def test_who_wins() -> None:
    told = {"steps": 10, "noise": 0.1, "fps": 12, "for": {"svd": {"steps": 11, "noise": 0.2}}}
    look = look_of(told, "a.toml")
    svd = merged(look, {"noise": 0.3}, FAMILIES["svd"])
    assert (svd["noise"], svd["steps"], svd["fps"]) == (0.3, 11, 12)
    assert (svd["num_frames"], svd["guidance_scale"]) == (14, 3.0), "the family's own"
    assert svd["motion_strength"] == 0.5 and set(svd) == set(SCHEMA)
    assert merged(look, {}, FAMILIES["wan"])["steps"] == 10
