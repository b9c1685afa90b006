"""Networks that come as Python code beside their weights, run from the bytes that were hashed."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from hashlib import sha256
from importlib import import_module
from importlib.abc import MetaPathFinder, SourceLoader
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from typing import Any

from afterglow.errors import ModelError
from afterglow.models.store import Weights

_CLASS = "AutoModelForImageSegmentation"
"""The key under which config.json says where the network's class is."""
_ASKS_FOR = "pip install torchvision timm kornia einops"
"""What the code of such repositories imports besides torch and transformers."""


def read_remote(weights: Weights, device: str) -> Any:
    """The network that a repository's code makes, with its weights, ready on a device.

    Nothing is asked of the hub, no copy of the code is kept, and no other file of the folder is
    imported: neither one that the lock does not name nor bytecode that lies beside it.

    Raises:
        ModelError: a file is not what was locked, or the code cannot be run here.
    """
    from safetensors.torch import load

    settings = json.loads(weights.read("config.json"))
    names = [file.path for file in weights.model.files if file.path.endswith(".py")]
    code = {name.removesuffix(".py"): weights.read(name) for name in names}
    network = _made(code, settings, weights.model.name)
    try:
        network.load_state_dict(load(weights.read("model.safetensors")))
    except RuntimeError as error:
        raise ModelError(
            f"the weights of {weights.model.name} do not fit its code: {error}"
        ) from error
    return network.eval().to(device)


def _made(code: Mapping[str, bytes], settings: Mapping[str, Any], name: str) -> Any:
    """A network with random weights, of the class that config.json names."""
    where = settings.get("auto_map", {}).get(_CLASS, "")
    module, _, kind = where.rpartition(".")
    if module not in code:
        hint = "its config.json says it under auto_map"
        raise ModelError(f"the model {name} does not say which class it is ({where!r})", hint=hint)
    try:
        made = getattr(_imported(code, module), kind)
    except ImportError as error:
        raise ModelError(
            f"the code of {name} needs a package that is not here: {error}", hint=_ASKS_FOR
        ) from error
    return made(made.config_class.from_dict(dict(settings)))


def _imported(code: Mapping[str, bytes], module: str) -> Any:
    """A module of the code, imported once for each content."""
    digest = sha256(b"".join(name.encode() + code[name] for name in sorted(code))).hexdigest()
    package = f"afterglow_remote_{digest[:16]}"
    finder = _Finder(package, {**{f"{package}.{name}": code[name] for name in code}, package: b""})
    sys.meta_path.append(finder)
    try:
        return import_module(f"{package}.{module}")
    finally:
        sys.meta_path.remove(finder)


class _Finder(MetaPathFinder):
    """Finds the modules of one package in main memory."""

    def __init__(self, package: str, sources: Mapping[str, bytes]) -> None:
        self._package = package
        self._sources = sources

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if fullname not in self._sources:
            return None
        whole = fullname == self._package
        loader = _Loader(fullname, self._sources[fullname])
        return spec_from_loader(fullname, loader, is_package=whole)


class _Loader(SourceLoader):
    """Runs one module from its bytes; there is no file, and no bytecode is looked for."""

    def __init__(self, fullname: str, source: bytes) -> None:
        self._name = fullname
        self._source = source

    def get_filename(self, fullname: str) -> str:
        return f"<locked {fullname}>"

    def get_data(self, path: bytes | str) -> bytes:
        return self._source
