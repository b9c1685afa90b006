"""ONNX networks, run by onnxruntime on the GPU where it can, else on the CPU."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from afterglow.models.networks import Network, Shape


def read_onnx(content: bytes, device: str = "cpu") -> Network:
    """A network from the bytes of an ONNX file; ``Network.device`` says where it really runs.

    Raises:
        ImportError: onnxruntime is not installed.
        ValueError: they are no such network, or onnxruntime cannot run it.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(content, options, providers=_providers(device))
    except _failures() as error:
        raise ValueError(str(error)) from error
    outputs = [each.name for each in session.get_outputs()]
    inputs = {each.name: _shape(each.shape) for each in session.get_inputs()}
    cuda = "CUDAExecutionProvider" in session.get_providers()

    def run(arrays: Mapping[str, NDArray[Any]]) -> Sequence[NDArray[Any]]:
        return session.run(outputs, dict(arrays))  # type: ignore[no-any-return]

    return Network(inputs, outputs, run, device if cuda else "cpu")


def _providers(device: str) -> list[Any]:
    """What onnxruntime shall try in turn."""
    import onnxruntime

    kind, _, index = device.partition(":")
    if kind == "cuda" and "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        cuda = ("CUDAExecutionProvider", {"device_id": int(index or 0)})
        return [cuda, "CPUExecutionProvider"]
    return ["CPUExecutionProvider"]


def _shape(told: Sequence[int | str | None]) -> Shape:
    """Lengths that are fixed; a name stands for any length."""
    return tuple(each if isinstance(each, int) else None for each in told)


def _failures() -> tuple[type[Exception], ...]:
    """Everything that onnxruntime raises; its errors have no class in common."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    own = [each for each in vars(state).values() if isinstance(each, type)]
    return (RuntimeError, *(each for each in own if issubclass(each, Exception)))
