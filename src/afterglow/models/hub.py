"""What a hub of models is asked: where a file is, and what it says of a repository."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from afterglow.errors import ModelError
from afterglow.models.lock import Model, WeightFile


@dataclass(frozen=True, slots=True)
class Listing:
    """A repository at one commit, from its metadata alone."""

    commit: str
    """The commit, 40 hex digits."""
    files: Mapping[str, WeightFile]
    """Every file by its path; the hub has the sha256 of large ones only."""
    gated: bool = False
    """Whether its publisher lets in only who has agreed there."""


def address(model: Model, file: WeightFile) -> tuple[str, dict[str, str]]:
    """Where a file of a model is, and the headers to ask with; asks nobody.

    Raises:
        ModelError: huggingface_hub is not installed.
    """
    hub = _hub(model)
    url = hub.hf_hub_url(model.repo, file.path, revision=model.revision)
    token = hub.get_token()
    return url, {"Authorization": f"Bearer {token}"} if token else {}


def listing(model: Model, revision: str | None) -> Listing:
    """A model's repository at a revision, or at the newest; metadata only, no file is fetched.

    Raises:
        ModelError: huggingface_hub is not installed, or the hub does not answer or knows it not.
    """
    hub = _hub(model)
    try:
        told = hub.HfApi().model_info(model.repo, revision=revision, files_metadata=True)
    except _failures() as error:
        reason = str(error).strip().partition("\n")[0]
        raise ModelError(
            f"the hub does not tell about {model.repo} for {model.name}: {reason}",
            hint="is there a network? a gated repository needs a login, too: hf auth login",
        ) from error
    files = {each.rfilename: _file(each) for each in told.siblings or ()}
    return Listing(told.sha or "", files, bool(told.gated))


def _file(told: Any) -> WeightFile:
    """A file as the hub lists it."""
    sha256 = told.lfs.sha256 if told.lfs else None
    return WeightFile(told.rfilename, bytes=told.size or None, sha256=sha256)


def _hub(model: Model) -> Any:
    try:
        import huggingface_hub
    except ImportError as error:
        raise ModelError(
            f"the model {model.name} lies on a hub, and huggingface_hub is not installed",
            hint='pip install "afterglow[models]"',
        ) from error
    return huggingface_hub


def _failures() -> tuple[type[Exception], ...]:
    """What huggingface_hub raises; the base of its own error is that of its HTTP library."""
    from huggingface_hub.errors import HfHubHTTPError

    return (OSError, ValueError, *HfHubHTTPError.__bases__)
