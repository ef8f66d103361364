"""How far what is asked lies from what was seen of a device, as doubt about the expectation.

A new filter, a heat wave: the device's own level was learned elsewhere, so the fleet's response
has to carry the way from there, and the models of the folds show how well it is known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import Floats, Ints

INFLATION = 1.5
"""Devices differ from each other more than the folds' models do."""


@dataclass(frozen=True)
class Strangeness:
    """Where each device stood in training, and the disagreement of the folds' models."""

    device_id: Ints
    usual: Floats
    """(devices, columns): middle of each device's design rows."""
    fleet: Floats
    """(columns,): that of a device not seen."""
    disagreement: Floats
    """(folds, columns): each fold's weights less their mean, scaled as the jackknife asks."""

    @classmethod
    def of(cls, device_id: Ints, design: Floats, fold_weights: Floats) -> Strangeness:
        """Learn where devices stand from (rows, columns) and (folds, columns + 1)."""
        devices = np.unique(device_id)
        usual = np.array([np.median(design[device_id == device], axis=0) for device in devices])
        folds = len(fold_weights)
        apart = (fold_weights - fold_weights.mean(axis=0))[:, 1:]
        return cls(
            devices,
            usual,
            np.median(design, axis=0),
            INFLATION * apart * np.sqrt((folds - 1) / folds),
        )

    def doubt(self, device_id: Ints, design: Floats) -> Floats:
        """Return the standard deviation that each row's distance adds, in the metric's unit."""
        place = np.searchsorted(self.device_id, device_id).clip(max=len(self.device_id) - 1)
        known = self.device_id[place] == device_id
        away = design - np.where(known[:, None], self.usual[place], self.fleet)
        doubt: Floats = np.sqrt(np.square(away @ self.disagreement.T).sum(axis=1))
        return doubt
