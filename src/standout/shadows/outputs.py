"""What an analysis reads of models, whether `Shadows` stored them or a user brought their outputs."""

from typing import Protocol

import numpy as np


class Outputs(Protocol):
    """Outputs of M models on N records, in the order of `Records`; models 2j and 2j + 1 are twins.

    members: bool (M, N), who was trained on.
    """

    members: np.ndarray

    def signal(self, name: str) -> np.ndarray | None:
        """One of `signals.SIGNALS`, float32 (M, N); None where these outputs do not tell it."""
        ...

    def rounded(self) -> bool:
        """Whether any model gave a probability of 0, so that signals depend on how it is smoothed."""
        ...

    def mean_probabilities(self, classes: int) -> tuple[np.ndarray, np.ndarray] | None:
        """Mean IN and mean OUT probabilities, float64 (N, C) each; None where they are not known."""
        ...

    def parameters(self) -> int | None:
        """Parameters of a model, where it has any."""
        ...

    def kept(self, name: str) -> dict[int, np.ndarray]:
        """By-products that the first models keep, by model; empty where there are none.

        `features`, penultimate ones float16 (N, H); `log_probabilities` float16 (N, C); of a trace (`recipes.traces`)
        `trace_epochs` int (E,), `trace_losses` float16 (E, N), `trace_right`, bits along N, `trace_early` float16 (N,).
        """
        ...

    def notes(self) -> list[str]:
        """Lines to tell of these models."""
        ...
