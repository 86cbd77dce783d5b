"""Grad-CAM: the places of a picture by which a convolutional net arrives at a class. Needs torch and captum."""

import importlib.util
from dataclasses import dataclass
from typing import Any

import numpy as np

PIXELS = 2**18
"""Of the pictures that go through a net at a time: it bounds memory, a few hundred MB."""


def installed() -> bool:
    """Whether what the extra cam brings is, without importing it."""
    return all(importlib.util.find_spec(name) is not None for name in ("captum", "torch", "safetensors"))


@dataclass(frozen=True, eq=False)
class Looks:
    """What one net makes of B pictures. maps: float32 (B, h, w), 0 or more, of the last convolution's places;
    logits: float32 (B, C)."""

    maps: np.ndarray
    logits: np.ndarray


def looks_of(recipe, stored: np.ndarray, training, rows: np.ndarray, labels: np.ndarray) -> Looks:
    """Grad-CAM of a stored net on some of its pictures, each for its label.

    recipe: `convnet` or `densenet` with the settings of the net; stored: uint8 (bytes,), its weights as safetensors.
    training: the Dataset that it was trained on; rows: int (B,), which of its records; labels: int (B,), class codes.
    The map of a picture is relu(sum_k a_k A_k): A_k the k-th channel of the last convolution's output, before its relu
    (of a `densenet`, where every layer adds a few channels to all before it, all of them after their last norm); a_k
    the mean over places of the slope of the label's logit by it.
    On one thread of the processor, whatever trained the net, so that the bytes do not depend on the machine's load.
    Raises InputError where the weights are of another architecture.
    Source: Selvaraju et al. 2017 (arXiv 1610.02391), equations 1 and 2; captum's LayerGradCam.
    """
    import torch
    from captum.attr import LayerGradCam

    from standout.recipes.nets.net import alone
    from standout.recipes.nets.rebuilt import as_seen, net_of

    with alone(), torch.enable_grad():
        net, x = net_of(recipe, training, stored), as_seen(training, rows)
        wanted = torch.from_numpy(labels.astype(np.int64))
        for p in net.parameters():  # else what lies before the last layer is kept for gradients that nobody asks for
            p.requires_grad_(False)
        last: Any = net.last
        for p in last.parameters():
            p.requires_grad_(True)
        cam = LayerGradCam(net, last)
        maps, logits = [], []
        size = max(PIXELS // int(np.prod(training.x.shape[1:3])), 1)
        for part, own in zip(x.split(size), wanted.split(size)):
            maps.append(cam.attribute(part, target=own, relu_attributions=True)[:, 0].detach())
            logits.append(net(part).detach())
        return Looks(torch.cat(maps).numpy(), torch.cat(logits).numpy())
