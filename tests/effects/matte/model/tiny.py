"""Tiny networks with the interfaces of the real ones, in files named by a lock."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tests.models.weights import entry, file, write_lock

STATES = ("r1", "r2", "r3", "r4")


def lay_lock(folder: Path, name: str, kind: str, paths: Sequence[str], **more: Any) -> Path:
    """A lock with one entry, for files that lie in its own folder."""
    files = [file(path, (folder / path).read_bytes()) for path in paths]
    told = {**entry("path", folder=".", format=kind, **more), "files": files}
    return write_lock(folder / "own.lock", {name: told})


def write_rvm_script(path: Path) -> Path:
    """A TorchScript file called as the real one: (src, r1, r2, r3, r4, ratio) -> six tensors.

    The matte is the mean of the channels, and half of that of the frame before. The colours are the
    picture's inverse. The fourth state is the ratio.
    """
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.script(_tiny_rvm()).save(str(path))
    return path


def _tiny_rvm() -> Any:
    from tests.effects.matte.model.tiny_rvm import TinyRvm

    return TinyRvm().eval()


def write_rvm_onnx(path: Path) -> Path:
    """An ONNX file with the names of the real one; it computes what the TorchScript file does."""
    picture, any_size = [1, 3, "height", "width"], ["a", "b", "c", "d"]
    inputs = [_told("src", picture), *(_told(f"{each}i", any_size) for each in STATES)]
    inputs.append(_told("downsample_ratio", [1]))
    outputs = [_told("fgr", picture), _told("pha", [1, 1, "height", "width"])]
    outputs += [_told(f"{each}o", any_size) for each in STATES]
    nodes = [
        helper.make_node("ReduceMean", ["src", "channels"], ["grey"], keepdims=1),
        helper.make_node("Mul", ["r1i", "half"], ["faded"]),
        helper.make_node("Add", ["grey", "faded"], ["sum"]),
        helper.make_node("Clip", ["sum", "none", "one"], ["pha"]),
        helper.make_node("Identity", ["grey"], ["r1o"]),
        helper.make_node("Identity", ["r2i"], ["r2o"]),
        helper.make_node("Identity", ["r3i"], ["r3o"]),
        helper.make_node("Reshape", ["downsample_ratio", "ones"], ["r4o"]),
        helper.make_node("Sub", ["one", "src"], ["fgr"]),
    ]
    constants = {
        "channels": np.array([1], np.int64),
        "half": np.float32(0.5),
        "none": np.float32(0),
        "one": np.float32(1),
        "ones": np.ones(4, np.int64),
    }
    return _write(path, nodes, inputs, outputs, constants)


def write_still_onnx(path: Path, side: int = 32) -> Path:
    """An ONNX file from a square to logits, as BiRefNet is: the mean of the channels."""
    inputs = [_told("input_image", [1, 3, side, side])]
    outputs = [_told("output_image", [1, 1, side, side])]
    nodes = [
        helper.make_node("ReduceMean", ["input_image", "channels"], ["output_image"], keepdims=1)
    ]
    return _write(path, nodes, inputs, outputs, {"channels": np.array([1], np.int64)})


def _told(name: str, shape: Sequence[Any]) -> Any:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def _write(
    path: Path, nodes: Sequence[Any], inputs: Sequence[Any], outputs: Sequence[Any],
    constants: dict[str, Any],
) -> Path:  # fmt: skip
    kept = [numpy_helper.from_array(np.asarray(each), name) for name, each in constants.items()]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, kept)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return path
