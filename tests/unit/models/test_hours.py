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


def table(**columns: list[float]) -> pd.DataFrame:
    """Hours of one device; each metric as (mean, last) of every hour, one after the other."""
    hours_there = len(next(iter(columns.values()))) // 2
    start = pd.Timestamp("2026-05-01", tz="UTC")
    frame = pd.DataFrame(
        {"device_id": 1, "time": start + pd.to_timedelta(np.arange(hours_there), unit="h")}
    )
    for name, values in columns.items():
        frame[f"{name}_mean"], frame[f"{name}_last"] = values[::2], values[1::2]
    return frame


def test_an_hour_in_which_nothing_moves_says_nothing_new() -> None:
    resting = table(
        rpm=[50, 0, 0, 0, 0, 0, 20, 90], speed=[30, 0, 0, 0, 0, 0, 9, 40], room=[20, 21, 22, 23] * 2
    )
    rows = hours.rows(resting, "rpm", ["speed", "room"], frozenset())
    assert rows.fresh.tolist() == [True, False, False, True]
    assert rows.known.all(), "it is there all the same"


def test_a_metric_that_stands_still_while_its_context_moves_tells_something() -> None:
    stalled = table(rpm=[0, 0, 0, 0, 0, 0], speed=[30, 31, 40, 42, 50, 44])
    rows = hours.rows(stalled, "rpm", ["speed"], frozenset())
    assert rows.fresh.all()


def test_after_a_gap_the_same_value_is_news() -> None:
    resting = table(rpm=[0.0] * 8, speed=[0.0] * 8).drop(index=2)
    rows = hours.rows(resting, "rpm", ["speed"], frozenset())
    assert rows.fresh.tolist() == [True, False, True]


def test_a_held_value_is_explained_by_what_happened_since_the_one_before() -> None:
    frame = table(
        minutes=[12, 12, 12, 12, 13, 14, 14, 14, 14, 14, 15, 16],
        door=[1, 1, 3, 3, 5, 5, 10, 10, 20, 20, 60, 60],
    )
    rows = hours.rows(frame, "minutes", ["door"], frozenset({"minutes"}))
    assert rows.fresh.tolist() == [True, False, True, False, False, True]
    assert rows.context[rows.fresh, 0].tolist() == [1.0, 4.0, 30.0]
    too_long = pd.concat([frame.iloc[:1]] + [frame.iloc[4:5]] * 40 + [frame.iloc[5:]])
    too_long["time"] = frame["time"].iloc[0] + pd.to_timedelta(np.arange(len(too_long)), unit="h")
    rows = hours.rows(too_long, "minutes", ["door"], frozenset({"minutes"}))
    assert rows.context[-1, 0] == (23 * 20 + 60) / 24, "a day explains it, and not more"
