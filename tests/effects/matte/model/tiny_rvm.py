"""A recurrent network that is called as Robust Video Matting is."""

from __future__ import annotations

from typing import List, Optional  # noqa: UP035 - TorchScript reads these

import torch
from torch import Tensor


class TinyRvm(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fade = torch.nn.Parameter(torch.tensor(0.5))

    def forward(
        self,
        src: Tensor,
        r1: Optional[Tensor] = None,  # noqa: UP045
        r2: Optional[Tensor] = None,  # noqa: UP045
        r3: Optional[Tensor] = None,  # noqa: UP045
        r4: Optional[Tensor] = None,  # noqa: UP045
        downsample_ratio: float = 1,
    ) -> List[Tensor]:  # noqa: UP006
        grey = src.mean(1, keepdim=True)
        matte = grey
        if r1 is not None:
            matte = matte + r1 * self.fade
        second = r2 if r2 is not None else torch.zeros_like(grey)
        third = r3 if r3 is not None else torch.zeros_like(grey)
        fourth = torch.full((1, 1, 1, 1), downsample_ratio)
        return [1 - src, matte.clamp(0.0, 1.0), grey, second, third, fourth]
