"""Detectors as the first versions stored them; nothing is written like this any more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.detectors.calibration import Calibration
from models.detectors.context_residual import ContextResidual, Learned
from models.detectors.device_levels import DeviceLevels
from models.detectors.noise import Noise
from models.detectors.robust_regression import Basis
from models.detectors.strangeness import Strangeness

FORMAT = 1


def unpacked(values: Mapping[str, Any]) -> ContextResidual:
    """Make the detector again."""
    learned = Learned(
        held=frozenset(values["held"]),
        basis=Basis(**values["basis"]),
        weights=values["weights"],
        noise=Noise(**values["noise"]),
        levels=DeviceLevels(**values["levels"]),
        strangeness=Strangeness(**values["strangeness"]),
        calibration=Calibration(**values["calibration"]),
        lookback_h=values["lookback_h"],
    )
    return ContextResidual.of(
        values["metric"],
        values["context"],
        values["direction"],
        resolution=values["resolution"],
        learned=learned,
    )
