"""Which hours teach: all but those of trouble, whatever the spans are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from models.history import labels
from models.history.labels import Span

START = datetime(2026, 5, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
RNG = np.random.default_rng(7)


def frame() -> pd.DataFrame:
    """Two days of hours of three appliances, some of which are missing."""
    rows = pd.MultiIndex.from_product(
        [[3, 5, 9], pd.date_range(START, periods=48, freq="h")], names=["device_id", "time"]
    ).to_frame(index=False)
    return rows[RNG.random(len(rows)) < 0.8].reset_index(drop=True)


def span(device: int, since: float, until: float) -> Span:
    return Span(device, START + since * HOUR, START + until * HOUR)


def test_an_hour_teaches_unless_trouble_touches_it() -> None:
    for _ in range(50):
        hours = frame()
        drawn = [(int(RNG.integers(1, 10)), *np.sort(RNG.uniform(-9, 60, 2))) for _ in range(6)]
        spans = [span(device, float(since), float(until)) for device, since, until in drawn]
        expected = [
            not any(
                each.device_id == device and time < each.until and time + HOUR > each.since
                for each in spans
            )
            for device, time in zip(hours["device_id"], hours["time"], strict=True)
        ]
        assert labels.healthy_rows(hours, spans).tolist() == expected


def test_without_trouble_everything_teaches() -> None:
    assert labels.healthy_rows(frame(), []).all()
    assert labels.healthy_rows(frame().iloc[:0], [span(3, 0, 9)]).tolist() == []
