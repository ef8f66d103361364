"""What metrics say together: a few mixtures of them, along which lives move as they end.

Each metric of a wearing unit is noisy, but many move together; their mixture tells the trend from
the noise far sooner than any one of them. Several mixtures leave room for several ways to fail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Bools, Floats, Ints
from models.features.trajectory import AGE, TRAIT
from models.recording import Recording

MIXTURES = 4
MIXTURE = "mixture"
FEWEST_METRICS = 4
"""Fewer metrics are each looked at anyway; to mix them would only say the same again."""
LATE = 0.3
"""Mixtures are learned from this share of the moments, those nearest to the end."""
MOVES = 1e-8
"""A metric whose spread is less than this share of its size never moves, and tells nothing."""


@dataclass(frozen=True)
class Fusion:
    """Which metrics move, their usual spread, and mixtures of them."""

    moving: Bools
    """(metrics,)."""
    centre: Floats
    """(moving metrics,)."""
    spread: Floats
    mixtures: Floats
    """(moving metrics, mixtures): weights of the metrics in units of their spread."""

    @classmethod
    def of(cls, lives: Recording, late: Floats) -> Fusion:
        """Learn from lives, and how far metrics had gone from their beginning at late moments.

        `late` is (moments, metrics), NaN where not known.
        """
        known = np.isfinite(lives.values)
        count = np.maximum(known.sum(axis=0), 1)
        centre = np.where(known, lives.values, 0.0).sum(axis=0) / count
        square = np.where(known, (lives.values - centre) ** 2, 0.0).sum(axis=0) / count
        moving = np.sqrt(square) > MOVES * (1 + np.abs(centre))
        if not moving.any():
            moving = np.ones(len(moving), dtype=np.bool_)
        centre, spread = centre[moving], np.sqrt(square[moving])
        spread = np.where(spread > 0, spread, 1.0)
        return cls(moving, centre, spread, _mixtures(late[:, moving] / spread))

    def added_to(self, lives: Recording) -> Recording:
        """Take the metrics that move, and each mixture as a metric more."""
        values = lives.values[:, self.moving]
        told = np.where(np.isfinite(values), (values - self.centre) / self.spread, 0.0)
        names = [name for name, moves in zip(lives.metrics, self.moving, strict=True) if moves]
        names += [f"{MIXTURE} {number}" for number in range(self.mixtures.shape[1])]
        heard = np.where(np.isfinite(values).any(axis=1), 1.0, np.nan)
        return replace(
            lives,
            description=replace(lives.description, metrics=tuple(names)),
            values=np.hstack([values, (told @ self.mixtures) * heard[:, None]]),
            last=None,
            low=None,
            high=None,
            deviation=None,
        )


def fused(names: Sequence[str]) -> Ints:
    """Positions of the features that tell of mixtures, age and traits; of all without mixtures."""
    told = [
        place
        for place, name in enumerate(names)
        if name.startswith((MIXTURE, TRAIT)) or name == AGE
    ]
    mixed = any(name.startswith(MIXTURE) for name in names)
    return np.array(told) if mixed else np.arange(len(names))


def _mixtures(late: Floats) -> Floats:
    """Principal directions of how far lives have gone, (metrics, mixtures)."""
    gone = np.where(np.isfinite(late), late, 0.0)
    metrics = gone.shape[1]
    if metrics < FEWEST_METRICS or len(gone) < metrics:
        return np.empty((metrics, 0))
    _, _, directions = np.linalg.svd(gone - gone.mean(axis=0), full_matrices=False)
    mixtures: Floats = directions[:MIXTURES].T
    return mixtures
