"""Bounded queues between threads that all stop when one of them fails."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, TypeVar

T = TypeVar("T")

_MOMENT = 1.0
"""Seconds within which a thread that was started has begun; a later one finds that all stopped."""


class Halted(Exception):  # noqa: N818 - a signal between threads, not a fault
    """Work was stopped: something failed elsewhere, or enough was made."""


@dataclass(frozen=True, slots=True)
class Hand:
    """A thread at work, and how long the others wait for it when all stops."""

    thread: threading.Thread
    """The thread itself."""
    begun: threading.Event
    """Set once it works; a signal may come before, and then it may never."""
    patience: float | None
    """Seconds; None waits as long as it takes."""


class Floor:
    """Where the threads of one run work. Leaving it stops them all and raises the first error.

    ``with Floor() as floor`` ends when its body does. If a thread has failed, its error is raised
    in place of the Halted that the body saw.
    """

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self._halted = False
        self._error: BaseException | None = None
        self._hands: list[Hand] = []

    def __enter__(self) -> Floor:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.halt(error)
        for hand in self._hands:
            if hand.begun.wait(_MOMENT):
                hand.thread.join(hand.patience)
        if self._error is not None and self._error is not error:
            raise self._error

    def is_stuck(self, name: str) -> bool:
        """True where the thread of that name could not be stopped."""
        return any(hand.thread.name == name and hand.thread.is_alive() for hand in self._hands)

    def hire(self, name: str, work: Callable[[], None], patience: float | None = None) -> None:
        """Start a thread; if its work fails, everybody stops."""

        begun = threading.Event()

        def shift() -> None:
            begun.set()
            with _Reported(self):
                if not self._halted:
                    work()

        hand = Hand(threading.Thread(target=shift, name=name, daemon=True), begun, patience)
        self._hands.append(hand)
        hand.thread.start()

    def halt(self, error: BaseException | None = None) -> None:
        """Stop everybody; the error of the first who stops is the one that counts."""
        with self.changed:
            if not self._halted and not isinstance(error, Halted):
                self._error = error
            self._halted = True
            self.changed.notify_all()

    def wait_for(self, ready: Callable[[], bool]) -> None:
        """Wait until ``ready``, with ``changed`` held; raise Halted when all stops."""
        self.changed.wait_for(lambda: self._halted or ready())
        if self._halted:
            raise Halted


class _Reported:
    """Hands whatever a thread raises to its floor, where the calling thread raises it again."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if error is not None:
            self._floor.halt(error)
        return True


class Belt(Generic[T]):
    """Carries things in order from one thread to another, a few at a time."""

    def __init__(self, floor: Floor, length: int) -> None:
        self._floor = floor
        self._length = length
        self._things: deque[T] = deque()
        self._complete = False
        self._cleared = False

    def put(self, thing: T) -> None:
        """Lay a thing on the belt, waiting for room; raise Halted when all stops."""
        with self._floor.changed:
            self._floor.wait_for(lambda: len(self._things) < self._length)
            self._things.append(thing)
            self._floor.changed.notify_all()

    def fill(self, things: Iterator[T]) -> None:
        """Lay everything on the belt, then say that nothing more comes."""
        for thing in things:
            self.put(thing)
        self.end()

    def end(self) -> None:
        """Say that nothing more comes."""
        with self._floor.changed:
            self._complete = True
            self._floor.changed.notify_all()

    def wait_until_cleared(self) -> None:
        """Wait until the taker is done with the last thing; raise Halted when all stops."""
        with self._floor.changed:
            self._floor.wait_for(lambda: self._cleared)

    def __iter__(self) -> Iterator[T]:
        """Give the things in order until the end; raise Halted when all stops."""
        while (box := self._take()) is not None:
            yield box.pop()
        with self._floor.changed:
            self._cleared = True
            self._floor.changed.notify_all()

    def _take(self) -> list[T] | None:
        """The next thing in a box that is emptied by who takes it, so that nothing lingers."""
        with self._floor.changed:
            self._floor.wait_for(lambda: bool(self._things) or self._complete)
            if not self._things:
                return None
            box = [self._things.popleft()]
            self._floor.changed.notify_all()
            return box
