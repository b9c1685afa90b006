"""The promises of ``tests/contract.py`` for an effect of one's own: a class of tests to inherit.

A class that inherits has a fixture ``effect``, and adds what small videos and a reach promise where
they mean the same for it.
"""

from __future__ import annotations

from tests import contract


class Promises:
    """What every effect keeps, whatever comes out of it."""

    test_the_plan_is_kept = staticmethod(contract.test_the_plan_is_kept)
    test_frames_that_were_taken = staticmethod(
        contract.test_frames_that_were_taken_stay_as_they_are
    )
    test_frames_that_were_given = staticmethod(
        contract.test_frames_that_were_given_stay_as_they_are
    )
    test_an_empty_video = staticmethod(contract.test_an_empty_video_stays_empty)
    test_two_videos_at_once = staticmethod(contract.test_two_videos_at_once_do_not_meet)
    test_memory = staticmethod(contract.test_memory_is_stated_and_kept)
    test_the_same_twice = staticmethod(contract.test_the_same_twice)
