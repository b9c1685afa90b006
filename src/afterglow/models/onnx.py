"""ONNX networks, run by onnxruntime on the GPU where it can, else on the CPU."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from numpy.typing import NDArray

from afterglow.models.networks import Network, Run, Shape, out_of_memory


def read_onnx(
    content: bytes, device: str = "cpu", *, beside: Mapping[str, bytes] | None = None
) -> Network:
    """A network from the bytes of an ONNX file; ``Network.device`` says where it really runs.

    Weights that an ONNX file keeps outside itself come out of the files given as ``beside``.

    Raises:
        ImportError: onnxruntime is not installed.
        ValueError: they are no such network, or onnxruntime cannot run it.
    """
    import onnxruntime

    try:
        session = onnxruntime.InferenceSession(
            content, _options(beside or {}), providers=_providers(device), enable_fallback=0
        )
    except _failures() as error:
        if out_of_memory(error):
            raise MemoryError(str(error)) from error
        raise ValueError(_plain(error)) from error
    vars(session).pop("_model_bytes", None)  # else all of it stays in memory a second time
    outputs = [each.name for each in session.get_outputs()]
    inputs = {each.name: _shape(each.shape) for each in session.get_inputs()}
    cuda = "CUDAExecutionProvider" in session.get_providers()
    return Network(inputs, outputs, _running(session, outputs), device if cuda else "cpu")


def _running(session: Any, outputs: Sequence[str]) -> Run:
    """A function that gives the outputs for all inputs."""

    def run(arrays: Mapping[str, NDArray[Any]]) -> Sequence[NDArray[Any]]:
        try:
            return session.run(outputs, dict(arrays))  # type: ignore[no-any-return]
        except _failures() as error:
            if out_of_memory(error):
                raise MemoryError(str(error)) from error
            raise

    return run


def _options(beside: Mapping[str, bytes]) -> Any:
    """Quiet, and with files that the network may take weights from."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    if beside:
        names = [PurePosixPath(path).name for path in beside]
        contents = list(beside.values())
        lengths = [len(each) for each in contents]
        options.add_external_initializers_from_files_in_memory(names, contents, lengths)
    return options


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


def _plain(error: Exception) -> str:
    """What went wrong, without the words that every error of onnxruntime begins with."""
    return str(error).strip().partition("\n")[0].split(" : ", 3)[-1] or type(error).__name__


def _failures() -> tuple[type[Exception], ...]:
    """Everything that onnxruntime raises; its errors have no class in common."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    own = [each for each in vars(state).values() if isinstance(each, type)]
    return (RuntimeError, *(each for each in own if issubclass(each, Exception)))
