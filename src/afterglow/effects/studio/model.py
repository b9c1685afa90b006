"""A room painted from words: Stable Diffusion, steered by the depth of the real room."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from afterglow.analysis.light_words import lit_prompt
from afterglow.analysis.plate.reference import reference_of
from afterglow.analysis.plate.settings import PlateSettings
from afterglow.effects.studio.backdrop import in_the_middle
from afterglow.effects.studio.grounds import Made, Scene, Takes
from afterglow.errors import ModelError
from afterglow.models.depth import ENTRY, NEEDED, depth_of
from afterglow.models.diffusion import paint
from afterglow.models.needed import require_needed
from afterglow.models.painting import ModelName, Painting, Tell
from afterglow.models.pipelines import PACKAGES, needed_for
from afterglow.ops.geometry import warp
from afterglow.ops.levels import as_depth

_LINES = 720
"""Lines at which the real room is looked at: more than the models paint at."""


@dataclass(frozen=True, slots=True)
class Painted:
    """A room painted from words; one model is held at a time."""

    prompt: str
    """What shall be seen."""
    negative: str = ""
    """What shall not be seen."""
    model: ModelName = "sd15"
    """Which model paints."""
    strength: float = 0.95
    """Share of the steps that are made: with fewer, more of the real room shows through."""
    steps: int = 30
    """Steps from noise to a picture."""
    guidance: float = 7.5
    """How closely the prompt is followed."""
    device: str = "cpu"
    """cpu or cuda:N."""
    commercial_only: bool = False
    """Use only weights that may be used commercially."""
    tell: Tell | None = None
    """Told of every step."""

    def facts(self) -> Mapping[str, Any]:
        """Tell all that decides what is painted."""
        settings = (self.model, self.strength, self.steps, self.guidance)
        return {"ground": "painted", "words": (self.prompt, self.negative), "settings": settings}

    def require(self) -> None:
        """Raise ModelError unless all models are here; it tells how to get each of them."""
        needed = needed_for(self.model, geometry=True) | NEEDED
        try:
            require_needed(needed, commercial_only=self.commercial_only, packages=PACKAGES)
        except ModelError as error:
            raise ModelError(
                str(error), hint=f"{error.hint}; or use a made room, without weights: --bg room"
            ) from error

    def made(self, scene: Scene) -> Made:
        """Return the painted room, with the depth that is seen in it."""
        self.require()
        say = scene.say
        real = _without_subject(scene, say)
        say(f"depth of the real room ({ENTRY})")
        depth = depth_of(real, self.device, commercial_only=self.commercial_only)
        prompt = lit_prompt(self.prompt, scene.light or scene.survey.light, scene.survey.height)
        say(f"prompt: {prompt}")
        painting = Painting(
            real,
            prompt,
            negative=self.negative,
            model=self.model,
            depth=depth,
            strength=self.strength,
            steps=self.steps,
            guidance=self.guidance,
            seed=scene.seed,
            aspect=float(scene.video.sample_aspect),
            commercial_only=self.commercial_only,
        )
        picture = paint(painting, self.device, self.tell, say)
        say(f"depth of the new room ({ENTRY})")
        seen = depth_of(picture, self.device, commercial_only=self.commercial_only)
        return Made(picture, seen)


def _without_subject(scene: Scene, say: Callable[[str], None]) -> np.ndarray[Any, Any]:
    """(H, W, 3) uint8 RGB of the background's size: the real room, mirrored beyond the frame."""
    assert scene.takes is not None
    takes: Takes = scene.takes.smaller(_LINES)
    settings = PlateSettings(matte=takes.video.alpha)
    seen = reference_of(takes, settings, takes.video, None, say)
    clean = np.asarray(as_depth(seen.clean, "uint8"))
    scale = scene.video.height / takes.video.height
    rows, columns = clean.shape[:2]
    matrix = in_the_middle(scale, (columns, rows), scene.size)
    return np.asarray(warp(clean, matrix, size=scene.size, border="reflect"))
