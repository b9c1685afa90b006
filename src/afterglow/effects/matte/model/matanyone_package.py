"""The packages of MatAnyone and MatAnyone 2, which people install themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from afterglow.effects.matte.model.following import Cores
from afterglow.errors import ModelError
from afterglow.models.store import Weights
from afterglow.models.tensors import read_pickle

_CONFIG = "eval_matanyone_config"
"""Name of the settings for inference, in both packages."""
_NEEDS = "hydra-core einops imageio tqdm pillow torchvision"
"""What the parts that we use import besides torch, OpenCV and huggingface_hub."""


@dataclass(frozen=True, slots=True)
class Package:
    """Where a package comes from, and what its network is called."""

    repository: str
    commit: str
    """The one that we ran with random weights."""
    network: str
    """Name of the class."""

    @property
    def install_line(self) -> str:
        """The command that installs it, without what only its demonstration needs."""
        return f"pip install --no-deps git+{self.repository}@{self.commit}; pip install {_NEEDS}"


PACKAGES: Mapping[str, Package] = {
    "matanyone": Package(
        "https://github.com/pq-yang/MatAnyone",
        "e5ddc534c1fff9bb9e54cf476095d29071b7cb4f",
        "MatAnyone",
    ),
    "matanyone2": Package(
        "https://github.com/pq-yang/MatAnyone2",
        "e3370127319c63a6dc8a49c69de2d41d90137f91",
        "MatAnyone2",
    ),
}
"""By the name under which it is imported, which is that of its weights in models.lock too."""


def check_package(name: str) -> None:
    """Raise ModelError where the package of that name is not installed."""
    if find_spec(name) is None:
        raise ModelError(
            f"the package {name} is not installed; it is not on the package index, and its licence"
            " (S-Lab License 1.0) allows no commercial use",
            hint=PACKAGES[name].install_line,
        )


def read_network(weights: Weights, device: str) -> Any:
    """The network of a package with the weights of a checkpoint, on a device.

    Raises:
        ModelError: the package, or one that it imports, is not there, or the weights are others'.
    """
    name = weights.model.name
    try:
        network = _network(name, device)
    except ImportError as error:
        raise ModelError(
            f"the package {name} cannot be imported: {error}", hint=PACKAGES[name].install_line
        ) from error
    _fill(network, weights)
    return network.to(device).eval()


def cores_of(name: str, network: Any, device: str) -> Cores:
    """What follows with a package's network."""
    core = import_module(f"{name}.inference.inference_core").InferenceCore
    return Cores(partial(core, network, cfg=network.cfg, device=device), device)


def _network(name: str, device: str) -> Any:
    """The network of a package with random weights.

    Upstream fetches weights of ResNets without checking them as it makes the network, only to write
    the checkpoint's over them; its own setting turns that off.
    """
    hydra, omegaconf = import_module("hydra"), import_module("omegaconf")
    place = Path(import_module(name).__file__ or "").parent / "config"
    with hydra.initialize_config_dir(version_base="1.3.2", config_dir=str(place)):
        settings = hydra.compose(config_name=_CONFIG)
    with omegaconf.open_dict(settings):
        settings.model.pretrained_resnet = False
    made: Any = import_module(f"{name}.model.{name}")
    made.device = device  # else its pictures' mean goes to the first GPU, whatever was asked for
    return getattr(made, PACKAGES[name].network)(settings, single_object=True)


def _fill(network: Any, weights: Weights) -> None:
    """Put a checkpoint's weights into a network; raises ModelError where some would stay random."""
    name = weights.model.name
    try:
        tensors = dict(read_pickle(weights.read(weights.model.files[0].path)))
        lost = sorted(set(network.state_dict()) - set(tensors))
        if lost:
            raise ValueError(f"{len(lost)} of its tensors are missing, {lost[0]} among them")
        network.load_weights(tensors)
    except (ValueError, TypeError, RuntimeError) as error:
        raise ModelError(f"the checkpoint of {name} is not of its network: {error}") from error
