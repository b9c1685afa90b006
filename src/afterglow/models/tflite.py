"""TFLite networks, run by OpenCV's DNN module on the CPU."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterglow.models.networks import Network, Shape


def read_tflite(content: bytes) -> Network:
    """A network from the bytes of a TFLite file; its pictures are (N, C, H, W) float32.

    Raises:
        ValueError: they are no such network, or OpenCV cannot run it.
    """
    try:
        with _quiet():
            net = cv2.dnn.readNetFromTFLite(np.frombuffer(content, np.uint8))
        inputs = _inputs(content)
    except (cv2.error, struct.error, UnicodeDecodeError) as error:
        raise ValueError(getattr(error, "err", None) or str(error)) from error
    outputs = list(net.getUnconnectedOutLayersNames())

    def run(arrays: Mapping[str, NDArray[Any]]) -> Sequence[NDArray[Any]]:
        for name, array in arrays.items():
            net.setInput(array, name)
        try:
            return list(net.forward(outputs))
        except cv2.error as error:
            if error.code == cv2.Error.StsNoMem:
                raise MemoryError(error.err) from error
            raise

    return Network(inputs, outputs, run)


@contextmanager
def _quiet() -> Iterator[None]:
    """OpenCV writes nothing to stderr; what goes wrong comes as an exception as well."""
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(0)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(level)


def _inputs(content: bytes) -> dict[str, Shape]:
    """Names and shapes of a network's inputs, which OpenCV does not tell.

    A TFLite file is a FlatBuffer: tables whose fields are found by number. The first graph is
    field 2 of the root; its tensors are field 0 and its inputs field 1; of a tensor, field 0 is
    the shape and field 3 the name.
    """
    box = _FlatBuffer(content)
    graph = box.items(box.follow(0), 2)[0]
    tensors = box.items(graph, 0)
    found = [tensors[number] for number in box.numbers(graph, 1)]
    return {box.text(each, 3): _channels_first(box.numbers(each, 0)) for each in found}


def _channels_first(shape: tuple[int, ...]) -> Shape:
    """(N, H, W, C), as TFLite has pictures, the way OpenCV takes them."""
    return (shape[0], shape[3], shape[1], shape[2]) if len(shape) == 4 else shape


class _FlatBuffer:
    """Reads what the fields of tables point to; positions are bytes from the start."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def follow(self, place: int) -> int:
        """Where the offset at a place points to."""
        (offset,) = struct.unpack_from("<I", self._content, place)
        return place + int(offset)

    def items(self, table: int, number: int) -> list[int]:
        """Tables of a field that is a vector of tables."""
        start, count = self._vector(table, number)
        return [self.follow(start + 4 * index) for index in range(count)]

    def numbers(self, table: int, number: int) -> tuple[int, ...]:
        """Numbers of a field that is a vector of 32-bit integers."""
        start, count = self._vector(table, number)
        return struct.unpack_from(f"<{count}i", self._content, start)

    def text(self, table: int, number: int) -> str:
        """Text of a field that is a string."""
        start, count = self._vector(table, number)
        return self._content[start : start + count].decode()

    def _vector(self, table: int, number: int) -> tuple[int, int]:
        """Where the items of a field lie, and how many there are; none where it is left out."""
        (back,) = struct.unpack_from("<i", self._content, table)
        (length,) = struct.unpack_from("<H", self._content, table - back)
        place = 4 + 2 * number
        if place >= length:
            return 0, 0
        (offset,) = struct.unpack_from("<H", self._content, table - back + place)
        if offset == 0:
            return 0, 0
        start = self.follow(table + offset)
        (count,) = struct.unpack_from("<I", self._content, start)
        return start + 4, int(count)
