"""Voices of Piper: a VITS network in ONNX that speaks the phonemes of eSpeak NG.

A voice is an entry of models.lock with a file ``*.onnx`` and its ``*.onnx.json``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterglow.errors import ModelError
from afterglow.models.loading import loaded
from afterglow.models.lock import Model, read_locks
from afterglow.models.networks import Network
from afterglow.models.onnx import read_onnx
from afterglow.models.speech.espeak import Espeak
from afterglow.models.speech.spoken import Heard, Spoken, Voice, stretched
from afterglow.models.store import Weights

_CONFIG = ".onnx.json"
_BEGIN, _PAD, _END = "^", "_", "$"
_SENTENCE_ENDS = ".!?"
_INPUTS = ("input", "input_lengths", "scales", "sid")


@dataclass(frozen=True, slots=True)
class Manner:
    """How a voice wants to be asked, from the file beside its network."""

    rate: int
    """Samples per second."""
    language: str
    """The voice of eSpeak NG that gives its phonemes."""
    ids: Mapping[str, Sequence[int]]
    """Numbers of each phoneme, pad and mark."""
    scales: tuple[float, float, float]
    """Noise, length and width of the noise of lengths."""


class Piper:
    """Speaks with the voices of models.lock."""

    def __init__(self, commercial_only: bool = False) -> None:
        self._commercial_only = commercial_only

    def voices(self) -> list[Voice]:
        """Every voice that models.lock knows, here or not."""
        return [
            Voice(model.name, "piper", f"{model.role} ({model.licence})")
            for model in read_locks().models.values()
            if _config_of(model)
        ]

    def speak(self, text: str, voice: str) -> Spoken:
        """Say a text with the voice of an entry.

        Raises:
            ModelError: it is not here, is no such voice, or the phonemes cannot be found.
        """
        with loaded(
            voice, commercial_only=self._commercial_only, reader=_read, hint="a shorter text"
        ) as (network, manner):
            espeak = Espeak()
            clauses = espeak.phonemes(text, manner.language)
            pieces = [_said(network, ids, manner) for ids in sentence_ids(clauses, manner)]
            network.close()
        samples = np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
        words, phonemes = _times(espeak, text, manner.language, len(samples) / manner.rate)
        return Spoken(samples, manner.rate, words, phonemes)


def sentence_ids(clauses: Sequence[tuple[str, str]], manner: Manner) -> list[NDArray[np.int64]]:
    """The numbers that the network takes for each sentence: every phoneme followed by a pad."""
    sentences, now = [], ""
    for phonemes, sign in clauses:
        now += phonemes + sign + " " * (sign not in _SENTENCE_ENDS or not sign)
        if sign and sign in _SENTENCE_ENDS:
            sentences.append(now)
            now = ""
    sentences += [now.rstrip()] if now.strip() else []
    return [_ids(each, manner.ids) for each in sentences]


def _ids(phonemes: str, known: Mapping[str, Sequence[int]]) -> NDArray[np.int64]:
    pad = list(known[_PAD])
    ids = [*known[_BEGIN], *pad]
    for each in phonemes:
        if each in known:
            ids += [*known[each], *pad]
    return np.array([*ids, *known[_END]], np.int64)


def _said(network: Network, ids: NDArray[np.int64], manner: Manner) -> NDArray[np.float32]:
    """The sound (N,) float32 of one sentence."""
    given: dict[str, NDArray[Any]] = {
        "input": ids[None],
        "input_lengths": np.array([len(ids)], np.int64),
        "scales": np.array(manner.scales, np.float32),
    }
    if "sid" in network.inputs:
        given["sid"] = np.zeros(1, np.int64)
    sound: NDArray[Any] = network(**given)[network.outputs[0]]
    return sound.reshape(-1).astype(np.float32).clip(-1, 1)


def _read(weights: Weights, device: str) -> tuple[Network, Manner]:
    """The network of a voice and its manner; raises ModelError where they are none."""
    name, config = weights.model.name, _config_of(weights.model)
    if not config:
        raise ModelError(f"the model {name} is no voice: it has no file {_CONFIG}")
    manner = read_manner(name, weights.read(config))
    try:
        network = read_onnx(weights.read(config.removesuffix(".json")))
    except ValueError as error:
        raise ModelError(f"the voice {name} cannot be read: {error}") from error
    lost = [each for each in _INPUTS[:3] if each not in network.inputs]
    if lost or set(network.inputs) - set(_INPUTS):
        told = ", ".join(network.inputs)
        raise ModelError(f"the voice {name} takes {told}, and not what voices of Piper take")
    return network, manner


def _config_of(model: Model) -> str:
    """The file of an entry that makes it a voice; "" where it is none."""
    paths = [file.path for file in model.files]
    return next(
        (each for each in paths if each.endswith(_CONFIG) and each.removesuffix(".json") in paths),
        "",
    )


def read_manner(name: str, content: bytes) -> Manner:
    """What the file beside a network says; raises ModelError where it is none of a voice."""
    try:
        told = json.loads(content)
        inference = told.get("inference", {})
        noise, length, widths = (
            float(inference.get(key, usual))
            for key, usual in (("noise_scale", 0.667), ("length_scale", 1.0), ("noise_w", 0.8))
        )
        ids = {
            str(key): [int(each) for each in value] for key, value in told["phoneme_id_map"].items()
        }
        manner = Manner(
            int(told["audio"]["sample_rate"]), told["espeak"]["voice"], ids, (noise, length, widths)
        )
        _ = [ids[each] for each in (_BEGIN, _PAD, _END)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"the voice {name} does not say how it is asked: {error!r}") from error
    return manner


def _times(
    espeak: Espeak, text: str, language: str, seconds: float
) -> tuple[tuple[Heard, ...], tuple[Heard, ...]]:
    """Words and phonemes as eSpeak NG times them, stretched to the length of this sound."""
    guide = espeak.speak(text, language)
    factor = seconds / guide.seconds if guide.seconds else 1.0
    return stretched(guide.words, factor), stretched(guide.phonemes, factor)
