"""A small model for tests of the shelf, and how it is put there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from models import shelf
from models.detectors.context_residual import ContextResidual
from models.shelf import Decision, Model, Origin
from storage.pool import Connection

START = datetime(2026, 5, 1, tzinfo=UTC)
ORIGIN = Origin("refrigerator", START, START, START, 3)
WHY = Decision("ana", "it is better")


def history(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    ambient = rng.normal(22, 2, 600)
    duty = 40 + 1.5 * (ambient - 22) + rng.normal(0, 1, 600)
    return pd.DataFrame(
        {
            "device_id": np.repeat([1, 2, 3], 200),
            "time": np.tile(pd.date_range(START, periods=200, freq="h"), 3),
            "duty_mean": duty,
            "duty_last": duty + rng.normal(0, 1, 600),
            "ambient_mean": ambient,
            "ambient_last": ambient + rng.normal(0, 1, 600),
        }
    )


Put = Callable[[int], tuple[ContextResidual, Model]]


def states(connection: Connection) -> list[str]:
    return [model.state for model in reversed(shelf.versions(connection, "refrigerator"))]
