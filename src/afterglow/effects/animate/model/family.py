"""The families of models that animate a picture: what each takes and gives. Facts, no weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from afterglow.errors import UsageError
from afterglow.models import svd


@dataclass(frozen=True, slots=True)
class Family:
    """What a family of models takes and gives."""

    name: str
    """What --model calls it, and models.lock its entry."""
    pipeline: str
    """The class of its pipeline in diffusers."""
    takes_text: bool
    """Whether it reads a prompt."""
    sizes: tuple[tuple[int, int], ...]
    """Widths and heights that suit it, in pixels, lying; it works upright as well, unless fixed."""
    multiple: int
    """Pixels: sides of other sizes are multiples of it."""
    frames: int
    """Frames of a window."""
    every: int
    """A window has this many frames, times a whole number, and one; 1 where it may have any."""
    fps: Fraction
    """Frames per second that it was trained for."""
    guidance: float
    """The strength of guidance that suits it."""
    steps: int
    """Steps that suit it."""
    takes_motion: bool
    """Whether it is told how much shall move, and how noisy the picture is."""
    streams: bool
    """Whether frames leave the decoder in chunks; else a window is decoded as a whole."""
    entries: Mapping[str, tuple[str, ...]]
    """What of models.lock it needs: by entry, the parts of its folder."""
    most: int = 1000
    """Frames of the longest window that it knows places for."""
    words: int = 0
    """Tokens of a prompt that it reads, with those that mark its ends; 0 where it reads none."""
    half: str = "float16"
    """Number format of its weights on a GPU."""
    fixed_size: bool = False
    """Whether it works at its own sizes only."""
    work: int = 400
    """Bytes of working memory for each pixel of each frame that it works on at once (estimate)."""
    control: Mapping[str, str] = field(default_factory=dict)
    """What of a video can steer it, and the entry of what does so."""

    def entries_with(self, control: str = "") -> Mapping[str, tuple[str, ...]]:
        """Return what of models.lock it needs, steered by something of a video or not."""
        steering = {self.control[control]: ("config", "*")} if control else {}
        return steering | dict(self.entries)

    def window_of(self, frames: int) -> int:
        """Return the frames of the shortest window that it can make which has so many.

        Raises:
            UsageError: it makes none so long.
        """
        found = frames
        if self.every > 1:
            found = 1 + self.every * max(1, -(-(frames - 1) // self.every))
        if found > self.most:
            usual = "" if self.most == self.frames else f"; it was trained for {self.frames}"
            raise UsageError(
                f"{self.name} makes no window of {found} frames",
                hint=f"--window {self.most} is its longest{usual}",
            )
        return found


_UNET = ("unet/config", "unet/*", "vae/config", "vae/*", "scheduler/scheduler_config")
_DIT = (
    *("transformer/config", "transformer/*", "vae/config", "vae/*", "scheduler/scheduler_config"),
    *("text_encoder/config", "text_encoder/*", "tokenizer/tokenizer_config"),
)
_LOOK = ("image_encoder/config", "image_encoder/*")
_CLIP = ("text_encoder/config", "text_encoder/*", "tokenizer/vocab", "tokenizer/merges")


def _svd(name: str, frames: int) -> Family:
    return Family(
        name,
        "StableVideoDiffusionPipeline",
        takes_text=False,
        sizes=svd.SIZES,
        multiple=svd.MULTIPLE,
        frames=frames,
        every=1,
        fps=Fraction(7),
        guidance=3.0,
        steps=25,
        takes_motion=True,
        streams=True,
        entries={name: svd.PARTS},
    )


_ALL = (
    *(_svd(name, frames) for name, frames in svd.WINDOWS.items()),
    Family(
        "animatediff",
        "AnimateDiffSparseControlNetPipeline",
        takes_text=True,
        sizes=((512, 512), (768, 512)),
        multiple=8,
        frames=16,
        every=1,
        fps=Fraction(8),
        guidance=7.5,
        steps=25,
        takes_motion=False,
        streams=True,
        most=32,
        words=77,
        entries={
            "animatediff": ("config", "*"),
            "sparsectrl-rgb": ("config", "*"),
            "sd15": (*_UNET, *_CLIP),
        },
        control={"depth": "controlnet-depth-sd15", "pose": "controlnet-openpose-sd15"},
    ),
    Family(
        "i2vgen-xl",
        "I2VGenXLPipeline",
        takes_text=True,
        sizes=((1280, 704),),
        multiple=8,
        frames=16,
        every=1,
        fps=Fraction(16),
        guidance=9.0,
        steps=50,
        takes_motion=False,
        streams=True,
        words=77,
        entries={
            "i2vgen-xl": (*_UNET, *_CLIP, *_LOOK, "feature_extractor/preprocessor_config"),
        },
    ),
    Family(
        "cogvideox",
        "CogVideoXImageToVideoPipeline",
        takes_text=True,
        sizes=((720, 480),),
        multiple=16,
        frames=49,
        every=8,
        fps=Fraction(8),
        guidance=6.0,
        steps=50,
        takes_motion=False,
        streams=False,
        most=49,
        words=226,
        entries={"cogvideox": _DIT},
        half="bfloat16",
        fixed_size=True,
    ),
    Family(
        "wan",
        "WanImageToVideoPipeline",
        takes_text=True,
        sizes=((832, 480), (640, 640)),
        multiple=16,
        frames=81,
        every=4,
        fps=Fraction(16),
        guidance=5.0,
        steps=50,
        takes_motion=False,
        streams=False,
        words=512,
        entries={"wan": (*_DIT, *_LOOK, "image_processor/preprocessor_config")},
        half="bfloat16",
    ),
    Family(
        "ltx",
        "LTXImageToVideoPipeline",
        takes_text=True,
        sizes=((704, 480), (576, 576)),
        multiple=32,
        frames=161,
        every=8,
        fps=Fraction(25),
        guidance=3.0,
        steps=50,
        takes_motion=False,
        streams=False,
        most=257,
        words=128,
        entries={"ltx": _DIT},
        half="bfloat16",
    ),
)

FAMILIES: Mapping[str, Family] = {family.name: family for family in _ALL}
"""Every family by its name."""

_BEST_WITH_TEXT = ("wan", "cogvideox", "ltx", "i2vgen-xl", "animatediff")
_BEST_WITHOUT = ("svd-xt-1.1", "svd-xt", "svd")


def preferred(wanted: tuple[str, ...], *, text: bool) -> list[Family]:
    """Return all families, the one that suits best first.

    wanted: names that go before all others. text: whether there is a prompt to be read.
    """
    best = _BEST_WITH_TEXT + _BEST_WITHOUT if text else _BEST_WITHOUT + _BEST_WITH_TEXT
    return [FAMILIES[name] for name in dict.fromkeys((*wanted, *best))]


def with_control() -> list[str]:
    """Return the names of the families that a video can steer."""
    return [family.name for family in _ALL if family.control]


def with_text() -> list[str]:
    """Return the names of the families that read a prompt."""
    return [family.name for family in _ALL if family.takes_text]
