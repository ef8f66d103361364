"""How long lives of a kind last: the middle of those lives whose traits are the most alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import Floats, Ints

ALIKE = 3
"""So many lives are asked at least; all that are as alike as the last of them are asked too."""


@dataclass(frozen=True)
class UsualLife:
    """Traits of the lives learned from, (lives, traits) in units of their spread, and lengths."""

    traits: Floats
    centre: Floats
    spread: Floats
    lasted: Floats

    @classmethod
    def of(cls, traits: Floats, lasted: Floats, life: Ints) -> UsualLife:
        """Learn from moments of lives: traits, and at least how long the life lasts."""
        lives, first = np.unique(life, return_index=True)
        length = [float(np.max(lasted[life == one])) for one in lives]
        own = traits[first]
        known = np.isfinite(own)
        count = np.maximum(known.sum(axis=0), 1)
        centre = np.where(known, own, 0.0).sum(axis=0) / count
        square = np.where(known, (own - centre) ** 2, 0.0).sum(axis=0) / count
        spread = np.where(square > 0, np.sqrt(square), 1.0)
        return cls(_scaled(own, centre, spread), centre, spread, np.array(length))

    def predict(self, traits: Floats) -> Floats:
        """Usual length of a life with such traits, (moments,)."""
        kinds, place = np.unique(
            _scaled(traits, self.centre, self.spread), axis=0, return_inverse=True
        )
        return np.array([self._of_kind(kind) for kind in kinds])[place.ravel()]

    def _of_kind(self, kind: Floats) -> float:
        apart = ((self.traits - kind) ** 2).sum(axis=1)
        enough = np.sort(apart)[min(ALIKE, len(apart)) - 1]
        return float(np.median(self.lasted[apart <= enough * (1 + 1e-9) + 1e-12]))


def _scaled(traits: Floats, centre: Floats, spread: Floats) -> Floats:
    """In units of the spread; what is unknown is taken as the mean."""
    return np.where(np.isfinite(traits), (traits - centre) / spread, 0.0)
