"""Individual clipping: what one record may push its logits by in a step is capped."""

import numpy as np
import torch
from torch import Tensor

from standout.recipes.nets.losses import Loss, Sloped, gradient


class Capped:
    """A loss whose gradient by a record's logits is shortened to the record's cap, float32 (K, N), where it is longer;
    caps may be infinite. That of cross-entropy is softmax less target, of norm at most the root of 2: so this bounds
    what enters the net from behind, and not, as DP-SGD does, the gradient of all weights."""

    def __init__(self, loss: Loss | Sloped, caps: np.ndarray, device: torch.device):
        self.loss, self.caps = loss, torch.from_numpy(np.ascontiguousarray(caps)).to(device)

    def gradient(self, logits: Tensor, labels: Tensor, records: Tensor, models: Tensor, weights: Tensor) -> Tensor:
        """(K, B, C) by the logits; weights (K, B) multiply what is left after the cap."""
        each = gradient(self.loss, logits, labels, records, models, torch.ones_like(weights))
        norms = each.square().sum(2).sqrt().clamp(min=torch.finfo(each.dtype).tiny)
        share = (self.caps[models[:, None], records] / norms).clamp(max=1)
        return each.mul_((share * weights)[..., None])
