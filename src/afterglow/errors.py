"""Every error a person can meet.

AfterglowError         1    caught once, in afterglow.cli.main, and shown as one line; itself
│                           only where some clips of a folder failed
├── UsageError         2    a flag, name or combination that cannot be
├── MediaError         3    a file or stream could not be read or written
├── ModelError         4    weights are missing, not locked or corrupt
├── DeviceError        5    no usable GPU, or not enough memory
└── Cancelled        130    the person asked to stop

A mistake in our own code is a ValueError or AssertionError and keeps its traceback.
"""


class AfterglowError(Exception):
    """What happened, with the value; the hint says what to do about it."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(AfterglowError):
    """A setting, a name or a combination of them that cannot be."""

    exit_code = 2


class MediaError(AfterglowError):
    """A video, an image or a pipe could not be read or written."""

    exit_code = 3


class ModelError(AfterglowError):
    """A model's weights are missing, not in models.lock, or do not match it."""

    exit_code = 4


class DeviceError(AfterglowError):
    """The device asked for is not there, or has not the memory for the work."""

    exit_code = 5


class Cancelled(AfterglowError):  # noqa: N818 - it is a decision, not a fault
    """The person stopped the run."""

    exit_code = 130
