"""A fitted detector as plain values and arrays, and back: what is stored can hold no code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from models.detectors.calibration import Calibration
from models.detectors.context_residual import ContextResidual, Learned
from models.detectors.device_levels import DeviceLevels
from models.detectors.noise import Noise
from models.detectors.robust_regression import Basis
from models.detectors.strangeness import Strangeness

FORMAT = 1


def packed(detector: ContextResidual) -> dict[str, Any]:
    """Return dictionaries, lists, texts, numbers and arrays."""
    learned = detector.learned
    return {
        "format": FORMAT,
        "metric": detector.metric,
        "context": list(detector.context),
        "direction": detector.direction,
        "resolution": detector.resolution,
        "held": sorted(learned.held),
        "basis": asdict(learned.basis),
        "weights": learned.weights,
        "noise": asdict(learned.noise),
        "levels": asdict(learned.levels),
        "strangeness": asdict(learned.strangeness),
        "calibration": asdict(learned.calibration),
        "lookback_h": learned.lookback_h,
    }


def unpacked(values: Mapping[str, Any]) -> ContextResidual:
    """Make the detector again; ValueError for a format that this version does not read."""
    if values["format"] != FORMAT:
        raise ValueError(f"model format {values['format']}; this version reads {FORMAT}")
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
