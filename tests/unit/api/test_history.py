"""Points of a span: each time once, with what pandas would make of the same hours."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from api import history
from devices.catalogue.appliance_type import Kind

HOURS = 200


def some_hours(*, by_day: bool, seed: int = 1) -> pd.DataFrame:
    """A rollup of one metric with gaps, hours without a value, and hours missing altogether."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"time": pd.date_range("2026-06-01", periods=HOURS, freq="h", tz="UTC")})
    frame["x_count"] = rng.integers(0, 4, HOURS).astype(np.float64)
    for statistic in ("mean", "min", "max", "last"):
        frame[f"x_{statistic}"] = np.where(frame["x_count"] > 0, rng.normal(0, 9, HOURS), np.nan)
    frame = frame.iloc[np.sort(rng.choice(HOURS, 150, replace=False))]
    if by_day:
        frame["time"] = frame["time"].dt.floor("D")
    return frame.reset_index(drop=True)


@pytest.mark.parametrize("by_day", [False, True])
@pytest.mark.parametrize("kind", list(Kind))
def test_points_are_what_a_group_by_gives(kind: Kind, *, by_day: bool) -> None:
    hours = some_hours(by_day=by_day)
    points = history._points(hours, "x", kind)
    known = hours[hours["x_count"] > 0].copy()
    known["total"] = known["x_mean"] * known["x_count"]
    grouped = known.groupby("time")
    expected = {
        "low": grouped["x_min"].min(),
        "high": grouped["x_max"].max(),
        "count": grouped["x_count"].sum(),
        "value": grouped["total"].sum() / grouped["x_count"].sum()
        if kind is Kind.GAUGE
        else grouped["x_last"].last(),
    }
    assert [point.time for point in points] == sorted(set(known["time"]))
    for name, values in expected.items():
        assert [getattr(point, name) for point in points] == pytest.approx(values.tolist()), name


def test_a_metric_that_was_never_reported_has_no_points() -> None:
    hours = some_hours(by_day=False)
    hours["x_count"] = 0.0
    assert history._points(hours, "x", Kind.GAUGE) == []
    assert history._points(hours.iloc[:0], "x", Kind.STATE) == []
