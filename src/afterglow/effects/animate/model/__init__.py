"""The models that animate a picture, held for as long as they are needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from importlib import import_module
from itertools import islice
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from afterglow.effects.animate.model.choosing import chosen
from afterglow.effects.animate.model.family import Family
from afterglow.effects.animate.model.profiles import (
    PROFILES,
    Profile,
    lay_out,
    lower,
    profile_for,
)
from afterglow.effects.animate.model.words import unread
from afterglow.effects.animate.motion import Animator, Motion, Seer
from afterglow.models.denoising import Tell

_HINT = "--vram with less, --size or --window with less, or --device cpu"
_DECODING = 2600
"""Bytes of a pixel of a frame that is being decoded."""
_CHUNK = 2
"""Frames decoded at once at most where memory is least."""

_ADAPTERS: Mapping[str, tuple[str, str]] = {
    "StableVideoDiffusionPipeline": ("svd", "Svd"),
    "AnimateDiffSparseControlNetPipeline": ("animatediff", "AnimateDiff"),
    "I2VGenXLPipeline": ("i2vgen_xl", "I2VGenXL"),
    "CogVideoXImageToVideoPipeline": ("cogvideox", "CogVideoX"),
    "WanImageToVideoPipeline": ("wan", "Wan"),
    "LTXImageToVideoPipeline": ("ltx", "Ltx"),
}
"""Module and class of what speaks with a pipeline."""


class _Speaker(Animator, Protocol):
    """Speaks with a pipeline."""

    @property
    def made(self) -> Any:
        """The pipeline, as diffusers has it."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How models are held."""

    device: str = "cpu"
    """cpu or cuda:N."""
    vram: int | None = None
    """Bytes of a GPU that may be used; what is free if None."""
    commercial_only: bool = False
    """Use only weights that may be used commercially."""


@dataclass(frozen=True, slots=True)
class Here:
    """The models of this machine."""

    setting: Setting
    """How they are held."""
    facts: dict[str, object] = field(default_factory=dict)
    """What became known of the one held last, for a sidecar."""
    keep: _Keep | None = None
    """What keeps one between two runs."""

    def choose(
        self, name: str | None, wanted: tuple[str, ...], *, text: bool, control: str = ""
    ) -> Family:
        """Return the family of a name, or the best one that is here; ModelError if none is."""
        only = self.setting.commercial_only
        return chosen(name, wanted, text=text, control=control, commercial_only=only)

    def see(self, control: str) -> AbstractContextManager[Seer]:
        """Hold what sees in frames of a video what shall steer a family."""
        from afterglow.effects.animate.model import seeing

        only = self.setting.commercial_only
        return seeing.seer(control, self.setting.device, commercial_only=only)

    @contextmanager
    def kept(self) -> Iterator[Here]:
        """Give models of which the one held last stays, for the next that asks for the same."""
        with ExitStack() as stack:
            yield replace(self, keep=_Keep(stack))

    @contextmanager
    def hold(
        self, family: Family, motion: Motion, lora: str, say: Callable[[str], None]
    ) -> Iterator[Animator]:
        """Hold what animates a picture, as ``animator`` does."""
        from afterglow.models.device import watched

        with watched(self.setting.device) as most, ExitStack() as stack:
            opened = partial(animator, family, self.setting, motion, lora, say)
            if self.keep is None:
                held = stack.enter_context(opened())
            else:
                held = self.keep.held((family, motion, lora), opened)
            yield held
            self.facts.update(profile=held.profile, vram=most())


