import os
from fractions import Fraction

import pytest

from afterglow.errors import MediaError
from afterglow.frames import Colour, VideoInfo
from afterglow.media.passengers import Mastering
from afterglow.media.pipe import END_MARK, FACTS_KEY, Intake, PipeFacts, read_facts, write_facts

VIDEO = VideoInfo(
    width=320,
    height=180,
    rate=Fraction(30000, 1001),
    time_base=Fraction(1001, 30000),
    sample_aspect=Fraction(4, 3),
    depth=16,
    bits=10,
    alpha=True,
    colour=Colour("bt2020nc", "bt2020", "smpte2084", "full"),
    frames=7,
    duration=Fraction(1, 3),
    source="-",
)


def test_facts_come_back_exactly():
    mastering = Mastering(
        red=(Fraction(1, 3), Fraction(2, 3)), brightest=Fraction(1000), max_content=900
    )
    facts = PipeFacts(VIDEO, Fraction(3, 7), mastering)
    assert read_facts({FACTS_KEY: write_facts(facts)}) == facts
    assert read_facts({"title": "someone else's"}) is None


def test_unreadable_facts_are_an_error():
    with pytest.raises(MediaError, match="header"):
        read_facts({FACTS_KEY: '{"video": {}}'})


@pytest.mark.parametrize(
    ("sent", "whole"),
    [
        (b"pictures" * 9000 + END_MARK, True),
        (END_MARK, True),
        (b"pictures" * 9000, False),
        (b"pictures" + END_MARK[:-1], False),
        (END_MARK + b"pictures", False),
        (b"", False),
    ],
)
def test_intake_knows_whether_the_mark_came(sent, whole, tmp_path):
    (tmp_path / "stream").write_bytes(sent)
    descriptor = os.open(tmp_path / "stream", os.O_RDONLY)
    intake = Intake(descriptor)
    intake.read(7)
    assert intake.ended_with_mark() is whole
    os.close(descriptor)
