"""What is left of a life as a smooth function of a few numbers: by networks, and by a kernel.

Trees find rules among many numbers but cannot tell between what they saw; smooth functions can,
as long as they are shown little that is not of wear.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.svm import SVR

from models.arrays import Floats
from models.forecasters.network import Network

FARTHEST = 5.0
"""What lies farther from the middle, in units of the spread, is told as just so far."""
MOST_FOR_KERNEL = 2_000
"""Examples that the kernel learns from: its time grows with their square."""
TRUST = 3.0
WIDTH = 0.1
"""The kernel's sharpness, over the count of inputs."""
NEAR = 0.03
"""An error of less than this share of a middling rest of life is none."""


@dataclass(frozen=True)
class Smooth:
    """Smooth functions, learned from numbers in units of their spread."""

    centre: Floats
    """(inputs,)."""
    spread: Floats
    scale: float
    """What is left in the mean."""
    most: float
    """What is left at most, as far as was seen: nothing keeps a smooth function from going on."""
    networks: tuple[Network, ...]
    kernel: SVR

    @classmethod
    def fitted(cls, shown: Floats, left: Floats, weight: Floats, seeds: range) -> Smooth:
        """Learn what is left, (moments,), from `shown`, (moments, inputs), NaN if not known."""
        centre, spread = _centre_and_spread(shown)
        scale = max(float(left.mean()), float(np.finfo(np.float64).tiny))
        told, target = _told(shown, centre, spread), left / scale
        part = np.random.default_rng(seeds.start).permutation(len(left))[:MOST_FOR_KERNEL]
        kernel = SVR(C=TRUST, gamma=WIDTH / shown.shape[1], epsilon=NEAR)
        return cls(
            centre,
            spread,
            scale,
            float(left.max()),
            tuple(Network.fitted(told, target, weight, seed) for seed in seeds),
            kernel.fit(told[part], target[part], sample_weight=weight[part]),
        )

    def columns(self, shown: Floats) -> list[Floats]:
        """What is left by the networks, and by the kernel; each (moments,)."""
        told = _told(shown, self.centre, self.spread)
        by_networks = np.mean([each.predict(told) for each in self.networks], axis=0)
        found = [by_networks * self.scale, self.kernel.predict(told) * self.scale]
        return [np.clip(each, 0.0, self.most) for each in found]


def _centre_and_spread(shown: Floats) -> tuple[Floats, Floats]:
    known = np.isfinite(shown)
    count = np.maximum(known.sum(axis=0), 1)
    centre = np.where(known, shown, 0.0).sum(axis=0) / count
    square = np.where(known, (shown - centre) ** 2, 0.0).sum(axis=0) / count
    return centre, np.where(square > 0, np.sqrt(square), 1.0)


def _told(shown: Floats, centre: Floats, spread: Floats) -> Floats:
    """In units of the spread; what is unknown is taken as the middle."""
    told = np.where(np.isfinite(shown), (shown - centre) / spread, 0.0)
    return np.clip(told, -FARTHEST, FARTHEST)
