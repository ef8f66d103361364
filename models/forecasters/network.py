"""What a small network of smooth functions makes of numbers: trees tell steps, it tells slopes.

It is kept as plain arrays, which anyone can store and read without trust in foreign code.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.neural_network import MLPRegressor

from models.arrays import Floats

LAYERS = (64, 32)
DECAY = 0.1
"""How strongly weights are drawn to nothing."""
PACE = 2e-3
EPOCHS = 25
BATCHES = 25
"""An epoch has about so many, as far as batches are neither too small nor too large for it."""
SMALLEST_BATCH = 16
LARGEST_BATCH = 256


@dataclass(frozen=True)
class Network:
    """Weights and offsets of each layer; what lies between is never less than nothing."""

    weights: tuple[Floats, ...]
    """Each (inputs of the layer, its outputs)."""
    offsets: tuple[Floats, ...]

    @classmethod
    def fitted(cls, shown: Floats, target: Floats, weight: Floats, seed: int) -> Network:
        """Learn `target`, (examples,), about 1 in size, from `shown`, (examples, inputs)."""
        batch = min(max(len(target) // BATCHES, SMALLEST_BATCH), LARGEST_BATCH)
        learning = MLPRegressor(
            hidden_layer_sizes=LAYERS,
            alpha=DECAY,
            batch_size=min(batch, len(target)),
            learning_rate_init=PACE,
            random_state=seed,
        )
        for _ in range(EPOCHS):
            learning.partial_fit(shown, target, sample_weight=weight)
        return cls(tuple(learning.coefs_), tuple(learning.intercepts_))

    def predict(self, shown: Floats) -> Floats:
        """What it makes of each example, (examples,)."""
        *inner, last = zip(self.weights, self.offsets, strict=True)
        for weights, offsets in inner:
            shown = np.maximum(shown @ weights + offsets, 0.0)
        told: Floats = (shown @ last[0] + last[1])[:, 0]
        return told
