"""The models that paint: Stable Diffusion, and what sees the depth of the real room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from afterglow.models.depth import ENTRY, NEEDED, depth_of
from afterglow.models.diffusion import paint
from afterglow.models.needed import require_needed
from afterglow.models.painting import ModelName, Painting, Refine, Tell
from afterglow.models.pipelines import PACKAGES, needed_for


@dataclass(frozen=True, slots=True)
class Diffusion:
    """A painter; one model is held at a time."""

    model: ModelName = "sd15"
    """Which model paints."""
    negative: str = ""
    """What shall not be seen."""
    strength: float = 0.95
    """Share of the steps that are made: with fewer, more of the picture shows through."""
    steps: int = 30
    """Steps from noise to a picture."""
    guidance: float = 7.5
    """How closely the prompt is followed."""
    seed: int = 0
    """Where the noise begins."""
    geometry: bool = False
    """Keep the depth of the picture that is painted over."""
    refine: Refine = "tiles"
    """How the picture grows from the size that the model was trained at."""
    device: str = "cpu"
    """cpu or cuda:N."""
    commercial_only: bool = False
    """Use only weights that may be used commercially."""
    tell: Tell | None = None
    """Told of every step."""

    def require(self) -> None:
        """Raise ModelError unless all models are here; it tells how to get each of them."""
        needed = needed_for(self.model, geometry=self.geometry)
        if self.geometry:
            needed |= NEEDED
        require_needed(needed, commercial_only=self.commercial_only, packages=PACKAGES)

    def __call__(
        self,
        picture: NDArray[np.uint8],
        mask: NDArray[np.uint8] | None,
        prompt: str,
        aspect: float,
        say: Callable[[str], None],
    ) -> NDArray[np.uint8]:
        """Return the picture painted over: (H, W, 3) uint8 RGB."""
        depth = None
        if self.geometry:
            say(f"depth of the real room ({ENTRY})")
            depth = depth_of(picture, self.device, commercial_only=self.commercial_only)
        painting = Painting(
            picture,
            prompt,
            negative=self.negative,
            model=self.model,
            mask=mask,
            depth=depth,
            strength=self.strength,
            steps=self.steps,
            guidance=self.guidance,
            seed=self.seed,
            refine=self.refine,
            aspect=aspect,
            commercial_only=self.commercial_only,
        )
        return paint(painting, self.device, self.tell, say)
