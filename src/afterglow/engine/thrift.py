"""How a run uses the machine: memory is used again, cores are left free, loops are OpenCV's own."""

from __future__ import annotations

import ctypes
import os

import cv2

_MMAP_THRESHOLD, _TRIM_THRESHOLD = -3, -1
"""Numbers of glibc's parameters, from its malloc.h."""
_LARGEST = 32 << 20
"""Bytes: the largest block for which glibc takes memory that it has; a 4K frame is smaller."""
_ALWAYS = (1 << 31) - 1
_SHARE = 2
"""Of so many cores OpenCV takes one: decoding and encoding work at the same time."""


def be_thrifty() -> None:
    """Keep the memory of freed frames for the next ones, and let OpenCV take half of the cores.

    By default glibc gives a freed frame back to the system, which must clear the memory of the
    next: a millisecond for each 1080p frame. Other C libraries are left as they are.

    OpenCV's own loops work instead of Intel's IPP: they give the same pixels on every processor,
    and do not ask it again and again what it is, which a virtual machine answers slowly.
    """
    cv2.setNumThreads(max(1, _cores() // _SHARE))
    cv2.ipp.setUseIPP(False)
    adjust = getattr(ctypes.CDLL(None), "mallopt", None)
    if adjust is not None:
        adjust(_MMAP_THRESHOLD, _LARGEST)
        adjust(_TRIM_THRESHOLD, _ALWAYS)


def _cores() -> int:
    """The cores that this program may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1
