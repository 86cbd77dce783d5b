"""Where the channels of images stand: (N, H, W, channels) is what the rest of the house takes."""

import numpy as np

CHANNELS = (1, 3, 4)
"""Numbers of channels that pictures have: grey, colour, colour with transparency."""


def channels_last(x: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """x (N, A, B, C) with its channels last, and what is to be told of how it was read.

    Channels first where C is not 1, 3 or 4 and either A is, and differs from B, or pictures are square that way alone
    (B = C, A another); else last. Where neither the numbers nor a square picture say which, that is told.
    """
    _, a, b, c = x.shape
    if c not in CHANNELS and a != b and (a in CHANNELS or b == c):
        said = f"x has shape {x.shape} and is read as (records, channels, height, width): {a} channels, {b} x {c}"
        return np.moveaxis(x, 1, -1), (said,)
    if (a in CHANNELS and a != b and max(b, c) > max(CHANNELS)) or (c not in CHANNELS and a != b):
        said = f"x has shape {x.shape} and is read as (records, height, width, channels): {a} x {b}, {c} channels"
        return x, (f"{said}; if channels come first, give x.transpose(0, 2, 3, 1)",)
    return x, ()
