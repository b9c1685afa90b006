"""What every run has of its flags, whatever it ends in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Flags:
    """The flags of a run, typed; each kind of run adds its own."""

    device: str
    """auto, cpu, cuda or cuda:N: where models run."""
    quiet: bool
    """Say nothing but errors and what was found."""
    as_json: bool
    """Tell events and what was found as JSON."""

    @classmethod
    def settings(cls) -> frozenset[str]:
        """The names of the flags that a run takes for itself."""
        return frozenset(field.name for field in fields(cls))

    def device_name(self, say: Callable[[str], None] | None = None) -> str:
        """Where models run: cpu or cuda:N; DeviceError where that cannot be.

        say: told which one it is, where nobody chose it.
        """
        from afterglow.models.device import choose_device

        device = choose_device(self.device)
        if say and self.device == "auto":
            say(f"device: {device.description}")
        return device.name
