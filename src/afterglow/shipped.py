"""Where the files that come with afterglow lie: named effects and models.lock."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def shipped(name: str) -> Path:
    """Path of a shipped file or folder: inside the wheel, or in the checkout it is run from."""
    packed = _PACKAGE / "_shipped"
    return (packed if packed.is_dir() else _PACKAGE.parents[1]) / name
