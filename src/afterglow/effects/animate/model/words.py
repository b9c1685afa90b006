"""How much of a prompt a model reads."""

from __future__ import annotations

from typing import Any

_SHOWN = 60
"""Letters that are told of what is not read."""


def unread(tokenizer: Any, text: str, most: int) -> str:
    """Return the end of a text that a model does not read, shortened; empty where it reads all.

    tokenizer: of transformers. most: tokens that the model reads, with those that it adds itself.
    """
    tokens = tokenizer(text).input_ids
    if len(tokens) <= most:
        return ""
    rest = str(tokenizer.decode(tokens[most - 1 :], skip_special_tokens=True)).strip()
    return rest if len(rest) <= _SHOWN else f"{rest[:_SHOWN].rstrip()}..."
