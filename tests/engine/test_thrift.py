"""What a run does with cores and freed memory."""

from __future__ import annotations

import platform
import subprocess
import sys

import cv2
import pytest

from afterglow.engine import thrift


@pytest.fixture(autouse=True)
def threads() -> object:
    before = cv2.getNumThreads()
    yield
    cv2.setNumThreads(before)


@pytest.mark.parametrize(("cores", "taken"), [(1, 1), (2, 1), (16, 8)])
def test_half_of_the_cores_is_left_to_the_codecs(
    monkeypatch: pytest.MonkeyPatch, cores: int, taken: int
) -> None:
    monkeypatch.setattr(thrift, "_cores", lambda: cores)
    thrift.be_thrifty()
    assert cv2.getNumThreads() == taken


FAULTS = """
import resource, sys
import numpy as np
from afterglow.engine.thrift import be_thrifty

if sys.argv[1] == "thrifty":
    be_thrifty()

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def spell():
    frames = [np.ones((1080, 1920, 3), np.uint8) for _ in range(8)]

spell()
spell()
before = faults()
spell()
print(faults() - before)
"""


def faults(how: str) -> int:
    """Pages that the system had to give for eight frames, in a program of its own."""
    done = subprocess.run(
        [sys.executable, "-c", FAULTS, how], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc's way of keeping memory")
def test_the_memory_of_freed_frames_is_taken_again() -> None:
    assert faults("thrifty") < 100 < faults("wasteful")
