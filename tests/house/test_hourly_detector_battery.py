"""Detectors of one metric on hourly rollups keep the promises of `HourlyDetector`.

They are built with a metric, its context and the direction to watch.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.detectors.context_residual import ContextResidual
from models.detectors.detector import HourlyDetector, NotEnoughDataError

START = pd.Timestamp("2026-05-01", tz="UTC")
COLUMNS = ["device_id", "time", "observed", "expected", "spread", "residual", "z", "score"]


DETECTORS = [ContextResidual]
every_detector = pytest.mark.parametrize("kind", DETECTORS, ids=lambda kind: kind.__name__)


def history(devices: int = 8, days: int = 9, seed: int = 2, first_day: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng((seed, first_day))
    hours = np.arange(days * 24) + 24 * first_day
    parts = []
    for device in range(1, devices + 1):
        warmth = 22 + 2 * np.sin(2 * np.pi * hours / 24) + rng.normal(0, 0.5, hours.size)
        power = 60 + 3 * device + 2 * warmth + rng.normal(0, 2, hours.size)
        parts.append(
            pd.DataFrame(
                {
                    "device_id": device,
                    "time": START + pd.to_timedelta(hours, unit="h"),
                    "power_w_mean": power,
                    "power_w_last": power + rng.normal(0, 1, hours.size),
                    "warmth_c_mean": warmth,
                    "warmth_c_last": warmth,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def fitted(kind: type) -> HourlyDetector:
    detector: HourlyDetector = kind("power_w", ["warmth_c"], "high")
    return detector.fit(history())


@every_detector
def test_a_score_has_the_promised_columns_and_one_row_a_device_and_hour(kind: type) -> None:
    scored = fitted(kind).score(history(first_day=9, days=2))
    assert list(scored.columns) == COLUMNS
    assert len(scored) == 8 * 48
    assert not scored.duplicated(["device_id", "time"]).any()
    assert (scored["spread"] > 0).all()


@every_detector
def test_higher_is_more_anomalous(kind: type) -> None:
    detector = fitted(kind)
    last = []
    for shift in (0.0, 10.0, 20.0):
        later = history(first_day=9, days=2)
        later.loc[later["device_id"] == 5, ["power_w_mean", "power_w_last"]] += shift
        scored = detector.score(later)
        last.append(float(scored.loc[scored["device_id"] == 5, "score"].iloc[-1]))
    assert last[0] < last[1] < last[2]
    assert last[0] < detector.threshold < last[2]


@every_detector
def test_healthy_devices_stay_below_the_threshold(kind: type) -> None:
    detector = fitted(kind)
    assert 0 < detector.clear_below < detector.threshold
    scored = detector.score(history(first_day=9, days=14))
    assert scored["score"].max() < detector.threshold


@every_detector
def test_later_hours_never_change_an_earlier_score(kind: type) -> None:
    detector = fitted(kind)
    later = history(first_day=9, days=3)
    cut = later["time"].min() + pd.Timedelta(days=1)
    changed = later.copy()
    changed.loc[changed["time"] >= cut, "power_w_mean"] = 9999.0
    scored = [detector.score(frame) for frame in (later, changed)]
    before, after = (one[one["time"] < cut] for one in scored)
    pd.testing.assert_frame_equal(before, after)


@every_detector
def test_the_order_of_the_rows_does_not_matter(kind: type) -> None:
    detector = fitted(kind)
    later = history(first_day=9, days=2)
    pd.testing.assert_frame_equal(
        detector.score(later), detector.score(later.sample(frac=1, random_state=1))
    )


@every_detector
def test_fitting_twice_gives_the_same(kind: type) -> None:
    later = history(first_day=9, days=1)
    pd.testing.assert_frame_equal(fitted(kind).score(later), fitted(kind).score(later))


@every_detector
def test_the_input_is_left_as_it_was(kind: type) -> None:
    frame = history()
    given = frame.copy()
    kind("power_w", ["warmth_c"], "high").fit(frame).score(frame)
    pd.testing.assert_frame_equal(frame, given)


@every_detector
@pytest.mark.parametrize("rows", [0, 1, 5])
def test_too_little_history_is_refused(kind: type, rows: int) -> None:
    with pytest.raises(NotEnoughDataError):
        kind("power_w", ["warmth_c"], "high").fit(history().iloc[:rows])


@every_detector
def test_gaps_unknown_devices_single_rows_and_nothing_at_all_can_be_scored(kind: type) -> None:
    detector = fitted(kind)
    later = history(first_day=9, days=2)
    assert detector.score(later.iloc[:0]).empty
    assert len(detector.score(later.iloc[:1])) == 1
    assert len(detector.score(later.assign(device_id=later["device_id"] + 1000))) == len(later)
    gaps = later.copy()
    gaps.loc[::3, ["power_w_mean", "power_w_last"]] = np.nan
    scored = detector.score(gaps)
    assert len(scored) == gaps["power_w_mean"].notna().sum()
    assert np.isfinite(scored[["expected", "spread", "z"]].to_numpy()).all()