class _Keep:
    """Keeps a model between two runs."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._asked: tuple[Family, Motion, str] | None = None
        self._held: Any = None

    def held(
        self,
        asked: tuple[Family, Motion, str],
        opened: Callable[[], AbstractContextManager[_Steady]],
    ) -> _Steady:
        """Give what is held, or let go of it and hold what is asked for instead."""
        if self._asked != asked:
            self._asked = None
            self._stack.close()
            self._held = self._stack.enter_context(opened())
            self._asked = asked
        made: _Steady = self._held
        return made


@contextmanager
def animator(
    family: Family,
    setting: Setting,
    motion: Motion,
    lora: str,
    say: Callable[[str], None],
) -> Iterator[_Steady]:
    """Hold what animates pictures; leaving frees every weight of it.

    motion: the largest window that it will be asked for. say: told what is used, in a line.

    Raises:
        ModelError: a part is not here, not as locked, cannot be read, or may not be used.
        DeviceError: the memory is not enough, also on the next lower profile.
    """
    with ExitStack() as held:
        yield _Steady(family, setting, motion, lora, say, held)


class _Steady:
    """An animator that tries once more, with less memory, where that was not enough."""

    def __init__(
        self,
        family: Family,
        setting: Setting,
        motion: Motion,
        lora: str,
        say: Callable[[str], None],
        held: ExitStack,
    ) -> None:
        self._open = partial(_opened, family, setting, motion, lora)
        self._say, self._held = say, held
        self._now, self.profile = held.enter_context(self._open(None))
        self._again = setting.device != "cpu"
        say(f"model: {family.name}, {family.pipeline}{self._laid()}")
        self._say_what_is_cut(family, motion)

    def _laid(self) -> str:
        return f", memory profile {self.profile}" if self._again else ""

    def _say_what_is_cut(self, family: Family, motion: Motion) -> None:
        for name, text in (("prompt", motion.prompt), ("negative prompt", motion.negative_prompt)):
            rest = unread(self._now.made.tokenizer, text, family.words) if family.words else ""
            if rest:
                self._say(f"the {name} is cut at {family.words} tokens, not read: {rest}")

    def window(
        self,
        still: NDArray[np.uint8],
        motion: Motion,
        seed: int,
        tell: Tell,
        **guide: NDArray[np.uint8],
    ) -> Iterator[NDArray[np.uint8]]:
        """Yield the frames of a window."""
        from afterglow.models.networks import out_of_memory

        given = 0
        try:
            for frame in self._now.window(still, self._spared(motion), seed, tell, **guide):
                yield frame
                given += 1
            return
        except (MemoryError, RuntimeError) as error:
            below = lower(self.profile)
            if not out_of_memory(error) or below is None or not self._again:
                raise
        self._lower(below)
        again = self._now.window(still, self._spared(motion), seed, tell, **guide)
        yield from islice(again, given, None)

    def _lower(self, profile: Profile) -> None:
        self._say(f"memory was not enough, trying once more with the profile {profile}")
        self._held.close()
        self._now, self.profile = self._held.enter_context(self._open(profile))
        self._again = False

    def _spared(self, motion: Motion) -> Motion:
        if self.profile != "group":
            return motion
        return replace(motion, decode_chunk=min(motion.decode_chunk, _CHUNK))


@contextmanager
def _opened(
    family: Family, setting: Setting, motion: Motion, lora: str, profile: Profile | None
) -> Iterator[tuple[_Speaker, Profile]]:
    """Hold a pipeline and what speaks with it."""
    from afterglow.models import parts
    from afterglow.models.folders import hushed
    from afterglow.models.loading import loaded

    with ExitStack() as held, hushed():
        *others, last = family.entries_with(motion.control)
        weights: dict[str, Any] = {}
        allowed: Any = {"commercial_only": setting.commercial_only, "hint": _HINT}
        for name in others:
            weights[name] = held.enter_context(
                loaded(name, setting.device, reader=_as_they_are, together=bool(weights), **allowed)
            )
        reader = partial(_assembled, family, setting, motion, lora, profile, weights)
        made, laid = held.enter_context(
            loaded(last, setting.device, reader=reader, together=bool(weights), **allowed)
        )
        held.callback(parts.release, made)
        module, kind = _ADAPTERS[family.pipeline]
        yield getattr(import_module(f"{__name__}.{module}"), kind)(made), laid


def _as_they_are(weights: Any, device: str) -> Any:
    return weights


def _assembled(
    family: Family,
    setting: Setting,
    motion: Motion,
    lora: str,
    profile: Profile | None,
    others: Mapping[str, Any],
    weights: Any,
    device: str,
) -> tuple[Any, Profile]:
    """The pipeline of a family, laid out in memory."""
    from afterglow.models import parts

    module, _ = _ADAPTERS[family.pipeline]
    assemble = import_module(f"{__name__}.{module}").assemble
    made = assemble({**others, weights.model.name: weights}, parts.dtype_of(family.half, device))
    if lora:
        _lay_over(made, lora)
    if profile is None:
        profile = _suited(family, setting, motion, parts.sizes_of(made))
    lay_out(made, device, profile)
    return made, profile


def _lay_over(made: Any, lora: str) -> None:
    from afterglow.models.lora import lay_over, lend, read_lora

    if hasattr(made, "load_lora_weights"):
        lend(made, read_lora(lora))
    elif hasattr(made, "unet"):
        lay_over(made.unet, read_lora(lora))


def _suited(
    family: Family, setting: Setting, motion: Motion, networks: Mapping[str, int]
) -> Profile:
    from afterglow.models.device import choose_device, memory_available

    if setting.device == "cpu":
        return PROFILES[0]
    free = memory_available(choose_device(setting.device))
    pixels = motion.size[0] * motion.size[1]
    work = max(family.work * motion.frames, _DECODING * motion.decode_chunk) * pixels
    return profile_for(free if setting.vram is None else min(free, setting.vram), networks, work)
