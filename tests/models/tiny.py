"""Models small enough to be made in a test, in every format that can be loaded."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from typing import Any

import flatbuffers
import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import save

PICTURE = np.linspace(0, 1, 60, dtype=np.float32).reshape(1, 3, 4, 5)
"""What such a network takes: (1, 3, 4, 5) float32, 0 to 1."""

_LOGISTIC = 14
"""Number of the sigmoid among TFLite's operators."""


def onnx_network(weights: Sequence[float] = (1, 0, 0), size: tuple[Any, Any] = ("h", "w")) -> Any:
    """An ONNX model: sigmoid of a weighted sum of a picture's planes, (1, 3, H, W) to (1, 1, H, W).

    size: height and width, or names where any will do.
    """
    kernel = numpy_helper.from_array(np.array(weights, np.float32).reshape(1, 3, 1, 1), "kernel")
    nodes = [
        helper.make_node("Conv", ["picture", "kernel"], ["sum"]),
        helper.make_node("Sigmoid", ["sum"], ["matte"]),
    ]
    takes = helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3, *size])
    gives = helper.make_tensor_value_info("matte", TensorProto.FLOAT, [1, 1, *size])
    graph = helper.make_graph(nodes, "tiny", [takes], [gives], [kernel])
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8)


def onnx_file(weights: Sequence[float] = (1, 0, 0), size: tuple[Any, Any] = ("h", "w")) -> bytes:
    return bytes(onnx_network(weights, size).SerializeToString())


def onnx_with_weights_beside(name: str = "weights.data") -> tuple[bytes, bytes]:
    """An ONNX file, and the file of that name that its weights lie in."""
    model = onnx_network()
    (kernel,) = model.graph.initializer
    beside = bytes(kernel.raw_data)
    onnx.external_data_helper.set_external_data(kernel, location=name, offset=0, length=len(beside))
    kernel.ClearField("raw_data")
    return bytes(model.SerializeToString()), beside


def tflite_file(
    shape: tuple[int, int, int, int] = (1, 4, 5, 3), operator: int = _LOGISTIC
) -> bytes:
    """A TFLite file: the sigmoid of a picture (N, H, W, C), or another operator by its number."""
    b = flatbuffers.Builder(1024)
    tensors = _tables(b, [_tensor(b, name, shape) for name in ("picture", "matte")])
    takes, gives = _numbers(b, [0]), _numbers(b, [1])
    step = _table(b, {1: takes, 2: gives})
    graph = _table(b, {0: tensors, 1: takes, 2: gives, 3: _tables(b, [step])})
    codes = _tables(b, [_operator_code(b, operator)])
    buffers = _tables(b, [_table(b, {})])
    graphs = _tables(b, [graph])
    b.StartObject(5)
    b.PrependUint32Slot(0, 3, 0)
    for slot, offset in ((1, codes), (2, graphs), (4, buffers)):
        b.PrependUOffsetTRelativeSlot(slot, offset, 0)
    b.Finish(b.EndObject(), file_identifier=b"TFL3")
    return bytes(b.Output())


def _tensor(b: Any, name: str, shape: Sequence[int]) -> Any:
    sides, text = _numbers(b, shape), b.CreateString(name)
    return _table(b, {0: sides, 3: text})


def _operator_code(b: Any, number: int) -> Any:
    b.StartObject(4)
    b.PrependInt8Slot(0, number, 0)
    b.PrependInt32Slot(3, number, 0)
    return b.EndObject()


def _table(b: Any, fields: dict[int, Any]) -> Any:
    b.StartObject(8)
    for slot, offset in fields.items():
        b.PrependUOffsetTRelativeSlot(slot, offset, 0)
    return b.EndObject()


def _tables(b: Any, offsets: Sequence[Any]) -> Any:
    b.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        b.PrependUOffsetTRelative(offset)
    return b.EndVector()


def _numbers(b: Any, numbers: Sequence[int]) -> Any:
    b.StartVector(4, len(numbers), 4)
    for number in reversed(numbers):
        b.PrependInt32(number)
    return b.EndVector()


def safetensors_file(**tensors: Any) -> bytes:
    return save(tensors or {"kernel": torch.arange(3.0)})


def pickle_file(told: object = None) -> bytes:
    """What torch.save writes of a state dict, or of anything else."""
    box = io.BytesIO()
    torch.save({"kernel": torch.arange(3.0)} if told is None else told, box)
    return box.getvalue()


def torchscript_file(module: torch.nn.Module | None = None) -> bytes:
    """A module as TorchScript; by default it doubles what it is given."""
    box = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.save(torch.jit.script(module or _Doubling()), box)
    return box.getvalue()


class _Doubling(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.factor = torch.nn.Parameter(torch.tensor([2.0]))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.factor
