"""What goes through the pipe, and how it ends."""

import os
import shutil
import subprocess
from fractions import Fraction
from threading import Thread

import av
import numpy as np
import pytest

from afterglow.errors import UsageError
from afterglow.frames import Colour, Frame
from afterglow.media.choice import WriteOptions, choose
from afterglow.media.passengers import Passengers
from afterglow.media.pipe import END_MARK, DownstreamClosed, Intake, read_facts
from afterglow.media.pipe_writer import PipeWriter
from afterglow.media.target import open_target
from tests.media.clips import flash_and_click, info, matte, picture, riders_of

BASE = Fraction(1001, 30000)


def sent(video, frames, passengers=None, finish=True):
    """What arrives at the other end of a pipe."""
    reading, writing = os.pipe()
    arrived = []
    listener = Thread(target=lambda: arrived.append(_drained(reading)))
    listener.start()
    try:
        plan = choose("-", video, WriteOptions())
        writer = PipeWriter(writing, plan, video, passengers or Passengers(), lambda line: None)
        for frame in frames:
            writer.write(frame)
        if finish:
            writer.finish()
        writer.abandon()
    finally:
        os.close(writing)
        listener.join()
    return arrived[0]


def _drained(descriptor):
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read()


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("bits", [8, 10])
def test_pixels_matte_times_and_facts_arrive_exactly(tmp_path, bits, alpha):
    colour = Colour("smpte170m", "bt470bg", "bt709", "full")
    video = info(63, 47, bits=bits, alpha=alpha, colour=colour, time_base=BASE, rate=30)
    pts = [0, 1, 4, 5, 9]
    frames = [Frame(picture(video, n), n, matte(video) if alpha else None) for n in pts]
    stream = sent(video, frames)
    assert stream.endswith(END_MARK)
    (tmp_path / "sent.nut").write_bytes(stream)
    with av.open(str(tmp_path / "sent.nut")) as container:
        facts = read_facts(container.metadata)
        assert facts.video.colour == colour
        assert (facts.video.time_base, facts.video.alpha) == (BASE, alpha)
        found = list(container.decode(video=0))
    assert [f.pts * f.time_base - facts.shift for f in found] == [n * BASE for n in pts]
    for frame, arrived in zip(frames, found, strict=True):
        pixels = arrived.to_ndarray()
        assert np.array_equal(pixels[..., :3], frame.pixels)
        assert not alpha or np.array_equal(pixels[..., 3], frame.alpha)


def test_an_upstream_that_fails_sends_no_mark(tmp_path):
    video = info()
    stream = sent(video, [Frame(picture(video), 0)], finish=False)
    assert stream and not stream.endswith(END_MARK)
    for name, data in (("whole", sent(video, [Frame(picture(video), 0)])), ("dead", stream)):
        (tmp_path / name).write_bytes(data)
        descriptor = os.open(tmp_path / name, os.O_RDONLY)
        assert Intake(descriptor).ended_with_mark() is (name == "whole")
        os.close(descriptor)


def test_the_shift_makes_room_for_priming(tmp_path):
    film = flash_and_click(tmp_path / "film.mp4", seconds=5)
    passengers = riders_of(film).passengers
    video = info()
    stream = sent(video, [Frame(picture(video), n * 512) for n in range(5)], passengers)
    (tmp_path / "sent.nut").write_bytes(stream)
    with av.open(str(tmp_path / "sent.nut")) as container:
        facts = read_facts(container.metadata)
        sound = [p for p in container.demux(audio=0) if p.size]
        assert len(container.streams.audio) == 2
        chapters = [c["start"] * c["time_base"] - facts.shift for c in container.chapters()]
    first = sound[0].pts * sound[0].time_base - facts.shift
    assert first == Fraction(-1024, 48000)
    assert chapters == [0, 3]


def test_a_listener_who_leaves_ends_it_quietly():
    reading, writing = os.pipe()
    video = info(320, 240)
    plan = choose("-", video, WriteOptions())
    writer = PipeWriter(writing, plan, video, Passengers(), lambda line: None)
    os.close(reading)
    with pytest.raises(DownstreamClosed):
        for number in range(20):
            writer.write(Frame(picture(video), number * 512))
    writer.abandon()
    os.close(writing)


def test_a_terminal_is_refused(monkeypatch):
    monkeypatch.setattr(os, "isatty", lambda descriptor: True)
    with pytest.raises(UsageError, match="terminal"):
        open_target("-", info(), WriteOptions(), None, lambda line: None)


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="ffmpeg is not installed")
@pytest.mark.parametrize("bits", [8, 10])
@pytest.mark.parametrize("alpha", [False, True])
def test_ffmpeg_reads_it_without_complaint(bits, alpha):
    video = info(62, 46, bits=bits, alpha=alpha)
    frames = [Frame(picture(video, n), n * 512, matte(video) if alpha else None) for n in range(7)]
    stream = sent(video, frames)
    line = ["ffmpeg", "-v", "warning", "-i", "-", "-fps_mode", "passthrough", "-f", "framecrc", "-"]
    run = subprocess.run(line, input=stream, capture_output=True)
    assert run.stderr == b""
    assert len([row for row in run.stdout.splitlines() if not row.startswith(b"#")]) == 7
