"""Packages with the signatures of MatAnyone's, and of what it is configured with."""

from __future__ import annotations

from pathlib import Path

_CORE = """
import weakref
import torch
from PACKAGE.model.PACKAGE import NETWORK

class InferenceCore:
    made = []
    alive = weakref.WeakSet()

    def __init__(self, network, cfg=None, *, image_feature_store=None, device=None):
        assert isinstance(network, NETWORK) and cfg is network.cfg and device == "cpu"
        assert not network.training
        self.network, self.calls, self.matte = network, [], None
        self.number = len(self.made)
        self.alive.add(self)
        self.made.append(self.calls)

    def step(self, image, mask=None, objects=None, *, idx_mask=False, end=False,
             delete_buffer=True, force_permanent=False, matting=True, first_frame_pred=False):
        assert image.shape[0] == 3 and image.dtype == torch.float32 and 0 <= image.min()
        assert image.max() <= 1 and torch.is_inference_mode_enabled()
        if mask is not None:
            assert mask.shape == image.shape[1:] and objects == [1] and mask.max() <= 255
            self.calls.append(("mask", float(mask.max())))
            self.matte = mask / 255
        elif first_frame_pred:
            self.calls.append(("again", float(image.mean())))
        else:
            self.calls.append(("next", float(image.mean())))
            self.matte = self.matte * self.network.fade + self.number * self.network.step_up
        return torch.stack([1 - self.matte, self.matte])

    def output_prob_to_mask(self, output_prob, matting=True):
        assert matting
        return output_prob[1:].squeeze(0)
"""
_NETWORK = """
import torch

device = None

class NETWORK(torch.nn.Module):
    made = []

    def __init__(self, cfg, *, single_object=False):
        super().__init__()
        assert single_object and cfg.model.pretrained_resnet is False, "it would ask the network"
        assert device == "cpu"
        self.cfg = cfg
        self.fade = torch.nn.Parameter(torch.tensor(0.0))
        self.step_up = torch.nn.Parameter(torch.tensor(0.0))
        self.made.append("made")

    def load_weights(self, src_dict, init_as_zero_if_needed=False):
        self.load_state_dict(src_dict, strict=False)
"""
_HYDRA = """
import contextlib, pathlib, types

@contextlib.contextmanager
def initialize_config_dir(config_dir, job_name="app", version_base=""):
    global _place
    _place = pathlib.Path(config_dir)
    yield
    _place = None

def compose(config_name):
    assert (_place / f"{config_name}.yaml").is_file()
    return types.SimpleNamespace(model=types.SimpleNamespace())
"""
_OMEGACONF = """
import contextlib

@contextlib.contextmanager
def open_dict(config):
    yield config
"""


def write_packages(folder: Path, name: str) -> None:
    """Lay a package of that name, hydra and omegaconf, all imported from the folder."""
    network = {"matanyone": "MatAnyone", "matanyone2": "MatAnyone2"}[name]
    files = {
        f"{name}/__init__.py": "from PACKAGE.inference.inference_core import InferenceCore",
        f"{name}/config/eval_matanyone_config.yaml": "model: {}",
        f"{name}/inference/__init__.py": "",
        f"{name}/inference/inference_core.py": _CORE,
        f"{name}/model/__init__.py": "",
        f"{name}/model/{name}.py": _NETWORK,
        "hydra/__init__.py": _HYDRA,
        "omegaconf/__init__.py": _OMEGACONF,
    }
    for path, text in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text.replace("PACKAGE", name).replace("NETWORK", network))
