from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from models.detectors.robust_regression import Basis
from models.features import hours

Fleet = Callable[..., pd.DataFrame]


def test_no_feature_of_an_hour_depends_on_a_later_one(fleet: Fleet) -> None:
    frame = fleet(devices=2, days=4)
    cut = frame["time"].min() + pd.Timedelta(days=2)
    changed = frame.copy()
    late = changed["time"] >= cut
    changed.loc[late, changed.columns[2:]] = 999.0
    for held in (frozenset[str](), frozenset({"duty", "ambient"})):
        before = hours.rows(frame, "duty", ["ambient"], held)
        after = hours.rows(changed, "duty", ["ambient"], held)
        early = before.time_ns < cut.value
        for name in ("observed", "fresh", "context", "before"):
            np.testing.assert_array_equal(getattr(before, name)[early], getattr(after, name)[early])
        basis = Basis.of(before, curved=True, timed=True)
        np.testing.assert_array_equal(basis.design(before)[early], basis.design(after)[early])


def test_the_context_an_hour_earlier_is_that_of_the_same_device_and_the_hour_before(
    fleet: Fleet,
) -> None:
    frame = fleet(devices=2, days=1).drop(index=5)
    rows = hours.rows(frame, "duty", ["ambient"], frozenset())
    assert rows.before[1] == rows.context[0]
    assert rows.before[5] == rows.context[5], "the hour before is missing"
    assert rows.before[23] == rows.context[23], "the row before is another device's"


def test_a_metric_measured_once_a_cycle_is_recognised_as_held(cycles: Fleet, fleet: Fleet) -> None:
    assert hours.held(cycles(), ["drain", "water"]) == {"drain", "water"}
    assert hours.held(fleet(), ["duty", "ambient"]) == frozenset()


def test_a_state_that_pulses_is_not_held(fleet: Fleet) -> None:
    frame = fleet(devices=1, days=5)
    frame["ambient_last"] = 0.0
    frame["ambient_mean"] = np.where(np.arange(len(frame)) % 10 == 3, 0.5, 0.0)
    assert hours.held(frame, ["ambient"]) == frozenset()


def test_only_new_values_of_a_held_metric_are_fresh(cycles: Fleet) -> None:
    frame = cycles(devices=3, days=10)
    rows = hours.rows(frame, "drain", ["water"], frozenset({"drain", "water"}))
    distinct = frame.groupby("device_id")["drain_last"].nunique().sum()
    assert rows.fresh.sum() == distinct


def test_one_row_has_features() -> None:
    frame = pd.DataFrame(
        {
            "device_id": [1],
            "time": [pd.Timestamp("2026-05-01", tz="UTC")],
            "duty_mean": [40.0],
            "duty_last": [41.0],
            "ambient_mean": [np.nan],
            "ambient_last": [np.nan],
        }
    )
    assert hours.held(frame, ["duty"]) == frozenset()
    rows = hours.rows(frame, "duty", ["ambient"], frozenset())
    assert rows.fresh.tolist() == [True]
    assert rows.known.tolist() == [False], "nothing explains it"
